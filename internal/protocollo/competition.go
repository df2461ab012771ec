package protocollo

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Competition is a concorso, a borsa or a corso that takes applications on paper (R6), as its latest version says it.
type Competition struct {
	ID        int64            `json:"id"`
	AOO       AOOCode          `json:"aoo"`
	Terms     CompetitionTerms `json:"terms"`
	Version   int              `json:"version"`
	EnteredAt time.Time        `json:"enteredAt"`
	EnteredBy string           `json:"enteredBy"`
	// Applications that stand, and those of them that neither a note nor a number of their own has.
	Applications int `json:"applications"`
	Waiting      int `json:"waiting"`
	// Unnumbered are closed notes without a protocol number.
	Unnumbered int `json:"unnumbered"`
}

// CompetitionKind groups the notes: «raggruppate per tipologia di concorso, borsa o corso» (Università, art. 3.1.01).
type CompetitionKind string

const (
	KindConcorso CompetitionKind = "concorso"
	KindBorsa    CompetitionKind = "borsa"
	KindCorso    CompetitionKind = "corso"
)

// Valid reports whether k is known.
func (k CompetitionKind) Valid() bool {
	return slices.Contains([]CompetitionKind{KindConcorso, KindBorsa, KindCorso}, k)
}

// ApplicationMode is how applications come to a protocol number (R6.2).
type ApplicationMode string

const (
	ModeNote   ApplicationMode = "nota"   // one number a day for the nota riepilogativa
	ModeNumber ApplicationMode = "numero" // one number for each application
)

// Valid reports whether m is known.
func (m ApplicationMode) Valid() bool { return m == ModeNote || m == ModeNumber }

// CompetitionTerms is what an office says of a competition.
type CompetitionTerms struct {
	Kind CompetitionKind `json:"kind" enum:"concorso,borsa,corso"`
	// Notice is the bando with its extremes: «Concorso per 3 istruttori, D.D. 41/2026».
	Notice string `json:"notice" maxLength:"500" doc:"Bando"`
	UOR    string `json:"uor,omitempty" maxLength:"40" doc:"Ufficio competente"`
	// Responsible of the procedure: who attests the list.
	Responsible string `json:"responsible" maxLength:"120" doc:"Responsabile del procedimento"`
	// ClosesAt is the deadline; it is shown beside the dates of an application and compared with none of them (R6.3).
	ClosesAt   time.Time       `json:"closesAt"`
	Mode       ApplicationMode `json:"mode" enum:"nota,numero"`
	Postmark   bool            `json:"postmark,omitempty" doc:"Per le domande spedite fa fede il timbro postale"`
	Classifica string          `json:"classifica,omitempty" maxLength:"40"`
	Fascicolo  string          `json:"fascicolo,omitempty" maxLength:"80"`
}

// Normalize cleans the texts and cuts the deadline to a whole second.
func (t CompetitionTerms) Normalize() CompetitionTerms {
	for _, s := range []*string{&t.Notice, &t.UOR, &t.Responsible, &t.Classifica, &t.Fascicolo} {
		*s = clean(*s)
	}
	t.ClosesAt = wholeSecond(t.ClosesAt)
	return t
}

// Validate checks normalized terms and names the field at fault.
func (t CompetitionTerms) Validate() error {
	switch {
	case !t.Kind.Valid():
		return Errorf(Invalid, "kind", "kind %q", t.Kind)
	case t.Notice == "":
		return Errorf(Invalid, "notice", "no bando")
	case t.Responsible == "":
		return Errorf(Invalid, "responsible", "nobody is responsible of the procedure")
	case t.ClosesAt.IsZero():
		return Errorf(Invalid, "closesAt", "no closing date")
	case !t.Mode.Valid():
		return Errorf(Invalid, "mode", "mode %q", t.Mode)
	}
	return nil
}

// CompetitionVersion is one version of its terms.
type CompetitionVersion struct {
	Version int              `json:"version"`
	Terms   CompetitionTerms `json:"terms"`
	Reason  string           `json:"reason,omitempty"`
	By      string           `json:"by"`
	At      time.Time        `json:"at"`
}

// ApplicationFacts is what stands on a domanda that came in (R6.1). Nothing in it says whether it came in time (R6.3).
type ApplicationFacts struct {
	Candidate string `json:"candidate" maxLength:"200" doc:"Cognome e nome"`
	// ArrivedAt is the day and hour of arrival; zero is the instant of the save.
	ArrivedAt time.Time `json:"arrivedAt,omitzero" doc:"Giorno e ora di arrivo; vuoto: adesso"`
	// ArrivalReason says why a day before that of the save is declared (R16.1).
	ArrivalReason string `json:"arrivalReason,omitempty" maxLength:"400"`
	Initials      string `json:"initials" maxLength:"20" doc:"Sigla del responsabile"`
	Means         Means  `json:"means"`
	// PostmarkDay is the day of the «timbro postale di spedizione ovvero il tagliando della raccomandata»; Unreadable where it shows none.
	PostmarkDay  Day    `json:"postmarkDay,omitempty"`
	Unreadable   bool   `json:"unreadable,omitempty" doc:"Timbro illeggibile o assente"`
	Raccomandata string `json:"raccomandata,omitempty" maxLength:"40" doc:"Codice della raccomandata"`
	Note         string `json:"note,omitempty" maxLength:"400"`
}

// Normalize cleans the texts and cuts the arrival to a whole second.
func (f ApplicationFacts) Normalize() ApplicationFacts {
	f.Candidate = strings.Join(strings.Fields(clean(f.Candidate)), " ")
	for _, s := range []*string{&f.ArrivalReason, &f.Initials, &f.Raccomandata, &f.Note} {
		*s = clean(*s)
	}
	f.ArrivedAt = wholeSecond(f.ArrivedAt)
	if f.Means == "" {
		f.Means = MeansPost
	}
	return f
}

// Posted reports whether m leaves a postmark, or the stub of a raccomandata.
func (m Means) Posted() bool {
	return slices.Contains([]Means{MeansPost, MeansRaccomandata, MeansRaccomandataAR, MeansAttoGiudiziario}, m)
}

// Validate checks normalized facts by their competition's terms. saved is the instant by which no arrival may be later.
func (f ApplicationFacts) Validate(t CompetitionTerms, saved time.Time) error {
	arrived := f.ArrivedAt
	if arrived.IsZero() {
		arrived = saved
	}
	switch {
	case f.Candidate == "":
		return Errorf(Invalid, "candidate", "no candidate")
	case f.Initials == "":
		return Errorf(Invalid, "initials", "nobody initialled it")
	case !f.Means.Valid():
		return Errorf(Invalid, "means", "means %q", f.Means)
	case arrived.After(saved):
		return Errorf(Invalid, "arrivedAt", "arrived at %s, after %s", arrived, saved)
	case DayOf(arrived) < DayOf(saved) && f.ArrivalReason == "":
		return Errorf(Invalid, "arrivalReason", "an earlier arrival day needs its reason")
	case !f.PostmarkDay.wellFormed() || f.PostmarkDay > DayOf(arrived):
		return Errorf(Invalid, "postmarkDay", "postmark of %q, arrived on %s", f.PostmarkDay, DayOf(arrived))
	case f.PostmarkDay != "" && f.Unreadable:
		return Errorf(Invalid, "postmarkDay", "a postmark that cannot be read has no day")
	case t.Postmark && f.Means.Posted() && f.PostmarkDay == "" && !f.Unreadable:
		return Errorf(Invalid, "postmarkDay", "the postmark decides, and there is none")
	}
	return nil
}

// Application is one domanda.
type Application struct {
	ID            int64  `json:"id"`
	CompetitionID int64  `json:"competitionID"`
	Seq           int64  `json:"seq"` // «Domanda n.», within its competition; no protocol number
	Key           string `json:"-"`
	// Facts as the latest version says them, with ArrivedAt filled in; Version counts their corrections.
	Facts   ApplicationFacts `json:"facts"`
	Version int              `json:"version"`
	SavedAt time.Time        `json:"savedAt"`
	SavedBy string           `json:"savedBy"`
	// Struck is why it was entered by mistake; "" for one that stands.
	Struck string `json:"struck,omitempty"`
	// NoteID is the nota riepilogativa that lists it. IntakeID is the letter that it became. At most one of both is set, and each once.
	NoteID   int64 `json:"noteID,omitempty"`
	IntakeID int64 `json:"intakeID,omitempty"`
	// Letters is how many it became: one whose number was annulled, or that was given up, is followed by another.
	Letters int `json:"-"`
}

// Code is how people call it: «Domanda n. 12».
func (a Application) Code() string { return fmt.Sprint(a.Seq) }

// CandidateKey is equal of names that are the same words, in any order and case: «ROSSI Mario» and «Mario Rossi».
func CandidateKey(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	slices.Sort(words)
	return strings.Join(words, " ")
}

// CompetitionNote is a nota riepilogativa: one day's list of the applications that came in (R6.2).
type CompetitionNote struct {
	ID            int64     `json:"id"`
	AOO           AOOCode   `json:"aoo"`
	CompetitionID int64     `json:"competitionID"`
	Seq           int64     `json:"seq"` // within its competition
	Key           string    `json:"-"`
	Day           Day       `json:"day"` // on which it was closed
	Count         int       `json:"count"`
	ClosedAt      time.Time `json:"closedAt"`
	ClosedBy      string    `json:"closedBy"`
	// SHA256 is its PDF/A's, "" until that was made. IntakeID is the latest letter that it became, Letters how many there were. Archived is set once the latest letter has the file.
	SHA256   string `json:"sha256,omitempty"`
	IntakeID int64  `json:"intakeID,omitempty"`
	Letters  int    `json:"-"`
	Archived bool   `json:"archived"`
}

// Code is how people call it: «Nota riepilogativa n. 3».
func (n CompetitionNote) Code() string { return fmt.Sprint(n.Seq) }
