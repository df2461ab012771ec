package officesim

import (
	"bytes"
	"image"
	"math"
	"math/rand/v2"

	"segnatura/stamp"
)

// ink is a colour in the JPEG file's own space (ITU-R BT.601, full range).
type ink struct{ y, cb, cr uint8 }

var (
	inkBlack  = ink{38, 128, 128}
	inkGrey   = ink{120, 128, 128}
	inkBlue   = ink{70, 170, 112}
	inkGreen  = ink{95, 118, 105}
	inkRed    = ink{90, 115, 185}
	inkToner  = ink{72, 128, 128} // a photocopy's black
	inkHeat   = ink{34, 128, 128} // thermal paper's black
	labelTint = ink{0, 128, 128}
)

// Levels of the scanned surfaces, of 255, and the sensor's noise as a standard deviation.
const (
	paperLevel   = 242
	backingLevel = 251 // the white plate behind the sheet
	labelGain    = 9   // how much whiter a label is than the paper
	noiseSigma   = 2.2
)

// canvas is one side of a sheet as the sensor sees it. Places are millimetres on the sheet from its upper left corner; the
// sheet lies turned about its own centre.
type canvas struct {
	w, h       int
	y          []uint8 // w x h
	cb, cr     []uint8 // half of w x h in each direction; nil for greyscale
	cw         int
	pxPerMM    float64
	cos, sin   float64
	midX, midY float64 // the sheet's centre, mm
	offX, offY float64 // the scanned region's corner, px
	white      []uint8 // noise around paperLevel, to copy rows from
	rng        *rand.Rand
	glyphs     map[glyphKey]glyphMask
	pieces     pieces // which parts are no longer bare paper
	tintB      uint8  // the paper's tint, as Cb and Cr
	tintR      uint8
}

// view is how a side is to be scanned.
type view struct {
	dpi           int
	colour        bool
	x, y          int // the region's corner, px
	width, height int // the region's size, px
	turnedRadians float64
	tintB, tintR  uint8 // the paper's own tint, as Cb and Cr
}

func newCanvas(p paperSize, v view, rng *rand.Rand) *canvas {
	c := &canvas{
		w: v.width, h: v.height, y: make([]uint8, v.width*v.height),
		pxPerMM: float64(v.dpi) / 25.4,
		cos:     math.Cos(v.turnedRadians), sin: math.Sin(v.turnedRadians),
		midX: p.width / 2, midY: p.height / 2,
		offX: float64(v.x), offY: float64(v.y),
		rng: rng, glyphs: make(map[glyphKey]glyphMask),
		pieces: newPieces(v.width, v.height, v.colour),
		tintB:  v.tintB, tintR: v.tintR,
	}
	if v.colour {
		c.cw = (c.w + 1) / 2
		n := c.cw * ((c.h + 1) / 2)
		c.cb, c.cr = bytes.Repeat([]byte{v.tintB}, n), bytes.Repeat([]byte{v.tintR}, n)
	}
	c.lay(p)
	return c
}

// noiseTile is how many noise values are drawn afresh for a side; rows start anywhere in them.
const noiseTile = 1 << 16

// lay fills the picture with the paper's white and, where the turned sheet does not reach, with the plate behind it.
func (c *canvas) lay(p paperSize) {
	c.white = make([]uint8, noiseTile+c.w)
	for i := range noiseTile {
		c.white[i] = clamp(paperLevel + c.rng.NormFloat64()*noiseSigma)
	}
	for i := noiseTile; i < len(c.white); i++ {
		c.white[i] = c.white[i-noiseTile]
	}
	for y := range c.h {
		row := c.y[y*c.w : (y+1)*c.w]
		from := c.rng.IntN(noiseTile)
		copy(row, c.white[from:from+c.w])
		left, right := c.paperSpan(p, y)
		c.pieces.touch(image.Rect(0, y, left, y+1))
		c.pieces.touch(image.Rect(right, y, c.w, y+1))
		for x := range left {
			row[x] = backingLevel
		}
		for x := right; x < c.w; x++ {
			row[x] = backingLevel
		}
	}
}

// paperSpan returns the half-open range of pixels of a row in which the sheet lies.
func (c *canvas) paperSpan(p paperSize, y int) (left, right int) {
	lo, hi := 0.0, float64(c.w)
	// On the row, sheet coordinates are a + b*x; the sheet is where 0 <= a + b*x <= size for both of them.
	for _, axis := range []struct{ a, b, size float64 }{
		{c.unturnX(0, float64(y)), c.cos / c.pxPerMM, p.width},
		{c.unturnY(0, float64(y)), -c.sin / c.pxPerMM, p.height},
	} {
		if math.Abs(axis.b) < 1e-9 {
			if axis.a < 0 || axis.a > axis.size {
				return 0, 0
			}
			continue
		}
		x0, x1 := -axis.a/axis.b, (axis.size-axis.a)/axis.b
		lo, hi = max(lo, min(x0, x1)), min(hi, max(x0, x1))
	}
	if lo >= hi {
		return 0, 0
	}
	return int(math.Ceil(lo)), int(math.Ceil(hi))
}

// at turns a place on the sheet into pixels.
func (c *canvas) at(x, y float64) (px, py float64) {
	dx, dy := x-c.midX, y-c.midY
	return (c.midX+c.cos*dx-c.sin*dy)*c.pxPerMM - c.offX, (c.midY+c.sin*dx+c.cos*dy)*c.pxPerMM - c.offY
}

func (c *canvas) unturnX(px, py float64) float64 {
	dx, dy := (px+c.offX)/c.pxPerMM-c.midX, (py+c.offY)/c.pxPerMM-c.midY
	return c.midX + c.cos*dx + c.sin*dy
}

func (c *canvas) unturnY(px, py float64) float64 {
	dx, dy := (px+c.offX)/c.pxPerMM-c.midX, (py+c.offY)/c.pxPerMM-c.midY
	return c.midY - c.sin*dx + c.cos*dy
}

// blend lays ink through a mask whose upper left corner stands at pixel (x0, y0).
func (c *canvas) blend(mask *image.Alpha, x0, y0 int, k ink) {
	r := image.Rect(x0, y0, x0+mask.Rect.Dx(), y0+mask.Rect.Dy()).Intersect(image.Rect(0, 0, c.w, c.h))
	c.pieces.touch(r)
	coloured := c.cb != nil && (k.cb != 128 || k.cr != 128)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		m := mask.Pix[(y-y0)*mask.Stride+(r.Min.X-x0):]
		row := c.y[y*c.w+r.Min.X : y*c.w+r.Max.X]
		for i := range row {
			if m[i] != 0 {
				row[i] = mix(row[i], k.y, int(m[i]))
			}
		}
		if !coloured || y%2 != 0 {
			continue
		}
		for x := (r.Min.X + 1) &^ 1; x < r.Max.X; x += 2 {
			at, a := y/2*c.cw+x/2, int(m[x-r.Min.X])
			c.cb[at], c.cr[at] = mix(c.cb[at], k.cb, a), mix(c.cr[at], k.cr, a)
		}
	}
}

// mix moves from towards to by share/255.
func mix(from, to uint8, share int) uint8 {
	return uint8(int(from) + (int(to)-int(from))*share/255)
}

func clamp(v float64) uint8 { return uint8(max(0, min(255, math.Round(v)))) }

// placed is a bitmap's place on the sheet.
type placed struct {
	bm       *stamp.Bitmap
	x, y     float64 // upper left corner before it is turned, mm
	mmPerDot float64
	radians  float64 // turned about its own centre, against the sheet
	ink      ink
	sticker  bool // on white label stock, not printed on the sheet itself
}

// place draws a bitmap. Each pixel is the mean of several samples, as a sensor's is.
func (c *canvas) place(p placed) {
	wMM, hMM := float64(p.bm.Width)*p.mmPerDot, float64(p.bm.Height)*p.mmPerDot
	cos, sin := math.Cos(p.radians), math.Sin(p.radians)
	mx, my := p.x+wMM/2, p.y+hMM/2
	bounds := image.Rectangle{}
	for _, q := range [][2]float64{{-wMM, -hMM}, {wMM, -hMM}, {wMM, hMM}, {-wMM, hMM}} {
		px, py := c.at(mx+(cos*q[0]-sin*q[1])/2, my+(sin*q[0]+cos*q[1])/2)
		bounds = bounds.Union(image.Rect(int(px)-1, int(py)-1, int(px)+2, int(py)+2))
	}
	bounds = bounds.Intersect(image.Rect(0, 0, c.w, c.h))
	c.pieces.touch(bounds)
	dot := func(px, py float64) (u, v float64) {
		dx, dy := c.unturnX(px, py)-mx, c.unturnY(px, py)-my
		return (cos*dx + sin*dy + wMM/2) / p.mmPerDot, (-sin*dx + cos*dy + hMM/2) / p.mmPerDot
	}
	// The map from pixels to dots is affine: two differences give it.
	u0, v0 := dot(0, 0)
	ux, vx := dot(1, 0)
	uy, vy := dot(0, 1)
	m := dotMap{u0, v0, ux - u0, vx - v0, uy - u0, vy - v0}
	n := min(4, int(math.Ceil(math.Hypot(m.ux, m.vx)))+1) // samples along each axis of a pixel
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			inside, black := m.sample(p.bm, x, y, n)
			if inside > 0 {
				c.dotPixel(p, x, y, 255*inside/(n*n), 255*black/(n*n))
			}
		}
	}
}

// dotMap gives the dot (u, v) under a pixel.
type dotMap struct{ u0, v0, ux, vx, uy, vy float64 }

// sample counts how many of the pixel's n x n samples are on the bitmap, and on black dots.
func (m dotMap) sample(bm *stamp.Bitmap, x, y, n int) (inside, black int) {
	step := 1 / float64(n)
	for j := range n {
		fy := float64(y) + (float64(j)+0.5)*step
		for i := range n {
			fx := float64(x) + (float64(i)+0.5)*step
			u, v := m.u0+m.ux*fx+m.uy*fy, m.v0+m.vx*fx+m.vy*fy
			if u < 0 || v < 0 || u >= float64(bm.Width) || v >= float64(bm.Height) {
				continue
			}
			inside++
			if ui, vi := int(u), int(v); bm.Bits[vi*bm.Stride+ui/8]&(0x80>>(ui%8)) != 0 {
				black++
			}
		}
	}
	return inside, black
}

func (c *canvas) dotPixel(p placed, x, y, inside, black int) {
	at := y*c.w + x
	noisy := int(c.white[at%noiseTile])
	if p.sticker {
		c.y[at] = mix(c.y[at], uint8(min(255, noisy+labelGain)), inside)
		if c.cb != nil && x%2 == 0 && y%2 == 0 {
			half := y/2*c.cw + x/2
			c.cb[half], c.cr[half] = mix(c.cb[half], labelTint.cb, inside), mix(c.cr[half], labelTint.cr, inside)
		}
	}
	if black > 0 {
		c.y[at] = mix(c.y[at], uint8(int(p.ink.y)+noisy-paperLevel+8), black)
	}
}

// pagePicture is a picture whose parts can be taken without a copy.
type pagePicture interface {
	image.Image
	SubImage(image.Rectangle) image.Image
}

// image is the picture itself, sharing the canvas's pixels.
func (c *canvas) image() pagePicture {
	r := image.Rect(0, 0, c.w, c.h)
	if c.cb == nil {
		return &image.Gray{Pix: c.y, Stride: c.w, Rect: r}
	}
	return &image.YCbCr{Y: c.y, Cb: c.cb, Cr: c.cr, YStride: c.w, CStride: c.cw, SubsampleRatio: image.YCbCrSubsampleRatio420, Rect: r}
}
