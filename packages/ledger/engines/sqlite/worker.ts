import { Fault } from '@coinbox/protocol';
import type { Instant } from '@coinbox/protocol';
import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type { TransferGroup } from '../../group.ts';
import { checkOnOpen } from './check.ts';
import { asFault } from './errors.ts';
import { takeLock } from './lock.ts';
import {
  LEDGER_FILE,
  assertSchema,
  configure,
  createSchema,
  isEmpty,
  limitSize,
} from './schema.ts';
import { packResults } from './packed-results.ts';
import { createStore } from './store.ts';
import type { Ask, Answer, Failure, WorkerConfig } from './worker-link.ts';

// The thread that owns the ledger's file. It is asked one thing at a time and each answer is worked
// out without a pause, so a read never meets a batch that is half written.

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

function openLedger({ folder, maxBytes }: WorkerConfig) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = takeLock(folder);
  const db = new DatabaseSync(join(folder, LEDGER_FILE));
  configure(db);
  if (isEmpty(db)) {
    if (lock.initialised) throw new Fault('ledger-corrupt', 'the ledger that was here is gone');
    createSchema(db);
    syncFolder(folder);
    syncFolder(dirname(folder));
  }
  if (!lock.initialised) lock.markInitialised();
  assertSchema(db);
  checkOnOpen(db);
  if (maxBytes !== undefined) limitSize(db, maxBytes);
  const { commit, ...reads } = createStore(db);
  return {
    ...reads,
    post: ({ at, groups }: { at: Instant; groups: readonly TransferGroup[] }) =>
      packResults(commit(at, groups)),
    close() {
      db.close();
      lock.release();
    },
  };
}

function failureOf(error: unknown): Failure {
  const fault = asFault(error);
  const message = fault instanceof Error ? fault.message : String(fault);
  const cause = fault instanceof Error && fault.cause !== undefined ? String(fault.cause) : '';
  return { message, cause, ...(fault instanceof Fault ? { code: fault.code } : {}) };
}

function serve(): void {
  const port = parentPort;
  if (!port) throw new Error('bug: worker.ts runs as a worker only');
  const answer = (call: number, run: () => unknown): void => {
    let reply: Answer;
    try {
      reply = { call, value: run() };
    } catch (error) {
      reply = { call, failure: failureOf(error) };
    }
    port.postMessage(reply);
  };
  let ledger: ReturnType<typeof openLedger> | undefined;
  answer(0, () => {
    ledger = openLedger(workerData as WorkerConfig);
  });
  // An opening that failed ends the thread, and with it the lock and the connection.
  if (!ledger) return;
  const methods = ledger as unknown as Record<string, (...args: readonly unknown[]) => unknown>;
  port.on('message', ({ call, method, args }: Ask) => {
    answer(call, () => (methods[method] as (...args: readonly unknown[]) => unknown)(...args));
    if (method === 'close') port.close();
  });
}

serve();
