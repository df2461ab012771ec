package main

import (
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"segnatura/pdfa"
	"segnatura/pdfa/check/checktest"
)

// TestActsOfAnOutageArePDFA: every paper of an outage, as the running program hands it out, from the authorisation given beforehand to the list of
// both numbers, and a second outage in which nothing was registered.
func TestActsOfAnOutageArePDFA(t *testing.T) {
	p := startProcess(t, filepath.Join(t.TempDir(), "data"), "-demo", "-demo-centre", "jente")
	anna, carla := demoClerk(t, p), demoAccounts()[2]
	behave := func(kind string) {
		t.Helper()
		anna.must(t, http.MethodPost, p.office()+"control/centre", object{"kind": kind}, nil)
	}
	act := func(path string, more object) (made struct {
		ID            int64
		Ordinal, Year int
	}) {
		t.Helper()
		more["signer"], more["user"], more["password"] = "responsabile", carla.user, carla.password
		anna.must(t, http.MethodPost, p.url+"api/emergency/"+path, more, &made)
		return made
	}
	papers, err := newClient()
	if err != nil {
		t.Fatal(err)
	}
	papers.must(t, http.MethodPost, p.url+"api/login", object{"user": carla.user, "password": carla.password, "desk": "ufficio"}, nil)
	compliant := func(path string) {
		t.Helper()
		resp, err := papers.Get(p.url + "api/emergency/" + path)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		pdf, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d %s, %v", path, resp.StatusCode, pdf, err)
		}
		checktest.Compliant(t, pdf, pdfa.Flavour2U)
	}
	today, now := time.Now().Format(time.DateOnly), time.Now()

	planned := act("authorisations", object{"cause": "Sostituzione della linea: è già deciso", "plannedFrom": now.Add(-time.Hour), "plannedUntil": now.Add(5 * time.Hour),
		"actNumber": "40", "actDay": today})
	behave("away")
	if number := registerLetter(t, p, anna, "attende-prima"); number != "" {
		t.Fatalf("a number without a centre: %q", number)
	}
	first := act("registers", object{"authorisationID": planned.ID, "cause": "Linea guasta", "interruptedAt": now})
	act(fmt.Sprintf("registers/%d/extensions", first.ID), object{"until": now.Add(72 * time.Hour), "grounds": "Guasto della dorsale", "actNumber": "41", "actDay": today})
	for i := range 3 {
		if number := registerLetter(t, p, anna, fmt.Sprintf("di-emergenza-%d", i)); number != fmt.Sprintf("%07d", i+1) {
			t.Fatalf("the register gave %q", number)
		}
	}
	of := func(register struct {
		ID            int64
		Ordinal, Year int
	}, kinds ...string) {
		t.Helper()
		for _, kind := range kinds {
			compliant(fmt.Sprintf("registers/%d-%d/papers/%s", register.Ordinal, register.Year, kind))
		}
	}
	of(first, "autorizzazione", "registro")
	behave("well")
	act(fmt.Sprintf("registers/%d/closing", first.ID), object{"restoredAt": time.Now()})
	act(fmt.Sprintf("registers/%d/revocation", first.ID), object{"actNumber": "42", "actDay": today})
	eventually(t, "every row has its ordinary number", func() bool {
		var out struct{ Recovered, Left int }
		status, text, err := anna.do(t.Context(), http.MethodPost, p.url+fmt.Sprintf("api/emergency/registers/%d/recovery", first.ID), nil, &out)
		switch {
		case status == http.StatusConflict: // the queue is recovering it by itself
			return false
		case err != nil || status != http.StatusOK:
			t.Fatalf("recovery answers %d %s, %v", status, text, err)
		}
		return out.Left == 0
	})
	of(first, "autorizzazione", "registro", "revoca", "numeri")

	second := act("registers", object{"cause": "Linea di nuovo guasta", "interruptedAt": time.Now()})
	act(fmt.Sprintf("registers/%d/closing", second.ID), object{"restoredAt": time.Now()})
	act(fmt.Sprintf("registers/%d/revocation", second.ID), object{})
	of(second, "autorizzazione", "registro", "revoca")
	compliant("blank.pdf?first=1&last=30")
	compliant("blank.pdf?first=31&last=60&form=F-2")
	p.stop()
}
