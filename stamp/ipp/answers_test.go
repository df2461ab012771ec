package ipp

import (
	"bytes"
	"slices"
	"testing"

	"github.com/OpenPrinting/goipp"

	"segnatura/stamp"
)

func TestNamesOfMedia(t *testing.T) {
	for name, want := range map[string]medium{
		"oe_label-62x29_62x29mm":             {width: 6200, height: 2900},
		"oe_4x1.94567-label_4x1.94567in":     {width: 10160, height: 4942},
		"custom_62.09x28.93mm_62.09x28.93mm": {width: 6209, height: 2893},
	} {
		if got, ok := named(name); !ok || got != want {
			t.Errorf("%s is %+v", name, got)
		}
	}
	for _, name := range []string{"", "a4", "_", "x_1x2", "x_1x2cm", "x_-1x2mm", "x_0x2mm", "x_1e9x2mm", "x_NaNx2mm", "x_1xmm", "x_1x2x3mm"} {
		if got, ok := named(name); ok {
			t.Errorf("%q is %+v", name, got)
		}
	}
	got := namedMedia([]string{"custom_max_102x500mm", "oe_label-62x29_62x29mm", "custom_min_12x12mm", "roll_max_1x1in"})
	if len(got) != 2 || got[1] != (medium{width: 1200, height: 1200, maxWidth: 10200, maxHeight: 50000}) {
		t.Fatalf("%+v", got)
	}
	for size, turned := range map[stamp.Size]bool{{WidthMM: 100, HeightMM: 400}: false, {WidthMM: 400, HeightMM: 100}: true} {
		if got, fits := got[1].turned(size); !fits || got != turned {
			t.Errorf("%v on a roll: turned %v, fits %v", size, got, fits)
		}
	}
	if got[1].fits(stamp.Size{WidthMM: 110, HeightMM: 110}) {
		t.Error("110 mm fit on a roll of 102")
	}
	if m := got[1].sized(stamp.Size{WidthMM: 400, HeightMM: 100}, true); m.width != 10000 || m.height != 40000 || m.maxWidth != 0 {
		t.Errorf("cut to %+v", m)
	}
}

func TestEveryReason(t *testing.T) {
	for keyword, r := range reasons {
		if r.source == "" {
			t.Errorf("%s has no source", keyword)
		}
		if name, severity := severityOf(keyword + "-warning"); name != keyword || severity != "warning" {
			t.Errorf("%s-warning is %s, %s", keyword, name, severity)
		}
		said := func(suffix string) []stamp.Condition {
			var attrs goipp.Attributes
			attrs.Add(number("printer-state", goipp.TagEnum, 3))
			attrs.Add(keywords("printer-state-reasons", keyword+suffix))
			return newDescription(attrs).conditions()
		}
		if c := r.serious; c != "" && (!slices.Contains(said(""), c) || !slices.Contains(said("-error"), c)) {
			t.Errorf("%s is %v", keyword, said(""))
		}
		if c := r.mild; c != "" && !slices.Contains(said("-warning"), c) {
			t.Errorf("%s-warning is %v", keyword, said("-warning"))
		}
		if reported := said("-report"); (len(reported) > 1 || reported[0] != stamp.ConditionReady) != r.always {
			t.Errorf("%s-report is %v", keyword, reported)
		}
	}
	if name, severity := severityOf("vendor-error"); name != "vendor" || severity != "error" {
		t.Errorf("vendor-error is %s, %s", name, severity)
	}
}

// TestFormats: what is sent to printers that take no raster.
func TestFormats(t *testing.T) {
	var attrs goipp.Attributes
	attrs.Add(goipp.MakeAttr("document-format-supported", goipp.TagMimeType, goipp.String(formatJPEG), goipp.String(formatPDF)))
	d := newDescription(attrs)
	if f, err := d.format(Config{}); err == nil {
		t.Errorf("%s, though it would be scaled and nobody writes PDF", f.name)
	}
	writes := Config{PDF: func(*stamp.Bitmap, stamp.Size) ([]byte, error) { return []byte("%PDF"), nil }}
	if f, err := d.format(writes); err != nil || f.name != formatPDF {
		t.Errorf("%s, %v", f.name, err)
	}
	attrs.Add(keywords("print-scaling-supported", "none"))
	if f, err := newDescription(attrs).format(Config{}); err != nil || f.name != formatJPEG {
		t.Errorf("%s, %v", f.name, err)
	}
	doc, err := encodeJPEG(stamp.NewBitmap(16, 16, stamp.DPI203), 203)
	if err != nil || !bytes.Contains(doc[:20], []byte("JFIF\x00\x01\x02\x01\x00\xcb\x00\xcb")) {
		t.Errorf("%x, %v", doc[:20], err)
	}
}

func TestPackedRows(t *testing.T) {
	for _, c := range []struct{ line, want []byte }{
		{nil, nil},
		{[]byte{7}, []byte{0, 7}},
		{[]byte{7, 7, 7}, []byte{2, 7}},
		{[]byte{1, 2, 3}, []byte{254, 1, 2, 3}},
		{[]byte{1, 2, 2}, []byte{0, 1, 1, 2}},
		{bytes.Repeat([]byte{9}, 130), []byte{127, 9, 1, 9}},
	} {
		if got := packRow(c.line); !bytes.Equal(got, c.want) {
			t.Errorf("%v packs to %v, want %v", c.line, got, c.want)
		}
	}
}

// FuzzAnswer: whatever a printer sends is read or refused, and what is read can be asked everything.
func FuzzAnswer(f *testing.F) {
	f.Fuzz(func(t *testing.T, raw []byte) {
		answer, err := readAnswer("application/ipp", bytes.NewReader(raw), 1)
		if err != nil {
			return
		}
		d := newDescription(answer.Printer)
		state := d.state(stamp.Size{WidthMM: 100, HeightMM: 50})
		if len(state.Conditions) == 0 {
			t.Error("a printer without a condition")
		}
		_, _ = d.format(Config{})
		m, turned, err := d.choose(stamp.Size{WidthMM: 100, HeightMM: 50})
		if err == nil && max(m.width, m.height) < 50_000 && m.within(10000, 5000) {
			b := stamp.NewBitmap(800, 400, stamp.DPI203)
			if p, err := lay(b, m, turned, 203); err == nil && (p.Width < 1 || p.Height < 1) {
				t.Errorf("a page of %d x %d dots", p.Width, p.Height)
			}
		}
		_, _, _ = jobState{state: integer(answer.Job, "job-state"), reasons: texts(answer.Job, "job-state-reasons")}.ended()
	})
}
