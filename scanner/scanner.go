// Package scanner is the vocabulary of paper coming in: what a device can do, what is asked of it, and the pages that
// come back. It holds no I/O. A device family (escl, hotfolder, ...) implements [Source]; scannertest is the suite that each
// of them passes.
//
// A [Document] is a stream: the caller makes each page durable before it asks for the next one, so that a jam, a crash or a
// cut connection never costs a page that was already taken.
package scanner

import (
	"context"
	"io"
	"time"
)

// Source is one scanner, or one thing that behaves like it (a hot folder, an upload).
// All methods are safe for concurrent use; at most one Document is open at a time, a second Scan fails with [FaultBusy].
type Source interface {
	// Capabilities asks the device what it can do. Errors are *Fault.
	Capabilities(ctx context.Context) (Capabilities, error)
	// Status asks the device how it is now. A device that cannot be reached is a Status with StateOffline, not an error.
	Status(ctx context.Context) Status
	// Scan starts a job. The caller must Close the Document. Errors are *Fault.
	Scan(ctx context.Context, r Request) (Document, error)
}

// Document is the stream of pages of one run.
type Document interface {
	// Next returns the next page, io.EOF after the last one, or a *Fault. Pages already returned stay good after a fault.
	// The caller reads Page.Data to its end and closes it before it calls Next again; a transfer that was cut shows as a
	// *Fault with FaultTruncated from Data.Read, never as a short page that looks whole.
	Next(ctx context.Context) (*Page, error)
	// Close ends the run, cancels what the device is still doing, and releases it. It may be called at any time, also from
	// another goroutine to cancel; later calls do nothing.
	Close() error
}

// Refuser is a Document whose pages come from somewhere and would come again: it is told that the page it returned last can never be
// taken, and why. Next then returns f. It is called instead of Next, after the page's Data was closed.
type Refuser interface {
	Refuse(f *Fault)
}

// Input is where the paper lies.
type Input string

const (
	InputFeeder Input = "feeder" // ADF
	InputPlaten Input = "platen" // flatbed
)

// ColorMode is how pixels are taken.
type ColorMode string

const (
	ColorRGB    ColorMode = "rgb"    // 24 bit
	ColorGrey   ColorMode = "grey"   // 8 bit
	ColorBinary ColorMode = "binary" // 1 bit
)

// Request is one run's settings. The zero value of a field means the device's own default.
type Request struct {
	Input         Input
	Duplex        bool // both sides; feeder only
	ColorMode     ColorMode
	ResolutionDPI int    // both axes
	Format        string // MIME type asked for, e.g. "image/jpeg"
	WidthMM       float64
	HeightMM      float64
}

// Capabilities says what a device offers. Empty lists mean that the device did not say.
type Capabilities struct {
	ID           string // UUID or serial; stable across restarts and address changes
	MakeAndModel string
	Inputs       []InputCapabilities
}

// Input returns the capabilities of one input, and whether the device has it.
func (c Capabilities) Input(in Input) (InputCapabilities, bool) {
	for _, i := range c.Inputs {
		if i.Input == in {
			return i, true
		}
	}
	return InputCapabilities{}, false
}

// InputCapabilities says what one input offers.
type InputCapabilities struct {
	Input          Input
	Duplex         bool
	ColorModes     []ColorMode
	ResolutionsDPI []int
	Formats        []string // MIME types
	MaxWidthMM     float64
	MaxHeightMM    float64
}

// State is what a device says of itself.
type State string

const (
	StateIdle    State = "idle"
	StateBusy    State = "busy"
	StateStopped State = "stopped" // needs a person
	StateOffline State = "offline" // no answer
)

// FeederState is a hint only: devices are known to say "empty" with paper in them and the other way round.
type FeederState string

const (
	FeederUnknown FeederState = ""
	FeederLoaded  FeederState = "loaded"
	FeederEmpty   FeederState = "empty"
	FeederJam     FeederState = "jam"
	FeederOpen    FeederState = "open"
)

// Status is a device's state at one instant.
type Status struct {
	State  State
	Feeder FeederState
	Fault  FaultKind // why it cannot be used, where that is known
	Detail string    // the device's own words, for the log
}

// Page is one side of one sheet, as bytes in the format that the device sent.
type Page struct {
	Seq    int    // 1, 2, 3 ... within the document; the order that counts
	Sheet  int    // 1, 2, 3 ...; 0 when the source does not know sheets
	Back   bool   // the reverse of Sheet
	Format string // MIME type as sniffed or stated: image/jpeg, image/png, image/tiff, application/pdf
	// Data streams the bytes. A multi-page file (TIFF, PDF) arrives as one Page; who converts it splits it.
	Data     io.ReadCloser
	Settings Settings
	TakenAt  time.Time // when the source delivered it, by the clock handed to the source
	Name     string    // the file's name where the page came from a file, for people only
	Original Original  // the file that the page was taken out of; zero where Data is that file
}

// Original is a file by its content. Who must not keep a page must not keep the file that it came in.
type Original struct {
	SHA256 string // hex
	Bytes  int64
}

// Settings are the parameters a page was really taken with (requirement R4.4); 0 or "" where the source does not say.
type Settings struct {
	Device         string    `json:"device,omitempty"`
	DeviceID       string    `json:"deviceID,omitempty"`
	Input          Input     `json:"input,omitempty"`
	ColorMode      ColorMode `json:"colorMode,omitempty"`
	ResolutionXDPI int       `json:"resolutionXDPI,omitempty"`
	ResolutionYDPI int       `json:"resolutionYDPI,omitempty"`
	Duplex         bool      `json:"duplex,omitempty"`
}

// FaultKind tells device troubles apart, because a person does something different about each.
type FaultKind string

const (
	FaultJam         FaultKind = "jam"
	FaultCoverOpen   FaultKind = "cover-open"
	FaultBusy        FaultKind = "busy"
	FaultEmpty       FaultKind = "feeder-empty" // no page at all came; the end of a started run is io.EOF
	FaultOffline     FaultKind = "offline"
	FaultForbidden   FaultKind = "forbidden"   // it wants a name and a password, or others than it was given
	FaultUntrusted   FaultKind = "untrusted"   // its certificate is not the pinned one, or nobody vouches for it
	FaultDenied      FaultKind = "denied"      // this machine's rights keep the station from it
	FaultTruncated   FaultKind = "truncated"   // a transfer was cut
	FaultUnsupported FaultKind = "unsupported" // the device refused the settings
	FaultBadData     FaultKind = "bad-data"    // bytes came that are no image of a kind we take, or are over a limit
	FaultEncrypted   FaultKind = "encrypted"   // a file that asks for a password
	FaultSigned      FaultKind = "signed"      // a signed PDF: as pages it would lose its signature
	FaultActive      FaultKind = "active"      // a PDF with scripts, programs to start, embedded files or XFA
	FaultCancelled   FaultKind = "cancelled"
	FaultDevice      FaultKind = "device" // anything else that the device reported
)

// Fault is a device's trouble.
type Fault struct {
	Kind   FaultKind
	Detail string // English or the device's own words, for the log; the clerk's words are the UI's
	Err    error  // may be nil
	File   string // the name of the file that it is about; "" where no file is to blame
	// MayPass says that the fault may have been the moment's: the same page, given again, may be taken.
	MayPass bool
}

func (f *Fault) Error() string {
	s := "scanner: " + string(f.Kind)
	if f.Detail != "" {
		s += ": " + f.Detail
	}
	if f.Err != nil {
		s += ": " + f.Err.Error()
	}
	return s
}

func (f *Fault) Unwrap() error { return f.Err }
