package officesim

import (
	"fmt"
	"image"
	"math"
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goitalic"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// fonts are the faces that letters are set in.
type fonts struct{ regular, bold, italic *sfnt.Font }

func loadFonts() (*fonts, error) {
	var f fonts
	for _, l := range []struct {
		data []byte
		to   **sfnt.Font
	}{{goregular.TTF, &f.regular}, {gobold.TTF, &f.bold}, {goitalic.TTF, &f.italic}} {
		face, err := sfnt.Parse(l.data)
		if err != nil {
			return nil, fmt.Errorf("officesim: load a font: %w", err)
		}
		*l.to = face
	}
	return &f, nil
}

// style is how a line is set.
type style struct {
	face *sfnt.Font
	size float64 // points
	ink  ink
}

type glyphKey struct {
	face  *sfnt.Font
	size  float64
	glyph sfnt.GlyphIndex
}

// glyphMask is a glyph at the canvas's resolution and turn, once drawn. Its corner stands at (dx, dy) from the pen.
type glyphMask struct {
	mask    *image.Alpha // nil for a space
	dx, dy  int
	advance float64 // mm
}

// text sets one line with its pen at (x, y), and returns where the pen ends, mm.
func (c *canvas) text(x, y float64, s style, line string) float64 {
	var buf sfnt.Buffer
	for _, r := range line {
		g := c.glyph(&buf, s, r)
		if g.mask != nil {
			px, py := c.at(x, y)
			c.blend(g.mask, int(math.Round(px))+g.dx, int(math.Round(py))+g.dy, s.ink)
		}
		x += g.advance
	}
	return x
}

// glyph draws a glyph, or finds it drawn. A rune that the font lacks is its empty box, never an error: letters are ours.
func (c *canvas) glyph(buf *sfnt.Buffer, s style, r rune) glyphMask {
	index, _ := s.face.GlyphIndex(buf, r)
	key := glyphKey{s.face, s.size, index}
	if g, ok := c.glyphs[key]; ok {
		return g
	}
	ppem := fixed.Int26_6(s.size / 72 * 25.4 * c.pxPerMM * 64)
	var g glyphMask
	if adv, err := s.face.GlyphAdvance(buf, index, ppem, font.HintingNone); err == nil {
		g.advance = float64(adv) / 64 / c.pxPerMM
	}
	if segments, err := s.face.LoadGlyph(buf, index, ppem, nil); err == nil && len(segments) > 0 {
		g.mask, g.dx, g.dy = c.rasterize(segments)
	}
	c.glyphs[key] = g
	return g
}

// rasterize turns a glyph as the sheet is turned and fills its outline.
func (c *canvas) rasterize(segments sfnt.Segments) (mask *image.Alpha, dx, dy int) {
	turn := func(p fixed.Point26_6) (float64, float64) {
		x, y := float64(p.X)/64, float64(p.Y)/64
		return c.cos*x - c.sin*y, c.sin*x + c.cos*y
	}
	minX, minY, maxX, maxY := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, s := range segments {
		for _, a := range s.Args[:segmentArgs[s.Op]] {
			x, y := turn(a)
			minX, maxX, minY, maxY = min(minX, x), max(maxX, x), min(minY, y), max(maxY, y)
		}
	}
	dx, dy = int(math.Floor(minX)), int(math.Floor(minY))
	w, h := int(math.Ceil(maxX))-dx+1, int(math.Ceil(maxY))-dy+1
	z := vector.NewRasterizer(w, h)
	for _, s := range segments {
		var p [6]float32
		for i, a := range s.Args[:segmentArgs[s.Op]] {
			x, y := turn(a)
			p[2*i], p[2*i+1] = float32(x-float64(dx)), float32(y-float64(dy))
		}
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			z.MoveTo(p[0], p[1])
		case sfnt.SegmentOpLineTo:
			z.LineTo(p[0], p[1])
		case sfnt.SegmentOpQuadTo:
			z.QuadTo(p[0], p[1], p[2], p[3])
		case sfnt.SegmentOpCubeTo:
			z.CubeTo(p[0], p[1], p[2], p[3], p[4], p[5])
		}
	}
	mask = image.NewAlpha(image.Rect(0, 0, w, h))
	z.Draw(mask, mask.Rect, image.Opaque, image.Point{})
	return mask, dx, dy
}

// segmentArgs is how many points a segment has, by sfnt.SegmentOp.
var segmentArgs = [...]int{sfnt.SegmentOpMoveTo: 1, sfnt.SegmentOpLineTo: 1, sfnt.SegmentOpQuadTo: 2, sfnt.SegmentOpCubeTo: 3}

// paragraph sets text in lines no wider than width and returns the baseline after the last one, mm.
func (c *canvas) paragraph(x, y, width float64, s style, text string) float64 {
	var buf sfnt.Buffer
	leading := s.size / 72 * 25.4 * 1.35
	line, used := []string(nil), 0.0
	space := c.glyph(&buf, s, ' ').advance
	for word := range strings.FieldsSeq(text) {
		w := 0.0
		for _, r := range word {
			w += c.glyph(&buf, s, r).advance
		}
		if len(line) > 0 && used+space+w > width {
			c.text(x, y, s, strings.Join(line, " "))
			y += leading
			line, used = nil, 0
		}
		line, used = append(line, word), used+space+w
	}
	c.text(x, y, s, strings.Join(line, " "))
	return y + leading
}

// fill fills a polygon given in mm.
func (c *canvas) fill(k ink, points ...[2]float64) {
	px := make([][2]float64, len(points))
	minX, minY, maxX, maxY := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for i, p := range points {
		x, y := c.at(p[0], p[1])
		px[i] = [2]float64{x, y}
		minX, maxX, minY, maxY = min(minX, x), max(maxX, x), min(minY, y), max(maxY, y)
	}
	x0, y0 := int(math.Floor(minX)), int(math.Floor(minY))
	w, h := int(math.Ceil(maxX))-x0+1, int(math.Ceil(maxY))-y0+1
	z := vector.NewRasterizer(w, h)
	for i, p := range px {
		x, y := float32(p[0]-float64(x0)), float32(p[1]-float64(y0))
		if i == 0 {
			z.MoveTo(x, y)
		} else {
			z.LineTo(x, y)
		}
	}
	z.ClosePath()
	mask := image.NewAlpha(image.Rect(0, 0, w, h))
	z.Draw(mask, mask.Rect, image.Opaque, image.Point{})
	c.blend(mask, x0, y0, k)
}

// line draws a straight line of a width in mm.
func (c *canvas) line(k ink, width, x0, y0, x1, y1 float64) {
	length := math.Hypot(x1-x0, y1-y0)
	if length == 0 {
		return
	}
	nx, ny := -(y1-y0)/length*width/2, (x1-x0)/length*width/2
	c.fill(k, [2]float64{x0 + nx, y0 + ny}, [2]float64{x1 + nx, y1 + ny}, [2]float64{x1 - nx, y1 - ny}, [2]float64{x0 - nx, y0 - ny})
}
