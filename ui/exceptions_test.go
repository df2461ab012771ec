package ui_test

import (
	"fmt"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/scanner"
	"segnatura/ui"
)

func (b *browser) exceptions() []ui.ExceptionView {
	b.o.t.Helper()
	var list ui.Exceptions
	b.get("/api/exceptions").want(200, "").decode(&list)
	return list.Exceptions
}

func kindsOf(list []ui.ExceptionView) map[protocollo.ExceptionKind]ui.ExceptionView {
	out := map[protocollo.ExceptionKind]ui.ExceptionView{}
	for _, e := range list {
		out[e.Kind] = e
	}
	return out
}

func (b *browser) solve(e ui.ExceptionView, answer object) reply {
	b.o.t.Helper()
	answer["version"] = e.Version
	return b.post(fmt.Sprintf("/api/exceptions/%d/solve", e.ID), answer)
}

// A run that a jam ended inside its second letter: to split the letters was refused, because the question about the jam is no
// question that is split, and the second letter hung in the air.
func TestSplitOfAScanThatWasCutShort(t *testing.T) {
	o := newOffice(t)
	earlier, _ := o.captured()
	letter := o.labelled()
	anna := o.as("anna")
	run := &paperRun{pages: [][]byte{photo(t, "prima", payload(letter)), photo(t, "seconda", payload(earlier))}, end: &scanner.Fault{Kind: scanner.FaultJam}}
	b, err := o.station.Upload(t.Context(), actor(t, "anna"), run, 0)
	if err != nil {
		t.Fatal(err)
	}
	asked := kindsOf(anna.exceptions())
	inside, cut := asked[protocollo.ExceptionCodeInside], asked[protocollo.ExceptionCount]
	if _, twin := asked[protocollo.ExceptionSeenTwice]; len(asked) != 3 || !twin || cut.Detail.Why != "jam" || inside.PageID != cut.PageID { // decision 0025
		t.Fatalf("asked %+v", asked)
	}
	anna.solve(inside, object{"choice": protocollo.ChoiceSplit}).want(204, "")

	var v station.BatchView
	anna.get(fmt.Sprintf("/api/batches/%d", b.ID)).want(200, "").decode(&v)
	if len(v.Documents) != 2 || v.Documents[0].State != protocollo.DocumentReady || v.Documents[0].RegistrationID != letter.Registration.ID ||
		v.Documents[1].State != protocollo.DocumentWaiting || v.Documents[1].Pages != 1 {
		t.Fatalf("split into %+v", v.Documents)
	}
	asked = kindsOf(anna.exceptions())
	if e := asked[protocollo.ExceptionCount]; e.DocumentID != v.Documents[1].ID || e.Detail.Why != "jam" {
		t.Errorf("that the jam cut the second letter is forgotten: %+v", asked)
	}
	if e := asked[protocollo.ExceptionNotExpected]; e.DocumentID != v.Documents[1].ID {
		t.Errorf("nobody asks whose the second letter is: %+v", asked)
	}
}

// A scan that is too long and has no code: to discard it was refused, because the page rule's question knows no discarding.
func TestDiscardOfAScanThatIsAlsoTooLong(t *testing.T) {
	o := newOffice(t)
	letter := o.labelled()
	anna := o.as("anna")
	var pages [][]byte
	for i := range 14 {
		pages = append(pages, photo(t, fmt.Sprintf("pagina %d", i), ""))
	}
	b, err := o.station.Upload(t.Context(), actor(t, "anna"), &paperRun{pages: pages}, letter.Registration.ID)
	if err != nil {
		t.Fatal(err)
	}
	asked := kindsOf(anna.exceptions())
	if len(asked) != 2 || asked[protocollo.ExceptionScope].ID == 0 {
		t.Fatalf("asked %+v", asked)
	}
	anna.solve(asked[protocollo.ExceptionNoCode], object{"choice": protocollo.ChoiceDiscard, "reason": "lettera sbagliata"}).want(204, "")
	if left := anna.exceptions(); len(left) != 0 {
		t.Errorf("about pages that are erased it is still asked %+v", left)
	}
	var v station.BatchView
	anna.get(fmt.Sprintf("/api/batches/%d", b.ID)).want(200, "").decode(&v)
	for _, d := range v.Documents {
		if d.State != protocollo.DocumentDiscarded {
			t.Errorf("document %d is %s", d.ID, d.State)
		}
	}
}

// R21.6: the second of two clerks is told who was first.
func TestSecondAnswerIsToldWhoWasFirst(t *testing.T) {
	o := newOffice(t)
	o.unsolved()
	anna, bruno := o.as("anna"), o.as("bruno")
	e := anna.exceptions()[0]
	anna.solve(e, object{"choice": protocollo.ChoiceDiscard, "reason": "foglio vuoto"}).want(204, "")
	var p ui.Problem
	bruno.solve(e, object{"choice": protocollo.ChoiceDiscard, "reason": "foglio vuoto"}).want(409, "already-solved").decode(&p)
	if p.Words != "anna" && p.Words != "Anna Esempio" {
		t.Errorf("bruno is told that %q was first", p.Words)
	}
}
