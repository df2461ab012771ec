package durable_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"segnatura/internal/durable"
)

func TestASecondHolderIsRefusedAtOnceAndToldWhoHoldsIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	first, err := durable.Acquire(path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = durable.Acquire(path)
	if !errors.Is(err, durable.ErrLocked) {
		t.Fatalf("second: %v", err)
	}
	if want := fmt.Sprintf("process %d", os.Getpid()); !strings.Contains(err.Error(), want) {
		t.Errorf("%q does not name %q", err, want)
	}
	for range 2 {
		if err := first.Unlock(); err != nil {
			t.Fatal(err)
		}
	}
	third, err := durable.Acquire(path)
	if err != nil {
		t.Fatalf("after Unlock: %v", err)
	}
	if err := third.Unlock(); err != nil {
		t.Fatal(err)
	}
}

func TestALockFileIsNeverFollowedElsewhere(t *testing.T) {
	dir := t.TempDir()
	victim := filepath.Join(dir, "victim")
	if err := os.WriteFile(victim, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "lock")
	if err := os.Symlink(victim, link); err != nil {
		t.Fatal(err)
	}
	if _, err := durable.Acquire(link); err == nil {
		t.Error("locked through a symlink")
	}
	if b, err := os.ReadFile(victim); err != nil || string(b) != "precious" {
		t.Errorf("%q, %v", b, err)
	}
}

func TestTheLockEndsWithItsProcess(t *testing.T) {
	if path := os.Getenv("DURABLE_TEST_LOCK"); path != "" { // the child: takes the lock and ends without giving it back
		if _, err := durable.Acquire(path); err != nil {
			t.Fatal(err)
		}
		os.Exit(0)
	}
	path := filepath.Join(t.TempDir(), "lock")
	child, err := os.StartProcess(os.Args[0], []string{os.Args[0], "-test.run=^TestTheLockEndsWithItsProcess$"},
		&os.ProcAttr{Env: append(os.Environ(), "DURABLE_TEST_LOCK="+path), Files: []*os.File{nil, os.Stderr, os.Stderr}})
	if err != nil {
		t.Fatal(err)
	}
	state, err := child.Wait()
	if err != nil || !state.Success() {
		t.Fatalf("%v, %v", state, err)
	}
	if b, err := os.ReadFile(path); err != nil || strings.TrimSpace(string(b)) != fmt.Sprint(child.Pid) {
		t.Errorf("the child did not hold it: %q, %v", b, err)
	}
	lock, err := durable.Acquire(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := lock.Unlock(); err != nil {
		t.Fatal(err)
	}
}
