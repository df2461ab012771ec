package centre

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
)

// change is one change of what the centre holds, as it stands in its file: a line of JSON each, in their order.
type change struct {
	Entry *Entry `json:"entry,omitempty"` // filed
	// On is the ID of the entry that the others bear on.
	On       string    `json:"on,omitempty"`
	Document *Document `json:"document,omitempty"` // filed under it
	Replaces string    `json:"replaces,omitempty"` // the ID of the document whose place it took
	Act      string    `json:"act,omitempty"`      // annulled it
	// Corrected has the subject, names, note and fields that took the place of the ones before.
	Corrected *Entry `json:"corrected,omitempty"`
}

// record keeps a change and makes it. One that cannot be kept is not made, and its caller gets no answer. The caller holds s.mu.
func (s *state) record(ch change) {
	if s.file != nil {
		line, err := json.Marshal(ch)
		if err == nil {
			_, err = s.file.Write(append(line, '\n'))
		}
		if err == nil {
			err = s.file.Sync()
		}
		if err != nil {
			_ = s.file.Close() // so that half a line stays the last one: every change after it fails too
			panic(http.ErrAbortHandler)
		}
	}
	s.do(ch)
}

// do changes what is held.
func (s *state) do(ch change) {
	if ch.Entry != nil {
		s.entries = append(s.entries, ch.Entry)
		s.documents += len(ch.Entry.Documents)
		return
	}
	e := s.entry(ch.On)
	if e == nil {
		return
	}
	if ch.Document != nil {
		for i := range e.Documents {
			if e.Documents[i].ID == ch.Replaces {
				e.Documents[i].Replaced = true
			}
		}
		s.documents++
		e.Documents = append(e.Documents, *ch.Document)
	}
	if n := ch.Corrected; n != nil {
		e.Subject, e.Note, e.Names, e.Fields = n.Subject, n.Note, n.Names, n.Fields
	}
	if e.Annulled == "" {
		e.Annulled = ch.Act
	}
}

func (s *state) entry(id string) *Entry {
	for _, e := range s.entries {
		if e.ID == id {
			return e
		}
	}
	return nil
}

// recall does again what stands in a file, and keeps there what comes. The half of a line at its end was never answered for, and is cut off.
func (s *state) recall(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("centre: open what it holds: %w", err)
	}
	whole, err := s.read(f)
	if err == nil {
		err = f.Truncate(whole)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("centre: read what it holds: %w", err), f.Close())
	}
	s.file = f
	return nil
}

// forget lets the file go. Each of its lines is durable already.
func (s *state) forget() {
	if s.file != nil {
		_ = s.file.Close()
	}
}

// read does what stands in whole lines, and returns their length.
func (s *state) read(r io.Reader) (whole int64, err error) {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return whole, nil
		}
		var ch change
		if err == nil {
			err = json.Unmarshal(line, &ch)
		}
		if err != nil {
			return whole, err
		}
		whole += int64(len(line))
		s.do(ch)
	}
}
