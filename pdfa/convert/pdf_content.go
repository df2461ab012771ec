package convert

import (
	"fmt"
	"math"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"

	"segnatura/pdfa"
)

// clipTolerance is how many points a clip may cut off an image, or an image may miss of its page, without anything being lost
// that anybody would miss: a third of a millimetre.
const clipTolerance = 1.0

// maxOperators bounds what is read of one page's content.
const maxOperators = 5_000_000

// affine is a, b, c, d, e, f: x' = a x + c y + e, y' = b x + d y + f.
type affine [6]float64

var identity = affine{1, 0, 0, 1, 0, 0}

// then returns the map that does m first and o after it.
func (m affine) then(o affine) affine {
	return affine{
		m[0]*o[0] + m[1]*o[2], m[0]*o[1] + m[1]*o[3],
		m[2]*o[0] + m[3]*o[2], m[2]*o[1] + m[3]*o[3],
		m[4]*o[0] + m[5]*o[2] + o[4], m[4]*o[1] + m[5]*o[3] + o[5],
	}
}

func (m affine) point(x, y float64) (float64, float64) {
	return m[0]*x + m[2]*y + m[4], m[1]*x + m[3]*y + m[5]
}

// bounds returns the upright rectangle around r's picture.
func (m affine) bounds(r rect) rect {
	out := rect{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for _, corner := range [4][2]float64{{r[0], r[1]}, {r[2], r[1]}, {r[0], r[3]}, {r[2], r[3]}} {
		x, y := m.point(corner[0], corner[1])
		out = rect{min(out[0], x), min(out[1], y), max(out[2], x), max(out[3], y)}
	}
	return out
}

// straight reports whether m takes upright rectangles to upright rectangles.
func (m affine) straight() bool {
	small := 1e-4 * (math.Abs(m[0]) + math.Abs(m[1]) + math.Abs(m[2]) + math.Abs(m[3]))
	return math.Abs(m[1]) <= small && math.Abs(m[2]) <= small || math.Abs(m[0]) <= small && math.Abs(m[3]) <= small
}

var unitSquare = rect{0, 0, 1, 1}

// shown is one image where a page shows it.
type shown struct {
	image     types.StreamDict
	resources types.Dict // where its colour space's name is looked up
	matrix    affine     // of the unit square to the page's own units
	clip      rect
	ink       [3]float64 // what a stencil is painted with
	inkKnown  bool
}

// marks is what a page shows.
type marks struct {
	images []shown
	other  string // the first thing that is no whole image, in words
}

// graphics is the part of the graphics state (ISO 32000-1, 8.4) that decides what is shown of an image.
type graphics struct {
	matrix   affine
	clip     rect
	oddClip  bool // cut by something that is no upright rectangle
	ink      [3]float64
	inkKnown bool
	textMode float64
	odd      string // transparency, halftones and the like, in words
}

// interpreter follows content streams until it meets something that is no image.
type interpreter struct {
	f     *pdfFile
	box   rect
	marks marks
	left  int // operators
	table map[pdfOperator]func(*scope)
}

// pageMarks says what a page shows.
func (f *pdfFile) pageMarks(p pdfPage) marks {
	in := &interpreter{f: f, box: p.box, left: maxOperators, table: operators()}
	in.run(f.contents(p), p.resources, graphics{matrix: identity, clip: p.box, inkKnown: true}, 0)
	return in.marks
}

// contents returns a page's content, its streams joined by white space (7.7.3.3).
func (f *pdfFile) contents(p pdfPage) []byte {
	if sd, ok := f.stream(p.dict["Contents"]); ok {
		return f.decoded(sd)
	}
	var out []byte
	for _, o := range f.array(p.dict["Contents"]) {
		sd, ok := f.stream(o)
		if !ok {
			if f.get(o) == nil {
				continue
			}
			panic(refuse(pdfa.RefusedCorrupt, "a part of the page's content is missing"))
		}
		if out = append(append(out, f.decoded(sd)...), '\n'); len(out) > maxPDFStream {
			panic(refuse(pdfa.RefusedTooLarge, "the page's content has more than %d MiB", maxPDFStream>>20))
		}
	}
	return out
}

// scope is one content stream being run.
type scope struct {
	*interpreter
	resources types.Dict
	state     graphics
	stack     []graphics
	operands  []any
	path      []rect // of rectangles; nil and oddPath where there is anything else
	line      [][2]float64
	oddPath   bool
	clipping  bool
	depth     int
}

func (in *interpreter) run(content []byte, resources types.Dict, state graphics, depth int) {
	s := &scope{interpreter: in, resources: resources, state: state, depth: depth}
	l := &lexer{b: content}
	for in.marks.other == "" {
		token, ok := l.next()
		if !ok {
			return
		}
		op, isOperator := token.(pdfOperator)
		if !isOperator {
			if s.operands = append(s.operands, token); len(s.operands) > 1000 {
				panic(refuse(pdfa.RefusedCorrupt, "the page's content is no sequence of operators"))
			}
			continue
		}
		if in.left--; in.left < 0 {
			in.marks.other = "more than can be looked through"
			return
		}
		if do, known := in.table[op]; !known {
			in.marks.other = fmt.Sprintf("the operator %q", string(op))
		} else if do != nil {
			do(s)
		}
		s.operands = s.operands[:0]
	}
}

// numbers returns the operands, if they are just so many numbers.
func (s *scope) numbers(n int) ([]float64, bool) {
	if len(s.operands) != n {
		return make([]float64, n), false
	}
	out := make([]float64, n)
	for i, o := range s.operands {
		v, ok := o.(float64)
		if !ok {
			return make([]float64, n), false
		}
		out[i] = v
	}
	return out, true
}

func (s *scope) nameOperand(i int) string {
	if i >= len(s.operands) {
		return ""
	}
	n, _ := s.operands[i].(pdfName)
	return string(n)
}

func (s *scope) stop(what string) { s.marks.other = what }

// operators says what each operator does to the state; nil changes nothing that is seen. Pages with others are drawn. It is no
// variable because it refers to itself, by way of forms.
func operators() map[pdfOperator]func(*scope) {
	return map[pdfOperator]func(*scope){
		"w": nil, "J": nil, "j": nil, "M": nil, "d": nil, "ri": nil, "i": nil,
		"G": nil, "RG": nil, "K": nil, "CS": nil, "SC": nil, "SCN": nil,
		"BMC": nil, "EMC": nil, "MP": nil, "DP": nil, "BX": nil, "EX": nil,
		"BT": nil, "ET": nil, "Tc": nil, "Tw": nil, "Tz": nil, "TL": nil, "Tf": nil, "Ts": nil, "Td": nil, "TD": nil, "Tm": nil, "T*": nil,
		"q": (*scope).save, "Q": (*scope).restore, "cm": (*scope).concatenate, "gs": (*scope).extended, "Do": (*scope).object,
		"BDC": (*scope).marked,
		"g":   (*scope).grey, "rg": (*scope).rgb, "k": (*scope).cmyk,
		"cs": (*scope).otherInk, "sc": (*scope).anyInk, "scn": (*scope).anyInk,
		"Tr": (*scope).textMode, "Tj": (*scope).text, "TJ": (*scope).text, "'": (*scope).text, "\"": (*scope).text,
		"m": (*scope).moveTo, "l": (*scope).lineTo, "c": (*scope).curve, "v": (*scope).curve, "y": (*scope).curve, "h": nil,
		"re": (*scope).rectangle, "W": (*scope).clip, "W*": (*scope).clip,
		"n": (*scope).endPath, "f": (*scope).fill, "F": (*scope).fill, "f*": (*scope).fill,
	}
}

func (s *scope) save() { s.stack = append(s.stack, s.state) }

func (s *scope) restore() {
	if n := len(s.stack); n > 0 {
		s.state, s.stack = s.stack[n-1], s.stack[:n-1]
	}
}

func (s *scope) concatenate() {
	v, ok := s.numbers(6)
	if !ok {
		panic(refuse(pdfa.RefusedCorrupt, "the page's content has a transformation without its six numbers"))
	}
	s.state.matrix = affine(v).then(s.state.matrix)
}

// extended applies a graphics state dictionary (8.4.5): what is not plainly opaque is left to drawing.
func (s *scope) extended() {
	d := s.f.dict(s.f.dict(s.resources["ExtGState"])[s.nameOperand(0)])
	for key, plain := range map[string]func(types.Object) bool{
		"ca":    func(o types.Object) bool { v, ok := s.f.number(o); return ok && v == 1 },
		"BM":    func(o types.Object) bool { n := s.f.name(o); return n == "Normal" || n == "Compatible" },
		"SMask": func(o types.Object) bool { return s.f.name(o) == "None" },
		"TR":    func(o types.Object) bool { return s.f.name(o) == "Identity" },
		"TR2":   func(o types.Object) bool { n := s.f.name(o); return n == "Default" || n == "Identity" },
	} {
		if o := s.f.get(d[key]); o != nil && !plain(o) {
			s.state.odd = "transparency or a transfer function"
		}
	}
}

// marked begins marked content: optional content may be hidden.
func (s *scope) marked() {
	if s.nameOperand(0) == "OC" {
		s.stop("layers that can be hidden")
	}
}

func (s *scope) grey() {
	v, ok := s.numbers(1)
	s.state.ink, s.state.inkKnown = [3]float64{v[0], v[0], v[0]}, ok
}

func (s *scope) rgb() {
	v, ok := s.numbers(3)
	s.state.ink, s.state.inkKnown = [3]float64(v), ok
}

// cmyk knows black and white only.
func (s *scope) cmyk() {
	v, ok := s.numbers(4)
	black := v[3] == 1
	white := v[0] == 0 && v[1] == 0 && v[2] == 0 && v[3] == 0
	s.state.ink, s.state.inkKnown = [3]float64{}, ok && (black || white)
	if white {
		s.state.ink = [3]float64{1, 1, 1}
	}
}

// otherInk begins a colour space, in which the first colour is black for those that anyInk knows.
func (s *scope) otherInk() {
	s.state.ink, s.state.inkKnown = [3]float64{}, s.inkSpace(s.nameOperand(0))
}

// inkSpace reports whether 0 is black and 1 white in a space of the page.
func (s *scope) inkSpace(name string) bool {
	if name == "DeviceGray" || name == "DeviceRGB" || name == "CalGray" || name == "CalRGB" {
		return true
	}
	a := s.f.array(s.f.dict(s.resources["ColorSpace"])[name])
	if len(a) < 2 {
		return false
	}
	kind := s.f.name(a[0])
	n := s.f.integer(s.f.dict(a[1])["N"], 0)
	return kind == "CalGray" || kind == "CalRGB" || kind == "ICCBased" && (n == 1 || n == 3)
}

func (s *scope) anyInk() {
	switch len(s.operands) {
	case 1:
		known := s.state.inkKnown
		s.grey()
		s.state.inkKnown = s.state.inkKnown && known
	case 3:
		known := s.state.inkKnown
		s.rgb()
		s.state.inkKnown = s.state.inkKnown && known
	default:
		s.state.inkKnown = false
	}
}

func (s *scope) textMode() {
	if v, ok := s.numbers(1); ok {
		s.state.textMode = v[0]
	}
}

// text is nothing to be seen in mode 3, in which programs lay recognised words over a scan (9.3.6).
func (s *scope) text() {
	if s.state.textMode != 3 {
		s.stop("text")
	}
}

func (s *scope) moveTo() { s.flushLine(); s.lineTo() }

func (s *scope) lineTo() {
	v, ok := s.numbers(2)
	s.oddPath = s.oddPath || !ok
	s.line = append(s.line, [2]float64{v[0], v[1]})
}

func (s *scope) curve() { s.oddPath = true }

func (s *scope) rectangle() {
	s.flushLine()
	v, ok := s.numbers(4)
	s.oddPath = s.oddPath || !ok
	s.path = append(s.path, rect{min(v[0], v[0]+v[2]), min(v[1], v[1]+v[3]), max(v[0], v[0]+v[2]), max(v[1], v[1]+v[3])})
}

// flushLine takes four lines that are a rectangle for one.
func (s *scope) flushLine() {
	if p := s.line; len(p) > 1 {
		if len(p) == 5 && p[4] == p[0] {
			p = p[:4]
		}
		upright := len(p) == 4 && (p[0][0] == p[1][0] && p[1][1] == p[2][1] && p[2][0] == p[3][0] && p[3][1] == p[0][1] ||
			p[0][1] == p[1][1] && p[1][0] == p[2][0] && p[2][1] == p[3][1] && p[3][0] == p[0][0])
		if upright {
			s.path = append(s.path, rect{min(p[0][0], p[2][0]), min(p[0][1], p[2][1]), max(p[0][0], p[2][0]), max(p[0][1], p[2][1])})
		}
		s.oddPath = s.oddPath || !upright
	}
	s.line = nil
}

func (s *scope) clip() { s.clipping = true }

func (s *scope) endPath() {
	s.flushLine()
	if s.clipping {
		if len(s.path) == 1 && !s.oddPath && s.state.matrix.straight() {
			s.state.clip = s.state.clip.intersect(s.state.matrix.bounds(s.path[0]))
		} else {
			s.state.oddClip = true
		}
	}
	s.path, s.oddPath, s.clipping = nil, false, false
}

// fill paints nothing that is seen where it paints the paper white before anything else.
func (s *scope) fill() {
	white := s.state.inkKnown && s.state.ink == [3]float64{1, 1, 1}
	if !white || len(s.marks.images) > 0 || s.state.odd != "" {
		s.stop("lines and areas")
	}
	s.endPath()
}

// object shows an image or runs a form.
func (s *scope) object() {
	sd, ok := s.f.stream(s.f.dict(s.resources["XObject"])[s.nameOperand(0)])
	if !ok {
		panic(refuse(pdfa.RefusedCorrupt, "the page shows an object %q that is not there", s.nameOperand(0)))
	}
	switch {
	case sd.Dict["OC"] != nil:
		s.stop("layers that can be hidden")
	case s.state.odd != "":
		s.stop(s.state.odd)
	case s.state.oddClip:
		s.stop("a clip that is no upright rectangle")
	case s.f.name(sd.Dict["Subtype"]) == "Image":
		s.marks.images = append(s.marks.images, shown{
			image: sd, resources: s.resources, matrix: s.state.matrix, clip: s.state.clip, ink: s.state.ink, inkKnown: s.state.inkKnown,
		})
		if len(s.marks.images) > 1 {
			s.stop("more than one image")
		}
	case s.f.name(sd.Dict["Subtype"]) == "Form":
		s.form(sd)
	default:
		s.stop("an object of another kind")
	}
}

func (s *scope) form(sd types.StreamDict) {
	if s.depth > maxPDFDepth {
		panic(refuse(pdfa.RefusedCorrupt, "the page's forms are nested too deeply"))
	}
	state := s.state
	if m := s.f.numbers(sd.Dict["Matrix"], 6); m != nil {
		state.matrix = affine(m).then(state.matrix)
	}
	if box, ok := s.f.rect(sd.Dict["BBox"]); ok {
		if !state.matrix.straight() {
			state.oddClip = true
		}
		state.clip = state.clip.intersect(state.matrix.bounds(box))
	}
	resources := s.f.dict(sd.Dict["Resources"])
	if resources == nil {
		resources = s.resources
	}
	s.run(s.f.decoded(sd), resources, state, s.depth+1)
}

// sole returns the image that is all that a page shows, whole; or why there is none, in words.
func (m marks) sole(box rect) (shown, string) {
	switch {
	case m.other != "":
		return shown{}, m.other
	case len(m.images) == 0:
		return shown{}, "nothing"
	}
	p := m.images[0]
	seen := p.matrix.bounds(unitSquare).intersect(box)
	if seen.width() <= 0 || seen.height() <= 0 {
		return shown{}, "an image that lies outside"
	}
	if !p.clip.covers(seen, clipTolerance) {
		return shown{}, "an image of which a part is hidden"
	}
	return p, ""
}
