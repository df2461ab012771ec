-- Competitions: applications on paper, the nota riepilogativa of a day, the letters that they become (R6). Decision 0051.

-- A concorso, borsa or corso as it was entered first; what it says is in competition_versions, of which the latest holds.
CREATE TABLE competitions (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  aoo TEXT NOT NULL, key TEXT NOT NULL UNIQUE, by_user TEXT NOT NULL
) STRICT;

-- closes_at is shown, and compared with nothing (R6.3). postmark: the day of dispatch decides for what was posted.
CREATE TABLE competition_versions (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  competition_id INTEGER NOT NULL REFERENCES competitions, version INTEGER NOT NULL CHECK (version > 0),
  kind TEXT NOT NULL CHECK (kind IN ('concorso', 'borsa', 'corso')), notice TEXT NOT NULL CHECK (notice <> ''), uor TEXT NOT NULL,
  responsible TEXT NOT NULL CHECK (responsible <> ''), closes_at INTEGER NOT NULL CHECK (closes_at > 0), mode TEXT NOT NULL CHECK (mode IN ('nota', 'numero')),
  postmark INTEGER NOT NULL CHECK (postmark IN (0, 1)), classifica TEXT NOT NULL, fascicolo TEXT NOT NULL, reason TEXT NOT NULL, by_user TEXT NOT NULL,
  UNIQUE (competition_id, version), CHECK (version = 1 OR reason <> '')
) STRICT;

-- A domanda: at is when it was entered, its arrival is in the version that holds.
CREATE TABLE applications (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  competition_id INTEGER NOT NULL REFERENCES competitions, seq INTEGER NOT NULL CHECK (seq > 0), key TEXT NOT NULL UNIQUE, by_user TEXT NOT NULL,
  UNIQUE (competition_id, seq)
) STRICT;

-- What stands on it; a later version has its reason. struck: it was entered by mistake, and no note lists it.
CREATE TABLE application_versions (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  application_id INTEGER NOT NULL REFERENCES applications, version INTEGER NOT NULL CHECK (version > 0),
  candidate TEXT NOT NULL CHECK (candidate <> ''), arrived_at INTEGER NOT NULL CHECK (arrived_at > 0), arrival_reason TEXT NOT NULL,
  initials TEXT NOT NULL CHECK (initials <> ''), means TEXT NOT NULL CHECK (means <> ''), postmark_day TEXT NOT NULL,
  unreadable INTEGER NOT NULL CHECK (unreadable IN (0, 1)), raccomandata TEXT NOT NULL, note TEXT NOT NULL,
  struck INTEGER NOT NULL CHECK (struck IN (0, 1)), reason TEXT NOT NULL, by_user TEXT NOT NULL,
  UNIQUE (application_id, version), CHECK (version = 1 OR reason <> ''), CHECK (struck = 0 OR version > 1), CHECK (unreadable = 0 OR postmark_day = '')
) STRICT;

-- «Una nota riepilogativa al giorno»: a competition has at most one of a day.
CREATE TABLE competition_notes (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  competition_id INTEGER NOT NULL REFERENCES competitions, seq INTEGER NOT NULL CHECK (seq > 0), day TEXT NOT NULL, key TEXT NOT NULL UNIQUE,
  version_id INTEGER NOT NULL REFERENCES competition_versions, count INTEGER NOT NULL CHECK (count > 0), by_user TEXT NOT NULL,
  UNIQUE (competition_id, seq), UNIQUE (competition_id, day)
) STRICT;

-- An application is in one note, as it read then.
CREATE TABLE competition_note_items (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  note_id INTEGER NOT NULL REFERENCES competition_notes, application_id INTEGER NOT NULL UNIQUE REFERENCES applications,
  version_id INTEGER NOT NULL REFERENCES application_versions
) STRICT;
CREATE INDEX competition_note_items_note ON competition_note_items (note_id);

-- The PDF/A of a note, once: whoever makes it again after a crash takes this one.
CREATE TABLE competition_note_files (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  note_id INTEGER NOT NULL UNIQUE REFERENCES competition_notes, sha256 TEXT NOT NULL, bytes INTEGER NOT NULL CHECK (bytes > 0),
  result TEXT NOT NULL CHECK (json_valid(result)), report TEXT NOT NULL CHECK (json_valid(report))
) STRICT;

-- Which letter a note became, or an application with a number of its own. Another follows one that was annulled or given up.
CREATE TABLE competition_letters (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  note_id INTEGER REFERENCES competition_notes, application_id INTEGER REFERENCES applications, intake_id INTEGER NOT NULL UNIQUE REFERENCES intakes,
  CHECK ((note_id IS NULL) <> (application_id IS NULL))
) STRICT;
CREATE INDEX competition_letters_note ON competition_letters (note_id) WHERE note_id IS NOT NULL;
CREATE INDEX competition_letters_application ON competition_letters (application_id) WHERE application_id IS NOT NULL;

-- A note's file became the document of its letter's number.
CREATE TABLE competition_note_archives (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  letter_id INTEGER NOT NULL UNIQUE REFERENCES competition_letters, archive_id INTEGER NOT NULL UNIQUE REFERENCES archives
) STRICT;

-- An application stands in a note or has a number of its own, whoever writes.
CREATE TRIGGER competition_note_items_alone BEFORE INSERT ON competition_note_items
WHEN EXISTS (SELECT 1 FROM competition_letters l WHERE l.application_id = new.application_id)
BEGIN SELECT RAISE(ABORT, 'an application with a number of its own stands in no note'); END;
CREATE TRIGGER competition_letters_alone BEFORE INSERT ON competition_letters
WHEN EXISTS (SELECT 1 FROM competition_note_items i WHERE i.application_id = new.application_id)
BEGIN SELECT RAISE(ABORT, 'an application that stands in a note has no number of its own'); END;

CREATE TRIGGER competitions_no_update BEFORE UPDATE ON competitions BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER competitions_no_delete BEFORE DELETE ON competitions BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER competition_versions_no_update BEFORE UPDATE ON competition_versions BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER competition_versions_no_delete BEFORE DELETE ON competition_versions BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER applications_no_update BEFORE UPDATE ON applications BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER applications_no_delete BEFORE DELETE ON applications BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER application_versions_no_update BEFORE UPDATE ON application_versions BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER application_versions_no_delete BEFORE DELETE ON application_versions BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER competition_notes_no_update BEFORE UPDATE ON competition_notes BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER competition_notes_no_delete BEFORE DELETE ON competition_notes BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER competition_note_items_no_update BEFORE UPDATE ON competition_note_items BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER competition_note_items_no_delete BEFORE DELETE ON competition_note_items BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER competition_note_files_no_update BEFORE UPDATE ON competition_note_files BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER competition_note_files_no_delete BEFORE DELETE ON competition_note_files BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER competition_letters_no_update BEFORE UPDATE ON competition_letters BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER competition_letters_no_delete BEFORE DELETE ON competition_letters BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER competition_note_archives_no_update BEFORE UPDATE ON competition_note_archives BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER competition_note_archives_no_delete BEFORE DELETE ON competition_note_archives BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
