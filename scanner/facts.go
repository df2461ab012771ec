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
	// Suspects are places where a code seems to be that could not be read, the likeliest first.
	Suspects []Box `json:"suspects,omitempty"`
	// Quality is nil for a page that was measured before these measures were there.
	Quality *Quality `json:"quality,omitempty"`
}

// Quality is how well the page was taken, as far as pixels tell. Sides and turns are those of the image as it lies in its file.
type Quality struct {
	PaperLevel int `json:"paperLevel"` // grey of the paper, 0 black to 255 white
	// Contrast is the print contrast signal of the ink, the middle one of its edges: how much darker than its paper it is, as a
	// share of the paper's own level, 0 to 1 (the definition of ISO 1831). 0 where there is no ink.
	Contrast float64 `json:"contrast"`
	// EdgeMM is the width in millimetres over which the sharper edges of the ink turn into paper; 0 where there are too few.
	EdgeMM float64 `json:"edgeMM"`
	// EdgePx is the same in pixels: no edge is sharper than one, whatever the resolution.
	EdgePx float64 `json:"edgePx"`
	// SkewDegrees is how far the lines of writing lie off the page's axis, clockwise positive; meaningful where SkewKnown is set.
	SkewDegrees float64 `json:"skewDegrees"`
	SkewKnown   bool    `json:"skewKnown,omitempty"`
	// Turn says how the writing seems to lie.
	Turn Turn `json:"turn,omitempty"`
	// CutMarks counts on each side the separate marks of ink, as of letters, that run out of the page.
	CutMarks Sides `json:"cutMarks"`
}

// Turn is how the writing on a page seems to lie: by how many lines, of how many that say anything.
type Turn struct {
	Upright int `json:"upright,omitempty"`
	Over    int `json:"over,omitempty"` // upside down
	// Sideways is set when the lines run down the page instead of across it. Then Upright counts those whose letters
	// stand with their heads to the left of the image, Over those with their heads to the right.
	Sideways bool `json:"sideways,omitempty"`
}

// Sides holds a count for each side of the page.
type Sides struct {
	Top    int `json:"top,omitempty"`
	Right  int `json:"right,omitempty"`
	Bottom int `json:"bottom,omitempty"`
	Left   int `json:"left,omitempty"`
}

// Paper is a page's format against A4 (ISO 216, 210 x 297 mm), with tolerance, in either orientation.
type Paper string

const (
	PaperA4      Paper = "A4"
	PaperSmaller Paper = "smaller" // fits inside A4
	PaperLarger  Paper = "larger"  // does not
	PaperUnknown Paper = "unknown" // no trustworthy resolution, and not in A4's proportion either
)

// Box is a part of the page image in its pixels as it lies in its file; X1 and Y1 are outside it.
type Box struct {
	X0 int `json:"x0"`
	Y0 int `json:"y0"`
	X1 int `json:"x1"`
	Y1 int `json:"y1"`
}

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
