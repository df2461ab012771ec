-- What a person decided on a call for a number without a clear answer (R17.3). Decision 0036.

-- One row at most for an attempt: with choice 'candidate' or 'keyed' the number that it got, with 'absent' none ('' and 0). reason is
-- compulsory for 'absent': somebody answers for asking again.
CREATE TABLE outcome_decisions (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  attempt_id INTEGER NOT NULL UNIQUE REFERENCES attempts,
  choice TEXT NOT NULL CHECK (choice IN ('candidate', 'keyed', 'absent')),
  by_user TEXT NOT NULL, reason TEXT NOT NULL,
  register TEXT NOT NULL, year INTEGER NOT NULL, number TEXT NOT NULL, day TEXT NOT NULL,
  CHECK ((choice = 'absent') = (number = '')), CHECK (choice <> 'absent' OR reason <> '')
) STRICT;
CREATE TRIGGER outcome_decisions_no_update BEFORE UPDATE ON outcome_decisions BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER outcome_decisions_no_delete BEFORE DELETE ON outcome_decisions BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
