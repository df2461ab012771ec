package sheet_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"runtime"
	"strings"
	"testing"

	"segnatura/scanner"
	"segnatura/scanner/sheet"
)

// enormous is a whole PNG of 20000 x 20000 pixels, as its header says; there is next to nothing behind it.
func enormous() []byte {
	chunk := func(kind string, body []byte) []byte {
		out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
		out = append(append(out, kind...), body...)
		return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
	}
	ihdr := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, 20000), 20000)
	out := append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(ihdr, 8, 0, 0, 0, 0))...)
	return append(append(out, chunk("IDAT", nil)...), chunk("IEND", nil)...)
}

func TestRefusals(t *testing.T) {
	page := blankPage(300, 300)
	whole := map[string][]byte{"JPEG": jpegOf(t, page), "PNG": pngOf(t, page), "TIFF": tiffOf(t, page)}
	scrambled := bytes.Clone(whole["PNG"])
	scrambled[len(scrambled)/2] ^= 0x55
	loop := bytes.Clone(whole["TIFF"])
	ifd := binary.LittleEndian.Uint32(loop[4:])
	binary.LittleEndian.PutUint32(loop[int(ifd)+2+12*int(binary.LittleEndian.Uint16(loop[ifd:])):], ifd)
	for _, c := range []struct {
		name   string
		data   []byte
		kind   scanner.FaultKind
		reason string
	}{
		{"no bytes", nil, scanner.FaultTruncated, "empty"},
		{"one byte", []byte{0xff}, scanner.FaultTruncated, "first bytes"},
		{"text", []byte("Gentile Comune, con la presente"), scanner.FaultBadData, "neither JPEG"},
		{"PDF", []byte("%PDF-1.7\n"), scanner.FaultBadData, "PDF"},
		{"JPEG cut", whole["JPEG"][:len(whole["JPEG"])*2/3], scanner.FaultTruncated, "JPEG"},
		{"JPEG header only", whole["JPEG"][:40], scanner.FaultTruncated, "JPEG"},
		{"PNG cut", whole["PNG"][:len(whole["PNG"])*2/3], scanner.FaultTruncated, "PNG"},
		{"PNG scrambled", scrambled, scanner.FaultBadData, "PNG"},
		{"TIFF cut", whole["TIFF"][:len(whole["TIFF"])*2/3], scanner.FaultTruncated, "TIFF"},
		{"TIFF whose pages go round", loop, scanner.FaultBadData, "itself"},
		{"400 megapixels", enormous(), scanner.FaultBadData, "20000 x 20000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := sheet.Read(bytes.NewReader(c.data), scanner.Settings{})
			var f *scanner.Fault
			if m != nil || !errors.As(err, &f) {
				t.Fatalf("image %v, error %v", m, err)
			}
			if f.Kind != c.kind || !strings.Contains(f.Error(), c.reason) {
				t.Errorf("%v; want %s and %q", f, c.kind, c.reason)
			}
		})
	}
}

func TestAnEnormousImageIsRefusedBeforeAnythingIsAllocatedForIt(t *testing.T) {
	data := enormous()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := sheet.Read(bytes.NewReader(data), scanner.Settings{}); err == nil {
		t.Fatal("taken")
	}
	runtime.ReadMemStats(&after)
	perRead := after.TotalAlloc - before.TotalAlloc
	if perRead > 1<<20 {
		t.Errorf("%d bytes were allocated to refuse it", perRead)
	}
}

// broken fails as a cut transfer does.
type broken struct{ *bytes.Reader }

var errCable = errors.New("cable")

func (broken) Read([]byte) (int, error) { return 0, errCable }

func TestAReadersOwnErrorIsHandedOn(t *testing.T) {
	_, err := sheet.Read(broken{bytes.NewReader(jpegOf(t, blankPage(10, 10)))}, scanner.Settings{})
	if !errors.Is(err, errCable) {
		t.Errorf("error %v", err)
	}
	var f *scanner.Fault
	if errors.As(err, &f) {
		t.Errorf("a reader's trouble was taken for a bad page: %v", err)
	}
}
