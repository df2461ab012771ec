-- Sealed bids: the frozen instant, the gara, the plico, its custody (R5, R20). Decision 0044.

-- A gara as it was entered first; what it says is in tender_versions, of which the latest holds.
CREATE TABLE tenders (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  aoo TEXT NOT NULL, year INTEGER NOT NULL, seq INTEGER NOT NULL CHECK (seq > 0), key TEXT NOT NULL UNIQUE, by_user TEXT NOT NULL,
  UNIQUE (aoo, year, seq)
) STRICT;

-- A changed deadline is a version more, with its reason. basis is a code of the list of legal bases, norm the act or norm that it names.
CREATE TABLE tender_versions (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  tender_id INTEGER NOT NULL REFERENCES tenders, version INTEGER NOT NULL CHECK (version > 0),
  cig TEXT NOT NULL, subject TEXT NOT NULL CHECK (subject <> ''), place TEXT NOT NULL, session_at INTEGER NOT NULL, deadline_at INTEGER NOT NULL CHECK (deadline_at > 0),
  uor TEXT NOT NULL, basis TEXT NOT NULL CHECK (basis <> ''), norm TEXT NOT NULL, reason TEXT NOT NULL, by_user TEXT NOT NULL,
  UNIQUE (tender_id, version), CHECK (version = 1 OR reason <> ''), CHECK (session_at = 0 OR session_at >= deadline_at)
) STRICT;

-- «Presenti in attesa alle ore del termine: n», and the end of a gara.
CREATE TABLE tender_facts (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  tender_id INTEGER NOT NULL REFERENCES tenders, kind TEXT NOT NULL CHECK (kind IN ('waiting', 'closed')),
  count INTEGER NOT NULL CHECK (count >= 0), note TEXT NOT NULL, by_user TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX tender_facts_closed ON tender_facts (tender_id) WHERE kind = 'closed';
CREATE INDEX tender_facts_tender ON tender_facts (tender_id);

-- The key froze an instant: at is that instant. clock_at is what the clock said, contested that it was not believed (R17.5); proof is what was
-- known of the clock (R14.2). sheet_at is the instant that a person wrote on a «Foglio ricezione plichi», row its line there. by_user is '' where
-- the screen was locked.
CREATE TABLE bid_handovers (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  aoo TEXT NOT NULL, year INTEGER NOT NULL, seq INTEGER NOT NULL CHECK (seq > 0), key TEXT NOT NULL UNIQUE, desk TEXT NOT NULL, by_user TEXT NOT NULL,
  clock_at INTEGER NOT NULL, contested INTEGER NOT NULL CHECK (contested IN (0, 1)), proof TEXT NOT NULL CHECK (json_valid(proof)),
  sheet_at INTEGER, sheet_row INTEGER, sheet_by TEXT,
  UNIQUE (aoo, year, seq), CHECK ((sheet_at IS NULL) = (sheet_row IS NULL) AND (sheet_at IS NULL) = (sheet_by IS NULL))
) STRICT;
CREATE INDEX bid_handovers_at ON bid_handovers (at);

-- Between handovers instants increase, whatever the clock did (R20.1, R14.3).
CREATE TRIGGER bid_handovers_increase BEFORE INSERT ON bid_handovers
WHEN new.at <= (SELECT coalesce(max(at), 0) FROM bid_handovers) AND NOT EXISTS (SELECT 1 FROM bid_handovers h WHERE h.id = new.id)
BEGIN SELECT RAISE(ABORT, 'a handover is not earlier than the one before it'); END;

-- Who pressed the key, and how many plichi were handed over; none is «Istante senza plico», with its reason.
CREATE TABLE bid_declarations (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  handover_id INTEGER NOT NULL UNIQUE REFERENCES bid_handovers, count INTEGER NOT NULL CHECK (count >= 0),
  reason TEXT NOT NULL, by_user TEXT NOT NULL, by_name TEXT NOT NULL, CHECK ((count = 0) = (reason <> ''))
) STRICT;

-- What a person wrote beside an instant: needed where it is contested or the clock was off by more than a minute (R14.2).
CREATE TABLE bid_annotations (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  handover_id INTEGER NOT NULL REFERENCES bid_handovers, note TEXT NOT NULL CHECK (note <> ''), by_user TEXT NOT NULL
) STRICT;
CREATE INDEX bid_annotations_handover ON bid_annotations (handover_id);

-- One plico: its own number, which its code says before there is a protocol number.
CREATE TABLE bids (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  aoo TEXT NOT NULL, year INTEGER NOT NULL, seq INTEGER NOT NULL CHECK (seq > 0),
  handover_id INTEGER NOT NULL REFERENCES bid_handovers, ordinal INTEGER NOT NULL CHECK (ordinal > 0),
  UNIQUE (aoo, year, seq), UNIQUE (handover_id, ordinal)
) STRICT;

-- What is seen on the closed envelope. The latest version holds; a later one has its reason. No gara is «da individuare».
CREATE TABLE bid_descriptions (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  bid_id INTEGER NOT NULL REFERENCES bids, version INTEGER NOT NULL CHECK (version > 0), tender_id INTEGER REFERENCES tenders,
  sender TEXT NOT NULL, address TEXT NOT NULL, means TEXT NOT NULL, seal TEXT NOT NULL CHECK (seal <> ''), marks TEXT NOT NULL,
  reason TEXT NOT NULL, by_user TEXT NOT NULL,
  UNIQUE (bid_id, version), CHECK (version = 1 OR reason <> '')
) STRICT;
CREATE INDEX bid_descriptions_tender ON bid_descriptions (tender_id);

-- Which letter a plico became; that has the number.
CREATE TABLE bid_intakes (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  bid_id INTEGER NOT NULL UNIQUE REFERENCES bids, intake_id INTEGER NOT NULL UNIQUE REFERENCES intakes
) STRICT;

-- A label with L-16 that went to a printer, and what was known of it.
CREATE TABLE bid_labels (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  bid_id INTEGER NOT NULL REFERENCES bids, printer TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ('printed', 'unknown', 'failed')),
  condition TEXT NOT NULL, bitmap_sha256 TEXT NOT NULL, by_user TEXT NOT NULL
) STRICT;
CREATE INDEX bid_labels_bid ON bid_labels (bid_id);

-- A «Distinta di consegna»: from whom, to whom, where; its plichi with the seals as they were seen then.
CREATE TABLE bid_transfers (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  aoo TEXT NOT NULL, year INTEGER NOT NULL, seq INTEGER NOT NULL CHECK (seq > 0), key TEXT NOT NULL UNIQUE, tender_id INTEGER NOT NULL REFERENCES tenders,
  from_name TEXT NOT NULL CHECK (from_name <> ''), to_name TEXT NOT NULL CHECK (to_name <> ''), place TEXT NOT NULL CHECK (place <> ''),
  by_user TEXT NOT NULL, UNIQUE (aoo, year, seq), CHECK (from_name <> to_name)
) STRICT;
CREATE INDEX bid_transfers_tender ON bid_transfers (tender_id);

CREATE TABLE bid_transfer_items (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  transfer_id INTEGER NOT NULL REFERENCES bid_transfers, bid_id INTEGER NOT NULL REFERENCES bids, seal TEXT NOT NULL CHECK (seal <> ''),
  UNIQUE (transfer_id, bid_id)
) STRICT;
CREATE INDEX bid_transfer_items_bid ON bid_transfer_items (bid_id);

-- Who handed over and who received, each for himself. by_sign: the name stands on the signed paper, by_user typed it in.
CREATE TABLE bid_transfer_confirmations (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  transfer_id INTEGER NOT NULL REFERENCES bid_transfers, side TEXT NOT NULL CHECK (side IN ('from', 'to')),
  by_user TEXT NOT NULL, by_name TEXT NOT NULL, by_sign INTEGER NOT NULL CHECK (by_sign IN (0, 1)),
  UNIQUE (transfer_id, side)
) STRICT;

-- What befell a plico: taken back, replaced by another, opened by mistake and sealed again, given back when the gara was over, a note.
CREATE TABLE bid_events (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  bid_id INTEGER NOT NULL REFERENCES bids, kind TEXT NOT NULL CHECK (kind IN ('withdrawn', 'replaced', 'opened', 'returned', 'custody', 'note')),
  person TEXT NOT NULL, signed INTEGER NOT NULL CHECK (signed IN (0, 1)), other_id INTEGER REFERENCES bids, note TEXT NOT NULL, by_user TEXT NOT NULL,
  CHECK ((kind = 'replaced') = (other_id IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX bid_events_gone ON bid_events (bid_id) WHERE kind IN ('withdrawn', 'replaced', 'returned');
CREATE INDEX bid_events_bid ON bid_events (bid_id);

-- Working rows: a browser that may freeze an instant and nothing else, while nobody is logged in there. Only the token's digest is kept.
CREATE TABLE desk_tokens (
  digest TEXT PRIMARY KEY, aoo TEXT NOT NULL, desk TEXT NOT NULL, user TEXT NOT NULL, until INTEGER NOT NULL
) STRICT;

CREATE TRIGGER tenders_no_update BEFORE UPDATE ON tenders BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER tenders_no_delete BEFORE DELETE ON tenders BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER tender_versions_no_update BEFORE UPDATE ON tender_versions BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER tender_versions_no_delete BEFORE DELETE ON tender_versions BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER tender_facts_no_update BEFORE UPDATE ON tender_facts BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER tender_facts_no_delete BEFORE DELETE ON tender_facts BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER bid_handovers_no_update BEFORE UPDATE ON bid_handovers BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER bid_handovers_no_delete BEFORE DELETE ON bid_handovers BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER bid_declarations_no_update BEFORE UPDATE ON bid_declarations BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER bid_declarations_no_delete BEFORE DELETE ON bid_declarations BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER bid_annotations_no_update BEFORE UPDATE ON bid_annotations BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER bid_annotations_no_delete BEFORE DELETE ON bid_annotations BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER bids_no_update BEFORE UPDATE ON bids BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER bids_no_delete BEFORE DELETE ON bids BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER bid_descriptions_no_update BEFORE UPDATE ON bid_descriptions BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER bid_descriptions_no_delete BEFORE DELETE ON bid_descriptions BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER bid_intakes_no_update BEFORE UPDATE ON bid_intakes BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER bid_intakes_no_delete BEFORE DELETE ON bid_intakes BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER bid_labels_no_update BEFORE UPDATE ON bid_labels BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER bid_labels_no_delete BEFORE DELETE ON bid_labels BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER bid_transfers_no_update BEFORE UPDATE ON bid_transfers BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER bid_transfers_no_delete BEFORE DELETE ON bid_transfers BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER bid_transfer_items_no_update BEFORE UPDATE ON bid_transfer_items BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER bid_transfer_items_no_delete BEFORE DELETE ON bid_transfer_items BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER bid_transfer_confirmations_no_update BEFORE UPDATE ON bid_transfer_confirmations BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER bid_transfer_confirmations_no_delete BEFORE DELETE ON bid_transfer_confirmations BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER bid_events_no_update BEFORE UPDATE ON bid_events BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER bid_events_no_delete BEFORE DELETE ON bid_events BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
