package station_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/scanner"
	"segnatura/stamp"
)

func blank(f *scanner.Facts) { f.Blank = true }

// plain returns n pages without codes.
func plain(word string, n int) []string {
	var out []string
	for i := range n {
		out = append(out, sheetOf(fmt.Sprintf("%s-%d", word, i), nil))
	}
	return out
}

func words(o *office, d station.DocumentView) []string {
	var out []string
	for _, p := range d.PageList {
		out = append(out, fmt.Sprint(p.Seq))
	}
	return out
}

// TestBatchOfLetters: each label begins a document and joins it by itself; backs and foreign codes change nothing.
func TestBatchOfLetters(t *testing.T) {
	o := newOffice(t)
	a, b, c := o.labelled("key-000a", letter("A")), o.labelled("key-000b", letter("B")), o.labelled("key-000c", letter("C"))
	batch := o.scan(&feeder{duplex: true, pages: []string{
		sheetOf("a1", withCodes(codeOf(a))), sheetOf("a1-back", blank), sheetOf("a2", nil), sheetOf("a2-back", nil),
		sheetOf("b1", withCodes("https://example.org/foreign", codeOf(b), "SGN1.N.ALTRI.X.PG.2026.0000001.A.00")), sheetOf("b1-back", blank),
		sheetOf("c1", withCodes(codeOf(c))), sheetOf("c1-back", withCodes(codeOf(c))),
	}}, station.ScanCommand{})
	if batch.State != protocollo.BatchEnded || len(batch.Documents) != 3 || batch.Pages != 8 {
		t.Fatalf("batch %+v", batch)
	}
	for i, want := range []struct {
		rec   station.Record
		pages int
	}{{a, 4}, {b, 2}, {c, 2}} {
		d := batch.Documents[i]
		if d.RegistrationID != want.rec.Registration.ID || len(d.PageList) != want.pages || d.State != protocollo.DocumentReady || d.Version != 1 {
			t.Errorf("document %d: %+v with pages %v", i, d.Document, words(o, d))
		}
		if !o.record(want.rec.Intake.ID).Facets.Captured {
			t.Errorf("letter %d is not captured", i)
		}
	}
	if list := o.exceptions(); len(list) != 0 {
		t.Errorf("exceptions %+v", list)
	}
	if len(o.events.of(station.EventPage)) != 8 {
		t.Error("not every page was told of")
	}
	for _, p := range batch.Documents[0].PageList[:1] {
		jpeg, err := o.s.PagePicture(t.Context(), clerk, p.ID, 320)
		if err != nil || string(jpeg) != "jpeg of a1" {
			t.Errorf("thumbnail %q, %v", jpeg, err)
		}
	}
}

// TestWhatJoinsByItself is R18.3's table: what joins by itself, and why the rest goes to the operator.
func TestWhatJoinsByItself(t *testing.T) {
	for name, c := range map[string]struct {
		// page returns the first page's codes and what is selected.
		page func(t *testing.T, o *office) (codes []string, selected int64)
		kind protocollo.ExceptionKind // "" = it joins
		why  string
	}{
		"ours, labelled, expected": {func(_ *testing.T, o *office) ([]string, int64) {
			return []string{codeOf(o.labelled("key-0001", letter("x")))}, 0
		}, "", ""},
		"the selected one": {func(_ *testing.T, o *office) ([]string, int64) {
			r := o.labelled("key-0001", letter("x"))
			return []string{codeOf(r)}, r.Registration.ID
		}, "", ""},
		"label of unknown outcome, proved by the scan": {func(t *testing.T, o *office) ([]string, int64) {
			r := o.register("key-0001", letter("x"))
			o.printer.results = []stamp.Result{{Outcome: stamp.OutcomeUnknown}}
			if _, err := o.s.PrintLabel(t.Context(), clerk, r.Registration.ID, o.printer, protocollo.ReprintNone); err != nil {
				t.Fatal(err)
			}
			return []string{codeOf(r)}, 0
		}, "", ""},
		"two codes of one record": {func(_ *testing.T, o *office) ([]string, int64) {
			r := o.labelled("key-0001", letter("x"))
			return []string{codeOf(r), codeOf(r)}, 0
		}, "", ""},
		"no code": {func(*testing.T, *office) ([]string, int64) { return nil, 0 }, protocollo.ExceptionNoCode, ""},
		"only foreign codes": {func(*testing.T, *office) ([]string, int64) {
			return []string{"9780201379624", "SGN1.N.C$A000.AOO1.PG.2026.0000001.A.XX"}, 0
		}, protocollo.ExceptionNoCode, ""},
		"not labelled": {func(_ *testing.T, o *office) ([]string, int64) {
			return []string{codeOf(o.register("key-0001", letter("x")))}, 0
		}, protocollo.ExceptionNotExpected, "not-labelled"},
		"label never came out": {func(t *testing.T, o *office) ([]string, int64) {
			r := o.register("key-0001", letter("x"))
			o.printer.results = []stamp.Result{blocked(stamp.ConditionMediaOut)}
			if _, err := o.s.PrintLabel(t.Context(), clerk, r.Registration.ID, o.printer, protocollo.ReprintNone); err != nil {
				t.Fatal(err)
			}
			return []string{codeOf(r)}, 0
		}, protocollo.ExceptionNotExpected, "not-labelled"},
		"annulled": {func(t *testing.T, o *office) ([]string, int64) {
			r := o.labelled("key-0001", letter("x"))
			o.annul(r)
			return []string{codeOf(r)}, 0
		}, protocollo.ExceptionNotExpected, "annulled"},
		"a photocopy of a letter that is captured": {func(_ *testing.T, o *office) ([]string, int64) {
			r := o.labelled("key-0001", letter("x"))
			o.scan(&feeder{pages: []string{sheetOf("original", withCodes(codeOf(r)))}}, station.ScanCommand{Selected: r.Registration.ID})
			return []string{codeOf(r)}, 0
		}, protocollo.ExceptionNotExpected, "captured"},
		"another than the selected one": {func(_ *testing.T, o *office) ([]string, int64) {
			return []string{codeOf(o.labelled("key-0001", letter("x")))}, o.labelled("key-0002", letter("y")).Registration.ID
		}, protocollo.ExceptionNotExpected, "not-selected"},
		"ours, of no number that we gave": {func(*testing.T, *office) ([]string, int64) {
			return []string{protocollo.Barcode{Kind: protocollo.BarcodeOrdinary, Amministrazione: "c_a000", AOO: "AOO1", Register: "PG", Year: 2026,
				Number: "0000999", Direction: protocollo.Incoming}.Payload()}, 0
		}, protocollo.ExceptionNotExpected, "unknown"},
		"of the other AOO": {func(*testing.T, *office) ([]string, int64) {
			return []string{protocollo.Barcode{Kind: protocollo.BarcodeOrdinary, Amministrazione: "c_a000", AOO: "AOO2", Register: "PG", Year: 2026,
				Number: "0000001", Direction: protocollo.Incoming}.Payload()}, 0
		}, protocollo.ExceptionNotExpected, "other-aoo"},
		"two records on one page": {func(_ *testing.T, o *office) ([]string, int64) {
			return []string{codeOf(o.labelled("key-0001", letter("x"))), codeOf(o.labelled("key-0002", letter("y")))}, 0
		}, protocollo.ExceptionTwoCodes, ""},
		"no code on a selected one's page": {func(_ *testing.T, o *office) ([]string, int64) {
			return nil, o.labelled("key-0001", letter("x")).Registration.ID
		}, protocollo.ExceptionNoCode, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			codes, selected := c.page(t, o)
			batch := o.scan(&feeder{pages: append([]string{sheetOf("first", withCodes(codes...))}, plain("more", 1)...)}, station.ScanCommand{Selected: selected})
			d := batch.Documents[0]
			if c.kind == "" {
				if d.RegistrationID == 0 || d.State != protocollo.DocumentReady {
					t.Fatalf("document %+v, exceptions %+v", d.Document, o.exceptions())
				}
				return
			}
			if d.RegistrationID != 0 || d.State != protocollo.DocumentWaiting {
				t.Fatalf("document %+v", d.Document)
			}
			e := o.theException(c.kind, c.why)
			if selected != 0 && (len(e.Detail.Registrations) == 0 || e.Detail.Registrations[0] != selected) {
				t.Errorf("candidates %v do not begin with the selected %d", e.Detail.Registrations, selected)
			}
		})
	}
}

// TestHandCodeNeverJoins: the Code 128 of a label that we gave is for hands (R18.2).
func TestHandCodeNeverJoins(t *testing.T) {
	o := newOffice(t)
	r := o.labelled("key-0001", letter("x"))
	o.scan(&feeder{pages: []string{sheetOf("first", func(f *scanner.Facts) {
		f.Codes = []scanner.CodeRead{{Symbology: "CODE128", Text: protocollo.HandCode(2026, r.Registration.Number)},
			{Symbology: "CODE128", Text: codeOf(r)}}
	})}}, station.ScanCommand{})
	o.theException(protocollo.ExceptionNoCode, "")
}

// TestCodeInside: an unexpected code of ours on a later page stops the document and nothing else (law 2).
func TestCodeInside(t *testing.T) {
	setup := func(t *testing.T) (*office, station.Record, station.Record, station.WaitingException) {
		o := newOffice(t)
		older := o.labelled("key-0001", letter("precedente"))
		o.scan(&feeder{pages: []string{sheetOf("older", withCodes(codeOf(older)))}}, station.ScanCommand{Selected: older.Registration.ID})
		r := o.labelled("key-0002", letter("nuova"))
		o.scan(&feeder{pages: []string{sheetOf("new-1", withCodes(codeOf(r))), sheetOf("photocopy", withCodes(codeOf(older))), sheetOf("new-3", nil)}}, station.ScanCommand{})
		return o, older, r, o.theException(protocollo.ExceptionCodeInside, "captured")
	}
	t.Run("belongs", func(t *testing.T) {
		o, _, r, e := setup(t)
		o.mustSolve(clerk, e, station.Answer{Choice: protocollo.ChoiceBelongs})
		d := o.record(r.Intake.ID).Documents[0]
		if d.State != protocollo.DocumentReady || len(d.PageList) != 3 {
			t.Errorf("document %+v", d.Document)
		}
	})
	t.Run("split, then a rescan of the older one", func(t *testing.T) {
		o, older, r, e := setup(t)
		o.mustSolve(clerk, e, station.Answer{Choice: protocollo.ChoiceSplit})
		if d := o.record(r.Intake.ID).Documents[0]; d.State != protocollo.DocumentReady || len(d.PageList) != 1 {
			t.Errorf("first document %+v", d.Document)
		}
		second := o.theException(protocollo.ExceptionNotExpected, "captured")
		wantClass(t, o.solve(clerk, second, station.Answer{Choice: protocollo.ChoiceAssign, RegistrationID: older.Registration.ID}), protocollo.Conflict, "already-captured")
		o.mustSolve(clerk, second, station.Answer{Choice: protocollo.ChoiceNewVersion, RegistrationID: older.Registration.ID})
		docs := o.record(older.Intake.ID).Documents
		if len(docs) != 2 || !slices.ContainsFunc(docs, func(d station.DocumentView) bool { return d.Version == 2 && len(d.PageList) == 2 }) {
			t.Errorf("documents %+v", docs)
		}
	})
	t.Run("discard", func(t *testing.T) {
		o, _, r, e := setup(t)
		wantClass(t, o.solve(clerk, e, station.Answer{Choice: protocollo.ChoiceDiscard}), protocollo.Invalid, "reason")
		o.mustSolve(clerk, e, station.Answer{Choice: protocollo.ChoiceDiscard, Reason: "da rifare"})
		_, err := o.s.PagePicture(t.Context(), clerk, e.PageID, 320)
		if !errors.Is(err, protocollo.NotFound) {
			t.Errorf("the picture is still there: %v", err)
		}
		if o.record(r.Intake.ID).Facets.Captured {
			t.Error("captured by what was erased")
		}
	})
}

// TestTwoCodesInsideABatch: the page begins a document that waits; the letter before it is not touched.
func TestTwoCodesInsideABatch(t *testing.T) {
	o := newOffice(t)
	a, b, c := o.labelled("key-000a", letter("A")), o.labelled("key-000b", letter("B")), o.labelled("key-000c", letter("C"))
	o.scan(&feeder{pages: []string{sheetOf("a", withCodes(codeOf(a))), sheetOf("both", withCodes(codeOf(b), codeOf(c)))}}, station.ScanCommand{})
	e := o.theException(protocollo.ExceptionTwoCodes, "")
	if len(e.Candidates) != 2 {
		t.Errorf("candidates %+v", e.Candidates)
	}
	if d := o.record(a.Intake.ID).Documents[0]; d.State != protocollo.DocumentReady || len(d.PageList) != 1 {
		t.Errorf("first letter %+v", d.Document)
	}
	o.mustSolve(clerk, e, station.Answer{Choice: protocollo.ChoiceAssign, RegistrationID: c.Registration.ID})
	if o.record(b.Intake.ID).Facets.Captured || !o.record(c.Intake.ID).Facets.Captured {
		t.Error("joined to the wrong one")
	}
}

// TestSamePageAgain: the same bytes as an earlier page ask; blank sides do not.
func TestSamePageAgain(t *testing.T) {
	o := newOffice(t)
	r := o.labelled("key-0001", letter("x"))
	o.scan(&feeder{pages: []string{sheetOf("p1", withCodes(codeOf(r))), sheetOf("white", blank), sheetOf("white", blank), sheetOf("p2", nil), sheetOf("p2", nil)}}, station.ScanCommand{})
	e := o.theException(protocollo.ExceptionRepeated, "")
	if e.Detail.Found != 5 {
		t.Errorf("page %d, want 5", e.Detail.Found)
	}
	o.mustSolve(clerk, e, station.Answer{Choice: protocollo.ChoiceAccept})
	if d := o.record(r.Intake.ID).Documents[0]; d.State != protocollo.DocumentReady {
		t.Errorf("document %+v", d.Document)
	}
}

// TestTwoClerksAnswer: the second is told who was first (R21.6).
func TestTwoClerksAnswer(t *testing.T) {
	o := newOffice(t)
	r := o.labelled("key-0001", letter("x"))
	o.scan(&feeder{pages: plain("p", 1)}, station.ScanCommand{})
	e := o.theException(protocollo.ExceptionNoCode, "")
	for name, bad := range map[string]struct {
		a     station.Answer
		class protocollo.Class
		code  string
	}{
		"no answer to it": {station.Answer{Choice: protocollo.ChoiceNote}, protocollo.Invalid, "choice"},
		"to nobody":       {station.Answer{Choice: protocollo.ChoiceAssign}, protocollo.Invalid, "registrationID"},
		"to no record":    {station.Answer{Choice: protocollo.ChoiceAssign, RegistrationID: 99}, protocollo.NotFound, "registration"},
	} {
		t.Run(name, func(t *testing.T) { wantClass(t, o.solve(clerk, e, bad.a), bad.class, bad.code) })
	}
	wantClass(t, o.solve(alien, e, station.Answer{Choice: protocollo.ChoiceDiscard, Reason: "x"}), protocollo.NotFound, "")
	wantClass(t, o.solve(guest, e, station.Answer{Choice: protocollo.ChoiceDiscard, Reason: "x"}), protocollo.Forbidden, "")
	o.mustSolve(other, e, station.Answer{Choice: protocollo.ChoiceAssign, RegistrationID: r.Registration.ID})
	err := o.solve(clerk, e, station.Answer{Choice: protocollo.ChoiceDiscard, Reason: "non serve"})
	wantClass(t, err, protocollo.Conflict, "already-solved")
	var told *protocollo.Error
	if !errors.As(err, &told) || told.Words != other.User {
		t.Errorf("told %q, want %q", told.Words, other.User)
	}
}

func TestScanRefused(t *testing.T) {
	o := newOffice(t)
	closed := letter("riservata personale")
	closed.Envelope, closed.Means, closed.RaccomandataCode = protocollo.EnvelopeClosed, protocollo.MeansRaccomandata, "150000000001" // else it has no number (R16.6)
	sealed := o.register("key-0002", closed)
	o.registrar.always = protocollo.Errorf(protocollo.Unavailable, "x", "away")
	waiting := o.register("key-0001", letter("x"))
	for name, c := range map[string]struct {
		actor protocollo.Actor
		cmd   station.ScanCommand
		class protocollo.Class
		code  string
	}{
		"before the number (R3.1)":  {clerk, station.ScanCommand{Intake: waiting.Intake.ID}, protocollo.Conflict, "not-numbered"},
		"a closed envelope (R1.15)": {clerk, station.ScanCommand{Selected: sealed.Registration.ID}, protocollo.Conflict, "envelope-closed"},
		"a reader":                  {guest, station.ScanCommand{}, protocollo.Forbidden, "register"},
		"of the other AOO":          {alien, station.ScanCommand{Selected: sealed.Registration.ID}, protocollo.NotFound, ""},
		"no such document":          {clerk, station.ScanCommand{Continue: 99}, protocollo.NotFound, "document"},
	} {
		t.Run(name, func(t *testing.T) {
			c.cmd.Source, c.cmd.SourceID = &feeder{}, "scanner-1"
			_, err := o.s.StartScan(t.Context(), c.actor, c.cmd)
			wantClass(t, err, c.class, c.code)
			if who := o.s.ScannerUser("scanner-1"); who != "" {
				t.Errorf("the scanner stays with %s", who)
			}
		})
	}
}

// TestScannerLease: one desk at a time (R21.6).
func TestScannerLease(t *testing.T) {
	o := newOffice(t)
	f := &feeder{hold: make(chan struct{})}
	b := o.startScan(f, station.ScanCommand{})
	_, err := o.s.StartScan(t.Context(), other, station.ScanCommand{Source: &feeder{}, SourceID: "scanner-1"})
	wantClass(t, err, protocollo.Conflict, "scanner-busy")
	var busy *protocollo.Error
	if !errors.As(err, &busy) || busy.Words != clerk.Name || o.s.ScannerUser("scanner-1") != clerk.Name {
		t.Errorf("busy with %q, want %q", busy.Words, clerk.Name)
	}
	wantClass(t, o.s.CancelScan(t.Context(), alien, b.ID), protocollo.NotFound, "batch")
	if err := o.s.CancelScan(t.Context(), clerk, b.ID); err != nil {
		t.Fatal(err)
	}
	o.events.waitEnded(t, b.ID, o.s)
	if v := o.batch(b.ID); v.State != protocollo.BatchCancelled || len(v.Documents) != 0 {
		t.Errorf("batch %+v", v)
	}
	if _, err := o.s.StartScan(t.Context(), other, station.ScanCommand{Source: &feeder{}, SourceID: "scanner-1"}); err != nil {
		t.Errorf("after it was given back: %v", err)
	}
}

// TestJam: pages up to it are good, and the scan goes on into the same document.
func TestJam(t *testing.T) {
	o := newOffice(t)
	a, b := o.labelled("key-000a", letter("A")), o.labelled("key-000b", letter("B"))
	batch := o.scan(&feeder{end: &scanner.Fault{Kind: scanner.FaultJam}, pages: []string{
		sheetOf("a1", withCodes(codeOf(a))), sheetOf("b1", withCodes(codeOf(b))), sheetOf("b2", nil)}}, station.ScanCommand{})
	if batch.State != protocollo.BatchFaulted || batch.Fault != "jam" {
		t.Fatalf("batch %+v", batch.Batch)
	}
	if d := o.record(a.Intake.ID).Documents; len(d) != 1 || d[0].State != protocollo.DocumentReady {
		t.Errorf("the letter before the jam: %+v", d)
	}
	e := o.theException(protocollo.ExceptionCount, "jam")
	if e.Document.RegistrationID != 0 {
		t.Error("joined though it is incomplete")
	}
	o.scan(&feeder{pages: []string{sheetOf("b3", nil), sheetOf("b4", nil)}}, station.ScanCommand{Continue: e.DocumentID})
	docs := o.record(b.Intake.ID).Documents
	if len(docs) != 1 || docs[0].State != protocollo.DocumentReady || len(docs[0].PageList) != 4 {
		t.Fatalf("documents %+v", docs)
	}
	var names []string
	for _, p := range docs[0].PageList {
		jpeg, err := o.s.PagePicture(t.Context(), clerk, p.ID, 320)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, strings.TrimPrefix(string(jpeg), "jpeg of "))
	}
	if !slices.Equal(names, []string{"b1", "b2", "b3", "b4"}) {
		t.Errorf("pages %v", names)
	}
	_, err := o.s.StartScan(t.Context(), clerk, station.ScanCommand{Source: &feeder{}, SourceID: "scanner-1", Continue: docs[0].ID})
	wantClass(t, err, protocollo.Conflict, "not-open")
}

// TestJamAfterTheLastPage: the clerk may say that the document is whole.
func TestJamAfterTheLastPage(t *testing.T) {
	o := newOffice(t)
	r := o.labelled("key-0001", letter("x"))
	o.scan(&feeder{end: &scanner.Fault{Kind: scanner.FaultJam}, pages: []string{sheetOf("p1", withCodes(codeOf(r)))}}, station.ScanCommand{})
	o.mustSolve(clerk, o.theException(protocollo.ExceptionCount, "jam"), station.Answer{Choice: protocollo.ChoiceAccept})
	if d := o.record(r.Intake.ID).Documents; len(d) != 1 || d[0].State != protocollo.DocumentReady {
		t.Errorf("documents %+v", d)
	}
}

func TestEmptyFeeder(t *testing.T) {
	o := newOffice(t)
	batch := o.scan(&feeder{open: func() error { return &scanner.Fault{Kind: scanner.FaultEmpty} }}, station.ScanCommand{})
	if batch.State != protocollo.BatchFaulted || batch.Fault != "feeder-empty" || len(batch.Documents) != 0 {
		t.Errorf("batch %+v", batch)
	}
}

// TestPageThatIsNoImageIsTakenAndTheRunGoesOn: it is kept, asked about and never counted as a page that was read; but a run that
// it ended never asked for the next page, so a hot folder sent the same file again and again.
func TestPageThatIsNoImageIsTakenAndTheRunGoesOn(t *testing.T) {
	o := newOffice(t)
	a, b := o.labelled("key-000a", letter("A")), o.labelled("key-000b", letter("B"))
	f := &feeder{pages: []string{sheetOf("a1", withCodes(codeOf(a))), "no image", sheetOf("b1", withCodes(codeOf(b)))}}
	batch := o.scan(f, station.ScanCommand{})
	if batch.State != protocollo.BatchEnded || batch.Fault != "" || batch.Pages != 3 || len(batch.Documents) != 2 {
		t.Fatalf("batch %+v", batch)
	}
	if d := batch.Documents[0]; d.State != protocollo.DocumentWaiting || d.RegistrationID != 0 || len(d.PageList) != 2 {
		t.Errorf("the document with it: %+v", d.Document)
	}
	if d := batch.Documents[1]; d.State != protocollo.DocumentReady || d.RegistrationID != b.Registration.ID {
		t.Errorf("the letter after it: %+v", d.Document)
	}
	if e := o.theException(protocollo.ExceptionStray, "bad-data"); e.PageID != batch.Documents[0].PageList[1].ID {
		t.Errorf("asked about page %d", e.PageID)
	}
}

// TestUpload is the same way for files.
func TestUpload(t *testing.T) {
	o := newOffice(t)
	r := o.labelled("key-0001", letter("x"))
	b, err := o.s.Upload(t.Context(), clerk, &feeder{pages: []string{sheetOf("p1", withCodes(codeOf(r)))}}, r.Registration.ID)
	if err != nil || b.State != protocollo.BatchEnded || b.Pages != 1 {
		t.Fatalf("batch %+v, %v", b, err)
	}
	if !o.record(r.Intake.ID).Facets.Captured {
		t.Error("not captured")
	}
}

// closesItsRequest is an upload whose Close ends the request that it came in, as an aborted read does to an HTTP connection.
type closesItsRequest struct {
	*feeder
	cancel context.CancelFunc
	run    context.Context // the run's own, which ends a moment after the request
}

func (d *closesItsRequest) Next(ctx context.Context) (*scanner.Page, error) {
	d.run = ctx
	return d.feeder.Next(ctx)
}

func (d *closesItsRequest) Close() error {
	d.cancel()
	<-d.run.Done()
	return nil
}

// TestARefusedUploadIsNotCalledCancelled: the refusal was lost when closing the upload cancelled its own request.
func TestARefusedUploadIsNotCalledCancelled(t *testing.T) {
	o := newOffice(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	doc := &closesItsRequest{feeder: &feeder{end: &scanner.Fault{Kind: scanner.FaultActive, File: "modulo.pdf"}}, cancel: cancel}
	b, err := o.s.Upload(ctx, clerk, doc, 0)
	if err != nil || b.State != protocollo.BatchFaulted || b.Fault != string(scanner.FaultActive) || b.Refused != "modulo.pdf" {
		t.Errorf("batch %+v, %v", b, err)
	}
}

// TestStopDuringARun: the pages are there after the restart, and the document asks; nothing joins by half.
func TestStopDuringARun(t *testing.T) {
	for name, stop := range map[string]func(o *office){
		"in order": func(o *office) { o.restart() },
		"by a crash": func(o *office) { // the run's end is never recorded: another process finds the batch running
			s := o.s
			o.start(nil)
			o.t.Cleanup(s.Close)
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			r := o.labelled("key-0001", letter("x"))
			f := &feeder{hold: make(chan struct{}), pages: []string{sheetOf("p1", withCodes(codeOf(r))), sheetOf("p2", nil)}}
			b := o.startScan(f, station.ScanCommand{})
			o.events.await(t, "second page", func() bool { return len(o.events.of(station.EventPage)) == 2 })
			stop(o)
			if err := o.s.Recover(t.Context()); err != nil {
				t.Fatal(err)
			}
			v := o.batch(b.ID)
			if v.State != protocollo.BatchInterrupted || len(v.Documents) != 1 || len(v.Documents[0].PageList) != 2 {
				t.Fatalf("batch %+v", v)
			}
			e := o.theException(protocollo.ExceptionCount, "interrupted")
			if v.Documents[0].RegistrationID != 0 {
				t.Error("joined though nobody knows whether it is whole")
			}
			o.mustSolve(clerk, e, station.Answer{Choice: protocollo.ChoiceAccept})
			if !o.record(r.Intake.ID).Facets.Captured {
				t.Error("not captured")
			}
		})
	}
}

// slowInspector says when a page's decoding begins and lets none end before release. The first pages of a run pass.
type slowInspector struct {
	inspector
	pass         *atomic.Int32
	active, most *atomic.Int32
	began        chan struct{}
	release      chan struct{}
}

func (i slowInspector) Inspect(ctx context.Context, r io.ReadSeeker, st scanner.Settings, accept func(string) bool, px int) (scanner.Facts, []byte, error) {
	if i.pass.Add(-1) < 0 {
		n := i.active.Add(1)
		defer i.active.Add(-1)
		for most := i.most.Load(); n > most && !i.most.CompareAndSwap(most, n); most = i.most.Load() {
		}
		i.began <- struct{}{}
		<-i.release
	}
	return i.inspector.Inspect(ctx, r, st, accept, px)
}

// askedFor tells after a document was read, which is the last step before its page is decoded.
type askedFor struct {
	station.DocumentStore
	tell func(context.Context)
}

func (a askedFor) Document(ctx context.Context, id int64) (protocollo.Document, []protocollo.Page, error) {
	d, pages, err := a.DocumentStore.Document(ctx, id)
	a.tell(ctx)
	return d, pages, err
}

// TestStripOfPagesIsNotDecodedAllAtOnce: a screen that asks for many pictures took memory for as many decoded pages. Who went away
// waits no longer.
func TestStripOfPagesIsNotDecodedAllAtOnce(t *testing.T) {
	const pages = 6
	type leaves struct{}
	o := newOffice(t)
	slow := slowInspector{pass: &atomic.Int32{}, active: &atomic.Int32{}, most: &atomic.Int32{}, began: make(chan struct{}, pages), release: make(chan struct{})}
	slow.pass.Store(pages)
	asked := make(chan struct{}, 100)
	o.start(func(c *station.Config) {
		c.Inspector = slow
		c.Documents = askedFor{c.Documents, func(ctx context.Context) {
			if leave, ok := ctx.Value(leaves{}).(context.CancelFunc); ok {
				leave()
			}
			asked <- struct{}{}
		}}
	})
	list := o.scan(&feeder{pages: plain("p", pages)}, station.ScanCommand{}).Documents[0].PageList
	for len(asked) > 0 {
		<-asked
	}
	drawn := make(chan error, pages)
	for _, p := range list {
		go func() {
			_, err := o.s.PagePicture(t.Context(), clerk, p.ID, 1000)
			drawn <- err
		}()
	}
	for range list {
		<-asked
	}
	<-slow.began
	<-slow.began
	gone, leave := context.WithCancel(t.Context())
	defer leave()
	if _, err := o.s.PagePicture(context.WithValue(gone, leaves{}, leave), clerk, list[0].ID, 1000); !errors.Is(err, context.Canceled) {
		t.Errorf("who went away got %v", err)
	}
	close(slow.release)
	for range list {
		if err := <-drawn; err != nil {
			t.Error(err)
		}
	}
	if n := slow.most.Load(); n != 2 {
		t.Errorf("%d were decoded at the same time, want 2", n)
	}
}
