package pdf_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/testenv"
	"segnatura/pdfa"
	"segnatura/stamp/pdf"
)

// TestDividersAreReadBack: each sheet says what it is to people, and its code to a decoder that is not ours.
func TestDividersAreReadBack(t *testing.T) {
	pdftotext, pdftoppm, zbarimg := testenv.Program(t, "pdftotext"), testenv.Program(t, "pdftoppm"), testenv.Program(t, "zbarimg")
	var out bytes.Buffer
	res, err := pdf.Dividers(&out, protocollo.DividerPayload(), 3, pdfa.Metadata{Title: "Fogli divisori", CreatorTool: "prova"})
	if err != nil || len(res.Pages) != 3 {
		t.Fatalf("%d pages, %v", len(res.Pages), err)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "dividers.pdf")
	if err := os.WriteFile(path, out.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	text, err := exec.Command(pdftotext, path, "-").Output()
	if err != nil || strings.Count(string(text), "NUOVO ALLEGATO") != 3 {
		t.Errorf("%q, %v", text, err)
	}
	if o, err := exec.Command(pdftoppm, "-r", "200", "-gray", "-png", path, filepath.Join(dir, "page")).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, o)
	}
	sheets, err := filepath.Glob(filepath.Join(dir, "page-*.png"))
	if err != nil || len(sheets) != 3 {
		t.Fatalf("%d sheets, %v", len(sheets), err)
	}
	for _, sheet := range sheets {
		code, err := exec.Command(zbarimg, "-q", "--raw", sheet).Output()
		if err != nil || !protocollo.IsDivider(strings.TrimSpace(string(code))) {
			t.Errorf("the code says %q, %v", code, err)
		}
	}
	if _, err := pdf.Dividers(&out, protocollo.DividerPayload(), 0, pdfa.Metadata{}); err == nil {
		t.Error("no sheet is written without an error")
	}
}
