package writer

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"
)

// The table of the inks' profile, read back as a colour management module reads it: no ink is paper's white exactly, more ink is
// never lighter, and the solid inks have the colours that they were given.
func TestInksProfile(t *testing.T) {
	p := inksProfile()
	if int(binary.BigEndian.Uint32(p)) != len(p) || string(p[12:24]) != "scnrCMYKLab " || !bytes.Equal(p, inksProfile()) {
		t.Fatalf("%d bytes, header %q", len(p), p[:40])
	}
	at := bytes.Index(p, []byte("mft2"))
	const side = 9
	table := p[at+52+4*2*2:]
	lab := func(c, m, y, k int) (l, a, b float64) {
		v := table[6*(((c*side+m)*side+y)*side+k):]
		n := func(i int) float64 { return float64(binary.BigEndian.Uint16(v[2*i:])) }
		return n(0) / 652.8, n(1)/256 - 128, n(2)/256 - 128
	}
	near := func(name string, c, m, y, k int, want [3]float64) {
		t.Helper()
		l, a, b := lab(c, m, y, k)
		if math.Abs(l-want[0]) > 0.1 || math.Abs(a-want[1]) > 0.5 || math.Abs(b-want[2]) > 0.5 {
			t.Errorf("%s: %.1f %.1f %.1f, want %v", name, l, a, b, want)
		}
	}
	near("paper", 0, 0, 0, 0, [3]float64{100, 0, 0})
	near("black", 0, 0, 0, 8, [3]float64{17.4, 0, 0.6}) // L* 16 on paper of 95, seen from the paper
	for i := range side {
		for step := 1; step < side; step++ {
			for name, l := range map[string]func(k int) float64{
				"black":   func(k int) float64 { v, _, _ := lab(i, i, i, k); return v },
				"cyan":    func(k int) float64 { v, _, _ := lab(k, i, 0, i); return v },
				"magenta": func(k int) float64 { v, _, _ := lab(i, k, 0, i); return v },
			} {
				if l(step) > l(step-1) {
					t.Errorf("%s: step %d of others at %d is lighter than the one before", name, step, i)
				}
			}
		}
	}
	if end := at + 52 + 16 + 6*side*side*side*side + 12; len(p) != (end+3)/4*4 {
		t.Errorf("%d bytes, want the table to end them", len(p))
	}
}
