package ui_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/http"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
	"segnatura/internal/station"
	"segnatura/ui"
)

// opened is the open emergency register; where none is, carla opens one.
func (o *office) opened() protocollo.EmergencyRegister {
	o.t.Helper()
	by := station.Signatory{Actor: actor(o.t, "carla"), Signer: protocollo.SignerResponsabile}
	st, err := o.station.EmergencyState(o.t.Context(), by.Actor)
	if err != nil {
		o.t.Fatal(err)
	}
	if st.Open != nil {
		return *st.Open
	}
	o.clock.add(time.Second)
	e, err := o.station.OpenEmergency(o.t.Context(), by, station.OpenCommand{Cause: "guasto", InterruptedAt: o.clock.Now().Add(-time.Hour)})
	if err != nil {
		o.t.Fatal(err)
	}
	return e
}

// closed is an emergency register with one row that was closed just now.
func (o *office) closed() protocollo.EmergencyRegister {
	o.t.Helper()
	e := o.opened()
	if e.Rows == 0 {
		o.registered()
	}
	o.clock.add(time.Second)
	e, err := o.station.CloseEmergency(o.t.Context(), station.Signatory{Actor: actor(o.t, "carla"), Signer: protocollo.SignerResponsabile}, e.ID,
		station.CloseCommand{RestoredAt: o.clock.Now()})
	if err != nil {
		o.t.Fatal(err)
	}
	return e
}

// unopened makes sure that no emergency register is open.
func (o *office) unopened() {
	o.t.Helper()
	st, err := o.station.EmergencyState(o.t.Context(), actor(o.t, "carla"))
	if err != nil {
		o.t.Fatal(err)
	}
	if st.Open != nil {
		o.closed()
	}
}

// signedPDF is a signed act that no other one is, in base64.
func (o *office) signedPDF() string {
	return base64.StdEncoding.EncodeToString([]byte("%PDF-1.7\n% " + o.key() + "\nstartxref\n0\n%%EOF\n"))
}

// signedAct is an opening that came back signed just now.
func (o *office) signedAct() protocollo.EmergencySignature {
	o.t.Helper()
	e := o.opened()
	content, err := base64.StdEncoding.DecodeString(o.signedPDF())
	if err != nil {
		o.t.Fatal(err)
	}
	_, err = o.station.AttachSignedAct(o.t.Context(), actor(o.t, "carla"), station.SignedAct{Kind: protocollo.ActOpening, ActID: e.ID, FileName: "apertura.pdf", MediaType: "application/pdf",
		Content: bytes.NewReader(content)})
	if err != nil {
		o.t.Fatal(err)
	}
	list := o.opened().Signatures
	return list[len(list)-1]
}

func signing(more object) object {
	more["signer"] = "responsabile"
	return more
}

// emergencyOperations end with the register closed, for what comes after them.
func emergencyOperations() []operation {
	return []operation{
		{id: "emergencyProfiles", may: everybody, request: func(*office) call { return get("/api/emergency/profiles") }},
		{id: "saveEmergencyPolicy", may: deciders, request: func(*office) call { return put(rules.DefaultEmergencyPolicy(), "/api/emergency/policy") }},
		{id: "authoriseEmergency", may: deciders, request: func(o *office) call {
			from := o.clock.Now().Add(time.Hour)
			return post(signing(object{"cause": "lavori " + o.key(), "plannedFrom": from, "plannedUntil": from.Add(time.Hour)}), "/api/emergency/authorisations")
		}},
		{id: "openEmergency", may: deciders, request: func(o *office) call {
			o.unopened()
			return post(signing(object{"cause": "guasto", "interruptedAt": o.clock.Now().Add(-time.Hour)}), "/api/emergency/registers")
		}},
		{id: "emergency", may: registrars, request: func(o *office) call { o.opened(); return get("/api/emergency") }},
		{id: "emergencyRegisters", may: registrars, request: func(o *office) call { o.opened(); return get("/api/emergency/registers?year=2026") }},
		{id: "emergencyWaiting", may: registrars, request: func(*office) call { return get("/api/emergency/waiting") }},
		{id: "emergencyRows", may: registrars, request: func(o *office) call {
			e := o.opened()
			o.registered()
			return get("/api/emergency/registers/%d/rows", e.ID)
		}},
		{id: "moveToEmergency", may: deciders, request: func(o *office) call {
			o.opened()
			return post(object{"intakeIDs": []int64{999999}}, "/api/emergency/move")
		}},
		{id: "attachSignedAct", may: registrars, request: func(o *office) call {
			return post(object{"kind": "opening", "actID": o.opened().ID, "fileName": "apertura.pdf", "mediaType": "application/pdf",
				"content": o.signedPDF()}, "/api/emergency/signatures")
		}},
		{id: "emergencyRoad", may: deciders, request: func(o *office) call { return get("/api/emergency/registers/%d/road", o.opened().ID) }},
		{id: "changeEmergencyRoad", may: deciders, request: func(o *office) call {
			return post(object{"road": "chiamata", "reason": "prova"}, "/api/emergency/registers/%d/road", o.opened().ID)
		}},
		{id: "signedAct", may: deciders, request: func(o *office) call { return get("/api/emergency/signatures/%d/file", o.signedAct().ID) }},
		{id: "replaceSignedAct", may: deciders, request: func(o *office) call {
			return post(object{"fileName": "apertura.pdf", "mediaType": "application/pdf", "content": o.signedPDF(), "reason": "illeggibile"},
				"/api/emergency/signatures/%d/replacement", o.signedAct().ID)
		}},
		{id: "setUpEmergencyYear", may: deciders, request: func(o *office) call {
			p := rules.DefaultEmergencyPolicy()
			p.Scheme = protocollo.EmergencyPerYear
			if _, err := o.station.SaveEmergencyPolicy(o.t.Context(), actor(o.t, "carla"), p); err != nil {
				o.t.Fatal(err)
			}
			return post(object{"year": protocollo.YearOf(o.clock.Now()), "medium": "carta", "fields": "F-1", "keptAt": "sportello"}, "/api/emergency/years")
		}},
		{id: "extendEmergency", may: deciders, request: func(o *office) call {
			e := o.opened()
			return post(signing(object{"until": e.ValidUntil().Add(time.Hour), "grounds": "guasto grave", "actNumber": o.key(), "actDay": "2026-03-02"}),
				"/api/emergency/registers/%d/extensions", e.ID)
		}},
		{id: "closeEmergency", may: deciders, request: func(o *office) call {
			e := o.opened()
			o.clock.add(time.Second)
			return post(signing(object{"restoredAt": o.clock.Now()}), "/api/emergency/registers/%d/closing", e.ID)
		}},
		{id: "revokeEmergency", may: deciders, request: func(o *office) call {
			return post(signing(object{}), "/api/emergency/registers/%d/revocation", o.closed().ID)
		}},
		{id: "recoverEmergency", may: registrars, request: func(o *office) call {
			return post(nil, "/api/emergency/registers/%d/recovery", o.closed().ID)
		}},
		{id: "printSecondLabel", may: registrars, request: func(o *office) call {
			o.opened()
			rec := o.registered()
			e := o.closed()
			if _, err := o.station.RecoverEmergency(o.t.Context(), actor(o.t, "carla"), e.ID); err != nil {
				o.t.Fatal(err)
			}
			return post(object{}, "/api/registrations/%d/second-label", rec.Registration.ID)
		}},
	}
}

// The Responsabile signs at the clerk's screen; the clerk's session goes on, and a wrong password opens nothing (R21.3).
func TestResponsabileSignsAtTheClerksScreen(t *testing.T) {
	o := newOffice(t)
	anna := o.as("anna")
	act := func(more object) object {
		body := signing(object{"cause": "guasto", "interruptedAt": o.clock.Now().Add(-time.Hour)})
		for k, v := range more {
			body[k] = v
		}
		return body
	}
	anna.post("/api/emergency/registers", act(nil)).want(http.StatusForbidden, "decide")
	anna.post("/api/emergency/registers", act(object{"user": "carla", "password": "sbagliata"})).want(http.StatusForbidden, "login")
	anna.post("/api/emergency/registers", act(object{"user": "dario", "password": password})).want(http.StatusForbidden, "decide")
	var e protocollo.EmergencyRegister
	anna.post("/api/emergency/registers", act(object{"user": "carla", "password": password})).want(200, "").decode(&e)
	if e.By != "carla" || e.Signer != protocollo.SignerResponsabile {
		t.Fatalf("opened by %+v", e.SignedBy)
	}
	var me ui.Me
	anna.get("/api/me").want(200, "").decode(&me)
	if !me.LoggedIn || me.User != "anna" {
		t.Fatalf("the clerk is %+v", me)
	}
	rec := o.registered()
	var v ui.RecordView
	anna.get(fmt.Sprintf("/api/records/%d", rec.Intake.ID)).want(200, "").decode(&v)
	if v.Emergency != "n. 1/2026 R.E. 1/2026" || v.Ordinary != nil {
		t.Errorf("record %q, %+v", v.Emergency, v.Ordinary)
	}
}

// What a person may not see keeps its row, and no more (R11.2).
func TestEmergencyRowsOfConfidentialLetters(t *testing.T) {
	o := newOffice(t)
	e := o.opened()
	o.registered(func(d *protocollo.Draft) { d.Confidential, d.Subject = true, "Segretissimo" })
	for user, seen := range map[string]bool{"anna": true, "bruno": false, "carla": true} {
		var rows ui.EmergencyRows
		o.as(user).get(fmt.Sprintf("/api/emergency/registers/%d/rows", e.ID)).want(200, "").decode(&rows)
		if len(rows.Rows) != 1 || rows.Rows[0].Number != "0000001" || (rows.Rows[0].Subject != "") != seen || (rows.Rows[0].From != "") != seen {
			t.Errorf("%s sees %+v", user, rows.Rows)
		}
	}
}

// The rows say what became of the last call for the ordinary number, in the other side's words.
func TestEmergencyRowsSayWhatRecoveryCameTo(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	e := o.opened()
	refused := o.registered()
	o.registered()
	e = o.closed()
	a, err := o.db.BeginAttempt(ctx, refused.Intake.ID, "embedded")
	if err != nil {
		t.Fatal(err)
	}
	if err := o.db.SettleAttempt(ctx, a.Attempt.ID, protocollo.AttemptRejected, "Classifica non valida"); err != nil {
		t.Fatal(err)
	}
	var rows ui.EmergencyRows
	o.as("anna").get(fmt.Sprintf("/api/emergency/registers/%d/rows", e.ID)).want(200, "").decode(&rows)
	if len(rows.Rows) != 2 || rows.Rows[0].Asked != protocollo.AttemptRejected || rows.Rows[0].Words != "Classifica non valida" || rows.Rows[1].Asked != "" || rows.Rows[1].Words != "" {
		t.Errorf("rows %+v", rows.Rows)
	}
}

// What waits is moved by the Responsabile's word at the clerk's screen too.
func TestMoveAtTheClerksScreen(t *testing.T) {
	o := newOffice(t)
	o.opened()
	anna := o.as("anna")
	body := object{"intakeIDs": []int64{999999}}
	anna.post("/api/emergency/move", body).want(http.StatusForbidden, "decide")
	body["user"], body["password"] = "carla", "sbagliata"
	anna.post("/api/emergency/move", body).want(http.StatusForbidden, "login")
	body["password"] = password
	var r station.MoveResult
	anna.post("/api/emergency/move", body).want(200, "").decode(&r)
	if r.Moved != 0 || len(r.Left) != 1 || r.Left[0].Code != "not-waiting" {
		t.Errorf("moved %+v", r)
	}
}
