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

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
	"segnatura/internal/station"
	"segnatura/pdfa"
	"segnatura/scanner"
)

// TestPageRule: R3.2 and R3.3 from the facts, with the unit of the direction; blank backs do not count (R19.2).
func TestPageRule(t *testing.T) {
	outgoing := func(d *protocollo.Draft) {
		d.Direction, d.Recipients = protocollo.Outgoing, []protocollo.Correspondent{{Name: "Regione"}}
	}
	twenty := func(first string) []string { return append([]string{first}, plain("p", 19)...) }
	for name, c := range map[string]struct {
		change func(*protocollo.Draft)
		duplex bool
		pages  func(first string) []string
		over   int // found, 0 = within
		why    string
	}{
		"incoming 10 sides": {nil, false, func(f string) []string { return append([]string{f}, plain("p", 9)...) }, 0, ""},
		"incoming 11 sides": {nil, false, func(f string) []string { return append([]string{f}, plain("p", 10)...) }, 11, "over"},
		"incoming 10 sides and 10 blank backs": {nil, true, func(f string) []string {
			var out []string
			for i, p := range append([]string{f}, plain("p", 9)...) {
				out = append(out, p, sheetOf(fmt.Sprint("back", i), blank))
			}
			return out
		}, 0, ""},
		"outgoing 10 sheets, 20 sides": {outgoing, true, twenty, 0, ""},
		"outgoing 20 sheets":           {outgoing, false, twenty, 20, "over"},
		"a larger sheet": {nil, false, func(f string) []string {
			return []string{f, sheetOf("A3", func(f *scanner.Facts) { f.Paper = scanner.PaperLarger })}
		}, 2, "format"},
		"a smaller sheet": {nil, false, func(f string) []string {
			return []string{f, sheetOf("A5", func(f *scanner.Facts) { f.Paper = scanner.PaperSmaller })}
		}, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			d := letter("x")
			if c.change != nil {
				c.change(&d)
			}
			r := o.labelled("key-0001", d)
			o.scan(&feeder{duplex: c.duplex, pages: c.pages(sheetOf("first", withCodes(codeOf(r))))}, station.ScanCommand{})
			doc := o.record(r.Intake.ID).Documents[0]
			if c.over == 0 {
				if doc.State != protocollo.DocumentReady {
					t.Fatalf("document %+v, exceptions %+v", doc.Document, o.exceptions())
				}
				return
			}
			e := o.theException(protocollo.ExceptionScope, c.why)
			if e.Detail.Found != c.over || e.Detail.Limit != 10 || doc.State != protocollo.DocumentWaiting {
				t.Errorf("exception %+v of %+v", e.Detail, doc.Document)
			}
		})
	}
}

// elevenPages is a letter that is over the limit, and its exception.
func elevenPages(t *testing.T) (*office, station.Record, station.WaitingException) {
	o := newOffice(t)
	r := o.labelled("key-0001", letter("x"))
	o.scan(&feeder{pages: append([]string{sheetOf("first", withCodes(codeOf(r)))}, plain("p", 10)...)}, station.ScanCommand{})
	return o, r, o.theException(protocollo.ExceptionScope, "over")
}

func TestScopeDecisions(t *testing.T) {
	t.Run("offered", func(t *testing.T) {
		o, _, e := elevenPages(t)
		if e.Sheets != 11 || e.Note != "si trasmette per via postale il documento cartaceo composto da n. 11 fogli" {
			t.Errorf("sheets %d, note %q", e.Sheets, e.Note)
		}
		if !slices.Contains(e.Choices, protocollo.ChoiceWhole) {
			t.Errorf("the Responsabile is offered %v", e.Choices)
		}
		mine, err := o.s.Exceptions(t.Context(), clerk)
		if err != nil || slices.Contains(mine[0].Choices, protocollo.ChoiceWhole) {
			t.Errorf("the clerk is offered %v, %v", mine[0].Choices, err)
		}
	})
	t.Run("note and no image", func(t *testing.T) {
		o, r, e := elevenPages(t)
		o.mustSolve(clerk, e, station.Answer{Choice: protocollo.ChoiceNote, NotePart: rules.NoteAttachments})
		d := o.record(r.Intake.ID).Documents[0]
		if d.State != protocollo.DocumentNoted || d.Scope == nil || d.Scope.Note != "si trasmette per via postale gli allegati composti da n. 11 fogli" {
			t.Fatalf("document %+v, scope %+v", d.Document, d.Scope)
		}
		for _, p := range d.PageList {
			if _, err := o.s.PagePicture(t.Context(), boss, p.ID, 320); !errors.Is(err, protocollo.NotFound) {
				t.Fatalf("page %d is still to be seen: %v", p.Seq, err)
			}
		}
	})
	t.Run("note with the first page, archived with it alone", func(t *testing.T) {
		o, r, e := elevenPages(t)
		o.mustSolve(clerk, e, station.Answer{Choice: protocollo.ChoiceNoteFirst, Sheets: 40})
		d := o.record(r.Intake.ID).Documents[0]
		if d.State != protocollo.DocumentReady || !strings.HasSuffix(d.Scope.Note, "n. 40 fogli") {
			t.Fatalf("document %+v, scope %+v", d.Document, d.Scope)
		}
		o.archive(d.ID)
		if jobs := o.converter.jobs; len(jobs) != 1 || len(jobs[0].Inputs) != 1 {
			t.Errorf("archived %d pages", len(jobs[0].Inputs))
		}
	})
	t.Run("whole is the Responsabile's", func(t *testing.T) {
		o, r, e := elevenPages(t)
		wantClass(t, o.solve(clerk, e, station.Answer{Choice: protocollo.ChoiceWhole, Reason: "serve"}), protocollo.Forbidden, "decide")
		wantClass(t, o.solve(boss, e, station.Answer{Choice: protocollo.ChoiceWhole}), protocollo.Invalid, "reason")
		o.mustSolve(boss, e, station.Answer{Choice: protocollo.ChoiceWhole, Reason: "serve intero"})
		if d := o.record(r.Intake.ID).Documents[0]; d.State != protocollo.DocumentReady || d.Scope.Reason != "serve intero" || len(d.PageList) != 11 {
			t.Errorf("document %+v", d)
		}
	})
	t.Run("the literal profile offers only the note, besides what is never scanned", func(t *testing.T) {
		o, _, e := elevenPages(t)
		p, err := o.s.Policies(t.Context(), boss)
		if err != nil {
			t.Fatal(err)
		}
		p.PageProfile = "universita"
		if _, err := o.s.SavePolicies(t.Context(), boss, p); err != nil {
			t.Fatal(err)
		}
		wantClass(t, o.solve(boss, e, station.Answer{Choice: protocollo.ChoiceWhole, Reason: "x"}), protocollo.Invalid, "choice")
		if again := o.exceptions()[0]; !slices.Equal(again.Choices, []protocollo.Choice{protocollo.ChoiceNote, protocollo.ChoiceExclude}) {
			t.Errorf("offered %v", again.Choices)
		}
	})
}

// TestSheetsAreNeverInvented: after a run that was cut short, n is typed or there is no note (R19.3).
func TestSheetsAreNeverInvented(t *testing.T) {
	o := newOffice(t)
	r := o.labelled("key-0001", letter("x"))
	o.scan(&feeder{end: &scanner.Fault{Kind: scanner.FaultJam}, pages: append([]string{sheetOf("first", withCodes(codeOf(r)))}, plain("p", 11)...)}, station.ScanCommand{})
	o.mustSolve(clerk, o.theException(protocollo.ExceptionCount, "jam"), station.Answer{Choice: protocollo.ChoiceAccept})
	e := o.theException(protocollo.ExceptionScope, "over")
	if e.Sheets != 0 || e.Note != "" {
		t.Errorf("sheets %d, note %q", e.Sheets, e.Note)
	}
	wantClass(t, o.solve(clerk, e, station.Answer{Choice: protocollo.ChoiceNote}), protocollo.Invalid, "sheets")
	o.mustSolve(clerk, e, station.Answer{Choice: protocollo.ChoiceNote, Sheets: 15})
}

// TestSingleScanAsksAtOnce: at page limit+1 of a selected registration; a note ends the run, another answer waits for it (R19.3).
func TestSingleScanAsksAtOnce(t *testing.T) {
	o := newOffice(t)
	r := o.labelled("key-0001", letter("x"))
	f := &feeder{hold: make(chan struct{}), pages: append([]string{sheetOf("first", withCodes(codeOf(r)))}, plain("p", 10)...)}
	b := o.startScan(f, station.ScanCommand{Selected: r.Registration.ID})
	o.events.await(t, "question", func() bool { return len(o.events.of(station.EventException)) == 1 })
	e := o.theException(protocollo.ExceptionScope, "over")
	if e.Document.State != protocollo.DocumentReceiving || o.batch(b.ID).State != protocollo.BatchRunning {
		t.Fatalf("the run did not go on: %+v", e.Document)
	}
	wantClass(t, o.solve(boss, e, station.Answer{Choice: protocollo.ChoiceWhole, Reason: "x"}), protocollo.Conflict, "still-scanning")
	o.mustSolve(clerk, e, station.Answer{Choice: protocollo.ChoiceNote, Sheets: 30})
	o.events.waitEnded(t, b.ID, o.s)
	d := o.record(r.Intake.ID).Documents[0]
	if d.State != protocollo.DocumentNoted || d.Scope == nil || !strings.HasSuffix(d.Scope.Note, "n. 30 fogli") {
		t.Errorf("document %+v, scope %+v", d.Document, d.Scope)
	}
	if list := o.exceptions(); len(list) != 0 {
		t.Errorf("exceptions %+v", list)
	}
}

func TestDeclaredCount(t *testing.T) {
	for name, c := range map[string]struct {
		declared, found int
		differs         bool
	}{"nothing declared": {0, 3, false}, "as declared": {3, 3, false}, "one less": {3, 2, true}, "one more": {3, 4, true}} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			d := letter("x")
			d.DeclaredCount = c.declared
			r := o.labelled("key-0001", d)
			o.scan(&feeder{pages: append([]string{sheetOf("first", withCodes(codeOf(r)))}, plain("p", c.found-1)...)}, station.ScanCommand{})
			if !c.differs {
				if list := o.exceptions(); len(list) != 0 {
					t.Fatalf("exceptions %+v", list)
				}
				return
			}
			e := o.theException(protocollo.ExceptionCount, "")
			if e.Detail.Found != c.found || e.Detail.Declared != c.declared {
				t.Errorf("detail %+v", e.Detail)
			}
			o.mustSolve(clerk, e, station.Answer{Choice: protocollo.ChoiceAccept})
			if doc := o.record(r.Intake.ID).Documents[0]; doc.State != protocollo.DocumentReady {
				t.Errorf("document %+v", doc.Document)
			}
		})
	}
}

// TestScopeForecast: a declared count over the limit says so before anything is scanned.
func TestScopeForecast(t *testing.T) {
	o := newOffice(t)
	d := letter("x")
	d.DeclaredCount = 12
	r := o.register("key-0001", d)
	f, err := o.s.ScopeForecast(t.Context(), clerk, r.Registration.ID)
	if err != nil || f.Verdict.Within || f.Declared != 12 || f.Verdict.Limit.Max != 10 || slices.Contains(f.Choices, protocollo.ChoiceWhole) {
		t.Errorf("forecast %+v, %v", f, err)
	}
}

// archive confirms a document and archives it.
func (o *office) archive(documentID int64) {
	o.t.Helper()
	if err := o.s.ConfirmQuality(o.t.Context(), clerk, documentID, nil); err != nil {
		o.t.Fatal(err)
	}
	if err := o.s.Archive(o.t.Context(), documentID); err != nil {
		o.t.Fatal(err)
	}
}

// TestWholeWay: from the post to the centre, and each facet with it.
func TestWholeWay(t *testing.T) {
	o := newOffice(t)
	r := o.labelled("key-0001", letter("x"))
	o.scan(&feeder{pages: append([]string{sheetOf("first", withCodes(codeOf(r)))}, plain("p", 2)...)}, station.ScanCommand{})
	d := o.record(r.Intake.ID).Documents[0]
	wantClass(t, o.s.ConfirmQuality(t.Context(), guest, d.ID, nil), protocollo.Forbidden, "register")
	o.archive(d.ID)
	if err := o.s.ConfirmQuality(t.Context(), clerk, d.ID, nil); err != nil {
		t.Errorf("confirmed again: %v", err)
	}
	file, err := o.s.OpenArchive(t.Context(), guest, d.ID, 0)
	if !errors.Is(err, protocollo.NotFound) {
		t.Errorf("a reader of no office opened %v, %v", file, err)
	}
	file, err = o.s.OpenArchive(t.Context(), clerk, d.ID, 0)
	if err != nil || file.Name != "2026-0000001-v1.pdf" {
		t.Fatalf("archive %+v, %v", file, err)
	}
	_ = file.Close()
	due, err := o.s.DueDeliveries(t.Context())
	if err != nil || len(due) != 1 {
		t.Fatalf("due %v, %v", due, err)
	}
	o.registrar.before = map[string]error{"Attach": protocollo.Errorf(protocollo.Unavailable, "x", "away")}
	if err := o.s.Deliver(t.Context(), due[0]); !errors.Is(err, protocollo.Unavailable) {
		t.Fatalf("Deliver = %v, want Unavailable", err)
	}
	if err := o.s.Deliver(t.Context(), due[0]); err != nil {
		t.Fatal(err)
	}
	if err := o.s.Deliver(t.Context(), due[0]); err != nil {
		t.Errorf("what is delivered is not due: %v", err)
	}
	rec := o.record(r.Intake.ID)
	if rec.Facets != (protocollo.Facets{Numbered: true, Labelled: true, Captured: true, Archived: true, Delivered: true}) {
		t.Errorf("facets %+v", rec.Facets)
	}
	job := o.converter.jobs[0]
	if job.Metadata.Title != "Prot. n. 0000001 del 02/03/2026" || len(job.Inputs) != 3 || job.Inputs[0].AssumeXDPI != 200 {
		t.Errorf("job %+v", job)
	}
}

// TestLostDeliveryWaitsForAPerson: an outcome that nobody knows is not sent again (law 2, R10.3).
func TestLostDeliveryWaitsForAPerson(t *testing.T) {
	o := newOffice(t)
	r := o.labelled("key-0001", letter("x"))
	o.scan(&feeder{pages: []string{sheetOf("first", withCodes(codeOf(r)))}}, station.ScanCommand{})
	o.archive(o.record(r.Intake.ID).Documents[0].ID)
	due, _ := o.s.DueDeliveries(t.Context())
	o.registrar.after = map[string]error{"Attach": errors.New("connection reset")}
	if err := o.s.Deliver(t.Context(), due[0]); !errors.Is(err, protocollo.OutcomeUnknown) {
		t.Fatalf("Deliver = %v, want OutcomeUnknown", err)
	}
	if due, err := o.s.DueDeliveries(t.Context()); err != nil || len(due) != 0 {
		t.Errorf("due %v, %v", due, err)
	}
}

// TestPageOfUnknownFormatAsks: it went through the page rule as A4, in silence. A page that is no image asks for itself only.
func TestPageOfUnknownFormatAsks(t *testing.T) {
	o := newOffice(t)
	r := o.labelled("key-0001", letter("x"))
	o.scan(&feeder{pages: []string{sheetOf("square", func(f *scanner.Facts) {
		withCodes(codeOf(r))(f)
		f.Paper, f.DPIAssumed = scanner.PaperUnknown, true
	})}}, station.ScanCommand{})
	if e := o.theException(protocollo.ExceptionScope, "format"); e.Detail.Paper != "unknown" {
		t.Errorf("asked about %q", e.Detail.Paper)
	}

	o = newOffice(t)
	r = o.labelled("key-0001", letter("x"))
	o.scan(&feeder{pages: []string{sheetOf("p1", withCodes(codeOf(r))), "no image"}}, station.ScanCommand{Selected: r.Registration.ID})
	o.theException(protocollo.ExceptionStray, "bad-data")
}

// folder remembers which originals it was told to erase, or is away.
type folder struct {
	away   error
	erased []string
}

func (f *folder) EraseOriginal(_ context.Context, source, sha256 string, size int64) error {
	if f.away != nil {
		return f.away
	}
	f.erased = append(f.erased, fmt.Sprintf("%s %.8s %d", source, sha256, size))
	return nil
}

// TestExcludedPagesLeaveNoOriginal: the file in the hot folder stayed (R19.5). It goes with the pages, or as soon as the folder is back,
// also after a restart; of a file of many pages it is the file's own digest that counts.
func TestExcludedPagesLeaveNoOriginal(t *testing.T) {
	for _, start := range []string{"at once", "at the next round", "after a restart"} {
		t.Run(start, func(t *testing.T) {
			o := newOffice(t)
			dir := &folder{}
			wire := func(c *station.Config) { c.Originals = dir }
			o.start(wire)
			f := &feeder{pages: plain("p", 3), originals: map[int]scanner.Original{2: {SHA256: "0123456789abcdef", Bytes: 77}, 3: {SHA256: "0123456789abcdef", Bytes: 77}}}
			first := o.scan(f, station.ScanCommand{}).Documents[0].PageList[0]
			want := []string{fmt.Sprintf("scanner-1 %.8s %d", first.SHA256, first.Bytes), "scanner-1 01234567 77", "scanner-1 01234567 77"}
			if start != "at once" {
				dir.away = errors.New("no such share")
			}
			e := o.theException(protocollo.ExceptionNoCode, "")
			o.mustSolve(clerk, e, station.Answer{Choice: protocollo.ChoiceDiscard, Reason: "riservata"})
			if dir.away != nil && len(dir.erased) != 0 {
				t.Fatalf("erased %v", dir.erased)
			}
			if start == "after a restart" {
				o.start(wire)
				if err := o.s.Recover(t.Context()); err != nil {
					t.Fatalf("a folder that is away keeps the station closed: %v", err)
				}
			}
			dir.away = nil
			if err := o.s.Recover(t.Context()); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(dir.erased, want) {
				t.Errorf("erased %v, want %v", dir.erased, want)
			}
		})
	}
}

// TestOriginalStaysWhileItsRunGoesOn: other pages of the same file may not be safe yet.
func TestOriginalStaysWhileItsRunGoesOn(t *testing.T) {
	o := newOffice(t)
	dir := &folder{}
	o.start(func(c *station.Config) { c.Originals = dir })
	a := o.labelled("key-000a", letter("A"))
	f := &feeder{hold: make(chan struct{}), pages: []string{sheetOf("loose", nil), sheetOf("a1", withCodes(codeOf(a)))}}
	b := o.startScan(f, station.ScanCommand{})
	o.events.await(t, "question", func() bool { return len(o.exceptions()) == 1 })
	o.mustSolve(clerk, o.theException(protocollo.ExceptionBeforeLabel, ""), station.Answer{Choice: protocollo.ChoiceDiscard, Reason: "bianca"})
	if len(dir.erased) != 0 {
		t.Fatalf("erased %v during the run", dir.erased)
	}
	close(f.hold)
	o.events.waitEnded(t, b.ID, o.s)
	if err := o.s.Recover(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(dir.erased) != 1 {
		t.Errorf("erased %v after the run", dir.erased)
	}
}

// TestLostArchiveFileHoldsUpNoDelivery: a file of ours that is gone waited for ever, before all the others, and the centre was shown
// as away.
func TestLostArchiveFileHoldsUpNoDelivery(t *testing.T) {
	o := newOffice(t)
	for i, word := range []string{"lost", "kept"} {
		r := o.labelled(fmt.Sprintf("key-000%d", i), letter(word))
		o.scan(&feeder{pages: []string{sheetOf(word, withCodes(codeOf(r)))}}, station.ScanCommand{})
		o.archive(o.record(r.Intake.ID).Documents[0].ID)
	}
	due, err := o.db.DueDeliveries(t.Context())
	if err != nil || len(due) != 2 {
		t.Fatalf("due %v, %v", due, err)
	}
	before := o.s.Health()
	sha := due[0].Request.SHA256
	if err := os.Remove(filepath.Join(o.dir, "blobs", sha[:2], sha)); err != nil {
		t.Fatal(err)
	}
	if err := o.s.Deliver(t.Context(), due[0].ID); !errors.Is(err, protocollo.Rejected) {
		t.Errorf("Deliver = %v, want Rejected", err)
	}
	if h := o.s.Health(); h != before {
		t.Errorf("the centre is shown as %+v, was %+v", h, before)
	}
	if left, err := o.s.DueDeliveries(t.Context()); err != nil || len(left) != 1 || left[0] != due[1].ID {
		t.Errorf("due %v, %v", left, err)
	}
	if err := o.s.Deliver(t.Context(), due[1].ID); err != nil {
		t.Error(err)
	}
}

// TestArchiveThatFails: it becomes an exception, does not come back by itself, and is made when a person says so.
func TestArchiveThatFails(t *testing.T) {
	o := newOffice(t)
	r := o.labelled("key-0001", letter("x"))
	o.scan(&feeder{pages: []string{sheetOf("first", withCodes(codeOf(r)))}}, station.ScanCommand{})
	id := o.record(r.Intake.ID).Documents[0].ID
	o.converter.err = errors.New("page 1 is corrupt")
	if err := o.s.ConfirmQuality(t.Context(), clerk, id, nil); err != nil {
		t.Fatal(err)
	}
	if err := o.s.Archive(t.Context(), id); err == nil {
		t.Fatal("an archive was made of nothing")
	}
	e := o.theException(protocollo.ExceptionArchive, "internal")
	if due, err := o.db.DueForArchive(t.Context()); err != nil || len(due) != 0 {
		t.Errorf("due %v, %v", due, err)
	}
	o.converter.err = nil
	o.mustSolve(clerk, e, station.Answer{Choice: protocollo.ChoiceRetry})
	if err := o.s.Archive(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if !o.record(r.Intake.ID).Facets.Archived {
		t.Error("not archived")
	}
}

// TestAnArchiveThatLacksPagesIsNotTaken: a compliant file of fewer pages than the document, or of another flavour, was stored, and
// the pages of the spool let go.
func TestAnArchiveThatLacksPagesIsNotTaken(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(*pdfa.Result)
		verdict func(*pdfa.Report)
	}{
		"a page less is made":      {change: func(r *pdfa.Result) { r.Pages = r.Pages[:1] }},
		"a page more is made":      {change: func(r *pdfa.Result) { r.Pages = append(r.Pages, r.Pages[0]) }},
		"a page is made twice":     {change: func(r *pdfa.Result) { r.Pages[1] = r.Pages[0] }},
		"another flavour is made":  {change: func(r *pdfa.Result) { r.Flavour = pdfa.Flavour2U }},
		"a page less is found":     {verdict: func(r *pdfa.Report) { r.Pages-- }},
		"another flavour is found": {verdict: func(r *pdfa.Report) { r.Flavour = pdfa.Flavour2U }},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			o.converter.change = c.change
			o.start(func(cfg *station.Config) { cfg.Checker = saying{verdict: c.verdict} })
			r := o.labelled("key-0001", letter("x"))
			o.scan(&feeder{pages: append([]string{sheetOf("first", withCodes(codeOf(r)))}, plain("p", 1)...)}, station.ScanCommand{})
			id := o.record(r.Intake.ID).Documents[0].ID
			if err := o.s.ConfirmQuality(t.Context(), clerk, id, nil); err != nil {
				t.Fatal(err)
			}
			wantClass(t, o.s.Archive(t.Context(), id), protocollo.Internal, "pages")
			if o.record(r.Intake.ID).Facets.Archived {
				t.Error("it is archived")
			}
			o.theException(protocollo.ExceptionArchive, "pages")
		})
	}
}

// saying is the checker with a changed verdict.
type saying struct {
	checker
	verdict func(*pdfa.Report)
}

func (s saying) Check(ctx context.Context, r io.ReaderAt, size int64) (pdfa.Report, error) {
	rep, err := s.checker.Check(ctx, r, size)
	if s.verdict != nil {
		s.verdict(&rep)
	}
	return rep, err
}

// TestPageThatKillsItsReader: the clerk is told which page it was and what it did.
func TestPageThatKillsItsReader(t *testing.T) {
	o := newOffice(t)
	r := o.labelled("key-0001", letter("x"))
	o.scan(&feeder{pages: []string{sheetOf("first", withCodes(codeOf(r))), sheetOf("second", nil)}}, station.ScanCommand{})
	id := o.record(r.Intake.ID).Documents[0].ID
	o.converter.err = fmt.Errorf("worker: %w", &pdfa.RefusedError{File: "pagina 2", Page: 1, Reason: pdfa.RefusedCrash})
	if err := o.s.ConfirmQuality(t.Context(), clerk, id, nil); err != nil {
		t.Fatal(err)
	}
	if err := o.s.Archive(t.Context(), id); err == nil {
		t.Fatal("an archive was made of nothing")
	}
	if e := o.theException(protocollo.ExceptionArchive, "crash"); e.Detail.File != "pagina 2" {
		t.Errorf("detail %+v", e.Detail)
	}
}

// TestStrayPage: a file without its row comes to the operator as «arrivata durante l'arresto» (R19.6).
func TestStrayPage(t *testing.T) {
	o := newOffice(t)
	r := o.labelled("key-0001", letter("x"))
	batch := o.scan(&feeder{pages: []string{sheetOf("p1", withCodes(codeOf(r)))}}, station.ScanCommand{})
	name := filepath.Join(o.dir, "spool", fmt.Sprintf("b%d-p000002-00112233445566ff.jpg", batch.ID))
	if err := os.WriteFile(name, []byte(sheetOf("p2", nil)), 0o600); err != nil {
		t.Fatal(err)
	}
	o.restart()
	for range 2 {
		if err := o.s.Recover(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	e := o.theException(protocollo.ExceptionStray, "interrupted")
	if jpeg, err := o.s.PagePicture(t.Context(), clerk, e.PageID, 320); err != nil || string(jpeg) != "jpeg of p2" {
		t.Errorf("picture %q, %v", jpeg, err)
	}
	o.mustSolve(clerk, e, station.Answer{Choice: protocollo.ChoiceNewVersion, RegistrationID: r.Registration.ID})
	if docs := o.record(r.Intake.ID).Documents; len(docs) != 2 {
		t.Errorf("documents %+v", docs)
	}
}

// TestRunArchivesWhatIsConfirmed: the loop wakes at the confirmation and ends with its context.
func TestRunArchivesWhatIsConfirmed(t *testing.T) {
	o := newOffice(t)
	r := o.labelled("key-0001", letter("x"))
	o.scan(&feeder{pages: []string{sheetOf("p1", withCodes(codeOf(r)))}}, station.ScanCommand{})
	d := o.record(r.Intake.ID).Documents[0]
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); o.s.Run(ctx) }()
	if err := o.s.ConfirmQuality(t.Context(), clerk, d.ID, nil); err != nil {
		t.Error(err)
	}
	o.events.await(t, "archive", func() bool { return o.record(r.Intake.ID).Facets.Archived })
	cancel()
	<-done
}

// TestNothingStartsAfterClose: and Close may be called twice.
func TestNothingStartsAfterClose(t *testing.T) {
	o := newOffice(t)
	o.s.Close()
	_, err := o.s.StartScan(t.Context(), clerk, station.ScanCommand{Source: &feeder{}, SourceID: "scanner-1"})
	wantClass(t, err, protocollo.Unavailable, "stopping")
	if who := o.s.ScannerUser("scanner-1"); who != "" {
		t.Errorf("the scanner stays with %s", who)
	}
}
