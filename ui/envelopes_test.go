package ui_test

import (
	"fmt"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/ui"
)

// requestKey is one that no form had before.
func (o *office) requestKey() string {
	o.letters++
	return fmt.Sprintf("richiesta-%04d", o.letters)
}

// envelopeDraft is a closed envelope as the form sends it.
func envelopeDraft() object {
	return object{"direction": "A", "subject": "Busta RISERVATA", "envelope": "chiusa", "means": "posta", "recipients": []object{{"name": "Luca Neri"}}}
}

// envelope is one that was taken in.
func (o *office) envelope() ui.RecordView {
	o.t.Helper()
	var v ui.RecordView
	o.as("anna").post("/api/envelopes", object{"key": o.requestKey(), "draft": envelopeDraft()}).want(200, "").decode(&v)
	return v
}

// insideOf is one that is with its addressee.
func (o *office) insideOf() protocollo.InternalDelivery {
	o.t.Helper()
	var v ui.RecordView
	o.as("anna").post(post(nil, "/api/records/%d/inside", o.envelope().IntakeID).path, object{"key": o.requestKey(), "person": "Luca Neri"}).want(200, "").decode(&v)
	return v.Inside[0]
}

func envelopeOperations() []operation {
	return []operation{
		{id: "keepClosed", may: registrars, request: func(o *office) call {
			return post(object{"key": o.requestKey(), "draft": envelopeDraft()}, "/api/envelopes")
		}},
		{id: "deliverInside", may: registrars, request: func(o *office) call {
			return post(object{"key": o.requestKey(), "person": "Luca Neri"}, "/api/records/%d/inside", o.envelope().IntakeID)
		}},
		{id: "endInternalDelivery", may: registrars, request: func(o *office) call {
			return post(object{"outcome": "firmata", "person": "Luca Neri"}, "/api/inside/%d/end", o.insideOf().ID)
		}},
		{id: "internalReceipt", may: registrars, request: func(o *office) call { return get("/api/inside/%d/receipt.pdf", o.insideOf().ID) }},
	}
}

// A closed envelope with a word of L-14 is not registered by mistake, gets no number, no receipt for who brought it and no scan (R1.15, R7.3, R16.6).
func TestClosedEnvelopeHasNoNumberAndNoReceipt(t *testing.T) {
	o := newOffice(t)
	anna := o.as("anna")
	draft := envelopeDraft()
	draft["senders"] = []object{{"name": "Mario"}}
	key := o.requestKey()
	var p ui.Problem
	anna.post("/api/registrations", object{"key": key, "draft": draft}).want(409, "envelope-personal").decode(&p)
	if p.Words != "riservata" {
		t.Errorf("the refusal says %+v", p)
	}
	var v ui.RecordView
	for range 2 { // the answer was lost
		anna.post("/api/envelopes", object{"key": key, "draft": draft}).want(200, "").decode(&v)
	}
	if v.Number != "" || v.RegistrationID != 0 || v.Attempt != "" || v.Unnumbered == nil || v.Unnumbered.Grounds != "personale" || v.Unnumbered.Words != "riservata" || v.TemporaryFrom != nil {
		t.Fatalf("taken in as %+v", v)
	}
	anna.get(get("/api/records/%d/receipt.pdf", v.IntakeID).path).want(409, "not-registrable")
	anna.post(post(nil, "/api/records/%d/temporary-label", v.IntakeID).path, object{}).want(409, "unnumbered")
	anna.post("/api/registrations", object{"key": o.requestKey(), "draft": draft, "notPersonal": true}).want(200, "")
}

// What the addressee gives back is registered with the arrival that the envelope had (002 art. 67.3).
func TestEnvelopeGivenBackKeepsItsArrival(t *testing.T) {
	o := newOffice(t)
	e := o.envelope()
	o.clock.add(time.Minute)
	back := object{"direction": "A", "subject": "Ricorso", "senders": []object{{"name": "Mario"}}, "envelopeID": e.IntakeID}
	o.as("bruno").post("/api/registrations", object{"key": o.requestKey(), "draft": object{"direction": "A", "subject": "x", "anonymous": true, "envelopeID": 99999}}).want(404, "intake")
	var r ui.Registered
	o.as("anna").post("/api/registrations", object{"key": o.requestKey(), "draft": back}).want(200, "").decode(&r)
	if r.Record.Number == "" || !r.Record.ArrivedAt.Equal(e.ArrivedAt) || !r.Record.SavedAt.After(e.SavedAt) {
		t.Fatalf("registered as %+v", r.Record)
	}
	o.as("anna").post("/api/registrations", object{"key": o.requestKey(), "draft": back}).want(409, "envelope-registered")
	o.as("anna").post(post(nil, "/api/records/%d/inside", e.IntakeID).path, object{"key": o.requestKey(), "person": "Luca Neri"}).want(409, "envelope-registered")
}
