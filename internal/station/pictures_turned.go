package station

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
)

// turnedQuality is the JPEG quality of pictures that are turned: they were compressed once, for the same screen.
const turnedQuality = 90

// turned turns a picture of a page clockwise by 90, 180 or 270 degrees; by 0 it is as it came. Pictures come from the inspector, small and
// written by ourselves; the page itself is never decoded here.
func turned(picture []byte, degrees int) ([]byte, error) {
	if degrees == 0 {
		return picture, nil
	}
	src, err := jpeg.Decode(bytes.NewReader(picture))
	if err != nil {
		return nil, fmt.Errorf("turn a picture: %w", err)
	}
	b := src.Bounds()
	w, h := b.Dx(), b.Dy()
	if degrees != 180 {
		w, h = h, w
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, turnedImage{src, image.Rect(0, 0, w, h), degrees}, &jpeg.Options{Quality: turnedQuality}); err != nil {
		return nil, fmt.Errorf("turn a picture: %w", err)
	}
	return out.Bytes(), nil
}

// turnedImage shows an image turned.
type turnedImage struct {
	src     image.Image
	bounds  image.Rectangle
	degrees int
}

func (t turnedImage) ColorModel() color.Model { return t.src.ColorModel() }
func (t turnedImage) Bounds() image.Rectangle { return t.bounds }

func (t turnedImage) At(x, y int) color.Color {
	b := t.src.Bounds()
	switch t.degrees {
	case 90:
		x, y = y, b.Dy()-1-x
	case 180:
		x, y = b.Dx()-1-x, b.Dy()-1-y
	default:
		x, y = b.Dx()-1-y, x
	}
	return t.src.At(b.Min.X+x, b.Min.Y+y)
}
