package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

var benchLine = regexp.MustCompile(`^(Benchmark\S+)\s+\d+\s+(.+)$`)

// benchmarks reads the output of go test -bench -count N and prints, for each benchmark and unit, the median of its
// runs and their number, under the name of the machine that they were measured on. A benchmark that gives percentiles says
// in the unit "samples" of how many. No benchmark at all is a failure.
func benchmarks(stdin io.Reader, w io.Writer) (failed bool, err error) {
	type row struct{ name, unit string }
	values := map[row][]float64{}
	var order []row
	pkg := ""
	lines := bufio.NewScanner(stdin)
	for lines.Scan() {
		line := lines.Text()
		if p, found := strings.CutPrefix(line, "pkg: "); found {
			pkg = p
		}
		if strings.HasPrefix(line, "FAIL") || strings.HasPrefix(line, "--- FAIL") {
			failed = true
			fmt.Fprintln(w, line)
		}
		m := benchLine.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		fields := strings.Fields(m[2])
		for i := 0; i+1 < len(fields); i += 2 {
			value, err := strconv.ParseFloat(fields[i], 64)
			if err != nil {
				return false, fmt.Errorf("read %q: %w", line, err)
			}
			key := row{pkg + " " + m[1], fields[i+1]}
			if values[key] == nil {
				order = append(order, key)
			}
			values[key] = append(values[key], value)
		}
	}
	if err := lines.Err(); err != nil {
		return false, err
	}
	if len(order) == 0 {
		return false, errors.New("no benchmark was executed")
	}
	fmt.Fprintln(w, machine())
	for _, key := range order {
		of := fmt.Sprintf("median of %d", len(values[key]))
		if counts := values[row{key.name, samples}]; counts != nil {
			of = fmt.Sprintf("%.0f samples", median(counts))
			if runs := len(counts); runs > 1 {
				of = fmt.Sprintf("median of %d runs, each of %s", runs, of)
			}
		}
		if key.unit != samples && !(key.unit == "ns/op" && median(values[key]) == 0) { // switched off
			fmt.Fprintf(w, "%-72s %16s %-16s (%s)\n", key.name, strconv.FormatFloat(median(values[key]), 'f', -1, 64), key.unit, of)
		}
	}
	return failed, nil
}

const samples = "samples"

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// machine names what the figures were measured on, as far as the system tells.
func machine() string {
	model := field("/proc/cpuinfo", "model name")
	memory := field("/proc/meminfo", "MemTotal")
	kernel := "kernel unknown"
	if release, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		kernel = "kernel " + strings.TrimSpace(string(release))
	}
	return fmt.Sprintf("machine: %s, %d cores, memory %s, %s, data on %s, %s/%s, %s",
		model, runtime.NumCPU(), memory, kernel, fileSystem(os.TempDir()), runtime.GOOS, runtime.GOARCH, runtime.Version())
}

// fileSystem names the file system that holds a folder.
func fileSystem(dir string) string {
	mounts, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		return "an unknown file system"
	}
	kind, longest := "an unknown file system", -1
	for line := range strings.Lines(string(mounts)) {
		fields := strings.Fields(line) // device, folder, kind, ...
		if len(fields) < 3 {
			continue
		}
		mount := strings.TrimSuffix(fields[1], "/")
		if len(mount) >= longest && strings.HasPrefix(dir+"/", mount+"/") { // a later mount hides an earlier one
			kind, longest = fields[2], len(mount)
		}
	}
	return kind
}

func field(path, name string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return "unknown"
	}
	for line := range strings.Lines(string(data)) {
		if key, value, found := strings.Cut(line, ":"); found && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}
