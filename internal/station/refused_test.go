package station_test

import (
	"errors"
	"slices"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// refusedLetter is a letter that the centre refused, and the command that corrects it.
func refusedLetter(t *testing.T) (*office, int64, station.CorrectCommand) {
	t.Helper()
	o := newOffice(t)
	refusal := protocollo.Errorf(protocollo.Rejected, "classifica", "refused")
	refusal.Words = "classifica inesistente"
	o.registrar.before = map[string]error{"Register": refusal}
	rec := o.register("key-0001", letter("Rifiutata"))
	cmd := station.CorrectCommand{Attempt: 1, Draft: rec.Intake.Draft}
	cmd.Draft.Subject = "Corretta"
	return o, rec.Intake.ID, cmd
}

func calls(o *office) int {
	return len(slices.DeleteFunc(slices.Clone(o.registrar.calls), func(c string) bool { return c != "Register" }))
}

// A letter that the centre refused is corrected and asked for with the corrected draft, once, whatever is repeated: the number's label says it.
func TestARefusedLetterIsCorrected(t *testing.T) {
	o, id, cmd := refusedLetter(t)
	for range 2 {
		rec, left, err := o.s.CorrectRefused(t.Context(), clerk, id, cmd)
		if err != nil || left != nil || rec.Registration == nil || rec.Registration.Segnatura.Subject != "Corretta" || rec.Intake.Edition != 1 {
			t.Fatalf("corrected: %+v, %v, %v", rec, left, err)
		}
	}
	if calls(o) != 2 {
		t.Errorf("calls %v", o.registrar.calls)
	}
	cmd.Draft.Subject = "Altra"
	_, _, err := o.s.CorrectRefused(t.Context(), clerk, id, cmd)
	wantClass(t, err, protocollo.Conflict, "numbered")
	_, _, err = o.s.CorrectRefused(t.Context(), protocollo.Actor{User: "rita", AOO: clerk.AOO, Roles: []protocollo.Role{protocollo.RoleReader}}, id, cmd)
	wantClass(t, err, protocollo.Forbidden, string(protocollo.ActRegister))
	o.clean()
}

// R1.16 holds also of what is corrected: nobody gets a number for a medium by the back door, and its note says how it was presented, once.
func TestARefusedLetterThatBecomesARemovableMediumIsAskedAbout(t *testing.T) {
	o, id, cmd := refusedLetter(t)
	cmd.Draft.Support = protocollo.SupportMedia
	_, _, err := o.s.CorrectRefused(t.Context(), clerk, id, cmd)
	wantClass(t, err, protocollo.Invalid, "presentation")
	if calls(o) != 1 {
		t.Errorf("calls %v", o.registrar.calls)
	}
	cmd.Draft.Presentation = protocollo.PresentedBySheet
	for range 2 {
		rec, left, err := o.s.CorrectRefused(t.Context(), clerk, id, cmd)
		if err != nil || left != nil || rec.Registration == nil || rec.Intake.Draft.Note != "Supporto rimovibile con documento autografo di presentazione" {
			t.Fatalf("corrected: %+v, %v, %v", rec.Intake.Draft, left, err)
		}
	}
	o.clean()
}

// The answer to the corrected letter is lost: it may have a number, and cannot be corrected again (R17.2); it is looked up under the same key.
func TestACorrectedLetterWithoutAnswerIsLookedUp(t *testing.T) {
	o, id, cmd := refusedLetter(t)
	o.registrar.after = map[string]error{"Register": errors.New("the answer was lost")}
	o.registrar.before = map[string]error{"Find": errors.New("reset")}
	rec, left, err := o.s.CorrectRefused(t.Context(), clerk, id, cmd)
	if err != nil || left != nil || rec.Attempts[1].Outcome != protocollo.AttemptUnknown || rec.Attempts[1].Key != rec.Intake.Key {
		t.Fatalf("no answer: %+v, %v, %v", rec.Attempts, left, err)
	}
	o.registrar.before = map[string]error{"Find": errors.New("reset")}
	again := cmd
	again.Attempt, again.Draft.Subject = 2, "Corretta di nuovo"
	_, _, err = o.s.CorrectRefused(t.Context(), clerk, id, again)
	wantClass(t, err, protocollo.Conflict, "not-refused")
	_, err = o.s.CloseRefused(t.Context(), boss, protocollo.IntakeClosing{IntakeID: id, Reason: "x"})
	wantClass(t, err, protocollo.Conflict, "not-refused")
	o.registrar.before = nil
	rec, _, err = o.s.CorrectRefused(t.Context(), clerk, id, cmd) // the command whose answer was lost
	if err != nil || rec.Registration == nil || rec.Registration.Segnatura.Subject != "Corretta" || calls(o) != 2 {
		t.Fatalf("looked up: %+v, %v, calls %v", rec.Registration, err, o.registrar.calls)
	}
	o.clean()
}

// While the emergency register is open nobody is asked: the correction stands, and the row that the letter is moved to bears it.
func TestACorrectionStandsInEmergency(t *testing.T) {
	o, id, cmd := refusedLetter(t)
	o.openRegister(o.opening())
	rec, left, err := o.s.CorrectRefused(t.Context(), clerk, id, cmd)
	wantClass(t, left, protocollo.Conflict, "emergency-open")
	if err != nil || rec.Intake.Draft.Subject != "Corretta" || calls(o) != 1 {
		t.Fatalf("corrected: %+v, %v", rec, err)
	}
	if res, err := o.s.MoveToEmergency(t.Context(), boss, []int64{id}, ""); err != nil || res.Moved != 1 {
		t.Fatalf("moved %+v, %v", res, err)
	}
	if reg := o.record(id).Registration; !reg.Emergency() || reg.Segnatura.Subject != "Corretta" {
		t.Errorf("the row bears %+v", reg.Segnatura)
	}
	o.clean()
}

// What was closed is asked for by nobody: not by hand, not by the queue.
func TestAClosedLetterIsNotAskedFor(t *testing.T) {
	o, id, cmd := refusedLetter(t)
	closing := protocollo.IntakeClosing{IntakeID: id, Reason: "registrata di nuovo"}
	_, err := o.s.CloseRefused(t.Context(), clerk, closing)
	wantClass(t, err, protocollo.Forbidden, "close-unreplaced")
	instead := o.register("key-0002", letter("Al suo posto"))
	closing.RegistrationID = instead.Registration.ID
	for range 2 {
		if rec, err := o.s.CloseRefused(t.Context(), clerk, closing); err != nil || rec.Closing == nil || rec.Closing.By != clerk.User {
			t.Fatalf("closed: %+v, %v", rec.Closing, err)
		}
	}
	n := calls(o)
	_, err = o.s.AskRefusedAgain(t.Context(), clerk, id, "riaperta")
	wantClass(t, err, protocollo.Conflict, "closed")
	_, _, err = o.s.CorrectRefused(t.Context(), clerk, id, cmd)
	wantClass(t, err, protocollo.Conflict, "closed")
	if err := o.s.DrainWaiting(t.Context()); err != nil || calls(o) != n {
		t.Errorf("drained: %v, calls %v", err, o.registrar.calls)
	}
	o.clean()
}
