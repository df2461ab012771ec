package station

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"segnatura/internal/protocollo"
	"segnatura/scanner"
)

// faultInternal is the fault of a batch that our own side ended.
const faultInternal = "internal"

// run is one run of pages. Each page is durable before the next is asked for, and everything that is decided about it can be
// decided again from what is stored: a crash loses nothing and needs no memory.
type run struct {
	s      *Station
	ctx    context.Context // ends with a cancel or with the station
	active *activeRun
	actor  protocollo.Actor
	body   string // code of the amministrazione
	batch  protocollo.Batch
	rule   *pageRule // of the selected registration; nil in a batch

	document int64             // being received; 0 = none
	pages    []protocollo.Page // of document
	own      int64             // the registration that document's first page names, or 0
	pile     pile
	seq      int
	sheets   int   // before this run, of a pile that it goes on with
	resumed  int64 // the document that it went on with, or 0
	asked    bool
	replaces int64  // a page whose place the next page takes, or 0
	refused  string // the file that ended the run, or ""
}

// capture takes a document's pages to their end and closes it. Device troubles are recorded with the batch and are no error.
func (r *run) capture(doc scanner.Document) error {
	unhook := context.AfterFunc(r.ctx, func() { _ = doc.Close() })
	err := r.take(doc)
	stopped := context.Cause(r.ctx) // before Close, which may cancel the request that an upload came in
	unhook()
	if closeErr := doc.Close(); closeErr != nil {
		r.s.log.Warn("scanner not released", "batch", r.batch.ID, "err", closeErr)
	}
	return r.end(err, stopped)
}

func (r *run) take(doc scanner.Document) error {
	for {
		page, err := doc.Next(r.ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := r.page(page); err != nil {
			return err
		}
	}
}

// page makes one page durable, measures it, and puts it where it belongs. A page that is no image goes to a person like the others
// that ask; only the source and failures of our own end a run.
func (r *run) page(p *scanner.Page) error {
	defer func() { _ = p.Data.Close() }()
	ctx := context.WithoutCancel(r.ctx)
	if err := r.openDocument(ctx); err != nil {
		return err
	}
	settings, err := json.Marshal(p.Settings)
	if err != nil {
		return fmt.Errorf("encode settings: %w", err)
	}
	if p.Sheet > 0 {
		p.Sheet += r.sheets
	}
	stored, err := r.s.cfg.Batches.AddPage(ctx, protocollo.Page{BatchID: r.batch.ID, DocumentID: r.document, Seq: r.seq + 1,
		Sheet: p.Sheet, Back: p.Back, MediaType: p.Format, TakenAt: p.TakenAt, Name: p.Name,
		OriginalSHA256: p.Original.SHA256, OriginalBytes: p.Original.Bytes, Settings: settings}, p.Data)
	if err != nil {
		return fmt.Errorf("keep page %d: %w", r.seq+1, err)
	}
	r.seq++
	facts, err := r.measure(ctx, &stored, p.Settings)
	switch {
	case unreadable(err): // it is kept without facts, and complete will ask about it: the source must not send it again
		r.s.log.Warn("page is no image", "batch", r.batch.ID, "err", err)
	case err != nil:
		r.pages = append(r.pages, stored)
		return err
	}
	replaces := r.replaces
	r.replaces = 0 // the run's first page takes the place, or none
	if replaces != 0 && err == nil {
		if replaced, err := r.takePlace(ctx, stored, replaces); err != nil || replaced {
			r.s.publish(EventPage, stored.ID, r.batch.AOO)
			return err
		}
	}
	if err := r.place(ctx, stored, facts); err != nil {
		return err
	}
	r.s.publish(EventPage, stored.ID, r.batch.AOO)
	return r.watchLimit(ctx)
}

// openDocument begins a document for the page that is coming.
func (r *run) openDocument(ctx context.Context) error {
	if r.document != 0 {
		return nil
	}
	d, err := r.s.cfg.Documents.NewDocument(ctx, protocollo.Document{BatchID: r.batch.ID, AOO: r.batch.AOO, State: protocollo.DocumentReceiving})
	if err != nil {
		return fmt.Errorf("begin document: %w", err)
	}
	r.setDocument(d.ID)
	return nil
}

func (r *run) setDocument(id int64) {
	r.document, r.pages, r.own, r.asked = id, nil, 0, false
	r.s.mu.Lock()
	r.active.document = id
	r.s.mu.Unlock()
}

// measure stores a page's facts and remembers its thumbnail.
func (r *run) measure(ctx context.Context, p *protocollo.Page, settings scanner.Settings) (scanner.Facts, error) {
	_, data, err := r.s.cfg.Batches.OpenPage(ctx, p.ID)
	if err != nil {
		return scanner.Facts{}, fmt.Errorf("open page %d: %w", p.ID, err)
	}
	defer func() { _ = data.Close() }()
	ours := func(text string) bool { // a temporary label ends no search: the segnatura may be beside it
		b, err := protocollo.ParseBarcode(text)
		return protocollo.IsDivider(text) || err == nil && b.Kind != protocollo.BarcodeIntake && b.Belongs(r.body, r.batch.AOO)
	}
	facts, thumb, err := r.s.inspect(ctx, data, settings, ours, r.s.cfg.ThumbnailPx)
	if err != nil {
		return scanner.Facts{}, fmt.Errorf("measure page %d: %w", p.ID, err)
	}
	if err := r.s.cfg.Batches.SetPageFacts(ctx, p.ID, facts); err != nil {
		return scanner.Facts{}, fmt.Errorf("keep facts of page %d: %w", p.ID, err)
	}
	if p.Facts, err = json.Marshal(facts); err != nil {
		return scanner.Facts{}, fmt.Errorf("encode facts: %w", err)
	}
	r.s.thumbs.put(thumbnailOf{p.ID, false}, thumb)
	return facts, nil
}

// unreadable tells a page that is no whole image from a failure of our own.
func unreadable(err error) bool {
	var fault *scanner.Fault
	return errors.As(err, &fault) && (fault.Kind == scanner.FaultBadData || fault.Kind == scanner.FaultTruncated)
}

// place adds a page to the document under way, or begins the next one with it.
func (r *run) place(ctx context.Context, p protocollo.Page, facts scanner.Facts) error {
	rd, err := r.s.read(ctx, r.body, r.batch, facts.Codes)
	if err != nil {
		return err
	}
	begins, err := r.beginsDocument(ctx, p, facts, rd)
	if err != nil {
		return err
	}
	parted := r.batch.BacksOf == 0 && endedByDivider(r.pages, p)
	if len(r.pages) > 0 && (begins || parted) {
		before, own := r.document, r.own
		r.setDocument(0)
		if err := r.openDocument(ctx); err != nil {
			return err
		}
		if err := r.s.cfg.Documents.MovePages(ctx, r.document, []int64{p.ID}); err != nil {
			return fmt.Errorf("move page %d: %w", p.ID, err)
		}
		if !r.inPasses() {
			if err := r.s.complete(ctx, before, ""); err != nil {
				return err
			}
		}
		if parted {
			r.own = own // an attachment may enclose its own letter's label
		}
	}
	if of := rd.registration(); len(r.pages) == 0 && (of != 0 || !parted) {
		r.own = of
	}
	p.DocumentID = r.document
	r.pages = append(r.pages, p)
	return nil
}

// watchLimit asks as soon as a single-document scan passes the page rule; the run goes on (R19.3).
func (r *run) watchLimit(ctx context.Context) error {
	if r.rule == nil || r.asked || r.inPasses() {
		return nil
	}
	t := tallyOf(withoutDividers(r.pages))
	v := r.rule.judge(t)
	if v.Within {
		return nil
	}
	r.asked = true
	return r.s.openException(ctx, scopeException(r.batch.AOO, r.document, r.pages[len(r.pages)-1].ID, r.rule, v, t))
}

// end looks at the last document and records how the run ended. Only our own failures are returned.
func (r *run) end(cause, stopped error) error {
	ctx := context.WithoutCancel(r.ctx)
	defer func() {
		r.s.mu.Lock()
		delete(r.s.runs, r.batch.ID)
		r.s.mu.Unlock()
		close(r.active.done)
		r.active.cancel(nil)
		r.s.publish(EventBatch, r.batch.ID, r.batch.AOO)
	}()
	state, why, err := r.ending(cause, stopped)
	if r.document != 0 {
		if completeErr := r.finish(ctx, why); completeErr != nil {
			r.s.log.Error("document not completed", "batch", r.batch.ID, "err", completeErr)
			err = errors.Join(err, completeErr)
		}
	}
	fault := ""
	if state == protocollo.BatchFaulted {
		fault = why
	}
	if !r.inPasses() {
		err = errors.Join(err, r.s.askMissing(ctx, r.batch, r.body, r.resumed))
	}
	if endErr := r.s.cfg.Batches.EndBatch(ctx, r.batch.ID, r.ended(state), fault); endErr != nil {
		r.s.log.Error("batch not ended", "batch", r.batch.ID, "err", endErr)
		err = errors.Join(err, fmt.Errorf("end batch: %w", endErr))
	}
	if r.batch.BacksOf != 0 && why == "" && err == nil {
		if err = r.s.endSecondPass(ctx, r.batch, r.document); err != nil {
			r.s.log.Error("backs not put behind their fronts", "batch", r.batch.ID, "err", err)
		}
	} else if compareErr := r.s.compareBatch(ctx, r.batch); compareErr != nil {
		r.s.log.Error("attachments not compared", "batch", r.batch.ID, "err", compareErr)
		err = errors.Join(err, compareErr)
	}
	return err
}

// ending says how the run ended and why its last document may be incomplete. stopped is why the run was told to stop, or nil.
func (r *run) ending(cause, stopped error) (state protocollo.BatchState, why string, err error) {
	var fault *scanner.Fault
	switch {
	case cause == nil:
		return protocollo.BatchEnded, "", nil
	case errors.Is(stopped, errEnough):
		return protocollo.BatchCancelled, "", nil
	case errors.Is(stopped, errCancelled):
		return protocollo.BatchCancelled, "cancelled", nil
	case stopped != nil:
		return protocollo.BatchInterrupted, "interrupted", nil
	case errors.As(cause, &fault):
		r.refused = fault.File
		r.s.log.Warn("run ended by a fault", "batch", r.batch.ID, "device", r.batch.Source, "err", cause)
		return protocollo.BatchFaulted, string(fault.Kind), nil
	}
	r.s.log.Error("run failed", "batch", r.batch.ID, "err", cause)
	return protocollo.BatchFaulted, faultInternal, cause
}

// resumable checks that a document can be continued and returns the registration that was selected for it, and the open
// exception that says why it is incomplete.
func (s *Station) resumable(ctx context.Context, actor protocollo.Actor, documentID int64) (int64, protocollo.Exception, error) {
	none := protocollo.Exception{}
	doc, _, err := s.document(ctx, actor, documentID)
	if err != nil {
		return 0, none, err
	}
	b, err := s.cfg.Batches.Batch(ctx, doc.BatchID)
	if err != nil {
		return 0, none, fmt.Errorf("read batch: %w", err)
	}
	open, err := s.openOn(ctx, doc)
	if err != nil {
		return 0, none, err
	}
	for _, e := range open {
		if e.Kind == protocollo.ExceptionCount && e.Detail.Why != "" {
			return b.Selected, e, nil
		}
	}
	return 0, none, protocollo.Errorf(protocollo.Conflict, "not-open", "document %d is not incomplete", documentID)
}

// reasonResumed is why a document's having been cut short is answered: a run goes on with it.
const reasonResumed = "ripresa"

// resume makes the incomplete document this run's own. The answer comes last, and with it recovery knows that a run went on with the document:
// what cuts that one short asks again.
func (r *run) resume(ctx context.Context, cut protocollo.Exception) error {
	unlock, err := r.s.keys.lock(ctx, documentKey(cut.DocumentID))
	if err != nil {
		return err
	}
	defer unlock()
	if _, err := r.s.answerable(ctx, r.actor, cut.ID, cut.Version, protocollo.ChoiceAccept); err != nil {
		return err
	}
	_, pages, err := r.s.cfg.Documents.Document(ctx, cut.DocumentID)
	if err != nil {
		return fmt.Errorf("read document: %w", err)
	}
	if len(pages) > 0 {
		if f, ok := factsOf(pages[0]); ok {
			rd, err := r.s.read(ctx, r.body, r.batch, f.Codes)
			if err != nil {
				return err
			}
			r.own = rd.registration()
			if err := r.goOn(ctx, pages[0].BatchID, rd); err != nil {
				return err
			}
		}
	}
	if err := r.s.cfg.Documents.SetDocumentState(ctx, cut.DocumentID, protocollo.DocumentReceiving); err != nil {
		return fmt.Errorf("continue document: %w", err)
	}
	if _, err := r.s.cfg.Exceptions.SolveException(ctx, r.actor, cut.ID, cut.Version, protocollo.ChoiceAccept, reasonResumed); err != nil {
		return fmt.Errorf("continue document: %w", err)
	}
	r.document, r.resumed, r.pages = cut.DocumentID, cut.DocumentID, pages
	r.s.publish(EventException, cut.ID, cut.AOO)
	return nil
}

func documentKey(id int64) string { return fmt.Sprintf("document/%d", id) }
