package station_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"io"
	"strings"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/scanner"
)

// layout is a document's pages by the words on them.
func (o *office) layout(documentID int64) string {
	o.t.Helper()
	_, pages, err := o.db.Document(o.t.Context(), documentID)
	if err != nil {
		o.t.Fatal(err)
	}
	var words []string
	for _, p := range pages {
		if p.Erased {
			words = append(words, "-")
			continue
		}
		jpeg, err := o.s.PagePicture(o.t.Context(), boss, p.ID, 1000)
		if err != nil {
			o.t.Fatal(err)
		}
		words = append(words, strings.TrimPrefix(string(jpeg), "jpeg of "))
	}
	return strings.Join(words, " ")
}

// checked fails the test unless the store is as it must be.
func (o *office) checked() {
	o.t.Helper()
	report, err := o.db.Check(o.t.Context())
	if err != nil || !report.OK() {
		o.t.Fatalf("the store: %v, %+v", err, report.Findings)
	}
}

// document returns one as it stands.
func (o *office) document(id int64) protocollo.Document {
	o.t.Helper()
	d, _, err := o.db.Document(o.t.Context(), id)
	if err != nil {
		o.t.Fatal(err)
	}
	return d
}

func ids(d station.DocumentView) []int64 {
	var out []int64
	for _, p := range d.PageList {
		out = append(out, p.ID)
	}
	return out
}

// TestSplitDocument: both parts go on by themselves; the letter keeps its registration, and what begins anew asks for one.
func TestSplitDocument(t *testing.T) {
	o := newOffice(t)
	r := o.labelled("key-0001", letter("x"))
	d := o.scan(&feeder{duplex: true, pages: []string{sheetOf("f1", withCodes(codeOf(r))), sheetOf("b1", nil), sheetOf("f2", nil), sheetOf("b2", nil)}},
		station.ScanCommand{}).Documents[0]
	pages := ids(d)
	_, err := o.s.SplitDocument(t.Context(), clerk, d.ID, pages[0])
	wantClass(t, err, protocollo.Conflict, "first-page")
	_, err = o.s.SplitDocument(t.Context(), clerk, d.ID, pages[3])
	wantClass(t, err, protocollo.Conflict, "page-is-back")
	var after station.Edited
	for range 2 { // again is no error
		if after, err = o.s.SplitDocument(t.Context(), clerk, d.ID, pages[2]); err != nil {
			t.Fatal(err)
		}
		if len(after.Documents) != 2 || o.layout(after.Documents[0].ID) != "f2 b2" || o.layout(d.ID) != "f1 b1" {
			t.Fatalf("split into %+v", after)
		}
	}
	if first := after.Documents[1]; first.ID != d.ID || first.RegistrationID != r.Registration.ID || first.State != protocollo.DocumentReady {
		t.Errorf("the letter: %+v", first)
	}
	if e := o.theException(protocollo.ExceptionNoCode, ""); e.DocumentID != after.Documents[0].ID || e.PageID != pages[2] {
		t.Errorf("asked about %+v", e.Exception)
	}
	o.checked()
}

// threeSheets scans a letter of three sheets, both sides.
func (o *office) threeSheets(key string) station.DocumentView {
	o.t.Helper()
	r := o.labelled(key, letter(key))
	return o.scan(&feeder{duplex: true, pages: []string{sheetOf("f1", withCodes(codeOf(r))), sheetOf("b1-"+key, nil), sheetOf("f2-"+key, nil),
		sheetOf("b2-"+key, nil), sheetOf("f3-"+key, nil), sheetOf("b3-"+key, nil)}}, station.ScanCommand{}).Documents[0]
}

// TestMovePageWithinItsDocument: sheets move as one and are never torn, and each move is undone.
func TestMovePageWithinItsDocument(t *testing.T) {
	o := newOffice(t)
	d := o.threeSheets("k")
	pages := ids(d)
	const before = "f1 b1-k f2-k b2-k f3-k b3-k"
	for name, c := range map[string]struct {
		page, position int
		want           string
	}{
		"forward by one passes a sheet":  {2, 4, "f1 b1-k f3-k b3-k f2-k b2-k"},
		"to the end":                     {0, 5, "f2-k b2-k f3-k b3-k f1 b1-k"},
		"backward by one passes a sheet": {4, 4, "f1 b1-k f3-k b3-k f2-k b2-k"},
		"to the beginning":               {4, 1, "f3-k b3-k f1 b1-k f2-k b2-k"},
		"to where it is":                 {2, 3, before},
		"a back before its front":        {3, 3, "f1 b1-k b2-k f2-k f3-k b3-k"},
		"a back alone":                   {1, 6, "f1 f2-k b2-k f3-k b3-k b1-k"},
	} {
		t.Run(name, func(t *testing.T) {
			after, err := o.s.MovePage(t.Context(), clerk, pages[c.page], d.ID, c.position)
			if err != nil || o.layout(d.ID) != c.want {
				t.Fatalf("%q, %v, want %q", o.layout(d.ID), err, c.want)
			}
			if (c.want == before) != (after.Undo == nil) {
				t.Errorf("undo %+v", after.Undo)
			}
			if after.Undo != nil {
				o.undo(after)
			}
			if got := o.layout(d.ID); got != before {
				t.Errorf("undone to %q", got)
			}
		})
	}
	for _, position := range []int{0, 6} {
		_, err := o.s.MovePage(t.Context(), clerk, pages[0], d.ID, position)
		wantClass(t, err, protocollo.Invalid, "position")
	}
	o.checked()
}

func (o *office) undo(after station.Edited) station.Edited {
	o.t.Helper()
	back, err := o.s.ArrangePages(o.t.Context(), clerk, after.Undo)
	if err != nil {
		o.t.Fatalf("undo %+v: %v", after.Undo, err)
	}
	return back
}

// TestMovePageToAnotherDocument: the sheet goes, its back with it; a document that is left empty makes room for another scan of its letter.
func TestMovePageToAnotherDocument(t *testing.T) {
	o := newOffice(t)
	a, b := o.threeSheets("a"), o.threeSheets("b")
	pages := ids(a)
	_, err := o.s.MovePage(t.Context(), clerk, pages[3], b.ID, 1)
	wantClass(t, err, protocollo.Conflict, "page-is-back")
	after, err := o.s.MovePage(t.Context(), clerk, pages[2], b.ID, 2)
	if err != nil || o.layout(a.ID) != "f1 b1-a f3-a b3-a" || o.layout(b.ID) != "f1 b1-b f2-a b2-a f2-b b2-b f3-b b3-b" {
		t.Fatalf("%q, %q, %v", o.layout(a.ID), o.layout(b.ID), err)
	}
	o.undo(after)
	if o.layout(a.ID) != "f1 b1-a f2-a b2-a f3-a b3-a" || o.layout(b.ID) != "f1 b1-b f2-b b2-b f3-b b3-b" {
		t.Fatalf("undone to %q, %q", o.layout(a.ID), o.layout(b.ID))
	}
	alone, err := o.s.MovePage(t.Context(), clerk, pages[2], 0, 1)
	if err != nil || o.layout(alone.Documents[0].ID) != "f2-a b2-a" {
		t.Fatalf("%+v, %v", alone, err)
	}
	back, err := o.s.MovePage(t.Context(), clerk, pages[2], a.ID, 3)
	if err != nil || o.layout(a.ID) != "f1 b1-a f2-a b2-a f3-a b3-a" || o.document(alone.Documents[0].ID).State != protocollo.DocumentDiscarded {
		t.Fatalf("%q, %+v, %v", o.layout(a.ID), o.document(alone.Documents[0].ID), err)
	}
	if again := o.undo(back); o.layout(a.ID) != "f1 b1-a f3-a b3-a" || o.layout(again.Documents[1].ID) != "f2-a b2-a" {
		t.Errorf("the document that was emptied: %q, %+v", o.layout(a.ID), again)
	}
	o.checked()
}

// TestMergeDocument: the pages are one document; the label of the other letter asks, and that letter waits for its scan again.
func TestMergeDocument(t *testing.T) {
	o := newOffice(t)
	a, b := o.labelled("key-000a", letter("A")), o.labelled("key-000b", letter("B"))
	docs := o.scan(&feeder{pages: []string{sheetOf("a1", withCodes(codeOf(a))), sheetOf("a2", nil), sheetOf("b1", withCodes(codeOf(b))), sheetOf("b2", nil)}},
		station.ScanCommand{}).Documents
	_, err := o.s.MergeDocument(t.Context(), clerk, docs[1].ID, docs[1].ID)
	wantClass(t, err, protocollo.Invalid, "into")
	var after station.Edited
	for i := range 2 { // again is no error
		edited, err := o.s.MergeDocument(t.Context(), clerk, docs[1].ID, docs[0].ID)
		if err != nil || o.layout(docs[0].ID) != "a1 a2 b1 b2" || o.document(docs[1].ID).State != protocollo.DocumentDiscarded {
			t.Fatalf("%q, %+v, %v", o.layout(docs[0].ID), edited, err)
		}
		if i == 0 {
			after = edited
		}
	}
	if o.record(b.Intake.ID).Facets.Captured || !o.record(a.Intake.ID).Facets.Captured {
		t.Error("the merged letter is not expected again")
	}
	if e := o.theException(protocollo.ExceptionCodeInside, ""); e.PageID != docs[1].PageList[0].ID || e.DocumentID != docs[0].ID {
		t.Errorf("asked about %+v", e.Exception)
	}
	o.undo(after) // the label joins by itself again
	if rec := o.record(b.Intake.ID); !rec.Facets.Captured || len(o.exceptions()) != 0 || o.layout(docs[0].ID) != "a1 a2" {
		t.Errorf("undone: %+v, %+v", rec.Documents, o.exceptions())
	}
	o.checked()
}

// TestDiscardPage: the page leaves with its image; what is left goes on.
func TestDiscardPage(t *testing.T) {
	o := newOffice(t)
	d := o.threeSheets("k")
	pages := ids(d)
	_, err := o.s.DiscardPage(t.Context(), clerk, pages[3], " ")
	wantClass(t, err, protocollo.Invalid, "reason")
	_, err = o.s.DiscardPage(t.Context(), clerk, pages[0], "macchiata")
	wantClass(t, err, protocollo.Conflict, "page-is-back")
	for range 2 { // again is no error
		if _, err := o.s.DiscardPage(t.Context(), clerk, pages[3], "bianca"); err != nil {
			t.Fatal(err)
		}
	}
	if o.layout(d.ID) != "f1 b1-k f2-k f3-k b3-k" || o.document(d.ID).State != protocollo.DocumentReady {
		t.Fatalf("%q, %+v", o.layout(d.ID), o.document(d.ID))
	}
	if _, err := o.s.PagePicture(t.Context(), clerk, pages[3], 320); !errors.Is(err, protocollo.NotFound) {
		t.Errorf("the picture is still there: %v", err)
	}
	for _, p := range []int{1, 0, 2, 5, 4} {
		if _, err := o.s.DiscardPage(t.Context(), clerk, pages[p], "tutto da rifare"); err != nil {
			t.Fatal(err)
		}
	}
	if o.document(d.ID).State != protocollo.DocumentDiscarded || len(o.exceptions()) != 0 {
		t.Errorf("%+v, %+v", o.document(d.ID), o.exceptions())
	}
	o.checked()
}

// TestEditAsksWhatItBringsAboutAndNothingTwice: what people answered about pages that stay where they are holds; a page of another letter
// in front, and a document that lost the label by which it joined, are asked about.
func TestEditAsksWhatItBringsAboutAndNothingTwice(t *testing.T) {
	o := newOffice(t)
	older := o.labelled("key-0001", letter("precedente"))
	o.scan(&feeder{pages: []string{sheetOf("older", withCodes(codeOf(older)))}}, station.ScanCommand{})
	r := o.labelled("key-0002", letter("nuova"))
	d := o.scan(&feeder{pages: []string{sheetOf("p1", withCodes(codeOf(r))), sheetOf("copy", withCodes(codeOf(older))), sheetOf("p3", nil), sheetOf("p3", nil)}},
		station.ScanCommand{}).Documents[0]
	pages := ids(d)
	for _, e := range o.exceptions() {
		answer := map[protocollo.ExceptionKind]protocollo.Choice{protocollo.ExceptionCodeInside: protocollo.ChoiceBelongs, protocollo.ExceptionRepeated: protocollo.ChoiceAccept,
			protocollo.ExceptionSeenTwice: protocollo.ChoiceAccept}
		o.mustSolve(clerk, e, station.Answer{Choice: answer[e.Kind]})
	}
	move := func(page int64, document int64, position int) station.Edited {
		t.Helper()
		after, err := o.s.MovePage(t.Context(), clerk, page, document, position)
		if err != nil {
			t.Fatal(err)
		}
		return after
	}
	move(pages[2], d.ID, 2)
	if o.layout(d.ID) != "p1 p3 copy p3" || len(o.exceptions()) != 0 || o.document(d.ID).State != protocollo.DocumentReady {
		t.Fatalf("%q asks %+v", o.layout(d.ID), o.exceptions())
	}
	other := o.labelled("key-0003", letter("altra"))
	foreign := o.scan(&feeder{pages: []string{sheetOf("o1", withCodes(codeOf(other))), sheetOf("o2", nil)}}, station.ScanCommand{}).Documents[0]
	after := move(ids(foreign)[0], d.ID, 1)
	var asked []protocollo.ExceptionKind
	for _, e := range o.exceptions() {
		asked = append(asked, e.Kind)
		switch {
		case e.DocumentID == d.ID && e.Kind == protocollo.ExceptionNotExpected && e.PageID == ids(foreign)[0]:
		case e.DocumentID == foreign.ID && e.Kind == protocollo.ExceptionNoCode:
		default:
			t.Errorf("asked %+v", e.Exception)
		}
	}
	if len(asked) != 2 || o.document(d.ID).State != protocollo.DocumentWaiting {
		t.Fatalf("asked %v", asked)
	}
	o.undo(after)
	if len(o.exceptions()) != 0 || o.document(d.ID).State != protocollo.DocumentReady || o.document(foreign.ID).State != protocollo.DocumentReady {
		t.Errorf("undone, and asked %+v", o.exceptions())
	}
	o.checked()
}

// TestTurnPage: the page is shown turned, the archive carries the turn as the page's own, and the spool's image stays as it came.
func TestTurnPage(t *testing.T) {
	o := newOffice(t)
	o.start(func(c *station.Config) { c.Inspector = painter{} })
	r := o.labelled("key-0001", letter("x"))
	d := o.scan(&feeder{pages: []string{sheetOf("p1", withCodes(codeOf(r))), sheetOf("p2", nil)}}, station.ScanCommand{}).Documents[0]
	pages := ids(d)
	_, err := o.s.TurnPage(t.Context(), clerk, pages[1], 45)
	wantClass(t, err, protocollo.Invalid, "degrees")
	for i, c := range []struct{ degrees, turn, width, height, x, y int }{{90, 90, 20, 40, 18, 2}, {180, 270, 20, 40, 2, 38}, {270, 180, 40, 20, 38, 18}} {
		p, err := o.s.TurnPage(t.Context(), clerk, pages[1], c.degrees)
		if err != nil || p.Turn != c.turn {
			t.Fatalf("turned to %d, %v, want %d", p.Turn, err, c.turn)
		}
		for _, px := range []int{320, 40} { // the remembered picture, and one that is made
			picture, err := o.s.PagePicture(t.Context(), clerk, pages[1], px)
			if err != nil {
				t.Fatal(err)
			}
			img, err := jpeg.Decode(bytes.NewReader(picture))
			if err != nil {
				t.Fatal(err)
			}
			dark, _, _, _ := img.At(c.x, c.y).RGBA()
			light, _, _, _ := img.At(c.width-1-c.x, c.height-1-c.y).RGBA()
			if img.Bounds().Dx() != c.width || img.Bounds().Dy() != c.height || dark > 0x4000 || light < 0xC000 {
				t.Errorf("step %d: %v, corner %x, other corner %x", i, img.Bounds(), dark, light)
			}
		}
	}
	if err := o.s.ConfirmQuality(t.Context(), clerk, d.ID, nil); err != nil {
		t.Fatal(err)
	}
	_, err = o.s.TurnPage(t.Context(), clerk, pages[1], 90)
	wantClass(t, err, protocollo.Conflict, "document-closed")
	if err := o.s.Archive(t.Context(), d.ID); err != nil {
		t.Fatal(err)
	}
	if in := o.converter.jobs[0].Inputs; in[0].Rotate != 0 || in[1].Rotate != 180 {
		t.Errorf("archived with %d and %d", in[0].Rotate, in[1].Rotate)
	}
	o.checked()
}

// painter draws a page of 40 by 20 whose upper left corner is dark.
type painter struct{ inspector }

func (p painter) Inspect(ctx context.Context, r io.ReadSeeker, st scanner.Settings, accept func(string) bool, px int) (scanner.Facts, []byte, error) {
	facts, _, err := p.inspector.Inspect(ctx, r, st, accept, px)
	if err != nil {
		return facts, nil, err
	}
	img := image.NewGray(image.Rect(0, 0, 40, 20))
	for i := range img.Pix {
		img.Pix[i] = 255
		if i%40 < 8 && i/40 < 8 {
			img.Pix[i] = 0
		}
	}
	var b bytes.Buffer
	err = jpeg.Encode(&b, img, nil)
	return facts, b.Bytes(), err
}

// TestScanAPageAgain: the new page takes the old one's place and side, which leaves; what else came asks for itself.
func TestScanAPageAgain(t *testing.T) {
	o := newOffice(t)
	d := o.threeSheets("k")
	pages := ids(d)
	again := func(f *feeder) station.BatchView { return o.scan(f, station.ScanCommand{Replace: pages[2]}) }
	for name, f := range map[string]*feeder{
		"a scanner that is away": {open: func() error { return &scanner.Fault{Kind: scanner.FaultOffline} }},
		"no paper":               {end: &scanner.Fault{Kind: scanner.FaultEmpty}},
	} {
		if b := again(f); b.State != protocollo.BatchFaulted || o.layout(d.ID) != "f1 b1-k f2-k b2-k f3-k b3-k" || o.document(d.ID).State != protocollo.DocumentReady {
			t.Fatalf("%s: %+v, %q", name, b.Batch, o.layout(d.ID))
		}
	}
	// What lay behind a page that is no image took the place.
	strange := again(&feeder{pages: []string{"no image", sheetOf("behind", nil)}})
	if o.layout(d.ID) != "f1 b1-k f2-k b2-k f3-k b3-k" {
		t.Fatalf("%q", o.layout(d.ID))
	}
	o.mustSolve(clerk, o.wantAsked(strange.Documents[0].ID, "stray bad-data")[0], station.Answer{Choice: protocollo.ChoiceDiscard, Reason: "x"})
	_, err := o.s.StartScan(t.Context(), clerk, station.ScanCommand{Source: &feeder{}, SourceID: "scanner-1", Replace: pages[2], Continue: d.ID})
	wantClass(t, err, protocollo.Invalid, "replace")
	again(&feeder{pages: []string{sheetOf("again", nil), sheetOf("too-much", nil)}})
	if got := o.layout(d.ID); got != "f1 b1-k again b2-k f3-k b3-k" || o.document(d.ID).State != protocollo.DocumentReady {
		t.Fatalf("%q, %+v", got, o.document(d.ID))
	}
	_, now, err := o.db.Document(t.Context(), d.ID)
	if err != nil || now[2].Sheet != 2 || now[2].Back {
		t.Errorf("the new page: %+v, %v", now[2], err)
	}
	if _, err := o.s.PagePicture(t.Context(), clerk, pages[2], 320); !errors.Is(err, protocollo.NotFound) {
		t.Errorf("the old page is still there: %v", err)
	}
	if e := o.theException(protocollo.ExceptionNoCode, ""); e.DocumentID == d.ID || o.layout(e.DocumentID) != "too-much" {
		t.Errorf("asked %+v", e.Exception)
	}
	// The sheet is one still, and moves as one.
	if _, err := o.s.MovePage(t.Context(), clerk, now[2].ID, d.ID, 1); err != nil || o.layout(d.ID) != "again b2-k f1 b1-k f3-k b3-k" {
		t.Errorf("%q, %v", o.layout(d.ID), err)
	}
	o.checked()
}

// TestEditWhileAnActIsFinished: a document that an act fills gets no pages from elsewhere before it has its own.
func TestEditWhileAnActIsFinished(t *testing.T) {
	o := newOffice(t)
	r := o.labelled("key-0001", letter("A"))
	d := o.archivedLetter(r, r, "letter", "diagnosis")
	other := o.scan(&feeder{pages: plain("x", 1)}, station.ScanCommand{}).Documents[0]
	if err := o.s.Obscure(t.Context(), boss, request("o1"), d.ID, []int{2}); err != nil {
		t.Fatal(err)
	}
	next := o.record(r.Intake.ID).Documents[1]
	_, err := o.s.MergeDocument(t.Context(), boss, other.ID, next.ID)
	wantClass(t, err, protocollo.Conflict, "still-scanning")
	o.s.TakeOverDue(t.Context())
	if got := o.document(next.ID); got.State != protocollo.DocumentReady || got.Pages != 1 {
		t.Errorf("document %+v", got)
	}
}
