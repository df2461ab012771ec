package station

import (
	"context"
	"io"
	"time"

	"segnatura/internal/protocollo"
)

// TimestampStore keeps what is to be stamped, which is recorded with the thing itself, and what the authority answered. Answers are only added.
type TimestampStore interface {
	// DueTimestamps lists what has no token, oldest first.
	DueTimestamps(ctx context.Context, limit int) ([]protocollo.TimestampRequest, error)
	// RecordTimestamp keeps an accepted token. The same one again changes nothing; another one is Conflict "timestamped".
	RecordTimestamp(ctx context.Context, request int64, t protocollo.Timestamp) error
	// RefuseTimestamp keeps that an answer was not accepted. The thing stays due.
	RefuseTimestamp(ctx context.Context, request int64, r protocollo.TimestampRefusal) error
	// TimestampsOf lists the stamps of things of a kind, waiting ones too, oldest request first. One that is not there has none.
	TimestampsOf(ctx context.Context, aoo protocollo.AOOCode, kind protocollo.TimestampKind, subjects []int64) ([]TimestampRecord, error)
	// TimestampQueue counts what has no token.
	TimestampQueue(ctx context.Context) (TimestampQueue, error)
}

// TimestampRecord is a thing's digest with its token.
type TimestampRecord struct {
	Request  protocollo.TimestampRequest
	Token    *protocollo.Timestamp // nil: in attesa
	Refusals int                   // answers that were not accepted
	Refused  string                // the code of the last of them
	Content  []byte                // what was stamped, where it goes out with its token; the store does not know it
}

// TimestampQueue is what waits for a token.
type TimestampQueue struct {
	Waiting int
	Oldest  time.Time // zero where nothing waits
	// Refused is the last answer that was not accepted for anything that waits; its zero: none.
	Refused protocollo.TimestampRefusal
}

// TimestampAuthority asks a time-stamping authority (RFC 3161). What it returns was verified in full.
//
// Errors: Unavailable, the authority did not answer; Rejected with a code "tsa-…", what it answered is not to be accepted: the error is a
// [RefusedAnswer] then.
type TimestampAuthority interface {
	Stamp(ctx context.Context, sha256 [32]byte) (protocollo.Timestamp, error)
}

// RefusedAnswer is an error that knows what was answered.
type RefusedAnswer interface {
	error
	AnswerSHA256() string
}

// TimestampExport writes a token so that others can verify it without this program: a ZIP with the token, its answer, the certificates, the digest
// and how to go about it.
type TimestampExport interface {
	WriteExport(w io.Writer, r TimestampRecord, fileName string) error
}
