package compose_test

import (
	"strings"
	"testing"

	"segnatura/stamp"
	"segnatura/stamp/compose"
)

// sealedLabel is a plico's, whose reception somebody signs.
func sealedLabel(size stamp.Size, more ...string) stamp.Label {
	must := func(text string) stamp.Line { return stamp.Line{Text: text, Shorten: stamp.ShortenNever} }
	number := must("Plico n. 41/2026")
	number.Big, number.Bold = true, true
	l16 := must("Plico chiuso, ricevuto il 02/03/2026 alle ore 11:59 – non aperto – Firma leggibile ____")
	l16.Sign = true
	l := stamp.Label{Size: size, Lines: []stamp.Line{must("Comune di Prova – AOO AOO1"), number, l16, must("Ore 11:59:50")},
		QR: "SGN1.B.C-A000.AOO1.PLICHI.2026.0000041.A", Code128: "G20260000041", Code128Text: "Plico 41/2026"}
	for _, text := range more {
		l.Lines = append(l.Lines, must(text))
	}
	return l
}

// rule is the longest run of black dots in a row of the bitmap, in millimetres, and how much white stands over it.
func rule(b *stamp.Bitmap, maxX int) (lengthMM, aboveMM float64) {
	best, at, from := 0, 0, 0
	for y := range b.Height {
		run := 0
		for x := range maxX {
			if !b.Black(x, y) {
				run = 0
				continue
			}
			if run++; run > best {
				best, at, from = run, y, x-run+1
			}
		}
	}
	above := 0
	for y := at - 1; y >= 0; y-- {
		for x := from; x < from+best; x++ {
			if b.Black(x, y) {
				return float64(best) / b.Resolution.DotsPerMM, float64(above) / b.Resolution.DotsPerMM
			}
		}
		above++
	}
	return float64(best) / b.Resolution.DotsPerMM, float64(above) / b.Resolution.DotsPerMM
}

// There were 4.6 mm to sign in, over a strip that stayed blank.
func TestABlankToSignGetsTheRoomThatIsFree(t *testing.T) {
	for size, want := range map[stamp.Size]struct{ length, above float64 }{
		{WidthMM: 100, HeightMM: 50}: {10, 4}, {WidthMM: 62, HeightMM: 29}: {10, 0}, {WidthMM: 50, HeightMM: 30}: {4, 0},
	} {
		for _, res := range []stamp.Resolution{stamp.DPI203, stamp.DPI300} {
			b, err := compose.Compose(sealedLabel(size), res)
			if err != nil {
				t.Fatalf("%s at %d dpi: %v", size, res.DPI, err)
			}
			length, above := rule(b, b.Width*2/3)
			if length < want.length || above < want.above {
				t.Errorf("%s at %d dpi: %.1f mm to sign in, %.1f mm over it; want %.0f and %.0f", size, res.DPI, length, above, want.length, want.above)
			}
		}
	}
}

// More words leave less room, and no word goes for it.
func TestABlankToSignTakesNothing(t *testing.T) {
	l := sealedLabel(stamp.Size{WidthMM: 62, HeightMM: 29}, "ORA CONTESTATA – orologio 02/03/2026 11:40:00", "Consegna n. 12/2026 – plico 2 di 15")
	plain := l
	plain.Lines = append([]stamp.Line{}, l.Lines...)
	for i := range plain.Lines {
		plain.Lines[i].Sign = false
	}
	for _, res := range []stamp.Resolution{stamp.DPI203, stamp.DPI300} {
		if _, err := compose.Compose(plain, res); err != nil {
			t.Fatalf("without a blank: %v", err)
		}
		if _, err := compose.Compose(l, res); err != nil {
			t.Errorf("at %d dpi a blank pushed words off the label: %v", res.DPI, err)
		}
	}
	if !strings.HasSuffix(l.Lines[2].Text, "____") {
		t.Error("the line was changed")
	}
}
