package station_test

import (
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/pdfa"
)

// TestPapersNameTheEmergencyRegister: every paper of a letter of the emergency register had said «Prot. n. 0000001», which was another
// letter's.
func TestPapersNameTheEmergencyRegister(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	var metadata []pdfa.DocumentMetadata
	o.start(func(c *station.Config) {
		c.Metadata, c.Software = gathered{&metadata}, pdfa.Software{Name: "segnatura", Version: "1", Producer: "prova"}
	})
	o.register("key-0001", letter("Prima"))
	e := o.openRegister(o.opening())
	r := o.labelled("key-0002", letter("Durante"))
	o.scan(&feeder{pages: append([]string{sheetOf("first", withCodes(codeOf(r)))}, plain("p", 1)...)}, station.ScanCommand{})
	o.archive(o.record(r.Intake.ID).Documents[0].ID)

	const before = "Registro di emergenza n. 1/2026 R.E. 1/2026 del 02/03/2026"
	if got := o.converter.jobs[0].Metadata; got.Title != before || !got.Segnatura.Emergency || got.Segnatura.RegisterCode != "EO1" {
		t.Errorf("archived under %q, %+v", got.Title, got.Segnatura)
	}
	if len(metadata) != 1 || !metadata[0].Segnatura.Emergency || metadata[0].File.Name != "2026-EO1-0000001-v1.pdf" {
		t.Errorf("metadata %+v", metadata)
	}
	papers := func(reference, cell string) {
		t.Helper()
		receipt, err := o.s.Receipt(ctx, clerk, r.Intake.ID)
		if err != nil || receipt.Reference != reference {
			t.Errorf("receipt: %q, %v", receipt.Reference, err)
		}
		a, err := o.s.Attestation(ctx, clerk, r.Registration.ID)
		if err != nil || a.Reference != reference || a.Comparison.Copies[0].Name != "2026-EO1-0000001-v1-e1.pdf" {
			t.Errorf("attestation: %q of %+v, %v", a.Reference, a.Comparison.Copies, err)
		}
		l, err := o.s.SortingList(ctx, clerk, "2026-03-02", "")
		if err != nil || len(l.Offices) != 1 || len(l.Offices[0].Items) != 2 {
			t.Fatalf("sorting list: %+v, %v", l, err)
		}
		cells := map[string]bool{l.Offices[0].Items[0].Number: true, l.Offices[0].Items[1].Number: true}
		if !cells["0000001"] || !cells[cell] {
			t.Errorf("sorting list: %v", cells)
		}
	}
	papers(before, "Reg. emergenza n. 1/2026 R.E. 1/2026")

	o.revoke(o.closeRegister(e))
	if err := o.s.DrainWaiting(ctx); err != nil {
		t.Fatal(err)
	}
	if got := o.record(r.Intake.ID).Registration; got.Recovery == nil || got.Recovery.Number != protocollo.Number("0000002") {
		t.Fatalf("recovered: %+v", got)
	}
	papers("Prot. n. 0000002 del 02/03/2026 (Reg. emergenza n. 1/2026 R.E. 1/2026 del 02/03/2026)", "0000002 (Reg. emergenza n. 1/2026 R.E. 1/2026)")
	if rec := o.record(r.Intake.ID); rec.Documents[0].Archive.Editions[0].SHA256 != metadata[0].File.SHA256 {
		t.Error("the archive did not stay as it was made")
	}
}
