package station_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// showing is a register that shows candidates, but does not know our key.
type showing struct {
	*registrar
	shown []protocollo.Candidate
	asked protocollo.CandidateQuery
	err   error
}

func (g *showing) Candidates(_ context.Context, q protocollo.CandidateQuery) ([]protocollo.Candidate, error) {
	g.asked = q
	return g.shown, g.err
}

// uncertainOffice has one letter whose number was asked for without an answer, at a register elsewhere.
func uncertainOffice(t *testing.T, caps protocollo.Capabilities) (*office, *showing, station.Record) {
	t.Helper()
	o := newOffice(t)
	g := &showing{registrar: o.registrar}
	o.registrar.caps = caps
	o.start(func(c *station.Config) { c.Registrar = g })
	o.registrar.before = map[string]error{"Register": &protocollo.Error{Class: protocollo.OutcomeUnknown, Code: "x", Words: "Timeout SOAP"}}
	return o, g, o.register("key-0001", letter("Richiesta di accesso"))
}

func (o *office) uncertain(a protocollo.Actor) []station.UncertainOutcome {
	o.t.Helper()
	list, err := o.s.UncertainOutcomes(o.t.Context(), a)
	if err != nil {
		o.t.Fatal(err)
	}
	return list
}

func candidateOf(number protocollo.Number, at time.Time) protocollo.Candidate {
	return protocollo.Candidate{Subject: "Richiesta di accesso", Why: []string{protocollo.WhySubject},
		Receipt: protocollo.Receipt{Register: "PG", Year: 2026, Number: number, Day: protocollo.DayOf(at), At: at, Ref: "doc-" + string(number)}}
}

func (o *office) decide(a protocollo.Actor, rec station.Record, answer station.OutcomeAnswer) (station.Record, error) {
	return o.s.DecideOutcome(o.t.Context(), a, rec.Intake.ID, answer)
}

// What the list says depends on what the contract offers, on who looks, and on how long ago the call went out (R17.3).
func TestUncertainOutcomesSayWhatIsSafe(t *testing.T) {
	look, this, keyed, absent := station.OutcomeLook, station.OutcomeCandidate, station.OutcomeKeyed, station.OutcomeAbsent
	for name, c := range map[string]struct {
		caps        protocollo.Capabilities
		waits       station.OutcomeWaits
		clerk, boss []station.OutcomeChoice
	}{
		"nothing to search by": {protocollo.Capabilities{}, station.WaitsForPerson, nil, []station.OutcomeChoice{keyed, absent}},
		"candidates": {protocollo.Capabilities{Candidates: true}, station.WaitsForPerson, []station.OutcomeChoice{this},
			[]station.OutcomeChoice{this, keyed, absent}},
		"our key, later": {protocollo.Capabilities{FindByKey: true, Deferred: true}, station.WaitsForAnswer, []station.OutcomeChoice{look},
			[]station.OutcomeChoice{look, keyed, absent}},
	} {
		t.Run(name, func(t *testing.T) {
			o, _, rec := uncertainOffice(t, c.caps)
			early := o.uncertain(boss)
			if len(early) != 1 || early[0].Attempt.Words != "Timeout SOAP" || early[0].Waits != c.waits || slices.Contains(early[0].Choices, absent) {
				t.Fatalf("while the call may run: %+v", early)
			}
			o.clock.add(6 * time.Minute)
			for actor, want := range map[string][]station.OutcomeChoice{"clerk": c.clerk, "boss": c.boss} {
				list := o.uncertain(map[string]protocollo.Actor{"clerk": clerk, "boss": boss}[actor])
				if len(list) != 1 || !slices.Equal(list[0].Choices, want) || list[0].Intake.ID != rec.Intake.ID {
					t.Errorf("%s is offered %+v, want %v", actor, list, want)
				}
			}
			if list := o.uncertain(alien); len(list) != 0 {
				t.Errorf("another AOO sees %+v", list)
			}
		})
	}
}

// A centre that answers later has not said no by not having it yet: nothing is sent again by itself.
func TestDeferredAnswerIsNeverProvedAbsent(t *testing.T) {
	o, _, rec := uncertainOffice(t, protocollo.Capabilities{FindByKey: true, Deferred: true})
	for range 3 {
		o.clock.add(24 * time.Hour)
		if err := o.s.DrainWaiting(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got := o.record(rec.Intake.ID); len(got.Attempts) != 1 || got.Attempts[0].Outcome != protocollo.AttemptUnknown {
		t.Fatalf("attempts %+v", got.Attempts)
	}
	if !slices.Contains(o.registrar.calls, "Find") {
		t.Error("nobody looks for the answer")
	}
}

// «È questo»: the centre's own word is recorded, not the browser's; what another letter has is not shown.
func TestCandidateIsChosen(t *testing.T) {
	o, g, rec := uncertainOffice(t, protocollo.Capabilities{Candidates: true})
	taken := o.register("key-0002", letter("Altra")).Registration // number 1
	at := o.clock.Now().Add(time.Second)
	g.shown = []protocollo.Candidate{candidateOf(taken.Number, at), candidateOf("0000044", at), candidateOf("0000043", at.AddDate(0, 0, -1)), {Subject: "senza numero"}}
	list, err := o.s.Candidates(t.Context(), clerk, rec.Intake.ID)
	if err != nil || len(list) != 1 || list[0].Receipt.Number != "0000044" {
		t.Fatalf("candidates %+v, %v", list, err)
	}
	if q := g.asked; q.Subject != "Richiesta di accesso" || !slices.Equal(q.Senders, []string{"Bianchi Lucia"}) || q.From != "2026-03-02" || q.To != "2026-03-02" || q.AOO.Code != "AOO1" || q.Body.Code != "c_a000" {
		t.Errorf("asked for %+v", q)
	}
	answer := station.OutcomeAnswer{Choice: station.OutcomeCandidate, Number: "0000045", Day: "2026-03-02"}
	_, err = o.decide(clerk, rec, answer)
	wantClass(t, err, protocollo.Conflict, "candidate-gone")
	answer.Number = "0000044"
	for range 2 { // the answer was lost
		got, err := o.decide(clerk, rec, answer)
		if err != nil || got.Registration == nil || got.Registration.Number != "0000044" || got.Registration.Ref != "doc-0000044" {
			t.Fatalf("record %+v, %v", got, err)
		}
	}
	if len(o.uncertain(boss)) != 0 || len(o.events.of(station.EventRegistration)) == 0 {
		t.Error("it is still on the list, or nobody is told")
	}
	entries, err := o.s.History(t.Context(), boss, rec.Intake.ID)
	if err != nil || !slices.ContainsFunc(entries, func(e protocollo.Entry) bool { return e.Kind == "outcome.decided" && e.Actor == clerk.User }) {
		t.Errorf("who decided is not in the journal: %v", err)
	}
	_, err = o.decide(boss, rec, station.OutcomeAnswer{Choice: station.OutcomeAbsent, Reason: "ripensamento"})
	wantClass(t, err, protocollo.Conflict, "outcome-settled")
}

// Another office's confidential letter at the centre is a number and a day to who is not named, and cannot be chosen unseen (R11.2).
func TestConfidentialCandidateIsVeiled(t *testing.T) {
	o, g, rec := uncertainOffice(t, protocollo.Capabilities{Candidates: true})
	secret, open := candidateOf("0000044", o.clock.Now()), candidateOf("0000045", o.clock.Now())
	secret.Confidential, secret.Subject, secret.Sender = true, "Diagnosi", "Verdi Giuseppina"
	g.shown = []protocollo.Candidate{secret, open}
	list, err := o.s.Candidates(t.Context(), clerk, rec.Intake.ID)
	if err != nil || len(list) != 2 || list[1].Subject != open.Subject {
		t.Fatalf("candidates %+v, %v", list, err)
	}
	if c := list[0]; c.Subject != "" || c.Sender != "" || len(c.Why) != 0 || c.Receipt.Ref != "" || !c.Receipt.At.IsZero() || c.Receipt.Number != "0000044" || !c.Confidential {
		t.Errorf("the clerk is shown %+v", c)
	}
	if list, err = o.s.Candidates(t.Context(), boss, rec.Intake.ID); err != nil || list[0].Subject != "Diagnosi" {
		t.Errorf("the Responsabile is shown %+v, %v", list, err)
	}
	answer := station.OutcomeAnswer{Choice: station.OutcomeCandidate, Number: "0000044", Day: "2026-03-02"}
	_, err = o.decide(clerk, rec, answer)
	wantClass(t, err, protocollo.Forbidden, "confidential")
	if got, err := o.decide(boss, rec, answer); err != nil || got.Registration == nil {
		t.Errorf("the Responsabile's choice: %+v, %v", got, err)
	}
}

// «Ha questo numero»: typed twice, by the Responsabile; a slip stops nothing.
func TestNumberIsKeyedIn(t *testing.T) {
	o, _, rec := uncertainOffice(t, protocollo.Capabilities{})
	taken := o.register("key-0002", letter("Altra")).Registration
	good := station.OutcomeAnswer{Choice: station.OutcomeKeyed, Number: "77", Again: "0000077", Day: "2026-03-02", Reason: "letto sul registro del centro"}
	with := func(change func(*station.OutcomeAnswer)) station.OutcomeAnswer { a := good; change(&a); return a }
	_, err := o.decide(clerk, rec, good)
	wantClass(t, err, protocollo.Forbidden, "decide")
	for name, c := range map[string]struct {
		answer station.OutcomeAnswer
		class  protocollo.Class
		code   string
	}{
		"two numbers":        {with(func(a *station.OutcomeAnswer) { a.Again = "78" }), protocollo.Invalid, "again"},
		"no number":          {with(func(a *station.OutcomeAnswer) { a.Number, a.Again = "77/2026", "77/2026" }), protocollo.Invalid, "number"},
		"zero":               {with(func(a *station.OutcomeAnswer) { a.Number, a.Again = "000", "000" }), protocollo.Invalid, "number"},
		"no day":             {with(func(a *station.OutcomeAnswer) { a.Day = "" }), protocollo.Invalid, "day"},
		"a day before":       {with(func(a *station.OutcomeAnswer) { a.Day = "2026-03-01" }), protocollo.Invalid, "day"},
		"a day to come":      {with(func(a *station.OutcomeAnswer) { a.Day = "2026-03-03" }), protocollo.Invalid, "day"},
		"another's":          {with(func(a *station.OutcomeAnswer) { a.Number, a.Again = string(taken.Number), taken.Number.Short() }), protocollo.Conflict, "number-taken"},
		"no choice":          {with(func(a *station.OutcomeAnswer) { a.Choice = "boh" }), protocollo.Invalid, "choice"},
		"candidates of none": {with(func(a *station.OutcomeAnswer) { a.Choice = station.OutcomeCandidate }), protocollo.Conflict, "no-candidates"},
	} {
		_, err := o.decide(boss, rec, c.answer)
		if protocollo.ClassOf(err) != c.class {
			t.Errorf("%s: %v", name, err)
			continue
		}
		wantClass(t, err, c.class, c.code)
	}
	got, err := o.decide(boss, rec, good)
	if err != nil || got.Registration == nil || got.Registration.Number != "0000077" || got.Registration.Key.Register != "PG" || got.Registration.Ref != "" {
		t.Fatalf("record %+v, %v", got, err)
	}
	if stops, err := o.s.Stops(t.Context(), boss); err != nil || len(stops) != 0 {
		t.Errorf("a slip stopped the numbering: %+v, %v", stops, err)
	}
}

// The screen sends no register, and a receipt names the centre's own: the number is looked for in all of the AOO.
func TestKeyedNumberOfAnotherRegisterIsTaken(t *testing.T) {
	o, g, first := uncertainOffice(t, protocollo.Capabilities{Candidates: true})
	shown := candidateOf("0000077", o.clock.Now().Add(time.Second))
	shown.Receipt.Register = "P-GEN"
	g.shown = []protocollo.Candidate{shown}
	got, err := o.decide(clerk, first, station.OutcomeAnswer{Choice: station.OutcomeCandidate, Number: "0000077", Day: "2026-03-02"})
	if err != nil || got.Registration == nil || got.Registration.Key.Register != "P-GEN" {
		t.Fatalf("record %+v, %v", got, err)
	}
	o.registrar.before = map[string]error{"Register": &protocollo.Error{Class: protocollo.OutcomeUnknown, Code: "x"}}
	second := o.register("key-0002", letter("Altra"))
	keyed := station.OutcomeAnswer{Choice: station.OutcomeKeyed, Number: "77", Again: "77", Day: "2026-03-02"}
	_, err = o.decide(boss, second, keyed)
	wantClass(t, err, protocollo.Conflict, "number-taken")
	keyed.Number, keyed.Again = "78", "78"
	if got, err = o.decide(boss, second, keyed); err != nil || got.Registration == nil || got.Registration.Number != "0000078" {
		t.Fatalf("a free number: %+v, %v", got, err)
	}

	// Nor is what was keyed in under our code a candidate for another letter under the centre's.
	o.registrar.before = map[string]error{"Register": &protocollo.Error{Class: protocollo.OutcomeUnknown, Code: "x"}}
	third := o.register("key-0003", letter("Terza"))
	shown.Receipt.Number = "0000078"
	g.shown = []protocollo.Candidate{shown}
	if list, err := o.s.Candidates(t.Context(), clerk, third.Intake.ID); err != nil || len(list) != 0 {
		t.Fatalf("shown as free: %+v, %v", list, err)
	}
}

// A number that a row of the emergency register has by its recovery is another letter's.
func TestARecoveredNumberIsNoCandidate(t *testing.T) {
	o, g, first := uncertainOffice(t, protocollo.Capabilities{Candidates: true})
	o.registrar.before = nil
	o.register("key-0002", letter("Ordinaria"))
	e := o.openRegister(o.opening())
	row := o.register("key-0003", letter("Riga"))
	e = o.closeRegister(e)
	if sum, err := o.s.RecoverEmergency(t.Context(), boss, e.ID); err != nil || sum.Recovered != 1 {
		t.Fatalf("recovered: %+v, %v", sum, err)
	}
	ordinary := o.record(row.Intake.ID).Registration.Recovery.Number
	if ordinary == row.Registration.Number {
		t.Fatalf("the row's two numbers are one: %s", ordinary)
	}
	g.shown = []protocollo.Candidate{candidateOf(ordinary, o.clock.Now())}
	if list, err := o.s.Candidates(t.Context(), clerk, first.Intake.ID); err != nil || len(list) != 0 {
		t.Fatalf("shown as free: %+v, %v", list, err)
	}
}

// «Non è arrivato: richiedi di nuovo»: not while the call may run, not by the clerk, not without a reason; then one more number, once.
func TestAbsenceIsSomebodysWord(t *testing.T) {
	o, _, rec := uncertainOffice(t, protocollo.Capabilities{})
	answer := station.OutcomeAnswer{Choice: station.OutcomeAbsent, Reason: "verificato al telefono con il centro"}
	_, err := o.decide(boss, rec, answer)
	wantClass(t, err, protocollo.Conflict, "too-early")
	o.clock.add(6 * time.Minute)
	_, err = o.decide(clerk, rec, answer)
	wantClass(t, err, protocollo.Forbidden, "decide")
	_, err = o.decide(boss, rec, station.OutcomeAnswer{Choice: station.OutcomeAbsent, Reason: " "})
	wantClass(t, err, protocollo.Invalid, "reason")
	for range 2 {
		got, err := o.decide(boss, rec, answer)
		if err != nil || got.Registration == nil || len(got.Attempts) != 2 || got.Attempts[0].Outcome != protocollo.AttemptAbsent {
			t.Fatalf("record %+v, %v", got, err)
		}
	}
	o.oneNumber("key-0001")
}

// While the centre is away, asking again waits in the queue: the decision stands.
func TestAbsenceWhileTheCentreIsAway(t *testing.T) {
	o, _, rec := uncertainOffice(t, protocollo.Capabilities{})
	o.clock.add(6 * time.Minute)
	o.registrar.always = protocollo.Errorf(protocollo.Unavailable, "x", "away")
	got, err := o.decide(boss, rec, station.OutcomeAnswer{Choice: station.OutcomeAbsent, Reason: "il centro non l'ha"})
	if err != nil || got.Registration != nil || len(o.uncertain(boss)) != 0 {
		t.Fatalf("record %+v, %v", got, err)
	}
	o.registrar.always = nil
	if err := o.s.DrainWaiting(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.oneNumber("key-0001")
}
