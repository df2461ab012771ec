// Package stamp is the vocabulary of what the desk prints: a [Label] laid out as data, the [Bitmap] that it becomes at a
// printer's own resolution, and what a printer says of itself. It holds no I/O. The word never means time.
//
// A label is composed once, into a bitmap; every printer family carries that same bitmap, so the preview on the screen is
// what prints, dot for dot.
package stamp

import (
	"fmt"
	"slices"
)

// Label is the content of one segnatura label, already worded: composing decides where things go, never what they say.
type Label struct {
	Size Size
	// Lines are printed top to bottom. Earlier lines are larger when Big is set; a line that does not fit is shortened as its
	// Shorten rule says, never run into a code.
	Lines []Line
	// QR is the payload of requirement R18.1, or empty. Level M, module at least 0.33 mm.
	QR string
	// Code128 is for hand readers (R18.2), or empty; Code128Text stands below it in clear.
	Code128     string
	Code128Text string
	// Banner is printed inverted across the foot, e.g. «PROVA – SENZA VALORE», or empty.
	Banner string
	// MarginMM, Codes and Logo are a [Layout]'s; their zero values are those of a label without one.
	MarginMM float64
	Codes    Codes
	Logo     *Logo
}

// Line is one line of text.
type Line struct {
	Field   Field // which content it is, for a [Layout]; "" for what no layout places
	Text    string
	Big     bool // the number: the largest size that fits
	Bold    bool
	Shorten Shorten
	SizeMM  float64 // the height of its type; 0: as large as fits
	Align   Align
	// Sign: the text ends in a blank, «____», to be signed in. It gets the room that is free: to the end of its row, and above it.
	Sign bool
}

// Shorten says what may happen to a line that does not fit.
type Shorten string

const (
	ShortenEllipsis Shorten = ""      // cut at a word and end in «…»
	ShortenNever    Shorten = "never" // legal content (R2.1): a label on which it does not fit is refused
	ShortenDrop     Shorten = "drop"  // optional content: the whole line goes
)

// Size is a label's size in millimetres, width first.
type Size struct{ WidthMM, HeightMM float64 }

func (s Size) String() string { return fmt.Sprintf("%gx%g mm", s.WidthMM, s.HeightMM) }

// Resolution is a printer's dots per millimetre and the dpi it is sold as.
type Resolution struct {
	DotsPerMM float64
	DPI       int
}

// The resolutions of thermal label printers. 203 dpi heads have 8 dots per mm, and so on.
var (
	DPI203 = Resolution{DotsPerMM: 8, DPI: 203}
	DPI300 = Resolution{DotsPerMM: 12, DPI: 300} // sold as 300 or 305
	DPI600 = Resolution{DotsPerMM: 24, DPI: 600}
)

// Bitmap is a monochrome picture, one bit a dot, rows padded to whole bytes, most significant bit first, 1 = black.
type Bitmap struct {
	Width, Height int // dots
	Stride        int // bytes a row
	Bits          []byte
	Resolution    Resolution
}

// NewBitmap returns a white bitmap.
func NewBitmap(width, height int, r Resolution) *Bitmap {
	stride := (width + 7) / 8
	return &Bitmap{Width: width, Height: height, Stride: stride, Bits: make([]byte, stride*height), Resolution: r}
}

// Black reports whether the dot is black. Dots outside are white.
func (b *Bitmap) Black(x, y int) bool {
	if x < 0 || y < 0 || x >= b.Width || y >= b.Height {
		return false
	}
	return b.Bits[y*b.Stride+x/8]&(0x80>>(x%8)) != 0
}

// SetBlack blackens one dot. Dots outside are ignored.
func (b *Bitmap) SetBlack(x, y int) {
	if x < 0 || y < 0 || x >= b.Width || y >= b.Height {
		return
	}
	b.Bits[y*b.Stride+x/8] |= 0x80 >> (x % 8)
}

// Condition is one thing that a printer says, or whose absence it does not say.
type Condition string

const (
	ConditionReady      Condition = "ready"
	ConditionMediaOut   Condition = "media-out"
	ConditionMediaLow   Condition = "media-low"
	ConditionRibbonOut  Condition = "ribbon-out"
	ConditionHeadOpen   Condition = "head-open"
	ConditionPaused     Condition = "paused"
	ConditionJam        Condition = "jam"
	ConditionCutter     Condition = "cutter-fault"
	ConditionTooHot     Condition = "over-temperature"
	ConditionBusy       Condition = "busy"        // buffer full or a format under way
	ConditionSilent     Condition = "silent"      // connected, and no answer: many printers fall silent when out of media
	ConditionOffline    Condition = "offline"     // no connection
	ConditionMediaWrong Condition = "media-wrong" // the label would not fit on what is loaded: see [Media.Refuses]
	// ConditionMute is a printer that takes labels and answers no question, as a USB port without a way back or a network Brother
	// QL: it does not keep a label from being sent, and proves nothing.
	ConditionMute  Condition = "mute"
	ConditionOther Condition = "other"
)

// PrinterState is what a printer said when it was asked.
type PrinterState struct {
	Conditions []Condition
	Media      Media  // what is loaded, as far as it says; a family adds ConditionMediaWrong where its labels do not fit
	Detail     string // the answer as received, shortened, for the log
}

// Blocks reports whether a label sent now would not come out, and the first condition that says so.
// Silence blocks: it is how a printer out of media answers.
func (s PrinterState) Blocks() (Condition, bool) {
	for _, c := range s.Conditions {
		switch c {
		case ConditionReady, ConditionMediaLow, ConditionBusy, ConditionMute:
		default:
			return c, true
		}
	}
	return "", false
}

// Why is the condition by which a label did not come out, or is not known to have: what blocks, or else that the printer tells nothing or is not
// done; "" where it says none of that.
func (s PrinterState) Why() Condition {
	if c, blocks := s.Blocks(); blocks {
		return c
	}
	for _, c := range []Condition{ConditionMute, ConditionBusy} {
		if slices.Contains(s.Conditions, c) {
			return c
		}
	}
	return ""
}

// Outcome is what is known of one print after it was sent.
type Outcome string

const (
	OutcomePrinted Outcome = "printed" // sent whole, and the printer said afterwards that it is well
	OutcomeUnknown Outcome = "unknown" // sent, at least in part, and nothing proves it came out
	OutcomeFailed  Outcome = "failed"  // certainly did not come out: nothing was sent, or the printer said so
)

// Result is the outcome of one print with what the printer said before and after.
type Result struct {
	Outcome       Outcome
	Before, After PrinterState
}
