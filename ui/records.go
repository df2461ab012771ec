package ui

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"segnatura/internal/auth"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

type searchInput struct {
	Text      string               `query:"testo" maxLength:"200"`
	Year      int                  `query:"anno" minimum:"0" maximum:"2999"`
	Direction protocollo.Direction `query:"verso" enum:"A,P,I"`
	From      protocollo.Day       `query:"dal"`
	To        protocollo.Day       `query:"al"`
	Missing   string               `query:"manca" enum:"number,label,scan,later,archive,file"`
	Before    int64                `query:"prima" minimum:"0"`
	Limit     int                  `query:"limite" minimum:"0" maximum:"200"`
}

// SearchPage is one page of hits, newest first.
type SearchPage struct {
	Hits []RecordView `json:"hits"`
	Next int64        `json:"next,omitempty"`
}

type openInput struct {
	Code string `query:"codice" required:"true" maxLength:"200"`
}

type historyEntry struct {
	Seq    int64           `json:"seq"`
	At     time.Time       `json:"at"`
	Actor  string          `json:"actor"`
	Kind   string          `json:"kind"`
	Detail json.RawMessage `json:"detail,omitempty"`
	Intake int64           `json:"intakeID,omitempty"`
	Letter string          `json:"letter,omitempty" doc:"Nel giornale: il numero della lettera, o la ricezione se non ne ha"`
	Hash   string          `json:"hash"`
}

// History is the journal of one record, or a page of the whole.
type History struct {
	Entries []historyEntry `json:"entries"`
}

func (s *Server) recordRoutes() {
	operation(s, http.MethodGet, "/api/records", "search", "Ricerca", accessDesk, s.search)
	operation(s, http.MethodGet, "/api/open", "open", "Apre ciò che un codice o un numero indica", accessDesk, s.open)
	operation(s, http.MethodGet, "/api/records/{id}", "record", "Una ricezione con la sua registrazione", accessDesk, s.record)
	operation(s, http.MethodGet, "/api/records/{id}/history", "history", "La storia di una registrazione", accessDesk, s.history)
	operation(s, http.MethodPost, "/api/records/{id}/receipt", "printReceipt", "Stampa la ricevuta sull'etichetta (art. 18-bis L. 241/1990)", accessDesk, s.printReceipt)
	operation(s, http.MethodGet, "/api/records/{id}/receipt.pdf", "receipt", "Ricevuta (art. 18-bis L. 241/1990)", accessDesk, s.receipt, pdfAnswer)
	operation(s, http.MethodGet, "/api/registrations/{id}/attestation.pdf", "attestation",
		"Attestazione di conformità da firmare (artt. 22 e 23-ter CAD)", accessDesk, s.attestation, pdfAnswer)
}

func (s *Server) search(ctx context.Context, id auth.Identity, in *searchInput) (*body[SearchPage], error) {
	res, err := s.Station.Search(ctx, id.Actor, station.Query{
		Text: in.Text, Year: in.Year, Direction: in.Direction, From: in.From, To: in.To, Missing: in.Missing, Before: in.Before, Limit: in.Limit,
	})
	if err != nil {
		return nil, err
	}
	return answer(searchPage(res), nil)
}

func searchPage(res station.SearchResult) SearchPage {
	out := SearchPage{Hits: []RecordView{}, Next: res.Next}
	for _, r := range res.Hits {
		out.Hits = append(out.Hits, recordView(r))
	}
	return out
}

// open resolves a hand reader's burst or a typed number: one hit is opened by the page, several are listed (R18.2).
func (s *Server) open(ctx context.Context, id auth.Identity, in *openInput) (*body[SearchPage], error) {
	hits, err := s.Station.Open(ctx, id.Actor, in.Code)
	if err != nil {
		return nil, err
	}
	return answer(searchPage(station.SearchResult{Hits: hits}), nil)
}

func (s *Server) record(ctx context.Context, id auth.Identity, in *IDPath) (*body[RecordView], error) {
	r, err := s.Station.ViewRecord(ctx, id.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return answer(s.withReplacement(ctx, id.Actor, s.openRecordView(ctx, id.Actor, r)), nil)
}

func (s *Server) history(ctx context.Context, id auth.Identity, in *IDPath) (*body[History], error) {
	entries, err := s.Station.History(ctx, id.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return answer(historyOf(entries), nil)
}

func historyOf(entries []protocollo.Entry) History {
	out := History{Entries: []historyEntry{}}
	for _, e := range entries {
		out.Entries = append(out.Entries, entryOf(e))
	}
	return out
}

type slipInput struct {
	IDPath
	Body struct {
		Printer string `json:"printer,omitempty"`
	}
}

func (s *Server) printReceipt(ctx context.Context, id auth.Identity, in *slipInput) (*body[station.TemporaryPrint], error) {
	return s.printSlip(ctx, id, in, s.Station.PrintReceipt)
}

// printSlip has one of the labels printed that nothing queues.
func (s *Server) printSlip(ctx context.Context, id auth.Identity, in *slipInput,
	print func(context.Context, protocollo.Actor, int64, station.Printer) (station.TemporaryPrint, error),
) (*body[station.TemporaryPrint], error) {
	p, ok := s.printerNamed(in.Body.Printer)
	if !ok {
		return nil, protocollo.Errorf(protocollo.Unavailable, "no-printer", "no label printer %q is configured", in.Body.Printer)
	}
	defer s.askSoon()
	return answer(print(ctx, id.Actor, in.ID, p.Printer))
}

func entryOf(e protocollo.Entry) historyEntry {
	return historyEntry{Seq: e.Seq, At: e.At, Actor: e.Actor, Kind: e.Kind, Detail: e.Detail, Intake: e.Intake, Hash: e.Hash}
}

func (s *Server) receipt(ctx context.Context, id auth.Identity, in *IDPath) (*file, error) {
	data, err := s.Station.Receipt(ctx, id.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return s.rendered("application/pdf", func(w *buffer) error { return s.Paper.Receipt(w, data) })
}

func (s *Server) attestation(ctx context.Context, id auth.Identity, in *IDPath) (*file, error) {
	data, err := s.Station.Attestation(ctx, id.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return s.rendered("application/pdf", func(w *buffer) error { return s.Paper.Attestation(w, data) })
}

// deskRecordView is a record with what its letter's next step at the desk needs: from when on one without number may have a temporary label, and who changes
// the optional data of one that has it.
func (s *Server) deskRecordView(ctx context.Context, r station.Record) RecordView {
	v := recordView(r)
	if r.Registration != nil {
		v.OptionalRoad = s.Station.OptionalRoad(r)
	}
	from, waits, err := s.Station.TemporaryFrom(ctx, r)
	if err != nil {
		s.Log.Warn("temporary label not offered", "err", err)
	} else if waits {
		v.TemporaryFrom = &from
	}
	return v
}

// openRecordView is a record as its own page shows it: also with what it is linked with, and how it would say that it was for others.
func (s *Server) openRecordView(ctx context.Context, actor protocollo.Actor, r station.Record) RecordView {
	v := s.deskRecordView(ctx, r)
	v.Linked = s.linked(ctx, actor, r)
	var err error
	if v.Onward, err = s.Station.Onward(ctx, actor, r); err != nil {
		s.Log.Warn("sending on not offered", "err", err)
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
