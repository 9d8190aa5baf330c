import { assert } from '@coinbox/protocol';
import type { Asset } from '@coinbox/protocol';
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { NO_STANDING } from '../../account.ts';
import type { Account, AccountId, Hold, HoldId, Standing } from '../../account.ts';
import { recordedOf } from '../../entry.ts';
import type { Entry, Head } from '../../entry.ts';
import type { GroupId } from '../../group.ts';
import { MAX_PAGE } from '../../ledger.ts';
import type {
  AccountsQuery,
  AsOf,
  EntriesQuery,
  Page,
  Statement,
  StatementQuery,
  Sum,
} from '../../ledger.ts';
import type { Outcome } from '../../view.ts';
import {
  ACCOUNT_COLUMNS,
  ENTRY_COLUMNS,
  accountFrom,
  entryFrom,
  holdFrom,
  numberFrom,
  standingFrom,
} from './values.ts';
import type { Row } from './values.ts';

/** The reads of `Ledger`, synchronous. The caller sees to it that nothing is written during one. */
export interface Reads {
  outcome(id: GroupId): Outcome | undefined;
  entry(index: number): Entry | undefined;
  entryOf(id: GroupId): Entry | undefined;
  account(id: AccountId): (Account & AsOf) | undefined;
  standing(id: AccountId, index: number): (Standing & AsOf) | undefined;
  statement(query: StatementQuery): Statement;
  hold(id: HoldId): (Hold & AsOf) | undefined;
  claim(key: string): GroupId | undefined;
  series(name: string): number;
  accounts(query: AccountsQuery): Page<Account>;
  entries(query: EntriesQuery): Page<Entry>;
  sumOf(prefix: string, asset: Asset): Sum;
  head(): Head;
}

/** After every id that begins with the prefix: ids end at `~`, 0x7e. */
const endOf = (prefix: string): string => `${prefix}\x7f`;

// The key is looked up inside the statement: the tree is then entered at (account, entry) at once.
const KEY_OF = '(SELECT key FROM accounts WHERE id = ?)';
const LEG_BEFORE = `SELECT l.balance, l.held FROM legs AS l
  WHERE l.account = ${KEY_OF} AND l.entry <= ? ORDER BY l.entry DESC LIMIT 1`;
const LEGS_BETWEEN = `SELECT ${ENTRY_COLUMNS}, l.balance, l.held
  FROM legs AS l CROSS JOIN entries AS e ON e.number = l.entry
  WHERE l.account = ${KEY_OF} AND l.entry > ? AND l.entry <= ? ORDER BY l.entry LIMIT ?`;

/** The reads over one open connection. */
export function createReads(db: DatabaseSync): Reads {
  const prepare = (sql: string, hasMoney: boolean): StatementSync => {
    const statement = db.prepare(sql);
    statement.setReadBigInts(hasMoney);
    return statement;
  };
  const find = (
    sql: string,
    hasMoney = true,
  ): ((...values: SQLInputValue[]) => Row | undefined) => {
    const statement = prepare(sql, hasMoney);
    return (...values) => statement.get(...values);
  };
  const list = (sql: string, hasMoney = true): ((...values: SQLInputValue[]) => Row[]) => {
    const statement = prepare(sql, hasMoney);
    return (...values) => statement.all(...values);
  };
  const head = find('SELECT entry, hash FROM head');
  const entry = find(`SELECT ${ENTRY_COLUMNS} FROM entries AS e WHERE e.number = ?`, false);
  const entryOf = find(`SELECT ${ENTRY_COLUMNS} FROM entries AS e WHERE e.id = ?`, false);
  const account = find(`SELECT ${ACCOUNT_COLUMNS} FROM accounts WHERE id = ?`);
  const hold = find(`SELECT h.id, a.id AS account, h.remaining
    FROM holds AS h JOIN accounts AS a ON a.key = h.account WHERE h.id = ?`);
  const claim = find(`SELECT e.id FROM claims AS c JOIN entries AS e ON e.number = c.entry
    WHERE c.key = ?`);
  const series = find('SELECT last FROM series WHERE name = ?');
  const accounts = list(`SELECT ${ACCOUNT_COLUMNS} FROM accounts
    WHERE id > ? AND id >= ? AND id < ? ORDER BY id LIMIT ?`);
  const sum = find(`SELECT ${splitSum('balance')}, ${splitSum('held')}
    FROM accounts WHERE id >= ? AND id < ? AND asset = ?`);
  const asOf = (): number => numberFrom((head() as Row).entry);
  const listEntries = createEntryLists((sql) => list(sql, false));
  return {
    outcome(id) {
      const row = entryOf(id);
      return row && { ...recordedOf(entryFrom(row)), replayed: true };
    },
    entry: (index) => mapFound(entry(index), entryFrom),
    entryOf: (id) => mapFound(entryOf(id), entryFrom),
    account: (id) => mapFound(account(id), (row) => ({ ...accountFrom(row), asOf: asOf() })),
    ...legReads(find(LEG_BEFORE), list(LEGS_BETWEEN), asOf),
    hold: (id) => mapFound(hold(id), (row) => ({ ...holdFrom(row), asOf: asOf() })),
    claim: (key) => mapFound(claim(key), (row) => row.id as GroupId),
    series: (name) => numberFrom(series(name)?.last ?? 0),
    accounts({ after = '', limit, prefix = '' }) {
      checkLimit(limit);
      const rows = accounts(after, prefix, endOf(prefix), limit);
      return { items: rows.map(accountFrom), asOf: asOf() };
    },
    entries(query) {
      checkLimit(query.limit);
      return { items: listEntries(query).map(entryFrom), asOf: asOf() };
    },
    sumOf(prefix, asset) {
      const row = sum(prefix, endOf(prefix), asset) as Row;
      return { balance: joinSum(row, 'balance'), held: joinSum(row, 'held'), asOf: asOf() };
    },
    head() {
      const row = head() as Row;
      return { index: numberFrom(row.entry), hash: row.hash as Uint8Array };
    },
  };
}

type Values = readonly SQLInputValue[];

function legReads(
  before: (...values: Values) => Row | undefined,
  between: (...values: Values) => Row[],
  asOf: () => number,
): Pick<Reads, 'standing' | 'statement'> {
  return {
    standing: (id, index) =>
      mapFound(before(id, index), (row) => {
        return { ...standingFrom(row), asOf: Math.min(index, asOf()) };
      }),
    statement({ account, after = 0, upTo = Number.MAX_SAFE_INTEGER, limit }) {
      checkLimit(limit);
      const items = between(account, after, upTo, limit).map((row) => {
        return { entry: entryFrom(row), ...standingFrom(row) };
      });
      const opening = mapFound(before(account, after), standingFrom) ?? NO_STANDING;
      return { opening, items, asOf: asOf() };
    },
  };
}

const mapFound = <T>(row: Row | undefined, from: (row: Row) => T): T | undefined =>
  row === undefined ? undefined : from(row);

function checkLimit(limit: number): void {
  assert(Number.isInteger(limit) && limit >= 1 && limit <= MAX_PAGE, `limit ${limit}`);
}

/** SUM of a 64-bit column fails when it passes 2^63−1; summed in two halves it cannot. */
export const splitSum = (column: string): string =>
  `coalesce(sum(${column} >> 32), 0) AS ${column}_high,
   coalesce(sum(${column} & 4294967295), 0) AS ${column}_low`;

/** The sum of `column` from a row of `splitSum`, read with BigInts. */
export const joinSum = (row: Row, column: string): bigint =>
  ((row[`${column}_high`] as bigint) << 32n) + (row[`${column}_low`] as bigint);

function createEntryLists(
  list: (sql: string) => (...values: SQLInputValue[]) => Row[],
): (query: EntriesQuery) => Row[] {
  const from = `SELECT ${ENTRY_COLUMNS} FROM entries AS e`;
  const joined = `SELECT ${ENTRY_COLUMNS} FROM legs AS l CROSS JOIN entries AS e
    ON e.number = l.entry WHERE l.account = ${KEY_OF}`;
  const all = list(`${from} WHERE e.number > ? ORDER BY e.number LIMIT ?`);
  const ofCode = list(`${from} WHERE e.code = ? AND e.number > ? ORDER BY e.number LIMIT ?`);
  const ofAccount = list(`${joined} AND l.entry > ? ORDER BY l.entry LIMIT ?`);
  const ofBoth = list(`${joined} AND e.code = ? AND l.entry > ? ORDER BY l.entry LIMIT ?`);
  return ({ after = 0, limit, code, account }) => {
    if (account !== undefined && code !== undefined) return ofBoth(account, code, after, limit);
    if (account !== undefined) return ofAccount(account, after, limit);
    if (code !== undefined) return ofCode(code, after, limit);
    return all(after, limit);
  };
}
