package sane_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"image/jpeg"
	"io"
	"maps"
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
		"out of memory": scanner.FaultDevice, "access denied": scanner.FaultDenied, "unknown device": scanner.FaultOffline,
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

// samples says what holds each recorded file to its word.
var samples = map[string]string{
	"scanimage-A.test-backend.txt": "TestRecordedLists", "scanimage-A.pnm-backend.txt": "TestRecordedLists", "scanimage-L.txt": "TestRecordedLists",
	"scanimage-f-json-lines.txt": "TestRecordedOutput", "batch-adf-10-pages.stdout.txt": "TestRecordedOutput", "progress.stderr.bin": "TestRecordedOutput",
	"exit-codes.tsv":              "TestRecordedExitCodes",
	"batch-COVER_OPEN.stderr.txt": "TestRecordedRuns", "batch-JAMMED.stderr.txt": "TestRecordedRuns", "batch-DEVICE_BUSY.stderr.txt": "TestRecordedRuns",
	"batch-NO_DOCS.stderr.txt": "TestRecordedRuns", "batch-adf-10-pages.stderr.txt": "TestRecordedRuns",
}

func TestEverySampleIsReplayed(t *testing.T) {
	entries, err := os.ReadDir(testenv.Shared(t, "devices/sane"))
	if err != nil || len(entries) == 0 {
		t.Fatalf("%d files, %v", len(entries), err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if want := slices.Sorted(maps.Keys(samples)); !slices.Equal(names, want) {
		t.Errorf("recorded are %q; the tests know %q", names, want)
	}
}

func TestRecordedOutput(t *testing.T) {
	dir := testenv.Shared(t, "devices/sane")
	read := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	shares, words := sane.Chatter(read("progress.stderr.bin"))
	if len(shares) < 20 || !slices.IsSorted(shares) || shares[0] != 0.034 || shares[len(shares)-1] != 1 || strings.Contains(words, "Progress") {
		t.Errorf("progress %v, and %q", shares, words)
	}
	_, words = sane.Chatter(read("batch-JAMMED.stderr.txt"))
	if got := sane.KindOfComplaint([]byte(words)); got != scanner.FaultJam {
		t.Errorf("what was said beside the progress is %q", got)
	}
	pages := strings.Fields(string(read("batch-adf-10-pages.stdout.txt")))
	if len(pages) != 10 || !slices.IsSorted(pages) { // what --batch-print names, a file a line, is all that is taken of a run
		t.Errorf("named pages %q", pages)
	}
	// The same list in the form that we ask for: scanimage's %-fields, one device a line.
	var asked strings.Builder
	for line := range strings.Lines(string(read("scanimage-f-json-lines.txt"))) {
		var d struct{ Device, Vendor, Model, Type string }
		if err := json.Unmarshal([]byte(line), &d); err != nil {
			t.Fatal(err)
		}
		asked.WriteString(strings.Join([]string{d.Device, d.Vendor, d.Model, d.Type}, "\t") + "\n")
	}
	for _, d := range sane.Devices(asked.String()) {
		if want := "device `" + d.Name + "' is a " + d.MakeAndModel + " " + d.Type; !strings.Contains(string(read("scanimage-L.txt")), want) {
			t.Errorf("scanimage -L does not say %q", want)
		}
	}
	if n := len(sane.Devices(asked.String())); n != 2 {
		t.Errorf("%d devices", n)
	}
}

// Options of the settings go to the device as they are, and only where it lists them.
func TestFurtherOptions(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(testenv.Shared(t, "devices/sane"), "scanimage-A.pnm-backend.txt"))
	if err != nil {
		t.Fatal(err)
	}
	args, err := sane.FurtherArgs(string(b), map[string]string{"filename": "/tmp/pagina.ppm"})
	if err != nil || !slices.Equal(args, []string{"--filename=/tmp/pagina.ppm"}) {
		t.Errorf("%q, %v", args, err)
	}
	for _, name := range []string{"resolution", "nosuch", "device-name"} {
		if _, err := sane.FurtherArgs(string(b), map[string]string{name: "1"}); scannertest.Kind(err) != scanner.FaultUnsupported {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A USB device's name holds where it hangs now; profiles must not.
func TestTheNumberOfAUSBDeviceDoesNotFollowItsPlug(t *testing.T) {
	ids := map[string]bool{}
	for _, name := range []string{"genesys:libusb:001:004", "genesys:libusb:001:017"} {
		ids[sane.ID(name)] = true
	}
	if len(ids) != 1 || sane.ID("fujitsu:fi-7160:1234") == sane.ID("fujitsu:fi-7160:1235") {
		t.Errorf("%v", ids)
	}
}

// Settings that leave the place out find the device wherever it was plugged in.
func TestADeviceWhosePlugWasMoved(t *testing.T) {
	src := newFake(t, fake{At: "fake:libusb:001:017", Words: dry}, pagesOf(1), func(c *sane.Config) { c.Device = "fake:libusb" })
	c, err := src.Capabilities(t.Context())
	if err != nil || c.ID != "sane:fake:libusb" || c.MakeAndModel != "Esempio Scanner 2" {
		t.Fatalf("%+v, %v", c, err)
	}
	doc, err := src.Scan(t.Context(), scanner.Request{Input: scanner.InputFeeder})
	if err != nil {
		t.Fatal(err)
	}
	defer doc.Close()
	if n, err := drain(t, doc); n != 1 || err != io.EOF {
		t.Errorf("%d pages, then %v", n, err)
	}
	gone := newFake(t, fake{}, nil, func(c *sane.Config) { c.Device = "altro:libusb" })
	if st := gone.Status(t.Context()); st.State != scanner.StateOffline {
		t.Errorf("a device that is not plugged in: %+v", st)
	}
}
