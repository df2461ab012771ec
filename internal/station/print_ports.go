package station

import (
	"context"

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
	// ResolvePrint is a person's word on an unknown print: printed or failed.
	ResolvePrint(ctx context.Context, a protocollo.Actor, id int64, s protocollo.PrintState) error
	// Prints lists prints of an AOO in these states, in the order in which they were queued.
	Prints(ctx context.Context, aoo protocollo.AOOCode, states ...protocollo.PrintState) ([]protocollo.Print, error)
	// PrintsUnderWay lists prints in state sending, at start.
	PrintsUnderWay(ctx context.Context) ([]protocollo.Print, error)
	// PrintBitmap returns the bitmap as it was queued, so that a reprint is byte-identical (R2.5).
	PrintBitmap(ctx context.Context, id int64) (*stamp.Bitmap, error)
}

// NewPrint is a label to be queued.
type NewPrint struct {
	RegistrationID int64
	Actor          protocollo.Actor
	Printer        string
	Reason         protocollo.ReprintReason
	// Bitmap of the first print; ignored for a reprint, which reuses the first one's.
	Bitmap *stamp.Bitmap
}

// Composer turns a label into dots.
type Composer interface {
	Compose(l stamp.Label, r stamp.Resolution) (*stamp.Bitmap, error)
}

// Printer is one configured label printer.
type Printer interface {
	ID() string
	Resolution() stamp.Resolution
	LabelSize() stamp.Size
	Print(ctx context.Context, b *stamp.Bitmap) (stamp.Result, error)
	State(ctx context.Context) stamp.PrinterState
}
