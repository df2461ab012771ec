// Package ipp carries a label's bitmap to a printer that speaks the Internet Printing Protocol (IPP 1.1 and 2.x, RFC 8010 and 8011), over
// HTTP or TLS, and brings back what the printer says of itself. It serves IPP Everywhere label printers, LPrint, and every queue of a CUPS
// server, and so each printer that CUPS has a driver for.
//
// A job that a server calls completed is not a label in the hand: the server may have handed it to a printer without labels. So the printer
// is asked before and after each job, the job is followed to its end, and [Printer.Print] calls a label printed only where the job was
// completed without errors and the printer then says that it is well. A job that has not come to its end in time is cancelled, so that it
// does not come out after a person has decided what became of it.
//
// It refuses to send to a printer that says it cannot print, that has another medium loaded than the label's, that lacks the label's
// resolution, or on whose medium black dots would be lost. It does not scale: a dot of the bitmap is a dot of the printer.
//
//	p, err := ipp.New(ipp.Config{URL: "ipp://localhost/printers/etichette", Resolution: stamp.DPI203, LabelSize: stamp.Size{WidthMM: 100, HeightMM: 50}})
//	result, err := p.Print(ctx, bitmap)
package ipp

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"segnatura/internal/rawport"
	"segnatura/stamp"
)

// Config says what one printer is and how it is reached. Zero Timeouts are the defaults.
type Config struct {
	ID string // the name by which the station knows it
	// URL is the printer's or queue's: ipp://host/ipp/print, ipps://…, ipp://host/printers/name, or http(s) with the port given.
	URL string
	// PinSHA256 is the SHA-256 of the printer's certificate (DER), in hex, colons allowed. Printers carry self-signed certificates; with
	// a pin that one certificate is taken and no other, without one the system's roots decide.
	PinSHA256 string
	// User and Password are for printers that ask who prints; the password is never sent where it could be read on the way, this machine aside.
	// User "" means that nobody is named, and a printer that asks gets no label.
	User, Password string
	// Resolution of the head and size of the labels: what is composed for it. Print refuses a bitmap composed for another resolution.
	Resolution stamp.Resolution
	LabelSize  stamp.Size
	// Media is the medium's own size where LabelSize is only its printable part; zero means LabelSize. A label is put in the middle of
	// what the printer can print on.
	Media stamp.Size
	// TrustMedia leaves unchecked what the printer says is loaded, for one on which it was never set: the label's medium is then any that it has.
	TrustMedia bool
	// PDF makes one PDF page of that size, filled by the bitmap dot for dot, for printers that take no raster. The bitmap has the printer's own
	// resolution, by which it is as large as the page. nil: PDF is not offered.
	PDF func(b *stamp.Bitmap, page stamp.Size) ([]byte, error)
	// Format, where set, is the only document format tried: "image/pwg-raster", "application/pdf" or "image/jpeg". Empty means the first
	// of them that the printer takes.
	Format   string
	Timeouts Timeouts
	// Dial opens connections; nil means TCP.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Name makes a job's name, by which a job is found again whose number was lost on the way; it must be new each time and tells nothing
	// of the letter, since queues are public. nil means a random one.
	Name func() string
	// Sent, when set, is called by Print when a label was handed over, with the time since Print began. It must return at once.
	Sent func(time.Duration)
}

// Timeouts bound each step. A zero field takes the default beside it. Answer, Send and Finish together must leave the caller's deadline
// room for the cancelling of a job, which takes at most two Answers more.
type Timeouts struct {
	Dial   time.Duration // 3 s: to connect, TLS included
	Answer time.Duration // 4 s: from a question to its answer; past it the printer is silent
	Send   time.Duration // 10 s: to hand over a label, and to wait for a printer that is busy with another job
	Finish time.Duration // 20 s: from then until the job has ended
	Poll   time.Duration // 250 ms: between two questions while it prints
	// Settle is 2.1 s: from a job's end until the printer is asked how it is. LPrint answers for up to two seconds with what its printer
	// said before, and calls a job completed whose label waits for a new roll.
	Settle time.Duration
}

func (t Timeouts) withDefaults() Timeouts {
	rawport.Standard(map[*time.Duration]time.Duration{
		&t.Dial:   3 * time.Second,
		&t.Answer: 4 * time.Second,
		&t.Send:   10 * time.Second,
		&t.Finish: 20 * time.Second,
		&t.Poll:   250 * time.Millisecond,
		&t.Settle: 2100 * time.Millisecond,
	})
	return t
}

// DefaultPort is IPP's (RFC 8010, 4.3).
const DefaultPort = "631"

// Printer is one printer or queue. It is safe for concurrent use: callers take turns.
type Printer struct {
	config Config
	client *http.Client
	target *url.URL // http or https
	uri    string   // printer-uri, in the scheme of IPP
	turn   rawport.Turn
}

// New returns a Printer. It connects only when it is used. Errors are faults of the Config.
func New(config Config) (*Printer, error) {
	target, uri, err := addresses(config.URL)
	if err != nil {
		return nil, fmt.Errorf("printer's address %q: %w", config.URL, err)
	}
	if config.Format != "" && formatNamed(config.Format) == nil {
		return nil, fmt.Errorf("printer's document format %q: want image/pwg-raster, application/pdf or image/jpeg", config.Format)
	}
	if config.Format == formatPDF && config.PDF == nil {
		return nil, errors.New("printer's document format is PDF, and nothing here writes it")
	}
	config.Timeouts = config.Timeouts.withDefaults()
	if config.Media == (stamp.Size{}) {
		config.Media = config.LabelSize
	}
	if config.Name == nil {
		config.Name = func() string { return "segnatura-" + rand.Text() }
	}
	client, err := newClient(config, target.Scheme)
	if err != nil {
		return nil, err
	}
	return &Printer{config: config, client: client, target: target, uri: uri, turn: rawport.NewTurn()}, nil
}

// addresses are where to post to and what the printer is called (RFC 3510, RFC 7472: ipp is http on port 631, ipps https).
func addresses(raw string) (target *url.URL, uri string, err error) {
	target, err = url.Parse(raw)
	if err != nil {
		return nil, "", err
	}
	schemes := map[string]struct{ http, ipp string }{
		"ipp": {"http", "ipp"}, "ipps": {"https", "ipps"}, "http": {"http", "ipp"}, "https": {"https", "ipps"},
	}
	s, known := schemes[target.Scheme]
	switch {
	case !known:
		return nil, "", errors.New("want ipp, ipps, http or https")
	case target.Hostname() == "":
		return nil, "", errors.New("there is no host")
	case target.User != nil || target.RawQuery != "" || target.Fragment != "":
		return nil, "", errors.New("want host, port and path only")
	}
	// A host without a port has IPP's with any of the schemes of IPP, and the web's with http and https.
	if s.ipp == target.Scheme && target.Port() == "" {
		target.Host = net.JoinHostPort(target.Hostname(), DefaultPort)
	}
	name := *target
	name.Scheme = s.ipp
	target.Scheme = s.http
	if target.Path == "" {
		target.Path = "/"
	}
	if name.Port() == "" {
		name.Host = net.JoinHostPort(name.Hostname(), map[string]string{"http": "80", "https": "443"}[target.Scheme])
	}
	return target, name.String(), nil
}

// ID returns Config.ID.
func (p *Printer) ID() string { return p.config.ID }

// Resolution returns Config.Resolution.
func (p *Printer) Resolution() stamp.Resolution { return p.config.Resolution }

// LabelSize returns Config.LabelSize.
func (p *Printer) LabelSize() stamp.Size { return p.config.LabelSize }

// State asks the printer how it is and what is loaded. One that cannot be reached, or not before the context ends, is ConditionOffline, one
// that takes the connection and says nothing ConditionSilent. While a label is being printed it waits for its turn, and where the context ends
// first the printer is ConditionBusy.
func (p *Printer) State(ctx context.Context) stamp.PrinterState {
	if err := p.turn.Take(ctx); err != nil {
		return rawport.Waiting(err)
	}
	defer p.turn.End()
	d, err := p.session(ctx).describe()
	if err != nil {
		return unreachable(err)
	}
	return d.state(p.config.Media)
}
