package protocollo

import (
	"slices"
	"strings"
	"time"
)

// What may be asked about a registration that is wrong (DPR 445/2000 art. 54, 61(3)(g); LLGG 3.1.5; R8.1 to R8.4, R16.10). Of mandatory data the
// wrong value is annulled and a new one added, both visible; of number and date nothing is corrected: the whole registration is annulled.

// CorrectionKind is what is asked.
type CorrectionKind string

const (
	CorrectionFields    CorrectionKind = "fields"    // «Rettifica»: values of single fields
	CorrectionAnnulment CorrectionKind = "annulment" // «Annullamento» of the whole registration
	CorrectionReturn    CorrectionKind = "return"    // «Rinvio allo sportello»: an office sends the letter back, the desk sees what is to be done
)

// CorrectionCause is what went wrong, where it matters.
type CorrectionCause string

const (
	CauseMistake        CorrectionCause = "mistake"
	CauseWrongRecipient CorrectionCause = "wrong-recipient" // «Pervenuto per errore»
	CauseTwice          CorrectionCause = "twice"           // registered twice
)

// Valid reports whether c is known.
func (c CorrectionCause) Valid() bool {
	return c == CauseMistake || c == CauseWrongRecipient || c == CauseTwice
}

// Field names what a correction may change.
type Field string

const (
	FieldSubject    Field = "subject"
	FieldSenders    Field = "senders"
	FieldRecipients Field = "recipients"
	FieldSenderRef  Field = "senderRef" // number and day of the received document
	FieldClassifica Field = "classifica"
	FieldFascicolo  Field = "fascicolo"
	FieldUOR        Field = "uor"
	FieldRPA        Field = "rpa"
	FieldNote       Field = "note"
)

// FieldValue is the value of a field: of [FieldSenders] and [FieldRecipients] the people, of [FieldSenderRef] text and day, of all others the text.
type FieldValue struct {
	Text   string          `json:"text,omitempty" maxLength:"2000"`
	Day    Day             `json:"day,omitempty"`
	People []Correspondent `json:"people,omitempty" maxItems:"2000"`
}

// Equal reports whether both say the same.
func (v FieldValue) Equal(w FieldValue) bool {
	return v.Text == w.Text && v.Day == w.Day && slices.Equal(v.People, w.People)
}

// Words is the value in one line, for a list or a register of days.
func (v FieldValue) Words() string {
	var parts []string
	for _, s := range []string{v.Text, v.Day.Italian()} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	for _, p := range v.People {
		parts = append(parts, p.Name)
	}
	return strings.Join(parts, ", ")
}

// FieldChange annuls one value and puts another in its place.
type FieldChange struct {
	Field Field      `json:"field" enum:"subject,senders,recipients,senderRef,classifica,fascicolo,uor,rpa,note"`
	Old   FieldValue `json:"old"`
	New   FieldValue `json:"new"`
}

// field says how a field stands in a draft. Mandatory ones are those of DPR 445/2000 art. 53(1): changed with an authorisation alone.
type field struct {
	name      Field
	mandatory bool
	get       func(Draft) FieldValue
	set       func(*Draft, FieldValue)
}

// fields are those that may be corrected, in the order in which people read them.
func fields() []field {
	text := func(name Field, at func(*Draft) *string) field {
		return field{name: name, get: func(d Draft) FieldValue { return FieldValue{Text: *at(&d)} }, set: func(d *Draft, v FieldValue) { *at(d) = v.Text }}
	}
	people := func(name Field, at func(*Draft) *[]Correspondent) field {
		return field{name: name, mandatory: true, get: func(d Draft) FieldValue { return FieldValue{People: *at(&d)} },
			set: func(d *Draft, v FieldValue) { *at(d) = v.People }}
	}
	subject := text(FieldSubject, func(d *Draft) *string { return &d.Subject })
	subject.mandatory = true
	return []field{
		people(FieldSenders, func(d *Draft) *[]Correspondent { return &d.Senders }),
		people(FieldRecipients, func(d *Draft) *[]Correspondent { return &d.Recipients }),
		subject,
		{name: FieldSenderRef, mandatory: true, get: func(d Draft) FieldValue { return FieldValue{Text: d.SenderRef.Protocol, Day: d.SenderRef.Day} },
			set: func(d *Draft, v FieldValue) { d.SenderRef = SenderReference{Protocol: v.Text, Day: v.Day} }},
		text(FieldClassifica, func(d *Draft) *string { return &d.Classifica }),
		text(FieldFascicolo, func(d *Draft) *string { return &d.Fascicolo }),
		text(FieldUOR, func(d *Draft) *string { return &d.UOR }),
		text(FieldRPA, func(d *Draft) *string { return &d.RPA }),
		text(FieldNote, func(d *Draft) *string { return &d.Note }),
	}
}

// Mandatory reports whether the field is one of art. 53(1).
func (f Field) Mandatory() bool {
	return slices.ContainsFunc(fields(), func(x field) bool { return x.name == f && x.mandatory })
}

// OptionalFields are those that change without anybody's word but the clerk's (R8.3).
func OptionalFields() []Field {
	var list []Field
	for _, f := range fields() {
		if !f.mandatory {
			list = append(list, f.name)
		}
	}
	return list
}

// Changes compares the draft that stands with the values that are wished for: what really changes, in the order of the fields, cleaned as a
// draft is. Invalid "field" for one that cannot be corrected or is named twice, and as [Draft.Validate] for a result without its mandatory data.
func (d Draft) Changes(wished map[Field]FieldValue) ([]FieldChange, error) {
	next, named := d, 0
	for _, f := range fields() {
		v, ok := wished[f.name]
		if !ok {
			continue
		}
		named++
		v.People = trimmed(v.People)
		f.set(&next, v)
		if len(f.get(next).People) > 0 && f.name == FieldSenders {
			next.Anonymous = false // somebody is named now
		}
	}
	if named != len(wished) {
		return nil, Errorf(Invalid, "field", "of %d fields %d may be corrected", len(wished), named)
	}
	next = next.Normalize()
	var list []FieldChange
	for _, f := range fields() {
		if old, v := f.get(d), f.get(next); !old.Equal(v) {
			list = append(list, FieldChange{Field: f.name, Old: old, New: v})
		}
	}
	next.ArrivalDay = "" // it was judged on its own day
	return list, next.Validate("")
}

// With returns the draft with new values in the place of those that the changes annul. Conflict "correction-stale" where an annulled value is not
// the one that stands.
func (d Draft) With(changes []FieldChange) (Draft, error) {
	for _, c := range changes {
		at := slices.IndexFunc(fields(), func(f field) bool { return f.name == c.Field })
		if at < 0 {
			return d, Errorf(Invalid, "field", "field %q cannot be corrected", c.Field)
		}
		f := fields()[at]
		if !f.get(d).Equal(c.Old) {
			return d, Errorf(Conflict, "correction-stale", "field %s was changed meanwhile", c.Field)
		}
		f.set(&d, c.New)
		if c.Field == FieldSenders && len(c.New.People) > 0 {
			d.Anonymous = false
		}
	}
	return d, nil
}

// Before returns the draft as it was before the changes.
func (d Draft) Before(changes []FieldChange) Draft {
	for _, c := range changes {
		for _, f := range fields() {
			if f.name == c.Field {
				f.set(&d, c.Old)
			}
		}
	}
	return d
}

// CorrectionPolicy is an AOO's way with corrections (C8; 002 art. 57.1).
type CorrectionPolicy struct {
	// ActForFields demands an act for mandatory fields too; for an annulment it is demanded always.
	ActForFields bool `json:"actForFields,omitempty" doc:"Provvedimento anche per la rettifica di un solo dato obbligatorio"`
	// WholeOnly annuls the whole registration for any error in mandatory data.
	WholeOnly bool `json:"wholeOnly,omitempty" doc:"Un errore in un dato obbligatorio annulla l'intera registrazione"`
}

// CorrectionRequest is what somebody asked, and why. It is immutable.
type CorrectionRequest struct {
	ID             int64           `json:"id"`
	Key            string          `json:"-"` // minted when the form opened
	RegistrationID int64           `json:"registrationID"`
	Kind           CorrectionKind  `json:"kind" enum:"fields,annulment,return"`
	Cause          CorrectionCause `json:"cause" enum:"mistake,wrong-recipient,twice"`
	// LinkedID is the registration that belongs to the case: the letter that forwards a wrongly received one, or the other of two; 0: none.
	LinkedID int64 `json:"linkedID,omitempty"`
	// AnswersID is the return that it answers; 0: none.
	AnswersID int64         `json:"answersID,omitempty"`
	Changes   []FieldChange `json:"changes"`
	Reason    string        `json:"reason"`
	By        string        `json:"by"`
	At        time.Time     `json:"at"`
}

// Mandatory reports whether the request touches the number or data of art. 53(1).
func (r CorrectionRequest) Mandatory() bool {
	return r.Kind == CorrectionAnnulment || slices.ContainsFunc(r.Changes, func(c FieldChange) bool { return c.Field.Mandatory() })
}

// Free reports whether nobody has to authorise it: only optional fields change (R8.3).
func (r CorrectionRequest) Free() bool { return r.Kind == CorrectionFields && !r.Mandatory() }

// Wishes reports whether the request asks for just these values of a letter, whatever became of it since.
func (r CorrectionRequest) Wishes(d Draft, wished map[Field]FieldValue) bool {
	list, err := d.Before(r.Changes).Changes(wished)
	return err == nil && slices.EqualFunc(list, r.Changes, func(a, b FieldChange) bool { return a.Field == b.Field && a.Old.Equal(b.Old) && a.New.Equal(b.New) })
}

// Validate checks what is asked. A reason is compulsory but for optional fields, where the trace is enough (002 art. 57.1).
func (r CorrectionRequest) Validate(p CorrectionPolicy) error {
	switch {
	case r.Kind != CorrectionFields && r.Kind != CorrectionAnnulment && r.Kind != CorrectionReturn:
		return Errorf(Invalid, "kind", "kind %q", r.Kind)
	case !r.Cause.Valid():
		return Errorf(Invalid, "correction-cause", "cause %q", r.Cause)
	case r.Kind == CorrectionFields && len(r.Changes) == 0:
		return Errorf(Invalid, "changes", "nothing would change")
	case r.Kind != CorrectionFields && len(r.Changes) > 0:
		return Errorf(Invalid, "changes", "values are for single fields")
	case r.Kind == CorrectionFields && p.WholeOnly && r.Mandatory():
		return Errorf(Conflict, "whole-only", "the AOO annuls the whole registration")
	case !r.Free() && strings.TrimSpace(r.Reason) == "":
		return Errorf(Invalid, "reason", "a correction needs its motivated note")
	case r.LinkedID == r.RegistrationID:
		return Errorf(Invalid, "linkedID", "a registration is not linked with itself")
	}
	return nil
}

// CorrectionChoice is what was decided on a request.
type CorrectionChoice string

const (
	CorrectionAuthorised CorrectionChoice = "authorised"
	CorrectionRefused    CorrectionChoice = "refused"
	CorrectionWithdrawn  CorrectionChoice = "withdrawn" // by who asked
	CorrectionAnswered   CorrectionChoice = "answered"  // a return that a request of the desk took up
)

// CorrectionDecision is the Responsabile's word on a request, or its author's who takes it back. Each request has one at most.
type CorrectionDecision struct {
	Choice    CorrectionChoice `json:"choice" enum:"authorised,refused,withdrawn,answered"`
	Reason    string           `json:"reason,omitempty"`
	ActNumber string           `json:"actNumber,omitempty"`
	ActDay    Day              `json:"actDay,omitempty"`
	By        string           `json:"by"`
	At        time.Time        `json:"at"`
}

// Validate checks a decision on a request: an annulment needs its act in every case, mandatory fields where the policy says so, a refusal its reason.
func (d CorrectionDecision) Validate(r CorrectionRequest, p CorrectionPolicy) error {
	needsAct := r.Kind == CorrectionAnnulment || p.ActForFields && r.Mandatory()
	switch d.Choice {
	case CorrectionWithdrawn, CorrectionAnswered:
		return nil
	case CorrectionRefused:
		if strings.TrimSpace(d.Reason) == "" {
			return Errorf(Invalid, "reason", "a refusal needs its reason")
		}
		return nil
	case CorrectionAuthorised:
		if r.Kind == CorrectionReturn {
			return Errorf(Invalid, "choice", "a return is answered, not authorised")
		}
		if needsAct && strings.TrimSpace(d.ActNumber) == "" {
			return Errorf(Invalid, "actNumber", "the act's number is missing")
		}
		if needsAct || d.ActNumber != "" || d.ActDay != "" {
			if _, err := ParseDay(string(d.ActDay)); err != nil || d.ActNumber == "" {
				return Errorf(Invalid, "actDay", "the act %q of the day %q", d.ActNumber, d.ActDay)
			}
		}
		return nil
	}
	return Errorf(Invalid, "choice", "choice %q", d.Choice)
}

// CorrectionOutcome is how far an authorised correction has come where it has to be made. Only after [CorrectionDone] it stands here (R8.4).
type CorrectionOutcome string

const (
	CorrectionAsked       CorrectionOutcome = "asked"       // a call is under way
	CorrectionUnavailable CorrectionOutcome = "unavailable" // nothing happened: it is asked again
	CorrectionUnknown     CorrectionOutcome = "unknown"     // it may have happened: a person decides
	CorrectionRejected    CorrectionOutcome = "rejected"    // the centre said no, with its words
	CorrectionByHand      CorrectionOutcome = "by-hand"     // no call can do it: a person keys it in there
	CorrectionDone        CorrectionOutcome = "done"
	CorrectionAbandoned   CorrectionOutcome = "abandoned" // the Responsabile gave it up
)

// CorrectionState is what people read.
type CorrectionState string

const (
	StateAsked     CorrectionState = "asked" // waits for the Responsabile, a return for the desk
	StateWithdrawn CorrectionState = "withdrawn"
	StateRefused   CorrectionState = "refused"
	StateAnswered  CorrectionState = "answered"
	StateRequested CorrectionState = "requested" // «richiesto»: authorised, and not confirmed yet
	StateUnknown   CorrectionState = "unknown"   // «richiesto, esito da verificare»
	StateRejected  CorrectionState = "rejected"
	StateByHand    CorrectionState = "by-hand" // «da fare sul protocollo centrale»
	StateDone      CorrectionState = "done"
	StateAbandoned CorrectionState = "abandoned"
	StateMoot      CorrectionState = "moot" // the registration was annulled meanwhile
)

// Correction is a request with all that became of it.
type Correction struct {
	CorrectionRequest
	Decision *CorrectionDecision `json:"decision,omitempty"`
	// Outcome is the latest, "" before the first.
	Outcome   CorrectionOutcome `json:"-"`
	OutcomeAt time.Time         `json:"outcomeAt,omitzero"`
	OutcomeBy string            `json:"outcomeBy,omitempty"`
	Words     string            `json:"words,omitempty" doc:"Le parole del sistema centrale, o di chi lo ha fatto a mano"`
	// Annulled is set where the registration is annulled, by whatever request.
	Annulled bool `json:"-"`
}

// State derives what people read.
func (c Correction) State() CorrectionState {
	if c.Decision != nil && c.Decision.Choice != CorrectionAuthorised {
		return CorrectionState(c.Decision.Choice)
	}
	switch c.Outcome {
	case CorrectionDone, CorrectionAbandoned:
		return CorrectionState(c.Outcome)
	}
	switch {
	case c.Annulled:
		return StateMoot
	case c.Decision == nil:
		return StateAsked
	case c.Outcome == CorrectionUnknown || c.Outcome == CorrectionRejected || c.Outcome == CorrectionByHand:
		return CorrectionState(c.Outcome)
	}
	return StateRequested
}

// Annulment is the annulment that an authorised request orders.
func (c Correction) Annulment() Annulment {
	return Annulment{RegistrationID: c.RegistrationID, By: c.Decision.By, At: c.Decision.At, Reason: c.Reason, ActNumber: c.Decision.ActNumber, ActDay: c.Decision.ActDay}
}

// CorrectRequest asks a centre for new values of a registration ([Capabilities.Correct]).
type CorrectRequest struct {
	Ref     string // from the Receipt
	Changes []FieldChange
	// Draft is the letter with the new values.
	Draft Draft
	// Why is reason and act in one line, for a note where the contract has one.
	Why string
}
