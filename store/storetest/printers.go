package storetest

import (
	"context"
	"testing"

	"segnatura/internal/station"
	"segnatura/stamp"
)

func testPrinters(t *testing.T, f *Fixture) {
	ctx := context.Background()
	read := func() map[string]station.PrinterSettings {
		t.Helper()
		all, err := f.PrinterSettings(ctx)
		f.ok(err)
		return all
	}
	if all := read(); len(all) != 0 {
		t.Fatalf("kept from the start: %v", all)
	}
	f.ok(f.KeepPrinter(ctx, Chief(), "zebra", station.PrinterSettings{Offset: &stamp.Offset{RightMM: 0.5, DownMM: -1}}))
	f.ok(f.UseSheetPlace(ctx, "laser", 4))
	f.ok(f.UseSheetPlace(ctx, "zebra", 2))
	all := read()
	if len(all) != 2 || all["laser"].NextPlace != 4 || all["laser"].Offset != nil {
		t.Errorf("%+v", all)
	}
	if z := all["zebra"]; z.Offset == nil || *z.Offset != (stamp.Offset{RightMM: 0.5, DownMM: -1}) || z.NextPlace != 2 {
		t.Errorf("%+v", z)
	}
	f.ok(f.KeepPrinter(ctx, Chief(), "zebra", station.PrinterSettings{NextPlace: 1}))
	if z := read()["zebra"]; z.Offset != nil || z.NextPlace != 1 {
		t.Errorf("%+v", z)
	}
}
