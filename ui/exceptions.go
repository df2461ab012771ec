package ui

import (
	"context"
	"net/http"

	"segnatura/internal/auth"
	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
	"segnatura/internal/station"
)

type solveInput struct {
	IDPath
	Body struct {
		// Version is the one that was on the screen: the second of two clerks is told who was first (R21.6).
		Version        int               `json:"version"`
		Choice         protocollo.Choice `json:"choice" enum:"assign,new-version,belongs,split,accept,discard,note,note-first,whole,retry"`
		RegistrationID int64             `json:"registrationID,omitempty"`
		Reason         string            `json:"reason,omitempty" maxLength:"2000"`
		Sheets         int               `json:"sheets,omitempty" minimum:"0" maximum:"100000"`
		NotePart       rules.NotePart    `json:"notePart,omitempty" enum:"documento,allegato,allegati"`
	}
}

// Exceptions lists what waits for a person.
type Exceptions struct {
	Exceptions []ExceptionView `json:"exceptions"`
}

func (s *Server) exceptionRoutes() {
	operation(s, http.MethodGet, "/api/exceptions", "exceptions", "Ciò che attende una decisione", accessDesk, s.exceptions)
	operation(s, http.MethodPost, "/api/exceptions/{id}/solve", "solve", "Risponde a un'eccezione", accessDesk, s.solve)
}

func (s *Server) exceptions(ctx context.Context, id auth.Identity, _ *none) (*body[Exceptions], error) {
	list, err := s.exceptionViews(ctx, id.Actor)
	return answer(Exceptions{Exceptions: list}, err)
}

func (s *Server) exceptionViews(ctx context.Context, a protocollo.Actor) ([]ExceptionView, error) {
	out := []ExceptionView{}
	if !a.May(protocollo.ActRegister) {
		return out, nil
	}
	list, err := s.Station.Exceptions(ctx, a)
	if err != nil {
		return nil, err
	}
	for _, e := range list {
		v := ExceptionView{Exception: e.Exception, Choices: e.Choices, BatchID: e.Document.BatchID, Pages: e.Document.Pages, Note: e.Note, Sheets: e.Sheets}
		for _, r := range e.Candidates {
			v.Candidates = append(v.Candidates, candidate(r))
		}
		out = append(out, v)
	}
	return out, nil
}

func (s *Server) solve(ctx context.Context, id auth.Identity, in *solveInput) (*none, error) {
	b := in.Body
	return &none{}, s.Station.SolveException(ctx, id.Actor, in.ID, b.Version, station.Answer{
		Choice: b.Choice, RegistrationID: b.RegistrationID, Reason: b.Reason, Sheets: b.Sheets, NotePart: b.NotePart,
	})
}
