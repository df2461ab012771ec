package station

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
)

// EventAlarm tells of an alarm that was raised, seen or ended, to who decides.
const EventAlarm EventKind = "alarm"

// AlarmStore keeps alarms and tells what they are judged by.
type AlarmStore interface {
	AlarmJudge
	AlarmBook
}

// AlarmJudge tells what alarms are judged by, as far as the records say it.
type AlarmJudge interface {
	// AlarmFacts leaves open what is known of the line and of time servers, and the manual's threshold.
	AlarmFacts(ctx context.Context, aoo protocollo.AOOCode) (protocollo.AlarmFacts, error)
	// OutageSince is AlarmFacts.OutageSince, which is the same for every AOO.
	OutageSince(ctx context.Context) (time.Time, error)
	// UnseenAlarms counts those that nobody acknowledged.
	UnseenAlarms(ctx context.Context, aoo protocollo.AOOCode) (int, error)
}

// AlarmBook keeps them. Each method but Alarms is one transaction and one legal fact; repeated, it changes nothing.
type AlarmBook interface {
	// RaiseAlarm reports whether it was raised: not where it was before for the same threshold and outage.
	RaiseAlarm(ctx context.Context, a protocollo.DueAlarm) (raised bool, err error)
	EndAlarm(ctx context.Context, id int64, why protocollo.AlarmEnd) error
	// AcknowledgeAlarm returns the alarm with the first person's word. NotFound "alarm".
	AcknowledgeAlarm(ctx context.Context, by protocollo.Actor, id int64, note string) (protocollo.Alarm, error)
	// Alarms lists those that stand or that nobody acknowledged, or all; newest first, at most limit.
	Alarms(ctx context.Context, aoo protocollo.AOOCode, all bool, limit int) ([]protocollo.Alarm, error)
}

// alarmLimit bounds the list.
const alarmLimit = 200

// TendAlarms raises the alarms that are due and ends those that are over. It may be called as often as one likes: what was raised is not
// raised again, after a restart neither. An AOO that fails keeps no other from its alarms; the error joins them.
func (s *Station) TendAlarms(ctx context.Context) error {
	setup, err := s.cfg.Setup.Setup(ctx)
	if errors.Is(err, protocollo.NotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read setup: %w", err)
	}
	var failed []error
	for _, aoo := range setup.AOOs {
		if err := s.tendAlarms(ctx, aoo.Code); err != nil {
			failed = append(failed, fmt.Errorf("alarms of %s: %w", aoo.Code, err))
		}
	}
	return errors.Join(failed...)
}

func (s *Station) tendAlarms(ctx context.Context, aoo protocollo.AOOCode) error {
	facts, err := s.alarmFacts(ctx, aoo)
	if err != nil {
		return err
	}
	due := rules.DueAlarms(facts)
	listed, err := s.cfg.Alarms.Alarms(ctx, aoo, false, alarmLimit)
	if err != nil {
		return fmt.Errorf("list alarms: %w", err)
	}
	for _, a := range listed {
		why := rules.AlarmEnded(a, due, facts)
		if why == "" || !a.EndedAt.IsZero() {
			continue
		}
		if err := s.cfg.Alarms.EndAlarm(ctx, a.ID, why); err != nil {
			return fmt.Errorf("end alarm %d: %w", a.ID, err)
		}
		s.publishAlarm(a.ID, aoo)
	}
	type counted struct {
		kind  protocollo.AlarmKind
		since time.Time
	}
	passed := map[counted]bool{} // of which the last threshold was seen
	for _, a := range due {
		from := counted{a.Kind, a.Since}
		if passed[from] && !a.Kind.Several() {
			continue
		}
		passed[from], a.AOO = true, aoo
		raised, err := s.cfg.Alarms.RaiseAlarm(ctx, a)
		if err != nil {
			return fmt.Errorf("raise alarm %s: %w", a.Kind, err)
		}
		if raised {
			s.publishAlarm(0, aoo)
		}
	}
	return nil
}

// alarmFacts adds to what the records say what this process knows.
func (s *Station) alarmFacts(ctx context.Context, aoo protocollo.AOOCode) (protocollo.AlarmFacts, error) {
	f, err := s.cfg.Alarms.AlarmFacts(ctx, aoo)
	if err != nil {
		return f, fmt.Errorf("read the facts: %w", err)
	}
	policy, err := s.emergencyPolicy(ctx, aoo)
	if err != nil {
		return f, err
	}
	policies, err := s.cfg.Policies.Policies(ctx, aoo)
	if err != nil {
		return f, fmt.Errorf("read policies: %w", err)
	}
	f.BidsDueBefore = policies.Bids.dueBefore()
	f.MayOpenAfter = time.Duration(policy.ThresholdHours) * time.Hour
	if caps := s.cfg.Registrar.Capabilities(); !caps.Local && !caps.Keyed { // of those nobody is away
		h := s.Health()
		f.Away = h.Held || h.State == HealthAway
		if f.Answers = h.State == HealthAnswering && !h.Held; f.Answers {
			f.AnswersSince = h.Since
		}
	}
	if s.cfg.TimeVerified != nil {
		f.WatchedSince, f.VerifiedAt = s.started, s.cfg.TimeVerified()
	}
	return f, nil
}

// publishAlarm tells who decides: nobody at the counter.
func (s *Station) publishAlarm(id int64, aoo protocollo.AOOCode) {
	s.cfg.Publisher.Publish(Event{Kind: EventAlarm, ID: id, AOO: aoo, Act: protocollo.ActDecide})
}

// AlarmView is an alarm as it stands now.
type AlarmView struct {
	protocollo.Alarm
	Waiting  int     // of letters that wait: how many still do for so long; of plichi: how many are not handed over
	Letter   *Record // the one that waits longest or, of an alarm that ended, waited; nil for other alarms
	Register string  // of the emergency register: «1/2026»
	Tender   string  // of plichi: what their gara is about
}

// Alarms lists the alarms of the actor's AOO that stand or that nobody has seen, or all, newest first.
func (s *Station) Alarms(ctx context.Context, actor protocollo.Actor, all bool) ([]AlarmView, error) {
	if err := actor.Require(protocollo.ActDecide); err != nil {
		return nil, err
	}
	list, err := s.cfg.Alarms.Alarms(ctx, actor.AOO, all, alarmLimit)
	if err != nil {
		return nil, fmt.Errorf("list alarms: %w", err)
	}
	facts, err := s.cfg.Alarms.AlarmFacts(ctx, actor.AOO)
	if err != nil {
		return nil, fmt.Errorf("read the facts: %w", err)
	}
	views := make([]AlarmView, len(list))
	for i, a := range list {
		if views[i], err = s.alarmView(ctx, actor, a, facts); err != nil {
			return nil, fmt.Errorf("alarm %d: %w", a.ID, err)
		}
	}
	return views, nil
}

func (s *Station) alarmView(ctx context.Context, actor protocollo.Actor, a protocollo.Alarm, f protocollo.AlarmFacts) (AlarmView, error) {
	v := AlarmView{Alarm: a}
	for _, e := range f.Registers {
		if a.Kind.OfRegister() && e.ID == a.Subject {
			v.Register = e.Title()
		}
	}
	if a.Kind == protocollo.AlarmBids {
		t, err := s.tender(ctx, a.AOO, a.Subject)
		v.Tender = t.Terms.Subject
		for _, g := range f.Undelivered {
			if g.TenderID == a.Subject {
				v.Waiting = g.Count
			}
		}
		return v, err
	}
	if a.Kind != protocollo.AlarmWaiting {
		return v, nil
	}
	letter := a.Subject
	if a.EndedAt.IsZero() {
		if waiting := rules.LongWaiting(f, a.Hours, a.Since); len(waiting) > 0 {
			v.Waiting, letter = len(waiting), waiting[0].IntakeID
		}
	}
	rec, err := s.cfg.Views.IntakeRecord(ctx, actor, letter)
	if err != nil && !errors.Is(err, protocollo.NotFound) {
		return v, fmt.Errorf("read the letter: %w", err)
	}
	if err == nil {
		v.Letter = &rec
	}
	return v, nil
}

// UnseenAlarms counts what nobody said «Ho visto» to, for who decides; for the others there is nothing.
func (s *Station) UnseenAlarms(ctx context.Context, actor protocollo.Actor) (int, error) {
	if !actor.May(protocollo.ActDecide) {
		return 0, nil
	}
	return wrapped(s.cfg.Alarms.UnseenAlarms(ctx, actor.AOO))("count alarms")
}

// AcknowledgeAlarm is «Ho visto», with a note or none. The first one's word stands; whoever repeats it gets that one back.
func (s *Station) AcknowledgeAlarm(ctx context.Context, actor protocollo.Actor, id int64, note string) (protocollo.Alarm, error) {
	if err := actor.Require(protocollo.ActDecide); err != nil {
		return protocollo.Alarm{}, err
	}
	a, err := s.cfg.Alarms.AcknowledgeAlarm(ctx, actor, id, strings.TrimSpace(note))
	if err != nil {
		return protocollo.Alarm{}, fmt.Errorf("acknowledge alarm %d: %w", id, err)
	}
	s.publishAlarm(id, actor.AOO)
	return a, nil
}

// recallOutage finds since when the system that numbers has left calls undone, which a stop does not shorten.
func (s *Station) recallOutage(ctx context.Context) error {
	since, err := s.cfg.Alarms.OutageSince(ctx)
	if err != nil {
		return fmt.Errorf("look for an outage: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outage = since
	return nil
}
