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
	reg := o.Register(back)
	o.Unregistered(protocollo.GroundsExcluded)
	must(t, o.ReturnToPost(ctx, clerk, "ritorno", []int64{o.Unregistered(protocollo.GroundsPost).Intake.ID}))
	must(t, o.SetUrgent(ctx, storetest.Chief(), protocollo.Urgency{IntakeID: reg.IntakeID, Urgent: true, Reason: "scade oggi"}))
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
	refuses("left out without an entry", fmt.Sprintf(`INSERT INTO unnumbered_intakes (at, intake_id, grounds, words, by_user) VALUES (1, %d, 'escluso', '', 'x')`, letter.Intake.ID), "cites its entry")
	others := o.Unregistered(protocollo.GroundsPost)
	id := fmt.Sprintf(`(SELECT id FROM unnumbered_intakes WHERE intake_id = %d)`, others.Intake.ID)
	item := `INSERT INTO post_return_items (at, return_id, unnumbered_id) VALUES (1, 1, `
	refuses("a personal envelope to the post", fmt.Sprintf(item+`(SELECT id FROM unnumbered_intakes WHERE intake_id = %d))`, e.Intake.ID), "not for somebody else")
	must(t, o.ReturnToPost(ctx, storetest.Clerk(), "r", []int64{others.Intake.ID}))
	refuses("registered while the post has it", fmt.Sprintf(`INSERT INTO envelope_intakes (at, unnumbered_id, intake_id) VALUES (1, %s, %d)`, id, letter.Intake.ID), "with the post")
	here := o.Unregistered(protocollo.GroundsPost)
	back := storetest.Draft("Era per noi", "Mario")
	back.EnvelopeID = here.Intake.ID
	o.Register(back)
	refuses("to the post though registered", fmt.Sprintf(item+`(SELECT id FROM unnumbered_intakes WHERE intake_id = %d))`, here.Intake.ID), "was registered")
	o.clean(t)
}
