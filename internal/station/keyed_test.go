package station_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"segnatura/internal/central/manual"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// manualOffice is a desk whose numbers are read on another screen.
func manualOffice(t *testing.T) *office {
	o := newOffice(t)
	o.manual(nil)
	return o
}

func (o *office) manual(change func(*station.Config)) {
	o.start(func(c *station.Config) {
		c.Registrar, c.Setup = manual.New(o.db), chose{o.db, manual.Name}
		if change != nil {
			change(c)
		}
	})
}

func typed(number string) station.KeyNumberCommand {
	return station.KeyNumberCommand{Number: number, Again: number, Day: "2026-03-02"}
}

func (o *office) key(rec station.Record, cmd station.KeyNumberCommand) (station.Record, error) {
	return o.s.KeyNumber(o.t.Context(), clerk, rec.Intake.ID, cmd)
}

// TestKeyNumber: a letter waits until its number is keyed in, and then is registered as any; the same again is no error.
func TestKeyNumber(t *testing.T) {
	o := manualOffice(t)
	rec := o.register("chiave-a", letter("Letta altrove"))
	if rec.Registration != nil || rec.Attempts[0].Outcome != protocollo.AttemptUnavailable {
		t.Fatalf("record %+v", rec)
	}
	for range 2 {
		got, err := o.key(rec, station.KeyNumberCommand{Number: " 4711 ", Again: "0004711", Day: "2026-03-02"})
		if err != nil {
			t.Fatal(err)
		}
		r := got.Registration
		if r == nil || r.Number != "0004711" || r.Day != "2026-03-02" || r.Key.Register != "PG" || r.Connector != manual.Name || r.Segnatura.Number != "0004711" {
			t.Fatalf("registration %+v", r)
		}
		if len(got.Attempts) != 2 || got.Attempts[1].Outcome != protocollo.AttemptNumbered {
			t.Fatalf("attempts %+v", got.Attempts)
		}
	}
	_, err := o.key(rec, typed("4712"))
	wantClass(t, err, protocollo.Conflict, "numbered")
	_, err = o.key(o.register("chiave-b", letter("Altra")), typed("4711"))
	wantClass(t, err, protocollo.Conflict, "number-taken")
}

// TestNoNumberIsKeyedElsewhere: where a connector is asked for numbers, none comes from a keyboard (R1.4).
func TestNoNumberIsKeyedElsewhere(t *testing.T) {
	o := newOffice(t)
	rec := o.register("chiave-a", letter("Numerata"))
	_, err := o.key(rec, typed("4711"))
	wantClass(t, err, protocollo.Conflict, "not-keyed")
}

func TestKeyNumberRefuses(t *testing.T) {
	o := manualOffice(t)
	rec := o.register("chiave-a", letter("Letta altrove"))
	for name, c := range map[string]struct {
		cmd  station.KeyNumberCommand
		code string
	}{
		"two numbers":     {station.KeyNumberCommand{Number: "4711", Again: "4771", Day: "2026-03-02"}, "again"},
		"typed once":      {station.KeyNumberCommand{Number: "4711", Day: "2026-03-02"}, "again"},
		"none":            {station.KeyNumberCommand{Day: "2026-03-02"}, "number"},
		"zero":            {station.KeyNumberCommand{Number: "0", Again: "0", Day: "2026-03-02"}, "number"},
		"with its year":   {station.KeyNumberCommand{Number: "4711/2026", Again: "4711/2026", Day: "2026-03-02"}, "number"},
		"tomorrow":        {station.KeyNumberCommand{Number: "4711", Again: "4711", Day: "2026-03-03"}, "day"},
		"no day":          {station.KeyNumberCommand{Number: "4711", Again: "4711"}, "day"},
		"a day like none": {station.KeyNumberCommand{Number: "4711", Again: "4711", Day: "02/03/2026"}, "day"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := o.key(rec, c.cmd)
			wantClass(t, err, protocollo.Invalid, c.code)
		})
	}
	if got := o.record(rec.Intake.ID); got.Registration != nil || len(got.Attempts) != 1 {
		t.Fatalf("record %+v", got)
	}
	_, err := o.s.KeyNumber(t.Context(), alien, rec.Intake.ID, typed("4711"))
	wantClass(t, err, protocollo.NotFound, "")
}

// TestKeyNumberAsksOnce: what is implausible is asked about, and taken when the person confirms it.
func TestKeyNumberAsksOnce(t *testing.T) {
	for name, c := range map[string]struct {
		day    protocollo.Day
		number string
		doubt  string
	}{
		"the next one":                   {"2026-03-04", "4712", ""},
		"somewhat later":                 {"2026-03-04", "5711", ""},
		"far above":                      {"2026-03-04", "5712", station.DoubtFar},
		"an earlier one of the same day": {"2026-03-03", "4700", ""},
		"far below on the same day":      {"2026-03-03", "711", station.DoubtFar},
		"below, of a later day":          {"2026-03-04", "4710", station.DoubtEarlier},
		"before the letter came":         {"2026-03-01", "4600", station.DoubtArrival},
	} {
		t.Run(name, func(t *testing.T) {
			o := manualOffice(t)
			rec := o.register("chiave-a", letter("Prima"))
			o.clock.add(48 * time.Hour)
			first := typed("4711")
			first.Day = "2026-03-03"
			if _, err := o.key(rec, first); err != nil {
				t.Fatal(err)
			}
			second := letter("Seconda")
			second.ArrivalDay, second.ArrivalDayReason = "2026-03-02", "trovata"
			rec = o.register("chiave-b", second)
			cmd := station.KeyNumberCommand{Number: c.number, Again: c.number, Day: c.day}
			_, err := o.key(rec, cmd)
			if c.doubt == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			wantClass(t, err, protocollo.Conflict, c.doubt)
			if o.record(rec.Intake.ID).Registration != nil {
				t.Fatal("numbered before it was confirmed")
			}
			cmd.Confirmed = true
			if got, err := o.key(rec, cmd); err != nil || got.Registration == nil {
				t.Fatalf("confirmed: %+v, %v", got.Registration, err)
			}
		})
	}
}

// confirmFails loses the transaction that makes the registration, once.
type confirmFails struct {
	station.IntakeStore
	left int
}

func (c *confirmFails) ConfirmNumber(ctx context.Context, id int64, r protocollo.Receipt, s protocollo.Segnatura) (protocollo.Registration, error) {
	if c.left--; c.left >= 0 {
		return protocollo.Registration{}, errors.New("the power is gone")
	}
	return c.IntakeStore.ConfirmNumber(ctx, id, r, s)
}

// TestKeyedAndNotConfirmed: a number that was keyed in before a crash is confirmed by the next start, or by the same command again; the
// letters that nobody keyed a number for are not asked about.
func TestKeyedAndNotConfirmed(t *testing.T) {
	for name, finish := range map[string]func(o *office, rec station.Record) error{
		"the next round":   func(o *office, _ station.Record) error { return o.s.DrainWaiting(o.t.Context()) },
		"the same command": func(o *office, rec station.Record) error { _, err := o.key(rec, typed("4711")); return err },
	} {
		t.Run(name, func(t *testing.T) {
			o := manualOffice(t)
			waiting := o.register("chiave-w", letter("In attesa"))
			o.manual(func(c *station.Config) { c.Intakes = &confirmFails{IntakeStore: o.db, left: 1} })
			rec := o.register("chiave-a", letter("Letta altrove"))
			if _, err := o.key(rec, typed("4711")); err == nil {
				t.Fatal("no error from a transaction that failed")
			}
			o.manual(nil)
			if err := finish(o, rec); err != nil {
				t.Fatal(err)
			}
			if r := o.record(rec.Intake.ID).Registration; r == nil || r.Number != "0004711" {
				t.Fatalf("registration %+v", r)
			}
			if got := o.record(waiting.Intake.ID); got.Registration != nil || len(got.Attempts) != 1 {
				t.Fatalf("a letter that waits for a person was asked about: %+v", got.Attempts)
			}
		})
	}
}

// TestKeyedWithoutAttempt: the crash came between the keyed number and the attempt.
func TestKeyedWithoutAttempt(t *testing.T) {
	o := manualOffice(t)
	rec := o.register("chiave-a", letter("Letta altrove"))
	n := station.KeyedNumber{RequestKey: rec.Intake.Key, Number: "0004711", Day: "2026-03-02",
		Register: protocollo.RegisterKey{Amministrazione: "c_a000", AOO: "AOO1", Register: "PG", Year: 2026}}
	if err := o.db.KeyNumber(t.Context(), clerk, n); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := o.s.DrainWaiting(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got := o.record(rec.Intake.ID); got.Registration == nil || got.Registration.Number != "0004711" || len(got.Attempts) != 2 {
		t.Fatalf("record %+v", got)
	}
	if h := o.s.Health(); h.State != station.HealthUntried {
		t.Fatalf("health %+v of a system that nobody calls", h)
	}
}

// TestEmergencyRowIsKeyed: a row of the emergency register gets its ordinary number from the keyboard, once the register is closed; rows
// that nobody keyed a number for hold up neither it nor the rounds.
func TestEmergencyRowIsKeyed(t *testing.T) {
	o := manualOffice(t)
	ctx := t.Context()
	e := o.openRegister(o.opening())
	first, second := o.register("chiave-a", letter("Prima")), o.register("chiave-b", letter("Seconda"))
	_, err := o.key(second, typed("4712"))
	wantClass(t, err, protocollo.Conflict, "emergency-open")
	o.revoke(o.closeRegister(e))
	told := len(o.events.of(station.EventEmergency))
	if err := o.s.DrainWaiting(ctx); err != nil {
		t.Fatalf("a round while a person is awaited: %v", err)
	}
	if got := o.record(first.Intake.ID); len(got.Attempts) != 1 {
		t.Fatalf("asked for: %+v", got.Attempts)
	}
	if n := len(o.events.of(station.EventEmergency)); n != told {
		t.Errorf("the screens were told %d times of nothing", n-told)
	}
	for rec, number := range map[*station.Record]protocollo.Number{&second: "0004712", &first: "0000001"} { // one like its emergency number
		for range 2 {
			cmd := typed(string(number))
			cmd.Confirmed = true
			got, err := o.key(*rec, cmd)
			if err != nil || got.Registration.Recovery == nil || got.Registration.Recovery.Number != number {
				t.Fatalf("keyed %s: %+v, %v", number, got.Registration, err)
			}
		}
		_, err := o.key(*rec, typed("4719"))
		wantClass(t, err, protocollo.Conflict, "numbered")
	}
	o.clean()
}

// TestAnnulledRowIsNotKeyed: no ordinary number comes to a row that is annulled.
func TestAnnulledRowIsNotKeyed(t *testing.T) {
	o := manualOffice(t)
	e := o.openRegister(o.opening())
	rec := o.register("chiave-a", letter("Doppia"))
	o.closeRegister(e)
	o.annul(rec)
	_, err := o.key(rec, typed("4711"))
	wantClass(t, err, protocollo.Conflict, "annulled")
}

// TestRefusalFound: an answer that came later and is a refusal ends the attempt, and the letter is rejected in the other side's words.
func TestRefusalFound(t *testing.T) {
	o := newOffice(t)
	o.registrar.caps = protocollo.Capabilities{FindByKey: true, Deferred: true}
	g := &declining{registrar: o.registrar}
	o.start(func(c *station.Config) { c.Registrar = g })
	rec := o.register("chiave-a", letter("In attesa della risposta"))
	if out := rec.Attempts[0].Outcome; out != protocollo.AttemptUnknown {
		t.Fatalf("outcome %q", out)
	}
	o.clock.add(time.Hour)
	if err := o.s.DrainWaiting(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := o.record(rec.Intake.ID); len(got.Attempts) != 1 {
		t.Fatalf("asked again: %+v", got.Attempts)
	}
	g.refused = true
	if err := o.s.DrainWaiting(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := o.record(rec.Intake.ID)
	if n := len(got.Attempts); n != 2 || got.Attempts[0].Outcome != protocollo.AttemptAbsent || got.Attempts[1].Outcome != protocollo.AttemptRejected ||
		got.Attempts[1].Words != "manca la classifica" {
		t.Fatalf("attempts %+v", got.Attempts)
	}
}

// declining answers later, with a no.
type declining struct {
	*registrar
	refused bool
}

func (g *declining) answer() error {
	if g.refused {
		return &protocollo.Error{Class: protocollo.Rejected, Code: "refused", Words: "manca la classifica"}
	}
	return nil
}

func (g *declining) Register(context.Context, protocollo.RegisterRequest) (protocollo.Receipt, error) {
	if err := g.answer(); err != nil {
		return protocollo.Receipt{}, err
	}
	return protocollo.Receipt{}, protocollo.Errorf(protocollo.OutcomeUnknown, "awaits-answer", "not answered yet")
}

func (g *declining) Find(context.Context, protocollo.AOOCode, string) (protocollo.Receipt, bool, error) {
	return protocollo.Receipt{}, false, g.answer()
}
