package zpl

import (
	"bytes"
	"fmt"
	"strconv"

	"segnatura/stamp"
)

// maxCopies bounds ^PQ: the desk prints one or two labels, and a slip must not empty the roll.
const maxCopies = 10

// Encode returns one ZPL II format that prints the bitmap copies times, dot for dot: width and length are the bitmap's, the
// label home is 0,0, and the picture is a ^GFA field in the run-length hexadecimal that the ZPL II Programming Guide
// calls the alternative data compression scheme. Nothing of it depends on the printer's own settings except darkness, speed
// and orientation, which stay as they were set at the printer.
func Encode(b *stamp.Bitmap, copies int) ([]byte, error) {
	if b == nil || b.Width < 1 || b.Height < 1 || b.Stride*8 < b.Width || len(b.Bits) < b.Stride*b.Height {
		return nil, fmt.Errorf("encode ZPL: the bitmap is empty or not whole")
	}
	if copies < 1 || copies > maxCopies {
		return nil, fmt.Errorf("encode ZPL: %d copies are not 1 to %d", copies, maxCopies)
	}
	var out bytes.Buffer
	size := b.Stride * b.Height
	fmt.Fprintf(&out, "^XA^PW%d^LL%d^LH0,0^FO0,0^GFA,%d,%d,%d,", b.Width, b.Height, size, size, b.Stride)
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
