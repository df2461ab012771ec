package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"image"
	"image/jpeg"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/ui"
)

// pageWith is a page of lines; each shift makes another one.
func pageWith(t testing.TB, shift int) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 827, 1169)) // A4 at 100 dpi
	for i := range img.Pix {
		img.Pix[i] = 0xFF
	}
	for y := 100 + shift; y < 1000; y += 40 {
		for x := 100; x < 700; x++ {
			img.Pix[y*img.Stride+x] = 0
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// hugePNG claims 400 megapixels in a few bytes.
func hugePNG() []byte {
	b := []byte("\x89PNG\r\n\x1a\n")
	chunk := func(kind string, data []byte) {
		b = binary.BigEndian.AppendUint32(b, uint32(len(data)))
		b = append(append(b, kind...), data...)
		b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(append([]byte(kind), data...)))
	}
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, 20_000), 20_000)
	chunk("IHDR", append(header, 8, 2, 0, 0, 0))
	chunk("IDAT", []byte{0x78, 0x9c, 0x63, 0, 0, 0, 0xff, 0xff})
	chunk("IEND", nil)
	return b
}

const encryptedPDF = "%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n" +
	"3 0 obj<</Filter/Standard/V 2/R 3/Length 128/P -44/O(oooooooooooooooooooooooooooooooo)/U(uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu)>>endobj\n" +
	"trailer<</Root 1 0 R/Encrypt 3 0 R/Size 4/ID[(a)(a)]>>\n%%EOF\n"

// What is no sound image is told clearly, and takes nothing good with it: the page before it stays, and the program goes on.
func TestBadUploadsAreToldAndLoseNothing(t *testing.T) {
	p := startProcess(t, t.TempDir())
	c := configure(t, p, map[string]string{"anna": "operatore", "carla": "responsabile"})["anna"]
	whole := pageWith(t, 0)
	for i, bad := range []struct {
		name   string
		data   []byte
		faults []string
	}{
		{"empty", nil, []string{"bad-data", "truncated"}},
		{"a JPEG cut in half", pageWith(t, 1)[:len(whole)/2], []string{"bad-data", "truncated"}},
		{"a PNG of 400 megapixels", hugePNG(), []string{"bad-data"}},
		{"an encrypted PDF", []byte(encryptedPDF), []string{"encrypted"}},
		{"a program", []byte("\x7fELF and more"), []string{"bad-data", "unsupported"}},
	} {
		t.Run(bad.name, func(t *testing.T) {
			good := pageWith(t, 2+i)
			var b protocollo.Batch
			status, text := uploadFiles(t, p, c, [][]byte{good, bad.data}, &b)
			if status != http.StatusOK {
				t.Fatalf("answered %d %s", status, text)
			}
			told := b.State == protocollo.BatchFaulted && slices.Contains(bad.faults, b.Fault)
			var v station.BatchView
			c.must(t, http.MethodGet, fmt.Sprintf("%sapi/batches/%d", p.url, b.ID), nil, &v)
			if len(v.Documents) == 0 || len(v.Documents[0].PageList) == 0 {
				t.Fatalf("the good page is lost: %+v", v)
			}
			if !told && !asked(t, p, c, v) {
				t.Errorf("nobody is told: %s %q, %+v", b.State, b.Fault, v.Documents)
			}
			resp, err := c.Get(fmt.Sprintf("%sapi/pages/%d/image.jpg", p.url, v.Documents[0].PageList[0].ID))
			if err != nil || resp.StatusCode != http.StatusOK {
				t.Fatalf("the good page is not shown: %v, %v", resp, err)
			}
			_ = resp.Body.Close()
		})
	}
	p.stop()
}

// asked reports whether an exception about a batch waits for a person.
func asked(t testing.TB, p *process, c *client, b station.BatchView) bool {
	t.Helper()
	var list ui.Exceptions
	c.must(t, http.MethodGet, p.url+"api/exceptions", nil, &list)
	return slices.ContainsFunc(list.Exceptions, func(e ui.ExceptionView) bool {
		return e.BatchID == b.ID && e.Detail.Why != "unknown" && e.Kind != "no-code"
	})
}

func uploadFiles(t testing.TB, p *process, c *client, files [][]byte, out any) (int, []byte) {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for i, f := range files {
		part, err := form.CreateFormFile("file", fmt.Sprintf("pagina-%d", i+1))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = part.Write(f) // into memory
	}
	_ = form.Close()
	resp, err := c.Post(p.url+"api/uploads", form.FormDataContentType(), &body)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode == http.StatusOK {
		if err := json.Unmarshal(text, out); err != nil {
			t.Fatal(err)
		}
	}
	return resp.StatusCode, text
}

// A file that is half written stays where it is, is named on the bar, and is taken once it is whole; one that comes twice is asked about.
func TestHotFolderWaitsForWholeFilesAndAsksAboutRepeatedOnes(t *testing.T) {
	dir, inbox := t.TempDir(), t.TempDir()
	writeSettings(t, dir, fmt.Sprintf("[[hotfolder]]\nid = \"copiatrice\"\ndir = %q\n", inbox))
	p := startProcess(t, dir)
	c := configure(t, p, map[string]string{"anna": "operatore", "carla": "responsabile"})["anna"]
	page := pageWith(t, 0)
	half, corrupt := filepath.Join(inbox, "a-meta.jpg"), filepath.Join(inbox, "b-guasta.jpg")
	write(t, half, page[:len(page)/2])
	write(t, corrupt, []byte("questa non è una scansione"))

	troubles := func() map[string]bool {
		var st ui.Status
		c.must(t, http.MethodGet, p.url+"api/status", nil, &st)
		named := map[string]bool{}
		for _, tr := range st.Folders[0].Troubles {
			named[tr.File] = true
		}
		return named
	}
	eventually(t, "both files are named", func() bool { n := troubles(); return n["a-meta.jpg"] && n["b-guasta.jpg"] })
	for _, path := range []string{half, corrupt} {
		if _, err := os.Stat(path); err != nil {
			t.Errorf("a file that cannot be taken was touched: %v", err)
		}
	}

	write(t, half, page)
	batches := func() []ui.StripBatch {
		var desk ui.Desk
		c.must(t, http.MethodGet, p.url+"api/desk", nil, &desk)
		return desk.Batches
	}
	eventually(t, "the completed file is taken", func() bool { _, err := os.Stat(half); return os.IsNotExist(err) && len(batches()) == 1 })
	if n := troubles(); n["a-meta.jpg"] || !n["b-guasta.jpg"] {
		t.Errorf("the bar names %v", n)
	}
	if b := batches()[0]; b.Source != "copiatrice" || len(b.Documents) != 1 || len(b.Documents[0].PageList) != 1 {
		t.Errorf("taken as %+v", b)
	}

	write(t, filepath.Join(inbox, "c-di-nuovo.jpg"), page)
	eventually(t, "the repeated page is asked about", func() bool {
		var list ui.Exceptions
		c.must(t, http.MethodGet, p.url+"api/exceptions", nil, &list)
		return slices.ContainsFunc(list.Exceptions, func(e ui.ExceptionView) bool { return e.Kind == protocollo.ExceptionRepeated })
	})
	p.stop()
}

func write(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
