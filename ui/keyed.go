package ui

import (
	"context"
	"net/http"

	"segnatura/internal/auth"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

type keyNumberInput struct {
	IDPath
	Body struct {
		Number string         `json:"number" maxLength:"20" doc:"Il numero letto sull'altro schermo"`
		Again  string         `json:"again" maxLength:"20" doc:"Lo stesso numero, scritto una seconda volta"`
		Day    protocollo.Day `json:"day" doc:"La data della registrazione sull'altro schermo"`
		// Confirmed answers the doubt that was shown.
		Confirmed bool `json:"confirmed,omitempty"`
		// Print asks for the label at once, on this printer or the first one.
		Print   bool   `json:"print,omitempty"`
		Printer string `json:"printer,omitempty"`
	}
}

func (s *Server) keyedRoutes() {
	operation(s, http.MethodPost, "/api/intakes/{id}/number", "keyNumber", "Il numero letto sull'altro schermo, dove il sistema di protocollo non si può chiamare (R1.4)", accessDesk, s.keyNumber)
}

func (s *Server) keyNumber(ctx context.Context, id auth.Identity, in *keyNumberInput) (*body[Registered], error) {
	b := in.Body
	r, err := s.Station.KeyNumber(ctx, id.Actor, in.ID, station.KeyNumberCommand{Number: b.Number, Again: b.Again, Day: b.Day, Confirmed: b.Confirmed})
	if err != nil {
		return nil, err
	}
	return answer(s.registered(ctx, id.Actor, r, b.Print, b.Printer), nil)
}
