package station

import (
	"context"
	"fmt"
	"time"

	"segnatura/internal/protocollo"
)

// watchPause is how often a system that nobody calls is asked whether it is there.
const watchPause = time.Minute

// watchCentre asks the system that numbers whether it is there, by its harmless question, where no letter would find out: while an AOO's emergency
// register is open nobody asks for numbers (R21.2), with nothing waiting the queue has no trial to make, and after a start nothing was asked yet. It
// registers nothing. So the desk knows from the start whether it may count on a number, the Responsabile that the centre is back, and a register is
// not closed against a centre that is away.
func (s *Station) watchCentre(ctx context.Context) error {
	p, ok := s.cfg.Registrar.(Prober)
	caps := s.cfg.Registrar.Capabilities()
	if !ok || caps.Local || caps.Keyed {
		return nil
	}
	emergency, err := s.inEmergency(ctx)
	if err != nil {
		return err
	}
	h := s.Health()
	untried := h.State == HealthUntried
	if !emergency {
		if !untried && !h.Held && !h.State.out() {
			return nil
		}
		waiting, err := s.cfg.Unsettled.WaitingIntakes(ctx, protocollo.Intake{}, 1)
		if err != nil {
			return fmt.Errorf("look for what waits: %w", err)
		}
		if len(waiting) > 0 {
			return nil // the queue asks
		}
	}
	switch err := s.check(ctx, p); {
	case ctx.Err() != nil:
	case err == nil:
		s.noteHealth(HealthAnswering, s.line.open())
	case emergency, untried:
		s.noteHealth(s.healthAfter(err), false)
	}
	return nil
}

// inEmergency reports whether an AOO's emergency register is open.
func (s *Station) inEmergency(ctx context.Context) (bool, error) {
	setup, err := s.cfg.Setup.Setup(ctx)
	if protocollo.ClassOf(err) == protocollo.NotFound {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read setup: %w", err)
	}
	for _, aoo := range setup.AOOs {
		open, err := s.cfg.Emergency.OpenEmergencyRegister(ctx, aoo.Code)
		if err != nil {
			return false, fmt.Errorf("look for an open register: %w", err)
		}
		if open != nil {
			return true, nil
		}
	}
	return false, nil
}
