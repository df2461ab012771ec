// Package brotherql carries a label's bitmap to a Brother QL printer (700, 800, 1000 and 1100 families) in the raster language of its
// makers, over TCP port 9100 or a device file, and brings back what the printer says of itself.
//
// Before each label it is asked how it is (ESC i S), and a label is refused that does not fit on the roll which it says is loaded:
// printing on a wrong roll wastes it in silence. While it prints it reports by itself, and [Printer.Print] calls a label printed only
// where the printer said that printing completed.
//
// Over the network many of them take labels and answer nothing. One that never answered on a network connection is
// [stamp.ConditionMute]: it is sent labels and each stays of unknown outcome, until a person or the scan of the letter tells. SNMP,
// which some answer, is not used: it does not tell the one label from the other. Through a connection that carries answers both ways,
// as USB does, silence is [stamp.ConditionSilent] and nothing is sent.
//
//	p, err := brotherql.New(brotherql.Config{Model: "QL-820NWB", LabelSize: stamp.Size{WidthMM: 62, HeightMM: 29}, Dial: dial})
//	result, err := p.Print(ctx, bitmap)
package brotherql

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"time"

	"segnatura/internal/rawport"
	"segnatura/stamp"
)

// Config says what one printer is and how it is reached. The zero Timeouts are the defaults.
type Config struct {
	ID    string
	Model string // one of [Models]
	// LabelSize is the label as it is sold: 62x29 are die-cut labels, or that length of a continuous roll where no such labels are made or
	// Continuous is set.
	LabelSize  stamp.Size
	Continuous bool
	DPI        int  // 300, or 600 along the feed; 0 is 300
	Cut        bool // after each label
	Dial       func(ctx context.Context) (net.Conn, error)
	// AnswersAlways is set for a connection on which silence means trouble (USB). Otherwise a printer that never answered is mute.
	AnswersAlways bool
	Timeouts      Timeouts
	// Sent, when set, is called by Print when the last byte of a label was handed over, with the time since Print began. It must return
	// at once.
	Sent func(time.Duration)
}

// Timeouts bound each step. A zero field takes the default beside it.
type Timeouts struct {
	Dial   time.Duration // 3 s: to connect
	Answer time.Duration // 1.5 s: from a question to its answer
	Grace  time.Duration // 80 ms: the same, for a printer that never answered
	Send   time.Duration // 10 s: to hand over a label
	Finish time.Duration // 20 s: from the last byte until it says that printing completed
}

func (t Timeouts) withDefaults() Timeouts {
	rawport.Standard(map[*time.Duration]time.Duration{
		&t.Dial:   3 * time.Second,
		&t.Answer: 1500 * time.Millisecond,
		&t.Grace:  80 * time.Millisecond,
		&t.Send:   10 * time.Second,
		&t.Finish: 20 * time.Second,
	})
	return t
}

// Printer is one printer. It is safe for concurrent use: callers take turns, since the printer has one connection.
type Printer struct {
	config Config
	model  model
	media  media
	turn   rawport.Turn
	// answered: it did, once. passed: it was asked, and said nothing.
	answered, passed atomic.Bool
}

// New returns a Printer. It connects only when it is used. It fails for a model that it does not know, a label for which there is no
// roll, or one that the model's head does not reach.
func New(config Config) (*Printer, error) {
	m, err := modelNamed(config.Model)
	if err != nil {
		return nil, fmt.Errorf("set up Brother printer: %w", err)
	}
	on, err := mediaFor(config.LabelSize, config.Continuous)
	if err != nil {
		return nil, fmt.Errorf("set up Brother printer: %w", err)
	}
	if m.offset+on.roll.offset+on.roll.pins > 8*m.rowBytes {
		return nil, fmt.Errorf("set up Brother printer: labels of %s are too wide for the %s", config.LabelSize, m.name)
	}
	switch config.DPI {
	case 0:
		config.DPI = baseDPI
	case baseDPI, 2 * baseDPI:
	default:
		return nil, fmt.Errorf("set up Brother printer: %d dpi are not %d or %d", config.DPI, baseDPI, 2*baseDPI)
	}
	config.Timeouts = config.Timeouts.withDefaults()
	return &Printer{config: config, model: m, media: on, turn: rawport.NewTurn()}, nil
}

// perDot is how many of the bitmap's columns one pin of the head stands for.
func (p *Printer) perDot() int { return p.config.DPI / baseDPI }

// ID returns Config.ID.
func (p *Printer) ID() string { return p.config.ID }

// Resolution is that of the bitmaps that it prints: dots of exactly 1/300 or 1/600 inch.
func (p *Printer) Resolution() stamp.Resolution {
	return stamp.Resolution{DotsPerMM: float64(p.config.DPI) / 25.4, DPI: p.config.DPI}
}

// LabelSize is the part of the label that the head reaches, which is what is composed for it: about 1.5 mm less on either side, 3 mm at
// either end.
func (p *Printer) LabelSize() stamp.Size {
	mm := func(dots int) float64 { return float64(dots) * 25.4 / baseDPI }
	return stamp.Size{WidthMM: mm(p.media.roll.pins), HeightMM: mm(p.media.rows)}
}

// State asks the printer how it is. One that cannot be reached, or not before the context ends, is ConditionOffline. While a label is
// being printed it waits for its turn, and where the context ends first the printer is ConditionBusy.
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
	state, _, _ := c.ask() // its error is in the state
	return state
}

// Print sends one label and says what is known of it. The Result is filled beside an error, too.
//
//	Failed   nothing of the label was sent: not reached, or the printer said that it cannot print or has other labels
//	Unknown  sent in part or whole, and nothing proves that it came out: a mute printer's always are
//	Printed  sent whole, and the printer said that printing completed
func (p *Printer) Print(ctx context.Context, b *stamp.Bitmap) (stamp.Result, error) {
	began := time.Now()
	result := stamp.Result{Outcome: stamp.OutcomeFailed}
	if b != nil && b.Resolution != p.Resolution() {
		return result, fmt.Errorf("print label: composed for %d dpi, the printer has %d", b.Resolution.DPI, p.config.DPI)
	}
	if _, err := p.encode(b, p.media); err != nil {
		return result, err
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
	var loaded stamp.Media
	result.Before, loaded, err = c.ask()
	if err != nil {
		return result, fmt.Errorf("ask the printer's state before printing: %w", err)
	}
	if _, blocks := result.Before.Blocks(); blocks {
		return result, nil
	}
	on, _ := p.media.on(loaded) // else it would have been blocked
	job, err := p.encode(b, on)
	if err != nil {
		return result, err
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
	if p.mute() {
		result.After = result.Before
		return result, nil
	}
	var completed bool
	result.After, completed, err = c.finished()
	if err != nil {
		return result, fmt.Errorf("hear from the printer after sending: %w", err)
	}
	if completed {
		result.Outcome = stamp.OutcomePrinted
	}
	return result, nil
}

// mute reports whether it was asked and never answered, where that says nothing.
func (p *Printer) mute() bool {
	return !p.config.AnswersAlways && p.passed.Load() && !p.answered.Load()
}

// connection is one open connection to p.
type connection struct {
	*rawport.Conn

	p   *Printer
	raw []byte // received and not yet read as a message
}

func (p *Printer) connect(ctx context.Context) (*connection, error) {
	conn, err := rawport.Open(ctx, p.config.Dial, p.config.Timeouts.Dial)
	if err != nil {
		return nil, err
	}
	return &connection{Conn: conn, p: p}, nil
}

// errNothing says that the time passed in silence, or that no answer can come this way at all.
var errNothing = errors.New("the printer says nothing")

// next waits for the printer's next message until the deadline that was set.
func (c *connection) next() (status, error) {
	buf := make([]byte, 4*statusBytes)
	for {
		if s, rest, ok := nextStatus(c.raw); ok {
			c.raw = rest
			return s, nil
		}
		c.raw = c.raw[max(0, len(c.raw)-statusBytes):] // a head may be cut in two; nothing else of it is of use
		n, err := c.Read(buf)
		c.raw = append(c.raw, buf[:n]...)
		if n > 0 {
			continue
		}
		switch {
		case errors.Is(err, errors.ErrUnsupported), c.Silence(err):
			return status{}, errNothing
		case err != nil:
			return status{}, c.Because(err)
		}
	}
}

// ask ends what was under way and asks the printer how it is.
func (c *connection) ask() (stamp.PrinterState, stamp.Media, error) {
	p := c.p
	wait := p.config.Timeouts.Answer
	if p.mute() {
		wait = p.config.Timeouts.Grace
	}
	c.Within(p.config.Timeouts.Answer)
	if _, err := c.Write(append(reset(), cmdStatus...)); err != nil {
		err = c.Because(err)
		return rawport.Offline(err), stamp.Media{}, err
	}
	c.Within(wait)
	s, err := c.next()
	switch {
	case errors.Is(err, errNothing):
		p.passed.Store(true)
		condition := stamp.ConditionSilent
		if p.mute() {
			condition = stamp.ConditionMute
		}
		return stamp.PrinterState{Conditions: []stamp.Condition{condition}, Detail: err.Error()}, stamp.Media{}, nil
	case err != nil:
		return rawport.Offline(err), stamp.Media{}, err
	}
	p.answered.Store(true)
	return s.state(p.media), s.media, nil
}

// finished listens until the printer says that printing completed, that it cannot go on, or until the time is up. It asks nothing: a
// request during printing would be taken for a part of it.
func (c *connection) finished() (state stamp.PrinterState, completed bool, err error) {
	c.Within(c.p.config.Timeouts.Finish)
	heard := false
	for {
		s, err := c.next()
		switch {
		case errors.Is(err, errNothing) && heard: // it began to print
			state.Conditions = []stamp.Condition{stamp.ConditionBusy}
			return state, false, nil
		case errors.Is(err, errNothing):
			return stamp.PrinterState{Conditions: []stamp.Condition{stamp.ConditionSilent}, Detail: err.Error()}, false, nil
		case err != nil:
			return rawport.Offline(err), false, err
		}
		heard = true
		state = s.state(c.p.media)
		if s.kind == typeCompleted && len(s.conditions()) == 0 {
			state.Conditions = []stamp.Condition{stamp.ConditionReady}
			return state, true, nil
		}
		if _, blocks := state.Blocks(); blocks && s.kind != typeNotice && s.kind != typePhase {
			return state, false, nil
		}
	}
}
