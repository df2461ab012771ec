package tool

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The programs under test are this test binary itself: a name in the environment chooses what it plays.
const rolePlay = "TOOL_TEST_ROLE"

func TestMain(m *testing.M) {
	if role := os.Getenv(rolePlay); role != "" {
		os.Exit(play(role))
	}
	os.Exit(m.Run())
}

func play(role string) int {
	switch role {
	case "echo":
		os.Stdout.WriteString(strings.Join(os.Args[1:], "|"))
		return 0
	case "environment":
		dir, err := os.Getwd()
		if err != nil {
			return 1
		}
		os.Stdout.WriteString(dir + "\n" + strings.Join(os.Environ(), "\n"))
		return 0
	case "copy":
		var in bytes.Buffer
		if _, err := in.ReadFrom(os.Stdin); err != nil {
			return 1
		}
		os.Stdout.Write(in.Bytes())
		return 0
	case "fail":
		os.Stderr.WriteString("first line\nscanimage: sane_start: Document feeder jammed\n\n")
		return 6
	case "flood":
		for {
			if _, err := os.Stdout.Write(bytes.Repeat([]byte("x"), 4096)); err != nil {
				return 1
			}
		}
	case "hang":
		hang()
	case "parent":
		// A child in our group that would outlive us and holds our pipes.
		child, err := os.StartProcess(os.Args[0], []string{"child"}, &os.ProcAttr{
			Env: []string{rolePlay + "=hang"}, Files: []*os.File{nil, os.Stdout, os.Stderr},
		})
		if err != nil {
			return 1
		}
		os.Stdout.WriteString(strconv.Itoa(child.Pid))
		return 0
	case "killed":
		if err := syscall.Kill(os.Getpid(), syscall.SIGKILL); err != nil {
			return 1
		}
		hang()
	}
	return 99
}

func hang() {
	r, _, err := os.Pipe()
	if err != nil {
		os.Exit(1)
	}
	_, _ = r.Read(make([]byte, 1)) // nobody ever writes
}

func self(t *testing.T) *Tool {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return &Tool{name: "self", path: path}
}

// as chooses a role. The race detector's pause at exit is left out.
func as(role string) []string { return []string{rolePlay + "=" + role, "GORACE=atexit_sleep_ms=0"} }

func TestArgumentsNeverMeetAShell(t *testing.T) {
	args := []string{"$(touch owned)", "; rm -rf x", "a b", "*"}
	result, err := self(t).Run(t.Context(), Job{Args: args, Env: as("echo"), Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(result.Stdout), strings.Join(args, "|"); got != want {
		t.Errorf("the program saw %q, want %q", got, want)
	}
}

func TestWorkFolderAndEnvironment(t *testing.T) {
	t.Setenv("SEGNATURA_SECRET", "not for others")
	result, err := self(t).Run(t.Context(), Job{Env: as("environment"), Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(result.Stdout), "\n")
	dir := lines[0]
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the work folder %s is still there: %v", dir, err)
	}
	for _, want := range []string{"HOME=" + dir, "TMPDIR=" + dir, "LC_ALL=C.UTF-8"} {
		if !strings.Contains(string(result.Stdout), want) {
			t.Errorf("environment lacks %s:\n%s", want, result.Stdout)
		}
	}
	if strings.Contains(string(result.Stdout), "SEGNATURA_SECRET") {
		t.Error("our environment leaked")
	}

	own := t.TempDir()
	result, err = self(t).Run(t.Context(), Job{Dir: own, Env: as("environment"), Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	if got, _, _ := strings.Cut(string(result.Stdout), "\n"); got != own {
		t.Errorf("ran in %s, want %s", got, own)
	}
	if _, err := os.Stat(own); err != nil {
		t.Errorf("the caller's folder is gone: %v", err)
	}
}

func TestStdinAndStdout(t *testing.T) {
	var out bytes.Buffer
	result, err := self(t).Run(t.Context(), Job{
		Env: as("copy"), Stdin: strings.NewReader("àèìòù"), Stdout: &out, Timeout: time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	if out.String() != "àèìòù" || len(result.Stdout) != 0 {
		t.Errorf("got %q in the writer and %q in the result", out.String(), result.Stdout)
	}
}

func TestExitCodeAndLastLine(t *testing.T) {
	_, err := self(t).Run(t.Context(), Job{Env: as("fail"), Timeout: time.Minute})
	var exit *ExitError
	if !errors.As(err, &exit) {
		t.Fatalf("got %v, want an *ExitError", err)
	}
	if exit.Code != 6 || exit.LastLine != "scanimage: sane_start: Document feeder jammed" {
		t.Errorf("got code %d, last line %q", exit.Code, exit.LastLine)
	}
	_, err = self(t).Run(t.Context(), Job{Env: as("killed"), Timeout: time.Minute})
	if !errors.As(err, &exit) || exit.Code != -1 || exit.Signal != syscall.SIGKILL {
		t.Errorf("a crash is reported as %v", err)
	}
}

func TestDeadlineKills(t *testing.T) {
	for name, job := range map[string]Job{
		"at once": {Env: as("hang"), Timeout: 50 * time.Millisecond},
		"asked first": {Env: as("hang"), Timeout: 50 * time.Millisecond,
			Stop: syscall.SIGINT, Grace: time.Minute},
		"deaf to the request": {Env: as("hang"), Timeout: 50 * time.Millisecond,
			Stop: syscall.SIGURG, Grace: 20 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			result, err := self(t).Run(t.Context(), job)
			if !errors.Is(err, ErrDeadline) || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v after %v, want ErrDeadline", err, result.Took)
			}
		})
	}
}

func TestCancelKills(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	started := make(chan struct{})
	go func() {
		<-started
		cancel()
	}()
	_, err := self(t).Run(ctx, Job{Env: as("flood"), Stdout: tell(started), MaxOutput: 1 << 40, Timeout: time.Minute})
	if !errors.Is(err, context.Canceled) || errors.Is(err, ErrDeadline) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	if _, err := self(t).Run(ctx, Job{Env: as("echo"), Timeout: time.Minute}); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled context started a program: %v", err)
	}
}

// tell returns a Writer that closes told at its first write.
func tell(told chan struct{}) writerFunc {
	first := true
	return func(p []byte) (int, error) {
		if first {
			close(told)
			first = false
		}
		return len(p), nil
	}
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestOutputIsBounded(t *testing.T) {
	result, err := self(t).Run(t.Context(), Job{Env: as("flood"), MaxOutput: 10_000, Timeout: time.Minute})
	if !errors.Is(err, ErrOutput) {
		t.Errorf("got %v, want ErrOutput", err)
	}
	if len(result.Stdout) != 10_000 {
		t.Errorf("kept %d bytes, want 10000", len(result.Stdout))
	}
}

func TestNothingOutlivesTheProgram(t *testing.T) {
	result, err := self(t).Run(t.Context(), Job{Env: as("parent"), Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(string(result.Stdout))
	if err != nil {
		t.Fatalf("the program told %q: %v", result.Stdout, err)
	}
	if result.Took > drainLimit {
		t.Errorf("it took %v: the child kept the pipe", result.Took)
	}
	// Where nobody reaps orphans the child stays as a zombie; it must not be running.
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err == nil && !strings.Contains(string(stat), ") Z ") && !strings.Contains(string(stat), ") X ") {
		t.Errorf("the child still runs: %s", stat)
	}
}

func TestRunWithoutADeadlineIsRefused(t *testing.T) {
	if _, err := self(t).Run(t.Context(), Job{Env: as("echo")}); err == nil {
		t.Error("a run without a deadline was accepted")
	}
}

func TestProbe(t *testing.T) {
	dir := t.TempDir()
	program := func(name, script string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		return path
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	program("onstdout", "echo tesseract 5.3.0; echo ' leptonica-1.82.0'")
	program("onstderr", "echo 'Sample v2.10' >&2; exit 1")
	program("silent", "exit 0")
	version := regexp.MustCompile(`(?:tesseract |v)([0-9.]+)`)
	for _, test := range []struct {
		name, atLeast, want string
		err                 error
	}{
		{"onstdout", "", "5.3.0", nil},
		{"onstdout", "5.3", "5.3.0", nil},
		{"onstdout", "5.3.1", "", ErrTooOld},
		{"onstderr", "2.9", "2.10", nil},
		{"silent", "", "", ErrNoVersion},
		{"surely-not-installed", "", "", ErrMissing},
	} {
		t.Run(test.name+" "+test.atLeast, func(t *testing.T) {
			got, err := Probe(t.Context(), Spec{
				Name: test.name, VersionArgs: []string{"--version"}, Version: version, AtLeast: test.atLeast,
			})
			if !errors.Is(err, test.err) {
				t.Fatalf("got %v, want %v", err, test.err)
			}
			if err != nil {
				return
			}
			if got.Version() != test.want || got.Name() != test.name || got.Path() != filepath.Join(dir, test.name) {
				t.Errorf("got %s %s at %s", got.Name(), got.Version(), got.Path())
			}
		})
	}
}
