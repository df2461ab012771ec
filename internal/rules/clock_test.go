package rules

import (
	"testing"
	"time"

	"segnatura/internal/protocollo"
)

func TestJudgeClock(t *testing.T) {
	measured := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	proof := func(state protocollo.ClockState, offset, uncertainty, step time.Duration) protocollo.ClockProof {
		return protocollo.ClockProof{State: state, Offset: offset, Uncertainty: uncertainty, MeasuredAt: measured, Servers: 2, Step: step}
	}
	for _, c := range []struct {
		name string
		p    protocollo.ClockProof
		want ClockVerdict
	}{
		{"nothing known", protocollo.ClockProof{}, ClockUnproven},
		{"no servers", protocollo.ClockProof{State: protocollo.ClockUnverified}, ClockUnproven},
		{"in step", proof(protocollo.ClockVerified, 20*time.Millisecond, 10*time.Millisecond, 0), ClockGood},
		{"exactly a second", proof(protocollo.ClockVerified, time.Second, 0, 0), ClockGood},
		{"ahead by more", proof(protocollo.ClockVerified, -time.Second-1, 0, 0), ClockOff},
		{"exactly a minute", proof(protocollo.ClockVerified, time.Minute, 0, 0), ClockOff},
		{"more than a minute", proof(protocollo.ClockVerified, -time.Minute-1, 0, 0), ClockFar},
		{"perhaps more than a minute", proof(protocollo.ClockVerified, 59*time.Second, 2*time.Second, 0), ClockFar},
		{"an old good measurement", proof(protocollo.ClockStale, 0, 0, 0), ClockUnproven},
		{"an old bad measurement", proof(protocollo.ClockStale, time.Hour, 0, 0), ClockFar},
		{"set by an hour since", proof(protocollo.ClockStepped, 0, 0, time.Hour), ClockFar},
		{"put right since, as it seems", proof(protocollo.ClockStepped, time.Hour, 0, time.Hour), ClockUnproven},
		{"they contradict each other", proof(protocollo.ClockContradicted, 0, 0, 0), ClockUnproven},
	} {
		if got := JudgeClock(c.p); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
