package convert_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"segnatura/internal/testenv"
	"segnatura/pdfa"
	"segnatura/pdfa/check/checktest"
	"segnatura/pdfa/convert"
)

// rasters returns what text would be recognised on.
func rasters(t *testing.T, inputs ...pdfa.Input) []pdfa.Raster {
	t.Helper()
	var out []pdfa.Raster
	pages, err := convert.Engine{}.Rasters(t.Context(), inputs, func(r pdfa.Raster) error {
		out = append(out, r)
		return nil
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if pages != len(out) {
		t.Errorf("%d pages said, %d rasters given", pages, len(out))
	}
	return out
}

// shown returns a page of a PDF as poppler shows it, as so many grey pixels.
func shown(t *testing.T, pdf []byte, p pdfa.PageResult, page, width, height int) []byte {
	t.Helper()
	program := testenv.Program(t, "pdftoppm")
	dir := t.TempDir()
	path := filepath.Join(dir, "shown.pdf")
	if err := os.WriteFile(path, pdf, 0o666); err != nil {
		t.Fatal(err)
	}
	n := strconv.Itoa(page)
	x, y := width, height // pdftoppm scales before it turns
	if (p.WidthMM > p.HeightMM) != (width > height) {
		x, y = y, x
	}
	out, err := exec.Command(program, "-gray", "-f", n, "-l", n, "-scale-to-x", strconv.Itoa(x), "-scale-to-y", strconv.Itoa(y), path).Output()
	if err != nil {
		t.Fatal(err)
	}
	head := fmt.Sprintf("P5\n%d %d\n255\n", width, height)
	if !bytes.HasPrefix(out, []byte(head)) {
		t.Fatalf("pdftoppm gave %q, not %q", out[:min(len(out), 20)], head)
	}
	return out[len(head):]
}

func greyAt(r pdfa.Raster, x, y int) int {
	if r.Bitonal {
		stride := (r.Width + 7) / 8
		return 255 - 255*int(r.Pix[y*stride+x/8]>>(7-x%8)&1)
	}
	return int(r.Pix[y*r.Width+x])
}

// difference is the mean of the pixels' differences, of 255, over blocks of 4 x 4 pixels, so that half a pixel of displacement
// costs little and a page that lies wrong costs all.
func difference(r pdfa.Raster, want []byte) float64 {
	sum, blocks := 0.0, 0
	for by := 0; by+4 <= r.Height; by += 4 {
		for bx := 0; bx+4 <= r.Width; bx += 4 {
			d := 0
			for y := by; y < by+4; y++ {
				for x := bx; x < bx+4; x++ {
					d += greyAt(r, x, y) - int(want[y*r.Width+x])
				}
			}
			sum += abs(float64(d)) / 16
			blocks++
		}
	}
	return sum / float64(blocks)
}

// slope makes grey rows that tell all corners apart.
func slope() []byte {
	out := make([]byte, 0, width*height)
	for y := range height {
		for x := range width {
			out = append(out, byte(40+2*x+2*y+60*(x/(width/2)*(1-y/(height/2)))))
		}
	}
	return out
}

func TestRastersAreUprightForEveryOrientationAndRotation(t *testing.T) {
	at := func(yDPI uint32, orientation uint32) []byte {
		fields := layout(1, 8, 1, 1, short(274, orientation), field{282, 5, []uint32{300, 1}}, field{283, 5, []uint32{yDPI, 1}})
		return buildTIFF(binary.LittleEndian, page{fields, [][]byte{slope()}})
	}
	for orientation := uint32(1); orientation <= 8; orientation++ {
		for _, rotate := range []int{0, 90, 180, 270} {
			in := input("o.tif", at(300, orientation))
			in.Rotate = rotate
			pdf, result := run(t, job(in))
			r := rasters(t, in)[0]
			w, h, x, y := width, height, 300.0, 150.0
			if (orientation >= 5) != (rotate%180 != 0) {
				w, h, x, y = h, w, y, x
			}
			if r.Width != w || r.Height != h || r.Page != 1 || r.Bitonal {
				t.Errorf("orientation %d, rotation %d: page %d of %d x %d", orientation, rotate, r.Page, r.Width, r.Height)
				continue
			}
			if d := difference(r, shown(t, pdf, result.Pages[0], 1, w, h)); d > 4 {
				t.Errorf("orientation %d, rotation %d: differs by %.1f of 255 from the page as shown", orientation, rotate, d)
			}
			oblong := input("o.tif", at(150, orientation))
			oblong.Rotate = rotate
			if r := rasters(t, oblong)[0]; r.XDPI != x || r.YDPI != y {
				t.Errorf("orientation %d, rotation %d: %v x %v dpi, not %v x %v", orientation, rotate, r.XDPI, r.YDPI, x, y)
			}
		}
	}
}

// Whatever an image is written from, it is looked at as poppler shows it.
func TestRastersShowEveryKindOfImage(t *testing.T) {
	for name, data := range samples(t) {
		in := input(name, data)
		var out bytes.Buffer
		result, err := convert.Engine{}.Convert(t.Context(), job(in), &out, nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got := rasters(t, in)
		if len(got) != len(result.Pages) {
			t.Errorf("%s: %d rasters of %d pages", name, len(got), len(result.Pages))
			continue
		}
		for i, r := range got {
			if d := difference(r, shown(t, out.Bytes(), result.Pages[i], i+1, r.Width, r.Height)); d > 20 { // of noise; another noise differs by 36
				t.Errorf("%s, page %d: differs by %.1f of 255 from the page as shown", name, i+1, d)
			}
		}
	}
}

func TestRastersOfTheCorpus(t *testing.T) {
	dir := testenv.Shared(t, "corpus/scans")
	for _, name := range []string{"leptonica__form1.tif", "twelvemonkeys__G32DS.tif", "twelvemonkeys__51-tiff-24-bit-color-jpeg.tif",
		"twelvemonkeys__scan-lzw-8bit-colormap.tiff", "go-mfp__testpage-5100x7016.png", "docspell__letter-en.jpg", "ocrmypdf__ccitt.pdf",
		"pdfbox__ccitt4-cib-test.pdf", "paperless-ng__rotated.pdf"} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(dir, name)
			var out bytes.Buffer
			result, err := convert.Engine{}.Convert(t.Context(), job(fileInput(path)), &out, nil)
			if err != nil {
				t.Fatal(err)
			}
			got := rasters(t, fileInput(path))
			if len(got) != len(result.Pages) {
				t.Fatalf("%d rasters of %d pages", len(got), len(result.Pages))
			}
			for i, r := range got {
				if r.XDPI > 331 || r.YDPI > 331 || r.Width > result.Pages[i].WidthPx && r.Width > result.Pages[i].HeightPx {
					t.Errorf("page %d: %d x %d at %.0f x %.0f dpi", i+1, r.Width, r.Height, r.XDPI, r.YDPI)
				}
				if d := difference(r, shown(t, out.Bytes(), result.Pages[i], i+1, r.Width, r.Height)); d > 12 {
					t.Errorf("page %d: differs by %.1f of 255 from the page as shown", i+1, d)
				}
			}
		})
	}
}

func TestTextMustBeThatOfThePages(t *testing.T) {
	fields := layout(1, 8, 1, 1, field{282, 5, []uint32{72, 1}}, field{283, 5, []uint32{72, 1}})
	in := input("p.tif", buildTIFF(binary.LittleEndian, page{fields, [][]byte{slope()}}, page{fields, [][]byte{slope()}}))
	word := pdfa.PageText{Words: []pdfa.Word{{Text: "ecco", X: 5, Y: 20, Width: 20, Height: 8, EndsLine: true}}}
	for _, n := range []int{1, 3} {
		j := job(in)
		j.Flavour, j.Text = pdfa.Flavour2U, make([]pdfa.PageText, n)
		if _, err := (convert.Engine{}).Convert(t.Context(), j, &bytes.Buffer{}, nil); err == nil {
			t.Errorf("%d texts for two pages were taken", n)
		}
	}
	j := job(in)
	j.Text = []pdfa.PageText{word, word}
	if _, err := (convert.Engine{}).Convert(t.Context(), j, &bytes.Buffer{}, nil); err == nil {
		t.Error("text was taken for flavour 2b")
	}
	j.Flavour, j.Text = pdfa.Flavour2U, []pdfa.PageText{word, {Missing: pdfa.TextDeadline}}
	var plain, texted bytes.Buffer
	before, err := convert.Engine{}.Convert(t.Context(), job(in), &plain, nil)
	if err != nil {
		t.Fatal(err)
	}
	result, err := convert.Engine{}.Convert(t.Context(), j, &texted, nil)
	if err != nil {
		t.Fatal(err)
	}
	checktest.Compliant(t, texted.Bytes(), pdfa.Flavour2U)
	if p := result.Pages; p[0].Words != 1 || p[0].TextMissing != "" || p[1].Words != 0 || p[1].TextMissing != pdfa.TextDeadline {
		t.Errorf("pages: %+v", p)
	}
	for i := range result.Pages {
		if result.Pages[i].StreamSHA256 != before.Pages[i].StreamSHA256 {
			t.Errorf("page %d: the text changed the picture", i+1)
		}
	}
}

func TestRastersStopAndRefuse(t *testing.T) {
	fields := layout(1, 8, 1, 1)
	good := input("g.tif", buildTIFF(binary.LittleEndian, page{fields, [][]byte{slope()}}, page{fields, [][]byte{slope()}}))
	enough := errors.New("enough")
	calls := 0
	if _, err := (convert.Engine{}).Rasters(t.Context(), []pdfa.Input{good}, func(pdfa.Raster) error { calls++; return enough }, nil); !errors.Is(err, enough) || calls != 1 {
		t.Errorf("after %d calls: %v", calls, err)
	}
	cut := input("c.tif", buildTIFF(binary.LittleEndian, page{fields, [][]byte{slope()[:width*2]}}))
	_, err := convert.Engine{}.Rasters(t.Context(), []pdfa.Input{cut}, func(pdfa.Raster) error { return nil }, nil)
	if refused, ok := errors.AsType[*pdfa.RefusedError](err); !ok || refused.File != "c.tif" || refused.Page != 1 {
		t.Errorf("a cut file: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (convert.Engine{}).Rasters(ctx, []pdfa.Input{good}, func(pdfa.Raster) error { return nil }, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// worded is a drawer of pages that all have a word, and counts what it draws.
type worded struct{ drawn int }

func (d *worded) Draw([]byte, float64) (width, height int, pix []byte, err error) {
	d.drawn++
	return 1, 1, make([]byte, 4), nil
}

func (*worded) Words([]byte) ([]pdfa.Word, error) {
	return []pdfa.Word{{Text: "ecco", X: 5, Y: 20, Width: 20, Height: 8, EndsLine: true}}, nil
}

// A long file whose pages all bring their text is no reason to draw a single one, and each is told of: it takes its time as well.
func TestPagesWithTheirOwnTextAreToldAndNotDrawn(t *testing.T) {
	s := pdfSheet{image: "/ColorSpace /DeviceGray /BitsPerComponent 8", data: slope(), content: "BT ET"}
	written := input("a.pdf", s.bytes())
	scanned := input("g.tif", buildTIFF(binary.LittleEndian, page{layout(1, 8, 1, 1), [][]byte{slope()}}))
	d := &worded{}
	var told, given []int
	pages, err := convert.Engine{Drawer: d}.Rasters(t.Context(), []pdfa.Input{written, scanned, written}, func(r pdfa.Raster) error {
		given = append(given, r.Page)
		return nil
	}, func(page int) { told = append(told, page) })
	if err != nil || pages != 3 || !slices.Equal(told, []int{1, 2, 3}) || !slices.Equal(given, []int{2}) || d.drawn != 0 {
		t.Errorf("%d pages, %d drawn, told of %v, given %v: %v", pages, d.drawn, told, given, err)
	}
}
