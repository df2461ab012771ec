package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"segnatura/internal/ntp"
	"segnatura/internal/protocollo"
)

const (
	measureEvery  = 15 * time.Minute
	measureWithin = 10 * time.Second
	// lookEvery is how soon a clock that somebody set is measured anew, and measureAgain how soon that is tried again.
	lookEvery    = 5 * time.Second
	measureAgain = time.Minute
	// vouchedWithin is how far the clock may be off while the time servers vouch for it (R14.2).
	vouchedWithin = time.Second
)

// timekeeper compares the clock with time servers, and with a clock that nobody sets. Without servers it vouches for nothing.
type timekeeper struct {
	client *ntp.Client // nil without servers
	watch  *ntp.Watch
	clock  func() time.Time
	steady func() time.Duration
	log    *slog.Logger

	mu   sync.Mutex
	last time.Time // that they agreed with the clock
}

func newTimekeeper(servers []string, clock func() time.Time, steady func() time.Duration, log *slog.Logger) (*timekeeper, error) {
	t := &timekeeper{watch: ntp.NewWatch(clock, steady), clock: clock, steady: steady, log: log}
	if len(servers) == 0 {
		return t, nil
	}
	var err error
	t.client, err = ntp.New(servers, measureWithin, ntp.Ask)
	return t, err
}

// proof is what is known of the clock now. It asks nobody.
func (t *timekeeper) proof() protocollo.ClockProof { return t.watch.Proof() }

// vouched reports whether time servers agreed with the clock a short while ago (R17.5). They also vouch for one that was set since by as much
// as they had said.
func (t *timekeeper) vouched() bool {
	p := t.proof()
	offset, known := p.Estimate()
	current := p.State == protocollo.ClockVerified || p.State == protocollo.ClockStepped && p.Age < measureEvery
	return current && known && offset.Abs() <= vouchedWithin
}

// verified returns when time servers last agreed with the clock; the zero time where they never did.
func (t *timekeeper) verified() time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.last
}

// run measures now and then, and soon after somebody set the clock.
func (t *timekeeper) run(ctx context.Context) {
	if t.client == nil {
		return
	}
	var due time.Duration // by the steady clock
	every(ctx, lookEvery, func() {
		p := t.proof()
		stepped := p.State == protocollo.ClockStepped
		if now := t.steady(); now < due && !(stepped && now >= due-measureEvery+measureAgain) {
			return
		}
		if stepped {
			t.log.LogAttrs(ctx, slog.LevelWarn, "the clock was set", slog.Duration("by", p.Step))
		}
		t.measure(ctx)
		due = t.steady() + measureEvery
	})
}

func (t *timekeeper) measure(ctx context.Context) {
	m := t.client.Measure(ctx)
	t.watch.Took(m)
	offset, known := m.Offset()
	if known && offset.Abs() <= vouchedWithin {
		t.mu.Lock()
		t.last = t.clock()
		t.mu.Unlock()
		return
	}
	t.log.LogAttrs(ctx, slog.LevelWarn, "the time servers do not vouch for the clock", slog.Duration("offset", offset), slog.String("agreement", string(m.Agreement)))
}
