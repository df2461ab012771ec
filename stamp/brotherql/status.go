package brotherql

import (
	"bytes"
	"fmt"

	"segnatura/stamp"
)

// statusBytes is the length of every message of the printer: the answer to a request, or the news of a print.
const statusBytes = 32

var statusHead = []byte{0x80, statusBytes, 'B'}

// The kinds of message (byte 18).
const (
	typeReply     = 0x00
	typeCompleted = 0x01
	typeError     = 0x02
	typeOff       = 0x04
	typeNotice    = 0x05 // cooling began or ended
	typePhase     = 0x06
)

const phasePrinting = 0x01

// status is one message.
type status struct {
	kind, phase byte
	errors      uint16 // error information 1, and 2 above it
	media       stamp.Media
	noMedia     bool // it says that nothing is loaded
}

// errorBits maps the two bytes of error information. A bit that is not here is ConditionOther.
var errorBits = []struct {
	mask      uint16
	condition stamp.Condition
}{
	{0x0001, stamp.ConditionMediaOut},
	{0x0002, stamp.ConditionMediaOut}, // the end of die-cut labels
	{0x0004, stamp.ConditionCutter},
	{0x0010, stamp.ConditionBusy}, // in use from its other connection
	{0x0020, stamp.ConditionOffline},
	{0x0100, stamp.ConditionMediaWrong},
	{0x1000, stamp.ConditionHeadOpen}, // the cover
	{0x4000, stamp.ConditionJam},      // media cannot be fed
}

// nextStatus takes the first whole message out of what was received; rest is what stands behind it. What stands before it is no message
// and is dropped.
func nextStatus(raw []byte) (s status, rest []byte, ok bool) {
	at := bytes.Index(raw, statusHead)
	if at < 0 || len(raw) < at+statusBytes {
		return status{}, raw, false
	}
	m := raw[at : at+statusBytes]
	s = status{kind: m[18], phase: m[19], errors: uint16(m[8]) | uint16(m[9])<<8}
	switch m[11] {
	case 0x00:
		s.noMedia = true
	case kindContinuous, 0x4a: // newer models add 40h
		s.media = stamp.Media{WidthMM: float64(m[10]), Kind: stamp.MediaContinuous}
	case kindDieCut, 0x4b:
		s.media = stamp.Media{WidthMM: float64(m[10]), HeightMM: float64(m[17]), Kind: stamp.MediaDieCut}
	}
	return s, raw[at+statusBytes:], true
}

// conditions are what the message complains of.
func (s status) conditions() []stamp.Condition {
	var found []stamp.Condition
	add := func(c stamp.Condition) {
		if len(found) == 0 || found[len(found)-1] != c {
			found = append(found, c)
		}
	}
	known := uint16(0)
	for _, bit := range errorBits {
		if s.errors&bit.mask != 0 {
			add(bit.condition)
		}
		known |= bit.mask
	}
	if s.kind == typeOff {
		add(stamp.ConditionOffline)
	}
	if s.errors&^known != 0 || s.kind == typeError && len(found) == 0 {
		add(stamp.ConditionOther)
	}
	return found
}

// state is what an answer means for a printer that shall print on the media.
func (s status) state(want media) stamp.PrinterState {
	state := stamp.PrinterState{Conditions: s.conditions(), Media: s.media, Detail: s.String()}
	_, blocks := state.Blocks()
	switch {
	case blocks:
	case s.noMedia:
		state.Conditions = append([]stamp.Condition{stamp.ConditionMediaOut}, state.Conditions...)
	default:
		if _, fits := want.on(s.media); !fits {
			state.Conditions = append([]stamp.Condition{stamp.ConditionMediaWrong}, state.Conditions...)
		}
	}
	if s.phase == phasePrinting {
		state.Conditions = append(state.Conditions, stamp.ConditionBusy)
	}
	if len(state.Conditions) == 0 {
		state.Conditions = []stamp.Condition{stamp.ConditionReady}
	}
	return state
}

// String is the message for the log.
func (s status) String() string {
	return fmt.Sprintf("type %02x phase %02x errors %04x media %s %gx%g mm", s.kind, s.phase, s.errors, s.media.Kind, s.media.WidthMM, s.media.HeightMM)
}
