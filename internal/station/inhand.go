package station

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"segnatura/internal/protocollo"
)

// lettersInHand is how many letters the queue works on at once: while the centre is asked for one, the attempt of the next is made durable, and
// while the number that came is made durable, the next is asked for. After a crash so many attempts may stand without an end. Each is then
// looked up by its key, or a person decides, although the call of the second may never have gone out: that is the price (decision 0039).
const lettersInHand = 2

// hand is the letters that the queue works on, oldest first. Their attempts are begun in the order of arrival, and so go the calls, one after the
// other: each letter gets its turn from the one before it, never from the scheduler. It belongs to one goroutine, which waits for
// those of the letters.
type hand struct {
	s       *Station
	letters []*letterInHand
	over    chan struct{} // of the last letter that was taken; nil: there is none before the next
	ended   atomic.Bool   // a letter ended the round: nothing behind it is asked for
	err     error         // why, of the first in their order
}

// letterInHand is a letter whose attempt is begun.
type letterInHand struct {
	PendingAttempt
	beside bool          // another was in hand when it was taken
	begun  time.Time     // before its attempt, by this process's own clock
	turn   chan struct{} // closed when the letter before it is through with the centre; nil: there is none
	over   chan struct{} // the next one's turn
	done   chan error    // holds one, once nothing of it is left to do
}

// room waits until another letter may be taken, and says whether one may at all. While the line is held, one is in hand: the trial.
func (h *hand) room() bool {
	for len(h.letters) >= lettersInHand || len(h.letters) > 0 && h.s.line.isHeld() {
		h.await()
	}
	return !h.ended.Load()
}

// await waits for the oldest letter.
func (h *hand) await() {
	oldest := h.letters[0]
	h.letters = h.letters[1:]
	h.end(<-oldest.done)
}

func (h *hand) end(err error) {
	if err != nil && h.err == nil {
		h.err = err
		h.ended.Store(true)
	}
}

// empty waits for all that are in hand. The error is why the round ended.
func (h *hand) empty() error {
	for len(h.letters) > 0 {
		h.await()
	}
	return h.err
}

// take begins the attempt of a letter; the rest is done in its turn, by a goroutine that the hand waits for. One that the desk has, or that waits
// no more, is passed over.
func (h *hand) take(ctx context.Context, in protocollo.Intake) error {
	begun, keep := time.Now(), context.WithoutCancel(ctx)
	unlock, ok := h.s.keys.tryLock(intakeKey(in.Key))
	if !ok {
		return h.s.verdict(keep, in, nil)
	}
	p, err := h.s.claim(keep, in)
	if p == nil {
		unlock()
		return h.s.verdict(keep, in, err)
	}
	l := &letterInHand{PendingAttempt: *p, beside: len(h.letters) > 0, begun: begun, turn: h.over, over: make(chan struct{}), done: make(chan error, 1)}
	h.letters, h.over = append(h.letters, l), l.over
	go func() {
		err := h.number(ctx, l)
		unlock()
		l.done <- err
	}()
	return nil
}

// number asks for a letter's number in its turn. Once the centre gave it, the next letter has its turn: the number is kept in any case. After anything
// else the next waits until it is known whether the round goes on.
func (h *hand) number(ctx context.Context, l *letterInHand) (err error) {
	keep, through := context.WithoutCancel(ctx), false
	defer func() {
		if err != nil {
			h.ended.Store(true)
		}
		if !through {
			close(l.over)
		}
	}()
	call, err := h.s.prepare(keep, l.PendingAttempt)
	if l.turn != nil {
		<-l.turn
	}
	if err != nil {
		return err
	}
	receipt, cause := h.ask(ctx, l, call)
	if cause == nil {
		through = true
		close(l.over)
	}
	_, outcome, err := h.s.answered(keep, l.PendingAttempt, receipt, cause)
	if err == nil {
		err = h.s.leftBy(outcome, cause)
	}
	return h.s.verdict(keep, l.Intake, err)
}

// ask makes a letter's call. It is not made any more once the round has ended, nor later than a call may begin after its attempt, from which
// [Config.AbsenceProof] counts; and for a letter that was begun beside another not while the line is held, nor for an AOO whose emergency
// register was opened meanwhile.
func (h *hand) ask(ctx context.Context, l *letterInHand, call numberCall) (protocollo.Receipt, error) {
	keep := context.WithoutCancel(ctx)
	if err := ctx.Err(); err != nil {
		return protocollo.Receipt{}, protocollo.Errorf(protocollo.Unavailable, "round-over", "the station stops: %w", err)
	}
	if h.ended.Load() {
		return protocollo.Receipt{}, errRoundOver()
	}
	if l.beside {
		open, err := h.s.cfg.Emergency.OpenEmergencyRegister(keep, l.Intake.AOO)
		if err != nil {
			return protocollo.Receipt{}, protocollo.Errorf(protocollo.Unavailable, "round-over", "look for an open register: %w", err)
		}
		if open != nil {
			return protocollo.Receipt{}, protocollo.Errorf(protocollo.Unavailable, "register-open", "the emergency register of %s was opened before the call", l.Intake.AOO)
		}
		keep = context.WithValue(keep, errandKey{}, errand{caller: callerNext, by: l.begun.Add(h.s.cfg.RegisterTimeout)})
	}
	return h.s.call(keep, call)
}

func errRoundOver() error {
	return protocollo.Errorf(protocollo.Unavailable, "round-over", "the queue's round ended before the call; the letter waits")
}

// leftBy is what the end of an attempt means for whoever asks for letter after letter: Unavailable when the system that numbers is away.
func (s *Station) leftBy(outcome protocollo.AttemptOutcome, cause error) error {
	if outcome == protocollo.AttemptUnavailable {
		return protocollo.Errorf(protocollo.Unavailable, "register-away", "the register is away: %w", cause)
	}
	return s.stillHeld()
}

// drainPage asks for some waiting intakes' numbers, in their order.
func (s *Station) drainPage(ctx context.Context, waiting []protocollo.Intake) error {
	h := &hand{s: s}
	for _, in := range waiting {
		if !h.room() {
			break
		}
		if err := ctx.Err(); err != nil {
			h.end(err)
			break
		}
		if s.aside.waits(in.ID, s.now()) {
			continue
		}
		if err := h.take(ctx, in); err != nil {
			h.end(fmt.Errorf("intake %d: %w", in.ID, err))
			break
		}
	}
	return h.empty()
}
