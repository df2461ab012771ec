package centre_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"segnatura/internal/officesim/centre"
)

// plain is a face with hardly a contract: POST /number with a subject, POST /document with an entry's ID.
func plain(c *centre.Centre) http.Handler {
	mux := http.NewServeMux()
	say := func(s string) centre.Answer { return centre.Answer{Body: []byte(s)} }
	refuse := func(words string) centre.Answer {
		return centre.Answer{Status: http.StatusConflict, Body: []byte(words)}
	}
	mux.HandleFunc("POST /number", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if c.Expired() {
			c.Say(w, centre.Answer{Status: http.StatusUnauthorized})
			return
		}
		c.Act(w, r, centre.Deed{Refuse: refuse, Do: func() centre.Answer {
			e := c.Register(centre.Entry{Register: "PG", Subject: string(body)})
			return say(e.ID + " of " + time.Date(c.Year(e), 1, 1, 0, 0, 0, 0, time.UTC).Format("2006"))
		}})
	})
	mux.HandleFunc("POST /document", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		c.Act(w, r, centre.Deed{Attaches: true, Refuse: refuse, Do: func() centre.Answer {
			d, _ := c.Attach(string(body), centre.Document{Name: "a [d1].pdf"})
			return say(d.ID)
		}})
	})
	return mux
}

func open(t *testing.T) *centre.Centre {
	t.Helper()
	c, err := centre.Start(t.Context(), centre.Config{Face: plain, Now: func() time.Time { return time.Date(2026, 12, 31, 23, 30, 0, 0, time.UTC) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func behave(t *testing.T, c *centre.Centre, b centre.Behaviour) {
	t.Helper()
	if err := c.Behave(b); err != nil {
		t.Fatal(err)
	}
}

// post returns status and body; an error where there was no whole answer.
func post(ctx context.Context, c *centre.Centre, path, body string) (int, string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL()+path, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	r.Close = true
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	said, err := io.ReadAll(response.Body)
	return response.StatusCode, string(said), err
}

// TestBehaviours: what the caller sees of each, and what was really done.
func TestBehaviours(t *testing.T) {
	for _, test := range []struct {
		behaviour centre.Behaviour
		fails     bool // no whole answer
		status    int
		words     string
		done      int
	}{
		{centre.Well, false, 200, "00041000 of 2027", 1}, // in Rome it is the new year
		{centre.Rejects, false, 409, "Operazione non consentita: registro chiuso", 0},
		{centre.Away, true, 0, "", 0},
		{centre.Hangs, true, 0, "", 0},
		{centre.Loses, true, 0, "", 1},
		{centre.Slow, true, 0, "", 1},
		{centre.Babbles, false, 200, "<html><body><h1>Manutenzione</h1></body></html>", 1},
		{centre.Halves, true, 0, "", 1},
		{centre.WrongYear, false, 200, "00041000 of 2026", 1},
		{centre.Expires, false, 401, "", 0},
		{centre.RefusesAttach, false, 200, "00041000 of 2027", 1},
	} {
		t.Run(string(test.behaviour), func(t *testing.T) {
			c := open(t)
			behave(t, c, test.behaviour)
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			if test.behaviour == centre.Hangs || test.behaviour == centre.Slow {
				ctx, cancel = context.WithTimeout(t.Context(), 100*time.Millisecond)
			}
			defer cancel()
			status, words, err := post(ctx, c, "/number", "Istanza [k1]")
			if (err != nil) != test.fails || !test.fails && (status != test.status || words != test.words) || c.Numbers("[k1]") != test.done {
				t.Fatalf("%d %q, %v; done %d", status, words, err, c.Numbers("[k1]"))
			}
			behave(t, c, centre.Well)
			if status, _, err := post(t.Context(), c, "/number", "Istanza [k2]"); err != nil || status != 200 || c.Numbers("[k2]") != 1 {
				t.Fatalf("well again: %d, %v", status, err)
			}
		})
	}
	if len(centre.Behaviours()) != 11 {
		t.Error("a behaviour has no row here")
	}
}

func TestExpiresOnce(t *testing.T) {
	c := open(t)
	behave(t, c, centre.Expires)
	for _, want := range []int{401, 200, 200} {
		if status, _, err := post(t.Context(), c, "/number", "x"); err != nil || status != want {
			t.Fatalf("%d, %v; want %d", status, err, want)
		}
	}
}

func TestTheBook(t *testing.T) {
	c := open(t)
	one, two := c.Register(centre.Entry{Register: "PG", Subject: "uno"}), c.Register(centre.Entry{Register: "PG", Subject: "due"})
	other := c.Register(centre.Entry{Register: "UF"})
	if one.Number != 1 || two.Number != 2 || other.Number != 1 || one.Year != 2027 || one.ID == two.ID {
		t.Fatalf("%+v %+v %+v", one, two, other)
	}
	behave(t, c, centre.RefusesAttach)
	if status, _, err := post(t.Context(), c, "/document", one.ID); err != nil || status != 409 || c.Documents("[d1]") != 0 {
		t.Fatalf("%d, %v", status, err)
	}
	behave(t, c, centre.Well)
	_, id, err := post(t.Context(), c, "/document", one.ID)
	if err != nil || c.Documents("[d1]") != 1 {
		t.Fatal(err)
	}
	for _, want := range []bool{true, false} { // what was replaced once is not there to be replaced
		if _, found := c.Replace(one.ID, id, centre.Document{Title: "[d2]"}); found != want {
			t.Errorf("replaced %t", found)
		}
	}
	if c.Documents("[d1]") != 0 || c.Documents("[d2]") != 1 {
		t.Errorf("%d and %d documents", c.Documents("[d1]"), c.Documents("[d2]"))
	}
	if _, found := c.Attach("nothing", centre.Document{}); found {
		t.Error("attached to nothing")
	}
	for _, act := range []string{"12", "13"} {
		if standing, found := c.Annul(one.ID, act); !found || standing != "12" {
			t.Errorf("annulled %t by act %q", found, standing)
		}
	}
	if three := c.Register(centre.Entry{Register: "PG"}); three.Number != 3 {
		t.Errorf("number %d", three.Number)
	}
	found, ok := c.Find(func(e centre.Entry) bool { return e.Subject == "uno" })
	if !ok || found.Annulled != "12" || len(found.Documents) != 2 {
		t.Errorf("%+v", found)
	}
}

func TestLoopbackOnly(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", "192.0.2.1:80", "localhost:0", "nonsense"} {
		if c, err := centre.Start(t.Context(), centre.Config{Face: plain, Addr: addr}); err == nil {
			c.Close()
			t.Errorf("%s is taken", addr)
		}
	}
	if _, err := centre.Start(t.Context(), centre.Config{}); err == nil {
		t.Error("a centre without a face")
	}
	if err := open(t).Behave("sulks"); err == nil {
		t.Error("an unknown behaviour is taken")
	}
}

// TestAwayRefusesAtOnce: also a centre that was only just opened refuses, so that a caller knows that nothing happened.
func TestAwayRefusesAtOnce(t *testing.T) {
	for range 100 {
		c := open(t)
		behave(t, c, centre.Away)
		if _, _, err := post(t.Context(), c, "/number", "Istanza"); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Fatalf("away: %v", err)
		}
	}
}
