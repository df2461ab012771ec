-- A letter that whoever decides puts before the others (002 art. 65; R1.20), or no longer does: the last row holds. Decision 0057.
CREATE TABLE urgencies (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  intake_id INTEGER NOT NULL REFERENCES intakes, urgent INTEGER NOT NULL CHECK (urgent IN (0, 1)), reason TEXT NOT NULL CHECK (reason <> ''), by_user TEXT NOT NULL
) STRICT;
CREATE INDEX urgencies_intake ON urgencies (intake_id);
CREATE TRIGGER urgencies_no_update BEFORE UPDATE ON urgencies BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER urgencies_no_delete BEFORE DELETE ON urgencies BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;

CREATE VIEW urgent AS
  SELECT u.intake_id AS intake_id, u.reason AS reason, u.by_user AS by_user, u.at AS at FROM urgencies u
  WHERE u.urgent = 1 AND NOT EXISTS (SELECT 1 FROM urgencies l WHERE l.intake_id = u.intake_id AND l.id > u.id);
