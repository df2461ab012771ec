// Package station holds the use cases of the desk, one file each: a letter's way from arrival to archive. It decides nothing that
// the law decides (package rules does) and touches no disk, wire or device: the use case in NAME.go declares the ports that it needs in
// NAME_ports.go, or at its own head where they are few, and cmd/segnatura wires them.
//
// Order is the whole point: what a person did is durable before anything is asked of anybody else, every call out is preceded by
// a durable attempt, and events are published after the commit that they tell of.
//
// Where to look:
//
//	who works here      station (wiring), office (setup, policies, reasons to stop), clock, references, profiles, printers
//	a letter comes in   desk («Arrivo posta», drafts), register, recipients, outgoing, envelope, unregistered, refused
//	its number          centre (the call), health, watch (is it there), number, inhand, aside (who waits), outcome, keyed, temporary
//	its label           label, print, labels_due, legend, receipt, firstpage
//	a scan              scan, capture, rescan, progress (a run); reading (codes), pile, backs, missing, attachment (whose page it is);
//	                    complete, settled, quality, pagerule, exclude, solve (what is asked); edit, supersede, takeover, pictures
//	its archive         archive, archive_text, metadata, parts, conformity, deliver, stopped
//	afterwards          views, open (search), corrections, onward (another body's letter), postpone, endofday, dailyregister, dailysigned, timestamp, reconciliation
//	an outage           emergency and emergency_*, alarms
//	gare and concorsi   bids and bid_*, tender_*; competitions, competition_notes
//	by itself           chores (what falls due), recover (at the start)
//	used by all         stores, events, locks, csv (imported lists), signedfile (files that come back signed)
package station

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/pdfa"
	"segnatura/stamp"
)

// Config wires a [Station]. Every port but Text, Metadata, Originals, TSA and TimestampExport is required; the other fields have a default. The zero
// Config is therefore refused.
type Config struct {
	Stores

	Registrar Registrar
	Sender    Sender
	Composer  Composer
	Layouts   Layouts // nil: every label by the program's own rule
	// DailyPaper writes the registers of days.
	DailyPaper DailyPaper
	// TenderPaper writes the data for gare's verbali.
	TenderPaper TenderPaper
	// NotePaper writes the note riepilogative of competitions.
	NotePaper NotePaper
	Inspector Inspector
	Converter Converter
	Checker   Checker
	Separator Separator
	// Sheets writes the intake sheet for a Registrar that wants it (nil: none is sent).
	Sheets   SheetWriter
	Text     TextReader     // nil: this station recognises no text, and what it archives is delivered at once
	Metadata MetadataWriter // nil: no metadata file is made
	// Software makes the files, for their metadata.
	Software pdfa.Software
	// Scratch opens an empty working file that disappears when it is closed, also by a crash.
	Scratch   func(ctx context.Context) (Scratch, error)
	Publisher Publisher
	Originals Originals // nil: no source keeps the files that pages came in
	// LabelPrinter is where labels of numbers go that came while nobody waited; nil, or false: none is queued by itself.
	LabelPrinter func() (Printer, bool)
	// Fax says whether a source delivers received faxes (R1.7): no code joins them, a person does. nil: none does.
	Fax func(source string) bool

	// TSA stamps what is to be stamped (nil: nobody does), TimestampExport writes a token out for others (nil: none is).
	TSA             TimestampAuthority
	TimestampExport TimestampExport

	// PreviewSize and PreviewResolution are those of the label that is shown before one is printed (default 62x29 mm, 300 dpi).
	PreviewSize       stamp.Size
	PreviewResolution stamp.Resolution

	// TimeVerified says when time servers last agreed with the clock, the zero time while they did not since the start. nil: nobody looks.
	TimeVerified func() time.Time
	// ClockProof is what is known of the clock now, to be kept with what its instant decides (R14.2); it asks nobody and never blocks. nil:
	// nothing is known.
	ClockProof func() protocollo.ClockProof
	// Steady is a clock that nobody sets, from a beginning of its own. nil: Clock, which somebody may.
	Steady func() time.Duration

	// Clock gives now; NewKey gives request keys and must not repeat.
	Clock  func() time.Time
	NewKey func() string
	Log    *slog.Logger // default: discard

	// RegisterTimeout bounds one call for a number (default 20 s), DeliverTimeout one delivery (2 min), PrintTimeout one label
	// (30 s), ArchiveTimeout the making of one file (10 min), to which TextPageTimeout (5 min) is added for each page whose text is read.
	RegisterTimeout, DeliverTimeout, PrintTimeout, ArchiveTimeout, TextPageTimeout time.Duration
	// AbsenceProof is how long after an attempt's start a register elsewhere may still be working on it: until then «not found»
	// proves nothing (R17.3). Default 5 min.
	AbsenceProof time.Duration
	// ThumbnailPx is the longest side of thumbnails (default 320); Thumbnails is how many are kept in memory (default 400).
	ThumbnailPx, Thumbnails int
	// ArchivePause is how long the archive waits before it looks again by itself (default 1 min).
	ArchivePause time.Duration
}

// Scratch is a working file.
type Scratch interface {
	io.Writer
	io.ReadSeeker
	io.ReaderAt
	io.Closer
}

// Station runs the use cases. All methods are safe for concurrent use.
//
// [Station.Recover] comes first, then [Station.Run], which owns the archive and its text; feeder runs belong to the station too. Stop
// order: call [Station.Close] (it ends the feeder runs and waits for them), end Run's context and wait for it, and only then close the
// store.
type Station struct {
	cfg    Config
	log    *slog.Logger
	keys   locks // "intake/" + request key, "document/" + id, "printer/" + id
	thumbs *thumbnails

	archiveDue  chan struct{}
	archiveTurn chan struct{} // held during a round of the archive
	textDue     chan struct{}
	labelsDue   chan struct{}

	failedTakeovers map[int64]int // how often in a row, by document; for whoever holds archiveTurn

	decodes chan struct{} // holds one for each page that is being decoded

	stop    context.Context // ends with Close
	cancel  context.CancelFunc
	running sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	leases  map[string]Lease
	runs    map[int64]*activeRun     // by batch
	works   map[int64]*shownProgress // by document
	central Health
	called  map[int64]time.Duration // when this process asked for a number, by attempt and the steady clock
	started time.Time
	outage  time.Time // that the last start found, see [AlarmJudge.OutageSince]

	recovery recoveries

	line       line   // to the system that numbers
	aside      asides // letters that failed alone
	filesAside asides // deliveries that did

	stamping stamping // of digests, by the authority
}

// New checks the wiring. It asks nothing of any port.
func New(cfg Config) (*Station, error) {
	if err := cfg.complete(); err != nil {
		return nil, err
	}
	for _, p := range []struct {
		name string
		port any
	}{
		{"Registrar", cfg.Registrar}, {"Sender", cfg.Sender}, {"Composer", cfg.Composer}, {"Inspector", cfg.Inspector},
		{"Converter", cfg.Converter}, {"Checker", cfg.Checker}, {"Separator", cfg.Separator}, {"Publisher", cfg.Publisher},
		{"DailyPaper", cfg.DailyPaper}, {"TenderPaper", cfg.TenderPaper}, {"NotePaper", cfg.NotePaper},
	} {
		if p.port == nil {
			return nil, fmt.Errorf("wire station: no %s", p.name)
		}
	}
	if cfg.Scratch == nil || cfg.Clock == nil || cfg.NewKey == nil {
		return nil, fmt.Errorf("wire station: Scratch, Clock and NewKey are required")
	}
	withDefaults(&cfg)
	s := &Station{
		cfg: cfg, log: cfg.Log, thumbs: newThumbnails(cfg.Thumbnails), archiveDue: make(chan struct{}, 1),
		archiveTurn: make(chan struct{}, 1), textDue: make(chan struct{}, 1), labelsDue: make(chan struct{}, 1),
		decodes: make(chan struct{}, decodesAtOnce), failedTakeovers: map[int64]int{}, leases: map[string]Lease{}, runs: map[int64]*activeRun{}, works: map[int64]*shownProgress{},
		called: map[int64]time.Duration{},
	}
	s.line.most, s.started = cfg.Registrar.Capabilities().CallsAtOnce, cfg.Clock()
	s.stamping.due = make(chan struct{}, 1)
	s.stop, s.cancel = context.WithCancel(context.Background())
	return s, nil
}

func withDefaults(cfg *Config) {
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&cfg.RegisterTimeout, 20 * time.Second}, {&cfg.DeliverTimeout, 2 * time.Minute}, {&cfg.PrintTimeout, 30 * time.Second},
		{&cfg.ArchiveTimeout, 10 * time.Minute}, {&cfg.TextPageTimeout, 5 * time.Minute}, {&cfg.AbsenceProof, 5 * time.Minute}, {&cfg.ArchivePause, time.Minute},
	} {
		if *d.field <= 0 {
			*d.field = d.value
		}
	}
	if cfg.Steady == nil {
		clock, beginning := cfg.Clock, cfg.Clock()
		cfg.Steady = func() time.Duration { return clock().Sub(beginning) }
	}
	if cfg.ThumbnailPx <= 0 {
		cfg.ThumbnailPx = 320
	}
	if cfg.Thumbnails <= 0 {
		cfg.Thumbnails = 400
	}
	if cfg.PreviewSize == (stamp.Size{}) {
		cfg.PreviewSize = stamp.Size{WidthMM: 62, HeightMM: 29}
	}
	if cfg.PreviewResolution == (stamp.Resolution{}) {
		cfg.PreviewResolution = stamp.DPI300
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
}

// Close ends feeder runs as interrupted and waits for them. Nothing can be started afterwards.
func (s *Station) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.cancel()
	s.running.Wait()
}

// NewKey mints a request key, for a form that opens (R16.9).
func (s *Station) NewKey() string { return s.cfg.NewKey() }

func (s *Station) now() time.Time { return s.cfg.Clock() }

func (s *Station) today() protocollo.Day { return protocollo.DayOf(s.now()) }

// self is the station as a reader of everything of one AOO: recovery and joining must see what no single user may.
func self(aoo protocollo.AOOCode) protocollo.Actor {
	a := protocollo.Station(aoo)
	a.Roles = []protocollo.Role{protocollo.RoleResponsabile}
	return a
}

// office returns the body and one of its AOOs.
func (s *Station) office(ctx context.Context, code protocollo.AOOCode) (Setup, protocollo.AOO, error) {
	setup, err := s.cfg.Setup.Setup(ctx)
	if err != nil {
		return Setup{}, protocollo.AOO{}, fmt.Errorf("read setup: %w", err)
	}
	for _, a := range setup.AOOs {
		if a.Code == code {
			return setup, a, nil
		}
	}
	return Setup{}, protocollo.AOO{}, protocollo.Errorf(protocollo.NotFound, "aoo", "no AOO %q", code)
}

// publishIntake tells of a change to an intake or of something that hangs on it.
func (s *Station) publishIntake(kind EventKind, id int64, in protocollo.Intake) {
	s.cfg.Publisher.Publish(Event{Kind: kind, ID: id, AOO: in.AOO, Confidential: in.Draft.Confidential, Operator: in.Operator,
		UOR: in.Draft.UOR})
	if kind == EventRegistration || kind == EventPrint { // a number may have come, or a label made room
		wake(s.labelsDue)
	}
}

// publish tells of a change that carries nobody's data.
func (s *Station) publish(kind EventKind, id int64, aoo protocollo.AOOCode) {
	s.cfg.Publisher.Publish(Event{Kind: kind, ID: id, AOO: aoo})
}

// wrapped names what was done when it failed.
func wrapped[T any](v T, err error) func(doing string) (T, error) {
	return func(doing string) (T, error) {
		if err != nil {
			return v, fmt.Errorf("%s: %w", doing, err)
		}
		return v, nil
	}
}
