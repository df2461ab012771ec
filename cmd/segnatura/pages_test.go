package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"testing"

	"segnatura/pdfa"
	"segnatura/pdfa/convert"
	"segnatura/pdfa/worker"
	"segnatura/scanner"
	"segnatura/scanner/sheet"
)

// TestThumbnailOfATIFFIsNoPage: the desk made a page of a thumbnail, which the archive then refused: «the TIFF has no page», after the
// clerk had confirmed. Whatever is taken for a page here is one there, and what is refused there is refused here.
func TestThumbnailOfATIFFIsNoPage(t *testing.T) {
	for name, c := range map[string]struct {
		reduced []bool // by directory
		pages   int    // 0: refused
	}{
		"none":              {[]bool{false, false}, 2},
		"behind its page":   {[]bool{false, true}, 1},
		"before its page":   {[]bool{true, false}, 1},
		"one for each page": {[]bool{true, false, true, false}, 2},
		"nothing else":      {[]bool{true, true}, 0},
		"a single one":      {[]bool{true}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			file := thumbnailTIFF(c.reduced)
			if n, err := archivedPages(t.Context(), file); n != c.pages || (err != nil) != (c.pages == 0) {
				t.Errorf("the archive has %d pages of it, %v; want %d", n, err, c.pages)
			}
			var parts [][]byte
			err := separatePages(t.Context(), pdfa.Input{Name: "a.tif", Open: opening(file)}, func(p worker.Part) error {
				b, err := io.ReadAll(p.Data)
				parts = append(parts, b)
				return err
			})
			if len(parts) != c.pages || (err != nil) != (c.pages == 0) {
				t.Fatalf("the desk has %d pages of it, %v; want %d", len(parts), err, c.pages)
			}
			for i, part := range parts {
				if n, err := archivedPages(t.Context(), part); n != 1 || err != nil {
					t.Errorf("page %d: the archive has %d pages of it, %v", i+1, n, err)
				}
				m, err := sheet.Read(bytes.NewReader(part), scanner.Settings{})
				if err != nil || m.Pages != 1 {
					t.Errorf("page %d is measured as %+v, %v", i+1, m, err)
				}
			}
		})
	}
}

func archivedPages(ctx context.Context, file []byte) (int, error) {
	job := pdfa.Job{Inputs: []pdfa.Input{{Name: "a.tif", Open: opening(file)}}, Flavour: pdfa.Flavour2B}
	res, err := convert.Engine{}.Convert(ctx, job, io.Discard, nil)
	return len(res.Pages), err
}

func opening(file []byte) func() (io.ReadSeekCloser, error) {
	return func() (io.ReadSeekCloser, error) { return lent{bytes.NewReader(file)}, nil }
}

// thumbnailTIFF is faxTIFF whose directories have NewSubfileType in front in place of the resolutions' unit, which is the default, at
// their end.
func thumbnailTIFF(reduced []bool) []byte {
	b := faxTIFF(len(reduced), 0)
	at := binary.LittleEndian.Uint32(b[4:])
	for _, small := range reduced {
		n := uint32(binary.LittleEndian.Uint16(b[at:]))
		entries := b[at+2:][:12*n]
		copy(entries[12:], entries)
		binary.LittleEndian.PutUint16(entries, 254)
		binary.LittleEndian.PutUint16(entries[2:], 4)
		binary.LittleEndian.PutUint32(entries[4:], 1)
		binary.LittleEndian.PutUint32(entries[8:], 0)
		if small {
			entries[8] = 1
		}
		at = binary.LittleEndian.Uint32(b[at+2+12*n:])
	}
	return b
}
