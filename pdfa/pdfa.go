// Package pdfa is the vocabulary of the archive: what is to be written ([Job]), what came of it ([Result]), and what the
// check said ([Report]). It holds no I/O and no engine. The files are PDF/A-2 (ISO 19005-2), conformance level b, or u where
// there is text.
package pdfa

import (
	"fmt"
	"io"
	"time"
)

// Flavour is a PDF/A-2 conformance level.
type Flavour string

const (
	Flavour2B Flavour = "2b"
	Flavour2U Flavour = "2u"
)

// Input is one file to take pages from, in order. A file may hold several pages (TIFF).
type Input struct {
	Name string // for messages and reports
	Open func() (io.ReadSeekCloser, error)
	// AssumeXDPI and AssumeYDPI are used where the file itself states no resolution worth believing; 0 means that none is known.
	AssumeXDPI, AssumeYDPI float64
	// Rotate turns the page clockwise by 0, 90, 180 or 270 degrees, by the page's own attribute: pixels are not touched.
	Rotate int
}

// Job is one document to be written.
type Job struct {
	Inputs   []Input
	Metadata Metadata
	Flavour  Flavour
}

// Metadata goes into the XMP packet and, equal to it, into the Info dictionary (ISO 19005-2, 6.6).
type Metadata struct {
	Title       string
	Author      string
	Subject     string
	Keywords    []string
	CreatorTool string
	CreatedAt   time.Time // written with its offset; whole seconds
	// DocumentID seeds the file identifier, so that equal jobs give equal files.
	DocumentID string
}

// PageResult says what became of one page.
type PageResult struct {
	Input         string  `json:"input"`
	PageInInput   int     `json:"pageInInput"` // from 1
	Encoding      string  `json:"encoding"`    // "jpeg passthrough", "ccitt g4", "flate"
	WidthPx       int     `json:"widthPx"`
	HeightPx      int     `json:"heightPx"`
	WidthMM       float64 `json:"widthMM"`
	HeightMM      float64 `json:"heightMM"`
	DPIAssumed    bool    `json:"dpiAssumed,omitempty"`
	StreamSHA256  string  `json:"streamSHA256"` // of the encoded image data as it stands in the PDF; equals the JPEG's own digest where it passed through
	BytesInStream int64   `json:"bytesInStream"`
}

// Result says what was written.
type Result struct {
	Flavour Flavour      `json:"flavour"`
	SHA256  string       `json:"sha256"` // of the whole file, lower-case hex
	Bytes   int64        `json:"bytes"`
	Pages   []PageResult `json:"pages"`
}

// Report is the verdict on one file. Only Compliant set to true is a yes; no verdict is a no.
type Report struct {
	Compliant bool      `json:"compliant"`
	Flavour   Flavour   `json:"flavour"`
	Pages     int       `json:"pages"`
	SHA256    string    `json:"sha256"`
	Checker   string    `json:"checker"` // name and version
	Findings  []Finding `json:"findings,omitempty"`
}

// Finding is one broken rule.
type Finding struct {
	Rule   string `json:"rule"` // clause of ISO 19005-2 or ISO 32000-1
	Detail string `json:"detail"`
}

// RefusedError says in one sentence why a file cannot become PDF/A, naming file, page and reason.
type RefusedError struct {
	File   string
	Page   int // from 1; 0 when the file as a whole is refused
	Reason RefusalReason
	Detail string
}

// RefusalReason tells refusals apart for the screen.
type RefusalReason string

const (
	RefusedEmpty       RefusalReason = "empty"
	RefusedTruncated   RefusalReason = "truncated"
	RefusedCorrupt     RefusalReason = "corrupt"
	RefusedTooLarge    RefusalReason = "too-large" // pixels, bytes or pages over the stated limit
	RefusedEncrypted   RefusalReason = "encrypted"
	RefusedUnsupported RefusalReason = "unsupported"
)

func (e *RefusedError) Error() string {
	if e.Page > 0 {
		return fmt.Sprintf("%s, page %d: %s: %s", e.File, e.Page, e.Reason, e.Detail)
	}
	return fmt.Sprintf("%s: %s: %s", e.File, e.Reason, e.Detail)
}
