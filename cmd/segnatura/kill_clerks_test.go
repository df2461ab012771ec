package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"segnatura/internal/officesim"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/ui"
)

// openHall opens the pretend office, and the witness in front of its scanner.
func openHall(t *testing.T, seed uint64) *hall {
	t.Helper()
	h := &hall{pages: map[string]int{}, sizes: map[int]int{}}
	office, err := officesim.Start(t.Context(), officesim.Config{Seed: seed, Now: func() time.Time { return time.Now().Add(time.Duration(h.ahead.Load())) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = office.Close() })
	h.office = office
	target, err := url.Parse(office.ScannerURL())
	if err != nil {
		t.Fatal(err)
	}
	target.Path = ""
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }
	proxy.ModifyResponse = h.witness
	witness := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/NextDocument") {
			// The letter on top is the one whose page comes: nobody else scans.
			for _, l := range office.Feeder()[:min(1, len(office.Feeder()))] {
				r.Header.Set(letterHeader, fmt.Sprintf("%d %d", l.ID, l.Pages))
			}
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(witness.Close)
	h.scannerURL = witness.URL + "/eSCL"
	return h
}

const letterHeader = "X-Letter"

// witness notes which letter the page in an answer came from.
func (h *hall) witness(resp *http.Response) error {
	var letter, pages int
	_, _ = fmt.Sscan(resp.Request.Header.Get(letterHeader), &letter, &pages)
	if letter == 0 || resp.StatusCode != http.StatusOK {
		return nil
	}
	body, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	sum := sha256.Sum256(body)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.pages[hex.EncodeToString(sum[:])], h.sizes[letter] = letter, pages
	return nil
}

func subjectOf(letter int) string { return fmt.Sprintf("Lettera di prova numero %d", letter) }

// register is a clerk at the counter: registers and prints, one letter after the other, and now and then presses twice.
func (d *day) register(c *client, rng *rand.Rand) {
	for d.ctx.Err() == nil {
		d.mu.Lock()
		d.next++
		letter := d.next
		d.mu.Unlock()
		if letter > d.letters {
			return
		}
		// The scanner follows the counter closely, so that kills meet both.
		d.until(nil, func() bool { return letter-d.count("documents confirmed")-d.hall.putAside() < 14 })
		d.send(c, letter)
		if rng.IntN(8) == 0 {
			d.send(c, 1+rng.IntN(letter))
		}
	}
}

// send sends one letter's request, until it is answered, and compares with what was answered before.
func (d *day) send(c *client, letter int) {
	var out ui.Registered
	status, ok := d.ask(c, http.MethodPost, "api/registrations", object{"key": fmt.Sprintf("chiave-della-lettera-%d", letter), "print": true,
		"draft": protocollo.Draft{Direction: protocollo.Incoming, Subject: subjectOf(letter), Senders: []protocollo.Correspondent{{Name: fmt.Sprintf("Mittente %d", letter)}}}}, &out)
	if !ok {
		return
	}
	if status != http.StatusOK || out.Record.Number == "" {
		d.failf("letter %d is answered %d without a number: %+v", letter, status, out)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if before, told := d.told[letter]; !told {
		d.told[letter] = out.Record
	} else if before.Number != out.Record.Number || before.IntakeID != out.Record.IntakeID {
		d.failf("letter %d was number %s and is now %s", letter, before.Number, out.Record.Number)
	}
}

// scan is the clerk at the scanner, until every letter is confirmed and archived.
func (d *day) scan(c *client) {
	again := false // the last run is not known to have come through: its letters go into the feeder once more
	idle := 0
	for d.ctx.Err() == nil {
		d.labels(c)
		if err := d.hall.layPaper(); err != nil {
			d.failf("lay paper: %w", err)
		}
		if again {
			d.hall.forgetJobs()
			d.hall.office.Reload()
			d.note("reloads")
		}
		if len(d.hall.office.Feeder()) > 0 {
			again = !d.run(c)
			idle = 0
		}
		solved := d.exceptions(c)
		confirmed := d.confirm(c)
		if d.acknowledged() == d.letters && !solved && d.done(c) {
			return
		}
		if idle++; idle > 100 && !solved && !confirmed && d.acknowledged() == d.letters {
			again, idle = true, 0 // a letter is missing: scan the last ones again
		}
		wait := time.NewTimer(30 * time.Millisecond)
		<-wait.C
	}
}

// labels settles what waits for the printer or for a person's word, by looking at the printer.
func (d *day) labels(c *client) {
	var list ui.Labels
	if status, ok := d.ask(c, http.MethodGet, "api/labels", nil, &list); !ok || status != http.StatusOK {
		return
	}
	out, err := d.hall.labels(d.ctx)
	if err != nil {
		d.failf("look at the printer: %w", err)
		return
	}
	for _, l := range list.Labels {
		switch l.State {
		case protocollo.PrintUnknown:
			came := slices.Contains(out, string(l.Of.Number))
			d.note(fmt.Sprintf("labels in doubt, printed %t", came))
			d.expect(c, http.MethodPost, fmt.Sprintf("api/prints/%d/outcome", l.ID), object{"printed": came}, http.StatusNoContent, http.StatusConflict)
		case protocollo.PrintQueued, protocollo.PrintFailed:
			d.note("labels printed later")
			d.expect(c, http.MethodPost, fmt.Sprintf("api/prints/%d/retry", l.ID), object{}, http.StatusOK, http.StatusConflict)
		}
	}
}

func (d *day) expect(c *client, method, path string, body any, statuses ...int) {
	status, text, ok := d.answered(c, method, path, body, nil)
	if ok && !slices.Contains(statuses, status) {
		d.failf("%s %s %v answers %d %s, want one of %v", method, path, body, status, text, statuses)
	}
}

// run scans what lies in the feeder and reports whether the run is known to have come to its end.
func (d *day) run(c *client) bool {
	url, restarts := d.at()
	var b protocollo.Batch
	status, text, err := c.do(d.ctx, http.MethodPost, url+"api/scans", object{"scanner": "scanner", "input": "feeder", "colorMode": "grey", "resolution": 200}, &b)
	if err != nil {
		d.until(nil, func() bool { _, now := d.at(); return now > restarts })
		return false
	}
	if status == http.StatusConflict {
		return false // the last run's lease is about to end
	}
	if status != http.StatusOK {
		d.failf("a scan answers %d %s", status, text)
		return false
	}
	var v station.BatchView
	for over := false; !over; over = v.State != "" && v.State != protocollo.BatchRunning {
		if d.ctx.Err() != nil {
			return false
		}
		wait := time.NewTimer(25 * time.Millisecond)
		<-wait.C
		v, _ = d.batch(c, b.ID)
	}
	d.note("runs " + string(v.State))
	return v.State == protocollo.BatchEnded
}

// batch reads a run as the screen shows it, and remembers its pages.
func (d *day) batch(c *client, id int64) (station.BatchView, bool) {
	var v station.BatchView
	status, ok := d.ask(c, http.MethodGet, fmt.Sprintf("api/batches/%d", id), nil, &v)
	if !ok || status != http.StatusOK {
		return v, false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, doc := range v.Documents {
		for _, p := range doc.PageList {
			if old, known := d.seen[p.ID]; known && old.sha != p.SHA256 {
				d.failf("page %d was %s and is now %s", p.ID, old.sha, p.SHA256)
			}
			d.seen[p.ID] = seenPage{batch: p.BatchID, sha: p.SHA256}
		}
	}
	return v, true
}

// exceptions answers what waits, looking at the paper. It reports whether there was anything.
func (d *day) exceptions(c *client) bool {
	var list ui.Exceptions
	if status, ok := d.ask(c, http.MethodGet, "api/exceptions", nil, &list); !ok || status != http.StatusOK {
		return false
	}
	answered := map[int64]bool{}
	for _, e := range list.Exceptions {
		d.note("exceptions " + string(e.Kind))
		if answered[e.DocumentID] {
			continue // the answer moved its pages: its other questions are looked at anew
		}
		inside := slices.ContainsFunc(list.Exceptions, func(o ui.ExceptionView) bool {
			return o.DocumentID == e.DocumentID && o.Kind == protocollo.ExceptionCodeInside
		})
		answer, ok := d.answer(c, e, inside)
		if !ok {
			continue
		}
		d.note("answers " + string(answer["choice"].(protocollo.Choice)))
		answer["version"] = e.Version
		answered[e.DocumentID] = true
		d.expect(c, http.MethodPost, fmt.Sprintf("api/exceptions/%d/solve", e.ID), answer, http.StatusNoContent, http.StatusConflict, http.StatusNotFound)
	}
	return len(list.Exceptions) > 0
}

// answer is what a careful clerk answers who holds the letter in hand. inside says that the document waits for an answer about a code
// inside it, which comes first.
func (d *day) answer(c *client, e ui.ExceptionView, inside bool) (object, bool) {
	discard := object{"choice": protocollo.ChoiceDiscard, "reason": "scandita di nuovo"}
	b, ok := d.batch(c, e.BatchID)
	if !ok {
		return nil, false
	}
	i := slices.IndexFunc(b.Documents, func(doc station.DocumentView) bool { return doc.ID == e.DocumentID })
	if i < 0 || len(b.Documents[i].PageList) == 0 {
		d.failf("exception %d is about no page that can be seen: %+v", e.ID, e)
		return nil, false
	}
	doc := b.Documents[i]
	number, letter, known := d.hall.numberOf(doc.PageList[0].SHA256)
	if !known {
		d.failf("page %d never came from the scanner: %+v", doc.PageList[0].ID, e)
		return nil, false
	}
	rec, ok := d.recordOf(c, number)
	if !ok {
		return nil, false
	}
	complete := len(doc.PageList) == d.hall.pagesOf(letter)
	for _, p := range doc.PageList {
		_, other, _ := d.hall.numberOf(p.SHA256)
		switch {
		case other == letter || !inside:
		case e.Kind == protocollo.ExceptionCodeInside && e.PageID == p.ID:
			return object{"choice": protocollo.ChoiceSplit}, true
		case e.Kind != protocollo.ExceptionStray:
			return nil, false // the code inside first
		}
	}
	switch {
	case !slices.Contains(protocollo.ExceptionKind(e.Kind).Choices(), protocollo.ChoiceDiscard):
		d.failf("a letter of two pages raised %+v", e)
		return nil, false
	case rec.Facets.Captured && doc.RegistrationID == 0, !complete, e.Kind == protocollo.ExceptionStray:
		return discard, true
	case e.Kind == protocollo.ExceptionSeenTwice && doc.RegistrationID == 0:
		return nil, false // of the other document with this label somebody is asked, too
	case e.Kind == protocollo.ExceptionCount, e.Kind == protocollo.ExceptionRepeated, e.Kind == protocollo.ExceptionSeenTwice,
		e.Kind == protocollo.ExceptionLabelMissing:
		return object{"choice": protocollo.ChoiceAccept}, true
	case e.Kind == protocollo.ExceptionNoCode, e.Kind == protocollo.ExceptionBeforeLabel, e.Kind == protocollo.ExceptionNotExpected:
		return object{"choice": protocollo.ChoiceAssign, "registrationID": rec.RegistrationID}, true
	}
	d.failf("exception %s after a kill: %+v", e.Kind, e)
	return nil, false
}

func (d *day) recordOf(c *client, number string) (ui.RecordView, bool) {
	d.mu.Lock()
	var intake int64
	for _, r := range d.told {
		if string(r.Number) == number {
			intake = r.IntakeID
		}
	}
	d.mu.Unlock()
	var rec ui.RecordView
	if intake == 0 {
		return rec, false // its answer is still on the way
	}
	status, ok := d.ask(c, http.MethodGet, fmt.Sprintf("api/records/%d", intake), nil, &rec)
	return rec, ok && status == http.StatusOK
}

// confirm looks at every document that is ready, and reports whether there was one.
func (d *day) confirm(c *client) (any bool) {
	var desk ui.Desk
	if status, ok := d.ask(c, http.MethodGet, "api/desk", nil, &desk); !ok || status != http.StatusOK {
		return false
	}
	for _, b := range desk.Batches {
		for _, doc := range b.Documents {
			if doc.State != protocollo.DocumentReady {
				continue
			}
			d.expect(c, http.MethodPost, fmt.Sprintf("api/documents/%d/confirm", doc.ID), nil, http.StatusNoContent, http.StatusConflict)
			d.note("documents confirmed")
			any = true
		}
	}
	return any
}

// done reports whether every letter of today is archived.
func (d *day) done(c *client) bool {
	today, err := d.hall.toScan(d.ctx)
	records, ok := d.records(c)
	if err != nil || !ok {
		return false
	}
	for _, r := range records {
		if !r.Facets.Labelled || today[string(r.Number)] && !r.Facets.Archived {
			return false
		}
	}
	return len(d.hall.office.Feeder()) == 0
}

func (d *day) records(c *client) ([]ui.RecordView, bool) {
	var all []ui.RecordView
	for before := int64(0); ; {
		var page ui.SearchPage
		status, ok := d.ask(c, http.MethodGet, fmt.Sprintf("api/records?limite=200&prima=%d", before), nil, &page)
		if !ok || status != http.StatusOK {
			return nil, false
		}
		all = append(all, page.Hits...)
		if before = page.Next; before == 0 {
			return all, true
		}
	}
}

// judge compares the register with what was ever answered, and the documents with the paper.
func (d *day) judge(c *client) {
	d.t.Helper()
	records, ok := d.records(c)
	if !ok || len(records) != d.letters {
		d.t.Fatalf("%d records for %d letters", len(records), d.letters)
	}
	byNumber := map[string]ui.RecordView{}
	for _, r := range records {
		if _, twice := byNumber[string(r.Number)]; twice {
			d.t.Errorf("number %s was given twice", r.Number)
		}
		byNumber[string(r.Number)] = r
	}
	for i := range d.letters {
		n, err := protocollo.NumberFrom(int64(i + 1))
		if err != nil {
			d.t.Fatal(err)
		}
		if _, given := byNumber[string(n)]; !given {
			d.t.Errorf("number %s is missing from the register", n)
		}
	}
	for letter, told := range d.told {
		if now := byNumber[string(told.Number)]; now.Draft.Subject != subjectOf(letter) || now.IntakeID != told.IntakeID {
			d.t.Errorf("letter %d was told number %s, which is now %q", letter, told.Number, now.Draft.Subject)
		}
	}
	if len(d.told) != d.letters {
		d.t.Errorf("%d of %d letters were acknowledged", len(d.told), d.letters)
	}
	today, err := d.hall.toScan(d.ctx)
	if err != nil || len(today) < d.letters*scannedOfFour/4 {
		d.t.Errorf("%d letters were to be scanned: %v", len(today), err)
	}
	for _, r := range records {
		if today[string(r.Number)] {
			d.judgeRecord(c, r.IntakeID)
		} else if r.Facets.Captured {
			d.t.Errorf("number %s has a scan, and its letter never lay in the scanner", r.Number)
		}
	}
	d.judgePages(c)
}

// judgeRecord looks at one record's document: whole, archived, and from the very letter that carries its number.
func (d *day) judgeRecord(c *client, intake int64) {
	d.t.Helper()
	var r ui.RecordView
	if status, ok := d.ask(c, http.MethodGet, fmt.Sprintf("api/records/%d", intake), nil, &r); !ok || status != http.StatusOK {
		d.t.Fatalf("record %d answers %d", intake, status)
	}
	if len(r.Documents) != 1 || r.Documents[0].Archive == nil || r.Documents[0].Version != 1 {
		d.t.Errorf("number %s has the documents %+v, want one, archived", r.Number, r.Documents)
		return
	}
	pages := r.Documents[0].PageList
	for _, p := range pages {
		number, letter, known := d.hall.numberOf(p.SHA256)
		switch {
		case !known:
			d.t.Errorf("number %s has page %d, which never came from the scanner", r.Number, p.ID)
		case number != string(r.Number):
			d.t.Errorf("number %s has a page of letter %d, whose label says %s", r.Number, letter, number)
		case len(pages) != d.hall.pagesOf(letter):
			d.t.Errorf("number %s has %d pages, its letter %d has %d", r.Number, len(pages), letter, d.hall.pagesOf(letter))
		}
	}
}

// judgePages finds every page again that a screen ever showed: there, archived, or discarded by a person.
func (d *day) judgePages(c *client) {
	d.t.Helper()
	now := map[int64]station.DocumentView{}
	read := map[int64]bool{}
	for _, p := range d.seen {
		if read[p.batch] {
			continue
		}
		read[p.batch] = true
		v, ok := d.batch(c, p.batch)
		if !ok {
			d.t.Fatalf("batch %d cannot be read any more", p.batch)
		}
		for _, doc := range v.Documents {
			for _, page := range doc.PageList {
				now[page.ID] = doc
			}
		}
	}
	if len(d.seen) < d.letters*scannedOfFour/4 {
		d.t.Errorf("only %d pages were ever seen", len(d.seen))
	}
	for id, p := range d.seen {
		doc, there := now[id]
		if !there {
			d.t.Errorf("page %d of batch %d was shown once and is gone", id, p.batch)
			continue
		}
		if doc.State != protocollo.DocumentArchived && doc.State != protocollo.DocumentDiscarded {
			d.t.Errorf("at the end of the day page %d is %s", id, doc.State)
		}
	}
}
