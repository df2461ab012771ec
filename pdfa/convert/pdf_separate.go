package convert

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"

	"segnatura/pdfa"
	"segnatura/pdfa/writer"
	"segnatura/pdfa/writer/ccitt"
)

// The formats that Separate gives.
const (
	formatJPEG = "image/jpeg"
	formatPNG  = "image/png"
	formatTIFF = "image/tiff"
	formatPDF  = "application/pdf"
)

// Separate takes a PDF file apart. emit gets each page in order, from 1, with its media type, and reads data to its end before it
// returns; its error ends the work. A page that is one image comes as that image, where an image file says all that the page says:
// the JPEG as it is, black and white as TIFF, other samples as PNG. Any other page comes as a PDF of its own, without what acts or
// is hidden, which Convert makes the same archive page of.
//
// Each page is proved: an image unpacked whole, any other page drawn. Refusals are those of Convert.
func (e Engine) Separate(ctx context.Context, in pdfa.Input, emit func(page int, format string, data io.Reader) error) error {
	err := e.separate(ctx, in, emit)
	if refused, ok := errors.AsType[*pdfa.RefusedError](err); ok {
		return &pdfa.RefusedError{File: in.Name, Page: refused.Page, Reason: refused.Reason, Detail: refused.Detail}
	}
	if err != nil {
		return fmt.Errorf("separate %s: %w", in.Name, err)
	}
	return nil
}

func (e Engine) separate(ctx context.Context, in pdfa.Input, emit func(page int, format string, data io.Reader) error) error {
	file, err := e.openInput(in)
	if err != nil {
		return err
	}
	defer file.close()
	f, err := file.read(ctx)
	if err != nil {
		return err
	}
	for i, p := range f.pages {
		if err := ctx.Err(); err != nil {
			return err
		}
		format, data, err := f.part(p, e.Drawer)
		if err != nil {
			return onPage(i+1, err)
		}
		if err := emit(i+1, format, bytes.NewReader(data)); err != nil {
			return err
		}
	}
	return nil
}

// pdfInput is a PDF that is to be looked at page by page.
type pdfInput struct {
	engine Engine
	f      io.ReadSeekCloser
	size   int64
}

func (e Engine) openInput(in pdfa.Input) (pdfInput, error) {
	f, err := in.Open()
	if err != nil {
		return pdfInput{}, err
	}
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return pdfInput{}, errors.Join(err, f.Close())
	}
	return pdfInput{engine: e, f: f, size: size}, nil
}

func (p pdfInput) close() { _ = p.f.Close() } // read only

func (p pdfInput) read(ctx context.Context) (*pdfFile, error) {
	if _, err := p.f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	f, err := openPDF(ctx, p.f, p.size)
	if err == nil && p.engine.RefuseSignedOrActive {
		err = f.refuseSignedOrActive()
	}
	return f, err
}

func (f *pdfFile) greyTIFF(ctx context.Context, p pdfPage, drawer Drawer) ([]byte, error) {
	if drawer == nil {
		return nil, refuse(pdfa.RefusedUnsupported, "nothing here draws PDF pages")
	}
	width, height, pix, dpi, err := f.drawn(ctx, p, drawer)
	if err != nil {
		return nil, err
	}
	for i := range width * height {
		pix[i] = luma(uint32(pix[4*i]), uint32(pix[4*i+1]), uint32(pix[4*i+2]))
	}
	return greyTIFF(width, height, dpi, dpi, pix[:width*height]), nil
}

// part makes a file of one page.
func (f *pdfFile) part(p pdfPage, drawer Drawer) (format string, data []byte, err error) {
	err = guardPDF(func() error {
		pic, why, err := f.imagePage(p, drawer)
		if err == nil && why == "" {
			if format, data, err = p.imageFile(pic); format != "" || err != nil {
				return err
			}
			err = proveImage(pic.image)
		}
		if err != nil {
			return err
		}
		format = formatPDF
		if data, err = f.single(p, false); err != nil || why == "" {
			return err
		}
		return proveDrawing(p, data, drawer, why)
	})
	return format, data, err
}

// proveImage reads an image's samples to their end. JPEG data are proved already.
func proveImage(img writer.Image) error {
	if rows := img.Source().Rows; rows != nil {
		_, err := io.Copy(io.Discard, rows)
		return err
	}
	return nil
}

// provingDPI is enough for the drawer to say what it cannot draw.
const provingDPI = 50

func proveDrawing(p pdfPage, single []byte, drawer Drawer, why string) error {
	if _, err := p.drawingDPI(); err != nil {
		return err
	}
	if drawer == nil {
		return refuse(pdfa.RefusedUnsupported, "the page shows %s, and nothing here draws it", why)
	}
	if _, _, _, err := drawer.Draw(single, provingDPI); err != nil {
		return refuse(pdfa.RefusedCorrupt, "the page cannot be drawn: %v", err)
	}
	return nil
}

// dpiTolerance is by how much of itself an image file's resolution may miss that of its page.
const dpiTolerance = 0.005

// imageFile makes an image file of a page's image, if that says all that the page says: its size, and that it lies upright. format
// is empty otherwise.
func (p pdfPage) imageFile(pic picture) (format string, data []byte, err error) {
	src := pic.image.Source()
	switch {
	case pic.placement != nil || pic.rotate != 0 || pic.drawn != "" || placeholder(pic.xDPI, pic.yDPI) ||
		!plausibleDPI(pic.xDPI) || !plausibleDPI(pic.yDPI):
		return "", nil, nil
	case src.JPEG != nil:
		return jpegFile(pic, src)
	case src.BlackIsOne:
		data, err = tiffFile(pic, src.Rows)
		return formatTIFF, data, err
	case src.Rows != nil && src.Format.Profile == nil && src.Format.Components != 4:
		data, err = pngOf(pic, src)
		return formatPNG, data, err
	}
	return "", nil, nil
}

// jpegFile passes a JPEG as it is, if read alone it is of the same size, colours and orientation.
func jpegFile(pic picture, src writer.Source) (format string, data []byte, err error) {
	if data, err = io.ReadAll(src.JPEG); err != nil {
		return "", nil, err
	}
	alone, err := jpegPicture(bytes.NewReader(data), int64(len(data)), false)
	if err != nil {
		return "", nil, err
	}
	near := func(a, b float64) bool { return math.Abs(a-b) <= dpiTolerance*b }
	a, b := alone.image.Source().Options, src.Options
	if !near(alone.xDPI, pic.xDPI) || !near(alone.yDPI, pic.yDPI) || alone.orientation > 1 ||
		!bytes.Equal(a.Profile, b.Profile) || a.Inverted != b.Inverted || a.PlainRGB != b.PlainRGB {
		return "", nil, nil
	}
	return formatJPEG, data, nil
}

// tiffFile writes a bitonal image as TIFF 6.0 with T.6 data in one strip.
func tiffFile(pic picture, rows io.Reader) ([]byte, error) {
	img := pic.image
	strip, err := packedG4(img.Width, img.Height, rows)
	if err != nil {
		return nil, err
	}
	return buildTIFF([]tiffField{
		{256, 4, uint32(img.Width)}, {257, 4, uint32(img.Height)}, {258, 3, 1}, {259, 3, 4}, {262, 3, 0}, {277, 3, 1},
		{278, 4, uint32(img.Height)},
	}, pic.xDPI, pic.yDPI, strip), nil
}

// tiffField is an entry of one value: type 3 SHORT, 4 LONG.
type tiffField struct {
	tag, kind uint16
	value     uint32
}

// buildTIFF writes a file of one page of one strip. fields are in ascending order, below 282 except for 273 and 279, which are added.
func buildTIFF(fields []tiffField, xDPI, yDPI float64, strip []byte) []byte {
	const dpiAt, stripAt = 8, 24 // two RATIONALs behind the header
	order := binary.LittleEndian
	b := append([]byte("II*\x00"), 0, 0, 0, 0)
	for _, dpi := range []float64{xDPI, yDPI} {
		b = order.AppendUint32(order.AppendUint32(b, uint32(math.Round(dpi*1000))), 1000)
	}
	b = append(b, strip...)
	if len(b)%2 != 0 {
		b = append(b, 0)
	}
	order.PutUint32(b[4:], uint32(len(b)))
	all := make([]tiffField, 0, len(fields)+5)
	for _, f := range fields {
		if f.tag > 273 && (len(all) == 0 || all[len(all)-1].tag < 273) {
			all = append(all, tiffField{273, 4, stripAt})
		}
		all = append(all, f)
	}
	all = append(all, tiffField{279, 4, uint32(len(strip))}, tiffField{282, 5, dpiAt}, tiffField{283, 5, dpiAt + 8}, tiffField{296, 3, 2})
	b = order.AppendUint16(b, uint16(len(all)))
	for _, f := range all {
		b = order.AppendUint32(order.AppendUint16(order.AppendUint16(b, f.tag), f.kind), 1)
		b = order.AppendUint32(b, f.value)
	}
	return order.AppendUint32(b, 0)
}

// packedG4 codes rows of bits, 1 black.
func packedG4(width, height int, rows io.Reader) ([]byte, error) {
	var b bytes.Buffer
	enc := ccitt.NewEncoder(&b, width)
	row := make([]byte, (width+7)/8)
	for range height {
		if _, err := io.ReadFull(rows, row); err != nil {
			return nil, err
		}
		if err := enc.WriteRow(row); err != nil {
			return nil, err
		}
	}
	err := enc.Close()
	return b.Bytes(), err
}

func appendChunk(b []byte, kind string, data []byte) []byte {
	b = append(append(binary.BigEndian.AppendUint32(b, uint32(len(data))), kind...), data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[len(b)-len(data)-4:]))
}

// pngOf writes samples as a PNG file (PNG, third edition), filtered and packed as the archive would have them.
func pngOf(pic picture, src writer.Source) ([]byte, error) {
	img, f := pic.image, src.Format
	var packed bytes.Buffer
	if err := writer.PackRows(&packed, src.Rows, f, img.Width, img.Height); err != nil {
		return nil, err
	}
	colour := byte(0)
	switch {
	case f.Palette != nil:
		colour = 3
	case f.Components == 3:
		colour = 2
	}
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(img.Width)), uint32(img.Height))
	density := binary.BigEndian.AppendUint32(nil, uint32(math.Round(pic.xDPI/0.0254)))
	density = append(binary.BigEndian.AppendUint32(density, uint32(math.Round(pic.yDPI/0.0254))), 1)
	b := []byte(pngSignature)
	b = appendChunk(b, "IHDR", append(header, byte(f.Bits), colour, 0, 0, 0))
	b = appendChunk(b, "pHYs", density)
	if f.Palette != nil {
		b = appendChunk(b, "PLTE", f.Palette)
	}
	return appendChunk(appendChunk(b, "IDAT", packed.Bytes()), "IEND", nil), nil
}
