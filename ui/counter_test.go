package ui_test

import (
	"strings"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// unregistered is an intake that gets no number, as it was found.
func (o *office) unregistered(envelope protocollo.EnvelopeState) protocollo.Intake {
	o.t.Helper()
	d := o.draft()
	d.Envelope = envelope
	rec, err := o.db.RecordIntake(o.t.Context(), station.NewIntake{Key: o.key(), Draft: d.Normalize(), Actor: actor(o.t, "anna"),
		Unnumbered: &protocollo.Unnumbered{Grounds: protocollo.GroundsPersonal, Words: "riservata"}})
	if err != nil {
		o.t.Fatal(err)
	}
	return rec.Intake
}

func counterOperations() []operation {
	return []operation{
		{id: "presentationSheet", may: registrars, request: func(*office) call { return get("/api/presentation-sheet.pdf") }},
		{id: "firstPageCopy", may: registrars, request: func(o *office) call {
			rec, _ := o.archived()
			return get("/api/registrations/%d/first-page.pdf", rec.Registration.ID)
		}},
		{id: "copyStamp", may: registrars, request: func(o *office) call {
			return get("/api/records/%d/copy-stamp.pdf", o.unregistered(protocollo.EnvelopeOpened).ID)
		}},
	}
}

// R7.1, R7.3: a copy of what was scanned and confirmed, which stays as it is; of what is not registered only the stamp that says what it is worth, and neither of
// the other's.
func TestCopiesForWhoBroughtIt(t *testing.T) {
	o := newOffice(t)
	anna := o.as("anna")
	copyOf := func(rec station.Record) string {
		return get("/api/registrations/%d/first-page.pdf", rec.Registration.ID).path
	}
	anna.get(copyOf(o.registered())).want(409, "not-scanned")
	waits, doc := o.captured()
	anna.get(copyOf(waits)).want(409, "not-scanned")
	if err := o.station.ConfirmQuality(t.Context(), actor(t, "anna"), doc.ID, nil); err != nil {
		t.Fatal(err)
	}
	anna.get(copyOf(waits)).want(200, "")
	done, _ := o.archived()
	view := func() string {
		now, err := o.station.IntakeRecord(t.Context(), actor(t, "carla"), done.Intake.ID)
		if err != nil {
			t.Fatal(err)
		}
		return now.Documents[0].Archive.Editions[0].SHA256
	}
	before := view()
	if got := anna.get(copyOf(done)).want(200, ""); !strings.HasPrefix(string(got.body), "%PDF-") || view() != before {
		t.Error("it is no PDF, or the archived file is another one")
	}
	out := o.registered(func(d *protocollo.Draft) {
		d.Direction, d.Recipients = protocollo.Outgoing, []protocollo.Correspondent{{Name: "Comune di Là"}}
	})
	anna.get(copyOf(out)).want(409, "not-incoming")

	stampOf := func(id int64) string { return get("/api/records/%d/copy-stamp.pdf", id).path }
	anna.get(stampOf(done.Intake.ID)).want(409, "registrable")
	anna.get(stampOf(o.unregistered(protocollo.EnvelopeClosed).ID)).want(409, "not-opened")
	paper := o.unregistered(protocollo.EnvelopeOpened)
	anna.get(stampOf(paper.ID)).want(200, "")
	anna.get(get("/api/records/%d/receipt.pdf", paper.ID).path).want(409, "not-registrable")
}

// R1.16: without a covering letter and without the signed sheet there is no number, and the answer names the field.
func TestRemovableMediumIsAskedAbout(t *testing.T) {
	o := newOffice(t)
	send := func(more object) object {
		d := object{"direction": "A", "subject": "Progetto su CD", "senders": []object{{"name": "Ditta Rossi"}}, "support": "supporto-rimovibile"}
		for k, v := range more {
			d[k] = v
		}
		return object{"key": o.requestKey(), "draft": d}
	}
	o.as("anna").post("/api/registrations", send(nil)).want(422, "presentation")
	o.as("anna").post("/api/registrations", send(object{"presentation": "foglio", "signatureCheck": "scaduto"})).want(200, "")
	o.as("anna").post("/api/registrations", send(object{"presentation": "a voce"})).want(422, "")
}
