package compose

import (
	"cmp"
	"fmt"
	"image"

	"segnatura/stamp"
)

// Measures in millimetres. Thermal printers place a label to about 1 mm, hence the margin.
const (
	marginMM       = 1.0
	gapMM          = 0.75 // between text, codes and banner
	minEmMM        = 2.0  // 5.7 points: the smallest text that still reads on a 203 dpi head
	maxEmMM        = 5.0
	stepEmMM       = 0.125
	maxBannerEmMM  = 4.0
	minBarHeightMM = 5.0
	maxBarHeightMM = 12.0
	barShare       = 0.16 // of the label's height, within the two above
	clearTextShare = 0.35 // of the bars' height, at least minEmMM
)

// planner carries what every step of the layout needs.
type planner struct {
	label stamp.Label
	res   stamp.Resolution
	fonts *fonts
	d     *drawing
}

// plan finds the place of everything, or says what has none.
func plan(label stamp.Label, res stamp.Resolution) (*drawing, error) {
	if err := checkSize(label.Size, res); err != nil {
		return nil, err
	}
	fonts, err := newFonts()
	if err != nil {
		return nil, err
	}
	d := &drawing{width: floorDots(label.Size.WidthMM, res), height: floorDots(label.Size.HeightMM, res), res: res}
	p := &planner{label: label, res: res, fonts: fonts, d: d}

	foot, err := p.placeBanner()
	if err != nil {
		return nil, err
	}
	qrZone, err := p.placeQR(foot)
	if err != nil {
		return nil, err
	}
	codeTop, err := p.placeCode128(foot, qrZone)
	if err != nil {
		return nil, err
	}
	area, err := p.placeLogo(p.textArea(qrZone, codeTop), qrZone, codeTop)
	if err != nil {
		return nil, err
	}
	if err := p.placeLines(area); err != nil {
		return nil, err
	}
	return d, nil
}

// margin is the label's own, in dots.
func (p *planner) margin() int { return ceilDots(cmp.Or(p.label.MarginMM, marginMM), p.res) }

// textArea is what the QR code leaves for the text above codeTop.
func (p *planner) textArea(qrZone image.Rectangle, codeTop int) image.Rectangle {
	margin := p.margin()
	area := image.Rect(margin, margin, p.d.width-margin, codeTop)
	switch {
	case qrZone.Empty():
	case p.label.Codes.QRCorner == stamp.CornerOver:
		area.Min.Y = qrZone.Max.Y
	case p.label.Codes.QRCorner == stamp.CornerLeft:
		area.Min.X = qrZone.Max.X
	default:
		area.Max.X = qrZone.Min.X
	}
	return area
}

// placeBanner puts the banner at the foot and returns the y that nothing else may reach.
func (p *planner) placeBanner() (foot int, err error) {
	margin, gap := p.margin(), ceilDots(gapMM, p.res)
	if p.label.Banner == "" {
		return p.d.height - margin, nil
	}
	text, err := p.fonts.clean(p.label.Banner, -1, stamp.ShortenNever)
	if err != nil {
		return 0, err
	}
	width := p.d.width - 2*margin
	for em := maxBannerEmMM; em >= minEmMM; em -= stepEmMM {
		face := p.fonts.face(ceilDots(em, p.res), true)
		if face.width(text)+2*gap > width {
			continue
		}
		height := face.height + gap
		p.d.banner = image.Rect(margin, p.d.height-margin-height, p.d.width-margin, p.d.height-margin)
		if p.d.banner.Min.Y < margin {
			break
		}
		x := p.d.banner.Min.X + (width-face.width(text))/2
		p.d.legend = newRow(face, text, x, p.d.banner.Min.Y+gap/2)
		return p.d.banner.Min.Y - gap, nil
	}
	return 0, p.noRoom(PartBanner, 0, text, fmt.Sprintf("at %g mm it is wider than the label", minEmMM))
}

// placeQR puts the code at the top, in the corner that the layout says, and returns it with its quiet zone; empty without a code.
func (p *planner) placeQR(foot int) (image.Rectangle, error) {
	if p.label.QR == "" {
		return image.Rectangle{}, nil
	}
	m, err := newQR(p.label.QR, p.label.Codes.QRModuleMM, p.res)
	if err != nil {
		return image.Rectangle{}, err
	}
	side := m.width() + 2*qrQuiet*m.module
	left := p.d.width - side
	switch p.label.Codes.QRCorner {
	case stamp.CornerLeft:
		left = min(0, left)
	case stamp.CornerOver:
		left = p.aligned(0, p.d.width, side, stamp.AlignCentre)
	}
	zone := image.Rect(left, 0, left+side, side)
	if zone.Min.X < 0 || zone.Max.Y > foot {
		need := fmt.Sprintf("%d modules of %d dots with the quiet zone are %.1f mm", m.cols+2*qrQuiet, m.module, p.mm(side))
		return image.Rectangle{}, p.noRoom(PartQR, 0, p.label.QR, need)
	}
	p.d.qr, p.d.qrAt = m, zone.Min.Add(image.Pt(qrQuiet*m.module, qrQuiet*m.module))
	return zone, nil
}

// placeCode128 puts the bars and their text at the bottom left and returns the y that text above must not reach.
func (p *planner) placeCode128(foot int, qrZone image.Rectangle) (top int, err error) {
	if p.label.Code128 == "" {
		return foot, nil
	}
	m, err := newCode128(p.label.Code128, p.label.Codes.Code128ModuleMM, p.res)
	if err != nil {
		return 0, err
	}
	below := p.label.Code128Text
	if below == "" {
		below = p.label.Code128
	}
	if below, err = p.fonts.clean(below, -1, stamp.ShortenNever); err != nil {
		return 0, err
	}
	barsMM := cmp.Or(p.label.Codes.Code128HeightMM, min(max(p.label.Size.HeightMM*barShare, minBarHeightMM), maxBarHeightMM))
	face := p.fonts.face(ceilDots(max(minEmMM, barsMM*clearTextShare), p.res), false)
	quiet := code128Quiet * m.module
	zone := max(m.width()+2*quiet, face.width(below))
	barHeight := ceilDots(barsMM, p.res)
	gap := ceilDots(gapMM, p.res)
	spacing := gap / 2
	top = foot - face.height - spacing - barHeight
	left, right := 0, p.d.width
	if top < qrZone.Max.Y { // beside the QR code, or nowhere
		switch p.label.Codes.QRCorner {
		case stamp.CornerLeft:
			left = qrZone.Max.X
		case stamp.CornerOver:
			right = 0
		default:
			right = qrZone.Min.X
		}
	}
	if zone > right-left || top < 0 {
		need := fmt.Sprintf("with its quiet zones it is %.1f x %.1f mm", p.mm(zone), p.mm(foot-top))
		return 0, p.noRoom(PartCode128, 0, p.label.Code128, need)
	}
	left = p.aligned(left, right, zone, p.label.Codes.Code128Align)
	x := left + (zone-m.width())/2
	p.d.bars, p.d.barsIn = m, image.Rect(x, top, x+m.width(), top+barHeight)
	textX := left + max(0, (zone-face.width(below))/2)
	p.d.rows = append(p.d.rows, newRow(face, below, textX, p.d.barsIn.Max.Y+spacing))
	return top - gap, nil
}

// aligned is where something of a width starts between left and right.
func (p *planner) aligned(left, right, width int, a stamp.Align) int {
	switch a {
	case stamp.AlignCentre:
		return left + max(0, (right-left-width)/2)
	case stamp.AlignRight:
		return max(left, right-width)
	default:
		return left
	}
}

func (p *planner) noRoom(part Part, line int, text, need string) error {
	return &DoesNotFitError{Part: part, Line: line, Text: text, Size: p.label.Size, Need: need}
}

func (p *planner) mm(dots int) float64 { return float64(dots) / p.res.DotsPerMM }
