package sheet

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
)

const (
	thumbnailQuality = 75
	cropQuality      = 85
)

// Thumbnail is the page in grey as a JPEG whose long side has at most maxPx pixels (at least 1); a smaller page is not enlarged.
// The caller owns the bytes. They are made anew on each call and not kept here.
func (m *Image) Thumbnail(maxPx int) ([]byte, error) {
	if maxPx < 1 {
		return nil, fmt.Errorf("sheet: thumbnail: %d pixels asked for", maxPx)
	}
	src := m.Grey
	// The cells were averaged already for measuring: a third of the work when they are fine enough.
	if c := m.cells; max(c.w, c.h) >= maxPx && c.w*3 <= src.Rect.Dx() && c.across == c.down {
		src = &image.Gray{Pix: c.pix, Stride: c.w, Rect: image.Rect(0, 0, c.w, c.h)}
	}
	long := max(src.Rect.Dx(), src.Rect.Dy())
	out := src
	if long > maxPx {
		scale := float64(maxPx) / float64(long)
		out = shrink(src, max(int(float64(src.Rect.Dx())*scale+0.5), 1), max(int(float64(src.Rect.Dy())*scale+0.5), 1))
	}
	return encode(out, thumbnailQuality)
}

// Crop is a part of the page in grey as a JPEG, for the operator to look at what was not read. r is in pixels of the file and is cut to the
// page; a part outside of it is an error. Its longer side has at most maxPx pixels; a smaller part is not enlarged.
func (m *Image) Crop(r image.Rectangle, maxPx int) ([]byte, error) {
	r = r.Add(m.Grey.Rect.Min).Intersect(m.Grey.Rect)
	if r.Empty() || maxPx < 1 {
		return nil, fmt.Errorf("sheet: crop: %v in %d pixels", r, maxPx)
	}
	part := m.Grey.SubImage(r).(*image.Gray)
	if long := max(r.Dx(), r.Dy()); long > maxPx {
		part = shrink(part, max(r.Dx()*maxPx/long, 1), max(r.Dy()*maxPx/long, 1))
	}
	return encode(part, cropQuality)
}

func encode(img *image.Gray, quality int) ([]byte, error) {
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, img, &jpeg.Options{Quality: quality}); err != nil {
		return nil, fmt.Errorf("sheet: encode JPEG: %w", err)
	}
	return buf.Bytes(), nil
}

// shrink averages the source pixels whose places fall into each pixel of the result: no line is lost, whatever the ratio.
func shrink(src *image.Gray, w, h int) *image.Gray {
	out := image.NewGray(image.Rect(0, 0, w, h))
	sw, sh := src.Rect.Dx(), src.Rect.Dy()
	column := make([]int, sw)
	for x := range column {
		column[x] = x * w / sw
	}
	sums, counts := make([]uint32, w), make([]uint32, w)
	for y := range h {
		clear(sums)
		clear(counts)
		for sy := y * sh / h; sy < max((y+1)*sh/h, y*sh/h+1); sy++ {
			row := src.Pix[src.PixOffset(src.Rect.Min.X, src.Rect.Min.Y+sy):][:sw]
			for x, v := range row {
				sums[column[x]] += uint32(v)
				counts[column[x]]++
			}
		}
		for x := range sums {
			out.Pix[y*out.Stride+x] = uint8(sums[x] / counts[x])
		}
	}
	return out
}
