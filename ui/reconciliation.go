package ui

import (
	"context"
	"net/http"

	"segnatura/internal/auth"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

type reconciliationInput struct {
	Day   protocollo.Day `path:"day" doc:"AAAA-MM-GG"`
	After int64          `query:"dopo" minimum:"0" doc:"Da dove si prosegue"`
}

func (s *Server) reconciliationRoutes() {
	operation(s, http.MethodGet, "/api/days/{day}/reconciliation", "reconcileDay", "Confronto di un giorno con il registro di chi attribuisce i numeri (R12.2)", accessDesk, s.reconcileDay)
}

func (s *Server) reconcileDay(ctx context.Context, id auth.Identity, in *reconciliationInput) (*body[station.Reconciliation], error) {
	return answer(s.Station.Reconcile(ctx, id.Actor, in.Day, in.After))
}
