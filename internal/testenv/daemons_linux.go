package testenv

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// Daemon starts a program and returns when it has said ready ("": at once). It is killed with the test, which shows what it said where it
// fails. Run it within [InNamespaces] where it leaves children.
func Daemon(t testing.TB, ready, program string, args ...string) {
	t.Helper()
	cmd := exec.Command(program, args...)
	r, w := io.Pipe()
	cmd.Stdout, cmd.Stderr = w, w
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	up := make(chan bool, 2) // ready, and the end
	var wg sync.WaitGroup
	wg.Go(func() {
		lines := bufio.NewScanner(r)
		for waiting := true; lines.Scan(); {
			fmt.Fprintln(&said, lines.Text())
			if waiting && strings.Contains(lines.Text(), ready) {
				waiting = false
				up <- true
			}
		}
		up <- false
	})
	exited := make(chan struct{})
	go func() { _ = cmd.Wait(); _ = w.Close(); close(exited) }() // it is killed: that is no error
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended
		<-exited
		wg.Wait()
		if t.Failed() {
			t.Logf("%s said:\n%s", filepath.Base(program), said.String())
		}
	})
	if ready != "" && !<-up {
		t.Fatalf("%s did not start", filepath.Base(program))
	}
}

const busConfig = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path=/run/dbus/system_bus_socket</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/><allow receive_sender="*"/></policy>
</busconfig>`

// AsRoot skips a test whose daemons (Avahi, CUPS) hand themselves and their files to users of their own, which root alone may, in a namespace too.
func AsRoot(t testing.TB) {
	t.Helper()
	if os.Getuid() != 0 {
		missing(t, "it is for root: %v", errors.New("its daemons change users"))
	}
}

// Avahi starts avahi-daemon, and the system bus that it wants, in a /run of their own. It is for the inside of [InNamespaces] with
// CLONE_NEWNS, of a test that is run [AsRoot]. Loopback is up afterwards and does multicast, which by itself it does not.
func Avahi(t testing.TB) {
	t.Helper()
	avahi, bus, ip := Program(t, "avahi-daemon"), Program(t, "dbus-daemon"), Program(t, "ip")
	config := filepath.Join(t.TempDir(), "bus.conf")
	if err := errors.Join(
		syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""),
		syscall.Mount("tmpfs", "/run", "tmpfs", 0, ""),
		os.MkdirAll("/run/dbus", 0o755),
		os.WriteFile(config, []byte(busConfig), 0o600),
	); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"link", "set", "lo", "up"}, {"link", "set", "lo", "multicast", "on"}, {"route", "add", "224.0.0.0/4", "dev", "lo"}} {
		if out, err := exec.CommandContext(t.Context(), ip, args...).CombinedOutput(); err != nil {
			t.Fatalf("ip %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	Daemon(t, "unix:", bus, "--config-file="+config, "--nofork", "--print-address=1")
	Daemon(t, "Server startup complete", avahi, "--no-drop-root", "--no-chroot", "--no-rlimits")
}
