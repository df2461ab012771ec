package station

import (
	"context"
	"errors"
	"fmt"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
)

// CorrectCommand is «Correggi e chiedi di nuovo» on a letter without number that was refused.
type CorrectCommand struct {
	// Attempt is the ordinal of the refused attempt whose draft was shown: what happened since is not corrected unseen.
	Attempt int              `json:"attempt" minimum:"1"`
	Draft   protocollo.Draft `json:"draft"`
}

// CorrectRefused corrects a letter that whoever numbers refused, and asks again with it. The correction is durable before anybody is asked, and the
// attempt that follows sends the letter as it reads then, under the key that it always had: an answer to any of its calls is its own. Sent
// again after a crash, it asks if nobody did yet, and otherwise says what came of it.
//
// The error left says why it was not asked for although it is corrected: Conflict "emergency-open", Stopped; it then stays among the refused ones.
//
// Errors: Forbidden; NotFound; Conflict "under-way" while an attempt is made, "not-refused", "numbered", "closed", "asked-since"; Invalid with the
// field, and "nothing-corrected" where nothing would change. A centre that is away, refuses again or does not answer is no error: the record's last attempt
// says so.
func (s *Station) CorrectRefused(ctx context.Context, actor protocollo.Actor, intakeID int64, cmd CorrectCommand) (rec Record, left, err error) {
	rec, unlock, err := s.refusedForWork(ctx, actor, intakeID)
	if err != nil {
		return Record{}, nil, err
	}
	if cmd.Draft, err = rules.RemovableMedia(cmd.Draft.Normalize()); err != nil {
		unlock()
		return Record{}, nil, err
	}
	in, err := s.cfg.Refused.CorrectRefused(ctx, actor, intakeID, cmd.Attempt, cmd.Draft)
	if err == nil {
		s.publishIntake(EventIntake, in.ID, in)
		left = s.askRefused(ctx, actor, in, "")
	}
	unlock()
	switch {
	case errors.Is(err, protocollo.Conflict) && askedWith(rec, cmd):
		rec, err = s.RetryNumber(ctx, actor, intakeID) // the answer to this very command was lost
		return rec, nil, err
	case err != nil:
		return Record{}, nil, fmt.Errorf("correct intake %d: %w", intakeID, err)
	case left != nil && !errors.Is(left, protocollo.Conflict) && !errors.Is(left, protocollo.Stopped):
		return Record{}, nil, left
	}
	rec, err = wrapped(s.cfg.Views.IntakeRecord(context.WithoutCancel(ctx), actor, intakeID))("read intake")
	return rec, left, err
}

// askedWith reports whether a letter was asked for, after the attempt that a command corrects, with the command's draft.
func askedWith(rec Record, cmd CorrectCommand) bool {
	if len(rec.Attempts) <= cmd.Attempt || rec.Intake.Edition == 0 {
		return false
	}
	_, changes, err := rec.Intake.Draft.Corrected(cmd.Draft)
	return err == nil && len(changes) == 0
}

// CloseRefused is «Chiudi senza numero»: a refused letter that is done otherwise. Nobody can ask for it afterwards; it stays in the history and in
// every search. Who registers says which registration took its place; that there is none, who decides.
//
// Errors: Forbidden, "close-unreplaced"; NotFound; Invalid "reason", "replaced-by"; Conflict "under-way", "not-refused", "numbered", "closed".
func (s *Station) CloseRefused(ctx context.Context, actor protocollo.Actor, c protocollo.IntakeClosing) (Record, error) {
	c.By = actor.User
	if err := c.Validate(actor); err != nil {
		return Record{}, err
	}
	rec, unlock, err := s.refusedForWork(ctx, actor, c.IntakeID)
	if err != nil {
		return Record{}, err
	}
	defer unlock()
	if c.RegistrationID != 0 {
		if _, err := s.cfg.Views.Record(ctx, actor, c.RegistrationID); err != nil { // what the clerk may not see does not exist (R11.2)
			if errors.Is(err, protocollo.NotFound) {
				err = protocollo.Errorf(protocollo.Invalid, "replaced-by", "no registration %d", c.RegistrationID)
			}
			return Record{}, err
		}
	}
	if err := s.cfg.Refused.CloseRefused(ctx, actor, c); err != nil {
		return Record{}, fmt.Errorf("close intake %d: %w", c.IntakeID, err)
	}
	s.publishIntake(EventIntake, c.IntakeID, rec.Intake)
	return wrapped(s.cfg.Views.IntakeRecord(ctx, actor, c.IntakeID))("read intake")
}

// refusedForWork reads a letter for a person who settles it, and holds it until unlock. Conflict "under-way" while somebody asks for it: what is
// being sent is not changed behind it.
func (s *Station) refusedForWork(ctx context.Context, actor protocollo.Actor, intakeID int64) (rec Record, unlock func(), err error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return rec, nil, err
	}
	if rec, err = s.cfg.Views.IntakeRecord(ctx, actor, intakeID); err != nil {
		return rec, nil, fmt.Errorf("read intake: %w", err)
	}
	unlock, ok := s.keys.tryLock(intakeKey(rec.Intake.Key))
	if !ok {
		return rec, nil, protocollo.Errorf(protocollo.Conflict, "under-way", "intake %d is being asked for", intakeID)
	}
	// Read again: it may have been asked for until now.
	if rec, err = s.cfg.Views.IntakeRecord(ctx, actor, intakeID); err != nil {
		unlock()
		return rec, nil, fmt.Errorf("read intake: %w", err)
	}
	return rec, unlock, nil
}
