package titulus_test

import (
	"testing"

	"segnatura/internal/central/axistest"
	"segnatura/internal/protocollo"
	"segnatura/internal/testenv"
)

// TestAxis lets Axis 1.4, on whose kind of server Titulus' service runs, read the calls with classes that it makes of the contract, and write the
// answers.
func TestAxis(t *testing.T) {
	cfg := config(axistest.Start(t, axistest.Service{
		Contract: testenv.Shared(t, "interop/titulus/Titulus4Ugov.reconstructed.wsdl"), Name: "Titulus4Ugov",
		Package: "it.kion.titulus.ws", Class: "Titulus4UgovSoapBindingImpl", Counterpart: "testdata/Counterpart.java"}))
	cfg.KeyIndexed, cfg.Refusals = true, []string{"voce non valida"}
	c := connector(t, cfg)
	if err := c.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	r := letters[1].request
	r.Draft.Subject = "Perché «no»? <b>1 & 2</b>"
	receipt, err := c.Register(t.Context(), r)
	if err != nil || receipt.Number != "0000001" || receipt.Day != "2026-03-02" {
		t.Fatalf("Register = %+v, %v", receipt, err)
	}
	if found, ok, err := c.Find(t.Context(), "", r.Key); err != nil || !ok || found.Ref != receipt.Ref {
		t.Errorf("Find = %+v, %t, %v", found, ok, err)
	}
	list, err := c.Candidates(t.Context(), protocollo.CandidateQuery{Subject: r.Draft.Subject, From: "2026-03-02", To: "2026-03-02"})
	if err != nil || len(list) != 1 || list[0].Subject != r.Draft.Subject {
		t.Errorf("Candidates = %+v, %v", list, err)
	}
	for range 2 {
		request, body := attachment(receipt.Ref, "1/1", "%PDF\x00\xff\n")
		if got, err := c.Attach(t.Context(), request, body); err != nil || got.Ref != request.SHA256 {
			t.Errorf("Attach = %+v, %v, want the digest %s", got, err, request.SHA256)
		}
	}
	if err := c.Annul(t.Context(), receipt.Ref, act); err != nil {
		t.Error(err)
	}
	wantError(t, c.Annul(t.Context(), "000000002-UNIXAAA", act), protocollo.Rejected, "refused")
	for _, subject := range []string{"refuse", "fail"} {
		r.Draft.Subject = subject
		_, err := c.Register(t.Context(), r)
		wantError(t, err, protocollo.Rejected, "refused")
	}
	cfg.Refusals = nil
	_, err = connector(t, cfg).Register(t.Context(), r)
	wantError(t, err, protocollo.OutcomeUnknown, "fault")
}
