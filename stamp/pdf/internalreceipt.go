package pdf

import (
	"fmt"
	"io"
	"strings"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/pdfa"
	"segnatura/pdfa/writer"
	"segnatura/stamp"
)

// internalCopies is «in duplice copia» (002 art. 68; R7.4).
const internalCopies = 2

// InternalReceipt writes the receipt of post that goes to somebody in the house: the same page twice, one to keep and one that comes back signed.
//
// Errors: [*MissingFieldError]; text that has no room on one page; the writer's.
func InternalReceipt(w io.Writer, r stamp.InternalReceipt) (pdfa.Result, error) {
	for _, field := range []struct {
		name    string
		missing bool
	}{
		{"body", r.Body == ""}, {"AOO code", r.AOOCode == ""}, {"reference", r.Reference == ""}, {"person", r.Person == ""}, {"sender", r.Sender == ""},
		{"instant of arrival", r.ArrivedAt.IsZero()}, {"instant of delivery", r.DeliveredAt.IsZero()}, {"operator", r.Operator == ""},
	} {
		if field.missing {
			return pdfa.Result{}, &MissingFieldError{field.name}
		}
	}
	d, err := writer.NewDocument(w, pdfa.Metadata{
		Title: "Ricevuta di consegna interna – " + r.Reference, Author: r.Body, CreatorTool: "segnatura", CreatedAt: r.DeliveredAt.In(protocollo.Rome()),
		DocumentID: fmt.Sprintf("internal delivery %s %s %s", r.AOOCode, r.Reference, r.DeliveredAt.UTC().Format(time.RFC3339Nano)),
	}, pdfa.Flavour2U)
	if err != nil {
		return pdfa.Result{}, fmt.Errorf("write internal receipt: %w", err)
	}
	s, err := newSetter(d)
	if err != nil {
		return pdfa.Result{}, fmt.Errorf("write internal receipt: %w", err)
	}
	if err := s.copies(internalText(r), r.Banner, internalCopies); err != nil {
		return pdfa.Result{}, fmt.Errorf("write internal receipt: %w", err)
	}
	result, err := d.Close()
	if err != nil {
		return pdfa.Result{}, fmt.Errorf("write internal receipt: %w", err)
	}
	return result, nil
}

func internalText(r stamp.InternalReceipt) []Paragraph {
	arrived, delivered := r.ArrivedAt.In(protocollo.Rome()), r.DeliveredAt.In(protocollo.Rome())
	to := r.Person
	if r.Office != "" {
		to += ", " + r.Office
	}
	how, what := "", "oggetto: "+r.Subject
	if r.Closed {
		how, what = " in busta chiusa", "la busta non è stata aperta"
	}
	if r.Words != "" {
		what = fmt.Sprintf("sulla busta: «%s»; %s", strings.ToUpper(r.Words), what)
	}
	text := []Paragraph{
		{Text: "RICEVUTA DI CONSEGNA INTERNA", Bold: true, SizePt: 16},
		{Text: "in duplice copia"},
		{Text: fmt.Sprintf("%s, AOO %s.", r.Body, r.AOOCode), Bold: true, SizePt: 13, SpaceMM: 4},
		{Text: fmt.Sprintf("Il %s alle ore %s si consegna%s a %s la corrispondenza pervenuta il %s alle ore %s: mittente %s; %s.",
			day(delivered), delivered.Format("15:04"), how, to, day(arrived), arrived.Format("15:04"), r.Sender, what), SpaceMM: 8},
		{Text: r.Reference + ".", Bold: true, SizePt: 13, SpaceMM: 6},
	}
	if r.Note != "" {
		text = append(text, Paragraph{Text: "Nota: " + r.Note + ".", SpaceMM: 4})
	}
	text = append(text, Paragraph{Text: "L’operatore " + r.Operator, SpaceMM: 8},
		Paragraph{Text: "Ricevuto il ____/____/________ alle ore ____:____", SpaceMM: 14},
		Paragraph{Text: "Nome e cognome ______________________________", SpaceMM: 8},
		Paragraph{Text: "Firma leggibile ______________________________", SpaceMM: 8},
		Paragraph{Text: "Una copia resta a chi riceve; l’altra torna firmata all’ufficio protocollo.", SizePt: 9, SpaceMM: 14})
	if r.Closed {
		text = append(text, Paragraph{Text: "Il destinatario che reputa che i documenti debbano essere protocollati li trasmette all’ufficio protocollo, con la busta: resta la data di arrivo.", SizePt: 9, SpaceMM: 2})
	}
	return text
}

// copies writes the same page that many times.
func (s *setter) copies(text []Paragraph, banner string, n int) error {
	bottom := a4HeightMM - marginMM
	var frame []textLine
	if banner = s.clean(banner); banner != "" {
		line, err := s.bannerLine(banner, bottom)
		if err != nil {
			return err
		}
		frame = append(frame, line)
		bottom -= bannerHeightMM + 5
	}
	pages, err := s.paginate(text, bottom)
	if err != nil {
		return err
	}
	if len(pages) != 1 {
		return fmt.Errorf("the text takes %d pages", len(pages))
	}
	for range n {
		page, err := s.d.AddPage(a4WidthMM, a4HeightMM, 0)
		if err != nil {
			return err
		}
		if len(frame) > 0 {
			if err := drawFrame(page); err != nil {
				return err
			}
		}
		for _, l := range append(frame, pages[0]...) {
			if err := page.Text(l.font, l.sizePt, l.xMM, l.yMM, l.text); err != nil {
				return err
			}
		}
	}
	return nil
}
