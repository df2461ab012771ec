package station_test

import (
	"errors"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// saidCode is the code of an error, "" of none.
func saidCode(err error) string {
	if e := (*protocollo.Error)(nil); errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// TestWithoutNumber: what is left out and what goes back to the post is taken in once under its key, and whatever else is said under it is refused.
func TestWithoutNumber(t *testing.T) {
	o := newOffice(t)
	o.start(nil)
	ctx := t.Context()
	excluded := station.UnregisteredCommand{Key: "esclusa-1", Entry: "inviti", Draft: protocollo.Draft{Direction: protocollo.Incoming}}
	first, err := o.s.CloseUnregistered(ctx, clerk, excluded)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := o.s.CloseUnregistered(ctx, clerk, excluded); err != nil || again.Intake.ID != first.Intake.ID {
		t.Fatalf("again: %d, %v", again.Intake.ID, err)
	}
	excluded.Entry, excluded.Draft.Subject = "giornali", "inviti a manifestazioni" // the same draft for another entry
	if _, err := o.s.CloseUnregistered(ctx, clerk, excluded); saidCode(err) != "request-key" {
		t.Errorf("another entry under the key: %v", err)
	}
	back := station.MisdeliveredCommand{Key: "per-altri-1", Draft: forOthers()}
	e, err := o.s.TakeMisdelivered(ctx, clerk, back)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(*protocollo.Draft)
		want   string
	}{
		"nobody's":                    {func(d *protocollo.Draft) { d.Recipients = nil }, "addressee"},
		"going out":                   {func(d *protocollo.Draft) { d.Direction = protocollo.Outgoing }, "direction"},
		"given back by its addressee": {func(d *protocollo.Draft) { d.EnvelopeID = e.Intake.ID }, "envelope-excluded"},
		"by raccomandata":             {func(d *protocollo.Draft) { d.Means, d.RaccomandataCode = protocollo.MeansRaccomandata, "RA1" }, ""}, // it is none of the body's
	} {
		cmd := station.MisdeliveredCommand{Key: "per-altri-" + name, Draft: forOthers()}
		c.change(&cmd.Draft)
		if _, err := o.s.TakeMisdelivered(ctx, clerk, cmd); saidCode(err) != c.want {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	list, err := o.s.PostReturnList(ctx, clerk, "")
	if err != nil || len(list.Items) != 2 {
		t.Fatalf("the list has %+v, %v", list.Items, err)
	}
	for i, want := range []string{"", "RA1"} {
		if x := list.Items[i]; x.To != "Condominio Aurora" || x.Address != "Via Po 2" || x.Raccomandata != want || x.Returned != "" {
			t.Errorf("row %d: %+v", i, x)
		}
	}
	if err := o.s.ReturnToPost(ctx, clerk, "ritorno-1", nil); saidCode(err) != "intakes" {
		t.Errorf("none given back: %v", err)
	}
	if err := o.s.ReturnToPost(ctx, clerk, "ritorno-1", []int64{e.Intake.ID}); err != nil {
		t.Fatal(err)
	}
	if list, err = o.s.PostReturnList(ctx, clerk, ""); err != nil || len(list.Items) != 2 || list.Items[0].Returned != "09:15" {
		t.Errorf("after the post was here: %+v, %v", list.Items, err)
	}
	if _, err := o.s.PrintMisdelivered(ctx, clerk, first.Intake.ID, o.printer); saidCode(err) != "not-for-the-post" {
		t.Errorf("its legend on what was left out: %v", err)
	}
	if _, err := o.s.DeliverInside(ctx, clerk, protocollo.InternalDelivery{IntakeID: first.Intake.ID, Key: "dentro-1", Person: "Luca Neri"}); saidCode(err) != "not-personal" {
		t.Errorf("with a receipt in two copies: %v", err)
	}
}

// TestWhoCallsItUrgent: the Responsabile, with the reason, of what is still to be done (R1.20).
func TestWhoCallsItUrgent(t *testing.T) {
	o := newOffice(t)
	o.start(nil)
	ctx := t.Context()
	rec := o.labelled("urgente-1", letter("Ricorso"))
	u := protocollo.Urgency{IntakeID: rec.Intake.ID, Urgent: true, Reason: " scade  oggi "}
	if _, err := o.s.SetUrgent(ctx, clerk, u); protocollo.ClassOf(err) != protocollo.Forbidden {
		t.Errorf("by the clerk: %v", err)
	}
	got, err := o.s.SetUrgent(ctx, boss, u)
	if err != nil || got.Urgency == nil || got.Urgency.Reason != "scade oggi" {
		t.Fatalf("%+v, %v", got.Urgency, err)
	}
	u.Reason = " "
	if _, err := o.s.SetUrgent(ctx, boss, u); saidCode(err) != "reason" {
		t.Errorf("without a reason: %v", err)
	}
	e, err := o.s.TakeMisdelivered(ctx, clerk, station.MisdeliveredCommand{Key: "per-altri-1", Draft: forOthers()})
	if err != nil {
		t.Fatal(err)
	}
	u.IntakeID, u.Reason = e.Intake.ID, "subito"
	if _, err := o.s.SetUrgent(ctx, boss, u); saidCode(err) != "unnumbered" {
		t.Errorf("what goes back to the post: %v", err)
	}
}
