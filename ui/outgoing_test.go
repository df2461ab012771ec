package ui_test

import (
	"strings"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/ui"
)

const recipientsCSV = "destinatario;indirizzo;raccomandata;variabili\nVerdi Ada;Via Roma 1;RA 0001 IT;rata 1\n=Rossi;Via Po 2;RA0002IT;rata 2\n"

// sentOut is a registration that goes to two recipients.
func (o *office) sentOut() station.Record {
	o.t.Helper()
	rec, err := o.station.Register(o.t.Context(), actor(o.t, "anna"), station.RegisterCommand{Key: "partenza-1", Draft: protocollo.Draft{
		Direction: protocollo.Outgoing, Subject: "Diffida", Means: protocollo.MeansRaccomandata, Recipients: []protocollo.Correspondent{
			{Name: "Verdi Ada", Address: "Via Roma 1", Raccomandata: "RA0001IT"}, {Name: "=Rossi", Address: "Via Po 2", Raccomandata: "RA0002IT"}}}})
	if err != nil {
		o.t.Fatal(err)
	}
	return rec
}

func outgoingOperations() []operation {
	return []operation{
		{id: "readRecipients", may: registrars, request: func(*office) call { return post(object{"csv": recipientsCSV}, "/api/recipients") }},
		{id: "recipientsList", may: registrars, request: func(o *office) call {
			return get("/api/registrations/%d/recipients.pdf", o.sentOut().Registration.ID)
		}},
		{id: "recipientsListCSV", may: registrars, request: func(o *office) call {
			return get("/api/registrations/%d/recipients.csv", o.sentOut().Registration.ID)
		}},
		{id: "postingList", may: registrars, request: func(o *office) call { o.sentOut(); return get("/api/endofday/spedizione.pdf") }},
		{id: "postingListCSV", may: registrars, request: func(o *office) call { o.sentOut(); return get("/api/endofday/spedizione.csv") }},
	}
}

// TestPostingTable: what is written for a spreadsheet starts no formula there, and is read back as it was but for the mark that keeps it from one.
func TestPostingTable(t *testing.T) {
	o := newOffice(t)
	o.sentOut()
	table := string(o.as("anna").get("/api/endofday/spedizione.csv").want(200, "").body)
	for _, want := range []string{"Raccomandate;1;", ";Verdi Ada;Via Roma 1;RA0001IT;", ";'=Rossi;Via Po 2;RA0002IT;"} {
		if !strings.Contains(table, want) {
			t.Errorf("no %q in\n%s", want, table)
		}
	}
	if strings.Contains(table, "Diffida") {
		t.Error("the subject goes to the post")
	}
	var read ui.RecipientList
	o.as("anna").post("/api/recipients", object{"csv": table}).want(200, "").decode(&read)
	if len(read.Recipients) != 2 || read.Recipients[0].Raccomandata != "RA0001IT" || len(read.Faults) != 2 {
		t.Fatalf("read back %+v", read)
	}
	if f := read.Faults[0]; f.Why != "code-known" || !f.Warning || f.Of == nil || f.Row != 2 {
		t.Errorf("a code of the letter that went out: %+v", f)
	}
}
