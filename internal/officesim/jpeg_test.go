package officesim

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"testing"
)

// A page is compressed in pieces; whatever its width, the file must decode to the whole page, each piece in its place.
func TestJoinedPiecesDecodeToThePage(t *testing.T) {
	for _, tc := range []struct {
		w, h   int
		colour bool
	}{
		{2480, 160, true}, {2480, 160, false}, {1240, 99, true}, {1240, 99, false},
		{17, 33, true}, {1, 1, true}, {1, 1, false}, {16 * 149, 40, true}, {8*211 + 3, 25, false},
	} {
		t.Run(fmt.Sprintf("%dx%d colour %t", tc.w, tc.h, tc.colour), func(t *testing.T) {
			v := view{dpi: 300, colour: tc.colour, width: tc.w, height: tc.h, tintB: 120, tintR: 130}
			c := newCanvas(paperA4, v, rand.New(rand.NewPCG(1, 2)))
			for x := 0; x < tc.w; x += 150 { // bars of different greys, with bare paper between them
				px := image.Rect(x, 0, min(x+40, tc.w), tc.h*2/3)
				mask := image.NewAlpha(image.Rect(0, 0, px.Dx(), px.Dy()))
				for i := range mask.Pix {
					mask.Pix[i] = 255
				}
				c.blend(mask, x, 0, ink{uint8(20 + x/20), 128, 128})
			}
			data, err := c.jpeg(300)
			if err != nil {
				t.Fatal(err)
			}
			img, err := jpeg.Decode(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			if img.Bounds() != image.Rect(0, 0, tc.w, tc.h) {
				t.Fatalf("it decodes to %v", img.Bounds())
			}
			if _, grey := img.(*image.Gray); grey == tc.colour {
				t.Errorf("it decodes to a %T", img)
			}
			// Noise on bare paper may differ, being another piece's; 20 is well above it and well below any bar's edge.
			far := 0
			for y := range tc.h {
				for x := range tc.w {
					got := color.GrayModel.Convert(img.At(x, y)).(color.Gray).Y
					if d := int(got) - int(c.y[y*c.w+x]); d > 20 || d < -20 {
						far++
					}
				}
			}
			if far*200 > tc.w*tc.h {
				t.Errorf("%d of %d pixels are far from what was drawn", far, tc.w*tc.h)
			}
		})
	}
}
