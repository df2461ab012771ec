package ui_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"segnatura/internal/central/embedded"
	"segnatura/internal/central/manual"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/ui"
)

// centre is the embedded register behind a line that the test can cut.
type centre struct {
	book *embedded.Register
	mu   sync.Mutex
	lost bool // calls go out and nothing comes back
	// refuses is what it says once to the recovery of an emergency number.
	refuses string
	// refusesLetter is what it says once to a letter without number.
	refusesLetter string
	// screen is set where a person reads the numbers and keys them in.
	screen *manual.Register
}

func (c *centre) lose(lost bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lost = lost
}

func (c *centre) answers() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lost {
		return &protocollo.Error{Class: protocollo.OutcomeUnknown, Code: "register", Words: "Timeout"}
	}
	return nil
}

func (c *centre) Name() string { return c.book.Name() }

func (c *centre) Capabilities() protocollo.Capabilities {
	if c.screen != nil {
		return c.screen.Capabilities()
	}
	caps := c.book.Capabilities()
	caps.Candidates = true
	return caps
}

func (c *centre) Register(ctx context.Context, r protocollo.RegisterRequest) (protocollo.Receipt, error) {
	if words := c.refuses; words != "" && r.Emergency != nil {
		c.refuses = ""
		return protocollo.Receipt{}, &protocollo.Error{Class: protocollo.Rejected, Code: "register", Words: words}
	}
	if words := c.refusesLetter; words != "" {
		c.refusesLetter = ""
		return protocollo.Receipt{}, &protocollo.Error{Class: protocollo.Rejected, Code: "register", Words: words}
	}
	if err := c.answers(); err != nil {
		return protocollo.Receipt{}, err
	}
	if c.screen != nil {
		return c.screen.Register(ctx, r)
	}
	return c.book.Register(ctx, r)
}

func (c *centre) Find(ctx context.Context, aoo protocollo.AOOCode, key string) (protocollo.Receipt, bool, error) {
	if err := c.answers(); err != nil {
		return protocollo.Receipt{}, false, err
	}
	if c.screen != nil {
		return c.screen.Find(ctx, aoo, key)
	}
	return c.book.Find(ctx, aoo, key)
}

func (c *centre) Annul(ctx context.Context, ref string, a protocollo.Annulment) error {
	return c.book.Annul(ctx, ref, a)
}

func (c *centre) Attach(ctx context.Context, r protocollo.AttachRequest, body io.Reader) (protocollo.AttachReceipt, error) {
	return c.book.Attach(ctx, r, body)
}

// Candidates shows one: what somebody registered there by hand, under a number that no letter here has.
func (c *centre) Candidates(_ context.Context, q protocollo.CandidateQuery) ([]protocollo.Candidate, error) {
	n, err := protocollo.NumberFrom(900_000 + q.AskedAt.UnixNano()%90_000)
	return []protocollo.Candidate{{Subject: q.Subject, Sender: q.Senders[0], Why: []string{protocollo.WhySubject},
		Receipt: protocollo.Receipt{Year: 2026, Number: n, Day: q.From, At: q.AskedAt, Ref: "a mano"}}}, err
}

// uncertain registers a letter whose answer is lost.
func (o *office) uncertain(change ...func(*protocollo.Draft)) station.Record {
	o.t.Helper()
	o.centre.screen = nil // see unkeyed
	o.centre.lose(true)
	defer o.centre.lose(false)
	d := o.draft()
	for _, c := range change {
		c(&d)
	}
	o.clock.add(time.Second) // so that no two candidates are alike
	rec, err := o.station.Register(o.t.Context(), actor(o.t, "anna"), station.RegisterCommand{Key: o.key(), Draft: d})
	if err != nil || rec.Registration != nil {
		o.t.Fatalf("register without answer: %+v, %v", rec, err)
	}
	return rec
}

// refused is an emergency row whose ordinary number the centre refused.
func (o *office) refused() station.Record {
	o.t.Helper()
	o.centre.screen = nil
	o.opened()
	rec := o.registered()
	e := o.closed()
	o.centre.refuses = "classifica non attiva"
	if _, err := o.station.RecoverEmergency(o.t.Context(), actor(o.t, "carla"), e.ID); err != nil {
		o.t.Fatal(err)
	}
	return rec
}

func outcomeOperations() []operation {
	return []operation{
		{id: "outcomes", may: registrars, request: func(o *office) call { o.uncertain(); return get("/api/outcomes") }},
		{id: "outcomeCandidates", may: registrars, request: func(o *office) call { return get("/api/records/%d/candidates", o.uncertain().Intake.ID) }},
		{id: "decideOutcome", may: deciders, request: func(o *office) call {
			rec := o.uncertain()
			o.clock.add(6 * time.Minute) // the call is over by now
			return post(object{"choice": "absent", "reason": "verificato al telefono"}, "/api/records/%d/outcome", rec.Intake.ID)
		}},
		{id: "askAgain", may: registrars, request: func(o *office) call {
			return post(object{"reason": "classifica riaperta"}, "/api/records/%d/again", o.refused().Intake.ID)
		}},
		{id: "retryNumber", may: registrars, request: func(o *office) call { return post(nil, "/api/records/%d/number", o.uncertain().Intake.ID) }},
	}
}

// The clerk sees what waits, with the other side's words, and may say which candidate it is; the rest is the Responsabile's (R11.1, R17.3).
func TestUncertainOutcomeThroughTheBrowser(t *testing.T) {
	o := newOffice(t)
	rec := o.uncertain()
	anna, carla := o.as("anna"), o.as("carla")
	var list ui.Outcomes
	anna.get("/api/outcomes").want(200, "").decode(&list)
	if list.Total != 1 || len(list.Outcomes) != 1 || list.Outcomes[0].Words != "Timeout" || list.Outcomes[0].IntakeID != rec.Intake.ID ||
		!slices.Equal(list.Outcomes[0].Choices, []station.OutcomeChoice{"look", "candidate"}) {
		t.Fatalf("anna's list: %+v", list)
	}
	path := fmt.Sprintf("/api/records/%d/", rec.Intake.ID)
	var found ui.OutcomeCandidates
	anna.get(path+"candidates").want(200, "").decode(&found)
	c := found.Candidates[0]
	for _, choice := range []string{"keyed", "absent"} {
		body := object{"choice": choice, "number": "77", "again": "77", "day": string(c.Day), "reason": "x"}
		anna.post(path+"outcome", body).want(http.StatusForbidden, "decide")
	}
	carla.post(path+"outcome", object{"choice": "absent", "reason": "x"}).want(http.StatusConflict, "too-early")
	carla.post(path+"outcome", object{"choice": "keyed", "number": "77", "again": "78", "day": string(c.Day)}).want(http.StatusUnprocessableEntity, "again")
	var got ui.RecordView
	anna.post(path+"outcome", object{"choice": "candidate", "number": c.Number, "day": c.Day}).want(200, "").decode(&got)
	if got.Number != c.Number || got.RegistrationID == 0 {
		t.Errorf("record %+v", got)
	}
	anna.get("/api/outcomes").want(200, "").decode(&list)
	if list.Total != 0 || len(list.Outcomes) != 0 {
		t.Errorf("still waiting: %+v", list)
	}
}

// What waits of a confidential letter exists only for those who may see it (R11.2).
func TestConfidentialOutcomeIsHidden(t *testing.T) {
	o := newOffice(t)
	rec := o.uncertain(confidential)
	var list ui.Outcomes
	o.as("bruno").get("/api/outcomes").want(200, "").decode(&list)
	if list.Total != 0 || len(list.Outcomes) != 0 {
		t.Errorf("bruno sees %+v", list)
	}
	for _, user := range []string{"bruno", "gino"} {
		for _, c := range []call{
			get("/api/records/%d/candidates", rec.Intake.ID), post(nil, "/api/records/%d/number", rec.Intake.ID),
			post(object{"choice": "keyed", "number": "7", "again": "7", "day": "2026-03-02"}, "/api/records/%d/outcome", rec.Intake.ID),
		} {
			if r := o.as(user).do(c); r.StatusCode != http.StatusNotFound {
				t.Errorf("to %s %s answers %d %s", user, c.path, r.StatusCode, r.body)
			}
		}
	}
}
