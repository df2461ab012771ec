package station_test

import (
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/stamp"
)

// A corrected row shows on the register's own paper what stood there, what stands there now, by which act and when; the sheet that went out before is
// still good for the other rows (DPR 445/2000 art. 54; R9.12).
func TestACorrectedRowLeavesItsTrace(t *testing.T) {
	o := typedElsewhere(t)
	ctx := t.Context()
	o.policy(func(p *protocollo.EmergencyPolicy) { p.Road = protocollo.EmergencyTyped })
	e := o.openRegister(o.opening())
	first, second := o.labelled("key-0001", letter("Ricorso")), o.labelled("key-0002", letter("Istanza"))
	o.closeRegister(e)
	lines := o.typedSheet(stamp.SheetXLSX, map[int]string{1: "101", 2: "102"}, "2026-03-02")
	o.answers(boss, o.asks(clerk, subjectAsk("one", first, "Ricorso al TAR")), station.CorrectionAnswer{Choice: station.AnswerAuthorise, ActNumber: "7", ActDay: "2026-03-02"}, protocollo.StateDone)
	at := o.clock.Now()

	paper, err := o.s.EmergencyPaper(ctx, boss, "1-2026", protocollo.ActOpening)
	if err != nil || len(paper.Corrections) != 1 {
		t.Fatalf("%+v, %v", paper.Corrections, err)
	}
	if c := paper.Corrections[0]; c.Row != 1 || c.Field != "oggetto" || c.Old != "Ricorso" || c.New != "Ricorso al TAR" || c.By != boss.User || c.Act != "provvedimento n. 7 del 02/03/2026" || c.At.After(at) || c.At.IsZero() {
		t.Errorf("the trace says %+v", c)
	}
	if r := paper.Rows[0]; r.Subject != "Ricorso al TAR" || len(r.Before) != 1 || r.Before[0].Subject != "Ricorso" {
		t.Errorf("the row reads %+v", r)
	}
	c, err := o.s.ImportEmergencySheet(ctx, boss, "1-2026", lines, nil, true)
	if err != nil || len(c.Faults) != 0 || c.NumbersRecorded != 1 || len(c.Changed) != 1 || c.Changed[0].Line != 2 {
		t.Fatalf("%+v, %v", c, err)
	}
	if a, b := o.record(first.Intake.ID).Registration.Recovery, o.record(second.Intake.ID).Registration.Recovery; a != nil || b == nil || b.Number != "0000102" {
		t.Errorf("recovered %+v and %+v", a, b)
	}
	if c, err := o.s.ImportEmergencySheet(ctx, boss, "1-2026", o.typedSheet(stamp.SheetXLSX, map[int]string{1: "101"}, "2026-03-02"), nil, true); err != nil || c.NumbersRecorded != 1 {
		t.Errorf("a sheet of now: %+v, %v", c, err)
	}
	o.clean()
}
