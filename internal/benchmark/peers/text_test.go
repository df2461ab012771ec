package peers

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"segnatura/internal/testenv"
)

// BenchmarkWithText compares `segnatura pdfa -ocr` with the bare engine, which is the floor: one tesseract a core, each with one
// thread, that writes its words and no PDF; and with OCRmyPDF, which gets its pages as a PDF already made, and uses all cores too.
func BenchmarkWithText(b *testing.B) {
	pages, dir := b.TempDir(), b.TempDir()
	files := scans(b, pages)
	ours, tesseract := segnatura(b), program(b, "tesseract")
	ocrmypdf := filepath.Join(testenv.Root(b), "build", "venv", "bin", "ocrmypdf")
	if _, err := os.Stat(ocrmypdf); err != nil {
		b.Fatal("OCRmyPDF is not here: make bench-pdfa installs it")
	}
	version(b, tesseract, "--version")
	version(b, ocrmypdf, "--version")
	made := images(b, dir, files)
	cores := runtime.NumCPU()
	compare(b, dir,
		&peer{name: "ours", pages: len(files), work: func(out string) []*exec.Cmd {
			return one(ours, append([]string{"pdfa", "-ocr", "ita", "-o", out}, files...)...)
		}},
		&peer{name: "tesseract", atOnce: cores, work: func(out string) []*exec.Cmd {
			var commands []*exec.Cmd
			for i, f := range files {
				cmd := exec.Command(tesseract, f, fmt.Sprintf("%s-%d", out, i), "-l", "ita", "tsv")
				cmd.Env = append(os.Environ(), "OMP_THREAD_LIMIT=1")
				commands = append(commands, cmd)
			}
			return commands
		}},
		&peer{name: "ocrmypdf", pages: len(files), work: func(out string) []*exec.Cmd {
			return one(ocrmypdf, "-q", "-l", "ita", "--output-type", "pdfa-2", "--jobs", fmt.Sprint(cores), made, out)
		}})
}
