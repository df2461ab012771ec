package worker_test

import (
	"errors"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"segnatura/pdfa"
	"segnatura/pdfa/worker"
)

// What a document can do to its process costs that document alone: file, page and reason are told, and the next job is done.
func TestADocumentThatTakesItsProcessDown(t *testing.T) {
	for _, test := range []struct {
		deed   string
		cause  worker.Cause
		reason pdfa.RefusalReason
		words  string
	}{
		{"loop", worker.CauseDeadline, pdfa.RefusedDeadline, "no progress"},
		{"sleep", worker.CauseDeadline, pdfa.RefusedDeadline, "no progress"},
		{"allocate", worker.CauseMemory, pdfa.RefusedMemory, "MiB"},
		{"panic", worker.CauseCrash, pdfa.RefusedCrash, "a decoder's fault"},
		{"abort", worker.CauseCrash, pdfa.RefusedCrash, "SIGABRT"},
		{"exit", worker.CauseProtocol, pdfa.RefusedCrash, "without a result"},
		{"garbage", worker.CauseProtocol, pdfa.RefusedCrash, "frame"},
		{"close pipe", worker.CauseProtocol, pdfa.RefusedCrash, "EOF"},
	} {
		t.Run(test.deed, func(t *testing.T) {
			p := newPool(t, func(c *worker.Config) {
				if test.cause == worker.CauseDeadline {
					c.Background.Stall = 300 * time.Millisecond
				}
			})
			died := diedOf(t, convert(t.Context(), p, test.deed))
			r := died.Refused
			if died.Cause != test.cause || r.Reason != test.reason || r.File != "allegato.tif" || r.Page != 2 {
				t.Errorf("cause %s, refused %+v", died.Cause, r)
			}
			if !strings.Contains(r.Detail, test.words) {
				t.Errorf("detail %q", r.Detail)
			}
			works(t, p)
		})
	}
}

func TestAProcessThatIsKilledFromOutside(t *testing.T) {
	p := newPool(t, nil)
	_, err := p.Convert(t.Context(), deed("sleep"), io.Discard, func(page int) {
		if page == 2 {
			if err := syscall.Kill(onlyChild(t), syscall.SIGKILL); err != nil {
				t.Error(err)
			}
		}
	})
	died := diedOf(t, err)
	if died.Signal != syscall.SIGKILL || died.Refused.Reason != pdfa.RefusedCrash || died.Refused.File != "allegato.tif" || died.Refused.Page != 2 {
		t.Errorf("died %+v", died)
	}
	works(t, p)
}

// A spare that somebody killed is no document's fault: the job gets another process.
func TestADeadSpareCostsNothing(t *testing.T) {
	p := newPool(t, func(c *worker.Config) { c.Spares = 1 })
	works(t, p)
	eventually(t, "a spare waits", func() bool { return len(children(t)) == 1 })
	spare := onlyChild(t)
	if err := syscall.Kill(spare, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the spare is gone", func() bool { return len(children(t)) == 0 })
	works(t, p)
}

func TestThereIsNoWayOut(t *testing.T) {
	p := newPool(t, nil)
	jail, err := p.Jail(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := convert(t.Context(), p, "escape"); err == nil || !strings.Contains(err.Error(), errShut.Error()) {
		t.Errorf("with %+v: %v", jail, err)
	}
	if _, err := os.Stat("/tmp/escaped"); err == nil {
		t.Error("a file was written")
	}
}

// Each layer is there by itself: what seccomp refuses is not looked at here.
func TestTheJailIsWhole(t *testing.T) {
	p := newPool(t, nil)
	jail, err := p.Jail(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !jail.Seccomp || jail.Landlock == 0 && os.Getenv("CI") == "true" {
		t.Errorf("jail %+v lacks %v", jail, jail.Lacking())
	}
}

func TestATotalDeadlineHoldsDespiteProgress(t *testing.T) {
	p := newPool(t, func(c *worker.Config) { c.Background.Stall, c.Background.Total = time.Hour, 300*time.Millisecond })
	if died := diedOf(t, convert(t.Context(), p, "sleep")); died.Cause != worker.CauseDeadline {
		t.Errorf("died %+v", died)
	}
}

// What a process has us do meanwhile is its time too in the end.
func TestTheWallsClockEndsAJobThatKeepsUsBusy(t *testing.T) {
	p := newPool(t, func(c *worker.Config) { c.Background.Wall = 300 * time.Millisecond })
	_, err := p.Rasters(t.Context(), []pdfa.Input{{Name: "1"}, {Name: "2"}}, func(pdfa.Raster) error {
		eventually(t, "the process is gone", func() bool { return len(children(t)) == 0 })
		return nil
	})
	if died := diedOf(t, err); died.Cause != worker.CauseDeadline {
		t.Errorf("died %+v", died)
	}
}

func TestOutputWithoutEnd(t *testing.T) {
	p := newPool(t, func(c *worker.Config) { c.Background.OutputBytes = 1500 })
	if died := diedOf(t, convert(t.Context(), p, "copy")); died.Cause != worker.CauseProtocol {
		t.Errorf("died %+v", died)
	}
}

func TestAResultThatIsNotWhatCame(t *testing.T) {
	p := newPool(t, nil)
	if err := convert(t.Context(), p, "lie"); err == nil {
		t.Error("believed")
	}
}

// Nothing is left: no process, no goroutine, no open file.
func TestCloseLeavesNothing(t *testing.T) {
	files, routines := openFiles(t), runtime.NumGoroutine()
	p := newPool(t, func(c *worker.Config) { c.Spares = 2 })
	for _, name := range []string{"copy", "panic", "garbage", "copy"} {
		_ = convert(t.Context(), p, name)
	}
	begun, ended := make(chan struct{}), make(chan error)
	go func() {
		_, err := p.Convert(t.Context(), deed("sleep"), io.Discard, func(page int) {
			if page == 2 {
				close(begun)
			}
		})
		ended <- err
	}()
	<-begun
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; !errors.Is(err, worker.ErrClosed) {
		t.Errorf("the job under way: %v", err)
	}
	if err := convert(t.Context(), p, "copy"); !errors.Is(err, worker.ErrClosed) {
		t.Errorf("a job afterwards: %v", err)
	}
	if list := children(t); len(list) > 0 {
		t.Errorf("processes %v are left", list)
	}
	eventually(t, "goroutines are gone", func() bool { return runtime.NumGoroutine() <= routines })
	eventually(t, "files are closed", func() bool { return openFiles(t) <= files })
}

// children are the processes that this one started and that are not reaped yet.
func children(t *testing.T) (list []int) {
	t.Helper()
	tasks, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range tasks {
		text, err := os.ReadFile("/proc/self/task/" + task.Name() + "/children")
		if err != nil {
			continue // the thread is gone
		}
		for _, field := range strings.Fields(string(text)) {
			pid, err := strconv.Atoi(field)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, pid)
		}
	}
	return list
}

func onlyChild(t *testing.T) int {
	t.Helper()
	list := children(t)
	if len(list) != 1 {
		t.Errorf("processes %v, want one", list)
		return 0
	}
	return list[0]
}

func openFiles(t *testing.T) int {
	t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

// eventually asks again until it holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.NewTimer(20 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("not within 20 s: %s", what)
		}
	}
}
