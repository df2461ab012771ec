-- What is asked to be corrected or annulled, what was decided, and how it ended (R8.1 to R8.4, R16.10). Decision 0038.

-- changes is a JSON array of {field, old, new}; it is empty for an annulment and for a letter that an office sends back. linked_id is the
-- registration that belongs to the case, answers_id the return that the request takes up.
CREATE TABLE correction_requests (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  key TEXT NOT NULL UNIQUE, registration_id INTEGER NOT NULL REFERENCES registrations,
  kind TEXT NOT NULL CHECK (kind IN ('fields', 'annulment', 'return')),
  cause TEXT NOT NULL, linked_id INTEGER REFERENCES registrations, answers_id INTEGER REFERENCES correction_requests,
  changes TEXT NOT NULL CHECK (json_valid(changes)), by_user TEXT NOT NULL, reason TEXT NOT NULL,
  CHECK ((kind = 'fields') = (changes <> '[]'))
) STRICT;
CREATE INDEX correction_requests_registration ON correction_requests (registration_id);

-- The one word on a request: the Responsabile's, or its author's who takes it back. '' stands for an act that is not needed.
CREATE TABLE correction_decisions (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  request_id INTEGER NOT NULL UNIQUE REFERENCES correction_requests,
  choice TEXT NOT NULL CHECK (choice IN ('authorised', 'refused', 'withdrawn', 'answered')),
  by_user TEXT NOT NULL, reason TEXT NOT NULL, act_number TEXT NOT NULL, act_day TEXT NOT NULL,
  CHECK (choice <> 'refused' OR reason <> ''), CHECK ((act_number = '') = (act_day = ''))
) STRICT;

-- How far an authorised one has come where it is to be made. The latest holds.
CREATE TABLE correction_outcomes (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  request_id INTEGER NOT NULL REFERENCES correction_requests,
  outcome TEXT NOT NULL CHECK (outcome IN ('asked', 'unavailable', 'unknown', 'rejected', 'by-hand', 'done', 'abandoned')),
  by_user TEXT NOT NULL, words TEXT NOT NULL
) STRICT;
CREATE INDEX correction_outcomes_request ON correction_outcomes (request_id);

-- What was corrected: the values that were annulled with those in their place, and the letter as it reads since then.
CREATE TABLE corrections (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  request_id INTEGER NOT NULL UNIQUE REFERENCES correction_requests,
  registration_id INTEGER NOT NULL REFERENCES registrations, intake_id INTEGER NOT NULL REFERENCES intakes,
  changes TEXT NOT NULL CHECK (json_valid(changes)), draft TEXT NOT NULL CHECK (json_valid(draft))
) STRICT;
CREATE INDEX corrections_intake ON corrections (intake_id);

-- Nothing is corrected that nobody authorised.
CREATE TRIGGER corrections_authorised BEFORE INSERT ON corrections
WHEN NOT EXISTS (SELECT 1 FROM correction_decisions d WHERE d.request_id = new.request_id AND d.choice = 'authorised')
BEGIN SELECT RAISE(ABORT, 'nobody authorised this correction'); END;

CREATE TRIGGER correction_requests_no_update BEFORE UPDATE ON correction_requests BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER correction_requests_no_delete BEFORE DELETE ON correction_requests BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER correction_decisions_no_update BEFORE UPDATE ON correction_decisions BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER correction_decisions_no_delete BEFORE DELETE ON correction_decisions BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER correction_outcomes_no_update BEFORE UPDATE ON correction_outcomes BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER correction_outcomes_no_delete BEFORE DELETE ON correction_outcomes BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER corrections_no_update BEFORE UPDATE ON corrections BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER corrections_no_delete BEFORE DELETE ON corrections BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;

-- A record says what the letter reads now; no row changes with this migration, since nothing is corrected yet.
DROP VIEW record_source;
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
LEFT JOIN corrections k ON k.id = (SELECT max(x.id) FROM corrections x WHERE x.intake_id = i.id)
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
