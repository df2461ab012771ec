package convert

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"

	"segnatura/pdfa"
)

// This file takes a PNG's rows of samples out of its compressed data: interlacing and filters undone, and its end proved.

// idat returns the contents of the IDAT chunks, one behind the other.
func (p *pngFile) idat() io.Reader {
	readers := make([]io.Reader, len(p.data))
	for i, s := range p.data {
		readers[i] = io.NewSectionReader(p.src, s.offset, s.length)
	}
	return io.MultiReader(readers...)
}

// rows returns the rows of samples, unfiltered, top to bottom. Their end is reported only after the zlib stream's own end, and
// its checksum, have been proved and nothing stands behind it.
func (p *pngFile) rows() (io.Reader, error) {
	if len(p.data) == 0 {
		return nil, refuse(pdfa.RefusedCorrupt, "the PNG has no image data")
	}
	compressed := bufio.NewReaderSize(p.idat(), 64<<10)
	zr, err := zlib.NewReader(compressed)
	if err != nil {
		return nil, pngError(err)
	}
	f := &filteredRows{zr: zr, rest: compressed, bytesPerPixel: max(1, p.bitsPerPixel()/8)}
	if !p.interlaced {
		f.begin(p.stride(), p.height)
		f.last = true
		return f, nil
	}
	return p.deinterlace(f)
}

// adam7 lists the passes of PNG's interlacing: first column and row, steps.
var adam7 = [7]struct{ x, y, dx, dy int }{
	{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2},
}

// deinterlace holds the whole picture, of at most MaxBufferedBytes.
func (p *pngFile) deinterlace(f *filteredRows) (io.Reader, error) {
	bpp, stride := p.bitsPerPixel(), p.stride()
	whole := make([]byte, stride*p.height)
	for _, pass := range adam7 {
		columns, rows := (p.width-pass.x+pass.dx-1)/pass.dx, (p.height-pass.y+pass.dy-1)/pass.dy
		if columns == 0 || rows == 0 {
			continue
		}
		row := make([]byte, (columns*bpp+7)/8)
		f.begin(len(row), rows)
		for y := range rows {
			if _, err := io.ReadFull(f, row); err != nil {
				return nil, err
			}
			out := whole[(pass.y+y*pass.dy)*stride:]
			for x := range columns {
				at := pass.x + x*pass.dx
				if bpp >= 8 {
					copy(out[at*bpp/8:], row[x*bpp/8:(x+1)*bpp/8])
				} else {
					putSample(out, at, bpp, sample(row, x, bpp))
				}
			}
		}
	}
	if err := f.end(); !errors.Is(err, io.EOF) {
		return nil, err
	}
	return bytes.NewReader(whole), nil
}

// filteredRows undoes the filters of rows (PNG, third edition, 9).
type filteredRows struct {
	zr            io.Reader
	rest          io.Reader // what the zlib stream is read from
	bytesPerPixel int
	left          int  // rows
	last          bool // prove the end of the data before the last row is given
	row, prev     []byte
	unread        []byte
}

// begin begins a pass of so many rows of stride bytes; the row above the first is zero.
func (f *filteredRows) begin(stride, rows int) {
	f.left, f.row, f.prev, f.unread = rows, make([]byte, 1+stride), make([]byte, 1+stride), nil
}

func (f *filteredRows) Read(buf []byte) (int, error) {
	if len(f.unread) == 0 {
		if f.left == 0 {
			return 0, f.end()
		}
		f.row, f.prev = f.prev, f.row
		if _, err := io.ReadFull(f.zr, f.row); err != nil {
			return 0, pngError(err)
		}
		if err := unfilter(f.row[0], f.row[1:], f.prev[1:], f.bytesPerPixel); err != nil {
			return 0, err
		}
		f.left--
		f.unread = f.row[1:]
		if f.left == 0 && f.last {
			if err := f.end(); !errors.Is(err, io.EOF) {
				return 0, err
			}
		}
	}
	n := copy(buf, f.unread)
	f.unread = f.unread[n:]
	return n, nil
}

// end proves that the data ends here, and returns io.EOF.
func (f *filteredRows) end() error {
	n, err := io.ReadFull(f.zr, make([]byte, 1))
	switch {
	case n != 0:
		return refuse(pdfa.RefusedCorrupt, "the PNG has more rows than its height")
	case !errors.Is(err, io.EOF):
		return pngError(err)
	}
	if n, err := io.Copy(io.Discard, f.rest); err != nil || n != 0 {
		if err != nil {
			return err
		}
		return refuse(pdfa.RefusedCorrupt, "%d bytes stand behind the PNG's compressed data", n)
	}
	return io.EOF
}

// unfilter undoes one row's filter in place.
func unfilter(kind byte, row, prev []byte, bytesPerPixel int) error {
	switch kind {
	case 0:
	case 1:
		for i := bytesPerPixel; i < len(row); i++ {
			row[i] += row[i-bytesPerPixel]
		}
	case 2:
		for i, up := range prev {
			row[i] += up
		}
	case 3:
		for i, up := range prev {
			left := 0
			if i >= bytesPerPixel {
				left = int(row[i-bytesPerPixel])
			}
			row[i] += byte((left + int(up)) / 2)
		}
	case 4:
		for i, up := range prev {
			var left, corner int
			if i >= bytesPerPixel {
				left, corner = int(row[i-bytesPerPixel]), int(prev[i-bytesPerPixel])
			}
			row[i] += paeth(left, int(up), corner)
		}
	default:
		return refuse(pdfa.RefusedCorrupt, "a PNG row of filter type %d", kind)
	}
	return nil
}

// paeth predicts a byte from its left, upper and upper left neighbours (PNG, third edition, 9.4).
func paeth(left, up, corner int) byte {
	dl, du, dc := abs(up-corner), abs(left-corner), abs(left+up-2*corner)
	switch {
	case dl <= du && dl <= dc:
		return byte(left)
	case du <= dc:
		return byte(up)
	}
	return byte(corner)
}

func abs(v int) int { return max(v, -v) }

// pngError turns an error of decompression into a refusal.
func pngError(err error) error {
	if _, ok := errors.AsType[*readError](err); ok {
		return err
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return refuse(pdfa.RefusedTruncated, "the PNG has fewer rows than its height")
	}
	return refuse(pdfa.RefusedCorrupt, "%v", fmt.Errorf("the PNG's data: %w", err))
}
