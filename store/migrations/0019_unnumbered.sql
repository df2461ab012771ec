-- What comes in and gets no number: an envelope that stays closed; its way to the addressee, and what was given back to be registered (R1.15, R7.4,
-- R16.6). Decision 0052.

-- An intake that nobody is ever asked about, from its saving on. grounds is the program's word for why; words stand on the paper.
CREATE TABLE unnumbered_intakes (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  intake_id INTEGER NOT NULL UNIQUE REFERENCES intakes, grounds TEXT NOT NULL CHECK (grounds <> ''), words TEXT NOT NULL, by_user TEXT NOT NULL
) STRICT;

-- The intake that such a one became when its addressee gave it back.
CREATE TABLE envelope_intakes (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  unnumbered_id INTEGER NOT NULL UNIQUE REFERENCES unnumbered_intakes, intake_id INTEGER NOT NULL UNIQUE REFERENCES intakes
) STRICT;

-- A paper handed to somebody in the house with a receipt in two copies, and how that ended.
CREATE TABLE internal_deliveries (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  intake_id INTEGER NOT NULL REFERENCES intakes, key TEXT NOT NULL UNIQUE,
  person TEXT NOT NULL CHECK (person <> ''), uor TEXT NOT NULL, note TEXT NOT NULL, by_user TEXT NOT NULL
) STRICT;
CREATE INDEX internal_deliveries_intake ON internal_deliveries (intake_id);
CREATE TABLE internal_delivery_ends (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  delivery_id INTEGER NOT NULL UNIQUE REFERENCES internal_deliveries,
  outcome TEXT NOT NULL CHECK (outcome IN ('firmata', 'non-consegnata')), person TEXT NOT NULL, note TEXT NOT NULL, by_user TEXT NOT NULL,
  CHECK ((outcome = 'firmata') = (person <> ''))
) STRICT;

CREATE TRIGGER unnumbered_intakes_no_update BEFORE UPDATE ON unnumbered_intakes BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER unnumbered_intakes_no_delete BEFORE DELETE ON unnumbered_intakes BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER envelope_intakes_no_update BEFORE UPDATE ON envelope_intakes BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER envelope_intakes_no_delete BEFORE DELETE ON envelope_intakes BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER internal_deliveries_no_update BEFORE UPDATE ON internal_deliveries BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER internal_deliveries_no_delete BEFORE DELETE ON internal_deliveries BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER internal_delivery_ends_no_update BEFORE UPDATE ON internal_delivery_ends BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER internal_delivery_ends_no_delete BEFORE DELETE ON internal_delivery_ends BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;

-- Nothing that anybody was asked about is said to need no number, and nobody is asked about what needs none.
CREATE TRIGGER unnumbered_intakes_unasked BEFORE INSERT ON unnumbered_intakes
WHEN EXISTS (SELECT 1 FROM attempts a WHERE a.intake_id = new.intake_id) OR EXISTS (SELECT 1 FROM registrations r WHERE r.intake_id = new.intake_id)
BEGIN SELECT RAISE(ABORT, 'a number was asked for'); END;
CREATE TRIGGER attempts_not_unnumbered BEFORE INSERT ON attempts
WHEN EXISTS (SELECT 1 FROM unnumbered_intakes u WHERE u.intake_id = new.intake_id)
BEGIN SELECT RAISE(ABORT, 'the letter gets no number'); END;
-- One paper is in one person's hands.
CREATE TRIGGER internal_deliveries_one BEFORE INSERT ON internal_deliveries
WHEN EXISTS (SELECT 1 FROM internal_deliveries d LEFT JOIN internal_delivery_ends e ON e.delivery_id = d.id
  WHERE d.intake_id = new.intake_id AND d.id IS NOT new.id AND (e.id IS NULL OR e.outcome = 'firmata'))
BEGIN SELECT RAISE(ABORT, 'it was handed over'); END;

-- What goes to somebody in the house and is not done: an envelope at the desk, a paper whose signed copy is not back.
CREATE VIEW inside AS
  SELECT d.intake_id AS intake_id, 'handed' AS kind, d.at AS at, d.by_user AS by_user, d.person AS person FROM internal_deliveries d
  WHERE NOT EXISTS (SELECT 1 FROM internal_delivery_ends e WHERE e.delivery_id = d.id)
  UNION ALL
  SELECT u.intake_id, 'desk', u.at, u.by_user, coalesce(i.draft ->> '$.recipients[0].name', '') FROM unnumbered_intakes u JOIN intakes i ON i.id = u.intake_id
  WHERE u.grounds = 'personale' AND NOT EXISTS (SELECT 1 FROM envelope_intakes n WHERE n.unnumbered_id = u.id)
    AND NOT EXISTS (SELECT 1 FROM internal_deliveries d LEFT JOIN internal_delivery_ends e ON e.delivery_id = d.id
      WHERE d.intake_id = u.intake_id AND (e.id IS NULL OR e.outcome = 'firmata'));

-- A record's outcome says «closed» of it, as of a letter that was given up: no list waits for it. No row changes with this migration.
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
  a.id AS attempt_id, CASE WHEN z.id IS NULL AND un.id IS NULL THEN coalesce(ac.outcome, '') ELSE 'closed' END AS outcome,
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
LEFT JOIN unnumbered_intakes un ON un.intake_id = i.id
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
