package zpl

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"segnatura/stamp"
)

// Answers in the layout of the ZPL II Programming Guide; the recorded ones are read in recorded_test.go.
const (
	hqesFine     = "\x02\r\n\r\n  PRINTER STATUS\r\n   ERRORS:         0 00000000 00000000\r\n   WARNINGS:       0 00000000 00000000\r\n\x03"
	hqesMediaOut = "\x02\r\n\r\n  PRINTER STATUS\r\n   ERRORS:         1 00000000 00000001\r\n   WARNINGS:       0 00000000 00000000\r\n\x03"
	hsReady      = "\x02030,0,0,0406,000,0,0,0,000,0,0,0\x03\r\n\x02000,0,0,0,1,2,4,0,00000000,1,000\x03\r\n\x021234,0\x03\r\n"
	hsPrinting   = "\x02030,0,0,0406,001,0,0,0,000,0,0,0\x03\r\n\x02000,0,0,0,1,2,4,0,00000001,1,000\x03\r\n\x021234,0\x03\r\n"
	hsMediaOut   = "\x02030,1,0,0406,001,0,0,0,000,0,0,0\x03\r\n\x02000,0,0,0,1,2,4,0,00000001,1,000\x03\r\n\x021234,0\x03\r\n"
)

// fake is a printer at the other end of one connection. It answers the n-th question of a kind with the n-th entry, and
// every later one with the last; an empty answer is silence.
type fake struct {
	hqes, hs  []string
	hsDelay   time.Duration // before each ~HS answer
	oneByOne  bool          // answers leave one byte at a time, up to the last ETX
	stopAfter int           // stop reading after so many bytes of the label
	hangUp    bool          // and close the connection then; or, with no stopAfter, when the label is whole
	received  []byte        // the label's bytes
	release   chan struct{} // closed when our end hangs up
	ended     chan struct{}
}

// dial starts the fake on one end of a pipe. Its fields may be read once ended is closed.
func (f *fake) dial(context.Context) (net.Conn, error) {
	ours, theirs := net.Pipe()
	f.ended, f.release = make(chan struct{}), make(chan struct{})
	go func() {
		defer close(f.ended)
		defer theirs.Close()
		f.serve(theirs)
	}()
	return &closeNotifier{Conn: ours, closed: f.release}, nil
}

// closeNotifier tells a printer that has stopped reading that it may go home.
type closeNotifier struct {
	net.Conn
	closed chan struct{}
}

func (c *closeNotifier) Close() error {
	close(c.closed)
	return c.Conn.Close()
}

func (f *fake) serve(conn net.Conn) {
	var errorsAsked, statusAsked int
	var pending []byte
	buf := make([]byte, 4096)
	if f.stopAfter > 0 {
		buf = buf[:10]
	}
	for {
		n, err := conn.Read(buf)
		if err != nil {
			return
		}
		pending = append(pending, buf[:n]...)
		for len(pending) > 0 {
			if rest, ok := bytes.CutPrefix(pending, []byte(askErrors)); ok {
				pending = rest
				f.answer(conn, f.hqes, errorsAsked, 0)
				errorsAsked++
				continue
			}
			if rest, ok := bytes.CutPrefix(pending, []byte(askStatus)); ok {
				pending = rest
				f.answer(conn, f.hs, statusAsked, f.hsDelay)
				statusAsked++
				continue
			}
			if pending[0] == '~' {
				break // a question that is not whole yet
			}
			label, _, _ := bytes.Cut(pending, []byte("~"))
			f.received = append(f.received, label...)
			pending = pending[len(label):]
		}
		switch {
		case f.stopAfter > 0 && len(f.received) >= f.stopAfter && f.hangUp:
			return
		case f.stopAfter > 0 && len(f.received) >= f.stopAfter:
			<-f.release
			return
		case f.hangUp && bytes.HasSuffix(f.received, []byte("^XZ\n")):
			return
		}
	}
}

func (f *fake) answer(conn net.Conn, script []string, n int, delay time.Duration) {
	if len(script) == 0 {
		return
	}
	text := script[min(n, len(script)-1)]
	send := func() {
		if !f.oneByOne {
			io.WriteString(conn, text)
			return
		}
		for i := range strings.TrimRight(text, "\r\n") {
			io.WriteString(conn, text[i:i+1])
		}
	}
	if text == "" {
		return
	}
	if delay > 0 {
		time.AfterFunc(delay, send)
		return
	}
	send()
}

func TestPrintOutcomes(t *testing.T) {
	always := func(s string) []string { return []string{s} }
	tests := []struct {
		name    string
		printer fake
		outcome stamp.Outcome
		before  []stamp.Condition
		after   []stamp.Condition
		err     error // errors.Is
		sent    bool  // the whole label reached the printer
		took    time.Duration
	}{
		{name: "ready", printer: fake{hqes: always(hqesFine), hs: always(hsReady)},
			outcome: stamp.OutcomePrinted, before: list(ready), after: list(ready), sent: true},
		{name: "answers byte by byte", printer: fake{hqes: always(hqesFine), hs: always(hsReady), oneByOne: true},
			outcome: stamp.OutcomePrinted, before: list(ready), after: list(ready), sent: true},
		{name: "knows ~HS only", printer: fake{hs: always(hsReady)},
			outcome: stamp.OutcomePrinted, before: list(ready), after: list(ready), sent: true},
		{name: "knows ~HQES only, which tells nothing of what is left to print", printer: fake{hqes: always(hqesFine)},
			outcome: stamp.OutcomeUnknown, before: list(ready), after: list(ready), sent: true, took: 300 * time.Millisecond},
		{name: "busy with another label before", printer: fake{hs: []string{hsPrinting, hsPrinting, hsReady}},
			outcome: stamp.OutcomePrinted, before: list(busy), after: list(ready), sent: true, took: 150 * time.Millisecond},
		{name: "prints for a while", printer: fake{hs: []string{hsReady, hsPrinting, hsPrinting, hsReady}},
			outcome: stamp.OutcomePrinted, before: list(ready), after: list(ready), sent: true, took: 300 * time.Millisecond},

		{name: "silent", printer: fake{},
			outcome: stamp.OutcomeFailed, before: list(silent), took: 2 * time.Second},
		{name: "out of media, ~HS unanswered", printer: fake{hqes: always(hqesMediaOut)},
			outcome: stamp.OutcomeFailed, before: list(out)},
		{name: "out of media by ~HS", printer: fake{hs: always(hsMediaOut)},
			outcome: stamp.OutcomeFailed, before: list(out, busy)},

		{name: "cut in the middle", printer: fake{hs: always(hsReady), stopAfter: 100, hangUp: true},
			outcome: stamp.OutcomeUnknown, before: list(ready), err: io.ErrClosedPipe},
		{name: "stops reading in the middle", printer: fake{hs: always(hsReady), stopAfter: 100},
			outcome: stamp.OutcomeUnknown, before: list(ready), err: os.ErrDeadlineExceeded, took: 10 * time.Second},
		{name: "hangs up after the label", printer: fake{hs: always(hsReady), hangUp: true},
			outcome: stamp.OutcomeUnknown, before: list(ready), after: list(gone), err: io.ErrClosedPipe, sent: true},
		{name: "out of media after the label", printer: fake{hqes: []string{hqesFine, hqesMediaOut}, hs: []string{hsReady, hsMediaOut}},
			outcome: stamp.OutcomeUnknown, before: list(ready), after: list(out, busy), sent: true},
		{name: "out of media after the label, ~HS unanswered", printer: fake{hqes: []string{hqesFine, hqesMediaOut}, hs: []string{hsReady, ""}},
			outcome: stamp.OutcomeUnknown, before: list(ready), after: list(silent, out), sent: true, took: 2 * time.Second},
		{name: "silent after the label", printer: fake{hs: []string{hsReady, ""}},
			outcome: stamp.OutcomeUnknown, before: list(ready), after: list(silent), sent: true, took: 2 * time.Second},
		{name: "never done", printer: fake{hs: []string{hsReady, hsPrinting}},
			outcome: stamp.OutcomeUnknown, before: list(ready), after: list(busy), sent: true, took: 20*time.Second + 100*time.Millisecond},
		{name: "a late first answer is no answer to the second question",
			printer: fake{hqes: []string{hqesFine, hqesMediaOut}, hs: always(hsReady), hsDelay: time.Second},
			outcome: stamp.OutcomeUnknown, before: list(ready), after: list(out), sent: true, took: 300 * time.Millisecond},
	}
	label := testLabel(t, stamp.DPI203)
	job, err := Encode(label, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sentCalls := 0
				p := New(Config{Dial: test.printer.dial, Sent: func(time.Duration) { sentCalls++ }})
				began := time.Now()
				result, err := p.Print(t.Context(), label)
				took := time.Since(began)
				<-test.printer.ended

				if result.Outcome != test.outcome {
					t.Errorf("outcome %s, want %s", result.Outcome, test.outcome)
				}
				if !slices.Equal(result.Before.Conditions, test.before) {
					t.Errorf("before: %v, want %v", result.Before.Conditions, test.before)
				}
				if !slices.Equal(result.After.Conditions, test.after) {
					t.Errorf("after: %v, want %v", result.After.Conditions, test.after)
				}
				if !errors.Is(err, test.err) {
					t.Errorf("error %v, want %v", err, test.err)
				}
				if got := bytes.Equal(test.printer.received, job); got != test.sent || (sentCalls == 1) != test.sent {
					t.Errorf("whole label received: %t, hook called %d times; want %t", got, sentCalls, test.sent)
				}
				if test.outcome == stamp.OutcomeFailed && len(test.printer.received) > 0 {
					t.Errorf("failed, with %d bytes of the label sent", len(test.printer.received))
				}
				if took != test.took {
					t.Errorf("took %v, want %v", took, test.took)
				}
			})
		})
	}
}

func list(conditions ...stamp.Condition) []stamp.Condition { return conditions }

func TestPrintRefusesAnEmptyBitmap(t *testing.T) {
	p := New(Config{Dial: func(context.Context) (net.Conn, error) { t.Error("connected"); return nil, io.EOF }})
	if result, err := p.Print(t.Context(), &stamp.Bitmap{}); err == nil || result.Outcome != stamp.OutcomeFailed {
		t.Errorf("got %+v, %v", result, err)
	}
}

func TestPrintRefusesABitmapForAnotherHead(t *testing.T) {
	p := New(Config{
		Resolution: stamp.DPI300,
		Dial:       func(context.Context) (net.Conn, error) { t.Error("connected"); return nil, io.EOF },
	})
	if result, err := p.Print(t.Context(), testLabel(t, stamp.DPI203)); err == nil || result.Outcome != stamp.OutcomeFailed {
		t.Errorf("got %+v, %v", result, err)
	}
}

// TestState asks without printing.
func TestState(t *testing.T) {
	tests := []struct {
		name    string
		printer fake
		want    []stamp.Condition
		took    time.Duration
	}{
		{"ready", fake{hqes: []string{hqesFine}, hs: []string{hsReady}}, list(ready), 0},
		{"both say the same", fake{hqes: []string{hqesMediaOut}, hs: []string{hsMediaOut}}, list(out), 0},
		{"silent", fake{}, list(silent), 2 * time.Second},
		{"talks nonsense", fake{hs: []string{"HTTP/1.1 400 Bad Request\r\n\r\n"}}, list(silent), 2 * time.Second},
		{"talks without end", fake{hs: []string{strings.Repeat("\x02x\x03", maxAnswer)}}, list(silent), 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				state := New(Config{Dial: test.printer.dial}).State(t.Context())
				if !slices.Equal(state.Conditions, test.want) {
					t.Errorf("state %+v, want %v", state, test.want)
				}
				if took := time.Since(began); took != test.took {
					t.Errorf("took %v, want %v", took, test.took)
				}
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		state := New(Config{Dial: (&fake{}).dial}).State(ctx)
		if _, blocks := state.Blocks(); !blocks || state.Detail == "" {
			t.Errorf("given up: %+v", state)
		}
	})
}

func TestUnreachable(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	p := New(Config{Dial: DialTCP(address)})
	result, err := p.Print(t.Context(), testLabel(t, stamp.DPI203))
	if result.Outcome != stamp.OutcomeFailed || !slices.Equal(result.Before.Conditions, list(gone)) || !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("print: %+v, %v", result, err)
	}
	if state := p.State(t.Context()); !slices.Equal(state.Conditions, list(gone)) || state.Detail == "" {
		t.Errorf("state: %+v", state)
	}
	if id, err := p.Identify(t.Context()); err == nil {
		t.Errorf("identity: %+v", id)
	}
}

func TestDialThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(Config{Dial: func(ctx context.Context) (net.Conn, error) { <-ctx.Done(); return nil, ctx.Err() }})
		began := time.Now()
		result, err := p.Print(t.Context(), testLabel(t, stamp.DPI203))
		if result.Outcome != stamp.OutcomeFailed || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %+v, %v", result, err)
		}
		if took := time.Since(began); took != 3*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

// TestCancelled ends the context at each stage: what was not begun has failed, what was sent is unknown.
func TestCancelled(t *testing.T) {
	tests := []struct {
		name    string
		printer fake
		at      time.Duration
		want    stamp.Outcome
	}{
		{"waiting for the first answer", fake{}, time.Second, stamp.OutcomeFailed},
		{"sending", fake{hs: []string{hsReady}, stopAfter: 50}, time.Second, stamp.OutcomeUnknown},
		{"waiting for the label", fake{hs: []string{hsReady, hsPrinting}}, 5*time.Second + time.Millisecond, stamp.OutcomeUnknown},
		{"waiting for the last answer", fake{hs: []string{hsReady, ""}}, time.Second, stamp.OutcomeUnknown},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), test.at)
				defer cancel()
				began := time.Now()
				result, err := New(Config{Dial: test.printer.dial}).Print(ctx, testLabel(t, stamp.DPI203))
				if result.Outcome != test.want || !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("got %+v, %v; want %s", result, err, test.want)
				}
				if took := time.Since(began); took != test.at {
					t.Errorf("took %v, want %v", took, test.at)
				}
			})
		})
	}
}

// TestPrintingIsNotOff: who asks while a label is being printed, and cannot wait for its end, hears of a printer that prints.
func TestPrintingIsNotOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent, done := make(chan struct{}), make(chan struct{})
		p := New(Config{Dial: (&fake{hs: []string{hsReady, hsPrinting}}).dial, Sent: func(time.Duration) { close(sent) }})
		go func() {
			defer close(done)
			p.Print(t.Context(), testLabel(t, stamp.DPI203))
		}()
		<-sent
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
		defer cancel()
		if state := p.State(ctx); !slices.Equal(state.Conditions, list(busy)) {
			t.Errorf("state %+v", state)
		}
		<-done
	})
}

// TestOneConnectionAtATime prints from many places at once.
func TestOneConnectionAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var open, most atomic.Int32
		dial := func(ctx context.Context) (net.Conn, error) {
			most.Store(max(most.Load(), open.Add(1)))
			conn, err := (&fake{hs: []string{hsReady, hsPrinting, hsReady}}).dial(ctx)
			return countedConn{conn, &open}, err
		}
		p := New(Config{Dial: dial})
		label := testLabel(t, stamp.DPI203)
		outcomes := make(chan stamp.Outcome)
		for range 5 {
			go func() {
				result, _ := p.Print(t.Context(), label)
				outcomes <- result.Outcome
			}()
		}
		for range 5 {
			if got := <-outcomes; got != stamp.OutcomePrinted {
				t.Errorf("outcome %s", got)
			}
		}
		if most.Load() != 1 {
			t.Errorf("%d connections at once", most.Load())
		}
	})
}

type countedConn struct {
	net.Conn
	open *atomic.Int32
}

func (c countedConn) Close() error {
	c.open.Add(-1)
	return c.Conn.Close()
}

func TestIdentify(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial := func(context.Context) (net.Conn, error) {
			ours, theirs := net.Pipe()
			go func() {
				defer theirs.Close()
				question := make([]byte, len(askModel))
				if _, err := io.ReadFull(theirs, question); err == nil && string(question) == askModel {
					io.WriteString(theirs, "\x02ZD421-300dpi,V92.21.39Z,12,8176KB\x03\r\n")
				}
			}()
			return ours, nil
		}
		id, err := New(Config{Dial: dial}).Identify(t.Context())
		if err != nil || id.Model != "ZD421-300dpi" || id.DotsPerMM != 12 {
			t.Errorf("got %+v, %v", id, err)
		}
	})
}

// BenchmarkPrintToLastByte measures on loopback TCP, against a printer that answers at once, the time from Print's begin to
// the last byte of the label handed to the network, and reports its 50th and 99th percentile.
func BenchmarkPrintToLastByte(b *testing.B) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			(&fake{hqes: []string{hqesFine}, hs: []string{hsReady}}).serve(conn)
			conn.Close()
		}
	}()
	label := testLabel(b, stamp.DPI300)
	var times []time.Duration
	p := New(Config{Dial: DialTCP(listener.Addr().String()), Sent: func(d time.Duration) { times = append(times, d) }})
	for b.Loop() {
		if result, err := p.Print(b.Context(), label); err != nil || result.Outcome != stamp.OutcomePrinted {
			b.Fatalf("%+v, %v", result, err)
		}
	}
	listener.Close()
	<-served
	slices.Sort(times)
	for _, percent := range []int{50, 99} {
		b.ReportMetric(float64(times[(len(times)-1)*percent/100])/float64(time.Millisecond), map[int]string{50: "p50-ms", 99: "p99-ms"}[percent])
	}
}
