package benchmark

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"segnatura/internal/call"
	"segnatura/internal/central/jente"
	"segnatura/internal/officesim/centre"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// central is an office whose numbers come from a pretend central system on loopback, through a real connector.
type central struct {
	*office
	*jente.Connector
	there   *centre.Centre
	away    atomic.Bool
	answers time.Duration // what the centre takes for a number, besides loopback's own time
}

func newCentral(tb testing.TB, answers time.Duration) *central {
	tb.Helper()
	c := &central{office: newOfficeOf(tb, usualLabel(), jailed(tb, nil), jente.Name), answers: answers}
	var err error
	c.there, err = centre.Start(context.Background(), centre.Config{Face: centre.Jente})
	c.must(err)
	tb.Cleanup(c.there.Close)
	services, err := call.New(call.Config{URL: c.there.URL() + centre.JentePath, Timeout: 20 * time.Second})
	c.must(err)
	c.Connector, err = jente.New(jente.Config{Services: services, Clock: time.Now, Username: centre.JenteUser, DefaultOffice: "PROT",
		Offices: map[string]string{"TECN": "UTC"}, Classes: map[string]string{"VI.3": "06.03"}})
	c.must(err)
	cfg := c.config()
	cfg.Registrar, cfg.Sender = c, c
	c.station, err = station.New(cfg)
	c.must(err)
	tb.Cleanup(c.station.Close)
	return c
}

// Name and Capabilities are the connector's.
func (c *central) Name() string                          { return c.Connector.Name() }
func (c *central) Capabilities() protocollo.Capabilities { return c.Connector.Capabilities() }

// Check says whether it is back.
func (c *central) Check(context.Context) error {
	if c.away.Load() {
		return protocollo.Errorf(protocollo.Unavailable, "away", "the line is cut")
	}
	return nil
}

// Register is the connector's, while the line is not cut.
func (c *central) Register(ctx context.Context, r protocollo.RegisterRequest) (protocollo.Receipt, error) {
	if err := c.Check(ctx); err != nil {
		return protocollo.Receipt{}, err
	}
	time.Sleep(c.answers) // not a wait for something to happen: the pretend centre's own time, which the benchmark measures the queue against
	return c.Connector.Register(ctx, r)
}

// outage takes n letters in while the line is cut, and mends it.
func (c *central) outage(n int) {
	c.Helper()
	c.away.Store(true)
	for range n {
		rec, err := c.station.Register(c.Context(), c.clerk, c.letter())
		c.must(err)
		if rec.Registration != nil {
			c.Fatal("a number during the outage")
		}
	}
	c.away.Store(false)
}

// drained fails unless every letter that was ever asked for has one number at the centre, and here too.
func (c *central) drained() {
	c.Helper()
	counts, err := c.station.Counts(c.Context(), c.clerk)
	c.must(err)
	if counts.WithoutNumber != 0 {
		c.Fatalf("%d letters have no number", counts.WithoutNumber)
	}
	all := c.there.Search(func(centre.Entry) bool { return true })
	numbers, subjects := map[string]bool{}, map[string]bool{}
	for _, e := range all {
		numbers[fmt.Sprint(e.Number)], subjects[e.Subject] = true, true
	}
	if len(all) != c.letters || len(numbers) != c.letters || len(subjects) != c.letters {
		c.Fatalf("%d letters have %d entries at the centre, with %d numbers and %d subjects", c.letters, len(all), len(numbers), len(subjects))
	}
}

// bare is how long the connector alone takes for n numbers, one after the other.
func (c *central) bare(n int) time.Duration {
	c.Helper()
	began := time.Now()
	for i := range n {
		cmd := c.letter()
		_, err := c.Register(c.Context(), protocollo.RegisterRequest{Key: fmt.Sprintf("bare-%s", cmd.Key), AOO: protocollo.AOO{Code: c.clerk.AOO, RegisterCode: "PG"},
			Body: protocollo.Body{Code: "c_e999"}, IntakeID: int64(i), Operator: c.clerk.User, Draft: cmd.Draft.Normalize(), ArrivedAt: began, ArrivalDay: protocollo.DayOf(began)})
		c.must(err)
	}
	return time.Since(began)
}

// BenchmarkDrain drains what an outage left, and says how near it comes to a bare loop over the same connector against the same centre. A real
// centre takes tens to hundreds of milliseconds; one that answers at once shows what each letter's two transactions cost, which no call hides
// then. commits/s is what the store makes of the smallest ones.
func BenchmarkDrain(b *testing.B) {
	for _, c := range []struct {
		answers time.Duration
		letters int
	}{{0, enough}, {20 * time.Millisecond, 10 * enough}, {100 * time.Millisecond, 200}} {
		b.Run("answers in "+c.answers.String(), func(b *testing.B) { drain(b, newCentral(b, c.answers), c.letters) })
	}
}

func drain(b *testing.B, c *central, n int) {
	var drained, bare, commits time.Duration
	letters := 0
	for b.Loop() {
		c.outage(n)
		commits += c.commits(n)
		bare += c.bare(n / 2) // half before and half after: a machine that others use too is not the same for minutes
		began := time.Now()
		c.must(c.station.DrainWaiting(b.Context()))
		drained += time.Since(began)
		bare += c.bare(n - n/2)
		c.drained()
		letters += n
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(letters)/drained.Seconds(), "numbers/s")
	b.ReportMetric(float64(letters)/bare.Seconds(), "bare/s")
	b.ReportMetric(bare.Seconds()/drained.Seconds(), "ratio")
	b.ReportMetric(float64(letters)/commits.Seconds(), "commits/s")
}

// commits is how long the store takes to write n working rows, each in a transaction of its own.
func (c *central) commits(n int) time.Duration {
	c.Helper()
	began := time.Now()
	for i := range n {
		c.must(c.db.SaveDraft(c.Context(), c.clerk, station.ParkedDraft{Key: fmt.Sprintf("draft-%d", i%8)}))
	}
	return time.Since(began)
}

// BenchmarkDeskDuringDrain measures a clerk's registrations alone, and while the queue is drained behind them.
func BenchmarkDeskDuringDrain(b *testing.B) {
	const answers = 20 * time.Millisecond
	for b.Loop() {
		c := newCentral(b, answers)
		idle := c.desk(enough)
		c.outage(2 * enough)
		done := make(chan error, 1)
		go func() { done <- c.station.DrainWaiting(b.Context()) }()
		c.must(c.probe())
		meanwhile := c.desk(enough)
		select {
		case err := <-done:
			b.Fatalf("the queue was empty before the desk was done (%v): nothing was measured", err)
		default:
		}
		c.must(<-done)
		c.drained()
		idle.report(b, "idle")
		meanwhile.report(b, "meanwhile")
	}
}

// probe waits until the queue has its first number: the line is open again.
func (c *central) probe() error {
	for c.station.Health().Held {
		if err := c.Context().Err(); err != nil {
			return err
		}
		time.Sleep(time.Millisecond) // the benchmark measures real time, and the probe is the station's own, at its own pace
	}
	return nil
}

// desk registers n letters, one after the other.
func (c *central) desk(n int) samples {
	c.Helper()
	var times samples
	for range n {
		cmd := c.letter()
		began := time.Now()
		c.register(cmd)
		times = append(times, time.Since(began))
	}
	return times
}
