package station_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/stamp"
)

// texts joins a label's lines, one a row.
func texts(l stamp.Label) string {
	var rows []string
	for _, line := range l.Lines {
		rows = append(rows, line.Text)
	}
	return strings.Join(rows, "\n")
}

// switches sets the label's optional content.
func (o *office) switches(on station.LabelSwitches) {
	o.t.Helper()
	p, err := o.s.Policies(o.t.Context(), boss)
	if err != nil {
		o.t.Fatal(err)
	}
	p.Label = on
	if _, err := o.s.SavePolicies(o.t.Context(), boss, p); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) lastLabel() stamp.Label {
	o.t.Helper()
	if len(o.composer.labels) == 0 {
		o.t.Fatal("nothing was composed")
	}
	return o.composer.labels[len(o.composer.labels)-1]
}

// TestLabelWording: the mandatory content of R2.1, and nothing else by default.
func TestLabelWording(t *testing.T) {
	o := newOffice(t)
	o.switches(station.LabelSwitches{})
	rec := o.labelled("key-0001", letter("Un oggetto riservato alla pratica"))
	l := o.lastLabel()
	want := "Comune di Prova (c_a000)\nAOO AOO1 – Registro PG\nProt. n. 0000001\ndel 02/03/2026 – Arrivo"
	if got := texts(l); got != want {
		t.Errorf("label:\n%s\nwant:\n%s", got, want)
	}
	for _, line := range l.Lines {
		if line.Shorten != stamp.ShortenNever {
			t.Errorf("%q may be shortened, and R2.1 asks for it", line.Text)
		}
	}
	b, err := protocollo.ParseBarcode(l.QR)
	if err != nil || !b.Belongs("c_a000", "AOO1") || b.Year != 2026 || b.Number != string(rec.Registration.Number) || b.Register != "PG" ||
		b.Direction != protocollo.Incoming || b.Kind != protocollo.BarcodeOrdinary {
		t.Errorf("QR %q decodes to %+v, %v", l.QR, b, err)
	}
	if year, n, ok := protocollo.ParseHandCode(l.Code128); !ok || year != 2026 || n != "0000001" {
		t.Errorf("Code 128 %q", l.Code128)
	}
	if l.Banner != "" {
		t.Errorf("banner %q on a real label", l.Banner)
	}
}

// TestLabelSwitches is the switch matrix of R2.2 with the lines that R1.10 and R16.1 add.
func TestLabelSwitches(t *testing.T) {
	o := newOffice(t)
	d := letter("Oggetto in etichetta")
	d.Senders, d.Anonymous, d.Unsigned = nil, true, true
	d.Fascicolo, d.ArrivalDay, d.ArrivalDayReason = "2026/12", "2026-02-27", "trovata in cassetta"
	rec := o.register("key-0001", d)
	always := []string{"Pervenuto il 27/02/2026", "MITTENTE ANONIMO", "DOCUMENTO NON SOTTOSCRITTO"}
	for name, c := range map[string]struct {
		on   station.LabelSwitches
		text string
	}{
		"AOO name":   {station.LabelSwitches{AOOName: true}, "Area unica"},
		"time":       {station.LabelSwitches{Time: true}, "del 02/03/2026 ore 09:15 – Arrivo"},
		"classifica": {station.LabelSwitches{Classifica: true}, "Class. I.6"},
		"fascicolo":  {station.LabelSwitches{Fascicolo: true}, "Fasc. 2026/12"},
		"office":     {station.LabelSwitches{UOR: true}, "UU TRIB"},
		"subject":    {station.LabelSwitches{Subject: true}, "Ogg. Oggetto in etichetta"},
	} {
		show := func(on station.LabelSwitches) string {
			o.switches(on)
			if _, err := o.s.LabelBitmap(t.Context(), clerk, rec.Registration.ID, 0); err != nil {
				t.Fatal(err)
			}
			for _, l := range o.composer.labels {
				for _, text := range always {
					if !strings.Contains(texts(l), text) {
						t.Fatalf("label without %q:\n%s", text, texts(l))
					}
				}
			}
			return texts(o.composer.labels[len(o.composer.labels)-1])
		}
		if off := show(station.LabelSwitches{}); strings.Contains(off, c.text) {
			t.Errorf("%s: off, and yet %q", name, off)
		}
		// The preview composes again without options when they do not fit, so look at what was asked for first.
		o.composer.labels = nil
		show(c.on)
		if on := texts(o.composer.labels[0]); !strings.Contains(on, c.text) {
			t.Errorf("%s: on, and %q lacks %q", name, on, c.text)
		}
	}
}

// TestTrialLabel: everything that a trial prints says so (R17.1).
func TestTrialLabel(t *testing.T) {
	o := newOffice(t)
	rec := o.register("key-0001", letter("x"))
	seg := rec.Registration.Segnatura
	seg.Trial = true
	l := station.LabelOf(protocollo.Registration{Key: rec.Registration.Key, Number: seg.Number, Segnatura: seg}, "", station.LabelSwitches{},
		stamp.Size{WidthMM: 62, HeightMM: 29})
	if l.Banner != "PROVA – SENZA VALORE" {
		t.Errorf("banner %q", l.Banner)
	}
}

// TestLabelFits: the mandatory content of a long-named body fits the labels that offices buy, at every head.
func TestLabelFits(t *testing.T) {
	reg := protocollo.Registration{
		Key: protocollo.RegisterKey{Amministrazione: "c_a000", AOO: "AOODRUM", Register: "REGPROT", Year: 2026}, Number: "0123456",
		Segnatura: protocollo.Segnatura{
			Body: protocollo.Body{Code: "c_a000", Name: "Comune di San Martino Valle Caudina", ShortName: "Comune di San Martino Valle Caudina"},
			AOO:  protocollo.AOO{Code: "AOODRUM", Name: "Direzione", RegisterCode: "REGPROT"}, Year: 2026, Number: "0123456", Day: "2026-11-21",
			RegisteredAt: time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC), Direction: protocollo.Incoming, ArrivalDay: "2026-11-20",
		},
	}
	for _, size := range []stamp.Size{{WidthMM: 62, HeightMM: 29}, {WidthMM: 70, HeightMM: 36}, {WidthMM: 89, HeightMM: 36}, {WidthMM: 100, HeightMM: 50}} {
		for _, res := range []stamp.Resolution{stamp.DPI203, stamp.DPI300, stamp.DPI600} {
			for _, trial := range []bool{false, true} {
				reg.Segnatura.Trial = trial
				if _, err := station.ComposeFitting(&composer{}, stamp.Layout{}, station.LabelOf(reg, "", station.LabelSwitches{}, size), res); err != nil {
					t.Errorf("%s at %d dpi, trial %t: %v", size, res.DPI, trial, err)
				}
			}
		}
	}
}

func TestLabelTooSmall(t *testing.T) {
	o := newOffice(t)
	o.printer.size = stamp.Size{WidthMM: 20, HeightMM: 12}
	rec := o.register("key-0001", letter("x"))
	_, err := o.s.PrintLabel(t.Context(), clerk, rec.Registration.ID, o.printer, protocollo.ReprintNone)
	wantClass(t, err, protocollo.Invalid, "label-size")
}

func blocked(c stamp.Condition) stamp.Result {
	return stamp.Result{Outcome: stamp.OutcomeFailed, Before: stamp.PrinterState{Conditions: []stamp.Condition{c}}}
}

// TestPrintOutcomes: what is known after a print, and never more.
func TestPrintOutcomes(t *testing.T) {
	for name, c := range map[string]struct {
		result    stamp.Result
		state     protocollo.PrintState
		condition string
		labelled  bool
	}{
		"printed":           {stamp.Result{Outcome: stamp.OutcomePrinted}, protocollo.PrintPrinted, "", true},
		"out of labels":     {blocked(stamp.ConditionMediaOut), protocollo.PrintQueued, "media-out", false},
		"off":               {blocked(stamp.ConditionOffline), protocollo.PrintQueued, "offline", false},
		"failed while sent": {stamp.Result{Outcome: stamp.OutcomeFailed, After: stamp.PrinterState{Conditions: []stamp.Condition{stamp.ConditionJam}}}, protocollo.PrintFailed, "jam", false},
		"unknown":           {stamp.Result{Outcome: stamp.OutcomeUnknown, After: stamp.PrinterState{Conditions: []stamp.Condition{stamp.ConditionSilent}}}, protocollo.PrintUnknown, "silent", false},
		"slow": {stamp.Result{Outcome: stamp.OutcomeUnknown, After: stamp.PrinterState{Conditions: []stamp.Condition{stamp.ConditionMediaLow, stamp.ConditionBusy}}},
			protocollo.PrintUnknown, "busy", false},
		"mute": {stamp.Result{Outcome: stamp.OutcomeUnknown, After: stamp.PrinterState{Conditions: []stamp.Condition{stamp.ConditionReady, stamp.ConditionMute}}},
			protocollo.PrintUnknown, "mute", false},
		"its turn did not come": {blocked(stamp.ConditionBusy), protocollo.PrintFailed, "busy", false},
		"a driver's silence":    {stamp.Result{}, protocollo.PrintUnknown, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			rec := o.register("key-0001", letter("x"))
			o.printer.results = []stamp.Result{c.result}
			p, err := o.s.PrintLabel(t.Context(), clerk, rec.Registration.ID, o.printer, protocollo.ReprintNone)
			if err != nil || p.State != c.state || p.Condition != c.condition {
				t.Fatalf("print %+v, %v; want %s (%s)", p, err, c.state, c.condition)
			}
			after := o.record(rec.Intake.ID)
			if after.Prints[0].State != c.state || after.Facets.Labelled != c.labelled {
				t.Fatalf("stored %+v, labelled %t", after.Prints[0], after.Facets.Labelled)
			}
		})
	}
}

// TestOutOfLabels: registration goes on, and the labels come out later one by one, each with its sender (R18.4).
func TestOutOfLabels(t *testing.T) {
	o := newOffice(t)
	for i := range 3 {
		d := letter("x")
		d.Senders[0].Name = fmt.Sprintf("Mittente %d", i)
		rec := o.register(fmt.Sprintf("key-000%d", i), d)
		o.printer.results = []stamp.Result{blocked(stamp.ConditionMediaOut)}
		if _, err := o.s.PrintLabel(t.Context(), clerk, rec.Registration.ID, o.printer, protocollo.ReprintNone); err != nil {
			t.Fatal(err)
		}
	}
	o.restart()
	for i := range 3 {
		list, err := o.s.LabelsToPrint(t.Context(), other)
		if err != nil || len(list) != 3-i || list[0].Record.Intake.Draft.Senders[0].Name != fmt.Sprintf("Mittente %d", i) {
			t.Fatalf("label %d: %+v, %v", i, list, err)
		}
		if p, err := o.printFirst(other); err != nil || p.State != protocollo.PrintPrinted {
			t.Fatalf("label %d: %+v, %v", i, p, err)
		}
	}
	if list, err := o.s.LabelsToPrint(t.Context(), other); err != nil || len(list) != 0 {
		t.Errorf("%d labels wait, %v", len(list), err)
	}
	if len(o.printer.printed) != 3 {
		t.Errorf("%d labels came out", len(o.printer.printed))
	}
}

// TestReprint: byte-identical, with its reason; a retry after "failed" is no reprint (R2.5, R18.4).
func TestReprint(t *testing.T) {
	o := newOffice(t)
	rec := o.labelled("key-0001", letter("x"))
	id := rec.Registration.ID
	for _, reason := range []protocollo.ReprintReason{protocollo.ReprintNone, 4, -1} {
		_, err := o.s.PrintLabel(t.Context(), clerk, id, o.printer, reason)
		wantClass(t, err, protocollo.Invalid, "reprint-reason")
	}
	o.switches(station.LabelSwitches{Classifica: true}) // the Responsabile changes the label: this letter's stays as it was
	o.printer.results = []stamp.Result{{Outcome: stamp.OutcomeFailed}}
	p, err := o.s.PrintLabel(t.Context(), clerk, id, o.printer, protocollo.ReprintIllegible)
	if err != nil || p.State != protocollo.PrintFailed {
		t.Fatalf("%+v, %v", p, err)
	}
	again, err := o.s.RetryPrint(t.Context(), clerk, p.ID, o.printer)
	if err != nil || again.ID != p.ID || again.State != protocollo.PrintPrinted {
		t.Fatalf("%+v, %v", again, err)
	}
	if n := len(o.printer.printed); n != 2 || string(o.printer.printed[0].Bits) != string(o.printer.printed[1].Bits) {
		t.Errorf("%d labels, or a reprint that differs", n)
	}
	if prints := o.record(rec.Intake.ID).Prints; len(prints) != 2 || prints[1].ReprintReason != protocollo.ReprintIllegible {
		t.Errorf("prints %+v", prints)
	}
}

func TestLabelOfAnotherHeadIsNotSent(t *testing.T) {
	o := newOffice(t)
	rec := o.register("key-0001", letter("x"))
	o.printer.results = []stamp.Result{blocked(stamp.ConditionOffline)}
	p, err := o.s.PrintLabel(t.Context(), clerk, rec.Registration.ID, o.printer, protocollo.ReprintNone)
	if err != nil {
		t.Fatal(err)
	}
	finer := &printer{id: "finer", res: stamp.DPI300}
	_, err = o.s.RetryPrint(t.Context(), clerk, p.ID, finer)
	wantClass(t, err, protocollo.Conflict, "printer-resolution")
	if len(finer.printed) != 0 {
		t.Error("it was sent")
	}
}

// TestPrintUnderWayAtStartIsUnknown: and a person says what came out (R18.4).
func TestPrintUnderWayAtStartIsUnknown(t *testing.T) {
	o := newOffice(t)
	rec := o.register("key-0001", letter("x"))
	o.printer.results = []stamp.Result{blocked(stamp.ConditionOffline)}
	p, err := o.s.PrintLabel(t.Context(), clerk, rec.Registration.ID, o.printer, protocollo.ReprintNone)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.db.BeginPrint(t.Context(), p.ID, "zebra"); err != nil {
		t.Fatal(err)
	}
	o.restart()
	if err := o.s.Recover(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := o.record(rec.Intake.ID); got.Prints[0].State != protocollo.PrintUnknown || got.Facets.Labelled {
		t.Fatalf("prints %+v", got.Prints)
	}
	wantClass(t, o.s.ResolvePrint(t.Context(), guest, p.ID, true), protocollo.Forbidden, "register")
	if err := o.s.ResolvePrint(t.Context(), clerk, p.ID, true); err != nil {
		t.Fatal(err)
	}
	if !o.record(rec.Intake.ID).Facets.Labelled {
		t.Error("not labelled after the clerk's word")
	}
	wantClass(t, o.s.ResolvePrint(t.Context(), clerk, p.ID, true), protocollo.Conflict, "print")
}
