package protocollo

import "time"

// ClockProof is what was known of this machine's clock at one instant: the last measurement against time servers, and what the clock did
// since (R14.2, R17.5). It is kept with whatever the instant decides, so that the instant can be judged later. The zero ClockProof knows
// nothing.
type ClockProof struct {
	State ClockState `json:"state" enum:"verified,stale,stepped,contradicted,unverified"`
	// Offset is the servers' clock minus ours, as measured: positive where ours is behind. Uncertainty is how far the truth may be from it
	// to either side. Both in nanoseconds, and meant only where MeasuredAt is set.
	Offset      time.Duration `json:"offset,omitempty"`
	Uncertainty time.Duration `json:"uncertainty,omitempty"`
	MeasuredAt  time.Time     `json:"measuredAt,omitzero"` // by this machine's clock; zero: the servers never agreed since the start
	// Age is how long ago that was by a clock that nobody sets.
	Age     time.Duration `json:"age,omitempty"`
	Servers int           `json:"servers,omitempty"` // that agreed then
	// Step is how far this machine's clock was set since then, positive where it was put ahead.
	Step time.Duration `json:"step,omitempty"`
}

// ClockState says whether a [ClockProof] proves anything.
type ClockState string

// The states of a clock. Only the first one proves an offset.
const (
	ClockVerified     ClockState = "verified"     // servers agreed a short while ago, and nobody set the clock since
	ClockStale        ClockState = "stale"        // they agreed too long ago
	ClockStepped      ClockState = "stepped"      // somebody set the clock since
	ClockContradicted ClockState = "contradicted" // they contradict each other
	ClockUnverified   ClockState = "unverified"   // none is named, or not two answered since the start
)

// Verified returns the offset and its uncertainty; known is false where the proof proves nothing.
func (p ClockProof) Verified() (offset, uncertainty time.Duration, known bool) {
	if p.State != ClockVerified {
		return 0, 0, false
	}
	return p.Offset, p.Uncertainty, true
}

// Estimate is how far the servers' clock is ahead of ours by all that is known, also where that is no proof: the last offset, less what our
// clock was set by since. known is false where nothing was ever measured.
func (p ClockProof) Estimate() (offset time.Duration, known bool) {
	return p.Offset - p.Step, !p.MeasuredAt.IsZero()
}
