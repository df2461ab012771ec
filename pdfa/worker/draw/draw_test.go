package draw_test

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"

	"segnatura/pdfa"
	"segnatura/pdfa/worker/draw"
)

// file builds a PDF of one page.
func file(page, content string, objects ...string) []byte {
	if len(objects) == 0 {
		objects = []string{"<</Type /XObject /Subtype /Form /BBox [0 0 1 1] /Length 0>>\nstream\n\nendstream"}
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	var offsets []int
	for i, o := range append([]string{
		"<</Type /Catalog /Pages 2 0 R>>",
		"<</Type /Pages /Kids [3 0 R] /Count 1>>",
		"<</Type /Page /Parent 2 0 R /Contents 4 0 R /Resources <</Font <</F 5 0 R>> /XObject <</X 6 0 R>>>> " + page + ">>",
		fmt.Sprintf("<</Length %d>>\nstream\n%s\nendstream", len(content), content),
		"<</Type /Font /Subtype /Type1 /BaseFont /Courier>>",
	}, objects...) {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, at := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d /Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, start)
	return b.Bytes()
}

func TestDrawsAtTheResolutionAskedFor(t *testing.T) {
	// A red square in the lower left corner of a page of 100 x 50 points, which is shown turned by 90 degrees: upper left.
	w, h, pix, err := draw.MuPDF{}.Draw(file("/MediaBox [10 20 110 70] /Rotate 90", "1 0 0 rg 10 20 10 10 re f"), 144)
	if err != nil || w != 100 || h != 200 || len(pix) != 4*w*h {
		t.Fatalf("%d x %d, %d bytes, %v", w, h, len(pix), err)
	}
	for _, at := range []struct {
		x, y int
		want string
	}{{5, 5, "\xff\x00\x00\xff"}, {90, 5, "\xff\xff\xff\xff"}, {5, 190, "\xff\xff\xff\xff"}} {
		if got := string(pix[4*(at.y*w+at.x) : 4*(at.y*w+at.x)+4]); got != at.want {
			t.Errorf("pixel %d, %d is %x", at.x, at.y, got)
		}
	}
}

func TestRefusals(t *testing.T) {
	fine := file("/MediaBox [0 0 100 100]", "")
	for name, test := range map[string]struct {
		pdf []byte
		dpi float64
	}{
		"empty":              {nil, 72},
		"no PDF":             {[]byte("hello hello hello"), 72},
		"cut":                {fine[:100], 72},
		"more than is drawn": {fine, 72 * 100},
		"no resolution":      {fine, 0},
		"missing object":     {file("/MediaBox [0 0 100 100]", "/Missing Do"), 72},
		"broken JPEG 2000": {file("/MediaBox [0 0 100 100]", "100 0 0 100 0 0 cm /X Do",
			"<</Type /XObject /Subtype /Image /Width 9 /Height 9 /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /JPXDecode /Length 9>>\nstream\n123456789\nendstream"), 72},
		"broken JBIG2": {file("/MediaBox [0 0 100 100]", "100 0 0 100 0 0 cm /X Do",
			"<</Type /XObject /Subtype /Image /Width 9 /Height 9 /ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /JBIG2Decode /Length 9>>\nstream\n123456789\nendstream"), 72},
	} {
		t.Run(name, func(t *testing.T) {
			if _, _, pix, err := (draw.MuPDF{}).Draw(test.pdf, test.dpi); err == nil {
				t.Errorf("%d bytes of pixels", len(pix))
			}
		})
	}
}

func TestWordsLieWhereTheyAreShown(t *testing.T) {
	content := `BT /F 10 Tf 20 60 Td (Prot. 12/2026) Tj 0 -20 Td [(su)-20(bito) -600 (dopo)] TJ ET
q 0 1 -1 0 180 20 cm BT /F 12 Tf (alto) Tj ET Q BT /F 10 Tf 500 500 Td (fuori) Tj ET`
	words, err := draw.MuPDF{}.Words(file("/MediaBox [0 0 200 100]", content))
	if err != nil {
		t.Fatal(err)
	}
	// Courier's characters are 0.6 of its size wide; what is measured ends where the last one's ink does.
	want := []pdfa.Word{
		{Text: "Prot.", X: 20, Y: 40, Width: 30, Height: 10},
		{Text: "12/2026", X: 56, Y: 40, Width: 42, Height: 10, EndsLine: true},
		{Text: "subito", X: 20, Y: 60, Width: 36, Height: 10},
		{Text: "dopo", X: 62.2, Y: 60, Width: 24, Height: 10, EndsLine: true},
		{Text: "alto", X: 180, Y: 80, Width: 28.8, Height: 12, Angle: 90, EndsLine: true},
	}
	if len(words) != len(want) {
		t.Fatalf("%+v", words)
	}
	near := func(a, b, by float64) bool { return math.Abs(a-b) <= by }
	for i, w := range want {
		g := words[i]
		if g.Text != w.Text || g.EndsLine != w.EndsLine || !near(g.X, w.X, 0.1) || !near(g.Y, w.Y, 0.1) || !near(g.Height, w.Height, 0.1) ||
			!near(g.Angle, w.Angle, 0.1) || !near(g.Width, w.Width, 3) {
			t.Errorf("%+v, want %+v", g, w)
		}
	}
	if none, err := (draw.MuPDF{}).Words(file("/MediaBox [0 0 200 100]", "")); err != nil || len(none) != 0 {
		t.Errorf("%+v, %v", none, err)
	}
}

// Words of a font whose characters are of different widths stay whole.
func TestWideLettersDoNotPartWords(t *testing.T) {
	pdf := bytes.Replace(file("/MediaBox [0 0 200 100]", "BT /F 10 Tf 20 60 Td (mammografia AWAY immobili) Tj ET"), []byte("/Courier"), []byte("/Helvetica"), 1)
	words, err := draw.MuPDF{}.Words(pdf)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, w := range words {
		texts = append(texts, w.Text)
	}
	if got := strings.Join(texts, " "); got != "mammografia AWAY immobili" {
		t.Errorf("%q", got)
	}
}

func TestErrorsSayWhatMuPDFSaid(t *testing.T) {
	_, _, _, err := draw.MuPDF{}.Draw(file("/MediaBox [0 0 100 100]", "/Missing Do"), 72)
	if err == nil || !strings.Contains(err.Error(), "Missing") {
		t.Errorf("%v", err)
	}
}
