package storetest

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// Onward is the exit by which a letter that was for others goes on.
func (f *Fixture) Onward(entry protocollo.Registration) station.NewIntake {
	d := Draft("Ricorso – PERVENUTO PER ERRORE", "Comune")
	d.Direction, d.Circumstance = protocollo.Outgoing, &protocollo.Circumstance{Kind: protocollo.OpenedByMistake, Of: entry.ID}
	in := f.NewIntake(d)
	in.DuplicateChoice, in.DuplicateOf = protocollo.DuplicateDifferent, entry.ID
	return in
}

// testOnward: one paper leaves once, until its exit is annulled; each exit that has its number is listed until its entry was asked to say so.
func testOnward(t *testing.T, f *Fixture) {
	ctx := context.Background()
	unsaid := func(aoo protocollo.AOOCode) (list []int64) {
		t.Helper()
		exits, err := f.UnsaidExits(ctx, aoo)
		f.ok(err)
		for _, e := range exits {
			if e.Operator != Clerk().User {
				t.Errorf("%+v is not who registered it", e)
			}
			list = append(list, e.EntryID, e.ExitID)
		}
		return list
	}
	wants := func(want ...int64) {
		t.Helper()
		if have := unsaid(AOO().Code); !slices.Equal(have, want) {
			t.Fatalf("unsaid %v, want %v", have, want)
		}
		if other := unsaid(OtherAOO().Code); len(other) != 0 {
			t.Fatalf("another AOO's are %v", other)
		}
	}
	entry, beside := f.Register(Draft("Ricorso", "Mario")), f.Register(Draft("Istanza", "Luigi"))
	first := f.Onward(entry)
	rec, err := f.RecordIntake(ctx, first)
	f.ok(err)
	wants() // it has no number
	if again, err := f.RecordIntake(ctx, first); err != nil || !again.Existing {
		t.Fatalf("the same again: %+v, %v", again, err)
	}
	_, err = f.RecordIntake(ctx, f.Onward(entry))
	Fails(t, err, protocollo.Conflict, "sent-on")
	_, err = f.RecordIntake(ctx, f.Onward(beside))
	f.ok(err) // another paper
	exit := f.Numbered(first)
	if exit.IntakeID != rec.Intake.ID {
		t.Fatalf("%+v is not of the first exit", exit)
	}
	wants(entry.ID, exit.ID)
	f.Annul(exit)
	wants()
	exit = f.Numbered(f.Onward(entry))
	wants(entry.ID, exit.ID)
	_, err = f.RequestCorrection(ctx, Clerk(), f.Corrects("by hand", entry, "Ricorso al TAR"))
	f.ok(err)
	wants(entry.ID, exit.ID)
	_, err = f.RequestCorrection(ctx, Clerk(), f.Corrects(fmt.Sprint(station.OnwardPrefix, exit.ID), entry, "Ricorso – PERVENUTO PER ERRORE"))
	f.ok(err)
	wants()
}

// testSlips: what somebody takes away is in the journal, of a letter that the actor sees or of a handover of the own AOO, and makes nothing labelled.
func testSlips(t *testing.T, f *Fixture) {
	ctx := context.Background()
	r := f.Register(Draft("Ricorso", "Mario"))
	h := f.Freeze("key-slip")
	stranger := Clerk()
	stranger.AOO = OtherAOO().Code
	letter := station.SlipLabel{Kind: station.SlipCopy, IntakeID: r.IntakeID, Printer: "p", State: protocollo.PrintPrinted}
	plichi := station.SlipLabel{Kind: station.SlipReceipt, HandoverID: h.ID, Printer: "p", State: protocollo.PrintUnknown}
	Fails(t, f.RecordSlipLabel(ctx, stranger, letter), protocollo.NotFound, "intake")
	Fails(t, f.RecordSlipLabel(ctx, stranger, plichi), protocollo.NotFound, "handover")
	f.ok(f.RecordSlipLabel(ctx, Clerk(), letter))
	f.ok(f.RecordSlipLabel(ctx, Clerk(), plichi))
	if err := f.RecordSlipLabel(ctx, Clerk(), station.SlipLabel{Kind: "biglietto", IntakeID: r.IntakeID}); err == nil {
		t.Error("a slip of no kind was journaled")
	}
	entries, err := f.Journal(ctx, Chief(), 0, 2)
	f.ok(err)
	if len(entries) != 2 || entries[1].Kind != "label.copy" || entries[1].Intake != r.IntakeID || entries[0].Kind != "label.receipt" || entries[0].Intake != 0 {
		t.Fatalf("the journal: %+v", entries)
	}
	if rec, err := f.Record2(r.ID); err != nil || rec.Facets.Labelled {
		t.Fatalf("a copy's label counts as a segnatura: %+v, %v", rec.Facets, err)
	}
}
