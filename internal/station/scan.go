package station

import (
	"context"
	"fmt"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/scanner"
)

// ScanCommand starts a run.
type ScanCommand struct {
	SourceID string // the configured device's id
	Source   scanner.Source
	Request  scanner.Request
	// Selected is the registration on the screen: then a code joins only if it is that one's (R18.3). Intake may be given instead.
	// Both 0 is a batch.
	Selected int64
	Intake   int64
	// Continue appends to the document that a fault, a cancel or a stop left incomplete; 0 begins a new one.
	Continue int64
	// Replace is a page that is scanned again, alone: the run's first page takes its place, and it leaves. What else the run brings is a
	// document of its own. A run that brings no page changes nothing.
	Replace int64
	// TwoSided is set for a feeder that takes one side, of sheets whose backs come in a second pass: that names this run's batch in BacksOf.
	// To go on with either pass after a trouble, Continue is enough.
	TwoSided bool
	BacksOf  int64
}

// Lease says who has a scanner. One desk at a time has it (R21.6).
type Lease struct {
	User, Name, Desk string
	BatchID          int64
	Since            time.Time
}

// activeRun is a run that this process works on.
type activeRun struct {
	cancel   context.CancelCauseFunc
	done     chan struct{} // closed when the run is over and its last document was looked at
	document int64         // being received; guarded by Station.mu
}

var (
	errCancelled = protocollo.Errorf(protocollo.Conflict, "cancelled", "the clerk cancelled the run")
	// errEnough ends a run whose remaining pages are not needed, because a note stands for them (R19.3).
	errEnough   = protocollo.Errorf(protocollo.Conflict, "enough", "the remaining pages are not needed")
	errStopping = protocollo.Errorf(protocollo.Unavailable, "stopping", "the station is stopping")
)

// StartScan begins a feeder or platen run and returns at once; pages arrive as events. The run belongs to the station, not to the
// caller's context: a closed browser stops nothing.
//
// Errors: Conflict "scanner-busy" with Words = who has it; Conflict "not-numbered" (R3.1), "envelope-closed" (R1.15), "annulled";
// Conflict "not-open" for a document that cannot be continued; "no-backs-due" for backs of a batch that awaits none, "still-scanning" while
// its backs are under way, "backs-kept" while some are kept that an answer is due to. The device's own troubles end the batch as faulted.
func (s *Station) StartScan(ctx context.Context, actor protocollo.Actor, cmd ScanCommand) (protocollo.Batch, error) {
	selected, err := s.target(ctx, actor, cmd.Selected, cmd.Intake)
	if err != nil {
		return protocollo.Batch{}, err
	}
	if cmd.Replace != 0 {
		if selected, err = s.replaceable(ctx, actor, cmd); err != nil {
			return protocollo.Batch{}, err
		}
	}
	release, err := s.lease(cmd.SourceID, actor)
	if err != nil {
		return protocollo.Batch{}, err
	}
	r, err := s.begin(ctx, actor, cmd.SourceID, selected, cmd.Continue, passes{twoSided: cmd.TwoSided && !cmd.Request.Duplex, backsOf: cmd.BacksOf})
	if err != nil {
		release()
		return protocollo.Batch{}, err
	}
	r.replaces = cmd.Replace
	s.mu.Lock()
	l := s.leases[cmd.SourceID]
	l.BatchID = r.batch.ID
	s.leases[cmd.SourceID] = l
	s.mu.Unlock()
	started := r.batch
	go func() {
		defer s.running.Done()
		defer release()
		doc, err := cmd.Source.Scan(r.ctx, cmd.Request)
		if err != nil {
			r.end(err, context.Cause(r.ctx))
			return
		}
		_ = r.capture(doc) // end has recorded it
	}()
	return started, nil
}

// Upload takes the pages of files that a person gave, through the same steps as a scan. It returns when all are durable and
// looked at. A page that is no image asks; files that cannot be taken at all end the batch as faulted, which is no error.
func (s *Station) Upload(ctx context.Context, actor protocollo.Actor, doc scanner.Document, selected int64) (Taken, error) {
	return s.TakeFiles(ctx, actor, doc, "upload", selected)
}

// Taken is a batch of files.
type Taken struct {
	protocollo.Batch
	// Refused is the file that ended the batch, by its name, where one did: those before it were taken.
	Refused string `json:"refused,omitempty"`
}

// TakeFiles is [Station.Upload] for a source with a name, e.g. a hot folder's.
func (s *Station) TakeFiles(ctx context.Context, actor protocollo.Actor, doc scanner.Document, sourceID string, selected int64) (Taken, error) {
	selected, err := s.target(ctx, actor, selected, 0)
	if err != nil {
		_ = doc.Close()
		return Taken{}, err
	}
	r, err := s.begin(ctx, actor, sourceID, selected, 0, passes{})
	if err != nil {
		_ = doc.Close()
		return Taken{}, err
	}
	defer s.running.Done()
	unhook := context.AfterFunc(ctx, func() { r.active.cancel(errCancelled) })
	defer unhook()
	if err := r.capture(doc); err != nil {
		return Taken{Batch: r.batch}, err
	}
	b, err := s.cfg.Batches.Batch(context.WithoutCancel(ctx), r.batch.ID)
	if err != nil {
		return Taken{Batch: r.batch}, fmt.Errorf("read batch: %w", err)
	}
	return Taken{Batch: b, Refused: r.refused}, nil
}

// target checks what a scan is for and returns the registration, or 0 for a batch.
func (s *Station) target(ctx context.Context, actor protocollo.Actor, selected, intake int64) (int64, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return 0, err
	}
	if selected == 0 && intake == 0 {
		return 0, nil
	}
	var rec Record
	var err error
	if selected != 0 {
		rec, err = s.cfg.Views.Record(ctx, actor, selected)
	} else {
		rec, err = s.cfg.Views.IntakeRecord(ctx, actor, intake)
	}
	if err != nil {
		return 0, fmt.Errorf("read what is selected: %w", err)
	}
	switch {
	case rec.Registration == nil:
		return 0, protocollo.Errorf(protocollo.Conflict, "not-numbered", "intake %d has no number yet", rec.Intake.ID)
	case rec.Facets.Annulled:
		return 0, protocollo.Errorf(protocollo.Conflict, "annulled", "registration %d is annulled", rec.Registration.ID)
	case rec.Facets.Excluded:
		return 0, protocollo.Errorf(protocollo.Forbidden, "excluded", "no image of registration %d is kept", rec.Registration.ID)
	case rec.Intake.Draft.Envelope == protocollo.EnvelopeClosed:
		return 0, protocollo.Errorf(protocollo.Conflict, "envelope-closed", "the envelope of intake %d stays closed", rec.Intake.ID)
	}
	return rec.Registration.ID, nil
}

// CancelScan ends a run; pages already taken stay. A run that is over is no error.
func (s *Station) CancelScan(ctx context.Context, actor protocollo.Actor, batchID int64) error {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return err
	}
	b, err := s.cfg.Batches.Batch(ctx, batchID)
	if err != nil {
		return fmt.Errorf("read batch: %w", err)
	}
	if b.AOO != actor.AOO {
		return protocollo.Errorf(protocollo.NotFound, "batch", "no batch %d", batchID)
	}
	s.mu.Lock()
	a := s.runs[batchID]
	s.mu.Unlock()
	return a.stop(ctx, errCancelled)
}

// stop cancels a run and waits for its end. A nil run is over.
func (a *activeRun) stop(ctx context.Context, cause error) error {
	if a == nil {
		return nil
	}
	a.cancel(cause)
	select {
	case <-a.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// lease takes a scanner for a desk.
func (s *Station) lease(sourceID string, actor protocollo.Actor) (release func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l, held := s.leases[sourceID]; held {
		e := protocollo.Errorf(protocollo.Conflict, "scanner-busy", "scanner %s is leased to desk %s", sourceID, l.Desk)
		e.Words = l.Name
		return nil, e
	}
	s.leases[sourceID] = Lease{User: actor.User, Name: actor.Name, Desk: actor.Desk, Since: s.now()}
	return func() {
		s.mu.Lock()
		delete(s.leases, sourceID)
		s.mu.Unlock()
		s.publish(EventStatus, 0, actor.AOO)
	}, nil
}

// ScannerUser names who has a scanner now, or "".
func (s *Station) ScannerUser(sourceID string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.leases[sourceID].Name
}

// begin makes a run's batch durable and adds it to what Close waits for: the caller owes s.running.Done.
func (s *Station) begin(ctx context.Context, actor protocollo.Actor, sourceID string, selected, document int64, p passes) (*run, error) {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil, errStopping
	}
	s.running.Add(1)
	s.mu.Unlock()
	r, err := s.newRun(ctx, actor, sourceID, selected, document, p)
	if err != nil {
		s.running.Done()
		return nil, err
	}
	return r, nil
}

func (s *Station) newRun(ctx context.Context, actor protocollo.Actor, sourceID string, selected, document int64, p passes) (*run, error) {
	setup, _, err := s.office(ctx, actor.AOO)
	if err != nil {
		return nil, err
	}
	r := &run{s: s, actor: actor, body: setup.Body.Code}
	var cut protocollo.Exception
	if document != 0 {
		if selected, cut, err = s.resumable(ctx, actor, document); err != nil {
			return nil, err
		}
	}
	if selected != 0 {
		if r.rule, err = s.ruleFor(ctx, actor.AOO, selected); err != nil {
			return nil, err
		}
	}
	if err := r.openBatch(ctx, protocollo.Batch{AOO: actor.AOO, Desk: actor.Desk, Source: sourceID,
		StartedBy: actor.User, StartedAt: s.now(), State: protocollo.BatchRunning, Selected: selected}, p, cut); err != nil {
		return nil, err
	}
	if document == 0 {
		if err := r.follow(ctx); err != nil {
			_ = s.cfg.Batches.EndBatch(context.WithoutCancel(ctx), r.batch.ID, protocollo.BatchFaulted, faultInternal)
			return nil, err
		}
	}
	if document != 0 {
		if err := r.resume(ctx, cut); err != nil {
			_ = s.cfg.Batches.EndBatch(context.WithoutCancel(ctx), r.batch.ID, r.ended(protocollo.BatchFaulted), faultInternal)
			return nil, err
		}
	}
	runCtx, cancel := context.WithCancelCause(s.stop)
	r.ctx = runCtx
	r.active = &activeRun{cancel: cancel, done: make(chan struct{}), document: r.document}
	s.mu.Lock()
	s.runs[r.batch.ID] = r.active
	s.mu.Unlock()
	s.publish(EventBatch, r.batch.ID, actor.AOO)
	return r, nil
}
