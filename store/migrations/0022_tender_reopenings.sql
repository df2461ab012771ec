-- A gara that was closed too soon is opened again by whoever decides (R5.4, R20.2): the closing stays, and this takes it back.
CREATE TABLE tender_reopenings (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  closing_id INTEGER NOT NULL UNIQUE REFERENCES tender_facts, reason TEXT NOT NULL CHECK (reason <> ''), by_user TEXT NOT NULL
) STRICT;
CREATE TRIGGER tender_reopenings_no_update BEFORE UPDATE ON tender_reopenings BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER tender_reopenings_no_delete BEFORE DELETE ON tender_reopenings BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;

-- It may then be closed again: once for each time that it was open.
DROP INDEX tender_facts_closed;
CREATE TRIGGER tender_facts_closed_once BEFORE INSERT ON tender_facts
WHEN new.kind = 'closed' AND EXISTS (SELECT 1 FROM tender_facts f WHERE f.tender_id = new.tender_id AND f.kind = 'closed' AND f.id IS NOT new.id
  AND NOT EXISTS (SELECT 1 FROM tender_reopenings r WHERE r.closing_id = f.id))
BEGIN SELECT RAISE(ABORT, 'a gara that is closed is not closed again'); END;
