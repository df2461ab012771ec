package store

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"segnatura/internal/protocollo"
)

// fold is a text as it is compared and completed: without case, accents and repeated blanks.
func fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(s)) {
		if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(r)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// rememberWords counts an intake's correspondents and subject for completion. Nothing of a confidential intake is remembered (R11.2).
func (w *wtx) rememberWords(i protocollo.Intake) error {
	d := i.Draft
	if d.Confidential {
		return nil
	}
	known := d.Senders
	if i.Draft.Direction != protocollo.Incoming {
		known = d.Recipients
	}
	for _, c := range known {
		if c.Name == "" {
			continue
		}
		err := w.exec(`INSERT INTO correspondents (aoo, fold, code, name, address, email, uses, used_at) VALUES (?, ?, ?, ?, ?, ?, 1, ?)
			ON CONFLICT DO UPDATE SET name = excluded.name, address = iif(excluded.address = '', address, excluded.address),
				email = iif(excluded.email = '', email, excluded.email), uses = uses + 1, used_at = excluded.used_at`,
			string(i.AOO), fold(c.Name), c.Code, c.Name, c.Address, c.Email, w.now.UnixNano())
		if err != nil {
			return err
		}
	}
	return w.exec(`INSERT INTO subjects (aoo, fold, subject, model, uses, used_at) VALUES (?, ?, ?, 0, 1, ?)
		ON CONFLICT DO UPDATE SET uses = uses + 1, used_at = excluded.used_at`, string(i.AOO), fold(d.Subject), d.Subject, w.now.UnixNano())
}

// Correspondents completes a name: those that begin so first, then those with a word that does, the most and latest used before others.
func (db *DB) Correspondents(ctx context.Context, aoo protocollo.AOOCode, prefix string, limit int) ([]protocollo.Correspondent, error) {
	list, err := collect(ctx, db.read, func(s scannable) (protocollo.Correspondent, error) {
		var c protocollo.Correspondent
		err := s.Scan(&c.Name, &c.Address, &c.Email, &c.Code)
		return c, err
	}, `SELECT name, address, email, code FROM correspondents WHERE aoo = ?1 AND instr(' ' || fold, ' ' || ?2) > 0
		ORDER BY instr(fold, ?2) = 1 DESC, uses DESC, used_at DESC, fold LIMIT ?3`, string(aoo), fold(prefix), limit)
	if err != nil {
		return nil, fmt.Errorf("complete a correspondent: %w", err)
	}
	return list, nil
}

// ImportCorrespondents adds those of a list that are not known by name and code, and fills in what is missing of the others.
func (db *DB) ImportCorrespondents(ctx context.Context, a protocollo.Actor, list []protocollo.Correspondent) (int, error) {
	added := 0
	err := db.transact(ctx, "import correspondents", func(w *wtx) error {
		added = 0
		for _, c := range list {
			if fold(c.Name) == "" {
				return protocollo.Errorf(protocollo.Invalid, "correspondent", "a correspondent has no name")
			}
			n, err := number(w.QueryRowContext(w.ctx, `SELECT count(*) FROM correspondents WHERE aoo = ? AND fold = ? AND code = ?`,
				string(a.AOO), fold(c.Name), c.Code))
			if err != nil {
				return err
			}
			added += 1 - int(n)
			err = w.exec(`INSERT INTO correspondents (aoo, fold, code, name, address, email, uses, used_at) VALUES (?, ?, ?, ?, ?, ?, 0, 0)
				ON CONFLICT DO UPDATE SET address = iif(address = '', excluded.address, address), email = iif(email = '', excluded.email, email)`,
				string(a.AOO), fold(c.Name), c.Code, c.Name, c.Address, c.Email)
			if err != nil {
				return err
			}
		}
		return w.report(KindCorrespondents, a.User, a.AOO, 0, map[string]any{"lines": len(list), "added": added})
	})
	return added, err
}

// Subjects completes a subject: models first, then earlier letters, the most and latest used before others.
func (db *DB) Subjects(ctx context.Context, aoo protocollo.AOOCode, prefix string, limit int) ([]string, error) {
	list, err := collect(ctx, db.read, text, `SELECT subject FROM subjects WHERE aoo = ?1 AND instr(' ' || fold, ' ' || ?2) > 0
		ORDER BY model DESC, instr(fold, ?2) = 1 DESC, uses DESC, used_at DESC, fold LIMIT ?3`, string(aoo), fold(prefix), limit)
	if err != nil {
		return nil, fmt.Errorf("complete a subject: %w", err)
	}
	return list, nil
}

// SaveSubjectModel makes a subject a model.
func (db *DB) SaveSubjectModel(ctx context.Context, a protocollo.Actor, model string) error {
	model = strings.TrimSpace(model)
	if model == "" {
		return protocollo.Errorf(protocollo.Invalid, "subject", "the model is empty")
	}
	return db.transact(ctx, "save a subject model", func(w *wtx) error {
		err := w.exec(`INSERT INTO subjects (aoo, fold, subject, model, uses, used_at) VALUES (?, ?, ?, 1, 0, 0)
			ON CONFLICT DO UPDATE SET subject = excluded.subject, model = 1`, string(a.AOO), fold(model), model)
		if err != nil {
			return err
		}
		return w.report(KindSubjectModel, a.User, a.AOO, 0, map[string]any{"model": model})
	})
}

// UORs lists the organisational units of an AOO by code.
func (db *DB) UORs(ctx context.Context, aoo protocollo.AOOCode) ([]protocollo.UOR, error) {
	list, err := collect(ctx, db.read, func(s scannable) (protocollo.UOR, error) {
		var u protocollo.UOR
		err := s.Scan(&u.Code, &u.Name)
		return u, err
	}, `SELECT code, name FROM uors WHERE aoo = ? ORDER BY code`, string(aoo))
	if err != nil {
		return nil, fmt.Errorf("list units: %w", err)
	}
	return list, nil
}

// SaveUOR adds a unit or renames it.
func (db *DB) SaveUOR(ctx context.Context, a protocollo.Actor, u protocollo.UOR) error {
	if strings.TrimSpace(u.Code) == "" || strings.TrimSpace(u.Name) == "" {
		return protocollo.Errorf(protocollo.Invalid, "uor", "a unit needs its code and its name")
	}
	return db.transact(ctx, "save a unit", func(w *wtx) error {
		err := w.exec(`INSERT INTO uors VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET name = excluded.name`, string(a.AOO), u.Code, u.Name)
		if err != nil {
			return err
		}
		return w.report(KindUOR, a.User, a.AOO, 0, map[string]any{"code": u.Code, "name": u.Name})
	})
}
