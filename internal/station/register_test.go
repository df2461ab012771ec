package station_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

func TestRegister(t *testing.T) {
	o := newOffice(t)
	rec := o.register("key-0001", letter("Richiesta di accesso"))
	if rec.Registration == nil || rec.Registration.Number != "0000001" || rec.Registration.Key.Year != 2026 || !rec.Facets.Numbered {
		t.Fatalf("record %+v", rec)
	}
	if got, want := rec.Registration.Segnatura.Text(), "c_a000|AOO1|PG|0000001|2026-03-02"; got != want {
		t.Errorf("segnatura %q, want %q", got, want)
	}
	if rec.Registration.Segnatura.ArrivalDay != "" {
		t.Errorf("arrival day %q on a letter of the same day", rec.Registration.Segnatura.ArrivalDay)
	}
	if len(o.events.of(station.EventRegistration)) != 1 || len(o.events.of(station.EventIntake)) == 0 {
		t.Error("no event told of it")
	}
	if h := o.s.Health(); h.State != station.HealthAnswering {
		t.Errorf("health %+v", h)
	}
}

func TestRegisterRefuses(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	with := func(change func(*protocollo.Draft)) protocollo.Draft {
		d := letter("Oggetto")
		change(&d)
		return d
	}
	for name, c := range map[string]struct {
		actor protocollo.Actor
		cmd   station.RegisterCommand
		class protocollo.Class
		code  string
	}{
		"a reader":          {guest, station.RegisterCommand{Key: "k-1", Draft: letter("x")}, protocollo.Forbidden, "register"},
		"no key":            {clerk, station.RegisterCommand{Draft: letter("x")}, protocollo.Invalid, "key"},
		"no subject":        {clerk, station.RegisterCommand{Key: "k-1", Draft: letter(" ")}, protocollo.Invalid, "subject"},
		"no sender":         {clerk, station.RegisterCommand{Key: "k-1", Draft: with(func(d *protocollo.Draft) { d.Senders = nil })}, protocollo.Invalid, "senders"},
		"a choice of what":  {clerk, station.RegisterCommand{Key: "k-1", Draft: letter("x"), DuplicateChoice: protocollo.DuplicateDifferent}, protocollo.Invalid, "duplicateOf"},
		"an unknown choice": {clerk, station.RegisterCommand{Key: "k-1", Draft: letter("x"), DuplicateChoice: "boh"}, protocollo.Invalid, "duplicateChoice"},
		"a closed delivery": {clerk, station.RegisterCommand{Key: "k-1", Draft: with(func(d *protocollo.Draft) { d.DeliveryID = 9 })}, protocollo.NotFound, "delivery"},
		"a day to come":     {clerk, station.RegisterCommand{Key: "k-1", Draft: with(func(d *protocollo.Draft) { d.ArrivalDay = "2026-03-03" })}, protocollo.Invalid, "arrivalDay"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := o.s.Register(ctx, c.actor, c.cmd)
			wantClass(t, err, c.class, c.code)
		})
	}
	if len(o.registrar.calls) != 0 {
		t.Errorf("the register was called: %v", o.registrar.calls)
	}
}

func TestUnconfiguredStationRefusesToNumber(t *testing.T) {
	o := unconfigured(t)
	_, err := o.s.Register(t.Context(), clerk, station.RegisterCommand{Key: "key-0001", Draft: letter("x")})
	wantClass(t, err, protocollo.Stopped, "numbering-unset")
	if err := o.s.Recover(t.Context()); err != nil {
		t.Errorf("Recover on a fresh folder: %v", err)
	}
}

func TestSameKey(t *testing.T) {
	o := newOffice(t)
	d := letter("Richiesta")
	d.SenderRef.Protocol = "77/2026" // so that it is its own possible duplicate
	first := o.register("key-0001", d)
	again := o.register("key-0001", d)
	if again.Intake.ID != first.Intake.ID || again.Registration.Number != first.Registration.Number {
		t.Fatalf("the same request became %s and %s", first.Registration.Number, again.Registration.Number)
	}
	_, err := o.s.Register(t.Context(), clerk, station.RegisterCommand{Key: "key-0001", Draft: letter("Altro")})
	wantClass(t, err, protocollo.Conflict, "request-key")
}

func TestTwoTabsAtOnce(t *testing.T) {
	o := newOffice(t)
	var wg sync.WaitGroup
	numbers := make([]protocollo.Number, 8)
	for i := range numbers {
		wg.Go(func() {
			rec, err := o.s.Register(t.Context(), clerk, station.RegisterCommand{Key: "key-0001", Draft: letter("x")})
			if err == nil && rec.Registration != nil {
				numbers[i] = rec.Registration.Number
			}
		})
	}
	wg.Wait()
	for i, n := range numbers {
		if n != "0000001" {
			t.Errorf("tab %d got %q", i, n)
		}
	}
	if len(o.registrar.calls) != 1 {
		t.Errorf("the register was called %v", o.registrar.calls)
	}
}

func TestPossibleDuplicates(t *testing.T) {
	o := newOffice(t)
	d := letter("Fax")
	d.RaccomandataCode = "150123456789"
	first := o.register("key-0001", d)
	cmd := station.RegisterCommand{Key: "key-0002", Draft: d}
	_, err := o.s.Register(t.Context(), clerk, cmd)
	wantClass(t, err, protocollo.Conflict, "possible-duplicates")
	list, err := o.s.CheckDuplicates(t.Context(), clerk, d)
	if err != nil || len(list) != 1 || list[0].IntakeID != first.Intake.ID {
		t.Fatalf("duplicates %+v, %v", list, err)
	}
	cmd.DuplicateChoice, cmd.DuplicateOf = protocollo.DuplicateDifferent, first.Registration.ID
	rec, err := o.s.Register(t.Context(), clerk, cmd)
	if err != nil || rec.Registration.Number != "0000002" || rec.Intake.DuplicateChoice != protocollo.DuplicateDifferent {
		t.Fatalf("record %+v, %v", rec, err)
	}
}

// While numbers wait, what looks like the letter has none to name it by: it is named by its intake, and by its number once it has one.
func TestDuplicateOfALetterWithoutNumber(t *testing.T) {
	o := newOffice(t)
	o.registrar.always = away
	d := letter("Fax")
	d.RaccomandataCode = "150123456789"
	first, err := o.s.Register(t.Context(), clerk, station.RegisterCommand{Key: "key-0001", Draft: d})
	if err != nil || first.Registration != nil {
		t.Fatalf("record %+v, %v", first, err)
	}
	cmd := station.RegisterCommand{Key: "key-0002", Draft: d, DuplicateChoice: protocollo.DuplicateDifferent, DuplicateIntake: 99}
	_, err = o.s.Register(t.Context(), clerk, cmd)
	wantClass(t, err, protocollo.Invalid, "duplicateOf")
	cmd.DuplicateIntake = first.Intake.ID
	rec, err := o.s.Register(t.Context(), clerk, cmd)
	if err != nil || rec.Intake.DuplicateChoice != protocollo.DuplicateDifferent || rec.Intake.DuplicateOf != 0 {
		t.Fatalf("record %+v, %v", rec, err)
	}
	history, err := o.s.History(t.Context(), clerk, rec.Intake.ID)
	if err != nil || !strings.Contains(string(history[0].Detail), fmt.Sprintf(`"duplicateIntake":%d`, first.Intake.ID)) {
		t.Errorf("history %s, %v", history[0].Detail, err)
	}
	o.registrar.always = nil
	if err := o.s.DrainWaiting(t.Context()); err != nil {
		t.Fatal(err)
	}
	cmd.Key = "key-0003"
	if rec, err = o.s.Register(t.Context(), clerk, cmd); err != nil || rec.Intake.DuplicateOf != o.record(first.Intake.ID).Registration.ID {
		t.Errorf("record %+v, %v", rec, err)
	}
}

// TestLetterOfADelivery: letter 80 carries the delivery's instant, and a label of the day after says when it came in (R16.1).
func TestLetterOfADelivery(t *testing.T) {
	o := newOffice(t)
	delivery, err := o.s.OpenDelivery(t.Context(), clerk, protocollo.Delivery{Means: protocollo.MeansPost})
	if err != nil {
		t.Fatal(err)
	}
	o.clock.add(26 * time.Hour)
	d := letter("Della posta di ieri")
	d.DeliveryID = delivery.ID
	rec := o.register("key-0080", d)
	if !rec.Intake.ArrivedAt.Equal(delivery.OpenedAt) {
		t.Errorf("arrived at %s, the delivery at %s", rec.Intake.ArrivedAt, delivery.OpenedAt)
	}
	if got := rec.Registration.Segnatura.ArrivalDay; got != "2026-03-02" {
		t.Errorf("arrival day %q", got)
	}
}

func TestRegisterAwayThenDrained(t *testing.T) {
	o := newOffice(t)
	o.registrar.always = protocollo.Errorf(protocollo.Unavailable, "not-sent", "away")
	var recs []station.Record
	for i := range 3 {
		rec := o.register(fmt.Sprintf("key-000%d", i), letter("x"))
		if rec.Facets.Numbered || rec.Attempts[0].Outcome != protocollo.AttemptUnavailable {
			t.Fatalf("record %+v", rec)
		}
		recs = append(recs, rec)
	}
	if err := o.s.DrainWaiting(t.Context()); !errors.Is(err, protocollo.Unavailable) {
		t.Fatalf("DrainWaiting = %v, want Unavailable", err)
	}
	if h := o.s.Health(); h.State != station.HealthAway {
		t.Errorf("health %+v", h)
	}
	o.registrar.always = nil
	if err := o.s.DrainWaiting(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i, rec := range recs {
		if got, want := o.record(rec.Intake.ID).Registration.Number, protocollo.Number(fmt.Sprintf("000000%d", i+1)); got != want {
			t.Errorf("letter %d has %s, want %s: the order of arrival", i, got, want)
		}
	}
}

func TestRejectedWaitsForAPerson(t *testing.T) {
	o := newOffice(t)
	no := protocollo.Errorf(protocollo.Rejected, "x", "no")
	no.Words = "classifica inesistente"
	o.registrar.before = map[string]error{"Register": no}
	rec := o.register("key-0001", letter("x"))
	if a := rec.Attempts[0]; a.Outcome != protocollo.AttemptRejected || a.Words != no.Words {
		t.Fatalf("attempt %+v", a)
	}
	if err := o.s.DrainWaiting(t.Context()); err != nil {
		t.Fatal(err)
	}
	if rec := o.record(rec.Intake.ID); rec.Registration != nil || len(rec.Attempts) != 1 {
		t.Fatalf("a rejected letter was sent again: %+v", rec.Attempts)
	}
}

// TestOurErrorsAreNobodysWords: the clerk was shown «Risposta: «outcome-unknown (x): dial tcp…»», which nobody had answered.
func TestOurErrorsAreNobodysWords(t *testing.T) {
	for name, err := range map[string]error{
		"a classified one": protocollo.Errorf(protocollo.Rejected, "x", "no such office"), "a wrapped one": fmt.Errorf("call: %w", protocollo.Errorf(protocollo.Rejected, "x", "no")),
		"any": errors.New("dial tcp"),
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			o.registrar.always = err
			if a := o.register("key-0001", letter("x")).Attempts[0]; a.Words != "" || a.Outcome == protocollo.AttemptNumbered {
				t.Errorf("%v: %s with the words %q", err, a.Outcome, a.Words)
			}
		})
	}
}

// TestLostAnswer: the register has the number and its answer never came (R10.3, R17.3).
func TestLostAnswer(t *testing.T) {
	lost := protocollo.Errorf(protocollo.OutcomeUnknown, "x", "cut")
	t.Run("found by key", func(t *testing.T) {
		o := newOffice(t)
		o.registrar.after = map[string]error{"Register": lost}
		if rec := o.register("key-0001", letter("x")); rec.Registration == nil {
			t.Fatalf("record %+v", rec)
		}
		o.oneNumber("key-0001")
	})
	t.Run("no search", func(t *testing.T) {
		o := newOffice(t)
		o.registrar.caps.FindByKey = false
		o.registrar.after = map[string]error{"Register": lost}
		rec := o.register("key-0001", letter("x"))
		if rec.Registration != nil || rec.Attempts[0].Outcome != protocollo.AttemptUnknown {
			t.Fatalf("record %+v", rec)
		}
		for range 3 { // neither the queue, nor the clerk, nor the same request sends it again
			if err := o.s.DrainWaiting(t.Context()); err != nil {
				t.Fatal(err)
			}
			if _, err := o.s.RetryNumber(t.Context(), clerk, rec.Intake.ID); err != nil {
				t.Fatal(err)
			}
			o.register("key-0001", letter("x"))
		}
		if len(o.registrar.calls) != 1 {
			t.Fatalf("calls %v", o.registrar.calls)
		}
	})
	t.Run("not found proves nothing while the call may run", func(t *testing.T) {
		o := newOffice(t)
		o.registrar.caps.Local = false
		o.registrar.before = map[string]error{"Register": lost} // nothing happened, but nobody can know
		rec := o.register("key-0001", letter("x"))
		if rec.Attempts[0].Outcome != protocollo.AttemptUnknown {
			t.Fatalf("attempts %+v", rec.Attempts)
		}
		if err := o.s.DrainWaiting(t.Context()); err != nil {
			t.Fatal(err)
		}
		if rec = o.record(rec.Intake.ID); rec.Registration != nil || len(rec.Attempts) != 1 {
			t.Fatalf("sent again too early: %+v", rec.Attempts)
		}
		o.clock.add(6 * time.Minute)
		if err := o.s.DrainWaiting(t.Context()); err != nil {
			t.Fatal(err)
		}
		rec = o.record(rec.Intake.ID)
		if rec.Registration == nil || rec.Attempts[0].Outcome != protocollo.AttemptAbsent {
			t.Fatalf("record %+v", rec)
		}
		o.oneNumber("key-0001")
	})
}

// TestCallerThatGoesAwayStopsNothing: once the intake is durable, the browser's end ends nothing.
func TestCallerThatGoesAwayStopsNothing(t *testing.T) {
	o := newOffice(t)
	ctx, cancel := context.WithCancel(t.Context())
	o.start(func(c *station.Config) { c.Intakes = cancelling{o.db, cancel} })
	rec, err := o.s.Register(ctx, clerk, station.RegisterCommand{Key: "key-0001", Draft: letter("x")})
	if err != nil || rec.Registration == nil {
		if again := o.register("key-0001", letter("x")); again.Registration == nil {
			t.Fatalf("the letter has no number: %v", err)
		}
	}
	o.oneNumber("key-0001")
}

// cancelling cancels the request as soon as the intake is durable.
type cancelling struct {
	station.IntakeStore
	cancel context.CancelFunc
}

func (c cancelling) RecordIntake(ctx context.Context, in station.NewIntake) (station.RecordedIntake, error) {
	defer c.cancel()
	return c.IntakeStore.RecordIntake(ctx, in)
}

// oneNumber is the whole-state check: the key has exactly one number in the register, one registration here, and they agree.
func (o *office) oneNumber(key string) station.Record {
	o.t.Helper()
	receipt, found, err := o.db.FindNumber(o.t.Context(), key)
	if err != nil || !found {
		o.t.Fatalf("the register has no number for %s: %v", key, err)
	}
	res, err := o.s.Search(o.t.Context(), boss, station.Query{})
	if err != nil {
		o.t.Fatal(err)
	}
	var mine []station.Record
	for _, r := range res.Hits {
		if r.Intake.Key == key {
			mine = append(mine, r)
		}
	}
	if len(mine) != 1 || mine[0].Registration == nil || mine[0].Registration.Number != receipt.Number {
		o.t.Fatalf("%d intakes of %s, want one with number %s: %+v", len(mine), key, receipt.Number, mine)
	}
	next, err := o.s.Register(o.t.Context(), clerk, station.RegisterCommand{Key: "next-" + key, Draft: letter("il seguente")})
	if err != nil || next.Registration == nil {
		o.t.Fatalf("the next letter: %+v, %v", next, err)
	}
	got, _ := next.Registration.Number.Int()
	want, _ := receipt.Number.Int()
	if got != want+1 {
		o.t.Fatalf("the next number is %d, want %d: a number was taken twice for one letter", got, want+1)
	}
	return mine[0]
}

// faulty fails one call of a store's method before it does anything, or after it persisted.
type faulty struct {
	station.IntakeStore
	method string
	after  bool
	done   bool
}

var errDisk = errors.New("disk I/O error")

func (f *faulty) strike(method string, after bool) error {
	if f.method != method || f.after != after || f.done {
		return nil
	}
	f.done = true
	return errDisk
}

func (f *faulty) RecordIntake(ctx context.Context, in station.NewIntake) (station.RecordedIntake, error) {
	if err := f.strike("RecordIntake", false); err != nil {
		return station.RecordedIntake{}, err
	}
	r, err := f.IntakeStore.RecordIntake(ctx, in)
	if err == nil {
		err = f.strike("RecordIntake", true)
	}
	return r, err
}

func (f *faulty) BeginAttempt(ctx context.Context, id int64, connector string) (station.PendingAttempt, error) {
	if err := f.strike("BeginAttempt", false); err != nil {
		return station.PendingAttempt{}, err
	}
	a, err := f.IntakeStore.BeginAttempt(ctx, id, connector)
	if err == nil {
		err = f.strike("BeginAttempt", true)
	}
	return a, err
}

func (f *faulty) SettleAttempt(ctx context.Context, id int64, o protocollo.AttemptOutcome, words string) error {
	if err := f.strike("SettleAttempt", false); err != nil {
		return err
	}
	if err := f.IntakeStore.SettleAttempt(ctx, id, o, words); err != nil {
		return err
	}
	return f.strike("SettleAttempt", true)
}

func (f *faulty) ConfirmNumber(ctx context.Context, id int64, r protocollo.Receipt, s protocollo.Segnatura) (protocollo.Registration, error) {
	if err := f.strike("ConfirmNumber", false); err != nil {
		return protocollo.Registration{}, err
	}
	reg, err := f.IntakeStore.ConfirmNumber(ctx, id, r, s)
	if err == nil {
		err = f.strike("ConfirmNumber", true)
	}
	return reg, err
}

// TestEveryStepFails: each step of a registration fails before, or after it persisted; the process dies; another one recovers. In
// every case the letter ends with exactly one number, whether the clerk asks again or only the queue does (laws 1 and 2).
func TestEveryStepFails(t *testing.T) {
	unknown := protocollo.Errorf(protocollo.OutcomeUnknown, "x", "cut")
	away := protocollo.Errorf(protocollo.Unavailable, "x", "away")
	// What the register does at the first call decides which steps follow, and so which can fail; "" is none.
	for _, course := range []struct {
		name    string
		behave  func(*registrar)
		methods []string
	}{
		{"well", func(*registrar) {}, []string{"", "RecordIntake", "ConfirmNumber"}},
		{"away", func(g *registrar) { g.before = map[string]error{"Register": away} }, []string{"", "SettleAttempt"}},
		{"lost before", func(g *registrar) { g.before = map[string]error{"Register": unknown} },
			[]string{"", "SettleAttempt", "BeginAttempt", "ConfirmNumber"}},
		{"lost after", func(g *registrar) { g.after = map[string]error{"Register": unknown} }, []string{"", "ConfirmNumber"}},
		{"lost, find away", func(g *registrar) {
			g.after, g.before = map[string]error{"Register": unknown}, map[string]error{"Find": away}
		}, []string{"", "SettleAttempt"}},
	} {
		for _, method := range course.methods {
			for _, after := range []bool{false, true} {
				for _, asksAgain := range []bool{false, true} {
					if method == "" && after {
						continue
					}
					t.Run(fmt.Sprintf("%s/%s/after=%t/again=%t", course.name, method, after, asksAgain), func(t *testing.T) {
						t.Parallel()
						stepFails(t, course.behave, method, after, asksAgain)
					})
				}
			}
		}
	}
}

func stepFails(t *testing.T, behave func(*registrar), method string, after, asksAgain bool) {
	o := newOffice(t)
	behave(o.registrar)
	f := &faulty{IntakeStore: o.db, method: method, after: after}
	o.start(func(c *station.Config) { c.Intakes = f })
	cmd := station.RegisterCommand{Key: "key-0001", Draft: letter("x")}
	_, err := o.s.Register(t.Context(), clerk, cmd)
	if f.done != (method != "") {
		t.Fatalf("%s struck: %t", method, f.done)
	}
	if f.done && !errors.Is(err, errDisk) {
		t.Fatalf("Register = %v, want the disk's error", err)
	}
	o.restart()
	for range 2 { // recovery may run again
		if err := o.s.Recover(t.Context()); err != nil {
			t.Fatalf("Recover: %v", err)
		}
	}
	if method == "RecordIntake" && !after || asksAgain {
		if _, err := o.s.Register(t.Context(), clerk, cmd); err != nil {
			t.Fatalf("the same request again: %v", err)
		}
	}
	if err := o.s.DrainWaiting(t.Context()); err != nil {
		t.Fatalf("DrainWaiting: %v", err)
	}
	o.oneNumber("key-0001")
}

// TestAnnul: of the Responsabile alone, with reason and act; the data stay, and no label is printed any more.
func TestAnnul(t *testing.T) {
	o := newOffice(t)
	rec := o.register("key-0001", letter("Da annullare"))
	order := annulOrder(rec)
	_, err := o.s.RequestCorrection(t.Context(), clerk, order)
	wantClass(t, err, protocollo.Forbidden, "decide")
	for field, spoil := range map[string]func(*station.CorrectionAsk){
		"reason":    func(a *station.CorrectionAsk) { a.Reason = "  " },
		"actNumber": func(a *station.CorrectionAsk) { a.ActNumber = "" },
		"actDay":    func(a *station.CorrectionAsk) { a.ActDay = "" },
	} {
		broken := order
		spoil(&broken)
		_, err := o.s.RequestCorrection(t.Context(), boss, broken)
		wantClass(t, err, protocollo.Invalid, field)
	}
	for range 2 { // the same again is no error
		o.annul(rec)
	}
	if got := o.record(rec.Intake.ID); !got.Facets.Annulled || got.Annulment.By != "resp" || got.Intake.Draft.Subject != "Da annullare" {
		t.Fatalf("record %+v", got)
	}
	_, err = o.s.PrintLabel(t.Context(), clerk, rec.Registration.ID, o.printer, protocollo.ReprintNone)
	wantClass(t, err, protocollo.Conflict, "annulled")
}
