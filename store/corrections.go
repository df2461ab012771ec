package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// presentDraft is the letter as it reads now: as it came, or as the last correction left it, before it had a number or since.
const presentDraft = `coalesce((SELECT k.draft FROM corrections k WHERE k.intake_id = i.id ORDER BY k.id DESC LIMIT 1), i.draft)`

const correctionColumns = `q.id, q.key, q.registration_id, q.kind, q.cause, coalesce(q.linked_id, 0), coalesce(q.answers_id, 0), q.changes, q.reason, q.by_user, q.at,
	coalesce(d.choice, ''), coalesce(d.reason, ''), coalesce(d.act_number, ''), coalesce(d.act_day, ''), coalesce(d.by_user, ''), coalesce(d.at, 0),
	coalesce(o.outcome, ''), coalesce(o.at, 0), coalesce(o.by_user, ''), coalesce(o.words, ''), x.annulled, x.intake_id`

const correctionFrom = ` FROM correction_requests q JOIN records x ON x.registration_id = q.registration_id
	LEFT JOIN correction_decisions d ON d.request_id = q.id
	LEFT JOIN correction_outcomes o ON o.id = (SELECT max(y.id) FROM correction_outcomes y WHERE y.request_id = q.id) `

// openCorrection is what is not over; correctionDue what the station has to carry out, correctionUnderWay what has a call without outcome; forTheDesk what waits for any clerk, forTheChief for who may decide.
const (
	openCorrection     = `x.annulled = 0 AND coalesce(d.choice, 'authorised') = 'authorised' AND coalesce(o.outcome, '') NOT IN ('done', 'abandoned')`
	correctionDue      = `x.annulled = 0 AND d.choice = 'authorised' AND coalesce(o.outcome, 'unavailable') = 'unavailable'`
	correctionUnderWay = `x.annulled = 0 AND d.choice = 'authorised' AND o.outcome = 'asked'`
	forTheDesk         = `(q.kind = 'return' AND d.id IS NULL OR o.outcome = 'by-hand')`
	forTheChief        = `(d.id IS NULL OR o.outcome IN ('by-hand', 'unknown', 'rejected'))`
)

// keptCorrection is a correction with its intake.
type keptCorrection struct {
	protocollo.Correction
	intake int64
}

func scanCorrection(s scannable) (keptCorrection, error) {
	var c keptCorrection
	var d protocollo.CorrectionDecision
	var at, decided, settled int64
	var changes string
	err := s.Scan(&c.ID, &c.Key, &c.RegistrationID, &c.Kind, &c.Cause, &c.LinkedID, &c.AnswersID, &changes, &c.Reason, &c.By, &at,
		&d.Choice, &d.Reason, &d.ActNumber, &d.ActDay, &d.By, &decided, &c.Outcome, &settled, &c.OutcomeBy, &c.Words, &c.Annulled, &c.intake)
	if err != nil {
		return c, err
	}
	c.At, c.OutcomeAt, d.At = instant(at), instant(settled), instant(decided)
	if d.Choice != "" {
		c.Decision = &d
	}
	return c, decode(changes, &c.Changes)
}

func (w *wtx) correction(id int64) (keptCorrection, error) {
	return one(w.ctx, w, "correction", scanCorrection, `SELECT `+correctionColumns+correctionFrom+`WHERE q.id = ?`, id)
}

// correctionFor reads one of the actor's AOO.
func (w *wtx) correctionFor(a protocollo.Actor, id int64) (keptCorrection, error) {
	return one(w.ctx, w, "correction", scanCorrection, `SELECT `+correctionColumns+correctionFrom+`WHERE q.id = ? AND x.aoo = ?`, id, string(a.AOO))
}

// RequestCorrection saves a request, with its decision where it needs nobody else's.
func (db *DB) RequestCorrection(ctx context.Context, a protocollo.Actor, n station.NewCorrection) (protocollo.Correction, error) {
	var c keptCorrection
	err := db.transact(ctx, "request a correction", func(w *wtx) error {
		var err error
		c, err = one(w.ctx, w, "correction", scanCorrection, `SELECT `+correctionColumns+correctionFrom+`WHERE q.key = ?`, n.Request.Key)
		if err == nil {
			return sameRequest(a, c.Correction, n.Request)
		}
		if !errors.Is(err, protocollo.NotFound) {
			return err
		}
		// The record is not derived anew before the commit, and nothing of it that matters here changes in between.
		if c.ID, err = w.requestCorrection(a, n.Request); err != nil {
			return err
		}
		if c, err = w.correction(c.ID); err != nil || n.Decision == nil {
			return err
		}
		c, err = w.decideCorrection(a, c, *n.Decision, n.Here)
		return err
	})
	return c.Correction, err
}

func sameRequest(a protocollo.Actor, have protocollo.Correction, r protocollo.CorrectionRequest) error {
	mine, err := encodeChanges(r.Changes)
	if err != nil {
		return err
	}
	theirs, err := encodeChanges(have.Changes)
	if err != nil {
		return err
	}
	if have.RegistrationID != r.RegistrationID || have.Kind != r.Kind || have.Cause != r.Cause || have.Reason != r.Reason || have.By != a.User || mine != theirs {
		return protocollo.Errorf(protocollo.Conflict, "request-key", "key %s came before with other content", r.Key)
	}
	return nil
}

// encodeChanges is canonical: no change is an empty list.
func encodeChanges(changes []protocollo.FieldChange) (string, error) {
	if len(changes) == 0 {
		return "[]", nil
	}
	return encode(changes)
}

func (w *wtx) requestCorrection(a protocollo.Actor, r protocollo.CorrectionRequest) (int64, error) {
	reg, i, err := w.correctable(a, r.RegistrationID)
	if err != nil {
		return 0, err
	}
	if _, err := i.Draft.With(r.Changes); err != nil {
		return 0, err
	}
	if r.LinkedID != 0 {
		linked, err := registrationByID(w.ctx, w, r.LinkedID)
		if errors.Is(err, protocollo.NotFound) || err == nil && linked.Key.AOO != a.AOO {
			return 0, protocollo.Errorf(protocollo.Invalid, "linkedID", "no registration %d", r.LinkedID)
		}
		if err != nil {
			return 0, err
		}
	}
	changes, err := encodeChanges(r.Changes)
	if err != nil {
		return 0, err
	}
	id, err := w.insert("correction_requests", row{"key": r.Key, "registration_id": reg.ID, "kind": string(r.Kind), "cause": string(r.Cause), "linked_id": nullable(r.LinkedID),
		"answers_id": nullable(r.AnswersID), "changes": changes, "by_user": a.User, "reason": r.Reason})
	if err != nil {
		return 0, err
	}
	detail := changeDetail(r.Changes)
	detail["correction"], detail["correctionKind"], detail["reason"] = id, r.Kind, r.Reason
	if err := w.report(KindCorrectionAsked, a.User, reg.Key.AOO, reg.IntakeID, detail); err != nil || r.AnswersID == 0 {
		return id, err
	}
	asked, err := w.correction(r.AnswersID)
	if errors.Is(err, protocollo.NotFound) || err == nil && (asked.RegistrationID != r.RegistrationID || asked.Kind != protocollo.CorrectionReturn) {
		return 0, protocollo.Errorf(protocollo.Invalid, "answersID", "request %d sends no such letter back", r.AnswersID)
	}
	if err != nil {
		return 0, err
	}
	_, err = w.decideCorrection(a, asked, protocollo.CorrectionDecision{Choice: protocollo.CorrectionAnswered}, false)
	return id, err
}

// correctable reads a registration that stands, with its letter as it reads now.
func (w *wtx) correctable(a protocollo.Actor, registrationID int64) (protocollo.Registration, protocollo.Intake, error) {
	reg, err := registrationByID(w.ctx, w, registrationID)
	if err == nil && reg.Key.AOO != a.AOO {
		err = protocollo.Errorf(protocollo.NotFound, "registration", "no such registration")
	}
	if err != nil {
		return reg, protocollo.Intake{}, err
	}
	gone, err := annulmentOf(w.ctx, w, registrationID)
	if err != nil {
		return reg, protocollo.Intake{}, err
	}
	if gone != nil {
		return reg, protocollo.Intake{}, protocollo.Errorf(protocollo.Conflict, "annulled", "registration %d is annulled", registrationID)
	}
	i, err := intakeByID(w.ctx, w, reg.IntakeID)
	return reg, i, err
}

// changeDetail tells the journal's reader what was and what takes its place (R11.5).
func changeDetail(changes []protocollo.FieldChange) map[string]any {
	detail := map[string]any{}
	if len(changes) == 0 {
		return detail
	}
	var fields, before, after []string
	for _, c := range changes {
		fields, before, after = append(fields, string(c.Field)), append(before, c.Old.Words()), append(after, c.New.Words())
	}
	detail["fields"], detail["oldValues"], detail["newValues"] = fields, before, after
	return detail
}

// DecideCorrection records the one decision on a request.
func (db *DB) DecideCorrection(ctx context.Context, a protocollo.Actor, id int64, d protocollo.CorrectionDecision, here bool) (protocollo.Correction, error) {
	var c keptCorrection
	err := db.transact(ctx, "decide a correction", func(w *wtx) error {
		asked, err := w.correctionFor(a, id)
		if err != nil {
			return err
		}
		c, err = w.decideCorrection(a, asked, d, here)
		return err
	})
	return c.Correction, err
}

func (w *wtx) decideCorrection(a protocollo.Actor, c keptCorrection, d protocollo.CorrectionDecision, here bool) (keptCorrection, error) {
	if have := c.Decision; have != nil {
		if have.Choice == d.Choice && have.By == a.User && have.Reason == d.Reason && have.ActNumber == d.ActNumber && have.ActDay == d.ActDay {
			return c, nil
		}
		return c, protocollo.Errorf(protocollo.Conflict, "correction-decided", "request %d is %s", c.ID, have.Choice)
	}
	if d.Choice == protocollo.CorrectionAuthorised {
		if err := w.mayCorrect(a, c); err != nil {
			return c, err
		}
	}
	_, err := w.insert("correction_decisions", row{"request_id": c.ID, "choice": string(d.Choice), "by_user": a.User, "reason": d.Reason,
		"act_number": d.ActNumber, "act_day": string(d.ActDay)})
	if err != nil {
		return c, err
	}
	err = w.report(KindCorrectionDecided, a.User, a.AOO, c.intake, map[string]any{"correction": c.ID, "correctionKind": c.Kind, "correctionChoice": d.Choice,
		"reason": d.Reason, "actNumber": d.ActNumber, "actDay": d.ActDay})
	if err != nil {
		return c, err
	}
	if c, err = w.correction(c.ID); err != nil || !here {
		return c, err
	}
	return w.settleCorrection(a, c, protocollo.CorrectionDone, "", true)
}

// mayCorrect refuses to authorise what cannot be carried out: one correction of a registration is under way at a time.
func (w *wtx) mayCorrect(a protocollo.Actor, c keptCorrection) error {
	reg, i, err := w.correctable(a, c.RegistrationID)
	if err != nil {
		return err
	}
	if _, err := i.Draft.With(c.Changes); err != nil {
		return err
	}
	others, err := number(w.QueryRowContext(w.ctx, `SELECT count(*)`+correctionFrom+`WHERE q.registration_id = ? AND q.id <> ? AND d.choice = 'authorised' AND `+openCorrection,
		c.RegistrationID, c.ID))
	if err != nil {
		return err
	}
	if others > 0 {
		return protocollo.Errorf(protocollo.Conflict, "correction-under-way", "another correction of registration %d is not settled", reg.ID)
	}
	return w.recoveryRests(reg)
}

// SettleCorrection records how far an authorised correction has come.
func (db *DB) SettleCorrection(ctx context.Context, a protocollo.Actor, id int64, o protocollo.CorrectionOutcome, words string) (protocollo.Correction, error) {
	var c keptCorrection
	err := db.transact(ctx, "settle a correction", func(w *wtx) error {
		have, err := w.correctionFor(a, id)
		if err != nil {
			return err
		}
		c, err = w.settleCorrection(a, have, o, words, false)
		return err
	})
	return c.Correction, err
}

// doubtCorrections makes unknown, and counts, what was authorised and waits for the centre: after a restore it may have been done there without
// this copy knowing (R17.4).
func (w *wtx) doubtCorrections() (int, error) {
	list, err := collect(w.ctx, w, scanCorrection, `SELECT `+correctionColumns+correctionFrom+`WHERE `+correctionDue+` OR `+correctionUnderWay+` ORDER BY q.id`)
	if err != nil {
		return 0, err
	}
	for _, c := range list {
		reg, err := registrationByID(w.ctx, w, c.RegistrationID)
		if err != nil {
			return 0, err
		}
		if _, err := w.settleCorrection(protocollo.Station(reg.Key.AOO), c, protocollo.CorrectionUnknown, wordsRestored, false); err != nil {
			return 0, err
		}
	}
	return len(list), nil
}

// settleCorrection writes an outcome; one that is done is mirrored with it. here says that nobody else has the registration.
func (w *wtx) settleCorrection(a protocollo.Actor, c keptCorrection, o protocollo.CorrectionOutcome, words string, here bool) (keptCorrection, error) {
	over := c.Outcome == protocollo.CorrectionDone || c.Outcome == protocollo.CorrectionAbandoned
	switch {
	case c.Outcome == o && o != protocollo.CorrectionAsked:
		return c, nil
	case over || c.Annulled || c.Decision == nil || c.Decision.Choice != protocollo.CorrectionAuthorised:
		return c, protocollo.Errorf(protocollo.Conflict, "correction-settled", "request %d is %s", c.ID, c.State())
	}
	if o == protocollo.CorrectionDone {
		if err := w.mirror(a, c, here); err != nil {
			return c, err
		}
	}
	if _, err := w.insert("correction_outcomes", row{"request_id": c.ID, "outcome": string(o), "by_user": a.User, "words": words}); err != nil {
		return c, err
	}
	err := w.report(KindCorrectionOutcome, a.User, a.AOO, c.intake, map[string]any{"correction": c.ID, "correctionKind": c.Kind, "correctionOutcome": o, "words": words})
	if err != nil {
		return c, err
	}
	return w.correction(c.ID)
}

// mirror makes a correction stand here: the new values beside those that they annul, or the annulment of the whole.
func (w *wtx) mirror(a protocollo.Actor, c keptCorrection, here bool) error {
	reg, i, err := w.correctable(a, c.RegistrationID)
	if err != nil {
		return err
	}
	connector, ref, reached := reg.Reach()
	if here && reached && connector != embeddedConnector {
		return protocollo.Errorf(protocollo.Internal, "not-here", "connector %s has registration %d", connector, reg.ID) // R8.4
	}
	if c.Kind == protocollo.CorrectionAnnulment {
		ann := c.Annulment()
		if reached && connector == embeddedConnector {
			if err := w.annulNumber(ref, ann); err != nil {
				return err
			}
		}
		return w.annulRegistration(reg, ann, ann.By, w.now)
	}
	next, err := i.Draft.With(c.Changes)
	if err != nil {
		return err
	}
	changes, err := encode(c.Changes)
	if err != nil {
		return err
	}
	draft, err := encode(next)
	if err != nil {
		return err
	}
	_, err = w.insert("corrections", row{"request_id": c.ID, "registration_id": reg.ID, "intake_id": reg.IntakeID, "changes": changes, "draft": draft})
	if err != nil {
		return err
	}
	i.Draft = next
	if err := w.indexAlso(i); err != nil {
		return err
	}
	detail := changeDetail(c.Changes)
	detail["correction"], detail["actNumber"], detail["actDay"] = c.ID, c.Decision.ActNumber, c.Decision.ActDay
	return w.report(KindCorrected, c.Decision.By, reg.Key.AOO, reg.IntakeID, detail)
}

// Corrections lists corrections of registrations that the actor sees.
func (db *DB) Corrections(ctx context.Context, a protocollo.Actor, q station.CorrectionQuery) ([]station.CorrectionEntry, error) {
	where, args := visible(a)
	and := func(condition string, values ...any) {
		where += ` AND ` + condition
		args = append(args, values...)
	}
	switch {
	case q.Key != "":
		and(`q.key = ? AND q.by_user = ?`, q.Key, a.User)
	case q.ID != 0:
		and(`q.id = ?`, q.ID)
	case q.IntakeID != 0:
		and(`x.intake_id = ?`, q.IntakeID)
	case !a.May(protocollo.ActDecide):
		and(`(q.by_user = ? OR ? AND `+forTheDesk+`)`, a.User, a.May(protocollo.ActRegister))
	}
	for _, f := range []struct {
		on        bool
		condition string
	}{{q.Open, openCorrection}, {q.Due, correctionDue}, {q.UnderWay, correctionUnderWay}} {
		if f.on {
			and(f.condition)
		}
	}
	if q.Before > 0 {
		and(`q.id < ?`, q.Before)
	}
	list, err := collect(ctx, db.read, scanCorrection, `SELECT `+correctionColumns+correctionFrom+`WHERE `+where+` ORDER BY q.id DESC LIMIT ?`, append(args, q.Limit)...)
	if err != nil {
		return nil, fmt.Errorf("list corrections: %w", err)
	}
	out, err := entries(ctx, db.read, list)
	if err != nil {
		return nil, fmt.Errorf("list corrections: %w", err)
	}
	return out, nil
}

// entries adds the letters.
func entries(ctx context.Context, q querier, list []keptCorrection) ([]station.CorrectionEntry, error) {
	var out []station.CorrectionEntry
	for _, c := range list {
		records, err := readRecords(ctx, q, []int64{c.intake})
		if err != nil {
			return nil, err
		}
		out = append(out, station.CorrectionEntry{Correction: c.Correction, Record: records[0]})
	}
	return out, nil
}

// waitingCorrections is the condition on what waits for this actor, to be counted.
func waitingCorrections(a protocollo.Actor) string {
	whose := forTheDesk
	if a.May(protocollo.ActDecide) {
		whose = forTheChief
	}
	if !a.May(protocollo.ActRegister) {
		whose = `0`
	}
	return strings.Join([]string{openCorrection, whose}, ` AND `)
}
