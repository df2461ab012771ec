package sheet_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/boombuler/barcode/qr"
	"golang.org/x/image/tiff"

	"segnatura/internal/testenv"
	"segnatura/scanner"
	"segnatura/scanner/sheet"
)

const ours = "SGN1.N.C$A000.AOO1.PG.2026.0001234.A.7K"

// blankPage is grey paper with a little noise, which repeats after some rows.
func blankPage(w, h int) *image.Gray {
	r := rand.New(rand.NewPCG(1, 2))
	m := image.NewGray(image.Rect(0, 0, w, h))
	drawn := m.Pix[:min(len(m.Pix), 100_003)]
	for i := range drawn {
		drawn[i] = uint8(math.Min(236+r.NormFloat64()*6, 255))
	}
	for at := len(drawn); at < len(m.Pix); at += len(drawn) {
		copy(m.Pix[at:], drawn)
	}
	return m
}

func fill(m *image.Gray, r image.Rectangle, level uint8) {
	r = r.Intersect(m.Rect)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		row := m.Pix[m.PixOffset(r.Min.X, y):][:r.Dx()]
		for x := range row {
			row[x] = level
		}
	}
}

// labelled draws a QR code of 4 pixels a module at (x, y).
func labelled(tb testing.TB, m *image.Gray, text string, x, y int) {
	tb.Helper()
	code, err := qr.Encode(text, qr.M, qr.AlphaNumeric)
	if err != nil {
		tb.Fatal(err)
	}
	n := code.Bounds().Dx()
	fill(m, image.Rect(x-16, y-16, x+4*n+16, y+4*n+16), 245)
	for v := range n {
		for u := range n {
			if r, _, _, _ := code.At(u, v).RGBA(); r == 0 {
				fill(m, image.Rect(x+4*u, y+4*v, x+4*u+4, y+4*v+4), 25)
			}
		}
	}
}

func jpegOf(tb testing.TB, m image.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 80}); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(tb testing.TB, m image.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func tiffOf(tb testing.TB, m image.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := tiff.Encode(&b, m, nil); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// withJFIF puts a JFIF segment with a density behind a JPEG's first marker.
func withJFIF(data []byte, unit byte, x, y uint16) []byte {
	seg := []byte{0xff, 0xe0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 2, unit, byte(x >> 8), byte(x), byte(y >> 8), byte(y), 0, 0}
	return append(append(bytes.Clone(data[:2]), seg...), data[2:]...)
}

// withPHYs puts a pHYs chunk behind a PNG's IHDR.
func withPHYs(data []byte, perMetre uint32) []byte {
	body := []byte("pHYs")
	body = binary.BigEndian.AppendUint32(body, perMetre)
	body = binary.BigEndian.AppendUint32(body, perMetre)
	body = append(body, 1)
	chunk := binary.BigEndian.AppendUint32(nil, 9)
	chunk = append(chunk, body...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(body))
	return append(append(bytes.Clone(data[:33]), chunk...), data[33:]...)
}

func TestFactsOfEachFormat(t *testing.T) {
	page := blankPage(620, 877) // A4 at 75 dpi
	rgb := image.NewRGBA(page.Rect)
	for i, v := range page.Pix {
		copy(rgb.Pix[4*i:], []uint8{v, v, v, 255})
	}
	for _, c := range []struct {
		name     string
		data     []byte
		settings scanner.Settings
		mime     string
		channels int
		dpi      float64
		assumed  bool
		paper    scanner.Paper
	}{
		{"grey JPEG, JFIF in inches", withJFIF(jpegOf(t, page), 1, 75, 75), scanner.Settings{}, "image/jpeg", 1, 75, false, scanner.PaperA4},
		{"colour JPEG, JFIF in cm", withJFIF(jpegOf(t, rgb), 2, 30, 30), scanner.Settings{}, "image/jpeg", 3, 76.2, false, scanner.PaperA4},
		{"the file wins over the settings", withJFIF(jpegOf(t, page), 1, 75, 75), scanner.Settings{ResolutionXDPI: 300}, "image/jpeg", 1, 75, false, scanner.PaperA4},
		{"settings where the file is silent", jpegOf(t, page), scanner.Settings{ResolutionXDPI: 100, ResolutionYDPI: 100}, "image/jpeg", 1, 100, false, scanner.PaperSmaller},
		{"a placeholder of 72 is no resolution beside settings", withJFIF(jpegOf(t, page), 1, 72, 72), scanner.Settings{ResolutionXDPI: 75, ResolutionYDPI: 75}, "image/jpeg", 1, 75, false, scanner.PaperA4},
		{"nothing known", jpegOf(t, page), scanner.Settings{}, "image/jpeg", 1, 75, true, scanner.PaperA4},
		{"density without a unit", withJFIF(jpegOf(t, page), 0, 300, 300), scanner.Settings{}, "image/jpeg", 1, 75, true, scanner.PaperA4},
		{"PNG with pHYs", withPHYs(pngOf(t, page), 2953), scanner.Settings{}, "image/png", 1, 75.006, false, scanner.PaperA4},
		{"PNG in colour", withPHYs(pngOf(t, rgb), 2953), scanner.Settings{}, "image/png", 3, 75.006, false, scanner.PaperA4},
		{"TIFF that says 72", tiffOf(t, page), scanner.Settings{}, "image/tiff", 1, 72, false, scanner.PaperLarger},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := sheet.Read(bytes.NewReader(c.data), c.settings)
			if err != nil {
				t.Fatal(err)
			}
			f := m.Facts()
			if f.WidthPx != 620 || f.HeightPx != 877 || f.Encoding != c.mime || f.Channels != c.channels || f.Bits != 8 {
				t.Errorf("facts: %+v", f)
			}
			if math.Abs(f.XDPI-c.dpi) > 0.01 || f.XDPI != f.YDPI || f.DPIAssumed != c.assumed || f.Paper != c.paper {
				t.Errorf("dpi %g x %g, assumed %v, %s; want %g, %v, %s", f.XDPI, f.YDPI, f.DPIAssumed, f.Paper, c.dpi, c.assumed, c.paper)
			}
			if want := 620 / c.dpi * 25.4; math.Abs(f.WidthMM-want) > 0.1 {
				t.Errorf("width %g mm, want %g", f.WidthMM, want)
			}
			if !f.Blank || f.InkRatio > 0.0001 {
				t.Errorf("plain paper: blank %v, ink %g", f.Blank, f.InkRatio)
			}
		})
	}
}

// TestPaperWithoutResolution: a page of which nobody says how large it is passed as A4 in silence, whatever its form.
func TestPaperWithoutResolution(t *testing.T) {
	for _, c := range []struct {
		name          string
		width, height int
		want          scanner.Paper
	}{
		{"A4", 620, 877, scanner.PaperA4},
		{"A4, lying", 877, 620, scanner.PaperA4},
		{"A4 in the whole width of a glass of 8.5 inches", 638, 877, scanner.PaperA4},
		{"A4, just within", 1000, 1456, scanner.PaperA4},
		{"a little longer", 1000, 1458, scanner.PaperUnknown},
		{"a little shorter", 1000, 1371, scanner.PaperUnknown},
		{"US Letter", 638, 825, scanner.PaperUnknown},
		{"a square", 600, 600, scanner.PaperUnknown},
		{"a till receipt", 240, 1200, scanner.PaperUnknown},
		{"a till receipt, lying", 1200, 240, scanner.PaperUnknown},
	} {
		m, err := sheet.Read(bytes.NewReader(pngOf(t, blankPage(c.width, c.height))), scanner.Settings{})
		if err != nil {
			t.Fatal(err)
		}
		if f := m.Facts(); f.Paper != c.want || !f.DPIAssumed {
			t.Errorf("%s, %d x %d: %s, want %s", c.name, c.width, c.height, f.Paper, c.want)
		}
	}
}

// The grey plane must not depend on the kind of file that a page came in.
func TestGreyIsTheSameFromEveryKind(t *testing.T) {
	colours := []color.NRGBA{{255, 255, 255, 255}, {0, 0, 0, 255}, {200, 30, 60, 255}, {20, 60, 200, 255}, {255, 255, 255, 0}, {0, 0, 0, 128}}
	want := []uint8{255, 0, 84, 64, 255, 127}
	const side = 16
	at := func(i int) image.Rectangle { return image.Rect(i*side, 0, (i+1)*side, side) }
	nrgba := image.NewNRGBA(image.Rect(0, 0, side*len(colours), side))
	var palette color.Palette
	for _, c := range colours {
		palette = append(palette, c)
	}
	paletted := image.NewPaletted(nrgba.Rect, palette)
	deep := image.NewNRGBA64(nrgba.Rect)
	for i, c := range colours {
		for y := range side {
			for x := at(i).Min.X; x < at(i).Max.X; x++ {
				nrgba.Set(x, y, c)
				paletted.SetColorIndex(x, y, uint8(i))
				deep.Set(x, y, c)
			}
		}
	}
	for name, data := range map[string][]byte{
		"PNG": pngOf(t, nrgba), "PNG palette": pngOf(t, paletted), "PNG 16 bits": pngOf(t, deep), "TIFF": tiffOf(t, nrgba),
	} {
		m, err := sheet.Read(bytes.NewReader(data), scanner.Settings{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for i, w := range want {
			if got := m.Grey.GrayAt(i*side+side/2, side/2).Y; max(got, w)-min(got, w) > 1 {
				t.Errorf("%s: colour %v is grey %d, want %d", name, colours[i], got, w)
			}
		}
	}
}

func TestPaperAgainstA4(t *testing.T) {
	for _, c := range []struct {
		name   string
		w, h   int // at 100 dpi
		expect scanner.Paper
	}{
		{"A4", 827, 1169, scanner.PaperA4},
		{"A4 across", 1169, 827, scanner.PaperA4},
		{"A4 on the whole glass, 215.9 mm wide", 850, 1169, scanner.PaperA4},
		{"US Letter", 850, 1100, scanner.PaperSmaller},
		{"US Legal", 850, 1400, scanner.PaperLarger},
		{"A3", 1169, 1654, scanner.PaperLarger},
		{"A5", 583, 827, scanner.PaperSmaller},
		{"a slip as long as A4", 400, 1169, scanner.PaperSmaller},
		{"a strip longer than A4", 400, 1300, scanner.PaperLarger},
	} {
		m, err := sheet.Read(bytes.NewReader(withJFIF(jpegOf(t, blankPage(c.w, c.h)), 1, 100, 100)), scanner.Settings{})
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Facts().Paper; got != c.expect {
			t.Errorf("%s: %s, want %s", c.name, got, c.expect)
		}
	}
}

func TestBlankOrNot(t *testing.T) {
	const w, h = 1654, 2339 // A4 at 200 dpi
	for _, c := range []struct {
		name  string
		draw  func(*image.Gray)
		blank bool
	}{
		{"plain", func(*image.Gray) {}, true},
		{"dust", func(m *image.Gray) {
			r := rand.New(rand.NewPCG(3, 4))
			for range 60 {
				x, y := 100+r.IntN(w-200), 100+r.IntN(h-200)
				fill(m, image.Rect(x, y, x+2, y+2), 60)
			}
		}, true},
		{"a shadow along the edge", func(m *image.Gray) { fill(m, image.Rect(0, 0, 24, h), 90) }, true},
		{"light falling off", func(m *image.Gray) {
			for i := range m.Pix {
				m.Pix[i] -= uint8(40 * (i % w) / w)
			}
		}, true},
		{"print from the other side", func(m *image.Gray) {
			for y := 300; y < 2000; y += 60 {
				fill(m, image.Rect(200, y, 1400, y+20), 215)
			}
		}, true},
		{"a page number", func(m *image.Gray) { fill(m, image.Rect(820, 2200, 834, 2230), 40) }, false},
		{"a thin signature", func(m *image.Gray) {
			for x := range 300 {
				y := 1500 + int(40*math.Sin(float64(x)/20))
				fill(m, image.Rect(900+x, y, 903+x, y+3), 120)
			}
		}, false},
		{"black all over", func(m *image.Gray) { fill(m, m.Rect, 10) }, false},
		{"one black half", func(m *image.Gray) { fill(m, image.Rect(0, 0, w, h/2), 10) }, false},
	} {
		m := blankPage(w, h)
		c.draw(m)
		img, err := sheet.Read(bytes.NewReader(tiffOf(t, m)), scanner.Settings{ResolutionXDPI: 200, ResolutionYDPI: 200})
		if err != nil {
			t.Fatal(err)
		}
		if f := img.Facts(); f.Blank != c.blank || f.InkRatio < 0 || f.InkRatio > 1 {
			t.Errorf("%s: blank %v, ink %g; want blank %v", c.name, f.Blank, f.InkRatio, c.blank)
		}
	}
}

func TestThumbnailAndCropDecode(t *testing.T) {
	page := blankPage(2480, 3508)
	fill(page, image.Rect(1240, 0, 2480, 3508), 60)
	m, err := sheet.Read(bytes.NewReader(withJFIF(jpegOf(t, page), 1, 300, 300)), scanner.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	for _, maxPx := range []int{1, 320, 800, 2000, 5000} {
		small, err := m.Thumbnail(maxPx)
		if err != nil {
			t.Fatal(err)
		}
		img, err := jpeg.Decode(bytes.NewReader(small))
		if err != nil {
			t.Fatal(err)
		}
		b := img.Bounds()
		if b.Dy() != min(maxPx, 3508) || math.Abs(float64(b.Dx())-float64(b.Dy())*2480/3508) > 1 {
			t.Errorf("%d px asked: %v", maxPx, b)
		}
		if maxPx >= 320 {
			left, right := img.(*image.Gray).GrayAt(b.Dx()/4, b.Dy()/2).Y, img.(*image.Gray).GrayAt(b.Dx()*3/4, b.Dy()/2).Y
			if left < 225 || right > 70 || right < 50 {
				t.Errorf("%d px: left half %d, right half %d", maxPx, left, right)
			}
		}
	}
	if _, err := m.Thumbnail(0); err == nil {
		t.Error("a thumbnail of no pixels was made")
	}
	part, err := m.Crop(image.Rect(1200, 100, 1280, 150), 80)
	if err != nil {
		t.Fatal(err)
	}
	img, err := jpeg.Decode(bytes.NewReader(part))
	if err != nil {
		t.Fatal(err)
	}
	if img.Bounds().Dx() != 80 || img.Bounds().Dy() != 50 || img.(*image.Gray).GrayAt(10, 25).Y < 200 || img.(*image.Gray).GrayAt(70, 25).Y > 90 {
		t.Errorf("crop %v is not the part that was asked for", img.Bounds())
	}
	if part, err = m.Crop(image.Rect(1200, 100, 1280, 150), 40); err != nil {
		t.Fatal(err)
	}
	if half, err := jpeg.DecodeConfig(bytes.NewReader(part)); err != nil || half.Width != 40 || half.Height != 25 {
		t.Errorf("of at most 40 pixels: %+v, %v", half, err)
	}
	if _, err := m.Crop(image.Rect(5000, 5000, 5100, 5100), 80); err == nil {
		t.Error("a crop outside of the page was made")
	}
}

func TestInspectorFindsOurCodeAndMakesTheThumbnail(t *testing.T) {
	page := blankPage(1654, 2339)
	labelled(t, page, ours, 1200, 150)
	data := jpegOf(t, page)
	asked := 0
	accept := func(s string) bool { asked++; return s == ours }
	facts, small, err := sheet.Inspector{}.InspectWithThumbnail(t.Context(), bytes.NewReader(data), scanner.Settings{ResolutionXDPI: 200}, accept, 320)
	if err != nil {
		t.Fatal(err)
	}
	if len(facts.Codes) != 1 || facts.Codes[0].Text != ours || facts.Codes[0].Symbology != "QR" || asked != 1 {
		t.Fatalf("codes %v, accept was asked %d times", facts.Codes, asked)
	}
	c := facts.Codes[0]
	if off := max(math.Abs(float64(c.X0-1200)), math.Abs(float64(c.Y0-150)), math.Abs(float64(c.X1-1316)), math.Abs(float64(c.Y1-266))); off > 4 {
		t.Errorf("the box %v is %g pixels off", c, off)
	}
	if img, err := jpeg.Decode(bytes.NewReader(small)); err != nil || img.Bounds().Dy() != 320 {
		t.Errorf("thumbnail: %v", err)
	}
	if facts.Blank {
		t.Error("a labelled page is blank")
	}
	same, err := sheet.Inspector{}.Inspect(t.Context(), bytes.NewReader(data), scanner.Settings{ResolutionXDPI: 200}, accept)
	if err != nil || same.Codes[0] != facts.Codes[0] || same.InkRatio != facts.InkRatio {
		t.Errorf("Inspect differs: %+v, %v", same, err)
	}
	alone, err := sheet.Inspector{}.Thumbnail(t.Context(), bytes.NewReader(data), 320)
	if err != nil || len(alone) == 0 {
		t.Errorf("thumbnail alone: %v", err)
	}
}

func TestInspectorStopsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	data := jpegOf(t, blankPage(100, 100))
	if _, err := (sheet.Inspector{}).Inspect(ctx, bytes.NewReader(data), scanner.Settings{}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("Inspect: %v", err)
	}
	if _, err := (sheet.Inspector{}).Thumbnail(ctx, bytes.NewReader(data), 10); !errors.Is(err, context.Canceled) {
		t.Errorf("Thumbnail: %v", err)
	}
}

// Every image of the corpus is either measured or refused in words, and none is taken for something that it is not.
func TestCorpus(t *testing.T) {
	for _, c := range []struct {
		file  string
		kind  scanner.FaultKind // "" when it is taken
		check func(scanner.Facts, int) bool
	}{
		{"images-bad/docspell__20K-gray.png", scanner.FaultBadData, nil},
		{"images-bad/image-tiff__sample-get-lzw-stuck.tiff", scanner.FaultTruncated, nil},
		{"images-bad/pillow__crash-0e16d3bfb83be87356d026d66919deaefca44dac.tif", scanner.FaultBadData, nil},
		{"images-bad/pillow__decompression_bomb.gif", scanner.FaultBadData, nil},
		{"images-bad/pillow__truncated_jpeg.jpg", scanner.FaultTruncated, nil},
		{"images-bad/twelvemonkeys__110115680-6d6dce80-7d84-11eb-99df-4cb21df3b09f.jpeg", scanner.FaultBadData, nil},
		{"images-bad/twelvemonkeys__5145e95a-02a8-11e7-8372-4787a7307ab8.jpg", scanner.FaultBadData, nil},
		{"images-bad/twelvemonkeys__broken-bogus-data-prepended-real-jfif-start-at-4801.jpg", scanner.FaultBadData, nil},
		{"images-bad/twelvemonkeys__cmyk-sample.jpg", "", func(f scanner.Facts, _ int) bool { return f.Channels == 4 && f.WidthPx == 160 }},
		{"images-bad/twelvemonkeys__xdensity-out-of-range-zero.jpg", "", func(f scanner.Facts, _ int) bool { return f.DPIAssumed && f.Paper == scanner.PaperUnknown }},
		{"images-bad/go-mfp__UEIT-100x75rgb16.png", "", func(f scanner.Facts, _ int) bool { return f.Bits == 16 && f.WidthPx == 100 }},
		{"scans/twelvemonkeys__fivepages-scan-causingerrors.tif", "", func(f scanner.Facts, pages int) bool {
			return pages == 5 && f.Paper == scanner.PaperA4 && f.Bits == 1 && f.WidthPx == 2480 && !f.Blank
		}},
		{"scans/twelvemonkeys__scan-lzw-8bit-colormap.tiff", "", func(f scanner.Facts, _ int) bool {
			return f.WidthPx == 2550 && f.InkRatio < 0.5 && !f.Blank // its colour map has 8 bits: black, taken at its word
		}},
		{"scans/naps2__notblank.jpg", "", func(f scanner.Facts, _ int) bool { return !f.Blank && f.InkRatio > 0.002 && f.XDPI == 300 }},
		// It has print in its four corners, so it is not blank here; its peer counts coverage, which is InkRatio.
		{"scans/naps2__blank1.jpg", "", func(f scanner.Facts, _ int) bool { return f.InkRatio < 0.001 }},
	} {
		t.Run(filepath.Base(c.file), func(t *testing.T) {
			r, err := os.Open(testenv.Shared(t, filepath.Join("corpus", c.file)))
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			m, err := sheet.Read(r, scanner.Settings{})
			var f *scanner.Fault
			switch {
			case c.kind != "" && (!errors.As(err, &f) || f.Kind != c.kind):
				t.Errorf("error %v, want %s", err, c.kind)
			case c.kind == "" && err != nil:
				t.Errorf("refused: %v", err)
			case c.kind == "" && !c.check(m.Facts(), m.Pages):
				t.Errorf("facts %+v, %d pages", m.Facts(), m.Pages)
			}
		})
	}
}
