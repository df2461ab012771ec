package scanner_test

import (
	"slices"
	"testing"

	"segnatura/scanner"
)

func TestSizesOfAnInput(t *testing.T) {
	for _, test := range []struct {
		name          string
		width, height float64
		want          []scanner.PageSize
	}{
		{"a feeder longer than A4", 215.9, 355.6, []scanner.PageSize{scanner.SizeA4, scanner.SizeA5, scanner.SizeWhole}},
		{"a glass announced a hair short of A4", 209.9, 296.9, []scanner.PageSize{scanner.SizeA4, scanner.SizeA5, scanner.SizeWhole}},
		{"A3", 297, 432, []scanner.PageSize{scanner.SizeA4, scanner.SizeA3, scanner.SizeA5, scanner.SizeWhole}},
		{"a reader of cards", 90, 60, []scanner.PageSize{scanner.SizeWhole}},
		{"a device that did not say", 0, 0, []scanner.PageSize{scanner.SizeA4, scanner.SizeA3, scanner.SizeA5}},
	} {
		in := scanner.InputCapabilities{MaxWidthMM: test.width, MaxHeightMM: test.height}
		if got := in.Sizes(); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
		for _, s := range in.Sizes() {
			w, h, ok := in.Area(s)
			if !ok || w <= 0 || h <= 0 || test.width > 0 && (w > test.width || h > test.height) {
				t.Errorf("%s: %s is %v x %v, %v", test.name, s, w, h, ok)
			}
		}
	}
	if w, h, ok := (scanner.InputCapabilities{MaxWidthMM: 100, MaxHeightMM: 100}).Area(""); w != 0 || h != 0 || !ok {
		t.Errorf("no size: %v x %v, %v", w, h, ok)
	}
	if _, _, ok := (scanner.InputCapabilities{}).Area("B4"); ok {
		t.Error("B4 is taken")
	}
}
