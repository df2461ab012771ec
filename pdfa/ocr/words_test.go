package ocr_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"segnatura/internal/testenv"
	"segnatura/pdfa"
	"segnatura/pdfa/check/checktest"
	"segnatura/pdfa/convert"
	"segnatura/pdfa/ocr"
)

type nopCloser struct{ *bytes.Reader }

func (nopCloser) Close() error { return nil }

func input(data []byte, rotate int) pdfa.Input {
	return pdfa.Input{Name: "letter.jpg", Rotate: rotate, Open: func() (io.ReadSeekCloser, error) { return nopCloser{bytes.NewReader(data)}, nil }}
}

// read goes the whole way: pages of inputs, their text, and the file with both.
func read(t *testing.T, reader *ocr.Reader, inputs ...pdfa.Input) (texts []pdfa.PageText, path string) {
	t.Helper()
	engine := convert.Engine{}
	texts, err := reader.Read(t.Context(), func(ctx context.Context, emit func(pdfa.Raster) error) (int, error) {
		return engine.Rasters(ctx, inputs, emit, nil)
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if _, err := engine.Convert(t.Context(), pdfa.Job{Inputs: inputs, Flavour: pdfa.Flavour2U, Text: texts}, &out, nil); err != nil {
		t.Fatal(err)
	}
	checktest.Compliant(t, out.Bytes(), pdfa.Flavour2U)
	path = filepath.Join(t.TempDir(), "text.pdf")
	if err := os.WriteFile(path, out.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	return texts, path
}

func italian(t *testing.T) *ocr.Reader {
	t.Helper()
	testenv.Program(t, "tesseract")
	reader, err := ocr.New(t.Context(), ocr.Config{Languages: []string{"ita"}, Failed: func(page int, err error) {
		t.Errorf("page %d: %v", page, err)
	}})
	if err != nil {
		t.Fatal(err)
	}
	return reader
}

func pgm(img *image.Gray) []byte {
	return append(fmt.Appendf(nil, "P5\n%d %d\n255\n", img.Rect.Dx(), img.Rect.Dy()), img.Pix...)
}

// Every word of the PDF that tesseract makes itself is found in ours, in the same place.
func TestWordsAreThoseOfTesseractsOwnPDFInTheSamePlaces(t *testing.T) {
	reader := italian(t)
	tests := []struct {
		name     string
		skew     float64 // of the paper, clockwise
		quarters int     // clockwise, of the image as it is stored
		exif     byte    // what the file says about it
		rotate   int     // what the job says
		turn     int     // clockwise, of the text on the page as it is shown
		mode     string  // that tesseract needs for a page that is shown like this
	}{
		{name: "upright", exif: 1, mode: "3"},
		{name: "skewed by 3 degrees", skew: 3, exif: 1, mode: "3"},
		{name: "turned by EXIF and skewed", skew: -2, quarters: 3, exif: 6, mode: "3"},
		{name: "turned by the job", quarters: 1, exif: 1, rotate: 270, mode: "3"},
		{name: "turned by both", quarters: 1, exif: 6, rotate: 180, mode: "3"},
		{name: "lying on its side", skew: 1, quarters: 1, exif: 1, turn: 90, mode: "3"},
		{name: "lying on the other side", quarters: 3, exif: 1, turn: 270, mode: "1"},
		{name: "standing on its head and skewed", skew: 2, quarters: 2, exif: 1, turn: 180, mode: "1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			stored := turned(drawn(t, test.skew), test.quarters)
			in := input(asJPEG(t, stored, test.exif), test.rotate)
			var shown pdfa.Raster
			if _, err := (convert.Engine{}).Rasters(t.Context(), []pdfa.Input{in}, func(r pdfa.Raster) error {
				shown = r
				return nil
			}, nil); err != nil {
				t.Fatal(err)
			}
			own := itsOwn(t, pgm(&image.Gray{Pix: shown.Pix, Stride: shown.Width, Rect: image.Rect(0, 0, shown.Width, shown.Height)}),
				strconv.Itoa(testDPI), "ita", test.mode)
			_, path := read(t, reader, in)
			ours := boxes(t, path)[0]
			wantDrawn(t, ours, test.skew, test.turn)
			for _, w := range own {
				if !covered(ours, w) {
					t.Errorf("tesseract's own PDF has %+v; ours has no such word there", w)
				}
			}
		})
	}
}

// wantDrawn proves that every word of the letter is read where it was drawn: the middle of its box is that of the word's.
func wantDrawn(t *testing.T, words []box, skew float64, turn int) {
	t.Helper()
	const tolerance = 2.5 // points; the words are 12 points high
	for _, w := range truth(t, skew, turn) {
		best, at := math.Inf(1), box{}
		for _, v := range words {
			if d := apart(v, w); v.Text == w.Text && d < best {
				best, at = d, v
			}
		}
		if best > tolerance {
			t.Errorf("%q is drawn at %.0f, %.0f; read %.1f points away: %+v", w.Text, w.XMin, w.YMin, best, at)
		}
	}
}

func apart(a, b box) float64 {
	return math.Hypot((a.XMin+a.XMax-b.XMin-b.XMax)/2, (a.YMin+a.YMax-b.YMin-b.YMax)/2)
}

// covered reports whether a word, or the part of one that poppler took for a word, is part of one of words in the same place.
func covered(words []box, w box) bool {
	x, y := (w.XMin+w.XMax)/2, (w.YMin+w.YMax)/2
	for _, v := range words {
		if strings.Contains(v.Text, w.Text) && x >= v.XMin && x <= v.XMax && y >= v.YMin && y <= v.YMax {
			return true
		}
	}
	return false
}
