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
	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

// wear is what happened to a label on a whole page between the printer and the scan; the specimens of TestRecall are worn in more ways.
type wear struct {
	dpi      float64
	moduleMM float64 // 3/8 mm: three dots at 203 dpi; 4/12 mm: four dots at 300 dpi
	degrees  float64
	noise    float64 // standard deviation, grey levels
	quality  int     // JPEG; 0 for none
	cover    float64 // share of the symbol under a patch
	ink      float64
	paper    float64
	soften   float64 // weight of the neighbours in a 3x3 blur, 0 to 1
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
			v += r.NormFloat64() * w.noise
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
