package station

import (
	"context"
	"fmt"
	"io"
	"slices"

	"segnatura/internal/protocollo"
	"segnatura/pdfa"
)

// takeoverTries is how often a takeover may fail before a person is asked: a disk that was busy is no question.
const takeoverTries = 3

// takeOverDue finishes what acts ordered: documents get the pages that they take over. What fails is due again, and at last becomes an
// exception. The caller holds the archive's turn.
func (s *Station) takeOverDue(ctx context.Context) {
	due, err := s.cfg.Supersedes.DueTakeovers(ctx)
	if err != nil {
		s.log.Error("takeovers not listed", "err", err)
		return
	}
	for _, t := range due {
		if ctx.Err() != nil {
			return
		}
		if err := s.takeOver(ctx, t); err != nil {
			s.log.Error("pages not taken over yet", "batch", t.Document.BatchID, "err", err)
			s.takeoverFailed(ctx, t, err)
			continue
		}
		delete(s.failedTakeovers, t.Document.ID)
	}
}

// takeoverFailed asks about a takeover that has failed too often. While the question is open, it is not due.
func (s *Station) takeoverFailed(ctx context.Context, t Takeover, cause error) {
	if ctx.Err() != nil {
		return
	}
	if s.failedTakeovers[t.Document.ID]++; s.failedTakeovers[t.Document.ID] < takeoverTries {
		return
	}
	delete(s.failedTakeovers, t.Document.ID)
	if err := s.openException(ctx, protocollo.Exception{AOO: t.Document.AOO, DocumentID: t.Document.ID, Kind: protocollo.ExceptionTakeover,
		Detail: protocollo.ExceptionDetail{Why: whyNotArchived(cause), File: refusedFile(cause), Message: cause.Error(), Registrations: []int64{t.Document.RegistrationID}}}); err != nil {
		s.log.Error("takeover not asked about", "batch", t.Document.BatchID, "err", err)
	}
}

// takeOver brings a document of an act to where a run would have left it. It may be stopped anywhere and begun again: pages that are
// there are not taken twice, and the document is receiving until all are. What the labels on its pages say is not asked: the act answered
// that.
func (s *Station) takeOver(ctx context.Context, t Takeover) error {
	unlock, err := s.keys.lock(ctx, documentKey(t.Document.ID))
	if err != nil {
		return err
	}
	defer unlock()
	work, cancel := context.WithTimeout(ctx, s.cfg.ArchiveTimeout)
	defer cancel()
	if t.SHA256 != "" { // otherwise its pages moved with the act
		if err := s.takePages(work, t); err != nil {
			return fmt.Errorf("take the pages of document %d over: %w", t.Source.ID, err)
		}
	}
	doc, pages, err := s.cfg.Documents.Document(ctx, t.Document.ID)
	if err != nil {
		return fmt.Errorf("read document %d: %w", t.Document.ID, err)
	}
	if err := s.measureAgain(work, doc, pages); err != nil {
		return err
	}
	if doc, pages, err = s.cfg.Documents.Document(ctx, doc.ID); err != nil {
		return fmt.Errorf("read document %d: %w", t.Document.ID, err)
	}
	asked := false
	for _, p := range kept(pages) {
		if _, measured := factsOf(p); measured {
			continue
		}
		asked = true
		if err := s.openException(ctx, protocollo.Exception{AOO: doc.AOO, DocumentID: doc.ID, PageID: p.ID, Kind: protocollo.ExceptionStray,
			Detail: protocollo.ExceptionDetail{Why: protocollo.WhyNoImage}}); err != nil {
			return err
		}
	}
	if asked {
		return s.setState(ctx, doc, protocollo.DocumentWaiting)
	}
	from := compareAll
	if len(t.Leave) > 0 { // what was declared counts the pages that were taken out
		from = afterCount
	}
	return s.settleTakeover(ctx, t, func() error { return s.judge(ctx, doc, pages, from) })
}

// settleTakeover ends a takeover: what the page rule had decided about the paper holds, anything else is judged.
func (s *Station) settleTakeover(ctx context.Context, t Takeover, judge func() error) error {
	rec, err := s.cfg.Views.Record(ctx, self(t.Document.AOO), t.Document.RegistrationID)
	if err != nil {
		return fmt.Errorf("read registration %d: %w", t.Document.RegistrationID, err)
	}
	at := slices.IndexFunc(rec.Documents, func(d DocumentView) bool { return d.ID == t.Document.ID })
	if at >= 0 && rec.Documents[at].Scope != nil {
		err = s.setState(ctx, t.Document, protocollo.DocumentReady)
	} else {
		err = judge()
	}
	if err != nil {
		return err
	}
	s.publishIntake(EventRegistration, t.Document.RegistrationID, rec.Intake)
	s.publish(EventStatus, 0, t.Document.AOO)
	return nil
}

// taken is a page that is to be taken over: its place in the archived file, its row there, and what is kept of it beside that file.
type taken struct {
	place  int
	before protocollo.Page
	kept   *KeptFile
}

// plan lists the pages that a document takes over, in order.
func (s *Station) plan(ctx context.Context, t Takeover) ([]taken, error) {
	_, before, err := s.cfg.Documents.Document(ctx, t.Source.ID)
	if err != nil {
		return nil, fmt.Errorf("read document %d: %w", t.Source.ID, err)
	}
	before = kept(before)
	if len(before) != len(t.Result.Pages) {
		return nil, protocollo.Errorf(protocollo.Internal, "pages", "document %d has %d pages, its archive %d", t.Source.ID, len(before), len(t.Result.Pages))
	}
	var list []taken
	for i, p := range before {
		if slices.Contains(t.Leave, i+1) {
			continue
		}
		one := taken{place: i + 1, before: p}
		if at := slices.IndexFunc(t.Sources, func(f KeptFile) bool { return f.Page == i+1 }); at >= 0 {
			one.kept = &t.Sources[at]
		}
		list = append(list, one)
	}
	return list, nil
}

// takePages takes what is missing out of the archived file, page by page: the images as they were scanned, and the source of a page that
// had to be drawn.
func (s *Station) takePages(ctx context.Context, t Takeover) error {
	list, err := s.plan(ctx, t)
	if err != nil {
		return err
	}
	_, have, err := s.cfg.Documents.Document(ctx, t.Document.ID)
	if err != nil {
		return fmt.Errorf("read document %d: %w", t.Document.ID, err)
	}
	if len(have) >= len(list) {
		return nil
	}
	list = list[len(have):]
	place := 0
	err = s.separate(ctx, t.SHA256, func(format string, data io.Reader) error {
		place++
		if len(list) == 0 || list[0].place != place {
			_, err := io.Copy(io.Discard, data)
			return err
		}
		next := list[0]
		list = list[1:]
		if next.kept == nil {
			return s.addTaken(ctx, t, next, protocollo.Page{MediaType: format}, data)
		}
		if _, err := io.Copy(io.Discard, data); err != nil {
			return err
		}
		source, _, err := s.cfg.Archive.OpenBlob(ctx, next.kept.SHA256)
		if err != nil {
			return fmt.Errorf("open %s: %w", next.kept.Name, err)
		}
		defer func() { _ = source.Close() }()
		return s.addTaken(ctx, t, next, protocollo.Page{MediaType: next.kept.MediaType, Turn: next.before.Turn}, source)
	})
	if err != nil {
		return err
	}
	if len(list) > 0 || place != len(t.Result.Pages) {
		return protocollo.Errorf(protocollo.Internal, "pages", "of %d pages %d came out of the archive", len(t.Result.Pages), place)
	}
	return nil
}

// addTaken makes a page durable in its new document. When, with what and on which sheet it was scanned stays as it was; a page that comes
// out of the archive is turned already.
func (s *Station) addTaken(ctx context.Context, t Takeover, from taken, p protocollo.Page, data io.Reader) error {
	batch, err := s.cfg.Batches.Batch(ctx, t.Document.BatchID)
	if err != nil {
		return fmt.Errorf("read batch: %w", err)
	}
	p.BatchID, p.DocumentID, p.Seq = batch.ID, t.Document.ID, batch.Pages+1
	p.Sheet, p.Back, p.TakenAt, p.Name, p.Settings = from.before.Sheet, from.before.Back, from.before.TakenAt, from.before.Name, from.before.Settings
	if _, err := s.cfg.Batches.AddPage(ctx, p, data); err != nil {
		return fmt.Errorf("keep page %d: %w", from.place, err)
	}
	return nil
}

// separate takes a stored PDF/A apart.
func (s *Station) separate(ctx context.Context, sha256 string, emit func(format string, data io.Reader) error) error {
	return s.cfg.Separator.Separate(ctx, pdfa.Input{Name: "archivio", Open: func() (io.ReadSeekCloser, error) {
		r, _, err := s.cfg.Archive.OpenBlob(ctx, sha256)
		return r, err
	}}, emit)
}
