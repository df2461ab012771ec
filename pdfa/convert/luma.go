package convert

import "io"

// This file decodes the brightness of a sequential Huffman JPEG, and nothing else of it: what recognises text looks at no
// colours, and many blocks of a page are paper, whose one coefficient needs no transform. It takes somewhat more than half of
// image/jpeg's time on grey pages and a quarter on clean pages in colour (BenchmarkBrightness), and tesseract has the rest of the
// cores. What the walk of entropy.go does not know is left to image/jpeg.

// lumaPlane is the first component of a JPEG, as it is walked.
type lumaPlane struct {
	quant      [4][64]int32 // by table, in zigzag order
	table      byte
	h, v       int // blocks of the first component in an MCU
	mcusAcross int
	stride     int
	pix        []byte // whole blocks
}

// decodeLuma returns the brightness of a JPEG whose first component is that. It reports false for what is not of the common kind,
// or not sound.
func decodeLuma(r io.Reader) (*lumaPlane, bool) {
	w := &jpegWalker{in: newJPEGInput(r), regular: true, luma: &lumaPlane{}}
	info, err := w.walk()
	if err != nil || !info.proved || len(info.components) == 4 || len(info.components) == 3 && (info.isRGB() || info.adobe && info.transform == 0) {
		return nil, false
	}
	return w.luma, true
}

// row copies the head of a row of pixels.
func (p *lumaPlane) row(y int, row []byte) { copy(row, p.pix[y*p.stride:]) }

// define keeps a quantisation table.
func (p *lumaPlane) define(table byte, values []byte, wide bool) {
	for i := range p.quant[table] {
		if wide {
			p.quant[table][i] = int32(values[2*i])<<8 | int32(values[2*i+1])
		} else {
			p.quant[table][i] = int32(values[i])
		}
	}
}

// begin makes room for a frame whose MCUs have so many blocks of the first component.
func (p *lumaPlane) begin(info jpegInfo) {
	first := info.components[0]
	p.table, p.h, p.v = first.quant&3, int(first.h), int(first.v)
	if len(info.components) == 1 {
		p.h, p.v = 1, 1
	}
	p.mcusAcross = (info.width + 8*p.h - 1) / (8 * p.h)
	p.stride = p.mcusAcross * p.h * 8
	p.pix = make([]byte, p.stride*((info.height+8*p.v-1)/(8*p.v))*p.v*8)
}

// lumaScan is scan, keeping the first component's pixels.
func (e *entropy) lumaScan(parts []scanPart, mcus, interval int, p *lumaPlane) bool {
	next, left, dc := byte(markerRST0), interval, int32(0)
	quant := &p.quant[p.table]
	for mcu := range mcus {
		if interval > 0 {
			if left == 0 {
				if !e.restart(next) {
					return false
				}
				next, left, dc = markerRST0|(next+1)&7, interval, 0
			}
			left--
		}
		for b := range parts[0].blocks {
			var block [64]int32
			last, ok := e.values(parts[0].dc, parts[0].ac, &dc, quant, &block)
			if !ok {
				return false
			}
			x, y := (mcu%p.mcusAcross)*p.h+b%p.h, (mcu/p.mcusAcross)*p.v+b/p.h
			put(&block, last == 0, p.pix[(y*p.stride+x)*8:], p.stride)
		}
		for i := range parts[1:] {
			for range parts[1+i].blocks {
				if !e.block(parts[1+i].dc, parts[1+i].ac) {
					return false
				}
			}
		}
	}
	return e.atMarker()
}

// values walks one block as block does, and puts its coefficients, times their quantisation, where they belong. It returns the
// place of the last one in zigzag order.
func (e *entropy) values(dcTable, acTable *codeTable, dc *int32, quant *[64]int32, block *[64]int32) (last int, ok bool) {
	table := dcTable
	for k := 0; k < 64; {
		if e.n < 32 {
			e.fill()
		}
		s := table.fast[e.acc>>(64-codeBits)]
		if s.bits == 0 {
			s = table.search(e.acc)
		}
		if s.bits == 0 || int(s.bits) > e.n {
			return 0, false
		}
		value := int32(e.acc>>(64-s.bits)) & (1<<s.size - 1)
		if s.size > 0 && value < 1<<(s.size-1) {
			value -= 1<<s.size - 1
		}
		e.acc, e.n = e.acc<<s.bits, e.n-int(s.bits)
		if k == 0 {
			*dc += value
			block[0] = *dc * quant[0]
		}
		if s.advance == blockEnd && k > 0 {
			return last, true
		}
		if k += int(s.advance); k > 64 {
			return 0, false
		}
		if s.size > 0 && k > 1 {
			last = k - 1
			block[zigzag[last]] = value * quant[last]
		}
		table = acTable
	}
	return last, true
}

// zigzag is the order of coefficients (T.81, figure A.6): the place in a block of eight rows of eight.
var zigzag = [64]uint8{
	0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
	35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
}

// Half the cosines of k times a sixteenth of pi, in 1/8192.
const (
	cosineBits = 13
	cos1       = 4017
	cos2       = 3784
	cos3       = 3406
	cos4       = 2896
	cos5       = 2276
	cos6       = 1567
	cos7       = 799
)

// put transforms a block (T.81, A.3.3) into pixels. flat says that there is nothing beside its mean.
func put(block *[64]int32, flat bool, pix []byte, stride int) {
	if flat {
		v := level((block[0]+4)>>3 + 128)
		for y := range 8 {
			row := pix[y*stride : y*stride+8]
			for x := range row {
				row[x] = v
			}
		}
		return
	}
	const between = 3 // bits kept after the columns
	for x := range 8 {
		c := (*[57]int32)(block[x:])
		if c[8]|c[16]|c[24]|c[32]|c[40]|c[48]|c[56] == 0 {
			v := (c[0]*cos4 + 1<<(cosineBits-between-1)) >> (cosineBits - between)
			c[0], c[8], c[16], c[24], c[32], c[40], c[48], c[56] = v, v, v, v, v, v, v, v
			continue
		}
		a0, a1, a2, a3, a4, a5, a6, a7 := transform(c[0], c[8], c[16], c[24], c[32], c[40], c[48], c[56], 1<<(cosineBits-between-1))
		const n = cosineBits - between
		c[0], c[8], c[16], c[24], c[32], c[40], c[48], c[56] = a0>>n, a1>>n, a2>>n, a3>>n, a4>>n, a5>>n, a6>>n, a7>>n
	}
	for y := range 8 {
		c, row := (*[8]int32)(block[8*y:]), (*[8]byte)(pix[y*stride:])
		a0, a1, a2, a3, a4, a5, a6, a7 := transform(c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7], 128<<(cosineBits+between)+1<<(cosineBits+between-1))
		const n = cosineBits + between
		row[0], row[1], row[2], row[3] = level(a0>>n), level(a1>>n), level(a2>>n), level(a3>>n)
		row[4], row[5], row[6], row[7] = level(a4>>n), level(a5>>n), level(a6>>n), level(a7>>n)
	}
}

// transform is the inverse cosine transform of eight numbers, times 8192, plus bias: even and odd frequencies apart, for the latter
// are mirrored with the sign changed. What overflows in a block that no encoder makes is a wrong grey and no more.
func transform(f0, f1, f2, f3, f4, f5, f6, f7, bias int32) (o0, o1, o2, o3, o4, o5, o6, o7 int32) {
	a, b := (f0+f4)*cos4+bias, (f0-f4)*cos4+bias
	c, d := f2*cos2+f6*cos6, f2*cos6-f6*cos2
	e0, e1, e2, e3 := a+c, b+d, b-d, a-c
	n0 := f1*cos1 + f3*cos3 + f5*cos5 + f7*cos7
	n1 := f1*cos3 - f3*cos7 - f5*cos1 - f7*cos5
	n2 := f1*cos5 - f3*cos1 + f5*cos7 + f7*cos3
	n3 := f1*cos7 - f3*cos5 + f5*cos3 - f7*cos1
	return e0 + n0, e1 + n1, e2 + n2, e3 + n3, e3 - n3, e2 - n2, e1 - n1, e0 - n0
}

func level(v int32) byte {
	if uint32(v) > 255 {
		return byte(^(v >> 31)) // 0 below, 255 above
	}
	return byte(v)
}
