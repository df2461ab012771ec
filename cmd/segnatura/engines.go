package main

import (
	"context"
	"mime/multipart"
	"time"

	"segnatura/scanner"
	"segnatura/scanner/upload"
	"segnatura/stamp"
	"segnatura/stamp/compose"
)

// The adapters between the station's ports and the rooms that do the work.

type composer struct{}

func (composer) Compose(l stamp.Label, r stamp.Resolution) (*stamp.Bitmap, error) {
	return compose.Compose(l, r)
}

// uploaded opens the files of a browser's form as a run of single pages. abort frees a read that waits for a browser that went away.
func uploaded(clock func() time.Time, pages separator) func(*multipart.Reader, func()) (scanner.Document, error) {
	return func(form *multipart.Reader, abort func()) (scanner.Document, error) {
		doc, err := upload.New(upload.Multipart(form), upload.Config{Now: clock, Abort: abort}).Scan(context.Background(), scanner.Request{})
		if err != nil {
			return nil, err
		}
		return pages.separate(doc), nil
	}
}
