package station_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"segnatura/internal/central/embedded"
	"segnatura/internal/papers"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/store"
)

// office is a station over the real store, with pretend devices. Nothing in it waits: time is what the test says.
type office struct {
	watched   func(*store.Config) // who looks at the clock, where a test says so
	t         *testing.T
	dir       string
	db        *store.DB
	s         *station.Station
	clock     *clock
	registrar *registrar
	printer   *printer
	composer  *composer
	converter *converter
	reader    *reader // nil: the station recognises no text
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
	if err := os.CopyFS(dir, os.DirFS(configured(t, embedded.Name))); err != nil {
		t.Fatal(err)
	}
	return officeIn(t, dir)
}

var configuredOnce struct {
	sync.Mutex
	dirs map[string]string // by connector
}

// configured returns a data folder that was configured once for all tests, with who numbers: to migrate a fresh one for each costs more
// than what most of them look at.
func configured(t *testing.T, connector string) string {
	t.Helper()
	configuredOnce.Lock()
	defer configuredOnce.Unlock()
	if dir := configuredOnce.dirs[connector]; dir != "" {
		return dir
	}
	dir, err := os.MkdirTemp("", "segnatura-station-test-")
	if err != nil {
		t.Fatal(err)
	}
	o := newOfficeIn(t, dir)
	o.start(func(c *station.Config) { c.Registrar = named{c.Registrar, connector} })
	account := func(a protocollo.Actor) station.NewAccount {
		return station.NewAccount{User: a.User, Name: a.Name, AOO: a.AOO, Roles: a.Roles, Password: "hash"}
	}
	err = o.s.Configure(t.Context(), station.Setup{
		Body: protocollo.Body{Code: "c_a000", Name: "Comune di Prova", ShortName: "Comune di Prova"},
		AOOs: []protocollo.AOO{
			{Code: "AOO1", Name: "Area unica", RegisterCode: "PG", RegisterName: "Protocollo generale"},
			{Code: "AOO2", Name: "Altra area", RegisterCode: "PG", RegisterName: "Protocollo generale"},
		},
		Connector: connector, StartingNumber: 1, ActNumber: "1", ActDay: "2026-01-02",
	}, []station.NewAccount{account(clerk), account(other), account(boss), account(alien)})
	o.s.Close()
	o.close()
	if err != nil {
		t.Fatal(err)
	}
	if configuredOnce.dirs == nil {
		configuredOnce.dirs = map[string]string{}
	}
	configuredOnce.dirs[connector] = dir
	return dir
}

// named is a connector under another name.
type named struct {
	station.Registrar
	name string
}

func (n named) Name() string { return n.name }

// TestMain removes the folders that the tests shared.
func TestMain(m *testing.M) {
	code := m.Run()
	for _, dir := range configuredOnce.dirs {
		_ = os.RemoveAll(dir)
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
	c := store.Config{Dir: o.dir, Clock: o.clock.Now, TimeAgreed: func() bool { return true }, Timestamps: true}
	if o.watched != nil {
		o.watched(&c)
	}
	db, err := store.Open(o.t.Context(), c)
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
		Stores:     station.StoresOf(db),
		DailyPaper: papers.Writer{}, TenderPaper: papers.Writer{}, NotePaper: notePaper{}, Separator: o.converter,
		Registrar: o.registrar, Sender: o.registrar, Composer: o.composer, Inspector: inspector{}, Converter: o.converter, Checker: checker{}, Metadata: metadataFile{},
		Scratch:   func(context.Context) (station.Scratch, error) { return &scratch{}, nil },
		Publisher: o.events, Clock: o.clock.Now, NewKey: func() string { keys++; return fmt.Sprintf("chiave-%d", keys) },
	}
	if o.reader != nil {
		o.cfg.Text = o.reader
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
		o.t.Fatalf("exceptions %v, want one %s (%s)", asked(list), kind, why)
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

// asked words exceptions in a line.
func asked(list []station.WaitingException) []string {
	out := []string{}
	for _, e := range list {
		out = append(out, fmt.Sprintf("%s (%s) on %d", e.Kind, e.Detail.Why, e.DocumentID))
	}
	return out
}
