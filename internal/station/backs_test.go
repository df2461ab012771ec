package station_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/scanner"
)

// pictures names a document's pages in order, and marks backs.
func (o *office) pictures(d station.DocumentView) []string {
	o.t.Helper()
	var names []string
	for _, p := range d.PageList {
		jpeg, err := o.s.PagePicture(o.t.Context(), clerk, p.ID, 320)
		if err != nil {
			o.t.Fatal(err)
		}
		name := strings.TrimPrefix(string(jpeg), "jpeg of ")
		if p.Back {
			name += "/"
		}
		names = append(names, fmt.Sprintf("%s %d", name, p.Sheet))
	}
	return names
}

// twoLetters are two letters on three sheets whose fronts were scanned.
func twoLetters(t *testing.T) (o *office, a, b station.Record, fronts station.BatchView) {
	t.Helper()
	o = newOffice(t)
	a, b = o.labelled("key-000a", letter("A")), o.labelled("key-000b", letter("B"))
	fronts = o.scan(&feeder{pages: []string{sheetOf("a1", withCodes(codeOf(a))), sheetOf("b1", withCodes(codeOf(b))), sheetOf("b3", nil)}},
		station.ScanCommand{TwoSided: true})
	if fronts.State != protocollo.BatchAwaitsBacks {
		t.Fatalf("batch %+v", fronts.Batch)
	}
	return o, a, b, fronts
}

// backs are the other sides, as they come when the pile is turned over. One bears the photocopy of a label.
func backs(b station.Record) []string {
	return []string{sheetOf("b4", withCodes(codeOf(b))), sheetOf("b2", blank), sheetOf("a2", nil)}
}

func wantInterleaved(t *testing.T, o *office, a, b station.Record, fronts int64) {
	t.Helper()
	v := o.batch(fronts)
	if v.State != protocollo.BatchEnded || v.Pages != 6 {
		t.Errorf("batch %+v", v.Batch)
	}
	wantDocuments(t, v, [2]int64{a.Registration.ID, 2}, [2]int64{b.Registration.ID, 4})
	for i, want := range [][]string{{"a1 1", "a2/ 1"}, {"b1 2", "b2/ 2", "b3 3", "b4/ 3"}} {
		if got := o.pictures(v.Documents[i]); !slices.Equal(got, want) {
			t.Errorf("document %d: %q, want %q", i, got, want)
		}
		if v.Documents[i].State != protocollo.DocumentReady {
			t.Errorf("document %d is %s", i, v.Documents[i].State)
		}
	}
	if list := o.exceptions(); len(list) != 0 {
		t.Errorf("asked %q", asked(list))
	}
	if active, err := o.s.ActiveBatches(t.Context(), clerk); err != nil || len(active) != 1 {
		t.Errorf("%d batches are on the strip, want the one: %v", len(active), err)
	}
}

func TestSecondPass(t *testing.T) {
	o, a, b, fronts := twoLetters(t)
	if o.record(a.Intake.ID).Facets.Captured {
		t.Fatal("joined without its backs")
	}
	if active, err := o.s.ActiveBatches(t.Context(), clerk); err != nil || len(active) != 1 || active[0].State != protocollo.BatchAwaitsBacks {
		t.Errorf("the strip shows %+v, %v", active, err)
	}
	o.scan(&feeder{pages: backs(b)}, station.ScanCommand{BacksOf: fronts.ID})
	wantInterleaved(t, o, a, b, fronts.ID)
	_, err := o.s.StartScan(t.Context(), clerk, station.ScanCommand{Source: &feeder{}, SourceID: "scanner-1", BacksOf: fronts.ID})
	wantClass(t, err, protocollo.Conflict, "no-backs-due")
	wantClass(t, o.s.FrontOnly(t.Context(), clerk, fronts.ID), protocollo.Conflict, "no-backs-due")
}

// TestJamInEitherPass: the pile goes on where it stopped, and stays one.
func TestJamInEitherPass(t *testing.T) {
	o := newOffice(t)
	a, b := o.labelled("key-000a", letter("A")), o.labelled("key-000b", letter("B"))
	jam := &scanner.Fault{Kind: scanner.FaultJam}
	fronts := o.scan(&feeder{end: jam, pages: []string{sheetOf("a1", withCodes(codeOf(a))), sheetOf("b1", withCodes(codeOf(b)))}}, station.ScanCommand{TwoSided: true})
	e := o.theException(protocollo.ExceptionCount, "jam")
	if fronts.State != protocollo.BatchAwaitsBacks || fronts.Fault != "jam" {
		t.Fatalf("batch %+v", fronts.Batch)
	}
	wantClass(t, o.solve(clerk, e, station.Answer{Choice: protocollo.ChoiceDiscard, Reason: "x"}), protocollo.Conflict, "backs-due")
	again := o.scan(&feeder{pages: []string{sheetOf("b3", nil)}}, station.ScanCommand{Continue: e.DocumentID})
	if again.ID != fronts.ID || again.State != protocollo.BatchAwaitsBacks || again.Pages != 3 {
		t.Fatalf("went on as %+v", again.Batch)
	}
	second := o.scan(&feeder{end: jam, pages: backs(b)[:2]}, station.ScanCommand{BacksOf: fronts.ID})
	e = o.theException(protocollo.ExceptionCount, "jam")
	if second.State != protocollo.BatchFaulted || e.Document.BatchID != second.ID {
		t.Fatalf("second pass %+v, asked of %+v", second.Batch, e.Document)
	}
	_, err := o.s.StartScan(t.Context(), clerk, station.ScanCommand{Source: &feeder{}, SourceID: "scanner-1", BacksOf: fronts.ID})
	wantClass(t, err, protocollo.Conflict, "backs-kept")
	o.scan(&feeder{pages: backs(b)[2:]}, station.ScanCommand{Continue: e.DocumentID})
	wantInterleaved(t, o, a, b, fronts.ID)
}

// TestJamAfterTheLastBack: the clerk says that it was the last.
func TestJamAfterTheLastBack(t *testing.T) {
	o, a, b, fronts := twoLetters(t)
	o.scan(&feeder{end: &scanner.Fault{Kind: scanner.FaultJam}, pages: backs(b)}, station.ScanCommand{BacksOf: fronts.ID})
	o.mustSolve(clerk, o.theException(protocollo.ExceptionCount, "jam"), station.Answer{Choice: protocollo.ChoiceAccept})
	wantInterleaved(t, o, a, b, fronts.ID)
}

// TestOtherNumberOfBacks keeps both passes and asks (NAPS2 and Paperless put the pages together as they came).
func TestOtherNumberOfBacks(t *testing.T) {
	setup := func(t *testing.T) (*office, station.Record, station.Record, station.BatchView, station.WaitingException) {
		o, a, b, fronts := twoLetters(t)
		o.scan(&feeder{pages: backs(b)[:2]}, station.ScanCommand{BacksOf: fronts.ID})
		e := o.theException(protocollo.ExceptionBacks, "")
		if e.Detail.Found != 2 || e.Detail.Declared != 3 || e.DocumentID != fronts.Documents[0].ID {
			t.Fatalf("asked %+v", e.Exception)
		}
		if v := o.batch(fronts.ID); v.State != protocollo.BatchAwaitsBacks || v.Pages != 3 {
			t.Fatalf("fronts %+v", v.Batch)
		}
		return o, a, b, fronts, e
	}
	t.Run("once more", func(t *testing.T) {
		o, a, b, fronts, e := setup(t)
		o.mustSolve(clerk, e, station.Answer{Choice: protocollo.ChoiceRedoBacks})
		o.scan(&feeder{pages: backs(b)}, station.ScanCommand{BacksOf: fronts.ID})
		wantInterleaved(t, o, a, b, fronts.ID)
	})
	for name, end := range map[string]func(o *office, fronts int64, e station.WaitingException) error{
		"front only, as an answer": func(o *office, _ int64, e station.WaitingException) error {
			return o.solve(clerk, e, station.Answer{Choice: protocollo.ChoiceFrontOnly})
		},
		"front only": func(o *office, fronts int64, _ station.WaitingException) error {
			return o.s.FrontOnly(t.Context(), clerk, fronts)
		},
	} {
		t.Run(name, func(t *testing.T) {
			o, a, b, fronts, e := setup(t)
			if err := end(o, fronts.ID, e); err != nil {
				t.Fatal(err)
			}
			v := o.batch(fronts.ID)
			wantDocuments(t, v, [2]int64{a.Registration.ID, 1}, [2]int64{b.Registration.ID, 2})
			if list := o.exceptions(); len(list) != 0 || v.State != protocollo.BatchEnded {
				t.Errorf("batch %s, asked %q", v.State, asked(list))
			}
		})
	}
}

func TestFrontOnlyIsRefused(t *testing.T) {
	o, _, _, fronts := twoLetters(t)
	wantClass(t, o.s.FrontOnly(t.Context(), guest, fronts.ID), protocollo.Forbidden, "")
	wantClass(t, o.s.FrontOnly(t.Context(), alien, fronts.ID), protocollo.NotFound, "batch")
	f := &feeder{hold: make(chan struct{}), pages: plain("back", 1)}
	b := o.startScan(f, station.ScanCommand{BacksOf: fronts.ID})
	o.events.await(t, "page", func() bool { return len(o.events.of(station.EventPage)) == 4 })
	wantClass(t, o.s.FrontOnly(t.Context(), clerk, fronts.ID), protocollo.Conflict, "still-scanning")
	close(f.hold)
	o.events.waitEnded(t, b.ID, o.s)
}

// TestSecondPassWarmsUp: of a second pass that has begun no page need be here, and still there is one.
func TestSecondPassWarmsUp(t *testing.T) {
	o, a, b, fronts := twoLetters(t)
	warm := make(chan struct{})
	heat := sync.OnceFunc(func() { close(warm) })
	defer heat()
	run := o.startScan(&feeder{pages: backs(b), open: func() error { <-warm; return nil }}, station.ScanCommand{BacksOf: fronts.ID})
	wantClass(t, o.s.FrontOnly(t.Context(), clerk, fronts.ID), protocollo.Conflict, "still-scanning")
	_, err := o.s.StartScan(t.Context(), clerk, station.ScanCommand{Source: &feeder{}, SourceID: "scanner-2", BacksOf: fronts.ID})
	wantClass(t, err, protocollo.Conflict, "still-scanning")
	heat()
	o.events.waitEnded(t, run.ID, o.s)
	wantInterleaved(t, o, a, b, fronts.ID)
}

// TestBacksWhoseFrontsWentOn are nobody's: not the letter's whose label lies on the first of them.
func TestBacksWhoseFrontsWentOn(t *testing.T) {
	waive := func(t *testing.T, o *office, fronts int64) {
		t.Helper()
		if err := o.db.WaiveBacks(t.Context(), fronts); err != nil {
			t.Fatal(err)
		}
	}
	answer := func(t *testing.T, o *office, holder int64) {
		t.Helper()
		a := o.labelled("key-000d", letter("D"))
		e := o.wantAsked(holder, "no-code ")[0]
		if e.Document.State != protocollo.DocumentWaiting || e.Document.Pages != 3 {
			t.Fatalf("document %+v", e.Document)
		}
		o.mustSolve(clerk, e, station.Answer{Choice: protocollo.ChoiceAssign, RegistrationID: a.Registration.ID})
		if d := o.document(holder); d.State != protocollo.DocumentReady || d.RegistrationID != a.Registration.ID {
			t.Errorf("document %+v, asked %q", d, asked(o.on(holder)))
		}
	}
	t.Run("meanwhile", func(t *testing.T) {
		o, _, _, fronts := twoLetters(t)
		second := o.scan(&feeder{pages: backs(o.labelled("key-000c", letter("C"))), open: func() error { waive(t, o, fronts.ID); return nil }}, station.ScanCommand{BacksOf: fronts.ID})
		answer(t, o, second.Documents[0].ID)
	})
	t.Run("found at the next start", func(t *testing.T) {
		o, _, _, fronts := twoLetters(t)
		old := o.s
		o.t.Cleanup(old.Close)
		o.start(func(c *station.Config) { c.Backs = losesBacks{c.Backs} })
		faulty := o.s
		o.t.Cleanup(faulty.Close)
		second := o.scan(&feeder{pages: backs(o.labelled("key-000c", letter("C")))}, station.ScanCommand{BacksOf: fronts.ID})
		waive(t, o, fronts.ID)
		o.start(nil)
		if err := o.s.Recover(t.Context()); err != nil {
			t.Fatal(err)
		}
		answer(t, o, second.Documents[0].ID)
	})
}

// TestNothingMovesBetweenThePasses: neither an edit nor an answer takes a side out of a pile of which the other is still to come.
func TestNothingMovesBetweenThePasses(t *testing.T) {
	o, a, b, fronts := twoLetters(t)
	second := o.scan(&feeder{end: &scanner.Fault{Kind: scanner.FaultJam}, pages: backs(b)}, station.ScanCommand{BacksOf: fronts.ID})
	for name, d := range map[string]station.DocumentView{"the second": second.Documents[0], "the first": fronts.Documents[1]} {
		_, err := o.s.SplitDocument(t.Context(), clerk, d.ID, d.PageList[1].ID)
		if wantClass(t, err, protocollo.Conflict, "still-scanning"); t.Failed() {
			t.Fatalf("of %s pass", name)
		}
		_, err = o.s.DiscardPage(t.Context(), clerk, d.PageList[1].ID, "bianca")
		wantClass(t, err, protocollo.Conflict, "still-scanning")
	}
	e := o.theException(protocollo.ExceptionCount, "jam")
	wantClass(t, o.solve(clerk, e, station.Answer{Choice: protocollo.ChoiceExclude}), protocollo.Conflict, "backs-due")
	o.mustSolve(clerk, e, station.Answer{Choice: protocollo.ChoiceAccept})
	wantInterleaved(t, o, a, b, fronts.ID)
}

// TestStopBetweenThePasses: a restart keeps everything, at whatever moment.
func TestStopBetweenThePasses(t *testing.T) {
	t.Run("between them", func(t *testing.T) {
		o, a, b, fronts := twoLetters(t)
		o.restart()
		if err := o.s.Recover(t.Context()); err != nil {
			t.Fatal(err)
		}
		if v := o.batch(fronts.ID); v.State != protocollo.BatchAwaitsBacks || v.Documents[0].State != protocollo.DocumentReceiving {
			t.Fatalf("batch %+v", v)
		}
		o.scan(&feeder{pages: backs(b)}, station.ScanCommand{BacksOf: fronts.ID})
		wantInterleaved(t, o, a, b, fronts.ID)
	})
	for name, twoSided := range map[string]bool{"in the first": true, "in the second": false} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			a, b := o.labelled("key-000a", letter("A")), o.labelled("key-000b", letter("B"))
			front := []string{sheetOf("a1", withCodes(codeOf(a))), sheetOf("b1", withCodes(codeOf(b))), sheetOf("b3", nil)}
			pages, cmd := front, station.ScanCommand{TwoSided: true}
			var fronts int64
			if !twoSided {
				fronts = o.scan(&feeder{pages: front}, cmd).ID
				pages, cmd = backs(b), station.ScanCommand{BacksOf: fronts}
			}
			told := len(o.events.of(station.EventPage))
			run := o.startScan(&feeder{hold: make(chan struct{}), pages: pages[:2]}, cmd)
			o.events.await(t, "two pages", func() bool { return len(o.events.of(station.EventPage)) == told+2 })
			s := o.s
			o.start(nil) // a crash: another process finds the batch running
			o.t.Cleanup(s.Close)
			if err := o.s.Recover(t.Context()); err != nil {
				t.Fatal(err)
			}
			e := o.theException(protocollo.ExceptionCount, "interrupted")
			o.scan(&feeder{pages: pages[2:]}, station.ScanCommand{Continue: e.DocumentID})
			if twoSided {
				fronts = run.ID
				o.scan(&feeder{pages: backs(b)}, station.ScanCommand{BacksOf: fronts})
			}
			wantInterleaved(t, o, a, b, fronts)
		})
	}
	t.Run("before the backs were put in", func(t *testing.T) {
		o, a, b, fronts := twoLetters(t)
		old := o.s
		o.t.Cleanup(old.Close)
		o.start(func(c *station.Config) { c.Backs = losesBacks{c.Backs} })
		faulty := o.s
		o.t.Cleanup(faulty.Close)
		o.scan(&feeder{pages: backs(b)}, station.ScanCommand{BacksOf: fronts.ID})
		o.start(nil)
		if err := o.s.Recover(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantInterleaved(t, o, a, b, fronts.ID)
	})
}

type losesBacks struct{ station.BackStore }

func (losesBacks) Interleave(context.Context, int64, int64) error { return errors.New("power cut") }
