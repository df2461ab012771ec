package officesim_test

import (
	"bytes"
	"net/http"
	"slices"
	"testing"

	"segnatura/internal/officesim"
	"segnatura/scanner"
	"segnatura/scanner/escl"
)

// TestOneSidedFeeder: the backs come in a second pass of the turned pile, the last sheet's first.
func TestOneSidedFeeder(t *testing.T) {
	o := start(t, officesim.Config{Seed: 3})
	s := feeder
	s.dpi, s.duplex = 75, true
	letters := []officesim.Letter{{Kind: officesim.KindDoubleSided}, {Kind: officesim.KindLetter, Pages: 1}}
	load(t, o, letters...)
	both := scan(t, o, s)

	o.SetOneSided(true)
	client, err := escl.New(escl.Config{URL: o.ScannerURL()})
	if err != nil {
		t.Fatal(err)
	}
	caps, err := client.Capabilities(t.Context())
	if in, has := caps.Input(scanner.InputFeeder); err != nil || !has || in.Duplex {
		t.Errorf("capabilities %+v, %v", caps, err)
	}
	o.Reload()
	if status, _ := postJob(t, o, s); status != http.StatusConflict {
		t.Errorf("both sides of a one-sided feeder got status %d", status)
	}
	s.duplex = false
	fronts := scan(t, o, s)
	o.TurnOver()
	backs := scan(t, o, s)
	slices.Reverse(backs)
	var got [][]byte
	for i := range fronts {
		got = append(got, fronts[i], backs[i])
	}
	if len(both) != 6 || !slices.EqualFunc(got, both, bytes.Equal) {
		t.Errorf("%d sides of %d fronts and %d backs are not those that a feeder for both takes", len(both), len(fronts), len(backs))
	}
	o.TurnOver()
	if again := scan(t, o, s); !slices.EqualFunc(again, fronts, bytes.Equal) {
		t.Error("a pile that is turned twice does not lie as before")
	}
}
