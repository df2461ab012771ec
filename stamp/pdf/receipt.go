package pdf

import (
	"cmp"
	"fmt"
	"io"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/pdfa"
	"segnatura/stamp"
)

// MissingFieldError names what a receipt lacks. Nothing was written.
type MissingFieldError struct{ Field string }

func (e *MissingFieldError) Error() string { return "write receipt: no " + e.Field }

// Receipt writes the receipt for hand delivery, L-17 (L. 241/1990 art. 18-bis): with the protocol number, or with the
// reception's number and «protocollazione in corso» while there is none (R7.2). A subject of any length goes on over further
// pages.
//
// Errors: [*MissingFieldError], or the writer's.
func Receipt(w io.Writer, r stamp.ReceiptData) (pdfa.Result, error) {
	if err := complete(r); err != nil {
		return pdfa.Result{}, err
	}
	id := cmp.Or(r.Reference, r.IntakeID)
	presented := r.PresentedAt.In(protocollo.Rome())
	looks := map[stamp.Field]Paragraph{
		stamp.FieldHeading: {Bold: true, SizePt: 16}, stamp.FieldBody: {Bold: true, SizePt: 13, SpaceMM: 4}, stamp.FieldPresented: {SpaceMM: 8},
		stamp.FieldNumber: {Bold: true, SizePt: 13, SpaceMM: 6}, stamp.FieldTerm: {SpaceMM: 6}, stamp.FieldOperator: {SpaceMM: 12},
	}
	var text []Paragraph
	for _, l := range r.Lines(day(presented), presented.Format("15:04")) {
		p := looks[l.Field]
		p.Text = l.Text
		text = append(text, p)
	}
	issued := r.IssuedAt
	if issued.IsZero() {
		issued = r.PresentedAt
	}
	return Text(w, text, r.Banner, pdfa.Metadata{
		Title:       "Ricevuta – " + r.Cites(),
		Author:      r.Body,
		CreatorTool: "segnatura",
		CreatedAt:   issued.In(protocollo.Rome()),
		DocumentID:  fmt.Sprintf("receipt %s %s %s", r.AOOCode, id, presented.Format(time.RFC3339)),
	})
}

func complete(r stamp.ReceiptData) error {
	for _, field := range []struct {
		name    string
		missing bool
	}{
		{"body", r.Body == ""},
		{"AOO code", r.AOOCode == ""},
		{"instant of presentation", r.PresentedAt.IsZero()},
		{"subject", r.Subject == ""},
		{"sender", r.Sender == ""},
		{"protocol or reception number", r.Reference == "" && r.IntakeID == ""},
		{"operator", r.Operator == ""},
	} {
		if field.missing {
			return &MissingFieldError{field.name}
		}
	}
	if r.Attachments < 0 {
		return fmt.Errorf("write receipt: %d attachments", r.Attachments)
	}
	return nil
}

// day shows an instant's Roman day as gg/mm/aaaa.
func day(t time.Time) string { return protocollo.DayOf(t).Italian() }
