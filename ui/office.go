package ui

import (
	"context"
	"net/http"
	"time"

	"segnatura/internal/auth"
	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
	"segnatura/internal/station"
)

// AccountView is an account as whoever manages accounts sees it. No hash leaves the store.
type AccountView struct {
	User                 string            `json:"user" minLength:"3" maxLength:"40" pattern:"^[a-z0-9._-]+$"`
	Name                 string            `json:"name" minLength:"1" maxLength:"80"`
	Roles                []protocollo.Role `json:"roles" enum:"amministratore,responsabile,operatore,consultazione,gare,concorsi"`
	UOR                  string            `json:"uor,omitempty"`
	Disabled             bool              `json:"disabled,omitempty"`
	NamedForConfidential bool              `json:"namedForConfidential,omitempty" doc:"Vede i riservati (R11.2)"`
	Locked               bool              `json:"locked,omitempty" readOnly:"true" doc:"Cinque password errate"`
	PasswordSetAt        time.Time         `json:"passwordSetAt,omitzero" readOnly:"true"`
}

// Accounts lists the AOO's accounts.
type Accounts struct {
	Accounts []AccountView `json:"accounts"`
}

// People says what the AOO's people are called, by user name.
type People struct {
	Names map[string]string `json:"names"`
}

type createAccountInput struct {
	Body struct {
		AccountView
		Password string `json:"password" maxLength:"200"`
	}
}

type updateAccountInput struct {
	User string `path:"user"`
	Body AccountView
}

type resetPasswordInput struct {
	User string `path:"user"`
	Body struct {
		Password string `json:"password" maxLength:"200"`
	}
}

type journalInput struct {
	Before int64 `query:"prima" minimum:"0"`
	Limit  int   `query:"limite" minimum:"0" maximum:"500"`
}

type clockInput struct {
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"400"`
	}
}

type restoreInput struct {
	Body station.RestoreConfirmation
}

type policiesInput struct {
	Body station.Policies
}

// PageProfiles lists the page rules that a Responsabile may choose from.
type PageProfiles struct {
	Profiles []rules.PageProfile `json:"profiles"`
}

func (s *Server) officeRoutes() {
	operation(s, http.MethodGet, "/api/accounts", "accounts", "Gli utenti", accessDesk, s.accounts)
	operation(s, http.MethodGet, "/api/people", "people", "I nomi delle persone, per nome utente", accessDesk, s.people)
	operation(s, http.MethodPost, "/api/accounts", "createAccount", "Crea un utente", accessDesk, s.createAccount)
	operation(s, http.MethodPut, "/api/accounts/{user}", "updateAccount", "Cambia un utente", accessDesk, s.updateAccount)
	operation(s, http.MethodPost, "/api/accounts/{user}/password", "resetPassword", "Dà una nuova prima password e sblocca", accessDesk, s.resetPassword)
	operation(s, http.MethodGet, "/api/policies", "policies", "Le regole in vigore", accessDesk, s.policies)
	operation(s, http.MethodPut, "/api/policies", "savePolicies", "Cambia le regole (nuova versione)", accessDesk, s.savePolicies)
	operation(s, http.MethodGet, "/api/page-profiles", "pageProfiles", "I profili della regola delle pagine", accessDesk, s.pageProfiles)
	operation(s, http.MethodGet, "/api/journal", "journal", "Il giornale, dal più recente", accessDesk, s.journal)
	operation(s, http.MethodPost, "/api/stops/clock", "confirmClock", "Il Responsabile conferma l'orologio (R17.5)", accessDesk, s.confirmClock)
	operation(s, http.MethodPost, "/api/stops/restore", "confirmRestore", "L'ultimo numero noto dopo un ripristino (R17.4)", accessDesk, s.confirmRestore)
}

func (s *Server) accounts(ctx context.Context, id auth.Identity, _ *none) (*body[Accounts], error) {
	list, err := s.Auth.AccountList(ctx, id.Actor)
	if err != nil {
		return nil, err
	}
	out := Accounts{Accounts: []AccountView{}}
	for _, a := range list {
		out.Accounts = append(out.Accounts, AccountView{User: a.User, Name: a.Name, Roles: a.Roles, UOR: a.UOR, Disabled: a.Disabled,
			NamedForConfidential: a.NamedForConfidential, Locked: auth.Locked(a), PasswordSetAt: a.PasswordSetAt})
	}
	return answer(out, nil)
}

func (s *Server) people(ctx context.Context, id auth.Identity, _ *none) (*body[People], error) {
	names, err := s.Auth.Names(ctx, id.Actor)
	return answer(People{Names: names}, err)
}

func (v AccountView) account() protocollo.Account {
	return protocollo.Account{Actor: protocollo.Actor{User: v.User, Name: v.Name, Roles: v.Roles, UOR: v.UOR,
		NamedForConfidential: v.NamedForConfidential}, Disabled: v.Disabled}
}

func (s *Server) createAccount(ctx context.Context, id auth.Identity, in *createAccountInput) (*none, error) {
	return &none{}, s.Auth.Create(ctx, id.Actor, in.Body.account(), in.Body.Password)
}

func (s *Server) updateAccount(ctx context.Context, id auth.Identity, in *updateAccountInput) (*none, error) {
	in.Body.User = in.User
	return &none{}, s.Auth.Update(ctx, id.Actor, in.Body.account())
}

func (s *Server) resetPassword(ctx context.Context, id auth.Identity, in *resetPasswordInput) (*none, error) {
	return &none{}, s.Auth.ResetPassword(ctx, id.Actor, in.User, in.Body.Password)
}

func (s *Server) policies(ctx context.Context, id auth.Identity, _ *none) (*body[station.Policies], error) {
	return answer(s.Station.Policies(ctx, id.Actor))
}

func (s *Server) savePolicies(ctx context.Context, id auth.Identity, in *policiesInput) (*body[station.Policies], error) {
	return answer(s.Station.SavePolicies(ctx, id.Actor, in.Body))
}

func (s *Server) pageProfiles(context.Context, auth.Identity, *none) (*body[PageProfiles], error) {
	return answer(PageProfiles{Profiles: rules.PageProfiles()}, nil)
}

func (s *Server) journal(ctx context.Context, id auth.Identity, in *journalInput) (*body[History], error) {
	entries, err := s.Station.Journal(ctx, id.Actor, in.Before, in.Limit)
	if err != nil {
		return nil, err
	}
	out := History{Entries: []historyEntry{}}
	for _, e := range entries {
		line := entryOf(e.Entry)
		line.Letter = e.Letter
		out.Entries = append(out.Entries, line)
	}
	return answer(out, nil)
}

func (s *Server) confirmClock(ctx context.Context, id auth.Identity, in *clockInput) (*none, error) {
	return &none{}, s.Station.ConfirmClock(ctx, id.Actor, in.Body.Reason)
}

func (s *Server) confirmRestore(ctx context.Context, id auth.Identity, in *restoreInput) (*none, error) {
	return &none{}, s.Station.ConfirmRestore(ctx, id.Actor, in.Body)
}
