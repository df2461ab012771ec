package convert

import (
	"bufio"
	lsblzw "compress/lzw"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"

	"golang.org/x/image/tiff/lzw"

	"segnatura/pdfa"
	"segnatura/pdfa/writer/ccitt"
)

// TIFF compressions.
const (
	compressionNone     = 1
	compressionHuffman  = 2
	compressionG3       = 3
	compressionG4       = 4
	compressionLZW      = 5
	compressionOldJPEG  = 6
	compressionJPEG     = 7
	compressionDeflate  = 8
	compressionPackBits = 32773
	compressionDeflate2 = 32946 // the same under its old number
)

// rowSource gives a segment's rows as they are stored.
type rowSource interface{ ReadRow(row []byte) error }

// planeRows gives the rows of one plane, from segments side by side and one below the other, with differences undone.
type planeRows struct {
	t       *tiff
	p       *page
	first   int // the plane's first segment
	samples int // in each pixel of the plane
	y       int
	open    []rowSource // those that the row goes through
	row     []byte      // of all of them
}

func newPlaneRows(t *tiff, p *page, plane int) *planeRows {
	r := &planeRows{t: t, p: p, samples: p.samples, open: make([]rowSource, p.across)}
	if p.planar {
		r.samples = 1
		r.first = plane * p.across * ((p.height + p.segHeight - 1) / p.segHeight)
	}
	r.row = make([]byte, r.stride()*p.across)
	return r
}

// stride returns the bytes of one segment's row. Tiles' widths are multiples of 8, so that rows of theirs can be put in line.
func (r *planeRows) stride() int { return (r.p.segWidth*r.samples*r.p.bits + 7) / 8 }

// next returns the next row; it is valid until the one after it.
func (r *planeRows) next() ([]byte, error) {
	n := r.stride()
	for i := range r.open {
		if r.y%r.p.segHeight == 0 {
			segment, err := r.t.segment(r.p, r.first+r.y/r.p.segHeight*r.p.across+i, r.samples)
			if err != nil {
				return nil, err
			}
			r.open[i] = segment
		}
		row := r.row[i*n : (i+1)*n]
		if err := r.open[i].ReadRow(row); err != nil {
			return nil, rowError(err, r.y)
		}
		if r.p.dir.value(tagPredictor, 1) == 2 && !r.p.isJPEG() {
			undoDifferences(row, r.samples, r.p.bits, r.t.order)
		}
	}
	r.y++
	return r.row, nil
}

// pageRows delivers a page's rows as PDF wants them: planes together, 16-bit samples high byte first, transparency flattened on
// white, inverted on request.
type pageRows struct {
	p      *page
	order  binary.ByteOrder
	invert bool
	planes []*planeRows
	left   int // rows
	row    []byte
	out    []byte // of colours alone, where there are extra samples
	unread []byte
}

func newPageRows(t *tiff, p *page) *pageRows {
	r := &pageRows{p: p, order: t.order, left: p.height}
	planes := 1
	if p.planar {
		planes = p.samples
	}
	for i := range planes {
		r.planes = append(r.planes, newPlaneRows(t, p, i))
	}
	r.row = make([]byte, (p.width*p.samples*p.bits+7)/8)
	r.out = r.row
	if p.samples > p.colours {
		r.out = make([]byte, p.width*p.colours*p.bits/8)
	}
	return r
}

func (r *pageRows) Read(buf []byte) (int, error) {
	if len(r.unread) == 0 {
		if r.left == 0 {
			return 0, io.EOF
		}
		if err := r.next(); err != nil {
			return 0, fmt.Errorf("row %d: %w", r.p.height-r.left, err)
		}
		r.left--
	}
	n := copy(buf, r.unread)
	r.unread = r.unread[n:]
	return n, nil
}

func (r *pageRows) next() error {
	size := r.p.bits / 8
	for i, plane := range r.planes {
		row, err := plane.next()
		if err != nil {
			return err
		}
		if len(r.planes) == 1 {
			copy(r.row, row)
			break
		}
		for x := range r.p.width {
			copy(r.row[(x*r.p.samples+i)*size:][:size], row[x*size:])
		}
	}
	if r.p.bits == 16 && r.order == binary.ByteOrder(binary.LittleEndian) {
		for i := 0; i+1 < len(r.row); i += 2 {
			r.row[i], r.row[i+1] = r.row[i+1], r.row[i]
		}
	}
	if r.p.samples > r.p.colours {
		r.flatten()
	}
	if r.invert {
		for i := range r.out {
			r.out[i] = ^r.out[i]
		}
	}
	r.unread = r.out
	return nil
}

// flatten takes the extra samples out of the row. The first may be the opacity: then the pixel is laid on white.
func (r *pageRows) flatten() {
	full := uint32(1)<<r.p.bits - 1
	for x := range r.p.width {
		pixel := x * r.p.samples
		alpha := sample(r.row, pixel+r.p.colours, r.p.bits)
		for c := range r.p.colours {
			v := sample(r.row, pixel+c, r.p.bits)
			switch r.p.alpha {
			case alphaStraight:
				v = onWhite(v, alpha, full)
			case alphaPremultiplied:
				v = min(v+full-alpha, full)
			}
			putSample(r.out, x*r.p.colours+c, r.p.bits, v)
		}
	}
}

// rowError turns a decompressor's complaint into a refusal. Errors of reading itself stay.
func rowError(err error, row int) error {
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

// segment opens the i-th strip or tile, whose pixels have so many samples.
func (t *tiff) segment(p *page, i, samples int) (rowSource, error) {
	if p.isJPEG() {
		return t.jpegSegment(p, i)
	}
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
		return packedRows{newLZW(bufio.NewReader(r))}, nil
	case compressionDeflate, compressionDeflate2:
		zr, err := zlib.NewReader(bufio.NewReader(r))
		if err != nil {
			return nil, rowError(err, 0)
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
	if p.bits != 1 || samples != 1 {
		return nil, refuse(pdfa.RefusedCorrupt, "TIFF compression %d of an image that is not bitonal", p.compression)
	}
	if p.segWidth > ccitt.MaxWidth {
		return nil, refuse(pdfa.RefusedTooLarge, "rows of %d pixels", p.segWidth)
	}
	return ccitt.NewDecoder(r, coding, p.segWidth)
}

// newLZW reads the LZW of TIFF 6.0, or that of writers before TIFF 5.0: the lowest bit first, and codes that grow one entry later.
// Both begin with the clear code, of nine bits, which tells them apart (libtiff's test).
func newLZW(r *bufio.Reader) io.Reader {
	if head, err := r.Peek(2); err == nil && head[0] == 0 && head[1]&1 == 1 {
		return lsblzw.NewReader(r, lsblzw.LSB, 8)
	}
	return lzw.NewReader(r, lzw.MSB, 8)
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
