package officesim_test

import (
	"fmt"
	"testing"

	"segnatura/internal/officesim"
)

// BenchmarkPage scans one page of text at 300 dpi, from the request to the last byte.
func BenchmarkPage(b *testing.B) {
	for _, mode := range []string{"RGB24", "Grayscale8"} {
		b.Run(fmt.Sprintf("%s at 300 dpi", mode), func(b *testing.B) {
			o := start(b, officesim.Config{AutoLetters: true})
			s := feeder
			s.mode, s.dpi = mode, 300
			for b.Loop() {
				load(b, o, officesim.Letter{Pages: 1})
				if n := len(scan(b, o, s)); n != 1 {
					b.Fatalf("%d pages", n)
				}
			}
		})
	}
}
