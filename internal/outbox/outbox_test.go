package outbox_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"segnatura/internal/outbox"
	"segnatura/internal/protocollo"
)

// desk records the instants of rounds and answers as the test says.
type desk struct {
	drains  []time.Duration // since the start
	start   time.Time
	drain   func(n int) error
	due     []int64
	deliver map[int64]error
	tried   []int64
}

func (d *desk) DrainWaiting(context.Context) error {
	d.drains = append(d.drains, time.Since(d.start))
	if d.drain == nil {
		return nil
	}
	return d.drain(len(d.drains))
}

func (d *desk) DueDeliveries(context.Context) ([]int64, error) { return d.due, nil }

func (d *desk) Deliver(_ context.Context, id int64) error {
	d.tried = append(d.tried, id)
	return d.deliver[id]
}

func away(int) error { return protocollo.Errorf(protocollo.Unavailable, "register", "away") }

// run lets a loop run for a time of the test's own clock.
func run(t *testing.T, d *desk, cfg outbox.Config, forTime time.Duration, meanwhile func(*outbox.Loop)) {
	t.Helper()
	cfg.Desk = d
	if cfg.Rand == nil {
		cfg.Rand = func() float64 { return 1 - 1e-12 } // the whole wait
	}
	l, err := outbox.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	d.start = time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), forTime)
	defer cancel()
	done := make(chan struct{})
	go func() { l.Run(ctx); close(done) }()
	if meanwhile != nil {
		meanwhile(l)
	}
	<-done
}

func seconds(in []time.Duration) []int {
	out := make([]int, len(in))
	for i, d := range in {
		out[i] = int(d.Round(time.Second) / time.Second)
	}
	return out
}

func TestBacksOffWhileAwayAndComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &desk{drain: func(n int) error {
			if n <= 5 {
				return away(n)
			}
			return nil
		}}
		run(t, d, outbox.Config{Pause: 60 * time.Second, First: 5 * time.Second, Most: 30 * time.Second}, 190*time.Second, nil)
		// 5, 10, 20, 30, 30 s after each failure, then every 60 s.
		if want := []int{0, 5, 15, 35, 65, 95, 155}; !slices.Equal(seconds(d.drains), want) {
			t.Errorf("rounds at %v s, want %v", seconds(d.drains), want)
		}
	})
}

func TestJitterWaitsBetweenHalfAndAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &desk{drain: away}
		run(t, d, outbox.Config{First: 8 * time.Second, Most: 8 * time.Second, Rand: func() float64 { return 0 }}, 9*time.Second, nil)
		if want := []int{0, 4, 8}; !slices.Equal(seconds(d.drains), want) {
			t.Errorf("rounds at %v s, want %v", seconds(d.drains), want)
		}
	})
}

func TestWakeCutsTheWaitShort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &desk{drain: away}
		run(t, d, outbox.Config{First: time.Hour, Most: time.Hour}, time.Minute, func(l *outbox.Loop) {
			time.Sleep(7 * time.Second) // the test's own clock
			l.Wake()
		})
		if want := []int{0, 7}; !slices.Equal(seconds(d.drains), want) {
			t.Errorf("rounds at %v s, want %v", seconds(d.drains), want)
		}
	})
}

// TestAWakeIsNoFurtherFailure wakes the loop as often as a clerk confirms scans. The wait after the last one is still the first.
func TestAWakeIsNoFurtherFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &desk{drain: away}
		run(t, d, outbox.Config{First: 10 * time.Second, Most: time.Hour}, 30*time.Second, func(l *outbox.Loop) {
			for range 6 {
				time.Sleep(time.Second)
				l.Wake()
			}
		})
		if want := []int{0, 1, 2, 3, 4, 5, 6, 16}; !slices.Equal(seconds(d.drains), want) {
			t.Errorf("rounds at %v s, want %v", seconds(d.drains), want)
		}
	})
}

func TestADoubtfulDeliveryHoldsUpNothing(t *testing.T) {
	d := &desk{due: []int64{1, 2, 3, 4}, deliver: map[int64]error{
		1: protocollo.Errorf(protocollo.OutcomeUnknown, "delivery", "cut"),
		2: protocollo.Errorf(protocollo.Rejected, "delivery", "no"),
		3: protocollo.Errorf(protocollo.Conflict, "delivery", "another has it"),
	}}
	l, err := outbox.New(outbox.Config{Desk: d, Rand: func() float64 { return 0 }})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Round(t.Context()); err != nil {
		t.Errorf("Round: %v", err)
	}
	if !slices.Equal(d.tried, []int64{1, 2, 3, 4}) {
		t.Errorf("tried %v", d.tried)
	}
}

func TestAnAbsentCentreEndsTheRound(t *testing.T) {
	for name, failing := range map[string]error{"away": away(0), "our own fault": errors.New("disk")} {
		d := &desk{due: []int64{1, 2}, deliver: map[int64]error{1: failing}}
		l, err := outbox.New(outbox.Config{Desk: d, Rand: func() float64 { return 0 }})
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Round(t.Context()); !errors.Is(err, failing) {
			t.Errorf("%s: Round = %v", name, err)
		}
		if !slices.Equal(d.tried, []int64{1}) {
			t.Errorf("%s: tried %v, want the first only", name, d.tried)
		}
	}
}

func TestNumbersComeFirst(t *testing.T) {
	d := &desk{drain: away, due: []int64{1}}
	l, err := outbox.New(outbox.Config{Desk: d, Rand: func() float64 { return 0 }})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Round(t.Context()); !errors.Is(err, protocollo.Unavailable) {
		t.Errorf("Round = %v, want Unavailable", err)
	}
	if len(d.tried) != 0 {
		t.Errorf("delivered %v while the register is away", d.tried)
	}
}
