// Package devicefile opens a printer's device file (/dev/usb/lp0) as a connection, for the printer families that otherwise dial TCP.
//
// Every call has an end: where the kernel can be asked to wait no longer, it is; where it cannot, the call is left behind in a goroutine of
// its own, which ends when the kernel lets it, and the connection is of no more use. A desk never stands still for a printer that is off.
//
// What the driver has no way back for is said: reading then fails with [errors.ErrUnsupported]. It refuses whatever is no character device,
// so that no file is ever written over with a label.
//
//	zpl.New(zpl.Config{Dial: devicefile.Dialer("/dev/usb/lp0")})
package devicefile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// Dialer returns a function that opens the device. One that is not there or that somebody else has open fails.
func Dialer(path string) func(context.Context) (net.Conn, error) {
	return dialer(path, open)
}

func dialer(path string, open func(string) (net.Conn, error)) func(context.Context) (net.Conn, error) {
	return func(ctx context.Context) (net.Conn, error) {
		type opened struct {
			conn net.Conn
			err  error
		}
		done := make(chan opened)
		go func() { // opening waits for some devices; what nobody waits for any more is closed again
			conn, err := open(path)
			select {
			case done <- opened{conn, err}:
			case <-ctx.Done():
				if err == nil {
					conn.Close()
				}
			}
		}()
		select {
		case o := <-done:
			return o.conn, o.err
		case <-ctx.Done():
			return nil, fmt.Errorf("open device %s: %w", path, ctx.Err())
		}
	}
}

func open(path string) (net.Conn, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("open device: %w", err)
	}
	if info.Mode()&fs.ModeCharDevice == 0 {
		return nil, fmt.Errorf("open device: %s is no character device", path)
	}
	c := &conn{path: path, changed: make(chan struct{})}
	c.file, err = os.OpenFile(path, os.O_RDWR|syscall.O_NONBLOCK|syscall.O_NOCTTY, 0)
	if errors.Is(err, fs.ErrPermission) { // a driver that only writes
		c.oneWay = true
		c.file, err = os.OpenFile(path, os.O_WRONLY|syscall.O_NONBLOCK|syscall.O_NOCTTY, 0)
	}
	if err != nil {
		return nil, fmt.Errorf("open device: %w", err)
	}
	c.waits = c.file.(*os.File).SetDeadline(time.Time{}) == nil
	return c, nil
}

// file is what is used of an [os.File].
type file interface {
	io.ReadWriteCloser
	SetDeadline(time.Time) error
}

// conn is an open device.
type conn struct {
	path   string
	file   file
	oneWay bool // opened for writing only
	waits  bool // the kernel keeps deadlines

	mu       sync.Mutex
	deadline time.Time
	changed  chan struct{} // closed and replaced by SetDeadline
}

// pause is the time between two looks at a driver that says «nothing yet» by an empty read.
const pause = 10 * time.Millisecond

// Read waits for what the printer says. An empty read is no end: usblp gives one where the printer has nothing to say yet.
func (c *conn) Read(b []byte) (int, error) {
	if c.oneWay || !c.waits {
		return 0, fmt.Errorf("read from %s: %w", c.path, errors.ErrUnsupported)
	}
	for {
		n, err := c.file.Read(b)
		switch {
		case n > 0:
			return n, nil
		case errors.Is(err, syscall.EINVAL): // what usblp says of a printer without a way back
			return 0, fmt.Errorf("read from %s: %w", c.path, errors.ErrUnsupported)
		case err != nil && !errors.Is(err, io.EOF):
			return 0, err
		}
		if err := c.rest(pause); err != nil {
			return 0, err
		}
	}
}

// rest waits so long, or until the deadline, which is then the error.
func (c *conn) rest(d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	expired, stop := c.expired()
	defer stop()
	select {
	case <-timer.C:
		return nil
	case <-expired:
		return os.ErrDeadlineExceeded
	}
}

// expired returns a channel that is closed when the deadline has passed, as it is now or is set to meanwhile.
func (c *conn) expired() (<-chan struct{}, func()) {
	over, done := make(chan struct{}), make(chan struct{})
	go func() {
		for {
			c.mu.Lock()
			deadline, changed := c.deadline, c.changed
			c.mu.Unlock()
			var at <-chan time.Time
			if !deadline.IsZero() {
				timer := time.NewTimer(time.Until(deadline))
				defer timer.Stop()
				at = timer.C
			}
			select {
			case <-at:
				close(over)
				return
			case <-changed:
			case <-done:
				return
			}
		}
	}()
	return over, sync.OnceFunc(func() { close(done) })
}

// Write hands the bytes to the driver, all of them or with an error.
func (c *conn) Write(b []byte) (int, error) {
	if c.waits {
		return c.file.Write(b)
	}
	type written struct {
		n   int
		err error
	}
	result := make(chan written, 1)
	own := append([]byte(nil), b...) // the caller may have its back, the driver may still read it
	go func() {
		n, err := c.file.Write(own)
		result <- written{n, err}
	}()
	expired, stop := c.expired()
	defer stop()
	select {
	case w := <-result:
		return w.n, w.err
	case <-expired:
		return 1, os.ErrDeadlineExceeded // how much of it is gone nobody knows: some may be
	}
}

// Close gives the device back; a write that was left behind keeps it until the kernel lets it go.
func (c *conn) Close() error { return c.file.Close() }

func (c *conn) SetDeadline(t time.Time) error {
	c.mu.Lock()
	c.deadline = t
	close(c.changed)
	c.changed = make(chan struct{})
	c.mu.Unlock()
	if c.waits {
		return c.file.SetDeadline(t)
	}
	return nil
}

func (c *conn) SetReadDeadline(t time.Time) error  { return c.SetDeadline(t) }
func (c *conn) SetWriteDeadline(t time.Time) error { return c.SetDeadline(t) }

func (c *conn) LocalAddr() net.Addr  { return address(c.path) }
func (c *conn) RemoteAddr() net.Addr { return address(c.path) }

// address is the device's path.
type address string

func (address) Network() string  { return "file" }
func (a address) String() string { return string(a) }
