package ui_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/ui"
)

// excluded is a letter of which nothing is scanned.
func (o *office) excluded() (station.Record, protocollo.Document) {
	o.t.Helper()
	rec := o.labelled()
	d, err := o.station.ExcludeRegistration(o.t.Context(), actor(o.t, "anna"), station.ExclusionRequest{Key: "esclusione-1",
		RegistrationID: rec.Registration.ID, Exclusion: station.Exclusion{Code: "certificato-medico"}})
	if err != nil {
		o.t.Fatal(err)
	}
	return rec, d
}

func paperOperations() []operation {
	medical := object{"code": "certificato-medico"}
	return []operation{
		{id: "exclusions", may: registrars, request: func(o *office) call {
			return get("/api/registrations/%d/exclusions", o.registered().Registration.ID)
		}},
		{id: "excludeRegistration", may: registrars, request: func(o *office) call {
			return post(object{"code": "certificato-medico", "key": "esclusione-1"}, "/api/registrations/%d/exclusion", o.registered().Registration.ID)
		}},
		{id: "excludeDocument", may: registrars, request: func(o *office) call {
			_, d := o.captured()
			return post(medical, "/api/documents/%d/exclusion", d.ID)
		}},
		{id: "liftExclusion", may: deciders, request: func(o *office) call {
			_, d := o.excluded()
			return post(object{"reason": "era una ricevuta"}, "/api/documents/%d/lift-exclusion", d.ID)
		}},
		{id: "frontispiece", may: registrars, request: func(o *office) call {
			_, d := o.captured()
			return post(object{"kind": "planimetria", "sheets": 12}, "/api/documents/%d/frontispiece", d.ID)
		}},
		{id: "postpone", may: registrars, request: func(o *office) call {
			return post(object{"reason": "occorre lo scanner A3"}, "/api/registrations/%d/postponement", o.registered().Registration.ID)
		}},
		{id: "endOfDay", may: registrars, request: func(o *office) call { o.unsolved(); o.excluded(); return get("/api/endofday") }},
		{id: "sortingList", may: registrars, request: func(o *office) call { o.registered(); return get("/api/endofday/distinta.pdf") }},
		{id: "sortingListCSV", may: registrars, request: func(o *office) call { o.registered(); return get("/api/endofday/distinta.csv") }},
	}
}

// R3.4 as the browser sees it: an upload for an excluded registration is 403.
func TestUploadForAnExcludedRegistrationIsForbidden(t *testing.T) {
	o := newOffice(t)
	rec, d := o.excluded()
	carla := o.as("carla")
	upload := func() reply {
		return carla.do(call{method: http.MethodPost, path: fmt.Sprintf("/api/uploads?selezionata=%d", rec.Registration.ID), body: &form{files: [][]byte{photo(t, o.key(), payload(rec))}}})
	}
	upload().want(http.StatusForbidden, "excluded")
	carla.do(post(object{"reason": "era una ricevuta"}, "/api/documents/%d/lift-exclusion", d.ID)).want(204, "")
	upload().want(200, "")
}

// The end of a day and the paper of the offices say nothing of what somebody may not see, nor paper what is confidential at all.
func TestEndOfDayHidesWhatIsHidden(t *testing.T) {
	o := newOffice(t)
	h := hide(o, confidential)
	gino := o.as("bruno")
	var e ui.EndOfDay
	r := gino.get("/api/endofday").want(200, "")
	r.decode(&e)
	if word := tells(r.body, h); word != "" || e.Unscanned.Total != 0 || e.Registered != 0 {
		t.Errorf("bruno is told %q, %d to scan", word, e.Unscanned.Total)
	}
	gino.get("/api/endofday/distinta.pdf").want(404, "no-paper")
	table := o.as("carla").get("/api/endofday/distinta.csv").want(200, "")
	if word := tells(table.body, h); word != "" || !bytes.Contains(table.body, []byte("riservato;riservato")) || !bytes.Contains(table.body, []byte(h.archived.Registration.Number)) {
		t.Errorf("the paper tells %q:\n%s", word, table.body)
	}
}

// What a stranger wrote is no formula in the office's spreadsheet.
func TestSortingTableHoldsNoFormula(t *testing.T) {
	o := newOffice(t)
	o.registered(func(d *protocollo.Draft) { d.Senders[0].Name, d.Subject = `=HYPERLINK("x")`, "a;b" })
	table := string(o.as("anna").get("/api/endofday/distinta.csv").want(200, "").body)
	if !strings.Contains(table, `"'=HYPERLINK(""x"")";"a;b";0`) || !strings.HasPrefix(table, "\uFEFFufficio;") {
		t.Errorf("table:\n%s", table)
	}
}
