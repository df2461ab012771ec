package store

import (
	"context"
	"errors"
	"fmt"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// The kinds of journal entries of the emergency register.
const (
	KindEmergencyAuthorised = "emergency.authorised"
	KindEmergencyOpened     = "emergency.opened"
	KindEmergencyExtended   = "emergency.extended"
	KindEmergencyClosed     = "emergency.closed"
	KindEmergencyRevoked    = "emergency.revoked"
	KindEmergencyRenewed    = "emergency.renewed"
	KindEmergencyTotals     = "emergency.totals"
	KindEmergencySigned     = "emergency.signed"
	KindEmergencyNumber     = "emergency.number"
	KindRecovered           = "emergency.recovered"
	KindAskedAgain          = "emergency.again"
	KindEmergencyRoad       = "emergency.road"
	KindEmergencyReplaced   = "emergency.replaced"
	KindEmergencyYear       = "emergency.year"
)

const authorisationColumns = `u.id, u.aoo, u.by_user, u.by_name, u.signer, u.at, u.act_number, u.act_day, u.cause, u.interrupted_at, u.planned_from, u.planned_until`

func scanAuthorisation(s scannable) (protocollo.EmergencyAuthorisation, error) {
	var a protocollo.EmergencyAuthorisation
	var at, interrupted, from, until int64
	err := s.Scan(&a.ID, &a.AOO, &a.By, &a.Name, &a.Signer, &at, &a.Number, &a.Day, &a.Cause, &interrupted, &from, &until)
	a.At, a.InterruptedAt, a.PlannedFrom, a.PlannedUntil = instant(at), instant(interrupted), instant(from), instant(until)
	return a, err
}

const openingColumns = `o.id, o.aoo, o.year, o.ordinal, o.code, o.user_code, o.first, o.cause, o.assessment, o.interrupted_at, o.opened_at, o.by_user,
	o.by_name, o.signer, o.at, o.policy, o.authorisation_id, coalesce(o.continues_id, 0),
	(SELECT count(*) FROM emergency_rows e WHERE e.opening_id = o.id),
	(SELECT count(*) FROM emergency_rows e JOIN annulments n ON n.registration_id = e.registration_id WHERE e.opening_id = o.id),
	(SELECT count(*) FROM emergency_rows e JOIN recoveries y ON y.registration_id = e.registration_id WHERE e.opening_id = o.id)`

func scanOpening(s scannable) (protocollo.EmergencyRegister, error) {
	var e protocollo.EmergencyRegister
	var interrupted, opened, at int64
	var policy string
	err := s.Scan(&e.ID, &e.AOO, &e.Year, &e.Ordinal, &e.Code, &e.UserCode, &e.First, &e.Cause, &e.Assessment, &interrupted, &opened, &e.By, &e.Name,
		&e.Signer, &at, &policy, &e.Authorisation.ID, &e.Continues, &e.Rows, &e.Annulled, &e.Recovered)
	if err != nil {
		return e, err
	}
	e.InterruptedAt, e.OpenedAt, e.At = instant(interrupted), instant(opened), instant(at)
	return e, decode(policy, &e.Policy)
}

// emergencyOpen is the SQL condition that the AOO of a row x has an open register.
const emergencyOpen = `EXISTS (SELECT 1 FROM emergency_openings o WHERE o.aoo = x.aoo AND NOT EXISTS (SELECT 1 FROM emergency_closings c WHERE c.opening_id = o.id))`

// readEmergency reads one register with all its acts.
func readEmergency(ctx context.Context, q querier, id int64) (protocollo.EmergencyRegister, error) {
	e, err := one(ctx, q, "emergency", scanOpening, `SELECT `+openingColumns+` FROM emergency_openings o WHERE o.id = ?`, id)
	if err != nil {
		return e, err
	}
	e.Authorisation, err = one(ctx, q, "authorisation", scanAuthorisation, `SELECT `+authorisationColumns+` FROM emergency_authorisations u WHERE u.id = ?`,
		e.Authorisation.ID)
	if err != nil {
		return e, err
	}
	e.Extensions, err = collect(ctx, q, scanExtension, `SELECT id, opening_id, by_user, by_name, signer, at, act_number, act_day, from_at, until_at, grounds
		FROM emergency_extensions WHERE opening_id = ? ORDER BY id`, id)
	if err != nil {
		return e, err
	}
	e.Days, err = collect(ctx, q, scanEmergencyDay, `SELECT opening_id, day, count, at FROM emergency_days d WHERE opening_id = ? AND ordinal = (
		SELECT max(ordinal) FROM emergency_days l WHERE l.opening_id = d.opening_id AND l.day = d.day) ORDER BY day`, id)
	if err != nil {
		return e, err
	}
	closings, err := collect(ctx, q, scanClosing, `SELECT opening_id, by_user, by_name, signer, at, closed_at, restored_at, count, year_end
		FROM emergency_closings WHERE opening_id = ?`, id)
	if err != nil {
		return e, err
	}
	if len(closings) > 0 {
		e.Closing = &closings[0]
	}
	revocations, err := collect(ctx, q, scanRevocation, `SELECT opening_id, by_user, by_name, signer, at, act_number, act_day FROM emergency_revocations
		WHERE opening_id = ?`, id)
	if err != nil {
		return e, err
	}
	if len(revocations) > 0 {
		e.Revocation = &revocations[0]
	}
	if err := readRoads(ctx, q, &e); err != nil {
		return e, err
	}
	e.Signatures, err = collect(ctx, q, scanSignature, `SELECT `+signatureColumns+` WHERE CASE s.kind WHEN 'authorisation' THEN s.act_id = ?
			WHEN 'extension' THEN s.act_id IN (SELECT id FROM emergency_extensions WHERE opening_id = ?) ELSE s.act_id = ? END ORDER BY s.id`, e.Authorisation.ID, id, id)
	return e, err
}

func scanExtension(s scannable) (protocollo.EmergencyExtension, error) {
	var x protocollo.EmergencyExtension
	var at, from, until int64
	err := s.Scan(&x.ID, &x.OpeningID, &x.By, &x.Name, &x.Signer, &at, &x.Number, &x.Day, &from, &until, &x.Grounds)
	x.At, x.From, x.Until = instant(at), instant(from), instant(until)
	return x, err
}

func scanEmergencyDay(s scannable) (protocollo.EmergencyDay, error) {
	var d protocollo.EmergencyDay
	var at int64
	err := s.Scan(&d.OpeningID, &d.Day, &d.Count, &at)
	d.At = instant(at)
	return d, err
}

func scanClosing(s scannable) (protocollo.EmergencyClosing, error) {
	var c protocollo.EmergencyClosing
	var at, closed, restored int64
	err := s.Scan(&c.OpeningID, &c.By, &c.Name, &c.Signer, &at, &closed, &restored, &c.Count, &c.YearEnd)
	c.At, c.ClosedAt, c.RestoredAt = instant(at), instant(closed), instant(restored)
	return c, err
}

func scanRevocation(s scannable) (protocollo.EmergencyRevocation, error) {
	var r protocollo.EmergencyRevocation
	var at int64
	err := s.Scan(&r.OpeningID, &r.By, &r.Name, &r.Signer, &at, &r.Number, &r.Day)
	r.At = instant(at)
	return r, err
}

// openEmergency returns the AOO's open register, or nil.
func openEmergency(ctx context.Context, q querier, aoo protocollo.AOOCode) (*protocollo.EmergencyRegister, error) {
	id, err := one(ctx, q, "emergency", number, `SELECT o.id FROM emergency_openings o WHERE o.aoo = ?
		AND NOT EXISTS (SELECT 1 FROM emergency_closings c WHERE c.opening_id = o.id)`, string(aoo))
	if errors.Is(err, protocollo.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	e, err := readEmergency(ctx, q, id)
	return &e, err
}

// OpenEmergencyRegister returns the AOO's open register, or nil.
func (db *DB) OpenEmergencyRegister(ctx context.Context, aoo protocollo.AOOCode) (*protocollo.EmergencyRegister, error) {
	e, err := openEmergency(ctx, db.read, aoo)
	if err != nil {
		return nil, fmt.Errorf("read the open emergency register: %w", err)
	}
	return e, nil
}

// EmergencyRegisters lists those of an AOO and year (0: all), newest first.
func (db *DB) EmergencyRegisters(ctx context.Context, aoo protocollo.AOOCode, year int) ([]protocollo.EmergencyRegister, error) {
	ids, err := collect(ctx, db.read, number, `SELECT id FROM emergency_openings WHERE aoo = ? AND (? = 0 OR year = ?) ORDER BY id DESC`, string(aoo), year, year)
	if err != nil {
		return nil, fmt.Errorf("list emergency registers: %w", err)
	}
	list := make([]protocollo.EmergencyRegister, len(ids))
	for i, id := range ids {
		if list[i], err = readEmergency(ctx, db.read, id); err != nil {
			return nil, fmt.Errorf("list emergency registers: %w", err)
		}
	}
	return list, nil
}

// EmergencyAuthorisations lists those of an AOO that no opening has used, newest first.
func (db *DB) EmergencyAuthorisations(ctx context.Context, aoo protocollo.AOOCode) ([]protocollo.EmergencyAuthorisation, error) {
	list, err := collect(ctx, db.read, scanAuthorisation, `SELECT `+authorisationColumns+` FROM emergency_authorisations u WHERE u.aoo = ?
		AND NOT EXISTS (SELECT 1 FROM emergency_openings o WHERE o.authorisation_id = u.id) ORDER BY u.id DESC`, string(aoo))
	if err != nil {
		return nil, fmt.Errorf("list authorisations: %w", err)
	}
	return list, nil
}

// EmergencyRows lists a register's rows in their order.
func (db *DB) EmergencyRows(ctx context.Context, openingID int64) ([]protocollo.EmergencyRow, error) {
	var registrations []int64
	rows, err := collect(ctx, db.read, func(s scannable) (protocollo.EmergencyRow, error) {
		var e protocollo.EmergencyRow
		var id int64
		err := s.Scan(&id, &e.Row, &e.Manual, &e.Authorised)
		registrations = append(registrations, id)
		return e, err
	}, `SELECT registration_id, row, manual, authorised FROM emergency_rows WHERE opening_id = ? ORDER BY row`, openingID)
	if err != nil {
		return nil, fmt.Errorf("list the rows of emergency register %d: %w", openingID, err)
	}
	made, err := madeCorrections(ctx, db.read, openingID)
	if err != nil {
		return nil, fmt.Errorf("list the corrections of emergency register %d: %w", openingID, err)
	}
	for i, id := range registrations {
		rows[i].Corrections = made[id]
		r, err := registrationByID(ctx, db.read, id)
		if err != nil {
			return nil, fmt.Errorf("read row %d of emergency register %d: %w", rows[i].Row, openingID, err)
		}
		rows[i].Registration = r
		if rows[i].Intake, err = intakeByID(ctx, db.read, r.IntakeID); err != nil {
			return nil, fmt.Errorf("read row %d of emergency register %d: %w", rows[i].Row, openingID, err)
		}
		last, err := latestAttempt(ctx, db.read, r.IntakeID)
		if err != nil {
			return nil, fmt.Errorf("read row %d of emergency register %d: %w", rows[i].Row, openingID, err)
		}
		if last.Connector != protocollo.EmergencyConnector {
			rows[i].Asked = &last
		}
		if rows[i].Annulment, err = annulmentOf(ctx, db.read, id); err != nil {
			return nil, fmt.Errorf("read row %d of emergency register %d: %w", rows[i].Row, openingID, err)
		}
	}
	return rows, nil
}

// madeCorrections are those of a register's rows that stand, by registration, oldest first.
func madeCorrections(ctx context.Context, q querier, openingID int64) (map[int64][]protocollo.Correction, error) {
	list, err := collect(ctx, q, scanCorrection, `SELECT `+correctionColumns+correctionFrom+`JOIN corrections k ON k.request_id = q.id
		JOIN emergency_rows e ON e.registration_id = q.registration_id WHERE e.opening_id = ? ORDER BY k.id`, openingID)
	out := map[int64][]protocollo.Correction{}
	for _, c := range list {
		out[c.RegistrationID] = append(out[c.RegistrationID], c.Correction)
	}
	return out, err
}

// EmergencyWaiting lists intakes of the AOO that certainly have no number: of which nothing was sent, or that the centre refused; in arrival order.
func (db *DB) EmergencyWaiting(ctx context.Context, aoo protocollo.AOOCode) ([]station.WaitingIntake, error) {
	intakes, err := collect(ctx, db.read, scanIntake, `SELECT `+intakeColumns+` FROM records x JOIN intakes i ON i.id = x.intake_id
		WHERE x.aoo = ? AND x.registration_id IS NULL AND x.outcome IN ('unavailable', 'absent', 'rejected') ORDER BY i.arrived_at, i.id`, string(aoo))
	if err != nil {
		return nil, fmt.Errorf("list what waits: %w", err)
	}
	list := make([]station.WaitingIntake, len(intakes))
	for i, in := range intakes {
		list[i].Intake = in
		if list[i].Attempt, err = latestAttempt(ctx, db.read, in.ID); err != nil {
			return nil, fmt.Errorf("list what waits: %w", err)
		}
	}
	return list, nil
}

// EmergencyOrigin returns what the centre is told of an intake's emergency number, or nil where it has none.
func (db *DB) EmergencyOrigin(ctx context.Context, intakeID int64) (*protocollo.EmergencyOrigin, error) {
	r, err := registrationOf(ctx, db.read, intakeID)
	if err != nil || r == nil || !r.Emergency() || r.Segnatura.Emergency == nil {
		return nil, err
	}
	sign := r.Segnatura.Emergency
	e, err := readEmergency(ctx, db.read, sign.OpeningID)
	if err != nil {
		return nil, fmt.Errorf("read the emergency register of intake %d: %w", intakeID, err)
	}
	o := &protocollo.EmergencyOrigin{Number: r.Number, Year: r.Key.Year, Register: r.Key.Register, Label: sign.Label, Day: r.Day,
		RegisteredAt: r.RegisteredAt, UserCode: sign.UserCode, Cause: e.Cause, InterruptedAt: e.InterruptedAt}
	if e.Closing != nil {
		o.RestoredAt = e.Closing.RestoredAt
	}
	return o, nil
}
