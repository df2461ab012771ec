package compose

import (
	"fmt"
	"image"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/unicode/norm"

	"segnatura/stamp"
)

// inkThreshold is the coverage (of 255) from which a dot is black. Below one half: the stems of small text are little wider
// than a dot, and the edge of a thin one must not vanish.
const inkThreshold = 0x68

// undrawable stands for a character that the fonts lack. Both fonts have it.
const undrawable = '□'

// tallest holds the letters that reach highest and lowest. The fonts' own descent ends above the tail of a bold Q.
const tallest = "ÀÉÑQÇgjpqy§|()"

// fonts are the two built-in faces at the sizes asked for so far. Not for concurrent use.
type fonts struct {
	regular, bold *opentype.Font
	faces         map[faceKey]*face
	buf           sfnt.Buffer
}

type faceKey struct {
	emDots int
	bold   bool
}

// face is one font at one size. Advances are whole dots, so that equal letters are equal dots.
type face struct {
	font.Face
	ascent, height int // dots: above the baseline; a row's height
}

func newFonts() (*fonts, error) {
	regular, err := opentype.Parse(goregular.TTF)
	if err != nil {
		return nil, fmt.Errorf("read built-in regular font: %w", err)
	}
	bold, err := opentype.Parse(gobold.TTF)
	if err != nil {
		return nil, fmt.Errorf("read built-in bold font: %w", err)
	}
	return &fonts{regular: regular, bold: bold, faces: make(map[faceKey]*face)}, nil
}

func (f *fonts) face(emDots int, bold bool) *face {
	key := faceKey{emDots, bold}
	if known, ok := f.faces[key]; ok {
		return known
	}
	source := f.regular
	if bold {
		source = f.bold
	}
	// NewFace has no failing path for a parsed font; its signature keeps one for later.
	ot, err := opentype.NewFace(source, &opentype.FaceOptions{Size: float64(emDots), DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		panic(fmt.Sprintf("compose: face of a parsed font: %v", err))
	}
	m := ot.Metrics()
	reach, _ := font.BoundString(ot, tallest)
	ascent, descent := max(m.Ascent, -reach.Min.Y).Ceil(), max(m.Descent, reach.Max.Y).Ceil()
	made := &face{Face: ot, ascent: ascent, height: ascent + descent}
	f.faces[key] = made
	return made
}

// clean composes accents, makes every run of space one blank, and settles what the fonts cannot draw: an error in text that
// may not be shortened, the replacement elsewhere.
func (f *fonts) clean(text string, line int, shorten stamp.Shorten) (string, error) {
	text = strings.Join(strings.Fields(norm.NFC.String(text)), " ")
	var out strings.Builder
	for _, r := range text {
		if f.drawable(r) {
			out.WriteRune(r)
			continue
		}
		if shorten == stamp.ShortenNever {
			return "", &UndrawableError{Line: line, Text: text, Rune: r}
		}
		out.WriteRune(undrawable)
	}
	return out.String(), nil
}

func (f *fonts) drawable(r rune) bool {
	if !unicode.IsPrint(r) {
		return false
	}
	for _, source := range []*opentype.Font{f.regular, f.bold} {
		if index, err := source.GlyphIndex(&f.buf, r); err != nil || index == 0 {
			return false
		}
	}
	return true
}

// extent measures text in dots: how far its ink reaches left of the starting point, and how far advance or ink reach right
// of it. An italic-like f or j reaches past its advance.
func (f *face) extent(text string) (left, right int) {
	if text == "" {
		return 0, 0
	}
	advance := font.MeasureString(f.Face, text)
	first, _ := utf8.DecodeRuneInString(text)
	last, _ := utf8.DecodeLastRuneInString(text)
	head, _, _ := f.GlyphBounds(first)
	tail, tailAdvance, _ := f.GlyphBounds(last)
	return max(0, -head.Min.X).Ceil(), max(advance, advance-tailAdvance+tail.Max.X).Ceil()
}

// width is what the text needs, in dots.
func (f *face) width(text string) int {
	left, right := f.extent(text)
	return left + right
}

// row is one row of text with its place: all its ink is inside bounds, which is a full row high.
type row struct {
	face   *face
	text   string
	line   int // index into Label.Lines, or -1
	start  int // x of the first letter's starting point
	bounds image.Rectangle
}

func newRow(f *face, text string, x, y int) row {
	left, right := f.extent(text)
	return row{face: f, text: text, line: -1, start: x + left, bounds: image.Rect(x, y, x+left+right, y+f.height)}
}

// draw calls set for every inked dot.
func (r row) draw(set func(x, y int)) {
	if r.face == nil {
		return
	}
	dot := fixed.P(r.start, r.bounds.Min.Y+r.face.ascent)
	previous := rune(-1)
	for _, c := range r.text {
		if previous >= 0 {
			dot.X += r.face.Kern(previous, c)
		}
		box, mask, maskAt, advance, ok := r.face.Glyph(dot, c)
		if ok {
			inkGlyph(box, mask, maskAt, set)
		}
		dot.X += advance
		previous = c
	}
}

func inkGlyph(box image.Rectangle, mask image.Image, maskAt image.Point, set func(x, y int)) {
	for y := range box.Dy() {
		for x := range box.Dx() {
			_, _, _, alpha := mask.At(maskAt.X+x, maskAt.Y+y).RGBA()
			if alpha>>8 >= inkThreshold {
				set(box.Min.X+x, box.Min.Y+y)
			}
		}
	}
}
