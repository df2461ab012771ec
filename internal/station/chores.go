package station

import (
	"context"
	"sync"
	"time"
)

// A chore is what the station does by itself as it falls due: at the start, which finds what a stopped station left, then whenever it is woken
// and after each pause. Each has a loop of its own, so that none waits for another. What fails is due again in the next round.
type chore struct {
	name  string
	wake  <-chan struct{}      // nil: nothing but the pause
	pause func() time.Duration // the longest time until the next round
	do    func(context.Context) error
}

// chores lists them. Their rounds may be called at any time and as often as one likes.
func (s *Station) chores() []chore {
	often := func() time.Duration { return s.cfg.ArchivePause }
	shown, later, told := map[int64][]string{}, map[int64]time.Time{}, map[string]bool{}
	return []chore{
		{name: "archives", wake: s.archiveDue, pause: often, do: s.archiveDueNow},
		{name: "texts", wake: s.textDue, pause: often, do: func(ctx context.Context) error { return s.textDueNow(ctx, later) }},
		{name: "labels", wake: s.labelsDue, pause: func() time.Duration { return labelsPause }, do: func(ctx context.Context) error { return s.queueLabels(ctx, told) }},
		{name: "emergency registers", pause: often, do: func(ctx context.Context) error { return s.tendEmergencies(ctx, shown) }},
		{name: "corrections", pause: often, do: s.CarryCorrections},
		{name: "notes of competitions", pause: often, do: s.ArchiveNotes},
		{name: "the centre's return", pause: func() time.Duration { return watchPause }, do: s.watchCentre},
		{name: "alarms", pause: often, do: s.TendAlarms},
		{name: "timestamps", wake: s.stamping.due, pause: func() time.Duration { return s.stamping.pause(s.cfg.ArchivePause) }, do: s.stampDueNow},
		{name: "daily registers", pause: s.untilNextDay, do: s.closeDaysOver},
	}
}

// Run does the chores until ctx ends. Recovery comes before it: see [Station.Recover].
func (s *Station) Run(ctx context.Context) {
	var loops sync.WaitGroup
	for _, c := range s.chores() {
		loops.Go(func() { s.keepDoing(ctx, c) })
	}
	loops.Wait()
}

func (s *Station) keepDoing(ctx context.Context, c chore) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.wake:
		case <-timer.C:
		}
		if err := c.do(ctx); err != nil && ctx.Err() == nil {
			s.log.Error("chore not done", "chore", c.name, "err", err)
		}
		timer.Reset(c.pause())
	}
}

// wake has a chore's next round begin now; the channel holds one word, so that who wakes never waits.
func wake(due chan<- struct{}) {
	select {
	case due <- struct{}{}:
	default: // it was woken before
	}
}
