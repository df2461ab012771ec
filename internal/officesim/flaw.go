package officesim

import (
	"image"
	"math"
	"slices"
)

// flaw is what went wrong with a page on its way through the feeder, or in the copier before it.
type flaw int

const (
	flawNone flaw = iota
	flawAskew
	flawOver  // upside down
	flawFaint // a toner at its end
	flawCut   // its left margin and the first letters of the lines lie outside of the glass
	flawBlank // fed with the wrong side up
	flawLast
)

const (
	flawAskewDegrees = 5.0
	flawFaintShare   = 0.28 // of the ink that should be there
	flawCutMM        = marginMM + 2.0
)

// poorSeed draws the words of a poorly fed letter and how it lies, the same in every office: whether a flaw shows depends on what it befalls.
// With other words one letter in eight had its left margin between two letters, or a page upside down that looked like neither way.
const poorSeed = 1

// flawOf is a poorly fed letter's: each of its pages after the first has another one.
func (l *lying) flawOf(page int) flaw {
	if l.kind != KindPoor || page <= 0 {
		return flawNone
	}
	return flawAskew + flaw(page-1)%(flawLast-flawAskew)
}

// lay changes how the page will lie before it is drawn.
func (f flaw) lay(v *view) {
	switch f {
	case flawAskew:
		v.turnedRadians += math.Copysign(flawAskewDegrees*math.Pi/180, v.turnedRadians)
	case flawCut:
		v.x += int(flawCutMM / 25.4 * float64(v.dpi))
	}
}

// spoil changes the page once it is drawn.
func (f flaw) spoil(c *canvas) {
	switch f {
	case flawOver:
		for _, plane := range [][]uint8{c.y, c.cb, c.cr} {
			slices.Reverse(plane)
		}
	case flawFaint:
		for i, v := range c.y {
			if v < paperLevel {
				c.y[i] = uint8(paperLevel - (paperLevel-float64(v))*flawFaintShare)
			}
		}
	default:
		return
	}
	c.pieces.touch(image.Rect(0, 0, c.w, c.h))
}
