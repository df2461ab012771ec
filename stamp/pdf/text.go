package pdf

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/text/unicode/norm"

	"segnatura/pdfa"
	"segnatura/pdfa/writer"
)

// Measures of a page of text in millimetres.
const (
	marginMM       = 20.0
	footMM         = 12.0 // of the page number's baseline above the lower edge
	bannerHeightMM = 10.0
	bannerFrameMM  = 0.6
	leading        = 1.35 // line pitch, of the font's size
	mmPerPoint     = 25.4 / 72
)

const (
	defaultSizePt = 11.0
	bannerSizePt  = 14.0
	footSizePt    = 8.0
)

// undrawable stands for a character that the fonts lack.
const undrawable = '□'

// Paragraph is one piece of running text. Runs of space in it count as one.
type Paragraph struct {
	Text    string
	Bold    bool
	SizePt  float64 // 0: 11 points
	SpaceMM float64 // white above it, except at the top of a page
}

// Text writes paragraphs on as many A4 pages as they need, numbered «Pagina n di m» where there is more than one. A banner,
// if any, stands framed at the foot of every page.
func Text(w io.Writer, paragraphs []Paragraph, banner string, meta pdfa.Metadata) (pdfa.Result, error) {
	d, err := writer.NewDocument(w, meta, pdfa.Flavour2U)
	if err != nil {
		return pdfa.Result{}, fmt.Errorf("write text: %w", err)
	}
	s, err := newSetter(d)
	if err != nil {
		return pdfa.Result{}, fmt.Errorf("write text: %w", err)
	}
	if err := s.write(paragraphs, banner); err != nil {
		return pdfa.Result{}, fmt.Errorf("write text: %w", err)
	}
	result, err := d.Close()
	if err != nil {
		return pdfa.Result{}, fmt.Errorf("write text: %w", err)
	}
	return result, nil
}

// setter breaks text into lines and pages, and draws them.
type setter struct {
	d             *writer.Document
	regular, bold *writer.Font
}

func newSetter(d *writer.Document) (*setter, error) {
	regular, err := d.Font(goregular.TTF)
	if err != nil {
		return nil, err
	}
	bold, err := d.Font(gobold.TTF)
	if err != nil {
		return nil, err
	}
	return &setter{d, regular, bold}, nil
}

// textLine is one line with its baseline.
type textLine struct {
	font   *writer.Font
	sizePt float64
	xMM    float64
	yMM    float64
	text   string
}

func (s *setter) write(paragraphs []Paragraph, banner string) error {
	bottom := a4HeightMM - marginMM
	var frame *textLine
	if banner = s.clean(banner); banner != "" {
		line, err := s.bannerLine(banner, bottom)
		if err != nil {
			return err
		}
		frame = &line
		bottom -= bannerHeightMM + 5
	}
	pages, err := s.paginate(paragraphs, bottom)
	if err != nil {
		return err
	}
	for i, lines := range pages {
		page, err := s.d.AddPage(a4WidthMM, a4HeightMM, 0)
		if err != nil {
			return err
		}
		if frame != nil {
			if err := drawFrame(page); err != nil {
				return err
			}
			lines = append(lines, *frame)
		}
		if len(pages) > 1 {
			number := fmt.Sprintf("Pagina %d di %d", i+1, len(pages))
			lines = append(lines, textLine{s.regular, footSizePt, marginMM, a4HeightMM - footMM, number})
		}
		for _, l := range lines {
			if err := page.Text(l.font, l.sizePt, l.xMM, l.yMM, l.text); err != nil {
				return err
			}
		}
	}
	return nil
}

// paginate places every line; there is at least one page, be it empty.
func (s *setter) paginate(paragraphs []Paragraph, bottom float64) ([][]textLine, error) {
	pages := [][]textLine{nil}
	y := marginMM
	for _, p := range paragraphs {
		font, size := s.regular, p.SizePt
		if p.Bold {
			font = s.bold
		}
		if size == 0 {
			size = defaultSizePt
		}
		texts, err := wrap(font, size, s.clean(p.Text), a4WidthMM-2*marginMM)
		if err != nil {
			return nil, err
		}
		if y > marginMM {
			y += p.SpaceMM
		}
		for _, text := range texts {
			pitch := size * leading * mmPerPoint
			if y+pitch > bottom && y > marginMM {
				pages = append(pages, nil)
				y = marginMM
			}
			last := len(pages) - 1
			pages[last] = append(pages[last], textLine{font, size, marginMM, y + size*mmPerPoint, text})
			y += pitch
		}
	}
	return pages, nil
}

// wrap breaks text between words; a word wider than the line is broken between letters.
func wrap(font *writer.Font, sizePt float64, text string, widthMM float64) ([]string, error) {
	fits := func(s string) (bool, error) {
		w, err := font.WidthMM(sizePt, s)
		return w <= widthMM, err
	}
	var lines []string
	current := ""
	for word := range strings.FieldsSeq(text) {
		joined := strings.TrimPrefix(current+" "+word, " ")
		ok, err := fits(joined)
		if err != nil {
			return nil, err
		}
		if ok {
			current = joined
			continue
		}
		if current != "" {
			lines = append(lines, current)
			current = ""
		}
		for _, r := range word {
			ok, err := fits(current + string(r))
			if err != nil {
				return nil, err
			}
			if !ok && current != "" {
				lines = append(lines, current)
				current = ""
			}
			current += string(r)
		}
	}
	if current != "" {
		lines = append(lines, current)
	}
	return lines, nil
}

// bannerLine centres the banner in its frame, which stands on the lower margin. A banner that is too wide is set smaller; it
// is never broken.
func (s *setter) bannerLine(text string, bottom float64) (textLine, error) {
	room := a4WidthMM - 2*marginMM - 2*(bannerFrameMM+2)
	width, err := s.bold.WidthMM(bannerSizePt, text)
	if err != nil {
		return textLine{}, err
	}
	size := bannerSizePt * min(1, room/width)
	width *= size / bannerSizePt
	const capHeight = 0.7
	baseline := bottom - (bannerHeightMM-size*capHeight*mmPerPoint)/2
	return textLine{s.bold, size, (a4WidthMM - width) / 2, baseline, text}, nil
}

func drawFrame(page *writer.Page) error {
	x, y := marginMM, a4HeightMM-marginMM-bannerHeightMM
	width := a4WidthMM - 2*marginMM
	if err := page.Rect(x, y, width, bannerHeightMM, 0); err != nil {
		return err
	}
	return page.Rect(x+bannerFrameMM, y+bannerFrameMM, width-2*bannerFrameMM, bannerHeightMM-2*bannerFrameMM, 1)
}

// clean composes accents, makes every run of space one blank, and replaces what the fonts lack.
func (s *setter) clean(text string) string {
	text = strings.Join(strings.Fields(norm.NFC.String(text)), " ")
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) && s.regular.Has(r) && s.bold.Has(r) {
			return r
		}
		return undrawable
	}, text)
}
