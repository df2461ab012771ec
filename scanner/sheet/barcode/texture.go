package barcode

import (
	"cmp"
	"image"
	"math"
	"slices"

	"segnatura/scanner"
)

// A label's code is a square of about 10 mm in which every module is dark or light as if by chance. That is seen also where its
// finder patterns are gone: in each part of it as much is dark as light, and one module on, to the side or down, it is the other as
// often as not. Writing is lighter than that and has gaps between its lines; grey areas that are printed or scanned in dots
// change within less than a module.
const (
	moduleMM = 0.354 // between 3/8 and 4/12
	codeMM   = labelDim * moduleMM
	cellMM   = codeMM / 8
	samples  = 4 // along each side of a cell
	windowIn = 7 // cells along a window, which are judged four and four: so many squares of four lie in a code
	// leastFill of a square must look like a code where no finder pattern of a label's size is left in it, and leastPart where one is:
	// pages of text have up to 0.4 in places, and never a finder pattern there.
	leastFill = 0.45
	leastPart = 0.15
	// suspectMM is the side of a place that is shown: a code at 20 degrees, a quarter of its side around it, and what its middle
	// may be off where a part of it is covered.
	suspectMM = 24.0
	// maxSuspects is how many places are told of, and looked at more closely.
	maxSuspects = 3
)

// texture is the cells of a page that look as if they were of a code.
type texture struct {
	cell float64 // pixels
	w, h int
	like []bool // of the square of four cells whose first it is
}

// place is a square of a label's code's size, how much of it looks like one, and how many finder patterns are in it.
type place struct {
	middle   point // pixels
	fill     float64
	patterns int
}

func (p *plane) texture(dpi float64) texture {
	t := texture{cell: cellMM / 25.4 * dpi}
	t.w, t.h = int(float64(p.w)/t.cell), int(float64(p.h)/t.cell)
	t.like = make([]bool, max(t.w*t.h, 0))
	rows := [2][]counts{make([]counts, t.w), make([]counts, t.w)} // the cells above, and these
	module := max(int(moduleMM/25.4*dpi+0.5), 1)
	for y := range t.h {
		above, here := rows[y%2], rows[(y+1)%2]
		for x := range here {
			here[x] = p.count(float64(x)*t.cell, float64(y)*t.cell, t.cell, module)
		}
		for x := 0; y > 0 && x+1 < t.w; x++ {
			var sum counts
			for _, c := range []counts{above[x], above[x+1], here[x], here[x+1]} {
				sum = counts{sum.dark + c.dark, sum.right + c.right, sum.down + c.down, sum.near + c.near}
			}
			share := func(n int) float64 { return float64(n) / (4 * samples * samples) }
			t.like[(y-1)*t.w+x] = math.Abs(share(sum.dark)-0.5) < 0.2 && share(sum.right) > 0.3 && share(sum.down) > 0.3 &&
				float64(sum.near) < 0.7*float64(min(sum.right, sum.down))
		}
	}
	return t
}

// counts are of a cell's samples.
type counts struct {
	dark              int
	right, down, near int // unlike what is a module to the right of them, below, and a pixel on
}

// count samples a cell whose corner is at (x, y). Where nothing is dark nothing else is counted: most of a page is that.
func (p *plane) count(x, y, cell float64, module int) (c counts) {
	places, dark := [samples * samples]image.Point{}, [samples * samples]bool{}
	for k := range places {
		at := image.Pt(int(x+(float64(k%samples)+0.5)/samples*cell), int(y+(float64(k/samples)+0.5)/samples*cell))
		if places[k] = at; at.X+module < p.w && at.Y+module < p.h && p.dark(at.X, at.Y) {
			dark[k] = true
			c.dark++
		}
	}
	if c.dark == 0 {
		return c
	}
	one := func(v bool) int {
		if v {
			return 1
		}
		return 0
	}
	for k, at := range places {
		if at.X+module < p.w && at.Y+module < p.h {
			c.right += one(dark[k] != p.dark(at.X+module, at.Y))
			c.down += one(dark[k] != p.dark(at.X, at.Y+module))
			c.near += one(dark[k] != p.dark(at.X+1, at.Y))
		}
	}
	return c
}

// places are the squares of a code's size that look most like one, at most n. No part of the page is in two.
func (t texture) places(n int) (out []place) {
	if t.w <= windowIn || t.h <= windowIn {
		return nil
	}
	like := slices.Clone(t.like)
	for len(out) < n {
		best, at := 0, image.Point{}
		sums := make([]int, (t.w+1)*(t.h+1)) // of everything above and to the left
		for y := range t.h {
			row := 0
			for x := range t.w {
				if like[y*t.w+x] {
					row++
				}
				sums[(y+1)*(t.w+1)+x+1] = sums[y*(t.w+1)+x+1] + row
				if x+1 < windowIn || y+1 < windowIn {
					continue
				}
				x0, y0, x1, y1 := x+1-windowIn, y+1-windowIn, x+1, y+1
				if v := sums[y1*(t.w+1)+x1] - sums[y0*(t.w+1)+x1] - sums[y1*(t.w+1)+x0] + sums[y0*(t.w+1)+x0]; v > best {
					best, at = v, image.Pt(x0, y0)
				}
			}
		}
		fill := float64(best) / (windowIn * windowIn)
		if fill < leastPart {
			break
		}
		box := image.Rectangle{}
		for y := max(at.Y-2, 0); y < min(at.Y+windowIn+2, t.h); y++ {
			for x := max(at.X-2, 0); x < min(at.X+windowIn+2, t.w); x++ {
				if like[y*t.w+x] {
					box = box.Union(image.Rect(x, y, x+2, y+2))
				}
				like[y*t.w+x] = false
			}
		}
		out = append(out, place{middle: point{float64(box.Min.X+box.Max.X) / 2 * t.cell, float64(box.Min.Y+box.Max.Y) / 2 * t.cell}, fill: fill})
	}
	return out
}

// weigh counts the finder patterns of our module's size in each place, moves it to where they say that its middle is, and returns the
// places that may be a code, the likeliest first.
func weigh(places []place, pats []pattern, dpi float64) (out []place) {
	module := moduleMM / 25.4 * dpi
	for _, at := range places {
		var near []pattern
		for _, p := range pats {
			if p.hits >= strongHits && p.run > 0.8*module && p.run < 1.6*module && p.distance(at.middle) < 18*module &&
				!slices.ContainsFunc(near, func(q pattern) bool { return q.distance(p.point) < 3*module }) {
				near = append(near, p)
			}
		}
		if at.patterns = len(near); at.patterns == 0 && at.fill < leastFill {
			continue
		}
		best := 8 * module
		from := at.middle
		for i, a := range near {
			for _, b := range near[i+1:] {
				for _, m := range middles(a.point, b.point, module) {
					if d := m.distance(from); d < best {
						best, at.middle = d, m
					}
				}
			}
		}
		out = append(out, at)
	}
	slices.SortStableFunc(out, func(a, b place) int {
		score := func(p place) float64 { return p.fill + 0.5*float64(min(p.patterns, 2)) }
		return cmp.Compare(score(b), score(a))
	})
	return out
}

// middles are where a code's middle can be when two of its finder patterns are at a and b: none, or on the diagonal, or to both
// sides of a side.
func middles(a, b point, module float64) []point {
	const side = labelDim - 7 // modules between two patterns' middles
	d := b.sub(a)
	mid := a.add(d.scale(0.5))
	switch l := d.length() / module; {
	case math.Abs(l-side*math.Sqrt2) < 4:
		return []point{mid}
	case math.Abs(l-side) < 3:
		across := point{-d.y, d.x}.scale(0.5)
		return []point{mid.add(across), mid.sub(across)}
	}
	return nil
}

// look searches the surroundings of what looks like a label's code once more, on its own: thresholds are those of the place alone,
// and it is blurred until the dots of a dithered page are gone, which no whole page is. left are finder patterns of no code.
func (s *search) look(raw, blurred *plane, left []pattern) error {
	if s.opts.DPI <= 0 || s.accepted {
		return s.ctx.Err()
	}
	places := slices.DeleteFunc(blurred.texture(s.opts.DPI).places(4*maxSuspects), func(at place) bool { return s.masked(at.middle) })
	half := suspectMM / 25.4 * s.opts.DPI / 2
	places = weigh(places, left, s.opts.DPI)
	for _, at := range places[:min(len(places), maxSuspects)] {
		if err := s.ctx.Err(); err != nil {
			return err
		}
		m := at.middle
		r := image.Rect(int(m.x-half), int(m.y-half), int(m.x+half), int(m.y+half)).Intersect(image.Rect(0, 0, raw.w, raw.h))
		if !s.closely(raw, r) {
			s.suspects = append(s.suspects, r)
		}
	}
	return s.ctx.Err()
}

// closely searches one place and says whether something was read there.
func (s *search) closely(raw *plane, r image.Rectangle) bool {
	part := raw.crop(r)
	part.Rect = part.Rect.Sub(part.Rect.Min)
	sharp := newPlane(part)
	soft := sharp.blur()
	softer := newPlane(soft.blur().crop(part.Rect))
	sub := &search{ctx: s.ctx, opts: s.opts, checked: s.checked, bounds: part.Rect}
	for _, p := range []*plane{softer, soft} {
		if sub.stage(p); sub.accepted {
			break
		}
	}
	if !sub.accepted {
		sub.repair(softer, soft, sharp)
	}
	origin := point{float64(r.Min.X), float64(r.Min.Y)}
	for _, f := range sub.found {
		for i := range f.quad {
			f.quad[i] = f.quad[i].add(origin)
		}
		s.found = append(s.found, f)
	}
	s.accepted = s.accepted || sub.accepted
	return len(sub.found) > 0
}

// boxes are the suspects for who shows them.
func (s *search) boxes() (out []scanner.Box) {
	if s.accepted {
		return nil
	}
	for _, r := range s.suspects {
		r = r.Add(s.bounds.Min).Intersect(s.bounds)
		out = append(out, scanner.Box{X0: r.Min.X, Y0: r.Min.Y, X1: r.Max.X, Y1: r.Max.Y})
	}
	return out
}
