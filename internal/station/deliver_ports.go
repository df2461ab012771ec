package station

import (
	"context"
	"io"

	"segnatura/internal/protocollo"
)

// Sender hands archived documents to the centre.
type Sender interface {
	Name() string
	Attach(ctx context.Context, r protocollo.AttachRequest, body io.Reader) (protocollo.AttachReceipt, error)
}

// OutboxStore keeps what is due to the centre.
type OutboxStore interface {
	// DueDeliveries lists what the centre is to be sent, oldest first. A scan waits for the earlier scans of its registration whose text or
	// delivery is still to come.
	DueDeliveries(ctx context.Context) ([]DueDelivery, error)
	// DueDelivery returns one of them, and whether it is due.
	DueDelivery(ctx context.Context, id int64) (d DueDelivery, due bool, err error)
	// ClaimDelivery records that an attempt starts; Conflict when another has it.
	ClaimDelivery(ctx context.Context, id int64) error
	MarkDelivered(ctx context.Context, id int64, r protocollo.AttachReceipt) error
	// MarkUndelivered records how an attempt ended: unavailable (due again), unknown or rejected (a person looks).
	MarkUndelivered(ctx context.Context, id int64, c protocollo.Class, words string) error
	// StoppedDispatches lists what was refused or may have arrived, oldest first.
	StoppedDispatches(ctx context.Context, aoo protocollo.AOOCode) ([]StoppedDispatch, error)
	// ResumeDispatch makes a stopped one due again, by a person's word; Conflict "dispatch" when it is not stopped, NotFound
	// "dispatch" in another AOO.
	ResumeDispatch(ctx context.Context, a protocollo.Actor, id int64) error
	// ConfirmDispatch records a person's word that the centre has a stopped one: seen there, or attached by hand; Conflict "dispatch" when it
	// is not stopped, NotFound "dispatch" in another AOO.
	ConfirmDispatch(ctx context.Context, a protocollo.Actor, id int64, reason string) error
}

// DueDelivery is one archived file that the centre does not have yet.
type DueDelivery struct {
	ID             int64
	RegistrationID int64
	Attempts       int
	Request        protocollo.AttachRequest
}
