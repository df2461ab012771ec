package protocollo

import (
	"fmt"
	"time"
)

// Attempt is one call to the system that numbers, durable before the call goes out (R17.2).
type Attempt struct {
	ID        int64
	IntakeID  int64
	Ordinal   int // 1, 2, 3 ... per intake
	Connector string
	Key       string // the intake's request key, sent along where the contract has a field for it
	StartedAt time.Time
	Outcome   AttemptOutcome
	SettledAt time.Time // zero while it is under way
	Words     string    // the other side's own words
}

// AttemptOutcome is what is known of an attempt. The zero value means that it is under way.
type AttemptOutcome string

const (
	AttemptUnderWay    AttemptOutcome = ""
	AttemptNumbered    AttemptOutcome = "numbered"
	AttemptRejected    AttemptOutcome = "rejected"
	AttemptUnavailable AttemptOutcome = "unavailable" // certainly nothing happened: the next attempt may start
	// AttemptUnknown blocks further attempts until the key is found, proved absent, or a person decides.
	AttemptUnknown AttemptOutcome = "unknown"
	// AttemptAbsent settles an unknown: the register was asked and certainly does not have our key.
	AttemptAbsent AttemptOutcome = "absent"
)

// Uncalled are the codes that stand in an [Attempt]'s Words where it ended as unavailable before the system was called: its AOO's emergency
// register was opened, the station stopped, the letter's sheet could not be written. Such an attempt tells nothing of the system. That the letter
// was spared the call because calls before it had failed is not among them: that does.
func Uncalled() []string {
	return []string{"round-over", "line-busy", "register-open", "intake-sheet", "connector-changed"}
}

// RegisterRequest is what a connector sends.
type RegisterRequest struct {
	Key string // idempotency key, where the contract carries one
	// Edition is how often the letter was corrected since it came: the same Key with a higher one is the same letter with other content, sent only
	// after what was sent before was certainly refused or not received (R16.9, R17.2).
	Edition    int
	Body       Body
	AOO        AOO
	IntakeID   int64
	ArrivedAt  time.Time
	ArrivalDay Day
	Operator   string
	Draft      Draft
	// Sheet is the intake sheet as PDF/A, where the connector's contract wants a main document before it numbers
	// ([Capabilities.WantsSheet]); nil elsewhere.
	Sheet []byte
	// Emergency is set where the letter was registered on the emergency register, and now gets its ordinary number (DPR 445/2000
	// art. 63(5); R9.12).
	Emergency *EmergencyOrigin
}

// EmergencyOrigin is what the centre is told of a letter that was registered while it was away.
type EmergencyOrigin struct {
	Number       Number
	Year         int
	Register     string // the emergency register's own code
	Label        string // as it stands on the paper: «n. 2/2026 R.E. 1/2026»
	Day          Day    // the legal date (R9.13)
	RegisteredAt time.Time
	UserCode     string // numbering per user code (R9.4); or ""
	Cause        string
	// InterruptedAt and RestoredAt bound the interruption; RestoredAt is zero where nobody said it yet.
	InterruptedAt, RestoredAt time.Time
}

// Receipt is the answer of the system that numbers.
type Receipt struct {
	Register string
	Year     int
	Number   Number
	Day      Day
	At       time.Time
	Ref      string // what the connector needs to attach or annul later
	Raw      string // the answer as received, bounded, for the record
}

// Validate refuses an answer that is no number of a year and day that agree (a centre that answers nonsense did not answer).
func (r Receipt) Validate() error {
	_, dayErr := ParseDay(string(r.Day))
	switch {
	case !r.Number.Valid():
		return Errorf(OutcomeUnknown, "receipt", "the answer's number is %q", r.Number)
	case dayErr != nil || r.Day[:4] != Day(fmt.Sprintf("%04d", r.Year)):
		return Errorf(OutcomeUnknown, "receipt", "the answer's day %q is not in its year %d", r.Day, r.Year)
	case r.At.IsZero():
		return Errorf(OutcomeUnknown, "receipt", "the answer has no instant")
	}
	return nil
}

// Capabilities say what a connector's contract offers. centraltest runs by them.
type Capabilities struct {
	FindByKey bool // a registration can be found again by our own key
	// Local is set where the register works inside this very process: a call that is not running here is not running
	// anywhere, so «not found» is proof at once (R17.3).
	Local           bool
	AttachLater     bool
	Annul           bool
	Correct         bool // values of a registration that is there can be changed: the fields that the connector names
	Replace         bool // a later document takes the place of an earlier one: [AttachRequest.Replaces]
	Lists           bool // classification and office lists
	EmergencyFields bool // the emergency number has fields of its own; elsewhere it stands in the subject or in the note
	WantsSheet      bool // a main document goes before the number: [RegisterRequest.Sheet]
	// Deferred is set where the answer comes by itself later: until then «not found» proves nothing.
	Deferred bool
	// Keyed is set where a person reads the number on another screen and keys it in (manual mode).
	Keyed bool
	// CallsAtOnce is how many calls the other side takes at once from one station; 0: as many as there are.
	CallsAtOnce int
	// Candidates is set where a search by other data than our key shows what may be the letter, for a person to choose (R17.3).
	Candidates bool
}

// AttachRequest is one archived document on its way to the centre.
type AttachRequest struct {
	Key       string // idempotency key of this attachment: registration and version
	Ref       string // from the Receipt
	Part      int    // 0 the main document; 1, 2, ...: that attachment, which comes after it (R18.5)
	Title     string // what people call it: «Documento principale», «Allegato 1: planimetria»
	FileName  string
	MediaType string
	SHA256    string // lower-case hex
	Bytes     int64
	// Replaces is the earlier scan whose place this one takes (R3.7, R18.6); zero: nothing, or nothing that the centre is known to have.
	// A connector without Replace adds the document beside it.
	Replaces Attached
}

// Attached is a document that the centre has: by our key, and by its own reference.
type Attached struct{ Key, Ref string }

// AttachReceipt is the centre's answer.
type AttachReceipt struct {
	Ref string
	At  time.Time
	// Replaced is set where the document took the place of the one that the request names.
	Replaced bool
}
