package ui_test

import (
	"bytes"
	"net/http"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// later is what a confidential letter may have come to since it was registered, or while it waits for a number.
type later struct {
	row, refused, uncertain, corrected, stopped station.Record
	correction, dispatch                        int64
	register                                    protocollo.EmergencyRegister
}

// hideLater makes a confidential letter in each of these states.
func hideLater(o *office) later {
	o.t.Helper()
	secret := func(d *protocollo.Draft) {
		d.Subject, d.Senders[0].Name, d.Confidential = secretWord+" "+d.Subject, secretSender, true
	}
	var l later
	l.refused = o.refusedLetter(secret)
	l.uncertain = o.uncertain(secret)
	l.stopped, l.dispatch = o.stopped(protocollo.Rejected, secret)
	l.corrected = o.registered(secret)
	c, err := o.station.RequestCorrection(o.t.Context(), actor(o.t, "anna"), station.CorrectionAsk{Key: o.key(), RegistrationID: l.corrected.Registration.ID,
		Kind: protocollo.CorrectionAnnulment, Cause: protocollo.CauseMistake, Reason: secretWord})
	if err != nil {
		o.t.Fatal(err)
	}
	l.correction = c.ID
	o.opened()
	l.row = o.registered(secret)
	l.register = o.closed()
	return l
}

// lists may be asked for by a clerk, and may not say anything of it.
func (l later) lists() []call {
	return []call{get("/api/emergency"), get("/api/emergency/registers"), get("/api/emergency/registers/%d/rows", l.register.ID), get("/api/emergency/waiting"),
		get("/api/outcomes"), get("/api/stopped-deliveries"), get("/api/corrections"), get("/api/endofday"), get("/api/endofday/distinta.pdf"), get("/api/endofday/distinta.csv"),
		get("/api/endofday/spedizione.csv"), get("/api/expected"), get("/api/alarms?tutti=true"), get("/api/printers"), get("/api/days"), get("/api/envelopes"), get("/api/corrections?tutte=true"),
		get("/api/emergency/registers/%d/road", l.register.ID), get("/api/records?manca=number")}
}

// doors are requests for the letter itself: to who may not see it, it is not there.
func (l later) doors() []call {
	var out []call
	for _, rec := range []station.Record{l.refused, l.uncertain, l.row, l.corrected, l.stopped} {
		id := rec.Intake.ID
		out = append(out, get("/api/records/%d", id), get("/api/records/%d/history", id), get("/api/records/%d/candidates", id),
			post(object{}, "/api/records/%d/number", id), post(object{"choice": "absent", "reason": "x"}, "/api/records/%d/outcome", id),
			post(correctedBody(rec), "/api/records/%d/correct", id), post(object{"reason": "x", "registrationID": l.corrected.Registration.ID}, "/api/records/%d/close", id),
			post(object{}, "/api/records/%d/temporary-label", id), get("/api/records/%d/temporary-label.pdf", id))
		if rec.Registration == nil {
			continue
		}
		reg := rec.Registration.ID
		out = append(out, post(object{}, "/api/registrations/%d/second-label", reg), post(object{"code": "L-2", "segnatura": false}, "/api/registrations/%d/legends", reg),
			get("/api/registrations/%d/legends", reg), get("/api/registrations/%d/legend.pdf?code=L-2", reg), post(correctionBody(string(rec.Intake.Key)+"-prova"), "/api/registrations/%d/corrections", reg),
			get("/api/registrations/%d/exclusions", reg), post(object{"reason": "x"}, "/api/registrations/%d/postponement", reg), get("/api/registrations/%d/recipients.csv", reg))
	}
	return append(out, post(object{"choice": "withdraw"}, "/api/corrections/%d/decision", l.correction), post(object{"choice": "seen", "reason": "x"}, "/api/stopped-deliveries/%d", l.dispatch))
}

// What came of a confidential letter after its registration, or instead of it, is as hidden as the letter (R11.2): on the emergency register, among the
// refused, the uncertain, the corrected and the undelivered.
func TestLaterStatesOfAConfidentialLetterAreHidden(t *testing.T) {
	o := newOffice(t)
	l := hideLater(o)
	tells := func(body []byte) string {
		for _, word := range []string{secretWord, secretSender} {
			if bytes.Contains(bytes.ToLower(body), bytes.ToLower([]byte(word))) {
				return word
			}
		}
		return ""
	}
	seen := 0
	for _, c := range l.lists() {
		if tells(o.as("carla").do(c).body) != "" {
			seen++
		}
	}
	if seen < 4 {
		t.Fatalf("who may see it finds it in %d lists: the probes below prove nothing", seen)
	}
	for _, user := range []string{"bruno", "dario", "elena", "furio", "gino"} {
		b := o.as(user)
		for _, c := range l.lists() {
			if r := b.do(c); tells(r.body) != "" || r.StatusCode == http.StatusInternalServerError {
				t.Errorf("to %s %s answers %d and tells %q", user, c.path, r.StatusCode, tells(r.body))
			}
		}
		for _, c := range l.doors() {
			if r := b.do(c); r.StatusCode != http.StatusNotFound && (r.StatusCode != http.StatusForbidden || user == "bruno") || tells(r.body) != "" {
				t.Errorf("to %s %s %s answers %d %.200s", user, c.method, c.path, r.StatusCode, r.body)
			}
		}
	}
}

// The papers and roads of another AOO's emergency registers, the signed copies of its days and the year's register do not exist.
func TestOtherAOOsPapersDoNotExist(t *testing.T) {
	o := newOffice(t)
	act, kept := o.signedAct(), o.signedDay()
	e := o.closed()
	raised := o.raised()
	gino := o.as("gino")
	for _, c := range []call{
		get("/api/emergency/registers/%d/rows", e.ID), get("/api/emergency/registers/%d/road", e.ID),
		post(object{"road": "foglio", "reason": "x", "nothingTyped": true}, "/api/emergency/registers/%d/road", e.ID),
		get("/api/emergency/signatures/%d/file", act.ID), get("/api/day-copies/%d/file", kept.ID),
		post(object{"fileName": "x.pdf", "mediaType": "application/pdf", "content": o.signedPDF(), "reason": "x"}, "/api/emergency/signatures/%d/replacement", act.ID),
		post(object{"kind": "opening", "actID": e.ID, "fileName": "x.pdf", "mediaType": "application/pdf", "content": o.signedPDF()}, "/api/emergency/signatures"),
		post(signing(object{"actNumber": "1", "actDay": "2026-03-02"}), "/api/emergency/registers/%d/revocation", e.ID), post(nil, "/api/emergency/registers/%d/recovery", e.ID),
		post(object{}, "/api/alarms/%d/acknowledgement", raised),
	} {
		if r := gino.do(c); r.StatusCode != http.StatusNotFound {
			t.Errorf("%s %s answers %d %.200s", c.method, c.path, r.StatusCode, r.body)
		}
	}
	o.as("carla").do(get("/api/emergency/signatures/%d/file", act.ID)).want(200, "") // it is there
}
