package sheet

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"testing"

	"segnatura/internal/testenv"
	"segnatura/scanner"
)

// files is a run below: it insists that a page was closed before the next is asked for.
type files struct {
	t     *testing.T
	pages []scanner.Page
	open  bool
}

type closing struct {
	io.Reader
	f *files
}

func (c closing) Close() error { c.f.open = false; return nil }

func (f *files) Next(context.Context) (*scanner.Page, error) {
	if f.open {
		f.t.Error("the next file was asked for before this one was closed")
	}
	if len(f.pages) == 0 {
		return nil, io.EOF
	}
	p := f.pages[0]
	f.pages = f.pages[1:]
	f.open = true
	p.Data = closing{p.Data, f}
	return &p, nil
}

func (f *files) Close() error { return nil }

func TestSeparateTakesAMultiPageTIFFApart(t *testing.T) {
	data, err := os.ReadFile(testenv.Shared(t, "corpus/scans/twelvemonkeys__fivepages-scan-causingerrors.tif"))
	if err != nil {
		t.Fatal(err)
	}
	page := func(format string, b []byte) scanner.Page {
		return scanner.Page{Format: format, Data: io.NopCloser(bytes.NewReader(b)), Name: "scansione"}
	}
	run := Separate(&files{t: t, pages: []scanner.Page{page("image/jpeg", []byte("first")), page("image/tiff", data), page("image/png", []byte("last"))}}, t.TempDir())
	var seqs, heights []int
	for {
		p, err := run.Next(context.Background())
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(p.Data)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Data.Close(); err != nil {
			t.Fatal(err)
		}
		seqs = append(seqs, p.Seq)
		want := scanner.Original{}
		if p.Format == "image/tiff" {
			want = scanner.Original{SHA256: fmt.Sprintf("%x", sha256.Sum256(data)), Bytes: int64(len(data))}
		}
		if p.Original != want {
			t.Errorf("page %d came out of %+v, want %+v", p.Seq, p.Original, want)
		}
		if p.Format == "image/tiff" {
			img, err := Read(bytes.NewReader(b), scanner.Settings{})
			if err != nil {
				t.Fatal(err)
			}
			if img.Pages != 1 {
				t.Errorf("page %d holds %d pages", p.Seq, img.Pages)
			}
			heights = append(heights, img.Grey.Rect.Dy())
		}
	}
	if len(seqs) != 7 || seqs[6] != 7 {
		t.Errorf("pages %v, want 1 to 7", seqs)
	}
	// The five scans are of slightly different length, which tells them apart.
	if want := []int{3518, 3520, 3517, 3513, 3515}; !slices.Equal(heights, want) {
		t.Errorf("heights %v, want %v", heights, want)
	}
	if err := run.Close(); err != nil {
		t.Error(err)
	}
}

func TestSeparateNamesABrokenTIFF(t *testing.T) {
	run := Separate(&files{t: t, pages: []scanner.Page{{Format: "image/tiff", Name: "rotto.tif", Data: io.NopCloser(bytes.NewReader([]byte("II*\x00\x08")))}}}, t.TempDir())
	_, err := run.Next(context.Background())
	var f *scanner.Fault
	if !errors.As(err, &f) {
		t.Fatalf("a broken TIFF gave %v", err)
	}
	if err := run.Close(); err != nil {
		t.Error(err)
	}
}
