package ui_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"segnatura/pdfa"
	"segnatura/scanner"
	"segnatura/stamp"
)

// The pretend devices: pages are real JPEGs, small, with what is to be read on them in their comment.

// photo draws a page on which code can be read, or none where it is "". word makes its bytes its own.
func photo(t *testing.T, word, code string) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 16, 16))
	for i := range img.Pix {
		img.Pix[i] = 0xFF
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	comment := []byte(commentMark + code + "\n" + word)
	segment := append([]byte{0xFF, 0xFE}, binary.BigEndian.AppendUint16(nil, uint16(len(comment)+2))...)
	return slices.Concat(b.Bytes()[:2], segment, comment, b.Bytes()[2:])
}

const commentMark = "codice:"

// inspector reads the comment.
type inspector struct{}

func (inspector) Inspect(_ context.Context, r io.ReadSeeker, _ scanner.Settings, _ func(string) bool, _ int) (scanner.Facts, []byte, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return scanner.Facts{}, nil, err
	}
	if _, err := jpeg.Decode(bytes.NewReader(b)); err != nil {
		return scanner.Facts{}, nil, &scanner.Fault{Kind: scanner.FaultBadData, Err: err}
	}
	f := scanner.Facts{WidthPx: 16, HeightPx: 16, XDPI: 2, YDPI: 2, WidthMM: 210, HeightMM: 297, Paper: scanner.PaperA4, Encoding: "image/jpeg", Bits: 8, Channels: 1}
	_, comment, _ := bytes.Cut(b, []byte(commentMark))
	if code, _, _ := strings.Cut(string(comment), "\n"); strings.HasPrefix(code, "SGN1.") {
		f.Codes = []scanner.CodeRead{{Symbology: "QR", Text: code, X0: 1, Y0: 1, X1: 4, Y1: 4}}
	}
	return f, b, nil
}

func (inspector) Crop(_ context.Context, r io.ReadSeeker, _ scanner.Settings, _ scanner.Box, _ int) ([]byte, error) {
	return io.ReadAll(r)
}

// feeder is a scanner whose run gives what was laid in. With hold set a run does not end until it is cancelled.
type feeder struct {
	mu    sync.Mutex
	pages [][]byte
	hold  bool
	off   bool
}

func (f *feeder) lay(pages ...[]byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.pages = append(f.pages, pages...)
}

func (f *feeder) Capabilities(context.Context) (scanner.Capabilities, error) {
	return scanner.Capabilities{ID: "pretend", MakeAndModel: "Pretend", Inputs: []scanner.InputCapabilities{{
		Input: scanner.InputFeeder, Duplex: true, ColorModes: []scanner.ColorMode{scanner.ColorGrey}, ResolutionsDPI: []int{200, 300}}}}, nil
}

func (f *feeder) Status(context.Context) scanner.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.off {
		return scanner.Status{State: scanner.StateOffline}
	}
	return scanner.Status{State: scanner.StateIdle, Feeder: scanner.FeederLoaded}
}

func (f *feeder) Scan(context.Context, scanner.Request) (scanner.Document, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	r := &paperRun{pages: f.pages, hold: f.hold}
	f.pages = nil
	return r, nil
}

// paperRun is a run of pages.
type paperRun struct {
	pages [][]byte
	hold  bool
	end   error // after the last page; nil is io.EOF
	given int
}

func (r *paperRun) Next(ctx context.Context) (*scanner.Page, error) {
	if r.given == len(r.pages) {
		if r.hold {
			<-ctx.Done()
			return nil, &scanner.Fault{Kind: scanner.FaultCancelled, Err: ctx.Err()}
		}
		if r.end != nil {
			return nil, r.end
		}
		return nil, io.EOF
	}
	r.given++
	return &scanner.Page{Seq: r.given, Sheet: r.given, Format: "image/jpeg", Data: io.NopCloser(bytes.NewReader(r.pages[r.given-1])),
		TakenAt: openingTime(), Settings: scanner.Settings{Device: "Pretend", Input: scanner.InputFeeder}}, nil
}

func (r *paperRun) Close() error { return nil }

// labelMaker prints as the test says: the results are used up, then it prints.
type labelMaker struct {
	mu      sync.Mutex
	results []stamp.Result
	printed int
}

func (p *labelMaker) next(results ...stamp.Result) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.results = append(p.results, results...)
}

func (p *labelMaker) ID() string                   { return "zebra" }
func (p *labelMaker) Resolution() stamp.Resolution { return stamp.DPI203 }
func (p *labelMaker) LabelSize() stamp.Size        { return stamp.Size{WidthMM: 62, HeightMM: 29} }
func (p *labelMaker) State(context.Context) stamp.PrinterState {
	return stamp.PrinterState{Conditions: []stamp.Condition{stamp.ConditionReady}}
}

func (p *labelMaker) Print(context.Context, *stamp.Bitmap) (stamp.Result, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.results) > 0 {
		r := p.results[0]
		p.results = p.results[1:]
		return r, nil
	}
	p.printed++
	return stamp.Result{Outcome: stamp.OutcomePrinted}, nil
}

// outOfLabels is what a printer without labels answers before anything is sent.
func outOfLabels() stamp.Result {
	return stamp.Result{Outcome: stamp.OutcomeFailed, Before: stamp.PrinterState{Conditions: []stamp.Condition{stamp.ConditionMediaOut}}}
}

// converter writes a pretend PDF that names its job; checker says yes to it and reads its pages from it.
type converter struct{}

func (converter) Convert(_ context.Context, job pdfa.Job, w io.Writer, _ func(int)) (pdfa.Result, error) {
	text := fmt.Sprintf("%%PDF-1.7 %d %s", len(job.Inputs), job.Metadata.DocumentID)
	if _, err := io.WriteString(w, text); err != nil {
		return pdfa.Result{}, err
	}
	sum := sha256.Sum256([]byte(text))
	res := pdfa.Result{Flavour: pdfa.Flavour2B, SHA256: hex.EncodeToString(sum[:]), Bytes: int64(len(text))}
	for _, in := range job.Inputs {
		res.Pages = append(res.Pages, pdfa.PageResult{Input: in.Name, PageInInput: 1})
	}
	return res, nil
}

// separator gives a page of a JPEG's first bytes for each that a file is of.
type separator struct{}

func (separator) Separate(_ context.Context, in pdfa.Input, emit func(format string, data io.Reader) error) error {
	r, err := in.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	var pages int
	if _, err := fmt.Fscanf(r, "%%PDF-1.7 %d", &pages); err != nil {
		return err
	}
	for range pages {
		if err := emit("image/jpeg", strings.NewReader("\xFF\xD8 pagina")); err != nil {
			return err
		}
	}
	return nil
}

type checker struct{}

func (checker) Check(_ context.Context, r io.ReaderAt, size int64) (pdfa.Report, error) {
	b, err := io.ReadAll(io.NewSectionReader(r, 0, size))
	if err != nil {
		return pdfa.Report{}, err
	}
	sum := sha256.Sum256(b)
	rep := pdfa.Report{Flavour: pdfa.Flavour2B, SHA256: hex.EncodeToString(sum[:]), Checker: "pretend"}
	n, err := fmt.Sscanf(string(b), "%%PDF-1.7 %d", &rep.Pages)
	rep.Compliant = n == 1 && err == nil
	return rep, nil
}

// openingTime is when every test's office opens: a Monday morning in Rome.
func openingTime() time.Time { return time.Date(2026, 3, 2, 8, 15, 0, 0, time.UTC) }
