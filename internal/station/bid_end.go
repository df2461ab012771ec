package station

import (
	"context"
	"fmt"
	"strings"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
)

// CloseTender ends a gara. Conflict "bids-unassigned" while a plico of no gara, one that nobody described, or an instant that nobody declared came
// before its deadline: they could be its. Conflict "custody-gap" while a chain of custody has a gap or a plico that came in time was never
// handed over (R5.5).
func (s *Station) CloseTender(ctx context.Context, actor protocollo.Actor, id int64, note string) error {
	if err := actor.Require(protocollo.ActTenderClose); err != nil {
		return err
	}
	if err := s.cfg.Bids.CloseTender(ctx, actor, id, strings.TrimSpace(note), mayEnd); err != nil {
		return fmt.Errorf("close gara %d: %w", id, err)
	}
	s.publishBid(0, actor.AOO)
	return nil
}

// ReopenTender takes the end of a gara back: what was found afterwards still becomes its. The closing and the reason stay.
func (s *Station) ReopenTender(ctx context.Context, actor protocollo.Actor, id, closing int64, reason string) error {
	if err := actor.Require(protocollo.ActDecide); err != nil {
		return err
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		return protocollo.Errorf(protocollo.Invalid, "reason", "a gara is opened again for a reason")
	}
	if err := s.cfg.Bids.ReopenTender(ctx, actor, id, closing, reason); err != nil {
		return fmt.Errorf("open gara %d again: %w", id, err)
	}
	s.publishBid(0, actor.AOO)
	return nil
}

func mayEnd(e TenderEnd) error {
	bids, instants := e.couldBelong()
	if len(bids)+len(instants) > 0 {
		return protocollo.Errorf(protocollo.Conflict, "bids-unassigned", "%d plichi and %d instants could be of gara %d", len(bids), len(instants), e.Tender.ID)
	}
	for _, b := range e.Bids {
		if gap := rules.ClosingGap(b); gap != rules.GapNone {
			return protocollo.Errorf(protocollo.Conflict, "custody-gap", "plico %s: %s", b.Code(), gap)
		}
	}
	return nil
}

// couldBelong returns what came in time and may turn out to be the gara's.
func (e TenderEnd) couldBelong() ([]protocollo.Bid, []protocollo.Handover) {
	deadline := e.Tender.Terms.Deadline
	var bids []protocollo.Bid
	for _, b := range e.Unassigned {
		if rules.MayBeOf(b, deadline) {
			bids = append(bids, b)
		}
	}
	var instants []protocollo.Handover
	for _, h := range e.Undeclared {
		if protocollo.LatenessOf(h.Received(), deadline) == protocollo.Within {
			instants = append(instants, h)
		}
	}
	return bids, instants
}
