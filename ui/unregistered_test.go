package ui_test

import (
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
	"segnatura/internal/station"
	"segnatura/ui"
)

// misdelivered is an envelope for somebody else that was taken in.
func (o *office) misdelivered() ui.RecordView {
	o.t.Helper()
	var v ui.RecordView
	draft := object{"direction": "A", "subject": "", "recipients": []object{{"name": "Condominio Aurora"}}}
	o.as("anna").post("/api/misdelivered", object{"key": o.requestKey(), "draft": draft}).want(200, "").decode(&v)
	return v
}

func unregisteredOperations() []operation {
	return []operation{
		{id: "unregistered", may: registrars, request: func(*office) call { return get("/api/unregistered") }},
		{id: "closeUnregistered", may: registrars, request: func(o *office) call {
			return post(object{"key": o.requestKey(), "draft": object{"direction": "A", "subject": ""}, "entry": "pubblicita"}, "/api/unregistered")
		}},
		{id: "takeMisdelivered", may: registrars, request: func(o *office) call {
			return post(object{"key": o.requestKey(), "draft": object{"direction": "A", "subject": "", "recipients": []object{{"name": "Altri"}}}}, "/api/misdelivered")
		}},
		{id: "printMisdelivered", may: registrars, request: func(o *office) call {
			return post(object{}, "/api/records/%d/envelope-legend", o.misdelivered().IntakeID)
		}},
		{id: "misdeliveredPDF", may: registrars, request: func(o *office) call {
			return get("/api/records/%d/envelope-legend.pdf", o.misdelivered().IntakeID)
		}},
		{id: "returnToPost", may: registrars, request: func(o *office) call {
			return post(object{"key": o.requestKey(), "intakes": []int64{o.misdelivered().IntakeID}}, "/api/post-returns")
		}},
		{id: "postReturnList", may: registrars, request: func(o *office) call {
			o.misdelivered()
			return get("/api/endofday/restituzione.pdf")
		}},
		{id: "setUrgent", may: deciders, request: func(o *office) call {
			return post(object{"urgent": true, "reason": "scade oggi"}, "/api/records/%d/urgent", o.registered().Intake.ID)
		}},
	}
}

// What the list leaves out ends with its entry cited; without one it is not left out, and a raccomandata never is (R1.13, R1.14).
func TestNothingIsLeftOutWithoutItsEntry(t *testing.T) {
	o := newOffice(t)
	anna := o.as("anna")
	draft := func(means string) object { return object{"direction": "A", "subject": "", "means": means} }
	closing := func(entry string, d object) reply {
		return anna.post("/api/unregistered", object{"key": o.requestKey(), "draft": d, "entry": entry})
	}
	closing("", draft("posta")).want(422, "")
	closing("mai-sentita", draft("posta")).want(422, "entry")
	closing("occasione", draft("posta")).want(422, "entry") // the town's, not the law's
	closing("pubblicita", draft("raccomandata")).want(409, "raccomandata-always")
	closing("pubblicita", draft("atto-giudiziario")).want(409, "raccomandata-always")
	var v ui.RecordView
	closing("pubblicita", draft("posta")).want(200, "").decode(&v)
	if v.Number != "" || v.Unnumbered == nil || v.Unnumbered.Grounds != protocollo.GroundsExcluded || v.Unnumbered.Entry == nil || v.Unnumbered.Entry.Words != "materiali pubblicitari" ||
		v.Unnumbered.Entry.Source != "DPR 445/2000, art. 53 c. 5" || v.Draft.Subject != "materiali pubblicitari" {
		t.Fatalf("closed as %+v %+v", v, v.Unnumbered)
	}
	anna.get(get("/api/records/%d/receipt.pdf", v.IntakeID).path).want(409, "not-registrable")
	var day ui.EndOfDay
	anna.get("/api/endofday").want(200, "").decode(&day)
	if day.Unregistered.Total != 1 || day.Unregistered.Items[0].Kind != "escluso" || day.Unregistered.Items[0].Reason != "materiali pubblicitari (DPR 445/2000, art. 53 c. 5)" {
		t.Errorf("the day says %+v", day.Unregistered)
	}
}

// The Responsabile keeps the list: another manual's, less one entry, with one of their own; each is a version, and what was cited stays as it read.
func TestListOfWhatIsNotRegisteredIsKeptInVersions(t *testing.T) {
	o := newOffice(t)
	carla := o.as("carla")
	save := func(r rules.RegistrationPolicy, status int, code string) {
		t.Helper()
		var p station.Policies
		carla.get("/api/policies").want(200, "").decode(&p)
		p.Registration = &r
		carla.do(put(p, "/api/policies")).want(status, code)
	}
	closing := func(entry string, status int, code string) ui.RecordView {
		t.Helper()
		var v ui.RecordView
		r := o.as("anna").post("/api/unregistered", object{"key": o.requestKey(), "draft": object{"direction": "A", "subject": ""}, "entry": entry}).want(status, code)
		if status == 200 {
			r.decode(&v)
		}
		return v
	}
	own := rules.AddedUnregistered{Code: "E-1", Grounds: protocollo.GroundsExcluded, Words: "volantini", Source: "Disposizione n. 4/2026"}
	save(rules.RegistrationPolicy{Profile: "universita"}, 422, "unregistered-list")
	save(rules.RegistrationPolicy{Profile: "comune", Off: []string{"ferie"}, Added: []rules.AddedUnregistered{own}}, 200, "")
	var l station.UnregisteredList
	carla.get("/api/unregistered").want(200, "").decode(&l)
	if l.Manual != "Manuale del Comune, artt. 38 e 39" || l.Version != 1 || l.Entries[len(l.Entries)-1].Code != "E-1" || len(l.Profiles) != 3 {
		t.Fatalf("the list is %+v", l)
	}
	closing("ferie", 422, "entry")
	v := closing("E-1", 200, "")
	if e := v.Unnumbered.Entry; e.Version != 1 || e.Words != "volantini" || e.Source != "Disposizione n. 4/2026" {
		t.Errorf("cited %+v", e)
	}
	if got := closing("delibere-giunta", 200, "").Unnumbered; got.Grounds != protocollo.GroundsElsewhere || got.Entry.Source != "Manuale del Comune, art. 39" {
		t.Errorf("cited %+v", got)
	}
	save(rules.RegistrationPolicy{}, 200, "")
	closing("E-1", 422, "entry")
	var again ui.RecordView
	carla.get(get("/api/records/%d", v.IntakeID).path).want(200, "").decode(&again)
	if again.Unnumbered.Entry.Words != "volantini" {
		t.Errorf("after the list changed: %+v", again.Unnumbered.Entry)
	}
}

// An envelope for others goes back to the post unopened, is ticked off once, and may be registered only while it is here (R1.11).
func TestEnvelopeForOthersGoesBackToThePost(t *testing.T) {
	o := newOffice(t)
	anna := o.as("anna")
	anna.get("/api/endofday/restituzione.pdf").want(404, "no-paper")
	anna.post("/api/misdelivered", object{"key": o.requestKey(), "draft": object{"direction": "A", "subject": ""}}).want(422, "addressee")
	e := o.misdelivered()
	if e.Number != "" || e.Unnumbered == nil || e.Unnumbered.Grounds != protocollo.GroundsPost || e.Draft.Envelope != protocollo.EnvelopeClosed {
		t.Fatalf("taken in as %+v", e)
	}
	anna.post(post(nil, "/api/records/%d/inside", e.IntakeID).path, object{"key": o.requestKey(), "person": "Luca Neri"}).want(409, "not-personal")
	key := o.requestKey()
	for range 2 { // the answer was lost
		anna.post("/api/post-returns", object{"key": key, "intakes": []int64{e.IntakeID}}).want(204, "")
	}
	anna.post("/api/post-returns", object{"key": o.requestKey(), "intakes": []int64{e.IntakeID}}).want(409, "returned-to-post")
	anna.post("/api/post-returns", object{"key": o.requestKey(), "intakes": []int64{o.envelope().IntakeID}}).want(409, "not-for-the-post")
	back := object{"direction": "A", "subject": "Ricorso", "senders": []object{{"name": "Mario"}}, "envelopeID": e.IntakeID}
	anna.post("/api/registrations", object{"key": o.requestKey(), "draft": back}).want(409, "returned-to-post")
	ours := o.misdelivered()
	back["envelopeID"] = ours.IntakeID
	anna.post("/api/registrations", object{"key": o.requestKey(), "draft": back}).want(200, "")
	anna.post("/api/post-returns", object{"key": o.requestKey(), "intakes": []int64{ours.IntakeID}}).want(409, "envelope-registered")
	var day ui.EndOfDay
	anna.get("/api/endofday").want(200, "").decode(&day)
	if day.GoingBack.Total != 1 || day.GoingBack.Items[0].Kind != "returned" || day.GoingBack.Items[0].Reason != "Condominio Aurora" {
		t.Errorf("the day says %+v", day.GoingBack)
	}
}
