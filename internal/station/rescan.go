package station

import (
	"context"
	"fmt"
	"slices"

	"segnatura/internal/protocollo"
)

// replaceable checks that a page may be scanned again, and returns the registration that was selected when it was scanned.
func (s *Station) replaceable(ctx context.Context, actor protocollo.Actor, cmd ScanCommand) (selected int64, err error) {
	if cmd.Selected != 0 || cmd.Intake != 0 || cmd.Continue != 0 || cmd.TwoSided || cmd.BacksOf != 0 {
		return 0, protocollo.Errorf(protocollo.Invalid, "replace", "who scans page %d again scans nothing else", cmd.Replace)
	}
	page, err := s.editablePage(ctx, actor, cmd.Replace)
	if err != nil {
		return 0, err
	}
	doc, err := s.editable(ctx, actor, page.DocumentID)
	if err != nil {
		return 0, err
	}
	b, err := s.cfg.Batches.Batch(ctx, doc.BatchID)
	if err != nil {
		return 0, fmt.Errorf("read batch: %w", err)
	}
	return b.Selected, nil
}

// takePlace puts the first page of a run where the page lies that it replaces: in its document, at its place, on its side of its sheet. That
// one leaves, and its image is erased. It reports false where it may not do so any more: then the page waits like any other.
func (r *run) takePlace(ctx context.Context, p protocollo.Page, replaced int64) (bool, error) {
	old, err := r.s.editablePage(ctx, r.actor, replaced)
	if err == nil {
		_, err = r.s.edit(ctx, edit{actor: r.actor, ids: []int64{old.DocumentID, r.document}, filled: r.document, heir: p.ID, of: old.ID,
			plan: func(open map[int64]openDocument) ([]Layout, error) {
				doc := open[old.DocumentID]
				i := doc.at(old.ID)
				if i < 0 {
					return nil, pagesMoved(old.ID)
				}
				return []Layout{{DocumentID: doc.ID, Pages: slices.Replace(doc.ids(), i, i+1, p.ID)},
					{DocumentID: r.document, Pages: []int64{old.ID}, Discard: reasonRescanned}}, nil
			}})
	}
	switch protocollo.ClassOf(err) {
	case "":
		r.setDocument(0)
		return true, nil
	case protocollo.Conflict, protocollo.NotFound, protocollo.Forbidden:
		r.s.log.Warn("page not replaced", "batch", r.batch.ID, "err", err)
		return false, nil
	}
	return false, fmt.Errorf("replace page %d: %w", replaced, err)
}
