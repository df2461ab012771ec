package storetest

import (
	"context"
	"slices"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/scanner"
)

func testScanProfiles(t *testing.T, f *Fixture) {
	ctx := context.Background()
	save := func(p station.ScanProfile) station.ScanProfile {
		t.Helper()
		saved, err := f.SaveScanProfile(ctx, Chief(), p)
		f.ok(err)
		return saved
	}
	keys := func() (list []string) {
		t.Helper()
		profiles, err := f.ScanProfiles(ctx, AOO().Code)
		f.ok(err)
		for _, p := range profiles {
			list = append(list, p.Name+" "+p.Key)
		}
		return list
	}
	letters := save(station.ScanProfile{Name: "Lettere", Device: "uuid-1", DeviceName: "Sportello", Key: "F8",
		Settings: station.ScanSettings{Input: scanner.InputFeeder, TwoSided: true, ColorMode: scanner.ColorGrey, Resolution: 300, PageSize: scanner.SizeA4}})
	plans := save(station.ScanProfile{Name: "Tavole", Key: "Shift+F8", Settings: station.ScanSettings{Input: scanner.InputPlaten}})
	if letters.ID == 0 || plans.ID == letters.ID {
		t.Fatalf("ids %d and %d", letters.ID, plans.ID)
	}
	list, err := f.ScanProfiles(ctx, AOO().Code)
	f.ok(err)
	if len(list) != 2 || list[0] != letters || list[1] != plans {
		t.Fatalf("read again: %+v", list)
	}
	_, err = f.SaveScanProfile(ctx, Chief(), station.ScanProfile{Name: "Lettere"})
	Fails(t, err, protocollo.Conflict, "profile-name")

	plans.Key, plans.Name = "F8", "Tavole e mappe" // its key is the other's
	save(plans)
	if got, want := keys(), []string{"Lettere ", "Tavole e mappe F8"}; !slices.Equal(got, want) {
		t.Errorf("after the key went over: %q, want %q", got, want)
	}
	elsewhere := Chief()
	elsewhere.AOO = OtherAOO().Code
	_, err = f.SaveScanProfile(ctx, elsewhere, plans)
	Fails(t, err, protocollo.NotFound, "scan-profile")
	Fails(t, f.DeleteScanProfile(ctx, elsewhere, plans.ID), protocollo.NotFound, "scan-profile")
	if others, err := f.ScanProfiles(ctx, OtherAOO().Code); err != nil || len(others) != 0 {
		t.Errorf("the other AOO's: %+v, %v", others, err)
	}
	f.ok(f.DeleteScanProfile(ctx, Chief(), plans.ID))
	Fails(t, f.DeleteScanProfile(ctx, Chief(), plans.ID), protocollo.NotFound, "scan-profile")
	if got, want := keys(), []string{"Lettere "}; !slices.Equal(got, want) {
		t.Errorf("after the deletion: %q, want %q", got, want)
	}
}
