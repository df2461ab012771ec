package protocollo

import "time"

// TimestampKind names what kind of thing a time-stamping authority stamps.
type TimestampKind string

const (
	// TimestampDaily stamps the PDF of a daily register, which bears the journal's head, the digest of its table and that of the register
	// before it.
	TimestampDaily TimestampKind = "daily-register"
	TimestampBid   TimestampKind = "bid" // what [Bid.Record] writes of a plico
	// TimestampTender stamps the PDF of what was produced for a gara's verbale.
	TimestampTender TimestampKind = "tender-record"
)

// TimestampRequest is one thing's digest that waits for a token, or has one.
type TimestampRequest struct {
	ID      int64         `json:"id"`
	AOO     AOOCode       `json:"aoo"`
	Kind    TimestampKind `json:"kind"`
	Subject int64         `json:"subject"` // the thing's row
	SHA256  string        `json:"sha256"`  // lower-case hex
	AskedAt time.Time     `json:"askedAt"`
}

// Timestamp is a token that was verified in full (RFC 3161). Its time is the authority's word; whether it is a qualified one (eIDAS articles 41 and
// 42) depends on who the authority is.
type Timestamp struct {
	Serial    string        `json:"serial"` // hexadecimal, as openssl prints it
	Time      time.Time     `json:"time"`
	Accuracy  time.Duration `json:"accuracy,omitempty"` // to either side, in nanoseconds; 0: the authority does not say
	Policy    string        `json:"policy"`             // dotted
	Authority string        `json:"authority"`          // the signer's name
	// Qualified only where the signer or one who vouches for it stands in the extract of the trusted list that the settings name.
	Qualified bool   `json:"qualified,omitempty"`
	Token     []byte `json:"-"` // the TimeStampToken in DER: a CMS SignedData
	// Chain are the certificates in PEM from the signer to the root that the settings trust, both among them.
	Chain string `json:"-"`
	// SentAt and ReceivedAt are this machine's instants before the request left and after the answer came; Clock is what was known of its
	// clock then.
	SentAt     time.Time  `json:"sentAt"`
	ReceivedAt time.Time  `json:"receivedAt"`
	Clock      ClockProof `json:"clock"`
}

// TimestampRefusal is an answer that was not accepted.
type TimestampRefusal struct {
	Code         string // stable, e.g. "tsa-nonce"
	Detail       string // for logs and the journal
	AnswerSHA256 string // of what came, lower-case hex
	At           time.Time
}
