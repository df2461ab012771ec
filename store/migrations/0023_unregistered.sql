-- What comes in or goes out and is not registered: by an entry of the list in force (DPR 445/2000 art. 53(5); R1.14), or because it is for somebody else
-- and goes back to the post unopened (R1.11). Each is an intake without number, a row of unnumbered_intakes. Decision 0057.

-- The entry that was cited, as it read then; version is that of the policies that had the list.
CREATE TABLE unregistered_entries (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  intake_id INTEGER NOT NULL UNIQUE REFERENCES intakes, code TEXT NOT NULL CHECK (code <> ''), words TEXT NOT NULL CHECK (words <> ''),
  source TEXT NOT NULL CHECK (source <> ''), manual TEXT NOT NULL, version INTEGER NOT NULL
) STRICT;
-- Nothing is left out of the register without the entry that says so.
CREATE TRIGGER unnumbered_intakes_cite BEFORE INSERT ON unnumbered_intakes
WHEN (new.grounds IN ('escluso', 'particolare')) <> EXISTS (SELECT 1 FROM unregistered_entries e WHERE e.intake_id = new.intake_id)
BEGIN SELECT RAISE(ABORT, 'what is not registered cites its entry'); END;

-- Envelopes given back to the post together.
CREATE TABLE post_returns (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  key TEXT NOT NULL UNIQUE, aoo TEXT NOT NULL, by_user TEXT NOT NULL
) STRICT;
CREATE TABLE post_return_items (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  return_id INTEGER NOT NULL REFERENCES post_returns, unnumbered_id INTEGER NOT NULL UNIQUE REFERENCES unnumbered_intakes
) STRICT;
CREATE INDEX post_return_items_return ON post_return_items (return_id);
CREATE TRIGGER post_return_items_for_others BEFORE INSERT ON post_return_items
WHEN NOT EXISTS (SELECT 1 FROM unnumbered_intakes u WHERE u.id = new.unnumbered_id AND u.grounds = 'poste')
BEGIN SELECT RAISE(ABORT, 'it is not for somebody else'); END;
-- One paper is with the post, or here and registered.
CREATE TRIGGER post_return_items_here BEFORE INSERT ON post_return_items
WHEN EXISTS (SELECT 1 FROM envelope_intakes n WHERE n.unnumbered_id = new.unnumbered_id)
BEGIN SELECT RAISE(ABORT, 'it was registered'); END;
CREATE TRIGGER envelope_intakes_here BEFORE INSERT ON envelope_intakes
WHEN EXISTS (SELECT 1 FROM post_return_items r WHERE r.unnumbered_id = new.unnumbered_id)
BEGIN SELECT RAISE(ABORT, 'it is with the post'); END;

CREATE TRIGGER unregistered_entries_no_update BEFORE UPDATE ON unregistered_entries BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER unregistered_entries_no_delete BEFORE DELETE ON unregistered_entries BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER post_returns_no_update BEFORE UPDATE ON post_returns BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER post_returns_no_delete BEFORE DELETE ON post_returns BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER post_return_items_no_update BEFORE UPDATE ON post_return_items BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER post_return_items_no_delete BEFORE DELETE ON post_return_items BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;

-- What is to go back to the post, and what went.
CREATE VIEW going_back AS
  SELECT u.intake_id AS intake_id, u.id AS unnumbered_id, CASE WHEN r.id IS NULL THEN 'desk' ELSE 'returned' END AS kind, coalesce(r.at, u.at) AS at,
    u.at AS since, coalesce(p.by_user, u.by_user) AS by_user, coalesce(i.draft ->> '$.recipients[0].name', '') AS addressee
  FROM unnumbered_intakes u JOIN intakes i ON i.id = u.intake_id LEFT JOIN post_return_items r ON r.unnumbered_id = u.id LEFT JOIN post_returns p ON p.id = r.return_id
  WHERE u.grounds = 'poste' AND NOT EXISTS (SELECT 1 FROM envelope_intakes n WHERE n.unnumbered_id = u.id);
