// Package rawport is a printer's one connection: callers take turns, every step has its time, and the end of a context ends what waits.
//
// It knows no printer's language, keeps no connection open between two uses, and never tries again: what a lost connection means is its
// caller's to say.
//
//	if err := turn.Take(ctx); err != nil { … }
//	defer turn.End()
//	c, err := rawport.Open(ctx, dial, 3*time.Second)
//	defer c.Close()
//	c.Within(2 * time.Second)
//	_, err = c.Write(question)          // c.Because(err) names the context's end
package rawport

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"segnatura/stamp"
)

// A Turn is taken by one at a time.
type Turn chan struct{}

// NewTurn returns a turn that nobody has.
func NewTurn() Turn { return make(Turn, 1) }

// Take waits for the turn, at most until ctx ends. Who has it must call [Turn.End].
func (t Turn) Take(ctx context.Context) error {
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for the printer: %w", ctx.Err())
	}
}

// End hands the turn on.
func (t Turn) End() { <-t }

// A Conn is an open connection that a context may end. Its reads and writes have the time of the last [Conn.Within].
type Conn struct {
	net.Conn

	ctx  context.Context
	stop func() bool
}

// Dial opens a connection to one printer.
type Dial func(ctx context.Context) (net.Conn, error)

// Open connects within the given time. The end of ctx, now or later, makes whatever waits on the connection return.
func Open(ctx context.Context, dial Dial, within time.Duration) (*Conn, error) {
	dialling, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	conn, err := dial(dialling)
	if err != nil {
		return nil, fmt.Errorf("connect to printer: %w", err)
	}
	c := &Conn{Conn: conn, ctx: ctx}
	c.stop = context.AfterFunc(ctx, c.interrupt)
	return c, nil
}

// Close closes the connection.
func (c *Conn) Close() error {
	c.stop()
	return c.Conn.Close()
}

// interrupt makes what waits return.
func (c *Conn) interrupt() { c.SetDeadline(time.Unix(1, 0)) }

// Within gives the next operations d from now, or nothing where the context has already ended.
func (c *Conn) Within(d time.Duration) {
	c.SetDeadline(time.Now().Add(d))
	if c.ctx.Err() != nil {
		c.interrupt()
	}
}

// Because names the context's end where that is what broke an operation.
func (c *Conn) Because(err error) error {
	if cause := c.ctx.Err(); cause != nil {
		return errors.Join(cause, err)
	}
	return err
}

// Silence reports whether an operation's time passed, and not the context's.
func (c *Conn) Silence(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout() && c.ctx.Err() == nil
}

// Offline is the state of a printer that could not be reached.
func Offline(err error) stamp.PrinterState {
	return stamp.PrinterState{Conditions: []stamp.Condition{stamp.ConditionOffline}, Detail: err.Error()}
}

// Waiting is the state of a printer whose turn did not come before the context ended: it has another label to do, and is not off.
func Waiting(err error) stamp.PrinterState {
	return stamp.PrinterState{Conditions: []stamp.Condition{stamp.ConditionBusy}, Detail: err.Error()}
}

// Standard fills each field that is zero with the value beside it.
func Standard(fields map[*time.Duration]time.Duration) {
	for field, value := range fields {
		if *field == 0 {
			*field = value
		}
	}
}
