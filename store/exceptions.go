package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"segnatura/internal/protocollo"
)

const exceptionColumns = `e.id, e.version, e.aoo, e.kind, coalesce(e.document_id, 0), coalesce(e.page_id, 0), e.opened_at, e.detail, e.solved_at, e.solved_by,
	e.choice, e.reason`

func scanException(s scannable) (protocollo.Exception, error) {
	var e protocollo.Exception
	var opened, solved int64
	var detail string
	err := s.Scan(&e.ID, &e.Version, &e.AOO, &e.Kind, &e.DocumentID, &e.PageID, &opened, &detail, &solved, &e.SolvedBy, &e.Choice, &e.Reason)
	if err != nil {
		return e, err
	}
	e.OpenedAt, e.SolvedAt = instant(opened), instant(solved)
	if err := json.Unmarshal([]byte(detail), &e.Detail); err != nil {
		return e, fmt.Errorf("decode exception %d: %w", e.ID, err)
	}
	return e, nil
}

func exceptionByID(ctx context.Context, q querier, id int64) (protocollo.Exception, error) {
	return one(ctx, q, "exception", scanException, `SELECT `+exceptionColumns+` FROM exceptions e WHERE e.id = ?`, id)
}

// OpenException records that something waits for a person. A question of the same kind that is already open on the same document
// and page is returned instead of a second one: recovery may ask again. A document that was ready or confirmed waits from here on.
func (db *DB) OpenException(ctx context.Context, e protocollo.Exception) (protocollo.Exception, error) {
	var opened protocollo.Exception
	err := db.transact(ctx, "open an exception", func(w *wtx) error {
		var err error
		opened, err = w.openException(e)
		return err
	})
	return opened, err
}

func (w *wtx) openException(e protocollo.Exception) (protocollo.Exception, error) {
	id, err := number(w.QueryRowContext(w.ctx, `SELECT coalesce(max(id), 0) FROM exceptions WHERE solved_at = 0 AND aoo = ? AND kind = ?
		AND coalesce(document_id, 0) = ? AND coalesce(page_id, 0) = ?`, string(e.AOO), string(e.Kind), e.DocumentID, e.PageID))
	if err != nil {
		return e, err
	}
	if id == 0 {
		detail, err := encode(e.Detail)
		if err != nil {
			return e, err
		}
		res, err := w.ExecContext(w.ctx, `INSERT INTO exceptions (version, aoo, kind, document_id, page_id, opened_at, detail) VALUES (1, ?, ?, ?, ?, ?, ?)`,
			string(e.AOO), string(e.Kind), nullable(e.DocumentID), nullable(e.PageID), w.now.UnixNano(), detail)
		if err != nil {
			return e, err
		}
		if id, err = res.LastInsertId(); err != nil {
			return e, err
		}
	}
	if err := w.exec(`UPDATE documents SET state = ? WHERE id = ? AND state IN ('ready', 'confirmed')`, string(protocollo.DocumentWaiting), e.DocumentID); err != nil {
		return e, err
	}
	return exceptionByID(w.ctx, w, id)
}

// openQuestions counts what is asked about a document.
func (w *wtx) openQuestions(documentID int64) (int64, error) {
	return number(w.QueryRowContext(w.ctx, `SELECT count(*) FROM exceptions WHERE document_id = ? AND solved_at = 0`, documentID))
}

// Exceptions lists the open ones of an AOO, oldest first.
func (db *DB) Exceptions(ctx context.Context, aoo protocollo.AOOCode) ([]protocollo.Exception, error) {
	list, err := collect(ctx, db.read, scanException, `SELECT `+exceptionColumns+` FROM exceptions e WHERE e.aoo = ? AND e.solved_at = 0 ORDER BY e.id`, string(aoo))
	if err != nil {
		return nil, fmt.Errorf("list exceptions: %w", err)
	}
	return list, nil
}

// Exception returns one, open or solved, or NotFound "exception".
func (db *DB) Exception(ctx context.Context, id int64) (protocollo.Exception, error) {
	return exceptionByID(ctx, db.read, id)
}

// answersAll are the choices that answer whatever was asked about pages that left with them.
var answersAll = []protocollo.Choice{protocollo.ChoiceSplit, protocollo.ChoiceDiscard, protocollo.ChoiceExclude}

// SolveException records an answer and journals it. Invalid "choice" when the kind does not offer it and it is none of those that answer
// everything; edited is the station's own word.
func (db *DB) SolveException(ctx context.Context, a protocollo.Actor, id int64, version int, c protocollo.Choice, reason string) (protocollo.Exception, error) {
	var solved protocollo.Exception
	err := db.transact(ctx, "solve an exception", func(w *wtx) error {
		e, err := exceptionByID(w.ctx, w, id)
		switch {
		case err != nil:
			return err
		case e.AOO != a.AOO:
			return protocollo.Errorf(protocollo.NotFound, "exception", "no such exception")
		case !e.SolvedAt.IsZero() || e.Version != version:
			conflict := protocollo.Errorf(protocollo.Conflict, "already-solved", "exception %d is at version %d", id, e.Version)
			conflict.Words = e.SolvedBy
			return conflict
		case !slices.Contains(e.Kind.Choices(), c) && !slices.Contains(answersAll, c) && (c != protocollo.ChoiceEdited || a.User != stationUser()):
			return protocollo.Errorf(protocollo.Invalid, "choice", "%q is no answer to %s", c, e.Kind)
		}
		solved, err = w.solve(e, a.User, c, reason)
		return err
	})
	return solved, err
}

// solve records an answer to an open exception and journals it.
func (w *wtx) solve(e protocollo.Exception, user string, c protocollo.Choice, reason string) (protocollo.Exception, error) {
	err := w.exec(`UPDATE exceptions SET version = version + 1, solved_at = ?, solved_by = ?, choice = ?, reason = ? WHERE id = ?`,
		w.now.UnixNano(), user, string(c), reason, e.ID)
	if err != nil {
		return e, err
	}
	intake := int64(0)
	if e.DocumentID != 0 {
		d, err := documentByID(w.ctx, w, e.DocumentID)
		if err != nil {
			return e, err
		}
		if intake, err = w.intakeOf(d); err != nil {
			return e, err
		}
	}
	detail := map[string]any{"exception": e.ID, "kind": e.Kind, "document": e.DocumentID, "choice": c, "reason": reason}
	if d := e.Detail; e.Kind == protocollo.ExceptionCount && d.Declared > 0 { // the mismatch stays noted (002 art. 69)
		detail["declared"], detail["found"], detail["unit"] = d.Declared, fmt.Sprint(d.Found), d.Unit // none found is said as well
	}
	if err := w.report(KindExceptionSolved, user, e.AOO, intake, detail); err != nil {
		return e, err
	}
	return exceptionByID(w.ctx, w, e.ID)
}
