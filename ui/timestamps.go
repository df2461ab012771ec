package ui

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"segnatura/internal/auth"
	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
	"segnatura/internal/station"
)

// TimeState is this machine's clock and what waits for a mark of the time-stamping authority.
type TimeState struct {
	State        protocollo.ClockState `json:"state" enum:"verified,stale,stepped,contradicted,unverified"`
	Verdict      rules.ClockVerdict    `json:"verdict" enum:"good,off,unproven,far"`
	OffsetMS     int64                 `json:"offsetMS,omitempty" doc:"Di quanto l'orologio è indietro; negativo: avanti"`
	StepMS       int64                 `json:"stepMS,omitempty" doc:"Di quanto è stato spostato dall'ultima misura"`
	MeasuredAt   time.Time             `json:"measuredAt,omitzero"`
	Servers      int                   `json:"servers,omitempty" doc:"Che concordavano"`
	VerifiedAt   time.Time             `json:"verifiedAt,omitzero" doc:"Quando l'orologio era giusto l'ultima volta"`
	WatchedSince time.Time             `json:"watchedSince,omitzero"`
	Stamping     bool                  `json:"stamping" doc:"Un servizio di marcatura è indicato"`
	Waiting      int                   `json:"waiting" doc:"Marche in attesa"`
	Oldest       time.Time             `json:"oldest,omitzero"`
	Fault        string                `json:"fault,omitempty" doc:"Perché l'ultima richiesta non ha avuto una marca"`
}

// unsaved is a file made for one answer: there is nothing to close.
type unsaved struct{ *bytes.Reader }

func (unsaved) Close() error { return nil }

func (s *Server) timeRoutes() {
	operation(s, http.MethodGet, "/api/time", "timeState", "L'orologio e le marche temporali (R14.2, R14.4)", accessDesk, s.timeState)
	operation(s, http.MethodPost, "/api/time/marks", "askForMarks", "Chiede adesso le marche in attesa, senza aspettare il prossimo tentativo (R14.4)", accessDesk, s.askForMarks)
	operation(s, http.MethodGet, "/api/days/{day}/timestamp.zip", "dailyTimestamp", "La marca temporale del registro di un giorno, con la catena e le istruzioni per verificarla (R14.4)", accessDesk, s.dailyTimestamp,
		binaryAnswer("application/zip"))
}

func (s *Server) timeState(ctx context.Context, id auth.Identity, _ *none) (*body[TimeState], error) {
	if err := id.Actor.Require(protocollo.ActDecide); err != nil {
		return nil, err
	}
	c := s.Station.Clock()
	marks, err := s.Station.Stamps(ctx)
	if err != nil {
		return nil, err
	}
	return answer(TimeState{State: c.Proof.State, Verdict: c.Verdict, OffsetMS: c.Proof.Offset.Milliseconds(), StepMS: c.Proof.Step.Milliseconds(), MeasuredAt: c.Proof.MeasuredAt,
		Servers: c.Proof.Servers, VerifiedAt: c.VerifiedAt, WatchedSince: c.WatchedSince, Stamping: marks.Configured, Waiting: marks.Waiting, Oldest: marks.Oldest, Fault: marks.Fault.Code}, nil)
}

func (s *Server) askForMarks(_ context.Context, id auth.Identity, _ *none) (*none, error) {
	return &none{}, s.Station.AskForStamps(id.Actor)
}

func (s *Server) dailyTimestamp(ctx context.Context, id auth.Identity, in *dailyInput) (*huma.StreamResponse, error) {
	var out bytes.Buffer
	if err := s.Station.ExportDailyTimestamp(ctx, id.Actor, in.Day, &out); err != nil {
		return nil, err
	}
	return streamed(&station.ArchivedFile{ReadSeekCloser: unsaved{bytes.NewReader(out.Bytes())}, MediaType: "application/zip", Name: "marca-" + string(in.Day) + ".zip"}, "attachment"), nil
}
