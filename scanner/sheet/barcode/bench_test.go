package barcode_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"segnatura/internal/testenv"
	"segnatura/scanner"
	"segnatura/scanner/sheet"
	"segnatura/scanner/sheet/barcode"
)

// benchPage is an A4 page at 300 dpi as a scanner sends it, with our label at the top right or without.
func benchPage(b *testing.B, seed uint64, withLabel bool) (*image.Gray, string) {
	b.Helper()
	r := rand.New(rand.NewPCG(seed, 42))
	w := clean(300, 2)
	w.quality = 0
	img := page(r, 2480, 3508, w.dpi, w.ink, w.paper)
	text := payload(r)
	if withLabel {
		label(r, img, symbol(b, text), 2000, 350, w)
	}
	return scan(b, r, img, w), text
}

func asJPEG(b *testing.B, img *image.Gray, colour bool) []byte {
	b.Helper()
	var src image.Image = img
	if colour {
		c := image.NewRGBA(img.Rect)
		for i, v := range img.Pix { // paper is never neutral
			copy(c.Pix[4*i:], []uint8{v, uint8(float64(v) * 0.98), uint8(float64(v) * 0.94), 255})
		}
		src = c
	}
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, src, &jpeg.Options{Quality: 80}); err != nil {
		b.Fatal(err)
	}
	return buf.Bytes()
}

func BenchmarkFind(b *testing.B) {
	for name, withLabel := range map[string]bool{"label": true, "give up": false} {
		img, want := benchPage(b, 1, withLabel)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				reads, err := barcode.Find(b.Context(), img, barcode.Options{Accept: isOurs})
				if err != nil || (len(reads) == 1 && reads[0].Text == want) != withLabel {
					b.Fatal(reads, err)
				}
			}
		})
	}
}

// answer is file to answer, as a program that is given the file's name does it.
func answer(b *testing.B, path string) []scanner.CodeRead {
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	facts, err := sheet.Inspector{}.Inspect(b.Context(), f, scanner.Settings{}, isOurs)
	if err != nil {
		b.Fatal(err)
	}
	return facts.Codes
}

// BenchmarkFileToAnswer compares with the programs ZXingReader and zbarimg on the same files, all of them from the file's name to
// the answer, looking for QR codes only. Both programs' own start, measured on a tiny picture, is taken off their time. x-zxing and
// x-zbar are our time as a share of theirs: under 1 is faster. recall counts the pages with a label on which each read it.
func BenchmarkFileToAnswer(b *testing.B) {
	dir := b.TempDir()
	tiny := filepath.Join(dir, "tiny.jpg")
	write := func(path string, data []byte) {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			b.Fatal(err)
		}
	}
	small := image.NewGray(image.Rect(0, 0, 8, 8))
	small.SetGray(1, 1, color.Gray{Y: 255})
	write(tiny, asJPEG(b, small, false))
	for _, kind := range []struct {
		name          string
		colour, label bool
	}{
		{"grey with label", false, true}, {"colour with label", true, true}, {"grey without", false, false}, {"colour without", true, false},
	} {
		var files, wants []string
		for seed := range uint64(3) {
			img, want := benchPage(b, seed, kind.label)
			path := filepath.Join(dir, strings.ReplaceAll(kind.name, " ", "-")+string(rune('a'+seed))+".jpg")
			write(path, asJPEG(b, img, kind.colour))
			files, wants = append(files, path), append(wants, want)
		}
		b.Run(kind.name, func(b *testing.B) {
			zxing := []string{testenv.Program(b, "ZXingReader"), "-format", "QRCode"}
			zbar := []string{testenv.Program(b, "zbarimg"), "-q", "-Sdisable", "-Sqrcode.enable"}
			read := map[string]int{}
			run := func(args []string, file, want string) time.Duration {
				start := time.Now()
				out, _ := exec.Command(args[0], append(args[1:], file)...).Output() // both exit 1 or more when nothing is found
				took := time.Since(start)
				if strings.Contains(string(out), want) {
					read[args[0]]++
				}
				return took
			}
			start := map[string]time.Duration{}
			for _, p := range [][]string{zxing, zbar} {
				start[p[0]] = min(run(p, tiny, "\x00"), run(p, tiny, "\x00"), run(p, tiny, "\x00"))
			}
			spent := map[string]time.Duration{}
			pages := 0
			for b.Loop() {
				for i, f := range files {
					began := time.Now()
					codes := answer(b, f)
					spent["ours"] += time.Since(began)
					if len(codes) == 1 && codes[0].Text == wants[i] {
						read["ours"]++
					}
					for _, p := range [][]string{zxing, zbar} {
						spent[p[0]] += run(p, f, wants[i]) - start[p[0]]
					}
					pages++
				}
			}
			each := func(k string) float64 { return spent[k].Seconds() * 1000 / float64(pages) }
			b.ReportMetric(0, "ns/op") // of three programs together: says nothing
			b.ReportMetric(each("ours"), "ours-ms")
			b.ReportMetric(each(zxing[0]), "zxing-ms")
			b.ReportMetric(each("ours")/each(zxing[0]), "x-zxing")
			b.ReportMetric(each("ours")/each(zbar[0]), "x-zbar")
			if kind.label {
				b.ReportMetric(float64(read["ours"])/float64(pages), "recall")
				b.ReportMetric(float64(read[zxing[0]])/float64(pages), "zxing-recall")
				b.ReportMetric(float64(read[zbar[0]])/float64(pages), "zbar-recall")
			}
		})
	}
}
