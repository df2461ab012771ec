package protocollo

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Tender is a gara that receives plichi on paper (R5.7, R20.2), as its latest version says it.
type Tender struct {
	ID        int64       `json:"id"`
	AOO       AOOCode     `json:"aoo"`
	Year      int         `json:"year"`
	Seq       int64       `json:"seq"`
	Terms     TenderTerms `json:"terms"`
	Version   int         `json:"version"`
	EnteredAt time.Time   `json:"enteredAt"`
	EnteredBy string      `json:"enteredBy"`
	ClosedAt  time.Time   `json:"closedAt,omitzero"`
	ClosedBy  string      `json:"closedBy,omitempty"`
}

// TenderTerms is what an office says of a gara.
type TenderTerms struct {
	CIG     string `json:"cig,omitempty" maxLength:"10"`
	Subject string `json:"subject" maxLength:"500"`
	Place   string `json:"place" maxLength:"200" doc:"Sede della seduta"`
	// SessionAt is when the plichi are wanted; zero: not fixed yet. It is no earlier than Deadline.
	SessionAt time.Time `json:"sessionAt,omitzero"`
	Deadline  time.Time `json:"deadline"` // whole seconds
	UOR       string    `json:"uor,omitempty" maxLength:"40"`
	Basis     string    `json:"basis" maxLength:"40" doc:"Codice della base giuridica"`
	Norm      string    `json:"norm,omitempty" maxLength:"300" doc:"L'atto o la norma che la base giuridica vuole indicati"`
}

// TenderVersion is one version of a gara's terms.
type TenderVersion struct {
	Version int         `json:"version"`
	Terms   TenderTerms `json:"terms"`
	Reason  string      `json:"reason,omitempty"`
	By      string      `json:"by"`
	At      time.Time   `json:"at"`
}

// TenderClosing is one end of a gara. One that was opened again says why; the gara is closed by the last of them, if that was not.
type TenderClosing struct {
	ID         int64     `json:"id"`
	Note       string    `json:"note,omitempty"`
	By         string    `json:"by"`
	At         time.Time `json:"at"`
	Reason     string    `json:"reason,omitempty" doc:"Perché è stata riaperta"`
	ReopenedBy string    `json:"reopenedBy,omitempty"`
	ReopenedAt time.Time `json:"reopenedAt,omitzero"`
}

var cigPattern = regexp.MustCompile(`^[0-9A-Z]{10}$`)

// Normalize cleans the texts and cuts the instants to whole seconds, in which a deadline is given (R20.3).
func (t TenderTerms) Normalize() TenderTerms {
	for _, s := range []*string{&t.CIG, &t.Subject, &t.Place, &t.UOR, &t.Basis, &t.Norm} {
		*s = clean(*s)
	}
	t.CIG = strings.ToUpper(t.CIG)
	t.Deadline, t.SessionAt = wholeSecond(t.Deadline), wholeSecond(t.SessionAt)
	return t
}

// Validate checks what needs no list; whether Basis is one is package rules' matter.
func (t TenderTerms) Validate() error {
	switch {
	case t.Subject == "":
		return Errorf(Invalid, "subject", "no subject")
	case t.Place == "":
		return Errorf(Invalid, "place", "no place")
	case t.Deadline.IsZero():
		return Errorf(Invalid, "deadline", "no deadline")
	case !t.SessionAt.IsZero() && t.SessionAt.Before(t.Deadline):
		return Errorf(Invalid, "sessionAt", "the session at %s is before the deadline at %s", t.SessionAt, t.Deadline)
	case t.CIG != "" && !cigPattern.MatchString(t.CIG):
		return Errorf(Invalid, "cig", "CIG %q", t.CIG)
	case t.Basis == "":
		return Errorf(Invalid, "basis", "no legal basis")
	}
	return nil
}

func wholeSecond(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Second)
}

// Lateness is how a reception stands to a deadline. It is no judgement: whether a plico is admitted is the commission's to say (R5.4).
type Lateness string

const (
	Within   Lateness = "entro"
	InMinute Lateness = "nel-minuto" // after the deadline's second, within its minute: what a stamp of hours and minutes cannot tell
	Beyond   Lateness = "oltre"
)

// LatenessOf compares whole seconds (R20.3): in the deadline's own second nobody is late.
func LatenessOf(received, deadline time.Time) Lateness {
	r, d := received.Truncate(time.Second), deadline.Truncate(time.Second)
	switch {
	case !r.After(d):
		return Within
	case r.Truncate(time.Minute).Equal(d.Truncate(time.Minute)):
		return InMinute
	}
	return Beyond
}

// Handover is one time that plichi were handed over. At is the instant that the key froze: durable before anybody was shown it, later than
// that of the handover before it, and never edited (R5.2, R20.1).
type Handover struct {
	ID   int64     `json:"id"`
	AOO  AOOCode   `json:"aoo"`
	Year int       `json:"year"`
	Seq  int64     `json:"seq"`
	Key  string    `json:"-"`
	At   time.Time `json:"at"`
	Desk string    `json:"desk"`
	// By is whose session pressed the key, "" where the screen was locked: who it was is said afterwards, in Declared.
	By string `json:"by,omitempty"`
	// ClockAt is what the clock said. Contested: it was behind the last record, or in doubt, and At is only known to be later than what was
	// recorded before it (R17.5): «ora contestata».
	ClockAt   time.Time  `json:"clockAt"`
	Contested bool       `json:"contested,omitempty"`
	Proof     ClockProof `json:"proof"`
	// Sheet is set on what was typed in from a «Foglio ricezione plichi».
	Sheet       *HandoverSheet      `json:"sheet,omitempty"`
	Declared    *HandoverDeclared   `json:"declared,omitempty"` // nil: nobody said yet what was handed over
	Annotations []HandoverAnnotated `json:"annotations"`
}

// HandoverSheet is what a hand wrote on paper while the station was away.
type HandoverSheet struct {
	// Sheet is the printed number, «3/2026»; "" of lines of before sheets had one.
	Sheet string    `json:"sheet,omitempty" doc:"Foglio n."`
	Row   int       `json:"row" minimum:"1"`
	At    time.Time `json:"at" doc:"L'istante scritto a mano"`
	By    string    `json:"by" maxLength:"120" doc:"Chi ha firmato la riga"`
}

// HandoverDeclared says who received and how many; none is «Istante senza plico».
type HandoverDeclared struct {
	Count  int       `json:"count"`
	Reason string    `json:"reason,omitempty"`
	By     string    `json:"by"`
	Name   string    `json:"name"`
	At     time.Time `json:"at"`
}

// HandoverAnnotated is a signed word beside an instant (R5.3, R14.2).
type HandoverAnnotated struct {
	Note string    `json:"note"`
	By   string    `json:"by"`
	At   time.Time `json:"at"`
}

// Received is the instant of reception: the frozen one, or what stands on paper.
func (h Handover) Received() time.Time {
	if h.Sheet != nil {
		return h.Sheet.At
	}
	return h.At
}

// Code is how people call it: «Presa n. 12/2026».
func (h Handover) Code() string { return fmt.Sprintf("%d/%d", h.Seq, h.Year) }

// BidDescription is what is seen on the closed envelope. Nobody looks inside.
type BidDescription struct {
	// TenderID is the gara; 0 is «da individuare»: an unlisted or unreadable plico is never refused (R20.2).
	TenderID int64 `json:"tenderID,omitempty" minimum:"0"`
	// Sender is empty for «mittente non indicato».
	Sender  string        `json:"sender,omitempty" maxLength:"200"`
	Address string        `json:"address,omitempty" maxLength:"300"`
	Means   Means         `json:"means"`
	Seal    SealCondition `json:"seal"`
	Marks   string        `json:"marks,omitempty" maxLength:"500" doc:"Scritte e segni sulla busta"`
}

// NoSender stands where an envelope names nobody.
const NoSender = "Mittente non indicato"

// SealCondition is how an envelope was found, from outside.
type SealCondition string

const (
	SealWhole   SealCondition = "integro"
	SealDamaged SealCondition = "danneggiato"
	SealOpen    SealCondition = "aperto"
	SealNone    SealCondition = "non-sigillato"
	SealAgain   SealCondition = "risigillato"
)

// Valid reports whether c is known.
func (c SealCondition) Valid() bool {
	return slices.Contains([]SealCondition{SealWhole, SealDamaged, SealOpen, SealNone, SealAgain}, c)
}

// Normalize cleans the texts and fills the usual means and seal.
func (d BidDescription) Normalize() BidDescription {
	d.Sender, d.Address, d.Marks = clean(d.Sender), clean(d.Address), clean(d.Marks)
	d.Means, d.Seal = cmp.Or(d.Means, MeansHand), cmp.Or(d.Seal, SealWhole)
	return d
}

// Validate checks a description.
func (d BidDescription) Validate() error {
	switch {
	case !d.Means.Valid():
		return Errorf(Invalid, "means", "means %q", d.Means)
	case !d.Seal.Valid():
		return Errorf(Invalid, "seal", "seal %q", d.Seal)
	}
	return nil
}

// From is the sender as lists and labels show it.
func (d BidDescription) From() string { return cmp.Or(d.Sender, NoSender) }

// Bid is one plico di gara.
type Bid struct {
	ID       int64     `json:"id"`
	AOO      AOOCode   `json:"aoo"`
	Year     int       `json:"year"`
	Seq      int64     `json:"seq"`
	Handover Handover  `json:"handover"`
	Ordinal  int       `json:"ordinal"` // 1 to Of, within its handover
	Of       int       `json:"of"`
	At       time.Time `json:"at"` // when it was declared
	// Description is nil until the envelope was described; Version counts its corrections.
	Description *BidDescription `json:"description,omitempty"`
	Version     int             `json:"version"`
	IntakeID    int64           `json:"intakeID,omitempty"`
	Labels      int             `json:"labels"` // with L-16, that came out or may have
	Events      []BidEvent      `json:"events"`
	Custody     []BidTransfer   `json:"custody"` // oldest first, each without its list
	// Lateness is by the deadline in force; "" while the gara is to be found.
	Lateness Lateness `json:"lateness,omitempty" enum:",entro,nel-minuto,oltre"`
}

// BidEventKind says what befell a plico.
type BidEventKind string

const (
	BidWithdrawn BidEventKind = "withdrawn" // taken back by whoever sent it
	BidReplaced  BidEventKind = "replaced"  // by another one, which stays
	BidOpened    BidEventKind = "opened"    // by mistake, and sealed again
	BidReturned  BidEventKind = "returned"  // «a gara ultimata»
	BidCustody   BidEventKind = "custody"   // what fills a gap in the chain, by whoever decides
	BidNote      BidEventKind = "note"
)

// BidEvent is one of them.
type BidEvent struct {
	ID      int64        `json:"id"`
	BidID   int64        `json:"bidID"`
	Kind    BidEventKind `json:"kind" enum:"withdrawn,replaced,opened,returned,custody,note"`
	Person  string       `json:"person,omitempty" maxLength:"200" doc:"Chi ha ritirato, sostituito, aperto o riavuto il plico"`
	Signed  bool         `json:"signed,omitempty" doc:"La firma è sulla carta"`
	OtherID int64        `json:"otherID,omitempty" minimum:"0" doc:"Il plico che sostituisce"`
	Note    string       `json:"note,omitempty" maxLength:"1000"`
	By      string       `json:"by"`
	At      time.Time    `json:"at"`
}

// Gone returns the event that ended the plico's stay here, or nil.
func (b Bid) Gone() *BidEvent {
	for i, e := range b.Events {
		if e.Kind == BidWithdrawn || e.Kind == BidReplaced || e.Kind == BidReturned {
			return &b.Events[i]
		}
	}
	return nil
}

// BidTransfer is a «Distinta di consegna» (R5.5): one passage of custody.
type BidTransfer struct {
	ID       int64             `json:"id"`
	AOO      AOOCode           `json:"aoo"`
	Year     int               `json:"year"`
	Seq      int64             `json:"seq"`
	TenderID int64             `json:"tenderID"`
	From     string            `json:"from"`
	To       string            `json:"to"`
	Place    string            `json:"place"`
	By       string            `json:"by"`
	At       time.Time         `json:"at"`
	Given    *TransferConfirm  `json:"given,omitempty"`
	Taken    *TransferConfirm  `json:"taken,omitempty"`
	Items    []BidTransferItem `json:"items,omitempty"`
}

// BidTransferItem is one plico of it.
type BidTransferItem struct {
	BidID int64         `json:"bidID"`
	Seal  SealCondition `json:"seal" enum:"integro,danneggiato,aperto,non-sigillato,risigillato"`
}

// TransferSide is whoever hands over, or whoever receives.
type TransferSide string

const (
	SideFrom TransferSide = "from"
	SideTo   TransferSide = "to"
)

// TransferConfirm is one side's word. OnPaper: the name is signed there, and By typed that in.
type TransferConfirm struct {
	By      string    `json:"by"`
	Name    string    `json:"name"`
	OnPaper bool      `json:"onPaper,omitempty"`
	At      time.Time `json:"at"`
}

// Code is how people call it: «Distinta n. 3/2026».
func (t BidTransfer) Code() string { return fmt.Sprintf("%d/%d", t.Seq, t.Year) }

// Holder is who has the plico now: whoever received it last, at first whoever received it at the desk.
func (b Bid) Holder() string {
	if n := len(b.Custody); n > 0 {
		return b.Custody[n-1].To
	}
	if d := b.Handover.Declared; d != nil {
		return d.Name
	}
	return ""
}

// HandedOver reports whether a passage with both sides' words took it from whoever received it.
func (b Bid) HandedOver() bool {
	return slices.ContainsFunc(b.Custody, func(t BidTransfer) bool { return t.Given != nil && t.Taken != nil })
}

// Code is how people call it: «Plico n. 41/2026». It is no protocol number.
func (b Bid) Code() string { return fmt.Sprintf("%d/%d", b.Seq, b.Year) }

// RequestKey is the key under which a plico asks for its number: that of its handover, which is random, and its place in it. Its own number does not do:
// after a restore another plico may be given that, and whoever numbers would answer it with the first one's letter. 32 hexadecimal digits, a key that every
// connector takes.
func (b Bid) RequestKey() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "plico\x00%s\x00%s\x00%d", b.AOO, b.Handover.Key, b.Ordinal))
	return hex.EncodeToString(sum[:16])
}

// Barcode is the code of kind B on its envelope (R18.1).
func (b Bid) Barcode(amministrazione string) Barcode {
	return bidCode.barcode(amministrazione, b.AOO, b.Year, b.Seq, Incoming)
}

// HandCode is the content of its Code 128.
func (b Bid) HandCode() string { return bidCode.hand(b.Year, b.Seq) }

// BidNumber returns year and number of the plico that a code names; false for codes of another kind.
func (b Barcode) BidNumber() (year int, seq int64, ok bool) { return bidCode.read(b) }

// ParseBidHandCode reads what [Bid.HandCode] wrote.
func ParseBidHandCode(s string) (year int, seq int64, ok bool) { return bidCode.readHand(s) }
