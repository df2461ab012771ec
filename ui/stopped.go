package ui

import (
	"context"
	"net/http"
	"time"

	"segnatura/internal/auth"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// StoppedDeliveries lists archived documents that the centre refused or may have, oldest first.
type StoppedDeliveries struct {
	Deliveries []StoppedDelivery `json:"deliveries"`
}

// StoppedDelivery is one of them. The file is safe in the archive, and is not sent again until a person says so.
type StoppedDelivery struct {
	ID         int64             `json:"id"`
	IntakeID   int64             `json:"intakeID"`
	IntakeCode string            `json:"intakeCode" doc:"Ricezione n."`
	Number     protocollo.Number `json:"number"`
	Year       int               `json:"year"`
	// Emergency and Ordinary are as in a RecordView: two registers may have the same number.
	Emergency string           `json:"emergency,omitempty" doc:"es. n. 2/2026 R.E. 1/2026"`
	Ordinary  *OrdinaryNumber  `json:"ordinary,omitempty"`
	Subject   string           `json:"subject"`
	From      string           `json:"from" doc:"Mittente o destinatario"`
	Title     string           `json:"title" doc:"Documento principale, o quale allegato"`
	Why       protocollo.Class `json:"why" enum:"rejected,outcome-unknown"`
	Words     string           `json:"words,omitempty" doc:"Le parole del sistema centrale"`
	Since     time.Time        `json:"since"`
}

type stoppedInput struct {
	IDPath
	Body struct {
		Choice string `json:"choice" enum:"retry,seen" doc:"Manda di nuovo, o visto sul protocollo: anche allegato là a mano"`
		Reason string `json:"reason,omitempty" maxLength:"2000" doc:"Dove è stato visto o allegato"`
	}
}

func (s *Server) stoppedRoutes() {
	operation(s, http.MethodGet, "/api/stopped-deliveries", "stoppedDeliveries", "Documenti che il protocollo ha rifiutato o forse ha già", accessDesk, s.stoppedDeliveries)
	operation(s, http.MethodPost, "/api/stopped-deliveries/{id}", "solveStoppedDelivery", "La decisione di una persona su un documento fermo", accessDesk, s.solveStopped)
}

func (s *Server) stoppedDeliveries(ctx context.Context, id auth.Identity, _ *none) (*body[StoppedDeliveries], error) {
	list, err := s.Station.StoppedDeliveries(ctx, id.Actor)
	if err != nil {
		return nil, err
	}
	out := StoppedDeliveries{Deliveries: []StoppedDelivery{}}
	for _, d := range list {
		in, reg := d.Record.Intake, d.Record.Registration
		v := StoppedDelivery{ID: d.ID, IntakeID: in.ID, IntakeCode: in.Code(), Number: reg.Number, Year: reg.Key.Year,
			Subject: in.Draft.Subject, From: counterpart(in.Draft), Title: d.Title, Why: d.Why, Words: d.Words, Since: d.Since, Ordinary: ordinaryNumber(*reg)}
		if sign := reg.Segnatura.Emergency; sign != nil {
			v.Emergency = sign.Label
		}
		out.Deliveries = append(out.Deliveries, v)
	}
	return answer(out, nil)
}

func (s *Server) solveStopped(ctx context.Context, id auth.Identity, in *stoppedInput) (*body[RecordView], error) {
	var rec station.Record
	var err error
	if in.Body.Choice == "seen" {
		rec, err = s.Station.ConfirmDelivery(ctx, id.Actor, in.ID, in.Body.Reason)
	} else {
		rec, err = s.Station.RetryDelivery(ctx, id.Actor, in.ID)
	}
	if err != nil {
		return nil, err
	}
	return answer(recordView(rec), nil)
}
