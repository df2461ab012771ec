package ui

import (
	"context"
	"net/http"
	"time"

	"segnatura/internal/auth"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// Outcomes lists «Esito da verificare sul protocollo»; Total counts all where Outcomes are only the oldest.
type Outcomes struct {
	Total    int           `json:"total"`
	Outcomes []OutcomeView `json:"outcomes"`
}

// OutcomeView is one call for a number without a clear answer. The letter is safe, and nothing of it is sent again meanwhile.
type OutcomeView struct {
	IntakeID   int64                   `json:"intakeID"`
	IntakeCode string                  `json:"intakeCode" doc:"Ricezione n."`
	ArrivedAt  time.Time               `json:"arrivedAt"`
	Subject    string                  `json:"subject"`
	From       string                  `json:"from" doc:"Mittente o destinatario"`
	Connector  string                  `json:"connector"`
	AskedAt    time.Time               `json:"askedAt"`
	Words      string                  `json:"words,omitempty" doc:"Le parole del sistema centrale"`
	Waits      station.OutcomeWaits    `json:"waits" enum:"answer,search,person"`
	Choices    []station.OutcomeChoice `json:"choices" enum:"look,candidate,keyed,absent"`
	AbsentFrom time.Time               `json:"absentFrom" doc:"Da quando il Responsabile può dire che non è arrivata"`
}

// OutcomeCandidates are registrations at the centre that may be the letter; a person compares.
type OutcomeCandidates struct {
	Candidates []OutcomeCandidate `json:"candidates"`
}

// OutcomeCandidate is one of them, as the centre has it. Of a confidential one number and day alone are there for who may not see it.
type OutcomeCandidate struct {
	Register     string            `json:"register"`
	Year         int               `json:"year"`
	Number       protocollo.Number `json:"number"`
	Day          protocollo.Day    `json:"day"`
	RegisteredAt time.Time         `json:"registeredAt,omitzero"`
	Confidential bool              `json:"confidential,omitempty" doc:"Riservata sul protocollo"`
	Subject      string            `json:"subject"`
	From         string            `json:"from"`
	Why          []string          `json:"why"`
}

type outcomeInput struct {
	IDPath
	Body struct {
		Choice station.OutcomeChoice `json:"choice" enum:"look,candidate,keyed,absent"`
		// Register, Number and Day name the candidate, or what was read elsewhere; Again is the number typed a second time.
		Register string         `json:"register,omitempty" maxLength:"40"`
		Number   string         `json:"number,omitempty" maxLength:"20" doc:"Il numero dato dal centro, letto altrove"`
		Again    string         `json:"again,omitempty" maxLength:"20" doc:"Lo stesso numero, scritto una seconda volta"`
		Day      protocollo.Day `json:"day,omitempty"`
		Reason   string         `json:"reason,omitempty" maxLength:"2000"`
	}
}

type askAgainInput struct {
	IDPath
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"2000" doc:"Che cosa è stato corretto"`
	}
}

func (s *Server) outcomeRoutes() {
	operation(s, http.MethodGet, "/api/outcomes", "outcomes", "«Esito da verificare sul protocollo»", accessDesk, s.outcomes)
	operation(s, http.MethodGet, "/api/records/{id}/candidates", "outcomeCandidates", "Registrazioni del centro che possono essere questa ricezione", accessDesk, s.outcomeCandidates)
	operation(s, http.MethodPost, "/api/records/{id}/outcome", "decideOutcome", "La decisione di una persona su un esito incerto (R17.3)", accessDesk, s.decideOutcome)
	operation(s, http.MethodPost, "/api/records/{id}/number", "retryNumber", "«Riprova ora»: chiede il numero, o cerca l'esito", accessDesk, s.retryNumber)
	operation(s, http.MethodPost, "/api/records/{id}/again", "askAgain", "«Chiedi di nuovo»: il numero ordinario che il centro ha rifiutato a una lettera o a una riga di emergenza", accessDesk, s.askAgain)
}

func (s *Server) outcomes(ctx context.Context, id auth.Identity, _ *none) (*body[Outcomes], error) {
	list, err := s.Station.UncertainOutcomes(ctx, id.Actor)
	if err != nil {
		return nil, err
	}
	counts, err := s.Station.Counts(ctx, id.Actor)
	if err != nil {
		return nil, err
	}
	out := Outcomes{Total: counts.OutcomesUnknown, Outcomes: []OutcomeView{}}
	for _, u := range list {
		out.Outcomes = append(out.Outcomes, OutcomeView{
			IntakeID: u.Intake.ID, IntakeCode: u.Intake.Code(), ArrivedAt: u.Intake.ArrivedAt, Subject: u.Intake.Draft.Subject,
			From: counterpart(u.Intake.Draft), Connector: u.Attempt.Connector, AskedAt: u.Attempt.StartedAt, Words: u.Attempt.Words,
			Waits: u.Waits, Choices: some(u.Choices), AbsentFrom: u.AbsentFrom,
		})
	}
	return answer(out, nil)
}

func (s *Server) outcomeCandidates(ctx context.Context, id auth.Identity, in *IDPath) (*body[OutcomeCandidates], error) {
	list, err := s.Station.Candidates(ctx, id.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	out := OutcomeCandidates{Candidates: []OutcomeCandidate{}}
	for _, c := range list {
		r := c.Receipt
		out.Candidates = append(out.Candidates, OutcomeCandidate{Register: r.Register, Year: r.Year, Number: r.Number, Day: r.Day, RegisteredAt: r.At,
			Confidential: c.Confidential, Subject: c.Subject, From: c.Sender, Why: some(c.Why)})
	}
	return answer(out, nil)
}

func (s *Server) decideOutcome(ctx context.Context, id auth.Identity, in *outcomeInput) (*body[RecordView], error) {
	b := in.Body
	r, err := s.Station.DecideOutcome(ctx, id.Actor, in.ID, station.OutcomeAnswer{
		Choice: b.Choice, Register: b.Register, Number: b.Number, Again: b.Again, Day: b.Day, Reason: b.Reason,
	})
	if err != nil {
		return nil, err
	}
	return answer(recordView(r), nil)
}

func (s *Server) retryNumber(ctx context.Context, id auth.Identity, in *IDPath) (*body[RecordView], error) {
	r, err := s.Station.RetryNumber(ctx, id.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return answer(recordView(r), nil)
}

func (s *Server) askAgain(ctx context.Context, id auth.Identity, in *askAgainInput) (*body[RecordView], error) {
	r, err := s.Station.AskRefusedAgain(ctx, id.Actor, in.ID, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return answer(recordView(r), nil)
}
