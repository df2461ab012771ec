package ui

import (
	"context"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// StripBatch is a run of pages on the desk's strip.
type StripBatch struct {
	protocollo.Batch
	Documents []StripDocument `json:"documents"`
}

// StripDocument is one document of a run, with the registration that it joined: people know it by its number and its sender.
type StripDocument struct {
	station.DocumentView
	Record *Candidate `json:"record,omitempty"`
}

func (s *Server) stripBatches(ctx context.Context, a protocollo.Actor, list []station.BatchView) ([]StripBatch, error) {
	out := []StripBatch{}
	for _, b := range list {
		strip, err := s.stripBatch(ctx, a, b)
		if err != nil {
			return nil, err
		}
		out = append(out, strip)
	}
	return out, nil
}

func (s *Server) stripBatch(ctx context.Context, a protocollo.Actor, b station.BatchView) (StripBatch, error) {
	out := StripBatch{Batch: b.Batch, Documents: []StripDocument{}}
	for _, d := range b.Documents {
		strip := StripDocument{DocumentView: d}
		if d.RegistrationID != 0 {
			r, err := s.Station.Registration(ctx, a, d.RegistrationID)
			switch {
			case err == nil:
				c := candidate(r)
				strip.Record = &c
			case protocollo.ClassOf(err) != protocollo.NotFound: // a record that the actor may not know of has no name here
				return out, err
			}
		}
		out.Documents = append(out.Documents, strip)
	}
	return out, nil
}
