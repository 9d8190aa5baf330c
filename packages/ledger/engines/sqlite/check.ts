import { Fault } from '@coinbox/protocol';
import { isDeepStrictEqual } from 'node:util';
import type { DatabaseSync } from 'node:sqlite';
import { GENESIS } from '../../entry.ts';
import type { Account } from '../../account.ts';
import type { Entry, Head } from '../../entry.ts';
import { checkLink, foldEntries } from '../../fold.ts';
import type { Books } from '../../fold.ts';
import { asFault } from './errors.ts';
import { createReads, joinSum, splitSum } from './reads.ts';
import { ENTRY_COLUMNS, accountFrom, entryFrom, holdFrom, numberFrom } from './values.ts';
import type { Row } from './values.ts';

/** How many of the last entries an opening checks, hash by hash. */
export const CHECKED_TAIL = 4096;

function corrupt(what: string, cause?: unknown): Fault {
  return new Fault('ledger-corrupt', what, cause);
}

/**
 * Runs a check: whatever else than a fault comes out of reading what is stored is a contradiction
 * in it.
 */
function checking<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    const fault = asFault(error);
    throw fault instanceof Fault ? fault : corrupt('what is stored cannot be read', error);
  }
}

function rows(db: DatabaseSync, sql: string): IterableIterator<Row> {
  const statement = db.prepare(sql);
  statement.setReadBigInts(true);
  return statement.iterate();
}

/** Tables of which every row is looked at on opening: no more than a few for each account. */
const SMALL_TABLES = ['head', 'accounts', 'series'] as const;

/**
 * What every opening checks: the structure of the small tables, the head against the last entries,
 * that the balances of each asset sum to zero, and that what is held is what the holds hold. It
 * reads no entry before the last CHECKED_TAIL. Throws Fault ledger-corrupt.
 */
export function checkOnOpen(db: DatabaseSync): void {
  checking(() => {
    for (const table of SMALL_TABLES) checkPages(db, table);
    checkTail(db);
    checkSums(db);
  });
}

/** The structure of every page of the file, which it reads once. Throws Fault ledger-corrupt. */
export const checkStructure = (db: DatabaseSync): void => checking(() => checkPages(db, '1'));

/** `what`: a table, or `1` for all of the file (https://www.sqlite.org/pragma.html). */
function checkPages(db: DatabaseSync, what: string): void {
  const verdict = Object.values(db.prepare(`PRAGMA quick_check(${what})`).get() ?? {})[0];
  if (verdict !== 'ok') throw corrupt(`quick_check: ${String(verdict)}`);
}

function checkTail(db: DatabaseSync): void {
  const head = createReads(db).head();
  const from = Math.max(1, head.index - CHECKED_TAIL + 1);
  let last: Head | undefined = from === 1 ? GENESIS : undefined;
  const tail = `SELECT ${ENTRY_COLUMNS} FROM entries AS e WHERE number >= ${from} ORDER BY number`;
  for (const row of rows(db, tail)) {
    const entry = entryFrom(row);
    checkLink(last ?? { index: from - 1, hash: entry.previousHash }, entry);
    last = { index: entry.index, hash: entry.hash };
  }
  if (!isDeepStrictEqual(last, head)) throw corrupt('the head is not the last entry');
}

function checkSums(db: DatabaseSync): void {
  const sums = `SELECT asset, ${splitSum('balance')} FROM accounts GROUP BY asset`;
  for (const row of rows(db, sums)) {
    const sum = joinSum(row, 'balance');
    if (sum !== 0n) throw corrupt(`the balances of ${String(row.asset)} sum to ${sum}, not to 0`);
  }
  const unequal = `SELECT a.id FROM accounts AS a LEFT JOIN
    (SELECT account, sum(remaining) AS total FROM holds WHERE remaining > 0 GROUP BY account) AS h
    ON h.account = a.key WHERE a.held <> coalesce(h.total, 0) LIMIT 1`;
  for (const row of rows(db, unequal))
    throw corrupt(`the holds of ${String(row.id)} do not add up`);
}

function* allEntries(db: DatabaseSync): Generator<Entry> {
  const all = `SELECT ${ENTRY_COLUMNS} FROM entries AS e ORDER BY number`;
  for (const row of rows(db, all)) yield entryFrom(row);
}

/**
 * Works the books out from the log alone and compares every row of every table with them. Keeps all
 * accounts and holds in memory. Throws Fault ledger-corrupt.
 */
export function checkAgainstLog(db: DatabaseSync): Books {
  return checking(() => {
    const verdict = Object.values(db.prepare('PRAGMA integrity_check(1)').get() ?? {})[0];
    if (verdict !== 'ok') throw corrupt(`integrity_check: ${String(verdict)}`);
    const legs = createLegCheck(db);
    const books = foldEntries(allEntries(db), legs.check);
    const head = createReads(db).head();
    if (!isDeepStrictEqual(head, books.head)) throw corrupt('the head is not the last entry');
    compareAll(db, books);
    legs.checkCount();
    return books;
  });
}

function compareAll(db: DatabaseSync, books: Books): void {
  const accounts = 'SELECT id, asset, may_overdraw, frozen, balance, held FROM accounts';
  compare(db, 'accounts', accounts, books.accounts, (row) => [row.id, accountFrom(row)]);
  const holds = `SELECT h.id, a.id AS account, h.remaining
    FROM holds AS h LEFT JOIN accounts AS a ON a.key = h.account`;
  compare(db, 'holds', holds, books.holds, (row) => [row.id, holdFrom(row)]);
  const claims = `SELECT c.key, e.id FROM claims AS c LEFT JOIN entries AS e ON e.number = c.entry`;
  compare(db, 'claims', claims, books.claims, (row) => [row.key, row.id]);
  const series = 'SELECT name, last FROM series';
  compare(db, 'series', series, books.series, (row) => [row.name, numberFrom(row.last)]);
}

/**
 * Compares the legs with those that the log says, one by one as they come: there are too many of
 * them to be kept.
 */
function createLegCheck(db: DatabaseSync) {
  const find = db.prepare(`SELECT balance, held FROM legs
    WHERE account = (SELECT key FROM accounts WHERE id = ?) AND entry = ?`);
  find.setReadBigInts(true);
  let checked = 0;
  return {
    check(index: number, { id, balance, held }: Account): void {
      const row = find.get(id, index);
      checked += 1;
      if (row?.balance === balance && row.held === held) return;
      throw corrupt(`legs: that of ${id} in entry ${index} is not what the log says`);
    },
    checkCount(): void {
      const count = db.prepare('SELECT count(*) AS count FROM legs').get()?.count;
      if (count === checked) return;
      throw corrupt(`legs: ${String(count)} rows, the log says ${checked}`);
    },
  };
}

/** Every row must be what the log says, and there must be as many. */
function compare(
  db: DatabaseSync,
  table: string,
  sql: string,
  expected: ReadonlyMap<string, unknown>,
  read: (row: Row) => [key: unknown, value: unknown],
): void {
  let count = 0;
  for (const row of rows(db, sql)) {
    const [key, value] = read(row);
    if (!isDeepStrictEqual(expected.get(key as string), value)) {
      throw corrupt(`${table}: ${String(key)} is not what the log says`);
    }
    count += 1;
  }
  if (count !== expected.size) {
    throw corrupt(`${table}: ${count} rows, the log says ${expected.size}`);
  }
}
