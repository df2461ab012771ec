package sheet

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"math/bits"
)

// This file decodes the luminance of the JPEGs that scanners send: baseline, one scan, grey or YCbCr (ITU-T T.81, F.2). Chroma is
// stepped over, and a block of plain paper is one value. It is here because decoding is most of what a page costs: it takes about
// a third of image/jpeg's time, which always makes all planes. It decides nothing: whatever is not entirely regular, from a
// progressive file to a wrong bit, makes it give up, and image/jpeg has the word on the file. TestLumaIsWhatImageJPEGMakes holds
// the two against each other, also on damaged files.

// decodeJPEG is the luminance alone where that is quick to have, or what image/jpeg makes of the file.
func decodeJPEG(data []byte) (image.Image, error) {
	if img, ok := jpegLuma(data); ok {
		return img, nil
	}
	return jpeg.Decode(bytes.NewReader(data))
}

// jpegLuma returns the Y plane of a regular baseline JPEG.
func jpegLuma(data []byte) (*image.Gray, bool) {
	if !bytes.HasPrefix(data, []byte{0xff, 0xd8}) {
		return nil, false
	}
	d := lumaDecoder{data: data, at: 2}
	for {
		marker, body, ok := d.segment()
		if !ok {
			return nil, false
		}
		switch {
		case marker == 0xc0 || marker == 0xc1:
			ok = d.frame(body)
		case marker == 0xc4:
			ok = d.huffman(body)
		case marker == 0xdb:
			ok = d.quantisation(body)
		case marker == 0xdd:
			ok = len(body) == 2
			if ok {
				d.interval = int(binary.BigEndian.Uint16(body))
			}
		case marker == 0xda:
			return d.scan(body)
		case marker == 0xee: // Adobe says when the three components are not YCbCr
			ok = !bytes.HasPrefix(body, []byte("Adobe")) || len(body) >= 12 && body[11] == 1
		default:
			ok = marker >= 0xe0 && marker <= 0xef || marker == 0xfe
		}
		if !ok {
			return nil, false
		}
	}
}

type lumaDecoder struct {
	data     []byte
	at       int // of the next byte
	acc      uint64
	n        int // bits in acc, at its low end
	interval int // MCUs between restart markers; 0 for none
	width    int
	height   int
	parts    []component
	quant    [4]*[64]int32
	tables   [2][4]*huffman // DC, AC
}

type component struct {
	id, h, v, tq byte
	dc, ac       *huffman
	last         int32 // DC of the block before
}

// huffman maps the next bits to a symbol and the length of its code.
type huffman struct {
	short [1 << shortBits]code // by the next bits; length 0 where the code is longer
	long  [17]struct {         // for each length
		end    uint32 // the first 16 bits that are beyond the codes of this length
		offset int32  // from a code of this length to its place in symbols
	}
	symbols [256]uint8
}

type code struct{ length, symbol uint8 }

const shortBits = 9 // the whole table is a kilobyte; nearly all codes are this short

// segment returns the next marker with what belongs to it.
func (d *lumaDecoder) segment() (marker byte, body []byte, ok bool) {
	if d.at+4 > len(d.data) || d.data[d.at] != 0xff {
		return 0, nil, false
	}
	size := int(binary.BigEndian.Uint16(d.data[d.at+2:]))
	if size < 2 || d.at+2+size > len(d.data) {
		return 0, nil, false
	}
	marker, body = d.data[d.at+1], d.data[d.at+4:d.at+2+size]
	d.at += 2 + size
	return marker, body, true
}

func (d *lumaDecoder) frame(b []byte) bool {
	if d.parts != nil || len(b) < 6 || b[0] != 8 || b[5] != 1 && b[5] != 3 || len(b) != 6+3*int(b[5]) {
		return false
	}
	d.height, d.width = int(binary.BigEndian.Uint16(b[1:])), int(binary.BigEndian.Uint16(b[3:]))
	for c := b[6:]; len(c) > 0; c = c[3:] {
		d.parts = append(d.parts, component{id: c[0], h: c[1] >> 4, v: c[1] & 15, tq: c[2]})
	}
	y := &d.parts[0]
	if len(d.parts) == 1 {
		y.h, y.v = 1, 1 // a scan of one component is not interleaved, whatever it says
		return d.width > 0 && d.height > 0 && y.tq < 4
	}
	u, v := d.parts[1], d.parts[2]
	named := string([]byte{y.id, u.id, v.id}) // image/jpeg takes these names for RGB
	return d.width > 0 && d.height > 0 && y.tq < 4 && u.tq < 4 && v.tq < 4 && named != "RGB" && y.id != u.id && u.id != v.id && y.id != v.id &&
		(y.h == 1 || y.h == 2) && (y.v == 1 || y.v == 2) && u.h == 1 && u.v == 1 && v.h == 1 && v.v == 1
}

func (d *lumaDecoder) quantisation(b []byte) bool {
	for len(b) > 0 {
		if len(b) < 65 || b[0] > 3 { // 8 bits a value
			return false
		}
		q := new([64]int32)
		for i := range q {
			q[i] = int32(b[1+i])
		}
		d.quant[b[0]], b = q, b[65:]
	}
	return true
}

func (d *lumaDecoder) huffman(b []byte) bool {
	for len(b) > 0 {
		if len(b) < 17 || b[0]&0xef > 3 {
			return false
		}
		n := 0
		for _, k := range b[1:17] {
			n += int(k)
		}
		if n == 0 || n > 256 || len(b) < 17+n {
			return false
		}
		h := new(huffman)
		copy(h.symbols[:], b[17:17+n])
		next, used := 0, 0 // the next code of the length, and how many symbols have one
		for length := 1; length <= 16; length++ {
			h.long[length].offset = int32(used - next)
			for range b[length] {
				if next >= 1<<length-1 { // all ones is no code, and no more fit
					return false
				}
				if length <= shortBits {
					first := next << (shortBits - length)
					for i := range 1 << (shortBits - length) {
						h.short[first+i] = code{uint8(length), h.symbols[used]}
					}
				}
				next++
				used++
			}
			h.long[length].end = uint32(next) << (16 - length)
			next <<= 1
		}
		d.tables[b[0]>>4][b[0]&3], b = h, b[17+n:]
	}
	return true
}

// scan decodes the one scan and sees that nothing but the end follows.
func (d *lumaDecoder) scan(b []byte) (*image.Gray, bool) {
	n := len(d.parts)
	if n == 0 || len(b) != 4+2*n || int(b[0]) != n || b[1+2*n] != 0 || b[2+2*n] != 63 || b[3+2*n] != 0 || d.quant[d.parts[0].tq] == nil {
		return nil, false
	}
	for i := range d.parts {
		c, t := &d.parts[i], b[1+2*i:]
		if t[0] != c.id || t[1]>>4 > 3 || t[1]&15 > 3 {
			return nil, false
		}
		c.dc, c.ac = d.tables[0][t[1]>>4], d.tables[1][t[1]&15]
		if c.dc == nil || c.ac == nil || d.quant[c.tq] == nil {
			return nil, false
		}
	}
	y := &d.parts[0]
	mcuW, mcuH := 8*int(y.h), 8*int(y.v)
	across, down := (d.width+mcuW-1)/mcuW, (d.height+mcuH-1)/mcuH
	out := &image.Gray{Stride: across * mcuW, Pix: make([]uint8, across*mcuW*down*mcuH), Rect: image.Rect(0, 0, d.width, d.height)}
	for m := range across * down {
		if d.interval > 0 && m > 0 && m%d.interval == 0 && !d.restart(m/d.interval-1) {
			return nil, false
		}
		at := m/across*mcuH*out.Stride + m%across*mcuW
		for v := range int(y.v) {
			for h := range int(y.h) {
				if !d.block(y, d.quant[y.tq], out.Pix[at+8*v*out.Stride+8*h:], out.Stride) {
					return nil, false
				}
			}
		}
		for i := 1; i < n; i++ {
			if !d.skip(&d.parts[i]) {
				return nil, false
			}
		}
	}
	return out, d.n >= 0 && d.align() && bytes.HasPrefix(d.data[d.at:], []byte{0xff, 0xd9})
}

// align goes to the marker that must follow the entropy-coded bytes: at most the padding of one byte is left of them.
func (d *lumaDecoder) align() bool {
	left := d.n
	d.acc, d.n = 0, 0
	return left < 8 && d.at+1 < len(d.data) && d.data[d.at] == 0xff && d.data[d.at+1] != 0
}

func (d *lumaDecoder) restart(number int) bool {
	if !d.align() || d.data[d.at+1] != 0xd0+byte(number%8) {
		return false
	}
	d.at += 2
	for i := range d.parts {
		d.parts[i].last = 0
	}
	return true
}

// fill is called with less than 32 bits in acc, and puts bytes into it until it holds 32 or more, or a marker comes: then it stays
// short, and who takes more than it has sees n fall under zero.
func (d *lumaDecoder) fill() {
	if d.at+4 <= len(d.data) {
		w := binary.BigEndian.Uint32(d.data[d.at:])
		if (^w-0x01010101)&w&0x80808080 == 0 { // none of the four is 0xff
			d.acc = d.acc<<32 | uint64(w)
			d.n += 32
			d.at += 4
			return
		}
	}
	for d.n <= 48 && d.at < len(d.data) {
		c := d.data[d.at]
		if c == 0xff {
			if d.at+1 >= len(d.data) || d.data[d.at+1] != 0 {
				return
			}
			d.at++
		}
		d.at++
		d.acc = d.acc<<8 | uint64(c)
		d.n += 8
	}
}

// symbol reads one code. It reports false when the bits are none, or there are not enough.
func (d *lumaDecoder) symbol(h *huffman) (uint8, bool) {
	if d.n < 32 { // a code and the bits that follow it are 27 at most
		d.fill()
	}
	var next uint64
	if d.n >= 16 {
		next = d.acc >> (d.n - 16)
	} else {
		next = d.acc << (16 - d.n)
	}
	next &= 0xffff
	e := h.short[next>>(16-shortBits)]
	if e.length == 0 {
		e = h.longCode(uint32(next))
	}
	d.n -= int(e.length)
	return e.symbol, e.length > 0 && d.n >= 0
}

// longCode finds a code of more than shortBits bits at the head of 16; length 0 is none.
func (h *huffman) longCode(next uint32) code {
	for length := shortBits + 1; length <= 16; length++ {
		if l := h.long[length]; next < l.end {
			return code{uint8(length), h.symbols[uint8(int32(next>>(16-length))+l.offset)]}
		}
	}
	return code{}
}

// extend reads a value of s bits (T.81, F.2.2.1).
func (d *lumaDecoder) extend(s uint8) (int32, bool) {
	if d.n -= int(s); d.n < 0 {
		return 0, false
	}
	v := int32(d.acc >> d.n & (1<<s - 1))
	if v < 1<<s>>1 {
		v -= 1<<s - 1
	}
	return v, true
}

// skip steps over a block, checking its codes.
func (d *lumaDecoder) skip(c *component) bool {
	s, ok := d.symbol(c.dc)
	if d.n -= int(s); !ok || s > 11 || d.n < 0 {
		return false
	}
	for k := 1; k < 64; k++ {
		s, ok := d.symbol(c.ac)
		if !ok || s&15 > 10 {
			return false
		}
		if s&15 == 0 {
			if s == 0 {
				return true
			}
			if s != 0xf0 {
				return false
			}
			k += 15
			continue
		}
		k += int(s >> 4)
		if d.n -= int(s & 15); k > 63 || d.n < 0 {
			return false
		}
	}
	return true
}

// zigzag is the place of each coefficient (T.81, figure 5).
var zigzag = [64]uint8{
	0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
	35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
}

// block decodes one block of luminance to its place in the plane.
func (d *lumaDecoder) block(c *component, q *[64]int32, dst []uint8, stride int) bool {
	s, ok := d.symbol(c.dc)
	if !ok || s > 11 {
		return false
	}
	diff, ok := d.extend(s)
	if !ok {
		return false
	}
	c.last += diff
	var coef [64]int32
	if c.last > 1<<11 || c.last < -1<<11 {
		return false
	}
	coef[0] = c.last * q[0]
	energy := max(coef[0], -coef[0])
	var rows, columns uint8 // in which of them coefficients stand
	for k := 1; k < 64; k++ {
		s, ok := d.symbol(c.ac)
		if !ok || s&15 > 10 {
			return false
		}
		if s&15 == 0 {
			if s == 0 {
				break
			}
			if s != 0xf0 {
				return false
			}
			k += 15
			continue
		}
		k += int(s >> 4)
		if k > 63 {
			return false
		}
		v, ok := d.extend(s & 15)
		if !ok {
			return false
		}
		z := zigzag[k]
		coef[z] = v * q[k]
		energy += max(coef[z], -coef[z])
		rows |= 1 << (z >> 3)
		columns |= 1 << (z & 7)
	}
	if energy == max(coef[0], -coef[0]) { // plain
		level := clamp((coef[0]+4)>>3 + 128)
		for y := range 8 {
			row := dst[y*stride : y*stride+8 : y*stride+8]
			for x := range row {
				row[x] = level
			}
		}
		return true
	}
	if energy > mostEnergy {
		return false
	}
	inverse(&coef, rows, columns, dst, stride)
	return true
}

func clamp(v int32) uint8 {
	if uint32(v) > 255 {
		return uint8(^v >> 31)
	}
	return uint8(v)
}

// mostEnergy bounds the sum of a block's coefficients, all taken positive. Of 8-bit samples it is under 8192 and the rounding of the
// quantisation; the arithmetic below is sure up to twice that, and what is above was never an image.
const mostEnergy = 1 << 14

// fix is the number of fractional bits of the cosines.
const fix = 12

// inverse is the two-dimensional inverse DCT: columns, then rows. rows and columns have a bit for each row and column in which a
// coefficient beside the DC stands: scanned paper has few, and low ones.
func inverse(c *[64]int32, rows, columns uint8, dst []uint8, stride int) {
	const firstShift = fix - 2 // two fractional bits are kept between the passes
	const half = 1 << (firstShift - 1)
	for x := range bits.Len8(columns | 1) {
		var e0, e1, e2, e3, o0, o1, o2, o3 int32
		if rows < 1<<4 {
			e0, e1, e2, e3, o0, o1, o2, o3 = inverse4(c[x], c[8+x], c[16+x], c[24+x])
		} else {
			e0, e1, e2, e3, o0, o1, o2, o3 = inverse8(c[x], c[8+x], c[16+x], c[24+x], c[32+x], c[40+x], c[48+x], c[56+x])
		}
		c[x], c[56+x] = (e0+o0+half)>>firstShift, (e0-o0+half)>>firstShift
		c[8+x], c[48+x] = (e1+o1+half)>>firstShift, (e1-o1+half)>>firstShift
		c[16+x], c[40+x] = (e2+o2+half)>>firstShift, (e2-o2+half)>>firstShift
		c[24+x], c[32+x] = (e3+o3+half)>>firstShift, (e3-o3+half)>>firstShift
	}
	const shift = fix + 5 // the two bits, and the factor 8 of two passes
	const rest = 128<<shift + 1<<(shift-1)
	for y := range 8 {
		r := (*[8]int32)(c[8*y:])
		d := (*[8]uint8)(dst[y*stride:])
		var e0, e1, e2, e3, o0, o1, o2, o3 int32
		if columns < 1<<4 {
			e0, e1, e2, e3, o0, o1, o2, o3 = inverse4(r[0], r[1], r[2], r[3])
		} else {
			e0, e1, e2, e3, o0, o1, o2, o3 = inverse8(r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7])
		}
		d[0], d[7] = clamp((e0+o0+rest)>>shift), clamp((e0-o0+rest)>>shift)
		d[1], d[6] = clamp((e1+o1+rest)>>shift), clamp((e1-o1+rest)>>shift)
		d[2], d[5] = clamp((e2+o2+rest)>>shift), clamp((e2-o2+rest)>>shift)
		d[3], d[4] = clamp((e3+o3+rest)>>shift), clamp((e3-o3+rest)>>shift)
	}
}

// The cosines of the transform and their sums, times 1<<fix.
const (
	c0541 = 2217  // 0.541196100
	c0765 = 3135  // 0.765366865
	c1847 = 7568  // 1.847759065
	c1175 = 4816  // 1.175875602
	c0298 = 1223  // 0.298631336
	c2053 = 8410  // 2.053119869
	c3072 = 12586 // 3.072711026
	c1501 = 6149  // 1.501321110
	c0899 = 3686  // 0.899976223
	c2562 = 10498 // 2.562915447
	c1961 = 8035  // 1.961570560
	c0390 = 1598  // 0.390180644
)

// inverse8 is the eight-point inverse DCT after Loeffler, Ligtenberg and Moschytz (ICASSP 1989), with eleven multiplications, up to
// its last additions: output i is ei+oi, output 7-i is ei-oi, scaled by the square root of 8 and by 1<<fix.
func inverse8(x0, x1, x2, x3, x4, x5, x6, x7 int32) (e0, e1, e2, e3, o0, o1, o2, o3 int32) {
	z := (x2 + x6) * c0541
	t2, t3 := z-x6*c1847, z+x2*c0765
	t0, t1 := (x0+x4)<<fix, (x0-x4)<<fix
	p5 := (x1 + x3 + x5 + x7) * c1175
	p1, p2 := (x7+x1)*c0899, (x5+x3)*c2562
	p3, p4 := p5-(x7+x3)*c1961, p5-(x5+x1)*c0390
	return t0 + t3, t1 + t2, t1 - t2, t0 - t3, x1*c1501 - p1 + p4, x3*c3072 - p2 + p3, x5*c2053 - p2 + p4, x7*c0298 - p1 + p3
}

// inverse4 is inverse8 where the upper four are zero.
func inverse4(x0, x1, x2, x3 int32) (e0, e1, e2, e3, o0, o1, o2, o3 int32) {
	t0, t2, t3 := x0<<fix, x2*c0541, x2*(c0541+c0765)
	p5 := (x1 + x3) * c1175
	p1, p2 := x1*c0899, x3*c2562
	p3, p4 := p5-x3*c1961, p5-x1*c0390
	return t0 + t3, t0 + t2, t0 - t2, t0 - t3, x1*c1501 - p1 + p4, x3*c3072 - p2 + p3, p4 - p2, p3 - p1
}
