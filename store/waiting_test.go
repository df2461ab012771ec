package store

import (
	"context"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/store/storetest"
)

// waited leaves rows in the tables of what waits for the centre.
func (o *office) waited(t testing.TB) {
	t.Helper()
	ctx := context.Background()
	doubtful := o.Record(storetest.Draft("In dubbio", "Luigi"))
	must(t, o.SettleAttempt(ctx, doubtful.Attempt.ID, protocollo.AttemptUnknown, "timeout"))
	_, err := o.DecideOutcome(ctx, storetest.Chief(), station.OutcomeDecision{AttemptID: doubtful.Attempt.ID, Choice: station.OutcomeAbsent, Reason: "non risulta"})
	must(t, err)
}
