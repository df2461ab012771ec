-- The station's first schema. docs/decisions/0020 says which tables are legal (rows are never changed or deleted, and each is
-- reported by one journal entry) and which are working tables. Instants are nanoseconds since 1970 UTC; days are YYYY-MM-DD
-- in Europe/Rome; JSON is written by the program and read by people with jq.

-- ---------------------------------------------------------------- legal tables

CREATE TABLE journal (
  seq    INTEGER PRIMARY KEY,
  at     INTEGER NOT NULL,
  actor  TEXT    NOT NULL,
  kind   TEXT    NOT NULL,
  aoo    TEXT    NOT NULL,
  intake INTEGER NOT NULL,            -- 0 when it concerns none
  detail TEXT    NOT NULL,            -- JSON object
  rows   TEXT    NOT NULL,            -- JSON array of {t, i, d}
  prev   TEXT    NOT NULL,
  hash   TEXT    NOT NULL UNIQUE
) STRICT;
CREATE INDEX journal_intake ON journal (intake, seq) WHERE intake <> 0;

CREATE TABLE setups (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  body_code TEXT NOT NULL, body_name TEXT NOT NULL, body_short_name TEXT NOT NULL,
  connector TEXT NOT NULL, starting_number INTEGER NOT NULL,
  act_number TEXT NOT NULL, act_day TEXT NOT NULL,
  responsabile_title TEXT NOT NULL, trial INTEGER NOT NULL
) STRICT;

CREATE TABLE aoos (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  setup_id INTEGER NOT NULL REFERENCES setups, ordinal INTEGER NOT NULL,
  code TEXT NOT NULL UNIQUE, name TEXT NOT NULL, register_code TEXT NOT NULL, register_name TEXT NOT NULL
) STRICT;

-- The embedded register's first number of a year that it did not begin itself (R17.1).
CREATE TABLE starting_acts (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  amministrazione TEXT NOT NULL, aoo TEXT NOT NULL, register TEXT NOT NULL, year INTEGER NOT NULL,
  first INTEGER NOT NULL CHECK (first >= 1), act_number TEXT NOT NULL, act_day TEXT NOT NULL,
  UNIQUE (amministrazione, aoo, register, year)
) STRICT;

CREATE TABLE policies (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  aoo TEXT NOT NULL, version INTEGER NOT NULL, by_user TEXT NOT NULL, content TEXT NOT NULL,
  UNIQUE (aoo, version)
) STRICT;

CREATE TABLE titolari (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  aoo TEXT NOT NULL, name TEXT NOT NULL, valid_from TEXT NOT NULL, by_user TEXT NOT NULL, classes TEXT NOT NULL,
  UNIQUE (aoo, valid_from)
) STRICT;

-- Why numbering stands still, and the Responsabile's word that ends it (R17.4, R17.5). aoo '' stops every AOO.
CREATE TABLE stops (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  code TEXT NOT NULL, aoo TEXT NOT NULL, detail TEXT NOT NULL
) STRICT;
CREATE TABLE stop_confirmations (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  stop_id INTEGER NOT NULL UNIQUE REFERENCES stops, by_user TEXT NOT NULL, reason TEXT NOT NULL,
  last_number TEXT, act_number TEXT, act_day TEXT
) STRICT;

-- Numbers that were given and lost with the time between a backup and its restore (R17.4).
CREATE TABLE number_gaps (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  amministrazione TEXT NOT NULL, aoo TEXT NOT NULL, register TEXT NOT NULL, year INTEGER NOT NULL,
  first INTEGER NOT NULL, last INTEGER NOT NULL CHECK (last >= first),
  act_number TEXT NOT NULL, act_day TEXT NOT NULL, by_user TEXT NOT NULL
) STRICT;

CREATE TABLE deliveries (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  aoo TEXT NOT NULL, desk TEXT NOT NULL, by_user TEXT NOT NULL,
  means TEXT NOT NULL, declared_day TEXT NOT NULL, reason TEXT NOT NULL
) STRICT;
CREATE TABLE delivery_closings (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  delivery_id INTEGER NOT NULL UNIQUE REFERENCES deliveries, by_user TEXT NOT NULL
) STRICT;

CREATE TABLE intakes (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  aoo TEXT NOT NULL, year INTEGER NOT NULL, seq INTEGER NOT NULL,
  key TEXT NOT NULL UNIQUE, content_digest TEXT NOT NULL, draft TEXT NOT NULL CHECK (json_valid(draft)),
  arrived_at INTEGER NOT NULL, arrival_day TEXT NOT NULL,
  operator TEXT NOT NULL, desk TEXT NOT NULL,
  delivery_id INTEGER REFERENCES deliveries,
  duplicate_choice TEXT NOT NULL, duplicate_of INTEGER,
  UNIQUE (aoo, year, seq)
) STRICT;
CREATE INDEX intakes_delivery ON intakes (delivery_id) WHERE delivery_id IS NOT NULL;
CREATE INDEX intakes_duplicate ON intakes (duplicate_of) WHERE duplicate_of IS NOT NULL;

CREATE TABLE attempts (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  intake_id INTEGER NOT NULL REFERENCES intakes, ordinal INTEGER NOT NULL, connector TEXT NOT NULL,
  UNIQUE (intake_id, ordinal)
) STRICT;
CREATE TABLE attempt_outcomes (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  attempt_id INTEGER NOT NULL REFERENCES attempts, outcome TEXT NOT NULL, words TEXT NOT NULL
) STRICT;
CREATE INDEX attempt_outcomes_attempt ON attempt_outcomes (attempt_id);

CREATE TABLE registrations (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  intake_id INTEGER NOT NULL UNIQUE REFERENCES intakes, attempt_id INTEGER NOT NULL REFERENCES attempts,
  amministrazione TEXT NOT NULL, aoo TEXT NOT NULL, register TEXT NOT NULL, year INTEGER NOT NULL, number TEXT NOT NULL,
  day TEXT NOT NULL, registered_at INTEGER NOT NULL,
  connector TEXT NOT NULL, ref TEXT NOT NULL, raw TEXT NOT NULL, segnatura TEXT NOT NULL CHECK (json_valid(segnatura)),
  UNIQUE (amministrazione, aoo, register, year, number)
) STRICT;
CREATE INDEX registrations_day ON registrations (aoo, day);
CREATE INDEX registrations_number ON registrations (aoo, year, number);

CREATE TABLE annulments (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  registration_id INTEGER NOT NULL UNIQUE REFERENCES registrations,
  annulled_at INTEGER NOT NULL, by_user TEXT NOT NULL, reason TEXT NOT NULL, act_number TEXT NOT NULL, act_day TEXT NOT NULL
) STRICT;

-- The embedded register's own book. It knows keys and numbers, nothing of intakes.
CREATE TABLE register_numbers (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  key TEXT NOT NULL UNIQUE,
  amministrazione TEXT NOT NULL, aoo TEXT NOT NULL, register TEXT NOT NULL, year INTEGER NOT NULL, n INTEGER NOT NULL,
  day TEXT NOT NULL,
  UNIQUE (amministrazione, aoo, register, year, n)
) STRICT;
CREATE TABLE register_annulments (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  number_id INTEGER NOT NULL UNIQUE REFERENCES register_numbers,
  by_user TEXT NOT NULL, reason TEXT NOT NULL, act_number TEXT NOT NULL, act_day TEXT NOT NULL
) STRICT;
CREATE TABLE register_attachments (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  number_id INTEGER NOT NULL REFERENCES register_numbers,
  key TEXT NOT NULL UNIQUE, file_name TEXT NOT NULL, media_type TEXT NOT NULL, sha256 TEXT NOT NULL, bytes INTEGER NOT NULL
) STRICT;

CREATE TABLE prints (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  registration_id INTEGER NOT NULL REFERENCES registrations, ordinal INTEGER NOT NULL, aoo TEXT NOT NULL,
  printer TEXT NOT NULL, reason INTEGER NOT NULL, by_user TEXT NOT NULL,
  bitmap_sha256 TEXT NOT NULL, bitmap_bytes INTEGER NOT NULL, dots_per_mm REAL NOT NULL, dpi INTEGER NOT NULL,
  UNIQUE (registration_id, ordinal)
) STRICT;
CREATE TABLE print_outcomes (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  print_id INTEGER NOT NULL REFERENCES prints, state TEXT NOT NULL, printer TEXT NOT NULL, condition TEXT NOT NULL, by_user TEXT NOT NULL
) STRICT;
CREATE INDEX print_outcomes_print ON print_outcomes (print_id);

CREATE TABLE associations (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  document_id INTEGER NOT NULL UNIQUE REFERENCES documents, registration_id INTEGER NOT NULL REFERENCES registrations,
  version INTEGER NOT NULL, by_user TEXT NOT NULL, by_code TEXT NOT NULL,
  UNIQUE (registration_id, version)
) STRICT;

CREATE TABLE scope_decisions (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  document_id INTEGER NOT NULL REFERENCES documents, by_user TEXT NOT NULL,
  choice TEXT NOT NULL, profile TEXT NOT NULL, note TEXT NOT NULL, sheets INTEGER NOT NULL, reason TEXT NOT NULL,
  erase TEXT NOT NULL CHECK (json_valid(erase))  -- page ids
) STRICT;
CREATE INDEX scope_decisions_document ON scope_decisions (document_id);

CREATE TABLE quality_confirmations (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  document_id INTEGER NOT NULL UNIQUE REFERENCES documents, by_user TEXT NOT NULL,
  pages TEXT NOT NULL CHECK (json_valid(pages))  -- what was confirmed: page ids and digests, in order
) STRICT;

CREATE TABLE discards (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  document_id INTEGER NOT NULL UNIQUE REFERENCES documents, by_user TEXT NOT NULL, reason TEXT NOT NULL,
  erase TEXT NOT NULL CHECK (json_valid(erase))
) STRICT;

-- Erased, after the fact that orders it: cause is 'scope', 'discard' or 'release', cause_id the row of that table (archives for release).
CREATE TABLE erasures (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  cause TEXT NOT NULL, cause_id INTEGER NOT NULL, pages TEXT NOT NULL CHECK (json_valid(pages)),
  UNIQUE (cause, cause_id)
) STRICT;

CREATE TABLE archives (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  document_id INTEGER NOT NULL UNIQUE REFERENCES documents, registration_id INTEGER NOT NULL REFERENCES registrations,
  version INTEGER NOT NULL, sha256 TEXT NOT NULL, bytes INTEGER NOT NULL, flavour TEXT NOT NULL,
  result TEXT NOT NULL CHECK (json_valid(result)), report TEXT NOT NULL CHECK (json_valid(report)),
  UNIQUE (registration_id, version)
) STRICT;

CREATE TABLE dispatches (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  archive_id INTEGER NOT NULL UNIQUE REFERENCES archives, registration_id INTEGER NOT NULL REFERENCES registrations,
  key TEXT NOT NULL UNIQUE, ref TEXT NOT NULL, file_name TEXT NOT NULL, media_type TEXT NOT NULL,
  sha256 TEXT NOT NULL, bytes INTEGER NOT NULL
) STRICT;
CREATE TABLE dispatch_outcomes (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  dispatch_id INTEGER NOT NULL REFERENCES dispatches, state TEXT NOT NULL, words TEXT NOT NULL,
  centre_ref TEXT, centre_at INTEGER
) STRICT;
CREATE INDEX dispatch_outcomes_dispatch ON dispatch_outcomes (dispatch_id);

-- ---------------------------------------------------------------- working tables

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE accounts (
  user TEXT PRIMARY KEY, name TEXT NOT NULL, aoo TEXT NOT NULL, roles TEXT NOT NULL, uor TEXT NOT NULL,
  confidential INTEGER NOT NULL DEFAULT 0, disabled INTEGER NOT NULL DEFAULT 0,
  password_hash TEXT NOT NULL, previous_hashes TEXT NOT NULL DEFAULT '[]', must_change INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL, changed_at INTEGER NOT NULL,
  failures INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
  token_digest TEXT PRIMARY KEY, user TEXT NOT NULL REFERENCES accounts, desk TEXT NOT NULL,
  created_at INTEGER NOT NULL, last_seen_at INTEGER NOT NULL, locked INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_user ON sessions (user);

CREATE TABLE drafts (
  aoo TEXT NOT NULL, user TEXT NOT NULL, key TEXT NOT NULL,
  draft TEXT NOT NULL, parked INTEGER NOT NULL, saved_at INTEGER NOT NULL,
  PRIMARY KEY (aoo, user, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE correspondents (
  aoo TEXT NOT NULL, fold TEXT NOT NULL, code TEXT NOT NULL,
  name TEXT NOT NULL, address TEXT NOT NULL, email TEXT NOT NULL,
  uses INTEGER NOT NULL, used_at INTEGER NOT NULL,
  PRIMARY KEY (aoo, fold, code)
) STRICT, WITHOUT ROWID;

CREATE TABLE subjects (
  aoo TEXT NOT NULL, fold TEXT NOT NULL, subject TEXT NOT NULL,
  model INTEGER NOT NULL, uses INTEGER NOT NULL, used_at INTEGER NOT NULL,
  PRIMARY KEY (aoo, fold)
) STRICT, WITHOUT ROWID;

CREATE TABLE uors (aoo TEXT NOT NULL, code TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (aoo, code)) STRICT, WITHOUT ROWID;

CREATE TABLE titolario_classes (
  titolario_id INTEGER NOT NULL REFERENCES titolari, ordinal INTEGER NOT NULL,
  code TEXT NOT NULL, title TEXT NOT NULL, name TEXT NOT NULL, fold TEXT NOT NULL,
  PRIMARY KEY (titolario_id, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE batches (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  aoo TEXT NOT NULL, desk TEXT NOT NULL, source TEXT NOT NULL, started_by TEXT NOT NULL, started_at INTEGER NOT NULL,
  ended_at INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL, fault TEXT NOT NULL DEFAULT '', selected INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX batches_running ON batches (id) WHERE state = 'running';

CREATE TABLE documents (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  batch_id INTEGER NOT NULL REFERENCES batches, aoo TEXT NOT NULL, state TEXT NOT NULL
) STRICT;
CREATE INDEX documents_batch ON documents (batch_id);
CREATE INDEX documents_open ON documents (aoo, state) WHERE state NOT IN ('archived', 'discarded', 'noted');

CREATE TABLE pages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  batch_id INTEGER NOT NULL REFERENCES batches, document_id INTEGER REFERENCES documents,
  seq INTEGER NOT NULL, position INTEGER NOT NULL DEFAULT 0, sheet INTEGER NOT NULL, back INTEGER NOT NULL,
  file TEXT NOT NULL UNIQUE, media_type TEXT NOT NULL, sha256 TEXT NOT NULL, bytes INTEGER NOT NULL,
  taken_at INTEGER NOT NULL, name TEXT NOT NULL, original_sha256 TEXT NOT NULL, original_bytes INTEGER NOT NULL, facts TEXT, settings TEXT,
  erase_due INTEGER NOT NULL DEFAULT 0, erased INTEGER NOT NULL DEFAULT 0, released INTEGER NOT NULL DEFAULT 0,
  UNIQUE (batch_id, seq)
) STRICT;
CREATE INDEX pages_document ON pages (document_id, position);
CREATE INDEX pages_digest ON pages (sha256);

CREATE TABLE exceptions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  version INTEGER NOT NULL, aoo TEXT NOT NULL, kind TEXT NOT NULL,
  document_id INTEGER REFERENCES documents, page_id INTEGER REFERENCES pages,
  opened_at INTEGER NOT NULL, detail TEXT NOT NULL,
  solved_at INTEGER NOT NULL DEFAULT 0, solved_by TEXT NOT NULL DEFAULT '', choice TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX exceptions_open ON exceptions (aoo, id) WHERE solved_at = 0;

-- ---------------------------------------------------------------- derived from the legal tables; check recomputes them

CREATE TABLE attempt_current (
  attempt_id INTEGER PRIMARY KEY, outcome TEXT NOT NULL, settled_at INTEGER NOT NULL, words TEXT NOT NULL
) STRICT;
CREATE TRIGGER attempts_current AFTER INSERT ON attempts BEGIN
  INSERT INTO attempt_current VALUES (new.id, '', 0, '');
END;
CREATE TRIGGER attempt_outcomes_current AFTER INSERT ON attempt_outcomes BEGIN
  UPDATE attempt_current SET outcome = new.outcome, settled_at = new.at, words = new.words WHERE attempt_id = new.attempt_id;
END;

CREATE TABLE print_current (
  print_id INTEGER PRIMARY KEY, state TEXT NOT NULL, printer TEXT NOT NULL, settled_at INTEGER NOT NULL, condition TEXT NOT NULL
) STRICT;
CREATE INDEX print_current_open ON print_current (state) WHERE state <> 'printed';
CREATE TRIGGER prints_current AFTER INSERT ON prints BEGIN
  INSERT INTO print_current VALUES (new.id, 'queued', new.printer, 0, '');
END;
CREATE TRIGGER print_outcomes_current AFTER INSERT ON print_outcomes BEGIN
  UPDATE print_current SET state = new.state, printer = new.printer, condition = new.condition,
    settled_at = CASE WHEN new.state IN ('queued', 'sending') THEN 0 ELSE new.at END
  WHERE print_id = new.print_id;
END;

CREATE TABLE dispatch_current (
  dispatch_id INTEGER PRIMARY KEY, state TEXT NOT NULL, attempts INTEGER NOT NULL
) STRICT;
CREATE INDEX dispatch_current_open ON dispatch_current (state) WHERE state <> 'delivered';
CREATE TRIGGER dispatches_current AFTER INSERT ON dispatches BEGIN
  INSERT INTO dispatch_current VALUES (new.id, 'due', 0);
END;
CREATE TRIGGER dispatch_outcomes_current AFTER INSERT ON dispatch_outcomes BEGIN
  UPDATE dispatch_current SET state = new.state, attempts = attempts + (new.state = 'sending') WHERE dispatch_id = new.dispatch_id;
END;

-- One row an intake: what lists, counts and searches ask. The view is the definition, the table its copy.
CREATE VIEW record_source AS
SELECT
  i.id AS intake_id, i.aoo AS aoo, i.operator AS operator,
  coalesce(i.draft ->> '$.uor', '') AS uor,
  coalesce(i.draft ->> '$.confidential', 0) AS confidential,
  coalesce(i.draft ->> '$.direction', '') AS direction,
  i.year AS intake_year, i.seq AS intake_seq,
  lower(coalesce(i.draft ->> '$.senderRef.protocol', '')) AS sender_ref,
  lower(coalesce(i.draft ->> '$.raccomandataCode', '')) AS raccomandata,
  coalesce(i.draft ->> '$.fileDigest', '') AS file_digest,
  a.id AS attempt_id, coalesce(ac.outcome, '') AS outcome,
  r.id AS registration_id, coalesce(r.year, 0) AS year, coalesce(r.number, '') AS number, coalesce(r.day, '') AS day,
  coalesce(pc.state, '') AS print_state,
  EXISTS (SELECT 1 FROM prints p JOIN print_current c ON c.print_id = p.id
          WHERE p.registration_id = r.id AND c.state = 'printed') AS labelled,
  s.id IS NOT NULL AS captured,
  coalesce((SELECT d.choice = 'note' FROM scope_decisions d WHERE d.document_id = s.document_id ORDER BY d.id DESC LIMIT 1), 0) AS noted,
  v.id IS NOT NULL AS archived,
  coalesce(dc.state = 'delivered', 0) AS delivered,
  EXISTS (SELECT 1 FROM annulments n WHERE n.registration_id = r.id) AS annulled
FROM intakes i
LEFT JOIN attempts a ON a.id = (SELECT max(x.id) FROM attempts x WHERE x.intake_id = i.id)
LEFT JOIN attempt_current ac ON ac.attempt_id = a.id
LEFT JOIN registrations r ON r.intake_id = i.id
LEFT JOIN print_current pc ON pc.print_id = (SELECT max(x.id) FROM prints x WHERE x.registration_id = r.id)
LEFT JOIN associations s ON s.id = (
  SELECT max(x.id) FROM associations x WHERE x.registration_id = r.id
    AND NOT EXISTS (SELECT 1 FROM discards d WHERE d.document_id = x.document_id))
LEFT JOIN archives v ON v.document_id = s.document_id
LEFT JOIN dispatches d ON d.archive_id = v.id
LEFT JOIN dispatch_current dc ON dc.dispatch_id = d.id;

CREATE TABLE records (
  intake_id INTEGER PRIMARY KEY, aoo TEXT NOT NULL, operator TEXT NOT NULL, uor TEXT NOT NULL, confidential INTEGER NOT NULL,
  direction TEXT NOT NULL, intake_year INTEGER NOT NULL, intake_seq INTEGER NOT NULL,
  sender_ref TEXT NOT NULL, raccomandata TEXT NOT NULL, file_digest TEXT NOT NULL,
  attempt_id INTEGER, outcome TEXT NOT NULL,
  registration_id INTEGER, year INTEGER NOT NULL, number TEXT NOT NULL, day TEXT NOT NULL,
  print_state TEXT NOT NULL, labelled INTEGER NOT NULL, captured INTEGER NOT NULL, noted INTEGER NOT NULL,
  archived INTEGER NOT NULL, delivered INTEGER NOT NULL, annulled INTEGER NOT NULL
) STRICT;
CREATE INDEX records_latest ON records (aoo, intake_id);
CREATE INDEX records_registration ON records (registration_id);
CREATE INDEX records_number ON records (aoo, number);
CREATE INDEX records_day ON records (aoo, day);
CREATE INDEX records_sender_ref ON records (aoo, sender_ref) WHERE sender_ref <> '';
CREATE INDEX records_raccomandata ON records (aoo, raccomandata) WHERE raccomandata <> '';
CREATE INDEX records_file_digest ON records (aoo, file_digest) WHERE file_digest <> '';
CREATE INDEX records_unnumbered ON records (aoo, intake_id) WHERE registration_id IS NULL;
CREATE INDEX records_unlabelled ON records (aoo, intake_id) WHERE registration_id IS NOT NULL AND labelled = 0;
CREATE INDEX records_unscanned ON records (aoo, intake_id) WHERE registration_id IS NOT NULL AND captured = 0;

CREATE VIRTUAL TABLE record_text USING fts5 (
  subject, correspondents, refs, number, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);

-- ---------------------------------------------------------------- legal rows are never changed or deleted

CREATE TRIGGER setups_no_update BEFORE UPDATE ON setups BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER setups_no_delete BEFORE DELETE ON setups BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER aoos_no_update BEFORE UPDATE ON aoos BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER aoos_no_delete BEFORE DELETE ON aoos BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER starting_acts_no_update BEFORE UPDATE ON starting_acts BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER starting_acts_no_delete BEFORE DELETE ON starting_acts BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER policies_no_update BEFORE UPDATE ON policies BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER policies_no_delete BEFORE DELETE ON policies BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER titolari_no_update BEFORE UPDATE ON titolari BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER titolari_no_delete BEFORE DELETE ON titolari BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER stops_no_update BEFORE UPDATE ON stops BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER stops_no_delete BEFORE DELETE ON stops BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER stop_confirmations_no_update BEFORE UPDATE ON stop_confirmations BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER stop_confirmations_no_delete BEFORE DELETE ON stop_confirmations BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER number_gaps_no_update BEFORE UPDATE ON number_gaps BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER number_gaps_no_delete BEFORE DELETE ON number_gaps BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER deliveries_no_update BEFORE UPDATE ON deliveries BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER deliveries_no_delete BEFORE DELETE ON deliveries BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER delivery_closings_no_update BEFORE UPDATE ON delivery_closings BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER delivery_closings_no_delete BEFORE DELETE ON delivery_closings BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER intakes_no_update BEFORE UPDATE ON intakes BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER intakes_no_delete BEFORE DELETE ON intakes BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER attempts_no_update BEFORE UPDATE ON attempts BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER attempts_no_delete BEFORE DELETE ON attempts BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER attempt_outcomes_no_update BEFORE UPDATE ON attempt_outcomes BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER attempt_outcomes_no_delete BEFORE DELETE ON attempt_outcomes BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER registrations_no_update BEFORE UPDATE ON registrations BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER registrations_no_delete BEFORE DELETE ON registrations BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER annulments_no_update BEFORE UPDATE ON annulments BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER annulments_no_delete BEFORE DELETE ON annulments BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER register_numbers_no_update BEFORE UPDATE ON register_numbers BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER register_numbers_no_delete BEFORE DELETE ON register_numbers BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER register_annulments_no_update BEFORE UPDATE ON register_annulments BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER register_annulments_no_delete BEFORE DELETE ON register_annulments BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER register_attachments_no_update BEFORE UPDATE ON register_attachments BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER register_attachments_no_delete BEFORE DELETE ON register_attachments BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER prints_no_update BEFORE UPDATE ON prints BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER prints_no_delete BEFORE DELETE ON prints BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER print_outcomes_no_update BEFORE UPDATE ON print_outcomes BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER print_outcomes_no_delete BEFORE DELETE ON print_outcomes BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER associations_no_update BEFORE UPDATE ON associations BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER associations_no_delete BEFORE DELETE ON associations BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER scope_decisions_no_update BEFORE UPDATE ON scope_decisions BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER scope_decisions_no_delete BEFORE DELETE ON scope_decisions BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER quality_confirmations_no_update BEFORE UPDATE ON quality_confirmations BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER quality_confirmations_no_delete BEFORE DELETE ON quality_confirmations BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER discards_no_update BEFORE UPDATE ON discards BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER discards_no_delete BEFORE DELETE ON discards BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER erasures_no_update BEFORE UPDATE ON erasures BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER erasures_no_delete BEFORE DELETE ON erasures BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER archives_no_update BEFORE UPDATE ON archives BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER archives_no_delete BEFORE DELETE ON archives BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER dispatches_no_update BEFORE UPDATE ON dispatches BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER dispatches_no_delete BEFORE DELETE ON dispatches BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER dispatch_outcomes_no_update BEFORE UPDATE ON dispatch_outcomes BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER dispatch_outcomes_no_delete BEFORE DELETE ON dispatch_outcomes BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
