package check

import (
	"errors"
	"fmt"
	"strconv"
)

// The values of PDF that the writer uses. Numbers are float64, arrays []any.
type (
	name     string
	ref      int // of an object of generation 0
	str      []byte
	dict     map[string]any
	operator string // in content streams
)

// maxDepth bounds nested arrays and dictionaries; the writer nests four deep.
const maxDepth = 6

var errSyntax = errors.New("not the syntax that is written here")

// parser reads values strictly: single forms only, no comments, no escapes, no duplicate keys.
type parser struct {
	b       []byte
	pos     int
	content bool // operators are allowed, references are not
}

func (p *parser) fail(what string) error {
	return fmt.Errorf("%w: %s at byte %d", errSyntax, what, p.pos)
}

// skip takes white space; the writer uses space and LF.
func (p *parser) skip() {
	for p.pos < len(p.b) && (p.b[p.pos] == ' ' || p.b[p.pos] == '\n') {
		p.pos++
	}
}

// literal takes exactly s.
func (p *parser) literal(s string) bool {
	if len(p.b)-p.pos < len(s) || string(p.b[p.pos:p.pos+len(s)]) != s {
		return false
	}
	p.pos += len(s)
	return true
}

func (p *parser) value(depth int) (any, error) {
	if depth > maxDepth {
		return nil, p.fail("nesting too deep")
	}
	p.skip()
	if p.pos >= len(p.b) {
		return nil, p.fail("a value is missing")
	}
	switch c := p.b[p.pos]; {
	case p.literal("<<"):
		return p.dict(depth)
	case c == '<':
		return p.hex()
	case c == '(':
		return p.text()
	case c == '[':
		p.pos++
		return p.array(depth)
	case c == '/':
		p.pos++
		return p.name()
	case c == '-' || c == '.' || isDigit(c):
		return p.number()
	case p.content && isLetter(c):
		start := p.pos
		for p.pos < len(p.b) && isLetter(p.b[p.pos]) {
			p.pos++
		}
		return operator(p.b[start:p.pos]), nil
	}
	return nil, p.fail("an unknown value")
}

func (p *parser) dict(depth int) (any, error) {
	d := dict{}
	for {
		p.skip()
		if p.literal(">>") {
			return d, nil
		}
		if !p.literal("/") {
			return nil, p.fail("a key is missing")
		}
		key, err := p.name()
		if err != nil {
			return nil, err
		}
		if _, twice := d[string(key)]; twice {
			return nil, p.fail("key " + string(key) + " stands twice")
		}
		if d[string(key)], err = p.value(depth + 1); err != nil {
			return nil, err
		}
	}
}

func (p *parser) array(depth int) (any, error) {
	a := []any{}
	for {
		p.skip()
		if p.literal("]") {
			return a, nil
		}
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		a = append(a, v)
	}
}

func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isLetter(c byte) bool { return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' }

func (p *parser) name() (name, error) {
	start := p.pos
	for p.pos < len(p.b) && (isDigit(p.b[p.pos]) || isLetter(p.b[p.pos]) || p.b[p.pos] == '-' || p.b[p.pos] == '+' || p.b[p.pos] == '_') {
		p.pos++
	}
	if p.pos == start || p.pos-start > 127 { // 6.1.13
		return "", p.fail("a name")
	}
	return name(p.b[start:p.pos]), nil
}

// number reads a number, or a reference where one stands.
func (p *parser) number() (any, error) {
	start := p.pos
	for p.pos < len(p.b) && (isDigit(p.b[p.pos]) || p.b[p.pos] == '.' || p.b[p.pos] == '-' && p.pos == start) {
		p.pos++
	}
	v, err := strconv.ParseFloat(string(p.b[start:p.pos]), 64)
	if err != nil || v > 1<<31-1 || v < -1<<31 { // 6.1.13
		return nil, p.fail("a number")
	}
	if !p.content && p.literal(" 0 R") {
		if v < 1 || v != float64(int(v)) {
			return nil, p.fail("a reference")
		}
		return ref(v), nil
	}
	return v, nil
}

func (p *parser) hex() (any, error) {
	p.pos++
	start := p.pos
	for p.pos < len(p.b) && p.b[p.pos] != '>' {
		p.pos++
	}
	digits := p.b[start:p.pos]
	if p.pos == len(p.b) || len(digits)%2 != 0 || len(digits) > 2*32767 { // 6.1.6, 6.1.13
		return nil, p.fail("a hexadecimal string")
	}
	p.pos++
	s := make(str, len(digits)/2)
	for i := range s {
		v, err := strconv.ParseUint(string(digits[2*i:2*i+2]), 16, 8)
		if err != nil {
			return nil, p.fail("a hexadecimal string")
		}
		s[i] = byte(v)
	}
	return s, nil
}

// text reads a literal string; the writer escapes nothing.
func (p *parser) text() (any, error) {
	p.pos++
	start := p.pos
	for p.pos < len(p.b) && p.b[p.pos] != ')' {
		if c := p.b[p.pos]; c < ' ' || c > '~' || c == '\\' || c == '(' {
			return nil, p.fail("a literal string")
		}
		p.pos++
	}
	if p.pos == len(p.b) {
		return nil, p.fail("a literal string without end")
	}
	p.pos++
	return str(p.b[start : p.pos-1]), nil
}
