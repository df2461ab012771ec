package sane

import (
	"context"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"segnatura/internal/tool"
	"segnatura/scanner"
)

// options are what scanimage lists of one device, by name without dashes.
type options map[string]option

// option is one line of the list: choices, or a range, or neither.
type option struct {
	choices []string
	least   float64
	most    float64
	ranged  bool
	value   string // the device's own default
}

var (
	optionLine = regexp.MustCompile(`^ {4}(-[-a-z0-9]+)(?:\[=\(([^)]*)\)\]| (.*?))? \[([^\]]*)\]`)
	rangeValue = regexp.MustCompile(`^(-?[0-9.]+)\.\.(-?[0-9.]+)`)
	unitSuffix = regexp.MustCompile(`(dpi|mm|pel|bit|%|us)$`)
)

// parseOptions reads the output of --all-options. Options that cannot be set now are left out. nil: there were none.
func parseOptions(text string) *options {
	o := options{}
	for line := range strings.Lines(text) {
		m := optionLine.FindStringSubmatch(strings.TrimRight(line, "\n"))
		if m == nil || m[4] == "inactive" || m[4] == "read-only" {
			continue
		}
		values := m[3]
		if m[2] != "" {
			values = m[2] // yes|no
		}
		opt := option{value: m[4]}
		if r := rangeValue.FindStringSubmatch(values); r != nil {
			opt.least, _ = strconv.ParseFloat(r[1], 64)
			opt.most, _ = strconv.ParseFloat(r[2], 64)
			opt.ranged = true
		} else {
			for choice := range strings.SplitSeq(unitSuffix.ReplaceAllString(values, ""), "|") {
				if choice != "" && !strings.HasPrefix(choice, "<") {
					opt.choices = append(opt.choices, choice)
				}
			}
		}
		o[strings.TrimLeft(m[1], "-")] = opt
	}
	if len(o) == 0 {
		return nil
	}
	return &o
}

// modeNames are the backends' names of the colour modes, lower case, the best first (sane-backends 1.2.1, backends' sources).
var modeNames = map[scanner.ColorMode][]string{
	scanner.ColorRGB:    {"color", "24bit color", "24bit color[fast]", "colour", "24 bit color", "full color"},
	scanner.ColorGrey:   {"gray", "true gray", "grayscale", "8bit gray", "grey", "gray[error diffusion]"},
	scanner.ColorBinary: {"lineart", "black & white", "binary", "monochrome", "text", "line art"},
}

// sourceKind says what a backend's name of a source means.
type sourceKind struct {
	input  scanner.Input
	duplex bool
}

// sourceWords tell sources apart, the first that a name contains, in lower case.
var sourceWords = []struct {
	word string
	kind sourceKind
}{
	{"back", sourceKind{}}, // backs alone are never asked for
	{"card", sourceKind{}},
	{"negative", sourceKind{}},
	{"transparency", sourceKind{}},
	{"slide", sourceKind{}},
	{"duplex", sourceKind{scanner.InputFeeder, true}},
	{"feeder", sourceKind{scanner.InputFeeder, false}},
	{"adf", sourceKind{scanner.InputFeeder, false}},
	{"flatbed", sourceKind{scanner.InputPlaten, false}},
	{"document table", sourceKind{scanner.InputPlaten, false}},
	{"normal", sourceKind{scanner.InputPlaten, false}},
	{"auto", sourceKind{}},
}

func kindOf(source string) sourceKind {
	name := strings.ToLower(source)
	for _, w := range sourceWords {
		if strings.Contains(name, w.word) {
			return w.kind
		}
	}
	return sourceKind{}
}

// duplexSwitches are options by which backends without a duplex source are asked for both sides.
var duplexSwitches = []struct{ name, on string }{{"adf-mode", "Duplex"}, {"duplex", "yes"}}

// duplexSwitch returns the device's own switch for both sides.
func (o options) duplexSwitch() (name, on string) {
	for _, s := range duplexSwitches {
		if slices.Contains(o[s.name].choices, s.on) {
			return s.name, s.on
		}
	}
	return "", ""
}

// source finds the device's name of an input: the first that fits. A device without sources has a platen only.
func (o options) source(kind sourceKind) (name string, ok bool) {
	src, listed := o["source"]
	if !listed {
		return "", kind == sourceKind{input: scanner.InputPlaten}
	}
	for _, name := range src.choices {
		if kindOf(name) == kind {
			return name, true
		}
	}
	return "", false
}

func (o options) mode(m scanner.ColorMode) (string, bool) {
	for _, want := range modeNames[m] {
		for _, have := range o["mode"].choices {
			if strings.EqualFold(have, want) {
				return have, true
			}
		}
	}
	return "", false
}

// usualDPI are offered where a device takes a range.
var usualDPI = []int{100, 150, 200, 300, 400, 600}

func (o options) resolutions() []int {
	r := o["resolution"]
	var out []int
	if r.ranged {
		for _, dpi := range usualDPI {
			if r.accepts(dpi) {
				out = append(out, dpi)
			}
		}
		return out
	}
	for _, c := range r.choices {
		if dpi, err := strconv.Atoi(c); err == nil {
			out = append(out, dpi)
		}
	}
	return out
}

func (r option) accepts(v int) bool {
	if r.ranged {
		return float64(v) >= r.least && float64(v) <= r.most
	}
	return slices.Contains(r.choices, strconv.Itoa(v))
}

// inputs are the device's inputs for the scan form.
func (o options) inputs() []scanner.InputCapabilities {
	var out []scanner.InputCapabilities
	for _, in := range []scanner.Input{scanner.InputFeeder, scanner.InputPlaten} {
		_, simplex := o.source(sourceKind{input: in})
		_, duplex := o.source(sourceKind{in, true})
		if !simplex && !duplex {
			continue
		}
		if name, _ := o.duplexSwitch(); name != "" && in == scanner.InputFeeder {
			duplex = true
		}
		c := scanner.InputCapabilities{
			Input: in, Duplex: duplex, ResolutionsDPI: o.resolutions(), Formats: []string{"image/jpeg", "image/tiff", "image/png"},
			MaxWidthMM: o["x"].most, MaxHeightMM: o["y"].most,
		}
		for _, m := range []scanner.ColorMode{scanner.ColorRGB, scanner.ColorGrey, scanner.ColorBinary} {
			if _, ok := o.mode(m); ok {
				c.ColorModes = append(c.ColorModes, m)
			}
		}
		out = append(out, c)
	}
	return out
}

// A4, ISO 216. A bed is longer than the paper, and what lies beyond it is not the letter.
const (
	paperWidthMM  = 210
	paperHeightMM = 297
)

// formats are scanimage's names of the formats that it writes well.
var formats = map[string]struct{ name, suffix string }{
	"image/jpeg": {"jpeg", ".jpg"}, "image/tiff": {"tiff", ".tif"}, "image/png": {"png", ".png"},
}

// resolve fills in what the request leaves open and refuses what the device does not list. A format left open is JPEG, and TIFF for
// one bit a pixel, which JPEG has not; an area left open is A4, as far as the device has it.
func (o options) resolve(r scanner.Request) (scanner.Request, []string, error) {
	if r.Input == "" {
		r.Input = scanner.InputPlaten
		if _, ok := o.source(sourceKind{input: scanner.InputPlaten}); !ok || r.Duplex {
			r.Input = scanner.InputFeeder
		}
	}
	if r.Format == "" {
		r.Format = "image/jpeg"
		if r.ColorMode == scanner.ColorBinary {
			r.Format = "image/tiff"
		}
	}
	format, ok := formats[r.Format]
	if !ok || r.Format == "image/jpeg" && r.ColorMode == scanner.ColorBinary {
		return r, nil, unsupported("%s in colour mode %q", r.Format, r.ColorMode)
	}
	args := []string{"--format=" + format.name}
	sourceArgs, err := o.sourceArgs(r)
	if err != nil {
		return r, nil, err
	}
	args = append(args, sourceArgs...)
	if r.ColorMode != "" {
		name, ok := o.mode(r.ColorMode)
		if !ok && len(o["mode"].choices) > 0 {
			return r, nil, unsupported("colour mode %q", r.ColorMode)
		}
		if ok {
			args = append(args, "--mode="+name)
		}
	}
	if r.ResolutionDPI != 0 {
		if !o["resolution"].accepts(r.ResolutionDPI) {
			return r, nil, unsupported("%d dpi", r.ResolutionDPI)
		}
		args = append(args, fmt.Sprintf("--resolution=%d", r.ResolutionDPI))
	}
	area, err := o.areaArgs(&r)
	return r, append(args, area...), err
}

func (o options) sourceArgs(r scanner.Request) ([]string, error) {
	if r.Duplex && r.Input != scanner.InputFeeder {
		return nil, unsupported("both sides from the %s", r.Input)
	}
	name, ok := o.source(sourceKind{r.Input, r.Duplex})
	var args []string
	if !ok && r.Duplex {
		option, on := o.duplexSwitch()
		if option == "" {
			return nil, unsupported("both sides")
		}
		name, ok = o.source(sourceKind{input: r.Input})
		args = append(args, "--"+option+"="+on)
	}
	if !ok {
		return nil, unsupported("input %q", r.Input)
	}
	if name == "" {
		return args, nil
	}
	return append([]string{"--source=" + name}, args...), nil // the source first: others depend on it
}

func (o options) areaArgs(r *scanner.Request) ([]string, error) {
	if (r.WidthMM > 0) != (r.HeightMM > 0) || r.WidthMM < 0 || r.HeightMM < 0 {
		return nil, unsupported("an area of %.1f x %.1f mm", r.WidthMM, r.HeightMM)
	}
	x, y := o["x"], o["y"]
	if !x.ranged || !y.ranged {
		return nil, nil
	}
	if r.WidthMM == 0 {
		r.WidthMM, r.HeightMM = math.Min(paperWidthMM, x.most), math.Min(paperHeightMM, y.most)
	}
	if r.WidthMM > x.most+toleranceMM || r.HeightMM > y.most+toleranceMM {
		return nil, unsupported("an area of %.1f x %.1f mm", r.WidthMM, r.HeightMM)
	}
	return []string{"-x", millimetres(math.Min(r.WidthMM, x.most)), "-y", millimetres(math.Min(r.HeightMM, y.most))}, nil
}

// requested are the options that a request decides.
var requested = []string{"source", "mode", "resolution", "adf-mode", "duplex", "l", "t", "x", "y"}

// further are the arguments of the configured options.
func (o options) further(set map[string]string) ([]string, error) {
	var args []string
	for _, name := range slices.Sorted(maps.Keys(set)) {
		if _, listed := o[name]; !listed || slices.Contains(requested, name) {
			return nil, unsupported("the option %q of the settings", name)
		}
		args = append(args, "--"+name+"="+set[name])
	}
	return args, nil
}

// toleranceMM forgives a glass that is announced a hair short of A4.
const toleranceMM = 1.0

func millimetres(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

func unsupported(format string, args ...any) *scanner.Fault {
	return &scanner.Fault{Kind: scanner.FaultUnsupported, Detail: fmt.Sprintf("the device does not list "+format, args...)}
}

// listFormat makes scanimage print a device a line, fields apart by tabs.
const listFormat = "%d\t%v\t%m\t%t%n"

func list(ctx context.Context, program *tool.Tool, cfg Config) ([]Device, error) {
	result, err := program.Run(ctx, tool.Job{Args: []string{"--formatted-device-list=" + listFormat}, Env: cfg.Env, Timeout: cfg.CallTimeout})
	if err != nil {
		return nil, faultOf(err, result.Stderr)
	}
	return parseList(string(result.Stdout)), nil
}

func parseList(text string) []Device {
	var out []Device
	for line := range strings.Lines(text) {
		f := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if len(f) == 4 && f[0] != "" {
			out = append(out, Device{Name: f[0], MakeAndModel: strings.TrimSpace(f[1] + " " + f[2]), Type: f[3]})
		}
	}
	return out
}
