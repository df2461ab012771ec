package officesim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/code128"
	"github.com/boombuler/barcode/qr"

	"segnatura/stamp"
)

// What random numbers are drawn for: each purpose has a stream of its own, so that one more draw in one place does not
// change all others.
const (
	purposeLength = iota
	purposeContent
	purposeLabels
	purposeJob
	purposeSide // and above: one for each side
)

// random returns the stream for one purpose of one letter.
func (o *Office) random(letter, purpose int) *rand.Rand {
	return rand.New(rand.NewPCG(o.cfg.Seed, uint64(letter)<<20|uint64(purpose)))
}

// looks returns the stream for what stands on a letter, or how it lies.
func (o *Office) looks(l lying, purpose int) *rand.Rand {
	if l.kind == KindPoor {
		return rand.New(rand.NewPCG(poorSeed, uint64(purpose)))
	}
	return o.random(l.id, purpose)
}

// drawSide draws one side of a sheet as the scanner sees it.
func (o *Office) drawSide(s side, v view) *canvas {
	rng := o.random(s.letter.id, purposeSide+2*s.sheet+flag(s.back))
	// The sum of two draws makes small turns likelier than large ones. Both sides of a sheet lie the same way.
	turn := o.looks(s.letter, purposeSide+2*s.sheet)
	v.turnedRadians = (turn.Float64() + turn.Float64() - 1) * o.cfg.MaxSkewDegrees * math.Pi / 180
	ivory := turn.IntN(6) // from white
	v.tintB, v.tintR = uint8(128-ivory), uint8(128+(ivory+1)/2)
	page := s.page()
	flaw := s.letter.flawOf(page)
	flaw.lay(&v)
	c := newCanvas(s.letter.facts.paper, v, rng)
	if page < 0 || flaw == flawBlank {
		return c
	}
	defer flaw.spoil(c)
	d := drawing{canvas: c, fonts: o.fonts, letter: s.letter, page: page, rng: o.looks(s.letter, purposeContent)}
	if s.letter.kind == KindPlan {
		d.plan()
	} else {
		d.letterPage()
	}
	d.footer()
	if page == 0 {
		d.stickers(o.random(s.letter.id, purposeLabels))
	}
	return c
}

// drawing is one printed page under way.
type drawing struct {
	*canvas
	fonts  *fonts
	letter lying
	page   int
	rng    *rand.Rand // the letter's own: every page draws the same from it before it draws for itself
}

const (
	marginMM      = 20
	bottomMM      = 268 // the last baseline of text
	labelMarginMM = 8
	labelGapMM    = 4
)

// letterPage draws letterhead, addressee, date and subject on the first page, text on all, the signature on the last. The
// right half above 112 mm stays free for two labels.
func (d *drawing) letterPage() {
	from := senders[d.rng.IntN(len(senders))]
	colour := []ink{inkBlue, inkGreen, inkRed}[d.rng.IntN(3)]
	subject := subjects[d.rng.IntN(len(subjects))]
	written := d.letter.written.AddDate(0, 0, -1-d.rng.IntN(9))
	d.rng = rand.New(rand.NewPCG(d.rng.Uint64(), uint64(d.page)))

	body := style{d.fonts.regular, 11, inkBlack}
	y := 30.0
	if d.page == 0 {
		d.letterhead(from, colour)
		d.senderCodes()
		y = d.opening(subject, written)
	}
	last := d.page == d.letter.pages-1
	until := float64(bottomMM)
	if last {
		until = 225
	}
	wanted := 4 + d.rng.IntN(3)
	order := d.rng.Perm(len(paragraphs))
	for i := 0; y < until-25 && (i < wanted || !last); i++ {
		y = d.paragraph(marginMM, y, d.midX*2-2*marginMM, body, paragraphs[order[i%len(order)]]) + 2.5
	}
	if last {
		d.closing(from, y+4)
	}
}

func (d *drawing) letterhead(from sender, colour ink) {
	const x, y, size = marginMM, 14.0, 13.0
	switch d.rng.IntN(3) {
	case 0:
		d.fill(colour, [2]float64{x, y + size}, [2]float64{x + size/2, y}, [2]float64{x + size, y + size})
	case 1:
		d.fill(colour, [2]float64{x, y}, [2]float64{x + size, y}, [2]float64{x + size, y + size/2}, [2]float64{x, y + size})
	default:
		d.fill(colour, [2]float64{x + size/2, y}, [2]float64{x + size, y + size/2}, [2]float64{x + size/2, y + size}, [2]float64{x, y + size/2})
	}
	d.text(x+size+3, y+4.5, style{d.fonts.bold, 11.5, colour}, from.name)
	d.text(x+size+3, y+9, style{d.fonts.italic, 8.5, inkBlack}, from.line)
	d.paragraph(x+size+3, y+13, 60, style{d.fonts.regular, 7, inkBlack}, from.address)
	d.line(colour, 0.4, x, y+20, 95, y+20)
}

// opening sets addressee, date and subject and returns the first baseline of the text, mm.
func (d *drawing) opening(subject string, written time.Time) float64 {
	s := style{d.fonts.regular, 11, inkBlack}
	y := 62.0
	for _, line := range recipients {
		d.text(marginMM, y, s, line)
		y += 5.2
	}
	d.text(marginMM, y+8, s, fmt.Sprintf("%d %s %d", written.Day(), months[written.Month()-1], written.Year()))
	y = 122
	x := d.text(marginMM, y, style{d.fonts.bold, 11, inkBlack}, wordSubject)
	return d.paragraph(x, y, d.midX*2-marginMM-x, s, subject) + 5
}

func (d *drawing) closing(from sender, y float64) {
	d.text(marginMM, y, style{d.fonts.regular, 11, inkBlack}, wordGreeting)
	d.text(125, y+10, style{d.fonts.regular, 10, inkBlack}, from.role)
	d.text(125, y+15, style{d.fonts.regular, 10, inkBlack}, from.signer)
	d.scrawl(122, y+24)
}

// scrawl signs in ballpoint: loops of random size that run to the right, and a stroke below.
func (d *drawing) scrawl(x, y float64) {
	const widthMM, strokeMM = 55.0, 0.45
	loops, phase := 5+d.rng.Float64()*4, d.rng.Float64()*math.Pi
	amp := [3]float64{3 + d.rng.Float64()*2, 1 + d.rng.Float64()*2, 4 + d.rng.Float64()*3}
	lastX, lastY := 0.0, 0.0
	const steps = 240
	for i := range steps + 1 {
		t := float64(i) / steps
		a := t*loops*2*math.Pi + phase
		px := x + t*widthMM + amp[2]*math.Cos(a)*(1-t/2)
		py := y + amp[0]*math.Sin(a)*(1-t) + amp[1]*math.Sin(2.7*a)
		if i > 0 {
			d.line(inkBlue, strokeMM, lastX, lastY, px, py)
		}
		lastX, lastY = px, py
	}
	d.line(inkBlue, strokeMM, lastX, lastY, x+10, y+amp[0]+3)
}

// senderCodes puts a courier's codes under the letterhead of a letter that has them.
func (d *drawing) senderCodes() {
	if d.letter.kind != KindForeignCode {
		return
	}
	number := fmt.Sprintf("EX%09dIT", d.rng.IntN(1_000_000_000))
	d.text(marginMM, 39.5, style{d.fonts.regular, 7, inkBlack}, wordCourier+" "+number)
	if code, err := qr.Encode("https://corriere.example/"+number, qr.M, qr.Auto); err == nil {
		d.place(placed{bm: modules(code), x: marginMM + 2, y: 41, mmPerDot: 0.5, ink: inkBlack})
	}
	if code, err := code128.Encode(number); err == nil {
		d.place(placed{bm: modules(code), x: marginMM + 24, y: 43, mmPerDot: 0.3, ink: inkBlack})
	}
}

// modules turns a code into a bitmap of one dot a module; a code of one row becomes 40 rows high.
func modules(code barcode.Barcode) *stamp.Bitmap {
	b := code.Bounds()
	repeat := 1
	if b.Dy() == 1 {
		repeat = 40
	}
	bm := stamp.NewBitmap(b.Dx(), b.Dy()*repeat, stamp.Resolution{})
	for y := range bm.Height {
		for x := range bm.Width {
			if r, _, _, _ := code.At(b.Min.X+x, b.Min.Y+y/repeat).RGBA(); r == 0 {
				bm.SetBlack(x, y)
			}
		}
	}
	return bm
}

// plan draws walls, rooms and a title block on A3.
func (d *drawing) plan() {
	const frame = 15.0
	w, h := 2*d.midX, 2*d.midY
	box := func(width, x0, y0, x1, y1 float64) {
		d.line(inkBlack, width, x0, y0, x1, y0)
		d.line(inkBlack, width, x1, y0, x1, y1)
		d.line(inkBlack, width, x1, y1, x0, y1)
		d.line(inkBlack, width, x0, y1, x0, y0)
	}
	box(0.7, frame, frame, w-frame, h-frame)
	left, top, right, bottom := 45.0, 130.0, w-45, h-110
	box(1.2, left, top, right, bottom)
	x := left
	for x < right-40 {
		next := min(right, x+25+d.rng.Float64()*35)
		split := top + (bottom-top)*(0.3+0.4*d.rng.Float64())
		d.line(inkBlack, 0.6, next, top, next, bottom)
		d.line(inkBlack, 0.6, x, split, next, split)
		d.text(x+5, split-8, style{d.fonts.regular, 9, inkGrey}, fmt.Sprintf("%.1f m²", 8+20*d.rng.Float64()))
		d.line(inkRed, 0.25, x, top-8, next, top-8)
		x = next
	}
	from := senders[2]
	box(0.5, w-135, h-70, w-frame, h-frame)
	d.text(w-130, h-60, style{d.fonts.bold, 13, inkBlack}, from.name)
	d.text(w-130, h-52, style{d.fonts.regular, 10, inkBlack}, wordPlan)
}

// footer says on every printed page that it is worth nothing, and which page it is.
func (d *drawing) footer() {
	h := 2 * d.midY
	d.text(marginMM, h-12, style{d.fonts.bold, 10, inkGrey}, banner)
	d.text(2*d.midX-marginMM-20, h-12, style{d.fonts.regular, 9, inkBlack}, fmt.Sprintf(wordPage, d.page+1, d.letter.pages))
}

// stickers shows the photocopied label, if there is one, and below it the labels that the clerk stuck on, each a little askew.
func (d *drawing) stickers(rng *rand.Rand) {
	top := float64(labelMarginMM)
	put := func(l Label, scale float64, p placed) {
		p.bm, p.mmPerDot = l.Bitmap, scale/l.Bitmap.Resolution.DotsPerMM
		width := float64(p.bm.Width) * p.mmPerDot
		p.x = 2*d.midX - labelMarginMM - width - rng.Float64()*2
		p.y = top + rng.Float64()*2
		d.place(p)
		top += float64(p.bm.Height)*p.mmPerDot + labelGapMM
	}
	if d.letter.copied != nil {
		put(*d.letter.copied, 0.97, placed{ink: inkToner})
		d.text(marginMM, 56, style{d.fonts.italic, 8.5, inkBlack}, wordEnclosure)
	}
	for _, l := range d.letter.labels {
		put(l, 1, placed{ink: inkHeat, sticker: true, radians: (rng.Float64() + rng.Float64() - 1) * 1.5 * math.Pi / 180})
	}
}
