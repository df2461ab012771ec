package sheet

import (
	"math"
	"slices"

	"segnatura/scanner"
)

// The direction, the skew and the way up of writing, from the edges of its ink alone: letters stand on a common line, and most of
// them reach a common height, so the lower edges and the upper edges of the ink pile up in rows when one looks along the lines
// (W. Postl's projection, with H. S. Baird's choice of points). In Latin script more letters rise above the small ones than hang below
// the line: the lower edges pile up more than the upper ones. A page upside down has it the other way round.

const (
	// mostSkewDegrees is the end of the search; a page that lies worse is not known.
	mostSkewDegrees = 12.0
	coarseDegrees   = 0.5
	fineDegrees     = 0.1
	// mostPoints bounds the work on pages full of ink: more are thinned out evenly.
	mostPoints = 8000
	// fewestPoints is how many edge points say anything: a line of text has some hundred.
	fewestPoints = 300
)

const (
	// clearLines is from which clarity on lines are believed. Writing has 2 to 6, frames and tables more, photographs 1.0 to 1.4.
	clearLines = 1.8
	// agreeDegrees is how far lower and upper edges may differ in what they say.
	agreeDegrees = 0.6
	// sidewaysFactor is how much clearer the lines must be that run down the page, for it to lie sideways.
	sidewaysFactor = 1.5
)

// lines fills in how the writing lies. It looks across the page, and down it only where nothing is clear across.
func (c cells) lines(down, up, right, left edges, q *scanner.Quality) {
	wide, high := float64(c.w)*c.across, float64(c.h)*c.down
	p := newProfile(c.down, wide, high)
	row := both(look(down, p), look(up, p))
	q.SkewDegrees, q.SkewKnown = tenths(row.degrees), row.sure
	if row.clarity >= clearLines {
		q.Turn.Upright, q.Turn.Over = wayUp(down, up, row.degrees, p)
		return
	}
	p = newProfile(c.across, high, wide)
	column := both(look(right, p), look(left, p))
	if !column.sure || column.clarity < sidewaysFactor*row.clarity {
		return
	}
	// Lines that run down the page: what tilts them to the right of it is a turn the other way.
	q.SkewDegrees, q.SkewKnown = tenths(-column.degrees), true
	q.Turn = scanner.Turn{Sideways: true}
	q.Turn.Upright, q.Turn.Over = wayUp(right, left, column.degrees, p)
}

// tenths rounds, and has no negative zero.
func tenths(v float64) float64 { return math.Round(v*10)/10 + 0 }

// edges are the places, in cells, of the ink's edges that look to one side. Before the lines are sought, along runs with the lines
// and across over them.
type edges struct {
	along, across []float32 // in millimetres
}

// edgesOf lists the edges in each of the directions down, up, right and left: cells of ink with two cells of paper beyond them.
func (c cells) edgesOf(k ink) (down, up, right, left edges) {
	const gap = 2
	x0, x1, y0, y1 := max(k.mx, gap), c.w-max(k.mx, gap), max(k.my, gap), c.h-max(k.my, gap)
	ax, dy := float32(c.across), float32(c.down)
	for y := y0; y < y1; y++ {
		row := k.mask[y*c.w:][:c.w]
		above, above2 := k.mask[(y-1)*c.w:][:c.w], k.mask[(y-2)*c.w:][:c.w]
		below, below2 := k.mask[(y+1)*c.w:][:c.w], k.mask[(y+2)*c.w:][:c.w]
		for x := x0; x < x1; x++ {
			if !row[x] {
				continue
			}
			px, py := float32(x)*ax, float32(y)*dy
			if !below[x] && !below2[x] {
				down.along, down.across = append(down.along, px), append(down.across, py)
			}
			if !above[x] && !above2[x] {
				up.along, up.across = append(up.along, px), append(up.across, py)
			}
			if !row[x+1] && !row[x+2] {
				right.along, right.across = append(right.along, py), append(right.across, px)
			}
			if !row[x-1] && !row[x-2] {
				left.along, left.across = append(left.along, py), append(left.across, px)
			}
		}
	}
	return down, up, right, left
}

// thinned keeps about mostPoints of the places, evenly.
func (e edges) thinned() edges {
	n := len(e.along)
	if n <= mostPoints {
		return e
	}
	out := edges{make([]float32, 0, mostPoints), make([]float32, 0, mostPoints)}
	for i := range mostPoints {
		at := i * n / mostPoints
		out.along, out.across = append(out.along, e.along[at]), append(out.across, e.across[at])
	}
	return out
}

// profile counts edges by row, a row being pitch wide and slope steep. A place between two rows counts for both in part.
type profile struct {
	pitch  float32
	offset float32
	rows   []float32
}

func newProfile(pitch, longMM, highMM float64) profile {
	tilt := longMM * math.Tan(mostSkewDegrees*math.Pi/180)
	return profile{float32(pitch), float32(tilt), make([]float32, int((highMM+2*tilt)/pitch)+3)}
}

// sharpness is the sum of the squares of the counts: the more the edges pile up, the larger.
func (p profile) sharpness(e edges, degrees float64) float64 {
	clear(p.rows)
	slope := float32(math.Tan(degrees * math.Pi / 180))
	for i, along := range e.along {
		at := (e.across[i] - along*slope + p.offset) / p.pitch
		n := int(at)
		part := at - float32(n)
		p.rows[n] += 1 - part
		p.rows[n+1] += part
	}
	sum := 0.0
	for _, v := range p.rows {
		sum += float64(v) * float64(v)
	}
	return sum
}

// sight is what looking along one direction shows.
type sight struct {
	degrees float64 // of the lines against the axis
	clarity float64 // how many times sharper they are than at other angles
	sure    bool
}

// both joins what the two kinds of edge of the same lines say.
func both(a, b sight) sight {
	out := sight{degrees: (a.degrees + b.degrees) / 2, clarity: (a.clarity + b.clarity) / 2}
	out.sure = out.clarity >= clearLines && math.Abs(a.degrees-b.degrees) <= agreeDegrees && math.Abs(out.degrees) < mostSkewDegrees-coarseDegrees
	return out
}

// look seeks the angle at which the edges pile up most.
func look(e edges, p profile) sight {
	e = e.thinned()
	if len(e.along) < fewestPoints {
		return sight{}
	}
	var all []float64
	best, at := 0.0, 0.0
	for d := -mostSkewDegrees; d <= mostSkewDegrees; d += coarseDegrees {
		s := p.sharpness(e, d)
		all = append(all, s)
		if s > best {
			best, at = s, d
		}
	}
	slices.Sort(all)
	typical := all[len(all)/2]
	for d, end := max(at-coarseDegrees, -mostSkewDegrees), min(at+coarseDegrees, mostSkewDegrees); d <= end; d += fineDegrees {
		if s := p.sharpness(e, d); s > best {
			best, at = s, d
		}
	}
	return sight{degrees: at, clarity: best / typical}
}

const (
	stretchMM = 40.0 // the length of lines that is judged together
	bandMM    = 12.0 // the height of it: two or three lines
	// fewestEdges is how many edges a stretch must have: some words.
	fewestEdges = 60
	// tellingRatio is by how much one kind of edge must pile up more than the other.
	tellingRatio = 1.15
)

// wayUp asks stretches of lines which way up they are: lower and upper are the edges that look down and up where the page is
// upright, and the lines lie at degrees.
func wayUp(lower, upper edges, degrees float64, p profile) (upright, over int) {
	l, u := stretches(lower, degrees, p), stretches(upper, degrees, p)
	for at, a := range l {
		b, both := u[at]
		if !both || a.n < fewestEdges || b.n < fewestEdges {
			continue
		}
		switch ratio := a.concentration() / b.concentration(); {
		case ratio >= tellingRatio:
			upright++
		case ratio <= 1/tellingRatio:
			over++
		}
	}
	return upright, over
}

// stretch is the edges of one kind in one part of the page, by row.
type stretch struct {
	n    int
	rows []float32
}

// concentration is the sum of the squares of the rows' shares.
func (s *stretch) concentration() float64 {
	sum := 0.0
	for _, v := range s.rows {
		sum += float64(v) * float64(v)
	}
	return sum / float64(s.n) / float64(s.n)
}

type place struct{ stretch, band int }

func stretches(e edges, degrees float64, p profile) map[place]*stretch {
	slope := float32(math.Tan(degrees * math.Pi / 180))
	perBand := int(bandMM / p.pitch)
	out := map[place]*stretch{}
	for i, along := range e.along {
		at := (e.across[i] - along*slope + p.offset) / p.pitch
		n := int(at)
		where := place{int(along / stretchMM), n / perBand}
		s := out[where]
		if s == nil {
			s = &stretch{rows: make([]float32, perBand+1)}
			out[where] = s
		}
		part := at - float32(n)
		s.n++
		s.rows[n%perBand] += 1 - part
		s.rows[n%perBand+1] += part
	}
	return out
}
