package station_test

import (
	"errors"
	"slices"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// TestTwoQuestionsAreBothAnswered: with «found differs from declared» accepted, a document was to be confirmed while a label was missing
// behind it. Whatever is answered last, the document then goes on.
func TestTwoQuestionsAreBothAnswered(t *testing.T) {
	accept := func(protocollo.ExceptionKind) (protocollo.Actor, station.Answer) {
		return clerk, station.Answer{Choice: protocollo.ChoiceAccept}
	}
	another := func(o *office, d station.DocumentView, kind protocollo.ExceptionKind) {
		o.t.Helper()
		_, asked, err := o.db.AskJoined(o.t.Context(), protocollo.Exception{AOO: "AOO1", DocumentID: d.ID, PageID: d.PageList[0].ID, Kind: kind})
		if err != nil || !asked {
			o.t.Fatalf("asked %t, %v", asked, err)
		}
	}
	miscounted := func(kind protocollo.ExceptionKind) func(o *office) station.DocumentView {
		return func(o *office) station.DocumentView {
			l := letter("x")
			l.DeclaredCount = 3
			d := o.scan(&feeder{pages: append([]string{sheetOf("first", withCodes(codeOf(o.labelled("key-0001", l))))}, plain("p", 1)...)}, station.ScanCommand{}).Documents[0]
			another(o, d, kind)
			return d
		}
	}
	for name, c := range map[string]struct {
		document func(o *office) station.DocumentView
		answer   func(protocollo.ExceptionKind) (protocollo.Actor, station.Answer)
		becomes  []protocollo.DocumentState // by which is answered first
	}{
		"count and label missing": {miscounted(protocollo.ExceptionLabelMissing), accept, []protocollo.DocumentState{"ready", "ready"}},
		"count and seen twice":    {miscounted(protocollo.ExceptionSeenTwice), accept, []protocollo.DocumentState{"ready", "ready"}},
		"page rule and seen twice": {func(o *office) station.DocumentView {
			r := o.labelled("key-0001", letter("x"))
			d := o.scan(&feeder{pages: append([]string{sheetOf("first", withCodes(codeOf(r)))}, plain("p", 10)...)}, station.ScanCommand{}).Documents[0]
			another(o, d, protocollo.ExceptionSeenTwice)
			return d
		}, func(k protocollo.ExceptionKind) (protocollo.Actor, station.Answer) {
			if k == protocollo.ExceptionScope {
				return boss, station.Answer{Choice: protocollo.ChoiceWhole, Reason: "serve"}
			}
			return accept(k)
		}, []protocollo.DocumentState{"ready", "ready"}},
		"page rule, asked while the run went on, and code inside": {func(o *office) station.DocumentView {
			r, b := o.labelled("key-0001", letter("x")), o.labelled("key-0002", letter("y"))
			pages := append([]string{sheetOf("first", withCodes(codeOf(r))), sheetOf("inside", withCodes(codeOf(b)))}, plain("p", 9)...)
			return o.scan(&feeder{pages: pages}, station.ScanCommand{Selected: r.Registration.ID}).Documents[0]
		}, func(k protocollo.ExceptionKind) (protocollo.Actor, station.Answer) {
			if k == protocollo.ExceptionScope {
				return clerk, station.Answer{Choice: protocollo.ChoiceNote, Sheets: 11}
			}
			return clerk, station.Answer{Choice: protocollo.ChoiceSplit}
		}, []protocollo.DocumentState{"ready", "ready"}},
		"archive and seen twice": {func(o *office) station.DocumentView {
			r := o.labelled("key-0001", letter("x"))
			d := o.scan(&feeder{pages: []string{sheetOf("first", withCodes(codeOf(r)))}}, station.ScanCommand{}).Documents[0]
			o.converter.err = errors.New("page 1 is corrupt")
			if err := o.s.ConfirmQuality(o.t.Context(), clerk, d.ID, nil); err != nil {
				o.t.Fatal(err)
			}
			if err := o.s.Archive(o.t.Context(), d.ID); err == nil {
				o.t.Fatal("archived")
			}
			another(o, d, protocollo.ExceptionSeenTwice)
			return d
		}, func(k protocollo.ExceptionKind) (protocollo.Actor, station.Answer) {
			if k == protocollo.ExceptionArchive {
				return clerk, station.Answer{Choice: protocollo.ChoiceRetry}
			}
			return accept(k)
		}, []protocollo.DocumentState{"ready", "confirmed"}}, // what a person was asked meanwhile, a person confirms
	} {
		for first, becomes := range c.becomes {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				o := newOffice(t)
				d := c.document(o)
				open := o.exceptions()
				if len(open) != 2 {
					t.Fatalf("asked %v, want two questions", asked(open))
				}
				o.checked()
				if first == 1 {
					slices.Reverse(open)
				}
				for len(open) > 0 {
					if state := o.document(d.ID).State; state != protocollo.DocumentWaiting {
						t.Fatalf("%s while %v is asked", state, asked(open))
					}
					wantClass(t, o.s.ConfirmQuality(t.Context(), clerk, d.ID, nil), protocollo.Conflict, "not-ready")
					who, answer := c.answer(open[0].Kind)
					err := o.solve(who, open[0], answer)
					if e := new(protocollo.Error); len(open) > 1 && errors.As(err, &e) && e.Code == "first-the-others" {
						slices.Reverse(open)
						continue
					}
					if err != nil {
						t.Fatal(err)
					}
					o.checked()
					open = slices.DeleteFunc(o.exceptions(), func(e station.WaitingException) bool { return e.DocumentID != d.ID })
				}
				if state := o.document(d.ID).State; state != becomes {
					t.Errorf("the document is %s, want %s", state, becomes)
				}
			})
		}
	}
}

// TestANoteAnswersTheCountOfItsPages: the note ended the run, the pages were fewer than declared, and that stayed asked about a document that
// is closed.
func TestANoteAnswersTheCountOfItsPages(t *testing.T) {
	o := newOffice(t)
	l := letter("x")
	l.DeclaredCount = 30
	r := o.labelled("key-0001", l)
	f := &feeder{hold: make(chan struct{}), pages: append([]string{sheetOf("first", withCodes(codeOf(r)))}, plain("p", 10)...)}
	b := o.startScan(f, station.ScanCommand{Selected: r.Registration.ID})
	o.events.await(t, "question", func() bool { return len(o.exceptions()) == 1 })
	o.mustSolve(clerk, o.theException(protocollo.ExceptionScope, "over"), station.Answer{Choice: protocollo.ChoiceNote, Sheets: 30})
	o.events.waitEnded(t, b.ID, o.s)
	if d := o.record(r.Intake.ID).Documents[0]; d.State != protocollo.DocumentNoted || len(o.exceptions()) != 0 {
		t.Errorf("%s, asked %v", d.State, asked(o.exceptions()))
	}
	o.checked()
}

// TestAPileThatGoesOnIsNotConfirmed: what its end asks about a document found it confirmed, and was not asked.
func TestAPileThatGoesOnIsNotConfirmed(t *testing.T) {
	o := newOffice(t)
	a, b := o.labelled("key-000a", letter("A")), o.labelled("key-000b", letter("B"))
	f := &feeder{hold: make(chan struct{}), pages: []string{sheetOf("a1", withCodes(codeOf(a))), sheetOf("b1", withCodes(codeOf(b)))}}
	batch := o.startScan(f, station.ScanCommand{})
	ready := func() bool {
		docs := o.batch(batch.ID).Documents
		return len(docs) > 0 && docs[0].State == protocollo.DocumentReady
	}
	o.events.await(t, "first letter", ready)
	first := o.batch(batch.ID).Documents[0]
	wantClass(t, o.s.ConfirmQuality(t.Context(), clerk, first.ID, nil), protocollo.Conflict, "still-scanning")
	close(f.hold)
	o.events.waitEnded(t, batch.ID, o.s)
	if err := o.s.ConfirmQuality(t.Context(), clerk, first.ID, nil); err != nil {
		t.Error(err)
	}
}
