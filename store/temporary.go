package store

import (
	"context"
	"fmt"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// ResolveIntake returns the letter of an AOO with that «Ricezione n.», with its registration when it has one, or NotFound.
func (db *DB) ResolveIntake(ctx context.Context, aoo protocollo.AOOCode, year int, seq int64) (station.Resolved, error) {
	id, err := one(ctx, db.read, "intake", number, `SELECT id FROM intakes WHERE aoo = ? AND year = ? AND seq = ?`, string(aoo), year, seq)
	if err != nil {
		return station.Resolved{}, fmt.Errorf("resolve a receipt's number: %w", err)
	}
	list, err := readRecords(ctx, db.read, []int64{id})
	if err != nil {
		return station.Resolved{}, fmt.Errorf("resolve a receipt's number: %w", err)
	}
	out := station.Resolved{Intake: list[0].Intake, Facets: list[0].Facets}
	if list[0].Registration != nil {
		out.Registration = *list[0].Registration
	}
	return out, nil
}

// RecordTemporaryLabel journals that a letter without number got a temporary label. There is no row: nothing legal hangs on such a label. NotFound
// when the actor does not see the letter.
func (db *DB) RecordTemporaryLabel(ctx context.Context, a protocollo.Actor, intakeID int64, printer string, s protocollo.PrintState) error {
	if err := db.mustSee(ctx, a, intakeID); err != nil {
		return err
	}
	return db.transact(ctx, "record a temporary label", func(w *wtx) error {
		return w.report(KindTemporaryLabel, a.User, a.AOO, intakeID, map[string]any{"printer": printer, "state": s})
	})
}

// LabelsDue lists registrations whose number came after nobody waited for it any more and of which no label was ever queued, in the order in
// which they were numbered. A letter that was moved to the emergency register is one of them: its label is that of its emergency number (L-10,
// L-11), also once it is recovered, so that the optional second label is never due by itself.
func (db *DB) LabelsDue(ctx context.Context, aoo protocollo.AOOCode, d station.LabelsDue) ([]station.LabelDue, error) {
	list, err := collect(ctx, db.read, func(s scannable) (station.LabelDue, error) {
		var l station.LabelDue
		err := s.Scan(&l.RegistrationID, &l.Restored)
		return l, err
	}, `SELECT r.id, EXISTS (SELECT 1 FROM stops s WHERE s.code = 'restore' AND s.aoo = x.aoo AND s.at >= i.at)
		FROM records x JOIN registrations r ON r.id = x.registration_id
			JOIN intakes i ON i.id = x.intake_id JOIN attempts a ON a.id = r.attempt_id
		WHERE x.aoo = ? AND x.labelled = 0 AND x.registration_id IS NOT NULL AND x.annulled = 0 AND r.at >= ?
			AND (a.ordinal > 1 OR r.at - i.at > ?) AND r.id > ?
			AND coalesce(json_extract(i.draft, '$.support'), '') <> ?
			AND NOT EXISTS (SELECT 1 FROM prints p WHERE p.registration_id = r.id)
		ORDER BY r.id LIMIT ?`,
		string(aoo), d.Since.UnixNano(), int64(d.Waited), d.After, string(protocollo.SupportFile), d.Limit)
	if err != nil {
		return nil, fmt.Errorf("list labels that are due: %w", err)
	}
	return list, nil
}
