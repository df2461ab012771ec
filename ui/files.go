package ui

import (
	"bytes"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"segnatura/pdfa"
	"segnatura/stamp"
)

// Paper renders what goes to an ordinary printer, or to the screen. The wiring joins stamp/pdf and stamp/compose behind it.
type Paper interface {
	EmergencyPapers
	TenderPapers
	CounterPapers
	// Receipt writes the receipt L-17 as PDF/A.
	Receipt(w io.Writer, d stamp.ReceiptData) error
	// InternalReceipt writes the receipt of an internal delivery as PDF/A: the same page twice.
	InternalReceipt(w io.Writer, r stamp.InternalReceipt) error
	// Attestation writes what a delegated officer signs, as PDF/A.
	Attestation(w io.Writer, a pdfa.Attestation) error
	// SortingList writes a «Distinta di smistamento» as PDF/A.
	SortingList(w io.Writer, l stamp.SortingList) error
	// PostingList writes a «Distinta di spedizione», or the recipients of one letter, as PDF/A.
	PostingList(w io.Writer, l stamp.PostingList) error
	// PostReturnList writes a «Distinta di restituzione alle Poste» as PDF/A.
	PostReturnList(w io.Writer, l stamp.PostReturnList) error
	// LabelPDF writes a label as a page of its own size.
	LabelPDF(w io.Writer, b *stamp.Bitmap) error
	// Dividers writes that many divider sheets for attachments.
	Dividers(w io.Writer, copies int) error
	// LabelPNG writes a label's dots as a picture.
	LabelPNG(w io.Writer, b *stamp.Bitmap) error
}

type buffer = bytes.Buffer

// file is an answer of bytes.
type file struct {
	ContentType        string `header:"Content-Type"`
	ContentDisposition string `header:"Content-Disposition"`
	CacheControl       string `header:"Cache-Control"`
	Body               []byte
}

// rendered makes a small file in memory; archives are streamed instead.
func (s *Server) rendered(contentType string, write func(*buffer) error) (*file, error) {
	var b buffer
	if err := write(&b); err != nil {
		return nil, err
	}
	return &file{ContentType: contentType, ContentDisposition: "inline", CacheControl: "no-store", Body: b.Bytes()}, nil
}

// binaryAnswer documents that an operation answers bytes of these types, not JSON.
func binaryAnswer(types ...string) func(*huma.Operation) {
	return func(op *huma.Operation) {
		content := map[string]*huma.MediaType{}
		for _, t := range types {
			content[t] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
		}
		op.Responses = map[string]*huma.Response{"200": {Description: http.StatusText(http.StatusOK), Content: content}}
	}
}

func pdfAnswer(op *huma.Operation) { binaryAnswer("application/pdf")(op) }
func pngAnswer(op *huma.Operation) { binaryAnswer("image/png")(op) }
