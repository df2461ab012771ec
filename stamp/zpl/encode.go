package zpl

import (
	"bytes"
	"fmt"
	"strconv"

	"segnatura/stamp"
)

// maxCopies bounds ^PQ: the desk prints one or two labels, and a slip must not empty the roll.
const maxCopies = 10

// Setup is what a format sets at the printer besides its picture. The zero value sets nothing: the printer's own settings hold.
type Setup struct {
	// Darkness is 1 to 30 (~SD); 0 leaves it alone.
	Darkness int
	// Speed is in inches a second, 1 to 14 (^PR); 0 leaves it alone.
	Speed int
	// Cut has each label cut off (^MMC). False leaves the printer's way of handing them out alone.
	Cut bool
}

// The ranges of Setup (ZPL II Programming Guide, ~SD and ^PR).
const (
	maxDarkness = 30
	maxSpeed    = 14
)

// Check says what of the setup no printer takes.
func (s Setup) Check() error {
	if s.Darkness < 0 || s.Darkness > maxDarkness {
		return fmt.Errorf("darkness %d is not 1 to %d", s.Darkness, maxDarkness)
	}
	if s.Speed < 0 || s.Speed > maxSpeed {
		return fmt.Errorf("speed %d is not 1 to %d inches a second", s.Speed, maxSpeed)
	}
	return nil
}

// write writes the commands that come first in a format, and the one that comes before it. The shift is in dots, positive to the right and
// down: ^LS counts to the left, and ^PW grows with a shift to the right, or that much of the label would be lost.
func (s Setup) write(out *bytes.Buffer, b *stamp.Bitmap, right, down int) {
	if s.Darkness > 0 {
		fmt.Fprintf(out, "~SD%02d", s.Darkness)
	}
	out.WriteString("^XA")
	if s.Speed > 0 {
		fmt.Fprintf(out, "^PR%d", s.Speed)
	}
	if s.Cut {
		out.WriteString("^MMC")
	}
	fmt.Fprintf(out, "^PW%d^LL%d^LH0,0", b.Width+max(right, 0), b.Height)
	if right != 0 || down != 0 {
		fmt.Fprintf(out, "^LS%d^LT%d", -right, down)
	}
}

// Encode returns one ZPL II format that prints the bitmap copies times, dot for dot: width and length are the bitmap's, the
// label home is 0,0, and the picture is a ^GFA field in the run-length hexadecimal that the ZPL II Programming Guide
// calls the alternative data compression scheme. Nothing of it depends on the printer's own settings except darkness, speed
// and orientation, which stay as they were set at the printer.
func Encode(b *stamp.Bitmap, copies int) ([]byte, error) {
	return Setup{}.Encode(b, copies, stamp.Offset{})
}

// Encode is [Encode] for a printer that is set up so, and whose print is moved by an offset of at most [stamp.MaxOffsetMM].
func (s Setup) Encode(b *stamp.Bitmap, copies int, moved stamp.Offset) ([]byte, error) {
	if b == nil || b.Width < 1 || b.Height < 1 || b.Stride*8 < b.Width || len(b.Bits) < b.Stride*b.Height {
		return nil, fmt.Errorf("encode ZPL: the bitmap is empty or not whole")
	}
	if copies < 1 || copies > maxCopies {
		return nil, fmt.Errorf("encode ZPL: %d copies are not 1 to %d", copies, maxCopies)
	}
	if !moved.Valid() {
		return nil, fmt.Errorf("encode ZPL: moved by %g, %g mm", moved.RightMM, moved.DownMM)
	}
	if err := s.Check(); err != nil {
		return nil, fmt.Errorf("encode ZPL: %w", err)
	}
	var out bytes.Buffer
	right, down := moved.Dots(b.Resolution)
	s.write(&out, b, right, down)
	size := b.Stride * b.Height
	fmt.Fprintf(&out, "^FO0,0^GFA,%d,%d,%d,", size, size, b.Stride)
	var previous []byte
	for y := range b.Height {
		row := b.Bits[y*b.Stride : (y+1)*b.Stride]
		if y > 0 && bytes.Equal(row, previous) {
			out.WriteByte(':')
		} else {
			appendRow(&out, row)
		}
		previous = row
	}
	out.WriteString("^FS^PQ" + strconv.Itoa(copies) + "^XZ\n")
	return out.Bytes(), nil
}

// appendRow writes one row's hexadecimal digits as runs. A run of 0 or F to the row's end is «,» or «!».
func appendRow(out *bytes.Buffer, row []byte) {
	digit := func(i int) byte {
		if i%2 == 0 {
			return row[i/2] >> 4
		}
		return row[i/2] & 0x0f
	}
	digits := 2 * len(row)
	for i := 0; i < digits; {
		value := digit(i)
		end := i + 1
		for end < digits && digit(end) == value {
			end++
		}
		switch {
		case end == digits && value == 0x0:
			out.WriteByte(',')
		case end == digits && value == 0xf:
			out.WriteByte('!')
		default:
			appendRun(out, end-i, value)
		}
		i = end
	}
}

// appendRun writes n times one digit: g to z stand for 20 to 400 in twenties, G to Y for 1 to 19, they add up, and one digit
// alone needs neither.
func appendRun(out *bytes.Buffer, n int, value byte) {
	single := n == 1
	for ; n >= 400; n -= 400 {
		out.WriteByte('z')
	}
	if n >= 20 {
		out.WriteByte('g' + byte(n/20-1))
		n %= 20
	}
	if n > 0 && !single {
		out.WriteByte('G' + byte(n-1))
	}
	out.WriteByte("0123456789ABCDEF"[value])
}
