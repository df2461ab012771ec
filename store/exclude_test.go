package store

import (
	"context"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/store/storetest"
)

// putAside leaves a registration that is excluded and one that is to be scanned later.
func (o *office) putAside(t testing.TB) {
	t.Helper()
	ctx, clerk := context.Background(), storetest.Clerk()
	_, err := o.ExcludeUnscanned(ctx, station.ExclusionOrder{RegistrationID: o.Register(storetest.Draft("Visita", "Mario")).ID,
		Decision: station.ScopeDecision{Actor: clerk, Choice: protocollo.ChoiceExclude, Profile: "p", Exclusion: "riservatezza", Responsible: "Ada Neri", Reason: "r"}})
	must(t, err)
	must(t, o.Postpone(ctx, clerk, o.Register(storetest.Draft("Progetto", "Mario")).ID, "occorre lo scanner A3"))
}
