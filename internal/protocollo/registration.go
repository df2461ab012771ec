package protocollo

import (
	"fmt"
	"strings"
	"time"
)

// IntakeCode words the «Ricezione n.» of an intake.
func IntakeCode(year int, seq int64) string { return fmt.Sprintf("R %d/%d", seq, year) }

// Registration is an intake that has its number: the ordinary one, or one of the emergency register. It is immutable; annulments and corrections are rows beside it.
type Registration struct {
	ID       int64
	IntakeID int64
	Key      RegisterKey
	Number   Number
	// Day is the register's own date of the registration; RegisteredAt the instant, both from the receipt.
	Day          Day
	RegisteredAt time.Time
	// Connector numbered it, and Ref is what the connector needs to attach to it later.
	Connector string
	Ref       string
	// Segnatura is the text that stood when the number was confirmed; never modified afterwards (DPR 445/2000 art. 55; R2.5).
	Segnatura Segnatura
	// Recovery is the ordinary number that an emergency registration gained; nil on others, and until then.
	Recovery *Recovery
}

// Emergency reports whether the number is one of the emergency register.
func (r Registration) Emergency() bool { return r.Connector == EmergencyConnector }

// Awaits reports whether the ordinary number is still to come: for no registration, and for an emergency one before its recovery.
func (r *Registration) Awaits() bool { return r == nil || r.Emergency() && r.Recovery == nil }

// Reach returns who numbered it ordinarily and what it is called there. An emergency registration has neither before its recovery.
func (r Registration) Reach() (connector, ref string, reached bool) {
	switch {
	case r.Recovery != nil:
		return r.Recovery.Connector, r.Recovery.Ref, true
	case r.Emergency():
		return "", "", false
	}
	return r.Connector, r.Ref, true
}

// Barcode returns the code of the registration's label.
func (r Registration) Barcode(d Direction) Barcode {
	b := Barcode{Kind: BarcodeOrdinary, Amministrazione: r.Key.Amministrazione, AOO: r.Key.AOO, Register: r.Key.Register,
		Year: r.Key.Year, Number: string(r.Number), Direction: d}
	if r.Emergency() {
		b.Kind = BarcodeEmergency
	}
	return b
}

// SecondBarcode returns the code of the label with the ordinary number of a recovered registration; false on others.
func (r Registration) SecondBarcode(d Direction) (Barcode, bool) {
	if r.Recovery == nil {
		return Barcode{}, false
	}
	k := r.Recovery.Key
	return Barcode{Kind: BarcodeOrdinary, Amministrazione: k.Amministrazione, AOO: k.AOO, Register: k.Register, Year: k.Year,
		Number: string(r.Recovery.Number), Direction: d}, true
}

// Segnatura is the mandatory and optional content of the sign put on a document (DPR 445/2000 art. 55(1); DPCM 3/12/2013
// art. 9; R2.1, R2.2). It is frozen with the number.
type Segnatura struct {
	Body         Body      `json:"body"`
	AOO          AOO       `json:"aoo"`
	Year         int       `json:"year"`
	Number       Number    `json:"number"`
	Day          Day       `json:"day"`
	RegisteredAt time.Time `json:"registeredAt"`
	Direction    Direction `json:"direction"`
	// ArrivalDay is set when it differs from Day: «Pervenuto il gg/mm/aaaa» (R16.1).
	ArrivalDay Day    `json:"arrivalDay,omitempty"`
	Classifica string `json:"classifica,omitempty"`
	Fascicolo  string `json:"fascicolo,omitempty"`
	UOR        string `json:"uor,omitempty"`
	Subject    string `json:"subject,omitempty"`
	// Legends are the catalogue texts that go with it, e.g. L-1 (R2.6).
	Legends []string `json:"legends,omitempty"`
	// Emergency is set where the number is one of the emergency register.
	Emergency *EmergencySign `json:"emergency,omitempty"`
	// Trial marks the pretend office: everything printed says «PROVA – SENZA VALORE» (R17.1).
	Trial bool `json:"trial,omitempty"`
}

// Text returns the segnatura in one line: administration, AOO, register, number, date.
func (s Segnatura) Text() string {
	return fmt.Sprintf("%s|%s|%s|%s|%s", s.Body.Code, s.AOO.Code, s.AOO.RegisterCode, s.Number, s.Day)
}

// Facets say how far a registration has come. Each has its own history; there is no one long state (design, section 2).
type Facets struct {
	Numbered  bool `json:"numbered"`
	Labelled  bool `json:"labelled"`
	Captured  bool `json:"captured"`
	Excluded  bool `json:"excluded,omitempty"` // captured by the decision that no image is kept (R3.4)
	Archived  bool `json:"archived"`
	Delivered bool `json:"delivered"`
	Annulled  bool `json:"annulled"`
}

// Annulment cancels a whole registration; its data stay readable (DPR 445/2000 art. 54; R2.7, R8.1).
type Annulment struct {
	RegistrationID int64     `json:"registrationID"`
	At             time.Time `json:"at"`
	By             string    `json:"by"`
	Reason         string    `json:"reason"`
	ActNumber      string    `json:"actNumber"`
	ActDay         Day       `json:"actDay"`
}

// Validate checks that the motivated note and the act's extremes are there.
func (a Annulment) Validate() error {
	switch {
	case strings.TrimSpace(a.Reason) == "":
		return Errorf(Invalid, "reason", "an annulment needs its motivated note")
	case strings.TrimSpace(a.ActNumber) == "":
		return Errorf(Invalid, "actNumber", "an annulment needs its act's number")
	case a.ActDay == "" || !a.ActDay.wellFormed():
		return Errorf(Invalid, "actDay", "an annulment needs its act's date, not %q", a.ActDay)
	}
	return nil
}
