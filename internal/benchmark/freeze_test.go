package benchmark

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/store"
	"segnatura/store/storetest"
)

// BenchmarkFreeze is a press of the key by one of ten desks that press at the same moment, until its instant is durable, on the disk under the
// temporary folder. p50 and p99 are in milliseconds.
func BenchmarkFreeze(b *testing.B) {
	ctx := context.Background()
	db, err := store.Open(ctx, store.Config{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := db.Close(); err != nil {
			b.Error(err)
		}
	})
	if err := db.SaveSetup(ctx, storetest.Setup(), storetest.Accounts()); err != nil {
		b.Fatal(err)
	}
	const desks = 10
	took := make([][]time.Duration, desks)
	b.ResetTimer()
	for round := range b.N {
		var all sync.WaitGroup
		for d := range desks {
			all.Go(func() {
				began := time.Now()
				_, err := db.FreezeHandover(ctx, station.FreezeCommand{Key: fmt.Sprintf("%d/%d", round, d), AOO: storetest.AOO().Code, Desk: "d1",
					Proof: protocollo.ClockProof{State: protocollo.ClockUnverified}})
				if err != nil {
					b.Error(err)
				}
				took[d] = append(took[d], time.Since(began))
			})
		}
		all.Wait()
	}
	b.StopTimer()
	every := slices.Concat(took...)
	slices.Sort(every)
	at := func(share float64) float64 {
		return float64(every[int(share*float64(len(every)-1))].Microseconds()) / 1000
	}
	b.ReportMetric(at(0.5), "p50-ms")
	b.ReportMetric(at(0.99), "p99-ms")
}
