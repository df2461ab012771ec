package jiride_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"segnatura/internal/central/centraltest"
	"segnatura/internal/central/jiride"
	"segnatura/internal/officesim/centre"
	"segnatura/internal/protocollo"
)

func TestConnector(t *testing.T) {
	const noKey = "no field of the contract carries our key"
	absences := centraltest.Uncorrected(map[string]string{
		"same-key": noKey, "found-after-lost": noKey, "absent": noKey, "find-away": noKey, "find-refused": noKey,
		"attach-replaces": "no operation of the contract puts a file in another's place",
		"session-expired": "user and role are in each call; there is no session",
	}, "ModificaDocumentoEAnagrafiche does not say what becomes of fields that are left out: decision 0038")
	for name, change := range map[string]func(*jiride.Config){
		"one archive":      func(*jiride.Config) {},
		"several archives": func(c *jiride.Config) { c.Administration, c.AOO = "c_a000", "AOO1" },
	} {
		t.Run(name, func(t *testing.T) {
			centraltest.Run(t, func(t *testing.T) *centraltest.Harness {
				h, _ := harness(t, change)
				h.Absences = absences
				return h
			})
		})
	}
}

// harness starts a centre with J-Iride's face, on the day of config.
func harness(t *testing.T, change func(*jiride.Config)) (*centraltest.Harness, *centre.Centre) {
	t.Helper()
	cfg := config("")
	office, err := centre.Start(t.Context(), centre.Config{Face: centre.JIride, Now: cfg.Clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(office.Close)
	cfg.Service.URL, cfg.Service.Timeout = office.URL(), 5*time.Second
	change(&cfg)
	c := connector(t, cfg)
	return &centraltest.Harness{Registrar: c, Sender: c, Body: protocollo.Body{Code: "c_a000"}, AOO: protocollo.AOO{Code: "AAA", RegisterCode: "PG"},
		Behave: func(b centraltest.Behaviour) {
			if err := office.Behave(centre.Behaviour(b)); err != nil {
				t.Fatal(err)
			}
		},
		Numbers:   func(_ *testing.T, key string) int { return office.Numbers(centraltest.Mark(key)) },
		Documents: func(_ *testing.T, key string) int { return office.Documents(key) },
	}, office
}

func attachment(ref, key, name string) (protocollo.AttachRequest, io.Reader) {
	const content = "%PDF of all"
	sum := sha256.Sum256([]byte(content))
	return protocollo.AttachRequest{Key: key, Ref: ref, Title: "Documento principale", FileName: name, MediaType: "application/pdf",
		SHA256: hex.EncodeToString(sum[:]), Bytes: int64(len(content))}, strings.NewReader(content)
}

var act = protocollo.Annulment{Reason: "protocollato <due> volte & mai più", ActNumber: "12", ActDay: "2026-03-03"}

// TestCallsAgainstContract holds each operation's envelope, as it went over the wire, against the contract's schema.
func TestCallsAgainstContract(t *testing.T) {
	schema := contractSchema(t)
	dir := t.TempDir()
	called := map[string]bool{}
	var files []string
	for _, administration := range []string{"", "c_a000"} {
		_, office := harness(t, func(*jiride.Config) {})
		address, bodies := centraltest.Recorded(t, office.URL())
		cfg := config(address)
		cfg.Administration = administration
		c := connector(t, cfg)
		if err := c.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		receipt, err := c.Register(t.Context(), letters[0].request)
		if err != nil {
			t.Fatal(err)
		}
		request, body := attachment(receipt.Ref, "1/1", "a.pdf")
		if _, err := c.Attach(t.Context(), request, body); err != nil {
			t.Fatal(err)
		}
		if err := c.Annul(t.Context(), receipt.Ref, act); err != nil {
			t.Fatal(err)
		}
		if e, _ := office.Find(func(centre.Entry) bool { return true }); e.Annulled != "protocollato <due> volte & mai più n. 12 del 03/03/2026" {
			t.Errorf("the centre has the act %q", e.Annulled)
		}
		for _, body := range bodies() {
			var envelope struct {
				Body struct {
					Operation struct{ XMLName xml.Name } `xml:",any"`
				}
			}
			if err := xml.Unmarshal(body, &envelope); err != nil {
				t.Fatal(err)
			}
			called[envelope.Body.Operation.XMLName.Local] = true
			files = append(files, keep(t, dir, body))
		}
	}
	for _, operation := range []string{"InserisciProtocolloEAnagrafiche", "InserisciProtocolloEAnagraficheMultiDB", "LeggiProtocollo", "LeggiProtocolloMultiDB",
		"AggiungiAllegati2", "AnnullaDocumento"} {
		if !called[operation] {
			t.Errorf("%s was not called", operation)
		}
	}
	validate(t, schema, files...)
}

// TestSameContent: two attachments of equal bytes are two files; their type is what their names end in.
func TestSameContent(t *testing.T) {
	h, office := harness(t, func(*jiride.Config) {})
	address, bodies := centraltest.Recorded(t, office.URL())
	c := connector(t, config(address))
	receipt, err := h.Registrar.Register(t.Context(), letters[0].request)
	if err != nil {
		t.Fatal(err)
	}
	refs := map[string]bool{}
	for _, key := range []string{"1/1", "1/2", "1/1"} {
		request, body := attachment(receipt.Ref, key, "2026-0000001.v1.pdf")
		got, err := c.Attach(t.Context(), request, body)
		if err != nil {
			t.Fatal(err)
		}
		refs[got.Ref] = true
	}
	if e, _ := office.Find(func(centre.Entry) bool { return true }); len(e.Documents) != 2 || len(refs) != 2 {
		t.Fatalf("%d documents, references %v", len(e.Documents), refs)
	}
	if !strings.Contains(string(bodies()[1]), "<t:TipoFile>pdf</t:TipoFile>") {
		t.Errorf("sent %s", bodies()[1])
	}
}

func TestWithoutAnnulment(t *testing.T) {
	h, _ := harness(t, func(c *jiride.Config) { c.Annulment = nil })
	if h.Registrar.Capabilities().Annul {
		t.Error("annuls although nobody says how")
	}
	wantError(t, h.Registrar.Annul(t.Context(), "1/2026/1", act), protocollo.Invalid, "annul")
}

// TestOtherDocument: a number that has become another document's there takes no file.
func TestOtherDocument(t *testing.T) {
	h, office := harness(t, func(*jiride.Config) {})
	if _, err := h.Registrar.Register(t.Context(), letters[0].request); err != nil {
		t.Fatal(err)
	}
	for _, ref := range []string{"99/2026/1", "41000/2026/2", "41000/2026", "41000/2026/x", ""} {
		request, body := attachment(ref, "1/1", "a.pdf")
		_, err := h.Sender.Attach(t.Context(), request, body)
		wantError(t, err, protocollo.Rejected, "ref")
	}
	if n := office.Documents("1/1"); n != 0 {
		t.Errorf("%d documents", n)
	}
}

// TestWhatAnAnswerProves: an Errore is a refusal as long as nothing beside it says that it was done.
func TestWhatAnAnswerProves(t *testing.T) {
	const rejected, unknown = protocollo.Rejected, protocollo.OutcomeUnknown
	result := func(content string) string {
		return `<InserisciProtocolloEAnagraficheResponse xmlns="http://tempuri.org/"><InserisciProtocolloEAnagraficheResult>` + content +
			`</InserisciProtocolloEAnagraficheResult></InserisciProtocolloEAnagraficheResponse>`
	}
	proto := func(id, year, number, at, more string) string {
		return result("<IdDocumento>" + id + "</IdDocumento><AnnoProtocollo>" + year + "</AnnoProtocollo><NumeroProtocollo>" + number + "</NumeroProtocollo><DataProtocollo>" +
			at + "</DataProtocollo>" + more)
	}
	for _, c := range []struct {
		name, says string
		at         string // of a receipt
		want       protocollo.Class
		code       string
	}{
		{"with its instant", proto("7", "2026", "123", "2026-03-02T10:15:00.000+01:00", ""), "2026-03-02T09:15:00Z", "", ""},
		{"with its instant in Rome", proto("7", "2026", "123", "2026-03-02T10:15:00", "<Messaggio>OK</Messaggio><Errore/>"), "2026-03-02T09:15:00Z", "", ""},
		{"with its day", proto("7", "2026", "123", "2026-03-02T00:00:00", ""), "2026-03-02T09:30:00Z", "", ""},
		{"with its day in UTC", proto("7", "2026", "123", "2026-03-01T23:00:00.000Z", ""), "2026-03-02T09:30:00Z", "", ""},
		{"a refusal", proto("0", "0", "0", "", "<Errore> Classifica inesistente </Errore>"), "", rejected, "refused"},
		{"an error and a number", proto("7", "2026", "123", "2026-03-02T00:00:00", "<Errore>Allegati non inseriti</Errore>"), "", unknown, "nonsense"},
		{"an error and a document without number", proto("7", "0", "0", "", "<Errore>Numeratore bloccato</Errore>"), "", unknown, "nonsense"},
		{"neither", proto("0", "0", "0", "", ""), "", unknown, "nonsense"},
		{"a number without document", proto("0", "2026", "123", "2026-03-02T00:00:00", ""), "", unknown, "nonsense"},
		{"no day", proto("7", "2026", "123", "", ""), "", unknown, "nonsense"},
		{"a day of another year", proto("7", "2026", "123", "2025-12-31T00:00:00", ""), "", unknown, "nonsense"},
		{"no result", `<InserisciProtocolloEAnagraficheResponse xmlns="http://tempuri.org/"/>`, "", unknown, "nonsense"},
		{"another operation's answer", strings.ReplaceAll(proto("7", "2026", "123", "2026-03-02T00:00:00", ""), "InserisciProtocolloEAnagrafiche", "LeggiProtocollo"), "", unknown, "nonsense"},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				_, _ = io.WriteString(w, `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>`+c.says+`</e:Body></e:Envelope>`)
			}))
			t.Cleanup(server.Close)
			receipt, err := connector(t, config(server.URL)).Register(t.Context(), letters[0].request)
			if c.want == "" {
				if err != nil || receipt.Number != "0000123" || receipt.Day != "2026-03-02" || receipt.Ref != "7/2026/123" || receipt.At.UTC().Format(time.RFC3339) != c.at {
					t.Fatalf("%+v, %v", receipt, err)
				}
				return
			}
			wantError(t, err, c.want, c.code)
			var e *protocollo.Error
			if errors.As(err, &e); c.want == rejected && e.Words != "Classifica inesistente" {
				t.Errorf("words %q", e.Words)
			}
		})
	}
}

func wantError(t *testing.T, err error, class protocollo.Class, code string) {
	t.Helper()
	var e *protocollo.Error
	if !errors.As(err, &e) || e.Class != class || e.Code != code {
		t.Fatalf("%v, want %s (%s)", err, class, code)
	}
}
