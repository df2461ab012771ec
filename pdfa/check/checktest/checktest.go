// Package checktest is for tests of whatever writes PDF/A: it asks pdfa/check and qpdf about a file, and keeps the file where
// SEGNATURA_PDFA_OUT names a folder, so that veraPDF can be asked about all of them at once (.ci/verapdf).
package checktest

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"segnatura/internal/testenv"
	"segnatura/pdfa"
	"segnatura/pdfa/check"
)

// OutEnv names the environment variable with the folder for files that must be PDF/A.
const OutEnv = "SEGNATURA_PDFA_OUT"

// RefusedFolder is where, in the folder that OutEnv names, the files stand that must not be PDF/A.
const RefusedFolder = "refused"

// Compliant fails the test unless pdfa/check says that pdf is PDF/A of the given flavour and qpdf that it is sound. It keeps the
// file for veraPDF.
func Compliant(tb testing.TB, pdf []byte, flavour pdfa.Flavour) {
	tb.Helper()
	Keep(tb, pdf)
	report, err := check.Check(bytes.NewReader(pdf), int64(len(pdf)))
	if err != nil {
		tb.Fatal(err)
	}
	if !report.Compliant || report.Flavour != flavour {
		tb.Errorf("not PDF/A-%s: %+v", flavour, report)
	}
	QPDF(tb, pdf)
}

// Refused fails the test unless pdfa/check says no to pdf. It keeps the file for veraPDF, which has to say no by the given rule of
// its own: a clause of ISO 19005-2 and the number of its test, e.g. "6.5.1-1".
func Refused(tb testing.TB, pdf []byte, rule string) {
	tb.Helper()
	keep(tb, pdf, RefusedFolder, "--"+rule)
	report, err := check.Check(bytes.NewReader(pdf), int64(len(pdf)))
	if err != nil {
		tb.Fatal(err)
	}
	if report.Compliant || len(report.Findings) == 0 {
		tb.Errorf("accepted, though %s is broken: %+v", rule, report)
	}
}

// Keep writes pdf into the folder that OutEnv names, under a name of its own made of the test's name and the content. Without
// the variable it does nothing. Only files that must pass veraPDF may be kept.
func Keep(tb testing.TB, pdf []byte) {
	tb.Helper()
	keep(tb, pdf, ".", "")
}

// keep writes pdf into a folder below the one that OutEnv names, with a mark in its name.
func keep(tb testing.TB, pdf []byte, folder, mark string) {
	tb.Helper()
	dir := os.Getenv(OutEnv)
	if dir == "" {
		return
	}
	dir = filepath.Join(dir, folder)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		tb.Fatalf("keep for veraPDF: %v", err)
	}
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '.' {
			return r
		}
		return '_'
	}, tb.Name())
	path := filepath.Join(dir, fmt.Sprintf("%.150s-%.6x%s.pdf", name, sha256.Sum256(pdf), mark))
	if err := os.WriteFile(path, pdf, 0o666); err != nil {
		tb.Fatalf("keep for veraPDF: %v", err)
	}
}

// QPDF fails the test unless `qpdf --check` finds pdf sound, without warnings. It skips where qpdf is not there.
func QPDF(tb testing.TB, pdf []byte) {
	tb.Helper()
	qpdf := testenv.Program(tb, "qpdf")
	path := filepath.Join(tb.TempDir(), "file.pdf")
	if err := os.WriteFile(path, pdf, 0o666); err != nil {
		tb.Fatal(err)
	}
	if out, err := exec.Command(qpdf, "--check", path).CombinedOutput(); err != nil {
		tb.Errorf("qpdf --check: %v\n%s", err, out)
	}
}
