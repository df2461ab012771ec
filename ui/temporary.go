package ui

import (
	"context"
	"net/http"

	"segnatura/internal/auth"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

type temporaryInput struct {
	IDPath
	Body struct {
		Printer string `json:"printer,omitempty"`
	}
}

func (s *Server) temporaryRoutes() {
	operation(s, http.MethodPost, "/api/records/{id}/temporary-label", "printTemporaryLabel", "Stampa l'etichetta provvisoria di una lettera senza numero (R16.5)",
		accessDesk, s.printTemporary)
	operation(s, http.MethodGet, "/api/records/{id}/temporary-label.pdf", "temporaryLabelPDF", "L'etichetta provvisoria per una stampante comune", accessDesk,
		s.temporaryPDF, pdfAnswer)
}

func (s *Server) printTemporary(ctx context.Context, id auth.Identity, in *temporaryInput) (*body[station.TemporaryPrint], error) {
	p, ok := s.printerNamed(in.Body.Printer)
	if !ok {
		return nil, protocollo.Errorf(protocollo.Unavailable, "no-printer", "no label printer %q is configured", in.Body.Printer)
	}
	defer s.askSoon()
	return answer(s.Station.PrintTemporaryLabel(ctx, id.Actor, in.ID, p.Printer))
}

func (s *Server) temporaryPDF(ctx context.Context, id auth.Identity, in *IDPath) (*file, error) {
	b, err := s.Station.TemporaryLabel(ctx, id.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return s.rendered("application/pdf", func(w *buffer) error { return s.Paper.LabelPDF(w, b) })
}
