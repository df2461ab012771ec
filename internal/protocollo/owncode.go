package protocollo

import (
	"fmt"
	"strconv"
	"strings"
)

// ownCode is how the codes name something that has a number of the station's own: a letter that waits for its number, a plico. No such number is
// taken for a protocol number: the QR code has a kind and, in the register's place, a word of its own, and what a hand reader gets begins with
// a letter (R18.1, R18.2).
type ownCode struct {
	kind             BarcodeKind
	register, prefix string
}

var (
	intakeCode = ownCode{BarcodeIntake, "RICEZIONE", "R"}
	bidCode    = ownCode{BarcodeBid, "PLICHI", "G"}
)

// barcode is the content of the QR code.
func (c ownCode) barcode(amministrazione string, aoo AOOCode, year int, seq int64, d Direction) Barcode {
	return Barcode{Kind: c.kind, Amministrazione: amministrazione, AOO: aoo, Register: c.register, Year: year, Number: fmt.Sprintf("%07d", seq), Direction: d}
}

// hand is the content of the Code 128.
func (c ownCode) hand(year int, seq int64) string {
	return fmt.Sprintf("%s%04d%07d", c.prefix, year, seq)
}

// read returns what a QR code names; false for codes of another kind.
func (c ownCode) read(b Barcode) (year int, seq int64, ok bool) {
	if b.Kind != c.kind || !strings.EqualFold(b.Register, c.register) {
		return 0, 0, false
	}
	seq, err := strconv.ParseInt(b.Number, 10, 64)
	return b.Year, seq, err == nil
}

// readHand reads what hand wrote.
func (c ownCode) readHand(s string) (year int, seq int64, ok bool) {
	rest, found := strings.CutPrefix(strings.ToUpper(s), c.prefix)
	if !found {
		return 0, 0, false
	}
	year, n, ok := ParseHandCode(rest)
	if !ok {
		return 0, 0, false
	}
	seq, err := strconv.ParseInt(string(n), 10, 64)
	return year, seq, err == nil
}
