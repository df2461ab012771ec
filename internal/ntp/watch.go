package ntp

import (
	"sync"
	"time"

	"segnatura/internal/protocollo"
)

// The limits of what a measurement proves.
const (
	// provesFor is how long it speaks for the clock.
	provesFor = time.Hour
	// stepAbove is how far wall and steady time may drift apart before somebody must have set the clock: reading the two takes a moment, and
	// servers that slew a clock slew both.
	stepAbove = 100 * time.Millisecond
)

// A Watch keeps the last measurement and sees at once when somebody sets the clock: the wall's time is compared with one that nobody
// sets whenever it is asked, not at the next measurement. It asks nobody and never blocks. It is safe for concurrent use.
type Watch struct {
	wall   func() time.Time
	steady func() time.Duration

	mu sync.Mutex
	// wallAt and steadyAt were read together, at the last measurement or, before the first, at the start.
	wallAt   time.Time
	steadyAt time.Duration
	proof    protocollo.ClockProof // as it was then
	// before is by how much the clock was set between the start and wallAt.
	before time.Duration
}

// NewWatch begins to compare the wall's clock with a steady one: see [Steady].
func NewWatch(wall func() time.Time, steady func() time.Duration) *Watch {
	return &Watch{wall: wall, steady: steady, wallAt: wall().Round(0), steadyAt: steady(), proof: protocollo.ClockProof{State: protocollo.ClockUnverified}}
}

// Took takes in a measurement that was just made. One to which not enough servers answered changes nothing: the one before speaks for the
// clock as long as it may. Servers that contradict each other end that.
func (w *Watch) Took(m Measurement) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch offset, known := m.Offset(); {
	case known:
		w.before += w.stepped()
		w.wallAt, w.steadyAt = w.wall().Round(0), w.steady()
		w.proof = protocollo.ClockProof{State: protocollo.ClockVerified, Offset: offset, Uncertainty: m.Uncertainty(), MeasuredAt: w.wallAt.UTC(), Servers: m.Agreeing()}
	case m.Agreement == Contradicted:
		w.proof.State = protocollo.ClockContradicted
	}
}

// Proof is what is known of the clock now.
func (w *Watch) Proof() protocollo.ClockProof {
	w.mu.Lock()
	defer w.mu.Unlock()
	p, passed := w.proof, w.steady()-w.steadyAt
	step := w.stepped()
	if !p.MeasuredAt.IsZero() {
		p.Age = passed
	}
	if step.Abs() > stepAbove {
		p.Step = step
	}
	if p.State == protocollo.ClockVerified {
		switch {
		case p.Step != 0:
			p.State = protocollo.ClockStepped
		case p.Age >= provesFor:
			p.State = protocollo.ClockStale
		}
	}
	return p
}

// SetBy is by how much the clock was set since the start, forward where it is positive, whatever was measured meanwhile.
func (w *Watch) SetBy() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.before + w.stepped()
}

// stepped is by how much wall and steady time drifted apart since they were read together.
func (w *Watch) stepped() time.Duration {
	return w.wall().Round(0).Sub(w.wallAt) - (w.steady() - w.steadyAt)
}
