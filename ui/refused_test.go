package ui_test

import (
	"fmt"
	"net/http"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/ui"
)

// refusedLetter registers a letter that the centre refuses.
func (o *office) refusedLetter(change ...func(*protocollo.Draft)) station.Record {
	o.t.Helper()
	o.centre.screen = nil
	o.centre.refusesLetter = "classifica inesistente"
	d := o.draft()
	for _, c := range change {
		c(&d)
	}
	rec, err := o.station.Register(o.t.Context(), actor(o.t, "anna"), station.RegisterCommand{Key: o.key(), Draft: d})
	if err != nil || rec.Registration != nil || rec.Attempts[0].Outcome != protocollo.AttemptRejected {
		o.t.Fatalf("register what is refused: %+v, %v", rec, err)
	}
	return rec
}

func correctedBody(rec station.Record) object {
	d := rec.Intake.Draft
	d.Subject += ", corretta"
	return object{"attempt": 1, "draft": d}
}

func refusedOperations() []operation {
	return []operation{
		{id: "correctRefused", may: registrars, request: func(o *office) call {
			rec := o.refusedLetter()
			return post(correctedBody(rec), "/api/records/%d/correct", rec.Intake.ID)
		}},
		{id: "closeRefused", may: registrars, request: func(o *office) call {
			rec, instead := o.refusedLetter(), o.registered()
			return post(object{"reason": "registrata di nuovo", "registrationID": instead.Registration.ID}, "/api/records/%d/close", rec.Intake.ID)
		}},
	}
}

// A refused letter is corrected, asked for and labelled in one go, and the answer to the same request is the same.
func TestRefusedLetterThroughTheBrowser(t *testing.T) {
	o := newOffice(t)
	rec := o.refusedLetter()
	anna, path := o.as("anna"), fmt.Sprintf("/api/records/%d", rec.Intake.ID)
	unchanged := object{"attempt": 1, "draft": rec.Intake.Draft}
	anna.post(path+"/correct", unchanged).want(http.StatusUnprocessableEntity, "nothing-corrected")
	var first, again ui.CorrectedLetter
	body := correctedBody(rec)
	body["print"] = true
	anna.post(path+"/correct", body).want(200, "").decode(&first)
	anna.post(path+"/correct", body).want(200, "").decode(&again)
	if first.Record.Number != "0000001" || first.Print == nil || first.Left != nil || again.Record.Number != first.Record.Number || len(again.Record.Prints) != 1 {
		t.Fatalf("first %+v, again %+v", first, again)
	}
	anna.post(path+"/close", object{"reason": "x", "registrationID": first.Record.RegistrationID}).want(http.StatusConflict, "numbered")
	var history ui.History
	anna.get(path+"/history").want(200, "").decode(&history)
	told := 0
	for _, e := range history.Entries {
		if e.Kind == "intake.corrected" && e.Actor == "anna" {
			told++
		}
	}
	if told != 1 {
		t.Errorf("the correction is %d times in the history", told)
	}
}

// With the emergency register open the correction stands, and the answer says why nobody was asked.
func TestCorrectionStandsWhereNobodyIsAsked(t *testing.T) {
	o := newOffice(t)
	rec := o.refusedLetter()
	o.opened()
	var got ui.CorrectedLetter
	o.as("anna").post(fmt.Sprintf("/api/records/%d/correct", rec.Intake.ID), correctedBody(rec)).want(200, "").decode(&got)
	if got.Left == nil || got.Left.Code != "emergency-open" || got.Record.Draft.Subject != rec.Intake.Draft.Subject+", corretta" || got.Record.Attempt != protocollo.AttemptRejected {
		t.Fatalf("answer %+v", got)
	}
}

// Who registers names what took the letter's place, and only who sees that one is shown it; that there is none, the Responsabile says.
func TestRefusedLetterIsClosed(t *testing.T) {
	o := newOffice(t)
	rec, instead := o.refusedLetter(), o.registered(confidential)
	path := fmt.Sprintf("/api/records/%d", rec.Intake.ID)
	o.as("anna").post(path+"/close", object{"reason": "non è nostra"}).want(http.StatusForbidden, "close-unreplaced")
	o.as("bruno").post(path+"/close", object{"reason": "x", "registrationID": instead.Registration.ID}).want(http.StatusUnprocessableEntity, "replaced-by")
	var got ui.RecordView
	o.as("anna").post(path+"/close", object{"reason": "registrata di nuovo", "registrationID": instead.Registration.ID}).want(200, "").decode(&got)
	if got.Closing == nil || got.Closing.By != "anna" || got.Closing.Instead == nil || got.Closing.Instead.Number != instead.Registration.Number {
		t.Fatalf("closed: %+v", got.Closing)
	}
	var seen ui.RecordView
	o.as("bruno").get(path).want(200, "").decode(&seen)
	if seen.Closing == nil || seen.Closing.Instead != nil {
		t.Errorf("bruno sees %+v", seen.Closing)
	}
	o.as("anna").post(path+"/again", object{"reason": "riaperta"}).want(http.StatusConflict, "closed")
	other := o.refusedLetter()
	o.as("carla").post(fmt.Sprintf("/api/records/%d/close", other.Intake.ID), object{"reason": "non è nostra"}).want(200, "")
}

// A confidential letter exists only for those who may see it (R11.2).
func TestConfidentialRefusedLetterIsHidden(t *testing.T) {
	o := newOffice(t)
	rec := o.refusedLetter(confidential)
	for _, user := range []string{"bruno", "gino"} {
		for _, c := range []call{
			post(correctedBody(rec), "/api/records/%d/correct", rec.Intake.ID), post(object{"reason": "x", "registrationID": 1}, "/api/records/%d/close", rec.Intake.ID),
		} {
			if r := o.as(user).do(c); r.StatusCode != http.StatusNotFound {
				t.Errorf("to %s %s answers %d %s", user, c.path, r.StatusCode, r.body)
			}
		}
	}
}
