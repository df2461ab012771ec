// Package tool runs the external programs that the station relies on: tesseract, scanimage, openssl and the like.
//
// «Is it there and fit?» is kept apart from «run it». Probe answers the first question once, at start, and `segnatura
// check` shows its answer; Tool.Run answers the second as often as needed:
//
//	tesseract, err := tool.Probe(ctx, tool.Spec{
//		Name: "tesseract", VersionArgs: []string{"--version"},
//		Version: regexp.MustCompile(`tesseract v?([0-9.]+)`), AtLeast: "5.0",
//	})
//	...
//	result, err := tesseract.Run(ctx, tool.Job{Args: []string{page, "-", "tsv"}, Timeout: time.Minute, MaxOutput: 8 << 20})
//
// It refuses a shell (arguments go to the program as they are), a run without a deadline, output without a bound, and
// a version that was not clearly stated. A program gets a work folder of its own and a small environment, and nothing
// that it started outlives it, except what has left its process group on purpose.
package tool

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Why a program could not be used, or did not do its work. An error that leaves this package wraps one of these, an
// *ExitError, or context.Canceled.
var (
	ErrMissing   = errors.New("program is not installed")
	ErrTooOld    = errors.New("program is too old")
	ErrNoVersion = errors.New("program does not tell its version")
	ErrDeadline  = errors.New("program ran past its deadline and was killed")
	ErrOutput    = errors.New("program wrote more than it may and was killed")
)

// An ExitError says how a program that ran ended otherwise than with exit code 0.
type ExitError struct {
	// Code is the exit code, or -1 when a signal ended the program.
	Code int
	// Signal ended the program when Code is -1.
	Signal syscall.Signal
	// LastLine is the last line on standard error that is not blank, cut to 200 bytes. It is for logs and decisions on
	// documented words, never for the clerk's screen.
	LastLine string
}

// Error tells the code or the signal, and the last line on standard error.
func (e *ExitError) Error() string {
	how := fmt.Sprintf("exit code %d", e.Code)
	if e.Code < 0 {
		how = "ended by signal " + e.Signal.String()
	}
	if e.LastLine == "" {
		return how
	}
	return how + ": " + e.LastLine
}

// A Spec says which program is wanted and how it tells its version.
type Spec struct {
	// Name is looked up in PATH, or is an absolute path.
	Name string
	// VersionArgs make the program print its version and end.
	VersionArgs []string
	// Version finds the version in what the program prints, standard output first; its first group is dotted numbers.
	Version *regexp.Regexp
	// AtLeast is the lowest version that will do, as dotted numbers; empty means any.
	AtLeast string
}

// probeLimit is how long a program may take to tell its version.
const probeLimit = 10 * time.Second

// A Tool is a program that was found, answered and is fit. It is safe for concurrent use.
type Tool struct {
	name    string
	path    string
	version string
}

// Name is the program's name, as the Spec gave it.
func (t *Tool) Name() string { return t.name }

// Path is the program's absolute path.
func (t *Tool) Path() string { return t.path }

// Version is what the program told, dotted numbers.
func (t *Tool) Version() string { return t.version }

// Probe finds a program and asks for its version. The error wraps ErrMissing, ErrTooOld or ErrNoVersion, or what Run
// returns. A program that ends with an error code after telling its version is accepted: some do.
func Probe(ctx context.Context, spec Spec) (*Tool, error) {
	path, err := exec.LookPath(spec.Name)
	if err != nil {
		return nil, fmt.Errorf("find %s: %w: %w", spec.Name, ErrMissing, err)
	}
	if path, err = filepath.Abs(path); err != nil {
		return nil, fmt.Errorf("find %s: %w", spec.Name, err)
	}
	t := &Tool{name: spec.Name, path: path}
	result, err := t.Run(ctx, Job{Args: spec.VersionArgs, Timeout: probeLimit, MaxOutput: 64 << 10})
	if exit := (*ExitError)(nil); err != nil && !errors.As(err, &exit) {
		return nil, fmt.Errorf("probe: %w", err)
	}
	t.version = findVersion(spec.Version, result.Stdout, result.Stderr)
	if t.version == "" {
		return nil, fmt.Errorf("probe %s: %w", spec.Name, ErrNoVersion)
	}
	if spec.AtLeast != "" {
		order, err := compareVersions(t.version, spec.AtLeast)
		if err != nil {
			return nil, fmt.Errorf("probe %s: %w: %w", spec.Name, ErrNoVersion, err)
		}
		if order < 0 {
			return nil, fmt.Errorf("probe %s: %w: version %s, wanted %s", spec.Name, ErrTooOld, t.version, spec.AtLeast)
		}
	}
	return t, nil
}

func findVersion(pattern *regexp.Regexp, outputs ...[]byte) string {
	for _, output := range outputs {
		if m := pattern.FindSubmatch(output); len(m) > 1 {
			return strings.Trim(string(m[1]), ".")
		}
	}
	return ""
}

// compareVersions orders dotted numbers: 5.3.0 after 5.3 equals it, 5.10 follows 5.9.
func compareVersions(a, b string) (int, error) {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range max(len(as), len(bs)) {
		x, err := part(as, i)
		if err != nil {
			return 0, err
		}
		y, err := part(bs, i)
		if err != nil {
			return 0, err
		}
		if x != y {
			return x - y, nil
		}
	}
	return 0, nil
}

func part(parts []string, i int) (int, error) {
	if i >= len(parts) {
		return 0, nil
	}
	n, err := strconv.Atoi(parts[i])
	if err != nil {
		return 0, fmt.Errorf("version part %q: %w", parts[i], err)
	}
	return n, nil
}

// lastLine is the last line that is not blank, cut to a size that a log bears.
func lastLine(stderr []byte) string {
	lines := bytes.Split(bytes.TrimSpace(stderr), []byte("\n"))
	line := strings.ToValidUTF8(string(bytes.TrimSpace(lines[len(lines)-1])), "?")
	const limit = 200
	if len(line) > limit {
		line = strings.ToValidUTF8(line[:limit], "")
	}
	return line
}
