package store

import (
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/store/storetest"
)

// TestWhatIsAskedAboutWaits: a document that was ready was to be confirmed while something was asked about it.
func TestWhatIsAskedAboutWaits(t *testing.T) {
	o := openOffice(t)
	ctx := t.Context()
	clerk := storetest.Clerk()
	r := o.Register(storetest.Draft("Richiesta", "Mario"))
	d, _ := o.Scan("one")
	_, err := o.Associate(ctx, station.Association{DocumentID: d.ID, RegistrationID: r.ID, Actor: clerk})
	must(t, err)
	must(t, o.SetDocumentState(ctx, d.ID, protocollo.DocumentReady))
	e, err := o.OpenException(ctx, protocollo.Exception{AOO: clerk.AOO, DocumentID: d.ID, Kind: protocollo.ExceptionSeenTwice})
	must(t, err)
	for range 2 {
		if now, _, err := o.Document(ctx, d.ID); err != nil || now.State != protocollo.DocumentWaiting {
			t.Errorf("the document is %s, %v", now.State, err)
		}
		storetest.Fails(t, o.ConfirmQuality(ctx, o.Confirmation(d.ID)), protocollo.Conflict, "not-ready")
		must(t, o.SetDocumentState(ctx, d.ID, protocollo.DocumentReady))
	}
	o.clean(t)
	_, err = o.raw(t).Exec(`UPDATE documents SET state = 'ready' WHERE id = ?`, d.ID) // as an earlier edition left it
	must(t, err)
	finds(t, o.check(t), "open-question", "documents")
	storetest.Fails(t, o.ConfirmQuality(ctx, o.Confirmation(d.ID)), protocollo.Conflict, "not-ready")
	_, err = o.SolveException(ctx, clerk, e.ID, e.Version, protocollo.ChoiceAccept, "")
	must(t, err)
	must(t, o.ConfirmQuality(ctx, o.Confirmation(d.ID)))
	o.clean(t)
}
