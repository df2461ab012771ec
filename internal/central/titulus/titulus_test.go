package titulus_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"segnatura/internal/central/centraltest"
	"segnatura/internal/central/titulus"
	"segnatura/internal/officesim/centre"
	"segnatura/internal/protocollo"
)

// Where the archive is not known to find by our key, the suite's searches by key are not offered.
var keyless = map[string]string{
	"same-key":         "the archive is not known to index the key",
	"found-after-lost": "the archive is not known to index the key",
	"absent":           "without the index «not found» would prove nothing",
	"find-away":        "the archive is not known to index the key",
	"find-refused":     "the archive is not known to index the key",
}

var always = map[string]string{
	"attach-replaces": "no operation of the contract puts a file in another's place",
}

func TestConnector(t *testing.T) {
	for _, indexed := range []bool{true, false} {
		t.Run(fmt.Sprintf("KeyIndexed %t", indexed), func(t *testing.T) {
			absences := centraltest.Uncorrected(map[string]string{}, "saveModifiedDocument does not say what becomes of what is left out, nor of a document that is open there: decision 0060")
			for name, why := range always {
				absences[name] = why
			}
			if !indexed {
				for name, why := range keyless {
					absences[name] = why
				}
			}
			centraltest.Run(t, func(t *testing.T) *centraltest.Harness {
				h, _ := harness(t, func(c *titulus.Config) { c.KeyIndexed = indexed })
				h.Absences = absences
				return h
			})
		})
	}
}

// harness starts a centre with Titulus' face, on the day of config.
func harness(t *testing.T, change func(*titulus.Config)) (*centraltest.Harness, *centre.Centre) {
	t.Helper()
	cfg := config("")
	office, err := centre.Start(t.Context(), centre.Config{Face: centre.Titulus, Now: cfg.Clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(office.Close)
	cfg.Service.URL, cfg.Service.Timeout = office.URL(), 5*time.Second
	change(&cfg)
	c := connector(t, cfg)
	return &centraltest.Harness{Registrar: c, Sender: c, Body: protocollo.Body{Code: "uni_a"}, AOO: protocollo.AOO{Code: "AAA", RegisterCode: "PG"},
		Behave: func(b centraltest.Behaviour) {
			if err := office.Behave(centre.Behaviour(b)); err != nil {
				t.Fatal(err)
			}
		},
		Numbers:   func(_ *testing.T, key string) int { return office.Numbers(centraltest.Mark(key)) },
		Documents: func(_ *testing.T, key string) int { return office.Documents(key) },
	}, office
}

func attachment(ref, key, content string) (protocollo.AttachRequest, io.Reader) {
	sum := sha256.Sum256([]byte(content))
	return protocollo.AttachRequest{Key: key, Ref: ref, Title: "Documento principale", FileName: "a.pdf", MediaType: "application/pdf",
		SHA256: hex.EncodeToString(sum[:]), Bytes: int64(len(content))}, strings.NewReader(content)
}

var act = protocollo.Annulment{Reason: "protocollato due volte", ActNumber: "12", ActDay: "2026-03-03"}

// TestCallsAgainstContract holds each operation's envelope, as it went over the wire, against the contract's types.
func TestCallsAgainstContract(t *testing.T) {
	schema := contractSchema(t)
	var address string
	var bodies func() [][]byte
	h, office := harness(t, func(*titulus.Config) {})
	address, bodies = centraltest.Recorded(t, office.URL())
	cfg := config(address)
	cfg.KeyIndexed = true
	c := connector(t, cfg)
	if err := c.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	receipt, err := c.Register(t.Context(), letters[1].request)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"main", "other"} {
		request, body := attachment(receipt.Ref, key, "%PDF of both")
		if _, err := c.Attach(t.Context(), request, body); err != nil {
			t.Fatal(err)
		}
	}
	if _, found, err := c.Find(t.Context(), h.AOO.Code, letters[1].request.Key); err != nil || !found {
		t.Fatalf("Find = %t, %v", found, err)
	}
	if err := c.Annul(t.Context(), receipt.Ref, act); err != nil {
		t.Fatal(err)
	}
	called := map[string]bool{}
	var files []string
	dir := t.TempDir()
	for i, body := range bodies() {
		var envelope struct {
			Body struct {
				Operation struct{ XMLName xml.Name } `xml:",any"`
			}
		}
		if err := xml.Unmarshal(body, &envelope); err != nil {
			t.Fatal(err)
		}
		called[envelope.Body.Operation.XMLName.Local] = true
		files = append(files, filepath.Join(dir, fmt.Sprintf("%02d.xml", i)))
		if err := os.WriteFile(files[i], body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, operation := range []string{"setWSUser", "getWsRelease", "saveDocument", "checkInContentFiles", "loadDocument", "search", "cancelDocument"} {
		if !called[operation] {
			t.Errorf("%s was not called", operation)
		}
	}
	validate(t, schema, files...)
}

// TestWhatWasSent: what the centre has of a letter is what the draft said.
func TestWhatWasSent(t *testing.T) {
	h, office := harness(t, func(*titulus.Config) {})
	r := letters[1].request
	if _, err := h.Registrar.Register(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	e, found := office.Find(func(centre.Entry) bool { return true })
	if !found || e.Subject != r.Draft.Subject || e.Direction != "arrivo" || strings.Join(e.Names, ",") != "A,B" || e.Fields["applicativo_produttore_docid"] != r.Key {
		t.Fatalf("the centre has %+v", e)
	}
}

// TestFindIsLetterByLetter: a search that goes by words finds neighbours, which are not ours; twice our key is for a person.
func TestFindIsLetterByLetter(t *testing.T) {
	h, _ := harness(t, func(c *titulus.Config) { c.KeyIndexed = true })
	register := func(key string) protocollo.Receipt {
		r := letters[0].request
		r.Key = key
		receipt, err := h.Registrar.Register(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		return receipt
	}
	register("x-key-1")
	register("KEY-1")
	if r, found, err := h.Registrar.Find(t.Context(), "", "key-1"); found || err != nil {
		t.Fatalf("Find among neighbours = %+v, %t, %v", r, found, err)
	}
	want := register("key-1")
	if r, found, err := h.Registrar.Find(t.Context(), "", "key-1"); !found || err != nil || r.Number != want.Number {
		t.Fatalf("Find = %+v, %t, %v, want %s", r, found, err, want.Number)
	}
	register("key-1")
	if r, found, err := h.Registrar.Find(t.Context(), "", "key-1"); found || !errors.Is(err, protocollo.OutcomeUnknown) {
		t.Fatalf("Find of a key with two numbers = %+v, %t, %v", r, found, err)
	}
}

// TestFindThroughAFullPage: where as many neighbours are shown as a page holds, ours may be on the next.
func TestFindThroughAFullPage(t *testing.T) {
	h, _ := harness(t, func(c *titulus.Config) { c.KeyIndexed = true })
	for i := range 30 {
		r := letters[0].request
		r.Key = fmt.Sprintf("key-1-%d", i)
		if _, err := h.Registrar.Register(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	if _, found, err := h.Registrar.Find(t.Context(), "", "key-1"); found || !errors.Is(err, protocollo.OutcomeUnknown) {
		t.Fatalf("Find = %t, %v", found, err)
	}
}

func TestCandidates(t *testing.T) {
	h, _ := harness(t, func(*titulus.Config) {})
	finder := h.Registrar.(*titulus.Connector)
	for _, l := range []struct{ subject, sender string }{{"Accesso agli atti", "Neri Ugo"}, {"Accesso agli atti", "Bianchi Lucia"}, {"Altro", "Bianchi Lucia"}} {
		r := letters[0].request
		r.Draft.Subject, r.Draft.Senders = l.subject, []protocollo.Correspondent{{Name: l.sender}}
		r.Draft.Confidential = l.sender == "Neri Ugo"
		if _, err := h.Registrar.Register(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	query := protocollo.CandidateQuery{Subject: `accesso  "agli" atti`, Senders: []string{"Bianchi Lucia"}, From: "2026-03-01", To: "2026-03-02"}
	list, err := finder.Candidates(t.Context(), query)
	if err != nil || len(list) != 2 {
		t.Fatalf("Candidates = %+v, %v", list, err)
	}
	if list[0].Confidential || !list[1].Confidential {
		t.Errorf("confidential is only Neri's: %+v", list)
	}
	if first := list[0]; first.Sender != "Bianchi Lucia" || first.Receipt.Validate() != nil || first.Receipt.Number != "0000002" || first.Receipt.Ref == "" {
		t.Errorf("the likeliest is %+v", first)
	}
	query.From, query.To = "2026-02-01", "2026-03-01"
	if list, err := finder.Candidates(t.Context(), query); err != nil || len(list) != 0 {
		t.Errorf("on other days: %+v, %v", list, err)
	}
}

// TestSameContent: two attachments of equal bytes are two files.
func TestSameContent(t *testing.T) {
	h, office := harness(t, func(*titulus.Config) {})
	receipt, err := h.Registrar.Register(t.Context(), letters[0].request)
	if err != nil {
		t.Fatal(err)
	}
	refs := map[string]bool{}
	for _, key := range []string{"1/1", "1/2", "1/1"} {
		request, body := attachment(receipt.Ref, key, "%PDF")
		got, err := h.Sender.Attach(t.Context(), request, body)
		if err != nil {
			t.Fatal(err)
		}
		refs[got.Ref] = true
	}
	if e, _ := office.Find(func(centre.Entry) bool { return true }); len(e.Documents) != 2 || len(refs) != 2 {
		t.Fatalf("%d documents, references %v", len(e.Documents), refs)
	}
}

// TestCheck says in what order a clerk's Responsabile hears of what is wrong: the address, the account, who it acts for.
func TestCheck(t *testing.T) {
	_, office := harness(t, func(*titulus.Config) {})
	cfg := config(office.URL())
	if err := connector(t, cfg).Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	cfg.Service.User = ""
	wantError(t, connector(t, cfg).Check(t.Context()), protocollo.Unavailable, "credentials")
	cfg = config(office.URL())
	if err := office.Behave(centre.Away); err != nil {
		t.Fatal(err)
	}
	wantError(t, connector(t, cfg).Check(t.Context()), protocollo.Unavailable, "not-sent")
}

func wantError(t *testing.T, err error, class protocollo.Class, code string) {
	t.Helper()
	var e *protocollo.Error
	if !errors.As(err, &e) || e.Class != class || e.Code != code {
		t.Fatalf("%v, want %s (%s)", err, class, code)
	}
}
