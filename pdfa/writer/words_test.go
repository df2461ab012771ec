package writer_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"segnatura/internal/testenv"
	"segnatura/pdfa"
	"segnatura/pdfa/check/checktest"
	"segnatura/pdfa/writer"
)

// imagePage is a small picture at 72 dpi, so that a pixel is a point.
func imagePage(width, height int) writer.ImagePage {
	rows := bytes.NewReader(bytes.Repeat([]byte{0xEE}, width*height))
	return writer.ImagePage{
		Image: writer.Raster(width, height, writer.RasterFormat{Components: 1, Bits: 8}, rows), XDPI: 72, YDPI: 72,
	}
}

// box is a word as pdftotext -bbox tells it: points on the page as shown, y downwards.
type box struct {
	XMin float64 `xml:"xMin,attr"`
	YMin float64 `xml:"yMin,attr"`
	XMax float64 `xml:"xMax,attr"`
	YMax float64 `xml:"yMax,attr"`
	Text string  `xml:",chardata"`
}

// boxes returns the words of each page as another program reads them.
func boxes(t *testing.T, pdf []byte) [][]box {
	t.Helper()
	program := testenv.Program(t, "pdftotext")
	path := filepath.Join(t.TempDir(), "words.pdf")
	if err := os.WriteFile(path, pdf, 0o666); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(program, "-bbox", path, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Pages []struct {
			Words []box `xml:"word"`
		} `xml:"body>doc>page"`
	}
	if err := xml.Unmarshal(out, &doc); err != nil {
		t.Fatal(err)
	}
	var pages [][]box
	for _, p := range doc.Pages {
		pages = append(pages, p.Words)
	}
	return pages
}

func TestWordsAreReadWhereTheyAreSeenOnTurnedAndMirroredPages(t *testing.T) {
	words := []pdfa.Word{
		{Text: "Comune", X: 30, Y: 50, Width: 80, Height: 12},
		{Text: "di", X: 115, Y: 50, Width: 15, Height: 12},
		{Text: "Bolzano", X: 136, Y: 50.5, Width: 60, Height: 12, EndsLine: true},
		{Text: "Perché", X: 30, Y: 70, Width: 44, Height: 10, EndsLine: true},
	}
	const width, height = 300, 200 // as shown
	var out bytes.Buffer
	d, err := writer.NewDocument(&out, pdfa.Metadata{}, pdfa.Flavour2U)
	if err != nil {
		t.Fatal(err)
	}
	for orientation := range 9 {
		for _, rotate := range []int{0, 90, 180, 270} {
			ip := imagePage(width, height)
			if ip.Orientation, ip.Rotate = orientation, rotate; ip.Turn().Rotate%180 != 0 {
				ip = imagePage(height, width)
				ip.Orientation, ip.Rotate = orientation, rotate
			}
			ip.Text.Words = words
			r, err := d.AddImagePage(ip)
			if err != nil {
				t.Fatal(err)
			}
			if r.Words != len(words) {
				t.Errorf("%d words counted, not %d", r.Words, len(words))
			}
		}
	}
	if _, err := d.Close(); err != nil {
		t.Fatal(err)
	}
	checktest.Compliant(t, out.Bytes(), pdfa.Flavour2U)
	pages := boxes(t, out.Bytes())
	if len(pages) != 36 {
		t.Fatalf("%d pages read", len(pages))
	}
	for i, got := range pages {
		if len(got) != len(words) {
			t.Errorf("page %d: %d words read: %+v", i+1, len(got), got)
			continue
		}
		for k, w := range words {
			want := box{w.X, w.Y - 0.8*w.Height, w.X + w.Width, w.Y + 0.2*w.Height, w.Text}
			if !close(got[k], want, 0.3) {
				t.Errorf("page %d: read %+v, want %+v", i+1, got[k], want)
			}
		}
	}
}

func close(a, b box, pt float64) bool {
	near := func(x, y float64) bool { return math.Abs(x-y) <= pt }
	return a.Text == b.Text && near(a.XMin, b.XMin) && near(a.XMax, b.XMax) && near(a.YMin, b.YMin) && near(a.YMax, b.YMax)
}

func TestTurnedLinesStandOnTheirBaseline(t *testing.T) {
	// The first word of each begins at the same place; the second follows 30 points along the baseline.
	along := func(angle, by float64) (x, y float64) {
		sin, cos := math.Sincos(angle * math.Pi / 180)
		return 150 + cos*by, 150 - sin*by // degrees counter-clockwise, y downwards
	}
	for _, angle := range []float64{3, -3, 90, 180, 270, -90} {
		x, y := along(angle, 30)
		var out bytes.Buffer
		d, err := writer.NewDocument(&out, pdfa.Metadata{}, pdfa.Flavour2U)
		if err != nil {
			t.Fatal(err)
		}
		ip := imagePage(300, 300)
		ip.Text.Words = []pdfa.Word{
			{Text: "prima", X: 150, Y: 150, Width: 25, Height: 10, Angle: angle},
			{Text: "dopo", X: x, Y: y, Width: 20, Height: 10, Angle: angle, EndsLine: true},
		}
		if _, err := d.AddImagePage(ip); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Close(); err != nil {
			t.Fatal(err)
		}
		checktest.Compliant(t, out.Bytes(), pdfa.Flavour2U)
		got := boxes(t, out.Bytes())[0]
		if len(got) != 2 {
			t.Errorf("angle %v: %+v", angle, got)
			continue
		}
		slices.SortFunc(got, func(a, b box) int { return strings.Compare(b.Text, a.Text) }) // an upside-down line may be read from its end
		for i, from := range []float64{0, 30} {
			// The middle of the box is the middle of the word, three tenths of its height above the baseline.
			mx, my := along(angle, from+12.5-2.5*float64(i))
			sin, cos := math.Sincos(angle * math.Pi / 180)
			mx, my = mx-3*sin, my-3*cos
			gx, gy := (got[i].XMin+got[i].XMax)/2, (got[i].YMin+got[i].YMax)/2
			if math.Hypot(gx-mx, gy-my) > 1 {
				t.Errorf("angle %v: %q is read about %.1f, %.1f and stands about %.1f, %.1f", angle, got[i].Text, gx, gy, mx, my)
			}
		}
	}
}

func TestAnyCharacterIsWrittenAndCopied(t *testing.T) {
	texts := []string{"città", "l’Ufficio", "«già»", "ﬁne", "€1.000,00", "Ελλάς", "日本", "𝔊𝄞", "e\u0301", "<&>\"'", "(\\)"}
	var words []pdfa.Word
	for i, text := range texts {
		words = append(words, pdfa.Word{Text: text, X: 20, Y: 20 + 20*float64(i), Width: 60, Height: 10, EndsLine: true})
	}
	var many strings.Builder // more than two blocks of the ToUnicode map
	for r := rune(0x4E00); r < 0x4E00+250; r++ {
		many.WriteRune(r)
	}
	words = append(words, pdfa.Word{Text: many.String(), X: 20, Y: 270, Width: 275, Height: 1, EndsLine: true})
	var out bytes.Buffer
	d, err := writer.NewDocument(&out, pdfa.Metadata{}, pdfa.Flavour2U)
	if err != nil {
		t.Fatal(err)
	}
	ip := imagePage(300, 300)
	ip.Text.Words = words
	if _, err := d.AddImagePage(ip); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Close(); err != nil {
		t.Fatal(err)
	}
	checktest.Compliant(t, out.Bytes(), pdfa.Flavour2U)
	var got []string
	for _, b := range boxes(t, out.Bytes())[0] {
		got = append(got, b.Text)
	}
	if want := append(slices.Clone(texts), many.String()); !slices.Equal(got, want) {
		t.Errorf("read  %q\nwrote %q", got, want)
	}
}

func TestWhatCannotBeWrittenIsLeftOutAndNotCounted(t *testing.T) {
	nan := math.NaN()
	good := pdfa.Word{Text: "resta", X: 10, Y: 20, Width: 30, Height: 10}
	again := good // elsewhere, because poppler reads a word twice in one place once
	again.Y = 40
	bad := []pdfa.Word{
		{Text: "", X: 10, Y: 20, Width: 30, Height: 10},
		{Text: "\x00\x07\u009F \uFEFF\uFFFE\xFF", X: 10, Y: 20, Width: 30, Height: 10, EndsLine: true},
		{Text: "a", X: nan, Y: 20, Width: 30, Height: 10},
		{Text: "a", X: 10, Y: math.Inf(1), Width: 30, Height: 10},
		{Text: "a", X: 10, Y: 20, Width: 0, Height: 10},
		{Text: "a", X: 10, Y: 20, Width: 1e6, Height: 10},
		{Text: "a", X: 10, Y: 20, Width: 30, Height: -1},
		{Text: "a", X: 10, Y: 20, Width: 30, Height: 10, Angle: nan},
		{Text: "a", X: 101, Y: 20, Width: 30, Height: 10},
		{Text: "a", X: 10, Y: 51, Width: 30, Height: 10},
	}
	for name, words := range map[string][]pdfa.Word{"alone": bad, "between": slices.Concat([]pdfa.Word{good}, bad, []pdfa.Word{again})} {
		var out bytes.Buffer
		d, err := writer.NewDocument(&out, pdfa.Metadata{}, pdfa.Flavour2U)
		if err != nil {
			t.Fatal(err)
		}
		ip := imagePage(100, 50)
		ip.Text = pdfa.PageText{Words: words, Missing: pdfa.TextDeadline}
		r, err := d.AddImagePage(ip)
		if err != nil {
			t.Fatal(err)
		}
		if want := len(words) - len(bad); r.Words != want || r.TextMissing != pdfa.TextDeadline {
			t.Errorf("%s: counted %d of %d, missing %q", name, r.Words, want, r.TextMissing)
		}
		if _, err := d.Close(); err != nil {
			t.Fatal(err)
		}
		checktest.Compliant(t, out.Bytes(), pdfa.Flavour2U)
		if read := fmt.Sprint(boxes(t, out.Bytes())); strings.Count(read, "resta") != r.Words {
			t.Errorf("%s: read %s", name, read)
		}
	}
}
