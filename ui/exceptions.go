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
		Choice         protocollo.Choice `json:"choice" enum:"assign,new-version,belongs,split,accept,discard,note,note-first,whole,retry,attachment,wrong-label,exclude,redo-backs,front-only"`
		RegistrationID int64             `json:"registrationID,omitempty"`
		Part           int               `json:"part,omitempty" minimum:"0" doc:"Nuova versione: di quale allegato; 0 = del documento principale"`
		Reason         string            `json:"reason,omitempty" maxLength:"2000"`
		Sheets         int               `json:"sheets,omitempty" minimum:"0" maximum:"100000"`
		NotePart       rules.NotePart    `json:"notePart,omitempty" enum:"documento,allegato,allegati"`
		// Frontispiece, Exclusion and Responsible say more of note-first and exclude.
		Frontispiece string              `json:"frontispiece,omitempty" maxLength:"40"`
		Exclusion    rules.ExclusionCode `json:"exclusion,omitempty" maxLength:"40"`
		Responsible  string              `json:"responsible,omitempty" maxLength:"120"`
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
		v := ExceptionView{Exception: e.Exception, Choices: e.Choices, BatchID: e.Document.BatchID, Pages: e.Document.Pages, Note: e.Note, Sheets: e.Sheets,
			AllSheets: e.AllSheets, Exclusions: e.Exclusions, Frontispieces: e.Frontispieces}
		for _, r := range e.Candidates {
			v.Candidates = append(v.Candidates, candidate(r))
		}
		if t := e.Temporary; t != nil {
			v.Temporary = &TemporaryLetter{IntakeID: t.Intake.ID, Code: t.Intake.Code(), From: counterpart(t.Intake.Draft), Subject: t.Intake.Draft.Subject, Numbered: t.Registration != nil}
		}
		out = append(out, v)
	}
	return out, nil
}

func (s *Server) solve(ctx context.Context, id auth.Identity, in *solveInput) (*none, error) {
	b := in.Body
	return &none{}, s.Station.SolveException(ctx, id.Actor, in.ID, b.Version, station.Answer{
		Choice: b.Choice, RegistrationID: b.RegistrationID, Part: b.Part, Reason: b.Reason, Sheets: b.Sheets, NotePart: b.NotePart,
		Frontispiece: b.Frontispiece, Exclusion: b.Exclusion, Responsible: b.Responsible,
	})
}
