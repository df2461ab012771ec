package store

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/store/storetest"
)

// refused leaves a letter that was corrected before it had a number, and one that was closed without.
func (o *office) refused(t testing.TB) {
	t.Helper()
	ctx := context.Background()
	d := storetest.Draft("Rifiutata", "Mario")
	first, second := o.Refused(d), o.Refused(storetest.Draft("Chiusa", "Mario"))
	d.Classifica = "I.1"
	_, err := o.CorrectRefused(ctx, storetest.Clerk(), first.Intake.ID, 1, d)
	must(t, err)
	instead := o.Register(storetest.Draft("Al suo posto", "Mario"))
	must(t, o.CloseRefused(ctx, storetest.Clerk(), protocollo.IntakeClosing{IntakeID: second.Intake.ID, Reason: "registrata di nuovo", RegistrationID: instead.ID}))
}

// What may have a number is not corrected or closed, and what was closed is not asked for, by whatever program writes there (R17.2).
func TestRefusedLettersAreGuardedByTheTables(t *testing.T) {
	o := openOffice(t)
	ctx := context.Background()
	pool := o.raw(t)
	refuses := func(what, statement, why string) {
		t.Helper()
		if _, err := pool.Exec(statement); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v", what, err)
		}
	}
	correct := func(in station.RecordedIntake, attempt int64) string {
		return fmt.Sprintf(`INSERT INTO corrections (at, intake_id, attempt_id, by_user, changes, draft) VALUES (1, %d, %d, 'x', '[]', '{}')`, in.Intake.ID, attempt)
	}
	giveUp := func(in station.RecordedIntake, attempt int64) string {
		return fmt.Sprintf(`INSERT INTO intake_closings (at, intake_id, attempt_id, by_user, reason) VALUES (1, %d, %d, 'x', 'y')`, in.Intake.ID, attempt)
	}
	other := o.Refused(storetest.Draft("Altra", "Mario"))
	for _, outcome := range []protocollo.AttemptOutcome{"", protocollo.AttemptUnknown, protocollo.AttemptUnavailable} {
		rec := o.Record(storetest.Draft("Lettera", "Mario"))
		if outcome != "" {
			must(t, o.SettleAttempt(ctx, rec.Attempt.ID, outcome, ""))
		}
		refuses(fmt.Sprintf("corrected while %q", outcome), correct(rec, rec.Attempt.ID), "is corrected so")
		refuses(fmt.Sprintf("closed while %q", outcome), giveUp(rec, rec.Attempt.ID), "is closed")
		refuses("corrected by another letter's refusal", correct(rec, other.Attempt.ID), "is corrected so")
		refuses("closed by another letter's refusal", giveUp(rec, other.Attempt.ID), "is closed")
	}
	numbered := o.Refused(storetest.Draft("Con numero", "Mario"))
	again, err := o.BeginRefusedAgain(ctx, storetest.Clerk(), numbered.Intake.ID, "embedded", "x")
	must(t, err)
	refuses("corrected by an earlier refusal", correct(numbered, numbered.Attempt.ID), "is corrected so")
	receipt, err := o.TakeNumber(ctx, numbered.Intake.Key, storetest.Body(), storetest.AOO())
	must(t, err)
	_, err = o.ConfirmNumber(ctx, again.Attempt.ID, receipt, storetest.Segnatura(receipt, numbered.Intake.Draft))
	must(t, err)
	refuses("corrected with a number", correct(numbered, again.Attempt.ID), "is corrected so")
	refuses("closed with a number", giveUp(numbered, again.Attempt.ID), "is closed")

	must(t, o.CloseRefused(ctx, storetest.Chief(), protocollo.IntakeClosing{IntakeID: other.Intake.ID, Reason: "non è nostra"}))
	refuses("asked for once closed", fmt.Sprintf(`INSERT INTO attempts (at, intake_id, ordinal, connector) VALUES (1, %d, 2, 'embedded')`, other.Intake.ID), "closed without number")
	refuses("corrected once closed", correct(other, other.Attempt.ID), "is corrected so")
	o.clean(t)
}

// After a restore what was refused may have been asked for since the copy, with whatever correction: it is in doubt. What was closed in the copy
// nobody can have asked for.
func TestRestoreDoubtsWhatWasRefused(t *testing.T) {
	o := openOffice(t)
	ctx := context.Background()
	refused, closed := o.Refused(storetest.Draft("Rifiutata", "Mario")), o.Refused(storetest.Draft("Chiusa", "Mario"))
	must(t, o.CloseRefused(ctx, storetest.Chief(), protocollo.IntakeClosing{IntakeID: closed.Intake.ID, Reason: "non è nostra"}))
	must(t, o.db.transact(ctx, "mark a restore", func(w *wtx) error { return w.markRestored(Manifest{}) }))
	for in, want := range map[int64]protocollo.AttemptOutcome{refused.Intake.ID: protocollo.AttemptUnknown, closed.Intake.ID: protocollo.AttemptRejected} {
		r, err := o.IntakeRecord(ctx, storetest.Clerk(), in)
		must(t, err)
		if got := r.Attempts[0].Outcome; got != want {
			t.Errorf("intake %d is %q, want %q", in, got, want)
		}
	}
	_, err := o.CorrectRefused(ctx, storetest.Clerk(), refused.Intake.ID, 1, storetest.Draft("Altra", "Mario"))
	storetest.Fails(t, err, protocollo.Conflict, "not-refused")
}
