package station

import (
	"context"
	"fmt"
	"slices"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
)

// tendEmergencies does what falls due by the clock: the year's register (R9.9), the totals of days that are over (R9.7), and the yearly register's renewal (R17.7). It
// tells the screens when a warning begins or ends; shown is what they were told.
func (s *Station) tendEmergencies(ctx context.Context, shown map[int64][]string) error {
	setup, err := s.cfg.Setup.Setup(ctx)
	if protocollo.ClassOf(err) == protocollo.NotFound {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read setup: %w", err)
	}
	for _, aoo := range setup.AOOs {
		if err := s.beginYear(ctx, aoo.Code); err != nil {
			return err
		}
		open, err := s.cfg.Emergency.OpenEmergencyRegister(ctx, aoo.Code)
		if err != nil {
			return fmt.Errorf("look for an open register: %w", err)
		}
		if open == nil {
			continue
		}
		if err := s.tendEmergency(ctx, *open); err != nil {
			return err
		}
		var codes []string
		for _, w := range rules.EmergencyWarnings(*open, s.now()) {
			codes = append(codes, w.Code)
		}
		if !slices.Equal(codes, shown[open.ID]) {
			shown[open.ID] = codes
			s.publish(EventEmergency, open.ID, aoo.Code)
		}
	}
	return nil
}

// tendEmergency tends one register. Years are renewed one by one until the register is this year's, and then what had to wait for that is
// numbered.
func (s *Station) tendEmergency(ctx context.Context, e protocollo.EmergencyRegister) error {
	for {
		if err := s.cfg.Emergency.RecordEmergencyDays(ctx, e.ID); err != nil {
			return fmt.Errorf("write totals: %w", err)
		}
		next, err := s.cfg.Emergency.RenewEmergency(ctx, e.ID)
		if err != nil {
			return fmt.Errorf("renew: %w", err)
		}
		if next == nil {
			return nil
		}
		s.publish(EventEmergency, next.ID, next.AOO)
		e = *next
		if err := s.numberHeld(ctx, e); err != nil {
			return err
		}
	}
}

// recoverEmergencies is what a stop may have left to be done by the clock.
func (s *Station) recoverEmergencies(ctx context.Context, _ []protocollo.AOO) error {
	return s.tendEmergencies(ctx, map[int64][]string{})
}
