package sane_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"segnatura/internal/testenv"
	"segnatura/scanner"
	"segnatura/scanner/sane"
	"segnatura/scanner/scannertest"
)

func pagesOf(n int) [][]byte {
	var out [][]byte
	for i := range n {
		out = append(out, fmt.Appendf(nil, "\xff\xd8\xff page %d \xff\xd9", i+1))
	}
	return out
}

const dry = "sane_start: Document feeder out of documents"

func TestFamily(t *testing.T) {
	scenes := map[scannertest.Scenario]struct {
		fake  fake
		pages int
	}{
		scannertest.Plain:     {fake{Words: dry}, 3},
		scannertest.Duplex:    {fake{Words: dry}, 4},
		scannertest.Jam:       {fake{Words: "sane_read: Document feeder jammed", Code: 6}, 2},
		scannertest.CoverOpen: {fake{Words: "sane_read: Scanner cover is open", Code: 8}, 2},
		scannertest.Silent:    {fake{Quiet: true}, 2},
		scannertest.Empty:     {fake{Words: dry}, 0},
		scannertest.Offline:   {fake{Open: "Invalid argument"}, 0},
		scannertest.Busy:      {fake{Open: "Device busy"}, 0},
	}
	whole := "scanimage names a file when it is whole: a page comes as a whole or not at all"
	scannertest.Run(t, scannertest.Family{
		Absent: map[scannertest.Scenario]string{scannertest.Truncated: whole, scannertest.Stall: whole},
		New: func(t *testing.T, s scannertest.Scenario) scannertest.Harness {
			scene := scenes[s]
			scene.fake.Asked = filepath.Join(t.TempDir(), "asked")
			pages := pagesOf(scene.pages)
			src := newFake(t, scene.fake, pages, nil)
			if s == scannertest.Silent {
				pages = append(pages, nil) // the one that never comes
			}
			return scannertest.Harness{
				Source: src, Pages: pages,
				Request: scanner.Request{Input: scanner.InputFeeder, Duplex: s == scannertest.Duplex, ColorMode: scanner.ColorGrey, ResolutionDPI: 300},
				Asked: func() int {
					b, err := os.ReadFile(scene.fake.Asked)
					if err != nil {
						t.Fatal(err)
					}
					return len(b)
				},
			}
		},
	})
}

// TestOddEnds holds what a run's end is taken for.
func TestOddEnds(t *testing.T) {
	tests := []struct {
		name  string
		fake  fake
		pages int
		want  scanner.FaultKind // "": io.EOF
	}{
		{"the feeder is empty", fake{Words: dry}, 2, ""},
		{"the feeder is empty, with its code", fake{Words: dry, Code: 7}, 2, ""},
		{"the run ends without a reason", fake{}, 2, scanner.FaultDevice},
		{"the run ends without a reason and without a page", fake{}, 0, scanner.FaultDevice},
		{"a jam with exit code 0", fake{Words: "sane_read: Document feeder jammed"}, 1, scanner.FaultJam},
		{"a code without words", fake{Code: 8}, 1, scanner.FaultCoverOpen},
		{"words that nobody knows", fake{Words: "sane_start: Lamp not ready", Code: 9}, 1, scanner.FaultDevice},
		{"nobody gave the station a right to it", fake{Words: "sane_start: Access to resource has been denied", Code: 11}, 0, scanner.FaultDenied},
		{"no scanner at all", fake{Words: "no SANE devices found", Code: 1}, 0, scanner.FaultOffline},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			src := newFake(t, test.fake, pagesOf(test.pages), nil)
			doc, err := src.Scan(t.Context(), scanner.Request{Input: scanner.InputFeeder})
			if err != nil {
				t.Fatal(err)
			}
			defer doc.Close()
			taken, err := drain(t, doc)
			if taken != test.pages || scannertest.Kind(err) != test.want || (test.want == "") != (err == io.EOF) {
				t.Errorf("%d pages, then %v; want %d, then %q", taken, err, test.pages, test.want)
			}
		})
	}
}

// A device that does not open: what is told is what a person can do about it.
func TestADeviceThatDoesNotOpen(t *testing.T) {
	for _, c := range []struct {
		words string
		want  scanner.FaultKind
		state scanner.State
	}{
		{"Access to resource has been denied", scanner.FaultDenied, scanner.StateStopped},
		{"Device busy", scanner.FaultBusy, scanner.StateBusy},
		{"Invalid argument", scanner.FaultOffline, scanner.StateOffline},
		{"Error during device I/O", scanner.FaultOffline, scanner.StateOffline},
	} {
		src := newFake(t, fake{Open: c.words}, pagesOf(1), nil)
		if st := src.Status(t.Context()); st.State != c.state || st.Fault != c.want {
			t.Errorf("%s: status %+v", c.words, st)
		}
		if _, err := src.Scan(t.Context(), scanner.Request{Input: scanner.InputFeeder}); scannertest.Kind(err) != c.want {
			t.Errorf("%s: a scan ends with %v, want %q", c.words, err, c.want)
		}
	}
}

func drain(t *testing.T, doc scanner.Document) (int, error) {
	t.Helper()
	for n := 0; ; n++ {
		p, err := doc.Next(t.Context())
		if err != nil {
			return n, err
		}
		if _, err := io.Copy(io.Discard, p.Data); err != nil {
			t.Fatal(err)
		}
		if err := p.Data.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// A device that hangs is left after the page's deadline: one was seen to hang for ten minutes.
func TestADeviceThatHangsIsLeft(t *testing.T) {
	src := newFake(t, fake{Quiet: true}, pagesOf(1), func(c *sane.Config) { c.PageTimeout = 300 * time.Millisecond })
	doc, err := src.Scan(t.Context(), scanner.Request{Input: scanner.InputFeeder})
	if err != nil {
		t.Fatal(err)
	}
	defer doc.Close()
	if n, err := drain(t, doc); n != 1 || scannertest.Kind(err) != scanner.FaultOffline {
		t.Errorf("%d pages, then %v", n, err)
	}
}

// A page that goes on moving is waited for, however slow the glass is.
func TestASlowPageThatMovesIsWaitedFor(t *testing.T) {
	src := newFake(t, fake{Moves: 12, Words: dry}, pagesOf(1), func(c *sane.Config) { c.PageTimeout = 1500 * time.Millisecond })
	doc, err := src.Scan(t.Context(), scanner.Request{Input: scanner.InputFeeder})
	if err != nil {
		t.Fatal(err)
	}
	defer doc.Close()
	if n, err := drain(t, doc); n != 1 || err != io.EOF {
		t.Errorf("%d pages, then %v", n, err)
	}
}

// What is not on the device's list is refused before the paper moves, although scanimage would round it in silence.
func TestSettingsThatTheDeviceDoesNotHave(t *testing.T) {
	src := newFake(t, fake{Words: dry}, pagesOf(1), nil)
	for _, r := range []scanner.Request{
		{Input: scanner.InputFeeder, ResolutionDPI: 5000},
		{Input: scanner.InputFeeder, ResolutionDPI: 301},
		{Input: scanner.InputPlaten, Duplex: true},
		{Input: "drawer"},
		{Input: scanner.InputPlaten, Format: "application/pdf"},
		{Input: scanner.InputPlaten, ColorMode: scanner.ColorBinary, Format: "image/jpeg"},
		{Input: scanner.InputPlaten, WidthMM: 300, HeightMM: 420},
		{Input: scanner.InputPlaten, WidthMM: 100},
	} {
		doc, err := src.Scan(t.Context(), r)
		if scannertest.Kind(err) != scanner.FaultUnsupported {
			t.Errorf("%+v: %v", r, err)
		}
		if err == nil {
			_ = doc.Close()
		}
	}
}

// The work folder is given as the station has it, relative to where it runs: scanimage then wrote beside its own.
func TestNothingIsLeftOfARun(t *testing.T) {
	work := t.TempDir()
	t.Chdir(work)
	src := newFake(t, fake{Words: dry}, pagesOf(3), func(c *sane.Config) { c.WorkDir = "." })
	doc, err := src.Scan(t.Context(), scanner.Request{Input: scanner.InputFeeder})
	if err != nil {
		t.Fatal(err)
	}
	p, err := doc.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(p.Data.Close(), doc.Close()); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(work); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

func TestAMissingProgramIsAScannerThatIsOff(t *testing.T) {
	src := sane.New(sane.Config{Device: "test:0", Program: "/nowhere/scanimage"})
	if st := src.Status(t.Context()); st.State != scanner.StateOffline || st.Detail == "" {
		t.Errorf("status %+v", st)
	}
}

// TestRecordedRuns replays every recorded run on SANE's own backends.
func TestRecordedRuns(t *testing.T) {
	dir := testenv.Shared(t, "devices/sane")
	want := map[string]scanner.FaultKind{
		"batch-COVER_OPEN.stderr.txt": scanner.FaultCoverOpen, "batch-DEVICE_BUSY.stderr.txt": scanner.FaultBusy,
		"batch-JAMMED.stderr.txt": scanner.FaultJam, "batch-NO_DOCS.stderr.txt": scanner.FaultEmpty, "batch-adf-10-pages.stderr.txt": scanner.FaultEmpty,
	}
	files, err := filepath.Glob(filepath.Join(dir, "batch-*.stderr.txt"))
	if err != nil || len(files) != len(want) {
		t.Fatalf("%d recorded runs, %v; the table has %d", len(files), err, len(want))
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got := sane.KindOfComplaint(b); got != want[filepath.Base(file)] {
			t.Errorf("%s: %q, want %q", filepath.Base(file), got, want[filepath.Base(file)])
		}
	}
}
