package brotherql

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"segnatura/stamp"
)

// The commands (Brother's raster command references, chapter 4).
const (
	invalidate   = 400 // so many zero bytes end whatever was under way
	cmdInit      = "\x1b@"
	cmdStatus    = "\x1biS"
	cmdRaster    = "\x1bia\x01"
	cmdInfo      = "\x1biz" // then ten bytes
	cmdModes     = "\x1biM" // bit 6: automatic cut
	cmdCutEach   = "\x1biA\x01"
	cmdExpanded  = "\x1biK" // bit 3: cut at the end, bit 6: 600 dpi along the feed
	cmdMargin    = "\x1bid" // then rows, two bytes
	cmdTIFF      = "M\x02"
	cmdNoTIFF    = "M\x00"
	cmdRow       = 'g' // then 0, the number of bytes, and they
	cmdPrintFeed = 0x1a

	infoKind, infoWidth, infoLength = 0x02, 0x04, 0x08
	infoQuality, infoRecover        = 0x40, 0x80

	kindContinuous, kindDieCut = 0x0a, 0x0b
	autoCut                    = 0x40
	cutAtEnd, highResolution   = 0x08, 0x40
)

// reset ends what another program may have left half sent.
func reset() []byte { return append(make([]byte, invalidate), cmdInit...) }

// encode returns the commands that print the bitmap on the media, one label. The head reads a line from its right end, so every row is
// mirrored. A bitmap of 600 dpi has its every second column left out: the head has 300 across, and twice as many rows along the feed.
func (p *Printer) encode(b *stamp.Bitmap, m media) ([]byte, error) {
	across := p.perDot() // columns of the bitmap for one pin
	if b == nil || b.Width < 1 || b.Height < 1 || b.Stride*8 < b.Width || len(b.Bits) < b.Stride*b.Height {
		return nil, fmt.Errorf("encode raster: the bitmap is empty or not whole")
	}
	if b.Width > m.roll.pins*across || b.Height > m.rows*across {
		return nil, fmt.Errorf("encode raster: %dx%d dots are more than the %dx%d that the label has", b.Width, b.Height, m.roll.pins*across, m.rows*across)
	}
	rows := m.rows * across
	var out bytes.Buffer
	if p.model.rasterMode {
		out.WriteString(cmdRaster)
	}
	kind, valid, margin := byte(kindContinuous), byte(infoKind|infoWidth|infoQuality|infoRecover), marginRows*across
	if m.roll.lengthMM != 0 {
		kind, valid, margin = kindDieCut, valid|infoLength, 0
	}
	info := binary.LittleEndian.AppendUint32([]byte{valid, kind, byte(m.roll.widthMM), byte(m.roll.lengthMM)}, uint32(rows))
	out.WriteString(cmdInfo)
	out.Write(append(info, 0, 0)) // the first page, and a zero
	expanded := byte(0)
	if p.config.Cut {
		out.WriteString(cmdModes)
		out.WriteByte(autoCut)
		out.WriteString(cmdCutEach)
		expanded |= cutAtEnd
	}
	if across > 1 {
		expanded |= highResolution
	}
	out.WriteString(cmdExpanded)
	out.WriteByte(expanded)
	out.WriteString(cmdMargin)
	out.Write(binary.LittleEndian.AppendUint16(nil, uint16(margin)))
	if p.model.compress {
		out.WriteString(cmdTIFF)
	} else if p.model.rasterMode {
		out.WriteString(cmdNoTIFF)
	}
	// A bitmap that is narrower than the print area stands at its left edge as the label is read, which is the line's far end.
	first := p.model.offset + m.roll.offset + m.roll.pins - 1
	line := make([]byte, p.model.rowBytes)
	for y := range rows {
		clear(line)
		for x := 0; x < b.Width; x += across {
			if b.Black(x, y) {
				pin := first - x/across
				line[pin/8] |= 0x80 >> (pin % 8)
			}
		}
		data := line
		if p.model.compress {
			data = packBits(line)
		}
		out.Write([]byte{cmdRow, 0, byte(len(data))})
		out.Write(data)
	}
	out.WriteByte(cmdPrintFeed)
	return out.Bytes(), nil
}

// packBits is TIFF's compression of one line: a count n from 0 to 127 and n+1 bytes as they are, or a count from -1 to -127 and one byte
// that stands for 1-n of them.
func packBits(line []byte) []byte {
	var out []byte
	for i := 0; i < len(line); {
		run := 1
		for i+run < len(line) && run < 128 && line[i+run] == line[i] {
			run++
		}
		if run > 1 {
			out = append(out, byte(1-run), line[i])
			i += run
			continue
		}
		end := i + 1
		for end < len(line) && end-i < 128 && (end+1 >= len(line) || line[end] != line[end+1]) {
			end++
		}
		out = append(append(out, byte(end-i-1)), line[i:end]...)
		i = end
	}
	return out
}
