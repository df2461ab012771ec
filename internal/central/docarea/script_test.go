package docarea_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"

	"segnatura/internal/central/docarea"
	"segnatura/internal/soap"
)

// asked is one request as it came.
type asked struct {
	operation string // the body's element, without prefix
	action    string
	path      string
	body      []byte // that element
	envelope  []byte
	files     [][]byte
}

// script is a service that answers each operation as it is told, in order; an operation without a line left answers as it did last. "raw:" says the
// whole body.
type script struct {
	t       *testing.T
	mu      sync.Mutex
	answers map[string][]string
	asked   []asked
	url     string
}

var (
	bodyPattern = regexp.MustCompile(`(?s)<soapenv:Body>(.*)</soapenv:Body>`)
	namePattern = regexp.MustCompile(`^<op:(\w+)[ >]`)
)

// scripted starts a service. The answers are the fields of each operation's result.
func scripted(t *testing.T, answers map[string][]string) *script {
	t.Helper()
	s := &script{t: t, answers: answers}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, err := io.ReadAll(r.Body)
	if err != nil {
		s.t.Error(err)
		return
	}
	a := asked{action: r.Header.Get("SOAPAction"), path: r.URL.Path, envelope: b}
	if r.Header.Get("Content-Type") == "application/dime" {
		envelope, parts, err := soap.UnpackDIME(b)
		if err != nil {
			s.t.Error(err)
			return
		}
		a.envelope = envelope
		for _, p := range parts {
			a.files = append(a.files, p.Body)
		}
	}
	if m := bodyPattern.FindSubmatch(a.envelope); m != nil {
		a.body = m[1]
	}
	if m := namePattern.FindSubmatch(a.body); m != nil {
		a.operation = string(m[1])
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, a)
	lines := s.answers[a.operation]
	if len(lines) == 0 {
		s.t.Errorf("asked for %q: %s", a.operation, b)
		return
	}
	if len(lines) > 1 {
		s.answers[a.operation] = lines[1:]
	}
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	if strings.HasPrefix(lines[0], "<s:Fault>") {
		w.WriteHeader(http.StatusInternalServerError)
		fmt.Fprintf(w, `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>%s</s:Body></s:Envelope>`, lines[0])
		return
	}
	if whole, raw := strings.CutPrefix(lines[0], "raw:"); raw {
		fmt.Fprintf(w, `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>%s</s:Body></s:Envelope>`, whole)
		return
	}
	fmt.Fprintf(w, `<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><m:%[1]sResponse xmlns:m="http://tempuri.org/">`+
		`%[2]s</m:%[1]sResponse></s:Body></s:Envelope>`, a.operation, lines[0])
}

// operations lists what was asked, in order.
func (s *script) operations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []string
	for _, a := range s.asked {
		list = append(list, a.operation)
	}
	return list
}

// names are one dialect's operations and how its answers spell what the tests need.
type names struct{ login, insert, number, attach, read, lng string }

var spelled = map[docarea.Dialect]names{
	docarea.Finmatica:       {"login", "inserimento", "protocollazione", "aggiungiAllegato", "getProtocollo", "lng"},
	docarea.TINN:            {"Login", "Inserimento", "Protocollazione", "", "", "Ing"},
	docarea.Halley:          {"Login", "Inserimento", "Protocollazione", "", "", "lng"},
	docarea.Datagraph:       {"Login", "Inserimento", "Protocollazione", "AggiungiDocumento2", "GetRegistrazione2", "lng"},
	docarea.DatagraphBase64: {"Login", "InserimentoBase64", "ProtocollazioneBase64", "AggiungiDocumentoBase64", "GetRegistrazione2", "lng"},
}

func (n names) code(code int, words string) string {
	return fmt.Sprintf("<r><%sErrNumber>%d</%[1]sErrNumber><strErrString>%[3]s</strErrString></r>", n.lng, code, words)
}

func (n names) loggedIn(token string) string {
	return "<r><strDST>" + token + "</strDST>" + n.code(0, "") + "</r>"
}

func (n names) inserted(id int) string {
	return fmt.Sprintf("<r><%sDocID>%d</%[1]sDocID>%[3]s</r>", n.lng, id, n.code(0, ""))
}

func (n names) numbered(number, year int, day string) string {
	field := "strDataPG"
	if n.lng == "Ing" {
		field = "StrDataPG"
	}
	return fmt.Sprintf("<r><%[1]sNumPG>%[2]d</%[1]sNumPG><%[1]sAnnoPG>%[3]d</%[1]sAnnoPG><%[4]s>%[5]s</%[4]s>%[6]s</r>", n.lng, number, year, field, day, n.code(0, ""))
}

// inString is XML as Finmatica answers it.
func inString(operation, xml string) string {
	return "<" + operation + "Return>" + strings.NewReplacer("<", "&lt;", ">", "&gt;").Replace(xml) + "</" + operation + "Return>"
}

// nothing is what a registration without attachments looks like.
func (n names) nothing() string {
	if n.read == "getProtocollo" {
		return inString(n.read, "<PROTOCOLLO><DOC><ANNO>2026</ANNO><NUMERO>1234</NUMERO><DATA>02/03/2026 09:15:00</DATA></DOC><ALLEGATI/></PROTOCOLLO>")
	}
	return `<GetRegistrazione2Result><Registrazione xmlns=""><Descrizione><Documento id="10001" nome="ricezione-7.pdf"/></Descrizione></Registrazione>` +
		`<lngErrNumber>0</lngErrNumber></GetRegistrazione2Result>`
}

// working answers everything well.
func (n names) working() map[string][]string {
	answers := map[string][]string{
		n.login:  {n.loggedIn("DST-1"), n.loggedIn("DST-2"), n.loggedIn("DST-3")},
		n.insert: {n.inserted(10001), n.inserted(10002), n.inserted(10003)},
		n.number: {n.numbered(1234, 2026, "02/03/2026")},
	}
	if n.attach != "" {
		answers[n.attach], answers[n.read] = []string{n.inserted(77)}, []string{n.nothing()}
	}
	switch n.read {
	case "GetRegistrazione2":
		answers["CercaRegistrazioni"] = []string{searchAnswer}
	case "getProtocollo":
		answers["getProtocolli"] = []string{inString("getProtocolli", "<PROTOCOLLI/>")}
	}
	return answers
}

func (s *script) find(operation string) asked {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.asked {
		if a.operation == operation {
			return a
		}
	}
	s.t.Fatalf("%s was never asked", operation)
	return asked{}
}

func (a asked) has(t *testing.T, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !bytes.Contains(a.body, []byte(p)) {
			t.Errorf("%s has no %s: %s", a.operation, p, a.body)
		}
	}
}
