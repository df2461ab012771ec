package convert

import (
	"testing"

	"segnatura/pdfa"
	"segnatura/pdfa/writer"
)

// A source's own text turns with the page when the job turns that.
func TestOwnTextTurnsWithThePage(t *testing.T) {
	// The source shows itself 200 points wide and 100 high.
	own := pdfa.PageText{Words: []pdfa.Word{{Text: "qui", X: 10, Y: 20, Width: 30, Height: 8, Angle: 5, EndsLine: true}}}
	tests := []struct {
		rotate      int
		x, y, angle float64
	}{
		{0, 10, 20, 5}, {90, 80, 10, -85}, {180, 190, 80, -175}, {270, 20, 190, -265}, {-90, 20, 190, 95},
	}
	for _, test := range tests {
		page := writer.ImagePage{Rotate: test.rotate, Placed: &writer.Placement{WidthPt: 200, HeightPt: 100}}
		got := turned(own, page, test.rotate).Words[0]
		want := pdfa.Word{Text: "qui", X: test.x, Y: test.y, Width: 30, Height: 8, Angle: test.angle, EndsLine: true}
		if got != want {
			t.Errorf("by %d: %+v, want %+v", test.rotate, got, want)
		}
	}
	if own.Words[0].X != 10 {
		t.Error("the source's words were changed")
	}
}
