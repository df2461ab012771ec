package stamp_test

import (
	"bytes"
	"testing"

	"segnatura/stamp"
)

// letter is an L of three by two dots, which is the same in no other position.
func letter() *stamp.Bitmap {
	b := stamp.NewBitmap(2, 3, stamp.DPI203)
	for _, p := range [][2]int{{0, 0}, {0, 1}, {0, 2}, {1, 2}} {
		b.SetBlack(p[0], p[1])
	}
	return b
}

func picture(b *stamp.Bitmap) string {
	var out bytes.Buffer
	for y := range b.Height {
		for x := range b.Width {
			out.WriteByte(map[bool]byte{true: '#', false: '.'}[b.Black(x, y)])
		}
		out.WriteByte('\n')
	}
	return out.String()
}

func TestTurned(t *testing.T) {
	for degrees, want := range map[int]string{
		0:   "#.\n#.\n##\n",
		90:  "###\n#..\n",
		180: "##\n.#\n.#\n",
		270: "..#\n###\n",
	} {
		if got := picture(letter().Turned(degrees)); got != want {
			t.Errorf("by %d:\n%swant\n%s", degrees, got, want)
		}
	}
	if got := (stamp.Size{WidthMM: 62, HeightMM: 29}).Turned(90); got != (stamp.Size{WidthMM: 29, HeightMM: 62}) {
		t.Errorf("size %s", got)
	}
}

func TestDrawCountsWhatFallsOff(t *testing.T) {
	for _, test := range []struct {
		right, down, lost int
		want              string
	}{
		{0, 0, 0, "#..\n#..\n##.\n"},
		{1, 0, 0, ".#.\n.#.\n.##\n"},
		{2, 0, 1, "..#\n..#\n..#\n"},
		{0, -1, 1, "#..\n##.\n...\n"},
		{-1, 0, 3, "...\n...\n#..\n"},
		{9, 9, 4, "...\n...\n...\n"},
	} {
		b := stamp.NewBitmap(3, 3, stamp.DPI203)
		if lost := b.Draw(letter(), test.right, test.down); lost != test.lost || picture(b) != test.want {
			t.Errorf("%+d%+d: %d lost, want %d\n%s", test.right, test.down, lost, test.lost, picture(b))
		}
	}
}

func TestOffsetInDots(t *testing.T) {
	right, down := stamp.Offset{RightMM: 1.5, DownMM: -0.5}.Dots(stamp.DPI300)
	if right != 18 || down != -6 {
		t.Errorf("%d, %d dots", right, down)
	}
	if (stamp.Offset{RightMM: 5.1}).Valid() || !(stamp.Offset{RightMM: -5, DownMM: 5}).Valid() {
		t.Error("the bounds are not 5 mm")
	}
}

// TestSheets: every place of every layout lies on the sheet, no two overlap, and an office printer reaches what is printed of each.
func TestSheets(t *testing.T) {
	const edgeMM = 4
	for _, l := range stamp.SheetLayouts() {
		if got, ok := stamp.SheetLayoutNamed(l.ID); !ok || got.ID != l.ID {
			t.Errorf("%s is not found by its name", l.ID)
		}
		area, sheet := l.Area(), stamp.SheetSize()
		if l.Columns > 1 && l.RightMM < l.Label.WidthMM || l.DownMM < l.Label.HeightMM {
			t.Errorf("%s: labels overlap", l.ID)
		}
		place := 1
		for n := 1; n <= l.Places(); n++ {
			if place != n {
				t.Errorf("%s: place %d comes after %d", l.ID, place, n-1)
			}
			x, y := l.Corner(n)
			if x < edgeMM || y < edgeMM || x+area.WidthMM > sheet.WidthMM-edgeMM || y+area.HeightMM > sheet.HeightMM-edgeMM {
				t.Errorf("%s: place %d at %g, %g mm reaches the paper's edge", l.ID, n, x, y)
			}
			place = l.Next(place)
		}
		if place != 1 {
			t.Errorf("%s: after the last place comes %d", l.ID, place)
		}
	}
	l, _ := stamp.SheetLayoutNamed("2x7-99.1x38.1")
	page, lost := l.Page(letter(), 4, stamp.Offset{RightMM: 1, DownMM: 2})
	// The fourth label: second column, second row.
	x, y := stamp.DPI203.Dots(4.65+101.6+1.5+1), stamp.DPI203.Dots(15.15+38.1+1.5+2)
	if lost != 0 || page.Width != 1680 || page.Height != 2376 || !page.Black(x, y) || page.Black(x+1, y) || !page.Black(x+1, y+2) {
		t.Errorf("the label is not at %d, %d of %dx%d, %d lost", x, y, page.Width, page.Height, lost)
	}
	if _, lost := l.Page(letter(), 100, stamp.Offset{}); lost == 0 {
		t.Error("a place past the sheet loses nothing")
	}
}
