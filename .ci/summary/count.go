package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// longestLine bounds a line of output: go test puts a whole line of a test's log into one event.
const longestLine = 16 << 20

// pass shows the output as it is and counts nothing.
func pass(_ *Result, output io.Reader, w io.Writer) error {
	_, err := io.Copy(w, output)
	return err
}

// event is one line of go test -json (cmd/test2json).
type event struct {
	Action, Package, Test, Output, ImportPath string
	Elapsed                                   float64
}

// goRun is what countGo keeps of one run of go test.
type goRun struct {
	ends    map[[2]string]string   // package and test: pass, fail or skip
	order   [][2]string            // tests in the order in which they ended
	parents map[[2]string]bool     // tests that have subtests of their own
	sick    map[[2]string]bool     // tests with a failing subtest, packages with a failing test
	logs    map[[2]string][]string // output by test, shown when it fails
	builds  map[string][]string    // compiler output by import path
}

// countGo counts leaves: a test with subtests counts only through them, unless it failed by itself. A package that
// failed without a failing test (it did not build, panicked outside a test, or ran out of time) counts as one failure.
func countGo(r *Result, output io.Reader, w io.Writer) error {
	run := goRun{
		ends:    map[[2]string]string{},
		parents: map[[2]string]bool{},
		sick:    map[[2]string]bool{},
		logs:    map[[2]string][]string{},
		builds:  map[string][]string{},
	}
	lines := bufio.NewScanner(output)
	lines.Buffer(make([]byte, 64<<10), longestLine)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			fmt.Fprintln(w, lines.Text()) // go itself speaking, for example about an unknown package
			continue
		}
		run.take(r, e, w)
	}
	for _, key := range run.order {
		run.settle(r, key)
	}
	return lines.Err()
}

func (run *goRun) take(r *Result, e event, w io.Writer) {
	key := [2]string{e.Package, e.Test}
	switch e.Action {
	case "build-output":
		run.builds[e.ImportPath] = append(run.builds[e.ImportPath], e.Output)
	case "build-fail":
		fmt.Fprint(w, strings.Join(run.builds[e.ImportPath], ""))
	case "output":
		run.logs[key] = append(run.logs[key], e.Output)
	case "pass", "fail", "skip":
		if e.Test == "" {
			run.endPackage(r, e, w)
			return
		}
		run.endTest(key, e, w)
	}
}

func (run *goRun) endTest(key [2]string, e event, w io.Writer) {
	run.ends[key] = e.Action
	run.order = append(run.order, key)
	if parent, _, isSub := cutLast(e.Test, "/"); isSub {
		run.parents[[2]string{e.Package, parent}] = true
		if e.Action == "fail" {
			run.sick[[2]string{e.Package, parent}] = true
		}
	}
	if e.Action == "fail" {
		run.sick[[2]string{e.Package, ""}] = true
		fmt.Fprint(w, strings.Join(run.logs[key], ""))
	}
	delete(run.logs, key)
}

func (run *goRun) endPackage(r *Result, e event, w io.Writer) {
	key := [2]string{e.Package, ""}
	switch {
	case e.Action == "fail" && !run.sick[key]:
		// Tests under way when a package dies have no end of their own; what they said explains it.
		for open, lines := range run.logs {
			if open[0] == e.Package {
				fmt.Fprint(w, strings.Join(lines, ""))
			}
		}
		r.fail(e.Package + " (the package did not run to its end)")
	case e.Action == "skip":
		return // no test files
	}
	label := map[string]string{"pass": "ok  ", "fail": "FAIL"}[e.Action]
	fmt.Fprintf(w, "%s %s %.1fs\n", label, e.Package, e.Elapsed)
}

func (run *goRun) settle(r *Result, key [2]string) {
	name := key[0] + " " + key[1]
	switch end := run.ends[key]; {
	case end == "fail" && !run.sick[key]:
		r.fail(name)
	case run.parents[key]:
	case end == "pass":
		r.Passed++
	case end == "skip":
		r.Skipped++
		r.Skips = append(r.Skips, name)
	}
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// countVitest reads the report of vitest --reporter=json.
func countVitest(r *Result, output io.Reader, w io.Writer) error {
	data, err := io.ReadAll(output)
	if err != nil {
		return err
	}
	// What tests print themselves may stand before the report.
	start := bytes.LastIndex(data, []byte(`{"numTotalTestSuites"`))
	if start < 0 {
		return fmt.Errorf("no JSON report in %d bytes", len(data))
	}
	var report struct {
		TestResults []struct {
			Name             string
			Status           string
			Message          string
			AssertionResults []struct {
				FullName, Status string
				FailureMessages  []string
			}
		}
	}
	if err := json.Unmarshal(data[start:], &report); err != nil {
		return err
	}
	for _, file := range report.TestResults {
		if file.Status != "passed" && len(file.AssertionResults) == 0 {
			r.fail(file.Name + ": " + file.Message)
		}
		for _, test := range file.AssertionResults {
			switch test.Status {
			case "passed":
				r.Passed++
			case "failed":
				r.fail(test.FullName)
				fmt.Fprintln(w, strings.Join(test.FailureMessages, "\n"))
			default: // skipped, pending, todo, disabled
				r.Skipped++
				r.Skips = append(r.Skips, test.FullName)
			}
		}
		fmt.Fprintf(w, "%-6s %s\n", file.Status, file.Name)
	}
	return nil
}

// The closing lines of node --test (TAP and spec), of vitest, and of our own scripts.
var (
	nodeLine   = regexp.MustCompile(`^(?:#|ℹ) (pass|fail|cancelled|skipped|todo) (\d{1,9})$`)
	vitestLine = regexp.MustCompile(`^\s*Tests\s+(.*\d.*)$`)
	vitestPart = regexp.MustCompile(`(\d{1,9}) (passed|failed|skipped|todo)`)
	ownLine    = regexp.MustCompile(`^(\d{1,9}) passed, (\d{1,9}) failed$`)
	colours    = regexp.MustCompile("\x1b\\[[0-9;]*m")
	failedLine = regexp.MustCompile(`^\s*(?:not ok \d+ - |✖ |FAIL )(.+)$`)
)

// countLines shows the output and believes its closing lines. Only one kind of closing line may speak: whichever was
// seen last replaces what was read before.
func countLines(r *Result, output io.Reader, w io.Writer) error {
	var passed, failed, skipped int
	node := map[string]int{}
	var names []string
	lines := bufio.NewScanner(output)
	lines.Buffer(make([]byte, 64<<10), longestLine)
	for lines.Scan() {
		fmt.Fprintln(w, lines.Text())
		line := colours.ReplaceAllString(lines.Text(), "")
		if m := failedLine.FindStringSubmatch(line); m != nil && !strings.Contains(line, "# TODO") {
			names = append(names, m[1])
		}
		if m := nodeLine.FindStringSubmatch(line); m != nil {
			node[m[1]] = number(m[2])
			passed, failed, skipped = node["pass"], node["fail"]+node["cancelled"], node["skipped"]+node["todo"]
		} else if m := vitestLine.FindStringSubmatch(line); m != nil {
			parts := map[string]int{}
			for _, part := range vitestPart.FindAllStringSubmatch(m[1], -1) {
				parts[part[2]] = number(part[1])
			}
			passed, failed, skipped = parts["passed"], parts["failed"], parts["skipped"]+parts["todo"]
		} else if m := ownLine.FindStringSubmatch(line); m != nil {
			passed, failed, skipped = number(m[1]), number(m[2]), 0
		}
	}
	r.Passed, r.Failed, r.Skipped = passed, failed, skipped
	if failed > 0 {
		r.Failures = append(r.Failures, fmt.Sprintf("%s: %d failed: %s", r.Name, failed, strings.Join(names, "; ")))
	}
	if skipped > 0 {
		r.Skips = make([]string, skipped)
		for i := range r.Skips {
			r.Skips[i] = fmt.Sprintf("%s: skipped test %d of %d", r.Name, i+1, skipped)
		}
	}
	return lines.Err()
}

// number reads what a pattern has found to be at most nine digits.
func number(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}
