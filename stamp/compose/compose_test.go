package compose

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/oned"
	"github.com/makiuchi-d/gozxing/qrcode"
	"pgregory.net/rapid"

	"segnatura/stamp"
)

const (
	testQR      = "SGN1.N.C$A000.AOO1.PROT.2026.0001234.A.9K"
	testCode128 = "20260001234"
)

func ordinaryLabel(size stamp.Size) stamp.Label {
	return stamp.Label{
		Size: size,
		Lines: []stamp.Line{
			{Text: "Comune di Forlì", Bold: true, Shorten: stamp.ShortenNever},
			{Text: "c_a000 – AOO1 – Reg. PROT", Shorten: stamp.ShortenNever},
			{Text: "N. 0001234/2026", Big: true, Bold: true, Shorten: stamp.ShortenNever},
			{Text: "del 21/11/2026", Shorten: stamp.ShortenNever},
			{Text: "Arrivo – «Città più vivibile», perché è già così…", Shorten: stamp.ShortenDrop},
			{Text: "Classifica VI.3 – Ufficio Tecnico e Università", Shorten: stamp.ShortenDrop},
		},
		QR: testQR, Code128: testCode128, Code128Text: "2026 0001234",
	}
}

var sizes = []stamp.Size{
	{WidthMM: 62, HeightMM: 29},
	{WidthMM: 50, HeightMM: 25},
	{WidthMM: 70, HeightMM: 37},
	{WidthMM: 89, HeightMM: 36},
	{WidthMM: 100, HeightMM: 50},
	{WidthMM: 100, HeightMM: 150},
}

var resolutions = []stamp.Resolution{stamp.DPI203, stamp.DPI300, stamp.DPI600}

// TestEveryFormatReadsBack composes each size at each resolution, and reads both codes back from the bitmap.
func TestEveryFormatReadsBack(t *testing.T) {
	for _, size := range sizes {
		for _, res := range resolutions {
			banners := []string{""}
			if res == stamp.DPI203 { // the tightest: lengths round up to whole dots
				banners = append(banners, "PROVA – SENZA VALORE")
			}
			for _, banner := range banners {
				t.Run(fmt.Sprintf("%s/%d/%s", size, res.DPI, banner), func(t *testing.T) {
					label := ordinaryLabel(size)
					label.Banner = banner
					if banner != "" && size.HeightMM == 25 {
						// With a banner the smallest label has room for three lines: number and date share one.
						if _, err := Compose(label, res); !errors.As(err, new(*DoesNotFitError)) {
							t.Errorf("four legal lines and a banner: %v, want a refusal", err)
						}
						label.Lines[2].Text += " del 21/11/2026"
						label.Lines = append(label.Lines[:3:3], label.Lines[4:]...)
					}
					d, b := mustPlan(t, label, res)
					check(t, d, b)
					keep(t, b)
					if d.qr.cols != 29 {
						t.Errorf("QR of %d modules, want 29 (R18.1)", d.qr.cols)
					}
					if got := decode(t, b, qrcode.NewQRCodeReader()); got != testQR {
						t.Errorf("QR reads %q, want %q", got, testQR)
					}
					if got := decode(t, b, oned.NewCode128Reader()); got != testCode128 {
						t.Errorf("Code 128 reads %q, want %q", got, testCode128)
					}
					for i, line := range label.Lines {
						if line.Shorten == stamp.ShortenNever && textOf(d, i) != line.Text {
							t.Errorf("line %d stands as %q, want %q whole", i, textOf(d, i), line.Text)
						}
					}
				})
			}
		}
	}
}

func TestModuleWidths(t *testing.T) {
	want := map[int][2]int{203: {3, 2}, 300: {4, 3}, 600: {8, 6}}
	for _, res := range resolutions {
		d, _ := mustPlan(t, ordinaryLabel(stamp.Size{WidthMM: 100, HeightMM: 50}), res)
		if got := [2]int{d.qr.module, d.bars.module}; got != want[res.DPI] {
			t.Errorf("%d dpi: modules of %d dots (QR) and %d (Code 128), want %d", res.DPI, got[0], got[1], want[res.DPI])
		}
	}
}

// TestAnyLabelIsSoundOrRefused draws labels at random: whatever is composed keeps codes and quiet zones clean, and
// whatever is refused says what does not fit.
func TestAnyLabelIsSoundOrRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		label := stamp.Label{
			Size: stamp.Size{
				WidthMM:  rapid.Float64Range(20, 110).Draw(t, "width"),
				HeightMM: rapid.Float64Range(15, 80).Draw(t, "height"),
			},
			QR:      rapid.SampledFrom([]string{"", testQR}).Draw(t, "qr"),
			Code128: rapid.SampledFrom([]string{"", testCode128, "E20260001"}).Draw(t, "code128"),
			Banner:  rapid.SampledFrom([]string{"", "PROVA", "PROVA – SENZA VALORE"}).Draw(t, "banner"),
		}
		rule := rapid.SampledFrom([]stamp.Shorten{stamp.ShortenNever, stamp.ShortenDrop, stamp.ShortenEllipsis})
		for range rapid.IntRange(0, 7).Draw(t, "lines") {
			label.Lines = append(label.Lines, stamp.Line{
				Text:    rapid.StringMatching(`([A-Za-zàèéìòùÀÈÉ«»’–0-9]{1,14} ){0,6}`).Draw(t, "text"),
				Big:     rapid.Bool().Draw(t, "big"),
				Bold:    rapid.Bool().Draw(t, "bold"),
				Shorten: rule.Draw(t, "shorten"),
			})
		}
		d, err := plan(label, stamp.DPI203)
		if err != nil {
			if refused := (*DoesNotFitError)(nil); !errors.As(err, &refused) || refused.Need == "" {
				t.Fatalf("refused with %v", err)
			}
			return
		}
		check(t, d, d.draw())
		for i, line := range label.Lines {
			if line.Shorten == stamp.ShortenNever && textOf(d, i) != strings.Join(strings.Fields(line.Text), " ") {
				t.Fatalf("line %d %q stands as %q", i, line.Text, textOf(d, i))
			}
		}
	})
}

func TestShorteningRules(t *testing.T) {
	const long = "Richiesta di autorizzazione all’occupazione temporanea di suolo pubblico in via Cavour"
	tests := []struct {
		name    string
		text    string
		shorten stamp.Shorten
		want    func(text string) bool
	}{
		{"ellipsis cuts at a word", long, stamp.ShortenEllipsis, func(s string) bool {
			head, ok := strings.CutSuffix(s, "…")
			return ok && strings.HasPrefix(long, head+" ")
		}},
		{"ellipsis cuts one endless word", strings.Repeat("m", 90), stamp.ShortenEllipsis, func(s string) bool {
			return strings.HasSuffix(s, "m…")
		}},
		{"drop", long, stamp.ShortenDrop, func(s string) bool { return s == "" }},
		{"never goes on over rows", long, stamp.ShortenNever, func(s string) bool { return s == long }},
		{"short text is untouched", "Breve", stamp.ShortenEllipsis, func(s string) bool { return s == "Breve" }},
		{"spaces and combining accents", "Citta\u0300  di\tForli\u0300", "", func(s string) bool { return s == "Città di Forlì" }},
		{"no glyph", "Mario 漢 Rossi", "", func(s string) bool { return s == "Mario □ Rossi" }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			label := ordinaryLabel(stamp.Size{WidthMM: 70, HeightMM: 37})
			label.Lines = append(label.Lines[:4:4], stamp.Line{Text: test.text, Shorten: test.shorten})
			d, b := mustPlan(t, label, stamp.DPI203)
			check(t, d, b)
			if got := textOf(d, 4); !test.want(got) {
				t.Errorf("stands as %q", got)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	edit := func(f func(*stamp.Label)) stamp.Label {
		label := ordinaryLabel(stamp.Size{WidthMM: 62, HeightMM: 29})
		f(&label)
		return label
	}
	never := func(text string) func(*stamp.Label) {
		return func(l *stamp.Label) { l.Lines[1] = stamp.Line{Text: text, Shorten: stamp.ShortenNever} }
	}
	tests := []struct {
		name  string
		label stamp.Label
		part  Part
		line  int
	}{
		{"legal word wider than the column", edit(never(strings.Repeat("M", 60))), PartLine, 1},
		{"legal text higher than the label", edit(never(strings.Repeat("amministrazione ", 30))), PartLine, 1},
		{"QR on a strip", edit(func(l *stamp.Label) { l.Size.HeightMM = 12 }), PartQR, 0},
		{"Code 128 wider than the label", edit(func(l *stamp.Label) { l.Code128 = strings.Repeat("W", 30) }), PartCode128, 0},
		{"banner wider than the label", edit(func(l *stamp.Label) { l.Banner = strings.Repeat("PROVA ", 20) }), PartBanner, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Compose(test.label, stamp.DPI203)
			refused := (*DoesNotFitError)(nil)
			if !errors.As(err, &refused) {
				t.Fatalf("got %v, want a refusal", err)
			}
			if refused.Part != test.part || refused.Line != test.line {
				t.Errorf("refused %s %d, want %s %d (%v)", refused.Part, refused.Line, test.part, test.line, err)
			}
		})
	}
	t.Run("no glyph in legal text", func(t *testing.T) {
		_, err := Compose(edit(never("Comune 漢")), stamp.DPI203)
		if missing := (*UndrawableError)(nil); !errors.As(err, &missing) || missing.Rune != '漢' || missing.Line != 1 {
			t.Errorf("got %v", err)
		}
	})
	for name, label := range map[string]stamp.Label{
		"no size":               {},
		"size of a wall":        {Size: stamp.Size{WidthMM: 5000, HeightMM: 20}},
		"QR not alphanumeric":   edit(func(l *stamp.Label) { l.QR = "c_a000" }),
		"Code 128 beyond ASCII": edit(func(l *stamp.Label) { l.Code128 = "à" }),
	} {
		t.Run(name, func(t *testing.T) {
			if b, err := Compose(label, stamp.DPI203); err == nil {
				t.Errorf("composed %dx%d dots", b.Width, b.Height)
			}
		})
	}
	if _, err := Compose(ordinaryLabel(sizes[0]), stamp.Resolution{}); err == nil {
		t.Error("composed without a resolution")
	}
}

// TestItalianLettersHaveInk draws each letter alone: every one must leave ink, and no two the same.
func TestItalianLettersHaveInk(t *testing.T) {
	seen := make(map[string]rune)
	for _, r := range "aàeèéiìoòuùAÀEÈÉIÌOÒUÙ«»’–—…°€ºª§" {
		b, err := Compose(stamp.Label{
			Size:  stamp.Size{WidthMM: 20, HeightMM: 12},
			Lines: []stamp.Line{{Text: string(r), Shorten: stamp.ShortenNever}},
		}, stamp.DPI203)
		if err != nil {
			t.Errorf("%c: %v", r, err)
			continue
		}
		if bytes.Count(b.Bits, []byte{0}) == len(b.Bits) {
			t.Errorf("%c leaves no ink", r)
		}
		if twin, ok := seen[string(b.Bits)]; ok {
			t.Errorf("%c and %c are the same dots", r, twin)
		}
		seen[string(b.Bits)] = r
	}
}

func TestEqualLabelsGiveEqualBitmaps(t *testing.T) {
	label := ordinaryLabel(stamp.Size{WidthMM: 89, HeightMM: 36})
	first, err := Compose(label, stamp.DPI300)
	if err != nil {
		t.Fatal(err)
	}
	second, err := Compose(label, stamp.DPI300)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first.Bits, second.Bits) {
		t.Error("two compositions of one label differ")
	}
}

func TestEncodePNGShowsTheDots(t *testing.T) {
	b, err := Compose(ordinaryLabel(sizes[0]), stamp.DPI203)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := EncodePNG(&out, b); err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(&out)
	if err != nil {
		t.Fatal(err)
	}
	if m.Bounds() != image.Rect(0, 0, b.Width, b.Height) {
		t.Fatalf("bounds %v, want %dx%d", m.Bounds(), b.Width, b.Height)
	}
	for y := range b.Height {
		for x := range b.Width {
			if r, _, _, _ := m.At(x, y).RGBA(); (r == 0) != b.Black(x, y) {
				t.Fatalf("dot %d,%d differs", x, y)
			}
		}
	}
}

func BenchmarkCompose(b *testing.B) {
	for _, res := range resolutions {
		b.Run(fmt.Sprint(res.DPI), func(b *testing.B) {
			label := ordinaryLabel(stamp.Size{WidthMM: 100, HeightMM: 50})
			for b.Loop() {
				if _, err := Compose(label, res); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// check holds the bitmap against the drawing: codes exact, quiet zones white, boxes apart, no ink outside its box.
func check(t fataler, d *drawing, b *stamp.Bitmap) {
	t.Helper()
	var boxes []image.Rectangle
	if d.qr != nil {
		zone := image.Rectangle{d.qrAt, d.qrAt.Add(image.Pt(d.qr.width(), d.qr.rows*d.qr.module))}
		checkCode(t, b, d.qr, zone, d.qr.module)
		boxes = append(boxes, zone.Inset(-qrQuiet*d.qr.module))
	}
	if d.bars != nil {
		checkCode(t, b, d.bars, d.barsIn, d.barsIn.Dy())
		quiet := d.barsIn
		quiet.Min.X -= code128Quiet * d.bars.module
		quiet.Max.X += code128Quiet * d.bars.module
		boxes = append(boxes, quiet)
	}
	for _, zone := range boxes {
		if !zone.In(image.Rect(0, 0, b.Width, b.Height)) {
			t.Fatalf("quiet zone %v reaches past the label", zone)
		}
		inner := d.barsIn
		if d.qr != nil && d.qrAt.In(zone) {
			inner = zone.Inset(qrQuiet * d.qr.module)
		}
		for y := zone.Min.Y; y < zone.Max.Y; y++ {
			for x := zone.Min.X; x < zone.Max.X; x++ {
				if !image.Pt(x, y).In(inner) && b.Black(x, y) {
					t.Fatalf("ink at %d,%d in the quiet zone %v", x, y, zone)
				}
			}
		}
	}
	for _, r := range d.rows {
		boxes = append(boxes, r.bounds)
	}
	if !d.banner.Empty() {
		boxes = append(boxes, d.banner)
	}
	if !d.logoIn.Empty() {
		boxes = append(boxes, d.logoIn)
	}
	for i, one := range boxes {
		for _, other := range boxes[:i] {
			if one.Overlaps(other) {
				t.Fatalf("%v overlaps %v", one, other)
			}
		}
	}
	checkInk(t, b, boxes)
}

// checkInk finds ink outside every box.
func checkInk(t fataler, b *stamp.Bitmap, boxes []image.Rectangle) {
	t.Helper()
	inside := make([]bool, b.Width*b.Height)
	for _, box := range boxes {
		box = box.Intersect(image.Rect(0, 0, b.Width, b.Height))
		for y := box.Min.Y; y < box.Max.Y; y++ {
			for x := box.Min.X; x < box.Max.X; x++ {
				inside[y*b.Width+x] = true
			}
		}
	}
	for i, in := range inside {
		if !in && b.Black(i%b.Width, i/b.Width) {
			t.Fatalf("stray ink at %d,%d", i%b.Width, i/b.Width)
		}
	}
}

func checkCode(t fataler, b *stamp.Bitmap, m *matrix, at image.Rectangle, rowHeight int) {
	t.Helper()
	for y := at.Min.Y; y < at.Max.Y; y++ {
		for x := at.Min.X; x < at.Max.X; x++ {
			if want := m.dark[(y-at.Min.Y)/rowHeight*m.cols+(x-at.Min.X)/m.module]; b.Black(x, y) != want {
				t.Fatalf("code %v: dot %d,%d is not its module's", at, x, y)
			}
		}
	}
}

func mustPlan(t *testing.T, label stamp.Label, res stamp.Resolution) (*drawing, *stamp.Bitmap) {
	t.Helper()
	d, err := plan(label, res)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Compose(label, res)
	if err != nil {
		t.Fatal(err)
	}
	return d, b
}

// textOf joins the rows that line i became.
func textOf(d *drawing, i int) string {
	var texts []string
	for _, r := range d.rows {
		if r.line == i {
			texts = append(texts, r.text)
		}
	}
	return strings.Join(texts, " ")
}

// decode reads a code from the whole label, set on a white margin as on paper. At 600 dpi every second dot will do: modules
// are an even number of dots there, and the reader takes its time.
func decode(t *testing.T, b *stamp.Bitmap, reader gozxing.Reader) string {
	t.Helper()
	const margin = 20
	step := 1
	if b.Resolution == stamp.DPI600 {
		step = 2
	}
	grey := image.NewGray(image.Rect(0, 0, b.Width/step+2*margin, b.Height/step+2*margin))
	for i := range grey.Pix {
		x, y := i%grey.Stride-margin, i/grey.Stride-margin
		if !b.Black(x*step, y*step) {
			grey.Pix[i] = 0xff
		}
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(grey)
	if err != nil {
		t.Fatal(err)
	}
	result, err := reader.Decode(bitmap, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true})
	if err != nil {
		t.Errorf("read %T: %v", reader, err)
		return ""
	}
	return result.GetText()
}

// keep writes the label where COMPOSE_KEEP names a folder, for eyes.
func keep(t *testing.T, b *stamp.Bitmap) {
	t.Helper()
	dir := os.Getenv("COMPOSE_KEEP")
	if dir == "" {
		return
	}
	f, err := os.Create(filepath.Join(dir, strings.NewReplacer("/", "_", " ", "").Replace(t.Name())+".png"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := EncodePNG(f, b); err != nil {
		t.Fatal(err)
	}
}
