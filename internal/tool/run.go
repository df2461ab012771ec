package tool

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// A Job is one run of a program.
type Job struct {
	// Args go to the program as they are, without its name. A name that comes from outside must not be taken for an
	// option: make paths absolute, or put "--" before them where the program knows it.
	Args []string
	// Dir is the work folder: current directory, HOME and TMPDIR of the program. It belongs to this job alone, and to
	// the caller. Empty: Run makes one and removes it, with all that the program left in it.
	Dir string
	// Env adds to PATH, HOME, TMPDIR and LC_ALL=C.UTF-8, or replaces them. Nothing else of our environment is passed on.
	Env []string
	// Stdin is read by the program; nil is empty. A Reader that blocks must end when ctx does.
	Stdin io.Reader
	// Stdout receives standard output instead of Result.Stdout. MaxOutput bounds it all the same.
	Stdout io.Writer
	// Stderr does the same for standard error; an ExitError then has no last line.
	Stderr io.Writer
	// MaxOutput bounds, in bytes, standard output and standard error each; 0 means 1 MiB.
	MaxOutput int64
	// Timeout is the deadline, from the start. It must be positive; the deadline of ctx holds as well.
	Timeout time.Duration
	// Stop is the signal that asks the program to end at the deadline or when ctx is cancelled (scanimage: SIGINT gives
	// the scanner back); 0 kills at once. After Grace it is killed.
	Stop  syscall.Signal
	Grace time.Duration
	// Nice lowers the program's precedence, 0 to 19 (nice(2)), so that what nobody waits for does not hold up what somebody does.
	Nice int
}

// A Result is what a program wrote. It is filled, as far as the program came, also when Run returns an error.
type Result struct {
	Stdout, Stderr []byte
	// Took is from start to end.
	Took time.Duration
}

const (
	defaultMaxOutput = 1 << 20
	// drainLimit is how long Run waits for output after the program's end, when something that left the process
	// group still holds the pipe.
	drainLimit = 2 * time.Second
)

// Run runs the program to its end. The error is nil only for exit code 0; else it wraps *ExitError, ErrDeadline,
// ErrOutput, context.Canceled, or what kept the program from starting. When Run returns, the program and all of its
// process group are dead. A process that the kernel will not kill (waiting for a dead device) delays the return.
func (t *Tool) Run(ctx context.Context, job Job) (Result, error) {
	if job.Timeout <= 0 {
		return Result{}, fmt.Errorf("run %s: no deadline given", t.name)
	}
	if job.MaxOutput == 0 {
		job.MaxOutput = defaultMaxOutput
	}
	if job.Dir == "" {
		dir, err := os.MkdirTemp("", "segnatura-tool-")
		if err != nil {
			return Result{}, fmt.Errorf("run %s: make its work folder: %w", t.name, err)
		}
		defer os.RemoveAll(dir)
		job.Dir = dir
	}
	ctx, cancel := context.WithTimeout(ctx, job.Timeout)
	defer cancel()
	if err := ctx.Err(); err != nil {
		return Result{}, fmt.Errorf("run %s: %w", t.name, stopReason(err))
	}
	result, err := t.run(ctx, job)
	if err != nil {
		return result, fmt.Errorf("run %s: %w", t.name, err)
	}
	return result, nil
}

func (t *Tool) run(ctx context.Context, job Job) (Result, error) {
	overflow := &alarm{rung: make(chan struct{})}
	var stdout, stderr bytes.Buffer
	if job.Stdout == nil {
		job.Stdout = &stdout
	}
	if job.Stderr == nil {
		job.Stderr = &stderr
	}
	cmd := exec.Command(t.path, job.Args...)
	cmd.Dir = job.Dir
	cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + job.Dir, "TMPDIR=" + job.Dir, "LC_ALL=C.UTF-8",
	}, job.Env...)
	cmd.Stdin = job.Stdin
	cmd.Stdout = &bounded{w: job.Stdout, left: job.MaxOutput, overflow: overflow}
	cmd.Stderr = &bounded{w: job.Stderr, left: job.MaxOutput, overflow: overflow}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = drainLimit

	began := time.Now()
	if err := cmd.Start(); err != nil {
		return Result{}, fmt.Errorf("start: %w", err)
	}
	if job.Nice > 0 {
		// It can only fail for a process that is gone, which the wait will tell.
		_ = unix.Setpriority(unix.PRIO_PROCESS, cmd.Process.Pid, job.Nice)
	}
	stopped := watch(ctx, cmd.Process.Pid, job, overflow)
	waitErr := cmd.Wait()
	result := Result{Stdout: stdout.Bytes(), Stderr: stderr.Bytes(), Took: time.Since(began)}
	if overflow.ringing() {
		// It may have ended by itself, on the broken pipe, before the watch saw it.
		stopped = fmt.Errorf("%w: more than %d bytes", ErrOutput, job.MaxOutput)
	}
	return result, verdict(stopped, waitErr, result.Stderr)
}

// watch waits until the program has ended, and makes it end when it must. It returns why it had to. The program is
// left unreaped, so that its number, which is also its group's, cannot belong to another by the time it is used.
func watch(ctx context.Context, pid int, job Job, overflow *alarm) (stopped error) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for errors.Is(unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil), unix.EINTR) {
		}
	}()
	signal := syscall.SIGKILL
	select {
	case <-ended:
	case <-overflow.rung:
	case <-ctx.Done():
		stopped = stopReason(ctx.Err())
		if job.Stop != 0 {
			signal = job.Stop
		}
	}
	// ESRCH says that nobody is left in the group, which is what is wanted.
	_ = syscall.Kill(-pid, signal)
	if signal != syscall.SIGKILL {
		grace := time.NewTimer(job.Grace)
		defer grace.Stop()
		select {
		case <-ended:
		case <-grace.C:
		}
		_ = syscall.Kill(-pid, syscall.SIGKILL)
	}
	<-ended
	return stopped
}

func stopReason(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%w: %w", ErrDeadline, err)
	}
	return err
}

// verdict prefers the reason why we stopped the program to the way in which it then ended.
func verdict(stopped, waitErr error, stderr []byte) error {
	if stopped != nil {
		return stopped
	}
	var exit *exec.ExitError
	if !errors.As(waitErr, &exit) {
		return waitErr // nil, or an error of the pipes
	}
	e := &ExitError{Code: exit.ExitCode(), LastLine: lastLine(stderr)}
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		e.Signal = status.Signal()
	}
	return e
}

// An alarm rings once.
type alarm struct {
	once sync.Once
	rung chan struct{}
}

func (a *alarm) ring() { a.once.Do(func() { close(a.rung) }) }

func (a *alarm) ringing() bool {
	select {
	case <-a.rung:
		return true
	default:
		return false
	}
}

// bounded passes on what it is given, and rings when that is more than what was left. It keeps what fits.
type bounded struct {
	w        io.Writer
	left     int64
	overflow *alarm
}

func (b *bounded) Write(p []byte) (int, error) {
	fits := p
	if int64(len(p)) > b.left {
		fits = p[:b.left]
	}
	n, err := b.w.Write(fits)
	b.left -= int64(n)
	if err != nil {
		return n, err
	}
	if len(fits) < len(p) {
		b.overflow.ring()
		return n, ErrOutput
	}
	return n, nil
}
