package compose

import (
	"fmt"
	"image"
	"image/color"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/code128"
	"github.com/boombuler/barcode/qr"

	"segnatura/stamp"
)

// Smallest module widths. 0.33 mm is requirement R18.1: 3 dots at 203 dpi, 4 at 300, 8 at 600. 0.25 mm is the narrowest bar
// that office hand readers take without trouble: 2, 3 and 6 dots.
const (
	qrModuleMM      = 0.33
	code128ModuleMM = 0.25
)

// Quiet zones in modules: ISO/IEC 18004 (QR) and ISO/IEC 15417 (Code 128).
const (
	qrQuiet      = 4
	code128Quiet = 10
)

// matrix is a code's modules and how many dots wide each is printed. A linear code has one row.
type matrix struct {
	cols, rows int
	module     int // dots
	dark       []bool
}

// newQR encodes the payload in alphanumeric mode, level M. A module is at least moduleMM wide, and never less than it may be.
func newQR(payload string, moduleMM float64, res stamp.Resolution) (*matrix, error) {
	code, err := qr.Encode(payload, qr.M, qr.AlphaNumeric)
	if err != nil {
		return nil, fmt.Errorf("compose label: encode QR payload %q: %w", payload, err)
	}
	return newMatrix(code, ceilDots(max(qrModuleMM, moduleMM), res)), nil
}

func newCode128(content string, moduleMM float64, res stamp.Resolution) (*matrix, error) {
	code, err := code128.Encode(content)
	if err != nil {
		return nil, fmt.Errorf("compose label: encode Code 128 %q: %w", content, err)
	}
	return newMatrix(code, ceilDots(max(code128ModuleMM, moduleMM), res)), nil
}

func newMatrix(code barcode.Barcode, module int) *matrix {
	size := code.Bounds().Size()
	m := &matrix{cols: size.X, rows: size.Y, module: module, dark: make([]bool, size.X*size.Y)}
	for y := range m.rows {
		for x := range m.cols {
			grey := color.GrayModel.Convert(code.At(x, y)).(color.Gray)
			m.dark[y*m.cols+x] = grey.Y < 0x80
		}
	}
	return m
}

// width is the symbol's width in dots without its quiet zones.
func (m *matrix) width() int { return m.cols * m.module }

// draw puts the symbol's top left module at p; each row of modules is rowHeight dots high.
func (m *matrix) draw(b *stamp.Bitmap, p image.Point, rowHeight int) {
	for my := range m.rows {
		for mx := range m.cols {
			if !m.dark[my*m.cols+mx] {
				continue
			}
			for y := range rowHeight {
				for x := range m.module {
					b.SetBlack(p.X+mx*m.module+x, p.Y+my*rowHeight+y)
				}
			}
		}
	}
}
