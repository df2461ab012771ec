package benchmark

import (
	"context"
	"fmt"
	"io"
	"os"
	"testing"
	"time"

	"segnatura/internal/station"
	"segnatura/pdfa"
	"segnatura/pdfa/check"
	"segnatura/pdfa/convert"
	"segnatura/pdfa/worker"
	"segnatura/scanner/sheet"
)

const workerCommand = "worker"

// TestMain makes the benchmark's own binary the jailed process, as the station's is.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == workerCommand {
		if err := worker.Serve(jailedEngines(), os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// engines are the rooms that open what came from outside.
type engines struct {
	station.Inspector
	station.Converter
	station.Checker
}

// jailed are the engines as in production: in a process of their own for each job, one kept ready. observe may be nil.
func jailed(tb testing.TB, observe func(worker.Usage)) engines {
	tb.Helper()
	limits := worker.Limits{Stall: time.Minute, Total: time.Hour, Wall: time.Hour, MemoryBytes: 1 << 30, OutputBytes: 8 << 30}
	pool, err := worker.New(worker.Config{
		Args: []string{os.Args[0], workerCommand}, Desk: limits, Background: limits, AtOnce: 2, Spares: 1, Observe: observe,
	})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := pool.Close(); err != nil {
			tb.Error(err)
		}
	})
	return engines{pool, pool, pool}
}

func jailedEngines() worker.Engines {
	return worker.Engines{
		Convert: convert.Engine{}.Convert,
		Check: func(_ context.Context, r io.ReaderAt, size int64, progress func(int)) (pdfa.Report, error) {
			return check.Watched(r, size, progress)
		},
		Inspect: sheet.Inspector{}.InspectWithThumbnail,
	}
}

// unjailed are the same engines in the service's own process, to see what the jail costs.
func unjailed() engines {
	e := jailedEngines()
	judge := func(_ context.Context, r io.ReaderAt, size int64) (pdfa.Report, error) { return check.Check(r, size) }
	return engines{inspector(e.Inspect), converter(e.Convert), checker(judge)}
}
