package upload_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"testing"

	"segnatura/scanner"
	"segnatura/scanner/scannertest"
	"segnatura/scanner/upload"
)

func page(n int) []byte {
	return append([]byte("\xff\xd8\xff\xe0"), bytes.Repeat([]byte{byte(n)}, 70_000+n)...)
}

// form writes a request's body with a field before and between the files.
func form(t *testing.T, names []string, pages [][]byte) (body []byte, boundary string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i, p := range pages {
		if err := w.WriteField("note", "not a file"); err != nil {
			t.Fatal(err)
		}
		part, err := w.CreateFormFile("file", names[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(p); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), w.Boundary()
}

func TestSuite(t *testing.T) {
	scannertest.Run(t, scannertest.Family{
		NotAsked: "the browser sends without being asked",
		Absent: map[scannertest.Scenario]string{
			scannertest.Duplex:    "a request does not know sheets",
			scannertest.Jam:       "a browser has no rollers",
			scannertest.CoverOpen: "a browser has no cover",
			scannertest.Offline:   "without a connection there is no request",
			scannertest.Busy:      "each request is its own",
		},
		New: func(t *testing.T, s scannertest.Scenario) scannertest.Harness {
			h := scannertest.Harness{Pages: [][]byte{page(1), page(2), page(3)}}
			if s == scannertest.Empty {
				h.Pages = nil
			}
			body, boundary := form(t, []string{"a.jpg", "b.jpg", "c.jpg"}, h.Pages)
			var cfg upload.Config
			var r io.Reader = bytes.NewReader(body)
			switch s {
			case scannertest.Truncated:
				r = bytes.NewReader(body[:len(body)-10_000])
			case scannertest.Stall, scannertest.Silent:
				cut := len(body) - 10_000
				if s == scannertest.Silent {
					cut = bytes.Index(body, page(2)) + len(page(2)) + len("\r\n--"+boundary+"\r\n")
				}
				pr, pw := io.Pipe()
				cfg.Abort = func() { _ = pr.CloseWithError(errors.New("deadline")) }
				r = io.MultiReader(bytes.NewReader(body[:cut]), pr)
				t.Cleanup(func() { _ = pw.Close() })
			}
			h.Source = upload.New(upload.Multipart(multipart.NewReader(r, boundary)), cfg)
			return h
		},
	})
}

func TestNamesAreForPeopleAndTypesAreSniffed(t *testing.T) {
	for _, c := range []struct {
		sent, name string
		content    []byte
		format     string
		kind       scanner.FaultKind
	}{
		{`C:\scan\lettera.pdf`, "lettera.pdf", page(1), "image/jpeg", ""},
		{"../../etc/x.png", "x.png", []byte("\x89PNG\r\n\x1a\n..."), "image/png", ""},
		{"x.tif", "x.tif", []byte("MM\x00*...."), "image/tiff", ""},
		{"x.jpg", "x.jpg", []byte("%PDF-1.7"), "application/pdf", ""},
		{`C:\scan\x.jpg`, "x.jpg", []byte("<svg onload=alert(1)>"), "", scanner.FaultBadData},
		{"x.jpg", "x.jpg", nil, "", scanner.FaultBadData},
	} {
		t.Run(fmt.Sprintf("%s %.5q", c.sent, c.content), func(t *testing.T) {
			body, boundary := form(t, []string{c.sent}, [][]byte{c.content})
			doc, err := upload.New(upload.Multipart(multipart.NewReader(bytes.NewReader(body), boundary)), upload.Config{}).
				Scan(t.Context(), scanner.Request{})
			if err != nil {
				t.Fatal(err)
			}
			defer doc.Close()
			p, err := doc.Next(t.Context())
			if scannertest.Kind(err) != c.kind {
				t.Fatal(err)
			}
			if err == nil && (p.Name != c.name || p.Format != c.format) {
				t.Errorf("%q, %s", p.Name, p.Format)
			}
			if refused, ok := errors.AsType[*scanner.Fault](err); ok && refused.File != c.name {
				t.Errorf("the refused file is called %q", refused.File)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	body, boundary := form(t, []string{"a", "b"}, [][]byte{page(1), page(2)})
	src := func(cfg upload.Config) scanner.Document {
		doc, err := upload.New(upload.Multipart(multipart.NewReader(bytes.NewReader(body), boundary)), cfg).Scan(t.Context(), scanner.Request{})
		if err != nil {
			t.Fatal(err)
		}
		return doc
	}
	p, err := src(upload.Config{MaxBytes: 10_000}).Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if n, err := io.Copy(io.Discard, p.Data); scannertest.Kind(err) != scanner.FaultBadData || n > 10_000 {
		t.Errorf("%d bytes, %v", n, err)
	}
	doc := src(upload.Config{MaxFiles: 1})
	p, err = doc.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, p.Data); err != nil {
		t.Fatal(err)
	}
	if err := p.Data.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := doc.Next(t.Context()); scannertest.Kind(err) != scanner.FaultBadData {
		t.Errorf("a second file: %v", err)
	}
}
