package main

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"segnatura/internal/ntp"
	"segnatura/internal/protocollo"
)

// timeOffice is a timekeeper whose two servers tell the bubble's own time, and whose clock can be set away from it.
type timeOffice struct {
	*timekeeper
	set    atomic.Int64 // how far the clock is ahead of the true time
	away   atomic.Bool
	rounds atomic.Int64
}

func startTimekeeper(t *testing.T) *timeOffice {
	o := &timeOffice{}
	start := time.Now()
	var err error
	o.timekeeper, err = newTimekeeper(nil, func() time.Time { return time.Now().Add(time.Duration(o.set.Load())) },
		func() time.Duration { return time.Since(start) }, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	o.client, err = ntp.New([]string{"a", "b"}, measureWithin, func(_ context.Context, server string) (ntp.Answer, error) {
		if server == "a" {
			o.rounds.Add(1)
		}
		if o.away.Load() {
			return ntp.Answer{}, errors.New("no route")
		}
		return ntp.Answer{Offset: -time.Duration(o.set.Load()), RoundTrip: 10 * time.Millisecond}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); o.run(ctx) }()
	t.Cleanup(func() { stop(); <-done })
	synctest.Wait()
	return o
}

func (o *timeOffice) pass(d time.Duration) { time.Sleep(d); synctest.Wait() } // the bubble's time

func TestAClockThatIsSetIsMeasuredSoonAndVouchedForByNobodyMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := startTimekeeper(t)
		if !o.vouched() || o.rounds.Load() != 1 {
			t.Fatalf("after the start: vouched %t after %d rounds", o.vouched(), o.rounds.Load())
		}
		o.pass(2 * time.Minute)
		o.set.Store(int64(-time.Hour))
		if p := o.proof(); o.vouched() || p.State != protocollo.ClockStepped || p.Step != -time.Hour {
			t.Errorf("at once: vouched %t, %+v", o.vouched(), p)
		}
		o.pass(lookEvery)
		if p := o.proof(); o.vouched() || p.State != protocollo.ClockVerified || p.Offset != time.Hour || o.rounds.Load() != 2 {
			t.Errorf("a look later: vouched %t, %+v, %d rounds", o.vouched(), p, o.rounds.Load())
		}
		o.set.Store(0)
		if !o.vouched() {
			t.Errorf("set right by as much as the servers had said: %+v", o.proof())
		}
	})
}

func TestAClockThatWasSetWhileTheServersAreAwayIsTriedAgainWithinAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := startTimekeeper(t)
		o.pass(2 * time.Minute)
		o.away.Store(true)
		o.set.Store(int64(time.Hour))
		o.pass(measureAgain)
		first := o.rounds.Load()
		o.pass(measureAgain)
		if got := o.rounds.Load() - first; got != 1 || o.proof().State != protocollo.ClockStepped {
			t.Errorf("%d rounds in a minute, %+v", got, o.proof())
		}
		o.away.Store(false)
		o.pass(measureAgain)
		if p := o.proof(); p.State != protocollo.ClockVerified || p.Offset != -time.Hour {
			t.Errorf("the servers are back: %+v", p)
		}
	})
}

func TestOneLostRoundDoesNotEndTheProofAndAnHourDoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := startTimekeeper(t)
		o.away.Store(true)
		o.pass(measureEvery + lookEvery)
		if !o.vouched() || o.rounds.Load() != 2 {
			t.Errorf("after a lost round: vouched %t, %d rounds", o.vouched(), o.rounds.Load())
		}
		at := o.verified()
		o.pass(time.Hour)
		if o.vouched() || o.proof().State != protocollo.ClockStale || !o.verified().Equal(at) {
			t.Errorf("after an hour without: %+v, verified %v", o.proof(), o.verified())
		}
	})
}

func TestWithoutServersNothingIsVouchedFor(t *testing.T) {
	k, err := newTimekeeper(nil, time.Now, ntp.Steady(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	k.run(t.Context())
	if k.vouched() || !k.verified().IsZero() || k.proof().State != protocollo.ClockUnverified {
		t.Errorf("%+v", k.proof())
	}
}
