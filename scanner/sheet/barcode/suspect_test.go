package barcode_test

import (
	"image"
	"image/draw"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"segnatura/internal/testenv"
	"segnatura/scanner/sheet/barcode"
)

// TestALabelThatCannotBeReadIsPointedAt covers two fifths of the code, which no decoder mends, and asks where it was.
func TestALabelThatCannotBeReadIsPointedAt(t *testing.T) {
	crops := 200
	switch {
	case raceDetector:
		crops = 8
	case testing.Short():
		crops = 60
	}
	t.Parallel()
	labels := stock(t, rand.New(rand.NewPCG(3, 20261122)), 1)
	for _, dpi := range []float64{300, 200} {
		background := written(rand.New(rand.NewPCG(4, 20261122)), dpi)
		unread, pointed, first := 0, 0, 0
		for seed := range crops / 2 {
			r := rand.New(rand.NewPCG(uint64(seed), 40))
			s := drawn(r, labels, dpi)
			s.cover, s.over = 0.4, []coverKind{"stain", "tape", "torn off"}[r.IntN(3)]
			img, what := s.paint(r, background)
			img = s.file(t, r, img, what)
			found, err := barcode.Find(t.Context(), img, barcode.Options{Accept: ours, DPI: dpi})
			if err != nil {
				t.Fatal(err)
			}
			if len(found.Codes) > 0 {
				if found.Codes[0].Text != s.label.text || len(found.Suspects) > 0 {
					t.Errorf("seed %d: %v", seed, found)
				}
				continue
			}
			unread++
			if len(found.Suspects) > 3 {
				t.Errorf("seed %d: %d places", seed, len(found.Suspects))
			}
			for i, b := range found.Suspects {
				// The whole code, turned, lies in the box, as far as that is on the crop.
				reach := float64(s.label.modules) / 2 * s.label.moduleMM() / 25.4 * dpi
				code := image.Rect(int(s.at.x-reach), int(s.at.y-reach), int(s.at.x+reach), int(s.at.y+reach))
				if code.In(image.Rect(b.X0, b.Y0, b.X1, b.Y1)) {
					if pointed++; i == 0 {
						first++
					}
					break
				}
			}
		}
		share := float64(pointed) / float64(unread)
		t.Logf("%.0f dpi: of %d labels covered by two fifths %d were not read; %d were pointed at (%.1f %%), %d of them first", dpi, crops/2, unread, pointed, 100*share, first)
		if missed := unread - pointed; float64(missed) > max(1, 0.1*float64(unread)) || unread < crops/8 { // of few, one
			t.Errorf("%.0f dpi: %d of %d pointed at", dpi, pointed, unread)
		}
	}
}

// letterPage is a page of text in a printed face, from small print to titles.
func letterPage(tb testing.TB, r *rand.Rand, dpi float64) *image.Gray {
	tb.Helper()
	img := image.NewGray(image.Rect(0, 0, int(210/25.4*dpi), int(297/25.4*dpi)))
	draw.Draw(img, img.Rect, image.White, image.Point{}, draw.Src)
	words := strings.Fields("Oggetto: richiesta di accesso agli atti, ai sensi della legge 7 agosto 1990, n. 241, e successive modificazioni; " +
		"il sottoscritto CHIEDE copia dei documenti prot. 0012345/2026 del 12.11.2026 relativi alla pratica EDILIZIA n. 88 MMMWWW HHEEBB")
	for y := 20 / 25.4 * dpi; y < float64(img.Rect.Dy())-20/25.4*dpi; {
		points := []float64{7, 8, 9, 10, 11, 12, 14, 24}[r.IntN(8)]
		data := goregular.TTF
		if r.IntN(3) == 0 {
			data = gobold.TTF
		}
		f, err := opentype.Parse(data)
		if err != nil {
			tb.Fatal(err)
		}
		face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: points, DPI: dpi, Hinting: font.HintingNone})
		if err != nil {
			tb.Fatal(err)
		}
		for range 1 + r.IntN(6) {
			y += points * dpi / 72 * (1 + 0.4*r.Float64())
			d := font.Drawer{Dst: img, Src: image.Black, Face: face, Dot: fixed.P(int(20/25.4*dpi), int(y))}
			for d.Dot.X.Floor() < img.Rect.Dx()-int(35/25.4*dpi) {
				d.DrawString(words[r.IntN(len(words))] + " ")
			}
		}
	}
	return img
}

func TestNothingIsPointedAtOnPagesOfText(t *testing.T) {
	pages := 16
	if raceDetector || testing.Short() {
		pages = 1
	}
	t.Parallel()
	with := 0
	for seed := range pages {
		r := rand.New(rand.NewPCG(uint64(seed), 50))
		dpi := []float64{200, 300}[seed%2]
		s := specimen{soften: r.Float64() * 0.7, noise: maxNoise * r.Float64() / 2}
		img := seen(r, letterPage(t, r, dpi), s)
		if seed%4 > 1 {
			diffuse(img)
		}
		found, err := barcode.Find(t.Context(), img, barcode.Options{Accept: ours, DPI: dpi})
		if err != nil || len(found.Codes) > 0 {
			t.Fatal(found, err)
		}
		if len(found.Suspects) > 0 {
			with++
			t.Logf("page %d: %v", seed, found.Suspects)
		}
	}
	t.Logf("%d of %d pages of text had a suspect", with, pages)
	if with*10 > pages {
		t.Errorf("%d of %d pages of text have a suspect", with, pages)
	}
}

// TestSuspectsOnRealPages says on how many scans without our labels something is pointed at.
func TestSuspectsOnRealPages(t *testing.T) {
	dir := testenv.Shared(t, "corpus/scans")
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	pages, with := 0, 0
	for _, e := range entries {
		if (raceDetector || testing.Short()) && pages > 0 {
			break // whole pages take minutes
		}
		for i, img := range decodeFile(t, filepath.Join(dir, e.Name())) {
			dpi := float64(img.Rect.Dy()) / 297 * 25.4
			found, err := barcode.Find(t.Context(), img, barcode.Options{Accept: ours, DPI: dpi})
			if err != nil {
				t.Fatal(err)
			}
			if pages++; len(found.Suspects) > 0 {
				with++
				t.Logf("%s page %d: %v", e.Name(), i+1, found.Suspects)
			}
		}
	}
	t.Logf("%d of %d scans had a suspect", with, pages)
	if with*10 > pages {
		t.Errorf("%d of %d scans without a label have a suspect", with, pages)
	}
}
