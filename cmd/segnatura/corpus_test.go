package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"segnatura/internal/testenv"
	"segnatura/pdfa"
	"segnatura/pdfa/check/checktest"
)

// corpusFiles lists a folder of the corpus, by path.
func corpusFiles(t *testing.T, folder string) []string {
	t.Helper()
	dir := testenv.Shared(t, filepath.Join("corpus", folder))
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, e := range entries {
		files = append(files, filepath.Join(dir, e.Name()))
	}
	if len(files) == 0 {
		t.Fatalf("%s is empty", dir)
	}
	return files
}

// corpusRun converts one file by the program as users have it, jail and all.
func corpusRun(t *testing.T, dir, file string, args ...string) (outcome pdfaOutcome, code int, said string) {
	t.Helper()
	program, err := builtProgram()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, append(append([]string{"pdfa", "-json", "-o", filepath.Join(dir, "out.pdf")}, args...), file)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	printed, err := cmd.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		code = exit.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(printed, &outcome); err != nil {
		t.Fatalf("exit %d, %q on standard output, %q on standard error", code, printed, &stderr)
	}
	return outcome, code, stderr.String()
}

// wantConverted says that the output is there, PDF/A, alone but for its originals, and that these are the input's bytes.
func wantConverted(t *testing.T, dir, file string, flavour pdfa.Flavour, outcome pdfaOutcome) {
	t.Helper()
	pdf, err := os.ReadFile(filepath.Join(dir, "out.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	checktest.Compliant(t, pdf, flavour)
	names := []string{"out.pdf"}
	drawn := false
	for _, p := range outcome.Result.Pages {
		drawn = drawn || p.Drawn != ""
	}
	if drawn != (len(outcome.Originals) == 1) {
		t.Errorf("drawn: %t, originals %+v", drawn, outcome.Originals)
	}
	for _, kept := range outcome.Originals {
		names = []string{filepath.Base(kept.File), "out.pdf"}
		if sum := fileDigest(t, kept.File); sum != fileDigest(t, file) || sum != kept.SHA256 {
			t.Errorf("%s is not the input", kept.File)
		}
	}
	wantFiles(t, dir, names...)
}

func fileDigest(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Every file of the good corpus becomes PDF/A-2b, none is refused; make conformance has veraPDF judge them.
func TestCorpusBecomesPDFA(t *testing.T) {
	for _, folder := range []string{"scans", "barcodes", "pdf-good"} {
		for _, file := range corpusFiles(t, folder) {
			t.Run(folder+"/"+filepath.Base(file), func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				outcome, code, said := corpusRun(t, dir, file)
				if code != 0 || said != "" {
					t.Fatalf("exit %d: %s", code, said)
				}
				wantConverted(t, dir, file, pdfa.Flavour2B, outcome)
			})
		}
	}
}

// searchable are the files that are converted with their text everywhere: one of each way on which text comes. Where time does not
// count (SEGNATURA_LONG=1), all files are.
var searchable = []string{
	"scans/naps2__notblank.jpg",              // recognised in a JPEG
	"scans/test__eurotext.tif",               // in a fax
	"scans/ocrmypdf__rotated_skew.pdf",       // on a page that lies on a side
	"pdf-good/pdfplumber__2023-06-20-PV.pdf", // of a PDF's own
}

// With recognition every file becomes PDF/A-2u, and a page with text has words or says why it has none.
func TestCorpusBecomesSearchable(t *testing.T) {
	testenv.Program(t, "tesseract")
	dir := testenv.Shared(t, "corpus")
	var files []string
	for _, name := range searchable {
		files = append(files, filepath.Join(dir, name))
	}
	if os.Getenv("SEGNATURA_LONG") == "1" {
		files = nil
		for _, folder := range []string{"scans", "barcodes", "pdf-good"} {
			files = append(files, corpusFiles(t, folder)...)
		}
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			dir := t.TempDir()
			outcome, code, said := corpusRun(t, dir, file, "-ocr", "ita+eng")
			if code != 0 {
				t.Fatalf("exit %d: %s", code, said)
			}
			wantConverted(t, dir, file, pdfa.Flavour2U, outcome)
			words := 0
			for _, p := range outcome.Result.Pages {
				words += p.Words
				if p.TextMissing == pdfa.TextFailed { // too late it may be on a busy machine
					t.Errorf("%s: page %d has no text: %s", p.Input, p.PageInInput, p.TextMissing)
				}
			}
			if words == 0 && os.Getenv("SEGNATURA_LONG") != "1" {
				t.Error("no word was found")
			}
		})
	}
}

// Of the bad corpus each file is converted, or refused in one sentence that names it; a refusal leaves nothing. Which of them is
// which, and why, stands in the tables of pdfa/convert.
func TestCorpusOfBadFilesIsConvertedOrRefusedInASentence(t *testing.T) {
	for _, folder := range []string{"images-bad", "pdf-bad"} {
		for _, file := range corpusFiles(t, folder) {
			t.Run(folder+"/"+filepath.Base(file), func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				outcome, code, said := corpusRun(t, dir, file)
				switch code {
				case 0:
					wantConverted(t, dir, file, pdfa.Flavour2B, outcome)
				case 1:
					wantFiles(t, dir)
					if outcome.Error == nil || outcome.Error.Reason == "" || outcome.Error.File != file || outcome.Result != nil {
						t.Errorf("%+v", outcome)
					}
					if strings.Count(said, "\n") != 1 || !strings.HasPrefix(said, "segnatura pdfa: "+file) {
						t.Errorf("it says %q", said)
					}
				default:
					t.Errorf("exit %d: %s", code, said)
				}
			})
		}
	}
}
