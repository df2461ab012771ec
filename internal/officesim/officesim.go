// Package officesim is a pretend office on the loopback interface: an eSCL scanner with a stack of drawn letters in its
// feeder, and a ZPL label printer whose labels end up, stuck by a pretend clerk, on the first page of the next letter. What
// is printed is really rendered and what is scanned really shows it, so a number that leaves the station on a label comes
// back to it only by reading the code. It serves the demonstration mode and the tests; a real scanner and a real printer
// take its place without a change elsewhere.
//
// On request it also has a central protocol system ([Config].Centre), which can be pulled away, and a time-stamping authority
// ([Config].Authority), which can be made to answer wrongly.
//
// It refuses to listen on anything but loopback, keeps its state in memory (a centre may have a file), and draws only invented senders under
// «PROVA – SENZA VALORE». With the same Config.Seed and the same calls it draws the same letters, pixel for pixel.
//
//	office, err := officesim.Start(ctx, officesim.Config{AutoLetters: true})
//	...
//	defer office.Close()
//	office.Load(officesim.Letter{Pages: 2})                                 // put a letter into the feeder
//	office.SetFault(officesim.Fault{Kind: officesim.FaultJam, After: 1})    // jam after its first page
//
// The same switches stand on a page for people at ControlURL.
package officesim

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"segnatura/internal/officesim/authority"
	"segnatura/internal/officesim/centre"
	"segnatura/stamp"
)

// Config says how the office is set up. Its zero value is an office on free ports with an empty feeder.
type Config struct {
	// ScannerAddr, PrinterAddr and ControlAddr are host:port on loopback; empty means 127.0.0.1 and a free port.
	ScannerAddr string
	PrinterAddr string
	ControlAddr string

	// Seed makes letters, skews, noise and job names repeatable.
	Seed uint64

	// AutoLetters has a new letter of one to three pages drawn for each printed label that finds none waiting for it,
	// so that printing and then scanning is all that a person must do.
	AutoLetters bool

	// MaxSkewDegrees bounds how far a sheet lies turned; small turns are likelier. 0 means 2, a negative value none.
	MaxSkewDegrees float64

	// DefaultDPI is the scan resolution where a client asks for none. 0 means 300.
	DefaultDPI int

	// Centre is the body's central protocol system. Without a Face there is none. Its Now is the office's, unless it has its own.
	Centre centre.Config

	// Authority opens a time-stamping authority beside the rest, with a root of its own that is made anew at each start.
	Authority bool

	// Printer is the print head's resolution. The zero value means 203 dpi.
	Printer stamp.Resolution

	// LabelSize is the size of the labels on the roll, for formats that do not say (^PW, ^LL). The zero value means 100 x 50 mm.
	LabelSize stamp.Size
	// Roll makes the printer a Brother QL in which that roll is: it reads raster instead of ZPL.
	Roll stamp.Media

	// Now and Sleep are the office's clock. Nil means the real one. Sleep returns early with ctx's error.
	Now   func() time.Time
	Sleep func(ctx context.Context, d time.Duration) error
	// Advance sets that clock ahead, and whatever else goes by it; nil: the control page has no clock.
	Advance func(d time.Duration) error
}

const (
	defaultSkewDegrees = 2
	defaultDPI         = 300
)

func (c Config) withDefaults() (Config, error) {
	for _, addr := range []*string{&c.ScannerAddr, &c.PrinterAddr, &c.ControlAddr} {
		if *addr == "" {
			*addr = "127.0.0.1:0"
		}
		if err := requireLoopback(*addr); err != nil {
			return c, err
		}
	}
	switch {
	case c.MaxSkewDegrees == 0:
		c.MaxSkewDegrees = defaultSkewDegrees
	case c.MaxSkewDegrees < 0:
		c.MaxSkewDegrees = 0
	}
	if c.DefaultDPI == 0 {
		c.DefaultDPI = defaultDPI
	}
	if !supportedDPI(c.DefaultDPI) {
		return c, fmt.Errorf("officesim: default resolution %d dpi is not one of %v", c.DefaultDPI, scanResolutions())
	}
	if c.Printer == (stamp.Resolution{}) {
		c.Printer = stamp.DPI203
	}
	if c.LabelSize == (stamp.Size{}) {
		c.LabelSize = stamp.Size{WidthMM: 100, HeightMM: 50}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Sleep == nil {
		c.Sleep = sleep
	}
	return c, nil
}

// requireLoopback refuses names, because a name can be made to point anywhere.
func requireLoopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("officesim: address %q: %w", addr, err)
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("officesim: address %q is not a loopback address; the pretend office is for this machine only", addr)
	}
	return nil
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Office is a running pretend office. Its methods are safe for concurrent use.
type Office struct {
	cfg    Config
	fonts  *fonts
	cancel context.CancelFunc
	wg     sync.WaitGroup // every goroutine of the office; Close waits for it

	scannerLn, printerLn, controlLn net.Listener
	servers                         []*http.Server
	centre                          *centre.Centre       // nil: the office has none
	authority                       *authority.Authority // nil: the office has none

	feeding sync.Mutex // one slow label at a time; taken before mu
	mu      sync.Mutex
	closed  bool
	changed chan struct{} // closed and replaced at each change that wait looks for
	faults  map[FaultKind]Fault
	stack   stack
	scanner scannerState
	printer printerState
	conns   map[net.Conn]struct{} // the printer's open connections
}

// Start opens the office's ports and serves them until Close, or until ctx ends.
func Start(ctx context.Context, cfg Config) (*Office, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	faces, err := loadFonts()
	if err != nil {
		return nil, err
	}
	o := &Office{
		cfg:     cfg,
		fonts:   faces,
		changed: make(chan struct{}),
		faults:  make(map[FaultKind]Fault),
		conns:   make(map[net.Conn]struct{}),
	}
	o.scanner.jobs = make(map[string]*scanJob)
	o.printer.graphics = make(map[string]*graphic)
	if err := o.openCentre(ctx); err != nil {
		return nil, err
	}
	if err := o.openAuthority(ctx); err != nil {
		o.closeCentre()
		return nil, err
	}
	if err := o.listen(ctx); err != nil {
		o.closeCentre()
		return nil, errors.Join(err, o.closeAuthority())
	}
	ctx, o.cancel = context.WithCancel(ctx)
	o.serveHTTP(ctx, o.scannerLn, o.scannerHandler())
	o.serveHTTP(ctx, o.controlLn, o.controlHandler())
	o.wg.Go(func() { o.servePrinter(ctx) })
	o.wg.Go(func() {
		<-ctx.Done()
		o.shut()
	})
	return o, nil
}

func (o *Office) listen(ctx context.Context) error {
	var lc net.ListenConfig
	var opened []net.Listener
	for _, l := range []struct {
		what string
		addr string
		ln   *net.Listener
	}{
		{"scanner", o.cfg.ScannerAddr, &o.scannerLn},
		{"printer", o.cfg.PrinterAddr, &o.printerLn},
		{"control page", o.cfg.ControlAddr, &o.controlLn},
	} {
		ln, err := lc.Listen(ctx, "tcp", l.addr)
		if err != nil {
			for _, ln := range opened {
				ln.Close()
			}
			return fmt.Errorf("officesim: open the %s: %w", l.what, err)
		}
		*l.ln = ln
		opened = append(opened, ln)
	}
	return nil
}

func (o *Office) serveHTTP(ctx context.Context, ln net.Listener, h http.Handler) {
	srv := &http.Server{
		Handler:           o.whileOpen(h),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       time.Minute,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	o.servers = append(o.servers, srv)
	o.wg.Go(func() { _ = srv.Serve(ln) }) // ends with ErrServerClosed, by shut
}

// whileOpen has Close wait for the requests that are being answered, and refuses those that come after it.
func (o *Office) whileOpen(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.mu.Lock()
		closed := o.closed
		if !closed {
			o.wg.Add(1) // before shut has ended, so never while Wait could return
		}
		o.mu.Unlock()
		if closed {
			return
		}
		defer o.wg.Done()
		h.ServeHTTP(w, r)
	})
}

// shut cuts everything that is open. It runs once, when the office's context ends.
func (o *Office) shut() {
	for _, srv := range o.servers {
		srv.Close()
	}
	o.printerLn.Close()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	for c := range o.conns {
		c.Close()
	}
}

// Close closes the ports, cuts what is under way and waits for it. It may be called more than once.
func (o *Office) Close() error {
	o.cancel()
	o.wg.Wait()
	o.closeCentre()
	return o.closeAuthority()
}

// ScannerURL is the scanner's eSCL address, e.g. "http://127.0.0.1:8080/eSCL".
func (o *Office) ScannerURL() string { return "http://" + o.scannerLn.Addr().String() + "/eSCL" }

// PrinterAddr is the label printer's host:port for raw ZPL.
func (o *Office) PrinterAddr() string { return o.printerLn.Addr().String() }

// ControlURL is the address of the page with the switches.
func (o *Office) ControlURL() string { return "http://" + o.controlLn.Addr().String() + "/" }

// notify wakes who waits. The caller holds o.mu.
func (o *Office) notify() {
	close(o.changed)
	o.changed = make(chan struct{})
}

// errInvalid marks what a caller asked for and the office cannot do as asked.
var errInvalid = errors.New("officesim: invalid")
