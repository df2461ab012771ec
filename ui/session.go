package ui

import (
	"context"
	"net/http"
	"time"

	"segnatura/internal/auth"
	"segnatura/internal/protocollo"
)

// Me is who is logged in, and what the page may offer.
type Me struct {
	LoggedIn   bool                `json:"loggedIn"`
	NeedsSetup bool                `json:"needsSetup" doc:"La postazione non è ancora configurata"`
	Connector  string              `json:"connector,omitempty" doc:"Chi attribuirebbe i numeri, dalle impostazioni; solo prima della configurazione"`
	User       string              `json:"user,omitempty"`
	Name       string              `json:"name,omitempty"`
	AOO        string              `json:"aoo,omitempty"`
	Desk       string              `json:"desk,omitempty"`
	Roles      []protocollo.Role   `json:"roles,omitempty"`
	May        []protocollo.Action `json:"may,omitempty"`
	Locked     bool                `json:"locked,omitempty"`
	MustChange bool                `json:"mustChange,omitempty"`
	// Office is what every screen shows.
	BodyName          string    `json:"bodyName,omitempty"`
	AOOName           string    `json:"aooName,omitempty"`
	ResponsabileTitle string    `json:"responsabileTitle,omitempty"`
	Trial             bool      `json:"trial,omitempty"`
	PretendOfficeURL  string    `json:"pretendOfficeURL,omitempty"`
	Version           string    `json:"version"`
	Now               time.Time `json:"now"`
}

type loginInput struct {
	Body struct {
		User     string `json:"user" maxLength:"80"`
		Password string `json:"password" maxLength:"200"`
		Desk     string `json:"desk,omitempty" maxLength:"40" doc:"Nome della postazione"`
	}
}

type sessionOutput struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
	Body      Me
}

// TokenInput is the session's cookie; exported for the reason given at [IDPath].
type TokenInput struct {
	Token string `cookie:"segnatura_sessione"`
}

type unlockInput struct {
	TokenInput
	Body struct {
		Password string `json:"password" maxLength:"200"`
	}
}

type passwordInput struct {
	Body struct {
		Old string `json:"old" maxLength:"200"`
		New string `json:"new" maxLength:"200"`
	}
}

func (s *Server) sessionRoutes() {
	operation(s, http.MethodGet, "/api/me", "me", "Chi è collegato", accessOpen, s.me)
	operation(s, http.MethodPost, "/api/login", "login", "Accesso", accessOpen, s.login)
	operation(s, http.MethodPost, "/api/logout", "logout", "Uscita", accessIdentity, s.logout)
	operation(s, http.MethodPost, "/api/lock", "lock", "Blocca lo schermo", accessIdentity, s.lock)
	operation(s, http.MethodPost, "/api/unlock", "unlock", "Sblocca lo schermo", accessIdentity, s.unlock)
	operation(s, http.MethodPost, "/api/password", "changePassword", "Cambia la propria password", accessIdentity, s.changePassword)
}

func (s *Server) me(ctx context.Context, id auth.Identity, _ *none) (*body[Me], error) {
	return answer(s.meOf(ctx, id))
}

func (s *Server) meOf(ctx context.Context, id auth.Identity) (Me, error) {
	m := Me{Version: s.Version, Trial: s.Trial, Now: s.Auth.Clock()}
	setup, err := s.Station.Setup(ctx)
	switch {
	case protocollo.ClassOf(err) == protocollo.NotFound:
		m.NeedsSetup, m.Connector = true, s.Station.Health().Connector
		return m, nil
	case err != nil:
		return m, err
	}
	m.BodyName, m.ResponsabileTitle = setup.Body.Name, setup.ResponsabileTitle
	if id.User == "" {
		return m, nil
	}
	m.LoggedIn, m.User, m.Name, m.AOO, m.Desk, m.Roles = true, id.User, id.Name, string(id.AOO), id.Desk, id.Roles
	m.Locked, m.MustChange, m.PretendOfficeURL = id.Locked, id.MustChange, s.PretendOfficeURL
	for _, a := range setup.AOOs {
		if a.Code == id.AOO {
			m.AOOName = a.Name
		}
	}
	for _, act := range protocollo.Actions() {
		if id.May(act) {
			m.May = append(m.May, act)
		}
	}
	return m, nil
}

func (s *Server) login(ctx context.Context, _ auth.Identity, in *loginInput) (*sessionOutput, error) {
	desk := in.Body.Desk
	if desk == "" {
		desk = "sportello"
	}
	l, err := s.Auth.Login(ctx, in.Body.User, in.Body.Password, desk)
	if err != nil {
		return nil, err
	}
	actor := l.Account.Actor
	actor.Desk = desk
	m, err := s.meOf(ctx, auth.Identity{Actor: actor, MustChange: l.MustChange})
	if err != nil {
		return nil, err
	}
	return &sessionOutput{SetCookie: s.cookie(l.Token, 0), Body: m}, nil
}

// cookie holds the session's token: not for scripts, not for other sites, for this browser's life only.
func (s *Server) cookie(token string, maxAge int) http.Cookie {
	return http.Cookie{Name: cookieName, Value: token, Path: "/", MaxAge: maxAge, HttpOnly: true, Secure: s.Secure, SameSite: http.SameSiteStrictMode}
}

func (s *Server) logout(ctx context.Context, _ auth.Identity, in *TokenInput) (*sessionOutput, error) {
	if err := s.Auth.Logout(ctx, in.Token); err != nil {
		return nil, err
	}
	m, err := s.meOf(ctx, auth.Identity{})
	if err != nil {
		return nil, err
	}
	return &sessionOutput{SetCookie: s.cookie("", -1), Body: m}, nil
}

func (s *Server) lock(ctx context.Context, id auth.Identity, in *TokenInput) (*body[Me], error) {
	if err := s.Auth.Lock(ctx, in.Token); err != nil {
		return nil, err
	}
	id.Locked = true
	return answer(s.meOf(ctx, id))
}

func (s *Server) unlock(ctx context.Context, id auth.Identity, in *unlockInput) (*body[Me], error) {
	if err := s.Auth.Unlock(ctx, in.Token, in.Body.Password); err != nil {
		return nil, err
	}
	id.Locked = false
	return answer(s.meOf(ctx, id))
}

func (s *Server) changePassword(ctx context.Context, id auth.Identity, in *passwordInput) (*body[Me], error) {
	if err := s.Auth.ChangePassword(ctx, id, in.Body.Old, in.Body.New); err != nil {
		return nil, err
	}
	id.MustChange = false
	return answer(s.meOf(ctx, id))
}
