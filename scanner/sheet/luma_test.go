package sheet

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"segnatura/internal/testenv"
)

// differs is the largest difference of two planes, or -1 when they are not of one size.
func differs(a, b *image.Gray) int {
	if a.Rect != b.Rect {
		return -1
	}
	worst := 0
	for y := range a.Rect.Dy() {
		p, q := a.Pix[y*a.Stride:][:a.Rect.Dx()], b.Pix[y*b.Stride:][:a.Rect.Dx()]
		for x, v := range p {
			worst = max(worst, int(max(v, q[x])-min(v, q[x])))
		}
	}
	return worst
}

func mixed(w, h int, seed uint64) *image.RGBA {
	r := rand.New(rand.NewPCG(seed, 11))
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			v := 235 + r.IntN(12)
			switch {
			case (x/9+y/13)%5 == 0:
				v = r.IntN(256) // as hard as it gets
			case (x/40)%3 == 1:
				v = 240 // plain
			}
			m.Set(x, y, color.RGBA{uint8(v), uint8(v * 9 / 10), uint8(x), 255})
		}
	}
	return m
}

func TestLumaIsWhatImageJPEGMakes(t *testing.T) {
	files := map[string][]byte{}
	for _, q := range []int{10, 40, 75, 95, 100} {
		for i, size := range []image.Point{{1, 1}, {8, 8}, {17, 33}, {250, 131}} {
			for _, grey := range []bool{false, true} {
				var src image.Image = mixed(size.X, size.Y, uint64(q))
				if grey {
					src = image.NewGray(src.Bounds())
					for j := range src.(*image.Gray).Pix {
						src.(*image.Gray).Pix[j] = uint8(j*7 + j/size.X*3)
					}
				}
				var b bytes.Buffer
				if err := jpeg.Encode(&b, src, &jpeg.Options{Quality: q}); err != nil {
					t.Fatal(err)
				}
				files[string(rune('a'+i))+string(rune('0'+q/10))+map[bool]string{true: "grey", false: "colour"}[grey]] = b.Bytes()
			}
		}
	}
	for name, data := range files {
		compareLuma(t, name, data, true)
		// What was damaged must either be left to image/jpeg, or be what image/jpeg makes of it.
		r := rand.New(rand.NewPCG(uint64(len(data)), 5))
		for range 60 {
			bad := bytes.Clone(data)
			switch r.IntN(3) {
			case 0:
				bad[r.IntN(len(bad))] ^= 1 << r.IntN(8)
			case 1:
				bad = bad[:r.IntN(len(bad))]
			case 2:
				at := r.IntN(len(bad))
				bad = append(bad[:at], bad[min(at+1+r.IntN(3), len(bad)):]...)
			}
			if len(bad) > 2 {
				compareLuma(t, name+" damaged", bad, false)
			}
		}
	}
}

// restarting joins pictures of one MCU each into a JPEG with a restart marker after each MCU: each of them was coded from nothing.
func restarting(t *testing.T, count int, colour bool) []byte {
	t.Helper()
	side := map[bool]int{false: 8, true: 16}[colour]
	var out []byte
	for i := range count {
		var src image.Image = mixed(side, side, uint64(i))
		if !colour {
			g := image.NewGray(src.Bounds())
			for j := range g.Pix {
				g.Pix[j] = uint8(j * (i + 1))
			}
			src = g
		}
		var b bytes.Buffer
		if err := jpeg.Encode(&b, src, &jpeg.Options{Quality: 90}); err != nil {
			t.Fatal(err)
		}
		data := b.Bytes()
		sos := bytes.Index(data, []byte{0xff, 0xda})
		pixels := sos + 2 + int(data[sos+2])<<8 + int(data[sos+3])
		if i == 0 {
			out = append(out, data[:sos]...)
			frame := bytes.Index(out, []byte{0xff, 0xc0})
			out[frame+5], out[frame+6] = byte(side*count>>8), byte(side*count)
			out = append(out, 0xff, 0xdd, 0, 4, 0, 1)
			out = append(out, data[sos:pixels]...)
		} else {
			out = append(out, 0xff, 0xd0+byte((i-1)%8))
		}
		out = append(out, data[pixels:len(data)-2]...)
	}
	return append(out, 0xff, 0xd9)
}

func TestLumaFollowsRestartMarkers(t *testing.T) {
	for _, colour := range []bool{false, true} {
		data := restarting(t, 19, colour)
		compareLuma(t, "restarting", data, true)
		lost := bytes.Replace(data, []byte{0xff, 0xd3}, []byte{0xff, 0xd5}, 1)
		if _, ok := jpegLuma(lost); ok {
			t.Error("a wrong restart marker was stepped over")
		}
	}
}

// compareLuma holds that what jpegLuma takes is what image/jpeg takes, within the rounding of two inverse transforms.
func compareLuma(t *testing.T, name string, data []byte, must bool) {
	t.Helper()
	fast, ok := jpegLuma(data)
	if must && !ok {
		t.Errorf("%s: given up", name)
	}
	if !ok {
		return
	}
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Errorf("%s: taken, and image/jpeg says %v", name, err)
		return
	}
	if d := differs(fast, grey(img)); d < 0 || d > 2 {
		t.Errorf("%s: differs by %d", name, d)
	}
}

func TestLumaOnTheCorpus(t *testing.T) {
	taken := 0
	for _, folder := range []string{"corpus/scans", "corpus/barcodes", "corpus/images-bad"} {
		files, err := filepath.Glob(filepath.Join(testenv.Shared(t, folder), "*.jp*g"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			data, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			if _, ok := jpegLuma(data); ok {
				taken++
			}
			compareLuma(t, filepath.Base(f), data, false)
		}
	}
	if taken < 5 {
		t.Errorf("the fast way was taken for %d files only", taken)
	}
}

func BenchmarkDecodeJPEG(b *testing.B) {
	data, err := os.ReadFile(testenv.Shared(b, "corpus/scans/naps2__notblank.jpg"))
	if err != nil {
		b.Fatal(err)
	}
	b.Run("luma", func(b *testing.B) {
		for b.Loop() {
			if _, ok := jpegLuma(data); !ok {
				b.Fatal("given up")
			}
		}
	})
	b.Run("image-jpeg", func(b *testing.B) {
		for b.Loop() {
			if _, err := jpeg.Decode(bytes.NewReader(data)); err != nil {
				b.Fatal(err)
			}
		}
	})
}
