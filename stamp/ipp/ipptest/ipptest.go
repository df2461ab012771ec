// Package ipptest is an IPP printer that a test holds in its hand: it keeps jobs as RFC 8011 tells, and misbehaves when told to. It shares
// the message coding with the package that it tests and nothing else; that coding itself is proved against ippeveprinter, CUPS and LPrint.
//
// It serves over pipes in memory ([Printer.Dial]), so that a test may run in a bubble of testing/synctest and a printer that is silent for a
// minute costs nothing. It is an http.Handler, too.
package ipptest

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/OpenPrinting/goipp"
)

// Job is one job that the printer was given.
type Job struct {
	ID       int
	Name     string
	Format   string
	Document []byte
	Template goipp.Attributes // as it was asked for
	State    int              // RFC 8011, 5.3.7
	Reasons  []string
	Begun    bool
	looks    int
}

// Trouble is one way of misbehaving.
type Trouble string

const (
	TroubleSilent    Trouble = "silent"     // takes the question and never answers; does nothing
	TroubleLost      Trouble = "lost"       // does what it was asked, and the answer is lost
	TroubleHalf      Trouble = "half"       // does it, and half of the answer arrives
	TroubleWrongID   Trouble = "wrong-id"   // does it, and answers another question
	TroubleNotIPP    Trouble = "not-ipp"    // answers with a page for people
	TroubleHTTP      Trouble = "http"       // answers HTTP 500
	TroubleEmpty     Trouble = "empty"      // answers successful-ok and nothing more
	TroubleUnrelated Trouble = "unreached"  // closes before it has read
	TroubleSlow      Trouble = "slow"       // does it after Slow
	TroubleStatus    Trouble = "ipp-status" // answers Status and does nothing
)

// Printer is the printer. Its fields are set before it is used, or within Change.
type Printer struct {
	// Attributes are what it says of itself, beside its state. NewPrinter fills them with a label printer of 203 dpi and 100 x 50 mm.
	Attributes goipp.Attributes
	State      int // RFC 8011, 5.4.11
	Reasons    []string
	Accepting  bool
	// Looks is how often a job is looked at before it is completed; at the look before it begins.
	Looks int
	// AfterJob, when set, is called when a job is completed.
	AfterJob func(*Printer, *Job)
	// Stuck keeps jobs from ending by themselves: as they are.
	Stuck bool
	// Deaf keeps a job under way from being cancelled, too.
	Deaf bool
	// Troubles by operation; each is used up by one question, "" is none.
	Troubles map[goipp.Op][]Trouble
	Slow     time.Duration
	Status   goipp.Status
	// Old answers version 2 with server-error-version-not-supported.
	Old bool
	// Unsupported are what Validate-Job would not keep to.
	Unsupported goipp.Attributes
	// Busy is how many jobs are refused with server-error-busy.
	Busy int

	mu    sync.Mutex
	jobs  []*Job
	asked []goipp.Op
	conns chan net.Conn
	end   context.CancelFunc
	done  <-chan struct{}
	off   bool
	wg    sync.WaitGroup
	srv   *http.Server
}

// NewPrinter returns an idle label printer of 203 dpi with 100 x 50 mm loaded.
func NewPrinter() *Printer {
	p := &Printer{State: 3, Reasons: []string{"none"}, Accepting: true, Looks: 2, Troubles: map[goipp.Op][]Trouble{}, Attributes: goipp.Attributes{
		Integers("operations-supported", goipp.TagEnum, int(goipp.OpPrintJob), int(goipp.OpValidateJob), int(goipp.OpCreateJob),
			int(goipp.OpSendDocument), int(goipp.OpCancelJob), int(goipp.OpGetJobAttributes), int(goipp.OpGetJobs), int(goipp.OpGetPrinterAttributes)),
		Keywords("document-format-supported", "application/octet-stream", "image/pwg-raster"),
		Keywords("pwg-raster-document-type-supported", "sgray_8", "black_1"),
		Resolutions("pwg-raster-document-resolution-supported", 203),
		Resolutions("printer-resolution-supported", 203, 300),
		Keywords("print-scaling-supported", "auto", "none"),
		Integers("orientation-requested-supported", goipp.TagEnum, 3, 4, 5, 6),
		Keywords("media-col-supported", "media-size"),
		Media("media-col-ready", 10000, 5000),
		Keywords("job-creation-attributes-supported", "copies", "media-col", "print-scaling"),
	}}
	return p
}

// Keywords makes an attribute, as Integers, Resolutions and Media do.
func Keywords(name string, v ...string) goipp.Attribute {
	a := goipp.Attribute{Name: name}
	for _, s := range v {
		a.Values.Add(goipp.TagKeyword, goipp.String(s))
	}
	return a
}

func Integers(name string, tag goipp.Tag, v ...int) goipp.Attribute {
	a := goipp.Attribute{Name: name}
	for _, n := range v {
		a.Values.Add(tag, goipp.Integer(n))
	}
	return a
}

func Resolutions(name string, dpi ...int) goipp.Attribute {
	a := goipp.Attribute{Name: name}
	for _, n := range dpi {
		a.Values.Add(goipp.TagResolution, goipp.Resolution{Xres: n, Yres: n, Units: goipp.UnitsDpi})
	}
	return a
}

// Media is a media-col of that size in hundredths of a millimetre, with margins of top, right, bottom and left where they are given.
func Media(name string, width, height int, margins ...int) goipp.Attribute {
	col := goipp.Collection{goipp.MakeAttribute("media-size", goipp.TagBeginCollection, goipp.Collection{
		Integers("x-dimension", goipp.TagInteger, width), Integers("y-dimension", goipp.TagInteger, height)})}
	for i, m := range margins {
		col.Add(Integers([]string{"media-top-margin", "media-right-margin", "media-bottom-margin", "media-left-margin"}[i], goipp.TagInteger, m))
	}
	return goipp.MakeAttribute(name, goipp.TagBeginCollection, col)
}

// Set replaces an attribute, or adds it.
func (p *Printer) Set(a goipp.Attribute) {
	p.Remove(a.Name)
	p.Attributes.Add(a)
}

// Remove takes attributes away.
func (p *Printer) Remove(names ...string) {
	p.Attributes = slices.DeleteFunc(p.Attributes, func(a goipp.Attribute) bool { return slices.Contains(names, a.Name) })
}

// Change changes the printer while it is used.
func (p *Printer) Change(f func(*Printer)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f(p)
}

// Jobs are the jobs that it has, as they are now.
func (p *Printer) Jobs() []Job {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []Job
	for _, j := range p.jobs {
		out = append(out, *j)
	}
	return out
}

// Asked lists the operations that reached it.
func (p *Printer) Asked() []goipp.Op {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.asked)
}

// Start serves until Close, by Dial.
func (p *Printer) Start() {
	ctx, cancel := context.WithCancel(context.Background())
	p.conns, p.end, p.done = make(chan net.Conn), cancel, ctx.Done()
	p.srv = &http.Server{Handler: p, ReadHeaderTimeout: time.Minute}
	p.wg.Go(func() { _ = p.srv.Serve(pipes{p}) }) // it ends with Close
}

// Close ends it and waits for what it does.
func (p *Printer) Close() error {
	if p.end == nil {
		return nil
	}
	p.end()
	err := p.srv.Close()
	p.wg.Wait()
	return err
}

// Off makes connections fail from now on.
func (p *Printer) Off() { p.Change(func(p *Printer) { p.off = true }) }

// Dial is an ipp.Config.Dial.
func (p *Printer) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	p.mu.Lock()
	off := p.off
	p.mu.Unlock()
	if off {
		return nil, errors.New("no route to host")
	}
	here, there := net.Pipe()
	select {
	case p.conns <- there:
		return here, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-p.done:
		return nil, net.ErrClosed
	}
}

// pipes is the server's listener.
type pipes struct{ *Printer }

func (p pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p pipes) Close() error { p.end(); return nil }

func (p pipes) Addr() net.Addr { return &net.UnixAddr{Name: "ipptest"} }

// ServeHTTP answers one question.
func (p *Printer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var m goipp.Message
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	reader := &counter{data: raw}
	if err := m.Decode(reader); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	op := goipp.Op(m.Code)
	trouble, slow := p.trouble(op)
	switch trouble {
	case TroubleSilent:
		<-r.Context().Done()
		return
	case TroubleUnrelated:
		panic(http.ErrAbortHandler)
	case TroubleNotIPP:
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<html>")
		return
	case TroubleHTTP:
		http.Error(w, "broken", http.StatusInternalServerError)
		return
	case TroubleSlow:
		select {
		case <-time.After(slow):
		case <-r.Context().Done():
			return
		}
	}
	answer := p.answer(&m, reader.data[reader.at:], trouble)
	if trouble == TroubleWrongID {
		answer.RequestID += 7
	}
	out, err := answer.EncodeBytes()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if trouble == TroubleLost {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", goipp.ContentType)
	if trouble == TroubleHalf {
		_, _ = w.Write(out[:len(out)/2])
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(out)
}

func (p *Printer) trouble(op goipp.Op) (Trouble, time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, op)
	waiting := p.Troubles[op]
	if len(waiting) == 0 {
		return "", 0
	}
	p.Troubles[op] = waiting[1:]
	return waiting[0], p.Slow
}

// counter reads byte by byte as the decoder asks, so that what is left is the document.
type counter struct {
	data []byte
	at   int
}

func (c *counter) Read(b []byte) (int, error) {
	if c.at >= len(c.data) {
		return 0, io.EOF
	}
	n := copy(b, c.data[c.at:])
	c.at += n
	return n, nil
}
