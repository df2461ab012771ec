package officesim_test

import (
	"encoding/json"
	"image/png"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"segnatura/internal/officesim"
)

// post sends JSON to a switch and returns the answer.
func post(t testing.TB, o *officesim.Office, path, body string) (int, string) {
	t.Helper()
	resp, err := http.Post(strings.TrimSuffix(o.ControlURL(), "/")+path, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return read(t, resp)
}

func get(t testing.TB, o *officesim.Office, path string) (int, string) {
	t.Helper()
	resp, err := http.Get(strings.TrimSuffix(o.ControlURL(), "/") + path)
	if err != nil {
		t.Fatal(err)
	}
	return read(t, resp)
}

func read(t testing.TB, resp *http.Response) (int, string) {
	t.Helper()
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(data)
}

func TestSwitchesOverHTTP(t *testing.T) {
	o := start(t, officesim.Config{})
	for _, step := range []struct {
		path, body string
		status     int
		feeder     int
		faults     int
	}{
		{"/control/feeder", `{"kind":"letter","pages":2}`, 200, 1, 0},
		{"/control/feeder", `{}`, 200, 2, 0},
		{"/control/feeder", `{"kind":"photocopy"}`, 409, 2, 0},
		{"/control/feeder", `{"kind":"novel"}`, 400, 2, 0},
		{"/control/feeder", `{"kind":"letter","pages":-1}`, 400, 2, 0},
		{"/control/feeder", `{"typo":1}`, 400, 2, 0},
		{"/control/clock", `{"hours":1}`, 400, 2, 0},
		{"/control/faults", `{"kind":"scanner-jam","after":1}`, 200, 2, 1},
		{"/control/faults", `{"kind":"printer-slow","delayMS":100}`, 200, 2, 2},
		{"/control/faults", `{"kind":"fire"}`, 400, 2, 2},
		{"/control/faults/clear", `{"kind":"printer-slow"}`, 200, 2, 1},
		{"/control/faults/clear", ``, 200, 2, 0},
		{"/control/feeder/empty", ``, 200, 0, 0},
		{"/control/feeder/reload", ``, 200, 0, 0},
		{"/control/feeder/turn", ``, 200, 0, 0},
		{"/control/scanner", `{"kind":"three-sided"}`, 400, 0, 0},
		{"/control/scanner", `{"kind":"one-sided"}`, 200, 0, 0},
	} {
		status, body := post(t, o, step.path, step.body)
		if status != step.status {
			t.Errorf("POST %s %s got status %d: %s", step.path, step.body, status, body)
		}
		if n, m := len(o.Feeder()), len(o.Faults()); n != step.feeder || m != step.faults {
			t.Errorf("after POST %s %s: %d letters and %d troubles, want %d and %d", step.path, step.body, n, m, step.feeder, step.faults)
		}
	}
}

func TestLabelsOverHTTP(t *testing.T) {
	o := start(t, officesim.Config{AutoLetters: true})
	printLabel(t, o, payloadA)
	_, body := get(t, o, "/control/labels")
	var list []struct {
		Seq, Letter int
		Picture     string
	}
	if err := json.Unmarshal([]byte(body), &list); err != nil || len(list) != 1 || list[0].Letter != 1 {
		t.Fatalf("the list of labels is %s, %v", body, err)
	}
	_, body = get(t, o, list[0].Picture)
	img, err := png.Decode(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if got := codes(t, img); !slices.Equal(got, []string{payloadA}) {
		t.Errorf("the picture of the label reads %q", got)
	}
	for _, path := range []string{"/control/labels/2.png", "/control/labels/0.png", "/control/labels/x", "/x"} {
		if status, _ := get(t, o, path); status != http.StatusNotFound {
			t.Errorf("GET %s got status %d", path, status)
		}
	}
}

func TestPageForPeople(t *testing.T) {
	o := start(t, officesim.Config{})
	page := o.ControlURL()
	resp, err := http.PostForm(page+"control/faults", url.Values{"kind": {"printer-labels-out"}, "after": {"0"}})
	if err != nil {
		t.Fatal(err)
	}
	status, body := read(t, resp)
	for _, words := range []string{
		`<html lang="it">`, "Ufficio di prova", "PROVA – SENZA VALORE", "Metti una lettera nello scanner", "Metti una lettera di 11 pagine",
		"Finisci le etichette", "Ricarica etichette", "Inceppa", "Ripristina", "Etichette finite", "Lo scanner è vuoto",
	} {
		if !strings.Contains(body, words) {
			t.Errorf("the page does not say «%s»", words)
		}
	}
	if status != http.StatusOK || strings.Contains(body, "src=\"http") || strings.Contains(body, "<script") {
		t.Errorf("status %d, or the page brings something from outside", status)
	}
	resp, err = http.PostForm(page+"control/feeder", url.Values{"kind": {"photocopy"}})
	if err != nil {
		t.Fatal(err)
	}
	if status, body := read(t, resp); status != http.StatusConflict || !strings.Contains(body, "Non c’è ancora alcuna etichetta") {
		t.Errorf("a photocopy of nothing: status %d, %s", status, body)
	}
}

// Every kind has a name on the page; a new one without it would show an empty button.
func TestEveryKindHasAName(t *testing.T) {
	o := start(t, officesim.Config{})
	for _, k := range officesim.FaultKinds() {
		if err := o.SetFault(officesim.Fault{Kind: k}); err != nil {
			t.Fatal(err)
		}
	}
	_, body := get(t, o, "/")
	for _, empty := range []string{"<li>\n", "Rimedia: <", `"></button>`} {
		if strings.Contains(body, empty) {
			t.Errorf("something on the page has no name: %s", empty)
		}
	}
	if n := strings.Count(body, "Rimedia: "); n != len(officesim.FaultKinds())-1 {
		t.Errorf("%d troubles have a remedy of their own", n)
	}
}

func TestSwitchesAreNotForOtherSites(t *testing.T) {
	o := start(t, officesim.Config{})
	for _, change := range []func(*http.Request){
		func(r *http.Request) { r.Host = "rebound.example" },
		func(r *http.Request) { r.Header.Set("Origin", "http://elsewhere.example") },
		func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, o.ControlURL()+"control/feeder", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		change(req)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if status, _ := read(t, resp); status != http.StatusForbidden {
			t.Errorf("a request from another site got status %d", status)
		}
	}
	if len(o.Feeder()) != 0 {
		t.Error("another site put a letter into the feeder")
	}
}

// The clock goes ahead where the office may set it, by an hour to three days at a time.
func TestTheClockGoesAhead(t *testing.T) {
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	o := start(t, officesim.Config{Now: func() time.Time { return now }, Advance: func(d time.Duration) error { now = now.Add(d); return nil }})
	for body, want := range map[string]int{`{"hours":25}`: 200, `{"hours":0}`: 400, `{"hours":-1}`: 400, `{"hours":73}`: 400} {
		if status, answer := post(t, o, "/control/clock", body); status != want {
			t.Errorf("%s: %d %s", body, status, answer)
		}
	}
	if _, page := get(t, o, "/"); !strings.Contains(page, "22/11/2026, 11:00") {
		t.Errorf("the page shows another instant: %s", page)
	}
}
