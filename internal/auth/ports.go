package auth

import (
	"context"

	"segnatura/internal/protocollo"
)

// AccountStore keeps accounts. Each method is one transaction and journals what a reviewer would ask about, never a hash.
type AccountStore interface {
	// Account returns NotFound for an unknown user.
	Account(ctx context.Context, user string) (protocollo.Account, error)
	Accounts(ctx context.Context, aoo protocollo.AOOCode) ([]protocollo.Account, error)
	// CreateAccount is Conflict when the user exists.
	CreateAccount(ctx context.Context, by protocollo.Actor, a protocollo.Account) error
	// UpdateAccount changes name, roles, UOR, disabled and named-for-confidential; the rest of a is ignored.
	UpdateAccount(ctx context.Context, by protocollo.Actor, a protocollo.Account) error
	// SetPassword stores a new hash in front of the previous ones and clears the failures.
	SetPassword(ctx context.Context, by protocollo.Actor, user, hash string, mustChange bool) error
	// RecordLogin counts a wrong password, or clears the count after a right one. It returns the count.
	RecordLogin(ctx context.Context, user string, ok bool) (failures int, err error)
}

// SessionStore keeps log-ins, by the digest of their token.
type SessionStore interface {
	PutSession(ctx context.Context, s protocollo.Session) error
	// Session returns NotFound for an unknown or ended one.
	Session(ctx context.Context, tokenDigest string) (protocollo.Session, error)
	// TouchSession stores LastSeenAt and Locked.
	TouchSession(ctx context.Context, s protocollo.Session) error
	DeleteSession(ctx context.Context, tokenDigest string) error
	DeleteUserSessions(ctx context.Context, user string) error
}
