package ui

import (
	"context"
	"io"
	"net/http"

	"segnatura/internal/auth"
	"segnatura/internal/station"
	"segnatura/stamp"
)

// CounterPapers renders what is handed out at the counter besides receipts, as PDF/A.
type CounterPapers interface {
	// PresentationSheet writes the blank sheet with which a removable medium is presented.
	PresentationSheet(w io.Writer, p stamp.PresentationSheet) error
	// FirstPageCopy writes a copy of a registered letter's first page.
	FirstPageCopy(w io.Writer, c stamp.FirstPageCopy) error
	// CopyStamp writes the stamp for the photocopy of what is not registered.
	CopyStamp(w io.Writer, c stamp.CopyStamp) error
}

func (s *Server) counterRoutes() {
	operation(s, http.MethodGet, "/api/presentation-sheet.pdf", "presentationSheet", "Il documento di presentazione di un supporto rimovibile, da compilare e firmare (002 art. 18)", accessDesk, s.presentationSheet, pdfAnswer)
	operation(s, http.MethodGet, "/api/registrations/{id}/first-page.pdf", "firstPageCopy", "Copia della prima pagina con la segnatura, per chi ha consegnato (002 art. 24.4)", accessDesk, s.firstPageCopy, pdfAnswer)
	operation(s, http.MethodPost, "/api/records/{id}/copy-label", "printCopyLabel", "Stampa l'etichetta per la copia di chi ha consegnato (002 art. 24)", accessDesk, s.printCopyLabel)
	operation(s, http.MethodGet, "/api/records/{id}/copy-stamp.pdf", "copyStamp", "Il timbro per la copia di ciò che non si registra, senza valore giuridico (002 art. 24.2-3)", accessDesk, s.copyStamp, pdfAnswer)
}

func (s *Server) presentationSheet(ctx context.Context, id auth.Identity, _ *none) (*file, error) {
	data, err := s.Station.PresentationSheet(ctx, id.Actor)
	if err != nil {
		return nil, err
	}
	return s.rendered("application/pdf", func(w *buffer) error { return s.Paper.PresentationSheet(w, data) })
}

func (s *Server) firstPageCopy(ctx context.Context, id auth.Identity, in *IDPath) (*file, error) {
	data, err := s.Station.FirstPageCopy(ctx, id.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return s.rendered("application/pdf", func(w *buffer) error { return s.Paper.FirstPageCopy(w, data) })
}

func (s *Server) printCopyLabel(ctx context.Context, id auth.Identity, in *slipInput) (*body[station.TemporaryPrint], error) {
	return s.printSlip(ctx, id, in, s.Station.PrintCopyLabel)
}

func (s *Server) copyStamp(ctx context.Context, id auth.Identity, in *IDPath) (*file, error) {
	data, err := s.Station.CopyStamp(ctx, id.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return s.rendered("application/pdf", func(w *buffer) error { return s.Paper.CopyStamp(w, data) })
}
