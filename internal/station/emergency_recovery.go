package station

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"segnatura/internal/protocollo"
)

// RecoveryProgress says how far the recovery of a register has come.
type RecoveryProgress struct {
	OpeningID int64 `json:"openingID"`
	Done      int   `json:"done"`
	Of        int   `json:"of"`
}

// RecoverySummary says what a recovery left.
type RecoverySummary struct {
	Recovered int `json:"recovered"` // in all, not only now
	Annulled  int `json:"annulled"`  // they are not sent
	Unknown   int `json:"unknown"`   // the centre may have given a number: it is looked up, or a person decides
	Rejected  int `json:"rejected"`  // the centre said no
	Left      int `json:"left"`      // still to be asked for
}

// recoveries are those under way, one an AOO.
type recoveries struct {
	mu   sync.Mutex
	byAO map[protocollo.AOOCode]RecoveryProgress
}

func (r *recoveries) of(aoo protocollo.AOOCode) *RecoveryProgress {
	r.mu.Lock()
	defer r.mu.Unlock()
	if p, ok := r.byAO[aoo]; ok {
		return &p
	}
	return nil
}

func (r *recoveries) set(aoo protocollo.AOOCode, p RecoveryProgress) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.byAO == nil {
		r.byAO = map[protocollo.AOOCode]RecoveryProgress{}
	}
	if p.OpeningID == 0 {
		delete(r.byAO, aoo)
		return
	}
	r.byAO[aoo] = p
}

// RecoverEmergency asks for the ordinary number of each row of a closed register, in their order (DPR 445/2000 art. 63(5); R9.12). Each row
// goes the way of any letter: a durable attempt, the call, the outcome; so it may be cut short anywhere and be called again, and no row
// ever has two. Annulled rows are not sent, a refused one is passed over, a centre that is away ends the round.
//
// Errors: Forbidden; NotFound; Conflict "emergency-open" before the closing, "recovery-by-sheet" for a register that is typed in at the centre,
// "recovery-under-way"; Unavailable while the centre is away.
// The summary says in each case what is left.
func (s *Station) RecoverEmergency(ctx context.Context, actor protocollo.Actor, openingID int64) (RecoverySummary, error) {
	e, err := s.emergency(ctx, actor, openingID)
	if err != nil {
		return RecoverySummary{}, err
	}
	unlock, ok := s.keys.tryLock("recovery/" + string(e.AOO))
	if !ok {
		return RecoverySummary{}, protocollo.Errorf(protocollo.Conflict, "recovery-under-way", "a recovery of AOO %s is under way", e.AOO)
	}
	defer unlock()
	err = s.recoverAsked(as(ctx, callerQueue), e) // a centre that was away is tried, after every desk
	sum, sumErr := s.recoverySummary(context.WithoutCancel(ctx), e.ID)
	return sum, errors.Join(err, sumErr)
}

// recoverAsked makes the round that a person asks for.
func (s *Station) recoverAsked(ctx context.Context, e protocollo.EmergencyRegister) error {
	open, err := s.cfg.Emergency.OpenEmergencyRegister(ctx, e.AOO)
	if err != nil {
		return fmt.Errorf("look for an open register: %w", err)
	}
	if open != nil {
		return protocollo.Errorf(protocollo.Conflict, "emergency-open", "emergency register %s is open", open.Title())
	}
	if e.Policy.Road.Or() == protocollo.EmergencyTyped {
		return protocollo.Errorf(protocollo.Conflict, "recovery-by-sheet", "the ordinary numbers of register %s come from a sheet", e.Title())
	}
	if err := s.probe(ctx); err != nil {
		return err
	}
	if err := s.reconcileAll(ctx); err != nil {
		return err
	}
	return s.recoverRegister(ctx, e)
}

// recoverRegister makes one round over a register; the caller holds the AOO's recovery. A row that fails alone steps aside, as a letter of
// the queue does.
func (s *Station) recoverRegister(ctx context.Context, e protocollo.EmergencyRegister) error {
	due, err := s.cfg.Emergency.RowsToRecover(ctx, e.ID)
	if err != nil {
		return fmt.Errorf("list rows: %w", err)
	}
	changed := false
	defer func() {
		s.recovery.set(e.AOO, RecoveryProgress{})
		if changed {
			s.publish(EventEmergency, e.ID, e.AOO)
		}
	}()
	for i, in := range due {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		ready, err := s.mayBeAsked(ctx, in)
		if err != nil {
			return err
		}
		if !ready || s.aside.waits(in.ID, s.now()) {
			continue
		}
		s.recovery.set(e.AOO, RecoveryProgress{OpeningID: e.ID, Done: e.Rows - len(due) + i, Of: e.Rows})
		if err := s.verdict(ctx, in, s.tryNumber(ctx, in)); err != nil {
			return err
		}
		changed = true
		s.publish(EventEmergency, e.ID, e.AOO)
	}
	return nil
}

// AskRefusedAgain is «Chiedi di nuovo» on a letter, or on an emergency row, whose ordinary number the centre refused, once the cause was put
// right there or, of a row, in the letter's data. reason says what was, and stands in the journal. The refusal proves that no number was given, so that a second call
// cannot give a second one; it goes the way of every attempt. Repeated after a crash it looks up what it asked for.
//
// Errors: Forbidden; NotFound; Invalid "reason"; Conflict "not-refused" for a letter that was not refused, "emergency-open", "annulled",
// "recovery-by-sheet"; Stopped. A centre that is away, refuses again or does not answer is no error: the record's last attempt says so.
func (s *Station) AskRefusedAgain(ctx context.Context, actor protocollo.Actor, intakeID int64, reason string) (Record, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return Record{}, err
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		return Record{}, protocollo.Errorf(protocollo.Invalid, "reason", "asking again needs its reason")
	}
	rec, err := s.cfg.Views.IntakeRecord(ctx, actor, intakeID)
	if err != nil {
		return Record{}, fmt.Errorf("read intake: %w", err)
	}
	unlock, err := s.keys.lock(ctx, intakeKey(rec.Intake.Key))
	if err != nil {
		return Record{}, fmt.Errorf("wait for the intake: %w", err)
	}
	err = s.askRefused(ctx, actor, rec.Intake, reason)
	unlock()
	if errors.Is(err, protocollo.Conflict) && slices.ContainsFunc(rec.Attempts, refused) && !refused(rec.Attempts[len(rec.Attempts)-1]) {
		return s.RetryNumber(ctx, actor, intakeID) // it was asked for again already
	}
	if err != nil {
		return Record{}, err
	}
	return wrapped(s.cfg.Views.IntakeRecord(ctx, actor, intakeID))("read intake")
}

func refused(a protocollo.Attempt) bool { return a.Outcome == protocollo.AttemptRejected }

// askRefused claims the attempt and makes it; the caller holds the intake's lock.
func (s *Station) askRefused(ctx context.Context, actor protocollo.Actor, in protocollo.Intake, reason string) error {
	ctx = as(context.WithoutCancel(ctx), callerPerson)
	if err := s.mayAsk(ctx); err != nil {
		return err
	}
	p, err := s.cfg.Emergency.BeginRefusedAgain(ctx, actor, in.ID, s.cfg.Registrar.Name(), reason)
	if err != nil {
		return fmt.Errorf("begin attempt: %w", err)
	}
	if _, _, _, err = s.askOnce(ctx, p); err != nil {
		return err
	}
	s.publish(EventEmergency, 0, in.AOO)
	return nil
}

func (s *Station) recoverySummary(ctx context.Context, openingID int64) (RecoverySummary, error) {
	var sum RecoverySummary
	rows, err := s.cfg.Emergency.EmergencyRows(ctx, openingID)
	if err != nil {
		return sum, fmt.Errorf("list rows: %w", err)
	}
	for _, r := range rows {
		switch {
		case r.Registration.Recovery != nil:
			sum.Recovered++
			continue
		case r.Annulment != nil:
			sum.Annulled++
			continue
		}
		rec, err := s.cfg.Views.IntakeRecord(ctx, self(r.Intake.AOO), r.Intake.ID)
		if err != nil {
			return sum, fmt.Errorf("read intake %d: %w", r.Intake.ID, err)
		}
		switch last := rec.Attempts[len(rec.Attempts)-1]; last.Outcome {
		case protocollo.AttemptUnknown, protocollo.AttemptUnderWay:
			sum.Unknown++
		case protocollo.AttemptRejected:
			sum.Rejected++
		default:
			sum.Left++
		}
	}
	return sum, nil
}

// recoverRevoked goes on with the recovery that a revocation ordered (L-21), as part of the queue's rounds. Registers of before a revoked
// one that the year's end closed go with it.
func (s *Station) recoverRevoked(ctx context.Context) error {
	setup, err := s.cfg.Setup.Setup(ctx)
	if protocollo.ClassOf(err) == protocollo.NotFound {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read setup: %w", err)
	}
	for _, aoo := range setup.AOOs {
		list, err := s.cfg.Emergency.EmergencyRegisters(ctx, aoo.Code, 0)
		if err != nil {
			return fmt.Errorf("list emergency registers: %w", err)
		}
		ordered := map[int64]bool{}
		var due []protocollo.EmergencyRegister
		for _, e := range list { // newest first
			if e.Closing == nil {
				due = nil
				break
			}
			if e.Revocation != nil || ordered[e.ID] {
				ordered[e.Continues] = true
				if e.Recovered+e.Annulled < e.Rows && e.Policy.Road.Or() == protocollo.EmergencyCalls {
					due = append(due, e)
				}
			}
		}
		for i := len(due) - 1; i >= 0; i-- {
			if err := s.recoverInTurn(ctx, due[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Station) recoverInTurn(ctx context.Context, e protocollo.EmergencyRegister) error {
	unlock, ok := s.keys.tryLock("recovery/" + string(e.AOO))
	if !ok {
		return nil // a person started it
	}
	defer unlock()
	return s.recoverRegister(ctx, e)
}

// emergencyOrigin is what the centre is told of a letter that has an emergency number. A first attempt has none.
func (s *Station) emergencyOrigin(ctx context.Context, p PendingAttempt) (*protocollo.EmergencyOrigin, error) {
	if p.Attempt.Ordinal < 2 {
		return nil, nil
	}
	return wrapped(s.cfg.Emergency.EmergencyOrigin(ctx, p.Intake.ID))("read emergency number")
}
