package convert_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"slices"
	"testing"

	"golang.org/x/image/tiff/lzw"

	"segnatura/pdfa/writer/ccitt"
)

const width, height = 61, 33 // odd, so that rows end inside bytes

// noise makes rows of random bytes.
func noise(stride int) []byte {
	rng := rand.New(rand.NewPCG(1, 1))
	b := make([]byte, stride*height)
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	return b
}

// field is one TIFF entry of type SHORT (3), LONG (4), RATIONAL (5) or UNDEFINED (7).
type field struct {
	tag, kind uint16
	values    []uint32
}

// page is one TIFF page to be built.
type page struct {
	fields []field
	strips [][]byte // tiles, where fields give their width
}

// buildTIFF writes pages one behind the other.
func buildTIFF(order binary.AppendByteOrder, pages ...page) []byte {
	out := []byte("II*\x00")
	if order.String() == "BigEndian" {
		out = []byte("MM\x00*")
	}
	put := binary.ByteOrder(binary.LittleEndian)
	if order.String() == "BigEndian" {
		put = binary.BigEndian
	}
	link := len(out)
	out = append(out, 0, 0, 0, 0)
	for _, p := range pages {
		var offsets, counts []uint32
		for _, s := range p.strips {
			offsets, counts = append(offsets, uint32(len(out))), append(counts, uint32(len(s)))
			out = append(out, s...)
		}
		places := []field{{273, 4, offsets}, {279, 4, counts}}
		if slices.ContainsFunc(p.fields, func(f field) bool { return f.tag == 322 }) {
			places = []field{{324, 4, offsets}, {325, 4, counts}}
		}
		fields := slices.Concat([]field{{256, 3, []uint32{width}}, {257, 3, []uint32{height}}}, places, p.fields)
		var entries []byte
		for _, f := range fields {
			var data []byte
			for _, v := range f.values {
				switch f.kind {
				case 3:
					data = order.AppendUint16(data, uint16(v))
				case 7:
					data = append(data, byte(v))
				default:
					data = order.AppendUint32(data, v)
				}
			}
			count := len(f.values)
			if f.kind == 5 {
				count /= 2
			}
			entries = order.AppendUint16(entries, f.tag)
			entries = order.AppendUint16(entries, f.kind)
			entries = order.AppendUint32(entries, uint32(count))
			if len(data) > 4 {
				entries = order.AppendUint32(entries, uint32(len(out)))
				out = append(out, data...)
			} else {
				entries = append(entries, append(data, 0, 0, 0, 0)[:4]...)
			}
		}
		put.PutUint32(out[link:], uint32(len(out)))
		out = order.AppendUint16(out, uint16(len(fields)))
		out = append(out, entries...)
		link = len(out)
		out = append(out, 0, 0, 0, 0)
	}
	return out
}

// opaque makes an entry of bytes.
func opaque(tag uint16, data []byte) field {
	f := field{tag, 7, nil}
	for _, v := range data {
		f.values = append(f.values, uint32(v))
	}
	return f
}

// tiles cuts rows of stride bytes into tiles of side rows and pixels of so many bytes, filled up with 0x55.
func tiles(rows []byte, stride, side, pixelBytes int) [][]byte {
	var out [][]byte
	for y := 0; y < height; y += side {
		for x := 0; x < stride; x += side * pixelBytes {
			tile := bytes.Repeat([]byte{0x55}, side*side*pixelBytes)
			for k := range min(side, height-y) {
				copy(tile[k*side*pixelBytes:(k+1)*side*pixelBytes], rows[(y+k)*stride+x:(y+k)*stride+min(stride, x+side*pixelBytes)])
			}
			out = append(out, tile)
		}
	}
	return out
}

// plane takes one sample of each pixel out of rows.
func plane(rows []byte, samples, size, which int) []byte {
	var out []byte
	for i := which * size; i < len(rows); i += samples * size {
		out = append(out, rows[i:i+size]...)
	}
	return out
}

func short(tag uint16, v ...uint32) field { return field{tag, 3, v} }

// layout is the usual description of an image.
func layout(samples, bits, photometric, compression int, more ...field) []field {
	depth := make([]uint32, samples)
	for i := range depth {
		depth[i] = uint32(bits)
	}
	return append([]field{short(258, depth...), short(259, uint32(compression)), short(262, uint32(photometric)),
		short(277, uint32(samples)), short(278, height)}, more...)
}

func deflated(tb testing.TB, data []byte) []byte {
	tb.Helper()
	var b bytes.Buffer
	zw := zlib.NewWriter(&b)
	zw.Write(data)
	if err := zw.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// lzwed codes with clear codes so often that the width of codes stays at nine bits.
func lzwed(data []byte) []byte {
	var out []byte
	var acc uint32
	n := 0
	put := func(code uint32) {
		acc = acc<<9 | code
		for n += 9; n >= 8; {
			n -= 8
			out = append(out, byte(acc>>n))
		}
	}
	for i, v := range data {
		if i%100 == 0 {
			put(256)
		}
		put(uint32(v))
	}
	put(257)
	return append(out, byte(acc<<(8-n)))
}

// packed codes as PackBits: literals, and every second block as a repetition where it is one.
func packed(data []byte) []byte {
	var out []byte
	for len(data) > 0 {
		n := 1
		for n < len(data) && n < 128 && data[n] == data[0] {
			n++
		}
		if n > 1 {
			out = append(out, byte(1-n), data[0])
		} else {
			out = append(out, 0x80, 0, data[0]) // a no-operation, then one literal
		}
		data = data[n:]
	}
	return out
}

func g4(tb testing.TB, rows []byte) []byte {
	tb.Helper()
	var b bytes.Buffer
	e := ccitt.NewEncoder(&b, width)
	stride := (width + 7) / 8
	for y := range height {
		if err := e.WriteRow(rows[y*stride:]); err != nil {
			tb.Fatal(err)
		}
	}
	if err := e.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func inverted(b []byte) []byte {
	out := bytes.Clone(b)
	for i := range out {
		out[i] = ^out[i]
	}
	return out
}

func reversed(b []byte) []byte {
	out := bytes.Clone(b)
	for i, v := range out {
		for range 8 {
			out[i] = out[i]<<1 | v&1
			v >>= 1
		}
	}
	return out
}

func swapped(b []byte) []byte {
	out := bytes.Clone(b)
	for i := 0; i+1 < len(out); i += 2 {
		out[i], out[i+1] = out[i+1], out[i]
	}
	return out
}

// differences applies the horizontal predictor to rows of 8-bit samples.
func differences(rows []byte, samples int) []byte {
	out := bytes.Clone(rows)
	stride := width * samples
	for y := range height {
		row := out[y*stride : (y+1)*stride]
		for i := len(row) - 1; i >= samples; i-- {
			row[i] -= row[i-samples]
		}
	}
	return out
}

// chunk writes a PNG chunk.
func chunk(kind string, data []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	b = append(append(b, kind...), data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// buildPNG writes a PNG of the given header fields, whose rows are unfiltered.
func buildPNG(tb testing.TB, w, h uint32, depth, colour, interlace byte, data []byte, more ...[]byte) []byte {
	tb.Helper()
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
	parts := [][]byte{[]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(header, depth, colour, 0, 0, interlace))}
	parts = append(parts, more...)
	packed := deflated(tb, data)
	parts = append(parts, chunk("IDAT", packed[:len(packed)/2]), chunk("IDAT", packed[len(packed)/2:]), chunk("IEND", nil))
	return bytes.Join(parts, nil)
}

// plainRows puts filter byte 0 before rows of noise; with low, samples stay below 4, for palettes.
func plainRows(stride int, low bool) []byte {
	var out []byte
	rows := noise(stride)
	for y := range height {
		out = append(out, 0)
		for _, v := range rows[y*stride : (y+1)*stride] {
			if low {
				v &= 3
			}
			out = append(out, v)
		}
	}
	return out
}

// interlacedRows makes the data of an Adam7 image: seven passes of noise.
func interlacedRows(bitsPerPixel int) []byte {
	rng := rand.New(rand.NewPCG(3, 3))
	var out []byte
	for _, pass := range [7][4]int{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}} {
		columns, rows := (width-pass[0]+pass[2]-1)/pass[2], (height-pass[1]+pass[3]-1)/pass[3]
		for range rows {
			out = append(out, 0)
			for range (columns*bitsPerPixel + 7) / 8 {
				out = append(out, byte(rng.Uint32()))
			}
		}
	}
	return out
}

// filteredPNG has rows of every filter, as the standard encoder chooses them, and alpha, so that we have to undo them.
func filteredPNG(tb testing.TB) []byte {
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.SetNRGBA(x, y, color.NRGBA{uint8(4 * x), uint8(7 * y), uint8(x * y), uint8(255 - x)})
		}
	}
	return encodePNG(tb, img)
}

// samples are one small sound file of each kind.
func samples(tb testing.TB) map[string][]byte {
	tb.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 64, 48))
	for i := range img.Pix {
		img.Pix[i] = byte(i * i / 7)
	}
	var j, g bytes.Buffer
	if err := errors.Join(jpeg.Encode(&j, img, nil), jpeg.Encode(&g, image.NewGray(img.Rect), nil)); err != nil {
		tb.Fatal(err)
	}
	bits := noise((width + 7) / 8)
	return map[string][]byte{
		"JPEG":          j.Bytes(),
		"grey JPEG":     g.Bytes(),
		"PNG":           buildPNG(tb, width, height, 8, 2, 0, plainRows(3*width, false)),
		"PNG alpha":     filteredPNG(tb),
		"PNG bitonal":   buildPNG(tb, width, height, 1, 0, 0, plainRows((width+7)/8, false)),
		"TIFF G4":       buildTIFF(binary.LittleEndian, page{layout(1, 1, 0, 4), [][]byte{g4(tb, bits)}}),
		"TIFF LZW":      buildTIFF(binary.BigEndian, page{layout(1, 8, 1, 5), [][]byte{lzwed(noise(width))}}),
		"TIFF PackBits": buildTIFF(binary.LittleEndian, page{layout(1, 8, 1, 32773), [][]byte{packed(noise(width))}}),
	}
}

// withSegments puts marker segments behind SOI.
func withSegments(file []byte, segments ...[]byte) []byte {
	out := bytes.Clone(file[:2])
	for _, s := range segments {
		out = append(out, 0xFF, s[0])
		out = binary.BigEndian.AppendUint16(out, uint16(len(s)+1))
		out = append(out, s[1:]...)
	}
	return append(out, file[2:]...)
}

// lzwed is right if the reader that convert rests on agrees.
func TestLZWHelper(t *testing.T) {
	want := noise(width)
	got, err := io.ReadAll(lzw.NewReader(bytes.NewReader(lzwed(want)), lzw.MSB, 8))
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%v", err)
	}
}
