package store

import (
	"context"
	"strings"
	"testing"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/store/storetest"
)

// corrected leaves a corrected value and a letter that was sent back.
func (o *office) corrected(t testing.TB) {
	t.Helper()
	ctx, r := context.Background(), o.Register(storetest.Draft("Oggetto sbagliato", "Mario"))
	n := o.Corrects("corrected", r, "Oggetto giusto")
	granted := storetest.Authorised("8")
	n.Decision, n.Here = &granted, true
	_, err := o.RequestCorrection(ctx, storetest.Chief(), n)
	must(t, err)
	_, err = o.RequestCorrection(ctx, storetest.Clerk(), station.NewCorrection{Request: protocollo.CorrectionRequest{Key: "sent back", RegistrationID: r.ID,
		Kind: protocollo.CorrectionReturn, Cause: protocollo.CauseWrongRecipient, Reason: "non è nostra", LinkedID: r.ID - 1}})
	must(t, err)
}

// Nothing is corrected here that a centre has (R8.4), and nothing that nobody authorised.
func TestCorrectionsAreRefused(t *testing.T) {
	o := openOffice(t)
	ctx := context.Background()
	rec := o.Record(storetest.Draft("Del centro", "Mario"))
	receipt := protocollo.Receipt{Register: "PG", Year: 2026, Number: "0000500", Day: "2026-03-10", At: o.Clock.Now(), Ref: "centre:1"}
	// The letter's attempt names whoever numbers.
	must(t, o.SettleAttempt(ctx, rec.Attempt.ID, protocollo.AttemptUnavailable, ""))
	a, err := o.BeginAttempt(ctx, rec.Intake.ID, "pitre")
	must(t, err)
	r, err := o.ConfirmNumber(ctx, a.Attempt.ID, receipt, storetest.Segnatura(receipt, rec.Intake.Draft))
	must(t, err)
	n := o.Corrects("here", r, "Altro")
	granted := storetest.Authorised("8")
	n.Decision, n.Here = &granted, true
	_, err = o.RequestCorrection(ctx, storetest.Chief(), n)
	storetest.Fails(t, err, protocollo.Internal, "not-here")

	n.Decision, n.Here = nil, false
	asked, err := o.RequestCorrection(ctx, storetest.Clerk(), n)
	must(t, err)
	_, err = o.raw(t).Exec(`INSERT INTO corrections (at, request_id, registration_id, intake_id, changes, draft) VALUES (1, ?, ?, ?, '[]', '{}')`, asked.ID, r.ID, r.IntakeID)
	if err == nil {
		t.Fatal("a correction that nobody authorised is taken")
	}
}

// After a restore nothing that was authorised is asked of the centre by itself: it may have been done after the copy (R17.4).
func TestRestoreDoubtsCorrections(t *testing.T) {
	o := openOffice(t)
	ctx, chief := context.Background(), storetest.Chief()
	granted := protocollo.CorrectionDecision{Choice: protocollo.CorrectionAuthorised}
	want := map[int64]protocollo.CorrectionState{}
	for outcome, state := range map[protocollo.CorrectionOutcome]protocollo.CorrectionState{
		"": protocollo.StateUnknown, protocollo.CorrectionUnavailable: protocollo.StateUnknown, protocollo.CorrectionAsked: protocollo.StateUnknown,
		protocollo.CorrectionByHand: protocollo.StateByHand, protocollo.CorrectionAbandoned: protocollo.StateAbandoned,
	} {
		n := o.Corrects("ask "+string(outcome), o.Register(storetest.Draft("Ricorso "+string(outcome), "Mario")), "Istanza")
		n.Decision = &granted
		c, err := o.RequestCorrection(ctx, chief, n)
		must(t, err)
		if outcome != "" {
			_, err = o.SettleCorrection(ctx, chief, c.ID, outcome, "")
			must(t, err)
		}
		want[c.ID] = state
	}
	waits, err := o.RequestCorrection(ctx, storetest.Clerk(), o.Corrects("undecided", o.Register(storetest.Draft("Altro", "Mario")), "Istanza"))
	must(t, err)
	want[waits.ID] = protocollo.StateAsked

	r := o.restored(t, func() {})
	list, err := r.Corrections(ctx, chief, station.CorrectionQuery{Limit: 9})
	must(t, err)
	if len(list) != len(want) {
		t.Fatalf("%d corrections, want %d", len(list), len(want))
	}
	for _, c := range list {
		if c.State() != want[c.ID] {
			t.Errorf("%s is %s, want %s", c.Key, c.State(), want[c.ID])
		}
	}
	if due, err := r.Corrections(ctx, chief, station.CorrectionQuery{Due: true, Limit: 9}); err != nil || len(due) != 0 {
		t.Errorf("asked again by itself: %+v, %v", due, err)
	}
	r.clean(t)
}

// R11.1, R11.2: the system's administrator reads the journal, and of no letter what it says.
func TestJournalVeilsTheWordsOfLetters(t *testing.T) {
	o := openOffice(t)
	o.corrected(t)
	admin := protocollo.Actor{User: "root", AOO: storetest.AOO().Code, Roles: []protocollo.Role{protocollo.RoleAdministrator}}
	for _, reader := range []struct {
		name   string
		actor  protocollo.Actor
		veiled bool
	}{{"administrator", admin, true}, {"Responsabile", storetest.Chief(), false}} {
		list, err := o.Journal(context.Background(), reader.actor, 0, 500)
		must(t, err)
		var corrections int
		for _, e := range list {
			if e.Kind != KindCorrectionAsked && e.Kind != KindCorrected {
				continue
			}
			detail := string(e.Detail)
			if !strings.Contains(detail, `"fields":["subject"]`) { // the one that was sent back has none
				continue
			}
			corrections++
			if said := strings.Contains(detail, "Oggetto sbagliato") || strings.Contains(detail, "Oggetto giusto"); said == reader.veiled {
				t.Errorf("the %s reads %s", reader.name, detail)
			}
		}
		if corrections != 2 {
			t.Errorf("the %s reads %d entries of a correction, want 2", reader.name, corrections)
		}
	}
}
