package station

import (
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
)

// clockProof is what is known of the clock now. It is cheap.
func (s *Station) clockProof() protocollo.ClockProof {
	if s.cfg.ClockProof == nil {
		return protocollo.ClockProof{State: protocollo.ClockUnverified}
	}
	return s.cfg.ClockProof()
}

// ClockView is the clock as the status shows it.
type ClockView struct {
	Proof   protocollo.ClockProof
	Verdict rules.ClockVerdict
	// VerifiedAt is when time servers last agreed with the clock, or else WatchedSince when this station began to ask them; both zero where
	// nobody looks.
	VerifiedAt, WatchedSince time.Time
}

// Clock says what is known of the clock. It asks nobody.
func (s *Station) Clock() ClockView {
	p := s.clockProof()
	v := ClockView{Proof: p, Verdict: rules.JudgeClock(p)}
	if s.cfg.TimeVerified != nil {
		v.VerifiedAt, v.WatchedSince = s.cfg.TimeVerified(), s.started
	}
	return v
}
