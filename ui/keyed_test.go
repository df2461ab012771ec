package ui_test

import (
	"fmt"
	"net/http"
	"testing"

	"segnatura/internal/central/manual"
	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/ui"
)

// unkeyed registers a letter whose number is read on another screen. The office has that screen until the next letter that is numbered.
func (o *office) unkeyed() station.Record {
	o.t.Helper()
	o.centre.screen = manual.New(o.db)
	rec, err := o.station.Register(o.t.Context(), actor(o.t, "anna"), station.RegisterCommand{Key: o.key(), Draft: o.draft()})
	if err != nil || rec.Registration != nil {
		o.t.Fatalf("register: %+v, %v", rec, err)
	}
	return rec
}

func keyedOperations() []operation {
	return []operation{{id: "keyNumber", may: registrars, request: func(o *office) call {
		rec := o.unkeyed()
		number := fmt.Sprint(700_000 + rec.Intake.ID)
		return post(object{"number": number, "again": number, "day": string(rec.Intake.ArrivalDay), "confirmed": true}, "/api/intakes/%d/number", rec.Intake.ID)
	}}}
}

// The number is typed twice, asked about once where it is implausible, and then the letter is registered and its label printed.
func TestKeyNumberThroughTheBrowser(t *testing.T) {
	o := newOffice(t)
	rec := o.unkeyed()
	anna := o.as("anna")
	path, day := fmt.Sprintf("/api/intakes/%d/number", rec.Intake.ID), string(rec.Intake.ArrivalDay)
	anna.post(path, object{"number": "4711", "again": "4771", "day": day}).want(http.StatusUnprocessableEntity, "again")
	anna.post(path, object{"number": "4711", "again": "4711", "day": "2099-01-01"}).want(http.StatusUnprocessableEntity, "day")
	anna.post(path, object{"number": "4711", "again": "4711", "day": "2026-01-01"}).want(http.StatusConflict, "day-before-arrival")
	var got ui.Registered
	for range 2 { // the second time after an answer that was lost
		anna.post(path, object{"number": "4711", "again": "4711", "day": day, "print": true}).want(200, "").decode(&got)
		if got.Record.Number != "0004711" || got.Record.RegistrationID == 0 || len(got.Record.Prints) != 1 || got.Record.Prints[0].State != protocollo.PrintPrinted {
			t.Fatalf("registered %+v", got)
		}
	}
	other := o.unkeyed()
	anna.post(fmt.Sprintf("/api/intakes/%d/number", other.Intake.ID), object{"number": "4711", "again": "4711", "day": day}).want(http.StatusConflict, "number-taken")
	anna.post(fmt.Sprintf("/api/intakes/%d/number", other.Intake.ID), object{"number": "9711", "again": "9711", "day": day}).want(http.StatusConflict, "number-far")
	var status ui.Status
	anna.get("/api/status").want(200, "").decode(&status)
	if !status.Central.Keyed {
		t.Error("the desk is not told that numbers are keyed in")
	}
}

// R1.4: where the numbers are asked for, none comes from a keyboard.
func TestNoNumberIsKeyedWhereOneIsAskedFor(t *testing.T) {
	o := newOffice(t)
	rec := o.uncertain()
	o.as("carla").post(fmt.Sprintf("/api/intakes/%d/number", rec.Intake.ID), object{"number": "4711", "again": "4711", "day": "2026-03-02"}).
		want(http.StatusConflict, "not-keyed")
}
