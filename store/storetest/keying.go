package storetest

import (
	"context"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// Keyed is a number that a person read for an arrival on the other screen.
func (f *Fixture) Keyed(in protocollo.Intake, n protocollo.Number) station.KeyedNumber {
	return station.KeyedNumber{RequestKey: in.Key, Number: n, Day: "2026-03-10",
		Register: protocollo.RegisterKey{Amministrazione: Body().Code, AOO: AOO().Code, Register: AOO().RegisterCode, Year: 2026}}
}

func testKeyedNumber(t *testing.T, f *Fixture) {
	ctx := context.Background()
	first, second := f.Record(Draft("Prima", "Mario")).Intake, f.Record(Draft("Seconda", "Luigi")).Intake
	if _, found, err := f.KeyedNumber(ctx, first.Key); found || err != nil {
		t.Fatalf("KeyedNumber before = %t, %v", found, err)
	}
	n := f.Keyed(first, "0000123")
	n.Doubt = "far"
	for range 2 { // the second time after an answer that was lost
		f.ok(f.KeyNumber(ctx, Clerk(), n))
	}
	r, found, err := f.KeyedNumber(ctx, first.Key)
	f.ok(err)
	if !found || r.Number != "0000123" || r.Year != 2026 || r.Day != "2026-03-10" || r.Register != AOO().RegisterCode || r.Ref != first.Key || r.Validate() != nil {
		t.Fatalf("KeyedNumber = %+v, %t", r, found)
	}
	other := f.Keyed(first, "0000124")
	Fails(t, f.KeyNumber(ctx, Clerk(), other), protocollo.Conflict, "keyed")
	Fails(t, f.KeyNumber(ctx, Clerk(), f.Keyed(second, "0000123")), protocollo.Conflict, "number-taken")
	elsewhere := Clerk()
	elsewhere.AOO = OtherAOO().Code
	Fails(t, f.KeyNumber(ctx, elsewhere, f.Keyed(second, "0000125")), protocollo.NotFound, "intake")

	// A number that a registration has is taken as well, however it came.
	registered := f.Register(Draft("Terza", "Anna"))
	taken := f.Keyed(second, registered.Number)
	taken.Register = registered.Key
	Fails(t, f.KeyNumber(ctx, Clerk(), taken), protocollo.Conflict, "number-taken")

	// So is one of a register that went by another code: the connector was changed in the middle of the year, or the centre named it otherwise.
	for _, number := range []protocollo.Number{registered.Number, n.Number} {
		renamed := f.Keyed(second, number)
		renamed.Register.Register = "ALTRO"
		Fails(t, f.KeyNumber(ctx, Clerk(), renamed), protocollo.Conflict, "number-taken")
	}

	last, found, err := f.LastKeyed(ctx, n.Register)
	f.ok(err)
	if !found || last != n {
		t.Fatalf("LastKeyed = %+v, %t", last, found)
	}
	nextYear := n.Register
	nextYear.Year++
	if _, found, err := f.LastKeyed(ctx, nextYear); found || err != nil {
		t.Fatalf("LastKeyed of another year = %t, %v", found, err)
	}

	// What was keyed in is confirmed as any receipt.
	third := f.Record(Draft("Quarta", "Ugo"))
	f.ok(f.KeyNumber(ctx, Clerk(), f.Keyed(third.Intake, "0000200")))
	r, _, err = f.KeyedNumber(ctx, third.Intake.Key)
	f.ok(err)
	reg, err := f.ConfirmNumber(ctx, third.Attempt.ID, r, protocollo.Segnatura{Body: Body(), AOO: AOO(), Year: r.Year, Number: r.Number, Day: r.Day})
	f.ok(err)
	if reg.Number != "0000200" || reg.Ref != third.Intake.Key {
		t.Fatalf("registration %+v", reg)
	}

	f.Clock.Move(40 * 24 * time.Hour)
	Fails(t, f.KeyNumber(ctx, Clerk(), f.Keyed(second, "0000126")), protocollo.Stopped, "clock")
}
