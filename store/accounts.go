package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// keptHashes: the last eight passwords are barred (R11.3).
const keptHashes = 8

func (w *wtx) createAccount(n station.NewAccount) error {
	if n.User == stationUser() {
		return protocollo.Errorf(protocollo.Invalid, "user", "%q is the station itself", n.User)
	}
	roles, err := encode(n.Roles)
	if err != nil {
		return err
	}
	known, err := number(w.QueryRowContext(w.ctx, `SELECT count(*) FROM accounts WHERE user = ?`, n.User))
	if err != nil {
		return err
	}
	if known > 0 {
		return protocollo.Errorf(protocollo.Conflict, "user", "user %q exists", n.User)
	}
	aoos, err := number(w.QueryRowContext(w.ctx, `SELECT count(*) FROM aoos WHERE code = ?`, string(n.AOO)))
	if err != nil {
		return err
	}
	if aoos == 0 {
		return protocollo.Errorf(protocollo.Invalid, "aoo", "no such AOO: %q", n.AOO)
	}
	return w.exec(`INSERT INTO accounts (user, name, aoo, roles, uor, password_hash, created_at, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		n.User, n.Name, string(n.AOO), roles, n.UOR, n.Password, w.now.UnixNano(), w.now.UnixNano())
}

// CreateAccount implements auth.AccountStore.
func (db *DB) CreateAccount(ctx context.Context, by protocollo.Actor, a protocollo.Account) error {
	return db.transact(ctx, "create an account", func(w *wtx) error {
		n := station.NewAccount{User: a.User, Name: a.Name, AOO: a.AOO, Roles: a.Roles, UOR: a.UOR, Password: a.PasswordHash}
		if err := w.createAccount(n); err != nil {
			return err
		}
		detail := map[string]any{"user": n.User, "roles": n.Roles, "uor": n.UOR}
		return w.report(KindAccountCreated, by.User, n.AOO, 0, detail)
	})
}

const accountColumns = `user, name, aoo, roles, uor, confidential, disabled, password_hash, previous_hashes, must_change,
	created_at, changed_at, failures`

func scanAccount(s scannable) (protocollo.Account, error) {
	var r protocollo.Account
	var roles, previous string
	var created, changed int64
	err := s.Scan(&r.User, &r.Name, &r.AOO, &roles, &r.UOR, &r.NamedForConfidential, &r.Disabled, &r.PasswordHash, &previous, &r.MustChange,
		&created, &changed, &r.Failures)
	if err != nil {
		return r, err
	}
	r.CreatedAt, r.PasswordSetAt = instant(created), instant(changed)
	if err := json.Unmarshal([]byte(roles), &r.Roles); err != nil {
		return r, fmt.Errorf("decode the roles of %s: %w", r.User, err)
	}
	if err := json.Unmarshal([]byte(previous), &r.PreviousHashes); err != nil {
		return r, fmt.Errorf("decode the hashes of %s: %w", r.User, err)
	}
	r.PreviousHashes = slices.Insert(r.PreviousHashes, 0, r.PasswordHash)
	return r, nil
}

// Account returns one account, or NotFound "account".
func (db *DB) Account(ctx context.Context, user string) (protocollo.Account, error) {
	return account(ctx, db.read, user)
}

func account(ctx context.Context, q querier, user string) (protocollo.Account, error) {
	r, err := one(ctx, q, "account", scanAccount, `SELECT `+accountColumns+` FROM accounts WHERE user = ?`, user)
	if err != nil {
		return r, fmt.Errorf("read account %s: %w", user, err)
	}
	return r, nil
}

// Accounts lists the accounts of an AOO by user name.
func (db *DB) Accounts(ctx context.Context, aoo protocollo.AOOCode) ([]protocollo.Account, error) {
	list, err := collect(ctx, db.read, scanAccount, `SELECT `+accountColumns+` FROM accounts WHERE aoo = ? ORDER BY user`, string(aoo))
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	return list, nil
}

// accountProperties are what an account's change may change, for the journal.
type accountProperties struct {
	Name         string            `json:"name"`
	Roles        []protocollo.Role `json:"roles"`
	UOR          string            `json:"uor"`
	Disabled     bool              `json:"disabled"`
	Confidential bool              `json:"namedForConfidential"`
}

func propertiesOf(a protocollo.Account) accountProperties {
	return accountProperties{Name: a.Name, Roles: a.Roles, UOR: a.UOR, Disabled: a.Disabled, Confidential: a.NamedForConfidential}
}

// UpdateAccount implements auth.AccountStore: journaled with what the properties were. NotFound outside the actor's AOO.
func (db *DB) UpdateAccount(ctx context.Context, by protocollo.Actor, a protocollo.Account) error {
	return db.transact(ctx, "change an account", func(w *wtx) error {
		before, err := account(w.ctx, w, a.User)
		if err != nil {
			return err
		}
		if before.AOO != by.AOO {
			return protocollo.Errorf(protocollo.NotFound, "account", "no such account: %q", a.User)
		}
		roles, err := encode(a.Roles)
		if err != nil {
			return err
		}
		err = w.exec(`UPDATE accounts SET name = ?, roles = ?, uor = ?, disabled = ?, confidential = ? WHERE user = ?`,
			a.Name, roles, a.UOR, a.Disabled, a.NamedForConfidential, a.User)
		if err != nil {
			return err
		}
		return w.report(KindAccountChanged, by.User, before.AOO, 0,
			map[string]any{"user": a.User, "before": propertiesOf(before), "after": propertiesOf(a)})
	})
}

// SetPassword implements auth.AccountStore. It keeps the seven hashes before the new one.
func (db *DB) SetPassword(ctx context.Context, by protocollo.Actor, user, hash string, mustChange bool) error {
	return db.transact(ctx, "set a password", func(w *wtx) error {
		r, err := account(w.ctx, w, user)
		if err != nil {
			return err
		}
		previous := r.PreviousHashes[:min(len(r.PreviousHashes), keptHashes-1)]
		kept, err := encode(previous)
		if err != nil {
			return err
		}
		err = w.exec(`UPDATE accounts SET password_hash = ?, previous_hashes = ?, must_change = ?, changed_at = ?, failures = 0 WHERE user = ?`,
			hash, kept, mustChange, w.now.UnixNano(), user)
		if err != nil {
			return err
		}
		return w.report(KindPassword, by.User, r.AOO, 0, map[string]any{"user": user, "mustChange": mustChange})
	})
}

// RecordLogin implements auth.AccountStore.
func (db *DB) RecordLogin(ctx context.Context, user string, ok bool) (failures int, err error) {
	err = db.transact(ctx, "record a login", func(w *wtx) error {
		r, err := account(w.ctx, w, user)
		if err != nil {
			return err
		}
		kind := KindLogin
		failures = 0
		if !ok {
			kind, failures = KindLoginFailed, r.Failures+1
		}
		if err := w.exec(`UPDATE accounts SET failures = ? WHERE user = ?`, failures, user); err != nil {
			return err
		}
		return w.report(kind, user, r.AOO, 0, map[string]any{"failures": failures})
	})
	return failures, err
}

// PutSession implements auth.SessionStore. Sessions are working rows, not journaled; the login is. Sessions nobody used for a day
// are removed.
func (db *DB) PutSession(ctx context.Context, s protocollo.Session) error {
	return db.transact(ctx, "start a session", func(w *wtx) error {
		if err := w.exec(`DELETE FROM sessions WHERE last_seen_at <= ?`, nanos(s.CreatedAt.Add(-24*time.Hour))); err != nil {
			return err
		}
		return w.exec(`INSERT INTO sessions (token_digest, user, desk, created_at, last_seen_at, locked) VALUES (?, ?, ?, ?, ?, ?)`,
			s.TokenDigest, s.User, s.Desk, nanos(s.CreatedAt), nanos(s.LastSeenAt), s.Locked)
	})
}

// Session implements auth.SessionStore.
func (db *DB) Session(ctx context.Context, tokenDigest string) (protocollo.Session, error) {
	r, err := one(ctx, db.read, "session", func(s scannable) (protocollo.Session, error) {
		var r protocollo.Session
		var created, seen int64
		err := s.Scan(&r.TokenDigest, &r.User, &r.Desk, &created, &seen, &r.Locked)
		r.CreatedAt, r.LastSeenAt = instant(created), instant(seen)
		return r, err
	}, `SELECT token_digest, user, desk, created_at, last_seen_at, locked FROM sessions WHERE token_digest = ?`, tokenDigest)
	if err != nil {
		return r, fmt.Errorf("read a session: %w", err)
	}
	return r, nil
}

// TouchSession implements auth.SessionStore. NotFound "session" when it is gone.
func (db *DB) TouchSession(ctx context.Context, s protocollo.Session) error {
	return db.transact(ctx, "touch a session", func(w *wtx) error {
		res, err := w.ExecContext(w.ctx, `UPDATE sessions SET last_seen_at = ?, locked = ? WHERE token_digest = ?`,
			nanos(s.LastSeenAt), s.Locked, s.TokenDigest)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if err != nil {
			return err
		}
		if n == 0 {
			return protocollo.Errorf(protocollo.NotFound, "session", "no such session")
		}
		return nil
	})
}

// DeleteSession ends one session; a missing one is no error.
func (db *DB) DeleteSession(ctx context.Context, tokenDigest string) error {
	return db.transact(ctx, "end a session", func(w *wtx) error { return w.exec(`DELETE FROM sessions WHERE token_digest = ?`, tokenDigest) })
}

// DeleteUserSessions ends all sessions of a user.
func (db *DB) DeleteUserSessions(ctx context.Context, user string) error {
	return db.transact(ctx, "end a user's sessions", func(w *wtx) error { return w.exec(`DELETE FROM sessions WHERE user = ?`, user) })
}
