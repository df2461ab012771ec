package docarea_test

import (
	"bytes"
	"encoding/xml"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"segnatura/internal/call"
	"segnatura/internal/central/docarea"
	"segnatura/internal/protocollo"
	"segnatura/internal/testenv"
)

var instant = time.Date(2026, 3, 2, 8, 30, 0, 0, time.UTC)

func connector(t *testing.T, d docarea.Dialect, url string) *docarea.Connector {
	t.Helper()
	client, err := call.New(call.Config{URL: url, Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	c, err := docarea.New(docarea.Config{Client: client, Dialect: d, Clock: func() time.Time { return instant }, Entity: "c_x000", User: "ws_sportello",
		Password: "segreto", Unit: "URP", Routing: "COMPETENZA", Classes: map[string]string{"I.1": "1-1"}, Offices: map[string]string{"anagrafe": "UO7"},
		DefaultClass: "9-9"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func request(key string) protocollo.RegisterRequest {
	return protocollo.RegisterRequest{
		Key: key, IntakeID: 7, ArrivedAt: instant, ArrivalDay: "2026-03-02", Operator: "mrossi", Sheet: []byte("%PDF-1.7 scheda"),
		Body: protocollo.Body{Code: "c_x000", Name: "Comune di Prova", ShortName: "Prova"},
		AOO:  protocollo.AOO{Code: "AOO1", Name: "Unica", RegisterCode: "PG", RegisterName: "Protocollo generale"},
		Draft: protocollo.Draft{Direction: protocollo.Incoming, Subject: "Richiesta <urgente> dell'attività & «più»", Classifica: "I.1", UOR: "anagrafe",
			Fascicolo: "2026/12", SenderRef: protocollo.SenderReference{Protocol: "55", Day: "2026-02-27"},
			Senders: []protocollo.Correspondent{{Name: "Bianchi Lucia", Code: "BNCLCU80A41H501X", Email: "lucia@example.it"}, {Name: "Ditta Ferrò"}}},
	}
}

// schemas gives each dialect's schema of the Segnatura. Where none is public the common one holds: the makers copied each other's.
func segnaturaSchema(t *testing.T, d docarea.Dialect) string {
	t.Helper()
	if d == docarea.Datagraph || d == docarea.DatagraphBase64 {
		wsdl := read(t, testenv.Shared(t, "interop/datagraph/protocollazioneDatagraph.wsdl"))
		schema := regexp.MustCompile(`(?s)<s:schema elementFormDefault="qualified">.*?</s:schema>`).FindString(wsdl)
		schema = strings.Replace(schema, "<s:schema ", `<s:schema xmlns:s="http://www.w3.org/2001/XMLSchema" `, 1)
		return keep(t, strings.Replace(schema, "</s:schema>", `<s:element name="Segnatura" type="Segnatura"/></s:schema>`, 1))
	}
	return keep(t, mixed(read(t, testenv.Shared(t, "interop/docarea/prisma-finmatica/segnatura-protocollazione.reconstructed.xsd"))))
}

// mixed gives the reconstructed schema back what the stubs did not say: that elements which are there for their text have one.
func mixed(schema string) string {
	return regexp.MustCompile(`(<xs:element name="(?:DescrizioneDocumento|TipoDocumento|IndirizzoTelematico)">\s*<xs:complexType)>`).
		ReplaceAllString(schema, `$1 mixed="true">`)
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func keep(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "schema.xsd")
	write(t, path, text)
	return path
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// valid has xmllint read a document by a schema.
func valid(t *testing.T, schema string, document []byte) error {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), testenv.Program(t, "xmllint"), "--noout", "--nonet", "--schema", schema, "-")
	cmd.Stdin = bytes.NewReader(document)
	said, err := cmd.CombinedOutput()
	if err != nil {
		t.Logf("%s\n%s", said, document)
	}
	return err
}

// TestSegnaturaIsValid: what each dialect is sent is what its schema asks for, in every direction, from the barest letter to the fullest.
func TestSegnaturaIsValid(t *testing.T) {
	full := request("full")
	letters := map[string]func(r *protocollo.RegisterRequest){
		"full": func(*protocollo.RegisterRequest) {},
		"bare": func(r *protocollo.RegisterRequest) {
			r.Draft = protocollo.Draft{Direction: protocollo.Incoming, Subject: "x", Senders: []protocollo.Correspondent{{Name: "y"}}}
		},
		"anonymous": func(r *protocollo.RegisterRequest) { r.Draft.Senders, r.Draft.Anonymous = nil, true },
		"outgoing": func(r *protocollo.RegisterRequest) {
			r.Draft.Direction, r.Draft.Recipients, r.Draft.Copies = protocollo.Outgoing, r.Draft.Senders, []protocollo.Correspondent{{Name: "Regione", Code: "r_umbria"}}
		},
		"inside": func(r *protocollo.RegisterRequest) {
			r.Draft.Direction, r.Draft.Recipients = protocollo.Inside, []protocollo.Correspondent{{Name: "Ufficio tecnico"}}
		},
		"emergency": func(r *protocollo.RegisterRequest) {
			r.Emergency = &protocollo.EmergencyOrigin{Number: "0000002", Year: 2026, Label: "n. 2/2026 R.E. 1/2026", Day: "2026-03-01"}
		},
	}
	for _, d := range docarea.Dialects() {
		schema := segnaturaSchema(t, d)
		for name, change := range letters {
			t.Run(string(d)+"/"+name, func(t *testing.T) {
				r := full
				change(&r)
				s, err := connector(t, d, "http://127.0.0.1:1/").Segnatura(r, 10001)
				if err != nil {
					t.Fatal(err)
				}
				if err := valid(t, schema, s); err != nil {
					t.Fatal(err)
				}
				if i := bytes.IndexFunc(s, func(r rune) bool { return r >= 0x80 }); i >= 0 {
					t.Fatalf("a character beyond ASCII at %d: %s", i, s)
				}
			})
		}
	}
}

// TestSchemaRefuses: the schemas that the other test believes do say no.
func TestSchemaRefuses(t *testing.T) {
	for _, d := range []docarea.Dialect{docarea.Finmatica, docarea.Datagraph} {
		s, err := connector(t, d, "http://127.0.0.1:1/").Segnatura(request("k"), 10001)
		if err != nil {
			t.Fatal(err)
		}
		wrong := bytes.Replace(s, []byte("<Identificatore>"), []byte("<Flusso>E</Flusso><Identificatore>"), 1)
		if valid(t, segnaturaSchema(t, d), wrong) == nil {
			t.Fatalf("%s: an element in the wrong place is valid", d)
		}
	}
}

func TestAttachmentSegnaturaIsValid(t *testing.T) {
	schema := keep(t, mixed(read(t, testenv.Shared(t, "interop/docarea/prisma-finmatica/segnatura-altri-metodi.reconstructed.xsd"))))
	s, err := connector(t, docarea.Finmatica, "http://127.0.0.1:1/").Attachment("c_x000/AOO1/PG/2026/1234/10001", 10002, "scansione.pdf", "Allegato 1: perché")
	if err != nil {
		t.Fatal(err)
	}
	if err := valid(t, schema, s); err != nil {
		t.Fatal(err)
	}
}

// TestSegnaturaSaysTheLetter reads the Segnatura back.
func TestSegnaturaSaysTheLetter(t *testing.T) {
	type person struct {
		ID      string `xml:"id,attr"`
		Surname string `xml:"Cognome"`
		Code    string `xml:"CodiceFiscale"`
		Email   string `xml:"IndirizzoTelematico"`
	}
	type party struct {
		Persons []person `xml:"Persona"`
		Body    struct {
			Code   string `xml:"CodiceAmministrazione"`
			Office struct {
				ID string `xml:"id,attr"`
			} `xml:"UnitaOrganizzativa"`
		} `xml:"Amministrazione"`
	}
	type letter struct {
		Subject   string  `xml:"Intestazione>Oggetto"`
		Flow      string  `xml:"Intestazione>Identificatore>Flusso"`
		Senders   []party `xml:"Intestazione>Mittente"`
		Receivers []party `xml:"Intestazione>Destinatario"`
		Class     string  `xml:"Intestazione>Classifica>CodiceTitolario"`
		Folder    struct {
			Year   string `xml:"anno,attr"`
			Number string `xml:"numero,attr"`
		} `xml:"Intestazione>Fascicolo"`
		Document struct {
			ID string `xml:"id,attr"`
		} `xml:"Descrizione>Documento"`
		Told []struct {
			Name  string `xml:"nome,attr"`
			Value string `xml:"valore,attr"`
		} `xml:"ApplicativoProtocollo>Parametro"`
	}
	for d, senders := range map[docarea.Dialect]int{docarea.Finmatica: 2, docarea.TINN: 2, docarea.Halley: 2, docarea.Datagraph: 1} {
		r := request("k")
		r.Emergency = &protocollo.EmergencyOrigin{Label: "n. 2/2026 R.E. 1/2026", Day: "2026-03-01"}
		r.Draft.Confidential, r.Draft.Unsigned = true, true
		s, err := connector(t, d, "http://127.0.0.1:1/").Segnatura(r, 10001)
		if err != nil {
			t.Fatal(err)
		}
		var got letter
		if err := xml.Unmarshal(s, &got); err != nil {
			t.Fatal(err)
		}
		if got.Subject != "Richiesta <urgente> dell'attività & «più» (registro di emergenza: n. 2/2026 R.E. 1/2026 del 01/03/2026; "+
			"prot. mittente 55 del 27/02/2026; riservato; documento non sottoscritto)" {
			t.Errorf("%s: subject %q", d, got.Subject)
		}
		if got.Flow != "E" || got.Class != "1-1" || got.Folder.Year != "2026" || got.Folder.Number != "12" || got.Document.ID != "10001" {
			t.Errorf("%s: %+v", d, got)
		}
		var persons []person
		for _, p := range got.Senders {
			persons = append(persons, p.Persons...)
		}
		if len(got.Senders) != senders || len(persons) != 2 || persons[0] != (person{"BNCLCU80A41H501X", "Bianchi Lucia", "BNCLCU80A41H501X", "lucia@example.it"}) ||
			persons[1].Surname != "Ditta Ferrò" {
			t.Errorf("%s: senders %+v", d, got.Senders)
		}
		if len(got.Receivers) != 1 || got.Receivers[0].Body.Code != "c_x000" || got.Receivers[0].Body.Office.ID != "UO7" {
			t.Errorf("%s: receivers %+v", d, got.Receivers)
		}
		told := map[string]string{}
		for _, p := range got.Told {
			told[p.Name] = p.Value
		}
		if told["utente"] != "ws_sportello" || told["uo"] != "URP" || told["tipoSmistamento"] != "COMPETENZA" || told["dataDocumento"] != "27/02/2026" {
			t.Errorf("%s: told %v", d, told)
		}
	}
}

// TestAnonymous: the sender that each dialect demands is literal L-1.
func TestAnonymous(t *testing.T) {
	r := request("k")
	r.Draft.Senders, r.Draft.Anonymous = nil, true
	for _, d := range docarea.Dialects() {
		if s, err := connector(t, d, "http://127.0.0.1:1/").Segnatura(r, 1); err != nil || !bytes.Contains(s, []byte("MITTENTE ANONIMO")) {
			t.Errorf("%s: %v, %s", d, err, s)
		}
	}
}
