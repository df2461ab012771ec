package rules_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"segnatura/internal/rules"
)

// good is a page about which nothing can be said.
func good(change func(*rules.PageFacts)) rules.PageFacts {
	p := rules.PageFacts{Measured: true, InkRatio: 0.05, PaperLevel: 240, Contrast: 0.7, EdgeMM: 0.15, EdgePx: 1.6, SkewKnown: true, SkewDegrees: 0.4, Upright: 20, Over: 1}
	if change != nil {
		change(&p)
	}
	return p
}

func TestPageFlags(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*rules.PageFacts)
		want   []rules.Flag
	}{
		{"a good page", nil, nil},
		{"blank", func(p *rules.PageFacts) { p.Blank, p.InkRatio = true, 0.0001 }, []rules.Flag{{Code: rules.FlagBlank, Figure: 0.0001}}},
		{"a blank back", func(p *rules.PageFacts) { p.Blank, p.Back, p.Sheet = true, true, 0 }, nil},
		{"2 degrees", func(p *rules.PageFacts) { p.SkewDegrees = 2 }, nil},
		{"2.1 degrees to the left", func(p *rules.PageFacts) { p.SkewDegrees = -2.1 }, []rules.Flag{{Code: rules.FlagSkew, Figure: 2.1, Limit: 2}}},
		{"a skew that nobody knows", func(p *rules.PageFacts) { p.SkewDegrees, p.SkewKnown = 9, false }, nil},
		{"pale", func(p *rules.PageFacts) { p.Contrast = 0.34 }, []rules.Flag{{Code: rules.FlagLowContrast, Figure: 0.34, Limit: 0.35}}},
		{"not quite pale", func(p *rules.PageFacts) { p.Contrast = 0.35 }, nil},
		{"no edges to measure", func(p *rules.PageFacts) { p.Contrast, p.EdgeMM, p.EdgePx = 0, 0, 0 }, nil},
		{"blurred, and pale by that", func(p *rules.PageFacts) { p.EdgeMM, p.EdgePx, p.Contrast = 0.9, 10, 0.3 },
			[]rules.Flag{{Code: rules.FlagUnreadable, Figure: 0.9, Limit: 0.8, Why: "blur"}}},
		{"coarse pixels are no blur", func(p *rules.PageFacts) { p.EdgeMM, p.EdgePx = 0.9, 2.5 }, nil},
		{"dark", func(p *rules.PageFacts) { p.PaperLevel = 99 }, []rules.Flag{{Code: rules.FlagUnreadable, Figure: 99, Limit: 100, Why: "dark"}}},
		{"cut", func(p *rules.PageFacts) { p.CutMarks = [4]int{3, 9, 0, 14} }, []rules.Flag{{Code: rules.FlagCutEdge, Figure: 14, Limit: 7, Why: "right,left"}}},
		{"seven marks", func(p *rules.PageFacts) { p.CutMarks = [4]int{7, 7, 7, 7} }, nil},
		{"upside down", func(p *rules.PageFacts) { p.Upright, p.Over = 2, 8 }, []rules.Flag{{Code: rules.FlagUpsideDown, Figure: 8, Limit: 7}}},
		{"few lines", func(p *rules.PageFacts) { p.Upright, p.Over = 0, 7 }, nil},
		{"a form", func(p *rules.PageFacts) { p.Upright, p.Over = 5, 14 }, nil},
		{"sideways", func(p *rules.PageFacts) { p.Sideways, p.Upright, p.Over = true, 30, 2 }, []rules.Flag{{Code: rules.FlagSideways, Figure: 30, Limit: 7}}},
		{"a frame", func(p *rules.PageFacts) { p.Sideways, p.Upright, p.Over = true, 12, 9 }, nil},
		{"measured long ago", func(p *rules.PageFacts) { *p = rules.PageFacts{Blank: true} }, nil},
	} {
		if got := rules.Quality([]rules.PageFacts{good(c.change)})[0]; !slices.Equal(got, c.want) {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestMissingPages(t *testing.T) {
	front := func(n int) rules.PageFacts { return good(func(p *rules.PageFacts) { p.Sheet = n }) }
	back := func(n int, blank bool) rules.PageFacts {
		return good(func(p *rules.PageFacts) { p.Sheet, p.Back, p.Blank = n, true, blank })
	}
	loose := func(blank bool) rules.PageFacts { return good(func(p *rules.PageFacts) { p.Blank = blank }) }
	again := func(run int64, p rules.PageFacts) rules.PageFacts {
		p.Batch = run
		return p
	}
	for _, c := range []struct {
		name  string
		pages []rules.PageFacts
		want  map[int]string // by page
	}{
		{"one side", []rules.PageFacts{front(1), front(2), front(3)}, nil},
		{"both sides", []rules.PageFacts{front(1), back(1, false), front(2), back(2, true)}, nil},
		{"all backs blank", []rules.PageFacts{front(1), back(1, true), front(2), back(2, true), front(3), back(3, true)}, nil},
		{"a back is not there", []rules.PageFacts{front(1), back(1, false), front(2), front(3), back(3, true)}, map[int]string{2: "no-back"}},
		{"a front is not there", []rules.PageFacts{front(1), back(1, false), back(2, false)}, map[int]string{2: "no-front"}},
		{"a sheet is not there", []rules.PageFacts{front(4), front(6)}, map[int]string{1: "gap"}},
		{"one blank back among written ones", []rules.PageFacts{front(1), back(1, false), front(2), back(2, true), front(3), back(3, false)}, map[int]string{3: "blank-back"}},
		{"only the last one is blank", []rules.PageFacts{front(1), back(1, false), front(2), back(2, false), front(3), back(3, true)}, nil},
		{"two of them are blank", []rules.PageFacts{front(1), back(1, true), front(2), back(2, true), front(3), back(3, false)}, nil},
		{"a sheet scanned again", []rules.PageFacts{front(1), again(2, front(2)), front(3)}, nil},
		{"the first and the last sheet scanned again", []rules.PageFacts{again(3, front(1)), front(2), front(3), again(2, front(4))}, nil},
		{"two sheets scanned again, one after the other", []rules.PageFacts{front(1), again(2, front(2)), again(3, front(3)), front(4)}, nil},
		{"a front scanned again", []rules.PageFacts{front(1), back(1, false), again(2, front(2)), back(2, false), front(3), back(3, false)}, nil},
		{"a back scanned again", []rules.PageFacts{front(1), back(1, false), front(2), again(2, back(2, false)), front(3), back(3, false)}, nil},
		{"a sheet scanned again, and another is not there", []rules.PageFacts{front(1), again(2, front(2)), front(4)}, map[int]string{2: "gap"}},
		{"a run that went on", []rules.PageFacts{front(1), front(2), again(2, front(1))}, nil},
		{"a run that went on without a sheet", []rules.PageFacts{front(1), front(2), again(2, front(1)), again(2, front(3))}, map[int]string{3: "gap"}},
		{"files of both sides", []rules.PageFacts{loose(false), loose(true), loose(false), loose(true)}, nil},
		{"one file of a blank side", []rules.PageFacts{loose(false), loose(true)}, map[int]string{1: "blank"}},
		{"blank sides out of step", []rules.PageFacts{loose(false), loose(true), loose(true), loose(false)}, map[int]string{1: "blank", 2: "blank"}},
	} {
		for i, flags := range rules.Quality(c.pages) {
			got := ""
			for _, f := range flags {
				if got = f.Why; f.Code == rules.FlagBlank {
					got = "blank"
				}
			}
			if got != c.want[i] || len(flags) > 1 {
				t.Errorf("%s, page %d: %+v, want %q", c.name, i+1, flags, c.want[i])
			}
		}
	}
}

// TestQualityChecksSayWhy: every row says what it measures, where the limit lies and for what reason, and on whose word.
func TestQualityChecksSayWhy(t *testing.T) {
	for _, c := range rules.QualityChecks() {
		if c.Code == "" || c.Measure == "" || c.Reason == "" || c.Source == "" {
			t.Errorf("%+v", c)
		}
	}
}

// TestWorseIsNeverLessFlagged: a page that gets worse in one measure keeps its flag.
func TestWorseIsNeverLessFlagged(t *testing.T) {
	worsen := map[rules.FlagCode]func(*rules.PageFacts){
		rules.FlagSkew:        func(p *rules.PageFacts) { p.SkewDegrees *= 1.5 },
		rules.FlagLowContrast: func(p *rules.PageFacts) { p.Contrast *= 0.5 },
		rules.FlagCutEdge:     func(p *rules.PageFacts) { p.CutMarks[1]++ },
		rules.FlagUpsideDown:  func(p *rules.PageFacts) { p.Over++ },
		rules.FlagUnreadable: func(p *rules.PageFacts) {
			p.EdgeMM, p.EdgePx, p.PaperLevel = p.EdgeMM*1.2, p.EdgePx*1.2, p.PaperLevel/2
		},
	}
	rapid.Check(t, func(t *rapid.T) {
		p := good(func(p *rules.PageFacts) {
			p.SkewDegrees = rapid.Float64Range(-10, 10).Draw(t, "skew")
			p.Contrast = rapid.Float64Range(0.01, 1).Draw(t, "contrast")
			p.EdgeMM = rapid.Float64Range(0.01, 1.2).Draw(t, "edge")
			p.EdgePx = rapid.Float64Range(1, 12).Draw(t, "pixels")
			p.PaperLevel = rapid.IntRange(0, 255).Draw(t, "paper")
			p.Upright, p.Over = rapid.IntRange(0, 30).Draw(t, "upright"), rapid.IntRange(0, 30).Draw(t, "over")
			p.CutMarks[1] = rapid.IntRange(0, 20).Draw(t, "cut")
		})
		has := func(p rules.PageFacts, code rules.FlagCode) bool {
			return slices.ContainsFunc(rules.Quality([]rules.PageFacts{p})[0], func(f rules.Flag) bool { return f.Code == code })
		}
		for code, worse := range worsen {
			q := p
			worse(&q)
			if has(p, code) && !has(q, code) {
				t.Fatalf("%s: %+v is flagged and %+v is not", code, p, q)
			}
		}
	})
}
