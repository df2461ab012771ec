package store

import (
	"context"
	"errors"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/store/storetest"
)

// A delivery that cannot be read was once said not to be open: the clerk would open another, and the letter keep another instant.
func TestADeliveryThatCannotBeReadIsNotSaidToBeClosed(t *testing.T) {
	o := openOffice(t)
	ctx := context.Background()
	d, err := o.OpenDelivery(ctx, storetest.Clerk(), protocollo.Delivery{})
	must(t, err)
	_, err = o.raw(t).Exec(`ALTER TABLE delivery_closings RENAME COLUMN at TO gone`)
	must(t, err)
	draft := storetest.Draft("Richiesta", "Mario")
	draft.DeliveryID = d.ID
	if _, err := o.RecordIntake(ctx, o.NewIntake(draft)); err == nil || errors.Is(err, protocollo.NotFound) {
		t.Fatalf("recorded, or said to be closed: %v", err)
	}
}
