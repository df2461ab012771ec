package ui_test

import (
	"testing"

	"segnatura/ui"
)

func legendOperations() []operation {
	return append(outgoingOperations(), []operation{
		{id: "legends", may: registrars, request: func(*office) call { return get("/api/legends") }},
		{id: "legendHistory", may: deciders, request: func(*office) call { return get("/api/legends/history") }},
		{id: "letterLegends", may: registrars, request: func(o *office) call { return get("/api/registrations/%d/legends", o.registered().Registration.ID) }},
		{id: "printLegend", may: registrars, request: func(o *office) call {
			return post(object{"code": "L-3"}, "/api/registrations/%d/legends", o.registered().Registration.ID)
		}},
		{id: "legendPDF", may: registrars, request: func(o *office) call {
			return get("/api/registrations/%d/legend.pdf?code=L-3", o.registered().Registration.ID)
		}},
	}...)
}

// Free text never stands on a document: what is no code of the catalogue is refused (R2.6).
func TestFreeTextIsNoLegend(t *testing.T) {
	o := newOffice(t)
	path := get("/api/registrations/%d/legends", o.registered().Registration.ID).path
	o.as("anna").post(path, object{"code": "URGENTISSIMO"}).want(422, "legend")
	o.as("anna").post(path, object{"text": "URGENTISSIMO"}).want(422, "")
	var list ui.LegendList
	o.as("anna").get("/api/legends").want(200, "").decode(&list)
	if len(list.EnvelopeWords) != 4 {
		t.Errorf("of L-14: %q", list.EnvelopeWords)
	}
	if len(list.Legends) < 15 {
		t.Errorf("%d legends", len(list.Legends))
	}
}
