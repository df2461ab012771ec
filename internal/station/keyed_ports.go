package station

import (
	"context"

	"segnatura/internal/protocollo"
)

// KeyedStore keeps the numbers that a person keyed in (manual mode).
type KeyedStore interface {
	// KeyNumber records one, in one transaction. The same again is no error. Conflict "number-taken" when another letter has the number,
	// "keyed" when another number was keyed in for the letter, "emergency-open" while its AOO's emergency register is open; Stopped as RecordIntake.
	KeyNumber(ctx context.Context, a protocollo.Actor, n KeyedNumber) error
	// LastKeyed returns the number that was keyed in last for a register's year; found=false when there is none.
	LastKeyed(ctx context.Context, k protocollo.RegisterKey) (n KeyedNumber, found bool, err error)
}

// KeyedNumber is what a person read on the other screen.
type KeyedNumber struct {
	RequestKey string // the intake's
	Register   protocollo.RegisterKey
	Number     protocollo.Number
	Day        protocollo.Day
	Doubt      string // what was implausible and the person confirmed: a code of [Station.KeyNumber], or ""
}
