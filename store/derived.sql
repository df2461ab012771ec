-- What the tables that migrations make amount to: views, and the copy of one that lists, counts and search read (decisions 0020, 0067). Opening makes
-- all of it anew after a migration and whenever this file reads otherwise. The migrations up to 0025 made views of their own; a later one makes
-- none, and drops those over a table that it rebuilds.

DROP VIEW IF EXISTS record_source;
DROP TABLE IF EXISTS records;
DROP VIEW IF EXISTS inside;
DROP VIEW IF EXISTS going_back;
DROP VIEW IF EXISTS urgent;

-- Each letter as it stands: read as its last correction left it, with its number, its label, its scan, its archive and its delivery. What waits for
-- nothing, because it was given up (intake_closings) or gets no number (unnumbered_intakes), is «closed».
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

-- What goes to somebody in the house and is not done: an envelope at the desk, a paper whose signed copy is not back.
CREATE VIEW inside AS
  SELECT d.intake_id AS intake_id, 'handed' AS kind, d.at AS at, d.by_user AS by_user, d.person AS person FROM internal_deliveries d
  WHERE NOT EXISTS (SELECT 1 FROM internal_delivery_ends e WHERE e.delivery_id = d.id)
  UNION ALL
  SELECT u.intake_id, 'desk', u.at, u.by_user, coalesce(i.draft ->> '$.recipients[0].name', '') FROM unnumbered_intakes u JOIN intakes i ON i.id = u.intake_id
  WHERE u.grounds = 'personale' AND NOT EXISTS (SELECT 1 FROM envelope_intakes n WHERE n.unnumbered_id = u.id)
    AND NOT EXISTS (SELECT 1 FROM internal_deliveries d LEFT JOIN internal_delivery_ends e ON e.delivery_id = d.id
      WHERE d.intake_id = u.intake_id AND (e.id IS NULL OR e.outcome = 'firmata'));

-- What is to go back to the post, and what went.
CREATE VIEW going_back AS
  SELECT u.intake_id AS intake_id, u.id AS unnumbered_id, CASE WHEN r.id IS NULL THEN 'desk' ELSE 'returned' END AS kind, coalesce(r.at, u.at) AS at,
    u.at AS since, coalesce(p.by_user, u.by_user) AS by_user, coalesce(i.draft ->> '$.recipients[0].name', '') AS addressee
  FROM unnumbered_intakes u JOIN intakes i ON i.id = u.intake_id LEFT JOIN post_return_items r ON r.unnumbered_id = u.id LEFT JOIN post_returns p ON p.id = r.return_id
  WHERE u.grounds = 'poste' AND NOT EXISTS (SELECT 1 FROM envelope_intakes n WHERE n.unnumbered_id = u.id);

-- The letters that go before the others: the last word on each holds.
CREATE VIEW urgent AS
  SELECT u.intake_id AS intake_id, u.reason AS reason, u.by_user AS by_user, u.at AS at FROM urgencies u
  WHERE u.urgent = 1 AND NOT EXISTS (SELECT 1 FROM urgencies l WHERE l.intake_id = u.intake_id AND l.id > u.id);
