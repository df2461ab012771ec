package ipp

import (
	"bytes"
	"encoding/binary"
	"math"

	"segnatura/stamp"
)

// Kinds of pixel of PWG raster (PWG 5102.4, table of pwg-raster-document-type-supported) that a label can be without loss, best first.
var rasterKinds = []struct {
	keyword      string
	colourSpace  uint32 // cupsColorSpace: 3 black, 18 sgray
	bitsPerPixel int
}{
	{"black_1", 3, 1},
	{"sgray_8", 18, 8},
	{"black_8", 3, 8},
}

// rasterHeaderSize is that of a page header (PWG 5102.4, 4.3).
const rasterHeaderSize = 1796

// encodeRaster makes a PWG raster document of one page. kind is an index of rasterKinds.
func encodeRaster(b *stamp.Bitmap, dpi int, page stamp.Size, mediaName string, kind int) []byte {
	k := rasterKinds[kind]
	stride := (b.Width*k.bitsPerPixel + 7) / 8
	header := make([]byte, rasterHeaderSize)
	text := func(at int, s string) { copy(header[at:at+63], s) }
	number := func(at int, v int) { binary.BigEndian.PutUint32(header[at:], uint32(v)) }
	points := func(mm float64) int { return int(math.Round(mm * 72 / 25.4)) }
	text(0, "PwgRaster")
	for at, v := range map[int]int{
		276: dpi, 280: dpi, // HWResolution
		340: 1,                                                // NumCopies
		352: points(page.WidthMM), 356: points(page.HeightMM), // PageSize
		372: b.Width, 376: b.Height,
		384: k.bitsPerPixel, // BitsPerColor: there is one
		388: k.bitsPerPixel,
		392: stride,
		400: int(k.colourSpace),
		420: 1,         // NumColors
		452: 1,         // TotalPageCount
		456: 1, 460: 1, // CrossFeedTransform, FeedTransform: none
		472: b.Width, 476: b.Height, // ImageBoxRight, ImageBoxBottom
		480: 0xffffff, // AlternatePrimary: what is no ink
		484: 4,        // PrintQuality: normal
	} {
		number(at, v)
	}
	text(1732, mediaName) // PageSizeName
	var out bytes.Buffer
	out.WriteString("RaS2")
	out.Write(header)
	row := func(y int) []byte { return rasterRow(b, y, stride, k.bitsPerPixel, k.colourSpace) }
	for y := 0; y < b.Height; {
		line := row(y)
		again := 1
		for again < 256 && y+again < b.Height && bytes.Equal(row(y+again), line) {
			again++
		}
		out.WriteByte(byte(again - 1))
		out.Write(packRow(line))
		y += again
	}
	return out.Bytes()
}

// rasterRow is one row of pixels. In black a dot of ink is all ones, in grey it is zero.
func rasterRow(b *stamp.Bitmap, y, stride, bitsPerPixel int, colourSpace uint32) []byte {
	line := make([]byte, stride)
	for x := range b.Width {
		ink := b.Black(x, y)
		switch {
		case bitsPerPixel == 1 && ink:
			line[x/8] |= 0x80 >> (x % 8)
		case bitsPerPixel == 8 && ink == (colourSpace == 3):
			line[x] = 0xff
		}
	}
	return line
}

// packRow packs a row of single bytes (PWG 5102.4, 4.4): 0 to 127 repeat the next byte once more than that, 129 to 255 are followed by 257
// less that many bytes as they are.
func packRow(line []byte) []byte {
	var out []byte
	run := func(at int) int {
		n := 1
		for n < 128 && at+n < len(line) && line[at+n] == line[at] {
			n++
		}
		return n
	}
	for at := 0; at < len(line); {
		if n := run(at); n > 1 || at+1 == len(line) {
			out = append(out, byte(n-1), line[at])
			at += n
			continue
		}
		from := at
		for at < len(line) && at-from < 128 && run(at) == 1 {
			at++
		}
		if at-from == 1 {
			out = append(out, 0, line[from])
			continue
		}
		out = append(out, byte(257-(at-from)))
		out = append(out, line[from:at]...)
	}
	return out
}
