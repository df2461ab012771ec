package main

import (
	"context"
	"io"
	"mime/multipart"
	"time"

	"segnatura/internal/maildraft"
	"segnatura/pdfa"
	"segnatura/scanner"
	"segnatura/scanner/upload"
	"segnatura/stamp"
	"segnatura/stamp/compose"
	"segnatura/stamp/pdf"
)

// The adapters between the station's ports and the rooms that do the work.

type composer struct{}

func (composer) Compose(l stamp.Label, r stamp.Resolution) (*stamp.Bitmap, error) {
	return compose.Compose(l, r)
}

type paper struct {
	clock func() time.Time
	mail  maildraft.Office
}

func (paper) Receipt(w io.Writer, d stamp.ReceiptData) error {
	_, err := pdf.Receipt(w, d)
	return err
}

func (paper) InternalReceipt(w io.Writer, r stamp.InternalReceipt) error {
	_, err := pdf.InternalReceipt(w, r)
	return err
}

func (paper) PresentationSheet(w io.Writer, p stamp.PresentationSheet) error {
	_, err := pdf.PresentationSheet(w, p)
	return err
}

func (paper) FirstPageCopy(w io.Writer, c stamp.FirstPageCopy) error {
	_, err := pdf.FirstPageCopy(w, c)
	return err
}

func (paper) CopyStamp(w io.Writer, c stamp.CopyStamp) error {
	_, err := pdf.CopyStamp(w, c)
	return err
}

func (paper) Attestation(w io.Writer, a pdfa.Attestation) error {
	_, err := pdf.Attestation(w, a)
	return err
}

func (paper) SortingList(w io.Writer, l stamp.SortingList) error {
	_, err := pdf.SortingList(w, l)
	return err
}

func (paper) PostReturnList(w io.Writer, l stamp.PostReturnList) error {
	_, err := pdf.PostReturnList(w, l)
	return err
}

func (paper) PostingList(w io.Writer, l stamp.PostingList) error {
	_, err := pdf.PostingList(w, l)
	return err
}

func (p paper) LabelPDF(w io.Writer, b *stamp.Bitmap) error {
	_, err := pdf.Label(w, b, pdfa.Metadata{Title: "Etichetta di segnatura", CreatorTool: "segnatura", CreatedAt: p.clock()})
	return err
}

func (paper) LabelPNG(w io.Writer, b *stamp.Bitmap) error { return compose.EncodePNG(w, b) }

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
