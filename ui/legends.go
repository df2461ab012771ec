package ui

import (
	"context"
	"net/http"

	"segnatura/internal/auth"
	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
	"segnatura/internal/station"
)

// LegendList is the catalogue.
type LegendList struct {
	Legends []rules.Legend `json:"legends"`
	// EnvelopeWords are L-14: what stands on an envelope that stays closed.
	EnvelopeWords []string `json:"envelopeWords" doc:"Le scritte sulla busta che resta chiusa"`
}

// LetterLegends is what of the catalogue may be printed for one letter.
type LetterLegends struct {
	Legends []rules.Legend `json:"legends"`
}

// LegendVersions is the history of the entries that were added.
type LegendVersions struct {
	Versions []station.LegendVersion `json:"versions"`
}

type legendInput struct {
	IDPath
	Body struct {
		Code      string `json:"code" maxLength:"20" doc:"Il codice del catalogo, es. L-3: mai un testo libero (R2.6)"`
		Segnatura bool   `json:"segnatura,omitempty" doc:"L'etichetta intera, con la dicitura; altrimenti la dicitura da sola"`
		Printer   string `json:"printer,omitempty"`
	}
}

type legendPaper struct {
	IDPath
	Code      string `query:"code" required:"true" maxLength:"20"`
	Segnatura bool   `query:"segnatura"`
}

func (s *Server) legendRoutes() {
	operation(s, http.MethodGet, "/api/legends", "legends", "Il catalogo delle diciture (R2.6)", accessDesk, s.legends)
	operation(s, http.MethodGet, "/api/legends/history", "legendHistory", "Le versioni delle diciture aggiunte: chi, quando, quali parole, quante etichette (R2.6)", accessDesk, s.legendHistory)
	operation(s, http.MethodGet, "/api/registrations/{id}/legends", "letterLegends", "Le diciture che possono valere per una lettera", accessDesk, s.letterLegends)
	operation(s, http.MethodPost, "/api/registrations/{id}/legends", "printLegend", "Stampa una dicitura del catalogo, da sola o con la segnatura", accessDesk, s.printLegend)
	operation(s, http.MethodGet, "/api/registrations/{id}/legend.pdf", "legendPDF", "La dicitura per una stampante comune", accessDesk, s.legendPDF, pdfAnswer)
}

func (s *Server) legends(ctx context.Context, id auth.Identity, _ *none) (*body[LegendList], error) {
	list, err := s.Station.Legends(ctx, id.Actor)
	return answer(LegendList{Legends: list, EnvelopeWords: rules.EnvelopeWords()}, err)
}

func (s *Server) letterLegends(ctx context.Context, id auth.Identity, in *IDPath) (*body[LetterLegends], error) {
	list, err := s.Station.LegendsFor(ctx, id.Actor, in.ID)
	return answer(LetterLegends{Legends: some(list)}, err)
}

func (s *Server) legendHistory(ctx context.Context, id auth.Identity, _ *none) (*body[LegendVersions], error) {
	list, err := s.Station.LegendHistory(ctx, id.Actor)
	return answer(LegendVersions{Versions: some(list)}, err)
}

func (s *Server) printLegend(ctx context.Context, id auth.Identity, in *legendInput) (*body[station.TemporaryPrint], error) {
	p, ok := s.printerNamed(in.Body.Printer)
	if !ok {
		return nil, protocollo.Errorf(protocollo.Unavailable, "no-printer", "no label printer %q is configured", in.Body.Printer)
	}
	defer s.askSoon()
	return answer(s.Station.PrintLegend(ctx, id.Actor, in.ID, station.LegendOrder{Code: in.Body.Code, WithSegnatura: in.Body.Segnatura}, p.Printer))
}

func (s *Server) legendPDF(ctx context.Context, id auth.Identity, in *legendPaper) (*file, error) {
	b, err := s.Station.LegendLabel(ctx, id.Actor, in.ID, station.LegendOrder{Code: in.Code, WithSegnatura: in.Segnatura})
	if err != nil {
		return nil, err
	}
	return s.rendered("application/pdf", func(w *buffer) error { return s.Paper.LabelPDF(w, b) })
}
