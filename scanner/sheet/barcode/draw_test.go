package barcode_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/boombuler/barcode/qr"
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

// wear is what happened to a label between the printer and the scan. All of it is drawn from a seeded source, so a failure
// can be drawn again.
type wear struct {
	dpi       float64
	moduleMM  float64 // 3/8 mm: three dots at 203 dpi; 4/12 mm: four dots at 300 dpi
	degrees   float64
	noise     float64 // standard deviation, grey levels
	quality   int     // JPEG; 0 for none
	cover     float64 // share of the symbol under a patch
	folds     int
	strokes   int // of a pen, across the label
	bitonal   bool
	ink       float64
	paper     float64
	soften    float64 // weight of the neighbours in a 3x3 blur, 0 to 1
	gradient  float64 // grey levels from one side of the page to the other
	shear     float64
	overLabel bool // strokes cross the symbol itself
}

func (w wear) String() string {
	return fmt.Sprintf("%.0f dpi, module %.3f mm, %.1f deg, noise %.0f, q%d, cover %.2f, folds %d, strokes %d, bitonal %v, shear %.3f, soften %.2f",
		w.dpi, w.moduleMM, w.degrees, w.noise, w.quality, w.cover, w.folds, w.strokes, w.bitonal, w.shear, w.soften)
}

// randomWear keeps within what a desk sees: any rotation, or a quarter turn with a skew to 20 degrees.
func randomWear(r *rand.Rand, dpi float64) wear {
	w := wear{
		dpi: dpi, moduleMM: []float64{3.0 / 8, 4.0 / 12}[r.IntN(2)],
		degrees: r.Float64() * 360, noise: r.Float64() * 25, quality: 40 + r.IntN(56),
		ink: 10 + 60*r.Float64(), paper: 215 + 40*r.Float64(), soften: r.Float64() * 0.7, gradient: 30 * (r.Float64() - 0.5),
		shear: (r.Float64() - 0.5) * 0.03,
	}
	if r.IntN(2) == 0 {
		w.degrees = float64(r.IntN(4)*90) + (r.Float64()-0.5)*40
	}
	if r.IntN(3) == 0 {
		w.folds = 1 + r.IntN(2)
	}
	if r.IntN(3) == 0 {
		w.strokes = 1 + r.IntN(2)
		w.overLabel = true
	}
	if r.IntN(5) == 0 {
		w.bitonal, w.noise, w.quality = true, w.noise/2, 0
	}
	return w
}

// payload is a text as requirement R18.1 has it; its check characters are not real ones, which the decoder cannot know.
func payload(r *rand.Rand) string {
	return fmt.Sprintf("SGN1.N.C$A%03d.AOO%d.PG.%d.%07d.%c.7K", r.IntN(1000), r.IntN(10), 2020+r.IntN(20), r.IntN(10_000_000), "API"[r.IntN(3)])
}

// symbol returns the modules of a level M QR code, true for dark.
func symbol(tb testing.TB, text string) [][]bool {
	tb.Helper()
	code, err := qr.Encode(text, qr.M, qr.AlphaNumeric)
	if err != nil {
		tb.Fatal(err)
	}
	n := code.Bounds().Dx()
	out := make([][]bool, n)
	for y := range out {
		out[y] = make([]bool, n)
		for x := range out[y] {
			g := color.GrayModel.Convert(code.At(x, y)).(color.Gray)
			out[y][x] = g.Y < 128
		}
	}
	return out
}

// page is white paper of a size in pixels, with lines of letters on it.
func page(r *rand.Rand, w, h int, dpi, ink, paper float64) *image.Gray {
	img := image.NewGray(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = uint8(paper)
	}
	scale := max(int(dpi/75), 1)
	const letters = "abcdefghilmnopqrstuvz ABCDEGHOPQRS 0123456789 .,;:-/@ OO 80 B8"
	for y := 0; y+16*scale < h; y += 18 * scale {
		if r.IntN(6) == 0 {
			continue
		}
		small := image.NewGray(image.Rect(0, 0, w/scale, 15))
		line := make([]byte, r.IntN(w/scale/7+1))
		for i := range line {
			line[i] = letters[r.IntN(len(letters))]
		}
		d := font.Drawer{Dst: small, Src: image.White, Face: basicfont.Face7x13, Dot: fixed.P(2, 11)}
		d.DrawString(string(line))
		for sy := range 15 * scale {
			for sx := range small.Rect.Dx() * scale {
				if small.Pix[sy/scale*small.Stride+sx/scale] > 127 {
					img.Pix[(y+sy)*img.Stride+sx] = uint8(ink)
				}
			}
		}
	}
	return img
}

// label draws a symbol on its white label with its middle at (cx, cy) pixels.
func label(r *rand.Rand, img *image.Gray, modules [][]bool, cx, cy float64, w wear) {
	n := float64(len(modules))
	px := w.moduleMM / 25.4 * w.dpi
	sin, cos := math.Sincos(w.degrees * math.Pi / 180)
	reach := int(px*(n+8)*0.75) + 2
	patch := [4]float64{-1, -1, -1, -1} // in modules: left, top, right, bottom
	if w.cover > 0 {
		aspect := 0.5 + r.Float64()
		pw := math.Sqrt(w.cover*n*n) * aspect
		ph := w.cover * n * n / pw
		patch[0], patch[1] = r.Float64()*(n-pw), r.Float64()*(n-ph)
		patch[2], patch[3] = patch[0]+pw, patch[1]+ph
	}
	patchLevel := w.paper
	if r.IntN(3) == 0 {
		patchLevel = 120
	}
	const sub = 3
	for y := max(int(cy)-reach, 0); y < min(int(cy)+reach, img.Rect.Dy()); y++ {
		for x := max(int(cx)-reach, 0); x < min(int(cx)+reach, img.Rect.Dx()); x++ {
			var sum float64
			on := 0
			for s := range sub * sub {
				fx := float64(x) + (float64(s%sub)+0.5)/sub - cx
				fy := float64(y) + (float64(s/sub)+0.5)/sub - cy
				fx += w.shear * fy
				u, v := (fx*cos+fy*sin)/px+n/2, (-fx*sin+fy*cos)/px+n/2
				if u < -4 || v < -4 || u >= n+4 || v >= n+4 {
					sum += float64(img.Pix[y*img.Stride+x])
					continue
				}
				on++
				level := w.paper
				if u >= 0 && v >= 0 && u < n && v < n && modules[int(v)][int(u)] {
					level = w.ink
				}
				if u >= patch[0] && u < patch[2] && v >= patch[1] && v < patch[3] {
					level = patchLevel
				}
				sum += level
			}
			if on > 0 {
				img.Pix[y*img.Stride+x] = uint8(sum / (sub * sub))
			}
		}
	}
	if w.overLabel {
		for range w.strokes {
			stroke(r, img, cx, cy, px*n, w)
		}
	}
	for range w.folds {
		fold(r, img, cx, cy, px*n)
	}
}

// survives says whether the damage drawn so far leaves a symbol that level M can correct at all: its modules are taken where
// label put them, off the clean drawing, and given to the decoder. It is the bound of what any reader could be asked for.
func survives(tb testing.TB, img *image.Gray, n int, cx, cy float64, w wear) bool {
	tb.Helper()
	px := w.moduleMM / 25.4 * w.dpi
	sin, cos := math.Sincos(w.degrees * math.Pi / 180)
	m, err := gozxing.NewSquareBitMatrix(n)
	if err != nil {
		tb.Fatal(err)
	}
	for i := range n * n {
		var sum float64
		for k := range 9 {
			u := float64(i%n) + 0.25*float64(k%3+1) - float64(n)/2
			v := float64(i/n) + 0.25*float64(k/3+1) - float64(n)/2
			x, y := (u*cos-v*sin)*px, (u*sin+v*cos)*px
			x -= w.shear * y
			sum += float64(img.Pix[int(y+cy)*img.Stride+int(x+cx)])
		}
		if sum/9 < (w.ink+w.paper)/2 {
			m.Set(i%n, i/n)
		}
	}
	_, err = decoder.NewDecoder().Decode(m, nil)
	return err == nil
}

// stroke is a pen's line of half a millimetre, up to a symbol's side long, over or beside the symbol.
func stroke(r *rand.Rand, img *image.Gray, cx, cy, size float64, w wear) {
	a := r.Float64() * 2 * math.Pi
	off := (r.Float64() - 0.5) * size
	bend := (r.Float64() - 0.5) * 2 / size
	width := 0.5 / 25.4 * w.dpi / 2
	sin, cos := math.Sincos(a)
	length := (0.3 + 0.7*r.Float64()) * size
	from := -size + r.Float64()*(2*size-length)
	for t := from; t < from+length; t += 0.5 {
		d := off + bend*t*t
		x, y := cx+t*cos-d*sin, cy+t*sin+d*cos
		disc(img, x, y, width, w.ink+20)
	}
}

func disc(img *image.Gray, cx, cy, radius, level float64) {
	for y := int(cy - radius); y <= int(cy+radius); y++ {
		for x := int(cx - radius); x <= int(cx+radius); x++ {
			if image.Pt(x, y).In(img.Rect) && math.Hypot(float64(x)-cx, float64(y)-cy) <= radius {
				img.Pix[y*img.Stride+x] = min(img.Pix[y*img.Stride+x], uint8(level))
			}
		}
	}
}

// fold is a line of shadow, two pixels wide.
func fold(r *rand.Rand, img *image.Gray, cx, cy, size float64) {
	sin, cos := math.Sincos(r.Float64() * math.Pi)
	off := (r.Float64() - 0.5) * size
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			if math.Abs((float64(y)-cy)*cos-(float64(x)-cx)*sin-off) < 1 {
				img.Pix[y*img.Stride+x] = uint8(float64(img.Pix[y*img.Stride+x]) * 0.6)
			}
		}
	}
}

// scan does to a drawn page what optics, sensor and file format do.
func scan(tb testing.TB, r *rand.Rand, img *image.Gray, w wear) *image.Gray {
	tb.Helper()
	out := image.NewGray(img.Rect)
	width, height := img.Rect.Dx(), img.Rect.Dy()
	at := func(x, y int) float64 {
		return float64(img.Pix[min(max(y, 0), height-1)*img.Stride+min(max(x, 0), width-1)])
	}
	for y := range height {
		for x := range width {
			v := at(x, y)*(1-w.soften) + w.soften*(at(x-1, y)+at(x+1, y)+at(x, y-1)+at(x, y+1)+at(x, y))/5
			v += w.gradient*(float64(x)/float64(width)-0.5) + r.NormFloat64()*w.noise
			if w.bitonal {
				v = math.Round(v/255+0.05) * 255
			}
			out.Pix[y*out.Stride+x] = uint8(min(max(v, 0), 255))
		}
	}
	if w.quality == 0 {
		return out
	}
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, out, &jpeg.Options{Quality: w.quality}); err != nil {
		tb.Fatal(err)
	}
	back, err := jpeg.Decode(&buf)
	if err != nil {
		tb.Fatal(err)
	}
	return back.(*image.Gray)
}
