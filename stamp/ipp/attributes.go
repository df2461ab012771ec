package ipp

import (
	"github.com/OpenPrinting/goipp"
)

// An answer's attributes as they are looked at: by name, and of the type that is expected. Whatever else a printer sends is passed over;
// of an attribute sent twice the first holds, as CUPS reads it.

func values(attrs goipp.Attributes, name string) goipp.Values {
	for _, a := range attrs {
		if a.Name == name {
			return a.Values
		}
	}
	return nil
}

// told reports whether the printer sent a value: not the out-of-band «no-value», «unknown» or «unsupported» (RFC 8010, 3.8).
func told(attrs goipp.Attributes, name string) bool {
	v := values(attrs, name)
	return len(v) > 0 && v[0].V.Type() != goipp.TypeVoid
}

// has says whether the attribute is there and has, or is, the out-of-band «no-value».
func noValue(attrs goipp.Attributes, name string) bool {
	v := values(attrs, name)
	return len(v) == 1 && v[0].T == goipp.TagNoValue
}

// texts are the values of a keyword, name, text, URI or MIME type, in any language.
func texts(attrs goipp.Attributes, name string) []string {
	var out []string
	for _, v := range values(attrs, name) {
		switch t := v.V.(type) {
		case goipp.String:
			out = append(out, string(t))
		case goipp.TextWithLang:
			out = append(out, t.Text)
		}
	}
	return out
}

func text(attrs goipp.Attributes, name string) string {
	if t := texts(attrs, name); len(t) > 0 {
		return t[0]
	}
	return ""
}

// integers are the values of an integer or enum.
func integers(attrs goipp.Attributes, name string) []int {
	var out []int
	for _, v := range values(attrs, name) {
		if n, ok := v.V.(goipp.Integer); ok {
			out = append(out, int(n))
		}
	}
	return out
}

func integer(attrs goipp.Attributes, name string) int {
	if n := integers(attrs, name); len(n) > 0 {
		return n[0]
	}
	return 0
}

func collections(attrs goipp.Attributes, name string) []goipp.Attributes {
	var out []goipp.Attributes
	for _, v := range values(attrs, name) {
		if c, ok := v.V.(goipp.Collection); ok {
			out = append(out, goipp.Attributes(c))
		}
	}
	return out
}

// resolutions are the square resolutions in dots per inch.
func resolutions(attrs goipp.Attributes, name string) []int {
	var out []int
	for _, v := range values(attrs, name) {
		if r, ok := v.V.(goipp.Resolution); ok && r.Xres == r.Yres {
			dpi := r.Xres
			if r.Units == goipp.UnitsDpcm {
				dpi = int(float64(dpi)*2.54 + 0.5)
			}
			out = append(out, dpi)
		}
	}
	return out
}

// keywords makes an attribute of keywords.
func keywords(name string, v ...string) goipp.Attribute {
	a := goipp.Attribute{Name: name}
	for _, s := range v {
		a.Values.Add(goipp.TagKeyword, goipp.String(s))
	}
	return a
}

func number(name string, tag goipp.Tag, n int) goipp.Attribute {
	return goipp.MakeAttribute(name, tag, goipp.Integer(n))
}
