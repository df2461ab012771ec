package officesim_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"segnatura/internal/officesim"
	"segnatura/internal/rules"
	"segnatura/scanner"
	"segnatura/scanner/sheet"
)

// TestPoorLettersShowTheirFlaws: what a clerk is to see of a badly fed letter does not hang on the office's seed.
func TestPoorLettersShowTheirFlaws(t *testing.T) {
	for _, seed := range []uint64{1, 14*7919 + 1, 1795328000000000000} {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			o := start(t, officesim.Config{Seed: seed})
			load(t, o, officesim.Letter{Kind: officesim.KindPoor}, officesim.Letter{Kind: officesim.KindPoor})
			s := feeder
			s.dpi, s.mode = 300, "Grayscale8"
			pages := scan(t, o, s)
			for _, letter := range [][][]byte{pages[:6], pages[6:]} {
				var facts []rules.PageFacts
				for _, p := range letter {
					facts = append(facts, factsOf(t, p))
				}
				var got []rules.FlagCode
				for i, flags := range rules.Quality(facts) {
					if len(flags) != min(i, 1) {
						t.Fatalf("page %d: %+v of %+v", i+1, flags, facts[i])
					}
					for _, f := range flags {
						got = append(got, f.Code)
					}
				}
				if want := []rules.FlagCode{rules.FlagSkew, rules.FlagUpsideDown, rules.FlagLowContrast, rules.FlagCutEdge, rules.FlagBlank}; !slices.Equal(got, want) {
					t.Errorf("flags %q", got)
				}
			}
			for i, p := range pages[:6] {
				if bytes.Equal(p, pages[6+i]) {
					t.Errorf("page %d of two letters is one and the same file", i+1)
				}
			}
		})
	}
}

// factsOf measures a page as the station does.
func factsOf(t *testing.T, page []byte) rules.PageFacts {
	t.Helper()
	f, err := sheet.Inspector{}.Inspect(t.Context(), bytes.NewReader(page), scanner.Settings{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	q := f.Quality
	return rules.PageFacts{Measured: true, Blank: f.Blank, InkRatio: f.InkRatio, PaperLevel: q.PaperLevel, Contrast: q.Contrast, EdgeMM: q.EdgeMM, EdgePx: q.EdgePx,
		SkewDegrees: q.SkewDegrees, SkewKnown: q.SkewKnown, Upright: q.Turn.Upright, Over: q.Turn.Over, Sideways: q.Turn.Sideways,
		CutMarks: [4]int{q.CutMarks.Top, q.CutMarks.Right, q.CutMarks.Bottom, q.CutMarks.Left}}
}
