package draw

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// maxComplaints is how much of what MuPDF writes is kept.
const maxComplaints = 16 << 10

// capture runs do with standard error led into a pipe, and returns the complaints that came through it.
func capture(do func()) (string, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return "", fmt.Errorf("listen to MuPDF: %w", err)
	}
	defer r.Close() // read only
	saved, err := unix.FcntlInt(2, unix.F_DUPFD_CLOEXEC, 3)
	if err == nil {
		err = unix.Dup3(int(w.Fd()), 2, 0)
	}
	if err != nil {
		return "", fmt.Errorf("listen to MuPDF: %w", errors.Join(err, w.Close()))
	}
	said := make(chan string, 1)
	go func() {
		text, _ := io.ReadAll(io.LimitReader(r, maxComplaints)) // ends when the last writer closes
		_, _ = io.Copy(io.Discard, r)
		said <- string(text)
	}()
	var restored error
	func() {
		defer func() {
			restored = errors.Join(unix.Dup3(saved, 2, 0), unix.Close(saved), w.Close())
		}()
		do()
	}()
	text := <-said
	if restored != nil {
		return "", fmt.Errorf("listen to MuPDF: %w", restored)
	}
	return complaintsIn(text), nil
}

// harmless are complaints about what is not seen on the page. What is not here is taken for a loss.
var harmless = []string{
	"invalid marked content and clip nesting",
	"Actualtext with no position",
}

// complaintsIn picks the lines that say that something could not be drawn.
func complaintsIn(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line != "" && !slices.ContainsFunc(harmless, func(s string) bool { return strings.Contains(line, s) }) {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "; ")
}
