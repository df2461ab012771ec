package station

import (
	"context"
	"slices"
	"time"
)

// LabelOf and ComposeFitting are the wording of a label and how it is made to fit, for tests that look at sizes.
var (
	LabelOf        = labelOf
	ComposeFitting = composeFitting
	BidLabelOf     = bidLabelOf
)

// QualityOf says what pages are suspected of.
var QualityOf = qualityOf

// TakeOverDue is what the archive's loop does first.
func (s *Station) TakeOverDue(ctx context.Context) { s.takeOverDue(ctx) }

// ArchiveDue is one round of the archive's loop.
func (s *Station) ArchiveDue(ctx context.Context) { _ = s.archiveDueNow(ctx) }

// DailyLoop closes days as they end.
func (s *Station) DailyLoop(ctx context.Context) {
	chores := s.chores()
	s.keepDoing(ctx, chores[slices.IndexFunc(chores, func(c chore) bool { return c.name == "daily registers" })])
}

// StampDue is one round of the sender of digests, and StampPause how long it rests after it.
func (s *Station) StampDue(ctx context.Context) error { return s.stampDueNow(ctx) }
func (s *Station) StampPause() time.Duration          { return s.stamping.pause(time.Minute) }

// CompareSheet holds a spreadsheet against its register.
var CompareSheet = compareSheet

// QueueLabels is one round of the labels' loop.
func (s *Station) QueueLabels(ctx context.Context) { _ = s.queueLabels(ctx, map[string]bool{}) }

// QueueLabelsAgain is a further round of one loop, which remembers what it told.
func (s *Station) QueueLabelsAgain(ctx context.Context, told map[string]bool) {
	_ = s.queueLabels(ctx, told)
}

// WatchCentre is one round of the watch over a centre that nobody calls.
func (s *Station) WatchCentre(ctx context.Context) error { return s.watchCentre(ctx) }
