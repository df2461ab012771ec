package station

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"segnatura/internal/protocollo"
)

// The desk goes before the queue, whoever asked first; each in order of asking.
func TestTheDeskGoesBeforeTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &line{most: 1}
		if _, err := l.enter(t.Context(), callerQueue); err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		var order []string
		for i, c := range []caller{callerQueue, callerQueue, callerDesk, callerPerson, callerDesk} {
			go func() {
				if _, err := l.enter(t.Context(), c); err != nil {
					t.Error(err)
				}
				mu.Lock()
				order = append(order, fmt.Sprintf("%d", i))
				mu.Unlock()
				l.leave(HealthAnswering, false)
			}()
			synctest.Wait() // it stands in line
		}
		l.leave(HealthAnswering, false)
		synctest.Wait()
		if want := []string{"2", "3", "4", "0", "1"}; !slices.Equal(order, want) {
			t.Errorf("went %v, want %v", order, want)
		}
	})
}

// Who waits for its turn is told when its time is over, or when the system goes away; neither takes a place with it.
func TestWaitingForTheLineEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &line{most: 1}
		if _, err := l.enter(t.Context(), callerQueue); err != nil {
			t.Fatal(err)
		}
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := l.enter(short, callerDesk); !errors.Is(err, protocollo.Unavailable) {
			t.Errorf("its time was over: %v", err)
		}
		refused := make(chan error, 2)
		for range 2 {
			go func() { _, err := l.enter(t.Context(), callerDesk); refused <- err }()
		}
		synctest.Wait()
		if !l.leave(HealthAway, false) {
			t.Error("the line is not held")
		}
		for range 2 {
			if err := <-refused; !errors.Is(err, protocollo.Unavailable) {
				t.Errorf("the system went away: %v", err)
			}
		}
		if l.busy != 0 {
			t.Errorf("%d places are taken by nobody", l.busy)
		}
	})
}

// A held line refuses the desk at once and tries one call at a time; the first answer opens it.
func TestHeldLineTriesOneCallAtATime(t *testing.T) {
	l := &line{}
	enter := func(c caller) (bool, error) { return l.enter(t.Context(), c) }
	late, err := enter(callerDesk) // under way since before
	if err != nil || late {
		t.Fatal(late, err)
	}
	for i, want := range []bool{false, true} { // one call without an answer may be the letter's own fault
		if _, err := enter(callerDesk); err != nil {
			t.Fatal(err)
		}
		if l.leave(HealthDoubtful, false); l.isHeld() != want {
			t.Fatalf("held after %d doubts: %t", i+1, l.isHeld())
		}
	}
	if _, err := enter(callerDesk); !errors.Is(err, protocollo.Unavailable) {
		t.Errorf("the desk waits for a system that is away: %v", err)
	}
	if trial, err := enter(callerQueue); err != nil || !trial {
		t.Fatalf("nobody tries: %t, %v", trial, err)
	}
	l.leave(HealthDoubtful, late) // what was under way ends; the trial goes on
	if _, err := enter(callerPerson); !errors.Is(err, protocollo.Unavailable) {
		t.Errorf("two trials at once: %v", err)
	}
	if l.leave(HealthDoubtful, true); !l.isHeld() {
		t.Error("a trial without answer opened the line")
	}
	if trial, err := enter(callerPerson); err != nil || !trial {
		t.Fatalf("a person may not try: %t, %v", trial, err)
	}
	if !l.leave(HealthAnswering, true) || l.isHeld() || l.busy != 0 {
		t.Errorf("an answer did not open the line: %+v", l)
	}
	if _, err := enter(callerDesk); err != nil {
		t.Error(err)
	}
}
