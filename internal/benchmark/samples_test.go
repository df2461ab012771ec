package benchmark

import (
	"math"
	"slices"
	"testing"
	"time"
)

// enough is how many samples a 99th percentile needs here: ten of them lie above it.
const enough = 1000

// samples are the times of one kind of step.
type samples []time.Duration

// percentile is the smallest sample that p percent of all do not exceed (nearest rank).
func (s samples) percentile(p float64) time.Duration {
	sorted := slices.Sorted(slices.Values(s))
	rank := int(math.Ceil(p / 100 * float64(len(sorted))))
	return sorted[max(rank, 1)-1]
}

// report adds the median and, where there are enough samples, the 99th percentile to b's figures, with the number of samples.
// What names the step where b has more than one.
func (s samples) report(b *testing.B, what string) {
	b.Helper()
	if what != "" {
		what += "-"
	}
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	b.ReportMetric(0, "ns/op") // of all samples together: says nothing
	b.ReportMetric(ms(s.percentile(50)), what+"p50-ms")
	if len(s) >= enough {
		b.ReportMetric(ms(s.percentile(99)), what+"p99-ms")
	}
	b.ReportMetric(float64(len(s)), "samples")
}

func TestPercentile(t *testing.T) {
	var s samples
	for i := range 1000 {
		s = append(s, time.Duration(1000-i))
	}
	for p, want := range map[float64]time.Duration{50: 500, 99: 990, 100: 1000, 0: 1} {
		if got := s.percentile(p); got != want {
			t.Errorf("percentile %v of 1..1000 is %d, not %d", p, got, want)
		}
	}
	if got := (samples{7}).percentile(99); got != 7 {
		t.Errorf("the one sample is %d, not 7", got)
	}
}
