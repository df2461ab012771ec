package storetest

import (
	"context"
	"testing"
	"time"

	"segnatura/internal/protocollo"
)

// testAlarms: an alarm is raised once for its threshold and outage; who saw it and that it ended stand beside it.
func testAlarms(t *testing.T, f *Fixture) {
	ctx, chief := context.Background(), Chief()
	first, second := f.Record(Draft("Prima", "Mario")), f.Record(Draft("Seconda", "Luigi"))
	f.Register(Draft("Con numero", "Mario"))
	facts, err := f.AlarmFacts(ctx, AOO().Code)
	f.ok(err)
	if len(facts.Waiting) != 2 || facts.Waiting[0].IntakeID != first.Intake.ID || !facts.Waiting[0].Since.Equal(first.Intake.SavedAt) || facts.Waiting[1].IntakeID != second.Intake.ID ||
		!facts.OutageSince.IsZero() || !facts.ClockDoubt.IsZero() || facts.Now.Before(second.Intake.SavedAt) {
		t.Fatalf("facts: %+v", facts)
	}
	a := protocollo.Alarm{AOO: AOO().Code, Kind: protocollo.AlarmWaiting, Hours: 24, Subject: first.Intake.ID, Since: first.Intake.SavedAt, Count: 2}
	raise := func(a protocollo.Alarm, want bool) {
		t.Helper()
		raised, err := f.RaiseAlarm(ctx, protocollo.DueAlarm{Alarm: a})
		f.ok(err)
		if raised != want {
			t.Fatalf("raised %+v: %t, want %t", a, raised, want)
		}
	}
	list := func(all bool, want int) []protocollo.Alarm {
		t.Helper()
		list, err := f.Alarms(ctx, AOO().Code, all, 10)
		f.ok(err)
		unseen, err := f.UnseenAlarms(ctx, AOO().Code)
		f.ok(err)
		for _, a := range list {
			if a.Seen == nil {
				unseen--
			}
		}
		if len(list) != want || unseen != 0 {
			t.Fatalf("listed %+v, want %d; %d more are counted", list, want, unseen)
		}
		return list
	}
	raise(a, true)
	raise(a, false)
	other := a
	other.Subject, other.Since = second.Intake.ID, second.Intake.SavedAt
	raise(other, false) // the outage goes on with another letter
	f.ok(f.SettleAttempt(ctx, second.Attempt.ID, protocollo.AttemptRejected, "oggetto mancante"))
	facts, err = f.AlarmFacts(ctx, AOO().Code)
	f.ok(err)
	if len(facts.Waiting) != 1 || facts.Waiting[0].IntakeID != first.Intake.ID || !facts.AnsweredAt.IsZero() {
		t.Fatalf("a refused letter does not wait: %+v", facts)
	}
	f.ok(f.SettleAttempt(ctx, first.Attempt.ID, protocollo.AttemptUnknown, ""))
	f.Register(Draft("Con numero anche questa", "Mario"))
	facts, err = f.AlarmFacts(ctx, AOO().Code)
	f.ok(err)
	if !facts.AnsweredAt.After(first.Intake.SavedAt) {
		t.Fatalf("answered at %s", facts.AnsweredAt)
	}
	f.Clock.Move(time.Minute)
	next := protocollo.DueAlarm{Alarm: other, After: facts.AnsweredAt}
	next.Since = f.Clock.Now()
	raised, err := f.RaiseAlarm(ctx, next) // an outage of its own, although an earlier one's alarm stands
	f.ok(err)
	if !raised {
		t.Fatal("the next outage is hidden by a letter of the last one")
	}
	next.Since = next.Since.Add(time.Minute)
	raised, err = f.RaiseAlarm(ctx, next)
	f.ok(err)
	if raised {
		t.Fatal("the next outage is told twice")
	}
	nextOutage := list(false, 2)[0]
	_, err = f.AcknowledgeAlarm(ctx, chief, nextOutage.ID, "")
	f.ok(err)
	f.ok(f.EndAlarm(ctx, nextOutage.ID, protocollo.EndNumbered))
	later := a
	later.Hours = 48
	raise(later, true)
	elsewhere := a
	elsewhere.AOO = OtherAOO().Code
	raise(elsewhere, true)
	at := list(false, 2)
	if at[0].Hours != 48 || at[1].Count != 2 || !at[1].Since.Equal(a.Since) || at[1].RaisedAt.IsZero() || !at[1].EndedAt.IsZero() {
		t.Fatalf("alarms: %+v", at)
	}
	seen, err := f.AcknowledgeAlarm(ctx, chief, at[1].ID, "telefonato")
	f.ok(err)
	if seen.Seen == nil || seen.Seen.Name != chief.Name || seen.Seen.Note != "telefonato" {
		t.Fatalf("seen: %+v", seen)
	}
	deputy := chief
	deputy.User, deputy.Name = "vice", "Vice"
	again, err := f.AcknowledgeAlarm(ctx, deputy, at[1].ID, "anch'io")
	f.ok(err)
	if again.Seen == nil || *again.Seen != *seen.Seen {
		t.Fatalf("seen again: %+v", again.Seen)
	}
	deputy.AOO = OtherAOO().Code
	_, err = f.AcknowledgeAlarm(ctx, deputy, at[0].ID, "")
	Fails(t, err, protocollo.NotFound, "alarm")
	Fails(t, f.EndAlarm(ctx, 999, protocollo.EndNumbered), protocollo.NotFound, "alarm")
	for range 2 {
		f.ok(f.EndAlarm(ctx, at[1].ID, protocollo.EndNumbered))
	}
	if ended := list(true, 3)[2]; list(false, 1)[0].Hours != 48 || ended.EndedAt.IsZero() || ended.EndedWhy != protocollo.EndNumbered {
		t.Fatal("seen and ended, and still there")
	}
	raise(a, false) // the same outage is not told twice
	raise(other, true)
	register := protocollo.Alarm{AOO: AOO().Code, Kind: protocollo.AlarmEmergencyRecovery, Subject: 1, Since: f.Clock.Now()}
	raise(register, true)
	register.Subject = 2
	raise(register, true) // each register's own
}

// testOutage: an outage is what the calls since the last answer say, and lasts while a letter waits for it.
func testOutage(t *testing.T, f *Fixture) {
	ctx := context.Background()
	since := func() time.Time {
		t.Helper()
		at, err := f.OutageSince(ctx)
		f.ok(err)
		return at
	}
	f.Register(Draft("Con numero", "Mario"))
	waiting := f.Record(Draft("In attesa", "Luigi"))
	if at := since(); !at.IsZero() {
		t.Fatalf("an outage since %s while a call is under way", at)
	}
	for _, code := range protocollo.Uncalled() {
		begun := f.Record(Draft("Non chiamato", "Mario"))
		f.ok(f.SettleAttempt(ctx, begun.Attempt.ID, protocollo.AttemptUnavailable, code))
		if at := since(); !at.IsZero() {
			t.Fatalf("an outage since %s: nobody was called (%s)", at, code)
		}
	}
	f.ok(f.SettleAttempt(ctx, waiting.Attempt.ID, protocollo.AttemptUnavailable, "down"))
	began := since()
	if began.IsZero() || began.Before(waiting.Intake.SavedAt) {
		t.Fatalf("the outage began at %s", began)
	}
	f.Clock.Move(time.Hour)
	next := f.Record(Draft("Anche questa", "Mario"))
	f.ok(f.SettleAttempt(ctx, next.Attempt.ID, protocollo.AttemptUnavailable, "down"))
	if at := since(); !at.Equal(began) {
		t.Fatalf("the outage began at %s, and now at %s", began, at)
	}
	f.Register(Draft("Di nuovo", "Mario")) // the centre answers
	if at := since(); !at.IsZero() {
		t.Fatalf("it answered and is away since %s", at)
	}
}
