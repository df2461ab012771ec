// Package outbox keeps asking: it drives what waits for the centre, numbers first and then archived files, and backs off while the
// centre is away. It decides when; what a step does, and what is recorded before and after it, is the desk's. A delivery whose
// outcome is unknown or that was rejected is not tried again: the desk has put it before a person.
package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"segnatura/internal/protocollo"
)

// Desk does the steps. The station implements it.
type Desk interface {
	// DrainWaiting looks unknown outcomes up and asks for the numbers of waiting intakes, in order of arrival. Unavailable: the
	// register is away.
	DrainWaiting(ctx context.Context) error
	// DueDeliveries lists what the centre does not have yet, oldest first.
	DueDeliveries(ctx context.Context) ([]int64, error)
	// Deliver claims, sends and records one delivery. Unavailable: it is due again; Conflict: another has it.
	Deliver(ctx context.Context, id int64) error
}

// Config wires a [Loop]. Desk and Rand are required.
type Config struct {
	Desk Desk
	// Rand gives a number in [0, 1), for the jitter.
	Rand func() float64
	// Pause is how long it waits between rounds when all is well (default 30 s). After a failure it waits First (default 5 s), and twice
	// as long after each further one, up to Most (default 1 min: people wait for the numbers, and one question a minute is no burden); of that,
	// between half and all by chance, so that the desks of a body do not come back all at once. A round that was woken is no further failure:
	// however much a clerk does meanwhile, the wait does not grow.
	Pause, First, Most time.Duration
	Log                *slog.Logger // default: discard
}

// Loop drives one desk. Run owns it; Wake may be called from anywhere.
type Loop struct {
	cfg  Config
	wake chan struct{}
}

// New checks the wiring.
func New(cfg Config) (*Loop, error) {
	if cfg.Desk == nil || cfg.Rand == nil {
		return nil, fmt.Errorf("wire outbox: Desk and Rand are required")
	}
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{{&cfg.Pause, 30 * time.Second}, {&cfg.First, 5 * time.Second}, {&cfg.Most, time.Minute}} {
		if *d.field <= 0 {
			*d.field = d.value
		}
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Loop{cfg: cfg, wake: make(chan struct{}, 1)}, nil
}

// Wake begins a round now, whatever is being waited for. It never blocks.
func (l *Loop) Wake() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// Run makes rounds until ctx ends.
func (l *Loop) Run(ctx context.Context) {
	failures, woken := 0, false
	for ctx.Err() == nil {
		if err := l.Round(ctx); err != nil {
			if !woken || failures == 0 {
				failures++
			}
			if ctx.Err() == nil {
				l.cfg.Log.Warn("outbox round failed", "failures", failures, "err", err)
			}
		} else {
			failures = 0
		}
		timer := time.NewTimer(l.delay(failures))
		select {
		case <-ctx.Done():
		case <-l.wake:
			woken = true
		case <-timer.C:
			woken = false
		}
		timer.Stop()
	}
}

// delay is the wait after so many failures in a row.
func (l *Loop) delay(failures int) time.Duration {
	if failures == 0 {
		return l.cfg.Pause
	}
	d := l.cfg.First
	for range failures - 1 {
		if d *= 2; d >= l.cfg.Most {
			d = l.cfg.Most
			break
		}
	}
	return d/2 + time.Duration(l.cfg.Rand()*float64(d/2))
}

// Round does everything that is due, once. It returns the first error that says to come back later; a delivery that a person must
// look at holds up nothing.
func (l *Loop) Round(ctx context.Context) error {
	if err := l.cfg.Desk.DrainWaiting(ctx); err != nil {
		return fmt.Errorf("drain waiting intakes: %w", err)
	}
	due, err := l.cfg.Desk.DueDeliveries(ctx)
	if err != nil {
		return fmt.Errorf("list deliveries: %w", err)
	}
	for _, id := range due {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := l.cfg.Desk.Deliver(ctx, id)
		switch {
		case err == nil, errors.Is(err, protocollo.Conflict):
		case errors.Is(err, protocollo.Rejected), errors.Is(err, protocollo.OutcomeUnknown):
			l.cfg.Log.Warn("delivery waits for a person", "job", id, "err", err)
		default:
			return fmt.Errorf("deliver %d: %w", id, err)
		}
	}
	return nil
}
