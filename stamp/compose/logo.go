package compose

import (
	"fmt"
	"image"

	"segnatura/stamp"
)

// placeLogo puts the logo before the text or below the QR code, and returns what is left for the text.
func (p *planner) placeLogo(area, qrZone image.Rectangle, codeTop int) (image.Rectangle, error) {
	logo := p.label.Logo
	if logo == nil {
		return area, nil
	}
	gap := ceilDots(gapMM, p.res)
	high := floorDots(logo.HeightMM, p.res)
	wide := high * logo.Picture.Width / max(1, logo.Picture.Height)
	if high < 1 || wide < 1 {
		return area, fmt.Errorf("compose label: a logo of %g mm has no dots", logo.HeightMM)
	}
	room := area
	if !logo.Beside {
		room = image.Rect(qrZone.Min.X, qrZone.Max.Y, qrZone.Max.X, codeTop)
	}
	in := image.Rect(room.Min.X, room.Min.Y, room.Min.X+wide, room.Min.Y+high)
	if !logo.Beside {
		in = in.Add(image.Pt(p.aligned(0, room.Dx(), wide, stamp.AlignCentre), 0))
	}
	if !in.In(room) || !logo.Beside && !in.Intersect(area).Empty() {
		need := fmt.Sprintf("it is %.1f x %.1f mm and has %.1f x %.1f", p.mm(wide), p.mm(high), p.mm(room.Dx()), p.mm(max(0, room.Dy())))
		return area, p.noRoom(PartLogo, 0, "logo", need)
	}
	p.d.logo, p.d.logoIn = logo.Picture, in
	if logo.Beside {
		area.Min.X = in.Max.X + gap
	}
	return area, nil
}

// drawLogo scales a picture into a rectangle of the label: a dot is black where at least half of what it stands for is.
func drawLogo(b, picture *stamp.Bitmap, in image.Rectangle) {
	if picture == nil {
		return
	}
	for y := range in.Dy() {
		top, bottom := span(y, in.Dy(), picture.Height)
		for x := range in.Dx() {
			left, right := span(x, in.Dx(), picture.Width)
			black := 0
			for sy := top; sy < bottom; sy++ {
				for sx := left; sx < right; sx++ {
					if picture.Black(sx, sy) {
						black++
					}
				}
			}
			if 2*black >= (bottom-top)*(right-left) {
				b.SetBlack(in.Min.X+x, in.Min.Y+y)
			}
		}
	}
}

// span returns which of n dots the i-th of count stands for, at least one.
func span(i, count, n int) (from, to int) {
	from = i * n / count
	return from, max(from+1, (i+1)*n/count)
}
