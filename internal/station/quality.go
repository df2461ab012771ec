package station

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
	"segnatura/scanner"
)

// QualityConfirmation is what a clerk confirmed of a document, page by page in order (R19.1).
type QualityConfirmation struct {
	DocumentID int64
	Actor      protocollo.Actor
	Pages      []PageConfirmation
}

// PageConfirmation is one page of it. A page with flags was confirmed singly, one without them with the whole document.
type PageConfirmation struct {
	PageID int64
	Flags  []PageFlag
}

// PageFlag is a suspicion as the rules word it.
type PageFlag = rules.Flag

// ConfirmQuality records that the clerk looked at the document once as a whole and found it legible (R19.1, 002 art. 28.5); the
// archive takes it from there. confirmed are the pages that were looked at singly: every flagged page must be among them, else
// Conflict "page-flagged" with their places in Words; Conflict "still-scanning" while the pile goes on that it is of. What is flagged is worked out here from the stored facts, whatever a screen showed.
func (s *Station) ConfirmQuality(ctx context.Context, actor protocollo.Actor, documentID int64, confirmed []int64) error {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return err
	}
	unlock, err := s.keys.lock(ctx, documentKey(documentID))
	if err != nil {
		return err
	}
	defer unlock()
	doc, pages, err := s.document(ctx, actor, documentID)
	if err != nil {
		return err
	}
	switch doc.State {
	case protocollo.DocumentConfirmed, protocollo.DocumentArchived:
		return nil
	case protocollo.DocumentReady:
	default:
		return protocollo.Errorf(protocollo.Conflict, "not-ready", "document %d is %s", documentID, doc.State)
	}
	if err := s.pileIsOver(ctx, doc, pages); err != nil {
		return err
	}
	q := QualityConfirmation{DocumentID: documentID, Actor: actor}
	var unseen []string
	pages = kept(pages)
	for i, flags := range qualityOf(pages) {
		q.Pages = append(q.Pages, PageConfirmation{PageID: pages[i].ID, Flags: flags})
		if len(flags) > 0 && !slices.Contains(confirmed, pages[i].ID) {
			unseen = append(unseen, strconv.Itoa(i+1))
		}
	}
	if len(unseen) > 0 {
		e := protocollo.Errorf(protocollo.Conflict, "page-flagged", "%d flagged pages of document %d were not confirmed singly", len(unseen), documentID)
		e.Words = strings.Join(unseen, ", ")
		return e
	}
	if err := s.cfg.Documents.ConfirmQuality(ctx, q); err != nil {
		if errors.Is(err, protocollo.Conflict) {
			return err
		}
		return fmt.Errorf("confirm document %d: %w", documentID, err)
	}
	s.publish(EventDocument, documentID, doc.AOO)
	wake(s.archiveDue)
	return nil
}

// pileIsOver is Conflict "still-scanning" while a pile goes on that the document is of: only its end asks about a label that is missing and
// about attachments.
func (s *Station) pileIsOver(ctx context.Context, doc protocollo.Document, pages []protocollo.Page) error {
	batches := []int64{doc.BatchID}
	for _, p := range pages {
		batches = append(batches, p.BatchID)
	}
	slices.Sort(batches)
	for _, id := range slices.Compact(batches) {
		b, err := s.cfg.Batches.Batch(ctx, id)
		if err != nil {
			return fmt.Errorf("read batch: %w", err)
		}
		if b.State == protocollo.BatchRunning && b.Selected == 0 {
			return protocollo.Errorf(protocollo.Conflict, "still-scanning", "batch %d of document %d is running", id, doc.ID)
		}
	}
	return nil
}

// kept leaves out pages that a decision erased.
func kept(pages []protocollo.Page) []protocollo.Page {
	return slices.DeleteFunc(slices.Clone(pages), func(p protocollo.Page) bool { return p.Erased })
}

// qualityOf says what each page is suspected of.
func qualityOf(pages []protocollo.Page) [][]rules.Flag {
	facts := make([]rules.PageFacts, len(pages))
	for i, p := range pages {
		f, _ := factsOf(p)
		facts[i] = qualityFacts(p, f)
	}
	return rules.Quality(facts)
}

// qualityFacts puts a page's facts into the rules' words. A page that was measured before there were such measures has none.
func qualityFacts(p protocollo.Page, f scanner.Facts) rules.PageFacts {
	out := rules.PageFacts{Batch: p.BatchID, Sheet: p.Sheet, Back: p.Back, Blank: f.Blank, InkRatio: f.InkRatio}
	q := f.Quality
	if q == nil {
		return out
	}
	out.Measured = true
	out.PaperLevel, out.Contrast, out.EdgeMM, out.EdgePx = q.PaperLevel, q.Contrast, q.EdgeMM, q.EdgePx
	out.SkewDegrees, out.SkewKnown = q.SkewDegrees, q.SkewKnown
	if p.Turn == 0 { // who turned it has looked which way it is read
		out.Upright, out.Over, out.Sideways = q.Turn.Upright, q.Turn.Over, q.Turn.Sideways
	}
	out.CutMarks = [4]int{q.CutMarks.Top, q.CutMarks.Right, q.CutMarks.Bottom, q.CutMarks.Left}
	return out
}

// withFlags puts what is suspected into the views of documents that wait to be confirmed.
func withFlags(docs []DocumentView) {
	for _, d := range docs {
		if d.State != protocollo.DocumentReady {
			continue
		}
		var pages []protocollo.Page
		var at []int
		for i, p := range d.PageList {
			if !p.Erased {
				pages, at = append(pages, p.Page), append(at, i)
			}
		}
		for i, flags := range qualityOf(pages) {
			d.PageList[at[i]].Flags = flags
		}
	}
}
