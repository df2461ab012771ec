// Package centre is a pretend central protocol system on loopback: a register that gives numbers, keeps documents and annulments, and knows
// the truth about them, behind the face of one maker's contract. It can be told to misbehave, as such systems do; what it then
// really did can be asked of it afterwards.
//
//	c, err := centre.Start(ctx, centre.Config{Face: centre.Jente})
//	defer c.Close()
//	... a connector calls c.URL() ...
//	c.Behave(centre.Loses)
//	c.Numbers("[key-1]")   // how many registrations have this in their subject
//
// A face (face_*.go) is written from the contract alone and shares no code with the connector that it tries. It listens on loopback only, and
// keeps what it holds in memory or, for a demonstration that is ended and begun again, in a file. What it numbers is worth nothing: «PROVA –
// SENZA VALORE».
package centre

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"segnatura/internal/protocollo"
)

// Entry is one registration.
type Entry struct {
	Register string
	Year     int
	Number   int64 // 1, 2, 3 ... in its register and year
	At       time.Time
	// ID is the system's own name for it, for contracts that show one.
	ID                       string
	Direction, Subject, Note string
	Names                    []string // senders of an arrival, recipients of the others
	// Fields are what else a face wants to keep, by the contract's own names.
	Fields    map[string]string
	Documents []Document
	Annulled  string // the act; empty: it stands
}

// Document is one file under a registration.
type Document struct {
	ID, Name, Title string
	Body            []byte
	Replaced        bool // another took its place
}

// Register gives the next number of e's register in this year, and files the entry. Number, Year, At and ID are the centre's to fill.
func (c *Centre) Register(e Entry) Entry {
	c.mu.Lock()
	defer c.mu.Unlock()
	e.At = c.cfg.Now()
	e.Year = protocollo.YearOf(e.At)
	e.Number = 1
	for _, other := range c.entries {
		if other.Register == e.Register && other.Year == e.Year {
			e.Number++
		}
	}
	e.ID = fmt.Sprintf("%08d", 41000+len(c.entries))
	for i := range e.Documents {
		e.Documents[i].ID = fmt.Sprint(c.documents + i + 1)
	}
	c.record(change{Entry: &e})
	return e.clone()
}

func (e *Entry) clone() Entry {
	copied := *e
	copied.Documents = slices.Clone(e.Documents)
	return copied
}

// Find returns the oldest entry that a face is looking for.
func (c *Centre) Find(wanted func(Entry) bool) (e Entry, found bool) {
	list := c.Search(wanted)
	if len(list) == 0 {
		return Entry{}, false
	}
	return list[0], true
}

// Search returns the entries that a face is looking for, oldest first.
func (c *Centre) Search(wanted func(Entry) bool) []Entry {
	c.mu.Lock()
	defer c.mu.Unlock()
	var list []Entry
	for _, e := range c.entries {
		if wanted(*e) {
			list = append(list, e.clone())
		}
	}
	return list
}

// Attach files a document under the entry of that ID, and gives it an ID of its own.
func (c *Centre) Attach(entryID string, d Document) (filed Document, found bool) {
	return c.attach(entryID, "", d)
}

// Replace files a document in the place of another of the same entry.
func (c *Centre) Replace(entryID, documentID string, d Document) (filed Document, found bool) {
	return c.attach(entryID, documentID, d)
}

func (c *Centre) attach(entryID, replaces string, d Document) (filed Document, found bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.entry(entryID)
	if e == nil || replaces != "" && !slices.ContainsFunc(e.Documents, func(d Document) bool { return d.ID == replaces && !d.Replaced }) {
		return Document{}, false
	}
	d.ID = fmt.Sprint(c.documents + 1)
	c.record(change{On: entryID, Document: &d, Replaces: replaces})
	return d, true
}

// Annul marks the entry of that ID and returns the act that stands, which is the first. Its number is not given again.
func (c *Centre) Annul(entryID, act string) (standing string, found bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.entry(entryID)
	if e == nil {
		return "", false
	}
	if e.Annulled == "" {
		c.record(change{On: entryID, Act: act})
	}
	return e.Annulled, true
}

// Correct puts another subject, other names, another note and other fields in the place of those of the entry of that ID. Number and day stay.
func (c *Centre) Correct(entryID string, e Entry) (corrected Entry, found bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	have := c.entry(entryID)
	if have == nil {
		return Entry{}, false
	}
	c.record(change{On: entryID, Corrected: &e})
	return have.clone(), true
}

// Numbers tells how many registrations have the mark in their subject, annulled ones included.
func (c *Centre) Numbers(mark string) int {
	return len(c.Search(func(e Entry) bool { return strings.Contains(e.Subject, mark) }))
}

// Documents tells how many documents have the mark in their file name or title; those that another took the place of do not count.
func (c *Centre) Documents(mark string) int {
	n := 0
	for _, e := range c.Search(func(Entry) bool { return true }) {
		for _, d := range e.Documents {
			if !d.Replaced && (strings.Contains(d.Name, mark) || strings.Contains(d.Title, mark)) {
				n++
			}
		}
	}
	return n
}

// Tally is what a centre holds, counted.
type Tally struct {
	Numbers   int `json:"numbers"`   // given, annulled ones included
	Documents int `json:"documents"` // those that another took the place of do not count
	// Alike are numbers that stand and say what an earlier one says (direction, names, subject), and documents with the bytes of an earlier one of
	// their entry: what a request that was carried out twice would leave.
	Alike int `json:"alike"`
}

// Tally counts.
func (c *Centre) Tally() (t Tally) {
	seen := map[string]bool{}
	alike := func(parts ...string) {
		if key := strings.Join(parts, "\x00"); seen[key] {
			t.Alike++
		} else {
			seen[key] = true
		}
	}
	for _, e := range c.Search(func(Entry) bool { return true }) {
		t.Numbers++
		if e.Annulled == "" {
			// Connectors put the emergency register's number in brackets behind the subject.
			subject, _, _ := strings.Cut(e.Subject, " (Registro di emergenza")
			alike(append([]string{e.Direction, subject}, e.Names...)...)
		}
		for _, d := range e.Documents {
			if !d.Replaced {
				t.Documents++
				alike(e.ID, string(d.Body))
			}
		}
	}
	return t
}

// state is what the mutex guards.
type state struct {
	mu        sync.Mutex
	entries   []*Entry
	documents int // given so far
	// file holds what is held, if it is to outlive the centre.
	file      *os.File
	behaviour Behaviour
	expired   bool // under Expires: the session was refused once
}
