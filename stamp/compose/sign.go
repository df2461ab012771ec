package compose

import (
	"image"
	"strings"
)

// A blank to sign in: a name wants signMM of length, and where there is height left, signHeightMM over its rule before a number is enlarged; mostSignMM is all
// that a hand uses.
const (
	signMM       = 10.0
	signHeightMM = 4.0
	mostSignMM   = 9.0
)

// clause is what stands before the words that a blank belongs to.
const clause = " – "

// roomToSign gives each blank the length of a name, where need be in a row of its own, and returns the height that is kept free above them. A blank that stays
// shorter is counted.
func (p *planner) roomToSign(blocks []block, area image.Rectangle, cost *loss) (kept int) {
	for i, b := range blocks {
		if !b.line.Sign {
			continue
		}
		texts := together(b.face, b.texts, area.Dx())
		last := len(texts) - 1
		if head, tail, ok := cutClause(texts[last]); ok && height(blocks)+b.face.height <= area.Dy() {
			texts = append(texts[:last:last], head, tail)
			last++
		}
		blocks[i].texts = texts
		if p.mm(blank(b.face, stretched(b.face, texts[last], area.Dx()))) < signMM {
			cost.cramped++
		}
		kept = ceilDots(signHeightMM, p.res)
	}
	return max(0, min(kept, area.Dy()-height(blocks)))
}

// together brings the words that a blank belongs to into its row, where they fit.
func together(f *face, texts []string, width int) []string {
	last := len(texts) - 1
	if last == 0 || strings.Contains(texts[last], clause) {
		return texts
	}
	head, tail, ok := cutClause(texts[last-1])
	if joined := tail + " " + texts[last]; ok && f.width(joined) <= width {
		return append(texts[:last-1:last-1], head, joined)
	}
	return texts
}

// cutClause parts a row before its last clause; the dash stays behind.
func cutClause(text string) (head, tail string, ok bool) {
	at := strings.LastIndex(text, clause)
	if at < 1 {
		return "", "", false
	}
	return text[:at+len(clause)-1], text[at+len(clause):], true
}

// stretched draws the blank at the end of a text out to a width.
func stretched(f *face, text string, width int) string {
	for f.width(text+"_") <= width {
		text += "_"
	}
	return text
}

// blank is how long the blank at the end of a text is, in dots.
func blank(f *face, text string) int { return f.width(text) - f.width(strings.TrimRight(text, "_")) }
