package station_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// subjectAsk asks for another subject.
func subjectAsk(key string, rec station.Record, subject string) station.CorrectionAsk {
	return station.CorrectionAsk{Key: key, RegistrationID: rec.Registration.ID, Kind: protocollo.CorrectionFields, Cause: protocollo.CauseMistake, Reason: "letto male",
		Wished: map[protocollo.Field]protocollo.FieldValue{protocollo.FieldSubject: {Text: subject}}}
}

func annulAsk(key string, rec station.Record) station.CorrectionAsk {
	return station.CorrectionAsk{Key: key, RegistrationID: rec.Registration.ID, Kind: protocollo.CorrectionAnnulment, Cause: protocollo.CauseWrongRecipient, Reason: "pervenuta per errore"}
}

// annulOrder is the Responsabile's own word on a whole registration, with the act.
func annulOrder(rec station.Record) station.CorrectionAsk {
	ask := annulAsk("annul "+rec.Intake.Key, rec)
	ask.Authorise, ask.ActNumber, ask.ActDay = true, "1", "2026-03-02"
	return ask
}

func (o *office) annul(rec station.Record) {
	o.t.Helper()
	if v := o.asks(boss, annulOrder(rec)); v.State != protocollo.StateDone {
		o.t.Fatalf("annulled: %s", v.State)
	}
}

func (o *office) asks(actor protocollo.Actor, ask station.CorrectionAsk) station.CorrectionView {
	o.t.Helper()
	v, err := o.s.RequestCorrection(o.t.Context(), actor, ask)
	if err != nil {
		o.t.Fatalf("request %s: %v", ask.Key, err)
	}
	return v
}

func (o *office) answers(actor protocollo.Actor, v station.CorrectionView, a station.CorrectionAnswer, want protocollo.CorrectionState) station.CorrectionView {
	o.t.Helper()
	got, err := o.s.AnswerCorrection(o.t.Context(), actor, v.ID, a)
	if err != nil {
		o.t.Fatalf("%s of request %d: %v", a.Choice, v.ID, err)
	}
	if got.State != want {
		o.t.Fatalf("%s of request %d: %s, want %s", a.Choice, v.ID, got.State, want)
	}
	return got
}

var (
	granted = station.CorrectionAnswer{Choice: station.AnswerAuthorise}
	byAct   = station.CorrectionAnswer{Choice: station.AnswerAuthorise, ActNumber: "7", ActDay: "2026-03-02"}
)

// R16.10, R8.2: the clerk asks, the Responsabile authorises, both values are there; each request may come twice.
func TestCorrectionIsAskedAndAuthorised(t *testing.T) {
	o := newOffice(t)
	rec := o.labelled("key-0001", letter("Ricorso"))
	if road := o.s.OptionalRoad(rec); road != station.RoadHere {
		t.Errorf("the station's own book: optional data go %s", road)
	}
	label := len(o.composer.labels)
	v := o.asks(clerk, subjectAsk("ask", rec, "Istanza"))
	if again := o.asks(clerk, subjectAsk("ask", rec, "Istanza")); again.ID != v.ID || v.State != protocollo.StateAsked || !slices.Equal(v.Choices, []station.CorrectionAnswerChoice{station.AnswerWithdraw}) {
		t.Fatalf("asked %+v, again %+v", v, again)
	}
	_, err := o.s.RequestCorrection(t.Context(), clerk, subjectAsk("ask", rec, "Altro"))
	wantClass(t, err, protocollo.Conflict, "request-key")
	if o.record(rec.Intake.ID).Intake.Draft.Subject != "Ricorso" {
		t.Fatal("what was only asked stands")
	}
	_, err = o.s.AnswerCorrection(t.Context(), clerk, v.ID, granted)
	wantClass(t, err, protocollo.Forbidden, "decide")
	_, err = o.s.AnswerCorrection(t.Context(), alien, v.ID, granted)
	wantClass(t, err, protocollo.NotFound, "correction")
	for range 2 {
		o.answers(boss, v, granted, protocollo.StateDone)
	}
	if again := o.asks(clerk, subjectAsk("ask", rec, "Istanza")); again.State != protocollo.StateDone {
		t.Errorf("the request once more: %+v", again)
	}
	got := o.record(rec.Intake.ID)
	if got.Intake.Draft.Subject != "Istanza" || got.Registration.Segnatura.Subject != rec.Registration.Segnatura.Subject || got.Registration.Number != rec.Registration.Number {
		t.Errorf("corrected: %+v", got)
	}
	list, err := o.s.Corrections(t.Context(), clerk, rec.Intake.ID, false, 0)
	if err != nil || len(list) != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	if c := list[0]; c.Changes[0].Old.Text != "Ricorso" || c.Changes[0].New.Text != "Istanza" || c.By != clerk.User || c.Decision.By != boss.User || c.OutcomeAt.IsZero() {
		t.Errorf("history: %+v", c)
	}
	// R2.5: what is printed again is the segnatura as it stood.
	if _, err := o.s.PrintLabel(t.Context(), clerk, rec.Registration.ID, o.printer, protocollo.ReprintIllegible); err != nil {
		t.Fatal(err)
	}
	if a, b := o.printer.printed[0], o.printer.printed[len(o.printer.printed)-1]; len(o.composer.labels) < label || !slices.Equal(a.Bits, b.Bits) {
		t.Error("the label that is printed again is another")
	}
}

// R8.1, R8.2, R16.10: what each request needs, and of whom.
func TestWhatACorrectionNeeds(t *testing.T) {
	o := newOffice(t)
	rec := o.register("key-0001", letter("Ricorso"))
	refused := func(name string, actor protocollo.Actor, class protocollo.Class, code string, change func(*station.CorrectionAsk)) {
		t.Helper()
		ask := subjectAsk(name, rec, "Istanza")
		change(&ask)
		_, err := o.s.RequestCorrection(t.Context(), actor, ask)
		var e *protocollo.Error
		if !errors.As(err, &e) || e.Class != class || e.Code != code {
			t.Errorf("%s: %v, want %s (%s)", name, err, class, code)
		}
	}
	wish := func(f protocollo.Field, v protocollo.FieldValue) func(*station.CorrectionAsk) {
		return func(a *station.CorrectionAsk) { a.Wished = map[protocollo.Field]protocollo.FieldValue{f: v} }
	}
	refused("a reader", guest, protocollo.Forbidden, "register", func(*station.CorrectionAsk) {})
	refused("a clerk's own word", clerk, protocollo.Forbidden, "decide", func(a *station.CorrectionAsk) { a.Authorise = true })
	refused("no reason", clerk, protocollo.Invalid, "reason", func(a *station.CorrectionAsk) { a.Reason = "  " })
	refused("nothing else", clerk, protocollo.Invalid, "changes", wish(protocollo.FieldSubject, protocollo.FieldValue{Text: " Ricorso "}))
	refused("no subject", clerk, protocollo.Invalid, "subject", wish(protocollo.FieldSubject, protocollo.FieldValue{}))
	refused("no sender", clerk, protocollo.Invalid, "senders", wish(protocollo.FieldSenders, protocollo.FieldValue{}))
	refused("a number", clerk, protocollo.Invalid, "field", wish("number", protocollo.FieldValue{Text: "12"}))
	refused("an unknown link", clerk, protocollo.Invalid, "linkedID", func(a *station.CorrectionAsk) { a.LinkedID = 99 })
	refused("no act", boss, protocollo.Invalid, "actNumber", func(a *station.CorrectionAsk) {
		a.Kind, a.Wished, a.Authorise = protocollo.CorrectionAnnulment, nil, true
	})
	refused("half an act", boss, protocollo.Invalid, "actDay", func(a *station.CorrectionAsk) { a.Authorise, a.ActNumber = true, "7" })

	p, err := o.s.Policies(t.Context(), boss)
	if err != nil {
		t.Fatal(err)
	}
	p.Corrections = &protocollo.CorrectionPolicy{ActForFields: true}
	if p, err = o.s.SavePolicies(t.Context(), boss, p); err != nil {
		t.Fatal(err)
	}
	v := o.asks(clerk, subjectAsk("with an act", rec, "Istanza"))
	_, err = o.s.AnswerCorrection(t.Context(), boss, v.ID, granted)
	wantClass(t, err, protocollo.Invalid, "actNumber")
	_, err = o.s.AnswerCorrection(t.Context(), boss, v.ID, station.CorrectionAnswer{Choice: station.AnswerRefuse})
	wantClass(t, err, protocollo.Invalid, "reason")
	o.answers(boss, v, station.CorrectionAnswer{Choice: station.AnswerRefuse, Reason: "va bene così"}, protocollo.StateRefused)
	_, err = o.s.AnswerCorrection(t.Context(), boss, v.ID, byAct)
	wantClass(t, err, protocollo.Conflict, "correction-state")

	p.Corrections = nil // a form that knows nothing of it
	if p, err = o.s.SavePolicies(t.Context(), boss, p); err != nil || p.Corrections == nil || !p.Corrections.ActForFields {
		t.Fatalf("policy %+v, %v", p.Corrections, err)
	}
	p.Corrections = &protocollo.CorrectionPolicy{WholeOnly: true}
	if _, err = o.s.SavePolicies(t.Context(), boss, p); err != nil {
		t.Fatal(err)
	}
	refused("whole only", clerk, protocollo.Conflict, "whole-only", func(*station.CorrectionAsk) {})
	// R8.3: an optional field changes on the clerk's word, and leaves its trace.
	ask := subjectAsk("class", rec, "")
	ask.Reason = ""
	wish(protocollo.FieldClassifica, protocollo.FieldValue{Text: "II.1"})(&ask)
	if v := o.asks(clerk, ask); v.State != protocollo.StateDone || v.Decision.By != clerk.User || o.record(rec.Intake.ID).Intake.Draft.Classifica != "II.1" {
		t.Errorf("an optional field: %+v", v)
	}
}

// Undo is taking it back, by who asked and before anything was decided. An office sends a letter back, and the desk answers.
func TestCorrectionIsTakenBackOrSentBack(t *testing.T) {
	o := newOffice(t)
	rec := o.register("key-0001", letter("Ricorso"))
	v := o.asks(clerk, subjectAsk("ask", rec, "Istanza"))
	if _, err := o.s.AnswerCorrection(t.Context(), other, v.ID, station.CorrectionAnswer{Choice: station.AnswerWithdraw}); protocollo.ClassOf(err) != protocollo.Forbidden {
		t.Errorf("another clerk takes it back: %v", err)
	}
	for range 2 {
		o.answers(clerk, v, station.CorrectionAnswer{Choice: station.AnswerWithdraw}, protocollo.StateWithdrawn)
	}
	_, err := o.s.AnswerCorrection(t.Context(), boss, v.ID, granted)
	wantClass(t, err, protocollo.Conflict, "correction-state")

	office := guest
	office.UOR = "TRIB"
	back := station.CorrectionAsk{Key: "back", RegistrationID: rec.Registration.ID, Kind: protocollo.CorrectionReturn, Cause: protocollo.CauseWrongRecipient, Reason: "non è nostra"}
	_, err = o.s.RequestCorrection(t.Context(), guest, back)
	wantClass(t, err, protocollo.NotFound, "")
	sent := o.asks(office, back)
	desk, err := o.s.Corrections(t.Context(), other, 0, true, 0)
	if err != nil || len(desk) != 1 || desk[0].ID != sent.ID || !slices.Equal(desk[0].Choices, []station.CorrectionAnswerChoice{station.AnswerRefuse}) {
		t.Fatalf("the desk's list: %+v, %v", desk, err)
	}
	if c, err := o.s.Counts(t.Context(), other); err != nil || c.Corrections != 1 {
		t.Errorf("counted %d, %v", c.Corrections, err)
	}
	answer := subjectAsk("answer", rec, "")
	answer.AnswersID = sent.ID
	answer.Wished = map[protocollo.Field]protocollo.FieldValue{protocollo.FieldUOR: {Text: "ANAG"}}
	o.asks(other, answer)
	list, err := o.s.Corrections(t.Context(), boss, 0, false, 0)
	if err != nil || len(list) != 3 || list[1].State != protocollo.StateAnswered || list[0].State != protocollo.StateDone {
		t.Fatalf("%+v, %v", list, err)
	}
	if _, err := o.s.Corrections(t.Context(), office, rec.Intake.ID, false, 0); err != nil {
		t.Fatal(err)
	}
	if seen, err := o.s.Corrections(t.Context(), office, rec.Intake.ID, false, 0); err != nil || len(seen) != 0 {
		t.Errorf("the office still sees what is another's: %+v, %v", seen, err)
	}
}

// R8.4: with a centre it is «richiesto» until the centre confirms, in each way in which it may not.
func TestCentreIsAskedAndConfirms(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want protocollo.CorrectionState
	}{
		"done":        {nil, protocollo.StateDone},
		"away":        {protocollo.Errorf(protocollo.Unavailable, "not-sent", "connessione rifiutata"), protocollo.StateRequested},
		"no":          {protocollo.Errorf(protocollo.Rejected, "refused", "no"), protocollo.StateRejected},
		"answer lost": {protocollo.Errorf(protocollo.OutcomeUnknown, "x", "timeout"), protocollo.StateUnknown},
		"not known":   {errors.New("boh"), protocollo.StateUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			o, g := centralOffice(t)
			rec := o.register("key-0001", letter("Da annullare"))
			v := o.asks(clerk, annulAsk("ask", rec))
			if c.err != nil {
				g.before = map[string]error{"Annul": c.err}
			}
			v = o.answers(boss, v, byAct, c.want)
			if o.record(rec.Intake.ID).Facets.Annulled != (c.want == protocollo.StateDone) {
				t.Fatal("annulled here and not there")
			}
			if c.want == protocollo.StateDone {
				return
			}
			if c.want == protocollo.StateRequested { // the first letter that is numbered tells that it is back
				o.clock.add(time.Hour)
				o.register("key-0002", letter("Altra"))
				if err := o.s.DrainWaiting(t.Context()); err != nil {
					t.Fatal(err)
				}
				if err := o.s.CarryCorrections(t.Context()); err != nil {
					t.Fatal(err)
				}
			} else {
				if err := o.s.CarryCorrections(t.Context()); err != nil {
					t.Fatal(err)
				}
				if o.record(rec.Intake.ID).Facets.Annulled {
					t.Fatal("what may have happened was asked again by itself")
				}
				o.answers(clerk, v, station.CorrectionAnswer{Choice: station.AnswerAgain}, protocollo.StateDone)
			}
			if got := o.record(rec.Intake.ID); !got.Facets.Annulled || got.Annulment.ActNumber != "7" || got.Annulment.By != boss.User {
				t.Fatalf("%+v", got.Annulment)
			}
		})
	}
}

// What may have happened is settled by the Responsabile's word too, with what was seen; or given up.
func TestUncertainCorrectionIsSettledByWord(t *testing.T) {
	o, g := centralOffice(t)
	for key, c := range map[string]struct {
		choice station.CorrectionAnswerChoice
		want   protocollo.CorrectionState
	}{"key-0001": {station.AnswerDone, protocollo.StateDone}, "key-0002": {station.AnswerAbandon, protocollo.StateAbandoned}} {
		rec := o.register(key, letter("Da annullare"))
		v := o.asks(clerk, annulAsk("ask "+key, rec))
		g.before = map[string]error{"Annul": protocollo.Errorf(protocollo.OutcomeUnknown, "x", "timeout")}
		v = o.answers(boss, v, byAct, protocollo.StateUnknown)
		_, err := o.s.AnswerCorrection(t.Context(), clerk, v.ID, station.CorrectionAnswer{Choice: c.choice, Reason: "visto"})
		wantClass(t, err, protocollo.Forbidden, "decide")
		_, err = o.s.AnswerCorrection(t.Context(), boss, v.ID, station.CorrectionAnswer{Choice: c.choice})
		wantClass(t, err, protocollo.Invalid, "reason")
		for range 2 {
			o.answers(boss, v, station.CorrectionAnswer{Choice: c.choice, Reason: "visto sul protocollo"}, c.want)
		}
		if o.record(rec.Intake.ID).Facets.Annulled != (c.want == protocollo.StateDone) {
			t.Errorf("%s: annulled or not", c.choice)
		}
	}
}

// correcting is a centre whose contract changes subjects alone.
type correcting struct {
	*distant
	asked []protocollo.CorrectRequest
}

func (*correcting) Corrects(f protocollo.Field) bool { return f == protocollo.FieldSubject }

func (g *correcting) Correct(_ context.Context, r protocollo.CorrectRequest) error {
	if err := g.enter("Correct"); err != nil {
		return err
	}
	g.asked = append(g.asked, r)
	return g.fail(g.after, "Correct")
}

// A contract's call is made where there is one; else a person makes it at the centre's own screen and says so.
func TestCentreCorrectsWhatItsContractHas(t *testing.T) {
	o, d := centralOffice(t)
	g := &correcting{distant: d}
	g.caps.Correct = true
	o.start(func(c *station.Config) { c.Registrar, c.Sender = g, g })
	rec := o.register("key-0001", letter("Ricorso"))
	if road := o.s.OptionalRoad(rec); road != station.RoadByHand {
		t.Errorf("a contract that has subjects alone: optional data go %s", road)
	}
	v := o.answers(boss, o.asks(clerk, subjectAsk("subject", rec, "Istanza")), byAct, protocollo.StateDone)
	if len(g.asked) != 1 || g.asked[0].Ref != rec.Registration.Ref || g.asked[0].Draft.Subject != "Istanza" || g.asked[0].Why != "letto male (provvedimento n. 7 del 02/03/2026)" || v.Road != station.RoadCall {
		t.Fatalf("asked %+v, %+v", g.asked, v)
	}
	ask := subjectAsk("class", rec, "")
	ask.Wished = map[protocollo.Field]protocollo.FieldValue{protocollo.FieldClassifica: {Text: "II.1"}, protocollo.FieldSubject: {Text: "Istanza di accesso"}}
	v = o.answers(boss, o.asks(clerk, ask), granted, protocollo.StateByHand)
	if o.record(rec.Intake.ID).Intake.Draft.Classifica != "I.6" || len(g.asked) != 1 {
		t.Fatal("mirrored before anybody did it at the centre")
	}
	if c, err := o.s.Counts(t.Context(), other); err != nil || c.Corrections != 1 {
		t.Errorf("the desk counts %d, %v", c.Corrections, err)
	}
	v = o.answers(other, v, station.CorrectionAnswer{Choice: station.AnswerDone}, protocollo.StateDone)
	if got := o.record(rec.Intake.ID).Intake.Draft; got.Classifica != "II.1" || got.Subject != "Istanza di accesso" || v.OutcomeBy != other.User {
		t.Fatalf("%+v, %+v", got, v)
	}
}

// breaksAfterYes cannot write what the centre confirmed: the process dies there, or goes on.
type breaksAfterYes struct {
	station.CorrectionStore
	dead  bool
	whole bool // it can write again
}

func (b *breaksAfterYes) SettleCorrection(ctx context.Context, a protocollo.Actor, id int64, o protocollo.CorrectionOutcome, words string) (protocollo.Correction, error) {
	if o != protocollo.CorrectionAsked && !b.whole {
		b.dead = true
		return protocollo.Correction{}, powerCut{}
	}
	return b.CorrectionStore.SettleCorrection(ctx, a, id, o, words)
}

// breaksBeforeTheCall dies between the decision and the call.
type breaksBeforeTheCall struct{ station.CorrectionStore }

func (breaksBeforeTheCall) SettleCorrection(context.Context, protocollo.Actor, int64, protocollo.CorrectionOutcome, string) (protocollo.Correction, error) {
	return protocollo.Correction{}, powerCut{}
}

// A crash between the centre's yes and our mirror leaves a doubt that is seen; asked again, the centre annuls nothing twice.
func TestCrashAfterTheCentresYes(t *testing.T) {
	o, g := centralOffice(t)
	rec := o.register("key-0001", letter("Da annullare"))
	v := o.asks(clerk, annulAsk("ask", rec))
	broken := &breaksAfterYes{CorrectionStore: o.db}
	o.start(func(c *station.Config) { c.Registrar, c.Sender, c.Corrections = g, g, broken })
	if _, err := o.s.AnswerCorrection(t.Context(), boss, v.ID, byAct); !errors.As(err, new(powerCut)) || !broken.dead {
		t.Fatalf("no power cut: %v", err)
	}
	o.start(func(c *station.Config) { c.Registrar, c.Sender = g, g })
	if err := o.s.Recover(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := o.s.CarryCorrections(t.Context()); err != nil {
		t.Fatal(err)
	}
	list, err := o.s.Corrections(t.Context(), boss, 0, true, 0)
	if err != nil || len(list) != 1 || list[0].State != protocollo.StateUnknown || o.record(rec.Intake.ID).Facets.Annulled {
		t.Fatalf("after the start: %+v, %v", list, err)
	}
	for range 2 {
		o.answers(clerk, v, station.CorrectionAnswer{Choice: station.AnswerAgain}, protocollo.StateDone)
	}
	o.answers(boss, v, byAct, protocollo.StateDone) // the browser's first request comes once more
	if n := slices.Collect(func(yield func(string) bool) {
		for _, c := range g.calls {
			if c == "Annul" && !yield(c) {
				return
			}
		}
	}); len(n) != 2 || !o.record(rec.Intake.ID).Facets.Annulled {
		t.Fatalf("calls %v", g.calls)
	}
	if report, err := o.db.Check(t.Context()); err != nil || !report.OK() {
		t.Fatalf("check: %+v, %v", report, err)
	}
}

// A crash between the Responsabile's word and the call: nothing went out, and the station goes on by itself.
func TestCrashBeforeTheCentreIsAsked(t *testing.T) {
	o, g := centralOffice(t)
	rec := o.register("key-0001", letter("Da annullare"))
	v := o.asks(clerk, annulAsk("ask", rec))
	o.start(func(c *station.Config) { c.Registrar, c.Sender, c.Corrections = g, g, breaksBeforeTheCall{o.db} })
	if _, err := o.s.AnswerCorrection(t.Context(), boss, v.ID, byAct); !errors.As(err, new(powerCut)) {
		t.Fatalf("no power cut: %v", err)
	}
	if slices.Contains(g.calls, "Annul") {
		t.Fatal("the call went out before it was durable")
	}
	o.start(func(c *station.Config) { c.Registrar, c.Sender = g, g })
	if err := o.s.Recover(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := o.s.CarryCorrections(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !o.record(rec.Intake.ID).Facets.Annulled {
		t.Fatal("it was not taken up again")
	}
}

// A call whose outcome could not be written is seen as doubtful without a restart: nobody gives it up unseen, and nothing stays «richiesto» for ever.
func TestOutcomeThatWasNotWrittenBecomesUnknown(t *testing.T) {
	o, g := centralOffice(t)
	rec := o.register("key-0001", letter("Da annullare"))
	v := o.asks(clerk, annulAsk("ask", rec))
	broken := &breaksAfterYes{CorrectionStore: o.db}
	o.start(func(c *station.Config) { c.Registrar, c.Sender, c.Corrections = g, g, broken })
	if _, err := o.s.AnswerCorrection(t.Context(), boss, v.ID, byAct); !errors.As(err, new(powerCut)) {
		t.Fatalf("no fault: %v", err)
	}
	stands := func(want protocollo.CorrectionState, choices ...station.CorrectionAnswerChoice) {
		t.Helper()
		list, err := o.s.Corrections(t.Context(), boss, 0, true, 0)
		if err != nil || len(list) != 1 || list[0].State != want || !slices.Equal(list[0].Choices, choices) {
			t.Fatalf("%+v, %v", list, err)
		}
	}
	stands(protocollo.StateRequested)
	broken.whole = true // the disk is well again, the process is the same
	_, err := o.s.AnswerCorrection(t.Context(), boss, v.ID, station.CorrectionAnswer{Choice: station.AnswerAbandon, Reason: "non serve"})
	wantClass(t, err, protocollo.Conflict, "correction-state")
	stands(protocollo.StateUnknown, station.AnswerAgain, station.AnswerDone, station.AnswerAbandon)

	g.before = map[string]error{"Annul": protocollo.Errorf(protocollo.OutcomeUnknown, "x", "timeout")}
	broken.whole = false
	if _, err := o.s.AnswerCorrection(t.Context(), boss, v.ID, station.CorrectionAnswer{Choice: station.AnswerAgain}); !errors.As(err, new(powerCut)) {
		t.Fatalf("no fault: %v", err)
	}
	stands(protocollo.StateRequested)
	broken.whole = true
	if err := o.s.CarryCorrections(t.Context()); err != nil {
		t.Fatal(err)
	}
	stands(protocollo.StateUnknown, station.AnswerAgain, station.AnswerDone, station.AnswerAbandon)
	o.answers(boss, v, station.CorrectionAnswer{Choice: station.AnswerAgain}, protocollo.StateDone)
}

// leaving is a centre whose caller's browser is closed in the middle of a call.
type leaving struct {
	*distant
	leave context.CancelFunc
}

func (g leaving) Annul(ctx context.Context, ref string, a protocollo.Annulment) error {
	g.leave()
	if ctx.Err() != nil {
		return protocollo.Errorf(protocollo.OutcomeUnknown, "x", "no answer: %w", ctx.Err())
	}
	return g.distant.Annul(ctx, ref, a)
}

// A browser that is closed does not cut the centre's call.
func TestClosedBrowserDoesNotCutTheCorrection(t *testing.T) {
	o, d := centralOffice(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	g := leaving{d, cancel}
	o.start(func(c *station.Config) { c.Registrar, c.Sender = g, g })
	rec := o.register("key-0001", letter("Da annullare"))
	ask := annulAsk("ask", rec)
	ask.Authorise, ask.ActNumber, ask.ActDay = true, "7", "2026-03-02"
	v, err := o.s.RequestCorrection(ctx, boss, ask)
	if err != nil || v.State != protocollo.StateDone || ctx.Err() == nil || !o.record(rec.Intake.ID).Facets.Annulled {
		t.Fatalf("%+v, %v", v, err)
	}
}

// failsFor cannot write what becomes of one request.
type failsFor struct {
	station.CorrectionStore
	id int64
}

func (f failsFor) SettleCorrection(ctx context.Context, a protocollo.Actor, id int64, o protocollo.CorrectionOutcome, words string) (protocollo.Correction, error) {
	if id == f.id {
		return protocollo.Correction{}, powerCut{}
	}
	return f.CorrectionStore.SettleCorrection(ctx, a, id, o, words)
}

// One correction that cannot be carried out does not keep those behind it waiting.
func TestFaultyCorrectionKeepsNoOtherWaiting(t *testing.T) {
	o, g := centralOffice(t)
	o.start(func(c *station.Config) { c.Registrar, c.Sender, c.Corrections = g, g, breaksBeforeTheCall{o.db} })
	var recs []station.Record
	var asked []station.CorrectionView
	for _, key := range []string{"key-0001", "key-0002"} {
		rec := o.register(key, letter("Da annullare "+key))
		v := o.asks(clerk, annulAsk("ask "+key, rec))
		if _, err := o.s.AnswerCorrection(t.Context(), boss, v.ID, byAct); !errors.As(err, new(powerCut)) {
			t.Fatalf("no power cut: %v", err)
		}
		recs, asked = append(recs, rec), append(asked, v)
	}
	o.start(func(c *station.Config) { c.Registrar, c.Sender, c.Corrections = g, g, failsFor{o.db, asked[0].ID} })
	if err := o.s.CarryCorrections(t.Context()); !errors.As(err, new(powerCut)) {
		t.Errorf("the fault is not told: %v", err)
	}
	if o.record(recs[0].Intake.ID).Facets.Annulled || !o.record(recs[1].Intake.ID).Facets.Annulled {
		t.Error("the second one waits behind the first")
	}
}

// R12.1: what was corrected is on the register of the day on which it was, with both values.
func TestDailyRegisterHasCorrections(t *testing.T) {
	o := newOffice(t)
	rec, day := o.register("key-0001", letter("Ricorso")), protocollo.DayOf(o.clock.Now())
	hidden := letter("Disciplinare")
	hidden.Confidential = true
	secret := o.register("key-0002", hidden)
	o.answers(boss, o.asks(clerk, subjectAsk("ask", rec, "Istanza")), byAct, protocollo.StateDone)
	o.answers(boss, o.asks(clerk, subjectAsk("secret", secret, "Altra disciplinare")), granted, protocollo.StateDone)
	o.clock.add(24 * time.Hour)
	table, _ := o.dailyFile(day, station.DailyCSV)
	text := string(table)
	for _, want := range []string{"Ricorso", "Istanza", "letto male"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
	if strings.Contains(text, "isciplinare") {
		t.Errorf("a confidential letter's words in %s", text)
	}
}
