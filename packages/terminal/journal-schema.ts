/** The tables of a terminal's journal. The event log is the truth; the others find things in it. */
export const JOURNAL_SCHEMA = `
CREATE TABLE journal (
  n INTEGER PRIMARY KEY,
  hash BLOB NOT NULL,
  event BLOB NOT NULL
) STRICT;
-- Where a message stands in the log, by its hash.
CREATE TABLE message (
  hash BLOB PRIMARY KEY,
  n INTEGER NOT NULL REFERENCES journal (n),
  place INTEGER NOT NULL,
  typ TEXT NOT NULL,
  offer TEXT,
  session TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX message_session ON message (session, n, place) WHERE session IS NOT NULL;
CREATE INDEX message_void ON message (offer) WHERE typ = 'coinbox.void';
-- What has to be sent until it is answered.
CREATE TABLE outbox (
  n INTEGER NOT NULL REFERENCES journal (n),
  place INTEGER NOT NULL,
  target TEXT NOT NULL CHECK (target IN ('issuer', 'upload', 'provider')),
  upload INTEGER NOT NULL,
  hash BLOB NOT NULL,
  PRIMARY KEY (target, upload, n, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_hash ON outbox (hash);
CREATE TABLE session (
  session TEXT PRIMARY KEY,
  offer TEXT NOT NULL UNIQUE,
  provider TEXT NOT NULL,
  payer TEXT NOT NULL,
  asset TEXT NOT NULL,
  stage TEXT NOT NULL,
  held INTEGER NOT NULL CHECK (held > 0),
  bill TEXT,
  billed INTEGER NOT NULL DEFAULT 0 CHECK (billed >= 0),
  returned INTEGER NOT NULL DEFAULT 0 CHECK (returned >= 0),
  settled INTEGER NOT NULL DEFAULT 0,
  refunded INTEGER NOT NULL DEFAULT 0,
  refusals INTEGER NOT NULL DEFAULT 0,
  last_refusal TEXT,
  CHECK (billed + returned <= held AND settled <= billed AND refunded <= returned)
) STRICT, WITHOUT ROWID;
`;

/** "CBTJ": a Coinbox terminal's journal. */
export const JOURNAL_APPLICATION_ID = 0x4342544a;
export const JOURNAL_VERSION = 1;
export const JOURNAL_FILE = 'journal.db';
