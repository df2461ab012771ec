package benchmark

import (
	"fmt"
	"testing"
	"time"
)

// BenchmarkReceipt measures what a citizen waits for at the counter, from the browser's request: to the last byte handed to the label printer's
// network, 62 x 29 mm at 300 dpi, and to the last byte of the A4 page in the browser.
func BenchmarkReceipt(b *testing.B) {
	o := newOffice(b, usualLabel())
	var labels, pages samples
	for b.Loop() {
		onLabels, onPaper := o.receipts(enough)
		labels, pages = append(labels, onLabels...), append(pages, onPaper...)
	}
	labels.report(b, "label")
	pages.report(b, "a4")
}

// receipts registers n letters and takes the receipt of each, on a label and on A4.
func (o *office) receipts(n int) (labels, pages samples) {
	for range n {
		rec, err := o.station.Register(o.Context(), o.clerk, o.letter())
		o.must(err)
		began := time.Now()
		o.post(fmt.Sprintf("/api/records/%d/receipt", rec.Intake.ID), struct{}{}, nil)
		labels = append(labels, (<-o.sent).Sub(began))
		began = time.Now()
		if page := o.get(fmt.Sprintf("/api/records/%d/receipt.pdf", rec.Intake.ID)); len(page) < 1000 {
			o.Fatalf("a receipt of %d bytes", len(page))
		}
		pages = append(pages, time.Since(began))
	}
	return labels, pages
}
