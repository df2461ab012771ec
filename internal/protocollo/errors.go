package protocollo

import (
	"errors"
	"fmt"
)

// Class says what a caller may do about an error. Decide with errors.Is(err, protocollo.Conflict), never on text.
type Class string

const (
	// Invalid: the request breaks a rule; Field names where. Asking again unchanged fails again.
	Invalid Class = "invalid"
	// Conflict: the state has moved on (same key with other content, an exception already solved, a lease held by another).
	Conflict Class = "conflict"
	// NotFound: it does not exist, or the actor may not know that it does (R1.19, R11.2).
	NotFound Class = "not-found"
	// Forbidden: the actor's role does not allow it.
	Forbidden Class = "forbidden"
	// Unavailable: nothing happened on the other side; the same request may be made again.
	Unavailable Class = "unavailable"
	// OutcomeUnknown: it may have happened. Never retried as if it were Unavailable (R10.3).
	OutcomeUnknown Class = "outcome-unknown"
	// Rejected: the other side answered no, with its own words.
	Rejected Class = "rejected"
	// Stopped: the station refuses to number until a person decides (a doubtful clock, a restore, a broken invariant).
	Stopped Class = "stopped"
	// Internal: our fault.
	Internal Class = "internal"
)

func (c Class) Error() string { return string(c) }

// Error is a classified error. Code is a stable key from which the UI words its Italian sentence; Detail is for logs.
type Error struct {
	Class  Class
	Code   string // e.g. "subject", "clock", "already-captured"
	Detail string
	// Field names the input at fault, where there is one; by default it is Code.
	Field string
	// Words are the other side's own words, for Rejected.
	Words string
	Err   error
}

func (e *Error) Error() string {
	s := string(e.Class) + " (" + e.Code + ")"
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	if e.Words != "" {
		s += ": «" + e.Words + "»"
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// Is makes errors.Is(err, protocollo.Conflict) true for every error of that class.
func (e *Error) Is(target error) bool {
	c, ok := target.(Class)
	return ok && c == e.Class
}

// Errorf returns an *Error of one class. code is the stable key; a %w operand is kept as the cause.
func Errorf(class Class, code, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Class: class, Code: code, Field: code, Detail: err.Error(), Err: errors.Unwrap(err)}
}

// ClassOf returns the class of err; an unclassified error is Internal, nil is "".
func ClassOf(err error) Class {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Class
	}
	var c Class
	if errors.As(err, &c) {
		return c
	}
	return Internal
}
