package station

import (
	"context"
	"fmt"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
)

// OpenElsewhere counts what other screens hold open now. It has no days: only today's end asks for it.
type OpenElsewhere struct {
	Undeclared   int `json:"undeclared" doc:"Istanti senza modulo"`
	Undescribed  int `json:"undescribed" doc:"Plichi senza i dati della busta"`
	Unassigned   int `json:"unassigned" doc:"Plichi descritti, di gara da individuare"`
	Emergency    int `json:"emergency" doc:"Registri di emergenza aperti"`
	UnsignedActs int `json:"unsignedActs" doc:"Atti di emergenza con la firma da acquisire"`
	Corrections  int `json:"corrections" doc:"Rettifiche e annullamenti autorizzati, non ancora fatti sul protocollo"`
}

func (o OpenElsewhere) total() int {
	return o.Undeclared + o.Undescribed + o.Unassigned + o.Emergency + o.UnsignedActs + o.Corrections
}

func (s *Station) openElsewhere(ctx context.Context, actor protocollo.Actor) (OpenElsewhere, error) {
	var o OpenElsewhere
	instants, err := s.cfg.Bids.Handovers(ctx, actor.AOO, HandoverQuery{Open: true})
	if err != nil {
		return o, fmt.Errorf("list open handovers: %w", err)
	}
	o.Undeclared = len(instants)
	plichi, err := s.cfg.Bids.Bids(ctx, actor.AOO, BidQuery{Unassigned: true})
	if err != nil {
		return o, fmt.Errorf("list plichi of no gara: %w", err)
	}
	for _, b := range plichi {
		switch {
		case b.Gone() != nil:
		case b.Description == nil:
			o.Undescribed++
		default:
			o.Unassigned++
		}
	}
	registers, err := s.cfg.Emergency.EmergencyRegisters(ctx, actor.AOO, 0)
	if err != nil {
		return o, fmt.Errorf("list emergency registers: %w", err)
	}
	for _, e := range registers {
		if e.Closing == nil {
			o.Emergency++
		}
		o.UnsignedActs += len(rules.UnsignedActs(e))
	}
	corrections, err := s.cfg.Corrections.Corrections(ctx, actor, CorrectionQuery{Open: true, Limit: correctionsAtOnce})
	if err != nil {
		return o, fmt.Errorf("list corrections: %w", err)
	}
	for _, c := range corrections {
		if c.Decision != nil && c.Decision.Choice == protocollo.CorrectionAuthorised {
			o.Corrections++
		}
	}
	return o, nil
}
