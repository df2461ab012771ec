package barcode_test

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
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
				reads, err := find(b.Context(), img, barcode.Options{Accept: isOurs})
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

// cost is what one answer took.
type cost struct{ wall, cpu time.Duration }

func (c cost) add(d cost) cost { return cost{c.wall + d.wall, c.cpu + d.cpu} }
func (c cost) sub(d cost) cost { return cost{c.wall - d.wall, c.cpu - d.cpu} }

// cpu is the processor time that this process has used, all its threads.
func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// program is a peer on the command line.
type program struct {
	args  []string
	start cost // on a tiny picture: the program's own start
	spent cost
	read  int
}

func (p *program) run(file, want string) (c cost, found bool) {
	cmd := exec.Command(p.args[0], append(p.args[1:len(p.args):len(p.args)], file)...)
	began := time.Now()
	out, _ := cmd.Output() // both exit 1 or more when nothing is found
	c = cost{time.Since(began), cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	return c, want != "" && strings.Contains(string(out), want)
}

// BenchmarkFileToAnswer compares with the programs ZXingReader and zbarimg on the same files, all of them from the file's name to
// the answer, looking for QR codes only. Both programs' own start, measured on a tiny picture, is taken off their time. x-zxing and
// x-zbar are our time as a share of theirs, under 1 is faster; the -cpu ones compare processor time, which other work on the machine
// moves less. The recalls count the pages with a label on which it was read.
func BenchmarkFileToAnswer(b *testing.B) {
	dir := b.TempDir()
	write := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			b.Fatal(err)
		}
		return path
	}
	tiny := write("tiny.jpg", asJPEG(b, image.NewGray(image.Rect(0, 0, 8, 8)), false))
	for _, kind := range []struct {
		name          string
		colour, label bool
	}{
		{"grey with label", false, true}, {"colour with label", true, true}, {"grey without", false, false}, {"colour without", true, false},
	} {
		var files, wants []string
		for seed := range uint64(3) {
			img, want := benchPage(b, seed, kind.label)
			files = append(files, write(fmt.Sprintf("%s %d.jpg", kind.name, seed), asJPEG(b, img, kind.colour)))
			wants = append(wants, want)
		}
		b.Run(kind.name, func(b *testing.B) {
			zxing := &program{args: []string{testenv.Program(b, "ZXingReader"), "-format", "QRCode"}}
			zbar := &program{args: []string{testenv.Program(b, "zbarimg"), "-q", "-Sdisable", "-Sqrcode.enable"}}
			for _, p := range []*program{zxing, zbar} {
				p.start, _ = p.run(tiny, "")
			}
			var spent cost
			read, pages := 0, 0
			for b.Loop() {
				for i, f := range files {
					began, used := time.Now(), cpu(b)
					codes := answer(b, f)
					spent = spent.add(cost{time.Since(began), cpu(b) - used})
					if len(codes) == 1 && codes[0].Text == wants[i] {
						read++
					}
					for _, p := range []*program{zxing, zbar} {
						c, found := p.run(f, wants[i])
						p.spent = p.spent.add(c.sub(p.start))
						if found {
							p.read++
						}
					}
					pages++
				}
			}
			each := func(d time.Duration) float64 { return d.Seconds() * 1000 / float64(pages) }
			b.ReportMetric(0, "ns/op") // of three programs together: says nothing
			b.ReportMetric(each(spent.wall), "ours-ms")
			b.ReportMetric(each(spent.cpu), "ours-cpu-ms")
			b.ReportMetric(each(zxing.spent.wall), "zxing-ms")
			for name, p := range map[string]*program{"zxing": zxing, "zbar": zbar} {
				b.ReportMetric(spent.wall.Seconds()/p.spent.wall.Seconds(), "x-"+name)
				b.ReportMetric(spent.cpu.Seconds()/p.spent.cpu.Seconds(), "x-"+name+"-cpu")
				if kind.label {
					b.ReportMetric(float64(p.read)/float64(pages), name+"-recall")
				}
			}
			if kind.label {
				b.ReportMetric(float64(read)/float64(pages), "recall")
			}
		})
	}
}
