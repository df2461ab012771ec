package writer_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"os"

	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"

	"segnatura/internal/testenv"
	"segnatura/pdfa"
	"segnatura/pdfa/check/checktest"
	"segnatura/pdfa/writer"
)

// meta has something to escape in every field.
func meta() pdfa.Metadata {
	return pdfa.Metadata{
		Title: "Protocollo <2026> & «0001234»", Author: "Comune di Forlì (AOO)", Subject: "Perché\nno?\t\\ 𝄞 \"",
		Keywords: []string{"protocollo", "in entrata"}, CreatorTool: "segnatura station",
		CreatedAt:  time.Date(2026, 3, 29, 3, 4, 5, 999, time.FixedZone("CEST", 2*3600)),
		DocumentID: "doc-1",
	}
}

// document runs f and returns the file.
func document(tb testing.TB, flavour pdfa.Flavour, f func(*writer.Document) error) ([]byte, pdfa.Result) {
	tb.Helper()
	var out bytes.Buffer
	d, err := writer.NewDocument(&out, meta(), flavour)
	if err != nil {
		tb.Fatal(err)
	}
	if err := f(d); err != nil {
		tb.Fatal(err)
	}
	result, err := d.Close()
	if err != nil {
		tb.Fatal(err)
	}
	return out.Bytes(), result
}

func jpegBytes(tb testing.TB, img image.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// photo is a small picture whose corners differ.
func photo(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetRGBA(x, y, color.RGBA{uint8(255 * x / w), uint8(255 * y / h), 80, 255})
		}
	}
	return img
}

func textPage(d *writer.Document) error {
	regular, err := d.Font(goregular.TTF)
	if err != nil {
		return err
	}
	bold, err := d.Font(gobold.TTF)
	if err != nil {
		return err
	}
	for _, rotate := range []int{0, 90} {
		p, err := d.AddPage(210, 297, rotate)
		if err != nil {
			return err
		}
		if err := p.Text(bold, 16, 20, 30, "Registro giornaliero di protocollo"); err != nil {
			return err
		}
		if err := p.Text(regular, 11, 20, 40, "Città, perché, né – «più» € 3,50 (fì) \\"); err != nil {
			return err
		}
		if err := p.Line(20, 32, 190, 32, 0.2); err != nil {
			return err
		}
		if err := p.Rect(20, 50, 30, 10, 0.8); err != nil {
			return err
		}
		dots := []byte{0xF0, 0xAA, 0x0F, 0x55} // two bytes a row, of which the first counts
		if err := p.Bitmap(dots, 2, 8, 2, 20, 70, 8, 2); err != nil {
			return err
		}
	}
	return nil
}

func TestTextIsReadBack(t *testing.T) {
	pdf, result := document(t, pdfa.Flavour2U, textPage)
	checktest.Compliant(t, pdf, pdfa.Flavour2U)
	if len(result.Pages) != 2 || result.Bytes != int64(len(pdf)) {
		t.Errorf("result: %d pages, %d bytes; want 2, %d", len(result.Pages), result.Bytes, len(pdf))
	}
	if sum := sha256.Sum256(pdf); result.SHA256 != hex.EncodeToString(sum[:]) {
		t.Errorf("result's digest is not the file's")
	}
	text := pdfToText(t, pdf)
	for _, want := range []string{"Registro giornaliero di protocollo", "Città, perché, né – «più» € 3,50 (fì) \\"} {
		if strings.Count(text, want) != 2 {
			t.Errorf("text layer lacks %q on a page:\n%s", want, text)
		}
	}
}

func pdfToText(t *testing.T, pdf []byte) string {
	t.Helper()
	program := testenv.Program(t, "pdftotext")
	path := filepath.Join(t.TempDir(), "file.pdf")
	if err := os.WriteFile(path, pdf, 0o666); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(program, path, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestEqualCallsGiveEqualBytes(t *testing.T) {
	first, _ := document(t, pdfa.Flavour2U, textPage)
	second, _ := document(t, pdfa.Flavour2U, textPage)
	if !bytes.Equal(first, second) {
		t.Error("two runs differ")
	}
}

func TestRefusals(t *testing.T) {
	begin := func(change func(*pdfa.Metadata), flavour pdfa.Flavour) error {
		m := meta()
		change(&m)
		_, err := writer.NewDocument(io.Discard, m, flavour)
		return err
	}
	on := func(f func(*writer.Document) error) error {
		d, err := writer.NewDocument(io.Discard, meta(), pdfa.Flavour2B)
		if err != nil {
			t.Fatal(err)
		}
		return f(d)
	}
	page := func(w, h float64, rotate int) error {
		return on(func(d *writer.Document) error { _, err := d.AddPage(w, h, rotate); return err })
	}
	keep := func(*pdfa.Metadata) {}
	tests := map[string]error{
		"flavour":           begin(keep, "3b"),
		"control character": begin(func(m *pdfa.Metadata) { m.Title = "a\x00b" }, "2b"),
		"not UTF-8":         begin(func(m *pdfa.Metadata) { m.Author = "Forl\xEC" }, "2b"),
		"too long":          begin(func(m *pdfa.Metadata) { m.Subject = strings.Repeat("x", 8001) }, "2b"),
		"small page":        page(1, 297, 0),
		"large page":        page(210, 5081, 0),
		"odd rotation":      page(210, 297, 45),
		"no page":           on(func(d *writer.Document) error { _, err := d.Close(); return err }),
		"not a font":        on(func(d *writer.Document) error { _, err := d.Font([]byte("OTTO")); return err }),
		"no such glyph": on(func(d *writer.Document) error {
			p, err := d.AddPage(210, 297, 0)
			if err != nil {
				return nil
			}
			f, err := d.Font(goregular.TTF)
			if err != nil {
				return nil
			}
			return p.Text(f, 10, 10, 10, "漢")
		}),
		"bitmap of too few bytes": on(func(d *writer.Document) error {
			p, err := d.AddPage(210, 297, 0)
			if err != nil {
				return nil
			}
			return p.Bitmap(make([]byte, 3), 2, 16, 2, 0, 0, 10, 10)
		}),
		"rows end early": on(func(d *writer.Document) error {
			img := writer.Bitonal(800, 800, bytes.NewReader(make([]byte, 50)))
			_, err := d.AddImagePage(writer.ImagePage{Image: img, XDPI: 72, YDPI: 72})
			return err
		}),
	}
	for name, err := range tests {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestErrorsStick(t *testing.T) {
	d, err := writer.NewDocument(io.Discard, meta(), pdfa.Flavour2B)
	if err != nil {
		t.Fatal(err)
	}
	short := writer.Bitonal(80, 80, bytes.NewReader(nil))
	if _, err := d.AddImagePage(writer.ImagePage{Image: short, XDPI: 72, YDPI: 72}); err == nil {
		t.Fatal("rows that are missing were not noticed")
	}
	if _, err := d.AddPage(210, 297, 0); err == nil {
		t.Error("a page after an error")
	}
	if _, err := d.Close(); err == nil {
		t.Error("a result after an error")
	}
}

// failAfter fails once n bytes were written.
type failAfter struct{ n int }

func (f *failAfter) Write(p []byte) (int, error) {
	if f.n -= len(p); f.n < 0 {
		return 0, fmt.Errorf("disk full")
	}
	return len(p), nil
}

func TestAFullDiskIsNoticed(t *testing.T) {
	pdf, _ := document(t, pdfa.Flavour2U, textPage)
	for _, n := range []int{0, len(pdf) / 2, len(pdf) - 1} {
		d, err := writer.NewDocument(&failAfter{n}, meta(), pdfa.Flavour2U)
		if err != nil {
			continue
		}
		if err := textPage(d); err != nil {
			continue
		}
		if _, err := d.Close(); err == nil {
			t.Errorf("disk full after %d of %d bytes: no error", n, len(pdf))
		}
	}
}

// Every EXIF orientation of the same stored picture must look the same once it is rendered as the attributes say.
func TestOrientations(t *testing.T) {
	upright := photo(80, 40)
	for orientation := 1; orientation <= 8; orientation++ {
		t.Run(fmt.Sprint(orientation), func(t *testing.T) {
			stored := store(upright, orientation)
			data := jpegBytes(t, stored)
			pdf, _ := document(t, pdfa.Flavour2B, func(d *writer.Document) error {
				img := writer.JPEG(stored.Rect.Dx(), stored.Rect.Dy(), bytes.NewReader(data), int64(len(data)),
					writer.JPEGOptions{Components: 3})
				_, err := d.AddImagePage(writer.ImagePage{Image: img, XDPI: 72, YDPI: 72, Orientation: orientation})
				return err
			})
			checktest.Compliant(t, pdf, pdfa.Flavour2B)
			got := render(t, pdf)
			for _, at := range []image.Point{{4, 4}, {75, 4}, {4, 35}, {75, 35}} {
				if !near(got.At(at.X, at.Y), upright.At(at.X, at.Y)) {
					t.Errorf("at %v: %v, want %v", at, got.At(at.X, at.Y), upright.At(at.X, at.Y))
				}
			}
		})
	}
}

// store lays an upright picture out as a camera of the given orientation stores it: row 0 and column 0 of the file are the
// sides of the scene that the EXIF specification names for tag 274.
func store(upright *image.RGBA, orientation int) *image.RGBA {
	w, h := upright.Rect.Dx(), upright.Rect.Dy()
	at := map[int]func(col, row int) (x, y int){
		1: func(c, r int) (int, int) { return c, r },                 // row 0 top, column 0 left
		2: func(c, r int) (int, int) { return w - 1 - c, r },         // top, right
		3: func(c, r int) (int, int) { return w - 1 - c, h - 1 - r }, // bottom, right
		4: func(c, r int) (int, int) { return c, h - 1 - r },         // bottom, left
		5: func(c, r int) (int, int) { return r, c },                 // left, top
		6: func(c, r int) (int, int) { return w - 1 - r, c },         // right, top
		7: func(c, r int) (int, int) { return w - 1 - r, h - 1 - c }, // right, bottom
		8: func(c, r int) (int, int) { return r, h - 1 - c },         // left, bottom
	}[orientation]
	columns, rows := w, h
	if orientation >= 5 {
		columns, rows = h, w
	}
	out := image.NewRGBA(image.Rect(0, 0, columns, rows))
	for r := range rows {
		for c := range columns {
			x, y := at(c, r)
			out.SetRGBA(c, r, upright.RGBAAt(x, y))
		}
	}
	return out
}

func near(a, b color.Color) bool {
	r1, g1, b1, _ := a.RGBA()
	r2, g2, b2, _ := b.RGBA()
	for _, p := range [][2]uint32{{r1, r2}, {g1, g2}, {b1, b2}} {
		if d := int(p[0]>>8) - int(p[1]>>8); d < -24 || d > 24 {
			return false
		}
	}
	return true
}

// render draws the first page at 72 dpi.
func render(t *testing.T, pdf []byte) image.Image {
	t.Helper()
	program := testenv.Program(t, "pdftoppm")
	dir := t.TempDir()
	path := filepath.Join(dir, "file.pdf")
	if err := os.WriteFile(path, pdf, 0o666); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(program, "-r", "72", "-jpeg", "-singlefile", path, filepath.Join(dir, "page")).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	f, err := os.Open(filepath.Join(dir, "page.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := jpeg.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// Rows of every sample format come back, pixel for pixel, by a reader that is not ours.
func TestRastersComeBack(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	for _, f := range []writer.RasterFormat{
		{Components: 1, Bits: 2}, {Components: 1, Bits: 4}, {Components: 1, Bits: 8}, {Components: 1, Bits: 16},
		{Components: 3, Bits: 8}, {Components: 3, Bits: 16},
		{Components: 1, Bits: 4, Palette: []byte{0, 0, 0, 255, 255, 255, 10, 20, 30}},
	} {
		const w, h = 37, 11
		rows := make([]byte, f.Stride(w)*h)
		for i := range rows {
			rows[i] = byte(rng.IntN(256)) & 0x11 // palette indices stay low, neighbours are alike
		}
		pdf, result := document(t, pdfa.Flavour2B, func(d *writer.Document) error {
			_, err := d.AddImagePage(writer.ImagePage{Image: writer.Raster(w, h, f, bytes.NewReader(rows)), XDPI: 72, YDPI: 144})
			return err
		})
		checktest.Compliant(t, pdf, pdfa.Flavour2B)
		if got := result.Pages[0]; got.Encoding != writer.EncodingFlate || got.WidthPx != w || got.HeightPx != h {
			t.Errorf("%+v: result %+v", f, got)
		}
		if got := filteredData(t, pdf); !bytes.Equal(got, rows) {
			t.Errorf("%+v: rows do not come back", f)
		}
	}
}

// filteredData asks qpdf for the decoded data of the image of a one-page file: the object before the last two of the page.
func filteredData(t *testing.T, pdf []byte) []byte {
	t.Helper()
	qpdf := testenv.Program(t, "qpdf")
	path := filepath.Join(t.TempDir(), "file.pdf")
	if err := os.WriteFile(path, pdf, 0o666); err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(pdf, []byte(" 0 obj\n<</Type /XObject"))
	number := string(pdf[bytes.LastIndexByte(pdf[:at], '\n')+1 : at])
	out, err := exec.Command(qpdf, "--show-object="+number, "--filtered-stream-data", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	return out
}
