package convert

import (
	"math"

	"segnatura/pdfa"
	"segnatura/pdfa/writer"
)

// shrink reads an image of width x height pixels and returns it as w x h, no more than it has, each pixel the mean of the area
// that it stands for. All is exact in integers.
func shrink(next rowsOf, width, height, w, h int) ([]byte, error) {
	out := make([]byte, w*h)
	if w == width && h == height {
		for y := range h {
			if err := next(out[y*w : (y+1)*w]); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	row := make([]byte, width)
	narrow := make([]uint32, w) // a row's means, in 1/256
	sums := make([]uint64, w)   // of the rows so far of one row of out, in 1/height of a row
	left := height              // until that row is full
	for y := 0; y < h; {
		if err := next(row); err != nil {
			return nil, err
		}
		narrowRow(narrow, row)
		share := min(h, left)
		addRow(sums, narrow, share)
		if left -= share; left > 0 {
			continue
		}
		for x, sum := range sums {
			out[y*w+x] = byte((sum/uint64(height) + 128) >> 8)
		}
		clear(sums)
		y++
		addRow(sums, narrow, h-share)
		left = height - (h - share)
	}
	return out, nil
}

func addRow(sums []uint64, row []uint32, share int) {
	for x, v := range row {
		sums[x] += uint64(v) * uint64(share)
	}
}

// narrowRow takes the means of a row: each of its pixels is len(out) parts of an output pixel's len(row).
func narrowRow(out []uint32, row []byte) {
	if len(out) == len(row) {
		for x, v := range row {
			out[x] = uint32(v) << 8
		}
		return
	}
	x, left, sum := 0, len(row), 0
	for _, v := range row {
		share := min(len(out), left)
		sum += int(v) * share
		if left -= share; left > 0 {
			continue
		}
		out[x] = uint32(sum << 8 / len(row))
		x++
		sum = int(v) * (len(out) - share)
		left = len(row) - (len(out) - share)
	}
}

// upright mirrors and turns a grey raster; the resolutions follow.
func upright(r pdfa.Raster, turn writer.Turn) pdfa.Raster {
	if turn.Mirror {
		for y := range r.Height {
			row := r.Pix[y*r.Width : (y+1)*r.Width]
			for i, k := 0, len(row)-1; i < k; i, k = i+1, k-1 {
				row[i], row[k] = row[k], row[i]
			}
		}
	}
	if turn.Rotate == 180 {
		for i, k := 0, len(r.Pix)-1; i < k; i, k = i+1, k-1 {
			r.Pix[i], r.Pix[k] = r.Pix[k], r.Pix[i]
		}
	}
	if turn.Rotate%180 == 0 {
		return r
	}
	w, h := r.Height, r.Width
	pix := make([]byte, len(r.Pix))
	for y := range r.Height {
		for x, v := range r.Pix[y*r.Width : (y+1)*r.Width] {
			if turn.Rotate == 90 {
				pix[x*w+w-1-y] = v
			} else {
				pix[(h-1-x)*w+y] = v
			}
		}
	}
	r.Width, r.Height, r.Pix = w, h, pix
	r.XDPI, r.YDPI = r.YDPI, r.XDPI
	return r
}

// placedDPI returns an image's resolution where it is placed by a matrix.
func placedDPI(p writer.Placement, width, height int) (x, y float64) {
	m := p.Matrix
	return float64(width) / math.Hypot(m[0], m[1]) * 72, float64(height) / math.Hypot(m[2], m[3]) * 72
}

// fills reports whether an image that is placed by a matrix lies upright on the whole page, give or take half a pixel.
func fills(p writer.Placement, xDPI, yDPI float64) bool {
	m := p.Matrix
	across, down := 36/xDPI, 36/yDPI
	return math.Abs(m[0]-p.WidthPt) <= across && math.Abs(m[4]) <= across && math.Abs(m[2]) <= across &&
		math.Abs(m[3]-p.HeightPt) <= down && math.Abs(m[5]) <= down && math.Abs(m[1]) <= down
}

// placed draws an image where its page has it, on white, before the page is turned. Pixels are taken as they are: the page's
// resolution is about the image's own.
func placed(img pdfa.Raster, p writer.Placement) pdfa.Raster {
	w, h := scaledSize(int(p.WidthPt/72*img.XDPI), int(p.HeightPt/72*img.YDPI), img.XDPI, img.YDPI)
	if m := p.Matrix; math.Abs(m[1]) > math.Abs(m[0]) { // it lies on its side
		w, h = scaledSize(int(p.WidthPt/72*img.YDPI), int(p.HeightPt/72*img.XDPI), img.YDPI, img.XDPI)
	}
	r := pdfa.Raster{Width: w, Height: h, XDPI: float64(w) / p.WidthPt * 72, YDPI: float64(h) / p.HeightPt * 72, Pix: make([]byte, w*h)}
	for i := range r.Pix {
		r.Pix[i] = 255
	}
	m := p.Matrix
	det := m[0]*m[3] - m[1]*m[2]
	if det == 0 || math.IsNaN(det) {
		return r
	}
	for y := range h {
		py := p.HeightPt * (1 - (float64(y)+0.5)/float64(h))
		for x := range w {
			px := p.WidthPt * (float64(x) + 0.5) / float64(w)
			u := (m[3]*(px-m[4]) - m[2]*(py-m[5])) / det
			v := (m[0]*(py-m[5]) - m[1]*(px-m[4])) / det
			if u >= 0 && u < 1 && v > 0 && v <= 1 {
				r.Pix[y*w+x] = img.Pix[int((1-v)*float64(img.Height))*img.Width+int(u*float64(img.Width))]
			}
		}
	}
	return r
}
