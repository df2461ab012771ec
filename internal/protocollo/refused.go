package protocollo

import (
	"strconv"
	"strings"
	"time"
)

// A letter without number that whoever numbers refused is corrected by who may register it: nothing of it is registered yet, so that nobody has to
// authorise it, and the trace is enough. Every field of the form may change but the arrival, which is a fact, not a description.

// Fields that only a letter without number may have corrected; those of a registration are in [Field].
const (
	FieldDirection     Field = "direction"
	FieldCopies        Field = "copies"
	FieldAnonymous     Field = "anonymous"
	FieldUnsigned      Field = "unsigned"
	FieldMeans         Field = "means"
	FieldSupport       Field = "support"
	FieldEnvelope      Field = "envelope"
	FieldPresentation  Field = "presentation"
	FieldSignature     Field = "signatureCheck"
	FieldRaccomandata  Field = "raccomandataCode"
	FieldPlace         Field = "place"
	FieldLink          Field = "link"
	FieldExternalRef   Field = "externalRef"
	FieldProcedure     Field = "procedure"
	FieldAttachments   Field = "attachments"
	FieldDeclaredCount Field = "declaredCount"
	FieldConfidential  Field = "confidential"
	FieldFileDigest    Field = "fileDigest"
)

// formField says how a field reads in a draft, where it is compared and not set.
type formField struct {
	name Field
	get  func(Draft) FieldValue
}

// formFields are all that a clerk may change in a refused letter, in the order in which people read them.
func formFields() []formField {
	var list []formField
	for _, f := range fields() {
		list = append(list, formField{f.name, f.get})
	}
	text := func(name Field, get func(Draft) string) {
		list = append(list, formField{name, func(d Draft) FieldValue { return FieldValue{Text: get(d)} }})
	}
	mark := func(name Field, get func(Draft) bool) {
		text(name, func(d Draft) string {
			if get(d) {
				return "sì"
			}
			return ""
		})
	}
	list = append(list, formField{FieldCopies, func(d Draft) FieldValue { return FieldValue{People: d.Copies} }})
	text(FieldDirection, func(d Draft) string { return string(d.Direction) })
	mark(FieldAnonymous, func(d Draft) bool { return d.Anonymous })
	mark(FieldUnsigned, func(d Draft) bool { return d.Unsigned })
	text(FieldMeans, func(d Draft) string { return string(d.Means) })
	text(FieldSupport, func(d Draft) string { return string(d.Support) })
	text(FieldEnvelope, func(d Draft) string { return string(d.Envelope) })
	text(FieldPresentation, func(d Draft) string { return string(d.Presentation) })
	text(FieldSignature, func(d Draft) string { return string(d.SignatureCheck) })
	text(FieldRaccomandata, func(d Draft) string { return d.RaccomandataCode })
	text(FieldPlace, func(d Draft) string { return d.Place })
	text(FieldLink, func(d Draft) string { return d.Link })
	text(FieldExternalRef, func(d Draft) string { return d.ExternalRef })
	text(FieldProcedure, func(d Draft) string { return d.Procedure })
	text(FieldAttachments, func(d Draft) string { return attachmentWords(d.Attachments) })
	text(FieldDeclaredCount, func(d Draft) string { return count(d.DeclaredCount) })
	mark(FieldConfidential, func(d Draft) bool { return d.Confidential })
	text(FieldFileDigest, func(d Draft) string { return d.FileDigest })
	return list
}

func count(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func attachmentWords(list []Attachment) string {
	var words []string
	for _, a := range list {
		w := a.Description
		if a.Pages > 0 {
			w += " (" + strconv.Itoa(a.Pages) + ")"
		}
		words = append(words, w)
	}
	return strings.Join(words, "; ")
}

// Corrected is a refused letter's draft with what the form says now: the normalized next draft, on the arrival that the letter had, and what
// changes by it, in the order of the fields. An arrival, and what follows from it (the delivery, the plico, the sheet's row, the grounds of an emergency
// number), is not corrected, nor is the circumstance.
//
// Errors: Invalid "arrival-stands" where another day is declared; those of [Draft.Validate]. Nothing changed is no error.
func (d Draft) Corrected(next Draft) (Draft, []FieldChange, error) {
	if next.ArrivalDay != d.ArrivalDay {
		return d, nil, Errorf(Invalid, "arrival-stands", "the arrival day %q stands", d.ArrivalDay)
	}
	next.ArrivalDayReason, next.DeliveryID, next.EmergencyGrounds, next.EmergencySheet, next.AtCounter =
		d.ArrivalDayReason, d.DeliveryID, d.EmergencyGrounds, d.EmergencySheet, d.AtCounter
	next.BidID, next.EnvelopeID, next.Circumstance = d.BidID, d.EnvelopeID, d.Circumstance // whose words subject and note have had since it was registered
	next = next.Normalize()
	judged := next
	judged.ArrivalDay = "" // it was judged on its own day
	if err := judged.Validate(""); err != nil {
		return d, nil, err
	}
	var list []FieldChange
	for _, f := range formFields() {
		if old, v := f.get(d), f.get(next); !old.Equal(v) {
			list = append(list, FieldChange{Field: f.name, Old: old, New: v})
		}
	}
	return next, list, nil
}

// IntakeClosing is a person's word that a refused letter gets no number under its «Ricezione n.»: nobody asks for it any more. It is immutable.
type IntakeClosing struct {
	IntakeID int64     `json:"-"`
	By       string    `json:"by"`
	At       time.Time `json:"at"`
	Reason   string    `json:"reason"`
	// RegistrationID is the one that was registered in its place; 0: none.
	RegistrationID int64 `json:"registrationID,omitempty"`
}

// Validate checks the reason, and who may say it: that a letter came and is registered nowhere is for who decides.
func (c IntakeClosing) Validate(a Actor) error {
	if err := a.Require(ActRegister); err != nil {
		return err
	}
	if strings.TrimSpace(c.Reason) == "" {
		return Errorf(Invalid, "reason", "a letter is closed with its reason")
	}
	if c.RegistrationID == 0 && !a.May(ActDecide) {
		return Errorf(Forbidden, "close-unreplaced", "%s names no registration in its place", a.User)
	}
	return nil
}
