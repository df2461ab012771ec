package jente_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"segnatura/internal/call"
	"segnatura/internal/central/centraltest"
	"segnatura/internal/central/jente"
	"segnatura/internal/officesim/centre"
	"segnatura/internal/protocollo"
)

// now is the evening of the 2nd of March 2026, and in Rome already the 3rd.
func now() time.Time { return time.Date(2026, 3, 2, 23, 30, 0, 0, time.UTC) }

func open(t *testing.T) *centre.Centre {
	t.Helper()
	c, err := centre.Start(t.Context(), centre.Config{Face: centre.Jente, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func client(t *testing.T, url string) *call.Client {
	t.Helper()
	c, err := call.New(call.Config{URL: url, Timeout: 20 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// connect makes a connector of a centre; change may set more.
func connect(t *testing.T, url string, change func(*jente.Config)) *jente.Connector {
	t.Helper()
	cfg := jente.Config{Services: client(t, url+centre.JentePath), Tables: client(t, url+centre.JenteTablesPath), Clock: now, Username: centre.JenteUser,
		DefaultOffice: "PROT", Offices: map[string]string{"tecnico": "UTC"}, Classes: map[string]string{"6.3": "06.03"},
		Means: map[protocollo.Means]string{protocollo.MeansPost: "POSTA"}, Registers: map[protocollo.AOOCode]string{"AOO1": "PG"}, DocumentType: "LETT", Confidential: "RIS"}
	if change != nil {
		change(&cfg)
	}
	c, err := jente.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func aoo() protocollo.AOO {
	return protocollo.AOO{Code: "AOO1", Name: "Unica", RegisterCode: "PG"}
}

func TestConnector(t *testing.T) {
	noSearch := "the contract reads a registration by its number and has no search, by our key or by anything"
	noAnnul := "the contract has no annulment"
	centraltest.Run(t, func(t *testing.T) *centraltest.Harness {
		c := open(t)
		connector := connect(t, c.URL(), nil)
		return &centraltest.Harness{
			Registrar: connector, Sender: connector,
			Body: protocollo.Body{Code: "c_a000", Name: "Comune di Prova", ShortName: "Comune di Prova"},
			AOO:  aoo(),
			Behave: func(b centraltest.Behaviour) {
				if err := c.Behave(centre.Behaviour(b)); err != nil {
					t.Fatal(err)
				}
			},
			Numbers:   func(_ *testing.T, key string) int { return c.Numbers(centraltest.Mark(key)) },
			Documents: func(_ *testing.T, key string) int { return c.Documents(key) },
			Absences: centraltest.Uncorrected(map[string]string{
				"same-key": noSearch, "found-after-lost": noSearch, "absent": noSearch, "find-away": noSearch, "find-refused": noSearch,
				"annul": noAnnul, "annul-away": noAnnul, "annul-unknown-reference": noAnnul,
				"attach-replaces": "the contract adds documents and removes none: the later scan stands beside the earlier",
				"session-expired": "the contract has no session: each message carries the user's name",
			}, "the contract has no call that changes a registration"),
		}
	})
}

func letter() protocollo.RegisterRequest {
	return protocollo.RegisterRequest{Key: "k1", AOO: aoo(), ArrivalDay: "2026-03-02", Draft: protocollo.Draft{
		Direction: protocollo.Incoming, Subject: "Richiesta <urgente> & altro", Senders: []protocollo.Correspondent{
			{Name: "Bianchi Lucia", Address: "via Roma 1", Email: "l@example.it", Code: "BNCLCU80A41H501X"}, {Name: "Verdi Ugo"}},
		Copies: []protocollo.Correspondent{{Name: "Neri Ada"}}, Classifica: "6.3", Fascicolo: "2026/12", UOR: "tecnico", Means: protocollo.MeansPost,
		SenderRef: protocollo.SenderReference{Protocol: "77/A", Day: "2026-02-27"}, Note: "busta lacerata", RaccomandataCode: "15000"}}
}

func TestReceipt(t *testing.T) {
	c := open(t)
	r, err := connect(t, c.URL(), nil).Register(t.Context(), letter())
	if err != nil {
		t.Fatal(err)
	}
	if r.Number != "0000001" || r.Year != 2026 || r.Day != "2026-03-03" || r.Register != "PG" || !r.At.Equal(now()) || !strings.Contains(r.Raw, "<ns2:esito>OK") {
		t.Fatalf("%+v", r)
	}
	e, found := c.Find(func(e centre.Entry) bool { return e.Number == 1 })
	if !found || e.Subject != letter().Draft.Subject || e.Direction != "A" || strings.Join(e.Names, ", ") != "Bianchi Lucia, Verdi Ugo" ||
		e.Note != "busta lacerata\nRaccomandata n. 15000" {
		t.Errorf("JEnte has %+v", e)
	}
}

// TestEmergencyOrigin: the emergency register's number stands in the subject, and in the note where the subject would be longer than JEnte
// takes. A subject that is too long by itself is not cut: nothing is sent.
func TestEmergencyOrigin(t *testing.T) {
	const origin = "(Registro di emergenza: n. 2/2026 R.E. 1/2026 del 02/03/2026)"
	request := letter()
	request.Emergency = &protocollo.EmergencyOrigin{Number: "0000002", Year: 2026, Label: "n. 2/2026 R.E. 1/2026", Day: "2026-03-02"}
	whole := request.Draft.Subject + " " + origin
	for _, test := range []struct {
		name          string
		max           int
		subject, note string // the note's last line
		want          protocollo.Class
	}{
		{"no bound", 0, whole, "Raccomandata n. 15000", ""},
		{"just fits", len(whole), whole, "Raccomandata n. 15000", ""},
		{"one too many", len(whole) - 1, request.Draft.Subject, origin, ""},
		{"too long by itself", len(request.Draft.Subject) - 1, "", "", protocollo.Invalid},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := open(t)
			_, err := connect(t, c.URL(), func(cfg *jente.Config) { cfg.MaxSubject = test.max }).Register(t.Context(), request)
			if protocollo.ClassOf(err) != test.want {
				t.Fatalf("%v, want %q", err, test.want)
			}
			e, found := c.Find(func(centre.Entry) bool { return true })
			if found != (test.want == "") || e.Subject != test.subject || !strings.HasSuffix(e.Note, test.note) {
				t.Errorf("%+v", e)
			}
		})
	}
}

func TestDirections(t *testing.T) {
	c := open(t)
	connector := connect(t, c.URL(), nil)
	for i, direction := range []protocollo.Direction{protocollo.Outgoing, protocollo.Inside} {
		r := letter()
		r.Draft.Direction, r.Draft.Senders, r.Draft.Recipients = direction, nil, []protocollo.Correspondent{{Name: "Anagrafe", Code: "ANAG"}, {Name: "Sindaco"}}
		receipt, err := connector.Register(t.Context(), r)
		if err != nil {
			t.Fatalf("%s: %v", direction, err)
		}
		if e, found := c.Find(func(e centre.Entry) bool { return e.Number == int64(i+1) }); !found || e.Direction != string(direction) || receipt.Ref == "" {
			t.Errorf("%s: %+v", direction, e)
		}
	}
	r := letter()
	r.Draft.Direction = "X"
	if _, err := connector.Register(t.Context(), r); !errors.Is(err, protocollo.Invalid) {
		t.Errorf("direction X: %v", err)
	}
	r = letter()
	r.Draft.Senders, r.Draft.Anonymous, r.Draft.Unsigned, r.Draft.Confidential = nil, true, true, true
	if _, err := connector.Register(t.Context(), r); err != nil || c.Search(func(e centre.Entry) bool { return len(e.Names) == 1 && e.Names[0] == "MITTENTE ANONIMO" }) == nil {
		t.Errorf("anonymous: %v", err)
	}
	if e, found := c.Find(func(e centre.Entry) bool {
		return strings.HasPrefix(e.Note, "Riservato\nDocumento non sottoscritto\nbusta")
	}); !found || e.Fields["visibilita"] != "RIS" {
		t.Errorf("confidential and unsigned: %+v", e)
	}
}

// TestRefusals are JEnte's own, in its words.
func TestRefusals(t *testing.T) {
	c := open(t)
	for words, change := range map[string]func(*jente.Config){
		"Utente non abilitato: nessuno":    func(cfg *jente.Config) { cfg.Username = "nessuno" },
		"Corrispondente inesistente: ALTR": func(cfg *jente.Config) { cfg.Offices = map[string]string{"tecnico": "ALTR"} },
	} {
		_, err := connect(t, c.URL(), change).Register(t.Context(), letter())
		var e *protocollo.Error
		if !errors.As(err, &e) || e.Class != protocollo.Rejected || e.Words != words {
			t.Errorf("%v, want «%s»", err, words)
		}
	}
}

// TestRefusalBesideANumber: a KO that has a number is no clear answer; a zero is no number.
func TestRefusalBesideANumber(t *testing.T) {
	for number, want := range map[string]protocollo.Class{"12": protocollo.OutcomeUnknown, "0": protocollo.Rejected, "": protocollo.Rejected} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/xml;charset=UTF-8")
			_, _ = fmt.Fprintf(w, `<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body><inserisciArrivoResponse><rispostaProtocolla><esito>KO</esito>`+
				`<messaggio>Assegnazione fallita</messaggio><segnatura><anno>2026</anno><numero>%s</numero></segnatura></rispostaProtocolla></inserisciArrivoResponse>`+
				`</S:Body></S:Envelope>`, number)
		}))
		t.Cleanup(server.Close)
		_, err := connect(t, server.URL, nil).Register(t.Context(), letter())
		var e *protocollo.Error
		if !errors.As(err, &e) || e.Class != want || e.Words != "Assegnazione fallita" {
			t.Errorf("number %q: %v, want %s", number, err, want)
		}
	}
}

func document(ref, content string) (protocollo.AttachRequest, []byte) {
	sum := sha256.Sum256([]byte(content))
	return protocollo.AttachRequest{Key: "1-v1", Ref: ref, FileName: "2026-0000001-v1.pdf", SHA256: hex.EncodeToString(sum[:]), Bytes: int64(len(content))}, []byte(content)
}

// TestLostDocumentIsNotFiledTwice: the answer is lost, a person has it sent again, and there is still one.
func TestLostDocumentIsNotFiledTwice(t *testing.T) {
	c := open(t)
	connector := connect(t, c.URL(), nil)
	receipt, err := connector.Register(t.Context(), letter())
	if err != nil {
		t.Fatal(err)
	}
	r, b := document(receipt.Ref, "%PDF-1.7 uno")
	for _, step := range []struct {
		behaviour centre.Behaviour
		want      protocollo.Class
	}{{centre.Loses, protocollo.OutcomeUnknown}, {centre.Well, ""}, {centre.Well, ""}} {
		if err := c.Behave(step.behaviour); err != nil {
			t.Fatal(err)
		}
		if _, err := connector.Attach(t.Context(), r, bytes.NewReader(b)); protocollo.ClassOf(err) != step.want || c.Documents(r.FileName) != 1 {
			t.Fatalf("%s: %v, %d documents", step.behaviour, err, c.Documents(r.FileName))
		}
	}
	other, b := document(receipt.Ref, "%PDF-1.7 due") // other bytes under the same name: a person looks
	if _, err := connector.Attach(t.Context(), other, bytes.NewReader(b)); !errors.Is(err, protocollo.Rejected) || c.Documents(r.FileName) != 1 {
		t.Errorf("other bytes: %v, %d documents", err, c.Documents(r.FileName))
	}
	for _, ref := range []string{"", "2026", "2026/x"} {
		r.Ref = ref
		if _, err := connector.Attach(t.Context(), r, bytes.NewReader(nil)); !errors.Is(err, protocollo.Invalid) {
			t.Errorf("reference %q: %v", ref, err)
		}
	}
	r, b = document("2026/99/PG", "x")
	if _, err := connector.Attach(t.Context(), r, bytes.NewReader(b)); !errors.Is(err, protocollo.Rejected) {
		t.Errorf("no such registration: %v", err)
	}
}

func TestCheck(t *testing.T) {
	c := open(t)
	for _, test := range []struct {
		name   string
		change func(*jente.Config)
		want   string // in the error; empty: none
	}{
		{"all well", nil, ""},
		{"without tables", func(cfg *jente.Config) { cfg.Tables = nil }, ""},
		{"an office that JEnte does not have", func(cfg *jente.Config) { cfg.Offices["a"], cfg.Offices["b"] = "ZZ", "ZZ" }, "CORRISPONDENTI does not have these offices of the settings: ZZ"},
		{"a class", func(cfg *jente.Config) { cfg.Classes["1"] = "99" }, "TITOLARIO"},
		{"a means", func(cfg *jente.Config) { cfg.Means[protocollo.MeansHand] = "MANO" }, "TRAMITE"},
		{"a document type", func(cfg *jente.Config) { cfg.DocumentType = "X" }, "TIPIDOCUMENTO"},
		{"a user", func(cfg *jente.Config) { cfg.Username = "nessuno" }, "Tabella o utente sconosciuti"},
		{"another service", func(cfg *jente.Config) { cfg.Services = cfg.Tables }, "operazione sconosciuta"},
	} {
		err := connect(t, c.URL(), test.change).Check(t.Context())
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	connector := connect(t, c.URL(), nil)
	if err := c.Behave(centre.Away); err != nil {
		t.Fatal(err)
	}
	if err := connector.Check(t.Context()); !errors.Is(err, protocollo.Unavailable) {
		t.Errorf("away: %v", err)
	}
}

func TestConfigIsChecked(t *testing.T) {
	good := jente.Config{Services: client(t, "http://127.0.0.1:1"), Clock: now, Username: "u", DefaultOffice: "P"}
	for name, change := range map[string]func(*jente.Config){
		"service": func(c *jente.Config) { c.Services = nil }, "clock": func(c *jente.Config) { c.Clock = nil },
		"user": func(c *jente.Config) { c.Username = " " }, "office": func(c *jente.Config) { c.DefaultOffice = "" },
		"length": func(c *jente.Config) { c.MaxSubject = -1 },
		"means":  func(c *jente.Config) { c.Means = map[protocollo.Means]string{"piccione": "X"} },
	} {
		cfg := good
		change(&cfg)
		if _, err := jente.New(cfg); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}
