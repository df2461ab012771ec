package convert

import (
	"bytes"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"

	"segnatura/pdfa"
)

// colours says what an image's samples mean (ISO 32000-1, 8.6), as far as the writer can say it too.
type colours struct {
	components int    // 1, 3 or 4
	profile    []byte // ICC profile for as many; nil: grey, sRGB, or CMYK without one
	palette    []byte // RGB triples, when samples are indices
}

// colours resolves a colour space; why says in words what the writer has no equal for.
//
// Calibrated grey and RGB count as grey and sRGB when their gamma is an ordinary screen's: the samples are kept to the bit, and the
// difference is smaller than between two screens. An ICC profile that PDF/A-2 does not admit counts as if it were not there, which
// is what readers do with a profile that they do not understand.
func (f *pdfFile) colours(o types.Object, resources types.Dict, depth int) (c colours, why string) {
	if depth > 4 {
		panic(refuse(pdfa.RefusedCorrupt, "colour spaces of the PDF are nested too deeply"))
	}
	o = f.get(o)
	if name, ok := o.(types.Name); ok {
		return f.namedColours(string(name), resources, depth)
	}
	a, _ := o.(types.Array)
	if len(a) == 0 {
		return c, "an image without a colour space"
	}
	kind := f.name(a[0])
	if len(a) == 1 {
		return f.namedColours(kind, resources, depth)
	}
	switch kind {
	case "CalGray", "CalRGB":
		return f.calibrated(kind, f.dict(a[1]))
	case "ICCBased":
		return f.profiled(a[1])
	case "Indexed", "I":
		if len(a) == 4 {
			return f.indexed(a, resources, depth)
		}
	}
	return c, "colours of kind " + kind
}

// defaults are the resources that take a device space's place (8.6.5.6).
var defaults = map[string]string{"DeviceGray": "DefaultGray", "DeviceRGB": "DefaultRGB", "DeviceCMYK": "DefaultCMYK"}

// shortSpaces are the names of inline images (8.9.7), which some programs write elsewhere.
var shortSpaces = map[string]string{"G": "DeviceGray", "RGB": "DeviceRGB", "CMYK": "DeviceCMYK"}

func (f *pdfFile) namedColours(name string, resources types.Dict, depth int) (c colours, why string) {
	if long := shortSpaces[name]; long != "" {
		name = long
	}
	spaces := f.dict(resources["ColorSpace"])
	if n := map[string]int{"DeviceGray": 1, "DeviceRGB": 3, "DeviceCMYK": 4, "CalGray": 1, "CalRGB": 3}[name]; n != 0 {
		if o := f.get(spaces[defaults[name]]); o != nil && defaults[name] != "" {
			if a, ok := o.(types.Array); ok {
				return f.colours(a, nil, depth+1)
			}
		}
		return colours{components: n}, ""
	}
	if o := f.get(spaces[name]); o != nil {
		return f.colours(o, resources, depth+1)
	}
	return c, "colours of kind " + name
}

// screenGammas are between the exponents of the Macintosh of old and of television.
const leastGamma, mostGamma = 1.7, 2.5

func (f *pdfFile) calibrated(kind string, d types.Dict) (c colours, why string) {
	gammas, n := f.numbers(d["Gamma"], 3), 3
	if kind == "CalGray" {
		n = 1
		if g, ok := f.number(d["Gamma"]); ok {
			gammas = []float64{g}
		}
	}
	for _, g := range gammas {
		if g < leastGamma || g > mostGamma {
			return c, "colours of an unusual gamma"
		}
	}
	if gammas == nil {
		return c, "colours of an unusual gamma" // absent means 1: linear light
	}
	return colours{components: n}, ""
}

func (f *pdfFile) profiled(o types.Object) (c colours, why string) {
	sd, ok := f.stream(o)
	n := f.integer(sd.Dict["N"], 0)
	if !ok || n != 1 && n != 3 && n != 4 {
		return c, "colours of an ICC profile that is missing"
	}
	c.components = n
	if profile, last := f.unpacked(sd); last.name == "" && soundProfile(profile, n) {
		c.profile = profile
	}
	return c, ""
}

// indexed resolves a palette over grey or sRGB.
func (f *pdfFile) indexed(a types.Array, resources types.Dict, depth int) (c colours, why string) {
	base, why := f.colours(a[1], resources, depth+1)
	high := f.integer(a[2], -1)
	switch {
	case why != "":
		return c, "a palette of " + why
	case base.components == 4 || base.palette != nil || base.profile != nil && !bytes.Contains(base.profile, []byte("sRGB")) && base.components == 3:
		return c, "a palette of colours other than grey and sRGB"
	case high < 0 || high > 255:
		panic(refuse(pdfa.RefusedCorrupt, "an image of the PDF with a palette of %d colours", high+1))
	}
	var table []byte
	switch o := f.get(a[3]).(type) {
	case types.StreamDict:
		table = f.decoded(o)
	case types.HexLiteral:
		table, _ = o.Bytes()
	case types.StringLiteral:
		table, _ = types.Unescape(string(o))
	}
	if len(table) < (high+1)*base.components {
		panic(refuse(pdfa.RefusedCorrupt, "an image of the PDF whose palette ends too early"))
	}
	for i := range high + 1 {
		if base.components == 1 {
			c.palette = append(c.palette, table[i], table[i], table[i])
		} else {
			c.palette = append(c.palette, table[3*i:3*i+3]...)
		}
	}
	c.components = 1
	return c, ""
}
