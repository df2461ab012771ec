-- Copies of daily registers that came back signed, one for each Area that signed (002 arts. 34.2, 35 e; R12.3). Decision 0054.
CREATE TABLE daily_copies (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  daily_register_id INTEGER NOT NULL REFERENCES daily_registers,
  sha256 TEXT NOT NULL, bytes INTEGER NOT NULL, file_name TEXT NOT NULL, media_type TEXT NOT NULL, by_user TEXT NOT NULL,
  UNIQUE (daily_register_id, sha256)
) STRICT;
CREATE TRIGGER daily_copies_no_update BEFORE UPDATE ON daily_copies BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER daily_copies_no_delete BEFORE DELETE ON daily_copies BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
