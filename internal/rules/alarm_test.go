package rules_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
)

func shortly(list []protocollo.DueAlarm) []string {
	out := []string{}
	for _, a := range list {
		out = append(out, fmt.Sprintf("%s %d", a.Kind, a.Hours))
	}
	return out
}

// What stands, the last threshold first; an instant before a threshold it is not passed.
func TestDueAlarms(t *testing.T) {
	now := time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC) // a Tuesday
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	waiting := func(since ...time.Duration) (list []protocollo.WaitingLetter) {
		for i, d := range since {
			list = append(list, protocollo.WaitingLetter{IntakeID: int64(i + 1), Since: ago(d)})
		}
		return list
	}
	waits := waiting(time.Minute)
	register := protocollo.EmergencyRegister{ID: 4, OpenedAt: ago(time.Hour), InterruptedAt: ago(2 * time.Hour), Policy: rules.DefaultEmergencyPolicy(),
		Signatures: []protocollo.EmergencySignature{{Kind: protocollo.ActAuthorisation}, {Kind: protocollo.ActOpening, ActID: 4}}}
	old := register
	old.InterruptedAt = ago(25 * time.Hour)
	closed := old
	closed.Rows, closed.Closing = 3, &protocollo.EmergencyClosing{ClosedAt: ago(25 * time.Hour)}
	for name, c := range map[string]struct {
		facts protocollo.AlarmFacts
		want  []string
	}{
		"nothing":                                    {protocollo.AlarmFacts{}, []string{}},
		"a minute short of an hour":                  {protocollo.AlarmFacts{Waiting: waiting(59 * time.Minute)}, []string{}},
		"an hour":                                    {protocollo.AlarmFacts{Waiting: waiting(time.Hour, time.Minute)}, []string{"waiting 1"}},
		"three days":                                 {protocollo.AlarmFacts{Waiting: waiting(72*time.Hour, 3*time.Hour)}, []string{"waiting 72", "waiting 48", "waiting 24", "waiting 1"}},
		"an outage":                                  {protocollo.AlarmFacts{Waiting: waits, OutageSince: ago(time.Hour), Away: true}, []string{"proposal 1"}},
		"an outage just begun":                       {protocollo.AlarmFacts{Waiting: waits, OutageSince: ago(59 * time.Minute), Away: true}, []string{}},
		"one letter's own fault":                     {protocollo.AlarmFacts{Waiting: waits, OutageSince: ago(5 * time.Hour)}, []string{}},
		"before the manual's threshold":              {protocollo.AlarmFacts{Waiting: waits, OutageSince: ago(23 * time.Hour), Away: true, MayOpenAfter: 24 * time.Hour}, []string{}},
		"at the manual's threshold":                  {protocollo.AlarmFacts{Waiting: waits, OutageSince: ago(24 * time.Hour), Away: true, MayOpenAfter: 24 * time.Hour}, []string{"proposal 1"}},
		"the register is open":                       {protocollo.AlarmFacts{Waiting: waits, OutageSince: ago(2 * time.Hour), Away: true, Registers: []protocollo.EmergencyRegister{register}}, []string{}},
		"its first day is over":                      {protocollo.AlarmFacts{Registers: []protocollo.EmergencyRegister{old}}, []string{"emergency-expired 0"}},
		"its numbers are late":                       {protocollo.AlarmFacts{Registers: []protocollo.EmergencyRegister{closed}}, []string{"emergency-recovery 0"}},
		"a doubtful clock":                           {protocollo.AlarmFacts{ClockDoubt: ago(time.Second)}, []string{"clock 0"}},
		"never verified":                             {protocollo.AlarmFacts{WatchedSince: ago(time.Hour)}, []string{"time 1"}},
		"verified a while ago":                       {protocollo.AlarmFacts{WatchedSince: ago(9 * time.Hour), VerifiedAt: ago(59 * time.Minute)}, []string{}},
		"verified before the last start":             {protocollo.AlarmFacts{WatchedSince: ago(30 * time.Minute), VerifiedAt: ago(5 * time.Hour)}, []string{}},
		"an outage that none of these letters is in": {protocollo.AlarmFacts{OutageSince: ago(time.Hour), Away: true}, []string{}},
		"a stuck letter, and an outage behind it": {protocollo.AlarmFacts{Waiting: waiting(200*time.Hour, 24*time.Hour), AnsweredAt: ago(30 * time.Hour)},
			[]string{"waiting 72", "waiting 48", "waiting 24", "waiting 24", "waiting 1", "waiting 1"}},
		"a stuck letter, and one since the last answer": {protocollo.AlarmFacts{Waiting: waiting(2*time.Hour, time.Minute), AnsweredAt: ago(time.Hour)}, []string{"waiting 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			c.facts.Now = now
			if got := shortly(rules.DueAlarms(c.facts)); !slices.Equal(got, c.want) {
				t.Errorf("due %q, want %q", got, c.want)
			}
		})
	}
	due := rules.DueAlarms(protocollo.AlarmFacts{Now: now, Waiting: waiting(30*time.Hour, 25*time.Hour, 2*time.Hour)})
	if due[0].Hours != 24 || due[0].Count != 2 || due[1].Count != 3 || due[0].Subject != 1 || !due[0].Since.Equal(ago(30*time.Hour)) {
		t.Errorf("counted %+v", due)
	}
}

// The register's warnings come as the end comes near: twelve hours, the last office hour, the end (R9.3, R21.1).
func TestAlarmsOfARegisterComeOneAfterTheOther(t *testing.T) {
	from := time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC) // 10:00 in Rome
	e := protocollo.EmergencyRegister{ID: 4, OpenedAt: from, InterruptedAt: from, Policy: rules.DefaultEmergencyPolicy()}
	for hours, want := range map[float64][]string{
		11.9: {}, 12: {"emergency-12h 0"}, 22.9: {"emergency-12h 0"}, 23: {"emergency-12h 0", "emergency-last-hour 0"}, 24: {"emergency-expired 0"},
	} {
		f := protocollo.AlarmFacts{Now: from.Add(time.Duration(hours * float64(time.Hour))), Registers: []protocollo.EmergencyRegister{e}}
		if got := shortly(rules.DueAlarms(f)); !slices.Equal(got, want) {
			t.Errorf("after %v h: %q, want %q", hours, got, want)
		}
	}
}

// What is over is said to be only where that is known.
func TestAlarmEnded(t *testing.T) {
	now := time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC)
	alarm := func(k protocollo.AlarmKind, hours int) protocollo.Alarm {
		return protocollo.Alarm{Kind: k, Hours: hours, Subject: 4, Since: now.Add(-30 * time.Hour), RaisedAt: now.Add(-2 * time.Hour)}
	}
	since := func(a protocollo.Alarm, at time.Time) protocollo.Alarm { a.Since = at; return a }
	waits := []protocollo.WaitingLetter{{IntakeID: 9, Since: now.Add(-25 * time.Hour)}} // another letter than the one that it was raised for
	outage := now.Add(-30 * time.Hour)
	register := protocollo.EmergencyRegister{ID: 4, OpenedAt: outage, InterruptedAt: outage, Policy: rules.DefaultEmergencyPolicy()}
	expired := alarm(protocollo.AlarmEmergencyExpired, 0)
	expired.Since = register.ValidUntil()
	extended := register
	extended.Extensions = []protocollo.EmergencyExtension{{From: register.FirstEnd(), Until: now.Add(48 * time.Hour)}}
	for name, c := range map[string]struct {
		alarm protocollo.Alarm
		facts protocollo.AlarmFacts
		want  protocollo.AlarmEnd
	}{
		"another letter waits for so long":  {alarm(protocollo.AlarmWaiting, 24), protocollo.AlarmFacts{Waiting: waits}, ""},
		"only one of before does":           {since(alarm(protocollo.AlarmWaiting, 24), now.Add(-24*time.Hour)), protocollo.AlarmFacts{Waiting: waits}, protocollo.EndNumbered},
		"no letter waits for so long":       {alarm(protocollo.AlarmWaiting, 48), protocollo.AlarmFacts{Waiting: waits}, protocollo.EndNumbered},
		"after a start nobody knows":        {alarm(protocollo.AlarmProposal, 1), protocollo.AlarmFacts{Waiting: waits, OutageSince: outage}, ""},
		"the centre answers":                {alarm(protocollo.AlarmProposal, 1), protocollo.AlarmFacts{Waiting: waits, OutageSince: outage, Answers: true}, protocollo.EndAnswers},
		"no letter waits for the centre":    {alarm(protocollo.AlarmProposal, 1), protocollo.AlarmFacts{Away: true}, protocollo.EndNumbered},
		"the register was opened":           {alarm(protocollo.AlarmProposal, 1), protocollo.AlarmFacts{OutageSince: outage, Away: true, Registers: []protocollo.EmergencyRegister{extended}}, protocollo.EndOpened},
		"the register is expired":           {expired, protocollo.AlarmFacts{Registers: []protocollo.EmergencyRegister{register}}, ""},
		"the register was extended":         {expired, protocollo.AlarmFacts{Registers: []protocollo.EmergencyRegister{extended}}, protocollo.EndExtended},
		"the clock is in doubt":             {alarm(protocollo.AlarmClock, 0), protocollo.AlarmFacts{ClockDoubt: now}, ""},
		"the clock was confirmed":           {alarm(protocollo.AlarmClock, 0), protocollo.AlarmFacts{}, protocollo.EndConfirmed},
		"not verified since the last start": {alarm(protocollo.AlarmTime, 1), protocollo.AlarmFacts{WatchedSince: now}, ""},
		"verified":                          {alarm(protocollo.AlarmTime, 1), protocollo.AlarmFacts{WatchedSince: now, VerifiedAt: now}, protocollo.EndVerified},
	} {
		t.Run(name, func(t *testing.T) {
			c.facts.Now = now
			if got := rules.AlarmEnded(c.alarm, rules.DueAlarms(c.facts), c.facts); got != c.want {
				t.Errorf("ended: %q, want %q", got, c.want)
			}
		})
	}
}

// That the centre is back is told of an open register alone, once it answers after the opening, and until the closing.
func TestAlarmOfTheCentresReturn(t *testing.T) {
	opened := time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC)
	e := protocollo.EmergencyRegister{ID: 4, OpenedAt: opened, InterruptedAt: opened, Policy: rules.DefaultEmergencyPolicy()}
	closed := e
	closed.Closing = &protocollo.EmergencyClosing{}
	for name, c := range map[string]struct {
		register protocollo.EmergencyRegister
		answers  bool
		since    time.Time
		want     []string
	}{
		"away":                 {e, false, time.Time{}, []string{}},
		"back":                 {e, true, opened.Add(time.Minute), []string{"emergency-return 0"}},
		"never away":           {e, true, opened.Add(-time.Minute), []string{}},
		"back, with it closed": {closed, true, opened.Add(time.Minute), []string{}},
	} {
		f := protocollo.AlarmFacts{Now: opened.Add(time.Hour), Answers: c.answers, AnswersSince: c.since, Registers: []protocollo.EmergencyRegister{c.register}}
		due := rules.DueAlarms(f)
		if got := shortly(due); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	raised := protocollo.Alarm{Kind: protocollo.AlarmEmergencyReturn, Subject: 4, Since: opened}
	for register, want := range map[*protocollo.EmergencyRegister]protocollo.AlarmEnd{&e: "", &closed: protocollo.EndClosed} {
		f := protocollo.AlarmFacts{Now: opened.Add(time.Hour), Away: true, Registers: []protocollo.EmergencyRegister{*register}}
		if got := rules.AlarmEnded(raised, rules.DueAlarms(f), f); got != want {
			t.Errorf("ended %q, want %q", got, want)
		}
	}
}

// Each gara has its own alarm, from its lead on, and until its plichi are in other hands or its session is at another time.
func TestAlarmOfPlichiNotHandedOver(t *testing.T) {
	session := time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC)
	facts := func(before time.Duration, gare ...protocollo.UndeliveredBids) protocollo.AlarmFacts {
		return protocollo.AlarmFacts{Now: session.Add(-before), Undelivered: gare, BidsDueBefore: rules.BidsDueBefore}
	}
	one, two := protocollo.UndeliveredBids{TenderID: 1, SessionAt: session, Count: 2}, protocollo.UndeliveredBids{TenderID: 2, SessionAt: session, Count: 1}
	for name, c := range map[string]struct {
		facts protocollo.AlarmFacts
		want  []int64
	}{
		"a second before the lead": {facts(time.Hour+time.Second, one), nil},
		"at the lead":              {facts(time.Hour, one), []int64{1}},
		"after the session":        {facts(-time.Hour, one, two), []int64{1, 2}},
		"all are handed over":      {facts(0), nil},
	} {
		var got []int64
		for _, d := range rules.DueAlarms(c.facts) {
			if d.Kind == protocollo.AlarmBids && d.Since.Equal(session) {
				got = append(got, d.Subject)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: gare %v, want %v", name, got, c.want)
		}
	}
	moved := one
	moved.SessionAt = session.Add(24 * time.Hour)
	raised := protocollo.Alarm{Kind: protocollo.AlarmBids, Subject: 1, Since: session}
	for name, c := range map[string]struct {
		facts protocollo.AlarmFacts
		want  protocollo.AlarmEnd
	}{
		"they are still there": {facts(0, two, one), ""}, "the lead was made shorter": {facts(2*time.Hour, one), ""},
		"the session is later": {facts(0, moved), protocollo.EndMoved}, "none is there": {facts(0, two), protocollo.EndDelivered},
	} {
		if got := rules.AlarmEnded(raised, rules.DueAlarms(c.facts), c.facts); got != c.want {
			t.Errorf("%s: ended %q, want %q", name, got, c.want)
		}
	}
}
