package rules

import (
	"slices"
	"strings"
	"time"

	"segnatura/internal/protocollo"
)

// TenderBasis is a reason in law for which a gara receives plichi on paper: awards under d.lgs. 36/2023 run on digital platforms (art. 25), so
// that each paper one says why it does not (R5.7, R20.2).
type TenderBasis struct {
	Code   string `json:"code"`
	Words  string `json:"words"`
	Source string `json:"source"`
	// WantsCIG is set for awards of public contracts; a sale or a lease has none.
	WantsCIG bool `json:"wantsCIG"`
	// WantsNorm is set where the act or the norm has to be named.
	WantsNorm bool `json:"wantsNorm"`
}

// TenderBases is the list, the usual ones first.
func TenderBases() []TenderBasis {
	return []TenderBasis{
		{Code: "alienazione", Words: "Alienazione di beni, con offerte segrete", Source: "R.d. 827/1924, artt. 73 e 76"},
		{Code: "locazione", Words: "Locazione o affitto di beni dell’ente", Source: "R.d. 827/1924, artt. 73 e 76; d.lgs. 36/2023, art. 13"},
		{Code: "concessione", Words: "Concessione di beni pubblici", Source: "D.lgs. 36/2023, art. 13"},
		{Code: "contratto-attivo", Words: "Altro contratto attivo o escluso dal codice", Source: "D.lgs. 36/2023, art. 13", WantsNorm: true},
		{Code: "piattaforma", Words: "Appalto: la piattaforma digitale non è utilizzabile, come da atto", Source: "D.lgs. 36/2023, art. 25", WantsCIG: true, WantsNorm: true},
		{Code: "campioni", Words: "Appalto: campioni o modelli che non si trasmettono per via elettronica", Source: "Dir. 2014/24/UE, art. 22, par. 1", WantsCIG: true},
		{Code: "altro", Words: "Altra norma, da indicare", Source: "", WantsNorm: true},
	}
}

// CheckTender checks a gara's terms against the list. Invalid with the field.
func CheckTender(t protocollo.TenderTerms) error {
	if err := t.Validate(); err != nil {
		return err
	}
	bases := TenderBases()
	i := slices.IndexFunc(bases, func(b TenderBasis) bool { return b.Code == t.Basis })
	switch {
	case i < 0:
		return protocollo.Errorf(protocollo.Invalid, "basis", "no legal basis %q", t.Basis)
	case bases[i].WantsNorm && t.Norm == "":
		return protocollo.Errorf(protocollo.Invalid, "norm", "basis %s names its act or norm", t.Basis)
	case bases[i].WantsCIG && t.CIG == "":
		return protocollo.Errorf(protocollo.Invalid, "cig", "an award has its CIG")
	}
	return nil
}

// CustodyGap says why a plico's chain of custody is not whole (R5.5); "" when it is.
type CustodyGap string

const (
	GapNone        CustodyGap = ""
	GapUnconfirmed CustodyGap = "unconfirmed"   // a passage that not both sides confirmed
	GapOtherHands  CustodyGap = "other-hands"   // somebody handed over what somebody else had
	GapUndelivered CustodyGap = "undelivered"   // never handed over
	GapUndescribed CustodyGap = "not-described" // nobody described the envelope
)

// CustodyOf judges a chain. What whoever decides has noted of it fills the gaps before it: of one instant, which only a record of before can share, the gap
// counts.
func CustodyOf(b protocollo.Bid) CustodyGap {
	if b.Description == nil {
		return GapUndescribed
	}
	var noted time.Time
	for _, e := range b.Events {
		if e.Kind == protocollo.BidCustody {
			noted = e.At
		}
	}
	holder := ""
	if b.Handover.Declared != nil {
		holder = b.Handover.Declared.Name
	}
	for _, t := range b.Custody {
		if !t.At.Before(noted) {
			if t.From != holder {
				return GapOtherHands
			}
			if t.Given == nil || t.Taken == nil {
				return GapUnconfirmed
			}
		}
		holder = t.To
	}
	return GapNone
}

// ClosingGap is why a plico keeps its gara from being closed. One that is gone needs nothing more; one that came after the deadline may stay
// where it is until it is given back «a gara ultimata» (R5.4).
func ClosingGap(b protocollo.Bid) CustodyGap {
	if b.Gone() != nil {
		return GapNone
	}
	if gap := CustodyOf(b); gap != GapNone {
		return gap
	}
	if b.Lateness == protocollo.Within && len(b.Custody) == 0 {
		return GapUndelivered
	}
	return GapNone
}

// MayBeOf reports whether a plico that nobody has assigned could belong to a gara with that deadline: it came in time and is still here. What
// whoever decides has noted of its custody takes it out.
func MayBeOf(b protocollo.Bid, deadline time.Time) bool {
	if b.Description != nil && b.Description.TenderID != 0 || b.Gone() != nil || slices.ContainsFunc(b.Events, func(e protocollo.BidEvent) bool { return e.Kind == protocollo.BidCustody }) {
		return false
	}
	return protocollo.LatenessOf(b.Handover.Received(), deadline) == protocollo.Within
}

// NeedsAnnotation reports whether a frozen instant wants a person's word beside it before it counts as complete: it is contested, or the clock was off
// by more than a minute as far as anybody knew (R14.2, R17.5).
func NeedsAnnotation(h protocollo.Handover) bool {
	return h.Sheet == nil && len(h.Annotations) == 0 && (h.Contested || JudgeClock(h.Proof) == ClockFar)
}

// BidsDueBefore is how long before a session its plichi have to be in the commission's hands, unless the Responsabile says otherwise: from then on an alarm
// says that they are not (R5.5).
const BidsDueBefore = time.Hour

// BidLegends are what an envelope says of its reception: L-16 as the requirements' section 7 words it, and the seconds, which decide between two of one
// minute, on a line of their own (R20.5). The minute is the one that has begun; nothing is rounded.
func BidLegends(received time.Time) []string {
	at := received.In(protocollo.Rome())
	return []string{
		at.Format("Plico chiuso, ricevuto il 02/01/2006 alle ore 15:04") + " – non aperto – " + signature,
		at.Format("Ore 15:04:05"),
	}
}

// signature is where whoever receives a plico signs its envelope.
const signature = "Firma leggibile ____"

// ToSign reports whether a legend ends in a blank to be signed in: its label gives that the room it has (002 art. 63).
func ToSign(legend string) bool { return strings.HasSuffix(legend, signature) }
