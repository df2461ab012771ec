package sane

import (
	"bytes"
	"strconv"
	"strings"
	"sync"
)

// chatter is a run's standard error as it comes: how far the page under way is, and everything else, of which the end is kept. It is an
// io.Writer for one goroutine; moved and text are for any.
type chatter struct {
	part []byte

	mu    sync.Mutex
	share float64 // of the page under way, 0 to 1
	words []byte
	moved chan struct{} // holds one token: something moved since it was last taken
}

const (
	keptChatter  = 64 << 10
	longestWords = 4 << 10 // what comes without an end of line is no progress
)

func newChatter() *chatter { return &chatter{moved: make(chan struct{}, 1)} }

// Write implements io.Writer. scanimage ends a line of progress with a carriage return.
func (c *chatter) Write(b []byte) (int, error) {
	c.part = append(c.part, b...)
	for {
		at := bytes.IndexAny(c.part, "\r\n")
		if at < 0 && len(c.part) < longestWords {
			return len(b), nil
		}
		if at < 0 {
			at = len(c.part) - 1
		}
		c.line(string(c.part[:at]))
		c.part = append(c.part[:0], c.part[at+1:]...)
	}
}

func (c *chatter) line(text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if share, ok := progressOf(text); ok {
		if share != c.share {
			c.share = share
			select {
			case c.moved <- struct{}{}:
			default:
			}
		}
		return
	}
	c.words = append(append(c.words, text...), '\n')
	if over := len(c.words) - keptChatter; over > 0 {
		c.words = append(c.words[:0], c.words[over:]...)
	}
}

// text returns what was said beside the progress, its last part where it is long.
func (c *chatter) text() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return bytes.Clone(c.words)
}

// progressOf reads "Progress: 3.4%".
func progressOf(line string) (share float64, ok bool) {
	rest, ok := strings.CutPrefix(strings.TrimSpace(line), "Progress: ")
	if !ok {
		return 0, false
	}
	percent, err := strconv.ParseFloat(strings.TrimSuffix(rest, "%"), 64)
	return percent / 100, err == nil && percent >= 0 && percent <= 100
}
