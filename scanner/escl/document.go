package escl

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"segnatura/scanner"
)

// document is one job on the device.
type document struct {
	src      *Source
	ctx      context.Context // ends with Close
	cancel   context.CancelCauseFunc
	job      *url.URL
	jobID    string
	feeder   bool
	inOne    bool // pages come in files that may hold several
	settings scanner.Settings
	quirks   quirks

	mu     sync.Mutex
	taken  int
	page   *pageBody // delivered and not yet closed
	end    error     // io.EOF or a *scanner.Fault, for good
	closed bool
}

// start creates the job.
func (d *document) start(ctx context.Context, r scanner.Request) error {
	dev, err := d.src.device(ctx)
	if err != nil {
		return err
	}
	feeder := scanner.FeederUnknown
	if dev.quirks.askFeeder() || r.Input == "" {
		st, err := d.src.readStatus(ctx)
		if err != nil {
			return err
		}
		feeder = st.status().Feeder
	}
	r, in, err := dev.resolve(r, feeder)
	if err != nil {
		return err
	}
	d.feeder, d.inOne = r.Input == scanner.InputFeeder, r.Format == formatPDF
	if d.feeder && dev.quirks.askFeeder() && feeder != scanner.FeederLoaded {
		return &scanner.Fault{Kind: scanner.FaultEmpty, Detail: "this model jams when a run starts on an empty feeder"}
	}
	body, err := settingsXML(r, in)
	if err != nil {
		return err
	}
	location, err := d.create(ctx, body)
	if err != nil {
		return err
	}
	if err := d.locate(location); err != nil {
		return err
	}
	d.quirks = dev.quirks
	d.settings = scanner.Settings{
		Device: dev.model, DeviceID: dev.id, Input: r.Input, ColorMode: r.ColorMode,
		ResolutionXDPI: r.ResolutionDPI, ResolutionYDPI: r.ResolutionDPI, Duplex: r.Duplex,
	}
	d.ctx, d.cancel = context.WithCancelCause(context.WithoutCancel(ctx))
	return nil
}

// create posts the settings and returns the Location of the new job. Only a plain "busy" is tried again: after anything else a
// second POST might draw the paper in twice.
func (d *document) create(ctx context.Context, body []byte) (string, error) {
	tries := d.src.backoff()
	for {
		code, location, err := d.post(ctx, body)
		if err != nil {
			return "", err
		}
		switch code {
		case http.StatusCreated:
			return location, nil
		case http.StatusServiceUnavailable:
		case http.StatusConflict:
			return "", d.conflict(ctx)
		default:
			return "", answerFault("POST ScanJobs", code)
		}
		again, err := tries.wait(ctx)
		if err != nil {
			return "", err
		}
		if !again {
			return "", answerFault("POST ScanJobs", code)
		}
	}
}

// post reads no body: Kyocera ECOSYS M6526cdn cuts the connection right after the headers (sane-airscan issue 163).
func (d *document) post(ctx context.Context, body []byte) (int, string, error) {
	c := newCall(ctx, d.src.cfg.CallTimeout)
	defer c.end()
	resp, err := d.src.do(c, http.MethodPost, d.src.base.JoinPath("ScanJobs"), body)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	return resp.StatusCode, resp.Header.Get("Location"), nil
}

// conflict explains a refused job: 409 is an empty or jammed feeder, or a device that another program uses.
func (d *document) conflict(ctx context.Context) error {
	st, err := d.src.readStatus(ctx)
	if err != nil {
		return err
	}
	feeder := feeders[strings.TrimSpace(st.ADFState)]
	kind := scanner.FaultUnsupported
	switch {
	case d.feeder && feeder.fault != "":
		kind = feeder.fault
	case states[strings.TrimSpace(st.State)] == scanner.StateBusy:
		kind = scanner.FaultBusy
	case d.feeder && feeder.state == scanner.FeederEmpty:
		kind = scanner.FaultEmpty
	}
	return &scanner.Fault{Kind: kind, Detail: "the device refused the job: " + st.String()}
}

// locate keeps the path of a Location, on the configured scheme and host whatever it says.
func (d *document) locate(location string) error {
	u, err := url.Parse(location)
	if err != nil || u.Path == "" || len(location) > 2048 {
		return &scanner.Fault{Kind: scanner.FaultBadData, Detail: "the new job has no usable Location", Err: err}
	}
	job := d.src.base.ResolveReference(&url.URL{Path: u.Path, RawPath: u.RawPath, RawQuery: u.RawQuery})
	if d.jobID = lastElement(job.Path); d.jobID == "" || job.Host != d.src.base.Host {
		return &scanner.Fault{Kind: scanner.FaultBadData, Detail: "the new job has no usable Location"}
	}
	d.job = job
	return nil
}

// Next implements scanner.Document. ctx also bounds the reading of the page that Next returns.
func (d *document) Next(ctx context.Context) (*scanner.Page, error) {
	d.mu.Lock()
	taken, end, unread := d.taken, d.end, d.page != nil
	if d.closed && end == nil {
		end = &scanner.Fault{Kind: scanner.FaultCancelled, Detail: "the run is closed"}
	}
	d.mu.Unlock()
	if end != nil {
		return nil, end
	}
	if unread {
		return nil, errors.New("escl: Next before the page's Data was closed")
	}
	if delay := d.quirks.nextDelay(); taken > 0 && delay > 0 {
		if err := pause(ctx, delay); err != nil {
			return nil, d.finish(err)
		}
	}
	page, err := d.fetch(ctx, taken)
	if err != nil {
		return nil, d.finish(err)
	}
	return page, nil
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

func (d *document) fetch(ctx context.Context, taken int) (*scanner.Page, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(d.ctx, func() { cancel(errClosed) })
	release := func() { stop(); cancel(nil) }
	page, err := d.fetchWithin(ctx, release, taken)
	if err != nil {
		release()
	}
	return page, err
}

// confirmAfter is how long an end without the job's word is left alone before it is asked about once more.
const confirmAfter = time.Second

func (d *document) fetchWithin(ctx context.Context, release func(), taken int) (*scanner.Page, error) {
	tries, perhaps := d.src.backoff(), false
	for {
		page, code, err := d.ask(ctx, release)
		if page != nil || err != nil {
			return page, err
		}
		v, err := d.judgeNow(ctx, code, taken)
		switch {
		case err != nil:
			return nil, err
		case v == verdictEnd, v == verdictPerhaps && perhaps:
			return nil, io.EOF
		case v == verdictPerhaps:
			perhaps = true
			if err := pause(ctx, confirmAfter); err != nil {
				return nil, err
			}
			continue
		}
		perhaps = false
		again, err := tries.wait(ctx)
		if err != nil {
			return nil, err
		}
		if !again {
			return nil, undecided(code)
		}
	}
}

func undecided(code int) error {
	f := answerFault("NextDocument", code)
	f.Detail += " for too long; it neither delivers nor ends"
	return f
}

// judgeNow asks the device why there was no page.
func (d *document) judgeNow(ctx context.Context, code, taken int) (verdict, error) {
	switch code {
	case http.StatusOK, http.StatusNotFound, http.StatusConflict, http.StatusGone, http.StatusServiceUnavailable:
	default:
		return verdictFault, answerFault("NextDocument", code)
	}
	st, err := d.src.readStatus(ctx)
	var f *scanner.Fault
	if errors.As(err, &f) && f.Kind == scanner.FaultBusy {
		return verdictAgain, nil
	}
	if err != nil {
		return verdictFault, err
	}
	v, f := judge(st, question{code: code, taken: taken, feeder: d.feeder, inOne: d.inOne, jobID: d.jobID})
	if f != nil {
		return v, f
	}
	return v, nil
}

// pagesInOne is how many times a page's bytes and time a PDF may have, which some devices begin to send when the whole feeder is in it.
const pagesInOne = 8

// ask makes one GET of NextDocument. Without a page and without an error it returns the status that brought none.
func (d *document) ask(ctx context.Context, release func()) (*scanner.Page, int, error) {
	limit, bytes := d.src.cfg.PageTimeout, d.src.cfg.MaxPageBytes
	if d.inOne {
		limit, bytes = limit*pagesInOne, bytes*pagesInOne
	}
	c := newCall(ctx, limit)
	resp, err := d.src.do(c, http.MethodGet, d.job.JoinPath("NextDocument"), nil)
	if err != nil {
		c.end()
		return nil, 0, err
	}
	end := func() error {
		err := resp.Body.Close()
		c.end()
		return err
	}
	if resp.StatusCode != http.StatusOK {
		_ = end() // its body says nothing that we use
		return nil, resp.StatusCode, nil
	}
	buffered := bufio.NewReader(resp.Body)
	head, err := buffered.Peek(sniffLen)
	if len(head) == 0 {
		code := resp.StatusCode
		if err != io.EOF {
			err = c.fault("the page's first byte", err)
			_ = end()
			return nil, 0, truncated(err)
		}
		_ = end()
		return nil, code, nil
	}
	format := sniff(head)
	if format == "" {
		_ = end()
		return nil, 0, &scanner.Fault{Kind: scanner.FaultBadData, Detail: fmt.Sprintf("a page that is no image (said to be %q)", resp.Header.Get("Content-Type"))}
	}
	c.timer.Stop()
	body := &pageBody{doc: d, call: c, r: buffered, format: format, left: bytes, end: func() error {
		err := end()
		release()
		return err
	}}
	return d.deliver(body, format)
}

// deliver counts the page.
func (d *document) deliver(body *pageBody, format string) (*scanner.Page, int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		_ = body.end()
		return nil, 0, &scanner.Fault{Kind: scanner.FaultCancelled, Err: errClosed}
	}
	d.taken++
	d.page = body
	body.seq = d.taken
	p := &scanner.Page{
		Seq: d.taken, Format: format, Data: body, Settings: d.settings, TakenAt: d.src.cfg.Now(),
	}
	switch {
	case d.inOne: // whoever takes the file apart sees how many there are
	case d.settings.Duplex: // front, back, front, back
		p.Sheet, p.Back = (d.taken+1)/2, d.taken%2 == 0
	case d.feeder:
		p.Sheet = d.taken
	}
	return p, 0, nil
}

// Close implements scanner.Document. It cancels what is under way and deletes the job unless the device had ended it.
func (d *document) Close() error {
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		return nil
	}
	d.closed = true
	over := d.end == io.EOF
	d.mu.Unlock()
	d.cancel(errClosed)
	defer d.src.release(d)
	if over {
		return nil
	}
	c := newCall(context.WithoutCancel(d.ctx), d.src.cfg.CallTimeout)
	defer c.end()
	resp, err := d.src.do(c, http.MethodDelete, d.job, nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 && resp.StatusCode != http.StatusNotFound && resp.StatusCode != http.StatusGone {
		return answerFault("DELETE of the job", resp.StatusCode)
	}
	return nil
}
