// Package upload makes files that a browser sends look like a scanner's run, so that they go the same way as paper.
//
//	mr, err := r.MultipartReader()
//	rc := http.NewResponseController(w)
//	src := upload.New(upload.Multipart(mr), upload.Config{Abort: func() { _ = rc.SetReadDeadline(time.Unix(1, 0)) }})
//	doc, err := src.Scan(r.Context(), scanner.Request{})
//	defer doc.Close()
//
// A [Source] is one request and has one document: files come in the order in which they were sent, and that order is Seq. Nothing is held in
// memory: a page's Data is the request's own stream, so that a connection that breaks is [scanner.FaultTruncated] and never a
// short page. What is no JPEG, PNG, TIFF or PDF by its first bytes is refused, whatever its name or declared type say; the
// name is for people only. Whether the image is sound is decided by who decodes it.
package upload

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"path"
	"strings"
	"sync"
	"time"

	"segnatura/scanner"
)

// Config bounds an upload. The zero value of a limit means the value given beside it.
type Config struct {
	MaxBytes int64 // of one file: 64 MiB
	MaxFiles int   // 500
	// Abort makes a Read of the request that waits for the browser return, when Close is called meanwhile; nil leaves it to
	// the request's own deadline. It may be called when nothing waits.
	Abort func()
	Now   func() time.Time // the clock of Page.TakenAt; nil means time.Now
}

// File is one file on its way.
type File struct {
	Name string
	Data io.Reader // Close is called where it has one
}

// Multipart returns the files of a form, one at a call, and io.EOF after the last. Fields that are no files are skipped.
func Multipart(mr *multipart.Reader) func() (File, error) {
	return func() (File, error) {
		for {
			part, err := mr.NextPart()
			if err != nil {
				return File{}, err
			}
			if part.FileName() != "" {
				return File{Name: part.FileName(), Data: part}, nil
			}
			if err := part.Close(); err != nil {
				return File{}, err
			}
		}
	}
}

// Source is one request with files. Make it with New.
type Source struct {
	doc *document

	mu     sync.Mutex
	handed bool
}

var _ scanner.Source = (*Source)(nil)

// New makes a source of files, which next returns one at a call and ends with io.EOF. next is called from the goroutine that
// calls the document's Next.
func New(next func() (File, error), cfg Config) *Source {
	if cfg.MaxBytes == 0 {
		cfg.MaxBytes = 64 << 20
	}
	if cfg.MaxFiles == 0 {
		cfg.MaxFiles = 500
	}
	if cfg.Abort == nil {
		cfg.Abort = func() {}
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Source{doc: &document{next: next, cfg: cfg}}
}

// Capabilities implements scanner.Source.
func (s *Source) Capabilities(context.Context) (scanner.Capabilities, error) {
	return scanner.Capabilities{
		ID: "upload", MakeAndModel: "upload",
		Inputs: []scanner.InputCapabilities{{Input: scanner.InputFeeder}},
	}, nil
}

// Status implements scanner.Source.
func (s *Source) Status(context.Context) scanner.Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case !s.handed:
		return scanner.Status{State: scanner.StateIdle, Feeder: scanner.FeederLoaded}
	case s.doc.isClosed():
		return scanner.Status{State: scanner.StateIdle, Feeder: scanner.FeederEmpty}
	}
	return scanner.Status{State: scanner.StateBusy, Feeder: scanner.FeederLoaded}
}

// Scan implements scanner.Source: it hands out the request's one document. Settings are not looked at.
func (s *Source) Scan(context.Context, scanner.Request) (scanner.Document, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case !s.handed:
		s.handed = true
		return s.doc, nil
	case s.doc.isClosed():
		return nil, fault(scanner.FaultEmpty, "the request's files were already taken", nil)
	}
	return nil, fault(scanner.FaultBusy, "the request's files are being taken", nil)
}

// document is the files of one request.
type document struct {
	next func() (File, error)
	cfg  Config

	seq int // touched by Next alone

	mu     sync.Mutex
	page   *data
	end    error // io.EOF or a *scanner.Fault, for good
	closed bool
}

func (d *document) isClosed() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.closed
}

// Next implements scanner.Document. A request without a file is FaultEmpty.
func (d *document) Next(ctx context.Context) (*scanner.Page, error) {
	if err := d.mayTake(); err != nil {
		return nil, err
	}
	page, body, err := d.take(ctx) // without the lock: it waits for the browser, and Close must get through
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.closed:
		d.end = fault(scanner.FaultCancelled, "the upload is closed", err)
	case err != nil:
		d.end = err
	}
	if d.end != nil {
		return nil, d.end
	}
	d.page = body
	return page, nil
}

func (d *document) mayTake() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.end != nil:
	case d.closed:
		d.end = fault(scanner.FaultCancelled, "the upload is closed", nil)
	case d.page != nil && !d.page.isClosed():
		return errors.New("upload: Next before the page's Data was closed")
	case d.page != nil && d.page.ended() != io.EOF:
		d.end = faultOf(d.page.name, scanner.FaultTruncated, d.page.name+" was not read to its end", d.page.ended())
	}
	return d.end
}

func (d *document) take(ctx context.Context) (*scanner.Page, *data, error) {
	if err := context.Cause(ctx); err != nil {
		return nil, nil, fault(scanner.FaultCancelled, "", err)
	}
	f, err := d.next()
	switch {
	case err == io.EOF && d.seq == 0:
		return nil, nil, fault(scanner.FaultEmpty, "no file was sent", nil)
	case err == io.EOF:
		return nil, nil, io.EOF
	case err != nil:
		return nil, nil, fault(scanner.FaultTruncated, "the upload was cut", err)
	case d.seq == d.cfg.MaxFiles:
		return nil, nil, fault(scanner.FaultBadData, fmt.Sprintf("more than %d files", d.cfg.MaxFiles), nil)
	}
	name := path.Base(strings.ReplaceAll(f.Name, `\`, "/")) // old browsers send the whole path
	r := bufio.NewReader(f.Data)
	head, err := r.Peek(8)
	if err != nil && err != io.EOF {
		return nil, nil, faultOf(name, scanner.FaultTruncated, name, err)
	}
	format := sniff(head)
	if format == "" {
		return nil, nil, faultOf(name, scanner.FaultBadData, name+" is no JPEG, PNG, TIFF or PDF", nil)
	}
	d.seq++
	body := &data{name: name, r: r, below: f.Data, left: d.cfg.MaxBytes}
	return &scanner.Page{
		Seq: d.seq, Format: format, Data: body, Name: name, TakenAt: d.cfg.Now(),
		Settings: scanner.Settings{Device: "upload"},
	}, body, nil
}

// Close implements scanner.Document. It never fails.
func (d *document) Close() error {
	d.mu.Lock()
	was, page := d.closed, d.page
	d.closed = true
	d.mu.Unlock()
	if was {
		return nil
	}
	if page != nil {
		page.cancel()
	}
	d.cfg.Abort()
	return nil
}

func fault(kind scanner.FaultKind, detail string, err error) *scanner.Fault {
	return &scanner.Fault{Kind: kind, Detail: detail, Err: err}
}

// faultOf is a fault of one file.
func faultOf(name string, kind scanner.FaultKind, detail string, err error) *scanner.Fault {
	return &scanner.Fault{Kind: kind, Detail: detail, Err: err, File: name}
}

// data is one file being read.
type data struct {
	name  string
	r     io.Reader
	below io.Reader

	mu     sync.Mutex
	left   int64
	err    error // how reading ended, for good
	closed bool
}

func (b *data) Read(p []byte) (int, error) {
	if err := b.ended(); err != nil || len(p) == 0 {
		return 0, err
	}
	n, err := b.r.Read(p)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left -= int64(n)
	switch {
	case b.err != nil: // cancelled meanwhile
		return 0, b.err
	case b.left < 0:
		n, b.err = 0, faultOf(b.name, scanner.FaultBadData, b.name+" is too large", nil)
	case err == io.EOF:
		b.err = io.EOF
	case err != nil:
		b.err = faultOf(b.name, scanner.FaultTruncated, b.name, err)
	}
	return n, b.err
}

func (b *data) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil
	}
	b.closed = true
	if c, ok := b.below.(io.Closer); ok && b.err == io.EOF {
		return c.Close()
	}
	return nil // a part that was not read to its end: closing it would read on from the browser
}

func (b *data) cancel() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err == nil {
		b.err = fault(scanner.FaultCancelled, "the upload was closed", nil)
	}
}

func (b *data) ended() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.err
}

func (b *data) isClosed() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.closed
}

func sniff(head []byte) string {
	for _, s := range []struct{ format, head string }{
		{"image/jpeg", "\xff\xd8\xff"}, {"image/png", "\x89PNG\r\n\x1a\n"}, {"application/pdf", "%PDF-"},
		{"image/tiff", "II*\x00"}, {"image/tiff", "MM\x00*"},
	} {
		if bytes.HasPrefix(head, []byte(s.head)) {
			return s.format
		}
	}
	return ""
}
