package station

import (
	"context"

	"segnatura/internal/protocollo"
)

// EnvelopeStore keeps what goes to somebody in the house with a receipt in two copies, and tells of papers given at the desk (decision 0052). An
// envelope without number is saved by [IntakeStore]. Each method is one transaction.
type EnvelopeStore interface {
	// DeliverInside records that a paper is handed to somebody. The same under its key again returns what is there; Conflict "request-key" for
	// another under it, "delivered-inside" while it is in somebody's hands; NotFound "intake".
	DeliverInside(ctx context.Context, a protocollo.Actor, d protocollo.InternalDelivery) (protocollo.InternalDelivery, error)
	// EndInternalDelivery records how one ended. The same word of the same person again is no error; Conflict "delivery-ended", NotFound
	// "internal-delivery".
	EndInternalDelivery(ctx context.Context, a protocollo.Actor, id int64, e protocollo.InternalDeliveryEnd) (protocollo.InternalDelivery, error)
	// InternalDelivery returns one of an intake that the actor sees, or NotFound "internal-delivery".
	InternalDelivery(ctx context.Context, a protocollo.Actor, id int64) (protocollo.InternalDelivery, error)
}
