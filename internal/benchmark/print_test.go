package benchmark

import (
	"testing"
	"time"

	"segnatura/internal/protocollo"
)

// BenchmarkPrint measures, for a label of 62 x 29 mm at 300 dpi, from the use case's beginning to the last byte handed to the
// network: composed, durable as a file and as a row, the printer asked how it is.
func BenchmarkPrint(b *testing.B) {
	o := newOffice(b, usualLabel())
	var times samples
	for b.Loop() {
		times = append(times, o.print(enough)...)
	}
	times.report(b, "")
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
