package barcode

import (
	"image/color"
	"testing"

	"github.com/boombuler/barcode/qr"
)

func modulesOf(t *testing.T, text string) []bool {
	t.Helper()
	code, err := qr.Encode(text, qr.M, qr.AlphaNumeric)
	if err != nil {
		t.Fatal(err)
	}
	n := code.Bounds().Dx()
	out := make([]bool, n*n)
	for i := range out {
		out[i] = color.GrayModel.Convert(code.At(i%n, i/n)).(color.Gray).Y < 128
	}
	return out
}

// Somebody else's encoder writes, we read: every length that our symbol holds, and through that all masks.
func TestALabelsCodewordsAreWhereTheStandardHasThem(t *testing.T) {
	c := newLabelCode()
	text := "SGN1.N.C$E999.AE99901.PG.2026.0000123.A.7K"
	masks := map[int]bool{}
	for len(text) <= labelText {
		dark := modulesOf(t, text)
		if len(dark) != labelDim*labelDim {
			t.Fatalf("%d characters: %d modules", len(text), len(dark))
		}
		mask := c.masks(dark)[0]
		masks[mask] = true
		w := c.words(dark, make([]float64, len(dark)), mask)
		if got, ok := textOf(w.bytes[:labelData]); !ok || got != text {
			t.Errorf("%d characters, mask %d: %q", len(text), mask, got)
		}
		if _, clean := c.field.syndromes(w.bytes[:], labelParity); !clean {
			t.Errorf("%d characters, mask %d: not a codeword", len(text), mask)
		}
		if n := w.lengths()[0]; n != len(text) {
			t.Errorf("%d characters were taken for %d", len(text), n)
		}
		text += string(alphanumeric[len(text)*7%45])
	}
	if len(masks) < 4 {
		t.Errorf("only the masks %v were seen", masks)
	}
}
