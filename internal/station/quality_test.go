package station_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"segnatura/internal/officesim"
	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
	"segnatura/internal/station"
	"segnatura/internal/testenv"
	"segnatura/scanner"
	"segnatura/scanner/escl"
	"segnatura/scanner/sheet"
)

// poorly is a page that was measured, with what change makes of it.
func poorly(change func(*scanner.Facts)) func(*scanner.Facts) {
	return func(f *scanner.Facts) {
		f.Quality = &scanner.Quality{PaperLevel: 240, Contrast: 0.8, EdgeMM: 0.15, EdgePx: 1.5, SkewKnown: true, Turn: scanner.Turn{Upright: 20}}
		change(f)
	}
}

// TestFlaggedPagesAreConfirmedSingly: R19.1, R3.6, 002 art. 28.5.
func TestFlaggedPagesAreConfirmedSingly(t *testing.T) {
	o := newOffice(t)
	r := o.labelled("key-0001", letter("x"))
	o.scan(&feeder{pages: []string{
		sheetOf("first", poorly(withCodes(codeOf(r)))),
		sheetOf("askew", poorly(func(f *scanner.Facts) { f.Quality.SkewDegrees = -3.2 })),
		sheetOf("plain", poorly(func(*scanner.Facts) {})),
		sheetOf("over", poorly(func(f *scanner.Facts) { f.Quality.Turn = scanner.Turn{Over: 12} })),
	}}, station.ScanCommand{})
	d := o.record(r.Intake.ID).Documents[0]
	if d.State != protocollo.DocumentReady || len(d.PageList) != 4 {
		t.Fatalf("document: %+v", d)
	}
	shown, err := o.s.BatchView(t.Context(), clerk, d.BatchID)
	if err != nil {
		t.Fatal(err)
	}
	strip, err := o.s.ActiveBatches(t.Context(), clerk)
	if err != nil || len(strip) != 1 {
		t.Fatalf("strip: %v, %v", strip, err)
	}
	of, err := o.s.Registration(t.Context(), clerk, r.Registration.ID)
	if err != nil {
		t.Fatal(err)
	}
	want := [][]rules.Flag{nil, {{Code: rules.FlagSkew, Figure: 3.2, Limit: 2}}, nil, {{Code: rules.FlagUpsideDown, Figure: 12, Limit: 7}}}
	for name, docs := range map[string][]station.DocumentView{"batch": shown.Documents, "strip": strip[0].Documents, "record": of.Documents} {
		for i, p := range docs[0].PageList {
			if !slices.Equal(p.Flags, want[i]) {
				t.Errorf("%s, page %d: %+v, want %+v", name, i+1, p.Flags, want[i])
			}
		}
	}
	for _, c := range []struct {
		confirmed []int64
		words     string
	}{
		{nil, "2, 4"},
		{[]int64{d.PageList[0].ID, d.PageList[2].ID}, "2, 4"},
		{[]int64{d.PageList[1].ID}, "4"},
	} {
		err := o.s.ConfirmQuality(t.Context(), clerk, d.ID, c.confirmed)
		wantClass(t, err, protocollo.Conflict, "page-flagged")
		if e := new(protocollo.Error); !errors.As(err, &e) || e.Words != c.words {
			t.Errorf("confirmed %v: %v", c.confirmed, err)
		}
	}
	if got := o.record(r.Intake.ID).Documents[0].State; got != protocollo.DocumentReady {
		t.Errorf("a refused confirmation left the document %s", got)
	}
	if err := o.s.ConfirmQuality(t.Context(), clerk, d.ID, []int64{d.PageList[3].ID, d.PageList[1].ID, 99}); err != nil {
		t.Fatal(err)
	}
	if err := o.s.ConfirmQuality(t.Context(), clerk, d.ID, nil); err != nil {
		t.Errorf("confirmed again: %v", err)
	}
}

// pageOf is a page with what package sheet measures of its image.
func pageOf(tb testing.TB, r io.ReadSeeker) (protocollo.Page, *sheet.Image) {
	tb.Helper()
	m, err := sheet.Read(r, scanner.Settings{})
	if err != nil {
		return protocollo.Page{}, nil
	}
	facts, err := json.Marshal(m.Facts())
	if err != nil {
		tb.Fatal(err)
	}
	return protocollo.Page{Facts: facts}, m
}

// flagWords lists flags with their figures.
func flagWords(flags []rules.Flag) string {
	var out []string
	for _, f := range flags {
		out = append(out, strings.TrimSuffix(fmt.Sprintf("%s %.2g %s", f.Code, f.Figure, f.Why), " "))
	}
	return strings.Join(out, "; ")
}

func codesOf(flags []rules.Flag) string {
	var out []string
	for _, f := range flags {
		out = append(out, string(f.Code))
	}
	return strings.Join(out, " ")
}

// lettersOf scans letters of the pretend office.
func lettersOf(t *testing.T, kind officesim.LetterKind, n int, req scanner.Request) (pages []protocollo.Page, images []*sheet.Image) {
	t.Helper()
	o, err := officesim.Start(t.Context(), officesim.Config{Seed: 11})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	for range n {
		if err := o.Load(officesim.Letter{Kind: kind}); err != nil {
			t.Fatal(err)
		}
	}
	source, err := escl.New(escl.Config{URL: o.ScannerURL()})
	if err != nil {
		t.Fatal(err)
	}
	req.Input = scanner.InputFeeder
	doc, err := source.Scan(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	defer doc.Close()
	for {
		p, err := doc.Next(t.Context())
		if errors.Is(err, io.EOF) {
			return pages, images
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(p.Data)
		if err := errors.Join(err, p.Data.Close()); err != nil {
			t.Fatal(err)
		}
		page, m := pageOf(t, bytes.NewReader(data))
		if m == nil {
			t.Fatal("a page of the pretend office cannot be read")
		}
		page.Sheet, page.Back = p.Sheet, p.Back
		pages, images = append(pages, page), append(images, m)
	}
}

// TestOrdinaryLettersRaiseNoFlag: a check that flags ordinary letters is confirmed unread after a week.
func TestOrdinaryLettersRaiseNoFlag(t *testing.T) {
	for _, c := range []struct {
		kind officesim.LetterKind
		n    int
		req  scanner.Request
	}{
		{officesim.KindLetter, 3, scanner.Request{ResolutionDPI: 150, ColorMode: scanner.ColorGrey}},
		{officesim.KindLetter, 3, scanner.Request{ResolutionDPI: 200, ColorMode: scanner.ColorRGB}},
		{officesim.KindForeignCode, 2, scanner.Request{ResolutionDPI: 300, ColorMode: scanner.ColorGrey}},
		{officesim.KindBlankBacks, 2, scanner.Request{ResolutionDPI: 150, ColorMode: scanner.ColorGrey, Duplex: true}},
		{officesim.KindDoubleSided, 1, scanner.Request{ResolutionDPI: 200, ColorMode: scanner.ColorGrey, Duplex: true}},
		{officesim.KindPlan, 1, scanner.Request{ResolutionDPI: 150, ColorMode: scanner.ColorRGB}},
	} {
		pages, images := lettersOf(t, c.kind, c.n, c.req)
		if len(pages) == 0 {
			t.Fatalf("%s: no pages", c.kind)
		}
		for i, flags := range station.QualityOf(pages) {
			if len(flags) > 0 {
				t.Errorf("%s at %d dpi, page %d: %s; %s", c.kind, c.req.ResolutionDPI, i+1, flagWords(flags), pages[i].Facts)
			}
			one, _ := pageOf(t, bytes.NewReader(asBitonal(t, images[i])))
			one.Sheet, one.Back = pages[i].Sheet, pages[i].Back
			if flags := station.QualityOf([]protocollo.Page{one})[0]; !pages[i].Back && len(flags) > 0 {
				t.Errorf("%s at %d dpi in one bit, page %d: %s; %s", c.kind, c.req.ResolutionDPI, i+1, flagWords(flags), one.Facts)
			}
		}
	}
}

// asBitonal is a page as a scanner makes it of one bit, at the same resolution.
func asBitonal(tb testing.TB, m *sheet.Image) []byte {
	tb.Helper()
	out := image.NewPaletted(m.Grey.Rect, color.Palette{color.Black, color.White})
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			if m.Grey.Pix[y*m.Grey.Stride+x] >= 150 {
				out.Pix[y*out.Stride+x] = 1
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, out); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// TestPoorPagesAreFlagged: each page of the poorly fed letter for what is wrong with it, and for nothing else.
func TestPoorPagesAreFlagged(t *testing.T) {
	want := []string{"", "skew", "upside-down", "low-contrast", "cut-edge", "blank"}
	for _, dpi := range []int{150, 200, 300} {
		pages, _ := lettersOf(t, officesim.KindPoor, 1, scanner.Request{ResolutionDPI: dpi, ColorMode: scanner.ColorGrey})
		if len(pages) != len(want) {
			t.Fatalf("%d pages", len(pages))
		}
		for i, flags := range station.QualityOf(pages) {
			if codesOf(flags) != want[i] {
				t.Errorf("%d dpi, page %d: %q, want %q; %s", dpi, i+1, flagWords(flags), want[i], pages[i].Facts)
			}
		}
	}
}

// TestFlagsOnTheCorpus holds what is flagged on real pages against a table that a person has gone through: nothing else may be.
func TestFlagsOnTheCorpus(t *testing.T) {
	reviewed := map[string]string{
		"naps2__blank1.jpg":              "low-contrast", // nothing but pale colour patches in its corners
		"unpaper__imgsrc001.png":         "skew",         // made to be set straight
		"rxing__code128-2_01.png":        "cut-edge",     // the others are photographs of parts of things
		"rxing__code128-2_14.png":        "low-contrast cut-edge",
		"rxing__falsepositives-2_10.png": "cut-edge",
		"rxing__qrcode-1_13.png":         "low-contrast cut-edge",
	}
	for _, folder := range []string{"corpus/scans", "corpus/barcodes"} {
		files, err := filepath.Glob(filepath.Join(testenv.Shared(t, folder), "*"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no files: %v", err)
		}
		for _, file := range files {
			r, err := os.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			page, m := pageOf(t, r)
			r.Close()
			if m == nil {
				continue // a PDF
			}
			flags := station.QualityOf([]protocollo.Page{page})[0]
			t.Logf("%-50s %s", filepath.Base(file), flagWords(flags))
			if codesOf(flags) != reviewed[filepath.Base(file)] {
				t.Errorf("%s: %q, reviewed as %q", filepath.Base(file), flagWords(flags), reviewed[filepath.Base(file)])
			}
		}
	}
}
