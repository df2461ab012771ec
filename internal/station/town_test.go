package station_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"segnatura/internal/central/embedded"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/stamp"
	"segnatura/store"
	"segnatura/store/storetest/powercut"
)

// A town is one desk with what outlives its power cuts: the centre, the people with their letters and labels, the clock on the wall. Its
// disk forgets what was not synced. Every step of a letter's way passes [town.step], where a fault may wait.

// fault is what happens to one step.
type fault string

const (
	noFault     fault = ""
	failsBefore fault = "fails before"             // nothing was done, and it says so
	diesAfter   fault = "dies after it persisted"  // the power goes once it was done
	answerLost  fault = "answer lost"              // it was done, and looks as if it had failed
	answerLate  fault = "answer late"              // it was done, after whoever waited had gone
	diesBefore  fault = "dies before it persisted" // the power goes as it begins
)

// steps are those of the way of a letter, in their order, by what the ports call them.
var steps = []string{"intake", "attempt", "register", "confirm", "label", "capture", "archive", "attach"}

var (
	errNotDone = errors.New("the step failed")
	errLost    = errors.New("the step's answer was lost")
)

// town is used from one goroutine, but for the ports that the station calls from its own.
type town struct {
	t    *testing.T
	rng  *rand.Rand
	root string
	cuts int

	clock   *clock
	centre  *farCentre
	printer *townPrinter
	o       *office
	disk    *powercut.Disk

	mu    sync.Mutex
	next  func(step string) fault // what happens to a step; nil: nothing
	dead  bool                    // the power is gone, and nobody has come back yet
	hang  context.CancelFunc      // of the request under way
	trail []string

	letters  []*townLetter
	chancery chancery
}

// townLetter is a sheet of paper: what people know of it.
type townLetter struct {
	key     string
	intake  int64
	sheet   *protocollo.EmergencySheetRow // of a blank sheet that it was written on first
	shown   *protocollo.Registration      // as it once was
	label   string                        // the code that is on it; "" while none came out
	scanned int
}

// newTown opens a desk in a folder that was configured once for all.
func newTown(t *testing.T, seed uint64, findable bool) *town {
	t.Helper()
	w := &town{t: t, rng: rand.New(rand.NewPCG(seed, 1)), root: t.TempDir(), clock: &clock{now: time.Date(2026, 3, 2, 8, 15, 0, 0, time.UTC)}}
	w.centre = &farCentre{town: w, findable: findable, numbers: map[string]protocollo.Receipt{}, asked: map[string]int{},
		told: map[string]*protocollo.EmergencyOrigin{}, annulled: map[string]bool{}, documents: map[string][]protocollo.AttachRequest{}}
	w.printer = &townPrinter{town: w}
	if err := os.CopyFS(w.folder(), os.DirFS(configured(t, farCentreName))); err != nil {
		t.Fatal(err)
	}
	w.open()
	return w
}

func (w *town) folder() string { return filepath.Join(w.root, fmt.Sprintf("data-%d", w.cuts)) }

func (w *town) open() {
	w.t.Helper()
	var err error
	if w.disk, err = powercut.Watch(w.folder()); err != nil {
		w.t.Fatal(err)
	}
	db, err := store.Open(w.t.Context(), store.Config{Dir: w.folder(), Clock: w.clock.Now, FS: w.disk.FS(), TimeAgreed: func() bool { return true }})
	if err != nil {
		w.t.Fatal(err)
	}
	w.o = &office{t: w.t, dir: w.folder(), db: db, clock: w.clock, converter: &converter{}, events: &events{}, printer: &printer{id: "zebra"},
		registrar: &registrar{Register0: embedded.New(db)}}
	w.o.start(func(c *station.Config) {
		c.Registrar, c.Sender = w.centre, w.centre
		c.Intakes, c.Prints = townIntakes{c.Intakes, w}, townPrints{c.Prints, w}
		c.Emergency, c.Corrections = townEmergency{c.Emergency, w}, townCorrections{c.Corrections, w}
		c.Batches, c.Documents, c.Archive = townBatches{c.Batches, w}, townDocuments{c.Documents, w}, townArchive{c.Archive, w}
		c.Composer = blankLabels{}
		c.RegisterTimeout, c.DeliverTimeout = 10*time.Millisecond, 10*time.Millisecond
	})
	if err := w.o.s.Recover(w.t.Context()); err != nil && !w.gone() {
		w.t.Fatalf("recover: %v", err)
	}
}

// gone says whether the power is.
func (w *town) gone() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.dead
}

// comeBack starts the station anew after a power cut: on what the disk has, with people who remember what they saw.
func (w *town) comeBack() {
	w.t.Helper()
	for w.gone() {
		w.mu.Lock()
		w.dead = false
		next := w.next
		w.next = nil // a power cut does not follow on the other within the start, unless a schedule says so
		w.mu.Unlock()
		w.o.s.Close()
		_ = w.o.db.Close()
		old := w.folder()
		w.cuts++
		if err := os.Rename(old+"-after", w.folder()); err != nil {
			w.t.Fatal(err)
		}
		w.open()
		w.mu.Lock()
		w.next = next
		w.mu.Unlock()
	}
}

// restart stops the station in order and starts it again, as one does after the disk has refused a write: what stood half done is taken up.
func (w *town) restart() {
	w.t.Helper()
	w.close()
	w.open()
}

// cut takes the power away, once.
func (w *town) cut() {
	w.mu.Lock()
	dead := w.dead
	w.dead = true
	var rng *rand.Rand
	if !dead {
		rng = rand.New(rand.NewPCG(w.rng.Uint64(), w.rng.Uint64())) // two goroutines of the queue may be here
	}
	w.mu.Unlock()
	if dead {
		return
	}
	if err := w.disk.Cut(w.folder()+"-after", rng); err != nil {
		w.t.Error(err)
	}
}

func (w *town) close() {
	w.o.s.Close()
	_ = w.o.db.Close()
}

// step runs one step of a letter's way under the fault that waits for it.
func (w *town) step(name string, do func() error) error {
	w.mu.Lock()
	f := noFault
	if w.next != nil && !w.dead {
		f = w.next(name)
	}
	if f != noFault {
		w.trail = append(w.trail, fmt.Sprintf("%s: %s", name, f))
	}
	hang := w.hang
	w.mu.Unlock()
	switch f {
	case failsBefore:
		return errNotDone
	case diesBefore:
		w.cut()
		return powercut.ErrDead
	case diesAfter:
		err := do()
		w.cut()
		return errors.Join(err, powercut.ErrDead)
	case answerLost:
		return errors.Join(do(), errLost)
	case answerLate:
		if hang != nil {
			hang()
		}
	}
	return do()
}

// request runs what a browser asks for; who asked may go away meanwhile.
func (w *town) request(do func(ctx context.Context) error) error {
	ctx, cancel := context.WithCancel(w.t.Context())
	defer cancel()
	w.mu.Lock()
	w.hang = cancel
	w.mu.Unlock()
	err := do(ctx)
	w.mu.Lock()
	w.hang = nil
	w.mu.Unlock()
	return err
}

// ---------------------------------------------------------------- what the station's ports pass through

type townIntakes struct {
	station.IntakeStore
	w *town
}

func (p townIntakes) RecordIntake(ctx context.Context, in station.NewIntake) (out station.RecordedIntake, err error) {
	step := "intake"
	if p.w.inEmergency() {
		step = "row"
	}
	err = p.w.step(step, func() error { out, err = p.IntakeStore.RecordIntake(ctx, in); return err })
	return out, err
}

func (p townIntakes) BeginAttempt(ctx context.Context, id int64, connector string) (out station.PendingAttempt, err error) {
	err = p.w.step("attempt", func() error { out, err = p.IntakeStore.BeginAttempt(ctx, id, connector); return err })
	return out, err
}

func (p townIntakes) ConfirmNumber(ctx context.Context, id int64, r protocollo.Receipt, s protocollo.Segnatura) (out protocollo.Registration, err error) {
	step := "confirm"
	if p.w.isRow(id) {
		step = "recovered"
	}
	err = p.w.step(step, func() error { out, err = p.IntakeStore.ConfirmNumber(ctx, id, r, s); return err })
	return out, err
}

type townPrints struct {
	station.PrintStore
	w *town
}

func (p townPrints) RecordPrint(ctx context.Context, id int64, s protocollo.PrintState, condition string) error {
	return p.w.step("label", func() error { return p.PrintStore.RecordPrint(ctx, id, s, condition) })
}

type townBatches struct {
	station.BatchStore
	w *town
}

func (p townBatches) AddPage(ctx context.Context, page protocollo.Page, data io.Reader) (out protocollo.Page, err error) {
	err = p.w.step("capture", func() error { out, err = p.BatchStore.AddPage(ctx, page, data); return err })
	return out, err
}

type townDocuments struct {
	station.DocumentStore
	w *town
}

func (p townDocuments) Associate(ctx context.Context, a station.Association) (out protocollo.Document, err error) {
	err = p.w.step("capture", func() error { out, err = p.DocumentStore.Associate(ctx, a); return err })
	return out, err
}

type townArchive struct {
	station.ArchiveStore
	w *town
}

func (p townArchive) PutBlob(ctx context.Context, r io.Reader) (sha string, n int64, err error) {
	err = p.w.step("archive", func() error { sha, n, err = p.ArchiveStore.PutBlob(ctx, r); return err })
	return sha, n, err
}

func (p townArchive) AttachArchive(ctx context.Context, id int64, e station.Edition, text bool) error {
	return p.w.step("archive", func() error { return p.ArchiveStore.AttachArchive(ctx, id, e, text) })
}

// blankLabels composes nothing: what is on a label is another test's subject.
type blankLabels struct{}

func (blankLabels) Compose(stamp.Label, stamp.Resolution) (*stamp.Bitmap, error) {
	return stamp.NewBitmap(8, 8, stamp.DPI203), nil
}

type townPrinter struct{ town *town }

func (p *townPrinter) ID() string                   { return "zebra" }
func (p *townPrinter) Resolution() stamp.Resolution { return stamp.DPI203 }
func (p *townPrinter) LabelSize() stamp.Size        { return stamp.Size{WidthMM: 62, HeightMM: 29} }

func (p *townPrinter) State(context.Context) stamp.PrinterState {
	return stamp.PrinterState{Conditions: []stamp.Condition{stamp.ConditionReady}}
}

func (p *townPrinter) Print(context.Context, *stamp.Bitmap) (stamp.Result, error) {
	if p.town.gone() {
		return stamp.Result{Outcome: stamp.OutcomeUnknown}, powercut.ErrDead
	}
	err := p.town.step("label", func() error { return nil })
	if err != nil {
		return stamp.Result{Outcome: stamp.OutcomeUnknown}, err
	}
	return stamp.Result{Outcome: stamp.OutcomePrinted}, nil
}

// farCentreName is who numbers in a town.
const farCentreName = "far"

// farCentre is a central system elsewhere: no power cut of ours makes it forget. It is where the truth is.
type farCentre struct {
	town     *town
	findable bool // by our key
	away     bool

	mu        sync.Mutex
	refuses   int // so many rows of an emergency register
	last      int64
	numbers   map[string]protocollo.Receipt // by key
	asked     map[string]int                // numbers given to a key
	told      map[string]*protocollo.EmergencyOrigin
	annulled  map[string]bool // by reference
	documents map[string][]protocollo.AttachRequest
}

func (c *farCentre) Name() string { return farCentreName }

func (c *farCentre) Capabilities() protocollo.Capabilities {
	return protocollo.Capabilities{FindByKey: c.findable, AttachLater: true, Annul: true, Replace: true}
}

// call makes one call to it; do is what it does for good.
func (c *farCentre) call(ctx context.Context, step string, do func() error) error {
	if c.away || c.town.gone() {
		return protocollo.Errorf(protocollo.Unavailable, "address", "nobody answers")
	}
	late := false
	err := c.town.step(step, func() error {
		c.mu.Lock()
		defer c.mu.Unlock()
		late = ctx.Err() != nil
		return do()
	})
	switch {
	case errors.Is(err, errNotDone):
		return protocollo.Errorf(protocollo.Unavailable, "address", "nobody answered: %w", err)
	case errors.Is(err, errLost), errors.Is(err, powercut.ErrDead), late:
		return protocollo.Errorf(protocollo.OutcomeUnknown, "answer", "no answer came: %w", errLost)
	}
	return err
}

func (c *farCentre) Register(ctx context.Context, r protocollo.RegisterRequest) (out protocollo.Receipt, err error) {
	step := "register"
	if r.Emergency != nil {
		step = "recover"
	}
	err = c.call(ctx, step, func() error {
		if r.Emergency != nil && c.refuses > 0 {
			c.refuses--
			return protocollo.Errorf(protocollo.Rejected, "classifica", "refused")
		}
		if c.town.inEmergency() {
			c.town.t.Errorf("%s is sent while the emergency register is open: %v", r.Key, c.town.trail)
		}
		c.last++
		c.asked[r.Key]++
		c.told[r.Key] = r.Emergency
		n, err := protocollo.NumberFrom(c.last)
		now := c.town.clock.Now()
		out = protocollo.Receipt{Register: "PG", Year: protocollo.YearOf(now), Number: n, Day: protocollo.DayOf(now), At: now, Ref: "ref-" + string(n)}
		c.numbers[r.Key] = out
		return err
	})
	return out, err
}

// refuse lets it refuse so many rows of an emergency register.
func (c *farCentre) refuse(rows int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refuses = rows
}

func (c *farCentre) Find(_ context.Context, _ protocollo.AOOCode, key string) (protocollo.Receipt, bool, error) {
	if c.away || c.town.gone() {
		return protocollo.Receipt{}, false, protocollo.Errorf(protocollo.Unavailable, "address", "nobody answers")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	r, found := c.numbers[key]
	return r, found, nil
}

func (c *farCentre) Annul(ctx context.Context, ref string, _ protocollo.Annulment) error {
	return c.call(ctx, "annul", func() error { c.annulled[ref] = true; return nil })
}

func (c *farCentre) Attach(ctx context.Context, r protocollo.AttachRequest, body io.Reader) (out protocollo.AttachReceipt, err error) {
	hash := sha256.New()
	if _, err := io.Copy(hash, body); err != nil || hex.EncodeToString(hash.Sum(nil)) != r.SHA256 {
		return out, protocollo.Errorf(protocollo.Rejected, "digest", "the file is another: %v", err)
	}
	err = c.call(ctx, "attach", func() error {
		if !slices.ContainsFunc(c.documents[r.Ref], func(d protocollo.AttachRequest) bool { return d.Key == r.Key }) {
			c.documents[r.Ref] = append(c.documents[r.Ref], r)
		}
		out = protocollo.AttachReceipt{Ref: r.Key, At: c.town.clock.Now()}
		return nil
	})
	return out, err
}
