package officesim_test

import (
	"bytes"
	"context"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"segnatura/internal/officesim"
	"segnatura/internal/testenv"
)

// TestLPrintPrintsOnTheOffice has Debian's LPrint drive the pretend printer.
//
// LPrint listens on every address and does not start without Avahi, which needs the system bus. So the test runs itself once
// more in fresh namespaces: a network that has loopback only, a /run of its own for the bus and Avahi, and a process
// namespace whose end takes every daemon along.
func TestLPrintPrintsOnTheOffice(t *testing.T) {
	testenv.AsRoot(t)
	lprint := testenv.Program(t, "lprint")
	for _, name := range []string{"avahi-daemon", "dbus-daemon", "ip"} {
		testenv.Program(t, name)
	}
	testenv.InNamespaces(t, syscall.CLONE_NEWNS|syscall.CLONE_NEWPID, nil, func() { lprintInside(t, lprint) })
}

// lprintInside prints through LPrint and reads what came out.
func lprintInside(t *testing.T, lprint string) {
	work := t.TempDir()
	t.Setenv("HOME", work) // LPrint keeps its state there
	testenv.Avahi(t)
	testenv.Daemon(t, "Starting system.", lprint, "server", "-o", "server-port=8631",
		"-o", "spool-directory="+filepath.Join(work, "spool"), "-o", "log-file=-", "-o", "log-level=info")

	o := start(t, officesim.Config{AutoLetters: true, Seed: 2})
	const system, queue = "ipp://localhost:8631/ipp/system", "ipp://localhost:8631/ipp/print/officesim"
	run(t, lprint, "add", "-d", "officesim", "-m", "zpl_4inch-203dpi-dt", "-v", "socket://"+o.PrinterAddr(), "-u", system)

	bm := labelBitmap(t, payloadA)
	var picture bytes.Buffer
	if err := png.Encode(&picture, officesim.Label{Bitmap: bm}.Image()); err != nil {
		t.Fatal(err)
	}
	// LPrint rasterizes the picture itself, compresses the rows and recalls the stored graphic.
	run(t, lprint, "submit", "-u", queue, write(t, work, "label.png", picture.Bytes()))
	label := waitLabels(t, o, 1)[0]
	if got := codes(t, label.Image()); !slices.Equal(got, []string{payloadA}) || len(label.Ignored) != 0 {
		t.Errorf("LPrint's label reads %q, ignored %q", got, label.Ignored)
	}
	// And it hands ready-made ZPL through.
	raw := labelBitmap(t, payloadB)
	run(t, lprint, "submit", "-u", queue, "-o", "document-format=application/vnd.zebra-zpl", write(t, work, "label.zpl", []byte(zpl(raw, 1))))
	if got := waitLabels(t, o, 2)[1]; !slices.Equal(got.Bitmap.Bits, raw.Bits) {
		t.Error("ZPL that LPrint passed on was changed")
	}
	// What LPrint printed is read on the scanned letter.
	if got := codes(t, decode(t, scan(t, o, feeder)[0])); !slices.Equal(got, []string{payloadA}) {
		t.Errorf("the scanned letter reads %q", got)
	}
	// A printer without labels takes the job and prints it when the roll is changed.
	if err := o.SetFault(officesim.Fault{Kind: officesim.FaultLabelsOut}); err != nil {
		t.Fatal(err)
	}
	run(t, lprint, "submit", "-u", queue, filepath.Join(work, "label.png"))
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := o.WaitPending(ctx, 1); err != nil {
		t.Errorf("the printer holds nothing back: %v", err)
	}
	o.Restore()
	if n := len(o.Labels()); n != 3 {
		t.Errorf("%d labels after the new roll, want 3", n)
	}
}

func write(t *testing.T, dir, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func run(t *testing.T, program string, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), program, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", filepath.Base(program), strings.Join(args, " "), err, out)
	}
}
