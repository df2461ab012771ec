package station

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
)

// Attachments (R18.5, decision 0024): a person says where one begins, or a divider sheet does. A divider is no page of any document: it
// leaves with the blank other side of its sheet, and what lies behind it, up to the next label of ours, is the next attachment of the
// letter before it. That follows from the pages as they are stored, so that it may be worked out again after a crash.

// reasonDivider is why the station discards a divider sheet; nobody is asked.
const reasonDivider = "foglio divisorio"

// unitAttachments is what a letter's attachments are counted in.
const unitAttachments = "allegati"

// NewAttachment has the registration's next attachment begin at a page of an associated document that is not its first, and goes on as
// [Station.SplitDocument] does, with its errors. Conflict "first-the-main" for a document that is joined to nothing yet.
func (s *Station) NewAttachment(ctx context.Context, actor protocollo.Actor, documentID, pageID int64) (Edited, error) {
	doc, _, err := s.editedDocument(ctx, actor, documentID)
	if err != nil {
		return Edited{}, err
	}
	if doc.RegistrationID == 0 {
		return Edited{}, protocollo.Errorf(protocollo.Conflict, "first-the-main", "document %d has no registration yet", doc.ID)
	}
	out, err := s.splitDocument(ctx, actor, documentID, pageID, func(ctx context.Context, d protocollo.Document) error {
		_, err := s.joinAttachment(ctx, actor, d, doc.RegistrationID)
		return err
	})
	if err != nil {
		return Edited{}, err
	}
	return out, s.compareAttachments(context.WithoutCancel(ctx), doc.AOO, doc.RegistrationID)
}

// joinAttachment joins a document to a registration as its next attachment.
func (s *Station) joinAttachment(ctx context.Context, actor protocollo.Actor, doc protocollo.Document, registrationID int64) (protocollo.Document, error) {
	joined, err := s.cfg.Documents.Associate(ctx, Association{DocumentID: doc.ID, RegistrationID: registrationID, Actor: actor, NextPart: true})
	if err != nil {
		return doc, fmt.Errorf("attach document %d: %w", doc.ID, err)
	}
	return joined, s.publishRecord(ctx, doc.AOO, registrationID)
}

// isDivider reports whether a page carries the code of a divider sheet and no label: where a label is too, somebody put it there, and the page
// is read as any other.
func isDivider(p protocollo.Page) bool {
	f, _ := factsOf(p)
	divider := false
	for _, c := range f.Codes {
		if _, err := protocollo.ParseBarcode(c.Text); err == nil {
			return false
		}
		divider = divider || c.Symbology == "QR" && protocollo.IsDivider(c.Text)
	}
	return divider
}

// dividerSides says of each page whether it is a side of a divider sheet: one with the code, or the blank other side of its sheet,
// whichever way up it lay. A side that says anything is no divider's.
func dividerSides(pages []protocollo.Page) []bool {
	sides := make([]bool, len(pages))
	for i, p := range pages {
		sides[i] = isDivider(p)
	}
	for i, p := range pages {
		if f, measured := factsOf(p); sides[i] || !measured || !f.Blank {
			continue
		}
		sides[i] = i > 0 && isDivider(pages[i-1]) && isBackOf(pages[i-1], p) ||
			i+1 < len(pages) && isDivider(pages[i+1]) && isBackOf(p, pages[i+1])
	}
	return sides
}

// endedByDivider reports whether a divider sheet lies between the pages of the document under way and the next one.
func endedByDivider(pages []protocollo.Page, next protocollo.Page) bool {
	tail := append(slices.Clone(pages[max(0, len(pages)-2):]), next)
	sides := dividerSides(tail)
	return len(tail) > 1 && sides[len(tail)-2] && !sides[len(tail)-1]
}

// withoutDividers leaves divider sheets out.
func withoutDividers(pages []protocollo.Page) []protocollo.Page {
	sides := dividerSides(pages)
	var out []protocollo.Page
	for i, p := range pages {
		if !sides[i] {
			out = append(out, p)
		}
	}
	return out
}

// divided is what became of a document with a divider sheet in it.
type divided struct {
	found bool
	gone  bool  // it began with the divider, and is discarded
	rest  int64 // the document that begins behind it, or 0
}

// takeDividerOut discards the first divider sheet of a document and has a document begin behind it, in one transaction.
func (s *Station) takeDividerOut(ctx context.Context, doc protocollo.Document, pages []protocollo.Page) (divided, error) {
	sides := dividerSides(pages)
	at := slices.Index(sides, true)
	if at < 0 || slices.ContainsFunc(pages, func(p protocollo.Page) bool { return p.Erased }) {
		return divided{}, nil
	}
	end := at
	for end < len(pages) && sides[end] {
		end++
	}
	ids := openDocument{pages: pages}.ids()
	var layouts []Layout
	if at > 0 {
		layouts = append(layouts, Layout{DocumentID: doc.ID, Pages: ids[:at]}, Layout{Pages: ids[at:end], Discard: reasonDivider})
	} else {
		layouts = append(layouts, Layout{DocumentID: doc.ID, Pages: ids[:end], Discard: reasonDivider})
	}
	if end < len(ids) {
		layouts = append(layouts, Layout{Pages: ids[end:]})
	}
	docs, err := s.cfg.Edits.Rearrange(ctx, Rearrangement{Actor: protocollo.Station(doc.AOO), Layouts: layouts})
	if err != nil {
		return divided{}, fmt.Errorf("take a divider out of document %d: %w", doc.ID, err)
	}
	out := divided{found: true, gone: at == 0}
	if end < len(ids) {
		out.rest = docs[len(docs)-1].ID
	}
	for _, p := range pages[at:end] {
		s.thumbs.drop(p.ID)
	}
	wake(s.archiveDue) // its rounds erase what was discarded
	return out, nil
}

// lookAtDivided looks at what a divider parted. why is what cut the run short: it cut its last pages.
func (s *Station) lookAtDivided(ctx context.Context, doc protocollo.Document, d divided, why string) error {
	s.publish(EventDocument, doc.ID, doc.AOO)
	before := why
	if d.rest != 0 {
		before = ""
	}
	if !d.gone {
		if err := s.lookAt(ctx, doc.ID, before); err != nil {
			return err
		}
	}
	if d.rest == 0 {
		return nil
	}
	return s.complete(ctx, d.rest, why) // a younger document than the one that is locked, as everywhere
}

// dividedFrom returns the registration whose next attachment a document without code is, because a divider sheet lies between the two, or
// 0. What looks like a label that could not be read is for a person, and so is everything while the letter before it is in doubt.
func (s *Station) dividedFrom(ctx context.Context, doc protocollo.Document, first protocollo.Page, rd reading) (int64, error) {
	if f, measured := factsOf(first); rd.verdict != noCode || rd.why != "" || !measured || len(f.Suspects) > 0 || first.BatchID != doc.BatchID {
		return 0, nil
	}
	batch, err := s.cfg.Views.BatchView(ctx, self(doc.AOO), doc.BatchID)
	if err != nil {
		return 0, fmt.Errorf("read batch: %w", err)
	}
	before, parted := documentBefore(batch, first)
	if !parted || before.RegistrationID == 0 || before.Superseded || before.State == protocollo.DocumentDiscarded {
		return 0, nil
	}
	open, err := s.openOn(ctx, before.Document)
	if err != nil || hasKind(open, protocollo.ExceptionSeenTwice, 0) {
		return 0, err
	}
	return before.RegistrationID, nil
}

// documentBefore is the document that lies before a page in the stack, and whether a divider sheet lies between them.
func documentBefore(batch BatchView, page protocollo.Page) (before DocumentView, parted bool) {
	at := map[int64]int{} // where each document begins; backs of a second pass count elsewhere
	for _, d := range batch.Documents {
		for _, p := range d.PageList {
			if first, have := at[d.ID]; p.BatchID == page.BatchID && (!have || p.Seq < first) {
				at[d.ID] = p.Seq
			}
		}
	}
	stack := slices.Clone(batch.Documents)
	stack = slices.DeleteFunc(stack, func(d DocumentView) bool { return at[d.ID] == 0 || at[d.ID] >= page.Seq })
	slices.SortFunc(stack, func(a, b DocumentView) int { return at[b.ID] - at[a.ID] })
	for _, d := range stack {
		sides := dividerSides(pagesIn(d))
		parted = parted || sides[len(sides)-1]
		if slices.Contains(sides, false) {
			return d, parted
		}
	}
	return DocumentView{}, false
}

func pagesIn(d DocumentView) []protocollo.Page {
	var out []protocollo.Page
	for _, p := range d.PageList {
		out = append(out, p.Page)
	}
	return out
}

// joinDivided joins a document that a divider makes an attachment. A letter that lost its main document meanwhile is for a person.
func (s *Station) joinDivided(ctx context.Context, doc protocollo.Document, first protocollo.Page, rd reading) (protocollo.Document, bool, error) {
	registration, err := s.dividedFrom(ctx, doc, first, rd)
	if err != nil || registration == 0 {
		return doc, false, err
	}
	joined, err := s.joinAttachment(ctx, protocollo.Station(doc.AOO), doc, registration)
	if errors.Is(err, protocollo.Conflict) {
		return doc, false, nil
	}
	return joined, err == nil, err
}

// of is the rule for one part: each is compared with what was declared of it.
func (r *pageRule) of(part int) *pageRule {
	one := *r
	if one.part = part; part > 0 {
		one.declared = declaredAttachment(protocollo.Draft{Attachments: r.attachments}, part).Pages
	}
	return &one
}

// notePartOf is what a note is about where nobody says: N-1 of a main document, N-2 of an attachment.
func notePartOf(part int) rules.NotePart {
	if part > 0 {
		return rules.NoteAttachment
	}
	return rules.NoteDocument
}

// sheetsOutside counts the sheets of all the registration's attachments that wait for a note, for N-3; 0 where there is only one, or where
// of any the count is not certain.
func (s *Station) sheetsOutside(ctx context.Context, doc protocollo.Document) (int, error) {
	if doc.Part == 0 {
		return 0, nil
	}
	all, err := s.cfg.Exceptions.Exceptions(ctx, doc.AOO)
	if err != nil {
		return 0, fmt.Errorf("list exceptions: %w", err)
	}
	documents, total := 0, 0
	for _, e := range all {
		if e.Kind != protocollo.ExceptionScope {
			continue
		}
		d, pages, err := s.cfg.Documents.Document(ctx, e.DocumentID)
		if err != nil {
			return 0, fmt.Errorf("read document %d: %w", e.DocumentID, err)
		}
		if d.RegistrationID != doc.RegistrationID || d.Part == 0 {
			continue
		}
		n, err := s.completeSheets(ctx, d, pages)
		if err != nil || n == 0 {
			return 0, err
		}
		documents, total = documents+1, total+n
	}
	if documents < 2 {
		return 0, nil
	}
	return total, nil
}

// foundAttachments counts the attachments that a registration has.
func foundAttachments(rec Record) int {
	parts := map[int]bool{}
	for _, d := range rec.Documents {
		if d.Part > 0 && d.State != protocollo.DocumentDiscarded && !d.Superseded {
			parts[d.Part] = true
		}
	}
	return len(parts)
}

// attachmentsDiffer compares the number of a letter's attachments with what was declared (002 art. 69), once its run is over. Nothing
// declared, nothing compared (R16.3).
func (s *Station) attachmentsDiffer(ctx context.Context, doc protocollo.Document, page int64) (protocollo.Exception, bool, error) {
	rec, err := s.cfg.Views.Record(ctx, self(doc.AOO), doc.RegistrationID)
	if err != nil {
		return protocollo.Exception{}, false, fmt.Errorf("read registration %d: %w", doc.RegistrationID, err)
	}
	declared, found := len(rec.Intake.Draft.Attachments), foundAttachments(rec)
	if doc.Part > 0 || declared == 0 || declared == found {
		return protocollo.Exception{}, false, nil
	}
	batch, err := s.cfg.Views.BatchView(ctx, self(doc.AOO), doc.BatchID)
	if err != nil {
		return protocollo.Exception{}, false, fmt.Errorf("read batch: %w", err)
	}
	more := slices.ContainsFunc(batch.Documents, func(d DocumentView) bool {
		return d.ID != doc.ID && (d.State == protocollo.DocumentReceiving || mayFollow(batch, d, doc.RegistrationID))
	})
	if more || batch.State == protocollo.BatchRunning || batch.State == protocollo.BatchAwaitsBacks {
		return protocollo.Exception{}, false, nil
	}
	return protocollo.Exception{AOO: doc.AOO, DocumentID: doc.ID, PageID: page, Kind: protocollo.ExceptionCount,
		Detail: protocollo.ExceptionDetail{Found: found, Declared: declared, Unit: unitAttachments, Registrations: []int64{doc.RegistrationID}}}, true, nil
}

// mayFollow reports whether a document that waits to be joined lies behind a divider and a document of the registration.
func mayFollow(batch BatchView, d DocumentView, registrationID int64) bool {
	if d.RegistrationID != 0 || d.State != protocollo.DocumentWaiting || len(d.PageList) == 0 {
		return false
	}
	before, parted := documentBefore(batch, d.PageList[0].Page)
	return parted && before.RegistrationID == registrationID
}

// comparesAttachments tells the number of attachments from that of pages.
func comparesAttachments(e protocollo.Exception) bool {
	return comparesCounts(e) && e.Detail.Unit == unitAttachments
}

// compareAttachments compares again what a registration's attachments are with what was declared, after one came or left: what was asked is
// answered, and asked anew where it still differs. A main document whose quality is confirmed is not asked about any more.
func (s *Station) compareAttachments(ctx context.Context, aoo protocollo.AOOCode, registrationID int64) error {
	rec, err := s.cfg.Views.Record(ctx, self(aoo), registrationID)
	if err != nil {
		return fmt.Errorf("read registration %d: %w", registrationID, err)
	}
	if len(rec.Intake.Draft.Attachments) == 0 {
		return nil
	}
	for _, d := range rec.Documents {
		if d.Part == 0 && !d.Superseded && (d.State == protocollo.DocumentReady || d.State == protocollo.DocumentWaiting) {
			return s.compareWith(ctx, d.ID)
		}
	}
	return nil
}

// compareWith is compareAttachments for the main document.
func (s *Station) compareWith(ctx context.Context, documentID int64) error {
	unlock, err := s.keys.lock(ctx, documentKey(documentID))
	if err != nil {
		return err
	}
	defer unlock()
	doc, pages, err := s.cfg.Documents.Document(ctx, documentID)
	if err != nil {
		return fmt.Errorf("read document %d: %w", documentID, err)
	}
	if len(pages) == 0 || doc.State != protocollo.DocumentReady && doc.State != protocollo.DocumentWaiting {
		return nil
	}
	e, differs, err := s.attachmentsDiffer(ctx, doc, pages[0].ID)
	if err != nil {
		return err
	}
	settled, err := s.cfg.Edits.Settled(ctx, doc.ID)
	if err != nil {
		return fmt.Errorf("read what is settled: %w", err)
	}
	differs = differs && !settled.settles(e)
	open, err := s.openOn(ctx, doc)
	if err != nil {
		return err
	}
	asked := slices.IndexFunc(open, comparesAttachments)
	switch {
	case asked >= 0 && differs && open[asked].Detail.Found == e.Detail.Found:
		return nil
	case asked >= 0:
		if err := s.solved(ctx, protocollo.Station(doc.AOO), open[asked], Answer{Choice: protocollo.ChoiceEdited}); err != nil {
			return err
		}
		open = slices.Delete(open, asked, asked+1)
	}
	if slices.ContainsFunc(open, func(e protocollo.Exception) bool { return e.Kind != protocollo.ExceptionScope }) {
		return nil // it is compared when that is answered
	}
	if differs {
		if err := s.openException(ctx, e); err != nil {
			return err
		}
		return s.setState(ctx, doc, protocollo.DocumentWaiting)
	}
	if asked < 0 || len(open) > 0 {
		return nil
	}
	return s.judge(ctx, doc, pages, afterAttachments)
}

// compareBatch compares the attachments of each letter of a run that is over.
func (s *Station) compareBatch(ctx context.Context, b protocollo.Batch) error {
	view, err := s.cfg.Views.BatchView(ctx, self(b.AOO), b.ID)
	if err != nil {
		return fmt.Errorf("read batch: %w", err)
	}
	for _, d := range view.Documents {
		if d.RegistrationID == 0 || d.Part > 0 {
			continue
		}
		if err := s.compareAttachments(ctx, b.AOO, d.RegistrationID); err != nil {
			return err
		}
	}
	return nil
}

// settleAttachments compares again after an answer about an attachment, or about what might have been one.
func (s *Station) settleAttachments(ctx context.Context, exceptionID int64) error {
	e, err := s.cfg.Exceptions.Exception(ctx, exceptionID)
	if err != nil {
		return fmt.Errorf("read exception: %w", err)
	}
	doc, pages, err := s.cfg.Documents.Document(ctx, e.DocumentID)
	if err != nil {
		return fmt.Errorf("read document %d: %w", e.DocumentID, err)
	}
	if doc.Part > 0 {
		if err := s.compareAttachments(ctx, doc.AOO, doc.RegistrationID); err != nil {
			return err
		}
	}
	if len(pages) == 0 {
		return nil
	}
	batch, err := s.cfg.Views.BatchView(ctx, self(doc.AOO), pages[0].BatchID)
	if err != nil {
		return fmt.Errorf("read batch: %w", err)
	}
	before, parted := documentBefore(batch, pages[0])
	if !parted || before.RegistrationID == 0 || before.RegistrationID == doc.RegistrationID {
		return nil
	}
	return s.compareAttachments(ctx, doc.AOO, before.RegistrationID)
}
