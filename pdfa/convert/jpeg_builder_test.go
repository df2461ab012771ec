package convert_test

import (
	"encoding/binary"
	"math/rand/v2"
)

// jpegLayout describes a sequential JPEG of noise to be built; the standard encoder writes two layouts only.
type jpegLayout struct {
	width, height int
	sampling      []byte // of each component: factors as in the frame header
	ids           string // of the components; "" is 1, 2, 3, 4
	adobe         int    // the transform of Adobe's marker; below 0 there is none
	restart       int    // MCUs between restarts
	frame         byte   // marker; 0 is SOF0, 0xC2 progressive: of one component, first all DC, then all AC
	segments      [][]byte
}

// jpegParts are the pieces that the old way of putting JPEG into TIFF keeps apart: segments with their markers, tables without.
type jpegParts struct {
	head      []byte // SOI and the application segments
	quant     []byte // a table of 64 values
	dc, ac    []byte // Huffman tables: 16 counts, then the symbols
	frame     []byte
	restarts  []byte
	scan      []byte // the scan header
	intervals [][]byte
}

func segment(marker byte, data ...byte) []byte {
	b := binary.BigEndian.AppendUint16([]byte{0xFF, marker}, uint16(len(data)+2))
	return append(b, data...)
}

// buildJPEG writes a whole stream.
func buildJPEG(l jpegLayout) []byte {
	p := makeJPEG(l)
	out := append(p.head, segment(0xDB, append([]byte{0}, p.quant...)...)...)
	out = append(out, p.frame...)
	out = append(out, segment(0xC4, append([]byte{0x00}, p.dc...)...)...)
	out = append(out, segment(0xC4, append([]byte{0x10}, p.ac...)...)...)
	out = append(append(out, p.restarts...), p.scan...)
	for i, data := range p.intervals {
		switch {
		case i > 0 && l.frame == 0xC2:
			out = append(out, segment(0xDA, 1, 1, 0, 1, 63, 0)...)
		case i > 0:
			out = append(out, 0xFF, 0xD0+byte(i-1)&7)
		}
		out = append(out, data...)
	}
	return append(out, 0xFF, 0xD9)
}

func makeJPEG(l jpegLayout) jpegParts {
	ids := []byte(l.ids)
	if l.ids == "" {
		ids = []byte{1, 2, 3, 4}[:len(l.sampling)]
	}
	p := jpegParts{head: []byte{0xFF, 0xD8}, quant: make([]byte, 64)}
	if l.adobe >= 0 {
		p.head = append(p.head, segment(0xEE, append([]byte("Adobe\x00\x64\x00\x00\x00\x00"), byte(l.adobe))...)...)
	}
	for _, s := range l.segments {
		p.head = append(p.head, segment(s[0], s[1:]...)...)
	}
	for i := range p.quant {
		p.quant[i] = 8
	}
	// Twelve DC codes of four bits; AC codes of three bits: the end, single coefficients, a run, sixteen zeros.
	p.dc = append([]byte{0, 0, 0, 12, 15: 0}, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
	p.ac = append([]byte{0, 0, 6, 15: 0}, 0x00, 0x01, 0x11, 0x03, 0x52, 0xF0)
	marker := max(l.frame, 0xC0)
	frame := []byte{8, byte(l.height >> 8), byte(l.height), byte(l.width >> 8), byte(l.width), byte(len(ids))}
	scan := []byte{byte(len(ids))}
	for i, id := range ids {
		frame = append(frame, id, l.sampling[i], 0)
		scan = append(scan, id, 0)
	}
	p.frame, p.scan = segment(marker, frame...), segment(0xDA, append(scan, 0, 63, 0)...)
	if l.frame == 0xC2 {
		p.scan = segment(0xDA, 1, 1, 0, 0, 0, 0)
	}
	if l.restart > 0 {
		p.restarts = segment(0xDD, byte(l.restart>>8), byte(l.restart))
	}
	p.intervals = noiseBlocks(l)
	return p
}

// noiseBlocks codes random blocks, one interval after the other.
func noiseBlocks(l jpegLayout) [][]byte {
	h, v, blocks := 8*int(l.sampling[0]>>4), 8*int(l.sampling[0]&15), 0
	for _, s := range l.sampling {
		blocks += int(s>>4) * int(s&15)
	}
	if len(l.sampling) == 1 {
		h, v, blocks = 8, 8, 1
	}
	mcus := (l.width + h - 1) / h * ((l.height + v - 1) / v)
	rng := rand.New(rand.NewPCG(7, uint64(len(l.sampling))))
	var out [][]byte
	var w, ac bitWriter
	at := &w // where the coefficients go
	if l.frame == 0xC2 {
		at = &ac
	}
	for m := range mcus {
		if l.restart > 0 && m > 0 && m%l.restart == 0 {
			out = append(out, w.end())
		}
		for range blocks {
			size := rng.Uint32N(7)
			w.put(size, 4)
			w.put(rng.Uint32()&(1<<size-1), int(size))
			for k := 1; k < 64; {
				symbol := []struct{ code, size, advance int }{{0, 0, 64}, {1, 1, 1}, {2, 1, 2}, {3, 3, 1}, {4, 2, 6}, {5, 0, 16}}[rng.IntN(6)]
				if k+symbol.advance > 64 {
					symbol.code, symbol.size, symbol.advance = 0, 0, 64
				}
				at.put(uint32(symbol.code), 3)
				at.put(rng.Uint32()&(1<<symbol.size-1), symbol.size)
				k += symbol.advance
			}
		}
	}
	if out = append(out, w.end()); l.frame == 0xC2 {
		out = append(out, ac.end())
	}
	return out
}

// bitWriter packs bits and stuffs a zero byte behind each 0xFF.
type bitWriter struct {
	out []byte
	acc uint32
	n   int
}

func (w *bitWriter) put(bits uint32, n int) {
	for n--; n >= 0; n-- {
		w.acc = w.acc<<1 | bits>>n&1
		if w.n++; w.n == 8 {
			w.out = append(w.out, byte(w.acc))
			if byte(w.acc) == 0xFF {
				w.out = append(w.out, 0)
			}
			w.n = 0
		}
	}
}

// end fills the last byte with ones, and begins anew.
func (w *bitWriter) end() []byte {
	for w.n != 0 {
		w.put(1, 1)
	}
	out := w.out
	*w = bitWriter{}
	return out
}
