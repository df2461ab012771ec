package convert

import (
	"encoding/binary"
	"io"
)

// This file proves the entropy-coded data of sequential Huffman JPEGs (ITU-T T.81, F.2) without making pixels: every code word is
// walked, every block is counted, and the data has to end where the last block ends. It takes a twentieth of the time of decoding,
// which matters because nothing else is done with a JPEG that passes through. It refuses nothing: what is not entirely regular is
// left unproved, and image/jpeg has the word on it.

// jpegInput hands out the bytes of one JPEG stream and counts them.
type jpegInput struct {
	r        io.Reader
	buf      []byte
	pos, end int
	before   int64 // bytes of the stream that stood in buf before
	err      error // why nothing more comes
}

func newJPEGInput(r io.Reader) *jpegInput { return &jpegInput{r: r, buf: make([]byte, 64<<10)} }

// consumed counts the bytes that were handed out.
func (j *jpegInput) consumed() int64 { return j.before + int64(j.pos) }

// more reads on, keeping what is unread. It reports whether there is anything new; if not, err says why.
func (j *jpegInput) more() bool {
	j.before += int64(j.pos)
	j.end = copy(j.buf, j.buf[j.pos:j.end])
	j.pos = 0
	for j.err == nil {
		n, err := j.r.Read(j.buf[j.end:])
		j.end += n
		j.err = err
		if n > 0 {
			return true
		}
	}
	return false
}

func (j *jpegInput) readByte() (byte, error) {
	if j.pos == j.end && !j.more() {
		return 0, j.err
	}
	j.pos++
	return j.buf[j.pos-1], nil
}

func (j *jpegInput) readFull(p []byte) error {
	for len(p) > 0 {
		if j.pos == j.end && !j.more() {
			return j.err
		}
		n := copy(p, j.buf[j.pos:j.end])
		j.pos, p = j.pos+n, p[n:]
	}
	return nil
}

// skipToFF passes over bytes other than 0xFF.
func (j *jpegInput) skipToFF() error {
	for {
		for j.pos < j.end {
			if j.buf[j.pos] == 0xFF {
				return nil
			}
			j.pos++
		}
		if !j.more() {
			return j.err
		}
	}
}

// codeBits is how many bits of a code are looked up at once; longer codes are rare and are searched.
const codeBits = 11

// step is what one code word does: how many bits it and its value take, by how many coefficients it goes on, and how many of the
// bits are the value.
type step struct{ bits, advance, size uint8 }

// blockEnd is the advance of a code word that ends its block.
const blockEnd = 128

// codeTable is one Huffman table (T.81, C and F.2.2.3).
type codeTable struct {
	fast  [1 << codeBits]step
	first [17]uint32 // the first 16 bits beyond the codes of each length; 0 where there is none of it or of shorter ones
	start [17]int32  // from a code of each length to its place in steps
	steps [256]step
}

// parseTables reads a DHT segment into the tables for DC and AC. It reports whether all of it is regular.
func parseTables(b []byte, tables *[2][4]*codeTable) bool {
	for len(b) > 0 {
		if len(b) < 17 || b[0]&0xEC != 0 {
			return false
		}
		n := 0
		for _, k := range b[1:17] {
			n += int(k)
		}
		if n == 0 || n > 256 || len(b) < 17+n {
			return false
		}
		class, t := b[0]>>4, new(codeTable)
		if !t.build(b[1:17], b[17:17+n], class == 0) {
			return false
		}
		tables[class][b[0]&3], b = t, b[17+n:]
	}
	return true
}

func (t *codeTable) build(lengths, symbols []byte, dc bool) bool {
	code, place := uint32(0), 0
	for i, k := range lengths {
		length := uint8(i + 1)
		t.start[length] = int32(place) - int32(code)
		for range k {
			s := acStep(symbols[place], length)
			if dc {
				s = step{length + symbols[place], 1, symbols[place]}
				if symbols[place] > 11 { // T.81, table F.1
					return false
				}
			}
			t.steps[place] = s
			if length <= codeBits && code < 1<<length {
				for i := range uint32(1) << (codeBits - length) {
					t.fast[code<<(codeBits-length)+i] = s
				}
			}
			code++
			place++
		}
		if code > 1<<length {
			return false
		}
		t.first[length] = code << (16 - length)
		code <<= 1
	}
	return true
}

// acStep is the step of an AC symbol: a run of zeros, then a value of so many bits; or 16 zeros; or the end of the block.
func acStep(symbol, length uint8) step {
	run, size := symbol>>4, symbol&15
	if size == 0 && run != 15 {
		return step{length, blockEnd, 0}
	}
	return step{length + size, run + 1, size}
}

// search finds a code longer than codeBits at the head of acc; no bits mean that there is none.
func (t *codeTable) search(acc uint64) step {
	v := uint32(acc >> 48)
	for length := codeBits + 1; length <= 16; length++ {
		if v < t.first[length] {
			return t.steps[uint8(int32(v>>(16-length))+t.start[length])]
		}
	}
	return step{}
}

// scanPart is one component's share in a scan.
type scanPart struct {
	blocks int // in each MCU
	dc, ac *codeTable
}

// entropy walks one scan. The bits that were read ahead stand at the high end of acc.
type entropy struct {
	in  *jpegInput
	acc uint64
	n   int
}

// scan walks mcus units of parts, restarting after every interval of them where interval is not 0. It reports whether the data is
// regular, and ends where the next marker stands.
func (e *entropy) scan(parts []scanPart, mcus, interval int) bool {
	next, left := byte(0xD0), interval
	for range mcus {
		if interval > 0 {
			if left == 0 {
				if !e.restart(next) {
					return false
				}
				next, left = 0xD0|(next+1)&7, interval
			}
			left--
		}
		for i := range parts {
			for range parts[i].blocks {
				if !e.block(parts[i].dc, parts[i].ac) {
					return false
				}
			}
		}
	}
	return e.atMarker()
}

// block walks one block: a DC difference, then AC coefficients up to the 64th or the end-of-block.
func (e *entropy) block(dc, ac *codeTable) bool {
	acc, n := e.acc, e.n
	table := dc
	for k := 0; k < 64; {
		if n < 32 {
			e.acc, e.n = acc, n
			e.fill()
			acc, n = e.acc, e.n
		}
		s := table.fast[acc>>(64-codeBits)]
		if s.bits == 0 {
			s = table.search(acc)
		}
		if s.bits == 0 || int(s.bits) > n {
			return false
		}
		acc, n = acc<<s.bits, n-int(s.bits)
		k += int(s.advance)
		if k > 64 && s.advance != blockEnd {
			return false
		}
		table = ac
	}
	e.acc, e.n = acc, n
	return true
}

// fill reads ahead up to 64 bits; it stops before a marker and at the end of the data.
func (e *entropy) fill() {
	j := e.in
	if j.end-j.pos >= 8 {
		v := binary.BigEndian.Uint64(j.buf[j.pos:])
		if inverse := ^v; (inverse-0x0101010101010101)&v&0x8080808080808080 == 0 { // no byte is 0xFF
			e.acc |= v >> e.n
			j.pos += (63 - e.n) >> 3
			e.n |= 56
			return
		}
	}
	e.acc = e.acc >> (64 - e.n) << (64 - e.n) // what the quick way read beyond n
	for e.n <= 56 {
		if j.end-j.pos < 2 && !j.more() {
			return
		}
		if j.end-j.pos < 2 {
			continue
		}
		b := j.buf[j.pos]
		if b == 0xFF {
			if j.buf[j.pos+1] != 0 {
				return
			}
			j.pos++
		}
		j.pos++
		e.acc |= uint64(b) << (56 - e.n)
		e.n += 8
	}
}

// atMarker drops what fills the last byte and reports whether a marker follows at once.
func (e *entropy) atMarker() bool {
	e.fill()
	if e.n >= 8 {
		return false
	}
	e.acc, e.n = 0, 0
	return e.in.end-e.in.pos >= 2 && e.in.buf[e.in.pos] == 0xFF && e.in.buf[e.in.pos+1] != 0
}

// restart takes the given RSTn marker.
func (e *entropy) restart(marker byte) bool {
	if !e.atMarker() || e.in.buf[e.in.pos+1] != marker {
		return false
	}
	e.in.pos += 2
	return true
}
