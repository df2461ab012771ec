package station_test

import (
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// The road changes by the Responsabile's word alone, not while a row's number is on its way, and from the sheet back to the calls with their word that nothing
// was typed in. A restart between the steps changes nothing: no row is ever asked for on the sheet's road (R9.12).
func TestTheRoadIsChangedWithReasons(t *testing.T) {
	o := typedElsewhere(t)
	ctx := t.Context()
	centre := func(c *station.Config) { c.Registrar = typedCentre{named{c.Registrar, "jente"}, o} }
	e := o.openRegister(o.opening())
	row := o.labelled("key-0001", letter("x"))
	e = o.closeRegister(e)
	change := func(a protocollo.Actor, cmd station.ChangeRoadCommand) error {
		_, err := o.s.ChangeEmergencyRoad(ctx, a, e.ID, cmd)
		return err
	}
	typed := station.ChangeRoadCommand{Road: protocollo.EmergencyTyped, Reason: "il centro non accetta le chiamate"}
	wantClass(t, change(clerk, typed), protocollo.Forbidden, "decide")
	wantClass(t, change(boss, station.ChangeRoadCommand{Road: protocollo.EmergencyTyped, Reason: " "}), protocollo.Invalid, "reason")
	wantClass(t, change(boss, station.ChangeRoadCommand{Road: "piccione", Reason: "x"}), protocollo.Invalid, "road")

	o.registrar.before = map[string]error{"Register": protocollo.Errorf(protocollo.OutcomeUnknown, "cut", "lost"), "Find": away}
	if _, err := o.s.RecoverEmergency(ctx, boss, e.ID); err != nil && protocollo.ClassOf(err) != protocollo.Unavailable {
		t.Fatal(err)
	}
	wantClass(t, change(boss, typed), protocollo.Conflict, "road-in-doubt")
	if st, err := o.s.EmergencyRoad(ctx, boss, e.ID); err != nil || len(st.Doubts) != 1 || st.Doubts[0].IntakeID != row.Intake.ID || st.Doubts[0].Outcome != protocollo.AttemptUnknown || !st.Elsewhere {
		t.Fatalf("%+v, %v", st, err)
	}
	last := o.record(row.Intake.ID).Attempts
	if err := o.db.SettleAttempt(ctx, last[len(last)-1].ID, protocollo.AttemptAbsent, "not there"); err != nil {
		t.Fatal(err)
	}
	o.registrar.before = nil
	for range 2 {
		if err := change(boss, typed); err != nil {
			t.Fatal(err)
		}
		o.start(centre)
	}
	o.revoke(e)
	calls := len(o.registrar.calls)
	for range 2 {
		o.clock.add(time.Hour)
		o.start(centre)
		if err := o.s.DrainWaiting(ctx); err != nil {
			t.Fatal(err)
		}
	}
	_, err := o.s.RecoverEmergency(ctx, boss, e.ID)
	wantClass(t, err, protocollo.Conflict, "recovery-by-sheet")
	if slices.Contains(o.registrar.calls[calls:], "Register") {
		t.Fatalf("asked on the sheet's road: %v", o.registrar.calls[calls:])
	}
	back := station.ChangeRoadCommand{Road: protocollo.EmergencyCalls, Reason: "funziona di nuovo"}
	wantClass(t, change(boss, back), protocollo.Invalid, "nothing-typed")
	back.NothingTyped = true
	if err := change(boss, back); err != nil {
		t.Fatal(err)
	}
	o.start(centre)
	if sum, err := o.s.RecoverEmergency(ctx, boss, e.ID); err != nil || sum.Recovered != 1 {
		t.Fatalf("%+v, %v", sum, err)
	}
	o.clean()
}

// The station's own book has one road.
func TestTheOwnBookHasOneRoad(t *testing.T) {
	o := newOffice(t)
	e := o.openRegister(o.opening())
	_, err := o.s.ChangeEmergencyRoad(t.Context(), boss, e.ID, station.ChangeRoadCommand{Road: protocollo.EmergencyTyped, Reason: "x"})
	wantClass(t, err, protocollo.Conflict, "road-here")
}

// A signed act is read again as it came, and replaced with a reason by who decides; the paper names the one that stands (R21.3).
func TestASignedActIsSeenAndReplaced(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	e := o.openRegister(o.opening())
	file := func(content string) station.SignedAct {
		return station.SignedAct{Kind: protocollo.ActOpening, ActID: e.ID, FileName: "atto.pdf", MediaType: "application/pdf", Content: strings.NewReader(content)}
	}
	if _, err := o.s.AttachSignedAct(ctx, clerk, file(signedPDF)); err != nil {
		t.Fatal(err)
	}
	signatures := func() []protocollo.EmergencySignature {
		list, err := o.s.EmergencyRegisters(ctx, boss, 2026)
		if err != nil {
			t.Fatal(err)
		}
		return list[0].Signatures
	}
	first := signatures()[0]
	_, _, err := o.s.OpenSignedAct(ctx, clerk, first.ID)
	wantClass(t, err, protocollo.Forbidden, "read-all")
	_, _, err = o.s.OpenSignedAct(ctx, boss, 99)
	wantClass(t, err, protocollo.NotFound, "signature")
	better := strings.Replace(signedPDF, "%PDF-1.7", "%PDF-1.7\n% di nuovo", 1)
	replace := func(a protocollo.Actor, content, reason string) error {
		_, err := o.s.ReplaceSignedAct(ctx, a, first.ID, file(content), reason)
		return err
	}
	wantClass(t, replace(clerk, better, "x"), protocollo.Forbidden, "decide")
	wantClass(t, replace(boss, better, " "), protocollo.Invalid, "reason")
	wantClass(t, replace(boss, "prova", "x"), protocollo.Invalid, "signed-content")
	for range 2 {
		if err := replace(boss, better, "pagina tagliata"); err != nil {
			t.Fatal(err)
		}
	}
	wantClass(t, replace(boss, better+"\n", "ancora"), protocollo.Conflict, "signature-replaced")
	list := signatures()
	if len(list) != 2 || list[0].Replaced == nil || list[1].Replaced != nil {
		t.Fatalf("history %+v", list)
	}
	for i, want := range []string{signedPDF, better} {
		f, g, err := o.s.OpenSignedAct(ctx, boss, list[i].ID)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(f)
		if err != nil || string(got) != want || g.SHA256 != list[i].SHA256 {
			t.Errorf("file %d: %d bytes, %v", i, len(got), err)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
	paper, err := o.s.EmergencyPaper(ctx, boss, "1-2026", protocollo.ActOpening)
	if err != nil || !strings.Contains(paper.Signature, list[1].SHA256) || !strings.Contains(paper.Signature, "firma non verificata") {
		t.Errorf("the paper says %q, %v", paper.Signature, err)
	}
	o.clean()
}

// The year's register is asked for in December, is what its openings follow, and the first of January sets it up where nobody did (R9.9).
func TestTheYearsRegisterIsSetUp(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	setUp := func(a protocollo.Actor, year int) error {
		_, err := o.s.SetUpEmergencyYear(ctx, a, station.YearCommand{Year: year, Medium: protocollo.EmergencyPaper, Fields: protocollo.EmergencyShort, KeptAt: "armadio dello sportello"})
		return err
	}
	wantClass(t, setUp(boss, 2026), protocollo.Conflict, "year-not-yearly")
	o.policy(func(p *protocollo.EmergencyPolicy) { p.Scheme = protocollo.EmergencyPerYear })
	years := func() station.EmergencyYears {
		st, err := o.s.EmergencyState(ctx, boss)
		if err != nil || st.Years == nil {
			t.Fatalf("%+v, %v", st.Years, err)
		}
		return *st.Years
	}
	wantClass(t, setUp(clerk, 2026), protocollo.Forbidden, "decide")
	wantClass(t, setUp(boss, 2028), protocollo.Invalid, "year")
	if y := years(); y.Wanted != 2026 {
		t.Errorf("nobody set up %+v", y)
	}
	if err := setUp(boss, 2026); err != nil {
		t.Fatal(err)
	}
	if y := years(); y.Wanted != 0 || y.This.KeptAt != "armadio dello sportello" {
		t.Errorf("in March: %+v", y)
	}
	if e := o.openRegister(o.opening()); e.Policy.Medium != protocollo.EmergencyPaper || e.Policy.Fields != protocollo.EmergencyShort {
		t.Errorf("the opening is kept on %s with %s", e.Policy.Medium, e.Policy.Fields)
	} else {
		o.closeRegister(e)
	}
	o.clock.add(time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC).Sub(o.clock.Now()))
	if y := years(); y.Wanted != 2027 {
		t.Errorf("in December: %+v", y)
	}
	o.clock.add(time.Date(2026, 12, 31, 23, 1, 0, 0, time.UTC).Sub(o.clock.Now())) // 2027 in Rome
	if err := o.s.Recover(ctx); err != nil {
		t.Fatal(err)
	}
	if y := years(); y.This == nil || y.This.Year != 2027 || y.This.By != protocollo.Station("").User || y.Wanted != 0 {
		t.Errorf("on the first of January: %+v", y)
	}
	o.clean()
}

// What was opened on paper in December and is typed in in January follows the register of the year in which it was opened (R9.8, R9.9).
func TestAnOpeningOnPaperFollowsItsOwnYear(t *testing.T) {
	o := newOffice(t)
	o.policy(func(p *protocollo.EmergencyPolicy) { p.Scheme = protocollo.EmergencyPerYear })
	o.clock.add(time.Date(2026, 12, 31, 9, 0, 0, 0, time.UTC).Sub(o.clock.Now()))
	for year, medium := range map[int]protocollo.EmergencyMedium{2026: protocollo.EmergencyPaper, 2027: protocollo.EmergencySheet} {
		cmd := station.YearCommand{Year: year, Medium: medium, Fields: protocollo.EmergencyShort}
		if _, err := o.s.SetUpEmergencyYear(t.Context(), boss, cmd); err != nil {
			t.Fatal(err)
		}
	}
	cmd := o.opening()
	cmd.OpenedAt = o.clock.Now().Add(-time.Minute)
	o.clock.add(15 * time.Hour)
	e := o.openRegister(cmd)
	if e.Year != 2026 || e.Policy.Medium != protocollo.EmergencyPaper {
		t.Errorf("register %s is kept on %s", e.Title(), e.Policy.Medium)
	}
}

// Letters that came while the register had expired are numbered with the next act, also where the year's end came between (R9.3, R17.7).
func TestHeldLettersOutliveTheYearsEnd(t *testing.T) {
	o := newOffice(t)
	o.policy(func(p *protocollo.EmergencyPolicy) { p.Scheme = protocollo.EmergencyPerYear })
	o.clock.add(time.Date(2026, 12, 30, 9, 0, 0, 0, time.UTC).Sub(o.clock.Now()))
	o.openRegister(o.opening())
	o.clock.add(25 * time.Hour)
	held := o.register("key-0001", letter("Arrivata a periodo scaduto"))
	o.clock.add(24 * time.Hour)
	if err := o.s.Recover(t.Context()); err != nil {
		t.Fatal(err)
	}
	st, err := o.s.EmergencyState(t.Context(), boss)
	if err != nil || st.Open == nil || st.Open.Year != 2027 || o.record(held.Intake.ID).Registration != nil {
		t.Fatalf("not renewed, or numbered without an act: %+v, %v", st.Open, err)
	}
	cmd := station.ExtendCommand{WrittenAct: protocollo.WrittenAct{Number: "1", Day: "2027-01-01"}, Until: o.clock.Now().Add(72 * time.Hour), Grounds: "guasto grave"}
	if _, err := o.s.ExtendEmergency(t.Context(), chief, st.Open.ID, cmd); err != nil {
		t.Fatal(err)
	}
	if got := o.record(held.Intake.ID).Registration; got == nil || got.Key.Year != 2027 {
		t.Errorf("the letter still waits: %+v", got)
	}
	o.clean()
}
