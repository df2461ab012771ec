package hotfolder

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"segnatura/scanner"
)

// document is the files of one group. Files that it does not reach stay in the folder.
type document struct {
	src     *Source
	release func()

	mu     sync.Mutex
	files  []file // not yet delivered
	seq    int
	page   *pageData // delivered, not yet acknowledged
	end    error     // io.EOF or a *scanner.Fault, for good
	closed bool
}

func (s *Source) document(files []file, release func()) *document {
	return &document{src: s, files: files, release: release}
}

// Next implements scanner.Document, and is the word that the page before is safe: its original is moved to "presi". When
// moving fails the page is safe all the same; the file is named to OnTrouble and not offered again by this process.
func (d *document) Next(ctx context.Context) (*scanner.Page, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed && d.end == nil {
		return nil, &scanner.Fault{Kind: scanner.FaultCancelled, Detail: "the run is closed"}
	}
	if d.page != nil {
		if !d.page.isClosed() {
			return nil, errors.New("hotfolder: Next before the page's Data was closed")
		}
		d.acknowledge()
	}
	if d.end != nil {
		return nil, d.end
	}
	if err := context.Cause(ctx); err != nil {
		d.end = &scanner.Fault{Kind: scanner.FaultCancelled, Err: err}
		return nil, d.end
	}
	if len(d.files) == 0 {
		d.end = io.EOF
		return nil, d.end
	}
	f := d.files[0]
	in, err := open(filepath.Join(d.src.cfg.Dir, f.name), f.print)
	if err != nil {
		kind := scanner.FaultDevice
		if errors.Is(err, errChanged) || errors.Is(err, fs.ErrNotExist) {
			kind = scanner.FaultTruncated // it is no longer what was found whole
		}
		d.end = &scanner.Fault{Kind: kind, Detail: f.name, Err: err}
		return nil, d.end
	}
	d.files = d.files[1:]
	d.seq++
	d.page = &pageData{file: f, in: in, hash: sha256.New()}
	return &scanner.Page{
		Seq: d.seq, Format: f.format, Data: d.page, Name: f.name, TakenAt: d.src.cfg.Now(),
		Settings: scanner.Settings{Device: d.src.cfg.Name, DeviceID: d.src.id},
	}, nil
}

// Refuse implements [scanner.Refuser]: the file stays where it is, lets the others pass, and is told. Where the fault may pass it is
// offered again after a pause, some times.
func (d *document) Refuse(f *scanner.Fault) {
	d.mu.Lock()
	p := d.page
	d.page = nil
	if d.end == nil {
		d.end = f
	}
	d.mu.Unlock()
	if p == nil {
		return
	}
	d.src.mu.Lock()
	if at := d.src.seen[p.file.name]; at != nil && at.print == p.file.print {
		at.standing = troubled
		if at.refusals++; f.MayPass && at.refusals < maxRefusals {
			at.again = time.Now().Add(refusedPause)
		}
	}
	d.src.mu.Unlock()
	d.src.cfg.OnTrouble(p.file.name, f)
}

// acknowledge moves the original of the page that the caller has made safe. A page that was not read to its end was not.
func (d *document) acknowledge() {
	p := d.page
	d.page = nil
	if !p.readWhole() {
		d.end = &scanner.Fault{Kind: scanner.FaultTruncated, Detail: p.file.name + " was not read to its end", Err: p.failure()}
		return
	}
	if err := d.src.moveTaken(p.file, hex.EncodeToString(p.hash.Sum(nil))); err != nil {
		d.src.notMoved(p.file, err)
	}
}

// moveTaken gives the original a name in "presi" that nothing has: its own, else with a piece of its digest, else counted.
func (s *Source) moveTaken(f file, digest string) error {
	dir := filepath.Join(s.cfg.Dir, TakenDir)
	if err := s.cfg.Files.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	path := filepath.Join(s.cfg.Dir, f.name)
	if info, err := os.Lstat(path); err != nil || fingerprintOf(info) != f.print {
		return errors.Join(errChanged, err) // another file took the name: it will be looked at for itself
	}
	stem, ext := strings.TrimSuffix(f.name, filepath.Ext(f.name)), filepath.Ext(f.name)
	for n := 0; n < 1000; n++ {
		name := f.name
		switch {
		case n == 1:
			name = stem + "." + digest[:12] + ext
		case n > 1:
			name = fmt.Sprintf("%s.%s-%d%s", stem, digest[:12], n, ext)
		}
		err := s.cfg.Files.MoveExclusive(path, filepath.Join(dir, name))
		if !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return fmt.Errorf("no free name for %s: %w", f.name, fs.ErrExist)
}

// notMoved remembers and tells that a delivered file is still in the folder.
func (s *Source) notMoved(f file, err error) {
	s.mu.Lock()
	if at := s.seen[f.name]; at != nil && at.print == f.print {
		at.standing = delivered
	}
	s.mu.Unlock()
	s.cfg.OnTrouble(f.name, &scanner.Fault{Kind: scanner.FaultDevice, Detail: "taken, but it could not be moved to " + TakenDir, Err: err})
}

// Close implements scanner.Document. It acknowledges nothing; it never fails. A page that was read whole and not acknowledged counts
// as refused.
func (d *document) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil
	}
	d.closed = true
	untaken := d.page != nil || len(d.files) > 0
	if d.page != nil {
		if d.page.readWhole() {
			d.src.refused(d.page.file)
		}
		d.page.cancel()
	}
	if untaken {
		d.src.mu.Lock()
		d.src.retry = time.Now().Add(d.src.cfg.Retry)
		d.src.mu.Unlock()
	}
	d.release()
	return nil
}

// pageData is one file being read. A file that turns out shorter or longer than what was found whole fails to be read.
type pageData struct {
	file file
	in   *os.File
	hash hash.Hash

	mu        sync.Mutex
	read      int64
	err       error // how reading ended, for good
	closed    bool
	cancelled bool
}

func (p *pageData) Read(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.cancelled:
		return 0, &scanner.Fault{Kind: scanner.FaultCancelled, Detail: "the run was closed"}
	case p.closed:
		return 0, fs.ErrClosed
	case p.err != nil:
		return 0, p.err
	}
	n, err := p.in.Read(b)
	p.hash.Write(b[:n])
	p.read += int64(n)
	if err == io.EOF {
		err = p.verify()
	}
	p.err = err
	return n, err
}

// verify compares what was read with what had been found whole.
func (p *pageData) verify() error {
	info, err := p.in.Stat()
	if err != nil {
		return err
	}
	if p.read != p.file.print.size || fingerprintOf(info) != p.file.print {
		return &scanner.Fault{Kind: scanner.FaultTruncated, Detail: p.file.name, Err: errChanged}
	}
	return io.EOF
}

func (p *pageData) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil
	}
	p.closed = true
	return p.in.Close()
}

// cancel ends the reading from outside.
func (p *pageData) cancel() {
	p.mu.Lock()
	p.cancelled = true
	p.mu.Unlock()
	_ = p.Close() // read only
}

func (p *pageData) isClosed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.closed
}

func (p *pageData) readWhole() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err == io.EOF
}

func (p *pageData) failure() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}
