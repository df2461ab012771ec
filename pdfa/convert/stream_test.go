package convert_test

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"runtime"
	"testing"

	"segnatura/pdfa"
	"segnatura/pdfa/convert"
)

// A batch of five hundred pages takes no more memory at its end than near its beginning, beyond the results: nothing of a page stays.
func TestFiveHundredPagesStream(t *testing.T) {
	grey := image.NewGray(image.Rect(0, 0, 827, 1169)) // A4 at 100 dpi
	for i := range grey.Pix {
		grey.Pix[i] = 200 + byte(i*i/331)&31
	}
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, grey, nil); err != nil {
		t.Fatal(err)
	}
	fax := append(fmt.Appendf(nil, "P4\n%d %d\n", 800, 1169), bytes.Repeat([]byte{0, 0, 0x3C, 0xFF, 0}, 100/5*1169)...)
	var inputs []pdfa.Input
	for i := range 500 {
		inputs = append(inputs, input(fmt.Sprintf("page %d", i+1), [][]byte{photo.Bytes(), fax}[i%2]))
	}
	live := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	var early, late uint64
	result, err := convert.Engine{}.Convert(t.Context(), job(inputs...), io.Discard, func(page int) {
		switch page {
		case 50:
			early = live()
		case 500:
			late = live()
		}
	})
	if err != nil || len(result.Pages) != 500 {
		t.Fatalf("%d pages, %v", len(result.Pages), err)
	}
	if late > early+1<<20 {
		t.Errorf("450 pages left %d kB behind", (late-early)>>10)
	}
}
