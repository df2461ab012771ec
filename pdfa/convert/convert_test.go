package convert_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"segnatura/internal/testenv"
	"segnatura/pdfa"
	"segnatura/pdfa/check/checktest"
	"segnatura/pdfa/convert"
)

// nopCloser makes an input of bytes.
type nopCloser struct{ *bytes.Reader }

func (nopCloser) Close() error { return nil }

func input(name string, data []byte) pdfa.Input {
	return pdfa.Input{Name: name, Open: func() (io.ReadSeekCloser, error) { return nopCloser{bytes.NewReader(data)}, nil }}
}

func fileInput(path string) pdfa.Input {
	return pdfa.Input{Name: filepath.Base(path), Open: func() (io.ReadSeekCloser, error) { return os.Open(path) }}
}

func job(inputs ...pdfa.Input) pdfa.Job {
	return pdfa.Job{Inputs: inputs, Flavour: pdfa.Flavour2B, Metadata: pdfa.Metadata{
		Title: "Scansione", CreatorTool: "segnatura test", DocumentID: "t",
		CreatedAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
	}}
}

// run converts and asks qpdf.
func run(tb testing.TB, j pdfa.Job) ([]byte, pdfa.Result) {
	tb.Helper()
	var out bytes.Buffer
	result, err := convert.Engine{}.Convert(tb.Context(), j, &out, nil)
	if err != nil {
		tb.Fatalf("convert: %v", err)
	}
	checktest.Compliant(tb, out.Bytes(), pdfa.Flavour2B)
	return out.Bytes(), result
}

// images returns the data of every image of a PDF, in order, as qpdf reads them: raw as stored, or with Flate undone.
func images(tb testing.TB, pdf []byte, raw bool) [][]byte {
	tb.Helper()
	qpdf := testenv.Program(tb, "qpdf")
	path := filepath.Join(tb.TempDir(), "file.pdf")
	if err := os.WriteFile(path, pdf, 0o666); err != nil {
		tb.Fatal(err)
	}
	how := "--filtered-stream-data"
	if raw {
		how = "--raw-stream-data"
	}
	var out [][]byte
	mark := []byte(" 0 obj\n<</Type /XObject")
	for at := bytes.Index(pdf, mark); at >= 0; {
		number := string(pdf[bytes.LastIndexByte(pdf[:at], '\n')+1 : at])
		data, err := exec.Command(qpdf, "--show-object="+number, how, path).Output()
		if err != nil {
			tb.Fatalf("qpdf: image %s: %v", number, err)
		}
		out = append(out, data)
		next := bytes.Index(pdf[at+1:], mark)
		if next < 0 {
			break
		}
		at += 1 + next
	}
	return out
}

// Every JPEG, PNG and TIFF of the corpus of scans is converted; its resolution, its way of storage and its pixels are proved.
func TestCorpusScans(t *testing.T) {
	tests := map[string]struct {
		pages      int
		encoding   string
		mm         [2]float64 // of page 1
		dpiAssumed bool
	}{
		"docspell__letter-en.jpg":                         {1, "jpeg passthrough", [2]float64{143.5, 201.3}, true},
		"leptonica__binding-example.45.jpg":               {1, "jpeg passthrough", [2]float64{407.5, 272.1}, false},
		"leptonica__pancrazi.15.jpg":                      {1, "jpeg passthrough", [2]float64{71.5, 54.6}, true},
		"naps2__blank1.jpg":                               {1, "jpeg passthrough", [2]float64{215.9, 279.4}, false},
		"naps2__notblank.jpg":                             {1, "jpeg passthrough", [2]float64{215.9, 279.4}, false},
		"go-mfp__testpage-5100x7016.png":                  {1, "flate", [2]float64{431.8, 594.0}, true},
		"unpaper__imgsrc001.png":                          {1, "ccitt g4", [2]float64{210.0, 296.9}, true},
		"leptonica__form1.tif":                            {1, "ccitt g4", [2]float64{33.0, 43.7}, false},
		"test__eurotext.tif":                              {1, "ccitt g4", [2]float64{86.7, 67.7}, false},
		"twelvemonkeys__51-tiff-24-bit-color-jpeg.tif":    {1, "jpeg passthrough", [2]float64{211.9, 347.4}, false},
		"twelvemonkeys__G32DS.tif":                        {1, "ccitt g4", [2]float64{208.6, 275.0}, false},
		"twelvemonkeys__fivepages-scan-causingerrors.tif": {5, "ccitt g4", [2]float64{210.0, 297.9}, false},
		"twelvemonkeys__scan-lzw-8bit-colormap.tiff":      {1, "flate", [2]float64{215.9, 279.4}, false},
	}
	dir := testenv.Shared(t, "corpus/scans")
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, entry := range entries {
		if strings.HasSuffix(entry.Name(), ".pdf") {
			continue
		}
		test, ok := tests[entry.Name()]
		if !ok {
			t.Errorf("no expectation for %s", entry.Name())
			continue
		}
		seen++
		t.Run(entry.Name(), func(t *testing.T) {
			path := filepath.Join(dir, entry.Name())
			pdf, result := run(t, job(fileInput(path)))
			if len(result.Pages) != test.pages {
				t.Fatalf("%d pages, want %d", len(result.Pages), test.pages)
			}
			for i, p := range result.Pages {
				if p.Encoding != test.encoding || p.PageInInput != i+1 || p.DPIAssumed != test.dpiAssumed {
					t.Errorf("page %d: %+v, want %+v", i+1, p, test)
				}
			}
			p := result.Pages[0]
			if abs(p.WidthMM-test.mm[0]) > 0.1 || abs(p.HeightMM-test.mm[1]) > 0.1 {
				t.Errorf("page 1 is %.1f x %.1f mm, want %v", p.WidthMM, p.HeightMM, test.mm)
			}
			if strings.HasSuffix(path, ".jpg") {
				wantSameBytes(t, path, pdf, p)
				return
			}
			if strings.HasSuffix(path, ".png") && test.encoding == "flate" {
				wantSameData(t, path, pdf)
				return
			}
			wantSamePixels(t, path, pdf, result)
		})
	}
	if seen != len(tests) {
		t.Errorf("%d of %d files were there", seen, len(tests))
	}
}

func abs(v float64) float64 { return max(v, -v) }

func wantSameBytes(t *testing.T, path string, pdf []byte, p pdfa.PageResult) {
	t.Helper()
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := images(t, pdf, true)[0]; !bytes.Equal(got, want) {
		t.Errorf("the JPEG in the PDF is not the file: %d bytes, %d", len(got), len(want))
	}
	if sum := sha256.Sum256(want); p.StreamSHA256 != hex.EncodeToString(sum[:]) {
		t.Error("StreamSHA256 is not the JPEG file's digest")
	}
}

// wantSameData says that PNG's compressed data passed through as it was.
func wantSameData(t *testing.T, path string, pdf []byte) {
	t.Helper()
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(images(t, pdf, true)[0], pngData(file)) {
		t.Error("the data in the PDF is not the PNG's")
	}
}

// wantSamePixels compares poppler's reading of the PDF with a reading of the source that is not ours.
func wantSamePixels(t *testing.T, path string, pdf []byte, result pdfa.Result) {
	t.Helper()
	program := testenv.Program(t, "pdfimages")
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "f.pdf"), pdf, 0o666); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(program, "-png", filepath.Join(dir, "f.pdf"), filepath.Join(dir, "i")).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	sources := reference(t, path, len(result.Pages))
	for i, want := range sources {
		got := decodePNG(t, filepath.Join(dir, "i-"+strings.Repeat("0", 3-len(itoa(i)))+itoa(i)+".png"))
		if want == nil {
			continue
		}
		if !sameImage(got, want) {
			t.Errorf("page %d: pixels differ", i+1)
		}
	}
}

func itoa(i int) string { return string(rune('0' + i)) }

func decodePNG(t *testing.T, path string) image.Image {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func sameImage(a, b image.Image) bool {
	return a.Bounds().Size() == b.Bounds().Size() && bytes.Equal(rgba(a), rgba(b))
}

// rgba returns the pixels of an opaque image of 8 bits.
func rgba(img image.Image) []byte {
	out := image.NewRGBA(image.Rectangle{Max: img.Bounds().Size()})
	draw.Draw(out, out.Rect, img, img.Bounds().Min, draw.Src)
	return out.Pix
}

// encodePNG makes a PNG of the standard library's choice of format.
func encodePNG(tb testing.TB, img image.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func TestEmptyAndUnknownInputs(t *testing.T) {
	small := encodePNG(t, image.NewGray(image.Rect(0, 0, 3, 3)))
	tests := map[string]struct {
		data []byte
		want pdfa.RefusalReason
	}{
		"no bytes":         {nil, pdfa.RefusedEmpty},
		"text":             {[]byte("hello, this is no image"), pdfa.RefusedUnsupported},
		"one byte of JPEG": {[]byte{0xFF}, pdfa.RefusedTruncated},
		"PNG signature":    {[]byte("\x89PNG\r\n\x1a\n"), pdfa.RefusedTruncated},
		"TIFF header":      {[]byte("II*\x00"), pdfa.RefusedTruncated},
		"too small a page": {small, pdfa.RefusedUnsupported},
	}
	for name, test := range tests {
		_, err := convert.Engine{}.Convert(t.Context(), job(input("scan", test.data)), io.Discard, nil)
		refused, ok := errors.AsType[*pdfa.RefusedError](err)
		if !ok || refused.Reason != test.want {
			t.Errorf("%s: %v, want a refusal as %q", name, err, test.want)
		}
	}
}

func TestAssumedResolution(t *testing.T) {
	img := encodePNG(t, image.NewGray(image.Rect(0, 0, 200, 100)))
	in := input("scan.png", img)
	in.AssumeXDPI, in.AssumeYDPI = 200, 100
	_, result := run(t, job(in, input("scan.png", img)))
	first, second := result.Pages[0], result.Pages[1]
	if abs(first.WidthMM-25.4) > 0.01 || abs(first.HeightMM-25.4) > 0.01 || !first.DPIAssumed {
		t.Errorf("with 200 x 100 dpi assumed: %+v", first)
	}
	if abs(second.WidthMM-200/300.*25.4) > 0.01 || !second.DPIAssumed {
		t.Errorf("with nothing known: %+v", second)
	}
}

// TestPlaceholderResolutionGivesWay: a page scanned at 300 dpi by a device that writes 72 was archived 0.88 m wide.
func TestPlaceholderResolutionGivesWay(t *testing.T) {
	jfif := func(dpi byte) []byte {
		return withSegments(samples(t)["JPEG"], []byte{0xE0, 'J', 'F', 'I', 'F', 0, 1, 1, 1, 0, dpi, 0, dpi, 0, 0})
	}
	for _, c := range []struct {
		stated, given byte
		want          float64
		assumed       bool
	}{
		{72, 200, 200, true}, {96, 200, 200, true}, {72, 72, 72, false}, {72, 0, 72, false}, {150, 200, 150, false},
	} {
		in := input("scan.jpg", jfif(c.stated))
		in.AssumeXDPI, in.AssumeYDPI = float64(c.given), float64(c.given)
		_, result := run(t, job(in))
		if p := result.Pages[0]; abs(p.WidthMM-64/c.want*25.4) > 0.01 || p.DPIAssumed != c.assumed {
			t.Errorf("stated %d, given %d: %.1f mm, assumed %v; want %v dpi", c.stated, c.given, p.WidthMM, p.DPIAssumed, c.want)
		}
	}
}

func TestCancelledContext(t *testing.T) {
	img := encodePNG(t, image.NewGray(image.Rect(0, 0, 200, 100)))
	ctx, cancel := context.WithCancel(t.Context())
	_, err := convert.Engine{}.Convert(ctx, job(input("a", img), input("b", img)), io.Discard, func(page int) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled after page 1: %v", err)
	}
}

func TestEqualJobsGiveEqualFiles(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 60, 60))
	img.SetNRGBA(3, 4, color.NRGBA{1, 2, 3, 128})
	data := encodePNG(t, img)
	first, _ := run(t, job(input("a", data)))
	second, _ := run(t, job(input("a", data)))
	if !bytes.Equal(first, second) {
		t.Error("two runs differ")
	}
	other := job(input("a", data))
	other.Metadata.DocumentID = "other"
	third, _ := run(t, other)
	if bytes.Equal(first, third) {
		t.Error("another document has the same identifier")
	}
}
