package station

import (
	"context"
	"fmt"
	"strings"
	"time"

	"segnatura/internal/protocollo"
)

// StoppedDelivery is an archived file that the centre refused, or of which nobody knows whether it arrived: it is not sent again until
// a person says so.
type StoppedDelivery struct {
	ID     int64            `json:"id"`
	Record Record           `json:"record"`
	Title  string           `json:"title"` // «Documento principale», «Allegato 1: planimetria»
	Why    protocollo.Class `json:"why" enum:"rejected,outcome-unknown"`
	Words  string           `json:"words"` // the other side's own
	Since  time.Time        `json:"since"`
}

// StoppedDispatch is one of them as the store has it.
type StoppedDispatch struct {
	ID, RegistrationID int64
	Part               int
	Why                protocollo.Class
	Words              string
	Since              time.Time
}

// StoppedDeliveries lists them, oldest first. Forbidden to who may not register.
func (s *Station) StoppedDeliveries(ctx context.Context, actor protocollo.Actor) ([]StoppedDelivery, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return nil, err
	}
	list, err := s.cfg.Outbox.StoppedDispatches(ctx, actor.AOO)
	if err != nil {
		return nil, fmt.Errorf("list stopped deliveries: %w", err)
	}
	var out []StoppedDelivery
	for _, d := range list {
		rec, err := s.cfg.Views.Record(ctx, actor, d.RegistrationID)
		if protocollo.ClassOf(err) == protocollo.NotFound {
			continue // not this actor's to see
		}
		if err != nil {
			return nil, fmt.Errorf("read registration %d: %w", d.RegistrationID, err)
		}
		out = append(out, StoppedDelivery{ID: d.ID, Record: rec, Title: partTitle(rec.Intake.Draft, d.Part), Why: d.Why, Words: d.Words, Since: d.Since})
	}
	return out, nil
}

// RetryDelivery is a person's word that a stopped file is to be sent again, and sends it. It comes back with what the centre answered: again
// stopped, or under its number. The key of the attachment is the same, so that a centre that has it already gives the same answer.
//
// NotFound "dispatch" when it does not wait for a person (any more), or is not the actor's to see.
func (s *Station) RetryDelivery(ctx context.Context, actor protocollo.Actor, id int64) (Record, error) {
	d, err := s.stoppedDelivery(ctx, actor, id)
	if err != nil {
		return Record{}, err
	}
	if err := s.cfg.Outbox.ResumeDispatch(ctx, actor, id); err != nil {
		return d.Record, fmt.Errorf("take delivery %d up again: %w", id, err)
	}
	s.filesAside.forget(id)
	if err := s.Deliver(context.WithoutCancel(ctx), id); err != nil {
		s.log.Warn("delivery stays", "job", id, "err", err)
	}
	return s.cfg.Views.Record(ctx, actor, d.Record.Registration.ID)
}

// ConfirmDelivery is a person's word that the centre has the file: they saw it there or, where it was refused, attached it there by hand, which is
// the only way with a contract that takes no documents. reason says where, and stands for the receipt. Errors as of RetryDelivery; Invalid
// "reason".
func (s *Station) ConfirmDelivery(ctx context.Context, actor protocollo.Actor, id int64, reason string) (Record, error) {
	d, err := s.stoppedDelivery(ctx, actor, id)
	if err != nil {
		return Record{}, err
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		return Record{}, protocollo.Errorf(protocollo.Invalid, "reason", "nobody says where the file was seen")
	}
	if err := s.cfg.Outbox.ConfirmDispatch(ctx, actor, id, reason); err != nil {
		return d.Record, fmt.Errorf("confirm delivery %d: %w", id, err)
	}
	s.publishIntake(EventRegistration, d.Record.Registration.ID, d.Record.Intake)
	return s.cfg.Views.Record(ctx, actor, d.Record.Registration.ID)
}

func (s *Station) stoppedDelivery(ctx context.Context, actor protocollo.Actor, id int64) (StoppedDelivery, error) {
	list, err := s.StoppedDeliveries(ctx, actor)
	if err != nil {
		return StoppedDelivery{}, err
	}
	for _, d := range list {
		if d.ID == id {
			return d, nil
		}
	}
	return StoppedDelivery{}, protocollo.Errorf(protocollo.NotFound, "dispatch", "delivery %d does not wait for a person", id)
}
