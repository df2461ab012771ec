package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/store/storetest"
)

// emergency leaves rows in all tables of the emergency register.
func (o *office) emergency(t testing.TB) {
	t.Helper()
	ctx := context.Background()
	opening := o.Interrupted(time.Hour)
	opening.Assessment = "scadenze di gara"
	e := o.OpenRegister(opening)
	r := o.Emergency("Urgente")
	x := protocollo.EmergencyExtension{OpeningID: e.ID, Until: e.ValidUntil().Add(24 * time.Hour), Grounds: "guasto grave",
		WrittenAct: protocollo.WrittenAct{Number: "9", Day: "2026-03-30"}}
	_, err := o.ExtendEmergency(ctx, storetest.Signatory(), x)
	must(t, err)
	o.CloseRegister(e)
	_, err = o.RevokeEmergency(ctx, storetest.Signatory(), protocollo.EmergencyRevocation{OpeningID: e.ID})
	must(t, err)
	sha, size, err := o.PutBlob(ctx, strings.NewReader("%PDF signed"))
	must(t, err)
	must(t, o.SignEmergencyAct(ctx, storetest.Chief(), protocollo.EmergencySignature{Kind: protocollo.ActOpening, ActID: e.ID, SHA256: sha, Bytes: size,
		FileName: "firmato.pdf", MediaType: "application/pdf"}))
	o.RecoverRow(r)
	o.after(t, e)
}

// The database itself refuses what the code never asks for.
func TestEmergencyTriggers(t *testing.T) {
	o := openOffice(t)
	ordinary := o.Register(storetest.Draft("Ordinaria", "Mario"))
	e := o.OpenRegister(o.Interrupted(time.Hour))
	row := o.Emergency("In emergenza")
	pool := o.raw(t)
	refused := func(what, statement, words string) {
		t.Helper()
		_, err := pool.Exec(statement)
		if err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %v", what, err)
		}
	}
	const copyOpening = `INSERT INTO emergency_openings SELECT 99, at, aoo, year, 99, code, user_code, station_code, first, authorisation_id, NULL, cause, assessment,
		interrupted_at, opened_at, by_user, by_name, signer, policy FROM emergency_openings LIMIT 1`
	refused("a second open register", copyOpening, "is open")
	refused("an ordinary registration recovered", fmt.Sprintf(`INSERT INTO recoveries SELECT 99, at, %d, attempt_id, amministrazione, aoo, register, year, '0000099',
		day, registered_at, connector, '', '' FROM registrations WHERE id = %[1]d`, ordinary.ID), "only a row of an emergency register")
	refused("a number that stands already", fmt.Sprintf(`INSERT INTO recoveries SELECT 99, at, %d, attempt_id, amministrazione, aoo, register, year, number,
		day, registered_at, connector, '', '' FROM registrations WHERE id = %d`, row.ID, ordinary.ID), "stands already")
	o.CloseRegister(e)
	refused("a row after the closing", fmt.Sprintf(`INSERT INTO emergency_rows VALUES (99, 0, %d, %d, 2, 0, '')`, ordinary.ID, e.ID), "is closed")
	refused("a registration after the closing", fmt.Sprintf(`INSERT INTO registrations SELECT 99, at, 99, attempt_id, amministrazione, aoo, register, year, '0000002',
		day, registered_at, connector, ref, raw, segnatura FROM registrations WHERE id = %d`, row.ID), "is closed")
	refused("an extension after the closing", fmt.Sprintf(`INSERT INTO emergency_extensions VALUES (99, 0, %d, 1, 2, 'x', '1', '', 'rosa', 'Rosa', 'vicario')`, e.ID), "is closed")
	o.RecoverRow(row)
	refused("the number of a recovery again", fmt.Sprintf(`INSERT INTO registrations SELECT 99, at, 99, attempt_id, amministrazione, aoo, register, year, number,
		day, registered_at, connector, ref, raw, '{}' FROM recoveries WHERE registration_id = %d`, row.ID), "stands already")
	o.clean(t)
}

// What the check finds in a register whose rows were touched together with their journal's silence.
func TestCheckFindsEmergencyFaults(t *testing.T) {
	o := openOffice(t)
	o.emergency(t)
	e := o.OpenRegister(o.Interrupted(time.Hour))
	o.Emergency("Uno")
	o.Emergency("Due")
	o.CloseRegister(e)
	o.clean(t)
	ctx, pool := context.Background(), o.raw(t)
	for _, c := range []struct{ name, statement, code, table string }{
		{"a row left out", `UPDATE emergency_rows SET row = 3 WHERE row = 2`, "emergency-gap", "emergency_rows"},
		{"another number", `UPDATE registrations SET number = '0000007' WHERE register = 'EO2' AND number = '0000002'`, "emergency-gap", "emergency_rows"},
		{"an earlier instant", `UPDATE registrations SET registered_at = registered_at - 60000000000 WHERE register = 'EO2' AND number = '0000002'`, "emergency-order", "emergency_rows"},
		{"a row after the first day", `UPDATE emergency_openings SET interrupted_at = interrupted_at - 86400000000000`, "emergency-outside", "emergency_rows"},
		{"a row of no register", `DELETE FROM emergency_rows WHERE row = 2`, "emergency-without-row", "registrations"},
		{"another count", `UPDATE emergency_closings SET count = 9`, "emergency-count", "emergency_closings"},
		{"a day's total", `UPDATE emergency_days SET count = 9`, "emergency-total", "emergency_days"},
		{"a day without total", `DELETE FROM emergency_days`, "emergency-total-missing", "emergency_closings"},
		{"two registers open", `DELETE FROM emergency_closings`, "emergency-two-open", "emergency_openings"},
		{"an ordinary one recovered", `UPDATE registrations SET connector = 'embedded' WHERE register = 'EO1'`, "recovery-of-no-emergency", "recoveries"},
		{"an attempt after the recovery", `UPDATE recoveries SET at = 0, attempt_id = 0`, "attempt-after-number", "attempts"},
		{"a recovery that the book does not know", `UPDATE recoveries SET number = '0000555'`, "number-not-confirmed", "registrations"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tx, err := pool.Begin()
			must(t, err)
			defer tx.Rollback()
			for _, table := range append(legalTables(), "journal") {
				for _, trigger := range []string{"_no_update", "_no_delete"} {
					_, err := tx.Exec(`DROP TRIGGER IF EXISTS ` + table + trigger)
					must(t, err)
				}
			}
			_, err = tx.Exec(c.statement)
			must(t, err)
			check := &checker{ctx: ctx, q: tx}
			must(t, check.numbers())
			must(t, check.states())
			finds(t, check.report, c.code, c.table)
		})
	}
}

// However registers follow each other, no number is given twice, and each sequence has no gap (R9.4).
func TestEmergencyOpeningsNeverCollide(t *testing.T) {
	o := openOffice(t)
	ctx := context.Background()
	random := rand.New(rand.NewPCG(9, 4))
	for range 60 {
		o.Clock.Move(time.Duration(random.IntN(100)) * time.Hour)
		opening := o.Interrupted(time.Hour)
		opening.Policy.Scheme = []protocollo.EmergencyScheme{protocollo.EmergencyPerOpening, protocollo.EmergencyPerYear, protocollo.EmergencyPerUser}[random.IntN(3)]
		if opening.Policy.Scheme == protocollo.EmergencyPerUser {
			opening.UserCode = []string{"1", "01", "a", "A", "EY"}[random.IntN(5)]
		}
		opening.Policy.StationCode = []string{"", "A", "B1"}[random.IntN(3)]
		e := o.OpenRegister(opening)
		for i := range random.IntN(4) {
			o.Emergency(fmt.Sprintf("lettera %d di %s", i, e.Title()))
		}
		o.CloseRegister(e)
	}
	o.clean(t)
	list, err := o.EmergencyRegisters(ctx, storetest.AOO().Code, 2026)
	must(t, err)
	if len(list) != 60 || list[0].Ordinal != 60 {
		t.Fatalf("%d registers, the last is %+v", len(list), list[0])
	}
}

// After a restore a row that has no ordinary number here may have one at the centre: it is not asked for again (R17.4).
func TestRestoreDoubtsRecoveries(t *testing.T) {
	o := openOffice(t)
	ctx := context.Background()
	e := o.OpenRegister(o.Interrupted(time.Hour))
	known, lost := o.Emergency("Recuperata prima"), o.Emergency("Recuperata dopo la copia")
	o.CloseRegister(e)
	o.RecoverRow(known)
	must(t, o.db.transact(ctx, "pretend a restore", func(w *wtx) error { return w.doubtRecoveries() }))
	_, err := o.BeginAttempt(ctx, lost.IntakeID, "embedded")
	storetest.Fails(t, err, protocollo.Conflict, "unknown")
	_, err = o.BeginAttempt(ctx, known.IntakeID, "embedded")
	storetest.Fails(t, err, protocollo.Conflict, "numbered")
	pending, err := o.UnsettledAttempts(ctx, 0, 100)
	must(t, err)
	if len(pending) != 1 || pending[0].Intake.ID != lost.IntakeID || pending[0].Attempt.Connector != "embedded" {
		t.Fatalf("pending: %+v", pending)
	}
	counts, err := o.Counts(ctx, storetest.Chief())
	must(t, err)
	if listed, err := o.UncertainAttempts(ctx, storetest.Chief(), 100); err != nil || counts.OutcomesUnknown != len(listed) || len(listed) != 1 {
		t.Fatalf("counted %d of %d, %v", counts.OutcomesUnknown, len(listed), err)
	}
	o.clean(t)
}

// A process that dies at any step of the register's life leaves a step done or not begun, and it can be done again.
func TestEmergencySurvivesACrashAtEachStep(t *testing.T) {
	o := openOffice(t)
	ctx := context.Background()
	pool := o.raw(t)
	var e protocollo.EmergencyRegister
	var first, moved protocollo.Registration
	waiting := o.Record(storetest.Draft("In coda", "Luigi"))
	must(t, o.SettleAttempt(ctx, waiting.Attempt.ID, protocollo.AttemptUnavailable, "down"))
	opening, in := o.Interrupted(time.Hour), o.NewIntake(storetest.Draft("Prima", "Mario"))
	in.Sign = protocollo.Segnatura{Body: storetest.Body(), AOO: storetest.AOO()}
	var restored time.Time
	var attempt protocollo.Attempt
	var receipt protocollo.Receipt
	for _, step := range []struct {
		name   string
		writes bool
		do     func() error
	}{
		{"open", true, func() (err error) { e, err = o.OpenEmergency(ctx, storetest.Signatory(), opening); return err }},
		{"number", true, func() error {
			rec, err := o.RecordIntake(ctx, in)
			if err == nil {
				first = *rec.Registration
			}
			return err
		}},
		{"move", true, func() (err error) {
			moved, err = o.AllocateEmergencyNumber(ctx, storetest.Clerk(), waiting.Intake.ID, in.Sign, "")
			return err
		}},
		{"total", false, func() error { return o.RecordEmergencyDays(ctx, e.ID) }},
		{"close", true, func() (err error) {
			if restored.IsZero() {
				restored = o.Clock.Now()
			}
			e, err = o.CloseEmergency(ctx, storetest.Signatory(), protocollo.EmergencyClosing{OpeningID: e.ID, RestoredAt: restored})
			return err
		}},
		{"begin", true, func() error {
			a, err := o.BeginAttempt(ctx, first.IntakeID, "embedded")
			switch {
			case err == nil:
				attempt = a.Attempt
			case attempt.ID != 0 && errors.Is(err, protocollo.Conflict): // under way: whoever finds it looks it up
				return nil
			}
			return err
		}},
		{"take", true, func() (err error) {
			receipt, err = o.TakeNumber(ctx, attempt.Key, storetest.Body(), storetest.AOO())
			return err
		}},
		{"confirm", true, func() (err error) {
			first, err = o.ConfirmNumber(ctx, attempt.ID, receipt, storetest.Segnatura(receipt, in.Draft))
			return err
		}},
	} {
		// The entry is the last thing that a transaction writes.
		_, err := pool.Exec(`CREATE TRIGGER crash BEFORE INSERT ON journal BEGIN SELECT RAISE(ABORT, 'the process dies'); END`)
		must(t, err)
		if err := step.do(); step.writes != (err != nil) || err != nil && !strings.Contains(err.Error(), "the process dies") {
			t.Fatalf("%s: the crash was not met: %v", step.name, err)
		}
		_, err = pool.Exec(`DROP TRIGGER crash`)
		must(t, err)
		o.clean(t)
		for range 2 { // done, and its answer was lost
			if err := step.do(); err != nil {
				t.Fatalf("%s: again: %v", step.name, err)
			}
		}
		must(t, o.db.Close())
		db, err := Open(ctx, Config{Dir: o.dir, Clock: o.Clock.Now})
		must(t, err)
		o.Fixture.Store, o.db = db, db
		o.clean(t)
	}
	if first.Recovery == nil || first.Number != "0000001" || moved.Number != "0000002" || e.Closing.Count != 2 {
		t.Fatalf("after all: %+v, %+v, %+v", first, moved, e)
	}
}

// A signed act was wanted by the check and left out of the backup: from the first one on, every backup failed its own check.
func TestSignedActsAreBackedUp(t *testing.T) {
	o := openOffice(t)
	o.emergency(t)
	o.clean(t)
	if _, rep, err := o.db.Backup(t.Context(), t.TempDir()+"/copy"); err != nil || !rep.OK() {
		t.Fatalf("backup: %+v, %v", rep.Findings, err)
	}
}
