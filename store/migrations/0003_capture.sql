-- Capture as the office does it: attachments, exclusions, pages turned on the screen, backs that come in a second pass, scan profiles.
-- Decision 0023.

-- ---------------------------------------------------------------- legal tables

-- 1, 2, ...: the document is that attachment of its registration, with a file of its own (R18.5). NULL: it is the main document.
ALTER TABLE associations ADD COLUMN part INTEGER CHECK (part > 0);

-- Why no image of a document is kept, a code of the rules' catalogue, and the responsible of the procedure who asked for it, where
-- it is for confidentiality (R3.4, R19.4). NULL where the choice is not 'exclude'.
ALTER TABLE scope_decisions ADD COLUMN exclusion TEXT;
ALTER TABLE scope_decisions ADD COLUMN responsible TEXT;

-- ---------------------------------------------------------------- working tables

-- How far a person turned the page clockwise, in degrees; its pixels stay as they came.
ALTER TABLE pages ADD COLUMN turn INTEGER NOT NULL DEFAULT 0 CHECK (turn IN (0, 90, 180, 270));

-- two_sided: a feeder that takes one side takes this run's backs in a second pass. backs_of: this run is that second pass.
ALTER TABLE batches ADD COLUMN two_sided INTEGER NOT NULL DEFAULT 0;
ALTER TABLE batches ADD COLUMN backs_of INTEGER NOT NULL DEFAULT 0;

-- Named settings of a scanner, kept for all desks of an AOO and put on function keys. device is the scanner's own UUID or serial
-- number, or '' for whichever is first.
CREATE TABLE scan_profiles (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  aoo TEXT NOT NULL, name TEXT NOT NULL, ordinal INTEGER NOT NULL, device TEXT NOT NULL, key TEXT NOT NULL,
  settings TEXT NOT NULL CHECK (json_valid(settings)),
  UNIQUE (aoo, name)
) STRICT;

-- ---------------------------------------------------------------- derived

DROP VIEW record_source;
DROP TABLE records;

-- One row an intake: what lists, counts and searches ask. The view is the definition, the table its copy. A registration is archived
-- when its main document and every attachment is, and delivered likewise.
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
      AND NOT EXISTS (SELECT 1 FROM archives y WHERE y.document_id = x.document_id)
      AND NOT EXISTS (SELECT 1 FROM discards y WHERE y.document_id = x.document_id)
      AND NOT EXISTS (SELECT 1 FROM scope_decisions y WHERE y.document_id = x.document_id AND y.choice IN ('note', 'exclude'))) AS archived,
  coalesce(dc.state = 'delivered', 0) AND NOT EXISTS (
    SELECT 1 FROM associations x LEFT JOIN archives y ON y.document_id = x.document_id
      LEFT JOIN dispatches z ON z.archive_id = y.id LEFT JOIN dispatch_current c ON c.dispatch_id = z.id
    WHERE x.registration_id = r.id AND x.part IS NOT NULL AND coalesce(c.state, '') <> 'delivered'
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
