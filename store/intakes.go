package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

const intakeColumns = `i.id, i.at, i.aoo, i.year, i.seq, i.key, i.content_digest, ` + presentDraft + `, i.arrived_at, i.arrival_day, i.operator, i.desk,
	i.duplicate_choice, coalesce(i.duplicate_of, 0), (SELECT count(*) FROM corrections e WHERE e.intake_id = i.id)`

func scanIntake(s scannable) (protocollo.Intake, error) {
	var i protocollo.Intake
	var saved, arrived int64
	var draft string
	err := s.Scan(&i.ID, &saved, &i.AOO, &i.Year, &i.Seq, &i.Key, &i.ContentDigest, &draft, &arrived, &i.ArrivalDay, &i.Operator, &i.Desk,
		&i.DuplicateChoice, &i.DuplicateOf, &i.Edition)
	if err != nil {
		return i, err
	}
	i.SavedAt, i.ArrivedAt = instant(saved), instant(arrived)
	if err := json.Unmarshal([]byte(draft), &i.Draft); err != nil {
		return i, fmt.Errorf("decode the draft of intake %d: %w", i.ID, err)
	}
	return i, nil
}

const attemptColumns = `a.id, a.intake_id, a.ordinal, a.connector, (SELECT key FROM intakes k WHERE k.id = a.intake_id), a.at, c.outcome, c.settled_at, c.words`

const attemptFrom = ` FROM attempts a JOIN attempt_current c ON c.attempt_id = a.id `

func scanAttempt(s scannable) (protocollo.Attempt, error) {
	var a protocollo.Attempt
	var started, settled int64
	err := s.Scan(&a.ID, &a.IntakeID, &a.Ordinal, &a.Connector, &a.Key, &started, &a.Outcome, &settled, &a.Words)
	a.StartedAt, a.SettledAt = instant(started), instant(settled)
	return a, err
}

const registrationColumns = `r.id, r.intake_id, r.amministrazione, r.aoo, r.register, r.year, r.number, r.day, r.registered_at, r.connector, r.ref, r.segnatura,
	` + recoveryColumn

func scanRegistration(s scannable) (protocollo.Registration, error) {
	var r protocollo.Registration
	var at int64
	var segnatura string
	var recovery *string
	err := s.Scan(&r.ID, &r.IntakeID, &r.Key.Amministrazione, &r.Key.AOO, &r.Key.Register, &r.Key.Year, &r.Number, &r.Day, &at, &r.Connector, &r.Ref,
		&segnatura, &recovery)
	if err != nil {
		return r, err
	}
	r.RegisteredAt = instant(at)
	if err := json.Unmarshal([]byte(segnatura), &r.Segnatura); err != nil {
		return r, fmt.Errorf("decode the segnatura of registration %d: %w", r.ID, err)
	}
	r.Recovery, err = decodeRecovery(recovery)
	return r, err
}

func intakeByID(ctx context.Context, q querier, id int64) (protocollo.Intake, error) {
	return one(ctx, q, "intake", scanIntake, `SELECT `+intakeColumns+` FROM intakes i WHERE i.id = ?`, id)
}

func registrationByID(ctx context.Context, q querier, id int64) (protocollo.Registration, error) {
	return one(ctx, q, "registration", scanRegistration, `SELECT `+registrationColumns+` FROM registrations r WHERE r.id = ?`, id)
}

// registrationOf returns the registration of an intake, or nil.
func registrationOf(ctx context.Context, q querier, intakeID int64) (*protocollo.Registration, error) {
	r, err := one(ctx, q, "registration", scanRegistration, `SELECT `+registrationColumns+` FROM registrations r WHERE r.intake_id = ?`, intakeID)
	if errors.Is(err, protocollo.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &r, nil
}

// latestAttempt returns the last attempt of an intake.
func latestAttempt(ctx context.Context, q querier, intakeID int64) (protocollo.Attempt, error) {
	return one(ctx, q, "attempt", scanAttempt, `SELECT `+attemptColumns+attemptFrom+`WHERE a.intake_id = ? ORDER BY a.id DESC LIMIT 1`, intakeID)
}

// RecordIntake saves an arrival and its first attempt. The answer to a key that is there already does not depend on stops.
func (db *DB) RecordIntake(ctx context.Context, in station.NewIntake) (station.RecordedIntake, error) {
	var rec station.RecordedIntake
	err := db.transact(ctx, "record an intake", func(w *wtx) error {
		var err error
		rec, err = w.existing(in)
		if err != nil || rec.Existing {
			return err
		}
		if err := w.mayNumber(in.Actor.AOO); err != nil {
			return err
		}
		rec, err = w.recordIntake(in)
		return err
	})
	return rec, err
}

// existing answers a key that became an intake before: with it, or with a conflict where the content differs (R16.9).
func (w *wtx) existing(in station.NewIntake) (station.RecordedIntake, error) {
	i, err := one(w.ctx, w, "intake", scanIntake, `SELECT `+intakeColumns+` FROM intakes i WHERE i.key = ?`, in.Key)
	switch {
	case errors.Is(err, protocollo.NotFound):
		return station.RecordedIntake{}, nil
	case err != nil:
		return station.RecordedIntake{}, err
	case i.ContentDigest != in.ContentDigest || i.AOO != in.Actor.AOO:
		return station.RecordedIntake{}, protocollo.Errorf(protocollo.Conflict, "request-key", "key %s came before with other content", in.Key)
	}
	rec := station.RecordedIntake{Intake: i, Existing: true}
	if rec.Attempt, err = latestAttempt(w.ctx, w, i.ID); err != nil && !errors.Is(err, protocollo.NotFound) { // NotFound: it gets no number
		return rec, err
	}
	rec.Registration, err = registrationOf(w.ctx, w, i.ID)
	return rec, err
}

func (w *wtx) recordIntake(in station.NewIntake) (station.RecordedIntake, error) {
	aoo, d := in.Actor.AOO, in.Draft
	i := protocollo.Intake{AOO: aoo, Year: protocollo.YearOf(w.now), Key: in.Key, ContentDigest: in.ContentDigest, Draft: d,
		SavedAt: w.now, Operator: in.Actor.User, Desk: in.Actor.Desk, DuplicateChoice: in.DuplicateChoice, DuplicateOf: in.DuplicateOf}
	var err error
	if i.ArrivedAt, i.ArrivalDay, err = w.arrival(in); err != nil {
		return station.RecordedIntake{}, err
	}
	if err := w.sentOnOnce(d); err != nil {
		return station.RecordedIntake{}, err
	}
	if i.Seq, err = number(w.QueryRowContext(w.ctx, `SELECT coalesce(max(seq), 0) + 1 FROM intakes WHERE aoo = ? AND year = ?`, string(aoo), i.Year)); err != nil {
		return station.RecordedIntake{}, err
	}
	draft, err := encode(d)
	if err != nil {
		return station.RecordedIntake{}, err
	}
	i.ID, err = w.insert("intakes", row{"aoo": string(aoo), "year": i.Year, "seq": i.Seq, "key": i.Key, "content_digest": i.ContentDigest,
		"draft": draft, "arrived_at": i.ArrivedAt.UnixNano(), "arrival_day": string(i.ArrivalDay), "operator": i.Operator, "desk": i.Desk,
		"delivery_id": nullable(d.DeliveryID), "duplicate_choice": string(i.DuplicateChoice), "duplicate_of": nullable(i.DuplicateOf)})
	if err != nil {
		return station.RecordedIntake{}, err
	}
	if err := w.linkOrigin(i, in); err != nil {
		return station.RecordedIntake{}, err
	}
	begin := w.firstAttempt
	if in.Unnumbered != nil {
		begin = w.recordUnnumbered
	}
	rec, err := begin(i, in)
	if err != nil {
		return station.RecordedIntake{}, err
	}
	if err := w.rememberWords(i); err != nil {
		return station.RecordedIntake{}, err
	}
	if err := w.exec(`DELETE FROM drafts WHERE key = ?`, in.Key); err != nil {
		return station.RecordedIntake{}, err
	}
	return rec, nil
}

// arrival is when a letter came: now, or when what it came with or was before had come. The day is the one that was declared, or that instant's.
func (w *wtx) arrival(in station.NewIntake) (at time.Time, day protocollo.Day, err error) {
	aoo, d := in.Actor.AOO, in.Draft
	at, day = w.now, d.ArrivalDay
	if d.DeliveryID != 0 {
		delivery, err := readDelivery(w.ctx, w, aoo, d.DeliveryID)
		switch {
		case errors.Is(err, protocollo.NotFound), err == nil && !delivery.ClosedAt.IsZero():
			return at, day, protocollo.Errorf(protocollo.NotFound, "delivery", "delivery %d is not open", d.DeliveryID)
		case err != nil:
			return at, day, err
		}
		at = delivery.OpenedAt // R16.1
		day = cmp.Or(day, delivery.DeclaredDay)
	}
	if d.BidID != 0 {
		plico, err := w.bid(protocollo.Station(aoo), d.BidID)
		if err != nil {
			return at, day, err
		}
		at = plico.Handover.Received() // what the key froze (R5.2)
	}
	if d.EnvelopeID != 0 {
		first, _, err := w.envelope(aoo, d.EnvelopeID)
		if err != nil {
			return at, day, err
		}
		at, day = first.ArrivedAt, first.ArrivalDay // 002 art. 67.3
	}
	if in.ApplicationID != 0 {
		domanda, err := w.application(aoo, in.ApplicationID)
		if err != nil {
			return at, day, err
		}
		at = domanda.Facts.ArrivedAt // the day and hour that its office wrote on it (R6.1)
	}
	return at, cmp.Or(day, protocollo.DayOf(at)), nil
}

// linkOrigin ties a letter to the plico, the domanda or nota, and the closed envelope that it was.
func (w *wtx) linkOrigin(i protocollo.Intake, in station.NewIntake) error {
	if i.Draft.BidID != 0 {
		if err := w.linkBid(i); err != nil {
			return err
		}
	}
	if err := w.linkCompetition(i, in); err != nil {
		return err
	}
	if i.Draft.EnvelopeID != 0 {
		return w.linkEnvelope(i)
	}
	return nil
}

// firstAttempt claims the intake's first attempt: with whoever numbers, or, while the emergency register is open, with that, which answers at
// once. One AOO has one mode (R21.2), and the transaction that saves the letter is where it is decided.
func (w *wtx) firstAttempt(i protocollo.Intake, in station.NewIntake) (station.RecordedIntake, error) {
	rec := station.RecordedIntake{Intake: i}
	open, err := openEmergency(w.ctx, w, i.AOO)
	if err != nil {
		return rec, err
	}
	if open == nil && i.Draft.EmergencySheet != nil {
		return rec, protocollo.Errorf(protocollo.Conflict, "emergency-none", "a sheet's row, and no emergency register is open")
	}
	connector := in.Connector
	if open != nil {
		connector = protocollo.EmergencyConnector
	}
	if rec.Attempt, err = w.startAttempt(i, 1, connector); err != nil {
		return rec, err
	}
	if err := w.indexIntake(i); err != nil {
		return rec, err
	}
	detail := map[string]any{"code": i.Code(), "connector": connector}
	if open != nil {
		if err := w.intoEmergency(in.Actor, *open, &rec, in.Sign); err != nil {
			return rec, err
		}
		if rec.Registration != nil {
			detail["emergency"] = emergencyDetail(*rec.Registration, 0)
		}
	}
	if in.NotPersonal {
		detail["notPersonal"] = true
	}
	if in.DuplicateIntake != 0 {
		detail["duplicateIntake"] = in.DuplicateIntake
	}
	return rec, w.report(KindIntake, in.Actor.User, i.AOO, i.ID, detail)
}

func (w *wtx) startAttempt(i protocollo.Intake, ordinal int, connector string) (protocollo.Attempt, error) {
	id, err := w.insert("attempts", row{"intake_id": i.ID, "ordinal": ordinal, "connector": connector})
	return protocollo.Attempt{ID: id, IntakeID: i.ID, Ordinal: ordinal, Connector: connector, Key: i.Key, StartedAt: w.now}, err
}

// PossibleDuplicates lists earlier records that may be the same letter, newest first, at most twenty.
func (db *DB) PossibleDuplicates(ctx context.Context, aoo protocollo.AOOCode, d protocollo.Draft) ([]station.Duplicate, error) {
	var found []station.Duplicate
	seen := map[int64]bool{}
	look := func(reason, column, value string, same func(protocollo.Draft) bool) error {
		if value == "" {
			return nil
		}
		intakes, err := collect(ctx, db.read, scanIntake, `SELECT `+intakeColumns+` FROM records x JOIN intakes i ON i.id = x.intake_id
			WHERE x.aoo = ? AND x.`+column+` = ? AND x.`+column+` <> '' AND x.annulled = 0 AND x.outcome <> 'closed' ORDER BY i.id DESC LIMIT 20`, string(aoo), asciiLower(value))
		if err != nil {
			return fmt.Errorf("find duplicates by %s: %w", reason, err)
		}
		for _, i := range intakes {
			if seen[i.ID] || !same(i.Draft) {
				continue
			}
			seen[i.ID] = true
			dup := station.Duplicate{IntakeID: i.ID, Reason: reason, At: i.SavedAt}
			r, err := registrationOf(ctx, db.read, i.ID)
			if err != nil {
				return err
			}
			if r != nil {
				dup.RegistrationID, dup.At = r.ID, r.RegisteredAt
			}
			found = append(found, dup)
		}
		return nil
	}
	always := func(protocollo.Draft) bool { return true }
	if err := look("digest", "file_digest", d.FileDigest, always); err != nil {
		return nil, err
	}
	if err := look("raccomandata", "raccomandata", d.RaccomandataCode, always); err != nil {
		return nil, err
	}
	holders, err := db.RaccomandataHolders(ctx, aoo, d.Raccomandate())
	if err != nil {
		return nil, err
	}
	for _, h := range holders {
		if !seen[h.IntakeID] {
			seen[h.IntakeID] = true
			found = append(found, h.Duplicate)
		}
	}
	err = look("sender-reference", "sender_ref", d.SenderRef.Protocol, func(e protocollo.Draft) bool { return sharesSender(d, e) })
	return found, err
}

// sharesSender reports whether two drafts have a sender in common, by code or by folded name.
func sharesSender(a, b protocollo.Draft) bool {
	for _, x := range a.Senders {
		for _, y := range b.Senders {
			if (x.Code != "" && strings.EqualFold(x.Code, y.Code)) || fold(x.Name) == fold(y.Name) {
				return true
			}
		}
	}
	return false
}

// asciiLower is SQLite's lower().
func asciiLower(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// UnsettledAttempts lists attempts under way and unknown ones, oldest first: at most limit after that id.
func (db *DB) UnsettledAttempts(ctx context.Context, after int64, limit int) ([]station.PendingAttempt, error) {
	list, err := pendingAttempts(ctx, db.read, `x.outcome IN ('', 'unknown') AND a.id > ? ORDER BY a.id LIMIT ?`, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list unsettled attempts: %w", err)
	}
	return list, nil
}

// WaitingIntakes lists intakes that the next attempt may be begun for, in arrival order: at most limit after that one. While an AOO's
// emergency register is open its queue stands still (R10.6). The inner question sorts ids and instants only, however many wait.
func (db *DB) WaitingIntakes(ctx context.Context, after protocollo.Intake, limit int) ([]protocollo.Intake, error) {
	list, err := collect(ctx, db.read, scanIntake, `SELECT `+intakeColumns+` FROM (
			SELECT i.id AS id FROM records x JOIN intakes i ON i.id = x.intake_id
			WHERE x.registration_id IS NULL AND x.outcome IN ('unavailable', 'absent') AND NOT `+emergencyOpen+`
				AND (i.arrived_at, i.id) > (?, ?)
			ORDER BY i.arrived_at, i.id LIMIT ?) w
		JOIN intakes i ON i.id = w.id ORDER BY i.arrived_at, i.id`, nanos(after.ArrivedAt), after.ID, limit)
	if err != nil {
		return nil, fmt.Errorf("list waiting intakes: %w", err)
	}
	return list, nil
}
