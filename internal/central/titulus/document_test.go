package titulus_test

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
	"segnatura/internal/central/titulus"
	"segnatura/internal/protocollo"
	"segnatura/internal/testenv"
)

func config(url string) titulus.Config {
	return titulus.Config{
		Service: call.Config{URL: url, User: "stazione", Password: "segreta"},
		WSUser:  "sportello", WSProfile: "1", AmmAOO: "UNIXAAA",
		Offices: map[string]titulus.Office{
			"":    {Name: "Ufficio protocollo", Code: "SI000001", Person: "Bianchi Anna", PersonCode: "PI000001"},
			"TEC": {Name: "Area tecnica", Person: "Verdi Carlo"},
			"RAG": {Name: "Ragioneria", Person: "Neri Ugo"},
		},
		Classes: map[string]string{"07/04": "07/04 - Selezioni"},
		Means:   map[protocollo.Means]string{protocollo.MeansPost: "POSTA"},
		Clock:   func() time.Time { return time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC) },
	}
}

func connector(t *testing.T, cfg titulus.Config) *titulus.Connector {
	t.Helper()
	c, err := titulus.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func request(d protocollo.Draft) protocollo.RegisterRequest {
	d = d.Normalize()
	if d.Subject == "" {
		d.Subject = "Istanza"
	}
	return protocollo.RegisterRequest{Key: "k-1", Draft: d, ArrivalDay: "2026-03-02", Operator: "mrossi"}
}

// letters are requests of every kind with the document that each has to become, in today's 2 March 2026.
var letters = []struct {
	name    string
	request protocollo.RegisterRequest
	want    string
}{
	{"incoming", request(protocollo.Draft{Senders: []protocollo.Correspondent{{Name: "Rossi & figli", Code: "RSSMRA80A01H501U"}}, Classifica: "07/04",
		SenderRef: protocollo.SenderReference{Protocol: "55", Day: "2026-02-20"}}),
		`<doc tipo="arrivo" bozza="no" cod_amm_aoo="UNIXAAA" applicativo_produttore_docid="k-1"><oggetto>Istanza</oggetto>` +
			`<mezzo_trasmissione cod="POSTA"></mezzo_trasmissione><classif cod="07/04">07/04 - Selezioni</classif><allegato>0 - nessun allegato</allegato>` +
			`<rif_interni><rif_interno diritto="RPA" nome_uff="Ufficio protocollo" nome_persona="Bianchi Anna" cod_uff="SI000001" cod_persona="PI000001"></rif_interno></rif_interni>` +
			`<rif_esterni><rif_esterno n_prot="55" data_prot="20260220" codice_fiscale="RSSMRA80A01H501U"><nome>Rossi &amp; figli</nome></rif_esterno></rif_esterni></doc>`},
	{"incoming with everything", func() protocollo.RegisterRequest {
		r := request(protocollo.Draft{Senders: []protocollo.Correspondent{{Name: "A", Address: "Via Roma 1", Email: "a@example.it"}, {Name: "B"}}, UOR: "TEC", RPA: "Gialli Ines",
			Means: protocollo.MeansRaccomandata, RaccomandataCode: "150", Confidential: true, Note: "busta lacerata", Fascicolo: "2026/3", Classifica: "X",
			Copies:      []protocollo.Correspondent{{Name: "Ragioneria", Code: "RAG"}, {Name: "Ufficio ignoto"}},
			Attachments: []protocollo.Attachment{{Description: "planimetria"}, {Description: "relazione"}}, ArrivalDayReason: "sportello chiuso"})
		r.ArrivalDay = "2026-02-27"
		return r
	}(),
		`<doc tipo="arrivo" bozza="no" cod_amm_aoo="UNIXAAA" applicativo_produttore_docid="k-1"><visibilita cod="R" tipo="Riservato"></visibilita>` +
			`<prot_differito data_arrivo="20260227">sportello chiuso</prot_differito><oggetto>Istanza</oggetto><classif cod="X">X</classif>` +
			"<note>busta lacerata&#xA;Raccomandata n. 150&#xA;Anche a: Ufficio ignoto&#xA;Fascicolo: 2026/3</note>" +
			`<allegato>1 - planimetria</allegato><allegato>1 - relazione</allegato><rif_interni>` +
			`<rif_interno diritto="RPA" nome_uff="Area tecnica" nome_persona="Gialli Ines"></rif_interno>` +
			`<rif_interno diritto="CC" nome_uff="Ragioneria" nome_persona="Neri Ugo"></rif_interno></rif_interni><rif_esterni>` +
			`<rif_esterno><nome>A</nome><indirizzo email="a@example.it">Via Roma 1</indirizzo></rif_esterno><rif_esterno><nome>B</nome></rif_esterno></rif_esterni></doc>`},
	{"anonymous", request(protocollo.Draft{Anonymous: true, Means: protocollo.MeansHand}),
		`<doc tipo="arrivo" bozza="no" cod_amm_aoo="UNIXAAA" applicativo_produttore_docid="k-1"><oggetto>Istanza</oggetto><allegato>0 - nessun allegato</allegato>` +
			`<rif_interni><rif_interno diritto="RPA" nome_uff="Ufficio protocollo" nome_persona="Bianchi Anna" cod_uff="SI000001" cod_persona="PI000001"></rif_interno></rif_interni>` +
			`<rif_esterni><rif_esterno><nome>MITTENTE ANONIMO</nome></rif_esterno></rif_esterni></doc>`},
	{"from the emergency register", func() protocollo.RegisterRequest {
		r := request(protocollo.Draft{Senders: []protocollo.Correspondent{{Name: "A"}}, Means: protocollo.MeansHand})
		r.Emergency = &protocollo.EmergencyOrigin{Label: "n. 2/2026 R.E. 1/2026", Day: "2026-03-02", UserCode: "01"}
		return r
	}(),
		`<doc tipo="arrivo" bozza="no" cod_amm_aoo="UNIXAAA" applicativo_produttore_docid="k-1">` +
			`<prot_differito data_arrivo="20260302">Registro di emergenza: n. 2/2026 R.E. 1/2026 del 02/03/2026, codice utente 01</prot_differito><oggetto>Istanza</oggetto>` +
			`<note>Registro di emergenza: n. 2/2026 R.E. 1/2026 del 02/03/2026, codice utente 01</note><allegato>0 - nessun allegato</allegato>` +
			`<rif_interni><rif_interno diritto="RPA" nome_uff="Ufficio protocollo" nome_persona="Bianchi Anna" cod_uff="SI000001" cod_persona="PI000001"></rif_interno></rif_interni>` +
			`<rif_esterni><rif_esterno><nome>A</nome></rif_esterno></rif_esterni></doc>`},
	{"outgoing", request(protocollo.Draft{Direction: protocollo.Outgoing, UOR: "TEC", Classifica: "07/04", Means: protocollo.MeansHand,
		Recipients: []protocollo.Correspondent{{Name: "A"}}, Copies: []protocollo.Correspondent{{Name: "B", Code: "c_a000"}}}),
		`<doc tipo="partenza" bozza="no" cod_amm_aoo="UNIXAAA" applicativo_produttore_docid="k-1"><minuta><classif cod="07/04">07/04 - Selezioni</classif>` +
			`<mittente nome_uff="Area tecnica" nome_persona="Verdi Carlo"></mittente></minuta><oggetto>Istanza</oggetto><allegato>0 - nessun allegato</allegato>` +
			`<rif_interni><rif_interno diritto="RPA" nome_uff="Area tecnica" nome_persona="Verdi Carlo"></rif_interno></rif_interni>` +
			`<rif_esterni><rif_esterno><nome>A</nome></rif_esterno><rif_esterno copia_conoscenza="si"><nome>B</nome></rif_esterno></rif_esterni></doc>`},
	{"inside", request(protocollo.Draft{Direction: protocollo.Inside, UOR: "TEC", Classifica: "07/04", Means: protocollo.MeansInternalMail,
		Recipients: []protocollo.Correspondent{{Name: "Ragioneria", Code: "RAG"}}, Copies: []protocollo.Correspondent{{Name: "Area tecnica", Code: "TEC"}}}),
		`<doc tipo="interno" bozza="no" cod_amm_aoo="UNIXAAA" applicativo_produttore_docid="k-1"><minuta><classif cod="07/04">07/04 - Selezioni</classif>` +
			`<mittente nome_uff="Area tecnica" nome_persona="Verdi Carlo"></mittente></minuta><oggetto>Istanza</oggetto><allegato>0 - nessun allegato</allegato>` +
			`<rif_interni><rif_interno diritto="RPAM" nome_uff="Area tecnica" nome_persona="Verdi Carlo"></rif_interno>` +
			`<rif_interno diritto="RPA" nome_uff="Ragioneria" nome_persona="Neri Ugo"></rif_interno>` +
			`<rif_interno diritto="CC" nome_uff="Area tecnica" nome_persona="Verdi Carlo"></rif_interno></rif_interni></doc>`},
}

func TestDocument(t *testing.T) {
	c := connector(t, config("http://127.0.0.1"))
	for _, l := range letters {
		t.Run(l.name, func(t *testing.T) {
			got, err := c.Document(l.request, "2026-03-02")
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != l.want {
				t.Errorf("document\n%s\nwant\n%s", got, l.want)
			}
		})
	}
}

// TestDocumentAgainstSchema: the schema is rebuilt from a client's classes, which do not know cod_amm_aoo; the templates of another client do. It
// puts some anyAttribute before the attributes, where no schema may have them.
func TestDocumentAgainstSchema(t *testing.T) {
	rebuilt, err := os.ReadFile(testenv.Shared(t, "interop/titulus/doc.reconstructed.xsd"))
	if err != nil {
		t.Fatal(err)
	}
	misplaced := regexp.MustCompile(`(<xs:anyAttribute[^>]*/>)((?:\s*<xs:attribute [^>]*/>)+)`)
	schema := filepath.Join(t.TempDir(), "doc.xsd")
	if err := os.WriteFile(schema, misplaced.ReplaceAll(rebuilt, []byte("$2$1")), 0o600); err != nil {
		t.Fatal(err)
	}
	c := connector(t, config("http://127.0.0.1"))
	var files []string
	for i, l := range letters {
		doc, err := c.Document(l.request, "2026-03-02")
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(t.TempDir(), string(rune('a'+i))+".xml")
		if err := os.WriteFile(name, []byte(strings.Replace(string(doc), ` cod_amm_aoo="UNIXAAA"`, "", 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, name)
	}
	validate(t, schema, files...)
}

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
	keyless := request(protocollo.Draft{})
	keyless.Key = `"] OR [/doc/@anno]="2026`
	for _, r := range []struct {
		name, code string
		request    protocollo.RegisterRequest
	}{
		{"an office that the table does not have", "uor", request(protocollo.Draft{UOR: "ALTRO"})},
		{"no classification on what the body writes", "classifica", request(protocollo.Draft{Direction: protocollo.Outgoing})},
		{"an addressee within that the table does not have", "recipients", request(protocollo.Draft{Direction: protocollo.Inside, Classifica: "X",
			Recipients: []protocollo.Correspondent{{Name: "X", Code: "X"}}})},
		{"nobody within", "recipients", request(protocollo.Draft{Direction: protocollo.Inside, Classifica: "X"})},
		{"an addressee within without a code", "recipients", request(protocollo.Draft{Direction: protocollo.Inside, Classifica: "X",
			Recipients: []protocollo.Correspondent{{Name: "X"}}})},
		{"a direction that is none", "direction", request(protocollo.Draft{Direction: "X"})},
		{"a key that a search would misread", "key", keyless},
	} {
		t.Run(r.name, func(t *testing.T) {
			_, err := c.Register(t.Context(), r.request)
			var e *protocollo.Error
			if !errors.As(err, &e) || e.Class != protocollo.Invalid || e.Code != r.code {
				t.Fatalf("%v, want Invalid %q", err, r.code)
			}
		})
	}
}

func TestNewRefuses(t *testing.T) {
	for name, spoil := range map[string]func(*titulus.Config){
		"no AmmAOO":                  func(c *titulus.Config) { c.AmmAOO = "" },
		"no clock":                   func(c *titulus.Config) { c.Clock = nil },
		"nobody to answer":           func(c *titulus.Config) { delete(c.Offices, "") },
		"an office without a person": func(c *titulus.Config) { c.Offices["TEC"] = titulus.Office{Name: "Area tecnica"} },
		"a refusal of every fault":   func(c *titulus.Config) { c.Refusals = []string{""} },
		"no address":                 func(c *titulus.Config) { c.Service.URL = "" },
	} {
		cfg := config("http://127.0.0.1")
		spoil(&cfg)
		if _, err := titulus.New(cfg); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
