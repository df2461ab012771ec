package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/pdfa"
)

// DueForText lists the archives whose text is due, oldest first.
func (db *DB) DueForText(ctx context.Context) ([]station.DueText, error) {
	list, err := collect(ctx, db.read, func(s scannable) (station.DueText, error) {
		var t station.DueText
		var result string
		d := &t.Document
		err := s.Scan(&d.ID, &d.BatchID, &d.AOO, &d.RegistrationID, &d.Sequence, &d.Version, &d.Part, &d.State, &d.Pages, &d.Superseded, &t.Tries, &result)
		if err != nil {
			return t, err
		}
		return t, decode(result, &t.Archived)
	}, `SELECT `+documentColumns+`, t.tries, a.result`+documentFrom+`JOIN archives a ON a.document_id = d.id JOIN text_due t ON t.archive_id = a.id ORDER BY a.id`)
	if err != nil {
		return nil, fmt.Errorf("list archives whose text is due: %w", err)
	}
	return list, nil
}

// BeginText counts one more try and returns how many began. Conflict "text" when none is due.
func (db *DB) BeginText(ctx context.Context, documentID int64) (tries int, err error) {
	err = db.transact(ctx, "begin to read text", func(w *wtx) error {
		n, err := one(w.ctx, w, "text", number, `UPDATE text_due SET tries = tries + 1 WHERE archive_id = (SELECT id FROM archives WHERE document_id = ?)
			RETURNING tries`, documentID)
		tries = int(n)
		if errors.Is(err, protocollo.NotFound) {
			return protocollo.Errorf(protocollo.Conflict, "text", "no text of document %d is due", documentID)
		}
		return err
	})
	return tries, err
}

// ReturnText counts one try less; where none is due it does nothing.
func (db *DB) ReturnText(ctx context.Context, documentID int64) error {
	return db.transact(ctx, "return a try to read text", func(w *wtx) error {
		return w.exec(`UPDATE text_due SET tries = max(tries - 1, 0) WHERE archive_id = (SELECT id FROM archives WHERE document_id = ?)`, documentID)
	})
}

// textArchive is an archive as the outcome of its text sees it.
type textArchive struct {
	id     int64
	sha256 string
	awaits bool
	have   string // the outcome that is recorded: a digest, or a code
	result pdfa.Result
}

func scanTextArchive(s scannable) (textArchive, error) {
	var a textArchive
	var result string
	if err := s.Scan(&a.id, &a.sha256, &a.awaits, &a.have, &result); err != nil {
		return a, err
	}
	return a, decode(result, &a.result)
}

// AttachText records what came of reading an archive's text, and the delivery of the current file as due. The same outcome again is no
// error. Invalid "report" for an edition that no check accepted, Invalid "pages" for one whose images are not the archive's, page by
// page; Conflict "text" when another outcome is recorded or none is due.
func (db *DB) AttachText(ctx context.Context, documentID int64, o station.TextOutcome) error {
	var enc encodedEdition
	if o.Why == "" {
		var err error
		if enc, err = db.encodeEdition(ctx, o.Edition); err != nil {
			return fmt.Errorf("attach text: %w", err)
		}
	}
	return db.transact(ctx, "attach text", func(w *wtx) error { return w.attachText(documentID, o, enc) })
}

func (w *wtx) attachText(documentID int64, o station.TextOutcome, enc encodedEdition) error {
	a, err := one(w.ctx, w, "archive", scanTextArchive, `SELECT a.id, a.sha256, a.awaits_text IS NOT NULL, coalesce(t.sha256, t.why, ''), a.result
		FROM archives a LEFT JOIN text_outcomes t ON t.archive_id = a.id WHERE a.document_id = ?`, documentID)
	if err != nil {
		return err
	}
	res := enc.Result
	same := res.SHA256
	if o.Why != "" {
		same = string(o.Why)
	}
	switch {
	case a.have == same:
		return nil
	case a.have != "" || !a.awaits:
		return protocollo.Errorf(protocollo.Conflict, "text", "the text of document %d is not due", documentID)
	case o.Why != "":
		res = a.result
	case res.Flavour != pdfa.Flavour2U || res.SHA256 == a.sha256 || !slices.Equal(streams(res), streams(a.result)):
		return protocollo.Errorf(protocollo.Invalid, "pages", "the images of %s are not those of %s", res.SHA256, a.sha256)
	}
	d, err := documentByID(w.ctx, w, documentID)
	if err != nil {
		return err
	}
	r, err := registrationByID(w.ctx, w, d.RegistrationID)
	if err != nil {
		return err
	}
	if err := w.insertText(a.id, o, enc); err != nil {
		return err
	}
	if err := w.dispatch(a.id, d, r, res); err != nil {
		return err
	}
	if err := w.exec(`DELETE FROM text_due WHERE archive_id = ?`, a.id); err != nil {
		return err
	}
	kind, detail := KindText, map[string]any{"document": d.ID, "version": d.Version, "sha256": res.SHA256, "bytes": res.Bytes, "flavour": res.Flavour, "engine": o.Engine}
	if o.Why != "" {
		kind, detail = KindTextMissing, map[string]any{"document": d.ID, "version": d.Version, "why": o.Why, "engine": o.Engine}
	}
	return w.report(kind, stationUser(), d.AOO, r.IntakeID, detail)
}

func (w *wtx) insertText(archiveID int64, o station.TextOutcome, enc encodedEdition) error {
	fields := row{"archive_id": archiveID, "engine": o.Engine, "why": string(o.Why), "detail": o.Detail}
	if o.Why == "" {
		fields["sha256"], fields["bytes"], fields["flavour"] = enc.Result.SHA256, enc.Result.Bytes, string(enc.Result.Flavour)
		fields["result"], fields["report"] = enc.result, enc.report
	}
	if _, err := w.insert("text_outcomes", fields); err != nil {
		return err
	}
	return w.keepFiles(archiveID, 2, enc.Files)
}

// streams lists the digests of a file's images, page by page.
func streams(r pdfa.Result) []string {
	list := make([]string, len(r.Pages))
	for i, p := range r.Pages {
		list[i] = p.StreamSHA256
	}
	return list
}

// loseText records for each archive whose text is due that its pages are gone: the spool is not in backups. What was sent after the
// backup is not known here, so the delivery that becomes due is settled with all others.
func (w *wtx) loseText() error {
	ids, err := collect(w.ctx, w, number, `SELECT a.document_id FROM text_due t JOIN archives a ON a.id = t.archive_id ORDER BY a.id`)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := w.attachText(id, station.TextOutcome{Why: station.TextPagesLost}, encodedEdition{}); err != nil {
			return err
		}
	}
	return nil
}

// archiveView reads a document's archive, or NotFound "archive": the current edition, all of them, what is kept beside them.
func archiveView(ctx context.Context, q querier, documentID int64) (station.ArchiveView, error) {
	var id int64
	v, err := one(ctx, q, "archive", func(s scannable) (station.ArchiveView, error) {
		var v station.ArchiveView
		err := scanArchiveView(s, &id, &v)
		return v, err
	}, `SELECT a.id, a.sha256, a.bytes, a.flavour, a.at, NOT EXISTS (SELECT 1 FROM archives n JOIN associations m ON m.document_id = n.document_id WHERE n.registration_id = a.registration_id
			AND n.version > a.version AND m.part IS s.part) AND `+notSuperseded+`,
		coalesce((SELECT o.at FROM dispatches p JOIN dispatch_outcomes o ON o.dispatch_id = p.id WHERE p.archive_id = a.id AND o.state = 'delivered'), 0),
		a.awaits_text IS NOT NULL, t.id IS NOT NULL, coalesce(t.engine, ''), coalesce(t.why, ''), coalesce(t.at, 0),
		coalesce(t.sha256, ''), coalesce(t.bytes, 0), coalesce(t.flavour, ''), coalesce(t.result, '{}')
		FROM archives a JOIN associations s ON s.document_id = a.document_id LEFT JOIN text_outcomes t ON t.archive_id = a.id WHERE a.document_id = ?`, documentID)
	if err != nil {
		return v, err
	}
	v.Files, err = collect(ctx, q, func(s scannable) (station.KeptFileView, error) {
		var f station.KeptFileView
		err := s.Scan(&f.ID, &f.Edition, &f.Kind, &f.Page, &f.Name, &f.MediaType, &f.SHA256, &f.Bytes)
		return f, err
	}, `SELECT id, edition, kind, page, name, media_type, sha256, bytes FROM archive_files WHERE archive_id = ? ORDER BY edition, kind, page`, id)
	return v, err
}

func scanArchiveView(s scannable, id *int64, v *station.ArchiveView) error {
	first, second := station.EditionView{Ordinal: 1}, station.EditionView{Ordinal: 2}
	var at, delivered, readAt int64
	var awaits, read bool
	var result string
	err := s.Scan(id, &first.SHA256, &first.Bytes, &first.Flavour, &at, &v.Current, &delivered,
		&awaits, &read, &v.Text.Engine, &v.Text.Why, &readAt, &second.SHA256, &second.Bytes, &second.Flavour, &result)
	if err != nil {
		return err
	}
	first.At, second.At, v.Delivered = instant(at), instant(readAt), instant(delivered)
	v.Editions = []station.EditionView{first}
	switch {
	case !awaits:
		v.Text.State = station.TextNotAsked
	case !read:
		v.Text.State = station.TextDue
	case v.Text.Why != "":
		v.Text.State = station.TextMissing
	default:
		v.Text.State = station.TextPresent
		v.Editions = append(v.Editions, second)
	}
	current := v.Editions[len(v.Editions)-1]
	v.SHA256, v.Bytes, v.Flavour, v.At = current.SHA256, current.Bytes, current.Flavour, current.At
	var res pdfa.Result
	if err := decode(result, &res); err != nil {
		return err
	}
	for i, p := range res.Pages {
		v.Text.Words += p.Words
		if p.TextMissing != "" {
			v.Text.Unread = append(v.Text.Unread, station.UnreadPage{Page: i + 1, Why: p.TextMissing})
		}
	}
	return nil
}
