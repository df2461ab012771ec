-- What was joined to a registration and is not its document any more: labels that were on each other's letter, pages that had to be
-- taken out after they were archived (R18.6). Decision 0028.

-- ---------------------------------------------------------------- legal tables

-- act is the request key that one act's rows share. successor_id is what takes an association's pages over: of an exchange it belongs to
-- the other registration, of an obscuration it is the next of its own. NULL: an older version, which goes with the current one. pages
-- lists what was taken out, by its place in the archived file, from 1; of an exchange it is empty. act_number and act_day name a written
-- measure, where there is one.
CREATE TABLE supersessions (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  act TEXT NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('exchange', 'obscuration')),
  association_id INTEGER NOT NULL UNIQUE REFERENCES associations, successor_id INTEGER UNIQUE REFERENCES associations,
  pages TEXT NOT NULL CHECK (json_valid(pages)),
  by_user TEXT NOT NULL, reason TEXT NOT NULL, act_number TEXT, act_day TEXT
) STRICT;
CREATE INDEX supersessions_act ON supersessions (act);
CREATE TRIGGER supersessions_no_update BEFORE UPDATE ON supersessions BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER supersessions_no_delete BEFORE DELETE ON supersessions BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;

-- The key of the document whose place this one takes in the register. NULL: it takes nobody's.
ALTER TABLE register_attachments ADD COLUMN replaces TEXT;

-- ---------------------------------------------------------------- derived

DROP VIEW record_source;
DROP TABLE records;

-- As in 0003, but for what is superseded: that is no document of its registration any more.
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
  EXISTS (SELECT 1 FROM annulments n WHERE n.registration_id = r.id) AS annulled
FROM intakes i
LEFT JOIN attempts a ON a.id = (SELECT max(x.id) FROM attempts x WHERE x.intake_id = i.id)
LEFT JOIN attempt_current ac ON ac.attempt_id = a.id
LEFT JOIN registrations r ON r.intake_id = i.id
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
  archived INTEGER NOT NULL, delivered INTEGER NOT NULL, annulled INTEGER NOT NULL
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
