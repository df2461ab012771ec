package station

import (
	"context"
	"fmt"
	"strings"

	"segnatura/internal/protocollo"
)

// Annul cancels a whole registration (DPR 445/2000 art. 54; R8.1): first with whoever numbers, and only after its yes here (R8.4).
// Its data stay readable. Repeating it after a doubt is safe: the same annulment again is no error on either side.
//
// Errors: Forbidden for all but the Responsabile; Invalid naming reason, actNumber or actDay; Conflict "annulled"; Conflict "no-annulment"
// where the connector's contract has none; Unavailable, Rejected and OutcomeUnknown as the register answered.
func (s *Station) Annul(ctx context.Context, actor protocollo.Actor, ann protocollo.Annulment) (Record, error) {
	if err := actor.Require(protocollo.ActDecide); err != nil {
		return Record{}, err
	}
	rec, err := s.numbered(ctx, actor, ann.RegistrationID)
	if err != nil {
		return Record{}, err
	}
	ann.Reason, ann.ActNumber = strings.TrimSpace(ann.Reason), strings.TrimSpace(ann.ActNumber)
	ann.At, ann.By = s.now(), actor.User
	if err := ann.Validate(); err != nil {
		return Record{}, err
	}
	if _, err := protocollo.ParseDay(string(ann.ActDay)); err != nil {
		return Record{}, protocollo.Errorf(protocollo.Invalid, "actDay", "the act's day %q", ann.ActDay)
	}
	if rec.Registration.Connector != s.cfg.Registrar.Name() || !s.cfg.Registrar.Capabilities().Annul {
		return Record{}, protocollo.Errorf(protocollo.Conflict, "no-annulment", "connector %s cannot annul", rec.Registration.Connector)
	}
	if !rec.Facets.Annulled {
		call, cancel := context.WithTimeout(ctx, s.cfg.RegisterTimeout)
		err := s.cfg.Registrar.Annul(call, rec.Registration.Ref, ann)
		cancel()
		if err != nil {
			return Record{}, fmt.Errorf("annul in the register: %w", err)
		}
	}
	ctx = context.WithoutCancel(ctx)
	if err := s.cfg.Annulments.AnnulRegistration(ctx, actor, ann); err != nil {
		return Record{}, fmt.Errorf("record annulment: %w", err)
	}
	s.publishIntake(EventRegistration, ann.RegistrationID, rec.Intake)
	again, err := s.cfg.Views.Record(ctx, actor, ann.RegistrationID)
	if err != nil {
		return rec, fmt.Errorf("read registration: %w", err)
	}
	return again, nil
}
