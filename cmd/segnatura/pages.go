package main

import (
	"bytes"
	"context"
	"errors"
	"io"

	"segnatura/pdfa"
	"segnatura/pdfa/convert"
	"segnatura/pdfa/worker"
	"segnatura/scanner"
	"segnatura/scanner/sheet"
)

// In the jail: PDF files come apart, and a page that is a PDF is looked at by its drawing.

// separateIn takes a file apart, TIFF or PDF, for the desk, which takes no PDF that is signed or acts.
func separateIn(engine convert.Engine) func(context.Context, pdfa.Input, func(worker.Part) error) error {
	engine.RefuseSignedOrActive = true
	return func(ctx context.Context, in pdfa.Input, emit func(worker.Part) error) error {
		isPDF, err := isPDF(in)
		if err != nil {
			return err
		}
		if !isPDF {
			return separatePages(ctx, in, emit)
		}
		return engine.Separate(ctx, in, func(page int, format string, data io.Reader) error {
			return emit(worker.Part{Page: page, Format: format, Data: data})
		})
	}
}

func isPDF(in pdfa.Input) (bool, error) {
	f, err := in.Open()
	if err != nil {
		return false, err
	}
	is, err := beginsAsPDF(f)
	return is, errors.Join(err, f.Close())
}

type inspect = func(ctx context.Context, r io.ReadSeeker, s scanner.Settings, accept func(string) bool, maxPx int) (scanner.Facts, []byte, error)

// inspectDrawn has pages that are PDF measured by look as drawings. What is measured is of the page as it is shown.
func inspectDrawn(engine convert.Engine, look inspect) inspect {
	return func(ctx context.Context, r io.ReadSeeker, s scanner.Settings, accept func(string) bool, maxPx int) (scanner.Facts, []byte, error) {
		isPDF, err := beginsAsPDF(r)
		if err != nil {
			return scanner.Facts{}, nil, err
		}
		if !isPDF {
			return look(ctx, r, s, accept, maxPx)
		}
		picture, err := engine.Picture(ctx, pdfa.Input{Name: "page", Open: func() (io.ReadSeekCloser, error) { return lent{r}, nil }})
		if err != nil {
			return scanner.Facts{}, nil, sheet.Refused(err)
		}
		facts, small, err := look(ctx, bytes.NewReader(picture), scanner.Settings{}, accept, maxPx)
		facts.Encoding = "application/pdf"
		return facts, small, err
	}
}

// lent is a reader whose closing is its owner's.
type lent struct{ io.ReadSeeker }

func (lent) Close() error { return nil }

// beginsAsPDF looks at a file's first bytes, and goes back to its start.
func beginsAsPDF(r io.ReadSeeker) (bool, error) {
	head := make([]byte, len("%PDF-"))
	_, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false, err
	}
	_, err = r.Seek(0, io.SeekStart)
	return string(head) == "%PDF-", err
}

// Outside: what comes to the desk as files is taken apart.

// separator makes runs of single pages.
type separator struct {
	jail interface {
		Separate(ctx context.Context, in pdfa.Input, emit func(worker.Part) error) error
	}
	dir string // for what has no name
}

func (s separator) separate(doc scanner.Document) scanner.Document {
	return sheet.Separate(doc, s.dir, func(ctx context.Context, in pdfa.Input, emit func(string, io.Reader) error) error {
		return s.jail.Separate(ctx, in, func(p worker.Part) error { return emit(p.Format, p.Data) })
	})
}

// separating is a scanner that may send files of several pages.
type separating struct {
	scanner.Source
	separator separator
}

// Scan implements scanner.Source.
func (s separating) Scan(ctx context.Context, r scanner.Request) (scanner.Document, error) {
	doc, err := s.Source.Scan(ctx, r)
	if err != nil {
		return nil, err
	}
	return s.separator.separate(doc), nil
}
