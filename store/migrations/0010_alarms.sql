-- Alarms to the Responsabile (R10.4, R21.4). Decision 0037.

-- One row for each threshold and outage. subject is an intake (kind 'waiting') or an opening of the emergency register, else 0; since is what the
-- hours are counted from, or the instant that the alarm is about; count is as it was then.
CREATE TABLE alarms (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  aoo TEXT NOT NULL, kind TEXT NOT NULL CHECK (kind <> ''), hours INTEGER NOT NULL CHECK (hours >= 0),
  subject INTEGER NOT NULL, since INTEGER NOT NULL, count INTEGER NOT NULL,
  UNIQUE (aoo, kind, hours, subject, since)
) STRICT;

-- «Ho visto»: the first one's word stands.
CREATE TABLE alarm_acknowledgements (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  alarm_id INTEGER NOT NULL UNIQUE REFERENCES alarms, by_user TEXT NOT NULL, by_name TEXT NOT NULL, note TEXT NOT NULL
) STRICT;

-- What it was about is over, and why: the number came, the centre is back.
CREATE TABLE alarm_ends (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  alarm_id INTEGER NOT NULL UNIQUE REFERENCES alarms, why TEXT NOT NULL
) STRICT;

CREATE TRIGGER alarms_no_update BEFORE UPDATE ON alarms BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER alarms_no_delete BEFORE DELETE ON alarms BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER alarm_acknowledgements_no_update BEFORE UPDATE ON alarm_acknowledgements BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER alarm_acknowledgements_no_delete BEFORE DELETE ON alarm_acknowledgements BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER alarm_ends_no_update BEFORE UPDATE ON alarm_ends BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER alarm_ends_no_delete BEFORE DELETE ON alarm_ends BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
