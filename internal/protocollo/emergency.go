package protocollo

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// EmergencyConnector stands as connector in attempts and registrations of the emergency register (DPR 445/2000 art. 63). What bears it
// was never sent to anybody.
const EmergencyConnector = "emergency"

// Periods of DPR 445/2000 art. 63(1) and (2): the register serves one day from the interruption, and then by act for at most a week at a
// time. A policy may only shorten the week (C2).
const (
	EmergencyFirstPeriod  = 24 * time.Hour
	EmergencyLongestWeeks = 7 * 24 * time.Hour
)

// EmergencyScheme says how an emergency register numbers (R9.4, C3).
type EmergencyScheme string

const (
	EmergencyPerOpening EmergencyScheme = "apertura" // from 1 at each opening
	EmergencyPerYear    EmergencyScheme = "anno"     // on through the openings of a year
	EmergencyPerUser    EmergencyScheme = "utente"   // on through a year, for each user code
)

// Valid reports whether s is known.
func (s EmergencyScheme) Valid() bool {
	return s == EmergencyPerOpening || s == EmergencyPerYear || s == EmergencyPerUser
}

// Yearly reports whether registers of the scheme close on 31 December and open again (R17.7).
func (s EmergencyScheme) Yearly() bool { return s == EmergencyPerYear || s == EmergencyPerUser }

// EmergencyAssessment says what must be weighed before an opening (C1).
type EmergencyAssessment string

const (
	AssessNothing   EmergencyAssessment = "libera"      // any interruption
	AssessEach      EmergencyAssessment = "caso"        // the Responsabile writes down why, case by case
	AssessPrejudice EmergencyAssessment = "pregiudizio" // ... which action or right would suffer
)

// EmergencyScope says which letters are registered on the emergency register (C4).
type EmergencyScope string

const (
	EmergencyAll        EmergencyScope = "tutti"
	EmergencyAuthorised EmergencyScope = "autorizzati" // only acts that the Responsabile authorised as urgent
)

// EmergencyMedium says what the register is kept on (C5).
type EmergencyMedium string

const (
	EmergencyPaper   EmergencyMedium = "carta"
	EmergencySheet   EmergencyMedium = "foglio" // a spreadsheet
	EmergencyBoth    EmergencyMedium = "entrambi"
	EmergencyChooses EmergencyMedium = "scelta" // at each opening
)

// EmergencyFields says which fields a row of the register has on paper (R9.5).
type EmergencyFields string

const (
	EmergencyEleven   EmergencyFields = "F-1"
	EmergencyShort    EmergencyFields = "F-2"
	EmergencyOrdinary EmergencyFields = "ordinario" // those of the ordinary protocol (002 art. 76.2)
)

// Or is f, or the eleven of F-1 for a policy of before there was a choice.
func (f EmergencyFields) Or() EmergencyFields {
	if f == "" {
		return EmergencyEleven
	}
	return f
}

// Valid reports whether f is known.
func (f EmergencyFields) Valid() bool {
	return f == EmergencyEleven || f == EmergencyShort || f == EmergencyOrdinary
}

// EmergencyRoad is the one way on which the rows of a register get their ordinary numbers. Two would end in two numbers of one row.
type EmergencyRoad string

const (
	EmergencyCalls EmergencyRoad = "chiamata" // the station asks the centre, row by row
	EmergencyTyped EmergencyRoad = "foglio"   // a person types the exported register in there, and the numbers come back in a sheet
)

// Or is r, or the station's own calls for a policy of before there was a choice.
func (r EmergencyRoad) Or() EmergencyRoad {
	if r == "" {
		return EmergencyCalls
	}
	return r
}

// Valid reports whether r is known.
func (r EmergencyRoad) Valid() bool { return r == EmergencyCalls || r == EmergencyTyped }

// EmergencyPolicy is the body's way with the emergency register, keys em.* of the requirements' table of conflicts. It is frozen with each
// opening. package rules has the ways of known manuals.
type EmergencyPolicy struct {
	// ThresholdHours is how long an interruption must have lasted before the register may be opened; 0: any does.
	ThresholdHours int                 `json:"thresholdHours" minimum:"0" maximum:"168" doc:"em.soglia_ore"`
	Assessment     EmergencyAssessment `json:"assessment" enum:"libera,caso,pregiudizio" doc:"em.valutazione"`
	Scheme         EmergencyScheme     `json:"scheme" enum:"apertura,anno,utente" doc:"em.numerazione"`
	Scope          EmergencyScope      `json:"scope" enum:"tutti,autorizzati" doc:"em.ambito"`
	Medium         EmergencyMedium     `json:"medium" enum:"carta,foglio,entrambi,scelta" doc:"em.supporto"`
	// Fields are those of each row on paper; empty in policies of before there was a choice, see [EmergencyFields.Or].
	Fields EmergencyFields `json:"fields,omitempty" enum:",F-1,F-2,ordinario" doc:"em.campi"`
	// Road is how the ordinary numbers come; empty in policies of before there was a choice, see [EmergencyRoad.Or].
	Road EmergencyRoad `json:"road,omitempty" enum:",chiamata,foglio" doc:"em.recupero"`
	// RecoveryHours after the closing an alarm says what has no ordinary number yet.
	RecoveryHours int `json:"recoveryHours" minimum:"1" maximum:"8760" doc:"em.recupero_ore"`
	// LongestDays bounds an extension, 1 to 7.
	LongestDays int `json:"longestDays" minimum:"1" maximum:"7" doc:"em.proroga_giorni"`
	// StationCode stands in the numbering where several stations of the AOO number (R17.6); or "".
	StationCode string `json:"stationCode,omitempty" maxLength:"3" doc:"em.stazione"`
	// OfficeOpens and OfficeCloses, hours of a working day (Monday to Friday), say when a warning is still seen (R21.1).
	OfficeOpens  int `json:"officeOpens" minimum:"0" maximum:"23"`
	OfficeCloses int `json:"officeCloses" minimum:"1" maximum:"24"`
}

// EmergencySigner is in which office somebody opens, extends and closes the register (DPR 445/2000 art. 61(2); R9.1).
type EmergencySigner string

const (
	SignerResponsabile EmergencySigner = "responsabile"
	SignerVicario      EmergencySigner = "vicario"
)

// Valid reports whether s is known.
func (s EmergencySigner) Valid() bool { return s == SignerResponsabile || s == SignerVicario }

// SignedBy is who did an act of the emergency register, and when it was recorded.
type SignedBy struct {
	By     string          `json:"by"`   // user name
	Name   string          `json:"name"` // as it stands under the act
	Signer EmergencySigner `json:"signer" enum:"responsabile,vicario"`
	At     time.Time       `json:"at"`
}

// WrittenAct names a measure. Number may be empty for the authorisation: while numbers are missing it has none.
type WrittenAct struct {
	Number string `json:"actNumber,omitempty" maxLength:"80"`
	Day    Day    `json:"actDay,omitempty"`
}

// EmergencyAuthorisation is the act of Allegato 1 (L-20): the Responsabile allows the register to be used.
type EmergencyAuthorisation struct {
	ID  int64   `json:"id"`
	AOO AOOCode `json:"aoo"`
	SignedBy
	WrittenAct
	Cause string `json:"cause"`
	// InterruptedAt is zero for an interruption that is only planned (002 art. 74.1): then PlannedFrom and PlannedUntil say when.
	InterruptedAt time.Time `json:"interruptedAt,omitzero"`
	PlannedFrom   time.Time `json:"plannedFrom,omitzero"`
	PlannedUntil  time.Time `json:"plannedUntil,omitzero"`
}

// Planned reports whether it was given beforehand.
func (a EmergencyAuthorisation) Planned() bool { return !a.PlannedFrom.IsZero() }

// EmergencyExtension allows the register after its first day (DPR 445/2000 art. 63(2)).
type EmergencyExtension struct {
	ID        int64 `json:"id"`
	OpeningID int64 `json:"openingID"`
	SignedBy
	WrittenAct
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
	// Grounds are the «cause di eccezionale gravità» that the act states (R21.1).
	Grounds string `json:"grounds"`
}

// EmergencyClosing ends the numbering for good (L-19).
type EmergencyClosing struct {
	OpeningID int64 `json:"openingID"`
	SignedBy
	ClosedAt   time.Time `json:"closedAt"`            // the legal instant; At is when it was recorded
	RestoredAt time.Time `json:"restoredAt,omitzero"` // zero where the year's end closed it
	Count      int       `json:"count"`
	// YearEnd is set where the year's end closed it and the next register goes on (R17.7).
	YearEnd bool `json:"yearEnd,omitempty"`
}

// EmergencyRevocation is the act of Allegato 2 (L-21), which also orders the recovery.
type EmergencyRevocation struct {
	OpeningID int64 `json:"openingID"`
	SignedBy
	WrittenAct
}

// EmergencyDay is the total of one day, also when it is zero (DPR 445/2000 art. 63(3); R9.7).
type EmergencyDay struct {
	OpeningID int64     `json:"openingID"`
	Day       Day       `json:"day"`
	Count     int       `json:"count"`
	At        time.Time `json:"at"`
}

// EmergencyActKind names an act that comes back signed (R21.3).
type EmergencyActKind string

const (
	ActAuthorisation EmergencyActKind = "authorisation"
	ActOpening       EmergencyActKind = "opening"
	ActExtension     EmergencyActKind = "extension"
	ActClosing       EmergencyActKind = "closing"
	ActRevocation    EmergencyActKind = "revocation"
)

// EmergencyActKinds lists them in the order of a register's life.
func EmergencyActKinds() []EmergencyActKind {
	return []EmergencyActKind{ActAuthorisation, ActOpening, ActExtension, ActClosing, ActRevocation}
}

// EmergencySignature is a signed act as it came back, by scan or as a signed file. Until there is one: «Firma da acquisire».
type EmergencySignature struct {
	ID        int64            `json:"id"`
	Kind      EmergencyActKind `json:"kind" enum:"authorisation,opening,extension,closing,revocation"`
	ActID     int64            `json:"actID"` // an authorisation's or an extension's own id, else the opening's
	SHA256    string           `json:"sha256"`
	Bytes     int64            `json:"bytes"`
	FileName  string           `json:"fileName"`
	MediaType string           `json:"mediaType"`
	By        string           `json:"by"`
	At        time.Time        `json:"at"`
	// Replaced is set where another file took its place: it stays, and stands for the act no more.
	Replaced *SignatureReplacement `json:"replaced,omitempty"`
}

// EmergencyRegister is one opening with all that happened to it: «Registro di emergenza {Ordinal}/{Year}».
type EmergencyRegister struct {
	ID      int64   `json:"id"`
	AOO     AOOCode `json:"aoo"`
	Year    int     `json:"year"`
	Ordinal int     `json:"ordinal"` // r: counts the openings of a year
	SignedBy
	OpenedAt      time.Time              `json:"openedAt"` // the legal instant; At is when it was recorded
	Cause         string                 `json:"cause"`
	InterruptedAt time.Time              `json:"interruptedAt"`
	Assessment    string                 `json:"assessment,omitempty"`
	UserCode      string                 `json:"userCode,omitempty"` // numbering per user
	Code          string                 `json:"code"`               // stands for the register in numbers' keys and in codes on labels
	First         int64                  `json:"first"`              // number of its first row
	Policy        EmergencyPolicy        `json:"policy"`
	Authorisation EmergencyAuthorisation `json:"authorisation"`
	// Continues is the register that the year's end closed and this one takes up; 0: none.
	Continues  int64                `json:"continues,omitempty"`
	Extensions []EmergencyExtension `json:"extensions,omitempty"`
	Days       []EmergencyDay       `json:"days,omitempty"`
	Closing    *EmergencyClosing    `json:"closing,omitempty"`
	Revocation *EmergencyRevocation `json:"revocation,omitempty"`
	Signatures []EmergencySignature `json:"signatures,omitempty"`
	// Roads are the changes of Policy.Road since the opening, oldest first; Policy has the one that holds.
	Roads     []EmergencyRoadChange `json:"roads,omitempty"`
	Rows      int                   `json:"rows"`
	Annulled  int                   `json:"annulled"`
	Recovered int                   `json:"recovered"`
}

// Title is how people call it: «1/2026».
func (e EmergencyRegister) Title() string { return fmt.Sprintf("%d/%d", e.Ordinal, e.Year) }

// FirstEnd is when the first day ends, which is counted from the interruption and not from the opening (R21.1).
func (e EmergencyRegister) FirstEnd() time.Time { return e.InterruptedAt.Add(EmergencyFirstPeriod) }

// ValidUntil is until when the register may be used, as far as acts say.
func (e EmergencyRegister) ValidUntil() time.Time {
	end := e.FirstEnd()
	for _, x := range e.Extensions {
		if x.Until.After(end) {
			end = x.Until
		}
	}
	if next := time.Date(e.Year+1, time.January, 1, 0, 0, 0, 0, Rome()); e.Policy.Scheme.Yearly() && end.After(next) {
		return next
	}
	return end
}

// Covers reports whether a registration of that instant is within the authorised periods. Ends are exclusive.
func (e EmergencyRegister) Covers(t time.Time) bool {
	if t.Before(e.OpenedAt) || e.Policy.Scheme.Yearly() && YearOf(t) != e.Year {
		return false
	}
	return t.Before(e.FirstEnd()) || slices.ContainsFunc(e.Extensions, func(x EmergencyExtension) bool {
		return !t.Before(x.From) && t.Before(x.Until)
	})
}

// Key names the register's sequence of numbers. For a register per opening the year is the opening's: its numbers go on into January.
func (e EmergencyRegister) Key(amministrazione string) RegisterKey {
	return RegisterKey{Amministrazione: amministrazione, AOO: e.AOO, Register: e.Code, Year: e.Year}
}

// Sign is what the sign on a document says of its emergency number.
func (e EmergencyRegister) Sign(n Number, at time.Time) EmergencySign {
	return EmergencySign{OpeningID: e.ID, Ordinal: e.Ordinal, Year: e.Year, Scheme: e.Policy.Scheme, UserCode: e.UserCode,
		Label: e.label(n, at)}
}

// label is L-11, or L-10 with the number where users number.
func (e EmergencyRegister) label(n Number, at time.Time) string {
	s := fmt.Sprintf("n. %s/%d R.E. %s", n.Short(), YearOf(at), e.Title())
	if e.Policy.Scheme == EmergencyPerUser {
		s = fmt.Sprintf("REGISTRO DI EMERGENZA %s n. %s/%d", e.UserCode, n.Short(), YearOf(at))
	}
	if e.Policy.StationCode != "" {
		s += " – " + e.Policy.StationCode
	}
	return s
}

// EmergencyCode is what stands for a register in numbers' keys and in labels' codes (R18.1): no two sequences of a year have the same. The
// first letter after E says the scheme, so that opening 7 and user «7» differ. Invalid "userCode", "stationCode".
func EmergencyCode(s EmergencyScheme, ordinal int, userCode, stationCode string) (string, error) {
	if stationCode != "" && (!ValidCode(stationCode) || len(stationCode) > 3 || strings.ContainsAny(stationCode, "-_")) {
		return "", Errorf(Invalid, "stationCode", "%q is not 1 to 3 letters and digits", stationCode)
	}
	var code string
	switch s {
	case EmergencyPerOpening:
		code = fmt.Sprintf("EO%d", ordinal)
	case EmergencyPerYear:
		code = "EY"
	case EmergencyPerUser:
		if userCode == "" || len(userCode) > 6 || !ValidCode(userCode) || strings.ContainsAny(userCode, "-_") {
			return "", Errorf(Invalid, "userCode", "%q is not 1 to 6 letters and digits", userCode)
		}
		code = "EU" + strings.ToUpper(userCode)
	default:
		return "", Errorf(Internal, "scheme", "no numbering %q", s)
	}
	if stationCode != "" {
		code += "-" + strings.ToUpper(stationCode)
	}
	return code, nil
}

// EmergencySign is what a segnatura says of an emergency number. It is frozen with it.
type EmergencySign struct {
	OpeningID int64           `json:"openingID"`
	Ordinal   int             `json:"ordinal"`
	Year      int             `json:"year"`
	Scheme    EmergencyScheme `json:"scheme"`
	UserCode  string          `json:"userCode,omitempty"`
	Label     string          `json:"label"` // «n. 2/2026 R.E. 1/2026»
}

// EmergencyRow is one line of the register, in its order.
type EmergencyRow struct {
	Row          int          `json:"row"` // 1, 2, ... without gaps (R9.6)
	Registration Registration `json:"registration"`
	Intake       Intake       `json:"intake"`
	// Manual marks a row of a blank sheet that was typed in later, with its own instant (R9.8).
	Manual bool `json:"manual,omitempty"`
	// Authorised says by whose word an act was registered as urgent (C4).
	Authorised string     `json:"authorised,omitempty"`
	Annulment  *Annulment `json:"annulment,omitempty"`
	// Corrections are those that were made, oldest first; the Intake reads as the last one left it.
	Corrections []Correction `json:"corrections,omitempty"`
	// Asked is the last call for the row's ordinary number; nil while nobody asked.
	Asked *Attempt `json:"asked,omitempty"`
}

// Recovery is the ordinary number that an emergency registration gained later. Both numbers stay for ever; the legal date stays the
// emergency one (DPR 445/2000 art. 63(5); R9.12, R9.13).
type Recovery struct {
	RegistrationID int64       `json:"registrationID"`
	AttemptID      int64       `json:"attemptID"`
	Key            RegisterKey `json:"key"`
	Number         Number      `json:"number"`
	Day            Day         `json:"day"`
	RegisteredAt   time.Time   `json:"registeredAt"`
	Connector      string      `json:"connector"`
	Ref            string      `json:"ref"`
}

// EmergencySheetRow is where a letter stands on a blank sheet that was filled in by hand: the row's printed number and its own instant.
type EmergencySheetRow struct {
	Row int       `json:"row" minimum:"1"`
	At  time.Time `json:"at"`
}
