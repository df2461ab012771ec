package sheet_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"testing"

	"golang.org/x/image/tiff"

	"segnatura/scanner"
	"segnatura/scanner/sheet"
)

// chain joins TIFF files of one page into one file: each is moved behind the last, its places with it.
func chain(tb testing.TB, pages ...[]byte) []byte {
	tb.Helper()
	var out []byte
	link := 4
	for i, p := range pages {
		p = bytes.Clone(p)
		base := uint32(len(out))
		ifd := binary.LittleEndian.Uint32(p[4:])
		n := int(binary.LittleEndian.Uint16(p[ifd:]))
		for e := range n {
			entry := p[int(ifd)+2+12*e:][:12]
			tag, kind, count := binary.LittleEndian.Uint16(entry), binary.LittleEndian.Uint16(entry[2:]), binary.LittleEndian.Uint32(entry[4:])
			size := map[uint16]uint32{1: 1, 2: 1, 3: 2, 4: 4, 5: 8}[kind] * count
			if size > 4 || tag == 273 {
				binary.LittleEndian.PutUint32(entry[8:], binary.LittleEndian.Uint32(entry[8:])+base)
			}
			if tag == 273 && count != 1 {
				tb.Fatal("more than one strip")
			}
		}
		out = append(out, p...)
		if i > 0 {
			binary.LittleEndian.PutUint32(out[link:], base+ifd)
		}
		link = int(base+ifd) + 2 + 12*n
	}
	return out
}

func TestSplitShowsEachPageOfATIFFAlone(t *testing.T) {
	var pages [][]byte
	for i := range 3 {
		pages = append(pages, tiffOf(t, blankPage(100+10*i, 200)))
	}
	file := bytes.NewReader(chain(t, pages...))
	first, err := sheet.Read(file, scanner.Settings{})
	if err != nil || first.Pages != 3 || first.Facts().WidthPx != 100 {
		t.Fatalf("%+v, %v", first, err)
	}
	views, err := sheet.Split(file)
	if err != nil || len(views) != 3 {
		t.Fatalf("%d pages, %v", len(views), err)
	}
	for i, v := range views {
		m, err := sheet.Read(v, scanner.Settings{})
		if err != nil {
			t.Fatalf("page %d: %v", i, err)
		}
		if m.Pages != 1 || m.Facts().WidthPx != 100+10*i {
			t.Errorf("page %d: %d pages, %d pixels wide", i, m.Pages, m.Facts().WidthPx)
		}
		// What a copy of the view holds must be such a file too.
		if _, err := v.Seek(0, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		alone, err := io.ReadAll(v)
		if err != nil {
			t.Fatal(err)
		}
		if img, err := tiff.Decode(bytes.NewReader(alone)); err != nil || img.Bounds().Dx() != 100+10*i {
			t.Errorf("page %d as a file of its own: %v", i, err)
		}
	}
}

func TestSplitLeavesOnePageAlone(t *testing.T) {
	for name, data := range map[string][]byte{"JPEG": jpegOf(t, blankPage(50, 60)), "TIFF": tiffOf(t, blankPage(50, 60))} {
		views, err := sheet.Split(bytes.NewReader(data))
		if err != nil || len(views) != 1 {
			t.Fatalf("%s: %d, %v", name, len(views), err)
		}
		if got, err := io.ReadAll(views[0]); err != nil || !bytes.Equal(got, data) {
			t.Errorf("%s: not the file itself: %v", name, err)
		}
	}
}
