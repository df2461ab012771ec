-- Blank sheets for a power cut, and what was produced for a gara's verbale (R5.6, R20.4). Decision 0050.

-- A «Foglio ricezione plichi» that was printed, with its number; key is of the printing, ordinal the sheet's place in it.
CREATE TABLE bid_sheets (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  aoo TEXT NOT NULL, year INTEGER NOT NULL, seq INTEGER NOT NULL CHECK (seq > 0), key TEXT NOT NULL, ordinal INTEGER NOT NULL CHECK (ordinal > 0),
  rows INTEGER NOT NULL CHECK (rows > 0), by_user TEXT NOT NULL,
  UNIQUE (aoo, year, seq), UNIQUE (key, ordinal)
) STRICT;

-- Which sheet a typed line stands on; NULL of lines that were typed in before sheets had numbers. A line is typed in once.
ALTER TABLE bid_handovers ADD COLUMN sheet_id INTEGER REFERENCES bid_sheets;
CREATE UNIQUE INDEX bid_handovers_sheet ON bid_handovers (sheet_id, sheet_row) WHERE sheet_id IS NOT NULL;

-- A production of a gara's data for its verbale, with both files and the journal's entry that they stand on. made_at is the instant that they bear.
CREATE TABLE tender_records (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  tender_id INTEGER NOT NULL REFERENCES tenders, version INTEGER NOT NULL CHECK (version > 0), key TEXT NOT NULL UNIQUE, made_at INTEGER NOT NULL, plichi INTEGER NOT NULL CHECK (plichi >= 0),
  journal_seq INTEGER NOT NULL, journal_hash TEXT NOT NULL,
  pdf_sha256 TEXT NOT NULL, pdf_bytes INTEGER NOT NULL, csv_sha256 TEXT NOT NULL, csv_bytes INTEGER NOT NULL, by_user TEXT NOT NULL, by_name TEXT NOT NULL,
  UNIQUE (tender_id, version)
) STRICT;

CREATE TRIGGER bid_sheets_no_update BEFORE UPDATE ON bid_sheets BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER bid_sheets_no_delete BEFORE DELETE ON bid_sheets BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER tender_records_no_update BEFORE UPDATE ON tender_records BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER tender_records_no_delete BEFORE DELETE ON tender_records BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
