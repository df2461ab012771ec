package ui

import (
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
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
	// Emergency is how a number of the emergency register is said; Ordinary is the one that it gained.
	Emergency  string            `json:"emergency,omitempty" doc:"es. n. 2/2026 R.E. 1/2026"`
	Ordinary   *OrdinaryNumber   `json:"ordinary,omitempty"`
	ArrivedAt  time.Time         `json:"arrivedAt"`
	ArrivalDay protocollo.Day    `json:"arrivalDay"`
	SavedAt    time.Time         `json:"savedAt"`
	Operator   string            `json:"operator"`
	Draft      protocollo.Draft  `json:"draft"`
	Facets     protocollo.Facets `json:"facets"`
	// Attempt is the outcome of the latest attempt while there is no number.
	Attempt protocollo.AttemptOutcome `json:"attempt,omitempty"`
	Words   string                    `json:"words,omitempty" doc:"Le parole del sistema centrale"`
	// TemporaryFrom is set on an opened record while there is no number.
	TemporaryFrom *time.Time `json:"temporaryFrom,omitempty" doc:"Da quando si può stampare l'etichetta provvisoria"`
	// OptionalRoad is set on an opened record that has a number.
	OptionalRoad station.CorrectionRoad `json:"optionalRoad,omitempty" enum:"here,call,by-hand" doc:"Chi cambia i dati facoltativi, se lo si chiede"`
	// Held is the error's code for which the emergency register gave no number.
	Held      string                 `json:"held,omitempty" enum:",emergency-expired,emergency-scope"`
	Attempts  []AttemptView          `json:"attempts,omitempty"`
	Prints    []protocollo.Print     `json:"prints,omitempty"`
	Documents []station.DocumentView `json:"documents,omitempty"`
	Annulment *protocollo.Annulment  `json:"annulment,omitempty"`
	Closing   *ClosingView           `json:"closing,omitempty" doc:"«Chiudi senza numero»"`
	// Unnumbered is set on what gets no number; Inside says where a paper went that is delivered in the house.
	Unnumbered *protocollo.Unnumbered        `json:"unnumbered,omitempty"`
	Inside     []protocollo.InternalDelivery `json:"inside,omitempty"`
	Urgency    *protocollo.Urgency           `json:"urgency,omitempty" doc:"Va fatta prima delle altre"`
	Postponed  *station.Postponement         `json:"postponed,omitempty" doc:"«Scansiona più tardi», finché non si scansiona"`
	Related    []int64                       `json:"related,omitempty"`
	// Linked and Onward are set on an opened record.
	Linked []LinkedLetter  `json:"linked,omitempty" doc:"Le registrazioni a cui appartiene, o che le appartengono"`
	Onward *station.Onward `json:"onward,omitempty" doc:"Se è per altri: come lo dirà"`
}

// LinkedLetter is a registration that belongs to another.
type LinkedLetter struct {
	Candidate
	Direction protocollo.Direction `json:"direction" enum:"A,P,I"`
	Day       protocollo.Day       `json:"day"`
	// SendsOn is set on the exit by which a letter for others goes on.
	SendsOn bool `json:"sendsOn,omitempty" doc:"È l'uscita con cui si rispedisce"`
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
		Annulment: r.Annulment, Postponed: r.Postponed, Related: r.Related, Unnumbered: r.Unnumbered, Inside: r.Inside, Urgency: r.Urgency,
	}
	if reg := r.Registration; reg != nil {
		v.RegistrationID, v.Number, v.Year, v.Day, v.RegisteredAt = reg.ID, reg.Number, reg.Key.Year, reg.Day, reg.RegisteredAt
		v.Segnatura, v.Ordinary = reg.Segnatura.Text(), ordinaryNumber(*reg)
		if sign := reg.Segnatura.Emergency; sign != nil {
			v.Emergency = sign.Label
		}
	}
	if r.Closing != nil {
		v.Closing = &ClosingView{IntakeClosing: *r.Closing}
	}
	for _, a := range r.Attempts {
		v.Attempts = append(v.Attempts, AttemptView{Ordinal: a.Ordinal, Connector: a.Connector, StartedAt: a.StartedAt,
			SettledAt: a.SettledAt, Outcome: a.Outcome, Words: a.Words})
		if v.Attempt, v.Words, v.Held = a.Outcome, a.Words, ""; a.Connector == protocollo.EmergencyConnector && a.Outcome == protocollo.AttemptUnavailable {
			v.Words, v.Held = "", a.Words
		}
	}
	return v
}

// ExceptionView is an exception with what may be answered to it.
type ExceptionView struct {
	protocollo.Exception
	Choices []protocollo.Choice `json:"choices"`
	// Candidates are the registrations that it may be about, the likeliest first.
	Candidates []Candidate `json:"candidates,omitempty"`
	// Temporary is the letter whose temporary label stopped the page; once it is numbered it is among Candidates too.
	Temporary *TemporaryLetter `json:"temporary,omitempty"`
	BatchID   int64            `json:"batchID,omitempty"`
	Pages     int              `json:"pages"`
	// Note is the note's text for the counted sheets, where a note is due and the count is complete.
	Note   string `json:"note,omitempty"`
	Sheets int    `json:"sheets,omitempty"`
	// AllSheets counts those of all the letter's attachments that wait for a note, where one note may stand for them (N-3).
	AllSheets int `json:"allSheets,omitempty"`
	// Exclusions and Frontispieces are what the answers exclude and note-first may name.
	Exclusions    []rules.Exclusion    `json:"exclusions,omitempty"`
	Frontispieces []rules.Frontispiece `json:"frontispieces,omitempty"`
}

// Candidate names one registration in a list of choices.
type Candidate struct {
	RegistrationID int64             `json:"registrationID"`
	IntakeID       int64             `json:"intakeID"`
	Number         protocollo.Number `json:"number"`
	Year           int               `json:"year"`
	// Emergency and Ordinary are as in a RecordView: two registers may have the same number.
	Emergency string            `json:"emergency,omitempty" doc:"es. n. 2/2026 R.E. 1/2026"`
	Ordinary  *OrdinaryNumber   `json:"ordinary,omitempty"`
	Subject   string            `json:"subject"`
	From      string            `json:"from" doc:"Mittente o destinatario"`
	Facets    protocollo.Facets `json:"facets"`
	Urgent    bool              `json:"urgent,omitempty" doc:"Va fatta prima delle altre"`
}

func candidate(r station.Record) Candidate {
	c := Candidate{IntakeID: r.Intake.ID, Subject: r.Intake.Draft.Subject, From: counterpart(r.Intake.Draft), Facets: r.Facets, Urgent: r.Urgency != nil}
	if reg := r.Registration; reg != nil {
		c.RegistrationID, c.Number, c.Year, c.Ordinary = reg.ID, reg.Number, reg.Key.Year, ordinaryNumber(*reg)
		if sign := reg.Segnatura.Emergency; sign != nil {
			c.Emergency = sign.Label
		}
	}
	return c
}

// TemporaryLetter names a letter by its «Ricezione n.».
type TemporaryLetter struct {
	IntakeID int64  `json:"intakeID"`
	Code     string `json:"code" doc:"es. R 11/2026"`
	From     string `json:"from" doc:"Mittente o destinatario"`
	Subject  string `json:"subject"`
	Numbered bool   `json:"numbered" doc:"Il numero è arrivato"`
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
