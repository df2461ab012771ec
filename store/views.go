package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/scanner"
)

// readRecords reads what a list shows of intakes, in the order of their ids: intake, registration, facets, annulment, closing, why it gets no number, urgency.
// It asks seven questions however long the list is. An id that is no intake's is NotFound "intake".
func readRecords(ctx context.Context, q querier, ids []int64) ([]station.Record, error) {
	list := make([]station.Record, len(ids))
	at := make(map[int64]*station.Record, len(ids))
	for i, id := range ids {
		at[id] = &list[i]
	}
	set, err := encode(ids)
	if err != nil {
		return nil, err
	}
	const among = ` IN (SELECT value FROM json_each(?))`
	intakes, err := collect(ctx, q, scanIntake, `SELECT `+intakeColumns+` FROM intakes i WHERE i.id`+among, set)
	if err != nil {
		return nil, err
	}
	if len(intakes) != len(at) {
		return nil, protocollo.Errorf(protocollo.NotFound, "intake", "of %d intakes %d are there", len(at), len(intakes))
	}
	for _, i := range intakes {
		at[i.ID].Intake = i
	}
	registrations, err := collect(ctx, q, scanRegistration, `SELECT `+registrationColumns+` FROM registrations r WHERE r.intake_id`+among, set)
	if err != nil {
		return nil, err
	}
	byRegistration := map[int64]*station.Record{}
	for _, r := range registrations {
		at[r.IntakeID].Registration = &r
		byRegistration[r.ID] = at[r.IntakeID]
	}
	if _, err := collect(ctx, q, func(s scannable) (struct{}, error) {
		var id int64
		var f protocollo.Facets
		err := s.Scan(&id, &f.Numbered, &f.Labelled, &f.Captured, &f.Excluded, &f.Archived, &f.Delivered, &f.Annulled)
		if r := at[id]; r != nil {
			r.Facets = f
		}
		return struct{}{}, err
	}, `SELECT intake_id, registration_id IS NOT NULL, labelled, captured, excluded, archived, delivered, annulled FROM records WHERE intake_id`+among, set); err != nil {
		return nil, err
	}
	closings, err := collect(ctx, q, scanIntakeClosing, `SELECT `+intakeClosingColumns+` FROM intake_closings z WHERE z.intake_id`+among, set)
	if err != nil {
		return nil, err
	}
	for _, c := range closings {
		at[c.IntakeID].Closing = &c
	}
	unnumbered, err := collect(ctx, q, scanUnnumbered, `SELECT `+unnumberedColumns+` FROM unnumbered_intakes u WHERE u.intake_id`+among, set)
	if err != nil {
		return nil, err
	}
	for _, u := range unnumbered {
		at[u.IntakeID].Unnumbered = &u
	}
	urgent, err := collect(ctx, q, scanUrgency, urgencyColumns+`WHERE y.intake_id`+among, set)
	if err != nil {
		return nil, err
	}
	for _, u := range urgent {
		at[u.IntakeID].Urgency = &u
	}
	annulments, err := collect(ctx, q, scanAnnulment, `SELECT `+annulmentColumns+` FROM annulments WHERE registration_id IN
		(SELECT id FROM registrations WHERE intake_id`+among+`)`, set)
	if err != nil {
		return nil, err
	}
	for _, n := range annulments {
		byRegistration[n.RegistrationID].Annulment = &n
	}
	return list, nil
}

// mustSee is NotFound unless the actor sees the record.
func (db *DB) mustSee(ctx context.Context, a protocollo.Actor, intakeID int64) error {
	where, args := visible(a)
	n, err := number(db.read.QueryRowContext(ctx, `SELECT count(*) FROM records x WHERE `+where+` AND x.intake_id = ?`, append(args, intakeID)...))
	if err != nil {
		return fmt.Errorf("look for intake %d: %w", intakeID, err)
	}
	if n == 0 {
		return protocollo.Errorf(protocollo.NotFound, "intake", "no such intake: %d", intakeID)
	}
	return nil
}

// Record returns everything about a registration that the actor sees, or NotFound "registration".
func (db *DB) Record(ctx context.Context, a protocollo.Actor, registrationID int64) (station.Record, error) {
	id, err := one(ctx, db.read, "registration", number, `SELECT intake_id FROM registrations WHERE id = ?`, registrationID)
	if err != nil {
		return station.Record{}, fmt.Errorf("read registration %d: %w", registrationID, err)
	}
	return db.IntakeRecord(ctx, a, id)
}

// IntakeRecord returns everything about an intake that the actor sees, or NotFound "intake".
func (db *DB) IntakeRecord(ctx context.Context, a protocollo.Actor, intakeID int64) (station.Record, error) {
	if err := db.mustSee(ctx, a, intakeID); err != nil {
		return station.Record{}, err
	}
	r, err := fullRecord(ctx, db.read, intakeID)
	if err != nil {
		return r, fmt.Errorf("read intake %d: %w", intakeID, err)
	}
	return r, nil
}

func fullRecord(ctx context.Context, q querier, intakeID int64) (station.Record, error) {
	list, err := readRecords(ctx, q, []int64{intakeID})
	if err != nil {
		return station.Record{}, err
	}
	r := list[0]
	r.Attempts, err = collect(ctx, q, scanAttempt, `SELECT `+attemptColumns+attemptFrom+`WHERE a.intake_id = ? ORDER BY a.id`, intakeID)
	if err != nil {
		return r, err
	}
	if r.Inside, err = internalDeliveriesOf(ctx, q, intakeID); err != nil {
		return r, err
	}
	if r.Related, err = related(ctx, q, r.Intake, r.Registration); err != nil {
		return r, err
	}
	if r.Registration == nil {
		return r, nil
	}
	reg := r.Registration.ID
	if !r.Facets.Captured {
		if r.Postponed, err = postponementOf(ctx, q, reg); err != nil {
			return r, err
		}
	}
	r.Prints, err = collect(ctx, q, scanPrint, `SELECT `+printColumns+printFrom+`WHERE p.registration_id = ? ORDER BY p.id`, reg)
	if err != nil {
		return r, err
	}
	docs, err := collect(ctx, q, scanDocument, `SELECT `+documentColumns+documentFrom+`WHERE s.registration_id = ? ORDER BY coalesce(s.part, 0), s.version`, reg)
	if err != nil {
		return r, err
	}
	for _, d := range docs {
		v, err := documentView(ctx, q, d)
		if err != nil {
			return r, err
		}
		r.Documents = append(r.Documents, v)
	}
	return r, nil
}

func documentView(ctx context.Context, q querier, d protocollo.Document) (station.DocumentView, error) {
	v := station.DocumentView{Document: d, PageList: []station.PageView{}}
	pages, err := pagesOf(ctx, q, d.ID)
	if err != nil {
		return v, err
	}
	for _, p := range pages {
		v.PageList = append(v.PageList, pageView(p))
	}
	archive, err := archiveView(ctx, q, d.ID)
	switch {
	case err == nil:
		v.Archive = &archive
	case !errors.Is(err, protocollo.NotFound):
		return v, err
	}
	if d.Superseded {
		why, err := supersededView(ctx, q, d.ID)
		if err != nil {
			return v, err
		}
		v.Why = &why
	}
	scope, err := one(ctx, q, "scope", func(s scannable) (station.ScopeView, error) {
		var c station.ScopeView
		var at int64
		err := s.Scan(&c.Choice, &c.Note, &c.Profile, &c.By, &at, &c.Reason, &c.Exclusion, &c.Responsible)
		c.At = instant(at)
		return c, err
	}, `SELECT choice, note, profile, by_user, at, reason, coalesce(exclusion, ''), coalesce(responsible, '') FROM scope_decisions WHERE document_id = ? ORDER BY id DESC LIMIT 1`, d.ID)
	switch {
	case err == nil:
		v.Scope = &scope
	case !errors.Is(err, protocollo.NotFound):
		return v, err
	}
	return v, nil
}

// pageView adds what the strip shows of a page's facts. Facts that cannot be read show nothing: they are measured again, not believed.
func pageView(p protocollo.Page) station.PageView {
	v := station.PageView{Page: p}
	var f scanner.Facts
	if len(p.Facts) == 0 || json.Unmarshal(p.Facts, &f) != nil {
		return v
	}
	v.Paper, v.WidthMM, v.HeightMM = string(f.Paper), f.WidthMM, f.HeightMM
	for _, c := range f.Codes {
		if _, err := protocollo.ParseBarcode(c.Text); err == nil {
			v.Code = c.Text
			break
		}
	}
	return v
}

// History lists the journal of one intake that the actor sees, oldest first.
func (db *DB) History(ctx context.Context, a protocollo.Actor, intakeID int64) ([]protocollo.Entry, error) {
	if err := db.mustSee(ctx, a, intakeID); err != nil {
		return nil, err
	}
	list, err := collect(ctx, db.read, entry, `SELECT `+entryColumns+` FROM journal WHERE intake = ? AND intake <> 0 ORDER BY seq`, intakeID)
	if err != nil {
		return nil, fmt.Errorf("read the history of intake %d: %w", intakeID, err)
	}
	return list, nil
}

// Journal pages through the AOO's journal, newest first. Entries about an intake are listed for who sees it; who may read the
// journal ([protocollo.ActJournal]) also sees those about ordinary intakes, but no letter's words where it may not search. limit is at most 500.
func (db *DB) Journal(ctx context.Context, a protocollo.Actor, before int64, limit int) ([]station.JournalEntry, error) {
	where, args := visible(a)
	if limit < 1 || limit > 500 {
		limit = 500
	}
	args = append([]any{string(a.AOO), before, before}, args...)
	args = append(args, a.May(protocollo.ActJournal), a.May(protocollo.ActConfidential), limit)
	entries, err := collect(ctx, db.read, entry, `SELECT `+entryColumns+` FROM journal j WHERE (j.aoo = ? OR j.aoo = '') AND (? = 0 OR j.seq < ?)
		AND (j.intake = 0 OR EXISTS (SELECT 1 FROM records x WHERE x.intake_id = j.intake AND (`+where+` OR (? AND (x.confidential = 0 OR ?)))))
		ORDER BY j.seq DESC LIMIT ?`, args...)
	if err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	list, err := withLetters(ctx, db.read, entries)
	if err != nil {
		return nil, fmt.Errorf("read the journal's letters: %w", err)
	}
	if a.May(protocollo.ActSearch) {
		return list, nil
	}
	for n, e := range list {
		if list[n].Detail, err = withoutLetterWords(e.Detail); err != nil {
			return nil, fmt.Errorf("veil entry %d: %w", e.Seq, err)
		}
	}
	return list, nil
}

// withLetters says what the entries' letters are called.
func withLetters(ctx context.Context, q querier, entries []protocollo.Entry) ([]station.JournalEntry, error) {
	called := map[int64]string{}
	for _, e := range entries {
		if e.Intake != 0 {
			called[e.Intake] = ""
		}
	}
	records, err := readRecords(ctx, q, slices.Collect(maps.Keys(called)))
	if err != nil {
		return nil, err
	}
	for _, r := range records {
		called[r.Intake.ID] = r.Intake.Code()
		if r.Registration != nil {
			called[r.Intake.ID] = r.Registration.ShortCitation()
		}
	}
	list := make([]station.JournalEntry, len(entries))
	for i, e := range entries {
		list[i] = station.JournalEntry{Entry: e, Letter: called[e.Intake]}
	}
	return list, nil
}

// withoutLetterWords takes what a letter says (subject, names: [changeDetail]) out of an entry's detail; that it was changed, and in which
// fields, stays.
func withoutLetterWords(detail json.RawMessage) (json.RawMessage, error) {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(detail, &all); err != nil {
		return nil, err
	}
	delete(all, "oldValues")
	delete(all, "newValues")
	return json.Marshal(all)
}

// openBatches selects batches that are running, have documents that are not closed, or pages that belong to no document yet.
const openBatches = `b.aoo = ? AND (b.state IN ('running', 'awaits-backs')
	OR EXISTS (SELECT 1 FROM documents d WHERE d.batch_id = b.id AND d.state NOT IN ('archived', 'discarded', 'noted'))
	OR EXISTS (SELECT 1 FROM pages p WHERE p.batch_id = b.id AND p.document_id IS NULL AND p.erase_due = 0))`

// ActiveBatches lists the strip of the actor's desk: its own batches and those of no desk (a hot folder, strays). An actor without
// desk sees all of its AOO.
func (db *DB) ActiveBatches(ctx context.Context, a protocollo.Actor, limit int) ([]station.BatchView, error) {
	batches, err := collect(ctx, db.read, scanBatch, `SELECT `+batchColumns+` FROM batches b WHERE `+openBatches+
		` AND (b.desk = '' OR ? = '' OR b.desk = ?) ORDER BY b.id DESC LIMIT ?`, string(a.AOO), a.Desk, a.Desk, limit)
	if err != nil {
		return nil, fmt.Errorf("list active batches: %w", err)
	}
	list := []station.BatchView{}
	for _, b := range batches {
		v, err := db.batchView(ctx, a, b)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

// BatchView returns one batch of the actor's AOO, or NotFound "batch".
func (db *DB) BatchView(ctx context.Context, a protocollo.Actor, id int64) (station.BatchView, error) {
	b, err := batchByID(ctx, db.read, id)
	if err != nil {
		return station.BatchView{}, fmt.Errorf("read batch %d: %w", id, err)
	}
	if b.AOO != a.AOO {
		return station.BatchView{}, protocollo.Errorf(protocollo.NotFound, "batch", "no such batch: %d", id)
	}
	return db.batchView(ctx, a, b)
}

// batchView leaves out documents of registrations that the actor does not see.
func (db *DB) batchView(ctx context.Context, a protocollo.Actor, b protocollo.Batch) (station.BatchView, error) {
	v := station.BatchView{Batch: b, Documents: []station.DocumentView{}}
	where, args := visible(a)
	docs, err := collect(ctx, db.read, scanDocument, `SELECT `+documentColumns+documentFrom+`WHERE d.batch_id = ? AND (s.registration_id IS NULL OR
		EXISTS (SELECT 1 FROM records x WHERE x.registration_id = s.registration_id AND `+where+`)) ORDER BY d.id`, append([]any{b.ID}, args...)...)
	if err != nil {
		return v, fmt.Errorf("read batch %d: %w", b.ID, err)
	}
	for _, d := range docs {
		dv, err := documentView(ctx, db.read, d)
		if err != nil {
			return v, fmt.Errorf("read batch %d: %w", b.ID, err)
		}
		v.Documents = append(v.Documents, dv)
	}
	return v, nil
}

// Counts are the numbers of the fixed bar, of what the actor sees. LabelsToPrint counts registrations whose label waits for a printer,
// as Prints lists them; one that was registered without a label is found by the search for what is missing. WithoutNumber
// are those alone whose number comes without a person's word: not those whose outcome is unknown, nor those that the centre refused, which are
// Refused. OutcomesUnknown counts as well rows of the emergency register, which have a number.
func (db *DB) Counts(ctx context.Context, a protocollo.Actor) (station.Counts, error) {
	where, seen := visible(a)
	document := `(s.registration_id IS NULL OR EXISTS (SELECT 1 FROM records x WHERE x.registration_id = s.registration_id AND ` + where + `))`
	aoo := []any{string(a.AOO)}
	var c station.Counts
	for _, q := range []struct {
		into  *int
		query string
		args  []any
	}{
		{&c.Exceptions, `SELECT count(*) FROM exceptions e LEFT JOIN associations s ON s.document_id = e.document_id WHERE e.aoo = ? AND e.solved_at = 0 AND ` + document,
			append(aoo, seen...)},
		{&c.LabelsToPrint, `SELECT count(*) FROM records x WHERE x.registration_id IS NOT NULL AND x.labelled = 0 AND x.annulled = 0
			AND x.print_state IN ('queued', 'failed') AND ` + where, seen},
		{&c.PrintsUnknown, `SELECT count(*) FROM print_current c JOIN prints p ON p.id = c.print_id JOIN records x ON x.registration_id = p.registration_id
			WHERE c.state <> 'printed' AND c.state = 'unknown' AND ` + where, seen},
		{&c.WithoutNumber, `SELECT count(*) FROM records x WHERE x.registration_id IS NULL AND x.outcome NOT IN ('unknown', 'rejected', 'closed') AND ` + where, seen},
		{&c.Refused, `SELECT count(*) FROM records x WHERE x.registration_id IS NULL AND x.outcome = 'rejected' AND ` + where, seen},
		{&c.OutcomesUnknown, `SELECT count(*) FROM records x WHERE ` + withoutOrdinary + ` AND x.outcome = 'unknown' AND ` + where, seen},
		{&c.Corrections, `SELECT count(*)` + correctionFrom + `WHERE ` + where + ` AND ` + waitingCorrections(a), seen},
		{&c.ToConfirm, `SELECT count(*) FROM documents d LEFT JOIN associations s ON s.document_id = d.id
			WHERE d.aoo = ? AND d.state = 'ready' AND d.state NOT IN ('archived', 'discarded', 'noted') AND ` + document, append(aoo, seen...)},
		{&c.ToScan, `SELECT count(*) FROM records x JOIN intakes i ON i.id = x.intake_id WHERE ` + unscanned + ` AND ` + where, seen},
		{&c.Postponed, `SELECT count(*) FROM records x WHERE x.registration_id IS NOT NULL AND x.annulled = 0 AND ` + postponed + ` AND ` + where, seen},
		{&c.ToDeliver, `SELECT count(*) FROM dispatch_current c JOIN dispatches d ON d.id = c.dispatch_id JOIN records x ON x.registration_id = d.registration_id
			WHERE c.state <> 'delivered' AND c.state <> 'withdrawn' AND ` + where, seen},
		{&c.DeliveriesStopped, `SELECT count(*) FROM dispatch_current c JOIN dispatches d ON d.id = c.dispatch_id JOIN records x ON x.registration_id = d.registration_id
			WHERE c.state <> 'delivered' AND c.state <> 'withdrawn' AND c.state IN ('rejected', 'outcome-unknown') AND ` + where, seen},
		{&c.RegisteredToday, `SELECT count(*) FROM records x WHERE x.aoo = ? AND x.day = ? AND ` + where,
			append([]any{string(a.AOO), string(protocollo.DayOf(db.cfg.Clock()))}, seen...)},
		{&c.Instants, `SELECT count(*) FROM bid_handovers h WHERE h.aoo = ? AND ? AND NOT EXISTS (SELECT 1 FROM bid_declarations d WHERE d.handover_id = h.id)`,
			append(aoo[:1:1], a.May(protocollo.ActRegister))},
	} {
		n, err := number(db.read.QueryRowContext(ctx, q.query, q.args...))
		if err != nil {
			return c, fmt.Errorf("count: %w", err)
		}
		*q.into = int(n)
	}
	return c, nil
}

// RecordView journals that the actor looked at a confidential record; looking at another one journals nothing.
func (db *DB) RecordView(ctx context.Context, a protocollo.Actor, intakeID int64) error {
	if err := db.mustSee(ctx, a, intakeID); err != nil {
		return err
	}
	return db.transact(ctx, "record a view", func(w *wtx) error {
		secret, err := number(w.QueryRowContext(w.ctx, `SELECT confidential FROM records WHERE intake_id = ?`, intakeID))
		if err != nil || secret == 0 {
			return err
		}
		return w.report(KindViewed, a.User, a.AOO, intakeID, nil)
	})
}

// ResolveBarcode finds the registration of a code of ours: an ordinary one, also of a recovered registration's second label, or one of the
// emergency register.
func (db *DB) ResolveBarcode(ctx context.Context, b protocollo.Barcode) (station.Resolved, error) {
	s, err := readSetup(ctx, db.read)
	if err != nil {
		return station.Resolved{}, fmt.Errorf("resolve a barcode: %w", err)
	}
	var id int64
	for _, aoo := range s.AOOs {
		if !b.IsRegistration() || !b.Belongs(s.Body.Code, aoo.Code) {
			continue
		}
		id, err = one(ctx, db.read, "registration", number, `SELECT id FROM registrations
			WHERE amministrazione = ? AND aoo = ? AND register = ? COLLATE NOCASE AND year = ? AND number = ? AND (connector = ?) = ?`,
			s.Body.Code, string(aoo.Code), b.Register, b.Year, b.Number, protocollo.EmergencyConnector, b.Kind == protocollo.BarcodeEmergency)
		if errors.Is(err, protocollo.NotFound) && b.Kind == protocollo.BarcodeOrdinary {
			id, err = resolveRecovered(ctx, db.read, b, aoo.Code, s.Body.Code)
		}
		if err != nil {
			return station.Resolved{}, fmt.Errorf("resolve a barcode: %w", err)
		}
		return resolved(ctx, db.read, id)
	}
	return station.Resolved{}, protocollo.Errorf(protocollo.NotFound, "barcode", "the code is not of an AOO of ours")
}

// ResolveHandCode lists the registrations of an AOO with that year and number; several where it has several registers.
func (db *DB) ResolveHandCode(ctx context.Context, aoo protocollo.AOOCode, year int, n protocollo.Number) ([]station.Resolved, error) {
	ids, err := collect(ctx, db.read, number, `SELECT id FROM registrations WHERE aoo = ?1 AND year = ?2 AND number = ?3
		UNION SELECT registration_id FROM recoveries WHERE aoo = ?1 AND year = ?2 AND number = ?3 ORDER BY id`, string(aoo), year, string(n))
	if err != nil {
		return nil, fmt.Errorf("resolve a hand code: %w", err)
	}
	var list []station.Resolved
	for _, id := range ids {
		r, err := resolved(ctx, db.read, id)
		if err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, nil
}

func resolved(ctx context.Context, q querier, registrationID int64) (station.Resolved, error) {
	r, err := registrationByID(ctx, q, registrationID)
	if err != nil {
		return station.Resolved{}, fmt.Errorf("read registration %d: %w", registrationID, err)
	}
	list, err := readRecords(ctx, q, []int64{r.IntakeID})
	if err != nil {
		return station.Resolved{}, fmt.Errorf("read registration %d: %w", registrationID, err)
	}
	return station.Resolved{Registration: r, Intake: list[0].Intake, Facets: list[0].Facets}, nil
}
