package sheet

import (
	"context"
	"fmt"
	"io"

	"segnatura/scanner"
)

// Inspector does with one call what the station asks of a page. The zero value is ready and looks for QR codes only; it keeps
// nothing and is safe for concurrent use. Each call decodes the page once and holds it in memory while it lasts, a few bytes a
// pixel: who inspects many pages at a time bounds how many.
//
// Readers are read from their start, whatever their position; they are not closed. Errors are as in [Read], and the context's.
// Decoding itself is not interrupted: it is bounded by [MaxPixels].
type Inspector struct {
	// Code128 also looks for Code 128, for looking a record up; such a code never joins a scan (R18.2).
	Code128 bool
}

// Inspect measures a page and looks for codes. accept says whether a text is one of ours (nil: any is); foreign codes are in
// Facts.Codes too. When ctx ends during the search for codes, the facts are returned with what was found, and the error.
func (in Inspector) Inspect(ctx context.Context, r io.ReadSeeker, settings scanner.Settings, accept func(text string) bool) (scanner.Facts, error) {
	_, facts, err := in.inspect(ctx, r, settings, accept)
	return facts, err
}

// InspectWithThumbnail is Inspect and Thumbnail from one decoding.
func (in Inspector) InspectWithThumbnail(ctx context.Context, r io.ReadSeeker, settings scanner.Settings, accept func(text string) bool, maxPx int) (scanner.Facts, []byte, error) {
	m, facts, err := in.inspect(ctx, r, settings, accept)
	if err != nil {
		return facts, nil, err
	}
	small, err := m.Thumbnail(maxPx)
	return facts, small, err
}

// Thumbnail is the page's small picture: see [Image.Thumbnail].
func (in Inspector) Thumbnail(ctx context.Context, r io.ReadSeeker, maxPx int) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("sheet: thumbnail: %w", err)
	}
	m, err := Read(r, scanner.Settings{})
	if err != nil {
		return nil, err
	}
	return m.Thumbnail(maxPx)
}

func (in Inspector) inspect(ctx context.Context, r io.ReadSeeker, settings scanner.Settings, accept func(string) bool) (*Image, scanner.Facts, error) {
	if err := ctx.Err(); err != nil {
		return nil, scanner.Facts{}, fmt.Errorf("sheet: inspect: %w", err)
	}
	m, err := Read(r, settings)
	if err != nil {
		return nil, scanner.Facts{}, err
	}
	facts := m.Facts()
	found, err := m.find(ctx, accept, in.Code128)
	facts.Codes, facts.Suspects = found.Codes, found.Suspects
	if err != nil {
		return m, facts, fmt.Errorf("sheet: inspect: %w", err)
	}
	return m, facts, nil
}
