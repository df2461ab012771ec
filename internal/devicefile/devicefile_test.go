package devicefile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"
)

// terminal is a pseudo terminal in raw mode: a character device whose other end the test holds, as a printer would.
func terminal(t *testing.T) (printer *os.File, path string) {
	t.Helper()
	printer, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { printer.Close() })
	fd := int(printer.Fd())
	if err := unix.SetNonblock(fd, true); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	path = fmt.Sprintf("/dev/pts/%d", n)
	raw, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	raw.Lflag, raw.Oflag, raw.Iflag = 0, 0, 0
	if err := unix.IoctlSetTermios(fd, unix.TCSETS, raw); err != nil {
		t.Fatal(err)
	}
	return printer, path
}

func TestBothWays(t *testing.T) {
	printer, path := terminal(t)
	conn, err := Dialer(path)(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, "~HS\n"); err != nil {
		t.Fatal(err)
	}
	heard := make([]byte, 4)
	if _, err := io.ReadFull(printer, heard); err != nil || string(heard) != "~HS\n" {
		t.Fatalf("%q, %v", heard, err)
	}
	if _, err := io.WriteString(printer, "well"); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(conn, heard); err != nil || string(heard) != "well" {
		t.Fatalf("%q, %v", heard, err)
	}
}

// TestSilenceEnds: a printer that says nothing keeps nobody, and neither does one that takes nothing.
func TestSilenceEnds(t *testing.T) {
	_, path := terminal(t)
	conn, err := Dialer(path)(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(30 * time.Millisecond))
	if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("reading: %v", err)
	}
	conn.SetDeadline(time.Now().Add(30 * time.Millisecond))
	if n, err := conn.Write(make([]byte, 1<<20)); !errors.Is(err, os.ErrDeadlineExceeded) || n == 0 {
		t.Errorf("writing: %d bytes, %v", n, err)
	}
}

func TestOnlyDevices(t *testing.T) {
	file := filepath.Join(t.TempDir(), "lettera.txt")
	if err := os.WriteFile(file, []byte("a letter"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, filepath.Dir(file), file + "-that-is-not-there"} {
		if conn, err := Dialer(path)(t.Context()); err == nil {
			conn.Close()
			t.Errorf("%s is opened", filepath.Base(path))
		}
	}
	if got, _ := os.ReadFile(file); string(got) != "a letter" {
		t.Errorf("the file holds %q", got)
	}
}

// TestWithoutDeadlines: /dev/null is a device that the kernel does not wait for.
func TestWithoutDeadlines(t *testing.T) {
	conn, err := Dialer(os.DevNull)(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if n, err := conn.Write([]byte("label")); n != 5 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("reading: %v", err)
	}
}

// stuck is a device whose driver never returns until it is closed.
type stuck struct{ closed chan struct{} }

func (s stuck) Read([]byte) (int, error)    { <-s.closed; return 0, io.EOF }
func (s stuck) Write([]byte) (int, error)   { <-s.closed; return 0, os.ErrClosed }
func (s stuck) Close() error                { close(s.closed); return nil }
func (s stuck) SetDeadline(time.Time) error { return os.ErrNoDeadline }

// TestStuckDriver: the write is left behind at the deadline, and what a cancelled context sets the deadline to counts at once.
func TestStuckDriver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &conn{path: "lp0", file: stuck{make(chan struct{})}, changed: make(chan struct{})}
		began := time.Now()
		c.SetDeadline(began.Add(10 * time.Second))
		if n, err := c.Write([]byte("label")); !errors.Is(err, os.ErrDeadlineExceeded) || n == 0 {
			t.Errorf("%d, %v", n, err)
		}
		if took := time.Since(began); took != 10*time.Second {
			t.Errorf("it took %v", took)
		}
		c.SetDeadline(began.Add(time.Hour))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		context.AfterFunc(ctx, func() { c.SetDeadline(time.Unix(1, 0)) })
		at := time.Now()
		if _, err := c.Write([]byte("label")); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(at) != time.Second {
			t.Errorf("after %v: %v", time.Since(at), err)
		}
		c.Close()
	})
}

// TestOpeningEndsWithItsContext: whenever the device opens beside the context's end, either the caller has it or nobody has.
func TestOpeningEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, after := range []time.Duration{time.Second, 2 * time.Second, 3 * time.Second} {
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			device := stuck{make(chan struct{})}
			c, err := dialer("lp0", func(string) (net.Conn, error) {
				time.Sleep(after) // the bubble's time
				return &conn{path: "lp0", file: device, changed: make(chan struct{})}, nil
			})(ctx)
			switch {
			case err == nil:
				c.Close()
			case !errors.Is(err, context.DeadlineExceeded):
				t.Error(err)
			}
			<-device.closed
			cancel()
		}
	})
}
