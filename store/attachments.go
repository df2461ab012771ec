package store

import (
	"slices"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// keptParts lists the parts of a registration that a document stands for: 0 for the main one. What was discarded
// or superseded stands for nothing.
func (w *wtx) keptParts(registrationID int64) ([]int64, error) {
	return collect(w.ctx, w, number, `SELECT DISTINCT coalesce(s.part, 0) FROM associations s WHERE s.registration_id = ?
		AND NOT EXISTS (SELECT 1 FROM discards x WHERE x.document_id = s.document_id) AND `+notSuperseded+` ORDER BY 1`, registrationID)
}

// associate records that an open document is a part of a registration, as whatever comes next there: the caller looked at both.
func (w *wtx) associate(d protocollo.Document, r protocollo.Registration, as station.Association) error {
	kept, err := w.keptParts(r.ID)
	if err != nil {
		return err
	}
	have := func(part int) bool { return slices.Contains(kept, int64(part)) }
	if as.NextPart {
		for as.Part = 1; have(as.Part); {
			as.Part++
		}
	}
	switch {
	case as.Part > 0 && !have(0):
		return protocollo.Errorf(protocollo.Conflict, "first-the-main", "registration %d has no main document", r.ID)
	case as.Part > 0 && as.NewVersion && !have(as.Part):
		return protocollo.Errorf(protocollo.NotFound, "part", "registration %d has no attachment %d", r.ID, as.Part)
	case have(as.Part) && !as.NewVersion:
		return protocollo.Errorf(protocollo.Conflict, "already-captured", "part %d of registration %d is captured", as.Part, r.ID)
	}
	last, err := number(w.QueryRowContext(w.ctx, `SELECT coalesce(max(version), 0) FROM associations WHERE registration_id = ?`, r.ID))
	if err != nil {
		return err
	}
	fields := row{"document_id": d.ID, "registration_id": r.ID, "version": last + 1, "by_user": as.Actor.User, "by_code": as.ByCode}
	detail := map[string]any{"document": d.ID, "version": last + 1, "byCode": as.ByCode != ""}
	if as.Part > 0 { // NULL is the main document
		fields["part"], detail["part"] = as.Part, as.Part
	}
	if _, err := w.insert("associations", fields); err != nil {
		return err
	}
	return w.report(KindAssociated, as.Actor.User, d.AOO, r.IntakeID, detail)
}
