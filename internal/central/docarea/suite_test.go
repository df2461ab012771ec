package docarea_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"segnatura/internal/central/centraltest"
	"segnatura/internal/central/docarea"
	"segnatura/internal/officesim/centre"
	"segnatura/internal/protocollo"
)

// withSheet gives the suite's requests the sheet that the desk makes where a connector wants one.
type withSheet struct{ *docarea.Connector }

func (w withSheet) Register(ctx context.Context, r protocollo.RegisterRequest) (protocollo.Receipt, error) {
	r.Sheet = request("").Sheet
	return w.Connector.Register(ctx, r)
}

const (
	noKey    = "no element of the contract carries a key of ours, so nothing is found by one"
	noAnnul  = "the contract has no annulment: it is asked for on the centre's own screen"
	noLater  = "the contract takes no document after the number: the scan is attached by hand"
	noPlaces = "sostituisciDocumentoPrincipale is Finmatica's alone, and erases the document that was registered: decision 0031"
)

// absences are what the dialects' contracts do not offer.
func absences(c protocollo.Capabilities) map[string]string {
	out := map[string]string{"same-key": noKey, "found-after-lost": noKey, "absent": noKey, "find-away": noKey, "find-refused": noKey,
		"annul": noAnnul, "annul-away": noAnnul, "annul-unknown-reference": noAnnul, "attach-replaces": noPlaces}
	out = centraltest.Uncorrected(out, "the contract has no call that changes a registration: it is corrected on the centre's own screen")
	if !c.AttachLater {
		for _, name := range []string{"attach", "attach-parts", "attach-again", "attach-replaces", "attach-away", "attach-lost", "attach-other-bytes", "attach-refused"} {
			out[name] = noLater
		}
	}
	return out
}

// TestCandidateAfterLostAnswer: where a contract searches, the letter whose answer was lost is among what a person is shown, and can be attached to.
func TestCandidateAfterLostAnswer(t *testing.T) {
	for _, d := range docarea.Dialects() {
		c, err := centre.Start(t.Context(), centre.Config{Face: centre.DOCAREA(string(d))})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		made := connector(t, d, c.URL())
		if !made.Capabilities().Candidates {
			continue
		}
		if err := c.Behave(centre.Loses); err != nil {
			t.Fatal(err)
		}
		if _, err := made.Register(t.Context(), request("k")); !errors.Is(err, protocollo.OutcomeUnknown) {
			t.Fatal(err)
		}
		if err := c.Behave(centre.Well); err != nil {
			t.Fatal(err)
		}
		today := protocollo.DayOf(c.Now())
		list, err := made.Candidates(t.Context(), protocollo.CandidateQuery{Body: request("").Body, AOO: request("").AOO, Subject: request("").Draft.Subject, Senders: []string{"Bianchi Lucia"},
			From: today, To: today})
		if err != nil || len(list) != 1 || list[0].Receipt.Number != "0000001" || !slices.Contains(list[0].Why, protocollo.WhySender) {
			t.Fatalf("%s: %+v, %v", d, list, err)
		}
		r, b := scan(list[0].Receipt.Ref)
		if _, err := made.Attach(t.Context(), r, bytes.NewReader(b)); err != nil {
			t.Fatalf("%s: %v", d, err)
		}
		if n := c.Documents(r.FileName); n != 1 {
			t.Fatalf("%s: %d documents", d, n)
		}
	}
}

// TestManyDesks: letters of several desks at the same time get each their own number, also while a session ends.
func TestManyDesks(t *testing.T) {
	c, err := centre.Start(t.Context(), centre.Config{Face: centre.DOCAREA("finmatica")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	if err := c.Behave(centre.Expires); err != nil {
		t.Fatal(err)
	}
	made := connector(t, docarea.Finmatica, c.URL())
	var desks sync.WaitGroup
	var numbers sync.Map
	for range 8 {
		desks.Go(func() {
			r, err := made.Register(t.Context(), request("k"))
			if err != nil {
				t.Error(err)
			}
			if _, twice := numbers.LoadOrStore(r.Number, true); twice {
				t.Errorf("number %s twice", r.Number)
			}
		})
	}
	desks.Wait()
	if n := len(c.Search(func(centre.Entry) bool { return true })); n != 8 {
		t.Fatalf("the centre gave %d numbers to 8 letters", n)
	}
}

// TestSuite runs the connectors' suite once for each dialect, against the pretend centre.
func TestSuite(t *testing.T) {
	for _, d := range docarea.Dialects() {
		t.Run(string(d), func(t *testing.T) {
			centraltest.Run(t, func(t *testing.T) *centraltest.Harness {
				c, err := centre.Start(t.Context(), centre.Config{Face: centre.DOCAREA(string(d))})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(c.Close)
				made := connector(t, d, c.URL())
				h := &centraltest.Harness{Registrar: withSheet{made}, Body: request("").Body, AOO: request("").AOO, Absences: absences(made.Capabilities()),
					Behave: func(b centraltest.Behaviour) {
						if err := c.Behave(centre.Behaviour(b)); err != nil {
							t.Fatal(err)
						}
					},
					Numbers:   func(_ *testing.T, key string) int { return c.Numbers(centraltest.Mark(key)) },
					Documents: func(_ *testing.T, key string) int { return c.Documents(key) }}
				if made.Capabilities().AttachLater {
					h.Sender = made
				}
				return h
			})
		})
	}
}
