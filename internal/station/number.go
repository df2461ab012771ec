package station

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
)

// attemptsAtOnce bounds how often one request asks for a number: once, and once more after the register proved that it never
// heard of the first.
const attemptsAtOnce = 2

// unsettled reports whether an attempt bars the next one.
func unsettled(a protocollo.Attempt) bool {
	return a.Outcome == protocollo.AttemptUnderWay || a.Outcome == protocollo.AttemptUnknown
}

// settle brings an attempt to its end; the caller holds the intake's lock. doubtful says that the call may have gone out
// before: then the register is asked for our key first, and nothing is sent that might be a second time (R10.3, R17.2).
// It returns nil and no error when the intake stays without number.
func (s *Station) settle(ctx context.Context, p PendingAttempt, doubtful bool) (*protocollo.Registration, error) {
	for left := attemptsAtOnce - 1; ; left-- {
		reg, outcome, err := s.once(ctx, p, doubtful)
		if err != nil || reg != nil || outcome != protocollo.AttemptAbsent || left == 0 {
			return reg, err
		}
		next, err := s.cfg.Intakes.BeginAttempt(ctx, p.Intake.ID, s.cfg.Registrar.Name())
		if errors.Is(err, protocollo.Conflict) || errors.Is(err, protocollo.Stopped) {
			return nil, nil // it waits
		}
		if err != nil {
			return nil, fmt.Errorf("begin attempt: %w", err)
		}
		p, doubtful = next, false
	}
}

func (s *Station) once(ctx context.Context, p PendingAttempt, doubtful bool) (*protocollo.Registration, protocollo.AttemptOutcome, error) {
	if doubtful {
		return s.reconcile(ctx, p, "")
	}
	reg, outcome, _, err := s.askOnce(ctx, p)
	return reg, outcome, err
}

// askOnce makes one call for a number. cause is why it brought none.
func (s *Station) askOnce(ctx context.Context, p PendingAttempt) (reg *protocollo.Registration, outcome protocollo.AttemptOutcome, cause, err error) {
	c, err := s.prepare(ctx, p)
	if err != nil {
		return nil, "", nil, err
	}
	receipt, cause := s.call(ctx, c)
	reg, outcome, err = s.answered(ctx, p, receipt, cause)
	return reg, outcome, cause, err
}

// answered records what a call for a number brought: the receipt, or why there is none.
func (s *Station) answered(ctx context.Context, p PendingAttempt, receipt protocollo.Receipt, cause error) (*protocollo.Registration, protocollo.AttemptOutcome, error) {
	if cause == nil {
		reg, err := s.confirm(ctx, p, receipt)
		return reg, protocollo.AttemptNumbered, err
	}
	outcome := outcomeOf(cause)
	s.log.Warn("no number", "intake", p.Intake.ID, "outcome", string(outcome), "err", cause)
	if outcome == protocollo.AttemptUnknown {
		return s.reconcile(ctx, p, wordsOf(cause))
	}
	words := wordsOf(cause)
	if outcome == protocollo.AttemptUnavailable {
		words = cmp.Or(uncalled(cause), words)
	}
	return nil, outcome, s.settleAs(ctx, p, outcome, words)
}

// uncalled returns which of [protocollo.Uncalled] a call was not made for, "" where it was.
func uncalled(cause error) string {
	for _, code := range protocollo.Uncalled() {
		if saysCode(cause, map[string]bool{code: true}) {
			return code
		}
	}
	return ""
}

// outcomes says what each class of error leaves behind. A class that is not here may have left anything: unknown.
var outcomes = map[protocollo.Class]protocollo.AttemptOutcome{
	protocollo.Rejected:    protocollo.AttemptRejected,
	protocollo.Invalid:     protocollo.AttemptRejected,
	protocollo.Unavailable: protocollo.AttemptUnavailable,
	protocollo.Stopped:     protocollo.AttemptUnavailable,
}

func outcomeOf(err error) protocollo.AttemptOutcome {
	if o, ok := outcomes[protocollo.ClassOf(err)]; ok {
		return o
	}
	return protocollo.AttemptUnknown
}

// wordsOf returns the other side's own words, "" where it said none: our errors are for the log, not for a clerk.
func wordsOf(err error) string {
	var e *protocollo.Error
	if errors.As(err, &e) {
		return e.Words
	}
	return ""
}

// searches reports whether an attempt's outcome can be asked for; otherwise only a person settles it.
func (s *Station) searches(a protocollo.Attempt) bool {
	return s.cfg.Registrar.Capabilities().FindByKey && a.Connector == s.cfg.Registrar.Name()
}

// reconcile asks the register for our key. Found is confirmed; certainly absent is settled as absent; anything else is and
// stays unknown, for another look later or for a person.
func (s *Station) reconcile(ctx context.Context, p PendingAttempt, words string) (*protocollo.Registration, protocollo.AttemptOutcome, error) {
	unknown := func() (*protocollo.Registration, protocollo.AttemptOutcome, error) {
		if p.Attempt.Outcome == protocollo.AttemptUnknown {
			return nil, protocollo.AttemptUnknown, nil
		}
		return nil, protocollo.AttemptUnknown, s.settleAs(ctx, p, protocollo.AttemptUnknown, words)
	}
	caps := s.cfg.Registrar.Capabilities()
	if !s.searches(p.Attempt) {
		return unknown()
	}
	var receipt protocollo.Receipt
	found := false
	err := s.reach(ctx, s.cfg.RegisterTimeout, func(ctx context.Context) (err error) {
		if receipt, found, err = s.cfg.Registrar.Find(ctx, p.Intake.AOO, p.Intake.Key); err != nil || !found {
			return err
		}
		return receipt.Validate()
	})
	// Where the answer comes by itself, a refusal under our key is that answer: there is no number; the next attempt is told the words. Elsewhere
	// only the search was refused, which proves nothing.
	if caps.Deferred && protocollo.ClassOf(err) == protocollo.Rejected {
		return nil, protocollo.AttemptAbsent, s.settleAs(ctx, p, protocollo.AttemptAbsent, wordsOf(err))
	}
	if err != nil {
		s.log.Warn("register not searched", "intake", p.Intake.ID, "err", err)
		return unknown()
	}
	if found {
		reg, err := s.confirm(ctx, p, receipt)
		return reg, protocollo.AttemptNumbered, err
	}
	if caps.Deferred { // the answer may come yet, however late
		return unknown()
	}
	if !caps.Local && (s.mayStillRun(p.Attempt) || s.clockSpeaksAgainst()) {
		return unknown()
	}
	return nil, protocollo.AttemptAbsent, s.settleAs(ctx, p, protocollo.AttemptAbsent, words)
}

func (s *Station) settleAs(ctx context.Context, p PendingAttempt, o protocollo.AttemptOutcome, words string) error {
	if err := s.cfg.Intakes.SettleAttempt(ctx, p.Attempt.ID, o, words); err != nil {
		return fmt.Errorf("settle attempt as %s: %w", o, err)
	}
	s.publishIntake(EventIntake, p.Intake.ID, p.Intake)
	return nil
}

// confirm makes the number ours. The number is given already, so whatever goes wrong here leaves the attempt unknown.
func (s *Station) confirm(ctx context.Context, p PendingAttempt, r protocollo.Receipt) (*protocollo.Registration, error) {
	setup, aoo, err := s.office(ctx, p.Intake.AOO)
	if err != nil {
		return nil, err
	}
	if r.Register == "" {
		r.Register = aoo.RegisterCode
	}
	reg, err := s.cfg.Intakes.ConfirmNumber(ctx, p.Attempt.ID, r, segnaturaOf(setup, aoo, p.Intake, r))
	if err != nil {
		words := fmt.Sprintf("numero %s/%d", r.Number, r.Year) // what the answer was: a person may have to key it in
		if settleErr := s.cfg.Intakes.SettleAttempt(ctx, p.Attempt.ID, protocollo.AttemptUnknown, words); settleErr != nil {
			s.log.Error("attempt not settled", "intake", p.Intake.ID, "err", settleErr)
		}
		return nil, fmt.Errorf("confirm number %s/%d: %w", r.Number, r.Year, err)
	}
	s.publishIntake(EventRegistration, reg.ID, p.Intake)
	return &reg, nil
}

// segnaturaOf freezes the sign's content with the number (R2.1, R2.5).
func segnaturaOf(setup Setup, aoo protocollo.AOO, in protocollo.Intake, r protocollo.Receipt) protocollo.Segnatura {
	aoo.RegisterCode = r.Register
	seg := protocollo.Segnatura{
		Body: setup.Body, AOO: aoo, Year: r.Year, Number: r.Number, Day: r.Day, RegisteredAt: r.At, Direction: in.Draft.Direction,
		Classifica: in.Draft.Classifica, Fascicolo: in.Draft.Fascicolo, UOR: in.Draft.UOR, Subject: in.Draft.Subject,
		Legends: rules.LegendTexts(in.Draft), Trial: setup.Trial,
	}
	if in.Draft.Direction == protocollo.Incoming && in.ArrivalDay != "" && in.ArrivalDay != r.Day {
		seg.ArrivalDay = in.ArrivalDay // L. 241/1990 art. 18-bis; R16.1
	}
	if in.Draft.BidID != 0 && !in.ArrivedAt.IsZero() { // R20.5
		seg.Legends = append(seg.Legends, rules.BidLegends(in.ArrivedAt)...)
		seg.Legends = append(seg.Legends, "Registrato alle ore "+clockTime(r.At))
	}
	return seg
}

// waitingPage is how many waiting letters are read at once: an outage of days must not fill the memory when it ends.
const waitingPage = 500

// DrainWaiting looks at unknown outcomes again and then asks for the numbers of waiting intakes in the order of their arrival
// (R10.4), each after whatever the desks ask meanwhile. What is uncertain, was refused or failed alone ([Station.verdict]) steps aside. It stops at the first that the
// register does not take for being away, so that the order holds, and returns then an Unavailable error: the outbox backs off.
func (s *Station) DrainWaiting(ctx context.Context) error {
	ctx = as(ctx, callerQueue)
	if err := s.probe(ctx); err != nil {
		return err
	}
	if err := s.reconcileAll(ctx); err != nil {
		return err
	}
	if err := s.recoverRevoked(ctx); err != nil { // they came before what waits
		return err
	}
	drain := s.drainPage
	if s.cfg.Registrar.Capabilities().Keyed {
		drain = s.drainKeyed
	}
	var last protocollo.Intake
	for {
		waiting, err := s.cfg.Unsettled.WaitingIntakes(ctx, last, waitingPage)
		if err != nil {
			return fmt.Errorf("list waiting intakes: %w", err)
		}
		if err := drain(ctx, waiting); err != nil {
			return err
		}
		if len(waiting) < waitingPage {
			return nil
		}
		last = waiting[len(waiting)-1]
	}
}

// tryNumber makes one attempt for a waiting intake.
func (s *Station) tryNumber(ctx context.Context, in protocollo.Intake) error {
	unlock, ok := s.keys.tryLock(intakeKey(in.Key))
	if !ok {
		return nil // the desk has it
	}
	defer unlock()
	return s.attempt(context.WithoutCancel(ctx), in)
}

// attempt asks for a waiting intake's number; the caller holds the intake's lock. That it cannot be asked for now is no error.
func (s *Station) attempt(ctx context.Context, in protocollo.Intake) error {
	p, err := s.claim(ctx, in)
	if p == nil {
		return err
	}
	_, outcome, cause, err := s.askOnce(ctx, *p)
	if err != nil {
		return err
	}
	return s.leftBy(outcome, cause)
}

// claim begins the next attempt of a waiting intake; the caller holds the intake's lock. It returns nil where none may be begun, which alone is no
// error.
func (s *Station) claim(ctx context.Context, in protocollo.Intake) (*PendingAttempt, error) {
	if err := s.mayAsk(ctx); err != nil {
		return nil, err
	}
	p, err := s.cfg.Intakes.BeginAttempt(ctx, in.ID, s.cfg.Registrar.Name())
	if errors.Is(err, protocollo.Conflict) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("begin attempt: %w", err)
	}
	return &p, nil
}

// reconcileAll looks at every attempt without a known end that nobody is working on. One that fails does not hold up the others, unless
// the register went away.
func (s *Station) reconcileAll(ctx context.Context) error {
	var failed []error
	for last := int64(0); ; {
		pending, err := s.cfg.Unsettled.UnsettledAttempts(ctx, last, waitingPage)
		if err != nil {
			return fmt.Errorf("list unsettled attempts: %w", err)
		}
		for _, p := range pending {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err := s.reconcileOne(ctx, p); err != nil {
				failed = append(failed, fmt.Errorf("settle intake %d: %w", p.Intake.ID, err))
			}
			if err := s.stillHeld(); err != nil && p.Attempt.Outcome == protocollo.AttemptUnknown && s.searches(p.Attempt) {
				return errors.Join(append(failed, err)...)
			}
		}
		if len(pending) < waitingPage {
			return errors.Join(failed...)
		}
		last = pending[len(pending)-1].Attempt.ID
	}
}

func (s *Station) reconcileOne(ctx context.Context, p PendingAttempt) error {
	unlock, ok := s.keys.tryLock(intakeKey(p.Intake.Key))
	if !ok {
		return nil
	}
	defer unlock()
	_, err := s.settle(context.WithoutCancel(ctx), p, true)
	if errors.Is(err, protocollo.Conflict) { // it was settled since the list was made
		return nil
	}
	return err
}

// RetryNumber is the clerk's «Riprova ora» on an intake that waits: an unknown outcome is looked up, a waiting one asked for.
func (s *Station) RetryNumber(ctx context.Context, actor protocollo.Actor, intakeID int64) (Record, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return Record{}, err
	}
	rec, err := s.cfg.Views.IntakeRecord(ctx, actor, intakeID)
	if err != nil {
		return Record{}, fmt.Errorf("read intake: %w", err)
	}
	if !rec.Registration.Awaits() || len(rec.Attempts) == 0 {
		return rec, nil
	}
	last := rec.Attempts[len(rec.Attempts)-1]
	ctx = as(ctx, callerPerson)
	switch {
	case unsettled(last):
		err = s.reconcileOne(ctx, PendingAttempt{Attempt: last, Intake: rec.Intake})
	case last.Outcome != protocollo.AttemptRejected && rec.Registration == nil:
		err = s.tryNumber(ctx, rec.Intake)
	}
	if err != nil && !errors.Is(err, protocollo.Unavailable) && !errors.Is(err, protocollo.Conflict) {
		return rec, err
	}
	again, err := s.cfg.Views.IntakeRecord(ctx, actor, intakeID)
	if err != nil {
		return rec, fmt.Errorf("read intake: %w", err)
	}
	return again, nil
}
