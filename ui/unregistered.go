package ui

import (
	"context"
	"net/http"

	"segnatura/internal/auth"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

type unregisteredInput struct {
	Body station.UnregisteredCommand
}

type misdeliveredInput struct {
	Body station.MisdeliveredCommand
}

type postReturnInput struct {
	Body struct {
		Key     string  `json:"key" minLength:"8" maxLength:"64"`
		Intakes []int64 `json:"intakes" minItems:"1" maxItems:"1000" doc:"Le ricezioni riprese dalle Poste"`
	}
}

type envelopeLegendInput struct {
	IDPath
	Body struct {
		Printer string `json:"printer,omitempty"`
	}
}

type urgentInput struct {
	IDPath
	Body struct {
		Urgent bool   `json:"urgent"`
		Reason string `json:"reason" minLength:"1" maxLength:"400"`
	}
}

func (s *Server) unregisteredRoutes() {
	operation(s, http.MethodGet, "/api/unregistered", "unregistered", "L'elenco di ciò che non si registra, in vigore (DPR 445/2000 art. 53 c. 5; R1.14)", accessDesk, s.unregistered)
	operation(s, http.MethodPost, "/api/unregistered", "closeUnregistered", "Non si registra, con la voce dell'elenco che lo dice", accessDesk, s.closeUnregistered)
	operation(s, http.MethodPost, "/api/misdelivered", "takeMisdelivered", "Una busta chiusa per altri: torna alle Poste, senza numero (002 art. 22)", accessDesk, s.takeMisdelivered)
	operation(s, http.MethodPost, "/api/records/{id}/envelope-legend", "printMisdelivered", "Stampa la dicitura per la busta che torna alle Poste", accessDesk, s.printMisdelivered)
	operation(s, http.MethodGet, "/api/records/{id}/envelope-legend.pdf", "misdeliveredPDF", "La dicitura per la busta, per una stampante comune", accessDesk, s.misdeliveredPDF, pdfAnswer)
	operation(s, http.MethodPost, "/api/post-returns", "returnToPost", "Le Poste hanno ripreso queste buste", accessDesk, s.returnToPost)
	operation(s, http.MethodGet, "/api/endofday/restituzione.pdf", "postReturnList", "«Distinta di restituzione alle Poste»", accessDesk, s.postReturnPDF, pdfAnswer)
	operation(s, http.MethodPost, "/api/records/{id}/urgent", "setUrgent", "Va fatta prima delle altre, o non più (002 art. 65)", accessDesk, s.setUrgent)
}

func (s *Server) unregistered(ctx context.Context, id auth.Identity, _ *none) (*body[station.UnregisteredList], error) {
	return answer(s.Station.Unregistered(ctx, id.Actor))
}

func (s *Server) closeUnregistered(ctx context.Context, id auth.Identity, in *unregisteredInput) (*body[RecordView], error) {
	return s.anyRecord(ctx, id.Actor)(s.Station.CloseUnregistered(ctx, id.Actor, in.Body))
}

func (s *Server) takeMisdelivered(ctx context.Context, id auth.Identity, in *misdeliveredInput) (*body[RecordView], error) {
	return s.anyRecord(ctx, id.Actor)(s.Station.TakeMisdelivered(ctx, id.Actor, in.Body))
}

func (s *Server) printMisdelivered(ctx context.Context, id auth.Identity, in *envelopeLegendInput) (*body[station.TemporaryPrint], error) {
	p, ok := s.printerNamed(in.Body.Printer)
	if !ok {
		return nil, protocollo.Errorf(protocollo.Unavailable, "no-printer", "no label printer %q is configured", in.Body.Printer)
	}
	defer s.askSoon()
	return answer(s.Station.PrintMisdelivered(ctx, id.Actor, in.ID, p.Printer))
}

func (s *Server) misdeliveredPDF(ctx context.Context, id auth.Identity, in *IDPath) (*file, error) {
	b, err := s.Station.MisdeliveredLabel(ctx, id.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return s.rendered("application/pdf", func(w *buffer) error { return s.Paper.LabelPDF(w, b) })
}

func (s *Server) returnToPost(ctx context.Context, id auth.Identity, in *postReturnInput) (*none, error) {
	return nil, s.Station.ReturnToPost(ctx, id.Actor, in.Body.Key, in.Body.Intakes)
}

func (s *Server) postReturnPDF(ctx context.Context, id auth.Identity, in *dayInput) (*file, error) {
	l, err := s.Station.PostReturnList(ctx, id.Actor, in.Day)
	if err != nil {
		return nil, err
	}
	return s.rendered("application/pdf", func(w *buffer) error { return s.Paper.PostReturnList(w, l) })
}

func (s *Server) setUrgent(ctx context.Context, id auth.Identity, in *urgentInput) (*body[RecordView], error) {
	return s.anyRecord(ctx, id.Actor)(s.Station.SetUrgent(ctx, id.Actor, protocollo.Urgency{IntakeID: in.ID, Urgent: in.Body.Urgent, Reason: in.Body.Reason}))
}
