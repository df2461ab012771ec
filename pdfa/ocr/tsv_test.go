package ocr

import (
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"segnatura/pdfa"
)

// rows makes tesseract's answer: the heading, a page of 1000 x 800 pixels, and what is given, with spaces for tabs where a row has
// none.
func rows(lines ...string) string {
	out := tsvHeader + "\n1\t1\t0\t0\t0\t0\t0\t0\t1000\t800\t-1\t\n"
	for _, line := range lines {
		if !strings.Contains(line, "\t") {
			line = strings.Join(strings.SplitN(line, " ", columns), "\t")
		}
		out += line + "\n"
	}
	return out
}

func TestTSVWordsAreTakenAsTheyAre(t *testing.T) {
	tests := []struct {
		name, in string
		want     [][]string
	}{
		{"a line", rows("2 1 1 0 0 0 10 10 100 20 -1", "4 1 1 1 1 0 10 10 100 20 -1 ", "5 1 1 1 1 1 10 10 40 20 96.1 due", "5 1 1 1 1 2 60 10 50 20 95 parole"),
			[][]string{{"due", "parole"}}},
		{"lines, paragraphs and blocks", rows("5 1 1 1 1 1 1 1 9 9 90 a", "5 1 1 1 2 1 1 1 9 9 90 b", "5 1 1 2 2 1 1 1 9 9 90 c", "5 1 2 2 2 1 1 1 9 9 90 d"),
			[][]string{{"a"}, {"b"}, {"c"}, {"d"}}},
		{"quotes as they stand", rows("5 1 1 1 1 1 1 1 9 9 90 \"l'atto\""), [][]string{{`"l'atto"`}}},
		{"a tab inside", rows("5\t1\t1\t1\t1\t1\t1\t1\t9\t9\t90\tprima\tdopo"), [][]string{{"primadopo"}}},
		{"empty words", rows("5 1 1 1 1 1 1 1 9 9 90 ", "5 1 1 1 1 2 1 1 9 9 90   ", "5 1 1 1 1 3 1 1 9 9 90 resta"), [][]string{{"resta"}}},
		{"no size", rows("5 1 1 1 1 1 1 1 0 9 90 a", "5 1 1 1 1 2 1 1 9 0 90 b"), nil},
		{"what XML cannot hold", rows("5\t1\t1\t1\t1\t1\t1\t1\t9\t9\t90\tA\x00\x08\x7F\u0085B\xFF\uFEFF\uFFFEC"), [][]string{{"ABC"}}},
		{"no confidence", rows("5 1 1 1 1 1 1 1 9 9 -1 a", "5 1 1 1 1 2 1 1 9 9 NaN b", "5 1 1 1 1 3 1 1 9 9 x c"), [][]string{{"a", "b", "c"}}},
		{"other line ends", strings.ReplaceAll(rows("5 1 1 1 1 1 1 1 9 9 90 a"), "\n", "\r\n"), [][]string{{"a"}}},
		{"an empty page", rows(), nil},
	}
	for _, test := range tests {
		p, err := parseTSV([]byte(test.in))
		if err != nil || p.width != 1000 || p.height != 800 || len(p.lines) != len(test.want) {
			t.Errorf("%s: %+v, %v", test.name, p, err)
			continue
		}
		for i, line := range p.lines {
			var got []string
			for _, w := range line {
				got = append(got, w.text)
				if !(w.confidence >= 0 && w.confidence <= 100) {
					t.Errorf("%s: confidence %v", test.name, w.confidence)
				}
			}
			if strings.Join(got, "|") != strings.Join(test.want[i], "|") {
				t.Errorf("%s: line %d is %q, want %q", test.name, i, got, test.want[i])
			}
		}
	}
}

func TestTSVOfAnotherFormIsRefused(t *testing.T) {
	tests := map[string]string{
		"nothing":                   "",
		"a heading only":            tsvHeader + "\n",
		"another heading":           strings.Replace(rows(), "conf", "confidence", 1),
		"cut in the midst":          strings.TrimSuffix(rows("5 1 1 1 1 1 1 1 9 9 90 parola"), "la\n"),
		"too few columns":           rows("4 1 1 1 1 0 1 1 9 9"),
		"a word without its column": rows("5 1 1 1 1 1 1 1 9 9 90"),
		"a number that is none":     rows("5 1 1 1 1 1 x 1 9 9 90 a"),
		"a negative number":         rows("5 1 1 1 1 1 -1 1 9 9 90 a"),
		"a number without bounds":   rows("5 1 1 1 1 1 99999999999 1 9 9 90 a"),
		"level 0":                   rows("0 1 1 1 1 1 1 1 9 9 90 a"),
		"level 6":                   rows("6 1 1 1 1 1 1 1 9 9 90 a"),
		"a second page":             rows("1 2 0 0 0 0 0 0 1000 800 -1 "),
		"no page first":             tsvHeader + "\n5\t1\t1\t1\t1\t1\t1\t1\t9\t9\t90\ta\n",
		"a box off the right":       rows("5 1 1 1 1 1 999 1 9 9 90 a"),
		"a box off the bottom":      rows("5 1 1 1 1 1 1 799 9 9 90 a"),
		"an empty line":             rows("5 1 1 1 1 1 1 1 9 9 90 a", "", "5 1 1 1 1 1 1 1 9 9 90 a"),
		"words without end":         rows(strings.Repeat("5\t1\t1\t1\t1\t1\t1\t1\t9\t9\t90\ta\n", maxWords+1) + "5\t1\t1\t1\t1\t1\t1\t1\t9\t9\t90\ta"),
	}
	for name, in := range tests {
		if p, err := parseTSV([]byte(in)); err == nil {
			t.Errorf("%s: taken as %+v", name, p)
		}
	}
}

// Whatever the program writes: no panic, and words that can be written.
func FuzzTSV(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := parseTSV(data)
		if err != nil {
			return
		}
		for _, w := range place(p, 300, 150) {
			for _, v := range []float64{w.X, w.Y, w.Width, w.Height, w.Angle} {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					t.Errorf("%+v", w)
				}
			}
			if w.Text == "" || !utf8.ValidString(w.Text) || strings.ContainsAny(w.Text, "\t\n\x00") || w.Width <= 0 || w.Height <= 0 {
				t.Errorf("%+v", w)
			}
		}
	})
}

func TestLinesRunTheWayTheirWordsFollow(t *testing.T) {
	word := func(x, y, w, h int, text string) tsvWord { return tsvWord{x, y, w, h, 90, text} }
	tests := []struct {
		name  string
		lines [][]tsvWord
		want  []float64 // the angle of each line
	}{
		{"to the right", [][]tsvWord{{word(10, 10, 40, 10, "uno"), word(60, 10, 40, 10, "due")}, {word(10, 30, 50, 10, "solo")}}, []float64{0, 0}},
		{"to the left: on its head", [][]tsvWord{{word(60, 10, 40, 10, "uno"), word(10, 10, 40, 10, "due")}, {word(10, 30, 50, 10, "solo")}}, []float64{180, 180}},
		{"to the left: Hebrew", [][]tsvWord{{word(60, 10, 40, 10, "שלום"), word(10, 10, 40, 10, "עולם")}}, []float64{0}},
		{"upwards", [][]tsvWord{{word(10, 60, 10, 40, "uno"), word(10, 10, 10, 40, "due")}, {word(30, 10, 10, 40, "solo")}}, []float64{90, 90}},
		{"downwards", [][]tsvWord{{word(10, 10, 10, 40, "uno"), word(10, 60, 10, 40, "due")}}, []float64{270}},
		{"a word up the margin", [][]tsvWord{{word(50, 10, 40, 10, "uno"), word(100, 10, 40, 10, "due")}, {word(10, 30, 10, 90, "margine")}}, []float64{0, 90}},
	}
	for _, test := range tests {
		words := place(tsvPage{width: 200, height: 200, lines: test.lines}, 72, 72)
		line := 0
		for _, w := range words {
			if w.Angle != test.want[line] {
				t.Errorf("%s: line %d: %+v, want angle %v", test.name, line, w, test.want[line])
			}
			if w.EndsLine {
				line++
			}
		}
		if line != len(test.want) {
			t.Errorf("%s: %d lines end", test.name, line)
		}
	}
}

// A steep line keeps its angle; the words of one that is only skewed are laid level.
func TestSteepLinesKeepTheirAngle(t *testing.T) {
	for _, slope := range []float64{0.05, -0.05, 0.2, -0.2} {
		var line []tsvWord
		for i := range 6 {
			// Letters of height 20 on a baseline through 100, 500 that falls by slope; each word is 60 long.
			x := 100 + 80*i
			left, right := 500+slope*float64(x-100), 500+slope*float64(x+60-100)
			bottom := int(math.Round(max(left, right)))
			line = append(line, tsvWord{x, int(math.Round(min(left, right))) - 20, 60, bottom - int(math.Round(min(left, right))) + 20, 90, "mano"})
		}
		words := place(tsvPage{width: 1000, height: 1000, lines: [][]tsvWord{line}}, 72, 72)
		degrees := math.Atan(slope) * 180 / math.Pi
		for i, w := range words {
			want := 0.0
			at := w.X + w.Width/2 // level words stand at the height of their middle
			if math.Abs(degrees) > levelDegrees {
				want, at = -degrees, w.X
			}
			if math.Abs(w.Angle-want) > 0.6 || math.Abs(w.Y-(500+slope*(at-100))) > 2 {
				t.Errorf("slope %v, word %d: %+v, want angle %.1f on %.1f", slope, i, w, want, 500+slope*(at-100))
			}
		}
	}
}

func TestOblongPagesAreMadeSquare(t *testing.T) {
	r := square(pdfa.Raster{Page: 1, Width: 3, Height: 2, XDPI: 204, YDPI: 98, Bitonal: true, Pix: []byte{0b10100000, 0b01000000}})
	if r.Width != 3 || r.Height != 4 || r.XDPI != 204 || r.YDPI != 196 || string(r.Pix) != "\x00\xFF\x00\x00\xFF\x00\xFF\x00\xFF\xFF\x00\xFF" {
		t.Errorf("%+v", r)
	}
	r = square(pdfa.Raster{Page: 1, Width: 1, Height: 2, XDPI: 100, YDPI: 300, Pix: []byte{1, 2}})
	if r.Width != 3 || r.Height != 2 || r.XDPI != 300 || r.YDPI != 300 || string(r.Pix) != "\x01\x01\x01\x02\x02\x02" {
		t.Errorf("%+v", r)
	}
	if r = square(pdfa.Raster{Width: 1, Height: 1, XDPI: 300, YDPI: 299, Pix: []byte{1}}); r.Width != 1 || r.Height != 1 {
		t.Errorf("%+v", r)
	}
}
