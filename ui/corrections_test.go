package ui_test

import (
	"fmt"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/ui"
)

func correctionBody(key string) object {
	return object{"key": key, "kind": "fields", "reason": "letto male", "values": object{"subject": object{"text": "Istanza di rateazione"}}}
}

// asked is a request of the clerk's that nobody decided.
func (o *office) asked() station.CorrectionView {
	o.t.Helper()
	v, err := o.station.RequestCorrection(o.t.Context(), actor(o.t, "anna"), station.CorrectionAsk{Key: o.key() + "-rettifica", RegistrationID: o.registered().Registration.ID,
		Kind: protocollo.CorrectionFields, Cause: protocollo.CauseMistake, Reason: "letto male", Wished: map[protocollo.Field]protocollo.FieldValue{protocollo.FieldSubject: {Text: "Istanza"}}})
	if err != nil {
		o.t.Fatal(err)
	}
	return v
}

func correctionOperations() []operation {
	return []operation{
		{id: "corrections", may: searchers, request: func(o *office) call { o.asked(); return get("/api/corrections?aperte=true") }},
		{id: "requestCorrection", may: registrars, request: func(o *office) call {
			return post(correctionBody(o.key()+"-rettifica"), "/api/registrations/%d/corrections", o.registered().Registration.ID)
		}},
		{id: "answerCorrection", may: deciders, request: func(o *office) call {
			return post(object{"choice": "authorise", "actNumber": "7", "actDay": "2026-03-02"}, "/api/corrections/%d/decision", o.asked().ID)
		}},
	}
}

// The clerk asks, the Responsabile finds it in the list and authorises; both values are in the letter's history.
func TestCorrectionByTheAPI(t *testing.T) {
	o := newOffice(t)
	rec, other := o.registered(), o.registered()
	anna, carla := o.as("anna"), o.as("carla")
	var v, again ui.CorrectionView
	body := correctionBody("rettifica-1")
	body["cause"], body["linkedID"] = "wrong-recipient", other.Registration.ID
	path := fmt.Sprintf("/api/registrations/%d/corrections", rec.Registration.ID)
	anna.post(path, body).want(200, "").decode(&v)
	anna.post(path, body).want(200, "").decode(&again)
	if v.ID == 0 || v.ID != again.ID || v.State != protocollo.StateAsked || v.Linked == nil || v.Linked.RegistrationID != other.Registration.ID {
		t.Fatalf("asked %+v, again %+v", v, again)
	}
	body["reason"] = "altro"
	anna.post(path, body).want(409, "request-key")
	anna.post(path, object{"key": "rettifica-2", "kind": "fields", "reason": "x", "values": object{"number": object{"text": "12"}}}).want(422, "field")

	var list ui.Corrections
	carla.get("/api/corrections?aperte=true").want(200, "").decode(&list)
	if len(list.Corrections) != 1 || list.Corrections[0].ID != v.ID || list.Corrections[0].Of.IntakeID != rec.Intake.ID {
		t.Fatalf("the Responsabile's list: %+v", list)
	}
	decision := fmt.Sprintf("/api/corrections/%d/decision", v.ID)
	anna.post(decision, object{"choice": "authorise"}).want(403, "decide")
	carla.post(decision, object{"choice": "withdraw"}).want(403, "withdraw")
	carla.post(decision, object{"choice": "authorise", "actNumber": "7"}).want(422, "actDay")
	carla.post(decision, object{"choice": "authorise", "actNumber": "7", "actDay": "2026-03-02"}).want(200, "").decode(&v)
	if v.State != protocollo.StateDone {
		t.Fatalf("authorised: %+v", v)
	}
	anna.post(decision, object{"choice": "withdraw"}).want(409, "correction-state")

	var shown ui.RecordView
	anna.get(fmt.Sprintf("/api/records/%d", rec.Intake.ID)).want(200, "").decode(&shown)
	anna.get(fmt.Sprintf("/api/corrections?ricezione=%d", rec.Intake.ID)).want(200, "").decode(&list)
	if c := list.Corrections; shown.Draft.Subject != "Istanza di rateazione" || len(c) != 1 || c[0].Changes[0].Old.Text != rec.Intake.Draft.Subject || c[0].Decision.ActNumber != "7" {
		t.Fatalf("%+v, %+v", shown.Draft, c)
	}
	// What one may not see, one may not correct either.
	o.as("gino").get(fmt.Sprintf("/api/corrections?ricezione=%d", rec.Intake.ID)).want(200, "").decode(&list)
	if len(list.Corrections) != 0 {
		t.Errorf("another AOO sees %+v", list)
	}
	o.as("gino").post(decision, object{"choice": "withdraw"}).want(404, "correction")
}
