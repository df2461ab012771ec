package station

import (
	"context"
	"fmt"
	"slices"

	"segnatura/internal/protocollo"
)

// Why the station discards what an edit leaves behind, as the record shows it.
const (
	reasonMerged    = "unito a un altro documento"
	reasonRescanned = "riscansionata"
)

// PageOrder is a document with its pages, by id and in order. Document 0 is a new one.
type PageOrder struct {
	DocumentID int64   `json:"document" minimum:"0"`
	Pages      []int64 `json:"pages" maxItems:"10000"`
}

// Edited is what an edit left.
type Edited struct {
	// Documents are those that it touched and that are open, the one where its pages are now first.
	Documents []protocollo.Document `json:"documents"`
	// Undo, given to [Station.ArrangePages], brings everything back to where it was. It is empty where nothing changed, or where images
	// are erased.
	Undo []PageOrder `json:"undo,omitempty"`
}

// openDocument is a document that may be edited.
type openDocument struct {
	protocollo.Document
	pages []protocollo.Page
}

func (d openDocument) ids() []int64 {
	out := []int64{}
	for _, p := range d.pages {
		out = append(out, p.ID)
	}
	return out
}

// at returns the place of a page, or -1.
func (d openDocument) at(pageID int64) int {
	return slices.IndexFunc(d.pages, func(p protocollo.Page) bool { return p.ID == pageID })
}

// sheetAt returns how many pages from i on are one sheet: two where the back of page i follows it, else one.
func (d openDocument) sheetAt(i int) int {
	if i+1 < len(d.pages) && isBackOf(d.pages[i], d.pages[i+1]) {
		return 2
	}
	return 1
}

// isBackOf reports whether back is the other side of front, wherever the two were scanned (a second pass, a page scanned again).
func isBackOf(front, back protocollo.Page) bool {
	return !front.Back && back.Back && front.Sheet != 0 && front.Sheet == back.Sheet
}

// SplitDocument has another document begin at a page that is not the document's first. Both go on by themselves as far as they can, which
// may be to a question; what people answered about pages that stayed where they were holds. The other document comes first in what it
// returns. Splitting again where it was split is no error.
//
// Errors of all edits: NotFound "document", "page"; Conflict "document-closed" once its quality is confirmed or it is final, "still-scanning"
// while a run fills it, "pages-moved" when somebody else was first. Here also Conflict "page-is-back": a back stays with its sheet.
func (s *Station) SplitDocument(ctx context.Context, actor protocollo.Actor, documentID, pageID int64) (Edited, error) {
	return s.splitDocument(ctx, actor, documentID, pageID, nil)
}

// splitDocument is SplitDocument with something to be done about the other document, under its lock, before it is looked at: what it is
// joined to. That may be done again after a crash.
func (s *Station) splitDocument(ctx context.Context, actor protocollo.Actor, documentID, pageID int64, join func(context.Context, protocollo.Document) error) (Edited, error) {
	page, err := s.editablePage(ctx, actor, pageID)
	if err != nil {
		return Edited{}, err
	}
	e := edit{actor: actor, ids: []int64{documentID, page.DocumentID}, join: join}
	e.plan = func(open map[int64]openDocument) ([]Layout, error) {
		doc := open[documentID]
		i := doc.at(pageID)
		switch {
		case i < 0 && open[page.DocumentID].at(pageID) == 0: // it was split before
			return []Layout{unchanged(open[page.DocumentID]), unchanged(doc)}, nil
		case i < 0:
			return nil, protocollo.Errorf(protocollo.NotFound, "page", "page %d is not in document %d", pageID, documentID)
		case i == 0:
			return nil, protocollo.Errorf(protocollo.Conflict, "first-page", "document %d begins with page %d", documentID, pageID)
		case doc.pages[i].Back:
			return nil, protocollo.Errorf(protocollo.Conflict, "page-is-back", "page %d is the back of a sheet", pageID)
		}
		ids := doc.ids()
		return []Layout{{Pages: ids[i:]}, {DocumentID: doc.ID, Pages: ids[:i]}}, nil
	}
	return s.edit(ctx, e)
}

// MergeDocument appends a document's pages to another. The first is discarded without an image being erased; a registration that it was
// joined to is expected again. A page that names another registration than the second's raises its question there. Merging again is no error.
func (s *Station) MergeDocument(ctx context.Context, actor protocollo.Actor, documentID, into int64) (Edited, error) {
	doc, pages, err := s.editedDocument(ctx, actor, documentID)
	if err != nil {
		return Edited{}, err
	}
	if documentID == into {
		return Edited{}, protocollo.Errorf(protocollo.Invalid, "into", "document %d is merged into itself", documentID)
	}
	e := edit{actor: actor, ids: []int64{documentID, into}}
	merged := doc.State == protocollo.DocumentDiscarded && len(pages) == 0
	if merged {
		e.ids = []int64{into}
	}
	e.plan = func(open map[int64]openDocument) ([]Layout, error) {
		if merged {
			return []Layout{unchanged(open[into])}, nil
		}
		return []Layout{{DocumentID: into, Pages: append(open[into].ids(), open[documentID].ids()...)}, left(documentID, nil)}, nil
	}
	return s.edit(ctx, e)
}

// unchanged is a document as it is.
func unchanged(d openDocument) Layout { return Layout{DocumentID: d.ID, Pages: d.ids()} }

// left is what remains of a document; without pages it is discarded.
func left(documentID int64, pages []int64) Layout {
	l := Layout{DocumentID: documentID, Pages: pages}
	if len(pages) == 0 {
		l.Discard = reasonMerged
	}
	return l
}

// edit is one edit on its way.
type edit struct {
	actor protocollo.Actor
	ids   []int64 // the documents that it touches
	plan  func(open map[int64]openDocument) ([]Layout, error)
	join  func(context.Context, protocollo.Document) error // of the first document; may be nil

	heir, of int64 // a page that takes another's place
	filled   int64 // a document that the caller's own run fills, and that it may edit all the same
}

// edit carries an edit out in one transaction, and then has each document that is left looked at. A crash between the two leaves the
// documents receiving, from where the next start, or the same edit again, takes them up.
func (s *Station) edit(ctx context.Context, e edit) (Edited, error) {
	ctx = context.WithoutCancel(ctx)
	out, changed, err := s.editLocked(ctx, e)
	if err != nil || changed {
		return out, err
	}
	for _, d := range out.Documents {
		if err := s.takeUp(ctx, d.AOO, d.BatchID); err != nil {
			return Edited{}, err
		}
	}
	return out, nil
}

func (s *Station) editLocked(ctx context.Context, e edit) (out Edited, changed bool, err error) {
	slices.Sort(e.ids)
	e.ids = slices.Compact(e.ids)
	open := map[int64]openDocument{}
	for _, id := range e.ids { // in this order everywhere, so that no two edits wait for each other
		unlock, err := s.keys.lock(ctx, documentKey(id))
		if err != nil {
			return out, false, err
		}
		defer unlock()
		if id == e.filled {
			d := openDocument{}
			if d.Document, d.pages, err = s.editedDocument(ctx, e.actor, id); err != nil {
				return out, false, err
			}
			open[id] = d
			continue
		}
		if open[id], err = s.editable(ctx, e.actor, id); err != nil {
			return out, false, err
		}
	}
	layouts, err := e.plan(open)
	if err != nil {
		return out, false, err
	}
	docs, err := s.cfg.Edits.Rearrange(ctx, Rearrangement{Actor: e.actor, Layouts: layouts, Heir: e.heir, Of: e.of})
	if err != nil {
		return out, false, fmt.Errorf("edit documents %v: %w", e.ids, err)
	}
	lost := s.discarded(ctx, layouts, docs)
	undo := undoOf(open, layouts, docs)
	if len(lost) == 0 {
		out.Undo = undo
	}
	out.Documents, err = s.lookAgain(ctx, e, layouts, docs)
	return out, len(undo)+len(lost) > 0, err
}

// discarded erases the images that were thrown away, which it returns, and tells of the documents that are gone.
func (s *Station) discarded(ctx context.Context, layouts []Layout, docs []protocollo.Document) (lost []protocollo.Page) {
	for i, d := range docs {
		if layouts[i].Discard == "" {
			continue
		}
		for _, id := range layouts[i].Pages {
			lost = append(lost, protocollo.Page{ID: id})
		}
		s.publish(EventDocument, d.ID, d.AOO)
		s.expectedAgain(ctx, d)
	}
	if len(lost) > 0 {
		s.eraseNow(ctx, lost)
	}
	return lost
}

// lookAgain looks at the documents whose pages changed, and returns them as they are then.
func (s *Station) lookAgain(ctx context.Context, e edit, layouts []Layout, docs []protocollo.Document) ([]protocollo.Document, error) {
	out := []protocollo.Document{}
	for i, d := range docs {
		if layouts[i].Discard != "" {
			continue
		}
		join := e.join
		if i > 0 {
			join = nil
		}
		if err := s.lookAgainAt(ctx, d, slices.Contains(e.ids, d.ID), join); err != nil {
			return nil, err
		}
		d, _, err := s.cfg.Documents.Document(ctx, d.ID)
		if err != nil {
			return nil, fmt.Errorf("read document %d: %w", d.ID, err)
		}
		out = append(out, d)
	}
	return out, nil
}

func (s *Station) lookAgainAt(ctx context.Context, d protocollo.Document, locked bool, join func(context.Context, protocollo.Document) error) error {
	if !locked { // it began in this edit
		unlock, err := s.keys.lock(ctx, documentKey(d.ID))
		if err != nil {
			return err
		}
		defer unlock()
	}
	if join != nil {
		if err := join(ctx, d); err != nil {
			return err
		}
	}
	if d.State != protocollo.DocumentReceiving {
		return nil // nothing changed
	}
	return s.lookAt(ctx, d.ID, "")
}

// takeUp looks at the documents of a batch that an edit changed and that nobody looked at since, because the store failed between.
func (s *Station) takeUp(ctx context.Context, aoo protocollo.AOOCode, batchID int64) error {
	v, err := s.cfg.Views.BatchView(ctx, self(aoo), batchID)
	if err != nil {
		return fmt.Errorf("read batch %d: %w", batchID, err)
	}
	for _, d := range v.Documents {
		if d.State != protocollo.DocumentReceiving || s.notScanning(ctx, d.Document) != nil {
			continue
		}
		if err := s.complete(ctx, d.ID, ""); err != nil {
			return err
		}
	}
	return nil
}

// expectedAgain tells of the registration that lost its scan.
func (s *Station) expectedAgain(ctx context.Context, d protocollo.Document) {
	if d.RegistrationID == 0 {
		return
	}
	rec, err := s.cfg.Views.Record(ctx, self(d.AOO), d.RegistrationID)
	if err != nil {
		s.log.Warn("registration not told of", "reg", d.RegistrationID, "err", err) // a lost event costs a refresh
		return
	}
	s.publishIntake(EventRegistration, d.RegistrationID, rec.Intake)
}

// undoOf is the order in which the pages were. What was discarded comes back as a new document.
func undoOf(open map[int64]openDocument, layouts []Layout, docs []protocollo.Document) []PageOrder {
	var undo []PageOrder
	changed := false
	for i, l := range layouts {
		before := open[l.DocumentID].ids()
		changed = changed || !slices.Equal(before, l.Pages)
		order := PageOrder{DocumentID: docs[i].ID, Pages: before}
		if l.Discard != "" {
			order.DocumentID = 0
		}
		undo = append(undo, order)
	}
	if !changed {
		return nil
	}
	return undo
}

// editedDocument returns a document that the actor may edit, whatever has become of it.
func (s *Station) editedDocument(ctx context.Context, actor protocollo.Actor, id int64) (protocollo.Document, []protocollo.Page, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return protocollo.Document{}, nil, err
	}
	return s.document(ctx, actor, id)
}

// editablePage returns a page of a document that the actor may edit.
func (s *Station) editablePage(ctx context.Context, actor protocollo.Actor, pageID int64) (protocollo.Page, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return protocollo.Page{}, err
	}
	p, err := s.cfg.Edits.Page(ctx, pageID)
	if err != nil {
		return p, fmt.Errorf("read page %d: %w", pageID, err)
	}
	if p.DocumentID == 0 {
		return p, protocollo.Errorf(protocollo.NotFound, "page", "page %d is in no document", pageID)
	}
	_, _, err = s.editedDocument(ctx, actor, p.DocumentID)
	return p, err
}

// editable returns a document whose pages may be edited now. The caller holds its lock.
func (s *Station) editable(ctx context.Context, actor protocollo.Actor, id int64) (openDocument, error) {
	doc, pages, err := s.editedDocument(ctx, actor, id)
	if err != nil {
		return openDocument{}, err
	}
	switch doc.State {
	case protocollo.DocumentReceiving:
		if err := s.notScanning(ctx, doc); err != nil {
			return openDocument{}, err
		}
	case protocollo.DocumentWaiting, protocollo.DocumentReady:
	default:
		return openDocument{}, protocollo.Errorf(protocollo.Conflict, "document-closed", "document %d is %s", id, doc.State)
	}
	return openDocument{doc, pages}, nil
}

// notScanning refuses a document that a run or an act fills, that is one side of its sheets, or the second pass of others.
func (s *Station) notScanning(ctx context.Context, doc protocollo.Document) error {
	b, err := s.cfg.Batches.Batch(ctx, doc.BatchID)
	if err != nil {
		return fmt.Errorf("read batch: %w", err)
	}
	under, err := s.halfHere(ctx, b)
	if err != nil {
		return err
	}
	under = under || b.State == protocollo.BatchRunning || ofAnAct(b.Source)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.runs {
		under = under || a.document == doc.ID
	}
	if under {
		return protocollo.Errorf(protocollo.Conflict, "still-scanning", "document %d is still being scanned", doc.ID)
	}
	return nil
}
