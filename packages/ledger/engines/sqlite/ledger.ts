import { Fault } from '@coinbox/protocol';
import type { Clock } from '@coinbox/protocol';
import { closeSync, fsyncSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createGroupCommit } from '../../group-commit.ts';
import type { Ledger } from '../../ledger.ts';
import { checkOnOpen, checkStructure } from './check.ts';
import { asFault } from './errors.ts';
import { checkFileBeside } from './file-check.ts';
import type { FileCheck } from './file-check.ts';
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
  /**
   * Up to this size the structure of the whole file is checked before the ledger opens; that of a
   * larger one is checked while it is open. Default: 64 MiB.
   */
  readonly checkedFirstBytes?: number;
};

const CHECKED_FIRST_BYTES = 64 * 1024 * 1024;

/**
 * Opens the ledger in `folder`: SQLite in the calling thread, one durable transaction for all that
 * was posted in the turn before. A commit waits for the disk, and the thread with it: a server
 * calls this in a thread that holds no socket. A start after a crash is a start like any other; it
 * reads the end of the log and what is open, not the log. Damage that is found later, in an old
 * page of a large file, fails every post from then on with ledger-corrupt.
 * Throws Fault already-running, startup-unsafe, ledger-corrupt, storage-full, storage-failed.
 */
export async function createSqliteLedger(config: SqliteLedgerConfig): Promise<Ledger> {
  const { clock } = config;
  const { db, store, fileCheck, release } = openStore(config);
  const commits = createGroupCommit(async (groups) => {
    if (fileCheck?.fault) throw fileCheck.fault;
    return store.commit(clock.now(), groups);
  });
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
    fileCheck?.stop();
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
    standing: (id, index) => ask(({ standing }) => standing(id, index)),
    statement: (query) => ask(({ statement }) => statement(query)),
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

type Opened = {
  readonly db: DatabaseSync;
  readonly store: Store;
  readonly fileCheck: FileCheck | undefined;
  release(): void;
};

/** Takes the lock and opens the file. What fails lets go of both. */
function openStore(config: SqliteLedgerConfig): Opened {
  const { maxBytes, checkedFirstBytes = CHECKED_FIRST_BYTES } = config;
  const folder = resolve(config.folder);
  const file = join(folder, LEDGER_FILE);
  let lock: Lock | undefined;
  let db: DatabaseSync | undefined;
  const release = (): void => {
    db?.close();
    lock?.release();
  };
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    lock = takeLock(folder);
    db = new DatabaseSync(file);
    prepareFile(db, lock, folder);
    const isLarge = statSync(file).size > checkedFirstBytes;
    if (!isLarge) checkStructure(db);
    checkOnOpen(db);
    if (maxBytes !== undefined) limitSize(db, maxBytes);
    const store = createStore(db);
    return { db, store, fileCheck: isLarge ? checkFileBeside(file) : undefined, release };
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
