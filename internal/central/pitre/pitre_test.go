package pitre_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"go.yaml.in/yaml/v3"

	"segnatura/internal/call"
	"segnatura/internal/central/centraltest"
	"segnatura/internal/central/pitre"
	"segnatura/internal/officesim/centre"
	"segnatura/internal/protocollo"
	"segnatura/internal/testenv"
)

func connector(t *testing.T, url string, change func(*pitre.Config)) *pitre.Connector {
	t.Helper()
	client, err := call.New(call.Config{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	cfg := pitre.Config{Client: client, Clock: time.Now, User: "SEGNATURA", Application: "SEGNATURA", Administration: "ENTE",
		Registers: map[protocollo.AOOCode]string{"AOO1": "PG"}, Means: map[protocollo.Means]string{protocollo.MeansPost: "POSTA"}}
	if change != nil {
		change(&cfg)
	}
	c, err := pitre.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func office(t *testing.T) *centre.Centre {
	t.Helper()
	c, err := centre.Start(t.Context(), centre.Config{Face: centre.Pitre})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func harness(t *testing.T, address string, routed bool) *centraltest.Harness {
	other := office(t)
	c := connector(t, other.URL()+address, func(cfg *pitre.Config) { cfg.Routed = routed })
	const noKey, noAnnul = "no field that can be searched carries our key", "these services annul nothing"
	return &centraltest.Harness{
		Registrar: c, Sender: c,
		Body: protocollo.Body{Code: "c_a000", Name: "Comune di Prova", ShortName: "Comune di Prova"},
		AOO:  protocollo.AOO{Code: "AOO1", Name: "Unica", RegisterCode: "PG"},
		Behave: func(how centraltest.Behaviour) {
			if err := other.Behave(centre.Behaviour(how)); err != nil {
				t.Fatal(err)
			}
		},
		Numbers:   func(_ *testing.T, key string) int { return other.Numbers(centraltest.Mark(key)) },
		Documents: func(_ *testing.T, key string) int { return other.Documents(key) },
		Absences: map[string]string{
			"same-key": noKey, "found-after-lost": noKey, "absent": noKey, "find-away": noKey, "find-refused": noKey,
			"annul": noAnnul, "annul-away": noAnnul, "annul-unknown-reference": noAnnul,
		},
	}
}

func TestConnector(t *testing.T) {
	centraltest.Run(t, func(t *testing.T) *centraltest.Harness { return harness(t, "/Vt-Docs/RESTServices", false) })
}

// TestConnectorRouted: the same by the one address that outside clients may use.
func TestConnectorRouted(t *testing.T) {
	centraltest.Run(t, func(t *testing.T) *centraltest.Harness { return harness(t, "/RestServices/RouteRestRequest", true) })
}

// letter is a request with everything that a letter may have.
func letter(direction protocollo.Direction) protocollo.RegisterRequest {
	r := protocollo.RegisterRequest{Key: "chiave-1", AOO: protocollo.AOO{Code: "AOO1", RegisterCode: "PG"}, ArrivalDay: "2026-03-02",
		Draft: protocollo.Draft{Direction: direction, Subject: "Oggetto è «questo»", Senders: []protocollo.Correspondent{{Name: "Bianchi Lucia",
			Email: "l@b.example", Code: "BNCLCU80A41H501X", Address: "Via Roma 1"}, {Name: "Verdi Ugo"}}, Recipients: []protocollo.Correspondent{{Name: "Ufficio tributi"}},
			Copies: []protocollo.Correspondent{{Name: "Sindaco"}}, SenderRef: protocollo.SenderReference{Protocol: "77/A", Day: "2026-02-27"},
			Means: protocollo.MeansPost, Note: "con plico", Confidential: true},
		Emergency: &protocollo.EmergencyOrigin{Label: "n. 2/2026 R.E. 1/2026", Day: "2026-03-01"}}
	return r
}

// recorder keeps the requests and answers of a face, by service.
type recorder struct {
	http.Handler
	mu    sync.Mutex
	bodys map[string][][]byte // by service and side: "CreateDocument request"
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, err := io.ReadAll(q.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	q.Body = io.NopCloser(bytes.NewReader(body))
	answer := httptest.NewRecorder()
	r.Handler.ServeHTTP(answer, q)
	r.mu.Lock()
	name := path.Base(q.URL.Path)
	if len(body) > 0 {
		r.bodys[name+"Request"] = append(r.bodys[name+"Request"], body)
	}
	r.bodys[name+"Response"] = append(r.bodys[name+"Response"], answer.Body.Bytes())
	r.mu.Unlock()
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
}

// TestAgainstTheContract: every request that the connector makes, and every answer of the pretend centre, is as the maker's swagger says,
// with no field that it does not have.
func TestAgainstTheContract(t *testing.T) {
	schemas := contract(t)
	rec := &recorder{bodys: map[string][][]byte{}}
	other, err := centre.Start(t.Context(), centre.Config{Face: func(c *centre.Centre) http.Handler {
		rec.Handler = centre.Pitre(c)
		return rec
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(other.Close)
	c := connector(t, other.URL()+"/Vt-Docs/RESTServices", func(cfg *pitre.Config) { cfg.RF, cfg.Role = "RF1", "PROT" })
	everyService(t, c)

	names := map[string]string{"GetToken": "Authenticate", "GetRegistersOrRF": "GetRegistersOrRF", "CreateDocument": "CreateDocument",
		"UploadFileToDocument": "UploadFileToDocument", "GetDocument": "GetDocument", "EditDocument": "GetDocument", "SearchDocuments": "SearchDocuments"}
	for service, base := range names {
		for _, side := range []string{"Request", "Response"} {
			definition := base + side
			switch service + side {
			case "SearchDocumentsRequest":
				definition = "SearchRequest"
			case "EditDocumentRequest":
				definition = "CreateDocumentRequest"
			}
			bodies := rec.bodys[service+side]
			if len(bodies) == 0 && !(service == "GetRegistersOrRF" && side == "Request") {
				t.Errorf("no %s of %s was seen", side, service)
			}
			for _, body := range bodies {
				conforms(t, schemas, definition, body)
			}
		}
	}
}

// everyService makes the connector use each service in each way.
func everyService(t *testing.T, c *pitre.Connector) {
	t.Helper()
	if err := c.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	var ref string
	for _, d := range []protocollo.Direction{protocollo.Incoming, protocollo.Outgoing, protocollo.Inside} {
		r, err := c.Register(t.Context(), letter(d))
		if err != nil {
			t.Fatal(err)
		}
		ref = r.Ref
	}
	anonymous := letter(protocollo.Incoming)
	anonymous.Draft.Senders, anonymous.Draft.Anonymous = nil, true
	if _, err := c.Register(t.Context(), anonymous); err != nil {
		t.Fatal(err)
	}
	attached := ""
	for part := range 2 {
		for version := range 2 {
			r := protocollo.AttachRequest{Key: string(rune('a'+part)) + string(rune('0'+version)), Ref: ref, Part: part, Title: "Titolo", FileName: "x.pdf",
				MediaType: "application/pdf", SHA256: "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881", Bytes: 1}
			if version > 0 {
				r.Replaces = protocollo.Attached{Key: "k", Ref: attached}
			}
			receipt, err := c.Attach(t.Context(), r, strings.NewReader("x"))
			if err != nil || receipt.Replaced != (version > 0) {
				t.Fatalf("part %d, version %d: %+v, %v", part, version, receipt, err)
			}
			attached = receipt.Ref
		}
	}
	if err := c.Correct(t.Context(), everyField(ref)); err != nil {
		t.Fatal(err)
	}
	today := protocollo.DayOf(time.Now())
	if _, err := c.Candidates(t.Context(), protocollo.CandidateQuery{AOO: protocollo.AOO{Code: "AOO1"}, Subject: "x", Senders: []string{"y"}, From: today, To: today}); err != nil {
		t.Fatal(err)
	}
}

// contract reads the swagger's definitions; a field that they do not have is a fault.
func contract(t *testing.T) huma.Registry {
	t.Helper()
	raw, err := os.ReadFile(testenv.Shared(t, "interop/pitre-docspa/RestServicesPITRE.swagger2.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Definitions map[string]*huma.Schema `yaml:"definitions"`
	}
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	schemas := huma.NewMapRegistry("#/definitions/", huma.DefaultSchemaNamer)
	for name, s := range doc.Definitions {
		for _, p := range s.Properties {
			for i, v := range p.Enum {
				if n, ok := v.(int); ok {
					p.Enum[i] = float64(n) // as JSON's numbers come
				}
			}
		}
		if s.Type == "object" {
			s.AdditionalProperties = false
		}
		s.PrecomputeMessages()
		schemas.Map()[name] = s
	}
	return schemas
}

func conforms(t *testing.T, schemas huma.Registry, definition string, body []byte) {
	t.Helper()
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatal(err)
	}
	s := schemas.Map()[definition]
	if s == nil {
		t.Fatalf("the contract has no %s", definition)
	}
	res := &huma.ValidateResult{}
	huma.Validate(schemas, s, huma.NewPathBuffer(nil, 0), huma.ModeWriteToServer, v, res)
	for _, err := range res.Errors {
		t.Errorf("%s: %v in %s", definition, err, body)
	}
}

// TestContractIsStrict: the check above fails on what is not in the contract.
func TestContractIsStrict(t *testing.T) {
	schemas := contract(t)
	for _, body := range []string{`{"Documento":{}}`, `{"Document":{"Object":7}}`, `{"Document":{"Note":[{"Testo":"x"}]}}`} {
		var v any
		if err := json.Unmarshal([]byte(body), &v); err != nil {
			t.Fatal(err)
		}
		res := &huma.ValidateResult{}
		huma.Validate(schemas, schemas.Map()["CreateDocumentRequest"], huma.NewPathBuffer(nil, 0), huma.ModeWriteToServer, v, res)
		if len(res.Errors) == 0 {
			t.Errorf("%s passed", body)
		}
	}
}

// says serves fixed answers by service.
func says(t *testing.T, answers map[string]string) *pitre.Connector {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, ok := answers[path.Base(r.URL.Path)]
		if !ok {
			answer = `{"Code":0,"Token":"t"}`
		}
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	return connector(t, server.URL, nil)
}

// TestWhatAWordProves: only the manual's words for refused data prove that nothing was done.
func TestWhatAWordProves(t *testing.T) {
	for answer, want := range map[string]protocollo.Class{
		`{"Code":1,"ErrorMessage":"SENDER_NOT_FOUND"}`:          protocollo.Rejected,
		`{"Code":1,"ErrorMessage":"SENDER_NOT_FOUND: Bianchi"}`: protocollo.Rejected,
		`{"Code":1,"ErrorMessage":"ROLE_NO_EXIST"}`:             protocollo.Unavailable,
		`{"Code":1,"ErrorMessage":"APPLICATION_ERROR"}`:         protocollo.OutcomeUnknown,
		`{"Code":1,"ErrorMessage":"FILE_CREATION_ERROR"}`:       protocollo.OutcomeUnknown,
		`{"Code":1,"ErrorMessage":"Timeout expired"}`:           protocollo.OutcomeUnknown,
		`{"Code":1}`: protocollo.OutcomeUnknown,
		`{}`:         protocollo.OutcomeUnknown,
		`[]`:         protocollo.OutcomeUnknown,
		`{"Code":0}`: protocollo.OutcomeUnknown,
		`{"Code":0,"Document":{"DocNumber":"7","ProtocolDate":"02/03/2026"}}`:                                                                 protocollo.OutcomeUnknown,
		`{"Code":0,"Document":{"DocNumber":"7","ProtocolNumber":"0","ProtocolDate":"02/03/2026"}}`:                                            protocollo.OutcomeUnknown,
		`{"Code":0,"Document":{"DocNumber":"7","ProtocolNumber":"12","ProtocolDate":"ieri"}}`:                                                 protocollo.OutcomeUnknown,
		`{"Code":0,"Document":{"ProtocolNumber":"12","ProtocolDate":"02/03/2026"}}`:                                                           protocollo.OutcomeUnknown,
		`{"Code":0,"Document":{"DocNumber":"7","ProtocolNumber":"12","ProtocolYear":"2025","ProtocolDate":"02/03/2026"}}`:                     protocollo.OutcomeUnknown,
		`{"Code":0,"ErrorMessage":"","Document":{"DocNumber":"7","ProtocolNumber":"12","ProtocolDate":"02/03/2026","ProtocolYear":"2026"}}`:   "",
		`{"Code":0,"Document":{"Id":"7","ProtocolNumber":"0000012","ProtocolDate":"2026-03-02T09:15:00"}}`:                                    "",
		`{"Code":0,"ErrorMessage":null,"Document":{"DocNumber":"7","ProtocolNumber":"12","ProtocolDate":"02/03/2026 09.15.00","Extra":true}}`: "",
	} {
		r, err := says(t, map[string]string{"CreateDocument": answer}).Register(t.Context(), letter(protocollo.Incoming))
		if got := protocollo.ClassOf(err); got != want {
			t.Errorf("%s: %v, want %q", answer, err, want)
		}
		if want == "" && (r.Number != "0000012" || r.Day != "2026-03-02" || r.Ref != "7" || r.Raw == "") {
			t.Errorf("%s: receipt %+v", answer, r)
		}
	}
}

// TestNoToken: whatever goes wrong before the operation is asked for, nothing was done.
func TestNoToken(t *testing.T) {
	for _, answer := range []string{`{"Code":1,"ErrorMessage":"USER_NO_EXIST"}`, `{"Code":1,"ErrorMessage":"APPLICATION_ERROR"}`, `{"Code":0}`, `<html>`} {
		_, err := says(t, map[string]string{"GetToken": answer}).Register(t.Context(), letter(protocollo.Incoming))
		if !errors.Is(err, protocollo.Unavailable) {
			t.Errorf("%s: %v", answer, err)
		}
	}
}

// TestCheckNamesTheRegister: a register that the role does not see is a fault of the settings.
func TestCheckNamesTheRegister(t *testing.T) {
	other := office(t)
	c := connector(t, other.URL(), func(cfg *pitre.Config) { cfg.Registers["AOO2"] = "ALTRO" })
	if err := c.Check(t.Context()); !errors.Is(err, protocollo.Invalid) || !strings.Contains(err.Error(), "ALTRO") {
		t.Fatalf("Check = %v", err)
	}
}

// TestAnonymous: the sender that the contract demands is literal L-1.
func TestAnonymous(t *testing.T) {
	other := office(t)
	r := letter(protocollo.Incoming)
	r.Draft.Senders, r.Draft.Anonymous = nil, true
	if _, err := connector(t, other.URL(), nil).Register(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if e, _ := other.Find(func(centre.Entry) bool { return true }); len(e.Names) == 0 || e.Names[0] != "MITTENTE ANONIMO" {
		t.Fatalf("senders %q", e.Names)
	}
}

// TestCandidates: those of the same subject, or else of the days and a sender of that name; annulled ones and other days' are left out.
func TestCandidates(t *testing.T) {
	other := office(t)
	c := connector(t, other.URL(), nil)
	for _, d := range []struct{ subject, sender string }{{"Richiesta di accesso", "Bianchi Lucia"}, {"Altro oggetto", "Bianchi  lucia"}, {"Altro", "Verdi Ugo"}} {
		r := letter(protocollo.Incoming)
		r.Draft.Subject, r.Draft.Senders = d.subject, []protocollo.Correspondent{{Name: d.sender}}
		r.Draft.Confidential = d.subject == "Altro oggetto"
		if _, err := c.Register(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	today := protocollo.DayOf(time.Now())
	ask := func(subject string, day protocollo.Day) []protocollo.Candidate {
		t.Helper()
		list, err := c.Candidates(t.Context(), protocollo.CandidateQuery{AOO: protocollo.AOO{Code: "AOO1", RegisterCode: "PG"}, Subject: subject,
			Senders: []string{"Bianchi Lucia"}, From: day, To: day})
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	list := ask("richiesta di  accesso", today)
	for _, x := range list {
		if x.Confidential != (x.Subject == "Altro oggetto") {
			t.Errorf("confidential %v: %+v", x.Confidential, x)
		}
	}
	if len(list) != 2 { // two blanks: the service finds nothing by that subject, and the sender's letters are shown
		t.Fatalf("candidates %+v", list)
	}
	list = ask("richiesta di accesso", today)
	if len(list) != 1 || !slices.Equal(list[0].Why, []string{protocollo.WhyDay, protocollo.WhySubject, protocollo.WhySender}) || list[0].Receipt.Validate() != nil {
		t.Fatalf("candidates %+v", list)
	}
	if list := ask("niente", "2026-01-01"); len(list) != 0 {
		t.Fatalf("candidates of another day: %+v", list)
	}
}
