package station

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/pdfa"
)

// The text of an archive is read up to textTries times. After a failure it waits textPause, and four times as long after each further
// one; the documents behind it do not wait.
const (
	textTries = 3
	textPause = time.Minute
)

// textDetail bounds the words of an error that are kept with an outcome, in bytes.
const textDetail = 500

// settleTime is for what is recorded although the station stops.
const settleTime = 10 * time.Second

// textDueNow reads the text of archives that are due now, oldest first and one at a time: never on the clerk's way, and never before archives
// that are due themselves. Each document comes once: what fails is put off; later says by document until when. It owns nothing that a stop
// could lose: a text that was not recorded is due again.
//
// On a station without a [TextReader] it only records that the text of what was archived with one is not read any more.
func (s *Station) textDueNow(ctx context.Context, later map[int64]time.Time) error {
	for ctx.Err() == nil {
		due, err := s.cfg.Texts.DueForText(ctx)
		if err != nil {
			return fmt.Errorf("list texts due: %w", err)
		}
		next := slices.IndexFunc(due, func(d DueText) bool { return !s.now().Before(later[d.Document.ID]) })
		if next < 0 || !s.awaitArchive(ctx) {
			return nil
		}
		d := due[next]
		if err := s.readText(ctx, d); err != nil {
			s.log.Warn("text not read", "batch", d.Document.BatchID, "err", err)
			later[d.Document.ID] = s.now().Add(textPause << (2 * min(d.Tries, textTries)))
			continue
		}
		delete(later, d.Document.ID)
		wake(s.archiveDue) // it releases the pages
	}
	return ctx.Err()
}

// awaitArchive waits for the end of the archive's round under way; false when ctx ends.
func (s *Station) awaitArchive(ctx context.Context) bool {
	select {
	case s.archiveTurn <- struct{}{}:
		<-s.archiveTurn
		return true
	case <-ctx.Done():
		return false
	}
}

// ReadText reads the text of an archived document and records what came of it: the edition with text, which supersedes the archive's
// first, or why there is none. Either makes the delivery of the current file due. What is not due is no error. An error leaves it
// due, unless it was the last try.
func (s *Station) ReadText(ctx context.Context, documentID int64) error {
	due, err := s.cfg.Texts.DueForText(ctx)
	if err != nil {
		return fmt.Errorf("list texts due: %w", err)
	}
	for _, d := range due {
		if d.Document.ID == documentID {
			return s.readText(ctx, d)
		}
	}
	return nil
}

func (s *Station) readText(ctx context.Context, d DueText) error {
	id := d.Document.ID
	unlock, err := s.keys.lock(ctx, textKey(id))
	if err != nil {
		return err
	}
	defer unlock()
	if s.cfg.Text == nil {
		return s.settleText(ctx, d, TextOutcome{Why: TextOff})
	}
	tries, err := s.cfg.Texts.BeginText(ctx, id)
	if err != nil {
		return fmt.Errorf("begin to read document %d: %w", id, err)
	}
	out := TextOutcome{Engine: s.cfg.Text.Engine()}
	if tries > textTries {
		// How they ended nobody wrote down: the program died, or the outcome could not be recorded.
		out.Why, out.Detail = TextNotRead, fmt.Sprintf("of %d tries none left an outcome", textTries)
		return s.settleText(ctx, d, out)
	}
	out.Edition, err = s.makeText(ctx, d)
	if err == nil {
		return s.settleText(ctx, d, out)
	}
	err = fmt.Errorf("read the text of document %d: %w", id, err)
	if ctx.Err() != nil || diskFull(err) { // the station stops, or cannot store: nothing is known of the text
		keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
		defer cancel()
		return errors.Join(err, s.cfg.Texts.ReturnText(keep, id))
	}
	why, final := whyNoText(err)
	if !final && tries < textTries {
		return err
	}
	s.log.Warn("document stays without text", "batch", d.Document.BatchID, "err", err)
	out.Why, out.Detail = why, err.Error()
	out.Detail = strings.ToValidUTF8(out.Detail[:min(len(out.Detail), textDetail)], "")
	return s.settleText(ctx, d, out)
}

func diskFull(err error) bool {
	var e *protocollo.Error
	return errors.As(err, &e) && e.Code == "disk-full"
}

func textKey(documentID int64) string { return fmt.Sprintf("text/%d", documentID) }

// settleText records an outcome and tells of it.
func (s *Station) settleText(ctx context.Context, d DueText, o TextOutcome) error {
	if err := s.cfg.Texts.AttachText(ctx, d.Document.ID, o); err != nil {
		return fmt.Errorf("record the text of document %d: %w", d.Document.ID, err)
	}
	s.publish(EventDocument, d.Document.ID, d.Document.AOO)
	s.publish(EventStatus, 0, d.Document.AOO)
	return nil
}

// makeText makes the edition with text from the same pages: everything that is seen in it is the archive's, image by image.
func (s *Station) makeText(ctx context.Context, d DueText) (Edition, error) {
	doc, pages, err := s.cfg.Documents.Document(ctx, d.Document.ID)
	if err != nil {
		return Edition{}, fmt.Errorf("read document %d: %w", d.Document.ID, err)
	}
	a, err := s.archiving(ctx, doc, pages)
	if err != nil {
		return Edition{}, err
	}
	within := s.cfg.ArchiveTimeout + time.Duration(len(a.pages))*s.cfg.TextPageTimeout
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	job := s.archiveJob(ctx, a)
	if err := pagesAreThere(job); err != nil {
		return Edition{}, err
	}
	shown := s.showProgress(doc, StepText, len(a.pages))
	defer shown.end()
	if job.Text, err = s.cfg.Text.ReadText(ctx, job.Inputs, shown.pageOf); err != nil {
		return Edition{}, fmt.Errorf("recognise text: %w", err)
	}
	job.Flavour = pdfa.Flavour2U
	return s.makeEdition(ctx, a, job, textEdition, func(int) {}, func(res pdfa.Result) error { return supersedes(res, d.Archived) })
}

// pagesAreThere opens each page once: the reader and the converter work elsewhere and could only say that they failed.
func pagesAreThere(job pdfa.Job) error {
	for _, in := range job.Inputs {
		r, err := in.Open()
		switch {
		case errors.Is(err, protocollo.NotFound):
			return &textFault{why: TextPagesLost, final: true, err: fmt.Errorf("open %s: %w", in.Name, err)}
		case err != nil:
			return fmt.Errorf("open %s: %w", in.Name, err)
		}
		if err := r.Close(); err != nil {
			return fmt.Errorf("close %s: %w", in.Name, err)
		}
	}
	return nil
}

// supersedes accepts an edition that shows exactly what the archive shows and in which words can be found.
func supersedes(res, archived pdfa.Result) error {
	same := slices.EqualFunc(res.Pages, archived.Pages, func(a, b pdfa.PageResult) bool { return a.StreamSHA256 == b.StreamSHA256 })
	if !same {
		return &textFault{why: TextOtherImages, final: true, err: errors.New("the images are not the archive's")}
	}
	words, missing := 0, pdfa.TextMissing("")
	for _, p := range res.Pages {
		words += p.Words
		if p.TextMissing != "" && missing != pdfa.TextFailed {
			missing = p.TextMissing
		}
	}
	switch {
	case words > 0:
		return nil
	case missing == "":
		return &textFault{why: TextNoWords, final: true, err: errors.New("no word was found")}
	case missing == pdfa.TextDeadline:
		return &textFault{why: TextLate, err: errors.New("no page was ready in time")}
	}
	return &textFault{why: TextNotRead, err: errors.New("no page could be read")}
}

// textFault is why there is no edition with text. A final one would come again.
type textFault struct {
	why   TextWhy
	final bool
	err   error
}

func (f *textFault) Error() string { return f.err.Error() }
func (f *textFault) Unwrap() error { return f.err }

// whyNoText says what a failure was, and whether it would come again.
func whyNoText(err error) (why TextWhy, final bool) {
	var fault *textFault
	var refused *pdfa.RefusedError
	var e *protocollo.Error
	switch {
	case errors.As(err, &fault):
		return fault.why, fault.final
	case errors.As(err, &refused) && !refused.Reason.MayPass():
		return TextRefused, true
	case errors.As(err, &e) && e.Code == string(TextNotAccepted):
		return TextNotAccepted, true
	case errors.Is(err, context.DeadlineExceeded):
		return TextLate, true
	}
	return TextNotRead, false
}
