package station

import (
	"context"
	"fmt"
	"maps"
	"time"

	"segnatura/internal/protocollo"
)

// SheetWriter writes the intake sheet: what goes to a centre that wants a main document before it numbers, as PDF/A. The same request
// gives the same sheet.
type SheetWriter interface {
	IntakeSheet(r protocollo.RegisterRequest, trial bool) ([]byte, error)
}

// chosen refuses to number by another system than the one that the Responsabile chose at the first run (R17.1): a line in the settings
// changes where the station looks, never who numbers.
func (s *Station) chosen(setup Setup) error {
	if name := s.cfg.Registrar.Name(); setup.Connector != name {
		return protocollo.Errorf(protocollo.Stopped, "connector-changed", "%s was chosen to number, and the settings name %s", setup.Connector, name)
	}
	return nil
}

// numberCall is a call for a number, ready to be made.
type numberCall struct {
	attempt int64
	request protocollo.RegisterRequest
	refused error // why it is not made
}

// prepare makes a call ready, with the sheet where the contract wants one. That the sheet cannot be written concerns this letter alone: nobody is
// called, and nothing is learnt of the system.
func (s *Station) prepare(ctx context.Context, p PendingAttempt) (numberCall, error) {
	setup, aoo, err := s.office(ctx, p.Intake.AOO)
	if err != nil {
		return numberCall{}, err
	}
	origin, err := s.emergencyOrigin(ctx, p)
	if err != nil {
		return numberCall{}, err
	}
	c := numberCall{attempt: p.Attempt.ID, refused: s.chosen(setup), request: protocollo.RegisterRequest{
		Key: p.Intake.Key, Edition: p.Intake.Edition, Body: setup.Body, AOO: aoo, IntakeID: p.Intake.ID, ArrivedAt: p.Intake.ArrivedAt,
		ArrivalDay: p.Intake.ArrivalDay, Operator: p.Intake.Operator, Draft: p.Intake.Draft, Emergency: origin,
	}}
	if c.refused == nil && s.cfg.Sheets != nil && s.cfg.Registrar.Capabilities().WantsSheet {
		if c.request.Sheet, err = s.cfg.Sheets.IntakeSheet(c.request, setup.Trial); err != nil {
			c.refused = protocollo.Errorf(protocollo.Unavailable, "intake-sheet", "%w", err)
		}
	}
	return c, nil
}

// call asks for a number.
func (s *Station) call(ctx context.Context, c numberCall) (receipt protocollo.Receipt, err error) {
	if c.refused != nil {
		return protocollo.Receipt{}, c.refused
	}
	err = s.reach(ctx, s.cfg.RegisterTimeout, func(ctx context.Context) (err error) {
		s.noteCall(c.attempt)
		if receipt, err = s.cfg.Registrar.Register(ctx, c.request); err != nil {
			return err
		}
		return receipt.Validate()
	})
	return receipt, err
}

// noteCall remembers when this process made a call, and forgets those of which nobody asks any more.
func (s *Station) noteCall(attempt int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.cfg.Steady()
	maps.DeleteFunc(s.called, func(_ int64, at time.Duration) bool { return now-at > max(24*time.Hour, s.cfg.AbsenceProof) })
	s.called[attempt] = now
}

// mayStillRun reports whether a register elsewhere may still be working on a call: «not found» proves nothing then (R17.3). A clock that
// somebody sets ahead meanwhile does not shorten that time, or the letter would be asked for again and have two numbers.
func (s *Station) mayStillRun(a protocollo.Attempt) bool {
	s.mu.Lock()
	at, ours := s.called[a.ID]
	s.mu.Unlock()
	return s.now().Sub(a.StartedAt) < s.cfg.AbsenceProof || ours && s.cfg.Steady()-at < s.cfg.AbsenceProof
}

// clockSpeaksAgainst reports that somebody set the clock or that the time servers contradict each other: of a call before the start nothing else
// says how long ago it was.
func (s *Station) clockSpeaksAgainst() bool {
	state := s.clockProof().State
	return state == protocollo.ClockStepped || state == protocollo.ClockContradicted
}

// mayAsk is [Station.chosen] for what was not begun yet.
func (s *Station) mayAsk(ctx context.Context) error {
	setup, err := s.cfg.Setup.Setup(ctx)
	if err != nil {
		return fmt.Errorf("read setup: %w", err)
	}
	return s.chosen(setup)
}
