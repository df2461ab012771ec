package station

import (
	"context"
	"fmt"
	"slices"

	"segnatura/internal/protocollo"
	"segnatura/stamp"
)

// AuthorisationPaper returns the act of Allegato 1 as its paper shows it, as soon as the authorisation is given: a planned interruption is
// authorised, and the act signed, before there is a register (002 art. 74.1; R21.1, R21.3). One that opened a register is that register's.
//
// Errors: Forbidden "read-all"; NotFound "emergency".
func (s *Station) AuthorisationPaper(ctx context.Context, actor protocollo.Actor, id int64) (stamp.EmergencyRegister, error) {
	if err := actor.Require(protocollo.ActReadAll); err != nil {
		return stamp.EmergencyRegister{}, err
	}
	given, err := s.cfg.Emergency.EmergencyAuthorisations(ctx, actor.AOO)
	if err != nil {
		return stamp.EmergencyRegister{}, fmt.Errorf("list authorisations: %w", err)
	}
	if at := slices.IndexFunc(given, func(a protocollo.EmergencyAuthorisation) bool { return a.ID == id }); at >= 0 {
		out, err := s.blankRegister(ctx, actor.AOO)
		out.Authorised = actWords(given[at].WrittenAct)
		signedBy(&out, protocollo.EmergencyRegister{Authorisation: given[at]}, protocollo.ActAuthorisation)
		return out, err
	}
	list, err := s.EmergencyRegisters(ctx, actor, 0)
	if err != nil {
		return stamp.EmergencyRegister{}, err
	}
	for _, e := range slices.Backward(list) { // the first that it opened: a yearly register's successor has it too
		if e.Authorisation.ID == id {
			return s.EmergencyPaper(ctx, actor, fmt.Sprintf("%d-%d", e.Ordinal, e.Year), protocollo.ActAuthorisation)
		}
	}
	return stamp.EmergencyRegister{}, protocollo.Errorf(protocollo.NotFound, "emergency", "no such authorisation: %d", id)
}
