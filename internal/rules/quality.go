package rules

import (
	"math"
	"strings"
)

// FlagCode says what a page is suspected of.
type FlagCode string

const (
	FlagBlank       FlagCode = "blank"
	FlagSkew        FlagCode = "skew"
	FlagLowContrast FlagCode = "low-contrast"
	FlagCutEdge     FlagCode = "cut-edge"
	FlagUpsideDown  FlagCode = "upside-down"
	FlagSideways    FlagCode = "sideways"
	FlagUnreadable  FlagCode = "unreadable"
	FlagMissingPage FlagCode = "missing-page"
)

// Flag is one suspicion about a page, with the figure that raised it. It decides nothing: a person looks at that page (R19.1).
type Flag struct {
	Code FlagCode `json:"code" enum:"blank,skew,low-contrast,cut-edge,upside-down,sideways,unreadable,missing-page"`
	// Figure was measured and went beyond Limit, both in the check's unit.
	Figure float64 `json:"figure"`
	Limit  float64 `json:"limit"`
	// Why tells cases of one code apart: the sides of a cut edge, joined by commas; blur or dark; no-back, no-front, gap or blank-back.
	Why string `json:"why,omitempty"`
}

// PageFacts is what was measured of one page, as far as these rules ask. Turns and sides are those of its image.
type PageFacts struct {
	// Batch, Sheet and Back say where the page was; Sheet is 0 where the source does not know sheets.
	Batch int64
	Sheet int
	Back  bool
	// Measured is false for a page without these measures: it is never flagged.
	Measured    bool
	Blank       bool
	InkRatio    float64 // 0 to 1
	PaperLevel  int     // 0 black to 255 white
	Contrast    float64 // 0 to 1; 0 without ink
	EdgeMM      float64 // 0 where there are too few edges
	EdgePx      float64
	SkewDegrees float64
	SkewKnown   bool
	Upright     int
	Over        int
	Sideways    bool
	// CutMarks are those of the top, the right, the bottom and the left.
	CutMarks [4]int
}

// QualityCheck is one row of the table of checks.
type QualityCheck struct {
	Code    FlagCode
	Measure string  // what the figure is, with its unit
	Limit   float64 // beyond which a page is flagged
	Reason  string  // why there
	Source  string
	// figure measures a page, names the case, and says whether there is anything to compare.
	figure func(PageFacts) (figure float64, why string, comparable bool)
	beyond func(figure, limit float64) bool
}

func over(figure, limit float64) bool  { return figure > limit }
func under(figure, limit float64) bool { return figure < limit }
func given(_, _ float64) bool          { return true } // the measure itself decides

const (
	sourceComune = "Manuale del Comune, artt. 28.5 e 35 b.1: «leggibilità», «accessibilità» e «qualità» del file acquisito (R3.6, R19.1)"
	// most of a page's stretches must agree in their direction: so many times the others.
	agreement    = 4
	widestEdgeMM = 0.8
	mostCutMarks = 7
)

// QualityChecks is the table. The limits lie between the corpus's real scans and drawn pages made worse step by step
// (docs/decisions/0018); where good and bad pages overlap, a check keeps silent.
func QualityChecks() []QualityCheck {
	return []QualityCheck{
		{FlagBlank, "share of the page that is ink, 0 to 1", 0,
			"a side without ink that holds together was perhaps fed the wrong way round; a blank back is no suspicion", sourceComune,
			func(p PageFacts) (float64, string, bool) { return p.InkRatio, "", p.Blank }, given},
		{FlagSkew, "degrees between the lines and the page's axis", 2,
			"feeders stay within 1.5 degrees; the eye sees 2", sourceComune,
			func(p PageFacts) (float64, string, bool) { return math.Abs(p.SkewDegrees), "", p.SkewKnown && !p.Blank }, over},
		{FlagLowContrast, "print contrast signal of the ink, 0 to 1", 0.35,
			"scans of writing have 0.43 and more; under 0.25 ink is lost in the paper's noise", sourceComune,
			func(p PageFacts) (float64, string, bool) {
				return p.Contrast, "", !p.Blank && p.EdgeMM > 0 && p.EdgeMM <= widestEdgeMM
			}, under},
		{FlagCutEdge, "marks of ink that run out of one side", mostCutMarks,
			"rules, holes and staples leave up to four; a cut line of letters leaves a dozen", sourceComune, cutEdge, over},
		{FlagUpsideDown, "stretches of lines that look upside down", 7,
			"eight or more, four times as many as look upright; forms and tables stay under that", sourceComune,
			func(p PageFacts) (float64, string, bool) {
				return float64(p.Over), "", !p.Blank && !p.Sideways && p.Over >= agreement*p.Upright
			}, over},
		{FlagSideways, "stretches of lines that run down the page", 7,
			"eight or more that agree in their direction; frames and codes have none", sourceComune,
			func(p PageFacts) (float64, string, bool) {
				most, least := max(p.Upright, p.Over), min(p.Upright, p.Over)
				return float64(most), "", !p.Blank && p.Sideways && most >= agreement*least
			}, over},
		{FlagUnreadable, "width in mm over which ink turns into paper", widestEdgeMM,
			"sharp scans have 0.1 to 0.4; from 0.9 on text recognition lost a quarter to half of the words, at 1.0 nearly all", sourceComune,
			func(p PageFacts) (float64, string, bool) { return p.EdgeMM, "blur", !p.Blank && p.EdgePx >= 3 }, over},
		{FlagUnreadable, "grey of the paper, 0 to 255", 100,
			"no paper is that dark: an open lid, a lamp that failed, or a negative", sourceComune,
			func(p PageFacts) (float64, string, bool) { return float64(p.PaperLevel), "dark", true }, under},
	}
}

// cutEdge takes the side with the most marks, and names all that are beyond the limit.
func cutEdge(p PageFacts) (float64, string, bool) {
	most, sides := 0, []string(nil)
	for i, name := range []string{"top", "right", "bottom", "left"} {
		most = max(most, p.CutMarks[i])
		if p.CutMarks[i] > mostCutMarks {
			sides = append(sides, name)
		}
	}
	return float64(most), strings.Join(sides, ","), !p.Blank
}

// Quality lists what each page of a document is suspected of, in the order of the pages; nothing for a page that may be confirmed
// with the whole document.
func Quality(pages []PageFacts) [][]Flag {
	out := make([][]Flag, len(pages))
	backs, checks := backsOf(pages), QualityChecks()
	for i, p := range pages {
		if !p.Measured || p.Blank && backs[i] {
			continue
		}
		for _, c := range checks {
			if figure, why, comparable := c.figure(p); comparable && c.beyond(figure, c.Limit) {
				out[i] = append(out[i], Flag{Code: c.Code, Figure: figure, Limit: c.Limit, Why: why})
			}
		}
	}
	for i, f := range missing(pages, backs) {
		if pages[i].Measured {
			out[i] = append(out[i], f)
		}
	}
	return out
}

// backsOf says which pages are reverses. Where the source does not know sheets, but two or more pages are blank and every one of them
// stands at an even place, the document was taken on both sides.
func backsOf(pages []PageFacts) []bool {
	out := make([]bool, len(pages))
	known, blanks, odd := false, 0, false
	for i, p := range pages {
		out[i] = p.Back
		known = known || p.Sheet != 0
		if p.Blank {
			blanks++
			odd = odd || i%2 == 0
		}
	}
	if !known && blanks >= 2 && !odd {
		for i := range out {
			out[i] = i%2 == 1
		}
	}
	return out
}

// missing suspects that a side or a sheet is not there, from what a run on both sides says of its sheets, and returns the flag by the
// place of the page beside which it should be. It compares with no declared count: that has its own question (R16.3).
func missing(pages []PageFacts, backs []bool) map[int]Flag {
	out := map[int]Flag{}
	flag := func(at int, why string, figure float64) {
		if _, told := out[at]; !told {
			out[at] = Flag{Code: FlagMissingPage, Figure: figure, Why: why}
		}
	}
	type sheet struct {
		run int64
		n   int
	}
	sides := map[sheet]int{}     // 1 front, 2 back, 3 both
	duplex := map[int64]bool{}   // runs with backs
	highest := map[int64]int{}   // sheet so far
	written, blank := 0, []int{} // backs
	runs := runsOf(pages)
	for i, p := range pages {
		if backs[i] && p.Blank {
			blank = append(blank, i)
		} else if backs[i] {
			written++
		}
		if p.Sheet == 0 {
			continue
		}
		side := 1
		if p.Back {
			side, duplex[runs[i]] = 2, true
		}
		sides[sheet{runs[i], p.Sheet}] |= side
		if last := highest[runs[i]]; last != 0 && p.Sheet > last+1 {
			flag(i, "gap", float64(p.Sheet-last-1))
		}
		highest[runs[i]] = max(highest[runs[i]], p.Sheet)
	}
	for i, p := range pages {
		if p.Sheet == 0 || !duplex[runs[i]] {
			continue
		}
		switch sides[sheet{runs[i], p.Sheet}] {
		case 1:
			flag(i, "no-back", 1)
		case 2:
			flag(i, "no-front", 1)
		}
	}
	// The last back is often blank; one before it, where every other back is written, is not usual.
	if written >= 2 && len(blank) == 1 && blank[0] < len(pages)-1 {
		flag(blank[0], "blank-back", 1)
	}
	return out
}

// runsOf says, by its batch, of which run each page's sheet is counted. A page that was scanned again alone has its sheet's number from the
// one whose place it took, and counts with the pages beside it.
func runsOf(pages []PageFacts) []int64 {
	of, size := make([]int64, len(pages)), map[int64]int{}
	for i, p := range pages {
		of[i] = p.Batch
		size[p.Batch]++
	}
	for i := 1; i < len(pages); i++ {
		if alone := size[pages[i-1].Batch] == 1 || size[pages[i].Batch] == 1; !alone || !follows(pages[i-1], pages[i]) {
			continue
		}
		for j, run := range of {
			if run == of[i] && j != i {
				of[j] = of[i-1]
			}
		}
		of[i] = of[i-1]
	}
	return of
}

// follows reports whether p is the side behind before: its sheet's back, or the next sheet's front.
func follows(before, p PageFacts) bool {
	switch {
	case before.Sheet == 0:
		return false
	case p.Back:
		return !before.Back && p.Sheet == before.Sheet
	}
	return p.Sheet == before.Sheet+1
}
