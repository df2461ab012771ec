package protocollo

import (
	"fmt"
	"strconv"
	"strings"
)

// BarcodeKind says what a code of ours stands for (R18.1).
type BarcodeKind byte

const (
	BarcodeOrdinary  BarcodeKind = 'N'
	BarcodeEmergency BarcodeKind = 'E'
	BarcodeIntake    BarcodeKind = 'I'
	BarcodeBid       BarcodeKind = 'B'
)

// Barcode is the content of the QR code on a label:
//
//	SGN1.K.AMM.AOO.REG.YEAR.NUMBER.D.CC
//
// upper case, within the alphabet of QR's alphanumeric mode, with _ written as $. Codes compare without regard to case.
// CC are the two check characters of ISO/IEC 7064 MOD 1271-36 over the letters and digits of what stands before them;
// separators, $ and - carry no value there.
type Barcode struct {
	Kind            BarcodeKind
	Amministrazione string
	AOO             AOOCode
	Register        string // for emergencies the opening or the user code
	Year            int
	Number          string
	Direction       Direction
}

// BarcodePrefix opens each of our payloads and names the layout's version.
const BarcodePrefix = "SGN1."

// Payload returns the text of the QR code.
func (b Barcode) Payload() string {
	body := strings.ToUpper(strings.Join([]string{
		"SGN1", string(b.Kind), escapeCode(b.Amministrazione), escapeCode(string(b.AOO)), escapeCode(b.Register),
		strconv.Itoa(b.Year), b.Number, directionLetter(b.Direction),
	}, "."))
	return body + "." + checkCharacters(body)
}

// ParseBarcode reads one of our payloads. Anything else, also a payload of ours with a wrong check, is Invalid: it is not ours.
func ParseBarcode(text string) (Barcode, error) {
	if !strings.HasPrefix(text, BarcodePrefix) {
		return Barcode{}, Errorf(Invalid, "barcode", "foreign code")
	}
	parts := strings.Split(text, ".")
	if len(parts) != 9 {
		return Barcode{}, Errorf(Invalid, "barcode", "%d parts, want 9", len(parts))
	}
	body := text[:strings.LastIndexByte(text, '.')]
	if checkCharacters(body) != parts[8] {
		return Barcode{}, Errorf(Invalid, "barcode", "check characters do not match")
	}
	year, err := strconv.Atoi(parts[5])
	if err != nil || len(parts[5]) != 4 {
		return Barcode{}, Errorf(Invalid, "barcode", "year %q", parts[5])
	}
	if len(parts[1]) != 1 || !strings.Contains("NEIB", parts[1]) {
		return Barcode{}, Errorf(Invalid, "barcode", "kind %q", parts[1])
	}
	d, ok := directionFromLetter(parts[7])
	if !ok {
		return Barcode{}, Errorf(Invalid, "barcode", "direction %q", parts[7])
	}
	if !isDigits(parts[6]) {
		return Barcode{}, Errorf(Invalid, "barcode", "number %q", parts[6])
	}
	b := Barcode{
		Kind: BarcodeKind(parts[1][0]), Amministrazione: unescapeCode(parts[2]), AOO: AOOCode(unescapeCode(parts[3])),
		Register: unescapeCode(parts[4]), Year: year, Number: parts[6], Direction: d,
	}
	if b.Payload() != text {
		return Barcode{}, Errorf(Invalid, "barcode", "not in canonical form")
	}
	return b, nil
}

// IsRegistration reports whether the code is on the label of a registration, ordinary or of the emergency register.
func (b Barcode) IsRegistration() bool {
	return b.Kind == BarcodeOrdinary || b.Kind == BarcodeEmergency
}

// Names reports whether two codes of one AOO name the same number, whatever direction they say.
func (b Barcode) Names(o Barcode) bool {
	return b.Kind == o.Kind && strings.EqualFold(b.Register, o.Register) && b.Year == o.Year && b.Number == o.Number
}

// Belongs reports whether the code names this body and AOO.
func (b Barcode) Belongs(amministrazione string, aoo AOOCode) bool {
	return strings.EqualFold(b.Amministrazione, amministrazione) && strings.EqualFold(string(b.AOO), string(aoo))
}

// DividerPayload is the content of the QR code on a divider sheet: where one lies in a stack, the next attachment of the letter before it
// begins (R18.5). It names no body and no number, and with four parts instead of nine it is never read as a [Barcode].
func DividerPayload() string {
	const body = BarcodePrefix + "S.ALLEGATO"
	return body + "." + checkCharacters(body)
}

// IsDivider reports whether a code of a page is a divider's.
func IsDivider(text string) bool { return text == DividerPayload() }

// HandCode is the content of the Code 128 on ordinary labels, for hand readers: year and number (R18.2). It is looked up
// within the user's AOO and never joins a scan.
func HandCode(year int, n Number) string { return fmt.Sprintf("%04d%s", year, n) }

// ParseHandCode reads what [HandCode] wrote.
func ParseHandCode(s string) (year int, n Number, ok bool) {
	if len(s) < 11 || !isDigits(s) {
		return 0, "", false
	}
	year, err := strconv.Atoi(s[:4])
	if err != nil || year < 1990 || year > 2999 {
		return 0, "", false
	}
	return year, Number(s[4:]), true
}

func escapeCode(s string) string   { return strings.ReplaceAll(s, "_", "$") }
func unescapeCode(s string) string { return strings.ReplaceAll(s, "$", "_") }

func isDigits(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return s != ""
}

const checkAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// checkCharacters computes ISO/IEC 7064 MOD 1271-36: a pure system with radix 36 and two check characters, such that the
// weighted sum of the whole string is 1 modulo 1271.
func checkCharacters(s string) string {
	const modulus, radix = 1271, 36
	p := 0
	for i := range len(s) {
		v := strings.IndexByte(checkAlphabet, s[i])
		if v < 0 {
			continue
		}
		p = (p + v) * radix % modulus
	}
	p = p * radix % modulus
	check := (modulus + 1 - p) % modulus
	return string([]byte{checkAlphabet[check/radix], checkAlphabet[check%radix]})
}
