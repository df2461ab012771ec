package peers

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// cost is what a program took, with all that it started.
type cost struct {
	wall, cpu time.Duration
	memory    int64 // bytes
	output    int64 // bytes
}

// between is how often memory is looked at.
const between = 10 * time.Millisecond

// measure runs commands, at most atOnce of them at a time, and adds them up.
func measure(atOnce int, commands ...*exec.Cmd) (cost, error) {
	var mu sync.Mutex
	var total cost
	var failed error
	running := map[int]bool{}
	waiting := make(chan *exec.Cmd, len(commands))
	for _, c := range commands {
		waiting <- c
	}
	close(waiting)
	done := make(chan struct{})
	looked := make(chan int64)
	go func() { looked <- highest(&mu, running, done) }()

	began := time.Now()
	var workers sync.WaitGroup
	for range atOnce {
		workers.Go(func() {
			for cmd := range waiting {
				used, err := run(cmd, &mu, running)
				mu.Lock()
				total.cpu += used
				if failed == nil {
					failed = err
				}
				mu.Unlock()
			}
		})
	}
	workers.Wait()
	total.wall = time.Since(began)
	close(done)
	total.memory = <-looked
	return total, failed
}

// run runs one command and returns its processor time. What wait4 says of memory is of no use: a child of vfork counts its parent's.
func run(cmd *exec.Cmd, mu *sync.Mutex, running map[int]bool) (time.Duration, error) {
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	mu.Lock()
	running[cmd.Process.Pid] = true
	mu.Unlock()
	err := cmd.Wait()
	mu.Lock()
	delete(running, cmd.Process.Pid)
	mu.Unlock()
	if err != nil {
		return 0, fmt.Errorf("%s: %w: %s", filepath.Base(cmd.Path), err, &said)
	}
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), nil
}

// highest looks until done at the resident memory of the running processes with all their descendants, and returns the highest sum,
// or the highest that one process has had between two looks where that is more.
func highest(mu *sync.Mutex, running map[int]bool, done <-chan struct{}) int64 {
	tick := time.NewTicker(between)
	defer tick.Stop()
	var most int64
	for {
		select {
		case <-done:
			return most
		case <-tick.C:
		}
		var sum int64
		mu.Lock()
		for pid := range running {
			now, peak := resident(pid)
			sum += now
			most = max(most, peak)
		}
		mu.Unlock()
		most = max(most, sum)
	}
}

// resident is the resident memory of a process and its descendants now, in bytes, and the highest that one of them has had. Those
// that have ended meanwhile have none.
func resident(pid int) (now, peak int64) {
	now, peak = status(pid, "VmRSS:"), status(pid, "VmHWM:")
	children, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid)) // the pattern is sound
	for _, list := range children {
		for _, child := range strings.Fields(read(list)) {
			if n, err := strconv.Atoi(child); err == nil {
				itsNow, itsPeak := resident(n)
				now, peak = now+itsNow, max(peak, itsPeak)
			}
		}
	}
	return now, peak
}

// status is one of the memory figures of /proc/PID/status, in bytes.
func status(pid int, key string) int64 {
	for line := range strings.Lines(read(fmt.Sprintf("/proc/%d/status", pid))) {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == key {
			kib, _ := strconv.ParseInt(fields[1], 10, 64) // the kernel writes digits
			return kib << 10
		}
	}
	return 0
}

func read(path string) string {
	b, _ := os.ReadFile(path) // a process that has ended has no file
	return string(b)
}

// A grandchild that holds 64 MiB for a while is counted, beside another that holds as much, in memory as in processor time.
func TestMeasureCountsDescendants(t *testing.T) {
	hold := func() *exec.Cmd {
		return exec.Command("sh", "-c", "(head -c 67108864 /dev/zero; sleep 0.3) | tail -c 67108864 | sh -c 'sleep 0.2; wc -c' >/dev/null")
	}
	const held = 60 << 20
	one, err := measure(1, hold())
	if err != nil || one.memory < held || one.cpu == 0 {
		t.Errorf("one: %+v, %v", one, err)
	}
	if two, err := measure(2, hold(), hold()); err != nil || two.memory < 2*held {
		t.Errorf("two at once: %+v, %v", two, err)
	}
	if _, err := measure(1, exec.Command("sh", "-c", "echo why >&2; exit 3")); err == nil || !strings.Contains(err.Error(), "why") {
		t.Errorf("a program that failed: %v", err)
	}
}
