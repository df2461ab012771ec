// Package escl speaks eSCL (Mopria's scanning over HTTP, what AirScan and most office scanners of the last ten years speak) and
// is a [scanner.Source].
//
//	src, err := escl.New(escl.Config{URL: "http://192.0.2.7/eSCL"})
//	doc, err := src.Scan(ctx, scanner.Request{Input: scanner.InputFeeder, ColorMode: scanner.ColorGrey, ResolutionDPI: 300})
//	defer doc.Close()
//	for {
//		page, err := doc.Next(ctx)      // io.EOF after the last sheet
//		...                             // read page.Data to its end, make it durable, close it, only then ask again
//	}
//
// What it distrusts, because devices were seen to do it:
//   - Location's host: the job is always asked of the configured host, and no redirect is followed;
//   - 201 for settings that the device does not have: they are checked against its capabilities first ([scanner.FaultUnsupported]);
//   - 200 with an empty body, which is how some tell of a jam: the job's state is read, and there is never an empty page;
//   - 404 or 409, which mean "no more pages", "not yet" or "jam": the job's state decides, and where it says nothing usable the
//     run ends with a fault rather than with a document that may be short;
//   - bodies: bounded in bytes, cut off when they stall, and not believed whole unless their format's end is there.
//
// A document that had a fault stays at it: the device may have swallowed a page that nobody received, so going on is the
// operator's decision, with a new run. Oddities of single models are rows of the table in quirks.go.
//
// Sources: Mopria eSCL Technical Specification 2.97 (element names, states); recorded exchanges replayed by the tests.
package escl

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"segnatura/scanner"
)

// Config is one device. The zero value of a limit means the value given beside it.
type Config struct {
	// URL is the device's eSCL root, "http://192.0.2.7/eSCL" or https. Userinfo, query and fragment are refused.
	URL string
	// User and Password answer a device that asks for them: by Digest where it offers that, else by Basic, which anyone on the way of plain
	// http reads. Without them, or with others than it wants, the fault is [scanner.FaultForbidden].
	User, Password string
	// PinSHA256 is the SHA-256 of the device's certificate (DER), in hex, colons allowed. Scanners carry self-signed
	// certificates: with a pin exactly that one is taken and no authority is asked; without one https is verified as usual. What is not
	// taken is [scanner.FaultUntrusted] with a [pinned.CertificateError].
	PinSHA256 string

	CallTimeout  time.Duration // a short call, from dialling to the last byte: 15 s
	PageTimeout  time.Duration // from asking for a page to its first byte; the sheet moves meanwhile: 90 s
	IdleTimeout  time.Duration // between two bytes of a page: 30 s
	BusyTimeout  time.Duration // how long "not now" is believed before it is a fault: 60 s
	MaxPageBytes int64         // 64 MiB

	// Now is the clock of Page.TakenAt; nil means time.Now.
	Now func() time.Time
	// Dial opens connections; nil means the network's own.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

func (c Config) withDefaults() Config {
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&c.CallTimeout, 15 * time.Second}, {&c.PageTimeout, 90 * time.Second},
		{&c.IdleTimeout, 30 * time.Second}, {&c.BusyTimeout, 60 * time.Second},
	} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	if c.MaxPageBytes == 0 {
		c.MaxPageBytes = 64 << 20
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Dial == nil {
		c.Dial = (&net.Dialer{}).DialContext
	}
	return c
}

// Source is one eSCL device. Make it with New.
type Source struct {
	cfg    Config
	base   *url.URL // ends in "/"
	client *http.Client
	login  login

	mu   sync.Mutex
	open *document // the run under way, or the reservation of one that is being started
	caps *device   // as last read
}

var _ scanner.Source = (*Source)(nil)

// New checks the configuration. It does not call the device.
func New(cfg Config) (*Source, error) {
	cfg = cfg.withDefaults()
	base, err := url.Parse(cfg.URL)
	if err != nil {
		return nil, fmt.Errorf("escl: URL: %w", err)
	}
	if base.Scheme != "http" && base.Scheme != "https" || base.Host == "" || base.User != nil || base.RawQuery != "" || base.Fragment != "" {
		return nil, fmt.Errorf("escl: URL %q: want http or https, a host and a path, and nothing else", base.Redacted())
	}
	if !strings.HasSuffix(base.Path, "/") {
		base.Path += "/"
	}
	client, err := newClient(cfg, base.Scheme)
	if err != nil {
		return nil, err
	}
	return &Source{cfg: cfg, base: base, client: client, login: login{user: cfg.User, password: cfg.Password}}, nil
}

// Capabilities implements scanner.Source. It always asks the device.
func (s *Source) Capabilities(ctx context.Context) (scanner.Capabilities, error) {
	dev, err := s.readDevice(ctx)
	if err != nil {
		return scanner.Capabilities{}, err
	}
	return dev.capabilities(), nil
}

func (s *Source) readDevice(ctx context.Context) (*device, error) {
	var wire wireCapabilities
	header, err := s.getXML(ctx, "ScannerCapabilities", &wire)
	if err != nil {
		return nil, err
	}
	dev, err := newDevice(wire, header.Get("Server"))
	if err != nil {
		return nil, &scanner.Fault{Kind: scanner.FaultBadData, Detail: "capabilities", Err: err}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.caps = dev
	return dev, nil
}

// device returns the capabilities as last read, reading them the first time: a device is not changed while it runs.
func (s *Source) device(ctx context.Context) (*device, error) {
	s.mu.Lock()
	dev := s.caps
	s.mu.Unlock()
	if dev != nil {
		return dev, nil
	}
	return s.readDevice(ctx)
}

// Status implements scanner.Source.
func (s *Source) Status(ctx context.Context) scanner.Status {
	st, err := s.readStatus(ctx)
	if err == nil {
		return st.status()
	}
	state, kind := scanner.StateStopped, scanner.FaultDevice // it answers, but not what we asked
	var f *scanner.Fault
	if errors.As(err, &f) {
		kind = f.Kind
		switch f.Kind {
		case scanner.FaultOffline, scanner.FaultCancelled:
			state = scanner.StateOffline
		case scanner.FaultBusy:
			state, kind = scanner.StateBusy, ""
		}
	}
	return scanner.Status{State: state, Fault: kind, Detail: err.Error()}
}

func (s *Source) readStatus(ctx context.Context) (wireStatus, error) {
	var st wireStatus
	_, err := s.getXML(ctx, "ScannerStatus", &st)
	return st, err
}

// Scan implements scanner.Source. Settings that the device does not list are refused before anything moves. A job whose
// creation got no answer may still run on the device; the fault is then FaultOffline and the paper is the operator's to check.
func (s *Source) Scan(ctx context.Context, r scanner.Request) (scanner.Document, error) {
	d := &document{src: s}
	if !s.reserve(d) {
		return nil, &scanner.Fault{Kind: scanner.FaultBusy, Detail: "a run of this station is under way"}
	}
	if err := d.start(ctx, r); err != nil {
		s.release(d)
		return nil, err
	}
	return d, nil
}

func (s *Source) reserve(d *document) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open != nil {
		return false
	}
	s.open = d
	return true
}

func (s *Source) release(d *document) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == d {
		s.open = nil
	}
}
