package station

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"segnatura/internal/protocollo"
)

// The sender of digests waits after a failure for stampAgain, then twice as long each time up to stampAtMost: the authority is one, and what ails one
// request ails all. One round asks for stampAtOnce at most, and waits stampWithin for each.
const (
	stampAgain  = time.Minute
	stampAtMost = time.Hour
	stampAtOnce = 32
	stampWithin = time.Minute
)

// EventStamps tells that tokens came, or why none does; its ID says nothing.
const EventStamps EventKind = "stamps"

// stamping is how the sender fares. It is not durable: after a start it simply tries.
type stamping struct {
	due chan struct{}

	mu       sync.Mutex
	failures int // in a row
	wanted   int // how often a person asked for a request now
	next     time.Time
	fault    StampFault
}

// last is why the last request brought no token.
func (s *stamping) last() StampFault {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fault
}

// again ends its rest: the next round asks, also where a request is under way that was made before whatever was set right. After one more failure it rests
// as long as it would have.
func (s *stamping) again() {
	s.mu.Lock()
	s.next = time.Time{}
	s.wanted++
	s.mu.Unlock()
	wake(s.due)
}

// StampFault is why the last request brought no token; its zero: it did, or none was made since the start.
type StampFault struct {
	Code string
	At   time.Time
}

// pause is how long the sender may rest.
func (s *stamping) pause(usual time.Duration) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failures == 0 {
		return usual
	}
	return s.rest()
}

// rest is how long it rests after so many failures. The caller holds mu.
func (s *stamping) rest() time.Duration { return min(stampAgain<<min(s.failures-1, 6), stampAtMost) }

// mayTry is false while the sender rests after a failure; woken before, it rests on. A clock that was set does not keep it resting for longer.
func (s *stamping) mayTry(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	rest := s.next.Sub(now)
	return rest <= 0 || rest > stampAtMost
}

// began is called before a request; ended wants what it returned.
func (s *stamping) began() (wanted int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wanted
}

func (s *stamping) ended(now time.Time, wanted int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		s.failures, s.next, s.fault = 0, time.Time{}, StampFault{}
		return
	}
	code := "no-answer"
	var why *protocollo.Error
	if errors.As(err, &why) {
		code = why.Code
	}
	s.failures++
	if s.fault = (StampFault{Code: code, At: now}); s.wanted == wanted { // else somebody asked meanwhile
		s.next = now.Add(s.rest())
	}
}

// stampDueNow asks the authority for a token on each digest that has none, oldest first, one at a time. Nothing waits for it: what is stamped was
// recorded before. The first failure ends the round.
func (s *Station) stampDueNow(ctx context.Context) error {
	for s.cfg.TSA != nil && s.stamping.mayTry(s.now()) {
		due, err := s.cfg.Timestamps.DueTimestamps(ctx, stampAtOnce)
		if err != nil || len(due) == 0 {
			return err
		}
		for _, q := range due {
			wanted := s.stamping.began()
			err := s.stamp(ctx, q)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			s.stamping.ended(s.now(), wanted, err)
			if err != nil {
				s.log.LogAttrs(ctx, slog.LevelWarn, "timestamp was not obtained", slog.String("kind", string(q.Kind)), slog.Any("err", err))
				s.publish(EventStamps, 0, "")
				return nil
			}
		}
		s.publish(EventStamps, 0, "")
	}
	return nil
}

// stamp asks for one token. What was answered and is not accepted is kept with the reason.
func (s *Station) stamp(ctx context.Context, q protocollo.TimestampRequest) error {
	var digest [32]byte
	if n, err := hex.Decode(digest[:], []byte(q.SHA256)); err != nil || n != len(digest) {
		return protocollo.Errorf(protocollo.Internal, "digest", "request %d asks for %q", q.ID, q.SHA256)
	}
	asking, cancel := context.WithTimeout(ctx, stampWithin)
	token, err := s.cfg.TSA.Stamp(asking, digest)
	cancel()
	if err == nil {
		return s.cfg.Timestamps.RecordTimestamp(ctx, q.ID, token)
	}
	var refused RefusedAnswer
	var why *protocollo.Error
	if errors.As(err, &refused) && errors.As(err, &why) {
		return errors.Join(err, s.cfg.Timestamps.RefuseTimestamp(ctx, q.ID, protocollo.TimestampRefusal{Code: why.Code, Detail: why.Detail, AnswerSHA256: refused.AnswerSHA256()}))
	}
	return err
}

// StampView is the state of the marks for the status.
type StampView struct {
	Configured bool
	Waiting    int
	Oldest     time.Time // zero where nothing waits
	Fault      StampFault
}

// Stamps says what waits for a token and why. It asks nobody.
func (s *Station) Stamps(ctx context.Context) (StampView, error) {
	v := StampView{Configured: s.cfg.TSA != nil}
	q, err := s.cfg.Timestamps.TimestampQueue(ctx)
	if err != nil {
		return v, fmt.Errorf("count what waits for a timestamp: %w", err)
	}
	v.Waiting, v.Oldest = q.Waiting, q.Oldest
	if v.Fault = s.stamping.last(); v.Fault.Code == "" && q.Refused.Code != "" { // before the start
		v.Fault = StampFault{Code: q.Refused.Code, At: q.Refused.At}
	}
	return v, nil
}

// dailyStamps adds to registers what their tokens say.
func (s *Station) dailyStamps(ctx context.Context, aoo protocollo.AOOCode, list []DailyRegister) error {
	ids, at := make([]int64, len(list)), map[int64]int{}
	for i, d := range list {
		ids[i], at[d.ID] = d.ID, i
	}
	stamps, err := s.stampsOf(ctx, aoo, protocollo.TimestampDaily, ids)
	for id, stamp := range stamps {
		list[at[id]].Stamp = stamp
	}
	return err
}

// Stamp is the authority's token on a thing that was queued for it.
type Stamp struct {
	Token    *protocollo.Timestamp `json:"token,omitempty"` // nil: «in attesa»
	Refusals int                   `json:"refusals,omitempty" doc:"Risposte non accettate"`
	// Fault is why there is no token yet: what ailed the last request, also one for another thing, since the authority is one.
	Fault string `json:"fault,omitempty" doc:"Perché la marca non c'è ancora"`
}

// stampsOf returns what the authority said of things of a kind, by their id. One that was recorded while no authority was named has none.
func (s *Station) stampsOf(ctx context.Context, aoo protocollo.AOOCode, kind protocollo.TimestampKind, ids []int64) (map[int64]*Stamp, error) {
	records, err := s.cfg.Timestamps.TimestampsOf(ctx, aoo, kind, ids)
	if err != nil {
		return nil, fmt.Errorf("read timestamps: %w", err)
	}
	out := make(map[int64]*Stamp, len(records))
	for _, r := range records {
		stamp := &Stamp{Token: r.Token, Refusals: r.Refusals}
		if r.Token == nil {
			stamp.Fault = cmp.Or(s.stamping.last().Code, r.Refused)
		}
		out[r.Request.Subject] = stamp
	}
	return out, nil
}

// AskForStamps asks the authority now for what waits, instead of after the rest that follows a failure: somebody set it right. It does not wait for the answer.
//
// Errors: Forbidden "decide".
func (s *Station) AskForStamps(actor protocollo.Actor) error {
	if err := actor.Require(protocollo.ActDecide); err != nil {
		return err
	}
	s.stamping.again()
	return nil
}

// ExportDailyTimestamp writes the token on a day's register, for whoever verifies it without this program.
//
// Errors: Forbidden "read-all"; NotFound "daily-register"; NotFound "timestamp" where there is none yet.
func (s *Station) ExportDailyTimestamp(ctx context.Context, actor protocollo.Actor, day protocollo.Day, w io.Writer) error {
	if err := actor.Require(protocollo.ActReadAll); err != nil {
		return err
	}
	made, err := s.cfg.Daily.DailyRegister(ctx, actor.AOO, day)
	if err != nil {
		return fmt.Errorf("read daily register: %w", err)
	}
	records, err := s.cfg.Timestamps.TimestampsOf(ctx, actor.AOO, protocollo.TimestampDaily, []int64{made.ID})
	if err != nil {
		return fmt.Errorf("read timestamps: %w", err)
	}
	for _, r := range records {
		if r.Token != nil && s.cfg.TimestampExport != nil {
			return s.cfg.TimestampExport.WriteExport(w, r, "registro-giornaliero-"+string(day)+".pdf")
		}
	}
	return protocollo.Errorf(protocollo.NotFound, "timestamp", "the register of %s has no token yet", day)
}
