package station_test

import (
	"fmt"
	"slices"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
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
		{"on a disc", func(d *protocollo.Draft) { d.Support = protocollo.SupportMedia }, nil},
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
