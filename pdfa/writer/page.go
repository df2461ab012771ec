package writer

import (
	"errors"
	"fmt"
	"strings"

	"segnatura/pdfa"
)

// Page takes the marks of one page. Lengths are millimetres from the top left corner of the page as it stands before rotation,
// x to the right, y downwards. It is valid until the next page is begun or the document is closed. Marks that lie outside the
// page are written and not seen.
type Page struct {
	d             *Document
	number        int // object number
	rotate        int
	widthPt, htPt float64
	ops           strings.Builder
	fonts         map[*Font]string // resource names
	fontOrder     []*Font
	images        []int // object numbers; resource names Im0, Im1, ...
	ended         bool
}

// ErrPageEnded is returned for marks on a page that is written already.
var ErrPageEnded = errors.New("the page is written already")

// AddPage begins a page of the given size, to be shown turned clockwise by rotate: 0, 90, 180 or 270 degrees.
func (d *Document) AddPage(widthMM, heightMM float64, rotate int) (*Page, error) {
	return d.addPagePt(widthMM*pointsPerMM, heightMM*pointsPerMM, rotate)
}

func (d *Document) addPagePt(widthPt, heightPt float64, rotate int) (*Page, error) {
	d.endPage()
	switch {
	case d.err != nil:
		return nil, d.err
	case d.closed:
		return nil, errors.New("add page: the document is closed")
	case len(d.pages) == MaxPages:
		return nil, fmt.Errorf("add page: a document has at most %d pages", MaxPages)
	case !pageLength(widthPt) || !pageLength(heightPt):
		return nil, fmt.Errorf("add page: %.1f x %.1f mm is outside 3 to 14400 points", widthPt/pointsPerMM, heightPt/pointsPerMM)
	case rotate != 0 && rotate != 90 && rotate != 180 && rotate != 270:
		return nil, fmt.Errorf("add page: rotation by %d degrees", rotate)
	}
	d.page = &Page{
		d: d, number: d.reserve(), rotate: rotate, widthPt: widthPt, htPt: heightPt, fonts: map[*Font]string{},
	}
	d.pages = append(d.pages, d.page.number)
	d.results = append(d.results, pdfa.PageResult{
		WidthMM: widthPt / pointsPerMM, HeightMM: heightPt / pointsPerMM,
	})
	return d.page, nil
}

// pageLength reports whether 6.1.13 allows v. NaN is not allowed.
func pageLength(v float64) bool { return v >= minPagePt && v <= maxPagePt }

// endPage writes the page under way: its content, then its dictionary.
func (d *Document) endPage() {
	p := d.page
	if p == nil || d.err != nil {
		return
	}
	d.page, p.ended = nil, true
	content := d.reserve()
	d.flateStream(content, "", []byte(p.ops.String()))

	var res strings.Builder
	if len(p.fontOrder) > 0 {
		res.WriteString(" /Font <<")
		for _, f := range p.fontOrder {
			fmt.Fprintf(&res, "/%s %d 0 R ", p.fonts[f], f.number)
		}
		res.WriteString(">>")
	}
	if len(p.images) > 0 {
		res.WriteString(" /XObject <<")
		for i, n := range p.images {
			fmt.Fprintf(&res, "/Im%d %d 0 R ", i, n)
		}
		res.WriteString(">>")
	}
	rotate := ""
	if p.rotate != 0 {
		rotate = fmt.Sprintf(" /Rotate %d", p.rotate)
	}
	d.object(p.number, fmt.Sprintf("<</Type /Page /Parent %d 0 R /MediaBox [0 0 %s %s]%s /Resources <<%s>> /Contents %d 0 R>>",
		objPages, number(p.widthPt), number(p.htPt), rotate, strings.TrimSpace(res.String()), content))
}

// point converts a place on the page to PDF's space, whose origin is the lower left corner.
func (p *Page) point(xMM, yMM float64) string {
	return number(xMM*pointsPerMM) + " " + number(p.htPt-yMM*pointsPerMM)
}

func (p *Page) op(format string, args ...any) error {
	if p.ended {
		return ErrPageEnded
	}
	fmt.Fprintf(&p.ops, format+"\n", args...)
	return p.d.err
}

// Line draws a black line of the given width.
func (p *Page) Line(x1MM, y1MM, x2MM, y2MM, widthMM float64) error {
	return p.op("%s w %s m %s l S", number(widthMM*pointsPerMM), p.point(x1MM, y1MM), p.point(x2MM, y2MM))
}

// Rect fills a rectangle whose upper left corner is at x, y with grey: 0 black, 1 white.
func (p *Page) Rect(xMM, yMM, widthMM, heightMM, grey float64) error {
	return p.op("%s g %s %s %s re f 0 g", number(min(max(grey, 0), 1)), p.point(xMM, yMM+heightMM),
		number(widthMM*pointsPerMM), number(heightMM*pointsPerMM))
}

// Text writes one line of black text whose baseline begins at x, y. The string is left to right; characters that the font lacks
// are an error that names the first, and nothing is written.
func (p *Page) Text(f *Font, sizePt, xMM, yMM float64, s string) error {
	if s == "" {
		return nil
	}
	if f.d != p.d {
		return errors.New("write text: the font belongs to another document")
	}
	glyphs, err := f.glyphs(s)
	if err != nil {
		return fmt.Errorf("write text: %w", err)
	}
	return p.op("BT /%s %s Tf %s Td <%s> Tj ET", p.fontName(f), number(sizePt), p.point(xMM, yMM), glyphs)
}

func (p *Page) fontName(f *Font) string {
	name, ok := p.fonts[f]
	if f.number == 0 {
		f.number = p.d.reserve()
	}
	if !ok {
		name = fmt.Sprintf("F%d", len(p.fontOrder))
		p.fonts[f] = name
		p.fontOrder = append(p.fontOrder, f)
	}
	return name
}

// Bitmap places a bitonal picture, white dots covering what is below, with its upper left corner at x, y. bits are rows of
// stride bytes, most significant bit first, 1 = black, as in stamp.Bitmap.
func (p *Page) Bitmap(bits []byte, stride, width, height int, xMM, yMM, widthMM, heightMM float64) error {
	if width < 1 || height < 1 || stride < (width+7)/8 || len(bits) < stride*height {
		return fmt.Errorf("place bitmap: %d bytes of stride %d are not %d x %d dots", len(bits), stride, width, height)
	}
	return p.Picture(Bitonal(width, height, &rowReader{bits: bits, stride: stride, n: (width + 7) / 8, rows: height}), xMM, yMM, widthMM, heightMM)
}

// Picture places an image with its upper left corner at x, y, covering what is below; what is drawn later stands over it.
func (p *Page) Picture(img Image, xMM, yMM, widthMM, heightMM float64) error {
	if _, _, err := p.place(img); err != nil {
		return fmt.Errorf("place picture: %w", err)
	}
	return p.drawImage(matrix{widthMM * pointsPerMM, 0, 0, heightMM * pointsPerMM,
		xMM * pointsPerMM, p.htPt - (yMM+heightMM)*pointsPerMM})
}

// place writes the image's object now and makes it a resource of the page.
func (p *Page) place(img Image) (digest string, length int64, err error) {
	if p.ended {
		return "", 0, ErrPageEnded
	}
	n, digest, length := p.d.writeImage(img)
	p.images = append(p.images, n)
	return digest, length, p.d.err
}

// matrix is a transformation as PDF's cm operator takes it.
type matrix [6]float64

// drawImage paints the image that was placed last.
func (p *Page) drawImage(m matrix) error {
	var s strings.Builder
	for _, v := range m {
		s.WriteString(number(v) + " ")
	}
	return p.op("q %scm /Im%d Do Q", s.String(), len(p.images)-1)
}
