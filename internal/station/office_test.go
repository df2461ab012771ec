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
	"os"
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
	"segnatura/store"
)

// office is a station over the real store, with pretend devices. Nothing in it waits: time is what the test says.
type office struct {
	t         *testing.T
	dir       string
	db        *store.DB
	s         *station.Station
	clock     *clock
	registrar *registrar
	printer   *printer
	composer  *composer
	converter *converter
	events    *events
	cfg       station.Config
}

var (
	clerk = protocollo.Actor{User: "mrossi", Name: "Mario Rossi", AOO: "AOO1", Roles: []protocollo.Role{protocollo.RoleOperator}, Desk: "sportello-1"}
	other = protocollo.Actor{User: "lverdi", Name: "Laura Verdi", AOO: "AOO1", Roles: []protocollo.Role{protocollo.RoleOperator}, Desk: "sportello-2"}
	boss  = protocollo.Actor{User: "resp", Name: "Rita Sponsabile", AOO: "AOO1", Roles: []protocollo.Role{protocollo.RoleResponsabile}, Desk: "ufficio"}
	guest = protocollo.Actor{User: "ospite", Name: "Ospite", AOO: "AOO1", Roles: []protocollo.Role{protocollo.RoleReader}}
	alien = protocollo.Actor{User: "altro", Name: "Altra AOO", AOO: "AOO2", Roles: []protocollo.Role{protocollo.RoleResponsabile}}
)

// newOffice opens an office that is configured and whose clock stands at 2 March 2026, 9:15 in Rome.
func newOffice(t *testing.T) *office {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(configured(t))); err != nil {
		t.Fatal(err)
	}
	return officeIn(t, dir)
}

var configuredOnce struct {
	sync.Mutex
	dir string
}

// configured returns a data folder that was configured once for all tests: to migrate a fresh one for each costs more than what
// most of them look at.
func configured(t *testing.T) string {
	t.Helper()
	configuredOnce.Lock()
	defer configuredOnce.Unlock()
	if configuredOnce.dir != "" {
		return configuredOnce.dir
	}
	dir, err := os.MkdirTemp("", "segnatura-station-test-")
	if err != nil {
		t.Fatal(err)
	}
	o := newOfficeIn(t, dir)
	account := func(a protocollo.Actor) station.NewAccount {
		return station.NewAccount{User: a.User, Name: a.Name, AOO: a.AOO, Roles: a.Roles, Password: "hash"}
	}
	err = o.s.Configure(t.Context(), station.Setup{
		Body: protocollo.Body{Code: "c_a000", Name: "Comune di Prova", ShortName: "Comune di Prova"},
		AOOs: []protocollo.AOO{
			{Code: "AOO1", Name: "Area unica", RegisterCode: "PG", RegisterName: "Protocollo generale"},
			{Code: "AOO2", Name: "Altra area", RegisterCode: "PG", RegisterName: "Protocollo generale"},
		},
		Connector: embedded.Name, StartingNumber: 1, ActNumber: "1", ActDay: "2026-01-02",
	}, []station.NewAccount{account(clerk), account(other), account(boss), account(alien)})
	o.s.Close()
	o.close()
	if err != nil {
		t.Fatal(err)
	}
	configuredOnce.dir = dir
	return dir
}

// TestMain removes the folder that the tests shared.
func TestMain(m *testing.M) {
	code := m.Run()
	if configuredOnce.dir != "" {
		_ = os.RemoveAll(configuredOnce.dir)
	}
	os.Exit(code)
}

func unconfigured(t *testing.T) *office {
	t.Helper()
	return officeIn(t, t.TempDir())
}

func officeIn(t *testing.T, dir string) *office {
	t.Helper()
	o := newOfficeIn(t, dir)
	t.Cleanup(func() { o.s.Close(); o.close() })
	return o
}

func newOfficeIn(t *testing.T, dir string) *office {
	t.Helper()
	o := &office{t: t, dir: dir, clock: &clock{now: time.Date(2026, 3, 2, 8, 15, 0, 0, time.UTC)}, printer: &printer{id: "zebra"},
		composer: &composer{}, converter: &converter{}, events: &events{}}
	o.open()
	return o
}

func (o *office) open() {
	o.t.Helper()
	db, err := store.Open(o.t.Context(), store.Config{Dir: o.dir, Clock: o.clock.Now, TimeAgreed: func() bool { return true }})
	if err != nil {
		o.t.Fatal(err)
	}
	o.db = db
	if o.registrar == nil {
		o.registrar = &registrar{caps: embedded.New(db).Capabilities()}
	}
	o.registrar.Register0 = embedded.New(db)
	o.start(nil)
}

func (o *office) close() {
	if err := o.db.Close(); err != nil {
		o.t.Error(err)
	}
}

// restart is a stop and a start of the whole program on the same folder.
func (o *office) restart() {
	o.t.Helper()
	o.s.Close()
	o.close()
	o.open()
}

// start makes another station over the same store: what a process that died leaves behind. change may put faulty ports in.
func (o *office) start(change func(*station.Config)) {
	o.t.Helper()
	var keys int
	db := o.db
	o.cfg = station.Config{
		Intakes: db, Duplicates: db, Unsettled: db, Deliveries: db, Drafts: db, References: db, Titolari: db, Prints: db, Batches: db,
		Documents: db, Exceptions: db, Codes: db, Archive: db, Outbox: db, Setup: db, Policies: db, Safety: db, Annulments: db, Views: db,
		Registrar: o.registrar, Sender: o.registrar, Composer: o.composer, Inspector: inspector{}, Converter: o.converter, Checker: checker{},
		Scratch:   func(context.Context) (station.Scratch, error) { return &scratch{}, nil },
		Publisher: o.events, Clock: o.clock.Now, NewKey: func() string { keys++; return fmt.Sprintf("chiave-%d", keys) },
	}
	if change != nil {
		change(&o.cfg)
	}
	s, err := station.New(o.cfg)
	if err != nil {
		o.t.Fatal(err)
	}
	o.s = s
}

func letter(subject string) protocollo.Draft {
	return protocollo.Draft{Direction: protocollo.Incoming, Subject: subject, Senders: []protocollo.Correspondent{{Name: "Bianchi Lucia"}},
		Classifica: "I.6", UOR: "TRIB"}
}

func (o *office) register(key string, d protocollo.Draft) station.Record {
	o.t.Helper()
	rec, err := o.s.Register(o.t.Context(), clerk, station.RegisterCommand{Key: key, Draft: d})
	if err != nil {
		o.t.Fatalf("register %s: %v", key, err)
	}
	return rec
}

// labelled registers a letter and prints its label.
func (o *office) labelled(key string, d protocollo.Draft) station.Record {
	o.t.Helper()
	rec := o.register(key, d)
	p, err := o.s.PrintLabel(o.t.Context(), clerk, rec.Registration.ID, o.printer, protocollo.ReprintNone)
	if err != nil || p.State != protocollo.PrintPrinted {
		o.t.Fatalf("print %s: %v, %v", key, p.State, err)
	}
	return o.record(rec.Intake.ID)
}

func (o *office) record(intakeID int64) station.Record {
	o.t.Helper()
	rec, err := o.s.IntakeRecord(o.t.Context(), boss, intakeID)
	if err != nil {
		o.t.Fatal(err)
	}
	return rec
}

func codeOf(rec station.Record) string {
	return rec.Registration.Barcode(rec.Intake.Draft.Direction).Payload()
}

func wantClass(t *testing.T, err error, class protocollo.Class, code string) {
	t.Helper()
	var e *protocollo.Error
	if !errors.As(err, &e) || e.Class != class || (code != "" && e.Code != code) {
		t.Fatalf("error %v, want %s (%s)", err, class, code)
	}
}

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// registrar is the embedded register with faults before and after each call.
type registrar struct {
	Register0 *embedded.Register
	caps      protocollo.Capabilities
	mu        sync.Mutex
	before    map[string]error // by method, used up
	after     map[string]error
	always    error // of every call, before it
	calls     []string
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
}

func (c *composer) Compose(l stamp.Label, r stamp.Resolution) (*stamp.Bitmap, error) {
	c.mu.Lock()
	c.labels = append(c.labels, l)
	c.mu.Unlock()
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
	if f.duplex {
		p.Sheet, p.Back = (f.given+1)/2, f.given%2 == 0
	}
	return p, nil
}

func (f *feeder) Close() error { return nil }

// scan runs a feeder to its end and returns the batch as the desk shows it.
func (o *office) scan(f *feeder, cmd station.ScanCommand) station.BatchView {
	o.t.Helper()
	b := o.startScan(f, cmd)
	o.events.waitEnded(o.t, b.ID, o.s)
	return o.batch(b.ID)
}

func (o *office) startScan(f *feeder, cmd station.ScanCommand) protocollo.Batch {
	o.t.Helper()
	cmd.Source, cmd.SourceID = f, "scanner-1"
	b, err := o.s.StartScan(o.t.Context(), clerk, cmd)
	if err != nil {
		o.t.Fatalf("StartScan: %v", err)
	}
	return b
}

func (o *office) batch(id int64) station.BatchView {
	o.t.Helper()
	v, err := o.s.BatchView(o.t.Context(), boss, id)
	if err != nil {
		o.t.Fatal(err)
	}
	return v
}

func (o *office) exceptions() []station.WaitingException {
	o.t.Helper()
	list, err := o.s.Exceptions(o.t.Context(), boss)
	if err != nil {
		o.t.Fatal(err)
	}
	return list
}

// theException returns the only open one and checks its kind.
func (o *office) theException(kind protocollo.ExceptionKind, why string) station.WaitingException {
	o.t.Helper()
	list := o.exceptions()
	if len(list) != 1 || list[0].Kind != kind || list[0].Detail.Why != why {
		o.t.Fatalf("exceptions %+v, want one %s (%s)", list, kind, why)
	}
	return list[0]
}

func (o *office) solve(actor protocollo.Actor, e station.WaitingException, a station.Answer) error {
	return o.s.SolveException(o.t.Context(), actor, e.ID, e.Version, a)
}

func (o *office) mustSolve(actor protocollo.Actor, e station.WaitingException, a station.Answer) {
	o.t.Helper()
	if err := o.solve(actor, e, a); err != nil {
		o.t.Fatalf("solve %s with %s: %v", e.Kind, a.Choice, err)
	}
}

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

// await blocks until done says so, looking again after each event.
func (e *events) await(t *testing.T, what string, done func() bool) {
	t.Helper()
	deadline := time.NewTimer(20 * time.Second)
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

// converter writes a pretend PDF of the pages' own bytes.
type converter struct {
	mu   sync.Mutex
	err  error
	jobs []pdfa.Job
}

func (c *converter) Convert(_ context.Context, job pdfa.Job, w io.Writer, _ func(int)) (pdfa.Result, error) {
	c.mu.Lock()
	c.jobs = append(c.jobs, job)
	err := c.err
	c.mu.Unlock()
	if err != nil {
		return pdfa.Result{}, err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%%PDF %s\n", job.Metadata.Title)
	for _, in := range job.Inputs {
		r, err := in.Open()
		if err != nil {
			return pdfa.Result{}, err
		}
		_, err = io.Copy(&b, r)
		_ = r.Close()
		if err != nil {
			return pdfa.Result{}, err
		}
	}
	sum := sha256.Sum256(b.Bytes())
	_, err = w.Write(b.Bytes())
	return pdfa.Result{Flavour: job.Flavour, SHA256: hex.EncodeToString(sum[:]), Bytes: int64(b.Len()), Pages: make([]pdfa.PageResult, len(job.Inputs))}, err
}

// checker says yes to whatever begins like a PDF.
type checker struct{}

func (checker) Check(_ context.Context, r io.ReaderAt, size int64) (pdfa.Report, error) {
	b := make([]byte, size)
	if _, err := r.ReadAt(b, 0); err != nil && !errors.Is(err, io.EOF) {
		return pdfa.Report{}, err
	}
	sum := sha256.Sum256(b)
	return pdfa.Report{Compliant: bytes.HasPrefix(b, []byte("%PDF")), SHA256: hex.EncodeToString(sum[:]), Checker: "pretend"}, nil
}
