package store

import (
	"context"
	"testing"

	"segnatura/store/storetest"
)

// keyed leaves a number that was keyed in.
func (o *office) keyed(t testing.TB) {
	t.Helper()
	n := o.Keyed(o.Record(storetest.Draft("Letta altrove", "Mario")).Intake, "0009001")
	n.Doubt = "far"
	must(t, o.KeyNumber(context.Background(), storetest.Clerk(), n))
}
