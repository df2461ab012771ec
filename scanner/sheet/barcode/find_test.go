package barcode_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/boombuler/barcode/code128"

	"segnatura/internal/testenv"
	"segnatura/scanner"
	"segnatura/scanner/sheet"
	"segnatura/scanner/sheet/barcode"
)

// clean is a label without wear.
func clean(dpi, degrees float64) wear {
	return wear{dpi: dpi, moduleMM: 3.0 / 8, degrees: degrees, noise: 4, quality: 85, ink: 25, paper: 240, soften: 0.3}
}

func texts(reads []scanner.CodeRead) []string {
	var out []string
	for _, r := range reads {
		out = append(out, r.Text)
	}
	slices.Sort(out)
	return out
}

// find looks for codes only.
func find(ctx context.Context, img *image.Gray, o barcode.Options) ([]scanner.CodeRead, error) {
	found, err := barcode.Find(ctx, img, o)
	return found.Codes, err
}

// isOurs is what the station's check does, as far as this package can see it.
func isOurs(s string) bool { return strings.HasPrefix(s, "SGN1.") }

func TestTheBoxIsTheSymbol(t *testing.T) {
	for _, degrees := range []float64{0, 17, 45, 90, 163, 225, 270, 340} {
		r := rand.New(rand.NewPCG(1, uint64(degrees)))
		w := clean(300, degrees)
		img := page(r, 900, 900, w.dpi, w.ink, w.paper)
		modules := symbol(t, payload(r))
		label(r, img, modules, 450, 400, w)
		reads, err := find(t.Context(), scan(t, r, img, w), barcode.Options{})
		if err != nil || len(reads) != 1 {
			t.Fatalf("%g degrees: %v, %v", degrees, reads, err)
		}
		sin, cos := math.Sincos(degrees * math.Pi / 180)
		half := float64(len(modules)) * w.moduleMM / 25.4 * w.dpi / 2 * (math.Abs(sin) + math.Abs(cos))
		got := reads[0]
		for i, d := range []float64{float64(got.X0) - 450 + half, float64(got.Y0) - 400 + half, float64(got.X1) - 450 - half, float64(got.Y1) - 400 - half} {
			if math.Abs(d) > 3 {
				t.Errorf("%g degrees: side %d of the box is %.1f pixels off", degrees, i, d)
			}
		}
	}
}

func TestPlacesCountFromTheFilesCornerAlsoInAPartOfAnImage(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	w := clean(300, 10)
	img := page(r, 900, 900, w.dpi, w.ink, w.paper)
	want := payload(r)
	label(r, img, symbol(t, want), 600, 600, w)
	part := img.SubImage(image.Rect(300, 300, 900, 900)).(*image.Gray)
	reads, err := find(t.Context(), part, barcode.Options{})
	if err != nil || len(reads) != 1 || reads[0].Text != want {
		t.Fatalf("%v, %v", reads, err)
	}
	if c := (reads[0].X0 + reads[0].X1) / 2; max(c-600, 600-c) > 3 {
		t.Errorf("the box's middle is at %d, not 600", c)
	}
}

func TestTwoLabelsOnAPageAreBothFound(t *testing.T) {
	pages := uint64(9)
	if raceDetector {
		pages = 2
	}
	for seed := range pages {
		r := rand.New(rand.NewPCG(seed, 7))
		w := clean([]float64{200, 300}[seed%2], r.Float64()*360)
		img := page(r, int(6*w.dpi), int(8*w.dpi), w.dpi, w.ink, w.paper)
		first, second := payload(r), payload(r)
		label(r, img, symbol(t, first), 4.8*w.dpi, 1.2*w.dpi, w)
		w.degrees += 33
		if seed%3 == 0 { // the second one has lost its corner
			w.cover = 0.05
		}
		label(r, img, symbol(t, second), (1.2+3.6*r.Float64())*w.dpi, (3.2+3.6*r.Float64())*w.dpi, w)
		reads, err := find(t.Context(), scan(t, r, img, w), barcode.Options{Accept: isOurs})
		want := []string{first, second}
		slices.Sort(want)
		if err != nil || !slices.Equal(texts(reads), want) {
			t.Errorf("seed %d: %v, %v; want %v", seed, reads, err, want)
		}
	}
}

func TestTheSameLabelTwiceIsTwoReads(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	w := clean(300, 3)
	img := page(r, 1500, 900, w.dpi, w.ink, w.paper)
	text := payload(r)
	label(r, img, symbol(t, text), 350, 400, w)
	label(r, img, symbol(t, text), 1050, 400, w)
	reads, err := find(t.Context(), scan(t, r, img, w), barcode.Options{Accept: isOurs})
	if err != nil || len(reads) != 2 || reads[0].Text != text || reads[1].Text != text {
		t.Errorf("%v, %v", reads, err)
	}
}

func TestAForeignCodeIsReportedAndDoesNotEndTheSearch(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	w := clean(300, 0)
	img := page(r, 2480, 1800, w.dpi, w.ink, w.paper)
	own := payload(r)
	const foreign = "HTTPS://WWW.ESEMPIO.IT/BOLLETTA/00012345"
	label(r, img, symbol(t, foreign), 500, 400, w)
	// Ours has lost a finder pattern, so that it takes a dearer stage than the foreign one.
	label(r, img, symbol(t, own), 1900, 1300, w)
	px := w.moduleMM / 25.4 * w.dpi
	for y := 1300 - int(14.5*px); y < 1300-int(8*px); y++ {
		for x := 1900 - int(14.5*px); x < 1900-int(8*px); x++ {
			img.Pix[y*img.Stride+x] = 235
		}
	}
	var asked []string
	reads, err := find(t.Context(), scan(t, r, img, w), barcode.Options{Accept: func(s string) bool {
		asked = append(asked, s)
		return isOurs(s)
	}})
	want := []string{foreign, own}
	if err != nil || !slices.Equal(texts(reads), want) || !slices.Equal(asked, want) {
		t.Errorf("%v, asked %v, %v", reads, asked, err)
	}
}

func TestNothingOnEmptyAndTextPages(t *testing.T) {
	white := image.NewGray(image.Rect(0, 0, 2480, 3508))
	for i := range white.Pix {
		white.Pix[i] = 255
	}
	r := rand.New(rand.NewPCG(4, 4))
	for name, img := range map[string]*image.Gray{
		"white": white, "black": image.NewGray(image.Rect(0, 0, 2480, 3508)), "text": page(r, 2480, 3508, 300, 20, 240),
		"one pixel": image.NewGray(image.Rect(0, 0, 1, 1)), "one row": image.NewGray(image.Rect(0, 0, 500, 1)),
		"one column": image.NewGray(image.Rect(0, 0, 1, 500)), "noise": noise(r),
	} {
		reads, err := find(t.Context(), img, barcode.Options{Accept: isOurs, Code128: true})
		if err != nil || len(reads) != 0 {
			t.Errorf("%s: %v, %v", name, reads, err)
		}
	}
	for _, img := range []*image.Gray{nil, {}} {
		if _, err := find(t.Context(), img, barcode.Options{}); err == nil {
			t.Error("an empty image was searched")
		}
	}
}

func noise(r *rand.Rand) *image.Gray {
	m := image.NewGray(image.Rect(0, 0, 800, 800))
	for i := range m.Pix {
		m.Pix[i] = uint8(r.IntN(256))
	}
	return m
}

func TestFindStopsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := find(ctx, noise(rand.New(rand.NewPCG(1, 1))), barcode.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestCode128OnlyWhereAskedFor(t *testing.T) {
	code, err := code128.Encode("20260001234")
	if err != nil {
		t.Fatal(err)
	}
	img := page(rand.New(rand.NewPCG(8, 8)), 1600, 1200, 300, 20, 240)
	for y := 500; y < 700; y++ {
		for x := 300; x < 400+code.Bounds().Dx()*4; x++ {
			level := uint8(240)
			if u := (x - 340) / 4; x >= 340 && u < code.Bounds().Dx() {
				if v, _, _, _ := code.At(u, 0).RGBA(); v == 0 {
					level = 20
				}
			}
			img.Pix[y*img.Stride+x] = level
		}
	}
	upright, turned := img, image.NewGray(image.Rect(0, 0, 1200, 1600))
	for y := range 1200 {
		for x := range 1600 {
			turned.Pix[x*turned.Stride+1199-y] = img.Pix[y*img.Stride+x]
		}
	}
	for name, m := range map[string]*image.Gray{"upright": upright, "a quarter round": turned} {
		reads, err := find(t.Context(), m, barcode.Options{})
		if err != nil || len(reads) != 0 {
			t.Errorf("%s, not asked for: %v, %v", name, reads, err)
		}
		reads, err = find(t.Context(), m, barcode.Options{Code128: true})
		if err != nil || len(reads) != 1 || reads[0].Text != "20260001234" || reads[0].Symbology != barcode.Code128 {
			t.Fatalf("%s: %v, %v", name, reads, err)
		}
		if box := image.Rect(reads[0].X0, reads[0].Y0, reads[0].X1, reads[0].Y1); !box.In(m.Rect) || box.Dx() < 4 && box.Dy() < 4 {
			t.Errorf("%s: box %v", name, box)
		}
	}
}

// decodeFile is the page image behind a corpus file, or several for a PDF, or none for what package sheet refuses.
func decodeFile(t *testing.T, path string) []*image.Gray {
	t.Helper()
	files := []string{path}
	if filepath.Ext(path) == ".pdf" {
		dir := t.TempDir()
		out, err := exec.Command(testenv.Program(t, "pdftoppm"), "-r", "200", "-gray", "-jpeg", path, filepath.Join(dir, "p")).CombinedOutput()
		if err != nil {
			t.Fatalf("pdftoppm: %v: %s", err, out)
		}
		if files, err = filepath.Glob(filepath.Join(dir, "*.jpg")); err != nil || len(files) == 0 {
			t.Fatalf("pdftoppm wrote nothing for %s", path)
		}
	}
	var pages []*image.Gray
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		m, err := sheet.Read(bytes.NewReader(data), scanner.Settings{})
		if err != nil {
			t.Logf("%s: %v", filepath.Base(path), err)
			continue
		}
		pages = append(pages, m.Grey)
	}
	return pages
}

// No page of others may be taken for ours, and what the corpus states of its QR codes is read.
func TestCorpusHasForeignCodesOnly(t *testing.T) {
	t.Parallel()
	stated := map[string]string{
		"rxing__qrcode-1_13.png": "http://google.com/gwt/n?u=bluenile.com", // the manifest's "expected"
		"rxing__multi-1_1.png":   "www.airtable.com/jobs",                  // "observed" with zbarimg
	}
	seen, files := 0, 0
	folders := []string{"corpus/barcodes", "corpus/scans"}
	if raceDetector {
		folders = folders[:1]
	}
	for _, folder := range folders {
		dir := testenv.Shared(t, folder)
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if raceDetector && filepath.Ext(e.Name()) != ".png" {
				continue // the whole pages take minutes
			}
			for i, img := range decodeFile(t, filepath.Join(dir, e.Name())) {
				files++
				// As in the station, with the resolution of an A4 page: the last stages are reached too.
				reads, err := find(t.Context(), img, barcode.Options{Accept: ours, DPI: float64(img.Rect.Dy()) / 297 * 25.4})
				if err != nil {
					t.Fatalf("%s: %v", e.Name(), err)
				}
				for _, r := range reads {
					t.Logf("%s page %d: %s %q", e.Name(), i+1, r.Symbology, r.Text)
					if isOurs(r.Text) {
						t.Errorf("%s page %d: taken for ours: %q", e.Name(), i+1, r.Text)
					}
				}
				if want := stated[e.Name()]; want != "" {
					seen++
					if !slices.Contains(texts(reads), want) {
						t.Errorf("%s: %v, want %q", e.Name(), reads, want)
					}
				}
			}
		}
	}
	if seen != len(stated) || files < 30 && !raceDetector {
		t.Errorf("%d pages, %d of %d stated codes: the corpus is not all there", files, seen, len(stated))
	}
}

func TestCorpusCode128IsReadWhenAskedFor(t *testing.T) {
	for name, want := range map[string]string{
		"rxing__code128-1_3.png": "102030405060708090", "rxing__code128-2_01.png": "005-3379497200006", "rxing__code128-2_14.png": "1PEF224A4",
	} {
		for _, img := range decodeFile(t, testenv.Shared(t, "corpus/barcodes/"+name)) {
			reads, err := find(t.Context(), img, barcode.Options{Code128: true})
			if err != nil || !slices.Contains(texts(reads), want) {
				t.Errorf("%s: %v, %v; want %q", name, reads, err, want)
			}
		}
	}
}
