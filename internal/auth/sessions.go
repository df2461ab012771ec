package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	"segnatura/internal/protocollo"
)

// Periods of R11.3 and R11.4.
const (
	maxFailures = 5
	rotation    = 182 * 24 * time.Hour // six months
	idleLock    = 10 * time.Minute
	idleEnd     = 12 * time.Hour // a locked session ends at last
	touchEvery  = 30 * time.Second
)

// Service logs people in and out. It is safe for concurrent use.
type Service struct {
	Accounts AccountStore
	Sessions SessionStore
	Clock    func() time.Time
	// Ended is told the digest of every session that ends or locks, so that its socket is closed. It may be nil.
	Ended func(tokenDigest string)
	// UserEnded is told whose sessions were all ended at once, by another person's hand. It may be nil.
	UserEnded func(user string)

	// verifying is held while a password is verified: one at a time, so that many log-ins at once take no more memory than one (64 MiB
	// each), and that each of them sees the wrong passwords counted before it.
	verifying sync.Mutex
}

// Login is what a browser gets.
type Login struct {
	Token   string // for the cookie; only its digest is stored
	Account protocollo.Account
	// MustChange is set at first login and when the password is older than the rotation allows.
	MustChange bool
}

// Login verifies a password and opens a session. Every refusal looks alike ("login"), but for a locked account ("account-locked").
func (s *Service) Login(ctx context.Context, user, password, desk string) (Login, error) {
	a, err := s.verify(ctx, user, password)
	if err != nil {
		return Login{}, err
	}
	token, err := newToken()
	if err != nil {
		return Login{}, err
	}
	now := s.Clock()
	err = s.Sessions.PutSession(ctx, protocollo.Session{TokenDigest: digest(token), User: user, Desk: desk, CreatedAt: now, LastSeenAt: now})
	if err != nil {
		return Login{}, fmt.Errorf("open a session: %w", err)
	}
	return Login{Token: token, Account: a, MustChange: s.mustChange(a)}, nil
}

func (s *Service) mustChange(a protocollo.Account) bool {
	return a.MustChange || s.Clock().Sub(a.PasswordSetAt) > rotation
}

func (s *Service) verify(ctx context.Context, user, password string) (protocollo.Account, error) {
	s.verifying.Lock()
	defer s.verifying.Unlock()
	if err := ctx.Err(); err != nil { // whoever asked has gone
		return protocollo.Account{}, fmt.Errorf("verify a password: %w", err)
	}
	a, err := s.Accounts.Account(ctx, user)
	if errors.Is(err, protocollo.NotFound) {
		_, _ = Hash(password) // an unknown user costs the same time
		return protocollo.Account{}, refused()
	}
	if err != nil {
		return protocollo.Account{}, fmt.Errorf("look an account up: %w", err)
	}
	if a.Failures >= maxFailures {
		return protocollo.Account{}, protocollo.Errorf(protocollo.Forbidden, "account-locked", "five wrong passwords")
	}
	ok := Verify(a.PasswordHash, password) && !a.Disabled
	if _, err := s.Accounts.RecordLogin(ctx, user, ok); err != nil {
		return protocollo.Account{}, fmt.Errorf("record a login: %w", err)
	}
	if !ok {
		return protocollo.Account{}, refused()
	}
	return a, nil
}

func refused() error {
	return protocollo.Errorf(protocollo.Forbidden, "login", "user or password is wrong")
}

// Identity is who a request comes from.
type Identity struct {
	protocollo.Actor
	TokenDigest string
	Locked      bool
	MustChange  bool
}

// Identify returns whose token it is. It is Forbidden ("session") when there is no such session, and locks one that was idle for
// too long. A request made in the background by the page itself is not activity.
func (s *Service) Identify(ctx context.Context, token string, activity bool) (Identity, error) {
	none := protocollo.Errorf(protocollo.Forbidden, "session", "no session")
	if token == "" {
		return Identity{}, none
	}
	ses, err := s.Sessions.Session(ctx, digest(token))
	if errors.Is(err, protocollo.NotFound) {
		return Identity{}, none
	}
	if err != nil {
		return Identity{}, fmt.Errorf("look a session up: %w", err)
	}
	a, err := s.Accounts.Account(ctx, ses.User)
	if errors.Is(err, protocollo.NotFound) || a.Disabled {
		return Identity{}, none
	}
	if err != nil {
		return Identity{}, fmt.Errorf("look an account up: %w", err)
	}
	idle := s.Clock().Sub(ses.LastSeenAt)
	switch {
	case idle > idleEnd:
		if err := s.Logout(ctx, token); err != nil {
			return Identity{}, err
		}
		return Identity{}, none
	case idle > idleLock && !ses.Locked:
		if err := s.lock(ctx, ses); err != nil {
			return Identity{}, err
		}
		ses.Locked = true
	case activity && !ses.Locked && idle > touchEvery:
		ses.LastSeenAt = s.Clock()
		if err := s.Sessions.TouchSession(ctx, ses); err != nil {
			return Identity{}, fmt.Errorf("touch a session: %w", err)
		}
	}
	actor := a.Actor
	actor.Desk = ses.Desk
	return Identity{Actor: actor, TokenDigest: ses.TokenDigest, Locked: ses.Locked, MustChange: s.mustChange(a)}, nil
}

// Lock locks the screen at once.
func (s *Service) Lock(ctx context.Context, token string) error {
	ses, err := s.Sessions.Session(ctx, digest(token))
	if err != nil {
		return fmt.Errorf("look a session up: %w", err)
	}
	return s.lock(ctx, ses)
}

func (s *Service) lock(ctx context.Context, ses protocollo.Session) error {
	ses.Locked = true
	if err := s.Sessions.TouchSession(ctx, ses); err != nil {
		return fmt.Errorf("lock a session: %w", err)
	}
	s.ended(ses.TokenDigest)
	return nil
}

// Unlock opens a locked screen with the same user's password.
func (s *Service) Unlock(ctx context.Context, token, password string) error {
	ses, err := s.Sessions.Session(ctx, digest(token))
	if err != nil {
		return fmt.Errorf("look a session up: %w", err)
	}
	if _, err := s.verify(ctx, ses.User, password); err != nil {
		return err
	}
	ses.Locked, ses.LastSeenAt = false, s.Clock()
	if err := s.Sessions.TouchSession(ctx, ses); err != nil {
		return fmt.Errorf("unlock a session: %w", err)
	}
	return nil
}

// Logout ends a session. An unknown one is no error.
func (s *Service) Logout(ctx context.Context, token string) error {
	if err := s.Sessions.DeleteSession(ctx, digest(token)); err != nil {
		return fmt.Errorf("end a session: %w", err)
	}
	s.ended(digest(token))
	return nil
}

func (s *Service) ended(tokenDigest string) {
	if s.Ended != nil {
		s.Ended(tokenDigest)
	}
}

// ChangePassword is the user's own change. The user's other sessions end: whoever held one knew the old password.
func (s *Service) ChangePassword(ctx context.Context, id Identity, old, password string) error {
	a, err := s.verify(ctx, id.User, old)
	if err != nil {
		return err
	}
	if err := s.setPassword(ctx, id.Actor, a, password, false); err != nil {
		return err
	}
	own, err := s.Sessions.Session(ctx, id.TokenDigest)
	if err != nil {
		return fmt.Errorf("look a session up: %w", err)
	}
	if err := s.endAll(ctx, id.User); err != nil {
		return err
	}
	if err := s.Sessions.PutSession(ctx, own); err != nil {
		return fmt.Errorf("keep a session: %w", err)
	}
	return nil
}

// ResetPassword is another person's change: the user changes it again at the next login, and open sessions end. Only whoever
// manages accounts may, and only the Responsabile for another one: who sets a password can log in with it.
func (s *Service) ResetPassword(ctx context.Context, by protocollo.Actor, user, password string) error {
	if err := by.Require(protocollo.ActAccounts); err != nil {
		return err
	}
	a, err := s.Accounts.Account(ctx, user)
	if err != nil {
		return fmt.Errorf("look an account up: %w", err)
	}
	if a.AOO != by.AOO {
		return protocollo.Errorf(protocollo.NotFound, "user", "no account %s", user)
	}
	if err := mayTouch(by, a); err != nil {
		return err
	}
	if err := s.setPassword(ctx, by, a, password, true); err != nil {
		return err
	}
	return s.endAll(ctx, user)
}

// endAll ends a user's sessions.
func (s *Service) endAll(ctx context.Context, user string) error {
	if err := s.Sessions.DeleteUserSessions(ctx, user); err != nil {
		return fmt.Errorf("end the sessions of %s: %w", user, err)
	}
	if s.UserEnded != nil {
		s.UserEnded(user)
	}
	return nil
}

func (s *Service) setPassword(ctx context.Context, by protocollo.Actor, a protocollo.Account, password string, mustChange bool) error {
	if err := CheckPassword(password, a); err != nil {
		return err
	}
	hash, err := Hash(password)
	if err != nil {
		return err
	}
	if err := s.Accounts.SetPassword(ctx, by, a.User, hash, mustChange); err != nil {
		return fmt.Errorf("store a password: %w", err)
	}
	return nil
}

// AccountList returns the accounts of the actor's AOO.
func (s *Service) AccountList(ctx context.Context, by protocollo.Actor) ([]protocollo.Account, error) {
	if err := by.Require(protocollo.ActAccounts); err != nil {
		return nil, err
	}
	return s.Accounts.Accounts(ctx, by.AOO)
}

// Names returns what the people of the actor's AOO are called, by user name; those whose account is disabled too, because records and journal
// name them. Whoever is logged in may know.
func (s *Service) Names(ctx context.Context, by protocollo.Actor) (map[string]string, error) {
	list, err := s.Accounts.Accounts(ctx, by.AOO)
	if err != nil {
		return nil, fmt.Errorf("list names: %w", err)
	}
	names := make(map[string]string, len(list))
	for _, a := range list {
		names[a.User] = a.Name
	}
	return names, nil
}

// Create adds an account in the actor's AOO; its password is changed at first login. Only the Responsabile may make another one.
func (s *Service) Create(ctx context.Context, by protocollo.Actor, a protocollo.Account, password string) error {
	if err := s.mayGrant(by, a); err != nil {
		return err
	}
	a.AOO, a.MustChange = by.AOO, true
	if err := CheckPassword(password, a); err != nil {
		return err
	}
	hash, err := Hash(password)
	if err != nil {
		return err
	}
	a.PasswordHash = hash
	return s.Accounts.CreateAccount(ctx, by, a)
}

// Update changes an account of the actor's AOO. A disabled account's sessions end.
func (s *Service) Update(ctx context.Context, by protocollo.Actor, a protocollo.Account) error {
	if err := s.mayGrant(by, a); err != nil {
		return err
	}
	old, err := s.Accounts.Account(ctx, a.User)
	if err != nil {
		return fmt.Errorf("look an account up: %w", err)
	}
	if old.AOO != by.AOO {
		return protocollo.Errorf(protocollo.NotFound, "user", "no account %s", a.User)
	}
	if err := mayTouch(by, old); err != nil {
		return err
	}
	if a.User == by.User && (a.Disabled || !a.May(protocollo.ActAccounts) || by.May(protocollo.ActDecide) && !a.May(protocollo.ActDecide)) {
		return protocollo.Errorf(protocollo.Conflict, "own-account", "nobody takes the management of accounts or the decisions from oneself")
	}
	if err := s.Accounts.UpdateAccount(ctx, by, a); err != nil {
		return err
	}
	if a.Disabled {
		return s.endAll(ctx, a.User)
	}
	return nil
}

// mayGrant: whoever manages accounts; but profiles are the Responsabile's to grant (DPR 445/2000 art. 61(3)(a)), so an
// administrator makes none who decides.
func (s *Service) mayGrant(by protocollo.Actor, a protocollo.Account) error {
	if err := by.Require(protocollo.ActAccounts); err != nil {
		return err
	}
	if (a.May(protocollo.ActDecide) || a.NamedForConfidential) && !by.May(protocollo.ActDecide) {
		return protocollo.Errorf(protocollo.Forbidden, "roles", "only the Responsabile grants this")
	}
	for _, r := range a.Roles {
		if !knownRole(r) {
			return protocollo.Errorf(protocollo.Invalid, "roles", "no role %q", r)
		}
	}
	if len(a.Roles) == 0 {
		return protocollo.Errorf(protocollo.Invalid, "roles", "an account needs a role")
	}
	if a.User == protocollo.Station(by.AOO).User { // the journal would not tell the person from the program
		return protocollo.Errorf(protocollo.Invalid, "user", "the user %s is the station itself", a.User)
	}
	return nil
}

// mayTouch: the account of one who decides is changed by one who decides, or an administrator could become one by a new password.
func mayTouch(by protocollo.Actor, old protocollo.Account) error {
	if old.May(protocollo.ActDecide) && !by.May(protocollo.ActDecide) {
		return protocollo.Errorf(protocollo.Forbidden, "roles", "only the Responsabile changes the account of one")
	}
	return nil
}

func knownRole(r protocollo.Role) bool {
	for _, k := range protocollo.Roles() {
		if k == r {
			return true
		}
	}
	return false
}

func newToken() (string, error) {
	b := make([]byte, 32)
	if _, err := rand.Read(b); err != nil {
		return "", fmt.Errorf("mint a token: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}

func digest(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// Locked reports whether five wrong passwords have locked an account; a new first password unlocks it.
func Locked(a protocollo.Account) bool { return a.Failures >= maxFailures }
