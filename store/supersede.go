package store

import (
	"context"
	"slices"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// notSuperseded is a condition on associations s.
const notSuperseded = `NOT EXISTS (SELECT 1 FROM supersessions u WHERE u.association_id = s.id)`

// joined is an association that an act may end.
type joined struct {
	id      int64
	part    int64
	current bool // nothing later is joined as the same part
	doc     protocollo.Document
	choice  protocollo.Choice // the page rule's last decision, or ""
}

// joinedTo lists what is joined to a registration and stands, by part and version.
func (w *wtx) joinedTo(registrationID int64) ([]joined, error) {
	list, err := collect(w.ctx, w, func(s scannable) (joined, error) {
		var j joined
		err := s.Scan(&j.id, &j.part, &j.doc.ID, &j.choice)
		return j, err
	}, `SELECT s.id, coalesce(s.part, 0), s.document_id,
			coalesce((SELECT c.choice FROM scope_decisions c WHERE c.document_id = s.document_id ORDER BY c.id DESC LIMIT 1), '')
		FROM associations s WHERE s.registration_id = ? AND `+notSuperseded+`
		AND NOT EXISTS (SELECT 1 FROM discards x WHERE x.document_id = s.document_id) ORDER BY coalesce(s.part, 0), s.version`, registrationID)
	if err != nil {
		return nil, err
	}
	for i := range list {
		list[i].current = i+1 == len(list) || list[i+1].part != list[i].part
		if list[i].doc, err = documentByID(w.ctx, w, list[i].doc.ID); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Supersede records an act of the Responsabile: what is superseded, what takes its place, what is not delivered any more.
func (db *DB) Supersede(ctx context.Context, a protocollo.Actor, act station.SupersedeAct) error {
	return db.transact(ctx, "supersede", func(w *wtx) error {
		done, err := w.sameAct(act)
		if err != nil || done {
			return err
		}
		if act.Kind == station.SupersededExchange {
			return w.exchange(a, act)
		}
		return w.obscure(a, act)
	})
}

// sameAct reports whether an act is recorded already; Conflict "key" where its key stands for another one.
func (w *wtx) sameAct(act station.SupersedeAct) (bool, error) {
	var kind station.SupersedeKind
	var rows, ours int
	err := w.QueryRowContext(w.ctx, `SELECT coalesce(max(u.kind), ''), count(*), count(*) FILTER (WHERE s.document_id = ? OR s.registration_id IN (?, ?))
		FROM supersessions u JOIN associations s ON s.id = u.association_id WHERE u.act = ?`, act.DocumentID, act.First, act.Second, act.Key).Scan(&kind, &rows, &ours)
	switch {
	case err != nil || rows == 0:
		return false, err
	case kind != act.Kind || ours == 0:
		return false, protocollo.Errorf(protocollo.Conflict, "key", "key %s is another act's", act.Key)
	}
	return true, nil
}

// openRegistration returns a registration that may be acted on, with what is joined to it.
func (w *wtx) openRegistration(a protocollo.Actor, id int64) (protocollo.Registration, []joined, error) {
	r, err := registrationByID(w.ctx, w, id)
	if err != nil {
		return r, nil, err
	}
	if r.Key.AOO != a.AOO {
		return r, nil, protocollo.Errorf(protocollo.NotFound, "registration", "no such registration")
	}
	annulled, err := annulmentOf(w.ctx, w, id)
	if err != nil {
		return r, nil, err
	}
	if annulled != nil {
		return r, nil, protocollo.Errorf(protocollo.Conflict, "annulled", "registration %d is annulled", id)
	}
	list, err := w.joinedTo(id)
	return r, list, err
}

// mayLeave refuses what cannot change its registration now.
func mayLeave(list []joined, held []int64) error {
	for _, j := range list {
		switch {
		case j.doc.State == protocollo.DocumentReceiving:
			return protocollo.Errorf(protocollo.Conflict, "still-scanning", "document %d is still being received", j.doc.ID)
		case j.choice == protocollo.ChoiceExclude:
			return protocollo.Errorf(protocollo.Conflict, "excluded", "document %d was decided not to be scanned", j.doc.ID)
		case !j.current && !closed(j.doc):
			return versionOpen(j)
		case j.current && !slices.Contains(held, j.doc.ID):
			return protocollo.Errorf(protocollo.Conflict, "changed", "document %d came meanwhile", j.doc.ID)
		}
	}
	return nil
}

// closed reports whether a document's scan came to an end: it is in the archive, or nothing of it will be.
func closed(d protocollo.Document) bool {
	return d.State == protocollo.DocumentArchived || d.State == protocollo.DocumentNoted || d.State == protocollo.DocumentDiscarded
}

// versionOpen is that an act would end, or leave standing, another scan of the same paper that would come to the archive by itself.
func versionOpen(j joined) error {
	return protocollo.Errorf(protocollo.Conflict, "version-open", "document %d, another scan of the same paper, is %s", j.doc.ID, j.doc.State)
}

// exchange gives what is joined to each of two registrations to the other one, attachments too: they follow their label.
func (w *wtx) exchange(a protocollo.Actor, act station.SupersedeAct) error {
	if act.First == act.Second {
		return protocollo.Errorf(protocollo.Invalid, "registrationID", "a label is not exchanged with itself")
	}
	first, ofFirst, err := w.openRegistration(a, act.First)
	if err != nil {
		return err
	}
	second, ofSecond, err := w.openRegistration(a, act.Second)
	if err != nil {
		return err
	}
	if len(ofFirst)+len(ofSecond) == 0 {
		return protocollo.Errorf(protocollo.Conflict, "nothing-scanned", "neither registration %d nor %d has a document", act.First, act.Second)
	}
	if err := mayLeave(slices.Concat(ofFirst, ofSecond), act.Held); err != nil {
		return err
	}
	batch, err := w.actBatch(a, act)
	if err != nil {
		return err
	}
	for _, way := range []struct {
		from, to protocollo.Registration
		list     []joined
	}{{first, second, ofFirst}, {second, first, ofSecond}} {
		for _, j := range way.list {
			successor := int64(0)
			if j.current {
				if successor, err = w.handOver(a, batch, j, way.to); err != nil {
					return err
				}
			}
			if err := w.supersede(a, act, j, successor, nil, way.from); err != nil {
				return err
			}
		}
		w.touch(way.from.IntakeID)
	}
	return nil
}

// obscure takes pages of an archived document out of view: a document without them takes its place, or the decision that nothing is kept.
// Older versions go with it. One that is not current itself has its successor already.
func (w *wtx) obscure(a protocollo.Actor, act station.SupersedeAct) error {
	d, err := documentByID(w.ctx, w, act.DocumentID)
	switch {
	case err != nil:
		return err
	case d.AOO != a.AOO:
		return protocollo.Errorf(protocollo.NotFound, "document", "no such document")
	case d.Superseded:
		return protocollo.Errorf(protocollo.Conflict, "superseded", "document %d is superseded", d.ID)
	case d.State != protocollo.DocumentArchived:
		return protocollo.Errorf(protocollo.Conflict, "nothing-to-obscure", "document %d is %s", d.ID, d.State)
	}
	r, list, err := w.openRegistration(a, d.RegistrationID)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(list, func(j joined) bool { return j.doc.ID == d.ID })
	chosen := list[at]
	if err := mayLeave([]joined{chosen}, act.Held); err != nil {
		return err
	}
	for _, j := range list {
		if j.part == chosen.part && !closed(j.doc) {
			return versionOpen(j)
		}
	}
	n, err := number(w.QueryRowContext(w.ctx, `SELECT json_array_length(result, '$.pages') FROM archives WHERE document_id = ?`, d.ID))
	if err != nil {
		return err
	}
	all := len(act.Pages) == 0 || int64(len(act.Pages)) == n
	for i, page := range act.Pages {
		if page < 1 || int64(page) > n || slices.Contains(act.Pages[:i], page) {
			return protocollo.Errorf(protocollo.Invalid, "pages", "document %d has no page %d, or it is named twice", d.ID, page)
		}
	}
	if all {
		act.Pages = nil
		for page := range int(n) {
			act.Pages = append(act.Pages, page+1)
		}
	}
	successor := int64(0)
	if chosen.current {
		batch, err := w.actBatch(a, act)
		if err != nil {
			return err
		}
		next, err := w.joinNext(a, batch, chosen.part, r)
		if err != nil {
			return err
		}
		successor = next.association
		switch {
		case all:
			err = w.exclude(a, act, next.doc, r)
		case chosen.choice != "":
			err = w.sameDecision(a, d.ID, next.doc, r)
		}
		if err != nil {
			return err
		}
	}
	for _, j := range list[:at+1] {
		if j.part != chosen.part {
			continue
		}
		if j.id != chosen.id {
			if err := w.supersede(a, act, j, 0, nil, r); err != nil {
				return err
			}
			continue
		}
		if err := w.supersede(a, act, j, successor, act.Pages, r); err != nil {
			return err
		}
	}
	return nil
}

// actBatch is the run that an act's documents belong to; it is over from the start.
func (w *wtx) actBatch(a protocollo.Actor, act station.SupersedeAct) (protocollo.Batch, error) {
	b, err := w.beginBatch(protocollo.Batch{AOO: a.AOO, Desk: a.Desk, Source: station.SupersedeSource(act.Kind), StartedBy: a.User})
	if err != nil {
		return b, err
	}
	return b, w.exec(`UPDATE batches SET state = ?, ended_at = started_at WHERE id = ?`, string(protocollo.BatchEnded), b.ID)
}

// next is a new document that is joined already.
type next struct {
	doc         protocollo.Document
	association int64
}

// joinNext begins an empty document and joins it as the next of its part.
func (w *wtx) joinNext(a protocollo.Actor, b protocollo.Batch, part int64, r protocollo.Registration) (next, error) {
	res, err := w.ExecContext(w.ctx, `INSERT INTO documents (batch_id, aoo, state) VALUES (?, ?, ?)`, b.ID, string(b.AOO), string(protocollo.DocumentReceiving))
	if err != nil {
		return next{}, err
	}
	id, err := res.LastInsertId()
	if err != nil {
		return next{}, err
	}
	last, err := number(w.QueryRowContext(w.ctx, `SELECT coalesce(max(version), 0) FROM associations WHERE registration_id = ?`, r.ID))
	if err != nil {
		return next{}, err
	}
	fields := row{"document_id": id, "registration_id": r.ID, "version": last + 1, "by_user": a.User, "by_code": "", "part": nullable(part)}
	n := next{}
	if n.association, err = w.insert("associations", fields); err != nil {
		return n, err
	}
	if err := w.report(KindAssociated, a.User, r.Key.AOO, r.IntakeID, map[string]any{"document": id, "version": last + 1, "part": part, "source": b.Source}); err != nil {
		return n, err
	}
	n.doc, err = documentByID(w.ctx, w, id)
	return n, err
}

// handOver gives a document's pages to another registration: those under way now, those in the archive by a takeover that is due from
// here on. What the page rule decided about the paper goes with it; an open question is asked anew where it stands.
func (w *wtx) handOver(a protocollo.Actor, b protocollo.Batch, j joined, to protocollo.Registration) (int64, error) {
	n, err := w.joinNext(a, b, j.part, to)
	if err != nil {
		return 0, err
	}
	if j.choice != "" {
		if err := w.sameDecision(a, j.doc.ID, n.doc, to); err != nil {
			return 0, err
		}
	}
	if err := w.closeQuestions(a, j.doc); err != nil {
		return 0, err
	}
	switch j.doc.State {
	case protocollo.DocumentArchived:
		return n.association, nil
	case protocollo.DocumentNoted:
		return n.association, w.setState(n.doc, protocollo.DocumentNoted)
	}
	if err := w.exec(`UPDATE pages SET document_id = ? WHERE document_id = ? AND erase_due = 0`, n.doc.ID, j.doc.ID); err != nil {
		return 0, err
	}
	return n.association, w.discard(j.doc, a.User, station.SupersedeSource(station.SupersededExchange))
}

// sameDecision repeats the page rule's last decision for the document that takes the pages over; there is nothing left to erase.
func (w *wtx) sameDecision(a protocollo.Actor, from int64, d protocollo.Document, r protocollo.Registration) error {
	type decision struct {
		choice, profile, note, reason string
		sheets                        int64
	}
	c, err := one(w.ctx, w, "scope", func(s scannable) (decision, error) {
		var c decision
		err := s.Scan(&c.choice, &c.profile, &c.note, &c.sheets, &c.reason)
		return c, err
	}, `SELECT choice, profile, note, sheets, reason FROM scope_decisions WHERE document_id = ? ORDER BY id DESC LIMIT 1`, from)
	if err != nil {
		return err
	}
	_, err = w.insert("scope_decisions", row{"document_id": d.ID, "by_user": a.User, "choice": c.choice, "profile": c.profile, "note": c.note,
		"sheets": c.sheets, "reason": c.reason, "erase": "[]"})
	if err != nil {
		return err
	}
	return w.report(KindScope, a.User, d.AOO, r.IntakeID, map[string]any{"document": d.ID, "choice": c.choice, "profile": c.profile, "note": c.note,
		"reason": c.reason, "from": from, "erase": 0})
}

// exclude closes a document with the decision that no image is kept.
func (w *wtx) exclude(a protocollo.Actor, act station.SupersedeAct, d protocollo.Document, r protocollo.Registration) error {
	_, err := w.insert("scope_decisions", row{"document_id": d.ID, "by_user": a.User, "choice": string(protocollo.ChoiceExclude), "profile": act.Profile,
		"note": "", "sheets": 0, "reason": act.Reason, "erase": "[]", "exclusion": act.Exclusion, "responsible": ""})
	if err != nil {
		return err
	}
	if err := w.setState(d, protocollo.DocumentNoted); err != nil {
		return err
	}
	return w.report(KindScope, a.User, d.AOO, r.IntakeID, map[string]any{"document": d.ID, "choice": protocollo.ChoiceExclude, "exclusion": act.Exclusion,
		"profile": act.Profile, "reason": act.Reason, "erase": 0})
}

// closeQuestions answers what was asked about a document that an act ends.
func (w *wtx) closeQuestions(a protocollo.Actor, d protocollo.Document) error {
	open, err := collect(w.ctx, w, number, `SELECT id FROM exceptions WHERE document_id = ? AND solved_at = 0 ORDER BY id`, d.ID)
	if err != nil || len(open) == 0 {
		return err
	}
	intake, err := w.intakeOf(d)
	if err != nil {
		return err
	}
	for _, id := range open {
		err := w.exec(`UPDATE exceptions SET version = version + 1, solved_at = ?, solved_by = ?, choice = ? WHERE id = ?`,
			w.now.UnixNano(), a.User, string(protocollo.ChoiceEdited), id)
		if err != nil {
			return err
		}
		detail := map[string]any{"exception": id, "document": d.ID, "choice": protocollo.ChoiceEdited}
		if err := w.report(KindExceptionSolved, a.User, d.AOO, intake, detail); err != nil {
			return err
		}
	}
	return nil
}

// supersede ends one association, and the delivery that waits.
func (w *wtx) supersede(a protocollo.Actor, act station.SupersedeAct, j joined, successor int64, pages []int, r protocollo.Registration) error {
	if pages == nil {
		pages = []int{}
	}
	left, err := encode(pages)
	if err != nil {
		return err
	}
	fields := row{"act": act.Key, "kind": string(act.Kind), "association_id": j.id, "successor_id": nullable(successor), "pages": left,
		"by_user": a.User, "reason": act.Reason}
	if act.ActNumber != "" {
		fields["act_number"], fields["act_day"] = act.ActNumber, string(act.ActDay)
	}
	if _, err := w.insert("supersessions", fields); err != nil {
		return err
	}
	err = w.report(KindSuperseded, a.User, j.doc.AOO, r.IntakeID, map[string]any{"kind": act.Kind, "document": j.doc.ID, "version": j.doc.Version,
		"part": j.part, "pages": pages, "reason": act.Reason})
	if err != nil {
		return err
	}
	return w.withdraw(j.doc.ID)
}
