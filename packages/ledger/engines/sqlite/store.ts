import type { Instant, RejectionCode, Result } from '@coinbox/protocol';
import type { Entry } from '../../entry.ts';
import type { DatabaseSync } from 'node:sqlite';
import type { Account, AccountId } from '../../account.ts';
import { recordedOf } from '../../entry.ts';
import type { Head } from '../../entry.ts';
import type { TransferGroup } from '../../group.ts';
import { planBatch } from '../../plan.ts';
import type { BatchPlan } from '../../plan.ts';
import { stepsToText } from '../../stored-steps.ts';
import type { Outcome, View } from '../../view.ts';
import { asFault } from './errors.ts';
import { createReads } from './reads.ts';
import type { Reads } from './reads.ts';
import { createRecentEntries } from './recent-entries.ts';
import { ACCOUNT_COLUMNS, accountFrom, holdFrom, numberFrom } from './values.ts';

/** The tables of one ledger, behind the only connection that writes to them. */
export interface Store extends Reads {
  /** Decides and commits one batch. Throws Fault; after that every commit throws the same one. */
  commit(at: Instant, groups: readonly TransferGroup[]): readonly Result<Outcome>[];
}

/** Accounts, and series, kept in memory. */
const MAX_CACHED = 65_536;

/** Entries of the last commits kept in memory. */
const KEPT_ENTRIES = 2_048;

type Cached = { readonly key: number; readonly account: Account };

/** Rows in memory as they are after the last commit. Right because nobody else writes. */
type Cache = {
  readonly accounts: Map<AccountId, Cached>;
  readonly series: Map<string, number>;
};

function keepIn<K, V>(cache: Map<K, V>, written: ReadonlyMap<K, V>): void {
  if (cache.size + written.size > MAX_CACHED) cache.clear();
  for (const [key, value] of written) cache.set(key, value);
}

/** The store over an open, checked connection. The caller holds the folder's lock. */
export function createStore(db: DatabaseSync): Store {
  const reads = createReads(db);
  const recent = createRecentEntries(KEPT_ENTRIES);
  const cache: Cache = { accounts: new Map(), series: new Map() };
  const view = createView(db, cache);
  const write = createWriter(db, cache);
  let head: Head = reads.head();
  let failure: unknown;

  function commit(at: Instant, groups: readonly TransferGroup[]): readonly Result<Outcome>[] {
    if (failure) throw failure;
    try {
      // A reading of this turn goes on as the writing: nobody else writes.
      if (!db.isTransaction) db.exec('BEGIN IMMEDIATE');
      const plan = planBatch(view, head, at, groups);
      if (plan.entries.length === 0) {
        db.exec('ROLLBACK');
        return plan.results;
      }
      write(plan);
      // THE COMMIT POINT. Before COMMIT returns, nothing of the batch has happened, whatever fails.
      // When it has returned, the batch is on the disk (synchronous = FULL) and its results may be
      // given out.
      db.exec('COMMIT');
      head = plan.head;
      recent.keep(plan.entries.map(({ entry }) => entry));
      return plan.results;
    } catch (error) {
      failure = asFault(error);
      if (db.isTransaction) db.exec('ROLLBACK');
      throw failure;
    }
  }

  return {
    ...reads,
    entry: (index) => recent.entry(index) ?? reads.entry(index),
    entries(query) {
      const isPlain = query.code === undefined && query.account === undefined;
      const items = isPlain ? recent.following(query.after ?? 0, query.limit) : undefined;
      return items ? { items, asOf: head.index } : reads.entries(query);
    },
    series: view.series,
    commit,
  };
}

/** What `decide` asks, from the tables. */
function createView(db: DatabaseSync, cache: Cache): View {
  const account = db.prepare(`SELECT key, ${ACCOUNT_COLUMNS} FROM accounts WHERE id = ?`);
  const hold = db.prepare(`SELECT h.id, a.id AS account, h.remaining
    FROM holds AS h JOIN accounts AS a ON a.key = h.account WHERE h.id = ?`);
  const claim = db.prepare(`SELECT e.id FROM claims AS c JOIN entries AS e ON e.number = c.entry
    WHERE c.key = ?`);
  const series = db.prepare('SELECT last FROM series WHERE name = ?');
  const known = db.prepare(`SELECT number, at, refusal, fingerprint FROM entries
    WHERE id = ?`);
  account.setReadBigInts(true);
  hold.setReadBigInts(true);
  return {
    account(id) {
      const cached = cache.accounts.get(id);
      if (cached) return cached.account;
      const row = account.get(id);
      if (!row) return undefined;
      const found = { key: numberFrom(row.key), account: accountFrom(row) };
      keepIn(cache.accounts, new Map([[id, found]]));
      return found.account;
    },
    hold(id) {
      const row = hold.get(id);
      return row && holdFrom(row);
    },
    claim: (key) => claim.get(key)?.id as string | undefined,
    series(name) {
      const cached = cache.series.get(name);
      if (cached !== undefined) return cached;
      const last = numberFrom(series.get(name)?.last ?? 0);
      keepIn(cache.series, new Map([[name, last]]));
      return last;
    },
    recorded(id) {
      const row = known.get(id);
      if (!row) return undefined;
      const place = { index: row.number as number, at: row.at as Instant };
      const refusal = row.refusal as RejectionCode | null;
      const outcome = recordedOf(refusal === null ? place : { ...place, refusal });
      return { outcome, fingerprint: row.fingerprint as Uint8Array };
    },
  };
}

function createEntryWriter(db: DatabaseSync): (entry: Entry) => void {
  const addEntry = db.prepare(`INSERT INTO entries (number, id, code, refusal, fingerprint,
    steps, claims, series, sequence, memo, at, hash, commit_end)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  return (entry) => {
    const { sequence } = entry;
    addEntry.run(
      entry.index,
      entry.id,
      entry.code,
      entry.refusal ?? null,
      entry.fingerprint,
      stepsToText(entry.steps),
      JSON.stringify(entry.claims),
      sequence?.series ?? null,
      sequence?.number ?? null,
      entry.memo,
      entry.at,
      entry.hash,
      entry.commitEnd,
    );
  };
}

/** Most groups change two or three accounts: one statement for them costs less than three. */
const MOST_LEGS_AT_ONCE = 3;

function createLegWriter(db: DatabaseSync) {
  const rows = Array.from({ length: MOST_LEGS_AT_ONCE }, (_, i) =>
    Array(i + 1).fill('(?, ?, ?, ?)'),
  );
  const statements = rows.map((row) =>
    db.prepare(`INSERT INTO legs (account, entry, balance, held) VALUES ${row.join(', ')}`),
  );
  return (entry: number, touched: readonly Account[], keyIn: (id: AccountId) => number): void => {
    for (let from = 0; from < touched.length; from += MOST_LEGS_AT_ONCE) {
      const some = touched.slice(from, from + MOST_LEGS_AT_ONCE);
      const legs = some.flatMap(({ id, balance, held }) => [keyIn(id), entry, balance, held]);
      statements[some.length - 1]?.run(...legs);
    }
  };
}

type Writer = (plan: BatchPlan) => void;

/**
 * Writes a plan inside the open transaction: each account, hold and series once, netted over the
 * batch.
 */
function createWriter(db: DatabaseSync, cache: Cache): Writer {
  const keyOf = db.prepare('SELECT key FROM accounts WHERE id = ?');
  const openAccount = db.prepare(`INSERT INTO accounts
    (id, asset, may_overdraw, frozen, balance, held) VALUES (?, ?, ?, ?, ?, ?)`);
  const setAccount = db.prepare(
    'UPDATE accounts SET frozen = ?, balance = ?, held = ? WHERE key = ?',
  );
  const setHold = db.prepare(`INSERT INTO holds (id, account, remaining) VALUES (?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET remaining = excluded.remaining`);
  const writeEntry = createEntryWriter(db);
  const addLegs = createLegWriter(db);
  const addClaim = db.prepare('INSERT INTO claims (key, entry) VALUES (?, ?)');
  const setSeries = db.prepare(`INSERT INTO series (name, last) VALUES (?, ?)
    ON CONFLICT (name) DO UPDATE SET last = excluded.last`);
  const setHead = db.prepare('UPDATE head SET entry = ?, hash = ?');

  function findKey(id: AccountId): number | undefined {
    const key = cache.accounts.get(id)?.key ?? keyOf.get(id)?.key;
    return key === undefined ? undefined : numberFrom(key);
  }

  function writeAccount(account: Account): number {
    const { id, asset, mayOverdraw, frozen, balance, held } = account;
    let key = findKey(id);
    if (key === undefined) {
      const values = [id, asset, Number(mayOverdraw), Number(frozen), balance, held];
      key = numberFrom(openAccount.run(...values).lastInsertRowid);
    } else {
      setAccount.run(Number(frozen), balance, held, key);
    }
    return key;
  }

  return (plan) => {
    const written = new Map<AccountId, Cached>();
    for (const account of plan.accounts.values()) {
      written.set(account.id, { key: writeAccount(account), account });
    }
    const keyIn = (id: AccountId): number => written.get(id)?.key ?? (findKey(id) as number);
    for (const { id, account, remaining } of plan.holds.values()) {
      setHold.run(id, keyIn(account), remaining);
    }
    for (const { entry, touched } of plan.entries) {
      writeEntry(entry);
      addLegs(entry.index, touched, keyIn);
      if (entry.refusal === undefined) {
        for (const claim of entry.claims) addClaim.run(claim, entry.index);
      }
    }
    for (const [name, last] of plan.series) setSeries.run(name, last);
    setHead.run(plan.head.index, plan.head.hash);
    keepIn(cache.accounts, written);
    keepIn(cache.series, plan.series);
  };
}
