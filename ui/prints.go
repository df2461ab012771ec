package ui

import (
	"context"
	"net/http"

	"segnatura/internal/auth"
	"segnatura/internal/protocollo"
	"segnatura/stamp"
)

type printInput struct {
	IDPath
	Body struct {
		Printer string                   `json:"printer,omitempty"`
		Reason  protocollo.ReprintReason `json:"reason,omitempty" minimum:"0" maximum:"3" doc:"1 illeggibile, 2 inceppata, 3 smarrita"`
		Minuta  bool                     `json:"minuta,omitempty" doc:"L'etichetta della minuta; altrimenti quella dell'originale"`
	}
}

type retryInput struct {
	IDPath
	Body struct {
		Printer string `json:"printer,omitempty"`
	}
}

type resolvePrintInput struct {
	IDPath
	Body struct {
		Printed bool `json:"printed" doc:"L'etichetta è uscita"`
	}
}

// Labels lists what waits for the printer or for a person's word.
type Labels struct {
	Labels []PrintView `json:"labels"`
}

func (s *Server) printRoutes() {
	operation(s, http.MethodGet, "/api/labels", "labels", "«Etichette da stampare» (R18.4)", accessDesk, s.labels)
	operation(s, http.MethodPost, "/api/registrations/{id}/labels", "printLabel", "Stampa o ristampa l'etichetta", accessDesk, s.print)
	operation(s, http.MethodPost, "/api/prints/{id}/retry", "retryPrint", "Stampa un'etichetta rimasta in attesa", accessDesk, s.retryPrint)
	operation(s, http.MethodPost, "/api/prints/{id}/outcome", "resolvePrint", "Dice se un'etichetta di esito incerto è uscita", accessDesk, s.resolvePrint)
	operation(s, http.MethodGet, "/api/registrations/{id}/label.png", "labelPreview", "L'etichetta, punto per punto", accessDesk, s.labelPNG, pngAnswer)
	operation(s, http.MethodGet, "/api/registrations/{id}/label.pdf", "labelPDF", "L'etichetta per una stampante comune", accessDesk, s.labelPDF, pdfAnswer)
}

func (s *Server) labels(ctx context.Context, id auth.Identity, _ *none) (*body[Labels], error) {
	list, err := s.printViews(ctx, id.Actor)
	return answer(Labels{Labels: list}, err)
}

func (s *Server) printViews(ctx context.Context, a protocollo.Actor) ([]PrintView, error) {
	out := []PrintView{}
	if !a.May(protocollo.ActRegister) {
		return out, nil
	}
	waiting, err := s.Station.LabelsToPrint(ctx, a)
	if err != nil {
		return nil, err
	}
	for _, w := range waiting {
		out = append(out, PrintView{Print: w.Print, Of: candidate(w.Record)})
	}
	return out, nil
}

func (s *Server) print(ctx context.Context, id auth.Identity, in *printInput) (*body[protocollo.Print], error) {
	p, ok := s.printerNamed(in.Body.Printer)
	if !ok {
		return nil, protocollo.Errorf(protocollo.Unavailable, "no-printer", "no label printer %q is configured", in.Body.Printer)
	}
	defer s.askSoon()
	if in.Body.Minuta {
		return answer(s.Station.PrintMinuta(ctx, id.Actor, in.ID, p.Printer, in.Body.Reason))
	}
	return answer(s.Station.PrintLabel(ctx, id.Actor, in.ID, p.Printer, in.Body.Reason))
}

func (s *Server) printFirstLabels(ctx context.Context, a protocollo.Actor, registrationID int64, printer string) ([]protocollo.Print, error) {
	p, ok := s.printerNamed(printer)
	if !ok {
		return nil, protocollo.Errorf(protocollo.Unavailable, "no-printer", "no label printer %q is configured", printer)
	}
	defer s.askSoon()
	return s.Station.PrintFirstLabels(ctx, a, registrationID, p.Printer)
}

func (s *Server) retryPrint(ctx context.Context, id auth.Identity, in *retryInput) (*body[protocollo.Print], error) {
	p, ok := s.printerNamed(in.Body.Printer)
	if !ok {
		return nil, protocollo.Errorf(protocollo.Unavailable, "no-printer", "no label printer %q is configured", in.Body.Printer)
	}
	defer s.askSoon()
	return answer(s.Station.RetryPrint(ctx, id.Actor, in.ID, p.Printer))
}

func (s *Server) resolvePrint(ctx context.Context, id auth.Identity, in *resolvePrintInput) (*none, error) {
	return &none{}, s.Station.ResolvePrint(ctx, id.Actor, in.ID, in.Body.Printed)
}

func (s *Server) labelPNG(ctx context.Context, id auth.Identity, in *IDPath) (*file, error) {
	b, err := s.Station.LabelBitmap(ctx, id.Actor, in.ID, 0)
	if err != nil {
		return nil, err
	}
	return s.rendered("image/png", func(w *buffer) error { return s.Paper.LabelPNG(w, b) })
}

// labelPDFInput may name one of the letter's prints, and place the label on a sheet.
type labelPDFInput struct {
	IDPath
	Print int64  `query:"print" minimum:"1" doc:"La stampa da ripetere; senza, la prima etichetta dell'originale"`
	Sheet string `query:"sheet" doc:"La disposizione delle etichette sul foglio A4; senza, una pagina della misura dell'etichetta"`
	Place int    `query:"place" minimum:"0" maximum:"100" doc:"Il posto sul foglio, da 1"`
}

func (s *Server) labelPDF(ctx context.Context, id auth.Identity, in *labelPDFInput) (*file, error) {
	b, err := s.Station.LabelBitmap(ctx, id.Actor, in.ID, in.Print)
	if err != nil {
		return nil, err
	}
	if in.Sheet != "" {
		if b, err = onSheet(b, in.Sheet, in.Place); err != nil {
			return nil, err
		}
	}
	return s.rendered("application/pdf", func(w *buffer) error { return s.Paper.LabelPDF(w, b) })
}

// onSheet puts a label at its place of a sheet. Invalid "sheet-place" where there is no such place, Conflict "sheet-label" where the label was
// composed for larger ones.
func onSheet(b *stamp.Bitmap, sheet string, place int) (*stamp.Bitmap, error) {
	l, ok := stamp.SheetLayoutNamed(sheet)
	if !ok || place < 1 || place > l.Places() {
		return nil, protocollo.Errorf(protocollo.Invalid, "sheet-place", "place %d of sheet %q", place, sheet)
	}
	area := l.Area()
	if b.Width > b.Resolution.Dots(area.WidthMM) || b.Height > b.Resolution.Dots(area.HeightMM) {
		return nil, protocollo.Errorf(protocollo.Conflict, "sheet-label", "a label of %dx%d dots on %s of the sheet", b.Width, b.Height, area)
	}
	page, _ := l.Page(b, place, stamp.Offset{})
	return page, nil
}
