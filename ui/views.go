package ui

import (
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// RecordView is one intake with its registration, as every screen shows it. The number is in it to be read; no request has one.
type RecordView struct {
	IntakeID       int64             `json:"intakeID"`
	IntakeCode     string            `json:"intakeCode" doc:"Ricezione n."`
	RegistrationID int64             `json:"registrationID,omitempty"`
	Number         protocollo.Number `json:"number,omitempty"`
	Year           int               `json:"year,omitempty"`
	Day            protocollo.Day    `json:"day,omitempty"`
	RegisteredAt   time.Time         `json:"registeredAt,omitzero"`
	Segnatura      string            `json:"segnatura,omitempty"`
	ArrivedAt      time.Time         `json:"arrivedAt"`
	ArrivalDay     protocollo.Day    `json:"arrivalDay"`
	SavedAt        time.Time         `json:"savedAt"`
	Operator       string            `json:"operator"`
	Draft          protocollo.Draft  `json:"draft"`
	Facets         protocollo.Facets `json:"facets"`
	// Attempt is the outcome of the latest attempt while there is no number.
	Attempt   protocollo.AttemptOutcome `json:"attempt,omitempty"`
	Words     string                    `json:"words,omitempty" doc:"Le parole del sistema centrale"`
	Attempts  []AttemptView             `json:"attempts,omitempty"`
	Prints    []protocollo.Print        `json:"prints,omitempty"`
	Documents []station.DocumentView    `json:"documents,omitempty"`
	Annulment *protocollo.Annulment     `json:"annulment,omitempty"`
	Related   []int64                   `json:"related,omitempty"`
}

// AttemptView is one call to the system that numbers.
type AttemptView struct {
	Ordinal   int                       `json:"ordinal"`
	Connector string                    `json:"connector"`
	StartedAt time.Time                 `json:"startedAt"`
	SettledAt time.Time                 `json:"settledAt,omitzero"`
	Outcome   protocollo.AttemptOutcome `json:"outcome"`
	Words     string                    `json:"words,omitempty"`
}

func recordView(r station.Record) RecordView {
	in := r.Intake
	v := RecordView{
		IntakeID: in.ID, IntakeCode: in.Code(), ArrivedAt: in.ArrivedAt, ArrivalDay: in.ArrivalDay, SavedAt: in.SavedAt,
		Operator: in.Operator, Draft: in.Draft, Facets: r.Facets, Prints: r.Prints, Documents: r.Documents,
		Annulment: r.Annulment, Related: r.Related,
	}
	if reg := r.Registration; reg != nil {
		v.RegistrationID, v.Number, v.Year, v.Day, v.RegisteredAt = reg.ID, reg.Number, reg.Key.Year, reg.Day, reg.RegisteredAt
		v.Segnatura = reg.Segnatura.Text()
	}
	for _, a := range r.Attempts {
		v.Attempts = append(v.Attempts, AttemptView{Ordinal: a.Ordinal, Connector: a.Connector, StartedAt: a.StartedAt,
			SettledAt: a.SettledAt, Outcome: a.Outcome, Words: a.Words})
		v.Attempt, v.Words = a.Outcome, a.Words
	}
	return v
}

// ExceptionView is an exception with what may be answered to it.
type ExceptionView struct {
	protocollo.Exception
	Choices []protocollo.Choice `json:"choices"`
	// Candidates are the registrations that it may be about, the likeliest first.
	Candidates []Candidate `json:"candidates,omitempty"`
	BatchID    int64       `json:"batchID,omitempty"`
	Pages      int         `json:"pages"`
	// Note is the note's text for the counted sheets, where a note is due and the count is complete.
	Note   string `json:"note,omitempty"`
	Sheets int    `json:"sheets,omitempty"`
}

// Candidate names one registration in a list of choices.
type Candidate struct {
	RegistrationID int64             `json:"registrationID"`
	IntakeID       int64             `json:"intakeID"`
	Number         protocollo.Number `json:"number"`
	Year           int               `json:"year"`
	Subject        string            `json:"subject"`
	From           string            `json:"from" doc:"Mittente o destinatario"`
	Facets         protocollo.Facets `json:"facets"`
}

func candidate(r station.Record) Candidate {
	c := Candidate{IntakeID: r.Intake.ID, Subject: r.Intake.Draft.Subject, From: counterpart(r.Intake.Draft), Facets: r.Facets}
	if r.Registration != nil {
		c.RegistrationID, c.Number, c.Year = r.Registration.ID, r.Registration.Number, r.Registration.Key.Year
	}
	return c
}

// counterpart is the name that people know a letter by: who sent it, or to whom it goes. "" for an anonymous one.
func counterpart(d protocollo.Draft) string {
	list := d.Senders
	if d.Direction != protocollo.Incoming {
		list = d.Recipients
	}
	if len(list) == 0 {
		return ""
	}
	return list[0].Name
}

// PrintView is a label that waits, with whose it is: the clerk holds letters, not numbers (R18.4).
type PrintView struct {
	protocollo.Print
	Of Candidate `json:"of"`
}
