package draw

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode"

	"segnatura/pdfa"
)

// The binding gives text with its places only as SVG: each glyph is a <use> of a <path>, or of a <symbol> of paths, with its character
// and its matrix, the outline in units of the font's size. The advance of a glyph is not said, so that words are told apart by white space
// and by the gap between one glyph's outline and the next one's origin.
const (
	wordGap     = 0.16 // of the font's size, between outline and origin
	blankWidth  = 0.5  // of the font's size, for a glyph without outline
	maxGlyphs   = 200_000
	sameLine    = 0.3  // of the font's size: how far a baseline may wander within a word
	sameAngle   = 0.02 // radians
	sameSize    = 0.25 // of the font's size
	overlapping = 0.3  // of the font's size: how far a glyph may step back within a word
)

// glyph is one character where it is shown: page space in points, y downwards.
type glyph struct {
	text     string
	symbol   string
	x, y     float64
	along    [2]float64 // unit vector of the baseline
	em, wide float64    // the font's size across and along the baseline
}

// wordsOf reads the glyphs of a page that MuPDF wrote as SVG and joins them to words.
func wordsOf(r io.Reader) ([]pdfa.Word, error) {
	p := &page{outlines: map[string]float64{}}
	d := xml.NewDecoder(r)
	d.Strict = false
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("MuPDF's SVG: %w", err)
		}
		if e, ok := token.(xml.StartElement); ok {
			p.element(e)
		}
		if e, ok := token.(xml.EndElement); ok && e.Name.Local == "symbol" {
			p.symbol = ""
		}
		if len(p.glyphs) > maxGlyphs {
			return nil, fmt.Errorf("more than %d characters", maxGlyphs)
		}
	}
	return p.words(), nil
}

// page collects what the SVG says.
type page struct {
	width, height float64
	symbol        string             // being read
	outlines      map[string]float64 // right edge, by symbol, in units of the font's size
	glyphs        []glyph
}

func (p *page) element(e xml.StartElement) {
	switch e.Name.Local {
	case "svg":
		p.width, _ = strconv.ParseFloat(attribute(e, "width"), 64)
		p.height, _ = strconv.ParseFloat(attribute(e, "height"), 64)
	case "symbol":
		p.symbol = attribute(e, "id")
	case "path":
		name := p.symbol
		if id := attribute(e, "id"); id != "" {
			name = id
		}
		if name != "" {
			p.outlines[name] = max(p.outlines[name], rightEdge(attribute(e, "d")))
		}
	case "use":
		if g, ok := glyphOf(e); ok && g.x >= 0 && g.x <= p.width && g.y >= 0 && g.y <= p.height {
			p.glyphs = append(p.glyphs, g)
		}
	}
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// rightEdge returns the largest x of an outline: absolute commands with points, H with an x, V with a y.
func rightEdge(d string) float64 {
	edge, command, n := 0.0, byte('M'), 0
	for i := 0; i < len(d); {
		c := d[i]
		switch {
		case c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' && c != 'e':
			command, n = c, 0
			i++
			continue
		case c == ' ' || c == ',':
			i++
			continue
		}
		end := i + 1
		for end < len(d) && (d[end] >= '0' && d[end] <= '9' || d[end] == '.' || d[end] == 'e' || d[end-1] == 'e' && d[end] == '-') {
			end++
		}
		v, err := strconv.ParseFloat(d[i:end], 64)
		if err == nil && (command == 'H' || command != 'V' && n%2 == 0) {
			edge = max(edge, v)
		}
		n++
		i = end
	}
	return edge
}

func glyphOf(e xml.StartElement) (g glyph, ok bool) {
	g.text = attribute(e, "data-text")
	inner, isMatrix := strings.CutPrefix(attribute(e, "transform"), "matrix(")
	parts := strings.Split(strings.TrimSuffix(inner, ")"), ",")
	if g.text == "" || !isMatrix || len(parts) != 6 {
		return g, false
	}
	var m [6]float64
	for i, s := range parts {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil || math.IsInf(v, 0) || math.IsNaN(v) {
			return g, false
		}
		m[i] = v
	}
	g.symbol = strings.TrimPrefix(attribute(e, "href"), "#")
	g.x, g.y = m[4], m[5]
	g.wide, g.em = math.Hypot(m[0], m[1]), math.Hypot(m[2], m[3])
	if g.wide == 0 || g.em == 0 {
		return g, false
	}
	g.along = [2]float64{m[0] / g.wide, m[1] / g.wide}
	return g, true
}

// words joins glyphs in the order in which they are shown.
func (p *page) words() []pdfa.Word {
	var out []pdfa.Word
	var run []glyph
	finish := func(endsLine bool) {
		if w, ok := p.word(run); ok {
			out = append(out, w)
		}
		run = run[:0]
		if endsLine && len(out) > 0 {
			out[len(out)-1].EndsLine = true
		}
	}
	for i, g := range p.glyphs {
		if i > 0 {
			before := p.glyphs[i-1]
			if newLine := p.newLine(before, g); newLine || p.gap(before, g) {
				finish(newLine)
			}
		}
		if strings.TrimFunc(g.text, blank) == "" {
			finish(false)
			continue
		}
		run = append(run, g)
	}
	finish(true)
	return out
}

// blank are the characters that part words, and those that no text should hold.
func blank(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || r == unicode.ReplacementChar
}

// step returns how far g stands from before, along and across before's baseline.
func step(before, g glyph) (along, across float64) {
	dx, dy := g.x-before.x, g.y-before.y
	return dx*before.along[0] + dy*before.along[1], dy*before.along[0] - dx*before.along[1]
}

func (p *page) newLine(before, g glyph) bool {
	along, across := step(before, g)
	turned := math.Abs(before.along[0]*g.along[1]-before.along[1]*g.along[0]) > sameAngle
	return turned || math.Abs(across) > sameLine*max(before.em, g.em) && math.Abs(across) > 1.5*sameLine*min(before.em, g.em) ||
		along < -overlapping*before.em
}

func (p *page) gap(before, g glyph) bool {
	along, _ := step(before, g)
	return along-p.extent(before) > wordGap*before.wide || math.Abs(before.em-g.em) > sameSize*max(before.em, g.em)
}

// extent is a glyph's length along its baseline.
func (p *page) extent(g glyph) float64 {
	edge := p.outlines[g.symbol]
	if edge == 0 {
		edge = blankWidth
	}
	return edge * g.wide
}

func (p *page) word(run []glyph) (pdfa.Word, bool) {
	if len(run) == 0 {
		return pdfa.Word{}, false
	}
	first, last := run[0], run[len(run)-1]
	w := pdfa.Word{X: first.x, Y: first.y, Height: first.em}
	for _, g := range run {
		w.Text += strings.TrimFunc(g.text, blank)
		w.Height = max(w.Height, g.em)
	}
	along, _ := step(first, last)
	w.Width = max(along+p.extent(last), 0.1)
	if angle := -math.Atan2(first.along[1], first.along[0]) * 180 / math.Pi; math.Abs(angle) > 0.01 {
		w.Angle = angle
	}
	return w, true
}
