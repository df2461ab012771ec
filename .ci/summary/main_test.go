package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// goTest runs the real go test -json over a module made of files and counts it.
func goTest(t *testing.T, files map[string]string) (Result, string) {
	t.Helper()
	dir := t.TempDir()
	files["go.mod"] = "module sample\n\ngo 1.26\n"
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("go", "test", "-json", "./...")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
	output, waitErr := cmd.Output()
	r := Result{Name: "Go"}
	var shown bytes.Buffer
	countErr := countGo(&r, bytes.NewReader(output), &shown)
	r.close(false, countErr, waitErr)
	return r, shown.String()
}

func testFile(body string) string {
	return "package sample\n\nimport \"testing\"\n\n" + body
}

func TestGoCountsLeavesAndNamesFailures(t *testing.T) {
	r, shown := goTest(t, map[string]string{
		"a/a_test.go": testFile(`
func TestPass(t *testing.T) {}
func TestParent(t *testing.T) {
	t.Run("one", func(t *testing.T) {})
	t.Run("two", func(t *testing.T) { t.Error("two is wrong") })
	t.Run("three", func(t *testing.T) { t.Skip("no machine") })
}
func TestParentItself(t *testing.T) {
	t.Run("fine", func(t *testing.T) {})
	t.Error("the parent is wrong")
}`),
		"b/b.go": "package b\n",
	})
	if r.Passed != 3 || r.Failed != 2 || r.Skipped != 1 {
		t.Errorf("got %d passed, %d failed, %d skipped; want 3, 2, 1", r.Passed, r.Failed, r.Skipped)
	}
	want := []string{"sample/a TestParent/two", "sample/a TestParentItself"}
	if !slices.Equal(r.Failures, want) {
		t.Errorf("failures %q, want %q", r.Failures, want)
	}
	if !strings.Contains(shown, "two is wrong") || strings.Contains(shown, "sample/b") {
		t.Errorf("shown:\n%s", shown)
	}
}

func TestGoPackageThatNeverRanIsAFailure(t *testing.T) {
	for name, body := range map[string]string{
		"does not build": `func TestX(t *testing.T) { undefined() }`,
		"exits":          `func TestX(t *testing.T) { panic("at once") }`,
		"dies in init":   `func init() { panic("early") }`,
	} {
		t.Run(name, func(t *testing.T) {
			r, shown := goTest(t, map[string]string{
				"good/a_test.go": testFile(`func TestGood(t *testing.T) {}`),
				"bad/a_test.go":  testFile(body),
			})
			if r.Passed != 1 || r.Failed != 1 {
				t.Errorf("got %d passed, %d failed; want 1, 1\n%s", r.Passed, r.Failed, shown)
			}
			if len(r.Failures) != 1 || !strings.HasPrefix(r.Failures[0], "sample/bad") {
				t.Errorf("failures %q do not name sample/bad", r.Failures)
			}
		})
	}
}

func TestGoNothingExecutedIsAFailure(t *testing.T) {
	r, _ := goTest(t, map[string]string{"a/a.go": "package a\n"})
	if r.Failed != 1 {
		t.Errorf("an empty suite has %d failures, want 1", r.Failed)
	}
}

func TestVitestReport(t *testing.T) {
	report := `printed by a test {"x":1}
{"numTotalTestSuites":2,"testResults":[
 {"name":"a.test.ts","status":"failed","message":"","assertionResults":[
  {"fullName":"a works","status":"passed"},{"fullName":"a breaks","status":"failed","failureMessages":["expected 1"]},
  {"fullName":"a later","status":"todo"}]},
 {"name":"b.test.ts","status":"failed","message":"cannot import","assertionResults":[]}]}`
	r := Result{Name: "vitest"}
	if err := countVitest(&r, strings.NewReader(report), &bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
	if r.Passed != 1 || r.Failed != 2 || r.Skipped != 1 {
		t.Errorf("got %d passed, %d failed, %d skipped; want 1, 2, 1", r.Passed, r.Failed, r.Skipped)
	}
	if err := countVitest(&r, strings.NewReader("npm error"), &bytes.Buffer{}); err == nil {
		t.Error("no report was accepted as a report")
	}
}

func TestClosingLines(t *testing.T) {
	for _, test := range []struct {
		name, output            string
		passed, failed, skipped int
	}{
		{"TAP", "ok 1 - a\nnot ok 2 - b\n# tests 4\n# pass 2\n# fail 1\n# cancelled 0\n# skipped 1\n# todo 0\n", 2, 1, 1},
		{"spec", "✔ a\nℹ pass 7\nℹ fail 0\nℹ cancelled 1\nℹ skipped 0\n", 7, 1, 0},
		{"vitest in colour", "\x1b[2m      Tests \x1b[22m \x1b[1m\x1b[31m1 failed\x1b[39m\x1b[22m | \x1b[32m12 passed\x1b[39m (13)\n", 12, 1, 0},
		{"our own", "doc.pdf: PASS\n9 passed, 2 failed\n", 9, 2, 0},
		{"nothing", "npm error Missing script: \"e2e\"\n", 0, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := Result{Name: "lines"}
			if err := countLines(&r, strings.NewReader(test.output), &bytes.Buffer{}); err != nil {
				t.Fatal(err)
			}
			if r.Passed != test.passed || r.Failed != test.failed || r.Skipped != test.skipped || len(r.Skips) != test.skipped {
				t.Errorf("got %+v, want %d passed, %d failed, %d skipped", r, test.passed, test.failed, test.skipped)
			}
		})
	}
}

func TestProgramThatFailsSilentlyIsAFailure(t *testing.T) {
	for _, test := range []struct {
		name, script, as string
		failed           int
	}{
		{"check passes", "exit 0", "check", 0},
		{"check fails", "exit 3", "check", 1},
		{"counts nothing", "exit 0", "lines", 1},
		{"passes but exits 1", "echo 5 passed, 0 failed; exit 1", "lines", 1},
		{"fails and says so", "echo 5 passed, 2 failed; exit 1", "lines", 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "results", "x.json")
			var stdout, stderr bytes.Buffer
			args := []string{"run", "-as", test.as, "-name", "x", "-o", out, "--", "sh", "-c", test.script}
			if code := run(args, nil, &stdout, &stderr, false); code != 0 {
				t.Fatalf("run exits %d: %s", code, stderr.String())
			}
			data, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			var r Result
			if err := json.Unmarshal(data, &r); err != nil {
				t.Fatal(err)
			}
			if r.Failed != test.failed {
				t.Errorf("%d failed, want %d: %s", r.Failed, test.failed, data)
			}
		})
	}
}

func TestTotal(t *testing.T) {
	dir := t.TempDir()
	save := func(name string, r Result) string {
		path := filepath.Join(dir, name)
		if err := write(path, r); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := save("good", Result{Name: "good", Passed: 4})
	skips := save("skips", Result{Name: "skips", Passed: 1, Skipped: 1, Skips: []string{"pkg TestPrinter"}})
	bad := save("bad", Result{Name: "bad", Passed: 2, Failed: 1, Failures: []string{"pkg TestBad"}})
	for _, test := range []struct {
		name  string
		files []string
		ci    bool
		last  string
		code  int
	}{
		{"all pass", []string{good}, true, "4 passed, 0 failed", 0},
		{"a skip elsewhere", []string{good, skips}, false, "5 passed, 0 failed", 0},
		{"a skip on CI", []string{good, skips}, true, "5 passed, 1 failed", 1},
		{"a failure", []string{good, bad}, false, "6 passed, 1 failed", 1},
		{"a suite that never ran", []string{good, filepath.Join(dir, "absent")}, false, "4 passed, 1 failed", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			code := run(append([]string{"total"}, test.files...), nil, &stdout, &stderr, test.ci)
			lines := strings.Split(strings.TrimSpace(stdout.String()), "\n")
			if last := lines[len(lines)-1]; last != test.last || code != test.code {
				t.Errorf("exit %d, last line %q; want %d, %q\n%s", code, last, test.code, test.last, stderr.String())
			}
		})
	}
}

func TestBenchPercentilesSayOfHowManySamples(t *testing.T) {
	input := "pkg: segnatura/x\nBenchmarkA-2 1 0 ns/op 3.5 p50-ms 1000 samples\n"
	for _, c := range []struct{ input, want string }{
		{input, "3.5 p50-ms           (1000 samples)"},
		{input + strings.ReplaceAll(input, "3.5", "4.5"), "4 p50-ms           (median of 2 runs, each of 1000 samples)"},
	} {
		var stdout, stderr bytes.Buffer
		if code := run([]string{"bench"}, strings.NewReader(c.input), &stdout, &stderr, false); code != 0 {
			t.Fatalf("exit %d: %s", code, stderr.String())
		}
		if got := stdout.String(); !strings.Contains(got, c.want) || strings.Contains(got, "ns/op") || strings.Contains(got, " samples  ") {
			t.Errorf("want %q in\n%s", c.want, got)
		}
	}
}

func TestBenchMediansAndMachine(t *testing.T) {
	input := "pkg: segnatura/x\nBenchmarkA-2 \t 10\t 300 ns/op\t 8 B/op\nBenchmarkA-2 10 100 ns/op 8 B/op\nBenchmarkA-2 10 200 ns/op 8 B/op\nPASS\n"
	var stdout, stderr bytes.Buffer
	if code := run([]string{"bench"}, strings.NewReader(input), &stdout, &stderr, false); code != 0 {
		t.Fatalf("exit %d: %s", code, stderr.String())
	}
	got := stdout.String()
	if !strings.HasPrefix(got, "machine: ") || !strings.Contains(got, "200 ns/op") || !strings.Contains(got, "(median of 3)") {
		t.Errorf("got\n%s", got)
	}
	if len(regexp.MustCompile(`, kernel .+, data on \S+, `).FindString(got)) == 0 {
		t.Errorf("kernel and file system are not named:\n%s", got)
	}
	if code := run([]string{"bench"}, strings.NewReader("PASS\n"), &stdout, &stderr, false); code != 2 {
		t.Errorf("no benchmark: exit %d, want 2", code)
	}
}
