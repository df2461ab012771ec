package station_test

import (
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// While the emergency register is open nobody asks for numbers: that the centre is back was never known, and closing warned of nothing. The
// Responsabile is told once, and no letter is asked for.
func TestAnOpenRegisterHearsThatTheCentreIsBack(t *testing.T) {
	o, g := centralOffice(t)
	away := protocollo.Errorf(protocollo.Unavailable, "not-sent", "connessione rifiutata")
	g.always, g.reached = away, away
	o.register("key-0001", letter("Durante il guasto"))
	e := o.openRegister(o.opening())
	n := len(g.calls)
	watch := func() station.Health {
		t.Helper()
		o.clock.add(time.Minute)
		if err := o.s.WatchCentre(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := o.s.TendAlarms(t.Context()); err != nil {
			t.Fatal(err)
		}
		return o.s.Health()
	}
	told := func() (n, standing int) {
		t.Helper()
		list, err := o.s.Alarms(t.Context(), boss, true)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range list {
			if a.Kind == protocollo.AlarmEmergencyReturn {
				n++
				if a.EndedAt.IsZero() {
					standing++
				}
			}
		}
		return n, standing
	}
	if h := watch(); h.State != station.HealthAway {
		t.Fatalf("away: %+v", h)
	}
	if all, _ := told(); all != 0 {
		t.Fatal("it is told while the centre is away")
	}
	g.reached = nil
	h := watch()
	if back := o.clock.Now(); h.State != station.HealthAnswering || h.Held || !h.Since.Equal(back) {
		t.Fatalf("back: %+v", h)
	}
	g.reached = away
	if h := watch(); h.State != station.HealthAway {
		t.Fatalf("away again: %+v", h)
	}
	g.reached = nil
	watch()
	if all, standing := told(); all != 1 || standing != 1 {
		t.Errorf("told %d times, %d stand", all, standing)
	}
	if len(g.calls) != n {
		t.Errorf("calls %v", g.calls)
	}
	o.closeRegister(e)
	watch()
	if all, standing := told(); all != 1 || standing != 0 {
		t.Errorf("after the closing %d are told, %d stand", all, standing)
	}
}

// With nothing waiting the queue has no trial to make: the watch asks, and only then. A system that answers is left alone.
func TestNobodyAsksACentreForNothing(t *testing.T) {
	o, g := centralOffice(t)
	away := protocollo.Errorf(protocollo.Unavailable, "not-sent", "connessione rifiutata")
	watch := func() {
		t.Helper()
		if err := o.s.WatchCentre(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	o.register("key-0001", letter("Con numero"))
	watch()
	if g.checks != 0 {
		t.Fatalf("%d questions to a centre that answers", g.checks)
	}
	g.always, g.reached = away, away
	o.register("key-0002", letter("In attesa"))
	watch()
	if g.checks != 0 {
		t.Fatalf("%d questions beside the queue's", g.checks)
	}
}

// After a start the desk hears from the watch how the centre is, not from the first letter.
func TestACentreIsAskedOnceAfterAStart(t *testing.T) {
	for want, answer := range map[station.HealthState]error{
		station.HealthAnswering: nil, station.HealthAway: protocollo.Errorf(protocollo.Unavailable, "not-sent", "connessione rifiutata"),
	} {
		o, g := centralOffice(t)
		g.reached = answer
		if err := o.s.WatchCentre(t.Context()); err != nil {
			t.Fatal(err)
		}
		if h := o.s.Health(); h.State != want || h.Held || !h.Since.Equal(o.clock.Now()) || g.checks != 1 || len(g.calls) != 0 {
			t.Errorf("%s after %d questions and %d calls, want %s: %+v", h.State, g.checks, len(g.calls), want, h)
		}
	}
}

// An outage that shows now as silence and now as a refused connection began when it began.
func TestOneOutageHasOneBeginning(t *testing.T) {
	o, g := centralOffice(t)
	g.always = protocollo.Errorf(protocollo.Unavailable, "not-sent", "connessione rifiutata")
	o.register("key-0001", letter("Durante il guasto"))
	began := o.s.Health().Since
	for _, err := range []error{protocollo.Errorf(protocollo.OutcomeUnknown, "no-answer", "silenzio"), protocollo.Errorf(protocollo.Unavailable, "not-sent", "connessione rifiutata")} {
		o.clock.add(time.Minute)
		g.always = err
		_ = o.s.DrainWaiting(t.Context())
		if h := o.s.Health(); !h.Since.Equal(began) {
			t.Errorf("%s since %s, began %s", h.State, h.Since, began)
		}
	}
}
