package station_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"segnatura/internal/central/embedded"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/pdfa"
	"segnatura/scanner"
	"segnatura/stamp"
	"segnatura/stamp/compose"
)

// registrar is the embedded register with faults before and after each call.
type registrar struct {
	Register0 *embedded.Register
	caps      protocollo.Capabilities
	mu        sync.Mutex
	before    map[string]error // by method, used up
	after     map[string]error
	always    error // of every call, before it
	calls     []string
	attached  []protocollo.AttachRequest
}

func (g *registrar) fail(m map[string]error, name string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	err := m[name]
	delete(m, name)
	return err
}

func (g *registrar) enter(name string) error {
	g.mu.Lock()
	g.calls = append(g.calls, name)
	always := g.always
	g.mu.Unlock()
	if always != nil {
		return always
	}
	return g.fail(g.before, name)
}

func (g *registrar) Name() string                          { return embedded.Name }
func (g *registrar) Capabilities() protocollo.Capabilities { return g.caps }

func (g *registrar) Register(ctx context.Context, r protocollo.RegisterRequest) (protocollo.Receipt, error) {
	if err := g.enter("Register"); err != nil {
		return protocollo.Receipt{}, err
	}
	receipt, err := g.Register0.Register(ctx, r)
	if lost := g.fail(g.after, "Register"); lost != nil {
		return protocollo.Receipt{}, lost
	}
	return receipt, err
}

func (g *registrar) Find(ctx context.Context, aoo protocollo.AOOCode, key string) (protocollo.Receipt, bool, error) {
	if err := g.enter("Find"); err != nil {
		return protocollo.Receipt{}, false, err
	}
	return g.Register0.Find(ctx, aoo, key)
}

func (g *registrar) Annul(ctx context.Context, ref string, a protocollo.Annulment) error {
	if err := g.enter("Annul"); err != nil {
		return err
	}
	return g.Register0.Annul(ctx, ref, a)
}

func (g *registrar) Attach(ctx context.Context, r protocollo.AttachRequest, body io.Reader) (protocollo.AttachReceipt, error) {
	if err := g.enter("Attach"); err != nil {
		return protocollo.AttachReceipt{}, err
	}
	g.mu.Lock()
	g.attached = append(g.attached, r)
	g.mu.Unlock()
	receipt, err := g.Register0.Attach(ctx, r, body)
	if lost := g.fail(g.after, "Attach"); lost != nil {
		return protocollo.AttachReceipt{}, lost
	}
	return receipt, err
}

// composer is the real one; it remembers what it was asked to compose.
type composer struct {
	mu     sync.Mutex
	labels []stamp.Label
	fails  int // how many of the next are refused
}

func (c *composer) Compose(l stamp.Label, r stamp.Resolution) (*stamp.Bitmap, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.labels = append(c.labels, l); c.fails > 0 {
		c.fails--
		return nil, errors.New("it does not fit")
	}
	return compose.Compose(l, r)
}

// printer prints into memory, or as the test says.
type printer struct {
	id      string
	mu      sync.Mutex
	size    stamp.Size
	res     stamp.Resolution
	results []stamp.Result // used up, then it prints
	err     error
	printed []*stamp.Bitmap
}

func (p *printer) ID() string { return p.id }

func (p *printer) Resolution() stamp.Resolution {
	if p.res != (stamp.Resolution{}) {
		return p.res
	}
	return stamp.DPI203
}

func (p *printer) LabelSize() stamp.Size {
	if p.size != (stamp.Size{}) {
		return p.size
	}
	return stamp.Size{WidthMM: 62, HeightMM: 29}
}

func (p *printer) State(context.Context) stamp.PrinterState {
	return stamp.PrinterState{Conditions: []stamp.Condition{stamp.ConditionReady}}
}

func (p *printer) Print(_ context.Context, b *stamp.Bitmap) (stamp.Result, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.results) > 0 {
		r := p.results[0]
		p.results = p.results[1:]
		return r, p.err
	}
	p.printed = append(p.printed, b)
	return stamp.Result{Outcome: stamp.OutcomePrinted}, nil
}

// sheetOf writes a pretend page: what the inspector will say of it, as JSON, and a word that makes its bytes its own.
func sheetOf(word string, change func(*scanner.Facts)) string {
	f := scanner.Facts{Paper: scanner.PaperA4, XDPI: 200, YDPI: 200, WidthMM: 210, HeightMM: 297, Encoding: "image/jpeg"}
	if change != nil {
		change(&f)
	}
	b, err := json.Marshal(struct {
		Word  string
		Facts scanner.Facts
	}{word, f})
	if err != nil {
		panic(err)
	}
	return string(b)
}

func withCodes(texts ...string) func(*scanner.Facts) {
	return func(f *scanner.Facts) {
		for _, text := range texts {
			f.Codes = append(f.Codes, scanner.CodeRead{Symbology: "QR", Text: text})
		}
	}
}

// inspector reads pretend pages.
type inspector struct{}

func (inspector) Inspect(_ context.Context, r io.ReadSeeker, _ scanner.Settings, _ func(string) bool, _ int) (scanner.Facts, []byte, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return scanner.Facts{}, nil, err
	}
	var page struct {
		Word  string
		Facts scanner.Facts
	}
	if err := json.Unmarshal(b, &page); err != nil {
		return scanner.Facts{}, nil, &scanner.Fault{Kind: scanner.FaultBadData, Err: err}
	}
	return page.Facts, []byte("jpeg of " + page.Word), nil
}

func (inspector) Crop(_ context.Context, r io.ReadSeeker, _ scanner.Settings, b scanner.Box, px int) ([]byte, error) {
	all, err := io.ReadAll(r)
	return []byte(fmt.Sprintf("%d bytes, %v in %d", len(all), b, px)), err
}

// feeder is a scanner with a stack of pages in it.
type feeder struct {
	mu     sync.Mutex
	pages  []string
	duplex bool
	end    error          // after the last page; nil = io.EOF
	onPage map[int]func() // called before page n is given
	hold   chan struct{}  // when not nil, after the last page it waits for it or for the context
	open   func() error   // of Scan
	given  int

	originals map[int]scanner.Original // of page n
	media     map[int]string           // of page n; image/jpeg otherwise
}

func (f *feeder) Capabilities(context.Context) (scanner.Capabilities, error) {
	return scanner.Capabilities{ID: "pretend"}, nil
}

func (f *feeder) Status(context.Context) scanner.Status {
	return scanner.Status{State: scanner.StateIdle}
}

func (f *feeder) Scan(context.Context, scanner.Request) (scanner.Document, error) {
	if f.open != nil {
		if err := f.open(); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func (f *feeder) Next(ctx context.Context) (*scanner.Page, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.given == len(f.pages) {
		if f.hold != nil {
			select {
			case <-f.hold:
			case <-ctx.Done():
				return nil, &scanner.Fault{Kind: scanner.FaultCancelled, Err: ctx.Err()}
			}
		}
		if f.end != nil {
			return nil, f.end
		}
		return nil, io.EOF
	}
	f.given++
	if call := f.onPage[f.given]; call != nil {
		call()
	}
	p := &scanner.Page{Seq: f.given, Sheet: f.given, Format: "image/jpeg", Data: io.NopCloser(strings.NewReader(f.pages[f.given-1])),
		TakenAt: time.Date(2026, 3, 2, 8, 20, 0, 0, time.UTC)}
	p.Original = f.originals[f.given]
	if media := f.media[f.given]; media != "" {
		p.Format = media
	}
	if f.duplex {
		p.Sheet, p.Back = (f.given+1)/2, f.given%2 == 0
	}
	return p, nil
}

func (f *feeder) Close() error { return nil }

// events remembers what was published and lets a test wait for a batch's end.
type events struct {
	mu   sync.Mutex
	all  []station.Event
	wake chan struct{}
}

func (e *events) Publish(ev station.Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all = append(e.all, ev)
	if e.wake != nil {
		close(e.wake)
		e.wake = nil
	}
}

func (e *events) of(kind station.EventKind) []station.Event {
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []station.Event
	for _, ev := range e.all {
		if ev.Kind == kind {
			out = append(out, ev)
		}
	}
	return out
}

// await blocks until done says so, looking again after each event, however long they keep coming.
func (e *events) await(t *testing.T, what string, done func() bool) {
	t.Helper()
	const quiet = time.Minute
	deadline := time.NewTimer(quiet)
	defer deadline.Stop()
	for {
		e.mu.Lock()
		if e.wake == nil {
			e.wake = make(chan struct{})
		}
		wake := e.wake
		e.mu.Unlock()
		if done() {
			return
		}
		select {
		case <-wake:
			deadline.Reset(quiet)
		case <-deadline.C:
			t.Fatalf("no %s", what)
		}
	}
}

func (e *events) waitEnded(t *testing.T, batchID int64, s *station.Station) {
	t.Helper()
	e.await(t, "end of the batch", func() bool {
		v, err := s.BatchView(t.Context(), boss, batchID)
		return err == nil && v.State != protocollo.BatchRunning && s.ScannerUser("scanner-1") == ""
	})
}

// scratch is a working file in memory.
type scratch struct {
	b   []byte
	pos int64
}

func (s *scratch) Write(p []byte) (int, error) { s.b = append(s.b, p...); return len(p), nil }

func (s *scratch) Read(p []byte) (int, error) {
	n, err := s.ReadAt(p, s.pos)
	s.pos += int64(n)
	return n, err
}

func (s *scratch) ReadAt(p []byte, off int64) (int, error) {
	return bytes.NewReader(s.b).ReadAt(p, off)
}

func (s *scratch) Seek(offset int64, _ int) (int64, error) { s.pos = offset; return offset, nil }

func (s *scratch) Close() error { return nil }

// converter writes a pretend PDF of the pages' own bytes, and tells of each page.
type converter struct {
	mu     sync.Mutex
	err    error
	change func(*pdfa.Result) // of what it says
	drawn  map[string]pdfa.DrawnReason
	jobs   []pdfa.Job
	made   map[string][][]byte // the pages of each file, by its digest
}

// Separate takes apart what it made.
func (c *converter) Separate(_ context.Context, in pdfa.Input, emit func(format string, data io.Reader) error) error {
	r, err := in.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	file, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	c.mu.Lock()
	pages := c.made[digestOf(file)]
	c.mu.Unlock()
	for _, page := range pages {
		if err := emit("image/jpeg", bytes.NewReader(page)); err != nil {
			return err
		}
	}
	return nil
}

func (c *converter) Convert(_ context.Context, job pdfa.Job, w io.Writer, progress func(int)) (pdfa.Result, error) {
	c.mu.Lock()
	c.jobs = append(c.jobs, job)
	err, change := c.err, c.change
	c.mu.Unlock()
	if err != nil {
		return pdfa.Result{}, err
	}
	var b bytes.Buffer
	var pages [][]byte
	res := pdfa.Result{Flavour: job.Flavour}
	fmt.Fprintf(&b, "%%PDF %s %d %s\n", job.Flavour, len(job.Inputs), job.Metadata.Title)
	for i, in := range job.Inputs {
		r, err := in.Open()
		if err != nil {
			return pdfa.Result{}, err
		}
		page, err := io.ReadAll(r)
		_ = r.Close()
		if err != nil {
			return pdfa.Result{}, err
		}
		b.Write(page)
		pages = append(pages, page)
		one := pdfa.PageResult{Input: in.Name, PageInInput: 1, StreamSHA256: digestOf(page), Drawn: c.drawn[in.Name]}
		if job.Text != nil {
			one.Words, one.TextMissing = len(job.Text[i].Words), job.Text[i].Missing
		}
		res.Pages = append(res.Pages, one)
		progress(i + 1)
	}
	res.SHA256, res.Bytes = digestOf(b.Bytes()), int64(b.Len())
	c.mu.Lock()
	if c.made == nil {
		c.made = map[string][][]byte{}
	}
	c.made[res.SHA256] = pages
	c.mu.Unlock()
	if change != nil {
		change(&res)
	}
	_, err = w.Write(b.Bytes())
	return res, err
}

func digestOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// reader recognises a word on each page, or what the test says.
type reader struct {
	read  func(ctx context.Context, page int) (pdfa.PageText, error) // nil: a word
	calls int
}

func (r *reader) Engine() string { return "pretend 1 (ita)" }

func (r *reader) ReadText(ctx context.Context, inputs []pdfa.Input, progress func(page, pages int)) ([]pdfa.PageText, error) {
	r.calls++
	var texts []pdfa.PageText
	for i := range inputs {
		text := pdfa.PageText{Words: []pdfa.Word{{Text: "Spett."}}}
		if r.read != nil {
			var err error
			if text, err = r.read(ctx, i+1); err != nil {
				return nil, err
			}
		}
		texts = append(texts, text)
		progress(i+1, len(inputs))
	}
	return texts, nil
}

// metadataFile writes what tells an edition from others.
type metadataFile struct{}

func (metadataFile) WriteMetadata(w io.Writer, m pdfa.DocumentMetadata) ([]pdfa.PendingField, error) {
	_, err := fmt.Fprintf(w, "<Documento>%s %d</Documento>", m.File.SHA256, m.File.Edition)
	return nil, err
}

// checker says yes to whatever begins like the pretend PDF, and reads its flavour and its pages from it.
type checker struct{}

func (checker) Check(_ context.Context, r io.ReaderAt, size int64) (pdfa.Report, error) {
	b := make([]byte, size)
	if _, err := r.ReadAt(b, 0); err != nil && !errors.Is(err, io.EOF) {
		return pdfa.Report{}, err
	}
	sum := sha256.Sum256(b)
	rep := pdfa.Report{SHA256: hex.EncodeToString(sum[:]), Checker: "pretend"}
	n, err := fmt.Sscanf(string(b), "%%PDF %s %d", &rep.Flavour, &rep.Pages)
	rep.Compliant = n == 2 && err == nil
	return rep, nil
}
