package officesim_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"segnatura/internal/officesim"
	"segnatura/stamp"
)

// ask sends a question and returns the answer up to its last byte; "" when none came.
func ask(t testing.TB, o *officesim.Office, question string, ends int) string {
	t.Helper()
	conn, err := net.Dial("tcp", o.PrinterAddr())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	// The ~HI after it is always answered, so silence shows without waiting for it.
	if _, err := io.WriteString(conn, question+"~HI"); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(conn)
	var answer strings.Builder
	for range ends {
		part, err := r.ReadString(0x03)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(part, "SIMULATORE") {
			return ""
		}
		answer.WriteString(part)
	}
	return answer.String()
}

func TestPrinterAnswers(t *testing.T) {
	for _, tc := range []struct {
		fault    officesim.FaultKind
		errors   string
		warnings string
		silent   bool   // to ~HS
		hs       string // its first line otherwise
	}{
		{"", "0 00000000 00000000", "0 00000000 00000000", false, "030,0,0,0400,000,0,0,0,000,0,0,0"},
		{officesim.FaultLabelsOut, "1 00000000 00000001", "0 00000000 00000000", true, ""},
		{officesim.FaultRibbonOut, "1 00000000 00000002", "0 00000000 00000000", true, ""},
		{officesim.FaultHeadOpen, "1 00000000 00000004", "0 00000000 00000000", true, ""},
		{officesim.FaultPaused, "1 00000000 00010000", "0 00000000 00000000", false, "030,0,1,0400,000,0,0,0,000,0,0,0"},
		{officesim.FaultLabelsLow, "0 00000000 00000000", "1 00000000 00000008", false, "030,0,0,0400,000,0,0,0,000,0,0,0"},
	} {
		o := start(t, officesim.Config{})
		if tc.fault != "" {
			if err := o.SetFault(officesim.Fault{Kind: tc.fault}); err != nil {
				t.Fatal(err)
			}
		}
		got := ask(t, o, "~HQES\r\n", 1)
		if !strings.Contains(got, "ERRORS:         "+tc.errors) || !strings.Contains(got, "WARNINGS:       "+tc.warnings) {
			t.Errorf("%q: ~HQES answers %q", tc.fault, got)
		}
		got = ask(t, o, "~HS", 3)
		if (got == "") != tc.silent || !strings.Contains(got, tc.hs) {
			t.Errorf("%q: ~HS answers %q", tc.fault, got)
		}
	}
}

func TestPrintedBitmapIsTheOneSent(t *testing.T) {
	o := start(t, officesim.Config{})
	bm := labelBitmap(t, payloadA)
	sendZPL(t, o, "\r\n^XA^CI28^MNY^FX comment^FS"+strings.TrimPrefix(zpl(bm, 2), "^XA"))
	labels := waitLabels(t, o, 2)
	for _, l := range labels {
		if l.Bitmap.Width != bm.Width || l.Bitmap.Height != bm.Height || !slices.Equal(l.Bitmap.Bits, bm.Bits) || len(l.Ignored) != 0 {
			t.Errorf("label %d differs from what was sent; ignored %q", l.Seq, l.Ignored)
		}
	}
	if got := codes(t, labels[0].Image()); !slices.Equal(got, []string{payloadA}) {
		t.Errorf("the label's picture reads %q", got)
	}
}

func TestCompressedGraphics(t *testing.T) {
	for _, tc := range []struct {
		name string
		data string
		want string // rows of 2 bytes, in hexadecimal
	}{
		{"plain", "FFFF0001", "ffff 0001 0000"},
		{"repeats", "JFHAIB", "ffff aabb b000"},
		{"repeats add up", "gGF", "ffff ffff ffff"}, // 20 + 1, and there is room for 12
		{"fill with white and black", "8,8!1", "8000 8fff 1000"},
		{"whole rows", ",!,", "0000 ffff 0000"},
		{"the row before", "A5A5::", "a5a5 a5a5 a5a5"},
		{"the row before, first", ":F", "0000 f000 0000"},
		{"a begun row is filled", "F:1", "f000 f000 1000"},
		{"spaces", " F F\t", "ff00 0000 0000"},
	} {
		o := start(t, officesim.Config{})
		sendZPL(t, o, "~DGR:T.GRF,6,2,"+tc.data+"^XA^PW16^LL3^FO0,0^XGR:T.GRF,1,1^FS^XZ")
		bm := waitLabels(t, o, 1)[0].Bitmap
		got := fmt.Sprintf("%x %x %x", bm.Bits[:2], bm.Bits[2:4], bm.Bits[4:])
		if got != tc.want {
			t.Errorf("%s: %q draws %s, want %s", tc.name, tc.data, got, tc.want)
		}
	}
}

func TestFormatsThatDrawNothingFeedNoLabel(t *testing.T) {
	o := start(t, officesim.Config{})
	sendZPL(t, o, "^XA^MNY^XZ ^XA^IDR:X.GRF^FS^XZ ^XZ ~JA ^XA^FO8,0^GFA,1,1,1,80^FS^XZ")
	if labels := waitLabels(t, o, 1); len(labels) != 1 || !labels[0].Bitmap.Black(8, 0) {
		t.Errorf("%d labels came out, want the one with a dot at 8,0", len(labels))
	}
}

func TestUnknownDrawingIsReported(t *testing.T) {
	o := start(t, officesim.Config{})
	sendZPL(t, o, "^XA^FO0,0^BQN,2,6^FDQA,X^FS^XGR:NONE.GRF^GFA,3,3,2,FF^GFA,2,2,1,??^XZ")
	if got, want := waitLabels(t, o, 1)[0].Ignored, []string{"^BQ", "^FD", "^XG", "^GF", "^GF"}; !slices.Equal(got, want) {
		t.Errorf("ignored %q, want %q", got, want)
	}
}

func TestOutOfLabelsKeepsTheRestForLater(t *testing.T) {
	o := start(t, officesim.Config{})
	if err := o.SetFault(officesim.Fault{Kind: officesim.FaultLabelsOut, After: 1}); err != nil {
		t.Fatal(err)
	}
	printLabel(t, o, payloadA)
	if got := ask(t, o, zpl(labelBitmap(t, payloadB), 2)+"~HQES", 1); !strings.Contains(got, "1 00000000 00000001") {
		t.Errorf("~HQES after the last label: %q", got)
	}
	if n := len(o.Labels()); n != 1 {
		t.Fatalf("%d labels came out of one", n)
	}
	o.Restore(officesim.FaultLabelsOut)
	if n := len(o.Labels()); n != 3 {
		t.Errorf("%d labels are out after a new roll, want 3", n)
	}
}

func TestPrinterThatSaysNothingOrHangsUp(t *testing.T) {
	bm := stamp.NewBitmap(800, 400, stamp.DPI203)
	t.Run("silent", func(t *testing.T) {
		o := start(t, officesim.Config{})
		if err := o.SetFault(officesim.Fault{Kind: officesim.FaultPrinterSilent}); err != nil {
			t.Fatal(err)
		}
		conn, err := net.Dial("tcp", o.PrinterAddr())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		io.WriteString(conn, zpl(bm, 1)+"~HS")
		conn.(*net.TCPConn).CloseWrite()
		if answer, err := io.ReadAll(conn); len(answer) != 0 || err != nil {
			t.Errorf("it answered %q, %v", answer, err)
		}
		if len(o.Labels()) != 0 {
			t.Error("it printed")
		}
	})
	t.Run("cut", func(t *testing.T) {
		o := start(t, officesim.Config{})
		if err := o.SetFault(officesim.Fault{Kind: officesim.FaultPrinterCut}); err != nil {
			t.Fatal(err)
		}
		conn, err := net.Dial("tcp", o.PrinterAddr())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		io.WriteString(conn, zpl(bm, 1)) // may fail half way: that is the point
		if n, _ := io.Copy(io.Discard, conn); n != 0 {
			t.Errorf("%d bytes came back", n)
		}
		if len(o.Labels()) != 0 {
			t.Error("half a label was printed")
		}
		printLabel(t, o, payloadA) // the trouble is over
	})
}

func TestSlowPrinterWaitsForEachLabel(t *testing.T) {
	waits := make(chan time.Duration, 9)
	o := start(t, officesim.Config{Sleep: func(_ context.Context, d time.Duration) error { waits <- d; return nil }})
	if err := o.SetFault(officesim.Fault{Kind: officesim.FaultPrinterSlow, Delay: 3 * time.Second}); err != nil {
		t.Fatal(err)
	}
	sendZPL(t, o, zpl(labelBitmap(t, payloadA), 2))
	waitLabels(t, o, 2)
	if len(waits) != 2 || <-waits != 3*time.Second {
		t.Errorf("it waited %d times", len(waits))
	}
}

// TestSlowPrinterAnswersMeanwhile: it says that a label is still to come, and prints it when its time has come.
func TestSlowPrinterAnswersMeanwhile(t *testing.T) {
	proceed := make(chan struct{})
	o := start(t, officesim.Config{Sleep: func(ctx context.Context, _ time.Duration) error {
		select {
		case <-proceed:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}})
	if err := o.SetFault(officesim.Fault{Kind: officesim.FaultPrinterSlow, Delay: time.Hour}); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, o, string(zpl(labelBitmap(t, payloadA), 1))+"~HS", 3); !strings.Contains(got, ",001,0,0,0,") || len(o.Labels()) != 0 {
		t.Errorf("it says %q, with %d labels", got, len(o.Labels()))
	}
	close(proceed)
	waitLabels(t, o, 1)
	if got := ask(t, o, "~HS", 3); !strings.Contains(got, ",000,0,0,0,") {
		t.Errorf("afterwards it says %q", got)
	}
}

func TestUnknownFaultIsRefused(t *testing.T) {
	o := start(t, officesim.Config{})
	for _, f := range []officesim.Fault{{Kind: "fire"}, {Kind: officesim.FaultJam, After: -1}, {Kind: officesim.FaultSlow, Delay: -1}} {
		if err := o.SetFault(f); err == nil {
			t.Errorf("SetFault(%+v) took it", f)
		}
	}
	if n := len(o.Faults()); n != 0 {
		t.Errorf("%d troubles are on", n)
	}
}
