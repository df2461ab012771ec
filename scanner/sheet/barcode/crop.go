package barcode

import (
	"image"
	"slices"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

// crops gives the surroundings of finder patterns that no code explains to gozxing's own detector: it follows perspective,
// and binarises in another way. Only places where two strong patterns stand like a code are worth it.
func (s *search) crops(raw, blurred *plane, left []pattern) error {
	for _, r := range s.places(raw, left) {
		full := raw.crop(r)
		for _, c := range []struct {
			img   *image.Gray
			scale float64
		}{{full, 1}, {blurred.crop(r), 1}, {halve(full), 2}} {
			if err := s.ctx.Err(); err != nil {
				return err
			}
			text, pts, ok := detect(c.img)
			if !ok {
				continue
			}
			origin := point{float64(full.Rect.Min.X), float64(full.Rect.Min.Y)}
			for i := range pts {
				pts[i] = pts[i].scale(c.scale).add(origin)
			}
			s.add(QR, text, around(pts))
			break
		}
	}
	return nil
}

// places are the squares around pairs of strong patterns, each pair in one of them, at most MaxCrops.
func (s *search) places(p *plane, left []pattern) []image.Rectangle {
	type pair struct {
		a, b pattern
	}
	var pairs []pair
	for i, a := range left {
		for _, b := range left[i+1:] {
			if a.hits >= strongHits && b.hits >= strongHits && plausiblePair(a, b) {
				pairs = append(pairs, pair{a, b})
			}
		}
	}
	slices.SortStableFunc(pairs, func(x, y pair) int { return y.a.hits + y.b.hits - x.a.hits - x.b.hits })
	var out []image.Rectangle
	for _, q := range pairs {
		if len(out) >= s.opts.MaxCrops {
			break
		}
		half := q.a.distance(q.b.point) + 8*max(q.a.run, q.b.run)
		mid := q.a.add(q.b.point).scale(0.5)
		r := image.Rect(int(mid.x-half), int(mid.y-half), int(mid.x+half), int(mid.y+half)).Intersect(image.Rect(0, 0, p.w, p.h))
		seen := func(o image.Rectangle) bool {
			return image.Pt(int(q.a.x), int(q.a.y)).In(o) && image.Pt(int(q.b.x), int(q.b.y)).In(o)
		}
		if !slices.ContainsFunc(out, seen) {
			out = append(out, r)
		}
	}
	return out
}

// halve averages 2x2 pixels.
func halve(img *image.Gray) *image.Gray {
	w, h := img.Rect.Dx()/2, img.Rect.Dy()/2
	out := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		a, b := img.Pix[2*y*img.Stride:], img.Pix[(2*y+1)*img.Stride:]
		for x := range w {
			out.Pix[y*w+x] = uint8((uint(a[2*x]) + uint(a[2*x+1]) + uint(b[2*x]) + uint(b[2*x+1])) / 4)
		}
	}
	return out
}

// bitmap hands grey pixels to gozxing as they are, without a colour conversion for each.
func bitmap(img *image.Gray) (*gozxing.BinaryBitmap, error) {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	src, err := gozxing.NewPlanarYUVLuminanceSource(img.Pix, img.Stride, h, 0, 0, w, h, false)
	if err != nil {
		return nil, err
	}
	return gozxing.NewBinaryBitmap(gozxing.NewHybridBinarizer(src))
}

// detect runs gozxing's detector and decoder; pts are the centres of the patterns that it found, in img counted from its corner.
func detect(img *image.Gray) (text string, pts []point, ok bool) {
	defer func() {
		if recover() != nil { // see decodeBits
			text, pts, ok = "", nil, false
		}
	}()
	bm, err := bitmap(img)
	if err != nil {
		return "", nil, false
	}
	r, err := qrcode.NewQRCodeReader().Decode(bm, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true})
	if err != nil || len(r.GetResultPoints()) < 3 {
		return "", nil, false
	}
	for _, p := range r.GetResultPoints()[:3] {
		pts = append(pts, point{p.GetX(), p.GetY()})
	}
	return r.GetText(), pts, true
}

// around is the outline of a symbol whose finder patterns (bottom left, top left, top right) have their centres at pts, widened
// for the part outside of the centres; the module is not known here, and a fifth of the side covers version 1.
func around(pts []point) quad {
	bottomLeft, topLeft, topRight := pts[0], pts[1], pts[2]
	bottomRight := bottomLeft.add(topRight).sub(topLeft)
	q := quad{topLeft, topRight, bottomRight, bottomLeft}
	c := q.centre()
	for i := range q {
		q[i] = c.add(q[i].sub(c).scale(1.4))
	}
	return q
}

// transpose exchanges rows and columns.
func transpose(img *image.Gray) *image.Gray {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	out := image.NewGray(image.Rect(0, 0, h, w))
	for y := range h {
		for x, v := range img.Pix[y*img.Stride : y*img.Stride+w] {
			out.Pix[x*out.Stride+y] = v
		}
	}
	return out
}
