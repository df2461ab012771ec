package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"

	"segnatura/internal/station"
	"segnatura/pdfa"
	"segnatura/pdfa/metadata"
	"segnatura/pdfa/ocr"
	"segnatura/pdfa/worker"
)

// stationText reads text in the languages of the settings. The desk registers, prints and archives whether tesseract is there or not, so
// it is looked for when there is something to read, again after each failure; the station gives up and says so when its tries are over.
type stationText struct {
	languages []string
	jail      *worker.Pool
	log       *slog.Logger

	mu     sync.Mutex
	reader *textReader
}

// newStationText returns nil, and then the station recognises no text, where the settings name no language.
func newStationText(ctx context.Context, languages []string, jail *worker.Pool, log *slog.Logger) station.TextReader {
	if len(languages) == 0 {
		return nil
	}
	t := &stationText{languages: languages, jail: jail, log: log}
	if _, err := t.ready(ctx); err != nil {
		log.LogAttrs(ctx, slog.LevelError, "text is not recognised", slog.Any("err", err))
	}
	return t
}

func (t *stationText) ready(ctx context.Context) (*textReader, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.reader != nil {
		return t.reader, nil
	}
	var err error
	t.reader, err = newTextReader(ctx, t.languages, t.jail, t.log)
	return t.reader, err
}

// ReadText implements station.TextReader.
func (t *stationText) ReadText(ctx context.Context, inputs []pdfa.Input, progress func(page, pages int)) ([]pdfa.PageText, error) {
	r, err := t.ready(ctx)
	if err != nil {
		return nil, err
	}
	return r.ReadText(ctx, inputs, progress)
}

// Engine names what reads, or what should.
func (t *stationText) Engine() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.reader == nil {
		return "tesseract " + strings.Join(t.languages, "+")
	}
	return t.reader.Engine()
}

// ocrCheck says whether text can be recognised in the languages of the settings.
type ocrCheck struct {
	Languages []string `json:"languages"`
	Engine    string   `json:"engine,omitempty"`
	Fault     string   `json:"fault,omitempty"`
}

func (c ocrCheck) String() string {
	switch {
	case len(c.Languages) == 0:
		return "off"
	case c.Fault != "":
		return fmt.Sprintf("%s: %s", strings.Join(c.Languages, "+"), c.Fault)
	}
	return c.Engine
}

func checkOCR(ctx context.Context, languages []string) ocrCheck {
	c := ocrCheck{Languages: append([]string{}, languages...)}
	if len(languages) == 0 {
		return c
	}
	r, err := ocr.New(ctx, ocr.Config{Languages: languages})
	if err != nil {
		c.Fault = err.Error()
		return c
	}
	c.Engine = r.Engine()
	return c
}

// metadataWriter makes the file that lies beside an archive.
type metadataWriter struct{}

func (metadataWriter) WriteMetadata(w io.Writer, m pdfa.DocumentMetadata) ([]pdfa.PendingField, error) {
	return metadata.Write(w, m)
}

// software is what the metadata say made a file.
func software() pdfa.Software { return pdfa.Software{Name: "segnatura", Version: version()} }
