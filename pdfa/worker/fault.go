package worker

import (
	"errors"
	"strings"
	"syscall"
	"unicode"

	"segnatura/pdfa"
	"segnatura/scanner"
)

// Cause is what ended a process before its job was done.
type Cause string

const (
	CauseDeadline Cause = "deadline" // no progress in time, or too long altogether
	CauseMemory   Cause = "memory"   // more resident memory than allowed
	CauseCrash    Cause = "crash"    // a signal, or an exit that was not asked for
	CauseProtocol Cause = "protocol" // it said what makes no sense: the document has taken it over, or our code is wrong
)

// reasons say to the clerk what the causes are.
func (c Cause) reason() pdfa.RefusalReason {
	return map[Cause]pdfa.RefusalReason{
		CauseDeadline: pdfa.RefusedDeadline, CauseMemory: pdfa.RefusedMemory,
		CauseCrash: pdfa.RefusedCrash, CauseProtocol: pdfa.RefusedCrash,
	}[c]
}

// DiedError is a job whose process ended, or had to be ended, before the job was done. It unwraps to a *pdfa.RefusedError with
// the file and the page that were under way: these bytes are not to be tried again without end.
type DiedError struct {
	Cause    Cause
	Signal   syscall.Signal // that ended it, where one did; SIGKILL also where it was us
	ExitCode int            // where it exited by itself
	Refused  pdfa.RefusedError
}

func (e *DiedError) Error() string { return e.Refused.Error() }
func (e *DiedError) Unwrap() error { return &e.Refused }

// wireError is an error on its way out of the jail. The types that somebody decides on survive.
type wireError struct {
	Text    string             `json:"text"`
	Refused *pdfa.RefusedError `json:"refused,omitempty"`
	Fault   *wireFault         `json:"fault,omitempty"`
}

type wireFault struct {
	Kind   scanner.FaultKind `json:"kind"`
	Detail string            `json:"detail,omitempty"`
	Err    string            `json:"err,omitempty"`
}

// mostText bounds the words that leave the jail, in bytes.
const mostText = 4 << 10

func packError(err error) wireError {
	e := wireError{Text: clean(err.Error(), mostText)}
	if refused, ok := errors.AsType[*pdfa.RefusedError](err); ok {
		kept := *refused
		kept.File, kept.Detail = clean(kept.File, mostText), clean(kept.Detail, mostText)
		e.Refused = &kept
	}
	if fault, ok := errors.AsType[*scanner.Fault](err); ok {
		e.Fault = &wireFault{Kind: fault.Kind, Detail: clean(fault.Detail, mostText)}
		if fault.Err != nil {
			e.Fault.Err = clean(fault.Err.Error(), mostText)
		}
	}
	return e
}

// farError is an error that happened in the jail.
type farError struct {
	text   string
	causes []error
}

func (e *farError) Error() string   { return e.text }
func (e *farError) Unwrap() []error { return e.causes }

func (e wireError) unpack() error {
	far := &farError{text: clean(e.Text, mostText)}
	if e.Refused != nil {
		far.causes = append(far.causes, e.Refused)
	}
	if e.Fault != nil {
		fault := &scanner.Fault{Kind: e.Fault.Kind, Detail: e.Fault.Detail}
		if e.Fault.Err != "" {
			fault.Err = errors.New(e.Fault.Err)
		}
		far.causes = append(far.causes, fault)
	}
	return far
}

// asFault gives whoever scans the class of error that they decide on: a page whose process died is no page that can be taken, now.
func asFault(err error) error {
	if died, ok := errors.AsType[*DiedError](err); ok {
		return &scanner.Fault{Kind: scanner.FaultBadData, Detail: string(died.Cause), Err: died, MayPass: died.Refused.Reason.MayPass()}
	}
	return err
}

// clean keeps the printable part of words that a foreign document may have had a hand in.
func clean(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	for i := range s {
		if i > most {
			return s[:i] + "…"
		}
	}
	return s
}
