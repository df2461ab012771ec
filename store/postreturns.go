package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// KindPostReturn is the journal's word for an envelope that was given back to the post.
const KindPostReturn = "paper.returned-to-post"

// ReturnToPost records that envelopes for others were given back to the post together.
func (db *DB) ReturnToPost(ctx context.Context, a protocollo.Actor, key string, intakeIDs []int64) error {
	intakeIDs = distinct(intakeIDs)
	for _, id := range intakeIDs {
		if err := db.mustSee(ctx, a, id); err != nil {
			return err
		}
	}
	return db.transact(ctx, "return envelopes to the post", func(w *wtx) error {
		had, err := collect(w.ctx, w, number, `SELECT u.intake_id FROM post_returns p JOIN post_return_items r ON r.return_id = p.id
			JOIN unnumbered_intakes u ON u.id = r.unnumbered_id WHERE p.key = ? AND p.aoo = ? ORDER BY r.id`, key, string(a.AOO))
		switch {
		case err != nil:
			return err
		case slices.Equal(had, intakeIDs):
			return nil
		case len(had) > 0:
			return protocollo.Errorf(protocollo.Conflict, "request-key", "key %s came before with other content", key)
		}
		id, err := w.insert("post_returns", row{"key": key, "aoo": string(a.AOO), "by_user": a.User})
		if err != nil {
			return err
		}
		for _, intakeID := range intakeIDs {
			if err := w.returnToPost(a, id, intakeID); err != nil {
				return err
			}
		}
		return nil
	})
}

func (w *wtx) returnToPost(a protocollo.Actor, returnID, intakeID int64) error {
	i, unnumberedID, err := w.envelope(a.AOO, intakeID)
	if err != nil {
		return err
	}
	u, err := unnumberedOf(w.ctx, w, intakeID)
	if err != nil {
		return err
	}
	if u.Grounds != protocollo.GroundsPost {
		return protocollo.Errorf(protocollo.Conflict, "not-for-the-post", "intake %d is not for somebody else", intakeID)
	}
	if _, err := w.insert("post_return_items", row{"return_id": returnID, "unnumbered_id": unnumberedID}); err != nil {
		return err
	}
	return w.report(KindPostReturn, a.User, i.AOO, i.ID, map[string]any{"code": i.Code()})
}

// GoingBack lists the envelopes for others that were at the desk by the end of a day or went back to the post on it, of what the actor sees, in the order
// of their arrival.
func (db *DB) GoingBack(ctx context.Context, a protocollo.Actor, day protocollo.Day) ([]station.Record, error) {
	from, to, err := boundsOf(day)
	if err != nil {
		return nil, err
	}
	where, seen := visible(a)
	ids, err := collect(ctx, db.read, number, `SELECT x.intake_id FROM going_back y JOIN records x ON x.intake_id = y.intake_id
		WHERE y.since < ? AND (y.kind = 'desk' OR y.at >= ?) AND `+where+` ORDER BY y.since, x.intake_id`, append([]any{to.UnixNano(), from.UnixNano()}, seen...)...)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	list, err := readRecords(ctx, db.read, ids)
	if err != nil {
		return nil, fmt.Errorf("list what goes back to the post: %w", err)
	}
	return list, nil
}

// KindUrgency is the journal's word for a letter that goes before the others, or no longer does.
const KindUrgency = "intake.urgency"

// SetUrgent records that a letter goes before the others, or no longer does.
func (db *DB) SetUrgent(ctx context.Context, a protocollo.Actor, u protocollo.Urgency) error {
	if err := db.mustSee(ctx, a, u.IntakeID); err != nil {
		return err
	}
	return db.transact(ctx, "set urgency", func(w *wtx) error {
		have, err := urgencyOf(w.ctx, w, u.IntakeID)
		switch {
		case err != nil:
			return err
		case (have != nil) == u.Urgent && (have == nil || have.Reason == u.Reason):
			return nil
		}
		if _, err := w.insert("urgencies", row{"intake_id": u.IntakeID, "urgent": u.Urgent, "reason": u.Reason, "by_user": a.User}); err != nil {
			return err
		}
		return w.report(KindUrgency, a.User, a.AOO, u.IntakeID, map[string]any{"urgent": u.Urgent, "reason": u.Reason})
	})
}

const urgencyColumns = `SELECT y.intake_id, y.reason, y.by_user, y.at FROM urgent y `

func scanUrgency(s scannable) (protocollo.Urgency, error) {
	u := protocollo.Urgency{Urgent: true}
	var at int64
	err := s.Scan(&u.IntakeID, &u.Reason, &u.By, &at)
	u.At = instant(at)
	return u, err
}

// urgencyOf returns the word that holds, or nil where none says that the letter is urgent.
func urgencyOf(ctx context.Context, q querier, intakeID int64) (*protocollo.Urgency, error) {
	u, err := one(ctx, q, "urgency", scanUrgency, urgencyColumns+`WHERE y.intake_id = ?`, intakeID)
	if errors.Is(err, protocollo.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &u, nil
}
