package peers

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"segnatura/internal/testenv"
)

// peer is one program on its way through the rounds.
type peer struct {
	name string
	// work makes the commands that bring the pages into out; all of them together are its work, atOnce of them at a time.
	work   func(out string) []*exec.Cmd
	atOnce int
	pages  int // that out must have; 0 where the work gives no PDF
	spent  cost
}

// round runs it once and adds what it took.
func (p *peer) round(b *testing.B, dir string) {
	b.Helper()
	out := filepath.Join(dir, p.name+".pdf")
	must(b, os.RemoveAll(out))
	c, err := measure(max(p.atOnce, 1), p.work(out)...)
	must(b, err)
	if p.pages > 0 {
		n, err := exec.Command(testenv.Program(b, "qpdf"), "--show-npages", out).Output()
		if err != nil || strings.TrimSpace(string(n)) != fmt.Sprint(p.pages) {
			b.Fatalf("%s: %s pages, %v, want %d", p.name, n, err, p.pages)
		}
		info, err := os.Stat(out)
		must(b, err)
		c.output = info.Size()
	}
	p.spent.wall += c.wall
	p.spent.cpu += c.cpu
	p.spent.memory = max(p.spent.memory, c.memory)
	p.spent.output = c.output
}

// compare runs all peers in turn, round by round; the first is ours.
func compare(b *testing.B, dir string, peers ...*peer) {
	b.Helper()
	rounds := 0
	for b.Loop() {
		for _, p := range peers {
			p.round(b, dir)
		}
		rounds++
	}
	b.ReportMetric(0, "ns/op") // of all programs together: says nothing
	ours := peers[0].spent
	for i, p := range peers {
		b.ReportMetric(p.spent.wall.Seconds()*1000/float64(rounds), p.name+"-ms")
		b.ReportMetric(p.spent.cpu.Seconds()*1000/float64(rounds), p.name+"-cpu-ms")
		b.ReportMetric(float64(p.spent.memory>>20), p.name+"-MiB")
		if p.spent.output > 0 {
			b.ReportMetric(float64(p.spent.output/1000), p.name+"-kB")
		}
		if i > 0 {
			b.ReportMetric(ours.wall.Seconds()/p.spent.wall.Seconds(), "x-"+p.name)
			b.ReportMetric(ours.cpu.Seconds()/p.spent.cpu.Seconds(), "x-"+p.name+"-cpu")
		}
	}
}

// program returns a peer's path; a comparison without it is none.
func program(b *testing.B, name string) string {
	b.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		b.Fatalf("%s is not here: make bench-pdfa installs it", name)
	}
	return path
}

// version logs what a program says of itself, for the record beside the figures.
func version(b *testing.B, path string, args ...string) {
	b.Helper()
	said, err := exec.Command(path, args...).CombinedOutput()
	must(b, err)
	first, _, _ := strings.Cut(string(said), "\n")
	b.Logf("%s: %s", filepath.Base(path), first)
}

// segnatura builds our program as users have it.
func segnatura(b *testing.B) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "segnatura")
	if said, err := exec.Command("go", "build", "-trimpath", "-o", path, "segnatura/cmd/segnatura").CombinedOutput(); err != nil {
		b.Fatalf("build: %v: %s", err, said)
	}
	return path
}

// one is the work of a single command.
func one(path string, args ...string) []*exec.Cmd { return []*exec.Cmd{exec.Command(path, args...)} }

// images makes a plain PDF of the pages, for those peers that take no images; making it is not counted.
func images(b *testing.B, dir string, files []string) string {
	b.Helper()
	path := filepath.Join(dir, "images.pdf")
	if said, err := exec.Command(program(b, "img2pdf"), append([]string{"-o", path}, files...)...).CombinedOutput(); err != nil {
		b.Fatalf("img2pdf: %v: %s", err, said)
	}
	return path
}

// profile is the output intent's, which both peers want to be named; Debian's libgs-common brings it.
const profile = "/usr/share/color/icc/ghostscript/srgb.icc"

// outputIntent is what Ghostscript wants to be told for PDF/A: the profile of the output intent (ISO 19005-2, 6.2.3).
const outputIntent = `%!PS
[/_objdef {profile} /type /stream /OBJ pdfmark
[{profile} << /N 3 >> /PUT pdfmark
[{profile} (PROFILE) (r) file /PUT pdfmark
[/_objdef {intent} /type /dict /OBJ pdfmark
[{intent} << /Type /OutputIntent /S /GTS_PDFA1 /DestOutputProfile {profile} /OutputConditionIdentifier (sRGB) >> /PUT pdfmark
[{Catalog} << /OutputIntents [ {intent} ] >> /PUT pdfmark
`

// ghostscript is its work on a PDF of images: PDF/A-2b that lets JPEG data through.
func ghostscript(b *testing.B, dir, images string) func(out string) []*exec.Cmd {
	b.Helper()
	path := program(b, "gs")
	intent := filepath.Join(dir, "intent.ps")
	must(b, os.WriteFile(intent, []byte(strings.Replace(outputIntent, "PROFILE", profile, 1)), 0o600))
	return func(out string) []*exec.Cmd {
		return one(path, "-q", "-dPDFA=2", "-dPDFACompatibilityPolicy=2", "-sColorConversionStrategy=RGB", "-sDEVICE=pdfwrite",
			"--permit-file-read="+profile, "-o", out, intent, images)
	}
}

// BenchmarkWithoutText compares `segnatura pdfa` with img2pdf and Ghostscript: nine JPEG pages, and the same as faxes.
func BenchmarkWithoutText(b *testing.B) {
	pages := b.TempDir()
	jpegs := scans(b, pages)
	ours, img2pdf := segnatura(b), program(b, "img2pdf")
	version(b, img2pdf, "--version")
	version(b, program(b, "gs"), "--version")
	for name, files := range map[string][]string{"JPEG": jpegs, "G4": faxes(b, pages, jpegs)} {
		b.Run(name, func(b *testing.B) {
			dir := b.TempDir()
			gs := ghostscript(b, dir, images(b, dir, files))
			compare(b, dir,
				&peer{name: "ours", pages: len(files), work: func(out string) []*exec.Cmd {
					return one(ours, append([]string{"pdfa", "-o", out}, files...)...)
				}},
				&peer{name: "img2pdf", pages: len(files), work: func(out string) []*exec.Cmd {
					return one(img2pdf, append([]string{"--pdfa=" + profile, "-o", out}, files...)...)
				}},
				&peer{name: "gs", pages: len(files), work: gs})
		})
	}
}
