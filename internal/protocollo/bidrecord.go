package protocollo

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// The forms of a record name what its fields mean: another set of fields has another name, so that what was stamped stays readable. The second has the number
// of the blank sheet on which a plico's line stands; one whose sheet has none, or that stands on no sheet, is written in the first.
const (
	bidRecordPlain = "segnatura-plico/1"
	bidRecordSheet = "segnatura-plico/2"
)

// bidRecord is a plico as its reception left it, in the order in which it is written. Nothing in it ever changes.
type bidRecord struct {
	Form      string         `json:"form"`
	AOO       AOOCode        `json:"aoo"`
	Plico     string         `json:"plico"`
	Ordinal   int            `json:"ordinal"`
	Of        int            `json:"of"`
	Handover  string         `json:"handover"`
	Key       string         `json:"key"`
	At        time.Time      `json:"at"`
	Received  time.Time      `json:"received"`
	Contested bool           `json:"contested"`
	Clock     bidRecordClock `json:"clock"`
	Desk      string         `json:"desk"`
	PressedBy string         `json:"pressedBy"`
	Sheet     *bidRecordLine `json:"sheet"`
	Declared  bidRecordWord  `json:"declared"`
}

type bidRecordClock struct {
	At            time.Time  `json:"at"`
	State         ClockState `json:"state"`
	OffsetNS      int64      `json:"offsetNS"`
	UncertaintyNS int64      `json:"uncertaintyNS"`
	StepNS        int64      `json:"stepNS"`
	MeasuredAt    time.Time  `json:"measuredAt"`
	Servers       int        `json:"servers"`
}

type bidRecordLine struct {
	Sheet string    `json:"sheet,omitempty"` // «3/2026», as it is printed on the sheet; of the second form
	Row   int       `json:"row"`
	At    time.Time `json:"at"`
	By    string    `json:"by"`
}

type bidRecordWord struct {
	Count int       `json:"count"`
	By    string    `json:"by"`
	Name  string    `json:"name"`
	At    time.Time `json:"at"`
}

// Record writes what is known of a plico from its reception on and never changes: the frozen instant with the clock's proof, the handover, whoever declared it,
// and its place among the others. The bytes are the same whenever they are made, so that a time-stamping authority's token on them can be verified later
// (R14.4, R5.6): JSON in UTF-8, instants in UTC with all their digits, durations in nanoseconds. What was seen on the envelope is not in it: it is described
// later, in versions. Internal for a plico of no declared handover.
func (b Bid) Record() ([]byte, error) {
	if s := b.Handover.Sheet; s != nil && s.Sheet != "" {
		return b.record(bidRecordSheet)
	}
	return b.record(bidRecordPlain)
}

// RecordStamped writes the record of a plico whose digest was stamped: SHA-256 in hexadecimal digits. That of a line of a numbered sheet may have been stamped
// before records said the sheet's number. Internal "bid-record" where it is none of its forms.
func (b Bid) RecordStamped(digest string) ([]byte, error) {
	for _, form := range []string{bidRecordSheet, bidRecordPlain} {
		record, err := b.record(form)
		if err != nil {
			return nil, err
		}
		if sum := sha256.Sum256(record); hex.EncodeToString(sum[:]) == digest {
			return record, nil
		}
	}
	return nil, Errorf(Internal, "bid-record", "the record of plico %s is not the one that was stamped", b.Code())
}

func (b Bid) record(form string) ([]byte, error) {
	h, d := b.Handover, b.Handover.Declared
	if d == nil {
		return nil, Errorf(Internal, "bid-record", "the handover of plico %s is not declared", b.Code())
	}
	p := h.Proof
	r := bidRecord{Form: form, AOO: b.AOO, Plico: b.Code(), Ordinal: b.Ordinal, Of: b.Of, Handover: h.Code(), Key: h.Key, At: h.At.UTC(), Received: h.Received().UTC(),
		Contested: h.Contested, Desk: h.Desk, PressedBy: h.By, Declared: bidRecordWord{d.Count, d.By, d.Name, d.At.UTC()},
		Clock: bidRecordClock{h.ClockAt.UTC(), p.State, int64(p.Offset), int64(p.Uncertainty), int64(p.Step), p.MeasuredAt.UTC(), p.Servers}}
	if s := h.Sheet; s != nil {
		r.Sheet = &bidRecordLine{Row: s.Row, At: s.At.UTC(), By: s.By}
		if form == bidRecordSheet {
			r.Sheet.Sheet = s.Sheet
		}
	}
	out, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the record of plico %s: %w", b.Code(), err)
	}
	return append(out, '\n'), nil
}
