import type { DatabaseSync } from 'node:sqlite';
import { storageFault } from './database.ts';

/** Writes of one turn of the event loop that share a commit, and its wait for the disk. */
export interface Batch {
  /**
   * Runs `work` now, so that reads on this database see it, and resolves when it is durable.
   * Rejects with Fault storage-full or storage-failed: then nothing of the whole turn has happened.
   */
  write(work: () => void): Promise<void>;
  /** Commits what is waiting. */
  flush(): void;
}

type Waiting = { readonly resolve: () => void; readonly reject: (fault: unknown) => void };

/** Owns the transactions of `database`: nobody else begins one. */
export function createBatch(database: DatabaseSync): Batch {
  let waiting: Waiting[] = [];
  const fail = (cause: unknown): unknown => {
    if (database.isTransaction) database.exec('ROLLBACK');
    const fault = storageFault(cause);
    for (const { reject } of waiting.splice(0)) reject(fault);
    return fault;
  };
  const flush = (): void => {
    if (waiting.length === 0) return;
    try {
      database.exec('COMMIT');
    } catch (cause) {
      fail(cause);
      return;
    }
    for (const { resolve } of waiting.splice(0)) resolve();
  };
  return {
    flush,
    write: (work) =>
      new Promise((resolve, reject) => {
        try {
          if (waiting.length === 0) {
            database.exec('BEGIN IMMEDIATE');
            setImmediate(flush);
          }
          waiting.push({ resolve, reject });
          work();
        } catch (cause) {
          // A statement that has failed may have been half of `work`: the turn is undone whole.
          reject(fail(cause));
        }
      }),
  };
}
