package peers

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image/jpeg"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"segnatura/internal/officesim"
	"segnatura/pdfa/writer/ccitt"
	"segnatura/scanner"
	"segnatura/scanner/escl"
)

// greyPages and colourPages are the mix of a desk.
const greyPages, colourPages = 7, 2

// scans are the files of nine A4 pages at 300 dpi, as a scanner sends them.
func scans(b *testing.B, dir string) []string {
	b.Helper()
	office, err := officesim.Start(b.Context(), officesim.Config{Seed: 7})
	must(b, err)
	defer func() { must(b, office.Close()) }()
	source, err := escl.New(escl.Config{URL: office.ScannerURL(), Now: time.Now})
	must(b, err)
	var files []string
	for _, run := range []struct {
		mode  scanner.ColorMode
		pages int
	}{{scanner.ColorGrey, greyPages}, {scanner.ColorRGB, colourPages}} {
		must(b, office.Load(officesim.Letter{Kind: officesim.KindUnlabelled, Pages: run.pages}))
		doc, err := source.Scan(b.Context(), scanner.Request{Input: scanner.InputFeeder, ColorMode: run.mode, ResolutionDPI: 300, Format: "image/jpeg"})
		must(b, err)
		for range run.pages {
			page, err := doc.Next(b.Context())
			must(b, err)
			path := filepath.Join(dir, fmt.Sprintf("%s-%02d.jpg", run.mode, page.Seq))
			data, err := io.ReadAll(page.Data)
			must(b, err)
			must(b, page.Data.Close())
			must(b, os.WriteFile(path, data, 0o600))
			files = append(files, path)
		}
		must(b, doc.Close())
	}
	return files
}

// faxes are the same pages in black and white, as TIFF with one strip of CCITT G4 each.
func faxes(b *testing.B, dir string, scans []string) []string {
	b.Helper()
	var files []string
	for i, scan := range scans {
		data, err := os.ReadFile(scan)
		must(b, err)
		page, err := jpeg.Decode(bytes.NewReader(data))
		must(b, err)
		width, height := page.Bounds().Dx(), page.Bounds().Dy()
		var strip bytes.Buffer
		e := ccitt.NewEncoder(&strip, width)
		row := make([]byte, (width+7)/8)
		for y := range height {
			clear(row)
			for x := range width {
				if r, g, b, _ := page.At(x, y).RGBA(); r+g+b < 3*0x8000 {
					row[x/8] |= 0x80 >> (x % 8)
				}
			}
			must(b, e.WriteRow(row))
		}
		must(b, e.Close())
		path := filepath.Join(dir, fmt.Sprintf("fax-%02d.tif", i+1))
		must(b, os.WriteFile(path, g4TIFF(width, height, 300, strip.Bytes()), 0o600))
		files = append(files, path)
	}
	return files
}

// g4TIFF wraps one page of CCITT G4 data (TIFF 6.0, section 11), black being 1.
func g4TIFF(width, height, dpi int, strip []byte) []byte {
	const entries = 11
	const rational = 8 + 2 + 12*entries + 4
	b := append([]byte("II*\x00"), 8, 0, 0, 0)
	b = binary.LittleEndian.AppendUint16(b, entries)
	for _, e := range [entries][3]uint32{ // tag, type (3 short, 4 long, 5 rational), value
		{256, 4, uint32(width)}, {257, 4, uint32(height)}, {258, 3, 1}, {259, 3, 4}, {262, 3, 0}, {273, 4, rational + 8},
		{278, 4, uint32(height)}, {279, 4, uint32(len(strip))}, {282, 5, rational}, {283, 5, rational}, {296, 3, 2},
	} {
		b = binary.LittleEndian.AppendUint16(b, uint16(e[0]))
		b = binary.LittleEndian.AppendUint16(b, uint16(e[1]))
		b = binary.LittleEndian.AppendUint32(b, 1)
		b = binary.LittleEndian.AppendUint32(b, e[2])
	}
	b = binary.LittleEndian.AppendUint32(b, 0) // no further page
	b = binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(b, uint32(dpi)), 1)
	return append(b, strip...)
}

func must(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}
