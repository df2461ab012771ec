package brotherql

import (
	"slices"
	"testing"

	"segnatura/stamp"
)

// message builds what a printer sends: a kind, its phase, error information 1 and 2, and the media.
func message(kind, phase, errors1, errors2, width, mediaKind, length byte) []byte {
	m := make([]byte, statusBytes)
	copy(m, []byte{0x80, 0x20, 'B', '4', 'A', '0'})
	m[8], m[9], m[10], m[11], m[17], m[18], m[19] = errors1, errors2, width, mediaKind, length, kind, phase
	return m
}

func TestMessages(t *testing.T) {
	want, err := mediaFor(stamp.Size{WidthMM: 62, HeightMM: 29}, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		raw  []byte
		want []stamp.Condition
	}{
		{"ready", message(0, 0, 0, 0, 62, 0x0b, 29), []stamp.Condition{stamp.ConditionReady}},
		{"a newer model", message(0, 0, 0, 0, 62, 0x4b, 29), []stamp.Condition{stamp.ConditionReady}},
		{"no media", message(0, 0, 1, 0, 0, 0, 0), []stamp.Condition{stamp.ConditionMediaOut}},
		{"no media, no error", message(0, 0, 0, 0, 0, 0, 0), []stamp.Condition{stamp.ConditionMediaOut}},
		{"end of the roll", message(2, 0, 2, 0, 62, 0x0b, 29), []stamp.Condition{stamp.ConditionMediaOut}},
		{"cutter", message(2, 0, 4, 0, 62, 0x0b, 29), []stamp.Condition{stamp.ConditionCutter}},
		{"in use", message(0, 0, 0x10, 0, 62, 0x0b, 29), []stamp.Condition{stamp.ConditionBusy}},
		{"turned off", message(4, 0, 0x20, 0, 62, 0x0b, 29), []stamp.Condition{stamp.ConditionOffline}},
		{"replace media", message(2, 0, 0, 1, 62, 0x0b, 29), []stamp.Condition{stamp.ConditionMediaWrong}},
		{"cover", message(2, 0, 0, 0x10, 62, 0x0b, 29), []stamp.Condition{stamp.ConditionHeadOpen}},
		{"no feed", message(2, 0, 0, 0x40, 62, 0x0b, 29), []stamp.Condition{stamp.ConditionJam}},
		{"system error", message(2, 0, 0, 0x80, 62, 0x0b, 29), []stamp.Condition{stamp.ConditionOther}},
		{"an error without a reason", message(2, 0, 0, 0, 62, 0x0b, 29), []stamp.Condition{stamp.ConditionOther}},
		{"two errors", message(2, 0, 1, 0x10, 62, 0x0b, 29), []stamp.Condition{stamp.ConditionMediaOut, stamp.ConditionHeadOpen}},
		{"printing", message(6, 1, 0, 0, 62, 0x0b, 29), []stamp.Condition{stamp.ConditionBusy}},
		{"a narrow roll", message(0, 0, 0, 0, 29, 0x0a, 0), []stamp.Condition{stamp.ConditionMediaWrong}},
	} {
		s, rest, ok := nextStatus(append([]byte{0, 0x80, 7}, test.raw...)) // noise before it is dropped
		if !ok || len(rest) != 0 {
			t.Errorf("%s: %t, %d bytes left", test.name, ok, len(rest))
		}
		if got := s.state(want).Conditions; !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
		if _, _, ok := nextStatus(test.raw[:statusBytes-1]); ok {
			t.Errorf("%s: a cut message is read", test.name)
		}
	}
}

func FuzzStatus(f *testing.F) {
	want, err := mediaFor(stamp.Size{WidthMM: 62, HeightMM: 29}, false)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(message(0, 0, 0, 0, 62, 0x0b, 29))
	f.Fuzz(func(t *testing.T, raw []byte) {
		for len(raw) > 0 {
			s, rest, ok := nextStatus(raw)
			if !ok {
				return
			}
			if len(rest) > len(raw)-statusBytes {
				t.Fatal("nothing was taken")
			}
			raw = rest
			state := s.state(want)
			if len(state.Conditions) == 0 {
				t.Fatal("no condition at all")
			}
			if _, blocks := state.Blocks(); blocks && slices.Contains(state.Conditions, stamp.ConditionReady) {
				t.Errorf("ready and blocked: %v", state.Conditions)
			}
		}
	})
}
