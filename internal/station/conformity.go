package station

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/rules"
	"segnatura/pdfa"
)

// Attestation returns what a delegated officer signs to attest that the copies of a registration's document conform to the paper
// that they were taken from, with the digest of every copy and the time reference (CAD arts. 22 and 23-ter; R3.8). The copies are
// those of the scan that is valid now; the signature is put outside of this program, and nothing is recorded as attested here.
//
// Errors: NotFound "archive" when nothing is archived yet; Conflict "annulled"; Conflict "not-paper" for a document that came as a file:
// it has no paper to be held against.
func (s *Station) Attestation(ctx context.Context, actor protocollo.Actor, registrationID int64) (pdfa.Attestation, error) {
	if err := actor.Require(protocollo.ActRegister); err != nil {
		return pdfa.Attestation{}, err
	}
	rec, err := s.cfg.Views.Record(ctx, actor, registrationID)
	if err != nil {
		return pdfa.Attestation{}, fmt.Errorf("read registration: %w", err)
	}
	switch {
	case rec.Annulment != nil:
		return pdfa.Attestation{}, protocollo.Errorf(protocollo.Conflict, "annulled", "registration %d is annulled", registrationID)
	case rec.Intake.Draft.Support == protocollo.SupportFile:
		return pdfa.Attestation{}, protocollo.Errorf(protocollo.Conflict, "not-paper", "registration %d is of a file", registrationID)
	}
	if err := s.noteView(ctx, actor, rec); err != nil {
		return pdfa.Attestation{}, err
	}
	out := pdfa.Attestation{Reference: rec.Registration.Citation(), Subject: rec.Intake.Draft.Subject,
		Comparison: pdfa.Comparison{ComparedAt: s.now().In(protocollo.Rome()), Separate: true}}
	for _, d := range rec.Documents {
		if d.Archive == nil || !d.Archive.Current {
			continue
		}
		if len(out.Comparison.Copies) == 0 { // the main document's, where it has a file
			out.Segnatura = archivedSegnatura(*rec.Registration, d.Document)
		}
		out.Comparison.Copies = append(out.Comparison.Copies, copiesOf(rec, d)...)
		lot, err := s.scanLot(ctx, rec, d.Document)
		if err != nil {
			return pdfa.Attestation{}, err
		}
		out.Lots = withLot(out.Lots, lot)
	}
	if len(out.Comparison.Copies) == 0 {
		return pdfa.Attestation{}, protocollo.Errorf(protocollo.NotFound, "archive", "registration %d has no archived file", registrationID)
	}
	if rec.Registration.Segnatura.Trial {
		out.Banner = rules.TrialBanner
	}
	return out, nil
}

// withLot adds what was met in a run; one run may have brought several of the copies.
func withLot(lots []pdfa.ScanLot, lot pdfa.ScanLot) []pdfa.ScanLot {
	for i, have := range lots {
		if have.ID != lot.ID {
			continue
		}
		for _, a := range lot.Anomalies {
			if !slices.Contains(have.Anomalies, a) {
				lots[i].Anomalies = append(lots[i].Anomalies, a)
			}
		}
		return lots
	}
	return append(lots, lot)
}

// copiesOf lists the editions of an archived document: each is a file with its own digest.
func copiesOf(rec Record, d DocumentView) []pdfa.CopyDigest {
	pages, note := 0, ""
	for _, p := range d.PageList {
		if !p.Erased {
			pages++
		}
	}
	if d.Scope != nil && d.Scope.Choice != protocollo.ChoiceWhole {
		note = d.Scope.Note
	}
	var out []pdfa.CopyDigest
	for _, e := range d.Archive.Editions {
		out = append(out, pdfa.CopyDigest{Name: editionName(archiving{rec: rec, doc: d.Document}, e.Ordinal, ".pdf"), SHA256: e.SHA256,
			Bytes: e.Bytes, Pages: pages, Flavour: pdfa.Flavour(e.Flavour), Note: note})
	}
	return out
}

// conformity is what a document's metadata file claims: nothing, or the certified process where the Responsabile named one. A
// comparison is never claimed here: it comes after the file, and is attested beside it.
func (s *Station) conformity(ctx context.Context, rec Record, d protocollo.Document) (pdfa.Conformity, error) {
	policies, err := s.cfg.Policies.Policies(ctx, d.AOO)
	if err != nil {
		return pdfa.Conformity{}, fmt.Errorf("read policies: %w", err)
	}
	batch, err := s.cfg.Batches.Batch(ctx, d.BatchID)
	if err != nil {
		return pdfa.Conformity{}, fmt.Errorf("read batch %d: %w", d.BatchID, err)
	}
	// The certified process knows no act that takes pages out of the archive again.
	if policies.ProcessCertificate == "" || rec.Intake.Draft.Support == protocollo.SupportFile || ofAnAct(batch.Source) {
		return pdfa.Conformity{}, nil
	}
	lot, err := s.scanLot(ctx, rec, d)
	if err != nil {
		return pdfa.Conformity{}, err
	}
	lot.Certificate = policies.ProcessCertificate
	return pdfa.Conformity{Mode: pdfa.ConformityProcess, Lot: &lot}, nil
}

// romeTime shows an instant as Rome has it; none stays none.
func romeTime(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(protocollo.Rome())
}

// answeredKind is the journal's kind of an answer to an exception.
const answeredKind = "exception.solved"

// scanLot describes the run that a document was taken in, after LLGG annex 3: which, where, with what, by whom, from when to when, and
// what was met: how the run ended if not well, and each question about this document with its answer.
func (s *Station) scanLot(ctx context.Context, rec Record, d protocollo.Document) (pdfa.ScanLot, error) {
	batch, err := s.cfg.Views.BatchView(ctx, self(d.AOO), d.BatchID)
	if err != nil {
		return pdfa.ScanLot{}, fmt.Errorf("read batch %d: %w", d.BatchID, err)
	}
	lot := pdfa.ScanLot{ID: strconv.FormatInt(batch.ID, 10), Place: batch.Desk, Device: batch.Source, Operator: batch.StartedBy,
		StartedAt: romeTime(batch.StartedAt), EndedAt: romeTime(batch.EndedAt), Documents: len(batch.Documents), Pages: batch.Pages, Software: s.cfg.Software}
	switch batch.State {
	case protocollo.BatchFaulted, protocollo.BatchCancelled, protocollo.BatchInterrupted:
		lot.Anomalies = append(lot.Anomalies, pdfa.Anomaly{Code: string(batch.State), Reason: batch.Fault})
	}
	entries, err := s.cfg.Views.History(ctx, self(d.AOO), rec.Intake.ID)
	if err != nil {
		return pdfa.ScanLot{}, fmt.Errorf("read history: %w", err)
	}
	for _, e := range entries {
		if e.Kind != answeredKind {
			continue
		}
		var a struct {
			Kind     protocollo.ExceptionKind
			Document int64
			Choice   protocollo.Choice
			Reason   string
		}
		if err := json.Unmarshal(e.Detail, &a); err != nil {
			return pdfa.ScanLot{}, fmt.Errorf("read journal entry %d: %w", e.Seq, err)
		}
		if a.Document == d.ID {
			lot.Anomalies = append(lot.Anomalies, pdfa.Anomaly{Code: string(a.Kind), Answer: string(a.Choice), Reason: printable(a.Reason), By: e.Actor})
		}
	}
	return lot, nil
}
