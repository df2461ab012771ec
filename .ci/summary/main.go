// Command summary runs one suite of tests, counts what really ran, and adds suites up to one last line.
//
//	summary run -as go|vitest|lines|check -name NAME -o FILE -- PROGRAM ARGS...
//	summary total FILE...
//	summary bench [-] < output of go test -bench
//
// run shows the suite's progress, writes its Result to FILE and exits 0 even when tests failed, so that the next suite
// runs too; it exits 2 when it cannot do its own work. total prints what failed and, last, «N passed, N failed», and
// exits 1 unless everything that was asked for ran and passed.
//
// It refuses to be optimistic: a suite that executed nothing has failed, a program that exits with an error although no
// test of its failed has failed once, and where CI=true a skipped test has failed too.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Getenv("CI") == "true"))
}

func run(args []string, stdin io.Reader, stdout, stderr io.Writer, ci bool) int {
	if len(args) == 0 {
		fmt.Fprintln(stderr, "usage: summary run|total|bench ...")
		return 2
	}
	var err error
	failed := false
	switch args[0] {
	case "run":
		err = runSuite(args[1:], stdout, stderr)
	case "total":
		failed, err = total(args[1:], stdout, ci)
	case "bench":
		failed, err = benchmarks(stdin, stdout)
	default:
		err = fmt.Errorf("unknown command %q", args[0])
	}
	if err != nil {
		fmt.Fprintln(stderr, "summary:", err)
		return 2
	}
	if failed {
		return 1
	}
	return 0
}

// A Result is what one suite did. Passed, Failed and Skipped count tests; Failures and Skips name them.
type Result struct {
	Name     string   `json:"name"`
	Passed   int      `json:"passed"`
	Failed   int      `json:"failed"`
	Skipped  int      `json:"skipped"`
	Failures []string `json:"failures,omitempty"`
	Skips    []string `json:"skips,omitempty"`
}

// fail counts one failure under a name.
func (r *Result) fail(name string) {
	r.Failed++
	r.Failures = append(r.Failures, name)
}

// A counter reads a suite's standard output, shows progress on w and fills the Result.
type counter struct {
	count func(r *Result, output io.Reader, w io.Writer) error
	// mayBeEmpty says that the suite counts no tests of its own: only its exit code speaks.
	mayBeEmpty bool
}

func counters() map[string]counter {
	return map[string]counter{
		"go":     {count: countGo},
		"vitest": {count: countVitest},
		"lines":  {count: countLines},
		"check":  {count: pass, mayBeEmpty: true},
	}
}

func runSuite(args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("run", flag.ContinueOnError)
	flags.SetOutput(stderr)
	as := flags.String("as", "", "how to read the output: go, vitest, lines or check")
	name := flags.String("name", "", "the suite's `name`")
	out := flags.String("o", "", "`file` for the result")
	if err := flags.Parse(args); err != nil {
		return err
	}
	counter, known := counters()[*as]
	if !known || *name == "" || *out == "" || flags.NArg() == 0 {
		return errors.New("run needs -as go|vitest|lines|check, -name, -o and a program")
	}
	result := Result{Name: *name}
	cmd := exec.Command(flags.Arg(0), flags.Args()[1:]...)
	cmd.Stderr = stderr
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("open the output of %s: %w", *name, err)
	}
	if err := cmd.Start(); err != nil {
		result.fail(fmt.Sprintf("%s: did not start: %v", *name, err))
		return write(*out, result)
	}
	countErr := counter.count(&result, pipe, stdout)
	if countErr != nil {
		// Let the program end whatever the reader thought of its output.
		_, _ = io.Copy(io.Discard, pipe)
	}
	waitErr := cmd.Wait()
	if waitErr != nil {
		waitErr = fmt.Errorf("%s: %w", strings.Join(flags.Args(), " "), waitErr)
	}
	result.close(counter.mayBeEmpty, countErr, waitErr)
	return write(*out, result)
}

// close adds the failures that no single test reported.
func (r *Result) close(mayBeEmpty bool, countErr, waitErr error) {
	if countErr != nil {
		r.fail(fmt.Sprintf("%s: output not understood: %v", r.Name, countErr))
	}
	if waitErr != nil && r.Failed == 0 {
		r.fail(fmt.Sprintf("%s: %v", r.Name, waitErr))
	}
	if r.Passed+r.Failed == 0 && !mayBeEmpty {
		r.fail(r.Name + ": no test was executed")
	}
}

func write(path string, result Result) error {
	data, err := json.MarshalIndent(result, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, append(data, '\n'), 0o644)
}

func total(files []string, w io.Writer, ci bool) (failed bool, err error) {
	if len(files) == 0 {
		return false, errors.New("total needs the results to add up")
	}
	var sum Result
	fmt.Fprintln(w)
	for _, file := range files {
		var r Result
		data, err := os.ReadFile(file)
		if err != nil {
			r = Result{Name: file}
			r.fail(fmt.Sprintf("%s: did not run: %v", file, err))
		} else if err := json.Unmarshal(data, &r); err != nil {
			return false, fmt.Errorf("read %s: %w", file, err)
		}
		fmt.Fprintf(w, "%-28s %5d passed %5d failed %5d skipped\n", r.Name, r.Passed, r.Failed, r.Skipped)
		sum.Passed += r.Passed
		sum.Failed += r.Failed
		sum.Failures = append(sum.Failures, r.Failures...)
		sum.Skips = append(sum.Skips, r.Skips...)
	}
	verdict := "SKIP"
	if ci {
		verdict = "FAIL (skipped, and CI must not skip)"
		sum.Failed += len(sum.Skips)
	}
	for _, name := range sum.Skips {
		fmt.Fprintln(w, verdict, name)
	}
	for _, name := range sum.Failures {
		fmt.Fprintln(w, "FAIL", name)
	}
	if sum.Passed+sum.Failed == 0 {
		sum.Failed = 1
		fmt.Fprintln(w, "FAIL nothing was executed")
	}
	fmt.Fprintf(w, "%d passed, %d failed\n", sum.Passed, sum.Failed)
	return sum.Failed > 0, nil
}
