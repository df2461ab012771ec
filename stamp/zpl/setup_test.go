package zpl

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"segnatura/internal/officesim"
	"segnatura/stamp"
)

// TestSetup: what the settings say stands before the picture, and a print that is moved to the right has room for it.
func TestSetup(t *testing.T) {
	b := stamp.NewBitmap(16, 2, stamp.DPI203)
	for want, c := range map[string]struct {
		setup Setup
		moved stamp.Offset
	}{
		"^XA^PW16^LL2^LH0,0^FO0,0^GFA":                {},
		"~SD07^XA^PR4^MMC^PW16^LL2^LH0,0^FO0,0^GFA":   {setup: Setup{Darkness: 7, Speed: 4, Cut: true}},
		"^XA^PW24^LL2^LH0,0^LS-8^LT-4^FO0,0^GFA":      {moved: stamp.Offset{RightMM: 1, DownMM: -0.5}},
		"~SD30^XA^PW16^LL2^LH0,0^LS40^LT40^FO0,0^GFA": {Setup{Darkness: 30}, stamp.Offset{RightMM: -5, DownMM: 5}},
	} {
		got, err := c.setup.Encode(b, 1, c.moved)
		if err != nil || !strings.HasPrefix(string(got), want) {
			t.Errorf("%+v: %q, %v, want %q", c, got, err, want)
		}
	}
	for _, s := range []Setup{{Darkness: 31}, {Darkness: -1}, {Speed: 15}} {
		if got, err := s.Encode(b, 1, stamp.Offset{}); err == nil {
			t.Errorf("%+v gives %q", s, got)
		}
	}
	if got, err := (Setup{}).Encode(b, 1, stamp.Offset{DownMM: 6}); err == nil {
		t.Errorf("moved by 6 mm: %q", got)
	}
}

// TestShortLabelsAreRefused: on each head the printer's own measure of its labels is held against ours.
func TestShortLabelsAreRefused(t *testing.T) {
	for _, r := range []stamp.Resolution{stamp.DPI203, stamp.DPI300, stamp.DPI600} {
		o, err := officesim.Start(t.Context(), officesim.Config{Printer: r, LabelSize: stamp.Size{WidthMM: 100, HeightMM: 25}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { o.Close() })
		for trust, want := range map[bool]stamp.Outcome{false: stamp.OutcomeFailed, true: stamp.OutcomePrinted} {
			p := New(Config{Resolution: r, LabelSize: stamp.Size{WidthMM: 62, HeightMM: 29}, Dial: DialTCP(o.PrinterAddr()), TrustMedia: trust})
			result, err := p.Print(t.Context(), testLabel(t, r))
			if err != nil || result.Outcome != want || result.Before.Media != (stamp.Media{HeightMM: 25, Kind: stamp.MediaDieCut}) {
				t.Errorf("%d dpi, trusted %t: %+v, %v", r.DPI, trust, result, err)
			}
			if wrong := slices.Contains(result.Before.Conditions, stamp.ConditionMediaWrong); wrong == trust {
				t.Errorf("%d dpi, trusted %t: %v", r.DPI, trust, result.Before.Conditions)
			}
		}
		if got := o.Labels(); len(got) != 1 || !slices.Equal(got[0].Bitmap.Bits, testLabel(t, r).Bits) {
			t.Errorf("%d dpi: %d labels, or another picture", r.DPI, len(got))
		}
	}
}

// noWayBack is a connection on which nothing can be heard.
type noWayBack struct{ net.Conn }

func (noWayBack) Read([]byte) (int, error) { return 0, errors.ErrUnsupported }

// TestMute: where no answer can come the label is sent, and nobody says that it was printed.
func TestMute(t *testing.T) {
	o, err := officesim.Start(t.Context(), officesim.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.Close() })
	if err := o.SetFault(officesim.Fault{Kind: officesim.FaultPrinterMute}); err != nil {
		t.Fatal(err)
	}
	p := New(Config{Resolution: stamp.DPI203, Dial: func(ctx context.Context) (net.Conn, error) {
		conn, err := DialTCP(o.PrinterAddr())(ctx)
		return noWayBack{conn}, err
	}})
	if s := p.State(t.Context()); !slices.Equal(s.Conditions, []stamp.Condition{stamp.ConditionMute}) {
		t.Errorf("state %v", s.Conditions)
	}
	r, err := p.Print(t.Context(), testLabel(t, stamp.DPI203))
	if err != nil || r.Outcome != stamp.OutcomeUnknown || !slices.Equal(r.After.Conditions, []stamp.Condition{stamp.ConditionMute}) {
		t.Errorf("%+v, %v", r, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if _, err := o.WaitLabels(ctx, 1); err != nil {
		t.Error(err)
	}
}
