package station

import (
	"context"

	"segnatura/internal/protocollo"
)

// AnnulStore mirrors the annulment of a whole registration, after whoever numbers has confirmed it (R8.4).
type AnnulStore interface {
	// AnnulRegistration records the annulment; the registration's data stay (R2.7). The store's clock gives the instant, the actor is By.
	// The same annulment again is no error. NotFound when there is no such registration in the actor's AOO; Conflict "annulled" when it
	// is annulled by another act.
	AnnulRegistration(ctx context.Context, a protocollo.Actor, ann protocollo.Annulment) error
}
