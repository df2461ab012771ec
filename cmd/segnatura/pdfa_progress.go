package main

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// statusLine is one line on a terminal that says where the work is; anywhere else it is nothing, so that logs and mails of
// scheduled jobs stay clean. It is for one goroutine. Its text is short, since a line that wraps cannot be taken back.
type statusLine struct {
	w       io.Writer // nil: not shown
	written bool
}

func newStatusLine(w io.Writer, quiet bool) *statusLine {
	if f, ok := w.(*os.File); ok && !quiet && isTerminal(f) {
		return &statusLine{w: w}
	}
	return &statusLine{}
}

func isTerminal(f *os.File) bool {
	_, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	return err == nil
}

const eraseLine = "\r\x1b[K" // ECMA-48: carriage return, erase to the end of the line

// show replaces the line.
func (s *statusLine) show(format string, args ...any) {
	if s.w == nil {
		return
	}
	s.written = true
	fmt.Fprintf(s.w, eraseLine+format, args...)
}

// reading shows how far the recognition of text is; pages is 0 as long as their number is not known.
func (s *statusLine) reading(page, pages int) {
	if pages == 0 {
		s.show("reading text: %d pages done", page)
		return
	}
	s.show("reading text: %d of %d pages done", page, pages)
}

// clear takes the line away, before something else is printed.
func (s *statusLine) clear() {
	if s.written {
		fmt.Fprint(s.w, eraseLine)
		s.written = false
	}
}
