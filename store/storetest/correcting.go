package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// Corrects asks for another subject of a registration.
func (f *Fixture) Corrects(key string, r protocollo.Registration, subject string) station.NewCorrection {
	f.Helper()
	rec, err := f.Record2(r.ID)
	f.ok(err)
	changes, err := rec.Intake.Draft.Changes(map[protocollo.Field]protocollo.FieldValue{protocollo.FieldSubject: {Text: subject}})
	f.ok(err)
	return station.NewCorrection{Request: protocollo.CorrectionRequest{Key: key, RegistrationID: r.ID, Kind: protocollo.CorrectionFields, Cause: protocollo.CauseMistake,
		Changes: changes, Reason: "letto male"}}
}

// Annul annuls a registration that the station itself keeps, on the chief's own word.
func (f *Fixture) Annul(r protocollo.Registration) {
	f.Helper()
	_, err := f.RequestCorrection(context.Background(), Chief(), annulling(fmt.Sprintf("annul %d", r.ID), r, "7"))
	f.ok(err)
}

func annulling(key string, r protocollo.Registration, act string) station.NewCorrection {
	granted := Authorised(act)
	return station.NewCorrection{Request: protocollo.CorrectionRequest{Key: key, RegistrationID: r.ID, Kind: protocollo.CorrectionAnnulment, Cause: protocollo.CauseMistake,
		Reason: "doppia"}, Decision: &granted, Here: true}
}

// Authorised is the chief's word, with an act.
func Authorised(act string) protocollo.CorrectionDecision {
	return protocollo.CorrectionDecision{Choice: protocollo.CorrectionAuthorised, ActNumber: act, ActDay: "2026-03-10"}
}

// testCorrections: what is asked does not stand; what is authorised stands where nobody else has the registration; both values stay, and either
// word finds the letter.
func testCorrections(t *testing.T, f *Fixture) {
	ctx := context.Background()
	d := Draft("Ricorso avverso sanzione", "Mario")
	d.UOR = "TRIB"
	r := f.Register(d)
	ask := f.Corrects("ask-1", r, "Istanza di rateazione")
	asked, err := f.RequestCorrection(ctx, Clerk(), ask)
	f.ok(err)
	again, err := f.RequestCorrection(ctx, Clerk(), ask)
	f.ok(err)
	if asked.ID != again.ID || asked.State() != protocollo.StateAsked || asked.By != "anna" {
		t.Fatalf("asked %+v, again %+v", asked, again)
	}
	_, err = f.RequestCorrection(ctx, Clerk(), f.Corrects("ask-1", r, "Altro"))
	Fails(t, err, protocollo.Conflict, "request-key")
	if rec, err := f.Record2(r.ID); err != nil || rec.Intake.Draft.Subject != d.Subject {
		t.Fatalf("only asked, and it reads %+v, %v", rec.Intake.Draft, err)
	}
	_, err = f.SettleCorrection(ctx, Chief(), asked.ID, protocollo.CorrectionDone, "")
	Fails(t, err, protocollo.Conflict, "correction-settled")
	foreign := Chief()
	foreign.AOO = OtherAOO().Code
	_, err = f.DecideCorrection(ctx, foreign, asked.ID, Authorised("7"), true)
	Fails(t, err, protocollo.NotFound, "correction")

	for range 2 { // the answer was lost
		done, err := f.DecideCorrection(ctx, Chief(), asked.ID, Authorised("7"), true)
		f.ok(err)
		if done.State() != protocollo.StateDone || done.Decision.By != "rosa" || done.Decision.ActNumber != "7" || done.Changes[0].Old.Text != d.Subject {
			t.Fatalf("done: %+v", done)
		}
	}
	_, err = f.DecideCorrection(ctx, Chief(), asked.ID, protocollo.CorrectionDecision{Choice: protocollo.CorrectionRefused, Reason: "no"}, false)
	Fails(t, err, protocollo.Conflict, "correction-decided")
	rec, err := f.Record2(r.ID)
	f.ok(err)
	if rec.Intake.Draft.Subject != "Istanza di rateazione" || rec.Registration.Segnatura.Number != r.Number {
		t.Fatalf("corrected: %+v", rec)
	}
	for _, word := range []string{"ricorso", "rateazione"} {
		found, err := f.Search(ctx, Clerk(), station.Query{Text: word})
		f.ok(err)
		if len(found.Hits) != 1 || found.Hits[0].Intake.Draft.Subject != "Istanza di rateazione" {
			t.Fatalf("%q finds %+v", word, found.Hits)
		}
	}
	// The same request key of the letter itself is still the same request.
	in := f.NewIntake(d)
	in.Key = rec.Intake.Key
	if same, err := f.RecordIntake(ctx, in); err != nil || !same.Existing {
		t.Fatalf("the letter's own key: %+v, %v", same, err)
	}
	stale := ask
	stale.Request.Key = "stale"
	_, err = f.RequestCorrection(ctx, Clerk(), stale)
	Fails(t, err, protocollo.Conflict, "correction-stale")
}

// testCorrectionsOfOffices: who sees a letter by its office sees it no more when it is another office's.
func testCorrectionsOfOffices(t *testing.T, f *Fixture) {
	ctx := context.Background()
	d := Draft("Istanza", "Mario")
	d.UOR = "TRIB"
	r := f.Register(d)
	rec, err := f.Record2(r.ID)
	f.ok(err)
	changes, err := rec.Intake.Draft.Changes(map[protocollo.Field]protocollo.FieldValue{protocollo.FieldUOR: {Text: "ANAG"}})
	f.ok(err)
	n := station.NewCorrection{Request: protocollo.CorrectionRequest{Key: "uor", RegistrationID: r.ID, Kind: protocollo.CorrectionFields, Cause: protocollo.CauseMistake, Changes: changes},
		Decision: &protocollo.CorrectionDecision{Choice: protocollo.CorrectionAuthorised}, Here: true}
	c, err := f.RequestCorrection(ctx, Clerk(), n)
	f.ok(err)
	if c.State() != protocollo.StateDone {
		t.Fatalf("in itself authorised: %+v", c)
	}
	for uor, sees := range map[string]int{"TRIB": 0, "ANAG": 1} {
		list, err := f.Corrections(ctx, Reader(uor), station.CorrectionQuery{IntakeID: rec.Intake.ID, Limit: 9})
		f.ok(err)
		hits, err := f.Search(ctx, Reader(uor), station.Query{})
		f.ok(err)
		if len(list) != sees || len(hits.Hits) != sees {
			t.Errorf("%s sees %d corrections and %d letters, want %d", uor, len(list), len(hits.Hits), sees)
		}
	}
}

// testCorrectionsWait: one correction of a registration is under way at a time; a number is annulled with its book; what is annulled is over.
func testCorrectionsWait(t *testing.T, f *Fixture) {
	ctx, chief := context.Background(), Chief()
	r := f.Register(Draft("Prima", "Mario"))
	first, err := f.RequestCorrection(ctx, Clerk(), f.Corrects("first", r, "Seconda"))
	f.ok(err)
	sent := station.NewCorrection{Request: protocollo.CorrectionRequest{Key: "sent-back", RegistrationID: r.ID, Kind: protocollo.CorrectionReturn, Cause: protocollo.CauseWrongRecipient, Reason: "non è nostra"}}
	back, err := f.RequestCorrection(ctx, Reader(""), sent)
	f.ok(err)
	annul := station.NewCorrection{Request: protocollo.CorrectionRequest{Key: "annul", RegistrationID: r.ID, Kind: protocollo.CorrectionAnnulment, Cause: protocollo.CauseWrongRecipient,
		Reason: "pervenuta per errore", AnswersID: back.ID}}
	second, err := f.RequestCorrection(ctx, Clerk(), annul)
	f.ok(err)
	open, err := f.Corrections(ctx, chief, station.CorrectionQuery{Open: true, Limit: 9})
	f.ok(err)
	if len(open) != 2 || open[0].ID != second.ID || open[1].ID != first.ID || open[1].Record.Registration.ID != r.ID {
		t.Fatalf("open: %+v", open)
	}
	counts, err := f.Counts(ctx, chief)
	f.ok(err)
	if counts.Corrections != 2 {
		t.Fatalf("counted %d", counts.Corrections)
	}
	granted := protocollo.CorrectionDecision{Choice: protocollo.CorrectionAuthorised}
	_, err = f.DecideCorrection(ctx, chief, first.ID, granted, false)
	f.ok(err)
	_, err = f.DecideCorrection(ctx, chief, second.ID, Authorised("9"), true)
	Fails(t, err, protocollo.Conflict, "correction-under-way")
	due, err := f.Corrections(ctx, chief, station.CorrectionQuery{Due: true, Limit: 9})
	f.ok(err)
	if len(due) != 1 || due[0].ID != first.ID {
		t.Fatalf("due: %+v", due)
	}
	for _, o := range []protocollo.CorrectionOutcome{protocollo.CorrectionAsked, protocollo.CorrectionUnavailable, protocollo.CorrectionUnavailable, protocollo.CorrectionAsked} {
		_, err = f.SettleCorrection(ctx, protocollo.Station(AOO().Code), first.ID, o, "")
		f.ok(err)
	}
	if due, err = f.Corrections(ctx, chief, station.CorrectionQuery{UnderWay: true, Limit: 9}); err != nil || len(due) != 1 {
		t.Fatalf("under way: %+v, %v", due, err)
	}
	lost, err := f.SettleCorrection(ctx, chief, first.ID, protocollo.CorrectionUnknown, "timeout")
	f.ok(err)
	if lost.State() != protocollo.StateUnknown || lost.Words != "timeout" {
		t.Fatalf("lost: %+v", lost)
	}
	_, err = f.SettleCorrection(ctx, chief, first.ID, protocollo.CorrectionAbandoned, "non si può")
	f.ok(err)
	_, err = f.SettleCorrection(ctx, chief, first.ID, protocollo.CorrectionDone, "")
	Fails(t, err, protocollo.Conflict, "correction-settled")
	third, err := f.RequestCorrection(ctx, Clerk(), f.Corrects("third", r, "Terza"))
	f.ok(err)
	done, err := f.DecideCorrection(ctx, chief, second.ID, Authorised("9"), true)
	f.ok(err)
	rec, err := f.Record2(r.ID)
	f.ok(err)
	if done.State() != protocollo.StateDone || rec.Annulment == nil || rec.Annulment.ActNumber != "9" || rec.Annulment.By != "rosa" || rec.Intake.Draft.Subject != "Prima" {
		t.Fatalf("annulled: %+v, %+v", done, rec)
	}
	Fails(t, f.AnnulNumber(ctx, rec.Registration.Ref, protocollo.Annulment{By: "rosa", Reason: "x", ActNumber: "10", ActDay: "2026-03-10"}), protocollo.Rejected, "annulled")
	_, err = f.DecideCorrection(ctx, chief, third.ID, granted, true)
	Fails(t, err, protocollo.Conflict, "annulled")
	list, err := f.Corrections(ctx, Clerk(), station.CorrectionQuery{ID: third.ID, Limit: 1})
	f.ok(err)
	if list[0].State() != protocollo.StateMoot {
		t.Fatalf("of an annulled one: %+v", list[0])
	}
}

// testCorrectionsByDay: a register of a day has the words of that day, and what was corrected on it; also of a letter that had no number then.
func testCorrectionsByDay(t *testing.T, f *Fixture) {
	ctx, aoo := context.Background(), AOO().Code
	first := protocollo.DayOf(f.Clock.Now())
	r := f.Register(Draft("Prima", "Mario"))
	waiting := f.Record(Draft("Attesa", "Luigi"))
	f.Clock.Move(24 * time.Hour)
	second := protocollo.DayOf(f.Clock.Now())
	receipt, err := f.TakeNumber(ctx, waiting.Intake.Key, Body(), AOO())
	f.ok(err)
	late, err := f.ConfirmNumber(ctx, waiting.Attempt.ID, receipt, Segnatura(receipt, waiting.Intake.Draft))
	f.ok(err)
	n := f.Corrects("later", r, "Seconda")
	decision := Authorised("7")
	n.Decision, n.Here = &decision, true
	_, err = f.RequestCorrection(ctx, Chief(), n)
	f.ok(err)
	n = f.Corrects("late", late, "Attesa corretta")
	n.Decision, n.Here = &decision, true
	f.Clock.Move(24 * time.Hour)
	_, err = f.RequestCorrection(ctx, Chief(), n)
	f.ok(err)
	then, err := f.DailyFacts(ctx, aoo, first)
	f.ok(err)
	if len(then.Unnumbered) != 1 || then.Unnumbered[0].Draft.Subject != "Attesa" {
		t.Fatalf("without number on the first day: %+v", then.Unnumbered)
	}
	if len(then.Registered) != 1 || then.Registered[0].Intake.Draft.Subject != "Prima" || len(then.Corrected) != 0 {
		t.Fatalf("the first day: %+v", then)
	}
	after, err := f.DailyFacts(ctx, aoo, second)
	f.ok(err)
	if len(after.Registered) != 1 || after.Registered[0].Intake.Draft.Subject != "Attesa" || len(after.Corrected) != 1 || after.Corrected[0].Changes[0].New.Text != "Seconda" || after.Corrected[0].Decision.ActNumber != "7" ||
		after.Corrected[0].Record.Registration.ID != r.ID {
		t.Fatalf("the second day: %+v", after)
	}
}
