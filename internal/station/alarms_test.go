package station_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// elsewhere makes the register one that can be away, and is.
func (o *office) elsewhere() {
	o.registrar.caps.Local = false
	o.registrar.always = protocollo.Errorf(protocollo.Unavailable, "not-sent", "connection refused")
}

// tend lets the alarms' loop look once, and words what stands or was not seen, oldest first.
func (o *office) tend() []string {
	o.t.Helper()
	if err := o.s.TendAlarms(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
	return o.alarmed(false)
}

func (o *office) alarmed(all bool) []string {
	o.t.Helper()
	list, err := o.s.Alarms(o.t.Context(), boss, all)
	if err != nil {
		o.t.Fatal(err)
	}
	out := []string{}
	for _, a := range slices.Backward(list) {
		words := fmt.Sprintf("%s %d", a.Kind, a.Hours)
		if a.EndedWhy != "" {
			words += " " + string(a.EndedWhy)
		}
		out = append(out, words)
	}
	return out
}

func (o *office) wantAlarms(when string, got []string, want ...string) {
	o.t.Helper()
	if !slices.Equal(got, want) {
		o.t.Fatalf("%s: alarms %q, want %q", when, got, want)
	}
}

func (o *office) seen(id int64) {
	o.t.Helper()
	if _, err := o.s.AcknowledgeAlarm(o.t.Context(), boss, id, ""); err != nil {
		o.t.Fatal(err)
	}
}

// Three days without the centre: one alarm at each threshold, none twice, restarts or not, and all are over when the number comes (R10.4).
func TestAlarmsAtOneTwentyFourFortyEightAndSeventyTwoHours(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	o.elsewhere()
	first := o.register("key-0001", letter("Prima"))
	start := o.clock.Now()
	at := func(d time.Duration) { o.clock.add(start.Add(d).Sub(o.clock.Now())) }
	o.wantAlarms("at once", o.tend())
	at(59 * time.Minute)
	o.register("key-0002", letter("Seconda"))
	o.wantAlarms("before the hour", o.tend())
	want := []string{}
	for _, step := range []struct {
		after time.Duration
		adds  []string
	}{
		{time.Hour, []string{"proposal 1", "waiting 1"}}, {23*time.Hour + 59*time.Minute, nil}, {24 * time.Hour, []string{"waiting 24"}},
		{47 * time.Hour, nil}, {48 * time.Hour, []string{"waiting 48"}}, {72 * time.Hour, []string{"waiting 72"}}, {200 * time.Hour, nil},
	} {
		at(step.after)
		if err := o.s.DrainWaiting(ctx); err == nil {
			t.Fatal("the centre answered")
		}
		got := o.tend()
		for _, a := range got {
			if !slices.Contains(want, a) {
				want = append(want, a)
			}
		}
		o.wantAlarms(step.after.String(), got, want...)
		for _, a := range step.adds {
			if !slices.Contains(got, a) {
				t.Fatalf("after %s: no alarm %q in %q", step.after, a, got)
			}
		}
		o.wantAlarms("again", o.tend(), want...)
		o.restart()
		if err := o.s.Recover(ctx); err != nil {
			t.Fatal(err)
		}
		o.wantAlarms("after a restart", o.tend(), want...)
	}
	if len(want) != 5 {
		t.Fatalf("alarms: %q", want)
	}
	list, err := o.s.Alarms(ctx, boss, false)
	if err != nil || list[0].Hours != 72 || list[0].Waiting != 2 || list[0].Letter == nil || list[0].Letter.Intake.ID != first.Intake.ID {
		t.Fatalf("the last alarm: %+v, %v", list[0], err)
	}
	o.registrar.always = nil
	if err := o.s.DrainWaiting(ctx); err != nil {
		t.Fatal(err)
	}
	for i, a := range want {
		want[i] = a + " numbered"
	}
	o.wantAlarms("the numbers came", o.tend(), want...)
	for _, a := range list {
		o.seen(a.ID)
	}
	o.wantAlarms("seen", o.tend())
	o.wantAlarms("all", o.alarmed(true), want...)
	o.clean()
}

// A station that was off meanwhile tells the last threshold alone.
func TestOnlyTheLastThresholdIsTold(t *testing.T) {
	o := newOffice(t)
	o.registrar.always = away
	o.register("key-0001", letter("Prima"))
	o.clock.add(50 * time.Hour)
	o.restart()
	o.wantAlarms("two days later", o.tend(), "waiting 48")
	o.clock.add(22 * time.Hour)
	o.wantAlarms("three days later", o.tend(), "waiting 48", "waiting 72")
}

// A clock that is set back makes nothing younger: what was raised stays, and is not raised again when its hour comes once more.
func TestClockThatStepsBackRaisesNothingTwice(t *testing.T) {
	o := newOffice(t)
	o.registrar.always = away
	o.register("key-0001", letter("Prima"))
	o.clock.add(time.Hour)
	want := []string{"waiting 1"}
	o.wantAlarms("an hour later", o.tend(), want...)
	o.clock.add(-30 * time.Minute)
	want = append(want, "clock 0")
	o.wantAlarms("half an hour back", o.tend(), want...)
	o.wantAlarms("and again", o.tend(), want...)
	o.clock.add(40 * time.Minute)
	o.wantAlarms("its hour comes once more", o.tend(), want...)
	if err := o.s.ConfirmClock(t.Context(), boss, "verificata"); err != nil {
		t.Fatal(err)
	}
	o.wantAlarms("the clock is confirmed", o.tend(), "waiting 1", "clock 0 confirmed")
	o.clean()
}

// The register is proposed once an outage has lasted an hour, or as long as the manual wants, and no longer when it is open or the centre back.
func TestProposalOfTheEmergencyRegister(t *testing.T) {
	for name, c := range map[string]struct {
		threshold int
		after     time.Duration
	}{"an hour": {0, time.Hour}, "the manual's day": {24, 24 * time.Hour}} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			o.elsewhere()
			o.policy(func(p *protocollo.EmergencyPolicy) { p.ThresholdHours = c.threshold })
			o.register("key-0001", letter("Prima"))
			o.clock.add(c.after - time.Second)
			if got := o.tend(); slices.Contains(got, "proposal 1") {
				t.Fatalf("too early: %q", got)
			}
			o.clock.add(time.Second)
			if got := o.tend(); !slices.Contains(got, "proposal 1") {
				t.Fatalf("not proposed: %q", got)
			}
		})
	}
	o := newOffice(t)
	o.elsewhere()
	rec := o.register("key-0001", letter("Prima"))
	o.clock.add(time.Hour)
	o.wantAlarms("an hour", o.tend(), "proposal 1", "waiting 1")
	e := o.openRegister(o.opening())
	o.wantAlarms("opened", o.tend(), "proposal 1 opened", "waiting 1")
	if _, err := o.s.MoveToEmergency(t.Context(), chief.Actor, []int64{rec.Intake.ID}, ""); err != nil {
		t.Fatal(err)
	}
	o.wantAlarms("it has a number of the register", o.tend(), "proposal 1 opened", "waiting 1 numbered")
	o.closeRegister(e)
	o.clean()
}

// A centre that is there and leaves one letter undone is no outage.
func TestOneLettersFaultProposesNothing(t *testing.T) {
	o := newOffice(t)
	o.elsewhere()
	o.registrar.always = nil
	o.registrar.before = map[string]error{"Register": protocollo.Errorf(protocollo.Unavailable, "attachment", "too large")}
	if rec := o.register("key-0001", letter("Prima")); rec.Registration != nil {
		t.Fatal("it has a number")
	}
	o.clock.add(2 * time.Hour)
	o.wantAlarms("two hours later", o.tend(), "waiting 1")
}

// The emergency register's end is told twelve hours before, in the last office hour and when it is there; an act ends the alarm (R9.3, R21.1).
func TestAlarmsOfTheEmergencyRegister(t *testing.T) {
	o := newOffice(t)
	o.registrar.always = away
	cmd := o.opening()
	cmd.InterruptedAt = o.clock.Now()
	e := o.openRegister(cmd) // Monday 9:15: it ends on Tuesday 9:15, in the last office hour from 8:15
	o.clock.add(12*time.Hour - time.Second)
	o.wantAlarms("before twelve hours", o.tend())
	o.clock.add(time.Second)
	o.wantAlarms("twelve hours", o.tend(), "emergency-12h 0")
	o.clock.add(11 * time.Hour)
	o.wantAlarms("the last office hour", o.tend(), "emergency-12h 0", "emergency-last-hour 0")
	o.clock.add(time.Hour)
	expired := []string{"emergency-12h 0 expired", "emergency-last-hour 0 expired", "emergency-expired 0"}
	o.wantAlarms("expired", o.tend(), expired...)
	o.restart()
	o.wantAlarms("after a restart", o.tend(), expired...)
	_, err := o.s.ExtendEmergency(t.Context(), chief, e.ID, station.ExtendCommand{WrittenAct: protocollo.WrittenAct{Number: "12", Day: "2026-03-03"},
		Until: o.clock.Now().Add(13 * time.Hour), Grounds: "guasto grave"})
	if err != nil {
		t.Fatal(err)
	}
	o.wantAlarms("extended", o.tend(), "emergency-12h 0 expired", "emergency-last-hour 0 expired", "emergency-expired 0 extended")
	o.clock.add(time.Hour)
	o.wantAlarms("the next end comes near", o.tend(), "emergency-12h 0 expired", "emergency-last-hour 0 expired", "emergency-expired 0 extended", "emergency-12h 0")
	list, err := o.s.Alarms(t.Context(), boss, false)
	if err != nil || list[0].Register != "1/2026" {
		t.Fatalf("of which register: %+v, %v", list[0], err)
	}
	o.clean()
}

// «Ora non verificata dal…» is said once, until a time server agrees; a restart proves nothing (R21.4).
func TestUnverifiedTimeIsToldOnce(t *testing.T) {
	o := newOffice(t)
	var verified time.Time
	start := func() {
		o.s.Close()
		o.start(func(c *station.Config) { c.TimeVerified = func() time.Time { return verified } })
	}
	start()
	since := o.clock.Now()
	o.clock.add(time.Hour)
	for range 2 {
		o.wantAlarms("an hour", o.tend(), "time 1")
	}
	list, err := o.s.Alarms(t.Context(), boss, false)
	if err != nil || !list[0].Since.Equal(since) {
		t.Fatalf("since %s, want %s (%v)", list[0].Since, since, err)
	}
	o.seen(list[0].ID)
	start()
	o.clock.add(5 * time.Hour)
	o.wantAlarms("seen, and after a restart", o.tend(), "time 1")
	if n, err := o.s.UnseenAlarms(t.Context(), boss); n != 0 || err != nil {
		t.Fatalf("it is told again: %d, %v", n, err)
	}
	verified = o.clock.Now()
	o.tend()
	o.wantAlarms("a server agrees", o.alarmed(true), "time 1 verified")
	o.clock.add(time.Hour)
	o.wantAlarms("an hour without one", o.tend(), "time 1")
}

// Alarms are the Responsabile's: nobody else lists, counts or acknowledges them, and the event goes to nobody at the counter (R21.4).
func TestAlarmsAreNotTheCounters(t *testing.T) {
	o := newOffice(t)
	o.registrar.always = away
	o.register("key-0001", letter("Prima"))
	o.clock.add(time.Hour)
	o.tend()
	list, err := o.s.Alarms(t.Context(), boss, false)
	if err != nil {
		t.Fatal(err)
	}
	named := clerk
	named.User, named.NamedForConfidential = "nominata", true
	for _, a := range []protocollo.Actor{clerk, named, guest} {
		_, err := o.s.Alarms(t.Context(), a, true)
		wantClass(t, err, protocollo.Forbidden, "decide")
		_, err = o.s.AcknowledgeAlarm(t.Context(), a, list[0].ID, "")
		wantClass(t, err, protocollo.Forbidden, "decide")
		if n, err := o.s.UnseenAlarms(t.Context(), a); n != 0 || err != nil {
			t.Fatalf("%s counts %d, %v", a.User, n, err)
		}
		if told := o.events.of(station.EventAlarm); len(told) != 1 || told[0].For(a) {
			t.Fatalf("%s is told: %+v", a.User, told)
		}
	}
	if told := o.events.of(station.EventAlarm); !told[0].For(boss) || told[0].For(alien) {
		t.Fatalf("told to the wrong Responsabile: %+v", told)
	}
	if n, err := o.s.UnseenAlarms(t.Context(), boss); n != 1 || err != nil {
		t.Fatalf("the Responsabile counts %d, %v", n, err)
	}
	_, err = o.s.AcknowledgeAlarm(t.Context(), alien, list[0].ID, "")
	wantClass(t, err, protocollo.NotFound, "alarm")
	o.seen(list[0].ID)
	if n, err := o.s.UnseenAlarms(t.Context(), boss); n != 0 || err != nil {
		t.Fatalf("seen, and still %d, %v", n, err)
	}
}

// After a restart the desk says since when the centre has been away, and not since the restart.
func TestOutageIsNotYoungerAfterARestart(t *testing.T) {
	o := newOffice(t)
	o.elsewhere()
	o.register("key-0001", letter("Prima"))
	since := o.s.Health().Since
	o.clock.add(5 * time.Hour)
	o.restart()
	if err := o.s.Recover(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := o.s.DrainWaiting(t.Context()); err == nil {
		t.Fatal("the centre answered")
	}
	if h := o.s.Health(); h.State != station.HealthAway || h.Since.Sub(since).Abs() > time.Second {
		t.Fatalf("health %+v, before the restart it was away since %s", h, since)
	}
}

// A letter that nobody settles hides no later outage: it has its own alarms, and the letters since the last answer have theirs (R10.4).
func TestStuckLetterDoesNotSilenceTheNextOutage(t *testing.T) {
	o := newOffice(t)
	o.registrar.caps = protocollo.Capabilities{} // no search: a person settles what is not clear
	o.registrar.always = protocollo.Errorf(protocollo.Rejected, "register", "oggetto mancante")
	o.register("key-0001", letter("Rifiutata"))
	o.registrar.always = nil
	o.clock.add(80 * time.Hour)
	o.wantAlarms("it was answered", o.tend())
	o.registrar.always = protocollo.Errorf(protocollo.OutcomeUnknown, "register", "timeout")
	stuck := o.register("key-0002", letter("Esito dubbio"))
	o.registrar.always = nil
	o.clock.add(80 * time.Hour)
	o.wantAlarms("nobody settled it", o.tend(), "waiting 72")
	o.register("key-0003", letter("Con numero"))
	o.elsewhere()
	o.clock.add(time.Minute)
	next := o.register("key-0004", letter("Nella nuova interruzione"))
	want := []string{"waiting 72"}
	for _, step := range []struct {
		later time.Duration
		adds  []string
	}{{time.Hour, []string{"proposal 1", "waiting 1"}}, {23 * time.Hour, []string{"waiting 24"}}, {24 * time.Hour, []string{"waiting 48"}}, {24 * time.Hour, []string{"waiting 72"}}} {
		o.clock.add(step.later)
		want = append(want, step.adds...)
		for range 2 {
			o.wantAlarms("the next outage, "+step.later.String()+" later", o.tend(), want...)
		}
	}
	list, err := o.s.Alarms(t.Context(), boss, false)
	if err != nil || list[0].Waiting != 1 || list[0].Letter.Intake.ID != next.Intake.ID || list[len(list)-1].Waiting != 2 || list[len(list)-1].Letter.Intake.ID != stuck.Intake.ID {
		t.Fatalf("what they are about: %+v, %v", list, err)
	}
	o.registrar.always = nil
	if err := o.s.DrainWaiting(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.wantAlarms("the outage is over", o.tend(), "waiting 72", "proposal 1 answers", "waiting 1 numbered", "waiting 24 numbered", "waiting 48 numbered", "waiting 72 numbered")
	o.clean()
}

// failingAlarms cannot read one AOO's facts.
type failingAlarms struct {
	station.AlarmStore
	of protocollo.AOOCode
}

func (f failingAlarms) AlarmFacts(ctx context.Context, aoo protocollo.AOOCode) (protocollo.AlarmFacts, error) {
	if aoo == f.of {
		return protocollo.AlarmFacts{}, errDisk
	}
	return f.AlarmStore.AlarmFacts(ctx, aoo)
}

// An AOO whose alarms cannot be told keeps no other from its own, and the failure is not swallowed.
func TestOneAOOsFailureSilencesNoOther(t *testing.T) {
	o := newOffice(t)
	o.registrar.always = away
	elsewhere := clerk
	elsewhere.User, elsewhere.AOO = "altrove", alien.AOO
	if _, err := o.s.Register(t.Context(), elsewhere, station.RegisterCommand{Key: "key-0001", Draft: letter("Altra AOO")}); err != nil {
		t.Fatal(err)
	}
	o.clock.add(time.Hour)
	o.s.Close()
	o.start(func(c *station.Config) { c.Alarms = failingAlarms{c.Alarms, clerk.AOO} })
	if err := o.s.TendAlarms(t.Context()); !errors.Is(err, errDisk) {
		t.Fatalf("TendAlarms = %v", err)
	}
	if list, err := o.s.Alarms(t.Context(), alien, false); err != nil || len(list) != 1 || list[0].Kind != protocollo.AlarmWaiting {
		t.Fatalf("the other AOO's alarms: %+v, %v", list, err)
	}
}
