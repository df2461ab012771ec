package station_test

import (
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/scanner"
)

// R1.7: a received fax is the document itself. It bears no label, a copy of one on it joins nothing, and it waits until the clerk has
// registered it and assigns it.
func TestAReceivedFaxWaitsForItsRegistration(t *testing.T) {
	o := newOffice(t)
	o.s.Close()
	o.start(func(c *station.Config) { c.Fax = func(source string) bool { return source == "fax" } })
	expected := o.labelled("key-fax0", letter("attesa dallo scanner"))
	take := func(source string, pages ...string) station.BatchView {
		t.Helper()
		doc, err := (&feeder{pages: pages}).Scan(t.Context(), scanner.Request{})
		if err != nil {
			t.Fatal(err)
		}
		b, err := o.s.TakeFiles(t.Context(), clerk, doc, source, 0)
		if err != nil {
			t.Fatal(err)
		}
		return o.batch(b.ID)
	}
	fax := take("fax", sheetOf("fax-1", nil), sheetOf("fax-2", withCodes(codeOf(expected))))
	if len(fax.Documents) != 1 || len(fax.Documents[0].PageList) != 2 || fax.Documents[0].RegistrationID != 0 {
		t.Fatalf("the fax came as %+v", fax.Documents)
	}
	e := o.theException(protocollo.ExceptionNoCode, "fax")
	if len(o.exceptions()) != 1 || o.record(expected.Intake.ID).Facets.Captured {
		t.Fatalf("a copied label joined: %+v", o.exceptions())
	}

	d := letter("richiesta arrivata per fax")
	d.Means = protocollo.MeansFax
	own := o.register("key-fax1", d)
	o.mustSolve(clerk, e, station.Answer{Choice: protocollo.ChoiceAssign, RegistrationID: own.Registration.ID})
	if got := o.batch(fax.ID).Documents[0]; got.RegistrationID != own.Registration.ID || got.State != protocollo.DocumentReady {
		t.Errorf("assigned as %+v", got.Document)
	}
	if !o.record(own.Intake.ID).Facets.Captured {
		t.Error("the registration is not captured")
	}

	// The same page from a scanner's folder joins by its label.
	if b := take("corridoio", sheetOf("scan-1", withCodes(codeOf(expected)))); b.Documents[0].RegistrationID != expected.Registration.ID {
		t.Errorf("from the scanner: %+v", b.Documents[0].Document)
	}
}
