package titulus_test

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"segnatura/internal/central/titulus"
	"segnatura/internal/protocollo"
)

// says serves one text for each operation, as an answer's string; "fault:CODE:WORDS" is a fault, and "status:401" a status.
func says(t *testing.T, answers map[string][]string) (address string, asked func() []string) {
	t.Helper()
	var operations []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		operation, _, _ := strings.Cut(string(body[strings.Index(string(body), "<ws:")+4:]), " ")
		operations = append(operations, operation)
		list := answers[operation]
		if len(list) == 0 {
			list = []string{"<ok/>"}
		}
		answers[operation] = list[min(1, len(list)-1):] // the last one is said for ever
		var text strings.Builder
		switch kind, rest, _ := strings.Cut(list[0], ":"); kind {
		case "status":
			w.WriteHeader(http.StatusUnauthorized)
			return
		case "fault":
			code, words, _ := strings.Cut(rest, ":")
			w.WriteHeader(http.StatusInternalServerError)
			text.WriteString("<soapenv:Fault><faultcode>soapenv:" + code + "</faultcode><faultstring>" + words + "</faultstring></soapenv:Fault>")
		case "raw":
			text.WriteString(rest)
		default:
			text.WriteString("<n:" + operation + `Response xmlns:n="http://ws.titulus.kion.it"><` + operation + "Return>")
			_ = xml.EscapeText(&text, []byte(list[0]))
			text.WriteString("</" + operation + "Return></n:" + operation + "Response>")
		}
		_, _ = io.WriteString(w, `<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>`+text.String()+`</soapenv:Body></soapenv:Envelope>`)
	}))
	t.Cleanup(server.Close)
	return server.URL, func() []string { return operations }
}

const good = `<?xml version="1.0" encoding="iso-8859-1"?><Response><url/><Document physdoc="1"><doc nrecord="000000001-UNIXAAA" anno="2026" data_prot="20260302"` +
	` num_prot="2026-UNIXAAA-0000123" bozza="no"><oggetto>perché</oggetto></doc></Document></Response>`

// TestWhatAnAnswerProves: only the contract's own no, and words that the configuration knows, are a refusal; all that is not wholly clear may be a number.
func TestWhatAnAnswerProves(t *testing.T) {
	const rejected, unavailable, unknown = protocollo.Rejected, protocollo.Unavailable, protocollo.OutcomeUnknown
	with := func(old, replacement string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("%q is not in the answer", old)
		}
		return strings.Replace(good, old, replacement, 1)
	}
	for _, c := range []struct {
		name, says string
		want       protocollo.Class
		code       string
	}{
		{"as it should", good, "", ""},
		{"a refusal", `<response result="error"><errore cod="E7"><descrizione>classificazione assente</descrizione></errore></response>`, rejected, "refused"},
		{"a refusal without a reason", `<response result="error"/>`, rejected, "refused"},
		{"a refusal beside a number", with("<url/>", `<errore cod="E9"><descrizione>notifica fallita</descrizione></errore>`), unknown, "nonsense"},
		{"a draft", with(` num_prot="2026-UNIXAAA-0000123" bozza="no"`, ` bozza="si"`), rejected, "draft"},
		{"neither number nor draft", with(` num_prot="2026-UNIXAAA-0000123"`, ``), unknown, "nonsense"},
		{"another AOO's number", with("2026-UNIXAAA-", "2026-UNIXBBB-"), unknown, "nonsense"},
		{"a number of six digits", with("0000123", "000123"), unknown, "nonsense"},
		{"number zero", with("0000123", "0000000"), unknown, "nonsense"},
		{"a day of another year", with("20260302", "20250302"), unknown, "receipt"},
		{"no day", with("20260302", ""), unknown, "nonsense"},
		{"no nrecord", with(` nrecord="000000001-UNIXAAA"`, ``), unknown, "nonsense"},
		{"no document", `<Response><url/></Response>`, unknown, "nonsense"},
		{"no XML", `Errore interno`, unknown, "nonsense"},
		{"nothing", ``, unknown, "nonsense"},
		{"another operation's answer", `raw:<searchResponse><searchReturn/></searchResponse>`, unknown, "nonsense"},
		{"a reference instead of a value", `raw:<saveDocumentResponse><saveDocumentReturn href="#id0"/></saveDocumentResponse>`, unknown, "nonsense"},
		{"no value", `raw:<saveDocumentResponse/>`, unknown, "nonsense"},
		{"a fault like any other", "fault:Server.userException:java.lang.NullPointerException", unknown, "fault"},
		{"a fault whose words are known", "fault:Server.userException:java.lang.Exception: voce non valida", rejected, "refused"},
		{"nothing behind the address", "fault:Server.NoService:The AXIS engine could not find a target service", unavailable, "address"},
		{"a request that Axis could not read", "fault:Client:No such operation", rejected, "fault"},
	} {
		t.Run(c.name, func(t *testing.T) {
			address, _ := says(t, map[string][]string{"saveDocument": {c.says}})
			cfg := config(address)
			cfg.Refusals = []string{"voce non valida"}
			receipt, err := connector(t, cfg).Register(t.Context(), letters[0].request)
			if c.want == "" {
				if err != nil || receipt.Number != "0000123" || receipt.Day != "2026-03-02" || receipt.Ref != "000000001-UNIXAAA" || receipt.Raw != good || !receipt.At.Equal(cfg.Clock()) {
					t.Fatalf("%+v, %v", receipt, err)
				}
				return
			}
			var e *protocollo.Error
			if !errors.As(err, &e) || e.Class != c.want || e.Code != c.code {
				t.Fatalf("%v, want %s (%s)", err, c.want, c.code)
			}
			if c.want == rejected && e.Words == "" {
				t.Errorf("%v has no words", err)
			}
		})
	}
}

// TestSessionIsOpenedForEachAct, and once more where the refusal proves that nothing was done; never a third time.
func TestSessionIsOpenedForEachAct(t *testing.T) {
	address, asked := says(t, map[string][]string{"saveDocument": {"status:401", good}, "setWSUser": {"raw:<setWSUserResponse><setWSUserReturn/></setWSUserResponse>", "<ok/>"}})
	c := connector(t, config(address))
	for range 2 {
		if _, err := c.Register(t.Context(), letters[0].request); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"setWSUser", "saveDocument", "setWSUser", "saveDocument", "setWSUser", "saveDocument"}
	if got := asked(); !slices.Equal(got, want) {
		t.Errorf("asked %v, want %v", got, want)
	}

	address, asked = says(t, map[string][]string{"saveDocument": {"status:401"}})
	_, err := connector(t, config(address)).Register(t.Context(), letters[0].request)
	wantError(t, err, protocollo.Unavailable, "credentials")
	if got := asked(); !slices.Equal(got, want[:4]) {
		t.Errorf("asked %v, want %v", got, want[:4])
	}
}

// TestUserRefused: nothing was done, and what is wrong is in the settings.
func TestUserRefused(t *testing.T) {
	address, asked := says(t, map[string][]string{"setWSUser": {`<response result="error"><errore cod="12"><descrizione>profilo inesistente</descrizione></errore></response>`}})
	_, err := connector(t, config(address)).Register(t.Context(), letters[0].request)
	wantError(t, err, protocollo.Unavailable, "credentials")
	var e *protocollo.Error
	if !errors.As(err, &e) || e.Words != "12 profilo inesistente" || len(asked()) != 1 {
		t.Errorf("%v after %v", err, asked())
	}
}

// TestWhatTheDocumentShows: after an answer, the document decides whether a file was taken or a number cancelled; where it cannot be read, or nothing was
// answered clearly, it stays unknown.
func TestWhatTheDocumentShows(t *testing.T) {
	const rejected, unknown = protocollo.Rejected, protocollo.OutcomeUnknown
	taken := strings.Replace(good, "</oggetto>", `</oggetto><files><file name="f7" title="Documento principale [1/1]"/></files>`, 1)
	cancelled := strings.Replace(good, `bozza="no"`, `bozza="no" annullato="si"`, 1)
	const fault, page = "fault:Server.userException:documento in lock", "raw:<html/>"
	attach := func(c *titulus.Connector) error {
		request, body := attachment("000000001-UNIXAAA", "1/1", "%PDF")
		receipt, err := c.Attach(t.Context(), request, body)
		if err == nil && receipt.Ref != "f7" {
			t.Errorf("receipt %+v", receipt)
		}
		return err
	}
	annul := func(c *titulus.Connector) error { return c.Annul(t.Context(), "000000001-UNIXAAA", act) }
	for _, c := range []struct {
		name, operation, says, shown string
		do                           func(*titulus.Connector) error
		want                         protocollo.Class
		code                         string
	}{
		{"taken", "checkInContentFiles", "raw:<checkInContentFilesResponse/>", taken, attach, "", ""},
		{"taken, and a fault", "checkInContentFiles", fault, taken, attach, "", ""},
		{"taken, and nonsense", "checkInContentFiles", page, taken, attach, "", ""},
		{"a fault", "checkInContentFiles", fault, good, attach, rejected, "refused"},
		{"a fault, and then nothing", "checkInContentFiles", fault, "status:401", attach, unknown, "fault"},
		{"nonsense", "checkInContentFiles", page, good, attach, unknown, "nonsense"},
		{"not shown", "checkInContentFiles", "raw:<checkInContentFilesResponse/>", good, attach, unknown, "nonsense"},
		{"not readable", "checkInContentFiles", "raw:<checkInContentFilesResponse/>", "status:401", attach, unknown, "nonsense"},
		{"cancelled", "cancelDocument", good, cancelled, annul, "", ""},
		{"cancelled, and a fault", "cancelDocument", fault, cancelled, annul, "", ""},
		{"cancelled, and no XML", "cancelDocument", "fatto", cancelled, annul, "", ""},
		{"not cancelled", "cancelDocument", good, good, annul, unknown, "nonsense"},
		{"not cancelled, with a fault", "cancelDocument", fault, good, annul, rejected, "refused"},
		{"not cancelled, with a refusal", "cancelDocument", `<response result="error"/>`, cancelled, annul, rejected, "refused"},
	} {
		t.Run(c.name, func(t *testing.T) {
			address, _ := says(t, map[string][]string{"loadDocument": {good, c.shown}, c.operation: {c.says}})
			err := c.do(connector(t, config(address)))
			if c.want != "" {
				wantError(t, err, c.want, c.code)
			} else if err != nil {
				t.Fatal(err)
			}
		})
	}
}

// TestFindNeedsTheIndex: without it no search is made at all.
func TestFindNeedsTheIndex(t *testing.T) {
	address, asked := says(t, map[string][]string{})
	cfg := config(address)
	_, found, err := connector(t, cfg).Find(t.Context(), "", "k-1")
	wantError(t, err, protocollo.OutcomeUnknown, "find")
	if found || len(asked()) != 0 {
		t.Errorf("found %t after %v", found, asked())
	}
}
