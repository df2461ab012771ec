package station_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
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
			if _, err := o.s.Annul(t.Context(), boss, protocollo.Annulment{RegistrationID: r.Registration.ID, Reason: "x", ActNumber: "1", ActDay: "2026-03-02"}); err != nil {
				t.Fatal(err)
			}
			return []string{codeOf(r)}, 0
		}, protocollo.ExceptionNotExpected, "annulled"},
		"a photocopy of a letter that is captured": {func(_ *testing.T, o *office) ([]string, int64) {
			r := o.labelled("key-0001", letter("x"))
			o.scan(&feeder{pages: []string{sheetOf("original", withCodes(codeOf(r)))}}, station.ScanCommand{})
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
		o.scan(&feeder{pages: []string{sheetOf("older", withCodes(codeOf(older)))}}, station.ScanCommand{})
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
	closed.Envelope = protocollo.EnvelopeClosed
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

// TestNoImage: bytes that are no image are kept, asked about, and never counted as a page that was read.
func TestNoImage(t *testing.T) {
	o := newOffice(t)
	r := o.labelled("key-0001", letter("x"))
	batch := o.scan(&feeder{pages: []string{sheetOf("p1", withCodes(codeOf(r))), "no image"}}, station.ScanCommand{})
	if batch.State != protocollo.BatchFaulted || batch.Fault != "bad-data" || batch.Documents[0].State != protocollo.DocumentWaiting {
		t.Fatalf("batch %+v", batch)
	}
	kinds := map[protocollo.ExceptionKind]bool{}
	for _, e := range o.exceptions() {
		kinds[e.Kind] = true
	}
	if !kinds[protocollo.ExceptionStray] || !kinds[protocollo.ExceptionCount] {
		t.Errorf("exceptions %v", kinds)
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

// TestPageRule: R3.2 and R3.3 from the facts, with the unit of the direction; blank backs do not count (R19.2).
func TestPageRule(t *testing.T) {
	outgoing := func(d *protocollo.Draft) {
		d.Direction, d.Recipients = protocollo.Outgoing, []protocollo.Correspondent{{Name: "Regione"}}
	}
	twenty := func(first string) []string { return append([]string{first}, plain("p", 19)...) }
	for name, c := range map[string]struct {
		change func(*protocollo.Draft)
		duplex bool
		pages  func(first string) []string
		over   int // found, 0 = within
		why    string
	}{
		"incoming 10 sides": {nil, false, func(f string) []string { return append([]string{f}, plain("p", 9)...) }, 0, ""},
		"incoming 11 sides": {nil, false, func(f string) []string { return append([]string{f}, plain("p", 10)...) }, 11, "over"},
		"incoming 10 sides and 10 blank backs": {nil, true, func(f string) []string {
			var out []string
			for i, p := range append([]string{f}, plain("p", 9)...) {
				out = append(out, p, sheetOf(fmt.Sprint("back", i), blank))
			}
			return out
		}, 0, ""},
		"outgoing 10 sheets, 20 sides": {outgoing, true, twenty, 0, ""},
		"outgoing 20 sheets":           {outgoing, false, twenty, 20, "over"},
		"a larger sheet": {nil, false, func(f string) []string {
			return []string{f, sheetOf("A3", func(f *scanner.Facts) { f.Paper = scanner.PaperLarger })}
		}, 2, "format"},
		"a smaller sheet": {nil, false, func(f string) []string {
			return []string{f, sheetOf("A5", func(f *scanner.Facts) { f.Paper = scanner.PaperSmaller })}
		}, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			d := letter("x")
			if c.change != nil {
				c.change(&d)
			}
			r := o.labelled("key-0001", d)
			o.scan(&feeder{duplex: c.duplex, pages: c.pages(sheetOf("first", withCodes(codeOf(r))))}, station.ScanCommand{})
			doc := o.record(r.Intake.ID).Documents[0]
			if c.over == 0 {
				if doc.State != protocollo.DocumentReady {
					t.Fatalf("document %+v, exceptions %+v", doc.Document, o.exceptions())
				}
				return
			}
			e := o.theException(protocollo.ExceptionScope, c.why)
			if e.Detail.Found != c.over || e.Detail.Limit != 10 || doc.State != protocollo.DocumentWaiting {
				t.Errorf("exception %+v of %+v", e.Detail, doc.Document)
			}
		})
	}
}

// elevenPages is a letter that is over the limit, and its exception.
func elevenPages(t *testing.T) (*office, station.Record, station.WaitingException) {
	o := newOffice(t)
	r := o.labelled("key-0001", letter("x"))
	o.scan(&feeder{pages: append([]string{sheetOf("first", withCodes(codeOf(r)))}, plain("p", 10)...)}, station.ScanCommand{})
	return o, r, o.theException(protocollo.ExceptionScope, "over")
}

func TestScopeDecisions(t *testing.T) {
	t.Run("offered", func(t *testing.T) {
		o, _, e := elevenPages(t)
		if e.Sheets != 11 || e.Note != "si trasmette per via postale il documento cartaceo composto da n. 11 fogli" {
			t.Errorf("sheets %d, note %q", e.Sheets, e.Note)
		}
		if !slices.Contains(e.Choices, protocollo.ChoiceWhole) {
			t.Errorf("the Responsabile is offered %v", e.Choices)
		}
		mine, err := o.s.Exceptions(t.Context(), clerk)
		if err != nil || slices.Contains(mine[0].Choices, protocollo.ChoiceWhole) {
			t.Errorf("the clerk is offered %v, %v", mine[0].Choices, err)
		}
	})
	t.Run("note and no image", func(t *testing.T) {
		o, r, e := elevenPages(t)
		o.mustSolve(clerk, e, station.Answer{Choice: protocollo.ChoiceNote, NotePart: rules.NoteAttachments})
		d := o.record(r.Intake.ID).Documents[0]
		if d.State != protocollo.DocumentNoted || d.Scope == nil || d.Scope.Note != "si trasmette per via postale gli allegati composti da n. 11 fogli" {
			t.Fatalf("document %+v, scope %+v", d.Document, d.Scope)
		}
		for _, p := range d.PageList {
			if _, err := o.s.PagePicture(t.Context(), boss, p.ID, 320); !errors.Is(err, protocollo.NotFound) {
				t.Fatalf("page %d is still to be seen: %v", p.Seq, err)
			}
		}
	})
	t.Run("note with the first page, archived with it alone", func(t *testing.T) {
		o, r, e := elevenPages(t)
		o.mustSolve(clerk, e, station.Answer{Choice: protocollo.ChoiceNoteFirst, Sheets: 40})
		d := o.record(r.Intake.ID).Documents[0]
		if d.State != protocollo.DocumentReady || !strings.HasSuffix(d.Scope.Note, "n. 40 fogli") {
			t.Fatalf("document %+v, scope %+v", d.Document, d.Scope)
		}
		o.archive(d.ID)
		if jobs := o.converter.jobs; len(jobs) != 1 || len(jobs[0].Inputs) != 1 {
			t.Errorf("archived %d pages", len(jobs[0].Inputs))
		}
	})
	t.Run("whole is the Responsabile's", func(t *testing.T) {
		o, r, e := elevenPages(t)
		wantClass(t, o.solve(clerk, e, station.Answer{Choice: protocollo.ChoiceWhole, Reason: "serve"}), protocollo.Forbidden, "decide")
		wantClass(t, o.solve(boss, e, station.Answer{Choice: protocollo.ChoiceWhole}), protocollo.Invalid, "reason")
		o.mustSolve(boss, e, station.Answer{Choice: protocollo.ChoiceWhole, Reason: "serve intero"})
		if d := o.record(r.Intake.ID).Documents[0]; d.State != protocollo.DocumentReady || d.Scope.Reason != "serve intero" || len(d.PageList) != 11 {
			t.Errorf("document %+v", d)
		}
	})
	t.Run("the literal profile offers only the note", func(t *testing.T) {
		o, _, e := elevenPages(t)
		p, err := o.s.Policies(t.Context(), boss)
		if err != nil {
			t.Fatal(err)
		}
		p.PageProfile = "universita"
		if _, err := o.s.SavePolicies(t.Context(), boss, p); err != nil {
			t.Fatal(err)
		}
		wantClass(t, o.solve(boss, e, station.Answer{Choice: protocollo.ChoiceWhole, Reason: "x"}), protocollo.Invalid, "choice")
		if again := o.exceptions()[0]; !slices.Equal(again.Choices, []protocollo.Choice{protocollo.ChoiceNote}) {
			t.Errorf("offered %v", again.Choices)
		}
	})
}

// TestSheetsAreNeverInvented: after a run that was cut short, n is typed or there is no note (R19.3).
func TestSheetsAreNeverInvented(t *testing.T) {
	o := newOffice(t)
	r := o.labelled("key-0001", letter("x"))
	o.scan(&feeder{end: &scanner.Fault{Kind: scanner.FaultJam}, pages: append([]string{sheetOf("first", withCodes(codeOf(r)))}, plain("p", 11)...)}, station.ScanCommand{})
	o.mustSolve(clerk, o.theException(protocollo.ExceptionCount, "jam"), station.Answer{Choice: protocollo.ChoiceAccept})
	e := o.theException(protocollo.ExceptionScope, "over")
	if e.Sheets != 0 || e.Note != "" {
		t.Errorf("sheets %d, note %q", e.Sheets, e.Note)
	}
	wantClass(t, o.solve(clerk, e, station.Answer{Choice: protocollo.ChoiceNote}), protocollo.Invalid, "sheets")
	o.mustSolve(clerk, e, station.Answer{Choice: protocollo.ChoiceNote, Sheets: 15})
}

// TestSingleScanAsksAtOnce: at page limit+1 of a selected registration; a note ends the run, another answer waits for it (R19.3).
func TestSingleScanAsksAtOnce(t *testing.T) {
	o := newOffice(t)
	r := o.labelled("key-0001", letter("x"))
	f := &feeder{hold: make(chan struct{}), pages: append([]string{sheetOf("first", withCodes(codeOf(r)))}, plain("p", 10)...)}
	b := o.startScan(f, station.ScanCommand{Selected: r.Registration.ID})
	o.events.await(t, "question", func() bool { return len(o.events.of(station.EventException)) == 1 })
	e := o.theException(protocollo.ExceptionScope, "over")
	if e.Document.State != protocollo.DocumentReceiving || o.batch(b.ID).State != protocollo.BatchRunning {
		t.Fatalf("the run did not go on: %+v", e.Document)
	}
	wantClass(t, o.solve(boss, e, station.Answer{Choice: protocollo.ChoiceWhole, Reason: "x"}), protocollo.Conflict, "still-scanning")
	o.mustSolve(clerk, e, station.Answer{Choice: protocollo.ChoiceNote, Sheets: 30})
	o.events.waitEnded(t, b.ID, o.s)
	d := o.record(r.Intake.ID).Documents[0]
	if d.State != protocollo.DocumentNoted || d.Scope == nil || !strings.HasSuffix(d.Scope.Note, "n. 30 fogli") {
		t.Errorf("document %+v, scope %+v", d.Document, d.Scope)
	}
	if list := o.exceptions(); len(list) != 0 {
		t.Errorf("exceptions %+v", list)
	}
}

func TestDeclaredCount(t *testing.T) {
	for name, c := range map[string]struct {
		declared, found int
		differs         bool
	}{"nothing declared": {0, 3, false}, "as declared": {3, 3, false}, "one less": {3, 2, true}, "one more": {3, 4, true}} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			d := letter("x")
			d.DeclaredCount = c.declared
			r := o.labelled("key-0001", d)
			o.scan(&feeder{pages: append([]string{sheetOf("first", withCodes(codeOf(r)))}, plain("p", c.found-1)...)}, station.ScanCommand{})
			if !c.differs {
				if list := o.exceptions(); len(list) != 0 {
					t.Fatalf("exceptions %+v", list)
				}
				return
			}
			e := o.theException(protocollo.ExceptionCount, "")
			if e.Detail.Found != c.found || e.Detail.Declared != c.declared {
				t.Errorf("detail %+v", e.Detail)
			}
			o.mustSolve(clerk, e, station.Answer{Choice: protocollo.ChoiceAccept})
			if doc := o.record(r.Intake.ID).Documents[0]; doc.State != protocollo.DocumentReady {
				t.Errorf("document %+v", doc.Document)
			}
		})
	}
}

// TestScopeForecast: a declared count over the limit says so before anything is scanned.
func TestScopeForecast(t *testing.T) {
	o := newOffice(t)
	d := letter("x")
	d.DeclaredCount = 12
	r := o.register("key-0001", d)
	f, err := o.s.ScopeForecast(t.Context(), clerk, r.Registration.ID)
	if err != nil || f.Verdict.Within || f.Declared != 12 || f.Verdict.Limit.Max != 10 || slices.Contains(f.Choices, protocollo.ChoiceWhole) {
		t.Errorf("forecast %+v, %v", f, err)
	}
}

// archive confirms a document and archives it.
func (o *office) archive(documentID int64) {
	o.t.Helper()
	if err := o.s.ConfirmQuality(o.t.Context(), clerk, documentID); err != nil {
		o.t.Fatal(err)
	}
	if err := o.s.Archive(o.t.Context(), documentID); err != nil {
		o.t.Fatal(err)
	}
}

// TestWholeWay: from the post to the centre, and each facet with it.
func TestWholeWay(t *testing.T) {
	o := newOffice(t)
	r := o.labelled("key-0001", letter("x"))
	o.scan(&feeder{pages: append([]string{sheetOf("first", withCodes(codeOf(r)))}, plain("p", 2)...)}, station.ScanCommand{})
	d := o.record(r.Intake.ID).Documents[0]
	wantClass(t, o.s.ConfirmQuality(t.Context(), guest, d.ID), protocollo.Forbidden, "register")
	o.archive(d.ID)
	if err := o.s.ConfirmQuality(t.Context(), clerk, d.ID); err != nil {
		t.Errorf("confirmed again: %v", err)
	}
	file, err := o.s.OpenArchive(t.Context(), guest, d.ID)
	if !errors.Is(err, protocollo.NotFound) {
		t.Errorf("a reader of no office opened %v, %v", file, err)
	}
	file, err = o.s.OpenArchive(t.Context(), clerk, d.ID)
	if err != nil || file.Name != "2026-0000001-v1.pdf" {
		t.Fatalf("archive %+v, %v", file, err)
	}
	_ = file.Close()
	due, err := o.s.DueDeliveries(t.Context())
	if err != nil || len(due) != 1 {
		t.Fatalf("due %v, %v", due, err)
	}
	o.registrar.before = map[string]error{"Attach": protocollo.Errorf(protocollo.Unavailable, "x", "away")}
	if err := o.s.Deliver(t.Context(), due[0]); !errors.Is(err, protocollo.Unavailable) {
		t.Fatalf("Deliver = %v, want Unavailable", err)
	}
	if err := o.s.Deliver(t.Context(), due[0]); err != nil {
		t.Fatal(err)
	}
	if err := o.s.Deliver(t.Context(), due[0]); err != nil {
		t.Errorf("what is delivered is not due: %v", err)
	}
	rec := o.record(r.Intake.ID)
	if rec.Facets != (protocollo.Facets{Numbered: true, Labelled: true, Captured: true, Archived: true, Delivered: true}) {
		t.Errorf("facets %+v", rec.Facets)
	}
	job := o.converter.jobs[0]
	if job.Metadata.Title != "Prot. n. 0000001 del 02/03/2026" || len(job.Inputs) != 3 || job.Inputs[0].AssumeXDPI != 200 {
		t.Errorf("job %+v", job)
	}
}

// TestLostDeliveryWaitsForAPerson: an outcome that nobody knows is not sent again (law 2, R10.3).
func TestLostDeliveryWaitsForAPerson(t *testing.T) {
	o := newOffice(t)
	r := o.labelled("key-0001", letter("x"))
	o.scan(&feeder{pages: []string{sheetOf("first", withCodes(codeOf(r)))}}, station.ScanCommand{})
	o.archive(o.record(r.Intake.ID).Documents[0].ID)
	due, _ := o.s.DueDeliveries(t.Context())
	o.registrar.after = map[string]error{"Attach": errors.New("connection reset")}
	if err := o.s.Deliver(t.Context(), due[0]); !errors.Is(err, protocollo.OutcomeUnknown) {
		t.Fatalf("Deliver = %v, want OutcomeUnknown", err)
	}
	if due, err := o.s.DueDeliveries(t.Context()); err != nil || len(due) != 0 {
		t.Errorf("due %v, %v", due, err)
	}
}

// TestArchiveThatFails: it becomes an exception, does not come back by itself, and is made when a person says so.
func TestArchiveThatFails(t *testing.T) {
	o := newOffice(t)
	r := o.labelled("key-0001", letter("x"))
	o.scan(&feeder{pages: []string{sheetOf("first", withCodes(codeOf(r)))}}, station.ScanCommand{})
	id := o.record(r.Intake.ID).Documents[0].ID
	o.converter.err = errors.New("page 1 is corrupt")
	if err := o.s.ConfirmQuality(t.Context(), clerk, id); err != nil {
		t.Fatal(err)
	}
	if err := o.s.Archive(t.Context(), id); err == nil {
		t.Fatal("an archive was made of nothing")
	}
	e := o.theException(protocollo.ExceptionArchive, "internal")
	if due, err := o.db.DueForArchive(t.Context()); err != nil || len(due) != 0 {
		t.Errorf("due %v, %v", due, err)
	}
	o.converter.err = nil
	o.mustSolve(clerk, e, station.Answer{Choice: protocollo.ChoiceRetry})
	if err := o.s.Archive(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if !o.record(r.Intake.ID).Facets.Archived {
		t.Error("not archived")
	}
}

// TestStrayPage: a file without its row comes to the operator as «arrivata durante l'arresto» (R19.6).
func TestStrayPage(t *testing.T) {
	o := newOffice(t)
	r := o.labelled("key-0001", letter("x"))
	batch := o.scan(&feeder{pages: []string{sheetOf("p1", withCodes(codeOf(r)))}}, station.ScanCommand{})
	name := filepath.Join(o.dir, "spool", fmt.Sprintf("b%d-p000002-00112233445566ff.jpg", batch.ID))
	if err := os.WriteFile(name, []byte(sheetOf("p2", nil)), 0o600); err != nil {
		t.Fatal(err)
	}
	o.restart()
	for range 2 {
		if err := o.s.Recover(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	e := o.theException(protocollo.ExceptionStray, "interrupted")
	if jpeg, err := o.s.PagePicture(t.Context(), clerk, e.PageID, 320); err != nil || string(jpeg) != "jpeg of p2" {
		t.Errorf("picture %q, %v", jpeg, err)
	}
	o.mustSolve(clerk, e, station.Answer{Choice: protocollo.ChoiceNewVersion, RegistrationID: r.Registration.ID})
	if docs := o.record(r.Intake.ID).Documents; len(docs) != 2 {
		t.Errorf("documents %+v", docs)
	}
}

// TestRunArchivesWhatIsConfirmed: the loop wakes at the confirmation and ends with its context.
func TestRunArchivesWhatIsConfirmed(t *testing.T) {
	o := newOffice(t)
	r := o.labelled("key-0001", letter("x"))
	o.scan(&feeder{pages: []string{sheetOf("p1", withCodes(codeOf(r)))}}, station.ScanCommand{})
	d := o.record(r.Intake.ID).Documents[0]
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- o.s.Run(ctx) }()
	if err := o.s.ConfirmQuality(t.Context(), clerk, d.ID); err != nil {
		t.Error(err)
	}
	o.events.await(t, "archive", func() bool { return o.record(r.Intake.ID).Facets.Archived })
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Run: %v", err)
	}
}

// TestNothingStartsAfterClose: and Close may be called twice.
func TestNothingStartsAfterClose(t *testing.T) {
	o := newOffice(t)
	o.s.Close()
	_, err := o.s.StartScan(t.Context(), clerk, station.ScanCommand{Source: &feeder{}, SourceID: "scanner-1"})
	wantClass(t, err, protocollo.Unavailable, "stopping")
	if who := o.s.ScannerUser("scanner-1"); who != "" {
		t.Errorf("the scanner stays with %s", who)
	}
}
