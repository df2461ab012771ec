package station_test

import (
	"strings"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// The yearly register ends with the year, and what came before its renewal is numbered by it (R17.7).
func TestEmergencyYearEnd(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	o.policy(func(p *protocollo.EmergencyPolicy) { p.Scheme = protocollo.EmergencyPerYear })
	o.clock.add(time.Date(2026, 12, 31, 20, 0, 0, 0, time.UTC).Sub(o.clock.Now()))
	e := o.openRegister(o.opening())
	last := o.register("key-0001", letter("Ultima"))
	o.clock.add(3*time.Hour + time.Minute) // a minute of 2027 in Rome
	early := o.register("key-0002", letter("Prima del rinnovo"))
	if last.Registration == nil || early.Registration != nil {
		t.Fatalf("last %+v, early %+v", last.Registration, early.Registration)
	}
	if err := o.s.Recover(ctx); err != nil {
		t.Fatal(err)
	}
	got := o.record(early.Intake.ID).Registration
	if got == nil || got.Number != "0000001" || got.Key.Year != 2027 || got.Segnatura.Emergency.Label != "n. 1/2027 R.E. 1/2027" {
		t.Fatalf("renewed: %+v", got)
	}
	list, err := o.s.EmergencyRegisters(ctx, clerk, 0)
	if err != nil || len(list) != 2 || list[1].Closing == nil || !list[1].Closing.YearEnd || list[0].Continues != e.ID {
		t.Fatalf("registers %+v, %v", list, err)
	}
	_, err = o.s.RevokeEmergency(ctx, chief, e.ID, protocollo.WrittenAct{}) // its authorisation is that of the one that is open
	wantClass(t, err, protocollo.Conflict, "emergency-continues")
	o.revoke(o.closeRegister(list[0]))
	if err := o.s.DrainWaiting(ctx); err != nil {
		t.Fatal(err)
	}
	for _, rec := range []station.Record{last, early} { // the revocation orders both
		if o.record(rec.Intake.ID).Registration.Recovery == nil {
			t.Errorf("%s was not recovered", rec.Intake.Draft.Subject)
		}
	}
	o.clean()
}

// A sheet that was filled in while there was no current: its own instants, its own order (R9.8).
func TestEmergencySheet(t *testing.T) {
	o := newOffice(t)
	cmd := o.opening()
	cmd.OpenedAt = cmd.InterruptedAt.Add(5 * time.Minute)
	o.clock.add(26 * time.Hour)
	e := o.openRegister(cmd)
	d := letter("Consegnata a mano al buio")
	d.EmergencySheet = &protocollo.EmergencySheetRow{Row: 1, At: cmd.OpenedAt.Add(time.Minute)}
	rec := o.register("key-0001", d)
	if got := rec.Registration; got == nil || got.Day != "2026-03-02" || !got.RegisteredAt.Equal(d.EmergencySheet.At) || rec.Intake.ArrivalDay != "2026-03-02" ||
		rec.Intake.Draft.ArrivalDayReason == "" || got.Segnatura.ArrivalDay != "" {
		t.Fatalf("typed in: %+v", rec)
	}
	_, err := o.s.CloseEmergency(t.Context(), chief, e.ID, station.CloseCommand{RestoredAt: cmd.OpenedAt.Add(time.Hour), ClosedAt: cmd.OpenedAt.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	o.clean()
}

// A signed act comes back as a file; until then it is missing (R21.3).
func TestSignedActs(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	e := o.openRegister(o.opening())
	unsigned := func() int {
		st, err := o.s.EmergencyState(ctx, clerk)
		if err != nil {
			t.Fatal(err)
		}
		return len(st.Unsigned)
	}
	if n := unsigned(); n != 2 { // Allegato 1 and the opening
		t.Fatalf("%d unsigned acts", n)
	}
	act := func(kind protocollo.EmergencyActKind, id int64, media, content string) error {
		_, err := o.s.AttachSignedAct(ctx, clerk, station.SignedAct{Kind: kind, ActID: id, FileName: "../atto.pdf", MediaType: media, Content: strings.NewReader(content)})
		return err
	}
	wantClass(t, act(protocollo.ActOpening, 99, "application/pdf", signedPDF), protocollo.NotFound, "emergency")
	wantClass(t, act(protocollo.ActClosing, e.ID, "application/pdf", signedPDF), protocollo.NotFound, "emergency")
	wantClass(t, act(protocollo.ActOpening, e.ID, "text/html", "<b>"), protocollo.Invalid, "mediaType")
	wantClass(t, act(protocollo.ActOpening, e.ID, "application/pkcs7-mime", "prova"), protocollo.Invalid, "signed-content")
	wantClass(t, act(protocollo.ActOpening, e.ID, "application/pdf", ""), protocollo.Invalid, "file")
	wantClass(t, act(protocollo.ActOpening, e.ID, "application/pdf", strings.Repeat("x", 20<<20+1)), protocollo.Invalid, "file")
	if left := o.images(); len(left) != 0 {
		t.Errorf("files of what was refused: %v", left)
	}
	for range 2 {
		if err := act(protocollo.ActOpening, e.ID, "application/pdf", signedPDF); err != nil {
			t.Fatal(err)
		}
	}
	if n := unsigned(); n != 1 {
		t.Fatalf("%d unsigned acts", n)
	}
	list, err := o.s.EmergencyRegisters(ctx, clerk, 2026)
	if err != nil || len(list[0].Signatures) != 1 || list[0].Signatures[0].FileName != "atto.pdf" {
		t.Fatalf("signatures %+v, %v", list, err)
	}
	o.clean()
}

// Rows of letters that somebody may not see keep their place and say nothing (R11.2).
func TestEmergencyRowsAreVeiled(t *testing.T) {
	o := newOffice(t)
	e := o.openRegister(o.opening())
	secret := letter("Riservatissima")
	secret.Confidential = true
	o.register("key-0001", secret)
	rows, err := o.s.EmergencyRows(t.Context(), other, e.ID)
	if err != nil || len(rows) != 1 || rows[0].Registration.Number != "0000001" || rows[0].Intake.Draft.Subject != "" || rows[0].Registration.Segnatura.Subject != "" {
		t.Fatalf("rows %+v, %v", rows, err)
	}
	_, err = o.s.EmergencyRows(t.Context(), alien, e.ID)
	wantClass(t, err, protocollo.NotFound, "emergency")
}
