package station

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"segnatura/internal/protocollo"
)

// A feeder that takes one side takes the other in a second pass: the pile is turned over, so the last sheet's back comes first. Until
// then the documents of the first pass are being received, and nothing joins (decision 0023).

// passes says which pass of a pile a run is. The zero value is a pile of its own.
type passes struct {
	twoSided bool  // the backs come later
	backsOf  int64 // these are the backs of that batch
}

func batchKey(id int64) string { return fmt.Sprintf("batch/%d", id) }

// openBatch gives a run its batch: a new one, or the one that it goes on with, so that a pile in passes stays one.
func (r *run) openBatch(ctx context.Context, b protocollo.Batch, p passes, cut protocollo.Exception) error {
	var err error
	if cut.DocumentID != 0 {
		old, err := r.s.batchOfDocument(ctx, cut.DocumentID)
		if err != nil {
			return err
		}
		if old.State == protocollo.BatchAwaitsBacks || old.BacksOf != 0 {
			return r.reopenBatch(ctx, old)
		}
	}
	if p.backsOf != 0 {
		unlock, err := r.s.keys.lock(ctx, batchKey(p.backsOf))
		if err != nil {
			return err
		}
		defer unlock()
		fronts, err := r.s.awaitingBacks(ctx, r.actor, p.backsOf)
		if err != nil {
			return err
		}
		if err := r.s.noSecondPass(ctx, fronts.ID); err != nil {
			return err
		}
		b.Selected, b.BacksOf, p.twoSided = fronts.Selected, fronts.ID, false
	}
	b.TwoSided = p.twoSided
	if r.batch, err = r.s.cfg.Batches.BeginBatch(ctx, b); err != nil {
		return fmt.Errorf("begin batch: %w", err)
	}
	return nil
}

// reopenBatch goes on with either pass.
func (r *run) reopenBatch(ctx context.Context, old protocollo.Batch) error {
	fronts := old.ID
	if old.BacksOf != 0 {
		fronts = old.BacksOf
	}
	unlock, err := r.s.keys.lock(ctx, batchKey(fronts))
	if err != nil {
		return err
	}
	defer unlock()
	if old.BacksOf == 0 {
		err = r.s.noSecondPass(ctx, fronts)
	} else {
		_, err = r.s.awaitingBacks(ctx, r.actor, fronts)
	}
	if err != nil {
		return err
	}
	if r.batch, r.seq, r.sheets, err = r.s.cfg.Backs.ReopenBatch(ctx, old.ID); err != nil {
		return fmt.Errorf("go on with batch %d: %w", old.ID, err)
	}
	return nil
}

func (s *Station) batchOfDocument(ctx context.Context, id int64) (protocollo.Batch, error) {
	doc, _, err := s.cfg.Documents.Document(ctx, id)
	if err != nil {
		return protocollo.Batch{}, fmt.Errorf("read document %d: %w", id, err)
	}
	return wrapped(s.cfg.Batches.Batch(ctx, doc.BatchID))("read batch")
}

// awaitingBacks returns a batch of the actor's AOO that awaits its backs, or Conflict "no-backs-due".
func (s *Station) awaitingBacks(ctx context.Context, actor protocollo.Actor, id int64) (protocollo.Batch, error) {
	b, err := s.cfg.Batches.Batch(ctx, id)
	switch {
	case err != nil:
		return b, fmt.Errorf("read batch: %w", err)
	case b.AOO != actor.AOO:
		return b, protocollo.Errorf(protocollo.NotFound, "batch", "no batch %d", id)
	case b.State != protocollo.BatchAwaitsBacks:
		return b, protocollo.Errorf(protocollo.Conflict, "no-backs-due", "batch %d is %s", id, b.State)
	}
	return b, nil
}

// noSecondPass is Conflict "still-scanning" while a second pass of the batch runs, and "backs-kept" while backs of it are kept that an answer
// or a continuation is due to. The caller holds the batch's lock.
func (s *Station) noSecondPass(ctx context.Context, batchID int64) error {
	if err := s.noBacksComing(ctx, batchID); err != nil {
		return err
	}
	_, err := s.cfg.Backs.SecondPass(ctx, batchID)
	switch {
	case protocollo.ClassOf(err) == protocollo.NotFound:
		return nil
	case err != nil:
		return fmt.Errorf("look for the second pass: %w", err)
	}
	return protocollo.Errorf(protocollo.Conflict, "backs-kept", "backs of batch %d are kept", batchID)
}

// noBacksComing is Conflict "still-scanning" while a second pass of the batch runs, of which no page need be here yet.
func (s *Station) noBacksComing(ctx context.Context, batchID int64) error {
	running, err := s.cfg.Batches.RunningBatches(ctx)
	if err != nil {
		return fmt.Errorf("list running batches: %w", err)
	}
	if slices.ContainsFunc(running, func(b protocollo.Batch) bool { return b.BacksOf == batchID }) {
		return protocollo.Errorf(protocollo.Conflict, "still-scanning", "backs of batch %d are being scanned", batchID)
	}
	return nil
}

// inPasses reports whether a run is one of two passes, whose documents nobody looks at before both are here.
func (r *run) inPasses() bool { return r.batch.TwoSided || r.batch.BacksOf != 0 }

// ended is the state that a run's batch ends in: fronts that are here await their backs, however the run ended.
func (r *run) ended(s protocollo.BatchState) protocollo.BatchState {
	if r.batch.TwoSided && r.seq > 0 {
		return protocollo.BatchAwaitsBacks
	}
	return s
}

// finish looks at the document that the run's end left.
func (r *run) finish(ctx context.Context, why string) error {
	if r.inPasses() {
		return r.s.cutShort(ctx, r.document, why)
	}
	return r.s.complete(ctx, r.document, why)
}

// cutShort asks about a pass that a trouble ended; one that came to its end asks nothing. The document goes on being received.
func (s *Station) cutShort(ctx context.Context, documentID int64, why string) error {
	unlock, err := s.keys.lock(ctx, documentKey(documentID))
	if err != nil {
		return err
	}
	defer unlock()
	doc, pages, err := s.cfg.Documents.Document(ctx, documentID)
	switch {
	case err != nil:
		return fmt.Errorf("read document %d: %w", documentID, err)
	case len(pages) == 0:
		if err := s.cfg.Documents.Discard(ctx, protocollo.Station(doc.AOO), doc.ID, "senza pagine"); err != nil {
			return fmt.Errorf("discard empty document %d: %w", doc.ID, err)
		}
		return nil
	case why == "":
		return nil
	}
	return s.openException(ctx, protocollo.Exception{AOO: doc.AOO, DocumentID: doc.ID, Kind: protocollo.ExceptionCount,
		PageID: pages[len(pages)-1].ID, Detail: protocollo.ExceptionDetail{Why: why, Found: len(pages)}})
}

// halfHere reports whether a batch is one side of sheets that are not put together yet.
func (s *Station) halfHere(ctx context.Context, b protocollo.Batch) (bool, error) {
	if b.BacksOf != 0 {
		fronts, err := s.cfg.Batches.Batch(ctx, b.BacksOf)
		if err != nil {
			return false, fmt.Errorf("read batch: %w", err)
		}
		b = fronts
	}
	return b.TwoSided && (b.State == protocollo.BatchAwaitsBacks || b.State == protocollo.BatchRunning), nil
}

// beforeBacks keeps a document out of its way while it is in passes, and takes the second pass up once nothing is asked of it. Backs whose
// fronts went on without them are nobody's before a person says whose. The caller holds the document's lock.
func (s *Station) beforeBacks(ctx context.Context, doc protocollo.Document, first protocollo.Page) (held bool, err error) {
	b, err := s.cfg.Batches.Batch(ctx, doc.BatchID)
	if err != nil {
		return false, fmt.Errorf("read batch: %w", err)
	}
	switch half, err := s.halfHere(ctx, b); {
	case err != nil || b.BacksOf == 0:
		return half, err
	case half:
		return true, s.takeBacks(ctx, b.BacksOf)
	case doc.RegistrationID != 0:
		return false, nil
	}
	open, err := s.openOn(ctx, doc)
	if err != nil {
		return true, err
	}
	if len(open) == 0 {
		if err := s.openException(ctx, protocollo.Exception{AOO: doc.AOO, DocumentID: doc.ID, PageID: first.ID, Kind: protocollo.ExceptionNoCode}); err != nil {
			return true, err
		}
	}
	return true, s.setState(ctx, doc, protocollo.DocumentWaiting)
}

// answerInPasses refuses what would take sheets out of a pile of which one side is here. A second pass may be accepted or thrown away.
func (s *Station) answerInPasses(ctx context.Context, e protocollo.Exception, c protocollo.Choice) error {
	b, err := s.batchOfDocument(ctx, e.DocumentID)
	if err != nil {
		return err
	}
	if c == protocollo.ChoiceAccept || c == protocollo.ChoiceDiscard && b.BacksOf != 0 {
		return nil
	}
	half, err := s.halfHere(ctx, b)
	if err == nil && half {
		err = protocollo.Errorf(protocollo.Conflict, "backs-due", "batch %d is one side of its sheets", b.ID)
	}
	return err
}

// endSecondPass takes a second pass that is over to its fronts, or where those wait no more, to a person.
func (s *Station) endSecondPass(ctx context.Context, second protocollo.Batch, documentID int64) error {
	err := s.takeBacks(ctx, second.BacksOf)
	var e *protocollo.Error
	if errors.As(err, &e) && e.Code == "no-backs-due" {
		s.log.Warn("fronts went on without their backs", "batch", second.ID, "err", err)
		return s.complete(ctx, documentID, "")
	}
	return err
}

// takeBacks puts a second pass that is over behind its fronts, and sends the documents on their way. Where the counts differ it asks
// (ask 12: a mismatch keeps both passes). It may run again. Conflict "no-backs-due" where the fronts went on without.
func (s *Station) takeBacks(ctx context.Context, batchID int64) error {
	unlock, err := s.keys.lock(ctx, batchKey(batchID))
	if err != nil {
		return err
	}
	defer unlock()
	holder, err := s.cfg.Backs.SecondPass(ctx, batchID)
	if protocollo.ClassOf(err) == protocollo.NotFound {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for the second pass: %w", err)
	}
	fronts, err := s.cfg.Views.BatchView(ctx, self(holder.AOO), batchID)
	if err != nil {
		return fmt.Errorf("read batch: %w", err)
	}
	if fronts.State != protocollo.BatchAwaitsBacks {
		return protocollo.Errorf(protocollo.Conflict, "no-backs-due", "batch %d is %s", batchID, fronts.State)
	}
	open, err := s.openOn(ctx, holder)
	if err != nil || len(open) > 0 {
		return err
	}
	var first protocollo.Page
	sheets := 0
	for _, d := range fronts.Documents {
		if d.Pages > 0 && sheets == 0 {
			first = d.PageList[0].Page
		}
		sheets += d.Pages
	}
	if sheets != holder.Pages {
		return s.openException(ctx, protocollo.Exception{AOO: holder.AOO, DocumentID: first.DocumentID, PageID: first.ID, Kind: protocollo.ExceptionBacks,
			Detail: protocollo.ExceptionDetail{Found: holder.Pages, Declared: sheets}})
	}
	if err := s.cfg.Backs.Interleave(ctx, batchID, holder.ID); err != nil {
		return fmt.Errorf("interleave batch %d: %w", batchID, err)
	}
	s.publish(EventBatch, holder.BatchID, holder.AOO)
	return s.completeBatch(ctx, holder.AOO, batchID)
}

// completeBatch looks at every document that was received with the batch, in the pile's order.
func (s *Station) completeBatch(ctx context.Context, aoo protocollo.AOOCode, batchID int64) error {
	b, err := s.cfg.Views.BatchView(ctx, self(aoo), batchID)
	if err != nil {
		return fmt.Errorf("read batch: %w", err)
	}
	var failed []error
	for _, d := range b.Documents {
		if d.State == protocollo.DocumentReceiving {
			failed = append(failed, s.complete(ctx, d.ID, ""))
		}
	}
	setup, _, err := s.office(ctx, aoo)
	if err == nil {
		err = s.askMissing(ctx, b.Batch, setup.Body.Code, 0)
	}
	failed = append(failed, s.compareBatch(ctx, b.Batch))
	s.publish(EventBatch, batchID, aoo)
	return errors.Join(append(failed, err)...)
}

// FrontOnly says that a batch has no backs that are wanted: a second pass that is kept is erased, and the documents go on without.
//
// Errors: Conflict "no-backs-due"; Conflict "still-scanning" while the second pass runs.
func (s *Station) FrontOnly(ctx context.Context, actor protocollo.Actor, batchID int64) error {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	unlock, err := s.keys.lock(ctx, batchKey(batchID))
	if err != nil {
		return err
	}
	defer unlock()
	b, err := s.awaitingBacks(ctx, actor, batchID)
	if err != nil {
		return err
	}
	if err := s.dropSecondPass(ctx, actor, b); err != nil {
		return err
	}
	all, err := s.cfg.Exceptions.Exceptions(ctx, b.AOO)
	if err != nil {
		return fmt.Errorf("list exceptions: %w", err)
	}
	view, err := s.cfg.Views.BatchView(ctx, self(b.AOO), b.ID)
	if err != nil {
		return fmt.Errorf("read batch: %w", err)
	}
	for _, e := range all {
		if e.Kind != protocollo.ExceptionBacks || !slices.ContainsFunc(view.Documents, func(d DocumentView) bool { return d.ID == e.DocumentID }) {
			continue
		}
		if err := s.solved(ctx, actor, e, Answer{Choice: protocollo.ChoiceFrontOnly}); err != nil {
			return err
		}
	}
	return s.waiveBacks(ctx, b)
}

func (s *Station) waiveBacks(ctx context.Context, b protocollo.Batch) error {
	if err := s.cfg.Backs.WaiveBacks(ctx, b.ID); err != nil {
		return fmt.Errorf("batch %d goes on without backs: %w", b.ID, err)
	}
	return s.completeBatch(ctx, b.AOO, b.ID)
}

// dropSecondPass erases the backs that are kept, if there are any.
func (s *Station) dropSecondPass(ctx context.Context, actor protocollo.Actor, fronts protocollo.Batch) error {
	if err := s.noBacksComing(ctx, fronts.ID); err != nil {
		return err
	}
	holder, err := s.cfg.Backs.SecondPass(ctx, fronts.ID)
	if protocollo.ClassOf(err) == protocollo.NotFound {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for the second pass: %w", err)
	}
	_, pages, err := s.cfg.Documents.Document(ctx, holder.ID)
	if err != nil {
		return fmt.Errorf("read document %d: %w", holder.ID, err)
	}
	open, err := s.openOn(ctx, holder)
	if err != nil {
		return err
	}
	answer := Answer{Choice: protocollo.ChoiceDiscard, Reason: "retri non usati"}
	for _, e := range open {
		if err := s.solved(ctx, actor, e, answer); err != nil {
			return err
		}
	}
	if err := s.cfg.Documents.Discard(ctx, actor, holder.ID, answer.Reason); err != nil {
		return fmt.Errorf("discard document %d: %w", holder.ID, err)
	}
	s.eraseNow(ctx, pages)
	s.publish(EventBatch, holder.BatchID, holder.AOO)
	return nil
}

// solveBacks answers a second pass that has another number of sides than the first. It locks the batch, not a document: the answer is
// about all of them.
func (s *Station) solveBacks(ctx context.Context, actor protocollo.Actor, e protocollo.Exception, answer Answer) error {
	doc, _, err := s.document(ctx, actor, e.DocumentID)
	if err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	unlock, err := s.keys.lock(ctx, batchKey(doc.BatchID))
	if err != nil {
		return err
	}
	defer unlock()
	if e, err = s.answerable(ctx, actor, e.ID, e.Version, answer.Choice); err != nil {
		return err
	}
	b, err := s.cfg.Batches.Batch(ctx, doc.BatchID)
	if err != nil {
		return fmt.Errorf("read batch: %w", err)
	}
	if err := s.dropSecondPass(ctx, actor, b); err != nil {
		return err
	}
	if err := s.solved(ctx, actor, e, answer); err != nil || answer.Choice != protocollo.ChoiceFrontOnly {
		return err
	}
	return s.waiveBacks(ctx, b)
}
