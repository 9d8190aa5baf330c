import { Fault } from '@coinbox/protocol';
import { openDatabase, readPragma } from '@coinbox/storage';
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export const RECORDS_FILE = 'records.db';

/** `CBir`: marks the file as the records of an issuer. */
const APPLICATION_ID = 0x43426972;
const SCHEMA_VERSION = 3;

/** Makes the progress of records that have seen no entry. */
export const EMPTY_PROGRESS = 'INSERT INTO progress DEFAULT VALUES';

// All but `answers` is a projection of the ledger log: it can be deleted and is built again.
// `entry_hash` is that of the entry at `applied_index`; what `seal` is for says seal.ts.
const SCHEMA = `
  CREATE TABLE progress (
    one INTEGER PRIMARY KEY DEFAULT 1 CHECK (one = 1),
    applied_index INTEGER NOT NULL DEFAULT 0,
    payments INTEGER NOT NULL DEFAULT 0,
    settlements INTEGER NOT NULL DEFAULT 0,
    refunds INTEGER NOT NULL DEFAULT 0,
    entry_hash BLOB NOT NULL DEFAULT (zeroblob(32)) CHECK (length(entry_hash) = 32)
  ) STRICT;
  ${EMPTY_PROGRESS};
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
    changes INTEGER NOT NULL DEFAULT 0,
    status_number INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX wallets_by_status ON wallets (status_number)
    WHERE status_number IS NOT NULL;
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
  CREATE TABLE parameters (
    number INTEGER PRIMARY KEY,
    message BLOB NOT NULL
  ) STRICT;
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
  CREATE TABLE seal (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    digest BLOB NOT NULL CHECK (length(digest) = 32)
  ) STRICT;
  INSERT INTO seal VALUES (1, zeroblob(32));
`;

/** The records of the issuer in `folder`, made when new. Faults: startup-unsafe, storage-failed. */
export const openRecords = (folder: string): DatabaseSync =>
  openDatabase(join(folder, RECORDS_FILE), {
    schema: SCHEMA,
    applicationId: APPLICATION_ID,
    version: SCHEMA_VERSION,
  });

/** Up to this size the structure of the file is checked first; all rows are read in any case. */
const CHECKED_BYTES = 64 * 1024 * 1024;

/**
 * The records as `openRecords` has them; a file that is damaged is thrown away first, and `damaged`
 * is told. Nobody else may have it open. Faults: startup-unsafe, storage-failed.
 */
export function openSoundRecords(folder: string, damaged: () => void): DatabaseSync {
  try {
    const records = openRecords(folder);
    const isLarge = statSync(join(folder, RECORDS_FILE)).size > CHECKED_BYTES;
    if (isLarge || readPragma(records, 'quick_check(1)') === 'ok') return records;
    records.close();
  } catch (cause) {
    if (!isDamage(cause)) throw cause;
  }
  damaged();
  for (const end of ['', '-wal', '-shm']) rmSync(join(folder, RECORDS_FILE + end), { force: true });
  return openRecords(folder);
}

/** SQLITE_CORRUPT and SQLITE_NOTADB (https://www.sqlite.org/rescode.html). */
const DAMAGE = [11, 26];

function isDamage(thrown: unknown): boolean {
  const cause = thrown instanceof Fault ? thrown.cause : thrown;
  const { errcode = 0 } = (cause ?? {}) as { errcode?: number };
  return DAMAGE.includes(errcode & 0xff);
}

/** Records that live as long as the program: for tests and simulations. */
export function openMemoryRecords(): DatabaseSync {
  const database = new DatabaseSync(':memory:');
  database.exec(SCHEMA);
  return database;
}
