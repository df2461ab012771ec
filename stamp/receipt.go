package stamp

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

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
	Operator string // the name of the person who issues it
	Banner   string // e.g. «PROVA – SENZA VALORE», or empty
	// IssuedAt is the instant of printing, for the file's metadata only.
	IssuedAt time.Time
}

// UnsetTerm stands where no term is known for the procedure (R21.5): never «non previsto» by default.
const UnsetTerm = "quello pubblicato dall'Ente per il procedimento"

// Cites is how the receipt cites the letter: by its number, or by its reception while it has none (R7.2).
func (r ReceiptData) Cites() string {
	if r.Reference == "" {
		return fmt.Sprintf("Ricezione n. %s, %s", r.IntakeID, withoutNumber)
	}
	return r.Reference
}

// Lines are L-17's sentences, the same on paper and on a label. day and hour are PresentedAt's in Europe/Rome, gg/mm/aaaa and hh:mm.
func (r ReceiptData) Lines(day, hour string) []Line {
	return emphasized([]Line{
		must(FieldHeading, "RICEVUTA (art. 18-bis L. 241/1990)."),
		must(FieldBody, "%s, AOO %s.", r.Body, r.AOOCode),
		must(FieldPresented, "Si attesta che il %s alle ore %s è stato presentato: %s; mittente %s; allegati %d.",
			day, hour, r.Subject, r.Sender, r.Attachments),
		must(FieldNumber, "%s.", r.Cites()),
		must(FieldTerm, "Termine: %s.", cmp.Or(r.Term, UnsetTerm)),
		must(FieldOperator, "L’operatore %s", r.Operator),
	})
}

// must is a line that is never shortened.
func must(field Field, text string, args ...any) Line {
	return Line{Field: field, Text: fmt.Sprintf(text, args...), Shorten: ShortenNever}
}

// emphasized is how a receipt without a layout looks.
func emphasized(lines []Line) []Line {
	for i, l := range lines {
		lines[i].Bold = l.Field == FieldHeading || l.Field == FieldNumber
		lines[i].Big = l.Field == FieldNumber
	}
	return lines
}

// shorterReceipts are the letters that subject and sender may have on a receipt that has no room for them whole, in the order in which they are
// tried. The rest of L-17 is never cut.
var shorterReceipts = []struct{ subject, sender int }{{200, 120}, {120, 80}, {80, 60}, {50, 40}, {30, 30}}

// Labels are the receipt for a label of a size, whole and then with its subject and sender cut at a word with «…», shorter and shorter. None has a code: what
// sticks and bears one could be taken for a segnatura. day and hour as [ReceiptData.Lines] has them.
func (r ReceiptData) Labels(size Size, day, hour string) []Label {
	label := func(r ReceiptData) Label { return Label{Size: size, Lines: r.Lines(day, hour), Banner: r.Banner} }
	out, last := []Label{label(r)}, r
	for _, most := range shorterReceipts {
		s := r
		s.Subject, s.Sender = cutAtWord(r.Subject, most.subject), cutAtWord(r.Sender, most.sender)
		if s.Subject != last.Subject || s.Sender != last.Sender {
			out, last = append(out, label(s)), s
		}
	}
	return out
}

// cutAtWord keeps at most so many letters, of 0 none; a word that is longer than all of them is cut within.
func cutAtWord(text string, most int) string {
	letters := []rune(text)
	switch {
	case most == 0:
		return ""
	case len(letters) <= most:
		return text
	}
	head := string(letters[:most])
	if at := strings.LastIndexByte(head, ' '); at > 0 {
		head = head[:at]
	}
	return strings.TrimRight(head, " ,.;:-–(«") + "…"
}
