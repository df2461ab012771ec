package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"segnatura/internal/auth"
	"segnatura/internal/hub"
	"segnatura/internal/ntp"
	"segnatura/internal/outbox"
	"segnatura/internal/papers"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/pdfa/worker"
	"segnatura/store"
	"segnatura/ui"
)

const defaultData = "var"

// The live feed remembers this many events for a browser that comes back, and drops one for which this many wait.
const (
	replayEvents    = 4096
	subscriberQueue = 256
)

// serve runs the station until ctx ends.
//
// The stop order: the listener first, so that nothing new begins; then the browsers' sockets; then the station's own runs (a
// feeder run ends as interrupted, its pages stay), the outbox, the archive and its text; then what is left of jailed
// processes; the store last, because all of them write to it.
func serve(ctx context.Context, e env, args []string) error {
	f := flags(e, "serve")
	configPath := f.String("config", "", "settings file (default: segnatura.toml in the data folder)")
	dataDir := f.String("data", defaultData, "data folder")
	listen := f.String("listen", "", "host:port (default "+defaultListen+")")
	demo := f.Bool("demo", false, "a pretend office on this machine: everything it prints says «PROVA – SENZA VALORE»")
	demoCentral := f.String("demo-centre", "", "with -demo in a new data folder: numbers come from a pretend central system, "+strings.Join(slices.Sorted(maps.Keys(demoCentres)), " or "))
	ocr := f.String("ocr", "", "languages of searchable text, as ita+deu (default: as in the settings)")
	logLevel := f.String("log", "warn", "debug, info, warn or error")
	if err := parse(f, args); err != nil {
		return err
	}
	var level slog.Level
	if err := level.UnmarshalText([]byte(*logLevel)); err != nil {
		return usageError{err}
	}
	log := slog.New(slog.NewTextHandler(e.stderr, &slog.HandlerOptions{Level: level}))
	c, err := loadConfig(*configPath, *dataDir)
	if err != nil {
		return err
	}
	if *listen != "" {
		c.Listen = *listen
	}
	if *ocr != "" {
		c.OCR = strings.Split(*ocr, "+")
	}
	if *demo && !c.loopback() {
		return usageError{fmt.Errorf("the pretend office listens on loopback only, not on %s", c.Listen)}
	}
	if _, known := demoCentres[*demoCentral]; *demoCentral != "" {
		switch {
		case !*demo || !known:
			return usageError{fmt.Errorf("-demo-centre goes with -demo and names one of %s", strings.Join(slices.Sorted(maps.Keys(demoCentres)), ", "))}
		case c.Central.Connector != "":
			return usageError{errors.New("the settings name a central system: a pretend one cannot take its place")}
		}
	}
	if *demo && len(c.Mail.To) == 0 {
		c.Mail = demoMail
	}
	s := &service{env: e, config: c, configPath: *configPath, dataDir: *dataDir, demo: *demo, demoCentral: *demoCentral, log: log}
	return s.run(ctx)
}

// service is one running station and what it is made of.
type service struct {
	env
	config Config
	// configPath is the settings file that was named, or "".
	configPath string
	dataDir    string
	demo       bool
	// demoCentral is the pretend central system of a fresh demonstration, or "".
	demoCentral string
	log         *slog.Logger
	// clock is the one clock of the whole station; demoClock is the same in a demonstration, else nil.
	clock     func() time.Time
	demoClock *demoClock

	store   *store.DB
	hub     *hub.Hub[station.Event]
	auth    *auth.Service
	station *station.Station
	outbox  *outbox.Loop
	ui      *ui.Server
	time    *timekeeper
	jail    *worker.Pool
	devices devices
	layouts printerLayouts
}

func (s *service) run(ctx context.Context) (err error) {
	steady := ntp.Steady()
	s.clock = time.Now
	if s.demo {
		if s.demoClock, err = openDemoClock(s.dataDir, steady); err != nil {
			return err
		}
		s.clock, steady = s.demoClock.Now, s.demoClock.Steady
	}
	if s.time, err = newTimekeeper(s.config.NTP, s.clock, steady, s.log); err != nil {
		return err
	}
	s.store, err = store.Open(ctx, store.Config{Dir: s.dataDir, Clock: s.clock, Trial: s.demo, TimeAgreed: s.time.vouched, ClockSet: s.time.watch.SetBy, Timestamps: s.demo || s.config.TSA.URL != ""})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.store.Close()) }()
	if s.jail, err = newJail(spareProcesses); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.jail.Close()) }()

	if s.layouts, err = readLayouts(s.config, s.dataDir); err != nil {
		return err
	}
	var office *demoOffice
	if s.devices, err = configuredDevices(s.config, s.workDir(), s.clock, &keptPrinters{s.store, s.log}); err != nil {
		return err
	}
	if s.demo {
		if office, err = startDemoOffice(ctx, s.store, s.demoClock, s.dataDir, s.demoCentral); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, office.Close()) }()
		s.devices = office.devices.and(s.devices)
		if office.central != nil && s.config.Central.Connector == "" {
			s.config.Central = *office.central
		}
		if s.config.TSA.URL == "" {
			s.config.TSA = office.tsa
		}
	}
	for i, sc := range s.devices.scanners {
		s.devices.scanners[i].Source = separating{sc.Source, s.pages()}
	}
	if err := s.wire(ctx); err != nil {
		return err
	}
	token, err := s.setupToken(ctx)
	if err != nil {
		return err
	}
	s.ui = ui.New(s.uiConfig(token, office))
	s.auth.Ended, s.auth.UserEnded = s.ui.SessionEnded, s.ui.UserSessionsEnded

	listener, secured, err := s.listen()
	if err != nil {
		return err
	}
	if err := s.station.Recover(ctx); err != nil {
		return errors.Join(fmt.Errorf("recover what the last stop left open: %w", err), listener.Close())
	}
	s.announce(listener.Addr(), secured, token, office)
	return s.serveUntil(ctx, listener)
}

// wire joins the rooms.
func (s *service) wire(ctx context.Context) error {
	s.hub = hub.New[station.Event](replayEvents, subscriberQueue, uint64(s.clock().UnixMilli()))
	s.auth = &auth.Service{Accounts: s.store, Sessions: s.store, Clock: s.clock}
	db := s.store
	register, err := s.config.Central.open(db, s.clock)
	if err != nil {
		return err
	}
	authority, err := s.authority()
	if err != nil {
		return err
	}
	paper := s.papers()
	s.station, err = station.New(station.Config{
		Stores:     station.StoresOf(db),
		DailyPaper: paper, TenderPaper: paper, NotePaper: paper,
		TSA: authority, TimestampExport: timestampExport{}, Separator: archiveSeparator{s.jail},
		Registrar: register, Sender: register, Sheets: sheets{},
		Composer: composer{}, Layouts: s.layouts, Inspector: s.jail, Converter: s.jail, Checker: s.jail,
		Text: newStationText(ctx, s.config.OCR, s.jail, s.log), Metadata: metadataWriter{}, Software: software(),
		Scratch:   scratchIn(s.workDir()),
		Publisher: publisher{s}, Originals: s.devices.folders, Fax: s.devices.folders.fax, LabelPrinter: s.devices.labelPrinter,
		TimeVerified: s.time.verified, ClockProof: s.time.proof, Steady: s.time.steady, Clock: s.clock, NewKey: randomText, Log: s.log,
	})
	if err != nil {
		return err
	}
	s.outbox, err = outbox.New(outbox.Config{Desk: s.station, Rand: mathrand.Float64, Log: s.log})
	return err
}

// authority is the time-stamping authority of the settings; nil where they name none.
func (s *service) authority() (station.TimestampAuthority, error) {
	client, err := s.config.TSA.open(s.clock, s.time.proof)
	if client == nil || err != nil {
		return nil, err
	}
	return client, nil
}

// publisher hands events to the browsers, and wakes the outbox for what may have made something due to the centre: a document that has come
// further, an emergency register that was closed, a centre that answered a person.
type publisher struct{ *service }

var wakingEvents = []station.EventKind{station.EventDocument, station.EventEmergency, station.EventStatus}

func (p publisher) Publish(e station.Event) {
	p.hub.Publish(e)
	if p.outbox != nil && slices.Contains(wakingEvents, e.Kind) {
		p.outbox.Wake()
	}
}

func (s *service) uiConfig(token string, office *demoOffice) ui.Config {
	c := ui.Config{
		Station: s.station, Auth: s.auth, Hub: s.hub, Paper: s.papers(), Uploaded: uploaded(s.clock, s.pages()), Devices: s.devices.forScreen(), Finder: newFinder(s.config, s.configPath, s.dataDir), Hosts: s.config.hosts(), SetupToken: token,
		Secure: !s.config.loopback(), Trial: s.demo, Version: version(), Log: s.log,
	}
	if office != nil {
		c.PretendOfficeURL = office.ControlURL()
	}
	return c
}

// setupToken mints the one-time token of the first-run page while nothing is configured.
func (s *service) setupToken(ctx context.Context) (string, error) {
	_, err := s.store.Setup(ctx)
	if errors.Is(err, protocollo.NotFound) {
		return randomText(), nil
	}
	return "", err
}

// listen opens the port: plain on loopback, TLS everywhere else.
func (s *service) listen() (net.Listener, *secured, error) {
	l, err := net.Listen("tcp", s.config.Listen)
	if err != nil {
		return nil, nil, fmt.Errorf("listen on %s: %w", s.config.Listen, err)
	}
	if s.config.loopback() {
		return l, nil, nil
	}
	t, fingerprint, err := serverTLS(s.config, s.dataDir, s.clock())
	if err != nil {
		return nil, nil, errors.Join(err, l.Close())
	}
	return tls.NewListener(l, t), &secured{fingerprint: fingerprint, selfMade: s.config.TLSCert == ""}, nil
}

// secured says how a listener speaks TLS.
type secured struct {
	fingerprint string
	selfMade    bool
}

// announce prints where the desk is and how to get in, on standard output.
func (s *service) announce(addr net.Addr, tlsInfo *secured, token string, office *demoOffice) {
	scheme := "http"
	if tlsInfo != nil {
		scheme = "https"
	}
	url := fmt.Sprintf("%s://%s/", scheme, reachable(addr))
	fmt.Fprintf(s.stdout, "Stazione di segnatura: %s\n", url)
	if tlsInfo != nil {
		fmt.Fprintf(s.stdout, "Impronta SHA-256 del certificato: %s\n", tlsInfo.fingerprint)
	}
	if token != "" {
		fmt.Fprintf(s.stdout, "Prima configurazione: %sprima-configurazione#%s\n", url, token)
	}
	if office != nil {
		office.announce(s.stdout)
	}
}

// reachable is an address that a browser can open: for a listener on all addresses, this machine's own name.
func reachable(addr net.Addr) string {
	host, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return addr.String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		if name, err := os.Hostname(); err == nil {
			host = name
		}
	}
	return net.JoinHostPort(host, port)
}

// serveUntil serves until ctx ends or a part fails, then stops in order.
func (s *service) serveUntil(ctx context.Context, l net.Listener) error {
	web := &http.Server{
		Handler: s.ui, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
	background, stopBackground := context.WithCancel(context.WithoutCancel(ctx))
	defer stopBackground()
	loops, background := errgroup.WithContext(background)
	loops.Go(func() error { s.station.Run(background); return nil })
	loops.Go(func() error { s.outbox.Run(background); return nil })
	loops.Go(func() error { s.ui.WatchDevices(background); return nil })
	loops.Go(func() error { s.time.run(background); return nil })
	if s.demoClock != nil {
		loops.Go(func() error { s.demoClock.run(background, s.station.TendAlarms, s.log); return nil })
	}
	loops.Go(func() error {
		backups{store: s.store, dir: s.config.BackupDir, clock: s.clock, log: s.log}.run(background)
		return nil
	})
	for _, h := range s.devices.folders {
		loops.Go(func() error { return h.watch(background, s.station, s.pages(), s.log) })
	}
	served := make(chan error, 1)
	go func() { served <- web.Serve(l) }()

	var err error
	select {
	case <-ctx.Done():
	case <-background.Done():
	case err = <-served:
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	shutdown := web.Shutdown(stopping)
	sockets := s.ui.Shutdown(stopping)
	s.station.Close()
	stopBackground()
	loopErr := loops.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	if errors.Is(loopErr, context.Canceled) {
		loopErr = nil
	}
	return errors.Join(err, shutdown, sockets, loopErr)
}

// papers writes what goes out on paper or as a file.
func (s *service) papers() papers.Writer {
	return papers.Writer{Clock: s.clock, Mail: s.config.Mail.office()}
}

// pages takes files apart that come to the desk.
func (s *service) pages() separator { return separator{jail: s.jail, dir: s.workDir()} }

// workDir is for files that have no name, and so leave nothing behind.
func (s *service) workDir() string { return filepath.Join(s.dataDir, "tmp") }

// randomText returns 26 letters and digits that nobody guesses: 130 bits.
func randomText() string { return rand.Text() }

// scratchIn opens working files that have no name: a crash leaves nothing.
func scratchIn(dir string) func(context.Context) (station.Scratch, error) {
	return func(context.Context) (station.Scratch, error) {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("make the working folder: %w", err)
		}
		f, err := os.CreateTemp(dir, "lavoro-*")
		if err != nil {
			return nil, fmt.Errorf("open a working file: %w", err)
		}
		if err := os.Remove(f.Name()); err != nil {
			return nil, errors.Join(fmt.Errorf("unlink a working file: %w", err), f.Close())
		}
		return f, nil
	}
}
