package station

import (
	"context"
	"fmt"
	"strconv"

	"segnatura/internal/protocollo"
)

// KeyNumberCommand is what a person read on the other screen: the number, typed twice, and its day there.
type KeyNumberCommand struct {
	Number, Again string
	Day           protocollo.Day
	// Confirmed answers the doubt that was shown.
	Confirmed bool
}

// What is implausible of a keyed number, and asks once.
const (
	DoubtFar     = "number-far"     // far from the last one that was keyed in for the same register and year
	DoubtEarlier = "number-earlier" // below the last one, and yet of a later day; or above it, and of an earlier one
	DoubtArrival = "day-before-arrival"
)

// farNumbers is how far from the last number one may be without a question: a large body's day.
const farNumbers = 1000

// KeyNumber records the number that a person read on another screen for a letter (R1.4, the one exception), and makes the letter's
// registration of it as of any receipt, or the ordinary number of a row of a closed emergency register. The same again is no error, also
// when the letter has the number by now.
//
// Errors: Forbidden; NotFound; Conflict "not-keyed" where the numbers come from a connector that is asked for them, "numbered" when the
// letter has another ordinary number, "annulled", "emergency-open" until the emergency register is closed, "keyed" when another was keyed in for it, "number-taken" when another letter has it, one of the Doubt codes
// until the command is confirmed; Invalid "number", "again", "day"; Stopped.
func (s *Station) KeyNumber(ctx context.Context, actor protocollo.Actor, intakeID int64, cmd KeyNumberCommand) (Record, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return Record{}, err
	}
	if !s.cfg.Registrar.Capabilities().Keyed {
		return Record{}, protocollo.Errorf(protocollo.Conflict, "not-keyed", "connector %s is asked for its numbers", s.cfg.Registrar.Name())
	}
	rec, err := s.cfg.Views.IntakeRecord(ctx, actor, intakeID)
	if err != nil {
		return Record{}, fmt.Errorf("read intake: %w", err)
	}
	number, year, err := s.typedTwice(cmd)
	if err != nil {
		return Record{}, err
	}
	unlock, err := s.keys.lock(ctx, intakeKey(rec.Intake.Key))
	if err != nil {
		return Record{}, fmt.Errorf("wait for the intake: %w", err)
	}
	defer unlock()
	if rec, err = s.cfg.Views.IntakeRecord(ctx, actor, intakeID); err != nil {
		return Record{}, fmt.Errorf("read intake: %w", err)
	}
	if !rec.Registration.Awaits() {
		if n, day := ordinaryNumber(*rec.Registration), ordinaryDay(*rec.Registration); n != number || day != cmd.Day {
			return Record{}, protocollo.Errorf(protocollo.Conflict, "numbered", "intake %d has number %s of %s", intakeID, n, day)
		}
		return rec, nil
	}
	if rec.Facets.Annulled {
		return Record{}, protocollo.Errorf(protocollo.Conflict, "annulled", "the emergency registration of intake %d is annulled", intakeID)
	}
	setup, aoo, err := s.office(ctx, rec.Intake.AOO)
	if err != nil {
		return Record{}, err
	}
	keyed := KeyedNumber{RequestKey: rec.Intake.Key, Number: number, Day: cmd.Day,
		Register: protocollo.RegisterKey{Amministrazione: setup.Body.Code, AOO: aoo.Code, Register: aoo.RegisterCode, Year: year}}
	if keyed.Doubt, err = s.keyedDoubt(ctx, rec.Intake, keyed); err != nil {
		return Record{}, err
	}
	if keyed.Doubt != "" && !cmd.Confirmed {
		return Record{}, protocollo.Errorf(protocollo.Conflict, keyed.Doubt, "%s of %s is implausible", number, cmd.Day)
	}
	ctx = context.WithoutCancel(ctx)
	if err := s.cfg.Keyed.KeyNumber(ctx, actor, keyed); err != nil {
		return Record{}, fmt.Errorf("key number: %w", err)
	}
	if err := s.numberKeyed(ctx, rec); err != nil {
		return rec, err
	}
	return wrapped(s.cfg.Views.IntakeRecord(ctx, actor, intakeID))("read intake")
}

// typedTwice compares both typings and reads them.
func (s *Station) typedTwice(cmd KeyNumberCommand) (protocollo.Number, int, error) {
	number, err := typedProtocol(cmd.Number)
	if err != nil {
		return "", 0, err
	}
	if again, err := typedProtocol(cmd.Again); err != nil || again != number {
		return "", 0, protocollo.Errorf(protocollo.Invalid, "again", "%q and %q are not the same number", cmd.Number, cmd.Again)
	}
	if _, err := protocollo.ParseDay(string(cmd.Day)); err != nil || cmd.Day > s.today() {
		return "", 0, protocollo.Errorf(protocollo.Invalid, "day", "the day %q is none, or has not come yet", cmd.Day)
	}
	year, err := strconv.Atoi(string(cmd.Day[:4]))
	if err != nil {
		return "", 0, protocollo.Errorf(protocollo.Invalid, "day", "the day %q", cmd.Day)
	}
	return number, year, nil
}

// keyedDoubt says what is implausible of a number, or "".
func (s *Station) keyedDoubt(ctx context.Context, in protocollo.Intake, n KeyedNumber) (string, error) {
	if n.Day < in.ArrivalDay {
		return DoubtArrival, nil
	}
	last, found, err := s.cfg.Keyed.LastKeyed(ctx, n.Register)
	if err != nil {
		return "", fmt.Errorf("look for the last keyed number: %w", err)
	}
	if !found || last.RequestKey == n.RequestKey {
		return "", nil
	}
	was, err := last.Number.Int()
	if err != nil {
		return "", err
	}
	is, err := n.Number.Int()
	if err != nil {
		return "", err
	}
	switch {
	case n.Day > last.Day && is < was, n.Day < last.Day && is > was:
		return DoubtEarlier, nil
	case is-was > farNumbers, was-is > farNumbers:
		return DoubtFar, nil
	}
	return "", nil
}

// numberKeyed makes the registration of what was keyed in; the caller holds the intake's lock.
func (s *Station) numberKeyed(ctx context.Context, rec Record) error {
	if n := len(rec.Attempts); n > 0 && unsettled(rec.Attempts[n-1]) {
		_, err := s.settle(ctx, PendingAttempt{Attempt: rec.Attempts[n-1], Intake: rec.Intake}, true)
		return err
	}
	return s.attempt(ctx, rec.Intake)
}

// drainKeyed makes the registrations of what was keyed in and not confirmed before a crash. Nobody is asked for the others: a person
// keys them in.
func (s *Station) drainKeyed(ctx context.Context, waiting []protocollo.Intake) error {
	for _, in := range waiting {
		found, err := s.mayBeAsked(ctx, in)
		if err != nil {
			return err
		}
		if !found {
			continue
		}
		if err := s.tryNumber(ctx, in); err != nil {
			return err
		}
	}
	return nil
}

// mayBeAsked reports whether an intake's number can be asked for without a person: always, but where a person keys it in and has not yet.
func (s *Station) mayBeAsked(ctx context.Context, in protocollo.Intake) (bool, error) {
	if !s.cfg.Registrar.Capabilities().Keyed {
		return true, nil
	}
	_, found, err := s.cfg.Registrar.Find(ctx, in.AOO, in.Key)
	if err != nil {
		return false, fmt.Errorf("look for a keyed number: %w", err)
	}
	return found, nil
}

// ordinaryDay is the centre's, as [ordinaryNumber].
func ordinaryDay(r protocollo.Registration) protocollo.Day {
	if r.Recovery != nil {
		return r.Recovery.Day
	}
	return r.Day
}
