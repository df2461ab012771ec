package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"segnatura/internal/protocollo"
)

// The embedded register's own book: a separate numbering system that happens to live in the same file (R17.1, R17.6). It knows
// request keys and numbers, nothing of intakes; the desk confirms its receipts as it would a centre's.

// refPrefix begins the Ref of its receipts.
const refPrefix = embeddedConnector + ":"

// nextNumber is one more than the last number of the sequence: taken, or lost and listed as a gap. A sequence begins at its
// starting act's number where it has one, and at 1.
func nextNumber(ctx context.Context, q querier, k protocollo.RegisterKey) (int64, error) {
	return number(q.QueryRowContext(ctx, `SELECT max(
		coalesce((SELECT max(n) + 1 FROM register_numbers WHERE amministrazione = ?1 AND aoo = ?2 AND register = ?3 AND year = ?4), 1),
		coalesce((SELECT max(last) + 1 FROM number_gaps WHERE amministrazione = ?1 AND aoo = ?2 AND register = ?3 AND year = ?4), 1),
		coalesce((SELECT first FROM starting_acts WHERE amministrazione = ?1 AND aoo = ?2 AND register = ?3 AND year = ?4), 1))`,
		k.Amministrazione, string(k.AOO), k.Register, k.Year))
}

// TakeNumber gives the next number of the AOO's register in the Roman year of the transaction's instant; number and instant are
// taken together (R17.5). The same key again gives the same receipt. Stopped as RecordIntake.
func (db *DB) TakeNumber(ctx context.Context, key string, body protocollo.Body, aoo protocollo.AOO) (protocollo.Receipt, error) {
	var r protocollo.Receipt
	err := db.transact(ctx, "take a number", func(w *wtx) error {
		have, found, err := findNumber(w.ctx, w, key)
		if err != nil || found {
			r = have
			return err
		}
		if err := w.mayNumber(aoo.Code); err != nil {
			return err
		}
		k := protocollo.RegisterKey{Amministrazione: body.Code, AOO: aoo.Code, Register: aoo.RegisterCode, Year: protocollo.YearOf(w.now)}
		started, err := number(w.QueryRowContext(w.ctx, `SELECT count(*) FROM starting_acts WHERE amministrazione = ? AND aoo = ? AND register = ?`,
			k.Amministrazione, string(k.AOO), k.Register))
		if err != nil {
			return err
		}
		if started == 0 {
			return protocollo.Errorf(protocollo.Stopped, "numbering-unset", "register %s of AOO %s has no starting act", k.Register, k.AOO)
		}
		n, err := nextNumber(w.ctx, w, k)
		if err != nil {
			return err
		}
		_, err = w.insert("register_numbers", row{"key": key, "amministrazione": k.Amministrazione, "aoo": string(k.AOO), "register": k.Register,
			"year": k.Year, "n": n, "day": string(protocollo.DayOf(w.now))})
		if err != nil {
			return err
		}
		if err := w.report(KindNumberTaken, stationUser(), k.AOO, 0, map[string]any{"n": n, "year": k.Year, "register": k.Register}); err != nil {
			return err
		}
		r, _, err = findNumber(w.ctx, w, key)
		return err
	})
	return r, err
}

// FindNumber looks a receipt up by its request key; found=false is proof that no number was given to it. OutcomeUnknown "restore" for a
// key that was in use before a restore and has no number here: the number may be among those that were lost (R17.4).
func (db *DB) FindNumber(ctx context.Context, key string) (protocollo.Receipt, bool, error) {
	r, found, err := findNumber(ctx, db.read, key)
	if err != nil {
		return r, false, fmt.Errorf("find a number: %w", err)
	}
	if found {
		return r, true, nil
	}
	// The attempt was begun before the restore: what the book said afterwards is lost.
	lost, err := number(db.read.QueryRowContext(ctx, `SELECT count(*) FROM intakes i JOIN attempts a ON a.intake_id = i.id
		WHERE i.key = ? AND a.id = (SELECT max(id) FROM attempts x WHERE x.intake_id = i.id)
		AND EXISTS (SELECT 1 FROM journal r WHERE r.kind = ? AND r.seq > (
			SELECT max(j.seq) FROM journal j WHERE j.intake = i.id AND j.kind IN (?, ?)))`, key, KindRestored, KindIntake, KindAttempt))
	if err != nil {
		return r, false, fmt.Errorf("find a number: %w", err)
	}
	if lost > 0 {
		return r, false, protocollo.Errorf(protocollo.OutcomeUnknown, "restore", "the key was in use before a restore; its number may be lost")
	}
	return r, false, nil
}

func findNumber(ctx context.Context, q querier, key string) (protocollo.Receipt, bool, error) {
	r, err := one(ctx, q, "number", func(s scannable) (protocollo.Receipt, error) {
		var r protocollo.Receipt
		var id, at, n int64
		if err := s.Scan(&id, &at, &r.Register, &r.Year, &n, &r.Day); err != nil {
			return r, err
		}
		var err error
		r.Number, err = protocollo.NumberFrom(n)
		r.At, r.Ref = instant(at), refPrefix+strconv.FormatInt(id, 10)
		return r, err
	}, `SELECT id, at, register, year, n, day FROM register_numbers WHERE key = ?`, key)
	if errors.Is(err, protocollo.NotFound) {
		return r, false, nil
	}
	return r, err == nil, err
}

// numberRef finds the row that a receipt's Ref names.
func numberRef(w *wtx, ref string) (id int64, aoo protocollo.AOOCode, err error) {
	digits, ok := strings.CutPrefix(ref, refPrefix)
	if id, err = strconv.ParseInt(digits, 10, 64); !ok || err != nil {
		return 0, "", protocollo.Errorf(protocollo.Rejected, "ref", "%q is no reference of this register", ref)
	}
	code, err := one(w.ctx, w, "number", text, `SELECT aoo FROM register_numbers WHERE id = ?`, id)
	if errors.Is(err, protocollo.NotFound) {
		return 0, "", protocollo.Errorf(protocollo.Rejected, "ref", "the register has no number %q", ref)
	}
	return id, protocollo.AOOCode(code), err
}

// AnnulNumber annuls a number in the book: it stays taken. The same act again is no error; Rejected "ref" for a foreign reference,
// Rejected "annulled" for another act.
func (db *DB) AnnulNumber(ctx context.Context, ref string, a protocollo.Annulment) error {
	if err := a.Validate(); err != nil {
		return err
	}
	return db.transact(ctx, "annul a number", func(w *wtx) error { return w.annulNumber(ref, a) })
}

func (w *wtx) annulNumber(ref string, a protocollo.Annulment) error {
	id, aoo, err := numberRef(w, ref)
	if err != nil {
		return err
	}
	have, err := one(w.ctx, w, "annulment", text, `SELECT act_number || '|' || act_day FROM register_annulments WHERE number_id = ?`, id)
	switch {
	case err == nil && have == a.ActNumber+"|"+string(a.ActDay):
		return nil
	case err == nil:
		return protocollo.Errorf(protocollo.Rejected, "annulled", "the number is annulled by another act")
	case !errors.Is(err, protocollo.NotFound):
		return err
	}
	_, err = w.insert("register_annulments", row{"number_id": id, "by_user": a.By, "reason": a.Reason, "act_number": a.ActNumber, "act_day": string(a.ActDay)})
	if err != nil {
		return err
	}
	return w.report(KindNumberAnnulled, a.By, aoo, 0, map[string]any{"ref": ref, "actNumber": a.ActNumber, "actDay": a.ActDay})
}

// RecordAttachment enters a document under its number. The same key with the same file gives the same receipt; Rejected
// "attachment" when the key came with another file, "replaces" where it is to take the place of what the number does not have.
func (db *DB) RecordAttachment(ctx context.Context, r protocollo.AttachRequest) (protocollo.AttachReceipt, error) {
	var receipt protocollo.AttachReceipt
	err := db.transact(ctx, "record an attachment", func(w *wtx) error {
		id, aoo, err := numberRef(w, r.Ref)
		if err != nil {
			return err
		}
		var sha string
		have, err := one(w.ctx, w, "attachment", func(s scannable) (protocollo.AttachReceipt, error) { return scanAttachment(s, &sha) },
			`SELECT id, at, sha256, replaces IS NOT NULL FROM register_attachments WHERE key = ?`, r.Key)
		switch {
		case err == nil && sha == r.SHA256:
			receipt = have
			return nil
		case err == nil:
			return protocollo.Errorf(protocollo.Rejected, "attachment", "key %s came before with another file", r.Key)
		case !errors.Is(err, protocollo.NotFound):
			return err
		}
		fields := row{"number_id": id, "key": r.Key, "file_name": r.FileName, "media_type": r.MediaType, "sha256": r.SHA256, "bytes": r.Bytes}
		if r.Replaces.Key != "" {
			there, err := number(w.QueryRowContext(w.ctx, `SELECT count(*) FROM register_attachments WHERE number_id = ? AND key = ?`, id, r.Replaces.Key))
			if err != nil {
				return err
			}
			if there == 0 {
				return protocollo.Errorf(protocollo.Rejected, "replaces", "number %s has no document %s", r.Ref, r.Replaces.Key)
			}
			fields["replaces"] = r.Replaces.Key
		}
		rowID, err := w.insert("register_attachments", fields)
		if err != nil {
			return err
		}
		receipt = protocollo.AttachReceipt{Ref: attachmentRef(rowID), At: w.now, Replaced: r.Replaces.Key != ""}
		detail := map[string]any{"key": r.Key, "sha256": r.SHA256, "title": r.Title}
		if r.Part > 0 {
			detail["part"] = r.Part
		}
		return w.report(KindAttachment, stationUser(), aoo, 0, detail)
	})
	return receipt, err
}

func scanAttachment(s scannable, sha *string) (protocollo.AttachReceipt, error) {
	var id, at int64
	var replaced bool
	err := s.Scan(&id, &at, sha, &replaced)
	return protocollo.AttachReceipt{Ref: attachmentRef(id), At: instant(at), Replaced: replaced}, err
}

func attachmentRef(id int64) string {
	return embeddedConnector + "-attachment:" + strconv.FormatInt(id, 10)
}
