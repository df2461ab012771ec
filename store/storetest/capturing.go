package storetest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/pdfa"
	"segnatura/scanner"
	"segnatura/stamp"
)

func testPrints(t *testing.T, f *Fixture) {
	ctx := context.Background()
	r := f.Register(Draft("Richiesta", "Mario"))
	queue := func(reason protocollo.ReprintReason, b *stamp.Bitmap) (protocollo.Print, error) {
		return f.QueuePrint(ctx, station.NewPrint{RegistrationID: r.ID, Actor: Clerk(), Printer: "zebra", Reason: reason, Bitmap: b})
	}
	_, err := queue(protocollo.ReprintNone, nil)
	Fails(t, err, protocollo.Invalid, "bitmap")
	_, err = queue(protocollo.ReprintLost, Bitmap())
	Fails(t, err, protocollo.Invalid, "reprint-reason")
	p, err := queue(protocollo.ReprintNone, Bitmap())
	f.ok(err)
	again, err := queue(protocollo.ReprintNone, Bitmap())
	f.ok(err)
	if p.ID != again.ID || p.State != protocollo.PrintQueued || p.Ordinal != 1 || p.QueuedBy != "anna" {
		t.Fatalf("queued twice: %+v, %+v", p, again)
	}
	sending, err := f.BeginPrint(ctx, p.ID, "dymo")
	f.ok(err)
	if sending.State != protocollo.PrintSending || sending.Printer != "dymo" {
		t.Fatalf("sending: %+v", sending)
	}
	_, err = f.BeginPrint(ctx, p.ID, "dymo")
	Fails(t, err, protocollo.Conflict, "print-under-way")
	_, err = queue(protocollo.ReprintLost, nil)
	Fails(t, err, protocollo.Conflict, "print-under-way")
	under, err := f.PrintsUnderWay(ctx)
	f.ok(err)
	if len(under) != 1 || under[0].ID != p.ID {
		t.Fatalf("under way: %+v", under)
	}
	f.ok(f.RecordPrint(ctx, p.ID, protocollo.PrintQueued, "media-out")) // nothing was sent: it waits again
	_, err = f.BeginPrint(ctx, p.ID, "zebra")
	f.ok(err)
	f.ok(f.RecordPrint(ctx, p.ID, protocollo.PrintFailed, "head-open"))
	if retry, err := queue(protocollo.ReprintNone, nil); err != nil || retry.ID != p.ID {
		t.Fatalf("a retry after a failure: %+v, %v", retry, err)
	}
	_, err = f.BeginPrint(ctx, p.ID, "zebra")
	f.ok(err)
	f.ok(f.RecordPrint(ctx, p.ID, protocollo.PrintUnknown, "silent"))
	Fails(t, f.RecordPrint(ctx, p.ID, protocollo.PrintPrinted, ""), protocollo.Conflict, "print-settled")
	Fails(t, f.ResolvePrint(ctx, Clerk(), p.ID, protocollo.PrintQueued), protocollo.Invalid, "state")
	if c, err := f.Counts(ctx, Chief()); err != nil || c.PrintsUnknown != 1 || c.LabelsToPrint != 0 {
		t.Fatalf("counts while unknown: %+v, %v", c, err)
	}
	f.ok(f.ResolvePrint(ctx, Clerk(), p.ID, protocollo.PrintPrinted))
	_, err = queue(protocollo.ReprintNone, Bitmap())
	Fails(t, err, protocollo.Invalid, "reprint-reason")
	reprint, err := queue(protocollo.ReprintIllegible, stamp.NewBitmap(5, 5, stamp.DPI600))
	f.ok(err)
	if reprint.ID == p.ID || reprint.Ordinal != 2 || reprint.BitmapSHA256 != p.BitmapSHA256 {
		t.Fatalf("a reprint: %+v (R2.5)", reprint)
	}
	b, err := f.PrintBitmap(ctx, reprint.ID)
	f.ok(err)
	want := Bitmap()
	if b.Width != want.Width || b.Height != want.Height || b.Resolution != want.Resolution || !bytes.Equal(b.Bits, want.Bits) {
		t.Fatalf("the bitmap: %+v", b)
	}
	// The first label came out: the registration is labelled whatever becomes of the reprint.
	if rec, err := f.Record2(r.ID); err != nil || !rec.Facets.Labelled || len(rec.Prints) != 2 {
		t.Fatalf("record: %+v, %v", rec, err)
	}
	list, err := f.Prints(ctx, AOO().Code, protocollo.PrintQueued, protocollo.PrintPrinted)
	f.ok(err)
	if len(list) != 2 || list[0].ID != p.ID {
		t.Fatalf("prints: %+v", list)
	}
	_, err = f.QueuePrint(ctx, station.NewPrint{RegistrationID: r.ID, Actor: protocollo.Actor{AOO: OtherAOO().Code}, Bitmap: Bitmap()})
	Fails(t, err, protocollo.NotFound, "registration")
}

func testPages(t *testing.T, f *Fixture) {
	ctx := context.Background()
	b, err := f.BeginBatch(ctx, protocollo.Batch{AOO: AOO().Code, Desk: "d1", Source: "fujitsu", StartedBy: "anna", Selected: 7})
	f.ok(err)
	add := func(seq int, data io.Reader) (protocollo.Page, error) {
		return f.AddPage(ctx, protocollo.Page{BatchID: b.ID, Seq: seq, Sheet: 1, Back: seq == 2, MediaType: "image/png", Name: "a.png", Settings: []byte(`{"device":"x"}`)}, data)
	}
	cut := &scanner.Fault{Kind: scanner.FaultTruncated}
	_, err = add(1, io.MultiReader(strings.NewReader("half"), iotest.ErrReader(cut)))
	var fault *scanner.Fault
	if !errors.As(err, &fault) || fault.Kind != scanner.FaultTruncated {
		t.Fatalf("a cut page: %v", err)
	}
	if stray, err := f.StrayPages(ctx); err != nil || len(stray) != 0 {
		t.Fatalf("a cut page left %+v, %v", stray, err)
	}
	p, err := add(1, strings.NewReader("first"))
	f.ok(err)
	if p.Bytes != 5 || len(p.SHA256) != 64 || p.TakenAt.IsZero() {
		t.Fatalf("page: %+v", p)
	}
	_, err = add(1, strings.NewReader("again"))
	Fails(t, err, protocollo.Conflict, "page-seq")
	if stray, err := f.StrayPages(ctx); err != nil || len(stray) != 0 {
		t.Fatalf("a refused page left %+v, %v", stray, err)
	}
	second, err := add(2, strings.NewReader("first"))
	f.ok(err)
	f.ok(f.SetPageFacts(ctx, second.ID, scanner.Facts{Paper: scanner.PaperA4}))
	twins, err := f.PageTwins(ctx, AOO().Code, p.SHA256, second.ID)
	f.ok(err)
	if len(twins) != 1 || twins[0].ID != p.ID {
		t.Fatalf("twins: %+v", twins)
	}
	if twins, err = f.PageTwins(ctx, OtherAOO().Code, p.SHA256, second.ID); err != nil || len(twins) != 0 {
		t.Fatalf("another AOO's twins: %+v, %v", twins, err)
	}
	got, file, err := f.OpenPage(ctx, second.ID)
	f.ok(err)
	content, err := io.ReadAll(file)
	f.ok(errors.Join(err, file.Close()))
	if string(content) != "first" || !got.Back || got.Name != "a.png" || string(got.Settings) != `{"device":"x"}` || !strings.Contains(string(got.Facts), "A4") {
		t.Fatalf("opened: %+v with %q", got, content)
	}
	running, err := f.RunningBatches(ctx)
	f.ok(err)
	if len(running) != 1 || running[0].Pages != 2 || running[0].Selected != 7 || running[0].State != protocollo.BatchRunning {
		t.Fatalf("running: %+v", running)
	}
	f.ok(f.EndBatch(ctx, b.ID, protocollo.BatchFaulted, "jam"))
	f.ok(f.EndBatch(ctx, b.ID, protocollo.BatchFaulted, "jam"))
	Fails(t, f.EndBatch(ctx, b.ID, protocollo.BatchEnded, ""), protocollo.Conflict, "batch-ended")
	if b, err = f.Batch(ctx, b.ID); err != nil || b.Fault != "jam" || b.EndedAt.IsZero() {
		t.Fatalf("ended: %+v, %v", b, err)
	}
	d, err := f.NewDocument(ctx, protocollo.Document{BatchID: b.ID})
	f.ok(err)
	f.ok(f.MovePages(ctx, d.ID, []int64{second.ID, p.ID}))
	_, pages, err := f.Document(ctx, d.ID)
	f.ok(err)
	if len(pages) != 2 || pages[0].ID != second.ID || pages[1].ID != p.ID {
		t.Fatalf("moved in this order: %+v", pages)
	}
	Fails(t, f.MovePages(ctx, d.ID, []int64{99}), protocollo.NotFound, "page")
}

func testDocuments(t *testing.T, f *Fixture) {
	ctx := context.Background()
	r := f.Register(Draft("Richiesta", "Mario"))
	first, _ := f.Scan("a", "b")
	join := func(d protocollo.Document, newVersion bool) (protocollo.Document, error) {
		return f.Associate(ctx, station.Association{DocumentID: d.ID, RegistrationID: r.ID, Actor: Clerk(), NewVersion: newVersion})
	}
	Fails(t, f.ConfirmQuality(ctx, f.Confirmation(first.ID)), protocollo.Conflict, "not-ready")
	d, err := join(first, false)
	f.ok(err)
	if d.Version != 1 || d.RegistrationID != r.ID || d.Pages != 2 {
		t.Fatalf("joined: %+v", d)
	}
	if d, err = join(first, false); err != nil || d.Version != 1 {
		t.Fatalf("joined again: %+v, %v", d, err)
	}
	other := f.Register(Draft("Altra", "Mario"))
	_, err = f.Associate(ctx, station.Association{DocumentID: first.ID, RegistrationID: other.ID, Actor: Clerk()})
	Fails(t, err, protocollo.Conflict, "already-associated")
	second, _ := f.Scan("c")
	_, err = join(second, false)
	Fails(t, err, protocollo.Conflict, "already-captured")
	if d, err = join(second, true); err != nil || d.Version != 2 {
		t.Fatalf("a rescan: %+v, %v (R3.7)", d, err)
	}
	f.Annul(other)
	third, _ := f.Scan("d")
	_, err = f.Associate(ctx, station.Association{DocumentID: third.ID, RegistrationID: other.ID, Actor: Clerk()})
	Fails(t, err, protocollo.Conflict, "annulled")
	for _, s := range []protocollo.DocumentState{protocollo.DocumentConfirmed, protocollo.DocumentArchived, protocollo.DocumentDiscarded, protocollo.DocumentNoted} {
		Fails(t, f.SetDocumentState(ctx, first.ID, s), protocollo.Conflict, "document-state")
	}
	f.ok(f.SetDocumentState(ctx, first.ID, protocollo.DocumentReady))
	if c, err := f.Counts(ctx, Chief()); err != nil || c.ToConfirm != 1 {
		t.Fatalf("to confirm: %+v, %v", c, err)
	}
	for _, other := range [][]station.PageConfirmation{nil, {{PageID: 99}}, slices.Repeat(f.Confirmation(first.ID).Pages, 2)} {
		Fails(t, f.ConfirmQuality(ctx, station.QualityConfirmation{DocumentID: first.ID, Actor: Clerk(), Pages: other}), protocollo.Conflict, "not-ready")
	}
	f.ok(f.ConfirmQuality(ctx, f.Confirmation(first.ID)))
	f.ok(f.ConfirmQuality(ctx, f.Confirmation(first.ID)))
	_, pages, err := f.Document(ctx, first.ID)
	f.ok(err)
	Fails(t, f.MovePages(ctx, third.ID, []int64{pages[0].ID}), protocollo.Conflict, "document-closed")
	active, err := f.ActiveBatches(ctx, Clerk(), 10)
	f.ok(err)
	if len(active) != 3 || active[0].Documents[0].ID != third.ID {
		t.Fatalf("active: %+v", active)
	}
	if elsewhere, err := f.ActiveBatches(ctx, Chief(), 10); err != nil || len(elsewhere) != 0 {
		t.Fatalf("another desk's strip: %+v, %v", elsewhere, err)
	}
	v, err := f.BatchView(ctx, Chief(), first.BatchID)
	f.ok(err)
	if len(v.Documents) != 1 || len(v.Documents[0].PageList) != 2 {
		t.Fatalf("batch: %+v", v)
	}
	foreign := Clerk()
	foreign.AOO = OtherAOO().Code
	_, err = f.BatchView(ctx, foreign, first.BatchID)
	Fails(t, err, protocollo.NotFound, "batch")
}

func testDecisions(t *testing.T, f *Fixture) {
	ctx := context.Background()
	r := f.Register(Draft("Atti voluminosi", "Mario"))
	d, pages := f.Scan("one", "two", "three")
	if _, err := f.Associate(ctx, station.Association{DocumentID: d.ID, RegistrationID: r.ID, Actor: Clerk()}); err != nil {
		t.Fatal(err)
	}
	stranger, strange := f.Scan("x")
	Fails(t, f.Decide(ctx, station.ScopeDecision{DocumentID: d.ID, Actor: Clerk(), Choice: protocollo.ChoiceNoteFirst, Erase: []int64{strange[0].ID}}), protocollo.NotFound, "page")
	f.ok(f.Decide(ctx, station.ScopeDecision{DocumentID: d.ID, Actor: Clerk(), Choice: protocollo.ChoiceNoteFirst, Profile: "predefinito", Note: "n. 14 fogli", Sheets: 14,
		Erase: []int64{pages[1].ID, pages[2].ID}}))
	// Decided is as good as erased for whoever reads.
	_, _, err := f.OpenPage(ctx, pages[1].ID)
	Fails(t, err, protocollo.NotFound, "page")
	// Nothing is recorded as erased while its original is there, and one that stays holds up no other order.
	other, _ := f.Scan("y")
	f.ok(f.Discard(ctx, Clerk(), other.ID, "doppia"))
	n, err := f.EraseDecided(ctx, func(_ context.Context, p protocollo.Page) error {
		if p.DocumentID == d.ID {
			return protocollo.Errorf(protocollo.Unavailable, "original", "the folder is away")
		}
		return nil
	})
	Fails(t, err, protocollo.Unavailable, "original")
	if n != 1 {
		t.Fatalf("erased %d beside an original that stayed", n)
	}
	if n, err := f.EraseDecided(ctx, nil); err != nil || n != 2 {
		t.Fatalf("erased %d, %v", n, err)
	}
	if n, err := f.EraseDecided(ctx, nil); err != nil || n != 0 {
		t.Fatalf("erased again %d, %v", n, err)
	}
	got, left, err := f.Document(ctx, d.ID)
	f.ok(err)
	if got.Pages != 1 || len(left) != 3 || !left[2].Erased || left[0].Erased {
		t.Fatalf("left: %+v with %+v", got, left)
	}
	rec, err := f.Record2(r.ID)
	f.ok(err)
	if s := rec.Documents[0].Scope; s == nil || s.Note != "n. 14 fogli" || s.By != "anna" || s.Choice != protocollo.ChoiceNoteFirst {
		t.Fatalf("scope: %+v", rec.Documents[0].Scope)
	}
	// A note without images closes the document; the registration has nothing more to be scanned or archived.
	noted := f.Register(Draft("Volume", "Mario"))
	whole, images := f.Scan("cover")
	_, err = f.Associate(ctx, station.Association{DocumentID: whole.ID, RegistrationID: noted.ID, Actor: Clerk()})
	f.ok(err)
	f.ok(f.Decide(ctx, station.ScopeDecision{DocumentID: whole.ID, Actor: Clerk(), Choice: protocollo.ChoiceNote, Erase: []int64{images[0].ID}}))
	f.ok(f.SetDocumentState(ctx, whole.ID, protocollo.DocumentNoted))
	if res, err := f.Search(ctx, Chief(), station.Query{Missing: "archive"}); err != nil || len(res.Hits) != 1 || res.Hits[0].Registration.ID != r.ID {
		t.Fatalf("missing in the archive: %+v, %v", res, err)
	}
	Fails(t, f.Discard(ctx, Clerk(), stranger.ID, ""), protocollo.Invalid, "reason")
	f.ok(f.Discard(ctx, Clerk(), stranger.ID, "pagina bianca"))
	f.ok(f.Discard(ctx, Clerk(), stranger.ID, "pagina bianca"))
	if n, err := f.EraseDecided(ctx, nil); err != nil || n != 2 {
		t.Fatalf("erased %d, %v", n, err)
	}
	Fails(t, f.SetDocumentState(ctx, stranger.ID, protocollo.DocumentReady), protocollo.Conflict, "document-closed")
	// A discarded capture makes room for another, without the word that it is a rescan.
	again := f.Register(Draft("Rifatta", "Mario"))
	wrong, _ := f.Scan("wrong")
	_, err = f.Associate(ctx, station.Association{DocumentID: wrong.ID, RegistrationID: again.ID, Actor: Clerk()})
	f.ok(err)
	f.ok(f.Discard(ctx, Clerk(), wrong.ID, "foglio di un altro"))
	right, _ := f.Scan("right")
	if d, err := f.Associate(ctx, station.Association{DocumentID: right.ID, RegistrationID: again.ID, Actor: Clerk()}); err != nil || d.Version != 2 {
		t.Fatalf("after a discard: %+v, %v", d, err)
	}
}

func testExceptions(t *testing.T, f *Fixture) {
	ctx := context.Background()
	d, pages := f.Scan("a")
	open := protocollo.Exception{AOO: AOO().Code, Kind: protocollo.ExceptionNoCode, DocumentID: d.ID, PageID: pages[0].ID,
		Detail: protocollo.ExceptionDetail{Registrations: []int64{4}, Why: "unknown"}}
	e, err := f.OpenException(ctx, open)
	f.ok(err)
	same, err := f.OpenException(ctx, open)
	f.ok(err)
	if e.Version != 1 || same.ID != e.ID || e.Detail.Why != "unknown" || e.OpenedAt.IsZero() {
		t.Fatalf("opened: %+v, %+v", e, same)
	}
	list, err := f.Exceptions(ctx, AOO().Code)
	f.ok(err)
	if len(list) != 1 {
		t.Fatalf("open: %+v", list)
	}
	_, err = f.SolveException(ctx, Clerk(), e.ID, 1, protocollo.ChoiceRetry, "")
	Fails(t, err, protocollo.Invalid, "choice")
	_, err = f.SolveException(ctx, Clerk(), e.ID, 2, protocollo.ChoiceAssign, "")
	Fails(t, err, protocollo.Conflict, "already-solved")
	solved, err := f.SolveException(ctx, Clerk(), e.ID, 1, protocollo.ChoiceAssign, "visto")
	f.ok(err)
	if solved.SolvedBy != "anna" || solved.Choice != protocollo.ChoiceAssign || solved.Version != 2 || solved.SolvedAt.IsZero() {
		t.Fatalf("solved: %+v", solved)
	}
	_, err = f.SolveException(ctx, Chief(), e.ID, 1, protocollo.ChoiceAssign, "")
	var conflict *protocollo.Error
	if !errors.As(err, &conflict) || conflict.Code != "already-solved" || conflict.Words != "anna" {
		t.Fatalf("the second clerk is told %v (R21.6)", err)
	}
	if list, err = f.Exceptions(ctx, AOO().Code); err != nil || len(list) != 0 {
		t.Fatalf("still open: %+v, %v", list, err)
	}
}

func testArchive(t *testing.T, f *Fixture) {
	ctx := context.Background()
	r := f.Register(Draft("Richiesta", "Mario"))
	d := f.Capture(r, "a", "b")
	due, err := f.DueForArchive(ctx)
	f.ok(err)
	if len(due) != 1 || due[0].ID != d.ID {
		t.Fatalf("due: %+v", due)
	}
	sha, size, err := f.PutBlob(ctx, struct{ io.Reader }{strings.NewReader("%PDF")}) // no Seeker
	f.ok(err)
	again, _, err := f.PutBlob(ctx, strings.NewReader("%PDF"))
	f.ok(err)
	if sha != again || size != 4 {
		t.Fatalf("the same content twice: %s, %s, %d", sha, again, size)
	}
	blob, n, err := f.OpenBlob(ctx, sha)
	f.ok(err)
	content, err := io.ReadAll(blob)
	f.ok(errors.Join(err, blob.Close()))
	if string(content) != "%PDF" || n != 4 {
		t.Fatalf("blob: %q, %d", content, n)
	}
	_, _, err = f.OpenBlob(ctx, "../../station.db")
	Fails(t, err, protocollo.NotFound, "blob")
	attach := func(sha string, bytes int64, accepted bool, files ...station.KeptFile) error {
		res := pdfa.Result{SHA256: sha, Bytes: bytes, Flavour: pdfa.Flavour2B}
		return f.AttachArchive(ctx, d.ID, station.Edition{Result: res, Report: pdfa.Report{SHA256: sha, Compliant: accepted}, Files: files}, false)
	}
	Fails(t, attach(sha, size, false), protocollo.Invalid, "report")
	Fails(t, attach(sha, size+1, true), protocollo.Invalid, "report")
	Fails(t, attach(strings.Repeat("0", 64), size, true), protocollo.NotFound, "blob")
	Fails(t, attach(sha, size, true, station.KeptFile{Kind: station.KeptMetadata, SHA256: strings.Repeat("0", 64)}), protocollo.NotFound, "blob")
	f.ok(attach(sha, size, true))
	f.ok(attach(sha, size, true))
	if n, err := f.ReleasePages(ctx); err != nil || n != 2 {
		t.Fatalf("released %d, %v", n, err)
	}
	if n, err := f.ReleasePages(ctx); err != nil || n != 0 {
		t.Fatalf("released again %d, %v", n, err)
	}
	_, pages, err := f.Document(ctx, d.ID)
	f.ok(err)
	if len(pages) != 2 || pages[0].Erased { // released, not erased by a decision
		t.Fatalf("pages: %+v", pages)
	}
	_, _, err = f.OpenPage(ctx, pages[0].ID)
	Fails(t, err, protocollo.NotFound, "page")
	deliveries, err := f.DueDeliveries(ctx)
	f.ok(err)
	if len(deliveries) != 1 || deliveries[0].Request.Ref != r.Ref || deliveries[0].Request.SHA256 != sha || deliveries[0].Request.Key == "" {
		t.Fatalf("due: %+v", deliveries)
	}
	id := deliveries[0].ID
	if one, due, err := f.DueDelivery(ctx, id); err != nil || !due || !reflect.DeepEqual(one, deliveries[0]) {
		t.Fatalf("delivery %d: %+v, %t, %v", id, one, due, err)
	}
	if _, due, err := f.DueDelivery(ctx, id+1); err != nil || due {
		t.Fatalf("another is due: %t, %v", due, err)
	}
	f.ok(f.ClaimDelivery(ctx, id))
	if _, due, err := f.DueDelivery(ctx, id); err != nil || due {
		t.Fatalf("one that is being sent is due: %t, %v", due, err)
	}
	Fails(t, f.ClaimDelivery(ctx, id), protocollo.Conflict, "delivery")
	f.ok(f.MarkUndelivered(ctx, id, protocollo.Unavailable, "down"))
	if deliveries, err = f.DueDeliveries(ctx); err != nil || len(deliveries) != 1 || deliveries[0].Attempts != 1 {
		t.Fatalf("due again: %+v, %v", deliveries, err)
	}
	f.ok(f.ClaimDelivery(ctx, id))
	f.ok(f.MarkUndelivered(ctx, id, protocollo.OutcomeUnknown, "timeout"))
	if deliveries, err = f.DueDeliveries(ctx); err != nil || len(deliveries) != 0 {
		t.Fatalf("an unknown one is due: %+v, %v", deliveries, err)
	}
	if c, err := f.Counts(ctx, Chief()); err != nil || c.ToDeliver != 1 {
		t.Fatalf("counts: %+v, %v", c, err)
	}
	Fails(t, f.MarkUndelivered(ctx, id, protocollo.Conflict, ""), protocollo.Invalid, "class")
	f.ok(f.MarkDelivered(ctx, id, protocollo.AttachReceipt{Ref: "doc-1", At: Start()}))
	f.ok(f.MarkDelivered(ctx, id, protocollo.AttachReceipt{Ref: "doc-1", At: Start()}))
	Fails(t, f.MarkUndelivered(ctx, id, protocollo.Unavailable, ""), protocollo.Conflict, "delivery")
	rec, err := f.Record2(r.ID)
	f.ok(err)
	if want := (protocollo.Facets{Numbered: true, Captured: true, Archived: true, Delivered: true}); rec.Facets != want {
		t.Fatalf("facets %+v, want %+v", rec.Facets, want)
	}
	if a := rec.Documents[0].Archive; a == nil || a.SHA256 != sha || !a.Current || a.Delivered.IsZero() || rec.Documents[0].State != protocollo.DocumentArchived {
		t.Fatalf("archive: %+v", rec.Documents[0])
	}
}

func testText(t *testing.T, f *Fixture) {
	ctx := context.Background()
	r := f.Register(Draft("Richiesta", "Mario"))
	d := f.Capture(r, "a")
	first := f.ArchiveAwaiting(d, "%PDF first")
	if list, err := f.DueForArchive(ctx); err != nil || len(list) != 0 {
		t.Fatalf("due for the archive: %+v, %v", list, err)
	}
	list, err := f.DueForText(ctx)
	f.ok(err)
	if len(list) != 1 || list[0].Document.ID != d.ID || list[0].Tries != 0 || list[0].Archived.SHA256 != first.Result.SHA256 || len(list[0].Archived.Pages) != 1 {
		t.Fatalf("due: %+v", list)
	}
	// Until there is an outcome the centre gets nothing, and the pages stay.
	if due, err := f.DueDeliveries(ctx); err != nil || len(due) != 0 {
		t.Fatalf("deliveries: %+v, %v", due, err)
	}
	if n, err := f.ReleasePages(ctx); err != nil || n != 0 {
		t.Fatalf("released %d, %v", n, err)
	}
	view := func(d protocollo.Document) station.ArchiveView {
		t.Helper()
		rec, err := f.Record2(d.RegistrationID)
		f.ok(err)
		return *rec.Documents[0].Archive
	}
	d, _, err = f.Document(ctx, d.ID)
	f.ok(err)
	if v := view(d); v.Text.State != station.TextDue || len(v.Editions) != 1 || len(v.Files) != 2 || v.SHA256 != first.Result.SHA256 {
		t.Fatalf("before: %+v", v)
	}
	for want := 1; want <= 2; want++ {
		if n, err := f.BeginText(ctx, d.ID); err != nil || n != want {
			t.Fatalf("try %d, %v, want %d", n, err, want)
		}
	}
	f.ok(f.ReturnText(ctx, d.ID))
	if list, err = f.DueForText(ctx); err != nil || list[0].Tries != 1 {
		t.Fatalf("tries: %+v, %v", list, err)
	}

	second := f.Edition(pdfa.Flavour2U, "%PDF second")
	second.Result.Pages[0].Words = 7
	second.Files = []station.KeptFile{f.Beside(station.KeptMetadata, 0, "<b/>")}
	attach := func(change func(*station.Edition)) error {
		e := second
		e.Result.Pages = slices.Clone(e.Result.Pages)
		change(&e)
		return f.AttachText(ctx, d.ID, station.TextOutcome{Engine: "tesseract 5 (ita)", Edition: e})
	}
	Fails(t, attach(func(e *station.Edition) { e.Report.Compliant = false }), protocollo.Invalid, "report")
	Fails(t, attach(func(e *station.Edition) { e.Result.Flavour = pdfa.Flavour2B }), protocollo.Invalid, "pages")
	Fails(t, attach(func(e *station.Edition) { e.Result.Pages[0].StreamSHA256 = strings.Repeat("cd", 32) }), protocollo.Invalid, "pages")
	Fails(t, attach(func(e *station.Edition) { e.Result.Pages = nil }), protocollo.Invalid, "pages")
	Fails(t, attach(func(e *station.Edition) { *e = first }), protocollo.Invalid, "pages")
	f.ok(attach(func(*station.Edition) {}))
	f.ok(attach(func(*station.Edition) {}))
	Fails(t, f.AttachText(ctx, d.ID, station.TextOutcome{Why: station.TextNotRead}), protocollo.Conflict, "text")
	_, err = f.BeginText(ctx, d.ID)
	Fails(t, err, protocollo.Conflict, "text")
	f.ok(f.ReturnText(ctx, d.ID))
	due, err := f.DueDeliveries(ctx)
	f.ok(err)
	if len(due) != 1 || due[0].Request.SHA256 != second.Result.SHA256 || due[0].Request.Bytes != second.Result.Bytes {
		t.Fatalf("the centre gets one file, the current one: %+v", due)
	}
	v := view(d)
	if v.SHA256 != second.Result.SHA256 || v.Flavour != "2u" || v.Text.State != station.TextPresent || v.Text.Words != 7 || v.Text.Engine == "" || len(v.Editions) != 2 || v.Editions[0].SHA256 != first.Result.SHA256 {
		t.Fatalf("after: %+v", v)
	}
	if len(v.Files) != 3 || v.Files[0].Kind != station.KeptMetadata || v.Files[1].Page != 1 || v.Files[2].Edition != 2 {
		t.Fatalf("beside: %+v", v.Files)
	}
	if n, err := f.ReleasePages(ctx); err != nil || n != 1 {
		t.Fatalf("released %d, %v", n, err)
	}
}

// The centre has the latest scan last: while the text of an earlier one was due, or its delivery failed, the later one overtook it.
func testScansAreDeliveredInOrder(t *testing.T, f *Fixture) {
	ctx := context.Background()
	r := f.Register(Draft("Richiesta", "Mario"))
	first := f.Capture(r, "a")
	f.ArchiveAwaiting(first, "%PDF first")
	second, _ := f.Scan("b")
	_, err := f.Associate(ctx, station.Association{DocumentID: second.ID, RegistrationID: r.ID, Actor: Clerk(), NewVersion: true})
	f.ok(err)
	f.ok(f.SetDocumentState(ctx, second.ID, protocollo.DocumentReady))
	f.ok(f.ConfirmQuality(ctx, f.Confirmation(second.ID)))
	later := f.Archive(second, "%PDF second")
	other := f.Archive(f.Capture(f.Register(Draft("Altra", "Mario")), "c"), "%PDF other")

	due := func(doing string, want ...string) []station.DueDelivery {
		t.Helper()
		list, err := f.DueDeliveries(ctx)
		f.ok(err)
		got := []string{}
		for _, d := range list {
			got = append(got, d.Request.SHA256)
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("%s: due %v, want %v", doing, got, want)
		}
		return list
	}
	due("the first's text is due", other.SHA256)
	f.ok(f.AttachText(ctx, first.ID, station.TextOutcome{Why: station.TextNotRead}))
	rec, err := f.Record2(r.ID)
	f.ok(err)
	early := rec.Documents[0].Archive.SHA256
	list := due("the first is due", other.SHA256, early)
	id := list[slices.IndexFunc(list, func(d station.DueDelivery) bool { return d.Request.SHA256 == early })].ID
	f.ok(f.ClaimDelivery(ctx, id))
	due("the first is under way", other.SHA256)
	f.ok(f.MarkUndelivered(ctx, id, protocollo.Unavailable, "down"))
	due("the first is due again", other.SHA256, early)
	f.ok(f.ClaimDelivery(ctx, id))
	f.ok(f.MarkUndelivered(ctx, id, protocollo.Rejected, "no"))
	due("the first waits for a person", other.SHA256, later.SHA256)
	f.ok(f.MarkUndelivered(ctx, id, protocollo.Unavailable, "a person said so"))
	due("the first is due once more", other.SHA256, early)
	f.ok(f.ClaimDelivery(ctx, id))
	f.ok(f.MarkDelivered(ctx, id, protocollo.AttachReceipt{Ref: "doc-1", At: Start()}))
	due("the first is there", other.SHA256, later.SHA256)
}

// No text: the archive's own file stays the current one, says why, and goes to the centre.
func testNoText(t *testing.T, f *Fixture) {
	ctx := context.Background()
	r := f.Register(Draft("Richiesta", "Mario"))
	d := f.Capture(r, "a")
	first := f.ArchiveAwaiting(d, "%PDF first")
	other := f.Capture(f.Register(Draft("Altra", "Mario")), "b")
	f.Archive(other, "%PDF other")
	Fails(t, f.AttachText(ctx, other.ID, station.TextOutcome{Why: station.TextNotRead}), protocollo.Conflict, "text")
	_, err := f.BeginText(ctx, other.ID)
	Fails(t, err, protocollo.Conflict, "text")
	o := station.TextOutcome{Engine: "tesseract 5 (ita)", Why: station.TextLate, Detail: "too slow"}
	f.ok(f.AttachText(ctx, d.ID, o))
	f.ok(f.AttachText(ctx, d.ID, o))
	if list, err := f.DueForText(ctx); err != nil || len(list) != 0 {
		t.Fatalf("due: %+v, %v", list, err)
	}
	due, err := f.DueDeliveries(ctx)
	f.ok(err)
	if len(due) != 2 || due[1].Request.SHA256 != first.Result.SHA256 {
		t.Fatalf("deliveries: %+v", due)
	}
	rec, err := f.Record2(r.ID)
	f.ok(err)
	if v := rec.Documents[0].Archive; v.Text.State != station.TextMissing || v.Text.Why != station.TextLate || v.Flavour != "2b" || len(v.Editions) != 1 {
		t.Fatalf("archive: %+v", v)
	}
	if n, err := f.ReleasePages(ctx); err != nil || n != 2 {
		t.Fatalf("released %d, %v", n, err)
	}
}
