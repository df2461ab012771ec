package worker

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"syscall"
	"time"

	"segnatura/pdfa"
)

// mostOpen bounds how many inputs a process may hold open; the engines open one after the other.
const mostOpen = 8

// callbacks is what a kind of job may ask for beyond its inputs. What is nil is not part of that kind of job.
type callbacks struct {
	output   io.Writer
	progress func(page int)
	part     func(head []byte, data io.Reader) (page int, err error)
	accept   func(text string) bool
}

// call is our side of one job. It belongs to one goroutine.
type call struct {
	ctx    context.Context
	p      *process
	limits Limits
	watch  *stopwatch
	inputs []pdfa.Input
	back   callbacks

	open    map[int]io.ReadSeekCloser
	at      place
	left    budget
	payload []byte
	chunk   []byte
	gone    error // why nothing comes from the process any more
}

// budget is what a process may still say. Every frame costs us time, also an empty one.
type budget struct {
	bytes  int64 // of frames, their heads included
	frames int
	steps  int // frames that make it come further, or ask us to look something up
}

// What one job may say. A check of the largest file that is taken reads some hundred thousand times, and steps as often.
const (
	mostFrames = 4 << 20
	mostSteps  = 1 << 17
)

// spend takes a frame of so many bytes off the budget.
func (b *budget) spend(k kind, n int) error {
	b.bytes -= int64(headBytes + n)
	b.frames--
	if k == kindProgress || k == kindPart || k == kindAccept {
		b.steps--
	}
	switch {
	case b.bytes < 0:
		return protocolError("more bytes than a job may hand back")
	case b.frames < 0:
		return protocolError("more frames than a job may send")
	case b.steps < 0:
		return protocolError("more pages, parts and codes than a job may have")
	case n == 0 && (k == kindWrite || k == kindPartData):
		return protocolError("an empty frame of kind %q", k)
	}
	return nil
}

// place is where the work is, as far as the process has let us know by what it asked for.
type place struct {
	file   string // that was opened last
	isOpen bool
	before int // pages done when it was opened
	done   int // pages done in all
}

// refused names the place in a refusal: the page after the last one that was done, while a file is open.
func (at place) refused(reason pdfa.RefusalReason, detail string) pdfa.RefusedError {
	r := pdfa.RefusedError{File: at.file, Reason: reason, Detail: detail}
	if at.isOpen {
		r.Page = at.done - at.before + 1
	}
	return r
}

// do has a process do a job, and returns its result as JSON. When it returns, all inputs are closed.
func (c *call) do(job []byte) (result []byte, err error) {
	defer func() {
		for _, f := range c.open {
			_ = f.Close() // it was read only
		}
	}()
	if len(c.inputs) > 0 {
		c.at.file = c.inputs[0].Name
	}
	if err := c.send(kindJob, job); err != nil {
		return nil, c.verdict(err)
	}
	for {
		k, payload, err := c.receive()
		if err != nil {
			return nil, c.verdict(err)
		}
		switch k {
		case kindDone:
			return payload, nil
		case kindFailed:
			var far wireError
			if err := json.Unmarshal(payload, &far); err != nil {
				return nil, c.verdict(protocolError("an error that cannot be read: %v", err))
			}
			return nil, far.unpack()
		}
		if err := c.serve(k, payload); err != nil {
			return nil, c.verdict(err)
		}
	}
}

// serve answers one question, or takes one message.
func (c *call) serve(k kind, payload []byte) error {
	serve, known := map[kind]func([]byte) error{
		kindOpen: c.openInput, kindRead: c.readInput, kindClose: c.closeInput,
		kindWrite: c.write, kindProgress: c.progress, kindPart: c.part, kindAccept: c.accept,
	}[k]
	if !known {
		return protocolError("%q is not expected here", k)
	}
	return serve(payload)
}

// receive waits for the next frame. What it returns holds until the next one.
func (c *call) receive() (k kind, payload []byte, err error) {
	err = c.watch.wait(func() (err error) {
		k, payload, err = readFrame(c.p.read, c.payload)
		return err
	})
	if err != nil {
		c.gone = err
		return 0, nil, err
	}
	if cap(payload) > cap(c.payload) && cap(payload) <= chunk {
		c.payload = payload[:0]
	}
	if err := c.left.spend(k, len(payload)); err != nil {
		return 0, nil, err
	}
	return k, payload, nil
}

func (c *call) send(k kind, payload []byte) error {
	err := c.watch.wait(func() error { return writeFrame(c.p.in, k, payload) })
	if err != nil {
		c.gone = err
	}
	return err
}

// input finds the input that a question is about.
func (c *call) input(payload []byte, length int) (index int, rest []byte, err error) {
	if len(payload) != length {
		return 0, nil, protocolError("a question of %d bytes", len(payload))
	}
	index = int(binary.BigEndian.Uint32(payload))
	if index >= len(c.inputs) {
		return 0, nil, protocolError("input %d of %d", index, len(c.inputs))
	}
	return index, payload[4:], nil
}

func (c *call) openInput(payload []byte) error {
	index, _, err := c.input(payload, 4)
	if err != nil {
		return err
	}
	if c.open[index] != nil || len(c.open) >= mostOpen {
		return protocolError("input %d is opened with %d open", index, len(c.open))
	}
	name := c.inputs[index].Name
	f, err := c.inputs[index].Open()
	if err != nil {
		return fmt.Errorf("open %s: %w", name, err)
	}
	c.open[index] = f
	c.at.file, c.at.isOpen, c.at.before = name, true, c.at.done
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return fmt.Errorf("measure %s: %w", name, err)
	}
	return c.send(kindSize, binary.BigEndian.AppendUint64(nil, uint64(size)))
}

func (c *call) readInput(payload []byte) error {
	index, rest, err := c.input(payload, 16)
	if err != nil {
		return err
	}
	f := c.open[index]
	offset, n := int64(binary.BigEndian.Uint64(rest)), int64(binary.BigEndian.Uint32(rest[8:]))
	if f == nil || offset < 0 || n > chunk {
		return protocolError("%d bytes from %d on of input %d", n, offset, index)
	}
	if c.chunk == nil {
		c.chunk = make([]byte, chunk)
	}
	if _, err := f.Seek(offset, io.SeekStart); err != nil {
		return fmt.Errorf("read %s: %w", c.inputs[index].Name, err)
	}
	got, err := io.ReadFull(f, c.chunk[:n])
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("read %s: %w", c.inputs[index].Name, err)
	}
	return c.send(kindBytes, c.chunk[:got])
}

func (c *call) closeInput(payload []byte) error {
	index, _, err := c.input(payload, 4)
	if err != nil {
		return err
	}
	f := c.open[index]
	if f == nil {
		return protocolError("input %d is not open", index)
	}
	delete(c.open, index)
	c.at.isOpen = len(c.open) > 0
	if err := f.Close(); err != nil {
		return fmt.Errorf("close %s: %w", c.inputs[index].Name, err)
	}
	return nil
}

func (c *call) write(payload []byte) error {
	if c.back.output == nil {
		return protocolError("output of a job that has none")
	}
	if _, err := c.back.output.Write(payload); err != nil {
		return fmt.Errorf("write output: %w", err)
	}
	return nil
}

func (c *call) progress(payload []byte) error {
	if len(payload) != 4 {
		return protocolError("a page number of %d bytes", len(payload))
	}
	c.at.done = int(binary.BigEndian.Uint32(payload))
	c.watch.step()
	if c.back.progress != nil {
		c.back.progress(c.at.done)
	}
	return nil
}

func (c *call) accept(payload []byte) error {
	if c.back.accept == nil {
		return protocolError("a code, although nobody asked for one")
	}
	answer := byte(0)
	if c.back.accept(string(payload)) {
		answer = 1
	}
	return c.send(kindAnswer, []byte{answer})
}

func (c *call) part(payload []byte) error {
	if c.back.part == nil {
		return protocolError("a part of a job that has none")
	}
	c.watch.step()
	data := &partReader{c: c}
	page, err := c.back.part(append([]byte(nil), payload...), data)
	if err != nil {
		return err
	}
	if !data.ended {
		return errors.New("a part was not read to its end")
	}
	c.at.done = page
	return nil
}

// partReader reads what follows a part's head, frame by frame.
type partReader struct {
	c     *call
	left  []byte
	ended bool
}

func (r *partReader) Read(p []byte) (int, error) {
	for len(r.left) == 0 {
		if r.ended {
			return 0, io.EOF
		}
		k, payload, err := r.c.receive()
		switch {
		case err != nil:
			return 0, noEOF(err)
		case k == kindPartEnd:
			r.ended = true
		case k == kindPartData:
			r.left = payload
		default:
			return 0, protocolError("%q within a part", k)
		}
	}
	n := copy(p, r.left)
	r.left = r.left[n:]
	return n, nil
}

// verdict says why a job came to nothing: the caller's own wish first, then what became of the process, then our own failure.
func (c *call) verdict(err error) error {
	broken := errors.Is(err, errProtocol)
	if c.gone == nil && !broken {
		return err
	}
	if broken {
		c.p.kill(CauseProtocol)
	}
	grace := time.NewTimer(endGrace)
	defer grace.Stop()
	select {
	case <-c.p.ended:
	case <-grace.C:
		c.p.kill(CauseProtocol) // it hung up and goes on
		<-c.p.ended
	}
	if c.ctx.Err() != nil {
		return context.Cause(c.ctx)
	}
	return c.died(err)
}

// died describes a process that is dead.
func (c *call) died(err error) *DiedError {
	d := &DiedError{Cause: c.p.killed()}
	known := c.p.state != nil // waiting for a process that is dead can fail
	if known {
		if status, ok := c.p.state.Sys().(syscall.WaitStatus); ok {
			if d.ExitCode = status.ExitStatus(); status.Signaled() {
				d.Signal, d.ExitCode = status.Signal(), 0
			}
		}
	}
	detail := ""
	switch {
	case d.Cause == CauseDeadline:
		detail = fmt.Sprintf("no progress in %v, %v in all, or %v with what it waited", c.limits.Stall, c.limits.Total, c.limits.Wall)
	case d.Cause == CauseMemory:
		detail = fmt.Sprintf("it takes more than %d MiB of memory", c.limits.MemoryBytes>>20)
	case d.Cause == CauseProtocol:
		detail = err.Error()
	case !known:
		d.Cause, detail = CauseCrash, "it ended, nobody knows how"
	case d.Signal == 0 && d.ExitCode == 0:
		d.Cause, detail = CauseProtocol, "it ended without a result"
	default:
		d.Cause, detail = CauseCrash, c.p.state.String()
		if words := c.p.words.String(); words != "" {
			detail += ": " + words
		}
	}
	d.Refused = c.at.refused(d.Cause.reason(), clean(detail, mostText))
	return d
}
