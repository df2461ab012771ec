package writer

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"segnatura/pdfa"
)

// The font of invisible text. Its glyphs are empty and all equally wide: only the characters that they stand for matter, and where
// they are. Its em is the height of a line of type: four fifths above the baseline, one below.
const (
	glyphlessName    = "Glyphless"
	glyphlessEm      = 1000
	glyphlessAdvance = 500
	glyphlessAscent  = 800
	glyphlessDescent = -200
)

// glyphless is the one font of invisible text of a document. Codes are given out as characters are met, from 1, so that any
// Unicode character has a code of two bytes, and the ToUnicode map holds what is used and nothing else.
type glyphless struct {
	font  *Font
	codes map[rune]uint16
}

// code returns the code of r, or false when all are given out.
func (g *glyphless) code(r rune) (uint16, bool) {
	code, ok := g.codes[r]
	if !ok {
		if len(g.codes) == math.MaxUint16-1 {
			return 0, false
		}
		code = uint16(len(g.codes) + 1)
		g.codes[r] = code
		g.font.used[code] = r
	}
	return code, true
}

// invisibleFont returns the document's glyphless font, which the first page with words makes.
func (d *Document) invisibleFont() *glyphless {
	if d.glyphless == nil {
		d.glyphless = &glyphless{font: &Font{d: d, name: glyphlessName, used: map[uint16]rune{}}, codes: map[rune]uint16{}}
		d.fonts = append(d.fonts, d.glyphless.font)
	}
	return d.glyphless
}

// program makes the font file for the codes that were given out: a TrueType program in which glyph 0 is a box and all others are
// empty (OpenType 1.9; numbers are big-endian).
func (g *glyphless) program() trueType {
	be := binary.BigEndian
	glyphs := len(g.codes) + 1
	words := func(values ...int16) []byte {
		var b []byte
		for _, v := range values {
			b = be.AppendUint16(b, uint16(v))
		}
		return b
	}
	// A square contour of four points: coordinates are differences of 16 bits, flag 1 puts a point on the curve.
	box := words(1, 0, 0, glyphlessAdvance, glyphlessAscent, 3, 0)
	box = append(box, 1, 1, 1, 1)
	box = append(box, words(0, 0, glyphlessAdvance, 0, 0, glyphlessAscent, 0, -glyphlessAscent)...)
	box = pad4(box)

	head := words(1, 0, 1, 0, 0, 0, 0x5F0F, 0x3CF5, 0, glyphlessEm)
	head = append(head, make([]byte, 16)...) // made and changed: no date
	head = append(head, words(0, 0, glyphlessAdvance, glyphlessAscent, 0, 8, 2, 1, 0)...)
	hhea := words(1, 0, glyphlessAscent, glyphlessDescent, 0, glyphlessAdvance, 0, 0, glyphlessAdvance, 1, 0, 0, 0, 0, 0, 0, 0, 1)
	maxp := append(words(1, 0), be.AppendUint16(nil, uint16(glyphs))...)
	maxp = append(maxp, words(4, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0)...)
	loca := be.AppendUint32(nil, 0)
	for range glyphs {
		loca = be.AppendUint32(loca, uint32(len(box)))
	}
	return trueType{
		tables: map[string][]byte{
			"head": head, "hhea": hhea, "maxp": maxp, "glyf": box, "loca": loca,
			"hmtx": append(words(glyphlessAdvance, 0), make([]byte, 2*(glyphs-1))...),
		},
		unitsPerEm: glyphlessEm, numGlyphs: glyphs, numHMetrics: 1, longLoca: true,
		ascent: glyphlessAscent, descent: glyphlessDescent, capHeight: glyphlessAscent,
		bbox: [4]int{0, 0, glyphlessAdvance, glyphlessAscent},
	}
}

// minWordPt is the least length of a word and height of a line that are written.
const minWordPt = 0.1

// Words writes the page's text as invisible words (text rendering mode 3, ISO 32000-1, 9.3.6), so that a reader finds, selects and
// copies them where they are seen: each word is scaled to the length that it has on the page. Between the words of a line stands
// a space. It returns how many it wrote: words without a character that can be written (control characters cannot), without
// size, or that begin off the page are left out.
func (p *Page) Words(words []pdfa.Word) (int, error) {
	if p.ended {
		return 0, ErrPageEnded
	}
	t := textRun{page: p}
	for _, w := range words {
		if err := t.word(w); err != nil {
			return 0, fmt.Errorf("write words: %w", err)
		}
	}
	if t.count == 0 {
		return 0, p.d.err
	}
	return t.count, p.op("q BT 3 Tr%s ET Q", t.ops.String())
}

// textRun is a page's invisible text while it is made. A line is begun by a matrix; each of its words is a move from the word
// before it.
type textRun struct {
	page   *Page
	ops    strings.Builder
	count  int
	inLine bool
	size   float64 // of the font
	angle  float64 // of the line, in the page's own space; degrees
	x, y   float64 // where the last word begins, in the page's own space
}

// word writes one word. Lengths are rounded to hundredths of a point before what depends on them is worked out, so that
// rounding never adds up.
func (t *textRun) word(w pdfa.Word) error {
	p := t.page
	text := writable(w.Text)
	shownWidth, shownHeight := p.widthPt, p.htPt
	if p.rotate%180 != 0 {
		shownWidth, shownHeight = shownHeight, shownWidth
	}
	if text == "" || !between(w.X, 0, shownWidth) || !between(w.Y, 0, shownHeight) || !between(w.Angle, -360, 360) ||
		!between(w.Width, minWordPt, maxPagePt) || !between(w.Height, minWordPt, maxPagePt) {
		if w.EndsLine {
			t.inLine = false
		}
		return nil
	}
	x, y, angle := p.unrotated(w.X, w.Y, w.Angle)
	t.move(x, y, angle)
	if size := hundredths(w.Height); size != t.size || t.count == 0 {
		t.size = size
		fmt.Fprintf(&t.ops, " /%s %s Tf", p.fontName(p.d.invisibleFont().font), number(size))
	}
	length := float64(utf8.RuneCountInString(text)) * t.size * glyphlessAdvance / glyphlessEm
	if !w.EndsLine {
		text += " "
	}
	var codes strings.Builder
	for _, r := range text {
		code, ok := p.d.invisibleFont().code(r)
		if !ok {
			return fmt.Errorf("more than %d different characters in one document", math.MaxUint16-1)
		}
		fmt.Fprintf(&codes, "%04X", code)
	}
	fmt.Fprintf(&t.ops, " %s Tz <%s> Tj", number(w.Width/length*100), codes.String())
	t.count++
	t.inLine = !w.EndsLine
	return nil
}

// move goes to where a word begins: within a line by a difference, which the line's matrix turns, else by a new matrix.
func (t *textRun) move(x, y, angle float64) {
	sin, cos := math.Sincos(angle * math.Pi / 180)
	if t.inLine && angle == t.angle {
		dx, dy := hundredths(cos*(x-t.x)+sin*(y-t.y)), hundredths(-sin*(x-t.x)+cos*(y-t.y))
		fmt.Fprintf(&t.ops, "\n%s %s Td", number(dx), number(dy))
		t.x, t.y = t.x+cos*dx-sin*dy, t.y+sin*dx+cos*dy
		return
	}
	t.x, t.y, t.angle = hundredths(x), hundredths(y), angle
	fmt.Fprintf(&t.ops, "\n%s %s %s %s %s %s Tm", number(cos), number(sin), number(-sin), number(cos), number(t.x), number(t.y))
}

// unrotated converts a place and a direction on the page as it is shown to PDF's space, which has its origin in the lower left
// corner of the page before it is turned.
func (p *Page) unrotated(x, y, angle float64) (ux, uy, uangle float64) {
	switch p.rotate {
	case 90:
		x, y = y, x
	case 180:
		x = p.widthPt - x
	case 270:
		x, y = p.widthPt-y, p.htPt-x
	default:
		y = p.htPt - y
	}
	return x, y, angle + float64(p.rotate)
}

// writable returns text without what no ToUnicode map may hold (ISO 19005-2, 6.2.11.7.2) and what is no text: control and format
// characters of Unicode's Cc class, byte order marks, and what is not a character.
func writable(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError || r == 0xFEFF || r&0xFFFE == 0xFFFE || r >= 0xFDD0 && r <= 0xFDEF {
			return -1
		}
		return r
	}, text))
}

// between is false for what is not a number.
func between(v, least, most float64) bool { return v >= least && v <= most }

func hundredths(v float64) float64 { return math.Round(v*100) / 100 }
