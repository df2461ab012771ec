package ui

import (
	"context"
	"crypto/subtle"
	"net/http"

	"segnatura/internal/auth"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

type setupInput struct {
	Body struct {
		Token    string               `json:"token" doc:"Il codice stampato all'avvio"`
		Setup    station.Setup        `json:"setup"`
		Accounts []station.NewAccount `json:"accounts" minItems:"1" maxItems:"20"`
	}
}

func (s *Server) setupRoutes() {
	operation(s, http.MethodPost, "/api/setup", "setup", "Prima configurazione (R17.1)", accessOpen, s.firstRun)
}

// firstRun configures a fresh station, once, for whoever holds the token that was printed at the start.
func (s *Server) firstRun(ctx context.Context, _ auth.Identity, in *setupInput) (*body[Me], error) {
	if s.SetupToken == "" || subtle.ConstantTimeCompare([]byte(in.Body.Token), []byte(s.SetupToken)) != 1 {
		return nil, protocollo.Errorf(protocollo.Forbidden, "setup-token", "the token is not the one that was printed")
	}
	for i, a := range in.Body.Accounts {
		hash, err := auth.HashNew(a.Password, protocollo.Account{Actor: protocollo.Actor{User: a.User, Roles: a.Roles}})
		if err != nil {
			return nil, err
		}
		in.Body.Accounts[i].Password = hash
	}
	if err := s.Station.Configure(ctx, in.Body.Setup, in.Body.Accounts); err != nil {
		return nil, err
	}
	return answer(s.meOf(ctx, auth.Identity{}))
}
