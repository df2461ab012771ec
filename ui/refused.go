package ui

import (
	"context"
	"net/http"

	"segnatura/internal/auth"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// ClosingView is a refused letter's end without number, with the registration that took its place, for who sees that one.
type ClosingView struct {
	protocollo.IntakeClosing
	Instead *Candidate `json:"instead,omitempty" doc:"La registrazione al suo posto"`
}

// CorrectedLetter is the answer to «Correggi e chiedi di nuovo».
type CorrectedLetter struct {
	Registered
	// Left says why the number was not asked for; the correction stands all the same.
	Left *Problem `json:"left,omitempty"`
}

type correctRefusedInput struct {
	IDPath
	Body struct {
		station.CorrectCommand
		// Print asks for the label at once, on this printer or the first one.
		Print   bool   `json:"print,omitempty"`
		Printer string `json:"printer,omitempty"`
	}
}

type closeRefusedInput struct {
	IDPath
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"2000"`
		// RegistrationID may be left out by who decides.
		RegistrationID int64 `json:"registrationID,omitempty" minimum:"0" doc:"La registrazione al suo posto"`
	}
}

func (s *Server) refusedRoutes() {
	operation(s, http.MethodPost, "/api/records/{id}/correct", "correctRefused", "«Correggi e chiedi di nuovo»: una ricezione senza numero che chi protocolla ha rifiutato", accessDesk, s.correctRefused)
	operation(s, http.MethodPost, "/api/records/{id}/close", "closeRefused", "«Chiudi senza numero»: una ricezione rifiutata che si registra altrimenti", accessDesk, s.closeRefused)
}

func (s *Server) correctRefused(ctx context.Context, id auth.Identity, in *correctRefusedInput) (*body[CorrectedLetter], error) {
	r, left, err := s.Station.CorrectRefused(ctx, id.Actor, in.ID, in.Body.CorrectCommand)
	if err != nil {
		return nil, err
	}
	out := CorrectedLetter{Registered: s.registered(ctx, id.Actor, r, in.Body.Print, in.Body.Printer)}
	if left != nil {
		out.Left = s.asProblem(ctx, "correctRefused", left)
	}
	return answer(out, nil)
}

func (s *Server) closeRefused(ctx context.Context, id auth.Identity, in *closeRefusedInput) (*body[RecordView], error) {
	r, err := s.Station.CloseRefused(ctx, id.Actor, protocollo.IntakeClosing{IntakeID: in.ID, Reason: in.Body.Reason, RegistrationID: in.Body.RegistrationID})
	if err != nil {
		return nil, err
	}
	return answer(s.withReplacement(ctx, id.Actor, recordView(r)), nil)
}

// withReplacement adds what took a closed letter's place, where the actor sees it.
func (s *Server) withReplacement(ctx context.Context, a protocollo.Actor, v RecordView) RecordView {
	if v.Closing == nil || v.Closing.RegistrationID == 0 {
		return v
	}
	if r, err := s.Station.Registration(ctx, a, v.Closing.RegistrationID); err == nil {
		instead := candidate(r)
		v.Closing.Instead = &instead
	}
	return v
}
