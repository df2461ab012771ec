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
	// A broken invariant stops numbering, not the station: what is there stays readable.
	if err := s.reconcileAll(ctx); err != nil && !errors.Is(err, protocollo.Stopped) {
		return err
	}
	for _, step := range []func(context.Context, []protocollo.AOO) error{
		s.recoverPrints, s.recoverBatches, s.recoverStrays, s.recoverDocuments, s.recoverErasures,
	} {
		if err := step(ctx, setup.AOOs); err != nil {
			return err
		}
	}
	s.wakeArchive()
	s.wakeText()
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
		for _, d := range view.Documents {
			if d.State == protocollo.DocumentReceiving {
				if err := s.recoverDocument(ctx, d.ID, "interrupted"); err != nil {
					return err
				}
			}
		}
		if err := s.cfg.Batches.EndBatch(ctx, b.ID, protocollo.BatchInterrupted, ""); err != nil {
			return fmt.Errorf("end batch %d: %w", b.ID, err)
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
	return s.complete(ctx, id, why)
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
			for _, d := range b.Documents {
				if d.State != protocollo.DocumentReceiving && d.State != protocollo.DocumentWaiting {
					continue
				}
				open, err := s.openOn(ctx, d.Document)
				if err != nil {
					return err
				}
				if len(open) > 0 {
					continue
				}
				if err := s.recoverDocument(ctx, d.ID, ""); err != nil {
					return err
				}
			}
		}
	}
	return nil
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
