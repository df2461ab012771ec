// Package ccitt codes and decodes bitonal images as ITU-T T.6 (Group 4), and decodes T.4 (Group 3, one- and two-dimensional)
// as fax machines and scanners put it into TIFF files.
//
// It exists because golang.org/x/image/ccitt does not encode, and does not decode the two-dimensional Group 3 that scanners
// write. The tests hold both directions against that package.
//
// Rows are packed one bit a pixel, most significant bit first, 1 = black, padded to whole bytes. The "uncompressed mode" of
// T.6 is refused: no scanner writes it.
//
//	enc := ccitt.NewEncoder(w, width)
//	for each row { err = enc.WriteRow(row) }
//	err = enc.Close()
package ccitt

import (
	"errors"
	"math/bits"
	"strings"
)

// MaxWidth is the widest row, in pixels, that the package takes; it bounds memory.
const MaxWidth = 1 << 18

var (
	// ErrInvalid says that the data is not what the coding allows.
	ErrInvalid = errors.New("ccitt: invalid code")
	// ErrUnsupported says that the data uses T.6's uncompressed mode or another extension.
	ErrUnsupported = errors.New("ccitt: unsupported extension")
)

// code is one code word: its low n bits.
type code struct {
	bits uint32
	n    uint8
}

// Two-dimensional modes (T.6, table 1).
const (
	modePass       = "0001"
	modeHorizontal = "001"
	modeExtension  = "0000001"
)

// verticalModes are VL3, VL2, VL1, V0, VR1, VR2, VR3, indexed by a1-b1+3.
var verticalModes = [7]string{"0000010", "000010", "010", "1", "011", "000011", "0000011"}

func parseCode(s string) code {
	c := code{n: uint8(len(s))}
	for i := range len(s) {
		c.bits = c.bits<<1 | uint32(s[i]-'0')
	}
	return c
}

// runCodes holds one colour's code words: [0..63] terminating, [64+k] make-up for (k+1)*64 pixels.
type runCodes []code

// longestMakeUp is the longest run that one make-up code covers.
const longestMakeUp = 2560

func newRunCodes(terminating, makeUp string) runCodes {
	var rc runCodes
	for _, s := range strings.Fields(terminating + " " + makeUp + " " + sharedMakeUp) {
		rc = append(rc, parseCode(s))
	}
	return rc
}

// pixels returns the run that the i-th code word stands for.
func (rc runCodes) pixels(i int) int {
	if i < 64 {
		return i
	}
	return (i - 63) * 64
}

// appendChanges appends to dst the columns at which the colour changes, the row starting white: even elements are changes to
// black, odd ones back to white. Three sentinels of width follow, so that looking ahead needs no bounds check.
func appendChanges(dst []int, row []byte, width int) []int {
	flip := byte(0) // 0xFF while the pen is black, so that the next change is always the next set bit
	for x := 0; x < width; {
		b := (row[x>>3] ^ flip) << (x & 7)
		if b == 0 {
			x = (x | 7) + 1
			continue
		}
		x += bits.LeadingZeros8(b)
		if x >= width {
			break
		}
		dst = append(dst, x)
		flip = ^flip
	}
	return append(dst, width, width, width)
}

// paint sets the black runs that changes describe; row is cleared first.
func paint(row []byte, changes []int, width int) {
	clear(row)
	for i := 0; i+1 < len(changes) && changes[i] < width; i += 2 {
		setRun(row, changes[i], changes[i+1])
	}
}

func setRun(row []byte, from, to int) {
	for from < to {
		if from&7 == 0 && to-from >= 8 {
			row[from>>3] = 0xFF
			from += 8
			continue
		}
		row[from>>3] |= 0x80 >> (from & 7)
		from++
	}
}

// nextB returns the index in ref of b1: the first change to the right of a0 whose new colour is the opposite of pen
// (0 white, 1 black). j is where the last search ended.
func nextB(ref []int, j, a0, pen, width int) int {
	for j > 0 && ref[j-1] > a0 {
		j--
	}
	for ref[j] <= a0 && ref[j] < width {
		j++
	}
	if j&1 != pen && ref[j] < width {
		j++
	}
	return j
}
