package ui_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"segnatura/ui"
)

// A page on the web that rebinds its own name to this machine reaches nothing: neither the API nor the application.
func TestOnlyOwnNamesAreServed(t *testing.T) {
	o := newOffice(t)
	port := o.server.URL[strings.LastIndex(o.server.URL, ":"):]
	for host, status := range map[string]int{
		"127.0.0.1" + port: 200, "127.0.0.1": 200,
		"evil.example": 421, "evil.example" + port: 421, "127.0.0.1.evil.example": 421, "localhost" + port: 421, "[::1]" + port: 421,
		"0.0.0.0" + port: 421, "127.0.0.1.": 421, "2130706433" + port: 421,
	} {
		for _, path := range []string{"/api/me", "/api/desk", "/", "/api/openapi.json"} {
			r := o.as("anna").do(call{method: http.MethodGet, path: path, header: http.Header{"Host": {host}}})
			if misdirected := r.StatusCode == http.StatusMisdirectedRequest; misdirected != (status == 421) {
				t.Errorf("%s as %q answers %d", path, host, r.StatusCode)
			}
		}
	}
}

func TestOtherSitesWriteNothing(t *testing.T) {
	o := newOffice(t)
	anna := o.as("anna")
	for name, header := range map[string]http.Header{
		"origin":              {"Origin": {"http://evil.example"}},
		"sandboxed":           {"Origin": {"null"}},
		"sec-fetch-site":      {"Sec-Fetch-Site": {"cross-site"}},
		"another of our host": {"Sec-Fetch-Site": {"same-site"}},
		"another port":        {"Origin": {"http://127.0.0.1:1"}},
	} {
		for _, op := range []call{post(object{"key": o.key(), "draft": o.draft()}, "/api/registrations"), post(nil, "/api/logout"),
			post(object{"user": "anna", "password": password}, "/api/login"), put(object{"draft": o.draft()}, "/api/drafts/%s", o.key())} {
			op.header = header
			r, err := anna.send(op)
			if err != nil || r.StatusCode != http.StatusForbidden {
				t.Errorf("%s: %s %s answers %v, %v", name, op.method, op.path, r, err)
			}
			if len(r.Cookies()) > 0 {
				t.Errorf("%s: %s sets a cookie", name, op.path)
			}
		}
	}
	var hits ui.SearchPage
	anna.get("/api/records").want(200, "").decode(&hits) // the session stands, too
	if len(hits.Hits) != 0 {
		t.Errorf("another site registered %+v", hits.Hits)
	}
	own := call{method: http.MethodPost, path: "/api/registrations", body: object{"key": o.key(), "draft": o.draft()},
		header: http.Header{"Origin": {o.server.URL}, "Sec-Fetch-Site": {"same-origin"}}}
	anna.do(own).want(200, "")
}

func TestSessionCookie(t *testing.T) {
	for _, secure := range []bool{false, true} {
		o := newOffice(t, func(_ *office, c *ui.Config) { c.Secure = secure })
		r := o.stranger().post("/api/login", object{"user": "anna", "password": password, "desk": "sportello"}).want(200, "")
		if len(r.Cookies()) != 1 {
			t.Fatalf("cookies %v", r.Cookies())
		}
		c := r.Cookies()[0]
		if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Secure != secure || c.Path != "/" || c.Domain != "" || c.MaxAge != 0 || len(c.Value) < 40 {
			t.Errorf("cookie %+v", c)
		}
		if strings.Contains(string(r.body), c.Value) {
			t.Error("the token is in the body, where scripts read it")
		}
		b := &browser{o: o, user: "anna", token: c.Value}
		var me ui.Me
		b.get("/api/me").want(200, "").decode(&me)
		if !me.LoggedIn || me.User != "anna" || me.Desk != "sportello" {
			t.Errorf("after the log-in /api/me says %+v", me)
		}
		out := b.post("/api/logout", nil).want(200, "")
		if len(out.Cookies()) != 1 || out.Cookies()[0].MaxAge >= 0 {
			t.Errorf("logging out leaves the cookie: %v", out.Cookies())
		}
		b.get("/api/desk").want(http.StatusUnauthorized, "session")
	}
}

func TestEveryAnswerHasItsSecurityHeaders(t *testing.T) {
	o := newOffice(t)
	for _, path := range []string{"/", "/api/me", "/api/desk", "/nulla"} {
		h := o.stranger().get(path).Header
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cross-Origin-Resource-Policy": "same-origin"} {
			if h.Get(name) != want {
				t.Errorf("%s: %s is %q", path, name, h.Get(name))
			}
		}
		csp := h.Get("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'self'") || !strings.Contains(csp, "frame-ancestors 'self'") || strings.Contains(csp, "unsafe-eval") {
			t.Errorf("%s: policy %q", path, csp)
		}
		for _, part := range strings.Split(csp, ";") {
			if strings.HasPrefix(strings.TrimSpace(part), "script-src") && strings.Contains(part, "unsafe-inline") {
				t.Errorf("%s: scripts may stand in the page", path)
			}
		}
	}
}

// TestNothingOfPeopleStaysInTheBrowser: the desk's browser kept answers of the API as it saw fit.
func TestNothingOfPeopleStaysInTheBrowser(t *testing.T) {
	o := newOffice(t)
	rec, doc := o.archived()
	for _, path := range []string{"/api/me", "/api/desk", fmt.Sprintf("/api/records/%d", rec.Intake.ID),
		fmt.Sprintf("/api/records/%d/receipt.pdf", rec.Intake.ID), fmt.Sprintf("/api/documents/%d/archive.pdf", doc.ID),
		fmt.Sprintf("/api/documents/%d/files/%d", doc.ID, o.keptFile(rec)),
		fmt.Sprintf("/api/registrations/%d/attestation.pdf", rec.Registration.ID), "/api/nulla"} {
		if got := o.as("anna").get(path).Header.Get("Cache-Control"); !strings.Contains(got, "no-store") {
			t.Errorf("%s: Cache-Control is %q", path, got)
		}
	}
}

// R11.4: ten minutes without a person lock the screen; what the page asks by itself is no person.
func TestIdleScreenLocks(t *testing.T) {
	o := newOffice(t)
	anna := o.as("anna")
	background := call{method: http.MethodGet, path: "/api/status", header: http.Header{"X-Sfondo": {"1"}}}
	for range 5 { // somebody works
		o.clock.add(9 * time.Minute)
		anna.get("/api/status").want(200, "")
	}
	for range 3 { // nobody works; the page asks
		o.clock.add(3 * time.Minute)
		anna.do(background).want(200, "")
	}
	o.clock.add(2 * time.Minute)
	anna.do(background).want(http.StatusLocked, "screen-locked")
	anna.get("/api/desk").want(http.StatusLocked, "screen-locked")
	anna.post("/api/unlock", object{"password": "sbagliata"}).want(http.StatusForbidden, "login")
	anna.get("/api/desk").want(http.StatusLocked, "screen-locked")
	anna.post("/api/unlock", object{"password": password}).want(200, "")
	anna.get("/api/desk").want(200, "")
	o.clock.add(13 * time.Hour)
	anna.get("/api/desk").want(http.StatusUnauthorized, "session")
}

func TestFiveWrongPasswordsLockTheAccount(t *testing.T) {
	o := newOffice(t)
	wrong := object{"user": "anna", "password": "sbagliata"}
	for range 5 {
		o.stranger().post("/api/login", wrong).want(http.StatusForbidden, "login")
	}
	o.stranger().post("/api/login", object{"user": "anna", "password": password}).want(http.StatusForbidden, "account-locked")
	o.stranger().post("/api/login", object{"user": "nessuno", "password": password}).want(http.StatusForbidden, "login")
	o.as("carla").post("/api/accounts/anna/password", object{"password": "Prima.Parola.26"}).want(204, "")
	var me ui.Me
	o.stranger().post("/api/login", object{"user": "anna", "password": "Prima.Parola.26"}).want(200, "").decode(&me)
	if !me.MustChange {
		t.Error("a password that another person set need not be changed")
	}
}

// R17.1: the first run belongs to whoever holds the printed code, once.
func TestFirstRun(t *testing.T) {
	o := unconfigured(t)
	s := o.stranger()
	var me ui.Me
	s.get("/api/me").want(200, "").decode(&me)
	if !me.NeedsSetup {
		t.Error("a fresh station does not say that it is one")
	}
	s.post("/api/setup", setupBody("indovinato")).want(http.StatusForbidden, "setup-token")
	s.post("/api/setup", setupBody("")).want(http.StatusForbidden, "setup-token")
	weak := setupBody(setupToken)
	weak["accounts"].([]object)[0]["password"] = "corta"
	s.post("/api/setup", weak).want(http.StatusUnprocessableEntity, "password-short")
	s.post("/api/setup", setupBody(setupToken)).want(200, "")
	r := s.post("/api/setup", setupBody(setupToken))
	if r.StatusCode != http.StatusConflict && r.StatusCode != http.StatusForbidden {
		t.Errorf("a second first run answers %d %s", r.StatusCode, r.body)
	}
	s.post("/api/login", object{"user": "carla", "password": "Prima.Parola.26"}).want(200, "").decode(&me)
	if !me.MustChange {
		t.Error("the first password need not be changed")
	}
}

// R16.9: the same key and content give the same answer; the same key with other content is a conflict.
func TestSameKeySameAnswer(t *testing.T) {
	o := newOffice(t)
	anna := o.as("anna")
	key, d := o.key(), o.draft()
	var first, again, fromElsewhere ui.Registered
	anna.post("/api/registrations", object{"key": key, "draft": d, "print": true}).want(200, "").decode(&first)
	anna.post("/api/registrations", object{"key": key, "draft": d, "print": true}).want(200, "").decode(&again)
	o.as("anna").post("/api/registrations", object{"key": key, "draft": d}).want(200, "").decode(&fromElsewhere)
	if first.Record.Number != "0000001" || again.Record.Number != first.Record.Number || fromElsewhere.Record.Number != first.Record.Number {
		t.Errorf("numbers %s, %s, %s", first.Record.Number, again.Record.Number, fromElsewhere.Record.Number)
	}
	if len(again.Record.Prints) != 1 || o.printer.printed != 1 {
		t.Errorf("the label was printed %d times", o.printer.printed)
	}
	d.Subject = "Altro"
	anna.post("/api/registrations", object{"key": key, "draft": d}).want(http.StatusConflict, "request-key")
	var next ui.Registered
	anna.post("/api/registrations", object{"key": o.key(), "draft": o.draft()}).want(200, "").decode(&next)
	if next.Record.Number != "0000002" {
		t.Errorf("after a repeated and a refused request the next number is %s", next.Record.Number)
	}
}

// Two browsers send the same request at the same instant, as a double click does.
func TestDoubleClickTakesOneNumber(t *testing.T) {
	o := newOffice(t)
	anna := o.as("anna")
	c := post(object{"key": o.key(), "draft": o.draft(), "print": true}, "/api/registrations")
	const clicks = 8
	numbers := make(chan string, clicks)
	for range clicks {
		go func() {
			r, err := anna.send(c)
			if err != nil || r.StatusCode != 200 {
				numbers <- "an error"
				return
			}
			var out ui.Registered
			r.decode(&out)
			numbers <- string(out.Record.Number)
		}()
	}
	for range clicks {
		if n := <-numbers; n != "0000001" {
			t.Errorf("a click got %s", n)
		}
	}
	if o.printer.printed != 1 {
		t.Errorf("%d labels were printed", o.printer.printed)
	}
}

// A list of correspondents longer than a mebibyte is taken.
func TestLongListIsTaken(t *testing.T) {
	o := newOffice(t)
	var b strings.Builder
	b.WriteString("denominazione,indirizzo\n")
	for i := range 20000 {
		b.WriteString("Ditta Esempio ")
		b.WriteString(strings.Repeat("I", 1+i%40))
		b.WriteString(",via dell'Esempio lungo ")
		b.WriteString(strings.Repeat("9", 1+i/40%40))
		b.WriteString("\n")
	}
	if b.Len() < 1<<20 {
		t.Fatalf("%d bytes are no long list", b.Len())
	}
	o.as("carla").post("/api/correspondents", object{"csv": b.String()}).want(200, "")
}
