package ui

import (
	"context"
	"net/http"

	"segnatura/internal/auth"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

type attachmentInput struct {
	IDPath
	Body struct {
		Page int64 `json:"page" minimum:"1" doc:"La pagina con cui comincia l'allegato"`
	}
}

type dividerInput struct {
	Copies int `query:"copies" minimum:"1" maximum:"50" default:"1" doc:"Quanti fogli"`
}

func (s *Server) attachmentRoutes() {
	operation(s, http.MethodPost, "/api/documents/{id}/attachment", "newAttachment", "«Da qui: nuovo allegato» (R18.5)", accessDesk, s.newAttachment)
	operation(s, http.MethodGet, "/api/divider.pdf", "dividers", "Fogli divisori da mettere davanti agli allegati", accessDesk, s.dividers, pdfAnswer)
}

func (s *Server) newAttachment(ctx context.Context, id auth.Identity, in *attachmentInput) (*body[station.Edited], error) {
	return answer(s.Station.NewAttachment(ctx, id.Actor, in.ID, in.Body.Page))
}

func (s *Server) dividers(_ context.Context, id auth.Identity, in *dividerInput) (*file, error) {
	if err := id.Actor.Require(protocollo.ActRegister); err != nil {
		return nil, err
	}
	return s.rendered("application/pdf", func(w *buffer) error { return s.Paper.Dividers(w, in.Copies) })
}
