package sheet

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"

	"segnatura/scanner"
)

// maxSeparated bounds what the pages of one file may take together: each view of a page carries the whole file.
const maxSeparated = 1 << 30

// Separate makes a run whose pages are single pages: a TIFF of many pages comes out as that many, one after the other, with Seq
// counted through the run, with the file as Original and without Sheet, which files do not know. Everything else passes untouched. dir is where such a file is
// kept meanwhile, without a name.
//
// The run below is asked for its next page only when all pages of the one before were taken, so that what that promises (a hot
// folder moves the original) holds for the whole file.
func Separate(doc scanner.Document, dir string) scanner.Document {
	return &separated{below: doc, dir: dir}
}

type separated struct {
	below scanner.Document
	dir   string
	seq   int

	file  *os.File // of the TIFF under way, or nil
	page  scanner.Page
	views []io.ReadSeeker
}

// Next implements [scanner.Document].
func (s *separated) Next(ctx context.Context) (*scanner.Page, error) {
	for len(s.views) == 0 {
		s.release()
		p, err := s.below.Next(ctx)
		if err != nil {
			return nil, err
		}
		if p.Format != "image/tiff" {
			s.seq++
			p.Seq = s.seq
			return p, nil
		}
		if err := s.take(p); err != nil {
			return nil, err
		}
	}
	view := s.views[0]
	s.views = s.views[1:]
	if _, err := view.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("separate pages: %w", err)
	}
	s.seq++
	p := s.page
	p.Seq, p.Data = s.seq, io.NopCloser(view)
	return &p, nil
}

// take reads a TIFF whole, closes it below, and finds its pages.
func (s *separated) take(p *scanner.Page) error {
	f, err := os.CreateTemp(s.dir, "pagine-*")
	if err != nil {
		return fmt.Errorf("separate pages: %w", errors.Join(err, p.Data.Close()))
	}
	s.file = f
	err = os.Remove(f.Name())
	digest := sha256.New()
	if err == nil {
		_, err = io.Copy(io.MultiWriter(f, digest), p.Data)
	}
	if err := errors.Join(err, p.Data.Close()); err != nil {
		return fmt.Errorf("separate pages of %s: %w", p.Name, err)
	}
	views, err := Split(f)
	if err != nil {
		return fmt.Errorf("%s: %w", p.Name, err)
	}
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return fmt.Errorf("separate pages of %s: %w", p.Name, err)
	}
	if size*int64(len(views)) > maxSeparated {
		return &scanner.Fault{Kind: scanner.FaultBadData, Detail: fmt.Sprintf("%s has %d pages in %d bytes, which is more than is taken apart", p.Name, len(views), size)}
	}
	s.page, s.views = *p, views
	s.page.Original = scanner.Original{SHA256: hex.EncodeToString(digest.Sum(nil)), Bytes: size}
	return nil
}

func (s *separated) release() {
	if s.file != nil {
		_ = s.file.Close() // it has no name: nothing is left
		s.file = nil
	}
}

// Close implements [scanner.Document].
func (s *separated) Close() error {
	s.release()
	return s.below.Close()
}
