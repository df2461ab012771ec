package store

import (
	"context"
	"errors"
	"fmt"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

func readDelivery(ctx context.Context, q querier, aoo protocollo.AOOCode, id int64) (protocollo.Delivery, error) {
	return one(ctx, q, "delivery", scanDelivery, `SELECT `+deliveryColumns+deliveryFrom+`WHERE d.id = ? AND d.aoo = ?`, id, string(aoo))
}

const deliveryColumns = `d.id, d.aoo, d.at, d.by_user, coalesce(c.at, 0), d.means, d.declared_day, d.reason, (SELECT count(*) FROM intakes i WHERE i.delivery_id = d.id)`

const deliveryFrom = ` FROM deliveries d LEFT JOIN delivery_closings c ON c.delivery_id = d.id `

func scanDelivery(s scannable) (protocollo.Delivery, error) {
	var d protocollo.Delivery
	var opened, closed int64
	err := s.Scan(&d.ID, &d.AOO, &opened, &d.OpenedBy, &closed, &d.Means, &d.DeclaredDay, &d.Reason, &d.Intakes)
	d.OpenedAt, d.ClosedAt = instant(opened), instant(closed)
	return d, err
}

// OpenDelivery opens «Arrivo posta» at the actor's desk, at the store's clock. Conflict "delivery-open" while the desk has one;
// Invalid "reason" for an earlier declared day without a reason; Invalid "declaredDay" for a later one. A delivery's instant is legal and so
// is not taken while the clock is in doubt: Stopped "clock".
func (db *DB) OpenDelivery(ctx context.Context, a protocollo.Actor, d protocollo.Delivery) (protocollo.Delivery, error) {
	err := db.transact(ctx, "open a delivery", func(w *wtx) error {
		today := protocollo.DayOf(w.now)
		switch {
		case w.doubt:
			return protocollo.Errorf(protocollo.Stopped, "clock", "the clock is in doubt")
		case d.DeclaredDay > today:
			return protocollo.Errorf(protocollo.Invalid, "declaredDay", "declared day %s is after %s", d.DeclaredDay, today)
		case d.DeclaredDay != "" && d.DeclaredDay < today && d.Reason == "":
			return protocollo.Errorf(protocollo.Invalid, "reason", "an earlier day needs its reason")
		}
		switch _, err := currentDelivery(w.ctx, w, a); {
		case err == nil:
			return protocollo.Errorf(protocollo.Conflict, "delivery-open", "desk %q has an open delivery", a.Desk)
		case !errors.Is(err, protocollo.NotFound):
			return err
		}
		id, err := w.insert("deliveries", row{"aoo": string(a.AOO), "desk": a.Desk, "by_user": a.User, "means": string(d.Means),
			"declared_day": string(d.DeclaredDay), "reason": d.Reason})
		if err != nil {
			return err
		}
		if err := w.report(KindDeliveryOpened, a.User, a.AOO, 0, map[string]any{"delivery": id, "declaredDay": d.DeclaredDay, "reason": d.Reason}); err != nil {
			return err
		}
		d, err = readDelivery(w.ctx, w, a.AOO, id)
		return err
	})
	return d, err
}

// CloseDelivery closes one of the actor's AOO; closing it again returns it as it is.
func (db *DB) CloseDelivery(ctx context.Context, a protocollo.Actor, id int64) (protocollo.Delivery, error) {
	var d protocollo.Delivery
	err := db.transact(ctx, "close a delivery", func(w *wtx) error {
		var err error
		if d, err = readDelivery(w.ctx, w, a.AOO, id); err != nil || !d.ClosedAt.IsZero() {
			return err
		}
		if _, err := w.insert("delivery_closings", row{"delivery_id": id, "by_user": a.User}); err != nil {
			return err
		}
		if err := w.report(KindDeliveryClosed, a.User, a.AOO, 0, map[string]any{"delivery": id, "intakes": d.Intakes}); err != nil {
			return err
		}
		d, err = readDelivery(w.ctx, w, a.AOO, id)
		return err
	})
	return d, err
}

// CurrentDelivery returns the open delivery of the actor's desk, or NotFound "delivery".
func (db *DB) CurrentDelivery(ctx context.Context, a protocollo.Actor) (protocollo.Delivery, error) {
	return currentDelivery(ctx, db.read, a)
}

func currentDelivery(ctx context.Context, q querier, a protocollo.Actor) (protocollo.Delivery, error) {
	return one(ctx, q, "delivery", scanDelivery, `SELECT `+deliveryColumns+deliveryFrom+
		`WHERE d.aoo = ? AND d.desk = ? AND c.id IS NULL ORDER BY d.id DESC LIMIT 1`, string(a.AOO), a.Desk)
}

// SaveDraft inserts or replaces the user's draft. Conflict "request-key" when the key is an intake already.
func (db *DB) SaveDraft(ctx context.Context, a protocollo.Actor, d station.ParkedDraft) error {
	draft, err := encode(d.Draft)
	if err != nil {
		return err
	}
	if d.Key == "" {
		return protocollo.Errorf(protocollo.Invalid, "key", "a draft needs its request key")
	}
	return db.transact(ctx, "save a draft", func(w *wtx) error {
		n, err := number(w.QueryRowContext(w.ctx, `SELECT count(*) FROM intakes WHERE key = ?`, d.Key))
		if err != nil {
			return err
		}
		if n > 0 {
			return protocollo.Errorf(protocollo.Conflict, "request-key", "key %s is an intake already", d.Key)
		}
		return w.exec(`INSERT INTO drafts (aoo, user, key, draft, parked, saved_at) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET draft = excluded.draft, parked = excluded.parked, saved_at = excluded.saved_at`,
			string(a.AOO), a.User, d.Key, draft, d.Parked, w.clock.UnixNano())
	})
}

// Drafts lists the user's drafts, oldest first.
func (db *DB) Drafts(ctx context.Context, a protocollo.Actor) ([]station.ParkedDraft, error) {
	list, err := collect(ctx, db.read, func(s scannable) (station.ParkedDraft, error) {
		var d station.ParkedDraft
		var saved int64
		var draft string
		if err := s.Scan(&d.Key, &draft, &d.Parked, &saved); err != nil {
			return d, err
		}
		d.SavedAt = instant(saved)
		return d, decode(draft, &d.Draft)
	}, `SELECT key, draft, parked, saved_at FROM drafts WHERE aoo = ? AND user = ? ORDER BY saved_at, key`, string(a.AOO), a.User)
	if err != nil {
		return nil, fmt.Errorf("list drafts: %w", err)
	}
	return list, nil
}

// DiscardDraft forgets one; a missing one is no error. The browser keeps what it needs to save it again.
func (db *DB) DiscardDraft(ctx context.Context, a protocollo.Actor, key string) error {
	return db.transact(ctx, "discard a draft", func(w *wtx) error {
		return w.exec(`DELETE FROM drafts WHERE aoo = ? AND user = ? AND key = ?`, string(a.AOO), a.User, key)
	})
}
