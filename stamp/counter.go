package stamp

import "time"

// PresentationSheet is the blank sheet that whoever brings a removable medium without a covering letter fills in and signs by hand (002 art. 18.2; R1.16).
type PresentationSheet struct {
	Body, AOOCode, AOOName string
	MadeAt                 time.Time
	Banner                 string
}

// FirstPageCopy is a copy of a registered letter's first page for whoever brought it, in place of the receipt (002 art. 24.4; R7.1).
type FirstPageCopy struct {
	Body, AOOCode string
	// Reference cites the registration; Segnatura has administration, AOO, register, number and day in one line.
	Reference, Segnatura string
	PresentedAt          time.Time
	// JPEG is the page's picture, upright, baseline and of one or three components.
	JPEG     []byte
	IssuedAt time.Time
	Operator string
	Banner   string
}

// CopyStamp is what is stamped on the photocopy of a paper that is not registered: it is no receipt (002 arts. 24.1-3; R7.3).
type CopyStamp struct {
	Body, AOOCode string
	// Intake is «Ricezione n.», which is no protocol number.
	Intake    string
	ArrivedAt time.Time
	Operator  string // whose initials they are
	Banner    string
}
