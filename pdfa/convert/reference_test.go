package convert_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"strings"
	"testing"

	"golang.org/x/image/tiff"
)

// reference reads the pages of a source file with decoders that are not ours. A page is nil where there is none: two-dimensional
// Group 3, and JPEG in TIFF.
func reference(t *testing.T, path string, pages int) []image.Image {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case strings.HasSuffix(path, ".png"):
		return []image.Image{decodePNG(t, path)}
	case strings.HasSuffix(path, ".jpg"):
		img, err := jpeg.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		return []image.Image{img}
	}
	out := make([]image.Image, pages)
	offset := binary.LittleEndian.Uint32(data[4:])
	order := binary.ByteOrder(binary.LittleEndian)
	if data[0] == 'M' {
		order, offset = binary.BigEndian, binary.BigEndian.Uint32(data[4:])
	}
	for i := range out {
		order.PutUint32(data[4:], offset) // make it the first page
		if img, err := tiff.Decode(bytes.NewReader(data)); err == nil {
			out[i] = scaled(img)
		} else {
			t.Logf("page %d: no reference: %v", i+1, err)
		}
		n := uint32(order.Uint16(data[offset:]))
		offset = order.Uint32(data[offset+2+12*n:])
	}
	return out
}

// scaled undoes a palette of 8-bit values, which x/image/tiff takes for 16-bit ones.
func scaled(img image.Image) image.Image {
	p, ok := img.(*image.Paletted)
	if !ok {
		return img
	}
	for _, c := range p.Palette {
		if r, g, b, _ := c.RGBA(); r > 255 || g > 255 || b > 255 {
			return img
		}
	}
	for i, c := range p.Palette {
		r, g, b, _ := c.RGBA()
		p.Palette[i] = color.RGBA{uint8(r), uint8(g), uint8(b), 255}
	}
	return p
}

// pngData returns the contents of a PNG's IDAT chunks.
func pngData(data []byte) []byte {
	var out []byte
	for at := 8; at+12 <= len(data); {
		n := int(binary.BigEndian.Uint32(data[at:]))
		if string(data[at+4:at+8]) == "IDAT" {
			out = append(out, data[at+8:at+8+n]...)
		}
		at += 12 + n
	}
	return out
}
