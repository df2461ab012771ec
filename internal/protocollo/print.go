package protocollo

import "time"

// Print is one label on its way out of a printer (R18.4).
type Print struct {
	ID             int64      `json:"id"`
	RegistrationID int64      `json:"registrationID"`
	Ordinal        int        `json:"ordinal"` // 1, 2, 3 ... per registration
	Printer        string     `json:"printer"` // the configured printer's id
	State          PrintState `json:"state"`
	// ReprintReason is 0 for the first label and for a retry after "failed".
	ReprintReason ReprintReason `json:"reprintReason,omitempty"`
	BitmapSHA256  string        `json:"bitmapSHA256"`
	// Second is the label with the ordinary number of a recovered emergency registration (R9.12).
	Second bool `json:"second,omitempty"`
	// Minuta is the label for the copy that stays, beside the original that leaves (R16.7).
	Minuta    bool      `json:"minuta,omitempty" doc:"L'etichetta della minuta"`
	QueuedAt  time.Time `json:"queuedAt"`
	QueuedBy  string    `json:"queuedBy"`
	SettledAt time.Time `json:"settledAt,omitzero"`
	// Condition is what the printer said that explains State, in stamp's vocabulary, or "".
	Condition string `json:"condition,omitempty"`
}

// LabelFor says which of a registration's labels a print is: each has a first print and reprints of its own.
type LabelFor int

const (
	LabelOriginal LabelFor = 0
	LabelSecond   LabelFor = 1 // with the ordinary number of a recovered emergency registration (R9.12)
	LabelMinuta   LabelFor = 2 // for the minuta, which has the segnatura as the original has it (Università, art. 3.2.1; R16.7)
)

// PrintState is what is known of a print. Nothing is assumed: a print found under way at start is unknown.
type PrintState string

const (
	PrintQueued  PrintState = "queued"  // waits for a printer: «Etichette da stampare»
	PrintSending PrintState = "sending" // bytes may be on the wire
	PrintPrinted PrintState = "printed"
	PrintUnknown PrintState = "unknown" // a person looks and says
	PrintFailed  PrintState = "failed"  // certainly not printed: a retry is no reprint
)

// ConditionReadBack is the condition of a print that a scan proved: the label was read on its letter.
const ConditionReadBack = "read-back"

// ConditionRestored is the condition of a print that may have come out after the backup that was restored (R17.4).
const ConditionRestored = "restored"

// ReprintReason is why a label is printed again; one digit on the keyboard.
type ReprintReason int

const (
	ReprintNone      ReprintReason = 0
	ReprintIllegible ReprintReason = 1 // illeggibile
	ReprintJammed    ReprintReason = 2 // inceppata
	ReprintLost      ReprintReason = 3 // smarrita
)

// Valid reports whether r is a reason for a reprint.
func (r ReprintReason) Valid() bool { return r >= ReprintIllegible && r <= ReprintLost }
