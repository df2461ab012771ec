package ui_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/stamp"
	"segnatura/ui"
)

const (
	secretWord   = "Zibaldone"
	secretSender = "Ottavia Riservata"
)

// hidden is everything that hangs on one record which somebody may not see.
type hidden struct {
	archived, captured, waiting, uncertain station.Record
	archivedDoc, capturedDoc               station.DocumentView
	waitingPrint, uncertainPrint           protocollo.Print
}

// hide makes confidential records in every state that a list may show.
func hide(o *office, change func(*protocollo.Draft)) hidden {
	o.t.Helper()
	secret := func(d *protocollo.Draft) {
		d.Subject, d.Senders[0].Name, d.RaccomandataCode = secretWord+" "+d.Subject, secretSender, "RACC-"+d.Senders[0].Name
		change(d)
	}
	var h hidden
	h.archived, h.archivedDoc = o.archived(secret)
	h.captured, h.capturedDoc = o.captured(secret)
	h.waiting = o.registered(secret)
	o.printer.next(outOfLabels())
	h.waitingPrint = o.print(h.waiting)
	h.uncertain = o.registered(secret)
	o.printer.next(stamp.Result{Outcome: stamp.OutcomeUnknown})
	h.uncertainPrint = o.print(h.uncertain)
	return h
}

// lists are requests whose answers may not say anything of what is hidden.
func (h hidden) lists() []string {
	return []string{"/api/records", "/api/records?testo=" + secretWord, "/api/records?testo=riservata", "/api/records?manca=scan", "/api/records?manca=archive",
		"/api/records?testo=" + string(h.archived.Registration.Number), "/api/desk", "/api/status", "/api/exceptions", "/api/labels",
		"/api/correspondents?testo=otta", "/api/subjects?testo=zib"}
}

// doors are requests for one hidden thing: to who may not see it, it does not exist.
func (h hidden) doors() []call {
	r := h.archived.Registration
	var out []call
	for _, code := range []string{payload(h.archived), fmt.Sprintf("%s/%d", r.Number.Short(), r.Key.Year), h.archived.Intake.Code()} {
		out = append(out, get("/api/open?codice=%s", url.QueryEscape(code)))
	}
	for _, rec := range []station.Record{h.archived, h.captured, h.waiting} {
		out = append(out, get("/api/records/%d", rec.Intake.ID), get("/api/records/%d/receipt.pdf", rec.Intake.ID),
			get("/api/records/%d/history", rec.Intake.ID),
			get("/api/registrations/%d/label.png", rec.Registration.ID), get("/api/registrations/%d/label.pdf", rec.Registration.ID),
			get("/api/registrations/%d/first-page.pdf", rec.Registration.ID), get("/api/records/%d/copy-stamp.pdf", rec.Intake.ID),
			post(object{}, "/api/records/%d/copy-label", rec.Intake.ID), post(object{}, "/api/records/%d/receipt", rec.Intake.ID),
			get("/api/registrations/%d/scope", rec.Registration.ID), get("/api/registrations/%d/attestation.pdf", rec.Registration.ID),
			post(object{"reason": 3}, "/api/registrations/%d/labels", rec.Registration.ID),
			post(object{"selected": rec.Registration.ID}, "/api/scans"),
			call{method: http.MethodPost, path: fmt.Sprintf("/api/uploads?selezionata=%d", rec.Registration.ID), body: &form{files: [][]byte{{0xFF, 0xD8, 0xFF}}}})
	}
	page := h.capturedDoc.PageList[0].ID
	out = append(out, post(object{"page": page}, "/api/documents/%d/split", h.capturedDoc.ID),
		post(object{"page": page}, "/api/documents/%d/attachment", h.capturedDoc.ID), post(object{"into": h.archivedDoc.ID}, "/api/documents/%d/merge", h.capturedDoc.ID),
		post(object{"document": h.capturedDoc.ID, "position": 1}, "/api/pages/%d/move", page), post(object{"degrees": 90}, "/api/pages/%d/turn", page),
		post(object{"reason": "prova"}, "/api/pages/%d/discard", page),
		post(object{"documents": []object{{"document": h.capturedDoc.ID, "pages": []int64{page}}}}, "/api/pages/arrange"))
	return append(out, get("/api/documents/%d/archive.pdf", h.archivedDoc.ID), get("/api/documents/%d/files/1", h.archivedDoc.ID), get("/api/pages/%d/thumbnail.jpg", page), get("/api/pages/%d/crop.jpg?x0=0&y0=0&x1=4&y1=4", page),
		get("/api/pages/%d/image.jpg", page), post(nil, "/api/documents/%d/confirm", h.capturedDoc.ID))
}

// tells names what an answer says of the secret.
func tells(body []byte, h hidden) string {
	for _, word := range []string{secretWord, secretSender, payload(h.archived), payload(h.captured), payload(h.waiting)} {
		if bytes.Contains(bytes.ToLower(body), bytes.ToLower([]byte(word))) {
			return word
		}
	}
	return ""
}

func TestConfidentialIsHiddenFromWhoIsNotNamed(t *testing.T) {
	o := newOffice(t)
	bruno := o.as("bruno")
	counts := func() station.Counts {
		var st ui.Status
		bruno.get("/api/status").want(200, "").decode(&st)
		return st.Counts
	}
	before := counts()
	h := hide(o, confidential)
	if after := counts(); after != before {
		t.Errorf("the counts tell: %+v, before the confidential letters %+v", after, before)
	}
	for _, user := range []string{"bruno", "dario", "elena", "furio", "gino"} {
		b := o.as(user)
		for _, path := range h.lists() {
			r := b.get(path)
			if word := tells(r.body, h); word != "" {
				t.Errorf("to %s %s tells %q", user, path, word)
			}
		}
		for _, c := range h.doors() {
			if r := b.do(c); r.StatusCode != http.StatusNotFound && (r.StatusCode != http.StatusForbidden || user == "bruno") {
				t.Errorf("to %s %s %s answers %d %.200s", user, c.method, c.path, r.StatusCode, r.body)
			}
		}
		for _, b := range []int64{h.archivedDoc.BatchID, h.capturedDoc.BatchID} {
			if r := o.as(user).get(fmt.Sprintf("/api/batches/%d", b)); tells(r.body, h) != "" {
				t.Errorf("to %s batch %d tells %s", user, b, r.body)
			}
		}
		for _, p := range []protocollo.Print{h.waitingPrint, h.uncertainPrint} {
			for _, action := range []string{"retry", "outcome"} {
				if r := b.post(fmt.Sprintf("/api/prints/%d/%s", p.ID, action), map[string]any{"retry": object{}, "outcome": object{"printed": true}}[action]); r.StatusCode < 400 {
					t.Errorf("%s may %s the print of a confidential letter", user, action)
				}
			}
		}
	}
	seen := 0
	for _, user := range []string{"anna", "carla"} { // she who registered it, and the Responsabile
		b := o.as(user)
		for _, path := range h.lists()[:2] {
			if tells(b.get(path).want(200, "").body, h) != "" {
				seen++
			}
		}
		b.get(fmt.Sprintf("/api/records/%d", h.archived.Intake.ID)).want(200, "")
	}
	if seen != 4 {
		t.Errorf("who may see it found it in %d of 4 lists: the probes above prove nothing", seen)
	}
}

// Whoever the Responsabile names sees confidential letters, and every look is in the journal (R11.2, R11.5).
func TestNamedUserSeesConfidentialAndIsJournaled(t *testing.T) {
	o := newOffice(t)
	h := hide(o, confidential)
	path := fmt.Sprintf("/api/records/%d", h.archived.Intake.ID)
	o.as("bruno").get(path).want(http.StatusNotFound, "")
	o.as("carla").do(put(object{"user": "bruno", "name": "Bruno Esempio", "roles": []string{"operatore"}, "namedForConfidential": true}, "/api/accounts/bruno")).want(204, "")
	o.as("bruno").get(path).want(200, "")
	var history ui.History
	o.as("carla").get(path+"/history").want(200, "").decode(&history)
	looks := 0
	for _, e := range history.Entries {
		if strings.Contains(e.Kind, "view") && e.Actor == "bruno" {
			looks++
		}
	}
	if looks != 1 {
		t.Errorf("bruno's look is %d times in the journal: %+v", looks, history.Entries)
	}
	r := o.as("furio").do(put(object{"user": "furio", "name": "Furio Esempio", "roles": []string{"amministratore"}, "namedForConfidential": true}, "/api/accounts/furio"))
	r.want(http.StatusForbidden, "roles") // nobody names himself
}

// Another AOO's records do not exist, not even for its Responsabile.
func TestOtherAOODoesNotExist(t *testing.T) {
	o := newOffice(t)
	h := hide(o, func(*protocollo.Draft) {})
	e := o.unsolved()
	gino := o.as("gino")
	for _, path := range append(h.lists(), "/api/journal", "/api/accounts") {
		if r := gino.get(path); r.StatusCode != 200 || tells(r.body, h) != "" || bytes.Contains(r.body, []byte("anna")) {
			t.Errorf("%s answers %d %.300s", path, r.StatusCode, r.body)
		}
	}
	if r := gino.get("/api/people").want(200, ""); !bytes.Contains(r.body, []byte("Gino Altrove")) || bytes.Contains(r.body, []byte("anna")) {
		t.Errorf("the people of another AOO are %s", r.body)
	}
	plico := o.plico(0).Handover.ID
	more := []call{
		get("/api/bids/handovers/%d/receipt.pdf", plico), post(object{}, "/api/bids/handovers/%d/receipt", plico),
		get("/api/batches/%d", h.capturedDoc.BatchID), post(nil, "/api/scans/%d/cancel", h.capturedDoc.BatchID),
		post(object{"version": e.Version, "choice": "discard", "reason": "x"}, "/api/exceptions/%d/solve", e.ID),
		post(correctionBody("chiave-estranea"), "/api/registrations/%d/corrections", h.waiting.Registration.ID),
		post(object{"key": "chiave-estranea", "reason": "x", "with": h.waiting.Registration.ID}, "/api/registrations/%d/exchange", h.archived.Registration.ID),
		post(object{"key": "chiave-estranea", "reason": "x", "pages": []int{1}}, "/api/documents/%d/obscuration", h.archivedDoc.ID),
		post(nil, "/api/documents/%d/removal", h.archivedDoc.ID),
		put(object{"user": "anna", "name": "Anna", "roles": []string{"operatore"}}, "/api/accounts/anna"),
		post(object{"password": "Prima.Parola.26"}, "/api/accounts/anna/password"),
	}
	for _, c := range append(h.doors(), more...) {
		if r := gino.do(c); r.StatusCode != http.StatusNotFound {
			t.Errorf("%s %s answers %d %.200s", c.method, c.path, r.StatusCode, r.body)
		}
	}
	o.as("anna").get(fmt.Sprintf("/api/records/%d", h.waiting.Intake.ID)).want(200, "") // it is there
}

// Of the letters that belong to one, its page names those that the reader may see.
func TestLinkedLettersThatOneMayNotSeeAreNotNamed(t *testing.T) {
	o := newOffice(t)
	entry := o.registered()
	exit := o.registered(confidential, func(d *protocollo.Draft) {
		d.Direction, d.Subject, d.Recipients = protocollo.Outgoing, secretWord, []protocollo.Correspondent{{Name: "Comune di Là"}}
		d.Circumstance = &protocollo.Circumstance{Kind: protocollo.OpenedByMistake, Of: entry.Registration.ID}
	})
	for user, sees := range map[string]bool{"anna": true, "bruno": false} {
		var v ui.RecordView
		r := o.as(user).get(fmt.Sprintf("/api/records/%d", entry.Intake.ID)).want(200, "")
		r.decode(&v)
		if named := len(v.Linked) == 1 && v.Linked[0].RegistrationID == exit.Registration.ID && v.Linked[0].SendsOn; named != sees || !sees && bytes.Contains(r.body, []byte(secretWord)) {
			t.Errorf("%s reads %+v", user, v.Linked)
		}
	}
}

// The reader sees the letters of its office and no other's.
func TestReaderSeesItsOfficeOnly(t *testing.T) {
	o := newOffice(t)
	own := o.registered()
	others := o.registered(func(d *protocollo.Draft) { d.UOR = "TECN" })
	dario := o.as("dario")
	dario.get(fmt.Sprintf("/api/records/%d", own.Intake.ID)).want(200, "")
	dario.get(fmt.Sprintf("/api/records/%d", others.Intake.ID)).want(http.StatusNotFound, "")
	var hits ui.SearchPage
	dario.get("/api/records").want(200, "").decode(&hits)
	if len(hits.Hits) != 1 || hits.Hits[0].IntakeID != own.Intake.ID {
		t.Errorf("the reader's list is %+v", hits.Hits)
	}
}

// A confidential letter that looks like the clerk's own was answered «possible duplicate» with nothing to choose from: the clerk could
// neither see it nor go on.
func TestConfidentialDuplicateNeitherShowsNorBlocks(t *testing.T) {
	o := newOffice(t)
	secret := o.registered(confidential, func(d *protocollo.Draft) { d.RaccomandataCode = "RACC-1" })
	bruno := o.as("bruno")
	same := o.draft()
	same.RaccomandataCode = "RACC-1"
	var list ui.Duplicates
	bruno.post("/api/duplicates", same).want(200, "").decode(&list)
	if len(list.Duplicates) != 0 {
		t.Errorf("bruno is shown %+v", list.Duplicates)
	}
	bruno.post("/api/registrations", object{"key": o.key(), "draft": same}).want(200, "")
	o.as("carla").post("/api/duplicates", same).want(200, "").decode(&list)
	if len(list.Duplicates) != 2 || list.Duplicates[0].IntakeID != secret.Intake.ID && list.Duplicates[1].IntakeID != secret.Intake.ID {
		t.Errorf("the Responsabile is shown %+v", list.Duplicates)
	}
}
