-- The emergency register (DPR 445/2000 art. 63; R9, R21). Decision 0034. An emergency number is a row of registrations with connector
-- 'emergency'; what is beside it here says under which opening it was given and which ordinary number it gained later.

-- ---------------------------------------------------------------- legal tables

-- by_name and signer stand under the act: 'responsabile' or 'vicario'. Of a planned interruption the interval is there and
-- interrupted_at is 0.
CREATE TABLE emergency_authorisations (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  aoo TEXT NOT NULL, by_user TEXT NOT NULL, by_name TEXT NOT NULL, signer TEXT NOT NULL CHECK (signer IN ('responsabile', 'vicario')),
  cause TEXT NOT NULL CHECK (cause <> ''), interrupted_at INTEGER NOT NULL, planned_from INTEGER NOT NULL, planned_until INTEGER NOT NULL,
  act_number TEXT NOT NULL, act_day TEXT NOT NULL,
  CHECK ((interrupted_at = 0) = (planned_from <> 0)), CHECK (planned_until >= planned_from)
) STRICT;

-- opened_at is the legal instant, which for a paper register is earlier than the row's. code stands for the register in registrations and on
-- labels; first is the opening's first number. policy is the body's way at that time.
CREATE TABLE emergency_openings (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  aoo TEXT NOT NULL, year INTEGER NOT NULL, ordinal INTEGER NOT NULL, code TEXT NOT NULL,
  user_code TEXT NOT NULL, station_code TEXT NOT NULL, first INTEGER NOT NULL CHECK (first >= 1),
  authorisation_id INTEGER NOT NULL REFERENCES emergency_authorisations, continues_id INTEGER UNIQUE REFERENCES emergency_openings,
  cause TEXT NOT NULL CHECK (cause <> ''), assessment TEXT NOT NULL, interrupted_at INTEGER NOT NULL, opened_at INTEGER NOT NULL,
  by_user TEXT NOT NULL, by_name TEXT NOT NULL, signer TEXT NOT NULL CHECK (signer IN ('responsabile', 'vicario')),
  policy TEXT NOT NULL CHECK (json_valid(policy)),
  UNIQUE (aoo, year, ordinal)
) STRICT;

-- A week that the clocks go back in has an hour more.
CREATE TABLE emergency_extensions (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  opening_id INTEGER NOT NULL REFERENCES emergency_openings, from_at INTEGER NOT NULL, until_at INTEGER NOT NULL,
  grounds TEXT NOT NULL CHECK (grounds <> ''), act_number TEXT NOT NULL CHECK (act_number <> ''), act_day TEXT NOT NULL,
  by_user TEXT NOT NULL, by_name TEXT NOT NULL, signer TEXT NOT NULL CHECK (signer IN ('responsabile', 'vicario')),
  CHECK (until_at > from_at AND until_at - from_at <= 169 * 3600000000000)
) STRICT;
CREATE INDEX emergency_extensions_opening ON emergency_extensions (opening_id);

CREATE TABLE emergency_closings (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  opening_id INTEGER NOT NULL UNIQUE REFERENCES emergency_openings,
  closed_at INTEGER NOT NULL, restored_at INTEGER NOT NULL, count INTEGER NOT NULL, year_end INTEGER NOT NULL,
  by_user TEXT NOT NULL, by_name TEXT NOT NULL, signer TEXT NOT NULL,
  CHECK ((restored_at = 0) = (year_end = 1))
) STRICT;

CREATE TABLE emergency_revocations (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  opening_id INTEGER NOT NULL UNIQUE REFERENCES emergency_openings, act_number TEXT NOT NULL, act_day TEXT NOT NULL,
  by_user TEXT NOT NULL, by_name TEXT NOT NULL, signer TEXT NOT NULL CHECK (signer IN ('responsabile', 'vicario'))
) STRICT;

-- The total of a day, also 0 (R9.7). A sheet that was typed in later makes a new one: the last ordinal holds.
CREATE TABLE emergency_days (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  opening_id INTEGER NOT NULL REFERENCES emergency_openings, day TEXT NOT NULL, ordinal INTEGER NOT NULL, count INTEGER NOT NULL,
  UNIQUE (opening_id, day, ordinal)
) STRICT;

-- row counts an opening's registrations without gaps, in their order.
CREATE TABLE emergency_rows (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  registration_id INTEGER NOT NULL UNIQUE REFERENCES registrations, opening_id INTEGER NOT NULL REFERENCES emergency_openings,
  row INTEGER NOT NULL CHECK (row >= 1), manual INTEGER NOT NULL, authorised TEXT NOT NULL,
  UNIQUE (opening_id, row)
) STRICT;

-- A signed act as it came back (R21.3). act_id is of emergency_authorisations or emergency_extensions, else of emergency_openings.
CREATE TABLE emergency_signatures (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  aoo TEXT NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('authorisation', 'opening', 'extension', 'closing', 'revocation')), act_id INTEGER NOT NULL,
  sha256 TEXT NOT NULL, bytes INTEGER NOT NULL, file_name TEXT NOT NULL, media_type TEXT NOT NULL, by_user TEXT NOT NULL,
  UNIQUE (kind, act_id, sha256)
) STRICT;

-- The one ordinary number that an emergency registration gained.
CREATE TABLE recoveries (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  registration_id INTEGER NOT NULL UNIQUE REFERENCES registrations, attempt_id INTEGER NOT NULL UNIQUE REFERENCES attempts,
  amministrazione TEXT NOT NULL, aoo TEXT NOT NULL, register TEXT NOT NULL, year INTEGER NOT NULL, number TEXT NOT NULL,
  day TEXT NOT NULL, registered_at INTEGER NOT NULL,
  connector TEXT NOT NULL CHECK (connector <> 'emergency'), ref TEXT NOT NULL, raw TEXT NOT NULL,
  UNIQUE (amministrazione, aoo, register, year, number)
) STRICT;
CREATE INDEX recoveries_number ON recoveries (aoo, year, number);

-- Which code a label bears: NULL the registration's own, 1 the ordinary number of a recovered one (R21.3).
ALTER TABLE prints ADD COLUMN second INTEGER;

CREATE TRIGGER emergency_authorisations_no_update BEFORE UPDATE ON emergency_authorisations BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER emergency_authorisations_no_delete BEFORE DELETE ON emergency_authorisations BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER emergency_openings_no_update BEFORE UPDATE ON emergency_openings BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER emergency_openings_no_delete BEFORE DELETE ON emergency_openings BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER emergency_extensions_no_update BEFORE UPDATE ON emergency_extensions BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER emergency_extensions_no_delete BEFORE DELETE ON emergency_extensions BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER emergency_closings_no_update BEFORE UPDATE ON emergency_closings BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER emergency_closings_no_delete BEFORE DELETE ON emergency_closings BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER emergency_revocations_no_update BEFORE UPDATE ON emergency_revocations BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER emergency_revocations_no_delete BEFORE DELETE ON emergency_revocations BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER emergency_days_no_update BEFORE UPDATE ON emergency_days BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER emergency_days_no_delete BEFORE DELETE ON emergency_days BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER emergency_rows_no_update BEFORE UPDATE ON emergency_rows BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER emergency_rows_no_delete BEFORE DELETE ON emergency_rows BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER emergency_signatures_no_update BEFORE UPDATE ON emergency_signatures BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER emergency_signatures_no_delete BEFORE DELETE ON emergency_signatures BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER recoveries_no_update BEFORE UPDATE ON recoveries BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER recoveries_no_delete BEFORE DELETE ON recoveries BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;

-- ---------------------------------------------------------------- what must never be

-- One register of an AOO is open at a time (R21.2).
CREATE TRIGGER emergency_openings_one BEFORE INSERT ON emergency_openings
  WHEN EXISTS (SELECT 1 FROM emergency_openings o WHERE o.aoo = new.aoo AND NOT EXISTS (SELECT 1 FROM emergency_closings c WHERE c.opening_id = o.id))
  BEGIN SELECT RAISE(ABORT, 'an emergency register is open'); END;
-- A closed register is read-only (R9.10).
CREATE TRIGGER emergency_rows_closed BEFORE INSERT ON emergency_rows WHEN EXISTS (SELECT 1 FROM emergency_closings c WHERE c.opening_id = new.opening_id)
    AND NOT EXISTS (SELECT 1 FROM emergency_rows e WHERE e.id = new.id) -- which another trigger refuses
  BEGIN SELECT RAISE(ABORT, 'the emergency register is closed'); END;
CREATE TRIGGER emergency_extensions_closed BEFORE INSERT ON emergency_extensions WHEN EXISTS (SELECT 1 FROM emergency_closings c WHERE c.opening_id = new.opening_id)
    AND NOT EXISTS (SELECT 1 FROM emergency_extensions e WHERE e.id = new.id) -- which another trigger refuses
  BEGIN SELECT RAISE(ABORT, 'the emergency register is closed'); END;
CREATE TRIGGER registrations_emergency BEFORE INSERT ON registrations WHEN new.connector = 'emergency' AND NOT EXISTS (
    SELECT 1 FROM emergency_openings o WHERE o.aoo = new.aoo AND o.code = new.register AND o.year = new.year
      AND NOT EXISTS (SELECT 1 FROM emergency_closings c WHERE c.opening_id = o.id))
  BEGIN SELECT RAISE(ABORT, 'the emergency register is closed'); END;
-- Only an emergency number gains an ordinary one, and no number stands twice. Nothing is asked for before the closing, but what a centre
-- gave all the same is kept.
CREATE TRIGGER recoveries_of_emergency BEFORE INSERT ON recoveries WHEN NOT EXISTS (
    SELECT 1 FROM registrations r JOIN emergency_rows e ON e.registration_id = r.id
    WHERE r.id = new.registration_id AND r.connector = 'emergency' AND r.aoo = new.aoo)
  BEGIN SELECT RAISE(ABORT, 'only a row of an emergency register is recovered'); END;
CREATE TRIGGER recoveries_once BEFORE INSERT ON recoveries WHEN EXISTS (SELECT 1 FROM registrations r WHERE r.amministrazione = new.amministrazione
    AND r.aoo = new.aoo AND r.register = new.register AND r.year = new.year AND r.number = new.number)
  BEGIN SELECT RAISE(ABORT, 'the number stands already'); END;
CREATE TRIGGER registrations_once BEFORE INSERT ON registrations WHEN EXISTS (SELECT 1 FROM recoveries r WHERE r.amministrazione = new.amministrazione
    AND r.aoo = new.aoo AND r.register = new.register AND r.year = new.year AND r.number = new.number)
  BEGIN SELECT RAISE(ABORT, 'the number stands already'); END;

-- ---------------------------------------------------------------- derived

DROP VIEW record_source;
DROP TABLE records;

-- As in 0004, and whether the number is an emergency one, and the ordinary one that it gained.
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
  coalesce((SELECT d.choice IN ('note', 'exclude') FROM scope_decisions d WHERE d.document_id = s.document_id ORDER BY d.id DESC LIMIT 1), 0) AS noted,
  coalesce((SELECT d.choice = 'exclude' FROM scope_decisions d WHERE d.document_id = s.document_id ORDER BY d.id DESC LIMIT 1), 0) AS excluded,
  v.id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM associations x WHERE x.registration_id = r.id AND x.part IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM supersessions y WHERE y.association_id = x.id)
      AND NOT EXISTS (SELECT 1 FROM archives y WHERE y.document_id = x.document_id)
      AND NOT EXISTS (SELECT 1 FROM discards y WHERE y.document_id = x.document_id)
      AND NOT EXISTS (SELECT 1 FROM scope_decisions y WHERE y.document_id = x.document_id AND y.choice IN ('note', 'exclude'))) AS archived,
  coalesce(dc.state = 'delivered', 0) AND NOT EXISTS (
    SELECT 1 FROM associations x LEFT JOIN archives y ON y.document_id = x.document_id
      LEFT JOIN dispatches z ON z.archive_id = y.id LEFT JOIN dispatch_current c ON c.dispatch_id = z.id
    WHERE x.registration_id = r.id AND x.part IS NOT NULL AND coalesce(c.state, '') <> 'delivered'
      AND NOT EXISTS (SELECT 1 FROM supersessions w WHERE w.association_id = x.id)
      AND NOT EXISTS (SELECT 1 FROM discards w WHERE w.document_id = x.document_id)
      AND NOT EXISTS (SELECT 1 FROM scope_decisions w WHERE w.document_id = x.document_id AND w.choice IN ('note', 'exclude'))) AS delivered,
  EXISTS (SELECT 1 FROM annulments n WHERE n.registration_id = r.id) AS annulled,
  coalesce(r.connector = 'emergency', 0) AS emergency, coalesce(y.year, 0) AS ordinary_year, coalesce(y.number, '') AS ordinary_number
FROM intakes i
LEFT JOIN attempts a ON a.id = (SELECT max(x.id) FROM attempts x WHERE x.intake_id = i.id)
LEFT JOIN attempt_current ac ON ac.attempt_id = a.id
LEFT JOIN registrations r ON r.intake_id = i.id
LEFT JOIN recoveries y ON y.registration_id = r.id
LEFT JOIN print_current pc ON pc.print_id = (SELECT max(x.id) FROM prints x WHERE x.registration_id = r.id)
LEFT JOIN associations s ON s.id = (
  SELECT max(x.id) FROM associations x WHERE x.registration_id = r.id AND x.part IS NULL
    AND NOT EXISTS (SELECT 1 FROM supersessions u WHERE u.association_id = x.id)
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
  print_state TEXT NOT NULL, labelled INTEGER NOT NULL, captured INTEGER NOT NULL, noted INTEGER NOT NULL, excluded INTEGER NOT NULL,
  archived INTEGER NOT NULL, delivered INTEGER NOT NULL, annulled INTEGER NOT NULL,
  emergency INTEGER NOT NULL, ordinary_year INTEGER NOT NULL, ordinary_number TEXT NOT NULL
) STRICT;
INSERT INTO records SELECT * FROM record_source;
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
CREATE INDEX records_ordinary ON records (aoo, ordinary_number) WHERE ordinary_number <> '';
CREATE INDEX records_to_recover ON records (aoo, intake_id) WHERE emergency = 1 AND ordinary_number = '';
