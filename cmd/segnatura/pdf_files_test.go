package main

import (
	"bytes"
	"fmt"
	"image/jpeg"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/scanner"
	"segnatura/ui"
)

// letterPDF is a PDF of a scanned page and of a written one, both A4. more goes into its catalogue.
func letterPDF(t testing.TB, scan []byte, more string) []byte {
	t.Helper()
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	var offsets []int
	stream := func(keys, data string) string {
		return fmt.Sprintf("<<%s /Length %d>>\nstream\n%s\nendstream", keys, len(data), data)
	}
	for i, o := range []string{
		"<</Type /Catalog /Pages 2 0 R " + more + ">>",
		"<</Type /Pages /Kids [3 0 R 4 0 R] /Count 2 /MediaBox [0 0 595.44 841.68]>>",
		"<</Type /Page /Parent 2 0 R /Contents 5 0 R /Resources <</XObject <</Im0 6 0 R>>>>>>",
		"<</Type /Page /Parent 2 0 R /Contents 7 0 R /Resources <</Font <</F1 8 0 R>>>>>>",
		stream("", "595.44 0 0 841.68 0 0 cm /Im0 Do"),
		stream("/Type /XObject /Subtype /Image /Width 827 /Height 1169 /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode", string(scan)),
		stream("", "BT /F1 24 Tf 72 700 Td (Si trasmette in allegato) Tj ET"),
		"<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>",
	} {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, at := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d /Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, start)
	return b.Bytes()
}

const script = "/OpenAction <</S /JavaScript /JS (app.alert\\(1\\))>>"

// A PDF that a browser sends becomes pages, scanned and drawn ones, that are measured and can be looked at; one that acts is refused
// whole, in words of its own.
func TestUploadedPDFsBecomePages(t *testing.T) {
	p := startProcess(t, t.TempDir())
	c := configure(t, p, map[string]string{"anna": "operatore", "carla": "responsabile"})["anna"]
	var b protocollo.Batch
	if status, text := uploadFiles(t, p, c, [][]byte{letterPDF(t, pageWith(t, 0), ""), pageWith(t, 1)}, &b); status != http.StatusOK || b.State != protocollo.BatchEnded {
		t.Fatalf("answered %d %s", status, text)
	}
	var v station.BatchView
	c.must(t, http.MethodGet, fmt.Sprintf("%sapi/batches/%d", p.url, b.ID), nil, &v)
	if len(v.Documents) != 1 || len(v.Documents[0].PageList) != 3 {
		t.Fatalf("taken as %+v", v.Documents)
	}
	for i, page := range v.Documents[0].PageList {
		if page.Paper != string(scanner.PaperA4) {
			t.Errorf("page %d is measured as %+v", i+1, page)
		}
		resp, err := c.Get(fmt.Sprintf("%sapi/pages/%d/image.jpg", p.url, page.ID))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := jpeg.Decode(resp.Body); err != nil || resp.StatusCode != http.StatusOK {
			t.Errorf("page %d is not shown: %d, %v", i+1, resp.StatusCode, err)
		}
		_ = resp.Body.Close()
	}

	if status, text := uploadFiles(t, p, c, [][]byte{letterPDF(t, pageWith(t, 2), script)}, &b); status != http.StatusOK || b.State != protocollo.BatchFaulted || b.Fault != "active" {
		t.Errorf("a PDF with a script: answered %d %s", status, text)
	}
	p.stop()
}

// A hot folder gives PDFs too, and keeps the one that cannot be taken, in sight.
func TestHotFolderTakesPDFs(t *testing.T) {
	dir, inbox := t.TempDir(), t.TempDir()
	writeSettings(t, dir, fmt.Sprintf("[[hotfolder]]\nid = \"copiatrice\"\ndir = %q\n", inbox))
	p := startProcess(t, dir)
	c := configure(t, p, map[string]string{"anna": "operatore", "carla": "responsabile"})["anna"]
	good, bad := filepath.Join(inbox, "lettera.pdf"), filepath.Join(inbox, "attivo.pdf")
	write(t, good, letterPDF(t, pageWith(t, 0), ""))
	eventually(t, "the letter is taken", func() bool {
		var desk ui.Desk
		c.must(t, http.MethodGet, p.url+"api/desk", nil, &desk)
		_, err := os.Stat(good)
		return os.IsNotExist(err) && len(desk.Batches) == 1 && len(desk.Batches[0].Documents) == 1 && len(desk.Batches[0].Documents[0].PageList) == 2
	})
	write(t, bad, letterPDF(t, pageWith(t, 1), script))
	eventually(t, "the other one is named", func() bool {
		var st ui.Status
		c.must(t, http.MethodGet, p.url+"api/status", nil, &st)
		return len(st.Folders[0].Troubles) == 1 && st.Folders[0].Troubles[0].File == "attivo.pdf" && st.Folders[0].Troubles[0].Fault == scanner.FaultActive
	})
	if _, err := os.Stat(bad); err != nil {
		t.Errorf("the file that cannot be taken was touched: %v", err)
	}
	p.stop()
}
