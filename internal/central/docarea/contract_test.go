package docarea_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"segnatura/internal/central/docarea"
	"segnatura/internal/protocollo"
	"segnatura/internal/testenv"
)

const searchAnswer = `<CercaRegistrazioniResult><Count>3</Count><List>` +
	`<Segnatura xmlns=""><Intestazione><Oggetto>altro</Oggetto><Identificatore><NumeroRegistrazione>87</NumeroRegistrazione><DataRegistrazione>02/03/2026</DataRegistrazione></Identificatore></Intestazione></Segnatura>` +
	`<Segnatura xmlns=""><Intestazione><Oggetto>Richiesta  di accesso</Oggetto><Identificatore><NumeroRegistrazione>88</NumeroRegistrazione><DataRegistrazione>02/03/2026</DataRegistrazione></Identificatore>` +
	`<Mittente><Persona><Nome>Lucia</Nome><Cognome>Bianchi</Cognome></Persona></Mittente></Intestazione></Segnatura>` +
	`<Segnatura xmlns=""><Intestazione><Oggetto>Richiesta di accesso</Oggetto><Identificatore><NumeroRegistrazione>12</NumeroRegistrazione><DataRegistrazione>09/01/2026</DataRegistrazione></Identificatore></Intestazione></Segnatura>` +
	`</List><lngErrNumber>0</lngErrNumber></CercaRegistrazioniResult>`

func scan(ref string) (protocollo.AttachRequest, []byte) {
	b := []byte("%PDF-1.7 scansione")
	sum := sha256.Sum256(b)
	return protocollo.AttachRequest{Key: "attach-1", Ref: ref, Title: "Documento principale", FileName: "2026-0001234-v1.pdf", MediaType: "application/pdf",
		SHA256: hex.EncodeToString(sum[:]), Bytes: int64(len(b))}, b
}

// everything makes all calls that a dialect has, and returns what was asked.
func everything(t *testing.T, d docarea.Dialect) *script {
	t.Helper()
	s := scripted(t, spelled[d].working())
	c := connector(t, d, s.url)
	receipt, err := c.Register(t.Context(), request("k"))
	if err != nil {
		t.Fatal(err)
	}
	if receipt.Number != "0001234" || receipt.Year != 2026 || receipt.Day != "2026-03-02" || receipt.Register != "PG" || !receipt.At.Equal(instant) ||
		receipt.Ref != "c_x000/AOO1/PG/2026/1234/10001" || !strings.Contains(receipt.Raw, "1234") {
		t.Fatalf("receipt %+v", receipt)
	}
	if c.Capabilities().AttachLater {
		r, b := scan(receipt.Ref)
		attached, err := c.Attach(t.Context(), r, bytes.NewReader(b))
		if err != nil || attached.Ref != "77" {
			t.Fatalf("%+v, %v", attached, err)
		}
	}
	if c.Capabilities().Candidates {
		if _, err := c.Candidates(t.Context(), protocollo.CandidateQuery{AOO: request("k").AOO, Subject: "Richiesta di accesso", From: "2026-03-02", To: "2026-03-03"}); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// wsdls gives the contracts of the dialects in which parameters have a schema, by the path of the service.
var wsdls = map[docarea.Dialect]map[string]string{
	docarea.Finmatica: {"/agspr/services/DOCAREAProtoSoap": "docarea/prisma-finmatica/DocAreaSoap.wsdl",
		"/ducd/services/EntiAooUtilitySoapBindingImpl": "docarea/prisma-finmatica/EntiAooUtilitySoapBindingImpl.wsdl"},
	docarea.Halley:    {"/": "halley/suap.wsdl"},
	docarea.Datagraph: {"/": "datagraph/protocollazioneDatagraph.wsdl"},
}

// TestRequestsAreValid: each request's body is what its operation's element is by the maker's own WSDL, under the SOAPAction of its binding.
func TestRequestsAreValid(t *testing.T) {
	for d, services := range wsdls {
		for _, a := range everything(t, d).asked {
			t.Run(string(d)+"/"+a.operation, func(t *testing.T) {
				path := testenv.Shared(t, filepath.Join("interop", services[a.path]))
				body := regexp.MustCompile(`^<op:\w+`).ReplaceAll(a.body, []byte(`$0 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"`))
				if err := valid(t, keepAll(t, wsdlSchemas(t, path)), body); err != nil {
					t.Fatal(err)
				}
				if want := actionOf(t, path, a.operation); a.action != `"`+want+`"` {
					t.Fatalf("SOAPAction %s, want %q", a.action, want)
				}
			})
		}
	}
}

// TestEncodedRequests: TINN's requests have the parts that its messages declare, each with its type, in the namespace of its binding.
func TestEncodedRequests(t *testing.T) {
	path := testenv.Shared(t, "interop/docarea/tinn/DOCAREAProtoservice.wsdl")
	var wsdl struct {
		Messages []struct {
			Name  string `xml:"name,attr"`
			Parts []struct {
				Name string `xml:"name,attr"`
				Type string `xml:"type,attr"`
			} `xml:"part"`
		} `xml:"message"`
	}
	if err := xml.Unmarshal([]byte(read(t, path)), &wsdl); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for _, m := range wsdl.Messages {
		operation := regexp.MustCompile(`^(\w+)\dRequest$`).FindStringSubmatch(m.Name)
		if operation == nil {
			continue
		}
		for _, p := range m.Parts {
			want[operation[1]] += p.Name + " " + strings.Replace(p.Type, "xs:", "xsd:", 1) + "; "
		}
	}
	for _, a := range everything(t, docarea.TINN).asked {
		var body struct {
			XMLName xml.Name
			Parts   []struct {
				XMLName xml.Name
				Type    string `xml:"type,attr"`
			} `xml:",any"`
		}
		if err := xml.Unmarshal(a.envelope, &struct {
			Body *struct {
				Content any `xml:",any"`
			} `xml:"Body"`
		}{}); err != nil {
			t.Fatal(err)
		}
		if err := xml.Unmarshal(a.body, &body); err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, p := range body.Parts {
			if p.XMLName.Space != "" {
				t.Errorf("%s: the part %s is in %q", a.operation, p.XMLName.Local, p.XMLName.Space)
			}
			got += p.XMLName.Local + " " + p.Type + "; "
		}
		if got == "" || got != want[a.operation] || body.XMLName.Space != "http://tempuri.org/" {
			t.Errorf("%s in %q has %q, want %q", a.operation, body.XMLName.Space, got, want[a.operation])
		}
		a.has(t, `soapenv:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"`)
		if want := actionOf(t, path, a.operation); a.action != `"`+want+`"` {
			t.Errorf("SOAPAction %s, want %q", a.action, want)
		}
	}
}

// TestFilesArrive: the sheet and the scan reach the service whole, in the way that each dialect carries files.
func TestFilesArrive(t *testing.T) {
	for _, d := range docarea.Dialects() {
		s := everything(t, d)
		sheet, carried := s.find(spelled[d].insert), base64.StdEncoding.EncodeToString(request("k").Sheet)
		if d == docarea.Datagraph {
			if len(sheet.files) != 1 || !bytes.Equal(sheet.files[0], request("k").Sheet) {
				t.Errorf("%s: beside the envelope are %q", d, sheet.files)
			}
			if number := s.find("Protocollazione"); len(number.files) != 1 || !bytes.Contains(number.files[0], []byte("<Segnatura>")) {
				t.Errorf("%s: beside the envelope are %q", d, number.files)
			}
		} else {
			sheet.has(t, ">"+carried+"<")
		}
		if attach := spelled[d].attach; attach != "" && d != docarea.Finmatica && d != docarea.Datagraph {
			s.find(attach).has(t, ">2026-0001234-v1.pdf<", ">Documento principale<", ">2026<", ">1234<")
		}
	}
}

// TestSampleAnswers: the answers that were written down from clients of the real service are understood.
func TestSampleAnswers(t *testing.T) {
	samples := map[string]string{"login": "01-login.response.derived.xml", "inserimento": "02-inserimento.response.derived.xml",
		"protocollazione": "04-protocollazione.response.derived.xml"}
	for operation, name := range samples {
		samples[operation] = read(t, testenv.Shared(t, filepath.Join("interop/docarea/samples", name)))
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		for operation, answer := range samples {
			if bytes.Contains(b, []byte("<op:"+operation+" ")) {
				_, _ = io.WriteString(w, answer)
			}
		}
	}))
	t.Cleanup(server.Close)
	receipt, err := connector(t, docarea.Finmatica, server.URL).Register(t.Context(), request("k"))
	if err != nil || receipt.Number != "0001234" || receipt.Year != 2026 || receipt.Day != "2026-11-21" || receipt.Ref != "c_x000/AOO1/PG/2026/1234/10001" {
		t.Fatalf("%+v, %v", receipt, err)
	}
}

// wsdlSchemas cuts the schemas out of a WSDL, each with the prefixes that it inherits, by target namespace.
func wsdlSchemas(t *testing.T, path string) map[string]string {
	t.Helper()
	wsdl := read(t, path)
	prefixes := strings.Join(regexp.MustCompile(`xmlns:\w+="[^"]*"`).FindAllString(regexp.MustCompile(`<(?:\w+:)?definitions[^>]*>`).FindString(wsdl), -1), " ")
	out := map[string]string{}
	for _, m := range regexp.MustCompile(`(?s)<(\w+):schema ([^>]*)>(.*?)</\w+:schema>`).FindAllStringSubmatch(wsdl, -1) {
		own := m[2]
		for _, p := range strings.Split(prefixes, " ") {
			if name, _, _ := strings.Cut(p, "="); !strings.Contains(own, name+"=") {
				own += " " + p
			}
		}
		target := regexp.MustCompile(`targetNamespace="([^"]*)"`).FindStringSubmatch(m[2])
		content := regexp.MustCompile(`<\w+:import namespace="http://schemas.xmlsoap.org/soap/encoding/" />`).ReplaceAllString(m[3], "")
		content = strings.Replace(content, "<s:import />", `<s:import schemaLocation="none.xsd"/>`, 1)
		text := fmt.Sprintf("<%[1]s:schema %[2]s>%[3]s</%[1]s:schema>", m[1], own, content)
		if target == nil {
			out["none"] = text
		} else {
			out["main"] = text
		}
	}
	return out
}

func keepAll(t *testing.T, schemas map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range schemas {
		write(t, filepath.Join(dir, name+".xsd"), text)
	}
	return filepath.Join(dir, "main.xsd")
}

func actionOf(t *testing.T, path, operation string) string {
	t.Helper()
	var wsdl struct {
		Bindings []struct {
			Operations []struct {
				Name string `xml:"name,attr"`
				SOAP []struct {
					Action string `xml:"soapAction,attr"`
				} `xml:"operation"`
			} `xml:"operation"`
		} `xml:"binding"`
	}
	if err := xml.Unmarshal([]byte(read(t, path)), &wsdl); err != nil {
		t.Fatal(err)
	}
	for _, o := range wsdl.Bindings[0].Operations {
		if o.Name == operation && len(o.SOAP) > 0 {
			return o.SOAP[0].Action
		}
	}
	t.Fatalf("%s has no operation %s", path, operation)
	return ""
}
