import { openDatabase } from '@coinbox/storage';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export const RECORDS_FILE = 'records.db';

/** `CBir`: marks the file as the records of an issuer. */
const APPLICATION_ID = 0x43426972;
const SCHEMA_VERSION = 2;

// All but `answers` is a projection of the ledger log: it can be deleted and is built again.
const SCHEMA = `
  CREATE TABLE progress (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    applied_index INTEGER NOT NULL,
    payments INTEGER NOT NULL,
    settlements INTEGER NOT NULL,
    refunds INTEGER NOT NULL
  ) STRICT;
  INSERT INTO progress VALUES (1, 0, 0, 0, 0);
  CREATE TABLE wallets (
    wallet TEXT PRIMARY KEY,
    entry_index INTEGER NOT NULL UNIQUE,
    role TEXT NOT NULL,
    key_id TEXT NOT NULL UNIQUE,
    certificate BLOB NOT NULL,
    terminal TEXT,
    frozen INTEGER NOT NULL DEFAULT 0 CHECK (frozen IN (0, 1)),
    suspended INTEGER NOT NULL DEFAULT 0 CHECK (suspended IN (0, 1)),
    revoked INTEGER NOT NULL DEFAULT 0 CHECK (revoked IN (0, 1)),
    changes INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX wallets_by_terminal ON wallets (terminal);
  CREATE TABLE mappings (
    terminal TEXT NOT NULL,
    version INTEGER NOT NULL,
    provider TEXT NOT NULL,
    proposal TEXT NOT NULL,
    entry_index INTEGER NOT NULL,
    PRIMARY KEY (terminal, version)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE proposals (
    proposal TEXT PRIMARY KEY,
    entry_index INTEGER NOT NULL UNIQUE,
    terminal TEXT NOT NULL,
    provider TEXT NOT NULL,
    replaces INTEGER NOT NULL,
    proposed_by TEXT NOT NULL,
    approved_by TEXT,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE parked (
    settlement TEXT PRIMARY KEY,
    entry_index INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE answers (
    scope TEXT PRIMARY KEY,
    body_hash BLOB NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX answers_by_time ON answers (at);
`;

/** The records of the issuer in `folder`, made when new. Faults: startup-unsafe, storage-failed. */
export const openRecords = (folder: string): DatabaseSync =>
  openDatabase(join(folder, RECORDS_FILE), {
    schema: SCHEMA,
    applicationId: APPLICATION_ID,
    version: SCHEMA_VERSION,
  });

/** Records that live as long as the program: for tests and simulations. */
export function openMemoryRecords(): DatabaseSync {
  const database = new DatabaseSync(':memory:');
  database.exec(SCHEMA);
  return database;
}
