package worker

import (
	"sync"
	"time"
)

// stopwatch ends a process that takes too long: too long since it last came further, or too long altogether. Only the time counts in
// which we wait for it: it does not answer for a slow disk of ours, or for whoever recognises the text of the page that it made.
type stopwatch struct {
	stall, total time.Duration // allowed
	late         func()

	mu        sync.Mutex
	sinceStep time.Duration // counted, up to started
	sofar     time.Duration
	started   time.Time // while it runs
	timer     *time.Timer
}

// wait runs what the process is waited for with.
func (s *stopwatch) wait(f func() error) error {
	s.mu.Lock()
	s.started = time.Now()
	left := min(s.stall-s.sinceStep, s.total-s.sofar)
	if s.timer == nil {
		s.timer = time.AfterFunc(left, s.late)
	} else {
		s.timer.Reset(left)
	}
	s.mu.Unlock()
	err := f()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.timer.Stop()
	took := time.Since(s.started)
	s.sinceStep += took
	s.sofar += took
	return err
}

// step says that it came further.
func (s *stopwatch) step() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sinceStep = 0
}
