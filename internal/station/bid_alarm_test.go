package station_test

import (
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// The Responsabile is told before a gara's session that plichi which came in time are still at the desk, once, and until both words say that they are not (R5.5).
func TestAlarmBeforeTheSession(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	g := o.gara()
	o.clock.add(noon.Add(-time.Minute).Sub(o.clock.Now()))
	list := o.received("key-0001", 2, g.ID)
	o.clock.add(2 * time.Minute)
	o.received("key-0002", 1, g.ID) // late: it may stay at the desk
	if _, err := o.s.RecordBidEvent(ctx, clerk, "gone-1", protocollo.BidEvent{BidID: list[1].ID, Kind: protocollo.BidWithdrawn, Person: "Luca", Signed: true}); err != nil {
		t.Fatal(err)
	}
	policies, err := o.s.Policies(ctx, boss)
	if err != nil {
		t.Fatal(err)
	}
	policies.Bids.DueBeforeMinutes = 30
	if _, err := o.s.SavePolicies(ctx, boss, policies); err != nil {
		t.Fatal(err)
	}
	o.clock.add(g.Terms.SessionAt.Add(-31 * time.Minute).Sub(o.clock.Now()))
	o.wantAlarms("before the lead", o.tend())
	o.clock.add(2 * time.Minute)
	o.wantAlarms("within the lead", o.tend(), "bids-undelivered 0")
	o.clock.add(time.Hour)
	o.wantAlarms("after the session", o.tend(), "bids-undelivered 0")
	views, err := o.s.Alarms(ctx, boss, false)
	if err != nil || len(views) != 1 || views[0].Tender != g.Terms.Subject || views[0].Waiting != 1 || views[0].Subject != g.ID || views[0].Count != 1 {
		t.Fatalf("%+v, %v", views, err)
	}
	passed, err := o.s.HandOver(ctx, clerk, station.TransferCommand{Key: "distinta-1", TenderID: g.ID, To: boss.Name, Place: "Ufficio gare",
		Plichi: []station.ScannedPlico{{Code: list[0].HandCode(), Seal: protocollo.SealWhole}}})
	if err != nil {
		t.Fatal(err)
	}
	o.wantAlarms("nobody confirmed it", o.tend(), "bids-undelivered 0")
	if _, err := o.s.ConfirmTransfer(ctx, boss, passed.ID, false); err != nil {
		t.Fatal(err)
	}
	o.wantAlarms("handed over", o.tend(), "bids-undelivered 0 delivered")
	o.seen(views[0].ID)
	o.wantAlarms("and seen", o.tend())
}
