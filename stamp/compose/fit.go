package compose

import (
	"cmp"
	"fmt"
	"image"
	"strings"

	"segnatura/stamp"
)

// numberStandsOut is how much larger than the rest a Big line should be where there is room for it, and mostLarger how much
// it may be.
const (
	numberStandsOut = 1.3
	mostLarger      = 2.2
)

const ellipsis = "…"

// wording is one line cleaned for drawing, with what may be done to it.
type wording struct {
	stamp.Line
	index int
}

// fitting is the text at one size: its rows with places, and what was lost to make it fit.
type fitting struct {
	rows []row
	loss loss
}

// loss is compared field by field, in order.
type loss struct {
	dropped   int
	cut       int
	extraRows int
	cramped   int // blanks to sign in that are shorter than a name
	plain     int // 1 when the number does not stand out
}

func (l loss) less(o loss) bool {
	a := [...]int{l.dropped, l.cut, l.cramped, l.extraRows, l.plain}
	b := [...]int{o.dropped, o.cut, o.cramped, o.extraRows, o.plain}
	for i := range a {
		if a[i] != b[i] {
			return a[i] < b[i]
		}
	}
	return false
}

// placeLines fits the label's lines into area, as the package comment says.
func (p *planner) placeLines(area image.Rectangle) error {
	var lines []wording
	for i, line := range p.label.Lines {
		text, err := p.fonts.clean(line.Text, i, line.Shorten)
		if err != nil {
			return err
		}
		if text == "" {
			continue
		}
		line.Text = text
		lines = append(lines, wording{line, i})
	}
	var best *fitting
	var refusal error
	for em := maxEmMM; em >= minEmMM; em -= stepEmMM {
		f, err := p.fitLines(lines, area, em)
		if err != nil {
			refusal = err // the last one stands: that of the smallest size
			continue
		}
		if best == nil || f.loss.less(best.loss) {
			best = f
		}
	}
	if best == nil {
		return refusal
	}
	p.d.rows = append(p.d.rows, best.rows...)
	return nil
}

// fitLines sets all lines at em millimetres. Optional lines that do not fit go, the last first.
func (p *planner) fitLines(lines []wording, area image.Rectangle, em float64) (*fitting, error) {
	f := &fitting{}
	var blocks []block
	for _, line := range lines {
		b, err := p.breakLine(line, area.Dx(), ceilDots(cmp.Or(line.SizeMM, em), p.res), &f.loss)
		if err != nil {
			return nil, err
		}
		if len(b.texts) > 0 {
			blocks = append(blocks, b)
		}
	}
	for height(blocks) > area.Dy() {
		last := lastDroppable(blocks)
		if last < 0 {
			over := blocks[firstOver(blocks, area.Dy())].line
			need := fmt.Sprintf("at %g mm the text needs %.1f mm of height and has %.1f", em, p.mm(height(blocks)), p.mm(area.Dy()))
			return nil, p.noRoom(PartLine, over.index, over.Text, need)
		}
		blocks = append(blocks[:last:last], blocks[last+1:]...)
		f.loss.dropped++
	}
	kept := p.roomToSign(blocks, area, &f.loss)
	p.enlarge(blocks, image.Rect(area.Min.X, area.Min.Y, area.Max.X, area.Max.Y-kept), em, &f.loss)
	above := min(area.Dy()-height(blocks), ceilDots(mostSignMM, p.res))
	y := area.Min.Y
	for _, b := range blocks {
		for i, text := range b.texts {
			if b.line.Sign && i == len(b.texts)-1 {
				y, above = y+above, 0
				text = stretched(b.face, text, area.Dx())
			}
			r := newRow(b.face, text, p.aligned(area.Min.X, area.Max.X, b.face.width(text), b.line.Align), y)
			r.line = b.line.index
			f.rows = append(f.rows, r)
			y += b.face.height
		}
	}
	return f, nil
}

// block is one line as rows of one size.
type block struct {
	line  wording
	face  *face
	texts []string
}

func height(blocks []block) int {
	sum := 0
	for _, b := range blocks {
		sum += len(b.texts) * b.face.height
	}
	return sum
}

func firstOver(blocks []block, limit int) int {
	for i := range blocks {
		if height(blocks[:i+1]) > limit {
			return i
		}
	}
	return len(blocks) - 1
}

func lastDroppable(blocks []block) int {
	for i := len(blocks) - 1; i >= 0; i-- {
		if blocks[i].line.Shorten == stamp.ShortenDrop {
			return i
		}
	}
	return -1
}

// breakLine makes one line fit the width, as its rule permits, and counts what that cost.
func (p *planner) breakLine(line wording, width, emDots int, cost *loss) (block, error) {
	b := block{line: line, face: p.fonts.face(emDots, line.Bold)}
	if b.face.width(line.Text) <= width {
		b.texts = []string{line.Text}
		return b, nil
	}
	switch line.Shorten {
	case stamp.ShortenDrop:
		cost.dropped++
		return b, nil
	case stamp.ShortenNever:
		texts, tooWide := wrap(b.face, line.Text, width)
		if tooWide != "" {
			need := fmt.Sprintf("%q is wider than the %.1f mm beside the code", tooWide, p.mm(width))
			return b, p.noRoom(PartLine, line.index, line.Text, need)
		}
		cost.extraRows += len(texts) - 1
		b.texts = texts
		return b, nil
	default:
		cut := cutAtWord(b.face, line.Text, width)
		if cut == "" {
			return b, p.noRoom(PartLine, line.index, line.Text, fmt.Sprintf("not one letter fits in %.1f mm", p.mm(width)))
		}
		cost.cut++
		b.texts = []string{cut}
		return b, nil
	}
}

// wrap breaks text between words. tooWide is the word that is wider than a row by itself.
func wrap(f *face, text string, width int) (rows []string, tooWide string) {
	current := ""
	for word := range strings.FieldsSeq(text) {
		if f.width(word) > width {
			return nil, word
		}
		joined := strings.TrimPrefix(current+" "+word, " ")
		if f.width(joined) <= width {
			current = joined
			continue
		}
		rows = append(rows, current)
		current = word
	}
	return append(rows, current), ""
}

// cutAtWord returns the most whole words that fit with «…» after them; where not even one does, the most letters of it; ""
// where nothing fits.
func cutAtWord(f *face, text string, width int) string {
	longest := func(ends []int) string {
		for i := len(ends) - 1; i >= 0; i-- {
			head := strings.TrimRight(text[:ends[i]], " ,.;:-–(«")
			if head != "" && f.width(head+ellipsis) <= width {
				return head + ellipsis
			}
		}
		return ""
	}
	var words, letters []int
	for i, r := range text {
		letters = append(letters, i)
		if r == ' ' {
			words = append(words, i)
		}
	}
	if cut := longest(words); cut != "" {
		return cut
	}
	return longest(letters)
}

// enlarge sets Big lines as large as the width and the remaining height let them be, all Big lines alike.
func (p *planner) enlarge(blocks []block, area image.Rectangle, em float64, cost *loss) {
	var big []int
	for i, b := range blocks {
		if b.line.Big && b.line.SizeMM == 0 {
			big = append(big, i)
		}
	}
	if len(big) == 0 {
		return
	}
	for size := em * mostLarger; size > em; size -= stepEmMM {
		if !p.enlargedFits(blocks, big, area, size) {
			continue
		}
		for _, i := range big {
			blocks[i].face = p.fonts.face(ceilDots(size, p.res), blocks[i].line.Bold)
		}
		if size < em*numberStandsOut {
			cost.plain = 1
		}
		return
	}
	cost.plain = 1
}

func (p *planner) enlargedFits(blocks []block, big []int, area image.Rectangle, size float64) bool {
	total := height(blocks)
	for _, i := range big {
		b := blocks[i]
		larger := p.fonts.face(ceilDots(size, p.res), b.line.Bold)
		total += len(b.texts) * (larger.height - b.face.height)
		for _, text := range b.texts {
			if larger.width(text) > area.Dx() {
				return false
			}
		}
	}
	return total <= area.Dy()
}
