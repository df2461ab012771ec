package station

import (
	"context"
	"slices"
	"sync"
	"time"

	"segnatura/internal/protocollo"
)

// Health says how the system that numbers answered last, and whether letters are sent to it at once.
type Health struct {
	Connector string      `json:"connector"`
	State     HealthState `json:"state" enum:"untried,answering,away,doubtful"`
	Since     time.Time   `json:"since,omitzero"` // of the state, or of the outage that it is part of
	// Held is set while the desk does not wait for it: letters are taken in at once and wait in the queue, which tries it.
	Held bool `json:"held,omitempty"`
	// Keyed says that a person reads the numbers on another screen and keys them in.
	Keyed bool `json:"keyed,omitempty" doc:"I numeri si leggono su un altro schermo"`
}

// HealthState is a code that the UI words.
type HealthState string

const (
	HealthUntried   HealthState = "untried" // nothing was asked since the start
	HealthAnswering HealthState = "answering"
	HealthAway      HealthState = "away"
	HealthDoubtful  HealthState = "doubtful" // it did not answer clearly
)

// out reports whether the state is of an outage.
func (h HealthState) out() bool { return h == HealthAway || h == HealthDoubtful }

// Health returns what the last calls taught. It asks nothing.
func (s *Station) Health() Health {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.central
	h.Connector, h.Keyed, h.Held = s.cfg.Registrar.Name(), s.cfg.Registrar.Capabilities().Keyed, s.line.isHeld()
	if h.State == "" {
		h.State = HealthUntried
	}
	return h
}

// healthAfter is what a call's end says of the other side. A no is an answer; so is silence of a system that answers later. That nothing was
// done for one letter is a doubt, unless the way itself is at fault.
func (s *Station) healthAfter(err error) HealthState {
	switch protocollo.ClassOf(err) {
	case "", protocollo.Rejected, protocollo.Invalid, protocollo.Stopped, protocollo.NotFound, protocollo.Conflict:
		return HealthAnswering
	case protocollo.Unavailable:
		if saysCode(err, lineCodes) {
			return HealthAway
		}
		return HealthDoubtful
	}
	if s.cfg.Registrar.Capabilities().Deferred {
		return HealthAnswering
	}
	return HealthDoubtful
}

// Prober is what a [Registrar] or its connector may be too: Check reaches the service without changing anything there. The queue asks it
// before it tries a letter on a system that was away.
type Prober interface {
	Check(ctx context.Context) error
}

// caller is who asks the system that numbers.
type caller int

const (
	callerDesk   caller = iota // a clerk waits: first in turn, and never for a system that is known to be away
	callerPerson               // «Riprova ora»: as the desk, and tries a system that was away
	callerQueue                // after every desk; it tries a system that was away, one call at a time
	callerNext                 // the queue's letter that was begun beside another: as the queue, and never for a system that is known to be away
)

// errand is on whose behalf calls are made under a context; without one it is the desk's.
type errand struct {
	caller caller
	until  time.Time // when all calls together end; zero: each has its own time
	by     time.Time // when a call must have begun; zero: within its own time
}

type errandKey struct{}

func as(ctx context.Context, c caller) context.Context {
	return context.WithValue(ctx, errandKey{}, errand{caller: c})
}

// atTheDesk bounds everything that is asked while a clerk waits: however many calls it takes, they end with RegisterTimeout.
func (s *Station) atTheDesk(ctx context.Context) context.Context {
	return context.WithValue(ctx, errandKey{}, errand{caller: callerDesk, until: time.Now().Add(s.cfg.RegisterTimeout)})
}

// reach makes one call to the system that numbers: in its turn, within its time, and not at all while the system is known to be away. What
// the call teaches is noted. Unavailable "held" or "line-busy" when it was not made.
func (s *Station) reach(ctx context.Context, limit time.Duration, call func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if s.cfg.Registrar.Capabilities().Keyed {
		return call(ctx) // nobody is called
	}
	on, _ := ctx.Value(errandKey{}).(errand)
	if !on.until.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, on.until)
		defer cancel()
	}
	trial, err := s.enterLine(ctx, on)
	if err != nil {
		return err
	}
	ended := false
	defer func() {
		if !ended { // a connector that panics gives its place back all the same
			s.line.leave(HealthDoubtful, trial)
		}
	}()
	err = call(ctx)
	ended = true
	state := s.healthAfter(err)
	held := state
	if s.cfg.Registrar.Capabilities().Local {
		held = HealthAnswering // in this very process: there is nothing to be away
	}
	s.noteHealth(state, s.line.leave(held, trial))
	return err
}

// enterLine waits for the caller's turn, until its time to begin is over.
func (s *Station) enterLine(ctx context.Context, on errand) (trial bool, err error) {
	if !on.by.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, on.by)
		defer cancel()
	}
	if ctx.Err() != nil {
		return false, errLineBusy()
	}
	return s.line.enter(ctx, on.caller)
}

// noteHealth keeps what a call taught, and tells when it is news.
func (s *Station) noteHealth(state HealthState, heldChanged bool) {
	s.mu.Lock()
	changed := s.central.State != state
	if changed {
		since := s.now()
		if s.central.State.out() && state.out() {
			since = s.central.Since // one outage, however it shows
		} else if s.central.State == "" && state != HealthAnswering && !s.outage.IsZero() {
			since = s.outage // it was so before the start
		}
		s.central = Health{State: state, Since: since}
	}
	s.mu.Unlock()
	if changed || heldChanged {
		s.publish(EventStatus, 0, "")
	}
}

// probe asks a system that was away whether it is back, where it has a harmless question. Without one the next letter is the trial.
func (s *Station) probe(ctx context.Context) error {
	p, ok := s.cfg.Registrar.(Prober)
	if !ok || !s.line.isHeld() {
		return nil
	}
	if err := s.check(ctx, p); err != nil {
		return protocollo.Errorf(protocollo.Unavailable, "register-away", "the register is still away: %w", err)
	}
	return nil
}

// check asks a system whether it is there. One that answers is, also where what it says is that something of the settings is wrong: that concerns
// whoever runs «segnatura check», and perhaps the letters of one AOO.
func (s *Station) check(ctx context.Context, p Prober) error {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.RegisterTimeout)
	defer cancel()
	err := p.Check(ctx)
	if class := protocollo.ClassOf(err); class == protocollo.Invalid || class == protocollo.Rejected {
		return nil
	}
	return err
}

// stillHeld is the error of a round that ends because the system is away, or nil.
func (s *Station) stillHeld() error {
	if s.line.isHeld() {
		return errHeld()
	}
	return nil
}

// doubtsBeforeHold is how many calls in a row may end without a clear answer before the desk is spared the wait. One alone may be
// the letter's own fault.
const doubtsBeforeHold = 2

// line is the way to the system that numbers: whose turn it is, and whether there is one. The desk goes before the queue, each in order of
// asking. It is held (a circuit breaker, open) once the system is away or left calls unanswered: then the desk is refused at once, and
// one trial at a time goes through (half open) until one is answered. When to try is the outbox's matter, which backs off.
type line struct {
	mu     sync.Mutex
	most   int // calls at once; 0: no limit
	busy   int
	held   bool
	trial  bool // under way, while held
	doubts int  // in a row
	waits  [2][]chan struct{}
}

// queues of line.waits.
const (
	deskTurn = iota
	queueTurn
)

func (l *line) isHeld() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.held
}

// enter returns when the caller may call, and whether its call is the trial of a held line; it then leaves. Unavailable when it may not.
func (l *line) enter(ctx context.Context, c caller) (trial bool, err error) {
	l.mu.Lock()
	if l.held {
		defer l.mu.Unlock()
		if c == callerDesk || c == callerNext || l.trial {
			return false, errHeld()
		}
		l.trial = true
		l.busy++
		return true, nil
	}
	if l.most == 0 || l.busy < l.most {
		l.busy++
		l.mu.Unlock()
		return false, nil
	}
	turn, mine := deskTurn, make(chan struct{})
	if c == callerQueue || c == callerNext {
		turn = queueTurn
	}
	l.waits[turn] = append(l.waits[turn], mine)
	l.mu.Unlock()
	select {
	case <-mine:
	case <-ctx.Done():
	}
	return false, l.admitted(turn, mine)
}

// admitted tells whether a caller that waited has a place: wake gave it one, unless the line was held meanwhile or its time is over.
func (l *line) admitted(turn int, mine chan struct{}) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if at := slices.Index(l.waits[turn], mine); at >= 0 {
		l.waits[turn] = slices.Delete(l.waits[turn], at, at+1)
		return errLineBusy()
	}
	if l.held {
		l.busy--
		return errHeld()
	}
	return nil
}

func errHeld() error {
	return protocollo.Errorf(protocollo.Unavailable, "held", "the register is away; the letter waits")
}

func errLineBusy() error {
	return protocollo.Errorf(protocollo.Unavailable, "line-busy", "the time was over before the call could be made; the letter waits")
}

// leave ends a call and says whether the line is held otherwise than before.
func (l *line) leave(state HealthState, trial bool) (changed bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	before := l.held
	l.busy--
	if trial {
		l.trial = false
	}
	switch state {
	case HealthAnswering:
		l.held, l.doubts = false, 0
	case HealthAway:
		l.held = true
	default:
		l.doubts++
		l.held = l.held || l.doubts >= doubtsBeforeHold
	}
	l.wake()
	return l.held != before
}

// open ends a hold on the system's own word, and says whether there was one.
func (l *line) open() (changed bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	changed = l.held
	l.held, l.doubts = false, 0
	l.wake()
	return changed
}

// wake gives free places to who waits, desks first; while the line is held all of them, to be told so.
func (l *line) wake() {
	for turn := range l.waits {
		for len(l.waits[turn]) > 0 && (l.held || l.busy < l.most) {
			close(l.waits[turn][0])
			l.waits[turn] = l.waits[turn][1:]
			l.busy++
		}
	}
}
