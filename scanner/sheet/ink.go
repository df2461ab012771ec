package sheet

import (
	"image"
	"math"
	"slices"
)

const (
	cellDPI = 75 // cells are a third of a millimetre: a pen's line is one or two wide
	// tileCells is the side of the squares that have their own paper shade: 5 mm, the gaps between lines of text are in each.
	tileCells = 16
	// minInkStep is how much darker than its paper a cell must at least be, in grey levels; print that shows through from the other
	// side, and paper's own texture, are less.
	minInkStep = 32
	// noiseFactor times the noise between neighbouring cells is the other least step.
	noiseFactor = 6
	// darkestPaper bounds the estimate of the paper's shade from below: a page that is black all over is no blank page.
	darkestPaper = 110
	// marginMM at the edges does not count: shadows of edges and of the feeder lie there.
	marginMM = 4.0
	// blankInkMM2 is the ink on a page up to which it is blank. A figure of 12 points has 3 to 5 square millimetres, a signature over
	// 20; dust has less.
	blankInkMM2 = 3.0
)

// cells is the page averaged to about cellDPI.
type cells struct {
	pix    []uint8
	w, h   int
	across float64 // millimetres of a cell
	down   float64
}

// newCells averages squares of whole pixels; what is left at the right and lower edge is dropped.
func newCells(img *image.Gray, xDPI, yDPI float64) cells {
	kx, ky := max(int(xDPI/cellDPI+0.5), 1), max(int(yDPI/cellDPI+0.5), 1)
	c := cells{
		w: max(img.Rect.Dx()/kx, 1), h: max(img.Rect.Dy()/ky, 1),
		across: float64(kx) / xDPI * mmPerInch, down: float64(ky) / yDPI * mmPerInch,
	}
	kx, ky = min(kx, img.Rect.Dx()), min(ky, img.Rect.Dy())
	c.pix = make([]uint8, c.w*c.h)
	sums := make([]uint32, c.w)
	for y := range c.h {
		clear(sums)
		for dy := range ky {
			row := img.Pix[img.PixOffset(img.Rect.Min.X, img.Rect.Min.Y+y*ky+dy):][:c.w*kx]
			addRuns(sums, row, kx)
		}
		for x, s := range sums {
			c.pix[y*c.w+x] = uint8(s / uint32(kx*ky))
		}
	}
	return c
}

// addRuns adds each run of k pixels to its sum.
func addRuns(sums []uint32, row []uint8, k int) {
	if k == 4 { // 300 dpi
		for x := range sums {
			r := row[4*x : 4*x+4 : 4*x+4]
			sums[x] += uint32(r[0]) + uint32(r[1]) + uint32(r[2]) + uint32(r[3])
		}
		return
	}
	for x := range sums {
		var s uint32
		for _, v := range row[k*x : k*x+k] {
			s += uint32(v)
		}
		sums[x] += s
	}
}

// ink is which cells are ink: clearly darker than the paper around them.
type ink struct {
	mask   []bool
	paper  uint8   // the paper's level on the whole
	shade  []uint8 // and by tile
	tilesX int
	// The margins, in cells, in which shadows of edges and of the feeder lie. Without them in a slip.
	mx, my int
}

func (c cells) findInk() ink {
	k := ink{mask: make([]bool, c.w*c.h), mx: int(marginMM / c.across), my: int(marginMM / c.down)}
	if c.w <= 4*k.mx || c.h <= 4*k.my { // a slip
		k.mx, k.my = 0, 0
	}
	k.shade, k.tilesX, k.paper = c.paper()
	step := uint8(min(max(minInkStep, noiseFactor*c.noise()), 255))
	for y := range c.h {
		row, mask, shades := c.pix[y*c.w:][:c.w], k.mask[y*c.w:][:c.w], k.shade[y/tileCells*k.tilesX:]
		for x, v := range row {
			shade := shades[x/tileCells]
			mask[x] = v < shade-min(step, shade)
		}
	}
	return k
}

// count returns the share of cells within the margins that are ink, and whether so little of it holds together that the page is
// blank. For blankness a cell counts only with ink in two of the eight around it, as in any line, so that specks do not.
func (c cells) count(k ink) (ratio float64, blank bool) {
	dark, joined := 0, 0
	for y := k.my; y < c.h-k.my; y++ {
		for x := k.mx; x < c.w-k.mx; x++ {
			if !k.mask[y*c.w+x] {
				continue
			}
			dark++
			if c.neighbours(k.mask, x, y) >= 2 {
				joined++
			}
		}
	}
	ratio = float64(dark) / float64((c.w-2*k.mx)*(c.h-2*k.my))
	return ratio, float64(joined)*c.across*c.down <= blankInkMM2
}

// neighbours counts the marked cells around one.
func (c cells) neighbours(mask []bool, x, y int) int {
	n := 0
	for ny := max(y-1, 0); ny <= min(y+1, c.h-1); ny++ {
		for nx := max(x-1, 0); nx <= min(x+1, c.w-1); nx++ {
			if mask[ny*c.w+nx] && (nx != x || ny != y) {
				n++
			}
		}
	}
	return n
}

// paper estimates the paper's shade in each tile: the light end of the tile and its neighbours, so that a tile under a picture or
// a thick line takes the shade from beside it; and never far below the page's, which is page.
func (c cells) paper() (shade []uint8, tilesX int, page uint8) {
	tilesX = (c.w + tileCells - 1) / tileCells
	tilesY := (c.h + tileCells - 1) / tileCells
	light := make([]uint8, tilesX*tilesY)
	var whole [256]int
	for t := range light {
		var hist [256]int
		n := 0
		for y := t / tilesX * tileCells; y < min((t/tilesX+1)*tileCells, c.h); y++ {
			for x := t % tilesX * tileCells; x < min((t%tilesX+1)*tileCells, c.w); x++ {
				hist[c.pix[y*c.w+x]]++
				n++
			}
		}
		light[t] = quantile(&hist, n*8/10)
		for i, v := range hist {
			whole[i] += v
		}
	}
	page = quantile(&whole, c.w*c.h*9/10)
	floor := max(darkestPaper, uint8(float64(page)*0.75))
	shade = make([]uint8, len(light))
	for t := range light {
		best := floor
		for ty := max(t/tilesX-1, 0); ty <= min(t/tilesX+1, tilesY-1); ty++ {
			for tx := max(t%tilesX-1, 0); tx <= min(t%tilesX+1, tilesX-1); tx++ {
				best = max(best, light[ty*tilesX+tx])
			}
		}
		shade[t] = best
	}
	return shade, tilesX, page
}

// quantile is the level below or at which n values lie.
func quantile(hist *[256]int, n int) uint8 {
	for v, k := range hist {
		if n -= k; n < 0 {
			return uint8(v)
		}
	}
	return 255
}

// noise is the standard deviation of a cell on plain paper, from the median difference of neighbours, which ink hardly moves.
func (c cells) noise() float64 {
	var diffs []int
	for y := 0; y < c.h; y += 3 {
		for x := 1; x < c.w; x += 3 {
			d := int(c.pix[y*c.w+x]) - int(c.pix[y*c.w+x-1])
			diffs = append(diffs, max(d, -d))
		}
	}
	if len(diffs) == 0 {
		return 0
	}
	slices.Sort(diffs)
	// The median of |a-b| for normal a and b of deviation s is 0.954 s.
	return float64(diffs[len(diffs)/2]) / (0.6745 * math.Sqrt2)
}
