package ipp_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/OpenPrinting/goipp"

	"segnatura/stamp"
	"segnatura/stamp/ipp"
	"segnatura/stamp/ipp/ipptest"
)

var label100x50 = stamp.Size{WidthMM: 100, HeightMM: 50}

// bitmap has some dots well inside.
func bitmap(width, height int, r stamp.Resolution) *stamp.Bitmap {
	b := stamp.NewBitmap(width, height, r)
	for y := height / 4; y < height/2; y++ {
		for x := width / 4; x < width/2; x += 1 + y%3 {
			b.SetBlack(x, y)
		}
	}
	return b
}

// with runs a test beside a printer, in time of its own.
func with(t *testing.T, prepare func(*ipptest.Printer), test func(t *testing.T, device *ipptest.Printer, p *ipp.Printer)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		device := ipptest.NewPrinter()
		if prepare != nil {
			prepare(device)
		}
		device.Start()
		defer device.Close()
		test(t, device, open(t, device, ipp.Config{}))
	})
}

func open(t *testing.T, device *ipptest.Printer, c ipp.Config) *ipp.Printer {
	t.Helper()
	c.ID, c.URL, c.Dial = "etichette", "ipp://printer.test/ipp/print", device.Dial
	if c.Resolution == (stamp.Resolution{}) {
		c.Resolution = stamp.DPI203
	}
	if c.LabelSize == (stamp.Size{}) {
		c.LabelSize = label100x50
	}
	p, err := ipp.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestALabelThatComesOut(t *testing.T) {
	for name, prepare := range map[string]func(*ipptest.Printer){
		"made first": nil,
		"in one": func(p *ipptest.Printer) {
			p.Set(ipptest.Integers("operations-supported", goipp.TagEnum, 2, 4, 8, 9, 10, 11))
		},
		"not listed":      func(p *ipptest.Printer) { p.Remove("operations-supported") },
		"IPP 1.1":         func(p *ipptest.Printer) { p.Old = true },
		"busy at first":   func(p *ipptest.Printer) { p.Busy = 3 },
		"slow":            func(p *ipptest.Printer) { slowly(p, 3*time.Second) },
		"labels run low":  func(p *ipptest.Printer) { p.Reasons = []string{"media-low-warning"} },
		"without look":    func(p *ipptest.Printer) { p.Remove("print-scaling-supported", "job-creation-attributes-supported") },
		"lost on the way": func(p *ipptest.Printer) { p.Troubles[goipp.OpSendDocument] = []ipptest.Trouble{ipptest.TroubleLost} },
		"half on the way": func(p *ipptest.Printer) { p.Troubles[goipp.OpSendDocument] = []ipptest.Trouble{ipptest.TroubleHalf} },
		"a look is lost": func(p *ipptest.Printer) {
			p.Troubles[goipp.OpGetJobAttributes] = []ipptest.Trouble{ipptest.TroubleLost}
		},
		"silent at a look": func(p *ipptest.Printer) {
			p.Troubles[goipp.OpGetJobAttributes] = []ipptest.Trouble{ipptest.TroubleSilent}
		},
		"found by its name": func(p *ipptest.Printer) {
			p.Set(ipptest.Integers("operations-supported", goipp.TagEnum, 2, 4, 8, 9, 10, 11))
			p.Troubles[goipp.OpPrintJob] = []ipptest.Trouble{ipptest.TroubleLost}
		},
	} {
		t.Run(name, func(t *testing.T) {
			with(t, prepare, func(t *testing.T, device *ipptest.Printer, p *ipp.Printer) {
				result, err := p.Print(t.Context(), bitmap(800, 400, stamp.DPI203))
				if err != nil || result.Outcome != stamp.OutcomePrinted || result.After.Conditions[0] != stamp.ConditionReady {
					t.Fatalf("%+v, %v", result, err)
				}
				jobs := device.Jobs()
				if len(jobs) != 1 || jobs[0].State != 9 || jobs[0].Format != "image/pwg-raster" {
					t.Fatalf("the printer has %+v", jobs)
				}
				if got := decodeRaster(t, jobs[0].Document); got.Width != 799 || got.Height != 400 {
					t.Errorf("the page has %d x %d dots", got.Width, got.Height)
				}
			})
		})
	}
}

func slowly(p *ipptest.Printer, d time.Duration) {
	p.Slow = d
	for _, op := range []goipp.Op{goipp.OpGetPrinterAttributes, goipp.OpValidateJob, goipp.OpCreateJob, goipp.OpSendDocument} {
		p.Troubles[op] = []ipptest.Trouble{ipptest.TroubleSlow}
	}
}

func TestBeforePrinting(t *testing.T) {
	trouble := func(x ipptest.Trouble) func(*ipptest.Printer) {
		return func(p *ipptest.Printer) { p.Troubles[goipp.OpGetPrinterAttributes] = []ipptest.Trouble{x, x} }
	}
	says := func(state int, reasons ...string) func(*ipptest.Printer) {
		return func(p *ipptest.Printer) { p.State, p.Reasons = state, reasons }
	}
	for name, c := range map[string]struct {
		prepare func(*ipptest.Printer)
		want    stamp.Condition
	}{
		"out of labels":          {says(3, "media-empty"), stamp.ConditionMediaOut},
		"out of labels, error":   {says(5, "media-empty-error"), stamp.ConditionMediaOut},
		"stopped for a warning":  {says(5, "media-empty-warning"), stamp.ConditionMediaOut},
		"LPrint's head":          {says(3, "other", "media-empty"), stamp.ConditionOther},
		"open":                   {says(5, "cover-open-error"), stamp.ConditionHeadOpen},
		"paused":                 {says(5, "paused"), stamp.ConditionPaused},
		"takes no jobs":          {func(p *ipptest.Printer) { p.Accepting = false }, stamp.ConditionPaused},
		"CUPS's device is off":   {says(3, "offline-report"), stamp.ConditionOffline},
		"stopped, who knows why": {says(5, "vendor-gremlins-warning"), stamp.ConditionOther},
		"stopped":                {says(5, "none"), stamp.ConditionOther},
		"off":                    {func(p *ipptest.Printer) { p.Off() }, stamp.ConditionOffline},
		"silent":                 {trouble(ipptest.TroubleSilent), stamp.ConditionSilent},
		"too slow":               {func(p *ipptest.Printer) { p.Slow = time.Hour; trouble(ipptest.TroubleSlow)(p) }, stamp.ConditionSilent},
		"half an answer":         {trouble(ipptest.TroubleHalf), stamp.ConditionOther},
		"another's answer":       {trouble(ipptest.TroubleWrongID), stamp.ConditionOther},
		"a page for people":      {trouble(ipptest.TroubleNotIPP), stamp.ConditionOther},
		"an error of HTTP":       {trouble(ipptest.TroubleHTTP), stamp.ConditionOther},
		"an answer that is none": {trouble(ipptest.TroubleEmpty), stamp.ConditionSilent},
		"other labels":           {func(p *ipptest.Printer) { p.Set(ipptest.Media("media-col-ready", 6200, 2900)) }, stamp.ConditionMediaWrong},
		"other labels, by name": {func(p *ipptest.Printer) {
			p.Remove("media-col-ready")
			p.Set(ipptest.Keywords("media-ready", "oe_4x1-label_4x1in"))
		}, stamp.ConditionMediaWrong},
		"no such labels": {func(p *ipptest.Printer) {
			p.Remove("media-col-ready")
			p.Set(ipptest.Keywords("media-supported", "oe_62x29-label_62x29mm"))
		}, stamp.ConditionMediaWrong},
	} {
		t.Run(name, func(t *testing.T) {
			with(t, c.prepare, func(t *testing.T, device *ipptest.Printer, p *ipp.Printer) {
				if got, blocks := p.State(t.Context()).Blocks(); got != c.want || !blocks {
					t.Errorf("asked, it is %q, want %q", got, c.want)
				}
				result, _ := p.Print(t.Context(), bitmap(800, 400, stamp.DPI203))
				if got, _ := result.Before.Blocks(); got != c.want || result.Outcome != stamp.OutcomeFailed {
					t.Errorf("printing, it is %q and %s, want %q and failed", got, result.Outcome, c.want)
				}
				if jobs := device.Jobs(); len(jobs) != 0 {
					t.Errorf("it got %+v", jobs)
				}
			})
		})
	}
}

// TestLabelsThatTheSettingsKnowBetter: a printer on which its media were never set is trusted in nothing but what it has.
func TestLabelsThatTheSettingsKnowBetter(t *testing.T) {
	with(t, func(p *ipptest.Printer) {
		p.Set(ipptest.Media("media-col-ready", 6200, 2900))
		p.Set(ipptest.Media("media-col-database", 10000, 5000))
	}, func(t *testing.T, device *ipptest.Printer, _ *ipp.Printer) {
		p := open(t, device, ipp.Config{TrustMedia: true})
		if s := p.State(t.Context()); !slices.Equal(s.Conditions, []stamp.Condition{stamp.ConditionReady}) || s.Media != (stamp.Media{}) {
			t.Errorf("asked, it is %+v", s)
		}
		if result, err := p.Print(t.Context(), bitmap(800, 400, stamp.DPI203)); err != nil || result.Outcome != stamp.OutcomePrinted {
			t.Errorf("%+v, %v", result, err)
		}
		p = open(t, device, ipp.Config{TrustMedia: true, LabelSize: stamp.Size{WidthMM: 40, HeightMM: 30}})
		if got, _ := p.State(t.Context()).Blocks(); got != stamp.ConditionMediaWrong {
			t.Errorf("of labels that it has not: %q", got)
		}
	})
}

// TestPrintingIsNotOff: who asks while a label is being printed, and cannot wait for its end, hears of a printer that prints.
func TestPrintingIsNotOff(t *testing.T) {
	with(t, func(p *ipptest.Printer) { p.Looks = 20 }, func(t *testing.T, device *ipptest.Printer, _ *ipp.Printer) {
		sent, done := make(chan struct{}), make(chan stamp.Result, 1)
		p := open(t, device, ipp.Config{Sent: func(time.Duration) { close(sent) }})
		go func() {
			result, _ := p.Print(t.Context(), bitmap(800, 400, stamp.DPI203))
			done <- result
		}()
		<-sent
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
		defer cancel()
		if s := p.State(ctx); !slices.Equal(s.Conditions, []stamp.Condition{stamp.ConditionBusy}) {
			t.Errorf("%+v", s)
		}
		if result := <-done; result.Outcome != stamp.OutcomePrinted {
			t.Errorf("%+v", result)
		}
	})
}

// TestCertainlyNothing: no document reached the printer, or it never began with it.
func TestCertainlyNothing(t *testing.T) {
	answers := func(op goipp.Op, s goipp.Status) func(*ipptest.Printer) {
		return func(p *ipptest.Printer) { p.Status, p.Troubles[op] = s, []ipptest.Trouble{ipptest.TroubleStatus} }
	}
	for name, c := range map[string]struct {
		prepare func(*ipptest.Printer)
		states  []int // of the jobs afterwards
		says    string
		told    stamp.Condition // to the clerk, of before
	}{
		"refused when looked at": {answers(goipp.OpValidateJob, goipp.StatusErrorAttributesOrValues), nil, "attributes-or-values", stamp.ConditionOther},
		"would be scaled": {func(p *ipptest.Printer) { p.Unsupported = goipp.Attributes{ipptest.Keywords("print-scaling", "none")} }, nil,
			"would not keep to print-scaling", stamp.ConditionOther},
		"of another size": {func(p *ipptest.Printer) { p.Unsupported = goipp.Attributes{ipptest.Media("media-col", 10000, 5000)} }, nil,
			"would not keep to media-col", stamp.ConditionMediaWrong},
		"refused when made":    {answers(goipp.OpCreateJob, goipp.StatusErrorNotAcceptingJobs), nil, "not-accepting-jobs", stamp.ConditionPaused},
		"always busy":          {func(p *ipptest.Printer) { p.Busy = 1 << 20 }, nil, "server-error-busy", stamp.ConditionBusy},
		"its making was lost":  {trouble(goipp.OpCreateJob, ipptest.TroubleLost), []int{7}, "EOF", stamp.ConditionOther},
		"nobody answers":       {trouble(goipp.OpCreateJob, ipptest.TroubleSilent), nil, "does not answer", stamp.ConditionSilent},
		"the document refused": {answers(goipp.OpSendDocument, goipp.StatusErrorDocumentFormatNotSupported), []int{7}, "document-format", stamp.ConditionOther},
		"never begun":          {func(p *ipptest.Printer) { p.Stuck = true }, []int{7}, "job-canceled-by-user", stamp.ConditionReady},
		"no format of ours":    {func(p *ipptest.Printer) { p.Set(ipptest.Keywords("document-format-supported", "image/urf")) }, nil, "no format", stamp.ConditionOther},
		"colours only":         {func(p *ipptest.Printer) { p.Set(ipptest.Keywords("pwg-raster-document-type-supported", "srgb_8")) }, nil, "kind of pixel", stamp.ConditionOther},
		"another head":         {func(p *ipptest.Printer) { p.Set(ipptest.Resolutions("pwg-raster-document-resolution-supported", 300)) }, nil, "203", stamp.ConditionOther},
		"wide margins":         {func(p *ipptest.Printer) { p.Set(ipptest.Media("media-col-ready", 10000, 5000, 1500, 0, 0, 0)) }, nil, "lose dots", stamp.ConditionOther},
		"no word of media":     {func(p *ipptest.Printer) { p.Remove("media-col-ready") }, nil, "does not say", stamp.ConditionOther},
	} {
		t.Run(name, func(t *testing.T) {
			with(t, c.prepare, func(t *testing.T, device *ipptest.Printer, p *ipp.Printer) {
				result, err := p.Print(t.Context(), bitmap(800, 400, stamp.DPI203))
				if result.Outcome != stamp.OutcomeFailed || err == nil || !strings.Contains(err.Error(), c.says) {
					t.Errorf("%s, %v; want failed and %q", result.Outcome, err, c.says)
				}
				if got := result.Before.Conditions; len(got) == 0 || got[0] != c.told {
					t.Errorf("before it is %v, want %s", got, c.told)
				}
				var states []int
				for _, j := range device.Jobs() {
					states = append(states, j.State)
				}
				if !slices.Equal(states, c.states) {
					t.Errorf("the jobs are in states %v, want %v", states, c.states)
				}
			})
		})
	}
}

func trouble(op goipp.Op, x ...ipptest.Trouble) func(*ipptest.Printer) {
	return func(p *ipptest.Printer) { p.Troubles[op] = x }
}

// TestNobodyKnows: the label may have come out.
func TestNobodyKnows(t *testing.T) {
	inOne := func(x ...ipptest.Trouble) func(*ipptest.Printer) {
		return func(p *ipptest.Printer) {
			p.Set(ipptest.Integers("operations-supported", goipp.TagEnum, 2, 4, 8, 9, 10, 11))
			p.Troubles[goipp.OpPrintJob] = x
		}
	}
	after := func(f func(p *ipptest.Printer, j *ipptest.Job)) func(*ipptest.Printer) {
		return func(p *ipptest.Printer) { p.AfterJob = f }
	}
	for name, c := range map[string]struct {
		prepare func(*ipptest.Printer)
		after   stamp.Condition
	}{
		"lost, and not to be found":       {inOne(ipptest.TroubleSilent), stamp.ConditionReady},
		"broken, and not to be found":     {inOne(ipptest.TroubleHTTP), stamp.ConditionReady},
		"its number is not told":          {inOne(ipptest.TroubleEmpty), stamp.ConditionReady},
		"completed, then no labels":       {after(func(p *ipptest.Printer, _ *ipptest.Job) { p.Reasons = []string{"media-empty"} }), stamp.ConditionMediaOut},
		"completed with errors":           {after(func(_ *ipptest.Printer, j *ipptest.Job) { j.Reasons = []string{"job-completed-with-errors"} }), stamp.ConditionReady},
		"aborted":                         {after(func(_ *ipptest.Printer, j *ipptest.Job) { j.State = 8 }), stamp.ConditionReady},
		"CUPS and a printer of few words": {func(p *ipptest.Printer) { p.Set(ipptest.Keywords("device-uri", "usb://Brother/QL-700")) }, stamp.ConditionReady},
		"under way for ever":              {func(p *ipptest.Printer) { p.Looks = 1 << 20 }, stamp.ConditionReady},
		"under way for ever, and deaf":    {func(p *ipptest.Printer) { p.Looks, p.Deaf = 1<<20, true }, stamp.ConditionReady},
		"forgotten": {func(p *ipptest.Printer) {
			p.Status = goipp.StatusErrorNotFound
			p.Troubles[goipp.OpGetJobAttributes] = slices.Repeat([]ipptest.Trouble{ipptest.TroubleStatus}, 1000)
		}, stamp.ConditionReady},
		"fallen silent": {func(p *ipptest.Printer) {
			p.AfterJob = func(p *ipptest.Printer, _ *ipptest.Job) {
				p.Troubles[goipp.OpGetPrinterAttributes] = []ipptest.Trouble{ipptest.TroubleSilent}
			}
		}, stamp.ConditionSilent},
	} {
		t.Run(name, func(t *testing.T) {
			with(t, c.prepare, func(t *testing.T, _ *ipptest.Printer, p *ipp.Printer) {
				began := time.Now()
				result, err := p.Print(t.Context(), bitmap(800, 400, stamp.DPI203))
				if result.Outcome != stamp.OutcomeUnknown || len(result.After.Conditions) == 0 || result.After.Conditions[0] != c.after {
					t.Errorf("%+v, %v; want unknown and %q", result, err, c.after)
				}
				if took := time.Since(began); took > 50*time.Second {
					t.Errorf("it took %v", took)
				}
			})
		})
	}
}

// TestNoLabelsUnderWay: the printer runs out while the job is in it. It is taken back, so that it does not come out with the new roll.
func TestNoLabelsUnderWay(t *testing.T) {
	with(t, func(p *ipptest.Printer) { p.Stuck = true }, func(t *testing.T, device *ipptest.Printer, p *ipp.Printer) {
		printer := open(t, device, ipp.Config{Sent: func(time.Duration) {
			device.Change(func(p *ipptest.Printer) { p.State, p.Reasons = 5, []string{"media-empty-error"} })
		}})
		began := time.Now()
		result, _ := printer.Print(t.Context(), bitmap(800, 400, stamp.DPI203))
		if result.Outcome != stamp.OutcomeFailed || result.After.Conditions[0] != stamp.ConditionMediaOut {
			t.Errorf("%+v", result)
		}
		if job := device.Jobs()[0]; job.State != 7 {
			t.Errorf("the job is in state %d", job.State)
		}
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("the desk waited %v", took)
		}
	})
}

// TestTheCallersTimeEnds: the job is cancelled all the same.
func TestTheCallersTimeEnds(t *testing.T) {
	with(t, func(p *ipptest.Printer) { p.Stuck = true }, func(t *testing.T, device *ipptest.Printer, p *ipp.Printer) {
		ctx, cancel := context.WithCancel(t.Context())
		printer := open(t, device, ipp.Config{Sent: func(time.Duration) { cancel() }})
		result, err := printer.Print(ctx, bitmap(800, 400, stamp.DPI203))
		if result.Outcome != stamp.OutcomeFailed || device.Jobs()[0].State != 7 {
			t.Errorf("%+v, %v, job %+v", result, err, device.Jobs()[0])
		}
		if result, err = p.Print(ctx, bitmap(800, 400, stamp.DPI203)); !errors.Is(err, context.Canceled) || result.Outcome != stamp.OutcomeFailed {
			t.Errorf("%+v, %v", result, err)
		}
	})
}

func TestTheDotsStayDots(t *testing.T) {
	narrow := func(p *ipptest.Printer) {
		p.Set(ipptest.Media("media-col-ready", 3600, 8900, 600, 150, 150, 150))
		p.Set(ipptest.Resolutions("pwg-raster-document-resolution-supported", 300))
	}
	with(t, narrow, func(t *testing.T, device *ipptest.Printer, _ *ipp.Printer) {
		size := stamp.Size{WidthMM: 89, HeightMM: 36}
		p := open(t, device, ipp.Config{Resolution: stamp.DPI300, LabelSize: size})
		b := bitmap(1068, 432, stamp.DPI300)
		result, err := p.Print(t.Context(), b)
		if err != nil || result.Outcome != stamp.OutcomePrinted || result.Before.Media.WidthMM != 89 {
			t.Fatalf("%+v, %v", result, err)
		}
		got := decodeRaster(t, device.Jobs()[0].Document)
		if got.Width != 425 || got.Height != 1051 {
			t.Fatalf("the page has %d x %d dots", got.Width, got.Height)
		}
		if dots(got) != dots(b) || dots(b) == 0 {
			t.Errorf("%d dots of %d", dots(got), dots(b))
		}
	})
}

func TestSettingsThatAreWrong(t *testing.T) {
	pin := strings.Repeat("ab", 32)
	for _, c := range []ipp.Config{
		{URL: ""}, {URL: "socket://printer:9100"}, {URL: "ipp:///ipp/print"}, {URL: "ipp://u:p@printer/"}, {URL: "ipp://printer/?a=b"},
		{URL: "ipp://printer/", PinSHA256: pin}, {URL: "ipps://printer/", PinSHA256: "ab"}, {URL: "ipps://printer/", PinSHA256: strings.Repeat("zz", 32)},
		{URL: "ipp://printer/", Format: "image/png"}, {URL: "ipp://printer/", Format: "application/pdf"},
	} {
		if p, err := ipp.New(c); err == nil {
			t.Errorf("%+v made %v", c, p)
		}
	}
}

func dots(b *stamp.Bitmap) (n int) {
	for _, x := range b.Bits {
		for ; x != 0; x &= x - 1 {
			n++
		}
	}
	return n
}

// decodeRaster reads a page of PWG raster without the package's help, by PWG 5102.4.
func decodeRaster(t *testing.T, doc []byte) *stamp.Bitmap {
	t.Helper()
	if !bytes.HasPrefix(doc, []byte("RaS2PwgRaster\x00")) || len(doc) < 1800 {
		t.Fatalf("this is no PWG raster: %.20q", doc)
	}
	number := func(at int) int {
		h := doc[4+at:]
		return int(h[0])<<24 | int(h[1])<<16 | int(h[2])<<8 | int(h[3])
	}
	width, height, bits, stride, space := number(372), number(376), number(388), number(392), number(400)
	b := stamp.NewBitmap(width, height, stamp.Resolution{DPI: number(276)})
	data := doc[1800:]
	for y := 0; y < height; {
		again := int(data[0]) + 1
		data = data[1:]
		var line []byte
		for len(line) < stride {
			n := int(data[0])
			if n < 128 {
				line = append(line, bytes.Repeat(data[1:2], n+1)...)
				data = data[2:]
			} else {
				line = append(line, data[1:1+257-n]...)
				data = data[1+257-n:]
			}
		}
		if len(line) != stride {
			t.Fatalf("row %d has %d bytes, not %d", y, len(line), stride)
		}
		for ; again > 0; again, y = again-1, y+1 {
			for x := range width {
				if bits == 1 && line[x/8]&(0x80>>(x%8)) != 0 || bits == 8 && (line[x] == 0xff) == (space == 3) {
					b.SetBlack(x, y)
				}
			}
		}
	}
	if len(data) != 0 {
		t.Fatalf("%d bytes too many", len(data))
	}
	return b
}
