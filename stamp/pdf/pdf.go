// Package pdf writes for an ordinary printer, as PDF/A-2 pages, what the desk hands out on paper: a label, a receipt, and
// text such as an act.
//
// A label is the same bitmap that a label printer would get, placed dot for dot: printed without scaling it has the size and
// the modules that were composed. Text is set in the Go fonts, which are embedded. Lines are broken between words and pages
// between lines; nothing is cut.
//
// It refuses a label without dots, and a receipt that lacks what the law asks for. A character that the
// fonts lack is shown as «□»: at the counter a visible gap is better than no receipt.
//
// There is no clock in it: equal calls give equal files. A writer that got an error holds no valid file.
package pdf

import (
	"fmt"
	"io"
	"math"

	"segnatura/pdfa"
	"segnatura/pdfa/writer"
	"segnatura/stamp"
)

// A4 in millimetres (ISO 216).
const (
	a4WidthMM  = 210.0
	a4HeightMM = 297.0
)

// Label writes one page of the label's own size.
func Label(w io.Writer, b *stamp.Bitmap, meta pdfa.Metadata) (pdfa.Result, error) {
	width, height, err := sizeMM(b)
	if err != nil {
		return pdfa.Result{}, err
	}
	d, err := writer.NewDocument(w, meta, pdfa.Flavour2B)
	if err != nil {
		return pdfa.Result{}, fmt.Errorf("write label: %w", err)
	}
	page, err := d.AddPage(width, height, 0)
	if err != nil {
		return pdfa.Result{}, fmt.Errorf("write label: %w", err)
	}
	if err := page.Bitmap(b.Bits, b.Stride, b.Width, b.Height, 0, 0, width, height); err != nil {
		return pdfa.Result{}, fmt.Errorf("write label: %w", err)
	}
	result, err := d.Close()
	if err != nil {
		return pdfa.Result{}, fmt.Errorf("write label: %w", err)
	}
	return result, nil
}

// sizeMM is the size at which one dot of the bitmap is one dot of the resolution that it was composed for.
func sizeMM(b *stamp.Bitmap) (width, height float64, err error) {
	if b == nil || b.Width < 1 || b.Height < 1 {
		return 0, 0, fmt.Errorf("write label: the bitmap is empty")
	}
	dots := b.Resolution.DotsPerMM
	if !(dots > 0) || math.IsInf(dots, 0) {
		return 0, 0, fmt.Errorf("write label: the bitmap has no resolution")
	}
	return float64(b.Width) / dots, float64(b.Height) / dots, nil
}
