package stamp_test

import (
	"testing"

	"segnatura/stamp"
)

func TestMediaRefusesWhatWouldNotFit(t *testing.T) {
	label := stamp.Size{WidthMM: 62, HeightMM: 29}
	for _, test := range []struct {
		name  string
		media stamp.Media
		want  bool
	}{
		{"nothing said", stamp.Media{}, false},
		{"the same", stamp.Media{WidthMM: 62, HeightMM: 29, Kind: stamp.MediaDieCut}, false},
		{"larger", stamp.Media{WidthMM: 102, HeightMM: 152, Kind: stamp.MediaDieCut}, false},
		{"measured a little short", stamp.Media{WidthMM: 61, HeightMM: 27.5, Kind: stamp.MediaDieCut}, false},
		{"too narrow", stamp.Media{WidthMM: 29, HeightMM: 90, Kind: stamp.MediaDieCut}, true},
		{"too short", stamp.Media{HeightMM: 17, Kind: stamp.MediaDieCut}, true},
		{"a roll to be cut", stamp.Media{WidthMM: 62, Kind: stamp.MediaContinuous}, false},
		{"a roll says a length", stamp.Media{WidthMM: 62, HeightMM: 10, Kind: stamp.MediaContinuous}, false},
		{"a narrow roll", stamp.Media{WidthMM: 29, Kind: stamp.MediaContinuous}, true},
	} {
		if got := test.media.Refuses(label); got != test.want {
			t.Errorf("%s: %t, want %t", test.name, got, test.want)
		}
	}
}

func TestMuteDoesNotBlockAndWrongMediaDoes(t *testing.T) {
	if c, blocks := (stamp.PrinterState{Conditions: []stamp.Condition{stamp.ConditionMute}}).Blocks(); blocks {
		t.Errorf("%s blocks", c)
	}
	if c, blocks := (stamp.PrinterState{Conditions: []stamp.Condition{stamp.ConditionMediaWrong}}).Blocks(); !blocks || c != stamp.ConditionMediaWrong {
		t.Errorf("wrong media does not block")
	}
}
