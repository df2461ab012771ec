package ui

import (
	"context"
	"net/http"

	"segnatura/internal/auth"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// Alarms are the Responsabile's, newest first.
type Alarms struct {
	Alarms []AlarmView `json:"alarms"`
}

// AlarmView is one alarm with what it is about, as that stands now.
type AlarmView struct {
	protocollo.Alarm
	Waiting  int          `json:"waiting,omitempty" doc:"Quante lettere attendono ancora da tanto, o quanti plichi non sono consegnati"`
	Letter   *AlarmLetter `json:"letter,omitempty" doc:"Quella che attende da più tempo"`
	Register string       `json:"register,omitempty" doc:"Il registro di emergenza, es. 1/2026"`
	Tender   string       `json:"tender,omitempty" doc:"L'oggetto della gara"`
}

// AlarmLetter names the letter that has waited longest.
type AlarmLetter struct {
	IntakeID   int64  `json:"intakeID"`
	IntakeCode string `json:"intakeCode" doc:"Ricezione n."`
	Subject    string `json:"subject"`
	From       string `json:"from" doc:"Mittente o destinatario"`
	// Attempt is how the latest call for its number ended.
	Attempt protocollo.AttemptOutcome `json:"attempt,omitempty" enum:",numbered,rejected,unavailable,unknown,absent"`
}

type alarmsInput struct {
	All bool `query:"tutti" doc:"Anche quelli visti e finiti"`
}

type acknowledgeInput struct {
	IDPath
	Body struct {
		Note string `json:"note,omitempty" maxLength:"400"`
	}
}

func (s *Server) alarmRoutes() {
	operation(s, http.MethodGet, "/api/alarms", "alarms", "Gli avvisi al Responsabile (R10.4, R21.4)", accessDesk, s.alarms)
	operation(s, http.MethodPost, "/api/alarms/{id}/acknowledgement", "acknowledgeAlarm", "«Ho visto», anche due volte", accessDesk, s.acknowledgeAlarm)
}

func (s *Server) alarms(ctx context.Context, id auth.Identity, in *alarmsInput) (*body[Alarms], error) {
	list, err := s.Station.Alarms(ctx, id.Actor, in.All)
	if err != nil {
		return nil, err
	}
	out := Alarms{Alarms: []AlarmView{}}
	for _, a := range list {
		out.Alarms = append(out.Alarms, AlarmView{Alarm: a.Alarm, Waiting: a.Waiting, Register: a.Register, Tender: a.Tender, Letter: alarmLetter(a.Letter)})
	}
	return answer(out, nil)
}

func alarmLetter(r *station.Record) *AlarmLetter {
	if r == nil {
		return nil
	}
	v := &AlarmLetter{IntakeID: r.Intake.ID, IntakeCode: r.Intake.Code(), Subject: r.Intake.Draft.Subject, From: counterpart(r.Intake.Draft)}
	if n := len(r.Attempts); n > 0 {
		v.Attempt = r.Attempts[n-1].Outcome
	}
	return v
}

func (s *Server) acknowledgeAlarm(ctx context.Context, id auth.Identity, in *acknowledgeInput) (*body[protocollo.Alarm], error) {
	return answer(s.Station.AcknowledgeAlarm(ctx, id.Actor, in.ID, in.Body.Note))
}
