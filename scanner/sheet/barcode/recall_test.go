package barcode_test

import (
	"fmt"
	"image"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/scanner/sheet/barcode"
)

// ours is what the station asks of a text before anything is joined by it, but for whose code it is.
func ours(text string) bool {
	_, err := protocollo.ParseBarcode(text)
	return err == nil
}

// strata counts the specimens that were read, by each of their properties.
type strata map[string]*[2]int // read, all

func (t strata) count(s specimen, read bool) {
	band := func(v, width float64) string {
		return fmt.Sprintf("%g to %g", width*math.Floor(v/width), width*math.Floor(v/width+1))
	}
	for _, name := range []string{
		"all", fmt.Sprintf("quarter turns: %d", s.quarter), "skew: " + band(math.Abs(s.skew), 5), "noise: " + fmt.Sprintf("%4s", band(s.noise, 5)),
		"cover: " + band(100*s.cover, 2.5) + " %", "covered by: " + string(s.over), "file: " + string(s.kind),
		"folded: " + fmt.Sprint(s.folded), fmt.Sprintf("module: %.3f mm", s.label.moduleMM()), "label: " + s.label.size.String(),
	} {
		if t[name] == nil {
			t[name] = new([2]int)
		}
		t[name][1]++
		if read {
			t[name][0]++
		}
	}
}

func (t strata) String() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(t)) {
		n := t[name]
		fmt.Fprintf(&b, "\n  %-28s %6d of %6d  %6.2f %%", name, n[0], n[1], 100*float64(n[0])/float64(n[1]))
	}
	return b.String()
}

func fromEnv(t *testing.T, name string, otherwise int) int {
	t.Helper()
	s := os.Getenv(name)
	if s == "" {
		return otherwise
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// TestRecall reads labels that are worn within the stated bounds, all of them: none is left out for being damaged past what level M
// corrects. Every specimen is seeded, so what this test says of one build it says of every run of it; SEGNATURA_CROPS and SEGNATURA_SEED
// ask for another number of them, and for others.
func TestRecall(t *testing.T) {
	t.Parallel()
	crops, each := 2000, 2
	switch {
	case raceDetector: // ten times as slow over pixels, and it finds its faults in few
		crops, each = 40, 1
	case os.Getenv("SEGNATURA_LONG") != "":
		crops, each = 100_000, 20
	case testing.Short():
		crops, each = 200, 1
	}
	crops, first := fromEnv(t, "SEGNATURA_CROPS", crops), fromEnv(t, "SEGNATURA_SEED", 0)
	labels := stock(t, rand.New(rand.NewPCG(1, uint64(20261122+first))), each)
	for _, c := range []struct {
		dpi  float64
		must float64 // share of labels
	}{{300, 0.995}, {200, 0.98}} {
		t.Run(fmt.Sprintf("%.0f dpi", c.dpi), func(t *testing.T) {
			t.Parallel()
			background := written(rand.New(rand.NewPCG(2, uint64(20261122+first))), c.dpi)
			counts, wrong := strata{}, 0
			var times []time.Duration
			for seed := first; seed < first+crops/2; seed++ {
				r := rand.New(rand.NewPCG(uint64(seed), uint64(c.dpi)))
				s := drawn(r, labels, c.dpi)
				img, what := s.paint(r, background)
				img = s.file(t, r, img, what)
				began := time.Now()
				reads, err := find(t.Context(), img, barcode.Options{Accept: ours, DPI: c.dpi})
				times = append(times, time.Since(began))
				if err != nil {
					t.Fatal(err)
				}
				read := false
				for _, g := range reads {
					if g.Text == s.label.text {
						read = true
					} else if ours(g.Text) {
						wrong++
						t.Errorf("seed %d: read %q instead of %q: %v", seed, g.Text, s.label.text, s)
					}
					if box := image.Rect(g.X0, g.Y0, g.X1, g.Y1); !box.In(img.Rect) || !image.Pt(int(s.at.x), int(s.at.y)).In(box) && g.Text == s.label.text {
						t.Errorf("seed %d: box %v for a code at %v: %v", seed, box, s.at, s)
					}
				}
				if counts.count(s, read); !read {
					t.Logf("seed %d: not read: %v", seed, s)
				}
			}
			slices.Sort(times)
			all := counts["all"]
			t.Logf("%.0f dpi: recall %.2f %%, wrong reads %d, median %v a crop%v", c.dpi, 100*float64(all[0])/float64(all[1]), wrong,
				times[len(times)/2].Round(10*time.Microsecond), counts)
			if missed := all[1] - all[0]; float64(missed) > max(1, (1-c.must)*float64(all[1])) { // of few specimens, one
				t.Errorf("%d of %d were not read: recall is under %.1f %%", missed, all[1], 100*c.must)
			}
		})
	}
}
