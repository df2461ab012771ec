package station

import (
	"context"

	"segnatura/internal/protocollo"
)

// RefusedStore keeps what becomes of a letter without number that whoever numbers certainly refused (decision 0042). Each method is one transaction.
//
// Errors of both: NotFound "intake"; Conflict "not-refused" where the last attempt is not a refusal (it may have a number, or be getting one: R17.2),
// "numbered" where the letter has a number of any register, "closed" once it was given up.
type RefusedStore interface {
	// CorrectRefused puts a corrected draft in the place of the one that attempt had when it was refused; the old one stays in the history. The
	// same draft for the same attempt again is no error. Conflict "asked-since" where the letter was asked for after that attempt; Invalid as
	// [protocollo.Draft.Corrected], and "nothing-corrected" where nothing would change.
	CorrectRefused(ctx context.Context, a protocollo.Actor, intakeID int64, attempt int, d protocollo.Draft) (protocollo.Intake, error)
	// CloseRefused gives a letter up: nobody asks for it any more. The same closing again is no error; Conflict "closed" for another one.
	// Invalid "replaced-by" for a registration that is none of the AOO's, that is annulled, or that is the letter's own.
	CloseRefused(ctx context.Context, a protocollo.Actor, c protocollo.IntakeClosing) error
}
