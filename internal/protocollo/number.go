package protocollo

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Number is a protocol number: seven or more digits, zero padded (DPR 445/2000 art. 57; the A6 schema's pattern). It is a string
// because its zeros count.
type Number string

var numberPattern = regexp.MustCompile(`^[0-9]{7,}$`)

// NumberFrom pads n, which is 1 or more, to seven digits.
func NumberFrom(n int64) (Number, error) {
	if n < 1 {
		return "", Errorf(Internal, "number", "%d is not a protocol number", n)
	}
	return Number(fmt.Sprintf("%07d", n)), nil
}

// Valid reports whether n is well formed.
func (n Number) Valid() bool { return numberPattern.MatchString(string(n)) }

// Int returns the number's value.
func (n Number) Int() (int64, error) {
	if !n.Valid() {
		return 0, Errorf(Invalid, "number", "%q is not a protocol number", string(n))
	}
	v, err := strconv.ParseInt(string(n), 10, 64)
	if err != nil {
		return 0, Errorf(Invalid, "number", "%w", err)
	}
	return v, nil
}

// Short returns the number without its leading zeros, as people say it.
func (n Number) Short() string {
	s := strings.TrimLeft(string(n), "0")
	if s == "" {
		return "0"
	}
	return s
}

// RegisterKey names one sequence of numbers. A number is unique within it (R1.4).
type RegisterKey struct {
	Amministrazione string
	AOO             AOOCode
	Register        string
	Year            int
}
