package station_test

import (
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
	"segnatura/internal/station"
)

// TestClockOfTheStatus: without anybody who looks nothing is claimed; with somebody, what he says and since when he was asked.
func TestClockOfTheStatus(t *testing.T) {
	o := newOffice(t)
	if v := o.s.Clock(); v.Proof != (protocollo.ClockProof{State: protocollo.ClockUnverified}) || v.Verdict != rules.ClockUnproven || !v.VerifiedAt.IsZero() || !v.WatchedSince.IsZero() {
		t.Errorf("nobody looks: %+v", v)
	}
	var proof protocollo.ClockProof
	agreed := o.clock.Now().Add(-time.Minute)
	o.start(func(c *station.Config) {
		c.ClockProof = func() protocollo.ClockProof { return proof }
		c.TimeVerified = func() time.Time { return agreed }
	})
	measured := func(state protocollo.ClockState, offset time.Duration) protocollo.ClockProof {
		return protocollo.ClockProof{State: state, Offset: offset, Uncertainty: 20 * time.Millisecond, MeasuredAt: agreed, Servers: 2}
	}
	for name, c := range map[string]struct {
		proof protocollo.ClockProof
		want  rules.ClockVerdict
	}{
		"right":              {measured(protocollo.ClockVerified, time.Second), rules.ClockGood},
		"a little off":       {measured(protocollo.ClockVerified, -1001*time.Millisecond), rules.ClockOff},
		"a minute off":       {measured(protocollo.ClockVerified, time.Minute), rules.ClockFar}, // by its uncertainty
		"right, long ago":    {measured(protocollo.ClockStale, 0), rules.ClockUnproven},
		"far off, long ago":  {measured(protocollo.ClockStale, 61*time.Second), rules.ClockFar},
		"the servers differ": {measured(protocollo.ClockContradicted, 0), rules.ClockUnproven},
	} {
		proof = c.proof
		if v := o.s.Clock(); v.Verdict != c.want || v.Proof != c.proof || !v.VerifiedAt.Equal(agreed) || !v.WatchedSince.Equal(o.clock.Now()) {
			t.Errorf("%s: %+v, want %s", name, v, c.want)
		}
	}
}
