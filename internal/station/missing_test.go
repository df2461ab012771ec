package station_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/scanner"
)

// holePile scans six labelled letters in the given order. The third lies without its label, of two pages, behind the second, which has
// one page and what follows it.
func holePile(t *testing.T, order []int, second ...string) (o *office, list []station.Record, batch station.BatchView) {
	t.Helper()
	o = newOffice(t)
	for i := range 6 {
		list = append(list, o.labelled(fmt.Sprintf("key-100%d", i), letter(fmt.Sprintf("lettera %d", i))))
	}
	return o, list, o.scanHole(list, order, second...)
}

func (o *office) scanHole(list []station.Record, order []int, second ...string) station.BatchView {
	o.t.Helper()
	var pages []string
	for _, i := range order {
		if i == 2 {
			pages = append(pages, sheetOf("lost-1", nil), sheetOf("lost-2", nil))
			continue
		}
		pages = append(pages, sheetOf(fmt.Sprintf("first-%d", i), withCodes(codeOf(list[i]))))
		if i == 1 {
			pages = append(pages, second...)
		}
	}
	return o.scan(&feeder{pages: pages}, station.ScanCommand{})
}

// TestLetterWithoutLabelInAPile: it was registered and never labelled, and its pages lie behind another's.
func TestLetterWithoutLabelInAPile(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*protocollo.Draft)
		asked  []string
	}{
		{"on paper", func(*protocollo.Draft) {}, []string{"label-missing "}},
		{"in an envelope that stays closed", func(d *protocollo.Draft) { d.Envelope = protocollo.EnvelopeClosed }, nil},
		{"the letter that came with a disc", func(d *protocollo.Draft) {
			d.Support, d.Presentation = protocollo.SupportMedia, protocollo.PresentedByLetter
		}, []string{"label-missing "}},
		{"a file", func(d *protocollo.Draft) {
			d.Support, d.FileDigest = protocollo.SupportFile, strings.Repeat("ab", 32)
		}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := newOffice(t)
			var list []station.Record
			for i := range 6 {
				key, d := fmt.Sprintf("key-100%d", i), letter(fmt.Sprintf("lettera %d", i))
				if i == 2 {
					c.change(&d)
					list = append(list, o.register(key, d))
					continue
				}
				list = append(list, o.labelled(key, d))
			}
			batch := o.scanHole(list, []int{0, 1, 2, 3, 4, 5})
			o.wantAsked(batch.Documents[1].ID, c.asked...)
		})
	}
}

// TestLabelMissing: the third letter's label was not read, and its pages were taken for pages of the second letter.
func TestLabelMissing(t *testing.T) {
	inOrder := []int{0, 1, 2, 3, 4, 5}
	ask := func(t *testing.T) (*office, []station.Record, station.WaitingException) {
		t.Helper()
		o, list, batch := holePile(t, inOrder)
		e := o.wantAsked(batch.Documents[1].ID, "label-missing ")[0]
		if !slices.Equal(e.Detail.Registrations, []int64{list[2].Registration.ID}) || e.Detail.Found != 3 {
			t.Fatalf("asked %+v", e.Detail)
		}
		if all := o.exceptions(); len(all) != 1 || batch.Documents[1].State != protocollo.DocumentWaiting {
			t.Fatalf("asked %q; document %+v", asked(all), batch.Documents[1].Document)
		}
		return o, list, e
	}
	t.Run("accepted", func(t *testing.T) {
		o, list, e := ask(t)
		o.mustSolve(clerk, e, station.Answer{Choice: protocollo.ChoiceAccept})
		if d := o.record(list[1].Intake.ID).Documents; len(d) != 1 || d[0].State != protocollo.DocumentReady || len(o.exceptions()) != 0 {
			t.Errorf("documents %+v, asked %q", d, asked(o.exceptions()))
		}
	})
	t.Run("discarded", func(t *testing.T) {
		o, list, e := ask(t)
		wantClass(t, o.solve(clerk, e, station.Answer{Choice: protocollo.ChoiceDiscard}), protocollo.Invalid, "reason")
		o.mustSolve(clerk, e, station.Answer{Choice: protocollo.ChoiceDiscard, Reason: "due lettere insieme"})
		if o.record(list[1].Intake.ID).Facets.Captured || len(o.exceptions()) != 0 {
			t.Errorf("still captured, or asked %q", asked(o.exceptions()))
		}
	})
	t.Run("in a pile in no order", func(t *testing.T) {
		o, _, _ := holePile(t, []int{4, 3, 0, 1, 2, 5})
		if list := o.exceptions(); len(list) > 0 {
			t.Errorf("asked %q", asked(list))
		}
	})
	t.Run("behind an attachment of a letter of one page", func(t *testing.T) {
		o, list, batch := holePile(t, inOrder, divider("d"))
		if got := o.parts(list[1].Intake.ID); got != "0:2 1:4,5" {
			t.Fatalf("parts %s", got)
		}
		if e := o.wantAsked(batch.Documents[1].ID, "label-missing ")[0]; e.Detail.Found != 3 {
			t.Errorf("asked %+v", e.Detail)
		}
	})
}

// suspect is a page with something like a label that nobody can read, at a place in hundredths of its sides.
func suspect(x, y int) func(*scanner.Facts) {
	return func(f *scanner.Facts) {
		at(0, 0)(f)
		x0, y0 := f.WidthPx*x/100, f.HeightPx*y/100
		f.Suspects = []scanner.Box{{X0: x0, Y0: y0, X1: x0 + 190, Y1: y0 + 190}}
	}
}

// TestUnreadLabelInsideADocument: where a label seems to be that could not be read, another letter may begin. No order of the pile tells of
// the last letter, nor of any in a pile in no order.
func TestUnreadLabelInsideADocument(t *testing.T) {
	o := newOffice(t)
	first, lost := o.labelled("key-1001", letter("prima")), o.labelled("key-1002", letter("seconda"))
	pages := []string{sheetOf("a1", withCodes(codeOf(first))), sheetOf("a2", nil), sheetOf("b1", suspect(60, 8)), sheetOf("b2", nil)}
	batch := o.scan(&feeder{pages: pages}, station.ScanCommand{})
	if len(batch.Documents) != 1 || batch.Documents[0].State != protocollo.DocumentWaiting {
		t.Fatalf("documents %+v", batch.Documents)
	}
	doc := batch.Documents[0]
	e := o.wantAsked(doc.ID, "code-inside unread")[0]
	if e.PageID != doc.PageList[2].ID || e.Detail.Found != 3 || e.Detail.Crop == nil || e.Detail.Crop.X0 != 1654*60/100 {
		t.Fatalf("asked %+v", e)
	}
	o.mustSolve(clerk, e, station.Answer{Choice: protocollo.ChoiceSplit})
	if d := o.record(first.Intake.ID).Documents; len(d) != 1 || d[0].Pages != 2 || d[0].State != protocollo.DocumentReady {
		t.Errorf("the first letter has %+v", d)
	}
	all := o.exceptions()
	if len(all) != 1 || all[0].Kind != protocollo.ExceptionNoCode {
		t.Fatalf("asked %q", asked(all))
	}
	o.mustSolve(clerk, all[0], station.Answer{Choice: protocollo.ChoiceAssign, RegistrationID: lost.Registration.ID})
	if d := o.record(lost.Intake.ID).Documents; len(d) != 1 || d[0].Pages != 2 || d[0].State != protocollo.DocumentReady {
		t.Errorf("the second letter has %+v", d)
	}
}

// TestUnreadLabelThatIsNone: a person says that the page belongs where it is, and is not asked again; elsewhere nothing is looked for.
func TestUnreadLabelThatIsNone(t *testing.T) {
	o := newOffice(t)
	r := o.labelled("key-1001", letter("prima"))
	doc := o.scan(&feeder{pages: []string{sheetOf("a1", withCodes(codeOf(r))), sheetOf("a2", suspect(60, 8))}}, station.ScanCommand{}).Documents[0]
	o.mustSolve(clerk, o.wantAsked(doc.ID, "code-inside unread")[0], station.Answer{Choice: protocollo.ChoiceBelongs})
	if d := o.record(r.Intake.ID).Documents; len(d) != 1 || d[0].Pages != 2 || d[0].State != protocollo.DocumentReady || len(o.exceptions()) > 0 {
		t.Errorf("documents %+v, asked %q", d, asked(o.exceptions()))
	}
	for i, c := range []struct {
		name   string
		later  func(*scanner.Facts)
		duplex bool
		chosen bool
	}{
		{"in the lower half", suspect(60, 70), false, false},
		{"on a back", suspect(60, 8), true, false},
		{"where the letter was chosen", suspect(60, 8), false, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := o.labelled(fmt.Sprintf("key-200%d", i), letter(c.name))
			cmd := station.ScanCommand{}
			if c.chosen {
				cmd.Selected = r.Registration.ID
			}
			o.scan(&feeder{duplex: c.duplex, pages: []string{sheetOf(c.name+"1", withCodes(codeOf(r))), sheetOf(c.name+"2", c.later)}}, cmd)
			if list := o.exceptions(); len(list) > 0 {
				t.Errorf("asked %q", asked(list))
			}
		})
	}
}
