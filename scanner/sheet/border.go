package sheet

import "segnatura/scanner"

const (
	// borderMM is the depth in which a mark must be ink all the way to count as running out of the page.
	borderMM = 1.3
	// A mark's breadth along the border: less is dust, more is a shadow, a bar or a picture that was meant to reach the edge.
	leastMarkMM = 0.3
	mostMarkMM  = 8.0
	// mostShadowMM is how much of longer things a border may have.
	mostShadowMM = 20.0
	// markGapMM is the least white between two marks: less than there is between two letters.
	markGapMM = 0.4
)

// cutMarks counts on each side the separate marks of ink that reach the border.
func (c cells) cutMarks(k ink) scanner.Sides {
	at := func(x, y int) bool { return k.mask[y*c.w+x] }
	dx, dy := max(int(borderMM/c.across+0.5), 2), max(int(borderMM/c.down+0.5), 2)
	if c.w < 4*dx || c.h < 4*dy {
		return scanner.Sides{}
	}
	return scanner.Sides{
		Top:    marks(c.w, dy, c.across, func(i, depth int) bool { return at(i, depth) }),
		Bottom: marks(c.w, dy, c.across, func(i, depth int) bool { return at(i, c.h-1-depth) }),
		Left:   marks(c.h, dx, c.down, func(i, depth int) bool { return at(depth, i) }),
		Right:  marks(c.h, dx, c.down, func(i, depth int) bool { return at(c.w-1-depth, i) }),
	}
}

// marks walks along a border of n cells, pitchMM each, and counts what is ink from the border to depth. Marks closer than
// markGapMM are one. Where a shadow lies along the border nothing can be told, and it counts none: a ragged shadow looks like many marks.
func marks(n, depth int, pitchMM float64, ink func(i, depth int) bool) int {
	count, from, last, shadow := 0, -1, -1, 0.0
	end := func() {
		mm := float64(last-from+1) * pitchMM
		switch {
		case from < 0 || mm < leastMarkMM:
		case mm <= mostMarkMM:
			count++
		default:
			shadow += mm
		}
		from = -1
	}
	for i := range n {
		through := true
		for d := 0; d < depth && through; d++ {
			through = ink(i, d)
		}
		if !through {
			continue
		}
		if from >= 0 && float64(i-last-1)*pitchMM > markGapMM {
			end()
		}
		if from < 0 {
			from = i
		}
		last = i
	}
	end()
	if shadow > mostShadowMM {
		return 0
	}
	return count
}
