package barcode

import (
	"math"
	"slices"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/common"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
)

const (
	// maxTriples bounds how many triples of a stage are sampled; real ones sort first.
	maxTriples = 150
	// maxPairs bounds how many pairs of a stage are tried for a missing third.
	maxPairs = 150
	// maxDamaged bounds around how many patterns of a stage damaged ones are looked for.
	maxDamaged = 4
	// pairModules is the longest distance in modules over which two patterns are taken for one code with a part missing:
	// a symbol of version 9. Ours are of version 3.
	pairModules = 46 * math.Sqrt2
	// maxTimingErrors is the share of a code's two timing lines that may be wrong before its grid is given up: a tenth of the
	// code covered takes more than a tenth of these lines when it lies on them.
	maxTimingErrors = 0.31
)

// corners are the centres of the three finder patterns of one supposed symbol.
type corners struct {
	topLeft, topRight, bottomLeft point
	module                        float64 // pixels, along a side
	score                         float64 // 0 is a perfect right angle with equal sides and equal patterns
	certain                       bool    // all three were seen
}

// side is the module size along the direction of d, from the patterns' stretched size.
func side(a, b pattern, d point) float64 {
	l := d.length()
	return (a.run + b.run) / 2 * max(math.Abs(d.x), math.Abs(d.y)) / l
}

// triplesOf decodes what stands like a symbol: three patterns of one size at a right angle.
func (s *search) triplesOf(p *plane, pats []pattern) {
	var all []corners
	for i, a := range pats {
		for j, b := range pats {
			if j == i || !sameSize(a, b) {
				continue
			}
			ab := b.sub(a.point)
			if l := ab.length() / side(a, b, ab); l < 12 || l > 190 {
				continue
			}
			for k, c := range pats {
				if k == i || k == j || !sameSize(a, c) {
					continue
				}
				if t, ok := rightAngle(a, b, c); ok {
					all = append(all, t)
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b corners) int { return compare(a.score, b.score) })
	for _, t := range all[:min(len(all), maxTriples)] {
		if s.ctx.Err() != nil {
			return
		}
		if !s.masked(t.topLeft) && !s.masked(t.topRight) && !s.masked(t.bottomLeft) {
			s.decode(p, t)
		}
	}
}

func sameSize(a, b pattern) bool { return a.run < 1.45*b.run && b.run < 1.45*a.run }

// rightAngle takes a as the corner, b as the top right and c as the bottom left.
func rightAngle(a, b, c pattern) (corners, bool) {
	ab, ac := b.sub(a.point), c.sub(a.point)
	lb, lc := ab.length(), ac.length()
	cross := ab.cross(ac)
	if cross <= 0 || lb > 1.3*lc || lc > 1.3*lb {
		return corners{}, false
	}
	cos := ab.dot(ac) / (lb * lc)
	if math.Abs(cos) > 0.27 {
		return corners{}, false
	}
	sizes := math.Abs(math.Log(a.run/b.run)) + math.Abs(math.Log(a.run/c.run))
	return corners{
		topLeft: a.point, topRight: b.point, bottomLeft: c.point,
		module:  (side(a, b, ab) + side(a, c, ac)) / 2,
		score:   math.Abs(math.Log(lb/lc)) + math.Abs(cos) + sizes/4,
		certain: true,
	}, true
}

// plausiblePair says whether two patterns can be of one symbol, the third unseen.
func plausiblePair(a, b pattern) bool {
	if a.run > 1.25*b.run || b.run > 1.25*a.run {
		return false
	}
	d := b.sub(a.point)
	l := d.length() / side(a, b, d)
	return l > 12 && l < pairModules
}

// pairsOf decodes symbols of which one finder pattern is covered: two patterns fix a square up to four places of the third
// when they lie on a side, and two when they lie on the diagonal.
func (s *search) pairsOf(p *plane, pats []pattern) {
	n := 0
	for i, a := range pats {
		for _, b := range pats[i+1:] {
			if max(a.hits, b.hits) < 2 || !plausiblePair(a, b) || s.masked(a.point) || s.masked(b.point) {
				continue
			}
			if n++; n > maxPairs || s.ctx.Err() != nil {
				return
			}
			s.pair(p, a, b)
		}
	}
}

// damagedPairsOf is pairsOf for the few strongest patterns that are left, each with what within reach may be a damaged one.
func (s *search) damagedPairsOf(p *plane, left []pattern) {
	for i, a := range left {
		if i == maxDamaged || a.hits < strongHits || s.ctx.Err() != nil {
			return
		}
		for _, b := range p.damaged(a) {
			if !s.masked(a.point) {
				s.pair(p, a, b)
			}
		}
	}
}

// pair tries the squares that two patterns allow until one is read.
func (s *search) pair(p *plane, a, b pattern) {
	for _, t := range completions(a, b) {
		if s.decode(p, t) {
			return
		}
	}
}

// completions are the six squares that two finder patterns allow.
func completions(a, b pattern) []corners {
	var out []corners
	for range 2 {
		d := b.sub(a.point)
		m := side(a, b, d)
		out = append(out,
			corners{topLeft: a.point, topRight: b.point, bottomLeft: a.add(point{-d.y, d.x}), module: m},
			corners{topLeft: a.point, bottomLeft: b.point, topRight: a.add(point{d.y, -d.x}), module: m},
		)
		// On the diagonal the sides stand at 45 degrees to it.
		half := d.scale(0.5)
		corner := a.add(half).add(point{-half.y, half.x})
		out = append(out, corners{
			topRight: a.point, bottomLeft: b.point, topLeft: corner, module: side(a, b, corner.sub(a.point)),
		})
		a, b = b, a
	}
	return out
}

// decode tries the symbol sizes that fit, best timing lines first, each on a flat grid and on one hung on the alignment
// pattern, each with several ways to tell dark from light. It says whether a code was read; what could be our label's is followed.
func (s *search) decode(p *plane, c corners) bool {
	thresholds := []func([]float64, int) []bool{wholeThreshold(0), localThreshold, wholeThreshold(-0.12), wholeThreshold(0.12)}
	leg := (c.topLeft.distance(c.topRight) + c.topLeft.distance(c.bottomLeft)) / 2
	estimate := leg/c.module + 7
	type sized struct {
		dim    int
		errors float64
	}
	var sizes []sized
	for dim := 21; dim <= 177; dim += 4 {
		slack := 4.5 + estimate/20
		if !c.certain {
			slack = 3
		}
		if math.Abs(float64(dim)-estimate) > slack {
			continue
		}
		if e := timingErrors(p, newGrid(c, dim)); e <= maxTimingErrors {
			sizes = append(sizes, sized{dim, e})
		}
	}
	slices.SortFunc(sizes, func(a, b sized) int { return compare(a.errors, b.errors) })
	for _, size := range sizes[:min(len(sizes), 2)] {
		g := newGrid(c, size.dim)
		grids := []grid{g}
		if h, ok := g.align(p, c); ok {
			grids = append(grids, h)
		}
		for _, g := range grids {
			levels := g.sample(p)
			for _, threshold := range thresholds {
				if text, ok := decodeBits(threshold(levels, g.dim), g.dim); ok {
					s.add(QR, text, g.outline())
					return true
				}
			}
		}
	}
	for _, size := range sizes {
		if size.dim == labelDim {
			s.follow(c, size.errors)
		}
	}
	return false
}

// grid places a symbol's modules on the page.
type grid struct {
	dim int // modules on a side
	to  *common.PerspectiveTransform
}

func newGrid(c corners, dim int) grid {
	return gridOn(c, dim, 3.5, c.topRight.add(c.bottomLeft).sub(c.topLeft))
}

// gridOn hangs the grid on the three finder patterns and on a fourth point, which lies margin modules from the lower right
// corner on both axes.
func gridOn(c corners, dim int, margin float64, fourth point) grid {
	far, last := float64(dim)-3.5, float64(dim)-margin
	return grid{dim, common.PerspectiveTransform_QuadrilateralToQuadrilateral(
		3.5, 3.5, far, 3.5, last, last, 3.5, far,
		c.topLeft.x, c.topLeft.y, c.topRight.x, c.topRight.y, fourth.x, fourth.y, c.bottomLeft.x, c.bottomLeft.y)}
}

// at is where a place given in modules lies on the page.
func (g grid) at(u, v float64) point {
	xy := []float64{u, v}
	g.to.TransformPoints(xy)
	return point{xy[0], xy[1]}
}

func (g grid) outline() quad {
	d := float64(g.dim)
	return quad{g.at(0, 0), g.at(d, 0), g.at(d, d), g.at(0, d)}
}

// timingErrors is the share of wrong modules on the two lines of alternating modules (ISO/IEC 18004, 6.3.5).
func timingErrors(p *plane, g grid) float64 {
	n := g.dim - 16
	xy := make([]float64, 0, 4*n)
	for i := 8; i < g.dim-8; i++ {
		xy = append(xy, float64(i)+0.5, 6.5)
	}
	for i := 8; i < g.dim-8; i++ {
		xy = append(xy, 6.5, float64(i)+0.5)
	}
	g.to.TransformPoints(xy)
	var sum [2]float64
	levels := make([]float64, 0, 2*n)
	for i := 0; i < len(xy); i += 2 {
		v := p.at(xy[i], xy[i+1])
		levels = append(levels, v)
		sum[i/2/n] += v
	}
	wrong := 0
	for i, v := range levels {
		line, k := i/n, i%n
		if (v < sum[line]/float64(n)) != (k%2 == 0) {
			wrong++
		}
	}
	return float64(wrong) / float64(2*n)
}

// align finds the alignment pattern nearest to the lower right corner and hangs the grid on it: paper that went through a
// feeder askew, or was folded, is no longer flat. It reports false for version 1, which has none, and where none is seen.
func (g grid) align(p *plane, c corners) (grid, bool) {
	if g.dim < 25 {
		return grid{}, false
	}
	centre := float64(g.dim) - 6.5
	best, at := 0.0, point{}
	search := func(u0, v0, reach, step float64) {
		for dv := -reach; dv <= reach; dv += step {
			for du := -reach; du <= reach; du += step {
				if s := g.alignmentContrast(p, u0+du, v0+dv); s > best {
					best, at = s, point{u0 + du, v0 + dv}
				}
			}
		}
	}
	search(centre, centre, 2.5, 0.5)
	search(at.x, at.y, 0.25, 0.25)
	if best < minContrast/2 {
		return grid{}, false
	}
	return gridOn(c, g.dim, 6.5, g.at(at.x, at.y)), true
}

// alignmentContrast is how much lighter the light ring around a place is than the dark ring around that and the middle.
func (g grid) alignmentContrast(p *plane, u, v float64) float64 {
	var sum [2]float64
	var xy [50]float64
	for i := range 25 {
		xy[2*i], xy[2*i+1] = u+float64(i%5-2), v+float64(i/5-2)
	}
	g.to.TransformPoints(xy[:])
	for i := range 25 {
		ring := max(i%5-2, 2-i%5, i/5-2, 2-i/5)
		sum[ring%2] += p.at(xy[2*i], xy[2*i+1])
	}
	return sum[1]/8 - sum[0]/17
}

// sample is the grey level of each module, row by row: the mean of five places in it.
func (g grid) sample(p *plane) []float64 {
	places := [...]point{{0.5, 0.5}, {0.28, 0.5}, {0.72, 0.5}, {0.5, 0.28}, {0.5, 0.72}}
	levels := make([]float64, g.dim*g.dim)
	xy := make([]float64, 0, 2*len(places)*g.dim)
	for v := range g.dim {
		xy = xy[:0]
		for u := range g.dim {
			for _, o := range places {
				xy = append(xy, float64(u)+o.x, float64(v)+o.y)
			}
		}
		g.to.TransformPoints(xy)
		for i := 0; i < len(xy); i += 2 {
			levels[v*g.dim+i/2/len(places)] += p.at(xy[i], xy[i+1]) / float64(len(places))
		}
	}
	return levels
}

// wholeThreshold separates dark from light by one level: the one that leaves the least variance on both sides (Otsu), moved by
// shift times the distance of the two sides' means. A pen's stroke is lighter than print, a shadow darker than paper.
func wholeThreshold(shift float64) func([]float64, int) []bool {
	return func(levels []float64, _ int) []bool {
		level, spread := otsu(levels)
		bits := make([]bool, len(levels))
		for i, v := range levels {
			bits[i] = v < level+shift*spread
		}
		return bits
	}
}

// otsu returns the separating level and the distance of the means of its sides.
func otsu(levels []float64) (level, spread float64) {
	var hist [256]int
	var total float64
	for _, v := range levels {
		hist[int(v)]++
		total += math.Floor(v)
	}
	n := float64(len(levels))
	best, lo, hi := -1.0, 0, 0
	var below, sum float64
	for t, h := range hist {
		below += float64(h)
		sum += float64(t) * float64(h)
		if below == 0 || below == n {
			continue
		}
		d := (total-sum)/(n-below) - sum/below
		if v := below * (n - below) * d * d; v > best {
			best, lo, hi, spread = v, t, t, d
		} else if v == best {
			hi = t // an empty stretch between the two hills: take its middle
		}
	}
	return float64(lo+hi)/2 + 1, spread
}

// localThreshold separates by the middle between the darkest and lightest module within three modules, for shadows and stains.
func localThreshold(levels []float64, dim int) []bool {
	bits := make([]bool, len(levels))
	for y := range dim {
		for x := range dim {
			lo, hi := 255.0, 0.0
			for v := max(y-3, 0); v <= min(y+3, dim-1); v++ {
				for _, l := range levels[v*dim+max(x-3, 0) : v*dim+min(x+3, dim-1)+1] {
					lo, hi = min(lo, l), max(hi, l)
				}
			}
			bits[y*dim+x] = levels[y*dim+x] < (lo+hi)/2
		}
	}
	return bits
}

// decodeBits hands a symbol's modules to gozxing's decoder, which corrects errors or refuses. A decoder of foreign bytes that
// panics has not read the code, and must not end the service.
func decodeBits(bits []bool, dim int) (text string, ok bool) {
	defer func() {
		if recover() != nil {
			text, ok = "", false
		}
	}()
	m, err := gozxing.NewSquareBitMatrix(dim)
	if err != nil {
		return "", false
	}
	for i, dark := range bits {
		if dark {
			m.Set(i%dim, i/dim)
		}
	}
	r, err := decoder.NewDecoder().Decode(m, nil)
	if err != nil {
		return "", false
	}
	return r.GetText(), true
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
