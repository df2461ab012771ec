package station_test

import (
	"sync"
	"testing"
	"time"

	"segnatura/internal/ntp"
	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
	"segnatura/internal/station"
	"segnatura/store"
)

// twoClocks are the wall's, which somebody sets, and one that nobody sets.
type twoClocks struct {
	mu     sync.Mutex
	steady time.Duration
	wall   *clock
}

func (c *twoClocks) pass(d time.Duration) {
	c.mu.Lock()
	c.steady += d
	c.mu.Unlock()
	c.wall.add(d)
}

func (c *twoClocks) Steady() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.steady
}

// stepped is an office whose clock is watched. vouched says whether time servers agree with the clock.
func stepped(t *testing.T, vouched *bool) (*office, *twoClocks) {
	o := newOffice(t)
	clocks := &twoClocks{wall: o.clock}
	watch := ntp.NewWatch(o.clock.Now, clocks.Steady)
	o.watched = func(c *store.Config) { c.TimeAgreed, c.ClockSet = func() bool { return *vouched }, watch.SetBy }
	o.restart()
	o.start(func(c *station.Config) { c.ClockProof = watch.Proof })
	return o, clocks
}

func (o *office) stops() []station.Stop {
	o.t.Helper()
	list, err := o.s.Stops(o.t.Context(), boss)
	if err != nil {
		o.t.Fatal(err)
	}
	return list
}

// neverBack fails where an entry of the journal has an earlier instant than the one before it.
func (o *office) neverBack() {
	o.t.Helper()
	entries, err := o.db.Journal(o.t.Context(), boss, 0, 1000)
	if err != nil || len(entries) < 10 {
		o.t.Fatalf("%d entries, %v", len(entries), err)
	}
	for i := range entries[1:] {
		if newer, older := entries[i], entries[i+1]; newer.At.Before(older.At) || newer.Seq != older.Seq+1 {
			o.t.Errorf("%s of %s follows %s of %s", newer.Kind, newer.At, older.Kind, older.At)
		}
	}
}

// TestStepsOfTheClock: whatever somebody sets the clock by while the station runs, no instant is earlier than the one before it and bids keep the order of
// their keys. A step that is behind the last record, or of more than a minute, stops numbers and asks, and marks bids; a smaller one is warned of; one that
// the time servers vouch for goes on (R14.2, R14.3, R17.5, R20.1).
func TestStepsOfTheClock(t *testing.T) {
	for _, c := range []struct {
		step    time.Duration
		idle    time.Duration // since the last record
		vouched bool
		stops   bool
	}{
		{step: -time.Hour, stops: true},
		{step: -2 * time.Second, stops: true},
		{step: 2 * time.Second},
		{step: 61 * time.Second, stops: true},
		{step: time.Hour, stops: true},
		{step: 3 * 24 * time.Hour, stops: true},
		{step: 8 * 24 * time.Hour, stops: true},
		// Nothing was recorded for as long as the clock is set back by: no record shows it.
		{step: -time.Hour, idle: 2 * time.Hour, stops: true},
		{step: -2 * time.Second, idle: time.Minute},
		// The time servers agree with the clock as it is now.
		{step: time.Hour, vouched: true},
		{step: 8 * 24 * time.Hour, vouched: true},
		{step: -time.Hour, vouched: true, stops: true}, // a record is never earlier than another, whoever vouches
	} {
		name := c.step.String()
		if c.idle > 0 {
			name += " after " + c.idle.String()
		}
		if c.vouched {
			name += " vouched for"
		}
		t.Run(name, func(t *testing.T) {
			var vouched bool
			o, clocks := stepped(t, &vouched)
			first := o.labelled("key-0001", letter("Prima"))
			before := o.freeze("bid-0001")
			if before.Contested || len(o.stops()) != 0 {
				t.Fatalf("before: %+v, %v", before, o.stops())
			}
			clocks.pass(c.idle + time.Millisecond)
			o.clock.add(c.step)
			vouched = c.vouched

			if verdict := o.s.Clock().Verdict; verdict == rules.ClockGood {
				t.Errorf("no warning: %s", verdict)
			}
			bids := []protocollo.Handover{before}
			for _, key := range []string{"bid-0002", "bid-0003", "bid-0004"} { // bids are frozen all the same
				clocks.pass(time.Millisecond)
				h := o.freeze(key)
				if last := bids[len(bids)-1]; !h.At.After(last.At) || h.Seq != last.Seq+1 || h.Contested != c.stops || rules.NeedsAnnotation(h) != c.stops {
					t.Errorf("%s: %+v after %s", key, h, last.At)
				}
				if c.stops && h.At.Sub(before.At) > time.Second {
					t.Errorf("%s: a doubtful clock wrote %s", key, h.At)
				}
				bids = append(bids, h)
			}
			stops := o.stops()
			if (len(stops) == 1 && stops[0].Code == "clock") != c.stops {
				t.Errorf("stops %+v", stops)
			}
			_, err := o.s.Register(t.Context(), clerk, station.RegisterCommand{Key: "key-0002", Draft: letter("Dopo")})
			if c.stops {
				wantClass(t, err, protocollo.Stopped, "clock")
			} else if err != nil {
				t.Fatal(err)
			}
			// What must be written all the same is.
			if _, err := o.s.PrintLabel(t.Context(), clerk, first.Registration.ID, o.printer, protocollo.ReprintIllegible); err != nil {
				t.Error(err)
			}
			// Somebody puts the clock right.
			o.clock.add(-c.step)
			clocks.pass(time.Second)
			back := o.freeze("bid-0005")
			if last := bids[len(bids)-1]; !back.At.After(last.At) || back.Seq != last.Seq+1 {
				t.Errorf("set back: %+v after %s", back, last.At)
			}
			bids = append(bids, back)
			if c.stops { // and says so: numbers go on
				if err := o.s.ConfirmClock(t.Context(), boss, "rimesso a posto"); err != nil {
					t.Fatal(err)
				}
				after := o.register("key-0003", letter("Si ricomincia"))
				if last := bids[len(bids)-1]; !after.Intake.SavedAt.After(last.At) || len(o.stops()) != 0 {
					t.Errorf("saved at %s, after a plico of %s; stops %v", after.Intake.SavedAt, last.At, o.stops())
				}
			}
			o.neverBack()
		})
	}
}

// TestAClockThatIsConfirmedAsItIsStays: whoever looks at the clock after a step and finds it right is not asked again.
func TestAClockThatIsConfirmedAsItIsStays(t *testing.T) {
	var vouched bool
	o, clocks := stepped(t, &vouched)
	o.labelled("key-0001", letter("Prima"))
	o.clock.add(time.Hour)
	clocks.pass(time.Second)
	if s := o.stops(); len(s) != 1 {
		t.Fatalf("stops %v", s)
	}
	_, err := o.s.Register(t.Context(), clerk, station.RegisterCommand{Key: "key-0002", Draft: letter("Ferma")})
	wantClass(t, err, protocollo.Stopped, "clock")
	if err := o.s.ConfirmClock(t.Context(), boss, "era indietro di un'ora"); err != nil {
		t.Fatal(err)
	}
	clocks.pass(time.Second)
	if h := o.freeze("bid-0001"); h.Contested || !h.At.Equal(o.clock.Now()) {
		t.Errorf("%+v", h)
	}
	o.register("key-0003", letter("Si ricomincia"))
	o.clock.add(time.Hour) // another step is another question
	if s := o.stops(); len(s) != 1 {
		t.Errorf("stops %v", s)
	}
}
