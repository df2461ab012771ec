package pdf

import (
	"fmt"
	"image/color"
	"io"

	"github.com/boombuler/barcode/qr"

	"segnatura/pdfa"
	"segnatura/pdfa/writer"
	"segnatura/stamp"
)

// Measures of a divider sheet. Its code is far larger than a label's: it is to be found whichever way the sheet lies.
const (
	dividerModuleMM = 1.5
	dividerCodeYMM  = 25.0
	dividerSizePt   = 44.0
	dividerHelpPt   = 13.0
)

// dividerWords are what people read on the sheet; dividerHelp says what it is for.
var (
	dividerWords = []string{"DA QUI:", "NUOVO ALLEGATO"}
	dividerHelp  = []string{"Foglio divisorio: si mette davanti a ogni allegato, con la scritta verso chi guarda.", "Non viene archiviato. Si può usare di nuovo."}
)

// Dividers writes that many equal divider sheets with a code, one on each A4 page (R18.5).
func Dividers(w io.Writer, payload string, copies int, meta pdfa.Metadata) (pdfa.Result, error) {
	if copies < 1 {
		return pdfa.Result{}, fmt.Errorf("write dividers: %d copies", copies)
	}
	code, err := dividerCode(payload)
	if err != nil {
		return pdfa.Result{}, fmt.Errorf("write dividers: %w", err)
	}
	d, err := writer.NewDocument(w, meta, pdfa.Flavour2U)
	if err != nil {
		return pdfa.Result{}, fmt.Errorf("write dividers: %w", err)
	}
	s, err := newSetter(d)
	if err != nil {
		return pdfa.Result{}, fmt.Errorf("write dividers: %w", err)
	}
	for range copies {
		if err := s.divider(code); err != nil {
			return pdfa.Result{}, fmt.Errorf("write dividers: %w", err)
		}
	}
	result, err := d.Close()
	if err != nil {
		return pdfa.Result{}, fmt.Errorf("write dividers: %w", err)
	}
	return result, nil
}

// dividerCode is one dot a module.
func dividerCode(payload string) (*stamp.Bitmap, error) {
	code, err := qr.Encode(payload, qr.M, qr.AlphaNumeric)
	if err != nil {
		return nil, fmt.Errorf("encode %q: %w", payload, err)
	}
	size := code.Bounds().Size()
	b := stamp.NewBitmap(size.X, size.Y, stamp.DPI300)
	for y := range size.Y {
		for x := range size.X {
			if grey := color.GrayModel.Convert(code.At(x, y)).(color.Gray); grey.Y < 0x80 {
				b.SetBlack(x, y)
			}
		}
	}
	return b, nil
}

func (s *setter) divider(code *stamp.Bitmap) error {
	page, err := s.d.AddPage(a4WidthMM, a4HeightMM, 0)
	if err != nil {
		return err
	}
	side := float64(code.Width) * dividerModuleMM
	if err := page.Bitmap(code.Bits, code.Stride, code.Width, code.Height, (a4WidthMM-side)/2, dividerCodeYMM, side, side); err != nil {
		return err
	}
	y := dividerCodeYMM + side + 2*dividerSizePt*mmPerPoint
	centred := func(font *writer.Font, sizePt float64, text string) error {
		width, err := font.WidthMM(sizePt, text)
		if err != nil {
			return err
		}
		if err := page.Text(font, sizePt, (a4WidthMM-width)/2, y, text); err != nil {
			return err
		}
		y += sizePt * leading * mmPerPoint
		return nil
	}
	for _, line := range dividerWords {
		if err := centred(s.bold, dividerSizePt, line); err != nil {
			return err
		}
	}
	for _, line := range dividerHelp {
		if err := centred(s.regular, dividerHelpPt, line); err != nil {
			return err
		}
	}
	return nil
}
