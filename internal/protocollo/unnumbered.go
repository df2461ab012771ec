package protocollo

import (
	"slices"
	"strings"
	"time"
)

// Grounds is why an intake gets no protocol number, from the moment that it is saved.
type Grounds string

const (
	// GroundsPersonal is an envelope that stays closed: correspondence that is somebody's own (002 art. 67; R1.15, R16.6).
	GroundsPersonal Grounds = "personale"
	// GroundsPost is an envelope for somebody else, still closed: it goes back to the post (002 art. 22.1; R1.11).
	GroundsPost Grounds = "poste"
	// GroundsExcluded is what the law or the manual leaves out of the register, by an entry of the list in force (DPR 445/2000 art. 53(5); R1.14).
	GroundsExcluded Grounds = "escluso"
	// GroundsElsewhere is what has a registration of its own kind, «registrazione particolare» (002 art. 39; R1.14).
	GroundsElsewhere Grounds = "particolare"
)

// Listed reports whether the grounds are an entry of the list of what is not registered, which is then cited.
func (g Grounds) Listed() bool { return g == GroundsExcluded || g == GroundsElsewhere }

// CitedEntry is the entry of the list of what is not registered, as it read when it was cited.
type CitedEntry struct {
	Code   string `json:"code"`
	Words  string `json:"words"`
	Source string `json:"source" doc:"L'articolo o l'atto"`
	Manual string `json:"manual" doc:"Il manuale il cui elenco era in vigore"`
	// Version is that of the policies that had the list.
	Version int64 `json:"version"`
}

// PostReturn is that an envelope for somebody else was given back to the post.
type PostReturn struct {
	By string    `json:"by"`
	At time.Time `json:"at"`
}

// Unnumbered is what came in and is not registered: nobody is ever asked for a number of it. It is said when the intake is saved, and immutable.
type Unnumbered struct {
	IntakeID int64   `json:"-"`
	Grounds  Grounds `json:"grounds"`
	// Words are what stands on the paper and says so, e.g. «riservata»; of what the list leaves out, the entry's own.
	Words string    `json:"words"`
	By    string    `json:"by"`
	At    time.Time `json:"at"`
	// Entry is set where the grounds are listed.
	Entry *CitedEntry `json:"entry,omitempty"`
	// Returned is set once an envelope for somebody else is with the post again.
	Returned *PostReturn `json:"returned,omitempty"`
	// RegisteredAs is the intake that it became when it was to be registered after all, as when the addressee gave it back (002 art. 67.3); 0: none.
	RegisteredAs int64 `json:"registeredAs,omitempty"`
}

// Raccomandata reports whether a letter travelled as one: it is always registered (002 art. 64; R1.13). A judicial act is posted as one.
func (m Means) Raccomandata() bool {
	return slices.Contains([]Means{MeansRaccomandata, MeansRaccomandataAR, MeansAttoGiudiziario}, m)
}

// InternalDelivery is one paper's way to somebody in the house, with a receipt in two copies (002 art. 68; R7.4).
type InternalDelivery struct {
	ID       int64     `json:"id"`
	IntakeID int64     `json:"intakeID"`
	Key      string    `json:"-"`
	Person   string    `json:"person"`
	UOR      string    `json:"uor,omitempty"`
	Note     string    `json:"note,omitempty"`
	By       string    `json:"by"`
	At       time.Time `json:"at"`
	// End is nil until the signed copy is back, or the paper itself.
	End *InternalDeliveryEnd `json:"end,omitempty"`
}

// InternalDeliveryOutcome is how a handing over ended.
type InternalDeliveryOutcome string

const (
	InternalDeliverySigned   InternalDeliveryOutcome = "firmata"        // the second copy came back signed
	InternalDeliveryReturned InternalDeliveryOutcome = "non-consegnata" // the paper came back: nobody took it
)

// InternalDeliveryEnd is a person's word on it.
type InternalDeliveryEnd struct {
	Outcome InternalDeliveryOutcome `json:"outcome" enum:"firmata,non-consegnata"`
	// Person signed the copy; "" where nobody took it.
	Person string    `json:"person,omitempty"`
	Note   string    `json:"note,omitempty"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
}

// Normalize cleans what was typed.
func (h InternalDelivery) Normalize() InternalDelivery {
	h.Person, h.UOR, h.Note = strings.Join(strings.Fields(clean(h.Person)), " "), clean(h.UOR), clean(h.Note)
	return h
}

// Validate checks what was typed. Invalid "person": «al destinatario» needs a name.
func (h InternalDelivery) Validate() error {
	if h.Person == "" {
		return Errorf(Invalid, "person", "handed over to nobody")
	}
	return nil
}

// Normalize cleans what was typed.
func (e InternalDeliveryEnd) Normalize() InternalDeliveryEnd {
	e.Person, e.Note = strings.Join(strings.Fields(clean(e.Person)), " "), clean(e.Note)
	return e
}

// Validate checks what was typed. Invalid "outcome"; "person" where no name goes with a signature; "note" where no reason goes with a paper that nobody took.
func (e InternalDeliveryEnd) Validate() error {
	switch {
	case e.Outcome != InternalDeliverySigned && e.Outcome != InternalDeliveryReturned:
		return Errorf(Invalid, "outcome", "outcome %q", e.Outcome)
	case e.Outcome == InternalDeliverySigned && e.Person == "":
		return Errorf(Invalid, "person", "nobody signed")
	case e.Outcome == InternalDeliveryReturned && e.Note == "":
		return Errorf(Invalid, "note", "why nobody took it is not said")
	}
	return nil
}
