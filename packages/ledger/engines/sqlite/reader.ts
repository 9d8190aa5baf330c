import { Fault } from '@coinbox/protocol';
import { DatabaseSync } from 'node:sqlite';
import type { Books } from '../../fold.ts';
import { checkAgainstLog } from './check.ts';
import { asFault } from './errors.ts';
import { createReads } from './reads.ts';
import type { Reads } from './reads.ts';
import { assertSchema } from './schema.ts';

/**
 * Reads of a ledger file, synchronous: for reports and audits beside the program that writes to it.
 */
export interface LedgerReader extends Reads {
  /**
   * Recomputes everything from the log alone, compares it with what is stored, and answers with it.
   * Keeps all accounts and holds in memory. Throws Fault ledger-corrupt.
   */
  verify(): Books;
  close(): void;
}

/**
 * Opens a ledger file (LEDGER_FILE in its folder) to read only, without its lock; each method sees
 * one committed state. Throws Fault storage-failed (no such file), ledger-corrupt, startup-unsafe
 * (written by another version).
 */
export function openLedgerReader(file: string): LedgerReader {
  const db = faultily(() => new DatabaseSync(file, { readOnly: true, timeout: 5000 }));
  try {
    const reads = faultily(() => {
      db.exec('PRAGMA trusted_schema = OFF');
      assertSchema(db);
      return createReads(db);
    });
    const snapshots = Object.entries(reads).map(([name, read]) => [name, snapshot(db, read)]);
    return {
      ...(Object.fromEntries(snapshots) as Reads),
      verify: snapshot(db, () => checkAgainstLog(db)),
      close: () => db.close(),
    };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Runs one read in a transaction of its own, so that all its statements see the same commit. */
function snapshot<A extends unknown[], T>(db: DatabaseSync, read: (...args: A) => T) {
  return (...args: A): T =>
    faultily(() => {
      if (!db.isOpen) throw new Fault('closed', 'the reader was closed');
      db.exec('BEGIN');
      try {
        return read(...args);
      } finally {
        db.exec('ROLLBACK');
      }
    });
}

function faultily<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw asFault(error);
  }
}
