package station

import (
	"context"
	"fmt"
	"slices"

	"segnatura/internal/protocollo"
)

// farthestHole is the most labels that may be missing between two neighbours of a pile: more is where one morning's post ends and another's
// begins.
const farthestHole = 20

// lain is a document of a pile, by the label that it begins with.
type lain struct {
	document, registration int64
	joined                 bool
}

// askMissing compares the labels that a pile showed with what was registered: where it lies in the order of its numbers, a letter that is
// missing between two others had no label or one that was not read, and was taken for pages of the letter before it (decision 0025). resumed is the
// document that the run went on with, or 0. It may run again.
func (s *Station) askMissing(ctx context.Context, b protocollo.Batch, body string, resumed int64) error {
	if b.Selected != 0 {
		return nil
	}
	list, err := s.pileOf(ctx, b, body, resumed)
	if err != nil {
		return err
	}
	var order pile
	seen := map[int64]bool{}
	for _, l := range list {
		order.saw(Resolved{Registration: protocollo.Registration{ID: l.registration}})
		seen[l.registration] = true
	}
	if !order.known() {
		return nil
	}
	for i, l := range list[:max(len(list)-1, 0)] {
		var missing []int64
		for id := l.registration + 1; id < list[i+1].registration && list[i+1].registration-l.registration <= farthestHole; id++ {
			out, err := s.isOut(ctx, b.AOO, id)
			if err != nil {
				return err
			}
			if out && !seen[id] {
				missing = append(missing, id)
			}
		}
		if err := s.askHole(ctx, b, l, missing); err != nil {
			return err
		}
	}
	return nil
}

// goOn has a run know the order of the pile that it goes on with: the trouble between the two changed nothing of it.
func (r *run) goOn(ctx context.Context, batchID int64, first reading) error {
	b, err := r.s.cfg.Batches.Batch(ctx, batchID)
	if err != nil {
		return fmt.Errorf("read batch: %w", err)
	}
	list, err := r.s.pileOf(ctx, b, r.body, 0)
	if err != nil {
		return err
	}
	for _, l := range list {
		r.pile.saw(Resolved{Registration: protocollo.Registration{ID: l.registration}})
	}
	if r.own != 0 {
		r.pile.last = first.own[0]
	}
	return nil
}

// follow has a run that begins expect the order of the desk's batch before it, as far as one step back disproves it: a feeder stops early, and
// the clerk presses the key again.
func (r *run) follow(ctx context.Context) error {
	if r.batch.Selected != 0 || r.batch.BacksOf != 0 {
		return nil
	}
	last, err := r.s.lastOfThePileBefore(ctx, r.batch)
	if err != nil || len(last) == 0 {
		return err
	}
	b, err := r.s.batchOfDocument(ctx, last[0].document)
	if err != nil {
		return err
	}
	list, err := r.s.pileOf(ctx, b, r.body, 0)
	if err != nil {
		return err
	}
	var before pile
	for _, l := range list {
		before.saw(Resolved{Registration: protocollo.Registration{ID: l.registration}})
	}
	if before.known() {
		r.pile.forward = orderKnown
	}
	return nil
}

// pileOf lists the labelled documents of a batch in the order in which they lay.
func (s *Station) pileOf(ctx context.Context, b protocollo.Batch, body string, resumed int64) ([]lain, error) {
	firsts, err := s.cfg.Piles.FirstPages(ctx, b.AOO, b.ID)
	if err != nil {
		return nil, fmt.Errorf("list first pages: %w", err)
	}
	firsts = slices.DeleteFunc(firsts, func(p FirstPage) bool { return p.BatchID != b.ID })
	slices.SortFunc(firsts, func(a, b FirstPage) int { return a.Seq - b.Seq })
	if resumed != 0 {
		doc, pages, err := s.cfg.Documents.Document(ctx, resumed)
		if err != nil {
			return nil, fmt.Errorf("read document %d: %w", resumed, err)
		}
		if len(pages) > 0 && doc.BatchID != b.ID {
			firsts = append([]FirstPage{{Page: pages[0], RegistrationID: doc.RegistrationID}}, firsts...)
		}
	}
	var out []lain
	if resumed == 0 {
		before, err := s.lastOfThePileBefore(ctx, b)
		if err != nil {
			return nil, err
		}
		out = append(out, before...)
	}
	for _, p := range firsts {
		labels := labelsOn(p.Page, body, b.AOO)
		if len(labels) == 0 {
			continue
		}
		found, err := s.cfg.Codes.ResolveBarcode(ctx, labels[0])
		if protocollo.ClassOf(err) == protocollo.NotFound {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("resolve code: %w", err)
		}
		out = append(out, lain{p.DocumentID, found.Registration.ID, p.RegistrationID != 0})
	}
	return out, nil
}

// lastOfThePileBefore is the joined document that the desk's batch before this one ended with: a feeder may stop, and say that it was all.
func (s *Station) lastOfThePileBefore(ctx context.Context, b protocollo.Batch) ([]lain, error) {
	id, err := s.cfg.Piles.LastJoined(ctx, b.ID)
	if err != nil || id == 0 {
		return nil, err
	}
	rec, err := s.cfg.Views.Record(ctx, self(b.AOO), id)
	if err != nil {
		return nil, fmt.Errorf("read registration %d: %w", id, err)
	}
	for _, d := range rec.Documents {
		if d.Part == 0 && d.State != protocollo.DocumentDiscarded {
			return []lain{{d.ID, id, true}}, nil
		}
	}
	return nil, nil
}

// isOut reports whether a registration's paper may lie in a pile and no scan of it is here. One without a label counts too: its pages say
// nothing of themselves, and would be taken for the letter's before it.
func (s *Station) isOut(ctx context.Context, aoo protocollo.AOOCode, id int64) (bool, error) {
	rec, err := s.cfg.Views.Record(ctx, self(aoo), id)
	if protocollo.ClassOf(err) == protocollo.NotFound {
		return false, nil // of another AOO
	}
	if err != nil {
		return false, fmt.Errorf("read registration %d: %w", id, err)
	}
	f, d := rec.Facets, rec.Intake.Draft
	return !f.Captured && !f.Annulled && rec.Postponed == nil && d.OnPaper() && d.Envelope != protocollo.EnvelopeClosed, nil
}

// askHole asks about a document behind which labels are missing, but for those that are asked about already.
func (s *Station) askHole(ctx context.Context, b protocollo.Batch, l lain, missing []int64) error {
	doc, pages, err := s.cfg.Documents.Document(ctx, l.document)
	if err != nil {
		return fmt.Errorf("read document %d: %w", l.document, err)
	}
	open, err := s.openOn(ctx, doc)
	if err != nil {
		return err
	}
	for _, e := range open {
		missing = slices.DeleteFunc(missing, func(id int64) bool { return slices.Contains(e.Detail.Registrations, id) })
	}
	if len(missing) == 0 || len(pages) == 0 {
		return nil
	}
	found, err := s.pagesInPile(ctx, b, doc, l)
	if err != nil || found < 2 { // one page is one letter's
		return err
	}
	e := protocollo.Exception{AOO: doc.AOO, DocumentID: doc.ID, PageID: pages[0].ID, Kind: protocollo.ExceptionLabelMissing,
		Detail: protocollo.ExceptionDetail{Registrations: missing, Found: found}}
	if !l.joined {
		if doc.State != protocollo.DocumentWaiting {
			return nil
		}
		return s.openException(ctx, e)
	}
	opened, asked, err := s.cfg.Piles.AskJoined(ctx, e)
	if err != nil {
		return fmt.Errorf("ask about document %d: %w", doc.ID, err)
	}
	if asked {
		s.publish(EventException, opened.ID, doc.AOO)
		s.publish(EventDocument, doc.ID, doc.AOO)
	}
	return nil
}

// pagesInPile counts the pages of a letter with its attachments, as far as they lie in the pile: a letter whose label is missing may have
// been taken for pages of either.
func (s *Station) pagesInPile(ctx context.Context, b protocollo.Batch, doc protocollo.Document, l lain) (int, error) {
	if !l.joined {
		return doc.Pages, nil
	}
	rec, err := s.cfg.Views.Record(ctx, self(doc.AOO), l.registration)
	if err != nil {
		return 0, fmt.Errorf("read registration %d: %w", l.registration, err)
	}
	found := 0
	for _, d := range rec.Documents {
		if d.State != protocollo.DocumentDiscarded && (d.BatchID == doc.BatchID || d.BatchID == b.ID) {
			found += d.Pages
		}
	}
	return found, nil
}
