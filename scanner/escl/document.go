package escl

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"

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
	d.feeder = r.Input == scanner.InputFeeder
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
	feeder := feeders[st.ADFState]
	kind := scanner.FaultUnsupported
	switch {
	case d.feeder && feeder.fault != "":
		kind = feeder.fault
	case states[st.State] == scanner.StateBusy:
		kind = scanner.FaultBusy
	case d.feeder && feeder.state == scanner.FeederEmpty:
		kind = scanner.FaultEmpty
	}
	return &scanner.Fault{Kind: kind, Detail: "the device refused the job: " + st.String()}
}

// locate keeps the path of a Location, on the configured scheme and host whatever it says.
func (d *document) locate(location string) error {
	u, err := url.Parse(location)
	if err != nil || location == "" || len(location) > 2048 {
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
	tries := d.src.backoff()
	for {
		page, code, err := d.ask(ctx, release, taken)
		if page != nil || err != nil {
			if err != nil {
				release()
			}
			return page, err
		}
		v, err := d.judgeNow(ctx, code, taken)
		if err == nil && v == verdictEnd {
			err = io.EOF
		}
		again := false
		if err == nil {
			again, err = tries.wait(ctx)
		}
		if err == nil && !again {
			err = undecided(code)
		}
		if err != nil {
			release()
			return nil, err
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
	v, f := judge(st, question{code: code, taken: taken, feeder: d.feeder, jobID: d.jobID})
	if f != nil {
		return v, f
	}
	return v, nil
}

// ask makes one GET of NextDocument. Without a page and without an error it returns the status that brought none.
func (d *document) ask(ctx context.Context, release func(), taken int) (*scanner.Page, int, error) {
	c := newCall(ctx, d.src.cfg.PageTimeout)
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
	body := &pageBody{doc: d, call: c, r: buffered, format: format, left: d.src.cfg.MaxPageBytes, end: func() error {
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

// pageBody is one page on its way. It fails rather than end early: see whole.
type pageBody struct {
	doc    *document
	call   *call
	r      io.Reader
	end    func() error
	format string
	seq    int
	left   int64
	tail   []byte // the last bytes read
	err    error  // how reading ended, for good
	closed bool
}

const tailLen = 4096

func (b *pageBody) Read(p []byte) (int, error) {
	if b.err != nil || len(p) == 0 {
		return 0, b.err
	}
	b.call.timer.Reset(b.doc.src.cfg.IdleTimeout) // only while we wait for the device: a slow reader is not its fault
	n, err := b.r.Read(p)
	b.call.timer.Stop()
	if int64(n) > b.left {
		b.err = &scanner.Fault{Kind: scanner.FaultBadData, Detail: fmt.Sprintf("page %d is over %d bytes", b.seq, b.doc.src.cfg.MaxPageBytes)}
		return 0, b.stop()
	}
	b.left -= int64(n)
	if b.tail = append(b.tail, p[:n]...); len(b.tail) > 2*tailLen {
		b.tail = append(b.tail[:0], b.tail[len(b.tail)-tailLen:]...)
	}
	switch {
	case err == io.EOF && whole(b.format, b.tail):
		b.err = io.EOF
	case err == io.EOF:
		b.err = &scanner.Fault{Kind: scanner.FaultTruncated, Detail: fmt.Sprintf("page %d ends before its %s does", b.seq, b.format)}
	case err != nil:
		b.err = truncated(b.call.fault(fmt.Sprintf("page %d", b.seq), err))
	default:
		return n, nil
	}
	return n, b.stop()
}

// stop tells the run; a fault of a page is the end of its run.
func (b *pageBody) stop() error {
	if b.err != io.EOF {
		return b.doc.finish(b.err)
	}
	return b.err
}

// Close gives the page back. Closing before the end is taken as the loss of the page: the device will not send it again.
func (b *pageBody) Close() error {
	if b.closed {
		return nil
	}
	b.closed = true
	err := b.end()
	b.doc.mu.Lock()
	defer b.doc.mu.Unlock()
	b.doc.page = nil
	if b.err == nil {
		b.err = &scanner.Fault{Kind: scanner.FaultTruncated, Detail: fmt.Sprintf("page %d was closed before its end", b.seq)}
		if b.doc.end == nil {
			b.doc.end = b.err
		}
	}
	if b.err == io.EOF {
		return nil // the connection's own farewell does not matter once the page is whole
	}
	return err
}

// truncated turns a transport's fault in the middle of a page into what it is for the page; a cancellation stays one.
func truncated(err error) error {
	var f *scanner.Fault
	if errors.As(err, &f) && f.Kind == scanner.FaultCancelled {
		return err
	}
	return &scanner.Fault{Kind: scanner.FaultTruncated, Detail: "the transfer was cut", Err: err}
}

const sniffLen = 8

// signatures are the formats that the station takes, with the bytes that must stand near the end of a whole file. A TIFF has
// none; decoding it is the only proof.
var signatures = []struct {
	format string
	head   string
	tail   string
}{
	{"image/jpeg", "\xff\xd8\xff", "\xff\xd9"}, // EOI; entropy-coded data cannot contain it
	{"image/png", "\x89PNG\r\n\x1a\n", "IEND\xaeB`\x82"},
	{"application/pdf", "%PDF-", "%%EOF"},
	{"image/tiff", "II*\x00", ""},
	{"image/tiff", "MM\x00*", ""},
}

func sniff(head []byte) string {
	for _, s := range signatures {
		if bytes.HasPrefix(head, []byte(s.head)) {
			return s.format
		}
	}
	return ""
}

// whole says whether the last bytes can be the end of a file of the format; padding after it is common.
func whole(format string, tail []byte) bool {
	for _, s := range signatures {
		if s.format == format {
			return bytes.Contains(tail[max(0, len(tail)-tailLen):], []byte(s.tail))
		}
	}
	return false
}
