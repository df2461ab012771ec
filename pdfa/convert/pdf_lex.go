package convert

import (
	"bytes"
	"encoding/hex"
	"strconv"

	"segnatura/pdfa"
)

// Tokens of a content stream (ISO 32000-1, 7.8.2): float64, pdfName, pdfString, []any, map[string]any, bool, nil, and pdfOperator.
type (
	pdfName     string
	pdfString   string
	pdfOperator string
)

// lexer reads a content stream. It panics with a refusal where the stream is broken.
type lexer struct {
	b   []byte
	pos int
}

const (
	pdfSpace      = "\x00\t\n\f\r "
	pdfDelimiters = "()<>[]{}/%"
)

// skip passes white space and comments, and reports whether anything follows.
func (l *lexer) skip() bool {
	for l.pos < len(l.b) {
		switch c := l.b[l.pos]; {
		case isPDFSpace(c):
			l.pos++
		case c == '%':
			for l.pos < len(l.b) && l.b[l.pos] != '\n' && l.b[l.pos] != '\r' {
				l.pos++
			}
		default:
			return true
		}
	}
	return false
}

func isPDFSpace(c byte) bool  { return bytes.IndexByte([]byte(pdfSpace), c) >= 0 }
func isDelimiter(c byte) bool { return bytes.IndexByte([]byte(pdfDelimiters), c) >= 0 }

// next returns the next token; ok is false at the end.
func (l *lexer) next() (token any, ok bool) {
	if !l.skip() {
		return nil, false
	}
	return l.value(0), true
}

func (l *lexer) value(depth int) any {
	if depth > maxPDFDepth || !l.skip() {
		panic(refuse(pdfa.RefusedCorrupt, "the page's content ends in the midst, or is nested too deeply"))
	}
	switch c := l.b[l.pos]; {
	case c == '/':
		l.pos++
		return pdfName(unescapeName(l.word()))
	case c == '(':
		return l.literal()
	case bytes.HasPrefix(l.b[l.pos:], []byte("<<")):
		l.pos += 2
		d := map[string]any{}
		for !l.closes(">>") {
			key, _ := l.value(depth + 1).(pdfName)
			if l.closes(">>") {
				break
			}
			d[string(key)] = l.value(depth + 1)
		}
		return d
	case c == '<':
		return l.hexadecimal()
	case c == '[':
		l.pos++
		a := []any{}
		for !l.closes("]") {
			a = append(a, l.value(depth+1))
		}
		return a
	case isDelimiter(c):
		panic(refuse(pdfa.RefusedCorrupt, "the page's content has a stray %q", c))
	}
	return keyword(l.word())
}

// keyword makes of a word what it is: a number, a constant, or an operator.
func keyword(w []byte) any {
	if v, ok := parseNumber(w); ok {
		return v
	}
	switch string(w) {
	case "true":
		return true
	case "false":
		return false
	case "null":
		return nil
	}
	return pdfOperator(w)
}

// parseNumber takes what readers take: digits, a sign, a point.
func parseNumber(w []byte) (float64, bool) {
	for _, c := range w {
		if (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' {
			return 0, false
		}
	}
	v, err := strconv.ParseFloat(string(w), 64)
	return v, err == nil
}

// closes passes a closing bracket, if it is there; at the end of the data there is none to come.
func (l *lexer) closes(bracket string) bool {
	if !l.skip() {
		panic(refuse(pdfa.RefusedCorrupt, "the page's content ends in the midst"))
	}
	if bytes.HasPrefix(l.b[l.pos:], []byte(bracket)) {
		l.pos += len(bracket)
		return true
	}
	return false
}

// word reads regular characters.
func (l *lexer) word() []byte {
	start := l.pos
	for l.pos < len(l.b) && !isPDFSpace(l.b[l.pos]) && !isDelimiter(l.b[l.pos]) {
		l.pos++
	}
	return l.b[start:l.pos]
}

// unescapeName resolves #xx (7.3.5).
func unescapeName(w []byte) string {
	if bytes.IndexByte(w, '#') < 0 {
		return string(w)
	}
	var out []byte
	for i := 0; i < len(w); i++ {
		if w[i] == '#' && i+2 < len(w) {
			if b, err := hex.DecodeString(string(w[i+1 : i+3])); err == nil {
				out, i = append(out, b[0]), i+2
				continue
			}
		}
		out = append(out, w[i])
	}
	return string(out)
}

// literal passes a string in parentheses. What it says does not matter here: its bytes stay escaped.
func (l *lexer) literal() any {
	start, nesting := l.pos+1, 0
	for ; l.pos < len(l.b); l.pos++ {
		switch l.b[l.pos] {
		case '\\':
			l.pos++
		case '(':
			nesting++
		case ')':
			if nesting--; nesting == 0 {
				l.pos++
				return pdfString(l.b[start : l.pos-1])
			}
		}
	}
	panic(refuse(pdfa.RefusedCorrupt, "the page's content ends inside a string"))
}

func (l *lexer) hexadecimal() any {
	end := bytes.IndexByte(l.b[l.pos:], '>')
	if end < 0 {
		panic(refuse(pdfa.RefusedCorrupt, "the page's content ends inside a string"))
	}
	s := pdfString(l.b[l.pos+1 : l.pos+end])
	l.pos += end + 1
	return s
}

// inlineImage passes the data of an inline image (8.9.7), to behind its EI.
func (l *lexer) inlineImage() {
	for at := l.pos; ; {
		i := bytes.Index(l.b[at:], []byte("EI"))
		if i < 0 {
			l.pos = len(l.b)
			return
		}
		at += i + 2
		if i > 0 && isPDFSpace(l.b[at-3]) && (at == len(l.b) || isPDFSpace(l.b[at])) {
			l.pos = at
			return
		}
	}
}
