package storetest

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// Sheets prepares blank sheets of 14 lines.
func (f *Fixture) Sheets(key string, n int) []station.BidSheet {
	f.Helper()
	list, err := f.PrepareBidSheets(context.Background(), Clerk(), key, n, 14)
	f.ok(err)
	return list
}

// Produce records a production of a gara's data with files of that content.
func (f *Fixture) Produce(key string, tender int64, version int) (station.TenderRecord, error) {
	f.Helper()
	facts, err := f.TenderFacts(context.Background(), AOO().Code, tender)
	f.ok(err)
	r := station.TenderRecord{TenderID: tender, Key: key, Version: version, MadeAt: f.Clock.Now(), Plichi: len(facts.Bids), Journal: facts.Journal}
	r.PDF.SHA256, r.PDF.Bytes = f.blob(fmt.Sprint("data ", tender, version))
	r.CSV.SHA256, r.CSV.Bytes = f.blob(fmt.Sprint("data ", tender, version, ", table"))
	return f.RecordTenderRecord(context.Background(), Chief(), r)
}

// testBidSheets: sheets have numbers without a gap, and each line is typed in once, under whatever key.
func testBidSheets(t *testing.T, f *Fixture) {
	ctx := context.Background()
	first, second := f.Sheets("two", 2), f.Sheets("one", 1)
	if len(first) != 2 || first[0].Seq != 1 || first[1].Seq != 2 || second[0].Seq != 3 || first[0].Rows != 14 || len(first[0].Typed) != 0 {
		t.Fatalf("%+v, %+v", first, second)
	}
	if again := f.Sheets("two", 2); again[0].ID != first[0].ID || len(again) != 2 {
		t.Fatalf("again %+v", again)
	}
	_, err := f.PrepareBidSheets(ctx, Clerk(), "two", 3, 14)
	Fails(t, err, protocollo.Conflict, "request-key")
	line := func(key, sheet string, row int) error {
		c := Pressed(key)
		c.Sheet = &protocollo.HandoverSheet{Sheet: sheet, Row: row, At: Start(), By: "Anna"}
		h, err := f.FreezeHandover(ctx, c)
		if err == nil && (h.Sheet.Sheet != sheet || h.Sheet.Row != row) {
			t.Errorf("line %d of sheet %s: %+v", row, sheet, h.Sheet)
		}
		return err
	}
	f.ok(line("a", first[0].Code, 1))
	f.ok(line("a", first[0].Code, 1)) // the same request
	f.ok(line("b", first[0].Code, 3))
	f.ok(line("c", first[1].Code, 1))
	Fails(t, line("d", first[0].Code, 1), protocollo.Conflict, "sheet-row-typed")
	Fails(t, line("e", first[0].Code, 15), protocollo.Invalid, "row")
	Fails(t, line("f", "9/2026", 1), protocollo.NotFound, "bid-sheet")
	Fails(t, line("g", "", 1), protocollo.NotFound, "bid-sheet")
	list, err := f.BidSheets(ctx, AOO().Code, 2)
	f.ok(err)
	if len(list) != 2 || list[0].Code != second[0].Code || !slices.Equal(list[1].Typed, []int{1}) {
		t.Fatalf("newest first: %+v", list)
	}
	if list, err = f.BidSheets(ctx, AOO().Code, 9); err != nil || !slices.Equal(list[2].Typed, []int{1, 3}) {
		t.Fatalf("%+v, %v", list, err)
	}
	if other, err := f.BidSheets(ctx, OtherAOO().Code, 9); err != nil || len(other) != 0 {
		t.Fatalf("another AOO sees %+v, %v", other, err)
	}
}

// testTenderRecords: each production is a version more, of one snapshot; nothing takes the place of another, and one request makes one.
func testTenderRecords(t *testing.T, f *Fixture) {
	ctx, aoo := context.Background(), AOO().Code
	g := f.Enter("gara")
	list := f.Receive("two", 2, g.ID)
	f.Record(BidDraft(list[0]))
	f.HandOver("distinta", g.ID, "Anna", "Ugo", list...)
	f.ok(f.CountWaiting(ctx, Clerk(), "waiting-1", g.ID, 4, "in coda"))
	facts, err := f.TenderFacts(ctx, aoo, g.ID)
	f.ok(err)
	if len(facts.Bids) != 2 || len(facts.Letters) != 1 || facts.Letters[list[0].ID].Intake.Draft.BidID != list[0].ID || len(facts.Transfers) != 1 || len(facts.Waiting) != 1 || len(facts.Versions) != 1 ||
		facts.Journal.Seq == 0 || facts.Versioned != 0 || facts.Tender.ID != g.ID {
		t.Fatalf("%+v", facts)
	}
	first, err := f.Produce("data-1", g.ID, 1)
	f.ok(err)
	if again, err := f.Produce("data-1", g.ID, 7); err != nil || again != first || first.Name != Chief().Name {
		t.Fatalf("the same request: %+v, was %+v, %v", again, first, err)
	}
	_, err = f.Produce("data-2", g.ID, 1)
	Fails(t, err, protocollo.Conflict, "tender-record")
	other := f.Enter("other gara")
	_, err = f.Produce("data-1", other.ID, 1)
	Fails(t, err, protocollo.Conflict, "request-key")
	f.Receive("three", 3, g.ID)
	second, err := f.Produce("data-2", g.ID, 2)
	f.ok(err)
	if second.Plichi != 5 || first.Plichi != 2 || second.Journal.Seq <= first.Journal.Seq {
		t.Fatalf("%+v after %+v", second, first)
	}
	made, err := f.TenderRecords(ctx, aoo, g.ID, "")
	f.ok(err)
	if len(made) != 2 || made[0] != second || made[1] != first {
		t.Fatalf("newest first: %+v", made)
	}
	if made, err = f.TenderRecords(ctx, aoo, 0, "data-1"); err != nil || len(made) != 1 || made[0] != first {
		t.Fatalf("by its key: %+v, %v", made, err)
	}
	if made, err = f.TenderRecords(ctx, OtherAOO().Code, g.ID, ""); err != nil || len(made) != 0 {
		t.Fatalf("another AOO sees %+v, %v", made, err)
	}
	_, err = f.TenderFacts(ctx, OtherAOO().Code, g.ID)
	Fails(t, err, protocollo.NotFound, "tender")
	lost := second
	lost.Key, lost.Version, lost.PDF.SHA256 = "data-3", 3, "00"
	_, err = f.RecordTenderRecord(ctx, Chief(), lost)
	Fails(t, err, protocollo.NotFound, "blob")
}
