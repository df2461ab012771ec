package sane_test

import (
	"bytes"
	"encoding/csv"
	"image/jpeg"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"segnatura/internal/testenv"
	"segnatura/internal/tool"
	"segnatura/scanner"
	"segnatura/scanner/sane"
	"segnatura/scanner/scannertest"
)

// realSource is a device of SANE's own backends, in a configuration of its own.
func realSource(t *testing.T, device string, files map[string]string) *sane.Source {
	t.Helper()
	program := testenv.Program(t, "scanimage")
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return sane.New(sane.Config{Device: device, Program: program, Env: []string{"SANE_CONFIG_DIR=" + dir}, WorkDir: t.TempDir()})
}

func testBackend(t *testing.T) *sane.Source {
	return realSource(t, "test:0", map[string]string{
		"dll.conf":  "test\n",
		"test.conf": "number_of_devices 1\ngeometry_max 432.0\nmode Gray\ndepth 8\nresolution 75.0\nresolution_max 1200.0\ntest-picture \"Grid\"\n",
	})
}

// The feeder of SANE's test backend holds ten sheets.
func TestTheFeederOfSANEsTestBackend(t *testing.T) {
	src := testBackend(t)
	c, err := src.Capabilities(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	feeder, ok := c.Input(scanner.InputFeeder)
	if !ok || c.MakeAndModel != "Noname frontend-tester" || !slices.Contains(feeder.ResolutionsDPI, 300) || feeder.MaxHeightMM < 297 {
		t.Fatalf("%+v", c)
	}
	doc, err := src.Scan(t.Context(), scanner.Request{Input: scanner.InputFeeder, ColorMode: scanner.ColorGrey, ResolutionDPI: 100})
	if err != nil {
		t.Fatal(err)
	}
	defer doc.Close()
	for n := 1; ; n++ {
		p, err := doc.Next(t.Context())
		if err == io.EOF {
			if n != 11 {
				t.Errorf("%d pages", n-1)
			}
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(p.Data)
		if err != nil {
			t.Fatal(err)
		}
		m, err := jpeg.DecodeConfig(bytes.NewReader(b))
		if err != nil || abs(m.Width-827) > 2 || abs(m.Height-1169) > 2 { // A4 at 100 dpi
			t.Fatalf("page %d: %d x %d, %v", n, m.Width, m.Height, err)
		}
		if err := p.Data.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestThePlatenGivesOnePage(t *testing.T) {
	doc, err := testBackend(t).Scan(t.Context(), scanner.Request{Input: scanner.InputPlaten, ResolutionDPI: 75})
	if err != nil {
		t.Fatal(err)
	}
	defer doc.Close()
	if n, err := drain(t, doc); n != 1 || err != io.EOF {
		t.Errorf("%d pages, then %v", n, err)
	}
}

func TestADeviceThatIsNotThere(t *testing.T) {
	src := realSource(t, "nosuch:0", map[string]string{"dll.conf": "test\n"})
	if st := src.Status(t.Context()); st.State != scanner.StateOffline {
		t.Errorf("status %+v", st)
	}
	if _, err := src.Scan(t.Context(), scanner.Request{}); scannertest.Kind(err) != scanner.FaultOffline {
		t.Errorf("scan: %v", err)
	}
}

func abs(n int) int { return max(n, -n) }

// TestRecordedExitCodes walks the recorded table of scanimage's ends.
func TestRecordedExitCodes(t *testing.T) {
	f, err := os.Open(filepath.Join(testenv.Shared(t, "devices/sane"), "exit-codes.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes = '\t', true
	rows, err := r.ReadAll()
	if err != nil || len(rows) < 10 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	want := map[string]scanner.FaultKind{
		"unsupported": scanner.FaultUnsupported, "cancelled": scanner.FaultCancelled, "device busy": scanner.FaultBusy,
		"invalid": scanner.FaultUnsupported, "eof before data (png)": scanner.FaultDevice, "jammed": scanner.FaultJam,
		"no docs (single scan)": scanner.FaultEmpty, "cover open": scanner.FaultCoverOpen, "io error": scanner.FaultDevice,
		"out of memory": scanner.FaultDevice, "access denied": scanner.FaultDevice, "unknown device": scanner.FaultOffline,
		"unknown option": scanner.FaultDevice, "bad enum value (--mode, --source)": scanner.FaultUnsupported,
		"no device at all (scan)": scanner.FaultOffline, "SIGTERM mid-scan": scanner.FaultDevice,
	}
	seen := 0
	digits := regexp.MustCompile(`^[0-9]+`)
	for _, row := range rows[1:] {
		code, err := strconv.Atoi(digits.FindString(row[1]))
		if err != nil {
			t.Fatalf("row %q: %v", row, err)
		}
		if code == 0 {
			continue // ends that are told apart by their words: TestRecordedRuns, TestOddEnds
		}
		seen++
		got := sane.ExitFault(&tool.ExitError{Code: code}, []byte(row[2]+"\n")).Kind
		if got != want[row[0]] {
			t.Errorf("%s: %q, want %q", row[0], got, want[row[0]])
		}
	}
	if seen != len(want) {
		t.Errorf("%d rows with a code, the table here has %d", seen, len(want))
	}
}

func TestRecordedLists(t *testing.T) {
	dir := testenv.Shared(t, "devices/sane")
	read := func(name string) string {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	in := sane.Inputs(read("scanimage-A.test-backend.txt"))
	if len(in) != 2 || in[0].Input != scanner.InputFeeder || in[0].Duplex || in[0].MaxWidthMM != 432 || len(in[0].ColorModes) != 2 {
		t.Errorf("test backend: %+v", in)
	}
	in = sane.Inputs(read("scanimage-A.pnm-backend.txt"))
	if len(in) != 1 || in[0].Input != scanner.InputPlaten || !slices.Contains(in[0].ResolutionsDPI, 300) {
		t.Errorf("pnm backend: %+v", in)
	}
	if d := sane.Devices("test:0\tNoname\tfrontend-tester\tvirtual device\nnoise\n"); len(d) != 1 || d[0].MakeAndModel != "Noname frontend-tester" {
		t.Errorf("devices: %+v", d)
	}
	if !strings.Contains(read("scanimage-L.txt"), "test:0") {
		t.Error("the recorded list has no test:0")
	}
}
