package main

import (
	"context"
	"log/slog"
	"time"

	"segnatura/pdfa"
	"segnatura/pdfa/ocr"
	"segnatura/pdfa/worker"
)

// textReader is the station's port: the jail makes pictures of the pages, tesseract reads them.
type textReader struct {
	*ocr.Reader
	jail *worker.Pool
}

const (
	// backgroundNice is the precedence of tesseract beside a desk at which somebody works.
	backgroundNice = 10
	// backgroundDeadline is how long a page may take there: seconds, but nobody waits, and a machine that does other things may give it none.
	backgroundDeadline = 5 * time.Minute
)

// newTextReader makes the reader of a station. The error says that tesseract, or a language, is not there.
func newTextReader(ctx context.Context, languages []string, jail *worker.Pool, log *slog.Logger) (*textReader, error) {
	reader, err := ocr.New(ctx, ocr.Config{Languages: languages, Nice: backgroundNice, PageDeadline: backgroundDeadline, Failed: func(page int, err error) {
		log.Warn("page without text", "page", page, "err", err)
	}})
	if err != nil {
		return nil, err
	}
	return &textReader{Reader: reader, jail: jail}, nil
}

// ReadText reads the text of each page of the inputs.
func (t *textReader) ReadText(ctx context.Context, inputs []pdfa.Input, progress func(page, pages int)) ([]pdfa.PageText, error) {
	return t.Read(ctx, func(ctx context.Context, emit func(pdfa.Raster) error) (int, error) {
		return t.jail.Rasters(ctx, inputs, emit)
	}, progress)
}
