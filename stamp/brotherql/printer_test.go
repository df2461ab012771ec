package brotherql_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
	"testing"
	"time"

	"segnatura/internal/officesim"
	"segnatura/stamp"
	"segnatura/stamp/brotherql"
	"segnatura/stamp/compose"
)

var (
	label62x29 = stamp.Size{WidthMM: 62, HeightMM: 29}
	dieCut     = stamp.Media{WidthMM: 62, HeightMM: 29, Kind: stamp.MediaDieCut}
	continuous = stamp.Media{WidthMM: 62, Kind: stamp.MediaContinuous}
)

func office(t *testing.T, roll stamp.Media, faults ...officesim.FaultKind) *officesim.Office {
	t.Helper()
	o, err := officesim.Start(t.Context(), officesim.Config{Roll: roll, Sleep: func(ctx context.Context, _ time.Duration) error {
		<-ctx.Done() // what is slow here outlasts every deadline
		return ctx.Err()
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.Close() })
	for _, f := range faults {
		if err := o.SetFault(officesim.Fault{Kind: f, Delay: time.Minute}); err != nil {
			t.Fatal(err)
		}
	}
	return o
}

func dial(address string) func(context.Context) (net.Conn, error) {
	return func(ctx context.Context) (net.Conn, error) { return new(net.Dialer).DialContext(ctx, "tcp", address) }
}

// quick are timeouts under which a test that waits for silence does not wait long.
var quick = brotherql.Timeouts{Answer: 300 * time.Millisecond, Finish: 300 * time.Millisecond}

func printer(t *testing.T, address string, change func(*brotherql.Config)) *brotherql.Printer {
	t.Helper()
	c := brotherql.Config{ID: "brother", Model: "QL-820NWB", LabelSize: label62x29, Cut: true, Dial: dial(address), Timeouts: quick}
	if change != nil {
		change(&c)
	}
	p, err := brotherql.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func composed(t *testing.T, p *brotherql.Printer) *stamp.Bitmap {
	t.Helper()
	b, err := compose.Compose(stamp.Label{Size: p.LabelSize(), QR: "SGN1.N.C$A000.AOO1.PROT.2026.0001234.A.9K",
		Lines: []stamp.Line{{Text: "N. 0001234 del 21/11/2026", Shorten: stamp.ShortenNever}}}, p.Resolution())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestWhatComesOut prints on each making of printer, and holds what the counterpart drew against the bitmap, dot by dot.
func TestWhatComesOut(t *testing.T) {
	for _, test := range []struct {
		model  string
		dpi    int
		roll   stamp.Media
		always bool // set for continuous rolls
	}{
		{"QL-700", 300, dieCut, false},
		{"QL-800", 300, dieCut, false},
		{"QL-820NWB", 300, dieCut, false},
		{"QL-820NWB", 600, dieCut, false},
		{"QL-820NWB", 300, continuous, true},
		{"QL-820NWB", 300, continuous, false}, // composed for die-cut labels, cut off a roll
		{"QL-1110NWB", 300, dieCut, false},
		{"QL-1100", 600, continuous, true},
	} {
		t.Run(fmt.Sprint(test.model, test.dpi, test.roll.Kind), func(t *testing.T) {
			t.Parallel()
			o := office(t, test.roll)
			p := printer(t, o.PrinterAddr(), func(c *brotherql.Config) {
				c.Model, c.DPI, c.Continuous = test.model, test.dpi, test.always
			})
			b := composed(t, p)
			r, err := p.Print(t.Context(), b)
			if err != nil || r.Outcome != stamp.OutcomePrinted {
				t.Fatalf("%+v, %v", r, err)
			}
			if r.Before.Media != test.roll {
				t.Errorf("it says %+v is loaded, want %+v", r.Before.Media, test.roll)
			}
			out := o.Labels()[0]
			if len(out.Ignored) > 0 {
				t.Errorf("not understood: %q", out.Ignored)
			}
			wide := test.dpi / 300
			pins, edge, head := 696, 12, 720
			if out.Bitmap.Width/wide > 720 {
				edge, head = edge+44, 1296
			}
			if out.Bitmap.Width != head*wide || out.Bitmap.Height != 271*wide && out.Bitmap.Height != 273*wide {
				t.Fatalf("%dx%d dots came out", out.Bitmap.Width, out.Bitmap.Height)
			}
			left := (head - edge - pins) * wide
			for y := range out.Bitmap.Height {
				for x := range out.Bitmap.Width {
					at := x - left
					if want := at >= 0 && at < b.Width && b.Black(at-at%wide, y); out.Bitmap.Black(x, y) != want {
						t.Fatalf("dot %d,%d is %t, want %t", x, y, !want, want)
					}
				}
			}
		})
	}
}

// TestEveryTrouble tells the states of a printer apart: what is said of it, and what is known of a label then.
func TestEveryTrouble(t *testing.T) {
	for _, test := range []struct {
		name    string
		fault   officesim.FaultKind
		roll    stamp.Media
		both    bool // the connection carries answers both ways
		state   stamp.Condition
		outcome stamp.Outcome
		after   stamp.Condition
		out     int
	}{
		{"well", "", dieCut, false, stamp.ConditionReady, stamp.OutcomePrinted, stamp.ConditionReady, 1},
		{"out of labels", officesim.FaultLabelsOut, dieCut, false, stamp.ConditionMediaOut, stamp.OutcomeFailed, "", 0},
		{"cover open", officesim.FaultHeadOpen, dieCut, false, stamp.ConditionHeadOpen, stamp.OutcomeFailed, "", 0},
		{"in use elsewhere", officesim.FaultPaused, dieCut, false, stamp.ConditionBusy, stamp.OutcomeUnknown, stamp.ConditionBusy, 0},
		{"slow", officesim.FaultPrinterSlow, dieCut, false, stamp.ConditionReady, stamp.OutcomeUnknown, stamp.ConditionBusy, 0},
		{"narrow roll", "", stamp.Media{WidthMM: 29, HeightMM: 90, Kind: stamp.MediaDieCut}, false, stamp.ConditionMediaWrong, stamp.OutcomeFailed, "", 0},
		{"long labels", "", stamp.Media{WidthMM: 62, HeightMM: 100, Kind: stamp.MediaDieCut}, false, stamp.ConditionMediaWrong, stamp.OutcomeFailed, "", 0},
		{"unheard of roll", "", stamp.Media{WidthMM: 77, Kind: stamp.MediaContinuous}, false, stamp.ConditionMediaWrong, stamp.OutcomeFailed, "", 0},
		{"mute on the network", officesim.FaultPrinterMute, dieCut, false, stamp.ConditionMute, stamp.OutcomeUnknown, stamp.ConditionMute, 1},
		{"silent on USB", officesim.FaultPrinterSilent, dieCut, true, stamp.ConditionSilent, stamp.OutcomeFailed, "", 0},
		{"cut", officesim.FaultPrinterCut, dieCut, false, stamp.ConditionReady, stamp.OutcomeUnknown, stamp.ConditionOffline, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			o := office(t, test.roll)
			if test.fault != "" {
				if err := o.SetFault(officesim.Fault{Kind: test.fault, Delay: time.Minute}); err != nil {
					t.Fatal(err)
				}
			}
			p := printer(t, o.PrinterAddr(), func(c *brotherql.Config) { c.AnswersAlways = test.both })
			state := p.State(t.Context())
			if len(state.Conditions) != 1 || state.Conditions[0] != test.state {
				t.Errorf("state %v, want %s", state.Conditions, test.state)
			}
			r, _ := p.Print(t.Context(), composed(t, p))
			if r.Outcome != test.outcome {
				t.Errorf("outcome %s (%+v), want %s", r.Outcome, r, test.outcome)
			}
			if test.after != "" && !slices.Contains(r.After.Conditions, test.after) && !(test.name == "cut" && r.After.Conditions == nil) {
				t.Errorf("afterwards %v, want %s", r.After.Conditions, test.after)
			}
			if test.outcome == stamp.OutcomeUnknown && test.out == 1 {
				waitFor(t, o, 1)
			}
			if got := len(o.Labels()); got != test.out {
				t.Errorf("%d labels came out, want %d", got, test.out)
			}
		})
	}
}

func waitFor(t *testing.T, o *officesim.Office, n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if _, err := o.WaitLabels(ctx, n); err != nil {
		t.Fatal(err)
	}
}

func TestOffIsOffline(t *testing.T) {
	o := office(t, dieCut)
	address := o.PrinterAddr()
	o.Close()
	p := printer(t, address, nil)
	if s := p.State(t.Context()); !slices.Equal(s.Conditions, []stamp.Condition{stamp.ConditionOffline}) {
		t.Errorf("%+v", s)
	}
	if r, err := p.Print(t.Context(), composed(t, p)); err == nil || r.Outcome != stamp.OutcomeFailed {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestOnceAnsweredSilenceMeansTrouble: a printer that answered before and does not now is no mute one.
func TestOnceAnsweredSilenceMeansTrouble(t *testing.T) {
	o := office(t, dieCut)
	p := printer(t, o.PrinterAddr(), nil)
	if _, blocks := p.State(t.Context()).Blocks(); blocks {
		t.Fatal("not ready")
	}
	if err := o.SetFault(officesim.Fault{Kind: officesim.FaultPrinterMute}); err != nil {
		t.Fatal(err)
	}
	r, err := p.Print(t.Context(), composed(t, p))
	if err != nil || r.Outcome != stamp.OutcomeFailed || !slices.Equal(r.Before.Conditions, []stamp.Condition{stamp.ConditionSilent}) {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestPrintingIsNotOff: who asks while a label is being printed, and cannot wait for its end, hears of a printer that prints.
func TestPrintingIsNotOff(t *testing.T) {
	o := office(t, dieCut, officesim.FaultPrinterSlow)
	sent, done := make(chan struct{}), make(chan struct{})
	p := printer(t, o.PrinterAddr(), func(c *brotherql.Config) {
		c.Sent, c.Timeouts.Finish = func(time.Duration) { close(sent) }, time.Hour
	})
	b := composed(t, p)
	printing, give := context.WithCancel(t.Context())
	go func() {
		defer close(done)
		p.Print(printing, b)
	}()
	<-sent
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if s := p.State(ended); !slices.Equal(s.Conditions, []stamp.Condition{stamp.ConditionBusy}) {
		t.Errorf("%+v", s)
	}
	give()
	<-done
}

// TestRunsOut: the roll ends with a label that is well out; the next one is not sent.
func TestRunsOut(t *testing.T) {
	o := office(t, dieCut)
	if err := o.SetFault(officesim.Fault{Kind: officesim.FaultLabelsOut, After: 1}); err != nil {
		t.Fatal(err)
	}
	p := printer(t, o.PrinterAddr(), nil)
	b := composed(t, p)
	if r, err := p.Print(t.Context(), b); err != nil || r.Outcome != stamp.OutcomePrinted {
		t.Fatalf("%+v, %v", r, err)
	}
	if r, err := p.Print(t.Context(), b); err != nil || r.Outcome != stamp.OutcomeFailed {
		t.Fatalf("%+v, %v", r, err)
	}
}

func TestRefusesWhatIsNotForIt(t *testing.T) {
	p := printer(t, "127.0.0.1:1", nil)
	for name, b := range map[string]*stamp.Bitmap{
		"nothing":          nil,
		"other resolution": stamp.NewBitmap(100, 100, stamp.DPI300),
		"too wide":         stamp.NewBitmap(697, 100, p.Resolution()),
		"too long":         stamp.NewBitmap(100, 272, p.Resolution()),
		"cut":              {Width: 16, Height: 2, Stride: 2, Bits: make([]byte, 3), Resolution: p.Resolution()},
	} {
		if r, err := p.Print(t.Context(), b); err == nil || r.Outcome != stamp.OutcomeFailed {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
	for name, c := range map[string]brotherql.Config{
		"model":      {Model: "QL-1", LabelSize: label62x29},
		"roll":       {Model: "QL-800", LabelSize: stamp.Size{WidthMM: 77, HeightMM: 50}},
		"wide":       {Model: "QL-800", LabelSize: stamp.Size{WidthMM: 102, HeightMM: 51}},
		"short":      {Model: "QL-800", LabelSize: stamp.Size{WidthMM: 62, HeightMM: 8}},
		"resolution": {Model: "QL-800", LabelSize: label62x29, DPI: 203},
	} {
		if _, err := brotherql.New(c); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

// TestAnyBitmap: noise comes out as it went in, packed or not.
func TestAnyBitmap(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, model := range []string{"QL-800", "QL-810W"} {
		o := office(t, dieCut)
		p := printer(t, o.PrinterAddr(), func(c *brotherql.Config) { c.Model = model })
		b := stamp.NewBitmap(696, 271, p.Resolution())
		for i := range b.Bits {
			if y := i / b.Stride; y%3 > 0 { // and some rows of runs
				b.Bits[i] = byte(random.Uint32())
			}
		}
		if r, err := p.Print(t.Context(), b); err != nil || r.Outcome != stamp.OutcomePrinted {
			t.Fatalf("%+v, %v", r, err)
		}
		out := o.Labels()[0].Bitmap
		for y := range 271 {
			for x := range 696 {
				if out.Black(x+12, y) != b.Black(x, y) {
					t.Fatalf("%s: dot %d,%d differs", model, x, y)
				}
			}
		}
	}
}
