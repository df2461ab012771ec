package testenv

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"syscall"
	"testing"
)

// insideVariable tells a test that it runs in the namespaces that were made for it.
const insideVariable = "SEGNATURA_TEST_NAMESPACES"

// InNamespaces runs the calling test once more, by itself, in fresh Linux namespaces, and calls inside there: a network that has only a loopback
// that is down, and whatever more names (syscall.CLONE_NEWNS, CLONE_NEWPID, …). All that inside starts ends with it. env is added to the inner
// test's environment. The outer test fails as the inner one does. It skips where namespaces are not allowed, and fails there when CI=true.
func InNamespaces(t testing.TB, more uintptr, env []string, inside func()) {
	t.Helper()
	if os.Getenv(insideVariable) == t.Name() {
		inside()
		return
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=5m")
	cmd.Env = append(append(os.Environ(), env...), insideVariable+"="+t.Name())
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET | more, Pdeathsig: syscall.SIGKILL}
	if os.Getuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	out, err := cmd.CombinedOutput()
	switch {
	case errors.Is(err, fs.ErrPermission) && os.Getenv("CI") != "true":
		t.Skipf("namespaces are not allowed here: %v", err)
	case err != nil:
		t.Fatalf("%v\n%s", err, out)
	case !bytes.Contains(out, []byte("--- PASS: "+t.Name())):
		t.Fatalf("the inner test did not run:\n%s", out)
	}
}
