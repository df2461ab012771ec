// Package hub fans events out to browsers. Each event gets a number; a browser that comes back names the last one it saw and gets
// what it missed, as far as the hub remembers. Publishing never blocks: a subscriber that does not keep up is dropped, and its
// next connection starts from its last number. A lost event costs a refresh, never a fact.
//
// The hub knows nothing of what it carries: in the station it is a Hub[station.Event].
package hub

import "sync"

// Numbered is an event with its place in the feed.
type Numbered[E any] struct {
	Seq   uint64
	Event E
}

// Hub is a feed. All methods are safe for concurrent use.
type Hub[E any] struct {
	mu     sync.Mutex
	seq    uint64
	first  uint64        // seq before the first event
	recent []Numbered[E] // a ring: the event number n is at n % len
	subs   map[*Subscription[E]]struct{}
	queue  int
	closed bool
}

// New returns a feed that remembers the last replay events and drops a subscriber once queue of them wait for it. Both are at
// least 1. Its first event is numbered after last: a process that starts at the milliseconds of its clock never gives a number that
// the process before it gave, so a browser that comes back after a restart is told that it missed something.
func New[E any](replay, queue int, last uint64) *Hub[E] {
	return &Hub[E]{seq: last, first: last, recent: make([]Numbered[E], max(replay, 1)), subs: map[*Subscription[E]]struct{}{}, queue: max(queue, 1)}
}

// Subscription is one reader of the feed.
type Subscription[E any] struct {
	// C gives the events that pass the filter, in order. It is closed when the subscriber was too slow, after Close, and when
	// the hub closes.
	C <-chan Numbered[E]
	// Missed is set when events before the first that C gives are forgotten: the reader must look at everything again.
	Missed bool
	// Seq is the feed's number when the subscription began.
	Seq uint64

	hub    *Hub[E]
	filter func(E) bool
	c      chan Numbered[E]
	gone   bool // c is closed; guarded by hub.mu
}

// Publish numbers an event and hands it to everybody whose filter wants it. It never blocks. After Close it does nothing.
func (h *Hub[E]) Publish(e E) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return
	}
	h.seq++
	n := Numbered[E]{Seq: h.seq, Event: e}
	h.recent[h.seq%uint64(len(h.recent))] = n
	for s := range h.subs {
		if s.filter != nil && !s.filter(e) {
			continue
		}
		select {
		case s.c <- n:
		default:
			h.drop(s)
		}
	}
}

// Seq returns the number of the last event.
func (h *Hub[E]) Seq() uint64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.seq
}

// Subscribe begins after the event numbered since; 0 begins now, without replay. A since that is ahead of the feed is from before a
// restart: then Missed is set. filter must be quick and must not call the hub; nil wants everything.
func (h *Hub[E]) Subscribe(filter func(E) bool, since uint64) *Subscription[E] {
	h.mu.Lock()
	defer h.mu.Unlock()
	missed, replay := h.after(since)
	var wanted []Numbered[E]
	for _, n := range replay {
		if filter == nil || filter(n.Event) {
			wanted = append(wanted, n)
		}
	}
	s := &Subscription[E]{Missed: missed, Seq: h.seq, hub: h, filter: filter, c: make(chan Numbered[E], h.queue+len(wanted))}
	s.C = s.c
	for _, n := range wanted {
		s.c <- n
	}
	if h.closed {
		s.gone = true
		close(s.c)
		return s
	}
	h.subs[s] = struct{}{}
	return s
}

// after returns the events after since, or says that some of them are forgotten.
func (h *Hub[E]) after(since uint64) (missed bool, replay []Numbered[E]) {
	size := uint64(len(h.recent))
	switch {
	case since == 0 || since == h.seq:
		return false, nil
	case since > h.seq || since < h.first || h.seq-since > size:
		return true, nil
	}
	for n := since + 1; n <= h.seq; n++ {
		replay = append(replay, h.recent[n%size])
	}
	return false, replay
}

// Close ends the subscription. It may be called more than once, also after the hub dropped it.
func (s *Subscription[E]) Close() {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	s.hub.drop(s)
}

// Close ends all subscriptions; later events are ignored.
func (h *Hub[E]) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for s := range h.subs {
		h.drop(s)
	}
}

func (h *Hub[E]) drop(s *Subscription[E]) {
	if !s.gone {
		s.gone = true
		close(s.c)
		delete(h.subs, s)
	}
}
