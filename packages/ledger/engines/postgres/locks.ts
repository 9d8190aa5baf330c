import { Fault } from '@coinbox/protocol';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEFAULTS, openSession } from './connection.ts';
import type { Session } from './connection.ts';
import { asFault } from './errors.ts';
import type { PostgresLedgerConfig } from './ledger.ts';
import { createSlot } from './slot.ts';

/** Work that must not overlap, by key, whichever process does it. */
export interface PostgresLocks {
  /**
   * Runs `work` while no other holder of these locks, in any process, runs with one of `keys`.
   * Calls of this very holder do not exclude each other: see to that before. What the ledger has
   * recorded for an earlier run with the same key is there to be read. Throws Fault storage-failed
   * where a key is not to be had within 30 seconds.
   */
  run<T>(keys: readonly string[], work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const WAIT_AT_MOST_MS = 30_000;
const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 50;

// Locks of the session: they end with it, so that none outlives its process.
const TRY = {
  name: 'try-locks',
  text: `SELECT key, pg_try_advisory_lock(hashtextextended($1 || key, 0)) AS got
    FROM unnest($2::text[]) AS keys (key)`,
};
const LET_GO = {
  name: 'let-go-locks',
  text: `SELECT pg_advisory_unlock(hashtextextended($1 || key, 0)) FROM unnest($2::text[])
    AS keys (key)`,
};

/**
 * Locks in the database of a ledger, for what several processes decide on it: advisory locks of one
 * session. A key is tried and never waited for in the server, since a session that waits could not
 * let go of what it has. Should the session alone be lost, what ran under its locks runs on without
 * them to its end; what begins later takes them anew.
 */
export function createPostgresLocks(config: Omit<PostgresLedgerConfig, 'clock'>): PostgresLocks {
  const connection = { ...DEFAULTS, ...config };
  const scope = `coinbox lock ${connection.schema} `;
  const slot = createSlot(() => openSession(connection));

  /** All of the keys, or none. */
  async function tryAll(session: Session, keys: readonly string[]): Promise<boolean> {
    const { rows } = await session.run(TRY, [scope, keys]);
    const got = rows.filter((row) => row.got === true).map((row) => row.key as string);
    if (got.length === keys.length) return true;
    if (got.length > 0) await session.run(LET_GO, [scope, got]);
    return false;
  }

  async function take(keys: readonly string[]): Promise<Session> {
    const session = await slot.take();
    let waited = 0;
    for (let pause = FIRST_PAUSE_MS; !(await tryAll(session, keys)); pause *= 2) {
      if (waited > WAIT_AT_MOST_MS) {
        throw new Fault('storage-failed', `another process keeps its lock on ${keys.join(', ')}`);
      }
      // Not the same for two that wait for each other.
      const ms = Math.min(pause, LONGEST_PAUSE_MS) * (0.5 + Math.random());
      await sleep(ms);
      waited += ms;
    }
    return session;
  }

  return {
    async run(keys, work) {
      const session = await take(keys).catch((error: unknown) => {
        throw asFault(error);
      });
      try {
        return await work();
      } finally {
        // A session that was lost in the meantime has let go of everything.
        await session.run(LET_GO, [scope, keys]).catch(() => session.drop());
      }
    },
    close: () => slot.close(),
  };
}
