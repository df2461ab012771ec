package station

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/pdfa"
	"segnatura/scanner"
)

// archiveDueNow makes the archives that are due, oldest first. A document that fails becomes an exception and does not hold up the next.
func (s *Station) archiveDueNow(ctx context.Context) error {
	select {
	case s.archiveTurn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-s.archiveTurn }()
	s.takeOverDue(ctx)
	due, err := s.cfg.Archive.DueForArchive(ctx)
	if err != nil {
		return fmt.Errorf("list archives due: %w", err)
	}
	for _, d := range due {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := s.Archive(ctx, d.ID); err != nil {
			s.log.Error("document not archived", "batch", d.BatchID, "err", err)
		}
	}
	_, released := s.cfg.Archive.ReleasePages(ctx)
	return errors.Join(released, s.eraseDecided(ctx))
}

// Archive makes a confirmed document's PDF/A, has it checked, stores it with what is kept beside it, and hands it to the outbox, in
// this order; where the station recognises text, to the loop of texts instead, which hands it on. It may be stopped anywhere and
// begun again: a blob's name is its content, and AttachArchive is one transaction.
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
	if doc.State != protocollo.DocumentConfirmed || doc.Superseded {
		return nil
	}
	work, cancel := context.WithTimeout(ctx, s.cfg.ArchiveTimeout)
	defer cancel()
	err = s.makeArchive(work, doc, pages)
	if err == nil || s.isArchived(ctx, doc.ID) {
		s.publish(EventDocument, doc.ID, doc.AOO)
		s.publish(EventStatus, 0, doc.AOO)
		wake(s.textDue)
		return nil
	}
	if ctx.Err() != nil {
		return fmt.Errorf("archive document %d: %w", doc.ID, err)
	}
	failed := s.openException(ctx, protocollo.Exception{AOO: doc.AOO, DocumentID: doc.ID, Kind: protocollo.ExceptionArchive,
		Detail: protocollo.ExceptionDetail{Why: whyNotArchived(err), File: refusedFile(err), Message: err.Error(), Registrations: []int64{doc.RegistrationID}}})
	if failed == nil {
		failed = s.setState(ctx, doc, protocollo.DocumentWaiting)
	}
	return errors.Join(fmt.Errorf("archive document %d: %w", doc.ID, err), failed)
}

// isArchived looks whether what failed is there all the same: an error of the disk may come after the fact, and a question about an
// archived document has no answer.
func (s *Station) isArchived(ctx context.Context, documentID int64) bool {
	doc, _, err := s.cfg.Documents.Document(ctx, documentID)
	return err == nil && doc.State == protocollo.DocumentArchived
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

// refusedFile is the page at which it ended; empty where no page is to blame.
func refusedFile(err error) string {
	if refused, ok := errors.AsType[*pdfa.RefusedError](err); ok {
		return refused.File
	}
	return ""
}

// archiving is one document on its way to the archive.
type archiving struct {
	doc   protocollo.Document
	rec   Record
	pages []protocollo.Page // those that no decision erased, in their order
}

func (s *Station) archiving(ctx context.Context, doc protocollo.Document, pages []protocollo.Page) (archiving, error) {
	rec, err := s.cfg.Views.Record(ctx, self(doc.AOO), doc.RegistrationID)
	if err != nil {
		return archiving{}, fmt.Errorf("read registration %d: %w", doc.RegistrationID, err)
	}
	a := archiving{doc: doc, rec: rec}
	for _, p := range pages {
		if !p.Erased {
			a.pages = append(a.pages, p)
		}
	}
	if len(a.pages) == 0 {
		return archiving{}, protocollo.Errorf(protocollo.Internal, "no-pages", "document %d has no page left", doc.ID)
	}
	return a, nil
}

func (s *Station) makeArchive(ctx context.Context, doc protocollo.Document, pages []protocollo.Page) error {
	a, err := s.archiving(ctx, doc, pages)
	if err != nil {
		return err
	}
	shown := s.showProgress(doc, StepArchive, len(a.pages))
	defer shown.end()
	e, err := s.makeEdition(ctx, a, s.archiveJob(ctx, a), firstEdition, shown.page, func(pdfa.Result) error { return nil })
	if err != nil {
		return err
	}
	sources, err := s.keepSources(ctx, a, e.Result)
	if err != nil {
		return err
	}
	e.Files = append(e.Files, sources...)
	if err := s.cfg.Archive.AttachArchive(ctx, doc.ID, e, s.cfg.Text != nil); err != nil {
		return fmt.Errorf("record archive: %w", err)
	}
	return nil
}

// makeEdition makes a file, has it accepted and checked, and stores it with its metadata file.
func (s *Station) makeEdition(ctx context.Context, a archiving, job pdfa.Job, ordinal int, progress func(page int), accept func(pdfa.Result) error) (Edition, error) {
	file, err := s.cfg.Scratch(ctx)
	if err != nil {
		return Edition{}, fmt.Errorf("open scratch file: %w", err)
	}
	defer func() { _ = file.Close() }()
	res, err := s.cfg.Converter.Convert(ctx, job, file, progress)
	if err != nil {
		return Edition{}, fmt.Errorf("make PDF/A: %w", err)
	}
	if err := accept(res); err != nil {
		return Edition{}, err
	}
	report, err := s.cfg.Checker.Check(ctx, file, res.Bytes)
	if err != nil {
		return Edition{}, fmt.Errorf("check PDF/A: %w", err)
	}
	if !report.Compliant {
		return Edition{}, protocollo.Errorf(protocollo.Invalid, "not-compliant", "%s found %d faults: %v", report.Checker, len(report.Findings), firstFinding(report))
	}
	if err := isWhole(job, res, report); err != nil {
		return Edition{}, err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return Edition{}, fmt.Errorf("rewind scratch file: %w", err)
	}
	digest, size, err := s.cfg.Archive.PutBlob(ctx, file)
	if err != nil {
		return Edition{}, fmt.Errorf("store PDF/A: %w", err)
	}
	if digest != res.SHA256 || digest != report.SHA256 || size != res.Bytes {
		return Edition{}, protocollo.Errorf(protocollo.Internal, "digest", "stored %s, made %s, checked %s", digest, res.SHA256, report.SHA256)
	}
	e := Edition{Result: res, Report: report}
	e.Files, err = s.keepMetadata(ctx, a, res, ordinal)
	return e, err
}

// isWhole demands of a file one page for each page of the document, in their order, and the flavour that was asked for, by the word of
// whoever made it and of the check alike. A page of the spool is one page, of whatever media type.
func isWhole(job pdfa.Job, res pdfa.Result, report pdfa.Report) error {
	same := slices.EqualFunc(job.Inputs, res.Pages, func(in pdfa.Input, p pdfa.PageResult) bool { return in.Name == p.Input })
	switch {
	case !same || report.Pages != len(job.Inputs):
		return protocollo.Errorf(protocollo.Internal, "pages", "of %d pages %d were made and %d checked, or not in their order", len(job.Inputs), len(res.Pages), report.Pages)
	case res.Flavour != job.Flavour || report.Flavour != job.Flavour:
		return protocollo.Errorf(protocollo.Internal, "pages", "flavour %s was asked for, %s made, %s checked", job.Flavour, res.Flavour, report.Flavour)
	}
	return nil
}

// keepMetadata stores the metadata file of an edition (R4.3).
func (s *Station) keepMetadata(ctx context.Context, a archiving, res pdfa.Result, ordinal int) ([]KeptFile, error) {
	if s.cfg.Metadata == nil {
		return nil, nil
	}
	m := documentMetadata(a.rec, a.doc, a.pages, res, ordinal, s.cfg.Software)
	var err error
	if m.Conformity, err = s.conformity(ctx, a.rec, a.doc); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if _, err := s.cfg.Metadata.WriteMetadata(&b, m); err != nil {
		return nil, fmt.Errorf("write metadata file: %w", err)
	}
	f := KeptFile{Kind: KeptMetadata, Name: editionName(a, ordinal, "-metadati.xml"), MediaType: "application/xml"}
	if f.SHA256, f.Bytes, err = s.cfg.Archive.PutBlob(ctx, bytes.NewReader(b.Bytes())); err != nil {
		return nil, fmt.Errorf("store metadata file: %w", err)
	}
	return []KeptFile{f}, nil
}

// keepSources stores what the drawn pages were before: the picture in the archive does not hold all of it. Of any other page the
// archive has the image itself.
func (s *Station) keepSources(ctx context.Context, a archiving, res pdfa.Result) ([]KeptFile, error) {
	drawn := map[string]bool{}
	for _, p := range res.Pages {
		drawn[p.Input] = drawn[p.Input] || p.Drawn != ""
	}
	var kept []KeptFile
	for i, p := range a.pages {
		if !drawn[inputName(p)] {
			continue
		}
		f := KeptFile{Kind: KeptSource, Page: i + 1, Name: editionName(a, firstEdition, fmt.Sprintf("-pagina-%d%s", i+1, extensions[p.MediaType])), MediaType: p.MediaType}
		_, r, err := s.cfg.Batches.OpenPage(ctx, p.ID)
		if err != nil {
			return nil, fmt.Errorf("open page %d: %w", p.ID, err)
		}
		f.SHA256, f.Bytes, err = s.cfg.Archive.PutBlob(ctx, r)
		if err := errors.Join(err, r.Close()); err != nil {
			return nil, fmt.Errorf("store the source of page %d: %w", p.ID, err)
		}
		if f.SHA256 != p.SHA256 {
			return nil, protocollo.Errorf(protocollo.Internal, "digest", "page %d has digest %s, not %s", p.ID, f.SHA256, p.SHA256)
		}
		kept = append(kept, f)
	}
	return kept, nil
}

const mediaPDF = "application/pdf"

// extensions are of what a page may be.
var extensions = map[string]string{mediaPDF: ".pdf", "image/jpeg": ".jpg", "image/png": ".png", "image/tiff": ".tif"}

// editionName names a file of an edition for people.
func editionName(a archiving, ordinal int, end string) string {
	return fmt.Sprintf("%s-e%d%s", strings.TrimSuffix(a.doc.FileName(*a.rec.Registration), ".pdf"), ordinal, end)
}

func firstFinding(r pdfa.Report) pdfa.Finding {
	if len(r.Findings) == 0 {
		return pdfa.Finding{Detail: "no reason given"}
	}
	return r.Findings[0]
}

// archiveJob is the first edition. Equal documents make equal files: the metadata are the registration's own.
func (s *Station) archiveJob(ctx context.Context, a archiving) pdfa.Job {
	reg := *a.rec.Registration
	segnatura := archivedSegnatura(reg, a.doc)
	job := pdfa.Job{Flavour: pdfa.Flavour2B, Metadata: pdfa.Metadata{
		Title:       archiveTitle(reg, a.doc),
		Author:      reg.Segnatura.Body.Name,
		Subject:     a.rec.Intake.Draft.Subject,
		Keywords:    []string{reg.Segnatura.Text()},
		CreatorTool: "segnatura",
		CreatedAt:   lastTaken(a.pages, reg.RegisteredAt).In(protocollo.Rome()),
		DocumentID:  archiveID(reg, a.doc),
		Segnatura:   &segnatura,
	}}
	for _, p := range a.pages {
		in := pdfa.Input{Name: inputName(p), Rotate: p.Turn, Open: func() (io.ReadSeekCloser, error) {
			_, r, err := s.cfg.Batches.OpenPage(ctx, p.ID)
			return r, err
		}}
		if f, ok := factsOf(p); ok {
			in.AssumeXDPI, in.AssumeYDPI = assumed(f)
		}
		job.Inputs = append(job.Inputs, in)
	}
	return job
}

// inputName names a page in messages.
func inputName(p protocollo.Page) string { return fmt.Sprintf("pagina %d", p.Seq) }

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

// ArchivedFile is an archived PDF/A, or what is kept beside one, open for reading. The caller closes it.
type ArchivedFile struct {
	io.ReadSeekCloser
	Name      string // for the browser
	MediaType string
	At        time.Time
	Bytes     int64
}

// OpenArchive opens an edition of a document's archived file, by its ordinal; 0 is the current one.
func (s *Station) OpenArchive(ctx context.Context, actor protocollo.Actor, documentID int64, edition int) (*ArchivedFile, error) {
	rec, d, err := s.archived(ctx, actor, documentID)
	if err != nil {
		return nil, err
	}
	name := d.Document.FileName(*rec.Registration)
	chosen := d.Archive.Editions[len(d.Archive.Editions)-1]
	if edition != 0 {
		at := slices.IndexFunc(d.Archive.Editions, func(e EditionView) bool { return e.Ordinal == edition })
		if at < 0 {
			return nil, protocollo.Errorf(protocollo.NotFound, "archive", "document %d has no edition %d", documentID, edition)
		}
		chosen = d.Archive.Editions[at]
		name = editionName(archiving{rec: rec, doc: d.Document}, edition, ".pdf")
	}
	return s.openArchived(ctx, ArchivedFile{Name: name, MediaType: mediaPDF, At: chosen.At}, chosen.SHA256)
}

// OpenKeptFile opens what is kept beside a document's archived file.
func (s *Station) OpenKeptFile(ctx context.Context, actor protocollo.Actor, documentID, fileID int64) (*ArchivedFile, error) {
	_, d, err := s.archived(ctx, actor, documentID)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(d.Archive.Files, func(f KeptFileView) bool { return f.ID == fileID })
	if at < 0 {
		return nil, protocollo.Errorf(protocollo.NotFound, "archive", "document %d has no file %d beside it", documentID, fileID)
	}
	f := d.Archive.Files[at]
	return s.openArchived(ctx, ArchivedFile{Name: f.Name, MediaType: f.MediaType, At: d.Archive.At}, f.SHA256)
}

// archived is a document that has an archived file, and its record, which the actor looks at with it.
func (s *Station) archived(ctx context.Context, actor protocollo.Actor, documentID int64) (Record, DocumentView, error) {
	if err := actor.Require(protocollo.ActSearch); err != nil {
		return Record{}, DocumentView{}, err
	}
	doc, _, err := s.document(ctx, actor, documentID)
	if err != nil {
		return Record{}, DocumentView{}, err
	}
	missing := protocollo.Errorf(protocollo.NotFound, "archive", "document %d has no archived file", documentID)
	if doc.RegistrationID == 0 {
		return Record{}, DocumentView{}, missing
	}
	rec, err := s.cfg.Views.Record(ctx, actor, doc.RegistrationID)
	if err != nil {
		return Record{}, DocumentView{}, fmt.Errorf("read registration %d: %w", doc.RegistrationID, err)
	}
	if err := s.mayOpen(ctx, actor, doc); err != nil {
		return Record{}, DocumentView{}, err
	}
	if err := s.noteView(ctx, actor, rec); err != nil {
		return Record{}, DocumentView{}, err
	}
	for _, d := range rec.Documents {
		if d.ID == documentID && d.Archive != nil {
			return rec, d, nil
		}
	}
	return Record{}, DocumentView{}, missing
}

func (s *Station) openArchived(ctx context.Context, f ArchivedFile, sha256 string) (*ArchivedFile, error) {
	var err error
	if f.ReadSeekCloser, f.Bytes, err = s.cfg.Archive.OpenBlob(ctx, sha256); err != nil {
		return nil, fmt.Errorf("open archive: %w", err)
	}
	return &f, nil
}
