package ui_test

import (
	"testing"
	"time"

	"segnatura/internal/station"
	"segnatura/ui"
)

// waited is a letter whose wait for its number is long enough for a temporary label: a minute, so that no screen is locked meanwhile.
func (o *office) waited() station.Record {
	o.t.Helper()
	carla := actor(o.t, "carla")
	p, err := o.station.Policies(o.t.Context(), carla)
	if err != nil {
		o.t.Fatal(err)
	}
	if p.Temporary.AfterMinutes = 1; p.Version == 0 {
		if _, err := o.station.SavePolicies(o.t.Context(), carla, p); err != nil {
			o.t.Fatal(err)
		}
	}
	rec := o.uncertain()
	o.clock.add(time.Minute)
	return rec
}

func temporaryOperations() []operation {
	return []operation{
		{id: "printTemporaryLabel", may: registrars, request: func(o *office) call { return post(object{}, "/api/records/%d/temporary-label", o.waited().Intake.ID) }},
		{id: "temporaryLabelPDF", may: registrars, request: func(o *office) call { return get("/api/records/%d/temporary-label.pdf", o.waited().Intake.ID) }},
	}
}

// The page knows from when on it may offer the label; too early it is refused, and to who may not see the letter there is none.
func TestTemporaryLabelIsOfferedAfterTheWait(t *testing.T) {
	o := newOffice(t)
	rec := o.uncertain(confidential)
	path := get("/api/records/%d", rec.Intake.ID).path
	var view ui.RecordView
	o.as("anna").get(path).want(200, "").decode(&view)
	if view.TemporaryFrom == nil || !view.TemporaryFrom.Equal(rec.Intake.SavedAt.Add(station.TemporaryAfter)) {
		t.Errorf("offered from %v on", view.TemporaryFrom)
	}
	o.as("anna").post(path+"/temporary-label", object{}).want(409, "temporary-early")
	o.clock.add(station.TemporaryAfter + time.Second)
	o.as("anna").post("/api/unlock", object{"password": password}).want(200, "")
	var printed station.TemporaryPrint
	o.as("anna").post(path+"/temporary-label", object{}).want(200, "").decode(&printed)
	if printed.State != "printed" {
		t.Errorf("printed: %+v", printed)
	}
	o.as("bruno").post(path+"/temporary-label", object{}).want(404, "intake")
	o.as("bruno").get(path+"/temporary-label.pdf").want(404, "intake")

	numbered := o.registered()
	view = ui.RecordView{}
	o.as("anna").get(get("/api/records/%d", numbered.Intake.ID).path).want(200, "").decode(&view)
	if view.TemporaryFrom != nil {
		t.Error("a letter with its number is offered a temporary label")
	}
}
