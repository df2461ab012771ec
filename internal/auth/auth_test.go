package auth

import (
	"context"
	"errors"
	"testing"
	"time"

	"segnatura/internal/protocollo"
)

// quick hashes cost next to nothing, so that the table tests do not.
func quick(t *testing.T, password string) string {
	t.Helper()
	h, err := hashWith(password, hashParams{timeCost: 1, memoryKiB: 64, threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestHashVerifiesOnlyItsPassword(t *testing.T) {
	h, err := Hash("Timbro.Rosso26")
	if err != nil {
		t.Fatal(err)
	}
	for password, want := range map[string]bool{"Timbro.Rosso26": true, "Timbro.Rosso27": false, "": false} {
		if got := Verify(h, password); got != want {
			t.Errorf("Verify(%q) = %v, want %v", password, got, want)
		}
	}
	for _, broken := range []string{"", "$argon2id$", h[:len(h)-4], "$argon2i" + h[9:], "$argon2id$v=19$m=64,t=0,p=1$AAAA$AAAA"} {
		if Verify(broken, "Timbro.Rosso26") {
			t.Errorf("a broken hash verifies: %q", broken)
		}
	}
}

func TestPasswordRules(t *testing.T) {
	operator := protocollo.Account{Actor: protocollo.Actor{User: "anna", Roles: []protocollo.Role{protocollo.RoleOperator}}}
	administrator := protocollo.Account{Actor: protocollo.Actor{User: "ugo", Roles: []protocollo.Role{protocollo.RoleAdministrator}}}
	withHistory := operator
	for i := range 10 {
		withHistory.PreviousHashes = append(withHistory.PreviousHashes, quick(t, "Antica.Parola"+string(rune('0'+i))))
	}
	for _, c := range []struct {
		name, password string
		account        protocollo.Account
		want           string
	}{
		{"good", "Timbro.Rosso26", operator, ""},
		{"eleven characters", "Timbro.Ros2", operator, "password-short"},
		{"twelve are too few for an administrator", "Timbro.Ros26", administrator, "password-short"},
		{"fourteen are enough for an administrator", "Timbro.Rosso26", administrator, ""},
		{"two alphanumeric", "..........a1", operator, "password-alphanumeric"},
		{"no symbol", "TimbroRosso26", operator, "password-symbol"},
		{"two classes", "timbro.rosso.", operator, "password-classes"},
		{"contains the user's name", "Anna.Rossa.26", operator, "password-user"},
		{"the last but seven", "Antica.Parola7", withHistory, "password-barred"},
		{"the ninth back is free again", "Antica.Parola8", withHistory, ""},
	} {
		err := CheckPassword(c.password, c.account)
		var e *protocollo.Error
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.want != "" && (!errors.As(err, &e) || e.Code != c.want || e.Class != protocollo.Invalid):
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		}
	}
}

// memory is the two stores in memory, for the rules of sessions; the real ones are tested with SQLite.
type memory struct {
	accounts map[string]protocollo.Account
	sessions map[string]protocollo.Session
}

func (m *memory) Account(_ context.Context, user string) (protocollo.Account, error) {
	a, ok := m.accounts[user]
	if !ok {
		return a, protocollo.Errorf(protocollo.NotFound, "user", "no account")
	}
	return a, nil
}

func (m *memory) Accounts(context.Context, protocollo.AOOCode) ([]protocollo.Account, error) {
	var out []protocollo.Account
	for _, a := range m.accounts {
		out = append(out, a)
	}
	return out, nil
}

func (m *memory) CreateAccount(_ context.Context, _ protocollo.Actor, a protocollo.Account) error {
	m.accounts[a.User] = a
	return nil
}

func (m *memory) UpdateAccount(_ context.Context, _ protocollo.Actor, a protocollo.Account) error {
	old := m.accounts[a.User]
	old.Roles, old.Disabled = a.Roles, a.Disabled
	m.accounts[a.User] = old
	return nil
}

func (m *memory) SetPassword(_ context.Context, _ protocollo.Actor, user, hash string, mustChange bool) error {
	a := m.accounts[user]
	a.PasswordHash, a.MustChange, a.Failures = hash, mustChange, 0
	a.PreviousHashes = append([]string{hash}, a.PreviousHashes...)
	m.accounts[user] = a
	return nil
}

func (m *memory) RecordLogin(_ context.Context, user string, ok bool) (int, error) {
	a := m.accounts[user]
	a.Failures++
	if ok {
		a.Failures = 0
	}
	m.accounts[user] = a
	return a.Failures, nil
}

func (m *memory) PutSession(_ context.Context, s protocollo.Session) error {
	m.sessions[s.TokenDigest] = s
	return nil
}

func (m *memory) Session(_ context.Context, d string) (protocollo.Session, error) {
	s, ok := m.sessions[d]
	if !ok {
		return s, protocollo.Errorf(protocollo.NotFound, "session", "no session")
	}
	return s, nil
}

func (m *memory) TouchSession(_ context.Context, s protocollo.Session) error {
	m.sessions[s.TokenDigest] = s
	return nil
}

func (m *memory) DeleteSession(_ context.Context, d string) error {
	delete(m.sessions, d)
	return nil
}

func (m *memory) DeleteUserSessions(_ context.Context, user string) error {
	for d, s := range m.sessions {
		if s.User == user {
			delete(m.sessions, d)
		}
	}
	return nil
}

const goodPassword = "Timbro.Rosso26"

// desk returns a service with one operator and one Responsabile, a clock to turn, and the sessions that ended.
func desk(t *testing.T) (s *Service, m *memory, now *time.Time, ended *[]string) {
	t.Helper()
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	account := func(user string, r protocollo.Role) protocollo.Account {
		return protocollo.Account{Actor: protocollo.Actor{User: user, AOO: "AOO1", Roles: []protocollo.Role{r}},
			PasswordHash: quick(t, goodPassword), PasswordSetAt: at}
	}
	m = &memory{sessions: map[string]protocollo.Session{}, accounts: map[string]protocollo.Account{
		"anna": account("anna", protocollo.RoleOperator), "carla": account("carla", protocollo.RoleResponsabile),
		"ugo": account("ugo", protocollo.RoleAdministrator),
	}}
	ended = &[]string{}
	s = &Service{Accounts: m, Sessions: m, Clock: func() time.Time { return at }, Ended: func(d string) { *ended = append(*ended, d) }}
	return s, m, &at, ended
}

func login(t *testing.T, s *Service, user string) Login {
	t.Helper()
	l, err := s.Login(context.Background(), user, goodPassword, "sportello")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func code(err error) string {
	var e *protocollo.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

func TestFiveWrongPasswordsLockTheAccount(t *testing.T) {
	s, _, _, _ := desk(t)
	ctx := context.Background()
	for range maxFailures {
		if _, err := s.Login(ctx, "anna", "sbagliata", "d"); code(err) != "login" {
			t.Fatalf("wrong password: %v", err)
		}
	}
	if _, err := s.Login(ctx, "anna", goodPassword, "d"); code(err) != "account-locked" {
		t.Fatalf("after five errors the right password: %v", err)
	}
	carla := login(t, s, "carla")
	if err := s.ResetPassword(ctx, carla.Account.Actor, "anna", "Nuova.Chiave.26"); err != nil {
		t.Fatal(err)
	}
	l, err := s.Login(ctx, "anna", "Nuova.Chiave.26", "d")
	if err != nil {
		t.Fatal(err)
	}
	if !l.MustChange {
		t.Error("a password that somebody else set need not be changed")
	}
}

func TestUnknownUserLooksLikeAWrongPassword(t *testing.T) {
	s, _, _, _ := desk(t)
	if _, err := s.Login(context.Background(), "nessuno", goodPassword, "d"); code(err) != "login" {
		t.Errorf("unknown user: %v", err)
	}
}

func TestIdleSessionLocksThenEnds(t *testing.T) {
	s, m, now, ended := desk(t)
	ctx := context.Background()
	l := login(t, s, "anna")
	start := *now
	for _, step := range []struct {
		after    time.Duration
		activity bool
		locked   bool
	}{
		{9 * time.Minute, true, false},
		{18 * time.Minute, false, false},             // nine minutes after the last activity
		{19*time.Minute + time.Second, false, true},  // background requests are no activity
		{19*time.Minute + 2*time.Second, true, true}, // activity does not unlock
	} {
		*now = start.Add(step.after)
		id, err := s.Identify(ctx, l.Token, step.activity)
		if err != nil {
			t.Fatal(err)
		}
		if id.Locked != step.locked {
			t.Fatalf("after %v locked is %v, want %v", step.after, id.Locked, step.locked)
		}
	}
	if len(*ended) == 0 {
		t.Error("the socket of a locked session was not closed")
	}
	if err := s.Unlock(ctx, l.Token, "sbagliata"); code(err) != "login" {
		t.Errorf("unlock with a wrong password: %v", err)
	}
	if err := s.Unlock(ctx, l.Token, goodPassword); err != nil {
		t.Fatal(err)
	}
	if id, err := s.Identify(ctx, l.Token, true); err != nil || id.Locked {
		t.Errorf("after unlocking: %+v, %v", id, err)
	}
	*now = now.Add(idleEnd + time.Minute)
	if _, err := s.Identify(ctx, l.Token, true); code(err) != "session" {
		t.Errorf("after half a day: %v", err)
	}
	if len(m.sessions) != 0 {
		t.Error("the ended session is still kept")
	}
}

func TestOldPasswordMustBeChanged(t *testing.T) {
	s, _, now, _ := desk(t)
	*now = now.Add(rotation + time.Hour)
	if l := login(t, s, "anna"); !l.MustChange {
		t.Error("a password of six months ago need not be changed")
	}
}

func TestWhoGrantsWhat(t *testing.T) {
	s, _, _, _ := desk(t)
	ctx := context.Background()
	actor := func(user string) protocollo.Actor { return login(t, s, user).Account.Actor }
	account := func(r protocollo.Role) protocollo.Account {
		return protocollo.Account{Actor: protocollo.Actor{User: "nuovo", Roles: []protocollo.Role{r}}}
	}
	for _, c := range []struct {
		by   string
		role protocollo.Role
		want protocollo.Class
	}{
		{"carla", protocollo.RoleOperator, ""},
		{"carla", protocollo.RoleResponsabile, ""},
		{"ugo", protocollo.RoleOperator, ""},
		{"ugo", protocollo.RoleResponsabile, protocollo.Forbidden},
		{"anna", protocollo.RoleReader, protocollo.Forbidden},
		{"carla", "capo", protocollo.Invalid},
	} {
		err := s.Create(ctx, actor(c.by), account(c.role), "Prima.Chiave.26")
		if got := protocollo.ClassOf(err); got != c.want {
			t.Errorf("%s makes a %s: %v, want %q", c.by, c.role, err, c.want)
		}
	}
}

func TestNobodyLocksThemselvesOut(t *testing.T) {
	s, m, _, _ := desk(t)
	carla := m.accounts["carla"]
	carla.Disabled = true
	if err := s.Update(context.Background(), m.accounts["carla"].Actor, carla); code(err) != "own-account" {
		t.Errorf("disabling oneself: %v", err)
	}
}

func TestDisabledAccountLosesItsSessions(t *testing.T) {
	s, m, _, _ := desk(t)
	ctx := context.Background()
	l := login(t, s, "anna")
	anna := m.accounts["anna"]
	anna.Disabled = true
	if err := s.Update(ctx, m.accounts["carla"].Actor, anna); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Identify(ctx, l.Token, true); code(err) != "session" {
		t.Errorf("a disabled account's session: %v", err)
	}
}

// TestAdministratorDoesNotBecomeResponsabile: an administrator set the Responsabile's password and logged in with it.
func TestAdministratorDoesNotBecomeResponsabile(t *testing.T) {
	s, m, _, _ := desk(t)
	ctx := context.Background()
	ugo, carla := m.accounts["ugo"].Actor, m.accounts["carla"]
	if err := s.ResetPassword(ctx, ugo, "carla", "Nuova.Chiave.26"); code(err) != "roles" {
		t.Errorf("reset of the Responsabile's password: %v", err)
	}
	carla.Roles = []protocollo.Role{protocollo.RoleReader}
	if err := s.Update(ctx, ugo, carla); code(err) != "roles" {
		t.Errorf("the Responsabile made a reader: %v", err)
	}
	if err := s.ResetPassword(ctx, ugo, "anna", "Nuova.Chiave.26"); err != nil {
		t.Errorf("reset of an operator's password: %v", err)
	}
	login(t, s, "carla")
}

func TestResponsabileStaysOne(t *testing.T) {
	s, m, _, _ := desk(t)
	carla := m.accounts["carla"]
	carla.Roles = []protocollo.Role{protocollo.RoleAdministrator}
	if err := s.Update(context.Background(), m.accounts["carla"].Actor, carla); code(err) != "own-account" {
		t.Errorf("the last Responsabile makes an administrator of herself: %v", err)
	}
}

func TestNobodyIsTheStation(t *testing.T) {
	s, m, _, _ := desk(t)
	a := protocollo.Account{Actor: protocollo.Actor{User: "stazione", Roles: []protocollo.Role{protocollo.RoleOperator}}}
	if err := s.Create(context.Background(), m.accounts["carla"].Actor, a, "Prima.Chiave.26"); code(err) != "user" {
		t.Errorf("a person with the station's own name: %v", err)
	}
}

// TestChangedPasswordEndsTheOtherSessions: a stolen session outlived the password that it was opened with.
func TestChangedPasswordEndsTheOtherSessions(t *testing.T) {
	s, m, _, _ := desk(t)
	ctx := context.Background()
	var closed []string
	s.UserEnded = func(user string) { closed = append(closed, user) }
	here, elsewhere, other := login(t, s, "anna"), login(t, s, "anna"), login(t, s, "ugo")
	id, err := s.Identify(ctx, here.Token, true)
	if err != nil {
		t.Fatal(err)
	}
	before := m.sessions[id.TokenDigest]
	if err := s.ChangePassword(ctx, id, goodPassword, "Nuova.Chiave.26"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Identify(ctx, elsewhere.Token, true); code(err) != "session" {
		t.Errorf("the session elsewhere: %v", err)
	}
	if _, err := s.Identify(ctx, here.Token, true); err != nil || m.sessions[id.TokenDigest] != before {
		t.Errorf("the session that changed it: %+v, %v", m.sessions[id.TokenDigest], err)
	}
	if _, err := s.Identify(ctx, other.Token, true); err != nil {
		t.Errorf("another user's session: %v", err)
	}
	if len(closed) != 1 || closed[0] != "anna" {
		t.Errorf("sockets closed of %q", closed)
	}
}

// TestWrongPasswordsAtOnceAreCounted: twenty guesses at once were all compared before the first was counted.
func TestWrongPasswordsAtOnceAreCounted(t *testing.T) {
	s, _, _, _ := desk(t)
	answers := make(chan string)
	for range 20 {
		go func() {
			_, err := s.Login(context.Background(), "anna", "sbagliata", "d")
			answers <- code(err)
		}()
	}
	got := map[string]int{}
	for range 20 {
		got[<-answers]++
	}
	if got["login"] != maxFailures || got["account-locked"] != 20-maxFailures {
		t.Errorf("answers %v, want %d compared", got, maxFailures)
	}
}
