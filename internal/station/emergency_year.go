package station

import (
	"context"
	"fmt"
	"strings"
	"time"

	"segnatura/internal/protocollo"
)

// YearCommand sets up the emergency register of a year.
type YearCommand struct {
	Year   int                        `json:"year" minimum:"2000" maximum:"9999"`
	Medium protocollo.EmergencyMedium `json:"medium" enum:"carta,foglio,entrambi"`
	Fields protocollo.EmergencyFields `json:"fields" enum:"F-1,F-2,ordinario"`
	KeptAt string                     `json:"keptAt,omitempty" maxLength:"200" doc:"Dove sono le pagine di carta"`
	Reason string                     `json:"reason,omitempty" maxLength:"400" doc:"Perché si predispone di nuovo"`
}

// EmergencyYears is how the registers of this year and the next are set up, where the AOO numbers by the year.
type EmergencyYears struct {
	This *protocollo.EmergencyYear `json:"this,omitempty"`
	Next *protocollo.EmergencyYear `json:"next,omitempty"`
	// Wanted is the year that nobody has set up and that is about to begin, or has begun; 0: none.
	Wanted int `json:"wanted,omitempty"`
}

// SetUpEmergencyYear is «Predisponi il registro dell'anno» (R9.9): on what the register of this year or the next is kept, with which fields, and where its
// paper lies. Openings of that year follow it. With a reason it is said anew while the year has no row and no open register, also where
// the station set it up by itself. The same again is no error.
//
// Errors: Forbidden "decide"; Invalid "year", "medium", "fields"; Conflict "year-not-yearly" where the AOO does not number by the year, "year-set-up" without a reason, "year-in-use"; Stopped.
func (s *Station) SetUpEmergencyYear(ctx context.Context, actor protocollo.Actor, cmd YearCommand) (protocollo.EmergencyYear, error) {
	none := protocollo.EmergencyYear{}
	if err := actor.Require(protocollo.ActDecide); err != nil {
		return none, err
	}
	policy, err := s.emergencyPolicy(ctx, actor.AOO)
	if err != nil {
		return none, err
	}
	now := protocollo.YearOf(s.now())
	switch {
	case !policy.Scheme.Yearly():
		return none, protocollo.Errorf(protocollo.Conflict, "year-not-yearly", "AOO %s does not number by the year", actor.AOO)
	case cmd.Year != now && cmd.Year != now+1:
		return none, protocollo.Errorf(protocollo.Invalid, "year", "the register of %d in %d", cmd.Year, now)
	case cmd.Medium != protocollo.EmergencyPaper && cmd.Medium != protocollo.EmergencySheet && cmd.Medium != protocollo.EmergencyBoth:
		return none, protocollo.Errorf(protocollo.Invalid, "medium", "no medium %q", cmd.Medium)
	case !cmd.Fields.Valid():
		return none, protocollo.Errorf(protocollo.Invalid, "fields", "no form %q", cmd.Fields)
	}
	y, err := s.cfg.Emergency.SetUpEmergencyYear(ctx, actor, protocollo.EmergencyYear{Year: cmd.Year, Scheme: policy.Scheme, Medium: cmd.Medium, Fields: cmd.Fields,
		KeptAt: strings.TrimSpace(cmd.KeptAt), Reason: strings.TrimSpace(cmd.Reason)})
	if err != nil {
		return none, fmt.Errorf("set up: %w", err)
	}
	s.publish(EventEmergency, 0, actor.AOO)
	return y, nil
}

// emergencyYears says how the years are set up; nil where the AOO does not number by the year.
func (s *Station) emergencyYears(ctx context.Context, aoo protocollo.AOOCode, policy protocollo.EmergencyPolicy) (*EmergencyYears, error) {
	if !policy.Scheme.Yearly() {
		return nil, nil
	}
	now := s.now().In(protocollo.Rome())
	var out EmergencyYears
	var err error
	if out.This, err = s.cfg.Emergency.EmergencyYear(ctx, aoo, now.Year()); err != nil {
		return nil, fmt.Errorf("read the year's register: %w", err)
	}
	if out.Next, err = s.cfg.Emergency.EmergencyYear(ctx, aoo, now.Year()+1); err != nil {
		return nil, fmt.Errorf("read the next year's register: %w", err)
	}
	switch {
	case out.This == nil:
		out.Wanted = now.Year()
	case out.Next == nil && now.Month() == time.December:
		out.Wanted = now.Year() + 1
	}
	return &out, nil
}

// beginYear sets up in January the register of a year that began without it, as the policy has it (R9.9).
func (s *Station) beginYear(ctx context.Context, aoo protocollo.AOOCode) error {
	if s.now().In(protocollo.Rome()).Month() != time.January {
		return nil
	}
	policy, err := s.emergencyPolicy(ctx, aoo)
	if err != nil {
		return err
	}
	years, err := s.emergencyYears(ctx, aoo, policy)
	if err != nil || years == nil || years.This != nil {
		return err
	}
	y := protocollo.EmergencyYear{Year: years.Wanted, Scheme: policy.Scheme, Medium: policy.Medium, Fields: policy.Fields.Or()}
	if y.Medium == protocollo.EmergencyChooses {
		y.Medium = protocollo.EmergencyBoth
	}
	_, err = s.cfg.Emergency.SetUpEmergencyYear(ctx, protocollo.Station(aoo), y)
	if protocollo.ClassOf(err) == protocollo.Stopped { // which year it is, is in doubt
		return nil
	}
	if err != nil {
		return fmt.Errorf("set up the year's register: %w", err)
	}
	s.publish(EventEmergency, 0, aoo)
	return nil
}
