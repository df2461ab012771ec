package escl

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"segnatura/scanner"
)

// Limits of what a device may make us parse. Recorded capabilities are 5 KB, 10 deep; the largest published ones about 60 KB.
const (
	maxXMLBytes  = 1 << 20
	maxXMLDepth  = 32
	maxXMLTokens = 50_000
)

// decodeXML decodes one document within the limits. Namespaces are not compared: their spelling varies between firmwares and
// the local names suffice.
func decodeXML(b []byte, into any) error {
	if len(b) > maxXMLBytes {
		return fmt.Errorf("XML of more than %d bytes", maxXMLBytes)
	}
	return xml.NewTokenDecoder(&boundedTokens{dec: xml.NewDecoder(bytes.NewReader(b))}).Decode(into)
}

// boundedTokens is an xml.TokenReader that refuses depth, length and document types.
type boundedTokens struct {
	dec           *xml.Decoder
	depth, tokens int
}

func (t *boundedTokens) Token() (xml.Token, error) {
	tok, err := t.dec.RawToken()
	if err != nil {
		return nil, err
	}
	switch tok.(type) {
	case xml.StartElement:
		t.depth++
	case xml.EndElement:
		t.depth--
	case xml.Directive:
		return nil, errors.New("XML with a document type")
	}
	if t.tokens++; t.depth > maxXMLDepth || t.tokens > maxXMLTokens {
		return nil, fmt.Errorf("XML deeper than %d or longer than %d tokens", maxXMLDepth, maxXMLTokens)
	}
	return xml.CopyToken(tok), nil
}

type wireCapabilities struct {
	XMLName      xml.Name `xml:"ScannerCapabilities"`
	MakeAndModel string   `xml:"MakeAndModel"`
	SerialNumber string   `xml:"SerialNumber"`
	UUID         string   `xml:"UUID"`
	Platen       *struct {
		Caps *wireInput `xml:"PlatenInputCaps"`
	} `xml:"Platen"`
	ADF *struct {
		Simplex *wireInput `xml:"AdfSimplexInputCaps"`
		Duplex  *wireInput `xml:"AdfDuplexInputCaps"`
		Options []string   `xml:"AdfOptions>AdfOption"`
	} `xml:"Adf"`
}

type wireInput struct {
	MaxWidth  int           `xml:"MaxWidth"` // 1/300 inch
	MaxHeight int           `xml:"MaxHeight"`
	Profiles  []wireProfile `xml:"SettingProfiles>SettingProfile"`
}

type wireProfile struct {
	Name       string    `xml:"name,attr"`
	Ref        string    `xml:"ref,attr"` // "as the profile of that name, elsewhere in the document"
	ColorModes []string  `xml:"ColorModes>ColorMode"`
	Discrete   []wireDPI `xml:"SupportedResolutions>DiscreteResolutions>DiscreteResolution"`
	RangeX     wireRange `xml:"SupportedResolutions>ResolutionRange>XResolution"`
	RangeY     wireRange `xml:"SupportedResolutions>ResolutionRange>YResolution"`
	Formats    []string  `xml:"DocumentFormats>DocumentFormat"`
	FormatsExt []string  `xml:"DocumentFormats>DocumentFormatExt"`
}

type wireDPI struct {
	X int `xml:"XResolution"`
	Y int `xml:"YResolution"`
}

type wireRange struct {
	Min  int `xml:"Min"`
	Max  int `xml:"Max"`
	Step int `xml:"Step"`
}

func (r wireRange) has(dpi int) bool {
	return r.Max > 0 && dpi >= r.Min && dpi <= r.Max && (r.Step <= 1 || (dpi-r.Min)%r.Step == 0)
}

type wireStatus struct {
	XMLName  xml.Name  `xml:"ScannerStatus"`
	State    string    `xml:"State"`
	ADFState string    `xml:"AdfState"`
	Jobs     []wireJob `xml:"Jobs>JobInfo"`
}

type wireJob struct {
	URI       string   `xml:"JobUri"`
	UUID      string   `xml:"JobUuid"`
	State     string   `xml:"JobState"`
	Completed int      `xml:"ImagesCompleted"`
	Reasons   []string `xml:"JobStateReasons>JobStateReason"`
}

// states translates pwg:State; an unknown word asks for a person.
var states = map[string]scanner.State{
	"Idle":       scanner.StateIdle,
	"Processing": scanner.StateBusy,
	"Testing":    scanner.StateBusy, // warming up, as HP LaserJet MFP M630 says it
	"Stopped":    scanner.StateStopped,
	"Down":       scanner.StateStopped,
}

// feeders translates scan:AdfState: the hint, and the fault that it is when a feeder's job has failed.
var feeders = map[string]struct {
	state scanner.FeederState
	fault scanner.FaultKind
}{
	"ScannerAdfLoaded":              {scanner.FeederLoaded, ""},
	"ScannerAdfProcessing":          {scanner.FeederLoaded, ""},
	"ScannerAdfEmpty":               {scanner.FeederEmpty, ""},
	"ScannerAdfJam":                 {scanner.FeederJam, scanner.FaultJam},
	"ScannerAdfMispick":             {scanner.FeederJam, scanner.FaultJam},
	"ScannerAdfMultipickDetected":   {scanner.FeederJam, scanner.FaultJam},
	"ScannerAdfDuplexPageTooShort":  {scanner.FeederJam, scanner.FaultJam},
	"ScannerAdfDuplexPageTooLong":   {scanner.FeederJam, scanner.FaultJam},
	"ScannerAdfInputTrayFailed":     {scanner.FeederJam, scanner.FaultJam},
	"ScannerAdfInputTrayOverloaded": {scanner.FeederJam, scanner.FaultJam},
	"ScannerAdfHatchOpen":           {scanner.FeederOpen, scanner.FaultCoverOpen},
	"ScannerAdfDoorOpen":            {scanner.FeederOpen, scanner.FaultCoverOpen},
}

func (st wireStatus) status() scanner.Status {
	state, ok := states[strings.TrimSpace(st.State)]
	if !ok {
		state = scanner.StateStopped
	}
	return scanner.Status{State: state, Feeder: feeders[strings.TrimSpace(st.ADFState)].state, Detail: st.String()}
}

func (st wireStatus) String() string { return "State " + st.State + ", AdfState " + st.ADFState }

// job finds a job by the last element of its address; devices spell the rest in several ways.
func (st wireStatus) job(id string) (wireJob, bool) {
	for _, j := range st.Jobs {
		if lastElement(j.URI) == id || j.UUID == id && id != "" {
			return j, true
		}
	}
	return wireJob{}, false
}

func lastElement(path string) string {
	path = strings.TrimRight(strings.TrimSpace(path), "/")
	return path[strings.LastIndexByte(path, '/')+1:]
}

// device is what a device can do, read from its capabilities with its quirks applied.
type device struct {
	id, model string
	platen    *inputCaps
	simplex   *inputCaps
	duplex    *inputCaps // what the feeder can do on both sides; nil when it cannot
	quirks    quirks
}

type inputCaps struct {
	colors    []scanner.ColorMode
	dpis      []int
	inRange   func(dpi int) bool // resolutions between the listed ones
	formats   []string
	ext       bool // the device knows DocumentFormatExt
	maxWidth  float64
	maxHeight float64
}

var colorNames = map[string]scanner.ColorMode{
	"BlackAndWhite1": scanner.ColorBinary,
	"Grayscale8":     scanner.ColorGrey,
	"RGB24":          scanner.ColorRGB,
}

func newDevice(w wireCapabilities, server string) (*device, error) {
	model := strings.TrimSpace(w.MakeAndModel)
	dev := &device{id: strings.TrimSpace(w.UUID), model: model, quirks: quirksOf(model, server)}
	if dev.id == "" {
		dev.id = strings.TrimSpace(w.SerialNumber)
	}
	named := map[string]wireProfile{}
	var platen, simplex, duplex *wireInput
	if w.Platen != nil {
		platen = w.Platen.Caps
	}
	if w.ADF != nil {
		simplex, duplex = w.ADF.Simplex, w.ADF.Duplex
		if duplex == nil && slices.Contains(w.ADF.Options, "Duplex") {
			duplex = simplex
		}
	}
	for _, in := range []*wireInput{platen, simplex, duplex} {
		for _, p := range in.profiles() {
			if p.Name != "" && p.Ref == "" {
				named[p.Name] = p
			}
		}
	}
	limit := dev.quirks.maxDPI()
	dev.platen, dev.simplex, dev.duplex = newInput(platen, named, limit), newInput(simplex, named, limit), newInput(duplex, named, limit)
	if dev.simplex == nil {
		dev.simplex = dev.duplex
	}
	if dev.platen == nil && dev.simplex == nil {
		return nil, errors.New("neither platen nor feeder")
	}
	return dev, nil
}

func (w *wireInput) profiles() []wireProfile {
	if w == nil {
		return nil
	}
	return w.Profiles
}

const (
	minDPI    = 50 // less is no scan; SANE's test backend lists 1 dpi (recorded through AirSane)
	mmPerUnit = 25.4 / 300
)

func newInput(w *wireInput, named map[string]wireProfile, maxDPI int) *inputCaps {
	if w == nil {
		return nil
	}
	in := &inputCaps{maxWidth: float64(w.MaxWidth) * mmPerUnit, maxHeight: float64(w.MaxHeight) * mmPerUnit}
	within := func(dpi int) bool { return dpi >= minDPI && (maxDPI == 0 || dpi <= maxDPI) }
	var ranges []wireProfile
	for _, p := range w.Profiles {
		if p.Ref != "" {
			p = named[p.Ref]
		}
		for _, name := range p.ColorModes {
			if mode, ok := colorNames[strings.TrimSpace(name)]; ok && !slices.Contains(in.colors, mode) {
				in.colors = append(in.colors, mode)
			}
		}
		for _, d := range p.Discrete {
			if d.X == d.Y && within(d.X) {
				in.dpis = append(in.dpis, d.X)
			}
		}
		if p.RangeX.Max > 0 {
			ranges = append(ranges, p)
		}
		for _, f := range append(slices.Clone(p.Formats), p.FormatsExt...) {
			if f = strings.ToLower(strings.TrimSpace(f)); !slices.Contains(in.formats, f) {
				in.formats = append(in.formats, f)
			}
		}
		in.ext = in.ext || len(p.FormatsExt) > 0
	}
	in.inRange = func(dpi int) bool {
		return within(dpi) && slices.ContainsFunc(ranges, func(p wireProfile) bool {
			return p.RangeX.has(dpi) && (p.RangeY.Max == 0 || p.RangeY.has(dpi))
		})
	}
	for _, dpi := range []int{75, 100, 150, 200, 240, 300, 400, 600, 1200} { // what a person may choose from a range
		if in.inRange(dpi) {
			in.dpis = append(in.dpis, dpi)
		}
	}
	slices.Sort(in.dpis)
	in.dpis = slices.Compact(in.dpis)
	return in
}

func (d *device) capabilities() scanner.Capabilities {
	c := scanner.Capabilities{ID: d.id, MakeAndModel: d.model}
	add := func(input scanner.Input, in *inputCaps, duplex bool) {
		if in == nil {
			return
		}
		c.Inputs = append(c.Inputs, scanner.InputCapabilities{
			Input: input, Duplex: duplex,
			ColorModes: slices.Clone(in.colors), ResolutionsDPI: slices.Clone(in.dpis), Formats: slices.Clone(in.formats),
			MaxWidthMM: round1(in.maxWidth), MaxHeightMM: round1(in.maxHeight),
		})
	}
	add(scanner.InputFeeder, d.simplex, d.duplex != nil)
	add(scanner.InputPlaten, d.platen, false)
	return c
}

func round1(mm float64) float64 { return math.Round(mm*10) / 10 }
