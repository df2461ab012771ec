package protocollo

import "time"

// CandidateQuery says what is known of a letter whose number was asked for without a clear answer, for a search at the centre by
// other data than our key. Its answers prove nothing: a person chooses among them (R17.3).
type CandidateQuery struct {
	Body    Body
	AOO     AOO
	Subject string
	// Senders are the names of an incoming letter's correspondents, of the other directions those of its recipients; possibly none.
	Senders []string
	// From and To bound the register's days on which the number may have been given, both included.
	From, To Day
	// ArrivedAt is the intake's own instant; AskedAt is when the number was asked for: what was registered before it is not ours.
	ArrivedAt, AskedAt time.Time
}

// Candidate is one registration at the centre that may be the letter.
type Candidate struct {
	Receipt Receipt
	Subject string // as the centre has it
	Sender  string
	// Confidential is set where the centre says that it is: who may not see such letters is shown its number and day alone (R11.2).
	Confidential bool
	// Why are the data that agree with the query, as codes that the UI words. A connector says only what it compared itself.
	Why []string
}

// What a [Candidate] may agree in.
const (
	WhySubject  = "subject"  // the same subject
	WhySender   = "sender"   // a correspondent of the same name
	WhyDay      = "day"      // registered on one of the days
	WhyOperator = "operator" // registered by the account that this station uses
)
