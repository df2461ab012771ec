// Package scannertest is the one suite that every scanner.Source must pass, whatever moves the paper.
//
//	scannertest.Run(t, scannertest.Family{
//		New:    func(t *testing.T, s scannertest.Scenario) scannertest.Harness { ... },
//		Absent: map[scannertest.Scenario]string{scannertest.Jam: "a folder has no rollers"},
//	})
//
// A family that cannot be put in a scenario says why; an absence without a reason, or a scenario that is neither made nor
// absent, fails. What is made is checked in full.
package scannertest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"testing"

	"segnatura/scanner"
)

// Scenario is what a fresh device under test will do.
type Scenario string

const (
	Plain     Scenario = "plain"     // delivers all of Harness.Pages and ends
	Duplex    Scenario = "duplex"    // delivers Harness.Pages as front, back, front, back
	Jam       Scenario = "jam"       // delivers Pages, then jams: FaultJam
	CoverOpen Scenario = "coverOpen" // delivers Pages, then its cover is opened: FaultCoverOpen
	Truncated Scenario = "truncated" // delivers all Pages but the last whole, and cuts that one in the middle
	Stall     Scenario = "stall"     // delivers all Pages but the last whole, begins that one and sends no more
	Silent    Scenario = "silent"    // delivers all Pages but the last whole, and never begins that one
	Empty     Scenario = "empty"     // has no paper: FaultEmpty from Scan or the first Next
	Offline   Scenario = "offline"   // does not answer
	Busy      Scenario = "busy"      // is used by somebody else: FaultBusy from Scan or the first Next
)

func scenarios() []Scenario {
	return []Scenario{Plain, Duplex, Jam, CoverOpen, Truncated, Stall, Silent, Empty, Offline, Busy}
}

// Harness is one device, as New made it.
type Harness struct {
	Source  scanner.Source
	Request scanner.Request
	// Pages are the bytes that the device holds, in order; at least two where the scenario delivers any.
	Pages [][]byte
	// Asked returns how many pages the device was asked for so far. nil where the family has no device to ask, with the
	// reason in Family.NotAsked.
	Asked func() int
}

// Family is one kind of source under test.
type Family struct {
	New      func(t *testing.T, s Scenario) Harness
	Absent   map[Scenario]string // the reason for each scenario that the family cannot be put in
	NotAsked string              // why Harness.Asked is nil; "" means that it never is
}

// Run runs the suite.
func Run(t *testing.T, f Family) {
	checks := map[Scenario][]struct {
		name string
		run  func(t *testing.T, h Harness)
	}{
		Plain: {
			{"pages come in order and end with io.EOF", f.pagesInOrder},
			{"the device says what it is", saysWhatItIs},
			{"one run at a time", oneRunAtATime},
			{"Next refuses while a page is open", nextRefusesAnOpenPage},
			{"Close is idempotent, before the first page too", closeIsIdempotent},
			{"a cancelled context ends the run", cancelledContext},
		},
		Duplex:    {{"front and back alternate", frontAndBack}},
		Jam:       {{"pages before the jam stay", faultAfterPages(scanner.FaultJam)}},
		CoverOpen: {{"pages before the open cover stay", faultAfterPages(scanner.FaultCoverOpen)}},
		Truncated: {{"a cut page fails to be read", truncatedPage}},
		Stall:     {{"Close frees a reader that waits", closeFreesAReader}},
		Silent:    {{"Close frees a Next that waits", closeFreesNext}},
		Empty:     {{"no paper is told", refused(scanner.FaultEmpty)}},
		Offline:   {{"no answer is told", offline}},
		Busy:      {{"in use is told", refused(scanner.FaultBusy)}},
	}
	for s, reason := range f.Absent {
		if reason == "" || s == Plain || !slices.Contains(scenarios(), s) {
			t.Errorf("absent scenario %q with reason %q: no such scenario, or no reason", s, reason)
		}
	}
	for _, s := range scenarios() {
		if reason := f.Absent[s]; reason != "" {
			t.Logf("this family has no scenario %q: %s", s, reason) // not a skip: there is nothing that another machine could run
			continue
		}
		for _, check := range checks[s] {
			t.Run(string(s)+": "+check.name, func(t *testing.T) { check.run(t, f.New(t, s)) })
		}
	}
}

// Kind returns the kind of a *scanner.Fault, or "" for any other error.
func Kind(err error) scanner.FaultKind {
	var f *scanner.Fault
	if errors.As(err, &f) {
		return f.Kind
	}
	return ""
}

func scan(t *testing.T, h Harness) scanner.Document {
	t.Helper()
	doc, err := h.Source.Scan(t.Context(), h.Request)
	if err != nil {
		t.Fatalf("Scan: %v", err)
	}
	t.Cleanup(func() {
		if err := doc.Close(); err != nil {
			t.Errorf("Close at the end: %v", err)
		}
	})
	return doc
}

// take reads the next page to its end, as a consumer does, and checks it against what the device holds.
func take(t *testing.T, doc scanner.Document, h Harness, seq int) *scanner.Page {
	t.Helper()
	p, err := doc.Next(t.Context())
	if err != nil {
		t.Fatalf("page %d: %v", seq, err)
	}
	got, err := io.ReadAll(p.Data)
	if err != nil {
		t.Fatalf("page %d: read: %v", seq, err)
	}
	if err := p.Data.Close(); err != nil {
		t.Fatalf("page %d: close: %v", seq, err)
	}
	if !bytes.Equal(got, h.Pages[seq-1]) {
		t.Errorf("page %d: %d bytes that are not the %d that the device holds", seq, len(got), len(h.Pages[seq-1]))
	}
	if p.Seq != seq {
		t.Errorf("page %d has Seq %d", seq, p.Seq)
	}
	if p.Format == "" || p.TakenAt.IsZero() {
		t.Errorf("page %d: format %q, taken at %v", seq, p.Format, p.TakenAt)
	}
	return p
}

func wantFault(t *testing.T, what string, err error, kinds ...scanner.FaultKind) {
	t.Helper()
	if !slices.Contains(kinds, Kind(err)) {
		t.Errorf("%s: %v, want a fault of kind %v", what, err, kinds)
	}
}

func (f Family) pagesInOrder(t *testing.T, h Harness) {
	if len(h.Pages) < 2 {
		t.Fatalf("%d pages are too few to show an order", len(h.Pages))
	}
	if (h.Asked == nil) != (f.NotAsked != "") {
		t.Fatalf("Asked is nil: %v, reason %q", h.Asked == nil, f.NotAsked)
	}
	doc := scan(t, h)
	for i := range h.Pages {
		take(t, doc, h, i+1)
		if h.Asked != nil {
			if asked := h.Asked(); asked > i+1 {
				t.Errorf("the device was asked for %d pages when %d were safe", asked, i+1)
			}
		}
	}
	for range 2 {
		if p, err := doc.Next(t.Context()); p != nil || err != io.EOF {
			t.Errorf("after the last page: %v, %v, want io.EOF and again io.EOF", p, err)
		}
	}
}

func saysWhatItIs(t *testing.T, h Harness) {
	c, err := h.Source.Capabilities(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if c.ID == "" || c.MakeAndModel == "" || len(c.Inputs) == 0 {
		t.Errorf("capabilities without identity or inputs: %+v", c)
	}
	if st := h.Source.Status(t.Context()); st.State != scanner.StateIdle {
		t.Errorf("status before a run: %+v", st)
	}
}

func oneRunAtATime(t *testing.T, h Harness) {
	doc := scan(t, h)
	take(t, doc, h, 1)
	_, err := h.Source.Scan(t.Context(), h.Request)
	wantFault(t, "a second run", err, scanner.FaultBusy)
	take(t, doc, h, 2)
	if err := doc.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	second, err := h.Source.Scan(t.Context(), h.Request)
	if Kind(err) == scanner.FaultBusy {
		t.Errorf("after Close the source is still taken: %v", err)
	}
	if err == nil {
		if err := second.Close(); err != nil {
			t.Errorf("Close of the second run: %v", err)
		}
	}
}

func nextRefusesAnOpenPage(t *testing.T, h Harness) {
	doc := scan(t, h)
	p, err := doc.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if other, err := doc.Next(t.Context()); err == nil || err == io.EOF {
		t.Errorf("a second page while the first is open: %v, %v", other, err)
	}
	if h.Asked != nil && h.Asked() != 1 {
		t.Errorf("the device was asked for %d pages", h.Asked())
	}
	got, err := io.ReadAll(p.Data)
	if err != nil || !bytes.Equal(got, h.Pages[0]) {
		t.Errorf("the first page suffered: %d bytes, %v", len(got), err)
	}
	if err := p.Data.Close(); err != nil {
		t.Error(err)
	}
	take(t, doc, h, 2)
}

func closeIsIdempotent(t *testing.T, h Harness) {
	doc := scan(t, h)
	for range 3 {
		if err := doc.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	_, err := doc.Next(t.Context())
	wantFault(t, "Next after Close", err, scanner.FaultCancelled)
}

func cancelledContext(t *testing.T, h Harness) {
	doc := scan(t, h)
	take(t, doc, h, 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := doc.Next(ctx)
	wantFault(t, "Next", err, scanner.FaultCancelled)
}

func frontAndBack(t *testing.T, h Harness) {
	doc := scan(t, h)
	for i := range h.Pages {
		p := take(t, doc, h, i+1)
		if p.Sheet != i/2+1 || p.Back != (i%2 == 1) || !p.Settings.Duplex {
			t.Errorf("page %d: sheet %d, back %v, settings %+v", i+1, p.Sheet, p.Back, p.Settings)
		}
	}
	if _, err := doc.Next(t.Context()); err != io.EOF {
		t.Errorf("end: %v", err)
	}
}

func faultAfterPages(kind scanner.FaultKind) func(*testing.T, Harness) {
	return func(t *testing.T, h Harness) {
		doc := scan(t, h)
		for i := range h.Pages {
			take(t, doc, h, i+1)
		}
		for range 2 { // a fault never turns into the end of the document
			_, err := doc.Next(t.Context())
			wantFault(t, "after the pages", err, kind)
		}
	}
}

func truncatedPage(t *testing.T, h Harness) {
	doc := scan(t, h)
	last := len(h.Pages)
	for seq := 1; seq < last; seq++ {
		take(t, doc, h, seq)
	}
	p, err := doc.Next(t.Context())
	if err == nil {
		_, err = io.ReadAll(p.Data)
		_ = p.Data.Close() // the read's error is the one that counts
	}
	wantFault(t, "the cut page", err, scanner.FaultTruncated)
	if _, err := doc.Next(t.Context()); err == nil || err == io.EOF {
		t.Errorf("after the cut page: %v, want a fault", err)
	}
}

func closeFreesAReader(t *testing.T, h Harness) {
	doc := scan(t, h)
	last := len(h.Pages)
	for seq := 1; seq < last; seq++ {
		take(t, doc, h, seq)
	}
	begun, done := make(chan struct{}), make(chan error)
	go func() {
		p, err := doc.Next(t.Context())
		if err != nil {
			close(begun)
			done <- err
			return
		}
		_, err = p.Data.Read(make([]byte, 1))
		close(begun)
		if err == nil {
			_, err = io.Copy(io.Discard, p.Data)
		}
		_ = p.Data.Close() // the read's error is the one that counts
		done <- err
	}()
	<-begun
	if err := doc.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	wantFault(t, "the reader", <-done, scanner.FaultCancelled)
}

func closeFreesNext(t *testing.T, h Harness) {
	doc := scan(t, h)
	for seq := 1; seq < len(h.Pages); seq++ {
		take(t, doc, h, seq)
	}
	begun, done := make(chan struct{}), make(chan error)
	go func() {
		close(begun)
		_, err := doc.Next(t.Context())
		done <- err
	}()
	<-begun // Next may wait by now or begin to wait later: both must end
	if err := doc.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	wantFault(t, "Next", <-done, scanner.FaultCancelled)
}

func refused(kind scanner.FaultKind) func(*testing.T, Harness) {
	return func(t *testing.T, h Harness) {
		doc, err := h.Source.Scan(t.Context(), h.Request)
		if err == nil {
			t.Cleanup(func() {
				if err := doc.Close(); err != nil {
					t.Errorf("Close at the end: %v", err)
				}
			})
			_, err = doc.Next(t.Context())
		}
		wantFault(t, "the run", err, kind)
	}
}

func offline(t *testing.T, h Harness) {
	if st := h.Source.Status(t.Context()); st.State != scanner.StateOffline {
		t.Errorf("status: %+v", st)
	}
	_, err := h.Source.Capabilities(t.Context())
	wantFault(t, "capabilities", err, scanner.FaultOffline)
	_, err = h.Source.Scan(t.Context(), h.Request)
	wantFault(t, "scan", err, scanner.FaultOffline)
}
