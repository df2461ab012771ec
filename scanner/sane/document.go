package sane

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"segnatura/internal/tool"
	"segnatura/scanner"
)

const (
	// longestRun bounds a whole run: a day at the desk. Each page has its own deadline.
	longestRun = 12 * time.Hour
	// cancelGrace is how long scanimage may take to give the device back.
	cancelGrace = 10 * time.Second
	// longestPage bounds a page that goes on moving: the finest scan of the largest glass.
	longestPage = 30 * time.Minute
	// maxRunOutput bounds what a run prints: two short lines a page, and its progress, of which nothing is kept.
	maxRunOutput = 256 << 20
)

var (
	errClosed = errors.New("the run was closed")
	errHung   = errors.New("no page came in time")
)

// document is one run of scanimage.
type document struct {
	src      *Source
	dir      string // its work folder, gone with the run
	settings scanner.Settings
	format   string
	feeder   bool

	cancel context.CancelCauseFunc
	prompt *os.File      // one line of it makes scanimage take the next page
	files  chan string   // what it names on standard output
	says   *chatter      // its standard error
	over   chan struct{} // closed when scanimage is gone; then err is set
	err    error

	mu     sync.Mutex
	taken  int
	page   *pageFile // delivered and not yet closed
	end    error     // io.EOF or a *scanner.Fault, for good
	closed bool
}

// start begins a run. The device is opened by scanimage; troubles of that show at the first Next.
func (d *document) start(ctx context.Context, r scanner.Request) error {
	o, err := d.src.deviceOptions(ctx)
	if err != nil {
		return err
	}
	r, args, err := o.resolve(r)
	if err != nil {
		return err
	}
	program, err := d.src.found(ctx)
	if err != nil {
		return err
	}
	address, err := d.src.addressNow(ctx, program)
	if err != nil {
		return err
	}
	work, err := filepath.Abs(cmp.Or(d.src.cfg.WorkDir, os.TempDir())) // scanimage runs in its own folder
	if err == nil {
		d.dir, err = os.MkdirTemp(work, "sane-")
	}
	if err != nil {
		return &scanner.Fault{Kind: scanner.FaultDevice, Detail: "no work folder for the run", Err: err}
	}
	d.feeder, d.format = r.Input == scanner.InputFeeder, r.Format
	d.settings = scanner.Settings{
		Device: d.src.makeAndModel(ctx), DeviceID: d.src.id(), Input: r.Input, ColorMode: r.ColorMode,
		ResolutionXDPI: r.ResolutionDPI, ResolutionYDPI: r.ResolutionDPI, Duplex: r.Duplex,
	}
	further, err := o.further(d.src.cfg.Options)
	if err != nil {
		return errors.Join(err, os.RemoveAll(d.dir))
	}
	args = append(append([]string{"--device-name=" + address}, args...), further...)
	args = append(args, "--batch="+filepath.Join(d.dir, "p%d"+formats[r.Format].suffix), "--batch-print", "--batch-prompt", "--progress")
	if !d.feeder {
		args = append(args, "--batch-count=1")
	}
	answers, prompt, err := os.Pipe() // not io.Pipe: scanimage's end would wait for who copies it
	if err != nil {
		return &scanner.Fault{Kind: scanner.FaultDevice, Detail: "no pipe for the run", Err: errors.Join(err, os.RemoveAll(d.dir))}
	}
	runCtx, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	d.cancel, d.prompt, d.files, d.says, d.over = cancel, prompt, make(chan string, 1), newChatter(), make(chan struct{})
	go func() {
		defer close(d.over)
		names := &lines{to: d.files, stop: runCtx.Done()}
		_, d.err = program.Run(runCtx, tool.Job{
			Args: args, Dir: d.dir, Env: d.src.cfg.Env, Stdin: answers, Stdout: names, Stderr: d.says, MaxOutput: maxRunOutput,
			Timeout: longestRun, Stop: syscall.SIGINT, Grace: cancelGrace,
		})
		_ = answers.Close() // from here on a write to prompt fails, and nobody waits for it
	}()
	return nil
}

// Next implements scanner.Document.
func (d *document) Next(ctx context.Context) (*scanner.Page, error) {
	d.mu.Lock()
	end, unread := d.end, d.page != nil
	if d.closed && end == nil {
		end = &scanner.Fault{Kind: scanner.FaultCancelled, Err: errClosed}
	}
	d.mu.Unlock()
	if end != nil {
		return nil, end
	}
	if unread {
		return nil, errors.New("sane: Next before the page's Data was closed")
	}
	if err := ctx.Err(); err != nil {
		return nil, d.finish(&scanner.Fault{Kind: scanner.FaultCancelled, Err: err})
	}
	name, err := d.take(ctx)
	if err != nil {
		return nil, d.finish(err)
	}
	page, err := d.deliver(name)
	if err != nil {
		return nil, d.finish(err)
	}
	return page, nil
}

// take asks for one page and waits for its file: for as long as it moves, and PageTimeout where nothing does.
func (d *document) take(ctx context.Context) (string, error) {
	still, all := time.NewTimer(d.src.cfg.PageTimeout), time.NewTimer(longestPage)
	defer still.Stop()
	defer all.Stop()
	_, _ = d.prompt.Write([]byte("\n")) // fails when scanimage is gone, which over tells
	for {
		select {
		case name := <-d.files:
			return name, nil
		case <-d.says.moved:
			still.Reset(d.src.cfg.PageTimeout)
			continue
		case <-d.over:
		case <-ctx.Done():
			d.halt(ctx.Err())
			return "", &scanner.Fault{Kind: scanner.FaultCancelled, Err: ctx.Err()}
		case <-still.C:
			d.halt(errHung)
			return "", &scanner.Fault{Kind: scanner.FaultOffline, Detail: fmt.Sprintf("nothing moved for %v", d.src.cfg.PageTimeout), Err: errHung}
		case <-all.C:
			d.halt(errHung)
			return "", &scanner.Fault{Kind: scanner.FaultOffline, Detail: fmt.Sprintf("no page within %v", longestPage), Err: errHung}
		}
		select {
		case name := <-d.files: // it ended right after naming it
			return name, nil
		default:
			return "", d.ended()
		}
	}
}

// halt ends scanimage and waits until it is gone.
func (d *document) halt(cause error) {
	d.cancel(cause)
	_ = d.prompt.Close() // again it is no error that matters
	<-d.over
}

// ended says why scanimage stopped giving pages.
func (d *document) ended() error {
	d.mu.Lock()
	taken, closed := d.taken, d.closed
	d.mu.Unlock()
	if closed {
		return &scanner.Fault{Kind: scanner.FaultCancelled, Err: errClosed}
	}
	said := d.says.text()
	words := complaint(said)
	dry := strings.Contains(words, outOfDocuments)
	switch {
	case dry && taken > 0, d.err == nil && words == "" && !d.feeder && taken == 1:
		return io.EOF
	case d.err == nil && !dry && kindOfComplaint(words) == "":
		return &scanner.Fault{Kind: scanner.FaultDevice, Detail: fmt.Sprintf("the run ended after %d pages without a reason: %s", taken, words)}
	}
	d.src.forgetAddress() // it may have been plugged in elsewhere
	return faultOf(d.err, said)
}

// finish records how the run ended; the first end stays.
func (d *document) finish(err error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.end == nil {
		d.end = err
	}
	return d.end
}

// deliver opens the file that scanimage named and counts the page.
func (d *document) deliver(name string) (*scanner.Page, error) {
	if filepath.Dir(name) != d.dir {
		return nil, &scanner.Fault{Kind: scanner.FaultBadData, Detail: "scanimage named a file outside of its folder"}
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, &scanner.Fault{Kind: scanner.FaultTruncated, Detail: "the page's file cannot be read", Err: err}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil, errors.Join(&scanner.Fault{Kind: scanner.FaultCancelled, Err: errClosed}, f.Close())
	}
	d.taken++
	d.page = &pageFile{doc: d, f: f}
	p := &scanner.Page{Seq: d.taken, Format: d.format, Data: d.page, Settings: d.settings, TakenAt: d.src.cfg.Now()}
	switch {
	case d.settings.Duplex: // front, back, front, back
		p.Sheet, p.Back = (d.taken+1)/2, d.taken%2 == 0
	case d.feeder:
		p.Sheet = d.taken
	}
	return p, nil
}

// Close implements scanner.Document.
func (d *document) Close() error {
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		return nil
	}
	d.closed = true
	page := d.page
	d.mu.Unlock()
	d.halt(errClosed)
	var err error
	if page != nil {
		err = page.Close()
	}
	err = errors.Join(err, os.RemoveAll(d.dir))
	d.src.release(d)
	return err
}

// pageFile is one page's file while it is read.
type pageFile struct {
	doc *document
	f   *os.File

	once sync.Once
	err  error
}

func (p *pageFile) Read(b []byte) (int, error) {
	n, err := p.f.Read(b)
	if err == nil || err == io.EOF {
		return n, err
	}
	kind := scanner.FaultTruncated
	if errors.Is(err, os.ErrClosed) {
		kind = scanner.FaultCancelled
	}
	return n, &scanner.Fault{Kind: kind, Detail: "the page's file cannot be read", Err: err}
}

// Close removes the file: who wanted the page has it.
func (p *pageFile) Close() error {
	p.once.Do(func() {
		p.err = errors.Join(p.f.Close(), os.Remove(p.f.Name()))
		p.doc.mu.Lock()
		defer p.doc.mu.Unlock()
		if p.doc.page == p {
			p.doc.page = nil
		}
	})
	return p.err
}

// lines hands each whole line that is written to it to a channel.
type lines struct {
	to   chan<- string
	stop <-chan struct{}
	part []byte
}

func (l *lines) Write(b []byte) (int, error) {
	l.part = append(l.part, b...)
	for {
		line, rest, ok := bytes.Cut(l.part, []byte("\n"))
		if !ok {
			return len(b), nil
		}
		l.part = rest
		select {
		case l.to <- string(line):
		case <-l.stop:
			return len(b), nil
		}
	}
}
