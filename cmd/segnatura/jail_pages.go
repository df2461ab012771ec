package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"segnatura/pdfa"
	"segnatura/pdfa/convert"
	"segnatura/pdfa/worker"
	"segnatura/scanner"
	"segnatura/scanner/separate"
	"segnatura/scanner/sheet"
)

// PDF files come apart, and a page that is a PDF is looked at by its drawing.

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
			return scanner.Facts{}, nil, separate.Refused(err)
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

// separatePages takes a TIFF apart, page by page.
func separatePages(ctx context.Context, in pdfa.Input, emit func(worker.Part) error) error {
	f, err := in.Open()
	if err != nil {
		return err
	}
	defer f.Close() // read only
	pages, err := sheet.Split(f)
	if err != nil {
		return err
	}
	for i, page := range pages {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := page.Seek(0, io.SeekStart); err != nil {
			return fmt.Errorf("separate page %d of %s: %w", i+1, in.Name, err)
		}
		if err := emit(worker.Part{Page: i + 1, Format: "image/tiff", Data: page}); err != nil {
			return err
		}
	}
	return nil
}
