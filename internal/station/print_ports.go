package station

import (
	"context"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/stamp"
)

// PrintStore keeps labels on their way (R18.4).
type PrintStore interface {
	// QueuePrint records a label with its bitmap, before anything is sent. The first print of a registration has no reason; a further one
	// needs a reprint reason unless the latest print failed or still waits (then that one is returned). Invalid "reprint-reason" otherwise.
	QueuePrint(ctx context.Context, p NewPrint) (protocollo.Print, error)
	// BeginPrint claims a queued or failed print for sending; Conflict when another has it.
	BeginPrint(ctx context.Context, id int64, printer string) (protocollo.Print, error)
	// RecordPrint settles a print: printed, unknown, failed, or queued again when nothing was sent for want of labels.
	RecordPrint(ctx context.Context, id int64, s protocollo.PrintState, condition string) error
	// ResolvePrint is a person's word on an unknown print: printed or failed. The station's own word is that a scan has read the label.
	ResolvePrint(ctx context.Context, a protocollo.Actor, id int64, s protocollo.PrintState) error
	// Prints lists prints of an AOO in these states, in the order in which they were queued.
	Prints(ctx context.Context, aoo protocollo.AOOCode, states ...protocollo.PrintState) ([]protocollo.Print, error)
	// PrintsUnderWay lists prints in state sending, at start.
	PrintsUnderWay(ctx context.Context) ([]protocollo.Print, error)
	// PrintBitmap returns the bitmap as it was queued, so that a reprint is byte-identical (R2.5).
	PrintBitmap(ctx context.Context, id int64) (*stamp.Bitmap, error)
	// LabelsDue lists registrations whose number came after nobody waited for it any more and of which no label was ever queued, in the order in
	// which they were numbered. What is no paper or was annulled is not due. One that was moved to the emergency register is, with its emergency
	// number; a recovery makes no second label due.
	LabelsDue(ctx context.Context, aoo protocollo.AOOCode, d LabelsDue) ([]LabelDue, error)
	// RecordTemporaryLabel journals that a temporary label was sent to a printer, and what is known of it.
	RecordTemporaryLabel(ctx context.Context, a protocollo.Actor, intakeID int64, printer string, s protocollo.PrintState) error
	// RecordSlipLabel journals that something for who stands at the counter was sent to a label printer, and what is known of it. NotFound for a letter that the
	// actor does not see, or a handover of another AOO.
	RecordSlipLabel(ctx context.Context, a protocollo.Actor, l SlipLabel) error
	// RecordLegendLabel journals that a legend of the catalogue was sent to a printer, and what is known of it.
	RecordLegendLabel(ctx context.Context, a protocollo.Actor, intakeID int64, l LegendLabel) error
	// LegendUses counts the labels with each legend and its words, by the version of the rules of which they are.
	LegendUses(ctx context.Context, aoo protocollo.AOOCode) ([]LegendUse, error)
}

// Slip says what somebody takes away from the counter.
type Slip string

// The slips.
const (
	SlipReceipt Slip = "receipt" // L-17, of a letter or of the plichi of a handover
	SlipCopy    Slip = "copy"    // what is stuck on a copy
)

// SlipLabel is a slip that was printed on a label, of a letter or of a handover of plichi.
type SlipLabel struct {
	Kind       Slip
	IntakeID   int64
	HandoverID int64 // 0: a letter's
	Printer    string
	State      protocollo.PrintState
}

// LegendLabel is a legend that was printed beside a segnatura (R2.6).
type LegendLabel struct {
	Code, Text    string
	Version       int64 // of the policies from which an added entry's words are; 0: the program's own catalogue
	WithSegnatura bool  // a whole label, with the registration's own content
	Printer       string
	State         protocollo.PrintState
}

// LegendUse is how often labels bore a legend with these words.
type LegendUse struct {
	Code, Text string
	Version    int64 // as of [LegendLabel]; 0 also where the journal does not say it
	Labels     int
	Last       time.Time
}

// LabelsDue says which labels are due.
type LabelsDue struct {
	Since  time.Time     // numbers that were confirmed earlier are left alone
	Waited time.Duration // a number of the first attempt that took longer came after the desk had given up
	After  int64         // registrations up to this one are left out
	Limit  int
}

// LabelDue is a registration whose label is due.
type LabelDue struct {
	RegistrationID int64
	// Restored says that the data were restored after the letter came in: its label may have come out meanwhile, which nobody knows here.
	Restored bool
}

// NewPrint is a label to be queued.
type NewPrint struct {
	RegistrationID int64
	Actor          protocollo.Actor
	Printer        string
	Reason         protocollo.ReprintReason
	// Bitmap of the first print; ignored for a reprint, which reuses the first one's.
	Bitmap *stamp.Bitmap
	// Layout is the digest of the layout's file, journaled with the first print; "" where none was used.
	Layout string
	// For says which of the registration's labels it is.
	For protocollo.LabelFor
	// Doubtful: the first label may be on its letter already, because a backup was restored since. It is recorded as of unknown outcome at once.
	Doubtful bool
}

// Composer turns a label into dots.
type Composer interface {
	Compose(l stamp.Label, r stamp.Resolution) (*stamp.Bitmap, error)
}

// Layouts says how the labels and receipts of a printer are laid out.
type Layouts interface {
	// Layout returns the zero value where there is no file for labels of that size. printer is "" for the preview.
	Layout(k stamp.Kind, printer string, size stamp.Size) stamp.Layout
}

// Printer is one configured label printer.
type Printer interface {
	ID() string
	Resolution() stamp.Resolution
	LabelSize() stamp.Size
	Print(ctx context.Context, b *stamp.Bitmap) (stamp.Result, error)
	State(ctx context.Context) stamp.PrinterState
}
