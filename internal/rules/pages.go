// Package rules holds the verdicts: what the law and the manuals make of measured facts. Pure tables with citations; it measures
// nothing and stores nothing.
package rules

import (
	"fmt"

	"segnatura/internal/protocollo"
)

// Unit is what a page limit counts (C7): an incoming document's sides, an outgoing or internal one's sheets.
type Unit string

const (
	UnitPages  Unit = "pagine"
	UnitSheets Unit = "fogli"
)

// Limit is a page limit. Max 0 means that there is none. Article is where the manual speaks of that direction.
type Limit struct {
	Unit    Unit   `json:"unit"`
	Max     int    `json:"max"`
	Article string `json:"article"`
}

// Duty is whether paper must be scanned (C15).
type Duty string

const (
	DutyAtOnce     Duty = "subito"      // compulsory, with the registration
	DutyDeferrable Duty = "differibile" // compulsory, «anche in un secondo tempo»
	DutyOptional   Duty = "eventuale"
)

// The names of the profiles.
const (
	ProfileDefault    = "predefinito"
	ProfileUniversity = "universita"
	ProfileTown       = "comune"
	ProfileSchools    = "usr"
)

// PageProfile is one manual's rule on what is scanned (R3.2 to R3.5, C7, C15, R19.2 to R19.4).
type PageProfile struct {
	Name   string `json:"name"`
	Manual string `json:"manual"` // whose rule it is, with the article
	Duty   Duty   `json:"duty" enum:"subito,differibile,eventuale"`
	// Limits by direction.
	Incoming Limit `json:"incoming"`
	Outgoing Limit `json:"outgoing"`
	Inside   Limit `json:"inside"`
	// A4 is set when other formats are not scanned.
	A4 bool `json:"a4"`
	// SmallerIsA4 accepts incoming sheets smaller than A4 (R19.2); unset in the profile that is literal: «formati diversi» are left out of what
	// comes in, but only «foglio di carta eccedente il formato A4» of what goes out or stays.
	SmallerIsA4 bool `json:"smallerIsA4"`
	// FrontispieceAllowed offers the first page with the note for plans and inseparable volumes (Comune, artt. 28.6 and 35 b.2).
	FrontispieceAllowed bool `json:"frontispieceAllowed"`
	// FirstPageAllowed offers the note with the first page as a general choice; ExceptionAllowed lets the Responsabile have all
	// pages scanned with a reason. Both are ours, not the manuals' (R19.4).
	FirstPageAllowed bool `json:"firstPageAllowed"`
	ExceptionAllowed bool `json:"exceptionAllowed"`
}

// PageProfiles lists the profiles; the first is the default.
func PageProfiles() []PageProfile {
	ten := func(u Unit, article string) Limit { return Limit{Unit: u, Max: 10, Article: article} }
	none := func(u Unit, article string) Limit { return Limit{Unit: u, Article: article} }
	return []PageProfile{
		{
			Name: ProfileDefault, Manual: "Limiti del manuale dell'Università (artt. 3.1.08, 3.2.0, 3.3), formati minori ammessi",
			Duty: DutyDeferrable, Incoming: ten(UnitPages, "art. 3.1.08"), Outgoing: ten(UnitSheets, "art. 3.2.0"), Inside: ten(UnitSheets, "art. 3.3"),
			A4: true, SmallerIsA4: true, FrontispieceAllowed: true, FirstPageAllowed: true, ExceptionAllowed: true,
		},
		{
			Name: ProfileUniversity, Manual: "Manuale dell'Università, artt. 3.1.08, 3.2.0, 3.3, alla lettera",
			Duty: DutyAtOnce, Incoming: ten(UnitPages, "art. 3.1.08"), Outgoing: ten(UnitSheets, "art. 3.2.0"), Inside: ten(UnitSheets, "art. 3.3"),
			A4: true,
		},
		{
			Name: ProfileTown, Manual: "Manuale del Comune, artt. 28 e 35: nessun limite",
			Duty: DutyDeferrable, Incoming: none(UnitPages, "art. 35 b.2"), Outgoing: none(UnitSheets, "art. 28.6"), Inside: none(UnitSheets, "art. 28.6"),
			SmallerIsA4: true, FrontispieceAllowed: true, FirstPageAllowed: true, ExceptionAllowed: true,
		},
		{
			Name: ProfileSchools, Manual: "Manuale dell'USR, sezione 3: eventuale scannerizzazione, nessun limite",
			Duty: DutyOptional, Incoming: none(UnitPages, "sezione 3"), Outgoing: none(UnitSheets, "sezione 3"), Inside: none(UnitSheets, "sezione 3"),
			SmallerIsA4: true, FirstPageAllowed: true, ExceptionAllowed: true,
		},
	}
}

// PageProfileNamed finds a profile; the empty name is the default one.
func PageProfileNamed(name string) (PageProfile, error) {
	for _, p := range PageProfiles() {
		if p.Name == name || name == "" {
			return p, nil
		}
	}
	return PageProfile{}, protocollo.Errorf(protocollo.Invalid, "pageProfile", "no page profile %q", name)
}

// LimitFor returns the limit of a direction.
func (p PageProfile) LimitFor(d protocollo.Direction) Limit {
	switch d {
	case protocollo.Outgoing:
		return p.Outgoing
	case protocollo.Inside:
		return p.Inside
	default:
		return p.Incoming
	}
}

// Allows lists the choices that the profile offers for a document outside its rule, in the order in which they are shown.
func (p PageProfile) Allows() []protocollo.Choice {
	choices := []protocollo.Choice{protocollo.ChoiceNote}
	if p.FirstPageAllowed || p.FrontispieceAllowed {
		choices = append(choices, protocollo.ChoiceNoteFirst)
	}
	if p.ExceptionAllowed {
		choices = append(choices, protocollo.ChoiceWhole)
	}
	return choices
}

// Counted is what was found of one document. Blank backs do not count (R19.2).
type Counted struct {
	Pages  int // sides with content
	Sheets int
	// LargestPaper is the format that counts: "larger" if any page is, else "unknown" if any is, else "smaller", else "A4". Unknown is not
	// A4: a person says (docs/decisions/0012).
	LargestPaper string
	// Smaller is set when any page is smaller than A4.
	Smaller bool
}

// CaptureVerdict says whether a document is scanned whole.
type CaptureVerdict struct {
	Within bool
	// Why is "over" or "format" when it is not.
	Why   string
	Limit Limit
	Found int // in the limit's unit
}

// CaptureScope judges one document by a profile (R3.2, R3.3).
func CaptureScope(p PageProfile, d protocollo.Direction, c Counted) CaptureVerdict {
	limit := p.LimitFor(d)
	found := c.Pages
	if limit.Unit == UnitSheets {
		found = c.Sheets
	}
	v := CaptureVerdict{Within: true, Limit: limit, Found: found}
	smaller := c.Smaller && !p.SmallerIsA4 && d == protocollo.Incoming
	switch {
	case p.A4 && (c.LargestPaper == "larger" || c.LargestPaper == "unknown" || smaller):
		v.Within, v.Why = false, "format"
	case limit.Max > 0 && found > limit.Max:
		v.Within, v.Why = false, "over"
	}
	return v
}

// NotePart says what a note is about.
type NotePart string

const (
	NoteDocument    NotePart = "documento" // N-1
	NoteAttachment  NotePart = "allegato"  // N-2
	NoteAttachments NotePart = "allegati"  // N-3
)

// noteWords are the literals N-1 to N-3 in the wording of the catalogue's section 7; n is always sheets.
var noteWords = map[NotePart]string{
	NoteDocument:    "si trasmette per via postale il documento cartaceo composto da n. %s",
	NoteAttachment:  "si trasmette per via postale l'allegato composto da n. %s",
	NoteAttachments: "si trasmette per via postale gli allegati composti da n. %s",
}

// NoteText fills n in: sheets, from a complete count or typed, never invented (R19.3).
func NoteText(part NotePart, sheets int) (string, error) {
	words, ok := noteWords[part]
	if !ok {
		return "", protocollo.Errorf(protocollo.Invalid, "notePart", "no note for %q", part)
	}
	if sheets < 1 {
		return "", protocollo.Errorf(protocollo.Invalid, "sheets", "a note needs the number of sheets")
	}
	n := fmt.Sprintf("%d fogli", sheets)
	if sheets == 1 {
		n = "1 foglio"
	}
	return fmt.Sprintf(words, n), nil
}
