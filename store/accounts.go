package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// The floor of R11.3: the last eight passwords are barred, five errors in a row lock the account.
const (
	keptHashes  = 8
	maxFailures = 5
)

// AccountRow is an account with what authentication needs. Passwords are only ever hashes here.
type AccountRow struct {
	protocollo.Actor           // Desk is empty: it belongs to a session
	PasswordHash     string    `json:"-"`
	PreviousHashes   []string  `json:"-"` // newest first, at most eight, without the current one
	MustChange       bool      // at the next login
	Disabled         bool      //
	Failures         int       // wrong passwords in a row
	LockedAt         time.Time // zero while it is not locked
	CreatedAt        time.Time
	ChangedAt        time.Time // of the password
	LoginAt          time.Time // the last good one; zero before the first
}

// AccountUpdate are an account's changeable properties, all of them.
type AccountUpdate struct {
	User                 string
	Name                 string
	Roles                []protocollo.Role
	UOR                  string
	Disabled             bool
	NamedForConfidential bool // by the Responsabile (R11.2)
	Unlock               bool // forget the wrong passwords
}

// SessionRow is one browser's session. TokenHash is a hash of the token; the token itself is nowhere.
type SessionRow struct {
	TokenHash                    string
	User                         string
	Desk                         string
	CreatedAt, SeenAt, ExpiresAt time.Time
}

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

// CreateAccount adds an account whose password, n.Password being its hash, must be changed at the first login. Conflict "user" when it exists.
func (db *DB) CreateAccount(ctx context.Context, a protocollo.Actor, n station.NewAccount) error {
	return db.transact(ctx, "create an account", func(w *wtx) error {
		if err := w.createAccount(n); err != nil {
			return err
		}
		detail := map[string]any{"user": n.User, "roles": n.Roles, "uor": n.UOR}
		return w.report(KindAccountCreated, a.User, n.AOO, 0, detail)
	})
}

const accountColumns = `user, name, aoo, roles, uor, confidential, disabled, password_hash, previous_hashes, must_change,
	created_at, changed_at, failures, locked_at, login_at`

func scanAccount(s scannable) (AccountRow, error) {
	var r AccountRow
	var roles, previous string
	var created, changed, locked, login int64
	err := s.Scan(&r.User, &r.Name, &r.AOO, &roles, &r.UOR, &r.NamedForConfidential, &r.Disabled, &r.PasswordHash, &previous, &r.MustChange,
		&created, &changed, &r.Failures, &locked, &login)
	if err != nil {
		return r, err
	}
	r.CreatedAt, r.ChangedAt, r.LockedAt, r.LoginAt = instant(created), instant(changed), instant(locked), instant(login)
	if err := json.Unmarshal([]byte(roles), &r.Roles); err != nil {
		return r, fmt.Errorf("decode the roles of %s: %w", r.User, err)
	}
	if err := json.Unmarshal([]byte(previous), &r.PreviousHashes); err != nil {
		return r, fmt.Errorf("decode the hashes of %s: %w", r.User, err)
	}
	return r, nil
}

// Account returns one account, or NotFound "account".
func (db *DB) Account(ctx context.Context, user string) (AccountRow, error) {
	return account(ctx, db.read, user)
}

func account(ctx context.Context, q querier, user string) (AccountRow, error) {
	r, err := one(ctx, q, "account", scanAccount, `SELECT `+accountColumns+` FROM accounts WHERE user = ?`, user)
	if err != nil {
		return r, fmt.Errorf("read account %s: %w", user, err)
	}
	return r, nil
}

// Accounts lists the accounts of an AOO by user name.
func (db *DB) Accounts(ctx context.Context, aoo protocollo.AOOCode) ([]AccountRow, error) {
	list, err := collect(ctx, db.read, scanAccount, `SELECT `+accountColumns+` FROM accounts WHERE aoo = ? ORDER BY user`, string(aoo))
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	return list, nil
}

// UpdateAccount sets an account's properties, journaled with what they were. Disabling ends its sessions. NotFound outside the actor's AOO.
func (db *DB) UpdateAccount(ctx context.Context, a protocollo.Actor, u AccountUpdate) error {
	return db.transact(ctx, "change an account", func(w *wtx) error {
		before, err := account(w.ctx, w, u.User)
		if err != nil {
			return err
		}
		if before.AOO != a.AOO {
			return protocollo.Errorf(protocollo.NotFound, "account", "no such account: %q", u.User)
		}
		roles, err := encode(u.Roles)
		if err != nil {
			return err
		}
		err = w.exec(`UPDATE accounts SET name = ?, roles = ?, uor = ?, disabled = ?, confidential = ? WHERE user = ?`,
			u.Name, roles, u.UOR, u.Disabled, u.NamedForConfidential, u.User)
		if err != nil {
			return err
		}
		if u.Unlock {
			if err := w.exec(`UPDATE accounts SET failures = 0, locked_at = 0 WHERE user = ?`, u.User); err != nil {
				return err
			}
		}
		if u.Disabled {
			if err := w.exec(`DELETE FROM sessions WHERE user = ?`, u.User); err != nil {
				return err
			}
		}
		was := AccountUpdate{User: before.User, Name: before.Name, Roles: before.Roles, UOR: before.UOR, Disabled: before.Disabled,
			NamedForConfidential: before.NamedForConfidential}
		return w.report(KindAccountChanged, a.User, before.AOO, 0, map[string]any{"before": was, "after": u})
	})
}

// SetPasswordHash replaces a password's hash and keeps the eight before it. Wrong passwords are forgotten.
func (db *DB) SetPasswordHash(ctx context.Context, user, hash string, mustChange bool) error {
	return db.transact(ctx, "set a password", func(w *wtx) error {
		r, err := account(w.ctx, w, user)
		if err != nil {
			return err
		}
		previous := append([]string{r.PasswordHash}, r.PreviousHashes...)
		if len(previous) > keptHashes {
			previous = previous[:keptHashes]
		}
		kept, err := encode(previous)
		if err != nil {
			return err
		}
		err = w.exec(`UPDATE accounts SET password_hash = ?, previous_hashes = ?, must_change = ?, changed_at = ?, failures = 0, locked_at = 0
			WHERE user = ?`, hash, kept, mustChange, w.now.UnixNano(), user)
		if err != nil {
			return err
		}
		return w.report(KindPassword, user, r.AOO, 0, map[string]any{"mustChange": mustChange})
	})
}

// RecordLogin journals a login. After five errors in a row the account is locked until [DB.UpdateAccount] unlocks it or a new
// password is set; a good login before that starts the count anew.
func (db *DB) RecordLogin(ctx context.Context, user string, ok bool) error {
	return db.transact(ctx, "record a login", func(w *wtx) error {
		r, err := account(w.ctx, w, user)
		if err != nil {
			return err
		}
		if ok {
			if err := w.exec(`UPDATE accounts SET failures = 0, login_at = ? WHERE user = ?`, w.now.UnixNano(), user); err != nil {
				return err
			}
			return w.report(KindLogin, user, r.AOO, 0, nil)
		}
		kind := KindLoginFailed
		if r.Failures+1 >= maxFailures && r.LockedAt.IsZero() {
			kind = KindAccountLocked
			r.LockedAt = w.now
		}
		if err := w.exec(`UPDATE accounts SET failures = ?, locked_at = ? WHERE user = ?`, r.Failures+1, nanos(r.LockedAt), user); err != nil {
			return err
		}
		return w.report(kind, user, r.AOO, 0, map[string]any{"failures": r.Failures + 1})
	})
}

// PutSession starts a session. Sessions are working rows, not journaled; the login is. Sessions that are over are removed.
func (db *DB) PutSession(ctx context.Context, tokenHash, user, desk string, createdAt, expires time.Time) error {
	return db.transact(ctx, "start a session", func(w *wtx) error {
		if err := w.exec(`DELETE FROM sessions WHERE expires_at <= ?`, w.clock.UnixNano()); err != nil {
			return err
		}
		return w.exec(`INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?)`, tokenHash, user, desk, nanos(createdAt), nanos(createdAt), nanos(expires))
	})
}

// Session returns a session that is not over, or NotFound "session".
func (db *DB) Session(ctx context.Context, tokenHash string) (SessionRow, error) {
	r, err := one(ctx, db.read, "session", func(s scannable) (SessionRow, error) {
		var r SessionRow
		var created, seen, expires int64
		err := s.Scan(&r.TokenHash, &r.User, &r.Desk, &created, &seen, &expires)
		r.CreatedAt, r.SeenAt, r.ExpiresAt = instant(created), instant(seen), instant(expires)
		return r, err
	}, `SELECT token_hash, user, desk, created_at, seen_at, expires_at FROM sessions WHERE token_hash = ? AND expires_at > ?`,
		tokenHash, db.cfg.Clock().UnixNano())
	if err != nil {
		return r, fmt.Errorf("read a session: %w", err)
	}
	return r, nil
}

// TouchSession notes that a session was used and moves its end. NotFound "session" when it is gone.
func (db *DB) TouchSession(ctx context.Context, tokenHash string, seen, expires time.Time) error {
	return db.transact(ctx, "touch a session", func(w *wtx) error {
		res, err := w.ExecContext(w.ctx, `UPDATE sessions SET seen_at = ?, expires_at = ? WHERE token_hash = ?`, nanos(seen), nanos(expires), tokenHash)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return protocollo.Errorf(protocollo.NotFound, "session", "no such session")
		}
		return nil
	})
}

// DeleteSession ends one session; a missing one is no error.
func (db *DB) DeleteSession(ctx context.Context, tokenHash string) error {
	return db.transact(ctx, "end a session", func(w *wtx) error { return w.exec(`DELETE FROM sessions WHERE token_hash = ?`, tokenHash) })
}

// DeleteUserSessions ends all sessions of a user.
func (db *DB) DeleteUserSessions(ctx context.Context, user string) error {
	return db.transact(ctx, "end a user's sessions", func(w *wtx) error { return w.exec(`DELETE FROM sessions WHERE user = ?`, user) })
}
