package main

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// centreNow is what the pretend central system of a demonstration says of itself.
type centreNow struct {
	Behaviour                 string
	Numbers, Documents, Alike int
}

// demoClerk logs the demonstration's operator in.
func demoClerk(t *testing.T, p *process) *client {
	t.Helper()
	c, err := newClient()
	if err != nil {
		t.Fatal(err)
	}
	a := demoAccounts()[0]
	c.must(t, http.MethodPost, p.url+"api/login", object{"user": a.user, "password": a.password, "desk": "sportello"}, nil)
	return c
}

// office is the control page's address, as the program prints it.
func (p *process) office() string {
	return p.line("PROVA – SENZA VALORE. Ufficio di prova: ")
}

// TestDemoWithACentralSystem: the pretend central system numbers through its connector, is pulled away and put back by its switch, and is the same
// one after both programs, which are one, were killed; the folder remembers who numbers.
func TestDemoWithACentralSystem(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	p := startProcess(t, dir, "-demo", "-demo-centre", "jente")
	anna := demoClerk(t, p)
	behave := func(kind string) (now centreNow) {
		t.Helper()
		anna.must(t, http.MethodPost, p.office()+"control/centre", object{"kind": kind}, nil)
		anna.must(t, http.MethodGet, p.office()+"control/centre", nil, &now)
		return now
	}
	if number := registerLetter(t, p, anna, "chiave-uno"); number != "0000001" {
		t.Fatalf("the first letter got %q", number)
	}
	if now := behave("away"); now != (centreNow{Behaviour: "away", Numbers: 1}) {
		t.Fatalf("the centre: %+v", now)
	}
	if number := registerLetter(t, p, anna, "chiave-due"); number != "" {
		t.Fatalf("a number without a centre: %q", number)
	}

	p.kill()
	p = startProcess(t, dir, "-demo")
	anna = demoClerk(t, p)
	eventually(t, "the waiting letter has its number", func() bool {
		var found struct{ Hits []struct{ Number string } }
		anna.must(t, http.MethodGet, p.url+"api/records?testo=chiave-due", nil, &found)
		return len(found.Hits) == 1 && found.Hits[0].Number == "0000002"
	})
	if now := behave("well"); now != (centreNow{Behaviour: "well", Numbers: 2}) {
		t.Errorf("the centre: %+v", now)
	}
	if number := registerLetter(t, p, anna, "chiave-tre"); number != "0000003" {
		t.Errorf("the third letter got %q", number)
	}
	p.stop()
	if stdout, stderr, code := segnatura(t, "check", "-data", dir); code != 0 {
		t.Errorf("check: %d\n%s%s", code, stdout, stderr)
	}
}

// TestDemoKeepsWhoNumbers: a pretend central system does not take the place of who numbered in a folder before, and is not there without being
// asked for.
func TestDemoKeepsWhoNumbers(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	p := startProcess(t, dir, "-demo")
	demoStamps(t, p)
	if status, _, err := demoClerk(t, p).do(t.Context(), http.MethodGet, p.office()+"control/centre", nil, nil); err != nil || status != http.StatusNotFound {
		t.Fatalf("a centre that nobody asked for: %d, %v", status, err)
	}
	p.stop()
	p = startProcess(t, dir, "-demo", "-demo-centre", "jente")
	p.line("In questa cartella di dati i numeri vengono da altrove: ")
	if number := registerLetter(t, p, demoClerk(t, p), "chiave-uno"); number != "0000001" {
		t.Errorf("the first letter got %q", number)
	}
	p.stop()
}

// TestDemoCentreIsForTheDemonstration: it is refused without one, beside a real one, and under another name.
func TestDemoCentreIsForTheDemonstration(t *testing.T) {
	settled := t.TempDir()
	writeSettings(t, settled, "[central]\nconnector = \"jente\"\nurl = \"http://127.0.0.1:1/\"\nuser = \"u\"\ndefault_office = \"PROT\"\n")
	for _, test := range []struct {
		dir, words string
		args       []string
	}{
		{t.TempDir(), "goes with -demo", []string{"-demo-centre", "jente"}},
		{t.TempDir(), "goes with -demo", []string{"-demo", "-demo-centre", "altro"}},
		{settled, "cannot take its place", []string{"-demo", "-demo-centre", "jente"}},
	} {
		_, stderr, code := segnatura(t, append([]string{"serve", "-data", test.dir, "-listen", "127.0.0.1:0"}, test.args...)...)
		if code != 2 || !strings.Contains(stderr, test.words) {
			t.Error(fmt.Sprint(test.args), code, stderr)
		}
	}
}

// demoStamps: the demonstration has a pretend time-stamping authority, which its page can take away.
func demoStamps(t *testing.T, p *process) {
	t.Helper()
	carla, err := newClient()
	if err != nil {
		t.Fatal(err)
	}
	a := demoAccounts()[2]
	carla.must(t, http.MethodPost, p.url+"api/login", object{"user": a.user, "password": a.password, "desk": "ufficio"}, nil)
	var marks struct{ Stamping bool }
	if carla.must(t, http.MethodGet, p.url+"api/time", nil, &marks); !marks.Stamping {
		t.Error("nothing is stamped in the demonstration")
	}
	var now struct{ Behaviour string }
	carla.must(t, http.MethodPost, p.office()+"control/authority", object{"kind": "away"}, nil)
	if carla.must(t, http.MethodGet, p.office()+"control/authority", nil, &now); now.Behaviour != "away" {
		t.Errorf("the authority is %q", now.Behaviour)
	}
}

// TestDemoClockGoesAhead: what a day without the central system brings is there a moment after the pretend office set the clock ahead, and the clock is
// not behind its own records after a restart.
func TestDemoClockGoesAhead(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	p := startProcess(t, dir, "-demo", "-demo-centre", "jente")
	anna := demoClerk(t, p)
	anna.must(t, http.MethodPost, p.office()+"control/centre", object{"kind": "away"}, nil)
	registerLetter(t, p, anna, "chiave-uno")
	anna.must(t, http.MethodPost, p.office()+"control/clock", object{"hours": 25}, nil)
	eventually(t, "the alarm of 24 hours", func() bool {
		var list struct {
			Alarms []struct {
				Kind  string
				Hours int
			}
		}
		boss, err := newClient()
		if err != nil {
			t.Fatal(err)
		}
		a := demoAccounts()[2]
		boss.must(t, http.MethodPost, p.url+"api/login", object{"user": a.user, "password": a.password, "desk": "ufficio"}, nil)
		boss.must(t, http.MethodGet, p.url+"api/alarms", nil, &list)
		for _, a := range list.Alarms {
			if a.Hours == 24 {
				return true
			}
		}
		return false
	})
	p.kill()
	p = startProcess(t, dir, "-demo")
	if number := registerLetter(t, p, demoClerk(t, p), "chiave-due"); number == "" {
		t.Error("the clock went back, and nothing is numbered")
	}
}
