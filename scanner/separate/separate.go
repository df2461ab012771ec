// Package separate makes single pages of the files that a run brings: a TIFF or PDF of many pages comes out as that many pages.
//
//	doc, err := source.Scan(ctx, request)
//	doc = separate.Pages(doc, dir, apart)    // apart opens files in a process that may die of them
//
// A file is taken apart whole before its first page is given: one bad page refuses the file, and nothing is half taken. What is kept
// meanwhile lies in files without a name, which are gone with the program. It decodes nothing itself.
package separate

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"segnatura/pdfa"
	"segnatura/scanner"
)

// maxSeparated bounds what the pages of one file may take together: each page of a TIFF carries the whole file.
const maxSeparated = 1 << 30

// Apart takes a TIFF or PDF file apart, in order: emit gets each page, its media type, and its data, which it reads to the end. What
// cannot be taken is a *pdfa.RefusedError or a *scanner.Fault. The work is done elsewhere, in a process that may die of it.
type Apart func(ctx context.Context, in pdfa.Input, emit func(format string, data io.Reader) error) error

// Pages makes a run whose pages are single pages: a TIFF or PDF of many pages comes out as that many, one after the other, with
// Seq counted through the run, with the file as Original and without Sheet, which files do not know. Everything else passes
// untouched. dir is where such a file, and what it was taken apart into, is kept meanwhile. Refusals are *scanner.Fault, and the run
// below hears of them where it wants to ([scanner.Refuser]).
//
// The run below is asked for its next page only when all pages of the one before were taken, so that what that promises (a hot
// folder moves the original) holds for the whole file.
func Pages(doc scanner.Document, dir string, apart Apart) scanner.Document {
	return &separated{below: doc, dir: dir, apart: apart}
}

type separated struct {
	below scanner.Document
	dir   string
	apart Apart
	seq   int

	// Touched by Next, and by Close when no Next is under way.
	files []*os.File // of the file under way
	page  scanner.Page
	views []view

	mu     sync.Mutex
	inNext bool
	closed bool
	stop   context.CancelFunc // of the taking apart that is under way; nil: none
}

// view is one page of the file under way.
type view struct {
	format string
	data   io.ReadSeeker
}

// Next implements [scanner.Document].
func (s *separated) Next(ctx context.Context) (*scanner.Page, error) {
	s.mu.Lock()
	closed := s.closed
	s.inNext = !closed
	s.mu.Unlock()
	if closed {
		return nil, &scanner.Fault{Kind: scanner.FaultCancelled, Detail: "the run is closed"}
	}
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.inNext = false; s.closed {
			s.release()
		}
	}()
	return s.next(ctx)
}

func (s *separated) next(ctx context.Context) (*scanner.Page, error) {
	for len(s.views) == 0 {
		s.release()
		p, err := s.below.Next(ctx)
		if err != nil {
			return nil, err
		}
		if p.Format != "image/tiff" && p.Format != "application/pdf" {
			s.seq++
			p.Seq = s.seq
			return p, nil
		}
		if err := s.take(ctx, p); err != nil {
			return nil, err
		}
	}
	v := s.views[0]
	s.views = s.views[1:]
	if _, err := v.data.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("separate pages: %w", err)
	}
	s.seq++
	p := s.page
	p.Seq, p.Format, p.Data = s.seq, v.format, io.NopCloser(v.data)
	return &p, nil
}

// refuse names the file in a fault, and tells the run below that its file, which was read whole, can never be taken, if that is what err says.
func (s *separated) refuse(name string, err error) error {
	var fault *scanner.Fault
	if errors.As(err, &fault) && fault.File == "" {
		fault.File = name
	}
	if below, ok := s.below.(scanner.Refuser); ok && errors.As(err, &fault) {
		below.Refuse(fault)
	}
	return err
}

// take reads a file whole, closes it below, and finds its pages.
func (s *separated) take(ctx context.Context, p *scanner.Page) error {
	f, err := s.open()
	if err != nil {
		return fmt.Errorf("separate pages: %w", errors.Join(err, p.Data.Close()))
	}
	digest := sha256.New()
	_, err = io.Copy(io.MultiWriter(f, digest), p.Data)
	if err := errors.Join(err, p.Data.Close()); err != nil {
		return fmt.Errorf("separate pages of %s: %w", p.Name, err)
	}
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return fmt.Errorf("separate pages of %s: %w", p.Name, err)
	}
	if s.views, err = s.takeApart(ctx, p.Name, f, size); err != nil {
		return s.refuse(p.Name, err)
	}
	s.page = *p
	s.page.Original = scanner.Original{SHA256: hex.EncodeToString(digest.Sum(nil)), Bytes: size}
	return nil
}

// open makes a file that has no name.
func (s *separated) open() (*os.File, error) {
	f, err := os.CreateTemp(s.dir, "pagine-*")
	if err != nil {
		return nil, err
	}
	s.files = append(s.files, f)
	return f, os.Remove(f.Name())
}

func tooMuch(name string, pages int, size int64) error {
	return &scanner.Fault{Kind: scanner.FaultBadData, Detail: fmt.Sprintf("%s has %d pages in %d bytes, which is more than is taken apart", name, pages, size)}
}

// takeApart keeps all pages in one file, one behind the other.
func (s *separated) takeApart(ctx context.Context, name string, f *os.File, size int64) ([]view, error) {
	parts, err := s.open()
	if err != nil {
		return nil, fmt.Errorf("separate pages: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.mu.Lock()
	s.stop = cancel
	if s.closed {
		cancel()
	}
	s.mu.Unlock()
	var views []view
	var at int64
	in := pdfa.Input{Name: name, Open: func() (io.ReadSeekCloser, error) { return section{io.NewSectionReader(f, 0, size)}, nil }}
	err = s.apart(ctx, in, func(format string, data io.Reader) error {
		n, err := io.Copy(parts, io.LimitReader(data, maxSeparated-at+1))
		if err != nil {
			return err
		}
		views = append(views, view{format, io.NewSectionReader(parts, at, n)})
		if at += n; at > maxSeparated {
			return tooMuch(name, len(views), at)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("separate pages of %s: %w", name, Refused(err))
	}
	if len(views) == 0 {
		return nil, &scanner.Fault{Kind: scanner.FaultBadData, Detail: name + " has no page"}
	}
	return views, nil
}

// section is a part of a file whose closing is somebody else's.
type section struct{ *io.SectionReader }

func (section) Close() error { return nil }

// refusedAs says which fault a refusal is; others are bad data.
var refusedAs = map[pdfa.RefusalReason]scanner.FaultKind{
	pdfa.RefusedEncrypted: scanner.FaultEncrypted, pdfa.RefusedSigned: scanner.FaultSigned, pdfa.RefusedActive: scanner.FaultActive,
	pdfa.RefusedTruncated: scanner.FaultTruncated, pdfa.RefusedEmpty: scanner.FaultTruncated,
}

// Refused makes a *scanner.Fault of an error that is, or wraps, a *pdfa.RefusedError. Other errors stay as they are.
func Refused(err error) error {
	var refused *pdfa.RefusedError
	if !errors.As(err, &refused) {
		return err
	}
	return &scanner.Fault{Kind: cmp.Or(refusedAs[refused.Reason], scanner.FaultBadData), Detail: refused.Error(), MayPass: refused.Reason.MayPass()}
}

func (s *separated) release() {
	for _, f := range s.files {
		_ = f.Close() // it has no name: nothing is left
	}
	s.files, s.views = nil, nil
}

// Close implements [scanner.Document].
func (s *separated) Close() error {
	err := s.below.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	if s.stop != nil {
		s.stop()
	}
	if !s.inNext {
		s.release()
	}
	return err
}
