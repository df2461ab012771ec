package station_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// queue is an office with letters that an outage left waiting. Its centre tells what happens to it, and its store what is begun and confirmed.
type queue struct {
	*office
	centre *slowCentre
	store  *watchedIntakes
	recs   []station.Record
}

// slowCentre calls back while it is asked for a number, and looks that no two of the queue are asked for at once.
type slowCentre struct {
	*registrar
	during func(ctx context.Context, key string) error // nil: it answers

	mu    sync.Mutex
	busy  int
	asked []string
	both  bool
}

func (c *slowCentre) Register(ctx context.Context, r protocollo.RegisterRequest) (protocollo.Receipt, error) {
	c.mu.Lock()
	c.busy++
	c.both = c.both || c.busy > 1
	c.asked = append(c.asked, r.Key)
	c.mu.Unlock()
	defer func() { c.mu.Lock(); c.busy--; c.mu.Unlock() }()
	if c.during != nil {
		if err := c.during(ctx, r.Key); err != nil {
			return protocollo.Receipt{}, err
		}
	}
	return c.registrar.Register(ctx, r)
}

func (c *slowCentre) calls() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.asked)
}

// watchedIntakes tells of each attempt that was begun, and may fail to write.
type watchedIntakes struct {
	station.IntakeStore
	begun      chan int64
	confirming func(attempt int64) error

	mu   sync.Mutex
	dead bool
}

func (w *watchedIntakes) kill() { w.mu.Lock(); defer w.mu.Unlock(); w.dead = true }

func (w *watchedIntakes) alive() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.dead {
		return errDisk
	}
	return nil
}

func (w *watchedIntakes) BeginAttempt(ctx context.Context, id int64, connector string) (a station.PendingAttempt, err error) {
	if err := w.alive(); err != nil {
		return a, err
	}
	if a, err = w.IntakeStore.BeginAttempt(ctx, id, connector); err == nil {
		w.begun <- id
	}
	return a, err
}

func (w *watchedIntakes) SettleAttempt(ctx context.Context, id int64, o protocollo.AttemptOutcome, words string) error {
	if err := w.alive(); err != nil {
		return err
	}
	return w.IntakeStore.SettleAttempt(ctx, id, o, words)
}

func (w *watchedIntakes) ConfirmNumber(ctx context.Context, id int64, r protocollo.Receipt, s protocollo.Segnatura) (protocollo.Registration, error) {
	err := w.alive()
	if err == nil && w.confirming != nil {
		err = w.confirming(id)
	}
	if err != nil {
		return protocollo.Registration{}, err
	}
	return w.IntakeStore.ConfirmNumber(ctx, id, r, s)
}

// newQueue leaves n letters waiting. caps are what the centre's contract offers, beside what every test needs.
func newQueue(t *testing.T, n int, caps func(*protocollo.Capabilities)) *queue {
	t.Helper()
	o := newOffice(t)
	q := &queue{office: o, centre: &slowCentre{registrar: o.registrar}}
	o.registrar.caps = protocollo.Capabilities{FindByKey: true, AttachLater: true, Annul: true}
	if caps != nil {
		caps(&o.registrar.caps)
	}
	q.starts()
	o.registrar.always = protocollo.Errorf(protocollo.Unavailable, "not-sent", "away")
	for i := range n {
		q.recs = append(q.recs, o.register(keyOf(i), letter(fmt.Sprintf("Lettera %d", i))))
		o.clock.add(time.Second)
	}
	o.registrar.always = nil
	q.centre.asked = nil
	q.starts() // with a line that is open
	return q
}

func keyOf(i int) string { return fmt.Sprintf("key-%04d", i) }

func (q *queue) starts() {
	q.t.Helper()
	q.start(func(c *station.Config) {
		q.store = &watchedIntakes{IntakeStore: c.Intakes, begun: make(chan int64, 100)}
		c.Registrar, c.Sender, c.Intakes = q.centre, q.centre, q.store
	})
}

// nextBegun waits until the attempt of a letter is begun.
func (q *queue) nextBegun(i int) {
	q.t.Helper()
	for {
		select {
		case id := <-q.store.begun:
			if id == q.recs[i].Intake.ID {
				return
			}
		case <-time.After(20 * time.Second):
			q.t.Errorf("the attempt of letter %d is not begun while the letter before it is asked for", i)
			return
		}
	}
}

// last returns a letter's attempts and the latest outcome.
func (q *queue) last(i int) (attempts int, outcome protocollo.AttemptOutcome) {
	q.t.Helper()
	rec := q.record(q.recs[i].Intake.ID)
	return len(rec.Attempts), rec.Attempts[len(rec.Attempts)-1].Outcome
}

// wants fails unless the letters have these latest outcomes, and each as many attempts.
func (q *queue) wants(want ...string) {
	q.t.Helper()
	var got []string
	for i := range want {
		n, o := q.last(i)
		got = append(got, fmt.Sprintf("%d %s", n, o))
	}
	if !slices.Equal(got, want) {
		q.t.Errorf("letters are %q, want %q", got, want)
	}
}

// numbered fails unless every letter has the number of its place in the queue.
func (q *queue) numbered() {
	q.t.Helper()
	for i, rec := range q.recs {
		if got := q.record(rec.Intake.ID).Registration; got == nil || got.Number != protocollo.Number(fmt.Sprintf("%07d", i+1)) {
			q.t.Errorf("letter %d has %+v", i, got)
		}
	}
	q.cleanCheck()
}

// The centre is asked for one letter of the queue at a time, in the order of arrival, however many calls it takes.
func TestTwoInHandKeepTheOrder(t *testing.T) {
	for _, most := range []int{0, 1, 3} {
		t.Run(fmt.Sprintf("%d calls at once", most), func(t *testing.T) {
			q := newQueue(t, 25, func(c *protocollo.Capabilities) { c.CallsAtOnce = most })
			if err := q.s.DrainWaiting(t.Context()); err != nil {
				t.Fatal(err)
			}
			var want []string
			for i := range q.recs {
				want = append(want, keyOf(i))
			}
			if got := q.centre.calls(); !slices.Equal(got, want) {
				t.Errorf("asked for %v", got)
			}
			if q.centre.both {
				t.Error("two calls at once")
			}
			q.numbered()
		})
	}
}

// While the centre is asked for one letter the next one's attempt is begun, and no third one's; while the number of one is made durable the next is
// asked for. Each side waits here for the other, so that without the overlap the test fails.
func TestTwoInHandOverlap(t *testing.T) {
	q := newQueue(t, 4, nil)
	called := make(chan string, 10)
	q.centre.during = func(_ context.Context, key string) error {
		called <- key
		if key == keyOf(0) {
			q.nextBegun(1)
			if n, _ := q.last(2); n != 1 {
				t.Errorf("the third letter has %d attempts: three in hand", n)
			}
		}
		return nil
	}
	var confirms atomic.Int32 // the last letters' confirmations may overlap
	q.store.confirming = func(int64) error {
		if confirms.Add(1) != 1 {
			return nil
		}
		for {
			select {
			case key := <-called:
				if key == keyOf(1) {
					return nil
				}
			case <-time.After(20 * time.Second):
				t.Error("the second letter is not asked for while the first one's number is made durable")
				return nil
			}
		}
	}
	if err := q.s.DrainWaiting(t.Context()); err != nil {
		t.Fatal(err)
	}
	q.numbered()
}

// A centre that goes away at one letter is not asked for the next, though its attempt is begun: that one ends as not sent, and nothing
// behind it is begun.
func TestNothingIsAskedBehindACentreThatIsAway(t *testing.T) {
	for _, code := range []string{"not-sent", "nonsense"} { // the line is held, or not yet
		t.Run(code, func(t *testing.T) {
			q := newQueue(t, 4, nil)
			q.centre.during = func(context.Context, string) error {
				q.nextBegun(1)
				return protocollo.Errorf(protocollo.Unavailable, code, "away")
			}
			err := q.s.DrainWaiting(t.Context())
			wantClass(t, err, protocollo.Unavailable, "")
			q.wants("2 unavailable", "2 unavailable", "1 unavailable", "1 unavailable")
			if got := q.centre.calls(); len(got) != 1 {
				t.Errorf("asked for %v", got)
			}
			q.centre.during = nil
			for range 2 { // the first of the letters may have to step aside for its second failure, which does not come
				if err := q.s.DrainWaiting(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			q.numbered()
		})
	}
}

// While the line is held one letter alone is in hand: the trial.
func TestATrialIsAloneInHand(t *testing.T) {
	q := newQueue(t, 3, nil)
	away := true
	q.centre.during = func(context.Context, string) error {
		if away {
			return protocollo.Errorf(protocollo.Unavailable, "not-sent", "away")
		}
		return nil
	}
	if err := q.s.DrainWaiting(t.Context()); err == nil || !q.s.Health().Held {
		t.Fatalf("the line is not held: %v", err)
	}
	away = false
	q.centre.during = func(_ context.Context, key string) error {
		if key == keyOf(0) {
			if n, o := q.last(1); o == protocollo.AttemptUnderWay {
				t.Errorf("the second letter's attempt %d is begun beside the trial", n)
			}
		}
		return nil
	}
	if err := q.s.DrainWaiting(t.Context()); err != nil {
		t.Fatal(err)
	}
	q.numbered()
}

// stopsWithTwoInHand ends the station in the middle of the first call, with the next letter begun.
func (q *queue) stopsWithTwoInHand() {
	q.t.Helper()
	ctx, cancel := context.WithCancel(q.t.Context())
	q.centre.during = func(context.Context, string) error {
		q.nextBegun(1)
		cancel()
		return nil
	}
	if err := q.s.DrainWaiting(ctx); !errors.Is(err, context.Canceled) {
		q.t.Errorf("DrainWaiting = %v", err)
	}
	q.centre.during = nil
	q.wants("2 numbered", "2 unavailable", "1 unavailable")
	q.s.Close()
}

// Where the station stops, the letter that is asked for comes to its end, and the one that was begun is not asked for any more.
func TestTheQueueStopsWithTwoInHand(t *testing.T) {
	q := newQueue(t, 3, nil)
	q.stopsWithTwoInHand()
	q.starts()
	if err := q.s.DrainWaiting(t.Context()); err != nil {
		t.Fatal(err)
	}
	q.numbered()
}

// The letter that a stop in the evening left in hand was never sent: the outage of the morning after begins in the morning.
func TestAStopIsNotTheBeginningOfAnOutage(t *testing.T) {
	q := newQueue(t, 3, nil)
	q.stopsWithTwoInHand()
	q.clock.add(14 * time.Hour)
	q.starts()
	since := func() time.Time {
		t.Helper()
		at, err := q.db.OutageSince(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	if at := since(); !at.IsZero() {
		t.Errorf("an outage since %s: nobody was called", at)
	}
	q.centre.during = func(context.Context, string) error {
		return protocollo.Errorf(protocollo.Unavailable, "not-sent", "away")
	}
	if err := q.s.DrainWaiting(t.Context()); err == nil {
		t.Fatal("the centre answered")
	}
	if at := since(); q.clock.Now().Sub(at) > time.Minute {
		t.Errorf("the outage began at %s, and the first call that failed was made at %s", at, q.clock.Now())
	}
	q.cleanCheck()
}

// A process that dies with two in hand leaves two attempts without an end. Where the centre finds our key the letter that it knows gets its
// number, and the one that was never sent is asked for once, after the time in which it could still have arrived; where it does not, a person
// decides on both.
func TestACrashLeavesTwoDoubts(t *testing.T) {
	for _, finds := range []bool{true, false} {
		t.Run(fmt.Sprintf("search by key %t", finds), func(t *testing.T) {
			q := newQueue(t, 3, func(c *protocollo.Capabilities) { c.FindByKey = finds })
			q.centre.during = func(_ context.Context, key string) error {
				if key != keyOf(0) {
					return protocollo.Errorf(protocollo.OutcomeUnknown, "x", "nobody is there any more to send it")
				}
				q.nextBegun(1)
				q.store.kill()
				return nil
			}
			if err := q.s.DrainWaiting(t.Context()); !errors.Is(err, errDisk) {
				t.Fatalf("DrainWaiting = %v", err)
			}
			q.wants("2 ", "2 ", "1 unavailable")
			q.s.Close()
			q.centre.during = nil
			q.starts()
			if err := q.s.Recover(t.Context()); err != nil {
				t.Fatal(err)
			}
			if !finds {
				if err := q.s.DrainWaiting(t.Context()); err != nil {
					t.Fatal(err)
				}
				q.wants("2 unknown", "2 unknown", "2 numbered")
				if list := q.uncertain(boss); len(list) != 2 {
					t.Errorf("%d uncertain outcomes", len(list))
				}
				return
			}
			q.wants("2 numbered", "2 unknown", "1 unavailable")
			q.clock.add(6 * time.Minute)
			if err := q.s.DrainWaiting(t.Context()); err != nil {
				t.Fatal(err)
			}
			q.numbered()
		})
	}
}

// A person who asks for the letter that is begun, or moves it, finds it under way; the centre is asked for it once.
func TestAPersonMeetsALetterInHand(t *testing.T) {
	q := newQueue(t, 3, nil)
	q.centre.during = func(_ context.Context, key string) error {
		if key != keyOf(0) {
			return nil
		}
		q.nextBegun(1)
		for i := range 2 {
			rec, err := q.s.RetryNumber(t.Context(), clerk, q.recs[i].Intake.ID)
			if err != nil || rec.Registration != nil || rec.Attempts[len(rec.Attempts)-1].Outcome != protocollo.AttemptUnderWay {
				t.Errorf("letter %d: %+v, %v", i, rec.Attempts, err)
			}
		}
		return nil
	}
	if err := q.s.DrainWaiting(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := q.centre.calls(); len(got) != len(q.recs) {
		t.Errorf("asked for %v", got)
	}
	q.numbered()
}

// An emergency register that is opened while a letter is begun takes it from the queue: it is not asked for, and may be moved. Another AOO's letters
// behind it are asked for in the same round.
func TestALetterInHandWhenTheEmergencyRegisterOpens(t *testing.T) {
	q := newQueue(t, 3, nil)
	ids := []int64{q.recs[1].Intake.ID, q.recs[2].Intake.ID}
	q.registrar.always = protocollo.Errorf(protocollo.Unavailable, "not-sent", "away")
	elsewhere := clerk
	elsewhere.User, elsewhere.AOO = "altrove", alien.AOO
	other, err := q.s.Register(t.Context(), elsewhere, station.RegisterCommand{Key: keyOf(3), Draft: letter("Altra AOO")})
	if err != nil {
		t.Fatal(err)
	}
	q.registrar.always, q.centre.asked = nil, nil
	q.s.Close()
	q.starts()
	q.centre.during = func(_ context.Context, key string) error {
		if key != keyOf(0) {
			return nil
		}
		q.nextBegun(1)
		q.openRegister(q.opening())
		res, err := q.s.MoveToEmergency(t.Context(), boss, ids, "")
		if err != nil || res.Moved != 1 || len(res.Left) != 1 || res.Left[0].IntakeID != ids[0] {
			t.Errorf("moved %+v, %v", res, err)
		}
		return nil
	}
	if err := q.s.DrainWaiting(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, want := q.centre.calls(), []string{keyOf(0), keyOf(3)}; !slices.Equal(got, want) {
		t.Errorf("asked for %v while the register is open, want %v", got, want)
	}
	if rec, err := q.s.IntakeRecord(t.Context(), elsewhere, other.Intake.ID); err != nil || rec.Registration == nil {
		t.Errorf("the other AOO's letter: %+v, %v", rec.Attempts, err)
	}
	if _, o := q.last(1); o != protocollo.AttemptUnavailable {
		t.Errorf("the letter that was begun is %s", o)
	}
	if res, err := q.s.MoveToEmergency(t.Context(), boss, ids[:1], ""); err != nil || res.Moved != 1 {
		t.Errorf("moved %+v, %v", res, err)
	}
	q.cleanCheck()
}

// A number that cannot be written ends the round. The next letter may have been asked for by then, and keeps its number; nobody gets two.
func TestANumberThatCannotBeWrittenEndsTheRound(t *testing.T) {
	q := newQueue(t, 4, nil)
	done := false
	q.store.confirming = func(int64) error {
		if done {
			return nil
		}
		done = true
		return errDisk
	}
	if err := q.s.DrainWaiting(t.Context()); !errors.Is(err, errDisk) {
		t.Fatalf("DrainWaiting = %v", err)
	}
	if n, o := q.last(2); n != 1 || len(q.centre.calls()) > 2 {
		t.Errorf("the third letter has %d attempts, %s; asked for %v", n, o, q.centre.calls())
	}
	if err := q.s.DrainWaiting(t.Context()); err != nil {
		t.Fatal(err)
	}
	q.numbered()
	if got := q.centre.calls(); len(got) != len(q.recs) {
		t.Errorf("asked for %v", got)
	}
}

// An attempt whose turn comes too late is not sent any more: the proof of absence counts from its beginning.
func TestAnOldAttemptIsNotSent(t *testing.T) {
	q := newQueue(t, 2, nil)
	q.start(func(c *station.Config) {
		q.store = &watchedIntakes{IntakeStore: c.Intakes, begun: make(chan int64, 100)}
		c.Registrar, c.Sender, c.Intakes, c.RegisterTimeout = lateFinder{q.centre}, q.centre, q.store, 50*time.Millisecond
	})
	q.centre.during = func(ctx context.Context, key string) error {
		if key != keyOf(0) {
			return nil
		}
		q.nextBegun(1)
		<-ctx.Done()
		return protocollo.Errorf(protocollo.OutcomeUnknown, "x", "no answer: %w", ctx.Err())
	}
	wantClass(t, q.s.DrainWaiting(t.Context()), protocollo.Unavailable, "")
	q.wants("2 unknown", "2 unavailable")
	if got := q.centre.calls(); len(got) != 1 {
		t.Errorf("asked for %v", got)
	}
}

// lateFinder answers a search at the last moment.
type lateFinder struct{ *slowCentre }

func (lateFinder) Find(ctx context.Context, _ protocollo.AOOCode, _ string) (protocollo.Receipt, bool, error) {
	<-ctx.Done()
	return protocollo.Receipt{}, false, nil
}
