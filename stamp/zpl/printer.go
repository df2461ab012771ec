// Package zpl carries a label's bitmap to a printer that speaks ZPL II over a socket (Zebra and the many that follow it,
// usually on TCP port 9100), and brings back what the printer says of itself.
//
// The socket acknowledges nothing: that bytes left this machine does not mean that a label came out. So the printer is
// asked with ~HQES and ~HS before and after each label, and [Printer.Print] calls a label printed only where the printer
// then says that it is ready with nothing left to print. It refuses to send to a printer that says it cannot print, or that
// says nothing: out of media or with an open head, many fall silent. One that is reached through a device file without a way
// back cannot say anything ([stamp.ConditionMute]): it is sent labels, and each stays of unknown outcome.
//
//	p := zpl.New(zpl.Config{Dial: zpl.DialTCP("192.0.2.7")})
//	result, err := p.Print(ctx, bitmap)
package zpl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"segnatura/internal/rawport"
	"segnatura/stamp"
)

// Config says what one printer is and how it is reached. The zero Timeouts are the defaults.
type Config struct {
	ID string // the name by which the station knows it
	// Resolution of its head and size of its labels: what is composed for it. Where the resolution is set, Print refuses a
	// bitmap composed for another: it would come out in the wrong size.
	Resolution stamp.Resolution
	LabelSize  stamp.Size
	Setup      Setup
	// Offset, when set, is asked for each label how far its print is moved, with the context of its Print.
	Offset func(context.Context) stamp.Offset
	// TrustMedia leaves unchecked whether the label fits on what the printer says is loaded, for one that was never calibrated.
	TrustMedia bool
	// Dial opens the connection; one is open at a time, as most printers serve one.
	Dial     func(ctx context.Context) (net.Conn, error)
	Timeouts Timeouts
	// Sent, when set, is called by Print when the last byte of a label was handed to the network, with the time since
	// Print began. It must return at once.
	Sent func(time.Duration)
}

// Timeouts bound each step. A zero field takes the default beside it.
type Timeouts struct {
	Dial   time.Duration // 3 s: to connect
	Answer time.Duration // 2 s: from a question to its answer; past it the printer is silent
	Grace  time.Duration // 300 ms: for ~HS, once ~HQES was answered: some printers know only one of the two
	Send   time.Duration // 10 s: to hand over a label; a printer whose buffer is full stops reading
	Finish time.Duration // 20 s: from the last byte until the printer has nothing left to print
	Poll   time.Duration // 150 ms: between two questions while it prints
}

func (t Timeouts) withDefaults() Timeouts {
	rawport.Standard(map[*time.Duration]time.Duration{
		&t.Dial:   3 * time.Second,
		&t.Answer: 2 * time.Second,
		&t.Grace:  300 * time.Millisecond,
		&t.Send:   10 * time.Second,
		&t.Finish: 20 * time.Second,
		&t.Poll:   150 * time.Millisecond,
	})
	return t
}

// DefaultPort is the raw printing port of network printers.
const DefaultPort = "9100"

// DialTCP returns a Config.Dial for "host" or "host:port".
func DialTCP(address string) func(context.Context) (net.Conn, error) {
	if _, _, err := net.SplitHostPort(address); err != nil {
		address = net.JoinHostPort(address, DefaultPort)
	}
	return func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", address)
	}
}

// Printer is one printer. It is safe for concurrent use: callers take turns, since the printer has one connection.
type Printer struct {
	config Config
	turn   rawport.Turn
}

// New returns a Printer. It connects only when it is used.
func New(config Config) *Printer {
	config.Timeouts = config.Timeouts.withDefaults()
	return &Printer{config: config, turn: rawport.NewTurn()}
}

// The questions. A line end after each lets printers that read by line see it.
const (
	askErrors = "~HQES\n"
	askStatus = "~HS\n"
	askModel  = "~HI\n"
)

// ID returns Config.ID.
func (p *Printer) ID() string { return p.config.ID }

// Resolution returns Config.Resolution.
func (p *Printer) Resolution() stamp.Resolution { return p.config.Resolution }

// LabelSize returns Config.LabelSize.
func (p *Printer) LabelSize() stamp.Size { return p.config.LabelSize }

// State asks the printer how it is. One that cannot be reached, or not before the context ends, is ConditionOffline, one that
// says nothing ConditionSilent. While a label is being printed it waits for its turn, and where the context ends first the printer is
// ConditionBusy.
func (p *Printer) State(ctx context.Context) stamp.PrinterState {
	if err := p.turn.Take(ctx); err != nil {
		return rawport.Waiting(err)
	}
	defer p.turn.End()
	c, err := p.connect(ctx)
	if err != nil {
		return rawport.Offline(err)
	}
	defer c.Close()
	state, _, _ := c.firstState() // its error is in the state
	return state
}

// Identify asks model, firmware and resolution (~HI). It fails where the printer does not answer.
func (p *Printer) Identify(ctx context.Context) (Identity, error) {
	if err := p.turn.Take(ctx); err != nil {
		return Identity{}, err
	}
	defer p.turn.End()
	c, err := p.connect(ctx)
	if err != nil {
		return Identity{}, err
	}
	defer c.Close()
	until := time.Now().Add(p.config.Timeouts.Answer)
	raw, err := c.ask(askModel, func(raw []byte) (bool, time.Time) { return len(blocks(raw)) > 0, until })
	if err != nil {
		return Identity{}, fmt.Errorf("ask the printer's model: %w", err)
	}
	return parseIdentity(raw)
}

// Print sends one label and says what is known of it. The Result is filled beside an error, too; the error is the trouble on
// the way (connection, context, no bitmap) behind a label that did not come out or may not have.
//
//	Failed   nothing of the label was sent: not reached, or the printer said (or by its silence showed) that it cannot print
//	Unknown  sent in part or whole, and then: the connection broke, the printer fell silent, was still busy at the
//	         deadline, said that it cannot print, or does not know ~HS, which alone tells that nothing is left to print.
//	         Never Failed: a label in the buffer comes out when the roll is changed
//	Printed  sent whole, and the printer said afterwards that it is well and has nothing left to print
//
// It returns when the outcome is known, not when the label is sent; see Config.Sent for that.
func (p *Printer) Print(ctx context.Context, b *stamp.Bitmap) (stamp.Result, error) {
	began := time.Now()
	result := stamp.Result{Outcome: stamp.OutcomeFailed}
	var moved stamp.Offset
	if p.config.Offset != nil {
		moved = p.config.Offset(ctx)
	}
	job, err := p.config.Setup.Encode(b, 1, moved)
	if err != nil {
		return result, err
	}
	if own := p.config.Resolution.DotsPerMM; own != 0 && own != b.Resolution.DotsPerMM {
		return result, fmt.Errorf("print label: composed for %g dots per mm, the printer has %g", b.Resolution.DotsPerMM, own)
	}
	if err := p.turn.Take(ctx); err != nil {
		result.Before = rawport.Waiting(err)
		return result, err
	}
	defer p.turn.End()
	c, err := p.connect(ctx)
	if err != nil {
		result.Before = rawport.Offline(err)
		return result, err
	}
	defer c.Close()

	var questions string
	result.Before, questions, err = c.firstState()
	if err != nil {
		return result, fmt.Errorf("ask the printer's state before printing: %w", err)
	}
	if _, blocks := result.Before.Blocks(); blocks {
		return result, nil
	}
	c.Within(p.config.Timeouts.Send)
	if n, err := c.Write(job); err != nil {
		if n > 0 {
			result.Outcome = stamp.OutcomeUnknown
		}
		return result, fmt.Errorf("send label, %d of %d bytes gone: %w", n, len(job), c.Because(err))
	}
	if p.config.Sent != nil {
		p.config.Sent(time.Since(began))
	}
	result.Outcome = stamp.OutcomeUnknown
	if questions == "" { // mute
		result.After = result.Before
		return result, nil
	}
	result.After, err = c.finished(questions)
	if err != nil {
		return result, fmt.Errorf("ask the printer's state after printing: %w", err)
	}
	if strings.Contains(questions, askStatus) && len(result.After.Conditions) > 0 && result.After.Conditions[0] == stamp.ConditionReady {
		result.Outcome = stamp.OutcomePrinted
	}
	return result, nil
}

// connection is one open connection, and what the answers on it mean.
type connection struct {
	*rawport.Conn

	ctx      context.Context
	timeouts Timeouts
	judge    func(answers, []byte) stamp.PrinterState
}

// judge puts the answers together and holds what the printer says of its labels against ours.
func (p *Printer) judge(a answers, raw []byte) stamp.PrinterState {
	state := a.state(raw)
	state.Media = a.media(p.config.Resolution)
	if _, blocks := state.Blocks(); !blocks && !p.config.TrustMedia && state.Media.Refuses(p.config.LabelSize) {
		state.Conditions = append([]stamp.Condition{stamp.ConditionMediaWrong}, withoutReady(state.Conditions)...)
	}
	return state
}

func (p *Printer) connect(ctx context.Context) (*connection, error) {
	conn, err := rawport.Open(ctx, p.config.Dial, p.config.Timeouts.Dial)
	if err != nil {
		return nil, err
	}
	return &connection{Conn: conn, ctx: ctx, timeouts: p.config.Timeouts, judge: p.judge}, nil
}

// maxAnswer bounds one answer; all of them together take some 300 bytes.
const maxAnswer = 4096

// ask writes the question and reads until whole says that the answer is. After every read whole also gives the instant until
// which to wait for the rest; when it passes in silence the answer ends there, without an error. An error means that the
// connection or the context ended.
func (c *connection) ask(question string, whole func(raw []byte) (done bool, until time.Time)) ([]byte, error) {
	c.Within(c.timeouts.Answer)
	if _, err := io.WriteString(c, question); err != nil {
		return nil, c.Because(err)
	}
	var raw []byte
	buf := make([]byte, 512)
	for len(raw) < maxAnswer {
		n, err := c.Read(buf)
		raw = append(raw, buf[:n]...)
		done, until := whole(raw)
		if done {
			break
		}
		if c.Silence(err) {
			break
		}
		if err != nil {
			return raw, c.Because(err)
		}
		c.Within(time.Until(until))
	}
	return raw, nil
}

// firstState asks both questions and learns which of them this printer answers. Where ~HQES reports trouble there is nothing
// to wait for: such printers often leave ~HS unanswered.
func (c *connection) firstState() (state stamp.PrinterState, answered string, err error) {
	until := time.Now().Add(c.timeouts.Answer)
	graced := false
	raw, err := c.ask(askErrors+askStatus, func(raw []byte) (bool, time.Time) {
		got := parse(raw)
		if got.hs != nil {
			return true, until
		}
		if got.hqes != nil {
			if _, blocks := got.state(nil).Blocks(); blocks {
				return true, until
			}
			if !graced {
				graced, until = true, time.Now().Add(c.timeouts.Grace)
			}
		}
		return false, until
	})
	got := parse(raw)
	if errors.Is(err, errors.ErrUnsupported) { // no answer can come this way
		return stamp.PrinterState{Conditions: []stamp.Condition{stamp.ConditionMute}, Detail: err.Error()}, "", nil
	}
	if err != nil && got.hqes == nil && got.hs == nil {
		return rawport.Offline(err), "", err
	}
	if got.hqes != nil {
		answered += askErrors
	}
	if got.hs != nil {
		answered += askStatus
	}
	return c.judge(got, raw), answered, nil
}

// finished asks until the printer has nothing left to print, cannot print, falls silent, or the time is up. Only the
// questions that were answered before are asked, and every answer is awaited: a late answer to an earlier question must
// not pass for a new one.
func (c *connection) finished(questions string) (stamp.PrinterState, error) {
	until := time.Now().Add(c.timeouts.Finish)
	for {
		answerBy := time.Now().Add(c.timeouts.Answer)
		raw, err := c.ask(questions, func(raw []byte) (bool, time.Time) { return parse(raw).answer(questions), answerBy })
		if err != nil {
			return rawport.Offline(err), err
		}
		got := parse(raw)
		state := c.judge(got, raw)
		if !got.answer(questions) {
			state.Conditions = append([]stamp.Condition{stamp.ConditionSilent}, withoutReady(state.Conditions)...)
			return state, nil
		}
		busy := got.hs != nil && got.hs.busy()
		if _, blocks := state.Blocks(); blocks || !busy || time.Now().After(until) {
			return state, nil
		}
		if err := c.pause(c.timeouts.Poll); err != nil {
			return state, err
		}
	}
}

func (c *connection) pause(d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-c.ctx.Done():
		return c.ctx.Err()
	}
}
