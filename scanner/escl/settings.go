package escl

import (
	"encoding/xml"
	"fmt"
	"math"
	"slices"

	"segnatura/scanner"
)

const (
	nsPWG  = "http://www.pwg.org/schemas/2010/12/sm"
	nsScan = "http://schemas.hp.com/imaging/escl/2011/05/03"
)

// scanSettings is the body of POST ScanJobs. The order of the elements is the one that sane-airscan sends and hundreds of
// models take; some parsers depend on it.
type scanSettings struct {
	XMLName   xml.Name    `xml:"scan:ScanSettings"`
	PWG       string      `xml:"xmlns:pwg,attr"`
	Scan      string      `xml:"xmlns:scan,attr"`
	Version   string      `xml:"pwg:Version"`
	Region    *scanRegion `xml:"pwg:ScanRegions>pwg:ScanRegion"`
	Input     string      `xml:"pwg:InputSource"`
	Color     string      `xml:"scan:ColorMode,omitempty"`
	Format    string      `xml:"pwg:DocumentFormat"`
	FormatExt string      `xml:"scan:DocumentFormatExt,omitempty"`
	X         int         `xml:"scan:XResolution,omitempty"`
	Y         int         `xml:"scan:YResolution,omitempty"`
	Duplex    *bool       `xml:"scan:Duplex"` // feeder only
}

type scanRegion struct {
	Units   string `xml:"pwg:ContentRegionUnits"`
	XOffset int    `xml:"pwg:XOffset"`
	YOffset int    `xml:"pwg:YOffset"`
	Width   int    `xml:"pwg:Width"`
	Height  int    `xml:"pwg:Height"`
}

// wireInputs are eSCL's names of the inputs.
var wireInputs = map[scanner.Input]string{scanner.InputFeeder: "Feeder", scanner.InputPlaten: "Platen"}

// resolve fills in what the request leaves to the device where we must know it (the input), and refuses what the device does
// not list. An empty list is a device that did not say, and refuses nothing.
func (d *device) resolve(r scanner.Request, feeder scanner.FeederState) (scanner.Request, *inputCaps, error) {
	if r.Input == "" {
		r.Input = scanner.InputPlaten
		if d.platen == nil || d.simplex != nil && (r.Duplex || feeder == scanner.FeederLoaded) {
			r.Input = scanner.InputFeeder
		}
	}
	in := map[scanner.Input]*inputCaps{scanner.InputFeeder: d.simplex, scanner.InputPlaten: d.platen}[r.Input]
	if in == nil {
		return r, nil, unsupported("input %q", r.Input)
	}
	if r.Duplex {
		if in = d.duplex; in == nil || r.Input != scanner.InputFeeder {
			return r, nil, unsupported("both sides from the %s", r.Input)
		}
	}
	if r.Format == "" {
		r.Format = in.usualFormat(r.ColorMode)
	}
	for _, c := range []struct {
		wrong bool
		what  string
		value any
	}{
		{r.ColorMode != "" && len(in.colors) > 0 && !slices.Contains(in.colors, r.ColorMode), "colour mode", r.ColorMode},
		{r.ColorMode == scanner.ColorBinary && r.Format == "image/jpeg", "1 bit in a JPEG, colour mode", r.ColorMode},
		{r.ResolutionDPI < 0, "resolution", r.ResolutionDPI},
		{r.ResolutionDPI > 0 && len(in.dpis) > 0 && !slices.Contains(in.dpis, r.ResolutionDPI) && !in.inRange(r.ResolutionDPI),
			"resolution", r.ResolutionDPI},
		{len(in.formats) > 0 && !slices.Contains(in.formats, r.Format), "format", r.Format},
		{(r.WidthMM > 0) != (r.HeightMM > 0) || r.WidthMM < 0 || r.HeightMM < 0, "an area without both sides, width", r.WidthMM},
		{in.maxWidth > 0 && r.WidthMM > in.maxWidth+toleranceMM, "width in mm", r.WidthMM},
		{in.maxHeight > 0 && r.HeightMM > in.maxHeight+toleranceMM, "height in mm", r.HeightMM},
	} {
		if c.wrong {
			return r, nil, unsupported(c.what+" %v", c.value)
		}
	}
	if in.maxWidth > 0 && r.WidthMM > 0 {
		r.WidthMM, r.HeightMM = min(r.WidthMM, in.maxWidth), min(r.HeightMM, in.maxHeight)
	}
	return r, in, nil
}

// usualFormats are what is asked for where nobody chose, the first that the device lists: images first, PDF, which every eSCL device has to
// have and some have alone, last: it is taken apart again. JPEG has no pixels of one bit.
func usualFormats(m scanner.ColorMode) []string {
	if m == scanner.ColorBinary {
		return []string{"image/png", "image/tiff", formatPDF}
	}
	return []string{"image/jpeg", "image/png", "image/tiff", formatPDF}
}

const formatPDF = "application/pdf"

func (in *inputCaps) usualFormat(m scanner.ColorMode) string {
	usual := usualFormats(m)
	for _, f := range usual {
		if slices.Contains(in.formats, f) {
			return f
		}
	}
	if len(in.formats) == 0 && m != scanner.ColorBinary { // a device that did not say
		return usual[0]
	}
	return formatPDF
}

// toleranceMM forgives a glass that is announced a hair short of A4 (210 mm is 2480.3 units).
const toleranceMM = 1.0

func unsupported(format string, args ...any) *scanner.Fault {
	return &scanner.Fault{Kind: scanner.FaultUnsupported, Detail: fmt.Sprintf("the device does not list "+format, args...)}
}

// settingsXML writes a resolved request.
func settingsXML(r scanner.Request, in *inputCaps) ([]byte, error) {
	s := scanSettings{
		PWG: nsPWG, Scan: nsScan, Version: "2.0",
		Input: wireInputs[r.Input], Format: r.Format,
		X: r.ResolutionDPI, Y: r.ResolutionDPI,
	}
	for name, mode := range colorNames {
		if mode == r.ColorMode {
			s.Color = name
		}
	}
	if in.ext {
		s.FormatExt = r.Format
	}
	if r.Input == scanner.InputFeeder {
		s.Duplex = &r.Duplex
	}
	if r.WidthMM > 0 {
		s.Region = &scanRegion{
			Units: "escl:ThreeHundredthsOfInches",
			Width: int(math.Round(r.WidthMM / mmPerUnit)), Height: int(math.Round(r.HeightMM / mmPerUnit)),
		}
	}
	b, err := xml.Marshal(s)
	if err != nil {
		return nil, &scanner.Fault{Kind: scanner.FaultUnsupported, Detail: "write the settings", Err: err}
	}
	return append([]byte(xml.Header), b...), nil
}
