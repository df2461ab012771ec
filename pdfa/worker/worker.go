// Package worker has the bytes of strangers opened in a process that can do no harm: no file, no connection, no other program,
// bounded memory and time. What a hostile document does to a decoder, a parser or MuPDF, it does in there; the station loses that
// one document, and can say at which page.
//
// The program starts itself again for that. The child calls [Serve] with the [Engines] that do the work, jails itself before it
// reads anything, takes one job over its standard input, and asks over its standard output for everything that the job needs: bytes
// of the inputs, which the parent opens one at a time; whether a code is one of ours. It hands over what it made the same way, so
// neither process holds a whole file. One process does one job and is then killed: nothing of a document is left for the next.
//
//	pool, err := worker.New(worker.Config{Args: []string{"segnatura", "worker"}, Desk: ..., Background: ..., Spares: 1})
//	defer pool.Close()
//	result, err := pool.Convert(ctx, job, file, nil)
//
// What it refuses: a process that makes no progress in time, takes too much memory, dies, or says what makes no sense. That is a
// [*DiedError], and as a *pdfa.RefusedError names the file and the page that were under way. Errors of the engines arrive with their
// class (*pdfa.RefusedError, *scanner.Fault). When ctx ends the process is killed at once.
//
// The jail is Linux's: resource limits, no new privileges, landlock without any path, and a seccomp table of what may be called
// ([Jail] says what the kernel could do). The parent adds deadlines, a watch on resident memory, and death with the parent.
package worker

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"
)

// Limits bound one job.
type Limits struct {
	// Stall is how long the process may take from one page to the next, Total how long for all; what we let it wait does not count.
	Stall, Total time.Duration
	// Wall is how long the job may take by the clock on the wall, with what we let the process wait.
	Wall        time.Duration
	MemoryBytes int64 // resident
	OutputBytes int64 // that it hands back, with everything else that it says
}

// Config is how processes are started and held.
type Config struct {
	// Args are the child's arguments, from the program's name on. They must lead it to Serve.
	Args []string
	// Desk bounds jobs that a clerk waits for (Inspect, Separate), Background all others. They do not wait for each other.
	Desk, Background Limits
	// AtOnce is how many jobs of each of the two may run; the next one waits.
	AtOnce int
	// Spares is how many processes are kept started, jailed and idle, so that a clerk does not wait for one to start.
	Spares int
	// Observe, if not nil, is told of each job that ended well, before the job's call returns. Calls may be concurrent.
	Observe func(Usage)
}

// Usage is what a job took.
type Usage struct {
	Job        string
	PeakMemory int64         // resident bytes of the process, at most
	Waited     time.Duration // for the process, from the job's start to its end
}

// ErrClosed is the error of jobs after, or during, Close.
var ErrClosed = errors.New("the worker pool is closed")

// backgroundNice is the niceness of processes that nobody waits for.
const backgroundNice = 10

// Pool starts processes and gives them work. Its methods may be called concurrently.
type Pool struct {
	cfg    Config
	desk   chan struct{}
	behind chan struct{}

	starts chan chan<- started
	stop   chan struct{}
	all    sync.WaitGroup

	mu       sync.Mutex
	closed   bool
	live     map[*process]struct{}
	spares   []*process
	starting int // spares that are on their way
}

type started struct {
	p   *process
	err error
}

// New makes a pool and begins to start its spares. The caller closes it.
func New(cfg Config) (*Pool, error) {
	for _, l := range []Limits{cfg.Desk, cfg.Background} {
		if l.Stall <= 0 || l.Total <= 0 || l.Wall <= 0 || l.MemoryBytes <= 0 || l.OutputBytes <= 0 {
			return nil, errors.New("pdfa worker: a limit is missing")
		}
	}
	if len(cfg.Args) == 0 || cfg.AtOnce < 1 || cfg.Spares < 0 {
		return nil, errors.New("pdfa worker: no arguments, or no place for a job")
	}
	p := &Pool{
		cfg: cfg, desk: make(chan struct{}, cfg.AtOnce), behind: make(chan struct{}, cfg.AtOnce),
		starts: make(chan chan<- started), stop: make(chan struct{}), live: map[*process]struct{}{},
	}
	p.all.Go(p.startAll)
	p.replenish()
	return p, nil
}

// Close kills every process and waits until none is left. Jobs under way end with ErrClosed. Later calls do nothing.
func (p *Pool) Close() error {
	p.mu.Lock()
	if !p.closed {
		p.closed = true
		close(p.stop)
	}
	for child := range p.live {
		child.kill("")
	}
	p.mu.Unlock()
	p.all.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, spare := range p.spares {
		spare.discard()
	}
	p.spares = nil
	return nil
}

// Jail starts a process and says what holds it.
func (p *Pool) Jail(ctx context.Context) (Jail, error) {
	child, err := p.take(ctx)
	if err != nil {
		return Jail{}, fmt.Errorf("pdfa worker: %w", err)
	}
	p.letGo(child)
	return child.jail, nil
}

// startAll starts processes, from one thread that lives until the pool is closed: the kernel kills them when it ends, so also when
// this program is killed.
func (p *Pool) startAll() {
	runtime.LockOSThread() // for good: the thread ends with this goroutine
	for {
		select {
		case <-p.stop:
			return
		case answer := <-p.starts:
			child, err := start(p.cfg.Args)
			if err == nil {
				p.adopt(child)
			}
			answer <- started{child, err}
		}
	}
}

// adopt has a process waited for.
func (p *Pool) adopt(child *process) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.live[child] = struct{}{}
	p.all.Go(func() {
		child.reap()
		p.mu.Lock()
		delete(p.live, child)
		p.mu.Unlock()
	})
	if p.closed {
		child.kill("")
	}
}

// fresh starts a process and waits until it is ready.
func (p *Pool) fresh(ctx context.Context) (*process, error) {
	answer := make(chan started, 1)
	select {
	case p.starts <- answer:
	case <-p.stop:
		return nil, ErrClosed
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	s := <-answer
	if s.err != nil {
		return nil, s.err
	}
	if err := s.p.ready(ctx); err != nil {
		s.p.discard()
		return nil, errors.Join(p.closedError(), err)
	}
	return s.p, nil
}

// take returns a process that is ready: a spare that lives, else a new one.
func (p *Pool) take(ctx context.Context) (*process, error) {
	for {
		p.mu.Lock()
		if p.closed {
			p.mu.Unlock()
			return nil, ErrClosed
		}
		if len(p.spares) == 0 {
			p.mu.Unlock()
			return p.fresh(ctx)
		}
		spare := p.spares[0]
		p.spares = p.spares[1:]
		p.mu.Unlock()
		if !spare.isDead() {
			return spare, nil
		}
		spare.discard()
	}
}

// letGo ends a process behind the caller's back, and has another one made ready.
func (p *Pool) letGo(child *process) {
	p.mu.Lock()
	closed := p.closed
	if !closed {
		p.all.Go(child.discard)
	}
	p.mu.Unlock()
	if closed {
		child.discard()
	}
	p.replenish()
}

// replenish starts the spares that are missing. One that does not start is missed by nobody: a job then starts its own, and says why
// that fails.
func (p *Pool) replenish() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for !p.closed && len(p.spares)+p.starting < p.cfg.Spares {
		p.starting++
		p.all.Go(func() {
			child, err := p.fresh(context.Background())
			p.mu.Lock()
			defer p.mu.Unlock()
			p.starting--
			if err == nil {
				p.spares = append(p.spares, child)
			}
		})
	}
}

func (p *Pool) closedError() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return ErrClosed
	}
	return nil
}

// lane is where a job waits for its turn, and what bounds it.
func (p *Pool) lane(j job) (chan struct{}, Limits) {
	if j.atDesk() {
		return p.desk, p.cfg.Desk
	}
	return p.behind, p.cfg.Background
}
