-- What a person said of a year's register after it was set up, before it had a row (R9.9). The last one holds. Decision 0054.
CREATE TABLE emergency_year_changes (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  year_id INTEGER NOT NULL REFERENCES emergency_years,
  scheme TEXT NOT NULL CHECK (scheme IN ('anno', 'utente')), medium TEXT NOT NULL CHECK (medium IN ('carta', 'foglio', 'entrambi')),
  fields TEXT NOT NULL CHECK (fields IN ('F-1', 'F-2', 'ordinario')), kept_at TEXT NOT NULL,
  reason TEXT NOT NULL CHECK (reason <> ''), by_user TEXT NOT NULL
) STRICT;
CREATE INDEX emergency_year_changes_year ON emergency_year_changes (year_id);
CREATE TRIGGER emergency_year_changes_no_update BEFORE UPDATE ON emergency_year_changes BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER emergency_year_changes_no_delete BEFORE DELETE ON emergency_year_changes BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER emergency_year_changes_begun BEFORE INSERT ON emergency_year_changes WHEN EXISTS (
  SELECT 1 FROM emergency_years y JOIN emergency_openings o ON o.aoo = y.aoo AND o.year = y.year WHERE y.id = NEW.year_id
    AND (EXISTS (SELECT 1 FROM emergency_rows r WHERE r.opening_id = o.id) OR NOT EXISTS (SELECT 1 FROM emergency_closings c WHERE c.opening_id = o.id)))
BEGIN SELECT RAISE(ABORT, 'the register of that year is in use'); END;
