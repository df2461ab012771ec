// Package sane scans with whatever SANE reaches (USB scanners, sane-airscan, and the backends' own network protocols) through
// the program scanimage, and is a [scanner.Source].
//
//	src := sane.New(sane.Config{Device: "fujitsu:fi-7160:1234"})
//	doc, err := src.Scan(ctx, scanner.Request{Input: scanner.InputFeeder, ColorMode: scanner.ColorGrey, ResolutionDPI: 300})
//	defer doc.Close()
//
// One run is one scanimage in batch mode that asks before each page: the next sheet moves only when the page before it was read to its
// end and closed. A page is a whole file or none; its file is gone when its Data is closed.
//
// What it distrusts, because scanimage was seen to do it:
//   - exit code 0, which also ends a run without any page, and a run that a backend ended for a reason it did not tell: only the
//     words "out of documents" end a feeder's run well;
//   - a resolution that the device does not have, which is rounded in silence: it is checked against the device's options first;
//   - a call that never comes back (ten minutes after one injected I/O error): a page that stands still has a deadline;
//   - files left by an interrupted run: only what scanimage names on standard output is taken;
//   - PDF, which it writes malformed: it is never asked for.
//
// It refuses options that the device's backend does not list. A SANE device has no state to ask for without opening it; Status opens
// it at most once in [Config.StatusEvery].
//
// Sources: scanimage(1) of sane-backends 1.2.1; SANE standard 1.06, 4.2.7 (status codes); recorded runs replayed by the tests.
package sane

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"

	"segnatura/internal/tool"
	"segnatura/scanner"
)

// Config is one device. The zero value of a limit means the value given beside it.
type Config struct {
	// Device is SANE's name of it, e.g. "fujitsu:fi-7160:1234", as List tells. "genesys:libusb", without the place on the bus that changes
	// with the plug, is the first one that is listed there.
	Device string
	// Program is scanimage's name in PATH or its absolute path; empty means "scanimage".
	Program string
	// Env adds to scanimage's environment, e.g. SANE_CONFIG_DIR.
	Env []string
	// Options are set for every run beside what the request says, by the device's own names of them without dashes ("swdeskew": "yes").
	// Those that a request decides are refused, and so is what the device does not list.
	Options map[string]string
	// WorkDir is where runs keep the page under way; empty means the system's folder for temporary files.
	WorkDir string

	PageTimeout time.Duration // how long a page may stand still: 3 min
	CallTimeout time.Duration // listing devices or one device's options: 30 s
	StatusEvery time.Duration // how long what a device said of itself is believed: 1 min

	// Now is the clock of Page.TakenAt; nil means time.Now.
	Now func() time.Time
}

func (c Config) withDefaults() Config {
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&c.PageTimeout, 3 * time.Minute}, {&c.CallTimeout, 30 * time.Second}, {&c.StatusEvery, time.Minute},
	} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	if c.Program == "" {
		c.Program = "scanimage"
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

// Probe finds scanimage. Errors are package tool's.
func Probe(ctx context.Context, program string) (*tool.Tool, error) {
	if program == "" {
		program = "scanimage"
	}
	return tool.Probe(ctx, tool.Spec{
		Name: program, VersionArgs: []string{"--version"}, Version: regexp.MustCompile(`scanimage \(sane-backends\) ([0-9.]+)`), AtLeast: "1.0.30",
	})
}

// Source is one SANE device. Make it with New.
type Source struct {
	cfg Config

	mu      sync.Mutex
	open    *document  // the run under way, or the reservation of one that is being started
	program *tool.Tool // once it was found
	options *options   // as last read
	address string     // SANE's name of it now
	model   string
	asked   time.Time // when state was learnt
	state   scanner.Status
}

var _ scanner.Source = (*Source)(nil)

// New keeps the configuration. It neither looks for scanimage nor for the device.
func New(cfg Config) *Source { return &Source{cfg: cfg.withDefaults()} }

// Capabilities implements scanner.Source. It always asks the device.
func (s *Source) Capabilities(ctx context.Context) (scanner.Capabilities, error) {
	o, err := s.readOptions(ctx)
	if err != nil {
		return scanner.Capabilities{}, err
	}
	return scanner.Capabilities{ID: s.id(), MakeAndModel: s.makeAndModel(ctx), Inputs: o.inputs()}, nil
}

// busPlace is where a device hangs on the USB now: it changes when the plug does.
var busPlace = regexp.MustCompile(`libusb:[0-9]+:[0-9]+$`)

// id is what stays the same of SANE's name.
func (s *Source) id() string { return "sane:" + Settled(s.cfg.Device) }

// addressNow is SANE's name of the device at this moment.
func (s *Source) addressNow(ctx context.Context, program *tool.Tool) (string, error) {
	if !strings.HasSuffix(s.cfg.Device, ":libusb") {
		return s.cfg.Device, nil
	}
	s.mu.Lock()
	known := s.address
	s.mu.Unlock()
	if known != "" {
		return known, nil
	}
	devices, err := list(ctx, program, s.cfg)
	if err != nil {
		return "", err
	}
	for _, d := range devices {
		if Settled(d.Name) == s.cfg.Device {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.address, s.model = d.Name, d.MakeAndModel
			return d.Name, nil
		}
	}
	return "", &scanner.Fault{Kind: scanner.FaultOffline, Detail: "no device of that name is plugged in"}
}

// Settled is a device's name as it is best configured: without the place on the bus, which changes with the plug.
func Settled(device string) string { return busPlace.ReplaceAllString(device, "libusb") }

// makeAndModel is what the list of devices says, or SANE's name for a device that it does not show: some are opened by name only.
func (s *Source) makeAndModel(ctx context.Context) string {
	s.mu.Lock()
	model, program := s.model, s.program
	s.mu.Unlock()
	if model != "" || program == nil {
		return model
	}
	devices, err := list(ctx, program, s.cfg)
	if err != nil {
		return s.cfg.Device
	}
	model = s.cfg.Device
	for _, d := range devices {
		if d.Name == s.cfg.Device {
			model = d.MakeAndModel
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.model = model
	return model
}

// Status implements scanner.Source.
func (s *Source) Status(ctx context.Context) scanner.Status {
	s.mu.Lock()
	believed := s.cfg.StatusEvery
	if s.state.State == scanner.StateOffline {
		believed = min(believed, offlineEvery) // somebody is switching it on
	}
	busy, fresh, known := s.open != nil, !s.asked.IsZero() && s.cfg.Now().Sub(s.asked) < believed, s.state
	s.mu.Unlock()
	switch {
	case busy:
		return scanner.Status{State: scanner.StateBusy}
	case fresh:
		return known
	}
	_, err := s.readOptions(ctx)
	st := scanner.Status{State: scanner.StateIdle}
	var f *scanner.Fault
	if errors.As(err, &f) {
		st = scanner.Status{State: scanner.StateStopped, Fault: f.Kind, Detail: err.Error()}
		if state, ok := statesOfFaults[f.Kind]; ok {
			st.State = state
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if ctx.Err() == nil {
		s.asked, s.state = s.cfg.Now(), st
	}
	return st
}

// offlineEvery is how long a device that did not answer is left alone.
const offlineEvery = 10 * time.Second

var statesOfFaults = map[scanner.FaultKind]scanner.State{
	scanner.FaultOffline: scanner.StateOffline, scanner.FaultCancelled: scanner.StateOffline, scanner.FaultBusy: scanner.StateBusy,
}

// Scan implements scanner.Source. Settings that the device's options do not list are refused before anything moves.
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

// release also forgets the state: after a run the device may be another's, or empty.
func (s *Source) release(d *document) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == d {
		s.open, s.asked = nil, time.Time{}
	}
}

// found returns scanimage, looking for it until it is there.
func (s *Source) found(ctx context.Context) (*tool.Tool, error) {
	s.mu.Lock()
	program := s.program
	s.mu.Unlock()
	if program != nil {
		return program, nil
	}
	program, err := Probe(ctx, s.cfg.Program)
	if err != nil {
		return nil, &scanner.Fault{Kind: scanner.FaultOffline, Detail: "scanimage cannot be used", Err: err}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.program = program
	return program, nil
}

// readOptions asks the device for its options.
func (s *Source) readOptions(ctx context.Context) (*options, error) {
	program, err := s.found(ctx)
	if err != nil {
		return nil, err
	}
	address, err := s.addressNow(ctx, program)
	if err != nil {
		return nil, err
	}
	result, err := program.Run(ctx, tool.Job{
		Args: []string{"--device-name=" + address, "--all-options"}, Env: s.cfg.Env, Timeout: s.cfg.CallTimeout,
	})
	if err != nil {
		s.forgetAddress()
		return nil, faultOf(err, result.Stderr)
	}
	o := parseOptions(string(result.Stdout))
	if o == nil {
		return nil, &scanner.Fault{Kind: scanner.FaultBadData, Detail: "the device listed no options"}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.options = o
	return o, nil
}

func (s *Source) forgetAddress() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.address = ""
}

// deviceOptions returns the options as last read, reading them the first time.
func (s *Source) deviceOptions(ctx context.Context) (*options, error) {
	s.mu.Lock()
	o := s.options
	s.mu.Unlock()
	if o != nil {
		return o, nil
	}
	return s.readOptions(ctx)
}

// Device is one line of the list of devices.
type Device struct {
	Name         string // for Config.Device
	MakeAndModel string
	Type         string // SANE's words, e.g. "flatbed scanner"
}

// List asks SANE which devices it sees now. It may take long: network backends wait for answers.
func List(ctx context.Context, cfg Config) ([]Device, error) {
	cfg = cfg.withDefaults()
	program, err := Probe(ctx, cfg.Program)
	if err != nil {
		return nil, fmt.Errorf("list SANE devices: %w", err)
	}
	return list(ctx, program, cfg)
}
