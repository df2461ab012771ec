package store

import (
	"context"
	"errors"
	"fmt"

	"segnatura/internal/protocollo"
)

// What stands for the other side's words where the station itself gave up a call. The UI words them.
const (
	wordsRestored = "restored" // the copy that was brought back does not know how it ended
	wordsStopped  = "stopped"  // the station stopped while it was under way
)

// recover does at each start what a crash may have cut short and no use case has a list of: the journal must reach what journal.heads
// saw, and deliveries under way get an outcome. Attempts, prints and batches under way are listed for the use cases.
func (db *DB) recover(ctx context.Context) error {
	if err := db.compareHeads(ctx); err != nil {
		return fmt.Errorf("compare the journal with %s: %w", headsFile, err)
	}
	if err := db.settleDispatches(ctx); err != nil {
		return fmt.Errorf("settle deliveries: %w", err)
	}
	return nil
}

// compareHeads stops numbering when the journal does not reach the last head that was seen: its tail was cut, or an older copy of the
// database was put in place by hand.
func (db *DB) compareHeads(ctx context.Context) error {
	seen := db.heads.last
	if seen.seq == 0 {
		return nil
	}
	hash, err := one(ctx, db.read, "entry", text, `SELECT hash FROM journal WHERE seq = ?`, seen.seq)
	if err != nil && !errors.Is(err, protocollo.NotFound) {
		return err
	}
	if hash == seen.hash {
		return nil
	}
	detail := fmt.Sprintf("the journal had entry %d with hash %s, and does not have it now", seen.seq, seen.hash)
	return db.transact(ctx, "record a cut journal", func(w *wtx) error { return w.stop("invariant", "", detail) })
}

// settleDispatches gives each delivery that was under way an outcome: unknown, or, where the book is in this very database and does
// not have its key, certainly not delivered.
func (db *DB) settleDispatches(ctx context.Context) error {
	ids, err := collect(ctx, db.read, number, `SELECT dispatch_id FROM dispatch_current WHERE state <> 'delivered' AND state = 'sending' ORDER BY dispatch_id`)
	if err != nil {
		return err
	}
	for _, id := range ids {
		err := db.transact(ctx, "settle a delivery", func(w *wtx) error { return w.settleDispatch(id, wordsStopped) })
		if err != nil {
			return err
		}
	}
	return nil
}

// settleDispatch settles one delivery whose fate the station does not know. The book of the embedded register takes the same key twice without harm.
func (w *wtx) settleDispatch(id int64, words string) error {
	connector, err := text(w.QueryRowContext(w.ctx, `SELECT `+reachedBy+` FROM dispatches d JOIN registrations r ON r.id = d.registration_id WHERE d.id = ?`, id))
	if err != nil {
		return err
	}
	state := protocollo.OutcomeUnknown
	if connector == embeddedConnector {
		state = protocollo.Unavailable
	}
	if err := w.dispatchOutcome(id, KindDispatchFailed, row{"state": string(state), "words": words}); err != nil {
		return err
	}
	return w.settleSuperseded(id)
}
