package zpl

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"segnatura/internal/testenv"
	"segnatura/stamp"
	"segnatura/stamp/compose"
)

const (
	labelQR      = "SGN1.N.C$A000.AOO1.PROT.2026.0001234.A.9K"
	labelCode128 = "20260001234"
)

func testLabel(t testing.TB, res stamp.Resolution) *stamp.Bitmap {
	t.Helper()
	b, err := compose.Compose(stamp.Label{
		Size: stamp.Size{WidthMM: 62, HeightMM: 29},
		Lines: []stamp.Line{
			{Text: "Comune di Forlì", Bold: true, Shorten: stamp.ShortenNever},
			{Text: "c_a000 – AOO1 – Reg. PROT", Shorten: stamp.ShortenNever},
			{Text: "N. 0001234 del 21/11/2026", Big: true, Bold: true, Shorten: stamp.ShortenNever},
		},
		QR: labelQR, Code128: labelCode128,
	}, res)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var format = regexp.MustCompile(`^\^XA\^PW(\d+)\^LL(\d+)\^LH0,0\^FO0,0\^GFA,(\d+),(\d+),(\d+),([^^]*)\^FS\^PQ(\d+)\^XZ\n$`)

// TestEncodeDecodes takes the format apart again: any bitmap comes back bit for bit.
func TestEncodeDecodes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := stamp.NewBitmap(rapid.IntRange(1, 4000).Draw(t, "width"), rapid.IntRange(1, 12).Draw(t, "height"), stamp.DPI203)
		for i := range b.Bits {
			b.Bits[i] = rapid.SampledFrom([]byte{0, 0, 0, 0, 0xff, 0xff, 0x0f, 0xa5}).Draw(t, "byte")
		}
		fill := rapid.SampledFrom([]int{-1, 0, 0xff, 0x55}).Draw(t, "fill") // long runs, past the 419 digits of two letters
		for i := range b.Bits {
			if fill >= 0 {
				b.Bits[i] = byte(fill)
			}
		}
		copies := rapid.IntRange(1, maxCopies).Draw(t, "copies")
		zpl, err := Encode(b, copies)
		if err != nil {
			t.Fatal(err)
		}
		parts := format.FindStringSubmatch(string(zpl))
		if parts == nil {
			t.Fatalf("not our format: %.80q", zpl)
		}
		want := []int{b.Width, b.Height, len(b.Bits), len(b.Bits), b.Stride}
		for i, n := range want {
			if parts[i+1] != strconv.Itoa(n) {
				t.Fatalf("parameter %d is %s, want %d", i, parts[i+1], n)
			}
		}
		if parts[7] != strconv.Itoa(copies) {
			t.Fatalf("^PQ%s, want %d", parts[7], copies)
		}
		bits, err := decompress(parts[6], b.Stride)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(bits, b.Bits) {
			t.Fatalf("bits differ after %q", parts[6])
		}
	})
}

func TestEncodeRefuses(t *testing.T) {
	whole := stamp.NewBitmap(16, 2, stamp.DPI203)
	for name, test := range map[string]struct {
		b      *stamp.Bitmap
		copies int
	}{
		"no bitmap":    {nil, 1},
		"empty bitmap": {&stamp.Bitmap{}, 1},
		"cut bitmap":   {&stamp.Bitmap{Width: 16, Height: 2, Stride: 2, Bits: make([]byte, 3)}, 1},
		"no copies":    {whole, 0},
		"a whole roll": {whole, 1000},
	} {
		if zpl, err := Encode(test.b, test.copies); err == nil {
			t.Errorf("%s: encoded %q", name, zpl)
		}
	}
}

// TestRenderedLabelReadsBack has another's renderer draw our ZPL: the picture is the bitmap, and two other readers find both
// codes in it.
func TestRenderedLabelReadsBack(t *testing.T) {
	zbarimg := testenv.Program(t, "zbarimg")
	zxing := testenv.Program(t, "ZXingReader")
	for _, res := range []stamp.Resolution{stamp.DPI203, stamp.DPI300, stamp.DPI600} {
		t.Run(fmt.Sprint(res.DPI), func(t *testing.T) {
			b := testLabel(t, res)
			zpl, err := Encode(b, 1)
			if err != nil {
				t.Fatal(err)
			}
			picture := render(t, zpl, 62, 29, res)
			for y := range b.Height {
				for x := range b.Width {
					if isDark(picture, x, y) != b.Black(x, y) {
						t.Fatalf("dot %d,%d differs from the bitmap", x, y)
					}
				}
			}
			file := filepath.Join(t.TempDir(), "label.png")
			every := 1
			if res == stamp.DPI600 { // as a scanner of 300 dpi sees it; ZXingReader 1.4 aborts over so many dots
				every = 2
			}
			writePNG(t, file, picture, every)
			readings := run(t, zbarimg, "--quiet", "--raw", file)
			for _, want := range []string{labelQR, labelCode128} {
				if !slices.Contains(strings.Fields(readings), want) {
					t.Errorf("zbarimg reads %q, want %q among it", readings, want)
				}
			}
			for kind, want := range map[string]string{"QRCode": labelQR, "Code128": labelCode128} {
				if got := strings.TrimSpace(run(t, zxing, "-format", kind, "-1", file)); !strings.Contains(got, `"`+want+`"`) {
					t.Errorf("ZXingReader reads %s %q, want %q", kind, got, want)
				}
			}
		})
	}
}

// writePNG writes one dot of each every by every. The readers expect some paper around the label.
func writePNG(t *testing.T, file string, m image.Image, every int) {
	t.Helper()
	const margin = 40
	size := m.Bounds().Size().Div(every)
	paper := image.NewGray(image.Rect(0, 0, size.X+2*margin, size.Y+2*margin))
	for i := range paper.Pix {
		x, y := i%paper.Stride-margin, i/paper.Stride-margin
		if !image.Pt(x, y).In(image.Rect(0, 0, size.X, size.Y)) || !isDark(m, x*every, y*every) {
			paper.Pix[i] = 0xff
		}
	}
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, paper); err != nil {
		t.Fatal(err)
	}
}

// render draws ZPL with zpl-renderer-js, which `npm ci` installs in testdata/zplrender.
func render(t *testing.T, zpl []byte, widthMM, heightMM float64, res stamp.Resolution) image.Image {
	t.Helper()
	node := testenv.Program(t, "node")
	dir := filepath.Join("testdata", "zplrender")
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "zpl-renderer-js")); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("run npm ci in stamp/zpl/%s: %v", filepath.ToSlash(dir), err)
		}
		t.Skipf("zpl-renderer-js is not here (npm ci in stamp/zpl/%s): %v", filepath.ToSlash(dir), err)
	}
	number := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
	cmd := exec.CommandContext(t.Context(), node, "render.mjs", number(widthMM), number(heightMM), number(res.DotsPerMM))
	cmd.Dir = dir
	cmd.Stdin = bytes.NewReader(zpl)
	var errors bytes.Buffer
	cmd.Stderr = &errors
	raw, err := cmd.Output()
	if err != nil {
		t.Fatalf("render: %v\n%s", err, errors.Bytes())
	}
	m, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("render: %v", err)
	}
	return m
}

func run(t *testing.T, program string, args ...string) string {
	t.Helper()
	raw, err := exec.CommandContext(t.Context(), program, args...).Output()
	if err != nil {
		t.Errorf("%s: %v", filepath.Base(program), err)
	}
	return string(raw)
}

// decompress undoes the alternative data compression scheme, as the ZPL II Programming Guide tells it.
func decompress(data string, stride int) ([]byte, error) {
	var bits, row []byte
	digits, count := 0, 0
	put := func(n int, value byte) {
		for range n {
			if digits%2 == 0 {
				row = append(row, value<<4)
			} else {
				row[len(row)-1] |= value
			}
			digits++
		}
		if digits == 2*stride {
			bits = append(bits, row...)
			row, digits = nil, 0
		}
	}
	for _, c := range []byte(data) {
		switch {
		case c == '\n' || c == '\r':
		case c >= 'G' && c <= 'Y':
			count += int(c-'G') + 1
		case c >= 'g' && c <= 'z':
			count += 20 * (int(c-'g') + 1)
		case c == ',':
			put(2*stride-digits, 0)
		case c == '!':
			put(2*stride-digits, 0xf)
		case c == ':':
			if digits != 0 || len(bits) < stride {
				return nil, fmt.Errorf("a row repeated within a row or before the first")
			}
			bits = append(bits, bits[len(bits)-stride:]...)
		default:
			value, err := strconv.ParseUint(string(c), 16, 8)
			if err != nil {
				return nil, err
			}
			if digits+max(count, 1) > 2*stride {
				return nil, fmt.Errorf("a run of %d runs over its row", count)
			}
			put(max(count, 1), byte(value))
			count = 0
		}
	}
	if digits != 0 || count != 0 {
		return nil, fmt.Errorf("the last row is not whole")
	}
	return bits, nil
}
