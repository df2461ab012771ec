package ccitt

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"testing"

	xccitt "golang.org/x/image/ccitt"
)

// encode codes rows of width pixels.
func encode(tb testing.TB, pix []byte, width int) []byte {
	tb.Helper()
	var out bytes.Buffer
	e := NewEncoder(&out, width)
	stride := (width + 7) / 8
	for o := 0; o+stride <= len(pix); o += stride {
		if err := e.WriteRow(pix[o : o+stride]); err != nil {
			tb.Fatalf("row: %v", err)
		}
	}
	if err := e.Close(); err != nil {
		tb.Fatalf("close: %v", err)
	}
	return out.Bytes()
}

// decode reads exactly height rows and expects the end-of-block after them.
func decode(data []byte, coding Coding, width, height int) ([]byte, error) {
	d, err := NewDecoder(bytes.NewReader(data), coding, width)
	if err != nil {
		return nil, err
	}
	stride := (width + 7) / 8
	pix := make([]byte, stride*height)
	for y := range height {
		if err := d.ReadRow(pix[y*stride : (y+1)*stride]); err != nil {
			return nil, err
		}
	}
	if err := d.ReadRow(make([]byte, stride)); !errors.Is(err, io.EOF) {
		return nil, errors.New("no end of block after the last row")
	}
	return pix, nil
}

// clearPadding zeroes the bits beyond width in every row.
func clearPadding(pix []byte, width int) {
	stride := (width + 7) / 8
	if width%8 == 0 {
		return
	}
	for o := stride - 1; o < len(pix); o += stride {
		pix[o] &= 0xFF << (8 - width%8)
	}
}

// pattern makes rows of random runs, correlated with the row above as print is.
func pattern(rng *rand.Rand, width, height, longest int) []byte {
	stride := (width + 7) / 8
	pix := make([]byte, stride*height)
	for y := range height {
		row := pix[y*stride : (y+1)*stride]
		if y > 0 && rng.IntN(3) > 0 {
			copy(row, pix[(y-1)*stride:y*stride])
			for range rng.IntN(4) {
				x := rng.IntN(width)
				row[x/8] ^= 0x80 >> (x % 8)
			}
			continue
		}
		for x := 0; x < width; {
			white, black := rng.IntN(longest+1), rng.IntN(longest+1)
			setRun(row, min(x+white, width), min(x+white+black, width))
			x += white + black
		}
	}
	return pix
}

func TestEncodedRowsComeBack(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, width := range []int{1, 7, 8, 9, 64, 390, 1728, 2480, 2561, 6000} {
		for _, longest := range []int{1, 5, 70, 3000} {
			const height = 17
			pix := pattern(rng, width, height, longest)
			data := encode(t, pix, width)

			got, err := decode(data, Group4, width, height)
			if err != nil {
				t.Fatalf("width %d, runs to %d: our decoder: %v", width, longest, err)
			}
			if !bytes.Equal(got, pix) {
				t.Errorf("width %d, runs to %d: our decoder gives other pixels", width, longest)
			}
			ref, err := io.ReadAll(xccitt.NewReader(bytes.NewReader(data), xccitt.MSB, xccitt.Group4, width, height,
				&xccitt.Options{Invert: true}))
			if err != nil {
				t.Fatalf("width %d, runs to %d: reference decoder: %v", width, longest, err)
			}
			clearPadding(ref, width)
			if !bytes.Equal(ref, pix) {
				t.Errorf("width %d, runs to %d: reference decoder gives other pixels", width, longest)
			}
		}
	}
}

// Every run length from 0 to beyond the longest make-up code, in both colours, by the horizontal mode.
func TestEveryRunLength(t *testing.T) {
	const width = 5400
	stride := (width + 7) / 8
	for n := 0; n < 2700; n++ {
		pix := make([]byte, stride)
		setRun(pix, n, 2*n)
		setRun(pix, 2*n+1, min(2*n+2, width))
		data := encode(t, pix, width)
		ref, err := io.ReadAll(xccitt.NewReader(bytes.NewReader(data), xccitt.MSB, xccitt.Group4, width, 1,
			&xccitt.Options{Invert: true}))
		if err != nil || !bytes.Equal(ref, pix) {
			t.Fatalf("run of %d: reference decoder: %v", n, err)
		}
		if got, err := decode(data, Group4, width, 1); err != nil || !bytes.Equal(got, pix) {
			t.Fatalf("run of %d: our decoder: %v", n, err)
		}
	}
}

func TestTruncatedDataIsNoticed(t *testing.T) {
	pix := pattern(rand.New(rand.NewPCG(3, 4)), 400, 40, 30)
	data := encode(t, pix, 400)
	for _, n := range []int{0, 1, len(data) / 2, len(data) - 8} {
		if _, err := decode(data[:n], Group4, 400, 40); err == nil {
			t.Errorf("cut after %d of %d bytes: no error", n, len(data))
		}
	}
}

// bitString packs zeros and ones; other characters are ignored.
func bitString(s string) []byte {
	var out []byte
	n := 0
	for _, c := range s {
		if c != '0' && c != '1' {
			continue
		}
		if n%8 == 0 {
			out = append(out, 0)
		}
		out[n/8] |= byte(c-'0') << (7 - n%8)
		n++
	}
	return out
}

// The same two rows of eight pixels, wwbbbwww and wwbbwwww, in the codings that TIFF files use.
func TestGroup3Codings(t *testing.T) {
	const eol = "000000000001"
	row1 := "0111 10 1000"  // 2 white, 3 black, 3 white
	row2 := "0111 11 1011"  // 2 white, 2 black, 4 white
	row2in2D := "1 010 1"   // V0, VL1, V0
	fill := "0000000000000" // fill bits may precede any EOL
	want := []byte{0b00111000, 0b00110000}
	tests := map[string]struct {
		coding Coding
		data   string
	}{
		"1-D":           {Group31D, eol + row1 + eol + row2 + eol + eol + eol + eol + eol + eol},
		"1-D with fill": {Group31D, fill + eol + row1 + fill + eol + row2 + fill + eol + eol},
		"1-D, no RTC":   {Group31D, eol + row1 + eol + row2},
		"2-D":           {Group32D, eol + "1" + row1 + eol + "0" + row2in2D + eol + "1" + eol + "1"},
		"Huffman":       {Huffman, row1 + "000000" + row2 + "000000"},
	}
	for name, test := range tests {
		got, err := decode(bitString(test.data), test.coding, 8, 2)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %08b, %v; want %08b", name, got, err, want)
		}
	}
}

func TestInvalidDataIsRefused(t *testing.T) {
	tests := map[string]struct {
		coding Coding
		data   string
		want   error
	}{
		"no such mode":        {Group4, "00000000 00000010", ErrInvalid},
		"uncompressed mode":   {Group4, "0000001111 1111111111", ErrUnsupported},
		"run beyond the row":  {Group4, "001 11011 00110101 0000001111 0000110111 1", ErrInvalid},
		"pass without a row":  {Group4, "0001 1111 11111111", ErrInvalid},
		"2-D without an EOL":  {Group32D, "1 0111 10 1000 1111", ErrInvalid},
		"1-D, no such run":    {Group31D, "000000000001 000000001 1111111 11111111 11111111", ErrInvalid},
		"ends inside the row": {Group4, "001 0111", io.ErrUnexpectedEOF},
	}
	for name, test := range tests {
		if _, err := decode(bitString(test.data), test.coding, 8, 1); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
}

func TestWidthBounds(t *testing.T) {
	for _, width := range []int{-1, 0, MaxWidth + 1} {
		if err := NewEncoder(io.Discard, width).WriteRow(nil); err == nil {
			t.Errorf("encoder takes width %d", width)
		}
		if _, err := NewDecoder(bytes.NewReader(nil), Group4, width); err == nil {
			t.Errorf("decoder takes width %d", width)
		}
	}
}

// What the decoder accepts, the encoder can write, and it comes back as it was; hostile data neither panics nor hangs.
func FuzzDecode(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte, coding uint8, width uint16) {
		d, err := NewDecoder(bytes.NewReader(data), Coding(coding%4), int(width))
		if err != nil {
			return
		}
		stride := (int(width) + 7) / 8
		var pix []byte
		rows := 0
		for ; rows < 64; rows++ {
			row := make([]byte, stride)
			if d.ReadRow(row) != nil {
				break
			}
			pix = append(pix, row...)
		}
		got, err := decode(encode(t, pix, int(width)), Group4, int(width), rows)
		if err != nil || !bytes.Equal(got, pix) {
			t.Fatalf("%d rows do not come back: %v", rows, err)
		}
	})
}

func BenchmarkEncodeA4At300DPI(b *testing.B) {
	pix := pattern(rand.New(rand.NewPCG(7, 8)), 2480, 3508, 200)
	b.SetBytes(int64(len(pix)))
	for b.Loop() {
		encode(b, pix, 2480)
	}
}
