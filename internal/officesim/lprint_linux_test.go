package officesim_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"image/png"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"segnatura/internal/officesim"
	"segnatura/internal/testenv"
)

// insideVariable tells the test binary that it runs in the namespaces that it made for itself.
const insideVariable = "OFFICESIM_TEST_NAMESPACE"

// TestLPrintPrintsOnTheOffice has Debian's LPrint drive the pretend printer.
//
// LPrint listens on every address and does not start without Avahi, which needs the system bus. So the test runs itself once
// more in fresh namespaces: a network that has loopback only, a /run of its own for the bus and Avahi, and a process
// namespace whose end takes every daemon along.
func TestLPrintPrintsOnTheOffice(t *testing.T) {
	programs := map[string]string{}
	for _, name := range []string{"lprint", "avahi-daemon", "dbus-daemon", "ip"} {
		programs[name] = testenv.Program(t, name)
	}
	if os.Getenv(insideVariable) != "" {
		lprintInside(t, programs)
		return
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=2m")
	cmd.Env = append(os.Environ(), insideVariable+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS | syscall.CLONE_NEWPID,
		Pdeathsig:  syscall.SIGKILL,
	}
	if os.Getuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	out, err := cmd.CombinedOutput()
	if errors.Is(err, fs.ErrPermission) && os.Getenv("CI") != "true" {
		t.Skipf("namespaces are not allowed here: %v", err)
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !bytes.Contains(out, []byte("--- PASS: "+t.Name())) {
		t.Fatalf("the inner test did not run:\n%s", out)
	}
}

const busConfig = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path=/run/dbus/system_bus_socket</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/><allow receive_sender="*"/></policy>
</busconfig>`

// lprintInside prints through LPrint and reads what came out.
func lprintInside(t *testing.T, programs map[string]string) {
	work := t.TempDir()
	t.Setenv("HOME", work) // LPrint keeps its state there
	if err := errors.Join(
		syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""),
		syscall.Mount("tmpfs", "/run", "tmpfs", 0, ""),
		os.MkdirAll("/run/dbus", 0o755),
		os.WriteFile(filepath.Join(work, "bus.conf"), []byte(busConfig), 0o600),
	); err != nil {
		t.Fatal(err)
	}
	run(t, programs["ip"], "link", "set", "lo", "up")
	daemon(t, "unix:", programs["dbus-daemon"], "--config-file="+filepath.Join(work, "bus.conf"), "--nofork", "--print-address=1")
	daemon(t, "Server startup complete", programs["avahi-daemon"], "--no-drop-root", "--no-chroot", "--no-rlimits")
	daemon(t, "Starting system.", programs["lprint"], "server", "-o", "server-port=8631",
		"-o", "spool-directory="+filepath.Join(work, "spool"), "-o", "log-file=-", "-o", "log-level=info")

	o := start(t, officesim.Config{AutoLetters: true, Seed: 2})
	const system, queue = "ipp://localhost:8631/ipp/system", "ipp://localhost:8631/ipp/print/officesim"
	run(t, programs["lprint"], "add", "-d", "officesim", "-m", "zpl_4inch-203dpi-dt", "-v", "socket://"+o.PrinterAddr(), "-u", system)

	bm := labelBitmap(t, payloadA)
	var picture bytes.Buffer
	if err := png.Encode(&picture, officesim.Label{Bitmap: bm}.Image()); err != nil {
		t.Fatal(err)
	}
	// LPrint rasterizes the picture itself, compresses the rows and recalls the stored graphic.
	run(t, programs["lprint"], "submit", "-u", queue, write(t, work, "label.png", picture.Bytes()))
	label := waitLabels(t, o, 1)[0]
	if got := codes(t, label.Image()); !slices.Equal(got, []string{payloadA}) || len(label.Ignored) != 0 {
		t.Errorf("LPrint's label reads %q, ignored %q", got, label.Ignored)
	}
	// And it hands ready-made ZPL through.
	raw := labelBitmap(t, payloadB)
	run(t, programs["lprint"], "submit", "-u", queue, "-o", "document-format=application/vnd.zebra-zpl", write(t, work, "label.zpl", []byte(zpl(raw, 1))))
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
	run(t, programs["lprint"], "submit", "-u", queue, filepath.Join(work, "label.png"))
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

// daemon starts a program and returns when it has said that it is ready. It is ended with the test.
func daemon(t *testing.T, ready, program string, args ...string) {
	t.Helper()
	cmd := exec.Command(program, args...)
	r, w := io.Pipe()
	cmd.Stdout, cmd.Stderr = w, w
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	up := make(chan bool, 2) // ready, and the end
	var wg sync.WaitGroup
	wg.Go(func() {
		lines := bufio.NewScanner(r)
		for waiting := true; lines.Scan(); {
			if waiting {
				said.WriteString(lines.Text() + "\n")
			}
			if waiting && strings.Contains(lines.Text(), ready) {
				waiting = false
				up <- true
			}
		}
		up <- false
	})
	exited := make(chan struct{})
	go func() { cmd.Wait(); w.Close(); close(exited) }()
	t.Cleanup(func() {
		cmd.Process.Kill()
		<-exited
		wg.Wait()
	})
	if !<-up {
		t.Fatalf("%s did not start:\n%s", filepath.Base(program), said.String())
	}
}
