package station_test

import (
	"strings"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/stamp"
)

// oneLayout is the layout of the desk's printer.
type oneLayout stamp.Layout

func (l oneLayout) Layout(_ stamp.Kind, printer string, _ stamp.Size) stamp.Layout {
	if printer == "" {
		return stamp.Layout{}
	}
	return stamp.Layout(l)
}

// TestLabelsFollowTheLayout: the order and looks are the file's, what is said is the policy's, and the journal says which file it was.
func TestLabelsFollowTheLayout(t *testing.T) {
	o := newOffice(t)
	o.start(func(c *station.Config) {
		c.Layouts = oneLayout{Digest: strings.Repeat("ab", 32), Fields: []stamp.FieldStyle{
			{Field: stamp.FieldNumber, Style: stamp.Style{Big: true}}, {Field: stamp.FieldDate}, {Field: stamp.FieldClassifica},
			{Field: stamp.FieldBody, Style: stamp.Style{Align: stamp.AlignCentre}}, {Field: stamp.FieldRegister}, {Field: stamp.FieldSubject},
		}}
	})
	o.switches(station.LabelSwitches{UOR: true, HideDirection: true}) // not the subject: the layout's field for it prints nothing
	rec := o.labelled("key-0001", letter("Un oggetto che resta in ufficio"))
	want := "Prot. n. 0000001\ndel 02/03/2026\nComune di Prova (c_a000)\nAOO AOO1 – Registro PG"
	if got := texts(o.lastLabel()); got != want {
		t.Errorf("label:\n%s\nwant:\n%s", got, want)
	}
	history, err := o.s.History(t.Context(), boss, rec.Intake.ID)
	if err != nil {
		t.Fatal(err)
	}
	var told bool
	for _, e := range history {
		told = told || strings.Contains(string(e.Detail), `"layout":"abab`)
	}
	if !told {
		t.Errorf("the journal does not say which layout it was: %v", history)
	}
}

// TestALongNameStillGetsItsLabel: a layout that has no room for this body's name gives way to the program's own rule; the law's content stays.
func TestALongNameStillGetsItsLabel(t *testing.T) {
	reg := protocollo.Registration{Key: protocollo.RegisterKey{Amministrazione: "c_a000", AOO: "AOO1", Register: "PG", Year: 2026}, Number: "0000001",
		Segnatura: protocollo.Segnatura{Body: protocollo.Body{Code: "c_a000", ShortName: "Comune di San Valentino in Abruzzo Citeriore"},
			AOO: protocollo.AOO{Code: "AOO1", RegisterCode: "PG"}, Year: 2026, Number: "0000001", Day: "2026-03-02", Direction: protocollo.Incoming}}
	size := stamp.Size{WidthMM: 62, HeightMM: 29}
	layout := stamp.Layout{Fields: []stamp.FieldStyle{{Field: stamp.FieldBody, Style: stamp.Style{SizeMM: 6}}, {Field: stamp.FieldRegister},
		{Field: stamp.FieldNumber}, {Field: stamp.FieldDate}}}
	c := &composer{}
	if _, err := station.ComposeFitting(c, layout, station.LabelOf(reg, "", station.LabelSwitches{}, size), stamp.DPI203); err != nil {
		t.Fatal(err)
	}
	last := c.labels[len(c.labels)-1]
	if len(c.labels) < 2 || last.Lines[0].SizeMM != 0 || len(last.Lines) != 4 {
		t.Errorf("after %d tries the label is %+v", len(c.labels), last)
	}
}
