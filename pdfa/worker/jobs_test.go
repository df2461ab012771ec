package worker_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"segnatura/pdfa"
	"segnatura/pdfa/worker"
	"segnatura/scanner"
)

// What goes in comes out, over more than one frame, and each input is opened once and closed.
func TestConvertThroughTheJail(t *testing.T) {
	p := newPool(t, nil)
	files := []*memoryFile{{name: "a", content: pattern(3_000_001)}, {name: "b", content: nil}, {name: "c", content: pattern(70_000)}}
	job := pdfa.Job{Flavour: pdfa.Flavour2U, Metadata: pdfa.Metadata{Title: "copy"}, Text: []pdfa.PageText{{Words: make([]pdfa.Word, 5)}}}
	var want []byte
	for _, f := range files {
		job.Inputs = append(job.Inputs, f.input())
		want = append(want, f.content...)
	}
	job.Inputs[0].Rotate, job.Inputs[0].AssumeXDPI, job.Inputs[0].AssumeYDPI = 90, 200, 100
	var got bytes.Buffer
	var pages []int
	result, err := p.Convert(t.Context(), job, &got, func(page int) { pages = append(pages, page) })
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) || result.Bytes != int64(len(want)) {
		t.Errorf("%d bytes came, %d were told, %d were right", got.Len(), result.Bytes, len(want))
	}
	if sum := sha256.Sum256(want); result.SHA256 != hex.EncodeToString(sum[:]) || result.Flavour != pdfa.Flavour2U {
		t.Errorf("result %+v", result)
	}
	if first := result.Pages[0]; first.WidthPx != 90 || first.WidthMM != 200 || first.HeightMM != 100 || first.Words != 5 {
		t.Errorf("the job lost something on its way: %+v", first)
	}
	if !slices.Equal(pages, []int{1, 2, 3}) {
		t.Errorf("progress %v", pages)
	}
	for _, f := range files {
		if f.opened != 1 || f.closed != 1 {
			t.Errorf("%s was opened %d times and closed %d times", f.name, f.opened, f.closed)
		}
	}
}

func TestCheckThroughTheJail(t *testing.T) {
	p := newPool(t, nil)
	content := pattern(1_000_000)
	report, err := p.Check(t.Context(), bytes.NewReader(content), int64(len(content)))
	if sum := sha256.Sum256(content); err != nil || !report.Compliant || report.SHA256 != hex.EncodeToString(sum[:]) {
		t.Errorf("report %+v, %v", report, err)
	}
}

// Only from one page to the next the time is short: a large file is checked for as long as it goes on.
func TestALongCheckIsNotStuck(t *testing.T) {
	p := newPool(t, func(c *worker.Config) { c.Background.Stall = time.Second })
	report, err := p.Check(t.Context(), bytes.NewReader(pattern(slowCheck)), slowCheck)
	if err != nil || !report.Compliant {
		t.Errorf("report %+v, %v", report, err)
	}
}

// Pages that nobody has to read are gone through all the same.
func TestManyPagesWithTheirOwnTextAreNotStuck(t *testing.T) {
	p := newPool(t, func(c *worker.Config) { c.Background.Stall = time.Second })
	pages, err := p.Rasters(t.Context(), []pdfa.Input{{Name: slowPages}}, func(pdfa.Raster) error { return errors.New("a raster") })
	if err != nil || pages != slowlyDone {
		t.Errorf("%d pages, %v", pages, err)
	}
}

func TestRastersComeInOrderAndWhole(t *testing.T) {
	p := newPool(t, nil)
	inputs := []pdfa.Input{{Name: "1"}, {Name: "2"}, {Name: "3"}}
	seen := 0
	pages, err := p.Rasters(t.Context(), inputs, func(r pdfa.Raster) error {
		seen++
		want := pdfa.Raster{Page: seen, Width: 1001, Height: 700, XDPI: 300, YDPI: 200, Pix: pattern(1001 * 700)}
		if seen == 2 {
			want.Bitonal, want.Pix = true, pattern(126*700)
		}
		if r.Page != want.Page || r.Width != want.Width || r.Height != want.Height || r.XDPI != want.XDPI || r.YDPI != want.YDPI || r.Bitonal != want.Bitonal {
			t.Errorf("raster %+v", r)
		}
		if !bytes.Equal(r.Pix, want.Pix) {
			t.Errorf("page %d: other pixels", seen)
		}
		return nil
	})
	if err != nil || seen != 3 || pages != 4 {
		t.Errorf("%d rasters of %d pages, %v", seen, pages, err)
	}
	for _, name := range []string{"short", "long"} {
		_, err := p.Rasters(t.Context(), []pdfa.Input{{Name: name}}, func(pdfa.Raster) error { return nil })
		if died := diedOf(t, err); died.Cause != worker.CauseProtocol {
			t.Errorf("%s: %v", name, err)
		}
	}
	mine := errors.New("recognition failed")
	if _, err := p.Rasters(t.Context(), inputs, func(pdfa.Raster) error { return mine }); !errors.Is(err, mine) {
		t.Errorf("emit's own error came back as %v", err)
	}
	works(t, p)
}

func TestInspectThroughTheJail(t *testing.T) {
	p := newPool(t, nil)
	page := bytes.NewReader(pattern(600_000))
	asked := []string{}
	facts, small, err := p.Inspect(t.Context(), page, scanner.Settings{ResolutionXDPI: 300},
		func(text string) bool { asked = append(asked, text); return text == "ours" }, 240)
	if err != nil || facts.WidthPx != 600_000 || facts.HeightPx != 240 || facts.XDPI != 300 || !bytes.Equal(small, pattern(300_000)) {
		t.Fatalf("facts %+v, picture of %d bytes, %v", facts, len(small), err)
	}
	if len(facts.Codes) != 1 || facts.Codes[0].Text != "ours" || !slices.Equal(asked, []string{"theirs", "ours"}) {
		t.Errorf("codes %+v, asked %v", facts.Codes, asked)
	}
	if facts, _, err = p.Inspect(t.Context(), page, scanner.Settings{}, nil, 1); err != nil || len(facts.Codes) != 2 {
		t.Errorf("with nobody to ask: %+v, %v", facts.Codes, err)
	}
}

// A page that is no image, and one that kills the decoder, are both faults of the page for whoever scans.
func TestInspectTellsAFaultOfThePage(t *testing.T) {
	p := newPool(t, nil)
	_, _, err := p.Inspect(t.Context(), strings.NewReader("bad"), scanner.Settings{}, nil, 1)
	fault, ok := errors.AsType[*scanner.Fault](err)
	if !ok || fault.Kind != scanner.FaultTruncated || fault.Detail != "half" || fault.Err.Error() != "eof" {
		t.Errorf("error %v", err)
	}
	_, _, err = p.Inspect(t.Context(), strings.NewReader("panic"), scanner.Settings{}, nil, 1)
	if fault, ok := errors.AsType[*scanner.Fault](err); !ok || fault.Kind != scanner.FaultBadData {
		t.Errorf("error %v", err)
	}
	if refused, ok := errors.AsType[*pdfa.RefusedError](err); !ok || refused.Reason != pdfa.RefusedCrash {
		t.Errorf("error %v", err)
	}
}

func TestSeparateThroughTheJail(t *testing.T) {
	p := newPool(t, nil)
	first := pattern(700_000)
	for i := range first {
		if first[i] == '|' {
			first[i] = 0
		}
	}
	in := (&memoryFile{name: "fascicolo.pdf", content: append(slices.Clone(first), "||tre"...)}).input()
	var got []string
	err := p.Separate(t.Context(), in, func(part worker.Part) error {
		b, err := io.ReadAll(part.Data)
		if part.Page != len(got)+1 || part.Format != "image/png" {
			t.Errorf("part %+v", part)
		}
		got = append(got, string(b))
		return err
	})
	if err != nil || !slices.Equal(got, []string{string(first), "", "tre"}) {
		t.Errorf("%d parts, %v", len(got), err)
	}
	in = (&memoryFile{name: "fascicolo.pdf", content: []byte("uno|panic|tre")}).input()
	err = p.Separate(t.Context(), in, func(part worker.Part) error { _, err := io.Copy(io.Discard, part.Data); return err })
	if fault, ok := errors.AsType[*scanner.Fault](err); !ok || fault.Kind != scanner.FaultBadData || !fault.MayPass {
		t.Errorf("error %v", err)
	}
	if died := diedOf(t, err); died.Refused.File != "fascicolo.pdf" || died.Refused.Page != 2 {
		t.Errorf("refused %+v", died.Refused)
	}
}

// What fails on our side is our error, not the document's.
func TestOurOwnFailuresAreNotTheDocuments(t *testing.T) {
	p := newPool(t, nil)
	mine := errors.New("disk full")
	whole := func() *memoryFile { return &memoryFile{name: "a", content: pattern(1_000_000)} }
	ownFault := func(open func() (io.ReadSeekCloser, error), w io.Writer) error {
		_, err := p.Convert(t.Context(), pdfa.Job{Metadata: pdfa.Metadata{Title: "copy"}, Inputs: []pdfa.Input{{Name: "a", Open: open}}}, w, nil)
		return err
	}
	left := whole()
	for name, err := range map[string]error{
		"open":  ownFault(func() (io.ReadSeekCloser, error) { return nil, mine }, io.Discard),
		"read":  ownFault(func() (io.ReadSeekCloser, error) { return failing{err: mine}, nil }, io.Discard),
		"write": ownFault(left.input().Open, failing{err: mine}),
	} {
		if _, refused := errors.AsType[*pdfa.RefusedError](err); !errors.Is(err, mine) || refused {
			t.Errorf("%s: %v", name, err)
		}
	}
	if left.closed != 1 {
		t.Errorf("the input was closed %d times", left.closed)
	}
	works(t, p)
}

// failing is a file of some length that cannot be read or written.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error)  { return 0, f.err }
func (f failing) Write([]byte) (int, error) { return 0, f.err }
func (f failing) Seek(_ int64, w int) (int64, error) {
	if w == io.SeekEnd {
		return 100, nil
	}
	return 0, nil
}
func (f failing) Close() error { return nil }

// An error of the engine keeps its class, its words, and what it wraps.
func TestARefusalKeepsItsClass(t *testing.T) {
	p := newPool(t, nil)
	err := convert(t.Context(), p, "refuse")
	refused, ok := errors.AsType[*pdfa.RefusedError](err)
	if !ok || refused.File != "allegato.tif" || refused.Page != 2 || refused.Reason != pdfa.RefusedCorrupt || refused.Detail != "no" {
		t.Errorf("error %v", err)
	}
	if _, died := errors.AsType[*worker.DiedError](err); died {
		t.Errorf("a refusal is told as a death: %v", err)
	}
}

func TestACancelledJobEndsAtOnce(t *testing.T) {
	p := newPool(t, nil)
	mine := errors.New("the clerk went away")
	ctx, cancel := context.WithCancelCause(t.Context())
	job := deed("sleep")
	_, err := p.Convert(ctx, job, io.Discard, func(page int) {
		if page == 2 {
			cancel(mine)
		}
	})
	if !errors.Is(err, mine) {
		t.Errorf("error %v", err)
	}
	if _, refused := errors.AsType[*pdfa.RefusedError](err); refused {
		t.Errorf("the document is blamed: %v", err)
	}
	works(t, p)
}
