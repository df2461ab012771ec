package convert

import (
	"bytes"
	"compress/zlib"
	"context"
	"io"
	"math"

	"segnatura/pdfa"
	"segnatura/pdfa/writer"
)

// draw makes a picture of a page that is not one image.
func (f *pdfFile) draw(ctx context.Context, p pdfPage, e Engine) (pic picture, err error) {
	if _, err := p.drawingDPI(); err != nil {
		return picture{}, err
	}
	if pic.text, err = f.text(p, e.Drawer); err != nil {
		return picture{}, err
	}
	if pic.text != nil && e.countsText {
		return pic, nil
	}
	width, height, pix, dpi, err := f.drawn(ctx, p, e.Drawer)
	if err != nil {
		return picture{}, err
	}
	pic.image, pic.xDPI, pic.yDPI, pic.exact = drawing(width, height, pix), dpi, dpi, true
	return pic, nil
}

// text returns the text that a page has; nil: none.
func (f *pdfFile) text(p pdfPage, drawer Drawer) (*pdfa.PageText, error) {
	single, err := f.single(p, true)
	if err != nil {
		return nil, err
	}
	words, err := drawer.Words(single)
	if err != nil {
		return nil, refuse(pdfa.RefusedCorrupt, "the page's text cannot be read: %v", err)
	}
	if len(words) == 0 {
		return nil, nil
	}
	return &pdfa.PageText{Words: words}, nil
}

// drawn has a page drawn as it is shown.
func (f *pdfFile) drawn(ctx context.Context, p pdfPage, drawer Drawer) (width, height int, pix []byte, dpi float64, err error) {
	if dpi, err = p.drawingDPI(); err != nil {
		return 0, 0, nil, 0, err
	}
	single, err := f.single(p, false)
	if err != nil {
		return 0, 0, nil, 0, err
	}
	if err := ctx.Err(); err != nil {
		return 0, 0, nil, 0, err
	}
	if width, height, pix, err = drawer.Draw(single, dpi); err != nil {
		return 0, 0, nil, 0, refuse(pdfa.RefusedCorrupt, "the page cannot be drawn: %v", err)
	}
	if width < 1 || height < 1 || len(pix) != 4*width*height {
		return 0, 0, nil, 0, refuse(pdfa.RefusedCorrupt, "the page was drawn as %d bytes for %d x %d pixels", len(pix), width, height)
	}
	return width, height, pix, dpi, nil
}

// decodeImage has an image's own pixels drawn.
func (f *pdfFile) decodeImage(s shown, otherwise string, drawer Drawer) (pic picture, why string, err error) {
	d := s.image.Dict
	width, height := f.integer(d["Width"], 0), f.integer(d["Height"], 0)
	stencil := f.bool(d["ImageMask"], false)
	if width*height > maxDrawn || max(width, height) > maxDrawnSide || stencil && !s.inkKnown {
		return pic, otherwise, nil
	}
	alone, err := f.imageAlone(s, width, height)
	if err != nil {
		return pic, "", err
	}
	w, h, pix, err := drawer.Draw(alone, 72)
	if err != nil || w != width || h != height || len(pix) != 4*width*height {
		return pic, "", refuse(pdfa.RefusedCorrupt, "the page's image does not decode: %v", err)
	}
	pic.image = drawing(width, height, pix)
	if list := f.packings(s.image); len(list) == 0 || list[len(list)-1].name != filterJBIG2 {
		pic.drawn = pdfa.DrawnDecoded
	}
	return pic, "", nil
}

// maxDrawnSide is the longest side in points that a page may have (ISO 32000-1, annex C).
const maxDrawnSide = 14_400

// shownSize is the page's size in points after its rotation.
func (p pdfPage) shownSize() (widthPt, heightPt float64) {
	widthPt, heightPt = p.box.width()*p.unit, p.box.height()*p.unit
	if p.rotate%180 != 0 {
		return heightPt, widthPt
	}
	return widthPt, heightPt
}

// drawingDPI chooses the resolution before anything is drawn.
func (p pdfPage) drawingDPI() (float64, error) {
	area := p.box.width() * p.box.height() * p.unit * p.unit / (72 * 72) // square inches
	dpi := min(drawDPI, math.Floor(math.Sqrt(maxDrawn/area)))
	if !(dpi >= leastDrawDPI) {
		return 0, refuse(pdfa.RefusedTooLarge, "the page of %.0f x %.0f mm is too large to be drawn legibly",
			p.box.width()*p.unit/72*25.4, p.box.height()*p.unit/72*25.4)
	}
	if w, h := p.shownSize(); w < minPDFPagePt || h < minPDFPagePt {
		return 0, refuse(pdfa.RefusedUnsupported, "the page of %.1f x %.1f points is smaller than PDF/A allows", w, h)
	}
	return dpi, nil
}

const minPDFPagePt = 3

// drawing keeps of pixels only what they have: bits where all are black or white, grey where none is coloured.
func drawing(width, height int, pix []byte) writer.Image {
	colour, grey := false, false
	for i := 0; i < len(pix) && !colour; i += 4 {
		r, g, b := pix[i], pix[i+1], pix[i+2]
		colour = r != g || g != b
		grey = grey || r != 0 && r != 255
	}
	switch {
	case colour:
		rows := &mappedRows{r: bytes.NewReader(pix), in: make([]byte, 4*width), edit: func(row []byte) []byte {
			for x := range width {
				copy(row[3*x:3*x+3], row[4*x:4*x+3])
			}
			return row[:3*width]
		}}
		return writer.Raster(width, height, writer.RasterFormat{Components: 3, Bits: 8}, rows)
	case grey:
		rows := &mappedRows{r: bytes.NewReader(pix), in: make([]byte, 4*width), edit: func(row []byte) []byte {
			for x := range width {
				row[x] = row[4*x]
			}
			return row[:width]
		}}
		return writer.Raster(width, height, writer.RasterFormat{Components: 1, Bits: 8}, rows)
	}
	rows := &mappedRows{r: bytes.NewReader(pix), in: make([]byte, 4*width), edit: func(row []byte) []byte {
		for x := range width {
			black := byte(0)
			if row[4*x] == 0 {
				black = 1
			}
			putSample(row, x, 1, uint32(black))
		}
		return row[:(width+7)/8]
	}}
	return writer.Bitonal(width, height, rows)
}

// deflate packs data at hand.
func deflate(data []byte) []byte {
	var b bytes.Buffer
	zw := zlib.NewWriter(&b)
	_, _ = io.Copy(zw, bytes.NewReader(data)) // a buffer takes everything
	_ = zw.Close()
	return b.Bytes()
}
