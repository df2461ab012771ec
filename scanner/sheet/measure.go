package sheet

import (
	"math"

	"segnatura/scanner"
)

const (
	a4ShortMM = 210.0
	a4LongMM  = 297.0
	// toleranceMM is how far a side may be off A4. Scanners with a glass or feeder of 8.5 inches (215.9 mm) return its whole width
	// for an A4 sheet, so 5 mm would call each of their pages larger; the next larger formats in use (Legal 355.6 mm long, B4 250 mm
	// wide) are far beyond 6. US Letter, 215.9 x 279.4 mm, counts as smaller.
	toleranceMM = 6.0
)

// paperOf compares with A4 in either orientation: A4 when both sides are within toleranceMM, smaller when the page fits
// inside A4 and the tolerance, larger when not.
func paperOf(widthMM, heightMM float64) scanner.Paper {
	short, long := min(widthMM, heightMM), max(widthMM, heightMM)
	switch {
	case short <= 0:
		return scanner.PaperUnknown
	case short > a4ShortMM+toleranceMM || long > a4LongMM+toleranceMM:
		return scanner.PaperLarger
	case short >= a4ShortMM-toleranceMM && long >= a4LongMM-toleranceMM:
		return scanner.PaperA4
	}
	return scanner.PaperSmaller
}

// proportionTolerance is how far the proportion of the sides may be off A4's, the root of 2, where no resolution is known. A sheet of
// A4 on a glass of 215.9 mm is 2.7 % off; US Letter is 8.5 % off, Legal 16 %.
const proportionTolerance = 0.03

// paperByProportion judges a page whose size in millimetres nobody knows (docs/decisions/0012): A4 by its proportion, else unknown.
func paperByProportion(widthPx, heightPx int) scanner.Paper {
	short, long := float64(min(widthPx, heightPx)), float64(max(widthPx, heightPx))
	if math.Abs(long/short/math.Sqrt2-1) <= proportionTolerance {
		return scanner.PaperA4
	}
	return scanner.PaperUnknown
}

// believable says whether a stated resolution can be a scanner's, both axes. 72 and 96 are not: programs write them for
// pictures of which they know nothing.
func believable(x, y float64) bool {
	placeholder := x == y && (math.Round(x) == 72 || math.Round(x) == 96)
	return x >= 50 && y >= 50 && x <= 2400 && y <= 2400 && !placeholder
}

// resolution chooses among what the file and the source say, the file first; a placeholder counts when nothing better is there
// and it makes a page no larger than A3. Otherwise the resolution is assumed at which the page's long side comes nearest to A4's.
func resolution(h header, s scanner.Settings, width, height int) (x, y float64, assumed bool) {
	sx, sy := float64(s.ResolutionXDPI), float64(s.ResolutionYDPI)
	if sy == 0 {
		sy = sx
	}
	long := float64(max(width, height))
	const a3LongMM = 420.0
	switch {
	case believable(h.xDPI, h.yDPI):
		return h.xDPI, h.yDPI, false
	case sx >= 50 && sy >= 50:
		return sx, sy, false
	case h.xDPI >= 50 && h.yDPI >= 50 && h.xDPI <= 2400 && h.yDPI <= 2400 && long/min(h.xDPI, h.yDPI)*mmPerInch <= a3LongMM+toleranceMM:
		return h.xDPI, h.yDPI, false
	}
	best := 0.0
	for _, dpi := range []float64{75, 100, 150, 200, 240, 300, 400, 600, 1200} {
		if off := math.Abs(math.Log(long / dpi * mmPerInch / a4LongMM)); best == 0 || off < math.Abs(math.Log(long/best*mmPerInch/a4LongMM)) {
			best = dpi
		}
	}
	return best, best, true
}

// measure fills in the facts.
func (m *Image) measure(f *format, h header, s scanner.Settings) {
	b := m.Grey.Rect
	x, y, assumed := resolution(h, s, b.Dx(), b.Dy())
	m.facts = scanner.Facts{
		WidthPx: b.Dx(), HeightPx: b.Dy(), XDPI: x, YDPI: y, DPIAssumed: assumed,
		WidthMM: float64(b.Dx()) / x * mmPerInch, HeightMM: float64(b.Dy()) / y * mmPerInch,
		Encoding: f.mime, Bits: h.bits, Channels: h.channels, Paper: paperByProportion(b.Dx(), b.Dy()),
	}
	if !assumed {
		m.facts.Paper = paperOf(m.facts.WidthMM, m.facts.HeightMM)
	}
	m.cells = newCells(m.Grey, x, y)
	k := m.cells.findInk()
	m.facts.InkRatio, m.facts.Blank = m.cells.count(k)
	m.facts.Quality = m.quality(k)
}
