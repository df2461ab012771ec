package benchmark

import (
	"sync"
	"testing"
	"time"

	"segnatura/ui"
)

// BenchmarkRegister counts how many registrations a second are durable: arrival, attempt, the embedded register's number and its
// confirmation, read back for the answer; by one desk, and by four at once.
func BenchmarkRegister(b *testing.B) {
	for _, c := range []struct {
		name  string
		desks int
	}{{"one desk", 1}, {"four desks", 4}} {
		b.Run(c.name, func(b *testing.B) {
			o := newOffice(b, usualLabel())
			done, began := 0, time.Now()
			for b.Loop() {
				registerAll(o, c.desks, enough)
				done += enough
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(done)/time.Since(began).Seconds(), "registrations/s")
		})
	}
}

// registerAll registers n letters, shared out among desks.
func registerAll(o *office, desks, n int) {
	var working sync.WaitGroup
	var mu sync.Mutex // of the pile of letters
	for desk := range desks {
		working.Go(func() {
			for i := desk; i < n; i += desks {
				mu.Lock()
				cmd := o.letter()
				mu.Unlock()
				if _, err := o.station.Register(o.Context(), o.clerk, cmd); err != nil {
					o.Error(err)
					return
				}
			}
		})
	}
	working.Wait()
}

// BenchmarkNumber measures from the browser's request to the whole answer, with the number in it.
func BenchmarkNumber(b *testing.B) {
	o := newOffice(b, usualLabel())
	var times samples
	for b.Loop() {
		times = append(times, o.number(enough)...)
	}
	times.report(b, "")
}

// number registers n letters through the browser.
func (o *office) number(n int) samples {
	var times samples
	for range n {
		cmd := o.letter()
		var answer ui.Registered
		began := time.Now()
		o.post("/api/registrations", cmd, &answer)
		times = append(times, time.Since(began))
		if answer.Record.Number == "" {
			o.Fatalf("no number for intake %d", answer.Record.IntakeID)
		}
	}
	return times
}
