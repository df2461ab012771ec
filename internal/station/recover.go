package station

import (
	"context"
	"errors"
	"fmt"

	"segnatura/internal/protocollo"
)

// activeLimit bounds how many batches recovery looks through per AOO.
const activeLimit = 10000

// Recover brings what a stop left open to a state that is true, by the normal path's own code. It runs at every start, before
// the desk opens, and may run again.
//
//   - a call for a number without an outcome is looked up by its key: confirmed, proved absent and asked for again, or unknown;
//   - the emergency register's totals are written, and a yearly one is renewed;
//   - a correction whose call has no outcome is unknown;
//   - a label under way is unknown;
//   - a run under way is interrupted, and its document asks; pages without a row come to the operator (R19.6);
//   - what was decided to be erased is erased (R19.5).
//
// Archives, texts and deliveries that are due are their loops' first work. On a fresh data folder there is nothing to do.
func (s *Station) Recover(ctx context.Context) error {
	setup, err := s.cfg.Setup.Setup(ctx)
	if protocollo.ClassOf(err) == protocollo.NotFound {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read setup: %w", err)
	}
	if err := s.recallOutage(ctx); err != nil {
		return err
	}
	// A broken invariant stops numbering, not the station: what is there stays readable. Nor does a centre that is away at the start: the
	// outbox looks again.
	err = s.reconcileAll(as(ctx, callerQueue))
	switch {
	case errors.Is(err, protocollo.Unavailable):
		s.log.Warn("outcomes not looked up", "err", err)
	case err != nil && !errors.Is(err, protocollo.Stopped):
		return err
	}
	for _, step := range []func(context.Context, []protocollo.AOO) error{
		s.recoverEmergencies, s.recoverCorrections, s.recoverPrints, s.recoverBatches, s.recoverStrays, s.recoverDocuments, s.recoverErasures,
	} {
		if err := step(ctx, setup.AOOs); err != nil {
			return err
		}
	}
	wake(s.archiveDue)
	wake(s.textDue)
	return nil
}

func (s *Station) recoverPrints(ctx context.Context, _ []protocollo.AOO) error {
	prints, err := s.cfg.Prints.PrintsUnderWay(ctx)
	if err != nil {
		return fmt.Errorf("list labels under way: %w", err)
	}
	for _, p := range prints {
		if err := s.cfg.Prints.RecordPrint(ctx, p.ID, protocollo.PrintUnknown, ""); err != nil {
			return fmt.Errorf("label %d becomes unknown: %w", p.ID, err)
		}
	}
	return nil
}

func (s *Station) recoverBatches(ctx context.Context, _ []protocollo.AOO) error {
	batches, err := s.cfg.Batches.RunningBatches(ctx)
	if err != nil {
		return fmt.Errorf("list interrupted batches: %w", err)
	}
	for _, b := range batches {
		view, err := s.cfg.Views.BatchView(ctx, self(b.AOO), b.ID)
		if err != nil {
			return fmt.Errorf("read batch %d: %w", b.ID, err)
		}
		r := &run{s: s, batch: b, seq: b.Pages}
		for i, d := range view.Documents {
			switch {
			case d.State != protocollo.DocumentReceiving:
			case r.inPasses() && i < len(view.Documents)-1: // its pages are all here
			default:
				if err := s.recoverDocument(ctx, d.ID, "interrupted"); err != nil {
					return err
				}
			}
		}
		if !r.inPasses() {
			setup, _, err := s.office(ctx, b.AOO)
			if err != nil {
				return err
			}
			if err := s.askMissing(ctx, b, setup.Body.Code, 0); err != nil {
				return err
			}
		}
		if err := s.cfg.Batches.EndBatch(ctx, b.ID, r.ended(protocollo.BatchInterrupted), ""); err != nil {
			return fmt.Errorf("end batch %d: %w", b.ID, err)
		}
		if err := s.compareBatch(ctx, b); err != nil {
			return err
		}
	}
	return nil
}

// recoverDocument measures what was not measured and then completes the document as the run would have.
func (s *Station) recoverDocument(ctx context.Context, id int64, why string) error {
	doc, pages, err := s.cfg.Documents.Document(ctx, id)
	if err != nil {
		return fmt.Errorf("read document %d: %w", id, err)
	}
	if err := s.measureAgain(ctx, doc, pages); err != nil {
		return err
	}
	b, err := s.cfg.Batches.Batch(ctx, doc.BatchID)
	if err != nil {
		return fmt.Errorf("read batch: %w", err)
	}
	r := &run{s: s, batch: b, document: id}
	switch {
	case b.TwoSided && b.State == protocollo.BatchEnded: // its passes are over
		return s.complete(ctx, id, why)
	case b.BacksOf != 0 && why == "":
		return s.endSecondPass(ctx, b, id)
	}
	return r.finish(ctx, why)
}

// recoverStrays shows pages that arrived while the station was stopping.
func (s *Station) recoverStrays(ctx context.Context, _ []protocollo.AOO) error {
	pages, err := s.cfg.Batches.StrayPages(ctx)
	if err != nil {
		return fmt.Errorf("adopt stray pages: %w", err)
	}
	for _, p := range pages {
		b, err := s.cfg.Batches.Batch(ctx, p.BatchID)
		if err != nil {
			return fmt.Errorf("read batch %d: %w", p.BatchID, err)
		}
		doc := protocollo.Document{ID: p.DocumentID, BatchID: p.BatchID, AOO: b.AOO}
		if doc.ID == 0 {
			doc.State = protocollo.DocumentReceiving
			if doc, err = s.cfg.Documents.NewDocument(ctx, doc); err != nil {
				return fmt.Errorf("begin document: %w", err)
			}
			if err := s.cfg.Documents.MovePages(ctx, doc.ID, []int64{p.ID}); err != nil {
				return fmt.Errorf("move page %d: %w", p.ID, err)
			}
			if ofAnAct(b.Source) { // the archive has it, and it is taken over again
				if err := s.cfg.Documents.Discard(ctx, protocollo.Station(doc.AOO), doc.ID, "copia di lavoro di una pagina in archivio"); err != nil {
					return fmt.Errorf("discard page %d: %w", p.ID, err)
				}
				continue
			}
		}
		if err := s.measureAgain(ctx, doc, []protocollo.Page{p}); err != nil {
			return err
		}
		if err := s.openException(ctx, protocollo.Exception{AOO: doc.AOO, DocumentID: doc.ID, PageID: p.ID,
			Kind: protocollo.ExceptionStray, Detail: protocollo.ExceptionDetail{Why: "interrupted"}}); err != nil {
			return err
		}
		if err := s.setState(ctx, doc, protocollo.DocumentWaiting); err != nil {
			return err
		}
	}
	return nil
}

// measureAgain measures pages without facts. One that is no image stays without, and complete asks about it.
func (s *Station) measureAgain(ctx context.Context, doc protocollo.Document, pages []protocollo.Page) error {
	b, body, err := s.batchOf(ctx, doc)
	if err != nil {
		return err
	}
	r := &run{s: s, batch: b, body: body}
	for _, p := range pages {
		if _, measured := factsOf(p); measured || p.Erased {
			continue
		}
		if _, err := r.measure(ctx, &p, settingsOf(p)); err != nil {
			s.log.Warn("page not measured", "batch", b.ID, "err", err)
		}
	}
	return nil
}

// recoverDocuments takes up documents that a stop left between an answer and its consequence: they wait, and nothing asks.
func (s *Station) recoverDocuments(ctx context.Context, aoos []protocollo.AOO) error {
	for _, aoo := range aoos {
		batches, err := s.cfg.Views.ActiveBatches(ctx, self(aoo.Code), activeLimit)
		if err != nil {
			return fmt.Errorf("list active batches: %w", err)
		}
		for _, b := range batches {
			if b.State == protocollo.BatchAwaitsBacks {
				if err := s.takeBacks(ctx, b.ID); err != nil {
					return err
				}
				continue
			}
			for _, d := range b.Documents {
				if d.State != protocollo.DocumentReceiving && d.State != protocollo.DocumentWaiting {
					continue
				}
				if d.State == protocollo.DocumentReceiving && ofAnAct(b.Source) {
					continue // the archive's loop takes its pages over
				}
				open, err := s.openOn(ctx, d.Document)
				if err != nil {
					return err
				}
				if len(open) > 0 && d.State != protocollo.DocumentReceiving { // receiving: an edit was cut short, or the fronts' second look
					continue
				}
				why := ""
				if d.State == protocollo.DocumentReceiving && !b.TwoSided && b.BacksOf == 0 {
					if why, err = s.goingOn(ctx, d.ID); err != nil {
						return err
					}
				}
				if err := s.recoverDocument(ctx, d.ID, why); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// goingOn is why a document is incomplete that a run went on with and that nobody looked at since.
func (s *Station) goingOn(ctx context.Context, id int64) (why string, err error) {
	settled, err := s.cfg.Edits.Settled(ctx, id)
	if err != nil {
		return "", fmt.Errorf("read what is settled: %w", err)
	}
	for _, e := range settled.Solved {
		if e.Kind == protocollo.ExceptionCount && e.Detail.Why != "" && e.Reason == reasonResumed {
			return "interrupted", nil
		}
	}
	return "", nil
}

func (s *Station) recoverErasures(ctx context.Context, _ []protocollo.AOO) error {
	err := s.eraseDecided(ctx)
	if errors.Is(err, protocollo.Unavailable) { // a folder that is away keeps nobody from the desk; the archive's rounds try again
		s.log.Error("decided pages not erased yet", "err", err)
		return nil
	}
	if err != nil {
		return fmt.Errorf("erase what was decided: %w", err)
	}
	return nil
}
