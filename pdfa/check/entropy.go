package check

import (
	"encoding/binary"
	"io"
)

// Decoding a page's JPEG into pixels takes a tenth of a second and more, and nobody here looks at the pixels. This file proves
// sequential Huffman JPEGs (ITU-T T.81, F.2) by their code words alone: each is walked, each block counted, and the data ends where
// the last block ends. What remains of decoding after that cannot fail. It condemns nothing: a file that is not entirely regular is
// left to image/jpeg. It is not the code by which pdfa/convert proves what it writes, and must not become it.

// provedJPEG reports whether r holds a regular sequential JPEG of the given size, whole. Bytes behind its end are not looked at.
func provedJPEG(r io.Reader, width, height, components int) bool {
	w := &jpegProof{bits: bitReader{r: r}, width: width, height: height}
	if soi := [2]byte{w.bits.next(), w.bits.next()}; soi != [2]byte{0xFF, markerSOI} {
		return false
	}
	for {
		marker := w.marker()
		switch {
		case marker == markerEOI:
			return len(w.parts) == components && w.scanned == components
		case marker == markerSOF0 || marker == markerSOF1:
			if !w.frame(components) {
				return false
			}
		case marker == markerDHT:
			if !w.huffman() {
				return false
			}
		case marker == markerDQT:
			if !w.quantizers() {
				return false
			}
		case marker == markerDRI:
			if s := w.segment(); len(s) != 2 || w.interval != 0 {
				return false
			} else {
				w.interval = int(binary.BigEndian.Uint16(s))
			}
		case marker == markerSOS:
			if !w.scan() {
				return false
			}
		case marker >= markerAPP0 && marker <= markerAPP15 || marker == markerCOM:
			if w.segment() == nil {
				return false
			}
		default:
			return false // progressive, arithmetic, lossless; or no marker at all
		}
	}
}

const (
	markerSOF0  = 0xC0
	markerSOF1  = 0xC1
	markerDHT   = 0xC4
	markerRST0  = 0xD0
	markerSOI   = 0xD8
	markerEOI   = 0xD9
	markerSOS   = 0xDA
	markerDQT   = 0xDB
	markerDRI   = 0xDD
	markerAPP0  = 0xE0
	markerAPP15 = 0xEF
	markerCOM   = 0xFE
)

// jpegProof is one JPEG under way.
type jpegProof struct {
	bits          bitReader
	width, height int
	parts         []jpegPart
	maxH, maxV    int
	scanned       int // parts
	interval      int // MCUs between restart markers; 0: none
	quantizer     [4]bool
	dc, ac        [4]*codes
}

// jpegPart is one component of the frame.
type jpegPart struct {
	id, h, v, quantizer byte
	scanned             bool
}

// marker returns the marker that ended the entropy-coded data, or the next one; 0 where there is none.
func (w *jpegProof) marker() byte {
	if m := w.bits.met; m != 0 {
		w.bits.met = 0
		return m
	}
	if w.bits.next() != 0xFF {
		return 0
	}
	m := w.bits.next()
	for m == 0xFF { // fill bytes
		m = w.bits.next()
	}
	return m
}

// segment returns a marker segment's data, nil where it is not whole. An empty one is not nil.
func (w *jpegProof) segment() []byte {
	n := int(w.bits.next())<<8 | int(w.bits.next())
	if n < 2 {
		return nil
	}
	s := make([]byte, n-2)
	for i := range s {
		s[i] = w.bits.next()
	}
	if w.bits.ended {
		return nil
	}
	return s
}

// frame reads the one frame header (B.2.2).
func (w *jpegProof) frame(components int) bool {
	s := w.segment()
	if w.parts != nil || len(s) != 6+3*components || s[0] != 8 || int(s[5]) != components ||
		int(binary.BigEndian.Uint16(s[1:])) != w.height || int(binary.BigEndian.Uint16(s[3:])) != w.width {
		return false
	}
	for c := range components {
		p := s[6+3*c:]
		part := jpegPart{id: p[0], h: p[1] >> 4, v: p[1] & 15, quantizer: p[2]}
		if part.h < 1 || part.h > 4 || part.v < 1 || part.v > 4 || part.quantizer > 3 {
			return false
		}
		w.maxH, w.maxV = max(w.maxH, int(part.h)), max(w.maxV, int(part.v))
		w.parts = append(w.parts, part)
	}
	return true
}

// quantizers notes which tables there are (B.2.4.1).
func (w *jpegProof) quantizers() bool {
	s := w.segment()
	for len(s) > 0 {
		size := 64 << (s[0] >> 4) // of bytes, or of words
		if s[0]>>4 > 1 || s[0]&15 > 3 || len(s) < 1+size {
			return false
		}
		w.quantizer[s[0]&15] = true
		s = s[1+size:]
	}
	return s != nil
}

// huffman reads code tables (B.2.4.2).
func (w *jpegProof) huffman() bool {
	s := w.segment()
	for len(s) >= 17 {
		class, slot, counts := s[0]>>4, s[0]&15, s[1:17]
		total := 0
		for _, n := range counts {
			total += int(n)
		}
		if class > 1 || slot > 3 || total > 256 || len(s) < 17+total {
			return false
		}
		table := newCodes(counts, s[17:17+total], class == 0)
		if table == nil {
			return false
		}
		if class == 0 {
			w.dc[slot] = table
		} else {
			w.ac[slot] = table
		}
		s = s[17+total:]
	}
	return s != nil && len(s) == 0
}

// scanPart is a component's share of a scan: so many blocks in each MCU, with these codes.
type scanPart struct {
	blocks int
	dc, ac *codes
}

// scan reads a scan header (B.2.3) and walks the data behind it.
func (w *jpegProof) scan() bool {
	s := w.segment()
	if len(s) < 6 || len(s) != 4+2*int(s[0]) || s[0] > 4 {
		return false
	}
	if tail := s[len(s)-3:]; tail[0] != 0 || tail[1] != 63 || tail[2] != 0 {
		return false
	}
	var parts []scanPart
	units, width, height := 0, w.width, w.height
	for c := range int(s[0]) {
		id, tables := s[1+2*c], s[2+2*c]
		part := w.part(id)
		if part == nil || part.scanned || !w.quantizer[part.quantizer] || tables>>4 > 3 || tables&15 > 3 {
			return false
		}
		part.scanned = true
		w.scanned++
		p := scanPart{blocks: int(part.h) * int(part.v), dc: w.dc[tables>>4], ac: w.ac[tables&15]}
		if p.dc == nil || p.ac == nil {
			return false
		}
		units += p.blocks
		parts = append(parts, p)
		if s[0] == 1 { // not interleaved: blocks in rows, of the component's own size (A.2.2)
			parts[0].blocks, units = 1, 1
			width, height = ceilDiv(width*int(part.h), w.maxH), ceilDiv(height*int(part.v), w.maxV)
		}
	}
	unitWidth, unitHeight := 8*w.maxH, 8*w.maxV
	if s[0] == 1 {
		unitWidth, unitHeight = 8, 8
	}
	return units <= 10 && w.walk(parts, ceilDiv(width, unitWidth)*ceilDiv(height, unitHeight))
}

func (w *jpegProof) part(id byte) *jpegPart {
	for i := range w.parts {
		if w.parts[i].id == id {
			return &w.parts[i]
		}
	}
	return nil
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }

// walk walks so many MCUs, and the restart markers between them (E.2.4).
func (w *jpegProof) walk(parts []scanPart, units int) bool {
	b := &w.bits
	b.acc, b.n = 0, 0
	for unit := range units {
		if w.interval > 0 && unit > 0 && unit%w.interval == 0 {
			if !b.align() || b.met != markerRST0+byte((unit/w.interval-1)%8) {
				return false
			}
			b.met = 0
		}
		for i := range parts {
			for range parts[i].blocks {
				if !b.block(parts[i].dc, parts[i].ac) {
					return false
				}
			}
		}
	}
	return b.align()
}

// bitReader reads bytes, and the bits of entropy-coded data.
type bitReader struct {
	r        io.Reader
	buf      [32 << 10]byte
	pos, end int
	ended    bool // something was asked for behind the end
	// acc holds n bits at its upper end; what lies below them is a part of what comes next, or zero.
	acc uint64
	n   uint
	met byte // the marker that ended the entropy-coded data
}

func (b *bitReader) next() byte {
	if b.pos == b.end && !b.more() {
		b.ended = true
		return 0
	}
	b.pos++
	return b.buf[b.pos-1]
}

// more reads on; what is unread stays.
func (b *bitReader) more() bool {
	b.end = copy(b.buf[:], b.buf[b.pos:b.end])
	b.pos = 0
	n, err := io.ReadAtLeast(b.r, b.buf[b.end:], 1)
	b.end += n
	return err == nil
}

// fill brings at least 32 bits into acc, unless the data end before.
func (b *bitReader) fill() {
	if b.met == 0 && b.end-b.pos >= 8 {
		v := binary.BigEndian.Uint64(b.buf[b.pos:])
		if inv := ^v; (inv-0x0101010101010101)&^inv&0x8080808080808080 == 0 { // no byte is 0xFF
			b.acc |= v >> b.n
			b.pos += int(63-b.n) >> 3
			b.n |= 56
			return
		}
	}
	for b.n <= 56 && b.met == 0 && !b.ended {
		v := b.next()
		if v == 0xFF {
			stuffed := b.next()
			for stuffed == 0xFF {
				stuffed = b.next()
			}
			if stuffed != 0 {
				b.met = stuffed
				return
			}
		}
		if !b.ended {
			b.acc |= uint64(v) << (56 - b.n)
			b.n += 8
		}
	}
}

// align throws away the bits that pad the last byte, and reports whether there were no others before the marker that follows.
func (b *bitReader) align() bool {
	b.fill()
	padding := b.n
	b.acc, b.n = 0, 0
	return b.met != 0 && padding < 8
}

// block walks the code words of one block.
func (b *bitReader) block(dc, ac *codes) bool {
	if b.n < 32 {
		b.fill()
	}
	w := dc.find(b.acc)
	if w.bits == 0 || uint(w.bits) > b.n {
		return false
	}
	b.acc <<= w.bits
	b.n -= uint(w.bits)
	for k := 1; k < 64; {
		if b.n < 32 {
			b.fill()
		}
		w := ac.fast[b.acc>>(64-fastBits)]
		if w.bits == 0 {
			w = ac.find(b.acc)
		}
		if w.bits == 0 || uint(w.bits) > b.n {
			return false
		}
		b.acc <<= w.bits
		b.n -= uint(w.bits)
		if w.advance == endOfBlock {
			break
		}
		if k += int(w.advance); k > 64 {
			return false
		}
	}
	return true
}

// word is what a code word means for the walk: its bits with those of the value behind it, and how many coefficients it stands
// for. No bits: it is no code word.
type word struct{ bits, advance uint8 }

const (
	endOfBlock = 255
	fastBits   = 10
)

// codes is one Huffman table. Words longer than fastBits are found by their length (F.2.2.3).
type codes struct {
	fast  [1 << fastBits]word
	long  [17]struct{ first, last, at int } // codes of a length, and the first one's place in words; last < first: none
	words []word
}

// newCodes makes the table (C.2); nil where the lengths leave no room for all codes, or a value is none of the standard's.
func newCodes(counts, values []byte, dc bool) *codes {
	t := &codes{}
	code := 0
	for length := 1; length <= 16; length++ {
		n := int(counts[length-1])
		t.long[length] = struct{ first, last, at int }{code, code + n - 1, len(t.words)}
		for range n {
			w, ok := meaning(values[len(t.words)], length, dc)
			if !ok || code >= 1<<length {
				return nil
			}
			t.words = append(t.words, w)
			if length <= fastBits {
				room := 1 << (fastBits - length)
				for i := range room {
					t.fast[code*room+i] = w
				}
			}
			code++
		}
		code <<= 1
	}
	return t
}

// meaning reads a value of a table: the size of a difference (F.1.2.1), or a run of zeros and the size behind it (F.1.2.2).
func meaning(value byte, length int, dc bool) (word, bool) {
	run, size := value>>4, value&15
	if dc {
		return word{uint8(length) + value, 0}, value <= 11
	}
	switch {
	case value == 0:
		return word{uint8(length), endOfBlock}, true
	case value == 0xF0: // sixteen zeros
		return word{uint8(length), 16}, true
	}
	return word{uint8(length) + size, run + 1}, size >= 1 && size <= 10
}

// find finds the word at the upper end of acc.
func (t *codes) find(acc uint64) word {
	if w := t.fast[acc>>(64-fastBits)]; w.bits != 0 {
		return w
	}
	for length := fastBits + 1; length <= 16; length++ {
		if code := int(acc >> (64 - length)); code >= t.long[length].first && code <= t.long[length].last {
			return t.words[t.long[length].at+code-t.long[length].first]
		}
	}
	return word{}
}
