package sheet_test

import (
	"bytes"
	"fmt"
	"image"
	"math"
	"os"
	"testing"

	"segnatura/internal/testenv"
	"segnatura/scanner"
	"segnatura/scanner/sheet"
)

func qualityOf(tb testing.TB, m *image.Gray, dpi float64) (scanner.Facts, scanner.Quality) {
	tb.Helper()
	img, err := sheet.Read(bytes.NewReader(tiffOf(tb, m)), scanner.Settings{ResolutionXDPI: int(dpi)})
	if err != nil {
		tb.Fatal(err)
	}
	return img.Facts(), *img.Facts().Quality
}

func TestSkewIsMeasured(t *testing.T) {
	for dpi, step := range map[float64]float64{150: 1, 300: 4} {
		straight := written{dpi: dpi, ink: 30, label: true}.page(t)
		for degrees := -8.0; degrees <= 8; degrees += step {
			_, q := qualityOf(t, turned(straight, degrees, 244), dpi)
			limit := 0.3
			if math.Abs(degrees) > 5 {
				limit = 0.5
			}
			if !q.SkewKnown || math.Abs(q.SkewDegrees-degrees) > limit {
				t.Errorf("%g dpi, turned by %g degrees: %g, known %t", dpi, degrees, q.SkewDegrees, q.SkewKnown)
			}
		}
	}
	askew := quarters(written{dpi: 200, ink: 30, degrees: 3}.page(t), 1)
	if _, q := qualityOf(t, askew, 200); !q.SkewKnown || math.Abs(q.SkewDegrees-3) > 0.3 || !q.Turn.Sideways {
		t.Errorf("sideways and 3 degrees askew: %+v", q)
	}
	for name, m := range map[string]*image.Gray{"plain": blankPage(1654, 2339), "14 degrees": turned(written{dpi: 200}.page(t), 14, 244)} {
		if _, q := qualityOf(t, m, 200); q.SkewKnown {
			t.Errorf("%s: skew of %g degrees", name, q.SkewDegrees)
		}
	}
}

// TestWhichWayUp turns pages of writing by quarters. Both kinds of stretch must be counted, and the right one must be many more.
func TestWhichWayUp(t *testing.T) {
	for _, w := range []written{{dpi: 150, ink: 30}, {dpi: 200, ink: 30, degrees: 2, label: true}, {dpi: 300, ink: 60, points: 9}, {dpi: 200, ink: 30, points: 16}} {
		m := w.page(t)
		for n := range 4 {
			_, q := qualityOf(t, quarters(m, n), w.dpi)
			right, wrong := q.Turn.Upright, q.Turn.Over
			if n == 1 || n == 2 {
				right, wrong = wrong, right
			}
			if q.Turn.Sideways != (n%2 == 1) || right < 15 || right < 4*wrong {
				t.Errorf("%+v turned by %d quarters: %+v", w, n, q.Turn)
			}
		}
	}
	capitals := blankPage(1654, 2339) // letters of one height look the same both ways
	for y := 300; y < 2000; y += 60 {
		for x := 200; x < 1400; x += 30 {
			fill(capitals, image.Rect(x, y, x+6, y+30), 30)
			fill(capitals, image.Rect(x+12, y, x+18, y+30), 30)
		}
	}
	if _, q := qualityOf(t, capitals, 200); q.Turn.Over > 2*q.Turn.Upright || q.Turn.Upright > 2*q.Turn.Over {
		t.Errorf("what has no way up: %+v", q.Turn)
	}
}

func TestContrastFollowsTheInk(t *testing.T) {
	for _, dpi := range []float64{150, 300} {
		for _, ink := range []uint8{20, 80, 140, 180, 200} {
			_, q := qualityOf(t, written{dpi: dpi, ink: ink, label: true}.page(t), dpi)
			if want := 1 - float64(ink)/244; math.Abs(q.Contrast-want) > 0.05 {
				t.Errorf("%g dpi, ink %d on 244: contrast %g, want about %.2f", dpi, ink, q.Contrast, want)
			}
		}
	}
	_, q := qualityOf(t, written{dpi: 200, ink: 90, paper: 180}.page(t), 200)
	if math.Abs(q.Contrast-0.5) > 0.06 || q.PaperLevel < 170 || q.PaperLevel > 190 {
		t.Errorf("ink 90 on paper 180: %+v", q)
	}
	if _, q := qualityOf(t, bitonal(written{dpi: 200, ink: 30}.page(t)), 200); q.Contrast != 1 || q.EdgePx > 1.1 {
		t.Errorf("one bit: %+v", q)
	}
	if _, q := qualityOf(t, blankPage(1654, 2339), 200); q.Contrast != 0 || q.EdgeMM != 0 {
		t.Errorf("plain paper: %+v", q)
	}
}

// TestEdgesGrowWithBlur: three averages over 2r+1 pixels have a deviation of the root of r(r+1) pixels, and an edge so
// blurred is that times the root of 2 pi wide at its steepest.
func TestEdgesGrowWithBlur(t *testing.T) {
	for _, dpi := range []float64{150, 200, 300} {
		m := written{dpi: dpi, ink: 30, points: 14}.page(t)
		_, q := qualityOf(t, m, dpi)
		if q.EdgePx > 1.5 || math.Abs(q.EdgeMM-q.EdgePx/dpi*25.4) > 0.01 {
			t.Errorf("%g dpi, sharp: %+v", dpi, q)
		}
		r := int(math.Round(0.25 / 25.4 * dpi))
		want := math.Sqrt(float64(r*(r+1))*2*math.Pi) / dpi * 25.4
		_, q = qualityOf(t, blurred(m, r), dpi)
		if math.Abs(q.EdgeMM/want-1) > 0.35 {
			t.Errorf("%g dpi, averaged over %d pixels: edges of %g mm, want about %.2f", dpi, 2*r+1, q.EdgeMM, want)
		}
	}
}

func TestCutMarksOnEachSide(t *testing.T) {
	cut := written{dpi: 200, ink: 30, marginMM: -1, label: true}.page(t) // at the left
	top := written{dpi: 200, ink: 30}.page(t)
	const at = 386 // 49 mm: through the second line's small letters
	head := image.NewGray(image.Rect(0, 0, top.Rect.Dx(), top.Rect.Dy()-at))
	copy(head.Pix, top.Pix[at*top.Stride:])
	for n := range 4 {
		_, q := qualityOf(t, quarters(cut, n), 200)
		got := [4]int{q.CutMarks.Left, q.CutMarks.Top, q.CutMarks.Right, q.CutMarks.Bottom}
		for i, marks := range got {
			if i == n && marks < 10 || i != n && marks != 0 {
				t.Errorf("lines cut, %d quarters: %+v", n, q.CutMarks)
			}
		}
		_, q = qualityOf(t, quarters(head, n), 200)
		got = [4]int{q.CutMarks.Top, q.CutMarks.Right, q.CutMarks.Bottom, q.CutMarks.Left}
		for i, marks := range got {
			if i == n && marks < 12 || i != n && marks != 0 {
				t.Errorf("letters cut, %d quarters: %+v", n, q.CutMarks)
			}
		}
	}
	shadow := written{dpi: 200, ink: 30, label: true}.page(t)
	for y := 0; y < shadow.Rect.Dy(); y += 97 { // ragged
		fill(shadow, image.Rect(0, y, 20, y+80), 40)
	}
	bar := written{dpi: 200, ink: 30}.page(t)
	fill(bar, image.Rect(0, 0, bar.Rect.Dx(), 120), 60)
	for name, m := range map[string]*image.Gray{"a ragged shadow": shadow, "a printed bar over the whole width": bar} {
		if _, q := qualityOf(t, m, 200); max(q.CutMarks.Left, q.CutMarks.Top, q.CutMarks.Right, q.CutMarks.Bottom) > 1 {
			t.Errorf("%s: %+v", name, q.CutMarks)
		}
	}
}

// Scans that were made elsewhere: leaning and turned ones, as their makers describe them.
func TestQualityOfRealScans(t *testing.T) {
	for _, c := range []struct {
		file  string
		check func(scanner.Quality) bool
	}{
		{"scans/unpaper__imgsrc001.png", func(q scanner.Quality) bool {
			return q.SkewKnown && math.Abs(q.SkewDegrees+4) < 0.3 && q.Turn.Upright > 40 && q.Turn.Over == 0
		}},
		{"scans/test__eurotext.tif", func(q scanner.Quality) bool { return q.SkewKnown && math.Abs(q.SkewDegrees-0.7) < 0.3 }},
		{"scans/docspell__letter-en.jpg", func(q scanner.Quality) bool {
			return q.Turn.Upright > 15 && q.Turn.Over < 3 && q.CutMarks.Right == 0 // a broken shadow lies along its right edge
		}},
		{"scans/twelvemonkeys__scan-lzw-8bit-colormap.tiff", func(q scanner.Quality) bool { return q.Turn.Upright > 40 && q.Turn.Over < 5 && q.EdgePx < 2 }},
	} {
		r, err := os.Open(testenv.Shared(t, "corpus/"+c.file))
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		m, err := sheet.Read(r, scanner.Settings{})
		if err != nil {
			t.Fatal(err)
		}
		if q := *m.Facts().Quality; !c.check(q) {
			t.Errorf("%s: %+v", c.file, q)
		}
		_, over := qualityOf(t, quarters(tight(m.Grey), 2), m.Facts().XDPI)
		if up := m.Facts().Quality.Turn; over.Turn.Over < up.Upright*2/3 || over.Turn.Upright > up.Over+3 {
			t.Errorf("%s: %+v upright, %+v upside down", c.file, up, over.Turn)
		}
	}
}

// tight is the image without what lies beside it in memory.
func tight(m *image.Gray) *image.Gray {
	out := image.NewGray(image.Rect(0, 0, m.Rect.Dx(), m.Rect.Dy()))
	for y := range m.Rect.Dy() {
		copy(out.Pix[y*out.Stride:][:out.Stride], m.Pix[m.PixOffset(m.Rect.Min.X, m.Rect.Min.Y+y):])
	}
	return out
}

// BenchmarkMeasures is what measuring costs on a full page of writing, and what all of Read costs with it.
func BenchmarkMeasures(b *testing.B) {
	for _, dpi := range []float64{200, 300} {
		data := withJFIF(jpegOf(b, written{dpi: dpi, ink: 30, degrees: 1, label: true}.page(b)), 1, uint16(dpi), uint16(dpi))
		m, err := sheet.Read(bytes.NewReader(data), scanner.Settings{})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("quality-%g", dpi), func(b *testing.B) {
			for b.Loop() {
				sheet.MeasureAgain(m)
			}
		})
		b.Run(fmt.Sprintf("read-%g", dpi), func(b *testing.B) {
			for b.Loop() {
				if _, err := sheet.Read(bytes.NewReader(data), scanner.Settings{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
