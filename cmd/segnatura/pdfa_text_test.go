package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"image"
	"image/jpeg"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"segnatura/internal/testenv"
	"segnatura/pdfa"
)

// typed is a JPEG page of lines in 12 points at 150 dpi.
func typed(t *testing.T, lines ...string) []byte {
	t.Helper()
	parsed, err := opentype.Parse(goregular.TTF)
	if err != nil {
		t.Fatal(err)
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: 12, DPI: 150})
	if err != nil {
		t.Fatal(err)
	}
	page := image.NewGray(image.Rect(0, 0, 1240, 1754))
	for i := range page.Pix {
		page.Pix[i] = 0xFF
	}
	for i, line := range lines {
		d := font.Drawer{Dst: page, Src: image.Black, Face: face, Dot: fixed.P(150, 200+45*i)}
		d.DrawString(line)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, page, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	jfif := []byte{0xFF, 0xE0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 2, 1, 0, 150, 0, 150, 0, 0}
	return append(append(append([]byte{}, b.Bytes()[:2]...), jfif...), b.Bytes()[2:]...)
}

// With -ocr the words of each page can be found again in the PDF/A-2u, page by page; it says which engine read them.
func TestPDFAWithTextIsFoundAgain(t *testing.T) {
	testenv.Program(t, "tesseract")
	pdftotext := testenv.Program(t, "pdftotext")
	program, err := builtProgram()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	out := filepath.Join(dir, "out.pdf")
	write(t, filepath.Join(dir, "1.jpg"), typed(t, "Oggetto: richiesta di contributo per la società sportiva", "Il sottoscritto chiede che venga concesso"))
	write(t, filepath.Join(dir, "2.jpg"), typed(t, "La presente istanza è esente da bollo"))
	cmd := exec.Command(program, "pdfa", "-ocr", "ita", "-jobs", "1", "-json", "-o", out, filepath.Join(dir, "1.jpg"), filepath.Join(dir, "2.jpg"))
	printed, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, printed)
	}
	var outcome pdfaOutcome
	if err := json.Unmarshal(printed, &outcome); err != nil {
		t.Fatal(err)
	}
	if outcome.Result.Flavour != pdfa.Flavour2U || !outcome.Report.Compliant || !strings.HasPrefix(outcome.TextEngine, "tesseract ") ||
		!strings.HasSuffix(outcome.TextEngine, " ita") {
		t.Errorf("%s", printed)
	}
	for page, want := range map[string][]string{"1": {"richiesta", "contributo", "società", "sottoscritto"}, "2": {"istanza", "esente", "bollo"}} {
		text, err := exec.Command(pdftotext, "-f", page, "-l", page, out, "-").Output()
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range want {
			if !strings.Contains(string(text), word) {
				t.Errorf("page %s: %q is not in %q", page, word, text)
			}
		}
	}
	wantFiles(t, dir, "1.jpg", "2.jpg", "out.pdf")
}

// A language that is not installed, and a tesseract that is not, are told in a sentence that says what to do.
func TestPDFAThatCannotReadTextSaysWhatIsMissing(t *testing.T) {
	testenv.Program(t, "tesseract")
	program, err := builtProgram()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, languages, path, want string
	}{
		{"language", "ita+qqq", "", "no tesseract data for qqq; installed: "},
		{"an option for a language", "--help", "", "no tesseract data for --help"},
		{"program", "ita", "/nowhere", "needs the program tesseract, which is not installed (Debian: apt install tesseract-ocr"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, filepath.Join(dir, "1.jpg"), pageWith(t, 0))
			cmd := exec.Command(program, "pdfa", "-ocr", test.languages, "-o", filepath.Join(dir, "out.pdf"), filepath.Join(dir, "1.jpg"))
			if test.path != "" {
				cmd.Env = append(cmd.Environ(), "PATH="+test.path)
			}
			var said bytes.Buffer
			cmd.Stderr = &said
			err := cmd.Run()
			exit, ok := errors.AsType[*exec.ExitError](err)
			if !ok || exit.ExitCode() != 1 || !strings.Contains(said.String(), test.want) || strings.Count(said.String(), "\n") != 1 {
				t.Errorf("%v: %s", err, &said)
			}
			wantFiles(t, dir, "1.jpg")
		})
	}
}
