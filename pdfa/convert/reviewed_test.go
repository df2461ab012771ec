package convert_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"image"
	"image/color"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/image/ccitt"

	"segnatura/internal/testenv"
	"segnatura/pdfa"
	"segnatura/pdfa/check/checktest"
	"segnatura/pdfa/convert"
)

// verdict is what somebody who looked at a file of the corpus of bad images expects of it.
type verdict struct {
	refused pdfa.RefusalReason // "": converted
	page    int                // that the refusal names
	pages   int                // of the converted file
	because string
	// How the rendered page compares with a reading of the source that is not ours: how it is turned, clockwise, and how far the
	// mean of the differences may go, of 255. Inks have no one look; of two kinds there is no other reader.
	turned  int
	differs float64
}

var badImages = map[string]verdict{
	"docspell__20K-gray.png":                     {refused: pdfa.RefusedTooLarge, because: "400 megapixels, a bomb; the limit is 100"},
	"exif-orientation-examples__Landscape_6.jpg": {pages: 1, turned: 90, because: "EXIF says that it lies on its side: the page is turned, the pixels are not"},
	"go-mfp__UEIT-100x75rgb16.png":               {pages: 1, because: "16 bits with opacity, laid on white"},
	"image-tiff__sample-get-lzw-stuck.tiff":      {refused: pdfa.RefusedTruncated, because: "its planes lie beyond the end of the file"},
	"pillow__crash-0e16d3bfb83be87356d026d66919deaefca44dac.tif": {refused: pdfa.RefusedTruncated,
		because: "all strips but the first lie beyond the end of the file"},
	"pillow__decompression_bomb.gif": {refused: pdfa.RefusedUnsupported, because: "no scanner sends GIF, and this one is a bomb"},
	"pillow__g4_orientation_6.tif":   {pages: 1, turned: 90, because: "the orientation tag becomes the page's"},
	"pillow__total-pages-zero.tif":   {pages: 3, because: "PageNumber says 0 of 0, and nobody needs it"},
	"pillow__truncated_jpeg.jpg":     {refused: pdfa.RefusedTruncated, because: "half of the picture is missing"},
	"twelvemonkeys__110115680-6d6dce80-7d84-11eb-99df-4cb21df3b09f.jpeg": {refused: pdfa.RefusedCorrupt,
		because: "a segment's length is wrong: between segments stands what is no marker"},
	"twelvemonkeys__5145e95a-02a8-11e7-8372-4787a7307ab8.jpg": {refused: pdfa.RefusedCorrupt, because: "seven bytes"},
	"twelvemonkeys__broken-bogus-data-prepended-real-jfif-start-at-4801.jpg": {refused: pdfa.RefusedCorrupt,
		because: "something else stands before the JPEG; which of the two is the page is a guess"},
	"twelvemonkeys__ccitt_tolessrows.tif": {refused: pdfa.RefusedUnsupported, page: 1,
		because: "6 x 6 pixels are half a millimetre: less than a page of PDF/A may have"},
	"twelvemonkeys__cmyk-sample.jpg": {pages: 1, differs: 45, because: "inks without a profile get one of typical inks"},
	"twelvemonkeys__twain-rgb-jpeg-with-bogus-ycbcr-subsampling.tif": {pages: 2,
		because: "RGB in JPEG: the tag about YCbCr does not matter; strips are joined"},
	"twelvemonkeys__xdensity-out-of-range-zero.jpg": {pages: 1, because: "a density of zero is none stated"},
}

func TestCorpusBadImages(t *testing.T) {
	dir := testenv.Shared(t, "corpus/images-bad")
	for _, name := range imageNames(t, dir) {
		want, ok := badImages[name]
		if !ok || want.because == "" {
			t.Errorf("nobody has looked at %s", name)
			continue
		}
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(dir, name)
			var out bytes.Buffer
			result, err := convert.Engine{}.Convert(t.Context(), job(fileInput(path)), &out, nil)
			if want.refused != "" {
				refused, ok := errors.AsType[*pdfa.RefusedError](err)
				if !ok || refused.Reason != want.refused || refused.Page != want.page || refused.File != name || refused.Detail == "" {
					t.Errorf("%v, want a refusal as %q, page %d, because %s", err, want.refused, want.page, want.because)
				}
				return
			}
			if err != nil || len(result.Pages) != want.pages {
				t.Fatalf("%d pages, %v, want %d because %s", len(result.Pages), err, want.pages, want.because)
			}
			checktest.Compliant(t, out.Bytes(), pdfa.Flavour2B)
			wantSameLook(t, path, out.Bytes(), result, want)
		})
	}
	if n := len(imageNames(t, dir)); n != len(badImages) {
		t.Errorf("%d files, and %d verdicts", n, len(badImages))
	}
}

// Every image of the other two corpora is converted, and looks like what another reader makes of it.
func TestCorpusImagesLookRight(t *testing.T) {
	for _, folder := range []string{"corpus/scans", "corpus/barcodes"} {
		dir := testenv.Shared(t, folder)
		names := imageNames(t, dir)
		if len(names) < 10 {
			t.Errorf("only %d images in %s", len(names), folder)
		}
		for _, name := range names {
			t.Run(name, func(t *testing.T) {
				var out bytes.Buffer
				result, err := convert.Engine{}.Convert(t.Context(), job(fileInput(filepath.Join(dir, name))), &out, nil)
				if err != nil {
					t.Fatal(err)
				}
				checktest.Keep(t, out.Bytes())
				wantSameLook(t, filepath.Join(dir, name), out.Bytes(), result, verdict{})
			})
		}
	}
}

// No Go package reads two-dimensional Group 3 but ours. The digest is of the rows that libtiff reads, 1 = white.
func TestTwoDimensionalFaxIsReadAsLibtiffReadsIt(t *testing.T) {
	const width, height, digest = 2464, 3248, "f42aadb82daae08f5ef2db33b6790cb2bfb0de296acaec4b4db9bf164a73df3f"
	pdf, _ := run(t, job(fileInput(filepath.Join(testenv.Shared(t, "corpus/scans"), "twelvemonkeys__G32DS.tif"))))
	rows := make([]byte, width/8*height)
	r := ccitt.NewReader(bytes.NewReader(images(t, pdf, true)[0]), ccitt.MSB, ccitt.Group4, width, height, nil)
	if _, err := io.ReadFull(r, rows); err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256(rows); hex.EncodeToString(sum[:]) != digest {
		t.Errorf("the rows' digest is %x, want %s", sum, digest)
	}
}

func imageNames(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), ".pdf") {
			names = append(names, entry.Name())
		}
	}
	return names
}

// lookSide is the side of the small squares that pages are compared as.
const lookSide = 48

// wantSameLook renders the pages small and compares them with the source, read by others and made as small. Where no other reader
// is, the page must at least have something on it, and not be full of it.
func wantSameLook(t *testing.T, path string, pdf []byte, result pdfa.Result, want verdict) {
	t.Helper()
	program := testenv.Program(t, "pdftoppm")
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "f.pdf"), pdf, 0o666); err != nil {
		t.Fatal(err)
	}
	p := result.Pages[0]
	dpi := strconv.Itoa(1 + int(600*25.4/max(p.WidthMM, p.HeightMM))) // -scale-to forgets that pages are turned
	out, err := exec.Command(program, "-png", "-r", dpi, filepath.Join(dir, "f.pdf"), filepath.Join(dir, "p")).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	sources := reference(t, path, len(result.Pages))
	for i, source := range sources {
		look := decodePNG(t, filepath.Join(dir, "p-"+itoa(i+1)+".png"))
		if source == nil {
			if ink := meanDifference(small(image.NewUniform(color.White)), small(look)); ink < 1 || ink > 200 {
				t.Errorf("page %d: %.1f of 255 from white", i+1, ink)
			}
			continue
		}
		most := max(want.differs, 12)
		if b := source.Bounds(); min(b.Dx(), b.Dy()) < 4*lookSide {
			most = max(most, 20) // pixels do not fall into the squares alike
		}
		if d := meanDifference(turned(small(source), want.turned), small(look)); d > most {
			t.Errorf("page %d differs from its source by %.1f of 255", i+1, d)
		}
	}
}

// small lays an image on white and makes a square of it, each pixel the mean of what it covers, or of a hundred of those pixels.
func small(img image.Image) *image.RGBA {
	bounds, out := img.Bounds(), image.NewRGBA(image.Rect(0, 0, lookSide, lookSide))
	if _, ok := img.(*image.Uniform); ok {
		bounds = out.Rect
	}
	for y := range lookSide {
		y0, y1 := bounds.Min.Y+y*bounds.Dy()/lookSide, bounds.Min.Y+(y+1)*bounds.Dy()/lookSide
		for x := range lookSide {
			x0, x1 := bounds.Min.X+x*bounds.Dx()/lookSide, bounds.Min.X+(x+1)*bounds.Dx()/lookSide
			var sum [3]uint32
			n := uint32(0)
			for v := y0; v < max(y1, y0+1); v += 1 + (y1-y0)/10 {
				for u := x0; u < max(x1, x0+1); u += 1 + (x1-x0)/10 {
					r, g, b, a := img.At(u, v).RGBA()
					for c, s := range [3]uint32{r, g, b} {
						sum[c] += (s + 0xFFFF - a) >> 8
					}
					n++
				}
			}
			out.SetRGBA(x, y, color.RGBA{uint8(sum[0] / n), uint8(sum[1] / n), uint8(sum[2] / n), 255})
		}
	}
	return out
}

func turned(img *image.RGBA, degrees int) *image.RGBA {
	for ; degrees > 0; degrees -= 90 {
		out := image.NewRGBA(img.Rect)
		for y := range lookSide {
			for x := range lookSide {
				out.Set(lookSide-1-y, x, img.At(x, y))
			}
		}
		img = out
	}
	return img
}

func meanDifference(a, b *image.RGBA) float64 {
	sum := 0.0
	for i := range a.Pix {
		sum += math.Abs(float64(a.Pix[i]) - float64(b.Pix[i]))
	}
	return sum / float64(len(a.Pix)) * 4 / 3 // the fourth is opacity
}
