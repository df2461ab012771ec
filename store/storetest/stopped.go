package storetest

import (
	"context"
	"slices"
	"testing"

	"segnatura/internal/protocollo"
)

// testStoppedDeliveries: what the centre refused or may have waits for a person's word, which the journal keeps with who gave it.
func testStoppedDeliveries(t *testing.T, f *Fixture) {
	ctx, chief := context.Background(), Chief()
	stop := func(subject string, why protocollo.Class) (protocollo.Registration, int64) {
		r := f.Register(Draft(subject, "Mario"))
		f.Archive(f.Capture(r, subject), "%PDF "+subject)
		due, err := f.DueDeliveries(ctx)
		f.ok(err)
		if len(due) != 1 {
			t.Fatalf("due of %s: %+v", subject, due)
		}
		f.ok(f.ClaimDelivery(ctx, due[0].ID))
		f.ok(f.MarkUndelivered(ctx, due[0].ID, why, "parole"))
		return r, due[0].ID
	}
	refused, first := stop("Rifiutato", protocollo.Rejected)
	unclear, second := stop("Forse arrivato", protocollo.OutcomeUnknown)
	byHand, third := stop("Da allegare a mano", protocollo.Rejected)
	list, err := f.StoppedDispatches(ctx, chief.AOO)
	f.ok(err)
	if len(list) != 3 || list[0].ID != first || list[0].RegistrationID != refused.ID || list[0].Why != protocollo.Rejected || list[0].Words != "parole" ||
		list[0].Since.IsZero() || list[1].ID != second || list[1].Why != protocollo.OutcomeUnknown {
		t.Fatalf("stopped: %+v", list)
	}
	counted := func(want int) {
		t.Helper()
		if c, err := f.Counts(ctx, chief); err != nil || c.DeliveriesStopped != want {
			t.Fatalf("counts %+v, %v, want %d stopped", c, err, want)
		}
	}
	counted(3)
	if list, err = f.StoppedDispatches(ctx, OtherAOO().Code); err != nil || len(list) != 0 {
		t.Fatalf("another AOO sees %+v, %v", list, err)
	}
	stranger := chief
	stranger.AOO = OtherAOO().Code
	Fails(t, f.ResumeDispatch(ctx, stranger, first), protocollo.NotFound, "dispatch")
	Fails(t, f.ConfirmDispatch(ctx, stranger, second, "visto"), protocollo.NotFound, "dispatch")

	f.ok(f.ResumeDispatch(ctx, chief, first))
	Fails(t, f.ResumeDispatch(ctx, chief, first), protocollo.Conflict, "dispatch")
	if due, err := f.DueDeliveries(ctx); err != nil || len(due) != 1 || due[0].ID != first || due[0].Attempts != 1 {
		t.Fatalf("due again: %+v, %v", due, err)
	}
	f.ok(f.ConfirmDispatch(ctx, chief, third, "allegato al protocollo"))
	f.ok(f.ConfirmDispatch(ctx, chief, second, "visto a schermo"))
	Fails(t, f.ConfirmDispatch(ctx, chief, second, "visto a schermo"), protocollo.Conflict, "dispatch")
	Fails(t, f.ResumeDispatch(ctx, chief, second), protocollo.Conflict, "dispatch")
	if list, err = f.StoppedDispatches(ctx, chief.AOO); err != nil || len(list) != 0 {
		t.Fatalf("still stopped: %+v, %v", list, err)
	}
	counted(0)
	for _, r := range []protocollo.Registration{unclear, byHand} {
		rec, err := f.Record2(r.ID)
		f.ok(err)
		if !rec.Facets.Delivered {
			t.Errorf("a person says that it is there, and it is not delivered: %+v", rec.Facets)
		}
	}
	for _, r := range []protocollo.Registration{refused, unclear, byHand} {
		entries, err := f.History(ctx, chief, r.IntakeID)
		f.ok(err)
		if !slices.ContainsFunc(entries, func(e protocollo.Entry) bool { return e.Actor == chief.User }) {
			t.Errorf("the journal does not say who spoke: %+v", entries)
		}
	}
}
