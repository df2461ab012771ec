package storetest

import (
	"context"
	"slices"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// testOutcomes: a person's word settles an unknown attempt, once, together with what follows from it.
func testOutcomes(t *testing.T, f *Fixture) {
	ctx, chief := context.Background(), Chief()
	taken := f.Register(Draft("Con numero", "Mario"))
	unknown := func(subject string) station.RecordedIntake {
		rec := f.Record(Draft(subject, "Mario"))
		f.ok(f.SettleAttempt(ctx, rec.Attempt.ID, protocollo.AttemptUnknown, "timeout"))
		return rec
	}
	keyed, absent := unknown("Letto altrove"), unknown("Mai arrivato")
	list, err := f.UncertainAttempts(ctx, Clerk(), 10)
	f.ok(err)
	if len(list) != 2 || list[0].Intake.ID != keyed.Intake.ID || list[0].Attempt.Words != "timeout" {
		t.Fatalf("uncertain: %+v", list)
	}
	if list, err = f.UncertainAttempts(ctx, Clerk(), 1); err != nil || len(list) != 1 {
		t.Fatalf("at most one: %+v, %v", list, err)
	}
	if list, err = f.UncertainAttempts(ctx, Reader("ALTRO"), 10); err != nil || len(list) != 0 {
		t.Fatalf("another office's reader sees %+v, %v", list, err)
	}
	receipt := protocollo.Receipt{Register: "PG", Year: 2026, Number: taken.Number, Day: "2026-03-10", At: f.Clock.Now()}
	decide := func(rec station.RecordedIntake, choice station.OutcomeChoice, r protocollo.Receipt) (*protocollo.Registration, error) {
		d := station.OutcomeDecision{AttemptID: rec.Attempt.ID, Choice: choice, Reason: "verificato", Receipt: r}
		if choice != station.OutcomeAbsent {
			d.Segnatura = Segnatura(r, rec.Intake.Draft)
		}
		return f.DecideOutcome(ctx, chief, d)
	}
	_, err = decide(keyed, station.OutcomeKeyed, receipt)
	Fails(t, err, protocollo.Conflict, "number-taken")
	f.stops() // a slip is no broken invariant
	receipt.Number = "0000900"
	first, err := decide(keyed, station.OutcomeKeyed, receipt)
	f.ok(err)
	again, err := decide(keyed, station.OutcomeKeyed, receipt)
	f.ok(err)
	if first == nil || again == nil || first.ID == 0 || first.ID != again.ID || first.Number != "0000900" {
		t.Fatalf("first %+v, again %+v", first, again)
	}
	_, err = decide(keyed, station.OutcomeAbsent, protocollo.Receipt{})
	Fails(t, err, protocollo.Conflict, "outcome-settled")
	for range 2 {
		reg, err := decide(absent, station.OutcomeAbsent, protocollo.Receipt{})
		f.ok(err)
		if reg != nil {
			t.Fatalf("absent and registered: %+v", reg)
		}
	}
	second, err := f.BeginAttempt(ctx, absent.Intake.ID, "embedded")
	f.ok(err)
	if second.Attempt.Ordinal != 2 {
		t.Fatalf("second attempt: %+v", second)
	}
	stranger := chief
	stranger.AOO = OtherAOO().Code
	_, err = f.DecideOutcome(ctx, stranger, station.OutcomeDecision{AttemptID: second.Attempt.ID, Choice: station.OutcomeAbsent, Reason: "x"})
	Fails(t, err, protocollo.NotFound, "attempt")
}

// testQueue: what waits is read page by page, by arrival and not by when it was typed, none twice and none left out.
func testQueue(t *testing.T, f *Fixture) {
	ctx := context.Background()
	d, err := f.OpenDelivery(ctx, Clerk(), protocollo.Delivery{})
	f.ok(err)
	var want []int64
	wait := func(draft protocollo.Draft) int64 {
		rec := f.Record(draft)
		f.ok(f.SettleAttempt(ctx, rec.Attempt.ID, protocollo.AttemptUnavailable, "down"))
		return rec.Intake.ID
	}
	later := []int64{wait(Draft("Arrivata dopo", "Mario")), wait(Draft("Arrivata dopo ancora", "Mario"))}
	for range 3 { // of the delivery, typed last, arrived first
		draft := Draft("Della posta", "Mario")
		draft.DeliveryID = d.ID
		want = append(want, wait(draft))
	}
	want = append(want, later...)
	var got []int64
	for last := (protocollo.Intake{}); ; {
		page, err := f.WaitingIntakes(ctx, last, 2)
		f.ok(err)
		if len(page) > 2 {
			t.Fatalf("%d on a page of two", len(page))
		}
		for _, i := range page {
			got, last = append(got, i.ID), i
		}
		if len(page) < 2 {
			break
		}
	}
	if !slices.Equal(got, want) {
		t.Fatalf("the queue is %v, want %v", got, want)
	}
}
