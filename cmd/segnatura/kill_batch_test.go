package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"segnatura/internal/officesim"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/ui"
)

// gate stands in front of a scanner and holds the request for one page until it is opened.
type gate struct {
	url     string
	held    chan struct{} // closed when that request came
	open    chan struct{}
	holdsAt int64
	asked   atomic.Int64
}

func newGate(t *testing.T, scanner string, holdsAt int64) *gate {
	t.Helper()
	target, err := url.Parse(strings.TrimSuffix(scanner, "/eSCL"))
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{held: make(chan struct{}), open: make(chan struct{}), holdsAt: holdsAt}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/NextDocument") && g.asked.Add(1) == g.holdsAt {
			close(g.held)
			select {
			case <-g.open:
			case <-r.Context().Done():
			}
			return // the client died: the sheet stays in the feeder
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	g.url = server.URL + "/eSCL"
	return g
}

// TestKillInTheMiddleOfABatch: pages as a scanner takes them of drawn letters, through the real search for labels. The program dies between
// two pages of one pile. After the restart the batch is there up to the last page that was acknowledged, the scan goes on from the next one,
// and every page is filed once, with the letter that it came from, or waits for somebody.
func TestKillInTheMiddleOfABatch(t *testing.T) {
	const letters, killedAt = 12, 9
	hall := openHall(t, 7)
	g := newGate(t, hall.scannerURL, killedAt)
	dir := t.TempDir()
	writeSettings(t, dir, fmt.Sprintf("[[scanner]]\nid = %q\nurl = %q\n\n[[printer]]\nid = %q\naddress = %q\nlabel = \"62x29\"\n",
		"scanner", g.url, "zebra", hall.office.PrinterAddr()))
	p := startProcess(t, dir)
	clara := configure(t, p, map[string]string{"clara": "operatore", "direttore": "responsabile"})["clara"]
	want := func(method, path string, body, out any) {
		t.Helper()
		status, text, err := clara.do(t.Context(), method, p.url+path, body, out)
		if err != nil || status >= 300 {
			t.Fatalf("%s %s answers %d %s, %v", method, path, status, text, err)
		}
	}
	sides := 0
	for i := range letters {
		l := officesim.Letter{Pages: 1 + i%2}
		switch i {
		case 4:
			l = officesim.Letter{Kind: officesim.KindForeignCode, Pages: 2}
		case 10:
			l = officesim.Letter{Kind: officesim.KindPhotocopy, Pages: 1} // of the first letter, on its own first page
		}
		sides += l.Pages
		if err := hall.office.Load(l); err != nil {
			t.Fatal(err)
		}
		want(http.MethodPost, "api/registrations", object{"key": fmt.Sprintf("chiave-della-lettera-%d", i), "print": true, "draft": protocollo.Draft{
			Direction: protocollo.Incoming, Subject: subjectOf(i), Senders: []protocollo.Correspondent{{Name: fmt.Sprintf("Mittente %d", i)}}}}, nil)
	}
	if _, err := hall.labels(t.Context()); err != nil {
		t.Fatal(err)
	}

	var b protocollo.Batch
	want(http.MethodPost, "api/scans", object{"scanner": "scanner", "input": "feeder", "colorMode": "grey", "resolution": 200}, &b)
	<-g.held
	var before station.BatchView
	want(http.MethodGet, fmt.Sprintf("api/batches/%d", b.ID), nil, &before)
	p.kill()
	close(g.open)
	hall.forgetJobs()
	p = startProcess(t, dir)

	var after station.BatchView
	want(http.MethodGet, fmt.Sprintf("api/batches/%d", b.ID), nil, &after)
	if after.State != protocollo.BatchInterrupted || after.Pages != killedAt-1 || before.Pages != killedAt-1 {
		t.Fatalf("%d pages were acknowledged, the batch is %s with %d", killedAt-1, after.State, after.Pages)
	}
	var list ui.Exceptions
	want(http.MethodGet, "api/exceptions", nil, &list)
	cut := int64(0)
	for _, e := range list.Exceptions {
		if e.Kind == protocollo.ExceptionCount && e.Detail.Why == "interrupted" {
			cut = e.DocumentID
		}
	}
	want(http.MethodPost, "api/scans", object{"scanner": "scanner", "input": "feeder", "colorMode": "grey", "resolution": 200, "continue": cut}, &b)
	eventually(t, "end of the scan", func() bool {
		want(http.MethodGet, fmt.Sprintf("api/batches/%d", b.ID), nil, &after)
		return after.State == protocollo.BatchEnded
	})
	judgeBatches(t, hall, want, sides, before.ID, after.ID)
	p.stop()
	out, complaint, code := segnatura(t, "check", "-data", dir, "-json")
	var report struct {
		Clean bool `json:"clean"`
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil || code != 0 || !report.Clean {
		t.Errorf("segnatura check exits %d, %s%v\n%s", code, complaint, err, out)
	}
}

// judgeBatches compares what is in the batches with the paper.
func judgeBatches(t *testing.T, hall *hall, get func(method, path string, body, out any), sides int, batches ...int64) {
	t.Helper()
	seen := map[string]bool{}
	joined := 0
	for _, id := range batches {
		var v ui.StripBatch
		get(http.MethodGet, fmt.Sprintf("api/batches/%d", id), nil, &v)
		for _, d := range v.Documents {
			for _, page := range d.PageList {
				number, letter, known := hall.numberOf(page.SHA256)
				switch {
				case !known:
					t.Errorf("page %d never came from the scanner", page.ID)
				case seen[page.SHA256]:
					t.Errorf("page %d is there twice", page.ID)
				case d.Record == nil && d.State != protocollo.DocumentWaiting:
					t.Errorf("document %d is %s and joined to nothing", d.ID, d.State)
				case d.Record != nil && string(d.Record.Number) != number:
					t.Errorf("a page of letter %d, whose label says %s, is filed as %s", letter, number, d.Record.Number)
				case d.Record != nil:
					joined++
				}
				seen[page.SHA256] = true
			}
		}
	}
	if len(seen) != sides {
		t.Errorf("%d pages are there, %d lay in the feeder", len(seen), sides)
	}
	if joined < sides-2 {
		t.Errorf("only %d of %d pages were filed by themselves", joined, sides)
	}
}
