package convert

import (
	"bytes"
	"encoding/binary"
	"io"

	"segnatura/pdfa"
)

// JPEG markers (ITU-T T.81, table B.1).
const (
	markerTEM   = 0x01
	markerSOF0  = 0xC0
	markerSOF1  = 0xC1
	markerSOF2  = 0xC2 // progressive
	markerDHT   = 0xC4
	markerJPG   = 0xC8
	markerDAC   = 0xCC
	markerSOF15 = 0xCF
	markerRST0  = 0xD0
	markerRST7  = 0xD7
	markerSOI   = 0xD8
	markerEOI   = 0xD9
	markerSOS   = 0xDA
	markerDQT   = 0xDB
	markerDRI   = 0xDD
	markerAPP0  = 0xE0
	markerAPP1  = 0xE1
	markerAPP2  = 0xE2
	markerAPP14 = 0xEE
	markerAPP15 = 0xEF
	markerCOM   = 0xFE
)

// jpegInfo is what the markers of one JPEG stream say.
type jpegInfo struct {
	width, height int
	components    []jpegComponent
	progressive   bool
	proved        bool // the entropy-coded data was walked to its end, and is regular
	jfif, adobe   bool
	transform     byte    // Adobe's: 0 none, 1 YCbCr, 2 YCCK
	xDPI, yDPI    float64 // JFIF's, else EXIF's
	orientation   int
	profile       []byte
	length        int64 // from SOI to the end of EOI
}

type jpegComponent struct{ id, h, v, quant byte }

// isRGB reports whether the components bear the names that make them red, green and blue for every reader.
func (i *jpegInfo) isRGB() bool {
	c := i.components
	return len(c) == 3 && c[0].id == 'R' && c[1].id == 'G' && c[2].id == 'B'
}

// walkJPEG reads all markers from SOI to EOI, refusing dimensions beyond the limits as soon as they are seen, and proves the
// entropy-coded data where it is of the common kind.
func walkJPEG(r io.Reader) (jpegInfo, error) {
	w := &jpegWalker{in: newJPEGInput(r), regular: true}
	return w.walk()
}

func (w *jpegWalker) walk() (jpegInfo, error) {
	var soi [2]byte
	if err := w.in.readFull(soi[:]); err != nil {
		return w.info, err
	}
	if soi != [2]byte{0xFF, markerSOI} {
		return w.info, refuse(pdfa.RefusedCorrupt, "the JPEG does not begin with its start marker")
	}
	for {
		marker, err := w.marker()
		if err != nil {
			return w.info, err
		}
		switch {
		case marker == markerEOI:
			return w.finish()
		case marker == markerSOI:
			return w.info, refuse(pdfa.RefusedCorrupt, "a second JPEG begins inside the first")
		case marker >= markerRST0 && marker <= markerRST7 || marker == markerTEM:
			w.regular = false // they stand alone, and the proof of a scan has taken its own
			continue
		}
		if err := w.segment(marker); err != nil {
			return w.info, err
		}
	}
}

type jpegWalker struct {
	in       *jpegInput
	info     jpegInfo
	frames   int
	scans    int
	regular  bool // nothing was met so far that the proof does not know
	baseline bool
	quant    uint8 // bit by bit, which quantisation tables there are
	interval int
	tables   [2][4]*codeTable
	exif     []byte
	chunks   map[byte][]byte // of the ICC profile, by number
	count    byte            // of them
	luma     *lumaPlane      // if not nil, gets the first component's pixels
}

func (w *jpegWalker) finish() (jpegInfo, error) {
	i := &w.info
	if w.frames != 1 || w.scans == 0 {
		return *i, refuse(pdfa.RefusedCorrupt, "the JPEG has %d frames and %d scans", w.frames, w.scans)
	}
	for _, c := range i.components {
		if c.quant > 3 || w.quant&(1<<c.quant) == 0 {
			return *i, refuse(pdfa.RefusedCorrupt, "the JPEG lacks a quantisation table")
		}
	}
	i.proved = w.regular && w.scans == 1
	i.length = w.in.consumed()
	for k := 1; k <= int(w.count) && len(w.chunks) == int(w.count); k++ {
		i.profile = append(i.profile, w.chunks[byte(k)]...)
	}
	if e, ok := parseEXIF(w.exif); ok {
		i.orientation = e.orientation
		if i.xDPI == 0 {
			i.xDPI, i.yDPI = e.xDPI, e.yDPI
		}
	}
	return *i, nil
}

// marker finds the next marker, over fill bytes and, behind the frame header, whatever is no marker.
func (w *jpegWalker) marker() (byte, error) {
	for {
		b, err := w.in.readByte()
		if err != nil {
			return 0, err
		}
		if b != 0xFF {
			if w.frames == 0 {
				return 0, refuse(pdfa.RefusedCorrupt, "byte %d of the JPEG is not a marker", w.in.consumed())
			}
			w.regular = false
			if err := w.in.skipToFF(); err != nil {
				return 0, err
			}
			continue
		}
		for b == 0xFF {
			if b, err = w.in.readByte(); err != nil {
				return 0, err
			}
		}
		if b != 0 {
			return b, nil
		}
		w.regular = false
	}
}

// segment reads one marker segment.
func (w *jpegWalker) segment(marker byte) error {
	var length [2]byte
	if err := w.in.readFull(length[:]); err != nil {
		return err
	}
	n := int(binary.BigEndian.Uint16(length[:])) - 2
	if n < 0 {
		return refuse(pdfa.RefusedCorrupt, "a JPEG segment of %d bytes", n)
	}
	data := make([]byte, n)
	if err := w.in.readFull(data); err != nil {
		return err
	}
	switch {
	case marker == markerDHT:
		w.regular = parseTables(data, &w.tables) && w.regular
	case marker == markerDQT:
		w.quantisation(data)
	case marker == markerDRI:
		w.regular = w.regular && n == 2
		if n >= 2 {
			w.interval = int(binary.BigEndian.Uint16(data))
		}
	case marker >= markerSOF0 && marker <= markerSOF15 && marker != markerJPG && marker != markerDAC:
		return w.frame(marker, data)
	case marker == markerSOS:
		return w.scan(data)
	case marker >= markerAPP0 && marker <= markerAPP15:
		w.application(marker, data)
	case marker != markerCOM:
		w.regular = false
	}
	return nil
}

// application takes what the application segments say that matters to a page.
func (w *jpegWalker) application(marker byte, data []byte) {
	n := len(data)
	switch {
	case marker == markerAPP0 && n >= 12 && string(data[:5]) == "JFIF\x00":
		w.info.jfif = true
		w.density(data[7], data[8:12])
	case marker == markerAPP1 && bytes.HasPrefix(data, []byte("Exif\x00\x00")) && w.exif == nil:
		w.exif = data[6:]
	case marker == markerAPP2 && n > 14 && string(data[:12]) == "ICC_PROFILE\x00":
		if w.chunks == nil {
			w.chunks = map[byte][]byte{}
		}
		w.chunks[data[12]], w.count = data[14:], data[13]
	case marker == markerAPP14 && n >= 12 && string(data[:5]) == "Adobe":
		w.info.adobe, w.info.transform = true, data[11]
	}
}

// density takes JFIF's units (1 an inch, 2 a centimetre) and pixels per unit.
func (w *jpegWalker) density(unit byte, data []byte) {
	scale := map[byte]float64{1: 1, 2: 2.54}[unit]
	w.info.xDPI = scale * float64(binary.BigEndian.Uint16(data))
	w.info.yDPI = scale * float64(binary.BigEndian.Uint16(data[2:]))
	if w.info.yDPI == 0 {
		w.info.xDPI = 0
	}
}

// quantisation notes which tables a DQT segment defines.
func (w *jpegWalker) quantisation(data []byte) {
	for len(data) > 0 {
		size := 1 + 64*(1+int(data[0]>>4))
		if data[0]>>4 > 1 || data[0]&15 > 3 || len(data) < size {
			w.regular = false
			return
		}
		w.quant |= 1 << (data[0] & 15)
		if w.luma != nil {
			w.luma.define(data[0]&15, data[1:size], data[0]>>4 == 1)
		}
		data = data[size:]
	}
}

func (w *jpegWalker) frame(marker byte, data []byte) error {
	if marker > markerSOF2 {
		return refuse(pdfa.RefusedUnsupported, "JPEG of process SOF%d: only baseline, extended and progressive Huffman are taken",
			marker-markerSOF0)
	}
	if len(data) < 6 || len(data) < 6+3*int(data[5]) {
		return refuse(pdfa.RefusedCorrupt, "the JPEG's frame header is too short")
	}
	i := &w.info
	w.frames++
	w.baseline, i.progressive = marker == markerSOF0, marker == markerSOF2
	i.height, i.width = int(binary.BigEndian.Uint16(data[1:])), int(binary.BigEndian.Uint16(data[3:]))
	if data[0] != 8 || data[5] != 1 && data[5] != 3 && data[5] != 4 {
		return refuse(pdfa.RefusedUnsupported, "JPEG of %d components of %d bits", data[5], data[0])
	}
	i.components = i.components[:0]
	for c := data[6 : 6+3*int(data[5])]; len(c) > 0; c = c[3:] {
		i.components = append(i.components, jpegComponent{id: c[0], h: c[1] >> 4, v: c[1] & 15, quant: c[2]})
	}
	if err := checkSize(uint64(i.width), uint64(i.height)); err != nil {
		return err
	}
	if i.progressive && i.width*i.height > MaxProgressivePixels {
		return refuse(pdfa.RefusedTooLarge, "the progressive JPEG has %d x %d pixels, at most %d million are taken",
			i.width, i.height, MaxProgressivePixels/1_000_000)
	}
	return nil
}

// scan proves the data behind a scan header, if it is the only scan and interleaves all components.
func (w *jpegWalker) scan(header []byte) error {
	if w.frames == 0 {
		return refuse(pdfa.RefusedCorrupt, "JPEG data before its dimensions")
	}
	w.scans++
	if w.scans > 1 || !w.regular || w.info.progressive || w.frames != 1 {
		w.regular = false
		return nil
	}
	parts, mcus, ok := w.parts(header)
	e := entropy{in: w.in}
	switch {
	case !ok:
		w.regular = false
	case w.luma == nil:
		w.regular = e.scan(parts, mcus, w.interval)
	default:
		// A table that comes behind the scan would have been too late.
		table := w.info.components[0].quant
		w.luma.begin(w.info)
		w.regular = table < 4 && w.quant&(1<<table) != 0 && e.lumaScan(parts, mcus, w.interval, w.luma)
	}
	return nil
}

// commonSampling lists, by the number of components, their sampling factors that the proof knows: the first component's, the
// last one's, and 1 x 1 for those between.
func commonSampling(c []jpegComponent) bool {
	first, last := c[0], c[len(c)-1]
	if len(c) == 4 {
		return (first.h == 1 && first.v == 1 || first.h == 2 && first.v == 2) && last.h == first.h && last.v == first.v
	}
	return (first.h == 1 || first.h == 2) && (first.v == 1 || first.v == 2) && (len(c) == 1 || last.h == 1 && last.v == 1)
}

// parts reads a scan header (T.81, B.2.3) against the frame's.
func (w *jpegWalker) parts(header []byte) (parts []scanPart, mcus int, ok bool) {
	components := w.info.components
	n := len(components)
	if len(header) != 4+2*n || int(header[0]) != n || [3]byte(header[1+2*n:]) != [3]byte{0, 63, 0} || !commonSampling(components) {
		return nil, 0, false
	}
	ids := map[byte]bool{}
	for k, c := range components {
		id, dc, ac := header[1+2*k], header[2+2*k]>>4, header[2+2*k]&15
		if id != c.id || ids[id] || dc > 3 || ac > 3 || w.baseline && (dc > 1 || ac > 1) {
			return nil, 0, false
		}
		if k > 0 && k < n-1 && (c.h != 1 || c.v != 1) {
			return nil, 0, false
		}
		ids[id] = true
		part := scanPart{blocks: int(c.h) * int(c.v), dc: w.tables[0][dc], ac: w.tables[1][ac]}
		if part.dc == nil || part.ac == nil {
			return nil, 0, false
		}
		parts = append(parts, part)
	}
	h, v := 8*int(components[0].h), 8*int(components[0].v)
	if n == 1 { // not interleaved: one block after the other, whatever the factors say (T.81, A.2.2)
		h, v, parts[0].blocks = 8, 8, 1
	}
	return parts, ((w.info.width + h - 1) / h) * ((w.info.height + v - 1) / v), true
}
