-- The daily registers that were made (R12.1). Decision 0035. previous_id is the register of the day before, whose PDF's digest this one
-- bears; journal_seq and journal_hash are the journal's last entry of the day, as both files print it.

CREATE TABLE daily_registers (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  aoo TEXT NOT NULL, day TEXT NOT NULL, previous_id INTEGER UNIQUE REFERENCES daily_registers,
  registrations INTEGER NOT NULL, annulments INTEGER NOT NULL, emergency INTEGER NOT NULL, late INTEGER NOT NULL,
  journal_seq INTEGER NOT NULL, journal_hash TEXT NOT NULL,
  pdf_sha256 TEXT NOT NULL, pdf_bytes INTEGER NOT NULL, csv_sha256 TEXT NOT NULL, csv_bytes INTEGER NOT NULL,
  UNIQUE (aoo, day)
) STRICT;
CREATE TRIGGER daily_registers_no_update BEFORE UPDATE ON daily_registers BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER daily_registers_no_delete BEFORE DELETE ON daily_registers BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
