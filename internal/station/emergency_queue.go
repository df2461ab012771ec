package station

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"segnatura/internal/protocollo"
)

// EmergencyWaiting lists the letters that certainly have no number, because nothing was sent or the centre refused them, in arrival order: they
// may be moved to the open register. Unknown outcomes are not among them (R21.2).
func (s *Station) EmergencyWaiting(ctx context.Context, actor protocollo.Actor) ([]Record, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return nil, err
	}
	list, err := s.cfg.Emergency.EmergencyWaiting(ctx, actor.AOO)
	if err != nil {
		return nil, fmt.Errorf("list what waits: %w", err)
	}
	out := []Record{}
	for _, w := range list {
		rec, err := s.cfg.Views.IntakeRecord(ctx, actor, w.Intake.ID)
		if protocollo.ClassOf(err) == protocollo.NotFound {
			continue // not this actor's to see
		}
		if err != nil {
			return nil, fmt.Errorf("read intake %d: %w", w.Intake.ID, err)
		}
		out = append(out, rec)
	}
	return out, nil
}

// MoveResult says what became of letters that were to be moved.
type MoveResult struct {
	Moved int `json:"moved"`
	// Left stay in the queue, each with why: an error's code.
	Left []LeftBehind `json:"left"`
}

// LeftBehind is a letter that was not moved.
type LeftBehind struct {
	IntakeID int64  `json:"intakeID"`
	Code     string `json:"code"`
}

// MoveToEmergency gives waiting letters numbers of the open register, in arrival order, each in the transaction that ends its place in the
// queue. Only the Responsabile moves; grounds then say why each is an urgent act, where the register is kept for those. Repeated, it moves
// what is left.
func (s *Station) MoveToEmergency(ctx context.Context, actor protocollo.Actor, intakeIDs []int64, grounds string) (MoveResult, error) {
	res := MoveResult{Left: []LeftBehind{}}
	if err := actor.Require(protocollo.ActDecide); err != nil {
		return res, err
	}
	list, err := s.cfg.Emergency.EmergencyWaiting(ctx, actor.AOO)
	if err != nil {
		return res, fmt.Errorf("list what waits: %w", err)
	}
	left := slices.Clone(intakeIDs)
	for _, w := range list {
		at := slices.Index(left, w.Intake.ID)
		if at < 0 {
			continue
		}
		left = slices.Delete(left, at, at+1)
		why, err := s.intoEmergency(ctx, actor, w.Intake, strings.TrimSpace(grounds))
		if err != nil {
			return res, err
		}
		if why != "" {
			res.Left = append(res.Left, LeftBehind{w.Intake.ID, why})
			continue
		}
		res.Moved++
	}
	for _, id := range left {
		res.Left = append(res.Left, LeftBehind{id, "not-waiting"})
	}
	return res, nil
}

// intoEmergency moves one letter; why it was not moved is no error.
func (s *Station) intoEmergency(ctx context.Context, actor protocollo.Actor, in protocollo.Intake, grounds string) (why string, err error) {
	unlock, ok := s.keys.tryLock(intakeKey(in.Key))
	if !ok {
		return "under-way", nil // the desk has it
	}
	defer unlock()
	setup, aoo, err := s.office(ctx, in.AOO)
	if err != nil {
		return "", err
	}
	reg, err := s.cfg.Emergency.AllocateEmergencyNumber(ctx, actor, in.ID, segnaturaOf(setup, aoo, in, protocollo.Receipt{}), grounds)
	var refused *protocollo.Error
	if errors.As(err, &refused) && refused.Class == protocollo.Conflict {
		return refused.Code, nil
	}
	if err != nil {
		return "", fmt.Errorf("move intake %d: %w", in.ID, err)
	}
	s.publishIntake(EventRegistration, reg.ID, in)
	return "", nil
}

// numberHeld numbers, in their order, the letters that came to an open register and got no number because it had expired.
func (s *Station) numberHeld(ctx context.Context, e protocollo.EmergencyRegister) error {
	list, err := s.cfg.Emergency.EmergencyWaiting(ctx, e.AOO)
	if err != nil {
		return fmt.Errorf("list what waits: %w", err)
	}
	since := e.OpenedAt
	if e.Continues != 0 { // the year's end opened it: what the one before it held back is its own (R17.7)
		since = e.InterruptedAt
	}
	for _, w := range list {
		if w.Attempt.Connector != protocollo.EmergencyConnector || w.Intake.SavedAt.Before(since) {
			continue
		}
		if _, err := s.intoEmergency(ctx, protocollo.Station(e.AOO), w.Intake, ""); err != nil {
			return err
		}
	}
	return nil
}
