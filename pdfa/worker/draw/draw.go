// Package draw draws single PDF pages and reads their text, with MuPDF. It fulfils [segnatura/pdfa/convert.Drawer].
//
// MuPDF aborts the whole process on some hostile pages and takes memory as a page likes: this package is for the jailed worker
// process only, one page at a time, under its limits and deadline. It bounds what is asked of it; the file is bounded and taken
// apart before (package convert), which also proves each compressed stream and each JPEG in it, because MuPDF draws what is
// broken as if it were white and says so on standard error only. What it says there is read, and is an error.
//
// It refuses files that do not open, that are of no or several pages, and pages over [MaxPixels].
package draw

import (
	"errors"
	"fmt"
	"math"
	"strings"

	fitz "github.com/gen2brain/go-fitz"

	"segnatura/pdfa"
)

// MaxPixels is the largest picture that is drawn. MuPDF and the binding hold it three times, at four bytes a pixel.
const MaxPixels = 40_000_000

// MuPDF draws. The zero value is ready. It owns the process's standard error while it draws, and is not safe for concurrent use.
type MuPDF struct{}

// Draw returns the page as it is shown, on white: width x height pixels of red, green, blue and 255, rows from the top.
func (MuPDF) Draw(pdf []byte, dpi float64) (width, height int, pix []byte, err error) {
	err = onePage(pdf, func(d *fitz.Document) error {
		bounds, err := d.Bound(0)
		if err != nil {
			return err
		}
		// Bound rounds towards zero.
		w, h := (float64(bounds.Max.X)+1)*dpi/72, (float64(bounds.Max.Y)+1)*dpi/72
		if !(w >= 1 && h >= 1 && w*h <= MaxPixels) || bounds.Min.X != 0 || bounds.Min.Y != 0 {
			return fmt.Errorf("%.0f x %.0f pixels are not drawn", math.Ceil(w), math.Ceil(h))
		}
		m, err := d.ImageDPI(0, dpi)
		if err != nil {
			return err
		}
		width, height, pix = m.Rect.Dx(), m.Rect.Dy(), m.Pix
		return nil
	})
	if err != nil {
		return 0, 0, nil, fmt.Errorf("draw a page: %w", err)
	}
	return width, height, pix, nil
}

// Words returns the page's text as it is shown. Text that lies in no direction that can be told is left out.
func (MuPDF) Words(pdf []byte) (words []pdfa.Word, err error) {
	var svg string
	var readErr error
	_, err = capture(func() { // what it complains of was for Draw to say
		readErr = withDocument(pdf, func(d *fitz.Document) error {
			text, err := d.SVG(0)
			svg = text
			return err
		})
	})
	if err = errors.Join(err, readErr); err == nil {
		words, err = wordsOf(strings.NewReader(svg))
	}
	if err != nil {
		return nil, fmt.Errorf("read a page's text: %w", err)
	}
	return words, nil
}

// onePage opens a file, hands it to do, and makes an error of anything that MuPDF complains of meanwhile.
func onePage(pdf []byte, do func(*fitz.Document) error) (err error) {
	complaints, captureErr := capture(func() { err = withDocument(pdf, do) })
	switch {
	case captureErr != nil:
		return captureErr
	case err != nil && complaints != "":
		return fmt.Errorf("%w (%s)", err, complaints)
	case err != nil:
		return err
	case complaints != "":
		return errors.New(complaints)
	}
	return nil
}

func withDocument(pdf []byte, do func(*fitz.Document) error) (err error) {
	d, err := fitz.NewFromMemory(pdf)
	if d != nil {
		defer func() { err = errors.Join(err, d.Close()) }() // also after a failed open
	}
	if err != nil {
		return err
	}
	if n := d.NumPage(); n != 1 {
		return fmt.Errorf("a file of %d pages", n)
	}
	return do(d)
}
