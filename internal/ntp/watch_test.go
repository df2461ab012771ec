package ntp

import (
	"testing"
	"time"

	"segnatura/internal/protocollo"
)

// clocks are a wall clock that can be set and a steady one that cannot.
type clocks struct {
	wall   time.Time
	steady time.Duration
}

func (c *clocks) pass(d time.Duration) { c.wall, c.steady = c.wall.Add(d), c.steady+d }

func watched() (*clocks, *Watch) {
	c := &clocks{wall: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), steady: 7 * time.Hour}
	return c, NewWatch(func() time.Time { return c.wall }, func() time.Duration { return c.steady })
}

func agreed(offset time.Duration) Measurement {
	return judge([]Reading{{Answer: Answer{Offset: offset, RoundTrip: 20 * time.Millisecond}}, {Answer: Answer{Offset: offset + 6*time.Millisecond, RoundTrip: 30 * time.Millisecond}}})
}

func TestWatchKnowsNothingBeforeTheFirstMeasurement(t *testing.T) {
	c, w := watched()
	c.pass(time.Minute)
	if p := w.Proof(); p != (protocollo.ClockProof{State: protocollo.ClockUnverified}) {
		t.Errorf("%+v", p)
	}
	c.wall = c.wall.Add(48 * time.Hour)
	if p := w.Proof(); p.State != protocollo.ClockUnverified || p.Step != 48*time.Hour {
		t.Errorf("a clock that was set before anybody measured: %+v", p)
	}
}

func TestWatchTellsTheLastMeasurementAndItsAge(t *testing.T) {
	c, w := watched()
	w.Took(agreed(90 * time.Millisecond))
	at := c.wall
	c.pass(20 * time.Minute)
	want := protocollo.ClockProof{State: protocollo.ClockVerified, Offset: 93 * time.Millisecond, Uncertainty: 18 * time.Millisecond, MeasuredAt: at, Age: 20 * time.Minute, Servers: 2}
	if p := w.Proof(); p != want {
		t.Errorf("got %+v, want %+v", p, want)
	}
	w.Took(judge([]Reading{{Answer: Answer{}}, {Err: errNone{}}}))
	if p := w.Proof(); p != want {
		t.Errorf("a round without two answers changed it: %+v", p)
	}
	c.pass(provesFor - 20*time.Minute - 1)
	if p := w.Proof(); p.State != protocollo.ClockVerified {
		t.Errorf("just before the hour: %+v", p)
	}
	c.pass(1)
	if p := w.Proof(); p.State != protocollo.ClockStale || p.Offset != want.Offset {
		t.Errorf("after the hour: %+v", p)
	}
}

type errNone struct{}

func (errNone) Error() string { return "no answer" }

func TestWatchSeesAtOnceThatSomebodySetTheClock(t *testing.T) {
	for _, by := range []time.Duration{time.Hour, -time.Hour, 200 * time.Millisecond, -200 * time.Millisecond} {
		c, w := watched()
		w.Took(agreed(0))
		c.pass(time.Minute)
		c.wall = c.wall.Add(by)
		p := w.Proof()
		if p.State != protocollo.ClockStepped || p.Step != by || p.Age != time.Minute {
			t.Errorf("set by %v: %+v", by, p)
		}
		if estimate, known := p.Estimate(); !known || estimate != p.Offset-by {
			t.Errorf("set by %v: estimate %v, %t", by, estimate, known)
		}
		w.Took(agreed(-by))
		if p := w.Proof(); p.State != protocollo.ClockVerified || p.Step != 0 {
			t.Errorf("measured after it was set by %v: %+v", by, p)
		}
		if got := w.SetBy(); got != by {
			t.Errorf("set by %v since the start: %v", by, got)
		}
		c.pass(time.Minute)
		c.wall = c.wall.Add(-by)
		if got := w.SetBy(); got != 0 {
			t.Errorf("set by %v and back: %v", by, got)
		}
	}
}

func TestWatchBearsAClockThatIsSlewed(t *testing.T) {
	c, w := watched()
	w.Took(agreed(0))
	c.pass(time.Minute)
	c.wall = c.wall.Add(stepAbove)
	if p := w.Proof(); p.State != protocollo.ClockVerified || p.Step != 0 {
		t.Errorf("%+v", p)
	}
}

func TestWatchBelievesNoContradiction(t *testing.T) {
	c, w := watched()
	w.Took(agreed(0))
	w.Took(judge([]Reading{{}, {Answer: Answer{Offset: time.Hour}}}))
	c.pass(time.Minute)
	if p := w.Proof(); p.State != protocollo.ClockContradicted {
		t.Errorf("%+v", p)
	}
	w.Took(agreed(0))
	if p := w.Proof(); p.State != protocollo.ClockVerified {
		t.Errorf("they agree again: %+v", p)
	}
}

func TestSteadyGoesOn(t *testing.T) {
	steady := Steady()
	first := steady()
	for range 1000 {
		if now := steady(); now < first {
			t.Fatalf("%v after %v", now, first)
		}
	}
}
