package protocollo

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// Entry is one line of the journal: who did what, when, and the digest of every row that it reports (R11.5).
// The journal is append-only and chained: each hash covers the one before it.
type Entry struct {
	Seq    int64
	At     time.Time
	Actor  string // user name, or "stazione" for what the station did by itself
	Kind   string // e.g. "intake.recorded"; the UI words it
	AOO    AOOCode
	Intake int64 // 0 when it concerns none
	// Detail is a JSON object with what a reader needs, e.g. a reason. Never page text.
	Detail json.RawMessage
	Rows   []RowDigest
	Prev   string // hash of the entry before, lower-case hex; 64 zeros for the first
	Hash   string
}

// RowDigest ties one row of a legal table to the entry that reports it.
type RowDigest struct {
	Table  string `json:"t"`
	ID     int64  `json:"i"`
	Digest string `json:"d"` // SHA-256 over the canonical row, lower-case hex
}

// GenesisHash is the Prev of the first entry.
const GenesisHash = "0000000000000000000000000000000000000000000000000000000000000000"

// ComputeHash returns the entry's hash from all its other fields. The encoding is canonical JSON of an array, in this order,
// with the instant in nanoseconds since 1970 UTC.
func (e Entry) ComputeHash() (string, error) {
	detail := e.Detail
	if len(detail) == 0 {
		detail = json.RawMessage("{}")
	}
	b, err := json.Marshal([]any{e.Prev, e.Seq, e.At.UnixNano(), e.Actor, e.Kind, e.AOO, e.Intake, string(detail), e.Rows})
	if err != nil {
		return "", fmt.Errorf("encode journal entry %d: %w", e.Seq, err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}
