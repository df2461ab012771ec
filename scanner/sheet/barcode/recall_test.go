package barcode_test

import (
	"image"
	"math/rand/v2"
	"testing"

	"segnatura/scanner"
	"segnatura/scanner/sheet/barcode"
)

// trial draws one crop of a page with one label and reads it.
func trial(t *testing.T, seed uint64, w func(*rand.Rand) wear) (want string, got []scanner.CodeRead, worn wear, img *image.Gray, readable bool) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 20260101))
	worn = w(r)
	want = payload(r)
	side := int(worn.dpi * 1.6)
	drawn := page(r, side, side, worn.dpi, worn.ink, worn.paper)
	cx, cy := float64(side)*(0.35+0.3*r.Float64()), float64(side)*(0.35+0.3*r.Float64())
	modules := symbol(t, want)
	label(r, drawn, modules, cx, cy, worn)
	readable = survives(t, drawn, len(modules), cx, cy, worn)
	img = scan(t, r, drawn, worn)
	got, err := barcode.Find(t.Context(), img, barcode.Options{Accept: func(s string) bool { return s == want }})
	if err != nil {
		t.Fatal(err)
	}
	return want, got, worn, img, readable
}

// Every trial is seeded, so what this test says of one build it says of every run of it.
func TestRecallOnWornLabels(t *testing.T) {
	trials := 300
	switch {
	case raceDetector: // ten times as slow over pixels, and it finds its faults in few
		trials = 10
	case testing.Short():
		trials = 60
	}
	covered := func(dpi float64) func(*rand.Rand) wear {
		return func(r *rand.Rand) wear {
			w := randomWear(r, dpi)
			w.cover, w.strokes, w.overLabel = r.Float64()*0.1, 0, false
			return w
		}
	}
	worn := func(dpi float64) func(*rand.Rand) wear {
		return func(r *rand.Rand) wear { return randomWear(r, dpi) }
	}
	for _, c := range []struct {
		name string
		wear func(*rand.Rand) wear
		must float64 // share of labels
	}{
		{"300 dpi", worn(300), 0.995},
		{"200 dpi", worn(200), 0.98},
		{"300 dpi covered", covered(300), 0.995},
		{"200 dpi covered", covered(200), 0.98},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			read, wrong, gone := 0, 0, 0
			for seed := range trials {
				want, got, w, img, readable := trial(t, uint64(seed), c.wear)
				hit := false
				for _, g := range got {
					if g.Text != want {
						wrong++
						t.Errorf("seed %d: read %q instead of %q (%v)", seed, g.Text, want, w)
						continue
					}
					hit = true
					if !(image.Rect(g.X0, g.Y0, g.X1, g.Y1).In(img.Rect)) {
						t.Errorf("seed %d: box %v outside of %v", seed, g, img.Rect)
					}
				}
				if hit {
					read++
				} else if !readable {
					gone++
				} else {
					t.Logf("seed %d: not read: %v", seed, w)
				}
			}
			asked := trials - gone
			t.Logf("%s: read %d of %d (%.2f %%), wrong reads %d; %d more were damaged past what level M corrects",
				c.name, read, asked, 100*float64(read)/float64(asked), wrong, gone)
			if missed := asked - read; float64(missed) > max(1, (1-c.must)*float64(asked)) { // of few trials, one
				t.Errorf("%d were not read: recall is under %.1f %%", missed, 100*c.must)
			}
			if gone*8 > trials {
				t.Errorf("%d of %d labels were damaged past reading: the trial asks too little", gone, trials)
			}
		})
	}
}
