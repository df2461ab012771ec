package station_test

import (
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// Each act is whose it is: who opened a register did not authorise, close and revoke it.
func TestEmergencyPapersNameTheirOwnSigner(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	vice := station.Signatory{Actor: chief.Actor, Signer: protocollo.SignerVicario}
	vice.Actor.User, vice.Actor.Name = "vice", "Gialli Vera"
	from := o.clock.Now()
	planned, err := o.s.AuthoriseEmergency(ctx, vice, station.AuthoriseCommand{Cause: "sostituzione del server", PlannedFrom: from, PlannedUntil: from.Add(8 * time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	o.clock.add(time.Hour)
	e := o.openRegister(station.OpenCommand{Cause: "manutenzione", InterruptedAt: o.clock.Now().Add(-time.Minute), AuthorisationID: planned.ID})
	secret := letter("Sanzione disciplinare")
	secret.Confidential, secret.UOR, secret.Classifica, secret.Fascicolo = true, "TRIB", "I.6", "2026/1"
	o.register("k1", secret)
	o.clock.add(time.Minute)
	if _, err := o.s.CloseEmergency(ctx, vice, e.ID, station.CloseCommand{RestoredAt: o.clock.Now()}); err != nil {
		t.Fatal(err)
	}
	const viceTitle, title = "Vicario del Responsabile della Gestione Documentale", "Responsabile della Gestione Documentale"
	names := func(kind protocollo.EmergencyActKind, officer, role string) {
		t.Helper()
		p, err := o.s.EmergencyPaper(ctx, boss, "1-2026", kind)
		if err != nil || p.Officer != officer || p.RoleTitle != role || p.Closer != "Gialli Vera" || p.CloserTitle != viceTitle {
			t.Errorf("%s is signed by %q, %q and closed by %q, %q: %v", kind, p.Officer, p.RoleTitle, p.Closer, p.CloserTitle, err)
		}
		if planned := kind == protocollo.ActAuthorisation; (p.Cause == "sostituzione del server") != planned || p.InterruptedAt.Equal(from) != planned {
			t.Errorf("%s says «%s» from %s", kind, p.Cause, p.InterruptedAt)
		}
		// Of a confidential letter number and instants stand alone.
		if r := p.Rows[0]; r.UOR+r.UORName+r.InternalCode+r.Classifica+r.DocumentType+r.Means+r.Address != "" || r.Subject != "riservato" || r.Number == "" {
			t.Errorf("the confidential row says %+v", r)
		}
	}
	names(protocollo.ActAuthorisation, "Gialli Vera", viceTitle)
	names(protocollo.ActOpening, chief.Actor.Name, title)
	names(protocollo.ActRevocation, "", "") // nobody has revoked it yet
	if _, err := o.s.RevokeEmergency(ctx, vice, e.ID, protocollo.WrittenAct{}); err != nil {
		t.Fatal(err)
	}
	names(protocollo.ActRevocation, "Gialli Vera", viceTitle)
}
