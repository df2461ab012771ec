package station

import (
	"context"
	"fmt"
	"strings"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
)

// Postponement is a person's word that a registration's paper is scanned later. It ends by itself with the scan.
type Postponement struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	Reason string    `json:"reason"`
}

// PostponeScan puts the scan of a registration off: «anche in un secondo tempo» (Comune, artt. 28.6 and 35 b.2; R3.5). It stays on the list
// of what is to be scanned later until it is.
//
// Errors: those of the target of a scan; Conflict "already-captured"; Conflict "not-deferrable" where the manual has everything scanned at
// once (C15); Invalid "reason".
func (s *Station) PostponeScan(ctx context.Context, actor protocollo.Actor, registrationID int64, reason string) error {
	id, err := s.target(ctx, actor, registrationID, 0)
	if err != nil {
		return err
	}
	profile, err := s.profileOf(ctx, actor.AOO)
	if err != nil {
		return err
	}
	if profile.Duty == rules.DutyAtOnce {
		return protocollo.Errorf(protocollo.Conflict, "not-deferrable", "profile %s has paper scanned at once", profile.Name)
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		return protocollo.Errorf(protocollo.Invalid, "reason", "to put a scan off needs a reason")
	}
	if err := s.cfg.Days.Postpone(ctx, actor, id, reason); err != nil {
		return fmt.Errorf("put the scan of registration %d off: %w", id, err)
	}
	return s.publishRecord(ctx, actor.AOO, id)
}
