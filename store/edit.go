package store

import (
	"context"
	"fmt"
	"slices"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// Page returns a page without its image, or NotFound "page".
func (db *DB) Page(ctx context.Context, id int64) (protocollo.Page, error) {
	p, err := pageByID(ctx, db.read, id)
	if err != nil {
		return p, fmt.Errorf("read page %d: %w", id, err)
	}
	return p, nil
}

// arranging is one edit under way.
type arranging struct {
	*wtx
	r      station.Rearrangement
	before map[int64][]int64 // the pages of each document that there was, in order
	docs   []protocollo.Document
	home   map[int64]int // of each page: the layout that has it
}

// Rearrange carries an edit out: pages change their document and their order, documents that are left are discarded, and what was
// asked about the pages is answered or follows them. See [station.EditStore].
func (db *DB) Rearrange(ctx context.Context, r station.Rearrangement) ([]protocollo.Document, error) {
	var docs []protocollo.Document
	err := db.transact(ctx, "edit pages", func(w *wtx) error {
		a := &arranging{wtx: w, r: r, before: map[int64][]int64{}, home: map[int64]int{}, docs: make([]protocollo.Document, len(r.Layouts))}
		for _, step := range []func() error{a.open, a.samePages, a.create, a.inherit, a.place, a.questions, a.close} {
			if err := step(); err != nil {
				return err
			}
		}
		docs = a.docs
		return nil
	})
	return docs, err
}

// open reads the documents and refuses those that are no longer to be edited.
func (a *arranging) open() error {
	for i, l := range a.r.Layouts {
		if l.DocumentID == 0 {
			continue
		}
		d, err := documentByID(a.ctx, a, l.DocumentID)
		if err != nil {
			return err
		}
		if d.AOO != a.r.Actor.AOO {
			return protocollo.Errorf(protocollo.NotFound, "document", "no such document")
		}
		if err := a.editable(d); err != nil {
			return err
		}
		pages, err := pagesOf(a.ctx, a, d.ID)
		if err != nil {
			return err
		}
		if a.before[d.ID] != nil {
			return protocollo.Errorf(protocollo.Invalid, "page-list", "document %d stands twice", d.ID)
		}
		a.before[d.ID] = []int64{}
		for _, p := range pages {
			if p.Erased {
				return protocollo.Errorf(protocollo.Conflict, "document-closed", "of document %d pages are erased", d.ID)
			}
			a.before[d.ID] = append(a.before[d.ID], p.ID)
		}
		a.docs[i] = d
	}
	return nil
}

// editable refuses documents that are final or whose quality was confirmed, if only before their archive failed.
func (w *wtx) editable(d protocollo.Document) error {
	if err := stillOpen(d); err != nil {
		return err
	}
	confirmed, err := number(w.QueryRowContext(w.ctx, `SELECT count(*) FROM quality_confirmations WHERE document_id = ?`, d.ID))
	if err != nil {
		return err
	}
	if confirmed > 0 {
		return protocollo.Errorf(protocollo.Conflict, "document-closed", "the quality of document %d was confirmed", d.ID)
	}
	return nil
}

// samePages demands that the pages after the edit are those before it.
func (a *arranging) samePages() error {
	var before, after []int64
	for _, pages := range a.before {
		before = append(before, pages...)
	}
	for i, l := range a.r.Layouts {
		after = append(after, l.Pages...)
		for _, p := range l.Pages {
			a.home[p] = i
		}
		if len(l.Pages) == 0 && (l.Discard == "" || l.DocumentID == 0) {
			return protocollo.Errorf(protocollo.Invalid, "page-list", "a document needs pages")
		}
	}
	slices.Sort(before)
	slices.Sort(after)
	if !slices.Equal(before, after) {
		return protocollo.Errorf(protocollo.Conflict, "pages-moved", "the documents have other pages than the edit knows")
	}
	return nil
}

// create begins the new documents.
func (a *arranging) create() error {
	for i, l := range a.r.Layouts {
		if l.DocumentID != 0 {
			continue
		}
		p, err := pageByID(a.ctx, a, l.Pages[0])
		if err != nil {
			return err
		}
		d := protocollo.Document{BatchID: p.BatchID, AOO: a.r.Actor.AOO, State: protocollo.DocumentReceiving}
		res, err := a.ExecContext(a.ctx, `INSERT INTO documents (batch_id, aoo, state) VALUES (?, ?, ?)`, d.BatchID, string(d.AOO), string(d.State))
		if err != nil {
			return err
		}
		if d.ID, err = res.LastInsertId(); err != nil {
			return err
		}
		a.docs[i] = d
	}
	return nil
}

// inherit gives the heir its sheet.
func (a *arranging) inherit() error {
	if a.r.Heir == 0 {
		return nil
	}
	return a.exec(`UPDATE pages SET (sheet, back) = (SELECT o.sheet, o.back FROM pages o WHERE o.id = ?) WHERE id = ?`, a.r.Of, a.r.Heir)
}

// place puts the pages where they belong. Documents that change are to be looked at again.
func (a *arranging) place() error {
	for i, l := range a.r.Layouts {
		d := a.docs[i]
		if slices.Equal(l.Pages, a.before[d.ID]) {
			continue
		}
		for at, p := range l.Pages {
			if err := a.exec(`UPDATE pages SET document_id = ?, position = ? WHERE id = ?`, d.ID, at+1, p); err != nil {
				return err
			}
		}
		if err := a.setState(d, protocollo.DocumentReceiving); err != nil {
			return err
		}
	}
	return nil
}

// questions answers what is open on the documents, or has it follow its page.
func (a *arranging) questions() error {
	for from, d := range a.docs {
		if slices.Equal(a.r.Layouts[from].Pages, a.before[d.ID]) && a.r.Layouts[from].Discard == "" {
			continue
		}
		open, err := collect(a.ctx, a, scanException, `SELECT `+exceptionColumns+` FROM exceptions e WHERE e.document_id = ? AND e.solved_at = 0 ORDER BY e.id`, d.ID)
		if err != nil {
			return err
		}
		for _, e := range open {
			if err := a.question(e, from); err != nil {
				return err
			}
		}
	}
	return nil
}

// question settles one exception of the layout from. What its pages alone raised is raised again where it still stands. What came from
// elsewhere goes with its page; if that is thrown away, it stays with the pages that it was with, unless it was about that page alone.
func (a *arranging) question(e protocollo.Exception, from int) error {
	to, has := a.home[e.PageID]
	if !has {
		to = from
	}
	page := e.PageID
	if a.r.Layouts[to].Discard != "" && e.Kind == protocollo.ExceptionCount && a.r.Layouts[from].Discard == "" {
		left := a.r.Layouts[from].Pages
		to, page = from, left[len(left)-1]
	}
	if e.FromPages() || a.r.Layouts[to].Discard != "" {
		_, err := a.solve(e, stationUser(), protocollo.ChoiceEdited, a.r.Layouts[to].Discard)
		return err
	}
	if to == from && page == e.PageID {
		return nil
	}
	return a.exec(`UPDATE exceptions SET document_id = ?, page_id = ?, version = version + 1 WHERE id = ?`, a.docs[to].ID, page, e.ID)
}

// close discards what is to be discarded, and reads the documents as they are now.
func (a *arranging) close() error {
	for i, l := range a.r.Layouts {
		if l.Discard != "" {
			if err := a.discard(a.docs[i], a.r.Actor.User, l.Discard); err != nil {
				return err
			}
		}
		d, err := documentByID(a.ctx, a, a.docs[i].ID)
		if err != nil {
			return err
		}
		a.docs[i] = d
	}
	return nil
}

// TurnPage turns a page clockwise by 90, 180 or 270 degrees more; its pixels stay as they came.
func (db *DB) TurnPage(ctx context.Context, actor protocollo.Actor, pageID int64, degrees int) (protocollo.Page, error) {
	var p protocollo.Page
	err := db.transact(ctx, "turn a page", func(w *wtx) error {
		var err error
		if p, err = pageByID(w.ctx, w, pageID); err != nil {
			return err
		}
		d, err := documentByID(w.ctx, w, p.DocumentID)
		switch {
		case err != nil:
			return err
		case d.AOO != actor.AOO || p.Erased:
			return protocollo.Errorf(protocollo.NotFound, "page", "no such page")
		case degrees%90 != 0 || degrees <= 0 || degrees >= 360:
			return protocollo.Errorf(protocollo.Invalid, "degrees", "a page is not turned by %d degrees", degrees)
		}
		if err := w.editable(d); err != nil {
			return err
		}
		p.Turn = (p.Turn + degrees) % 360
		return w.exec(`UPDATE pages SET turn = ? WHERE id = ?`, p.Turn, p.ID)
	})
	return p, err
}

// Settled returns by whose code a document joined, and what people answered about it. The station's own answers settle nothing.
func (db *DB) Settled(ctx context.Context, documentID int64) (station.Settled, error) {
	var s station.Settled
	codes, err := collect(ctx, db.read, text, `SELECT by_code FROM associations WHERE document_id = ?`, documentID)
	if err != nil {
		return s, fmt.Errorf("read what is settled of document %d: %w", documentID, err)
	}
	if len(codes) > 0 {
		s.ByCode = codes[0]
	}
	s.Solved, err = collect(ctx, db.read, scanException, `SELECT `+exceptionColumns+` FROM exceptions e
		WHERE e.document_id = ? AND e.solved_at > 0 AND e.choice <> ? ORDER BY e.solved_at, e.id`, documentID, string(protocollo.ChoiceEdited))
	if err != nil {
		return s, fmt.Errorf("read what is settled of document %d: %w", documentID, err)
	}
	return s, nil
}
