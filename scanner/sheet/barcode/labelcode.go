package barcode

import (
	"cmp"
	"image"
	"math"
	"math/bits"
	"slices"
	"strings"
)

// Our label's symbol (requirement R18.1): version 3, level M, one block, alphanumeric mode (ISO/IEC 18004, tables 7 and 9).
const (
	labelDim    = 29
	labelData   = 44 // codewords
	labelParity = 26
	labelWords  = labelData + labelParity
	// labelText is how many characters fit; shortText is the fewest that do not fit version 2 (table 7).
	labelText = 61
	shortText = 39
)

// labelPrefix opens every text of ours, see protocollo.BarcodePrefix.
const labelPrefix = "SGN1."

const alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

// labelCode knows where everything in our symbol stands.
type labelCode struct {
	field  *galois
	fixed  [labelDim * labelDim]bool // function patterns and format: no data
	places [labelWords * 8]int       // module of each data bit, in the order of codewords
	format [8][15]bool               // of level M, by mask
	copies [2][15]int                // modules of the two copies of the format
}

func newLabelCode() *labelCode {
	c := &labelCode{field: newGalois()}
	block := func(r image.Rectangle) {
		for y := r.Min.Y; y < r.Max.Y; y++ {
			for x := r.Min.X; x < r.Max.X; x++ {
				c.fixed[y*labelDim+x] = true
			}
		}
	}
	for _, r := range []image.Rectangle{ // finder patterns with format, timing, alignment
		image.Rect(0, 0, 9, 9), image.Rect(labelDim-8, 0, labelDim, 9), image.Rect(0, labelDim-8, 9, labelDim),
		image.Rect(0, 6, labelDim, 7), image.Rect(6, 0, 7, labelDim), image.Rect(labelDim-9, labelDim-9, labelDim-4, labelDim-4),
	} {
		block(r)
	}
	n := 0
	for pair := labelDim - 1; pair > 0; pair -= 2 {
		if pair == 6 { // the timing line has a column to itself
			pair--
		}
		up := (labelDim-1-pair)/2%2 == 0
		if pair < 6 {
			up = (labelDim-2-pair)/2%2 == 0
		}
		for i := range labelDim {
			y := i
			if up {
				y = labelDim - 1 - i
			}
			for _, x := range []int{pair, pair - 1} {
				if !c.fixed[y*labelDim+x] && n < len(c.places) { // the last bits belong to no codeword
					c.places[n] = y*labelDim + x
					n++
				}
			}
		}
	}
	for mask := range c.format {
		word := mask << 10
		for i := 4; i >= 0; i-- { // BCH (15,5), annex C; level M is 00
			if word>>(10+i)&1 == 1 && mask>>i != 0 {
				word ^= 0x537 << i
			}
		}
		word = (mask<<10 | word&0x3ff) ^ 0x5412
		for i := range 15 {
			c.format[mask][i] = word>>(14-i)&1 == 1
		}
	}
	for i := range 15 {
		x, y := i, 8 // the first along row 8 and up column 8, past the timing lines
		switch {
		case i == 6:
			x = 7
		case i == 7:
			x = 8
		case i == 8:
			x, y = 8, 7
		case i > 8:
			x, y = 8, 14-i
		}
		c.copies[0][i] = y*labelDim + x
		x, y = 8, labelDim-1-i // the second up from the lower left and along the upper right
		if i > 6 {
			x, y = labelDim-15+i, 8
		}
		c.copies[1][i] = y*labelDim + x
	}
	return c
}

// masked says whether the mask turns the module at (x, y) over (table 10).
func masked(mask, x, y int) bool {
	switch mask {
	case 0:
		return (x+y)%2 == 0
	case 1:
		return y%2 == 0
	case 2:
		return x%3 == 0
	case 3:
		return (x+y)%3 == 0
	case 4:
		return (y/2+x/3)%2 == 0
	case 5:
		return x*y%2+x*y%3 == 0
	case 6:
		return (x*y%2+x*y%3)%2 == 0
	}
	return ((x+y)%2+x*y%3)%2 == 0
}

// masks are those that the format fits best, at most three.
func (c *labelCode) masks(dark []bool) (out []int) {
	var wrong [8]int
	for mask, want := range c.format {
		for _, places := range c.copies {
			for i, at := range places {
				if dark[at] != want[i] {
					wrong[mask]++
				}
			}
		}
	}
	order := []int{0, 1, 2, 3, 4, 5, 6, 7}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(wrong[a], wrong[b]) })
	for _, mask := range order[:3] {
		if wrong[mask] <= wrong[order[0]]+3 && wrong[mask] <= 13 {
			out = append(out, mask)
		}
	}
	return out
}

// word is a symbol's codewords, and how little each is to be believed: 0 for known.
type word struct {
	bytes [labelWords]uint8
	doubt [labelWords]float64
}

// words reads the codewords off a symbol's modules. doubt is of each module that it is not what it seems, 0 to 1.
func (c *labelCode) words(dark []bool, doubt []float64, mask int) (w word) {
	for i, at := range c.places {
		if dark[at] != masked(mask, at%labelDim, at/labelDim) {
			w.bytes[i/8] |= 0x80 >> (i % 8)
		}
		w.doubt[i/8] += doubt[at]
	}
	return w
}

// known are the codewords that every text of ours with so many characters has: mode, count and prefix before it, and all that is
// filled up behind it (ISO/IEC 18004, 7.4). mask tells which bits of data are known.
func known(length int) (data, mask [labelData]uint8) {
	n := 0
	put := func(v, width int) {
		for i := width - 1; i >= 0; i-- {
			mask[n/8] |= 0x80 >> (n % 8)
			data[n/8] |= uint8(v>>i&1) << (7 - n%8)
			n++
		}
	}
	put(2, 4)
	put(length, 9)
	for i := 0; i+1 < len(labelPrefix); i += 2 {
		put(45*strings.IndexByte(alphanumeric, labelPrefix[i])+strings.IndexByte(alphanumeric, labelPrefix[i+1]), 11)
	}
	n = 13 + length/2*11 + length%2*6
	put(0, min(4, 8*labelData-n))
	put(0, (8-n%8)%8)
	for i := 0; n < 8*labelData; i++ {
		put([]int{0xec, 0x11}[i%2], 8)
	}
	return data, mask
}

// lengths are how many characters the text may have, as far as what stands behind it tells: the likeliest three.
func (w *word) lengths() []int {
	wrong := map[int]float64{}
	var order []int
	for n := shortText; n <= labelText; n++ {
		data, mask := known(n)
		all, bad := 0, 0
		for i := range data {
			all += bits.OnesCount8(mask[i])
			bad += bits.OnesCount8((data[i] ^ w.bytes[i]) & mask[i])
		}
		wrong[n] = (float64(bad) - float64(all)/2) / math.Sqrt(float64(all)) // deviations from chance
		order = append(order, n)
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(wrong[a], wrong[b]) })
	return order[:3]
}

// maxErased leaves six of the check bytes over, so that not everything is a codeword of ours.
const maxErased = labelParity - 6

// read corrects a word, with what is known of a text of that length (0: nothing) taken as sure, and with more and more of the most
// doubtful codewords taken for lost, until one is a text that accept takes.
func (c *labelCode) read(w word, length int, accept func(string) bool) (string, bool) {
	if length > 0 {
		data, mask := known(length)
		for i := range data {
			w.bytes[i] = w.bytes[i]&^mask[i] | data[i]
			if mask[i] == 0xff {
				w.doubt[i] = 0
			}
		}
	}
	order := make([]int, 0, labelWords)
	for i, d := range w.doubt {
		if d > 0 {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(w.doubt[b], w.doubt[a]) })
	for n := 0; n <= min(maxErased, len(order)); n += 2 {
		mended := w.bytes
		if !c.field.correct(mended[:], labelParity, order[:n]) {
			continue
		}
		if text, ok := textOf(mended[:labelData]); ok && accept(text) {
			return text, true
		}
	}
	return "", false
}

// textOf is a text of ours, and nothing else: from the mode to the last filling byte all must be as our printer writes it.
func textOf(data []uint8) (string, bool) {
	n := 0
	take := func(width int) (v int) {
		for range width {
			v = v<<1 | int(data[n/8]>>(7-n%8)&1)
			n++
		}
		return v
	}
	if take(4) != 2 {
		return "", false
	}
	length := take(9)
	if length < shortText || length > labelText {
		return "", false
	}
	want, mask := known(length)
	for i, v := range data {
		if v&mask[i] != want[i]&mask[i] {
			return "", false
		}
	}
	text := make([]byte, 0, length)
	for len(text)+1 < length {
		v := take(11)
		if v >= 45*45 {
			return "", false
		}
		text = append(text, alphanumeric[v/45], alphanumeric[v%45])
	}
	if length%2 == 1 {
		v := take(6)
		if v >= 45 {
			return "", false
		}
		text = append(text, alphanumeric[v])
	}
	return string(text), strings.HasPrefix(string(text), labelPrefix)
}
