package ui

import (
	"context"
	"net/http"

	"segnatura/internal/auth"
	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
	"segnatura/internal/station"
)

// ExclusionBody is a person's word that no image is kept (R3.4).
type ExclusionBody struct {
	Code        rules.ExclusionCode `json:"code" maxLength:"40" doc:"Dal catalogo delle esclusioni"`
	Responsible string              `json:"responsible,omitempty" maxLength:"120" doc:"Responsabile del procedimento che lo chiede"`
	Sheets      int                 `json:"sheets,omitempty" minimum:"0" maximum:"100000"`
	NotePart    rules.NotePart      `json:"notePart,omitempty" enum:"documento,allegato,allegati"`
	Reason      string              `json:"reason,omitempty" maxLength:"400"`
}

func (b ExclusionBody) exclusion() station.Exclusion {
	return station.Exclusion{Code: b.Code, Responsible: b.Responsible, NotePart: b.NotePart, Sheets: b.Sheets, Reason: b.Reason}
}

type excludeRegistrationInput struct {
	IDPath
	Attachment bool `query:"allegato" doc:"Riguarda un allegato, non il documento principale"`
	Body       struct {
		Key string `json:"key" minLength:"8" maxLength:"80" pattern:"^[A-Za-z0-9-]+$" doc:"Nata con il modulo: ripetere la richiesta è innocuo"`
		ExclusionBody
	}
}

type excludeDocumentInput struct {
	IDPath
	Body ExclusionBody
}

type reasonInput struct {
	IDPath
	Body struct {
		Reason string `json:"reason" maxLength:"400"`
	}
}

type frontispieceInput struct {
	IDPath
	Body struct {
		Kind     string         `json:"kind" maxLength:"40" doc:"planimetria o volume"`
		Sheets   int            `json:"sheets,omitempty" minimum:"0" maximum:"100000"`
		NotePart rules.NotePart `json:"notePart,omitempty" enum:"documento,allegato,allegati"`
	}
}

func (s *Server) exclusionRoutes() {
	operation(s, http.MethodGet, "/api/registrations/{id}/exclusions", "exclusions", "Che cosa la regola ammette invece della scansione", accessDesk, s.exclusions)
	operation(s, http.MethodPost, "/api/registrations/{id}/exclusion", "excludeRegistration", "Esclude dalla scansione prima che si scansioni (R3.4)", accessDesk, s.excludeRegistration)
	operation(s, http.MethodPost, "/api/documents/{id}/exclusion", "excludeDocument", "Esclude un documento scansionato: le immagini si cancellano (R19.5)", accessDesk, s.excludeDocument)
	operation(s, http.MethodPost, "/api/documents/{id}/lift-exclusion", "liftExclusion", "Toglie un’esclusione", accessDesk, s.liftExclusion)
	operation(s, http.MethodPost, "/api/documents/{id}/frontispiece", "frontispiece", "Solo frontespizio, con la nota (R3.5)", accessDesk, s.frontispiece)
	operation(s, http.MethodPost, "/api/registrations/{id}/postponement", "postpone", "«Scansiona più tardi» (R3.5)", accessDesk, s.postpone)
}

func (s *Server) exclusions(ctx context.Context, id auth.Identity, in *IDPath) (*body[station.ScanOptions], error) {
	return answer(s.Station.ScanOptions(ctx, id.Actor, in.ID))
}

func (s *Server) excludeRegistration(ctx context.Context, id auth.Identity, in *excludeRegistrationInput) (*body[protocollo.Document], error) {
	return answer(s.Station.ExcludeRegistration(ctx, id.Actor, station.ExclusionRequest{Key: in.Body.Key, RegistrationID: in.ID, Attachment: in.Attachment, Exclusion: in.Body.exclusion()}))
}

func (s *Server) excludeDocument(ctx context.Context, id auth.Identity, in *excludeDocumentInput) (*none, error) {
	return &none{}, s.Station.ExcludeDocument(ctx, id.Actor, in.ID, in.Body.exclusion())
}

func (s *Server) liftExclusion(ctx context.Context, id auth.Identity, in *reasonInput) (*none, error) {
	return &none{}, s.Station.LiftExclusion(ctx, id.Actor, in.ID, in.Body.Reason)
}

func (s *Server) frontispiece(ctx context.Context, id auth.Identity, in *frontispieceInput) (*none, error) {
	return &none{}, s.Station.KeepFrontispiece(ctx, id.Actor, in.ID, in.Body.Kind, in.Body.NotePart, in.Body.Sheets)
}

func (s *Server) postpone(ctx context.Context, id auth.Identity, in *reasonInput) (*none, error) {
	return &none{}, s.Station.PostponeScan(ctx, id.Actor, in.ID, in.Body.Reason)
}
