package worker_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"testing"
	"time"

	"segnatura/pdfa"
	"segnatura/pdfa/worker"
)

// TestMain makes the test binary itself the child, as the station's own binary is.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == childArgument {
		if err := worker.Serve(testEngines(), os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

const childArgument = "worker-under-test"

func limits() worker.Limits {
	return worker.Limits{Stall: 20 * time.Second, Total: time.Minute, Wall: time.Minute, MemoryBytes: 256 << 20, OutputBytes: 64 << 20}
}

// newPool is a pool whose processes do what the test engines do.
func newPool(t testing.TB, change func(*worker.Config)) *worker.Pool {
	t.Helper()
	cfg := worker.Config{Args: []string{os.Args[0], childArgument}, Desk: limits(), Background: limits(), AtOnce: 2}
	if change != nil {
		change(&cfg)
	}
	p, err := worker.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// memoryFile is an input, and remembers how it was treated.
type memoryFile struct {
	name    string
	content []byte
	opened  int
	closed  int
}

func (m *memoryFile) input() pdfa.Input {
	return pdfa.Input{Name: m.name, Open: func() (io.ReadSeekCloser, error) {
		m.opened++
		return &memoryReader{io.NewSectionReader(bytesAt(m.content), 0, int64(len(m.content))), m}, nil
	}}
}

type bytesAt []byte

func (b bytesAt) ReadAt(p []byte, off int64) (int, error) {
	if off >= int64(len(b)) {
		return 0, io.EOF
	}
	n := copy(p, b[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

type memoryReader struct {
	io.ReadSeeker
	of *memoryFile
}

func (r *memoryReader) Close() error {
	r.of.closed++
	return nil
}

// pattern is n bytes that are not alike.
func pattern(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i * i >> 3)
	}
	return b
}

// deed is a job that makes the test engine do something with two files, of which the second is under way.
func deed(name string) pdfa.Job {
	a := &memoryFile{name: "lettera.tif", content: pattern(1000)}
	b := &memoryFile{name: "allegato.tif", content: pattern(1000)}
	return pdfa.Job{Metadata: pdfa.Metadata{Title: name}, Inputs: []pdfa.Input{a.input(), b.input()}}
}

func convert(ctx context.Context, p *worker.Pool, name string) error {
	_, err := p.Convert(ctx, deed(name), io.Discard, nil)
	return err
}

// works fails the test unless the pool does an honest job.
func works(t *testing.T, p *worker.Pool) {
	t.Helper()
	if err := convert(t.Context(), p, "copy"); err != nil {
		t.Errorf("the next job: %v", err)
	}
}

func diedOf(t *testing.T, err error) *worker.DiedError {
	t.Helper()
	died, ok := errors.AsType[*worker.DiedError](err)
	if !ok {
		t.Fatalf("error %v is no *DiedError", err)
	}
	return died
}
