package benchmark

import (
	"fmt"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/stamp"
)

// BenchmarkPrint measures from the use case's beginning to the last byte of the label handed to the network: composed, read back,
// durable as a file and as a row, the printer asked how it is.
func BenchmarkPrint(b *testing.B) {
	for _, roll := range []label{usualLabel(), {stamp.DPI203, stamp.Size{WidthMM: 100, HeightMM: 50}}} {
		b.Run(fmt.Sprintf("%gx%g mm at %d dpi", roll.size.WidthMM, roll.size.HeightMM, roll.resolution.DPI), func(b *testing.B) {
			o := newOffice(b, roll)
			var times samples
			for b.Loop() {
				times = append(times, o.print(enough)...)
			}
			times.report(b, "")
		})
	}
}

// print registers n letters and prints the label of each.
func (o *office) print(n int) samples {
	var times samples
	for range n {
		reg := o.register(o.letter())
		began := time.Now()
		p, err := o.station.PrintLabel(o.Context(), o.clerk, reg.ID, o.printer, protocollo.ReprintNone)
		o.must(err)
		if p.State != protocollo.PrintPrinted {
			o.Fatalf("label of registration %d is %s: %s", reg.ID, p.State, p.Condition)
		}
		times = append(times, (<-o.sent).Sub(began))
	}
	return times
}
