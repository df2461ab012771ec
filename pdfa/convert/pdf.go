package convert

import (
	"context"
	"io"
	"math"

	"segnatura/pdfa"
	"segnatura/pdfa/writer"
)

// Drawer draws a PDF of one page that this package wrote. It is handed foreign content all the same: it may abort the process,
// and is only ever given to an engine that runs in the jailed worker.
type Drawer interface {
	// Draw returns the page, rotation applied, as width x height pixels of red, green, blue and a fourth byte, on white. It fails
	// where any part of the page could not be drawn.
	Draw(pdf []byte, dpi float64) (width, height int, pix []byte, err error)
	// Words returns the page's text, also what is invisible, as [pdfa.Word] says; none is no error.
	Words(pdf []byte) ([]pdfa.Word, error)
}

// The drawing of pages: at the resolution of an ordinary scan, less where the page is large.
const (
	drawDPI      = 300
	leastDrawDPI = 72         // a page so large that this is too much is refused
	maxDrawn     = 36_000_000 // pixels; the drawer takes about 12 bytes for each. A2 at 300 dpi has 35 million
)

// readPDF reads the pages of a PDF file, each as its own image or drawn.
func readPDF(src *source, emit func(picture) error) error {
	f, err := openPDF(src.ctx, io.NewSectionReader(src, 0, src.size), src.size)
	if err != nil {
		return err
	}
	if src.engine.RefuseSignedOrActive {
		if err := f.refuseSignedOrActive(); err != nil {
			return err
		}
	}
	for i := range f.pages {
		if err := src.ctx.Err(); err != nil {
			return err
		}
		var pic picture
		err := guardPDF(func() (err error) {
			pic, err = f.picture(src.ctx, f.pages[i], src.engine)
			return err
		})
		if err == nil {
			err = emit(pic)
		}
		if err != nil {
			return onPage(i+1, err)
		}
	}
	return nil
}

func (f *pdfFile) refuseSignedOrActive() error {
	if f.signed {
		return refuse(pdfa.RefusedSigned, "the PDF is signed, and a signature does not survive the conversion")
	}
	if f.active != "" {
		return refuse(pdfa.RefusedActive, "the PDF holds %s", f.active)
	}
	return nil
}

// picture makes a page's picture: its one image as it is, else a drawing, or only its text where that is all that is asked for.
func (f *pdfFile) picture(ctx context.Context, p pdfPage, e Engine) (picture, error) {
	pic, why, err := f.imagePage(p, e.Drawer)
	if err != nil {
		return picture{}, err
	}
	if why != "" {
		if e.Drawer == nil {
			return picture{}, refuse(pdfa.RefusedUnsupported, "the page shows %s, and nothing here draws it", why)
		}
		if pic, err = f.draw(ctx, p, e); err != nil {
			return picture{}, err
		}
		pic.drawn = pdfa.DrawnBornDigital
	}
	switch {
	case f.signed:
		pic.drawn = pdfa.DrawnSigned
	case f.active != "":
		pic.drawn = pdfa.DrawnActive
	}
	return pic, nil
}

// imagePage takes the image out of a page that shows nothing else; why says in words what else it shows.
//
// An image that cannot be carried over as it is (JBIG2, JPEG 2000, transparency, spot colours) is decoded by the drawer, pixel by
// pixel, and keeps its place: nothing is scaled.
func (f *pdfFile) imagePage(p pdfPage, drawer Drawer) (pic picture, why string, err error) {
	if len(f.annotations(p)) > 0 {
		return pic, "annotations", nil
	}
	image, why := f.pageMarks(p).sole(p.box)
	if why != "" {
		return pic, why, nil
	}
	pic.image, why, err = f.takeImage(image)
	if why != "" && err == nil && drawer != nil {
		pic, why, err = f.decodeImage(image, why, drawer)
	}
	if why != "" || err != nil {
		return pic, why, err
	}
	p.place(&pic, image.matrix)
	return pic, "", nil
}

// place says where on its page an image lies. One that fills its page upright is the page.
func (p pdfPage) place(pic *picture, m affine) {
	onPaper := m.then(affine{p.unit, 0, 0, p.unit, -p.box[0] * p.unit, -p.box[1] * p.unit})
	widthPt, heightPt := p.box.width()*p.unit, p.box.height()*p.unit
	pic.exact, pic.rotate = true, p.rotate
	for i, v := range (affine{widthPt, 0, 0, heightPt, 0, 0}) {
		if math.Abs(onPaper[i]-v) > fillTolerance {
			pic.xDPI = float64(pic.image.Width) / math.Hypot(onPaper[0], onPaper[1]) * 72
			pic.yDPI = float64(pic.image.Height) / math.Hypot(onPaper[2], onPaper[3]) * 72
			pic.placement = &writer.Placement{WidthPt: widthPt, HeightPt: heightPt, Matrix: onPaper}
			return
		}
	}
	pic.xDPI, pic.yDPI = float64(pic.image.Width)/widthPt*72, float64(pic.image.Height)/heightPt*72
}

// fillTolerance is how many points an image may miss its page's edges by, from rounding, and still be said to fill it.
const fillTolerance = 0.05
