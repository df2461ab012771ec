package station_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/scanner"
)

// at puts a page's codes at a place of an A4 page at 200 dpi, in hundredths of its sides.
func at(x, y int) func(*scanner.Facts) {
	return func(f *scanner.Facts) {
		f.WidthPx, f.HeightPx = 1654, 2339
		for i := range f.Codes {
			c := &f.Codes[i]
			c.X0, c.Y0 = f.WidthPx*x/100, f.HeightPx*y/100
			c.X1, c.Y1 = c.X0+150, c.Y0+150
		}
	}
}

// turned says that so many lines are read upright, and so many upside down.
func turned(upright, over int, sideways bool) func(*scanner.Facts) {
	return func(f *scanner.Facts) {
		f.Quality = &scanner.Quality{Turn: scanner.Turn{Upright: upright, Over: over, Sideways: sideways}}
	}
}

func all(changes ...func(*scanner.Facts)) func(*scanner.Facts) {
	return func(f *scanner.Facts) {
		for _, c := range changes {
			c(f)
		}
	}
}

// on returns the open exceptions of one document.
func (o *office) on(documentID int64) []station.WaitingException {
	o.t.Helper()
	return slices.DeleteFunc(o.exceptions(), func(e station.WaitingException) bool { return e.DocumentID != documentID })
}

// wantAsked checks what is asked of one document, as kind and why.
func (o *office) wantAsked(documentID int64, want ...string) []station.WaitingException {
	o.t.Helper()
	list := o.on(documentID)
	var got []string
	for _, e := range list {
		got = append(got, string(e.Kind)+" "+e.Detail.Why)
	}
	if !slices.Equal(got, want) {
		o.t.Fatalf("asked of document %d: %q, want %q; all: %q", documentID, got, want, asked(o.exceptions()))
	}
	return list
}

// wantDocuments checks how many pages each document of a batch has, and to what it is joined.
func wantDocuments(t *testing.T, b station.BatchView, want ...[2]int64) {
	t.Helper()
	var got [][2]int64
	for _, d := range b.Documents {
		got = append(got, [2]int64{d.RegistrationID, int64(len(d.PageList))})
	}
	if !slices.Equal(got, want) {
		t.Fatalf("documents (registration, pages) %v, want %v", got, want)
	}
}

// TestABackBeginsNoLetter: an enclosed sheet has the photocopy of another letter's first page on its back. The letter behind it was cut off
// and joined to that other one.
func TestABackBeginsNoLetter(t *testing.T) {
	o := newOffice(t)
	a, b := o.labelled("key-000a", letter("A")), o.labelled("key-000b", letter("B"))
	batch := o.scan(&feeder{duplex: true, pages: []string{
		sheetOf("a1", withCodes(codeOf(a))), sheetOf("a1-back", withCodes(codeOf(b))), sheetOf("a2", nil), sheetOf("a2-back", blank),
	}}, station.ScanCommand{})
	wantDocuments(t, batch, [2]int64{0, 4})
	e := o.theException(protocollo.ExceptionCodeInside, "back")
	o.mustSolve(clerk, e, station.Answer{Choice: protocollo.ChoiceBelongs})
	if !o.record(a.Intake.ID).Facets.Captured || o.record(b.Intake.ID).Facets.Captured {
		t.Error("joined to the wrong one")
	}
}

// TestALabelBelongsIntoTheUpperHalf, however the sheet lies in the feeder: one elsewhere is a picture of a label.
func TestALabelBelongsIntoTheUpperHalf(t *testing.T) {
	for name, c := range map[string]struct {
		page   func(*scanner.Facts)
		begins bool
	}{
		"upright":                         {at(70, 5), true},
		"upright, below":                  {at(70, 70), false},
		"upside down":                     {all(at(20, 85), turned(0, 9, false)), true},
		"upside down, below":              {all(at(20, 10), turned(0, 9, false)), false},
		"heads to the left":               {all(at(5, 10), turned(9, 0, true)), true},
		"heads to the left, below":        {all(at(80, 10), turned(9, 0, true)), false},
		"heads to the right":              {all(at(80, 90), turned(0, 9, true)), true},
		"heads to the right, below":       {all(at(5, 90), turned(0, 9, true)), false},
		"a source that says no place":     {func(*scanner.Facts) {}, true},
		"landscape, nothing to be read":   {all(at(70, 70), func(f *scanner.Facts) { f.WidthPx, f.HeightPx = f.HeightPx, f.WidthPx }), true},
		"as many lines upright as turned": {all(at(70, 70), turned(4, 4, false)), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			a, b := o.labelled("key-000a", letter("A")), o.labelled("key-000b", letter("B"))
			batch := o.scan(&feeder{pages: []string{sheetOf("a1", withCodes(codeOf(a))), sheetOf("b1", all(withCodes(codeOf(b)), c.page))}}, station.ScanCommand{})
			if c.begins {
				wantDocuments(t, batch, [2]int64{a.Registration.ID, 1}, [2]int64{b.Registration.ID, 1})
				return
			}
			wantDocuments(t, batch, [2]int64{0, 2})
			o.mustSolve(clerk, o.theException(protocollo.ExceptionCodeInside, "place"), station.Answer{Choice: protocollo.ChoiceSplit})
			if !o.record(a.Intake.ID).Facets.Captured || !o.record(b.Intake.ID).Facets.Captured {
				t.Error("split, and not joined")
			}
		})
	}
}

// TestPagesBeforeTheFirstLabel are nobody's: the desk's last letter and what is expected are offered.
func TestPagesBeforeTheFirstLabel(t *testing.T) {
	o := newOffice(t)
	before, a, b := o.labelled("key-0000", letter("prima")), o.labelled("key-000a", letter("A")), o.labelled("key-000b", letter("B"))
	o.scan(&feeder{pages: []string{sheetOf("z", withCodes(codeOf(before)))}}, station.ScanCommand{})
	batch := o.scan(&feeder{pages: append([]string{sheetOf("x1", func(f *scanner.Facts) { f.WidthPx, f.HeightPx = 1654, 2339 })},
		sheetOf("x2", nil), sheetOf("b1", withCodes(codeOf(b))))}, station.ScanCommand{})
	wantDocuments(t, batch, [2]int64{0, 2}, [2]int64{b.Registration.ID, 1})
	e := o.theException(protocollo.ExceptionBeforeLabel, "")
	if want := []int64{before.Registration.ID, a.Registration.ID}; !slices.Equal(e.Detail.Registrations, want) {
		t.Errorf("candidates %v, want %v", e.Detail.Registrations, want)
	}
	if c := e.Detail.Crop; c == nil || *c != (protocollo.Box{X0: 661, X1: 1654, Y1: 779}) {
		t.Errorf("to be looked at: %+v", c)
	}
	o.mustSolve(clerk, e, station.Answer{Choice: protocollo.ChoiceAssign, RegistrationID: a.Registration.ID})
	if !o.record(a.Intake.ID).Facets.Captured {
		t.Error("not joined")
	}
}

// TestNoLabelInTheWholeRun is no case of pages before one.
func TestNoLabelInTheWholeRun(t *testing.T) {
	o := newOffice(t)
	o.scan(&feeder{pages: plain("x", 3)}, station.ScanCommand{})
	o.theException(protocollo.ExceptionNoCode, "")
}

// TestALabelTwiceBehindItself: a doubled label, or the photocopy of the letter behind the letter. Neither is filed before somebody looked.
func TestALabelTwiceBehindItself(t *testing.T) {
	o := newOffice(t)
	a, b := o.labelled("key-000a", letter("A")), o.labelled("key-000b", letter("B"))
	batch := o.scan(&feeder{pages: []string{sheetOf("a1", withCodes(codeOf(a))), sheetOf("a2", nil), sheetOf("copy", withCodes(codeOf(a))), sheetOf("a4", nil),
		sheetOf("b1", withCodes(codeOf(b)))}}, station.ScanCommand{})
	wantDocuments(t, batch, [2]int64{a.Registration.ID, 2}, [2]int64{0, 2}, [2]int64{b.Registration.ID, 1})
	first := o.wantAsked(batch.Documents[0].ID, "seen-twice captured")[0]
	second := o.wantAsked(batch.Documents[1].ID, "seen-twice captured")[0]
	if want := []protocollo.Choice{protocollo.ChoiceAccept, protocollo.ChoiceDiscard}; !slices.Equal(first.Choices, want) {
		t.Errorf("of the joined one %v may be answered, want %v", first.Choices, want)
	}
	if slices.Contains(second.Choices, protocollo.ChoiceAccept) || !slices.Contains(second.Choices, protocollo.ChoiceNewVersion) {
		t.Errorf("of the other one %v may be answered", second.Choices)
	}
	wantClass(t, o.solve(clerk, second, station.Answer{Choice: protocollo.ChoiceAccept}), protocollo.Invalid, "choice")
	o.mustSolve(clerk, first, station.Answer{Choice: protocollo.ChoiceAccept})
	o.mustSolve(clerk, second, station.Answer{Choice: protocollo.ChoiceDiscard, Reason: "fotocopia"})
	if d := o.record(a.Intake.ID).Documents; len(d) != 1 || d[0].State != protocollo.DocumentReady {
		t.Errorf("documents %+v", d)
	}
	wantDocuments(t, o.batch(batch.ID), [2]int64{a.Registration.ID, 2}, [2]int64{0, 2}, [2]int64{b.Registration.ID, 1})
}

// TestAPhotocopyOfALetterThatComesLater: the photocopied label of A lies in B, and A itself further down the pile, or in the next one. B was
// cut off at the photocopy, and its rest was filed as A.
func TestAPhotocopyOfALetterThatComesLater(t *testing.T) {
	t.Run("older than the letter that encloses it, in a pile in order", func(t *testing.T) {
		o := newOffice(t)
		older := o.labelled("key-0000", letter("vecchia"))
		var pages []string
		for i := range 5 {
			r := o.labelled("key-100"+string(rune('0'+i)), letter("in ordine"))
			pages = append(pages, sheetOf("first", withCodes(codeOf(r))))
		}
		batch := o.scan(&feeder{pages: append(pages, sheetOf("copy", withCodes(codeOf(older))), sheetOf("rest", nil))}, station.ScanCommand{})
		d := batch.Documents[4]
		if len(batch.Documents) != 5 || len(d.PageList) != 3 || d.RegistrationID != 0 {
			t.Fatalf("documents %+v", batch.Documents)
		}
		o.wantAsked(d.ID, "code-inside order")
		if o.record(older.Intake.ID).Facets.Captured {
			t.Error("the photocopy was filed as the letter")
		}
	})
	t.Run("of an earlier day", func(t *testing.T) {
		o := newOffice(t)
		older := o.labelled("key-0000", letter("di ieri"))
		o.clock.add(24 * time.Hour)
		r := o.labelled("key-0001", letter("di oggi"))
		batch := o.scan(&feeder{pages: []string{sheetOf("first", withCodes(codeOf(r))), sheetOf("copy", withCodes(codeOf(older)))}}, station.ScanCommand{})
		wantDocuments(t, batch, [2]int64{0, 2})
		o.theException(protocollo.ExceptionCodeInside, "order")
	})
	t.Run("a pile that runs backwards is split", func(t *testing.T) {
		o := newOffice(t)
		var pages []string
		for i := range 6 {
			r := o.labelled("key-100"+string(rune('0'+i)), letter("x"))
			pages = append([]string{sheetOf("first", withCodes(codeOf(r)))}, pages...)
			o.clock.add(time.Minute)
		}
		batch := o.scan(&feeder{pages: pages}, station.ScanCommand{})
		if len(batch.Documents) != 6 || len(o.exceptions()) != 0 {
			t.Errorf("%d documents, exceptions %q", len(batch.Documents), asked(o.exceptions()))
		}
	})
	t.Run("and the letter follows in the same pile", func(t *testing.T) {
		o := newOffice(t)
		a, b, c := o.labelled("key-000a", letter("A")), o.labelled("key-000b", letter("B")), o.labelled("key-000c", letter("C"))
		batch := o.scan(&feeder{pages: []string{sheetOf("b1", withCodes(codeOf(b))), sheetOf("copy of a", withCodes(codeOf(a))), sheetOf("b3", nil),
			sheetOf("c1", withCodes(codeOf(c))), sheetOf("a1", withCodes(codeOf(a)))}}, station.ScanCommand{})
		wantDocuments(t, batch, [2]int64{b.Registration.ID, 1}, [2]int64{a.Registration.ID, 2}, [2]int64{0, 2})
		o.wantAsked(batch.Documents[1].ID, "seen-twice captured")
		e := o.wantAsked(batch.Documents[2].ID, "code-inside captured")[0]
		o.mustSolve(clerk, e, station.Answer{Choice: protocollo.ChoiceSplit})
		o.wantAsked(batch.Documents[1].ID, "seen-twice captured")
		if v := o.batch(batch.ID); len(v.Documents) != 4 || v.Documents[3].RegistrationID != 0 {
			t.Errorf("documents %+v", v.Documents)
		}
		o.wantAsked(o.batch(batch.ID).Documents[3].ID, "seen-twice captured")
	})
	t.Run("and the letter comes in the next pile", func(t *testing.T) {
		o := newOffice(t)
		a, b := o.labelled("key-000a", letter("A")), o.labelled("key-000b", letter("B"))
		first := o.scan(&feeder{pages: []string{sheetOf("b1", withCodes(codeOf(b))), sheetOf("copy of a", withCodes(codeOf(a))), sheetOf("b3", nil)}}, station.ScanCommand{})
		wantDocuments(t, first, [2]int64{b.Registration.ID, 1}, [2]int64{a.Registration.ID, 2})
		second := o.scan(&feeder{pages: []string{sheetOf("a1", withCodes(codeOf(a)))}}, station.ScanCommand{})
		o.wantAsked(second.Documents[0].ID, "not-expected captured")
		e := o.wantAsked(first.Documents[1].ID, "seen-twice captured")[0]
		o.mustSolve(clerk, e, station.Answer{Choice: protocollo.ChoiceDiscard, Reason: "pagine di un'altra lettera"})
		o.mustSolve(clerk, o.wantAsked(second.Documents[0].ID, "not-expected captured")[0], station.Answer{Choice: protocollo.ChoiceAssign, RegistrationID: a.Registration.ID})
		if d := o.batch(second.ID).Documents[0]; d.RegistrationID != a.Registration.ID || d.State != protocollo.DocumentReady {
			t.Errorf("document %+v", d.Document)
		}
	})
}

// TestALabelThatAWaitingDocumentBegins: its answer may still join it, so the second never joins by itself.
func TestALabelThatAWaitingDocumentBegins(t *testing.T) {
	o := newOffice(t)
	a, b := o.labelled("key-000a", letter("A")), o.labelled("key-000b", letter("B"))
	jam := o.scan(&feeder{end: &scanner.Fault{Kind: scanner.FaultJam}, pages: []string{sheetOf("a1", withCodes(codeOf(a)))}}, station.ScanCommand{})
	batch := o.scan(&feeder{pages: []string{sheetOf("a1 again", withCodes(codeOf(a))), sheetOf("b1", withCodes(codeOf(b))), sheetOf("a1 once more", withCodes(codeOf(a)))}},
		station.ScanCommand{})
	wantDocuments(t, batch, [2]int64{0, 1}, [2]int64{0, 2})
	o.wantAsked(batch.Documents[0].ID, "seen-twice ")
	o.wantAsked(batch.Documents[1].ID, "code-inside seen-twice")
	o.mustSolve(clerk, o.wantAsked(jam.Documents[0].ID, "count jam")[0], station.Answer{Choice: protocollo.ChoiceAccept})
	if d := o.record(a.Intake.ID).Documents; len(d) != 1 || d[0].ID != jam.Documents[0].ID {
		t.Errorf("documents %+v", d)
	}
}

// TestWrongLabel: the label is on the wrong letter; its own registration goes on waiting.
func TestWrongLabel(t *testing.T) {
	o := newOffice(t)
	a, b := o.register("key-000a", letter("A")), o.labelled("key-000b", letter("B"))
	batch := o.scan(&feeder{pages: []string{sheetOf("p1", withCodes(codeOf(a)))}}, station.ScanCommand{})
	e := o.theException(protocollo.ExceptionNotExpected, "not-labelled")
	wantClass(t, o.solve(clerk, e, station.Answer{Choice: protocollo.ChoiceWrongLabel, RegistrationID: a.Registration.ID}), protocollo.Invalid, "registrationID")
	wantClass(t, o.solve(clerk, e, station.Answer{Choice: protocollo.ChoiceWrongLabel}), protocollo.Invalid, "registrationID")
	answer := station.Answer{Choice: protocollo.ChoiceWrongLabel, RegistrationID: b.Registration.ID, Reason: "scambiata allo sportello"}
	lost := failOnce(o, "answer lost")
	if err := o.solve(clerk, e, answer); err == nil {
		t.Fatal("the lost answer was no error")
	}
	lost()
	o.mustSolve(clerk, e, answer) // again, as after a crash
	if d := o.batch(batch.ID).Documents[0]; d.RegistrationID != b.Registration.ID || d.State != protocollo.DocumentReady {
		t.Errorf("document %+v", d.Document)
	}
	if o.record(a.Intake.ID).Facets.Captured {
		t.Error("the label's own registration is captured")
	}
	solved, err := o.db.Exception(t.Context(), e.ID)
	if err != nil || solved.Reason != answer.Reason || solved.Choice != protocollo.ChoiceWrongLabel {
		t.Errorf("recorded %+v, %v", solved, err)
	}
}

// failOnce makes the next recording of an answer fail; the function that it returns mends the store.
func failOnce(o *office, what string) func() {
	o.t.Helper()
	old := o.s
	o.t.Cleanup(old.Close)
	o.start(func(c *station.Config) { c.Exceptions = losesAnswers{c.Exceptions, what} })
	faulty := o.s
	o.t.Cleanup(faulty.Close)
	return func() { o.start(nil) }
}

type losesAnswers struct {
	station.ExceptionStore
	what string
}

func (l losesAnswers) SolveException(context.Context, protocollo.Actor, int64, int, protocollo.Choice, string) (protocollo.Exception, error) {
	return protocollo.Exception{}, errors.New(l.what)
}

// TestAPartOfAPage: only what is within the page is drawn, and only for who may see the page.
func TestAPartOfAPage(t *testing.T) {
	o := newOffice(t)
	id := o.scan(&feeder{pages: []string{sheetOf("p1", at(0, 0)), "no image"}}, station.ScanCommand{}).Documents[0].PageList
	jpeg, err := o.s.PageCrop(t.Context(), clerk, id[0].ID, protocollo.Box{X0: 827, X1: 1654, Y1: 2339})
	if err != nil || !strings.HasSuffix(string(jpeg), "{827 0 1654 2339} in 1200") {
		t.Errorf("%q, %v", jpeg, err)
	}
	for _, b := range []protocollo.Box{{X1: 1655, Y1: 1}, {X1: 1, Y1: 2340}, {X0: -1, X1: 1, Y1: 1}, {X0: 5, X1: 5, Y1: 1}, {}} {
		_, err := o.s.PageCrop(t.Context(), clerk, id[0].ID, b)
		wantClass(t, err, protocollo.Invalid, "crop")
	}
	_, err = o.s.PageCrop(t.Context(), clerk, id[1].ID, protocollo.Box{X1: 1, Y1: 1})
	wantClass(t, err, protocollo.NotFound, "picture")
	_, err = o.s.PageCrop(t.Context(), alien, id[0].ID, protocollo.Box{X1: 1, Y1: 1})
	wantClass(t, err, protocollo.NotFound, "document")
}

// TestTheOrderOfAPileOutlivesAJam: behind the jam came the photocopy of an older letter, and cut its letter off.
func TestTheOrderOfAPileOutlivesAJam(t *testing.T) {
	o := newOffice(t)
	older := o.labelled("key-0000", letter("vecchia"))
	var pages []string
	for i := range 5 {
		pages = append(pages, sheetOf("first", withCodes(codeOf(o.labelled(fmt.Sprintf("key-100%d", i), letter("in ordine"))))))
	}
	jam := o.scan(&feeder{end: &scanner.Fault{Kind: scanner.FaultJam}, pages: pages}, station.ScanCommand{})
	last := jam.Documents[4].ID
	o.scan(&feeder{pages: []string{sheetOf("copy", withCodes(codeOf(older)))}}, station.ScanCommand{Continue: last})
	o.wantAsked(last, "code-inside order")
	if o.record(older.Intake.ID).Facets.Captured {
		t.Error("the photocopy was filed as the letter")
	}
}
