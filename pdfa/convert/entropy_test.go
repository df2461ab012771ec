package convert

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"testing"

	"segnatura/internal/testenv"
)

// What scanners send is proved without being decoded, and what is proved, image/jpeg decodes.
func TestScannersJPEGsAreProved(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(testenv.Shared(t, "corpus/scans"), "*.jpg"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, path := range files {
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if info, err := walkJPEG(bytes.NewReader(file)); err != nil || !info.proved {
			t.Errorf("%s: proved %v, %v", filepath.Base(path), info.proved, err)
		}
	}
}

// The proof counts what it reads: with a byte more or less, or another size in the header, it is none.
func TestProofIsExact(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 203, 117))
	for i := range img.Pix {
		img.Pix[i] = byte(i * i / 91)
	}
	img.Set(5, 5, color.White)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	file := b.Bytes()
	frame := bytes.Index(file, []byte{0xFF, markerSOF0})
	taller := bytes.Clone(file)
	taller[frame+6] += 16
	lower := bytes.Clone(file)
	lower[frame+6] -= 16
	end := len(file) - 2
	tests := map[string]struct {
		file []byte
		want bool
	}{
		"whole":           {file, true},
		"taller":          {taller, false},
		"lower":           {lower, false},
		"a byte more":     {append(append(bytes.Clone(file[:end]), 0), file[end:]...), false},
		"a byte less":     {append(bytes.Clone(file[:end-1]), file[end:]...), false},
		"fill before EOI": {append(append(bytes.Clone(file[:end]), 0xFF), file[end:]...), true},
	}
	for name, test := range tests {
		info, err := walkJPEG(bytes.NewReader(test.file))
		if err != nil || info.proved != test.want {
			t.Errorf("%s: proved %v, want %v; %v", name, info.proved, test.want, err)
		}
	}
}

// Whatever the data: no panic, and as many pixels as the header says.
func FuzzBrightness(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		info, err := walkJPEG(bytes.NewReader(data))
		if info.width*info.height > 1<<22 {
			return // the time would go into clearing memory
		}
		plane, ok := decodeLuma(bytes.NewReader(data))
		if ok && (err != nil || !info.proved) {
			t.Error("what was not proved was decoded")
		}
		if ok {
			plane.row(info.height-1, make([]byte, info.width))
		}
	})
}

// BenchmarkProof walks an A4 page of 300 dpi; BenchmarkDecode is what it saves.
func BenchmarkProof(b *testing.B) {
	file := benchmarkPage(b)
	b.SetBytes(int64(len(file)))
	for b.Loop() {
		if info, err := walkJPEG(bytes.NewReader(file)); err != nil || !info.proved {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	file := benchmarkPage(b)
	b.SetBytes(int64(len(file)))
	for b.Loop() {
		if _, err := jpeg.Decode(bytes.NewReader(file)); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkBrightness is what a page costs before text is recognised on it.
func BenchmarkBrightness(b *testing.B) {
	file := benchmarkPage(b)
	b.SetBytes(int64(len(file)))
	for b.Loop() {
		if _, ok := decodeLuma(bytes.NewReader(file)); !ok {
			b.Fatal("it was left to image/jpeg")
		}
	}
}

func benchmarkPage(b *testing.B) []byte {
	img := image.NewGray(image.Rect(0, 0, 2480, 3508))
	for i := range img.Pix {
		img.Pix[i] = 230 + byte(i*i/97)&7
	}
	for y := 300; y < 3300; y += 60 {
		for x := 200; x < 2200; x++ {
			for k := range 20 {
				if (x/7+y/60)%3 != 0 {
					img.Pix[(y+k)*img.Stride+x] = 40
				}
			}
		}
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: 85}); err != nil {
		b.Fatal(err)
	}
	return out.Bytes()
}
