package barcode

import (
	"encoding/binary"
	"image"
)

const (
	cellPx = 4  // a cell is 4x4 pixels, averaged from 8 of them: noise is out of the threshold's way
	tilePx = 32 // a tile is 8x8 cells, 2.7 mm at 300 dpi, and has one threshold
	// minContrast is what dark and light around a tile must differ by before anything in it counts as dark, in grey levels.
	minContrast = 40
)

// plane is a page's grey pixels with a local threshold: halfway between the darkest and the lightest cell of a tile and its
// eight neighbours. A code is darker than that where it is dark, whatever the paper's shade and the lamp's falloff.
type plane struct {
	pix    []uint8
	w, h   int
	stride int
	tilesX int
	thr    []uint8 // one for each tile; 0 where there is nothing dark
}

func newPlane(img *image.Gray) *plane {
	p := &plane{
		pix: img.Pix[img.PixOffset(img.Rect.Min.X, img.Rect.Min.Y):],
		w:   img.Rect.Dx(), h: img.Rect.Dy(), stride: img.Stride,
	}
	p.threshold()
	return p
}

// threshold fills p.thr.
func (p *plane) threshold() {
	p.tilesX = (p.w + tilePx - 1) / tilePx
	tilesY := (p.h + tilePx - 1) / tilePx
	lo := make([]uint8, p.tilesX*tilesY)
	hi := make([]uint8, p.tilesX*tilesY)
	for i := range lo {
		lo[i] = 255
	}
	for y := 0; y < p.h; y += cellPx {
		y2 := min(y+cellPx/2, p.h-1)
		a, b := p.pix[y*p.stride:y*p.stride+p.w], p.pix[y2*p.stride:y2*p.stride+p.w]
		row := y / tilePx * p.tilesX
		x := 0
		for ; x+cellPx <= p.w; x += cellPx {
			u, v := a[x:x+cellPx:x+cellPx], b[x:x+cellPx:x+cellPx]
			m := uint8((uint(u[0]) + uint(u[1]) + uint(u[2]) + uint(u[3]) +
				uint(v[0]) + uint(v[1]) + uint(v[2]) + uint(v[3])) / 8)
			t := row + x/tilePx
			lo[t], hi[t] = min(lo[t], m), max(hi[t], m)
		}
		if x < p.w {
			t := row + x/tilePx
			lo[t], hi[t] = min(lo[t], a[x]), max(hi[t], a[x])
		}
	}
	p.thr = make([]uint8, len(lo))
	for ty := range tilesY {
		for tx := range p.tilesX {
			l, h := uint8(255), uint8(0)
			for ny := max(ty-1, 0); ny <= min(ty+1, tilesY-1); ny++ {
				for nx := max(tx-1, 0); nx <= min(tx+1, p.tilesX-1); nx++ {
					l, h = min(l, lo[ny*p.tilesX+nx]), max(h, hi[ny*p.tilesX+nx])
				}
			}
			if h >= l && h-l >= minContrast {
				p.thr[ty*p.tilesX+tx] = uint8((uint(l) + uint(h)) / 2)
			}
		}
	}
}

// dark says whether the pixel is darker than its tile's threshold. The pixel must be on the plane.
func (p *plane) dark(x, y int) bool {
	return p.pix[y*p.stride+x] < p.thr[y/tilePx*p.tilesX+x/tilePx]
}

// at is the grey level at a place, interpolated between the four pixels around it; outside the page it is white.
func (p *plane) at(x, y float64) float64 {
	x, y = x-0.5, y-0.5
	// Written so that a place that is no number, from a degenerate grid, is off the page too.
	if !(x >= 0 && y >= 0 && x < float64(p.w-1) && y < float64(p.h-1)) {
		return p.edge(int(x+0.5), int(y+0.5))
	}
	xi, yi := int(x), int(y)
	fx, fy := x-float64(xi), y-float64(yi)
	i := yi*p.stride + xi
	top := float64(p.pix[i])*(1-fx) + float64(p.pix[i+1])*fx
	bottom := float64(p.pix[i+p.stride])*(1-fx) + float64(p.pix[i+p.stride+1])*fx
	return top*(1-fy) + bottom*fy
}

func (p *plane) edge(x, y int) float64 {
	if x < 0 || y < 0 || x >= p.w || y >= p.h {
		return 255
	}
	return float64(p.pix[y*p.stride+x])
}

// blur returns a new plane, each pixel averaged with those around it by the weights 1:2:1 along both axes, which leaves three eighths
// of the noise. The thresholds stay: they were never made from single pixels. The outermost pixels are copied.
func (p *plane) blur() *plane {
	out := &plane{pix: make([]uint8, p.w*p.h), w: p.w, h: p.h, stride: p.w, tilesX: p.tilesX, thr: p.thr}
	row := func(y int) []uint8 { return p.pix[y*p.stride : y*p.stride+p.w] }
	down := make([]uint8, p.w)
	for y := range p.h {
		dst := out.pix[y*p.w : (y+1)*p.w]
		if y == 0 || y == p.h-1 || p.w < 3 {
			copy(dst, row(y))
			continue
		}
		average(down, row(y-1), row(y), row(y+1))
		dst[0], dst[p.w-1] = p.pix[y*p.stride], p.pix[y*p.stride+p.w-1]
		average(dst[1:p.w-1], down[:p.w-2], down[1:p.w-1], down[2:])
	}
	return out
}

// average sets each byte of dst to (a+2b+c)/4, eight at a time. All are as long as dst.
func average(dst, a, b, c []uint8) {
	n := len(dst)
	a, b, c = a[:n], b[:n], c[:n]
	i := 0
	for ; i+8 <= n; i += 8 {
		u, v, w := binary.LittleEndian.Uint64(a[i:]), binary.LittleEndian.Uint64(b[i:]), binary.LittleEndian.Uint64(c[i:])
		binary.LittleEndian.PutUint64(dst[i:], mean(mean(u, w), v))
	}
	for ; i < n; i++ {
		dst[i] = uint8(((uint(a[i])+uint(c[i]))/2 + uint(b[i])) / 2)
	}
}

// mean halves the sum of each pair of bytes, rounding down: what both have, and half of what one has.
func mean(x, y uint64) uint64 { return x&y + (x^y)>>1&0x7f7f7f7f7f7f7f7f }

// crop copies a part of the plane.
func (p *plane) crop(r image.Rectangle) *image.Gray {
	r = r.Intersect(image.Rect(0, 0, p.w, p.h))
	out := image.NewGray(r)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		copy(out.Pix[(y-r.Min.Y)*out.Stride:], p.pix[y*p.stride+r.Min.X:y*p.stride+r.Max.X])
	}
	return out
}
