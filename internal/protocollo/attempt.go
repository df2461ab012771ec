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

// RegisterRequest is what a connector sends.
type RegisterRequest struct {
	Key        string // idempotency key, where the contract carries one
	Body       Body
	AOO        AOO
	IntakeID   int64
	ArrivedAt  time.Time
	ArrivalDay Day
	Operator   string
	Draft      Draft
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
	Lists           bool // classification and office lists
	EmergencyFields bool
}

// AttachRequest is one archived document on its way to the centre.
type AttachRequest struct {
	Key       string // idempotency key of this attachment: registration and version
	Ref       string // from the Receipt
	FileName  string
	MediaType string
	SHA256    string // lower-case hex
	Bytes     int64
}

// AttachReceipt is the centre's answer.
type AttachReceipt struct {
	Ref string
	At  time.Time
}
