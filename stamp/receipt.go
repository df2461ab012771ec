package stamp

import "time"

// ReceiptData is what a receipt for hand delivery says (L. 241/1990 art. 18-bis; requirements R7.1, R7.2, literal L-17).
// Everything is already worded except the instants, which are shown in Europe/Rome.
type ReceiptData struct {
	Body    string // the public body's name
	AOOCode string
	// PresentedAt is the arrival instant, shown as gg/mm/aaaa and hh:mm.
	PresentedAt time.Time
	Subject     string
	Sender      string // «anonimo» where there is none
	Attachments int

	// Reference is how papers cite the registration, «Prot. n. 0000012 del 22/11/2026». Without one the receipt shows IntakeID and
	// that the number is to come.
	Reference string
	IntakeID  string

	// Term is the procedure's response term or silenzio-assenso, without «Termine:» and final stop. Empty: the text of R21.5.
	Term     string
	Operator string // the operator's sigla
	Banner   string // e.g. «PROVA – SENZA VALORE», or empty
	// IssuedAt is the instant of printing, for the file's metadata only.
	IssuedAt time.Time
}
