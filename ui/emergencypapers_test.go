package ui_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
	"segnatura/internal/station"
)

// emergencyOver is the name of an emergency register that was open for one letter and is closed.
func (o *office) emergencyOver() string {
	o.t.Helper()
	ctx, carla := o.t.Context(), actor(o.t, "carla")
	if list, err := o.db.EmergencyRegisters(ctx, carla.AOO, 0); err != nil {
		o.t.Fatal(err)
	} else if len(list) > 0 {
		return strings.ReplaceAll(list[0].Title(), "/", "-")
	}
	by := station.Signatory{Actor: carla, Signer: protocollo.SignerResponsabile}
	at := o.clock.Now().Add(-time.Hour)
	e, err := o.db.OpenEmergency(ctx, by, station.EmergencyOpening{Cause: "guasto della rete", InterruptedAt: at, Policy: rules.DefaultEmergencyPolicy(),
		Authorisation: &protocollo.EmergencyAuthorisation{Cause: "guasto della rete", InterruptedAt: at}})
	if err != nil {
		o.t.Fatal(err)
	}
	rec := o.registered()
	if rec.Registration.Segnatura.Emergency == nil {
		o.t.Fatalf("no emergency number: %+v", rec.Registration)
	}
	if _, err := o.db.CloseEmergency(ctx, by, protocollo.EmergencyClosing{OpeningID: e.ID, RestoredAt: o.clock.Now()}); err != nil {
		o.t.Fatal(err)
	}
	return strings.ReplaceAll(e.Title(), "/", "-")
}

// exported is the register as a browser gets it.
func (o *office) exported(format string) []byte {
	o.t.Helper()
	return o.as("carla").do(post(object{"format": format}, "/api/emergency/registers/%s/sheet", o.emergencyOver())).want(200, "").body
}

func emergencyPaperOperations() []operation {
	return []operation{
		{id: "authorisationPaper", may: deciders, request: func(o *office) call {
			from := o.clock.Now().Add(time.Hour)
			a, err := o.station.AuthoriseEmergency(o.t.Context(), station.Signatory{Actor: actor(o.t, "carla"), Signer: protocollo.SignerResponsabile},
				station.AuthoriseCommand{Cause: "lavori " + o.key(), PlannedFrom: from, PlannedUntil: from.Add(time.Hour)})
			if err != nil {
				o.t.Fatal(err)
			}
			return get("/api/emergency/authorisations/%d/paper", a.ID)
		}},
		{id: "emergencyPaper", may: deciders, request: func(o *office) call {
			return get("/api/emergency/registers/%s/papers/registro", o.emergencyOver())
		}},
		{id: "emergencyBlank", may: registrars, request: func(*office) call { return get("/api/emergency/blank.pdf?first=1&last=20&form=F-2") }},
		{id: "emergencyMail", may: deciders, request: func(o *office) call {
			return get("/api/emergency/registers/%s/mail/chiusura", o.emergencyOver())
		}},
		{id: "exportEmergency", may: deciders, request: func(o *office) call {
			return post(object{"format": "xlsx"}, "/api/emergency/registers/%s/sheet", o.emergencyOver())
		}},
		{id: "importEmergency", may: deciders, request: func(o *office) call {
			return post(object{"format": "csv", "file": o.exported("csv")}, "/api/emergency/registers/%s/sheet/import", o.emergencyOver())
		}},
	}
}

// Each paper of a closed register is a PDF, and what was exported is found to be the register when it comes back.
func TestEmergencyPapersAndSheets(t *testing.T) {
	o := newOffice(t)
	name := o.emergencyOver()
	carla := o.as("carla")
	for _, kind := range []string{"autorizzazione", "revoca", "registro"} {
		if r := carla.do(get("/api/emergency/registers/%s/papers/%s", name, kind)).want(200, ""); !bytes.HasPrefix(r.body, []byte("%PDF-")) {
			t.Errorf("%s: %.20q", kind, r.body)
		}
	}
	carla.do(get("/api/emergency/registers/%s/papers/numeri", name)).want(404, "not-recovered")
	carla.do(get("/api/emergency/registers/9-2026/papers/registro")).want(404, "emergency")
	carla.do(get("/api/emergency/blank.pdf?first=9&last=2")).want(422, "last")
	if xml := o.exported("xml"); !bytes.Contains(xml, []byte("<codiceRegistro>")) {
		t.Errorf("Finmatica's batch: %s", xml)
	}
	for _, format := range []string{"xlsx", "csv"} {
		var c station.SheetComparison
		carla.do(post(object{"format": format, "file": o.exported(format)}, "/api/emergency/registers/%s/sheet/import", name)).want(200, "").decode(&c)
		if c.Rows != 1 || len(c.Faults)+len(c.New)+len(c.Numbers) > 0 {
			t.Errorf("%s: %+v", format, c)
		}
	}
	var c station.SheetComparison
	changed := bytes.Replace(o.exported("csv"), []byte(";A;"), []byte(";P;"), 1)
	carla.do(post(object{"format": "csv", "file": changed, "apply": true}, "/api/emergency/registers/%s/sheet/import", name)).want(200, "").decode(&c)
	if len(c.Faults) != 1 || c.Faults[0].Column != "A/P" || c.Recorded != 0 {
		t.Errorf("a changed direction: %+v", c)
	}
	carla.do(post(object{"format": "xlsx", "file": []byte("non è un foglio")}, "/api/emergency/registers/%s/sheet/import", name)).want(422, "sheet")
	mail := string(carla.do(get("/api/emergency/registers/%s/mail/attivazione", name)).want(200, "").body)
	if !strings.Contains(mail, "To: <settori@ente.example>\r\n") || !strings.Contains(mail, "X-Unsent: 1\r\n") {
		t.Errorf("mail:\n%s", mail)
	}
}
