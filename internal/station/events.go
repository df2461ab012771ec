package station

import (
	"segnatura/internal/protocollo"
)

// Event tells browsers that something changed: a kind and an id, never content (design, section 3). A lost event costs a refresh.
type Event struct {
	Kind EventKind
	ID   int64
	AOO  protocollo.AOOCode
	// Confidential events go only to those who may see the record.
	Confidential bool
	Operator     string // who registered it; for visibility
	UOR          string
	// Act is what only those may do who are told; "": everybody who may see the record.
	Act protocollo.Action
}

// For reports whether an actor is told of the event. One of no AOO is everybody's.
func (e Event) For(a protocollo.Actor) bool {
	if e.AOO == "" {
		return true
	}
	return (e.Act == "" || a.May(e.Act)) && a.Sees(e.AOO, e.Operator, e.UOR, e.Confidential)
}

// EventKind names what an event's ID is.
type EventKind string

const (
	EventRegistration EventKind = "registration"
	EventIntake       EventKind = "intake"
	EventDelivery     EventKind = "delivery"
	EventPrint        EventKind = "print"
	EventBatch        EventKind = "batch"
	EventPage         EventKind = "page"
	EventDocument     EventKind = "document"
	EventException    EventKind = "exception"
	EventDraft        EventKind = "draft"
	EventStatus       EventKind = "status"
	EventProgress     EventKind = "progress" // of a document
)

// Publisher fans events out. Publish never blocks and never fails.
type Publisher interface {
	Publish(Event)
}
