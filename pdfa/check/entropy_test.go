package check

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"slices"
	"testing"
)

// noisy is a picture in which no two blocks are alike.
func noisy(width, height int, colour bool) image.Image {
	rng := rand.New(rand.NewPCG(uint64(width), uint64(height)))
	if colour {
		m := image.NewRGBA(image.Rect(0, 0, width, height))
		for i := range m.Pix {
			m.Pix[i] = byte(rng.Uint32())
		}
		return m
	}
	m := image.NewGray(image.Rect(0, 0, width, height))
	for i := range m.Pix {
		m.Pix[i] = byte(rng.Uint32())
	}
	return m
}

func encoded(tb testing.TB, m image.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// cut takes a JPEG of image/jpeg apart: what stands before its scan header, and its entropy-coded data.
func cut(file []byte) (head, data []byte) {
	at := bytes.Index(file, []byte{0xFF, markerSOS})
	behind := at + 2 + int(binary.BigEndian.Uint16(file[at+2:]))
	return file[:at:at], file[behind : len(file)-2]
}

// withRestarts joins blocks that were encoded each by itself, by a restart marker behind each.
func withRestarts(tb testing.TB, blocks int) []byte {
	tb.Helper()
	file, _ := cut(encoded(tb, noisy(8*blocks, 8, false)))
	file = append(file, 0xFF, markerDRI, 0, 4, 0, 1, 0xFF, markerSOS, 0, 8, 1, 1, 0, 0, 63, 0)
	for i := range blocks {
		_, data := cut(encoded(tb, noisy(8, 8+i, false).(*image.Gray).SubImage(image.Rect(0, 0, 8, 8))))
		file = append(file, data...)
		if i < blocks-1 {
			file = append(file, 0xFF, markerRST0+byte(i%8))
		}
	}
	return append(file, 0xFF, markerEOI)
}

// apart is a JPEG of three components, each in a scan of its own.
func apart(tb testing.TB) []byte {
	tb.Helper()
	grey := encoded(tb, noisy(20, 12, false))
	head, data := cut(grey)
	sof := bytes.Index(head, []byte{0xFF, markerSOF0})
	file := append([]byte{}, head[:sof]...)
	file = append(file, 0xFF, markerSOF0, 0, 17, 8, 0, 12, 0, 20, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0)
	file = append(file, head[sof+13:]...)
	for id := byte(1); id <= 3; id++ {
		file = append(append(file, 0xFF, markerSOS, 0, 8, 1, id, 0, 0, 63, 0), data...)
	}
	return append(file, 0xFF, markerEOI)
}

// Whole files are proved, and nothing else is: not one that ends early, of another size, with other components, or too much data.
func TestProvedJPEG(t *testing.T) {
	for name, test := range map[string]struct {
		file                      []byte
		width, height, components int
	}{
		"grey":                   {encoded(t, noisy(75, 43, false)), 75, 43, 1},
		"colour":                 {encoded(t, noisy(75, 43, true)), 75, 43, 3},
		"restart markers":        {withRestarts(t, 11), 88, 8, 1},
		"components in scans":    {apart(t), 20, 12, 3},
		"bytes behind its end":   {append(encoded(t, noisy(8, 8, false)), "camera's own"...), 8, 8, 1},
		"fill bytes":             {bytes.Replace(encoded(t, noisy(8, 8, false)), []byte{0xFF, markerDHT}, []byte{0xFF, 0xFF, 0xFF, markerDHT}, 1), 8, 8, 1},
		"larger than the buffer": {encoded(t, noisy(400, 400, true)), 400, 400, 3},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := jpeg.Decode(bytes.NewReader(test.file)); err != nil {
				t.Fatalf("the test's own file: %v", err)
			}
			proved := func(file []byte, w, h, n int) bool { return provedJPEG(bytes.NewReader(file), w, h, n) }
			if !proved(test.file, test.width, test.height, test.components) {
				t.Error("it is not proved")
			}
			if proved(test.file, test.width+1, test.height, test.components) || proved(test.file, test.width, test.height-1, test.components) ||
				proved(test.file, test.width, test.height, 4-test.components) {
				t.Error("it is proved to be another")
			}
			end := bytes.LastIndex(test.file, []byte{0xFF, markerEOI})
			for n := 0; n < end+2; n += 1 + n/100 {
				if proved(test.file[:n], test.width, test.height, test.components) {
					t.Fatalf("%d of %d bytes are proved", n, len(test.file))
				}
				if n < end && proved(append(test.file[:n:n], 0xFF, markerEOI), test.width, test.height, test.components) {
					t.Fatalf("%d of %d bytes with an end are proved", n, len(test.file))
				}
			}
			more := append(append(test.file[:end:end], 0x55, 0x55), test.file[end:]...)
			if proved(more, test.width, test.height, test.components) {
				t.Error("data behind the last block are proved")
			}
		})
	}
}

// What is proved, image/jpeg can decode, unless it does not know the kind.
func FuzzProvedJPEG(f *testing.F) {
	f.Add(encoded(f, noisy(8, 8, false)))
	f.Add(encoded(f, noisy(17, 9, true)))
	f.Add(withRestarts(f, 3))
	f.Add(apart(f))
	f.Fuzz(func(t *testing.T, file []byte) {
		config, err := jpeg.DecodeConfig(bytes.NewReader(file))
		if err != nil || config.Width*config.Height > 1<<20 {
			return
		}
		components := map[color.Model]int{color.GrayModel: 1, color.CMYKModel: 4}[config.ColorModel]
		if components == 0 {
			components = 3
		}
		if !provedJPEG(bytes.NewReader(file), config.Width, config.Height, components) {
			return
		}
		if _, err := jpeg.Decode(bytes.NewReader(file)); err != nil {
			if _, unknown := errors.AsType[jpeg.UnsupportedError](err); !unknown {
				t.Fatalf("proved, and not decoded: %v", err)
			}
		}
	})
}

// However many are walked at a time, and wherever they lie, what is not proved comes back in the order of the objects.
func TestUnprovedImagesComeBackInOrder(t *testing.T) {
	file := encoded(t, noisy(64, 64, true))
	broken := append(append([]byte{}, file[:len(file)/2]...), 0xFF, markerEOI)
	var p proofs
	var want []int
	for number := 40; number > 0; number-- {
		data := &jpegData{whole: file, r: bytes.NewReader(file), length: int64(len(file))}
		if number%3 == 0 {
			data = &jpegData{whole: broken, r: bytes.NewReader(broken), length: int64(len(broken))}
			want = append([]int{number}, want...)
		}
		if number%2 == 0 {
			data.whole = nil // it is too long to be held
		}
		if data.begin() != [2]byte{0xFF, markerSOI} || data.end() != [2]byte{0xFF, markerEOI} {
			t.Fatalf("image %d begins with %x and ends with %x", number, data.begin(), data.end())
		}
		p.add(picture{number: number, width: 64, height: 64, components: 3}, data)
	}
	var got []int
	for _, pic := range p.wait() {
		got = append(got, pic.number)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%v came back, want %v", got, want)
	}
}
