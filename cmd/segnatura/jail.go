package main

import (
	"context"
	"io"
	"os"
	"time"

	"segnatura/pdfa"
	selfcheck "segnatura/pdfa/check"
	"segnatura/pdfa/convert"
	"segnatura/pdfa/worker"
	"segnatura/scanner/sheet"
)

// workerCommand is how this program calls itself for a jailed process; people have no use for it.
const workerCommand = "worker"

// inJail is the worker command: the engines that touch foreign bytes. Nothing else of this program decodes a page.
func inJail(_ context.Context, e env, _ []string) error {
	return worker.Serve(jailedEngines(), e.stdin, e.stdout)
}

func jailedEngines() worker.Engines {
	return worker.Engines{
		Convert: convert.Engine{}.Convert,
		Check: func(_ context.Context, r io.ReaderAt, size int64) (pdfa.Report, error) {
			return selfcheck.Check(r, size)
		},
		Rasters: convert.Engine{}.Rasters,
		Inspect: sheet.Inspector{}.InspectWithThumbnail,
	}
}

// What one job may take. A scan is measured in a tenth of a second, and an A3 page in colour at 600 dpi takes 210 MB decoded: who
// needs more than these is stuck, or lies.
func deskLimits() worker.Limits {
	return worker.Limits{Stall: 30 * time.Second, Total: 5 * time.Minute, MemoryBytes: 1 << 30, OutputBytes: 2 << 30}
}

func backgroundLimits() worker.Limits {
	return worker.Limits{Stall: 2 * time.Minute, Total: time.Hour, MemoryBytes: 1 << 30, OutputBytes: 8 << 30}
}

// newJail makes the processes that open what strangers sent. The caller closes it.
func newJail(spares int) (*worker.Pool, error) {
	return worker.New(worker.Config{
		Args: []string{os.Args[0], workerCommand}, Desk: deskLimits(), Background: backgroundLimits(), AtOnce: 2, Spares: spares,
	})
}

// spareProcesses are kept ready by the service, so that a page does not wait for a process to start.
const spareProcesses = 1
