package barcode

import (
	"image"
	"math"
	"slices"
)

const (
	// minModule is the least size in pixels of a module that is looked for along a row.
	minModule = 1.5
	// strongHits is how many rows must have crossed a finder pattern before it is taken for one without further proof.
	strongHits = 3
	// labelModules is how far a label's finder patterns are apart at most: the diagonal of version 3, with room.
	labelModules = 36
	// maxPatterns bounds the geometry, which is quadratic and worse in it; the weakest are dropped.
	maxPatterns = 96
)

// pattern is a place that looks like one of a QR code's three finder patterns: dark, light, dark, light, dark as
// 1:1:3:1:1 along a row and along a column (ISO/IEC 18004, 6.3.3).
type pattern struct {
	point
	run  float64 // a seventh of the pattern's length along the row and column: the module, stretched by rotation up to 1.41
	hits int     // rows that crossed it so
}

// patterns scans the whole plane. Strongest first.
func (p *plane) patterns() []pattern {
	step := 2
	if p.w*p.h > 16_000_000 { // 600 dpi: modules are twice as large
		step = 4
	}
	f := patternFinder{p: p, index: make(map[[2]int][]int)}
	for y := step / 2; y < p.h; y += step {
		f.row(y)
	}
	return strongest(f.found)
}

func strongest(pats []pattern) []pattern {
	slices.SortStableFunc(pats, func(a, b pattern) int { return b.hits - a.hits })
	return pats[:min(len(pats), maxPatterns)]
}

// damaged looks for finder patterns within reach of a good one by less: every row, and every column, where the crossing need
// not hold in the other direction too. A stroke or the edge of a patch leaves a pattern whole in one direction only.
func (p *plane) damaged(near pattern) []pattern {
	reach := labelModules * near.run
	r := image.Rect(int(near.x-reach), int(near.y-reach), int(near.x+reach), int(near.y+reach))
	window := p.crop(r)
	origin := point{float64(window.Rect.Min.X), float64(window.Rect.Min.Y)}
	var out []pattern
	for _, turned := range []bool{false, true} {
		if turned {
			window = transpose(window)
		}
		f := patternFinder{p: newPlane(window), index: make(map[[2]int][]int), oneWay: true}
		for y := range f.p.h {
			f.row(y)
		}
		for _, q := range f.found {
			if turned {
				q.x, q.y = q.y, q.x
			}
			q.point = q.add(origin)
			if q.run < 1.4*near.run && near.run < 1.4*q.run && q.distance(near.point) > 10*near.run {
				out = append(out, q)
			}
		}
	}
	return strongest(out)
}

type patternFinder struct {
	p      *plane
	oneWay bool      // a crossing along the row is enough
	edges  []float64 // where the row changes colour, first change is to dark
	found  []pattern
	index  map[[2]int][]int // places of 16x16 px -> indexes in found
}

// row collects the places where row y changes between light and dark, to a fraction of a pixel, and checks each five runs.
func (f *patternFinder) row(y int) {
	p := f.p
	pix := p.pix[y*p.stride : y*p.stride+p.w]
	thr := p.thr[y/tilePx*p.tilesX : (y/tilePx+1)*p.tilesX]
	f.edges = f.edges[:0]
	dark := false
	for tx, t := range thr {
		x0, x1 := tx*tilePx, min((tx+1)*tilePx, p.w)
		if t == 0 {
			if dark {
				f.edges, dark = append(f.edges, float64(x0)), false
			}
			continue
		}
		for x, v := range pix[x0:x1] {
			if (v < t) == dark {
				continue
			}
			dark = !dark
			f.edges = append(f.edges, crossing(pix, x0+x, float64(t)))
			if !dark {
				f.check(y)
			}
		}
	}
	if dark {
		f.edges = append(f.edges, float64(p.w))
		f.check(y)
	}
}

// crossing is where the grey level passes t between the centres of pixels x-1 and x.
func crossing(pix []uint8, x int, t float64) float64 {
	if x == 0 {
		return 0
	}
	a, b := float64(pix[x-1]), float64(pix[x])
	if (a < t) == (b < t) {
		return float64(x) // the threshold changed here, not the page
	}
	return float64(x) - 0.5 + (a-t)/(a-b)
}

// check looks at the last five runs, which end at a change to light.
func (f *patternFinder) check(y int) {
	n := len(f.edges)
	if n < 6 {
		return
	}
	e := f.edges[n-6:]
	runs := [5]float64{e[1] - e[0], e[2] - e[1], e[3] - e[2], e[4] - e[3], e[5] - e[4]}
	module, ok := finderRatio(runs)
	if !ok || module < minModule {
		return
	}
	cx := (e[2] + e[3]) / 2
	cy, vertical, ok := f.p.along(int(cx), y, 0, 1, module)
	if !ok && f.oneWay {
		f.merge(point{cx, float64(y) + 0.5}, module)
		return
	}
	if !ok || vertical > 1.6*module || module > 1.6*vertical {
		return
	}
	at := point{cx, cy}
	if x, horizontal, ok := f.p.along(int(cx), int(cy), 1, 0, module); ok {
		at.x, module = x, horizontal
	}
	f.merge(at, (module+vertical)/2)
}

// finderRatio returns the module when five runs stand as 1:1:3:1:1, each within half a module (the middle one a module and
// a half) as ISO/IEC 18004 allows.
func finderRatio(r [5]float64) (float64, bool) {
	m := (r[0] + r[1] + r[2] + r[3] + r[4]) / 7
	h := 0.55 * m
	ok := math.Abs(r[0]-m) < h && math.Abs(r[1]-m) < h && math.Abs(r[2]-3*m) < 2.5*h &&
		math.Abs(r[3]-m) < h && math.Abs(r[4]-m) < h
	return m, ok
}

// along measures the five runs through a dark pixel in one direction: the centre's coordinate in that direction, and a
// seventh of the length.
func (p *plane) along(x, y, dx, dy int, module float64) (centre, size float64, ok bool) {
	if x < 0 || y < 0 || x >= p.w || y >= p.h || !p.dark(x, y) {
		return 0, 0, false
	}
	longest := int(3*module) + 2 // half of the middle run, stretched; outer runs are shorter
	var forward, back [3]int
	for side, runs := range []*[3]int{&back, &forward} {
		step := 2*side - 1
		cx, cy := x, y
		if side == 1 {
			cx, cy = cx+dx, cy+dy
		}
		for i := range runs {
			for cx >= 0 && cy >= 0 && cx < p.w && cy < p.h && p.dark(cx, cy) == (i != 1) && runs[i] <= longest {
				runs[i]++
				cx, cy = cx+step*dx, cy+step*dy
			}
			if runs[i] == 0 || runs[i] > longest {
				return 0, 0, false
			}
		}
	}
	size, ok = finderRatio([5]float64{float64(back[2]), float64(back[1]), float64(back[0] + forward[0]), float64(forward[1]), float64(forward[2])})
	if !ok {
		return 0, 0, false
	}
	first := x*dx + y*dy + 1 // one past the last pixel that "back" counted
	// The middle of the outer runs' ends is steadier than that of the middle run.
	lo, hi := first-back[0]-back[1]-back[2], first+forward[0]+forward[1]+forward[2]
	mid := float64(2*first-back[0]+forward[0]) / 2
	return (float64(lo+hi)/2 + mid) / 2, size, true
}

// merge adds a crossing to the pattern it belongs to, or begins one.
func (f *patternFinder) merge(at point, run float64) {
	key := [2]int{int(at.x) / 16, int(at.y) / 16}
	for ky := key[1] - 1; ky <= key[1]+1; ky++ {
		for kx := key[0] - 1; kx <= key[0]+1; kx++ {
			for _, i := range f.index[[2]int{kx, ky}] {
				c := &f.found[i]
				if c.distance(at) > 1.5*max(run, c.run) || run > 1.5*c.run || c.run > 1.5*run {
					continue
				}
				n := float64(c.hits)
				c.point = c.scale(n / (n + 1)).add(at.scale(1 / (n + 1)))
				c.run = (c.run*n + run) / (n + 1)
				c.hits++
				return
			}
		}
	}
	f.index[key] = append(f.index[key], len(f.found))
	f.found = append(f.found, pattern{at, run, 1})
}
