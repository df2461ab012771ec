package convert

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"math/bits"

	"golang.org/x/image/tiff/lzw"

	"segnatura/pdfa"
	"segnatura/pdfa/writer"
	"segnatura/pdfa/writer/ccitt"
)

// TIFF compressions.
const (
	compressionNone     = 1
	compressionHuffman  = 2
	compressionG3       = 3
	compressionG4       = 4
	compressionLZW      = 5
	compressionJPEG     = 7
	compressionDeflate  = 8
	compressionPackBits = 32773
	compressionDeflate2 = 32946 // the same under its old number
)

// rowSource gives a strip's rows as they are stored.
type rowSource interface{ ReadRow(row []byte) error }

// stripRows delivers a page's rows as PDF wants them: 16-bit samples high byte first, differences undone, inverted on request.
type stripRows struct {
	t      *tiff
	p      *page
	invert bool
	strip  rowSource
	y      int
	row    []byte
	unread []byte
}

func (s *stripRows) Read(buf []byte) (int, error) {
	if len(s.unread) == 0 {
		if s.y == s.p.height {
			return 0, io.EOF
		}
		if err := s.next(); err != nil {
			return 0, fmt.Errorf("row %d: %w", s.y, err)
		}
	}
	n := copy(buf, s.unread)
	s.unread = s.unread[n:]
	return n, nil
}

func (s *stripRows) next() error {
	if s.y%s.p.rowsPerStrip == 0 {
		strip, err := s.t.strip(s.p, s.y/s.p.rowsPerStrip)
		if err != nil {
			return err
		}
		s.strip = strip
	}
	if err := s.strip.ReadRow(s.row); err != nil {
		return stripError(err, s.y)
	}
	if s.p.dir.value(tagPredictor, 1) == 2 {
		undoDifferences(s.row, s.p.samples, s.p.bits, s.t.order)
	}
	if s.p.bits == 16 && s.t.order == binary.ByteOrder(binary.LittleEndian) {
		for i := 0; i+1 < len(s.row); i += 2 {
			s.row[i], s.row[i+1] = s.row[i+1], s.row[i]
		}
	}
	if s.invert {
		for i := range s.row {
			s.row[i] = ^s.row[i]
		}
	}
	s.unread = s.row
	s.y++
	return nil
}

// stripError turns a decompressor's complaint into a refusal. Errors of reading itself stay.
func stripError(err error, row int) error {
	if _, ok := errors.AsType[*readError](err); ok {
		return err
	}
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return refuse(pdfa.RefusedTruncated, "the TIFF's data ends at row %d", row)
	case errors.Is(err, ccitt.ErrUnsupported):
		return refuse(pdfa.RefusedUnsupported, "%v", err)
	}
	return refuse(pdfa.RefusedCorrupt, "%v", err)
}

// strip opens the i-th strip.
func (t *tiff) strip(p *page, i int) (rowSource, error) {
	var r io.Reader = io.NewSectionReader(t.r, int64(p.offsets[i]), int64(p.counts[i]))
	if p.dir.value(tagFillOrder, 1) == 2 {
		r = bitReverser{r}
	}
	coding := ccitt.Group4
	switch p.compression {
	case compressionNone:
		return packedRows{bufio.NewReader(r)}, nil
	case compressionPackBits:
		return packedRows{&packBits{r: bufio.NewReader(r)}}, nil
	case compressionLZW:
		return packedRows{lzw.NewReader(bufio.NewReader(r), lzw.MSB, 8)}, nil
	case compressionDeflate, compressionDeflate2:
		zr, err := zlib.NewReader(bufio.NewReader(r))
		if err != nil {
			return nil, stripError(err, i*p.rowsPerStrip)
		}
		return packedRows{zr}, nil
	case compressionHuffman:
		coding = ccitt.Huffman
	case compressionG3:
		coding = ccitt.Group31D
		if p.dir.value(tagT4Options, 0)&1 != 0 {
			coding = ccitt.Group32D
		}
	case compressionG4:
	default:
		return nil, refuse(pdfa.RefusedUnsupported, "TIFF compression %d", p.compression)
	}
	if p.bits != 1 || p.samples != 1 {
		return nil, refuse(pdfa.RefusedCorrupt, "TIFF compression %d of an image that is not bitonal", p.compression)
	}
	if p.width > ccitt.MaxWidth {
		return nil, refuse(pdfa.RefusedTooLarge, "rows of %d pixels", p.width)
	}
	d, err := ccitt.NewDecoder(r, coding, p.width)
	return d, err
}

// packedRows reads rows that stand one behind the other.
type packedRows struct{ r io.Reader }

func (p packedRows) ReadRow(row []byte) error {
	_, err := io.ReadFull(p.r, row)
	return err
}

// bitReverser undoes FillOrder 2.
type bitReverser struct{ r io.Reader }

func (b bitReverser) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	for i := range p[:n] {
		p[i] = bits.Reverse8(p[i])
	}
	return n, err
}

// packBits undoes PackBits (TIFF 6.0, section 9).
type packBits struct {
	r       *bufio.Reader
	literal int
	repeat  int
	value   byte
}

func (b *packBits) Read(p []byte) (int, error) {
	for b.literal == 0 && b.repeat == 0 {
		c, err := b.r.ReadByte()
		if err != nil {
			return 0, err
		}
		switch n := int(int8(c)); {
		case n >= 0:
			b.literal = n + 1
		case n != -128:
			if b.value, err = b.r.ReadByte(); err != nil {
				return 0, err
			}
			b.repeat = 1 - n
		}
	}
	if b.literal > 0 {
		n, err := b.r.Read(p[:min(len(p), b.literal)])
		b.literal -= n
		return n, err
	}
	n := min(len(p), b.repeat)
	for i := range n {
		p[i] = b.value
	}
	b.repeat -= n
	return n, nil
}

// undoDifferences undoes the horizontal predictor (TIFF 6.0, section 14).
func undoDifferences(row []byte, samples, depth int, order binary.ByteOrder) {
	switch depth {
	case 8:
		for i := samples; i < len(row); i++ {
			row[i] += row[i-samples]
		}
	case 16:
		for i := 2 * samples; i+1 < len(row); i += 2 {
			order.PutUint16(row[i:], order.Uint16(row[i:])+order.Uint16(row[i-2*samples:]))
		}
	}
}

// jpegPage passes the JPEG of a page of one strip through; several strips are decoded and stored losslessly.
func (t *tiff) jpegPage(p *page) (picture, error) {
	if p.bits != 8 || p.photometric == photoPalette || p.photometric == photoWhiteIsZero {
		return picture{}, refuse(pdfa.RefusedUnsupported, "JPEG in a TIFF of photometric interpretation %d", p.photometric)
	}
	if len(p.offsets) > 1 {
		rows := &jpegStripRows{t: t, p: p}
		f := writer.RasterFormat{Components: p.samples, Bits: 8}
		return picture{image: writer.Raster(p.width, p.height, f, rows)}, nil
	}
	data, err := t.jpegStrip(p, 0)
	if err != nil {
		return picture{}, err
	}
	pic, err := jpegPicture(bytes.NewReader(data), int64(len(data)), p.photometric == photoRGB)
	if err == nil && (pic.image.Width != p.width || pic.image.Height != p.height) {
		err = refuse(pdfa.RefusedCorrupt, "the TIFF says %d x %d pixels, its JPEG %d x %d",
			p.width, p.height, pic.image.Width, pic.image.Height)
	}
	return pic, err
}

// jpegStrip reads a strip as a JPEG stream of its own.
func (t *tiff) jpegStrip(p *page, i int) ([]byte, error) {
	if p.counts[i] > MaxBufferedBytes {
		return nil, refuse(pdfa.RefusedTooLarge, "a JPEG strip of %d MiB", p.counts[i]>>20)
	}
	data := make([]byte, p.counts[i])
	if err := t.readAt(data, int64(p.offsets[i])); err != nil {
		return nil, err
	}
	whole, err := spliceJPEG(p.dir.bytes(tagJPEGTables), data)
	if err != nil {
		return nil, refuse(pdfa.RefusedCorrupt, "%v", err)
	}
	return whole, nil
}

// jpegStripRows decodes the strips of a page one after the other.
type jpegStripRows struct {
	t      *tiff
	p      *page
	strip  int
	unread []byte
}

func (s *jpegStripRows) Read(buf []byte) (int, error) {
	if len(s.unread) == 0 {
		if s.strip == len(s.p.offsets) {
			return 0, io.EOF
		}
		if err := s.next(); err != nil {
			return 0, fmt.Errorf("strip %d: %w", s.strip+1, err)
		}
	}
	n := copy(buf, s.unread)
	s.unread = s.unread[n:]
	return n, nil
}

func (s *jpegStripRows) next() error {
	data, err := s.t.jpegStrip(s.p, s.strip)
	if err != nil {
		return err
	}
	info, err := walkJPEG(bytes.NewReader(data))
	if err != nil {
		return truncated(err, "its JPEG data should go on")
	}
	rows := min(s.p.rowsPerStrip, s.p.height-s.strip*s.p.rowsPerStrip)
	if len(info.components) != s.p.samples || info.width != s.p.width || info.height < rows {
		return refuse(pdfa.RefusedCorrupt, "a JPEG strip of %d x %d pixels with %d components", info.width, info.height, len(info.components))
	}
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		return refuse(pdfa.RefusedCorrupt, "%v", err)
	}
	s.strip++
	s.unread, err = jpegSamples(img, s.p.width, rows, s.p.photometric == photoRGB)
	return err
}

// jpegSamples packs the first rows of a decoded JPEG. With plainRGB the three components are taken as they are.
func jpegSamples(img image.Image, width, rows int, plainRGB bool) ([]byte, error) {
	var out []byte
	switch img := img.(type) {
	case *image.Gray:
		for y := range rows {
			out = append(out, img.Pix[y*img.Stride:y*img.Stride+width]...)
		}
	case *image.YCbCr:
		if plainRGB && img.SubsampleRatio != image.YCbCrSubsampleRatio444 {
			return nil, refuse(pdfa.RefusedUnsupported, "RGB in JPEG with components of different sizes")
		}
		out = make([]byte, 0, 3*width*rows)
		for y := range rows {
			for x := range width {
				c := img.YCbCrAt(x, y)
				if plainRGB {
					out = append(out, c.Y, c.Cb, c.Cr)
					continue
				}
				r, g, b, _ := c.RGBA()
				out = append(out, byte(r>>8), byte(g>>8), byte(b>>8))
			}
		}
	default:
		return nil, refuse(pdfa.RefusedUnsupported, "JPEG strips of this colour model")
	}
	return out, nil
}
