package layout

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"io/fs"

	"segnatura/stamp"
)

// Bounds of a logo: more dots than any label has are of no use.
const (
	maxLogoBytes = 1 << 20
	maxLogoSide  = 2000
)

// readLogo makes a PNG black and white: what is darker than half, on white paper, is black. No dots are scattered for greys, which a thermal
// head blots. Its bytes go into sum.
func readLogo(dir fs.FS, name string, sum io.Writer) (*stamp.Bitmap, error) {
	if !fs.ValidPath(name) {
		return nil, fmt.Errorf("logo.file = %q is no name of a file beside the layout", name)
	}
	text, err := readFile(dir, name, maxLogoBytes)
	if err != nil {
		return nil, fmt.Errorf("read the logo: %w", err)
	}
	header, err := png.DecodeConfig(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("the logo %s is no PNG: %w", name, err)
	}
	if header.Width > maxLogoSide || header.Height > maxLogoSide {
		return nil, fmt.Errorf("the logo %s of %d x %d dots is larger than %d a side", name, header.Width, header.Height, maxLogoSide)
	}
	m, err := png.Decode(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("the logo %s is damaged: %w", name, err)
	}
	sum.Write(text)
	return blackAndWhite(m), nil
}

func blackAndWhite(m image.Image) *stamp.Bitmap {
	r := m.Bounds()
	b := stamp.NewBitmap(r.Dx(), r.Dy(), stamp.Resolution{})
	for y := range r.Dy() {
		for x := range r.Dx() {
			if darkOnWhite(m.At(r.Min.X+x, r.Min.Y+y)) {
				b.SetBlack(x, y)
			}
		}
	}
	return b
}

// darkOnWhite lays a colour, whose parts are already multiplied by its opacity, on white.
func darkOnWhite(c color.Color) bool {
	r, g, b, a := c.RGBA()
	white := 0xffff - a
	return 299*(r+white)+587*(g+white)+114*(b+white) < 1000*0x8000
}
