package sheet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"segnatura/scanner"
)

// Tags of TIFF 6.0 that matter here.
const (
	tagNewSubfileType  = 254
	tagBitsPerSample   = 258
	tagStripOffsets    = 273
	tagSamplesPerPixel = 277
	tagStripByteCounts = 279
	tagXResolution     = 282
	tagYResolution     = 283
	tagResolutionUnit  = 296
	tagTileOffsets     = 324
	tagTileByteCounts  = 325
)

const (
	maxDirectories = 4096 // pages of one TIFF
	maxValues      = 1 << 20
)

// directory is one page's entries, in a file that may lie about all of them.
type directory struct {
	data    []byte
	order   binary.ByteOrder
	at      int // of the entry count
	entries int
}

// directories follows the chain of pages, at most limit of them. A chain that comes back to itself, or leads out of the file,
// is an error.
func directories(data []byte, limit int) ([]directory, error) {
	if len(data) < 8 {
		return nil, io.ErrUnexpectedEOF
	}
	var order binary.ByteOrder = binary.LittleEndian
	if data[0] == 'M' {
		order = binary.BigEndian
	}
	var dirs []directory
	seen := make(map[int]bool)
	for next := int(order.Uint32(data[4:])); next != 0 && len(dirs) < limit; {
		if seen[next] {
			return nil, errors.New("the chain of TIFF pages comes back to itself")
		}
		seen[next] = true
		if next > len(data)-2 {
			return nil, io.ErrUnexpectedEOF
		}
		d := directory{data, order, next, int(order.Uint16(data[next:]))}
		if d.linkAt() > len(data)-4 {
			return nil, io.ErrUnexpectedEOF
		}
		dirs = append(dirs, d)
		next = int(order.Uint32(data[d.linkAt():]))
	}
	if len(dirs) == 0 {
		return nil, errors.New("the TIFF holds no page")
	}
	return dirs, nil
}

// reduced is a smaller copy of a page, a thumbnail for instance (TIFF 6.0, section 8, NewSubfileType bit 0): it is no page.
func (d directory) reduced() bool {
	kind, _ := d.first(tagNewSubfileType)
	return kind&1 != 0
}

// pages are the directories without reduced copies: at least one, or an error.
func pages(dirs []directory) ([]directory, error) {
	full := slices.DeleteFunc(slices.Clone(dirs), directory.reduced)
	if len(full) == 0 {
		return nil, errors.New("the TIFF holds no page")
	}
	return full, nil
}

// linkAt is where the place of the next directory stands.
func (d directory) linkAt() int { return d.at + 2 + 12*d.entries }

// raw returns the bytes of a tag's values with their type, or nothing when they are not all in the file.
func (d directory) raw(tag uint16) (value []byte, kind uint16, count int) {
	sizes := map[uint16]int{1: 1, 3: 2, 4: 4, 5: 8}
	for i := range d.entries {
		e := d.data[d.at+2+12*i:][:12]
		if d.order.Uint16(e) != tag {
			continue
		}
		kind, n := d.order.Uint16(e[2:]), uint64(d.order.Uint32(e[4:]))
		size := n * uint64(sizes[kind])
		if size == 0 || n > maxValues {
			return nil, 0, 0
		}
		if size <= 4 {
			return e[8 : 8+size], kind, int(n)
		}
		at := uint64(d.order.Uint32(e[8:]))
		if at+size > uint64(len(d.data)) {
			return nil, 0, 0
		}
		return d.data[at : at+size], kind, int(n)
	}
	return nil, 0, 0
}

// values are a tag's whole numbers.
func (d directory) values(tag uint16) []uint32 {
	raw, kind, n := d.raw(tag)
	out := make([]uint32, 0, n)
	for i := range n {
		switch kind {
		case 1:
			out = append(out, uint32(raw[i]))
		case 3:
			out = append(out, uint32(d.order.Uint16(raw[2*i:])))
		case 4:
			out = append(out, d.order.Uint32(raw[4*i:]))
		}
	}
	return out
}

func (d directory) first(tag uint16) (uint32, bool) {
	v := d.values(tag)
	if len(v) == 0 {
		return 0, false
	}
	return v[0], true
}

// resolution is in dots per inch, 0 where the file does not say.
func (d directory) resolution() (x, y float64) {
	unit, ok := d.first(tagResolutionUnit)
	if !ok {
		unit = 2 // TIFF 6.0: the default is inch
	}
	perInch := map[uint32]float64{2: 1, 3: cmPerInch}[unit]
	ratio := func(tag uint16) float64 {
		raw, kind, _ := d.raw(tag)
		if kind != 5 {
			return 0
		}
		num, den := d.order.Uint32(raw), d.order.Uint32(raw[4:])
		if den == 0 {
			return 0
		}
		return perInch * float64(num) / float64(den)
	}
	return ratio(tagXResolution), ratio(tagYResolution)
}

// Split returns one reader for each page of a file, in order. For JPEG, PNG and a TIFF of one page that is the file itself. For
// a TIFF of many pages each reader shows the same bytes with two places changed, the first directory and the end of the chain, so
// that it is a TIFF of that page alone for whoever reads it; nothing is decoded and nothing copied. Reduced copies of pages are left
// out, as the archive leaves them out.
//
// The readers share r: use them one after the other, seek each to its start, and keep r open as long as they are used. Errors are
// as in Read.
func Split(r io.ReadSeeker) ([]io.ReadSeeker, error) {
	data, err := readAll(r)
	if err != nil {
		return nil, fmt.Errorf("sheet: split pages: %w", err)
	}
	f, err := formatOf(data)
	if err != nil {
		return nil, fmt.Errorf("sheet: split pages: %w", err)
	}
	if f.mime != "image/tiff" {
		return rewound(r)
	}
	dirs, err := directories(data, maxDirectories+1)
	if err != nil {
		return nil, fmt.Errorf("sheet: split pages: %w", fault(f, data, err))
	}
	if len(dirs) > maxDirectories {
		return nil, fmt.Errorf("sheet: split pages: %w", &scanner.Fault{
			Kind: scanner.FaultBadData, Detail: fmt.Sprintf("the TIFF has more than %d pages", maxDirectories),
		})
	}
	full, err := pages(dirs)
	if err != nil {
		return nil, fmt.Errorf("sheet: split pages: %w", fault(f, data, err))
	}
	if len(dirs) == 1 {
		return rewound(r)
	}
	out := make([]io.ReadSeeker, 0, len(full))
	for _, d := range full {
		v := &pageView{r: r, size: int64(len(data)), patches: []patch{{4, make([]byte, 4)}, {int64(d.linkAt()), make([]byte, 4)}}}
		d.order.PutUint32(v.patches[0].bytes, uint32(d.at))
		out = append(out, v)
	}
	return out, nil
}

func rewound(r io.ReadSeeker) ([]io.ReadSeeker, error) {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("sheet: split pages: %w", err)
	}
	return []io.ReadSeeker{r}, nil
}

// pageView is a file seen with a few bytes changed.
type pageView struct {
	r       io.ReadSeeker
	size    int64
	at      int64
	patches []patch
}

type patch struct {
	at    int64
	bytes []byte
}

func (v *pageView) Read(p []byte) (int, error) {
	if v.at >= v.size {
		return 0, io.EOF
	}
	if _, err := v.r.Seek(v.at, io.SeekStart); err != nil {
		return 0, err
	}
	n, err := v.r.Read(p[:min(int64(len(p)), v.size-v.at)])
	for _, c := range v.patches {
		for i, b := range c.bytes {
			if k := c.at + int64(i) - v.at; k >= 0 && k < int64(n) {
				p[k] = b
			}
		}
	}
	v.at += int64(n)
	return n, err
}

func (v *pageView) Seek(offset int64, whence int) (int64, error) {
	from := map[int]int64{io.SeekStart: 0, io.SeekCurrent: v.at, io.SeekEnd: v.size}
	base, ok := from[whence]
	if !ok || base+offset < 0 || offset > math.MaxInt64-base {
		return 0, errors.New("sheet: seek outside of the page")
	}
	v.at = base + offset
	return v.at, nil
}
