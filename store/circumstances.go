package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// related lists the registrations that a record belongs to or that belong to it, each once, in their order: likenesses that a clerk answered (R1.6),
// and what came with it, before it or because of it (R1.8, R1.9, R1.11). Each of them lists this one too.
func related(ctx context.Context, q querier, i protocollo.Intake, reg *protocollo.Registration) ([]int64, error) {
	var out []int64
	if i.DuplicateOf != 0 {
		out = append(out, i.DuplicateOf)
	}
	var own int64
	if reg != nil {
		own = reg.ID
		later, err := collect(ctx, q, number, `SELECT r.id FROM intakes i JOIN registrations r ON r.intake_id = i.id WHERE i.duplicate_of = ?`, own)
		if err != nil {
			return nil, err
		}
		out = append(out, later...)
	}
	if c := i.Draft.Circumstance; c != nil && c.Of != 0 {
		beside, err := collect(ctx, q, number, `SELECT r.id FROM intakes i JOIN registrations r ON r.intake_id = i.id
			WHERE i.duplicate_of = ? AND i.draft ->> '$.circumstance.of' = i.duplicate_of`, c.Of)
		if err != nil {
			return nil, err
		}
		out = append(out, beside...)
	}
	slices.SortFunc(out, cmp.Compare[int64])
	return slices.DeleteFunc(slices.Compact(out), func(id int64) bool { return id == own }), nil
}

// sendsOn picks the exits of letters for others among intakes i.
const sendsOn = `i.draft ->> '$.direction' = 'P' AND i.draft ->> '$.circumstance.kind' = 'aperto-per-errore' AND i.draft ->> '$.circumstance.of' = i.duplicate_of`

// sentOnOnce refuses a second exit of the same letter: one paper leaves once. An exit that was annulled or given up without number is none.
func (w *wtx) sentOnOnce(d protocollo.Draft) error {
	if d.Direction != protocollo.Outgoing || d.Circumstance == nil || d.Circumstance.Kind != protocollo.OpenedByMistake {
		return nil
	}
	n, err := number(w.QueryRowContext(w.ctx, `SELECT count(*) FROM intakes i JOIN records x ON x.intake_id = i.id
		WHERE i.duplicate_of = ? AND `+sendsOn+` AND x.annulled = 0 AND x.outcome <> 'closed'`, d.Circumstance.Of))
	if err == nil && n > 0 {
		err = protocollo.Errorf(protocollo.Conflict, "sent-on", "registration %d was sent on", d.Circumstance.Of)
	}
	return err
}

// UnsaidExits lists exits of letters that do not say yet that they were for others.
func (db *DB) UnsaidExits(ctx context.Context, aoo protocollo.AOOCode) ([]station.UnsaidExit, error) {
	list, err := collect(ctx, db.read, func(r scannable) (station.UnsaidExit, error) {
		var e station.UnsaidExit
		err := r.Scan(&e.EntryID, &e.ExitID, &e.Operator)
		return e, err
	}, `SELECT y.registration_id, x.registration_id, i.operator FROM intakes i JOIN records x ON x.intake_id = i.id
			JOIN records y ON y.registration_id = i.duplicate_of JOIN intakes e ON e.id = y.intake_id
		WHERE i.duplicate_of IS NOT NULL AND i.aoo = ? AND `+sendsOn+` AND x.registration_id IS NOT NULL AND x.annulled = 0 AND y.annulled = 0
			AND coalesce(e.draft ->> '$.circumstance.kind', '') <> 'aperto-per-errore'
			AND NOT EXISTS (SELECT 1 FROM correction_requests q WHERE q.key = ? || x.registration_id)
		ORDER BY x.registration_id`, string(aoo), station.OnwardPrefix)
	if err != nil {
		return nil, fmt.Errorf("list what was sent on: %w", err)
	}
	return list, nil
}

// slipKinds are what the journal calls the labels for who stands at the counter.
var slipKinds = map[station.Slip]string{station.SlipReceipt: KindReceiptLabel, station.SlipCopy: KindCopyLabel}

// RecordSlipLabel journals that a receipt, or the label for a copy, was sent to a label printer. There is no row: nothing hangs on it.
func (db *DB) RecordSlipLabel(ctx context.Context, a protocollo.Actor, l station.SlipLabel) error {
	kind, ok := slipKinds[l.Kind]
	if !ok {
		return fmt.Errorf("record a label: no such slip: %q", l.Kind)
	}
	detail := map[string]any{"printer": l.Printer, "state": l.State}
	if l.HandoverID == 0 {
		if err := db.mustSee(ctx, a, l.IntakeID); err != nil {
			return err
		}
	}
	return db.transact(ctx, "record a slip's label", func(w *wtx) error {
		if l.HandoverID != 0 {
			h, err := w.handover(a, l.HandoverID)
			if err != nil {
				return err
			}
			detail["code"] = h.Code()
		}
		return w.report(kind, a.User, a.AOO, l.IntakeID, detail)
	})
}

// RecordLegendLabel journals that a legend was printed on a label beside the segnatura. There is no row: it bears no number of its own.
func (db *DB) RecordLegendLabel(ctx context.Context, a protocollo.Actor, intakeID int64, l station.LegendLabel) error {
	if err := db.mustSee(ctx, a, intakeID); err != nil {
		return err
	}
	return db.transact(ctx, "record a legend's label", func(w *wtx) error {
		return w.report(KindLegendLabel, a.User, a.AOO, intakeID, map[string]any{"legend": l.Code, "legendText": l.Text, "legendVersion": l.Version,
			"withSegnatura": l.WithSegnatura, "printer": l.Printer, "state": l.State})
	})
}

// LegendUses counts the labels with each legend and its words, by the version of the rules of which they are; 0 where the journal does not say it.
func (db *DB) LegendUses(ctx context.Context, aoo protocollo.AOOCode) ([]station.LegendUse, error) {
	list, err := collect(ctx, db.read, func(r scannable) (station.LegendUse, error) {
		var u station.LegendUse
		var last int64
		err := r.Scan(&u.Code, &u.Text, &u.Version, &u.Labels, &last)
		u.Last = instant(last)
		return u, err
	}, `SELECT detail ->> '$.legend', detail ->> '$.legendText', coalesce(detail ->> '$.legendVersion', 0), count(*), max(at)
		FROM journal WHERE kind = '`+KindLegendLabel+`' AND aoo = ? GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`, string(aoo))
	if err != nil {
		return nil, fmt.Errorf("count the labels with legends: %w", err)
	}
	return list, nil
}
