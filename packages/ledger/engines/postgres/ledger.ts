import { Fault } from '@coinbox/protocol';
import type { Clock } from '@coinbox/protocol';
import { GENESIS } from '../../entry.ts';
import type { Entry } from '../../entry.ts';
import { createGroupCommit } from '../../group-commit.ts';
import type { Ledger } from '../../ledger.ts';
import { checkOnOpen } from './check.ts';
import { DEFAULTS, openSession } from './connection.ts';
import type { ConnectionConfig, Session } from './connection.ts';
import { asFault } from './errors.ts';
import { passBarrier } from './head.ts';
import type { Witness } from './head.ts';
import { migrate } from './migrate.ts';
import { createReads } from './reads.ts';
import { assertSafeServer } from './safety.ts';
import { createSlot } from './slot.ts';
import type { Slot } from './slot.ts';
import { commitBatch } from './store.ts';

export type PostgresLedgerConfig = {
  /**
   * `postgres://user@host:5432/database`, or `postgres://user@/database?host=/folder/of/socket`.
   * What it leaves out is taken from the environment: PGPASSWORD, PGPASSFILE, PGSSLMODE, …
   */
  readonly url: string;
  readonly clock: Clock;
  /** One schema holds one ledger. Lower-case letters, digits and `_`. Default: `coinbox`. */
  readonly schema?: string;
  /** A statement without an answer for so long is a fault. Default: 60 seconds. */
  readonly answerWithinMs?: number;
};

/** Sessions for reads: on each, reads follow each other, and a long one delays the next. */
const READERS = 2;
/** Entries of this process kept in memory: a caller reads what it has just posted. */
const MOST_RECENT = 1024;

/**
 * Opens the ledger in a PostgreSQL database, making or migrating its tables if need be. Any number
 * of processes may have it open; each commits what was posted while its last commit ran, and they
 * take turns. A start after a crash is a start like any other. A database that was restarted while
 * nothing was under way is connected to again. Throws Fault unreachable, config-invalid,
 * startup-unsafe, ledger-corrupt, storage-full, storage-failed.
 */
export async function createPostgresLedger(config: PostgresLedgerConfig): Promise<Ledger> {
  const { clock, ...rest } = config;
  const connection: ConnectionConfig = { ...DEFAULTS, ...rest };
  const witness: Witness = { seen: GENESIS };
  const writer = createSlot(() => openWriter(connection, witness));
  const readers = Array.from({ length: READERS }, () =>
    createSlot(() => openReader(connection, witness)),
  );
  await prepare(connection, witness);
  // Reads that have their session go on when the disk is full and nothing can be committed.
  await Promise.all([writer, ...readers].map((slot) => slot.take()));

  const recent = createRecent();
  const commits = createGroupCommit(async (groups) => {
    const session = await writer.take();
    const { results, entries } = await commitBatch(session, witness, clock.now(), groups);
    recent.keep(entries);
    return results;
  });
  let turn = 0;
  const reads = createReads(() => (readers[turn++ % READERS] as Slot).take());
  let closing: Promise<void> | undefined;
  const ask = async <T>(answer: () => Promise<T>): Promise<T> => {
    if (closing) throw new Fault('closed', 'the ledger was closed');
    return answer().catch((error: unknown) => {
      throw asFault(error);
    });
  };
  const close = async (): Promise<void> => {
    await commits.settled();
    await Promise.all([writer, ...readers].map((slot) => slot.close()));
  };
  return {
    post: (groups) => ask(() => commits.post(groups)),
    outcome: (id) => ask(() => reads.outcome(id)),
    entry: (index) => ask(async () => recent.entry(index) ?? (await reads.entry(index))),
    entryOf: (id) => ask(() => reads.entryOf(id)),
    account: (id) => ask(() => reads.account(id)),
    standing: (id, index) => ask(() => reads.standing(id, index)),
    statement: (query) => ask(() => reads.statement(query)),
    hold: (id) => ask(() => reads.hold(id)),
    claim: (key) => ask(() => reads.claim(key)),
    series: (name) => ask(() => reads.series(name)),
    accounts: (query) => ask(() => reads.accounts(query)),
    entries: (query) => ask(() => reads.entries(query)),
    sumOf: (prefix, asset) => ask(() => reads.sumOf(prefix, asset)),
    head: () => ask(() => reads.head()),
    close: () => (closing ??= close()),
  };
}

/** Runs with a session that was found safe; drops it where that fails. */
async function openSafely(
  connection: ConnectionConfig,
  ready: (session: Session) => Promise<unknown>,
): Promise<Session> {
  const session = await openSession(connection);
  try {
    await assertSafeServer(session);
    await ready(session);
    return session;
  } catch (error) {
    session.drop();
    throw asFault(error);
  }
}

/** The tables as this version has them, and their contents checked. */
async function prepare(connection: ConnectionConfig, witness: Witness): Promise<void> {
  const session = await openSafely(connection, async (opened) => {
    await migrate(opened, connection.schema);
    witness.seen = (await passBarrier(opened, witness)).head;
    await checkOnOpen(opened);
  });
  await session.close();
}

// The writer looks everything up by key. Statistics of a table that was empty a minute ago must not
// make it read the whole table, and plans are made once.
const WRITER_SETTINGS = `SELECT set_config(name, value, false) FROM (VALUES
  ('enable_seqscan', 'off'), ('enable_hashjoin', 'off'), ('enable_mergejoin', 'off'),
  ('plan_cache_mode', 'force_generic_plan')) AS s (name, value)`;

const openWriter = (connection: ConnectionConfig, witness: Witness): Promise<Session> =>
  openSafely(connection, async (session) => {
    await passBarrier(session, witness);
    await session.run(WRITER_SETTINGS);
  });

const openReader = (connection: ConnectionConfig, witness: Witness): Promise<Session> =>
  openSafely(connection, (session) => passBarrier(session, witness));

/** Entries never change, so that those of the last commits can be answered without a question. */
function createRecent() {
  const kept = new Map<number, Entry>();
  return {
    entry: (index: number) => kept.get(index),
    keep(entries: readonly Entry[]): void {
      for (const entry of entries) {
        kept.set(entry.index, entry);
        const oldest = kept.size > MOST_RECENT ? kept.keys().next().value : undefined;
        if (oldest !== undefined) kept.delete(oldest);
      }
    },
  };
}
