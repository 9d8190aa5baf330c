import { Fault } from '@coinbox/protocol';
import type { DatabaseSync } from 'node:sqlite';
import { numberFrom } from './values.ts';

/**
 * Marks the file as a Coinbox ledger: `Coin` in ASCII
 * (https://www.sqlite.org/pragma.html#pragma_application_id).
 */
export const APPLICATION_ID = 0x436f_696e;
export const SCHEMA_VERSION = 3;

/** The name of the ledger file in its folder. */
export const LEDGER_FILE = 'ledger.sqlite';

// Money and balances are INTEGER, which SQLite keeps as 64-bit two's complement. The CHECK
// constraints repeat what `decide` has made sure of: a bug above them becomes a failed commit,
// never a wrong balance. Legs, of which there are most, have no such check: both ends were written
// by the same commit, and an audit compares them all with the log. A leg has what was on the
// account after the entry, so that the balance as of any entry is found with one look into the
// tree.
const TABLES = `
  CREATE TABLE head (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    entry INTEGER NOT NULL CHECK (entry >= 0),
    hash BLOB NOT NULL CHECK (length(hash) = 32)
  ) STRICT;
  CREATE TABLE accounts (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    asset TEXT NOT NULL,
    may_overdraw INTEGER NOT NULL CHECK (may_overdraw IN (0, 1)),
    frozen INTEGER NOT NULL CHECK (frozen IN (0, 1)),
    balance INTEGER NOT NULL CHECK (balance >= 0 OR may_overdraw = 1),
    held INTEGER NOT NULL CHECK (held >= 0 AND (held <= balance OR may_overdraw = 1))
  ) STRICT;
  CREATE TABLE holds (
    id TEXT PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts (key),
    remaining INTEGER NOT NULL CHECK (remaining >= 0)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE entries (
    number INTEGER PRIMARY KEY CHECK (number >= 1),
    id TEXT NOT NULL UNIQUE,
    code TEXT NOT NULL,
    refusal TEXT,
    fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
    steps TEXT NOT NULL,
    claims TEXT NOT NULL,
    series TEXT,
    sequence INTEGER CHECK ((sequence IS NULL) = (series IS NULL)),
    memo BLOB NOT NULL,
    at INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    commit_end INTEGER NOT NULL CHECK (commit_end >= number)
  ) STRICT;
  CREATE INDEX entries_by_code ON entries (code, number);
  CREATE TABLE legs (
    account INTEGER NOT NULL,
    entry INTEGER NOT NULL,
    balance INTEGER NOT NULL,
    held INTEGER NOT NULL,
    PRIMARY KEY (account, entry)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE claims (
    key TEXT PRIMARY KEY,
    entry INTEGER NOT NULL REFERENCES entries (number)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE series (
    name TEXT PRIMARY KEY,
    last INTEGER NOT NULL CHECK (last >= 1)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO head (one, entry, hash) VALUES (1, 0, zeroblob(32));
`;

/** What one PRAGMA says now. */
function pragma(db: DatabaseSync, name: string): string | number {
  const row = db.prepare(`PRAGMA ${name}`).get() ?? {};
  return Object.values(row)[0] as string | number;
}

// Each with the value that must be read back. synchronous 2 is FULL: with less, a power failure
// takes acknowledged commits along.
const SETTINGS: readonly (readonly [name: string, set: string, readBack: string | number])[] = [
  ['journal_mode', 'WAL', 'wal'],
  ['synchronous', 'FULL', 2],
  ['foreign_keys', 'ON', 1],
  ['trusted_schema', 'OFF', 0],
  ['cell_size_check', 'ON', 1],
  ['wal_autocheckpoint', '4000', 4000],
  // Negative: KiB. 64 MiB hold what is asked for again and again.
  ['cache_size', '-65536', -65536],
];

/**
 * Sets what the ledger's promises rest on, on every opening, and reads it back. Throws Fault
 * startup-unsafe.
 */
export function configure(db: DatabaseSync): void {
  for (const [name, value] of SETTINGS) db.exec(`PRAGMA ${name} = ${value}`);
  assertConfigured(db);
}

/** Throws Fault startup-unsafe unless every setting reads back as it must be. */
export function assertConfigured(db: DatabaseSync): void {
  for (const [name, , readBack] of SETTINGS) {
    const found = pragma(db, name);
    if (found !== readBack) {
      throw new Fault('startup-unsafe', `SQLite says ${name} = ${found}, not ${readBack}`);
    }
  }
}

/** Keeps the file from growing past `maxBytes`: what would pass it fails with storage-full. */
export function limitSize(db: DatabaseSync, maxBytes: number): void {
  const pages = Math.floor(maxBytes / numberFrom(pragma(db, 'page_size')));
  db.exec(`PRAGMA max_page_count = ${Math.max(1, pages)}`);
}

/** Is there nothing at all in the file? */
export function isEmpty(db: DatabaseSync): boolean {
  return db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
}

/** Makes the tables in an empty file, all or nothing. */
export function createSchema(db: DatabaseSync): void {
  db.exec(`BEGIN IMMEDIATE; ${TABLES}
    PRAGMA application_id = ${APPLICATION_ID};
    PRAGMA user_version = ${SCHEMA_VERSION};
    COMMIT`);
}

/** Throws Fault ledger-corrupt if this is no ledger, startup-unsafe if another version wrote it. */
export function assertSchema(db: DatabaseSync): void {
  if (pragma(db, 'application_id') !== APPLICATION_ID) {
    throw new Fault('ledger-corrupt', 'the file is not a Coinbox ledger');
  }
  const version = pragma(db, 'user_version');
  if (version !== SCHEMA_VERSION) {
    throw new Fault('startup-unsafe', `ledger of version ${version}, expected ${SCHEMA_VERSION}`);
  }
}
