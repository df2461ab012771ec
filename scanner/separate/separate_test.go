package separate_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"segnatura/internal/testenv"
	"segnatura/pdfa"
	"segnatura/scanner"
	"segnatura/scanner/separate"
	"segnatura/scanner/sheet"
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
	run := separate.Pages(&files{t: t, pages: []scanner.Page{page("image/jpeg", []byte("first")), page("image/tiff", data), page("image/png", []byte("last"))}}, t.TempDir(), tiffs)
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
			img, err := sheet.Read(bytes.NewReader(b), scanner.Settings{})
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
	run := separate.Pages(&files{t: t, pages: []scanner.Page{{Format: "image/tiff", Name: "rotto.tif", Data: io.NopCloser(bytes.NewReader([]byte("II*\x00\x08")))}}}, t.TempDir(), tiffs)
	_, err := run.Next(context.Background())
	var f *scanner.Fault
	if !errors.As(err, &f) {
		t.Fatalf("a broken TIFF gave %v", err)
	}
	if err := run.Close(); err != nil {
		t.Error(err)
	}
}

// tiffs takes a TIFF apart.
func tiffs(_ context.Context, in pdfa.Input, emit func(string, io.Reader) error) error {
	f, err := in.Open()
	if err != nil {
		return err
	}
	pages, err := sheet.Split(f)
	for _, p := range pages {
		if _, err := p.Seek(0, io.SeekStart); err != nil {
			return err
		}
		if err := emit("image/tiff", p); err != nil {
			return err
		}
	}
	return errors.Join(err, f.Close())
}

// pdfs takes a PDF apart into the lines of its content, each a page; a line that begins with "!" is a refusal.
func pdfs(_ context.Context, in pdfa.Input, emit func(string, io.Reader) error) error {
	f, err := in.Open()
	if err != nil {
		return err
	}
	b, err := io.ReadAll(f)
	if err != nil {
		return err
	}
	for i, line := range strings.Split(string(b), "\n") {
		if reason, refused := strings.CutPrefix(line, "!"); refused {
			return &pdfa.RefusedError{File: in.Name, Page: i + 1, Reason: pdfa.RefusalReason(reason)}
		}
		if err := emit("image/"+line, strings.NewReader(line)); err != nil {
			return err
		}
	}
	return f.Close()
}

// refusing is a run below that hears of refusals.
type refusing struct {
	*files
	heard []scanner.FaultKind
}

func (r *refusing) Refuse(f *scanner.Fault) { r.heard = append(r.heard, f.Kind) }

func TestSeparateTakesAPDFApart(t *testing.T) {
	content := "jpeg\npng\ntiff"
	run := separate.Pages(&files{t: t, pages: []scanner.Page{
		{Format: "application/pdf", Name: "lettera.pdf", Data: io.NopCloser(strings.NewReader(content))},
		{Format: "image/jpeg", Data: io.NopCloser(strings.NewReader("last"))},
	}}, t.TempDir(), pdfs)
	digest := sha256.Sum256([]byte(content))
	for i, want := range []string{"jpeg", "png", "tiff", "last"} {
		p, err := run.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(p.Data)
		if err := errors.Join(err, p.Data.Close()); err != nil || string(b) != want || p.Seq != i+1 {
			t.Errorf("page %d is %q, %v; want %q", p.Seq, b, err, want)
		}
		if want == "last" {
			continue
		}
		if p.Format != "image/"+want || p.Name != "lettera.pdf" || p.Original != (scanner.Original{SHA256: hex.EncodeToString(digest[:]), Bytes: int64(len(content))}) {
			t.Errorf("%+v", p)
		}
	}
	if _, err := run.Next(t.Context()); err != io.EOF {
		t.Error(err)
	}
	if err := run.Close(); err != nil {
		t.Error(err)
	}
}

// A PDF of which one page cannot be taken gives no page at all, in words that tell the screen what to say.
func TestARefusedPDFGivesNoPage(t *testing.T) {
	for reason, want := range map[pdfa.RefusalReason]scanner.FaultKind{
		pdfa.RefusedEncrypted: scanner.FaultEncrypted, pdfa.RefusedSigned: scanner.FaultSigned, pdfa.RefusedActive: scanner.FaultActive,
		pdfa.RefusedTruncated: scanner.FaultTruncated, pdfa.RefusedCorrupt: scanner.FaultBadData, pdfa.RefusedTooLarge: scanner.FaultBadData,
	} {
		t.Run(string(reason), func(t *testing.T) {
			below := &refusing{files: &files{t: t, pages: []scanner.Page{
				{Format: "application/pdf", Name: "a.pdf", Data: io.NopCloser(strings.NewReader("jpeg\n!" + string(reason)))},
			}}}
			p, err := separate.Pages(below, t.TempDir(), pdfs).Next(t.Context())
			var fault *scanner.Fault
			if p != nil || !errors.As(err, &fault) || fault.Kind != want || !strings.Contains(fault.Detail, "a.pdf, page 2") {
				t.Errorf("%+v, %v", p, err)
			}
			if len(below.heard) != 1 || below.heard[0] != want {
				t.Errorf("the run below heard %v", below.heard)
			}
		})
	}
}

// What a process died of may have been the moment's; what a file is, stays.
func TestARefusalSaysWhetherItMayPass(t *testing.T) {
	for reason, passes := range map[pdfa.RefusalReason]bool{
		pdfa.RefusedDeadline: true, pdfa.RefusedMemory: true, pdfa.RefusedCrash: true,
		pdfa.RefusedCorrupt: false, pdfa.RefusedTooLarge: false, pdfa.RefusedEncrypted: false,
	} {
		var fault *scanner.Fault
		if !errors.As(separate.Refused(&pdfa.RefusedError{Reason: reason}), &fault) || fault.MayPass != passes {
			t.Errorf("%s: %+v", reason, fault)
		}
	}
}

// A transfer that is cut says nothing about the file: it may come again.
func TestACutTransferIsNoRefusal(t *testing.T) {
	cut := io.MultiReader(strings.NewReader("jp"), iotest.ErrReader(&scanner.Fault{Kind: scanner.FaultTruncated}))
	below := &refusing{files: &files{t: t, pages: []scanner.Page{{Format: "application/pdf", Name: "a.pdf", Data: io.NopCloser(cut)}}}}
	if _, err := separate.Pages(below, t.TempDir(), pdfs).Next(t.Context()); err == nil || len(below.heard) > 0 {
		t.Errorf("%v; heard %v", err, below.heard)
	}
}

// Close from elsewhere ends the taking apart of a file, and leaves nothing open.
func TestCloseEndsTheTakingApart(t *testing.T) {
	begun := make(chan struct{})
	run := separate.Pages(&files{t: t, pages: []scanner.Page{{Format: "application/pdf", Data: io.NopCloser(strings.NewReader("x"))}}}, t.TempDir(),
		func(ctx context.Context, _ pdfa.Input, _ func(string, io.Reader) error) error {
			close(begun)
			<-ctx.Done()
			return ctx.Err()
		})
	ended := make(chan error)
	go func() {
		_, err := run.Next(context.Background())
		ended <- err
	}()
	<-begun
	if err := run.Close(); err != nil {
		t.Error(err)
	}
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	var fault *scanner.Fault
	if _, err := run.Next(context.Background()); !errors.As(err, &fault) || fault.Kind != scanner.FaultCancelled {
		t.Error(err)
	}
}
