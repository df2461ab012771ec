package sheet

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"segnatura/scanner"
)

const (
	mmPerInch = 25.4
	cmPerInch = 2.54
)

// jpegHeader walks the segments up to the frame header: ISO/IEC 10918-1, B.2; JFIF 1.02 for APP0; Exif 2.3 for APP1.
func jpegHeader(data []byte) (header, error) {
	h := header{pages: 1}
	var exifX, exifY float64
	for i := 2; ; {
		for i < len(data) && data[i] != 0xff { // what image/jpeg skips too
			i++
		}
		for i < len(data) && data[i] == 0xff {
			i++
		}
		if i+3 > len(data) {
			return h, io.ErrUnexpectedEOF
		}
		marker, size := data[i], int(binary.BigEndian.Uint16(data[i+1:]))
		i++
		if marker == 0 || marker >= 0xd0 && marker <= 0xd7 {
			continue // no segment
		}
		if size < 2 || i+size > len(data) {
			return h, io.ErrUnexpectedEOF
		}
		body := data[i+2 : i+size]
		i += size
		switch {
		case marker == 0xe0 && bytes.HasPrefix(body, []byte("JFIF\x00")) && len(body) >= 12:
			perInch := map[byte]float64{1: 1, 2: cmPerInch}[body[7]]
			h.xDPI = perInch * float64(binary.BigEndian.Uint16(body[8:]))
			h.yDPI = perInch * float64(binary.BigEndian.Uint16(body[10:]))
		case marker == 0xe1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")):
			if dirs, err := directories(body[6:], 1); err == nil {
				exifX, exifY = dirs[0].resolution()
			}
		case marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc && len(body) >= 6:
			h.bits, h.channels = int(body[0]), int(body[5])
			if !believable(h.xDPI, h.yDPI) && believable(exifX, exifY) {
				h.xDPI, h.yDPI = exifX, exifY
			}
			return h, nil
		case marker == 0xda:
			return h, errors.New("the pixels begin before any frame header")
		}
	}
}

// pngHeader reads IHDR and, where it stands before the pixels as it must, pHYs (PNG, third edition, 11.2.1 and 11.3.4.3).
func pngHeader(data []byte) (header, error) {
	h := header{pages: 1}
	for i := 8; i+12 <= len(data); {
		size := binary.BigEndian.Uint32(data[i:])
		kind := string(data[i+4 : i+8])
		if int64(size) > int64(len(data)-i-12) {
			return h, io.ErrUnexpectedEOF
		}
		body := data[i+8 : i+8+int(size)]
		i += 12 + int(size)
		switch {
		case kind == "IHDR" && len(body) == 13:
			h.bits = int(body[8])
			h.channels = map[byte]int{0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[body[9]]
		case kind == "pHYs" && len(body) == 9 && body[8] == 1: // per metre
			h.xDPI = float64(binary.BigEndian.Uint32(body)) * mmPerInch / 1000
			h.yDPI = float64(binary.BigEndian.Uint32(body[4:])) * mmPerInch / 1000
		case kind == "IDAT":
			return h, nil
		}
	}
	return h, io.ErrUnexpectedEOF
}

// jpegEnds looks for the end marker; some devices pad behind it.
func jpegEnds(data []byte) bool {
	return bytes.HasSuffix(bytes.TrimRight(data, "\x00\r\n"), []byte{0xff, 0xd9})
}

// pngEnds looks for the last chunk.
func pngEnds(data []byte) bool { return bytes.Contains(data[max(len(data)-64, 0):], []byte("IEND")) }

// tiffEnds has nothing to look for: a TIFF has no end mark, and tiffHeader has compared where its pixels lie.
func tiffEnds([]byte) bool { return true }

// tiffHeader reads the first directory, and counts the pages. Strips or tiles beyond the end of the file are a file that was
// cut: the decoder would say only that pixels are missing, or nothing.
func tiffHeader(data []byte) (header, error) {
	dirs, err := directories(data, maxDirectories)
	if err != nil {
		return header{}, err
	}
	full, err := pages(dirs)
	if err != nil {
		return header{}, err
	}
	d := dirs[0]
	h := header{bits: 1, channels: 1, pages: len(full)}
	if v, ok := d.first(tagBitsPerSample); ok {
		h.bits = int(v)
	}
	if v, ok := d.first(tagSamplesPerPixel); ok {
		h.channels = int(v)
	}
	h.xDPI, h.yDPI = d.resolution()
	for _, tags := range [][2]uint16{{tagStripOffsets, tagStripByteCounts}, {tagTileOffsets, tagTileByteCounts}} {
		offsets, counts := d.values(tags[0]), d.values(tags[1])
		for i := range min(len(offsets), len(counts)) {
			if uint64(offsets[i])+uint64(counts[i]) > uint64(len(data)) {
				return h, &scanner.Fault{
					Kind:   scanner.FaultTruncated,
					Detail: fmt.Sprintf("the TIFF file has %d bytes, its pixels reach to byte %d", len(data), uint64(offsets[i])+uint64(counts[i])),
				}
			}
		}
	}
	return h, nil
}
