package ui_test

import (
	"net/http"
	"path/filepath"
	"slices"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/store"
	"segnatura/ui"
)

// Every operation of the document is called with success at least once, and every answer is what the document says.
func TestEveryOperationAnswersAsItsDocumentSays(t *testing.T) {
	called := map[string]bool{}
	fresh := unconfigured(t)
	fresh.stranger().post("/api/setup", setupBody(setupToken)).want(200, "")
	fresh.stranger().post("/api/login", object{"user": "carla", "password": "Prima.Parola.26"}).want(200, "")
	fresh.stranger().get("/api/me").want(200, "")

	o := newOffice(t)
	for _, op := range operations() {
		if op.id == "confirmRestore" {
			continue
		}
		c := op.request(o) // first: it may move the clock
		carla := o.as("carla")
		if op.id == "unlock" {
			carla.post("/api/lock", nil).want(200, "")
		}
		carla.do(c)
	}
	restored := restoredOffice(t)
	restored.as("carla").do(operationNamed(t, "confirmRestore").request(restored))

	for _, x := range []*office{fresh, o, restored} {
		for id := range x.api.seen {
			called[id] = called[id] || x.api.succeeded(id)
		}
	}
	for pattern, op := range o.api.ops {
		if !called[op.OperationID] {
			t.Errorf("%s (%s) was never answered with success", op.OperationID, pattern)
		}
	}
}

func operationNamed(t *testing.T, id string) operation {
	t.Helper()
	all := operations()
	i := slices.IndexFunc(all, func(op operation) bool { return op.id == id })
	if i < 0 {
		t.Fatalf("no operation %s", id)
	}
	return all[i]
}

func setupBody(token string) object {
	return object{"token": token, "setup": setup(), "accounts": []object{{"user": "carla", "name": "Carla Esempio", "aoo": aoo,
		"roles": []protocollo.Role{protocollo.RoleResponsabile}, "password": "Prima.Parola.26"}}}
}

// restoredOffice is an office that was just brought back from a backup: it numbers nothing until the Responsabile has spoken.
func restoredOffice(t *testing.T) *office {
	t.Helper()
	o := newOffice(t)
	o.registered()
	backup, dir := filepath.Join(t.TempDir(), "copia"), filepath.Join(t.TempDir(), "dati")
	if _, report, err := o.db.Backup(t.Context(), backup); err != nil || !report.OK() {
		t.Fatalf("back up: %v, %+v", err, report)
	}
	if err := store.Restore(t.Context(), backup, store.Config{Dir: dir, Clock: o.clock.Now}); err != nil {
		t.Fatal(err)
	}
	return openOffice(t, dir)
}

// R11.1: each role, each operation.
func TestPermissions(t *testing.T) {
	o := newOffice(t)
	people := map[protocollo.Role]string{protocollo.RoleOperator: "anna", protocollo.RoleResponsabile: "carla", protocollo.RoleReader: "dario",
		protocollo.RoleTender: "elena", protocollo.RoleCompetition: "paolo", protocollo.RoleAdministrator: "furio"}
	if len(people) != len(protocollo.Roles()) {
		t.Fatalf("a role has no person: %v", protocollo.Roles())
	}
	for _, op := range operations() {
		if len(op.may) == 0 { // that nobody is refused is seen where each is called with success
			continue
		}
		t.Run(op.id, func(t *testing.T) {
			o.t = t
			refused := http.StatusForbidden
			if op.denied != 0 {
				refused = op.denied
			}
			c := op.request(o)
			for role, user := range people { // those who may not first: they use nothing up
				if !slices.Contains(op.may, role) {
					if r := o.as(user).do(c); r.StatusCode != refused {
						t.Errorf("%s: %d %s, want %d", role, r.StatusCode, r.body, refused)
					}
				}
			}
			if op.id == "confirmRestore" || op.id == "confirmClock" {
				return // the others' turn comes once
			}
			for _, role := range op.may {
				if r := o.as(people[role]).do(op.request(o)); r.StatusCode >= 300 {
					t.Errorf("%s: %d %s, want success", role, r.StatusCode, r.body)
				}
			}
		})
	}
}

// No request is served without a session, whatever it says: a stranger learns nothing, not even which fields a body has.
func TestNothingWithoutSession(t *testing.T) {
	o := newOffice(t)
	open := []string{"me", "login", "setup"}
	n := 0
	for pattern, op := range o.api.ops {
		if slices.Contains(open, op.OperationID) {
			continue
		}
		n++
		for name, b := range map[string]*browser{"no cookie": o.stranger(), "a cookie of nobody": {o: o, token: "inventato"}} {
			for _, body := range []any{nil, object{}, raw("{"), &form{files: [][]byte{{1}}}} {
				method, path := patternPath(pattern)
				if r := b.do(call{method: method, path: path, body: body}); r.StatusCode != http.StatusUnauthorized {
					t.Errorf("%s with %s answers %d %s to %v", op.OperationID, name, r.StatusCode, r.body, body)
				}
			}
		}
	}
	if want := len(o.api.ops) - len(open); n != want || n < 50 {
		t.Errorf("%d operations were tried, want %d", n, want)
	}
}

// A locked screen serves nothing but the way out of it, and an account with a first password nothing but its change.
func TestLockedScreenAndFirstPasswordServeNothing(t *testing.T) {
	o := newOffice(t)
	locked := o.as("carla")
	locked.post("/api/lock", nil).want(200, "")
	if err := o.db.SetPassword(t.Context(), actor(t, "furio"), "bruno", passwordHash(), true); err != nil {
		t.Fatal(err)
	}
	beginner := o.as("bruno")
	served := []string{"me", "login", "setup", "logout", "lock", "unlock", "changePassword", "freezeInstant"}
	for pattern, op := range o.api.ops {
		if slices.Contains(served, op.OperationID) {
			continue
		}
		method, path := patternPath(pattern)
		locked.do(call{method: method, path: path, body: object{}}).want(http.StatusLocked, "screen-locked")
		beginner.do(call{method: method, path: path, body: object{}}).want(http.StatusForbidden, "must-change-password")
	}
	var me ui.Me
	locked.get("/api/me").want(200, "").decode(&me)
	if !me.Locked || !me.LoggedIn {
		t.Errorf("the page is not told that its screen is locked: %+v", me)
	}
}

// A browser sends its next requests on the connection of its upload; they came in cancelled and were taken for a stranger's.
func TestAfterAnUploadTheSessionIsStillKnown(t *testing.T) {
	o := newOffice(t)
	anna := o.as("anna")
	for range 5 {
		anna.post("/api/uploads", &form{files: [][]byte{photo(t, o.key(), "")}}).want(200, "")
		anna.get("/api/desk").want(200, "")
	}
}
