/** `cbpr`: a Coinbox provider's book. */
export const BOOK_APPLICATION_ID = 0x63627072;
export const BOOK_VERSION = 2;
export const BOOK_FILE = 'book.db';

/** Amounts in minor units; hashes are SHA-256 of payloads; `bytes` are whole signed messages. */
export const BOOK_SCHEMA = `
  CREATE TABLE session (
    session TEXT PRIMARY KEY,
    terminal TEXT NOT NULL,
    final INTEGER NOT NULL,
    problem TEXT,
    bill TEXT,
    opened_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE meter (
    session TEXT NOT NULL REFERENCES session,
    number INTEGER NOT NULL,
    hash BLOB NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (session, number)
  ) STRICT;
  CREATE TABLE bill (
    bill TEXT PRIMARY KEY,
    session TEXT NOT NULL UNIQUE REFERENCES session,
    terminal TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE,
    bytes BLOB NOT NULL,
    amount INTEGER NOT NULL CHECK (amount >= 0),
    state TEXT NOT NULL CHECK (state IN ('sent', 'settled', 'refused', 'void')),
    code TEXT,
    issued_at INTEGER NOT NULL,
    receipt_index INTEGER,
    settled_at INTEGER
  ) STRICT;
  CREATE TABLE evidence (
    hash BLOB PRIMARY KEY,
    bill TEXT NOT NULL REFERENCES bill,
    typ TEXT NOT NULL,
    bytes BLOB NOT NULL
  ) STRICT;
  CREATE TABLE outbox (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    peer TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE,
    bytes BLOB NOT NULL
  ) STRICT;
  CREATE INDEX outbox_peer ON outbox (peer, n);
  CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
  INSERT INTO counter VALUES ('sequence', 0);
`;
