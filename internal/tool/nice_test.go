package tool

import (
	"os/exec"
	"regexp"
	"testing"
	"time"
)

// The program comes to be nice soon after its start; the script waits for that, until its deadline.
func TestNiceLowersThePrecedence(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Fatal(err)
	}
	shell, err := Probe(t.Context(), Spec{Name: sh, VersionArgs: []string{"-c", "echo 1.0"}, Version: regexp.MustCompile(`([0-9.]+)`)})
	if err != nil {
		t.Fatal(err)
	}
	const script = `while [ "$(nice)" -lt 7 ]; do :; done`
	if _, err := shell.Run(t.Context(), Job{Args: []string{"-c", script}, Timeout: time.Minute, Nice: 7}); err != nil {
		t.Error(err)
	}
}
