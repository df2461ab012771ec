package ui

import (
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"segnatura/internal/station"
	"segnatura/scanner"
	"segnatura/stamp"
)

// Devices are the scanners, printers and folders that the wiring configured, in the order in which they are offered.
type Devices struct {
	Scanners []Scanner
	Printers []LabelPrinter
	// Folders lists the watched hot folders as they are now; nil: there are none.
	Folders func() []Folder
}

// Scanner is one configured source of pages.
type Scanner struct {
	ID, Name string
	Source   scanner.Source
}

// LabelPrinter is one configured label printer; its id is the printer's own.
type LabelPrinter struct {
	Name    string
	Printer station.Printer
	// Family is what it speaks, for people. Media is the label as it is sold, of which Printer.LabelSize may be less.
	Family string
	Media  stamp.Size
	// Sheet is the layout of the labels on A4 that it prints on, or "". Download: nothing prints here, each label is a PDF to fetch.
	Sheet    string
	Download bool
}

// Folder is one watched hot folder. Troubles lists what lies in it and cannot be taken.
type Folder struct {
	ID, Name string
	Troubles func() []FolderTrouble
}

// ScannerView is a scanner as the bar and the scan form show it.
type ScannerView struct {
	ID     string              `json:"id"`
	Name   string              `json:"name"`
	State  scanner.State       `json:"state" enum:"idle,busy,stopped,offline"`
	Feeder scanner.FeederState `json:"feeder,omitempty"`
	User   string              `json:"user,omitempty" doc:"Chi lo sta usando (R21.6)"`
	Fault  scanner.FaultKind   `json:"fault,omitempty" doc:"Perché non si può usare, dove si sa"`
	// Device is the scanner's own UUID or serial number, by which profiles know it; Inputs is empty in the bar. The scan form asks for
	// one scanner's.
	Device string      `json:"device,omitempty"`
	Inputs []InputView `json:"inputs,omitempty"`
}

// InputView is what one input of a scanner offers.
type InputView struct {
	Input       scanner.Input       `json:"input"`
	Duplex      bool                `json:"duplex,omitempty"`
	ColorModes  []scanner.ColorMode `json:"colorModes,omitempty"`
	Resolutions []int               `json:"resolutions,omitempty"`
	PageSizes   []scanner.PageSize  `json:"pageSizes,omitempty"`
}

// PrinterView is a label printer as the bar shows it.
type PrinterView struct {
	ID         string            `json:"id"`
	Name       string            `json:"name"`
	Conditions []stamp.Condition `json:"conditions"`
	Blocks     stamp.Condition   `json:"blocks,omitempty" doc:"Perché un'etichetta ora non uscirebbe"`
	WidthMM    float64           `json:"widthMM"`
	HeightMM   float64           `json:"heightMM"`
	Family     string            `json:"family,omitempty" doc:"Il linguaggio della stampante"`
	DPI        int               `json:"dpi,omitempty"`
	// Media is what it says is loaded, as far as it says it.
	Media *MediaView `json:"media,omitempty" doc:"Che cosa la stampante dice di avere caricato"`
	// Download: each label is a PDF that the clerk prints.
	Download bool   `json:"download,omitempty"`
	Sheet    string `json:"sheet,omitempty" doc:"La disposizione delle etichette sul foglio A4"`
}

// MediaView is what a printer says of its labels; 0 where it does not say.
type MediaView struct {
	WidthMM  float64         `json:"widthMM"`
	HeightMM float64         `json:"heightMM"`
	Kind     stamp.MediaKind `json:"kind" enum:",die-cut,continuous"`
}

// mediaView is nil where the printer said nothing.
func mediaView(m stamp.Media) *MediaView {
	if m == (stamp.Media{}) {
		return nil
	}
	return &MediaView{WidthMM: m.WidthMM, HeightMM: m.HeightMM, Kind: m.Kind}
}

// FolderView is a hot folder as the bar shows it.
type FolderView struct {
	ID       string          `json:"id"`
	Name     string          `json:"name"`
	Troubles []FolderTrouble `json:"troubles"`
}

// FolderTrouble is a file that lies in a hot folder and cannot be taken; it is looked at again when it changes. Without File it is the
// folder itself, which cannot be read.
type FolderTrouble struct {
	File  string            `json:"file"`
	Fault scanner.FaultKind `json:"fault" enum:"truncated,bad-data,unsupported,encrypted,signed,active,device,offline"`
	At    time.Time         `json:"at"`
}

// deviceStates are what the devices said last. The bar shows these: a screen never waits for a device that is off.
type deviceStates struct {
	mu       sync.Mutex
	scanners map[string]scanner.Status
	printers map[string]stamp.PrinterState
	// abilities are what scanners said that they can do, by configured id.
	abilities map[string]scanner.Capabilities
	asked     chan struct{} // somebody wants to know now
}

// Periods of asking devices how they are.
const (
	askEvery  = 5 * time.Second
	askWithin = 4 * time.Second
)

// WatchDevices asks every device how it is until ctx ends, and tells the browsers when an answer has changed.
func (s *Server) WatchDevices(ctx context.Context) {
	tick := time.NewTicker(askEvery)
	defer tick.Stop()
	for {
		if s.askDevices(ctx) {
			s.Hub.Publish(station.Event{Kind: station.EventStatus})
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-s.states.asked:
		}
	}
}

// askSoon has the devices asked now: something was just sent to one of them.
func (s *Server) askSoon() {
	select {
	case s.states.asked <- struct{}{}:
	default:
	}
}

func (s *Server) askDevices(ctx context.Context) (changed bool) {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	var all errgroup.Group
	for _, sc := range s.Devices.Scanners {
		all.Go(func() error {
			st := sc.Source.Status(ctx)
			if _, known := s.states.abilitiesOf(sc.ID); !known && st.State != scanner.StateOffline && st.State != scanner.StateBusy {
				if c, err := sc.Source.Capabilities(ctx); err == nil { // else it is asked again with the next look
					s.states.learn(sc.ID, c)
				}
			}
			s.states.mu.Lock()
			defer s.states.mu.Unlock()
			old := s.states.scanners[sc.ID]
			changed = changed || old.State != st.State || old.Feeder != st.Feeder || old.Fault != st.Fault
			s.states.scanners[sc.ID] = st
			return nil
		})
	}
	for _, p := range s.Devices.Printers {
		all.Go(func() error {
			st := p.Printer.State(ctx)
			s.states.mu.Lock()
			defer s.states.mu.Unlock()
			old := s.states.printers[p.Printer.ID()]
			changed = changed || !slices.Equal(old.Conditions, st.Conditions) || old.Media != st.Media
			s.states.printers[p.Printer.ID()] = st
			return nil
		})
	}
	_ = all.Wait() // none of them fails
	return changed
}

// scannerViews words nothing: what was not asked yet is offline.
func (s *Server) scannerViews() []ScannerView {
	s.states.mu.Lock()
	defer s.states.mu.Unlock()
	out := []ScannerView{}
	for _, sc := range s.Devices.Scanners {
		st, ok := s.states.scanners[sc.ID]
		if !ok {
			st.State = scanner.StateOffline
		}
		out = append(out, ScannerView{ID: sc.ID, Name: sc.Name, State: st.State, Feeder: st.Feeder, Fault: st.Fault, Device: s.states.abilities[sc.ID].ID, User: s.Station.ScannerUser(sc.ID)})
	}
	return out
}

func (s *Server) printerDeviceViews() []PrinterView {
	s.states.mu.Lock()
	defer s.states.mu.Unlock()
	out := []PrinterView{}
	for _, p := range s.Devices.Printers {
		st, ok := s.states.printers[p.Printer.ID()]
		if !ok {
			st.Conditions = []stamp.Condition{stamp.ConditionOffline}
		}
		size := p.Media
		if size == (stamp.Size{}) {
			size = p.Printer.LabelSize()
		}
		v := PrinterView{ID: p.Printer.ID(), Name: p.Name, Conditions: st.Conditions, WidthMM: size.WidthMM, HeightMM: size.HeightMM,
			Family: p.Family, DPI: p.Printer.Resolution().DPI, Media: mediaView(st.Media), Download: p.Download, Sheet: p.Sheet}
		if c, blocked := st.Blocks(); blocked {
			v.Blocks = c
		}
		out = append(out, v)
	}
	return out
}

func (s *Server) folderViews() []FolderView {
	out := []FolderView{}
	if s.Devices.Folders == nil {
		return out
	}
	for _, f := range s.Devices.Folders() {
		out = append(out, FolderView{ID: f.ID, Name: f.Name, Troubles: some(f.Troubles())})
	}
	return out
}

func inputViews(c scanner.Capabilities) []InputView {
	var out []InputView
	for _, in := range c.Inputs {
		out = append(out, InputView{Input: in.Input, Duplex: in.Duplex, ColorModes: in.ColorModes, Resolutions: in.ResolutionsDPI, PageSizes: in.Sizes()})
	}
	return out
}

// scannerNamed finds a scanner; the empty id is the first one.
func (s *Server) scannerNamed(id string) (Scanner, bool) {
	for _, sc := range s.Devices.Scanners {
		if sc.ID == id || id == "" {
			return sc, true
		}
	}
	return Scanner{}, false
}

// printerNamed finds a label printer; the empty id is the first one.
func (s *Server) printerNamed(id string) (LabelPrinter, bool) {
	for _, p := range s.Devices.Printers {
		if p.Printer.ID() == id || id == "" {
			return p, true
		}
	}
	return LabelPrinter{}, false
}
