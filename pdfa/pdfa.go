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
	// Text is what was recognised on each page, in the order of the pages: nil where nobody looked, else one for each page.
	// It is written as invisible words, and asks for Flavour2U.
	Text []PageText
}

// PageText is the text of one page.
type PageText struct {
	Words []Word `json:"words,omitempty"`
	// Missing says why there are no words although somebody looked: the page is archived without text.
	Missing TextMissing `json:"missing,omitempty"`
}

// TextMissing is why a page has no text.
type TextMissing string

const (
	TextFailed   TextMissing = "failed"   // the recognition ended with an error
	TextDeadline TextMissing = "deadline" // it was not ready in time
)

// Word is one word of a page's text, in the order in which it is read. Lengths are points (1/72 inch) on the page as it is shown,
// that is after its rotation, from its upper left corner, x to the right, y downwards.
type Word struct {
	Text string `json:"text"`
	// X and Y are the start of the baseline; Width is the word's length along it, Height the height of its line of type.
	X      float64 `json:"x"`
	Y      float64 `json:"y"`
	Width  float64 `json:"width"`
	Height float64 `json:"height"`
	// Angle turns the baseline counter-clockwise about X, Y; degrees.
	Angle float64 `json:"angle,omitempty"`
	// EndsLine is set on the last word of a line.
	EndsLine bool `json:"endsLine,omitempty"`
}

// Raster is one page as a picture for whoever recognises text on it: upright as the page is shown, grey or bitonal, never
// enlarged. Pix are rows without padding from the top: a byte a pixel (0 black), or, where Bitonal, a bit a pixel, the most
// significant first, 1 black, each row filled up to a byte.
type Raster struct {
	Page          int // in the document, from 1
	Width, Height int // pixels
	XDPI, YDPI    float64
	Bitonal       bool
	Pix           []byte
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
	// Segnatura goes into the packet by an extension schema that the packet describes itself; nil: the document has none.
	Segnatura *Segnatura
}

// PageResult says what became of one page.
type PageResult struct {
	Input       string `json:"input"`
	PageInInput int    `json:"pageInInput"` // from 1
	Encoding    string `json:"encoding"`    // "jpeg passthrough", "ccitt g4", "flate"
	// Drawn says why the page is a picture of its source and not the source's own image, or what else of the source is not carried
	// over (a signature, a script): the source is to be kept beside the archive.
	Drawn DrawnReason `json:"drawn,omitempty"`
	// Words counts the words of invisible text; TextMissing says why there are none although somebody looked.
	Words         int         `json:"words,omitempty"`
	TextMissing   TextMissing `json:"textMissing,omitempty"`
	WidthPx       int         `json:"widthPx"`
	HeightPx      int         `json:"heightPx"`
	WidthMM       float64     `json:"widthMM"`
	HeightMM      float64     `json:"heightMM"`
	DPIAssumed    bool        `json:"dpiAssumed,omitempty"`
	StreamSHA256  string      `json:"streamSHA256"` // of the encoded image data as it stands in the PDF; equals the JPEG's own digest where it passed through
	BytesInStream int64       `json:"bytesInStream"`
}

// DrawnReason is why a page of a PDF had to be drawn.
type DrawnReason string

const (
	DrawnBornDigital DrawnReason = "born-digital" // text and lines, not one scanned image that fills the page
	DrawnSigned      DrawnReason = "signed"       // a signature does not survive the conversion
	DrawnActive      DrawnReason = "active"       // scripts, launch actions, embedded files, XFA: none of them is carried over
	DrawnDecoded     DrawnReason = "decoded"      // an image in a coding or in colours that the archive does not take over: its pixels, one by one, as they are shown
)

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
	RefusedSigned      RefusalReason = "signed" // where that is not taken
	RefusedActive      RefusalReason = "active" // scripts, launch actions, embedded files, XFA, where they are not taken
	RefusedUnsupported RefusalReason = "unsupported"
	// What the document did to the process that opened it (package worker).
	RefusedCrash    RefusalReason = "crash"
	RefusedDeadline RefusalReason = "deadline"
	RefusedMemory   RefusalReason = "memory"
)

// MayPass reports whether a refusal says as much of the moment as of the file, which may be taken another time.
func (r RefusalReason) MayPass() bool {
	return r == RefusedCrash || r == RefusedDeadline || r == RefusedMemory
}

func (e *RefusedError) Error() string {
	if e.Page > 0 {
		return fmt.Sprintf("%s, page %d: %s: %s", e.File, e.Page, e.Reason, e.Detail)
	}
	return fmt.Sprintf("%s: %s: %s", e.File, e.Reason, e.Detail)
}
