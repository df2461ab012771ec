package station

import (
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
		p.Attempt, doubtful = next, false
	}
}

func (s *Station) once(ctx context.Context, p PendingAttempt, doubtful bool) (*protocollo.Registration, protocollo.AttemptOutcome, error) {
	if doubtful {
		return s.reconcile(ctx, p, "")
	}
	setup, aoo, err := s.office(ctx, p.Intake.AOO)
	if err != nil {
		return nil, "", err
	}
	call, cancel := context.WithTimeout(ctx, s.cfg.RegisterTimeout)
	receipt, err := s.cfg.Registrar.Register(call, protocollo.RegisterRequest{
		Key: p.Intake.Key, Body: setup.Body, AOO: aoo, IntakeID: p.Intake.ID, ArrivedAt: p.Intake.ArrivedAt,
		ArrivalDay: p.Intake.ArrivalDay, Operator: p.Intake.Operator, Draft: p.Intake.Draft,
	})
	cancel()
	if err == nil {
		err = receipt.Validate()
	}
	s.noteCentral(err)
	if err == nil {
		reg, err := s.confirm(ctx, p, receipt)
		return reg, protocollo.AttemptNumbered, err
	}
	outcome := outcomeOf(err)
	s.log.Warn("no number", "intake", p.Intake.ID, "outcome", string(outcome), "err", err)
	if outcome == protocollo.AttemptUnknown {
		return s.reconcile(ctx, p, wordsOf(err))
	}
	return nil, outcome, s.settleAs(ctx, p, outcome, wordsOf(err))
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

// wordsOf returns the other side's words, or what we know of the error.
func wordsOf(err error) string {
	var e *protocollo.Error
	if errors.As(err, &e) && e.Words != "" {
		return e.Words
	}
	if err == nil {
		return ""
	}
	return err.Error()
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
	if !caps.FindByKey || p.Attempt.Connector != s.cfg.Registrar.Name() {
		return unknown()
	}
	call, cancel := context.WithTimeout(ctx, s.cfg.RegisterTimeout)
	receipt, found, err := s.cfg.Registrar.Find(call, p.Intake.AOO, p.Intake.Key)
	cancel()
	s.noteCentral(err)
	if err == nil && found {
		err = receipt.Validate()
	}
	if err != nil {
		s.log.Warn("register not searched", "intake", p.Intake.ID, "err", err)
		return unknown()
	}
	if found {
		reg, err := s.confirm(ctx, p, receipt)
		return reg, protocollo.AttemptNumbered, err
	}
	if !caps.Local && s.now().Sub(p.Attempt.StartedAt) < s.cfg.AbsenceProof {
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
		words := fmt.Sprintf("number %s/%d was given and could not be recorded", r.Number, r.Year)
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
	return seg
}

// DrainWaiting looks at unknown outcomes again and then asks for the numbers of waiting intakes in the order of their arrival
// (R10.4). It stops at the first that the register does not take for being away, so that the order holds, and returns then
// an Unavailable error: the outbox backs off.
func (s *Station) DrainWaiting(ctx context.Context) error {
	if err := s.reconcileAll(ctx); err != nil {
		return err
	}
	waiting, err := s.cfg.Unsettled.WaitingIntakes(ctx)
	if err != nil {
		return fmt.Errorf("list waiting intakes: %w", err)
	}
	for _, in := range waiting {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := s.tryNumber(ctx, in); err != nil {
			return err
		}
	}
	return nil
}

// tryNumber makes one attempt for a waiting intake.
func (s *Station) tryNumber(ctx context.Context, in protocollo.Intake) error {
	unlock, ok := s.keys.tryLock(intakeKey(in.Key))
	if !ok {
		return nil // the desk has it
	}
	defer unlock()
	ctx = context.WithoutCancel(ctx)
	attempt, err := s.cfg.Intakes.BeginAttempt(ctx, in.ID, s.cfg.Registrar.Name())
	if errors.Is(err, protocollo.Conflict) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("begin attempt: %w", err)
	}
	_, outcome, err := s.once(ctx, PendingAttempt{Attempt: attempt, Intake: in}, false)
	if err != nil {
		return err
	}
	if outcome == protocollo.AttemptUnavailable {
		return protocollo.Errorf(protocollo.Unavailable, "register", "the register is away")
	}
	return nil
}

// reconcileAll looks at every attempt without a known end that nobody is working on. One that fails does not hold up the others.
func (s *Station) reconcileAll(ctx context.Context) error {
	pending, err := s.cfg.Unsettled.UnsettledAttempts(ctx)
	if err != nil {
		return fmt.Errorf("list unsettled attempts: %w", err)
	}
	var failed []error
	for _, p := range pending {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		unlock, ok := s.keys.tryLock(intakeKey(p.Intake.Key))
		if !ok {
			continue
		}
		_, err := s.settle(context.WithoutCancel(ctx), p, true)
		unlock()
		if err != nil && !errors.Is(err, protocollo.Conflict) { // Conflict: it was settled since the list was made
			failed = append(failed, fmt.Errorf("settle intake %d: %w", p.Intake.ID, err))
		}
	}
	return errors.Join(failed...)
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
	if rec.Registration != nil || len(rec.Attempts) == 0 {
		return rec, nil
	}
	last := rec.Attempts[len(rec.Attempts)-1]
	switch {
	case unsettled(last):
		unlock, ok := s.keys.tryLock(intakeKey(rec.Intake.Key))
		if !ok {
			return rec, nil
		}
		_, err = s.settle(context.WithoutCancel(ctx), PendingAttempt{Attempt: last, Intake: rec.Intake}, true)
		unlock()
	case last.Outcome != protocollo.AttemptRejected:
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
