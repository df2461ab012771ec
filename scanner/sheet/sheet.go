// Package sheet says what one page image is: its size in pixels and millimetres, whether it is A4, whether there is ink on it, how
// well it was taken (skew, way up, contrast, sharpness, cut edges), which codes it carries; and makes the small picture of it that
// the operator sees.
//
// A page is decoded once, to a grey plane, and everything is taken from that:
//
//	m, err := sheet.Read(r, page.Settings)   // refuses in words what is no whole image
//	facts := m.Facts()                       // without codes
//	codes, err := m.Codes(ctx, accept)
//	small, err := m.Thumbnail(320)
//
// [Inspector] does this in one call for who needs no more. A TIFF with many pages is taken apart by [Split].
//
// What is taken: JPEG as Go's image/jpeg decodes it (baseline and progressive, grey, YCbCr, RGB, CMYK; what
// scanners send goes a quicker way to the same grey, see luma.go), PNG, and TIFF as golang.org/x/image/tiff decodes it
// (uncompressed, PackBits, LZW, Deflate, CCITT group 3 in one dimension and group 4; 1, 8 and 16 bits). The bytes decide which of
// them it is, never a name or a stated type. What is refused, always as a [scanner.Fault] that names the reason: other formats,
// images over [MaxPixels] or files over [MaxBytes] (both before anything is allocated for pixels), files that are cut short
// (FaultTruncated), and files whose data does not decode (FaultBadData).
//
// The package judges nothing: whether a format or a blank back matters is for the rules. It writes nothing to disk and
// keeps nothing: who remembers a thumbnail does so in memory only (requirement R19.5). An orientation tag is not applied: places are those of the pixels in the file.
package sheet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"io"

	"segnatura/scanner"
	"segnatura/scanner/sheet/barcode"
)

const (
	// MaxPixels is the largest image that is decoded: A3 at 600 dpi is 70 million pixels. The plane takes a byte for each, the
	// decoder up to eight for a time.
	MaxPixels = 100_000_000
	// MaxBytes is the largest file that is read: MaxPixels in uncompressed colour, and room.
	MaxBytes = 320 << 20
)

// Image is one decoded page. It is not changed after Read and may be used from several goroutines.
type Image struct {
	// Grey is the page's luminance, 0 black. It belongs to the Image: do not write to it.
	Grey *image.Gray
	// Pages is how many pages the file holds; the Image is the first of them. More than 1 only for TIFF: see Split.
	Pages int
	facts scanner.Facts
	cells cells
}

// Read decodes the page that r holds from its start to its end. settings are what the source says the page was taken with; their
// resolution counts where the file states none worth believing. Errors are *scanner.Fault, or r's own, wrapped.
// Read leaves r's position anywhere and does not close it.
func Read(r io.ReadSeeker, settings scanner.Settings) (*Image, error) {
	data, err := readAll(r)
	if err != nil {
		return nil, fmt.Errorf("sheet: read page: %w", err)
	}
	m, err := decode(data, settings)
	if err != nil {
		return nil, fmt.Errorf("sheet: read page: %w", err)
	}
	return m, nil
}

// readAll reads the whole file, and refuses before reading what is empty or over MaxBytes.
func readAll(r io.ReadSeeker) ([]byte, error) {
	size, err := r.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	if size == 0 {
		return nil, &scanner.Fault{Kind: scanner.FaultTruncated, Detail: "the file is empty"}
	}
	if size > MaxBytes {
		return nil, &scanner.Fault{Kind: scanner.FaultBadData, Detail: fmt.Sprintf("the file has %d bytes, more than %d", size, int64(MaxBytes))}
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	data := make([]byte, size)
	if n, err := io.ReadFull(r, data); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, &scanner.Fault{Kind: scanner.FaultTruncated, Detail: fmt.Sprintf("%d bytes of %d came", n, size), Err: err}
		}
		return nil, err
	}
	return data, nil
}

func decode(data []byte, settings scanner.Settings) (*Image, error) {
	f, err := formatOf(data)
	if err != nil {
		return nil, err
	}
	config, err := f.config(bytes.NewReader(data))
	if err != nil {
		return nil, fault(f, data, err)
	}
	if config.Width <= 0 || config.Height <= 0 || config.Width > MaxPixels/config.Height {
		return nil, &scanner.Fault{
			Kind:   scanner.FaultBadData,
			Detail: fmt.Sprintf("the image says it is %d x %d pixels; 1 to %d are taken", config.Width, config.Height, MaxPixels),
		}
	}
	h, err := f.header(data)
	if err != nil {
		return nil, fault(f, data, err)
	}
	img, err := f.decode(data)
	if err != nil {
		return nil, fault(f, data, err)
	}
	m := &Image{Grey: grey(img), Pages: h.pages}
	m.measure(f, h, settings)
	return m, nil
}

// fault names why a decoder refused. Decoders say of a cut file only that they miss something, so its end is looked for.
func fault(f *format, data []byte, err error) error {
	var known *scanner.Fault
	if errors.As(err, &known) {
		return err
	}
	kind, detail := scanner.FaultBadData, "the "+f.name+" data does not decode"
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || !f.whole(data) {
		kind, detail = scanner.FaultTruncated, "the "+f.name+" file ends too early"
	}
	return &scanner.Fault{Kind: kind, Detail: detail, Err: err}
}

// Facts are what was measured, without Codes.
func (m *Image) Facts() scanner.Facts { return m.facts }

// Codes looks for QR codes on the page. accept says whether a text is one of ours, and nil means that any is: the search ends with
// an accepted one unless there are signs of another (see barcode.Find). Places are in pixels of the file. With ctx ended, what was
// found until then is returned with the error.
func (m *Image) Codes(ctx context.Context, accept func(text string) bool) ([]scanner.CodeRead, error) {
	found, err := m.find(ctx, accept, false)
	return found.Codes, err
}

func (m *Image) find(ctx context.Context, accept func(text string) bool, code128 bool) (barcode.Result, error) {
	return barcode.Find(ctx, m.Grey, barcode.Options{Accept: accept, Code128: code128, DPI: m.facts.XDPI})
}
