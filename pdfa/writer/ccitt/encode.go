package ccitt

import (
	"bufio"
	"fmt"
	"io"
)

// Encoder writes one image as T.6. It is not safe for concurrent use.
type Encoder struct {
	w        *bufio.Writer
	width    int
	acc      uint64 // bits not yet written, in the low nacc bits
	nacc     uint8
	ref, cur []int // changes of the row above and of this row
	runs     [2]runCodes
	vertical [7]code
	pass     code
	horiz    code
	err      error
}

// NewEncoder returns an encoder of rows of width pixels, 1 to MaxWidth.
func NewEncoder(w io.Writer, width int) *Encoder {
	e := &Encoder{
		w:     bufio.NewWriter(w),
		width: width,
		ref:   []int{width, width, width},
		runs:  [2]runCodes{newRunCodes(whiteTerminating, whiteMakeUp), newRunCodes(blackTerminating, blackMakeUp)},
		pass:  parseCode(modePass),
		horiz: parseCode(modeHorizontal),
	}
	for i, s := range verticalModes {
		e.vertical[i] = parseCode(s)
	}
	if width < 1 || width > MaxWidth {
		e.err = fmt.Errorf("ccitt: width %d is not within 1 and %d", width, MaxWidth)
	}
	return e
}

// WriteRow codes the next row, of at least (width+7)/8 bytes. Padding bits are ignored.
func (e *Encoder) WriteRow(row []byte) error {
	if e.err != nil {
		return e.err
	}
	if len(row) < (e.width+7)/8 {
		return fmt.Errorf("ccitt: row of %d bytes for %d pixels", len(row), e.width)
	}
	e.cur = appendChanges(e.cur[:0], row, e.width)
	e.encode()
	e.ref, e.cur = e.cur, e.ref
	return e.err
}

// encode follows the flow of T.6, 2.2.5: pass, vertical or horizontal mode, until the row is done.
func (e *Encoder) encode() {
	a0, pen, i, j := -1, 0, 0, 0
	for a0 < e.width {
		j = nextB(e.ref, j, a0, pen, e.width)
		a1, b1, b2 := e.cur[i], e.ref[j], e.width
		if b1 < e.width {
			b2 = e.ref[j+1]
		}
		switch delta := a1 - b1; {
		case b2 < a1:
			e.put(e.pass)
			a0 = b2
		case -3 <= delta && delta <= 3:
			e.put(e.vertical[delta+3])
			a0, pen = a1, 1-pen
			i++
		default:
			a2 := e.cur[i+1]
			e.put(e.horiz)
			e.putRun(pen, a1-max(a0, 0))
			e.putRun(1-pen, a2-a1)
			a0 = a2
			i += 2
		}
	}
}

func (e *Encoder) putRun(pen, n int) {
	rc := e.runs[pen]
	for n > longestMakeUp+63 {
		e.put(rc[63+longestMakeUp/64])
		n -= longestMakeUp
	}
	if n >= 64 {
		e.put(rc[63+n/64])
		n %= 64
	}
	e.put(rc[n])
}

func (e *Encoder) put(c code) {
	e.acc = e.acc<<c.n | uint64(c.bits)
	for e.nacc += c.n; e.nacc >= 8; {
		e.nacc -= 8
		if err := e.w.WriteByte(byte(e.acc >> e.nacc)); err != nil && e.err == nil {
			e.err = err
		}
	}
}

// Close writes the end-of-facsimile-block and flushes; it does not close the writer below.
func (e *Encoder) Close() error {
	if e.err != nil {
		return e.err
	}
	eol := code{bits: 1, n: 12}
	e.put(eol)
	e.put(eol)
	if e.nacc > 0 {
		e.put(code{n: 8 - e.nacc})
	}
	if err := e.w.Flush(); err != nil && e.err == nil {
		e.err = err
	}
	return e.err
}
