package station_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/pdfa"
)

// metadataSeen remembers what went into metadata files.
type metadataSeen struct {
	mu   sync.Mutex
	seen []pdfa.DocumentMetadata
}

func (w *metadataSeen) WriteMetadata(out io.Writer, m pdfa.DocumentMetadata) ([]pdfa.PendingField, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen = append(w.seen, m)
	_, err := fmt.Fprintf(out, "<%s/>", m.File.SHA256)
	return nil, err
}

func (w *metadataSeen) last() pdfa.DocumentMetadata {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.seen[len(w.seen)-1]
}

// archivedLetter is a registration whose first page bears label's code, archived and with its pages released.
func (o *office) archivedLetter(r, label station.Record, pages ...string) station.DocumentView {
	o.t.Helper()
	o.scan(&feeder{pages: append([]string{sheetOf(pages[0], withCodes(codeOf(label)))}, more(pages[1:])...)}, station.ScanCommand{})
	d := o.record(r.Intake.ID).Documents[0]
	o.archive(d.ID)
	if _, err := o.db.ReleasePages(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
	return o.record(r.Intake.ID).Documents[0]
}

func more(words []string) []string {
	var out []string
	for _, w := range words {
		out = append(out, sheetOf(w, nil))
	}
	return out
}

// deliverAll delivers what is due and returns what was sent.
func (o *office) deliverAll() []protocollo.AttachRequest {
	o.t.Helper()
	due, err := o.db.DueDeliveries(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	var sent []protocollo.AttachRequest
	for _, d := range due {
		if err := o.s.Deliver(o.t.Context(), d.ID); err != nil {
			o.t.Fatal(err)
		}
		sent = append(sent, d.Request)
	}
	return sent
}

func request(key string) station.SupersedeRequest {
	return station.SupersedeRequest{Key: key, Reason: "etichette scambiate", ActNumber: "7", ActDay: "2026-03-02"}
}

// wordsOf reads the pretend pages of an archived file.
func (o *office) wordsOf(documentID int64) []string {
	o.t.Helper()
	var list []string
	dec := json.NewDecoder(strings.NewReader(o.content(documentID, 1)[strings.IndexByte(o.content(documentID, 1), '\n'):]))
	for {
		var p struct{ Word string }
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			o.t.Fatal(err)
		}
		list = append(list, p.Word)
	}
}

func (o *office) cleanCheck() {
	o.t.Helper()
	if rep, err := o.db.Check(o.t.Context()); err != nil || !rep.OK() {
		o.t.Errorf("check: %+v, %v", rep.Findings, err)
	}
}

// TestExchangeOfLabels: R18.6 from the wrong images at the centre to the right ones, which are those that were scanned.
func TestExchangeOfLabels(t *testing.T) {
	o := newOffice(t)
	seen := &metadataSeen{}
	o.start(func(c *station.Config) { c.Metadata = seen })
	ctx := t.Context()
	a, b := o.labelled("key-0001", letter("Prima")), o.labelled("key-0002", letter("Seconda"))
	wrongA := o.archivedLetter(a, a, "b1", "b2")
	wrongB := o.archivedLetter(b, b, "a1", "a2", "a3")
	o.deliverAll()

	wantClass(t, o.s.ExchangeLabels(ctx, clerk, request("s1"), a.Registration.ID, b.Registration.ID), protocollo.Forbidden, "decide")
	empty := request("s1")
	empty.Reason = " "
	wantClass(t, o.s.ExchangeLabels(ctx, boss, empty, a.Registration.ID, b.Registration.ID), protocollo.Invalid, "reason")
	for range 2 { // the answer was lost
		if err := o.s.ExchangeLabels(ctx, boss, request("s1"), a.Registration.ID, b.Registration.ID); err != nil {
			t.Fatal(err)
		}
	}
	o.s.TakeOverDue(ctx)
	o.s.TakeOverDue(ctx)

	newA, newB := o.record(a.Intake.ID).Documents[1], o.record(b.Intake.ID).Documents[1]
	for _, d := range []station.DocumentView{newA, newB} {
		if d.State != protocollo.DocumentReady || d.Version != 2 {
			t.Fatalf("document %+v, exceptions %+v", d.Document, o.exceptions())
		}
		for _, p := range d.PageList {
			if p.Sheet == 0 || !p.TakenAt.Equal(wrongA.PageList[0].TakenAt) {
				t.Errorf("page %+v was taken on another day, or from no sheet", p.Page)
			}
		}
		o.archive(d.ID)
	}
	if got := o.wordsOf(newA.ID); !slices.Equal(got, []string{"a1", "a2", "a3"}) {
		t.Errorf("A has %q", got)
	}
	if got := o.wordsOf(newB.ID); !slices.Equal(got, []string{"b1", "b2"}) {
		t.Errorf("B has %q", got)
	}
	if m := seen.last(); m.Segnatura.Number != string(b.Registration.Number) || m.Segnatura.Version != 2 || m.Previous == nil || m.Previous.SHA256 != wrongB.Archive.SHA256 || m.Note != "" {
		t.Errorf("metadata %+v", m)
	}
	sent := o.deliverAll()
	if len(sent) != 2 || sent[0].Replaces.Key == "" || sent[1].Replaces.Key == "" || sent[0].Replaces == sent[1].Replaces {
		t.Fatalf("sent %+v", sent)
	}
	for _, r := range []station.Record{a, b} {
		if rec := o.record(r.Intake.ID); !rec.Facets.Delivered || rec.Documents[0].Why.Centre != "" {
			t.Errorf("facets %+v, the old one %+v", rec.Facets, rec.Documents[0].Why)
		}
	}
	// The wrong images: for the Responsabile alone, and that is journaled.
	_, err := o.s.OpenArchive(ctx, clerk, wrongA.ID, 0)
	wantClass(t, err, protocollo.Forbidden, "decide")
	before, err := o.s.History(ctx, boss, a.Intake.ID)
	if err != nil {
		t.Fatal(err)
	}
	f, err := o.s.OpenArchive(ctx, boss, wrongA.ID, 0)
	if err != nil {
		t.Fatal(err)
	}
	_ = f.Close()
	after, err := o.s.History(ctx, boss, a.Intake.ID)
	if err != nil || len(after) != len(before)+1 || after[len(before)].Actor != boss.User {
		t.Errorf("journal %+v, %v", after[len(before):], err)
	}
	for _, who := range []protocollo.Actor{clerk, boss} {
		if _, err := o.s.PagePicture(ctx, who, wrongA.PageList[0].ID, 320); !errors.Is(err, protocollo.NotFound) {
			t.Errorf("%s sees a picture of a wrong page: %v", who.User, err)
		}
	}
	o.cleanCheck()
}

// TestExchangeBeforeTheArchive: pages under way change sides at once, and questions are asked anew.
func TestExchangeBeforeTheArchive(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	three := letter("Prima")
	three.DeclaredCount = 3
	a, b := o.labelled("key-0001", three), o.labelled("key-0002", letter("Seconda"))
	o.scan(&feeder{pages: []string{sheetOf("b1", withCodes(codeOf(a))), sheetOf("b2", nil)}}, station.ScanCommand{})
	o.theException(protocollo.ExceptionCount, "")
	if err := o.s.ExchangeLabels(ctx, boss, request("s1"), b.Registration.ID, a.Registration.ID); err != nil {
		t.Fatal(err)
	}
	if open := o.exceptions(); len(open) != 0 {
		t.Errorf("asked about pages that left: %+v", open)
	}
	o.s.TakeOverDue(ctx)
	recA, recB := o.record(a.Intake.ID), o.record(b.Intake.ID)
	if recA.Facets.Captured || len(recB.Documents) != 1 || recB.Documents[0].State != protocollo.DocumentReady || recB.Documents[0].Pages != 2 {
		t.Fatalf("A %+v, B %+v, exceptions %+v", recA.Facets, recB.Documents, o.exceptions())
	}
	// A's own letter comes under its own label: expected, two pages instead of three.
	o.scan(&feeder{pages: []string{sheetOf("a1", withCodes(codeOf(a))), sheetOf("a2", nil)}}, station.ScanCommand{})
	o.theException(protocollo.ExceptionCount, "")
	o.cleanCheck()
}

// failingPages lets the n-th page of a takeover fail, before or after it is durable.
type failingPages struct {
	station.BatchStore
	left  int
	after bool
}

func (f *failingPages) AddPage(ctx context.Context, p protocollo.Page, data io.Reader) (protocollo.Page, error) {
	f.left--
	if f.left != 0 {
		return f.BatchStore.AddPage(ctx, p, data)
	}
	if f.after {
		if _, err := f.BatchStore.AddPage(ctx, p, data); err != nil {
			return p, err
		}
	}
	return p, errors.New("the power went")
}

// TestTakeoverSurvivesACrash: whatever a stop leaves, the next start ends it, each page once and in order.
func TestTakeoverSurvivesACrash(t *testing.T) {
	for n := 1; n <= 3; n++ {
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprintf("page %d, after %v", n, after), func(t *testing.T) {
				t.Parallel()
				o := newOffice(t)
				ctx := t.Context()
				a, b := o.labelled("key-0001", letter("Prima")), o.labelled("key-0002", letter("Seconda"))
				o.archivedLetter(a, a, "b1", "b2", "b3")
				if err := o.s.ExchangeLabels(ctx, boss, request("s1"), a.Registration.ID, b.Registration.ID); err != nil {
					t.Fatal(err)
				}
				o.s.Close()
				o.start(func(c *station.Config) { c.Batches = &failingPages{BatchStore: o.db, left: n, after: after} })
				o.s.TakeOverDue(ctx)
				if d := o.record(b.Intake.ID).Documents[0]; d.State != protocollo.DocumentReceiving {
					t.Fatalf("document %+v", d.Document)
				}
				if e := o.endOfDay(""); e.Clear || e.Unfinished.Total != 1 || e.Unfinished.Items[0].Kind != "takeover" || e.Unfinished.Items[0].Record.Registration.ID != b.Registration.ID {
					t.Errorf("the day ends with %+v", e.Unfinished)
				}
				o.restart()
				if err := o.s.Recover(ctx); err != nil {
					t.Fatal(err)
				}
				o.s.TakeOverDue(ctx)
				d := o.record(b.Intake.ID).Documents[0]
				if d.State != protocollo.DocumentReady || len(o.exceptions()) != 0 {
					t.Fatalf("document %+v, exceptions %+v", d.Document, o.exceptions())
				}
				o.archive(d.ID)
				if got := o.wordsOf(d.ID); !slices.Equal(got, []string{"b1", "b2", "b3"}) {
					t.Errorf("pages %q", got)
				}
				o.cleanCheck()
			})
		}
	}
}

// TestTakeoverOfADrawnPage: what was drawn is made again from its source, turned as a person turned it.
func TestTakeoverOfADrawnPage(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	a, b := o.labelled("key-0001", letter("Prima")), o.labelled("key-0002", letter("Seconda"))
	o.converter.drawn = map[string]pdfa.DrawnReason{"pagina 2": pdfa.DrawnBornDigital}
	source := sheetOf("b2", nil)
	o.scan(&feeder{pages: []string{sheetOf("b1", withCodes(codeOf(a))), source}, media: map[int]string{2: "application/pdf"}}, station.ScanCommand{})
	o.archive(o.record(a.Intake.ID).Documents[0].ID)
	if err := o.s.ExchangeLabels(ctx, boss, request("s1"), a.Registration.ID, b.Registration.ID); err != nil {
		t.Fatal(err)
	}
	// The pages lie in the spool still; nobody sees them there, whole or in part.
	wrong := o.record(a.Intake.ID).Documents[0].PageList[0].ID
	wantClass(t, errOf(o.s.PagePicture(ctx, boss, wrong, 320)), protocollo.NotFound, "page")
	wantClass(t, errOf(o.s.PageCrop(ctx, boss, wrong, protocollo.Box{X1: 1, Y1: 1})), protocollo.NotFound, "page")
	o.s.TakeOverDue(ctx)
	d := o.record(b.Intake.ID).Documents[0]
	if len(d.PageList) != 2 || d.PageList[0].MediaType != "image/jpeg" || d.PageList[1].MediaType != "application/pdf" {
		t.Fatalf("pages %+v", d.PageList)
	}
	_, r, err := o.db.OpenPage(ctx, d.PageList[1].ID)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got, err := io.ReadAll(r); err != nil || string(got) != source {
		t.Errorf("the page is %q, %v", got, err)
	}
}

func TestObscuration(t *testing.T) {
	o := newOffice(t)
	seen := &metadataSeen{}
	o.start(func(c *station.Config) { c.Metadata = seen })
	ctx := t.Context()
	five := letter("Assenza")
	five.DeclaredCount, five.Note = 3, "due copie"
	r := o.labelled("key-0001", five)
	d := o.archivedLetter(r, r, "letter", "diagnosis", "end")
	o.deliverAll()
	// Who decides sees the archived pages small, before choosing.
	if _, err := o.s.PagePicture(ctx, clerk, d.PageList[1].ID, 320); !errors.Is(err, protocollo.NotFound) {
		t.Errorf("the clerk sees an archived page: %v", err)
	}
	for _, px := range []int{320, 1800} {
		if got, err := o.s.PagePicture(ctx, boss, d.PageList[1].ID, px); err != nil || string(got) != "jpeg of diagnosis" {
			t.Errorf("picture %q, %v", got, err)
		}
	}
	wantClass(t, o.s.Obscure(ctx, clerk, request("o1"), d.ID, []int{2}), protocollo.Forbidden, "decide")
	wantClass(t, o.s.Obscure(ctx, boss, request("o1"), d.ID, []int{9}), protocollo.Invalid, "pages")
	if err := o.s.Obscure(ctx, boss, request("o1"), d.ID, []int{2}); err != nil {
		t.Fatal(err)
	}
	o.s.TakeOverDue(ctx)
	next := o.record(r.Intake.ID).Documents[1]
	if next.State != protocollo.DocumentReady {
		t.Fatalf("document %+v, exceptions %+v", next.Document, o.exceptions())
	}
	o.archive(next.ID)
	if got := o.wordsOf(next.ID); !slices.Equal(got, []string{"letter", "end"}) {
		t.Errorf("pages %q", got)
	}
	if m := seen.last(); m.Note != "due copie; Pagine oscurate rispetto alla versione 1, il 02/03/2026: 2." {
		t.Errorf("note %q", m.Note)
	}
	if sent := o.deliverAll(); len(sent) != 1 || sent[0].Replaces.Key == "" {
		t.Errorf("sent %+v", sent)
	}
	// And then the rest.
	if err := o.s.Obscure(ctx, boss, request("o2"), next.ID, nil); err != nil {
		t.Fatal(err)
	}
	o.s.TakeOverDue(ctx)
	rec := o.record(r.Intake.ID)
	if !rec.Facets.Captured || !rec.Facets.Excluded || rec.Facets.Archived || len(o.deliverAll()) != 0 || len(o.exceptions()) != 0 {
		t.Errorf("facets %+v, exceptions %+v", rec.Facets, o.exceptions())
	}
	o.cleanCheck()
}

// elsewhere is a centre of its own that only adds.
type elsewhere struct{ *registrar }

func (elsewhere) Name() string { return "altrove" }

func (elsewhere) Attach(_ context.Context, r protocollo.AttachRequest, body io.Reader) (protocollo.AttachReceipt, error) {
	_, err := io.Copy(io.Discard, body)
	return protocollo.AttachReceipt{Ref: "at-" + r.Key}, err
}

// TestACopyThatTheCentreKeepsIsListed: where nothing takes its place, a person takes it out, and says so.
func TestACopyThatTheCentreKeepsIsListed(t *testing.T) {
	o := newOffice(t)
	o.start(func(c *station.Config) {
		c.Registrar, c.Sender, c.Setup = elsewhere{o.registrar}, elsewhere{o.registrar}, chose{o.db, "altrove"}
	})
	ctx := t.Context()
	r := o.labelled("key-0001", letter("Assenza"))
	d := o.archivedLetter(r, r, "diagnosis")
	o.deliverAll()
	if err := o.s.Obscure(ctx, boss, request("o1"), d.ID, nil); err != nil {
		t.Fatal(err)
	}
	if w := o.record(r.Intake.ID).Documents[0].Why; w.Centre != station.CentreByHand {
		t.Fatalf("the centre's copy: %+v", w)
	}
	wantClass(t, o.s.ConfirmRemoval(ctx, clerk, d.ID), protocollo.Forbidden, "decide")
	for range 2 {
		if err := o.s.ConfirmRemoval(ctx, boss, d.ID); err != nil {
			t.Fatal(err)
		}
	}
	if w := o.record(r.Intake.ID).Documents[0].Why; w.Centre != "" {
		t.Errorf("afterwards: %+v", w)
	}
}
