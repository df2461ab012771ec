package station

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/pdfa"
	"segnatura/scanner"
)

// ArchiveLoop makes archives as they fall due, oldest first, until ctx ends. A document that fails becomes an exception and
// does not hold up the next.
func (s *Station) ArchiveLoop(ctx context.Context) {
	timer := time.NewTimer(s.cfg.ArchivePause)
	defer timer.Stop()
	for {
		s.archiveDueNow(ctx)
		timer.Reset(s.cfg.ArchivePause)
		select {
		case <-ctx.Done():
			return
		case <-s.archiveDue:
		case <-timer.C:
		}
	}
}

func (s *Station) wakeArchive() {
	select {
	case s.archiveDue <- struct{}{}:
	default: // it is awake
	}
}

func (s *Station) archiveDueNow(ctx context.Context) {
	due, err := s.cfg.Archive.DueForArchive(ctx)
	if err != nil {
		s.log.Error("archives due not listed", "err", err)
		return
	}
	for _, d := range due {
		if ctx.Err() != nil {
			return
		}
		if err := s.Archive(ctx, d.ID); err != nil {
			s.log.Error("document not archived", "batch", d.BatchID, "err", err)
		}
	}
	if _, err := s.cfg.Archive.ReleasePages(ctx); err != nil {
		s.log.Error("archived pages not released yet", "err", err)
	}
	if err := s.eraseDecided(ctx); err != nil {
		s.log.Error("decided pages not erased yet", "err", err)
	}
}

// Archive makes a confirmed document's PDF/A, has it checked, stores it and hands it to the outbox, in this order. It may be
// stopped anywhere and begun again: the blob's name is its content, and AttachArchive is one transaction.
//
// A document that cannot be made or that the check does not accept becomes an exception and returns an error. So does one
// that the end of ctx interrupts, but that one stays due.
func (s *Station) Archive(ctx context.Context, documentID int64) error {
	unlock, err := s.keys.lock(ctx, documentKey(documentID))
	if err != nil {
		return err
	}
	defer unlock()
	doc, pages, err := s.cfg.Documents.Document(ctx, documentID)
	if err != nil {
		return fmt.Errorf("read document %d: %w", documentID, err)
	}
	if doc.State != protocollo.DocumentConfirmed {
		return nil
	}
	work, cancel := context.WithTimeout(ctx, s.cfg.ArchiveTimeout)
	defer cancel()
	err = s.makeArchive(work, doc, pages)
	if err == nil {
		s.publish(EventDocument, doc.ID, doc.AOO)
		s.publish(EventStatus, 0, doc.AOO)
		return nil
	}
	if ctx.Err() != nil {
		return fmt.Errorf("archive document %d: %w", doc.ID, err)
	}
	failed := s.openException(ctx, protocollo.Exception{AOO: doc.AOO, DocumentID: doc.ID, Kind: protocollo.ExceptionArchive,
		Detail: protocollo.ExceptionDetail{Why: whyNotArchived(err), Message: err.Error(), Registrations: []int64{doc.RegistrationID}}})
	if failed == nil {
		failed = s.setState(ctx, doc, protocollo.DocumentWaiting)
	}
	return errors.Join(fmt.Errorf("archive document %d: %w", doc.ID, err), failed)
}

func whyNotArchived(err error) string {
	var refused *pdfa.RefusedError
	var e *protocollo.Error
	switch {
	case errors.As(err, &refused):
		return string(refused.Reason)
	case errors.As(err, &e):
		return e.Code
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	}
	return string(protocollo.Internal)
}

func (s *Station) makeArchive(ctx context.Context, doc protocollo.Document, pages []protocollo.Page) error {
	job, err := s.archiveJob(ctx, doc, pages)
	if err != nil {
		return err
	}
	file, err := s.cfg.Scratch(ctx)
	if err != nil {
		return fmt.Errorf("open scratch file: %w", err)
	}
	defer func() { _ = file.Close() }()
	res, err := s.cfg.Converter.Convert(ctx, job, file, func(int) {})
	if err != nil {
		return fmt.Errorf("make PDF/A: %w", err)
	}
	report, err := s.cfg.Checker.Check(ctx, file, res.Bytes)
	if err != nil {
		return fmt.Errorf("check PDF/A: %w", err)
	}
	if !report.Compliant {
		return protocollo.Errorf(protocollo.Invalid, "not-compliant", "%s found %d faults: %v", report.Checker, len(report.Findings), firstFinding(report))
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("rewind scratch file: %w", err)
	}
	digest, size, err := s.cfg.Archive.PutBlob(ctx, file)
	if err != nil {
		return fmt.Errorf("store PDF/A: %w", err)
	}
	if digest != res.SHA256 || digest != report.SHA256 || size != res.Bytes {
		return protocollo.Errorf(protocollo.Internal, "digest", "stored %s, made %s, checked %s", digest, res.SHA256, report.SHA256)
	}
	if err := s.cfg.Archive.AttachArchive(ctx, doc.ID, res, report); err != nil {
		return fmt.Errorf("record archive: %w", err)
	}
	return nil
}

func firstFinding(r pdfa.Report) pdfa.Finding {
	if len(r.Findings) == 0 {
		return pdfa.Finding{Detail: "no reason given"}
	}
	return r.Findings[0]
}

// archiveJob takes the pages that no decision erased, in their order. Equal documents make equal files: the metadata are the
// registration's own.
func (s *Station) archiveJob(ctx context.Context, doc protocollo.Document, pages []protocollo.Page) (pdfa.Job, error) {
	rec, err := s.cfg.Views.Record(ctx, self(doc.AOO), doc.RegistrationID)
	if err != nil {
		return pdfa.Job{}, fmt.Errorf("read registration %d: %w", doc.RegistrationID, err)
	}
	reg := rec.Registration
	segnatura := archivedSegnatura(*reg, doc)
	job := pdfa.Job{Flavour: pdfa.Flavour2B, Metadata: pdfa.Metadata{
		Segnatura:   &segnatura,
		Title:       fmt.Sprintf("Prot. n. %s del %s", reg.Number, reg.Day.Italian()),
		Author:      reg.Segnatura.Body.Name,
		Subject:     rec.Intake.Draft.Subject,
		Keywords:    []string{reg.Segnatura.Text()},
		CreatorTool: "segnatura",
		CreatedAt:   lastTaken(pages, reg.RegisteredAt).In(protocollo.Rome()),
		DocumentID:  fmt.Sprintf("%s|%d", reg.Segnatura.Text(), doc.Version),
	}}
	for _, p := range pages {
		if p.Erased {
			continue
		}
		in := pdfa.Input{Name: fmt.Sprintf("pagina %d", p.Seq), Open: func() (io.ReadSeekCloser, error) {
			_, r, err := s.cfg.Batches.OpenPage(ctx, p.ID)
			return r, err
		}}
		if f, ok := factsOf(p); ok {
			in.AssumeXDPI, in.AssumeYDPI = assumed(f)
		}
		job.Inputs = append(job.Inputs, in)
	}
	if len(job.Inputs) == 0 {
		return pdfa.Job{}, protocollo.Errorf(protocollo.Internal, "no-pages", "document %d has no page left", doc.ID)
	}
	return job, nil
}

// assumed is the resolution of a page whose file may not state one.
func assumed(f scanner.Facts) (x, y float64) { return f.XDPI, f.YDPI }

func lastTaken(pages []protocollo.Page, otherwise time.Time) time.Time {
	t := otherwise
	for _, p := range pages {
		if p.TakenAt.After(t) {
			t = p.TakenAt
		}
	}
	return t
}

// ArchivedFile is an archived PDF/A, open for reading. The caller closes it.
type ArchivedFile struct {
	io.ReadSeekCloser
	Name  string // for the browser
	At    time.Time
	Bytes int64
}

// OpenArchive opens a document's archived file.
func (s *Station) OpenArchive(ctx context.Context, actor protocollo.Actor, documentID int64) (*ArchivedFile, error) {
	if err := actor.Require(protocollo.ActSearch); err != nil {
		return nil, err
	}
	doc, _, err := s.document(ctx, actor, documentID)
	if err != nil {
		return nil, err
	}
	missing := protocollo.Errorf(protocollo.NotFound, "archive", "document %d has no archived file", documentID)
	if doc.RegistrationID == 0 {
		return nil, missing
	}
	rec, err := s.cfg.Views.Record(ctx, actor, doc.RegistrationID)
	if err != nil {
		return nil, fmt.Errorf("read registration %d: %w", doc.RegistrationID, err)
	}
	if err := s.noteView(ctx, actor, rec); err != nil {
		return nil, err
	}
	for _, d := range rec.Documents {
		if d.ID != documentID || d.Archive == nil {
			continue
		}
		r, size, err := s.cfg.Archive.OpenBlob(ctx, d.Archive.SHA256)
		if err != nil {
			return nil, fmt.Errorf("open archive: %w", err)
		}
		name := fmt.Sprintf("%d-%s-v%d.pdf", rec.Registration.Key.Year, rec.Registration.Number, max(doc.Version, 1))
		return &ArchivedFile{ReadSeekCloser: r, Name: name, At: d.Archive.At, Bytes: size}, nil
	}
	return nil, missing
}
