package jiride_test

import (
	"strings"
	"testing"

	"segnatura/internal/central/axistest"
	"segnatura/internal/protocollo"
	"segnatura/internal/testenv"
)

// TestAxis lets Axis 1.4, of whose making J-Iride's contract is, read the calls with classes that it makes of the contract, and write the answers.
func TestAxis(t *testing.T) {
	address := axistest.Start(t, axistest.Service{Contract: testenv.Shared(t, "interop/jiride/wsProtocolloDm.wsdl"), Name: "ProtocolloSoap",
		Package: "org.tempuri", Class: "ProtocolloSoapSoapBindingImpl", Counterpart: "testdata/Counterpart.java"})
	for _, administration := range []string{"", "c_a000"} {
		cfg := config(address)
		cfg.Administration = administration
		c := connector(t, cfg)
		if err := c.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		r := letters[0].request
		r.Draft.Subject = "Perché «no»? <b>1 & 2</b>"
		receipt, err := c.Register(t.Context(), r)
		if err != nil || receipt.Number != "0000123" || receipt.Day != "2026-03-02" || !receipt.At.Equal(cfg.Clock()) || receipt.Ref != "7/2026/123" {
			t.Fatalf("Register = %+v, %v", receipt, err)
		}
		if said := r.Draft.Subject + "|Rossi & figli:a@example.it|Ditta|Comune|UTEC|SPORTELLO"; !strings.Contains(receipt.Raw, said) {
			t.Errorf("it read %s, want %s", receipt.Raw, said)
		}
		for range 2 {
			request, body := attachment(receipt.Ref, "1/1", "")
			request.FileName = request.SHA256 + ".pdf"
			if got, err := c.Attach(t.Context(), request, body); err != nil || got.Ref != "1" {
				t.Errorf("Attach = %+v, %v", got, err)
			}
		}
		if err := c.Annul(t.Context(), receipt.Ref, act); err != nil {
			t.Error(err)
		}
		wantError(t, c.Annul(t.Context(), "8/2026/123", act), protocollo.Rejected, "refused")
		r.Draft.Subject = "refuse"
		_, err = c.Register(t.Context(), r)
		wantError(t, err, protocollo.Rejected, "refused")
	}
}
