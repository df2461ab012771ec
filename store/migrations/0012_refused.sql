-- A letter without number that the centre refused: what was put right in it before it was asked for again, and that it was given up. Decision 0042.

-- The letter as it reads since a correction, whichever: of a registration, on a request that was authorised, or of a letter without number, on the
-- word of who corrected it after the attempt that was refused. The rows of before keep their digests: what is new is NULL in them.
DROP VIEW record_source;
CREATE TABLE corrections_new (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  request_id INTEGER UNIQUE REFERENCES correction_requests,
  registration_id INTEGER REFERENCES registrations, intake_id INTEGER NOT NULL REFERENCES intakes,
  changes TEXT NOT NULL CHECK (json_valid(changes)), draft TEXT NOT NULL CHECK (json_valid(draft)),
  attempt_id INTEGER REFERENCES attempts, by_user TEXT,
  CHECK ((request_id IS NULL) = (registration_id IS NULL)), CHECK ((request_id IS NULL) = (attempt_id IS NOT NULL)), CHECK ((attempt_id IS NULL) = (by_user IS NULL))
) STRICT;
INSERT INTO corrections_new (id, at, request_id, registration_id, intake_id, changes, draft)
  SELECT id, at, request_id, registration_id, intake_id, changes, draft FROM corrections;
DROP TABLE corrections;
ALTER TABLE corrections_new RENAME TO corrections;
CREATE INDEX corrections_intake ON corrections (intake_id);

CREATE TRIGGER corrections_no_update BEFORE UPDATE ON corrections BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER corrections_no_delete BEFORE DELETE ON corrections BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
-- Nothing of a registration is corrected that nobody authorised.
CREATE TRIGGER corrections_authorised BEFORE INSERT ON corrections
WHEN new.request_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM correction_decisions d WHERE d.request_id = new.request_id AND d.choice = 'authorised')
BEGIN SELECT RAISE(ABORT, 'nobody authorised this correction'); END;

-- A letter's own sign that it is given up without number; registration_id is the one that was registered in its place, where there is one.
CREATE TABLE intake_closings (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  intake_id INTEGER NOT NULL UNIQUE REFERENCES intakes, attempt_id INTEGER NOT NULL REFERENCES attempts,
  by_user TEXT NOT NULL, reason TEXT NOT NULL CHECK (reason <> ''), registration_id INTEGER REFERENCES registrations
) STRICT;
CREATE TRIGGER intake_closings_no_update BEFORE UPDATE ON intake_closings BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER intake_closings_no_delete BEFORE DELETE ON intake_closings BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;

-- Only of a letter without number whose last attempt was certainly refused: what may have a number, or may be getting one, stays as it was sent (R17.2).
CREATE TRIGGER corrections_of_refused BEFORE INSERT ON corrections
WHEN new.attempt_id IS NOT NULL AND NOT (
  new.attempt_id = (SELECT max(a.id) FROM attempts a WHERE a.intake_id = new.intake_id)
  AND (SELECT c.outcome FROM attempt_current c WHERE c.attempt_id = new.attempt_id) = 'rejected'
  AND NOT EXISTS (SELECT 1 FROM registrations r WHERE r.intake_id = new.intake_id)
  AND NOT EXISTS (SELECT 1 FROM intake_closings z WHERE z.intake_id = new.intake_id))
BEGIN SELECT RAISE(ABORT, 'only a refused letter without number is corrected so'); END;
CREATE TRIGGER intake_closings_of_refused BEFORE INSERT ON intake_closings
WHEN NOT (
  new.attempt_id = (SELECT max(a.id) FROM attempts a WHERE a.intake_id = new.intake_id)
  AND (SELECT c.outcome FROM attempt_current c WHERE c.attempt_id = new.attempt_id) = 'rejected'
  AND NOT EXISTS (SELECT 1 FROM registrations r WHERE r.intake_id = new.intake_id))
BEGIN SELECT RAISE(ABORT, 'only a refused letter without number is closed'); END;
-- Nobody asks for it any more, for whatever reason.
CREATE TRIGGER attempts_not_closed BEFORE INSERT ON attempts
WHEN EXISTS (SELECT 1 FROM intake_closings z WHERE z.intake_id = new.intake_id)
BEGIN SELECT RAISE(ABORT, 'the letter was closed without number'); END;

-- A record's outcome says «closed» of a letter that was given up; no row changes with this migration, since none is yet.
CREATE VIEW record_source AS
SELECT
  i.id AS intake_id, i.aoo AS aoo, i.operator AS operator,
  coalesce(coalesce(k.draft, i.draft) ->> '$.uor', '') AS uor,
  coalesce(coalesce(k.draft, i.draft) ->> '$.confidential', 0) AS confidential,
  coalesce(coalesce(k.draft, i.draft) ->> '$.direction', '') AS direction,
  i.year AS intake_year, i.seq AS intake_seq,
  lower(coalesce(coalesce(k.draft, i.draft) ->> '$.senderRef.protocol', '')) AS sender_ref,
  lower(coalesce(coalesce(k.draft, i.draft) ->> '$.raccomandataCode', '')) AS raccomandata,
  coalesce(coalesce(k.draft, i.draft) ->> '$.fileDigest', '') AS file_digest,
  a.id AS attempt_id, CASE WHEN z.id IS NULL THEN coalesce(ac.outcome, '') ELSE 'closed' END AS outcome,
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
LEFT JOIN corrections k ON k.id = (SELECT max(x.id) FROM corrections x WHERE x.intake_id = i.id)
LEFT JOIN attempts a ON a.id = (SELECT max(x.id) FROM attempts x WHERE x.intake_id = i.id)
LEFT JOIN attempt_current ac ON ac.attempt_id = a.id
LEFT JOIN intake_closings z ON z.intake_id = i.id
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
