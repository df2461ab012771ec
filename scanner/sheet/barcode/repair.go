package barcode

import (
	"cmp"
	"math"
	"slices"
)

const (
	// maxLeads bounds how many places of a page are kept for what is dear.
	maxLeads = 8
	// nodePitch is how many modules the places are apart at which a grid is bent.
	nodePitch = 4
	nodes     = (labelDim-1)/nodePitch + 1
)

// lead is a place that stands like our label's code and was not read.
type lead struct {
	corners corners
	errors  float64 // of the timing lines
}

// follow remembers a place that was not read, once, as it looks best.
func (s *search) follow(c corners, errors float64) {
	if !c.certain {
		errors += 0.1
	}
	mid := c.topRight.add(c.bottomLeft).scale(0.5)
	reach := c.topLeft.distance(mid) / 4
	for i, l := range s.leads {
		if l.corners.topRight.add(l.corners.bottomLeft).scale(0.5).distance(mid) < reach && l.corners.topLeft.distance(c.topLeft) < 2*reach {
			if errors < l.errors {
				s.leads[i] = lead{c, errors}
			}
			return
		}
	}
	s.leads = append(s.leads, lead{c, errors})
}

// repair reads what is left of our own labels with all that is known of them: where a cover lies is seen, and the codewords
// under it are taken for lost, which costs half of what a wrong one costs; and the beginning and the filling of our texts are known.
// A text is taken only where Accept has the last word on it.
func (s *search) repair(planes ...*plane) {
	if !s.checked {
		return
	}
	leads := slices.DeleteFunc(s.leads, func(l lead) bool {
		return s.masked(l.corners.topLeft) || s.masked(l.corners.topRight) || s.masked(l.corners.bottomLeft)
	})
	slices.SortStableFunc(leads, func(a, b lead) int { return cmp.Compare(a.errors, b.errors) })
	s.leads = leads
	code := newLabelCode()
	for _, l := range leads[:min(len(leads), maxLeads)] {
		for _, p := range planes {
			if s.ctx.Err() != nil {
				return
			}
			if s.masked(l.corners.topLeft.add(l.corners.bottomLeft).add(l.corners.topRight).scale(1.0 / 3)) {
				break
			}
			s.repairOn(p, code, l.corners)
		}
	}
}

func (s *search) repairOn(p *plane, code *labelCode, c corners) bool {
	g := newGrid(c, labelDim)
	grids := []grid{g}
	if h, ok := g.align(p, c); ok {
		grids = append(grids, h)
	}
	for _, g := range grids {
		for _, shifts := range [][]point{make([]point, labelDim*labelDim), bend(p, g)} {
			e := g.evidence(p, shifts)
			for _, dark := range [][]bool{wholeThreshold(0)(e.levels, labelDim), localThreshold(e.levels, labelDim)} {
				doubt := e.doubt(dark, code)
				for _, mask := range code.masks(dark) {
					w := code.words(dark, doubt, mask)
					for _, length := range append(w.lengths(), 0) {
						if text, ok := code.read(w, length, s.opts.Accept); ok {
							s.accepted = true
							s.found = append(s.found, found{QR, text, g.outline()})
							return true
						}
					}
				}
			}
		}
	}
	return false
}

// evidence is what the places of one symbol look like: the mean level of each module, the darkest and the lightest place within.
type evidence struct {
	levels, least, most []float64
}

// evidence samples nine places in each module, where shifts say that it lies off the grid, in modules.
func (g grid) evidence(p *plane, shifts []point) evidence {
	n := g.dim * g.dim
	e := evidence{make([]float64, n), make([]float64, n), make([]float64, n)}
	xy := make([]float64, 18)
	for i, d := range shifts {
		for k := range 9 {
			xy[2*k], xy[2*k+1] = float64(i%g.dim)+0.25*float64(k%3+1)+d.x, float64(i/g.dim)+0.25*float64(k/3+1)+d.y
		}
		g.to.TransformPoints(xy)
		sum, lo, hi := 0.0, 255.0, 0.0
		for k := range 9 {
			v := p.at(xy[2*k], xy[2*k+1])
			sum, lo, hi = sum+v, min(lo, v), max(hi, v)
		}
		e.levels[i], e.least[i], e.most[i] = sum/9, lo, hi
	}
	return e
}

// doubt is, for each module, how little it is to be believed: it is no level of ink or paper around it, it is not of one level, or
// it lies in an area without any structure, which our codes have none of.
func (e evidence) doubt(dark []bool, code *labelCode) []float64 {
	const reach = 4
	out := make([]float64, len(dark))
	for i := range dark {
		x, y := i%labelDim, i/labelDim
		var sum, n [2]float64
		for v := max(y-reach, 0); v <= min(y+reach, labelDim-1); v++ {
			for u := max(x-reach, 0); u <= min(x+reach, labelDim-1); u++ {
				k := v*labelDim + u
				side := 0
				if dark[k] {
					side = 1
				}
				sum[side] += e.levels[k]
				n[side]++
			}
		}
		if n[0] == 0 || n[1] == 0 {
			out[i] = 1
			continue
		}
		light, ink := sum[0]/n[0], sum[1]/n[1]
		span := max(light-ink, 1)
		level := light
		if dark[i] {
			level = ink
		}
		off := math.Abs(e.levels[i]-level) / span * 2
		rough := (e.most[i] - e.least[i]) / span
		out[i] = min(off*off, 1) + 0.3*min(rough*rough, 1)
	}
	for i, k := range flat(dark, code) {
		out[i] += 0.25 * max(0, k-1)
	}
	return out
}

// flat counts for each module the squares of three by three modules around it that are all dark or all light, where data stands.
func flat(dark []bool, code *labelCode) []float64 {
	out := make([]float64, len(dark))
	for y := 1; y < labelDim-1; y++ {
		for x := 1; x < labelDim-1; x++ {
			n, data := 0, 0
			for k := range 9 {
				at := (y+k/3-1)*labelDim + x + k%3 - 1
				if dark[at] {
					n++
				}
				if !code.fixed[at] {
					data++
				}
			}
			if n%9 != 0 || data < 5 {
				continue
			}
			for v := max(y-2, 0); v <= min(y+2, labelDim-1); v++ {
				for u := max(x-2, 0); u <= min(x+2, labelDim-1); u++ {
					out[v*labelDim+u]++
				}
			}
		}
	}
	return out
}

// bend finds how far the places of a grid lie off their modules' middles: folded paper is no plane. It goes outward from the finder
// patterns, each place beginning where those beside it ended, and takes what tells dark from light best.
func bend(p *plane, g grid) []point {
	at := func(i int) float64 { return float64(i) * nodePitch }
	field := make([]point, nodes*nodes)
	done := make([]bool, nodes*nodes)
	order := make([]int, nodes*nodes)
	for i := range order {
		order[i] = i
	}
	far := func(i int) float64 {
		x, y := at(i%nodes), at(i/nodes)
		d := math.Inf(1)
		for _, f := range []point{{3, 3}, {labelDim - 4, 3}, {3, labelDim - 4}} {
			d = min(d, math.Hypot(x-f.x, y-f.y))
		}
		return d
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(far(a), far(b)) })
	for _, i := range order {
		var start point
		n := 0.0
		for v := max(i/nodes-1, 0); v <= min(i/nodes+1, nodes-1); v++ {
			for u := max(i%nodes-1, 0); u <= min(i%nodes+1, nodes-1); u++ {
				if done[v*nodes+u] {
					start = start.add(field[v*nodes+u])
					n++
				}
			}
		}
		if n > 0 {
			start = start.scale(1 / n)
		}
		field[i], done[i] = g.settle(p, at(i%nodes)+0.5, at(i/nodes)+0.5, start), true
	}
	out := make([]point, labelDim*labelDim)
	for i := range out {
		x, y := float64(i%labelDim)/nodePitch, float64(i/labelDim)/nodePitch
		u, v := min(int(x), nodes-2), min(int(y), nodes-2)
		fx, fy := x-float64(u), y-float64(v)
		k := v*nodes + u
		out[i] = field[k].scale((1 - fx) * (1 - fy)).add(field[k+1].scale(fx * (1 - fy))).
			add(field[k+nodes].scale((1 - fx) * fy)).add(field[k+nodes+1].scale(fx * fy))
	}
	return out
}

// settle is the shift near start at which the modules around (u, v) differ most from their mean.
func (g grid) settle(p *plane, u, v float64, start point) point {
	const reach = 3
	var xy [2 * (2*reach + 1) * (2*reach + 1)]float64
	var levels [len(xy) / 2]float64
	best, at := 0.0, start
	for dy := -0.4; dy < 0.41; dy += 0.2 {
		for dx := -0.4; dx < 0.41; dx += 0.2 {
			for i := range levels {
				xy[2*i] = u + float64(i%(2*reach+1)-reach) + start.x + dx
				xy[2*i+1] = v + float64(i/(2*reach+1)-reach) + start.y + dy
			}
			g.to.TransformPoints(xy[:])
			mean := 0.0
			for i := range levels {
				levels[i] = p.at(xy[2*i], xy[2*i+1])
				mean += levels[i] / float64(len(levels))
			}
			score := 0.0
			for _, l := range levels {
				score += math.Abs(l - mean)
			}
			if score *= 1 - 0.05*math.Hypot(dx, dy); score > best {
				best, at = score, point{start.x + dx, start.y + dy}
			}
		}
	}
	return at
}
