-- «Scansiona più tardi»: a registration whose paper is to be scanned another time, with the reason (R3.5). It ends by itself when
-- something is joined to the registration. Decision 0027.

CREATE TABLE postponements (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  registration_id INTEGER NOT NULL REFERENCES registrations, by_user TEXT NOT NULL, reason TEXT NOT NULL
) STRICT;
CREATE INDEX postponements_registration ON postponements (registration_id);
CREATE TRIGGER postponements_no_update BEFORE UPDATE ON postponements BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER postponements_no_delete BEFORE DELETE ON postponements BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
