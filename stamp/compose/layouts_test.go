package compose

import (
	"encoding/xml"
	"fmt"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/makiuchi-d/gozxing/oned"
	"github.com/makiuchi-d/gozxing/qrcode"

	"segnatura/internal/protocollo"
	"segnatura/internal/testenv"
	"segnatura/stamp"
	"segnatura/stamp/layout"
)

func fits(l stamp.Label, r stamp.Resolution) error {
	_, err := Compose(l, r)
	return err
}

// everything is a label with every field, each of which its layout may place.
func everything(size stamp.Size) stamp.Label {
	label := layout.Mandatory(stamp.KindSegnatura, size)
	label.Lines = append(label.Lines, []stamp.Line{
		{Field: stamp.FieldLegend, Text: "MITTENTE ANONIMO", Shorten: stamp.ShortenNever},
		{Field: stamp.FieldIntake, Text: "Ricezione n. R 12/2026", Shorten: stamp.ShortenDrop},
		{Field: stamp.FieldAOOName, Text: "Area organizzativa omogenea – Città di Forlì", Shorten: stamp.ShortenEllipsis},
		{Field: stamp.FieldClassifica, Text: "Class. VI.3", Shorten: stamp.ShortenDrop},
		{Field: stamp.FieldUOR, Text: "UU TECNICO", Shorten: stamp.ShortenDrop},
		{Field: stamp.FieldSubject, Text: "Ogg. Richiesta di occupazione di suolo pubblico, perché è già così", Shorten: stamp.ShortenEllipsis},
	}...)
	return label
}

// ownCodes are a letter's and a plico's codes while they have no number: of the kinds that stand on a label, those that the station makes of its own
// numbers.
func ownCodes() (letter protocollo.Intake, plico protocollo.Bid) {
	return protocollo.Intake{AOO: "AOO0001", Year: 2026, Seq: 12345}, protocollo.Bid{AOO: "AOO0001", Year: 2026, Seq: 12345}
}

// Every layout that the program brings, with each kind of code: nothing overlaps a code or its quiet zone, the mandatory content stands whole, and
// two decoders that share nothing read every code at the two coarse resolutions.
func TestEveryLayoutReadsBack(t *testing.T) {
	set, err := layout.Defaults(fits)
	if err != nil {
		t.Fatal(err)
	}
	segnature := slices.DeleteFunc(set.All(), func(l stamp.Layout) bool { return l.Kind != stamp.KindSegnatura })
	if len(segnature) < 9 {
		t.Fatalf("%d layouts", len(segnature))
	}
	letter, plico := ownCodes()
	dir := t.TempDir()
	want := map[string][]string{} // what the second decoder must read in each file
	for _, l := range segnature {
		for _, res := range []stamp.Resolution{stamp.DPI203, stamp.DPI300} {
			for kind, code := range map[string]struct{ qr, bars string }{
				"ordinary":  {"SGN1.N.C$A000.AOO0001.PROT.2026.0123456.A.9K", "20260123456"},
				"emergency": {"SGN1.E.C$A000.AOO0001.RE1.2026.0000012.A.9K", "E20260000012"},
				"intake":    {letter.Barcode("c_a000").Payload(), letter.HandCode()},
				"bid":       {plico.Barcode("c_a000").Payload(), plico.HandCode()},
			} {
				label := everything(l.Size)
				label.QR, label.Code128, label.Code128Text = code.qr, code.bars, ""
				name := fmt.Sprintf("%s-%d-%s", l.Name, res.DPI, kind)
				codes := composed(t, filepath.Join(dir, name+".png"), l, label, res)
				want[name+".png"] = codes
			}
		}
	}
	readToo(t, dir, want)
}

// TestLabelsOfTheStationsOwnNumbers: the temporary label of a letter and the label of a plico have no layout. On each size of label they read back as
// every other one does, with as few as the codes that fit, or are refused on labels too small for their words.
func TestLabelsOfTheStationsOwnNumbers(t *testing.T) {
	set, err := layout.Defaults(fits)
	if err != nil {
		t.Fatal(err)
	}
	letter, plico := ownCodes()
	must := func(text string) stamp.Line { return stamp.Line{Text: text, Shorten: stamp.ShortenNever} }
	big := func(text string) stamp.Line { l := must(text); l.Big, l.Bold = true, true; return l }
	dir := t.TempDir()
	want := map[string][]string{}
	refused := map[string]int{}
	for _, l := range set.All() {
		if l.Kind != stamp.KindSegnatura {
			continue
		}
		for name, label := range map[string]stamp.Label{
			"temporary": {Size: l.Size, QR: letter.Barcode("c_a000").Payload(), Code128: letter.HandCode(), Code128Text: letter.Code(), Banner: "PROVVISORIA", Lines: []stamp.Line{
				must(protocollo.TemporaryWords), must("Comune di Esempio – AOO AOO0001"), must("Ricezione n."), big(letter.Code()), must("del 21/11/2026 ore 11:59 – Arrivo"),
			}},
			"plico": {Size: l.Size, QR: plico.Barcode("c_a000").Payload(), Code128: plico.HandCode(), Code128Text: "Plico " + plico.Code(), Lines: []stamp.Line{
				must("Comune di Esempio – AOO AOO0001"), big("Plico n. " + plico.Code()),
				must("Plico chiuso, ricevuto il 21/11/2026 alle ore 11:59 – non aperto – Firma leggibile ____"), must("Ore 11:59:50"),
			}},
		} {
			for _, res := range []stamp.Resolution{stamp.DPI203, stamp.DPI300} {
				label := label
				if fits(label, res) != nil {
					label.Code128, label.Code128Text = "", ""
				}
				if err := fits(label, res); err != nil {
					refused[name]++
					continue
				}
				file := fmt.Sprintf("%s-%s-%d.png", name, l.Name, res.DPI)
				want[file] = composed(t, filepath.Join(dir, file), stamp.Layout{}, label, res)
			}
		}
	}
	if refused["temporary"] > 2 || refused["plico"] > 4 { // 25x50, and for the plico 50x25
		t.Errorf("refused: %v", refused)
	}
	readToo(t, dir, want)
}

// readToo has the second decoder read what the first did.
func readToo(t *testing.T, dir string, want map[string][]string) {
	t.Helper()
	read := zbar(t, dir)
	for name, codes := range want {
		for _, code := range codes {
			if !slices.Contains(read[name], code) {
				t.Errorf("%s: zbarimg reads %q, want %q among it", name, read[name], code)
			}
		}
	}
}

// composed checks one label, reads it with gozxing, keeps it as a picture, and returns the codes that stand on it.
func composed(t *testing.T, file string, l stamp.Layout, label stamp.Label, res stamp.Resolution) []string {
	t.Helper()
	arranged := l.Arrange(label)
	d, err := plan(arranged, res)
	if err != nil { // optional content goes first, as the desk does it
		arranged = l.Arrange(layout.Mandatory(l.Kind, l.Size))
		arranged.QR = label.QR
		if d, err = plan(arranged, res); err != nil {
			t.Errorf("%s: %v", filepath.Base(file), err)
			return nil
		}
	}
	b := d.draw()
	check(t, d, b)
	for i, line := range arranged.Lines {
		if line.Shorten == stamp.ShortenNever && textOf(d, i) != line.Text {
			t.Errorf("%s: line %q stands as %q", filepath.Base(file), line.Text, textOf(d, i))
		}
	}
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := EncodePNG(f, b); err != nil {
		t.Fatal(err)
	}
	codes := []string{label.QR}
	side := image.Pt(d.qr.width(), d.qr.width())
	if got := decode(t, cut(b, image.Rectangle{d.qrAt, d.qrAt.Add(side)}), qrcode.NewQRCodeReader()); got != label.QR {
		t.Errorf("%s: the QR code reads %q", filepath.Base(file), got)
	}
	if d.bars != nil {
		if got := decode(t, cut(b, d.barsIn), oned.NewCode128Reader()); got != label.Code128 {
			t.Errorf("%s: the Code 128 reads %q", filepath.Base(file), got)
		}
		codes = append(codes, label.Code128)
	}
	return codes
}

// cut is a piece of a label, which gozxing takes a tenth of the time for; zbarimg finds the codes on the whole.
func cut(b *stamp.Bitmap, in image.Rectangle) *stamp.Bitmap {
	out := stamp.NewBitmap(in.Dx(), in.Dy(), b.Resolution)
	for y := range in.Dy() {
		for x := range in.Dx() {
			if b.Black(in.Min.X+x, in.Min.Y+y) {
				out.SetBlack(x, y)
			}
		}
	}
	return out
}

// zbar reads every picture of a folder in one run.
func zbar(t *testing.T, dir string) map[string][]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.png"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no pictures: %v", err)
	}
	out, err := exec.Command(testenv.Program(t, "zbarimg"), append([]string{"--quiet", "--xml"}, files...)...).Output()
	if err != nil {
		t.Fatalf("zbarimg: %v", err)
	}
	var doc struct {
		Sources []struct {
			File    string   `xml:"href,attr"`
			Symbols []string `xml:"index>symbol>data"`
		} `xml:"source"`
	}
	if err := xml.Unmarshal(out, &doc); err != nil {
		t.Fatal(err)
	}
	read := map[string][]string{}
	for _, s := range doc.Sources {
		read[filepath.Base(s.File)] = s.Symbols
	}
	return read
}

// A layout's looks reach the drawing: order, sizes, alignment, the codes' modules and corners, and a logo that keeps clear of both.
func TestALayoutIsObeyed(t *testing.T) {
	dir := fstest.MapFS{"stemma.png": {Data: picture(t, 40, 60)}}
	const text = `
name = "prova"
title = "Prova"
width_mm = 100
height_mm = 60
margin_mm = 2
[qr]
corner = "left"
module_mm = 0.5
[code128]
align = "right"
height_mm = 9
[logo]
file = "stemma.png"
height_mm = 12
beside = true
[[field]]
field = "data"
size_mm = 3
align = "right"
[[field]]
field = "numero"
big = true
[[field]]
field = "ente"
[[field]]
field = "registro"
`
	l, err := layout.Parse(dir, []byte(text), fits)
	if err != nil {
		t.Fatal(err)
	}
	label := everything(l.Size)
	label.Code128 = testCode128
	d, err := plan(l.Arrange(label), stamp.DPI203)
	if err != nil {
		t.Fatal(err)
	}
	check(t, d, d.draw())
	if d.qr.module != 4 || d.qrAt.X > d.width/2 {
		t.Errorf("the QR code has modules of %d dots and starts at %v", d.qr.module, d.qrAt)
	}
	if d.barsIn.Dy() != 72 || d.barsIn.Max.X+code128Quiet*d.bars.module != d.width {
		t.Errorf("the bars stand in %v of %d dots", d.barsIn, d.width)
	}
	if d.logoIn.Size().Y != 96 || d.logoIn.Size().X != 64 {
		t.Errorf("the logo stands in %v", d.logoIn)
	}
	first := d.rows[1] // after the bars' own text
	if first.text != "del 21/11/2026 – Partenza" || first.bounds.Max.X != d.width-16 || first.face.height < 24 {
		t.Errorf("the first line is %q in %v", first.text, first.bounds)
	}
	if got := strings.Join(rowTexts(d), "|"); strings.Contains(got, "UU TECNICO") || !strings.HasSuffix(got, "MITTENTE ANONIMO") {
		t.Errorf("the rows are %s", got) // what the layout leaves out goes; what the law demands does not
	}
}

func rowTexts(d *drawing) (out []string) {
	for _, r := range d.rows {
		out = append(out, r.text)
	}
	return out
}

// picture is a PNG whose left half is black.
func picture(t *testing.T, width, height int) []byte {
	t.Helper()
	b := stamp.NewBitmap(width, height, stamp.DPI203)
	for y := range height {
		for x := range width / 2 {
			b.SetBlack(x, y)
		}
	}
	var out strings.Builder
	if err := EncodePNG(&out, b); err != nil {
		t.Fatal(err)
	}
	return []byte(out.String())
}
