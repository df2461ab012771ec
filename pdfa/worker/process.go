package worker

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// startLimit is how long a process may take until it is jailed and ready.
	startLimit = 30 * time.Second
	// lastWords bounds what is kept of a process's standard error, in bytes: the beginning says why, the rest says where.
	lastWords = 2 << 10
	// endGrace is how long a process that hung up may take to be dead.
	endGrace = 2 * time.Second
	// watchEvery is between two looks at a process's memory. Faulting pages in takes it longer to fill a machine.
	watchEvery = 20 * time.Millisecond
)

// process is one child, for one job. It is killed as a group, and only while its number is certainly still its own.
type process struct {
	pid   int
	proc  *os.Process
	in    *os.File
	out   *os.File
	read  *bufio.Reader
	words *firstWords
	jail  Jail

	ended chan struct{} // closed once it is dead and reaped
	state *os.ProcessState

	mu     sync.Mutex
	reaped bool
	cause  Cause // why it was killed here, if it was
}

// start makes a process. It must be called from a thread that lives as long as the process shall: the kernel kills the process when
// that thread ends. reap, which must be called, returns when the process is gone.
func start(args []string) (p *process, err error) {
	var theirs, ours []*os.File
	defer func() {
		for _, f := range theirs {
			_ = f.Close()
		}
		if err != nil {
			for _, f := range ours {
				_ = f.Close()
			}
		}
	}()
	pipe := func(weWrite bool) (mine *os.File, err error) {
		r, w, err := os.Pipe()
		if err != nil {
			return nil, fmt.Errorf("start worker: %w", err)
		}
		if weWrite {
			r, w = w, r
		}
		ours, theirs = append(ours, r), append(theirs, w)
		return r, nil
	}
	in, err := pipe(true)
	if err != nil {
		return nil, err
	}
	out, err := pipe(false)
	if err != nil {
		return nil, err
	}
	words, err := pipe(false)
	if err != nil {
		return nil, err
	}
	// Whatever file this program has on the disk by now, the child is of the same build.
	proc, err := os.StartProcess("/proc/self/exe", args, &os.ProcAttr{
		Dir: "/", Env: []string{}, Files: theirs, Sys: &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL},
	})
	if err != nil {
		return nil, fmt.Errorf("start worker: %w", err)
	}
	return &process{pid: proc.Pid, proc: proc, in: in, out: out, read: bufio.NewReaderSize(out, chunk/4),
		words: &firstWords{from: words}, ended: make(chan struct{})}, nil
}

// reap waits until the process is dead, and lets go of all that it had.
func (p *process) reap() {
	p.words.collect()
	for errors.Is(unix.Waitid(unix.P_PID, p.pid, nil, unix.WEXITED|unix.WNOWAIT, nil), unix.EINTR) {
	}
	p.mu.Lock()
	_ = syscall.Kill(-p.pid, syscall.SIGKILL) // whoever of its group is left; ESRCH says that nobody is
	p.state, _ = p.proc.Wait()                // it is dead: this takes no time
	p.reaped = true
	p.mu.Unlock()
	close(p.ended)
}

// kill ends the process for a reason, of which the first counts. It may be dead already.
func (p *process) kill(why Cause) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cause == "" {
		p.cause = why
	}
	if !p.reaped {
		_ = syscall.Kill(-p.pid, syscall.SIGKILL)
	}
}

// killed is why it was killed here; empty where it was not.
func (p *process) killed() Cause {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cause
}

// discard ends the process and lets go of the pipes. It waits.
func (p *process) discard() {
	p.kill("")
	<-p.ended
	_ = p.in.Close()
	_ = p.out.Close()
}

func (p *process) isDead() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// ready waits until the process is in its jail.
func (p *process) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	defer context.AfterFunc(ctx, func() { p.kill(CauseDeadline) })()
	k, payload, err := readFrame(p.read, nil)
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("start worker: %w", context.Cause(ctx))
	case err != nil:
		p.kill(CauseProtocol)
		<-p.ended
		return fmt.Errorf("start worker: %w: %s", err, p.words)
	case k != kindReady:
		return fmt.Errorf("start worker: %w", protocolError("%q instead of a greeting", k))
	}
	if err := json.Unmarshal(payload, &p.jail); err != nil {
		return fmt.Errorf("start worker: read its greeting: %w", err)
	}
	return nil
}

// watchMemory kills the process when it has more resident memory than most, until ctx ends.
func (p *process) watchMemory(ctx context.Context, most int64) {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.ended:
			return
		case <-tick.C:
		}
		if has, err := memory(p.pid); err == nil && has.resident > most {
			p.kill(CauseMemory)
			return
		}
	}
}

// peak is the most resident memory that the process ever had, in bytes (VmHWM of proc(5)); 0 when it is gone.
func (p *process) peak() int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		var kib int64
		if _, err := fmt.Sscanf(line, "VmHWM: %d kB", &kib); err == nil {
			return kib << 10
		}
	}
	return 0
}

// firstWords keeps the beginning of what a process says on standard error.
type firstWords struct {
	from *os.File
	text []byte
}

// collect reads until the process has closed its end, which it has when it is dead.
func (w *firstWords) collect() {
	w.text, _ = io.ReadAll(io.LimitReader(w.from, lastWords))
	_, _ = io.Copy(io.Discard, w.from)
	_ = w.from.Close()
}

// String is the first line; to be asked for after the end.
func (w *firstWords) String() string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(w.text)), "\n")
	return clean(line, 300)
}
