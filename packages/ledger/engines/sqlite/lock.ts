import { Fault } from '@coinbox/protocol';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** A folder that is ours until `release`, or until this process ends in any way. */
export interface Lock {
  /** Has a ledger been made in this folder before? */
  readonly initialised: boolean;
  /**
   * Remembers, durably, that a ledger has been made here: an empty file is a lost ledger from now
   * on.
   */
  markInitialised(): void;
  release(): void;
}

/**
 * Takes the folder for one writer: an exclusive lock, kept to the end, on a small SQLite file of
 * its own. The lock is the kernel's and ends with the process, so no stale lock is ever left.
 * Throws Fault already-running.
 */
export function takeLock(folder: string): Lock {
  const db = new DatabaseSync(join(folder, 'ledger.lock'));
  try {
    // In this mode SQLite keeps every lock that it has taken until the connection closes.
    db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = FULL');
    db.exec('BEGIN EXCLUSIVE; COMMIT');
    const initialised = db.prepare('PRAGMA user_version').get()?.user_version === 1;
    return {
      initialised,
      markInitialised: () => db.exec('PRAGMA user_version = 1'),
      release: () => db.close(),
    };
  } catch (error) {
    db.close();
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error;
    throw new Fault('already-running', `another ledger has ${folder} open`, error);
  }
}

const SQLITE_BUSY = 5;
