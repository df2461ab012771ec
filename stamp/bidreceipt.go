package stamp

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// BidReceipt is what whoever handed plichi over takes away (L-17; L. 241/1990 art. 18-bis). It knows nothing of what is inside, and says nothing of the
// deadline (R5.4).
type BidReceipt struct {
	Body, AOOCode, Banner string
	Handover              string // «12/2026»
	ReceivedAt            time.Time
	Contested             bool
	Manual                string // as in [TenderHandover]
	Plichi                []BidReceiptItem
	Term                  string // without «Termine:»; "" is the text of R21.5
	Operator              string
	IssuedAt              time.Time
}

// BidReceiptItem is one plico of it. Reference is how papers cite its registration, "" while there is none.
type BidReceiptItem struct{ Code, Sender, Tender, Reference string }

// withoutNumber stands where a plico or a letter waits for its number (R7.2).
const withoutNumber = "protocollazione in corso"

// Lines are the receipt's sentences, the same on paper and on a label. day is ReceivedAt's in Europe/Rome, gg/mm/aaaa; hour is hh:mm:ss.
func (r BidReceipt) Lines(day, hour string) []Line {
	return r.lines(day, hour, r.plichi())
}

func (r BidReceipt) lines(day, hour string, plichi []string) []Line {
	what, is := "n. 1 plico chiuso, non aperto", "è stato presentato"
	if n := len(r.Plichi); n > 1 {
		what, is = fmt.Sprintf("n. %d plichi chiusi, non aperti", n), "sono stati presentati"
	}
	lines := []Line{
		must(FieldHeading, "RICEVUTA (art. 18-bis L. 241/1990)."),
		must(FieldBody, "%s, AOO %s.", r.Body, r.AOOCode),
		must(FieldPresented, "Si attesta che il %s alle ore %s %s: %s.", day, hour, is, what),
	}
	if r.Contested {
		lines = append(lines, must(FieldPresented, "Ora contestata: l’orologio della postazione era in dubbio."))
	}
	if r.Manual != "" {
		lines = append(lines, must(FieldPresented, "Ora scritta a mano: %s.", r.Manual))
	}
	lines = append(lines, must(FieldNumber, "Consegna n. %s, ore %s", r.Handover, hour))
	for _, p := range plichi {
		lines = append(lines, must(FieldPresented, "%s", p))
	}
	lines = append(lines, must(FieldTerm, "Termine: %s.", cmp.Or(r.Term, UnsetTerm)), must(FieldOperator, "L’operatore %s", r.Operator))
	return emphasized(lines)
}

// plichi are the envelopes, one sentence each.
func (r BidReceipt) plichi() (list []string) {
	for _, p := range r.Plichi {
		words := []string{"Plico n. " + p.Code}
		if p.Tender != "" {
			words = append(words, p.Tender)
		}
		if p.Sender != "" {
			words = append(words, "mittente: "+p.Sender)
		}
		list = append(list, strings.Join(append(words, cmp.Or(p.Reference, withoutNumber)), " – ")+".")
	}
	return list
}

// shorterPlichi are the letters that a plico's gara and sender may have where a label has no room for them whole, in the order in which they are tried; none in
// the end: the plico's own number says the rest.
var shorterPlichi = []struct{ tender, sender int }{{80, 60}, {40, 40}, {24, 24}, {0, 24}, {0, 0}}

// Labels are the receipt for a label of a size, whole and then shorter and shorter: garas and senders are cut, then left out, and what is handed over together
// stands in one row while it has no numbers. When, how many, which plichi, «non aperto», the term and who received are never cut. It has no code, as a letter's
// receipt has none. day and hour as [BidReceipt.Lines] has them.
func (r BidReceipt) Labels(size Size, day, hour string) []Label {
	rows := [][]string{r.plichi()}
	for _, most := range shorterPlichi {
		s := r
		s.Plichi = nil
		for _, p := range r.Plichi {
			p.Tender, p.Sender = cutAtWord(p.Tender, most.tender), cutAtWord(p.Sender, most.sender)
			s.Plichi = append(s.Plichi, p)
		}
		rows = append(rows, s.plichi())
	}
	if row := r.oneRow(); row != "" {
		rows = append(rows, []string{row})
	}
	var out []Label
	for i, plichi := range rows {
		if i > 0 && strings.Join(plichi, "\n") == strings.Join(rows[i-1], "\n") {
			continue
		}
		out = append(out, Label{Size: size, Lines: r.lines(day, hour, plichi), Banner: r.Banner})
	}
	return out
}

// oneRow names the plichi of a handover, whose numbers follow one another, by the first and the last; "" for one alone, and where one has its registration.
func (r BidReceipt) oneRow() string {
	for _, p := range r.Plichi {
		if p.Reference != "" {
			return ""
		}
	}
	if len(r.Plichi) < 2 {
		return ""
	}
	return fmt.Sprintf("Plichi dal n. %s al n. %s – %s.", r.Plichi[0].Code, r.Plichi[len(r.Plichi)-1].Code, withoutNumber)
}
