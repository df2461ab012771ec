package main

import (
	"context"
	"io"

	"segnatura/pdfa"
	"segnatura/pdfa/worker"
	"segnatura/scanner"
	"segnatura/scanner/separate"
)

// Outside: what comes to the desk as files is taken apart.

// separator makes runs of single pages.
type separator struct {
	jail interface {
		Separate(ctx context.Context, in pdfa.Input, emit func(worker.Part) error) error
	}
	dir string // for what has no name
}

func (s separator) separate(doc scanner.Document) scanner.Document {
	return separate.Pages(doc, s.dir, func(ctx context.Context, in pdfa.Input, emit func(string, io.Reader) error) error {
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

// archiveSeparator takes archived files apart for the station.
type archiveSeparator struct {
	jail interface {
		Separate(ctx context.Context, in pdfa.Input, emit func(worker.Part) error) error
	}
}

// Separate implements station.Separator.
func (s archiveSeparator) Separate(ctx context.Context, in pdfa.Input, emit func(string, io.Reader) error) error {
	return s.jail.Separate(ctx, in, func(p worker.Part) error { return emit(p.Format, p.Data) })
}
