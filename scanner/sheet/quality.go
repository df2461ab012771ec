package sheet

import (
	"math"
	"slices"

	"segnatura/scanner"
)

// quality measures how well the page was taken. It judges nothing: from which figure on a clerk should look is for the rules.
func (m *Image) quality(k ink) *scanner.Quality {
	q := &scanner.Quality{PaperLevel: int(k.paper)}
	down, up, right, left := m.cells.edgesOf(k)
	m.cells.lines(down, up, right, left, q)
	m.tone(k, down, right, q)
	q.CutMarks = m.cells.cutMarks(k)
	return q
}

const (
	// mostSites bounds how many edges are looked at pixel by pixel, along each axis.
	mostSites = 1500
	// fewestSites is how many must be there for a figure of sharpness.
	fewestSites = 50
	// windowMM is how far on each side of an edge the pixels are looked at: less than the white between two letters and their lines.
	windowMM = 0.8
	// leastStepLevels is the difference of ink and paper in such a window from which on its slope says anything.
	leastStepLevels = 24
)

// tone measures the contrast and the sharpness of the ink in full resolution, at its lower and its right edges. Only edges are looked
// at: a grey field in a form is no faint writing, and the inside of a picture no blurred one.
func (m *Image) tone(k ink, down, right edges, q *scanner.Quality) {
	pxAcross, pxDown := mmPerInch/m.facts.XDPI, mmPerInch/m.facts.YDPI // millimetres of a pixel
	contrasts := make([]float64, 0, 2*mostSites)
	stride := m.Grey.Stride
	var widths [2][]float64
	for axis, s := range []struct {
		e          edges
		step, n    int // through the plane, and how many pixels of windowMM
		mm         float64
		alongIsRow bool
	}{
		{down, stride, max(int(windowMM/pxDown+0.5), 2), pxDown, false},
		{right, 1, max(int(windowMM/pxAcross+0.5), 2), pxAcross, true},
	} {
		n := len(s.e.along)
		for i := range min(n, mostSites) {
			at := i * n / min(n, mostSites)
			xMM, yMM := float64(s.e.along[at])+m.cells.across/2, float64(s.e.across[at])+m.cells.down
			if s.alongIsRow {
				xMM, yMM = float64(s.e.across[at])+m.cells.across, float64(s.e.along[at])+m.cells.down/2
			}
			x, y := int(xMM/pxAcross), int(yMM/pxDown)
			if x < s.n || y < s.n || x >= m.Grey.Rect.Dx()-s.n || y >= m.Grey.Rect.Dy()-s.n {
				continue
			}
			darkest, lightest, steepest := window(m.Grey.Pix[(y*stride+x)-s.n*s.step:], 2*s.n, s.step)
			contrasts = append(contrasts, 1-float64(darkest)/float64(max(k.shadeAt(m.cells, xMM, yMM), 1)))
			if lightest-darkest >= leastStepLevels {
				widths[axis] = append(widths[axis], float64(lightest-darkest)/float64(steepest)*s.mm)
			}
		}
	}
	if len(contrasts) == 0 {
		return
	}
	q.Contrast = max(quantileOf(contrasts, 2), 0)
	for axis, px := range []float64{pxDown, pxAcross} {
		if len(widths[axis]) < fewestSites {
			continue
		}
		if mm := quantileOf(widths[axis], 4); mm > q.EdgeMM {
			q.EdgeMM, q.EdgePx = mm, tenths(mm/px)
		}
	}
}

// window returns the darkest and the lightest of n+1 pixels and the largest difference of two neighbours, at least 1.
func window(pix []uint8, n, step int) (darkest, lightest, steepest int) {
	last := int(pix[0])
	darkest, lightest, steepest = last, last, 1
	for i := 1; i <= n; i++ {
		v := int(pix[i*step])
		darkest, lightest = min(darkest, v), max(lightest, v)
		steepest = max(steepest, v-last, last-v)
		last = v
	}
	return darkest, lightest, steepest
}

// shadeAt is the paper's level at a place.
func (k ink) shadeAt(c cells, xMM, yMM float64) uint8 {
	x, y := min(int(xMM/c.across), c.w-1), min(int(yMM/c.down), c.h-1)
	return k.shade[y/tileCells*k.tilesX+x/tileCells]
}

// quantileOf is the value under which one part of so many lies, to three decimals. It sorts the values.
func quantileOf(values []float64, parts int) float64 {
	slices.Sort(values)
	return math.Round(values[len(values)/parts]*1000) / 1000
}
