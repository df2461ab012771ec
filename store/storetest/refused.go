package storetest

import (
	"context"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// Refused is a letter whose first call for a number was certainly refused.
func (f *Fixture) Refused(d protocollo.Draft) station.RecordedIntake {
	f.Helper()
	rec := f.Record(d)
	f.ok(f.SettleAttempt(context.Background(), rec.Attempt.ID, protocollo.AttemptRejected, "classifica inesistente"))
	return rec
}

// testRefusedCorrected: what is corrected before a number is what every reader finds, and what the next attempt sends; the old words are found too.
// Only what was certainly refused, and last, can be corrected.
func testRefusedCorrected(t *testing.T, f *Fixture) {
	ctx := context.Background()
	d := Draft("Ricorso", "Mario")
	d.Classifica = "IX.99"
	rec := f.Refused(d)
	id := rec.Intake.ID
	next := rec.Intake.Draft
	next.Classifica, next.Means, next.Note = "IX.4", protocollo.MeansHand, "corretta"
	f.Clock.Move(time.Hour)
	for range 2 { // the answer was lost
		in, err := f.CorrectRefused(ctx, Clerk(), id, 1, next)
		f.ok(err)
		if in.Draft.Classifica != "IX.4" || in.Key != rec.Intake.Key || in.SavedAt != rec.Intake.SavedAt {
			t.Fatalf("corrected: %+v", in)
		}
	}
	r, err := f.IntakeRecord(ctx, Clerk(), id)
	f.ok(err)
	if r.Intake.Draft.Classifica != "IX.4" || r.Intake.Edition != 1 || len(r.Attempts) != 1 {
		t.Fatalf("reads %+v", r)
	}
	for _, word := range []string{"IX.4", "IX.99"} {
		found, err := f.Search(ctx, Clerk(), station.Query{Text: word})
		f.ok(err)
		if len(found.Hits) != 1 || found.Hits[0].Intake.Draft.Classifica != "IX.4" {
			t.Fatalf("%q finds %+v", word, found.Hits)
		}
	}
	// The desk's own request, sent again, is still the same one (R16.9).
	if again, err := f.RecordIntake(ctx, Intake(rec.Intake.Key, d)); err != nil || !again.Existing || again.Intake.Draft.Classifica != "IX.4" {
		t.Fatalf("again: %+v, %v", again, err)
	}

	earlier := next
	earlier.ArrivalDay, earlier.ArrivalDayReason = "2026-03-01", "prima"
	_, err = f.CorrectRefused(ctx, Clerk(), id, 1, earlier)
	Fails(t, err, protocollo.Invalid, "arrival-stands")
	empty := next
	empty.Subject = " "
	_, err = f.CorrectRefused(ctx, Clerk(), id, 1, empty)
	Fails(t, err, protocollo.Invalid, "subject")
	foreign := Clerk()
	foreign.AOO = OtherAOO().Code
	_, err = f.CorrectRefused(ctx, foreign, id, 1, next)
	Fails(t, err, protocollo.NotFound, "intake")

	asked, err := f.BeginRefusedAgain(ctx, Clerk(), id, "embedded", "")
	f.ok(err)
	if asked.Intake.Draft.Classifica != "IX.4" || asked.Intake.Edition != 1 || asked.Attempt.Key != rec.Intake.Key {
		t.Fatalf("asked for: %+v", asked)
	}
	next.Subject = "Ricorso gerarchico"
	_, err = f.CorrectRefused(ctx, Clerk(), id, 2, next)
	Fails(t, err, protocollo.Conflict, "not-refused") // under way
	f.ok(f.SettleAttempt(ctx, asked.Attempt.ID, protocollo.AttemptUnknown, ""))
	_, err = f.CorrectRefused(ctx, Clerk(), id, 2, next)
	Fails(t, err, protocollo.Conflict, "not-refused") // R17.2: it may have a number
	f.ok(f.SettleAttempt(ctx, asked.Attempt.ID, protocollo.AttemptAbsent, ""))
	_, err = f.CorrectRefused(ctx, Clerk(), id, 2, next)
	Fails(t, err, protocollo.Conflict, "not-refused") // it is asked for by itself
	third, err := f.BeginAttempt(ctx, id, "embedded")
	f.ok(err)
	f.ok(f.SettleAttempt(ctx, third.Attempt.ID, protocollo.AttemptRejected, "no"))
	_, err = f.CorrectRefused(ctx, Clerk(), id, 1, next)
	Fails(t, err, protocollo.Conflict, "asked-since")
	same := next
	same.Subject = "Ricorso"
	_, err = f.CorrectRefused(ctx, Clerk(), id, 3, same)
	Fails(t, err, protocollo.Invalid, "nothing-corrected")
	_, err = f.CorrectRefused(ctx, Clerk(), id, 3, next)
	f.ok(err)
	fourth, err := f.BeginRefusedAgain(ctx, Clerk(), id, "embedded", "")
	f.ok(err)
	receipt, err := f.TakeNumber(ctx, rec.Intake.Key, Body(), AOO())
	f.ok(err)
	_, err = f.ConfirmNumber(ctx, fourth.Attempt.ID, receipt, Segnatura(receipt, fourth.Intake.Draft))
	f.ok(err)
	_, err = f.CorrectRefused(ctx, Clerk(), id, 4, same)
	Fails(t, err, protocollo.Conflict, "numbered")
	entries, err := f.History(ctx, Clerk(), id)
	f.ok(err)
	var told []string
	for _, e := range entries {
		if e.Kind == "intake.corrected" {
			told = append(told, e.Actor+string(e.Detail))
		}
	}
	if len(told) != 2 || told[0] != `anna{"fields":["classifica","note","means"],"newValues":["IX.4","corretta","mano"],"oldValues":["IX.99","","posta"],"ordinal":1}` {
		t.Fatalf("the history says %q", told)
	}
}

// testRefusedClosed: a letter that was given up is asked for by nobody, waits nowhere and is no duplicate; it is still found.
func testRefusedClosed(t *testing.T, f *Fixture) {
	ctx := context.Background()
	d := Draft("Classifica inesistente", "Mario")
	d.RaccomandataCode = "RR1"
	rec := f.Refused(d)
	id := rec.Intake.ID
	instead := f.Register(Draft("Registrata altrimenti", "Mario"))
	closing := protocollo.IntakeClosing{IntakeID: id, Reason: "registrata di nuovo", RegistrationID: instead.ID}
	nowhere := closing
	nowhere.RegistrationID = 999
	Fails(t, f.CloseRefused(ctx, Clerk(), nowhere), protocollo.Invalid, "replaced-by")
	foreign := Clerk()
	foreign.AOO = OtherAOO().Code
	Fails(t, f.CloseRefused(ctx, foreign, closing), protocollo.NotFound, "intake")
	waits := f.Record(Draft("In attesa", "Mario"))
	Fails(t, f.CloseRefused(ctx, Clerk(), protocollo.IntakeClosing{IntakeID: waits.Intake.ID, Reason: "x", RegistrationID: instead.ID}), protocollo.Conflict, "not-refused")
	Fails(t, f.CloseRefused(ctx, Clerk(), protocollo.IntakeClosing{IntakeID: instead.IntakeID, Reason: "x", RegistrationID: instead.ID}), protocollo.Conflict, "numbered")
	plico := f.Refused(BidDraft(f.Receive("one", 1, 0)[0]))
	Fails(t, f.CloseRefused(ctx, Clerk(), protocollo.IntakeClosing{IntakeID: plico.Intake.ID, Reason: "x", RegistrationID: instead.ID}), protocollo.Conflict, "plico-stays")
	if list, err := f.PossibleDuplicates(ctx, AOO().Code, d); err != nil || len(list) != 1 {
		t.Fatalf("before: %+v, %v", list, err)
	}
	before, err := f.Counts(ctx, Clerk())
	f.ok(err)
	for range 2 { // the answer was lost
		closing.By = Clerk().User
		f.ok(f.CloseRefused(ctx, Clerk(), closing))
	}
	other := closing
	other.Reason = "altro"
	Fails(t, f.CloseRefused(ctx, Clerk(), other), protocollo.Conflict, "closed")
	counts, err := f.Counts(ctx, Clerk())
	f.ok(err)
	if before.Refused != 2 || counts.Refused != 1 || counts.WithoutNumber != before.WithoutNumber {
		t.Fatalf("counts: %+v, before %+v", counts, before)
	}
	_, err = f.BeginAttempt(ctx, id, "embedded")
	Fails(t, err, protocollo.Conflict, "closed")
	_, err = f.BeginRefusedAgain(ctx, Clerk(), id, "embedded", "x")
	Fails(t, err, protocollo.Conflict, "closed")
	_, err = f.CorrectRefused(ctx, Clerk(), id, 1, Draft("Altro", "Mario"))
	Fails(t, err, protocollo.Conflict, "closed")
	Fails(t, f.KeyNumber(ctx, Clerk(), station.KeyedNumber{RequestKey: rec.Intake.Key,
		Register: protocollo.RegisterKey{Amministrazione: Body().Code, AOO: AOO().Code, Register: "PG", Year: 2026}, Number: "0000777", Day: "2026-03-10"}), protocollo.Conflict, "closed")
	waiting, err := f.EmergencyWaiting(ctx, AOO().Code)
	f.ok(err)
	for _, w := range waiting {
		if w.Intake.ID == id {
			t.Fatal("it could be moved to the emergency register")
		}
	}
	if list, err := f.PossibleDuplicates(ctx, AOO().Code, d); err != nil || len(list) != 0 {
		t.Fatalf("after: %+v, %v", list, err)
	}
	for missing, hits := range map[string]int{"": 1, "number": 0} {
		found, err := f.Search(ctx, Clerk(), station.Query{Text: "inesistente", Missing: missing})
		f.ok(err)
		if len(found.Hits) != hits {
			t.Fatalf("%q finds %+v", missing, found.Hits)
		}
	}
	day, err := f.EndOfDay(ctx, Clerk(), protocollo.DayOf(f.Clock.Now()))
	f.ok(err)
	for _, u := range day.Unnumbered.Items {
		if u.Record.Intake.ID == id {
			t.Fatal("the end of the day lists it as without number")
		}
	}
	r, err := f.IntakeRecord(ctx, Clerk(), id)
	f.ok(err)
	if r.Closing == nil || r.Closing.By != "anna" || r.Closing.RegistrationID != instead.ID || r.Closing.Reason != closing.Reason {
		t.Fatalf("reads %+v", r)
	}
}
