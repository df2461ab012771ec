package station_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"segnatura/internal/rules"
)

// TestEveryStepMayFailInEveryWay is the matrix of R10.1: each step of a letter's way, and each way in which it may fail. After it the station
// starts anew, the people go on, and the whole state is looked at.
func TestEveryStepMayFailInEveryWay(t *testing.T) {
	for _, step := range steps {
		for _, f := range []fault{failsBefore, diesBefore, diesAfter, answerLost, answerLate} {
			t.Run(fmt.Sprintf("%s %s", step, f), func(t *testing.T) {
				t.Parallel()
				w := newTown(t, 1, true)
				defer w.close()
				hit := w.arm(step, f)
				l, other := w.write(), w.write()
				w.centre.away = step == "attempt" // the first is recorded with the intake: it is the second that is begun
				w.advance(l)
				w.centre.away = false
				for turn, done := 0, false; !done && turn < 30; turn++ {
					first, second := w.advance(l), w.advance(other)
					done = first && second
				}
				w.cut()
				w.settle()
				if !*hit {
					t.Fatal("the step was never taken")
				}
				w.whole()
			})
		}
	}
}

// TestEveryStepOfTheEmergencyMayFailInEveryWay is the same for the emergency register, from its opening to the last ordinary number.
func TestEveryStepOfTheEmergencyMayFailInEveryWay(t *testing.T) {
	for _, step := range emergencySteps {
		for _, f := range []fault{failsBefore, diesBefore, diesAfter, answerLost, answerLate} {
			t.Run(fmt.Sprintf("%s %s", step, f), func(t *testing.T) {
				t.Parallel()
				w := newTown(t, 1, true)
				defer w.close()
				hit := w.arm(step, f)
				waiting, row, wrong := w.write(), w.write(), w.write()
				w.centre.away = true
				w.until("the letter is taken in", func() bool { w.advance(waiting); return waiting.intake != 0 })
				w.until("the register is open", func() bool { return w.responsabile("open") })
				w.until("the letter is moved", func() bool { return w.responsabile("move") })
				w.until("the letters are rows", func() bool { w.advance(row); w.advance(wrong); return row.shown != nil && wrong.shown != nil })
				w.until("the period is longer", func() bool { return w.responsabile("extend") })
				w.until("one is annulled", func() bool { return w.annul(wrong) })
				w.centre.away = false
				w.centre.refuse(1)
				for _, act := range []string{"close", "revoke"} {
					w.until(act, func() bool { return w.responsabile(act) })
				}
				w.until("recover", func() bool {
					w.clock.add(6 * time.Minute)
					w.comeBack()
					w.askAgain(w.o.record(waiting.intake))
					return w.responsabile("recover")
				})
				w.cut()
				w.settle()
				if !*hit {
					t.Fatal("the step was never taken")
				}
				w.whole()
				if e := w.chancery.seen[0]; len(w.chancery.seen) != 1 || e.Rows != 3 || e.Annulled != 1 || e.Recovered != 2 || len(e.Extensions) != 1 {
					t.Errorf("%s", w.described())
				}
			})
		}
	}
}

// arm lets a fault wait at a step, once, and tells later whether it was met.
func (w *town) arm(step string, f fault) *bool {
	hit := new(bool)
	w.next = func(s string) fault {
		if s != step || *hit {
			return noFault
		}
		*hit = true
		return f
	}
	return hit
}

// until goes on with something until it is done.
func (w *town) until(what string, done func() bool) {
	w.t.Helper()
	for range 30 {
		if done() {
			return
		}
	}
	w.t.Fatalf("it does not come to this: %s: %v\n%s", what, w.trail, w.standing())
}

// How many mornings a run of the tests goes through, and with SEGNATURA_LONG=1; SEGNATURA_SCHEDULES says another number, and SEGNATURA_SEED
// begins elsewhere.
const (
	schedules     = 60
	longSchedules = 100_000
)

// TestSchedules runs a morning again and again: outages, power cuts, clocks that step, two desks, faults anywhere; in two of three the
// Responsabile has the emergency register at hand.
func TestSchedules(t *testing.T) {
	many := schedules
	if os.Getenv("SEGNATURA_LONG") == "1" {
		many = longSchedules
	}
	many, first := fromEnv(t, "SEGNATURA_SCHEDULES", many), fromEnv(t, "SEGNATURA_SEED", 0)
	for seed := first; seed < first+many; seed++ {
		t.Run(strconv.Itoa(seed), func(t *testing.T) {
			t.Parallel()
			morning(t, uint64(seed))
		})
	}
}

func fromEnv(t *testing.T, name string, otherwise int) int {
	t.Helper()
	s := os.Getenv(name)
	if s == "" {
		return otherwise
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// morning is one schedule: it is the same for the same seed, as far as the runtime's own scheduling lets it.
func morning(t *testing.T, seed uint64) {
	w := newTown(t, seed, seed%4 != 3) // one centre of four cannot be searched by our key
	defer w.close()
	faults := []fault{failsBefore, diesBefore, diesAfter, answerLost, answerLate}
	outages := seed%3 != 0
	letters := 3
	if schemes := rules.EmergencyProfiles(); outages {
		letters++
		w.emergencies(schemes[w.rng.IntN(len(schemes))].Policy.Scheme)
	}
	rate := 4 + w.rng.IntN(20)
	w.next = func(string) fault { // under the town's lock
		if w.rng.IntN(rate) != 0 {
			return noFault
		}
		return faults[w.rng.IntN(len(faults))]
	}
	for range 12 + w.rng.IntN(24) {
		switch n := w.rng.IntN(20); {
		case n < 2 && len(w.letters) < letters || len(w.letters) == 0:
			w.write()
		case n < 3:
			w.cut()
		case n < 5:
			w.centre.away = !w.centre.away
		case n < 6:
			w.clock.add(time.Duration(w.rng.IntN(3600)-60) * time.Second) // it may go back a little, as servers set it
		case n < 8:
			w.comeBack()
			_ = w.o.s.DrainWaiting(t.Context())
		case n < 13 && outages:
			w.outage()
		default:
			w.advance(w.letters[w.rng.IntN(len(w.letters))])
		}
	}
	w.settle()
	w.whole()
}
