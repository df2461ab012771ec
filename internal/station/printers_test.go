package station_test

import (
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/stamp"
)

// TestScanProvesThePrint: a mute printer's label is of unknown outcome until the scan has read it on its letter.
func TestScanProvesThePrint(t *testing.T) {
	o := newOffice(t)
	rec := o.register("key-0001", letter("x"))
	o.printer.results = []stamp.Result{{Outcome: stamp.OutcomeUnknown, After: stamp.PrinterState{Conditions: []stamp.Condition{stamp.ConditionMute}}}}
	if _, err := o.s.PrintLabel(t.Context(), clerk, rec.Registration.ID, o.printer, protocollo.ReprintNone); err != nil {
		t.Fatal(err)
	}
	if got := o.record(rec.Intake.ID); got.Prints[0].State != protocollo.PrintUnknown || got.Facets.Labelled {
		t.Fatalf("prints %+v", got.Prints)
	}
	o.scan(&feeder{pages: []string{sheetOf("a1", withCodes(codeOf(rec)))}}, station.ScanCommand{})
	got := o.record(rec.Intake.ID)
	if p := got.Prints[0]; p.State != protocollo.PrintPrinted || p.Condition != protocollo.ConditionReadBack || !got.Facets.Labelled || !got.Facets.Captured {
		t.Errorf("prints %+v, %+v", got.Prints, got.Facets)
	}
	if list, err := o.s.LabelsToPrint(t.Context(), clerk); err != nil || len(list) != 0 {
		t.Errorf("still to print: %+v, %v", list, err)
	}
}

// TestTestLabel: it is printed and recorded nowhere, and an offset is tried only where the printer can.
func TestTestLabel(t *testing.T) {
	o := newOffice(t)
	r, err := o.s.PrintTest(t.Context(), clerk, o.printer, "Etichettatrice", nil)
	if err != nil || r.Outcome != stamp.OutcomePrinted || len(o.printer.printed) != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	if l := o.lastLabel(); l.Banner != "PROVA – SENZA VALORE" {
		t.Errorf("its banner is %q", l.Banner)
	}
	_, err = o.s.PrintTest(t.Context(), clerk, o.printer, "Etichettatrice", &stamp.Offset{RightMM: 1})
	wantClass(t, err, protocollo.Invalid, "printer-offset")
	wantClass(t, o.s.KeepPrinter(t.Context(), clerk, "zebra", station.PrinterSettings{}), protocollo.Forbidden, "")
	wantClass(t, o.s.KeepPrinter(t.Context(), boss, "zebra", station.PrinterSettings{Offset: &stamp.Offset{DownMM: 6}}), protocollo.Invalid, "printer-offset")
	if err := o.s.KeepPrinter(t.Context(), boss, "zebra", station.PrinterSettings{Offset: &stamp.Offset{DownMM: 5}}); err != nil {
		t.Fatal(err)
	}
	kept, err := o.s.PrinterSettings(t.Context(), clerk)
	if err != nil || kept["zebra"].Offset == nil || kept["zebra"].Offset.DownMM != 5 {
		t.Errorf("%+v, %v", kept, err)
	}
}
