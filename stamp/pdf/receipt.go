package pdf

import (
	"fmt"
	"io"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/pdfa"
	"segnatura/stamp"
)

// unsetTerm stands where no term is known for the procedure (R21.5): never «non previsto» by default.
const unsetTerm = "quello pubblicato dall'Ente per il procedimento"

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
	reference, id := r.Reference, r.Reference
	if r.Reference == "" {
		reference, id = fmt.Sprintf("Ricezione n. %s, protocollazione in corso", r.IntakeID), r.IntakeID
	}
	term := r.Term
	if term == "" {
		term = unsetTerm
	}
	presented := r.PresentedAt.In(protocollo.Rome())
	text := []Paragraph{
		{Text: "RICEVUTA (art. 18-bis L. 241/1990).", Bold: true, SizePt: 16},
		{Text: fmt.Sprintf("%s, AOO %s.", r.Body, r.AOOCode), Bold: true, SizePt: 13, SpaceMM: 4},
		{Text: fmt.Sprintf("Si attesta che il %s alle ore %s è stato presentato: %s; mittente %s; allegati %d.",
			day(presented), presented.Format("15:04"), r.Subject, r.Sender, r.Attachments), SpaceMM: 8},
		{Text: reference + ".", Bold: true, SizePt: 13, SpaceMM: 6},
		{Text: "Termine: " + term + ".", SpaceMM: 6},
		{Text: "L’operatore " + r.Operator, SpaceMM: 12},
	}
	issued := r.IssuedAt
	if issued.IsZero() {
		issued = r.PresentedAt
	}
	return Text(w, text, r.Banner, pdfa.Metadata{
		Title:       "Ricevuta – " + reference,
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
