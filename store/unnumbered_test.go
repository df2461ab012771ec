package store

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/store/storetest"
)

// envelopes leaves an envelope that was handed over, signed for, given back and registered.
func (o *office) envelopes(t testing.TB) {
	t.Helper()
	ctx, clerk := context.Background(), storetest.Clerk()
	e := o.Envelope("Luca Neri")
	d, err := o.DeliverInside(ctx, clerk, protocollo.InternalDelivery{IntakeID: e.Intake.ID, Key: "inside", Person: "Luca Neri"})
	must(t, err)
	_, err = o.EndInternalDelivery(ctx, clerk, d.ID, protocollo.InternalDeliveryEnd{Outcome: protocollo.InternalDeliverySigned, Person: "Luca Neri"})
	must(t, err)
	back := storetest.Draft("Resa dal destinatario", "Mario")
	back.EnvelopeID = e.Intake.ID
	o.Register(back)
}

// The tables keep a closed envelope from being asked for, and one paper from being in two hands, whatever program writes there.
func TestEnvelopesAreGuardedByTheTables(t *testing.T) {
	o := openOffice(t)
	ctx := context.Background()
	pool := o.raw(t)
	refuses := func(what, statement, why string) {
		t.Helper()
		if _, err := pool.Exec(statement); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v", what, err)
		}
	}
	e := o.Envelope("Luca Neri")
	refuses("asked for", fmt.Sprintf(`INSERT INTO attempts (at, intake_id, ordinal, connector) VALUES (1, %d, 1, 'embedded')`, e.Intake.ID), "gets no number")
	letter := o.Record(storetest.Draft("Lettera", "Mario"))
	refuses("unnumbered though asked for", fmt.Sprintf(`INSERT INTO unnumbered_intakes (at, intake_id, grounds, words, by_user) VALUES (1, %d, 'personale', '', 'x')`, letter.Intake.ID), "was asked for")
	_, err := o.DeliverInside(ctx, storetest.Clerk(), protocollo.InternalDelivery{IntakeID: e.Intake.ID, Key: "k", Person: "Luca Neri"})
	must(t, err)
	refuses("in two hands", fmt.Sprintf(`INSERT INTO internal_deliveries (at, intake_id, key, person, uor, note, by_user) VALUES (1, %d, 'other', 'x', '', '', 'x')`, e.Intake.ID), "was handed over")
	o.clean(t)
}
