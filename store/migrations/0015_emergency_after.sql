-- What is said of an emergency register after its opening: the road of its numbers, a signed act in another's place; and the register of a year
-- before it is needed (R9.9, R9.12, R21.3). Decision 0043.

-- How the ordinary numbers come, from now on. The latest holds; without one the opening's policy says it.
CREATE TABLE emergency_roads (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  opening_id INTEGER NOT NULL REFERENCES emergency_openings,
  road TEXT NOT NULL CHECK (road IN ('chiamata', 'foglio')), reason TEXT NOT NULL CHECK (reason <> ''), by_user TEXT NOT NULL
) STRICT;
CREATE INDEX emergency_roads_opening ON emergency_roads (opening_id);

-- A signed act that took the place of another one. Both files stay.
CREATE TABLE emergency_signature_replacements (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  replaced_id INTEGER NOT NULL UNIQUE REFERENCES emergency_signatures, signature_id INTEGER NOT NULL UNIQUE REFERENCES emergency_signatures,
  reason TEXT NOT NULL CHECK (reason <> ''), by_user TEXT NOT NULL,
  CHECK (replaced_id <> signature_id)
) STRICT;

-- The register of a year as it is set up, before any interruption. kept_at is where its paper lies; '' for none.
CREATE TABLE emergency_years (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  aoo TEXT NOT NULL, year INTEGER NOT NULL,
  scheme TEXT NOT NULL CHECK (scheme IN ('anno', 'utente')), medium TEXT NOT NULL CHECK (medium IN ('carta', 'foglio', 'entrambi')),
  fields TEXT NOT NULL CHECK (fields IN ('F-1', 'F-2', 'ordinario')), kept_at TEXT NOT NULL, by_user TEXT NOT NULL,
  UNIQUE (aoo, year)
) STRICT;

CREATE TRIGGER emergency_roads_no_update BEFORE UPDATE ON emergency_roads BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER emergency_roads_no_delete BEFORE DELETE ON emergency_roads BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER emergency_signature_replacements_no_update BEFORE UPDATE ON emergency_signature_replacements BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER emergency_signature_replacements_no_delete BEFORE DELETE ON emergency_signature_replacements BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER emergency_years_no_update BEFORE UPDATE ON emergency_years BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER emergency_years_no_delete BEFORE DELETE ON emergency_years BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
