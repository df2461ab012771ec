package station

import (
	"context"

	"segnatura/internal/protocollo"
)

// PostReturnStore keeps what is for somebody else and goes back to the post (decision 0057). The envelope itself is saved by [IntakeStore].
type PostReturnStore interface {
	// ReturnToPost records that envelopes were given back together, in one transaction. The same under its key again is no error; Conflict "request-key"
	// for another under it, "not-for-the-post", "returned-to-post" for one that went before, "envelope-registered"; NotFound "intake".
	ReturnToPost(ctx context.Context, a protocollo.Actor, key string, intakeIDs []int64) error
	// GoingBack lists those that were at the desk by the end of a day or went back on it, of what the actor sees, in the order of arrival.
	GoingBack(ctx context.Context, a protocollo.Actor, day protocollo.Day) ([]Record, error)
}

// UrgencyStore keeps which letters go before the others.
type UrgencyStore interface {
	// SetUrgent records it, or that it no longer holds; the same again is no error. NotFound "intake".
	SetUrgent(ctx context.Context, a protocollo.Actor, u protocollo.Urgency) error
}
