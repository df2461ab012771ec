package ui_test

import (
	"bytes"
	"testing"

	"segnatura/internal/protocollo"
)

// The attestation is a PDF for the officer to sign; before there is a copy there is nothing to attest (R3.8).
func TestAttestationIsGivenOfWhatIsArchived(t *testing.T) {
	o := newOffice(t)
	anna := o.as("anna")
	rec, _ := o.archived()
	r := anna.do(get("/api/registrations/%d/attestation.pdf", rec.Registration.ID)).want(200, "")
	if !bytes.HasPrefix(r.body, []byte("%PDF-1.7")) || r.Header.Get("Content-Type") != "application/pdf" {
		t.Errorf("%s %.40q", r.Header.Get("Content-Type"), r.body)
	}
	anna.do(get("/api/registrations/%d/attestation.pdf", o.registered().Registration.ID)).want(404, "archive")
	file := o.registered(func(d *protocollo.Draft) {
		d.Support, d.FileDigest = protocollo.SupportFile, "abababababababababababababababababababababababababababababababab"
	})
	anna.do(get("/api/registrations/%d/attestation.pdf", file.Registration.ID)).want(409, "not-paper")
}
