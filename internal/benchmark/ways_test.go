package benchmark

import (
	"testing"

	"segnatura/scanner"
)

// TestWays walks each way that is measured, briefly. Number, label and thumbnail are checked on the way itself.
func TestWays(t *testing.T) {
	o := newOffice(t, usualLabel())
	registerAll(o, 2, 4)
	events, thumbnails := o.scan(scanner.ColorGrey, 2) // before labels lie about that would stick to its letter
	numbers, labels := o.number(2), o.print(2)
	onLabels, onPaper := o.receipts(2)
	keys := o.browsers()
	oneByOne, stored := o.press(keys, inTurn, 2)
	for _, s := range []samples{numbers, labels, events, thumbnails, onLabels, onPaper, oneByOne, stored} {
		if len(s) != 2 {
			t.Errorf("%d samples, not 2", len(s))
		}
	}
	if together, stored := o.press(keys, atOnce, 2*desks); len(together) != 2*desks || len(stored) != 2*desks {
		t.Errorf("%d presses, %d instants, not %d", len(together), len(stored), 2*desks)
	}
	for i, k := range keys {
		if heard := k.hearsOf(2 + 2*desks); !heard {
			t.Errorf("browser %d did not hear of every instant", i)
		}
	}
	if reg := o.register(o.letter()); reg.Number != "0000012" {
		t.Errorf("the twelfth number is %s", reg.Number)
	}
	if got := len(o.devices.Labels()); got != 5 {
		t.Errorf("%d labels came out, not 5", got)
	}
}
