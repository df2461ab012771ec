package soap_test

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"segnatura/internal/call"
	"segnatura/internal/protocollo"
	"segnatura/internal/soap"
)

type greeting struct {
	XMLName xml.Name `xml:"j:saluta"`
	Whom    string   `xml:"richiesta>j:nome"`
}

type greeted struct {
	Words string `xml:"risposta>parole"`
}

const envelopeOf = `<?xml version="1.0"?><S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Header><x/></S:Header><S:Body>%</S:Body></S:Envelope>`

func inBody(s string) string { return strings.Replace(envelopeOf, "%", s, 1) }

// service answers with one status, kind and body, and keeps what it was asked.
type service struct {
	status     int
	kind, body string
	asked      *http.Request
	envelope   string
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.asked, s.envelope = r, string(body)
	w.Header().Set("Content-Type", s.kind)
	w.WriteHeader(s.status)
	_, _ = io.WriteString(w, s.body)
}

func start(t *testing.T, s *service) *soap.Client {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	client, err := call.New(call.Config{URL: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	return soap.New(client, soap.Namespaces{"j": "http://example.it/?a&b"})
}

func TestCall(t *testing.T) {
	s := &service{status: 200, kind: "text/xml", body: inBody(`<n:salutaResponse xmlns:n="http://example.it/"><risposta><n:parole>ciao &amp; &#232;</n:parole></risposta></n:salutaResponse>`)}
	var answer greeted
	err := start(t, s).Call(t.Context(), soap.Operation{Action: "saluta"}, greeting{Whom: "Rossi & figli <srl>"}, &answer)
	if err != nil || answer.Words != "ciao & è" {
		t.Fatalf("%+v, %v", answer, err)
	}
	if s.asked.Header.Get("SOAPAction") != `"saluta"` || s.asked.Header.Get("Content-Type") != "text/xml; charset=utf-8" {
		t.Errorf("headers %v", s.asked.Header)
	}
	var sent struct {
		Whom string `xml:"richiesta>nome"`
	}
	if err := soap.Open([]byte(s.envelope), &sent); err != nil || sent.Whom != "Rossi & figli <srl>" {
		t.Errorf("sent %q, %v: %s", sent.Whom, err, s.envelope)
	}
	if !strings.Contains(s.envelope, `<j:saluta><richiesta><j:nome>`) || !strings.Contains(s.envelope, `xmlns:j="http://example.it/?a&amp;b"`) {
		t.Errorf("sent %s", s.envelope)
	}
}

// TestWhatAnAnswerProves holds faults, statuses and nonsense, each for a call that may not be repeated and for one that may.
func TestWhatAnAnswerProves(t *testing.T) {
	fault := func(code string) string {
		return inBody(`<S:Fault><faultcode>` + code + `</faultcode><faultstring>Registro
 chiuso</faultstring><detail><a>java.lang</a><b>X</b></detail></S:Fault>`)
	}
	const unavailable, unknown, rejected = protocollo.Unavailable, protocollo.OutcomeUnknown, protocollo.Rejected
	deep := inBody(strings.Repeat("<a>", 100) + strings.Repeat("</a>", 100))
	for _, test := range []struct {
		name             string
		status           int
		kind, body       string
		once, idempotent protocollo.Class
		words            string
	}{
		{"client fault", 500, "text/xml", fault("S:Client"), rejected, rejected, "Registro chiuso"},
		{"client fault with a reason", 500, "text/xml", fault("S:Client.Authentication"), rejected, rejected, "Registro chiuso"},
		{"fault with status 200", 200, "text/xml", fault("Client"), rejected, rejected, "Registro chiuso"},
		{"server fault", 500, "text/xml", fault("S:Server"), unknown, unavailable, "Registro chiuso"},
		{"Axis' server fault", 500, "text/xml", fault("soapenv:Server.userException"), unknown, unavailable, "Registro chiuso"},
		{"a fault of its own", 500, "text/xml", fault("X-17"), unknown, unavailable, "Registro chiuso"},
		{"password", 500, "text/xml", fault("wsse:FailedAuthentication"), unavailable, unavailable, "Registro chiuso"},
		{"header not understood", 500, "text/xml", fault("S:MustUnderstand"), rejected, rejected, "Registro chiuso"},
		{"refused by status", 401, "text/html", "<html>no", unavailable, unavailable, "401 Unauthorized"},
		{"gateway", 502, "text/html", "<html>no", unknown, unavailable, "502 Bad Gateway"},
		{"a page for people", 200, "text/html", "<html><body>Manutenzione</body></html>", unknown, unavailable, ""},
		{"empty", 200, "text/xml", "", unknown, unavailable, ""},
		{"empty body", 200, "text/xml", inBody(""), unknown, unavailable, ""},
		{"SOAP 1.2", 200, "text/xml", strings.ReplaceAll(inBody("<x/>"), "http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"), unknown, unavailable, ""},
		{"cut", 200, "text/xml", strings.TrimSuffix(inBody("<x/>"), "</S:Envelope>"), unknown, unavailable, ""},
		{"too deep", 200, "text/xml", deep, unknown, unavailable, ""},
		{"doctype", 200, "text/xml", `<!DOCTYPE x [<!ENTITY y "z">]>` + inBody("<x/>")[21:], unknown, unavailable, ""},
		{"encoding that nobody knows", 200, "text/xml", strings.Replace(inBody("<x/>"), `"1.0"`, `"1.0" encoding="ebcdic"`, 1), unknown, unavailable, ""},
		{"parts without envelope", 200, `multipart/related; boundary=b; start="<x>"`, "--b\r\n\r\nx\r\n--b--\r\n", unknown, unavailable, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			client := start(t, &service{status: test.status, kind: test.kind, body: test.body})
			for want, idempotent := range map[*protocollo.Class]bool{&test.once: false, &test.idempotent: true} {
				err := client.Call(t.Context(), soap.Operation{Idempotent: idempotent}, greeting{}, &greeted{})
				var e *protocollo.Error
				if !errors.As(err, &e) || e.Class != *want || e.Words != test.words {
					t.Errorf("idempotent %t: %v, want %s «%s»", idempotent, err, *want, test.words)
				}
			}
		})
	}
}

func TestFaultIsKept(t *testing.T) {
	body := inBody(`<S:Fault><faultcode>S:Server</faultcode><faultstring/><detail><e:x xmlns:e="u"><code>12</code><text>Utente  ignoto</text></e:x></detail></S:Fault>`)
	err := start(t, &service{status: 500, kind: "text/xml", body: body}).Call(t.Context(), soap.Operation{}, greeting{}, &greeted{})
	var fault *soap.Fault
	if !errors.As(err, &fault) || fault.Code != "S:Server" || fault.Detail != "12 Utente ignoto" {
		t.Fatalf("%+v in %v", fault, err)
	}
	known := fault.Classed(protocollo.Rejected, "user")
	var e *protocollo.Error
	if !errors.Is(known, protocollo.Rejected) || !errors.As(known, &e) || e.Words != "12 Utente ignoto" {
		t.Errorf("%v", known)
	}
}

func TestAnswersInLatin1(t *testing.T) {
	body := strings.Replace(inBody("<r><risposta><parole>citt\xe0</parole></risposta></r>"), `"1.0"`, `"1.0" encoding="ISO-8859-1"`, 1)
	var answer greeted
	if err := start(t, &service{status: 200, kind: "text/xml", body: body}).Call(t.Context(), soap.Operation{}, greeting{}, &answer); err != nil || answer.Words != "città" {
		t.Fatalf("%q, %v", answer.Words, err)
	}
}

// TestAnswerWithFilesBesideIt: the envelope is found among the parts, whose others are dropped.
func TestAnswerWithFilesBesideIt(t *testing.T) {
	s := &service{status: 200, kind: `multipart/related; boundary="b"; start="<e>"`,
		body: "--b\r\nContent-Id: <x>\r\n\r\nnot this\r\n--b\r\nContent-Id: <e>\r\n\r\n" + inBody("<r><risposta><parole>ok</parole></risposta></r>") + "\r\n--b--\r\n"}
	var answer greeted
	if err := start(t, s).Call(t.Context(), soap.Operation{}, greeting{}, &answer); err != nil || answer.Words != "ok" {
		t.Fatalf("%+v, %v", answer, err)
	}
}
