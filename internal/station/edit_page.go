package station

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"segnatura/internal/protocollo"
)

// MovePage moves a page to a place, counted from 1, in its own document or in another; document 0 is a new one, where the place is 1. Its
// back goes with it. No sheet is torn: a place between a front and its back is the one behind it, or on the way forward in a document the one
// before it. A back moves alone, and within its document only: Conflict "page-is-back". A document that is left without pages is discarded.
// Invalid "position" for a place that there is not. The errors of [Station.SplitDocument] besides.
func (s *Station) MovePage(ctx context.Context, actor protocollo.Actor, pageID, documentID int64, position int) (Edited, error) {
	page, err := s.editablePage(ctx, actor, pageID)
	if err != nil {
		return Edited{}, err
	}
	e := edit{actor: actor, ids: []int64{page.DocumentID}}
	if documentID != 0 {
		e.ids = append(e.ids, documentID)
	}
	e.plan = func(open map[int64]openDocument) ([]Layout, error) {
		from := open[page.DocumentID]
		i := from.at(pageID)
		if i < 0 {
			return nil, pagesMoved(pageID)
		}
		if from.pages[i].Back && documentID != from.ID {
			return nil, protocollo.Errorf(protocollo.Conflict, "page-is-back", "page %d is the back of a sheet", pageID)
		}
		n := from.sheetAt(i)
		sheet := from.pages[i : i+n]
		rest := openDocument{from.Document, slices.Delete(slices.Clone(from.pages), i, i+n)}
		switch to := open[documentID]; {
		case documentID == from.ID:
			return rest.with(sheet, position, position-1 < i)
		case documentID == 0 && len(rest.pages) == 0:
			return []Layout{unchanged(from)}, nil // it has a document of its own
		default:
			layouts, err := to.with(sheet, position, false)
			return append(layouts, left(from.ID, rest.ids())), err
		}
	}
	return s.edit(ctx, e)
}

// with is the document with a sheet more at a place, or before or behind the sheet that the place would tear.
func (d openDocument) with(sheet []protocollo.Page, position int, before bool) ([]Layout, error) {
	at := position - 1
	if at < 0 || at > len(d.pages) {
		return nil, protocollo.Errorf(protocollo.Invalid, "position", "document %d has no place %d", d.ID, position)
	}
	if at > 0 && d.sheetAt(at-1) == 2 {
		if before {
			at--
		} else {
			at++
		}
	}
	d.pages = slices.Insert(slices.Clone(d.pages), at, sheet...)
	return []Layout{unchanged(d)}, nil
}

func pagesMoved(pageID int64) error {
	return protocollo.Errorf(protocollo.Conflict, "pages-moved", "page %d was moved meanwhile", pageID)
}

// ArrangePages gives documents exactly these pages, in this order; together they have the same pages after as before. It is how an edit is
// undone. A document that is left without pages is discarded. The errors of [Station.SplitDocument], and Invalid "page-list".
func (s *Station) ArrangePages(ctx context.Context, actor protocollo.Actor, orders []PageOrder) (Edited, error) {
	e := edit{actor: actor}
	var layouts []Layout
	for _, o := range orders {
		if o.DocumentID == 0 {
			layouts = append(layouts, Layout{Pages: o.Pages})
			continue
		}
		e.ids = append(e.ids, o.DocumentID)
		layouts = append(layouts, left(o.DocumentID, o.Pages))
	}
	if len(e.ids) == 0 {
		return Edited{}, protocollo.Errorf(protocollo.Invalid, "page-list", "no document is named")
	}
	e.plan = func(map[int64]openDocument) ([]Layout, error) { return layouts, nil }
	return s.edit(ctx, e)
}

// DiscardPage takes a page out of its document and erases its image, for a reason. The first page stays while its back follows it: Conflict
// "page-is-back". The errors of [Station.SplitDocument], and Invalid "reason". Again it is no error.
func (s *Station) DiscardPage(ctx context.Context, actor protocollo.Actor, pageID int64, reason string) (Edited, error) {
	page, err := s.editablePage(ctx, actor, pageID)
	if err != nil {
		return Edited{}, err
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		return Edited{}, protocollo.Errorf(protocollo.Invalid, "reason", "to erase a page needs a reason")
	}
	if page.Erased {
		return Edited{Documents: []protocollo.Document{}}, s.takeUp(ctx, actor.AOO, page.BatchID)
	}
	e := edit{actor: actor, ids: []int64{page.DocumentID}}
	e.plan = func(open map[int64]openDocument) ([]Layout, error) {
		doc := open[page.DocumentID]
		i := doc.at(pageID)
		switch {
		case i < 0:
			return nil, pagesMoved(pageID)
		case len(doc.pages) == 1:
			return []Layout{{DocumentID: doc.ID, Pages: doc.ids(), Discard: reason}}, nil
		case i == 0 && doc.pages[1].Back:
			return nil, protocollo.Errorf(protocollo.Conflict, "page-is-back", "the back of page %d would begin document %d", pageID, doc.ID)
		}
		return []Layout{{DocumentID: doc.ID, Pages: slices.Delete(doc.ids(), i, i+1)}, {Pages: []int64{pageID}, Discard: reason}}, nil
	}
	return s.edit(ctx, e)
}

// TurnPage turns a page clockwise by 90, 180 or 270 degrees more: on the screen, for the text and in the PDF/A. The image stays as it came.
// Invalid "degrees"; the errors of [Station.SplitDocument] besides.
func (s *Station) TurnPage(ctx context.Context, actor protocollo.Actor, pageID int64, degrees int) (protocollo.Page, error) {
	page, err := s.editablePage(ctx, actor, pageID)
	if err != nil {
		return page, err
	}
	ctx = context.WithoutCancel(ctx)
	unlock, err := s.keys.lock(ctx, documentKey(page.DocumentID))
	if err != nil {
		return page, err
	}
	defer unlock()
	doc, err := s.editable(ctx, actor, page.DocumentID)
	if err != nil {
		return page, err
	}
	if doc.at(pageID) < 0 {
		return page, pagesMoved(pageID)
	}
	if page, err = s.cfg.Edits.TurnPage(ctx, actor, pageID, degrees); err != nil {
		return page, fmt.Errorf("turn page %d: %w", pageID, err)
	}
	s.publish(EventPage, page.ID, doc.AOO)
	s.publish(EventDocument, doc.ID, doc.AOO)
	return page, nil
}
