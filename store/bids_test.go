package store

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/store/storetest"
)

// bids leaves rows in all tables of sealed bids.
func (o *office) bids(t testing.TB) {
	t.Helper()
	ctx := context.Background()
	g := o.Enter("gara")
	_, err := o.Produce("data", g.ID, 1)
	must(t, err)
	must(t, o.CountWaiting(ctx, storetest.Clerk(), "count-1", g.ID, 2, ""))
	typed := storetest.Pressed("sheet")
	typed.Sheet = &protocollo.HandoverSheet{Sheet: o.Sheets("sheets", 1)[0].Code, Row: 1, At: storetest.Start(), By: "Anna"}
	h, err := o.FreezeHandover(ctx, typed)
	must(t, err)
	must(t, o.AnnotateHandover(ctx, storetest.Clerk(), "note-1", h.ID, "dal foglio"))
	list := o.Receive("two", 2, g.ID)
	must(t, o.RecordBidLabel(ctx, storetest.Clerk(), list[0].ID, station.BidLabelPrint{Printer: "zebra", State: protocollo.PrintPrinted, BitmapSHA256: "00", Reason: protocollo.ReprintJammed}))
	o.Record(storetest.BidDraft(list[0]))
	passed := o.HandOver("distinta", g.ID, "Anna", "Ugo", list...)
	_, err = o.ConfirmTransfer(ctx, storetest.Clerk(), passed.ID, protocollo.TransferConfirm{Name: "Ugo", OnPaper: true})
	must(t, err)
	must(t, o.RecordBidEvent(ctx, storetest.Clerk(), "event-1", protocollo.BidEvent{BidID: list[1].ID, Kind: protocollo.BidWithdrawn, Person: "Luca", Signed: true}))
	must(t, o.CloseTender(ctx, storetest.Chief(), g.ID, "chiusa", func(station.TenderEnd) error { return nil }))
	ends, err := o.TenderClosings(ctx, storetest.AOO().Code, g.ID)
	must(t, err)
	must(t, o.ReopenTender(ctx, storetest.Chief(), g.ID, ends[0].ID, "chiusa per errore"))
}

// The database itself refuses an instant that is not later than the one before it, whoever asks.
func TestHandoversIncrease(t *testing.T) {
	o := openOffice(t)
	h := o.Freeze("a")
	pool := o.raw(t)
	for _, at := range []time.Time{h.At, h.At.Add(-time.Nanosecond)} {
		_, err := pool.Exec(`INSERT INTO bid_handovers (at, aoo, year, seq, key, desk, by_user, clock_at, contested, proof) VALUES (?, 'AOO1', 2026, 99, 'x', '', '', 1, 0, '{}')`, at.UnixNano())
		if err == nil || !strings.Contains(err.Error(), "not earlier") {
			t.Errorf("%s after %s: %v", at, h.At, err)
		}
	}
	o.clean(t)
}

// A frozen instant goes ahead of everything that waits to be written before it came.
func TestAFrozenInstantGoesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := &DB{writer: make(chan struct{}, 1), urgent: make(chan struct{})} // somebody writes: the token is out
		var order []string
		var done sync.WaitGroup
		for i := range 3 {
			done.Go(func() {
				<-db.writer
				order = append(order, fmt.Sprint("letter ", i))
				db.passOn()
			})
		}
		synctest.Wait()
		done.Go(func() {
			must(t, db.first(context.Background()))
			order = append(order, "instant")
			db.passOn()
		})
		synctest.Wait()
		db.passOn()
		done.Wait()
		if len(order) != 4 || order[0] != "instant" {
			t.Fatalf("written in the order %q", order)
		}
	})
}

// Ten desks press at once: none is lost, and no two have one instant.
func TestManyPressAtOnce(t *testing.T) {
	dir := t.TempDir()
	db, err := Open(context.Background(), Config{Dir: dir})
	must(t, err)
	ctx := context.Background()
	must(t, db.SaveSetup(ctx, storetest.Setup(), storetest.Accounts()))
	const desks, presses = 10, 20
	var done sync.WaitGroup
	for d := range desks {
		done.Go(func() {
			for p := range presses {
				if _, err := db.FreezeHandover(ctx, storetest.Pressed(fmt.Sprintf("%d/%d", d, p))); err != nil {
					t.Errorf("desk %d: %v", d, err)
				}
			}
		})
	}
	done.Wait()
	must(t, db.Close())
	if db, err = Open(ctx, Config{Dir: dir}); err != nil { // as after a power cut
		t.Fatal(err)
	}
	list, err := db.Handovers(ctx, storetest.AOO().Code, station.HandoverQuery{Open: true})
	must(t, err)
	if len(list) != desks*presses {
		t.Fatalf("%d of %d are there", len(list), desks*presses)
	}
	for i := 1; i < len(list); i++ {
		if a, b := list[i-1], list[i]; !b.At.After(a.At) || b.Seq != a.Seq+1 || b.Contested {
			t.Fatalf("%+v after %+v", b, a)
		}
	}
	must(t, db.Close())
}
