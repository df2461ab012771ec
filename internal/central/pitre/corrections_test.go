package pitre_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"testing"

	"segnatura/internal/officesim/centre"
	"segnatura/internal/protocollo"
)

// everyField corrects whatever the contract has of [letter].
func everyField(ref string) protocollo.CorrectRequest {
	was := letter(protocollo.Inside).Draft
	next := was
	next.Subject = "Oggetto giusto"
	next.Senders = []protocollo.Correspondent{was.Senders[0], {Name: "Gialli Ada", Address: "Via Milano 2"}}
	next.Recipients = []protocollo.Correspondent{{Name: "Ufficio tecnico"}, was.Recipients[0]}
	return protocollo.CorrectRequest{Ref: ref, Draft: next, Why: "errore di battitura (provvedimento n. 12 del 03/03/2026)", Changes: []protocollo.FieldChange{
		{Field: protocollo.FieldSenders, Old: protocollo.FieldValue{People: was.Senders}, New: protocollo.FieldValue{People: next.Senders}},
		{Field: protocollo.FieldRecipients, Old: protocollo.FieldValue{People: was.Recipients}, New: protocollo.FieldValue{People: next.Recipients}},
		{Field: protocollo.FieldSubject, Old: protocollo.FieldValue{Text: was.Subject}, New: protocollo.FieldValue{Text: next.Subject}}}}
}

// there is a document as a centre may show it, with what this connector knows nothing of.
const there = `{"DocNumber":"7","Object":"OGGETTO È «QUESTO»","ArrivalDate":"02/03/2026","MeansOfSending":"POSTA","Register":{"Code":"PG","Id":"86107"},
"Template":{"Name":"Richieste","Fields":[{"Name":"Esito","Value":"aperta"}]},"ProtocolSender":"77/A","DataProtocolSender":"27/02/2026 00:00:00",
"Sender":{"Id":"s1","Description":"BIANCHI LUCIA","Cap":"60019"},"MultipleSenders":[{"Id":"s2","Description":"VERDI UGO"}],
"Recipients":[{"Id":"r1","Description":"Ufficio tributi"}],"Note":[{"Id":"n1","Description":"con plico"}]}`

// edited runs a correction against one document, which the centre answers for as it was sent, and returns what was sent.
func edited(t *testing.T, document string, answer func(sent string) string, r protocollo.CorrectRequest) (sent map[string]any, err error) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		switch path.Base(q.URL.Path) {
		case "GetToken":
			_, _ = io.WriteString(w, `{"Code":0,"Token":"t"}`)
		case "GetDocument":
			_, _ = io.WriteString(w, `{"Code":0,"Document":`+document+`}`)
		case "EditDocument":
			var in struct{ Document json.RawMessage }
			if err := json.NewDecoder(q.Body).Decode(&in); err != nil || q.Method != http.MethodPost {
				t.Errorf("%s: %v", q.Method, err)
			}
			if err := json.Unmarshal(in.Document, &sent); err != nil {
				t.Error(err)
			}
			_, _ = io.WriteString(w, answer(string(in.Document)))
		default:
			t.Errorf("asked for %s", q.URL.Path)
		}
	}))
	t.Cleanup(server.Close)
	err = connector(t, server.URL, nil).Correct(t.Context(), r)
	return sent, err
}

func whole(sent string) string { return `{"Code":0,"Document":` + sent + `}` }

// TestCorrectSendsTheWholeDocument: what is not corrected goes back as it came, also what the connector does not know.
func TestCorrectSendsTheWholeDocument(t *testing.T) {
	sent, err := edited(t, there, whole, everyField("7"))
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]any
	if err := json.Unmarshal([]byte(there), &want); err != nil {
		t.Fatal(err)
	}
	occasional := func(name, address string) map[string]any {
		c := map[string]any{"Description": name, "CorrespondentType": "O"}
		if address != "" {
			c["Address"] = address
		}
		return c
	}
	want["Object"] = "Oggetto giusto"
	want["MultipleSenders"] = []any{occasional("Gialli Ada", "Via Milano 2")}
	want["Recipients"] = []any{occasional("Ufficio tecnico", ""), want["Recipients"].([]any)[0]}
	want["Note"] = append(want["Note"].([]any), map[string]any{"Description": "Rettifica: errore di battitura (provvedimento n. 12 del 03/03/2026)"})
	got, err := json.Marshal(sent)
	if err != nil {
		t.Fatal(err)
	}
	if expected, err := json.Marshal(want); err != nil || string(got) != string(expected) {
		t.Errorf("sent %s\nwant %s, %v", got, expected, err)
	}
}

// TestCorrectSenderReference: number and day of the received document, in whatever form the centre writes its days.
func TestCorrectSenderReference(t *testing.T) {
	r := protocollo.CorrectRequest{Ref: "7", Draft: letter(protocollo.Incoming).Draft, Changes: []protocollo.FieldChange{{Field: protocollo.FieldSenderRef,
		Old: protocollo.FieldValue{Text: "77/A", Day: "2026-02-27"}, New: protocollo.FieldValue{Text: "78/B", Day: "2026-02-28"}}}}
	r.Draft.SenderRef = protocollo.SenderReference{Protocol: "78/B", Day: "2026-02-28"}
	sent, err := edited(t, there, whole, r)
	if err != nil || sent["ProtocolSender"] != "78/B" || sent["DataProtocolSender"] != "28/02/2026" || sent["Object"] != "OGGETTO È «QUESTO»" {
		t.Errorf("%v, %v", sent, err)
	}
}

// TestCorrectAnswers: what each answer proves, and what is not sent at all.
func TestCorrectAnswers(t *testing.T) {
	says := func(answer string) func(string) string { return func(string) string { return answer } }
	already := strings.NewReplacer("OGGETTO È «QUESTO»", "Oggetto giusto", `"VERDI UGO"`, `"Gialli Ada","Address":"Via Milano 2"`, "BIANCHI LUCIA\"",
		`Bianchi Lucia","Address":"Via Roma 1","Email":"l@b.example","NationalIdentificationNumber":"BNCLCU80A41H501X"`,
		`[{"Id":"r1","Description":"Ufficio tributi"}]`, `[{"Description":"Ufficio tecnico"},{"Description":"Ufficio tributi"}]`).Replace(there)
	for name, c := range map[string]struct {
		document string
		answer   func(string) string
		want     protocollo.Class
		sends    bool
	}{
		"done":                         {there, whole, "", true},
		"there already":                {already, whole, "", false},
		"the answer shows the old":     {there, says(whole(there)), protocollo.OutcomeUnknown, true},
		"the answer has no document":   {there, says(`{"Code":0}`), protocollo.OutcomeUnknown, true},
		"an error that proves nothing": {there, says(`{"Code":1,"ErrorMessage":"APPLICATION_ERROR"}`), protocollo.OutcomeUnknown, true},
		"refused":                      {there, says(`{"Code":1,"ErrorMessage":"RECIPIENT_NOT_FOUND"}`), protocollo.Rejected, true},
		"changed there":                {strings.Replace(there, "OGGETTO È", "ALTRO OGGETTO", 1), whole, protocollo.Rejected, false},
		"another sender there":         {strings.Replace(there, "VERDI UGO", "NERI ADA", 1), whole, protocollo.Rejected, false},
		"annulled there":               {strings.Replace(there, `"DocNumber"`, `"Annulled":true,"DocNumber"`, 1), whole, protocollo.Rejected, false},
		"no register":                  {strings.Replace(there, `"Register"`, `"Registro"`, 1), whole, protocollo.Unavailable, false},
		"no document":                  {"null", whole, protocollo.Unavailable, false},
	} {
		sent, err := edited(t, c.document, c.answer, everyField("7"))
		if got := protocollo.ClassOf(err); got != c.want || (sent != nil) != c.sends {
			t.Errorf("%s: %v, want %q; sent %v", name, err, c.want, sent)
		}
		var e *protocollo.Error
		if c.want == protocollo.Rejected && (!errors.As(err, &e) || e.Words == "") {
			t.Errorf("%s: no words: %v", name, err)
		}
	}
}

// TestCorrects: what the contract has no field for is keyed in by a person.
func TestCorrects(t *testing.T) {
	c := connector(t, "http://127.0.0.1:1", nil)
	for _, f := range []protocollo.Field{protocollo.FieldSubject, protocollo.FieldSenders, protocollo.FieldRecipients, protocollo.FieldSenderRef} {
		if !c.Corrects(f) {
			t.Errorf("%s is not corrected", f)
		}
	}
	for _, f := range protocollo.OptionalFields() {
		if c.Corrects(f) {
			t.Errorf("%s is said to be corrected", f)
		}
	}
}

// TestCorrectionKeepsTheScan: the files under the letter, and its number, stand as before.
func TestCorrectionKeepsTheScan(t *testing.T) {
	other := office(t)
	c := connector(t, other.URL(), nil)
	everyService(t, c)
	e, found := other.Find(func(e centre.Entry) bool { return e.Subject == "Oggetto giusto" })
	if !found || e.Number != 3 || len(e.Documents) == 0 || !strings.Contains(e.Note, "Richiesta chiave-1") || !strings.Contains(e.Note, "Rettifica: errore") {
		t.Errorf("%+v", e)
	}
}
