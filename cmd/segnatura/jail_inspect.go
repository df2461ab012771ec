package main

import (
	"bytes"
	"context"
	"errors"
	"image"
	"io"

	"segnatura/pdfa"
	"segnatura/pdfa/convert"
	"segnatura/scanner"
	"segnatura/scanner/sheet"
)

// encodings are the MIME types of the images that the archive takes, by first bytes.
var encodings = []struct{ magic, mime string }{
	{"\xFF\xD8", "image/jpeg"}, {"\x89PNG", "image/png"}, {"II*\x00", "image/tiff"}, {"MM\x00*", "image/tiff"},
	{"P", "image/x-portable-anymap"},
}

// inspectRare has images that look does not decode (JPEG in TIFF, two-dimensional fax, inks without a mark, ...) measured in the
// grey picture that the converter makes of them, so that the desk refuses nothing that the archive takes. Where the converter
// refuses too, the word of look counts.
func inspectRare(engine convert.Engine, look inspect) inspect {
	return func(ctx context.Context, r io.ReadSeeker, s scanner.Settings, accept func(string) bool, maxPx int) (scanner.Facts, []byte, error) {
		facts, small, err := look(ctx, r, s, accept, maxPx)
		if _, ok := errors.AsType[*scanner.Fault](err); !ok {
			return facts, small, err
		}
		picture, refused := engine.Picture(ctx, pdfa.Input{Name: "page", Open: func() (io.ReadSeekCloser, error) { return lent{r}, nil }})
		if refused != nil {
			return facts, small, err
		}
		if facts, small, err = look(ctx, bytes.NewReader(picture), s, accept, maxPx); err != nil {
			return facts, small, err
		}
		facts.Encoding, err = encodingOf(r)
		return facts, small, err
	}
}

func encodingOf(r io.ReadSeeker) (string, error) {
	head := make([]byte, 4)
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	if _, err := io.ReadFull(r, head); err != nil {
		return "", err
	}
	for _, e := range encodings {
		if bytes.HasPrefix(head, []byte(e.magic)) {
			return e.mime, nil
		}
	}
	return "", nil
}

// cropIn draws a part of whatever page inspecting takes.
func cropIn(engine convert.Engine) func(context.Context, io.ReadSeeker, scanner.Settings, scanner.Box, int) ([]byte, error) {
	return func(ctx context.Context, r io.ReadSeeker, s scanner.Settings, box scanner.Box, maxPx int) ([]byte, error) {
		part := func(_ context.Context, r io.ReadSeeker, s scanner.Settings, _ func(string) bool, maxPx int) (scanner.Facts, []byte, error) {
			m, err := sheet.Read(r, s)
			if err != nil {
				return scanner.Facts{}, nil, err
			}
			jpeg, err := m.Crop(image.Rect(box.X0, box.Y0, box.X1, box.Y1), maxPx)
			return scanner.Facts{}, jpeg, err
		}
		_, jpeg, err := inspectDrawn(engine, inspectRare(engine, part))(ctx, r, s, nil, maxPx)
		return jpeg, err
	}
}
