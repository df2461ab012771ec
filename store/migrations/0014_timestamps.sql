-- What is to be stamped by a time-stamping authority, and what it answered (R14.4, RFC 3161). Decision 0045.

-- One thing's digest. kind and subject_id name the thing: 'daily-register' a row of daily_registers, 'bid' one of a bid's.
CREATE TABLE timestamp_requests (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  aoo TEXT NOT NULL, kind TEXT NOT NULL CHECK (kind <> ''), subject_id INTEGER NOT NULL,
  sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
  UNIQUE (kind, subject_id, sha256)
) STRICT;

-- The token that was accepted, with the certificates up to a root of the settings (PEM) and the proof of this machine's clock when it came
-- (JSON). gen_time is the authority's, sent_at and received_at are this machine's.
CREATE TABLE timestamps (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  request_id INTEGER NOT NULL UNIQUE REFERENCES timestamp_requests,
  authority TEXT NOT NULL CHECK (authority <> ''), serial TEXT NOT NULL CHECK (serial <> ''), policy TEXT NOT NULL,
  gen_time INTEGER NOT NULL, accuracy INTEGER NOT NULL, qualified INTEGER NOT NULL CHECK (qualified IN (0, 1)),
  token BLOB NOT NULL, chain TEXT NOT NULL CHECK (chain <> ''),
  sent_at INTEGER NOT NULL, received_at INTEGER NOT NULL, clock TEXT NOT NULL CHECK (json_valid(clock))
) STRICT;

-- An answer that was not accepted, and why. The thing is asked for again.
CREATE TABLE timestamp_refusals (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  request_id INTEGER NOT NULL REFERENCES timestamp_requests,
  code TEXT NOT NULL CHECK (code <> ''), detail TEXT NOT NULL, answer_sha256 TEXT NOT NULL CHECK (length(answer_sha256) = 64)
) STRICT;
CREATE INDEX timestamp_refusals_request ON timestamp_refusals (request_id);

CREATE TRIGGER timestamp_requests_no_update BEFORE UPDATE ON timestamp_requests BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER timestamp_requests_no_delete BEFORE DELETE ON timestamp_requests BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER timestamps_no_update BEFORE UPDATE ON timestamps BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER timestamps_no_delete BEFORE DELETE ON timestamps BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
CREATE TRIGGER timestamp_refusals_no_update BEFORE UPDATE ON timestamp_refusals BEGIN SELECT RAISE(ABORT, 'a legal fact is never changed'); END;
CREATE TRIGGER timestamp_refusals_no_delete BEFORE DELETE ON timestamp_refusals BEGIN SELECT RAISE(ABORT, 'a legal fact is never deleted'); END;
