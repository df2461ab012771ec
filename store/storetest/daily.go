package storetest

import (
	"context"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/stamp"
)

// CloseDay records a register of a day with files of that content.
func (f *Fixture) CloseDay(day protocollo.Day, content string) (station.DailyRegister, error) {
	f.Helper()
	facts, err := f.DailyFacts(context.Background(), AOO().Code, day)
	if err != nil {
		return station.DailyRegister{}, err
	}
	d := station.DailyRegister{AOO: AOO().Code, Day: day, Registrations: len(facts.Registered), Annulments: len(facts.Annulled), Late: len(facts.Unnumbered), Journal: facts.Journal}
	d.PDF.SHA256, d.PDF.Bytes = f.blob(content)
	d.CSV.SHA256, d.CSV.Bytes = f.blob(content + ", table")
	return d, f.RecordDailyRegister(context.Background(), d)
}

// testDailyRegisters: each thing is in the register of the day on which it was recorded, and in no other; a day that is over stays as it was,
// and no day is left out.
func testDailyRegisters(t *testing.T, f *Fixture) {
	ctx, aoo := context.Background(), AOO().Code
	first := protocollo.DayOf(f.Clock.Now())
	letter := f.Register(Draft("Lettera", "Mario"))
	waiting := f.Record(Draft("In attesa", "Luigi"))
	for _, g := range []protocollo.Grounds{protocollo.GroundsExcluded, protocollo.GroundsElsewhere, protocollo.GroundsPost} {
		f.Unregistered(g)
	}
	if days, err := f.DaysToClose(ctx, aoo, 10); err != nil || len(days) != 0 {
		t.Fatalf("days over: %v, %v", days, err)
	}
	_, err := f.DailyFacts(ctx, aoo, first)
	Fails(t, err, protocollo.Conflict, "day-open")

	f.Clock.Move(24 * time.Hour)
	second := protocollo.DayOf(f.Clock.Now())
	before, err := f.DailyFacts(ctx, aoo, first)
	f.ok(err)
	f.OpenRegister(f.Interrupted(time.Minute))
	f.Emergency("In emergenza")
	f.Annul(letter)
	after, err := f.DailyFacts(ctx, aoo, first)
	f.ok(err)
	if len(after.Registered) != 1 || after.Registered[0].Registration.ID != letter.ID || len(after.Annulled) != 0 || len(after.Emergency) != 0 ||
		len(after.Unnumbered) != 1 || after.Unnumbered[0].ID != waiting.Intake.ID || after.Previous != nil || after.AOO.Name != AOO().Name {
		t.Fatalf("the first day: %+v", after)
	}
	cited := stamp.DailyUnregistered{Code: "pubblicita", Words: "materiali pubblicitari", Source: "art. 53", Manual: "DPR 445/2000", Count: 2}
	if len(after.Unregistered) != 1 || after.Unregistered[0] != cited {
		t.Fatalf("left out on the first day: %+v", after.Unregistered)
	}
	if after.Journal != before.Journal || after.Journal.Seq == 0 {
		t.Fatalf("the first day's journal ended with %+v, and now with %+v", before.Journal, after.Journal)
	}

	f.Clock.Move(2 * 24 * time.Hour)
	days, err := f.DaysToClose(ctx, aoo, 10)
	f.ok(err)
	if len(days) != 3 || days[0] != first || days[1] != second {
		t.Fatalf("days over: %v", days)
	}
	_, err = f.CloseDay(second, "a day is left out")
	Fails(t, err, protocollo.Conflict, "daily-register")
	made, err := f.CloseDay(first, "first")
	f.ok(err)
	f.ok(f.RecordDailyRegister(ctx, made))
	_, err = f.CloseDay(first, "other files")
	Fails(t, err, protocollo.Conflict, "daily-register")
	stale := made
	stale.Day, stale.Journal.Seq = second, 1
	Fails(t, f.RecordDailyRegister(ctx, stale), protocollo.Conflict, "day-open")
	missing := made
	missing.Day, missing.PDF.SHA256 = second, made.Journal.Hash
	Fails(t, f.RecordDailyRegister(ctx, missing), protocollo.NotFound, "blob")

	facts, err := f.DailyFacts(ctx, aoo, second)
	f.ok(err)
	if len(facts.Unregistered) != 0 {
		t.Fatalf("left out on the second day: %+v", facts.Unregistered)
	}
	if len(facts.Registered) != 0 || len(facts.Annulled) != 1 || facts.Annulled[0].Annulment.ActNumber != "7" || facts.Previous.PDF != made.PDF ||
		len(facts.Emergency) != 1 || facts.Emergency[0] != (stamp.DailyEmergency{Name: "1/2026", Recorded: 1}) {
		t.Fatalf("the second day: %+v", facts)
	}
	_, err = f.CloseDay(second, "second")
	f.ok(err)
	last := days[2]
	third, err := f.DailyFacts(ctx, aoo, last)
	f.ok(err)
	if len(third.Registered) != 0 || len(third.Emergency) != 1 || third.Emergency[0].Recorded != 0 {
		t.Fatalf("a day of an open register without a row: %+v", third.Emergency)
	}
	if list, err := f.DailyRegisters(ctx, aoo, "", 10); err != nil || len(list) != 2 || list[0].Day != second || list[1].Journal != made.Journal {
		t.Fatalf("registers: %+v, %v", list, err)
	}
	if list, err := f.DailyRegisters(ctx, aoo, second, 10); err != nil || len(list) != 1 || list[0].Day != first {
		t.Fatalf("registers before the second: %+v, %v", list, err)
	}
	if days, err := f.DaysToClose(ctx, aoo, 1); err != nil || len(days) != 1 || days[0] != last {
		t.Fatalf("days over: %v, %v", days, err)
	}
	_, err = f.DailyRegister(ctx, OtherAOO().Code, first)
	Fails(t, err, protocollo.NotFound, "daily-register")
}
