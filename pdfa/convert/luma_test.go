package convert_test

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"testing"

	"segnatura/pdfa"
)

// The brightness that text is recognised on is image/jpeg's, give or take its rounding, for every sampling and restart interval.
func TestTheBrightnessOfJPEGsIsThatOfTheStandardDecoder(t *testing.T) {
	for _, sampling := range [][]byte{{0x11}, {0x22}, {0x11, 0x11, 0x11}, {0x21, 0x11, 0x11}, {0x12, 0x11, 0x11}, {0x22, 0x11, 0x11}} {
		for _, restart := range []int{0, 3} {
			file := buildJPEG(jpegLayout{width: 67, height: 45, sampling: sampling, adobe: -1, restart: restart})
			wantBrightness(t, fmt.Sprintf("sampling %x, restart %d", sampling, restart), file)
		}
	}
	smooth := image.NewGray(image.Rect(0, 0, 203, 117))
	for i := range smooth.Pix {
		smooth.Pix[i] = byte(i%203 + i/203/2)
	}
	for _, quality := range []int{20, 60, 100} {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, smooth, &jpeg.Options{Quality: quality}); err != nil {
			t.Fatal(err)
		}
		wantBrightness(t, fmt.Sprintf("quality %d", quality), b.Bytes())
	}
}

func wantBrightness(t *testing.T, name string, file []byte) {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	r := rasters(t, input("page.jpg", file))[0]
	if r.Width != img.Bounds().Dx() || r.Height != img.Bounds().Dy() {
		t.Fatalf("%s: %d x %d", name, r.Width, r.Height)
	}
	most := 0
	for y := range r.Height {
		for x := range r.Width {
			want := 0
			switch img := img.(type) {
			case *image.Gray:
				want = int(img.GrayAt(x, y).Y)
			case *image.YCbCr:
				want = int(img.Y[img.YOffset(x, y)])
			}
			d := greyAt(r, x, y) - want
			most = max(most, d, -d)
		}
	}
	if most > 1 {
		t.Errorf("%s: differs by up to %d", name, most)
	}
}

// Three components that are red, green and blue are weighed, not taken for brightness and colours.
func TestTheBrightnessOfRGBIsWeighed(t *testing.T) {
	for name, layout := range map[string]jpegLayout{
		"by name":         {ids: "RGB", adobe: -1},
		"by Adobe's mark": {adobe: 0},
	} {
		layout.width, layout.height, layout.sampling = 64, 48, []byte{0x11, 0x11, 0x11}
		file := buildJPEG(layout)
		img, err := jpeg.Decode(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		r := rasters(t, pdfa.Input{Name: name, Open: input(name, file).Open})[0]
		for y := range r.Height {
			for x := range r.Width {
				red, green, blue, _ := img.At(x, y).RGBA()
				want := float64(299*(red>>8)+587*(green>>8)+114*(blue>>8)) / 1000
				if abs(float64(greyAt(r, x, y))-want) > 2 {
					t.Fatalf("%s: %d, %d is %d, want %.0f", name, x, y, greyAt(r, x, y), want)
				}
			}
		}
	}
}
