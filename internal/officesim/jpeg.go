package officesim

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"runtime"
	"sync"
)

// Most of a letter is bare paper, and compressing it anew takes ten times as long as drawing the rest. So a page is
// compressed in pieces of one row of blocks, which a JPEG file joins by restart markers (ITU-T T.81, B.2.1 and B.2.4.4):
// each starts from nothing, so pieces of bare paper are compressed a few times and then repeated. image/jpeg does each.

// jpegQuality is the scanner's fixed compression.
const jpegQuality = 85

const (
	maxPieceBlocks  = 40 // of a row, in one piece
	barePaperPieces = 8  // different ones
)

// pieces divides a picture into equal parts of one row of blocks: 16 x 16 pixels in colour, where chroma is halved, 8 x 8 in
// grey. Only the last of a row may be narrower, and those of the last row lower.
type pieces struct {
	block   int // side of a block, px
	blocks  int // in a piece
	columns int // pieces in a row
	touched []bool
}

func newPieces(w, h int, colour bool) pieces {
	p := pieces{block: 8}
	if colour {
		p.block = 16
	}
	inRow := (w + p.block - 1) / p.block
	p.blocks = inRow
	for n := min(inRow, maxPieceBlocks); n >= maxPieceBlocks/4; n-- {
		if inRow%n == 0 {
			p.blocks = n
			break
		}
	}
	p.columns = inRow / p.blocks
	p.touched = make([]bool, p.columns*((h+p.block-1)/p.block))
	return p
}

// touch notes that a part of the picture is no longer bare paper. The rectangle lies inside the picture.
func (p *pieces) touch(r image.Rectangle) {
	if r.Empty() {
		return
	}
	width := p.block * p.blocks
	for row := r.Min.Y / p.block; row <= (r.Max.Y-1)/p.block; row++ {
		for col := r.Min.X / width; col <= (r.Max.X-1)/width; col++ {
			p.touched[row*p.columns+col] = true
		}
	}
}

// rect is the i-th piece in the picture.
func (p *pieces) rect(i int) image.Rectangle {
	x, y := i%p.columns*p.blocks*p.block, i/p.columns*p.block
	return image.Rect(x, y, x+p.blocks*p.block, y+p.block)
}

// jpeg encodes the picture with its resolution in a JFIF header (ITU-T T.871), as scanners do.
func (c *canvas) jpeg(dpi int) ([]byte, error) {
	whole := c.image()
	scans := make([][]byte, len(c.pieces.touched))
	workers := runtime.GOMAXPROCS(0)
	errs := make([]error, workers)
	bare, err := c.barePaper()
	if err != nil {
		return nil, err
	}
	var wg sync.WaitGroup
	for k := range workers {
		wg.Go(func() {
			for i := k; i < len(scans) && errs[k] == nil; i += workers {
				if c.pieces.touched[i] {
					_, scans[i], errs[k] = encodePiece(whole.SubImage(c.pieces.rect(i)))
				} else {
					scans[i] = bare[(i*7+i/c.pieces.columns*3)%len(bare)]
				}
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	header, _, err := encodePiece(whole.SubImage(c.pieces.rect(0)))
	if err != nil {
		return nil, err
	}
	return c.join(header, scans, dpi)
}

// join makes one file of a piece's header and all pieces' scans.
func (c *canvas) join(header []byte, scans [][]byte, dpi int) ([]byte, error) {
	frame, sos := findMarker(header, markerSOF0), findMarker(header, markerSOS)
	if frame < 0 || sos < 0 {
		return nil, errors.New("officesim: encode a page: an image without frame or scan header")
	}
	binary.BigEndian.PutUint16(header[frame+5:], uint16(c.h)) // after marker, length and precision
	binary.BigEndian.PutUint16(header[frame+7:], uint16(c.w))
	u16 := func(n int) []byte { return binary.BigEndian.AppendUint16(nil, uint16(n)) }
	out := bytes.Join([][]byte{
		{0xFF, markerSOI, 0xFF, markerAPP0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 1, 1}, u16(dpi), u16(dpi), {0, 0},
		header[2:sos],
		{0xFF, markerDRI, 0, 4}, u16(c.pieces.blocks),
		header[sos:],
	}, nil)
	for i, scan := range scans {
		if i > 0 {
			out = append(out, 0xFF, markerRST0+byte((i-1)%8))
		}
		out = append(out, scan...)
	}
	return append(out, 0xFF, markerEOI), nil
}

// barePaper compresses a few pieces of paper that nothing was drawn on.
func (c *canvas) barePaper() ([][]byte, error) {
	w, h := c.pieces.blocks*c.pieces.block, c.pieces.block
	paper := &canvas{w: w, h: h, y: make([]uint8, w*h)}
	if c.cb != nil {
		paper.cw = w / 2
		n := paper.cw * h / 2
		paper.cb, paper.cr = bytes.Repeat([]byte{c.tintB}, n), bytes.Repeat([]byte{c.tintR}, n)
	}
	list := make([][]byte, barePaperPieces)
	for i := range list {
		for y := range h {
			from := c.rng.IntN(noiseTile - w)
			copy(paper.y[y*w:(y+1)*w], c.white[from:])
		}
		var err error
		if _, list[i], err = encodePiece(paper.image()); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Markers of ITU-T T.81, table B.1.
const (
	markerSOF0 = 0xC0
	markerRST0 = 0xD0
	markerSOI  = 0xD8
	markerEOI  = 0xD9
	markerSOS  = 0xDA
	markerDRI  = 0xDD
	markerAPP0 = 0xE0
)

// encodePiece compresses an image and cuts the file before its scan: header is everything up to it, scan the bytes without
// the end marker.
func encodePiece(img image.Image) (header, scan []byte, err error) {
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, img, &jpeg.Options{Quality: jpegQuality}); err != nil {
		return nil, nil, fmt.Errorf("officesim: encode a page: %w", err)
	}
	data := buf.Bytes()
	sos := findMarker(data, markerSOS)
	if sos < 0 {
		return nil, nil, errors.New("officesim: encode a page: an image without a scan")
	}
	at := sos + 2 + int(binary.BigEndian.Uint16(data[sos+2:]))
	return data[:at:at], data[at : len(data)-2], nil
}

// findMarker returns where a marker segment stands in a JPEG header, or -1. It walks from segment to segment.
func findMarker(data []byte, marker byte) int {
	for at := 2; at+4 <= len(data) && data[at] == 0xFF; at += 2 + int(binary.BigEndian.Uint16(data[at+2:])) {
		if data[at+1] == marker {
			return at
		}
		if data[at+1] == markerSOS {
			break
		}
	}
	return -1
}
