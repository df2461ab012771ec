// Package compose turns a [stamp.Label] into the one bitmap that every printer family carries and the screen shows.
//
// # Where things go
//
//	+--------------------------+-----------+
//	| text                     | quiet  QR |
//	|                          | zone      |
//	|                          +-----------+
//	+-----------------+        |
//	| Code 128        |
//	| its text        |
//	+-----------------+--------------------+
//	| BANNER, inverted                     |
//	+--------------------------------------+
//
// The QR code stands in the top right corner, its quiet zone of four modules inside the label. The Code 128 stands at the
// bottom left with a quiet zone of ten modules on either side and its text below; where it is too wide to stand beside the
// QR code it goes under it. The text has what is left: from the left margin to the QR code's quiet zone, from the top
// margin to the Code 128. The banner runs across the foot, and everything else stays above it. A [stamp.Layout] may put the QR
// code in the left corner or in a band over the text, align the Code 128 and each line, make modules wider, and add a logo
// before the text or below the QR code.
//
// # How text is fitted
//
// All sizes between the largest and the smallest legible one (2 mm) are tried, and the one is taken at which least is lost:
// first the fewest lines dropped, then the fewest cut, then the fewest blanks too short for a name, then the fewest extra rows, then a number that stands out; among
// equals the largest. A line with a size of its own has it, whatever becomes of the others. A [stamp.ShortenNever] line is never cut: it goes on over further rows, broken between words.
//
// A line that ends in a blank to be signed in ([stamp.Line]) gets at least 10 mm of it where that costs no word: in a row of its own, drawn out to its end, with
// the height that is left above it.
//
// # What it refuses
//
// A label whose legal content, codes or banner do not fit is refused with a [*DoesNotFitError] that names them; it is never
// squeezed into a quiet zone. Text with a character that the built-in fonts cannot draw is refused in a line that may not be
// shortened ([*UndrawableError]) and drawn as «□» elsewhere.
//
// Equal labels give equal bitmaps: there is no clock, no locale and no system font in it.
package compose

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"

	"segnatura/stamp"
)

// Limits of what is composed at all. They bound memory (300 mm at 600 dpi is 6.5 MB) and refuse what is no label.
const (
	maxSideMM    = 300
	minSideMM    = 10
	maxDotsPerMM = 48
	minDotsPerMM = 6
)

// Part names a piece of a label in a refusal.
type Part string

// The parts of a label.
const (
	PartQR      Part = "qr"
	PartCode128 Part = "code128"
	PartLine    Part = "line"
	PartBanner  Part = "banner"
	PartLogo    Part = "logo"
)

// DoesNotFitError says that a part of the label has no room at its smallest permitted size. Nothing was composed.
type DoesNotFitError struct {
	Part Part
	Line int    // index into Label.Lines when Part is PartLine
	Text string // the line, the banner or the code's content
	Size stamp.Size
	Need string // what it would have needed, in a few words
}

func (e *DoesNotFitError) Error() string {
	return fmt.Sprintf("compose label %s: %s %q does not fit: %s", e.Size, e.Part, e.Text, e.Need)
}

// UndrawableError says that legal text holds a character that the built-in fonts lack. Nothing was composed.
type UndrawableError struct {
	Line int // index into Label.Lines, or -1 for the banner and the text below the Code 128
	Text string
	Rune rune
}

func (e *UndrawableError) Error() string {
	return fmt.Sprintf("compose label: no glyph for %q (%U) in %q", e.Rune, e.Rune, e.Text)
}

// Compose lays the label out at the printer's resolution. The bitmap is the caller's, one dot of it one dot of the printer.
// A size that is no whole number of dots is rounded down, so that nothing is printed past the edge.
//
// Errors: [*DoesNotFitError], [*UndrawableError], or one that says which field is no label at all.
func Compose(label stamp.Label, res stamp.Resolution) (*stamp.Bitmap, error) {
	p, err := plan(label, res)
	if err != nil {
		return nil, err
	}
	return p.draw(), nil
}

// EncodePNG writes the bitmap as a one-bit PNG, for the preview on the screen: dot for dot what prints.
func EncodePNG(w io.Writer, b *stamp.Bitmap) error {
	m := image.NewPaletted(image.Rect(0, 0, b.Width, b.Height), color.Palette{color.White, color.Black})
	for y := range b.Height {
		for x := range b.Width {
			if b.Black(x, y) {
				m.Pix[y*m.Stride+x] = 1
			}
		}
	}
	if err := png.Encode(w, m); err != nil {
		return fmt.Errorf("encode label preview: %w", err)
	}
	return nil
}

// drawing is a label whose every piece has its place. Rectangles are in dots.
type drawing struct {
	width, height int
	res           stamp.Resolution

	qr     *matrix // nil without a QR code
	qrAt   image.Point
	bars   *matrix // nil without a Code 128: one row of modules
	barsIn image.Rectangle
	rows   []row // text lines, and the text below the Code 128
	banner image.Rectangle
	legend row // the banner's text, drawn white
	logo   *stamp.Bitmap
	logoIn image.Rectangle
}

// draw blackens the dots. It cannot fail: everything was measured by plan.
func (p *drawing) draw() *stamp.Bitmap {
	b := stamp.NewBitmap(p.width, p.height, p.res)
	if p.qr != nil {
		p.qr.draw(b, p.qrAt, p.qr.module)
	}
	if p.bars != nil {
		p.bars.draw(b, p.barsIn.Min, p.barsIn.Dy())
	}
	for _, r := range p.rows {
		r.draw(b.SetBlack)
	}
	drawLogo(b, p.logo, p.logoIn)
	if !p.banner.Empty() {
		white := make(map[image.Point]bool)
		p.legend.draw(func(x, y int) { white[image.Pt(x, y)] = true })
		for y := p.banner.Min.Y; y < p.banner.Max.Y; y++ {
			for x := p.banner.Min.X; x < p.banner.Max.X; x++ {
				if !white[image.Pt(x, y)] {
					b.SetBlack(x, y)
				}
			}
		}
	}
	return b
}

func checkSize(size stamp.Size, res stamp.Resolution) error {
	for _, side := range []float64{size.WidthMM, size.HeightMM} {
		if !(side >= minSideMM && side <= maxSideMM) {
			return fmt.Errorf("compose label: size %s is outside %d to %d mm", size, minSideMM, maxSideMM)
		}
	}
	if !(res.DotsPerMM >= minDotsPerMM && res.DotsPerMM <= maxDotsPerMM) {
		return fmt.Errorf("compose label: %g dots per mm are outside %d to %d", res.DotsPerMM, minDotsPerMM, maxDotsPerMM)
	}
	return nil
}

// ceilDots returns the least number of whole dots that are at least mm long.
func ceilDots(mm float64, res stamp.Resolution) int { return int(math.Ceil(mm*res.DotsPerMM - 1e-9)) }

// floorDots returns the greatest number of whole dots that are at most mm long.
func floorDots(mm float64, res stamp.Resolution) int { return int(math.Floor(mm*res.DotsPerMM + 1e-9)) }
