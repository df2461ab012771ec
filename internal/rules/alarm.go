package rules

import (
	"slices"
	"time"

	"segnatura/internal/protocollo"
)

// AlarmThreshold is after how many hours an alarm is raised.
type AlarmThreshold struct {
	Kind  protocollo.AlarmKind
	Hours int
}

// AlarmThresholds is the table of them. Whoever waits for a number is told of at 1, 24, 48 and 72 hours (R10.4; some receivers' terms are 48 and
// 72). The emergency register is proposed after one hour, or later where the manual opens it later (em.soglia_ore): its first day runs from
// the interruption (DPR 445/2000 art. 63(1); R21.1), so that a proposal after 24 hours would come when that day is over. An hour is also as
// long as a measurement of the time servers speaks for the clock.
func AlarmThresholds() []AlarmThreshold {
	return []AlarmThreshold{
		{protocollo.AlarmWaiting, 1}, {protocollo.AlarmWaiting, 24}, {protocollo.AlarmWaiting, 48}, {protocollo.AlarmWaiting, 72},
		{protocollo.AlarmProposal, 1},
		{protocollo.AlarmTime, 1},
		{protocollo.AlarmClock, 0},
	}
}

// registerAlarms are the emergency register's warnings that are alarms too. What is only to be done some time (a signature, the revocation)
// stays a warning on its screen.
var registerAlarms = map[string]protocollo.AlarmKind{
	EmergencyExpiresSoon:    protocollo.AlarmEmergencySoon,
	EmergencyLastOfficeHour: protocollo.AlarmEmergencyLastHour,
	EmergencyExpired:        protocollo.AlarmEmergencyExpired,
	EmergencyRecoveryLate:   protocollo.AlarmEmergencyRecovery,
}

// DueAlarms lists the alarms that stand by the facts. Of those of a kind that are counted from the same instant the threshold that was passed
// last comes first, and it alone is to be raised: the others stand where they were raised before.
func DueAlarms(f protocollo.AlarmFacts) []protocollo.DueAlarm {
	var due []protocollo.DueAlarm
	for _, t := range slices.Backward(AlarmThresholds()) {
		a := protocollo.Alarm{Kind: t.Kind, Hours: t.Hours}
		var stands bool
		switch after := time.Duration(t.Hours) * time.Hour; t.Kind {
		case protocollo.AlarmWaiting:
			due = append(due, longWaiting(f, t)...)
		case protocollo.AlarmProposal:
			a.Since = f.OutageSince
			stands = f.Away && len(f.Waiting) > 0 && f.Open() == nil && passed(f.Now, a.Since, max(after, f.MayOpenAfter))
		case protocollo.AlarmTime:
			a.Since = f.WatchedSince
			if f.VerifiedAt.After(a.Since) {
				a.Since = f.VerifiedAt
			}
			stands = passed(f.Now, a.Since, after)
		case protocollo.AlarmClock:
			a.Since = f.ClockDoubt
			stands = !a.Since.IsZero()
		}
		if stands {
			due = append(due, protocollo.DueAlarm{Alarm: a})
		}
	}
	if e := f.Open(); e != nil && f.Answers && f.AnswersSince.After(e.OpenedAt) {
		due = append(due, protocollo.DueAlarm{Alarm: protocollo.Alarm{Kind: protocollo.AlarmEmergencyReturn, Subject: e.ID, Since: e.OpenedAt, Count: e.Rows}})
	}
	for _, e := range f.Registers {
		for _, w := range EmergencyWarnings(e, f.Now) {
			if kind, ok := registerAlarms[w.Code]; ok {
				due = append(due, protocollo.DueAlarm{Alarm: protocollo.Alarm{Kind: kind, Subject: e.ID, Since: w.At, Count: w.Count}})
			}
		}
	}
	for _, g := range f.Undelivered {
		if !f.Now.Before(g.SessionAt.Add(-f.BidsDueBefore)) {
			due = append(due, protocollo.DueAlarm{Alarm: protocollo.Alarm{Kind: protocollo.AlarmBids, Subject: g.TenderID, Since: g.SessionAt, Count: g.Count}})
		}
	}
	return due
}

func passed(now, since time.Time, after time.Duration) bool {
	return !since.IsZero() && now.Sub(since) >= after
}

// longWaiting is what a threshold says of the letters that wait: of all of them, and of those that came since the last answer. One letter that
// nobody settles must not hide the next outage.
func longWaiting(f protocollo.AlarmFacts, t AlarmThreshold) []protocollo.DueAlarm {
	var due []protocollo.DueAlarm
	for _, after := range []time.Time{{}, f.AnsweredAt} {
		letters := LongWaiting(f, t.Hours, after)
		if len(letters) == 0 || len(due) > 0 && due[0].Subject == letters[0].IntakeID {
			continue
		}
		due = append(due, protocollo.DueAlarm{After: after,
			Alarm: protocollo.Alarm{Kind: t.Kind, Hours: t.Hours, Subject: letters[0].IntakeID, Since: letters[0].Since, Count: len(letters)}})
	}
	return due
}

// LongWaiting are the letters that came no earlier than from and have waited for so many hours, oldest first.
func LongWaiting(f protocollo.AlarmFacts, hours int, from time.Time) []protocollo.WaitingLetter {
	n, _ := slices.BinarySearchFunc(f.Waiting, f.Now.Add(-time.Duration(hours)*time.Hour), func(w protocollo.WaitingLetter, until time.Time) int {
		if w.Since.After(until) {
			return 1
		}
		return -1
	})
	first, _ := slices.BinarySearchFunc(f.Waiting[:n], from, func(w protocollo.WaitingLetter, from time.Time) int { return w.Since.Compare(from) })
	return f.Waiting[first:n]
}

// AlarmEnded says why what a raised alarm is about is over; "" while it stands. Two kinds need proof of it: after a start nobody knows yet
// whether the centre answers or the time servers agree.
func AlarmEnded(a protocollo.Alarm, due []protocollo.DueAlarm, f protocollo.AlarmFacts) protocollo.AlarmEnd {
	if a.Kind == protocollo.AlarmProposal {
		return outageEnded(f)
	}
	if a.Kind == protocollo.AlarmTime {
		if f.VerifiedAt.After(a.RaisedAt) {
			return protocollo.EndVerified
		}
		return ""
	}
	if a.Kind == protocollo.AlarmWaiting {
		if len(LongWaiting(f, a.Hours, a.Since)) == 0 {
			return protocollo.EndNumbered
		}
		return ""
	}
	if a.Kind == protocollo.AlarmBids {
		return bidsEnded(a, f)
	}
	if a.Kind == protocollo.AlarmEmergencyReturn { // told once for each opening, whatever the line does afterwards
		if e := f.Open(); e != nil && e.ID == a.Subject {
			return ""
		}
		return protocollo.EndClosed
	}
	stands := slices.ContainsFunc(due, func(d protocollo.DueAlarm) bool {
		return d.Kind == a.Kind && d.Hours == a.Hours && (!a.Kind.Several() || d.Subject == a.Subject && d.Since.Equal(a.Since))
	})
	switch {
	case stands:
		return ""
	case a.Kind == protocollo.AlarmClock:
		return protocollo.EndConfirmed
	case a.Kind == protocollo.AlarmEmergencyRecovery:
		return protocollo.EndRecovered
	}
	return periodEnded(a, f)
}

// bidsEnded does not ask whether it is due still: a shorter lead ends no alarm.
func bidsEnded(a protocollo.Alarm, f protocollo.AlarmFacts) protocollo.AlarmEnd {
	for _, g := range f.Undelivered {
		switch {
		case g.TenderID != a.Subject:
		case g.SessionAt.Equal(a.Since):
			return ""
		default:
			return protocollo.EndMoved
		}
	}
	return protocollo.EndDelivered
}

func outageEnded(f protocollo.AlarmFacts) protocollo.AlarmEnd {
	switch {
	case f.Open() != nil:
		return protocollo.EndOpened
	case len(f.Waiting) == 0:
		return protocollo.EndNumbered
	case f.OutageSince.IsZero() || f.Answers:
		return protocollo.EndAnswers
	}
	return ""
}

// periodEnded says why a warning about the end of a register's period stands no longer.
func periodEnded(a protocollo.Alarm, f protocollo.AlarmFacts) protocollo.AlarmEnd {
	for _, e := range f.Registers {
		switch {
		case e.ID != a.Subject:
		case e.Closing != nil:
			return protocollo.EndClosed
		case !f.Now.Before(e.ValidUntil()):
			return protocollo.EndExpired
		}
	}
	return protocollo.EndExtended
}
