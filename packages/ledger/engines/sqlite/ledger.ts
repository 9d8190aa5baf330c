import { Fault } from '@coinbox/protocol';
import type { Clock } from '@coinbox/protocol';
import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createGroupCommit } from '../../group-commit.ts';
import type { Ledger } from '../../ledger.ts';
import { checkOnOpen } from './check.ts';
import { asFault } from './errors.ts';
import { takeLock } from './lock.ts';
import type { Lock } from './lock.ts';
import {
  LEDGER_FILE,
  assertSchema,
  configure,
  createSchema,
  isEmpty,
  limitSize,
} from './schema.ts';
import { createStore } from './store.ts';
import type { Store } from './store.ts';

/**
 * `folder` is made if need be and belongs to one ledger at a time. `maxBytes`: the size that the
 * ledger file may reach; what would pass it fails as a full disk does.
 */
export type SqliteLedgerConfig = {
  readonly folder: string;
  readonly clock: Clock;
  readonly maxBytes?: number;
};

/**
 * Opens the ledger in `folder`: SQLite in the calling thread, one durable transaction for all that
 * was posted in the turn before. A commit waits for the disk, and the thread with it: a server
 * calls this in a thread that holds no socket. A start after a crash is a start like any other.
 * Throws Fault already-running, startup-unsafe, ledger-corrupt, storage-full, storage-failed.
 */
export async function createSqliteLedger(config: SqliteLedgerConfig): Promise<Ledger> {
  const { clock } = config;
  const { db, store, release } = openStore(config);
  const commits = createGroupCommit(async (groups) => store.commit(clock.now(), groups));
  let closing: Promise<void> | undefined;

  const checkOpen = (): void => {
    if (closing) throw new Fault('closed', 'the ledger was closed');
  };
  const endReading = (): void => {
    if (db.isOpen && db.isTransaction) db.exec('ROLLBACK');
  };
  /** Every read passes here. Those of one turn share a transaction: to begin one costs a read. */
  async function ask<T>(answer: (store: Store) => T): Promise<T> {
    checkOpen();
    try {
      if (!db.isTransaction) {
        db.exec('BEGIN');
        setImmediate(endReading);
      }
      return answer(store);
    } catch (error) {
      throw asFault(error);
    }
  }
  const close = async (): Promise<void> => {
    await commits.settled();
    release();
  };

  return {
    async post(groups) {
      checkOpen();
      return commits.post(groups);
    },
    outcome: (id) => ask(({ outcome }) => outcome(id)),
    entry: (index) => ask(({ entry }) => entry(index)),
    entryOf: (id) => ask(({ entryOf }) => entryOf(id)),
    account: (id) => ask(({ account }) => account(id)),
    hold: (id) => ask(({ hold }) => hold(id)),
    claim: (key) => ask(({ claim }) => claim(key)),
    series: (name) => ask(({ series }) => series(name)),
    accounts: (query) => ask(({ accounts }) => accounts(query)),
    entries: (query) => ask(({ entries }) => entries(query)),
    sumOf: (prefix, asset) => ask(({ sumOf }) => sumOf(prefix, asset)),
    head: () => ask(({ head }) => head()),
    close: () => (closing ??= close()),
  };
}

type Opened = { readonly db: DatabaseSync; readonly store: Store; release(): void };

/** Takes the lock and opens the file. What fails lets go of both. */
function openStore({ folder: named, maxBytes }: SqliteLedgerConfig): Opened {
  const folder = resolve(named);
  let lock: Lock | undefined;
  let db: DatabaseSync | undefined;
  const release = (): void => {
    db?.close();
    lock?.release();
  };
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    lock = takeLock(folder);
    db = new DatabaseSync(join(folder, LEDGER_FILE));
    prepareFile(db, lock, folder);
    checkOnOpen(db);
    if (maxBytes !== undefined) limitSize(db, maxBytes);
    return { db, store: createStore(db), release };
  } catch (error) {
    release();
    throw asFault(error);
  }
}

function prepareFile(db: DatabaseSync, lock: Lock, folder: string): void {
  configure(db);
  if (isEmpty(db)) {
    if (lock.initialised) throw new Fault('ledger-corrupt', 'the ledger that was here is gone');
    createSchema(db);
    syncFolder(folder);
    syncFolder(dirname(folder));
  }
  if (!lock.initialised) lock.markInitialised();
  assertSchema(db);
}

/**
 * Puts the names of new files on the disk: without it a power failure could take the whole new file
 * along.
 */
function syncFolder(folder: string): void {
  const opened = openSync(folder, 'r');
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}
