package convert

import (
	"bufio"
	"errors"
	"io"

	"segnatura/pdfa"
	"segnatura/pdfa/writer"
)

// This file reads the Netpbm formats PBM, PGM and PPM, in text (P1 to P3) and raw (P4 to P6). A raw file may hold several pictures
// one behind the other, with white space between them or none; each is a page. What follows the last one is white space and zeros, or
// the file is refused: it could be a page that would be lost. They state no resolution. Samples whose greatest value is neither 255 nor 65535 are
// stretched to one or two bytes: each value goes to one of its own, so nothing is lost.

// pnmKinds lists the formats by the digit of their magic.
var pnmKinds = map[byte]struct {
	samples int
	plain   bool // in text
	bitonal bool // 1 = black, and no greatest value
}{
	'1': {1, true, true}, '2': {1, true, false}, '3': {3, true, false},
	'4': {1, false, true}, '5': {1, false, false}, '6': {3, false, false},
}

// pnmReader reads one file.
type pnmReader struct {
	r  *bufio.Reader
	at int64 // bytes read
}

// readPNM reads the pictures of a file.
func readPNM(src *source, emit func(picture) error) error {
	for offset := int64(0); ; {
		p := &pnmReader{r: bufio.NewReaderSize(io.NewSectionReader(src, offset, src.size-offset), 64<<10)}
		rows, err := p.header()
		if err != nil {
			return truncated(err, "its Netpbm header should go on")
		}
		length := rows.length()
		offset += p.at
		if !rows.plain && length > src.size-offset {
			return refuse(pdfa.RefusedTruncated, "the Netpbm data has %d of %d bytes", src.size-offset, length)
		}
		if err := emit(picture{image: rows.image()}); err != nil {
			return err
		}
		if rows.plain {
			if _, err := io.Copy(io.Discard, rows); err != nil { // what emit had no need of
				return err
			}
			return p.onlyPadding()
		}
		next, more, err := nextPNM(src, offset+length)
		if err != nil || !more {
			return err
		}
		offset = next
	}
}

// nextPNM finds the picture behind a raw one, past white space, or the end of the file, which white space and zeros may fill: both are
// no picture's. Anything else might be a page, or half of one, and is refused.
func nextPNM(src *source, offset int64) (at int64, more bool, err error) {
	p := &pnmReader{r: bufio.NewReaderSize(io.NewSectionReader(src, offset, src.size-offset), 64<<10)}
	for {
		b, err := p.readByte()
		switch {
		case errors.Is(err, io.EOF):
			return 0, false, nil
		case err != nil:
			return 0, false, err
		case isPNMSpace(b):
			continue
		case b == 'P':
			if b, err = p.readByte(); err == nil && pnmKinds[b].samples > 0 && !pnmKinds[b].plain {
				return offset + p.at - 2, true, nil
			}
		case b == 0:
			return 0, false, p.onlyPadding()
		}
		return 0, false, refuse(pdfa.RefusedCorrupt, "behind the Netpbm picture there is neither another one nor the end")
	}
}

// onlyPadding demands that nothing but white space and zeros follows to the end of the file.
func (p *pnmReader) onlyPadding() error {
	for {
		b, err := p.readByte()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case b != 0 && !isPNMSpace(b):
			return refuse(pdfa.RefusedCorrupt, "byte %#02x behind the Netpbm picture", b)
		}
	}
}

// header reads a picture's header, up to its first sample.
func (p *pnmReader) header() (*pnmRows, error) {
	if err := p.skip(1); err != nil { // the P
		return nil, err
	}
	kind, err := p.readByte()
	if err != nil {
		return nil, err
	}
	rows := &pnmRows{p: p, plain: pnmKinds[kind].plain, bitonal: pnmKinds[kind].bitonal, samples: pnmKinds[kind].samples, greatest: 1}
	fields := []*int{&rows.width, &rows.height, &rows.greatest}
	if rows.bitonal {
		fields = fields[:2]
	}
	for _, field := range fields {
		if *field, err = p.number(true); err != nil {
			return nil, err
		}
	}
	if err := checkSize(uint64(rows.width), uint64(rows.height)); err != nil {
		return nil, err
	}
	if rows.greatest < 1 || rows.greatest > 0xFFFF {
		return nil, refuse(pdfa.RefusedCorrupt, "Netpbm samples of up to %d", rows.greatest)
	}
	rows.bytes = 1
	if rows.greatest > 0xFF {
		rows.bytes = 2
	}
	rows.left = rows.height
	return rows, nil
}

func (p *pnmReader) readByte() (byte, error) {
	b, err := p.r.ReadByte()
	if err == nil {
		p.at++
	}
	return b, err
}

func (p *pnmReader) skip(n int) error {
	for range n {
		if _, err := p.readByte(); err != nil {
			return err
		}
	}
	return nil
}

// skipLine passes over the rest of a comment.
func (p *pnmReader) skipLine() error {
	for {
		if b, err := p.readByte(); err != nil || b == '\n' || b == '\r' {
			return err
		}
	}
}

func isPNMSpace(b byte) bool { return b == ' ' || b >= '\t' && b <= '\r' }

// number reads a decimal number, the space and the comments before it, and one space behind it. At the end of the file none
// need follow; comments are taken in headers only.
func (p *pnmReader) number(comments bool) (int, error) {
	b, err := p.readByte()
	for err == nil && (isPNMSpace(b) || comments && b == '#') {
		if b == '#' {
			err = p.skipLine()
		}
		if err == nil {
			b, err = p.readByte()
		}
	}
	n, digits := 0, 0
	for ; err == nil && b >= '0' && b <= '9'; digits++ {
		if n = 10*n + int(b-'0'); digits == 9 {
			return 0, refuse(pdfa.RefusedCorrupt, "a Netpbm number of more than nine digits")
		}
		b, err = p.readByte()
	}
	switch {
	case err != nil && (digits == 0 || !errors.Is(err, io.EOF)):
		return 0, err
	case digits == 0, err == nil && !isPNMSpace(b):
		return 0, refuse(pdfa.RefusedCorrupt, "byte %#02x where Netpbm has a number", b)
	}
	return n, nil
}

// bit reads one pixel of a bitmap in text, which no space need follow.
func (p *pnmReader) bit() (byte, error) {
	for {
		b, err := p.readByte()
		switch {
		case err != nil:
			return 0, err
		case b == '0' || b == '1':
			return b - '0', nil
		case !isPNMSpace(b):
			return 0, refuse(pdfa.RefusedCorrupt, "byte %#02x in a Netpbm bitmap", b)
		}
	}
}

// pnmRows delivers a picture's rows as PDF wants them.
type pnmRows struct {
	p             *pnmReader
	width, height int
	samples       int // of a pixel
	greatest      int
	bytes         int // of a sample
	plain         bool
	bitonal       bool
	left          int // rows
	row, unread   []byte
}

func (r *pnmRows) stride() int {
	if r.bitonal {
		return (r.width + 7) / 8
	}
	return r.width * r.samples * r.bytes
}

// length returns the bytes of a raw picture's data.
func (r *pnmRows) length() int64 { return int64(r.stride()) * int64(r.height) }

func (r *pnmRows) image() writer.Image {
	if r.bitonal {
		return writer.Bitonal(r.width, r.height, r)
	}
	return writer.Raster(r.width, r.height, writer.RasterFormat{Components: r.samples, Bits: 8 * r.bytes}, r)
}

func (r *pnmRows) Read(buf []byte) (int, error) {
	if len(r.unread) == 0 {
		if r.left == 0 {
			return 0, io.EOF
		}
		if r.row == nil {
			r.row = make([]byte, r.stride())
		}
		if err := r.next(); err != nil {
			return 0, truncated(err, "its Netpbm data should go on")
		}
		r.left--
		r.unread = r.row
	}
	n := copy(buf, r.unread)
	r.unread = r.unread[n:]
	return n, nil
}

// next reads one row and stretches its samples.
func (r *pnmRows) next() error {
	switch {
	case r.bitonal && r.plain:
		clear(r.row)
		for x := range r.width {
			b, err := r.p.bit()
			if err != nil {
				return err
			}
			putSample(r.row, x, 1, uint32(b))
		}
		return nil
	case !r.plain:
		if _, err := io.ReadFull(r.p.r, r.row); err != nil || r.bitonal || r.greatest == 0xFF || r.greatest == 0xFFFF {
			return err
		}
	}
	full := 1<<(8*r.bytes) - 1
	for i := range r.width * r.samples {
		v := int(sample(r.row, i, 8*r.bytes))
		if r.plain {
			var err error
			if v, err = r.p.number(false); err != nil {
				return err
			}
		}
		if v > r.greatest {
			return refuse(pdfa.RefusedCorrupt, "a Netpbm sample of %d, of at most %d", v, r.greatest)
		}
		putSample(r.row, i, 8*r.bytes, uint32((v*full+r.greatest/2)/r.greatest))
	}
	return nil
}
