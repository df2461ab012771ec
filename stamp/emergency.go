package stamp

import "time"

// EmergencyRegister is a register of emergency as its papers and spreadsheets show it (DPR 445/2000 art. 63; R9.1 to R9.14). Texts are
// worded already; instants are shown in Europe/Rome. Fields that do not apply are zero.
type EmergencyRegister struct {
	Body, AOOCode, AOOName string
	// Name is «{r}/{aaaa}», as in L-18; UserCode is set where each user has a register of its own (L-10).
	Name, UserCode string
	// Cause of the interruption, its start, and the end of the outage; RestoredAt is zero while it lasts.
	Cause                     string
	InterruptedAt, RestoredAt time.Time
	OpenedAt, ClosedAt        time.Time
	// Reason is why the register was opened, where that is more than the cause.
	Reason string
	// Authorised and Revoked are the extremes of the acts, e.g. «provvedimento n. 12 del 22/11/2026»; "" leaves room to write them by hand.
	Authorised, Revoked string
	// Officer signs the paper, of the register itself the opening, in the role of RoleTitle («Responsabile della Gestione Documentale», «Vicario»,
	// ...); Closer signs the closing.
	Officer, RoleTitle, Closer, CloserTitle string
	Extensions                              []EmergencyExtension
	// Form says which fields the rows have.
	Form EmergencyForm
	Rows []EmergencyRow
	// Corrections are the values that were annulled in its rows, each with the one in its place.
	Corrections []EmergencyCorrection
	// Days are all days on which the register was open, with their totals, also zero (R9.7).
	Days []EmergencyDay
	// Signature is what stands for the signature: «Firma da acquisire», the signed file's digest, or "" for a line to sign on.
	Signature string
	// ClosingSignature is the same for the closing.
	ClosingSignature string
	Banner           string
	// Notice stands on every sheet of the register, as a column; a batch for another system's import is then refused. "" for none.
	Notice string
	MadeAt time.Time
}

// EmergencyForm is a set of fields.
type EmergencyForm string

const (
	EmergencyFormEleven EmergencyForm = "F-1" // the eleven fields
	EmergencyFormShort  EmergencyForm = "F-2" // of spreadsheets of a body with many registers
	// EmergencyFormOrdinary has the fields of the ordinary protocol.
	EmergencyFormOrdinary EmergencyForm = "ordinario"
)

// EmergencyExtension is a further period of not more than a week, for causes of exceptional gravity (DPR 445/2000 art. 63(2)).
type EmergencyExtension struct {
	From, Until time.Time
	Cause       string
	Act         string // its extremes
}

// EmergencyRow is one registration. The first eleven fields are those of F-1, in its order.
type EmergencyRow struct {
	Sequence     int       // «p», from 1 and without gaps within the register
	Number       string    // as on the label: «n. 2/2026 R.E. 1/2026»
	At           time.Time // attribution; the day that terms run from (R9.13)
	Direction    string    // A, P or I
	Subject      string
	Sender       string
	Recipients   string
	Address      string
	InternalCode string
	Classifica   string // with the fascicolo, «0107/2026-3»
	DocumentType string // LG is a letter
	Means        string // PT is post

	Repertoire string // F-2: name of the repertoire
	UserCode   string
	// SenderProtocol is the sender's own reference, and Attachments how many there are: fields of the ordinary protocol.
	SenderProtocol string
	Attachments    int
	// Authorised says by whose word, and why, an urgent act is registered, where the register is kept for those.
	Authorised string
	// Manual marks a row that was written by hand on a printed sheet and typed in later (R9.8).
	Manual bool
	// Annulled says that the row was annulled, and stays.
	Annulled bool

	// OrdinaryNumber and OrdinaryDay (YYYY-MM-DD) came with the recovery; "" before it.
	OrdinaryNumber, OrdinaryDay string
	UOR, UORName                string

	// Before is the row as it stood before each of its corrections, oldest first: what a sheet that went out earlier says.
	Before []EmergencyRow `json:"-"`

	// Given is the emergency number as the station's register counts it, for files that name its parts.
	Given EmergencyNumber `json:"-"`
}

// EmergencyCorrection is one value of a row that was annulled with the one in its place.
type EmergencyCorrection struct {
	Row    int
	Number string
	At     time.Time
	By     string
	Reason string
	Act    string // «provvedimento n. 7 del 02/03/2026»; "" where none was needed
	Field  string
	Old    string
	New    string
}

// EmergencyNumber is an emergency number in its parts. Register is the code of the numbering («EO1»); no two rows of a year share Register and Number.
type EmergencyNumber struct {
	Register string
	Year     int
	Number   int64
}

// EmergencyDay is one day's total.
type EmergencyDay struct {
	Day   string // YYYY-MM-DD
	Total int
}
