package store

import (
	"context"
	"fmt"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// StoppedDispatches lists deliveries that the centre refused or that may have arrived, oldest first. One that a later scan superseded is
// withdrawn and not among them.
func (db *DB) StoppedDispatches(ctx context.Context, aoo protocollo.AOOCode) ([]station.StoppedDispatch, error) {
	list, err := collect(ctx, db.read, func(s scannable) (station.StoppedDispatch, error) {
		var d station.StoppedDispatch
		var at int64
		err := s.Scan(&d.ID, &d.RegistrationID, &d.Part, &d.Why, &d.Words, &at)
		d.Since = instant(at)
		return d, err
	}, `SELECT d.id, d.registration_id, coalesce(s.part, 0), c.state, o.words, o.at
		FROM dispatch_current c JOIN dispatches d ON d.id = c.dispatch_id JOIN registrations r ON r.id = d.registration_id
		JOIN archives a ON a.id = d.archive_id JOIN associations s ON s.document_id = a.document_id
		JOIN dispatch_outcomes o ON o.id = (SELECT max(id) FROM dispatch_outcomes x WHERE x.dispatch_id = d.id)
		WHERE r.aoo = ? AND c.state IN (?, ?) ORDER BY d.id`, string(aoo), string(protocollo.OutcomeUnknown), string(protocollo.Rejected))
	if err != nil {
		return nil, fmt.Errorf("list stopped deliveries: %w", err)
	}
	return list, nil
}

func stoppedState(state string) bool {
	return state == string(protocollo.OutcomeUnknown) || state == string(protocollo.Rejected)
}

// ResumeDispatch makes a stopped delivery due again: a person takes it up.
func (db *DB) ResumeDispatch(ctx context.Context, a protocollo.Actor, id int64) error {
	return db.stoppedStep(ctx, a, id, "take a delivery up again", KindDispatchFailed, func(state string) (row, error) {
		if !stoppedState(state) {
			return nil, protocollo.Errorf(protocollo.Conflict, "dispatch", "delivery %d is %s", id, state)
		}
		return row{"state": string(protocollo.Unavailable), "words": ""}, nil
	})
}

// ConfirmDispatch records a person's word that the centre has what may have arrived, or what was refused and then attached there by hand. There
// is no receipt: reason stands for it.
func (db *DB) ConfirmDispatch(ctx context.Context, a protocollo.Actor, id int64, reason string) error {
	return db.stoppedStep(ctx, a, id, "confirm a delivery", KindDispatchDelivered, func(state string) (row, error) {
		if !stoppedState(state) {
			return nil, protocollo.Errorf(protocollo.Conflict, "dispatch", "delivery %d is %s", id, state)
		}
		return row{"state": dispatchDelivered, "words": reason}, nil
	})
}

// stoppedStep records a person's word on a delivery of their AOO.
func (db *DB) stoppedStep(ctx context.Context, a protocollo.Actor, id int64, doing, kind string, fn func(state string) (row, error)) error {
	return db.transact(ctx, doing, func(w *wtx) error {
		state, err := one(w.ctx, w, "dispatch", text, `SELECT c.state FROM dispatch_current c JOIN dispatches d ON d.id = c.dispatch_id
			JOIN registrations r ON r.id = d.registration_id WHERE c.dispatch_id = ? AND r.aoo = ?`, id, string(a.AOO))
		if err != nil {
			return err
		}
		r, err := fn(state)
		if err != nil {
			return err
		}
		if err := w.dispatchOutcomeBy(a.User, id, kind, r); err != nil {
			return err
		}
		return w.settleSuperseded(id)
	})
}
