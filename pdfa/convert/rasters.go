package convert

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"math"

	"segnatura/pdfa"
	"segnatura/pdfa/writer"
)

// The size of rasters. What reads text gains nothing beyond 300 dpi and takes longer; pages of little more are not worth scaling.
const (
	rasterDPI       = 300
	rasterKeepDPI   = 330
	maxRasterSide   = 32_000     // pixels; tesseract takes 32767
	maxRasterPixels = 40_000_000 // A3 at 300 dpi has 17 million
)

// Rasters gives emit the pages that text is to be recognised on, upright as [Engine.Convert] would show them, grey or bitonal, at
// no more than about 300 dpi; pages whose source has a text layer of its own are not among them, and are not drawn. Page numbers are
// those that Convert gives. The raster is emit's to keep. progress, if not nil, is called after each page, also one that emit does not
// get. It returns the number of all pages, and stops at emit's error. Refusals are the same as Convert's, but for what only shows when
// a page is drawn. Memory holds one page's decoded samples besides the raster.
func (e Engine) Rasters(ctx context.Context, inputs []pdfa.Input, emit func(pdfa.Raster) error, progress func(page int)) (pages int, err error) {
	e.countsText = true
	c := converter{ctx: ctx, engine: e, take: func(p sheet) error {
		pages++
		if p.text == nil {
			r, err := rasterOf(p.page)
			if err != nil {
				return err
			}
			r.Page = pages
			if err := emit(r); err != nil {
				return err
			}
		}
		if progress != nil {
			progress(pages)
		}
		return nil
	}}
	for _, in := range inputs {
		if err := c.addInput(in); err != nil {
			return 0, err
		}
	}
	return pages, nil
}

// rasterOf decodes a page's image, makes it smaller where it is large, and turns it upright.
func rasterOf(p writer.ImagePage) (pdfa.Raster, error) {
	width, height := p.Image.Width, p.Image.Height
	src := p.Image.Source()
	xDPI, yDPI := p.XDPI, p.YDPI
	if p.Placed != nil {
		if xDPI, yDPI = placedDPI(*p.Placed, width, height); !plausibleRaster(xDPI) || !plausibleRaster(yDPI) {
			xDPI, yDPI = rasterDPI, rasterDPI // next to nothing of it is to be seen
		}
	}
	w, h := scaledSize(width, height, xDPI, yDPI)
	turn := p.Turn()
	whole := p.Placed == nil || fills(*p.Placed, xDPI, yDPI)
	if src.BlackIsOne && w == width && h == height && turn == (writer.Turn{}) && whole {
		pix, err := io.ReadAll(io.LimitReader(src.Rows, int64((width+7)/8)*int64(height)))
		if err == nil && len(pix) != (width+7)/8*height {
			err = io.ErrUnexpectedEOF
		}
		return pdfa.Raster{Width: width, Height: height, XDPI: xDPI, YDPI: yDPI, Bitonal: true, Pix: pix}, err
	}
	rows, err := greyRows(src, width, height)
	if err != nil {
		return pdfa.Raster{}, err
	}
	grey, err := shrink(rows, width, height, w, h)
	if err != nil {
		return pdfa.Raster{}, err
	}
	r := pdfa.Raster{
		Width: w, Height: h, Pix: grey,
		XDPI: xDPI * float64(w) / float64(width), YDPI: yDPI * float64(h) / float64(height),
	}
	if !whole {
		r = placed(r, *p.Placed)
	}
	return upright(r, turn), nil
}

// scaledSize returns the size in pixels at which an image is looked at: never more than it has.
func scaledSize(width, height int, xDPI, yDPI float64) (w, h int) {
	x, y := 1.0, 1.0
	if xDPI > rasterKeepDPI {
		x = rasterDPI / xDPI
	}
	if yDPI > rasterKeepDPI {
		y = rasterDPI / yDPI
	}
	if n := x * float64(width) * y * float64(height); n > maxRasterPixels {
		x, y = x*math.Sqrt(maxRasterPixels/n), y*math.Sqrt(maxRasterPixels/n)
	}
	side := func(n int, scale float64) int {
		return max(1, min(n, maxRasterSide, int(math.Round(float64(n)*scale))))
	}
	return side(width, x), side(height, y)
}

func plausibleRaster(dpi float64) bool { return dpi >= 1 && dpi <= 20*mostDPI }

// rowsOf fills row, of as many bytes as the image is wide, with the grey of the image's next row: 0 is black.
type rowsOf func(row []byte) error

// greyRows decodes an image whatever it is written from.
func greyRows(src writer.Source, width, height int) (rowsOf, error) {
	switch {
	case src.JPEG != nil:
		return jpegRows(src)
	case src.Rows != nil:
		return sampleRows(src.Rows, src.Format, width, src.BlackIsOne), nil
	case src.Deflated != nil:
		compressed := bufio.NewReaderSize(src.Deflated, 64<<10)
		zr, err := zlib.NewReader(compressed)
		if err != nil {
			return nil, pngError(err)
		}
		rows := &filteredRows{zr: zr, rest: compressed, bytesPerPixel: max(1, src.Format.Components*src.Format.Bits/8)}
		rows.begin(src.Format.Stride(width), height)
		return sampleRows(rows, src.Format, width, false), nil
	}
	return nil, errors.New("the image has no source to look at")
}

// jpegRows decodes a JPEG whole. Of YCbCr the brightness is taken as it is; that saves the conversion of colours, and mostly their
// decoding.
func jpegRows(src writer.Source) (rowsOf, error) {
	stream := src.JPEG
	y := -1
	if again, ok := stream.(io.Seeker); ok && !src.Options.PlainRGB {
		if plane, ok := decodeLuma(stream); ok {
			return func(row []byte) error {
				y++
				plane.row(y, row)
				return nil
			}, nil
		}
		if _, err := again.Seek(0, io.SeekStart); err != nil {
			return nil, err
		}
	}
	unmarked := src.Options.Components == 4 && !src.Options.Inverted
	if unmarked {
		// image/jpeg wants Adobe's marker with four components, and then takes 255 for no ink.
		stream = io.MultiReader(bytes.NewReader([]byte("\xFF\xD8\xFF\xEE\x00\x0EAdobe\x00\x64\x00\x00\x00\x00\x00")), &skipper{r: stream, n: 2})
	}
	img, err := jpeg.Decode(bufio.NewReaderSize(stream, 64<<10))
	if err != nil {
		return nil, refuse(pdfa.RefusedCorrupt, "%v", err)
	}
	switch img := img.(type) {
	case *image.Gray:
		return func(row []byte) error {
			y++
			copy(row, img.Pix[y*img.Stride:])
			return nil
		}, nil
	case *image.YCbCr:
		if src.Options.PlainRGB {
			return func(row []byte) error { // three components that were taken for YCbCr, and are red, green and blue
				y++
				for x := range row {
					yi, ci := img.YOffset(x, y), img.COffset(x, y)
					row[x] = luma(uint32(img.Y[yi]), uint32(img.Cb[ci]), uint32(img.Cr[ci]))
				}
				return nil
			}, nil
		}
		return func(row []byte) error {
			y++
			copy(row, img.Y[y*img.YStride:])
			return nil
		}, nil
	case *image.CMYK:
		if unmarked {
			for i, v := range img.Pix {
				img.Pix[i] = 255 - v
			}
		}
	}
	return func(row []byte) error {
		y++
		for x := range row {
			row[x] = color.GrayModel.Convert(img.At(x, y)).(color.Gray).Y
		}
		return nil
	}, nil
}

// skipper leaves the first n bytes of r out.
type skipper struct {
	r io.Reader
	n int64
}

func (s *skipper) Read(p []byte) (int, error) {
	if s.n > 0 {
		if _, err := io.CopyN(io.Discard, s.r, s.n); err != nil {
			return 0, err
		}
		s.n = 0
	}
	return s.r.Read(p)
}

// luma weighs red, green and blue as ITU-R BT.601 does.
func luma(r, g, b uint32) byte { return byte((299*r + 587*g + 114*b + 500) / 1000) }

// sampleRows turns rows of samples into grey.
func sampleRows(r io.Reader, f writer.RasterFormat, width int, blackIsOne bool) rowsOf {
	packed := make([]byte, f.Stride(width))
	levels := levelsOf(f, blackIsOne)
	return func(row []byte) error {
		if _, err := io.ReadFull(r, packed); err != nil {
			return truncated(err, "its image data should go on")
		}
		bytesPerSample := max(f.Bits/8, 1) // of 16 bits the high byte is enough
		switch {
		case f.Components == 3:
			for x := range row {
				at := packed[3*bytesPerSample*x:]
				row[x] = luma(uint32(at[0]), uint32(at[bytesPerSample]), uint32(at[2*bytesPerSample]))
			}
		case f.Components == 4: // inks
			for x := range row {
				at := packed[4*bytesPerSample*x:]
				left := 255 - uint32(at[3*bytesPerSample])
				light := func(i int) uint32 { return (255 - uint32(at[i*bytesPerSample])) * left / 255 }
				row[x] = luma(light(0), light(1), light(2))
			}
		case f.Bits >= 8:
			for x := range row {
				row[x] = levels[packed[bytesPerSample*x]]
			}
		default:
			mask := byte(1)<<f.Bits - 1
			for x := range row {
				bit := x * f.Bits
				row[x] = levels[packed[bit/8]>>(8-f.Bits-bit%8)&mask]
			}
		}
		return nil
	}
}

// levelsOf gives the grey of each value of a single component.
func levelsOf(f writer.RasterFormat, blackIsOne bool) (levels [256]byte) {
	most := 1<<min(f.Bits, 8) - 1
	for v := range levels {
		switch {
		case f.Palette != nil && 3*v+2 < len(f.Palette):
			levels[v] = luma(uint32(f.Palette[3*v]), uint32(f.Palette[3*v+1]), uint32(f.Palette[3*v+2]))
		case f.Palette == nil:
			levels[v] = byte(min(v, most) * 255 / most)
		}
		if blackIsOne {
			levels[v] = 255 - levels[v]
		}
	}
	return levels
}
