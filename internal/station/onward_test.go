package station_test

import (
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// exitOf is the exit by which a letter for others goes on.
func exitOf(entry station.Record) protocollo.Draft {
	d := letter(entry.Intake.Draft.Subject)
	goesOut(&d)
	circumstance(protocollo.OpenedByMistake, &entry, 0, 0)(&d)
	return d
}

// entry reads a letter again, with the requests about it, newest first.
func (o *office) entry(rec station.Record) (station.Record, []station.CorrectionView) {
	o.t.Helper()
	list, err := o.s.Corrections(o.t.Context(), boss, rec.Intake.ID, false, 0)
	if err != nil {
		o.t.Fatal(err)
	}
	return o.record(rec.Intake.ID), list
}

// TestRegisteredAndThenForOthers: the exit is the act (R1.11). Before it nothing changes; with it the entry's subject says so, on the Responsabile's word
// where another registers; both are linked; one paper leaves once.
func TestRegisteredAndThenForOthers(t *testing.T) {
	ctx := t.Context()
	o := newOffice(t)
	entry := o.register("key-0001", letter("Ricorso"))
	if n, err := o.s.Onward(ctx, clerk, entry); err != nil || *n != (station.Onward{Field: protocollo.FieldSubject, Road: station.RoadHere, Asks: true}) {
		t.Fatalf("offered to the clerk: %+v, %v", n, err)
	}
	if now, list := o.entry(entry); now.Intake.Draft.Subject != "Ricorso" || len(list) != 0 {
		t.Fatalf("before the exit: %q, %v", now.Intake.Draft.Subject, list)
	}
	exit := o.register("key-0002", exitOf(entry))
	if got := exit.Registration.Segnatura.Subject; got != "Ricorso – PERVENUTO PER ERRORE" {
		t.Errorf("the exit's subject is %q", got)
	}
	now, list := o.entry(entry)
	if len(list) != 1 || list[0].State != protocollo.StateAsked || list[0].Cause != protocollo.CauseWrongRecipient || list[0].LinkedID != exit.Registration.ID || list[0].By != clerk.User {
		t.Fatalf("asked: %+v", list)
	}
	if now.Intake.Draft.Subject != "Ricorso" || len(now.Related) != 1 || now.Related[0] != exit.Registration.ID {
		t.Errorf("the entry reads %q, related %v", now.Intake.Draft.Subject, now.Related)
	}
	o.register("key-0002", exitOf(entry)) // the same again
	if err := o.s.CarryCorrections(ctx); err != nil {
		t.Fatal(err)
	}
	if _, list := o.entry(entry); len(list) != 1 {
		t.Errorf("asked %d times", len(list))
	}
	_, err := o.s.Register(ctx, clerk, station.RegisterCommand{Key: "key-0003", Draft: exitOf(entry)})
	wantClass(t, err, protocollo.Conflict, "sent-on")
	o.answers(boss, list[0], station.CorrectionAnswer{Choice: station.AnswerAuthorise}, protocollo.StateDone)
	now, _ = o.entry(entry)
	if now.Intake.Draft.Subject != "Ricorso – PERVENUTO PER ERRORE" || now.Registration.Number != entry.Registration.Number || now.Registration.Segnatura.Subject != "Ricorso" {
		t.Errorf("authorised it reads %q, number %s, frozen %q", now.Intake.Draft.Subject, now.Registration.Number, now.Registration.Segnatura.Subject)
	}
	if n, err := o.s.Onward(ctx, clerk, now); err != nil || !n.Said {
		t.Errorf("what says so already: %+v, %v", n, err)
	}
	out := exitOf(exit)
	_, err = o.s.Register(ctx, clerk, station.RegisterCommand{Key: "key-0004", Draft: out})
	wantClass(t, err, protocollo.Invalid, "circumstance.of")
	if n, err := o.s.Onward(ctx, clerk, exit); err != nil || n != nil {
		t.Errorf("of what goes out: %+v, %v", n, err)
	}
}

// TestAnExitThatIsAnnulledIsNone: the letter may be sent on again.
func TestAnExitThatIsAnnulledIsNone(t *testing.T) {
	o := newOffice(t)
	entry := o.register("key-0001", letter("Ricorso"))
	o.annul(o.register("key-0002", exitOf(entry)))
	o.register("key-0003", exitOf(entry))
}

// TestWhoSaysThatALetterWasForOthers: by the Responsabile's own exit at once; with an act to be named, or where whole registrations alone are annulled, by
// the road that is the rule there.
func TestWhoSaysThatALetterWasForOthers(t *testing.T) {
	for _, c := range []struct {
		name    string
		actor   protocollo.Actor
		policy  protocollo.CorrectionPolicy
		subject string
		note    string
		state   protocollo.CorrectionState
	}{
		{"the Responsabile", boss, protocollo.CorrectionPolicy{}, "Ricorso – PERVENUTO PER ERRORE", "", protocollo.StateDone},
		{"the Responsabile, who has to name an act", boss, protocollo.CorrectionPolicy{ActForFields: true}, "Ricorso", "", protocollo.StateAsked},
		{"a clerk where no datum is corrected", clerk, protocollo.CorrectionPolicy{WholeOnly: true}, "Ricorso", "PERVENUTO PER ERRORE", protocollo.StateDone},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := newOffice(t)
			p, err := o.s.Policies(t.Context(), boss)
			if err != nil {
				t.Fatal(err)
			}
			p.Corrections = &c.policy
			if _, err := o.s.SavePolicies(t.Context(), boss, p); err != nil {
				t.Fatal(err)
			}
			entry := o.register("key-0001", letter("Ricorso"))
			if _, err := o.s.Register(t.Context(), c.actor, station.RegisterCommand{Key: "key-0002", Draft: exitOf(entry)}); err != nil {
				t.Fatal(err)
			}
			now, list := o.entry(entry)
			if d := now.Intake.Draft; len(list) != 1 || list[0].State != c.state || d.Subject != c.subject || d.Note != c.note {
				t.Errorf("it reads %q, %q; %+v", d.Subject, d.Note, list)
			}
		})
	}
}

// TestAnExitWhoseNumberCameLater: the centre was away when it was registered; the entry is asked about when the number is there, once, also where the
// station stopped in between.
func TestAnExitWhoseNumberCameLater(t *testing.T) {
	ctx := t.Context()
	o := newOffice(t)
	entry := o.register("key-0001", letter("Ricorso"))
	o.registrar.always = protocollo.Errorf(protocollo.Unavailable, "x", "away")
	if exit := o.register("key-0002", exitOf(entry)); exit.Registration != nil {
		t.Fatal("it has a number")
	}
	_, err := o.s.Register(ctx, clerk, station.RegisterCommand{Key: "key-0003", Draft: exitOf(entry)})
	wantClass(t, err, protocollo.Conflict, "sent-on") // it waits, and is one all the same
	if _, list := o.entry(entry); len(list) != 0 {
		t.Fatalf("asked before the exit has its number: %+v", list)
	}
	o.registrar.always = nil
	if err := o.s.DrainWaiting(ctx); err != nil {
		t.Fatal(err)
	}
	o.restart()
	for range 2 {
		if err := o.s.CarryCorrections(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if _, list := o.entry(entry); len(list) != 1 || list[0].By != clerk.User || list[0].State != protocollo.StateAsked || list[0].Cause != protocollo.CauseWrongRecipient {
		t.Errorf("asked: %+v", list)
	}
}
