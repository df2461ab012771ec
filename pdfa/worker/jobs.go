package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"segnatura/pdfa"
	"segnatura/scanner"
)

// job is a kind of work.
type job string

const (
	jobConvert  job = "convert"
	jobCheck    job = "check"
	jobRasters  job = "rasters"
	jobInspect  job = "inspect"
	jobSeparate job = "separate"
)

// atDesk says whether a clerk waits for it.
func (j job) atDesk() bool { return j == jobInspect || j == jobSeparate }

// jobSpec is a job on its way into the jail. Args are written once and read once: with the text of many pages they are large.
type jobSpec[Args any] struct {
	Job    job         `json:"job"`
	Inputs []inputSpec `json:"inputs,omitempty"`
	Args   Args        `json:"args"`
}

// inputSpec is a pdfa.Input without its bytes.
type inputSpec struct {
	Name       string  `json:"name"`
	AssumeXDPI float64 `json:"assumeXDPI,omitempty"`
	AssumeYDPI float64 `json:"assumeYDPI,omitempty"`
	Rotate     int     `json:"rotate,omitempty"`
}

func specs(inputs []pdfa.Input) []inputSpec {
	list := make([]inputSpec, 0, len(inputs))
	for _, in := range inputs {
		list = append(list, inputSpec{Name: in.Name, AssumeXDPI: in.AssumeXDPI, AssumeYDPI: in.AssumeYDPI, Rotate: in.Rotate})
	}
	return list
}

func (s inputSpec) input(open func() (io.ReadSeekCloser, error)) pdfa.Input {
	return pdfa.Input{Name: s.Name, Open: open, AssumeXDPI: s.AssumeXDPI, AssumeYDPI: s.AssumeYDPI, Rotate: s.Rotate}
}

// convertArgs is a pdfa.Job without its inputs.
type convertArgs struct {
	Metadata pdfa.Metadata
	Flavour  pdfa.Flavour
	Text     []pdfa.PageText
}

func convertArgsOf(j pdfa.Job) convertArgs {
	return convertArgs{Metadata: j.Metadata, Flavour: j.Flavour, Text: j.Text}
}

func (a convertArgs) job(inputs []pdfa.Input) pdfa.Job {
	return pdfa.Job{Inputs: inputs, Metadata: a.Metadata, Flavour: a.Flavour, Text: a.Text}
}

type inspectArgs struct {
	Settings scanner.Settings
	Accepts  bool // there is somebody to ask about codes
	MaxPx    int
	Crop     *scanner.Box `json:",omitempty"` // a part of the page instead of all of it, and no facts
}

type inspected struct {
	Facts     scanner.Facts
	Thumbnail []byte
}

// rasterHead is a pdfa.Raster without its pixels.
type rasterHead struct {
	Page, Width, Height int
	XDPI, YDPI          float64
	Bitonal             bool
}

func headOf(r pdfa.Raster) rasterHead {
	return rasterHead{Page: r.Page, Width: r.Width, Height: r.Height, XDPI: r.XDPI, YDPI: r.YDPI, Bitonal: r.Bitonal}
}

func (h rasterHead) raster(pix []byte) pdfa.Raster {
	return pdfa.Raster{Page: h.Page, Width: h.Width, Height: h.Height, XDPI: h.XDPI, YDPI: h.YDPI, Bitonal: h.Bitonal, Pix: pix}
}

// mostPixels bounds a raster: as many as pdfa/convert takes.
const mostPixels = 100_000_000

// size is how many bytes the pixels have.
func (h rasterHead) size() (int, error) {
	if h.Width < 1 || h.Height < 1 || h.Width > mostPixels || h.Height > mostPixels/h.Width {
		return 0, protocolError("a raster of %d x %d pixels", h.Width, h.Height)
	}
	row := h.Width
	if h.Bitonal {
		row = (h.Width + 7) / 8
	}
	return row * h.Height, nil
}

// Convert writes job to w, as the engine does. Inputs are opened here, one after the other, and closed. After an error what was written is worthless.
func (p *Pool) Convert(ctx context.Context, job pdfa.Job, w io.Writer, progress func(page int)) (pdfa.Result, error) {
	var result pdfa.Result
	written := &counter{w: w}
	err := p.run(ctx, jobConvert, job.Inputs, convertArgsOf(job),
		callbacks{output: written, progress: progress}, &result)
	if err == nil && result.Bytes != written.n {
		return pdfa.Result{}, protocolError("%d bytes were written, %d came", result.Bytes, written.n)
	}
	return result, err
}

// Check judges a PDF/A, as the engine does.
func (p *Pool) Check(ctx context.Context, r io.ReaderAt, size int64) (pdfa.Report, error) {
	var report pdfa.Report
	in := pdfa.Input{Name: "PDF/A", Open: func() (io.ReadSeekCloser, error) { return unclosed{io.NewSectionReader(r, 0, size)}, nil }}
	err := p.run(ctx, jobCheck, []pdfa.Input{in}, struct{}{}, callbacks{}, &report)
	return report, err
}

// Rasters hands over, in order, each page that needs its text recognised, and counts all pages. An error of emit ends the job and is
// returned. A raster belongs to emit.
func (p *Pool) Rasters(ctx context.Context, inputs []pdfa.Input, emit func(pdfa.Raster) error) (pages int, err error) {
	part := func(head []byte, data io.Reader) (page int, err error) {
		var h rasterHead
		if err := json.Unmarshal(head, &h); err != nil {
			return 0, protocolError("a raster's head: %v", err)
		}
		size, err := h.size()
		if err != nil {
			return 0, err
		}
		pix := make([]byte, size)
		if _, err := io.ReadFull(data, pix); err != nil {
			return 0, brokenPart("a raster", err)
		}
		if n, err := data.Read(make([]byte, 1)); n > 0 || !errors.Is(err, io.EOF) {
			return 0, brokenPart("the end of a raster", err)
		}
		return h.Page, emit(h.raster(pix))
	}
	err = p.run(ctx, jobRasters, inputs, struct{}{}, callbacks{part: part}, &pages)
	return pages, err
}

// brokenPart tells the end of a process, which is to be looked into, from a part that it cut short.
func brokenPart(what string, err error) error {
	if err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return protocolError("%s has another length", what)
	}
	return err
}

// Inspect measures a page, as the engine does. A page on which the process died is a *scanner.Fault with FaultBadData. When ctx ends
// nothing is known.
func (p *Pool) Inspect(ctx context.Context, r io.ReadSeeker, settings scanner.Settings, accept func(text string) bool, maxPx int) (scanner.Facts, []byte, error) {
	in := pdfa.Input{Name: "page", Open: func() (io.ReadSeekCloser, error) { return unclosed{r}, nil }}
	var found inspected
	err := p.run(ctx, jobInspect, []pdfa.Input{in}, inspectArgs{Settings: settings, Accepts: accept != nil, MaxPx: maxPx},
		callbacks{accept: accept}, &found)
	return found.Facts, found.Thumbnail, asFault(err)
}

// Crop draws a part of a page, in the pixels of its file, as a JPEG of at most maxPx pixels on its longer side. Errors are as of Inspect.
func (p *Pool) Crop(ctx context.Context, r io.ReadSeeker, settings scanner.Settings, box scanner.Box, maxPx int) ([]byte, error) {
	in := pdfa.Input{Name: "page", Open: func() (io.ReadSeekCloser, error) { return unclosed{r}, nil }}
	var found inspected
	err := p.run(ctx, jobInspect, []pdfa.Input{in}, inspectArgs{Settings: settings, MaxPx: maxPx, Crop: &box}, callbacks{}, &found)
	return found.Thumbnail, asFault(err)
}

// Separate takes a file apart: emit gets each page, in order, and reads its Data to the end. An error of emit ends the job and is
// returned. A file on which the process died is a *scanner.Fault with FaultBadData.
func (p *Pool) Separate(ctx context.Context, in pdfa.Input, emit func(Part) error) error {
	part := func(head []byte, data io.Reader) (page int, err error) {
		var one Part
		if err := json.Unmarshal(head, &one); err != nil {
			return 0, protocolError("a part's head: %v", err)
		}
		one.Data = data
		return one.Page, emit(one)
	}
	return asFault(p.run(ctx, jobSeparate, []pdfa.Input{in}, struct{}{}, callbacks{part: part}, nil))
}

// run has a job done. result may be nil.
func (p *Pool) run(ctx context.Context, j job, inputs []pdfa.Input, args any, back callbacks, result any) error {
	answer, err := p.do(ctx, j, inputs, args, back)
	if err != nil {
		return fmt.Errorf("pdfa worker: %s: %w", j, err)
	}
	if result == nil {
		return nil
	}
	if err := json.Unmarshal(answer, result); err != nil {
		return fmt.Errorf("pdfa worker: %s: read the result: %w", j, err)
	}
	return nil
}

// do finds a process for a job and returns the result as JSON.
func (p *Pool) do(ctx context.Context, j job, inputs []pdfa.Input, args any, back callbacks) ([]byte, error) {
	spec, err := json.Marshal(jobSpec[any]{Job: j, Inputs: specs(inputs), Args: args})
	if err != nil {
		return nil, err
	}
	turn, limits := p.lane(j)
	select {
	case turn <- struct{}{}:
		defer func() { <-turn }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	case <-p.stop:
		return nil, ErrClosed
	}
	child, err := p.take(ctx)
	if err != nil {
		return nil, err
	}
	defer p.letGo(child)
	if !j.atDesk() {
		_ = unix.Setpriority(unix.PRIO_PGRP, child.pid, backgroundNice) // it works also without
	}
	defer context.AfterFunc(ctx, func() { child.kill("") })()
	watching, stopWatching := context.WithCancel(ctx)
	var watch sync.WaitGroup
	watch.Go(func() { child.watchMemory(watching, limits.MemoryBytes) })
	defer watch.Wait()
	defer stopWatching()
	late := func() { child.kill(CauseDeadline) }
	defer time.AfterFunc(limits.Wall, late).Stop()
	c := &call{ctx: ctx, p: child, limits: limits, inputs: inputs, back: back, open: map[int]io.ReadSeekCloser{},
		left:  budget{bytes: limits.OutputBytes, frames: mostFrames, steps: mostSteps},
		watch: &stopwatch{stall: limits.Stall, total: limits.Total, late: late}}
	answer, err := c.do(spec)
	if err != nil {
		if closed := p.closedError(); closed != nil {
			return nil, closed
		}
		return nil, err
	}
	if p.cfg.Observe != nil {
		p.cfg.Observe(Usage{Job: string(j), PeakMemory: child.peak(), Waited: c.watch.sofar})
	}
	return answer, nil
}

// counter counts what goes through.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// unclosed leaves closing to its owner.
type unclosed struct{ io.ReadSeeker }

func (unclosed) Close() error { return nil }
