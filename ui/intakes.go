package ui

import (
	"context"
	"net/http"

	"segnatura/internal/auth"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

type deliveryInput struct {
	Body struct {
		Means       protocollo.Means `json:"means,omitempty"`
		DeclaredDay protocollo.Day   `json:"declaredDay,omitempty"`
		Reason      string           `json:"reason,omitempty" maxLength:"400"`
	}
}

type draftInput struct {
	Key  string `path:"key" minLength:"8" maxLength:"64"`
	Body struct {
		Draft  protocollo.Draft `json:"draft"`
		Parked bool             `json:"parked,omitempty"`
	}
}

type draftKey struct {
	Key string `path:"key" minLength:"8" maxLength:"64"`
}

type duplicatesInput struct {
	Body protocollo.Draft
}

type registerInput struct {
	Body struct {
		// Key is minted by the browser when the form opens: the same key and content give the same answer (R16.9).
		Key             string                     `json:"key" minLength:"8" maxLength:"64"`
		Draft           protocollo.Draft           `json:"draft"`
		DuplicateChoice protocollo.DuplicateChoice `json:"duplicateChoice,omitempty" enum:"diverso,originale-fax"`
		DuplicateOf     int64                      `json:"duplicateOf,omitempty"`
		DuplicateIntake int64                      `json:"duplicateIntake,omitempty" minimum:"0" doc:"La ricezione a cui somiglia, se non ha ancora numero"`
		NotPersonal     bool                       `json:"notPersonal,omitempty" doc:"La busta chiusa non è corrispondenza personale, anche se una parola lo fa pensare"`
		// Print asks for the label at once, on this printer or the first one.
		Print   bool   `json:"print,omitempty"`
		Printer string `json:"printer,omitempty"`
	}
}

// Registered is the answer to a registration: the record, and how its label fared.
type Registered struct {
	Record RecordView        `json:"record"`
	Print  *protocollo.Print `json:"print,omitempty"`
	// Minuta is the second label of what leaves on paper.
	Minuta *protocollo.Print `json:"minuta,omitempty" doc:"L'etichetta della minuta, in partenza"`
	// PrintProblem says why there is no label, when one was asked for; the registration stands all the same.
	PrintProblem *Problem `json:"printProblem,omitempty"`
}

func (s *Server) intakeRoutes() {
	operation(s, http.MethodPost, "/api/deliveries", "openDelivery", "Apre «Arrivo posta» (R16.1)", accessDesk, s.openDelivery)
	operation(s, http.MethodPost, "/api/deliveries/{id}/close", "closeDelivery", "Chiude «Arrivo posta»", accessDesk, s.closeDelivery)
	operation(s, http.MethodPut, "/api/drafts/{key}", "saveDraft", "Conserva ciò che si sta scrivendo (R16.4)", accessDesk, s.saveDraft)
	operation(s, http.MethodDelete, "/api/drafts/{key}", "discardDraft", "Lascia perdere una bozza", accessDesk, s.discardDraft)
	operation(s, http.MethodPost, "/api/duplicates", "duplicates", "Possibili doppioni, prima del numero (R1.6)", accessDesk, s.duplicates)
	operation(s, http.MethodPost, "/api/registrations", "register", "Registra e, se richiesto, stampa", accessDesk, s.register)
}

func (s *Server) openDelivery(ctx context.Context, id auth.Identity, in *deliveryInput) (*body[protocollo.Delivery], error) {
	return answer(s.Station.OpenDelivery(ctx, id.Actor, protocollo.Delivery{
		Means: in.Body.Means, DeclaredDay: in.Body.DeclaredDay, Reason: in.Body.Reason,
	}))
}

func (s *Server) closeDelivery(ctx context.Context, id auth.Identity, in *IDPath) (*body[protocollo.Delivery], error) {
	return answer(s.Station.CloseDelivery(ctx, id.Actor, in.ID))
}

func (s *Server) saveDraft(ctx context.Context, id auth.Identity, in *draftInput) (*none, error) {
	return &none{}, s.Station.SaveDraft(ctx, id.Actor, station.ParkedDraft{Key: in.Key, Draft: in.Body.Draft, Parked: in.Body.Parked})
}

func (s *Server) discardDraft(ctx context.Context, id auth.Identity, in *draftKey) (*none, error) {
	return &none{}, s.Station.DiscardDraft(ctx, id.Actor, in.Key)
}

// Duplicates lists what may be the same letter.
type Duplicates struct {
	Duplicates []DuplicateView `json:"duplicates"`
}

// DuplicateView is one earlier record with the reason for which it is shown.
type DuplicateView struct {
	Reason string `json:"reason" enum:"sender-reference,raccomandata,digest"`
	Candidate
}

func (s *Server) duplicates(ctx context.Context, id auth.Identity, in *duplicatesInput) (*body[Duplicates], error) {
	list, err := s.Station.CheckDuplicates(ctx, id.Actor, in.Body)
	if err != nil {
		return nil, err
	}
	out := Duplicates{Duplicates: []DuplicateView{}}
	for _, d := range list {
		r, err := s.Station.IntakeRecord(ctx, id.Actor, d.IntakeID)
		if err != nil {
			return nil, err
		}
		out.Duplicates = append(out.Duplicates, DuplicateView{Reason: d.Reason, Candidate: candidate(r)})
	}
	return answer(out, nil)
}

func (s *Server) register(ctx context.Context, id auth.Identity, in *registerInput) (*body[Registered], error) {
	b := in.Body
	r, err := s.Station.Register(ctx, id.Actor, station.RegisterCommand{
		Key: b.Key, Draft: b.Draft, DuplicateChoice: b.DuplicateChoice, DuplicateOf: b.DuplicateOf, DuplicateIntake: b.DuplicateIntake,
		NotPersonal: b.NotPersonal,
	})
	if err != nil {
		return nil, err
	}
	return answer(s.registered(ctx, id.Actor, r, b.Print, b.Printer), nil)
}

// registered is the answer to a registration, after its first label was printed where that was asked for.
func (s *Server) registered(ctx context.Context, actor protocollo.Actor, r station.Record, print bool, printer string) Registered {
	out := Registered{Record: s.deskRecordView(ctx, r)}
	if !print || r.Registration == nil || len(r.Prints) > 0 {
		return out
	}
	prints, err := s.printFirstLabels(ctx, actor, r.Registration.ID, printer)
	if err != nil {
		out.PrintProblem = s.asProblem(ctx, "printLabel", err)
	}
	for i, p := range prints {
		if p.Minuta {
			out.Minuta = &prints[i]
		} else {
			out.Print = &prints[i]
		}
	}
	if r, err := s.Station.IntakeRecord(ctx, actor, r.Intake.ID); err == nil {
		out.Record = recordView(r)
	}
	return out
}
