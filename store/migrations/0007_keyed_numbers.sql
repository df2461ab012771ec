-- Numbers that a person read on another screen and keyed in twice, where the body's protocol system takes no calls (R1.4, section 5).
-- Decision 0033. key is the request key of the intake. doubt is what was implausible and the person confirmed, or ''.

CREATE TABLE keyed_numbers (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  key TEXT NOT NULL UNIQUE,
  amministrazione TEXT NOT NULL, aoo TEXT NOT NULL, register TEXT NOT NULL, year INTEGER NOT NULL, number TEXT NOT NULL,
  day TEXT NOT NULL, by_user TEXT NOT NULL, doubt TEXT NOT NULL,
  UNIQUE (amministrazione, aoo, register, year, number)
) STRICT;
CREATE TRIGGER keyed_numbers_no_update BEFORE UPDATE ON keyed_numbers BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER keyed_numbers_no_delete BEFORE DELETE ON keyed_numbers BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
