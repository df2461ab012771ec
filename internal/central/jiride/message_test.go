package jiride_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"segnatura/internal/call"
	"segnatura/internal/central/jiride"
	"segnatura/internal/protocollo"
	"segnatura/internal/testenv"
)

func config(url string) jiride.Config {
	return jiride.Config{
		Service: call.Config{URL: url}, User: "SPORTELLO", Role: "PROT",
		Kinds:   map[protocollo.Direction]string{protocollo.Incoming: "LET", protocollo.Outgoing: "LETP", protocollo.Inside: "LETI"},
		Offices: map[string]string{"": "UPROT", "TEC": "UTEC", "RAG": "URAG"},
		Means:   map[protocollo.Means]string{protocollo.MeansPost: "PO"},
		Annulment: &jiride.Annulment{Request: "<Annulla><IdDocumento>{id}</IdDocumento><Motivo>{reason} n. {act} del {day}</Motivo><Utente>{user}</Utente><Ruolo>{role}</Ruolo></Annulla>",
			Done: []string{"Documento già annullato"}},
		Clock: func() time.Time { return time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC) },
	}
}

func connector(t *testing.T, cfg jiride.Config) *jiride.Connector {
	t.Helper()
	c, err := jiride.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func request(d protocollo.Draft) protocollo.RegisterRequest {
	d = d.Normalize()
	d.Subject = "Istanza"
	return protocollo.RegisterRequest{Key: "k-1", Draft: d, ArrivalDay: "2026-02-27", Operator: "mrossi"}
}

// letters are requests of every kind with what each has to become, on 2 March 2026.
var letters = []struct {
	name    string
	request protocollo.RegisterRequest
	want    string
}{
	{"incoming", request(protocollo.Draft{Senders: []protocollo.Correspondent{{Name: "Rossi & figli", Code: "rssmra80a01h501u", Address: "Via Roma 1", Email: "a@example.it"},
		{Name: "Ditta", Code: "01234567890"}, {Name: "Comune", Code: "c_a000"}}, Classifica: "07.04", UOR: "TEC",
		SenderRef: protocollo.SenderReference{Protocol: "55", Day: "2026-02-20"}, Attachments: []protocollo.Attachment{{Description: "a"}, {Description: "b"}}}),
		`<Data>02/03/2026</Data><Classifica>07.04</Classifica><TipoDocumento>LET</TipoDocumento><Oggetto>Istanza</Oggetto><Origine>A</Origine><MittentiDestinatari>` +
			`<item><CodiceFiscale>RSSMRA80A01H501U</CodiceFiscale><CognomeNome>Rossi &amp; figli</CognomeNome><Indirizzo>Via Roma 1</Indirizzo>` +
			`<DataInvio_DataProt>20/02/2026</DataInvio_DataProt><Spese_NProt>55</Spese_NProt><Mezzo>PO</Mezzo><DataRicevimento>27/02/2026</DataRicevimento>` +
			`<TipoPersona>FI</TipoPersona><Recapiti><item><TipoRecapito>EMAIL</TipoRecapito><ValoreRecapito>a@example.it</ValoreRecapito></item></Recapiti></item>` +
			`<item><CodiceFiscale>01234567890</CodiceFiscale><CognomeNome>Ditta</CognomeNome><Mezzo>PO</Mezzo><DataRicevimento>27/02/2026</DataRicevimento><TipoPersona>GI</TipoPersona></item>` +
			`<item><CognomeNome>Comune</CognomeNome><Mezzo>PO</Mezzo><DataRicevimento>27/02/2026</DataRicevimento></item></MittentiDestinatari>` +
			`<AggiornaAnagrafiche>N</AggiornaAnagrafiche><InCaricoA>UTEC</InCaricoA><NumeroAllegati>2</NumeroAllegati><Utente>SPORTELLO</Utente><Ruolo>PROT</Ruolo>`},
	{"anonymous, from the emergency register", func() protocollo.RegisterRequest {
		r := request(protocollo.Draft{Anonymous: true, Means: protocollo.MeansHand})
		r.Emergency = &protocollo.EmergencyOrigin{Label: "n. 2/2026 R.E. 1/2026", Day: "2026-03-01"}
		return r
	}(),
		`<Data>02/03/2026</Data><TipoDocumento>LET</TipoDocumento><Oggetto>Istanza - Registro di emergenza: n. 2/2026 R.E. 1/2026 del 01/03/2026</Oggetto><Origine>A</Origine>` +
			`<MittentiDestinatari><item><CognomeNome>MITTENTE ANONIMO</CognomeNome><DataRicevimento>27/02/2026</DataRicevimento></item></MittentiDestinatari>` +
			`<AggiornaAnagrafiche>N</AggiornaAnagrafiche><InCaricoA>UPROT</InCaricoA><Utente>SPORTELLO</Utente><Ruolo>PROT</Ruolo>`},
	{"outgoing", request(protocollo.Draft{Direction: protocollo.Outgoing, UOR: "TEC", Recipients: []protocollo.Correspondent{{Name: "A"}}, Copies: []protocollo.Correspondent{{Name: "B"}}}),
		`<Data>02/03/2026</Data><TipoDocumento>LETP</TipoDocumento><Oggetto>Istanza</Oggetto><Origine>P</Origine><MittenteInterno>UTEC</MittenteInterno><MittentiDestinatari>` +
			`<item><CognomeNome>A</CognomeNome><Mezzo>PO</Mezzo></item><item><CognomeNome>B</CognomeNome><Mezzo>PO</Mezzo></item></MittentiDestinatari>` +
			`<AggiornaAnagrafiche>N</AggiornaAnagrafiche><InCaricoA>UTEC</InCaricoA><Utente>SPORTELLO</Utente><Ruolo>PROT</Ruolo>`},
	{"inside", request(protocollo.Draft{Direction: protocollo.Inside, UOR: "TEC", Recipients: []protocollo.Correspondent{{Name: "Ragioneria", Code: "RAG"}}}),
		`<Data>02/03/2026</Data><TipoDocumento>LETI</TipoDocumento><Oggetto>Istanza</Oggetto><Origine>I</Origine><MittenteInterno>UTEC</MittenteInterno>` +
			`<MittentiDestinatari></MittentiDestinatari><AggiornaAnagrafiche>N</AggiornaAnagrafiche><InCaricoA>URAG</InCaricoA><Utente>SPORTELLO</Utente><Ruolo>PROT</Ruolo>`},
}

func TestRequest(t *testing.T) {
	for _, l := range letters {
		t.Run(l.name, func(t *testing.T) {
			envelope, err := connector(t, config("http://127.0.0.1")).Envelope(l.request, "2026-03-02")
			if err != nil {
				t.Fatal(err)
			}
			want := "<t:InserisciProtocolloEAnagrafiche><t:ProtoIn>" + prefixed(l.want) + "</t:ProtoIn></t:InserisciProtocolloEAnagrafiche>"
			if !strings.Contains(string(envelope), want) {
				t.Errorf("envelope\n%s\nwants\n%s", envelope, want)
			}
			cfg := config("http://127.0.0.1")
			cfg.Administration, cfg.AOO, cfg.UpdatePeople = "c_a000", "AOO1", true
			envelope, err = connector(t, cfg).Envelope(l.request, "2026-03-02")
			if err != nil {
				t.Fatal(err)
			}
			want = "<t:InserisciProtocolloEAnagraficheMultiDB><t:ProtoIn>" + strings.Replace(prefixed(l.want), "Anagrafiche>N<", "Anagrafiche>S<", 1) +
				"</t:ProtoIn><t:CodiceAmministrazione>c_a000</t:CodiceAmministrazione><t:CodiceAOO>AOO1</t:CodiceAOO></t:InserisciProtocolloEAnagraficheMultiDB>"
			if !strings.Contains(string(envelope), want) {
				t.Errorf("envelope\n%s\nwants\n%s", envelope, want)
			}
		})
	}
}

// prefixed puts the schema's prefix before each name.
func prefixed(body string) string {
	return regexp.MustCompile(`<(/?)([A-Za-z])`).ReplaceAllString(body, "<${1}t:$2")
}

// TestRequestAgainstSchema holds whole envelopes against the schema in the contract.
func TestRequestAgainstSchema(t *testing.T) {
	schema := contractSchema(t)
	several := config("http://127.0.0.1")
	several.Administration = "c_a000"
	dir := t.TempDir()
	var files []string
	for _, cfg := range []jiride.Config{config("http://127.0.0.1"), several} {
		for _, l := range letters {
			envelope, err := connector(t, cfg).Envelope(l.request, "2026-03-02")
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, keep(t, dir, envelope))
		}
	}
	validate(t, schema, files...)
}

// keep writes an envelope to a file of its own.
func keep(t *testing.T, dir string, envelope []byte) string {
	t.Helper()
	f, err := os.CreateTemp(dir, "*.xml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(envelope); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return f.Name()
}

// contractSchema takes the schema out of the contract and puts an envelope around it.
func contractSchema(t *testing.T) string {
	t.Helper()
	wsdl, err := os.ReadFile(testenv.Shared(t, "interop/jiride/wsProtocolloDm.wsdl"))
	if err != nil {
		t.Fatal(err)
	}
	types := regexp.MustCompile(`(?s)<xsd:schema .*?</xsd:schema>`).Find(wsdl)
	if types == nil {
		t.Fatal("the contract has no schema")
	}
	types = []byte(strings.Replace(string(types), "<xsd:schema ", `<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:impl="http://tempuri.org/" `, 1))
	dir := t.TempDir()
	envelope := filepath.Join(dir, "envelope.xsd")
	for name, content := range map[string]string{envelope: envelopeSchema, filepath.Join(dir, "types.xsd"): string(types)} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return envelope
}

// envelopeSchema is the envelope of SOAP 1.1 around what types.xsd declares.
const envelopeSchema = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="http://schemas.xmlsoap.org/soap/envelope/" elementFormDefault="qualified">
<xs:import namespace="http://tempuri.org/" schemaLocation="types.xsd"/>
<xs:element name="Envelope"><xs:complexType><xs:sequence><xs:element name="Body"><xs:complexType><xs:sequence>
<xs:any namespace="http://tempuri.org/" processContents="strict"/></xs:sequence></xs:complexType></xs:element></xs:sequence></xs:complexType></xs:element></xs:schema>`

// validate holds files against a schema.
func validate(t *testing.T, schema string, files ...string) {
	t.Helper()
	if output, err := exec.Command(testenv.Program(t, "xmllint"), append([]string{"--nonet", "--noout", "--schema", schema}, files...)...).CombinedOutput(); err != nil {
		t.Fatalf("xmllint: %v\n%s", err, output)
	}
}

// TestRefusedBeforeSending: what the tables do not have is not guessed, and nobody is called.
func TestRefusedBeforeSending(t *testing.T) {
	c := connector(t, config("http://127.0.0.1:1"))
	for _, r := range []struct {
		name, code string
		draft      protocollo.Draft
	}{
		{"an office that the table does not have", "uor", protocollo.Draft{UOR: "ALTRO"}},
		{"an addressee within that the table does not have", "recipients", protocollo.Draft{Direction: protocollo.Inside, Recipients: []protocollo.Correspondent{{Name: "X", Code: "X"}}}},
		{"a direction that is none", "direction", protocollo.Draft{Direction: "X"}},
	} {
		t.Run(r.name, func(t *testing.T) {
			_, err := c.Register(t.Context(), request(r.draft))
			var e *protocollo.Error
			if !errors.As(err, &e) || e.Class != protocollo.Invalid || e.Code != r.code {
				t.Fatalf("%v, want Invalid %q", err, r.code)
			}
		})
	}
}

func TestNewRefuses(t *testing.T) {
	for name, spoil := range map[string]func(*jiride.Config){
		"no user":                     func(c *jiride.Config) { c.User = "" },
		"no clock":                    func(c *jiride.Config) { c.Clock = nil },
		"nobody to answer":            func(c *jiride.Config) { delete(c.Offices, "") },
		"a direction without kind":    func(c *jiride.Config) { delete(c.Kinds, protocollo.Inside) },
		"an archive of nobody":        func(c *jiride.Config) { c.AOO = "AOO1" },
		"an annulment of no document": func(c *jiride.Config) { c.Annulment.Request = "<Annulla/>" },
		"no address":                  func(c *jiride.Config) { c.Service.URL = "" },
	} {
		cfg := config("http://127.0.0.1")
		spoil(&cfg)
		if _, err := jiride.New(cfg); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
