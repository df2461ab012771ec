package station_test

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/internal/testenv"
	"segnatura/pdfa"
	"segnatura/pdfa/metadata"
)

// TestAttestation: what the officer signs lists every copy's digest, and how the pages were taken (R3.8).
func TestAttestation(t *testing.T) {
	o := newOffice(t)
	r := o.labelled("key-0001", letter("Richiesta"))
	id := r.Registration.ID
	_, err := o.s.Attestation(t.Context(), clerk, id)
	wantClass(t, err, protocollo.NotFound, "archive")

	batch := o.scan(&feeder{pages: plain("p", 2)}, station.ScanCommand{}) // no code on it: a person joins it
	o.mustSolve(other, o.theException(protocollo.ExceptionNoCode, ""), station.Answer{Choice: protocollo.ChoiceAssign, RegistrationID: id, Reason: "etichetta sul retro"})
	_, err = o.s.Attestation(t.Context(), clerk, id)
	wantClass(t, err, protocollo.NotFound, "archive")
	o.archive(o.record(r.Intake.ID).Documents[0].ID)

	got, err := o.s.Attestation(t.Context(), clerk, id)
	if err != nil {
		t.Fatal(err)
	}
	archive := o.record(r.Intake.ID).Documents[0].Archive
	want := []pdfa.CopyDigest{{Name: "2026-0000001-v1-e1.pdf", SHA256: archive.SHA256, Bytes: archive.Bytes, Pages: 2, Flavour: "2b"}}
	if !slices.Equal(got.Comparison.Copies, want) {
		t.Errorf("copies %+v, want %+v", got.Comparison.Copies, want)
	}
	if c := got.Comparison; !c.ComparedAt.Equal(o.clock.Now()) || !c.Separate || c.Officer != "" {
		t.Errorf("comparison %+v", c)
	}
	if got.Segnatura.Number != "0000001" || got.Subject != "Richiesta" || got.Banner != "" {
		t.Errorf("attestation %+v", got)
	}
	anomaly := pdfa.Anomaly{Code: string(protocollo.ExceptionNoCode), Answer: string(protocollo.ChoiceAssign), Reason: "etichetta sul retro", By: other.User}
	if len(got.Lots) != 1 || !slices.Equal(got.Lots[0].Anomalies, []pdfa.Anomaly{anomaly}) {
		t.Fatalf("lots %+v", got.Lots)
	}
	lot := got.Lots[0]
	if lot.Place != clerk.Desk || lot.Operator != clerk.User || lot.Pages != 2 || lot.Documents != 1 ||
		!lot.StartedAt.Equal(batch.StartedAt) || !lot.EndedAt.Equal(batch.EndedAt) || lot.EndedAt.IsZero() || lot.Device != batch.Source {
		t.Errorf("lot %+v of batch %+v", lot, batch.Batch)
	}
	_, err = o.s.Attestation(t.Context(), guest, id)
	wantClass(t, err, protocollo.Forbidden, "register")
	_, err = o.s.Attestation(t.Context(), alien, id)
	wantClass(t, err, protocollo.NotFound, "")
}

// TestAttestationIsOfTheScanThatIsValidNow: a rescan takes the place of what was scanned before; a partial copy says so.
func TestAttestationIsOfTheScanThatIsValidNow(t *testing.T) {
	o := newOffice(t)
	r := o.labelled("key-0001", letter("Richiesta"))
	o.scan(&feeder{pages: []string{sheetOf("first", withCodes(codeOf(r)))}}, station.ScanCommand{})
	o.archive(o.record(r.Intake.ID).Documents[0].ID)
	o.scan(&feeder{pages: []string{sheetOf("again", withCodes(codeOf(r)))}}, station.ScanCommand{})
	o.mustSolve(clerk, o.theException(protocollo.ExceptionNotExpected, "captured"), station.Answer{Choice: protocollo.ChoiceNewVersion, RegistrationID: r.Registration.ID})
	for _, d := range o.record(r.Intake.ID).Documents {
		if d.Version == 2 {
			o.archive(d.ID)
		}
	}
	got, err := o.s.Attestation(t.Context(), clerk, r.Registration.ID)
	if err != nil || len(got.Comparison.Copies) != 1 || got.Comparison.Copies[0].Name != "2026-0000001-v2-e1.pdf" || got.Segnatura.Version != 2 {
		t.Errorf("attestation %+v, %v", got, err)
	}
	o.annul(r)
	_, err = o.s.Attestation(t.Context(), clerk, r.Registration.ID)
	wantClass(t, err, protocollo.Conflict, "annulled")

	file := letter("Da posta elettronica")
	file.Support, file.FileDigest = protocollo.SupportFile, strings.Repeat("ab", 32)
	_, err = o.s.Attestation(t.Context(), clerk, o.register("key-0002", file).Registration.ID)
	wantClass(t, err, protocollo.Conflict, "not-paper")
}

// TestCertifiedProcessIsClaimedWhereItIsNamed: the Responsabile names the certification, and the lot goes into the metadata file;
// the attestation stays NO all the same (R3.8).
func TestCertifiedProcessIsClaimedWhereItIsNamed(t *testing.T) {
	o := newOffice(t)
	var got []pdfa.DocumentMetadata
	o.start(func(c *station.Config) {
		c.Metadata, c.Software = gathered{&got}, pdfa.Software{Name: "segnatura", Version: "1"}
	})
	p, err := o.s.Policies(t.Context(), boss)
	if err != nil {
		t.Fatal(err)
	}
	bad := p
	bad.ProcessCertificate = "n. 1\x01"
	_, err = o.s.SavePolicies(t.Context(), boss, bad)
	wantClass(t, err, protocollo.Invalid, "processCertificate")
	p.ProcessCertificate = " n. 12 del 2026 "
	if _, err := o.s.SavePolicies(t.Context(), boss, p); err != nil {
		t.Fatal(err)
	}
	r := o.labelled("key-0001", letter("x"))
	o.scan(&feeder{pages: plain("p", 2)}, station.ScanCommand{})
	o.mustSolve(clerk, o.theException(protocollo.ExceptionNoCode, ""), station.Answer{Choice: protocollo.ChoiceAssign, RegistrationID: r.Registration.ID, Reason: "piega\x01nel foglio"})
	o.archive(o.record(r.Intake.ID).Documents[0].ID)
	if len(got) != 1 || got[0].Conformity.Mode != pdfa.ConformityProcess || got[0].Conformity.Lot == nil {
		t.Fatalf("metadata %+v", got)
	}
	lot := got[0].Conformity.Lot
	if lot.Certificate != "n. 12 del 2026" || lot.Pages != 2 || lot.Software.Name != "segnatura" || len(lot.Anomalies) != 1 || lot.Anomalies[0].Reason != "piega nel foglio" {
		t.Errorf("lot %+v", lot)
	}
	if got[0].Verification.Conformity {
		t.Error("attested by nobody")
	}
	var file bytes.Buffer
	if _, err := metadata.Write(&file, got[0]); err != nil {
		t.Fatal(err)
	}
	valid(t, file.Bytes())
}

// gathered notes what the station says of a document, and has it written for good.
type gathered struct{ metadata *[]pdfa.DocumentMetadata }

func (g gathered) WriteMetadata(w io.Writer, m pdfa.DocumentMetadata) ([]pdfa.PendingField, error) {
	*g.metadata = append(*g.metadata, m)
	return metadata.Write(w, m)
}

// TestMetadataSayWhatTheRegisterSays: the file is made of the record, and nothing is claimed (R4.3, R4.4).
func TestMetadataSayWhatTheRegisterSays(t *testing.T) {
	o := newOffice(t)
	var got []pdfa.DocumentMetadata
	o.start(func(c *station.Config) {
		c.Metadata, c.Software = gathered{&got}, pdfa.Software{Name: "segnatura", Version: "1", Producer: "prova"}
	})
	d := letter("Richiesta")
	d.Attachments, d.Confidential, d.Fascicolo = []protocollo.Attachment{{Description: "planimetria"}}, true, "2026/1"
	r := o.labelled("key-0001", d)
	o.scan(&feeder{pages: append([]string{sheetOf("first", withCodes(codeOf(r)))}, plain("p", 1)...)}, station.ScanCommand{})
	o.mustSolve(clerk, o.theException(protocollo.ExceptionCount, ""), station.Answer{Choice: protocollo.ChoiceAccept}) // it is within the letter
	o.archive(o.record(r.Intake.ID).Documents[0].ID)
	if len(got) != 1 {
		t.Fatalf("%d metadata files", len(got))
	}
	archive := o.record(r.Intake.ID).Documents[0].Archive
	m := got[0]
	if m.File.SHA256 != archive.SHA256 || m.File.Pages != 2 || m.File.Edition != 1 || m.Segnatura.Text != r.Registration.Segnatura.Text() ||
		m.Segnatura.Direction != pdfa.Incoming || m.Senders[0].Name != "Bianchi Lucia" || m.Operator.Name != clerk.User ||
		m.Classifica != "I.6" || m.UOR != "TRIB" || !m.Confidential || len(m.Attachments) != 1 || m.Previous != nil {
		t.Errorf("metadata %+v", m)
	}
	if m.Verification != (pdfa.Verification{}) || m.Conformity.Mode != pdfa.ConformityNone {
		t.Errorf("claimed: %+v, %+v", m.Verification, m.Conformity)
	}
	if len(m.Scans) != 1 || m.Scans[0].Pages != 2 || m.Scans[0].FirstTakenAt.IsZero() {
		t.Errorf("scans %+v", m.Scans)
	}
	var again bytes.Buffer
	if pending, err := metadata.Write(&again, m); err != nil || len(pending) == 0 || !bytes.Contains(again.Bytes(), []byte(m.Segnatura.Text)) {
		t.Errorf("%d pending fields, %v", len(pending), err)
	}
	valid(t, again.Bytes())
}

// valid holds a metadata file against its schema.
func valid(t *testing.T, file []byte) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "metadata.xml")
	if err := os.WriteFile(path, file, 0o666); err != nil {
		t.Fatal(err)
	}
	schema := filepath.Join(testenv.Root(t), "pdfa/metadata/testdata/metadati.xsd")
	if out, err := exec.Command(testenv.Program(t, "xmllint"), "--nonet", "--noout", "--schema", schema, path).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s\n%s", err, out, file)
	}
}
