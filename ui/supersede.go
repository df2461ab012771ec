package ui

import (
	"context"
	"net/http"

	"segnatura/internal/auth"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// ActBody is what every act asks; the key is minted when the form opens, so that an answer that was lost may be asked for again.
type ActBody struct {
	Key       string         `json:"key" minLength:"8" maxLength:"80" pattern:"^[A-Za-z0-9-]+$"`
	Reason    string         `json:"reason" maxLength:"2000"`
	ActNumber string         `json:"actNumber,omitempty" maxLength:"80" doc:"Estremi del provvedimento, se c'è"`
	ActDay    protocollo.Day `json:"actDay,omitempty"`
}

func (b ActBody) request() station.SupersedeRequest {
	return station.SupersedeRequest{Key: b.Key, Reason: b.Reason, ActNumber: b.ActNumber, ActDay: b.ActDay}
}

type exchangeInput struct {
	IDPath
	Body struct {
		ActBody
		With int64 `json:"with" minimum:"1" doc:"L'altra registrazione"`
	}
}

type obscureInput struct {
	IDPath
	Body struct {
		ActBody
		Pages []int `json:"pages" maxItems:"10000" doc:"Le pagine del file archiviato, da 1; nessuna = tutte"`
	}
}

func (s *Server) supersedeRoutes() {
	operation(s, http.MethodPost, "/api/registrations/{id}/exchange", "exchangeLabels", "Scambio di etichette fra due registrazioni", accessDesk, s.exchange)
	operation(s, http.MethodPost, "/api/documents/{id}/obscuration", "obscure", "Oscuramento di pagine archiviate", accessDesk, s.obscure)
	operation(s, http.MethodPost, "/api/documents/{id}/removal", "confirmRemoval", "La copia superata è stata tolta a mano dal sistema centrale", accessDesk, s.removal)
}

func (s *Server) exchange(ctx context.Context, id auth.Identity, in *exchangeInput) (*none, error) {
	return &none{}, s.Station.ExchangeLabels(ctx, id.Actor, in.Body.request(), in.ID, in.Body.With)
}

func (s *Server) obscure(ctx context.Context, id auth.Identity, in *obscureInput) (*none, error) {
	return &none{}, s.Station.Obscure(ctx, id.Actor, in.Body.request(), in.ID, in.Body.Pages)
}

func (s *Server) removal(ctx context.Context, id auth.Identity, in *IDPath) (*none, error) {
	return &none{}, s.Station.ConfirmRemoval(ctx, id.Actor, in.ID)
}
