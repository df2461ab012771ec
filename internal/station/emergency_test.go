package station_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
	"segnatura/internal/station"
)

// chief is the Responsabile with the pen in hand.
var chief = station.Signatory{Actor: boss, Signer: protocollo.SignerResponsabile}

// away is what a register says that cannot be reached.
var away = protocollo.Errorf(protocollo.Unavailable, "away", "no route")

func (o *office) opening() station.OpenCommand {
	return station.OpenCommand{Cause: "guasto della rete", InterruptedAt: o.clock.Now().Add(-time.Hour)}
}

func (o *office) openRegister(cmd station.OpenCommand) protocollo.EmergencyRegister {
	o.t.Helper()
	e, err := o.s.OpenEmergency(o.t.Context(), chief, cmd)
	if err != nil {
		o.t.Fatalf("open: %v", err)
	}
	return e
}

func (o *office) closeRegister(e protocollo.EmergencyRegister) protocollo.EmergencyRegister {
	o.t.Helper()
	o.clock.add(time.Minute)
	e, err := o.s.CloseEmergency(o.t.Context(), chief, e.ID, station.CloseCommand{RestoredAt: o.clock.Now()})
	if err != nil {
		o.t.Fatalf("close: %v", err)
	}
	return e
}

func (o *office) revoke(e protocollo.EmergencyRegister) {
	o.t.Helper()
	if _, err := o.s.RevokeEmergency(o.t.Context(), chief, e.ID, protocollo.WrittenAct{}); err != nil {
		o.t.Fatalf("revoke: %v", err)
	}
}

func (o *office) policy(change func(*protocollo.EmergencyPolicy)) {
	o.t.Helper()
	p := rules.DefaultEmergencyPolicy()
	change(&p)
	if _, err := o.s.SaveEmergencyPolicy(o.t.Context(), boss, p); err != nil {
		o.t.Fatalf("policy: %v", err)
	}
}

// clean demands that the whole store is as it must be.
func (o *office) clean() {
	o.t.Helper()
	rep, err := o.db.Check(o.t.Context())
	if err != nil || !rep.OK() {
		o.t.Fatalf("check: %v, %+v", err, rep.Findings)
	}
}

// One letter, from the outage to its second label: two numbers, one legal date.
func TestEmergencyWay(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	o.registrar.always = away
	before := o.register("key-0001", letter("Prima dell'apertura"))
	if before.Registration != nil {
		t.Fatal("a number from a register that is away")
	}
	e := o.openRegister(o.opening())
	o.registrar.always = nil // it answers again: the desk stays in its mode until the closing (R21.2)
	calls := len(o.registrar.calls)
	rec := o.labelled("key-0002", letter("Durante"))
	reg := rec.Registration
	if reg == nil || !reg.Emergency() || reg.Number != "0000001" || !rec.Facets.Numbered || !rec.Facets.Labelled {
		t.Fatalf("record %+v", reg)
	}
	if err := o.s.DrainWaiting(ctx); err != nil {
		t.Fatal(err)
	}
	if len(o.registrar.calls) != calls {
		t.Fatalf("the centre was called while the register was open: %v", o.registrar.calls[calls:])
	}
	if got := texts(o.lastLabel()); !strings.Contains(got, "AOO AOO1 – Registro di emergenza\nn. 1/2026 R.E. 1/2026\n") {
		t.Errorf("label:\n%s", got)
	}
	if l := o.lastLabel(); l.Code128 != "E20260000001" || !strings.HasPrefix(l.QR, "SGN1.E.C$A000.AOO1.EO1.2026.0000001.A.") {
		t.Errorf("codes %q %q", l.Code128, l.QR)
	}
	for _, code := range []string{codeOf(rec), "E20260000001", "e20260000001", "1/2026", "n. 1/2026 R.E. 1/2026", "N.1/2026 r.e. 1/2026"} {
		if got, err := o.s.Open(ctx, clerk, code); err != nil || len(got) != 1 || got[0].Intake.ID != rec.Intake.ID {
			t.Errorf("%s opens %d records, %v", code, len(got), err)
		}
	}
	_, err := o.s.RecoverEmergency(ctx, clerk, e.ID)
	wantClass(t, err, protocollo.Conflict, "emergency-open")
	e = o.closeRegister(e)
	if err := o.s.DrainWaiting(ctx); err != nil {
		t.Fatal(err)
	}
	if got := o.record(before.Intake.ID).Registration; got == nil || got.Emergency() || got.Number != "0000001" {
		t.Fatalf("the queue after the closing: %+v", got)
	}
	if o.record(rec.Intake.ID).Registration.Recovery != nil {
		t.Fatal("recovered before anybody ordered it")
	}
	o.revoke(e)
	if err := o.s.DrainWaiting(ctx); err != nil {
		t.Fatal(err)
	}
	got := o.record(rec.Intake.ID).Registration
	if got.Number != "0000001" || got.Day != reg.Day || got.Recovery == nil || got.Recovery.Number != "0000002" {
		t.Fatalf("recovered: %+v %+v", got, got.Recovery)
	}
	p, err := o.s.PrintSecondLabel(ctx, clerk, got.ID, o.printer, protocollo.ReprintNone)
	if err != nil || !p.Second || p.ReprintReason != protocollo.ReprintNone {
		t.Fatalf("second label: %+v, %v", p, err)
	}
	if l := o.lastLabel(); !strings.HasPrefix(l.QR, "SGN1.N.C$A000.AOO1.PG.2026.0000002.A.") || !strings.Contains(texts(l), "già n. 1/2026 R.E. 1/2026 del 02/03/2026") {
		t.Errorf("second label %q:\n%s", l.QR, texts(l))
	}
	if _, err := o.s.PrintLabel(ctx, clerk, got.ID, o.printer, protocollo.ReprintLost); err != nil { // a reprint of the first one
		t.Fatal(err)
	}
	o.clean()
}

// Without cause, without office, too early for the manual: nothing is opened (R9.1, C1).
func TestOpenEmergencyRefuses(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	with := func(change func(*station.OpenCommand)) station.OpenCommand {
		cmd := o.opening()
		change(&cmd)
		return cmd
	}
	for name, c := range map[string]struct {
		by    station.Signatory
		cmd   station.OpenCommand
		class protocollo.Class
		code  string
	}{
		"a clerk":                    {station.Signatory{Actor: clerk, Signer: protocollo.SignerVicario}, o.opening(), protocollo.Forbidden, "decide"},
		"nobody's office":            {station.Signatory{Actor: boss}, o.opening(), protocollo.Invalid, "signer"},
		"no cause":                   {chief, with(func(c *station.OpenCommand) { c.Cause = "  " }), protocollo.Invalid, "cause"},
		"no beginning":               {chief, with(func(c *station.OpenCommand) { c.InterruptedAt = time.Time{} }), protocollo.Invalid, "interruptedAt"},
		"an interruption to come":    {chief, with(func(c *station.OpenCommand) { c.InterruptedAt = o.clock.Now().Add(time.Hour) }), protocollo.Invalid, "interruptedAt"},
		"a day later, without act":   {chief, with(func(c *station.OpenCommand) { c.InterruptedAt = o.clock.Now().Add(-24 * time.Hour) }), protocollo.Invalid, "extension"},
		"an act without its grounds": {chief, with(func(c *station.OpenCommand) { c.Extension = &station.ExtendCommand{} }), protocollo.Invalid, "grounds"},
		"an opening to come":         {chief, with(func(c *station.OpenCommand) { c.OpenedAt = o.clock.Now().Add(time.Hour) }), protocollo.Invalid, "openedAt"},
		"nobody's authorisation":     {chief, with(func(c *station.OpenCommand) { c.AuthorisationID = 99 }), protocollo.NotFound, "authorisation"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := o.s.OpenEmergency(ctx, c.by, c.cmd)
			wantClass(t, err, c.class, c.code)
		})
	}
	o.policy(func(p *protocollo.EmergencyPolicy) { p.ThresholdHours = 24 })
	_, err := o.s.OpenEmergency(ctx, chief, o.opening())
	wantClass(t, err, protocollo.Conflict, "emergency-threshold")
	cmd := o.opening()
	cmd.InterruptedAt = o.clock.Now().Add(-25 * time.Hour)
	cmd.Extension = &station.ExtendCommand{WrittenAct: protocollo.WrittenAct{Number: "12", Day: "2026-03-02"}, Until: o.clock.Now().Add(48 * time.Hour), Grounds: "guasto grave"}
	if e := o.openRegister(cmd); len(e.Extensions) != 1 {
		t.Fatalf("opened with its act: %+v", e)
	}
	o.clean()
}

// A planned interruption is authorised beforehand, and opens nothing by itself (R21.1, 002 art. 74.1).
func TestPlannedEmergency(t *testing.T) {
	o := newOffice(t)
	from := o.clock.Now().Add(48 * time.Hour)
	a, err := o.s.AuthoriseEmergency(t.Context(), chief, station.AuthoriseCommand{Cause: "aggiornamento del sistema", PlannedFrom: from, PlannedUntil: from.Add(4 * time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	st, err := o.s.EmergencyState(t.Context(), clerk)
	if err != nil || st.Open != nil || len(st.Authorisations) != 1 || !st.Authorisations[0].Planned() {
		t.Fatalf("state %+v, %v", st, err)
	}
	paper := func(register string) {
		t.Helper()
		p, err := o.s.AuthorisationPaper(t.Context(), boss, a.ID)
		if err != nil || p.Name != register || p.Cause != "aggiornamento del sistema" || !p.InterruptedAt.Equal(from) || p.Officer != boss.Name || p.Signature != "" {
			t.Errorf("Allegato 1: %+v, %v", p, err)
		}
	}
	paper("") // printable as soon as it is given
	_, err = o.s.AuthorisationPaper(t.Context(), clerk, a.ID)
	wantClass(t, err, protocollo.Forbidden, "read-all")
	_, err = o.s.AuthorisationPaper(t.Context(), alien, a.ID)
	wantClass(t, err, protocollo.NotFound, "emergency")
	cmd := o.opening()
	cmd.AuthorisationID = a.ID
	_, err = o.s.OpenEmergency(t.Context(), chief, cmd)
	wantClass(t, err, protocollo.Conflict, "emergency-planned")
	o.clock.add(48*time.Hour + time.Minute)
	cmd.InterruptedAt = from
	if e := o.openRegister(cmd); e.Authorisation.ID != a.ID || e.Authorisation.PlannedFrom.IsZero() {
		t.Fatalf("opened: %+v", e)
	}
	paper("1/2026")
}

// What certainly was not sent may be moved at the opening, what is unknown never (R21.2); and nothing reaches the centre twice (R10.6).
func TestEmergencyMovesTheQueue(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	o.registrar.always = away
	first, second, third := o.register("key-0001", letter("Primo")), o.register("key-0002", letter("Secondo")), o.register("key-0003", letter("Terzo"))
	o.registrar.always, o.registrar.before = nil, map[string]error{"Register": errors.New("reset"), "Find": errors.New("reset")}
	doubtful := o.register("key-0004", letter("Esito ignoto"))
	waiting, err := o.s.EmergencyWaiting(ctx, clerk)
	if err != nil || len(waiting) != 3 {
		t.Fatalf("waiting %d, %v", len(waiting), err)
	}
	cmd := o.opening()
	cmd.Move = []int64{second.Intake.ID, doubtful.Intake.ID, first.Intake.ID}
	e := o.openRegister(cmd)
	if e.Rows != 2 {
		t.Fatalf("opened with %d rows", e.Rows)
	}
	for i, rec := range []station.Record{first, second} { // in the order of their arrival
		if got := o.record(rec.Intake.ID).Registration; got == nil || got.Number != protocollo.Number(fmt.Sprintf("%07d", i+1)) || !got.Emergency() {
			t.Fatalf("moved %d: %+v", i, got)
		}
	}
	res, err := o.s.MoveToEmergency(ctx, boss, []int64{first.Intake.ID, doubtful.Intake.ID, third.Intake.ID}, "")
	if err != nil || res.Moved != 1 || len(res.Left) != 2 {
		t.Fatalf("moved later: %+v, %v", res, err)
	}
	_, err = o.s.MoveToEmergency(ctx, clerk, nil, "")
	wantClass(t, err, protocollo.Forbidden, "decide")
	o.revoke(o.closeRegister(e))
	o.clock.add(time.Hour)
	if err := o.s.DrainWaiting(ctx); err != nil {
		t.Fatal(err)
	}
	taken := map[protocollo.Number]bool{}
	for _, rec := range []station.Record{first, second, third, doubtful} {
		reg := o.record(rec.Intake.ID).Registration
		n := reg.Number
		if reg.Emergency() {
			n = reg.Recovery.Number
		}
		if taken[n] {
			t.Errorf("ordinary number %s twice", n)
		}
		taken[n] = true
	}
	if len(taken) != 4 || !taken["0000004"] {
		t.Errorf("ordinary numbers %v", taken)
	}
	o.clean()
}

// Once the period is over letters only wait; the new act numbers them in their order, and in time it warns (R9.3, R21.1).
func TestEmergencyExpires(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	e := o.openRegister(o.opening()) // interrupted at 8:15 in Rome
	o.register("key-0001", letter("In tempo"))
	o.clock.add(11 * time.Hour)
	if st, err := o.s.EmergencyState(ctx, clerk); err != nil || len(st.Warnings) != 0 {
		t.Fatalf("the clerk is warned: %+v, %v", st.Warnings, err)
	}
	st, err := o.s.EmergencyState(ctx, boss)
	if err != nil || len(st.Warnings) != 2 || st.Warnings[0].Code != rules.EmergencyExpiresSoon {
		t.Fatalf("warnings %+v, %v", st.Warnings, err)
	}
	o.clock.add(13 * time.Hour)
	a, b := o.register("key-0002", letter("Tardi uno")), o.register("key-0003", letter("Tardi due"))
	if a.Registration != nil || b.Registration != nil {
		t.Fatal("a number after the expiry")
	}
	cmd := station.ExtendCommand{WrittenAct: protocollo.WrittenAct{Day: "2026-03-03"}, Until: o.clock.Now().Add(72 * time.Hour), Grounds: "guasto grave"}
	_, err = o.s.ExtendEmergency(ctx, chief, e.ID, cmd)
	wantClass(t, err, protocollo.Invalid, "actNumber")
	cmd.Number = "44"
	if e, err = o.s.ExtendEmergency(ctx, chief, e.ID, cmd); err != nil || e.Rows != 3 {
		t.Fatalf("extended: %+v, %v", e, err)
	}
	for i, rec := range []station.Record{a, b} {
		if got := o.record(rec.Intake.ID).Registration; got == nil || got.Number != protocollo.Number(fmt.Sprintf("%07d", i+2)) {
			t.Fatalf("late %d: %+v", i, got)
		}
	}
	o.clean()
}

// Where only authorised acts are registered, the others wait for the ordinary way (C4).
func TestEmergencyForAuthorisedActs(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	o.policy(func(p *protocollo.EmergencyPolicy) { p.Scope = protocollo.EmergencyAuthorised })
	e := o.openRegister(o.opening())
	plain := o.register("key-0001", letter("Ordinaria amministrazione"))
	urgent := letter("Offerta in scadenza")
	urgent.EmergencyGrounds = "autorizzato dal Responsabile: scadenza odierna"
	got, err := o.s.Register(ctx, boss, station.RegisterCommand{Key: "key-0002", Draft: urgent})
	if err != nil || plain.Registration != nil || got.Registration == nil {
		t.Fatalf("plain %+v, urgent %+v, %v", plain.Registration, got.Registration, err)
	}
	if own := o.register("key-0003", urgent); own.Registration != nil {
		t.Fatalf("a clerk authorised himself: %+v", own.Registration)
	}
	res, err := o.s.MoveToEmergency(ctx, boss, []int64{plain.Intake.ID}, "")
	if err != nil || res.Moved != 0 || len(res.Left) != 1 || res.Left[0].Code != "emergency-scope" {
		t.Fatalf("moved without grounds: %+v, %v", res, err)
	}
	if res, err = o.s.MoveToEmergency(ctx, boss, []int64{plain.Intake.ID}, "termine di legge"); err != nil || res.Moved != 1 {
		t.Fatalf("moved: %+v, %v", res, err)
	}
	rows, err := o.s.EmergencyRows(ctx, boss, e.ID)
	if err != nil || len(rows) != 2 || rows[0].Authorised != urgent.EmergencyGrounds || rows[1].Authorised != "termine di legge" {
		t.Fatalf("rows %+v, %v", rows, err)
	}
	o.clean()
}

// A centre that is away, lost answers and refusals in the middle: each row has one ordinary number in the end, in its order, and a rerun
// makes none (R9.12).
func TestRecoverEmergency(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	e := o.openRegister(o.opening())
	var recs []station.Record
	for i := range 6 {
		recs = append(recs, o.register(fmt.Sprintf("key-%04d", i), letter(fmt.Sprintf("Lettera %d", i))))
	}
	o.closeRegister(e)
	o.annul(recs[5])
	if len(o.registrar.calls) != 0 {
		t.Fatalf("the centre heard of it: %v", o.registrar.calls)
	}
	o.registrar.always = away
	sum, err := o.s.RecoverEmergency(ctx, clerk, e.ID)
	if !errors.Is(err, protocollo.Unavailable) || sum.Recovered != 0 || sum.Left != 5 || sum.Annulled != 1 {
		t.Fatalf("away: %+v, %v", sum, err)
	}
	o.registrar.always = nil
	o.registrar.after = map[string]error{"Register": errors.New("the answer was lost")}
	o.registrar.before = map[string]error{"Find": errors.New("reset")}
	sum, err = o.s.RecoverEmergency(ctx, clerk, e.ID)
	if err != nil || sum.Recovered != 4 || sum.Unknown != 1 {
		t.Fatalf("a lost answer: %+v, %v", sum, err)
	}
	for range 2 {
		if sum, err = o.s.RecoverEmergency(ctx, clerk, e.ID); err != nil || sum != (station.RecoverySummary{Recovered: 5, Annulled: 1}) {
			t.Fatalf("again: %+v, %v", sum, err)
		}
	}
	for i, rec := range recs[:5] {
		if got := o.record(rec.Intake.ID).Registration.Recovery; got == nil || got.Number != protocollo.Number(fmt.Sprintf("%07d", i+1)) {
			t.Errorf("row %d: %+v", i+1, got)
		}
	}
	if next := o.register("key-next", letter("Dopo")); next.Registration.Number != "0000006" {
		t.Errorf("the next ordinary number is %s", next.Registration.Number)
	}
	o.clean()
}

// A row whose recovery is unknown is not annulled here alone: the centre may have a number that would stay valid for ever.
func TestNoAnnulmentWhileTheRecoveryIsUnknown(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	e := o.openRegister(o.opening())
	rec := o.register("key-0001", letter("Doppia"))
	o.revoke(o.closeRegister(e))
	o.registrar.after = map[string]error{"Register": errors.New("the answer was lost")}
	o.registrar.before = map[string]error{"Find": errors.New("reset")}
	if err := o.s.DrainWaiting(ctx); err != nil {
		t.Fatal(err)
	}
	_, err := o.s.RequestCorrection(ctx, boss, annulOrder(rec))
	wantClass(t, err, protocollo.Conflict, "unknown")
	if o.record(rec.Intake.ID).Facets.Annulled {
		t.Fatal("annulled all the same")
	}
	if err := o.s.DrainWaiting(ctx); err != nil { // it is found
		t.Fatal(err)
	}
	o.registrar.caps = protocollo.Capabilities{FindByKey: true, AttachLater: true, Annul: true} // a centre, not the station's own book
	o.annul(rec)
	if last := o.registrar.calls[len(o.registrar.calls)-1]; last != "Annul" {
		t.Errorf("the ordinary number stays valid at the centre: %v", o.registrar.calls)
	}
	o.clean()
}

// A row whose recovery is under way is annulled after it, there as well as here.
func TestAnnulmentWaitsForTheRecovery(t *testing.T) {
	o := newOffice(t)
	o.registrar.caps = protocollo.Capabilities{FindByKey: true, AttachLater: true, Annul: true} // a centre, not the station's own book
	e := o.openRegister(o.opening())
	rec := o.register("key-0001", letter("Doppia"))
	o.closeRegister(e)
	held := &holding{registrar: o.registrar, entered: make(chan struct{}), leave: make(chan struct{})}
	o.start(func(c *station.Config) { c.Registrar = held })
	recovered, annulled := make(chan error, 1), make(chan error, 1)
	go func() { _, err := o.s.RecoverEmergency(context.Background(), clerk, e.ID); recovered <- err }()
	<-held.entered
	_, err := o.db.RequestCorrection(t.Context(), boss, station.NewCorrection{Request: protocollo.CorrectionRequest{Key: "too early", RegistrationID: rec.Registration.ID,
		Kind: protocollo.CorrectionAnnulment, Cause: protocollo.CauseTwice, Reason: "doppia"}, Decision: &protocollo.CorrectionDecision{Choice: protocollo.CorrectionAuthorised, ActNumber: "1", ActDay: "2026-03-02"}, Here: true})
	wantClass(t, err, protocollo.Conflict, "under-way")
	go func() { _, err := o.s.RequestCorrection(context.Background(), boss, annulOrder(rec)); annulled <- err }()
	close(held.leave)
	if err := errors.Join(<-recovered, <-annulled); err != nil {
		t.Fatal(err)
	}
	if got := o.record(rec.Intake.ID); got.Registration.Recovery == nil || !got.Facets.Annulled || o.registrar.calls[len(o.registrar.calls)-1] != "Annul" {
		t.Fatalf("record %+v, calls %v", got.Registration, o.registrar.calls)
	}
	o.clean()
}

// holding answers when it is let.
type holding struct {
	*registrar
	entered, leave chan struct{}
}

func (h *holding) Register(ctx context.Context, r protocollo.RegisterRequest) (protocollo.Receipt, error) {
	close(h.entered)
	<-h.leave
	return h.registrar.Register(ctx, r)
}

// A process that dies between the centre's answer and its record finds the number again (R17.2).
func TestRecoveryOutlivesACrash(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	e := o.openRegister(o.opening())
	rec := o.register("key-0001", letter("Cade tutto"))
	o.revoke(o.closeRegister(e))
	o.start(func(cfg *station.Config) { cfg.Intakes = dying{cfg.Intakes} })
	if _, err := o.s.RecoverEmergency(ctx, clerk, e.ID); err == nil {
		t.Fatal("the crash was not met")
	}
	if o.record(rec.Intake.ID).Registration.Recovery != nil {
		t.Fatal("recorded all the same")
	}
	o.restart()
	if err := o.s.Recover(ctx); err != nil {
		t.Fatal(err)
	}
	if got := o.record(rec.Intake.ID).Registration.Recovery; got == nil || got.Number != "0000001" {
		t.Fatalf("after the start: %+v", got)
	}
	calls := 0
	for _, c := range o.registrar.calls {
		if c == "Register" {
			calls++
		}
	}
	if calls != 1 {
		t.Errorf("asked %d times", calls)
	}
	o.clean()
}

// dying does not live to record a number, nor that it could not.
type dying struct{ station.IntakeStore }

var errDied = errors.New("the process died")

func (dying) ConfirmNumber(context.Context, int64, protocollo.Receipt, protocollo.Segnatura) (protocollo.Registration, error) {
	return protocollo.Registration{}, errDied
}

func (dying) SettleAttempt(context.Context, int64, protocollo.AttemptOutcome, string) error {
	return errDied
}
