package ipp

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/OpenPrinting/goipp"

	"segnatura/internal/testenv"
	"segnatura/stamp"
)

// recorded is one answer of devices/ipp, to the question that was recorded beside it.
func recorded(t *testing.T, response string) (*goipp.Message, goipp.Op) {
	t.Helper()
	raw, err := os.ReadFile(response)
	if err != nil {
		t.Fatal(err)
	}
	question, err := os.ReadFile(strings.Replace(response, ".response.", ".request.", 1))
	if err != nil {
		t.Fatal(err)
	}
	var m goipp.Message
	if err := m.DecodeBytes(question); err != nil {
		t.Fatal(err)
	}
	answer, err := readAnswer("application/ipp; charset=utf-8", bytes.NewReader(raw), m.RequestID)
	if err != nil {
		t.Fatalf("%s: %v", response, err)
	}
	if _, err := readAnswer("application/ipp", bytes.NewReader(raw), m.RequestID+1); err == nil {
		t.Errorf("%s is taken for the answer to another question", response)
	}
	if _, err := readAnswer("application/ipp", bytes.NewReader(raw[:len(raw)-1]), m.RequestID); err == nil {
		t.Errorf("%s is taken though its end is missing", response)
	}
	return answer, goipp.Op(m.Code)
}

// TestEveryRecordedAnswer reads all that was recorded of ippeveprinter, LPrint and CUPS, and says what it comes to.
func TestEveryRecordedAnswer(t *testing.T) {
	root := testenv.Shared(t, "devices/ipp")
	files, err := filepath.Glob(filepath.Join(root, "*", "*.response.ipp"))
	if err != nil || len(files) < 30 {
		t.Fatalf("%d answers, %v", len(files), err)
	}
	// What each says, by folder and number; the others of ippeveprinter-cancel repeat these.
	wants := map[string]string{
		"cups/01": "ready", "cups/02": "job 7", "cups/03": "under way", "cups/04": "ready busy", "cups/05": "completed",
		"ippeveprinter/01": "ready 100x50", "ippeveprinter/02": "job 1", "ippeveprinter/03": "under way", "ippeveprinter/04": "ready busy",
		"ippeveprinter/05": "completed", "ippeveprinter/06": "client-error-attributes-or-values-not-supported", "ippeveprinter/07": "job 2",
		"ippeveprinter/08":      "job 2",
		"ippeveprinter-busy/01": "ready busy 100x50", "ippeveprinter-busy/02": "server-error-busy",
		"ippeveprinter-cancel/01": "ready 100x50", "ippeveprinter-cancel/02": "job 4", "ippeveprinter-cancel/03": "under way",
		"ippeveprinter-cancel/05": "", "ippeveprinter-cancel/06": "under way", "ippeveprinter-cancel/18": "under way",
		"ippeveprinter-cancel/36": "ended",
		"lprint/01":               "ready 101.6x49.42", "lprint/02": "job 5", "lprint/03": "completed", "lprint/04": "job 6", "lprint/05": "under way",
		"lprint/06": "ready busy", "lprint/07": "completed",
	}
	for _, file := range files {
		name, _ := filepath.Rel(root, file)
		answer, op := recorded(t, file)
		key := filepath.Dir(name) + "/" + filepath.Base(name)[:2]
		want, named := wants[key]
		if got := comesTo(answer, op); named && got != want {
			t.Errorf("%s says %q, want %q", name, got, want)
		} else if !named && !slices.Contains([]string{"", "under way", "ready", "ready busy"}, got) {
			t.Errorf("%s says %q", name, got)
		}
		delete(wants, key)
	}
	if len(wants) > 0 {
		t.Errorf("not recorded: %v", wants)
	}
}

// comesTo is an answer in a few words.
func comesTo(answer *goipp.Message, op goipp.Op) string {
	if s := goipp.Status(answer.Code); s >= goipp.StatusErrorBadRequest {
		return s.String()
	}
	switch op {
	case goipp.OpGetPrinterAttributes:
		state := newDescription(answer.Printer).state(stamp.Size{})
		var words []string
		for _, c := range state.Conditions {
			words = append(words, string(c))
		}
		if m := state.Media; m.WidthMM > 0 {
			words = append(words, strconv.FormatFloat(m.WidthMM, 'f', -1, 64)+"x"+strconv.FormatFloat(m.HeightMM, 'f', -1, 64))
		}
		return strings.Join(words, " ")
	case goipp.OpGetJobAttributes:
		end, over, _ := jobState{state: integer(answer.Job, "job-state"), reasons: texts(answer.Job, "job-state-reasons")}.ended()
		return map[bool]string{true: map[ending]string{endCompleted: "completed", endUnknown: "ended"}[end], false: "under way"}[over]
	case goipp.OpPrintJob, goipp.OpCreateJob, goipp.OpSendDocument:
		return "job " + strconv.Itoa(integer(answer.Job, "job-id"))
	}
	return ""
}

// TestEveryRecordedPrinter reads what ipptool wrote down of whole printers.
func TestEveryRecordedPrinter(t *testing.T) {
	root := testenv.Shared(t, "devices/ipp")
	for name, want := range map[string]struct {
		conditions []stamp.Condition
		size       stamp.Size // a label that is loaded
		format     string
		dpi        int
		mute       bool
	}{
		"ippeveprinter-label": {[]stamp.Condition{stamp.ConditionReady}, stamp.Size{WidthMM: 100, HeightMM: 50}, formatRaster, 203, false},
		"lprint-zebra":        {[]stamp.Condition{stamp.ConditionReady}, stamp.Size{WidthMM: 101.6, HeightMM: 49.4}, formatRaster, 203, false},
		"lprint-zebra-media-out-head-open": {[]stamp.Condition{stamp.ConditionOther, stamp.ConditionMediaOut},
			stamp.Size{WidthMM: 101.6, HeightMM: 49.4}, formatRaster, 203, false},
		"cups-raw-queue": {[]stamp.Condition{stamp.ConditionReady, stamp.ConditionMute}, stamp.Size{}, "", 0, true},
	} {
		d := newDescription(written(t, filepath.Join(root, name+".get-printer-attributes.txt")))
		if got := d.state(want.size).Conditions; !slices.Equal(got, want.conditions) || d.mute() != want.mute {
			t.Errorf("%s is %v, want %v", name, got, want.conditions)
		}
		f, err := d.format(Config{})
		if want.format == "" {
			if _, _, err := d.choose(stamp.Size{WidthMM: 100, HeightMM: 50}); err == nil {
				t.Errorf("%s has media, and says none", name)
			}
			continue
		}
		if err != nil || f.name != want.format {
			t.Errorf("%s is sent %q, %v", name, f.name, err)
		}
		if dpi, err := d.dpi(stamp.NewBitmap(8, 8, stamp.DPI203), f.name); err != nil || dpi != want.dpi {
			t.Errorf("%s has %d dpi, %v", name, dpi, err)
		}
		if _, err := d.dpi(stamp.NewBitmap(8, 8, stamp.DPI600), f.name); err == nil {
			t.Errorf("%s has 600 dpi", name)
		}
		if m, turned, err := d.choose(want.size); err != nil || turned || !m.ready {
			t.Errorf("%s has %+v, %v", name, m, err)
		}
		if m, _, err := d.choose(stamp.Size{WidthMM: 62, HeightMM: 29}); err == nil {
			t.Errorf("%s has %+v loaded for a label of 62 x 29", name, m)
		}
	}
}

var line = regexp.MustCompile(`^        ([a-z-]+) \((?:1setOf )?([A-Za-z]+)\) = (.*)$`)

// written reads ipptool's words back, as far as a label needs them.
func written(t *testing.T, path string) goipp.Attributes {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var attrs goipp.Attributes
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		m := line.FindStringSubmatch(lines.Text())
		if m == nil || m[2] == "collection" && !strings.HasPrefix(m[1], "media-") {
			continue
		}
		a := goipp.Attribute{Name: m[1]}
		switch rest := m[3]; m[2] {
		case "collection":
			for rest != "" {
				var c goipp.Collection
				c, rest = collection(strings.TrimPrefix(rest, ","))
				a.Values.Add(goipp.TagBeginCollection, c)
			}
		case "resolution":
			for r := range strings.SplitSeq(rest, ",") {
				dpi, _ := strconv.Atoi(strings.TrimSuffix(r, "dpi")) // 0 is no resolution that anybody has
				a.Values.Add(goipp.TagResolution, goipp.Resolution{Xres: dpi, Yres: dpi, Units: goipp.UnitsDpi})
			}
		case "boolean":
			a.Values.Add(goipp.TagBoolean, goipp.Boolean(rest == "true"))
		case "enum":
			if state := slices.Index([]string{"idle", "processing", "stopped"}, rest); state >= 0 {
				a.Values.Add(goipp.TagEnum, goipp.Integer(3+state))
			}
		default:
			for s := range strings.SplitSeq(rest, ",") {
				a.Values.Add(goipp.TagKeyword, goipp.String(s))
			}
		}
		attrs.Add(a)
	}
	return attrs
}

// collection reads «{a=1 b={c=2}}» and returns what follows.
func collection(s string) (goipp.Collection, string) {
	var c goipp.Collection
	for s = s[1:]; s[0] != '}'; s = strings.TrimPrefix(s, " ") {
		var name, value string
		name, s, _ = strings.Cut(s, "=")
		if s[0] == '{' {
			var inner goipp.Collection
			inner, s = collection(s)
			c.Add(goipp.MakeAttribute(name, goipp.TagBeginCollection, inner))
			continue
		}
		end := strings.IndexAny(s, " }")
		value, s = s[:end], s[end:]
		if n, err := strconv.Atoi(value); err == nil {
			c.Add(goipp.MakeAttribute(name, goipp.TagInteger, goipp.Integer(n)))
		} else {
			c.Add(keywords(name, value))
		}
	}
	return c, s[1:]
}
