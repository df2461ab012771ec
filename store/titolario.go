package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// ImportTitolario adds a version. Conflict "titolario" when a version already begins on that day or later: what was valid then stays as it was (R13.2).
func (db *DB) ImportTitolario(ctx context.Context, a protocollo.Actor, t station.Titolario) (int64, error) {
	if err := validTitolario(t); err != nil {
		return 0, err
	}
	classes, err := encode(t.Classes)
	if err != nil {
		return 0, err
	}
	var id int64
	err = db.transact(ctx, "import a titolario", func(w *wtx) error {
		latest, err := one(w.ctx, w, "titolario", text, `SELECT valid_from FROM titolari WHERE aoo = ? ORDER BY valid_from DESC LIMIT 1`, string(a.AOO))
		switch {
		case errors.Is(err, protocollo.NotFound):
		case err != nil:
			return err
		case latest >= string(t.ValidFrom):
			return protocollo.Errorf(protocollo.Conflict, "titolario", "a version is valid from %s already", latest)
		}
		id, err = w.insert("titolari", row{"aoo": string(a.AOO), "name": t.Name, "valid_from": string(t.ValidFrom), "by_user": a.User, "classes": classes})
		if err != nil {
			return err
		}
		for i, c := range t.Classes {
			err := w.exec(`INSERT INTO titolario_classes VALUES (?, ?, ?, ?, ?, ?)`, id, i+1, c.Code, c.Title, c.Name, fold(c.Name+" "+c.Title))
			if err != nil {
				return err
			}
		}
		return w.report(KindTitolario, a.User, a.AOO, 0, map[string]any{"name": t.Name, "validFrom": t.ValidFrom, "classes": len(t.Classes)})
	})
	return id, err
}

func validTitolario(t station.Titolario) error {
	if _, err := protocollo.ParseDay(string(t.ValidFrom)); err != nil {
		return protocollo.Errorf(protocollo.Invalid, "validFrom", "%w", err)
	}
	if len(t.Classes) == 0 {
		return protocollo.Errorf(protocollo.Invalid, "classes", "the titolario is empty")
	}
	seen := map[string]bool{}
	for i, c := range t.Classes {
		switch {
		case strings.TrimSpace(c.Code) == "" || strings.TrimSpace(c.Name+c.Title) == "":
			return protocollo.Errorf(protocollo.Invalid, "classes", "line %d has no code or no name", i+1)
		case seen[c.Code]:
			return protocollo.Errorf(protocollo.Invalid, "classes", "code %q stands twice", c.Code)
		}
		seen[c.Code] = true
	}
	return nil
}

// FindClassifica finds classes of the version valid on day: the code itself, the name itself, codes that begin so, then classes that hold all the
// words. An empty query lists the first ones.
func (db *DB) FindClassifica(ctx context.Context, aoo protocollo.AOOCode, query string, day protocollo.Day, limit int) ([]station.Classifica, error) {
	where, args := `1`, []any{string(aoo), string(day), strings.ToLower(strings.TrimSpace(query))}
	for _, word := range strings.Fields(fold(query)) {
		args = append(args, word)
		where += fmt.Sprintf(` AND instr(' ' || fold, ' ' || ?%d) > 0`, len(args))
	}
	args = append(args, limit)
	list, err := collect(ctx, db.read, func(s scannable) (station.Classifica, error) {
		var c station.Classifica
		err := s.Scan(&c.Code, &c.Title, &c.Name)
		return c, err
	}, fmt.Sprintf(`SELECT code, title, name FROM titolario_classes
		WHERE titolario_id = (SELECT id FROM titolari WHERE aoo = ?1 AND valid_from <= ?2 ORDER BY valid_from DESC LIMIT 1)
		AND (instr(lower(code), ?3) = 1 OR (%s))
		ORDER BY lower(code) = ?3 DESC, lower(name) = ?3 DESC, instr(lower(code), ?3) = 1 DESC, ordinal LIMIT ?%d`, where, len(args)), args...)
	if err != nil {
		return nil, fmt.Errorf("find a classifica: %w", err)
	}
	return list, nil
}

// Titolari lists the versions of an AOO, oldest first, without their classes; Count says how many those are.
func (db *DB) Titolari(ctx context.Context, aoo protocollo.AOOCode) ([]station.Titolario, error) {
	list, err := collect(ctx, db.read, func(s scannable) (station.Titolario, error) {
		var t station.Titolario
		err := s.Scan(&t.ID, &t.Name, &t.ValidFrom, &t.Count)
		return t, err
	}, `SELECT id, name, valid_from, json_array_length(classes) FROM titolari WHERE aoo = ? ORDER BY valid_from`, string(aoo))
	if err != nil {
		return nil, fmt.Errorf("list titolari: %w", err)
	}
	for i := range len(list) - 1 {
		next, err := time.Parse(time.DateOnly, string(list[i+1].ValidFrom))
		if err != nil {
			return nil, fmt.Errorf("list titolari: %w", err)
		}
		list[i].ValidTo = protocollo.Day(next.AddDate(0, 0, -1).Format(time.DateOnly))
	}
	return list, nil
}
