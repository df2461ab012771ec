package ccitt

import (
	"bufio"
	"errors"
	"fmt"
	"io"
)

// Coding is how rows are coded.
type Coding int

const (
	Group4   Coding = iota // T.6; PDF K -1, TIFF compression 4
	Group31D               // T.4 one-dimensional with EOLs; TIFF compression 3
	Group32D               // T.4 two-dimensional: each EOL carries a tag bit; TIFF compression 3, T4Options bit 0
	Huffman                // T.4 code words without EOLs, rows begin on bytes; TIFF compression 2
)

// Decoder reads the rows of one image. It is not safe for concurrent use.
type Decoder struct {
	r        *bufio.Reader
	coding   Coding
	width    int
	acc      uint32 // bits read ahead, left aligned
	nacc     uint
	padding  uint // zero bits that stand in acc for bytes after the end
	ref, cur []int
	runs     [2][]runEntry
	modes    [128]modeEntry
	row      int
}

type runEntry struct {
	pixels int16
	n      uint8 // length of the code word; 0: no such code
}

// modeEntry is a two-dimensional mode: 'P', 'H', 'V' with delta, 'X' extension, 0 none.
type modeEntry struct {
	kind  byte
	delta int8
	n     uint8
}

// longestCode is the length in bits of the longest run code.
const longestCode = 13

// NewDecoder returns a decoder of rows of width pixels, 1 to MaxWidth.
func NewDecoder(r io.Reader, coding Coding, width int) (*Decoder, error) {
	if width < 1 || width > MaxWidth {
		return nil, fmt.Errorf("ccitt: width %d is not within 1 and %d", width, MaxWidth)
	}
	d := &Decoder{r: bufio.NewReader(r), coding: coding, width: width, ref: []int{width, width, width}}
	for pen, rc := range []runCodes{
		newRunCodes(whiteTerminating, whiteMakeUp), newRunCodes(blackTerminating, blackMakeUp),
	} {
		d.runs[pen] = make([]runEntry, 1<<longestCode)
		for i, c := range rc {
			first := c.bits << (longestCode - c.n)
			for k := range uint32(1) << (longestCode - c.n) {
				d.runs[pen][first+k] = runEntry{pixels: int16(rc.pixels(i)), n: c.n}
			}
		}
	}
	d.addMode(modePass, 'P', 0)
	d.addMode(modeHorizontal, 'H', 0)
	d.addMode(modeExtension, 'X', 0)
	for i, s := range verticalModes {
		d.addMode(s, 'V', int8(i-3))
	}
	return d, nil
}

func (d *Decoder) addMode(s string, kind byte, delta int8) {
	c := parseCode(s)
	first := c.bits << (7 - c.n)
	for k := range uint32(1) << (7 - c.n) {
		d.modes[first+k] = modeEntry{kind: kind, delta: delta, n: c.n}
	}
}

// ReadRow decodes the next row into row, of at least (width+7)/8 bytes. After the end-of-block it returns io.EOF; data that
// ends inside a row is io.ErrUnexpectedEOF; anything else that is wrong wraps ErrInvalid or ErrUnsupported.
func (d *Decoder) ReadRow(row []byte) error {
	if len(row) < (d.width+7)/8 {
		return fmt.Errorf("ccitt: row of %d bytes for %d pixels", len(row), d.width)
	}
	twoD, err := d.startRow()
	if err != nil {
		return err
	}
	d.cur = d.cur[:0]
	if twoD {
		err = d.decode2D()
	} else {
		err = d.decode1D()
	}
	if err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return err
		}
		return fmt.Errorf("row %d: %w", d.row, err)
	}
	d.cur = append(d.cur, d.width, d.width, d.width)
	paint(row[:(d.width+7)/8], d.cur, d.width)
	d.ref, d.cur = d.cur, d.ref
	d.row++
	return nil
}

// startRow consumes what stands before a row: alignment, EOL with fill, the tag bit. It says whether the row is coded in two
// dimensions, and returns io.EOF at the end-of-block.
func (d *Decoder) startRow() (twoD bool, err error) {
	switch d.coding {
	case Huffman:
		d.drop(d.nacc % 8)
		if d.peek(1); d.nacc == d.padding {
			return false, io.EOF
		}
		return false, nil
	case Group4:
		if d.peek(24) == 0x001001 || d.nacc == d.padding {
			return false, io.EOF
		}
		return true, nil
	}
	eols := 0
	for d.peek(11) == 0 {
		for d.peek(1) == 0 {
			if d.nacc == d.padding {
				return false, io.EOF
			}
			d.drop(1)
		}
		d.drop(1)
		eols++
		if d.coding == Group32D {
			twoD = d.peek(1) == 0
			d.drop(1)
		}
		if eols >= 2 && d.row > 0 {
			return false, io.EOF // return to control
		}
	}
	if d.nacc == d.padding {
		return false, io.EOF
	}
	if d.coding == Group32D && eols == 0 {
		return false, fmt.Errorf("%w: row %d begins without EOL", ErrInvalid, d.row)
	}
	return twoD, nil
}

func (d *Decoder) decode1D() error {
	for x, pen := 0, 0; x < d.width; pen = 1 - pen {
		n, err := d.run(pen)
		if err != nil {
			return err
		}
		if x += n; x > d.width {
			return fmt.Errorf("%w: run ends beyond the row", ErrInvalid)
		}
		if x < d.width {
			d.cur = append(d.cur, x)
		}
	}
	return nil
}

func (d *Decoder) decode2D() error {
	a0, pen, j := -1, 0, 0
	for a0 < d.width {
		j = nextB(d.ref, j, a0, pen, d.width)
		m := d.modes[d.peek(7)]
		if uint(m.n) > d.nacc-d.padding {
			return io.ErrUnexpectedEOF
		}
		d.drop(uint(m.n))
		switch m.kind {
		case 'P':
			if d.ref[j] >= d.width {
				return fmt.Errorf("%w: pass mode at the end of the row", ErrInvalid)
			}
			a0 = d.ref[j+1]
		case 'V':
			a1 := d.ref[j] + int(m.delta)
			if a1 < max(a0, 0) || a1 > d.width || a1 == a0 && a0 > 0 {
				return fmt.Errorf("%w: vertical mode moves back", ErrInvalid)
			}
			d.cur = append(d.cur, a1)
			a0, pen = a1, 1-pen
		case 'H':
			x := max(a0, 0)
			for k := range 2 {
				n, err := d.run(pen ^ k)
				if err != nil {
					return err
				}
				if x += n; x > d.width {
					return fmt.Errorf("%w: run ends beyond the row", ErrInvalid)
				}
				d.cur = append(d.cur, x)
			}
			a0 = x
		case 'X':
			return ErrUnsupported
		default:
			return ErrInvalid
		}
	}
	d.cur = normalise(d.cur, d.width)
	return nil
}

// normalise removes runs of no pixels, which horizontal mode may have written, so that columns strictly increase, and what
// stands at the row's end.
func normalise(changes []int, width int) []int {
	out := changes[:0]
	for _, x := range changes {
		switch {
		case len(out) > 0 && out[len(out)-1] == x:
			out = out[:len(out)-1]
		default:
			out = append(out, x)
		}
	}
	for len(out) > 0 && out[len(out)-1] >= width {
		out = out[:len(out)-1]
	}
	return out
}

// run reads one run: make-up codes, then a terminating code.
func (d *Decoder) run(pen int) (int, error) {
	total := 0
	for {
		e := d.runs[pen][d.peek(longestCode)]
		if e.n == 0 {
			if d.padding > 0 {
				return 0, io.ErrUnexpectedEOF
			}
			return 0, ErrInvalid
		}
		if uint(e.n) > d.nacc-d.padding {
			return 0, io.ErrUnexpectedEOF
		}
		d.drop(uint(e.n))
		if total += int(e.pixels); total > d.width {
			return 0, fmt.Errorf("%w: run ends beyond the row", ErrInvalid)
		}
		if e.pixels < 64 {
			return total, nil
		}
	}
}

// peek returns the next n bits, at most 24. Beyond the end of the data they are zero, and are counted in padding.
func (d *Decoder) peek(n uint) uint32 {
	for d.nacc <= 24 {
		b, err := d.r.ReadByte()
		if err != nil {
			d.padding += 8
		}
		d.acc |= uint32(b) << (24 - d.nacc)
		d.nacc += 8
	}
	return d.acc >> (32 - n)
}

func (d *Decoder) drop(n uint) {
	d.acc <<= n
	d.nacc -= n
	if d.padding > d.nacc {
		d.padding = d.nacc
	}
}
