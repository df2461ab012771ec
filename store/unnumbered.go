package store

import (
	"context"
	"errors"
	"fmt"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// The kinds of journal entries of what goes to somebody in the house, and of papers that are given at the desk.
const (
	KindInternalDelivery    = "paper.delivered-inside"
	KindInternalDeliveryEnd = "paper.delivery-ended"
)

const unnumberedColumns = `u.intake_id, u.grounds, u.words, u.by_user, u.at, coalesce((SELECT n.intake_id FROM envelope_intakes n WHERE n.unnumbered_id = u.id), 0),
	coalesce((SELECT json_object('code', e.code, 'words', e.words, 'source', e.source, 'manual', e.manual, 'version', e.version)
		FROM unregistered_entries e WHERE e.intake_id = u.intake_id), 'null'),
	coalesce((SELECT r.at FROM post_return_items r WHERE r.unnumbered_id = u.id), 0),
	coalesce((SELECT p.by_user FROM post_return_items r JOIN post_returns p ON p.id = r.return_id WHERE r.unnumbered_id = u.id), '')`

func scanUnnumbered(s scannable) (protocollo.Unnumbered, error) {
	var u protocollo.Unnumbered
	var at, returned int64
	var entry, by string
	if err := s.Scan(&u.IntakeID, &u.Grounds, &u.Words, &u.By, &at, &u.RegisteredAs, &entry, &returned, &by); err != nil {
		return u, err
	}
	u.At = instant(at)
	if returned != 0 {
		u.Returned = &protocollo.PostReturn{By: by, At: instant(returned)}
	}
	return u, decode(entry, &u.Entry)
}

// unnumberedOf returns why an intake gets no number, or nil.
func unnumberedOf(ctx context.Context, q querier, intakeID int64) (*protocollo.Unnumbered, error) {
	u, err := one(ctx, q, "unnumbered", scanUnnumbered, `SELECT `+unnumberedColumns+` FROM unnumbered_intakes u WHERE u.intake_id = ?`, intakeID)
	if errors.Is(err, protocollo.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &u, nil
}

// recordUnnumbered takes the place of the first attempt: nobody is asked.
func (w *wtx) recordUnnumbered(i protocollo.Intake, in station.NewIntake) (station.RecordedIntake, error) {
	u := in.Unnumbered
	detail := map[string]any{"code": i.Code(), "grounds": u.Grounds, "envelopeWords": u.Words}
	if e := u.Entry; e != nil {
		delete(detail, "envelopeWords")
		detail["listEntry"], detail["listSource"], detail["manual"], detail["version"] = e.Words, e.Source, e.Manual, e.Version
		_, err := w.insert("unregistered_entries", row{"intake_id": i.ID, "code": e.Code, "words": e.Words, "source": e.Source, "manual": e.Manual, "version": e.Version})
		if err != nil {
			return station.RecordedIntake{}, err
		}
	}
	_, err := w.insert("unnumbered_intakes", row{"intake_id": i.ID, "grounds": string(u.Grounds), "words": u.Words, "by_user": in.Actor.User})
	if err != nil {
		return station.RecordedIntake{}, err
	}
	if err := w.indexIntake(i); err != nil {
		return station.RecordedIntake{}, err
	}
	return station.RecordedIntake{Intake: i}, w.report(KindIntake, in.Actor.User, i.AOO, i.ID, detail)
}

// envelope returns the intake without number whose arrival a letter keeps that is to be registered after all, as one that its addressee gave back (002
// art. 67.3), with the row that says that it had no number. NotFound "no-envelope" where there is none of the AOO; Conflict "envelope-registered" where
// it became a letter before, "returned-to-post" where it is with the post again.
func (w *wtx) envelope(aoo protocollo.AOOCode, intakeID int64) (protocollo.Intake, int64, error) {
	none := protocollo.Errorf(protocollo.NotFound, "no-envelope", "no such envelope: %d", intakeID)
	i, err := intakeByID(w.ctx, w, intakeID)
	if errors.Is(err, protocollo.NotFound) || err == nil && i.AOO != aoo {
		err = none
	}
	if err != nil {
		return i, 0, err
	}
	u, err := unnumberedOf(w.ctx, w, intakeID)
	switch {
	case err != nil:
		return i, 0, err
	case u == nil:
		return i, 0, none
	case u.Returned != nil:
		return i, 0, protocollo.Errorf(protocollo.Conflict, "returned-to-post", "envelope %d is with the post", intakeID)
	case u.RegisteredAs != 0:
		return i, 0, protocollo.Errorf(protocollo.Conflict, "envelope-registered", "envelope %d is intake %d", intakeID, u.RegisteredAs)
	}
	id, err := number(w.QueryRowContext(w.ctx, `SELECT id FROM unnumbered_intakes WHERE intake_id = ?`, intakeID))
	return i, id, err
}

// linkEnvelope joins a letter to the envelope that it came in.
func (w *wtx) linkEnvelope(i protocollo.Intake) error {
	_, id, err := w.envelope(i.AOO, i.Draft.EnvelopeID)
	if err != nil {
		return err
	}
	_, err = w.insert("envelope_intakes", row{"unnumbered_id": id, "intake_id": i.ID})
	return err
}

const internalDeliveryColumns = `d.id, d.intake_id, d.key, d.person, d.uor, d.note, d.by_user, d.at, coalesce(e.outcome, ''), coalesce(e.person, ''),
	coalesce(e.note, ''), coalesce(e.by_user, ''), coalesce(e.at, 0)`

const internalDeliveryFrom = ` FROM internal_deliveries d LEFT JOIN internal_delivery_ends e ON e.delivery_id = d.id `

func scanInternalDelivery(s scannable) (protocollo.InternalDelivery, error) {
	var d protocollo.InternalDelivery
	var e protocollo.InternalDeliveryEnd
	var at, ended int64
	err := s.Scan(&d.ID, &d.IntakeID, &d.Key, &d.Person, &d.UOR, &d.Note, &d.By, &at, &e.Outcome, &e.Person, &e.Note, &e.By, &ended)
	d.At, e.At = instant(at), instant(ended)
	if ended != 0 {
		d.End = &e
	}
	return d, err
}

func internalDeliveriesOf(ctx context.Context, q querier, intakeID int64) ([]protocollo.InternalDelivery, error) {
	return collect(ctx, q, scanInternalDelivery, `SELECT `+internalDeliveryColumns+internalDeliveryFrom+`WHERE d.intake_id = ? ORDER BY d.id`, intakeID)
}

// DeliverInside records that a paper goes to somebody in the house.
func (db *DB) DeliverInside(ctx context.Context, a protocollo.Actor, d protocollo.InternalDelivery) (protocollo.InternalDelivery, error) {
	var out protocollo.InternalDelivery
	err := db.transact(ctx, "deliver inside", func(w *wtx) error {
		have, err := one(w.ctx, w, "internal-delivery", scanInternalDelivery, `SELECT `+internalDeliveryColumns+internalDeliveryFrom+`WHERE d.key = ?`, d.Key)
		switch {
		case err == nil && have.IntakeID == d.IntakeID && have.Person == d.Person && have.UOR == d.UOR && have.Note == d.Note:
			out = have
			return nil
		case err == nil:
			return protocollo.Errorf(protocollo.Conflict, "request-key", "key %s came before with other content", d.Key)
		case !errors.Is(err, protocollo.NotFound):
			return err
		}
		i, err := intakeByID(w.ctx, w, d.IntakeID)
		if err == nil && i.AOO != a.AOO {
			err = protocollo.Errorf(protocollo.NotFound, "intake", "no such intake: %d", d.IntakeID)
		}
		if err != nil {
			return err
		}
		before, err := internalDeliveriesOf(w.ctx, w, d.IntakeID)
		if err != nil {
			return err
		}
		for _, b := range before {
			if b.End == nil || b.End.Outcome == protocollo.InternalDeliverySigned {
				return protocollo.Errorf(protocollo.Conflict, "delivered-inside", "intake %d was handed to %s", d.IntakeID, b.Person)
			}
		}
		id, err := w.insert("internal_deliveries", row{"intake_id": d.IntakeID, "key": d.Key, "person": d.Person, "uor": d.UOR, "note": d.Note, "by_user": a.User})
		if err != nil {
			return err
		}
		if out, err = w.internalDelivery(a, id); err != nil {
			return err
		}
		return w.report(KindInternalDelivery, a.User, i.AOO, i.ID, map[string]any{"to": d.Person, "uor": d.UOR})
	})
	return out, err
}

func (w *wtx) internalDelivery(a protocollo.Actor, id int64) (protocollo.InternalDelivery, error) {
	return one(w.ctx, w, "internal-delivery", scanInternalDelivery, `SELECT `+internalDeliveryColumns+internalDeliveryFrom+
		`JOIN intakes i ON i.id = d.intake_id WHERE d.id = ? AND i.aoo = ?`, id, string(a.AOO))
}

// EndInternalDelivery records how one ended.
func (db *DB) EndInternalDelivery(ctx context.Context, a protocollo.Actor, id int64, e protocollo.InternalDeliveryEnd) (protocollo.InternalDelivery, error) {
	var out protocollo.InternalDelivery
	err := db.transact(ctx, "end an internal delivery", func(w *wtx) error {
		d, err := w.internalDelivery(a, id)
		if err != nil {
			return err
		}
		if out = d; d.End != nil {
			if d.End.Outcome == e.Outcome && d.End.Person == e.Person && d.End.Note == e.Note && d.End.By == a.User {
				return nil
			}
			return protocollo.Errorf(protocollo.Conflict, "delivery-ended", "internal delivery %d ended as %s", id, d.End.Outcome)
		}
		_, err = w.insert("internal_delivery_ends", row{"delivery_id": id, "outcome": string(e.Outcome), "person": e.Person, "note": e.Note, "by_user": a.User})
		if err != nil {
			return err
		}
		if out, err = w.internalDelivery(a, id); err != nil {
			return err
		}
		detail := map[string]any{"deliveryOutcome": e.Outcome}
		if e.Person != "" {
			detail["signedBy"] = e.Person
		}
		if e.Note != "" {
			detail["reason"] = e.Note
		}
		return w.report(KindInternalDeliveryEnd, a.User, a.AOO, d.IntakeID, detail)
	})
	return out, err
}

// InternalDelivery returns one of an intake that the actor sees.
func (db *DB) InternalDelivery(ctx context.Context, a protocollo.Actor, id int64) (protocollo.InternalDelivery, error) {
	where, args := visible(a)
	d, err := one(ctx, db.read, "internal-delivery", scanInternalDelivery, `SELECT `+internalDeliveryColumns+internalDeliveryFrom+
		`JOIN records x ON x.intake_id = d.intake_id WHERE d.id = ? AND `+where, append([]any{id}, args...)...)
	if err != nil {
		return d, fmt.Errorf("read internal delivery %d: %w", id, err)
	}
	return d, nil
}
