package scanner

// Facts is what can be measured on one page image, without judging it. Package sheet measures; package rules judges.
type Facts struct {
	WidthPx  int     `json:"widthPx"`
	HeightPx int     `json:"heightPx"`
	XDPI     float64 `json:"xDPI"`
	YDPI     float64 `json:"yDPI"`
	// DPIAssumed is set when neither the file nor the source said a resolution and one was assumed.
	DPIAssumed bool       `json:"dpiAssumed,omitempty"`
	WidthMM    float64    `json:"widthMM"`
	HeightMM   float64    `json:"heightMM"`
	Paper      Paper      `json:"paper"`
	Encoding   string     `json:"encoding"` // MIME type
	Bits       int        `json:"bits"`     // per sample
	Channels   int        `json:"channels"`
	Blank      bool       `json:"blank,omitempty"` // no ink above the noise; see InkRatio
	InkRatio   float64    `json:"inkRatio"`        // share of pixels that are ink, 0 to 1
	Codes      []CodeRead `json:"codes,omitempty"`
}

// Paper is a page's format against A4 (ISO 216, 210 x 297 mm), with tolerance, in either orientation.
type Paper string

const (
	PaperA4      Paper = "A4"
	PaperSmaller Paper = "smaller" // fits inside A4
	PaperLarger  Paper = "larger"  // does not
	PaperUnknown Paper = "unknown" // no trustworthy resolution, and not in A4's proportion either
)

// CodeRead is one machine-readable symbol found on a page.
type CodeRead struct {
	Symbology string `json:"symbology"` // "QR", "CODE128"
	Text      string `json:"text"`
	// Box is the symbol's bounding box in pixels of the page as it lies in its file.
	X0 int `json:"x0"`
	Y0 int `json:"y0"`
	X1 int `json:"x1"`
	Y1 int `json:"y1"`
}
