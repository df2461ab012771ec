package protocollo

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
)

// What a token stands on may be read and written again in twenty years: other bytes would be another document.
func TestRecordOfAPlicoIsTheSameBytes(t *testing.T) {
	rome := Rome()
	at := time.Date(2026, 3, 2, 11, 59, 50, 300_000_001, rome)
	b := Bid{ID: 9, AOO: "AOO1", Year: 2026, Seq: 41, Ordinal: 2, Of: 3, IntakeID: 7, Labels: 2, Version: 1, Description: &BidDescription{Sender: "Ditta Rossi"},
		Handover: Handover{ID: 4, AOO: "AOO1", Year: 2026, Seq: 12, Key: "5f1c", At: at, Desk: "d1", ClockAt: at, Proof: ClockProof{State: ClockVerified, Offset: -3 * time.Millisecond,
			Uncertainty: time.Millisecond, MeasuredAt: at.Add(-time.Minute), Age: time.Minute, Servers: 3}, Declared: &HandoverDeclared{Count: 3, By: "anna", Name: "Anna Esempio", At: at.Add(time.Hour)}}}
	const want = `{
  "form": "segnatura-plico/1",
  "aoo": "AOO1",
  "plico": "41/2026",
  "ordinal": 2,
  "of": 3,
  "handover": "12/2026",
  "key": "5f1c",
  "at": "2026-03-02T10:59:50.300000001Z",
  "received": "2026-03-02T10:59:50.300000001Z",
  "contested": false,
  "clock": {
    "at": "2026-03-02T10:59:50.300000001Z",
    "state": "verified",
    "offsetNS": -3000000,
    "uncertaintyNS": 1000000,
    "stepNS": 0,
    "measuredAt": "2026-03-02T10:58:50.300000001Z",
    "servers": 3
  },
  "desk": "d1",
  "pressedBy": "",
  "sheet": null,
  "declared": {
    "count": 3,
    "by": "anna",
    "name": "Anna Esempio",
    "at": "2026-03-02T11:59:50.300000001Z"
  }
}
`
	got, err := b.Record()
	if err != nil || string(got) != want {
		t.Fatalf("%s, %v", got, err)
	}
	b.Version, b.Description, b.IntakeID, b.Labels, b.Handover.Annotations = 5, nil, 0, 0, []HandoverAnnotated{{Note: "x"}}
	b.Handover.Proof.Age = time.Hour
	if later, err := b.Record(); err != nil || string(later) != want {
		t.Errorf("what came later changes it: %s, %v", later, err)
	}
	b.Handover.Sheet = &HandoverSheet{Row: 7, At: at.Add(-time.Hour), By: "Anna"}
	typed, err := b.Record()
	var fields struct {
		Received time.Time
		Sheet    struct{ Row int }
	}
	if err := errors.Join(err, json.Unmarshal(typed, &fields)); err != nil || !fields.Received.Equal(at.Add(-time.Hour)) || fields.Sheet.Row != 7 {
		t.Errorf("of a sheet: %s, %v", typed, err)
	}
	if !strings.Contains(string(typed), `"form": "segnatura-plico/1"`) {
		t.Errorf("a line of a sheet without number has another form: %s", typed)
	}
	b.Handover.Sheet.Sheet = "3/2026"
	numbered, err := b.Record()
	line := "\"sheet\": {\n    \"sheet\": \"3/2026\",\n    \"row\": 7,\n"
	if err != nil || !strings.Contains(string(numbered), `"form": "segnatura-plico/2"`) || !strings.Contains(string(numbered), line) {
		t.Errorf("of a numbered sheet: %s, %v", numbered, err)
	}
	// Both were stamped in their time: that of a numbered sheet before its number was in the record.
	for _, stamped := range [][]byte{typed, numbered} {
		sum := sha256.Sum256(stamped)
		if got, err := b.RecordStamped(hex.EncodeToString(sum[:])); err != nil || string(got) != string(stamped) {
			t.Errorf("what was stamped is not found again: %s, %v", got, err)
		}
	}
	b.Handover.Sheet.Row = 8
	sum := sha256.Sum256(numbered)
	if got, err := b.RecordStamped(hex.EncodeToString(sum[:])); !errors.Is(err, Internal) {
		t.Errorf("another line is taken for the one that was stamped: %s, %v", got, err)
	}
	b.Handover.Declared = nil
	if _, err := b.Record(); !errors.Is(err, Internal) {
		t.Errorf("nobody declared it: %v", err)
	}
}
