package store

import (
	"strings"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/store/storetest"
)

// stamped leaves one thing with a token, and one whose first answer was refused.
func (o *office) stamped(t testing.TB) {
	t.Helper()
	due, err := o.DueTimestamps(t.Context(), 10)
	must(t, err)
	if len(due) < 2 {
		t.Fatalf("due: %+v", due)
	}
	must(t, o.RefuseTimestamp(t.Context(), due[1].ID, storetest.Refusal("tsa-nonce")))
	must(t, o.RecordTimestamp(t.Context(), due[0].ID, storetest.Token(o.Clock.Now())))
}

// Without an authority nothing is queued: a register would say «in attesa» for ever.
func TestNothingIsQueuedWithoutAnAuthority(t *testing.T) {
	o := openOffice(t)
	o.db.cfg.Timestamps = false
	o.closedDays(t)
	if due, err := o.DueTimestamps(t.Context(), 10); err != nil || len(due) != 0 {
		t.Errorf("due: %+v, %v", due, err)
	}
	o.clean(t)
}

// A thing may be asked for again by a step that is repeated, and a thing with other bytes is another request.
func TestADigestIsQueuedOnce(t *testing.T) {
	o := openOffice(t)
	digest := strings.Repeat("ab", 32)
	for _, d := range []string{digest, digest, strings.Repeat("cd", 32)} {
		must(t, o.db.transact(t.Context(), "queue a digest", func(w *wtx) error {
			if err := w.queueTimestamp(storetest.AOO().Code, protocollo.TimestampBid, 7, d); err != nil {
				return err
			}
			return w.report(KindViewed, stationUser(), storetest.AOO().Code, 0, nil)
		}))
	}
	due, err := o.DueTimestamps(t.Context(), 10)
	must(t, err)
	if len(due) != 2 || due[0].SHA256 != digest || due[0].Kind != protocollo.TimestampBid || due[0].Subject != 7 {
		t.Errorf("due: %+v", due)
	}
	o.clean(t)
}
