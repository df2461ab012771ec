package rawport

import (
	"context"
	"errors"
	"net"
	"testing"
	"testing/synctest"
	"time"
)

func TestTurnIsTakenByOneAtATime(t *testing.T) {
	turn := NewTurn()
	if err := turn.Take(t.Context()); err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := turn.Take(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("a second one: %v", err)
	}
	turn.End()
	if err := turn.Take(t.Context()); err != nil {
		t.Errorf("after the first: %v", err)
	}
}

// What waits returns at its time, as silence, and at the context's end, as that.
func TestConnWaitsNoLongerThanItMay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		defer theirs.Close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		c, err := Open(ctx, func(context.Context) (net.Conn, error) { return ours, nil }, time.Second)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		began := time.Now()
		c.Within(2 * time.Second)
		if _, err := c.Read(make([]byte, 1)); !c.Silence(err) || time.Since(began) != 2*time.Second {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
		c.Within(time.Hour)
		if _, err := c.Read(make([]byte, 1)); c.Silence(err) || !errors.Is(c.Because(err), context.DeadlineExceeded) || time.Since(began) != time.Minute {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
		c.Within(time.Hour) // too late
		if _, err := c.Read(make([]byte, 1)); err == nil || time.Since(began) != time.Minute {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
	})
}

func TestOpenIsGivenItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		_, err := Open(t.Context(), func(ctx context.Context) (net.Conn, error) { <-ctx.Done(); return nil, ctx.Err() }, 3*time.Second)
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 3*time.Second {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
	})
}
