package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"segnatura/pdfa"
	selfcheck "segnatura/pdfa/check"
	"segnatura/pdfa/convert"
	"segnatura/pdfa/worker"
	"segnatura/pdfa/worker/draw"
	"segnatura/scanner/sheet"
)

// largestInput is the most bytes of one file that the jail takes; larger ones are refused in it.
const largestInput = convert.MaxFileBytes

// workerCommand is how this program calls itself for a jailed process; people have no use for it.
const workerCommand = "worker"

// inJail is the worker command: the engines that touch foreign bytes. Nothing else of this program decodes a page.
func inJail(_ context.Context, e env, _ []string) error {
	return worker.Serve(jailedEngines(), e.stdin, e.stdout)
}

func jailedEngines() worker.Engines {
	engine := convert.Engine{Drawer: draw.MuPDF{}}
	return worker.Engines{
		Convert: engine.Convert,
		Check: func(_ context.Context, r io.ReaderAt, size int64, progress func(int)) (pdfa.Report, error) {
			return selfcheck.Watched(r, size, progress)
		},
		Rasters:  engine.Rasters,
		Inspect:  inspectDrawn(engine, inspectRare(engine, sheet.Inspector{}.InspectWithThumbnail)),
		Crop:     cropIn(engine),
		Separate: separateIn(engine),
	}
}

// What one job may take. A scan is measured in a tenth of a second, and an A3 page in colour at 600 dpi takes 210 MB decoded: who
// needs more than these is stuck, or lies. On the wall it may be far longer: recognising the text of a thousand pages takes hours, for
// which the process waits.
func deskLimits() worker.Limits {
	return worker.Limits{Stall: 30 * time.Second, Total: 5 * time.Minute, Wall: 30 * time.Minute, MemoryBytes: 1 << 30, OutputBytes: 2 << 30}
}

func backgroundLimits() worker.Limits {
	return worker.Limits{Stall: 2 * time.Minute, Total: time.Hour, Wall: 24 * time.Hour, MemoryBytes: 1 << 30, OutputBytes: 8 << 30}
}

// newJail makes the processes that open what strangers sent. The caller closes it.
func newJail(spares int) (*worker.Pool, error) {
	return worker.New(worker.Config{
		Args: []string{os.Args[0], workerCommand}, Desk: deskLimits(), Background: backgroundLimits(), AtOnce: 2, Spares: spares,
	})
}

// spareProcesses are kept ready by the service, so that a page does not wait for a process to start.
const spareProcesses = 1

// jailCheck is what `segnatura check` says of the jail.
type jailCheck struct {
	worker.Jail
	Lacking []string `json:"lacking,omitempty"`
	// Fault says why no process could be jailed: nothing that comes from outside can be opened then.
	Fault string `json:"fault,omitempty"`
}

func (j jailCheck) String() string {
	switch {
	case j.Fault != "":
		return "does not hold: " + j.Fault
	case len(j.Lacking) > 0:
		return "lacks: " + strings.Join(j.Lacking, "; ")
	}
	return fmt.Sprintf("whole: seccomp, landlock %d, %d MiB of address space", j.Landlock, j.AddressSpaceBytes>>20)
}

// checkJail has a process jailed, as the service does.
func checkJail(ctx context.Context) jailCheck {
	pool, err := newJail(0)
	if err != nil {
		return jailCheck{Fault: err.Error()}
	}
	jail, err := pool.Jail(ctx)
	if err := errors.Join(err, pool.Close()); err != nil {
		return jailCheck{Fault: err.Error()}
	}
	return jailCheck{Jail: jail, Lacking: jail.Lacking()}
}
