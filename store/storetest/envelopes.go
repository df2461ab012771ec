package storetest

import (
	"context"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// Envelope is a closed envelope for somebody in the house.
func (f *Fixture) Envelope(to string) station.RecordedIntake {
	f.Helper()
	d := Draft("Busta chiusa: riservata", protocollo.NoSender)
	d.Envelope, d.Recipients = protocollo.EnvelopeClosed, []protocollo.Correspondent{{Name: to}}
	in := f.NewIntake(d)
	in.Unnumbered = &protocollo.Unnumbered{Grounds: protocollo.GroundsPersonal, Words: "riservata"}
	rec, err := f.RecordIntake(context.Background(), in)
	f.ok(err)
	return rec
}

// testEnvelopeWithoutNumber: it has an intake's own number and no other, nobody asks for one, nothing waits for it, and it is found (R16.6).
func testEnvelopeWithoutNumber(t *testing.T, f *Fixture) {
	ctx := context.Background()
	before, err := f.Counts(ctx, Clerk())
	f.ok(err)
	e := f.Envelope("Luca Neri")
	id := e.Intake.ID
	if e.Attempt.ID != 0 || e.Registration != nil || e.Intake.Seq == 0 {
		t.Fatalf("recorded %+v", e)
	}
	in := Intake(e.Intake.Key, e.Intake.Draft)
	in.Unnumbered = &protocollo.Unnumbered{Grounds: protocollo.GroundsPersonal, Words: "riservata"}
	if again, err := f.RecordIntake(ctx, in); err != nil || !again.Existing || again.Intake.ID != id || again.Attempt.ID != 0 {
		t.Fatalf("again: %+v, %v", again, err)
	}
	_, err = f.BeginAttempt(ctx, id, "embedded")
	if err == nil {
		t.Fatal("it was asked for")
	}
	Fails(t, f.KeyNumber(ctx, Clerk(), station.KeyedNumber{RequestKey: e.Intake.Key,
		Register: protocollo.RegisterKey{Amministrazione: Body().Code, AOO: AOO().Code, Register: "PG", Year: 2026}, Number: "0000777", Day: "2026-03-10"}), protocollo.Conflict, "unnumbered")
	after, err := f.Counts(ctx, Clerk())
	f.ok(err)
	if after != before {
		t.Fatalf("counts %+v, before %+v", after, before)
	}
	facts, err := f.AlarmFacts(ctx, AOO().Code)
	f.ok(err)
	if len(facts.Waiting) != 0 {
		t.Fatalf("it waits: %+v", facts.Waiting)
	}
	for missing, hits := range map[string]int{"": 1, "number": 0} {
		found, err := f.Search(ctx, Clerk(), station.Query{Text: "busta chiusa", Missing: missing})
		f.ok(err)
		if len(found.Hits) != hits {
			t.Fatalf("%q finds %+v", missing, found.Hits)
		}
	}
	r, err := f.IntakeRecord(ctx, Clerk(), id)
	f.ok(err)
	if r.Unnumbered == nil || r.Unnumbered.Grounds != protocollo.GroundsPersonal || r.Unnumbered.Words != "riservata" || r.Unnumbered.By != "anna" || len(r.Attempts) != 0 {
		t.Fatalf("reads %+v", r)
	}
}

// insideList is what the end of a day lists as on its way, as «kind person».
func (f *Fixture) insideList() (list []string) {
	f.Helper()
	day, err := f.EndOfDay(context.Background(), Clerk(), protocollo.DayOf(f.Clock.Now()))
	f.ok(err)
	for _, i := range day.Inside.Items {
		list = append(list, i.Kind+" "+i.Reason)
	}
	if day.Unnumbered.Total != 0 {
		f.Fatalf("the end of the day misses a number: %+v", day.Unnumbered)
	}
	return list
}

// testEnvelopeHandedOver: one paper is in one person's hands until the signed copy, or the paper, is back (002 art. 68; R7.4).
func testEnvelopeHandedOver(t *testing.T, f *Fixture) {
	ctx := context.Background()
	e := f.Envelope("Luca Neri")
	is := func(want ...string) {
		t.Helper()
		if got := f.insideList(); len(got) != len(want) || len(want) > 0 && got[0] != want[0] {
			t.Fatalf("the end of the day lists %q, want %q", got, want)
		}
	}
	is("desk Luca Neri")
	first := protocollo.InternalDelivery{IntakeID: e.Intake.ID, Key: "inside-1", Person: "Luca Neri", UOR: "TEC"}
	var d protocollo.InternalDelivery
	for range 2 { // the answer was lost
		var err error
		d, err = f.DeliverInside(ctx, Clerk(), first)
		f.ok(err)
	}
	if d.ID == 0 || d.By != "anna" || d.At.IsZero() || d.End != nil {
		t.Fatalf("delivered %+v", d)
	}
	is("handed Luca Neri")
	other := first
	other.Person = "Ugo Blu"
	_, err := f.DeliverInside(ctx, Clerk(), other)
	Fails(t, err, protocollo.Conflict, "request-key")
	other.Key = "inside-2"
	_, err = f.DeliverInside(ctx, Clerk(), other)
	Fails(t, err, protocollo.Conflict, "delivered-inside")
	foreign := Clerk()
	foreign.AOO = OtherAOO().Code
	_, err = f.DeliverInside(ctx, foreign, protocollo.InternalDelivery{IntakeID: e.Intake.ID, Key: "inside-3", Person: "x"})
	Fails(t, err, protocollo.NotFound, "intake")
	_, err = f.EndInternalDelivery(ctx, foreign, d.ID, protocollo.InternalDeliveryEnd{Outcome: protocollo.InternalDeliverySigned, Person: "x"})
	Fails(t, err, protocollo.NotFound, "internal-delivery")

	end := protocollo.InternalDeliveryEnd{Outcome: protocollo.InternalDeliveryReturned, Note: "assente"}
	for range 2 {
		d, err = f.EndInternalDelivery(ctx, Clerk(), d.ID, end)
		f.ok(err)
	}
	_, err = f.EndInternalDelivery(ctx, Clerk(), d.ID, protocollo.InternalDeliveryEnd{Outcome: protocollo.InternalDeliverySigned, Person: "x"})
	Fails(t, err, protocollo.Conflict, "delivery-ended")
	is("desk Luca Neri")
	d, err = f.DeliverInside(ctx, Clerk(), other)
	f.ok(err)
	is("handed Ugo Blu")
	_, err = f.EndInternalDelivery(ctx, Clerk(), d.ID, protocollo.InternalDeliveryEnd{Outcome: protocollo.InternalDeliverySigned, Person: "Ugo Blu"})
	f.ok(err)
	is()
	_, err = f.DeliverInside(ctx, Clerk(), protocollo.InternalDelivery{IntakeID: e.Intake.ID, Key: "inside-3", Person: "x"})
	Fails(t, err, protocollo.Conflict, "delivered-inside")
	r, err := f.IntakeRecord(ctx, Clerk(), e.Intake.ID)
	f.ok(err)
	if len(r.Inside) != 2 || r.Inside[0].End.Note != "assente" || r.Inside[1].End.Person != "Ugo Blu" || r.Inside[1].End.By != "anna" {
		t.Fatalf("reads %+v", r.Inside)
	}
	if got, err := f.InternalDelivery(ctx, Clerk(), d.ID); err != nil || got.Person != "Ugo Blu" || got.End == nil {
		t.Fatalf("reads %+v, %v", got, err)
	}
}

// testEnvelopeGivenBack: what its addressee gives back is registered once, under the arrival that the envelope had (002 art. 67.3).
func testEnvelopeGivenBack(t *testing.T, f *Fixture) {
	ctx := context.Background()
	e := f.Envelope("Luca Neri")
	f.Clock.Move(50 * time.Hour)
	back := Draft("Ricorso", "Mario")
	back.EnvelopeID = e.Intake.ID
	reg := f.Register(back)
	r, err := f.IntakeRecord(ctx, Clerk(), reg.IntakeID)
	f.ok(err)
	if !r.Intake.ArrivedAt.Equal(e.Intake.ArrivedAt) || r.Intake.ArrivalDay != e.Intake.ArrivalDay || r.Intake.SavedAt.Sub(e.Intake.SavedAt) < 50*time.Hour {
		t.Fatalf("arrived %s on %s, the envelope %s", r.Intake.ArrivedAt, r.Intake.ArrivalDay, e.Intake.ArrivedAt)
	}
	was, err := f.IntakeRecord(ctx, Clerk(), e.Intake.ID)
	f.ok(err)
	if was.Unnumbered.RegisteredAs != reg.IntakeID {
		t.Fatalf("the envelope is %+v", was.Unnumbered)
	}
	if list := f.insideList(); len(list) != 0 {
		t.Fatalf("the end of the day lists %q", list)
	}
	_, err = f.RecordIntake(ctx, Intake("twice-0001", back))
	Fails(t, err, protocollo.Conflict, "envelope-registered")
	back.EnvelopeID = reg.IntakeID
	_, err = f.RecordIntake(ctx, Intake("twice-0002", back))
	Fails(t, err, protocollo.NotFound, "no-envelope")
}
