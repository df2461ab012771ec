package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// Signatory is the Responsabile with the pen in hand.
func Signatory() station.Signatory {
	return station.Signatory{Actor: Chief(), Signer: protocollo.SignerResponsabile}
}

// EmergencyPolicy is the suite's way with the emergency register.
func EmergencyPolicy() protocollo.EmergencyPolicy {
	return protocollo.EmergencyPolicy{Assessment: protocollo.AssessNothing, Scheme: protocollo.EmergencyPerOpening, Scope: protocollo.EmergencyAll,
		Medium: protocollo.EmergencyBoth, RecoveryHours: 24, LongestDays: 7, OfficeOpens: 8, OfficeCloses: 14}
}

// Interrupted is an opening for an interruption that began a while ago.
func (f *Fixture) Interrupted(ago time.Duration) station.EmergencyOpening {
	at := f.Clock.Now().Add(-ago)
	return station.EmergencyOpening{Cause: "guasto della rete", InterruptedAt: at, Policy: EmergencyPolicy(),
		Authorisation: &protocollo.EmergencyAuthorisation{Cause: "guasto della rete", InterruptedAt: at}}
}

// OpenRegister opens the emergency register.
func (f *Fixture) OpenRegister(o station.EmergencyOpening) protocollo.EmergencyRegister {
	f.Helper()
	e, err := f.OpenEmergency(context.Background(), Signatory(), o)
	f.ok(err)
	return e
}

// CloseRegister closes it now.
func (f *Fixture) CloseRegister(e protocollo.EmergencyRegister) protocollo.EmergencyRegister {
	f.Helper()
	e, err := f.CloseEmergency(context.Background(), Signatory(), protocollo.EmergencyClosing{OpeningID: e.ID, RestoredAt: f.Clock.Now()})
	f.ok(err)
	return e
}

// Emergency registers a letter while the register is open.
func (f *Fixture) Emergency(subject string) protocollo.Registration {
	f.Helper()
	d := Draft(subject, "Mario")
	in := f.NewIntake(d)
	in.Sign = protocollo.Segnatura{Body: Body(), AOO: AOO(), Direction: d.Direction}
	rec, err := f.RecordIntake(context.Background(), in)
	f.ok(err)
	if rec.Registration == nil {
		f.Fatalf("no emergency number: %+v", rec.Attempt)
	}
	return *rec.Registration
}

// RecoverRow gives an emergency registration its ordinary number.
func (f *Fixture) RecoverRow(r protocollo.Registration) protocollo.Registration {
	f.Helper()
	ctx := context.Background()
	a, err := f.BeginAttempt(ctx, r.IntakeID, "embedded")
	f.ok(err)
	receipt, err := f.TakeNumber(ctx, a.Attempt.Key, Body(), AOO())
	f.ok(err)
	reg, err := f.ConfirmNumber(ctx, a.Attempt.ID, receipt, Segnatura(receipt, protocollo.Draft{}))
	f.ok(err)
	return reg
}

// testEmergency: the register's way from the opening to the last ordinary number. One letter has one emergency and one ordinary number, and
// while the register is open nothing else is asked of anybody.
func testEmergency(t *testing.T, f *Fixture) {
	ctx, aoo := context.Background(), AOO().Code
	waiting := f.Record(Draft("In coda", "Luigi"))
	f.ok(f.SettleAttempt(ctx, waiting.Attempt.ID, protocollo.AttemptUnavailable, "down"))
	unknown := f.Record(Draft("Chissà", "Luigi"))
	f.ok(f.SettleAttempt(ctx, unknown.Attempt.ID, protocollo.AttemptUnknown, "timeout"))
	if open, err := f.OpenEmergencyRegister(ctx, aoo); err != nil || open != nil {
		t.Fatalf("open: %+v, %v", open, err)
	}
	o := f.Interrupted(time.Hour)
	e := f.OpenRegister(o)
	if e.Title() != "1/2026" || e.Code != "EO1" || !e.Covers(f.Clock.Now()) || e.ValidUntil() != o.InterruptedAt.Add(24*time.Hour) {
		t.Fatalf("opened: %+v", e)
	}
	if again := f.OpenRegister(o); again.ID != e.ID {
		t.Fatalf("the same opening again: %+v", again)
	}
	other := o
	other.Cause = "altro"
	_, err := f.OpenEmergency(ctx, Signatory(), other)
	Fails(t, err, protocollo.Conflict, "emergency-open")

	first := f.Emergency("Primo")
	if first.Number != "0000001" || first.Connector != protocollo.EmergencyConnector || first.Segnatura.Emergency.Label != "n. 1/2026 R.E. 1/2026" ||
		first.Segnatura.AOO.RegisterCode != "EO1" || first.Segnatura.Number != "0000001" {
		t.Fatalf("first row: %+v", first)
	}
	if list, err := f.WaitingIntakes(ctx, protocollo.Intake{}, 100); err != nil || len(list) != 0 {
		t.Fatalf("the queue of an AOO in emergency: %+v, %v", list, err)
	}
	_, err = f.BeginAttempt(ctx, waiting.Intake.ID, "embedded")
	Fails(t, err, protocollo.Conflict, "emergency-open")
	_, err = f.BeginAttempt(ctx, first.IntakeID, "embedded")
	Fails(t, err, protocollo.Conflict, "emergency-open")

	if list, err := f.EmergencyWaiting(ctx, aoo); err != nil || len(list) != 1 || list[0].Intake.ID != waiting.Intake.ID {
		t.Fatalf("what may be moved: %+v, %v", list, err)
	}
	sign := protocollo.Segnatura{Body: Body(), AOO: AOO(), Direction: protocollo.Incoming}
	_, err = f.AllocateEmergencyNumber(ctx, Clerk(), unknown.Intake.ID, sign, "")
	Fails(t, err, protocollo.Conflict, "unknown")
	moved, err := f.AllocateEmergencyNumber(ctx, Clerk(), waiting.Intake.ID, sign, "")
	f.ok(err)
	same, err := f.AllocateEmergencyNumber(ctx, Clerk(), waiting.Intake.ID, sign, "")
	f.ok(err)
	if moved.Number != "0000002" || same.ID != moved.ID {
		t.Fatalf("moved: %+v, again %+v", moved, same)
	}
	testEmergencyEnd(t, f, e, first, moved)
}

func testEmergencyEnd(t *testing.T, f *Fixture, e protocollo.EmergencyRegister, first, second protocollo.Registration) {
	ctx := context.Background()
	doc := f.Capture(first, "front")
	f.Archive(doc, "%PDF emergency")
	if due, err := f.DueDeliveries(ctx); err != nil || len(due) != 0 {
		t.Fatalf("due before the centre knows it: %+v, %v", due, err)
	}
	_, err := f.RevokeEmergency(ctx, Signatory(), protocollo.EmergencyRevocation{OpeningID: e.ID})
	Fails(t, err, protocollo.Conflict, "emergency-open")
	e = f.CloseRegister(e)
	if e.Closing == nil || e.Closing.Count != 2 || len(e.Days) != 1 || e.Days[0].Count != 2 {
		t.Fatalf("closed: %+v", e)
	}
	_, err = f.CloseEmergency(ctx, Signatory(), protocollo.EmergencyClosing{OpeningID: e.ID, RestoredAt: f.Clock.Now()})
	Fails(t, err, protocollo.Conflict, "emergency-closed")
	_, err = f.ExtendEmergency(ctx, Signatory(), protocollo.EmergencyExtension{OpeningID: e.ID, Until: f.Clock.Now().Add(time.Hour), Grounds: "x",
		WrittenAct: protocollo.WrittenAct{Number: "3", Day: "2026-03-10"}})
	Fails(t, err, protocollo.Conflict, "emergency-closed")
	if r := f.Register(Draft("Dopo", "Mario")); r.Emergency() || r.Number != "0000001" {
		t.Fatalf("after the closing: %+v", r)
	}
	f.Register(Draft("Dopo ancora", "Mario"))
	origin, err := f.EmergencyOrigin(ctx, first.IntakeID)
	if err != nil || origin == nil || origin.Number != "0000001" || origin.Label != "n. 1/2026 R.E. 1/2026" || origin.RestoredAt.IsZero() {
		t.Fatalf("origin: %+v, %v", origin, err)
	}

	a, err := f.BeginAttempt(ctx, first.IntakeID, "embedded")
	f.ok(err)
	if pending, err := f.UnsettledAttempts(ctx, 0, 100); err != nil || len(pending) != 2 { // with the unknown one
		t.Fatalf("a recovery that was cut off: %+v, %v", pending, err)
	}
	receipt, err := f.TakeNumber(ctx, a.Attempt.Key, Body(), AOO())
	f.ok(err)
	got, err := f.ConfirmNumber(ctx, a.Attempt.ID, receipt, Segnatura(receipt, protocollo.Draft{}))
	f.ok(err)
	again, err := f.ConfirmNumber(ctx, a.Attempt.ID, receipt, Segnatura(receipt, protocollo.Draft{}))
	f.ok(err)
	for _, r := range []protocollo.Registration{got, again} {
		if r.ID != first.ID || r.Number != "0000001" || r.Day != first.Day || !r.RegisteredAt.Equal(first.RegisteredAt) ||
			r.Recovery == nil || r.Recovery.Number != receipt.Number || r.Recovery.Ref != receipt.Ref || !r.Recovery.RegisteredAt.Equal(receipt.At) {
			t.Fatalf("recovered: %+v %+v", r, r.Recovery)
		}
	}
	_, err = f.BeginAttempt(ctx, first.IntakeID, "embedded")
	Fails(t, err, protocollo.Conflict, "numbered")
	if due, err := f.DueDeliveries(ctx); err != nil || len(due) != 1 || due[0].Request.Ref != receipt.Ref {
		t.Fatalf("due after the recovery: %+v, %v", due, err)
	}
	testEmergencyFound(t, f, got, second)
	wrong := receipt
	wrong.Number = "0000077"
	_, err = f.ConfirmNumber(ctx, a.Attempt.ID, wrong, Segnatura(wrong, protocollo.Draft{}))
	Fails(t, err, protocollo.Stopped, "invariant")
}

// testEmergencyFound: either number and either code finds the record.
func testEmergencyFound(t *testing.T, f *Fixture, r, other protocollo.Registration) {
	ctx := context.Background()
	second, ok := r.SecondBarcode(protocollo.Incoming)
	if !ok || second.Kind != protocollo.BarcodeOrdinary || r.Barcode(protocollo.Incoming).Kind != protocollo.BarcodeEmergency {
		t.Fatalf("codes: %+v %+v", second, r.Barcode(protocollo.Incoming))
	}
	for _, b := range []protocollo.Barcode{r.Barcode(protocollo.Incoming), second} {
		found, err := f.ResolveBarcode(ctx, b)
		if err != nil || found.Registration.ID != r.ID {
			t.Fatalf("code %s: %+v, %v", b.Payload(), found, err)
		}
		b.Kind = protocollo.BarcodeEmergency + protocollo.BarcodeOrdinary - b.Kind
		if _, err := f.ResolveBarcode(ctx, b); !errors.Is(err, protocollo.NotFound) {
			t.Fatalf("the other kind of code: %v", err)
		}
	}
	for _, q := range []station.Query{{Number: r.Recovery.Number}, {Text: string(r.Recovery.Number)}, {Text: "R.E. 1/2026 Primo"}, {Number: r.Recovery.Number, Year: 2026}} {
		res, err := f.Search(ctx, Clerk(), q)
		if err != nil || len(res.Hits) != 1 || res.Hits[0].Registration.ID != r.ID {
			t.Fatalf("search %+v: %+v, %v", q, res.Hits, err)
		}
	}
	for _, text := range []string{other.Segnatura.Emergency.Label, strings.ToLower(other.Segnatura.Emergency.Label)} {
		res, err := f.Search(ctx, Clerk(), station.Query{Text: text})
		if err != nil || len(res.Hits) != 1 || res.Hits[0].Registration.ID != other.ID {
			t.Fatalf("search %q: %d hits, %v", text, len(res.Hits), err)
		}
	}
	res, err := f.Search(ctx, Clerk(), station.Query{Missing: "recovery"})
	if err != nil || len(res.Hits) != 1 || res.Hits[0].Registration.ID != other.ID {
		t.Fatalf("what has no ordinary number: %+v, %v", res.Hits, err)
	}
	hand, err := f.ResolveHandCode(ctx, AOO().Code, 2026, r.Recovery.Number)
	if err != nil || len(hand) != 1 || hand[0].Registration.ID != r.ID {
		t.Fatalf("hand code: %+v, %v", hand, err)
	}
}

// testEmergencyPeriods: a day from the interruption, then by act for a week at a time; in between letters only wait.
func testEmergencyPeriods(t *testing.T, f *Fixture) {
	ctx := context.Background()
	late := f.Interrupted(25 * time.Hour)
	_, err := f.OpenEmergency(ctx, Signatory(), late)
	Fails(t, err, protocollo.Invalid, "extension")
	e := f.OpenRegister(f.Interrupted(20 * time.Hour))
	f.Emergency("In tempo")
	f.Clock.Move(4 * time.Hour)
	d := Draft("Fuori tempo", "Mario")
	rec := f.Record(d)
	if rec.Registration != nil || rec.Attempt.Outcome != protocollo.AttemptUnavailable || rec.Attempt.Words != "emergency-expired" ||
		rec.Attempt.Connector != protocollo.EmergencyConnector {
		t.Fatalf("after the first day: %+v", rec)
	}
	act := protocollo.WrittenAct{Number: "7", Day: "2026-03-10"}
	x := protocollo.EmergencyExtension{OpeningID: e.ID, WrittenAct: act, Grounds: "guasto grave", Until: f.Clock.Now().Add(8 * 24 * time.Hour)}
	_, err = f.ExtendEmergency(ctx, Signatory(), x)
	Fails(t, err, protocollo.Invalid, "until")
	x.Until = f.Clock.Now().Add(7*24*time.Hour - time.Minute)
	e, err = f.ExtendEmergency(ctx, Signatory(), x)
	f.ok(err)
	if again, err := f.ExtendEmergency(ctx, Signatory(), x); err != nil || len(again.Extensions) != 1 || !again.ValidUntil().Equal(x.Until) {
		t.Fatalf("the same act again: %+v, %v", again, err)
	}
	x2 := x
	x2.Number, x2.From, x2.Until = "8", e.Extensions[0].From, x.Until.Add(time.Hour)
	_, err = f.ExtendEmergency(ctx, Signatory(), x2)
	Fails(t, err, protocollo.Invalid, "from")
	reg, err := f.AllocateEmergencyNumber(ctx, Clerk(), rec.Intake.ID, protocollo.Segnatura{Body: Body(), AOO: AOO()}, "")
	f.ok(err)
	if reg.Number != "0000002" {
		t.Fatalf("after the act: %+v", reg)
	}
	f.Clock.Move(48 * time.Hour)
	f.ok(f.RecordEmergencyDays(ctx, e.ID))
	f.ok(f.RecordEmergencyDays(ctx, e.ID))
	e = f.CloseRegister(e)
	want := []protocollo.EmergencyDay{{Day: "2026-03-10", Count: 2}, {Day: "2026-03-11"}, {Day: "2026-03-12"}}
	if len(e.Days) != len(want) {
		t.Fatalf("totals: %+v", e.Days)
	}
	for i, w := range want {
		if e.Days[i].Day != w.Day || e.Days[i].Count != w.Count {
			t.Fatalf("totals: %+v", e.Days)
		}
	}
}

// testEmergencySheets: rows of a blank sheet keep their order and their own instants, and none is left out (R9.6, R9.8).
func testEmergencySheets(t *testing.T, f *Fixture) {
	ctx := context.Background()
	row := func(n int, at time.Time) (station.RecordedIntake, error) {
		d := Draft(fmt.Sprintf("Riga %d", n), "Mario")
		d.EmergencySheet = &protocollo.EmergencySheetRow{Row: n, At: at}
		return f.RecordIntake(ctx, f.NewIntake(d))
	}
	start := f.Clock.Now()
	_, err := row(1, start)
	Fails(t, err, protocollo.Conflict, "emergency-none")
	o := f.Interrupted(time.Hour)
	o.OpenedAt = o.InterruptedAt.Add(10 * time.Minute)
	f.Clock.Move(30 * time.Hour) // the current comes back; it is another day
	e := f.OpenRegister(o)
	for _, bad := range []struct {
		row         int
		at          time.Time
		class       protocollo.Class
		code, words string
	}{
		{2, o.OpenedAt.Add(time.Minute), protocollo.Invalid, "emergencySheet.row", "a row left out"},
		{1, o.OpenedAt.Add(-time.Minute), protocollo.Conflict, "emergency-expired", "before the opening"},
		{1, o.InterruptedAt.Add(25 * time.Hour), protocollo.Conflict, "emergency-expired", "after the first day"},
	} {
		_, err := row(bad.row, bad.at)
		Fails(t, err, bad.class, bad.code)
	}
	f.ok(f.RecordEmergencyDays(ctx, e.ID)) // before anybody typed: zero
	first, err := row(1, o.OpenedAt.Add(time.Minute))
	f.ok(err)
	if r := first.Registration; r == nil || !r.RegisteredAt.Equal(o.OpenedAt.Add(time.Minute)) || r.Day != "2026-03-10" {
		t.Fatalf("row 1: %+v", r)
	}
	_, err = row(2, o.OpenedAt)
	Fails(t, err, protocollo.Invalid, "emergencySheet.at")
	_, err = row(2, o.OpenedAt.Add(time.Minute))
	f.ok(err)
	rows, err := f.EmergencyRows(ctx, e.ID)
	if err != nil || len(rows) != 2 || !rows[0].Manual || rows[1].Row != 2 || rows[1].Intake.Draft.Subject != "Riga 2" {
		t.Fatalf("rows: %+v, %v", rows, err)
	}
	closing := protocollo.EmergencyClosing{OpeningID: e.ID, ClosedAt: o.OpenedAt, RestoredAt: o.OpenedAt}
	_, err = f.CloseEmergency(ctx, Signatory(), closing)
	Fails(t, err, protocollo.Invalid, "closedAt")
	closing.ClosedAt = o.OpenedAt.Add(time.Hour)
	closing.RestoredAt = closing.ClosedAt
	e, err = f.CloseEmergency(ctx, Signatory(), closing)
	f.ok(err)
	if len(e.Days) != 1 || e.Days[0].Count != 2 || e.Closing.Count != 2 {
		t.Fatalf("closed: %+v %+v", e.Days, e.Closing)
	}
}

// testEmergencyYears: a yearly sequence goes on through the openings of its year, and 31 December ends it (R17.7).
func testEmergencyYears(t *testing.T, f *Fixture) {
	ctx := context.Background()
	f.Clock.Set(time.Date(2026, 12, 31, 9, 0, 0, 0, time.UTC))
	f.ok(f.ConfirmClockIfStopped())
	o := f.Interrupted(time.Hour)
	o.Policy.Scheme = protocollo.EmergencyPerYear
	f.Emergency1(o, "EY", "0000001")
	o = f.Interrupted(time.Hour)
	o.Policy.Scheme = protocollo.EmergencyPerUser
	o.UserCode = "07"
	f.Emergency1(o, "EU07", "0000001")
	o = f.Interrupted(time.Hour)
	o.Policy.Scheme = protocollo.EmergencyPerYear
	e := f.OpenRegister(o)
	if r := f.Emergency("Secondo dell'anno"); r.Number != "0000002" || r.Segnatura.Emergency.Label != "n. 2/2026 R.E. 3/2026" {
		t.Fatalf("on through the year: %+v", r)
	}
	if next, err := f.RenewEmergency(ctx, e.ID); err != nil || next != nil {
		t.Fatalf("before the year's end: %+v, %v", next, err)
	}
	prepared := protocollo.EmergencyYear{Year: 2027, Scheme: protocollo.EmergencyPerYear, Medium: protocollo.EmergencyPaper, Fields: protocollo.EmergencyShort}
	_, err := f.SetUpEmergencyYear(ctx, Chief(), prepared)
	f.ok(err)
	f.Clock.Set(time.Date(2026, 12, 31, 23, 0, 5, 0, time.UTC)) // five seconds of January in Rome
	rec := f.Record(Draft("Nel nuovo anno", "Mario"))
	if rec.Registration != nil || rec.Attempt.Words != "emergency-expired" {
		t.Fatalf("in the new year, before the renewal: %+v", rec)
	}
	next, err := f.RenewEmergency(ctx, e.ID)
	f.ok(err)
	if next == nil || next.Title() != "1/2027" || next.Continues != e.ID || !next.InterruptedAt.Equal(e.InterruptedAt) {
		t.Fatalf("renewed: %+v", next)
	}
	if next.Policy.Medium != prepared.Medium || next.Policy.Fields != prepared.Fields || e.Policy.Medium == prepared.Medium || e.Policy.Fields == prepared.Fields {
		t.Fatalf("the new year's register is not as it was set up: %+v, before it %+v", next.Policy, e.Policy)
	}
	list, err := f.EmergencyRegisters(ctx, AOO().Code, 2026)
	f.ok(err)
	nobody := protocollo.Station(AOO().Code).User
	if ended := list[0].Closing; ended == nil || ended.By != nobody || next.By != nobody || next.Signer != e.Authorisation.Signer || next.Authorisation.By != Chief().User {
		t.Fatalf("nobody closed or opened at the year's end: %+v, %+v", ended, next)
	}
	if again, err := f.RenewEmergency(ctx, e.ID); err != nil || again != nil {
		t.Fatalf("renewed again: %+v, %v", again, err)
	}
	if r := f.Emergency("Primo del 2027"); r.Number != "0000001" || r.Key.Year != 2027 || r.Segnatura.Emergency.Label != "n. 1/2027 R.E. 1/2027" {
		t.Fatalf("the new year's first: %+v", r)
	}
}

// Emergency1 opens a register, gives one number and closes.
func (f *Fixture) Emergency1(o station.EmergencyOpening, code string, n protocollo.Number) {
	f.Helper()
	e := f.OpenRegister(o)
	if r := f.Emergency("Una di " + code); r.Key.Register != code || r.Number != n {
		f.Fatalf("number: %+v", r)
	}
	f.CloseRegister(e)
}

// ConfirmClockIfStopped ends the doubt of a clock that a test moved far.
func (f *Fixture) ConfirmClockIfStopped() error {
	stops, err := f.Stops(context.Background())
	if err != nil || len(stops) == 0 {
		return err
	}
	if _, err := f.RecordIntake(context.Background(), f.NewIntake(Draft("orologio", "x"))); !errors.Is(err, protocollo.Stopped) {
		return fmt.Errorf("a clock that was moved far: %w", err)
	}
	return f.ConfirmClock(context.Background(), Chief(), "prova")
}
