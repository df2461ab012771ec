-- The archive's second stage: the edition with text that supersedes the first one, and the files kept beside an archive. Decisions
-- 0019 and 0020.

-- ---------------------------------------------------------------- legal tables

-- 1: the archive's delivery waits for the outcome of reading its text. NULL: nobody reads it, as in every row before this migration.
ALTER TABLE archives ADD COLUMN awaits_text INTEGER CHECK (awaits_text = 1);

-- What came of reading an archive's text: the edition that supersedes it, or why there is none.
CREATE TABLE text_outcomes (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  archive_id INTEGER NOT NULL UNIQUE REFERENCES archives,
  engine TEXT NOT NULL,                       -- program, version and languages; '' where none was asked
  why TEXT NOT NULL, detail TEXT NOT NULL,    -- a code, and English for the expert; '' where there is an edition
  sha256 TEXT, bytes INTEGER, flavour TEXT, result TEXT CHECK (json_valid(result)), report TEXT CHECK (json_valid(report)),
  CHECK ((why = '') = (sha256 IS NOT NULL))
) STRICT;

-- Kept beside an archived file: edition 1 is the archive, 2 the one with text; page is the archived file's, 0 where it is of the whole.
CREATE TABLE archive_files (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  archive_id INTEGER NOT NULL REFERENCES archives, edition INTEGER NOT NULL CHECK (edition IN (1, 2)),
  kind TEXT NOT NULL CHECK (kind IN ('metadata', 'source')), page INTEGER NOT NULL,
  name TEXT NOT NULL, media_type TEXT NOT NULL, sha256 TEXT NOT NULL, bytes INTEGER NOT NULL,
  UNIQUE (archive_id, edition, kind, page)
) STRICT;

CREATE TRIGGER text_outcomes_no_update BEFORE UPDATE ON text_outcomes BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER text_outcomes_no_delete BEFORE DELETE ON text_outcomes BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER archive_files_no_update BEFORE UPDATE ON archive_files BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER archive_files_no_delete BEFORE DELETE ON archive_files BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;

-- ---------------------------------------------------------------- working tables

-- Archives whose text is due, with the tries that were begun: check recomputes which they are from archives and text_outcomes.
CREATE TABLE text_due (archive_id INTEGER PRIMARY KEY REFERENCES archives, tries INTEGER NOT NULL) STRICT;
