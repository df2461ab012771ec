package ui_test

import (
	"net/http"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/ui"
)

// stopped is an archived letter whose delivery ended so.
func (o *office) stopped(why protocollo.Class, change ...func(*protocollo.Draft)) (station.Record, int64) {
	o.t.Helper()
	ctx := o.t.Context()
	rec, _ := o.archived(change...)
	due, err := o.db.DueDeliveries(ctx)
	if err != nil {
		o.t.Fatal(err)
	}
	for _, d := range due {
		if d.RegistrationID != rec.Registration.ID {
			continue
		}
		if err := o.db.ClaimDelivery(ctx, d.ID); err != nil {
			o.t.Fatal(err)
		}
		if err := o.db.MarkUndelivered(ctx, d.ID, why, "Fascicolo chiuso"); err != nil {
			o.t.Fatal(err)
		}
		return rec, d.ID
	}
	o.t.Fatalf("nothing is due of %d: %+v", rec.Registration.ID, due)
	return rec, 0
}

func stoppedOperations() []operation {
	return []operation{
		{id: "stoppedDeliveries", may: registrars, request: func(o *office) call { o.stopped(protocollo.Rejected); return get("/api/stopped-deliveries") }},
		{id: "solveStoppedDelivery", may: registrars, request: func(o *office) call {
			_, id := o.stopped(protocollo.Rejected)
			return post(object{"choice": "retry"}, "/api/stopped-deliveries/%d", id)
		}},
	}
}

// What was refused is sent again or attached there by hand, what may have arrived may also have been seen there; each is then off the list.
func TestStoppedDeliveriesThroughTheBrowser(t *testing.T) {
	o := newOffice(t)
	refused, first := o.stopped(protocollo.Rejected)
	_, second := o.stopped(protocollo.OutcomeUnknown)
	anna := o.as("anna")
	list := func() []ui.StoppedDelivery {
		var l ui.StoppedDeliveries
		anna.get("/api/stopped-deliveries").want(200, "").decode(&l)
		return l.Deliveries
	}
	got := list()
	if len(got) != 2 || got[0].ID != first || got[0].Number != refused.Registration.Number || got[0].Why != protocollo.Rejected || got[0].Words != "Fascicolo chiuso" ||
		got[0].Title != "Documento principale" || got[0].Since.IsZero() || got[1].Why != protocollo.OutcomeUnknown {
		t.Fatalf("the list is %+v", got)
	}
	send := func(id int64, body object, status int, code string) reply {
		return anna.do(post(body, "/api/stopped-deliveries/%d", id)).want(status, code)
	}
	send(second, object{"choice": "seen", "reason": " "}, http.StatusUnprocessableEntity, "reason")
	var rec ui.RecordView
	send(first, object{"choice": "retry"}, 200, "").decode(&rec)
	if !rec.Facets.Delivered {
		t.Errorf("sent again and not delivered: %+v", rec.Facets)
	}
	send(second, object{"choice": "seen", "reason": "visto a schermo"}, 200, "").decode(&rec)
	if !rec.Facets.Delivered {
		t.Errorf("seen and not delivered: %+v", rec.Facets)
	}
	_, third := o.stopped(protocollo.Rejected) // where the centre takes no documents each retry is refused again
	send(third, object{"choice": "seen", "reason": " "}, http.StatusUnprocessableEntity, "reason")
	send(third, object{"choice": "seen", "reason": "allegato a mano"}, 200, "").decode(&rec)
	if !rec.Facets.Delivered {
		t.Errorf("attached by hand and not delivered: %+v", rec.Facets)
	}
	if left := list(); len(left) != 0 {
		t.Errorf("still there: %+v", left)
	}
	send(first, object{"choice": "retry"}, http.StatusNotFound, "dispatch")
}

// To who may not see the letter its delivery does not exist (R11.2).
func TestConfidentialStoppedDeliveryIsHidden(t *testing.T) {
	o := newOffice(t)
	_, id := o.stopped(protocollo.OutcomeUnknown, confidential)
	for _, user := range []string{"bruno", "gino"} {
		var l ui.StoppedDeliveries
		o.as(user).get("/api/stopped-deliveries").want(200, "").decode(&l)
		if len(l.Deliveries) != 0 {
			t.Errorf("%s sees %+v", user, l)
		}
		for _, body := range []object{{"choice": "retry"}, {"choice": "seen", "reason": "x"}} {
			o.as(user).do(post(body, "/api/stopped-deliveries/%d", id)).want(http.StatusNotFound, "dispatch")
		}
	}
}
