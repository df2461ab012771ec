package main

import (
	"context"
	"log/slog"

	"segnatura/pdfa"
	"segnatura/pdfa/ocr"
	"segnatura/pdfa/worker"
)

// textReader is the station's port: the jail makes pictures of the pages, tesseract reads them.
type textReader struct {
	*ocr.Reader
	jail *worker.Pool
}

// backgroundNice is the precedence of tesseract beside a desk at which somebody works.
const backgroundNice = 10

// newTextReader makes the reader of a station. The error says that tesseract, or a language, is not there.
func newTextReader(ctx context.Context, languages []string, jail *worker.Pool, log *slog.Logger) (*textReader, error) {
	reader, err := ocr.New(ctx, ocr.Config{Languages: languages, Nice: backgroundNice, Failed: func(page int, err error) {
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
