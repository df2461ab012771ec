package ui

import (
	"context"
	"errors"
	"net/http"

	"segnatura/internal/auth"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

type temporaryInput struct {
	IDPath
	Body struct {
		Printer string `json:"printer,omitempty"`
	}
}

func (s *Server) temporaryRoutes() {
	operation(s, http.MethodPost, "/api/records/{id}/temporary-label", "printTemporaryLabel", "Stampa l'etichetta provvisoria di una lettera senza numero (R16.5)",
		accessDesk, s.printTemporary)
	operation(s, http.MethodGet, "/api/records/{id}/temporary-label.pdf", "temporaryLabelPDF", "L'etichetta provvisoria per una stampante comune", accessDesk,
		s.temporaryPDF, pdfAnswer)
}

func (s *Server) printTemporary(ctx context.Context, id auth.Identity, in *temporaryInput) (*body[station.TemporaryPrint], error) {
	p, ok := s.printerNamed(in.Body.Printer)
	if !ok {
		return nil, protocollo.Errorf(protocollo.Unavailable, "no-printer", "no label printer %q is configured", in.Body.Printer)
	}
	defer s.askSoon()
	return answer(s.Station.PrintTemporaryLabel(ctx, id.Actor, in.ID, p.Printer))
}

func (s *Server) temporaryPDF(ctx context.Context, id auth.Identity, in *IDPath) (*file, error) {
	b, err := s.Station.TemporaryLabel(ctx, id.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return s.rendered("application/pdf", func(w *buffer) error { return s.Paper.LabelPDF(w, b) })
}

// openRecordView is a record with what only one that is looked at says: from when on a letter without number may have a temporary label, who
// changes the optional data of one that has it, what it is linked with, and how it would say that it was for others.
func (s *Server) openRecordView(ctx context.Context, actor protocollo.Actor, r station.Record) RecordView {
	v := recordView(r)
	if r.Registration != nil {
		v.OptionalRoad = s.Station.OptionalRoad(r)
	}
	v.Linked = s.linked(ctx, actor, r)
	var err error
	if v.Onward, err = s.Station.Onward(ctx, actor, r); err != nil {
		s.Log.Warn("sending on not offered", "err", err)
	}
	from, waits, err := s.Station.TemporaryFrom(ctx, r)
	if err != nil {
		s.Log.Warn("temporary label not offered", "err", err)
	} else if waits {
		v.TemporaryFrom = &from
	}
	return v
}

// linked are the letters that belong to one and that the reader may see.
func (s *Server) linked(ctx context.Context, actor protocollo.Actor, r station.Record) []LinkedLetter {
	var out []LinkedLetter
	for _, id := range r.Related {
		other, err := s.Station.Registration(ctx, actor, id)
		if err != nil {
			if !errors.Is(err, protocollo.NotFound) {
				s.Log.Warn("linked letter not shown", "reg", id, "err", err)
			}
			continue
		}
		d := other.Intake.Draft
		c := d.Circumstance
		out = append(out, LinkedLetter{Candidate: candidate(other), Direction: d.Direction, Day: other.Registration.Day,
			SendsOn: d.Direction == protocollo.Outgoing && c != nil && c.Kind == protocollo.OpenedByMistake && r.Registration != nil && c.Of == r.Registration.ID})
	}
	return out
}
