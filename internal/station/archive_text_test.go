package station_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/pdfa"
)

// readingOffice is an office that recognises text, with a letter of n pages that is archived and whose text is due.
func readingOffice(t *testing.T, n int) (*office, station.Record, int64) {
	t.Helper()
	o := newOffice(t)
	o.reader = &reader{}
	o.start(nil)
	r := o.labelled("key-0001", letter("x"))
	o.scan(&feeder{pages: append([]string{sheetOf("first", withCodes(codeOf(r)))}, plain("p", n-1)...)}, station.ScanCommand{})
	d := o.record(r.Intake.ID).Documents[0]
	o.archive(d.ID)
	return o, r, d.ID
}

// archiveOf is the record's archive as its screen shows it.
func (o *office) archiveOf(r station.Record) station.ArchiveView {
	o.t.Helper()
	v := o.record(r.Intake.ID).Documents[0].Archive
	if v == nil {
		o.t.Fatal("nothing is archived")
	}
	return *v
}

// oneDelivery demands that the centre is due exactly one file, the current one, that check is clean, and that the pages may go.
func (o *office) oneDelivery(r station.Record) {
	o.t.Helper()
	due, err := o.db.DueDeliveries(o.t.Context())
	if err != nil || len(due) != 1 || due[0].Request.SHA256 != o.archiveOf(r).SHA256 {
		o.t.Errorf("the centre is due %+v, %v; current is %s", due, err, o.archiveOf(r).SHA256)
	}
	if list, err := o.db.DueForText(o.t.Context()); err != nil || len(list) != 0 {
		o.t.Errorf("text is due: %+v, %v", list, err)
	}
	if _, err := o.db.ReleasePages(o.t.Context()); err != nil {
		o.t.Error(err)
	}
	rep, err := o.db.Check(o.t.Context())
	if err != nil || !rep.OK() {
		o.t.Errorf("check: %+v, %v", rep.Findings, err)
	}
}

func (o *office) content(documentID int64, edition int) string {
	o.t.Helper()
	f, err := o.s.OpenArchive(o.t.Context(), clerk, documentID, edition)
	if err != nil {
		o.t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(f)
	if err != nil || int64(len(b)) != f.Bytes {
		o.t.Fatalf("read %s: %v", f.Name, err)
	}
	return f.Name + ": " + string(b)
}

// TestTextSupersedesTheArchive: first the clerk's archive, then its edition with text; the centre gets the second only, both stay.
func TestTextSupersedesTheArchive(t *testing.T) {
	o, r, id := readingOffice(t, 3)
	if v := o.archiveOf(r); v.Flavour != "2b" || v.Text.State != station.TextDue {
		t.Fatalf("before: %+v", v)
	}
	if due, err := o.s.DueDeliveries(t.Context()); err != nil || len(due) != 0 {
		t.Fatalf("the centre is due %v, %v before the text has an outcome", due, err)
	}
	if n, err := o.db.ReleasePages(t.Context()); err != nil || n != 0 {
		t.Fatalf("%d pages were released before, %v", n, err)
	}
	before := len(o.events.of(station.EventDocument))
	if err := o.s.ReadText(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if err := o.s.ReadText(t.Context(), id); err != nil || o.reader.calls != 1 {
		t.Errorf("read %d times, %v", o.reader.calls, err)
	}
	if len(o.events.of(station.EventDocument)) == before {
		t.Error("nobody was told: the outbox sleeps")
	}
	v := o.archiveOf(r)
	if v.Flavour != "2u" || v.Text.State != station.TextPresent || v.Text.Words != 3 || v.Text.Engine != "pretend 1 (ita)" || len(v.Editions) != 2 {
		t.Errorf("after: %+v", v)
	}
	for edition, want := range map[int]string{0: "2026-0000001-v1.pdf: %PDF 2u 3 ", 1: "2026-0000001-v1-e1.pdf: %PDF 2b 3 ", 2: "2026-0000001-v1-e2.pdf: %PDF 2u 3 "} {
		if got := o.content(id, edition); !strings.HasPrefix(got, want) {
			t.Errorf("edition %d is %q, want %q", edition, got, want)
		}
	}
	_, err := o.s.OpenArchive(t.Context(), clerk, id, 3)
	wantClass(t, err, protocollo.NotFound, "archive")
	if first, second := o.converter.jobs[0], o.converter.jobs[1]; second.Flavour != pdfa.Flavour2U || len(second.Text) != 3 || first.Metadata.Title != second.Metadata.Title {
		t.Errorf("jobs %+v, %+v", first, second)
	}
	o.oneDelivery(r)
}

// TestPagesWithoutTextAreNamed: some pages could not be read; the others can be searched.
func TestPagesWithoutTextAreNamed(t *testing.T) {
	o, r, id := readingOffice(t, 3)
	o.reader.read = func(_ context.Context, page int) (pdfa.PageText, error) {
		if page == 2 {
			return pdfa.PageText{Missing: pdfa.TextDeadline}, nil
		}
		return pdfa.PageText{Words: []pdfa.Word{{Text: "uno"}, {Text: "due"}}}, nil
	}
	if err := o.s.ReadText(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	v := o.archiveOf(r)
	if v.Text.Words != 4 || !slices.Equal(v.Text.Unread, []station.UnreadPage{{Page: 2, Why: pdfa.TextDeadline}}) {
		t.Errorf("text %+v", v.Text)
	}
	o.oneDelivery(r)
}

// TestWhyThereIsNoText is the table of what may go wrong: the document stays as it was archived, says why, and is delivered.
func TestWhyThereIsNoText(t *testing.T) {
	noWord := func(missing pdfa.TextMissing) func(context.Context, int) (pdfa.PageText, error) {
		return func(context.Context, int) (pdfa.PageText, error) { return pdfa.PageText{Missing: missing}, nil }
	}
	failing := func(err error) func(context.Context, int) (pdfa.PageText, error) {
		return func(context.Context, int) (pdfa.PageText, error) { return pdfa.PageText{}, err }
	}
	for name, c := range map[string]struct {
		spoil func(t *testing.T, o *office, cfg *station.Config)
		why   station.TextWhy
		tries int // until there is an outcome
	}{
		"the engine fails": {func(_ *testing.T, o *office, _ *station.Config) { o.reader.read = failing(errors.New("exit status 1")) }, station.TextNotRead, 3},
		"every page fails": {func(_ *testing.T, o *office, _ *station.Config) { o.reader.read = noWord(pdfa.TextFailed) }, station.TextNotRead, 3},
		"no page is ready": {func(_ *testing.T, o *office, _ *station.Config) { o.reader.read = noWord(pdfa.TextDeadline) }, station.TextLate, 3},
		"nothing to find":  {func(_ *testing.T, o *office, _ *station.Config) { o.reader.read = noWord("") }, station.TextNoWords, 1},
		"the document takes too long": {func(_ *testing.T, o *office, cfg *station.Config) {
			cfg.ArchiveTimeout, cfg.TextPageTimeout = time.Nanosecond, time.Nanosecond
			o.reader.read = func(ctx context.Context, _ int) (pdfa.PageText, error) {
				<-ctx.Done()
				return pdfa.PageText{}, ctx.Err()
			}
		}, station.TextLate, 1},
		"refused the second time": {func(_ *testing.T, o *office, _ *station.Config) {
			o.converter.err = &pdfa.RefusedError{File: "pagina 1", Reason: pdfa.RefusedCorrupt}
		}, station.TextRefused, 1},
		"a process that dies": {func(_ *testing.T, o *office, _ *station.Config) {
			o.converter.err = &pdfa.RefusedError{File: "pagina 1", Reason: pdfa.RefusedCrash}
		}, station.TextNotRead, 3},
		"another image": {func(_ *testing.T, o *office, _ *station.Config) {
			o.converter.change = func(r *pdfa.Result) { r.Pages[1].StreamSHA256 = strings.Repeat("0", 64) }
		}, station.TextOtherImages, 1},
		"a page less": {func(_ *testing.T, o *office, _ *station.Config) {
			o.converter.change = func(r *pdfa.Result) { r.Pages = r.Pages[:1] }
		}, station.TextOtherImages, 1},
		"not compliant": {func(_ *testing.T, _ *office, cfg *station.Config) { cfg.Checker = refusing{} }, station.TextNotAccepted, 1},
		"switched off":  {func(_ *testing.T, _ *office, cfg *station.Config) { cfg.Text = nil }, station.TextOff, 1},
		"pages that are gone": {func(t *testing.T, o *office, _ *station.Config) {
			files, err := filepath.Glob(filepath.Join(o.dir, "spool", "b*"))
			if err != nil || len(files) != 2 {
				t.Fatalf("spool %v, %v", files, err)
			}
			if err := os.Remove(files[1]); err != nil {
				t.Fatal(err)
			}
		}, station.TextPagesLost, 1},
	} {
		t.Run(name, func(t *testing.T) {
			o, r, id := readingOffice(t, 2)
			o.start(func(cfg *station.Config) { c.spoil(t, o, cfg) })
			for try := 1; try <= c.tries; try++ {
				if v := o.archiveOf(r); v.Text.State != station.TextDue {
					t.Fatalf("before try %d: %+v", try, v.Text)
				}
				if err := o.s.ReadText(t.Context(), id); (err == nil) != (try == c.tries) {
					t.Errorf("try %d: %v", try, err)
				}
			}
			if v := o.archiveOf(r); v.Text.State != station.TextMissing || v.Text.Why != c.why || v.Flavour != "2b" || len(v.Editions) != 1 {
				t.Errorf("archive %+v", v)
			}
			o.oneDelivery(r)
		})
	}
}

// refusing finds fault with everything.
type refusing struct{}

func (refusing) Check(ctx context.Context, r io.ReaderAt, size int64) (pdfa.Report, error) {
	rep, err := checker{}.Check(ctx, r, size)
	rep.Compliant = false
	return rep, err
}

// TestAProgramThatDiesWithATextGivesItUp: each try is counted before it begins, or the document would take the station with it for ever.
func TestAProgramThatDiesWithATextGivesItUp(t *testing.T) {
	o, r, id := readingOffice(t, 1)
	for range 3 {
		if _, err := o.db.BeginText(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		o.restart()
	}
	if err := o.s.ReadText(t.Context(), id); err != nil || o.reader.calls != 0 {
		t.Fatalf("read %d times, %v", o.reader.calls, err)
	}
	if v := o.archiveOf(r); v.Text.Why != station.TextNotRead {
		t.Errorf("text %+v", v.Text)
	}
	o.oneDelivery(r)
}

// TestAnOutcomeThatCannotBeRecordedIsNotCalledADeath: after three texts that were read and could not be recorded the outcome said that
// the program had ended during each try, which nobody had seen.
func TestAnOutcomeThatCannotBeRecordedIsNotCalledADeath(t *testing.T) {
	o, r, id := readingOffice(t, 1)
	texts := &unwritable{TextStore: o.db, failures: 3}
	o.start(func(c *station.Config) { c.Texts = texts })
	for range 3 {
		if err := o.s.ReadText(t.Context(), id); !errors.Is(err, errDisk) {
			t.Fatalf("ReadText = %v", err)
		}
	}
	if err := o.s.ReadText(t.Context(), id); err != nil || o.reader.calls != 3 {
		t.Fatalf("read %d times, %v", o.reader.calls, err)
	}
	if got := texts.recorded; got.Why != station.TextNotRead || got.Detail != "of 3 tries none left an outcome" {
		t.Errorf("outcome %+v", got)
	}
	o.oneDelivery(r)
}

// unwritable fails to record so many outcomes.
type unwritable struct {
	station.TextStore
	failures int
	recorded station.TextOutcome
}

func (u *unwritable) AttachText(ctx context.Context, id int64, out station.TextOutcome) error {
	if u.failures--; u.failures >= 0 {
		return errDisk
	}
	u.recorded = out
	return u.TextStore.AttachText(ctx, id, out)
}

// TestAStopInOrderIsNoTry: however often the station is stopped, the text is read in the end.
func TestAStopInOrderIsNoTry(t *testing.T) {
	o, r, id := readingOffice(t, 2)
	for range 5 {
		ctx, stop := context.WithCancel(t.Context())
		o.reader.read = func(ctx context.Context, _ int) (pdfa.PageText, error) { stop(); return pdfa.PageText{}, ctx.Err() }
		if err := o.s.ReadText(ctx, id); !errors.Is(err, context.Canceled) {
			t.Fatalf("ReadText = %v, want cancelled", err)
		}
	}
	if due, err := o.db.DueForText(t.Context()); err != nil || len(due) != 1 || due[0].Tries != 0 {
		t.Fatalf("due %+v, %v", due, err)
	}
	o.reader.read = nil
	o.restart()
	if err := o.s.ReadText(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	o.oneDelivery(r)
}

// faultyArchive fails one call of the archive's or the text's store before it does anything, or after it persisted.
type faultyArchive struct {
	station.ArchiveStore
	station.TextStore
	strikes faulty
	passes  int // calls of the method that go well first
}

// call carries out a call of a method, with its fault.
func (f *faultyArchive) call(method string, do func() error) error {
	if f.strikes.method == method && f.passes > 0 {
		f.passes--
		return do()
	}
	if err := f.strikes.strike(method, false); err != nil {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	return f.strikes.strike(method, true)
}

func (f *faultyArchive) PutBlob(ctx context.Context, r io.Reader) (sha string, size int64, err error) {
	err = f.call("PutBlob", func() error { sha, size, err = f.ArchiveStore.PutBlob(ctx, r); return err })
	return sha, size, err
}

func (f *faultyArchive) AttachArchive(ctx context.Context, id int64, e station.Edition, awaits bool) error {
	return f.call("AttachArchive", func() error { return f.ArchiveStore.AttachArchive(ctx, id, e, awaits) })
}

func (f *faultyArchive) BeginText(ctx context.Context, id int64) (tries int, err error) {
	err = f.call("BeginText", func() error { tries, err = f.TextStore.BeginText(ctx, id); return err })
	return tries, err
}

func (f *faultyArchive) AttachText(ctx context.Context, id int64, o station.TextOutcome) error {
	return f.call("AttachText", func() error { return f.TextStore.AttachText(ctx, id, o) })
}

// TestEveryStepOfTheTextFails: each step fails before, or after it persisted; the process dies; another one goes on. There is one archive,
// one outcome and one delivery in the end, whether there is text or none.
func TestEveryStepOfTheTextFails(t *testing.T) {
	for _, words := range []bool{true, false} {
		for _, step := range []struct {
			method string
			passes int
		}{{"PutBlob", 0}, {"PutBlob", 1}, {"AttachArchive", 0}, {"BeginText", 0}, {"PutBlob", 2}, {"PutBlob", 3}, {"AttachText", 0}} {
			for _, after := range []bool{false, true} {
				if !words && step.passes >= 2 { // nothing is stored then
					continue
				}
				t.Run(fmt.Sprintf("words %t, %s %d, after %t", words, step.method, step.passes, after), func(t *testing.T) {
					textStepFails(t, words, step.method, step.passes, after)
				})
			}
		}
	}
}

func textStepFails(t *testing.T, words bool, method string, passes int, after bool) {
	o := newOffice(t)
	o.reader = &reader{}
	if !words {
		o.reader.read = func(context.Context, int) (pdfa.PageText, error) { return pdfa.PageText{}, nil }
	}
	o.start(nil)
	r := o.labelled("key-0001", letter("x"))
	o.scan(&feeder{pages: []string{sheetOf("first", withCodes(codeOf(r)))}}, station.ScanCommand{})
	id := o.record(r.Intake.ID).Documents[0].ID
	f := &faultyArchive{ArchiveStore: o.db, TextStore: o.db, strikes: faulty{method: method, after: after}, passes: passes}
	o.start(func(c *station.Config) { c.Archive, c.Texts = f, f })
	if err := o.s.ConfirmQuality(t.Context(), clerk, id, nil); err != nil {
		t.Fatal(err)
	}
	archiveErr := o.s.Archive(t.Context(), id)
	textErr := o.s.ReadText(t.Context(), id)
	archived := method == "AttachArchive" && after // then it is there, and nobody is asked
	if !f.strikes.done || errors.Is(errors.Join(archiveErr, textErr), errDisk) == archived {
		t.Fatalf("the fault struck: %t; Archive = %v, ReadText = %v", f.strikes.done, archiveErr, textErr)
	}
	o.restart()
	if err := o.s.Recover(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, e := range o.exceptions() { // a person says «riprova»
		o.mustSolve(clerk, e, station.Answer{Choice: protocollo.ChoiceRetry})
	}
	for range 2 {
		if err := errors.Join(o.s.Archive(t.Context(), id), o.s.ReadText(t.Context(), id)); err != nil {
			t.Fatal(err)
		}
	}
	want := station.TextMissing
	if words {
		want = station.TextPresent
	}
	if v := o.archiveOf(r); v.Text.State != want {
		t.Errorf("text %+v, want %s", v.Text, want)
	}
	o.oneDelivery(r)
}

// TestRunReadsTexts: both loops together; how far the text is can be seen while it is read, by who is of the AOO.
func TestRunReadsTexts(t *testing.T) {
	o := newOffice(t)
	seen, more := make(chan struct{}), make(chan struct{})
	o.reader = &reader{read: func(ctx context.Context, page int) (pdfa.PageText, error) {
		if page == 3 {
			close(seen)
			select {
			case <-more:
			case <-ctx.Done():
				return pdfa.PageText{}, ctx.Err()
			}
		}
		return pdfa.PageText{Words: []pdfa.Word{{Text: "x"}}}, nil
	}}
	o.start(nil)
	r := o.labelled("key-0001", letter("x"))
	o.scan(&feeder{pages: append([]string{sheetOf("first", withCodes(codeOf(r)))}, plain("p", 3)...)}, station.ScanCommand{})
	id := o.record(r.Intake.ID).Documents[0].ID
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); o.s.Run(ctx) }()
	if err := o.s.ConfirmQuality(t.Context(), clerk, id, nil); err != nil {
		t.Error(err)
	}
	<-seen
	want := []station.Progress{{DocumentID: id, Step: station.StepText, Page: 2, Pages: 4}}
	if got := o.s.Works(clerk); !slices.Equal(got, want) {
		t.Errorf("works %+v, want %+v", got, want)
	}
	if got := o.s.Works(alien); len(got) != 0 {
		t.Errorf("another AOO sees %+v", got)
	}
	// Another letter is archived meanwhile: nobody waits for the text.
	other := o.labelled("key-0002", letter("y"))
	o.scan(&feeder{pages: []string{sheetOf("other", withCodes(codeOf(other)))}}, station.ScanCommand{})
	if err := o.s.ConfirmQuality(t.Context(), clerk, o.record(other.Intake.ID).Documents[0].ID, nil); err != nil {
		t.Error(err)
	}
	o.events.await(t, "archive beside the text", func() bool { return o.record(other.Intake.ID).Facets.Archived })
	close(more)
	o.events.await(t, "texts", func() bool {
		return o.archiveOf(r).Text.State == station.TextPresent && o.archiveOf(other).Text.State == station.TextPresent
	})
	cancel()
	<-done
	if got := o.s.Works(clerk); len(got) != 0 {
		t.Errorf("works at the end %+v", got)
	}
	if len(o.events.of(station.EventProgress)) == 0 {
		t.Error("nobody was told how far it is")
	}
}

// TestATextThatFailsIsPutOff: the one behind it is read at once, and it comes back when its time has come.
func TestATextThatFailsIsPutOff(t *testing.T) {
	o, r, _ := readingOffice(t, 1)
	other := o.labelled("key-0002", letter("y"))
	o.scan(&feeder{pages: []string{sheetOf("other", withCodes(codeOf(other)))}}, station.ScanCommand{})
	o.archive(o.record(other.Intake.ID).Documents[0].ID)
	o.reader.read = func(context.Context, int) (pdfa.PageText, error) {
		if o.reader.calls == 1 {
			return pdfa.PageText{}, errors.New("out of memory")
		}
		return pdfa.PageText{Words: []pdfa.Word{{Text: "x"}}}, nil
	}
	o.start(func(c *station.Config) { c.ArchivePause = time.Millisecond })
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); o.s.Run(ctx) }()
	o.events.await(t, "text of the other", func() bool { return o.archiveOf(other).Text.State == station.TextPresent })
	if v := o.archiveOf(r); v.Text.State != station.TextDue {
		t.Errorf("text %+v before its time", v.Text)
	}
	o.clock.add(time.Minute)
	o.events.await(t, "text", func() bool { return o.archiveOf(r).Text.State == station.TextPresent })
	cancel()
	<-done
	if o.reader.calls != 3 {
		t.Errorf("read %d times, want 3", o.reader.calls)
	}
}

// TestSourcesAndMetadataLieBesideTheArchive: what a page was before it was drawn is kept before the spool lets it go.
func TestSourcesAndMetadataLieBesideTheArchive(t *testing.T) {
	o := newOffice(t)
	o.reader = &reader{}
	o.converter.drawn = map[string]pdfa.DrawnReason{"pagina 2": pdfa.DrawnBornDigital}
	o.start(nil)
	r := o.labelled("key-0001", letter("x"))
	pages := append([]string{sheetOf("first", withCodes(codeOf(r)))}, plain("p", 2)...)
	f := &feeder{pages: pages, media: map[int]string{2: "application/pdf", 3: "application/pdf"}} // the third is one image
	o.scan(f, station.ScanCommand{})
	id := o.record(r.Intake.ID).Documents[0].ID
	o.archive(id)
	if err := o.s.ReadText(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	o.oneDelivery(r) // and releases the pages
	v := o.archiveOf(r)
	var got []string
	for _, file := range v.Files {
		kept, err := o.s.OpenKeptFile(t.Context(), clerk, id, file.ID)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(kept)
		_ = kept.Close()
		if err != nil || digestOf(b) != file.SHA256 || kept.MediaType != file.MediaType {
			t.Errorf("%+v is %q, %v", file, b, err)
		}
		got = append(got, fmt.Sprintf("%d %s %d %s %s", file.Edition, file.Kind, file.Page, file.Name, b))
	}
	want := []string{
		"1 metadata 0 2026-0000001-v1-e1-metadati.xml <Documento>" + v.Editions[0].SHA256 + " 1</Documento>",
		"1 source 2 2026-0000001-v1-e1-pagina-2.pdf " + pages[1],
		"2 metadata 0 2026-0000001-v1-e2-metadati.xml <Documento>" + v.Editions[1].SHA256 + " 2</Documento>",
	}
	if !slices.Equal(got, want) {
		t.Errorf("beside the archive %q, want %q", got, want)
	}
	_, err := o.s.OpenKeptFile(t.Context(), guest, id, v.Files[0].ID)
	wantClass(t, err, protocollo.NotFound, "")
	_, err = o.s.OpenKeptFile(t.Context(), clerk, id, v.Files[0].ID+100)
	wantClass(t, err, protocollo.NotFound, "archive")
}
