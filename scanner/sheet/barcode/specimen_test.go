package barcode_test

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/scanner"
	"segnatura/scanner/sheet"
	"segnatura/stamp"
	"segnatura/stamp/compose"
)

// This file draws specimens: a label as stamp/compose makes it, stuck at a known place of a written page, worn, and scanned. What it
// draws lies within stated bounds and is uniform over them.

// The bounds that recall is stated for.
const (
	maxSkew    = 20.0 // degrees to either side of a quarter turn
	maxNoise   = 25.0 // standard deviation in grey levels, before the file's format
	minQuality = 40   // of JPEG
	maxCover   = 0.10 // of the code's area, without its quiet zone
)

const (
	cropMM    = 30.0 // the side of a specimen
	quiet     = 4    // modules around the code, which compose leaves white
	subModule = 8    // cells of a cover's mask along a module
)

// kind is what sort of file a scanner makes of the page.
type kind string

const (
	grey      kind = "grey"
	colour    kind = "colour"
	threshold kind = "bitonal by threshold"
	dither    kind = "bitonal by dither"
)

// coverKind is what lies over the code.
type coverKind string

var coverKinds = []coverKind{"stain", "staple", "tape", "pen", "torn off"}

// printed is a composed label, and where its code stands.
type printed struct {
	size    stamp.Size
	text    string
	bitmap  *stamp.Bitmap
	module  float64     // dots
	modules int         // on a side
	centre  image.Point // of the code, in dots
}

func (p printed) moduleMM() float64 { return p.module / p.bitmap.Resolution.DotsPerMM }

var labelSizes = []stamp.Size{
	{WidthMM: 50, HeightMM: 25}, {WidthMM: 62, HeightMM: 29}, {WidthMM: 70, HeightMM: 37},
	{WidthMM: 89, HeightMM: 36}, {WidthMM: 100, HeightMM: 50}, {WidthMM: 100, HeightMM: 150},
}

// stock composes n labels of each size for each printer.
func stock(tb testing.TB, r *rand.Rand, n int) (labels []printed) {
	tb.Helper()
	for _, size := range labelSizes {
		for _, res := range []stamp.Resolution{stamp.DPI203, stamp.DPI300, stamp.DPI600} {
			for range n {
				code := protocollo.Barcode{
					Kind: protocollo.BarcodeKind("NEIB"[r.IntN(4)]), Amministrazione: fmt.Sprintf("c_%c%03d", 'a'+r.IntN(13), r.IntN(1000)),
					AOO: protocollo.AOOCode(fmt.Sprintf("A%06X", r.IntN(1<<24))), Register: "PG", Year: 2020 + r.IntN(30),
					Number:    fmt.Sprintf("%07d", r.IntN(10_000_000)),
					Direction: []protocollo.Direction{protocollo.Incoming, protocollo.Outgoing, protocollo.Inside}[r.IntN(3)],
				}
				must := func(format string, args ...any) stamp.Line {
					return stamp.Line{Text: fmt.Sprintf(format, args...), Shorten: stamp.ShortenNever, Bold: r.IntN(2) == 0}
				}
				number := must("Prot. n. %s", code.Number)
				number.Big = true
				bitmap, err := compose.Compose(stamp.Label{Size: size, QR: code.Payload(), Lines: []stamp.Line{
					must("Comune di Esempio"), must("AOO %s", code.AOO), number, must("del 22/11/%d", code.Year),
				}}, res)
				if err != nil {
					tb.Fatal(err)
				}
				p := printed{size: size, text: code.Payload(), bitmap: bitmap, module: math.Ceil(0.33*res.DotsPerMM - 1e-9)}
				p.modules = len(symbol(tb, p.text))
				half := int((quiet + float64(p.modules)/2) * p.module)
				p.centre = image.Pt(bitmap.Width-half, half)
				labels = append(labels, p)
			}
		}
	}
	return labels
}

// specimen is what happened to a label between the printer and the file.
type specimen struct {
	label    printed
	dpi      float64
	at       point // of the code's centre on the crop, in pixels
	quarter  int
	skew     float64
	noise    float64
	kind     kind
	quality  int
	cover    float64 // share of the code
	over     coverKind
	folded   bool
	ink      float64
	paper    float64 // of the label
	page     float64 // grey level of the page's own paper
	tint     [3]float64
	soften   float64
	gradient float64
	shear    float64
	level    float64 // what a threshold parts
}

type point struct{ x, y float64 }

func (s specimen) String() string {
	return fmt.Sprintf("%.0f dpi, %s at %d dpi, quarter %d, skew %.1f, noise %.1f, %s, quality %d, cover %.3f (%s), folded %v, ink %.0f, soften %.2f",
		s.dpi, s.label.size, s.label.bitmap.Resolution.DPI, s.quarter, s.skew, s.noise, s.kind, s.quality, s.cover, s.over, s.folded, s.ink, s.soften)
}

// tints are the papers that offices write on, as red, green and blue; white thrice.
var tints = [][3]float64{
	{1, 1, 1}, {1, 1, 1}, {1, 0.99, 0.95}, {1, 0.95, 0.6}, {0.75, 0.92, 0.75}, {0.75, 0.85, 1}, {1, 0.78, 0.82}, {0.85, 0.85, 0.85},
}

// drawn is a specimen within the bounds.
func drawn(r *rand.Rand, labels []printed, dpi float64) specimen {
	s := specimen{
		label: labels[r.IntN(len(labels))], dpi: dpi, quarter: r.IntN(4), skew: maxSkew * (2*r.Float64() - 1), noise: maxNoise * r.Float64(),
		kind: []kind{grey, colour, threshold, dither}[r.IntN(4)], quality: minQuality + r.IntN(101-minQuality),
		cover: maxCover * r.Float64(), over: coverKinds[r.IntN(len(coverKinds))], folded: r.IntN(3) == 0,
		ink: 10 + 60*r.Float64(), paper: 215 + 40*r.Float64(), soften: 0.7 * r.Float64(), gradient: 30 * (r.Float64() - 0.5),
		shear: 0.03 * (r.Float64() - 0.5), tint: tints[r.IntN(len(tints))], level: 110 + 50*r.Float64(),
	}
	s.page = s.paper * (0.299*s.tint[0] + 0.587*s.tint[1] + 0.114*s.tint[2])
	if r.IntN(4) == 0 {
		s.cover, s.over = 0, "nothing"
	}
	// The code and its quiet zone lie on the crop, whichever way they are turned.
	side := cropMM / 25.4 * dpi
	reach := (float64(s.label.modules)/2 + 1) * s.label.moduleMM() * math.Sqrt2 / 25.4 * dpi
	s.at = point{reach + (side-2*reach)*r.Float64(), reach + (side-2*reach)*r.Float64()}
	return s
}

// cover is a mask over the code and its quiet zone, subModule cells to a module, 0 for bare and else how opaque, to 255.
type cover struct {
	cells int // on a side
	mask  []uint8
	level float64
	code  int // cells of the code's own area that are covered
}

func newCover(modules int) *cover {
	n := (modules + 2*quiet) * subModule
	return &cover{cells: n, mask: make([]uint8, n*n)}
}

// mark covers a cell and says whether it lies on the code.
func (c *cover) mark(x, y int, opacity uint8) {
	if x < 0 || y < 0 || x >= c.cells || y >= c.cells || c.mask[y*c.cells+x] >= opacity {
		return
	}
	if q := quiet * subModule; c.mask[y*c.cells+x] == 0 && x >= q && y >= q && x < c.cells-q && y < c.cells-q {
		c.code++
	}
	c.mask[y*c.cells+x] = opacity
}

func (c *cover) share() float64 {
	side := c.cells - 2*quiet*subModule
	return float64(c.code) / float64(side*side)
}

// spread covers more and more until the share of the code would be passed: grow is asked for ever larger steps, each a set of cells.
func (c *cover) spread(share float64, opacity uint8, grow func(step int) []image.Point) {
	for step := 0; step < 4*c.cells; step++ {
		before := c.code
		cells := grow(step)
		kept := make([]image.Point, 0, len(cells))
		for _, p := range cells {
			if p.In(image.Rect(0, 0, c.cells, c.cells)) && c.mask[p.Y*c.cells+p.X] == 0 {
				c.mark(p.X, p.Y, opacity)
				kept = append(kept, p)
			}
		}
		if c.share() > share {
			for _, p := range kept {
				c.mask[p.Y*c.cells+p.X] = 0
			}
			c.code = before
			return
		}
	}
}

// lay draws what covers the code, of at most the specimen's share.
func (s specimen) lay(r *rand.Rand) *cover {
	c := newCover(s.label.modules)
	n := float64(c.cells)
	moduleMM := s.label.moduleMM()
	cells := func(mm float64) float64 { return mm / moduleMM * subModule }
	inner := func() float64 { return quiet*subModule + r.Float64()*(n-2*quiet*subModule) }
	// line is one step of a line through (x, y): a disc of it.
	disc := func(x, y, radius float64) (out []image.Point) {
		for dy := -math.Ceil(radius); dy <= radius; dy++ {
			for dx := -math.Ceil(radius); dx <= radius; dx++ {
				if math.Hypot(dx, dy) <= radius {
					out = append(out, image.Pt(int(x+dx), int(y+dy)))
				}
			}
		}
		return out
	}
	switch s.over {
	case "stain": // an uneven blot, coffee or ink; where it is thin the code shows through
		c.level = 60 + 120*r.Float64()
		cx, cy, a, b := inner(), inner(), 6.28*r.Float64(), 6.28*r.Float64()
		edge := func(t float64) float64 { return 1 + 0.2*math.Sin(2*t+a) + 0.15*math.Sin(3*t+b) }
		c.spread(s.cover, 200+uint8(r.IntN(56)), func(step int) (out []image.Point) {
			for i := range 8 * (step + 2) {
				t := float64(i) / float64(8*(step+2)) * 2 * math.Pi
				d := float64(step) * 0.7 * edge(t)
				out = append(out, image.Pt(int(cx+d*math.Cos(t)), int(cy+d*math.Sin(t))))
			}
			return out
		})
	case "staple": // bright in the middle of its shine, else dark
		c.level = []float64{70, 140, 245}[r.IntN(3)]
		for c.share() < s.cover*0.7 {
			before := c.code
			sin, cos := math.Sincos(2 * math.Pi * r.Float64())
			x, y := inner()-cells(6)*cos, inner()-cells(6)*sin
			c.spread(s.cover, 255, func(step int) []image.Point {
				if float64(step) > cells(12) {
					return nil
				}
				return disc(x+float64(step)*cos, y+float64(step)*sin, cells(0.3))
			})
			if c.code == before {
				break
			}
		}
	case "tape": // a straight strip to both edges
		c.level = []float64{s.paper, 225, 120}[r.IntN(3)]
		opacity := uint8(200 + r.IntN(56))
		x, y := inner(), inner()
		sin, cos := math.Sincos(2 * math.Pi * r.Float64())
		c.spread(s.cover, opacity, func(step int) (out []image.Point) {
			for t := -n * 1.5; t < n*1.5; t += 0.5 {
				out = append(out, image.Pt(int(x+t*cos-float64(step)*sin*0.7), int(y+t*sin+float64(step)*cos*0.7)))
			}
			return out
		})
	case "pen": // handwriting: bent strokes of half a millimetre
		c.level = s.ink + 40*r.Float64()
		for c.share() < s.cover*0.95 {
			before := c.code
			x, y, turn, bend := inner(), inner(), 2*math.Pi*r.Float64(), 0.02*(r.Float64()-0.5)
			length := cells(2 + 8*r.Float64())
			c.spread(s.cover, 235, func(step int) []image.Point {
				if float64(step) > length {
					return nil
				}
				turn += bend
				x, y = x+math.Cos(turn), y+math.Sin(turn)
				return disc(x, y, cells(0.25))
			})
			if c.code == before {
				break
			}
		}
	case "torn off": // a patch of bare paper, or of something else, anywhere: also over a corner
		c.level = []float64{s.paper, s.page, 120}[r.IntN(3)]
		aspect := 0.5 + r.Float64()
		side := n - 2*quiet*subModule
		w, h := math.Sqrt(s.cover)*side*aspect, math.Sqrt(s.cover)*side/aspect
		x0, y0 := quiet*subModule+r.Float64()*(side-w), quiet*subModule+r.Float64()*(side-h)
		for y := int(y0); y < int(y0+h); y++ {
			for x := int(x0); x < int(x0+w); x++ {
				c.mark(x, y, 255)
			}
		}
	}
	return c
}

// crease is a line across the code, where the paper stands up: what lies near is shifted towards it and shaded.
type crease struct {
	at       point
	sin, cos float64
	shift    float64 // pixels at the line
	width    float64 // pixels over which it dies away
	shade    float64
	line     float64
}

func (s specimen) crease(r *rand.Rand) crease {
	px := s.dpi / 25.4
	c := crease{
		at:    point{s.at.x + 5*px*(2*r.Float64()-1), s.at.y + 5*px*(2*r.Float64()-1)},
		shift: 0.35 * px * (2*r.Float64() - 1), width: (1.5 + 2*r.Float64()) * px, shade: 0.25 * r.Float64(), line: 0.4 * r.Float64(),
	}
	c.sin, c.cos = math.Sincos(2 * math.Pi * r.Float64())
	return c
}

// bend is where the paper at (x, y) lay before it was folded, and how much of the light comes back from it.
func (c crease) bend(x, y float64) (bx, by, light float64) {
	d := -(x-c.at.x)*c.sin + (y-c.at.y)*c.cos
	near := math.Exp(-math.Abs(d) / c.width)
	light = 1
	if d > 0 {
		light -= c.shade * near
	}
	if math.Abs(d) < 1 {
		light -= c.line
	}
	return x - c.shift*near*c.sin, y + c.shift*near*c.cos, light
}

// paint draws the worn label on a part of a written page. what tells paper (0), label (1) and cover (2) apart.
func (s specimen) paint(r *rand.Rand, background *image.Gray) (img *image.Gray, what []uint8) {
	side := int(cropMM / 25.4 * s.dpi)
	img, what = image.NewGray(image.Rect(0, 0, side, side)), make([]uint8, side*side)
	off := image.Pt(r.IntN(background.Rect.Dx()-side), r.IntN(background.Rect.Dy()-side))
	over, fold := s.lay(r), s.crease(r)
	sin, cos := math.Sincos((float64(s.quarter)*90 + s.skew) * math.Pi / 180)
	b := s.label.bitmap
	dots := b.Resolution.DotsPerMM * 25.4 / s.dpi // of a pixel
	middle := float64(over.cells) / 2
	for y := range side {
		for x := range side {
			var sum float64
			for k := range 4 { // a turned square: no two samples in a row or column
				fx, fy := float64(x)+[4]float64{0.375, 0.875, 0.125, 0.625}[k], float64(y)+[4]float64{0.125, 0.375, 0.625, 0.875}[k]
				light := 1.0
				if s.folded {
					fx, fy, light = fold.bend(fx, fy)
				}
				dx, dy := fx-s.at.x, fy-s.at.y
				dx += s.shear * dy
				u, v := (dx*cos+dy*sin)*dots, (-dx*sin+dy*cos)*dots
				bx, by := int(math.Floor(u))+s.label.centre.X, int(math.Floor(v))+s.label.centre.Y
				if bx < 0 || by < 0 || bx >= b.Width || by >= b.Height {
					g := float64(background.Pix[(y+off.Y)*background.Stride+x+off.X]) / 255
					sum += light * (s.ink + g*(s.page-s.ink))
					continue
				}
				level := s.paper
				if b.Black(bx, by) {
					level = s.ink
				}
				what[y*side+x] = 1
				mx, my := int(middle+u/s.label.module*subModule), int(middle+v/s.label.module*subModule)
				if mx >= 0 && my >= 0 && mx < over.cells && my < over.cells {
					if o := over.mask[my*over.cells+mx]; o > 0 {
						level += (over.level - level) * float64(o) / 255
						what[y*side+x] = 2
					}
				}
				sum += light * level
			}
			img.Pix[y*side+x] = uint8(sum / 4)
		}
	}
	return img, what
}

// file does to a painted specimen what optics, sensor and file format do, and returns the page's luminance as the station has it.
func (s specimen) file(tb testing.TB, r *rand.Rand, img *image.Gray, what []uint8) *image.Gray {
	tb.Helper()
	out := seen(r, img, s)
	switch s.kind {
	case threshold:
		for i, v := range out.Pix {
			out.Pix[i] = 0
			if float64(v) >= s.level {
				out.Pix[i] = 255
			}
		}
		return out
	case dither:
		diffuse(out)
		return out
	}
	var picture image.Image = out
	if s.kind == colour {
		picture = s.coloured(out, what)
	}
	var file bytes.Buffer
	if err := jpeg.Encode(&file, picture, &jpeg.Options{Quality: s.quality}); err != nil {
		tb.Fatal(err)
	}
	m, err := sheet.Read(bytes.NewReader(file.Bytes()), scanner.Settings{ResolutionXDPI: int(s.dpi), ResolutionYDPI: int(s.dpi)})
	if err != nil {
		tb.Fatal(err)
	}
	return m.Grey
}

// seen is the page behind the lens: softened, lit from one side, with noise.
func seen(r *rand.Rand, img *image.Gray, s specimen) *image.Gray {
	out := image.NewGray(img.Rect)
	width, height := img.Rect.Dx(), img.Rect.Dy()
	at := func(x, y int) float64 {
		return float64(img.Pix[min(max(y, 0), height-1)*width+min(max(x, 0), width-1)])
	}
	for y := range height {
		for x := range width {
			v := at(x, y)*(1-s.soften) + s.soften*(at(x-1, y)+at(x+1, y)+at(x, y-1)+at(x, y+1)+at(x, y))/5
			v += s.gradient*(float64(x)/float64(width)-0.5) + r.NormFloat64()*s.noise
			out.Pix[y*width+x] = uint8(min(max(v, 0), 255))
		}
	}
	return out
}

// coloured gives paper and cover their colour at the same luminance.
func (s specimen) coloured(img *image.Gray, what []uint8) image.Image {
	luma := 0.299*s.tint[0] + 0.587*s.tint[1] + 0.114*s.tint[2]
	tones := [3][3]float64{{s.tint[0] / luma, s.tint[1] / luma, s.tint[2] / luma}, {1.02, 1, 0.95}, {1.25, 0.95, 0.6}}
	out := image.NewRGBA(img.Rect)
	for i, v := range img.Pix {
		for c, f := range tones[what[i]] {
			out.Pix[4*i+c] = uint8(min(float64(v)*f, 255))
		}
		out.Pix[4*i+3] = 255
	}
	return out
}

// diffuse makes black and white of grey by Floyd and Steinberg's error diffusion, as scanners do for pictures.
func diffuse(img *image.Gray) {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	row, next := make([]float64, w+2), make([]float64, w+2)
	for y := range h {
		for x := range w {
			v := float64(img.Pix[y*w+x]) + row[x+1]
			img.Pix[y*w+x] = 0
			if v >= 128 {
				img.Pix[y*w+x] = 255
			}
			e := v - float64(img.Pix[y*w+x])
			row[x+2] += e * 7 / 16
			next[x] += e * 3 / 16
			next[x+1] += e * 5 / 16
			next[x+2] += e / 16
		}
		row, next = next, row
		clear(next)
	}
}

// written is a page of text, white 255 and ink 0, of which specimens take parts.
func written(r *rand.Rand, dpi float64) *image.Gray {
	return page(r, int(4*dpi), int(4*dpi), dpi, 0, 255)
}
