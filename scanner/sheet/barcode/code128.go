package barcode

import (
	"image"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/oned"
)

// findCode128 reads the first Code 128 that gozxing finds along the page's rows, then along its columns; the reader itself
// also tries each of them backwards, so four directions are covered, and a skew of a few degrees.
func (s *search) findCode128(img *image.Gray) error {
	page := newPlane(img).crop(image.Rect(0, 0, img.Rect.Dx(), img.Rect.Dy()))
	for _, turned := range []bool{false, true} {
		if err := s.ctx.Err(); err != nil {
			return err
		}
		view := page
		if turned {
			view = transpose(page)
		}
		text, a, b, ok := line(view)
		if !ok {
			continue
		}
		if turned {
			a, b = point{a.y, a.x}, point{b.y, b.x}
		}
		// A line has no height: give it a pixel to each side, the bar's height is not known.
		s.add(Code128, text, quad{a.add(point{-1, -1}), b.add(point{1, -1}), b.add(point{1, 1}), a.add(point{-1, 1})})
		return nil
	}
	return nil
}

// line reads one Code 128; a and b are the ends of the row that was read.
func line(img *image.Gray) (text string, a, b point, ok bool) {
	defer func() {
		if recover() != nil { // see decodeBits
			ok = false
		}
	}()
	bm, err := bitmap(img)
	if err != nil {
		return "", a, b, false
	}
	r, err := oned.NewCode128Reader().Decode(bm, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true})
	if err != nil || len(r.GetResultPoints()) < 2 {
		return "", a, b, false
	}
	p := r.GetResultPoints()
	return r.GetText(), point{p[0].GetX(), p[0].GetY()}, point{p[1].GetX(), p[1].GetY()}, true
}
