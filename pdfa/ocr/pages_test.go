package ocr_test

import (
	"bytes"
	"encoding/xml"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"segnatura/internal/testenv"
)

// letter is what stands on the tests' page.
var letter = []string{
	"Comune di Bressanone",
	"Oggetto: richiesta di accesso agli atti amministrativi",
	"Il sottoscritto Luigi Pàlmieri, nato il 14 luglio 1961, residente",
	"perché ritiene che i lavori eseguiti dal proprietario vicino non",
	"1990; si allega copia del documento di identità. Qualora gli atti",
	"già pubblicati non fossero più disponibili, chiede copia semplice",
}

// Lengths in pixels.
const (
	testDPI       = 200
	pageWidth     = 1500
	pageHeight    = 700
	leftMargin    = 150
	firstBaseline = 170
	linePitch     = 70
	typePt        = 12
)

func typeface(t testing.TB) font.Face {
	t.Helper()
	parsed, err := opentype.Parse(goregular.TTF)
	if err != nil {
		t.Fatal(err)
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: typePt, DPI: testDPI, Hinting: font.HintingNone})
	if err != nil {
		t.Fatal(err)
	}
	return face
}

// truth is where the letter's words stand on the page as shown: skewed, then turned clockwise. Points; the boxes go from 0.8 of
// the type's size above the baseline to 0.2 below, and are level about the word's middle.
func truth(t testing.TB, skew float64, turn int) []box {
	t.Helper()
	face := typeface(t)
	defer face.Close()
	var out []box
	sin, cos := math.Sincos(skew * math.Pi / 180)
	for i, line := range letter {
		for at := 0; at < len(line); {
			n := strings.IndexByte(line[at:]+" ", ' ')
			from, to := font.MeasureString(face, line[:at]), font.MeasureString(face, line[:at+n])
			dx := float64(leftMargin) + float64(from+to)/2/64 - pageWidth/2
			dy := float64(firstBaseline+i*linePitch) - pageHeight/2
			w := box{Text: line[at : at+n]}
			half := float64(to-from) / 2 / 64
			up := 0.3 * typePt / 72 * testDPI // the middle of the box is above the baseline
			x, y := pageWidth/2+cos*dx-sin*dy+sin*up, pageHeight/2+sin*dx+cos*dy-cos*up
			width, height := float64(pageWidth), float64(pageHeight)
			for range turn / 90 {
				x, y = height-y, x
				width, height = height, width
			}
			w.XMin, w.XMax, w.YMin, w.YMax = (x-half)*72/testDPI, (x+half)*72/testDPI, y*72/testDPI, y*72/testDPI
			out = append(out, w)
			at += n + 1
		}
	}
	return out
}

// drawn is the letter as a grey page, skewed clockwise by so many degrees.
func drawn(t testing.TB, skew float64) *image.Gray {
	t.Helper()
	face := typeface(t)
	defer face.Close()
	page := image.NewGray(image.Rect(0, 0, pageWidth, pageHeight))
	draw.Draw(page, page.Bounds(), image.White, image.Point{}, draw.Src)
	d := font.Drawer{Dst: page, Src: image.Black, Face: face}
	for i, line := range letter {
		d.Dot = fixed.P(leftMargin, firstBaseline+i*linePitch)
		d.DrawString(line)
	}
	if skew == 0 {
		return page
	}
	out := image.NewGray(page.Bounds())
	sin, cos := math.Sincos(skew * math.Pi / 180)
	cx, cy := float64(page.Rect.Dx())/2, float64(page.Rect.Dy())/2
	for y := range page.Rect.Dy() {
		for x := range page.Rect.Dx() {
			dx, dy := float64(x)-cx, float64(y)-cy
			out.SetGray(x, y, color.Gray{Y: between(page, cx+cos*dx+sin*dy, cy-sin*dx+cos*dy)})
		}
	}
	return out
}

// between takes a grey at a place between pixels; what is off the page is white.
func between(img *image.Gray, x, y float64) byte {
	x0, y0 := int(math.Floor(x)), int(math.Floor(y))
	at := func(x, y int) float64 {
		if !(image.Point{x, y}).In(img.Rect) {
			return 255
		}
		return float64(img.GrayAt(x, y).Y)
	}
	fx, fy := x-float64(x0), y-float64(y0)
	return byte((at(x0, y0)*(1-fx)+at(x0+1, y0)*fx)*(1-fy) + (at(x0, y0+1)*(1-fx)+at(x0+1, y0+1)*fx)*fy + 0.5)
}

// turned turns a page clockwise by quarters.
func turned(img *image.Gray, quarters int) *image.Gray {
	for range quarters {
		out := image.NewGray(image.Rect(0, 0, img.Rect.Dy(), img.Rect.Dx()))
		for y := range img.Rect.Dy() {
			for x := range img.Rect.Dx() {
				out.SetGray(img.Rect.Dy()-1-y, x, img.GrayAt(x, y))
			}
		}
		img = out
	}
	return img
}

// asJPEG encodes a page with an EXIF block that states testDPI and an orientation.
func asJPEG(t testing.TB, img *image.Gray, orientation byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	exif := []byte("Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x04" +
		"\x01\x12\x00\x03\x00\x00\x00\x01\x00" + string(orientation) + "\x00\x00" +
		"\x01\x1a\x00\x05\x00\x00\x00\x01\x00\x00\x00\x3e" +
		"\x01\x1b\x00\x05\x00\x00\x00\x01\x00\x00\x00\x3e" +
		"\x01\x28\x00\x03\x00\x00\x00\x01\x00\x02\x00\x00" +
		"\x00\x00\x00\x00" + "\x00\x00\x00" + string(rune(testDPI&0x7F)) + "\x00\x00\x00\x01")
	exif[len(exif)-5] = testDPI
	out := append([]byte{0xFF, 0xD8, 0xFF, 0xE1, 0, byte(2 + len(exif))}, exif...)
	return append(out, b.Bytes()[2:]...)
}

// box is a word as pdftotext -bbox tells it: points on the page as shown, y downwards.
type box struct {
	XMin float64 `xml:"xMin,attr"`
	YMin float64 `xml:"yMin,attr"`
	XMax float64 `xml:"xMax,attr"`
	YMax float64 `xml:"yMax,attr"`
	Text string  `xml:",chardata"`
}

// boxes returns a PDF's words as poppler reads them, by page.
func boxes(t testing.TB, path string) [][]box {
	t.Helper()
	out, err := exec.Command(testenv.Program(t, "pdftotext"), "-bbox", path, "-").Output()
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
	pages := make([][]box, len(doc.Pages))
	for i, p := range doc.Pages {
		pages[i] = p.Words
	}
	return pages
}

// itsOwn returns the words of the PDF that tesseract itself makes of a page.
func itsOwn(t testing.TB, pgm []byte, dpi, languages string, mode string) []box {
	t.Helper()
	out := filepath.Join(t.TempDir(), "own")
	cmd := exec.Command(testenv.Program(t, "tesseract"), "stdin", out, "-l", languages, "--dpi", dpi, "--psm", mode, "-c", "tessedit_create_pdf=1")
	cmd.Stdin = bytes.NewReader(pgm)
	cmd.Env = append(os.Environ(), "OMP_THREAD_LIMIT=1")
	if msg, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("tesseract: %v\n%s", err, msg)
	}
	return boxes(t, out+".pdf")[0]
}
