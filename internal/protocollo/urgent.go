package protocollo

import (
	"strings"
	"time"
)

// Urgency is the word of whoever decides that a letter goes before the others (002 art. 65; R1.20), or that it no longer does. It moves the letter up the
// lists of what is to be done; its arrival, and the order in which numbers are asked for, stay.
type Urgency struct {
	IntakeID int64     `json:"-"`
	Urgent   bool      `json:"-"`
	Reason   string    `json:"reason"`
	By       string    `json:"by"`
	At       time.Time `json:"at"`
}

// Normalize cleans what was typed.
func (u Urgency) Normalize() Urgency {
	u.Reason = strings.Join(strings.Fields(clean(u.Reason)), " ")
	return u
}

// Validate checks it. Invalid "reason": the manual wants to know why, also where an office asked for it.
func (u Urgency) Validate() error {
	if u.Reason == "" {
		return Errorf(Invalid, "reason", "no reason")
	}
	return nil
}
