package station

import (
	"context"
	"errors"
	"sync"
	"time"

	"segnatura/internal/protocollo"
)

// asidePause is how long the queue leaves a letter alone that failed by itself.
const asidePause = 10 * time.Minute

// lineCodes are the codes of an Unavailable that is about the way to the system that numbers, whatever letter it was said of.
var lineCodes = map[string]bool{"not-sent": true, "credentials": true, "address": true, "folder": true}

// letterCodes are those that can be about nothing but the letter.
var letterCodes = map[string]bool{"intake-sheet": true}

// notTried are those of a call that was not made.
var notTried = map[string]bool{"held": true, "line-busy": true, "round-over": true}

// oneAOOCodes are those of a letter whose AOO's queue stands still, while the others' goes on: its emergency register was opened meanwhile.
var oneAOOCodes = map[string]bool{"register-open": true}

// saysCode reports whether err, or a cause of it, has one of the codes.
func saysCode(err error, codes map[string]bool) bool {
	for e := (*protocollo.Error)(nil); errors.As(err, &e); err = e.Err {
		if codes[e.Code] {
			return true
		}
	}
	return false
}

// asides are the letters, or files, that failed in the queue while their outcome is known to be nothing: when each is tried again, by intake or
// delivery. They are kept in memory: after a start each is one as any other.
type asides struct {
	mu    sync.Mutex
	again map[int64]time.Time // zero: it failed once, and is tried in the next round
}

// waits reports whether one is left alone for now.
func (a *asides) waits(id int64, now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return now.Before(a.again[id])
}

// failed notes that one failed, to be tried from then on, and says whether it had before.
func (a *asides) failed(id int64, again time.Time) (before bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.again == nil {
		a.again = map[int64]time.Time{}
	}
	_, before = a.again[id]
	a.again[id] = again
	return before
}

func (a *asides) forget(id int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.again, id)
}

// verdict is what the end of a letter's attempt means for the queue's round: nil, and it goes on, or the error that ends it. A letter that fails alone
// steps aside for [asidePause], and the others go on in their order: one whose intake sheet cannot be written, at once; any other that
// certainly got nothing, when it fails twice while the system says that it is well.
func (s *Station) verdict(ctx context.Context, in protocollo.Intake, err error) error {
	switch {
	case err == nil:
		s.aside.forget(in.ID)
		return nil
	case saysCode(err, oneAOOCodes):
		return nil
	case protocollo.ClassOf(err) != protocollo.Unavailable, saysCode(err, notTried):
		return err
	case !saysCode(err, letterCodes):
		if !s.aside.failed(in.ID, time.Time{}) || !s.vouchedFor(ctx) {
			return err
		}
		s.noteHealth(HealthAnswering, s.line.open())
	}
	s.aside.failed(in.ID, s.now().Add(asidePause))
	s.log.Warn("letter steps aside", "intake", in.ID, "err", err)
	return nil
}

// fileCodes are those of an Unavailable that is about nothing but the file.
var fileCodes = map[string]bool{"blob": true}

// fileVerdict is [Station.verdict] for a delivery: one that cannot be read here steps aside at once, any other that certainly was not taken when it fails
// twice while the system says that it is well. A later version of the same letter's file waits for it, the other letters' do not.
func (s *Station) fileVerdict(ctx context.Context, id int64, err error) error {
	switch {
	case err == nil:
		s.filesAside.forget(id)
		return nil
	case protocollo.ClassOf(err) != protocollo.Unavailable, saysCode(err, notTried):
		return err
	case !saysCode(err, fileCodes):
		if !s.filesAside.failed(id, time.Time{}) || !s.vouchedFor(ctx) {
			return err
		}
		s.noteHealth(HealthAnswering, s.line.open())
	}
	s.filesAside.failed(id, s.now().Add(asidePause))
	s.log.Warn("file steps aside", "job", id, "err", err)
	return nil
}

// vouchedFor reports whether the system that numbers says that it is well. One that cannot be asked does not.
func (s *Station) vouchedFor(ctx context.Context) bool {
	p, ok := s.cfg.Registrar.(Prober)
	return ok && s.check(ctx, p) == nil
}
