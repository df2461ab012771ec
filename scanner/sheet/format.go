package sheet

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/tiff"

	"segnatura/scanner"
)

// format is one kind of file that is taken.
type format struct {
	name   string
	mime   string
	magics [][]byte
	config func(io.Reader) (image.Config, error) // width and height without decoding, as decode will see them
	header func([]byte) (header, error)          // what config does not tell
	decode func([]byte) (image.Image, error)
	whole  func([]byte) bool // the file has its end; asked only when it did not decode
}

// header is what a file says of itself beside its size.
type header struct {
	bits     int // per sample
	channels int // samples per pixel
	xDPI     float64
	yDPI     float64 // 0 where the file does not say
	pages    int
}

func formats() []*format {
	return []*format{
		{"JPEG", "image/jpeg", [][]byte{{0xff, 0xd8, 0xff}}, jpeg.DecodeConfig, jpegHeader, decodeJPEG, jpegEnds},
		{"PNG", "image/png", [][]byte{[]byte("\x89PNG\r\n\x1a\n")}, png.DecodeConfig, pngHeader, from(png.Decode), pngEnds},
		{"TIFF", "image/tiff", [][]byte{[]byte("II*\x00"), []byte("MM\x00*")}, tiff.DecodeConfig, tiffHeader, from(tiff.Decode), tiffEnds},
	}
}

func from(decode func(io.Reader) (image.Image, error)) func([]byte) (image.Image, error) {
	return func(data []byte) (image.Image, error) { return decode(bytes.NewReader(data)) }
}

// formatOf recognises the file by its first bytes.
func formatOf(data []byte) (*format, error) {
	for _, f := range formats() {
		for _, magic := range f.magics {
			if bytes.HasPrefix(data, magic) {
				return f, nil
			}
			if len(data) < len(magic) && bytes.HasPrefix(magic, data) {
				return nil, &scanner.Fault{Kind: scanner.FaultTruncated, Detail: "the file ends within its first bytes, which begin a " + f.name}
			}
		}
	}
	detail := "the file is neither JPEG, PNG nor TIFF"
	if bytes.HasPrefix(data, []byte("%PDF-")) {
		detail = "the file is a PDF document, not a page image"
	}
	return nil, &scanner.Fault{Kind: scanner.FaultBadData, Detail: detail}
}

// grey makes the luminance plane, without a copy where the decoder already has one.
func grey(img image.Image) *image.Gray {
	b := img.Bounds()
	switch src := img.(type) {
	case *image.Gray:
		return src
	case *image.YCbCr:
		return &image.Gray{Pix: src.Y, Stride: src.YStride, Rect: b}
	case *image.Paletted:
		levels := paletteLevels(src.Palette)
		return plane(b, func(dst []uint8, y int) {
			for x, v := range src.Pix[src.PixOffset(b.Min.X, y):][:len(dst)] {
				dst[x] = levels[v]
			}
		})
	case *image.Gray16:
		return plane(b, func(dst []uint8, y int) {
			row := src.Pix[src.PixOffset(b.Min.X, y):]
			for x := range dst {
				dst[x] = row[2*x]
			}
		})
	case *image.RGBA: // alpha is 255 or the colours are multiplied by it: add the white that shines through
		return plane(b, func(dst []uint8, y int) {
			row := src.Pix[src.PixOffset(b.Min.X, y):]
			for x := range dst {
				p := row[4*x : 4*x+4 : 4*x+4]
				dst[x] = luma(p[0], p[1], p[2]) + 255 - p[3]
			}
		})
	}
	out := image.NewGray(b)
	for i := range out.Pix {
		out.Pix[i] = 255
	}
	draw.Draw(out, b, img, b.Min, draw.Over)
	return out
}

func plane(b image.Rectangle, fill func(dst []uint8, y int)) *image.Gray {
	out := image.NewGray(b)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		i := out.PixOffset(b.Min.X, y)
		fill(out.Pix[i:i+b.Dx()], y)
	}
	return out
}

// paletteLevels is the grey of each colour. A TIFF's colour map has 16 bits a sample; some writers fill in only the lower eight,
// and the page would be black: libtiff takes a map without any value over 255 for such a one, and so does this.
func paletteLevels(p color.Palette) (levels [256]uint8) {
	low := true
	for _, c := range p {
		r, g, b, _ := c.RGBA()
		low = low && r < 256 && g < 256 && b < 256
	}
	for i, c := range p {
		if r, g, b, _ := c.RGBA(); low {
			levels[i] = luma(uint8(r), uint8(g), uint8(b))
		} else {
			levels[i] = onWhite(c)
		}
	}
	return levels
}

// luma weighs as JFIF does (ITU-R BT.601), so that a page has one grey whatever file it came in.
func luma(r, g, b uint8) uint8 {
	return uint8((19595*uint32(r) + 38470*uint32(g) + 7471*uint32(b) + 1<<15) >> 16)
}

func onWhite(c color.Color) uint8 {
	r, g, b, a := c.RGBA()
	white := 0xffff - a
	return luma(uint8((r+white)>>8), uint8((g+white)>>8), uint8((b+white)>>8))
}
