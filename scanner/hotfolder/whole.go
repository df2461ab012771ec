package hotfolder

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"segnatura/scanner"
)

// formats are what is recognised, by its first bytes, with the proof that the end has arrived too.
var formats = []struct {
	format string
	head   string
	whole  func(r io.ReaderAt, size int64) error
}{
	{"image/jpeg", "\xff\xd8\xff", tail("\xff\xd9")}, // EOI, which entropy-coded data cannot contain
	{"image/png", "\x89PNG\r\n\x1a\n", tail("IEND\xaeB`\x82")},
	{"image/tiff", "II*\x00", wholeTIFF},
	{"image/tiff", "MM\x00*", wholeTIFF},
	{"application/pdf", "%PDF-", tail("%%EOF")},
}

// wholeFormat returns the format of a file that is whole and taken. Errors about the file are *scanner.Fault.
func wholeFormat(r io.ReaderAt, size int64) (string, error) {
	head := make([]byte, min(8, size))
	if _, err := r.ReadAt(head, 0); err != nil && err != io.EOF {
		return "", err
	}
	for _, f := range formats {
		if !bytes.HasPrefix(head, []byte(f.head)) {
			continue
		}
		err := f.whole(r, size)
		var part partError
		switch {
		case errors.As(err, &part):
			return "", &scanner.Fault{Kind: scanner.FaultTruncated, Detail: f.format + ": " + part.Error()}
		case err != nil:
			return "", err
		}
		return f.format, nil
	}
	if size == 0 || bytes.Count(head, []byte{0}) == len(head) { // empty, or reserved and not yet written
		return "", &scanner.Fault{Kind: scanner.FaultTruncated, Detail: "nothing was written yet"}
	}
	return "", &scanner.Fault{Kind: scanner.FaultBadData, Detail: "no JPEG, PNG, TIFF or PDF"}
}

// partError says that the file ends before its format does.
type partError string

func (e partError) Error() string { return string(e) }

// tailLen is how much padding after the end of an image is forgiven.
const tailLen = 4096

// tail proves the end by a mark near the last byte.
func tail(mark string) func(io.ReaderAt, int64) error {
	return func(r io.ReaderAt, size int64) error {
		b := make([]byte, min(tailLen, size))
		if _, err := r.ReadAt(b, size-int64(len(b))); err != nil && err != io.EOF {
			return err
		}
		if !bytes.Contains(b, []byte(mark)) {
			return partError("its end is missing")
		}
		return nil
	}
}

// TIFF 6.0: section 2 (structure), the tags of sections 8 and 15 that point at image data.
const (
	maxIFDs    = 10_000
	maxEntries = 4096
	maxStrips  = 1 << 20

	tagStripOffsets    = 273
	tagStripByteCounts = 279
	tagTileOffsets     = 324
	tagTileByteCounts  = 325
)

// tiffSizes are the bytes of one value, by field type; others are skipped.
var tiffSizes = map[uint16]int64{1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}

// wholeTIFF walks all directories and proves that they, their values and the image data that they point at are in the file.
func wholeTIFF(r io.ReaderAt, size int64) error {
	t := tiff{r: r, size: size, order: binary.LittleEndian}
	head, err := t.bytes(0, 8)
	if err != nil {
		return err
	}
	if head[0] == 'M' {
		t.order = binary.BigEndian
	}
	seen := map[int64]bool{}
	next := int64(t.order.Uint32(head[4:]))
	if next == 0 {
		return partError("no image was written yet")
	}
	for next != 0 {
		if seen[next] || len(seen) == maxIFDs {
			return &scanner.Fault{Kind: scanner.FaultBadData, Detail: "TIFF directories in a circle, or too many"}
		}
		seen[next] = true
		if next, err = t.directory(next); err != nil {
			return err
		}
	}
	return nil
}

type tiff struct {
	r     io.ReaderAt
	size  int64
	order binary.ByteOrder
}

// bytes reads a part that must be in the file.
func (t tiff) bytes(off, n int64) ([]byte, error) {
	if off < 0 || n < 0 || off+n > t.size {
		return nil, partError(fmt.Sprintf("points at byte %d of %d", off+n, t.size))
	}
	b := make([]byte, n)
	if _, err := t.r.ReadAt(b, off); err != nil && err != io.EOF {
		return nil, err
	}
	return b, nil
}

// directory checks one IFD and returns where the next one is.
func (t tiff) directory(off int64) (int64, error) {
	b, err := t.bytes(off, 2)
	if err != nil {
		return 0, err
	}
	n := int64(t.order.Uint16(b))
	if n == 0 {
		return 0, partError("an empty directory")
	}
	if n > maxEntries {
		return 0, &scanner.Fault{Kind: scanner.FaultBadData, Detail: fmt.Sprintf("a TIFF directory of %d entries", n)}
	}
	entries, err := t.bytes(off+2, n*12+4)
	if err != nil {
		return 0, err
	}
	data := map[uint16][]int64{} // the tags that locate image data
	for i := range n {
		e := entries[i*12:]
		tag := t.order.Uint16(e)
		values, err := t.field(e)
		if err != nil {
			return 0, err
		}
		data[tag] = values
	}
	for _, pair := range [][2]uint16{{tagStripOffsets, tagStripByteCounts}, {tagTileOffsets, tagTileByteCounts}} {
		offsets, counts := data[pair[0]], data[pair[1]]
		for i, at := range offsets {
			n := int64(1) // without byte counts (TIFF 6.0 asks for them) at least the start must be there
			if i < len(counts) {
				n = counts[i]
			}
			if at+n > t.size {
				return 0, partError(fmt.Sprintf("image data up to byte %d of %d", at+n, t.size))
			}
		}
	}
	return int64(t.order.Uint32(entries[n*12:])), nil
}

// field checks that a field's values are in the file, and returns them where they locate image data.
func (t tiff) field(e []byte) ([]int64, error) {
	tag, kind, count := t.order.Uint16(e), t.order.Uint16(e[2:]), int64(t.order.Uint32(e[4:]))
	size, ok := tiffSizes[kind]
	if !ok {
		return nil, nil
	}
	at := int64(t.order.Uint32(e[8:]))
	inline := count*size <= 4
	if !inline && at+count*size > t.size {
		return nil, partError(fmt.Sprintf("a field up to byte %d of %d", at+count*size, t.size))
	}
	switch tag {
	case tagStripOffsets, tagStripByteCounts, tagTileOffsets, tagTileByteCounts:
	default:
		return nil, nil
	}
	if kind != 3 && kind != 4 || count > maxStrips {
		return nil, &scanner.Fault{Kind: scanner.FaultBadData, Detail: fmt.Sprintf("TIFF tag %d of type %d, %d values", tag, kind, count)}
	}
	raw := e[8:12]
	if !inline {
		var err error
		if raw, err = t.bytes(at, count*size); err != nil {
			return nil, err
		}
	}
	values := make([]int64, count)
	for i := range values {
		if kind == 3 {
			values[i] = int64(t.order.Uint16(raw[i*2:]))
		} else {
			values[i] = int64(t.order.Uint32(raw[i*4:]))
		}
	}
	return values, nil
}
