package pdf

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/pdfa"
	"segnatura/pdfa/writer"
	"segnatura/stamp"
)

// PresentationSheet writes the blank sheet with which a removable medium is presented (002 art. 18.2; R1.16): whoever brings it fills it in and signs it by hand.
func PresentationSheet(w io.Writer, p stamp.PresentationSheet) (pdfa.Result, error) {
	if p.Body == "" || p.AOOCode == "" {
		return pdfa.Result{}, &MissingFieldError{"body or AOO code"}
	}
	const line = " ______________________________________________________________"
	text := []Paragraph{
		{Text: "DOCUMENTO DI PRESENTAZIONE DI UN SUPPORTO RIMOVIBILE", Bold: true, SizePt: 15},
		{Text: fmt.Sprintf("A: %s, AOO %s %s", p.Body, p.AOOCode, p.AOOName), Bold: true, SizePt: 12, SpaceMM: 4},
		{Text: "Il supporto che consegno non è accompagnato da una lettera di trasmissione: lo presento con questo documento, che viene protocollato (manuale del Comune, art. 18).", SpaceMM: 6},
		{Text: "Nome e cognome" + line, SpaceMM: 7},
		{Text: "Per conto di (ente, impresa)" + line[:52], SpaceMM: 6},
		{Text: "Indirizzo" + line, SpaceMM: 6},
		{Text: "Telefono, posta elettronica o PEC" + line[:48], SpaceMM: 6},
		{Text: "Oggetto" + line, SpaceMM: 6},
		{Text: line[1:] + "___________", SpaceMM: 6},
		{Text: "Supporto:   [ ] CD   [ ] DVD   [ ] chiavetta USB   [ ] altro: ____________________   Quanti: _____", SpaceMM: 6},
		{Text: "File che contiene (nome e di che cosa si tratta):", SpaceMM: 6},
	}
	for n := range 5 {
		text = append(text, Paragraph{Text: fmt.Sprintf("%d. ____________________________________________________________________", n+1), SpaceMM: 3})
	}
	text = append(text,
		Paragraph{Text: "Firmati digitalmente:   [ ] sì, tutti   [ ] in parte, i numeri ____________   [ ] no", SpaceMM: 6},
		Paragraph{Text: "Luogo e data ______________________________", SpaceMM: 8},
		Paragraph{Text: "Firma autografa, leggibile ____________________________________________", SpaceMM: 8},
		Paragraph{Text: "L’ente acquisisce i documenti che riesce a decifrare e interpretare con le tecnologie a sua disposizione.", SizePt: 9, SpaceMM: 6},
	)
	return Text(w, text, p.Banner, pdfa.Metadata{
		Title: "Documento di presentazione di un supporto rimovibile", Author: p.Body, CreatorTool: "segnatura", CreatedAt: p.MadeAt.In(protocollo.Rome()),
		DocumentID: fmt.Sprintf("presentation sheet %s", p.AOOCode),
	})
}

// Measures of a copied page: the picture's room, and that of the words below it.
const (
	copyMarginMM = 12.0
	copyWordsMM  = 34.0
	copySizePt   = 10.0
)

// FirstPageCopy writes a letter's first page, smaller, with the segnatura below it (002 art. 24.4; R7.1). It is a plain copy: nothing in it attests that it
// conforms.
//
// Errors: [*MissingFieldError]; a picture that is no baseline JPEG of one or three components; the writer's.
func FirstPageCopy(w io.Writer, c stamp.FirstPageCopy) (pdfa.Result, error) {
	for _, field := range []struct {
		name    string
		missing bool
	}{
		{"body", c.Body == ""}, {"AOO code", c.AOOCode == ""}, {"reference", c.Reference == ""}, {"segnatura", c.Segnatura == ""}, {"picture", len(c.JPEG) == 0},
		{"instant of presentation", c.PresentedAt.IsZero()}, {"instant of issue", c.IssuedAt.IsZero()}, {"operator", c.Operator == ""},
	} {
		if field.missing {
			return pdfa.Result{}, &MissingFieldError{field.name}
		}
	}
	shape, err := jpeg.DecodeConfig(bytes.NewReader(c.JPEG))
	if err != nil {
		return pdfa.Result{}, fmt.Errorf("write copy: %w", err)
	}
	issued := c.IssuedAt.In(protocollo.Rome())
	return onePage(w, c.Banner, pdfa.Metadata{
		Title: "Copia della prima pagina – " + c.Reference, Author: c.Body, CreatorTool: "segnatura", CreatedAt: issued,
		DocumentID: fmt.Sprintf("first page %s %s %s", c.AOOCode, c.Reference, issued.Format(time.RFC3339)),
	}, func(s *setter, page *writer.Page, bottom float64) error {
		if err := drawCopied(page, shape, c.JPEG, bottom-copyWordsMM); err != nil {
			return err
		}
		return s.block(page, bottom-copyWordsMM, asParagraphs(c.Lines(day, hour), map[stamp.Field]Paragraph{stamp.FieldNumber: {SizePt: 12}}))
	})
}

// drawCopied fits the picture between the margins, above a line, with a thin frame.
func drawCopied(page *writer.Page, shape image.Config, data []byte, bottom float64) error {
	components := 3
	if shape.ColorModel == color.GrayModel {
		components = 1
	} else if shape.ColorModel != color.YCbCrModel {
		return fmt.Errorf("a picture of colours %v", shape.ColorModel)
	}
	room, height := a4WidthMM-2*copyMarginMM, bottom-copyMarginMM
	scale := min(room/float64(shape.Width), height/float64(shape.Height))
	wide, high := float64(shape.Width)*scale, float64(shape.Height)*scale
	x := (a4WidthMM - wide) / 2
	img := writer.JPEG(shape.Width, shape.Height, bytes.NewReader(data), int64(len(data)), writer.JPEGOptions{Components: components})
	if err := page.Picture(img, x, copyMarginMM, wide, high); err != nil {
		return err
	}
	return box(page, x, copyMarginMM, wide, high)
}

// stampBlockMM is the height of the stamp on a photocopy.
const stampBlockMM = 38.0

// CopyStamp writes the stamp for the photocopy of a paper that is not registered, at the foot of a page that is otherwise white: the photocopy goes through the
// printer once more, or the stamp is cut out (002 art. 24.2-3; R7.3). It says that it has no legal value.
func CopyStamp(w io.Writer, c stamp.CopyStamp) (pdfa.Result, error) {
	for _, field := range []struct {
		name    string
		missing bool
	}{
		{"body", c.Body == ""}, {"AOO code", c.AOOCode == ""}, {"intake", c.Intake == ""}, {"instant of arrival", c.ArrivedAt.IsZero()}, {"operator", c.Operator == ""},
	} {
		if field.missing {
			return pdfa.Result{}, &MissingFieldError{field.name}
		}
	}
	arrived := c.ArrivedAt.In(protocollo.Rome())
	return onePage(w, c.Banner, pdfa.Metadata{
		Title: "Timbro per la copia di un documento non soggetto a protocollazione", Author: c.Body, CreatorTool: "segnatura", CreatedAt: arrived,
		DocumentID: fmt.Sprintf("copy stamp %s %s", c.AOOCode, c.Intake),
	}, func(s *setter, page *writer.Page, bottom float64) error {
		top := bottom - stampBlockMM
		if err := box(page, copyMarginMM, top-3, a4WidthMM-2*copyMarginMM, stampBlockMM+3); err != nil {
			return err
		}
		return s.block(page, top, asParagraphs(c.Lines(day(arrived), hour(arrived)), map[stamp.Field]Paragraph{stamp.FieldBody: {SizePt: 12}, stamp.FieldLegend: {SizePt: 9, SpaceMM: 1}}))
	})
}

// asParagraphs are a label's lines on a page, with looks by their fields.
func asParagraphs(lines []stamp.Line, looks map[stamp.Field]Paragraph) (out []Paragraph) {
	for _, l := range lines {
		p := looks[l.Field]
		p.Text, p.Bold = l.Text, l.Bold
		out = append(out, p)
	}
	return out
}

// onePage writes one A4 page with the banner at its foot; draw has the room above it.
func onePage(w io.Writer, banner string, meta pdfa.Metadata, draw func(s *setter, page *writer.Page, bottom float64) error) (pdfa.Result, error) {
	fail := func(err error) (pdfa.Result, error) {
		return pdfa.Result{}, fmt.Errorf("write %s: %w", meta.DocumentID, err)
	}
	d, err := writer.NewDocument(w, meta, pdfa.Flavour2U)
	if err != nil {
		return fail(err)
	}
	s, err := newSetter(d)
	if err != nil {
		return fail(err)
	}
	page, err := d.AddPage(a4WidthMM, a4HeightMM, 0)
	if err != nil {
		return fail(err)
	}
	bottom := a4HeightMM - copyMarginMM
	if banner = s.clean(banner); banner != "" {
		bottom = a4HeightMM - marginMM
		line, err := s.bannerLine(banner, bottom)
		if err != nil {
			return fail(err)
		}
		if err := drawFrame(page); err != nil {
			return fail(err)
		}
		if err := page.Text(line.font, line.sizePt, line.xMM, line.yMM, line.text); err != nil {
			return fail(err)
		}
		bottom -= bannerHeightMM + 3
	}
	if err := draw(s, page, bottom); err != nil {
		return fail(err)
	}
	result, err := d.Close()
	if err != nil {
		return fail(err)
	}
	return result, nil
}

// block sets paragraphs below a line of the page, between the margins of a copy.
func (s *setter) block(page *writer.Page, top float64, paragraphs []Paragraph) error {
	y := top + 2
	for _, p := range paragraphs {
		font, size := s.regular, copySizePt
		if p.Bold {
			font = s.bold
		}
		if p.SizePt > 0 {
			size = p.SizePt
		}
		lines, err := wrap(font, size, s.clean(p.Text), a4WidthMM-2*copyMarginMM-6)
		if err != nil {
			return err
		}
		y += p.SpaceMM
		for _, l := range lines {
			if err := page.Text(font, size, copyMarginMM+3, y+size*mmPerPoint, l); err != nil {
				return err
			}
			y += size * leading * mmPerPoint
		}
	}
	return nil
}

// box draws a thin frame.
func box(page *writer.Page, x, y, width, height float64) error {
	const thin = 0.2
	for _, l := range [][4]float64{{x, y, x + width, y}, {x, y + height, x + width, y + height}, {x, y, x, y + height}, {x + width, y, x + width, y + height}} {
		if err := page.Line(l[0], l[1], l[2], l[3], thin); err != nil {
			return err
		}
	}
	return nil
}
