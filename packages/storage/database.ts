import { DatabaseSync } from 'node:sqlite';
import { Fault } from '@coinbox/protocol';

export type OpenDatabase = {
  /** SQL that makes the tables of an empty file. Tables are STRICT. */
  readonly schema: string;
  /** Says what program the file belongs to: `PRAGMA application_id`, 32 bits. */
  readonly applicationId: number;
  /** Version of the schema: `PRAGMA user_version`. A file of another version is refused. */
  readonly version: number;
};

/** What every open database must answer for its commits to survive a power cut. */
const required: readonly (readonly [pragma: string, value: string | number])[] = [
  ['journal_mode', 'wal'],
  ['synchronous', 2],
  ['foreign_keys', 1],
  ['trusted_schema', 0],
  ['cell_size_check', 1],
];

/** The value that a pragma has now. */
export const readPragma = (database: DatabaseSync, pragma: string): unknown =>
  Object.values(database.prepare(`PRAGMA ${pragma}`).get() ?? {})[0];

/**
 * Opens a SQLite file for writing, makes its tables when it is new, and sets WAL with
 * synchronous=FULL. Every setting is read back: with synchronous=NORMAL a power cut drops commits
 * that were acknowledged. Faults: startup-unsafe, storage-failed.
 */
export function openDatabase(file: string, options: OpenDatabase): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file);
    database.exec(`PRAGMA busy_timeout=5000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
      PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;`);
    checkPragmas(database, file);
    prepareSchema(database, file, options);
    return database;
  } catch (cause) {
    database?.close();
    if (cause instanceof Fault) throw cause;
    throw new Fault('storage-failed', `cannot open ${file}`, cause);
  }
}

function checkPragmas(database: DatabaseSync, file: string): void {
  for (const [pragma, value] of required) {
    const found = readPragma(database, pragma);
    if (found !== value) {
      throw new Fault('startup-unsafe', `${file}: ${pragma} is ${String(found)}, not ${value}`);
    }
  }
}

function prepareSchema(database: DatabaseSync, file: string, options: OpenDatabase): void {
  const version = readPragma(database, 'user_version');
  const owner = readPragma(database, 'application_id');
  if (version === 0 && owner === 0) {
    database.exec(`BEGIN IMMEDIATE; ${options.schema};
      PRAGMA application_id=${options.applicationId};
      PRAGMA user_version=${options.version}; COMMIT`);
    return;
  }
  if (owner !== options.applicationId || version !== options.version) {
    throw new Fault(
      'startup-unsafe',
      `${file} belongs to another program or version (${String(owner)}, ${String(version)})`,
    );
  }
}

/**
 * Opens a SQLite file that another process may be writing, for reading only. Fault storage-failed.
 */
export function openDatabaseReader(file: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { readOnly: true });
    database.exec('PRAGMA busy_timeout=5000; PRAGMA trusted_schema=OFF;');
    // SQLite reads the file only now.
    readPragma(database, 'application_id');
    return database;
  } catch (cause) {
    database?.close();
    throw new Fault('storage-failed', `cannot read ${file}`, cause);
  }
}

/**
 * Runs `work` as one transaction. What it throws rolls everything back. Fault storage-full or
 * storage-failed from SQLite.
 */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  let result: T;
  try {
    database.exec('BEGIN IMMEDIATE');
    result = work();
    database.exec('COMMIT');
  } catch (cause) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw storageFault(cause);
  }
  return result;
}

const SQLITE_FULL = 13;

/** A SQLite error as the Fault it is; anything else unchanged. */
export function storageFault(cause: unknown): unknown {
  const { code, errcode } = cause as { code?: unknown; errcode?: unknown };
  if (code !== 'ERR_SQLITE_ERROR') return cause;
  return errcode === SQLITE_FULL
    ? new Fault('storage-full', 'the disk is full', cause)
    : new Fault('storage-failed', `SQLite failed (${String(errcode)})`, cause);
}
